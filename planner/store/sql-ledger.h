/* SPDX-License-Identifier: EUPL-1.2 */
/* Statements about citizens, holds, bookings, sessions, seats and claims. */
#pragma once

/* clang-format off */
#define SQL_BOOKING_COLUMNS \
  "b.booking_id, b.tenant_id, b.unit_id, b.identifier, b.revision, b.placement, b.state, b.origin, " \
  "b.owner_system, b.citizen_id, b.offer_id, b.session_id, b.group_identifier, b.start_us, b.end_us, " \
  "b.start_local, b.zone, b.tzdata, b.advisor_id, b.foreign_advisor, b.room_id, b.interview_type, " \
  "b.form_type, b.contact_type, b.title, b.description, b.location, b.address, b.telephone, " \
  "b.meeting_link, b.contact_options, b.fund_participation, b.self_booked, b.compulsory, " \
  "b.should_accept, b.accepted, b.rebook_possible, b.rebook_deadline_us, b.cancel_possible, " \
  "b.cancel_deadline_us, b.conflict, b.originator_type, b.originator_code, b.owner_id, " \
  "b.created_us, b.changed_us, c.cpr"

#define SQL_BOOKING_FROM " FROM booking b JOIN citizen c ON c.citizen_id = b.citizen_id "

/* One more than any that was ever given, removed ones included. */
#define SQL_NEW_ID(noun) \
  "(SELECT 1 + max (i) FROM (SELECT max (" noun "_id) AS i FROM " noun \
  " UNION ALL SELECT last_id FROM spent_id WHERE noun = '" noun "'))"

#define SQL_CLAIM_TIMES \
  "c.core_start_us, c.core_end_us, c.core_start_us - c.start_us, c.end_us - c.core_end_us, c.owner_id, " \
  "c.may_share_buffers, c.exclusive, h.expiry_us "

#define SQL_HOLD_COLUMNS \
  "hold_id, tenant_id, token, citizen_id, context, offer_id, session_id, booking_id, start_us, end_us, " \
  "advisor_id, room_id, contact_type, owner_id, expiry_us"

#define SQL_SESSION_COLUMNS \
  "s.session_id, s.tenant_id, s.offer_id, s.identifier, s.start_us, s.end_us, s.advisor_id, s.room_id, " \
  "s.seats, s.owner_id, s.kept, (SELECT count(*) FROM seat t WHERE t.session_id = s.session_id)"

