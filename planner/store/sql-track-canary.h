/* SPDX-License-Identifier: EUPL-1.2 */
/* Statements about canaries that were stopped: data/schema/track-registry. */
#pragma once

/* clang-format off */
#define STORE_SQL_TRACK_CANARY(X) \
  X (TRACK_CANARY_LIST, "SELECT unit, endpoint, state, at_us, who, reason FROM canary ORDER BY unit, endpoint") \
  X (TRACK_CANARY_PUT, "INSERT INTO canary (unit, endpoint, state, at_us, who, reason) VALUES ($1, $2, $3, $4, $5, $6) " \
     "ON CONFLICT (unit, endpoint) DO UPDATE SET state = excluded.state, at_us = excluded.at_us, who = excluded.who, " \
     "reason = excluded.reason")
/* clang-format on */
