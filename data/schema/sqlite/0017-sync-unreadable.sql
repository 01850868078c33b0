-- SPDX-License-Identifier: EUPL-1.2
-- An item that cannot be read is told as a conflict that stays open until it can, with what lets somebody find it.

ALTER TABLE sync_conflict ADD COLUMN key_hash TEXT;      -- of an item that cannot be read; NULL: about none
ALTER TABLE sync_conflict ADD COLUMN changed_us INTEGER; -- when that was last changed, as it says itself
CREATE INDEX sync_item_unreadable ON sync_item (binding_id) WHERE is_unreadable = 1;