#define STORE_SQL_LEDGER(X) \
  X (OWNER_ADD, "INSERT INTO owner (tenant_id) VALUES ($1)") \
  X (CITIZEN_FIND, "SELECT coalesce (successor_id, citizen_id) FROM citizen WHERE tenant_id = $1 AND cpr = $2") \
  X (CITIZEN_ADD, "INSERT INTO citizen (citizen_id, tenant_id, cpr) VALUES (" SQL_NEW_ID ("citizen") ", $1, $2)") \
  X (CITIZEN_FORMER_IDS, "SELECT f.citizen_id FROM citizen c JOIN citizen f ON f.successor_id = coalesce (c.successor_id, c.citizen_id) " \
     "WHERE c.tenant_id = $1 AND c.cpr = $2 ORDER BY f.citizen_id") \
  X (CITIZEN_FACTS, "SELECT kind, value FROM citizen_fact WHERE citizen_id = $1 ORDER BY kind, value") \
  X (CITIZEN_FACTS_REMOVE, "DELETE FROM citizen_fact WHERE citizen_id = $1 AND source = $2") \
  X (CITIZEN_FACT_PUT, "INSERT INTO citizen_fact (tenant_id, citizen_id, kind, value, source, seen_us) " \
     "VALUES ($1, $2, $3, $4, $5, $6) " \
     "ON CONFLICT (citizen_id, kind, value) DO UPDATE SET source = excluded.source, seen_us = excluded.seen_us") \
  X (CITIZEN_SUMMARY, "SELECT c.citizen_id, c.tenant_id, c.cpr, " \
     "(SELECT max(b.end_us) FROM booking b WHERE b.citizen_id = c.citizen_id AND b.state = 'booked'), " \
     "(SELECT max(h.expiry_us) FROM hold h WHERE h.citizen_id = c.citizen_id), c.successor_id IS NOT NULL " \
     "FROM citizen c WHERE c.citizen_id = $1") \
  X (CITIZEN_ALL_SUMMARIES, "SELECT c.citizen_id, c.tenant_id, c.cpr, " \
     "(SELECT max(b.end_us) FROM booking b WHERE b.citizen_id = c.citizen_id AND b.state = 'booked'), " \
     "(SELECT max(h.expiry_us) FROM hold h WHERE h.citizen_id = c.citizen_id), c.successor_id IS NOT NULL " \
     "FROM citizen c ORDER BY c.citizen_id") \
  X (CITIZEN_ALL_FACTS, "SELECT citizen_id, kind, value FROM citizen_fact ORDER BY citizen_id, kind, value") \
  \
  X (CLAIM_ADD, "INSERT INTO claim (tenant_id, resource_id, start_us, end_us, core_start_us, core_end_us, " \
     "may_share_buffers, exclusive, owner_id, hold_id, booking_id, session_id) " \
     "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, nullif($10, 0), nullif($11, 0), nullif($12, 0))") \
  X (CLAIM_OVERLAPPING, "SELECT c.resource_id, " SQL_CLAIM_TIMES \
     "FROM claim c LEFT JOIN hold h ON h.hold_id = c.hold_id " \
     "WHERE c.resource_id = $1 AND c.start_us > $2 - 86400000000 AND c.start_us < $3 AND c.end_us > $2 " \
     "ORDER BY c.core_start_us, c.claim_id") \
  X (CLAIM_OVERLAPPING_OF_ALL, "SELECT r.resource_id, " SQL_CLAIM_TIMES \
     "FROM resource r CROSS JOIN claim c LEFT JOIN hold h ON h.hold_id = c.hold_id " \
     "WHERE c.resource_id = r.resource_id AND c.start_us > $1 - 86400000000 AND c.start_us < $2 AND c.end_us > $1 " \
     "ORDER BY r.resource_id, c.core_start_us, c.claim_id") \
  X (CLAIMS_OF_OWNER, "SELECT coalesce(min(start_us), 0), coalesce(max(end_us), 0) FROM claim WHERE owner_id = $1 AND resource_id = $2") \
  X (CLAIM_HOLD_TO_BOOKING, "UPDATE claim SET hold_id = NULL, booking_id = $2 WHERE hold_id = $1") \
  X (CLAIM_REMOVE_BY_HOLD, "DELETE FROM claim WHERE hold_id = $1") \
  X (CLAIM_REMOVE_BY_BOOKING, "DELETE FROM claim WHERE booking_id = $1") \
  X (CLAIM_REMOVE_BY_SESSION, "DELETE FROM claim WHERE session_id = $1") \
  X (CLAIM_TOUCHED_BY_HOLD, "SELECT resource_id, start_us, end_us FROM claim WHERE hold_id = $1 ORDER BY claim_id") \
  X (CLAIM_TOUCHED_BY_BOOKING, "SELECT resource_id, start_us, end_us FROM claim WHERE booking_id = $1 ORDER BY claim_id") \
  X (CLAIM_TOUCHED_BY_SESSION, "SELECT resource_id, start_us, end_us FROM claim WHERE session_id = $1 ORDER BY claim_id") \
  X (CLAIM_BLOCKING_OF_RESOURCE, "SELECT c.claim_id, c.booking_id, c.core_start_us, c.core_end_us, k.contact_type, " \
     "coalesce (k.room_id = c.resource_id, 0), EXISTS (SELECT 1 FROM busy_span b WHERE b.resource_id = c.resource_id " \
     "AND b.start_us < c.core_end_us AND b.start_us > c.core_start_us - 86400000000 AND b.end_us > c.core_start_us) " \
     "FROM claim c JOIN booking k ON k.booking_id = c.booking_id " \
     "WHERE c.resource_id = $1 AND c.exclusive = 0 AND c.start_us > $2 - 86400000000 AND c.start_us < $3 AND c.end_us > $2 " \
     "ORDER BY c.claim_id") \
  X (CLAIM_N_BLOCKING_OF_BOOKING, "SELECT count(*) FROM claim WHERE booking_id = $1 AND exclusive = 0") \
  X (BOOKING_MEETS_ANOTHER, "SELECT EXISTS (SELECT 1 FROM booking b JOIN booking o ON o.citizen_id = b.citizen_id " \
     "AND o.booking_id <> b.booking_id AND o.state = 'booked' AND o.end_us > $3 " \
     "AND ((o.start_us < b.end_us AND o.end_us > b.start_us) OR ($2 AND o.interview_type = b.interview_type)) " \
     "WHERE b.booking_id = $1)") \
  X (CLAIM_SET_EXCLUSIVE, "UPDATE claim SET exclusive = 1 WHERE claim_id = $1") \
  \
  X (HOLD_BY_TOKEN, "SELECT " SQL_HOLD_COLUMNS " FROM hold WHERE tenant_id = $1 AND token = $2") \
  X (HOLD_BY_CONTEXT, "SELECT " SQL_HOLD_COLUMNS " FROM hold WHERE citizen_id = $1 AND context = $2") \
  X (HOLDS_OF_CITIZEN, "SELECT " SQL_HOLD_COLUMNS " FROM hold WHERE citizen_id = $1 ORDER BY hold_id") \
  X (HOLDS_EXPIRED, "SELECT " SQL_HOLD_COLUMNS " FROM hold WHERE expiry_us <= $1 ORDER BY expiry_us, hold_id LIMIT $2") \
  X (HOLDS_LIVE, "SELECT h.token, o.identifier, o.title, h.start_us, h.end_us, r.resource_key, h.expiry_us, b.identifier, " \
     "u.organisation_key, h.offer_id FROM hold h JOIN offer o ON o.offer_id = h.offer_id " \
     "JOIN unit u ON u.unit_id = o.unit_id LEFT JOIN resource r ON r.resource_id = h.advisor_id " \
     "LEFT JOIN booking b ON b.booking_id = h.booking_id WHERE h.tenant_id = $1 AND h.expiry_us > $2 " \
     "ORDER BY h.expiry_us, h.hold_id") \
  X (HOLD_NEXT_EXPIRY, "SELECT min(expiry_us) FROM hold") \
  X (HOLD_ADD, "INSERT INTO hold (tenant_id, token, citizen_id, context, offer_id, session_id, booking_id, " \
     "start_us, end_us, advisor_id, room_id, contact_type, owner_id, expiry_us) " \
     "VALUES ($1, $2, $3, $4, $5, nullif($6, 0), nullif($7, 0), $8, $9, $10, nullif($11, 0), $12, $13, $14)") \
  X (HOLD_RENEW, "UPDATE hold SET expiry_us = $2, contact_type = $3 WHERE hold_id = $1") \
  X (HOLD_REMOVE, "DELETE FROM hold WHERE hold_id = $1") \
  X (USED_HOLD_ADD, "INSERT INTO used_hold (tenant_id, token, booking_id, used_us) VALUES ($1, $2, nullif($3, 0), $4) " \
     "ON CONFLICT (tenant_id, token) DO NOTHING") \
  X (USED_HOLD_FIND, "SELECT booking_id FROM used_hold WHERE tenant_id = $1 AND token = $2") \
  \
  X (SESSION_BY_ID, "SELECT " SQL_SESSION_COLUMNS " FROM group_session s WHERE s.session_id = $1") \
  X (SESSION_BY_IDENTIFIER, "SELECT " SQL_SESSION_COLUMNS " FROM group_session s " \
     "WHERE s.tenant_id = $1 AND s.identifier = $2") \
  X (SESSIONS_OF_OFFER_AT, "SELECT " SQL_SESSION_COLUMNS " FROM group_session s " \
     "WHERE s.offer_id = $1 AND s.start_us = $2 ORDER BY s.session_id") \
  X (SESSIONS_OF_OFFER, "SELECT " SQL_SESSION_COLUMNS " FROM group_session s " \
     "WHERE s.offer_id = $1 AND s.end_us > $2 ORDER BY s.start_us, s.session_id") \
  X (SESSION_ADD, "INSERT INTO group_session (tenant_id, offer_id, identifier, start_us, end_us, advisor_id, " \
     "room_id, seats, owner_id, kept) VALUES ($1, $2, $3, $4, $5, $6, nullif($7, 0), $8, $9, $10)") \
  X (SESSION_BY_PREFIX, "SELECT " SQL_SESSION_COLUMNS " FROM group_session s " \
     "WHERE s.tenant_id = $1 AND s.identifier >= $2 AND s.identifier < $2 || 'g' ORDER BY s.identifier LIMIT 2") \
  X (SESSION_SET_SEATS, "UPDATE group_session SET seats = $2 WHERE session_id = $1") \
  X (SEATS_BEYOND, "SELECT seat_number FROM seat WHERE session_id = $1 AND seat_number > $2 ORDER BY seat_number LIMIT 1") \
  X (SEAT_RENUMBER, "UPDATE seat SET seat_number = $3 WHERE session_id = $1 AND seat_number = $2") \
  X (SEATS_OF_SESSION, "SELECT t.seat_number, coalesce(t.booking_id, 0), coalesce(b.identifier, h.token), " \
     "coalesce(t.hold_id, 0), coalesce(h.expiry_us, 0) FROM seat t LEFT JOIN booking b ON b.booking_id = t.booking_id " \
     "LEFT JOIN hold h ON h.hold_id = t.hold_id WHERE t.session_id = $1 ORDER BY t.seat_number") \
  X (SESSION_REMOVE, "DELETE FROM group_session WHERE session_id = $1") \
  X (SEAT_FREE_NUMBER, "SELECT min(n) FROM (SELECT 1 AS n WHERE NOT EXISTS (SELECT 1 FROM seat WHERE session_id = $1 AND seat_number = 1) " \
     "UNION ALL SELECT seat_number + 1 FROM seat t WHERE t.session_id = $1 " \
     "AND NOT EXISTS (SELECT 1 FROM seat u WHERE u.session_id = $1 AND u.seat_number = t.seat_number + 1))") \
  X (SEAT_ADD, "INSERT INTO seat (session_id, seat_number, booking_id, hold_id) VALUES ($1, $2, nullif($3, 0), nullif($4, 0))") \
  X (SEAT_HOLD_TO_BOOKING, "UPDATE seat SET hold_id = NULL, booking_id = $2 WHERE hold_id = $1") \
  X (SEAT_REMOVE_BY_HOLD, "DELETE FROM seat WHERE hold_id = $1") \
  X (SEAT_REMOVE_BY_BOOKING, "DELETE FROM seat WHERE booking_id = $1") \
  \
  X (OFFER_STARTS, "SELECT start_us FROM (" \
     "SELECT start_us, owner_id FROM booking WHERE offer_id = $1 AND state = 'booked' AND start_us >= $2 AND start_us < $3 " \
     "UNION ALL SELECT start_us, owner_id FROM hold WHERE offer_id = $1 AND expiry_us > $5 AND start_us >= $2 AND start_us < $3) " \
     "WHERE owner_id <> $4 ORDER BY start_us") \
  \
  X (BOOKING_BY_ID, "SELECT " SQL_BOOKING_COLUMNS SQL_BOOKING_FROM "WHERE b.booking_id = $1") \
  X (BOOKING_BY_IDENTIFIER, "SELECT " SQL_BOOKING_COLUMNS SQL_BOOKING_FROM \
     "WHERE b.tenant_id = $1 AND b.identifier = $2") \
  X (BOOKING_GROUP_OWNER, "SELECT b.owner_id FROM booking b WHERE b.tenant_id = $1 AND b.group_identifier = $2 " \
     "AND b.state = 'booked' AND b.session_id IS NULL AND b.unit_id = $3 AND b.start_us = $4 AND b.end_us = $5 " \
     "AND b.booking_id <> $6 AND NOT EXISTS (SELECT 1 FROM claim c WHERE c.owner_id = b.owner_id " \
     "AND (c.hold_id IS NOT NULL OR c.core_start_us <> $4 OR c.core_end_us <> $5)) ORDER BY b.booking_id LIMIT 1") \
  X (CLAIM_OWNER_IS_SHARED, "SELECT EXISTS (SELECT 1 FROM claim WHERE owner_id = $1 AND booking_id <> $2)") \
  X (BOOKINGS_LIVE_OF_CITIZEN, "SELECT " SQL_BOOKING_COLUMNS SQL_BOOKING_FROM \
     "WHERE b.citizen_id = $1 AND b.state = 'booked' AND b.end_us > $2 ORDER BY b.start_us, b.booking_id") \
  X (BOOKINGS_OF_CITIZEN_PAGE, "SELECT " SQL_BOOKING_COLUMNS SQL_BOOKING_FROM \
     "WHERE b.citizen_id = $1 AND b.end_us > $2 AND b.start_us < $3 AND (b.state = 'booked' OR $4) " \
     "AND b.booking_id > $5 ORDER BY b.booking_id LIMIT $6") \
  X (BOOKINGS_OF_UNIT_PAGE, "SELECT " SQL_BOOKING_COLUMNS SQL_BOOKING_FROM \
     "WHERE b.unit_id = $1 AND b.end_us > $2 AND b.start_us < $3 AND (b.state = 'booked' OR $4) " \
     "AND b.booking_id > $5 ORDER BY b.booking_id LIMIT $6") \
  X (BOOKINGS_OF_ADVISOR_PAGE, "SELECT " SQL_BOOKING_COLUMNS SQL_BOOKING_FROM \
     "WHERE b.advisor_id = $1 AND b.end_us > $2 AND b.start_us < $3 AND (b.state = 'booked' OR $4) " \
     "AND b.booking_id > $5 ORDER BY b.booking_id LIMIT $6") \
  X (BOOKED_OF_ADVISOR, "SELECT booking_id FROM booking WHERE tenant_id = $1 AND advisor_id = $2 AND end_us > $3 " \
     "AND state = 'booked' ORDER BY start_us, booking_id") \
  X (BOOKED_OF_ROOM, "SELECT b.booking_id FROM booking b WHERE b.tenant_id = $1 AND b.state = 'booked' AND b.room_id = $2 " \
     "AND (b.booking_id IN (SELECT booking_id FROM claim WHERE resource_id = $2 AND end_us > $3) " \
     "OR b.session_id IN (SELECT session_id FROM claim WHERE resource_id = $2 AND end_us > $3)) " \
     "ORDER BY b.start_us, b.booking_id") \
  X (BOOKED_OF_OFFER, "SELECT booking_id FROM booking WHERE tenant_id = $1 AND offer_id = $2 AND end_us > $3 " \
     "AND state = 'booked' ORDER BY start_us, booking_id") \
  X (BOOKED_OF_UNIT, "SELECT booking_id FROM booking WHERE tenant_id = $1 AND unit_id = $2 AND end_us > $3 " \
     "AND state = 'booked' ORDER BY start_us, booking_id") \
  X (HELD_OF_OFFER, "SELECT token, start_us, end_us FROM hold WHERE offer_id = $1 AND end_us > $2 AND expiry_us > $3 " \
     "ORDER BY start_us, hold_id") \
  X (OFFERS_OF_RESOURCE, "SELECT o.offer_id FROM offer o JOIN offer_resource r ON r.offer_id = o.offer_id " \
     "WHERE o.tenant_id = $1 AND r.resource_id = $2 ORDER BY o.offer_id") \
  \
  X (BOOKING_ADD, "INSERT INTO booking (booking_id, tenant_id, unit_id, identifier, revision, placement, state, origin, " \
     "owner_system, citizen_id, offer_id, session_id, group_identifier, start_us, end_us, start_local, zone, " \
     "tzdata, advisor_id, foreign_advisor, room_id, interview_type, form_type, contact_type, title, description, " \
     "location, address, telephone, meeting_link, contact_options, fund_participation, self_booked, compulsory, " \
     "should_accept, accepted, rebook_possible, rebook_deadline_us, cancel_possible, cancel_deadline_us, conflict, " \
     "originator_type, originator_code, owner_id, created_us, changed_us) " \
     "VALUES (" SQL_NEW_ID ("booking") ", $1, $2, $3, $4, $5, $6, $7, nullif($8, -1), $9, nullif($10, 0), nullif($11, 0), $12, $13, $14, $15, " \
     "$16, $17, nullif($18, 0), $19, nullif($20, 0), $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, " \
     "nullif($31, -1), $32, $33, $34, $35, $36, nullif($37, 0), $38, nullif($39, 0), $40, $41, $42, $43, $44, $45)") \
  X (BOOKING_CHANGE, "UPDATE booking SET revision = $3, placement = $4, state = $5, session_id = nullif($6, 0), " \
     "group_identifier = $7, start_us = $8, end_us = $9, start_local = $10, zone = $11, tzdata = $12, " \
     "advisor_id = nullif($13, 0), foreign_advisor = $14, room_id = nullif($15, 0), interview_type = $16, " \
     "form_type = $17, contact_type = $18, title = $19, description = $20, location = $21, address = $22, " \
     "telephone = $23, meeting_link = $24, contact_options = $25, fund_participation = nullif($26, -1), " \
     "compulsory = $27, should_accept = $28, accepted = $29, rebook_possible = $30, " \
     "rebook_deadline_us = nullif($31, 0), cancel_possible = $32, cancel_deadline_us = nullif($33, 0), " \
     "conflict = $34, changed_us = $35, owner_system = nullif($36, -1), offer_id = nullif($37, 0), owner_id = $38, unit_id = $39 " \
     "WHERE booking_id = $1 AND revision = $2")
/* clang-format on */
