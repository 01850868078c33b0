/* SPDX-License-Identifier: EUPL-1.2 */
/* The health machine against a slow reference and its promises: known in 30 s, no flapping, busy is not dead. */
#include "health/track-health.h"

#include <string.h>

#include "testlib.h"

#define S        G_GINT64_CONSTANT (1000000)
#define START_US (G_GINT64_CONSTANT (1700000000) * S)
#define MAX_URLS 3
#define ENDPOINT "aarhus"

static const char *const urls[] = { "https://a.example/", "https://b.example/",
                                    "https://c.example/", NULL };

/* What was announced. */
typedef struct
{
  guint n_changes;
  gint64 last_us;
  gint64 last_down_us;
  TrackHealthState state;
  gint64 closest_us; /* smallest distance of two changes to or from down */
} Told;

static void
on_change (const TrackHealthChange *change, gpointer data)
{
  Told *told = data;

  if (change->url != NULL)
    return;
  g_assert_cmpint (change->from, ==, told->state);
  g_assert_cmpint (change->from, !=, change->to);
  told->state = change->to;
  told->n_changes++;
  if (change->from == TRACK_HEALTH_DOWN || change->to == TRACK_HEALTH_DOWN)
    {
      if (told->last_down_us != 0)
        told->closest_us = MIN (told->closest_us, change->at_us - told->last_down_us);
      told->last_down_us = change->at_us;
    }
  else if (told->last_down_us != 0)
    g_assert_cmpint (change->at_us - told->last_us, >=, track_health_defaults.damp_us);
  told->last_us = change->at_us;
}

static TrackHealth *
health_new (Told *told, guint n_urls)
{
  TrackHealth *health = track_health_new (&track_health_defaults, on_change, told);
  const char *some[MAX_URLS + 1] = { NULL };

  *told = (Told){ .closest_us = G_MAXINT64 };
  memcpy (some, urls, n_urls * sizeof *some);
  track_health_set_endpoint (health, ENDPOINT, some);
  return health;
}

static void
note (TrackHealth *health, guint url, TrackOutcome outcome, gboolean is_probe, gint64 now_us)
{
  const TrackRecord record = { .at_us = now_us,
                               .endpoint = ENDPOINT,
                               .url = urls[url],
                               .outcome = outcome,
                               .is_probe = is_probe };

  track_health_note (health, &record, now_us);
}

static TrackHealthState
get_state (TrackHealth *health, gint64 now_us)
{
  TrackHealthView view;

  g_assert_true (track_health_get (health, ENDPOINT, now_us, &view));
  return view.state;
}

/* Three refusals: down; it is announced when it has lasted. The only address is still used. */
static void
test_refused (void)
{
  Told told;
  g_autoptr (TrackHealth) health = health_new (&told, 1);
  gint64 now_us = START_US;

  note (health, 0, TRACK_OUTCOME_OK, FALSE, now_us);
  for (guint i = 1; i <= 3; i++)
    note (health, 0, TRACK_OUTCOME_REFUSED, FALSE, now_us + i * S / 10);
  g_assert_cmpint (get_state (health, now_us + S), ==, TRACK_HEALTH_UP);
  track_health_advance (health, now_us + 4 * S);
  g_assert_cmpint (get_state (health, now_us + 4 * S), ==, TRACK_HEALTH_DOWN);
  g_assert_cmpstr (track_health_pick_url (health, ENDPOINT, now_us + 4 * S), ==, urls[0]);
  g_assert_true (track_health_is_failing (health, ENDPOINT));
  g_assert_null (track_health_pick_url (health, "nobody", now_us));
}

