/* SPDX-License-Identifier: EUPL-1.2 */
/* Many creations at a time over a model calendar: how many, and a crash, a refusal or an edit in their middle. */
#include "job-world.h"
#include "testlib.h"

static char *
dup_reference (guint n)
{
  return g_strdup_printf ("kommune-1:booking:%08u-6c7c-4a0e-9d8a-0123456789ab", n);
}

/* So many bookings that none of the calendar has. */
static JobWorld
make_full_world (guint n_bookings)
{
  JobWorld world = { model_local_new (NOW), model_remote_new (1), NULL };

  for (guint i = 0; i < n_bookings; i++)
    {
      g_autofree char *reference = dup_reference (i);

      (void) model_local_book (world.local, reference, NOW + (i + 10) * HOUR,
                               NOW + (i + 11) * HOUR);
    }
  return world;
}

/* Each stands there once, at its first creation unless another is said. */
static void
check_all_there (JobWorld *world, guint n_bookings, guint most_creations)
{
  for (guint i = 0; i < n_bookings; i++)
    {
      g_autofree char *reference = dup_reference (i);
      const CalsyncWanted *wanted = model_local_find (world->local, reference);

      g_assert_cmpuint (model_remote_count (world->remote, reference), ==, 1);
      g_assert_nonnull (job_world_find_own (world, reference));
      g_assert_cmpint (wanted->in_flight, ==, CALSYNC_PUSH_NONE);
      g_assert_cmpuint (wanted->create_sequence, <=, most_creations);
    }
}

static guint
count_intents (const JobWorld *world)
{
  guint n = 0;

  for (guint i = 0; i < world->local->wanted->len; i++)
    n += ((CalsyncWanted *) g_ptr_array_index (world->local->wanted, i))->in_flight !=
         CALSYNC_PUSH_NONE;
  return n;
}

/* Many creations: one is tried, then 32 intents share a transaction with the receipts of those before. */
static void
test_batches (void)
{
  g_auto (JobWorld) world = make_full_world (100);

  job_world_run (&world);
  g_assert_cmpuint (world.report->n_created, ==, 100);
  g_assert_cmpuint (world.local->n_writes, ==,
                    1 + 1 + 4 + 1); /* pull, 1, 32, 32, 32, 3, receipts */
  check_all_there (&world, 100, 1);
  job_world_run (&world);
  job_world_check_quiet (&world);
}

/* A server that takes its time is given less at once. */
static void
take_time (ModelRemote *remote, ModelItem *item, const CalsyncWrite *write, gpointer data)
{
  JobWorld *world = data;

  (void) remote;
  (void) item;
  (void) write;
  g_assert_cmpuint (count_intents (world), <=, 5);
  world->local->now_us += S / 10;
}

static void
test_slow_server (void)
{
  g_auto (JobWorld) world = make_full_world (21);

  world.remote->on_write = take_time;
  world.remote->on_write_data = &world;
  job_world_run (&world);
  g_assert_cmpuint (world.report->n_created, ==, 21);
  g_assert_cmpuint (world.local->n_writes, ==, 1 + 5 + 1); /* pull, 1, 5, 5, 5, 5, receipts */
  check_all_there (&world, 21, 1);
}

