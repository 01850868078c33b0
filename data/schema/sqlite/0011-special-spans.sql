-- SPDX-License-Identifier: EUPL-1.2
-- Spans that rules may let pass are found by themselves, so that the many plain ones cost nothing more to read.

CREATE INDEX busy_span_special ON busy_span (resource_id, start_us, end_us, class, all_day)
 WHERE class <> 'busy' OR all_day <> 0;
