-- SPDX-License-Identifier: EUPL-1.2
-- The call log of the switch-track: one row a call, a probe or a shadow. There is no personal data in it.

CREATE TABLE call (
  call_id       INTEGER PRIMARY KEY,
  at_us         INTEGER NOT NULL,  -- when the request was whole
  kind          TEXT NOT NULL CHECK (kind IN ('call', 'probe', 'shadow')),
  request_id    TEXT,
  unit          TEXT,              -- code that it was resolved to
  asked         TEXT,              -- code as it stood in the call
  endpoint      TEXT,
  url           TEXT,
  operation     TEXT,
  caller        TEXT,
  how           TEXT,              -- why it went there
  outcome       TEXT NOT NULL,
  failed        INTEGER NOT NULL,  -- 1: the Planner's failure
  fault_code    INTEGER NOT NULL,
  http_status   INTEGER NOT NULL,
  dns_us        INTEGER NOT NULL,  -- -1: not reached, as are the next four
  connect_us    INTEGER NOT NULL,
  tls_us        INTEGER NOT NULL,
  first_byte_us INTEGER NOT NULL,
  total_us      INTEGER NOT NULL,
  reused        INTEGER NOT NULL,
  own_us        INTEGER NOT NULL,
  request_bytes INTEGER NOT NULL,
  answer_bytes  INTEGER NOT NULL,
  problem       TEXT
) STRICT;

CREATE INDEX call_by_time ON call (at_us);
CREATE INDEX call_by_request ON call (request_id);
CREATE INDEX call_by_unit ON call (unit, at_us);
CREATE INDEX call_by_endpoint ON call (endpoint, at_us);
CREATE INDEX call_by_failure ON call (at_us) WHERE failed = 1;
