-- SPDX-License-Identifier: EUPL-1.2
-- Service windows that people were told of, so that they are told when one is withdrawn. There is no personal data in it.

CREATE TABLE told_window (
  window_key TEXT PRIMARY KEY,       -- what its messages have in common: notice.disturbance_id
  endpoint   TEXT NOT NULL,
  from_us    INTEGER NOT NULL,
  until_us   INTEGER NOT NULL,
  n_told     INTEGER NOT NULL        -- messages about it; odd: it stands; even: it is withdrawn
) STRICT;

CREATE INDEX told_window_by_end ON told_window (until_us);

-- Whoever was told of one before.
UPDATE notice SET disturbance_id = substr (notice_key, 1, instr (notice_key, '>') - 1) WHERE event = 'window';
