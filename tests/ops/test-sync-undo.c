/* SPDX-License-Identifier: EUPL-1.2 */
/* Runs that want other meetings than are booked, over a real database and a server in memory, killed at any write. */
/* Also tests: sync-wished. */
#include <string.h>

#include "base/error.h"
#include "store/sync-link-store.h"
#include "sync-pair.h"
#include "sync/sync-run.h"
#include "sync/sync-undo.h"
#include "sync/sync-wished.h"

#define MARK "X-PLANNER-REF"

static gint64
count (SyncPair *pair, const char *sql)
{
  return world_count (pair->sync->world, sql);
}

/* @wished: (nullable): an ordinary run */
static gboolean
run (SyncPair *pair, SyncWished *wished, GError **error)
{
  SyncContext context = { .session = pair->sync->world->reader,
                          .runner = { sync_pair_run_write, pair },
                          .data_dir = pair->data_dir,
                          .actor = "sync",
                          .call_id = "run-1",
                          .remote = &pair->model->remote };
  g_autoptr (CalsyncReport) report = NULL;

  if (wished != NULL)
    {
      context.wrap = sync_wished_wrap;
      context.wrap_data = wished;
      context.mode = "undo";
    }
  return sync_run_binding (&context, pair->sync->binding_id, CALSYNC_JOB_RUN, &report, error);
}

static void
run_well (SyncPair *pair, SyncWished *wished)
{
  g_autoptr (GError) error = NULL;

  run (pair, wished, &error);
  g_assert_no_error (error);
}

/* Of the link whose event starts then. */
static char *
dup_reference (SyncPair *pair, const char *start)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) links =
    sync_link_store_list (pair->sync->world->reader, pair->sync->binding_id, 0, 0, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < links->len; i++)
    if (((SyncLink *) links->pdata[i])->base.start_us == world_instant (start))
      return g_strdup (((SyncLink *) links->pdata[i])->reference);
  g_assert_not_reached ();
}

/* Wherever it is killed, going on takes all events away, and an ordinary run makes each of them once again. */
static void
test_nobody_is_wanted (void)
{
  for (guint i = 1; i <= 12; i++)
    for (gboolean after = FALSE; after <= TRUE; after++)
      {
        g_autoptr (SyncPair) pair = sync_pair_new (11);
        g_autoptr (SyncWished) nobody = sync_wished_new ();
        g_autoptr (GError) error = NULL;

        run_well (pair, NULL);
        g_assert_cmpuint (model_remote_count (pair->model, MARK), ==, 3);
        pair->n_writes = 0;
        pair->dies_at = i;
        pair->dies_after = after;
        (void) run (pair, nobody, &error);
        pair->dies_at = 0;
        run_well (pair, nobody);
        run_well (pair, nobody);
        g_assert_cmpuint (model_remote_count (pair->model, MARK), ==, 0);
        g_assert_cmpint (count (pair, "SELECT count(*) FROM sync_link WHERE key IS NOT NULL OR"
                                      " in_flight <> 0"),
                         ==, 0);
        run_well (pair, NULL);
        run_well (pair, NULL);
        g_assert_cmpuint (model_remote_count (pair->model, MARK), ==, 3);
        g_assert_cmpint (count (pair, "SELECT count(*) FROM sync_link WHERE create_sequence = 2"),
                         ==, 3);
      }
}

/* One is wished away and one to another time; the third stays although its booking has been moved since. */
static void
test_wishes (void)
{
  g_autoptr (SyncPair) pair = sync_pair_new (11);
  g_autoptr (SyncWished) wished = sync_wished_new ();
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  const CalsyncShape none = { 0 };
  CalsyncShape other = { .start_us = world_instant ("2026-11-24T09:30:00Z"),
                         .end_us = world_instant ("2026-11-24T10:00:00Z"),
                         .busy_class = CALSYNC_CLASS_BUSY };

  run_well (pair, NULL);
  first = dup_reference (pair, "2026-11-24T08:00:00Z");
  second = dup_reference (pair, "2026-11-24T09:00:00Z");
  world_run_sql (pair->sync->world, "UPDATE group_session SET start_us = start_us + 1800000000,"
                                    " end_us = end_us + 1800000000");
  sync_wished_keep_others (wished);
  sync_wished_add (wished, &none, first);
  sync_wished_add (wished, &other, second);
  run_well (pair, wished);
  g_assert_cmpuint (model_remote_count (pair->model, MARK), ==, 2);
  g_assert_cmpuint (model_remote_count (pair->model, first), ==, 0);
  g_assert_cmpint (count (pair, "SELECT count(*) FROM sync_link WHERE base_start_us ="
                                " 1795512600000000"),
                   ==, 1);
  g_assert_cmpint (count (pair, "SELECT count(*) FROM sync_link WHERE session_id IS NOT NULL AND"
                                " base_start_us = 1795514400000000"),
                   ==, 1);
  run_well (pair, NULL);
  run_well (pair, NULL);
  g_assert_cmpuint (model_remote_count (pair->model, MARK), ==, 3);
  g_assert_cmpint (count (pair, "SELECT count(*) FROM sync_link JOIN booking USING (booking_id)"
                                " WHERE base_start_us = start_us"),
                   ==, 2);
}

