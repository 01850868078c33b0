/* SPDX-License-Identifier: EUPL-1.2 */
/* Statements that gather, erase or re-number all that is held about one citizen. */
#pragma once

/* An extract's columns are named for people: …_us is shown as a time, staff_… may be withheld. $1 is the citizen. */
/* clang-format off */
#define STORE_SQL_PRIVACY(X) \
  X (EXTRACT_CITIZEN, "SELECT citizen_id, cpr AS number, successor_id IS NOT NULL AS former, replaced_us FROM citizen " \
     "WHERE citizen_id = $1 OR successor_id = $1 ORDER BY successor_id IS NOT NULL, citizen_id") \
  X (EXTRACT_FACTS, "SELECT kind, value, source, seen_us FROM citizen_fact WHERE citizen_id = $1 ORDER BY kind, value") \
  X (EXTRACT_BOOKINGS, "SELECT b.identifier AS booking, u.organisation_key AS unit, b.state, b.origin, b.revision, " \
     "b.start_us, b.end_us, b.start_local, b.zone, b.interview_type, b.form_type, b.contact_type, b.title, b.description, " \
     "b.location, b.address, b.telephone, b.meeting_link, b.contact_options, b.fund_participation, b.self_booked, " \
     "b.compulsory, b.should_accept, b.accepted, b.rebook_possible, b.rebook_deadline_us, b.cancel_possible, " \
     "b.cancel_deadline_us, b.conflict, b.group_identifier, b.owner_system, b.originator_type, b.originator_code, " \
     "r.resource_key AS staff_advisor, r.name AS staff_advisor_name, b.foreign_advisor AS staff_foreign_advisor, " \
     "m.name AS room, o.identifier AS offer, b.created_us, b.changed_us FROM booking b JOIN unit u ON u.unit_id = b.unit_id " \
     "LEFT JOIN resource r ON r.resource_id = b.advisor_id LEFT JOIN resource m ON m.resource_id = b.room_id " \
     "LEFT JOIN offer o ON o.offer_id = b.offer_id WHERE b.citizen_id = $1 ORDER BY b.start_us, b.booking_id") \
  X (EXTRACT_SEATS, "SELECT b.identifier AS booking, s.identifier AS group_meeting, t.seat_number, t.hold_id IS NOT NULL AS reserved " \
     "FROM seat t JOIN group_session s ON s.session_id = t.session_id LEFT JOIN booking b ON b.booking_id = t.booking_id " \
     "LEFT JOIN hold h ON h.hold_id = t.hold_id WHERE b.citizen_id = $1 OR h.citizen_id = $1 " \
     "ORDER BY s.identifier, t.seat_number") \
  X (EXTRACT_SESSIONS, "SELECT DISTINCT s.identifier AS group_meeting, s.start_us, s.end_us, r.name AS staff_advisor_name " \
     "FROM group_session s JOIN seat t ON t.session_id = s.session_id JOIN resource r ON r.resource_id = s.advisor_id " \
     "LEFT JOIN booking b ON b.booking_id = t.booking_id LEFT JOIN hold h ON h.hold_id = t.hold_id " \
     "WHERE b.citizen_id = $1 OR h.citizen_id = $1 ORDER BY s.start_us, s.identifier") \
  X (EXTRACT_CLAIMS, "SELECT coalesce (b.identifier, h.token) AS reserved_for, r.kind, r.name AS staff_name, c.start_us, c.end_us " \
     "FROM claim c JOIN resource r ON r.resource_id = c.resource_id LEFT JOIN booking b ON b.booking_id = c.booking_id " \
     "LEFT JOIN hold h ON h.hold_id = c.hold_id WHERE b.citizen_id = $1 OR h.citizen_id = $1 ORDER BY c.start_us, c.claim_id") \
  X (EXTRACT_HOLDS, "SELECT h.token AS reservation, h.context, o.identifier AS offer, h.start_us, h.end_us, h.contact_type, " \
     "r.name AS staff_advisor_name, h.expiry_us FROM hold h JOIN offer o ON o.offer_id = h.offer_id " \
     "JOIN resource r ON r.resource_id = h.advisor_id WHERE h.citizen_id = $1 ORDER BY h.hold_id") \
  X (EXTRACT_USED_HOLDS, "SELECT x.token AS reservation, b.identifier AS booking, x.used_us FROM used_hold x " \
     "JOIN booking b ON b.booking_id = x.booking_id WHERE b.citizen_id = $1 ORDER BY x.used_us, x.token") \
  X (EXTRACT_ANSWERS, "SELECT b.identifier AS booking, a.key, a.body AS staff_answer, a.expiry_us FROM stored_answer a " \
     "JOIN booking b ON b.booking_id = a.booking_id WHERE b.citizen_id = $1 ORDER BY a.expiry_us, a.key") \
  X (EXTRACT_JOURNAL, "SELECT j.at_us, j.kind, j.subject, j.actor AS staff_actor, j.call_id AS request FROM journal j " \
     "WHERE j.subject IN (SELECT identifier FROM booking WHERE citizen_id = $1) OR j.subject IN " \
     "(SELECT 'citizen:' || citizen_id FROM citizen WHERE citizen_id = $1 OR successor_id = $1) OR j.subject IN " \
     "(SELECT 'inbox:' || inbox_id FROM inbox WHERE citizen_id = $1) " \
     "ORDER BY j.sequence") \
  X (EXTRACT_PAYLOADS, "SELECT j.at_us, j.subject, p.payload AS staff_before_and_after FROM journal j " \
     "JOIN journal_payload p ON p.sequence = j.sequence " \
     "WHERE j.subject IN (SELECT identifier FROM booking WHERE citizen_id = $1) OR j.subject IN " \
     "(SELECT 'citizen:' || citizen_id FROM citizen WHERE citizen_id = $1 OR successor_id = $1) OR j.subject IN " \
     "(SELECT 'inbox:' || inbox_id FROM inbox WHERE citizen_id = $1) " \
     "ORDER BY j.sequence") \
  X (EXTRACT_SYNC_LINKS, "SELECT l.reference, r.name AS staff_calendar_of, l.base_start_us AS start_us, l.base_end_us AS end_us, " \
     "l.failure FROM sync_link l JOIN booking b ON b.booking_id = l.booking_id JOIN sync_binding s ON s.binding_id = l.binding_id " \
     "JOIN resource r ON r.resource_id = s.resource_id WHERE b.citizen_id = $1 ORDER BY l.base_start_us, l.link_id") \
  X (EXTRACT_SYNC_CONFLICTS, "SELECT c.reference, c.kind, c.decision, c.our_start_us AS start_us, c.our_end_us AS end_us, " \
     "c.their_start_us AS calendar_start_us, c.their_end_us AS calendar_end_us, c.state, c.found_us, c.resolved_us, " \
     "c.resolved_by AS staff_resolved_by, c.resolution AS staff_resolution FROM sync_conflict c " \
     "JOIN booking b ON b.booking_id = c.booking_id WHERE b.citizen_id = $1 ORDER BY c.conflict_id") \
  X (EXTRACT_SYNC_CHANGES, "SELECT x.at_us, x.what, x.reference, x.before, x.after, r.name AS staff_calendar_of FROM booking b " \
     "JOIN sync_run_change x ON substr (x.reference, instr (x.reference, ':') + 9) = b.identifier AND x.tenant_id = b.tenant_id " \
     "JOIN sync_binding s ON s.binding_id = x.binding_id JOIN resource r ON r.resource_id = s.resource_id " \
     "WHERE b.citizen_id = $1 AND x.reference IS NOT NULL ORDER BY x.change_id") \
  X (EXTRACT_SYNC_TOMBSTONES, "SELECT t.reference, t.removed_us, r.name AS staff_calendar_of FROM booking b " \
     "JOIN sync_tombstone t ON substr (t.reference, instr (t.reference, ':') + 9) = b.identifier AND t.tenant_id = b.tenant_id " \
     "JOIN sync_binding s ON s.binding_id = t.binding_id JOIN resource r ON r.resource_id = s.resource_id " \
     "WHERE b.citizen_id = $1 ORDER BY t.tombstone_id") \
  X (EXTRACT_OUTBOX, "SELECT kind, subject AS booking, state, attempts, reason, payload, added_us FROM outbox WHERE citizen_id = $1 " \
     "ORDER BY outbox_id") \
  X (EXTRACT_INBOX, "SELECT kind, message_id, received_us, state, note AS staff_note, payload FROM inbox WHERE citizen_id = $1 " \
     "ORDER BY inbox_id") \
  X (EXTRACT_EMPTY_ANSWERS, "SELECT e.at_us, e.call_id AS request, u.organisation_key AS unit, o.identifier AS offer, " \
     "nullif (e.from_us, 0) AS from_us, nullif (e.to_us, 0) AS to_us, e.reason FROM empty_answer e " \
     "LEFT JOIN unit u ON u.unit_id = e.unit_id LEFT JOIN offer o ON o.offer_id = e.offer_id WHERE e.citizen_id = $1 " \
     "ORDER BY e.empty_answer_id") \
  \
  X (CITIZEN_ROW, "SELECT citizen_id, coalesce (successor_id, 0) FROM citizen WHERE tenant_id = $1 AND cpr = $2") \
  X (CITIZEN_SET_NUMBER, "UPDATE citizen SET cpr = $2 WHERE citizen_id = $1") \
  X (CITIZEN_ADD_FORMER, "INSERT INTO citizen (citizen_id, tenant_id, cpr, successor_id, replaced_us) " \
     "VALUES (" SQL_NEW_ID ("citizen") ", $1, $2, $3, $4)") \
  X (CITIZEN_DROP_FORMER, "DELETE FROM citizen WHERE citizen_id = $1 AND successor_id IS NOT NULL") \
  X (CITIZEN_BECOME_FORMER, "UPDATE citizen SET successor_id = $2, replaced_us = $3 WHERE citizen_id = $1") \
  X (MERGE_CONFLICTS, "SELECT a.identifier, b.identifier, a.unit_id, b.unit_id, a.start_us < b.end_us AND a.end_us > b.start_us, " \
     "a.interview_type = b.interview_type, CASE WHEN a.created_us > b.created_us THEN a.booking_id ELSE b.booking_id END " \
     "FROM booking a JOIN booking b ON b.citizen_id = $2 AND b.state = 'booked' AND b.end_us > $3 " \
     "WHERE a.citizen_id = $1 AND a.state = 'booked' AND a.end_us > $3 AND ((a.start_us < b.end_us AND a.end_us > b.start_us) " \
     "OR a.interview_type = b.interview_type) ORDER BY a.booking_id, b.booking_id") \
  X (MERGE_HOLD_CONFLICTS, "SELECT a.token FROM hold a JOIN hold b ON b.citizen_id = $2 AND b.context = a.context " \
     "WHERE a.citizen_id = $1 ORDER BY a.token") \
  X (MERGE_BOOKINGS, "UPDATE booking SET citizen_id = $2 WHERE citizen_id = $1") \
  X (MERGE_HOLDS, "UPDATE hold SET citizen_id = $2 WHERE citizen_id = $1") \
  X (MERGE_OUTBOX, "UPDATE outbox SET citizen_id = $2 WHERE citizen_id = $1") \
  X (MERGE_INBOX, "UPDATE inbox SET citizen_id = $2 WHERE citizen_id = $1") \
  X (MERGE_EMPTY_ANSWERS, "UPDATE empty_answer SET citizen_id = $2 WHERE citizen_id = $1") \
  X (MERGE_FORMERS, "UPDATE citizen SET successor_id = $2 WHERE successor_id = $1") \
  X (MERGE_FACTS_DROP_OLDER, "DELETE FROM citizen_fact WHERE citizen_id = (SELECT citizen_id FROM citizen_fact " \
     "WHERE citizen_id IN ($1, $2) GROUP BY citizen_id ORDER BY max (seen_us), citizen_id LIMIT 1) " \
     "AND (SELECT count (DISTINCT citizen_id) FROM citizen_fact WHERE citizen_id IN ($1, $2)) = 2") \
  X (MERGE_FACTS, "UPDATE citizen_fact SET citizen_id = $2 WHERE citizen_id = $1") \
  X (BOOKING_SET_CONFLICT, "UPDATE booking SET conflict = 1 WHERE booking_id = $1") \
  \
  X (CITIZEN_STANDING, "SELECT " \
     "(SELECT count (*) FROM booking b WHERE b.citizen_id = $1 AND b.state = 'booked' AND b.end_us > $2), " \
     "(SELECT count (*) FROM hold h WHERE h.citizen_id = $1), " \
     "(SELECT count (*) FROM outbox o WHERE o.citizen_id = $1 AND o.state IN ('waiting', 'refused', 'held')), " \
     "(SELECT count (*) FROM booking b WHERE b.citizen_id = $1), " \
     "(SELECT count (*) FROM empty_answer e WHERE e.citizen_id = $1), " \
     "(SELECT coalesce (max (max (b.end_us, b.changed_us)), 0) FROM booking b WHERE b.citizen_id = $1), " \
     "(SELECT coalesce (max (e.at_us), 0) FROM empty_answer e WHERE e.citizen_id = $1)") \
  X (BOOKING_IDS_OF_CITIZEN, "SELECT booking_id FROM booking WHERE citizen_id = $1 ORDER BY booking_id") \
  X (CITIZEN_FACTS_CLEAR, "DELETE FROM citizen_fact WHERE citizen_id = $1") \
  X (OUTBOX_CLEAR_OF_CITIZEN, "DELETE FROM outbox WHERE citizen_id = $1") \
  X (INBOX_CLEAR_OF_CITIZEN, "DELETE FROM inbox WHERE citizen_id = $1") \
  X (EMPTY_ANSWERS_FORGET_CITIZEN, "UPDATE empty_answer SET citizen_id = NULL WHERE citizen_id = $1") \
  X (JOURNAL_PAYLOADS_ERASE_BY_SUBJECT, "DELETE FROM journal_payload WHERE sequence IN " \
     "(SELECT sequence FROM journal WHERE subject = $1)") \
  X (CITIZEN_NUMBERS, "SELECT cpr FROM citizen WHERE citizen_id = $1 OR successor_id = $1 ORDER BY citizen_id") \
  X (PROSE_FIND_BOOKINGS, "SELECT b.booking_id FROM booking b WHERE b.tenant_id = $1 AND b.title || coalesce (b.description, '') || " \
     "coalesce (b.location, '') || coalesce (b.address, '') || coalesce (b.contact_options, '') || coalesce (b.telephone, '') || " \
     "coalesce (b.meeting_link, '') || coalesce (b.foreign_advisor, '') LIKE $2 ORDER BY b.booking_id") \
  X (PROSE_MASK_BOOKING, "UPDATE booking SET title = replace (title, $2, '**********'), " \
     "description = replace (description, $2, '**********'), location = replace (location, $2, '**********'), " \
     "address = replace (address, $2, '**********'), contact_options = replace (contact_options, $2, '**********'), " \
     "telephone = replace (telephone, $2, '**********'), meeting_link = replace (meeting_link, $2, '**********'), " \
     "foreign_advisor = replace (foreign_advisor, $2, '**********') WHERE booking_id = $1") \
  X (PROSE_FIND_INBOX, "SELECT i.inbox_id FROM inbox i WHERE i.tenant_id = $1 AND i.payload || coalesce (i.note, '') LIKE $2 " \
     "ORDER BY i.inbox_id") \
  X (PROSE_MASK_INBOX, "UPDATE inbox SET payload = replace (payload, $2, '**********'), note = replace (note, $2, '**********') " \
     "WHERE inbox_id = $1") \
  X (PROSE_FIND_OUTBOX, "SELECT o.outbox_id FROM outbox o WHERE o.tenant_id = $1 AND o.payload || coalesce (o.reason, '') LIKE $2 " \
     "ORDER BY o.outbox_id") \
  X (PROSE_MASK_OUTBOX, "UPDATE outbox SET payload = replace (payload, $2, '**********'), reason = replace (reason, $2, '**********') " \
     "WHERE outbox_id = $1") \
  X (PROSE_FIND_PAYLOADS, "SELECT p.sequence FROM journal_payload p JOIN journal j ON j.sequence = p.sequence " \
     "WHERE j.tenant_id = $1 AND p.payload LIKE $2 ORDER BY p.sequence") \
  X (PROSE_FIND_ANSWERS, "SELECT a.booking_id FROM stored_answer a WHERE a.tenant_id = $1 AND a.body LIKE $2 ORDER BY a.booking_id")
/* clang-format on */
