/* SPDX-License-Identifier: EUPL-1.2 */
/* Whose turn it is: cadence, limits, back-off, breaker, refused accounts and early runs, on a clock of the test's own. */
/* Also tests: sync-limits, sync-agenda-end. */
#include "base/ids.h"
#include "sync/sync-agenda.h"
#include "sync/sync-limits.h"
#include "testlib.h"

#define WALL   (G_GINT64_CONSTANT (1800000000) * SYNC_SECOND_US)
#define SECOND SYNC_SECOND_US
#define LEAST  "[database]\npath=none\n[dfdg]\nport=0\n"

typedef struct
{
  SyncAgenda *agenda;
  GPtrArray *due;
  gint64 now_us;
} World;

static SyncNow
now (const World *world)
{
  return (SyncNow){ world->now_us, WALL + world->now_us };
}

static SyncSettings *
new_settings (const char *keys)
{
  g_autofree char *text = g_strconcat (LEAST "[sync]\n", keys, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (PlannerConfig) config = planner_config_parse (text, &error);

  g_assert_no_error (error);
  return sync_settings_new (config, NULL);
}

static void
world_init (World *world, const char *keys)
{
  g_autoptr (SyncSettings) settings = new_settings (keys);

  ids_seed_for_test (1);
  *world = (World){ .agenda = sync_agenda_new (settings), .now_us = 1000 * SECOND };
  world->due = g_ptr_array_new_with_free_func ((GDestroyNotify) sync_due_free);
}

static void
world_clear (World *world)
{
  sync_agenda_free (world->agenda);
  g_ptr_array_unref (world->due);
}

static SyncDue *
add (World *world, const char *url, const char *user)
{
  SyncDue *due = g_new0 (SyncDue, 1);

  due->binding_id = world->due->len + 1;
  due->resource_id = 100 + due->binding_id;
  due->resource_key = g_strdup_printf ("%u", 90000000 + world->due->len);
  due->url = g_strdup (url);
  due->user = g_strdup (user);
  due->direction = 3;
  due->pulled_us = due->changed_us = WALL;
  due->fresh_until_us = WALL * 2;
  g_ptr_array_add (world->due, due);
  return due;
}

static SyncDue *
copy (const SyncDue *due)
{
  SyncDue *other = g_memdup2 (due, sizeof *due);

  other->resource_key = g_strdup (due->resource_key);
  other->url = g_strdup (due->url);
  other->user = g_strdup (due->user);
  other->secret = g_strdup (due->secret);
  other->health = g_strdup (due->health);
  return other;
}

/* As the store's list would come, once a while. */
static void
take (World *world)
{
  GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify) sync_due_free);

  for (guint i = 0; i < world->due->len; i++)
    g_ptr_array_add (list, copy (world->due->pdata[i]));
  sync_agenda_take_list (world->agenda, list, now (world));
}

static gint64
start (World *world)
{
  SyncStart one;

  return sync_agenda_start_next (world->agenda, now (world), &one) ? one.binding_id : 0;
}

static guint
start_all (World *world, GArray *started)
{
  gint64 id;
  guint n = 0;

  for (; (id = start (world)) != 0; n++)
    if (started != NULL)
      g_array_append_val (started, id);
  return n;
}

static gboolean
end (World *world, gint64 id, SyncEnding ending)
{
  SyncOutcome outcome = { .ending = ending };

  return sync_agenda_end (world->agenda, id, &outcome, now (world));
}

static gboolean
fail (World *world, gint64 id, CalsyncRemoteError code, gint64 retry_after_s)
{
  SyncOutcome outcome = { SYNC_ENDED_REMOTE, code, retry_after_s, FALSE };

  return sync_agenda_end (world->agenda, id, &outcome, now (world));
}

static gint64
wait_s (World *world)
{
  gint64 next_us = sync_agenda_next_us (world->agenda, now (world));

  return next_us == G_MAXINT64 ? -1 : (next_us - world->now_us + SECOND - 1) / SECOND;
}