/* It answers again at once, which can be seen; the announced state waits. */
static void
test_recovery (void)
{
  Told told;
  g_autoptr (TrackHealth) health = health_new (&told, 1);
  TrackHealthView view;

  for (guint i = 0; i < 5; i++)
    note (health, 0, TRACK_OUTCOME_REFUSED, FALSE, START_US + i * S);
  g_assert_cmpint (told.state, ==, TRACK_HEALTH_DOWN);
  note (health, 0, TRACK_OUTCOME_OK, TRUE, START_US + 20 * S);
  note (health, 0, TRACK_OUTCOME_OK, TRUE, START_US + 30 * S);
  g_assert_true (track_health_get (health, ENDPOINT, START_US + 30 * S, &view));
  g_assert_cmpint (view.state, ==, TRACK_HEALTH_DOWN);
  g_assert_cmpint (view.seen, ==, TRACK_HEALTH_UP);
  track_health_advance (health, START_US + 290 * S);
  g_assert_cmpint (told.state, ==, TRACK_HEALTH_DOWN);
  track_health_advance (health, START_US + 310 * S);
  g_assert_cmpint (told.state, ==, TRACK_HEALTH_UP);
  g_assert_cmpuint (told.n_changes, ==, 2);
}

/* Among several one is left out; one good probe does not bring it back, nor many before its time is over. */
static void
test_hold_off (void)
{
  Told told;
  g_autoptr (TrackHealth) health = health_new (&told, 2);
  gint64 now_us = START_US;

  for (guint i = 0; i < 3; i++)
    note (health, 0, TRACK_OUTCOME_RESET, FALSE, now_us + i);
  g_assert_cmpstr (track_health_pick_url (health, ENDPOINT, now_us + S), ==, urls[1]);
  g_assert_cmpint (get_state (health, now_us + 20 * S), ==, TRACK_HEALTH_UP);
  for (guint i = 0; i < 10; i++)
    note (health, 0, TRACK_OUTCOME_OK, TRUE, now_us + S + i);
  g_assert_cmpstr (track_health_pick_url (health, ENDPOINT, now_us + 29 * S), ==, urls[1]);
  g_assert_cmpstr (track_health_pick_url (health, ENDPOINT, now_us + 31 * S), ==, urls[0]);
  now_us += 40 * S;
  for (guint i = 0; i < 3; i++)
    note (health, 0, TRACK_OUTCOME_RESET, FALSE, now_us + i);
  note (health, 0, TRACK_OUTCOME_OK, TRUE, now_us + 59 * S);
  g_assert_cmpstr (track_health_pick_url (health, ENDPOINT, now_us + 61 * S), ==, urls[1]);
  note (health, 0, TRACK_OUTCOME_OK, TRUE, now_us + 62 * S);
  g_assert_cmpstr (track_health_pick_url (health, ENDPOINT, now_us + 62 * S), ==, urls[0]);
}

/* Both are out: the one that answered last is used. */
static void
test_all_out (void)
{
  Told told;
  g_autoptr (TrackHealth) health = health_new (&told, 2);

  note (health, 1, TRACK_OUTCOME_OK, TRUE, START_US);
  for (guint i = 0; i < 3; i++)
    for (guint url = 0; url < 2; url++)
      note (health, url, TRACK_OUTCOME_REFUSED, FALSE, START_US + (20 + i) * S);
  g_assert_cmpstr (track_health_pick_url (health, ENDPOINT, START_US + 25 * S), ==, urls[1]);
  track_health_advance (health, START_US + 25 * S);
  g_assert_cmpint (told.state, ==, TRACK_HEALTH_DOWN);
}

