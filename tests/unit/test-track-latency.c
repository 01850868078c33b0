/* SPDX-License-Identifier: EUPL-1.2 */
/* Quantiles against a sorted list; the hour that passes; keys beyond the limit. */
#include "status/track-latency.h"

#include <stdlib.h>
#include <string.h>

#include "testlib.h"

static int
compare (gconstpointer a, gconstpointer b)
{
  gint64 one = *(const gint64 *) a, other = *(const gint64 *) b;
  return one < other ? -1 : one > other;
}

/* The answer is the end of a bucket: never below the true value, at most an eighth above. */
static void
assert_close (gint64 told_us, gint64 true_us)
{
  g_assert_cmpint (told_us, >=, true_us);
  g_assert_cmpint (told_us, <=, true_us + true_us / 8 + 1);
}

static void
test_quantiles (void)
{
  g_autoptr (GRand) random = testlib_random_new ();

  for (guint round = 0; round < 200; round++)
    {
      g_autoptr (TrackLatency) latency = track_latency_new (10);
      guint n = (guint) g_rand_int_range (random, 1, 1000);
      g_autofree gint64 *values = g_new (gint64, n);
      guint n_failed = 0;
      TrackLatencyView view;
      for (guint i = 0; i < n; i++)
        {
          gboolean is_failure = g_rand_int_range (random, 0, 10) == 0;
          values[i] = g_rand_int_range (random, 0, 1 << g_rand_int_range (random, 1, 30));
          n_failed += is_failure;
          track_latency_note (latency, "unit 89000", values[i], is_failure, 1000);
        }
      qsort (values, n, sizeof (gint64), compare);
      track_latency_get (latency, "unit 89000", 1000, &view);
      g_assert_cmpuint (view.n_calls, ==, n);
      g_assert_cmpuint (view.n_failed, ==, n_failed);
      assert_close (view.p50_us, values[(n * 500 + 999) / 1000 - 1]);
      assert_close (view.p99_us, values[(n * 990 + 999) / 1000 - 1]);
    }
}

static void
test_hour (void)
{
  g_autoptr (TrackLatency) latency = track_latency_new (10);
  gint64 minute = G_TIME_SPAN_MINUTE;
  TrackLatencyView view;

  for (gint64 at = 0; at < 180; at++)
    {
      track_latency_note (latency, "a", 100, FALSE, at * minute);
      track_latency_get (latency, "a", at * minute, &view);
      g_assert_cmpuint (view.n_calls, <=, 60);
      g_assert_cmpuint (view.n_calls, >=, (guint64) MIN (at + 1, 55));
    }
  track_latency_get (latency, "a", 239 * minute, &view);
  g_assert_cmpuint (view.n_calls, ==, 0);
  g_assert_cmpint (view.p99_us, ==, 0);
}

static void
test_keys (void)
{
  g_autoptr (TrackLatency) latency = track_latency_new (2);
  TrackLatencyView view;

  track_latency_note (latency, "a", 1, FALSE, 0);
  track_latency_note (latency, "b", 1, FALSE, 0);
  track_latency_note (latency, "c", 1, FALSE, 0);
  g_assert_cmpuint (track_latency_get_n_unkept (latency), ==, 1);
  track_latency_get (latency, "c", 0, &view);
  g_assert_cmpuint (view.n_calls, ==, 0);
}

static void
test_observed (void)
{
  g_autoptr (TrackLatency) latency = track_latency_new (10);
  TrackRecord record = {
    .unit = "89000", .endpoint = "own", .operation = "GetBookings", .times = { .total_us = 5000 }
  };
  const char *const keys[] = { "unit 89000", "endpoint own", "endpoint own GetBookings" };
  TrackLatencyView view;

  track_latency_observe (&record, latency);
  record.is_probe = TRUE;
  track_latency_observe (&record, latency);
  record.is_probe = FALSE;
  record.outcome = TRACK_OUTCOME_MAINTENANCE;
  track_latency_observe (&record, latency);
  record.outcome = TRACK_OUTCOME_TIMEOUT;
  track_latency_observe (&record, latency);
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      track_latency_get (latency, keys[i], g_get_real_time (), &view);
      g_assert_cmpuint (view.n_calls, ==, 2);
      g_assert_cmpuint (view.n_failed, ==, 1);
      assert_close (view.p50_us, 5000);
    }
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/track-latency/quantiles", test_quantiles);
  g_test_add_func ("/track-latency/hour", test_hour);
  g_test_add_func ("/track-latency/keys", test_keys);
  g_test_add_func ("/track-latency/observed", test_observed);
  return g_test_run ();
}
