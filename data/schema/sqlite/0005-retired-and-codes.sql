-- SPDX-License-Identifier: EUPL-1.2
-- Units, teams and offers can be retired as resources can, and a municipality adds codes that the published lists lack.

ALTER TABLE unit ADD COLUMN retired_us INTEGER;    -- from then on it is no unit; NULL: never
ALTER TABLE team ADD COLUMN retired_us INTEGER;
ALTER TABLE offer ADD COLUMN retired_us INTEGER;   -- from then on nothing of it starts, whatever its validity

CREATE TABLE code (                 -- a municipality's own rows of a code list, beside the files of data/codes
  tenant_id INTEGER NOT NULL REFERENCES tenant,
  list TEXT NOT NULL,
  code INTEGER NOT NULL,
  valid_from_date INTEGER NOT NULL DEFAULT 0,
  valid_until_date INTEGER,         -- first date on which it is no longer valid; NULL: open
  name TEXT NOT NULL,
  PRIMARY KEY (tenant_id, list, code, valid_from_date)
) STRICT, WITHOUT ROWID;
