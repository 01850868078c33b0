-- SPDX-License-Identifier: EUPL-1.2
-- What was read of DFDG about a citizen, with its age: contact groups and categories, deadlines, meetings with an
-- a-kasse. Copies of somebody else's records: whatever is too old is read again (decision 0028).

-- retention: citizen-facts
CREATE TABLE citizen_span (
  citizen_id INTEGER NOT NULL REFERENCES citizen,
  kind TEXT NOT NULL CHECK (kind IN ('contact-group', 'category')),
  code INTEGER NOT NULL,
  from_date INTEGER NOT NULL,       -- first local day, days since 1970-01-01
  until_date INTEGER,               -- first local day no longer; NULL: open
  tenant_id INTEGER NOT NULL REFERENCES tenant,
  seen_us INTEGER NOT NULL,
  PRIMARY KEY (citizen_id, kind, from_date, code)
) STRICT, WITHOUT ROWID;

-- retention: citizen-facts (when each was read last, and when it is to be read again)
CREATE TABLE citizen_read (
  citizen_id INTEGER NOT NULL REFERENCES citizen,
  what TEXT NOT NULL CHECK (what IN ('contact-group', 'category', 'deadline', 'fund-interview')),
  tenant_id INTEGER NOT NULL REFERENCES tenant,
  read_us INTEGER NOT NULL,         -- 0: what was read is not true any more
  tried_us INTEGER NOT NULL,
  n_failures INTEGER NOT NULL,      -- in a row
  problem TEXT,
  PRIMARY KEY (citizen_id, what)
) STRICT, WITHOUT ROWID;

-- retention: citizen-facts
CREATE TABLE deadline (             -- by which a citizen is to have booked (Frist)
  tenant_id INTEGER NOT NULL REFERENCES tenant,
  identifier TEXT NOT NULL,
  citizen_id INTEGER NOT NULL REFERENCES citizen,
  interview_type INTEGER NOT NULL,
  deadline_date INTEGER NOT NULL,   -- to be booked by then
  last_date INTEGER NOT NULL,       -- to be held by then
  status INTEGER NOT NULL,          -- 1 open, 2 met, 3 closed
  is_immediate INTEGER NOT NULL,
  said_us INTEGER NOT NULL,
  seen_us INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, identifier)
) STRICT, WITHOUT ROWID;
CREATE INDEX deadline_by_citizen ON deadline (citizen_id);

-- retention: citizen-facts
CREATE TABLE fund_interview (       -- of which no message comes; it takes no time of ours
  tenant_id INTEGER NOT NULL REFERENCES tenant,
  identifier TEXT NOT NULL,
  citizen_id INTEGER NOT NULL REFERENCES citizen,
  interview_type INTEGER NOT NULL,
  contact_type INTEGER NOT NULL,
  start_us INTEGER NOT NULL,
  end_us INTEGER NOT NULL,
  fund TEXT,
  seen_us INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, identifier)
) STRICT, WITHOUT ROWID;
CREATE INDEX fund_interview_by_citizen ON fund_interview (citizen_id);

-- retention: none
CREATE TABLE dfdg_task (            -- what is done once a day for a whole municipality
  tenant_id INTEGER NOT NULL REFERENCES tenant,
  name TEXT NOT NULL,
  tried_us INTEGER NOT NULL,
  done_us INTEGER NOT NULL,         -- 0: never
  n_failures INTEGER NOT NULL,      -- in a row
  problem TEXT,
  PRIMARY KEY (tenant_id, name)
) STRICT, WITHOUT ROWID;
