/* SPDX-License-Identifier: EUPL-1.2 */
/* Lanes of one municipality: order, how many at once, rest, the breaker, and when to look again. */
/* Also tests: dfdg-pump. */
#include "base/period.h"
#include "dfdg/pump/dfdg-agenda.h"
#include "dfdg/pump/dfdg-pump.h"
#include "testlib.h"

#define S PERIOD_US_PER_S

static void
give (DfdgAgenda *agenda, gint64 first, guint n_lanes, gint64 next_us, gint64 now_us)
{
  g_autoptr (GArray) lanes = g_array_new (FALSE, FALSE, sizeof (gint64));

  for (guint i = 0; i < n_lanes; i++)
    {
      gint64 lane_id = first + i;
      g_array_append_val (lanes, lane_id);
    }
  dfdg_agenda_take_list (agenda, lanes, next_us, now_us);
}

/* Returns: 0 when none may begin. */
static gint64
start (DfdgAgenda *agenda, gint64 now_us)
{
  gint64 lane_id = 0;

  return dfdg_agenda_start_next (agenda, now_us, &lane_id) ? lane_id : 0;
}

static void
end (DfdgAgenda *agenda, gint64 lane_id, DfdgEnding ending, guint n_done, gint64 now_us)
{
  DfdgPumpResult result = { .ending = ending, .n_done = n_done };

  dfdg_agenda_end (agenda, lane_id, &result, now_us);
}

static void
test_order (void)
{
  g_autoptr (DfdgAgenda) agenda = dfdg_agenda_new (2);

  g_assert_true (dfdg_agenda_wants_list (agenda, 0));
  give (agenda, 1, 4, DFDG_NEVER_US, 0);
  g_assert_false (dfdg_agenda_wants_list (agenda, 0));
  g_assert_cmpint (start (agenda, 0), ==, 1);
  g_assert_cmpint (start (agenda, 0), ==, 2);
  g_assert_cmpint (start (agenda, 0), ==, 0);
  g_assert_cmpuint (dfdg_agenda_count_running (agenda), ==, 2);
  end (agenda, 2, DFDG_ENDED_DONE, 1, 1);
  g_assert_cmpint (start (agenda, 1), ==, 3);
  /* What is under way is not begun a second time, whatever the list says. */
  give (agenda, 1, 5, DFDG_NEVER_US, 2);
  end (agenda, 1, DFDG_ENDED_DONE, 1, 2);
  g_assert_cmpint (start (agenda, 2), ==, 2);
  g_assert_cmpint (start (agenda, 2), ==, 0);
}

static void
test_when_to_list (void)
{
  g_autoptr (DfdgAgenda) agenda = dfdg_agenda_new (2);
  g_autoptr (DfdgAgenda) off = dfdg_agenda_new (0);

  g_assert_false (dfdg_agenda_wants_list (off, 100 * S));
  g_assert_cmpint (dfdg_agenda_next_us (off, 0), ==, DFDG_NEVER_US);
  give (agenda, 1, 0, DFDG_NEVER_US, 100 * S);
  g_assert_cmpint (dfdg_agenda_next_us (agenda, 100 * S), ==, 130 * S);
  give (agenda, 1, 0, 107 * S, 100 * S);
  g_assert_cmpint (dfdg_agenda_next_us (agenda, 100 * S), ==, 107 * S);
  g_assert_false (dfdg_agenda_wants_list (agenda, 106 * S));
  g_assert_true (dfdg_agenda_wants_list (agenda, 107 * S));
  dfdg_agenda_wake (agenda);
  g_assert_cmpint (dfdg_agenda_next_us (agenda, 100 * S), <=, 101 * S);
  g_assert_cmpint (dfdg_agenda_next_us (agenda, 100 * S), >, 100 * S);
  /* While lanes are known that have not begun, a wake-up asks for nothing. */
  give (agenda, 1, 9, DFDG_NEVER_US, 200 * S);
  dfdg_agenda_wake (agenda);
  g_assert_cmpint (dfdg_agenda_next_us (agenda, 200 * S), ==, 200 * S);
  start (agenda, 200 * S);
  start (agenda, 200 * S);
  g_assert_false (dfdg_agenda_wants_list (agenda, 201 * S));
  g_assert_cmpint (dfdg_agenda_next_us (agenda, 200 * S), ==, 230 * S);
}

/* A lane that got nowhere is left alone for a while; the others go on. */
static void
test_rest (void)
{
  g_autoptr (DfdgAgenda) agenda = dfdg_agenda_new (1);

  give (agenda, 1, 2, DFDG_NEVER_US, 0);
  g_assert_cmpint (start (agenda, 0), ==, 1);
  end (agenda, 1, DFDG_ENDED_LOCAL, 0, 0);
  give (agenda, 1, 2, DFDG_NEVER_US, 1);
  g_assert_cmpint (start (agenda, 1), ==, 2);
  end (agenda, 2, DFDG_ENDED_DONE, 3, 2);
  give (agenda, 1, 1, DFDG_NEVER_US, 3);
  g_assert_cmpint (start (agenda, 3), ==, 0);
  g_assert_cmpint (dfdg_agenda_next_us (agenda, 3), ==, 5 * S);
  give (agenda, 1, 1, DFDG_NEVER_US, 5 * S);
  g_assert_cmpint (start (agenda, 5 * S), ==, 1);
  end (agenda, 1, DFDG_ENDED_DONE, 0, 5 * S);
  give (agenda, 1, 1, DFDG_NEVER_US, 5 * S + 1);
  g_assert_cmpint (start (agenda, 5 * S + 1), ==, 0);
  give (agenda, 1, 1, DFDG_NEVER_US, 6 * S);
  g_assert_cmpint (start (agenda, 6 * S), ==, 1);
}

