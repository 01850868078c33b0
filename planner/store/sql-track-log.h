/* SPDX-License-Identifier: EUPL-1.2 */
/* Statements about the switch-track's call log: data/schema/track-log. */
#pragma once

/* clang-format off */
#define STORE_SQL_TRACK_LOG_COLUMNS \
  "at_us, kind, request_id, unit, asked, endpoint, url, operation, caller, how, outcome, failed, fault_code, http_status, dns_us, " \
  "connect_us, tls_us, first_byte_us, total_us, reused, own_us, request_bytes, answer_bytes, problem"

#define STORE_SQL_TRACK_LOG(X) \
  X (TRACK_CALL_ADD, "INSERT INTO call (" STORE_SQL_TRACK_LOG_COLUMNS ") " \
     "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24)") \
  X (TRACK_CALLS, "SELECT " STORE_SQL_TRACK_LOG_COLUMNS " FROM call WHERE at_us >= $1 AND at_us < $2 " \
     "AND ($3 IS NULL OR unit = $3 OR asked = $3) AND ($4 IS NULL OR endpoint = $4) AND ($5 IS NULL OR outcome = $5) " \
     "AND ($6 IS NULL OR operation = $6) AND ($7 IS NULL OR kind = $7) ORDER BY at_us DESC, call_id DESC LIMIT $8") \
  X (TRACK_CALLS_FAILED, "SELECT " STORE_SQL_TRACK_LOG_COLUMNS " FROM call WHERE at_us >= $1 AND at_us < $2 AND failed = 1 " \
     "AND ($3 IS NULL OR unit = $3 OR asked = $3) AND ($4 IS NULL OR endpoint = $4) AND ($5 IS NULL OR outcome = $5) " \
     "AND ($6 IS NULL OR operation = $6) AND ($7 IS NULL OR kind = $7) ORDER BY at_us DESC, call_id DESC LIMIT $8") \
  X (TRACK_CALLS_OF_REQUEST, "SELECT " STORE_SQL_TRACK_LOG_COLUMNS " FROM call WHERE request_id = $1 ORDER BY at_us, call_id LIMIT $2") \
  X (TRACK_CALLS_REMOVE, "DELETE FROM call WHERE call_id IN (SELECT call_id FROM call WHERE at_us < $1 ORDER BY at_us LIMIT $2)")
/* clang-format on */
