-- SPDX-License-Identifier: EUPL-1.2
-- Retention, erasure and change of a citizen's number: former numbers, proof of deletion, counts that outlive bookings,
-- ids that are never given twice, and the indexes by which a row to be removed finds what points to it.

-- A number that a citizen had before stays a row of its own and points to the one that took over: calls that still
-- carry it mean the same person. It goes after its term, and with the citizen.
ALTER TABLE citizen ADD COLUMN successor_id INTEGER REFERENCES citizen;
ALTER TABLE citizen ADD COLUMN replaced_us INTEGER;
CREATE INDEX citizen_by_successor ON citizen (successor_id) WHERE successor_id IS NOT NULL;

-- An error report names its citizen in a column, so that report and citizen find each other.
ALTER TABLE inbox ADD COLUMN citizen_id INTEGER REFERENCES citizen;
UPDATE inbox SET citizen_id = (SELECT c.citizen_id FROM citizen c WHERE c.citizen_id = json_extract (inbox.payload, '$.citizen_id'))
 WHERE kind = 'error-report';
CREATE INDEX inbox_by_citizen ON inbox (citizen_id) WHERE citizen_id IS NOT NULL;

ALTER TABLE outbox ADD COLUMN added_us INTEGER NOT NULL DEFAULT 0;

CREATE INDEX outbox_by_citizen ON outbox (citizen_id);
CREATE INDEX empty_answer_by_citizen ON empty_answer (citizen_id) WHERE citizen_id IS NOT NULL;
CREATE INDEX booking_by_owner ON booking (owner_id);
CREATE INDEX booking_by_room ON booking (room_id) WHERE room_id IS NOT NULL;
CREATE INDEX hold_by_owner ON hold (owner_id);
CREATE INDEX used_hold_by_booking ON used_hold (booking_id) WHERE booking_id IS NOT NULL;
CREATE INDEX group_session_by_owner ON group_session (owner_id);
CREATE INDEX group_session_by_advisor ON group_session (advisor_id);
CREATE INDEX group_session_by_room ON group_session (room_id) WHERE room_id IS NOT NULL;

-- Journal and evidence keep surrogate ids in texts: an id that was removed is never given to somebody else.
CREATE TABLE spent_id (
  noun TEXT PRIMARY KEY,
  last_id INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO spent_id (noun, last_id) VALUES ('booking', 0), ('citizen', 0), ('resource', 0);
CREATE TRIGGER booking_id_is_spent AFTER DELETE ON booking
BEGIN
  UPDATE spent_id SET last_id = max (last_id, OLD.booking_id) WHERE noun = 'booking';
END;
CREATE TRIGGER citizen_id_is_spent AFTER DELETE ON citizen
BEGIN
  UPDATE spent_id SET last_id = max (last_id, OLD.citizen_id) WHERE noun = 'citizen';
END;
CREATE TRIGGER resource_id_is_spent AFTER DELETE ON resource
BEGIN
  UPDATE spent_id SET last_id = max (last_id, OLD.resource_id) WHERE noun = 'resource';
END;

-- What was removed after its term: one row a run, class and unit. Names nobody.
CREATE TABLE retention_run (
  run_id TEXT NOT NULL,             -- call id of the run
  tenant_id INTEGER NOT NULL REFERENCES tenant,
  class TEXT NOT NULL,
  unit_id INTEGER NOT NULL,         -- 0: the whole tenant
  started_us INTEGER NOT NULL,
  finished_us INTEGER,              -- NULL: cut short
  cutoff_us INTEGER NOT NULL,       -- older than this went
  n_rows INTEGER NOT NULL,
  digest BLOB NOT NULL,             -- SHA-256 over the one before and the keys of each chunk
  PRIMARY KEY (run_id, tenant_id, class, unit_id)
) STRICT, WITHOUT ROWID;

-- Statistics outlive the bookings that they count. Names nobody.
CREATE TABLE removed_booking (
  tenant_id INTEGER NOT NULL REFERENCES tenant,
  unit_id INTEGER NOT NULL REFERENCES unit,
  month TEXT NOT NULL,              -- local, YYYY-MM
  interview_type INTEGER NOT NULL,
  contact_type INTEGER NOT NULL,
  state TEXT NOT NULL,
  origin TEXT NOT NULL,
  self_booked INTEGER NOT NULL,
  n_bookings INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, unit_id, month, interview_type, contact_type, state, origin, self_booked)
) STRICT, WITHOUT ROWID;
