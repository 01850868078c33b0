/* SPDX-License-Identifier: EUPL-1.2 */
/* Statements about working time, calendars and their derived spans. */
#pragma once

/* clang-format off */
#define STORE_SQL_CALENDAR(X) \
  X (CHANGE_ADD, "INSERT INTO change (tenant_id, kind, subject_id, from_us, to_us) VALUES ($1, $2, $3, $4, $5)")
/* clang-format on */
