/* SPDX-License-Identifier: EUPL-1.2 */
/* Routes held against a slow reference over random registries, and all municipalities of the country. */
#include "route/track-route.h"

#include <string.h>

#include "base/clock.h"
#include "testlib.h"

#define N_ENDPOINTS 6
#define N_CODES     40
#define N_BENCH     2000000

static TrackEndpoint *
add_endpoint (TrackRegistry *registry, const char *name)
{
  TrackEndpoint *endpoint = g_new0 (TrackEndpoint, 1);

  endpoint->name = g_strdup (name);
  g_ptr_array_add (registry->endpoints, endpoint);
  return endpoint;
}

static TrackUnit *
add_unit (TrackRegistry *registry, const char *code, const char *endpoint, const char *alias_of)
{
  TrackUnit *unit = g_new0 (TrackUnit, 1);

  unit->code = g_strdup (code);
  unit->endpoint = g_strdup (endpoint);
  unit->alias_of = g_strdup (alias_of);
  unit->from_us = G_MININT64;
  unit->until_us = G_MAXINT64;
  g_ptr_array_add (registry->units, unit);
  return unit;
}

static void
assert_route (const TrackRoutes *routes,
              const char *code,
              gint64 now_us,
              TrackHow how,
              const char *endpoint)
{
  const TrackUnit *unit = NULL;
  const TrackEndpoint *found = NULL;

  g_assert_cmpstr (track_how_word (track_routes_resolve (routes, code, now_us, &unit, &found)), ==,
                   track_how_word (how));
  g_assert_cmpstr (found == NULL ? NULL : found->name, ==, endpoint);
  g_assert_true ((unit == NULL) == (how == TRACK_HOW_NONE));
}

static TrackRoutes *
make_small (gboolean has_default)
{
  g_autoptr (TrackRegistry) registry = track_registry_new ();

  add_endpoint (registry, "state");
  add_endpoint (registry, "own");
  add_endpoint (registry, "sub");
  add_unit (registry, "10100", "own", NULL);
  add_unit (registry, "10107", "sub", NULL);
  add_unit (registry, "15500", NULL, "10100");
  add_unit (registry, "15501", NULL, "10107");
  add_unit (registry, "15502", NULL, "15500");
  add_unit (registry, "15503", NULL, "99999");
  add_unit (registry, "15504", NULL, "10155");
  add_unit (registry, "20100", "nobody", NULL);
  if (has_default)
    add_unit (registry, TRACK_UNIT_DEFAULT, "state", NULL);
  track_registry_sort (registry);
  return track_routes_new (registry);
}

static void
test_rules (void)
{
  g_autoptr (TrackRoutes) routes = make_small (TRUE);
  g_autoptr (TrackRoutes) closed = make_small (FALSE);
  const char *const malformed[] = { "",       "1010",    "101000", "1010a", " 10100",
                                    "10100 ", "default", "-1010",  NULL };

  assert_route (routes, "10100", 0, TRACK_HOW_EXACT, "own");
  assert_route (routes, "10107", 0, TRACK_HOW_EXACT, "sub");
  assert_route (routes, "10199", 0, TRACK_HOW_MAIN, "own");
  assert_route (routes, "15500", 0, TRACK_HOW_ALIAS, "own");
  assert_route (routes, "15501", 0, TRACK_HOW_ALIAS, "sub");
  assert_route (routes, "15577", 0, TRACK_HOW_ALIAS, "own");
  assert_route (routes, "15504", 0, TRACK_HOW_ALIAS, "own");
  assert_route (routes, "15502", 0, TRACK_HOW_NONE, NULL);
  assert_route (routes, "15503", 0, TRACK_HOW_NONE, NULL);
  assert_route (routes, "20100", 0, TRACK_HOW_NONE, NULL);
  assert_route (routes, "30100", 0, TRACK_HOW_DEFAULT, "state");
  assert_route (closed, "30100", 0, TRACK_HOW_NONE, NULL);
  assert_route (routes, "99999", 0, TRACK_HOW_NONE, NULL);
  assert_route (routes, NULL, 0, TRACK_HOW_NONE, NULL);
  for (guint i = 0; malformed[i] != NULL; i++)
    assert_route (routes, malformed[i], 0, TRACK_HOW_NONE, NULL);
}

