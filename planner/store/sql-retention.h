/* SPDX-License-Identifier: EUPL-1.2 */
/* Statements that find what is past its term, and remove it. */
#pragma once

/* Finders give keys in order, at most as many as one look may take: $1 tenant, then cut-off, unit (0: all of them)
 * and the key to go on behind, those of them that the rule names. */
/* clang-format off */
#define RETENTION_LIMIT " LIMIT 200"

/* Markers end in the identifier of their meeting: INSTALLATION:booking:IDENTIFIER or :session:. As its index. */
#define SQL_OF_MEETING(noun, which) \
  "reference IS NOT NULL AND substr (reference, instr (reference, ':') + 9) = (SELECT identifier FROM " noun " WHERE " which ")"

#define STORE_SQL_RETENTION(X) \
  X (RETENTION_FIND_USED_HOLDS, "SELECT 0, token FROM used_hold WHERE tenant_id = $1 AND used_us < $2 AND token > $3 " \
     "ORDER BY token" RETENTION_LIMIT) \
  X (RETENTION_FIND_ANSWERS, "SELECT 0, key FROM stored_answer WHERE tenant_id = $1 AND expiry_us - 2592000000000 < $2 " \
     "AND key > $3 ORDER BY key" RETENTION_LIMIT) \
  X (RETENTION_FIND_OBJECTS, "SELECT o.object_id FROM calendar_object o WHERE o.tenant_id = $1 AND o.object_id > $3 " \
     "AND o.text NOT LIKE '%RRULE%' AND o.text NOT LIKE '%RDATE%' " \
     "AND EXISTS (SELECT 1 FROM busy_span b WHERE b.object_id = o.object_id) " \
     "AND NOT EXISTS (SELECT 1 FROM busy_span b WHERE b.object_id = o.object_id AND b.end_us >= $2) " \
     "ORDER BY o.object_id" RETENTION_LIMIT) \
  X (RETENTION_FIND_SPANS, "SELECT r.resource_id FROM resource r WHERE r.tenant_id = $1 AND r.resource_id > $3 " \
     "AND (EXISTS (SELECT 1 FROM busy_span b WHERE b.resource_id = r.resource_id AND b.start_us < $2 AND b.end_us < $2) " \
     "OR EXISTS (SELECT 1 FROM work_span w WHERE w.resource_id = r.resource_id AND w.start_us < $2 AND w.end_us < $2)) " \
     "ORDER BY r.resource_id" RETENTION_LIMIT) \
  X (RETENTION_FIND_BOOKINGS, "SELECT b.booking_id FROM booking b WHERE b.tenant_id = $1 AND b.end_us < $2 " \
     "AND b.changed_us < $2 AND b.unit_id = $3 AND b.booking_id > $4 " \
     "AND NOT EXISTS (SELECT 1 FROM hold h WHERE h.booking_id = b.booking_id) ORDER BY b.booking_id" RETENTION_LIMIT) \
  X (RETENTION_FIND_SESSIONS, "SELECT s.session_id FROM group_session s JOIN offer o ON o.offer_id = s.offer_id " \
     "WHERE s.tenant_id = $1 AND s.end_us < $2 AND o.unit_id = $3 AND s.session_id > $4 " \
     "AND NOT EXISTS (SELECT 1 FROM booking b WHERE b.session_id = s.session_id) " \
     "AND NOT EXISTS (SELECT 1 FROM seat t WHERE t.session_id = s.session_id) " \
     "AND NOT EXISTS (SELECT 1 FROM hold h WHERE h.session_id = s.session_id) ORDER BY s.session_id" RETENTION_LIMIT) \
  X (RETENTION_FIND_PAYLOADS, "SELECT p.sequence FROM journal_payload p JOIN journal j ON j.sequence = p.sequence " \
     "WHERE j.tenant_id = $1 AND j.at_us < $2 AND p.sequence > $3 ORDER BY p.sequence" RETENTION_LIMIT) \
  X (RETENTION_FIND_OUTBOX, "SELECT outbox_id FROM outbox WHERE tenant_id = $1 AND added_us < $2 AND not_before_us < $2 " \
     "AND state IN ('sent', 'dropped') AND outbox_id > $3 ORDER BY outbox_id" RETENTION_LIMIT) \
  X (RETENTION_FIND_INBOX, "SELECT inbox_id FROM inbox WHERE tenant_id = $1 AND received_us < $2 AND inbox_id > $3 " \
     "ORDER BY inbox_id" RETENTION_LIMIT) \
  X (RETENTION_FIND_EMPTY_ANSWERS, "SELECT empty_answer_id FROM empty_answer WHERE tenant_id = $1 AND at_us < $2 " \
     "AND coalesce (unit_id, 0) = $3 AND empty_answer_id > $4 ORDER BY empty_answer_id" RETENTION_LIMIT) \
  X (RETENTION_FIND_FACTS, "SELECT DISTINCT citizen_id FROM citizen_fact WHERE tenant_id = $1 AND seen_us < $2 " \
     "AND citizen_id > $3 ORDER BY citizen_id" RETENTION_LIMIT) \
  X (RETENTION_FIND_FORMER_NUMBERS, "SELECT citizen_id FROM citizen WHERE tenant_id = $1 AND replaced_us < $2 " \
     "AND citizen_id > $3 ORDER BY citizen_id" RETENTION_LIMIT) \
  X (RETENTION_FIND_CITIZENS, "SELECT c.citizen_id FROM citizen c WHERE c.tenant_id = $1 AND c.citizen_id > $2 " \
     "AND c.successor_id IS NULL AND " SQL_CITIZEN_HAS_NOTHING " ORDER BY c.citizen_id" RETENTION_LIMIT) \
  X (RETENTION_FIND_RESOURCES, "SELECT r.resource_id FROM resource r WHERE r.tenant_id = $1 AND r.retired_us < $2 " \
     "AND r.resource_id > $3 " \
     "AND NOT EXISTS (SELECT 1 FROM claim c WHERE c.resource_id = r.resource_id) " \
     "AND NOT EXISTS (SELECT 1 FROM booking b WHERE b.advisor_id = r.resource_id) " \
     "AND NOT EXISTS (SELECT 1 FROM booking b WHERE b.room_id = r.resource_id) " \
     "AND NOT EXISTS (SELECT 1 FROM group_session s WHERE s.advisor_id = r.resource_id) " \
     "AND NOT EXISTS (SELECT 1 FROM group_session s WHERE s.room_id = r.resource_id) " \
     "AND NOT EXISTS (SELECT 1 FROM hold h WHERE h.advisor_id = r.resource_id OR h.room_id = r.resource_id) " \
     "ORDER BY r.resource_id" RETENTION_LIMIT) \
  X (RETENTION_FIND_WINDOWS, "SELECT window_id FROM service_window WHERE tenant_id = $1 AND end_us < $2 AND window_id > $3 " \
     "ORDER BY window_id" RETENTION_LIMIT) \
  X (RETENTION_FIND_RUNS, "SELECT span_id FROM uptime_span WHERE $1 > 0 AND seen_us < $2 AND span_id > $3 " \
     "AND span_id < (SELECT max(span_id) FROM uptime_span) ORDER BY span_id" RETENTION_LIMIT) \
  X (RETENTION_FIND_HOURS, "SELECT DISTINCT hour_us FROM uptime_count WHERE tenant_id = $1 AND hour_us < $2 AND hour_us > $3 " \
     "ORDER BY hour_us" RETENTION_LIMIT) \
  X (RETENTION_FIND_SYNC_ITEMS, "SELECT i.item_id FROM resource r JOIN sync_binding b ON b.tenant_id = r.tenant_id " \
     "AND b.resource_id = r.resource_id JOIN sync_item i ON i.binding_id = b.binding_id WHERE r.tenant_id = $1 " \
     "AND r.retired_us < $2 AND i.item_id > $3 ORDER BY i.item_id" RETENTION_LIMIT) \
  X (RETENTION_FIND_SYNC_CHANGES, "SELECT change_id FROM sync_run_change WHERE tenant_id = $1 AND at_us < $2 AND change_id > $3 " \
     "ORDER BY change_id" RETENTION_LIMIT) \
  X (RETENTION_FIND_SYNC_RUNS, "SELECT run_id FROM sync_run WHERE tenant_id = $1 AND started_us < $2 AND run_id > $3 " \
     "ORDER BY run_id" RETENTION_LIMIT) \
  X (RETENTION_FIND_SYNC_CONFLICTS, "SELECT conflict_id FROM sync_conflict WHERE tenant_id = $1 " \
     "AND max (seen_us, coalesce (resolved_us, 0)) < $2 " \
     "AND state <> 'open' AND conflict_id > $3 ORDER BY conflict_id" RETENTION_LIMIT) \
  X (RETENTION_FIND_SYNC_LINKS, "SELECT l.link_id FROM sync_link l WHERE l.tenant_id = $1 AND l.base_end_us < $2 " \
     "AND l.in_flight = 0 AND l.link_id > $3 " \
     "AND NOT EXISTS (SELECT 1 FROM booking b WHERE b.booking_id = l.booking_id AND b.end_us >= $2) " \
     "AND NOT EXISTS (SELECT 1 FROM group_session s WHERE s.session_id = l.session_id AND s.end_us >= $2) " \
     "ORDER BY l.link_id" RETENTION_LIMIT) \
  X (RETENTION_FIND_TOMBSTONES, "SELECT tombstone_id FROM sync_tombstone WHERE tenant_id = $1 AND removed_us < $2 " \
     "AND tombstone_id > $3 ORDER BY tombstone_id" RETENTION_LIMIT) \
  X (RETENTION_FIND_OWNERS, "SELECT owner_id FROM (SELECT owner_id FROM owner WHERE tenant_id = $1 " \
     "EXCEPT SELECT owner_id FROM claim EXCEPT SELECT owner_id FROM booking EXCEPT SELECT owner_id FROM hold " \
     "EXCEPT SELECT owner_id FROM group_session) WHERE owner_id > $2 ORDER BY owner_id" RETENTION_LIMIT) \
  \
  X (WINDOW_UNITS_REMOVE, "DELETE FROM service_window_unit WHERE window_id = $1") \
  X (WINDOW_REMOVE, "DELETE FROM service_window WHERE window_id = $1") \
  X (SPAN_REMOVE, "DELETE FROM uptime_span WHERE span_id = $1") \
  X (COUNTS_REMOVE, "DELETE FROM uptime_count WHERE tenant_id = $1 AND hour_us = $2") \
  X (SYNC_RUN_CHANGE_REMOVE, "DELETE FROM sync_run_change WHERE change_id = $1") \
  X (SYNC_CHANGES_REMOVE_BY_BOOKING, "DELETE FROM sync_run_change WHERE " SQL_OF_MEETING ("booking", "booking_id = $1")) \
  X (SYNC_CONFLICTS_REMOVE_BY_BOOKING, "DELETE FROM sync_conflict WHERE " SQL_OF_MEETING ("booking", "booking_id = $1")) \
  X (SYNC_CHANGES_REMOVE_BY_SESSION, "DELETE FROM sync_run_change WHERE " SQL_OF_MEETING ("group_session", "session_id = $1")) \
  X (SYNC_CONFLICTS_REMOVE_BY_SESSION, "DELETE FROM sync_conflict WHERE " SQL_OF_MEETING ("group_session", "session_id = $1")) \
  X (SYNC_RUN_REMOVE, "DELETE FROM sync_run WHERE run_id = $1") \
  X (SYNC_CONFLICT_REMOVE, "DELETE FROM sync_conflict WHERE conflict_id = $1") \
  X (SYNC_TOMBSTONE_REMOVE, "DELETE FROM sync_tombstone WHERE tombstone_id = $1") \
  X (USED_HOLD_REMOVE, "DELETE FROM used_hold WHERE tenant_id = $1 AND token = $2") \
  X (BUSY_SPAN_REMOVE_BEFORE, "DELETE FROM busy_span WHERE resource_id = $1 AND start_us < $2 AND end_us < $2") \
  X (WORK_SPAN_REMOVE_BEFORE, "DELETE FROM work_span WHERE resource_id = $1 AND start_us < $2 AND end_us < $2") \
  X (BOOKING_COUNT_REMOVED, "INSERT INTO removed_booking (tenant_id, unit_id, month, interview_type, contact_type, state, " \
     "origin, self_booked, n_bookings) SELECT tenant_id, unit_id, substr (start_local, 1, 7), interview_type, " \
     "contact_type, state, origin, self_booked, 1 FROM booking WHERE booking_id = $1 " \
     "ON CONFLICT (tenant_id, unit_id, month, interview_type, contact_type, state, origin, self_booked) " \
     "DO UPDATE SET n_bookings = removed_booking.n_bookings + 1") \
  X (JOURNAL_PAYLOAD_ERASE_BY_BOOKING, "DELETE FROM journal_payload WHERE sequence IN (SELECT j.sequence FROM journal j " \
     "JOIN booking b ON b.identifier = j.subject AND b.tenant_id = j.tenant_id WHERE b.booking_id = $1)") \
  X (ANSWER_REMOVE_BY_BOOKING, "DELETE FROM stored_answer WHERE booking_id = $1") \
  X (USED_HOLD_REMOVE_BY_BOOKING, "DELETE FROM used_hold WHERE booking_id = $1") \
  X (OUTBOX_REMOVE_BY_BOOKING, "DELETE FROM outbox WHERE outbox_id IN (SELECT o.outbox_id FROM outbox o " \
     "JOIN booking b ON b.citizen_id = o.citizen_id AND b.identifier = o.subject WHERE b.booking_id = $1)") \
  X (BOOKING_REMOVE, "DELETE FROM booking WHERE booking_id = $1") \
  X (OUTBOX_REMOVE, "DELETE FROM outbox WHERE outbox_id = $1") \
  X (INBOX_REMOVE, "DELETE FROM inbox WHERE inbox_id = $1") \
  X (EMPTY_ANSWER_REMOVE, "DELETE FROM empty_answer WHERE empty_answer_id = $1") \
  X (CITIZEN_FACTS_REMOVE_BEFORE, "DELETE FROM citizen_fact WHERE citizen_id = $1 AND seen_us < $2") \
  X (CITIZEN_REMOVE_FORMER, "DELETE FROM citizen WHERE citizen_id = $1 AND successor_id IS NOT NULL AND NOT EXISTS " \
     "(SELECT 1 FROM citizen f WHERE f.successor_id = citizen.citizen_id)") \
  X (CITIZEN_REMOVE_EMPTY, "DELETE FROM citizen WHERE citizen_id IN (SELECT c.citizen_id FROM citizen c " \
     "WHERE c.citizen_id = $1 AND c.successor_id IS NULL AND " SQL_CITIZEN_HAS_NOTHING ")") \
  X (CITIZEN_FORMERS_REMOVE, "DELETE FROM citizen WHERE successor_id = $1 AND EXISTS (SELECT 1 FROM citizen c " \
     "WHERE c.citizen_id = $1 AND " SQL_CITIZEN_HAS_NOTHING ")") \
  X (CHANGES_ADD_OF_FORMERS, "INSERT INTO change (tenant_id, kind, subject_id, from_us, to_us) " \
     "SELECT tenant_id, 'citizen', citizen_id, 0, 0 FROM citizen WHERE successor_id = $1 ORDER BY citizen_id") \
  X (RESOURCE_OFFERS_CLEAR, "DELETE FROM offer_resource WHERE resource_id = $1") \
  X (BUSY_SPANS_REMOVE_OF_RESOURCE, "DELETE FROM busy_span WHERE resource_id = $1") \
  X (WORK_SPANS_REMOVE_OF_RESOURCE, "DELETE FROM work_span WHERE resource_id = $1") \
  X (OBJECTS_REMOVE_OF_RESOURCE, "DELETE FROM calendar_object WHERE calendar_id IN " \
     "(SELECT calendar_id FROM calendar WHERE resource_id = $1)") \
  X (CALENDARS_REMOVE_OF_RESOURCE, "DELETE FROM calendar WHERE resource_id = $1") \
  X (AVAILABILITY_REMOVE_OF_RESOURCE, "DELETE FROM availability WHERE resource_id = $1") \
  X (RESOURCE_REMOVE, "DELETE FROM resource WHERE resource_id = $1") \
  X (OWNER_REMOVE_UNUSED, "DELETE FROM owner WHERE owner_id = $1 " \
     "AND NOT EXISTS (SELECT 1 FROM claim c WHERE c.owner_id = owner.owner_id) " \
     "AND NOT EXISTS (SELECT 1 FROM booking b WHERE b.owner_id = owner.owner_id) " \
     "AND NOT EXISTS (SELECT 1 FROM hold h WHERE h.owner_id = owner.owner_id) " \
     "AND NOT EXISTS (SELECT 1 FROM group_session s WHERE s.owner_id = owner.owner_id)") \
  \
  X (RETENTION_RUN_PUT, "INSERT INTO retention_run (run_id, tenant_id, class, unit_id, started_us, finished_us, cutoff_us, " \
     "n_rows, digest) VALUES ($1, $2, $3, $4, $5, nullif ($6, 0), $7, $8, $9) " \
     "ON CONFLICT (run_id, tenant_id, class, unit_id) DO UPDATE SET finished_us = excluded.finished_us, " \
     "n_rows = excluded.n_rows, digest = excluded.digest") \
  X (RETENTION_RUN_LAST, "SELECT coalesce (max (started_us), 0) FROM retention_run WHERE tenant_id = $1") \
  X (RETENTION_RUN_LIST, "SELECT run_id, class, unit_id, started_us, coalesce (finished_us, 0), cutoff_us, n_rows, digest " \
     "FROM retention_run WHERE tenant_id = $1 AND n_rows > 0 ORDER BY started_us DESC, class, unit_id LIMIT 100")

