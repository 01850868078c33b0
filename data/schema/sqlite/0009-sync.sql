-- SPDX-License-Identifier: EUPL-1.2
-- Two-way synchronisation: which calendar is bound to whom, what was seen in it, what was sent to it, and what each run
-- did. Nothing here holds a title, a place, a name, an address of somebody else's appointment or a secret (decision 0021).

-- Keys the hashes of foreign identifiers, so that nobody who holds the database alone can guess what they were.
CREATE TABLE hash_key (
  tenant_id INTEGER PRIMARY KEY REFERENCES tenant,
  bytes BLOB NOT NULL               -- 32 random bytes
) STRICT;

-- retention: employee
CREATE TABLE sync_binding (         -- one calendar on somebody else's server, of one advisor or room
  binding_id INTEGER PRIMARY KEY,
  tenant_id INTEGER NOT NULL REFERENCES tenant,
  resource_id INTEGER NOT NULL REFERENCES resource,
  calendar_id INTEGER NOT NULL UNIQUE REFERENCES calendar,
  url TEXT NOT NULL,                -- of the calendar
  auth TEXT NOT NULL CHECK (auth IN ('none', 'basic', 'digest', 'bearer', 'certificate')),
  user_name TEXT,
  secret TEXT,                      -- its name in the folder of secrets; never the secret
  certificate TEXT,                 -- name of a client certificate with its key in the folder of secrets
  direction INTEGER NOT NULL CHECK (direction BETWEEN 1 AND 3), -- 1: busy time in, 2: bookings out, 3: both
  state TEXT NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'paused', 'guarded')),
  why TEXT,                         -- why it is not active, in our words
  limit_minutes INTEGER CHECK (limit_minutes > 0), -- how old it may grow; NULL: as the unit says
  tier INTEGER NOT NULL DEFAULT 0,  -- how the server tells what changed
  identity TEXT,                    -- of the calendar, beside its address
  cursor TEXT,
  cursor_us INTEGER NOT NULL DEFAULT 0,
  pulled_us INTEGER NOT NULL DEFAULT 0,    -- last whole pull that was stored; 0: never pulled whole
  full_due_us INTEGER NOT NULL DEFAULT 0,  -- from then on the next pull is a full one
  looks_first INTEGER NOT NULL DEFAULT 0 CHECK (looks_first IN (0, 1)), -- restored: a full preview before anything is written
  gone_us INTEGER NOT NULL DEFAULT 0,      -- last disappearance, held back or not
  health TEXT NOT NULL DEFAULT 'new',      -- a word
  health_text TEXT,                 -- a sentence of ours
  n_failures INTEGER NOT NULL DEFAULT 0,   -- in a row
  next_try_us INTEGER NOT NULL DEFAULT 0,
  last_try_us INTEGER NOT NULL DEFAULT 0,
  last_success_us INTEGER NOT NULL DEFAULT 0,
  created_us INTEGER NOT NULL
) STRICT;
CREATE INDEX sync_binding_by_resource ON sync_binding (tenant_id, resource_id);
CREATE UNIQUE INDEX sync_binding_out ON sync_binding (resource_id) WHERE direction >= 2; -- bookings go to one calendar

-- retention: employee
CREATE TABLE sync_item (            -- one thing in the calendar: by the hash of its key alone, unless it is ours
  item_id INTEGER PRIMARY KEY,
  tenant_id INTEGER NOT NULL REFERENCES tenant,
  binding_id INTEGER NOT NULL REFERENCES sync_binding ON DELETE CASCADE,
  key_hash TEXT NOT NULL,
  key TEXT,                         -- where it stands; ours only
  version TEXT,
  reference TEXT,                   -- our marker, on a copy of ours too
  is_own INTEGER NOT NULL CHECK (is_own IN (0, 1)),
  is_unreadable INTEGER NOT NULL DEFAULT 0 CHECK (is_unreadable IN (0, 1)),
  UNIQUE (binding_id, key_hash),
  CHECK (is_own = 1 OR key IS NULL)
) STRICT;

-- Objects of one foreign item; NULL for those of imports and of ours.
ALTER TABLE calendar_object ADD COLUMN item_id INTEGER REFERENCES sync_item ON DELETE CASCADE;
CREATE INDEX calendar_object_by_item ON calendar_object (item_id) WHERE item_id IS NOT NULL;

