-- SPDX-License-Identifier: EUPL-1.2
-- What the gateway has learned of calls that carry no jobcenter code. Instants are microseconds since 1970 UTC.

CREATE TABLE learned (               -- retention: track-learned (keyed hashes; kept by days since last seen, by kind)
  hash BLOB NOT NULL PRIMARY KEY,    -- first 16 bytes of HMAC-SHA256 over kind and identifier, by a key outside the database
  kind INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 3), -- booking, reservation, interview option, citizen
  endpoint TEXT NOT NULL,            -- who issued it; of a citizen: where a canary took him, or empty
  unit TEXT NOT NULL,                -- jobcenter code under which it was seen, or empty
  seen_us INTEGER NOT NULL,
  CHECK (length (hash) = 16)
) STRICT, WITHOUT ROWID;

CREATE INDEX learned_by_age ON learned (kind, seen_us);
