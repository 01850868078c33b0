/* SPDX-License-Identifier: EUPL-1.2 */
/* Statements about the journal, stored answers, changes, inbox and evidence. */
#pragma once

/* clang-format off */
#define STORE_SQL_RECORD(X) \
  X (JOURNAL_LAST_SEAL, "SELECT last_sequence, seal FROM journal_seal ORDER BY last_sequence DESC LIMIT 1") \
  X (JOURNAL_ADD, "INSERT INTO journal (tenant_id, at_us, actor, call_id, kind, subject, digest) " \
     "VALUES ($1, $2, $3, $4, $5, $6, $7)") \
  X (JOURNAL_PAYLOAD_ADD, "INSERT INTO journal_payload (sequence, salt, payload) VALUES ($1, $2, $3)") \
  X (JOURNAL_PAYLOAD_ERASE, "DELETE FROM journal_payload WHERE sequence = $1") \
  X (JOURNAL_ROWS_AFTER, "SELECT sequence, tenant_id, at_us, actor, call_id, kind, subject, digest FROM journal " \
     "WHERE sequence > $1 AND sequence <= $2 ORDER BY sequence") \
  X (JOURNAL_LAST_SEQUENCE, "SELECT coalesce(max(sequence), 0) FROM journal") \
  X (JOURNAL_SEAL_ADD, "INSERT INTO journal_seal (last_sequence, first_sequence, previous, seal) VALUES ($1, $2, $3, $4)") \
  X (JOURNAL_SEALS, "SELECT last_sequence, first_sequence, previous, seal FROM journal_seal ORDER BY last_sequence") \
  X (JOURNAL_PAYLOADS, "SELECT j.sequence, j.digest, p.salt, p.payload FROM journal j " \
     "JOIN journal_payload p ON p.sequence = j.sequence ORDER BY j.sequence") \
  \
  X (ANSWER_FIND, "SELECT a.request_digest, a.placement, a.body, a.expiry_us, b.placement, b.identifier, b.unit_id " \
     "FROM stored_answer a JOIN booking b ON b.booking_id = a.booking_id WHERE a.tenant_id = $1 AND a.key = $2") \
  X (ANSWER_PUT, "INSERT INTO stored_answer (tenant_id, key, request_digest, booking_id, placement, body, expiry_us) " \
     "VALUES ($1, $2, $3, $4, $5, $6, $7)") \
  X (ANSWER_REMOVE, "DELETE FROM stored_answer WHERE tenant_id = $1 AND key = $2") \
  \
  X (CHANGE_ADD, "INSERT INTO change (tenant_id, kind, subject_id, from_us, to_us) VALUES ($1, $2, $3, $4, $5)") \
  X (CHANGES_AFTER, "SELECT change_id, tenant_id, kind, subject_id, from_us, to_us FROM change " \
     "WHERE change_id > $1 ORDER BY change_id") \
  X (CHANGE_LAST, "SELECT coalesce(max(change_id), 0) FROM change") \
  X (CHANGES_REMOVE_OLD, "DELETE FROM change WHERE change_id <= (SELECT max(change_id) FROM change) - $1") \
  \
  X (INBOX_ADD, "INSERT INTO inbox (tenant_id, kind, message_id, received_us, payload, citizen_id) VALUES ($1, $2, $3, $4, $5, nullif ($6, 0)) " \
     "ON CONFLICT (tenant_id, kind, message_id) DO NOTHING") \
  X (EMPTY_ANSWER_ADD, "INSERT INTO empty_answer (tenant_id, at_us, call_id, citizen_id, unit_id, offer_id, from_us, to_us, reason) " \
     "VALUES ($1, $2, $3, nullif($4, 0), nullif($5, 0), nullif($6, 0), nullif($7, 0), nullif($8, 0), $9)")
/* clang-format on */
