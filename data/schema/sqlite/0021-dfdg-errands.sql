-- SPDX-License-Identifier: EUPL-1.2
-- Which messages DFDG has agreed to send, so that none is given up unseen; and how errands with DFDG went (decision 0030).

CREATE TABLE dfdg_subscription (
  tenant_id INTEGER NOT NULL REFERENCES tenant,
  organisation_type INTEGER NOT NULL,
  organisation_code TEXT NOT NULL,
  entity_type INTEGER NOT NULL,     -- EntitetstypeId
  webhook TEXT NOT NULL,            -- path of our address
  start_us INTEGER NOT NULL,
  end_us INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, organisation_type, organisation_code, entity_type, webhook)
) STRICT, WITHOUT ROWID;

CREATE TABLE dfdg_errand (
  tenant_id INTEGER NOT NULL REFERENCES tenant,
  name TEXT NOT NULL CHECK (name IN ('subscribe', 'reconcile')),
  unit_id INTEGER NOT NULL,         -- 0: of the whole municipality
  tried_us INTEGER NOT NULL,
  done_us INTEGER NOT NULL,         -- when it went well last; 0: never
  problem TEXT,                     -- of the last time; NULL: it went well
  detail TEXT,                      -- JSON: what it found when it went well last
  PRIMARY KEY (tenant_id, name, unit_id)
) STRICT, WITHOUT ROWID;

-- A person, and a comparison with DFDG's bookings, ask for a booking's messages.
CREATE INDEX dfdg_event_by_thing ON dfdg_event (tenant_id, external_id, event_id);
