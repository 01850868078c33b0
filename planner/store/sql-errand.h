/* SPDX-License-Identifier: EUPL-1.2 */
/* Statements about what was arranged with DFDG, and about what commands and comparisons ask of its messages. */
#pragma once

/* clang-format off */
#define STORE_SQL_ERRAND(X) \
  X (SUBSCRIPTIONS, "SELECT organisation_type, organisation_code, entity_type, webhook, start_us, end_us FROM dfdg_subscription " \
     "WHERE tenant_id = $1 ORDER BY organisation_type, organisation_code, entity_type, webhook") \
  X (SUBSCRIPTIONS_CLEAR, "DELETE FROM dfdg_subscription WHERE tenant_id = $1") \
  X (SUBSCRIPTION_ADD, "INSERT INTO dfdg_subscription (tenant_id, organisation_type, organisation_code, entity_type, webhook, start_us, " \
     "end_us) VALUES ($1, $2, $3, $4, $5, $6, $7)") \
  X (ERRANDS, "SELECT e.tenant_id, e.name, e.unit_id, e.tried_us, e.done_us, e.problem, e.detail FROM dfdg_errand e WHERE e.tenant_id = $1 " \
     "AND e.name = $2 AND (e.unit_id = 0 OR EXISTS (SELECT 1 FROM unit u WHERE u.unit_id = e.unit_id)) ORDER BY e.unit_id") \
  X (ERRAND_PUT, "INSERT INTO dfdg_errand (tenant_id, name, unit_id, tried_us, done_us, problem, detail) VALUES ($1, $2, $3, $4, $4, $5, $6) " \
     "ON CONFLICT (tenant_id, name, unit_id) DO UPDATE SET tried_us = excluded.tried_us, done_us = excluded.done_us, " \
     "problem = excluded.problem, detail = excluded.detail") \
  X (ERRAND_PUT_PROBLEM, "INSERT INTO dfdg_errand (tenant_id, name, unit_id, tried_us, done_us, problem, detail) " \
     "VALUES ($1, $2, $3, $4, 0, $5, $6) ON CONFLICT (tenant_id, name, unit_id) DO UPDATE SET tried_us = excluded.tried_us, " \
     "problem = excluded.problem") \
  X (DFDG_SWITCH_FIND, "SELECT n_past FROM dfdg_switch WHERE tenant_id = $1") \
  X (DFDG_SWITCH_ON, "INSERT INTO dfdg_switch (tenant_id, since_us, n_past) VALUES ($1, $2, $3)") \
  X (DFDG_SWITCH_OFF, "DELETE FROM dfdg_switch WHERE tenant_id = $1") \
  \
  X (DFDG_EVENT_OF_MESSAGE, "SELECT event_id FROM dfdg_event WHERE tenant_id = $1 AND message_id = $2") \
  X (DFDG_EVENTS_OF_THING, "SELECT event_id FROM dfdg_event WHERE tenant_id = $1 AND external_id = $2 ORDER BY event_id DESC LIMIT $3") \
  X (DFDG_EVENT_HAS_OPEN, "SELECT EXISTS (SELECT 1 FROM dfdg_event WHERE tenant_id = $1 AND external_id = $2 AND state IN ('new', 'parked'))") \
  X (DFDG_EVENT_COUNT_LANES, "SELECT count (DISTINCT coalesce (citizen_id, 0)) FROM dfdg_event WHERE tenant_id = $1 AND state = 'new'")
/* clang-format on */
