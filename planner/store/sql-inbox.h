/* SPDX-License-Identifier: EUPL-1.2 */
/* Statements about DFDG's messages, what was applied of them last, and authorities that take part in a meeting. */
#pragma once

/* clang-format off */
#define DFDG_EVENT_COLUMNS \
  "SELECT e.event_id, e.tenant_id, coalesce (e.citizen_id, 0), e.carrier, e.state, e.message_id, e.entity_type, e.entity_name, " \
  "e.change_type, e.external_id, e.version_id, c.cpr, o.cpr, e.event_us, e.received_us, e.system_id, e.organisation_type, " \
  "e.organisation_code, e.correlation_id, e.hint, e.detail, e.attempts, e.not_before_us, e.reason FROM dfdg_event e "
#define DFDG_EVENT_PEOPLE "LEFT JOIN citizen c ON c.citizen_id = e.citizen_id LEFT JOIN citizen o ON o.citizen_id = e.other_citizen_id "

/* A change to this citizen's number came before it, and is not applied yet. */
#define DFDG_EVENT_AWAITS_NUMBER \
  "EXISTS (SELECT 1 FROM dfdg_event n WHERE n.other_citizen_id = e.citizen_id AND n.state = 'new' AND n.event_id < e.event_id " \
  "AND n.citizen_id <> n.other_citizen_id)"

