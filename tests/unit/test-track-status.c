/* SPDX-License-Identifier: EUPL-1.2 */
/* The status joined of registry, watch and figures: what a unit is shown as, and in which language. */
/* Also tests: track-civil. */
#include "status/track-status.h"

#include <string.h>

#include "base/track-civil.h"

#include "status/track-status-page.h"
#include "testlib.h"

#define NOW (G_GINT64_CONSTANT (1795363500) * G_USEC_PER_SEC)

static TrackEndpoint *
make_endpoint (const char *name, TrackState state)
{
  TrackEndpoint *endpoint = g_new0 (TrackEndpoint, 1);
  endpoint->name = g_strdup (name);
  endpoint->owner = g_strdup ("Kommune 07");
  endpoint->state = state;
  endpoint->urls = g_strsplit ("https://planner.example/", " ", 0);
  return endpoint;
}

static TrackUnit *
make_unit (const char *code, const char *endpoint, const char *alias_of)
{
  TrackUnit *unit = g_new0 (TrackUnit, 1);
  unit->code = g_strdup (code);
  unit->name = g_strdup_printf ("Kommune %s", code);
  unit->endpoint = g_strdup (endpoint);
  unit->alias_of = g_strdup (alias_of);
  unit->from_us = G_MININT64;
  unit->until_us = G_MAXINT64;
  return unit;
}

static TrackRoutes *
make_routes (void)
{
  g_autoptr (TrackRegistry) registry = track_registry_new ();
  TrackUnit *later = make_unit ("10300", "own", NULL);
  later->from_us = NOW + G_TIME_SPAN_DAY;
  g_ptr_array_add (registry->endpoints, make_endpoint ("own", TRACK_STATE_ACTIVE));
  g_ptr_array_add (registry->endpoints, make_endpoint ("shut", TRACK_STATE_MAINTENANCE));
  g_ptr_array_add (registry->endpoints, make_endpoint ("unseen", TRACK_STATE_ACTIVE));
  g_ptr_array_add (registry->units, make_unit ("10100", "own", NULL));
  g_ptr_array_add (registry->units, make_unit ("10200", "shut", NULL));
  g_ptr_array_add (registry->units, make_unit ("10400", NULL, "10100"));
  g_ptr_array_add (registry->units, make_unit ("10500", "unseen", NULL));
  g_ptr_array_add (registry->units, make_unit ("default", "own", NULL));
  g_ptr_array_add (registry->units, later);
  track_registry_sort (registry);
  return track_routes_new (registry);
}

static JsonObject *
make_watch (void)
{
  static const char text[] = "{\"endpoints\": [{\"name\": \"own\", \"state\": \"down\", \"since\": "
                             "\"2026-11-22T16:00:00Z\", \"addresses\": "
                             "[{\"url\": \"a\", \"certificate_days\": 40}, {\"url\": \"b\", "
                             "\"certificate_days\": 3}, {\"url\": \"c\"}]}, "
                             "{\"name\": \"shut\", \"state\": \"up\"}], \"disturbances\": "
                             "[{\"id\": \"x\", \"endpoint\": \"own\"}]}";
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_assert_true (json_parser_load_from_data (parser, text, -1, NULL));
  return json_object_ref (json_node_get_object (json_parser_get_root (parser)));
}

static JsonObject *
find (JsonObject *status, const char *list, const char *member, const char *value)
{
  JsonArray *all = track_status_get_list (status, list);
  for (guint i = 0; i < json_array_get_length (all); i++)
    if (g_strcmp0 (track_status_get_text (json_array_get_object_element (all, i), member), value) ==
        0)
      return json_array_get_object_element (all, i);
  return NULL;
}