/* To the next instant at which something may begin, and begins it. */
static gint64
go_on (World *world)
{
  gint64 id = start (world);

  for (guint i = 0; id == 0 && i < 10; i++)
    {
      gint64 next_us = sync_agenda_next_us (world->agenda, now (world));
      g_assert_cmpint (next_us, <, G_MAXINT64);
      world->now_us = next_us;
      id = start (world);
    }
  g_assert_cmpint (id, !=, 0);
  return id;
}

/* The first runs after a start are spread over a minute; one that is stale comes within ten seconds. */
static void
test_start_is_spread (void)
{
  World world;
  guint n_first = 0, n_all = 0;
  gint64 started_us;

  world_init (&world, "parallel=64\nparallel-per-account=64\n");
  for (guint i = 0; i < 40; i++)
    add (&world, "https://a.example/x", NULL)->fresh_until_us = i < 10 ? WALL : WALL * 2;
  take (&world);
  started_us = world.now_us;
  while (n_all < 40)
    {
      SyncDue *due;
      gint64 id = go_on (&world);
      gint64 after_us = world.now_us - started_us;

      due = world.due->pdata[id - 1];
      g_assert_cmpint (after_us, <=, (due->fresh_until_us == WALL ? 10 : 60) * SECOND);
      n_first += after_us < 15 * SECOND;
      g_assert_false (end (&world, id, SYNC_ENDED_QUIET));
      n_all++;
    }
  g_assert_cmpuint (n_first, >=, 10);
  g_assert_cmpuint (n_first, <, 35);
  world_clear (&world);
}

typedef struct
{
  gboolean has_bookings_soon;
  gboolean has_unsent;
  gint64 changed_us;
  gint64 at_least_s, at_most_s;
} Cadence;

static const Cadence cadences[] = {
  { FALSE, FALSE, WALL, 270, 300 },
  { TRUE, FALSE, WALL, 54, 60 },
  { FALSE, TRUE, WALL, 54, 60 },
  { FALSE, FALSE, WALL - 25 * 3600 * SECOND, 810, 900 },
  { TRUE, FALSE, WALL - 25 * 3600 * SECOND, 54, 60 },
};

static void
test_cadence (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cadences); i++)
    {
      World world;
      SyncDue *due;
      SyncOutcome outcome = { .has_unsent = cadences[i].has_unsent };
      gint64 waited_s;
      gint64 id;

      world_init (&world, "");
      due = add (&world, "https://a.example/x", "v1");
      due->has_bookings_soon = cadences[i].has_bookings_soon;
      due->changed_us = cadences[i].changed_us;
      take (&world);
      id = go_on (&world);
      sync_agenda_end (world.agenda, id, &outcome, now (&world));
      waited_s = wait_s (&world);
      g_assert_cmpint (waited_s, >=, cadences[i].at_least_s);
      g_assert_cmpint (waited_s, <=, cadences[i].at_most_s);
      world_clear (&world);
    }
}

static void
test_limits_of_number (void)
{
  World world;
  g_autoptr (GArray) started = g_array_new (FALSE, FALSE, sizeof (gint64));
  SyncAgendaCounts counts;

  world_init (&world, "parallel=8\nparallel-per-account=3\n");
  for (guint i = 0; i < 20; i++)
    add (&world, "https://one.example/x", "service");
  take (&world);
  world.now_us += 100 * SECOND;
  /* Nobody knows yet whether the password is right: one tries it. */
  g_assert_cmpuint (start_all (&world, NULL), ==, 1);
  sync_agenda_count (world.agenda, now (&world), &counts);
  g_assert_cmpuint (counts.n_running, ==, 1);
  g_assert_cmpuint (counts.n_waiting, ==, 19);
  world_clear (&world);

  world_init (&world, "parallel=8\nparallel-per-account=3\n");
  for (guint i = 0; i < 20; i++)
    add (&world, "https://one.example/x", NULL);
  add (&world, "https://two.example/x", NULL);
  take (&world);
  world.now_us += 100 * SECOND;
  /* A quarter of the places is kept for other servers. */
  g_assert_cmpuint (start_all (&world, started), ==, 7);
  world_clear (&world);

  world_init (&world, "");
  add (&world, "https://one.example/x", NULL)->resource_id = 7;
  add (&world, "https://one.example/y", NULL)->resource_id = 7;
  take (&world);
  world.now_us += 100 * SECOND;
  g_assert_cmpuint (start_all (&world, NULL), ==, 1);
  world_clear (&world);
}

