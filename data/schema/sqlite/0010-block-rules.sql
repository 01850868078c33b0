-- SPDX-License-Identifier: EUPL-1.2
-- What blocks time: an advisor's own rules beside the settings of the units.

-- retention: employee
CREATE TABLE block_rule (           -- none: those of the units that are served
  resource_id INTEGER NOT NULL REFERENCES resource,
  rule TEXT NOT NULL,               -- tentative, away, elsewhere or all-day
  value TEXT NOT NULL,
  tenant_id INTEGER NOT NULL REFERENCES tenant,
  PRIMARY KEY (resource_id, rule)
) STRICT, WITHOUT ROWID;
