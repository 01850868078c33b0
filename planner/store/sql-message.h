/* SPDX-License-Identifier: EUPL-1.2 */
/* Statements about messages to citizens and authorities. */
#pragma once

/* clang-format off */
#define SQL_MESSAGE_COLUMNS "SELECT message_id, tenant_id, citizen_id, state, case_name, delivery_key, request_id, channel, message_type, " \
  "reply_kind, answers, party_type, party_code, unit_code, title, body, is_hidden, booking, about_start_us, about_cancelled, foreign_id, " \
  "foreign_status, attempts, not_before_us, reason, added_us, since_us, first_try_us, last_try_us, is_looked_for FROM message "

/* What an a-kasse's interview is like now, beside what the citizen was told of it last: $2 now, $3 since when. */
#define SQL_MESSAGE_UNTOLD_OF "FROM booking b WHERE b.tenant_id = $1 AND b.origin = 'unemployment-fund' AND b.changed_us >= $3 " \
  "AND b.start_us > $2 AND coalesce ((SELECT m.about_start_us || ':' || m.about_cancelled FROM message m WHERE m.tenant_id = b.tenant_id " \
  "AND m.booking = b.identifier AND m.case_name = 'fund-interview' ORDER BY m.message_id DESC LIMIT 1), CASE b.state WHEN 'booked' THEN '' " \
  "ELSE b.start_us || ':1' END) <> b.start_us || ':' || (b.state <> 'booked') "