static void
test_busy_and_ill (void)
{
  Told told;
  g_autoptr (TrackHealth) health = health_new (&told, 1);
  gint64 now_us = START_US;

  for (guint i = 0; i < 3; i++)
    note (health, 0, TRACK_OUTCOME_BUSY, FALSE, now_us + i * S);
  g_assert_cmpint (told.state, ==, TRACK_HEALTH_BUSY);
  for (guint i = 0; i < 100; i++)
    note (health, 0, TRACK_OUTCOME_BUSY, FALSE, now_us += S);
  g_assert_cmpint (told.state, ==, TRACK_HEALTH_BUSY);
  track_health_advance (health, now_us += 500 * S);
  now_us += 500 * S;
  for (guint i = 0; i < 3; i++)
    note (health, 0, TRACK_OUTCOME_FAULTY, FALSE, now_us);
  g_assert_cmpint (told.state, ==, TRACK_HEALTH_ILL);
  g_assert_cmpstr (track_health_pick_url (health, ENDPOINT, now_us), ==, urls[0]);
  track_health_advance (health, now_us += 500 * S);
  now_us += 500 * S;
  for (guint i = 0; i < 2; i++)
    note (health, 0, TRACK_OUTCOME_OK, FALSE, now_us);
  g_assert_cmpint (told.state, ==, TRACK_HEALTH_UP);
}

/* Our own refusals say nothing of it. */
static void
test_ours (void)
{
  Told told;
  g_autoptr (TrackHealth) health = health_new (&told, 1);
  const TrackOutcome ours[] = { TRACK_OUTCOME_LIMIT, TRACK_OUTCOME_NO_ROUTE,
                                TRACK_OUTCOME_MAINTENANCE, TRACK_OUTCOME_REFUSED_CALL,
                                TRACK_OUTCOME_GONE };

  for (guint i = 0; i < 50; i++)
    note (health, 0, ours[i % G_N_ELEMENTS (ours)], FALSE, START_US + i * S);
  g_assert_cmpuint (told.n_changes, ==, 0);
  g_assert_false (track_health_is_failing (health, ENDPOINT));
}

/* A changed registry keeps what was learned of the addresses that stay. */
static void
test_changed_addresses (void)
{
  Told told;
  g_autoptr (TrackHealth) health = health_new (&told, 2);
  const char *const other[] = { urls[2], urls[0], NULL };
  const char *const nobody[] = { NULL };
  TrackHealthView views[MAX_URLS];

  for (guint i = 0; i < 3; i++)
    note (health, 0, TRACK_OUTCOME_REFUSED, FALSE, START_US + i * S);
  track_health_set_endpoint (health, ENDPOINT, other);
  g_assert_cmpuint (track_health_list_addresses (health, ENDPOINT, views, MAX_URLS), ==, 2);
  g_assert_cmpstr (views[0].url, ==, urls[2]);
  g_assert_true (views[0].is_in_service);
  g_assert_cmpint (views[1].seen, ==, TRACK_HEALTH_DOWN);
  g_assert_false (views[1].is_in_service);
  track_health_keep_only (health, nobody);
  g_assert_null (track_health_pick_url (health, ENDPOINT, START_US));
}

/* The reference --------------------------------------------------------------------------------- */

typedef struct
{
  gint64 now_us;
  TrackOutcome outcome;
  gboolean is_live;
} Event;

typedef struct
{
  GArray *events;
  gboolean is_down;
  gboolean is_out;
  gint64 held_until_us;
  guint n_holds; /* since the last forgiving */
  gint64 back_us;
} Reference;

static gboolean
is_bad (const Event *event)
{
  TrackOutcomeClass outcome_class = track_outcome_class (event->outcome);

  return outcome_class == TRACK_CLASS_NO_CONTACT || outcome_class == TRACK_CLASS_BROKEN;
}

/* How many of the last events are bad; the first of them, and how many refused live calls. */
static guint
count_bad (const Reference *one, gint64 *out_since_us, guint *out_n_refused)
{
  guint n = 0;

  *out_n_refused = 0;
  for (guint i = one->events->len; i-- > 0; n++)
    {
      const Event *event = &g_array_index (one->events, Event, i);

      if (!is_bad (event))
        break;
      *out_since_us = event->now_us;
      *out_n_refused += event->is_live && event->outcome == TRACK_OUTCOME_REFUSED;
    }
  return n;
}

