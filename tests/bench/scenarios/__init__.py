# SPDX-License-Identifier: EUPL-1.2
# What is measured: one file a scenario, each with run(bench).