/* At the instant of the change, not a microsecond before; what was issued before stays where it is. */
static void
test_planned_change (void)
{
  g_autoptr (TrackRegistry) registry = track_registry_new ();
  g_autoptr (TrackRoutes) routes = NULL;
  TrackUnit *before, *after;

  add_endpoint (registry, "state");
  add_endpoint (registry, "own");
  before = add_unit (registry, "10100", "state", NULL);
  after = add_unit (registry, "10100", "own", NULL);
  before->until_us = after->from_us = 1000;
  add_unit (registry, "10200", "own", NULL)->takes_over = g_strsplit ("state", "|", -1);
  track_registry_sort (registry);
  routes = track_routes_new (registry);
  assert_route (routes, "10100", 999, TRACK_HOW_EXACT, "state");
  assert_route (routes, "10105", 999, TRACK_HOW_MAIN, "state");
  assert_route (routes, "10100", 1000, TRACK_HOW_EXACT, "own");
  g_assert_cmpint (track_routes_next_change_us (routes, 0), ==, 1000);
  g_assert_cmpint (track_routes_next_change_us (routes, 1000), ==, G_MAXINT64);
  g_assert_cmpstr (track_routes_find_issuer (routes, "state", "10100", 0, 2000)->name, ==, "state");
  g_assert_cmpstr (track_routes_find_issuer (routes, "state", "10200", 0, 2000)->name, ==, "own");
  g_assert_cmpstr (track_routes_find_issuer (routes, "state", "10203", 0, 2000)->name, ==, "own");
  g_assert_cmpstr (track_routes_find_issuer (routes, "state", NULL, 0, 2000)->name, ==, "state");
  g_assert_null (track_routes_find_issuer (routes, "gone", "10100", 0, 2000));
}

/* 1 → 2 migrated, 2 → 3 not, 3 → 4 migrated: what 1 issued is at 2, what 3 issued is at 4; before each its own. */
static void
test_migrations (void)
{
  g_autoptr (TrackRegistry) registry = track_registry_new ();
  g_autoptr (TrackRoutes) routes = NULL;
  static const struct
  {
    const char *endpoint, *took;
  } steps[] = { { "one", "" }, { "two", "one" }, { "three", "" }, { "four", "three" } };

  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      TrackUnit *unit = add_unit (registry, "10100", steps[i].endpoint, NULL);

      add_endpoint (registry, steps[i].endpoint);
      unit->from_us = i == 0 ? G_MININT64 : i * 1000;
      unit->until_us = i == 3 ? G_MAXINT64 : (i + 1) * 1000;
      unit->takes_over = g_strsplit (steps[i].took, "|", -1);
    }
  track_registry_sort (registry);
  routes = track_routes_new (registry);
  g_assert_cmpstr (track_routes_find_issuer (routes, "one", "10100", 0, 999)->name, ==, "one");
  g_assert_cmpstr (track_routes_find_issuer (routes, "one", "10100", 0, 1000)->name, ==, "two");
  g_assert_cmpstr (track_routes_find_issuer (routes, "one", "10100", 0, 9999)->name, ==, "two");
  g_assert_cmpstr (track_routes_find_issuer (routes, "two", "10105", 0, 9999)->name, ==, "two");
  g_assert_cmpstr (track_routes_find_issuer (routes, "three", "10100", 0, 2999)->name, ==, "three");
  g_assert_cmpstr (track_routes_find_issuer (routes, "three", "10107", 0, 3000)->name, ==, "four");
}

static void
assert_issuer (const TrackRoutes *routes,
               const char *issuer,
               const char *code,
               const gint64 seen_and_now_us[2],
               const char *expected)
{
  const TrackEndpoint *found =
    track_routes_find_issuer (routes, issuer, code, seen_and_now_us[0], seen_and_now_us[1]);

  g_assert_cmpstr (found == NULL ? NULL : found->name, ==, expected);
}

