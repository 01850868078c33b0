-- SPDX-License-Identifier: EUPL-1.2
-- First schema: every noun of the model. Instants are microseconds since 1970 UTC (…_us), intervals half-open,
-- local dates days since 1970-01-01 (…_date), local minutes of the day (…_minute). Nothing here reads a clock.
-- Tables without rowid begin with their key: SQLite's own quick_check misreads NOT NULL in any other order.
-- Each table that holds personal data names its retention class in a comment that starts with "retention:".

------------------------------------------------------------------------------------------------ organisation

CREATE TABLE tenant (               -- the municipality, data controller
  tenant_id INTEGER PRIMARY KEY,
  tenant_key TEXT NOT NULL UNIQUE,  -- short name in folders, certificates' allow-list and commands
  name TEXT NOT NULL
) STRICT;

CREATE TABLE unit (                 -- an organisation that citizens belong to: today a jobcenter
  unit_id INTEGER PRIMARY KEY,
  tenant_id INTEGER NOT NULL REFERENCES tenant,
  organisation_type INTEGER NOT NULL,          -- code list: 8 = jobcenter
  organisation_key TEXT NOT NULL,              -- opaque; today the five-digit jobcenter code
  parent_unit_id INTEGER REFERENCES unit,      -- the main centre (…00) of a sub-centre
  name TEXT NOT NULL,
  zone TEXT NOT NULL DEFAULT 'Europe/Copenhagen',
  address TEXT,
  telephone TEXT,
  UNIQUE (tenant_id, organisation_type, organisation_key),
  CHECK (organisation_key <> '99999')          -- DFDG's placeholder is never a unit
) STRICT;

CREATE TABLE setting (              -- dated settings of a tenant (unit_id 0) or one unit; keys in rules/settings
  tenant_id INTEGER NOT NULL REFERENCES tenant,
  unit_id INTEGER NOT NULL DEFAULT 0,
  key TEXT NOT NULL,
  valid_from_date INTEGER NOT NULL DEFAULT 0,
  value TEXT NOT NULL,
  PRIMARY KEY (tenant_id, unit_id, key, valid_from_date)
) STRICT, WITHOUT ROWID;

CREATE TABLE closing_day (          -- local dates on which a unit meets nobody, beside the holidays
  tenant_id INTEGER NOT NULL REFERENCES tenant,
  unit_id INTEGER NOT NULL REFERENCES unit,
  closed_date INTEGER NOT NULL,
  name TEXT NOT NULL,
  PRIMARY KEY (tenant_id, unit_id, closed_date)
) STRICT, WITHOUT ROWID;

CREATE TABLE team (
  team_id INTEGER PRIMARY KEY,
  tenant_id INTEGER NOT NULL REFERENCES tenant,
  unit_id INTEGER NOT NULL REFERENCES unit,
  team_key TEXT NOT NULL,
  name TEXT NOT NULL,
  UNIQUE (tenant_id, team_key)
) STRICT;

------------------------------------------------------------------------------------------------ resources

-- retention: employee (name and identifiers of advisors, kept while they have future or kept bookings)
CREATE TABLE resource (             -- advisor, room or equipment
  resource_id INTEGER PRIMARY KEY,
  tenant_id INTEGER NOT NULL REFERENCES tenant,
  kind TEXT NOT NULL CHECK (kind IN ('advisor', 'room', 'equipment')),
  resource_key TEXT NOT NULL,       -- CaseWorkerIdentifier of an advisor; the room's key
  email TEXT NOT NULL,
  name TEXT NOT NULL,
  telephone TEXT,
  may_be_summoned INTEGER NOT NULL DEFAULT 1 CHECK (may_be_summoned IN (0, 1)),
  retired_us INTEGER,
  UNIQUE (tenant_id, resource_key),
  UNIQUE (tenant_id, email)
) STRICT;