/* Successes on end; the third and any further of those that tell faults of its own begin the count anew. */
static guint
count_good (const Reference *one)
{
  guint n_good = 0;
  guint n_ill = 0;

  for (guint i = 0; i < one->events->len; i++)
    {
      const Event *event = &g_array_index (one->events, Event, i);
      TrackOutcomeClass outcome_class = track_outcome_class (event->outcome);

      n_good = is_bad (event) ? 0 : n_good + 1;
      if (outcome_class == TRACK_CLASS_ALIVE || outcome_class == TRACK_CLASS_PLANNED)
        n_ill = 0;
      if (outcome_class == TRACK_CLASS_ILL && ++n_ill >= 3)
        n_good = 0;
    }
  return n_good;
}

static gint64
find_last_live_ok (const Reference *one)
{
  for (guint i = one->events->len; i-- > 0;)
    {
      const Event *event = &g_array_index (one->events, Event, i);

      if (event->is_live && !is_bad (event))
        return event->now_us;
    }
  return 0;
}

/* A success that is followed by a spell of @rise of them, at any time since the fall, was the recovery. */
static void
reference_step (Reference *one, gint64 now_us, gboolean has_event)
{
  gint64 since_us = 0;
  guint n_refused = 0;
  guint n_bad = count_bad (one, &since_us, &n_refused);
  const Event *last =
    one->events->len > 0 ? &g_array_index (one->events, Event, one->events->len - 1) : NULL;
  guint n_before_ill = count_good (one);

  /* The third of those that are ill counts as an answer before it breaks the row. */
  if (has_event && last != NULL && !is_bad (last))
    {
      Event event = *last;
      guint n_good = n_before_ill;

      if (n_good == 0)
        {
          g_array_set_size (one->events, one->events->len - 1);
          n_good = count_good (one) + 1;
          g_array_append_val (one->events, event);
        }
      if (n_good >= 2)
        one->is_down = FALSE;
    }
  if (!one->is_down && (n_bad >= 3 || (n_bad == 2 && now_us - since_us >= 10 * S)) &&
      (n_refused >= 3 || find_last_live_ok (one) == 0 ||
       now_us - find_last_live_ok (one) >= 10 * S))
    {
      one->is_down = TRUE;
      if (!one->is_out && now_us - one->back_us >= 600 * S)
        one->n_holds = 0;
      one->is_out = TRUE;
      one->held_until_us = now_us + MIN (600 * S, (30 * S) << one->n_holds);
      one->n_holds = MIN (one->n_holds + 1, 10);
    }
  if (one->is_out && !one->is_down && now_us >= one->held_until_us && n_before_ill >= 2)
    {
      one->is_out = FALSE;
      one->back_us = now_us;
    }
}

static TrackOutcome
random_outcome (GRand *random, guint percent_bad)
{
  static const TrackOutcome bad[] = { TRACK_OUTCOME_REFUSED, TRACK_OUTCOME_TIMEOUT,
                                      TRACK_OUTCOME_XML, TRACK_OUTCOME_CUT, TRACK_OUTCOME_REFUSED };
  static const TrackOutcome good[] = { TRACK_OUTCOME_OK,     TRACK_OUTCOME_OK,
                                       TRACK_OUTCOME_OK,     TRACK_OUTCOME_BUSY,
                                       TRACK_OUTCOME_FAULTY, TRACK_OUTCOME_CLOSED };

  if ((guint) g_rand_int_range (random, 0, 100) < percent_bad)
    return bad[g_rand_int_range (random, 0, G_N_ELEMENTS (bad))];
  return good[g_rand_int_range (random, 0, G_N_ELEMENTS (good))];
}

static void
compare (TrackHealth *health, const Reference *all, guint n_urls, gint64 now_us)
{
  TrackHealthView views[MAX_URLS];
  const char *picked = track_health_pick_url (health, ENDPOINT, now_us);
  guint first = n_urls;

  g_assert_cmpuint (track_health_list_addresses (health, ENDPOINT, views, MAX_URLS), ==, n_urls);
  for (guint i = n_urls; i-- > 0;)
    {
      g_assert_cmpint (views[i].seen == TRACK_HEALTH_DOWN, ==, all[i].is_down);
      g_assert_cmpint (!views[i].is_in_service, ==, all[i].is_out);
      if (!all[i].is_out)
        first = i;
    }
  g_assert_nonnull (picked);
  if (first < n_urls)
    g_assert_cmpstr (picked, ==, urls[first]);
}

