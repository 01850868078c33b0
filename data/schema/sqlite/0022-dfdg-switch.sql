-- SPDX-License-Identifier: EUPL-1.2
-- Since when DFDG is told what is booked here: what waited then for meetings that were over is not told. No row: it is not.

CREATE TABLE dfdg_switch (
  tenant_id INTEGER PRIMARY KEY REFERENCES tenant,
  since_us INTEGER NOT NULL,
  n_past INTEGER NOT NULL           -- changes that were ended then
) STRICT;
INSERT INTO dfdg_switch (tenant_id, since_us, n_past)
SELECT t.tenant_id, min (o.added_us), 0 FROM tenant t JOIN outbox o ON o.tenant_id = t.tenant_id WHERE o.state = 'sent'
GROUP BY t.tenant_id ORDER BY t.tenant_id;
