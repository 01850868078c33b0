/* SPDX-License-Identifier: EUPL-1.2 */
/* Availability held to figures worked out by hand. Also tests: admin-availability, uptime-tally, uptime-store. */
#include <sqlite3.h>

#include "admin-harness.h"
#include "ops/service/uptime-report.h"

#define S PERIOD_US_PER_S

/*
 * March 2026 in Copenhagen: the clock is put forward on the 29th, so it has 31 * 24 - 1 = 743 hours,
 * 2,674,800 s, from 2026-02-28T23:00Z to 2026-03-31T22:00Z.
 *
 *   run A  .................... to 10 March 09:00:00Z, killed       gap 1200 s
 *   run B  10 March 09:20:00Z   to 20 March 01:00:00Z, stopped      gap   30 s
 *   run C  20 March 01:00:30Z   to 29 March 00:30:00Z, stopped      gap 6000 s, 5400 s of it planned
 *   run D  29 March 02:10:00Z   to 30 March 10:00:00Z, stalled      gap  300 s
 *   run E  30 March 10:05:00Z   to  5 April
 *   window 1, all, in time:   29 March 01:00 to 04:00 of the wall clock, which is 00:00Z to 02:00Z
 *   window 2, all, too late:  25 March 12:00Z to 12:10Z, closed     600 s
 *   window 3, cancelled a day before it began
 *   window 4, unit 2 only, in time: 12 March 09:00Z to 10:00Z
 *
 * Planned 7200 s; down 1200 + 30 + 600 + 300 + 600 = 2730 s of 2,667,600 s, which is 0.102339 %.
 */
static const char month_sql[] =
  "INSERT INTO tenant VALUES (1, 'demo', 'Demo');"
  "INSERT INTO unit (unit_id, tenant_id, organisation_type, organisation_key, name) VALUES "
  "(1, 1, 8, '89000', 'One'), (2, 1, 8, '89001', 'Two');"
  "INSERT INTO uptime_span (start_us, seen_us, ended) "
  "SELECT unixepoch (column1) * 1000000, unixepoch (column2) * 1000000, column3 FROM (VALUES "
  "('2026-01-05T00:00:00', '2026-02-01T00:00:00', 'stopped'), "
  "('2026-02-01T00:00:10', '2026-03-10T09:00:00', 'open'), "
  "('2026-03-10T09:20:00', '2026-03-20T01:00:00', 'stopped'), "
  "('2026-03-20T01:00:30', '2026-03-29T00:30:00', 'stopped'), "
  "('2026-03-29T02:10:00', '2026-03-30T10:00:00', 'stalled'), "
  "('2026-03-30T10:05:00', '2026-04-05T00:00:00', 'open'), "
  "('2026-11-01T00:00:00', '2026-11-23T06:59:30', 'open'));"
  "INSERT INTO service_window (tenant_id, kind, start_us, end_us, text, announced_us, in_time, "
  "cancelled_us) "
  "SELECT 1, column1, unixepoch (column2) * 1000000, unixepoch (column3) * 1000000, 't', 0, "
  "column4, unixepoch (column5) * 1000000 FROM (VALUES "
  "('release', '2026-03-29T00:00:00', '2026-03-29T02:00:00', 1, NULL), "
  "('closed', '2026-03-25T12:00:00', '2026-03-25T12:10:00', 0, NULL), "
  "('closed', '2026-03-26T12:00:00', '2026-03-26T18:00:00', 1, '2026-03-25T12:00:00'), "
  "('closed', '2026-03-12T09:00:00', '2026-03-12T10:00:00', 1, NULL));"
  "INSERT INTO service_window_unit VALUES (4, 2);"
  "INSERT INTO uptime_count SELECT unixepoch (column1) * 1000000, 1, column2, column3, column4, "
  "column5 FROM (VALUES "
  "('2026-02-28T22:00:00', 1, 'ok', 10000, 77), "
  "('2026-02-28T23:00:00', 1, 'ok', 10000, 900), "
  "('2026-03-31T21:00:00', 1, 'fault', 10000, 40), "
  "('2026-03-11T09:00:00', 1, 'ok', 300000, 15), "
  "('2026-03-11T09:00:00', 1, 'ok', 500000, 30), "
  "('2026-03-11T09:00:00', 1, 'error', 500000, 5), "
  "('2026-03-11T10:00:00', 1, 'ok', 1000000, 9), "
  "('2026-03-11T10:00:00', 1, 'busy', 5500000, 1), "
  "('2026-03-11T10:00:00', 1, 'closed', 1000, 12), "
  "('2026-03-12T10:00:00', 2, 'ok', 0, 1), "
  "('2026-03-31T22:00:00', 1, 'ok', 0, 99));";