/* A unit goes away with its bookings and comes back without them: what is issued after that is not sent away again. */
static void
test_came_back (void)
{
  g_autoptr (TrackRegistry) registry = track_registry_new ();
  g_autoptr (TrackRoutes) routes = NULL;
  TrackUnit *unit;

  add_endpoint (registry, "state");
  add_endpoint (registry, "own");
  add_unit (registry, "10100", "state", NULL)->until_us = 1000;
  unit = add_unit (registry, "10100", "own", NULL);
  unit->from_us = 1000;
  unit->until_us = 2000;
  unit->takes_over = g_strsplit ("state", "|", -1);
  add_unit (registry, "10100", "state", NULL)->from_us = 2000;
  track_registry_sort (registry);
  routes = track_routes_new (registry);
  assert_issuer (routes, "state", "10100", (gint64[]){ 500, 999 }, "state");
  assert_issuer (routes, "state", "10100", (gint64[]){ 500, 3000 }, "own");
  assert_issuer (routes, "state", "10100", (gint64[]){ 2500, 3000 }, "state");
  assert_issuer (routes, "own", "10100", (gint64[]){ 1500, 3000 }, "own");
  /* Answered when the bookings were already gone: who answered has it. */
  assert_issuer (routes, "state", "10100", (gint64[]){ 1000, 3000 }, "state");
}

/* A row that is over took bookings; the code has fallen back to the default since: they are where they were taken. */
static void
test_fell_back (void)
{
  g_autoptr (TrackRegistry) registry = track_registry_new ();
  g_autoptr (TrackRoutes) routes = NULL;
  TrackUnit *unit;

  add_endpoint (registry, "state");
  add_endpoint (registry, "own");
  add_unit (registry, TRACK_UNIT_DEFAULT, "state", NULL);
  unit = add_unit (registry, "10107", "own", NULL);
  unit->from_us = 1000;
  unit->until_us = 2000;
  unit->takes_over = g_strsplit ("state", "|", -1);
  track_registry_sort (registry);
  routes = track_routes_new (registry);
  assert_issuer (routes, "state", "10107", (gint64[]){ 500, 3000 }, "own");
  /* Another centre's were not taken. */
  assert_issuer (routes, "state", "10108", (gint64[]){ 500, 3000 }, "state");
}

/* The default may not be come by on a byway: who carries no code must not get there by an alias. */
static void
test_default_is_told (void)
{
  g_autoptr (TrackRegistry) registry = track_registry_new ();
  g_autoptr (TrackRoutes) routes = NULL;

  add_endpoint (registry, "state");
  add_endpoint (registry, "own");
  add_unit (registry, TRACK_UNIT_DEFAULT, NULL, "10100");
  add_unit (registry, "10100", "own", NULL);
  track_registry_sort (registry);
  routes = track_routes_new (registry);
  assert_route (routes, "20100", 0, TRACK_HOW_DEFAULT, "own");
  g_clear_pointer (&routes, track_routes_unref);
  g_ptr_array_set_size (registry->units, 0);
  add_unit (registry, TRACK_UNIT_DEFAULT, "state", NULL);
  add_unit (registry, "15500", NULL, "10100");
  track_registry_sort (registry);
  routes = track_routes_new (registry);
  assert_route (routes, "15500", 0, TRACK_HOW_DEFAULT, "state");
}

static void
test_closed (void)
{
  g_autoptr (TrackRegistry) registry = track_registry_new ();
  g_autoptr (TrackRoutes) routes = NULL;
  TrackWindow *window = g_new0 (TrackWindow, 1);
  TrackEndpoint *own = add_endpoint (registry, "own");
  TrackEndpoint *ill = add_endpoint (registry, "resting");
  gint64 until_us = -1;

  ill->state = TRACK_STATE_MAINTENANCE;
  window->endpoint = g_strdup ("own");
  window->from_us = 100;
  window->until_us = 200;
  window->is_closed = TRUE;
  g_ptr_array_add (registry->windows, window);
  routes = track_routes_new (registry);
  g_assert_false (track_routes_is_closed (routes, own, 99, &until_us));
  g_assert_true (track_routes_is_closed (routes, own, 100, &until_us));
  g_assert_cmpint (until_us, ==, 200);
  g_assert_false (track_routes_is_closed (routes, own, 200, &until_us));
  g_assert_true (track_routes_is_closed (routes, ill, 0, &until_us));
  g_assert_cmpint (until_us, ==, 0);
  g_assert_cmpint (track_routes_next_change_us (routes, 0), ==, 100);
  window->is_closed = FALSE;
  g_assert_false (track_routes_is_closed (routes, own, 150, &until_us));
  own->contract = g_strdup ("4");
  g_assert_true (track_routes_is_closed (routes, own, 150, &until_us));
  g_assert_cmpint (until_us, ==, 0);
}

