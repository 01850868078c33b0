/* SPDX-License-Identifier: EUPL-1.2 */
/* What DFDG is told for a booking's waiting rows, and what its answers mean for them. */
#include "base/period.h"
#include "dfdg/outbox/outbox-agenda.h"
#include "testlib.h"

#define NOW G_GINT64_CONSTANT (1800000000000000)

/* Rows of a lane as letters: r registration, u update, d deletion; a capital has been tried; of booking a, then of
 * booking b behind a slash between them. */
static GPtrArray *
make_lane (const char *letters, gint64 first_try_us)
{
  GPtrArray *lane = g_ptr_array_new_with_free_func ((GDestroyNotify) outbox_item_free);
  const char *subject = "a";

  for (const char *letter = letters; *letter != '\0'; letter++)
    {
      OutboxItem *item;
      char kind = g_ascii_tolower (*letter);

      if (*letter == '/')
        {
          subject = *subject == 'a' ? "b" : "a";
          continue;
        }
      item = g_new0 (OutboxItem, 1);
      item->outbox_id = 1 + lane->len;
      item->subject = g_strdup (subject);
      item->kind = g_strdup (kind == 'r' ? "register" : kind == 'u' ? "update" : "delete");
      if (g_ascii_isupper (*letter))
        item->first_try_us = item->last_try_us = first_try_us;
      g_ptr_array_add (lane, item);
    }
  return lane;
}

static void
test_plan (void)
{
  static const struct
  {
    const char *lane;
    gboolean is_cancelled;
    OutboxDo call;
    gint64 item; /* whose request id; 0: of no interest */
  } rows[] = {
    { "r", FALSE, OUTBOX_DO_CREATE, 1 },
    { "ru", FALSE, OUTBOX_DO_CREATE, 1 },
    { "Ru", FALSE, OUTBOX_DO_CREATE, 1 },
    { "u", FALSE, OUTBOX_DO_UPDATE, 1 },
    { "Uuu", FALSE, OUTBOX_DO_UPDATE, 1 },
    { "/u/u/u", FALSE, OUTBOX_DO_UPDATE, 2 },
    { "d", TRUE, OUTBOX_DO_DELETE, 1 },
    { "ud", TRUE, OUTBOX_DO_DELETE, 2 },
    { "Rud", TRUE, OUTBOX_DO_DELETE, 3 },
    { "rUd", TRUE, OUTBOX_DO_DELETE, 3 },
    /* nothing was ever sent: nothing is */
    { "rd", TRUE, OUTBOX_DO_DROP, 0 },
    { "rud", TRUE, OUTBOX_DO_DROP, 0 },
    /* whoever called it off was not us: DFDG knows */
    { "u", TRUE, OUTBOX_DO_DROP, 0 },
    { "Ru", TRUE, OUTBOX_DO_DROP, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GPtrArray) lane = make_lane (rows[i].lane, NOW - PERIOD_US_PER_HOUR);
      OutboxPlan plan;

      outbox_plan (lane, "a", rows[i].is_cancelled, NOW, &plan);
      if (plan.call != rows[i].call || (rows[i].item != 0 && plan.item->outbox_id != rows[i].item))
        g_error ("%s: %d with row %" G_GINT64_FORMAT, rows[i].lane, plan.call,
                 plan.item->outbox_id);
      g_assert_false (plan.reads_first);
      g_assert_cmpint (plan.reason != NULL, ==, plan.call == OUTBOX_DO_DROP);
    }
}

/* A change of which nothing was tried: what DFDG has is held against what it answered last. */
static void
test_looks_first (void)
{
  static const struct
  {
    const char *lane;
    gboolean is_cancelled;
    gboolean looks_first;
  } rows[] = {
    { "u", FALSE, TRUE },   { "uu", FALSE, TRUE },  { "/U/u", FALSE, TRUE },
    { "U", FALSE, FALSE },  { "uU", FALSE, FALSE }, { "r", FALSE, FALSE },
    { "ru", FALSE, FALSE }, { "d", TRUE, FALSE },   { "u", TRUE, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GPtrArray) lane = make_lane (rows[i].lane, NOW - PERIOD_US_PER_HOUR);
      OutboxPlan plan;

      outbox_plan (lane, "a", rows[i].is_cancelled, NOW, &plan);
      g_assert_cmpint (plan.looks_first, ==, rows[i].looks_first);
    }
}

/* A request id is remembered for seven days; behind them DFDG is asked first. */
static void
test_old_tries (void)
{
  static const struct
  {
    const char *lane;
    gint64 age_us;
    gboolean reads_first;
  } rows[] = {
    { "r", 0, FALSE },
    { "R", PERIOD_US_PER_DAY, FALSE },
    { "R", 6 * PERIOD_US_PER_DAY, FALSE },
    { "R", 7 * PERIOD_US_PER_DAY, TRUE },
    { "U", 100 * PERIOD_US_PER_DAY, TRUE },
    { "uU", 100 * PERIOD_US_PER_DAY, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GPtrArray) lane = make_lane (rows[i].lane, NOW - rows[i].age_us);
      OutboxPlan plan;

      outbox_plan (lane, "a", FALSE, NOW, &plan);
      g_assert_cmpint (plan.reads_first, ==, rows[i].reads_first);
    }
}

