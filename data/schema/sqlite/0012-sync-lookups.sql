-- SPDX-License-Identifier: EUPL-1.2
-- What is asked of every binding every few seconds, and of every run that is removed, is found without reading the rest.

CREATE INDEX sync_conflict_by_run ON sync_conflict (run_id) WHERE run_id IS NOT NULL;
CREATE INDEX sync_conflict_open ON sync_conflict (binding_id) WHERE state = 'open';
CREATE INDEX sync_link_waiting ON sync_link (binding_id) WHERE in_flight <> 0 OR not_before_us > 0;
