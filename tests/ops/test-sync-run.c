/* SPDX-License-Identifier: EUPL-1.2 */
/* Whole runs between a real database and a server in memory: quiet ones, failing ones, and ones that are killed anywhere. */
#include <string.h>

#include "base/error.h"
#include "store/busy-span-store.h"
#include "sync-pair.h"
#include "sync/sync-lock.h"
#include "sync/sync-run.h"
#include "sync/sync-wished.h"

#define HOUR   (G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC)
#define CANARY "SUMMARY:Kanarie-titel\r\nDESCRIPTION:Kanarie-tekst\r\nLOCATION:Kanarie-sted\r\n"

static SyncContext
context_of (SyncPair *pair)
{
  return (SyncContext){ .session = pair->sync->world->reader,
                        .runner = { sync_pair_run_write, pair },
                        .data_dir = pair->data_dir,
                        .actor = "sync",
                        .call_id = "run-1",
                        .remote = &pair->model->remote };
}

static CalsyncReport *
try_run (SyncPair *pair, GError **error)
{
  SyncContext context = context_of (pair);
  CalsyncReport *report = NULL;

  if (sync_run_binding (&context, pair->sync->binding_id, CALSYNC_JOB_RUN, &report, error))
    return report;
  g_clear_pointer (&report, calsync_report_free);
  return NULL;
}

static CalsyncReport *
run (SyncPair *pair)
{
  g_autoptr (GError) error = NULL;
  CalsyncReport *report = try_run (pair, &error);

  g_assert_no_error (error);
  return report;
}

static gint64
count (SyncPair *pair, const char *sql)
{
  return world_count (pair->sync->world, sql);
}

static void
put_events (SyncPair *pair, guint first, guint n)
{
  for (guint i = first; i < first + n; i++)
    {
      g_autofree char *key = g_strdup_printf ("/cal/kanarie-%u.ics", i);
      g_autofree char *uid = g_strdup_printf ("kanarie-uid-%u", i);
      g_autofree char *start =
        g_strdup_printf ("202612%02uT%02u0000Z", 1 + i % 28, 6 + i / 28 % 10);
      g_autofree char *end = g_strdup_printf ("202612%02uT%02u3000Z", 1 + i % 28, 6 + i / 28 % 10);
      g_autofree char *text = sync_world_event (uid, start, end, CANARY);

      (void) model_remote_put (pair->model, key, text);
    }
}

/* What both sides hold, in words that do not depend on how they came there. */
static char *
describe (SyncPair *pair)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_string_append_printf (
    text, "spans %" G_GINT64_FORMAT " items %" G_GINT64_FORMAT " own %" G_GINT64_FORMAT,
    count (pair, "SELECT count(*) * 1000 + sum (start_us / 1800000000 % 997) FROM busy_span"),
    count (pair, "SELECT count(*) FROM sync_item"),
    count (pair, "SELECT count(*) FROM sync_item WHERE is_own = 1"));
  g_string_append_printf (
    text, " links %" G_GINT64_FORMAT " in flight %" G_GINT64_FORMAT " meetings %u at the server",
    count (pair, "SELECT count(*) FROM sync_link WHERE state = 1 AND key IS NOT NULL"),
    count (pair, "SELECT count(*) FROM sync_link WHERE in_flight <> 0"),
    model_remote_count (pair->model, "X-PLANNER-REF"));
  g_string_append_printf (text, " booked %" G_GINT64_FORMAT,
                          count (pair, "SELECT count(*) * 1000 + sum (start_us / 1800000000 % 997) "
                                       "FROM booking WHERE state = 'booked'"));
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
assert_no_canary (SyncPair *pair)
{
  g_assert_false (sync_world_finds (pair->sync, "anarie"));
  g_assert_false (sync_world_finds (pair->sync, "ANARIE"));
  g_assert_true (sync_world_finds (pair->sync, "sync-1"));
}

static void
test_there_and_back (void)
{
  g_autoptr (SyncPair) pair = sync_pair_new (7);
  g_autoptr (CalsyncReport) first = NULL;
  g_autoptr (CalsyncReport) second = NULL;
  g_autoptr (CalsyncReport) third = NULL;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;

  put_events (pair, 0, 40);
  first = run (pair);
  g_assert_cmpuint (first->n_created, ==, 3);
  g_assert_cmpuint (model_remote_count (pair->model, "X-PLANNER-REF"), ==, 3);
  g_assert_cmpuint (model_remote_count (pair->model, "SUMMARY:Samtale (Kommunal Planner)"), ==, 3);
  g_assert_cmpint (count (pair, "SELECT count(*) FROM busy_span"), ==, 40);
  g_assert_cmpint (count (pair, "SELECT count(*) FROM sync_run WHERE outcome = 'done' AND "
                                "n_created = 3 AND finished_us > 0 AND n_requests > 0"),
                   ==, 1);
  g_assert_cmpint (
    count (pair, "SELECT count(*) FROM sync_binding WHERE health = 'ok' AND n_failures = 0"), ==,
    1);
  second = run (pair); /* what the server made of ours is looked at once */
  before = sync_world_digest (pair->sync);
  third = run (pair);
  after = sync_world_digest (pair->sync);
  g_assert_true (third->was_quiet);
  g_assert_cmpuint (third->cost.n_requests, <=, 1);
  g_assert_cmpstr (before, ==, after);
  assert_no_canary (pair);
}