static void
test_postponed (void)
{
  g_autoptr (GPtrArray) lane = make_lane ("u/u/u", 0);
  g_autoptr (GHashTable) postponed = g_hash_table_new (g_str_hash, g_str_equal);

  g_assert_cmpstr (outbox_find_next (lane, postponed)->subject, ==, "a");
  g_assert_true (outbox_has_others (lane, "a", postponed));
  g_hash_table_add (postponed, (gpointer) "a");
  g_assert_cmpint (outbox_find_next (lane, postponed)->outbox_id, ==, 2);
  g_assert_false (outbox_has_others (lane, "b", postponed));
  g_hash_table_add (postponed, (gpointer) "b");
  g_assert_null (outbox_find_next (lane, postponed));
}

static void
test_answers (void)
{
  static const struct
  {
    DfdgVerdict verdict;
    OutboxDo create, update, delete;
  } rows[] = {
    { DFDG_DONE, OUTBOX_DO_DONE, OUTBOX_DO_DONE, OUTBOX_DO_DONE },
    { DFDG_REPEATED, OUTBOX_DO_READ, OUTBOX_DO_READ, OUTBOX_DO_DONE },
    { DFDG_ABSENT, OUTBOX_DO_REFUSE, OUTBOX_DO_REFUSE, OUTBOX_DO_DONE },
    { DFDG_CLASH, OUTBOX_DO_READ, OUTBOX_DO_READ, OUTBOX_DO_READ },
    { DFDG_LATER, OUTBOX_DO_LATER, OUTBOX_DO_LATER, OUTBOX_DO_LATER },
    { DFDG_REFUSED, OUTBOX_DO_REFUSE, OUTBOX_DO_REFUSE, OUTBOX_DO_REFUSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_assert_cmpint (outbox_judge_answer (OUTBOX_DO_CREATE, rows[i].verdict), ==, rows[i].create);
      g_assert_cmpint (outbox_judge_answer (OUTBOX_DO_UPDATE, rows[i].verdict), ==, rows[i].update);
      g_assert_cmpint (outbox_judge_answer (OUTBOX_DO_DELETE, rows[i].verdict), ==, rows[i].delete);
    }
}

static void
test_readings (void)
{
  static const struct
  {
    OutboxDo call;
    OutboxReading reading;
    OutboxDo on_clash, on_repeat;
  } rows[] = {
    { OUTBOX_DO_CREATE, OUTBOX_READ_ABSENT, OUTBOX_DO_REFUSE, OUTBOX_DO_CREATE },
    { OUTBOX_DO_CREATE, OUTBOX_READ_CANCELLED, OUTBOX_DO_REFUSE, OUTBOX_DO_REFUSE },
    { OUTBOX_DO_CREATE, OUTBOX_READ_EQUAL, OUTBOX_DO_DONE, OUTBOX_DO_DONE },
    { OUTBOX_DO_CREATE, OUTBOX_READ_OTHER, OUTBOX_DO_REFUSE, OUTBOX_DO_UPDATE },
    { OUTBOX_DO_UPDATE, OUTBOX_READ_ABSENT, OUTBOX_DO_REFUSE, OUTBOX_DO_REFUSE },
    { OUTBOX_DO_UPDATE, OUTBOX_READ_CANCELLED, OUTBOX_DO_REFUSE, OUTBOX_DO_REFUSE },
    { OUTBOX_DO_UPDATE, OUTBOX_READ_EQUAL, OUTBOX_DO_DONE, OUTBOX_DO_DONE },
    { OUTBOX_DO_UPDATE, OUTBOX_READ_OTHER, OUTBOX_DO_REFUSE, OUTBOX_DO_UPDATE },
    { OUTBOX_DO_DELETE, OUTBOX_READ_ABSENT, OUTBOX_DO_DONE, OUTBOX_DO_DONE },
    { OUTBOX_DO_DELETE, OUTBOX_READ_CANCELLED, OUTBOX_DO_DONE, OUTBOX_DO_DONE },
    { OUTBOX_DO_DELETE, OUTBOX_READ_EQUAL, OUTBOX_DO_REFUSE, OUTBOX_DO_DELETE },
    { OUTBOX_DO_DELETE, OUTBOX_READ_OTHER, OUTBOX_DO_REFUSE, OUTBOX_DO_DELETE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_assert_cmpint (outbox_judge_reading (rows[i].call, TRUE, rows[i].reading), ==,
                       rows[i].on_clash);
      g_assert_cmpint (outbox_judge_reading (rows[i].call, FALSE, rows[i].reading), ==,
                       rows[i].on_repeat);
    }
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/outbox-agenda/plan", test_plan);
  g_test_add_func ("/outbox-agenda/looks-first", test_looks_first);
  g_test_add_func ("/outbox-agenda/old-tries", test_old_tries);
  g_test_add_func ("/outbox-agenda/postponed", test_postponed);
  g_test_add_func ("/outbox-agenda/answers", test_answers);
  g_test_add_func ("/outbox-agenda/readings", test_readings);
  return g_test_run ();
}
