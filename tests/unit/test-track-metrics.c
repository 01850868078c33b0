/* SPDX-License-Identifier: EUPL-1.2 */
/* What is counted, that the text can be read, and that every metric of the alert rules is there and explained. */
#include "status/track-metrics.h"

#include <string.h>

#include "testlib.h"

static JsonObject *
make_status (void)
{
  static const char text[] =
    "{\"revision\": 7, \"alarm\": \"x\", \"disturbances\": [{}, {}], \"endpoints\": [{\"name\": "
    "\"own\", \"state\": \"down\", \"certificate_days\": 12}, {\"name\": \"state\", "
    "\"state\": \"up\"}], \"log_lost\": 4, \"alarms\": [{\"name\": \"canary-89000\"}], "
    "\"canaries\": [{\"unit\": \"89000\", \"endpoint\": \"own\", \"permille\": 250, "
    "\"state\": \"tripped\"}], \"own_certificates\": [{\"holder\": \"switchtrackd client\", "
    "\"days\": -2}]}";
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_assert_true (json_parser_load_from_data (parser, text, -1, NULL));
  return json_object_ref (json_node_get_object (json_parser_get_root (parser)));
}

static char *
make_text (void)
{
  g_autoptr (TrackMetrics) metrics = track_metrics_new ();
  g_autoptr (JsonObject) status = make_status ();
  TrackRecord record = { .unit = "89000",
                         .endpoint = "own",
                         .operation = "GetBookings",
                         .times = { .total_us = 30000 },
                         .own_us = 1000 };
  for (guint i = 0; i < 3; i++)
    track_metrics_observe (&record, metrics);
  record.outcome = TRACK_OUTCOME_TIMEOUT;
  record.times.total_us = 7 * G_USEC_PER_SEC;
  track_metrics_observe (&record, metrics);
  record.is_probe = TRUE;
  track_metrics_observe (&record, metrics);
  record = (TrackRecord){ .outcome = TRACK_OUTCOME_NO_ROUTE };
  track_metrics_observe (&record, metrics);
  return track_metrics_dup_text (metrics, status);
}

static void
test_text (void)
{
  static const char *const lines[] = {
    "switchtrack_calls_total{unit=\"89000\",operation=\"GetBookings\",class=\"alive\"} 3\n",
    "switchtrack_outcomes_total{endpoint=\"own\",outcome=\"timeout\"} 1\n",
    "switchtrack_call_seconds_bucket{endpoint=\"own\",operation=\"GetBookings\",le=\"0.025\"} 0\n",
    "switchtrack_call_seconds_bucket{endpoint=\"own\",operation=\"GetBookings\",le=\"0.05\"} 3\n",
    "switchtrack_call_seconds_bucket{endpoint=\"own\",operation=\"GetBookings\",le=\"6\"} 3\n",
    "switchtrack_call_seconds_bucket{endpoint=\"own\",operation=\"GetBookings\",le=\"+Inf\"} 4\n",
    "switchtrack_own_seconds_count 5\n",
    "switchtrack_endpoint_down{endpoint=\"own\"} 1\n",
    "switchtrack_endpoint_down{endpoint=\"state\"} 0\n",
    "switchtrack_endpoint_certificate_days{endpoint=\"own\"} 12\n",
    "switchtrack_disturbances_open 2\n",
    "switchtrack_registry_revision 7\n",
    "switchtrack_alarm 1\n",
    "switchtrack_alarms{kind=\"canary\"} 1\n",
    "switchtrack_alarms{kind=\"registry\"} 0\n",
    "switchtrack_canary_share{unit=\"89000\",endpoint=\"own\"} 0.25\n",
    "switchtrack_canary_tripped{unit=\"89000\",endpoint=\"own\"} 1\n",
    "switchtrack_own_certificate_days{holder=\"switchtrackd client\"} -2\n",
    "switchtrack_call_log_lost_total 4\n",
  };
  g_autofree char *text = make_text ();
  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    if (strstr (text, lines[i]) == NULL)
      g_error ("not in the text: %s%s", lines[i], text);
}

