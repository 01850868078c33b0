/* SPDX-License-Identifier: EUPL-1.2 */
/* Statements about what was read of DFDG: groups, categories, deadlines, meetings with an a-kasse; daily tasks. */
#pragma once

/* clang-format off */
#define STORE_SQL_READING(X) \
  X (SPANS_CLEAR, "DELETE FROM citizen_span WHERE citizen_id = $1 AND kind = $2") \
  X (SPAN_PUT, "INSERT INTO citizen_span (citizen_id, kind, code, from_date, until_date, tenant_id, seen_us) " \
     "VALUES ($1, $2, $3, $4, nullif ($5, 2147483647), $6, $7) ON CONFLICT (citizen_id, kind, from_date, code) DO UPDATE SET " \
     "until_date = nullif (max (coalesce (until_date, 2147483647), coalesce (excluded.until_date, 2147483647)), 2147483647)") \
  X (SPANS, "SELECT code, from_date, coalesce (until_date, 2147483647) FROM citizen_span WHERE citizen_id = $1 AND kind = $2 " \
     "ORDER BY from_date, code") \
  X (CITIZEN_FACTS_REMOVE_KIND, "DELETE FROM citizen_fact WHERE citizen_id = $1 AND kind = $2 AND seen_us <= $3") \
  X (CITIZEN_HAS_FACT, "SELECT EXISTS (SELECT 1 FROM citizen_fact WHERE citizen_id = $1 AND kind = $2)") \
  X (READ_PUT, "INSERT INTO citizen_read (citizen_id, what, tenant_id, read_us, tried_us, n_failures, problem) " \
     "VALUES ($1, $2, $3, $4, $5, 0, NULL) ON CONFLICT (citizen_id, what) DO UPDATE SET read_us = excluded.read_us, " \
     "tried_us = excluded.tried_us, n_failures = 0, problem = NULL") \
  X (READ_FAIL, "INSERT INTO citizen_read (citizen_id, what, tenant_id, read_us, tried_us, n_failures, problem) " \
     "VALUES ($1, $2, $3, 0, $4, 1, $5) ON CONFLICT (citizen_id, what) DO UPDATE SET tried_us = excluded.tried_us, " \
     "n_failures = n_failures + 1, problem = excluded.problem") \
  X (READ_FIND, "SELECT read_us, tried_us, n_failures, problem FROM citizen_read WHERE citizen_id = $1 AND what = $2") \
  \
  X (DEADLINES_CLEAR, "DELETE FROM deadline WHERE citizen_id = $1") \
  X (DEADLINE_PUT, "INSERT INTO deadline (tenant_id, identifier, citizen_id, interview_type, deadline_date, last_date, status, " \
     "is_immediate, said_us, seen_us) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (tenant_id, identifier) DO UPDATE SET " \
     "citizen_id = excluded.citizen_id, interview_type = excluded.interview_type, deadline_date = excluded.deadline_date, " \
     "last_date = excluded.last_date, status = excluded.status, is_immediate = excluded.is_immediate, said_us = excluded.said_us, " \
     "seen_us = excluded.seen_us WHERE excluded.said_us >= deadline.said_us") \
  X (DEADLINES, "SELECT identifier, interview_type, deadline_date, last_date, status, is_immediate, said_us FROM deadline " \
     "WHERE citizen_id = $1 ORDER BY deadline_date, identifier") \
  X (FUND_INTERVIEWS_CLEAR, "DELETE FROM fund_interview WHERE citizen_id = $1") \
  X (FUND_INTERVIEW_PUT, "INSERT INTO fund_interview (tenant_id, identifier, citizen_id, interview_type, contact_type, start_us, end_us, " \
     "fund, seen_us) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (tenant_id, identifier) DO UPDATE SET " \
     "citizen_id = excluded.citizen_id, interview_type = excluded.interview_type, contact_type = excluded.contact_type, " \
     "start_us = excluded.start_us, end_us = excluded.end_us, fund = excluded.fund, seen_us = excluded.seen_us") \
  X (FUND_INTERVIEWS, "SELECT identifier, interview_type, contact_type, start_us, end_us, fund FROM fund_interview " \
     "WHERE citizen_id = $1 ORDER BY start_us, identifier") \
  \
  X (DFDG_TASK_FIND, "SELECT tried_us, done_us, n_failures, problem FROM dfdg_task WHERE tenant_id = $1 AND name = $2") \
  X (DFDG_TASK_DONE_BY_ANY, "SELECT coalesce (max (done_us), 0) FROM dfdg_task WHERE name = $1 AND n_failures = 0") \
  X (DFDG_TASK_DONE, "INSERT INTO dfdg_task (tenant_id, name, tried_us, done_us, n_failures, problem) VALUES ($1, $2, $3, $3, 0, $4) " \
     "ON CONFLICT (tenant_id, name) DO UPDATE SET tried_us = excluded.tried_us, done_us = excluded.done_us, n_failures = 0, problem = NULL") \
  X (DFDG_TASK_FAILED, "INSERT INTO dfdg_task (tenant_id, name, tried_us, done_us, n_failures, problem) VALUES ($1, $2, $3, 0, 1, $4) " \
     "ON CONFLICT (tenant_id, name) DO UPDATE SET tried_us = excluded.tried_us, n_failures = n_failures + 1, problem = excluded.problem") \
  X (FUND_INTERVIEWS_DUE, "SELECT c.citizen_id FROM (SELECT citizen_id FROM booking WHERE tenant_id = $1 AND state = 'booked' AND end_us > $2 " \
     "UNION SELECT citizen_id FROM deadline WHERE tenant_id = $1 AND status = 1) c LEFT JOIN citizen_read r ON r.citizen_id = c.citizen_id " \
     "AND r.what = 'fund-interview' WHERE coalesce (r.tried_us, 0) <= CASE WHEN coalesce (r.n_failures, 0) = 0 THEN $3 " \
     "ELSE $2 - 60000000 * (1 << min (r.n_failures, 7)) END ORDER BY coalesce (r.tried_us, 0), c.citizen_id LIMIT $4") \
  \
  X (READS_CLEAR, "DELETE FROM citizen_read WHERE citizen_id = $1") \
  X (ALL_SPANS_CLEAR, "DELETE FROM citizen_span WHERE citizen_id = $1") \
  X (MERGE_SPANS_DROP, "DELETE FROM citizen_span WHERE citizen_id = $1 AND EXISTS (SELECT 1 FROM citizen_span WHERE citizen_id = $2)") \
  X (MERGE_SPANS, "UPDATE citizen_span SET citizen_id = $2 WHERE citizen_id = $1") \
  X (MERGE_DEADLINES, "UPDATE deadline SET citizen_id = $2 WHERE citizen_id = $1") \
  X (MERGE_FUND_INTERVIEWS, "UPDATE fund_interview SET citizen_id = $2 WHERE citizen_id = $1") \
  X (MERGE_READS, "UPDATE citizen_read SET read_us = 0 WHERE citizen_id = $2 AND EXISTS (SELECT 1 FROM citizen_read WHERE citizen_id = $1)") \
  X (MERGE_READS_DROP, "DELETE FROM citizen_read WHERE citizen_id = $1 AND $2 > 0") \
  X (CITIZEN_LAST_REPLACED, "SELECT coalesce (max (replaced_us), 0) FROM citizen WHERE successor_id = $1") \
  X (CITIZEN_IS_OF_INTEREST, "SELECT EXISTS (SELECT 1 FROM booking WHERE citizen_id = $1 AND state = 'booked' AND end_us > $2) " \
     "OR EXISTS (SELECT 1 FROM citizen_span WHERE citizen_id = $1) OR EXISTS (SELECT 1 FROM citizen_fact WHERE citizen_id = $1)") \
  \
  X (EXTRACT_SPANS, "SELECT kind, code, date (from_date * 86400, 'unixepoch') AS from_date, " \
     "date (until_date * 86400, 'unixepoch') AS until_date, seen_us FROM citizen_span WHERE citizen_id = $1 ORDER BY kind, from_date, code") \
  X (EXTRACT_READS, "SELECT what, read_us, tried_us, n_failures, problem FROM citizen_read WHERE citizen_id = $1 ORDER BY what") \
  X (EXTRACT_DEADLINES, "SELECT identifier, interview_type, date (deadline_date * 86400, 'unixepoch') AS deadline_date, " \
     "date (last_date * 86400, 'unixepoch') AS last_date, status, is_immediate, said_us, seen_us FROM deadline WHERE citizen_id = $1 " \
     "ORDER BY deadline_date, identifier") \
  X (EXTRACT_FUND_INTERVIEWS, "SELECT identifier, interview_type, contact_type, start_us, end_us, fund, seen_us FROM fund_interview " \
     "WHERE citizen_id = $1 ORDER BY start_us, identifier") \
  X (RETENTION_FIND_READINGS, "SELECT citizen_id FROM citizen_span WHERE tenant_id = $1 AND seen_us < $2 AND citizen_id > $3 " \
     "UNION SELECT citizen_id FROM deadline WHERE tenant_id = $1 AND seen_us < $2 AND citizen_id > $3 " \
     "UNION SELECT citizen_id FROM fund_interview WHERE tenant_id = $1 AND seen_us < $2 AND citizen_id > $3 " \
     "UNION SELECT citizen_id FROM citizen_read WHERE tenant_id = $1 AND tried_us < $2 AND citizen_id > $3 ORDER BY citizen_id LIMIT 200") \
  X (SPANS_REMOVE_BEFORE, "DELETE FROM citizen_span WHERE citizen_id = $1 AND seen_us < $2") \
  X (DEADLINES_REMOVE_BEFORE, "DELETE FROM deadline WHERE citizen_id = $1 AND seen_us < $2") \
  X (FUND_INTERVIEWS_REMOVE_BEFORE, "DELETE FROM fund_interview WHERE citizen_id = $1 AND seen_us < $2") \
  X (READS_REMOVE_BEFORE, "DELETE FROM citizen_read WHERE citizen_id = $1 AND tried_us < $2")
/* clang-format on */