static void
test_changes (void)
{
  g_autoptr (SyncPair) pair = sync_pair_new (7);
  g_autofree char *after = NULL;

  put_events (pair, 0, 40);
  calsync_report_free (run (pair));
  put_events (pair, 40, 5);
  model_remote_delete (pair->model, model_remote_find (pair->model, "/cal/kanarie-3.ics"));
  world_run_sql (pair->sync->world, "UPDATE booking SET state = 'cancelled' WHERE booking_id = 1; "
                                    "DELETE FROM claim WHERE booking_id = 1");
  for (guint i = 0; i < 3; i++)
    calsync_report_free (run (pair));
  g_assert_cmpint (count (pair, "SELECT count(*) FROM busy_span"), ==, 44);
  g_assert_cmpuint (model_remote_count (pair->model, "X-PLANNER-REF"), ==, 2);
  g_assert_cmpint (count (pair, "SELECT count(*) FROM sync_link"), ==, 2);
  g_assert_cmpint (
    count (
      pair,
      "SELECT count(*) FROM sync_run_change WHERE what = 'item-removed' AND before IS NOT NULL"),
    ==, 1);
  /* All that a run did is told of that run. */
  g_assert_cmpint (count (pair, "SELECT count(*) FROM sync_run WHERE outcome = 'open'"), ==, 0);
  g_assert_cmpint (count (pair, "SELECT max(n) FROM (SELECT count(*) AS n FROM sync_run_change "
                                "WHERE run_id > 1 GROUP BY run_id)"),
                   >=, 7);
  assert_no_canary (pair);
}

/* The server says no: told once, counted each time, and over when it says yes. */
static void
test_failures (void)
{
  g_autoptr (SyncPair) pair = sync_pair_new (7);

  put_events (pair, 0, 5);
  calsync_report_free (run (pair));
  put_events (pair, 5, 1);
  pair->model->fixed_error = CALSYNC_REMOTE_ERROR_DENIED;
  for (guint i = 1; i <= 3; i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (try_run (pair, &error));
      g_assert_error (error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_DENIED);
      g_assert_cmpint (count (pair, "SELECT n_failures FROM sync_binding"), ==, i);
    }
  g_assert_cmpint (count (pair, "SELECT count(*) FROM sync_run WHERE outcome = 'denied'"), ==, 1);
  g_assert_cmpint (
    count (pair,
           "SELECT count(*) FROM sync_binding WHERE health = 'denied' AND health_text IS NOT NULL"),
    ==, 1);
  g_assert_cmpint (count (pair, "SELECT count(*) FROM busy_span"), ==, 5);
  pair->model->fixed_error = -1;
  calsync_report_free (run (pair));
  g_assert_cmpint (
    count (pair, "SELECT count(*) FROM sync_binding WHERE health = 'ok' AND n_failures = 0"), ==,
    1);
  g_assert_cmpint (count (pair, "SELECT count(*) FROM busy_span"), ==, 6);
  assert_no_canary (pair);
}

