/* SPDX-License-Identifier: EUPL-1.2 */
/* Statements about citizens, holds, bookings, sessions, seats and claims. */
#pragma once

/* clang-format off */
#define STORE_SQL_LEDGER(X) \
  X (OWNER_ADD, "INSERT INTO owner (tenant_id) VALUES ($1)")
/* clang-format on */
