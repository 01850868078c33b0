-- SPDX-License-Identifier: EUPL-1.2
-- Canaries that the guard tripped or a person stopped or started. Instants are microseconds since 1970 UTC.

CREATE TABLE canary (
  unit TEXT NOT NULL,
  endpoint TEXT NOT NULL,          -- the candidate
  state TEXT NOT NULL CHECK (state IN ('running', 'tripped', 'stopped')),
  at_us INTEGER NOT NULL,
  who TEXT,                        -- user name; NULL: the guard
  reason TEXT,
  PRIMARY KEY (unit, endpoint)
) STRICT, WITHOUT ROWID;
