/* SPDX-License-Identifier: EUPL-1.2 */
/* Runs over a model calendar and a model planner, one story each. */
/* Also tests: calsync-job-batch, calsync-job-fetch, calsync-job-flight, calsync-job-gone, calsync-job-item, calsync-job-pull, calsync-job-push. */
#include "job-world.h"
#include "testlib.h"

#include <string.h>

#define REF_A "kommune-1:booking:aaaaaaaa-6c7c-4a0e-9d8a-0123456789ab"
#define REF_B "kommune-1:booking:bbbbbbbb-6c7c-4a0e-9d8a-0123456789ab"

static void
add_foreign (JobWorld *world, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *key = g_strdup_printf ("/cal/f%u.ics", i);
      g_autofree char *uid = g_strdup_printf ("foreign-%u", i);
      g_autofree char *text = job_world_dup_event (
        uid, NOW + (i + 1) * HOUR, NOW + (i + 1) * HOUR + HOUR / 2, "SUMMARY:Privat\r\n");

      (void) model_remote_put (world->remote, key, text);
    }
}

static JobWorld
make_world (guint n_foreign)
{
  JobWorld world = { model_local_new (NOW), model_remote_new (1), NULL };

  add_foreign (&world, n_foreign);
  (void) model_local_book (world.local, REF_A, NOW + 10 * DAY, NOW + 10 * DAY + HOUR);
  (void) model_local_book (world.local, REF_B, NOW + 11 * DAY, NOW + 11 * DAY + HOUR);
  return world;
}

static guint
count_spans (JobWorld *world)
{
  g_autoptr (GArray) spans = model_local_list_spans (world->local);

  return spans->len;
}

static void
check_conflict (JobWorld *world, guint n, CalsyncConflictKind kind, CalsyncDecision decision)
{
  const CalsyncConflict *last;

  g_assert_cmpuint (world->local->conflicts->len, ==, n);
  last = g_ptr_array_index (world->local->conflicts, n - 1);
  g_assert_cmpint (last->kind, ==, kind);
  g_assert_cmpint (last->decision, ==, decision);
}

static void
move_own (JobWorld *world, const char *reference, gint64 start_us, const char *more)
{
  ModelItem *item = job_world_find_own (world, reference);
  g_autofree char *marker = g_strdup_printf ("X-PLANNER-REF:%s\r\n%s", reference, more);
  g_autofree char *text = job_world_dup_event (item->uid, start_us, start_us + HOUR, marker);

  (void) model_remote_put (world->remote, item->key, text);
}

/* Both directions at first, then quiet, in all tiers. */
static void
test_first_runs (void)
{
  for (guint tier = CALSYNC_TIER_FEED; tier <= CALSYNC_TIER_LISTING; tier++)
    {
      g_auto (JobWorld) world = make_world (5);

      world.remote->manners.tier = (CalsyncTier) tier;
      job_world_run (&world);
      g_assert_true (world.report->was_full);
      g_assert_cmpuint (world.report->n_created, ==, 2);
      g_assert_cmpuint (count_spans (&world), ==, 5);
      g_assert_cmpuint (model_remote_count (world.remote, REF_A), ==, 1);
      job_world_run (&world); /* hears of its own writes */
      g_assert_cmpuint (world.remote->n_writes, ==, 2);
      job_world_check_quiet (&world);
      g_assert_cmpuint (world.local->conflicts->len, ==, 0);
    }
}

static void
test_own_changes (void)
{
  g_auto (JobWorld) world = make_world (2);
  CalsyncWanted *wanted = model_local_find (world.local, REF_A);

  job_world_settle (&world);
  wanted->start_us += 2 * HOUR;
  wanted->end_us += 2 * HOUR;
  job_world_run (&world);
  g_assert_cmpuint (world.report->n_updated, ==, 1);
  g_assert_cmpint (wanted->event_sequence, ==, 1);
  wanted->is_live = FALSE;
  job_world_run (&world);
  g_assert_cmpuint (world.report->n_removed, ==, 1);
  g_assert_cmpuint (model_remote_count (world.remote, REF_A), ==, 0);
  job_world_run (&world);
  job_world_check_quiet (&world);
  wanted->is_live = TRUE; /* and back: another UID */
  job_world_run (&world);
  g_assert_cmpuint (wanted->create_sequence, ==, 2);
  g_assert_cmpuint (model_remote_count (world.remote, "-2@kommune-1"), ==, 1);
}

