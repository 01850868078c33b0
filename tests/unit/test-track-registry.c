/* SPDX-License-Identifier: EUPL-1.2 */
/* The registry as a value. */
#include "registry/track-registry.h"

#include "testlib.h"

static void
test_words (void)
{
  for (TrackState state = 0; state < TRACK_N_STATES; state++)
    {
      TrackState parsed = TRACK_N_STATES;

      g_assert_true (track_state_parse (track_state_word (state), &parsed));
      g_assert_cmpint (parsed, ==, state);
    }
  g_assert_false (track_state_parse ("resting", &(TrackState){ 0 }));
}

static TrackUnit *
make_unit (const char *code, gint64 from_us, gint64 until_us)
{
  TrackUnit *unit = g_new0 (TrackUnit, 1);

  unit->code = g_strdup (code);
  unit->from_us = from_us;
  unit->until_us = until_us;
  return unit;
}

/* Intervals are half-open: at the instant of a change the new row is in force. */
static void
test_find_unit (void)
{
  g_autoptr (TrackRegistry) registry = track_registry_new ();

  g_ptr_array_add (registry->units, make_unit ("10100", 100, G_MAXINT64));
  g_ptr_array_add (registry->units, make_unit ("10100", G_MININT64, 100));
  g_ptr_array_add (registry->units, make_unit ("10101", 50, 60));
  track_registry_sort (registry);
  g_assert_cmpint (track_registry_find_unit (registry, "10100", 99)->until_us, ==, 100);
  g_assert_cmpint (track_registry_find_unit (registry, "10100", 100)->from_us, ==, 100);
  g_assert_null (track_registry_find_unit (registry, "10101", 49));
  g_assert_nonnull (track_registry_find_unit (registry, "10101", 50));
  g_assert_null (track_registry_find_unit (registry, "10101", 60));
  g_assert_null (track_registry_find_unit (registry, "10102", 55));
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/track-registry/words", test_words);
  g_test_add_func ("/track-registry/find-unit", test_find_unit);
  return g_test_run ();
}
