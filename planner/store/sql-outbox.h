/* SPDX-License-Identifier: EUPL-1.2 */
/* Statements about what DFDG is to be told, and about echoes that are to come. */
#pragma once

/* clang-format off */
#define SQL_OUTBOX_COLUMNS "outbox_id, tenant_id, coalesce (citizen_id, 0), kind, subject, revision, request_id, state, attempts, " \
  "not_before_us, added_us, first_try_us, last_try_us, reason"
#define SQL_ECHO_COLUMNS "echo_id, tenant_id, citizen_id, subject, revision, added_us, attempts, not_before_us, is_flagged, reason"

#define STORE_SQL_OUTBOX(X) \
  X (OUTBOX_ADD, "INSERT INTO outbox (tenant_id, citizen_id, kind, subject, revision, request_id, payload, not_before_us, " \
     "added_us, state) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, CASE WHEN EXISTS (SELECT 1 FROM outbox r " \
     "WHERE r.tenant_id = $1 AND r.subject = $4 AND r.state = 'refused') THEN 'held' ELSE 'waiting' END)") \
  X (OUTBOX_LANES_DUE, "SELECT o.citizen_id FROM outbox o INDEXED BY outbox_due WHERE o.tenant_id = $1 AND o.state = 'waiting' " \
     "AND o.not_before_us <= $2 AND o.citizen_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM outbox e " \
     "WHERE e.citizen_id = o.citizen_id AND e.state = 'waiting' AND e.outbox_id < o.outbox_id) ORDER BY o.outbox_id LIMIT $3") \
  X (OUTBOX_NEXT, "SELECT coalesce (min (not_before_us), 0) FROM outbox WHERE tenant_id = $1 AND state = 'waiting' " \
     "AND not_before_us > $2") \
  X (OUTBOX_LANE, "SELECT " SQL_OUTBOX_COLUMNS " FROM outbox WHERE tenant_id = $1 AND citizen_id = $2 AND state = 'waiting' " \
     "ORDER BY outbox_id LIMIT $3") \
  X (OUTBOX_LANE_REST, "SELECT " SQL_OUTBOX_COLUMNS " FROM outbox WHERE tenant_id = $1 AND citizen_id = $2 AND subject = $3 " \
     "AND state = 'waiting' AND outbox_id > $4 ORDER BY outbox_id") \
  X (OUTBOX_HAS_UNSENT, "SELECT EXISTS (SELECT 1 FROM outbox WHERE tenant_id = $1 AND subject = $2 " \
     "AND state IN ('waiting', 'refused', 'held'))") \
  X (OUTBOX_LIST, "SELECT " SQL_OUTBOX_COLUMNS " FROM outbox WHERE tenant_id = $1 AND state IN ('waiting', 'refused', 'held') " \
     "AND outbox_id > $2 ORDER BY outbox_id LIMIT $3") \
  X (OUTBOX_LIST_OF_SUBJECT, "SELECT " SQL_OUTBOX_COLUMNS " FROM outbox WHERE tenant_id = $1 AND subject = $4 " \
     "AND outbox_id > $2 ORDER BY outbox_id LIMIT $3") \
  X (OUTBOX_FIND, "SELECT " SQL_OUTBOX_COLUMNS " FROM outbox WHERE tenant_id = $1 AND outbox_id = $2") \
  X (OUTBOX_TRY, "UPDATE outbox SET attempts = attempts + 1, last_try_us = $2, " \
     "first_try_us = CASE first_try_us WHEN 0 THEN $2 ELSE first_try_us END WHERE outbox_id = $1 AND state = 'waiting'") \
  X (OUTBOX_FINISH, "UPDATE outbox SET state = $2, reason = $3 WHERE outbox_id = $1 AND state = 'waiting'") \
  X (OUTBOX_PUT_OFF, "UPDATE outbox SET not_before_us = $2, reason = $3 WHERE outbox_id = $1 AND state = 'waiting'") \
  X (OUTBOX_DOUBT, "UPDATE outbox SET attempts = attempts + 1 WHERE outbox_id = $1 AND state = 'waiting'") \
  X (OUTBOX_RENEW, "UPDATE outbox SET request_id = $2, first_try_us = 0, last_try_us = 0 WHERE outbox_id = $1 AND state = 'waiting'") \
  X (OUTBOX_IS_REGISTERED, "UPDATE outbox SET kind = 'update' WHERE outbox_id = $1 AND kind = 'register' AND state = 'waiting'") \
  X (OUTBOX_REFUSE, "UPDATE outbox SET state = 'refused', reason = $2 WHERE outbox_id = $1 AND state = 'waiting'") \
  X (OUTBOX_HOLD, "UPDATE outbox SET state = 'held' WHERE tenant_id = $1 AND subject = $2 AND state = 'waiting'") \
  X (OUTBOX_RETRY, "UPDATE outbox SET state = 'waiting', not_before_us = 0, attempts = 0, " \
     "first_try_us = CASE WHEN first_try_us = 0 AND state = 'refused' THEN added_us ELSE first_try_us END " \
     "WHERE tenant_id = $1 AND subject = $2 AND state IN ('refused', 'held')") \
  X (OUTBOX_RETRY_OF_CITIZEN, "UPDATE outbox SET state = 'waiting', not_before_us = 0, attempts = 0 WHERE citizen_id = $1 " \
     "AND state IN ('refused', 'held') AND NOT EXISTS (SELECT 1 FROM outbox r WHERE r.tenant_id = outbox.tenant_id " \
     "AND r.subject = outbox.subject AND r.state = 'refused' AND r.reason = $2)") \
  X (OUTBOX_HASTEN, "UPDATE outbox SET not_before_us = 0 WHERE tenant_id = $1 AND subject = $2 AND state = 'waiting'") \
  X (OUTBOX_END_PAST, "UPDATE outbox SET state = 'dropped', reason = $3 WHERE tenant_id = $1 AND state = 'waiting' AND first_try_us = 0 " \
     "AND EXISTS (SELECT 1 FROM booking b WHERE b.tenant_id = outbox.tenant_id AND b.identifier = outbox.subject AND b.end_us <= $2)") \
  X (OUTBOX_ACTOR, "SELECT actor FROM journal WHERE subject = $2 AND tenant_id = $1 AND actor NOT IN ('dfdg', 'plannerd') ORDER BY sequence DESC LIMIT 1") \
  X (OUTBOX_END_OVERTAKEN, "UPDATE outbox SET state = 'dropped', reason = $3 WHERE tenant_id = $1 AND subject = $2 AND state = 'waiting'") \
  X (OUTBOX_BRING_BACK, "UPDATE outbox SET not_before_us = 0 WHERE tenant_id = $1 AND state = 'waiting' AND not_before_us > $2") \
  X (OUTBOX_GIVE_UP, "UPDATE outbox SET state = 'dropped', reason = $3 WHERE tenant_id = $1 AND outbox_id = $2 " \
     "AND state = 'refused'") \
  X (OUTBOX_GIVE_UP_BEHIND, "UPDATE outbox SET state = 'dropped', reason = $3 WHERE tenant_id = $1 AND subject = $2 " \
     "AND state = 'held' AND kind <> 'delete'") \
  X (OUTBOX_RELEASE, "UPDATE outbox SET state = 'waiting', not_before_us = 0 WHERE tenant_id = $1 AND subject = $2 " \
     "AND state = 'held' AND NOT EXISTS (SELECT 1 FROM outbox r WHERE r.tenant_id = $1 AND r.subject = $2 AND r.state = 'refused')") \
  X (OUTBOX_COUNT, "SELECT state, count (*), min (added_us) FROM outbox WHERE tenant_id = $1 AND state <> 'sent' " \
     "GROUP BY state ORDER BY state") \
  X (OUTBOX_PLACE, "SELECT u.organisation_key, u.zone, u.address, r.resource_key, r.name, r.email, r.telephone FROM booking b " \
     "JOIN unit u ON u.unit_id = b.unit_id LEFT JOIN resource r ON r.resource_id = b.advisor_id WHERE b.booking_id = $1") \
  \
  X (ECHO_ADD, "INSERT INTO echo_watch (tenant_id, citizen_id, subject, revision, added_us) VALUES ($1, $2, $3, $4, $5) " \
     "ON CONFLICT (tenant_id, subject) DO UPDATE SET citizen_id = excluded.citizen_id, revision = excluded.revision, " \
     "added_us = excluded.added_us, attempts = 0, not_before_us = 0, is_flagged = 0, reason = NULL") \
  X (ECHO_CLEAR, "DELETE FROM echo_watch WHERE tenant_id = $1 AND subject = $2 AND revision <= $3") \
  X (ECHO_PUT_OFF, "UPDATE echo_watch SET attempts = attempts + 1, not_before_us = $3, reason = $4 " \
     "WHERE echo_id = $1 AND revision = $2") \
  X (ECHO_FLAG, "UPDATE echo_watch SET attempts = attempts + 1, is_flagged = 1, reason = $3 WHERE echo_id = $1 AND revision = $2") \
  X (ECHO_RETRY, "UPDATE echo_watch SET is_flagged = 0, attempts = 0, added_us = 0, not_before_us = 0 " \
     "WHERE tenant_id = $1 AND subject = $2") \
  X (ECHO_BRING_BACK, "UPDATE echo_watch SET not_before_us = 0 WHERE tenant_id = $1 AND is_flagged = 0 AND not_before_us > $2") \
  X (ECHO_LANES_DUE, "SELECT DISTINCT citizen_id FROM echo_watch INDEXED BY echo_watch_lanes WHERE tenant_id = $1 AND is_flagged = 0 AND added_us <= $2 " \
     "AND not_before_us <= $3 ORDER BY citizen_id LIMIT $4") \
  X (ECHO_LIST, "SELECT " SQL_ECHO_COLUMNS " FROM echo_watch WHERE tenant_id = $1 ORDER BY added_us, echo_id LIMIT $2") \
  X (ECHO_LIST_OF_CITIZEN, "SELECT " SQL_ECHO_COLUMNS " FROM echo_watch WHERE tenant_id = $1 AND citizen_id = $3 " \
     "ORDER BY added_us, echo_id LIMIT $2") \
  X (ECHO_FIND, "SELECT " SQL_ECHO_COLUMNS " FROM echo_watch WHERE tenant_id = $1 AND subject = $2") \
  X (ECHO_COUNT, "SELECT count (*) FILTER (WHERE is_flagged = 0), count (*) FILTER (WHERE is_flagged = 0 AND added_us <= $2), " \
     "count (*) FILTER (WHERE is_flagged = 1) FROM echo_watch WHERE tenant_id = $1") \
  X (MERGE_ECHOES, "UPDATE echo_watch SET citizen_id = $2 WHERE citizen_id = $1") \
  X (ECHO_REMOVE_OF_CITIZEN, "DELETE FROM echo_watch WHERE citizen_id = $1") \
  X (ECHO_REMOVE_BY_BOOKING, "DELETE FROM echo_watch WHERE echo_id IN (SELECT e.echo_id FROM echo_watch e " \
     "JOIN booking b ON b.tenant_id = e.tenant_id AND b.identifier = e.subject WHERE b.booking_id = $1)") \
  X (RETENTION_FIND_ECHOES, "SELECT echo_id FROM echo_watch WHERE tenant_id = $1 AND added_us < $2 AND is_flagged = 0 " \
     "AND attempts = 0 AND echo_id > $3 ORDER BY echo_id LIMIT 200") \
  X (ECHO_REMOVE, "DELETE FROM echo_watch WHERE echo_id = $1") \
  X (EXTRACT_ECHOES, "SELECT subject AS booking, added_us, attempts, is_flagged, reason FROM echo_watch WHERE citizen_id = $1 " \
     "ORDER BY echo_id")
/* clang-format on */
