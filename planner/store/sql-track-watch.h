/* SPDX-License-Identifier: EUPL-1.2 */
/* Statements about disturbances, notices, certificates and windows of the switch-track: data/schema/track-registry. */
#pragma once

/* clang-format off */
#define STORE_SQL_TRACK_WATCH(X) \
  X (TRACK_DISTURBANCE_PUT, "INSERT INTO disturbance (disturbance_id, endpoint, from_us, until_us, closed_us, planned, n_failed, " \
     "n_probes_failed, digest, document) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (disturbance_id) DO UPDATE SET " \
     "until_us = excluded.until_us, closed_us = excluded.closed_us, planned = excluded.planned, n_failed = excluded.n_failed, " \
     "n_probes_failed = excluded.n_probes_failed, digest = excluded.digest, document = excluded.document") \
  X (TRACK_DISTURBANCES_OPEN, "SELECT document FROM disturbance WHERE closed_us = 0 ORDER BY from_us, disturbance_id") \
  X (TRACK_DISTURBANCES_ALL, "SELECT document FROM disturbance ORDER BY from_us, disturbance_id") \
  X (TRACK_DISTURBANCE_FIND, "SELECT document FROM disturbance WHERE disturbance_id = $1") \
  X (TRACK_DISTURBANCES, "SELECT disturbance_id, endpoint, from_us, until_us, closed_us, planned, n_failed, n_probes_failed, digest " \
     "FROM disturbance WHERE from_us < $2 AND (closed_us = 0 OR closed_us >= $1) AND ($3 IS NULL OR endpoint = $3) " \
     "ORDER BY from_us DESC, disturbance_id LIMIT $4") \
  X (TRACK_DISTURBANCES_REMOVE, "DELETE FROM disturbance WHERE closed_us > 0 AND closed_us < $1") \
  \
  X (TRACK_NOTICE_ADD, "INSERT INTO notice (notice_key, event, disturbance_id, channel, target, subject, body, n_held, created_us, due_us, " \
     "sent_us, given_up_us, n_tries) VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, $8, 0, 0, 0) ON CONFLICT (notice_key) DO NOTHING") \
  X (TRACK_NOTICE_HOLD, "INSERT INTO notice (notice_key, event, disturbance_id, channel, target, subject, body, n_held, created_us, due_us, " \
     "sent_us, given_up_us, n_tries) VALUES ($1, 'summary', NULL, $2, $3, $4, $5, 1, $6, $7, 0, 0, 0) ON CONFLICT (notice_key) " \
     "DO UPDATE SET n_held = n_held + 1, body = CASE WHEN length (body) < 8000 THEN body || char (10) || excluded.body ELSE body END") \
  X (TRACK_NOTICE_IS_KNOWN, "SELECT EXISTS (SELECT 1 FROM notice WHERE notice_key = $1)") \
  X (TRACK_NOTICES_COUNT, "SELECT count (*) FROM notice WHERE target = $1 AND created_us > $2 AND event <> 'summary' AND event <> 'test'") \
  X (TRACK_NOTICES_DUE, "SELECT notice_key, event, channel, target, subject, body, n_held, n_tries, created_us FROM notice " \
     "WHERE sent_us = 0 AND given_up_us = 0 AND due_us <= $1 ORDER BY due_us, notice_key LIMIT $2") \
  X (TRACK_NOTICES_WAITING, "SELECT notice_key, event, channel, target, subject, body, n_held, n_tries, created_us FROM notice " \
     "WHERE target = $1 AND sent_us = 0 AND given_up_us = 0 AND (n_held = 0 OR n_tries > 0) ORDER BY created_us, notice_key LIMIT $2") \
  X (TRACK_NOTICES_TOLD, "SELECT DISTINCT channel, target FROM notice WHERE disturbance_id = $1 AND event IN ('disturbance', 'alarm', 'window') " \
     "ORDER BY channel, target") \
  X (TRACK_NOTICE_SENT, "UPDATE notice SET sent_us = $2, n_tries = n_tries + 1, problem = NULL WHERE notice_key = $1") \
  X (TRACK_NOTICE_FAILED, "UPDATE notice SET due_us = $2, given_up_us = $3, n_tries = n_tries + 1, problem = $4 WHERE notice_key = $1") \
  X (TRACK_NOTICES, "SELECT notice_key, event, disturbance_id, channel, target, subject, created_us, due_us, sent_us, given_up_us, n_tries, " \
     "problem FROM notice WHERE created_us >= $1 ORDER BY created_us DESC, notice_key LIMIT $2") \
  X (TRACK_NOTICES_REMOVE, "DELETE FROM notice WHERE created_us < $1 AND (sent_us > 0 OR given_up_us > 0)") \
  \
  X (TRACK_CERTIFICATE_PUT, "INSERT INTO seen_certificate (holder, until_us, told_days) VALUES ($1, $2, $3) ON CONFLICT (holder) " \
     "DO UPDATE SET until_us = excluded.until_us, told_days = excluded.told_days") \
  X (TRACK_CERTIFICATES, "SELECT holder, until_us, told_days FROM seen_certificate ORDER BY until_us, holder") \
  X (TRACK_CERTIFICATE_REMOVE, "DELETE FROM seen_certificate WHERE holder = $1") \
  \
  X (TRACK_WINDOW_TOLD, "INSERT INTO told_window (window_key, endpoint, from_us, until_us, n_told) VALUES ($1, $2, $3, $4, $5) " \
     "ON CONFLICT (window_key) DO UPDATE SET n_told = max (n_told, excluded.n_told)") \
  X (TRACK_WINDOWS_TOLD, "SELECT window_key, endpoint, from_us, until_us, n_told FROM told_window WHERE until_us > $1 " \
     "ORDER BY window_key") \
  X (TRACK_WINDOWS_REMOVE, "DELETE FROM told_window WHERE until_us < $1")
/* clang-format on */
