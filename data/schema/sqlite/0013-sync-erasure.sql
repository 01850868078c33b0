-- SPDX-License-Identifier: EUPL-1.2
-- What runs and conflicts tell of a meeting goes with the meeting: found by its identifier, which its marker ends in.

CREATE INDEX sync_run_change_by_meeting ON sync_run_change (substr (reference, instr (reference, ':') + 9))
 WHERE reference IS NOT NULL;
CREATE INDEX sync_conflict_by_meeting ON sync_conflict (substr (reference, instr (reference, ':') + 9))
 WHERE reference IS NOT NULL;
