-- SPDX-License-Identifier: EUPL-1.2
-- Messages of DFDG about its registrations, until each is applied; what DFDG said last of a meeting; and the
-- authorities that take part in it. No row holds a citizen's number (decision 0027).

-- retention: inbox
CREATE TABLE dfdg_event (
  event_id INTEGER PRIMARY KEY AUTOINCREMENT, -- order of arrival
  tenant_id INTEGER NOT NULL REFERENCES tenant,
  carrier TEXT NOT NULL CHECK (carrier IN ('wsb', 'wsrm', 'legacy')),
  message_id TEXT NOT NULL,         -- DFDG's: the same twice is kept once
  citizen_id INTEGER REFERENCES citizen,       -- in whose order it stands; NULL: nobody that we could tell
  other_citizen_id INTEGER REFERENCES citizen, -- change of a number: who has the new one
  entity_type INTEGER NOT NULL,     -- EntitetstypeId
  entity_name TEXT,
  change_type INTEGER NOT NULL,     -- 1 made, 2 changed, 3 gone, 0 unknown
  external_id TEXT,                 -- of the thing
  version_id TEXT,
  event_us INTEGER NOT NULL,        -- when it happened, as DFDG says
  received_us INTEGER NOT NULL,
  system_id INTEGER NOT NULL,       -- that caused it; -1 unknown
  organisation_type INTEGER NOT NULL,
  organisation_code TEXT,
  correlation_id TEXT,
  hint INTEGER NOT NULL,            -- Indkaldelsehaendelsestype; -1 none
  detail TEXT,                      -- what else it said, as JSON; emptied when it is done
  state TEXT NOT NULL CHECK (state IN ('new', 'done', 'parked', 'unknown')),
  attempts INTEGER NOT NULL DEFAULT 0,
  not_before_us INTEGER NOT NULL DEFAULT 0,
  reason TEXT,                      -- of the last failure, or how it was done
  done_us INTEGER,
  UNIQUE (tenant_id, message_id)
) STRICT;
CREATE INDEX dfdg_event_due ON dfdg_event (tenant_id, not_before_us, event_id) WHERE state = 'new';
CREATE INDEX dfdg_event_open ON dfdg_event (tenant_id, state, event_id) WHERE state IN ('parked', 'unknown');
CREATE INDEX dfdg_event_lane ON dfdg_event (citizen_id, event_id) WHERE state = 'new';
CREATE INDEX dfdg_event_by_citizen ON dfdg_event (citizen_id, event_id);
CREATE INDEX dfdg_event_by_other ON dfdg_event (other_citizen_id) WHERE other_citizen_id IS NOT NULL;
CREATE INDEX dfdg_event_ends ON dfdg_event (tenant_id, external_id) WHERE change_type = 3;

-- What was applied last, so that an older answer undoes no newer one.
-- retention: booking
CREATE TABLE dfdg_truth (
  booking_id INTEGER PRIMARY KEY REFERENCES booking ON DELETE CASCADE,
  tenant_id INTEGER NOT NULL REFERENCES tenant,
  version_id TEXT,
  changed_us INTEGER NOT NULL,      -- aendretTidspunkt
  seen_us INTEGER NOT NULL
) STRICT;

-- retention: booking (authorities that take part in a meeting)
CREATE TABLE participant (
  booking_id INTEGER NOT NULL REFERENCES booking ON DELETE CASCADE,
  participant_id TEXT NOT NULL,
  tenant_id INTEGER NOT NULL REFERENCES tenant,
  name TEXT NOT NULL,
  contact TEXT,
  telephone TEXT,
  email TEXT,
  organisation_type INTEGER,
  organisation_code TEXT,
  PRIMARY KEY (booking_id, participant_id)
) STRICT, WITHOUT ROWID;