/* The reference: texts only, no table, every rule once more in other words. ------------------------- */

static const TrackUnit *
slow_row (const TrackRegistry *registry, const char *code, gint64 now_us)
{
  for (guint i = 0; i < registry->units->len; i++)
    {
      const TrackUnit *unit = g_ptr_array_index (registry->units, i);

      if (strcmp (unit->code, code) == 0 && now_us >= unit->from_us && now_us < unit->until_us)
        return unit;
    }
  return NULL;
}

static const TrackUnit *
slow_three (const TrackRegistry *registry, const char *code, gint64 now_us)
{
  g_autofree char *main_centre = g_strdup_printf ("%.3s00", code);
  const TrackUnit *unit = slow_row (registry, code, now_us);

  if (unit == NULL)
    unit = slow_row (registry, main_centre, now_us);
  return unit != NULL ? unit : slow_row (registry, "default", now_us);
}

static gboolean
is_code (const char *code)
{
  return strlen (code) == 5 && strspn (code, "0123456789") == 5 && strcmp (code, "99999") != 0;
}

static const char *
slow_resolve (const TrackRegistry *registry, const char *code, gint64 now_us)
{
  const TrackUnit *unit = NULL;

  if (is_code (code))
    unit = slow_three (registry, code, now_us);
  if (unit != NULL && unit->alias_of != NULL)
    unit = is_code (unit->alias_of) ? slow_three (registry, unit->alias_of, now_us) : NULL;
  if (unit == NULL || unit->endpoint == NULL)
    return NULL;
  for (guint i = 0; i < registry->endpoints->len; i++)
    if (strcmp (((TrackEndpoint *) g_ptr_array_index (registry->endpoints, i))->name,
                unit->endpoint) == 0)
      return unit->endpoint;
  return NULL;
}

static char *
random_code (GRand *rand)
{
  if (g_rand_int_range (rand, 0, 30) == 0)
    return g_strdup (g_rand_boolean (rand) ? "99999" : "1010x");
  return g_strdup_printf ("%03d%02d", g_rand_int_range (rand, 100, 104),
                          g_rand_boolean (rand) ? 0 : g_rand_int_range (rand, 0, 8));
}

/* Rows of one code follow each other with gaps, as the checks demand; aliases may lead anywhere. */
static TrackRegistry *
make_random (GRand *rand)
{
  TrackRegistry *registry = track_registry_new ();

  for (guint i = 0; i < N_ENDPOINTS; i++)
    {
      g_autofree char *name = g_strdup_printf ("planner-%u", i);
      add_endpoint (registry, name);
    }
  for (guint i = 0; i < N_CODES; i++)
    {
      g_autofree char *code = i == 0 ? g_strdup (TRACK_UNIT_DEFAULT) : random_code (rand);
      g_autofree char *alias = random_code (rand);
      g_autofree char *endpoint =
        g_strdup_printf ("planner-%d", g_rand_int_range (rand, 0, N_ENDPOINTS + 1));
      gboolean is_alias = g_rand_int_range (rand, 0, 3) == 0;
      TrackUnit *unit;

      if (slow_row (registry, code, 0) != NULL || slow_row (registry, code, 500) != NULL)
        continue;
      unit = add_unit (registry, code, is_alias ? NULL : endpoint, is_alias ? alias : NULL);
      if (g_rand_boolean (rand))
        continue;
      unit->until_us = g_rand_int_range (rand, 1, 1000);
      unit = add_unit (registry, code, "planner-0", NULL);
      unit->from_us = g_rand_int_range (rand, 1000, 1200);
    }
  track_registry_sort (registry);
  return registry;
}

