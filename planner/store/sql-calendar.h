/* SPDX-License-Identifier: EUPL-1.2 */
/* Statements about working time, calendars and their derived spans. */
#pragma once

/* clang-format off */
#define STORE_SQL_CALENDAR(X) \
  X (AVAILABILITY_FIND, \
     "SELECT text FROM availability WHERE tenant_id = $1 AND resource_id = $2 AND uid = $3") \
  X (AVAILABILITY_PUT, \
     "INSERT INTO availability (tenant_id, resource_id, uid, text) VALUES ($1, $2, $3, $4)" \
     " ON CONFLICT (tenant_id, resource_id, uid) DO UPDATE SET text = excluded.text" \
     " WHERE availability.text IS DISTINCT FROM excluded.text") \
  X (AVAILABILITY_LIST, \
     "SELECT uid, text FROM availability WHERE tenant_id = $1 AND resource_id = $2 ORDER BY uid") \
  X (AVAILABILITY_REMOVE, "DELETE FROM availability WHERE tenant_id = $1 AND resource_id = $2 AND uid = $3") \
  X (WORK_SPAN_CLEAR, "DELETE FROM work_span WHERE resource_id = $1 AND start_us < $3 AND start_us > $2 - 86400000000 AND end_us > $2") \
  X (WORK_SPAN_ADD, "INSERT INTO work_span (resource_id, start_us, end_us) VALUES ($1, $2, $3)") \
  X (WORK_SPAN_LIST, \
     "SELECT start_us, end_us FROM work_span WHERE resource_id = $1 AND start_us < $3 AND start_us > $2 - 86400000000 AND end_us > $2 ORDER BY start_us") \
  X (CALENDAR_FIND, \
     "SELECT calendar_id FROM calendar WHERE tenant_id = $1 AND resource_id = $2 AND calendar_key = $3") \
  X (CALENDAR_PUT, \
     "INSERT INTO calendar (tenant_id, resource_id, calendar_key, origin) VALUES ($1, $2, $3, $4)" \
     " ON CONFLICT (tenant_id, resource_id, calendar_key) DO UPDATE SET origin = excluded.origin" \
     " WHERE calendar.origin IS DISTINCT FROM excluded.origin") \
  X (CALENDAR_LIST, \
     "SELECT calendar_id, calendar_key, origin, coalesce (fresh_until_us, 0), expanded_until_us, revision FROM calendar" \
     " WHERE tenant_id = $1 AND resource_id = $2 ORDER BY calendar_key") \
  X (CALENDAR_SET_EXPANDED, \
     "UPDATE calendar SET expanded_until_us = $2 WHERE calendar_id = $1 AND expanded_until_us <> $2") \
  X (CALENDAR_DUE, \
     "SELECT DISTINCT c.tenant_id, c.resource_id FROM calendar c WHERE c.expanded_until_us < $1 AND c.resource_id > $3" \
     " ORDER BY c.resource_id LIMIT $2") \
  X (OBJECT_FIND, "SELECT object_id FROM calendar_object WHERE calendar_id = $1 AND uid_hash = $2") \
  X (OBJECT_PUT, \
     "INSERT INTO calendar_object (tenant_id, calendar_id, uid_hash, etag, text, note) VALUES ($1, $2, $3, $4, $5, $6)" \
     " ON CONFLICT (calendar_id, uid_hash) DO UPDATE SET etag = excluded.etag, text = excluded.text," \
     " note = excluded.note WHERE (calendar_object.etag, calendar_object.text, calendar_object.note)" \
     " IS DISTINCT FROM (excluded.etag, excluded.text, excluded.note)") \
  X (OBJECT_RENAME, "UPDATE calendar_object SET uid_hash = $2, text = $3 WHERE object_id = $1") \
  X (OBJECT_SET_NOTE, \
     "UPDATE calendar_object SET note = $2 WHERE object_id = $1 AND note IS DISTINCT FROM $2") \
  X (OBJECT_REMOVE, "DELETE FROM calendar_object WHERE object_id = $1") \
  X (OBJECT_LIST, \
     "SELECT o.object_id, o.calendar_id, o.uid_hash, o.etag, o.text, o.note FROM calendar_object o" \
     " JOIN calendar c ON c.calendar_id = o.calendar_id WHERE c.tenant_id = $1 AND c.resource_id = $2" \
     " ORDER BY o.object_id") \
  X (OBJECT_LIST_OF_CALENDAR, \
     "SELECT object_id, calendar_id, uid_hash, etag, text, note FROM calendar_object WHERE calendar_id = $1 ORDER BY object_id") \
  X (BUSY_SPAN_PUT, \
     "INSERT INTO busy_span (resource_id, start_us, end_us, object_id, class, all_day) VALUES ($1, $2, $3, $4, $5, $6)" \
     " ON CONFLICT (resource_id, start_us, end_us, object_id) DO UPDATE SET class = excluded.class, all_day = excluded.all_day") \
  X (BUSY_SPAN_REMOVE, \
     "DELETE FROM busy_span WHERE resource_id = $1 AND start_us = $2 AND end_us = $3 AND object_id = $4") \
  X (BUSY_SPAN_LIST, \
     "SELECT start_us, end_us, object_id, class, all_day FROM busy_span" \
     " WHERE resource_id = $1 AND start_us < $3 AND start_us > $2 - 86400000000 AND end_us > $2" \
     " ORDER BY start_us, end_us, object_id") \
  X (BUSY_SPAN_LIST_OF_OBJECT, \
     "SELECT start_us, end_us, object_id, class, all_day FROM busy_span WHERE object_id = $1 AND end_us > $2" \
     " ORDER BY start_us, end_us") \
  X (CALENDAR_LIMIT_EXPANDED, \
     "UPDATE calendar SET expanded_until_us = $2 WHERE expanded_until_us > $2" \
     " AND calendar_id = (SELECT calendar_id FROM calendar_object WHERE object_id = $1)") \
  X (OBJECT_MEETINGS, \
     "SELECT c.core_start_us, c.core_end_us, CASE WHEN c.booking_id IS NOT NULL THEN 'booking'" \
     " WHEN c.hold_id IS NOT NULL THEN 'hold' ELSE 'group' END AS kind, coalesce (b.identifier, g.identifier, h.token)" \
     " AS identifier, coalesce (b.title, o.title, p.title) FROM claim c LEFT JOIN booking b ON b.booking_id = c.booking_id" \
     " LEFT JOIN hold h ON h.hold_id = c.hold_id LEFT JOIN group_session g ON g.session_id = c.session_id" \
     " LEFT JOIN offer o ON o.offer_id = g.offer_id LEFT JOIN offer p ON p.offer_id = h.offer_id" \
     " WHERE c.resource_id = $1 AND c.end_us > $3 AND c.start_us > $3 - 86400000000 AND (h.hold_id IS NULL OR h.expiry_us > $3)" \
     " AND EXISTS (SELECT 1 FROM busy_span s WHERE s.object_id = $2 AND s.start_us < c.core_end_us AND s.end_us > c.core_start_us)" \
     " UNION ALL SELECT b.start_us, b.end_us, 'booking', b.identifier, b.title FROM claim c JOIN booking b" \
     " ON b.session_id = c.session_id WHERE c.resource_id = $1 AND c.end_us > $3 AND c.start_us > $3 - 86400000000" \
     " AND EXISTS (SELECT 1 FROM busy_span s WHERE s.object_id = $2 AND s.start_us < c.core_end_us AND s.end_us > c.core_start_us)" \
     " ORDER BY 1, 3, 4") \
  X (SCHEDULE, \
     "SELECT c.start_us, c.end_us, c.core_start_us, c.core_end_us, CASE WHEN c.booking_id IS NOT NULL THEN 'booking'" \
     " WHEN c.hold_id IS NOT NULL THEN 'hold' ELSE 'group' END, coalesce (b.identifier, g.identifier)," \
     " coalesce (b.title, o.title) FROM claim c LEFT JOIN booking b ON b.booking_id = c.booking_id" \
     " LEFT JOIN hold h ON h.hold_id = c.hold_id LEFT JOIN group_session g ON g.session_id = c.session_id" \
     " LEFT JOIN offer o ON o.offer_id = g.offer_id WHERE c.resource_id = $1 AND c.start_us < $3 AND c.end_us > $2" \
     " AND (h.hold_id IS NULL OR h.expiry_us > $4) ORDER BY c.start_us, c.claim_id")
/* clang-format on */