static void
run_sql (const AdminHarness *harness, const char *sql)
{
  g_autofree char *path = g_build_filename (harness->folder, "planner.db", NULL);
  g_autofree char *problem = NULL;
  sqlite3 *database = NULL;
  char *message = NULL;

  g_assert_cmpint (sqlite3_open (path, &database), ==, SQLITE_OK);
  if (sqlite3_exec (database, sql, NULL, NULL, &message) != SQLITE_OK)
    g_error ("%s", message);
  sqlite3_close (database);
}

static JsonObject *
ask (AdminHarness *harness, const char *arguments)
{
  g_autoptr (GError) error = NULL;
  JsonObject *result = admin_harness_run (harness, "availability", arguments, &error);

  g_assert_no_error (error);
  return result;
}

static void
assert_number (JsonObject *result, const char *member, double wanted)
{
  double found = json_object_get_double_member (result, member);

  if (found < wanted - 1e-6 || found > wanted + 1e-6)
    g_error ("%s: %.6f, not %.6f", member, found, wanted);
}

static char *
dup_verdicts (JsonObject *result)
{
  return admin_harness_dup_words (result, "targets", "verdict");
}

static void
test_month_by_hand (void)
{
  g_auto (AdminHarness) harness = { 0 };
  g_autoptr (JsonObject) result = NULL;
  g_autofree char *verdicts = NULL;

  admin_harness_init (&harness);
  run_sql (&harness, month_sql);
  result = ask (&harness, "{\"month\": \"2026-03\"}");
  g_assert_cmpstr (json_object_get_string_member (result, "measured_from"), ==,
                   "2026-03-01T00:00:00+01:00");
  g_assert_cmpstr (json_object_get_string_member (result, "measured_to"), ==,
                   "2026-04-01T00:00:00+02:00");
  assert_number (result, "measured_s", 2674800);
  assert_number (result, "not_measured_s", 0);
  assert_number (result, "planned_s", 7200);
  assert_number (result, "down_s", 2730);
  assert_number (result, "up_s", 2664870);
  assert_number (result, "availability_percent", 100.0 * 2664870 / 2667600);
  assert_number (result, "longest_outage_s", 1200);
  verdicts = dup_verdicts (result);
  /* The other unit's one call was slower than the time-out. */
  g_assert_cmpstr (verdicts, ==, "missed met met missed");
}

static void
test_outages_by_hand (void)
{
  g_auto (AdminHarness) harness = { 0 };
  g_autoptr (JsonObject) result = NULL;
  g_autofree char *causes = NULL;
  g_autofree char *starts = NULL;
  g_autofree char *ends = NULL;
  JsonObject *planned;

  admin_harness_init (&harness);
  run_sql (&harness, month_sql);
  result = ask (&harness, "{\"month\": \"2026-03\"}");
  causes = admin_harness_dup_words (result, "outages", "cause");
  starts = admin_harness_dup_words (result, "outages", "from");
  ends = admin_harness_dup_words (result, "outages", "ended");
  g_assert_cmpstr (causes, ==, "lost stopped short-notice stopped stalled");
  g_assert_cmpstr (starts, ==,
                   "2026-03-10T10:00:00+01:00 2026-03-20T02:00:00+01:00 "
                   "2026-03-25T13:00:00+01:00 2026-03-29T01:30:00+01:00 "
                   "2026-03-30T12:00:00+02:00");
  g_assert_cmpstr (ends, ==, "started again started again window over started again started again");
  planned = json_array_get_object_element (json_object_get_array_member (result, "outages"), 3);
  assert_number (planned, "seconds", 6000);
  assert_number (planned, "planned_s", 5400);
}