CREATE TABLE resource_unit (        -- the units a resource serves
  resource_id INTEGER NOT NULL REFERENCES resource,
  unit_id INTEGER NOT NULL REFERENCES unit,
  tenant_id INTEGER NOT NULL REFERENCES tenant,
  PRIMARY KEY (resource_id, unit_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE resource_team (
  resource_id INTEGER NOT NULL REFERENCES resource,
  team_id INTEGER NOT NULL REFERENCES team,
  tenant_id INTEGER NOT NULL REFERENCES tenant,
  PRIMARY KEY (resource_id, team_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE resource_tag (         -- competences and languages
  resource_id INTEGER NOT NULL REFERENCES resource,
  kind TEXT NOT NULL CHECK (kind IN ('competence', 'language')),
  value TEXT NOT NULL,
  tenant_id INTEGER NOT NULL REFERENCES tenant,
  PRIMARY KEY (resource_id, kind, value)
) STRICT, WITHOUT ROWID;

CREATE TABLE availability (         -- working time as VAVAILABILITY text (RFC 7953), local time
  availability_id INTEGER PRIMARY KEY,
  tenant_id INTEGER NOT NULL REFERENCES tenant,
  resource_id INTEGER NOT NULL REFERENCES resource,
  uid TEXT NOT NULL,
  text TEXT NOT NULL,
  UNIQUE (tenant_id, resource_id, uid)
) STRICT;

CREATE TABLE work_span (            -- derived: availability expanded over the window
  resource_id INTEGER NOT NULL REFERENCES resource,
  start_us INTEGER NOT NULL,
  end_us INTEGER NOT NULL CHECK (end_us > start_us),
  PRIMARY KEY (resource_id, start_us)
) STRICT, WITHOUT ROWID;

------------------------------------------------------------------------------------------------ calendars

CREATE TABLE calendar (             -- one calendar of a resource: ours, or a foreign one that blocks time
  calendar_id INTEGER PRIMARY KEY,
  tenant_id INTEGER NOT NULL REFERENCES tenant,
  resource_id INTEGER NOT NULL REFERENCES resource,
  calendar_key TEXT NOT NULL,
  origin TEXT NOT NULL CHECK (origin IN ('planner', 'sync', 'import')),
  fresh_until_us INTEGER,           -- NULL: does not go stale (an import)
  expanded_until_us INTEGER NOT NULL DEFAULT 0,
  UNIQUE (tenant_id, resource_id, calendar_key)
) STRICT;

-- retention: calendar (foreign appointments reduced to time and class, see calendar-sync's README)
CREATE TABLE calendar_object (      -- reduced iCalendar text per UID: what is expanded again
  object_id INTEGER PRIMARY KEY,
  tenant_id INTEGER NOT NULL REFERENCES tenant,
  calendar_id INTEGER NOT NULL REFERENCES calendar,
  uid_hash TEXT NOT NULL,
  etag TEXT,
  text TEXT NOT NULL,
  note TEXT,                        -- why it is flagged (unknown zone, not expandable), in our words
  UNIQUE (calendar_id, uid_hash)
) STRICT;

CREATE TABLE busy_span (            -- derived: calendar objects expanded over the window
  resource_id INTEGER NOT NULL REFERENCES resource,
  start_us INTEGER NOT NULL,
  end_us INTEGER NOT NULL CHECK (end_us > start_us),
  object_id INTEGER NOT NULL REFERENCES calendar_object ON DELETE CASCADE,
  class TEXT NOT NULL,
  PRIMARY KEY (resource_id, start_us, end_us, object_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX busy_span_by_object ON busy_span (object_id);

------------------------------------------------------------------------------------------------ offers

CREATE TABLE offer (
  offer_id INTEGER PRIMARY KEY,
  tenant_id INTEGER NOT NULL REFERENCES tenant,
  unit_id INTEGER NOT NULL REFERENCES unit,
  identifier TEXT NOT NULL,                    -- InterviewOptionIdentifier, lower-case GUID
  interview_type INTEGER NOT NULL,
  form TEXT NOT NULL CHECK (form IN ('individual', 'group')),
  title TEXT NOT NULL,
  description TEXT,
  location TEXT,
  address TEXT,
  telephone TEXT,
  meeting_link TEXT,                           -- for contact type 8, digital meeting
  duration_minutes INTEGER NOT NULL CHECK (duration_minutes BETWEEN 5 AND 1440 AND duration_minutes % 5 = 0),
  grid_minutes INTEGER NOT NULL CHECK (grid_minutes BETWEEN 5 AND 1440 AND grid_minutes % 5 = 0),
  grid_anchor TEXT NOT NULL DEFAULT 'block' CHECK (grid_anchor IN ('block', 'midnight')),
  before_minutes INTEGER NOT NULL DEFAULT 0 CHECK (before_minutes BETWEEN 0 AND 240 AND before_minutes % 5 = 0),
  after_minutes INTEGER NOT NULL DEFAULT 0 CHECK (after_minutes BETWEEN 0 AND 240 AND after_minutes % 5 = 0),
  may_share_buffers INTEGER NOT NULL DEFAULT 0 CHECK (may_share_buffers IN (0, 1)),
  lead_minutes INTEGER NOT NULL DEFAULT 0 CHECK (lead_minutes >= 0),
  horizon_days INTEGER NOT NULL DEFAULT 60 CHECK (horizon_days BETWEEN 1 AND 183),
  release_minute INTEGER NOT NULL DEFAULT 0 CHECK (release_minute BETWEEN 0 AND 1439),
  valid_from_us INTEGER NOT NULL DEFAULT 0,
  valid_until_us INTEGER NOT NULL DEFAULT 9000000000000000,
  seats INTEGER NOT NULL DEFAULT 1 CHECK (seats BETWEEN 1 AND 1000),
  needs_room INTEGER NOT NULL DEFAULT 0 CHECK (needs_room IN (0, 1)),
  room_before_minutes INTEGER NOT NULL DEFAULT 0 CHECK (room_before_minutes BETWEEN 0 AND 240 AND room_before_minutes % 5 = 0),
  room_after_minutes INTEGER NOT NULL DEFAULT 0 CHECK (room_after_minutes BETWEEN 0 AND 240 AND room_after_minutes % 5 = 0),
  rebook_possible INTEGER NOT NULL DEFAULT 1 CHECK (rebook_possible IN (0, 1)),
  rebook_deadline_minutes INTEGER NOT NULL DEFAULT 1440 CHECK (rebook_deadline_minutes >= 0),
  cancel_possible INTEGER NOT NULL DEFAULT 1 CHECK (cancel_possible IN (0, 1)),
  cancel_deadline_minutes INTEGER NOT NULL DEFAULT 1440 CHECK (cancel_deadline_minutes >= 0),
  compulsory INTEGER NOT NULL DEFAULT 1 CHECK (compulsory IN (0, 1)),
  should_accept INTEGER NOT NULL DEFAULT 0 CHECK (should_accept IN (0, 1)),
  shared_with_sub_units INTEGER NOT NULL DEFAULT 0 CHECK (shared_with_sub_units IN (0, 1)),
  UNIQUE (tenant_id, identifier),
  CHECK (form = 'group' OR seats = 1),
  CHECK (before_minutes + duration_minutes + after_minutes <= 1440)
) STRICT;

CREATE TABLE offer_contact_type (
  offer_id INTEGER NOT NULL REFERENCES offer,
  contact_type INTEGER NOT NULL,
  PRIMARY KEY (offer_id, contact_type)
) STRICT, WITHOUT ROWID;

CREATE TABLE offer_resource (       -- the pool (advisors) and the rooms
  offer_id INTEGER NOT NULL REFERENCES offer,
  resource_id INTEGER NOT NULL REFERENCES resource,
  PRIMARY KEY (offer_id, resource_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE offer_rule (           -- citizen rules: one entry of each kind that is there must match
  offer_id INTEGER NOT NULL REFERENCES offer,
  kind TEXT NOT NULL CHECK (kind IN ('contact-group', 'category', 'mark')),
  value TEXT NOT NULL,
  PRIMARY KEY (offer_id, kind, value)
) STRICT, WITHOUT ROWID;

CREATE TABLE offer_window (         -- time frames inside which the offer may be booked
  window_id INTEGER PRIMARY KEY,
  offer_id INTEGER NOT NULL REFERENCES offer,
  unemployment_fund TEXT,           -- a-kasse code; NULL: any
  first_date INTEGER NOT NULL,
  end_date INTEGER NOT NULL,
  weekdays INTEGER NOT NULL CHECK (weekdays BETWEEN 1 AND 127),
  start_minute INTEGER NOT NULL CHECK (start_minute BETWEEN 0 AND 1435),
  end_minute INTEGER NOT NULL CHECK (end_minute BETWEEN 5 AND 1440),
  capacity INTEGER NOT NULL DEFAULT 0 CHECK (capacity >= 0),
  CHECK (end_minute > start_minute)
) STRICT;
CREATE INDEX offer_window_by_offer ON offer_window (offer_id);

------------------------------------------------------------------------------------------------ citizens

-- retention: citizen (the only table with the CPR number; change and erasure happen here)
CREATE TABLE citizen (
  citizen_id INTEGER PRIMARY KEY,
  tenant_id INTEGER NOT NULL REFERENCES tenant,
  cpr TEXT NOT NULL,
  UNIQUE (tenant_id, cpr)
) STRICT;

-- retention: citizen-facts (what DFDG told; replaced at the next telling)
CREATE TABLE citizen_fact (
  citizen_id INTEGER NOT NULL REFERENCES citizen,
  kind TEXT NOT NULL CHECK (kind IN ('contact-group', 'category', 'mark', 'unemployment-fund', 'unit')),
  value TEXT NOT NULL,
  source TEXT NOT NULL,
  seen_us INTEGER NOT NULL,
  tenant_id INTEGER NOT NULL REFERENCES tenant,
  PRIMARY KEY (citizen_id, kind, value)
) STRICT, WITHOUT ROWID;

------------------------------------------------------------------------------------------------ ledger

CREATE TABLE owner (                -- who a claim belongs to: a booking with its re-book holds, or a session
  owner_id INTEGER PRIMARY KEY,
  tenant_id INTEGER NOT NULL REFERENCES tenant
) STRICT;

CREATE TABLE group_session (
  session_id INTEGER PRIMARY KEY,
  tenant_id INTEGER NOT NULL REFERENCES tenant,
  offer_id INTEGER NOT NULL REFERENCES offer,
  identifier TEXT NOT NULL,         -- group id, GUID
  start_us INTEGER NOT NULL,
  end_us INTEGER NOT NULL CHECK (end_us > start_us),
  advisor_id INTEGER NOT NULL REFERENCES resource,
  room_id INTEGER REFERENCES resource,
  seats INTEGER NOT NULL CHECK (seats >= 1),
  owner_id INTEGER NOT NULL REFERENCES owner,
  UNIQUE (tenant_id, identifier)
) STRICT;
CREATE INDEX group_session_by_offer ON group_session (offer_id, start_us);

-- retention: booking (the statutory field set of every summons)
CREATE TABLE booking (
  booking_id INTEGER PRIMARY KEY,
  tenant_id INTEGER NOT NULL REFERENCES tenant,
  unit_id INTEGER NOT NULL REFERENCES unit,
  identifier TEXT NOT NULL,                    -- BookingIdentifier, lower-case GUID
  revision INTEGER NOT NULL DEFAULT 1,         -- one more at every change
  placement INTEGER NOT NULL DEFAULT 1,        -- one more when it is moved or cancelled
  state TEXT NOT NULL CHECK (state IN ('booked', 'cancelled')),
  origin TEXT NOT NULL CHECK (origin IN ('citizen', 'indkalder', 'kss', 'unemployment-fund')),
  owner_system INTEGER,                        -- if set, only that system may change the booking
  citizen_id INTEGER NOT NULL REFERENCES citizen,
  offer_id INTEGER REFERENCES offer,
  session_id INTEGER REFERENCES group_session,
  group_identifier TEXT,
  start_us INTEGER NOT NULL,
  end_us INTEGER NOT NULL CHECK (end_us > start_us),
  start_local TEXT NOT NULL,                   -- wall time promised to the citizen, YYYY-MM-DDTHH:MM:SS
  zone TEXT NOT NULL,
  tzdata TEXT NOT NULL,                        -- version of the zone data that made start_us of start_local
  advisor_id INTEGER REFERENCES resource,      -- NULL: advisor unknown to us
  foreign_advisor TEXT,                        -- identifier of an advisor that we do not have
  room_id INTEGER REFERENCES resource,
  interview_type INTEGER NOT NULL,
  form_type INTEGER NOT NULL,
  contact_type INTEGER NOT NULL,
  title TEXT NOT NULL,
  description TEXT,
  location TEXT,
  address TEXT,
  telephone TEXT,
  meeting_link TEXT,
  contact_options TEXT,
  fund_participation INTEGER,                  -- joint jobsamtale: participation status code
  self_booked INTEGER NOT NULL CHECK (self_booked IN (0, 1)),
  compulsory INTEGER NOT NULL CHECK (compulsory IN (0, 1)),
  should_accept INTEGER NOT NULL CHECK (should_accept IN (0, 1)),
  accepted INTEGER NOT NULL DEFAULT 0 CHECK (accepted IN (0, 1)),
  rebook_possible INTEGER NOT NULL CHECK (rebook_possible IN (0, 1)),
  rebook_deadline_us INTEGER,
  cancel_possible INTEGER NOT NULL CHECK (cancel_possible IN (0, 1)),
  cancel_deadline_us INTEGER,
  conflict INTEGER NOT NULL DEFAULT 0 CHECK (conflict IN (0, 1)),
  originator_type INTEGER NOT NULL,
  originator_code INTEGER NOT NULL,
  owner_id INTEGER NOT NULL REFERENCES owner,
  created_us INTEGER NOT NULL,
  changed_us INTEGER NOT NULL,
  UNIQUE (tenant_id, identifier)
) STRICT;
CREATE INDEX booking_by_citizen ON booking (citizen_id, start_us);
CREATE INDEX booking_by_unit ON booking (unit_id, start_us, booking_id);
CREATE INDEX booking_by_advisor ON booking (advisor_id, start_us, booking_id);
CREATE INDEX booking_by_offer ON booking (offer_id, start_us);
CREATE INDEX booking_by_session ON booking (session_id) WHERE session_id IS NOT NULL;
CREATE INDEX booking_by_group ON booking (tenant_id, group_identifier) WHERE group_identifier IS NOT NULL;
CREATE INDEX booking_by_conflict ON booking (advisor_id, start_us) WHERE conflict = 1 AND state = 'booked';

-- retention: hold (minutes; deleted when used, replaced or expired)
CREATE TABLE hold (
  hold_id INTEGER PRIMARY KEY,
  tenant_id INTEGER NOT NULL REFERENCES tenant,
  token TEXT NOT NULL,                         -- ReservationIdentifier
  citizen_id INTEGER NOT NULL REFERENCES citizen,
  context TEXT NOT NULL,                       -- 'new:UNIT' or the booking's identifier
  offer_id INTEGER NOT NULL REFERENCES offer,
  session_id INTEGER REFERENCES group_session,
  booking_id INTEGER REFERENCES booking,       -- set when re-booking
  start_us INTEGER NOT NULL,
  end_us INTEGER NOT NULL CHECK (end_us > start_us),
  advisor_id INTEGER NOT NULL REFERENCES resource,
  room_id INTEGER REFERENCES resource,
  contact_type INTEGER NOT NULL,
  owner_id INTEGER NOT NULL REFERENCES owner,
  expiry_us INTEGER NOT NULL,
  UNIQUE (tenant_id, token),
  UNIQUE (citizen_id, context)                 -- one live hold per citizen and context
) STRICT;
CREATE INDEX hold_by_expiry ON hold (expiry_us);
CREATE INDEX hold_by_offer ON hold (offer_id, start_us);

-- retention: hold (tokens of reservations that are used or have expired, so that a repeat is told which)
CREATE TABLE used_hold (
  tenant_id INTEGER NOT NULL REFERENCES tenant,
  token TEXT NOT NULL,
  booking_id INTEGER REFERENCES booking,       -- NULL: it expired
  used_us INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, token)
) STRICT, WITHOUT ROWID;

CREATE TABLE seat (
  session_id INTEGER NOT NULL REFERENCES group_session,
  seat_number INTEGER NOT NULL CHECK (seat_number >= 1),
  booking_id INTEGER REFERENCES booking,
  hold_id INTEGER REFERENCES hold,
  PRIMARY KEY (session_id, seat_number),
  CHECK ((booking_id IS NULL) <> (hold_id IS NULL))
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX seat_by_booking ON seat (booking_id) WHERE booking_id IS NOT NULL;
CREATE UNIQUE INDEX seat_by_hold ON seat (hold_id) WHERE hold_id IS NOT NULL;

CREATE TRIGGER seat_insert_within_session BEFORE INSERT ON seat
BEGIN
  SELECT RAISE (ABORT, 'seat-beyond-session') FROM group_session
   WHERE session_id = NEW.session_id AND NEW.seat_number > seats;
END;
CREATE TRIGGER seat_update_within_session BEFORE UPDATE ON seat
BEGIN
  SELECT RAISE (ABORT, 'seat-beyond-session') FROM group_session
   WHERE session_id = NEW.session_id AND NEW.seat_number > seats;
END;

CREATE TABLE claim (                -- the interval ledger: core time with its buffers around it
  claim_id INTEGER PRIMARY KEY,
  tenant_id INTEGER NOT NULL REFERENCES tenant,
  resource_id INTEGER NOT NULL REFERENCES resource,
  start_us INTEGER NOT NULL,                   -- with buffers
  end_us INTEGER NOT NULL,
  core_start_us INTEGER NOT NULL,
  core_end_us INTEGER NOT NULL,
  may_share_buffers INTEGER NOT NULL CHECK (may_share_buffers IN (0, 1)),
  exclusive INTEGER NOT NULL CHECK (exclusive IN (0, 1)),
  owner_id INTEGER NOT NULL REFERENCES owner,
  hold_id INTEGER REFERENCES hold,
  booking_id INTEGER REFERENCES booking,
  session_id INTEGER REFERENCES group_session,
  CHECK (start_us <= core_start_us AND core_start_us < core_end_us AND core_end_us <= end_us),
  CHECK (end_us - start_us <= 86400000000),    -- so that a probe need not read what came long before
  CHECK ((hold_id IS NOT NULL) + (booking_id IS NOT NULL) + (session_id IS NOT NULL) = 1)
) STRICT;
CREATE INDEX claim_by_resource ON claim (resource_id, start_us);
CREATE INDEX claim_by_owner ON claim (owner_id);
CREATE INDEX claim_by_hold ON claim (hold_id) WHERE hold_id IS NOT NULL;
CREATE INDEX claim_by_booking ON claim (booking_id) WHERE booking_id IS NOT NULL;
CREATE INDEX claim_by_session ON claim (session_id) WHERE session_id IS NOT NULL;

-- The database's own guard. Two exclusive claims of different owners: the widened times must not meet, unless
-- both let buffers be shared; then the widened time of each must stay clear of the other's core.
CREATE TRIGGER claim_insert_no_overlap BEFORE INSERT ON claim WHEN NEW.exclusive = 1
BEGIN
  SELECT RAISE (ABORT, 'claim-overlap') FROM claim c
   WHERE c.resource_id = NEW.resource_id AND c.exclusive = 1 AND c.owner_id <> NEW.owner_id
     AND c.start_us < NEW.end_us AND c.start_us > NEW.start_us - 86400000000 AND c.end_us > NEW.start_us
     AND (c.may_share_buffers = 0 OR NEW.may_share_buffers = 0
          OR (c.core_start_us < NEW.end_us AND c.core_end_us > NEW.start_us)
          OR (c.start_us < NEW.core_end_us AND c.end_us > NEW.core_start_us));
END;
CREATE TRIGGER claim_update_no_overlap BEFORE UPDATE ON claim WHEN NEW.exclusive = 1
BEGIN
  SELECT RAISE (ABORT, 'claim-overlap') FROM claim c
   WHERE c.resource_id = NEW.resource_id AND c.exclusive = 1 AND c.owner_id <> NEW.owner_id
     AND c.claim_id <> OLD.claim_id
     AND c.start_us < NEW.end_us AND c.start_us > NEW.start_us - 86400000000 AND c.end_us > NEW.start_us
     AND (c.may_share_buffers = 0 OR NEW.may_share_buffers = 0
          OR (c.core_start_us < NEW.end_us AND c.core_end_us > NEW.start_us)
          OR (c.start_us < NEW.core_end_us AND c.end_us > NEW.core_start_us));
END;

------------------------------------------------------------------------------------------------ record keeping

-- retention: journal (rows stay; payload and salt are erased, after which the digest tells nothing)
CREATE TABLE journal (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  tenant_id INTEGER NOT NULL,
  at_us INTEGER NOT NULL,
  actor TEXT NOT NULL,
  call_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,            -- our identifier of what changed; never a citizen's number
  digest BLOB NOT NULL              -- SHA-256 (salt, payload)
) STRICT;
CREATE INDEX journal_by_subject ON journal (subject, sequence);
CREATE TRIGGER journal_is_append_only BEFORE UPDATE ON journal
BEGIN
  SELECT RAISE (ABORT, 'journal-is-append-only');
END;
CREATE TRIGGER journal_is_kept BEFORE DELETE ON journal
BEGIN
  SELECT RAISE (ABORT, 'journal-is-append-only');
END;

-- retention: journal-payload
CREATE TABLE journal_payload (
  sequence INTEGER PRIMARY KEY REFERENCES journal,
  salt BLOB NOT NULL,
  payload TEXT NOT NULL             -- before and after, JSON
) STRICT;

CREATE TABLE journal_seal (         -- one per group of commits
  last_sequence INTEGER PRIMARY KEY,
  first_sequence INTEGER NOT NULL,
  previous BLOB NOT NULL,
  seal BLOB NOT NULL                -- SHA-256 (previous seal, every row's columns and digest)
) STRICT;

-- retention: stored-answer (30 days)
CREATE TABLE stored_answer (
  tenant_id INTEGER NOT NULL,
  key TEXT NOT NULL,                -- kind and identifier, or a digest; never a citizen's number
  request_digest BLOB NOT NULL,
  booking_id INTEGER NOT NULL REFERENCES booking,
  placement INTEGER NOT NULL,       -- of the booking, as answered
  body TEXT NOT NULL,               -- content of soap:Body, the citizen's number cut out
  expiry_us INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX stored_answer_by_expiry ON stored_answer (expiry_us);
CREATE INDEX stored_answer_by_booking ON stored_answer (booking_id);

CREATE TABLE change (               -- feeds the index: what to recompute
  change_id INTEGER PRIMARY KEY AUTOINCREMENT,
  tenant_id INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('resource', 'offer', 'citizen', 'catalogue')),
  subject_id INTEGER NOT NULL,
  from_us INTEGER NOT NULL DEFAULT 0,
  to_us INTEGER NOT NULL DEFAULT 0
) STRICT;

-- retention: outbox
CREATE TABLE outbox (
  outbox_id INTEGER PRIMARY KEY AUTOINCREMENT,
  tenant_id INTEGER NOT NULL,
  citizen_id INTEGER REFERENCES citizen,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  revision INTEGER NOT NULL,
  request_id TEXT NOT NULL UNIQUE,
  payload TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'refused')),
  attempts INTEGER NOT NULL DEFAULT 0,
  not_before_us INTEGER NOT NULL DEFAULT 0,
  reason TEXT
) STRICT;
CREATE INDEX outbox_by_state ON outbox (state, not_before_us, outbox_id);

-- retention: inbox (messages by id; error reports about our answers)
CREATE TABLE inbox (
  inbox_id INTEGER PRIMARY KEY AUTOINCREMENT,
  tenant_id INTEGER NOT NULL,
  kind TEXT NOT NULL,
  message_id TEXT NOT NULL,
  received_us INTEGER NOT NULL,
  payload TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'done', 'failed')),
  UNIQUE (tenant_id, kind, message_id)
) STRICT;

-- retention: empty-answer (evidence of missing times; by citizen's surrogate only)
CREATE TABLE empty_answer (
  empty_answer_id INTEGER PRIMARY KEY AUTOINCREMENT,
  tenant_id INTEGER NOT NULL,
  at_us INTEGER NOT NULL,
  call_id TEXT NOT NULL,
  citizen_id INTEGER REFERENCES citizen,
  unit_id INTEGER,
  offer_id INTEGER,
  from_us INTEGER,
  to_us INTEGER,
  reason TEXT NOT NULL
) STRICT;
CREATE INDEX empty_answer_by_time ON empty_answer (tenant_id, at_us);