static void
test_put_back (void)
{
  g_auto (JobWorld) world = make_world (2);

  job_world_settle (&world);
  move_own (&world, REF_A, NOW + 12 * DAY, "X-NOTE:min egen\r\n");
  job_world_run (&world);
  check_conflict (&world, 1, CALSYNC_CONFLICT_MOVED, CALSYNC_DECISION_PUT_BACK);
  g_assert_cmpuint (world.report->n_updated, ==, 1);
  g_assert_nonnull (strstr (job_world_find_own (&world, REF_A)->text, "X-NOTE:min egen"));
  g_assert_nonnull (strstr (job_world_find_own (&world, REF_A)->text, "DTSTART:20261203T080000Z"));
  job_world_run (&world);
  job_world_check_quiet (&world);

  model_remote_delete (world.remote, job_world_find_own (&world, REF_B));
  job_world_run (&world);
  check_conflict (&world, 2, CALSYNC_CONFLICT_DELETED, CALSYNC_DECISION_PUT_BACK);
  g_assert_cmpuint (model_remote_count (world.remote, REF_B), ==, 1);
  g_assert_cmpuint (model_remote_count (world.remote, "-2@kommune-1"), ==, 1);
  job_world_run (&world);
  job_world_check_quiet (&world);
}

/* The feed says that it is gone; the item itself says that it is not. */
static void
test_second_look (void)
{
  g_auto (JobWorld) world = make_world (1);
  ModelItem *item;

  job_world_settle (&world);
  item = job_world_find_own (&world, REF_A);
  world.remote->is_empty = TRUE;
  world.local->binding.wants_full = TRUE;
  job_world_run (&world);
  g_assert_cmpuint (world.report->n_gone_own, ==, 0);
  g_assert_cmpuint (world.local->conflicts->len, ==, 0);
  g_assert_nonnull (job_world_find_own (&world, REF_A));
  g_assert_true (job_world_find_own (&world, REF_A) == item);
}

static void
test_on_move_and_on_delete (void)
{
  g_auto (JobWorld) world = make_world (1);
  CalsyncWanted *wanted = model_local_find (world.local, REF_A);

  world.local->binding.on_move = CALSYNC_ON_MOVE_PROPOSE;
  world.local->binding.on_delete = CALSYNC_ON_DELETE_ASK;
  job_world_settle (&world);
  move_own (&world, REF_A, NOW + 12 * DAY, "");
  job_world_settle (&world);
  check_conflict (&world, 1, CALSYNC_CONFLICT_MOVED, CALSYNC_DECISION_PROPOSED);
  g_assert_cmpint (wanted->seen.start_us, ==, NOW + 12 * DAY);
  wanted->start_us = wanted->seen.start_us; /* taken */
  wanted->end_us = wanted->seen.end_us;
  job_world_settle (&world);
  g_assert_cmpint (wanted->state, ==, CALSYNC_LINK_LINKED);
  g_assert_cmpuint (world.report->n_updated, ==, 0);

  move_own (&world, REF_A, NOW + 13 * DAY, "");
  job_world_run (&world);
  wanted->state = CALSYNC_LINK_LINKED; /* refused by a person: put back */
  job_world_run (&world);
  g_assert_cmpuint (world.report->n_updated, ==, 1);

  model_remote_delete (world.remote, job_world_find_own (&world, REF_B));
  job_world_settle (&world);
  check_conflict (&world, 3, CALSYNC_CONFLICT_DELETED, CALSYNC_DECISION_WAITS);
  g_assert_cmpuint (model_remote_count (world.remote, REF_B), ==, 0);
  model_local_find (world.local, REF_B)->is_live = FALSE; /* cancelled by a person */
  job_world_run (&world);
  job_world_check_quiet (&world);
}

static void
test_storm (void)
{
  g_auto (JobWorld) world = make_world (1);

  job_world_settle (&world);
  for (guint i = 0; i < 6; i++)
    {
      move_own (&world, REF_A, NOW + (20 + i) * DAY, "");
      job_world_run (&world);
      g_assert_cmpuint (world.report->n_updated, ==, i < 3);
    }
  check_conflict (&world, 6, CALSYNC_CONFLICT_STORM, CALSYNC_DECISION_WAITS);
}

static void
test_writes_left (void)
{
  g_auto (JobWorld) world = make_world (1);

  world.local->binding.writes_left = 1;
  job_world_run (&world);
  g_assert_cmpuint (world.report->n_created, ==, 1);
  g_assert_cmpuint (world.report->n_left, ==, 1);
  job_world_run (&world);
  job_world_run (&world);
  g_assert_cmpuint (world.remote->n_writes, ==, 2);
  g_assert_cmpuint (world.local->conflicts->len, ==, 0);
}

static void
test_guard_emptied (void)
{
  g_auto (JobWorld) world = make_world (30);
  guint n_writes;

  job_world_settle (&world);
  world.remote->is_empty = TRUE;
  world.local->binding.wants_full = TRUE;
  n_writes = world.local->n_writes;
  for (guint i = 0; i < 3; i++)
    {
      job_world_run (&world);
      g_assert_cmpint (world.report->guard, ==, CALSYNC_GUARD_FOREIGN);
      g_assert_false (world.report->is_pulled);
      g_assert_cmpuint (world.report->guarded->key_hashes->len, ==, 30);
      g_assert_cmpuint (count_spans (&world), ==, 30);
    }
  g_assert_cmpuint (world.local->n_writes, ==, n_writes);
  for (guint i = 0; i < world.local->guarded->key_hashes->len; i++)
    g_hash_table_add (world.local->agreed,
                      g_strdup (g_ptr_array_index (world.local->guarded->key_hashes, i)));
  job_world_run (&world);
  g_assert_cmpint (world.report->guard, ==, CALSYNC_GUARD_NONE);
  g_assert_cmpuint (count_spans (&world), ==, 0);
}