/* Calls of the hours of the month, by unit: 1000 of unit 1 that no window refused. */
static void
test_durations_by_hand (void)
{
  g_auto (AdminHarness) harness = { 0 };
  g_autoptr (JsonObject) result = NULL;
  g_autofree char *verdicts = NULL;
  JsonObject *calls;

  admin_harness_init (&harness);
  run_sql (&harness, month_sql);
  result = ask (&harness, "{\"month\": \"2026-03\", \"unit\": \"89000\"}");
  calls = json_object_get_object_member (result, "calls");
  g_assert_cmpint (json_object_get_int_member (calls, "ok"), ==, 954);
  g_assert_cmpint (json_object_get_int_member (calls, "callers_fault"), ==, 40);
  g_assert_cmpint (json_object_get_int_member (calls, "busy"), ==, 1);
  g_assert_cmpint (json_object_get_int_member (calls, "own_fault"), ==, 5);
  g_assert_cmpint (json_object_get_int_member (calls, "closed"), ==, 12);
  assert_number (json_object_get_object_member (result, "p50"), "above_ms", 5);
  assert_number (json_object_get_object_member (result, "p50"), "up_to_ms", 10);
  /* 940 calls took up to 10 ms, the 950th is one of the next 15; 990 took up to 500 ms. */
  assert_number (json_object_get_object_member (result, "p95"), "above_ms", 200);
  assert_number (json_object_get_object_member (result, "p95"), "up_to_ms", 300);
  assert_number (json_object_get_object_member (result, "p99"), "up_to_ms", 500);
  verdicts = dup_verdicts (result);
  g_assert_cmpstr (verdicts, ==, "missed met met met");
}

/* The window of unit 2 is planned time for unit 2 alone. */
static void
test_units_have_their_own_windows (void)
{
  g_auto (AdminHarness) harness = { 0 };
  g_autoptr (JsonObject) result = NULL;
  g_autofree char *verdicts = NULL;

  admin_harness_init (&harness);
  run_sql (&harness, month_sql);
  result = ask (&harness, "{\"month\": \"2026-03\", \"unit\": \"89001\"}");
  assert_number (result, "planned_s", 10800);
  assert_number (result, "down_s", 2730);
  verdicts = dup_verdicts (result);
  g_assert_cmpstr (verdicts, ==, "missed missed missed missed");
}

/* A dated target counts from its month on. */
static void
test_targets_are_settings (void)
{
  g_auto (AdminHarness) harness = { 0 };
  g_autoptr (JsonObject) march = NULL;
  g_autofree char *verdicts = NULL;

  admin_harness_init (&harness);
  run_sql (&harness, month_sql);
  /* 2026-03-01 is day 20513. */
  run_sql (&harness, "INSERT INTO setting VALUES "
                     "(1, 0, 'target-available-percent', 20513, '99.85'), "
                     "(1, 0, 'target-available-percent', 20514, '99.99'), "
                     "(1, 0, 'target-p95-ms', 0, '250'), (1, 0, 'target-p99-ms', 0, '499');");
  march = ask (&harness, "{\"month\": \"2026-03\", \"unit\": \"89000\"}");
  verdicts = dup_verdicts (march);
  g_assert_cmpstr (verdicts, ==, "met missed missed met");
}