static void
test_account_opens_up (void)
{
  World world;
  gint64 first;

  world_init (&world, "parallel=8\nparallel-per-account=3\n");
  for (guint i = 0; i < 20; i++)
    add (&world, "https://one.example/x", "service");
  take (&world);
  world.now_us += 100 * SECOND;
  first = start (&world);
  end (&world, first, SYNC_ENDED_QUIET);
  g_assert_cmpuint (start_all (&world, NULL), ==, 3);
  world_clear (&world);
}

/* Full jitter: between a second and the bound, and the bound doubles up to a quarter of an hour. */
static void
test_back_off (void)
{
  World world;
  gint64 longest_s = 0;

  world_init (&world, "");
  add (&world, "https://a.example/x", "v1");
  take (&world);
  for (guint i = 1; i <= 60; i++)
    {
      gint64 waited_s;

      fail (&world, go_on (&world), CALSYNC_REMOTE_ERROR_FORBIDDEN, 0);
      waited_s = wait_s (&world);
      g_assert_cmpint (waited_s, >=, 1);
      g_assert_cmpint (waited_s, <=, MIN (900, G_GINT64_CONSTANT (1) << MIN (i, 20)));
      longest_s = MAX (longest_s, waited_s);
    }
  g_assert_cmpint (longest_s, >, 300);
  end (&world, go_on (&world), SYNC_ENDED_QUIET);
  g_assert_cmpint (wait_s (&world), <=, 300);
  fail (&world, go_on (&world), CALSYNC_REMOTE_ERROR_FORBIDDEN, 0);
  g_assert_cmpint (wait_s (&world), <=, 2);
  world_clear (&world);
}

/* Nothing is sent while the server wants to be left alone, to any calendar of that account; another goes on. */
static void
test_retry_after (void)
{
  World world;
  gint64 id;

  world_init (&world, "parallel=1\n");
  add (&world, "https://a.example/x", "service");
  add (&world, "https://a.example/y", "service");
  add (&world, "https://b.example/z", "other");
  take (&world);
  id = go_on (&world);
  while (id == 3)
    {
      end (&world, id, SYNC_ENDED_QUIET);
      id = go_on (&world);
    }
  fail (&world, id, CALSYNC_REMOTE_ERROR_BUSY, 1200);
  for (gint64 until_us = world.now_us + 1199 * SECOND; world.now_us < until_us;)
    {
      gint64 other = start (&world);
      if (other == 0)
        {
          world.now_us = MIN (until_us, sync_agenda_next_us (world.agenda, now (&world)));
          continue;
        }
      g_assert_cmpint (other, ==, 3);
      end (&world, other, SYNC_ENDED_QUIET);
    }
  world.now_us += 2 * SECOND;
  g_assert_cmpint (go_on (&world), <=, 3);
  world_clear (&world);
}

