/* SPDX-License-Identifier: EUPL-1.2 */
/* Metrics: what is counted is shown, in Prometheus' text form, every family once. */
/* Also tests: planner-metrics-crl, planner-metrics-dfdg-rows, planner-metrics-sync-rows. */
#include "planner-metrics.h"

#include "planner-metrics-dfdg-rows.h"
#include "planner-metrics-sync-rows.h"
#include "testlib.h"

static char *
show (PlannerMetrics *metrics)
{
  static const ListenerCounters counters = { .n_open = 3, .n_accepted = 9, .n_timed_out_idle = 2 };
  static const MetricsFace face = { "plain", &counters, 0 };
  MetricsPicture picture = { .metrics = metrics, .faces = &face, .n_faces = 1, .n_citizens = 5 };

  picture.executor.n_groups = 4;
  picture.executor.n_jobs = 11;
  picture.executor.groups_by_size[0] = 3;
  picture.executor.groups_by_size[3] = 1;
  return planner_metrics_dup_text (&picture);
}

static void
assert_line (const char *text, const char *line)
{
  g_autofree char *whole = g_strdup_printf ("\n%s\n", line);

  if (strstr (text, whole) == NULL)
    g_error ("no line %s", line);
}

static void
test_counts_are_shown (void)
{
  g_autoptr (PlannerMetrics) metrics = planner_metrics_new ();
  const ContractOperation *create = contract_operation_find ("CreateBooking");
  g_autofree char *text = NULL;

  planner_metrics_count_call (metrics, create, METRICS_OK, 700);
  planner_metrics_count_call (metrics, create, METRICS_OK, 90000000);
  planner_metrics_count_call (metrics, NULL, METRICS_FAULT, 10);
  planner_metrics_count_wait (metrics, METRICS_WRITER, 120);
  for (guint i = 0; i < 3; i++)
    planner_metrics_count_fault (metrics, 1014);
  planner_metrics_count_fault (metrics, 4770);
  planner_metrics_count_denial (metrics, METRICS_UNKNOWN_CALLER);
  planner_metrics_count_late (metrics);
  text = show (metrics);
  assert_line (text, "planner_crl_ignored 0");
  assert_line (text, "planner_calls_total{operation=\"CreateBooking\",outcome=\"ok\"} 2");
  assert_line (text, "planner_calls_total{operation=\"unknown\",outcome=\"fault\"} 1");
  assert_line (
    text, "planner_call_duration_seconds_bucket{operation=\"CreateBooking\",le=\"0.000500\"} 0");
  assert_line (
    text, "planner_call_duration_seconds_bucket{operation=\"CreateBooking\",le=\"0.001000\"} 1");
  assert_line (text,
               "planner_call_duration_seconds_bucket{operation=\"CreateBooking\",le=\"+Inf\"} 2");
  assert_line (text, "planner_call_duration_seconds_sum{operation=\"CreateBooking\"} 90.000700");
  assert_line (text, "planner_queue_wait_seconds_count{place=\"writer\"} 1");
  assert_line (text, "planner_faults_total{code=\"1014\"} 3");
  assert_line (text, "planner_faults_total{code=\"4770\"} 1");
  assert_line (text, "planner_access_denied_total{reason=\"unknown-caller\"} 1");
  assert_line (text, "planner_late_commits_total 1");
  assert_line (text, "planner_writer_group_jobs_bucket{le=\"8\"} 4");
  assert_line (text, "planner_writer_group_jobs_sum 11");
  assert_line (text, "planner_connections{face=\"plain\"} 3");
  assert_line (text, "planner_connections_cut_total{face=\"plain\",reason=\"idle-timeout\"} 2");
  assert_line (text, "planner_index_citizens 5");
}

static void
test_synchronisation (void)
{
  static const char *const words[] = { "quiet", "denied" };
  static const guint64 runs[] = { 7, 2 };
  g_autoptr (PlannerMetrics) metrics = planner_metrics_new ();
  g_autoptr (GArray) calendars = g_array_new (FALSE, FALSE, sizeof (MetricsSyncCalendar));
  const MetricsSyncCalendar read = { "9000\"0001", 4, 1500000 };
  const MetricsSyncCalendar unread = { "90000002", 5, -1 };
  MetricsSync sync = { .is_on = TRUE,
                       .n_bindings = 3,
                       .n_stale = 2,
                       .n_withheld = 1,
                       .oldest_us = 4000000,
                       .words = words,
                       .runs = runs,
                       .n_words = 2,
                       .durations = { 5, 0, 3, [METRICS_SYNC_N_BOUNDS] = 1 },
                       .calendars = calendars };
  MetricsPicture picture = { .metrics = metrics, .sync = &sync };
  g_autofree char *text = NULL;
  g_autofree char *health = NULL;
  g_autofree char *well = NULL;
  gboolean is_well;

  g_array_append_val (calendars, read);
  g_array_append_val (calendars, unread);
  text = planner_metrics_dup_text (&picture);
  assert_line (text, "planner_sync_calendars{state=\"bound\"} 3");
  assert_line (text, "planner_sync_calendars{state=\"stale\"} 2");
  assert_line (text, "planner_sync_withheld_resources 1");
  assert_line (text, "planner_sync_oldest_seconds 4.000000");
  assert_line (text, "planner_sync_runs_total{outcome=\"denied\"} 2");
  assert_line (text, "planner_sync_run_seconds_bucket{le=\"0.010000\"} 5");
  assert_line (text, "planner_sync_run_seconds_bucket{le=\"0.100000\"} 8");
  assert_line (text, "planner_sync_run_seconds_count 9");
  assert_line (text, "planner_sync_age_seconds{resource=\"9000\\\"0001\",binding=\"4\"} 1.500000");
  g_assert_null (strstr (text, "90000002"));
  health = metrics_sync_dup_health (&sync, &is_well);
  g_assert_false (is_well);
  g_assert_true (g_str_has_prefix (health, "1 advisors or rooms are not offered"));
  g_assert_nonnull (strstr (health, "\nstale: 2\n"));
  sync.n_withheld = 0;
  well = metrics_sync_dup_health (&sync, &is_well);
  g_assert_true (is_well);
  g_assert_true (g_str_has_prefix (well, "ok\n"));
}