/* A month that goes on, one without records, one that nobody can mean. */
static void
test_edges_of_what_is_known (void)
{
  g_auto (AdminHarness) harness = { 0 };
  g_autoptr (JsonObject) running = NULL;
  g_autoptr (JsonObject) empty = NULL;
  g_autoptr (JsonObject) dead = NULL;
  g_autoptr (JsonObject) refused = NULL;
  g_autofree char *nothing = NULL;
  g_autofree char *ends = NULL;
  g_autoptr (GError) error = NULL;

  admin_harness_init (&harness);
  run_sql (&harness, month_sql);
  /* 30 s after the last sign of life nobody can say more than: it was up until then. */
  running = ask (&harness, "{}");
  g_assert_cmpstr (json_object_get_string_member (running, "month"), ==, "2026-11");
  g_assert_cmpstr (json_object_get_string_member (running, "measured_to"), ==,
                   "2026-11-23T07:59:30+01:00");
  assert_number (running, "down_s", 3600);
  harness.now_us += 60 * S;
  dead = ask (&harness, "{}");
  assert_number (dead, "down_s", 3600 + 90);
  ends = admin_harness_dup_words (dead, "outages", "ended");
  g_assert_cmpstr (ends, ==, "started again not yet");
  empty = ask (&harness, "{\"month\": \"2025-12\"}");
  assert_number (empty, "measured_s", 0);
  nothing = dup_verdicts (empty);
  g_assert_cmpstr (nothing, ==,
                   "nothing measured nothing measured nothing measured nothing measured");
  refused = admin_harness_run (&harness, "availability", "{\"month\": \"2026-13\"}", &error);
  g_assert_nonnull (error);
}

/* The whole way from counting to the table; a transaction that came to nothing loses nothing. */
static void
write_tally (AdminHarness *harness, UptimeTally *tally, gint64 now_us, gboolean is_durable)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (store_begin (harness->session, STORE_WRITE, &error));
  g_assert_true (uptime_tally_write (tally, harness->session, now_us, &error));
  g_assert_no_error (error);
  if (is_durable)
    {
      g_assert_true (store_commit (harness->session, &error));
      uptime_tally_keep (tally);
      return;
    }
  store_rollback (harness->session);
  uptime_tally_undo (tally);
}

