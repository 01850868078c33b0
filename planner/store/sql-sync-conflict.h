/* SPDX-License-Identifier: EUPL-1.2 */
/* Statements about conflicts with both versions, and about what waits for a person's word. */
#pragma once

/* clang-format off */
#define SQL_SYNC_CONFLICT_COLUMNS \
  "conflict_id, tenant_id, binding_id, coalesce (run_id, 0), coalesce (booking_id, 0), reference, kind, decision, " \
  "our_start_us, our_end_us, our_class, our_flags, their_start_us, their_end_us, their_class, their_flags, state, found_us, " \
  "seen_us, coalesce (resolved_us, 0), resolved_by, resolution, key_hash, coalesce (changed_us, 0)"
/* When the meeting of a conflict is over; NULL: it is cancelled or gone. */
#define SQL_SYNC_CONFLICT_END \
  "coalesce ((SELECT b.end_us FROM booking b WHERE b.booking_id = c.booking_id AND b.state = 'booked'), " \
  "(SELECT g.end_us FROM group_session g WHERE g.tenant_id = c.tenant_id " \
  "AND g.identifier = substr (c.reference, instr (c.reference, ':session:') + 9)))"
#define SQL_SYNC_CONFLICT_LATER \
  "EXISTS (SELECT 1 FROM sync_conflict n WHERE n.binding_id = c.binding_id AND n.reference = c.reference " \
  "AND (n.seen_us, n.conflict_id) > (c.seen_us, c.conflict_id) AND "
/* Why nobody has to decide an open conflict any more; NULL: somebody has. A link in conflict (2) or refused (3) waits. */
#define SQL_SYNC_CONFLICT_OVER \
  "CASE WHEN c.kind = 'unreadable' THEN CASE WHEN NOT EXISTS (SELECT 1 FROM sync_item i WHERE i.binding_id = c.binding_id " \
  "AND i.key_hash = c.key_hash AND i.is_unreadable = 1) THEN 'readable' END " \
  "WHEN c.reference IS NULL THEN NULL " \
  "WHEN c.kind = 'lost' THEN CASE WHEN c.their_end_us <= $2 THEN 'over' WHEN NOT EXISTS (SELECT 1 FROM sync_item i " \
  "WHERE i.binding_id = c.binding_id AND i.reference = c.reference) THEN 'settled' END " \
  "WHEN " SQL_SYNC_CONFLICT_END " <= $2 THEN 'over' " \
  "WHEN c.kind = 'overlap' THEN CASE WHEN " SQL_SYNC_CONFLICT_END " IS NULL THEN 'cancelled' " \
  "WHEN " SQL_SYNC_CONFLICT_LATER "n.kind = 'overlap' AND n.state = 'open') AND NOT EXISTS (SELECT 1 FROM busy_span s " \
  "JOIN calendar_object o ON o.object_id = s.object_id JOIN sync_binding d ON d.binding_id = c.binding_id " \
  "WHERE s.resource_id = d.resource_id AND o.calendar_id = d.calendar_id AND s.start_us = c.their_start_us " \
  "AND s.end_us = c.their_end_us) THEN 'superseded' END " \
  "WHEN (SELECT l.state FROM sync_link l WHERE l.binding_id = c.binding_id AND l.reference = c.reference) " \
  "IS NOT CASE c.kind WHEN 'refused' THEN 3 ELSE 2 END THEN CASE WHEN " SQL_SYNC_CONFLICT_END " IS NULL " \
  "THEN 'cancelled' ELSE 'settled' END " \
  "WHEN " SQL_SYNC_CONFLICT_LATER "n.kind IN ('moved', 'both-moved', 'deleted', 'series', 'attendees', 'storm', 'refused')) " \
  "THEN 'superseded' END"