/* The process dies at every step of a batch, before or after it was done: some of it is there, none has a receipt. */
static void
test_crash_in_batch (void)
{
  guint n_unread = 0; /* most that were there without a receipt */

  for (guint32 n = 1; n < 120; n++)
    {
      g_auto (JobWorld) world = make_full_world (40);
      gint64 steps = n / 2 + 1;
      guint n_there;

      world.remote->shared_steps = world.local->steps_left = &steps;
      world.local->random = g_rand_new_with_seed (n);
      (void) job_world_try_run (&world, CALSYNC_JOB_RUN, NULL);
      steps = -1;
      n_there = world.remote->n_writes;
      g_assert_cmpuint (count_intents (&world), <=, 32);
      for (guint i = 0; i < n_there; i++)
        {
          g_autofree char *reference = dup_reference (i);
          const CalsyncWanted *wanted = model_local_find (world.local, reference);

          /* What may have been sent was written down before. */
          g_assert_true (wanted->in_flight == CALSYNC_PUSH_CREATE || wanted->key != NULL);
          n_unread += wanted->in_flight == CALSYNC_PUSH_CREATE;
        }
      job_world_run (&world);
      g_assert_cmpuint (world.report->n_created, ==, 40 - n_there);
      g_assert_cmpuint (world.remote->n_writes, ==, 40);
      check_all_there (&world, 40, 1);
      job_world_run (&world);
      job_world_check_quiet (&world);
      g_assert_cmpuint (world.local->conflicts->len, ==, 0);
      g_rand_free (world.local->random);
    }
  g_assert_cmpuint (n_unread, >, 100);
}

static void
move_sent (JobWorld *world, const CalsyncWanted *wanted)
{
  ModelItem *item = model_remote_find (world->remote, wanted->in_flight_key);
  g_autofree char *marker = g_strdup_printf ("X-PLANNER-REF:%s\r\n", wanted->reference);
  g_autofree char *text =
    job_world_dup_event (item->uid, NOW + 12 * DAY, NOW + 12 * DAY + HOUR, marker);

  (void) model_remote_put (world->remote, item->key, text);
}

/* Between a crash and the next run: of what was sent without a receipt, one is moved by us, one by the advisor, one cancelled. */
static void
test_edits_after_crash (void)
{
  g_auto (JobWorld) world = make_full_world (20);
  gint64 steps = 15;
  CalsyncWanted *wanted[3];
  const CalsyncConflict *conflict;

  world.remote->shared_steps = world.local->steps_left = &steps;
  g_assert_false (job_world_try_run (&world, CALSYNC_JOB_RUN, NULL));
  steps = -1;
  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *reference = dup_reference (i + 2);

      wanted[i] = model_local_find (world.local, reference);
      g_assert_cmpint (wanted[i]->in_flight, ==, CALSYNC_PUSH_CREATE);
      g_assert_cmpuint (model_remote_count (world.remote, reference), ==, 1);
    }
  wanted[0]->start_us += DAY;
  wanted[0]->end_us += DAY;
  move_sent (&world, wanted[1]);
  wanted[2]->is_live = FALSE;
  job_world_run (&world);
  g_assert_cmpuint (world.local->conflicts->len, ==, 1);
  conflict = g_ptr_array_index (world.local->conflicts, 0);
  g_assert_cmpint (conflict->kind, ==, CALSYNC_CONFLICT_MOVED);
  g_assert_cmpint (conflict->decision, ==, CALSYNC_DECISION_PUT_BACK);
  job_world_settle (&world);
  for (guint i = 0; i < 20; i++)
    {
      g_autofree char *reference = dup_reference (i);

      g_assert_cmpuint (model_remote_count (world.remote, reference), ==, i != 4);
    }
  g_assert_cmpint (wanted[0]->seen.start_us, ==, wanted[0]->start_us);
  g_assert_cmpint (wanted[1]->seen.start_us, ==, wanted[1]->start_us);
}

typedef struct
{
  JobWorld *world;
  guint n_writes; /* after so many the next one fails */
  gint code;
} Refusal;

static void
refuse_next (ModelRemote *remote, ModelItem *item, const CalsyncWrite *write, gpointer data)
{
  const Refusal *refusal = data;

  (void) item;
  (void) write;
  if (remote->n_writes + 1 == refusal->n_writes)
    remote->fixed_write_error = refusal->code;
}