-- retention: sync
CREATE TABLE sync_link (            -- one of our meetings in one calendar: what was sent of it
  link_id INTEGER PRIMARY KEY,
  tenant_id INTEGER NOT NULL REFERENCES tenant,
  binding_id INTEGER NOT NULL REFERENCES sync_binding ON DELETE CASCADE,
  booking_id INTEGER REFERENCES booking ON DELETE SET NULL,
  session_id INTEGER REFERENCES group_session ON DELETE SET NULL,
  reference TEXT NOT NULL,
  state INTEGER NOT NULL DEFAULT 0 CHECK (state BETWEEN 0 AND 3), -- none, linked, conflict, refused
  create_sequence INTEGER NOT NULL DEFAULT 0,
  event_sequence INTEGER NOT NULL DEFAULT 0,
  uid TEXT,
  key TEXT,
  version TEXT,
  base_start_us INTEGER NOT NULL DEFAULT 0, -- 0: nothing was agreed on yet
  base_end_us INTEGER NOT NULL DEFAULT 0,
  base_class INTEGER NOT NULL DEFAULT 0,
  base_flags INTEGER NOT NULL DEFAULT 0,    -- 1: whole days, 2: series, 4: attendees
  seen_start_us INTEGER NOT NULL DEFAULT 0, -- what the calendar last showed
  seen_end_us INTEGER NOT NULL DEFAULT 0,
  seen_class INTEGER NOT NULL DEFAULT 0,
  seen_flags INTEGER NOT NULL DEFAULT 0,
  in_flight INTEGER NOT NULL DEFAULT 0 CHECK (in_flight BETWEEN 0 AND 3), -- an intent without receipt
  in_flight_uid TEXT,
  in_flight_key TEXT,
  in_flight_create_sequence INTEGER NOT NULL DEFAULT 0,
  in_flight_event_sequence INTEGER NOT NULL DEFAULT 0,
  in_flight_start_us INTEGER NOT NULL DEFAULT 0, -- what is being sent
  in_flight_end_us INTEGER NOT NULL DEFAULT 0,
  in_flight_class INTEGER NOT NULL DEFAULT 0,
  in_flight_flags INTEGER NOT NULL DEFAULT 0,
  in_flight_us INTEGER NOT NULL DEFAULT 0,       -- since when
  not_before_us INTEGER NOT NULL DEFAULT 0,
  failure TEXT,                             -- word of the last error
  UNIQUE (binding_id, reference),
  CHECK (booking_id IS NULL OR session_id IS NULL)
) STRICT;
CREATE INDEX sync_link_by_booking ON sync_link (booking_id) WHERE booking_id IS NOT NULL;
CREATE INDEX sync_link_by_session ON sync_link (session_id) WHERE session_id IS NOT NULL;

-- retention: sync-run
CREATE TABLE sync_putback (         -- when one of our events was put back: the loop breaker counts them
  link_id INTEGER NOT NULL REFERENCES sync_link ON DELETE CASCADE,
  at_us INTEGER NOT NULL,
  PRIMARY KEY (link_id, at_us)
) STRICT, WITHOUT ROWID;

