-- SPDX-License-Identifier: EUPL-1.2
-- Planned service windows, and the durable record of when plannerd was up and what its callers met (decision 0013).

-- retention: availability (no personal data; windows, runs and counts are kept together)
CREATE TABLE service_window (       -- a planned stop: never changed once announced, only cancelled
  window_id INTEGER PRIMARY KEY AUTOINCREMENT,
  tenant_id INTEGER NOT NULL REFERENCES tenant,
  kind TEXT NOT NULL CHECK (kind IN ('closed', 'changes', 'release')),
  start_us INTEGER NOT NULL,
  end_us INTEGER NOT NULL CHECK (end_us > start_us),
  text TEXT NOT NULL,               -- told to callers
  announced_us INTEGER NOT NULL,
  in_time INTEGER NOT NULL CHECK (in_time IN (0, 1)), -- announced as long ahead as the setting asks
  cancelled_us INTEGER
) STRICT;
CREATE INDEX service_window_by_end ON service_window (tenant_id, end_us);

CREATE TABLE service_window_unit (  -- the units it is for; none: every unit of the tenant
  window_id INTEGER NOT NULL REFERENCES service_window,
  unit_id INTEGER NOT NULL REFERENCES unit,
  PRIMARY KEY (window_id, unit_id)
) STRICT, WITHOUT ROWID;

-- retention: availability
CREATE TABLE uptime_span (          -- one run of plannerd, or the part of it until its writer stood still
  span_id INTEGER PRIMARY KEY AUTOINCREMENT,
  start_us INTEGER NOT NULL,
  seen_us INTEGER NOT NULL CHECK (seen_us >= start_us), -- last instant at which the writer committed
  ended TEXT NOT NULL CHECK (ended IN ('open', 'stopped', 'stalled')) -- open: running, or killed
) STRICT;
CREATE INDEX uptime_span_by_seen ON uptime_span (seen_us);

-- retention: availability
CREATE TABLE uptime_count (         -- calls by hour, unit (0: none told), outcome and duration
  hour_us INTEGER NOT NULL,         -- start of the hour, UTC
  tenant_id INTEGER NOT NULL,
  unit_id INTEGER NOT NULL,
  outcome TEXT NOT NULL CHECK (outcome IN ('ok', 'fault', 'busy', 'error', 'closed')),
  bound_us INTEGER NOT NULL,        -- upper bound of the histogram's bucket; 0: none
  n_calls INTEGER NOT NULL,
  PRIMARY KEY (hour_us, tenant_id, unit_id, outcome, bound_us)
) STRICT, WITHOUT ROWID;