/* Five failures in a row: a minute without a request, then one that tries, then twice as long. */
static void
test_breaker (void)
{
  World world;
  gint64 opened_us = 0, longest_us = 0;
  SyncAgendaCounts counts;
  gint64 id;

  world_init (&world, "parallel=32\n");
  for (guint i = 0; i < 30; i++)
    add (&world, "https://dead.example/x", NULL);
  take (&world);
  for (guint i = 0; i < 5; i++)
    fail (&world, go_on (&world), CALSYNC_REMOTE_ERROR_UNREACHABLE, 0);
  sync_agenda_count (world.agenda, now (&world), &counts);
  g_assert_cmpuint (counts.n_open_hosts, ==, 1);
  g_assert_cmpuint (counts.n_blocked, ==, 30);
  g_assert_cmpint (start (&world), ==, 0);
  g_assert_cmpint (wait_s (&world), ==, 60);
  for (guint i = 0; i < 8; i++)
    {
      opened_us = world.now_us;
      id = go_on (&world);
      g_assert_cmpuint (start_all (&world, NULL), ==, 0);
      longest_us = MAX (longest_us, world.now_us - opened_us);
      fail (&world, id, CALSYNC_REMOTE_ERROR_UNREACHABLE, 0);
    }
  g_assert_cmpint (longest_us, ==, 900 * SECOND);
  id = go_on (&world);
  end (&world, id, SYNC_ENDED_QUIET);
  sync_agenda_count (world.agenda, now (&world), &counts);
  g_assert_cmpuint (counts.n_open_hosts, ==, 0);
  world.now_us += 900 * SECOND;
  g_assert_cmpuint (start_all (&world, NULL), ==, 24);
  world_clear (&world);
}

/* One calendar that always answers 500 does not close its server to the others. */
static void
test_one_calendar_is_no_server (void)
{
  World world;
  SyncAgendaCounts counts;
  guint n_well = 0;

  world_init (&world, "");
  for (guint i = 0; i < 4; i++)
    add (&world, "https://a.example/x", NULL);
  take (&world);
  for (guint i = 0; i < 200; i++)
    {
      gint64 id = go_on (&world);

      if (id == 1)
        fail (&world, id, CALSYNC_REMOTE_ERROR_FAILED, 0);
      else
        end (&world, id, SYNC_ENDED_QUIET);
      n_well += id != 1;
      sync_agenda_count (world.agenda, now (&world), &counts);
      g_assert_cmpuint (counts.n_open_hosts, ==, 0);
    }
  g_assert_cmpuint (n_well, >, 100);
  world_clear (&world);
}

/* Of a thousand calendars with one wrong password two are tried, five minutes apart. */
static void
test_refused_account (void)
{
  World world;
  gint64 first_us;
  gint64 id;
  guint n_asked = 0;

  world_init (&world, "");
  for (guint i = 0; i < 100; i++)
    add (&world, "https://a.example/x", "service");
  add (&world, "https://a.example/x", "other");
  take (&world);
  do
    {
      id = go_on (&world);
      if (id == 101)
        end (&world, id, SYNC_ENDED_QUIET);
    }
  while (id == 101);
  g_assert_false (fail (&world, id, CALSYNC_REMOTE_ERROR_DENIED, 0));
  first_us = world.now_us;
  while ((id = go_on (&world)) == 101)
    end (&world, id, SYNC_ENDED_QUIET);
  g_assert_cmpint (world.now_us - first_us, >=, 300 * SECOND);
  g_assert_true (fail (&world, id, CALSYNC_REMOTE_ERROR_DENIED, 0));
  {
    g_autoptr (GArray) account = sync_agenda_list_account (world.agenda, id);
    g_assert_cmpuint (account->len, ==, 100);
  }
  for (guint i = 0; i < 50; i++)
    {
      id = go_on (&world);
      g_assert_cmpint (id, ==, 101);
      end (&world, id, SYNC_ENDED_QUIET);
    }
  /* A person resumes one of them. */
  for (guint i = 0; i < 100; i++)
    ((SyncDue *) world.due->pdata[i])->is_paused = TRUE;
  take (&world);
  ((SyncDue *) world.due->pdata[4])->is_paused = FALSE;
  take (&world);
  for (guint i = 0; i < 10; i++)
    {
      id = go_on (&world);
      n_asked += id == 5;
      g_assert_true (id == 5 || id == 101);
      end (&world, id, SYNC_ENDED_QUIET);
    }
  g_assert_cmpuint (n_asked, >, 0);
  world_clear (&world);
}

