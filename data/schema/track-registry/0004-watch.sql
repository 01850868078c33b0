-- SPDX-License-Identifier: EUPL-1.2
-- Disturbances of Planners, who was told of what, and the certificates that were seen. There is no personal data in it.

CREATE TABLE disturbance (
  disturbance_id TEXT PRIMARY KEY,   -- endpoint and UTC time of the first failure
  endpoint       TEXT NOT NULL,
  from_us        INTEGER NOT NULL,
  until_us       INTEGER NOT NULL,   -- first answer after the last failure; 0: none yet
  closed_us      INTEGER NOT NULL,   -- 0: open
  planned        INTEGER NOT NULL,   -- 1: it began in an announced window
  n_failed       INTEGER NOT NULL,   -- live calls
  n_probes_failed INTEGER NOT NULL,
  digest         TEXT,               -- SHA-256 of the evidence, once it is closed
  document       TEXT NOT NULL       -- all of it, as JSON
) STRICT;

CREATE INDEX disturbance_open ON disturbance (from_us) WHERE closed_us = 0;
CREATE INDEX disturbance_by_time ON disturbance (from_us);

-- What is told to webhooks and by mail: the same key is never told twice.
CREATE TABLE notice (
  notice_key     TEXT PRIMARY KEY,
  event          TEXT NOT NULL,
  disturbance_id TEXT,
  channel        TEXT NOT NULL CHECK (channel IN ('webhook', 'mail')),
  target         TEXT NOT NULL,
  subject        TEXT NOT NULL,
  body           TEXT NOT NULL,
  n_held         INTEGER NOT NULL,   -- of a summary: messages it stands for
  created_us     INTEGER NOT NULL,
  due_us         INTEGER NOT NULL,
  sent_us        INTEGER NOT NULL,   -- 0: not yet
  given_up_us    INTEGER NOT NULL,   -- 0: not given up
  n_tries        INTEGER NOT NULL,
  problem        TEXT
) STRICT;

CREATE INDEX notice_due ON notice (due_us) WHERE sent_us = 0 AND given_up_us = 0;
CREATE INDEX notice_by_target ON notice (target, created_us);
CREATE INDEX notice_by_disturbance ON notice (disturbance_id);

CREATE TABLE seen_certificate (
  holder    TEXT PRIMARY KEY,        -- an address of an endpoint, or which of our own
  until_us  INTEGER NOT NULL,
  told_days INTEGER NOT NULL         -- step of the ladder that was told last; 0: none
) STRICT;