static void
test_random (void)
{
  g_autoptr (GRand) rand = testlib_random_new ();
  guint64 n_worlds = testlib_budget ("track-route");
  guint n_routed = 0;

  for (guint64 i = 0; i < n_worlds; i++)
    {
      g_autoptr (TrackRegistry) registry = make_random (rand);
      g_autoptr (TrackRoutes) routes = track_routes_new (registry);

      for (guint k = 0; k < 200; k++)
        {
          g_autofree char *code = random_code (rand);
          gint64 now_us = g_rand_int_range (rand, -5, 1300);
          const TrackUnit *unit = NULL;
          const TrackEndpoint *endpoint = NULL;
          TrackHow how = track_routes_resolve (routes, code, now_us, &unit, &endpoint);

          g_assert_cmpstr (endpoint == NULL ? NULL : endpoint->name, ==,
                           slow_resolve (registry, code, now_us));
          g_assert_true ((how == TRACK_HOW_NONE) == (endpoint == NULL));
          n_routed += endpoint != NULL;
        }
    }
  g_assert_cmpuint (n_routed, >, n_worlds * 50);
}

/* The row that serves a code, without any table. */
static const TrackUnit *
slow_unit (const TrackRegistry *registry, const char *code, gint64 now_us)
{
  const TrackUnit *unit = slow_three (registry, code, now_us);

  return unit != NULL && unit->alias_of != NULL ? slow_three (registry, unit->alias_of, now_us)
                                                : unit;
}

static void
add_random_rows (GRand *rand, TrackRegistry *registry, const char *code)
{
  gint64 from_us = G_MININT64, until_us;

  for (until_us = g_rand_int_range (rand, 1, 6); from_us < 12;
       from_us = until_us, until_us += g_rand_int_range (rand, 1, 6))
    {
      g_autofree char *endpoint = g_strdup_printf ("planner-%d", g_rand_int_range (rand, 0, 3));
      g_autofree char *took = g_strdup_printf ("planner-%d", g_rand_int_range (rand, 0, 3));
      gboolean is_alias = code[0] == '2' && g_rand_boolean (rand);
      TrackUnit *unit;

      if (g_rand_int_range (rand, 0, 4) == 0)
        continue;
      unit = add_unit (registry, code, is_alias ? NULL : endpoint, is_alias ? "10107" : NULL);
      unit->from_us = from_us;
      unit->until_us = until_us;
      if (!is_alias && from_us != G_MININT64 && strcmp (took, endpoint) != 0 &&
          g_rand_boolean (rand))
        unit->takes_over = g_strsplit (took, "|", -1);
    }
}

/* Follows one booking instant by instant. Returns: whether it was ever moved */
static gboolean
follow_booking (const TrackRegistry *registry,
                TrackRoutes *routes,
                const char *code,
                gint64 issued_us)
{
  const TrackUnit *unit = slow_unit (registry, code, issued_us);
  const char *issuer = unit == NULL ? NULL : unit->endpoint;
  const char *at = issuer;

  for (gint64 now_us = issued_us; issuer != NULL && now_us < 16; now_us++)
    {
      unit = slow_unit (registry, code, now_us);
      if (unit != NULL && now_us > issued_us && unit->from_us == now_us && unit->endpoint != NULL &&
          unit->takes_over != NULL && g_strv_contains ((const char *const *) unit->takes_over, at))
        at = unit->endpoint;
      assert_issuer (routes, issuer, code, (gint64[]){ issued_us, now_us }, at);
    }
  return g_strcmp0 (at, issuer) != 0;
}

/* Bookings of random units at random times are where a walk through time finds them. */
static void
test_random_moves (void)
{
  static const char *const codes[] = { "10100", "10107", "20100", TRACK_UNIT_DEFAULT };
  static const char *const asked[] = { "10100", "10107", "10108", "20100", "20103", "30100" };
  g_autoptr (GRand) rand = testlib_random_new ();
  guint64 n_worlds = testlib_budget ("track-route");
  guint n_moved = 0;

  for (guint64 i = 0; i < n_worlds; i++)
    {
      g_autoptr (TrackRegistry) registry = track_registry_new ();
      g_autoptr (TrackRoutes) routes = NULL;

      for (guint k = 0; k < 3; k++)
        {
          g_autofree char *name = g_strdup_printf ("planner-%u", k);
          add_endpoint (registry, name);
        }
      for (guint k = 0; k < G_N_ELEMENTS (codes); k++)
        add_random_rows (rand, registry, codes[k]);
      track_registry_sort (registry);
      routes = track_routes_new (registry);
      for (guint k = 0; k < G_N_ELEMENTS (asked); k++)
        n_moved += follow_booking (registry, routes, asked[k], g_rand_int_range (rand, 0, 12));
    }
  g_assert_cmpuint (n_moved, >, n_worlds / 4);
}

