/* SPDX-License-Identifier: EUPL-1.2 */
/* Random edits of units' rows, held against an array of hours. */
#include "registry/track-edit.h"

#include "registry/track-registry-check.h"
#include "route/track-route.h"
#include "testlib.h"

#define N_HOURS   60
#define N_CODES   3
#define HOUR_US   (G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC)
#define ORIGIN_US (G_GINT64_CONSTANT (1800000000) * G_USEC_PER_SEC)

static const char *const codes[N_CODES] = { "10100", "10107", "default" };
static const char *const names[] = { NULL, "a", "b", "c" };

static gint64
hour_us (gint hour)
{
  return hour <= 0 ? G_MININT64 : hour >= N_HOURS ? G_MAXINT64 : ORIGIN_US + hour * HOUR_US;
}

static TrackRegistry *
make_registry (void)
{
  TrackRegistry *registry = track_registry_new ();

  for (guint i = 1; i < G_N_ELEMENTS (names); i++)
    {
      TrackEndpoint *endpoint = track_shape_new_record (track_shape_get (TRACK_SHAPE_ENDPOINT));

      endpoint->name = g_strdup (names[i]);
      endpoint->contract = g_strdup ("3");
      endpoint->owner = g_strdup ("IT");
      g_strfreev (endpoint->urls);
      endpoint->urls = g_new0 (char *, 2);
      endpoint->urls[0] = g_strdup_printf ("https://%s.example/", names[i]);
      g_ptr_array_add (registry->endpoints, endpoint);
    }
  return registry;
}

/* 10107 falls back to 10100, and both to the default. */
static guint
expect (guint hours[N_CODES][N_HOURS], guint code, guint hour)
{
  for (guint i = 0; i < N_CODES; i++)
    {
      static const guint order[2][N_CODES] = { { 0, 2, 2 }, { 1, 0, 2 } };
      guint named = hours[order[code][i]][hour];

      if (named != 0)
        return named;
    }
  return 0;
}

static void
assert_hours (const TrackRegistry *registry, guint hours[N_CODES][N_HOURS])
{
  g_autoptr (TrackRegistry) copy = track_registry_copy (registry);
  g_autoptr (TrackRoutes) routes = track_routes_new (copy);
  g_autoptr (GPtrArray) findings = track_registry_check (copy, &(TrackCheckSettings){ ORIGIN_US });

  g_assert_false (track_findings_have_error (findings));
  for (guint code = 0; code < 2; code++)
    for (guint hour = 0; hour < N_HOURS; hour++)
      {
        const TrackUnit *unit = NULL;
        const TrackEndpoint *endpoint = NULL;

        track_routes_resolve (routes, codes[code], ORIGIN_US + hour * HOUR_US, &unit, &endpoint);
        g_assert_cmpstr (endpoint == NULL ? NULL : endpoint->name, ==,
                         names[expect (hours, code, hour)]);
      }
}

static void
edit_once (GRand *rand, TrackRegistry *registry, guint hours[N_CODES][N_HOURS])
{
  guint code = g_rand_int_range (rand, 0, N_CODES);
  gint from = g_rand_int_range (rand, 0, N_HOURS);
  gint until = g_rand_boolean (rand) ? N_HOURS : g_rand_int_range (rand, from + 1, N_HOURS + 1);
  guint wanted = g_rand_int_range (rand, 0, G_N_ELEMENTS (names));
  const TrackUnitEdit edit = { .code = codes[code],
                               .endpoint = names[wanted],
                               .from_us = hour_us (from),
                               .until_us = hour_us (until),
                               .moves_bookings = g_rand_boolean (rand) };
  g_autoptr (GError) error = NULL;

  if (!track_edit_unit (registry, &edit, &error))
    {
      g_assert_cmpuint (wanted, ==, 0);
      g_assert_cmpuint (hours[code][from], ==, 0);
      return;
    }
  for (gint hour = from; hour < until; hour++)
    hours[code][hour] = wanted;
}

static void
test_random (void)
{
  g_autoptr (GRand) rand = testlib_random_new ();
  guint64 n_rounds = testlib_budget ("track-edit");

  for (guint64 i = 0; i < n_rounds; i++)
    {
      g_autoptr (TrackRegistry) registry = make_registry ();
      guint hours[N_CODES][N_HOURS] = { { 0 } };

      for (guint k = 0; k < 12; k++)
        {
          edit_once (rand, registry, hours);
          assert_hours (registry, hours);
        }
    }
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/track-edit/random", test_random);
  return g_test_run ();
}