static void
test_guard (void)
{
  g_autoptr (SyncPair) pair = sync_pair_new (7);
  g_autoptr (CalsyncReport) report = NULL;
  g_autoptr (GError) error = NULL;
  SyncGuard guard = { .binding_id = pair->sync->binding_id, .agreed_by = (char *) "admin" };

  put_events (pair, 0, 40);
  calsync_report_free (run (pair));
  for (guint i = 0; i < 30; i++)
    {
      g_autofree char *key = g_strdup_printf ("/cal/kanarie-%u.ics", i);
      model_remote_delete (pair->model, model_remote_find (pair->model, key));
    }
  report = run (pair);
  g_assert_cmpint (report->guard, ==, CALSYNC_GUARD_FOREIGN);
  g_assert_cmpint (count (pair, "SELECT count(*) FROM busy_span"), ==, 40);
  g_assert_cmpint (
    count (pair,
           "SELECT count(*) FROM sync_binding WHERE state = 'guarded' AND health = 'guarded'"),
    ==, 1);
  g_assert_cmpint (count (pair, "SELECT n_foreign FROM sync_guard"), ==, 30);
  calsync_report_free (run (pair));
  g_assert_cmpint (count (pair, "SELECT count(*) FROM busy_span"), ==, 40);
  guard.agreed_until_us = pair->sync->world->now_us + HOUR;
  g_assert_true (sync_guard_agree (pair->sync->world->writer, &guard, &error));
  calsync_report_free (run (pair));
  g_assert_cmpint (count (pair, "SELECT count(*) FROM busy_span"), ==, 10);
  g_assert_cmpint (count (pair, "SELECT count(*) FROM sync_run WHERE outcome = 'open'"), ==, 0);
  g_assert_cmpint (
    count (pair, "SELECT count(*) FROM sync_binding WHERE state = 'active' AND health = 'ok'"), ==,
    1);
  /* What was agreed to is not held against the next one that goes. */
  model_remote_delete (pair->model, model_remote_find (pair->model, "/cal/kanarie-35.ics"));
  calsync_report_free (g_steal_pointer (&report));
  report = run (pair);
  g_assert_cmpint (report->guard, ==, CALSYNC_GUARD_NONE);
  g_assert_cmpint (count (pair, "SELECT count(*) FROM busy_span"), ==, 9);
  g_assert_cmpint (count (pair, "SELECT count(*) FROM sync_run_change WHERE counts = 1"), ==, 1);
}