/* All of an account that was refused go on: one is tried, and the rest when it has worked. */
static void
test_account_resumed (void)
{
  World world;
  gint64 id;

  world_init (&world, "");
  for (guint i = 0; i < 10; i++)
    add (&world, "https://a.example/x", "service");
  take (&world);
  world.now_us += 100 * SECOND;
  end (&world, start (&world), SYNC_ENDED_QUIET);
  g_assert_false (fail (&world, go_on (&world), CALSYNC_REMOTE_ERROR_DENIED, 0));
  g_assert_true (fail (&world, go_on (&world), CALSYNC_REMOTE_ERROR_DENIED, 0));
  for (guint i = 0; i < 10; i++)
    ((SyncDue *) world.due->pdata[i])->is_paused = TRUE;
  take (&world);
  for (guint i = 0; i < 10; i++)
    ((SyncDue *) world.due->pdata[i])->is_paused = FALSE;
  take (&world);
  id = start (&world);
  g_assert_cmpint (id, !=, 0);
  g_assert_cmpint (start (&world), ==, 0);
  end (&world, id, SYNC_ENDED_QUIET);
  g_assert_cmpuint (start_all (&world, NULL), >=, 4);
  world_clear (&world);
}

/* A run of what a person has paused, or taken out of the list, is not wanted any more; and no other begins. */
static void
test_stopped (void)
{
  World world;
  SyncDue *due;

  world_init (&world, "");
  due = add (&world, "https://a.example/x", "v1");
  take (&world);
  world.now_us += 100 * SECOND;
  g_assert_cmpint (start (&world), ==, 1);
  g_assert_true (sync_agenda_may_go_on (world.agenda, 1));
  due->is_paused = TRUE;
  take (&world);
  g_assert_false (sync_agenda_may_go_on (world.agenda, 1));
  due->is_paused = FALSE;
  take (&world);
  g_assert_true (sync_agenda_may_go_on (world.agenda, 1));
  g_ptr_array_set_size (world.due, 0);
  take (&world);
  g_assert_false (sync_agenda_may_go_on (world.agenda, 1));
  end (&world, 1, SYNC_ENDED_CANCELLED);
  world.now_us += 3600 * SECOND;
  g_assert_cmpint (start (&world), ==, 0);
  take (&world);
  g_assert_null (sync_agenda_find (world.agenda, 1));
  world_clear (&world);
}

/* Runs that were under way together and are all refused count once. */
static void
test_refused_together (void)
{
  World world;
  g_autoptr (GArray) started = g_array_new (FALSE, FALSE, sizeof (gint64));

  world_init (&world, "");
  for (guint i = 0; i < 10; i++)
    add (&world, "https://a.example/x", "service");
  take (&world);
  world.now_us += 100 * SECOND;
  end (&world, start (&world), SYNC_ENDED_QUIET);
  g_assert_cmpuint (start_all (&world, started), ==, 4);
  for (guint i = 0; i < started->len; i++)
    g_assert_false (
      fail (&world, g_array_index (started, gint64, i), CALSYNC_REMOTE_ERROR_DENIED, 0));
  g_assert_true (fail (&world, go_on (&world), CALSYNC_REMOTE_ERROR_DENIED, 0));
  world_clear (&world);
}