/* A feed that names the deletions is held back as well, and names them again the next time. */
static void
test_guard_own (void)
{
  g_auto (JobWorld) world = make_world (5);

  for (guint i = 0; i < 6; i++)
    {
      g_autofree char *reference =
        g_strdup_printf ("kommune-1:booking:cccccccc-6c7c-4a0e-9d8a-01234567890%u", i);

      (void) model_local_book (world.local, reference, NOW + (30 + i) * DAY,
                               NOW + (30 + i) * DAY + HOUR);
    }
  job_world_settle (&world);
  for (guint i = 0; i < 4; i++)
    {
      g_autofree char *reference =
        g_strdup_printf ("kommune-1:booking:cccccccc-6c7c-4a0e-9d8a-01234567890%u", i);

      model_remote_delete (world.remote, job_world_find_own (&world, reference));
    }
  for (guint i = 0; i < 2; i++)
    {
      job_world_run (&world);
      g_assert_cmpint (world.report->guard, ==, CALSYNC_GUARD_OWN);
      g_assert_cmpuint (world.report->n_created, ==, 0);
      g_assert_cmpuint (world.local->conflicts->len, ==, 0);
    }
  world.local->binding.is_widespread = TRUE;
  for (guint i = 0; i < world.local->guarded->key_hashes->len; i++)
    g_hash_table_add (world.local->agreed,
                      g_strdup (g_ptr_array_index (world.local->guarded->key_hashes, i)));
  job_world_run (&world);
  g_assert_cmpuint (world.report->n_created, ==, 4);
  g_assert_cmpuint (world.local->conflicts->len, ==, 4);
}

static void
test_guard_over_an_hour (void)
{
  g_auto (JobWorld) world = make_world (40);

  job_world_settle (&world);
  world.local->binding.n_gone_foreign = 10;
  model_remote_delete (world.remote, model_remote_find (world.remote, "/cal/f1.ics"));
  job_world_run (&world);
  g_assert_cmpint (world.report->guard, ==, CALSYNC_GUARD_FOREIGN);
  world.local->binding.n_gone_foreign = 0;
  job_world_run (&world);
  g_assert_cmpint (world.report->guard, ==, CALSYNC_GUARD_NONE);
  g_assert_cmpuint (world.report->n_gone_foreign, ==, 1);
}

/* What stays below the limit of each hour does not go on for ever. */
static void
test_guard_over_a_day (void)
{
  g_auto (JobWorld) world = make_world (20);

  job_world_settle (&world);
  world.local->binding.n_gone_foreign_day = 30;
  model_remote_delete (world.remote, model_remote_find (world.remote, "/cal/f1.ics"));
  job_world_run (&world);
  g_assert_cmpint (world.report->guard, ==, CALSYNC_GUARD_FOREIGN);
  world.local->binding.n_gone_foreign_day = 28;
  job_world_run (&world);
  g_assert_cmpint (world.report->guard, ==, CALSYNC_GUARD_NONE);
  g_assert_cmpuint (world.report->n_gone_foreign, ==, 1);
}

/* The only appointment: deleted, the server says so; absent from a listing, anything may have happened. */
static void
test_guard_of_the_only_one (void)
{
  for (guint is_listed = 0; is_listed < 2; is_listed++)
    {
      g_auto (JobWorld) world = make_world (1);

      job_world_settle (&world);
      world.local->binding.wants_full = is_listed;
      model_remote_delete (world.remote, model_remote_find (world.remote, "/cal/f0.ics"));
      job_world_run (&world);
      g_assert_cmpint (world.report->guard, ==,
                       is_listed ? CALSYNC_GUARD_EMPTY : CALSYNC_GUARD_NONE);
      g_assert_cmpuint (count_spans (&world), ==, is_listed);
    }
}

static void
test_other_calendar (void)
{
  g_auto (JobWorld) world = make_world (5);
  g_autoptr (GError) error = NULL;

  job_world_settle (&world);
  g_free (world.remote->identity);
  world.remote->identity = g_strdup ("calendar-2");
  world.remote->epoch++; /* another calendar does not know the cursor */
  world.remote->is_empty = TRUE;
  g_assert_false (job_world_try_run (&world, CALSYNC_JOB_RUN, &error));
  g_assert_error (error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_ASTRAY);
  g_assert_cmpuint (count_spans (&world), ==, 5);
}