#define STORE_SQL_SYNC_CONFLICT(X) \
  X (SYNC_OVERLAP_SPANS, "SELECT s.class, s.all_day FROM busy_span s JOIN calendar_object o ON o.object_id = s.object_id " \
     "WHERE s.resource_id = $1 AND o.calendar_id = $2 AND s.start_us < $4 AND s.start_us > $3 - 86400000000 " \
     "AND s.end_us > $3 ORDER BY s.start_us, s.end_us, s.object_id") \
  X (SYNC_OVERLAP_LIST, "SELECT " SQL_SYNC_CONFLICT_COLUMNS " FROM sync_conflict WHERE binding_id = $1 AND state = 'open' " \
     "AND kind = 'overlap' ORDER BY conflict_id") \
  X (SYNC_CONFLICT_DECIDE, "UPDATE sync_conflict SET decision = $2, state = $3, resolved_us = $4, resolved_by = $5, " \
     "resolution = $6 WHERE conflict_id = $1") \
  X (SYNC_CONFLICT_FIND, "SELECT conflict_id FROM sync_conflict WHERE binding_id = $1 AND reference IS $2 AND kind = $3 " \
     "AND decision = $4 AND our_start_us = $5 AND our_end_us = $6 AND their_start_us = $7 AND their_end_us = $8 " \
     "AND their_class = $9 AND their_flags = $10 AND key_hash IS $11 AND state <> 'resolved' ORDER BY conflict_id DESC LIMIT 1") \
  X (SYNC_CONFLICT_ADD, "INSERT INTO sync_conflict (tenant_id, binding_id, run_id, booking_id, reference, kind, decision, " \
     "our_start_us, our_end_us, our_class, our_flags, their_start_us, their_end_us, their_class, their_flags, state, found_us, " \
     "seen_us, key_hash, changed_us) VALUES ($1, $2, nullif ($3, 0), nullif ($4, 0), $5, $6, $7, $8, $9, $10, $11, $12, $13, " \
     "$14, $15, $16, $17, $17, $18, nullif ($19, 0))") \
  X (SYNC_CONFLICT_SEEN, "UPDATE sync_conflict SET seen_us = $2 WHERE conflict_id = $1") \
  X (SYNC_CONFLICT_LOAD, "SELECT " SQL_SYNC_CONFLICT_COLUMNS " FROM sync_conflict WHERE conflict_id = $1") \
  X (SYNC_CONFLICT_LIST, "SELECT " SQL_SYNC_CONFLICT_COLUMNS " FROM sync_conflict WHERE tenant_id = $1 " \
     "AND ($2 = 0 OR binding_id = $2) AND ($3 IS NULL OR state = $3) ORDER BY conflict_id DESC LIMIT 1000") \
  X (SYNC_CONFLICT_RESOLVE, "UPDATE sync_conflict SET state = 'resolved', resolved_us = $2, resolved_by = $3, resolution = $4 " \
     "WHERE conflict_id = $1") \
  X (SYNC_CONFLICTS_COUNT_OVER, "SELECT count (*) FROM sync_conflict c WHERE c.binding_id = $1 AND c.state = 'open' " \
     "AND " SQL_SYNC_CONFLICT_OVER " IS NOT NULL") \
  X (SYNC_CONFLICTS_CLOSE_OVER, "UPDATE sync_conflict AS c SET state = 'resolved', resolved_us = $2, resolved_by = 'sync', " \
     "resolution = " SQL_SYNC_CONFLICT_OVER " WHERE c.binding_id = $1 AND c.state = 'open' " \
     "AND " SQL_SYNC_CONFLICT_OVER " IS NOT NULL") \
  X (SYNC_GUARD_FIND, "SELECT binding_id, tenant_id, reason, at_us, n_own, n_foreign, n_known_own, n_known_foreign, " \
     "agreed_until_us, agreed_by FROM sync_guard WHERE binding_id = $1") \
  X (SYNC_GUARD_PUT, "INSERT INTO sync_guard (binding_id, tenant_id, reason, at_us, n_own, n_foreign, n_known_own, " \
     "n_known_foreign) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)") \
  X (SYNC_GUARD_AGREE, "UPDATE sync_guard SET agreed_until_us = $2, agreed_by = $3 WHERE binding_id = $1") \
  X (SYNC_GUARD_CLEAR, "DELETE FROM sync_guard WHERE binding_id = $1") \
  X (SYNC_STAGED_CLEAR, "DELETE FROM sync_staged WHERE binding_id = $1") \
  X (SYNC_STAGED_ADD, "INSERT INTO sync_staged (binding_id, key_hash) VALUES ($1, $2) ON CONFLICT DO NOTHING") \
  X (SYNC_STAGED_LIST, "SELECT key_hash FROM sync_staged WHERE binding_id = $1 ORDER BY key_hash")
/* clang-format on */