static void
test_families_stand_once (void)
{
  g_autoptr (PlannerMetrics) metrics = planner_metrics_new ();
  g_autofree char *text = show (metrics);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; lines[i] != NULL; i++)
    if (g_str_has_prefix (lines[i], "# TYPE "))
      g_assert_true (g_hash_table_add (seen, lines[i]));
    else if (*lines[i] != '\0' && *lines[i] != '#')
      {
        char *value = strrchr (lines[i], ' ');
        char *end = NULL;
        g_assert_true (g_str_has_prefix (lines[i], "planner_"));
        g_ascii_strtod (value + 1, &end);
        g_assert_cmpint (*end, ==, '\0');
      }
  g_assert_cmpuint (g_hash_table_size (seen), >, 15);
}

/* A municipality whose changes wait, one that a person must look after, and nobody. */
static void
test_dfdg (void)
{
  g_autoptr (PlannerMetrics) metrics = planner_metrics_new ();
  g_autoptr (GArray) tenants = g_array_new (FALSE, TRUE, sizeof (MetricsDfdgTenant));
  MetricsDfdgTenant tenant = { .tenant = (char *) "demo",
                               .n_waiting = 4,
                               .n_letters = 6,
                               .oldest_letter_us = 5000000,
                               .oldest_us = 7 * G_USEC_PER_SEC,
                               .n_new = 2,
                               .n_echoes = 3,
                               .n_overdue = 1,
                               .parts = { { "outbox", FALSE, 1, 9, 8, 7 } },
                               .n_parts = 1 };
  MetricsDfdg dfdg = { tenants };
  MetricsPicture picture = { .metrics = metrics, .dfdg = &dfdg };
  gboolean is_well = FALSE;
  g_autofree char *nobody = metrics_dfdg_dup_health (&dfdg, &is_well);
  g_autofree char *well = NULL;
  g_autofree char *down = NULL;
  g_autofree char *person = NULL;
  g_autofree char *text = NULL;

  g_assert_cmpstr (nobody, ==, "ok");
  g_assert_true (is_well);
  g_array_append_val (tenants, tenant);
  text = planner_metrics_dup_text (&picture);
  assert_line (text, "planner_dfdg_outbox{tenant=\"demo\",state=\"waiting\"} 4");
  assert_line (text, "planner_dfdg_outbox{tenant=\"demo\",state=\"refused\"} 0");
  assert_line (text, "planner_dfdg_inbox{tenant=\"demo\",state=\"new\"} 2");
  assert_line (text, "planner_dfdg_echoes{tenant=\"demo\",state=\"overdue\"} 1");
  assert_line (text, "planner_dfdg_oldest_seconds{tenant=\"demo\",part=\"outbox\"} 7");
  assert_line (text, "planner_dfdg_messages{tenant=\"demo\",state=\"waiting\"} 6");
  assert_line (text, "planner_dfdg_messages{tenant=\"demo\",state=\"refused\"} 0");
  assert_line (text, "planner_dfdg_oldest_seconds{tenant=\"demo\",part=\"messages\"} 5");
  assert_line (text, "planner_dfdg_down{tenant=\"demo\",part=\"outbox\"} 0");
  assert_line (text, "planner_dfdg_calls_total{tenant=\"demo\",part=\"outbox\"} 9");
  assert_line (text, "planner_dfdg_done_total{tenant=\"demo\",part=\"outbox\"} 8");
  assert_line (text, "planner_dfdg_parked_total{tenant=\"demo\",part=\"outbox\"} 7");
  well = metrics_dfdg_dup_health (&dfdg, &is_well);
  g_assert_true (is_well);
  g_assert_true (g_str_has_prefix (well, "ok\n"));
  g_array_index (tenants, MetricsDfdgTenant, 0).n_refused = 1;
  g_array_index (tenants, MetricsDfdgTenant, 0).n_lost = 1;
  g_array_index (tenants, MetricsDfdgTenant, 0).n_unsent = 1;
  person = metrics_dfdg_dup_health (&dfdg, &is_well);
  g_assert_false (is_well);
  g_assert_true (g_str_has_prefix (person, "3 things wait for a person"));
  g_array_index (tenants, MetricsDfdgTenant, 0).parts[0].is_down = TRUE;
  down = metrics_dfdg_dup_health (&dfdg, &is_well);
  g_assert_false (is_well);
  g_assert_true (g_str_has_prefix (down, "DFDG is not reached"));
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/planner-metrics/counts-are-shown", test_counts_are_shown);
  g_test_add_func ("/planner-metrics/synchronisation", test_synchronisation);
  g_test_add_func ("/planner-metrics/dfdg", test_dfdg);
  g_test_add_func ("/planner-metrics/families-stand-once", test_families_stand_once);
  return g_test_run ();
}