/* Every error of every request leaves what was known, and the next run puts it right. */
static void
test_errors (void)
{
  for (gint code = 0; code < CALSYNC_N_REMOTE_ERRORS; code++)
    {
      g_auto (JobWorld) world = make_world (15);
      g_autoptr (GError) error = NULL;

      job_world_settle (&world);
      world.remote->fixed_error = code;
      g_assert_false (job_world_try_run (&world, CALSYNC_JOB_RUN, &error));
      g_assert_error (error, CALSYNC_REMOTE_ERROR, code);
      g_assert_cmpuint (count_spans (&world), ==, 15);
      world.remote->fixed_error = -1;
      job_world_check_quiet (&world);
    }
}

static void
test_write_errors (void)
{
  for (gint code = 0; code < CALSYNC_N_REMOTE_ERRORS; code++)
    {
      g_auto (JobWorld) world = make_world (3);
      g_autoptr (GError) error = NULL;
      gboolean is_good;

      world.remote->fixed_write_error = code;
      is_good = job_world_try_run (&world, CALSYNC_JOB_RUN, &error);
      g_assert_true (world.report->is_pulled);
      g_assert_cmpuint (world.report->n_created, ==, 0);
      g_assert_cmpuint (world.report->n_left, >, 0);
      if (!is_good)
        g_assert_error (error, CALSYNC_REMOTE_ERROR, code);
      world.remote->fixed_write_error = -1;
      world.local->now_us += 2 * HOUR;
      if (code == CALSYNC_REMOTE_ERROR_REFUSED)
        {
          g_assert_cmpuint (world.local->conflicts->len, ==, 2);
          model_local_find (world.local, REF_A)->state =
            CALSYNC_LINK_NONE;                                     /* a person tried again */
          model_local_find (world.local, REF_B)->start_us -= HOUR; /* or it is another now */
        }
      job_world_run (&world);
      g_assert_cmpuint (model_remote_count (world.remote, REF_A), ==, 1);
      g_assert_cmpuint (model_remote_count (world.remote, REF_B), ==, 1);
      job_world_run (&world);
      job_world_check_quiet (&world);
    }
}

/* One item's trouble is not the others'. */
static void
test_server_error_for_one (void)
{
  g_auto (JobWorld) world = make_world (0);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 5; i++)
    {
      g_autofree char *reference =
        g_strdup_printf ("kommune-1:booking:cccccccc-6c7c-4a0e-9d8a-01234567890%u", i);

      (void) model_local_book (world.local, reference, NOW + (30 + i) * DAY,
                               NOW + (30 + i) * DAY + HOUR);
    }
  world.remote->fixed_write_error = CALSYNC_REMOTE_ERROR_FAILED;
  g_assert_false (job_world_try_run (&world, CALSYNC_JOB_RUN, &error));
  g_assert_error (error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_FAILED);
  g_assert_cmpuint (world.report->n_left, ==, 3); /* three in a row are enough */
  world.remote->fixed_write_error = -1;
  job_world_run (&world);
  g_assert_cmpuint (world.report->n_created, ==, 7);
}

/* The process dies at every step in turn, before or after it was done. */
static void
crash_anywhere (guint n_foreign)
{
  for (gint64 n = 1; n < 60; n++)
    {
      g_auto (JobWorld) world = make_world (n_foreign);
      gint64 steps = n;

      world.remote->shared_steps = world.local->steps_left = &steps;
      world.local->random = g_rand_new_with_seed ((guint32) n);
      if (job_world_try_run (&world, CALSYNC_JOB_RUN, NULL))
        steps = -1;
      else if (world.local->binding.cursor != NULL)
        g_assert_cmpuint (count_spans (&world), ==,
                          n_foreign); /* the cursor stands for all of it */
      steps = -1;
      job_world_run (&world);
      g_assert_cmpuint (count_spans (&world), ==, n_foreign);
      g_assert_cmpuint (model_remote_count (world.remote, REF_A), ==, 1);
      g_assert_cmpuint (model_remote_count (world.remote, REF_B), ==, 1);
      g_assert_cmpuint (world.remote->n_writes, ==, 2);
      job_world_run (&world);
      job_world_check_quiet (&world);
      g_assert_cmpuint (world.local->conflicts->len, ==, 0);
      g_rand_free (world.local->random);
    }
}

static void
test_crash_anywhere (void)
{
  crash_anywhere (450); /* read in parts */
  crash_anywhere (900); /* read at once, stored in parts */
}

static void
change_foreign (JobWorld *world, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *key = g_strdup_printf ("/cal/f%u.ics", i);
      g_autofree char *uid = g_strdup_printf ("foreign-%u", i);
      g_autofree char *text = job_world_dup_event (
        uid, NOW + (i + 1) * HOUR, NOW + (i + 1) * HOUR + HOUR / 2, "STATUS:TENTATIVE\r\n");

      (void) model_remote_put (world->remote, key, text);
    }
}