static void
run_world (GRand *random)
{
  Told told;
  guint n_urls = g_rand_int_range (random, 1, MAX_URLS + 1);
  guint percent_bad = g_rand_int_range (random, 0, 101);
  gint64 step_us = g_rand_int_range (random, 1, 30) * S;
  g_autoptr (TrackHealth) health = health_new (&told, n_urls);
  Reference all[MAX_URLS] = { 0 };
  gint64 now_us = START_US;

  for (guint i = 0; i < n_urls; i++)
    all[i].events = g_array_new (FALSE, FALSE, sizeof (Event));
  for (guint i = 0; i < 150; i++)
    {
      guint url = g_rand_int_range (random, 0, n_urls);
      Event event = { .outcome = random_outcome (random, percent_bad),
                      .is_live = g_rand_boolean (random) };

      if (g_rand_int_range (random, 0, 20) == 0)
        percent_bad = g_rand_int_range (random, 0, 101);
      now_us += (gint64) (g_rand_double (random) * step_us);
      track_health_advance (health, now_us);
      for (guint k = 0; k < n_urls; k++)
        reference_step (&all[k], now_us, FALSE);
      event.now_us = now_us;
      g_array_append_val (all[url].events, event);
      note (health, url, event.outcome, !event.is_live, now_us);
      for (guint k = 0; k < n_urls; k++)
        reference_step (&all[k], now_us, k == url);
      compare (health, all, n_urls, now_us);
    }
  g_assert_cmpint (told.closest_us, >=, track_health_defaults.damp_us);
  for (guint i = 0; i < n_urls; i++)
    g_array_unref (all[i].events);
}

static void
test_random (void)
{
  g_autoptr (GRand) random = testlib_random_new ();
  guint64 n = testlib_budget ("track-health");

  for (guint64 i = 0; i < n; i++)
    run_world (random);
}

/* Probes as track-probe sends them: every 10 s within a tenth, every 3 s while it fails; a silent peer costs 6 s. */
static gint64
find_known (GRand *random, TrackOutcome outcome, gboolean has_traffic)
{
  Told told;
  g_autoptr (TrackHealth) health = health_new (&told, 1);
  gint64 lasts_us = outcome == TRACK_OUTCOME_TIMEOUT ? 6 * S : S / 10;
  gint64 died_us = START_US + 600 * S + (gint64) (g_rand_double (random) * 20 * S);
  gint64 now_us = START_US;

  while (now_us + 11 * S < died_us)
    note (health, 0, TRACK_OUTCOME_OK, TRUE,
          now_us += 9 * S + (gint64) (g_rand_double (random) * 2 * S));
  if (has_traffic)
    note (health, 0, TRACK_OUTCOME_OK, FALSE, died_us - 1);
  now_us = MAX (now_us + 9 * S + (gint64) (g_rand_double (random) * 2 * S), died_us);
  while (told.state != TRACK_HEALTH_DOWN)
    {
      const TrackRecord record = {
        .at_us = now_us, .endpoint = ENDPOINT, .url = urls[0], .outcome = outcome, .is_probe = TRUE
      };

      now_us += lasts_us;
      track_health_note (health, &record, now_us);
      for (guint i = 0; i < 3 && told.state != TRACK_HEALTH_DOWN; i++)
        track_health_advance (health, now_us + i * S);
      if (told.state != TRACK_HEALTH_DOWN)
        now_us += 3 * S;
    }
  return told.last_us - died_us;
}