-- retention: sync-run
CREATE TABLE sync_run (
  run_id INTEGER PRIMARY KEY AUTOINCREMENT,
  tenant_id INTEGER NOT NULL REFERENCES tenant,
  binding_id INTEGER NOT NULL REFERENCES sync_binding ON DELETE CASCADE,
  started_us INTEGER NOT NULL,
  finished_us INTEGER,              -- NULL: under way, or cut short
  mode TEXT NOT NULL CHECK (mode IN ('run', 'preview', 'undo', 'disconnect')),
  was_full INTEGER NOT NULL DEFAULT 0 CHECK (was_full IN (0, 1)),
  outcome TEXT NOT NULL DEFAULT 'open', -- open, done, guarded, or the word of an error
  actor TEXT NOT NULL,
  call_id TEXT NOT NULL,
  n_found INTEGER NOT NULL DEFAULT 0,
  n_changed INTEGER NOT NULL DEFAULT 0,
  n_gone INTEGER NOT NULL DEFAULT 0,
  n_unreadable INTEGER NOT NULL DEFAULT 0,
  n_created INTEGER NOT NULL DEFAULT 0,
  n_updated INTEGER NOT NULL DEFAULT 0,
  n_removed INTEGER NOT NULL DEFAULT 0,
  n_conflicts INTEGER NOT NULL DEFAULT 0,
  n_left INTEGER NOT NULL DEFAULT 0,
  n_requests INTEGER NOT NULL DEFAULT 0,
  n_bytes INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX sync_run_by_binding ON sync_run (binding_id, started_us);

-- retention: sync-run
CREATE TABLE sync_run_change (      -- what a run did to one item or event: preview, undo and the hourly limits read it
  change_id INTEGER PRIMARY KEY AUTOINCREMENT,
  tenant_id INTEGER NOT NULL REFERENCES tenant,
  run_id INTEGER NOT NULL REFERENCES sync_run ON DELETE CASCADE,
  binding_id INTEGER NOT NULL REFERENCES sync_binding ON DELETE CASCADE,
  at_us INTEGER NOT NULL,
  what TEXT NOT NULL CHECK (what IN ('item-added', 'item-changed', 'item-removed', 'item-unreadable',
    'sent-create', 'sent-update', 'sent-remove', 'unlinked', 'moved')),
  is_own INTEGER NOT NULL CHECK (is_own IN (0, 1)),
  counts INTEGER NOT NULL DEFAULT 0 CHECK (counts IN (0, 1)), -- lay ahead, and nobody had agreed: the guard counts it
  key_hash TEXT,
  reference TEXT,
  before TEXT,                      -- of ours: both times and the rest of the shape; of others: the reduced objects
  after TEXT
) STRICT;
CREATE INDEX sync_run_change_by_run ON sync_run_change (run_id, change_id);
CREATE INDEX sync_run_change_by_time ON sync_run_change (binding_id, at_us);

-- retention: sync
CREATE TABLE sync_conflict (        -- both sides said something: both versions, always, and what was decided
  conflict_id INTEGER PRIMARY KEY AUTOINCREMENT,
  tenant_id INTEGER NOT NULL REFERENCES tenant,
  binding_id INTEGER NOT NULL REFERENCES sync_binding ON DELETE CASCADE,
  run_id INTEGER REFERENCES sync_run ON DELETE SET NULL,
  booking_id INTEGER REFERENCES booking ON DELETE SET NULL,
  reference TEXT,                   -- NULL: about no meeting of ours
  kind TEXT NOT NULL,
  decision TEXT NOT NULL CHECK (decision IN ('put-back', 'proposed', 'waits', 'kept')),
  our_start_us INTEGER NOT NULL,
  our_end_us INTEGER NOT NULL,
  our_class INTEGER NOT NULL,
  our_flags INTEGER NOT NULL,
  their_start_us INTEGER NOT NULL,
  their_end_us INTEGER NOT NULL,
  their_class INTEGER NOT NULL,
  their_flags INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'noted', 'resolved')), -- open: a person has to decide
  found_us INTEGER NOT NULL,
  seen_us INTEGER NOT NULL,         -- last time that a run met it again
  resolved_us INTEGER,
  resolved_by TEXT,
  resolution TEXT
) STRICT;
CREATE INDEX sync_conflict_by_state ON sync_conflict (tenant_id, state, conflict_id);
CREATE INDEX sync_conflict_by_binding ON sync_conflict (binding_id, reference);
CREATE INDEX sync_conflict_by_booking ON sync_conflict (booking_id) WHERE booking_id IS NOT NULL;

-- retention: employee
CREATE TABLE sync_guard (           -- disappearances that wait for a person's word: one row a binding
  binding_id INTEGER PRIMARY KEY REFERENCES sync_binding ON DELETE CASCADE,
  tenant_id INTEGER NOT NULL REFERENCES tenant,
  reason TEXT NOT NULL CHECK (reason IN ('own', 'foreign', 'empty', 'widespread', 'restored')),
  at_us INTEGER NOT NULL,
  n_own INTEGER NOT NULL,
  n_foreign INTEGER NOT NULL,
  n_known_own INTEGER NOT NULL,
  n_known_foreign INTEGER NOT NULL,
  agreed_until_us INTEGER NOT NULL DEFAULT 0,
  agreed_by TEXT
) STRICT;

-- retention: employee
CREATE TABLE sync_staged (          -- what the guard held back
  binding_id INTEGER NOT NULL REFERENCES sync_binding ON DELETE CASCADE,
  key_hash TEXT NOT NULL,
  PRIMARY KEY (binding_id, key_hash)
) STRICT, WITHOUT ROWID;

-- retention: sync-run
CREATE TABLE sync_tombstone (       -- ours, taken out of a calendar: a late replay brings nothing back, a new one counts on
  tombstone_id INTEGER PRIMARY KEY,
  tenant_id INTEGER NOT NULL REFERENCES tenant,
  binding_id INTEGER NOT NULL REFERENCES sync_binding ON DELETE CASCADE,
  reference TEXT NOT NULL,
  key_hash TEXT,
  create_sequence INTEGER NOT NULL,
  removed_us INTEGER NOT NULL,
  UNIQUE (binding_id, reference)
) STRICT;