static void
test_bounded (void)
{
  g_autoptr (TrackMetrics) metrics = track_metrics_new ();
  g_autoptr (JsonObject) status = make_status ();
  for (guint i = 0; i < 30000; i++)
    {
      char unit[8];
      TrackRecord record = { .unit = unit, .operation = "GetBookings" };
      g_snprintf (unit, sizeof unit, "%05u", i);
      track_metrics_observe (&record, metrics);
    }
  g_autofree char *text = track_metrics_dup_text (metrics, status);
  g_assert_nonnull (strstr (text, "switchtrack_calls_total{other=\"1\"} 10000\n"));
}

/* Codes that nobody knows are one series, and leave room for those that are known. */
static void
test_hostile_units (void)
{
  g_autoptr (TrackMetrics) metrics = track_metrics_new ();
  g_autoptr (TrackRegistry) registry = track_registry_new ();
  g_autoptr (JsonObject) status = make_status ();
  TrackUnit *own = g_new0 (TrackUnit, 1);
  own->code = g_strdup ("89000");
  g_ptr_array_add (registry->units, own);
  track_metrics_set_registry (metrics, registry);
  for (guint i = 0; i < 30000; i++)
    {
      char unit[8];
      TrackRecord record = { .unit = unit, .operation = "GetBookings", .how = "default" };
      g_snprintf (unit, sizeof unit, "%05u", i);
      track_metrics_observe (&record, metrics);
    }
  TrackRecord record = { .unit = "89000", .operation = "GetBookings" };
  track_metrics_observe (&record, metrics);
  g_autofree char *text = track_metrics_dup_text (metrics, status);
  g_assert_nonnull (strstr (
    text,
    "switchtrack_calls_total{unit=\"default\",operation=\"GetBookings\",class=\"alive\"} 30000\n"));
  g_assert_nonnull (strstr (
    text, "switchtrack_calls_total{unit=\"89000\",operation=\"GetBookings\",class=\"alive\"} 1\n"));
  g_assert_null (strstr (text, "00001"));
}

static char *
read_source (const char *relative)
{
  g_autofree char *path = testlib_dup_source_path (relative);
  g_autoptr (GError) error = NULL;
  char *text;
  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  return text;
}

/* Calls @check with each match of @pattern's first group; returns how many. */
static guint
each (const char *text,
      const char *pattern,
      void (*check) (const char *, const char *),
      const char *in)
{
  g_autoptr (GRegex) regex = g_regex_new (pattern, 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  guint n = 0;
  g_regex_match (regex, text, 0, &match);
  for (; g_match_info_matches (match); g_match_info_next (match, NULL), n++)
    {
      g_autofree char *found = g_match_info_fetch (match, 1);
      check (found, in);
    }
  return n;
}

static void
check_metric (const char *name, const char *text)
{
  g_autofree char *type = g_strdup_printf ("# TYPE %s ", name);
  g_test_message ("%s", name);
  g_assert_nonnull (strstr (text, type));
}

static void
check_explained (const char *name, const char *document)
{
  g_autofree char *heading = g_strdup_printf ("| %s |", name);
  g_test_message ("%s", name);
  g_assert_nonnull (strstr (document, heading));
}

static void
test_alerts (void)
{
  g_autofree char *rules = read_source ("deploy/monitoring/switchtrack-alerts.yml");
  g_autofree char *document = read_source ("docs/switchtrack-status.md");
  g_autofree char *text = make_text ();
  g_assert_cmpuint (
    each (rules, "(switchtrack_\\w+?)(?:_sum|_count|_bucket)?\\b", check_metric, text), >, 5);
  g_assert_cmpuint (each (rules, "alert: (\\w+)", check_explained, document), >, 5);
  g_assert_cmpuint (each (text, "# TYPE (\\w+)", check_explained, document), >, 5);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/track-metrics/text", test_text);
  g_test_add_func ("/track-metrics/bounded", test_bounded);
  g_test_add_func ("/track-metrics/hostile-units", test_hostile_units);
  g_test_add_func ("/track-metrics/alerts", test_alerts);
  return g_test_run ();
}