/* One run over so many changes: requests but for the feed or listing, and writes. */
static void
check_fetching (JobWorld *world, guint n_changes, guint n_requests, guint n_writes)
{
  guint64 n_before = world->remote->cost.n_requests;
  guint n_written = world->local->n_writes;

  change_foreign (world, n_changes);
  job_world_run (world);
  g_assert_true (world->report->is_pulled);
  g_assert_cmpuint (world->report->n_changed, ==, n_changes);
  g_assert_cmpuint (world->remote->cost.n_requests - n_before, ==, 1 + n_requests);
  g_assert_cmpuint (world->local->n_writes - n_written, ==, n_writes);
}

/* Most of a calendar is one request, of which every 200 items are stored; less of it is parts of 200. */
static void
test_most_at_once (void)
{
  g_auto (JobWorld) world = make_world (1200);

  job_world_run (&world);
  g_assert_cmpuint (count_spans (&world), ==, 1200);
  job_world_settle (&world);
  check_fetching (&world, 1200, 1, 6);
  check_fetching (&world, 700, 1, 4);
  check_fetching (&world, 550, 3, 3);
  check_fetching (&world, 500, 3, 3);
  world.remote->manners.tier = CALSYNC_TIER_LISTING;
  world.local->binding.wants_full = TRUE;
  job_world_run (&world);
  check_fetching (&world, 1150, 2, 6); /* and the listing */
  check_fetching (&world, 550, 4, 3);
  job_world_check_quiet (&world);
}

/* What the local side cannot store ends the reading; what it stored before is not read again. */
static void
test_stored_while_read (void)
{
  g_auto (JobWorld) world = make_world (1200);
  gint64 steps = -1;
  gboolean is_whole = FALSE;
  guint n_resumed = 0;

  job_world_settle (&world);
  world.local->steps_left = &steps;
  for (gint64 n = 1; !is_whole; n++)
    {
      change_foreign (&world, 1200);
      steps = n;
      is_whole = job_world_try_run (&world, CALSYNC_JOB_RUN, NULL);
      steps = -1;
      job_world_run (&world);
      g_assert_cmpuint (world.report->n_changed % 200, ==, 0);
      n_resumed += world.report->n_changed > 0 && world.report->n_changed < 1200;
      job_world_check_quiet (&world);
    }
  g_assert_cmpuint (n_resumed, ==, 5);
}

/* An answer that was lost, and an edit before anybody asked what became of the request. */
static void
test_edit_in_flight (void)
{
  g_auto (JobWorld) world = make_world (1);
  CalsyncWanted *wanted = model_local_find (world.local, REF_A);
  gint64 old_us = wanted->start_us;

  job_world_settle (&world);
  wanted->start_us += 3 * DAY;
  wanted->end_us += 3 * DAY;
  world.remote->manners.fail_after = 100;
  wanted->in_flight = CALSYNC_PUSH_UPDATE; /* as a crash between sending and receipt leaves it */
  wanted->in_flight_key = g_strdup (wanted->key);
  wanted->in_flight_uid = g_strdup (wanted->uid);
  wanted->in_flight_event_sequence = 1;
  wanted->in_flight_shape = wanted->seen;
  wanted->in_flight_shape.start_us = wanted->start_us;
  wanted->in_flight_shape.end_us = wanted->end_us;
  world.remote->manners.fail_after = 0;
  move_own (&world, REF_A, old_us, "SEQUENCE:1\r\n"); /* back to where it was, after ours arrived */
  job_world_run (&world);
  check_conflict (&world, 1, CALSYNC_CONFLICT_MOVED, CALSYNC_DECISION_PUT_BACK);
  job_world_settle (&world);
}

/* What came and went between two cursors: a feed may be silent about it, and it is put back all the same. */
static void
test_brief (void)
{
  for (gint tier = CALSYNC_TIER_FEED; tier <= CALSYNC_TIER_LISTING; tier++)
    for (guint n_edits = 0; n_edits < 2; n_edits++)
      {
        g_auto (JobWorld) world = make_world (3);

        world.remote->manners.tier = (CalsyncTier) tier;
        world.remote->manners.hides_brief = TRUE;
        job_world_run (&world);
        model_remote_delete (world.remote, job_world_find_own (&world, REF_A));
        change_foreign (&world, n_edits);
        job_world_run (&world);
        check_conflict (&world, 1, CALSYNC_CONFLICT_DELETED, CALSYNC_DECISION_PUT_BACK);
        g_assert_cmpuint (world.report->n_created, ==, 1);
        g_assert_nonnull (job_world_find_own (&world, REF_A));
        job_world_settle (&world);
        /* The feed has told of it: from now on it tells when it goes, and nobody is asked. */
        g_assert_false (model_local_find (world.local, REF_A)->awaits_feed);
        model_remote_delete (world.remote, job_world_find_own (&world, REF_A));
        job_world_run (&world);
        check_conflict (&world, 2, CALSYNC_CONFLICT_DELETED, CALSYNC_DECISION_PUT_BACK);
        job_world_settle (&world);
      }
}