static void
test_joined (void)
{
  g_autoptr (TrackRoutes) routes = make_routes ();
  g_autoptr (JsonObject) watch = make_watch ();
  g_autoptr (TrackLatency) latency = track_latency_new (100);
  TrackStatusSources sources = { routes, watch, latency, "low disk", NOW };
  for (guint i = 0; i < 10; i++)
    track_latency_note (latency, "unit 10100", 1000, i == 0, NOW);
  g_autoptr (JsonObject) status = track_status_dup (&sources);
  JsonObject *unit = find (status, "units", "code", "10100");
  g_assert_cmpstr (track_status_get_text (unit, "endpoint"), ==, "own");
  g_assert_cmpstr (track_status_get_text (unit, "state"), ==, "down");
  g_assert_cmpint (json_object_get_int_member (unit, "failed"), ==, 1);
  g_assert_cmpfloat (json_object_get_double_member (unit, "success_percent"), ==, 90.0);
  g_assert_cmpstr (track_status_get_text (find (status, "units", "code", "10200"), "state"), ==,
                   "closed");
  unit = find (status, "units", "code", "10400");
  g_assert_cmpstr (track_status_get_text (unit, "endpoint"), ==, "own");
  g_assert_cmpstr (track_status_get_text (unit, "alias_of"), ==, "10100");
  g_assert_false (json_object_has_member (unit, "p50_ms"));
  g_assert_cmpstr (track_status_get_text (find (status, "units", "code", "10500"), "state"), ==,
                   "unknown");
  g_assert_nonnull (find (status, "units", "code", "default"));
  g_assert_null (find (status, "units", "code", "10300"));
  JsonObject *planner = find (status, "endpoints", "name", "own");
  g_assert_cmpint (json_object_get_int_member (planner, "certificate_days"), ==, 3);
  g_assert_true (json_object_get_boolean_member (planner, "disturbed"));
  g_assert_false (
    json_object_get_boolean_member (find (status, "endpoints", "name", "shut"), "disturbed"));
  g_assert_cmpstr (track_status_get_text (status, "alarm"), ==, "low disk");
  g_assert_cmpuint (json_array_get_length (track_status_get_list (status, "windows")), ==, 0);
}

static void
test_without_watch (void)
{
  g_autoptr (TrackRoutes) routes = make_routes ();
  TrackStatusSources sources = { .routes = routes, .now_us = NOW };
  g_autoptr (JsonObject) status = track_status_dup (&sources);
  TrackStatusView view = { TRACK_STATUS_EN, NULL, FALSE };
  g_autofree char *page = track_status_page_dup (status, &view);
  g_assert_nonnull (strstr (page, "Not seen yet"));
  g_assert_nonnull (strstr (page, "no figures"));
}

/* Danish wall time, and which of the two when an hour comes twice. */
static void
test_civil (void)
{
  static const struct
  {
    gint64 at_s;
    TrackCivilLanguage language;
    gboolean has_seconds;
    const char *text;
  } rows[] = {
    { 1795363500, TRACK_CIVIL_DA, FALSE, "22.11.2026 kl. 17.05 CET" },
    { 1795363500, TRACK_CIVIL_EN, TRUE, "2026-11-22 17:05:00 CET" },
    { 1792888200, TRACK_CIVIL_DA, FALSE, "25.10.2026 kl. 02.30 CEST" },
    { 1792891800, TRACK_CIVIL_DA, FALSE, "25.10.2026 kl. 02.30 CET" },
  };
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text =
        track_civil_dup (rows[i].at_s * G_USEC_PER_SEC, rows[i].language, rows[i].has_seconds);
      g_assert_cmpstr (text, ==, rows[i].text);
    }
}

static JsonArray *
parse_list (const char *text)
{
  g_autoptr (JsonNode) node = json_from_string (text, NULL);
  g_assert_nonnull (node);
  return json_array_ref (json_node_get_array (node));
}