/* The event of a cancelled booking, which has no link any more, is made again as one that was never there. */
static void
test_what_is_gone_comes_back (void)
{
  g_autoptr (SyncPair) pair = sync_pair_new (11);
  g_autoptr (SyncWished) wished = sync_wished_new ();
  g_autofree char *reference = NULL;
  CalsyncShape before = { .start_us = world_instant ("2026-11-24T08:00:00Z"),
                          .end_us = world_instant ("2026-11-24T08:30:00Z"),
                          .busy_class = CALSYNC_CLASS_BUSY };

  run_well (pair, NULL);
  reference = dup_reference (pair, "2026-11-24T08:00:00Z");
  world_run_sql (pair->sync->world, "UPDATE booking SET state = 'cancelled' WHERE booking_id = 1;"
                                    "DELETE FROM claim WHERE booking_id = 1");
  run_well (pair, NULL);
  g_assert_cmpuint (model_remote_count (pair->model, reference), ==, 0);
  sync_wished_keep_others (wished);
  sync_wished_describe (wished, g_strdup ("Igen"), calsync_zone_utc ());
  sync_wished_add (wished, &before, reference);
  sync_wished_count_on (wished, reference, 1);
  run_well (pair, wished);
  g_assert_cmpuint (model_remote_count (pair->model, reference), ==, 1);
  g_assert_cmpuint (model_remote_count (pair->model, "SUMMARY:Igen"), ==, 1);
  g_assert_cmpuint (model_remote_count (pair->model, MARK), ==, 3);
  run_well (pair, NULL);
  run_well (pair, NULL);
  g_assert_cmpuint (model_remote_count (pair->model, reference), ==, 0);
}

static SyncUndo *
load_undo (SyncPair *pair, gint64 run_id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SyncRun) record = sync_run_load (pair->sync->world->reader, run_id, &error);
  SyncUndo *undo;

  g_assert_no_error (error);
  undo = sync_undo_load (pair->sync->world->reader, record, &error);
  g_assert_no_error (error);
  return undo;
}

static void
put_event (SyncPair *pair, const char *start, const char *end)
{
  g_autofree char *text = sync_world_event ("fremmed", start, end, NULL);

  (void) model_remote_put (pair->model, "/cal/fremmed.ics", text);
}

/* Before is how it was before the run; what a later run has touched is left. */
static void
test_read_backwards (void)
{
  g_autoptr (SyncPair) pair = sync_pair_new (11);
  g_autoptr (SyncUndo) undo = NULL;
  g_autoptr (SyncUndo) later = NULL;
  const SyncUndoItem *item;
  const SyncUndoEvent *event;
  gint64 run_id;

  put_event (pair, "20261124T120000Z", "20261124T130000Z");
  run_well (pair, NULL);
  put_event (pair, "20261124T140000Z", "20261124T150000Z");
  world_run_sql (pair->sync->world, "UPDATE booking SET state = 'cancelled' WHERE booking_id = 1;"
                                    "DELETE FROM claim WHERE booking_id = 1");
  run_well (pair, NULL);
  run_id = count (pair, "SELECT max (run_id) FROM sync_run_change WHERE what = 'item-changed'");
  undo = load_undo (pair, run_id);
  g_assert_cmpuint (undo->items->len, ==, 1);
  item = undo->items->pdata[0];
  g_assert_nonnull (strstr (item->before, "120000"));
  g_assert_false (item->is_left);
  g_assert_cmpuint (undo->events->len, ==, 1);
  event = undo->events->pdata[0];
  g_assert_cmpint (event->before.start_us, ==, world_instant ("2026-11-24T08:00:00Z"));
  g_assert_cmpint (event->after.start_us, ==, 0);
  g_assert_cmpuint (sync_undo_count_left (undo), ==, 0);

  put_event (pair, "20261124T160000Z", "20261124T170000Z");
  run_well (pair, NULL);
  later = load_undo (pair, run_id);
  g_assert_cmpuint (sync_undo_count_left (later), ==, 1);
  g_assert_true (((SyncUndoItem *) later->items->pdata[0])->is_left);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/sync-undo/nobody-is-wanted", test_nobody_is_wanted);
  g_test_add_func ("/sync-undo/wishes", test_wishes);
  g_test_add_func ("/sync-undo/what-is-gone-comes-back", test_what_is_gone_comes_back);
  g_test_add_func ("/sync-undo/read-backwards", test_read_backwards);
  return g_test_run ();
}