static void
test_early (void)
{
  World world;
  SyncStart one;
  gint64 regular_us;

  world_init (&world, "");
  add (&world, "https://a.example/x", "v1");
  add (&world, "https://a.example/in-only", "v2")->direction = 1;
  take (&world);
  for (guint i = 0; i < 2; i++)
    end (&world, go_on (&world), SYNC_ENDED_QUIET);
  regular_us = sync_agenda_next_us (world.agenda, now (&world));
  g_assert_false (sync_agenda_hasten (world.agenda, 102, now (&world)));
  g_assert_false (sync_agenda_hasten (world.agenda, 999, now (&world)));
  g_assert_cmpint (sync_agenda_next_us (world.agenda, now (&world)), ==, regular_us);
  g_assert_true (sync_agenda_hasten (world.agenda, 101, now (&world)));
  world.now_us += SECOND / 2;
  g_assert_true (sync_agenda_hasten (world.agenda, 101, now (&world)));
  g_assert_cmpint (start (&world), ==, 0);
  world.now_us += SECOND / 2;
  g_assert_true (sync_agenda_start_next (world.agenda, now (&world), &one));
  g_assert_cmpint (one.binding_id, ==, 1);
  g_assert_true (one.is_early);
  /* Nothing was to be sent: its turn comes when it would have come. */
  end (&world, 1, SYNC_ENDED_SKIPPED);
  g_assert_cmpint (sync_agenda_next_us (world.agenda, now (&world)), ==, regular_us);
  /* A change during a run is followed by another one. */
  world.now_us = regular_us;
  while (start (&world) != 1)
    continue;
  g_assert_true (sync_agenda_hasten (world.agenda, 101, now (&world)));
  end (&world, 1, SYNC_ENDED_CHANGED);
  g_assert_cmpint (wait_s (&world), ==, 1);
  world_clear (&world);
}

/* A booking does not break the silence that a server asked for. */
static void
test_early_waits_for_back_off (void)
{
  World world;

  world_init (&world, "");
  add (&world, "https://a.example/x", "v1");
  take (&world);
  fail (&world, go_on (&world), CALSYNC_REMOTE_ERROR_BUSY, 500);
  g_assert_true (sync_agenda_hasten (world.agenda, 101, now (&world)));
  g_assert_cmpint (wait_s (&world), ==, 500);
  world_clear (&world);
}

/* What the database remembers of a server's wish holds after a restart, too. */
static void
test_remembered_back_off (void)
{
  World world;
  SyncDue *due;

  world_init (&world, "");
  due = add (&world, "https://a.example/x", "v1");
  due->next_try_us = WALL + world.now_us + 777 * SECOND;
  take (&world);
  g_assert_cmpint (wait_s (&world), ==, 777);
  world_clear (&world);
}

static void
test_paused_and_removed (void)
{
  World world;
  gint64 id;

  world_init (&world, "");
  add (&world, "https://a.example/x", "v1");
  add (&world, "https://b.example/x", "v2");
  take (&world);
  id = go_on (&world);
  ((SyncDue *) world.due->pdata[id - 1])->is_paused = TRUE;
  take (&world);
  end (&world, id, SYNC_ENDED_QUIET);
  for (guint i = 0; i < 5; i++)
    {
      gint64 other = go_on (&world);
      g_assert_cmpint (other, !=, id);
      end (&world, other, SYNC_ENDED_QUIET);
    }
  /* One that goes during its run is forgotten behind it. */
  id = go_on (&world);
  g_ptr_array_set_size (world.due, 0);
  take (&world);
  g_assert_nonnull (sync_agenda_find (world.agenda, id));
  end (&world, id, SYNC_ENDED_QUIET);
  take (&world);
  g_assert_null (sync_agenda_find (world.agenda, id));
  g_assert_cmpint (wait_s (&world), ==, -1);
  {
    SyncAgendaCounts counts;
    sync_agenda_count (world.agenda, now (&world), &counts);
    g_assert_cmpuint (counts.n_bindings + counts.n_hosts, ==, 0);
  }
  world_clear (&world);
}

static void
test_counts (void)
{
  World world;
  SyncAgendaCounts counts;
  SyncDue *due;

  world_init (&world, "");
  add (&world, "https://a.example/x", "v1")->fresh_until_us = WALL;
  due = add (&world, "https://a.example/y", "v2");
  due->is_guarded = TRUE;
  due->n_conflicts = 3;
  due->pulled_us = WALL - 500 * SECOND;
  add (&world, "https://b.example/y", "v3")->is_paused = TRUE;
  add (&world, "https://b.example/z", "v3")->fresh_until_us = 0;
  take (&world);
  sync_agenda_count (world.agenda, now (&world), &counts);
  g_assert_cmpuint (counts.n_bindings, ==, 4);
  g_assert_cmpuint (counts.n_paused, ==, 1);
  g_assert_cmpuint (counts.n_guarded, ==, 1);
  g_assert_cmpuint (counts.n_stale, ==, 1);
  g_assert_cmpuint (counts.n_conflicts, ==, 3);
  g_assert_cmpuint (counts.n_hosts, ==, 2);
  g_assert_cmpint (counts.oldest_us, ==, world.now_us + 500 * SECOND);
  world_clear (&world);
}