#define SQL_CITIZEN_HAS_NOTHING \
  "NOT EXISTS (SELECT 1 FROM booking b WHERE b.citizen_id = c.citizen_id) " \
  "AND NOT EXISTS (SELECT 1 FROM hold h WHERE h.citizen_id = c.citizen_id) " \
  "AND NOT EXISTS (SELECT 1 FROM citizen_fact f WHERE f.citizen_id = c.citizen_id) " \
  "AND NOT EXISTS (SELECT 1 FROM empty_answer e WHERE e.citizen_id = c.citizen_id) " \
  "AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.citizen_id = c.citizen_id) " \
  "AND NOT EXISTS (SELECT 1 FROM echo_watch w WHERE w.citizen_id = c.citizen_id) " \
  "AND NOT EXISTS (SELECT 1 FROM message m WHERE m.citizen_id = c.citizen_id) " \
  "AND NOT EXISTS (SELECT 1 FROM inbox i WHERE i.citizen_id = c.citizen_id) " \
  "AND NOT EXISTS (SELECT 1 FROM dfdg_event d WHERE d.citizen_id = c.citizen_id) " \
  "AND NOT EXISTS (SELECT 1 FROM dfdg_event d WHERE d.other_citizen_id = c.citizen_id) " \
  "AND NOT EXISTS (SELECT 1 FROM citizen_span s WHERE s.citizen_id = c.citizen_id) " \
  "AND NOT EXISTS (SELECT 1 FROM citizen_read r WHERE r.citizen_id = c.citizen_id) " \
  "AND NOT EXISTS (SELECT 1 FROM deadline l WHERE l.citizen_id = c.citizen_id) " \
  "AND NOT EXISTS (SELECT 1 FROM fund_interview w WHERE w.citizen_id = c.citizen_id)"
/* clang-format on */