static void
test_copy (void)
{
  g_auto (JobWorld) world = make_world (1);
  g_autofree char *text = NULL;

  job_world_settle (&world);
  text = g_strdup (job_world_find_own (&world, REF_A)->text);
  (void) model_remote_put (world.remote, "/cal/copy.ics", text);
  job_world_settle (&world);
  check_conflict (&world, 1, CALSYNC_CONFLICT_COPY, CALSYNC_DECISION_KEPT);
  g_assert_cmpuint (count_spans (&world), ==, 2);
  model_local_find (world.local, REF_A)->is_live = FALSE;
  job_world_settle (&world);
  g_assert_nonnull (model_remote_find (world.remote, "/cal/copy.ics"));
}

static void
test_renamed (void)
{
  for (guint tier = CALSYNC_TIER_FEED; tier <= CALSYNC_TIER_LISTING; tier++)
    {
      g_auto (JobWorld) world = make_world (1);

      world.remote->manners.tier = (CalsyncTier) tier;
      job_world_settle (&world);
      model_remote_rename (world.remote, job_world_find_own (&world, REF_A), "/cal/elsewhere.ics");
      job_world_run (&world);
      g_assert_cmpstr (model_local_find (world.local, REF_A)->key, ==, "/cal/elsewhere.ics");
      g_assert_cmpuint (world.report->n_created, ==, 0);
      g_assert_cmpuint (world.local->conflicts->len, ==, 0);
      job_world_settle (&world);
      g_assert_cmpuint (count_spans (&world), ==, 1);
    }
}

static void
rename_a (ModelRemote *remote, guint32 what, gpointer data)
{
  JobWorld *world = data;
  ModelItem *item = job_world_find_own (world, REF_A);

  (void) what;
  if (item != NULL && g_strcmp0 (item->key, "/cal/elsewhere.ics") != 0)
    model_remote_rename (remote, item, "/cal/elsewhere.ics");
}

/* The advisor renames an event between the feed and its reading: it is not there, and not gone either. */
static void
test_renamed_meanwhile (void)
{
  for (guint i = 0; i < 60; i++)
    {
      g_auto (JobWorld) world = make_world (1);

      g_rand_set_seed (world.remote->random, i);
      world.remote->manners.tier = (CalsyncTier) (CALSYNC_TIER_FEED + i % 3);
      job_world_settle (&world);
      move_own (&world, REF_A, NOW + 12 * DAY, "");
      world.remote->on_meddle = rename_a;
      world.remote->on_meddle_data = &world;
      world.remote->manners.meddle = 40; /* in one of its requests, or between runs */
      job_world_run (&world);
      world.remote->manners.meddle = 0;
      job_world_run (&world);
      job_world_settle (&world);
      g_assert_cmpuint (model_remote_count (world.remote, REF_A), ==, 1);
      check_conflict (&world, 1, CALSYNC_CONFLICT_MOVED, CALSYNC_DECISION_PUT_BACK);
      g_assert_cmpint (model_local_find (world.local, REF_A)->create_sequence, ==, 1);
    }
}

/* Our own removal, whose answer was lost, is not told as the advisor's when the booking comes back. */
static void
test_removal_without_answer (void)
{
  g_auto (JobWorld) world = make_world (1);
  CalsyncWanted *wanted = model_local_find (world.local, REF_A);

  job_world_settle (&world);
  wanted->in_flight = CALSYNC_PUSH_REMOVE;
  wanted->in_flight_key = g_strdup (wanted->key);
  wanted->in_flight_uid = g_strdup (wanted->uid);
  model_remote_delete (world.remote, job_world_find_own (&world, REF_A));
  job_world_settle (&world);
  g_assert_cmpuint (world.local->conflicts->len, ==, 0);
  g_assert_cmpuint (model_remote_count (world.remote, "-2@kommune-1"), ==, 1);
}

/* An edit that nobody could read is not removed with its cancelled booking before somebody has. */
static void
test_removal_of_unread (void)
{
  g_auto (JobWorld) world = make_world (1);
  CalsyncWanted *wanted = model_local_find (world.local, REF_A);

  job_world_settle (&world);
  move_own (&world, REF_A, NOW + 12 * DAY, "");
  wanted->is_live = FALSE;
  g_clear_pointer (&wanted->version, g_free);
  world.remote->manners.unreadable = 100;
  job_world_run (&world);
  g_assert_cmpuint (world.report->n_removed, ==, 0);
  g_assert_cmpuint (model_remote_count (world.remote, REF_A), ==, 1);
  world.remote->manners.unreadable = 0;
  job_world_run (&world);
  g_assert_cmpuint (world.report->n_removed, ==, 1);
  g_assert_true (model_local_has_conflict (
    world.local, REF_A,
    &(CalsyncShape){ .start_us = NOW + 12 * DAY, .end_us = NOW + 12 * DAY + HOUR }));
}