/* A thousand calendars, one server that dies for a while: nobody is asked twice at once, all come back. */
static void
test_thousand (void)
{
  World world;
  g_autoptr (GRand) random = testlib_random_new ();
  g_autoptr (GArray) running = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autofree guint *n_runs = g_new0 (guint, 1001);
  gint64 end_us;

  world_init (&world, "");
  for (guint i = 0; i < 1000; i++)
    {
      g_autofree char *user = g_strdup_printf ("v%u", i);
      add (&world, i % 2 == 0 ? "https://a.example/x" : "https://b.example/x", user);
    }
  take (&world);
  end_us = world.now_us + 3600 * SECOND;
  while (world.now_us < end_us)
    {
      gboolean b_is_dead = world.now_us < 1000 * SECOND + 1200 * SECOND;
      gint64 next_us = G_MAXINT64;

      start_all (&world, running);
      g_assert_cmpuint (running->len, <=, 16);
      if (running->len > 0)
        {
          guint at = (guint) g_rand_int_range (random, 0, (gint32) running->len);
          gint64 id = g_array_index (running, gint64, at);

          g_array_remove_index_fast (running, at);
          world.now_us += g_rand_int_range (random, 1000, 50000);
          n_runs[id] += 1;
          if (id % 2 == 0 && b_is_dead)
            fail (&world, id, CALSYNC_REMOTE_ERROR_UNREACHABLE, 0);
          else
            end (&world, id, SYNC_ENDED_QUIET);
          continue;
        }
      next_us = sync_agenda_next_us (world.agenda, now (&world));
      g_assert_cmpint (next_us, >, world.now_us);
      world.now_us = MIN (next_us, end_us);
    }
  for (guint i = 1; i <= 1000; i++)
    {
      g_assert_cmpuint (n_runs[i], >=, i % 2 == 1 ? 10 : 5);
      g_assert_cmpuint (n_runs[i], <=, 20);
    }
  world_clear (&world);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/sync-agenda/start-is-spread", test_start_is_spread);
  g_test_add_func ("/sync-agenda/cadence", test_cadence);
  g_test_add_func ("/sync-agenda/limits-of-number", test_limits_of_number);
  g_test_add_func ("/sync-agenda/account-opens-up", test_account_opens_up);
  g_test_add_func ("/sync-agenda/back-off", test_back_off);
  g_test_add_func ("/sync-agenda/retry-after", test_retry_after);
  g_test_add_func ("/sync-agenda/breaker", test_breaker);
  g_test_add_func ("/sync-agenda/one-calendar-is-no-server", test_one_calendar_is_no_server);
  g_test_add_func ("/sync-agenda/refused-account", test_refused_account);
  g_test_add_func ("/sync-agenda/refused-together", test_refused_together);
  g_test_add_func ("/sync-agenda/account-resumed", test_account_resumed);
  g_test_add_func ("/sync-agenda/stopped", test_stopped);
  g_test_add_func ("/sync-agenda/early", test_early);
  g_test_add_func ("/sync-agenda/early-waits-for-back-off", test_early_waits_for_back_off);
  g_test_add_func ("/sync-agenda/remembered-back-off", test_remembered_back_off);
  g_test_add_func ("/sync-agenda/paused-and-removed", test_paused_and_removed);
  g_test_add_func ("/sync-agenda/counts", test_counts);
  g_test_add_func ("/sync-agenda/thousand", test_thousand);
  return g_test_run ();
}
