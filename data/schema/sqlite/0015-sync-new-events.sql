-- SPDX-License-Identifier: EUPL-1.2
-- An event of ours that no reading has told of yet: what came and went since the cursor, no feed tells.

ALTER TABLE sync_link ADD COLUMN awaits_feed INTEGER NOT NULL DEFAULT 0 CHECK (awaits_feed IN (0, 1));
