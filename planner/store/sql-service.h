/* SPDX-License-Identifier: EUPL-1.2 */
/* Statements about service windows and the record of availability. */
#pragma once

/* clang-format off */
#define STORE_SQL_SERVICE(X) \
  X (WINDOW_ADD, "INSERT INTO service_window (tenant_id, kind, start_us, end_us, text, announced_us, in_time) " \
     "VALUES ($1, $2, $3, $4, $5, $6, $7)") \
  X (WINDOW_UNIT_ADD, "INSERT INTO service_window_unit (window_id, unit_id) VALUES ($1, $2)") \
  X (WINDOW_CANCEL, "UPDATE service_window SET cancelled_us = $3 " \
     "WHERE tenant_id = $1 AND window_id = $2 AND cancelled_us IS NULL") \
  X (WINDOWS_OF_TENANT, "SELECT w.window_id, w.tenant_id, w.kind, w.start_us, w.end_us, w.text, w.announced_us, w.in_time, " \
     "coalesce(w.cancelled_us, 0), coalesce(u.unit_id, 0) FROM service_window w " \
     "LEFT JOIN service_window_unit u ON u.window_id = w.window_id " \
     "WHERE w.tenant_id = $1 AND w.start_us < $3 AND w.end_us > $2 ORDER BY w.start_us, w.window_id, u.unit_id") \
  X (WINDOWS_AHEAD, "SELECT w.window_id, w.tenant_id, w.kind, w.start_us, w.end_us, w.text, w.announced_us, w.in_time, " \
     "0, coalesce(u.unit_id, 0) FROM service_window w " \
     "LEFT JOIN service_window_unit u ON u.window_id = w.window_id " \
     "WHERE w.cancelled_us IS NULL AND w.end_us > $1 ORDER BY w.start_us, w.window_id, u.unit_id") \
  X (SPAN_LAST, "SELECT span_id, start_us, seen_us, ended FROM uptime_span ORDER BY span_id DESC LIMIT 1") \
  X (SPAN_ADD, "INSERT INTO uptime_span (start_us, seen_us, ended) VALUES ($1, $1, 'open')") \
  X (SPAN_SEEN, "UPDATE uptime_span SET seen_us = $2, ended = $3 WHERE span_id = $1") \
  X (SPANS_SINCE, "SELECT span_id, start_us, seen_us, ended FROM uptime_span " \
     "WHERE span_id >= (SELECT coalesce(max(span_id), 0) FROM uptime_span WHERE start_us <= $1) " \
     "AND start_us < $2 ORDER BY span_id") \
  X (COUNT_ADD, "INSERT INTO uptime_count (hour_us, tenant_id, unit_id, outcome, bound_us, n_calls) " \
     "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (hour_us, tenant_id, unit_id, outcome, bound_us) " \
     "DO UPDATE SET n_calls = n_calls + excluded.n_calls") \
  X (COUNTS_OF_TENANT, "SELECT outcome, bound_us, sum(n_calls) FROM uptime_count " \
     "WHERE tenant_id = $1 AND hour_us >= $2 AND hour_us < $3 GROUP BY outcome, bound_us ORDER BY outcome, bound_us") \
  X (COUNTS_OF_UNIT, "SELECT outcome, bound_us, sum(n_calls) FROM uptime_count " \
     "WHERE tenant_id = $1 AND unit_id = $4 AND hour_us >= $2 AND hour_us < $3 " \
     "GROUP BY outcome, bound_us ORDER BY outcome, bound_us") \
  X (TARGET_FIND, "SELECT value FROM setting WHERE tenant_id = $1 AND unit_id IN (0, $2) AND key = $3 " \
     "AND valid_from_date <= $4 ORDER BY unit_id DESC, valid_from_date DESC LIMIT 1")
/* clang-format on */
