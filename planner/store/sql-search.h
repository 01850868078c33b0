/* SPDX-License-Identifier: EUPL-1.2 */
/* Statements that look for bookings and journal rows: one for each index that may lead, with the same filter. */
#pragma once

#include "store/sql-ledger.h"

/* clang-format off */
/* The + keeps the filter from leading. $1 what leads; $2, $3 interval; $4, $5 cursor; $6 limit; a filter of 0 or NULL lets all through. */
#define SQL_SEARCH_FILTER \
  " AND b.end_us > $2 AND b.start_us < $3 AND ($7 = 0 OR b.unit_id = $7) AND ($8 = 0 OR b.advisor_id = $8)" \
  " AND ($9 = 0 OR b.room_id = $9) AND ($10 = 0 OR b.offer_id = $10) AND ($11 = 0 OR b.interview_type = $11)" \
  " AND ($12 IS NULL OR b.state = $12) AND ($13 IS NULL OR b.origin = $13) AND +b.created_us >= $14 AND +b.created_us < $15" \
  " AND +b.changed_us >= $16 AND +b.changed_us < $17 AND ($18 = 0 OR (b.conflict = 1 AND b.state = 'booked'))" \
  " AND +b.tenant_id = $19 AND ($20 IS NULL OR (b.identifier >= $20 AND b.identifier < $20 || 'g'))"

#define SQL_SEARCH_BY_START \
  " AND b.start_us > $2 - 86400000000 AND b.start_us < $3 AND (b.start_us, b.booking_id) > ($4, $5)" SQL_SEARCH_FILTER

