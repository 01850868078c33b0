/* SPDX-License-Identifier: EUPL-1.2 */
/* Commands about a unit's candidate: its canary and its shadow. */
#pragma once

void track_commands_candidate_register (void);
