/* SPDX-License-Identifier: EUPL-1.2 */
/* Statements about bindings, what was seen in their calendars, what was sent to them, and what runs did. */
#pragma once

/* clang-format off */
#define SQL_SYNC_BINDING_COLUMNS \
  "b.binding_id, b.tenant_id, b.resource_id, b.calendar_id, c.calendar_key, b.url, b.auth, b.user_name, b.secret, " \
  "b.certificate, b.direction, b.state, b.why, coalesce (b.limit_minutes, 0), b.tier, b.identity, b.cursor, b.cursor_us, " \
  "b.pulled_us, b.full_due_us, b.looks_first, b.gone_us, b.health, b.health_text, b.n_failures, b.next_try_us, " \
  "b.last_try_us, b.last_success_us, b.created_us, coalesce (c.fresh_until_us, 0), b.n_lost"
/* Of ours the end of the meeting, of others the end of the last time that is laid out. */
#define SQL_SYNC_ITEM_COLUMNS \
  "i.item_id, i.tenant_id, i.binding_id, i.key_hash, i.key, i.version, i.reference, i.is_own, i.is_unreadable, " \
  "CASE i.is_own WHEN 1 THEN coalesce ((SELECT l.base_end_us FROM sync_link l WHERE l.binding_id = i.binding_id " \
  "AND l.reference = i.reference), 0) ELSE coalesce ((SELECT max (s.end_us) FROM calendar_object o " \
  "JOIN busy_span s ON s.object_id = o.object_id WHERE o.item_id = i.item_id), 0) END"
#define SQL_SYNC_LINK_COLUMNS \
  "l.link_id, l.tenant_id, l.binding_id, coalesce (l.booking_id, 0), coalesce (l.session_id, 0), l.reference, l.state, " \
  "l.create_sequence, l.event_sequence, l.uid, l.key, l.version, l.base_start_us, l.base_end_us, l.base_class, l.base_flags, " \
  "l.seen_start_us, l.seen_end_us, l.seen_class, l.seen_flags, l.awaits_feed, l.in_flight, l.in_flight_uid, l.in_flight_key, " \
  "l.in_flight_create_sequence, l.in_flight_event_sequence, l.in_flight_start_us, l.in_flight_end_us, l.in_flight_class, " \
  "l.in_flight_flags, l.in_flight_us, l.not_before_us, l.failure, " \
  "(SELECT count (*) FROM sync_putback p WHERE p.link_id = l.link_id AND p.at_us > $2)"
#define SQL_SYNC_RUN_COLUMNS \
  "run_id, tenant_id, binding_id, started_us, coalesce (finished_us, 0), mode, was_full, outcome, actor, call_id, n_found, " \
  "n_changed, n_gone, n_unreadable, n_created, n_updated, n_removed, n_conflicts, n_left, n_requests, n_bytes"
