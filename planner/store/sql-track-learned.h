/* SPDX-License-Identifier: EUPL-1.2 */
/* Statements about what the gateway has learned: data/schema/track-registry. */
#pragma once

/* clang-format off */
#define STORE_SQL_TRACK_LEARNED(X) \
  X (TRACK_LEARNED_FIND, "SELECT endpoint, unit, seen_us FROM learned WHERE hash = $1") \
  X (TRACK_LEARNED_PUT, "INSERT INTO learned (hash, kind, endpoint, unit, seen_us) VALUES ($1, $2, $3, $4, $5) " \
     "ON CONFLICT (hash) DO UPDATE SET endpoint = excluded.endpoint, unit = excluded.unit, seen_us = excluded.seen_us") \
  X (TRACK_LEARNED_ADD, "INSERT INTO learned (hash, kind, endpoint, unit, seen_us) VALUES ($1, $2, $3, $4, $5) " \
     "ON CONFLICT (hash) DO NOTHING") \
  X (TRACK_LEARNED_REMOVE, "DELETE FROM learned WHERE hash IN " \
     "(SELECT hash FROM learned WHERE kind = $1 AND seen_us < $2 ORDER BY seen_us LIMIT $3)") \
  X (TRACK_LEARNED_COUNT, "SELECT kind, endpoint, unit, count(*), max(seen_us) FROM learned " \
     "GROUP BY kind, endpoint, unit ORDER BY kind, endpoint, unit") \
  X (TRACK_LEARNED_ANY, "SELECT 1 FROM learned ORDER BY hash LIMIT 1")
/* clang-format on */