/* A feed that says gone and then there: it is there. */
static void
test_contradicting_feed (void)
{
  g_auto (JobWorld) world = make_world (12);

  job_world_settle (&world);
  world.remote->manners.contradict = 100;
  add_foreign (&world, 12);
  move_own (&world, REF_A, NOW + 12 * DAY, "");
  job_world_run (&world);
  g_assert_cmpuint (world.report->n_gone, ==, 0);
  g_assert_cmpuint (count_spans (&world), ==, 12);
  check_conflict (&world, 1, CALSYNC_CONFLICT_MOVED, CALSYNC_DECISION_PUT_BACK);
}

static void
test_series_and_people (void)
{
  g_auto (JobWorld) world = make_world (0);
  guint n_sent;

  job_world_settle (&world);
  move_own (&world, REF_A, NOW + 10 * DAY, "RRULE:FREQ=DAILY;COUNT=4\r\n");
  move_own (&world, REF_B, NOW + 11 * DAY, "ATTENDEE:mailto:a@b.example\r\n");
  n_sent = world.remote->n_writes;
  job_world_settle (&world);
  g_assert_cmpuint (world.local->conflicts->len, ==, 2);
  g_assert_cmpuint (count_spans (&world), ==, 4); /* the series is the advisor's own time */
  model_local_find (world.local, REF_A)->is_live = FALSE;
  model_local_find (world.local, REF_B)->is_live = FALSE;
  job_world_settle (&world);
  g_assert_cmpuint (world.remote->n_writes, ==, n_sent); /* no mail, no series removed */
}

/* A person has said that the planner's version stands: then it does, and nobody is asked again. */
static void
test_taken_back (void)
{
  g_auto (JobWorld) world = make_world (0);
  guint n_sent;

  job_world_settle (&world);
  move_own (&world, REF_A, NOW + 10 * DAY, "RRULE:FREQ=DAILY;COUNT=4\r\n");
  move_own (&world, REF_B, NOW + 11 * DAY, "ATTENDEE:mailto:a@b.example\r\n");
  job_world_settle (&world);
  g_assert_cmpuint (world.local->conflicts->len, ==, 2);
  n_sent = world.remote->n_writes;
  model_local_find (world.local, REF_A)->state = CALSYNC_LINK_LINKED;
  model_local_find (world.local, REF_B)->state = CALSYNC_LINK_LINKED;
  job_world_settle (&world);
  g_assert_cmpuint (world.remote->n_writes, ==, n_sent + 2);
  g_assert_cmpuint (world.local->conflicts->len, ==, 2);
  g_assert_cmpuint (count_spans (&world), ==, 0);
  g_assert_cmpuint (model_remote_count (world.remote, "RRULE"), ==, 0);
  g_assert_cmpuint (model_remote_count (world.remote, "ATTENDEE"), ==, 0);
}

static void
test_unreadable (void)
{
  g_auto (JobWorld) world = make_world (2);
  guint n_reads;

  (void) model_remote_put (
    world.remote, "/cal/bad.ics",
    "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:x\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n");
  job_world_settle (&world);
  check_conflict (&world, 1, CALSYNC_CONFLICT_UNREADABLE, CALSYNC_DECISION_KEPT);
  g_assert_cmpuint (count_spans (&world), ==, 3);
  (void) model_remote_put (world.remote, "/cal/f1.ics", "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n");
  job_world_settle (&world); /* what was known of it stands */
  g_assert_cmpuint (count_spans (&world), ==, 3);
  add_foreign (&world, 2);
  world.remote->manners.unreadable = 100;
  job_world_run (&world);
  world.remote->manners.unreadable = 0;
  n_reads = (guint) world.remote->cost.n_requests;
  job_world_run (&world); /* asked once more, although the feed has gone on */
  g_assert_cmpuint (world.remote->cost.n_requests, ==, n_reads + 2);
  job_world_run (&world);
  job_world_check_quiet (&world);
}

static void
test_preview (void)
{
  g_auto (JobWorld) world = make_world (3);
  g_autoptr (GError) error = NULL;

  g_assert_true (job_world_try_run (&world, CALSYNC_JOB_PREVIEW, &error));
  g_assert_cmpuint (world.report->n_created, ==, 2);
  g_assert_cmpuint (world.report->n_changed, ==, 3);
  g_assert_cmpuint (world.local->n_writes + world.local->n_staged + world.remote->n_writes, ==, 0);
  job_world_settle (&world);
  move_own (&world, REF_A, NOW + 12 * DAY, "");
  model_remote_delete (world.remote, job_world_find_own (&world, REF_B));
  world.local->n_writes = world.remote->n_writes = 0;
  g_assert_true (job_world_try_run (&world, CALSYNC_JOB_PREVIEW, &error));
  g_assert_cmpuint (world.report->n_updated, ==, 1);
  g_assert_cmpuint (world.report->n_created, ==, 1);
  g_assert_cmpuint (world.report->conflicts->len, ==, 2);
  g_assert_cmpuint (world.local->n_writes + world.local->n_staged + world.remote->n_writes, ==, 0);
}

