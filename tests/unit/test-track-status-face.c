/* SPDX-License-Identifier: EUPL-1.2 */
/* The face over a real listener: forms, languages, filter, policy, and what is not its own. */
#include "status/track-status-face.h"

#include <string.h>

#include "listener-harness.h"
#include "testlib.h"

typedef struct
{
  TrackRoutes *routes;
  TrackMetrics *metrics;
} World;

static void
on_request (ListenerRequest *request, gpointer data)
{
  World *world = data;
  TrackStatusSources sources = { .routes = world->routes,
                                 .now_us = G_GINT64_CONSTANT (1795363500000000) };
  g_autoptr (GBytes) body = g_bytes_new_static ("no", 2);
  if (!track_status_face_serve (request, &sources, world->metrics))
    listener_request_reply (request, 404, "text/plain", body);
}

static void
world_init (World *world)
{
  g_autoptr (TrackRegistry) registry = track_registry_new ();
  for (guint i = 0; i < 2; i++)
    {
      TrackUnit *unit = g_new0 (TrackUnit, 1);
      unit->code = g_strdup_printf ("1010%u", i);
      unit->name = g_strdup_printf ("Kommune %u & <b>", i);
      unit->endpoint = g_strdup ("own");
      unit->from_us = G_MININT64;
      unit->until_us = G_MAXINT64;
      g_ptr_array_add (registry->units, unit);
    }
  world->routes = track_routes_new (registry);
  world->metrics = track_metrics_new ();
}

static void
test_face (void)
{
  static const struct
  {
    const char *path, *field, *has, *lacks;
    guint status;
  } rows[] = {
    { "/status", "", "lang=\"da\"", "<script", 200 },
    { "/status", "", "Content-Security-Policy: default-src 'none'; style-src 'sha256-", "unsafe",
      200 },
    { "/status", "", "Kommune 1 &amp; &lt;b&gt;", "<b>", 200 },
    { "/status", "Accept-Language: en-GB, da;q=0.5\r\n", "lang=\"en\"", "Enheder", 200 },
    { "/status?lang=da", "Accept-Language: en\r\n", "Content-Language: da", "Units", 200 },
    { "/status?q=10101", "", "Kommune 1", "Kommune 0", 200 },
    { "/status?q=%22%3E%3Cscript%3E", "", "&quot;&gt;&lt;script&gt;", "<script>", 200 },
    { "/status?q=%FF%FE", "", "Kommune 0", "(null)", 200 },
    { "/status?q=Kommune&troubled=1", "", "Ingen enheder", "Kommune 0", 200 },
    { "/status.json", "", "\"code\" : \"10100\"", "<html", 200 },
    { "/status", "Accept: application/json\r\n", "\"revision\"", "<html", 200 },
    { "/metrics", "", "# TYPE switchtrack_calls_total counter", "<html", 200 },
    { "/other", "", "no", "<html", 404 },
  };
  World world;
  Harness harness;
  g_autoptr (GError) error = NULL;
  world_init (&world);
  harness_init (&harness);
  harness.listener = listener_new (&harness.settings, on_request, &world, &error);
  g_assert_no_error (error);
  g_assert_true (listener_start (harness.listener, harness.context, &error));
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (Client) client = client_new (&harness);
      g_autofree char *text = g_strdup_printf (
        "GET %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n%s\r\n", rows[i].path, rows[i].field);
      client_send (client, text, -1);
      g_assert_true (client_wait_closed (client, PATIENCE_MS));
      g_test_message ("row %u", i);
      g_assert_cmpuint (client_status (client), ==, rows[i].status);
      g_assert_nonnull (strstr (client->received->str, rows[i].has));
      g_assert_null (strstr (client->received->str, rows[i].lacks));
    }
  harness_clear (&harness);
  track_routes_unref (world.routes);
  track_metrics_free (world.metrics);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/track-status-face/face", test_face);
  return g_test_run ();
}