#define STORE_SQL_SEARCH(X) \
  X (SEARCH_OF_CITIZEN, "SELECT " SQL_BOOKING_COLUMNS SQL_BOOKING_FROM "WHERE b.citizen_id = $1" SQL_SEARCH_BY_START \
     " ORDER BY b.start_us, b.booking_id LIMIT $6") \
  X (SEARCH_OF_ADVISOR, "SELECT " SQL_BOOKING_COLUMNS SQL_BOOKING_FROM "WHERE b.advisor_id = $1" SQL_SEARCH_BY_START \
     " ORDER BY b.start_us, b.booking_id LIMIT $6") \
  X (SEARCH_OF_OFFER, "SELECT " SQL_BOOKING_COLUMNS SQL_BOOKING_FROM "WHERE b.offer_id = $1" SQL_SEARCH_BY_START \
     " ORDER BY b.start_us, b.booking_id LIMIT $6") \
  X (SEARCH_OF_UNIT, "SELECT " SQL_BOOKING_COLUMNS SQL_BOOKING_FROM "WHERE b.unit_id = $1" SQL_SEARCH_BY_START \
     " ORDER BY b.start_us, b.booking_id LIMIT $6") \
  X (SEARCH_CONFLICTS, "SELECT " SQL_BOOKING_COLUMNS SQL_BOOKING_FROM "WHERE b.conflict = 1 AND b.state = 'booked' AND $1 = 0" \
     SQL_SEARCH_BY_START \
     " ORDER BY b.start_us, b.booking_id LIMIT $6") \
  X (SEARCH_IDENTIFIERS, "SELECT " SQL_BOOKING_COLUMNS SQL_BOOKING_FROM "WHERE b.tenant_id = $1" \
     " AND b.identifier >= $20 AND b.identifier < $20 || 'g'" SQL_SEARCH_BY_START \
     " ORDER BY b.start_us, b.booking_id LIMIT $6") \
  X (SEARCH_CHANGED, "SELECT " SQL_BOOKING_COLUMNS SQL_BOOKING_FROM "WHERE b.tenant_id = $1 AND b.changed_us >= max($14, $16)" \
     " AND (b.changed_us, b.booking_id) > ($4, $5)" SQL_SEARCH_FILTER " ORDER BY b.changed_us, b.booking_id LIMIT $6") \
  \
  X (JOURNAL_AT, "SELECT sequence, at_us FROM journal WHERE sequence >= $1 ORDER BY sequence LIMIT 1") \
  X (JOURNAL_BETWEEN, "SELECT j.sequence, j.at_us, j.actor, j.call_id, j.kind, j.subject, p.payload FROM journal j" \
     " LEFT JOIN journal_payload p ON p.sequence = j.sequence WHERE j.sequence > $1 AND j.sequence <= $2 AND j.tenant_id = $3" \
     " AND j.at_us >= $4 AND j.at_us < $5 AND ($6 IS NULL OR j.actor = $6) AND ($7 IS NULL OR j.kind = $7)" \
     " AND ($8 IS NULL OR j.call_id = $8) AND ($9 IS NULL OR j.subject = $9) AND $10 = 0 ORDER BY j.sequence LIMIT $11") \
  X (JOURNAL_OF_SUBJECT, "SELECT j.sequence, j.at_us, j.actor, j.call_id, j.kind, j.subject, p.payload FROM journal j" \
     " LEFT JOIN journal_payload p ON p.sequence = j.sequence WHERE j.subject = $9 AND j.sequence > $1 AND j.sequence <= $2" \
     " AND j.tenant_id = $3 AND j.at_us >= $4 AND j.at_us < $5 AND ($6 IS NULL OR j.actor = $6) AND ($7 IS NULL OR j.kind = $7)" \
     " AND ($8 IS NULL OR j.call_id = $8) AND $10 = 0 ORDER BY j.sequence LIMIT $11") \
  X (JOURNAL_OF_CITIZEN, "SELECT j.sequence, j.at_us, j.actor, j.call_id, j.kind, j.subject, p.payload FROM" \
     " (SELECT identifier AS subject FROM booking WHERE citizen_id = $10 UNION ALL SELECT 'citizen:' || $10) s" \
     " JOIN journal j ON j.subject = s.subject LEFT JOIN journal_payload p ON p.sequence = j.sequence" \
     " WHERE j.sequence > $1 AND j.sequence <= $2" \
     " AND j.tenant_id = $3 AND j.at_us >= $4 AND j.at_us < $5 AND ($6 IS NULL OR j.actor = $6) AND ($7 IS NULL OR j.kind = $7)" \
     " AND ($8 IS NULL OR j.call_id = $8) AND ($9 IS NULL OR j.subject = $9) ORDER BY j.sequence LIMIT $11") \
  \
  X (INBOX_LIST, "SELECT inbox_id, kind, received_us, payload, state, note FROM inbox WHERE tenant_id = $1 AND state = $2" \
     " AND inbox_id > $3 ORDER BY inbox_id LIMIT $4") \
  X (INBOX_BY_ID, "SELECT inbox_id, kind, received_us, payload, state, note FROM inbox WHERE tenant_id = $1 AND inbox_id = $2") \
  X (INBOX_FIND, "SELECT inbox_id, note FROM inbox WHERE tenant_id = $1 AND kind = $2 AND message_id = $3") \
  X (INBOX_SET_DONE, "UPDATE inbox SET state = 'done', note = $3 WHERE tenant_id = $1 AND inbox_id = $2") \
  X (MISSING_COUNTS, "SELECT u.organisation_key, o.identifier, o.title, e.reason, count (*), count (DISTINCT e.citizen_id)," \
     " min (e.at_us), max (e.at_us) FROM empty_answer e LEFT JOIN unit u ON u.unit_id = e.unit_id" \
     " LEFT JOIN offer o ON o.offer_id = e.offer_id WHERE e.tenant_id = $1 AND e.at_us >= $2 AND e.at_us < $3" \
     " AND ($4 = 0 OR +e.unit_id = $4) AND ($5 = 0 OR +e.offer_id = $5) AND ($6 = 0 OR +e.citizen_id = $6)" \
     " GROUP BY u.organisation_key, o.identifier, o.title, e.reason ORDER BY 1, 2, 4") \
  X (MISSING_ROWS, "SELECT e.at_us, e.empty_answer_id, u.organisation_key, o.identifier, o.title, e.reason, coalesce (e.from_us, 0)," \
     " coalesce (e.to_us, 0), e.call_id FROM empty_answer e LEFT JOIN unit u ON u.unit_id = e.unit_id" \
     " LEFT JOIN offer o ON o.offer_id = e.offer_id WHERE e.tenant_id = $1 AND e.at_us >= $2 AND e.at_us < $3" \
     " AND ($4 = 0 OR +e.unit_id = $4) AND ($5 = 0 OR +e.offer_id = $5) AND ($6 = 0 OR +e.citizen_id = $6)" \
     " AND (e.at_us, e.empty_answer_id) > ($7, $8) ORDER BY e.at_us, e.empty_answer_id LIMIT $9") \
  X (RETIRED_UNIT, "UPDATE unit SET retired_us = $3 WHERE tenant_id = $1 AND organisation_key = $2 AND retired_us IS DISTINCT FROM $3") \
  X (RETIRED_TEAM, "UPDATE team SET retired_us = $3 WHERE tenant_id = $1 AND team_key = $2 AND retired_us IS DISTINCT FROM $3") \
  X (RETIRED_OFFER, "UPDATE offer SET retired_us = $3 WHERE tenant_id = $1 AND identifier = $2 AND retired_us IS DISTINCT FROM $3")
/* clang-format on */
