/* SPDX-License-Identifier: EUPL-1.2 */
/* Statements of backups: what a manifest counts, and what a restored database must not go on with. */
#pragma once

/* clang-format off */
#define STORE_SQL_BACKUP(X) \
  X (BACKUP_COUNTS, "SELECT (SELECT count(*) FROM booking), (SELECT count(*) FROM citizen), " \
     "(SELECT count(*) FROM journal) ORDER BY 1") \
  X (BACKUP_TENANTS, "SELECT tenant_key FROM tenant ORDER BY tenant_key") \
  X (JOURNAL_SEAL_AT, "SELECT seal FROM journal_seal WHERE last_sequence = $1") \
  X (JOURNAL_COUNT_AFTER, "SELECT count(*) FROM journal WHERE sequence > $1") \
  X (HOLDS_END_ALL, "UPDATE hold SET expiry_us = $1 WHERE expiry_us > $1") \
  X (DOCTOR_ZONES, "SELECT identifier, start_local, zone, start_us FROM booking WHERE state = 'booked' " \
     "AND end_us > $1 AND tzdata <> $2 ORDER BY booking_id") \
  X (DOCTOR_JOURNAL_NEWEST, "SELECT coalesce(max(at_us), 0) FROM journal") \
  X (HOLD_COUNT, "SELECT count(*) FROM hold") \
  X (OUTBOX_HOLD_BACK, "UPDATE outbox SET state = 'refused', reason = $1 WHERE state = 'waiting'")
/* clang-format on */