/* All of the country: a unit for each municipality, every fifth shares its neighbour's jobcenter. --- */

static TrackRegistry *
make_country (GPtrArray *out_codes)
{
  TrackRegistry *registry = track_registry_new ();
  g_autofree char *path = testlib_dup_source_path ("data/municipalities.csv");
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  const char *before = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  lines = g_strsplit (g_strstrip (text), "\n", -1);
  add_endpoint (registry, "state");
  add_unit (registry, TRACK_UNIT_DEFAULT, "state", NULL);
  for (guint i = 3; lines[i] != NULL; i++)
    {
      g_autofree char *code = g_strdup_printf ("%.3s00", lines[i]);
      gboolean is_alias = (out_codes->len + 1) % 5 == 0;

      if (!is_alias)
        add_endpoint (registry, code);
      add_unit (registry, code, is_alias ? NULL : code, is_alias ? before : NULL);
      g_ptr_array_add (out_codes, g_strdup (code));
      if (!is_alias)
        before = g_ptr_array_index (out_codes, out_codes->len - 1);
    }
  track_registry_sort (registry);
  return registry;
}

static void
test_country (void)
{
  g_autoptr (GPtrArray) codes = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (TrackRegistry) registry = make_country (codes);
  g_autoptr (TrackRoutes) routes = track_routes_new (registry);

  g_assert_cmpuint (codes->len, ==, 98);
  for (guint i = 0; i < codes->len; i++)
    {
      const char *code = g_ptr_array_index (codes, i);
      gboolean is_alias = (i + 1) % 5 == 0;
      const char *serves = is_alias ? g_ptr_array_index (codes, i - 1) : code;
      g_autofree char *sub_centre = g_strdup_printf ("%.3s07", code);

      assert_route (routes, code, 0, is_alias ? TRACK_HOW_ALIAS : TRACK_HOW_EXACT, serves);
      assert_route (routes, sub_centre, 0, is_alias ? TRACK_HOW_ALIAS : TRACK_HOW_MAIN, serves);
    }
  assert_route (routes, "99900", 0, TRACK_HOW_DEFAULT, "state");
}

/* A figure to look at, never a verdict. */
static void
test_speed (void)
{
  g_autoptr (GPtrArray) codes = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (TrackRegistry) registry = make_country (codes);
  g_autoptr (TrackRoutes) routes = NULL;
  gint64 start_us = clock_monotonic_us (), made_us;
  guint n_found = 0;

  for (guint i = 0; i < 100; i++)
    {
      g_clear_pointer (&routes, track_routes_unref);
      routes = track_routes_new (registry);
    }
  made_us = clock_monotonic_us ();
  for (guint i = 0; i < N_BENCH; i++)
    {
      const TrackUnit *unit = NULL;
      const TrackEndpoint *endpoint = NULL;

      n_found += track_routes_resolve (routes, g_ptr_array_index (codes, i % codes->len), i, &unit,
                                       &endpoint) != TRACK_HOW_NONE;
    }
  g_assert_cmpuint (n_found, ==, N_BENCH);
  g_test_message ("resolve: %.1f ns a call; compile of %u rows: %.0f us",
                  (clock_monotonic_us () - made_us) * 1000.0 / N_BENCH, registry->units->len,
                  (made_us - start_us) / 100.0);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/track-route/rules", test_rules);
  g_test_add_func ("/track-route/planned-change", test_planned_change);
  g_test_add_func ("/track-route/migrations", test_migrations);
  g_test_add_func ("/track-route/came-back", test_came_back);
  g_test_add_func ("/track-route/fell-back", test_fell_back);
  g_test_add_func ("/track-route/default-is-told", test_default_is_told);
  g_test_add_func ("/track-route/closed", test_closed);
  g_test_add_func ("/track-route/random", test_random);
  g_test_add_func ("/track-route/random-moves", test_random_moves);
  g_test_add_func ("/track-route/country", test_country);
  g_test_add_func ("/track-route/speed", test_speed);
  return g_test_run ();
}
