/* SPDX-License-Identifier: EUPL-1.2 */
/* Statements about working time, calendars and their derived spans. */
#pragma once

/* clang-format off */
#define STORE_SQL_CALENDAR(X)
/* clang-format on */
