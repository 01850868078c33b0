-- SPDX-License-Identifier: EUPL-1.2
-- The registry of the switch-track: every revision as a whole document, and what people proposed. Nothing here is about
-- citizens; names are of user accounts. Instants are microseconds since 1970 UTC (…_us).

CREATE TABLE revision (
  revision INTEGER PRIMARY KEY,          -- 1, 2, 3, …; the largest is in force
  at_us INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('change', 'rollback')),
  document TEXT NOT NULL,
  digest TEXT NOT NULL,                  -- SHA-256 of the document, hex
  author TEXT NOT NULL,                  -- who proposed it, or rolled back
  approver TEXT,                         -- NULL: a roll-back that nobody has confirmed yet
  approved_us INTEGER,
  reason TEXT NOT NULL,
  proposal_id INTEGER,
  back_to INTEGER,                       -- of a roll-back: the revision whose document it is
  CHECK (approver IS NULL OR approver <> author),
  CHECK ((approver IS NULL) = (approved_us IS NULL)),
  CHECK (kind = 'rollback' OR approver IS NOT NULL)
) STRICT;

CREATE TABLE proposal (
  proposal_id INTEGER PRIMARY KEY,
  at_us INTEGER NOT NULL,
  base_revision INTEGER NOT NULL,        -- it changes this one and no other; 0: there was none
  document TEXT NOT NULL,
  digest TEXT NOT NULL,
  author TEXT NOT NULL,
  reason TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'approved', 'applied', 'rejected')),
  decided_by TEXT,
  decided_us INTEGER,
  note TEXT,                             -- of who rejected it
  revision INTEGER,                      -- that it became
  CHECK (state NOT IN ('approved', 'applied') OR (decided_by IS NOT NULL AND decided_by <> author)),
  CHECK ((state = 'applied') = (revision IS NOT NULL))
) STRICT;