static gint64
count (AdminHarness *harness, const char *sql)
{
  g_autofree char *path = g_build_filename (harness->folder, "planner.db", NULL);
  sqlite3 *database = NULL;
  sqlite3_stmt *statement = NULL;
  gint64 n;

  g_assert_cmpint (sqlite3_open (path, &database), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_prepare_v2 (database, sql, -1, &statement, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_ROW);
  n = sqlite3_column_int64 (statement, 0);
  sqlite3_finalize (statement);
  sqlite3_close (database);
  return n;
}

static void
test_tally_survives_lost_groups (void)
{
  g_auto (AdminHarness) harness = { 0 };
  g_autoptr (UptimeTally) tally = uptime_tally_new ();
  const gint64 t0_us = 3600 * S * 1000;
  UptimeCall call = { .tenant_id = 1, .unit_id = 2, .outcome = UPTIME_OK, .duration_us = 2500 };

  admin_harness_init (&harness);
  uptime_tally_count (tally, &call, t0_us);
  write_tally (&harness, tally, t0_us, FALSE);
  g_assert_cmpint (count (&harness, "SELECT count(*) FROM uptime_count"), ==, 0);
  g_assert_cmpint (uptime_tally_get_seen (tally), ==, 0);
  call.duration_us = 2501;
  uptime_tally_count (tally, &call, t0_us);
  call.duration_us = 6000000;
  uptime_tally_count (tally, &call, t0_us + 3600 * S);
  write_tally (&harness, tally, t0_us + S, TRUE);
  g_assert_cmpint (count (&harness, "SELECT n_calls FROM uptime_count WHERE bound_us = 2500"), ==,
                   1);
  g_assert_cmpint (count (&harness, "SELECT n_calls FROM uptime_count WHERE bound_us = 5000"), ==,
                   1);
  g_assert_cmpint (count (&harness, "SELECT hour_us FROM uptime_count WHERE bound_us = 0"), ==,
                   t0_us + 3600 * S);
  call.duration_us = 2400;
  uptime_tally_count (tally, &call, t0_us);
  write_tally (&harness, tally, t0_us + 2 * S, TRUE);
  g_assert_cmpint (count (&harness, "SELECT n_calls FROM uptime_count WHERE bound_us = 2500"), ==,
                   2);
  g_assert_false (uptime_tally_is_due (tally, t0_us + 2 * S + S / 2));
  g_assert_true (uptime_tally_is_due (tally, t0_us + 3 * S));
}

/* One row a run: grown, stalled, ended, killed, and begun by a clock that was put back. */
static void
test_runs_are_rows (void)
{
  g_auto (AdminHarness) harness = { 0 };
  g_autoptr (UptimeTally) first = uptime_tally_new ();
  g_autoptr (UptimeTally) second = uptime_tally_new ();
  g_autoptr (UptimeTally) third = uptime_tally_new ();
  const gint64 t0_us = 3600 * S * 1000;

  admin_harness_init (&harness);
  for (guint i = 0; i <= 100; i += 10)
    write_tally (&harness, first, t0_us + i * S, TRUE);
  g_assert_cmpint (count (&harness, "SELECT count(*) FROM uptime_span"), ==, 1);
  g_assert_cmpint (uptime_tally_get_gap (first), ==, 0);
  write_tally (&harness, first, t0_us + 161 * S, TRUE);
  g_assert_cmpint (count (&harness, "SELECT seen_us - start_us FROM uptime_span WHERE span_id = 1"),
                   ==, 100 * S);
  g_assert_cmpint (count (&harness, "SELECT ended = 'stalled' FROM uptime_span WHERE span_id = 1"),
                   ==, 1);
  uptime_tally_end (first);
  g_assert_true (uptime_tally_is_due (first, t0_us + 161 * S));
  write_tally (&harness, first, t0_us + 170 * S, TRUE);
  g_assert_cmpint (count (&harness, "SELECT ended = 'stopped' FROM uptime_span WHERE span_id = 2"),
                   ==, 1);
  write_tally (&harness, second, t0_us + 200 * S, TRUE);
  g_assert_cmpint (uptime_tally_get_gap (second), ==, 30 * S);
  /* Killed, and the machine came up an hour back. */
  write_tally (&harness, third, t0_us - 3600 * S, TRUE);
  g_assert_cmpint (uptime_tally_get_gap (third), ==, 0);
  g_assert_cmpint (count (&harness, "SELECT count(*) FROM uptime_span WHERE ended = 'open'"), ==,
                   2);
  g_assert_cmpint (count (&harness, "SELECT max(start_us) FROM uptime_span"), ==, t0_us + 200 * S);
}

/* Five years, and then all but the last run goes; another municipality's counts stay. */
static void
test_records_have_a_term (void)
{
  g_auto (AdminHarness) harness = { 0 };
  g_autoptr (JsonObject) removed = NULL;
  g_autoptr (GError) error = NULL;

  admin_harness_init (&harness);
  run_sql (&harness, month_sql);
  run_sql (&harness, "INSERT INTO tenant VALUES (2, 'other', 'Other');"
                     "INSERT INTO uptime_count VALUES (0, 2, 9, 'ok', 1000, 5);");
  harness.now_us += 1827 * PERIOD_US_PER_DAY;
  removed = admin_harness_run (&harness, "retention-run",
                               "{\"tenant\": \"demo\", \"class\": \"availability\", \"yes\": true}",
                               &error);
  g_assert_no_error (error);
  g_assert_cmpint (count (&harness, "SELECT count(*) FROM service_window"), ==, 0);
  g_assert_cmpint (count (&harness, "SELECT count(*) FROM service_window_unit"), ==, 0);
  g_assert_cmpint (count (&harness, "SELECT count(*) FROM uptime_count"), ==, 1);
  g_assert_cmpint (count (&harness, "SELECT count(*) FROM uptime_span"), ==, 1);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/uptime-report/month-by-hand", test_month_by_hand);
  g_test_add_func ("/uptime-report/outages-by-hand", test_outages_by_hand);
  g_test_add_func ("/uptime-report/durations-by-hand", test_durations_by_hand);
  g_test_add_func ("/uptime-report/units", test_units_have_their_own_windows);
  g_test_add_func ("/uptime-report/targets-are-settings", test_targets_are_settings);
  g_test_add_func ("/uptime-report/edges", test_edges_of_what_is_known);
  g_test_add_func ("/uptime-tally/lost-groups", test_tally_survives_lost_groups);
  g_test_add_func ("/uptime-tally/runs-are-rows", test_runs_are_rows);
  g_test_add_func ("/uptime-report/term", test_records_have_a_term);
  return g_test_run ();
}
