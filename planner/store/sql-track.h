/* SPDX-License-Identifier: EUPL-1.2 */
/* Statements about the switch-track's registry; its database is not plannerd's. */
#pragma once

/* clang-format off */
#define STORE_SQL_TRACK(X) \
  X (TRACK_REVISION_NEWEST, "SELECT revision, at_us, kind, document, digest, author, approver, coalesce (approved_us, 0), reason, " \
     "coalesce (proposal_id, 0), coalesce (back_to, 0) FROM revision ORDER BY revision DESC LIMIT 1") \
  X (TRACK_REVISION_LOAD, "SELECT revision, at_us, kind, document, digest, author, approver, coalesce (approved_us, 0), reason, " \
     "coalesce (proposal_id, 0), coalesce (back_to, 0) FROM revision WHERE revision = $1") \
  X (TRACK_REVISION_LIST, "SELECT revision, at_us, kind, '', digest, author, approver, coalesce (approved_us, 0), reason, " \
     "coalesce (proposal_id, 0), coalesce (back_to, 0) FROM revision ORDER BY revision DESC LIMIT $1") \
  X (TRACK_REVISION_NUMBER, "SELECT coalesce (max (revision), 0) FROM revision") \
  X (TRACK_REVISION_UNCONFIRMED, "SELECT coalesce (max (revision), 0) FROM revision WHERE approver IS NULL") \
  X (TRACK_REVISION_ADD, "INSERT INTO revision (revision, at_us, kind, document, digest, author, approver, approved_us, reason, " \
     "proposal_id, back_to) VALUES ($1, $2, $3, $4, $5, $6, $7, nullif ($8, 0), $9, nullif ($10, 0), nullif ($11, 0))") \
  X (TRACK_REVISION_CONFIRM, "UPDATE revision SET approver = $2, approved_us = $3 WHERE revision = $1 AND approver IS NULL") \
  X (TRACK_PROPOSAL_LOAD, "SELECT proposal_id, at_us, base_revision, document, digest, author, reason, state, decided_by, " \
     "coalesce (decided_us, 0), note, coalesce (revision, 0) FROM proposal WHERE proposal_id = $1") \
  X (TRACK_PROPOSAL_LIST, "SELECT proposal_id, at_us, base_revision, '', digest, author, reason, state, decided_by, " \
     "coalesce (decided_us, 0), note, coalesce (revision, 0) FROM proposal WHERE $1 = 1 OR state IN ('open', 'approved') " \
     "ORDER BY proposal_id DESC LIMIT $2") \
  X (TRACK_PROPOSAL_ADD, "INSERT INTO proposal (at_us, base_revision, document, digest, author, reason, state) " \
     "VALUES ($1, $2, $3, $4, $5, $6, 'open')") \
  X (TRACK_PROPOSAL_DECIDE, "UPDATE proposal SET state = $2, decided_by = $3, decided_us = $4, note = $5 " \
     "WHERE proposal_id = $1 AND state = $6") \
  X (TRACK_PROPOSAL_APPLIED, "UPDATE proposal SET state = 'applied', revision = $2 WHERE proposal_id = $1 AND state = 'approved'")
/* clang-format on */
