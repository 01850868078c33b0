-- SPDX-License-Identifier: EUPL-1.2
-- How often in a row a calendar's server forgot the cursor that it gave.

ALTER TABLE sync_binding ADD COLUMN n_lost INTEGER NOT NULL DEFAULT 0;