/* H1: whatever it died of, with and without traffic before, it is known within 30 s. */
static void
test_known_soon (void)
{
  g_autoptr (GRand) random = testlib_random_new ();
  static const TrackOutcome ends[] = { TRACK_OUTCOME_REFUSED, TRACK_OUTCOME_TIMEOUT,
                                       TRACK_OUTCOME_RESET,   TRACK_OUTCOME_XML,
                                       TRACK_OUTCOME_NO_DNS,  TRACK_OUTCOME_CERTIFICATE };
  gint64 longest_us = 0;

  for (guint i = 0; i < 3000; i++)
    longest_us = MAX (longest_us, find_known (random, ends[i % G_N_ELEMENTS (ends)], i % 2 == 0));
  g_test_message ("known after at most %.1f s", (double) longest_us / S);
  g_assert_cmpint (longest_us, <=, 30 * S);
}

/* H2: a peer that fails 30 % of its calls, or of its time, changes its announced state once in five minutes at most. */
static void
test_flapping (void)
{
  g_autoptr (GRand) random = testlib_random_new ();

  for (guint round = 0; round < 60; round++)
    {
      Told told;
      g_autoptr (TrackHealth) health = health_new (&told, 1);
      gint64 cycle_us = g_rand_int_range (random, 1, 300) * S;
      gboolean is_by_time = round % 3 != 0;

      for (gint64 at_us = 0; at_us < 3600 * S; at_us += S)
        {
          gboolean fails = is_by_time ? at_us % cycle_us < cycle_us * 3 / 10
                                      : g_rand_int_range (random, 0, 100) < 30;

          note (health, 0, fails ? TRACK_OUTCOME_REFUSED : TRACK_OUTCOME_OK, FALSE,
                START_US + at_us);
        }
      g_assert_cmpint (told.closest_us, >=, 300 * S);
      g_assert_cmpuint (told.n_changes, <=, 3600 / 300);
    }
}

/* H3: while live calls get through now and then, no failing probe takes it out, be it alone or one of two. */
static void
test_overloaded (void)
{
  g_autoptr (GRand) random = testlib_random_new ();

  for (guint round = 0; round < 200; round++)
    {
      Told told;
      g_autoptr (TrackHealth) health = health_new (&told, 1 + round % 2);
      gint64 live_us = START_US;

      for (gint64 now_us = START_US; now_us < START_US + 1200 * S; now_us += S)
        {
          if (now_us >= live_us)
            {
              note (health, 0, TRACK_OUTCOME_OK, FALSE, now_us);
              live_us = now_us + g_rand_int_range (random, 1, 10) * S;
            }
          else if (g_rand_int_range (random, 0, 3) == 0)
            note (health, 0, TRACK_OUTCOME_TIMEOUT, g_rand_boolean (random), now_us);
          if (g_rand_int_range (random, 0, 3) == 0)
            note (health, 0, random_outcome (random, 100), TRUE, now_us);
          g_assert_cmpstr (track_health_pick_url (health, ENDPOINT, now_us), ==, urls[0]);
          g_assert_cmpint (told.state, !=, TRACK_HEALTH_DOWN);
        }
      g_assert_cmpuint (told.n_changes, >=, 1 - round % 2); /* the other one of two is well */
    }
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/track-health/refused", test_refused);
  g_test_add_func ("/track-health/recovery", test_recovery);
  g_test_add_func ("/track-health/hold-off", test_hold_off);
  g_test_add_func ("/track-health/all-out", test_all_out);
  g_test_add_func ("/track-health/busy-and-ill", test_busy_and_ill);
  g_test_add_func ("/track-health/ours", test_ours);
  g_test_add_func ("/track-health/changed-addresses", test_changed_addresses);
  g_test_add_func ("/track-health/random", test_random);
  g_test_add_func ("/track-health/known-soon", test_known_soon);
  g_test_add_func ("/track-health/flapping", test_flapping);
  g_test_add_func ("/track-health/overloaded", test_overloaded);
  return g_test_run ();
}