#define STORE_SQL_MESSAGE(X) \
  X (MESSAGE_ADD, "INSERT INTO message (tenant_id, citizen_id, state, case_name, delivery_key, request_id, channel, message_type, " \
     "reply_kind, answers, party_type, party_code, unit_code, title, body, booking, about_start_us, about_cancelled, reason, added_us, " \
     "since_us, is_looked_for) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22) " \
     "ON CONFLICT (tenant_id, delivery_key) DO NOTHING") \
  X (MESSAGE_PUT_RECEIVED, "INSERT INTO message (tenant_id, citizen_id, state, case_name, delivery_key, channel, message_type, reply_kind, " \
     "party_type, party_code, title, body, is_hidden, foreign_id, foreign_status, added_us) " \
     "VALUES ($1, $2, 'received', 'received', 'dfdg:' || $3, $4, $5, $6, $7, $8, $9, $10, $11, $3, $12, $13) " \
     "ON CONFLICT (tenant_id, delivery_key) DO UPDATE SET title = excluded.title, body = excluded.body, is_hidden = excluded.is_hidden, " \
     "foreign_status = excluded.foreign_status") \
  X (MESSAGE_SET_FOREIGN_STATUS, "UPDATE message SET foreign_status = $3 WHERE tenant_id = $1 AND foreign_id = $2") \
  X (MESSAGE_REMOVE_DRAFT, "DELETE FROM message WHERE tenant_id = $1 AND delivery_key = $2 AND state = 'draft'") \
  X (MESSAGE_START, "UPDATE message SET state = 'waiting' WHERE message_id = $1 AND state = 'draft'") \
  X (MESSAGE_FIND, SQL_MESSAGE_COLUMNS "WHERE tenant_id = $1 AND message_id = $2") \
  X (MESSAGE_FIND_BY_KEY, SQL_MESSAGE_COLUMNS "WHERE tenant_id = $1 AND delivery_key = $2") \
  X (MESSAGE_FIND_BY_FOREIGN, SQL_MESSAGE_COLUMNS "WHERE tenant_id = $1 AND foreign_id = $2 ORDER BY message_id LIMIT 1") \
  X (MESSAGE_LANES_DUE, "SELECT m.citizen_id FROM message m WHERE m.tenant_id = $1 AND m.state = 'waiting' AND m.not_before_us <= $2 " \
     "AND NOT EXISTS (SELECT 1 FROM message e WHERE e.citizen_id = m.citizen_id AND e.state = 'waiting' AND e.message_id < m.message_id " \
     "AND (e.channel = 4) = (m.channel = 4)) " \
     "ORDER BY m.message_id LIMIT $3") \
  X (MESSAGE_NEXT, "SELECT coalesce (min (not_before_us), 0) FROM message WHERE tenant_id = $1 AND state = 'waiting' AND not_before_us > $2") \
  X (MESSAGE_LANE, SQL_MESSAGE_COLUMNS "WHERE tenant_id = $1 AND citizen_id = $2 AND state = 'waiting' AND (channel = 4) = $3 " \
     "ORDER BY message_id LIMIT 50") \
  X (MESSAGE_COUNT_DAY, "SELECT count (*) FROM message WHERE citizen_id = $1 AND channel <> 4 AND state IN ('waiting', 'sent') " \
     "AND last_try_us >= $2 AND message_id <> $3") \
  X (MESSAGE_TRY, "UPDATE message SET attempts = attempts + 1, last_try_us = $2, " \
     "first_try_us = CASE first_try_us WHEN 0 THEN $2 ELSE first_try_us END WHERE message_id = $1 AND state = 'waiting'") \
  X (MESSAGE_FINISH, "UPDATE message SET state = $2, foreign_id = $3, is_looked_for = 0, " \
     "reason = CASE state WHEN 'dropped' THEN 'it was on its way when it was given up' ELSE $4 END " \
     "WHERE message_id = $1 AND (state = 'waiting' OR (state = 'dropped' AND $2 = 'sent'))") \
  X (MESSAGE_PUT_OFF, "UPDATE message SET not_before_us = $2, reason = $3 WHERE message_id = $1 AND state = 'waiting'") \
  X (MESSAGE_BRING_BACK, "UPDATE message SET not_before_us = 0 WHERE tenant_id = $1 AND state = 'waiting' AND not_before_us > $2") \
  X (MESSAGE_RENEW, "UPDATE message SET request_id = $2, first_try_us = 0, is_looked_for = 0 WHERE message_id = $1 AND state = 'waiting'") \
  X (MESSAGE_REFUSE, "UPDATE message SET state = 'refused', reason = $2 WHERE message_id = $1 AND state = 'waiting'") \
  X (MESSAGE_RETRY, "UPDATE message SET state = 'waiting', attempts = 0, not_before_us = 0, is_looked_for = 1 WHERE tenant_id = $1 " \
     "AND message_id = $2 AND state IN ('waiting', 'refused')") \
  X (MESSAGE_RETRY_ALL, "UPDATE message SET state = 'waiting', attempts = 0, not_before_us = 0, is_looked_for = 1 WHERE tenant_id = $1 " \
     "AND state = 'refused'") \
  X (MESSAGE_GIVE_UP, "UPDATE message SET state = 'dropped', reason = $3 WHERE tenant_id = $1 AND message_id = $2 " \
     "AND state IN ('draft', 'waiting', 'refused')") \
  X (MESSAGE_REPLACE, "UPDATE message SET state = 'dropped', reason = 'replaced: the meeting was changed again' WHERE tenant_id = $1 " \
     "AND booking = $2 AND case_name = 'fund-interview' AND state = 'waiting' AND first_try_us = 0") \
  X (MESSAGE_HOLD_BACK, "UPDATE message SET state = 'refused', reason = $1 WHERE state = 'waiting'") \
  X (MESSAGE_TOLD_OF, "SELECT EXISTS (SELECT 1 FROM message WHERE tenant_id = $1 AND booking = $2 AND case_name = 'fund-interview' " \
     "AND (state IN ('sent', 'refused') OR first_try_us <> 0))") \
  X (MESSAGE_LIST, SQL_MESSAGE_COLUMNS "WHERE tenant_id = $1 AND state IN ('waiting', 'refused') AND message_id > $2 ORDER BY message_id LIMIT $3") \
  X (MESSAGE_LIST_OF_CITIZEN, SQL_MESSAGE_COLUMNS "WHERE tenant_id = $1 AND citizen_id = $4 AND message_id > $2 ORDER BY message_id LIMIT $3") \
  X (MESSAGE_COUNT, "SELECT count (*) FILTER (WHERE state = 'waiting'), count (*) FILTER (WHERE state = 'refused'), " \
     "coalesce (min (first_try_us) FILTER (WHERE state = 'waiting' AND first_try_us <> 0), 0) FROM message WHERE tenant_id = $1 AND state IN ('waiting', 'refused')") \
  X (MESSAGE_UNTOLD_LANES, "SELECT DISTINCT b.citizen_id " SQL_MESSAGE_UNTOLD_OF "ORDER BY b.citizen_id LIMIT $4") \
  X (MESSAGE_UNTOLD, "SELECT b.identifier, b.revision, b.start_us, b.state <> 'booked', coalesce ((SELECT nullif (t.changed_us, 0) FROM dfdg_truth t " \
     "WHERE t.booking_id = b.booking_id), b.changed_us), (SELECT u.organisation_key FROM unit u WHERE u.unit_id = b.unit_id) " \
     SQL_MESSAGE_UNTOLD_OF "AND b.citizen_id = $4 ORDER BY b.booking_id") \
  X (MESSAGE_CITIZEN_NUMBER, "SELECT cpr FROM citizen WHERE citizen_id = $1") \
  \
  X (MESSAGE_DOCUMENT_ADD, "INSERT INTO message_document (message_id, number, file_name, n_bytes) VALUES ($1, $2, $3, $4)") \
  X (MESSAGE_DOCUMENTS, "SELECT number, file_name, n_bytes FROM message_document WHERE message_id = $1 ORDER BY number") \
  X (MESSAGE_PART_ADD, "INSERT INTO message_part (message_id, number, part, content) VALUES ($1, $2, $3, $4)") \
  X (MESSAGE_PARTS, "SELECT content FROM message_part WHERE message_id = $1 AND number = $2 ORDER BY part") \
  X (MESSAGE_PARTS_REMOVE, "DELETE FROM message_part WHERE message_id = $1") \
  \
  X (RETENTION_FIND_MESSAGES, "SELECT message_id FROM message WHERE tenant_id = $1 AND added_us < $2 AND last_try_us < $2 " \
     "AND state IN ('sent', 'dropped', 'received') AND message_id > $3 ORDER BY message_id LIMIT 200") \
  X (RETENTION_FIND_DRAFTS, "SELECT message_id FROM message WHERE tenant_id = $1 AND added_us < $2 AND state = 'draft' AND message_id > $3 " \
     "ORDER BY message_id LIMIT 200") \
  X (MESSAGE_REMOVE, "DELETE FROM message WHERE message_id = $1 AND state IN ('draft', 'sent', 'dropped', 'received')") \
  X (MESSAGES_CLEAR_OF_CITIZEN, "DELETE FROM message WHERE citizen_id = $1") \
  X (MERGE_MESSAGES, "UPDATE message SET citizen_id = $2 WHERE citizen_id = $1") \
  X (EXTRACT_MESSAGES, "SELECT state, case_name AS sent_because, channel, message_type, party_type, party_code, unit_code AS unit, title, " \
     "body AS text, is_hidden AS hidden, booking, foreign_id AS dfdg_id, foreign_status AS dfdg_status, attempts, reason, added_us, " \
     "nullif (first_try_us, 0) AS first_try_us FROM message WHERE citizen_id = $1 ORDER BY message_id") \
  X (EXTRACT_MESSAGE_DOCUMENTS, "SELECT m.foreign_id AS dfdg_id, d.number, d.file_name, d.n_bytes AS bytes FROM message_document d " \
     "JOIN message m ON m.message_id = d.message_id WHERE m.citizen_id = $1 ORDER BY d.message_id, d.number") \
  X (EXTRACT_MESSAGE_PARTS, "SELECT p.number, count (*) AS parts, sum (length (p.content)) AS bytes FROM message_part p " \
     "JOIN message m ON m.message_id = p.message_id WHERE m.citizen_id = $1 GROUP BY p.message_id, p.number ORDER BY p.message_id, p.number") \
  X (PROSE_FIND_MESSAGES, "SELECT m.message_id FROM message m WHERE m.tenant_id = $1 AND coalesce (m.title, '') || coalesce (m.body, '') || " \
     "coalesce (m.reason, '') LIKE $2 ORDER BY m.message_id") \
  X (PROSE_MASK_MESSAGE, "UPDATE message SET title = replace (title, $2, '**********'), body = replace (body, $2, '**********'), " \
     "reason = replace (reason, $2, '**********') WHERE message_id = $1")
/* clang-format on */
