-- SPDX-License-Identifier: EUPL-1.2
-- Messages to citizens and authorities through BorgerBeskedService: what is to be sent, what was, and what was read
-- (decision 0029).

-- retention: message
CREATE TABLE message (
  message_id INTEGER PRIMARY KEY AUTOINCREMENT,
  tenant_id INTEGER NOT NULL REFERENCES tenant,
  citizen_id INTEGER NOT NULL REFERENCES citizen,   -- whom it is about; in whose order it stands
  state TEXT NOT NULL CHECK (state IN ('draft', 'waiting', 'sent', 'refused', 'dropped', 'received')),
  case_name TEXT NOT NULL,                          -- why it is sent; 'received': somebody else's
  delivery_key TEXT NOT NULL,                       -- the same message asked for again is the same row
  request_id TEXT UNIQUE,                           -- x-requestId: the same at every try
  channel INTEGER NOT NULL,
  message_type INTEGER NOT NULL,
  reply_kind INTEGER NOT NULL DEFAULT 0,
  answers TEXT,                                     -- a reply: DFDG's id of the message
  party_type INTEGER NOT NULL DEFAULT 0,            -- the other authority: whom it goes to, or comes from
  party_code TEXT,
  unit_code TEXT,                                   -- on whose behalf it is sent
  title TEXT,                                       -- NULL: hidden; a reply has none
  body TEXT,
  is_hidden INTEGER NOT NULL DEFAULT 0 CHECK (is_hidden IN (0, 1)),
  booking TEXT,                                     -- identifier of the meeting that it tells of
  about_start_us INTEGER NOT NULL DEFAULT 0,        -- and what it tells
  about_cancelled INTEGER NOT NULL DEFAULT 0 CHECK (about_cancelled IN (0, 1)),
  foreign_id TEXT,                                  -- DFDG's id of it
  foreign_status INTEGER NOT NULL DEFAULT 0,
  attempts INTEGER NOT NULL DEFAULT 0,
  not_before_us INTEGER NOT NULL DEFAULT 0,
  reason TEXT,
  added_us INTEGER NOT NULL,
  since_us INTEGER NOT NULL DEFAULT 0,              -- one with these words that DFDG has since then is this one
  first_try_us INTEGER NOT NULL DEFAULT 0,          -- with this request_id: DFDG remembers it for seven days
  last_try_us INTEGER NOT NULL DEFAULT 0,
  is_looked_for INTEGER NOT NULL DEFAULT 0 CHECK (is_looked_for IN (0, 1)), -- DFDG may have it: read before it is sent
  UNIQUE (tenant_id, delivery_key),
  CHECK (is_hidden = 0 OR (title IS NULL AND body IS NULL))
) STRICT;
CREATE INDEX message_by_citizen ON message (citizen_id, message_id);
CREATE INDEX message_by_foreign ON message (tenant_id, foreign_id) WHERE foreign_id IS NOT NULL;
CREATE INDEX message_by_booking ON message (tenant_id, booking, message_id) WHERE booking IS NOT NULL;
CREATE INDEX message_by_age ON message (tenant_id, added_us);
CREATE INDEX message_open ON message (tenant_id, message_id) WHERE state IN ('waiting', 'refused');
CREATE INDEX message_lane ON message (citizen_id, message_id) WHERE state = 'waiting';
CREATE INDEX message_later ON message (tenant_id, not_before_us) WHERE state = 'waiting';

-- retention: message
CREATE TABLE message_document (
  message_id INTEGER NOT NULL REFERENCES message ON DELETE CASCADE,
  number INTEGER NOT NULL,                          -- 1 to 20
  file_name TEXT NOT NULL,
  n_bytes INTEGER NOT NULL CHECK (n_bytes BETWEEN 0 AND 15000000),
  PRIMARY KEY (message_id, number)
) STRICT, WITHOUT ROWID;

-- retention: message (only until it is sent)
CREATE TABLE message_part (
  message_id INTEGER NOT NULL,
  number INTEGER NOT NULL,
  part INTEGER NOT NULL,
  content BLOB NOT NULL,
  PRIMARY KEY (message_id, number, part),
  FOREIGN KEY (message_id, number) REFERENCES message_document (message_id, number) ON DELETE CASCADE
) STRICT;

CREATE INDEX booking_of_fund ON booking (tenant_id, changed_us) WHERE origin = 'unemployment-fund';
