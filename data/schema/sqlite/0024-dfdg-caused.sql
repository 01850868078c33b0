-- SPDX-License-Identifier: EUPL-1.2
-- What DFDG called the outcome of our last call about a meeting: another version there that is not older is another
-- system's, and is not overwritten unseen. NULL: what DFDG has said since was applied; empty: its answer named none.
ALTER TABLE dfdg_truth ADD COLUMN caused_version TEXT;