/* A calendar that only takes bookings is never asked for what stands in others' events. */
static void
test_out_only (void)
{
  g_auto (JobWorld) world = make_world (30);

  world.local->binding.direction = CALSYNC_DIRECTION_OUT;
  job_world_run (&world);
  g_assert_cmpuint (world.report->cost.n_requests, ==, 4); /* facts, listing, two creations */
  job_world_settle (&world);
  g_assert_cmpuint (count_spans (&world), ==, 0);
  add_foreign (&world, 30);
  job_world_run (&world);
  g_assert_cmpuint (world.report->cost.n_requests, ==, 1);
  model_remote_delete (world.remote, job_world_find_own (&world, REF_A));
  job_world_run (&world);
  g_assert_cmpuint (world.report->n_created, ==, 1);
}

static void
test_in_only (void)
{
  g_auto (JobWorld) world = make_world (3);

  world.local->binding.direction = CALSYNC_DIRECTION_IN;
  job_world_settle (&world);
  g_assert_cmpuint (world.remote->n_writes, ==, 0);
  g_assert_cmpuint (count_spans (&world), ==, 3);
}

/* A trash bin that keeps UIDs, and a name that somebody else has. */
static void
test_taken_names (void)
{
  g_auto (JobWorld) world = make_world (0);
  g_autofree char *text = job_world_dup_event ("somebody", NOW + DAY, NOW + DAY + HOUR, "");

  (void) model_remote_put (world.remote,
                           "/cal/aaaaaaaa-6c7c-4a0e-9d8a-0123456789ab-1-kommune-1.ics", text);
  job_world_run (&world);
  job_world_run (&world);
  job_world_settle (&world);
  g_assert_cmpuint (model_remote_count (world.remote, REF_A), ==, 1);
  g_assert_cmpuint (model_remote_count (world.remote, "UID:somebody"), ==, 1);
  g_assert_cmpuint (model_local_find (world.local, REF_A)->create_sequence, ==, 2);
}

static void
test_no_versions (void)
{
  g_auto (JobWorld) world = make_world (4);
  guint n_writes;

  world.remote->manners.tier = CALSYNC_TIER_LISTING;
  world.remote->manners.has_no_versions = TRUE;
  job_world_run (&world);
  job_world_run (&world);
  job_world_run (&world);
  n_writes = world.local->n_writes;
  job_world_run (&world);
  g_assert_true (world.report->was_quiet);
  g_assert_cmpuint (world.local->n_writes, ==, n_writes);
  model_local_find (world.local, REF_A)->start_us -= HOUR;
  job_world_run (&world);
  model_local_find (world.local, REF_B)->is_live = FALSE;
  job_world_run (&world);
  g_assert_cmpuint (model_remote_count (world.remote, REF_A), ==, 1);
  g_assert_cmpuint (model_remote_count (world.remote, REF_B), ==, 0);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
#define ADD(name, func) g_test_add_func ("/calsync/job/" name, func)
  ADD ("first-runs", test_first_runs);
  ADD ("own-changes", test_own_changes);
  ADD ("put-back", test_put_back);
  ADD ("second-look", test_second_look);
  ADD ("on-move-and-on-delete", test_on_move_and_on_delete);
  ADD ("storm", test_storm);
  ADD ("writes-left", test_writes_left);
  ADD ("guard-emptied", test_guard_emptied);
  ADD ("guard-own", test_guard_own);
  ADD ("guard-over-an-hour", test_guard_over_an_hour);
  ADD ("guard-over-a-day", test_guard_over_a_day);
  ADD ("guard-of-the-only-one", test_guard_of_the_only_one);
  ADD ("other-calendar", test_other_calendar);
  ADD ("errors", test_errors);
  ADD ("write-errors", test_write_errors);
  ADD ("server-error-for-one", test_server_error_for_one);
  ADD ("crash-anywhere", test_crash_anywhere);
  ADD ("most-at-once", test_most_at_once);
  ADD ("stored-while-read", test_stored_while_read);
  ADD ("edit-in-flight", test_edit_in_flight);
  ADD ("brief", test_brief);
  ADD ("copy", test_copy);
  ADD ("renamed", test_renamed);
  ADD ("renamed-meanwhile", test_renamed_meanwhile);
  ADD ("removal-without-answer", test_removal_without_answer);
  ADD ("removal-of-unread", test_removal_of_unread);
  ADD ("contradicting-feed", test_contradicting_feed);
  ADD ("series-and-people", test_series_and_people);
  ADD ("taken-back", test_taken_back);
  ADD ("unreadable", test_unreadable);
  ADD ("preview", test_preview);
  ADD ("out-only", test_out_only);
  ADD ("in-only", test_in_only);
  ADD ("taken-names", test_taken_names);
  ADD ("no-versions", test_no_versions);
  return g_test_run ();
}