static void
test_refusals (void)
{
  g_autoptr (SyncPair) pair = sync_pair_new (7);
  SyncContext context = context_of (pair);
  g_autoptr (CalsyncReport) report = NULL;
  g_autoptr (GError) error = NULL;
  gint64 id = pair->sync->binding_id;

  g_assert_true (sync_lock_take (id));
  g_assert_null (try_run (pair, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_BUSY);
  g_clear_error (&error);
  sync_lock_give (id);
  g_assert_true (sync_binding_store_set_state (pair->sync->world->writer, id, SYNC_BINDING_PAUSED,
                                               "ferie", &error));
  g_assert_null (try_run (pair, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_STATE_CHANGED);
  g_assert_nonnull (strstr (error->message, "ferie"));
  g_clear_error (&error);
  put_events (pair, 0, 3);
  g_assert_true (sync_run_binding (&context, id, CALSYNC_JOB_PREVIEW, &report, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (report->n_changed, ==, 3);
  g_assert_cmpint (count (pair, "SELECT count(*) FROM sync_item"), ==, 0);
  g_assert_true (sync_binding_store_set_state (pair->sync->world->writer, id, SYNC_BINDING_ACTIVE,
                                               NULL, &error));
  world_run_sql (pair->sync->world, "UPDATE resource SET retired_us = 1 WHERE resource_id = 1");
  g_assert_null (try_run (pair, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_STATE_CHANGED);
  g_clear_error (&error);
  g_assert_null (try_run (pair, &error)); /* and the lock is free */
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_STATE_CHANGED);
  g_assert_false (sync_lock_is_taken (id));
}

/* Who has left keeps the events of meetings to come, until they are taken out by a run that wants none. */
static void
test_retired_parts (void)
{
  g_autoptr (SyncPair) pair = sync_pair_new (7);
  g_autoptr (SyncWished) wished = sync_wished_new ();
  SyncContext context = context_of (pair);
  g_autoptr (CalsyncReport) report = NULL;
  g_autoptr (GError) error = NULL;

  calsync_report_free (run (pair));
  world_run_sql (pair->sync->world, "UPDATE resource SET retired_us = 1 WHERE resource_id = 1");
  g_assert_cmpuint (model_remote_count (pair->model, "X-PLANNER-REF"), ==, 3);
  context.wrap = sync_wished_wrap;
  context.wrap_data = wished;
  context.mode = "disconnect";
  g_assert_true (
    sync_run_binding (&context, pair->sync->binding_id, CALSYNC_JOB_RUN, &report, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (model_remote_count (pair->model, "X-PLANNER-REF"), ==, 0);
}

/* After a restore: what would only be added goes on by itself, anything else waits for a person. */
static void
test_restored (void)
{
  g_autoptr (SyncPair) pair = sync_pair_new (7);
  g_autoptr (CalsyncReport) report = NULL;
  g_autoptr (GError) error = NULL;
  SyncGuard guard = { .binding_id = pair->sync->binding_id, .agreed_by = (char *) "admin" };

  put_events (pair, 0, 5);
  calsync_report_free (run (pair));
  world_run_sql (pair->sync->world,
                 "UPDATE sync_binding SET looks_first = 1, full_due_us = 0, cursor = NULL");
  calsync_report_free (run (pair));
  g_assert_cmpint (count (pair, "SELECT looks_first FROM sync_binding"), ==, 0);
  world_run_sql (pair->sync->world,
                 "UPDATE sync_binding SET looks_first = 1, full_due_us = 0, cursor = NULL;"
                 " UPDATE booking SET state = 'cancelled' WHERE booking_id = 1; DELETE FROM claim "
                 "WHERE booking_id = 1");
  for (guint i = 0; i < 2; i++)
    {
      g_clear_pointer (&report, calsync_report_free);
      report = run (pair);
      g_assert_cmpint (report->guard, !=, CALSYNC_GUARD_NONE);
      g_assert_cmpuint (model_remote_count (pair->model, "X-PLANNER-REF"), ==, 3);
      g_assert_cmpint (
        count (pair, "SELECT count(*) FROM sync_guard WHERE reason = 'restored' AND n_own = 1"), ==,
        1);
    }
  guard.agreed_until_us = pair->sync->world->now_us + HOUR;
  g_assert_true (sync_guard_agree (pair->sync->world->writer, &guard, &error));
  /* What was agreed to is what was shown: one that is cancelled since is asked about anew. */
  world_run_sql (pair->sync->world,
                 "UPDATE booking SET state = 'cancelled' WHERE booking_id = 2; DELETE FROM claim "
                 "WHERE booking_id = 2");
  calsync_report_free (run (pair));
  g_assert_cmpuint (model_remote_count (pair->model, "X-PLANNER-REF"), ==, 3);
  g_assert_cmpint (
    count (pair, "SELECT count(*) FROM sync_guard WHERE n_own = 2 AND agreed_until_us = 0"), ==, 1);
  g_assert_cmpint (count (pair, "SELECT count(*) FROM sync_staged"), ==, 2);
  g_assert_true (sync_guard_agree (pair->sync->world->writer, &guard, &error));
  calsync_report_free (run (pair));
  g_assert_cmpuint (model_remote_count (pair->model, "X-PLANNER-REF"), ==, 1);
  g_assert_cmpint (
    count (pair, "SELECT count(*) FROM sync_binding WHERE looks_first = 0 AND state = 'active'"),
    ==, 1);
}

/* A server that forgets its cursor is not asked for changes after the second time; one that remembers again is. */
static void
test_forgetful (void)
{
  g_autoptr (SyncPair) pair = sync_pair_new (7);
  g_autoptr (CalsyncReport) lost = NULL;
  g_autoptr (CalsyncReport) listed = NULL;
  g_autoptr (CalsyncReport) fed = NULL;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;

  put_events (pair, 0, 12);
  calsync_report_free (run (pair));
  calsync_report_free (run (pair));
  pair->model->epoch++;
  calsync_report_free (run (pair));
  g_assert_cmpint (count (pair, "SELECT n_lost FROM sync_binding"), ==, 1);
  calsync_report_free (run (pair)); /* it remembers: once is no habit */
  g_assert_cmpint (count (pair, "SELECT n_lost FROM sync_binding"), ==, 0);
  for (guint i = 1; i <= 2; i++)
    {
      pair->model->epoch++;
      g_clear_pointer (&lost, calsync_report_free);
      lost = run (pair);
      g_assert_true (lost->was_full);
      g_assert_cmpint (count (pair, "SELECT n_lost FROM sync_binding"), ==, i);
    }
  g_assert_cmpint (
    count (pair, "SELECT count(*) FROM sync_binding WHERE tier = 3 AND cursor IS NULL"), ==, 1);
  pair->model->manners.tier =
    CALSYNC_TIER_LISTING; /* as a remote that is opened with the stored tier */
  pair->model->epoch++;
  calsync_report_free (run (pair));
  before = sync_world_digest (pair->sync);
  pair->model->epoch++;
  listed = run (pair);
  after = sync_world_digest (pair->sync);
  g_assert_false (listed->was_full);
  g_assert_cmpuint (listed->cost.n_requests, <, lost->cost.n_requests);
  g_assert_cmpstr (before, ==, after); /* and quiet is free */
  put_events (pair, 12, 1);
  calsync_report_free (run (pair));
  g_assert_cmpint (count (pair, "SELECT count(*) FROM busy_span"), ==, 13);
  /* The full pass of the day tries it once more. */
  pair->model->manners.tier = CALSYNC_TIER_FEED;
  world_run_sql (pair->sync->world, "UPDATE sync_binding SET full_due_us = 0");
  calsync_report_free (run (pair));
  fed = run (pair);
  g_assert_false (fed->was_full);
  g_assert_cmpint (count (pair, "SELECT n_lost FROM sync_binding"), ==, 0);
  g_assert_cmpint (count (pair, "SELECT tier FROM sync_binding"), ==, CALSYNC_TIER_FEED);
}

/* Says something to the database just before the write that is told. */
typedef struct
{
  SyncPair *pair;
  const char *sql;
  guint at;
  guint n_writes;
  gint64 n_most; /* what may be in the calendar after that: what was there, and what was begun */
} Voice;

static gboolean
run_write_and_speak (gpointer runner, AdminWrite write, gpointer data, GError **error)
{
  Voice *voice = runner;

  if (++voice->n_writes == voice->at)
    {
      voice->n_most = model_remote_count (voice->pair->model, "X-PLANNER-REF") +
                      count (voice->pair, "SELECT count(*) FROM sync_link WHERE in_flight <> 0");
      world_run_sql (voice->pair->sync->world, voice->sql);
    }
  return sync_pair_run_write (voice->pair, write, data, error);
}

/* Returns: whether the run was stopped; FALSE when it needed fewer writes. */
static gboolean
is_stopped_by (SyncPair *pair, const char *sql, guint at)
{
  SyncContext context = context_of (pair);
  Voice voice = { .pair = pair, .sql = sql, .at = at };
  g_autoptr (CalsyncReport) report = NULL;
  g_autoptr (GError) error = NULL;

  context.runner = (AdminRunner){ run_write_and_speak, &voice };
  if (sync_run_binding (&context, pair->sync->binding_id, CALSYNC_JOB_RUN, &report, &error))
    return FALSE;
  g_assert_error (error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_CANCELLED);
  /* Receipts and the record may still take as many writes as a slow machine cuts them into; nothing new is begun. */
  g_assert_cmpint (model_remote_count (pair->model, "X-PLANNER-REF"), <=, voice.n_most);
  return TRUE;
}

/* Paused, retired or disconnected at any write: it ends there, what was sent is known, and the next run goes on. */
static void
test_stopped_in_the_middle (void)
{
  static const struct
  {
    const char *stop;
    const char *go;
  } rows[] = {
    { "UPDATE sync_binding SET state = 'paused', why = 'ferie'",
      "UPDATE sync_binding SET state = 'active', why = NULL" },
    { "UPDATE resource SET retired_us = 1 WHERE resource_id = 1",
      "UPDATE resource SET retired_us = NULL" },
    { "DELETE FROM sync_binding", NULL },
  };
  g_autoptr (SyncPair) calm = sync_pair_new (7);
  g_autofree char *wanted = NULL;
  guint n_stopped = 0;

  put_events (calm, 0, 12);
  calsync_report_free (run (calm));
  calsync_report_free (run (calm));
  wanted = describe (calm);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    for (guint at = 1;; at++)
      {
        g_autoptr (SyncPair) pair = sync_pair_new (7);
        g_autofree char *is = NULL;

        put_events (pair, 0, 12);
        if (!is_stopped_by (pair, rows[i].stop, at))
          break;
        n_stopped++;
        g_assert_cmpint (count (pair, "SELECT count(*) FROM sync_run WHERE outcome = 'local'"), ==,
                         0);
        g_assert_cmpint (count (pair, "SELECT count(*) FROM sync_link WHERE in_flight <> 0"), ==,
                         0);
        if (rows[i].go == NULL)
          continue;
        g_assert_cmpint (count (pair, "SELECT count(*) FROM sync_link WHERE state = 1"), ==,
                         model_remote_count (pair->model, "X-PLANNER-REF"));
        g_assert_cmpint (count (pair, "SELECT n_failures FROM sync_binding"), ==, 0);
        world_run_sql (pair->sync->world, rows[i].go);
        calsync_report_free (run (pair));
        calsync_report_free (run (pair));
        is = describe (pair);
        g_assert_cmpstr (is, ==, wanted);
      }
  g_assert_cmpuint (n_stopped, >=, 9);
}

/* The event of ours that is at @now, as far as "T090000" tells it. */
static ModelItem *
find_own (SyncPair *pair, const char *now)
{
  g_autoptr (GPtrArray) list = model_remote_list (pair->model);
  ModelItem *found = NULL;

  for (guint i = 0; i < list->len; i++)
    {
      ModelItem *item = list->pdata[i];
      const char *event = strstr (item->text, "BEGIN:VEVENT");

      if (strstr (item->text, "X-PLANNER-REF") != NULL && strstr (event, now) != NULL)
        found = item;
    }
  g_assert_nonnull (found);
  return found;
}

static void
drag (SyncPair *pair, ModelItem *item, const char *start, const char *end)
{
  g_auto (GStrv) lines = g_strsplit (item->text, "\r\n", -1);
  g_autofree char *key = g_strdup (item->key);
  g_autofree char *text = NULL;
  gboolean is_event = FALSE;

  for (guint i = 0; lines[i] != NULL; i++)
    {
      gboolean is_start = g_str_has_prefix (lines[i], "DTSTART");

      is_event |= g_str_equal (lines[i], "BEGIN:VEVENT");
      if (!is_event || (!is_start && !g_str_has_prefix (lines[i], "DTEND")))
        continue;
      g_free (lines[i]);
      lines[i] = g_strdup_printf ("%s:%s", is_start ? "DTSTART" : "DTEND", is_start ? start : end);
    }
  text = g_strjoinv ("\r\n", lines);
  (void) model_remote_put (pair->model, key, text);
}

static gint64
count_conflicts (SyncPair *pair, const char *state, const char *resolution)
{
  g_autofree char *sql = g_strdup_printf (
    "SELECT count(*) FROM sync_conflict WHERE state = '%s' AND coalesce (resolution, '') = '%s'",
    state, resolution);

  return count (pair, sql);
}

#define ASK "INSERT INTO setting VALUES (1, 0, 'sync-on-move', 0, 'ask')"

/* A question that something else has answered asks nobody any more; both versions stay. */
static void
test_superseded (void)
{
  g_autoptr (SyncPair) pair = sync_pair_new (7);

  world_run_sql (pair->sync->world, ASK);
  calsync_report_free (run (pair));
  drag (pair, find_own (pair, "T090000"), "20261126T120000Z", "20261126T123000Z");
  calsync_report_free (run (pair));
  g_assert_cmpint (count_conflicts (pair, "open", ""), ==, 1);
  drag (pair, find_own (pair, "20261126T"), "20261127T120000Z", "20261127T123000Z");
  calsync_report_free (run (pair));
  g_assert_cmpint (count_conflicts (pair, "resolved", "superseded"), ==, 1);
  g_assert_cmpint (count_conflicts (pair, "open", ""), ==, 1);
  world_run_sql (pair->sync->world, "UPDATE booking SET state = 'cancelled' WHERE booking_id = 1; "
                                    "DELETE FROM claim WHERE booking_id = 1");
  calsync_report_free (run (pair));
  g_assert_cmpint (count_conflicts (pair, "resolved", "cancelled"), ==, 1);
  drag (pair, find_own (pair, "T100000"), "20261126T120000Z", "20261126T123000Z");
  calsync_report_free (run (pair));
  g_assert_cmpint (count_conflicts (pair, "open", ""), ==, 1);
  drag (pair, find_own (pair, "20261126T"), "20261124T090000Z", "20261124T093000Z");
  calsync_report_free (run (pair));
  g_assert_cmpint (count_conflicts (pair, "resolved", "settled"), ==, 1);
  g_assert_cmpint (count_conflicts (pair, "open", ""), ==, 0);
  g_assert_cmpint (count (pair, "SELECT count(*) FROM sync_conflict WHERE their_start_us > 0"), ==,
                   3);
}

/* Nobody answered before the meeting was over: its event goes back to when it was. One that is moved ahead
 * afterwards is an appointment of the advisor's. */
static void
test_over (void)
{
  g_autoptr (SyncPair) pair = sync_pair_new (7);

  world_run_sql (pair->sync->world, ASK);
  calsync_report_free (run (pair));
  drag (pair, find_own (pair, "T090000"), "20261203T120000Z", "20261203T123000Z");
  calsync_report_free (run (pair));
  g_assert_cmpint (count_conflicts (pair, "open", ""), ==, 1);
  sync_world_pass_time (pair->sync, 48 * HOUR);
  calsync_report_free (run (pair));
  g_assert_cmpint (count_conflicts (pair, "resolved", "over"), ==, 1);
  g_assert_cmpint (count_conflicts (pair, "open", ""), ==, 0);
  g_assert_nonnull (find_own (pair, "20261124T080000Z"));
  calsync_report_free (run (pair));
  g_assert_cmpint (count (pair, "SELECT count(*) FROM busy_span"), ==, 0);
  drag (pair, find_own (pair, "T100000"), "20261203T120000Z", "20261203T123000Z");
  calsync_report_free (run (pair));
  g_assert_cmpint (count (pair, "SELECT count(*) FROM busy_span"), ==, 1);
  g_assert_cmpint (
    count (pair, "SELECT count(*) FROM sync_conflict WHERE kind = 'copy' AND state = 'noted'"), ==,
    1);
  g_assert_nonnull (find_own (pair, "20261203T120000Z")); /* and it is left alone */
}

/* An entry that nobody can read is told until it can: by its times, and by nothing else. */
static void
test_unreadable (void)
{
  g_autoptr (SyncPair) pair = sync_pair_new (7);

  (void) model_remote_put (pair->model, "/cal/kanarie-bad.ics",
                           "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:kanarie-uid-bad\r\n"
                           "DTSTART:20261201T100000Z\r\nRRULE:FREQ=SOMETIMES;X\r\n" CANARY
                           "LAST-MODIFIED:20261120T070000Z\r\nDTEND:when it is over\r\n");
  calsync_report_free (run (pair));
  g_assert_cmpint (
    count (pair, "SELECT count(*) FROM sync_conflict WHERE kind = 'unreadable' AND state = 'open' "
                 "AND their_start_us = 1796119200000000 AND changed_us = 1795158000000000"),
    ==, 1);
  g_assert_cmpint (count (pair, "SELECT count(*) FROM busy_span"), >, 200);
  assert_no_canary (pair);
  put_events (pair, 0, 1);
  (void) model_remote_put (pair->model, "/cal/kanarie-bad.ics",
                           model_remote_find (pair->model, "/cal/kanarie-0.ics")->text);
  calsync_report_free (run (pair));
  g_assert_cmpint (count_conflicts (pair, "resolved", "readable"), ==, 1);
  g_assert_cmpint (count (pair, "SELECT count(*) FROM busy_span"), ==, 2);
}

/* One script: a first run, then edits on both sides, then runs until nothing is left to do. */
static SyncPair *
begin_script (void)
{
  SyncPair *pair = sync_pair_new (7);

  put_events (pair, 0, 12);
  return pair;
}

static void
edit_script (SyncPair *pair)
{
  put_events (pair, 12, 2);
  model_remote_delete (pair->model, model_remote_find (pair->model, "/cal/kanarie-3.ics"));
  world_run_sql (pair->sync->world, "UPDATE booking SET state = 'cancelled' WHERE booking_id = 1; "
                                    "DELETE FROM claim WHERE booking_id = 1");
}

static void
finish_script (SyncPair *pair)
{
  gboolean is_quiet = FALSE;

  pair->dies_at = 0;
  pair->model->steps_left = -1;
  for (guint i = 0; i < 10 && !is_quiet; i++)
    {
      g_autoptr (CalsyncReport) report = NULL;

      sync_world_pass_time (pair->sync, 6 * 60 * G_USEC_PER_SEC);
      report = run (pair);
      is_quiet = report->was_quiet && report->n_left == 0;
    }
  g_assert_true (is_quiet);
}

static char *
run_script (guint dies_at, gboolean dies_after, gint64 steps_left, guint *out_n_writes)
{
  g_autoptr (SyncPair) pair = begin_script ();

  pair->n_writes = 0;
  pair->dies_at = dies_at;
  pair->dies_after = dies_after;
  pair->model->steps_left = steps_left;
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GError) error = NULL;
      CalsyncReport *report = try_run (pair, &error);

      g_clear_pointer (&report, calsync_report_free);
      if (i == 0)
        edit_script (pair);
    }
  *out_n_writes = pair->n_writes;
  finish_script (pair);
  assert_no_canary (pair);
  return describe (pair);
}

/* In CI every second one, whose turn it is by chance; the long run takes all. */
static guint
step_of (void)
{
  return testlib_budget ("sync-run-kills") >= 100 ? 1 : 2;
}

static guint
first_of (guint i)
{
  return step_of () == 1 ? 0 : (i + (guint) g_test_rand_int_range (0, 2)) % 2;
}

/* Killed before or after any write of the database: the end is the same. */
static void
test_killed_at_every_write (void)
{
  guint n_writes = 0, unused = 0;
  g_autofree char *expected = run_script (0, FALSE, -1, &n_writes);

  g_test_message ("%u writes; %s", n_writes, expected);
  g_assert_nonnull (strstr (expected, "in flight 0 meetings 2 at the server"));
  g_assert_cmpuint (n_writes, >, 8);
  for (guint i = 1; i <= n_writes; i++)
    for (guint after = first_of (i); after < 2; after += step_of ())
      {
        g_autofree char *got = run_script (i, after == 1, -1, &unused);

        g_test_message ("killed at write %u of %u: %s", i, n_writes, got);
        g_assert_cmpstr (got, ==, expected);
      }
}

/* Cut off at any request, which may have been done or not. */
static void
test_cut_off_at_every_request (void)
{
  guint unused = 0;
  g_autofree char *expected = run_script (0, FALSE, -1, &unused);

  for (gint64 i = 1 + g_test_rand_int_range (0, (gint) step_of ()); i <= 16; i += step_of ())
    {
      g_autofree char *got = run_script (0, FALSE, i, &unused);

      g_test_message ("cut off at request %" G_GINT64_FORMAT ": %s", i, got);
      g_assert_cmpstr (got, ==, expected);
    }
}

typedef struct
{
  SyncPair *pair;
  gint64 longest_us;
  gint64 all_us;
  guint n;
} Watch;

/* How long the writer is held, its commit left out: that is the disk's. */
typedef struct
{
  AdminWrite write;
  gpointer data;
  gint64 took_us;
} Timed;

static gboolean
timed (StoreSession *session, gpointer data, GError **error)
{
  Timed *one = data;
  gint64 start_us = g_get_monotonic_time ();
  gboolean ok = one->write (session, one->data, error);

  one->took_us = g_get_monotonic_time () - start_us;
  return ok;
}

static gboolean
watched_write (gpointer runner, AdminWrite write, gpointer data, GError **error)
{
  Watch *watch = runner;
  Timed one = { write, data, 0 };
  AdminRunner direct = admin_runner_direct (watch->pair->sync->world->writer);
  gboolean ok = direct.run_write (direct.runner, timed, &one, error);

  watch->longest_us = MAX (watch->longest_us, one.took_us);
  watch->all_us += one.took_us;
  watch->n++;
  return ok;
}

static void
watched_run (SyncPair *pair, const char *what)
{
  Watch watch = { .pair = pair };
  SyncContext context = context_of (pair);
  g_autoptr (CalsyncReport) report = NULL;
  g_autoptr (GError) error = NULL;
  gint64 start_us = g_get_monotonic_time ();

  context.runner = (AdminRunner){ watched_write, &watch };
  g_assert_true (
    sync_run_binding (&context, pair->sync->binding_id, CALSYNC_JOB_RUN, &report, &error));
  g_assert_no_error (error);
  g_test_message ("%s: %.0f ms, %u writes, %.1f ms of the writer, the longest %.1f ms", what,
                  (g_get_monotonic_time () - start_us) / 1e3, watch.n, watch.all_us / 1e3,
                  watch.longest_us / 1e3);
}

/* Every event is a series over half a year: what a whole calendar costs the writer, and one change in it. */
static void
test_many (void)
{
  g_autoptr (SyncPair) pair = sync_pair_new (7);
  guint n_events = (guint) testlib_budget ("sync-run-events");

  for (guint i = 0; i < n_events; i++)
    {
      g_autofree char *key = g_strdup_printf ("/cal/%u.ics", i);
      g_autofree char *uid = g_strdup_printf ("uid-%u", i);
      g_autofree char *start =
        g_strdup_printf ("202611%02uT%02u%02u00Z", 1 + i % 28, 6 + i % 12, i % 60);
      g_autofree char *end =
        g_strdup_printf ("202611%02uT%02u%02u00Z", 1 + i % 28, 7 + i % 12, i % 60);
      g_autofree char *text =
        sync_world_event (uid, start, end, i % 10 == 0 ? "RRULE:FREQ=WEEKLY\r\n" : NULL);

      (void) model_remote_put (pair->model, key, text);
    }
  watched_run (pair, "first");
  g_assert_cmpint (count (pair, "SELECT count(*) FROM sync_item WHERE is_own = 0"), ==, n_events);
  watched_run (pair, "second");
  watched_run (pair, "quiet");
  put_events (pair, 0, 1);
  watched_run (pair, "one more");
  world_run_sql (pair->sync->world, "UPDATE sync_binding SET full_due_us = 0");
  watched_run (pair, "full");
  g_assert_cmpint (count (pair, "SELECT count(*) FROM sync_item WHERE is_own = 0"), ==,
                   n_events + 1);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/sync-run/there-and-back", test_there_and_back);
  g_test_add_func ("/sync-run/changes", test_changes);
  g_test_add_func ("/sync-run/failures", test_failures);
  g_test_add_func ("/sync-run/guard", test_guard);
  g_test_add_func ("/sync-run/superseded", test_superseded);
  g_test_add_func ("/sync-run/over", test_over);
  g_test_add_func ("/sync-run/unreadable", test_unreadable);
  g_test_add_func ("/sync-run/refusals", test_refusals);
  g_test_add_func ("/sync-run/stopped-in-the-middle", test_stopped_in_the_middle);
  g_test_add_func ("/sync-run/retired-parts", test_retired_parts);
  g_test_add_func ("/sync-run/forgetful", test_forgetful);
  g_test_add_func ("/sync-run/restored", test_restored);
  g_test_add_func ("/sync-run/many", test_many);
  g_test_add_func ("/sync-run/killed-at-every-write", test_killed_at_every_write);
  g_test_add_func ("/sync-run/cut-off-at-every-request", test_cut_off_at_every_request);
  return g_test_run ();
}