#define STORE_SQL_INBOX(X) \
  X (DFDG_EVENT_ADD, \
     "INSERT INTO dfdg_event (tenant_id, carrier, message_id, citizen_id, other_citizen_id, entity_type, entity_name, change_type, " \
     "external_id, version_id, event_us, received_us, system_id, organisation_type, organisation_code, correlation_id, hint, " \
     "detail, state, not_before_us) VALUES ($1, $2, $3, nullif ($4, 0), nullif ($5, 0), $6, $7, $8, $9, $10, $11, $12, $13, $14, " \
     "$15, $16, $17, $18, $19, coalesce ((SELECT max (b.not_before_us) FROM dfdg_event b INDEXED BY dfdg_event_lane WHERE b.citizen_id = $4 AND b.state = 'new'), 0)) " \
     "ON CONFLICT (tenant_id, message_id) DO NOTHING") \
  X (DFDG_EVENT_IS_THERE, "SELECT 1 FROM dfdg_event WHERE tenant_id = $1 AND message_id = $2") \
  X (DFDG_EVENT_CITIZEN_OF_THING, "SELECT citizen_id FROM booking WHERE tenant_id = $1 AND identifier = $2") \
  X (DFDG_EVENT_SET_DONE, "UPDATE dfdg_event SET state = 'done', detail = NULL, reason = $2, done_us = $3 WHERE event_id = $1") \
  X (DFDG_EVENT_SET_LATER, "UPDATE dfdg_event SET attempts = attempts + 1, reason = $2 WHERE event_id = $1") \
  X (DFDG_EVENT_DELAY_LANE, "UPDATE dfdg_event SET not_before_us = $3 WHERE state = 'new' AND tenant_id = $1 AND citizen_id = $2") \
  X (DFDG_EVENT_DELAY, "UPDATE dfdg_event SET not_before_us = $2 WHERE event_id = $1") \
  X (DFDG_EVENT_PARK, "UPDATE dfdg_event SET state = 'parked', attempts = attempts + 1, reason = $2 WHERE event_id = $1") \
  X (DFDG_EVENT_RETRY, "UPDATE dfdg_event SET state = 'new', attempts = 0, not_before_us = 0 " \
     "WHERE tenant_id = $1 AND event_id = $2 AND state <> 'done'") \
  X (DFDG_EVENT_RETRY_ALL, "UPDATE dfdg_event SET state = 'new', attempts = 0, not_before_us = 0 WHERE tenant_id = $1 " \
     "AND state IN ('parked', 'unknown') AND state = 'parked'") \
  X (DFDG_EVENT_RETRY_OF_CITIZEN, "UPDATE dfdg_event SET state = 'new', attempts = 0, not_before_us = 0 WHERE citizen_id = $1 " \
     "AND state = 'parked'") \
  X (DFDG_EVENT_HASTEN_ALL, "UPDATE dfdg_event SET not_before_us = 0 WHERE tenant_id = $1 AND state = 'new' AND not_before_us > 0") \
  X (DFDG_EVENT_HAS_FOREIGN, "SELECT EXISTS (SELECT 1 FROM dfdg_event WHERE tenant_id = $1 AND external_id = $2 AND state = 'new' " \
     "AND attempts < 3 AND received_us > $3 AND system_id NOT IN (-1, $4))") \
  X (DFDG_EVENT_BRING_BACK, "UPDATE dfdg_event SET not_before_us = 0 WHERE tenant_id = $1 AND state = 'new' AND not_before_us > $2") \
  X (DFDG_EVENT_DUE, "SELECT coalesce (e.citizen_id, 0) FROM dfdg_event e INDEXED BY dfdg_event_due WHERE e.state = 'new' AND e.tenant_id = $1 " \
     "AND e.not_before_us <= $2 AND NOT " DFDG_EVENT_AWAITS_NUMBER \
     " ORDER BY e.not_before_us, e.event_id LIMIT $3") \
  X (DFDG_EVENT_DUE_LANES, "SELECT coalesce (e.citizen_id, 0) FROM (SELECT l.citizen_id, min (l.event_id) AS event_id " \
     "FROM dfdg_event l INDEXED BY dfdg_event_lane WHERE l.state = 'new' AND l.tenant_id = $1 AND l.not_before_us <= $2 " \
     "GROUP BY l.citizen_id) e WHERE (NOT EXISTS (SELECT 1 FROM dfdg_event c WHERE c.other_citizen_id IS NOT NULL AND c.state = 'new') " \
     "OR NOT " DFDG_EVENT_AWAITS_NUMBER ") ORDER BY e.event_id LIMIT $3") \
  X (DFDG_EVENT_NEXT, "SELECT coalesce (min (not_before_us), 0) FROM dfdg_event INDEXED BY dfdg_event_due WHERE state = 'new' AND tenant_id = $1 " \
     "AND not_before_us > $2") \
  X (DFDG_EVENT_LANE, DFDG_EVENT_COLUMNS "INDEXED BY dfdg_event_lane " DFDG_EVENT_PEOPLE "WHERE e.citizen_id = $2 AND e.tenant_id = $1 AND e.state = 'new' " \
     "AND e.not_before_us <= $3 AND NOT " DFDG_EVENT_AWAITS_NUMBER \
     " ORDER BY e.event_id LIMIT $4") \
  X (DFDG_EVENT_LANE_OF_NOBODY, DFDG_EVENT_COLUMNS "INDEXED BY dfdg_event_lane " DFDG_EVENT_PEOPLE "WHERE e.citizen_id IS NULL AND e.tenant_id = $1 AND e.state = 'new' " \
     "AND e.not_before_us <= $2 ORDER BY e.event_id LIMIT $3") \
  X (DFDG_EVENT_BY_ID, DFDG_EVENT_COLUMNS DFDG_EVENT_PEOPLE "WHERE e.tenant_id = $1 AND e.event_id = $2") \
  X (DFDG_EVENT_LIST, DFDG_EVENT_COLUMNS DFDG_EVENT_PEOPLE "WHERE e.tenant_id = $1 AND e.state = $2 AND e.event_id > $3 ORDER BY e.event_id LIMIT $4") \
  X (DFDG_EVENT_LIST_OPEN, DFDG_EVENT_COLUMNS DFDG_EVENT_PEOPLE "WHERE e.tenant_id = $1 AND e.state IN ('parked', 'unknown') AND e.state = $2 " \
     "AND e.event_id > $3 ORDER BY e.event_id LIMIT $4") \
  X (DFDG_EVENT_COUNT, "SELECT (SELECT count (*) FROM dfdg_event WHERE tenant_id = $1 AND state = 'new'), " \
     "(SELECT count (*) FROM dfdg_event WHERE tenant_id = $1 AND state = 'new' AND attempts > 0), " \
     "(SELECT count (*) FROM dfdg_event WHERE tenant_id = $1 AND state IN ('parked', 'unknown') AND state = 'parked'), " \
     "(SELECT count (*) FROM dfdg_event WHERE tenant_id = $1 AND state IN ('parked', 'unknown') AND state = 'unknown'), " \
     "coalesce ((SELECT min (received_us) FROM dfdg_event WHERE tenant_id = $1 AND state = 'new'), 0)") \
  X (DFDG_EVENT_HAS_ENDED, "SELECT EXISTS (SELECT 1 FROM dfdg_event WHERE tenant_id = $1 AND external_id = $2 AND change_type = 3 " \
     "AND event_us >= $3 AND event_id <> $4)") \
  \
  X (OUTBOX_IS_WAITING, "SELECT EXISTS (SELECT 1 FROM outbox WHERE tenant_id = $1 AND subject = $2 AND state = 'waiting')") \
  X (TRUTH_FIND, "SELECT version_id, changed_us, caused_version FROM dfdg_truth WHERE booking_id = $1") \
  X (TRUTH_PUT, "INSERT INTO dfdg_truth (booking_id, tenant_id, version_id, changed_us, seen_us) VALUES ($1, $2, $3, $4, $5) " \
     "ON CONFLICT (booking_id) DO UPDATE SET version_id = excluded.version_id, changed_us = excluded.changed_us, seen_us = excluded.seen_us, " \
     "caused_version = NULL") \
  X (TRUTH_PUT_CAUSED, "INSERT INTO dfdg_truth (booking_id, tenant_id, changed_us, caused_version, seen_us) VALUES ($1, $2, 0, $3, $4) " \
     "ON CONFLICT (booking_id) DO UPDATE SET caused_version = excluded.caused_version") \
  X (PARTICIPANTS, "SELECT participant_id, name, contact, telephone, email, coalesce (organisation_type, -1), organisation_code " \
     "FROM participant WHERE booking_id = $1 ORDER BY participant_id") \
  X (PARTICIPANTS_CLEAR, "DELETE FROM participant WHERE booking_id = $1") \
  X (PARTICIPANT_ADD, "INSERT INTO participant (booking_id, participant_id, tenant_id, name, contact, telephone, email, organisation_type, " \
     "organisation_code) VALUES ($1, $2, $3, $4, $5, $6, $7, nullif ($8, -1), $9)") \
  \
  X (RETENTION_FIND_EVENTS, "SELECT event_id FROM dfdg_event WHERE tenant_id = $1 AND received_us < $2 AND state <> 'new' AND event_id > $3 " \
     "ORDER BY event_id LIMIT 200") \
  X (DFDG_EVENT_REMOVE, "DELETE FROM dfdg_event WHERE event_id = $1") \
  X (MERGE_EVENTS, "UPDATE dfdg_event SET citizen_id = $2 WHERE citizen_id = $1") \
  X (MERGE_OTHER_EVENTS, "UPDATE dfdg_event SET other_citizen_id = $2 WHERE other_citizen_id = $1") \
  X (EVENTS_CLEAR_OF_CITIZEN, "DELETE FROM dfdg_event WHERE citizen_id = $1 OR other_citizen_id = $1") \
  X (EXTRACT_EVENTS, "SELECT carrier, message_id, entity_type, entity_name, change_type, external_id, event_us, received_us, system_id, " \
     "organisation_type, organisation_code, state, detail, reason, done_us FROM dfdg_event WHERE citizen_id = $1 OR other_citizen_id = $1 " \
     "ORDER BY event_id") \
  X (EXTRACT_TRUTH, "SELECT b.identifier AS booking, t.version_id, t.changed_us, t.seen_us, t.caused_version FROM dfdg_truth t JOIN booking b " \
     "ON b.booking_id = t.booking_id WHERE b.citizen_id = $1 ORDER BY b.booking_id") \
  X (EXTRACT_PARTICIPANTS, "SELECT b.identifier AS booking, p.name, p.contact, p.telephone, p.email, p.organisation_type, " \
     "p.organisation_code FROM participant p JOIN booking b ON b.booking_id = p.booking_id WHERE b.citizen_id = $1 " \
     "ORDER BY b.booking_id, p.participant_id") \
  X (PROSE_FIND_EVENTS, "SELECT e.event_id FROM dfdg_event e WHERE e.tenant_id = $1 AND coalesce (e.detail, '') || coalesce (e.reason, '') " \
     "|| coalesce (e.entity_name, '') || e.message_id || coalesce (e.external_id, '') LIKE $2 ORDER BY e.event_id") \
  X (PROSE_MASK_EVENT, "UPDATE dfdg_event SET detail = replace (detail, $2, '**********'), reason = replace (reason, $2, '**********'), " \
     "entity_name = replace (entity_name, $2, '**********'), message_id = replace (message_id, $2, 'erased-' || event_id), " \
     "external_id = replace (external_id, $2, '**********') WHERE event_id = $1") \
  X (PROSE_FIND_PARTICIPANTS, "SELECT DISTINCT p.booking_id FROM participant p WHERE p.tenant_id = $1 AND p.name || coalesce (p.contact, '') " \
     "|| coalesce (p.telephone, '') || coalesce (p.email, '') LIKE $2 ORDER BY p.booking_id") \
  X (PROSE_MASK_PARTICIPANT, "UPDATE participant SET name = replace (name, $2, '**********'), contact = replace (contact, $2, '**********'), " \
     "telephone = replace (telephone, $2, '**********'), email = replace (email, $2, '**********') WHERE booking_id = $1")
/* clang-format on */