/* What waits for a person is on the page in the reader's language, and in the JSON. */
static void
test_own (void)
{
  static const char *const wanted[TRACK_STATUS_N_LANGUAGES][6] = {
    { "Standset: den nye Planner slog oftere fejl", "10,0 %",
      "<td role=\"cell\" data-label=\"Hvorfor\">seks</td>", "Registret er i stykker",
      "22.11.2026 kl. 17.00 CET", "skiftesporet selv" },
    { "Stopped: the new Planner failed more often", "10.0 %",
      "<td role=\"cell\" data-label=\"Why\">six</td>", "The registry is broken",
      "2026-11-22 17:00 CET", "the switch-track itself" },
  };
  g_autoptr (TrackRoutes) routes = make_routes ();
  g_autoptr (JsonObject) watch = make_watch ();
  g_autoptr (JsonArray) canaries = parse_list (
    "[{\"unit\": \"10100\", \"endpoint\": \"shut\", \"permille\": 100, \"state\": \"tripped\", "
    "\"since\": \"2026-11-22T16:00:00Z\", \"reason\": \"seks / six\"}]");
  TrackStatusSources sources = { .routes = routes,
                                 .watch = watch,
                                 .now_us = NOW,
                                 .canaries = canaries,
                                 .unconfirmed = 7,
                                 .n_log_lost = 3 };
  json_object_set_array_member (
    watch, "alarms",
    parse_list ("[{\"name\": \"registry\", \"since\": \"2026-11-22T16:00:00Z\", "
                "\"text_da\": \"Registret er i stykker\", "
                "\"text_en\": \"The registry is broken\"}]"));
  json_object_set_array_member (
    watch, "certificates",
    parse_list ("[{\"holder\": \"switchtrackd client\", \"days\": -1}, "
                "{\"holder\": \"https://other.example/\", \"days\": 9}]"));
  g_autoptr (JsonObject) status = track_status_dup (&sources);
  g_assert_cmpint (json_object_get_int_member (status, "unconfirmed"), ==, 7);
  g_assert_cmpint (json_object_get_int_member (status, "log_lost"), ==, 3);
  g_assert_cmpuint (json_array_get_length (track_status_get_list (status, "own_certificates")), ==,
                    1);
  g_assert_nonnull (find (status, "canaries", "state", "tripped"));
  for (guint language = 0; language < TRACK_STATUS_N_LANGUAGES; language++)
    {
      TrackStatusView view = { language, NULL, FALSE };
      g_autofree char *page = track_status_page_dup (status, &view);
      for (guint i = 0; i < 6; i++)
        if (strstr (page, wanted[language][i]) == NULL)
          g_error ("not on the page: %s\n%s", wanted[language][i], page);
      g_assert_null (strstr (page, "https://other.example/"));
      g_assert_null (strstr (page, " UTC"));
    }
}

static void
test_language (void)
{
  static const struct
  {
    const char *wanted, *accepted;
    TrackStatusLanguage language;
  } rows[] = {
    { NULL, NULL, TRACK_STATUS_DA },
    { "en", "da", TRACK_STATUS_EN },
    { "da", "en", TRACK_STATUS_DA },
    { "fr", NULL, TRACK_STATUS_DA },
    { NULL, "en", TRACK_STATUS_EN },
    { NULL, "en-GB,en;q=0.9", TRACK_STATUS_EN },
    { NULL, "da-DK, en;q=0.8", TRACK_STATUS_DA },
    { NULL, "en;q=0.8, da;q=0.9", TRACK_STATUS_DA },
    { NULL, "fr, en;q=0.1", TRACK_STATUS_EN },
    { NULL, "en;q=0", TRACK_STATUS_DA },
    { NULL, "enx, *", TRACK_STATUS_DA },
  };
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpint (track_status_choose_language (rows[i].wanted, rows[i].accepted), ==,
                     rows[i].language);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/track-status/joined", test_joined);
  g_test_add_func ("/track-status/without-watch", test_without_watch);
  g_test_add_func ("/track-status/civil", test_civil);
  g_test_add_func ("/track-status/own", test_own);
  g_test_add_func ("/track-status/language", test_language);
  return g_test_run ();
}