/* An account at fault in the middle of a batch: nothing more is sent, and what was not sent has no intent left. */
static void
test_end_in_batch (void)
{
  for (gint code = 0; code < CALSYNC_N_REMOTE_ERRORS; code++)
    {
      g_auto (JobWorld) world = make_full_world (30);
      g_autoptr (GError) error = NULL;
      Refusal refusal = { &world, 10, code };
      gboolean is_good;
      guint n_reads;

      world.remote->on_write = refuse_next;
      world.remote->on_write_data = &refusal;
      is_good = job_world_try_run (&world, CALSYNC_JOB_RUN, &error);
      g_assert_cmpuint (world.report->n_created, ==, 10);
      g_assert_cmpuint (count_intents (&world), <=, 3); /* of which nobody knows */
      if (!is_good)
        g_assert_error (error, CALSYNC_REMOTE_ERROR, code);
      world.remote->fixed_write_error = -1;
      world.remote->on_write = NULL;
      world.local->now_us += 2 * HOUR;
      n_reads = count_intents (&world);
      for (guint i = 0; i < 30; i++)
        {
          CalsyncWanted *wanted = g_ptr_array_index (world.local->wanted, i);

          if (wanted->state == CALSYNC_LINK_REFUSED)
            wanted->state = CALSYNC_LINK_NONE; /* a person tried again */
        }
      job_world_run (&world);
      g_assert_cmpuint (world.report->n_created, ==, 20);
      g_assert_cmpuint (world.report->cost.n_requests, <=, 20 + 4 + n_reads);
      check_all_there (&world, 30, code == CALSYNC_REMOTE_ERROR_CHANGED ? 2 : 1);
    }
}

static void
stop_after_ten (ModelRemote *remote, ModelItem *item, const CalsyncWrite *write, gpointer data)
{
  JobWorld *world = data;

  (void) item;
  (void) write;
  world->local->is_stopped = remote->n_writes + 1 == 10;
}

/* Somebody stops it: the request under way is the last. */
static void
test_stopped_in_batch (void)
{
  g_auto (JobWorld) world = make_full_world (30);
  g_autoptr (GError) error = NULL;

  world.remote->on_write = stop_after_ten;
  world.remote->on_write_data = &world;
  g_assert_false (job_world_try_run (&world, CALSYNC_JOB_RUN, &error));
  g_assert_error (error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_CANCELLED);
  g_assert_cmpuint (world.remote->n_writes, ==, 10);
  g_assert_cmpuint (count_intents (&world), ==, 0);
  world.local->is_stopped = FALSE;
  job_world_run (&world);
  g_assert_cmpuint (world.report->n_created, ==, 20);
  check_all_there (&world, 30, 1);
}

/* A name that somebody else's event has, and a calendar that has one already, in the middle of a batch. */
static void
test_taken_in_batch (void)
{
  g_auto (JobWorld) world = make_full_world (12);
  g_autofree char *reference = dup_reference (5);
  g_autofree char *other = job_world_dup_event ("somebody", NOW + DAY, NOW + DAY + HOUR, "");

  (void) model_remote_put (world.remote,
                           "/cal/00000005-6c7c-4a0e-9d8a-0123456789ab-1-kommune-1.ics", other);
  job_world_run (&world);
  g_assert_cmpuint (world.report->n_created, ==, 11);
  g_assert_cmpuint (world.report->n_left, ==, 1);
  g_assert_cmpuint (count_intents (&world), ==, 0);
  job_world_settle (&world);
  for (guint i = 0; i < 12; i++)
    {
      g_autofree char *one = dup_reference (i);

      g_assert_cmpuint (model_remote_count (world.remote, one), ==, 1);
    }
  g_assert_cmpuint (model_remote_count (world.remote, "UID:somebody"), ==, 1);
  g_assert_cmpuint (model_local_find (world.local, reference)->create_sequence, ==, 2);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
#define ADD(name, func) g_test_add_func ("/calsync/job-send/" name, func)
  ADD ("batches", test_batches);
  ADD ("slow-server", test_slow_server);
  ADD ("crash-in-batch", test_crash_in_batch);
  ADD ("edits-after-crash", test_edits_after_crash);
  ADD ("end-in-batch", test_end_in_batch);
  ADD ("stopped-in-batch", test_stopped_in_batch);
  ADD ("taken-in-batch", test_taken_in_batch);
  return g_test_run ();
}