#define STORE_SQL_SYNC(X) \
  X (SYNC_SETTINGS, "SELECT s.key, s.value FROM resource r JOIN setting s ON s.tenant_id = r.tenant_id " \
     "WHERE r.resource_id = $1 AND s.key LIKE 'sync-%' AND s.valid_from_date <= $2 AND s.unit_id IN " \
     "(0, (SELECT u.unit_id FROM resource_unit u JOIN unit n ON n.unit_id = u.unit_id WHERE u.resource_id = r.resource_id " \
     "ORDER BY n.organisation_key LIMIT 1)) " \
     "ORDER BY s.key, s.unit_id, s.valid_from_date") \
  X (SYNC_OWNER, "SELECT r.email, r.resource_key, coalesce (r.retired_us, 0), t.tenant_key FROM resource r " \
     "JOIN tenant t ON t.tenant_id = r.tenant_id WHERE r.resource_id = $1") \
  X (HASH_KEY_FIND, "SELECT bytes FROM hash_key WHERE tenant_id = $1") \
  X (HASH_KEY_ADD, "INSERT INTO hash_key (tenant_id, bytes) VALUES ($1, $2)") \
  \
  X (SYNC_BINDING_ADD, "INSERT INTO sync_binding (tenant_id, resource_id, calendar_id, url, auth, user_name, secret, " \
     "certificate, direction, limit_minutes, created_us) " \
     "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, nullif ($10, 0), $11)") \
  X (SYNC_BINDING_LOAD, "SELECT " SQL_SYNC_BINDING_COLUMNS ", 0, 0, 0 FROM sync_binding b " \
     "JOIN calendar c ON c.calendar_id = b.calendar_id WHERE b.binding_id = $1") \
  X (SYNC_BINDING_IS_STOPPED, "SELECT b.state = 'paused', coalesce (r.retired_us <= $2, 0) FROM sync_binding b " \
     "JOIN resource r ON r.resource_id = b.resource_id WHERE b.binding_id = $1") \
  X (SYNC_BINDING_LIST, "SELECT " SQL_SYNC_BINDING_COLUMNS ", " \
     "(SELECT count (*) FROM sync_item i WHERE i.binding_id = b.binding_id), " \
     "(SELECT count (*) FROM sync_item i WHERE i.binding_id = b.binding_id AND i.is_own = 1), " \
     "(SELECT count (*) FROM sync_item i WHERE i.binding_id = b.binding_id AND i.is_unreadable = 1) FROM sync_binding b " \
     "JOIN calendar c ON c.calendar_id = b.calendar_id WHERE b.tenant_id = $1 AND ($2 = 0 OR b.resource_id = $2) " \
     "ORDER BY b.resource_id, b.binding_id") \
  X (SYNC_BINDING_ADDRESSES, "SELECT b.url, r.resource_key FROM sync_binding b JOIN resource r ON r.resource_id = b.resource_id " \
     "WHERE b.tenant_id = $1 ORDER BY r.resource_key, b.binding_id") \
  X (SYNC_BINDING_CHANGE, "UPDATE sync_binding SET cursor = CASE WHEN url = $2 THEN cursor END, url = $2, auth = $3, " \
     "user_name = $4, secret = $5, certificate = $6, direction = $7, limit_minutes = nullif ($8, 0) " \
     "WHERE binding_id = $1") \
  X (SYNC_BINDING_SET_STATE, "UPDATE sync_binding SET state = $2, why = $3 WHERE binding_id = $1") \
  X (SYNC_BINDING_ASK_FULL, "UPDATE sync_binding SET full_due_us = $2 WHERE binding_id = $1 AND full_due_us > $2") \
  X (SYNC_BINDING_SET_PULLED, "UPDATE sync_binding SET tier = $2, identity = $3, cursor = $4, cursor_us = $5, pulled_us = $6, " \
     "full_due_us = $7, looks_first = $8, n_lost = $9 WHERE binding_id = $1") \
  X (SYNC_BINDING_SET_GONE, "UPDATE sync_binding SET gone_us = $2 WHERE binding_id = $1") \
  X (SYNC_BINDING_SET_HEALTH, "UPDATE sync_binding SET health = $2, health_text = $3, n_failures = $4, next_try_us = $5, " \
     "last_try_us = $6, last_success_us = $7 WHERE binding_id = $1") \
  X (SYNC_BINDING_REMOVE, "DELETE FROM sync_binding WHERE binding_id = $1") \
  X (SYNC_BINDINGS_REMOVE_OF_RESOURCE, "DELETE FROM sync_binding WHERE resource_id = $1") \
  X (SYNC_BINDINGS_LOOK_FIRST, "UPDATE sync_binding SET looks_first = 1, full_due_us = 0, cursor = NULL") \
  X (SYNC_CALENDARS_GROW_OLD, "UPDATE calendar SET fresh_until_us = $1 WHERE calendar_id IN " \
     "(SELECT calendar_id FROM sync_binding WHERE direction IN (1, 3))") \
  X (SYNC_BINDINGS_COUNT_GONE, "SELECT count (*), coalesce (sum (gone_us > $2), 0) FROM sync_binding " \
     "WHERE tenant_id = $1 AND direction IN (1, 3)") \
  X (CALENDAR_SET_FRESH, "UPDATE calendar SET fresh_until_us = nullif ($2, 0) WHERE calendar_id = $1 " \
     "AND fresh_until_us IS NOT nullif ($2, 0)") \
  X (CALENDAR_REMOVE, "DELETE FROM calendar WHERE calendar_id = $1") \
  \
  X (SYNC_ITEM_FIND, "SELECT " SQL_SYNC_ITEM_COLUMNS " FROM sync_item i WHERE i.binding_id = $1 AND i.key_hash = $2") \
  X (SYNC_ITEM_LIST, "SELECT " SQL_SYNC_ITEM_COLUMNS " FROM sync_item i WHERE i.binding_id = $1 ORDER BY i.key_hash") \
  X (SYNC_ITEM_PUT, "INSERT INTO sync_item (tenant_id, binding_id, key_hash, key, version, reference, is_own, is_unreadable) " \
     "VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (binding_id, key_hash) DO UPDATE SET " \
     "key = excluded.key, version = excluded.version, reference = excluded.reference, is_own = excluded.is_own, " \
     "is_unreadable = excluded.is_unreadable WHERE (sync_item.key, sync_item.version, sync_item.reference, sync_item.is_own, " \
     "sync_item.is_unreadable) IS DISTINCT FROM (excluded.key, excluded.version, excluded.reference, excluded.is_own, " \
     "excluded.is_unreadable)") \
  X (SYNC_ITEM_REMOVE, "DELETE FROM sync_item WHERE item_id = $1") \
  X (SYNC_ITEMS_REMOVE_SOME, "DELETE FROM sync_item WHERE item_id IN (SELECT item_id FROM sync_item WHERE binding_id = $1 " \
     "ORDER BY item_id LIMIT $2)") \
  X (SYNC_RUN_CHANGES_REMOVE_SOME, "DELETE FROM sync_run_change WHERE change_id IN (SELECT change_id FROM sync_run_change " \
     "WHERE binding_id = $1 ORDER BY change_id LIMIT $2)") \
  X (SYNC_OBJECT_LIST, "SELECT object_id, calendar_id, uid_hash, text, note FROM calendar_object WHERE item_id = $1 " \
     "ORDER BY object_id") \
  X (SYNC_OBJECT_PUT, "INSERT INTO calendar_object (tenant_id, calendar_id, uid_hash, text, note, item_id) " \
     "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (calendar_id, uid_hash) DO UPDATE SET text = excluded.text, " \
     "note = excluded.note WHERE (calendar_object.text, calendar_object.note) IS DISTINCT FROM (excluded.text, excluded.note)") \
  \
  X (SYNC_MEETING_LIST, \
     "SELECT b.booking_id, 0, b.identifier, b.start_us AS start_us, b.end_us, b.zone, b.unit_id, o.title, " \
     "coalesce (l.link_id, 0), CAST (b.contact_type AS TEXT) FROM booking b LEFT JOIN offer o ON o.offer_id = b.offer_id " \
     "LEFT JOIN sync_link l ON l.booking_id = b.booking_id AND l.binding_id = $1 WHERE b.advisor_id = $2 " \
     "AND b.start_us < $4 AND b.end_us > $3 AND b.start_us > $3 - 2678400000000 AND b.state = 'booked' AND b.session_id IS NULL " \
     "UNION " \
     "SELECT b.booking_id, 0, b.identifier, b.start_us, b.end_us, b.zone, b.unit_id, o.title, " \
     "coalesce (l.link_id, 0), NULL FROM booking b LEFT JOIN offer o ON o.offer_id = b.offer_id " \
     "LEFT JOIN sync_link l ON l.booking_id = b.booking_id AND l.binding_id = $1 JOIN claim c ON c.booking_id = b.booking_id " \
     "WHERE c.resource_id = $2 AND c.end_us > $3 AND c.start_us > $3 - 86400000000 AND b.room_id = $2 " \
     "AND b.start_us < $4 AND b.end_us > $3 AND b.state = 'booked' AND b.session_id IS NULL " \
     "UNION " \
     "SELECT 0, g.session_id, g.identifier, g.start_us, g.end_us, u.zone, o.unit_id, o.title, coalesce (l.link_id, 0), " \
     "CASE WHEN g.room_id IS $2 THEN NULL ELSE (SELECT group_concat (t.contact_type) FROM offer_contact_type t " \
     "WHERE t.offer_id = g.offer_id) END " \
     "FROM group_session g JOIN offer o ON o.offer_id = g.offer_id JOIN unit u ON u.unit_id = o.unit_id " \
     "LEFT JOIN sync_link l ON l.session_id = g.session_id AND l.binding_id = $1 " \
     "WHERE (g.advisor_id = $2 OR g.room_id = $2) AND g.start_us < $4 AND g.end_us > $3 ORDER BY start_us, 1, 2") \
  X (SYNC_MEETING_FIND_BOOKING, "SELECT booking_id FROM booking WHERE tenant_id = $1 AND identifier = $2") \
  X (SYNC_MEETING_FIND_SESSION, "SELECT session_id FROM group_session WHERE tenant_id = $1 AND identifier = $2") \
  X (SYNC_LINK_LIST, "SELECT " SQL_SYNC_LINK_COLUMNS " FROM sync_link l " \
     "LEFT JOIN booking b ON b.booking_id = l.booking_id LEFT JOIN group_session g ON g.session_id = l.session_id " \
     "WHERE l.binding_id = $1 AND (l.base_end_us > $3 OR l.in_flight <> 0 OR (b.state = 'booked' AND b.end_us > $3) " \
     "OR g.end_us > $3 OR (l.state = 2 AND l.key IS NOT NULL AND l.base_end_us > $3 - 3024000000000)) ORDER BY l.reference") \
  X (SYNC_LINK_FIND, "SELECT " SQL_SYNC_LINK_COLUMNS " FROM sync_link l WHERE l.binding_id = $1 AND l.reference = $3") \
  X (SYNC_LINK_PUT, "INSERT INTO sync_link (" \
     "tenant_id, binding_id, booking_id, session_id, reference, state, create_sequence, event_sequence, uid, " \
     "key, version, base_start_us, base_end_us, base_class, base_flags, seen_start_us, seen_end_us, " \
     "seen_class, seen_flags, awaits_feed, in_flight, in_flight_uid, in_flight_key, in_flight_create_sequence, " \
     "in_flight_event_sequence, in_flight_start_us, in_flight_end_us, in_flight_class, in_flight_flags, " \
     "in_flight_us, not_before_us, failure" \
     ") VALUES (" \
     "$1, $2, nullif ($3, 0), nullif ($4, 0), $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, " \
     "$19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32" \
     ") ON CONFLICT (binding_id, reference) DO UPDATE SET " \
     "booking_id = excluded.booking_id, session_id = excluded.session_id, state = excluded.state, " \
     "create_sequence = excluded.create_sequence, event_sequence = excluded.event_sequence, " \
     "uid = excluded.uid, key = excluded.key, version = excluded.version, " \
     "base_start_us = excluded.base_start_us, base_end_us = excluded.base_end_us, " \
     "base_class = excluded.base_class, base_flags = excluded.base_flags, " \
     "seen_start_us = excluded.seen_start_us, seen_end_us = excluded.seen_end_us, " \
     "seen_class = excluded.seen_class, seen_flags = excluded.seen_flags, awaits_feed = excluded.awaits_feed, in_flight = excluded.in_flight, " \
     "in_flight_uid = excluded.in_flight_uid, in_flight_key = excluded.in_flight_key, " \
     "in_flight_create_sequence = excluded.in_flight_create_sequence, " \
     "in_flight_event_sequence = excluded.in_flight_event_sequence, " \
     "in_flight_start_us = excluded.in_flight_start_us, in_flight_end_us = excluded.in_flight_end_us, " \
     "in_flight_class = excluded.in_flight_class, in_flight_flags = excluded.in_flight_flags, " \
     "in_flight_us = excluded.in_flight_us, not_before_us = excluded.not_before_us, " \
     "failure = excluded.failure") \
  X (SYNC_LINK_REMOVE, "DELETE FROM sync_link WHERE link_id = $1") \
  X (SYNC_PUTBACK_ADD, "INSERT INTO sync_putback (link_id, at_us) VALUES ($1, $2) ON CONFLICT DO NOTHING") \
  X (SYNC_TOMBSTONE_PUT, "INSERT INTO sync_tombstone (binding_id, reference, tenant_id, key_hash, create_sequence, removed_us) " \
     "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (binding_id, reference) DO UPDATE SET key_hash = excluded.key_hash, " \
     "create_sequence = max (sync_tombstone.create_sequence, excluded.create_sequence), removed_us = excluded.removed_us") \
  X (SYNC_TOMBSTONE_FIND, "SELECT create_sequence FROM sync_tombstone WHERE binding_id = $1 AND reference = $2") \
  \
  X (SYNC_RUN_ADD, "INSERT INTO sync_run (tenant_id, binding_id, started_us, mode, actor, call_id) " \
     "VALUES ($1, $2, $3, $4, $5, $6)") \
  X (SYNC_RUN_FINISH, "UPDATE sync_run SET finished_us = $2, outcome = $3, was_full = $4, n_found = $5, n_changed = $6, " \
     "n_gone = $7, n_unreadable = $8, n_created = $9, n_updated = $10, n_removed = $11, n_conflicts = $12, n_left = $13, " \
     "n_requests = $14, n_bytes = $15 WHERE run_id = $1") \
  X (SYNC_RUN_LOAD, "SELECT " SQL_SYNC_RUN_COLUMNS " FROM sync_run WHERE run_id = $1") \
  X (SYNC_RUN_LIST, "SELECT " SQL_SYNC_RUN_COLUMNS " FROM sync_run WHERE binding_id = $1 ORDER BY started_us DESC, run_id DESC " \
     "LIMIT $2") \
  X (SYNC_RUN_CHANGE_ADD, "INSERT INTO sync_run_change (tenant_id, run_id, binding_id, at_us, what, is_own, key_hash, " \
     "reference, before, after, counts) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)") \
  X (SYNC_RUN_CHANGE_LIST, "SELECT change_id, tenant_id, run_id, binding_id, at_us, what, is_own, key_hash, reference, before, " \
     "after, counts FROM sync_run_change WHERE run_id = $1 ORDER BY change_id") \
  X (SYNC_RUN_CHANGE_COUNT, "SELECT coalesce (sum (at_us > $2 AND what LIKE 'sent-%'), 0), " \
     "coalesce (sum (at_us > $2 AND counts AND is_own), 0), coalesce (sum (at_us > $2 AND counts AND NOT is_own), 0), " \
     "coalesce (sum (counts AND is_own), 0), coalesce (sum (counts AND NOT is_own), 0) FROM sync_run_change " \
     "WHERE binding_id = $1 AND at_us > $3") \
  X (SYNC_RUN_CHANGES_LOOKED_AT, "UPDATE sync_run_change SET counts = 0 WHERE binding_id = $1 AND at_us > $2 AND counts = 1")
/* clang-format on */