/* Three failures in a row: one lane at a time, after 1, 3, 7 … s; one answer opens all again. */
static void
test_breaker (void)
{
  g_autoptr (DfdgAgenda) agenda = dfdg_agenda_new (4);
  static const gint64 waits_s[] = { 1, 3, 7, 15, 31, 63, 127, 255, 300, 300 };
  gint64 now_us = 0;

  give (agenda, 1, 4, DFDG_NEVER_US, now_us);
  for (gint64 lane = 1; lane <= 4; lane++)
    g_assert_cmpint (start (agenda, now_us), ==, lane);
  end (agenda, 1, DFDG_ENDED_DOWN, 0, now_us);
  end (agenda, 2, DFDG_ENDED_DOWN, 0, now_us);
  g_assert_false (dfdg_agenda_is_down (agenda));
  end (agenda, 3, DFDG_ENDED_LATER, 0, now_us); /* it did answer */
  for (gint64 lane = 5; lane <= 6; lane++)
    {
      give (agenda, lane, 1, DFDG_NEVER_US, now_us);
      g_assert_cmpint (start (agenda, now_us), ==, lane);
      end (agenda, lane, DFDG_ENDED_DOWN, 0, now_us);
    }
  g_assert_false (dfdg_agenda_is_down (agenda));
  end (agenda, 4, DFDG_ENDED_DOWN, 0, now_us);
  for (guint i = 0; i < G_N_ELEMENTS (waits_s); i++)
    {
      gint64 lane = 10 + i;

      g_assert_true (dfdg_agenda_is_down (agenda));
      give (agenda, lane, 3, DFDG_NEVER_US, now_us);
      g_assert_cmpint (start (agenda, now_us + waits_s[i] * S - 1), ==, 0);
      g_assert_cmpint (dfdg_agenda_next_us (agenda, now_us), <=, now_us + waits_s[i] * S);
      now_us += waits_s[i] * S;
      g_assert_cmpint (start (agenda, now_us), ==, lane);
      g_assert_cmpint (start (agenda, now_us), ==, 0);
      end (agenda, lane, DFDG_ENDED_DOWN, 0, now_us);
    }
  now_us += 300 * S;
  give (agenda, 30, 4, DFDG_NEVER_US, now_us);
  g_assert_cmpint (start (agenda, now_us), ==, 30);
  end (agenda, 30, DFDG_ENDED_DONE, 1, now_us);
  g_assert_false (dfdg_agenda_is_down (agenda));
  for (gint64 lane = 31; lane <= 33; lane++)
    g_assert_cmpint (start (agenda, now_us), ==, lane);
}

/* Lanes that had begun together fail together: that says no more than one of them. */
static void
test_burst (void)
{
  g_autoptr (DfdgAgenda) agenda = dfdg_agenda_new (8);

  give (agenda, 1, 9, DFDG_NEVER_US, 0);
  for (gint64 lane = 1; lane <= 8; lane++)
    g_assert_cmpint (start (agenda, 0), ==, lane);
  for (gint64 lane = 1; lane <= 8; lane++)
    end (agenda, lane, DFDG_ENDED_DOWN, 0, lane);
  g_assert_true (dfdg_agenda_is_down (agenda));
  g_assert_cmpint (start (agenda, S / 2), ==, 0);
  g_assert_cmpint (start (agenda, S + 3), ==, 9);
}

static void
test_backoff (void)
{
  static const gint64 steps_s[] = { 1,   1,   3,    7,    15,   31,   63,    127,
                                    255, 511, 1023, 2047, 4095, 8191, 10800, 10800 };

  for (guint n = 0; n < G_N_ELEMENTS (steps_s); n++)
    for (guint i = 0; i < 200; i++)
      {
        gint64 wait_us = dfdg_pump_backoff_us (n, 0);
        g_assert_cmpint (wait_us, >=, steps_s[n] * S * 3 / 4);
        g_assert_cmpint (wait_us, <=, MIN (steps_s[n] * S * 5 / 4, 10800 * S));
      }
  g_assert_cmpint (dfdg_pump_backoff_us (1, 600), ==, 600 * S);
  g_assert_cmpint (dfdg_pump_backoff_us (G_MAXINT64, 0), <=, 10800 * S);
  g_assert_cmpint (dfdg_pump_backoff_us (1, 86400), ==, DFDG_PUMP_MAX_BACKOFF_US);
  g_assert_cmpint (dfdg_pump_backoff_us (1, G_MAXINT64), ==, DFDG_PUMP_MAX_BACKOFF_US);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/dfdg-agenda/order", test_order);
  g_test_add_func ("/dfdg-agenda/when-to-list", test_when_to_list);
  g_test_add_func ("/dfdg-agenda/rest", test_rest);
  g_test_add_func ("/dfdg-agenda/breaker", test_breaker);
  g_test_add_func ("/dfdg-agenda/burst", test_burst);
  g_test_add_func ("/dfdg-agenda/backoff", test_backoff);
  return g_test_run ();
}
