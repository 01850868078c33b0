-- SPDX-License-Identifier: EUPL-1.2
-- Whose turn it is, is told by an index alone: also when one citizen has thousands of messages, or everybody's echoes wait.

DROP INDEX dfdg_event_lane;
CREATE INDEX dfdg_event_lane ON dfdg_event (citizen_id, event_id, tenant_id, not_before_us, state) WHERE state = 'new';
CREATE INDEX echo_watch_lanes ON echo_watch (tenant_id, is_flagged, citizen_id, added_us, not_before_us);
DROP INDEX echo_watch_due;
