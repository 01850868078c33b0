-- SPDX-License-Identifier: EUPL-1.2
-- Fewer pages for each booking: answers lie in the order in which they came, claims are judged from their index
-- alone, and laid-out time comes in pieces of at most a day, so that a question need not read what came before.

ALTER TABLE stored_answer RENAME TO stored_answer_by_key;
-- retention: stored-answer (30 days)
CREATE TABLE stored_answer (
  answer_id INTEGER PRIMARY KEY,
  tenant_id INTEGER NOT NULL,
  key TEXT NOT NULL,                -- kind and identifier, or a digest; never a citizen's number
  request_digest BLOB NOT NULL,
  booking_id INTEGER NOT NULL REFERENCES booking,
  placement INTEGER NOT NULL,       -- of the booking, as answered
  body TEXT NOT NULL,               -- content of soap:Body, the citizen's number cut out
  expiry_us INTEGER NOT NULL,
  UNIQUE (tenant_id, key)
) STRICT;
INSERT INTO stored_answer (tenant_id, key, request_digest, booking_id, placement, body, expiry_us)
  SELECT tenant_id, key, request_digest, booking_id, placement, body, expiry_us
    FROM stored_answer_by_key ORDER BY expiry_us, tenant_id, key;
DROP TABLE stored_answer_by_key;
CREATE INDEX stored_answer_by_expiry ON stored_answer (expiry_us);
CREATE INDEX stored_answer_by_booking ON stored_answer (booking_id);

DROP INDEX claim_by_resource;
CREATE INDEX claim_by_resource ON claim (resource_id, start_us, end_us, core_start_us, core_end_us, owner_id,
  may_share_buffers, exclusive, hold_id);

ALTER TABLE busy_span RENAME TO busy_span_whole;
CREATE TABLE busy_span (            -- derived: calendar objects expanded over the window, in pieces
  resource_id INTEGER NOT NULL REFERENCES resource,
  start_us INTEGER NOT NULL,
  end_us INTEGER NOT NULL CHECK (end_us > start_us),
  object_id INTEGER NOT NULL REFERENCES calendar_object ON DELETE CASCADE,
  class TEXT NOT NULL,
  PRIMARY KEY (resource_id, start_us, end_us, object_id),
  CHECK (end_us - start_us <= 86400000000)     -- so that a probe need not read what came long before
) STRICT, WITHOUT ROWID;
WITH RECURSIVE piece (resource_id, start_us, end_us, object_id, class) AS (
  SELECT resource_id, start_us, end_us, object_id, class FROM busy_span_whole
  UNION ALL
  SELECT resource_id, start_us + 86400000000, end_us, object_id, class FROM piece WHERE end_us - start_us > 86400000000)
INSERT INTO busy_span SELECT resource_id, start_us, min (end_us, start_us + 86400000000), object_id, class FROM piece;
DROP TABLE busy_span_whole;
CREATE INDEX busy_span_by_object ON busy_span (object_id);

ALTER TABLE work_span RENAME TO work_span_whole;
CREATE TABLE work_span (            -- derived: availability expanded over the window, in pieces
  resource_id INTEGER NOT NULL REFERENCES resource,
  start_us INTEGER NOT NULL,
  end_us INTEGER NOT NULL CHECK (end_us > start_us),
  PRIMARY KEY (resource_id, start_us),
  CHECK (end_us - start_us <= 86400000000)
) STRICT, WITHOUT ROWID;
WITH RECURSIVE piece (resource_id, start_us, end_us) AS (
  SELECT resource_id, start_us, end_us FROM work_span_whole
  UNION ALL
  SELECT resource_id, start_us + 86400000000, end_us FROM piece WHERE end_us - start_us > 86400000000)
INSERT INTO work_span SELECT resource_id, start_us, min (end_us, start_us + 86400000000) FROM piece;
DROP TABLE work_span_whole;

-- The newest rows always stay, so that ids go on without SQLite's own table of sequences.
ALTER TABLE change RENAME TO change_in_sequence;
CREATE TABLE change (               -- feeds the index: what to recompute
  change_id INTEGER PRIMARY KEY,
  tenant_id INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('resource', 'offer', 'citizen', 'catalogue')),
  subject_id INTEGER NOT NULL,
  from_us INTEGER NOT NULL DEFAULT 0,
  to_us INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO change SELECT change_id, tenant_id, kind, subject_id, from_us, to_us FROM change_in_sequence ORDER BY change_id;
DROP TABLE change_in_sequence;
