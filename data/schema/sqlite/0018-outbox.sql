-- SPDX-License-Identifier: EUPL-1.2
-- What DFDG is to be told gets states of its own for what waits behind a refusal and for what needs no call; and what
-- DFDG asked for itself is watched until its echo has come (decision 0026).
ALTER TABLE outbox RENAME TO outbox_of_three_states;

-- retention: outbox
CREATE TABLE outbox (
  outbox_id INTEGER PRIMARY KEY AUTOINCREMENT,
  tenant_id INTEGER NOT NULL,
  citizen_id INTEGER REFERENCES citizen,       -- in whose order it stands
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,                       -- the booking's identifier
  revision INTEGER NOT NULL,                   -- of the booking, behind the change
  request_id TEXT NOT NULL UNIQUE,             -- x-requestId: the same at every try
  payload TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'refused', 'held', 'dropped')),
  attempts INTEGER NOT NULL DEFAULT 0,
  not_before_us INTEGER NOT NULL DEFAULT 0,
  reason TEXT,
  added_us INTEGER NOT NULL DEFAULT 0,
  first_try_us INTEGER NOT NULL DEFAULT 0,     -- with this request_id: DFDG remembers it for seven days
  last_try_us INTEGER NOT NULL DEFAULT 0
) STRICT;

INSERT INTO outbox (outbox_id, tenant_id, citizen_id, kind, subject, revision, request_id, payload, state, attempts,
  not_before_us, reason, added_us)
SELECT outbox_id, tenant_id, citizen_id, kind, subject, revision, request_id, payload, state, attempts, not_before_us,
  reason, added_us FROM outbox_of_three_states ORDER BY outbox_id;
DROP TABLE outbox_of_three_states;

CREATE INDEX outbox_by_state ON outbox (tenant_id, state, added_us);
CREATE INDEX outbox_by_subject ON outbox (tenant_id, subject, outbox_id);
CREATE INDEX outbox_by_citizen ON outbox (citizen_id);
CREATE INDEX outbox_due ON outbox (tenant_id, outbox_id) WHERE state = 'waiting';
CREATE INDEX outbox_lane ON outbox (citizen_id, outbox_id) WHERE state = 'waiting';
CREATE INDEX outbox_later ON outbox (tenant_id, not_before_us) WHERE state = 'waiting';

-- retention: outbox (one row a booking, until DFDG has told of it again)
CREATE TABLE echo_watch (
  echo_id INTEGER PRIMARY KEY,
  tenant_id INTEGER NOT NULL REFERENCES tenant,
  citizen_id INTEGER NOT NULL REFERENCES citizen,
  subject TEXT NOT NULL,                       -- the booking's identifier
  revision INTEGER NOT NULL,                   -- of the booking when DFDG asked last
  added_us INTEGER NOT NULL,                   -- when that was
  attempts INTEGER NOT NULL DEFAULT 0,         -- questions to DFDG so far
  not_before_us INTEGER NOT NULL DEFAULT 0,
  is_flagged INTEGER NOT NULL DEFAULT 0 CHECK (is_flagged IN (0, 1)),
  reason TEXT,
  UNIQUE (tenant_id, subject)
) STRICT;
CREATE INDEX echo_watch_due ON echo_watch (tenant_id, is_flagged, added_us);
CREATE INDEX echo_watch_by_citizen ON echo_watch (citizen_id);
