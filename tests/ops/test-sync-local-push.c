/* SPDX-License-Identifier: EUPL-1.2 */
/* Many intents and receipts at once over a real database, of a run that somebody has stopped too. */
#include "sync-world.h"

static gint64
count (SyncWorld *sync, const char *sql)
{
  return world_count (sync->world, sql);
}

static CalsyncPush
push_of (const CalsyncWanted *wanted, CalsyncPushVerb verb, const char *version)
{
  return (CalsyncPush){ .verb = verb,
                        .reference = wanted->reference,
                        .uid = (char *) "u-1@demo",
                        .key = (char *) "/dav/v1/work/u-1.ics",
                        .create_sequence = wanted->create_sequence + (verb == CALSYNC_PUSH_CREATE),
                        .event_sequence = wanted->event_sequence + 1,
                        .shape = { .start_us = verb == CALSYNC_PUSH_REMOVE ? 0 : wanted->start_us,
                                   .end_us = verb == CALSYNC_PUSH_REMOVE ? 0 : wanted->end_us,
                                   .busy_class = CALSYNC_CLASS_BUSY },
                        .before = wanted->base,
                        .is_done = version != NULL,
                        .version = (char *) version };
}

/* Many at once: all receipts and all intents; of a run that somebody has stopped, the receipts alone. */
static void
test_many_receipts (void)
{
  g_autoptr (SyncWorld) sync = sync_world_new ();
  const CalsyncLocalFunctions *functions;
  g_autoptr (GPtrArray) wanted = NULL;
  g_autoptr (GPtrArray) sent = g_ptr_array_new ();
  g_autoptr (GPtrArray) nothing = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  CalsyncPush pushes[6];
  char keys[6][32];

  for (guint i = 0; i < 6; i++)
    {
      g_autofree char *start =
        g_strdup_printf ("2026-11-24T%02u:%s:00Z", 8 + i / 2, i % 2 == 0 ? "00" : "30");

      g_free (sync_world_book (sync, 1 + i, SYNC_OFFER, start));
    }
  sync_world_bind (sync, 1, CALSYNC_DIRECTION_OUT);
  functions = sync->port->functions;
  wanted = sync_world_wanted (sync);
  g_assert_cmpuint (wanted->len, ==, 6);
  for (guint i = 0; i < 6; i++)
    {
      g_snprintf (keys[i], sizeof keys[i], "/dav/v1/work/u-%u.ics", i);
      pushes[i] = push_of (wanted->pdata[i], CALSYNC_PUSH_CREATE, "\"1\"");
      pushes[i].key = keys[i];
      g_ptr_array_add (sent, &pushes[i]);
    }
  g_assert_true (functions->record_pushes (sync->port, nothing, sent, &error));
  g_assert_no_error (error);
  g_assert_cmpint (count (sync, "SELECT count(*) FROM sync_link WHERE in_flight <> 0"), ==, 6);
  g_assert_true (functions->may_send (sync->port, &error));
  world_run_sql (sync->world, "UPDATE sync_binding SET state = 'paused'");
  g_assert_false (functions->may_send (sync->port, &error));
  g_assert_error (error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_false (functions->record_pushes (sync->port, sent, sent, &error));
  g_assert_error (error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_CANCELLED);
  g_assert_cmpint (count (sync, "SELECT count(*) FROM sync_link WHERE in_flight <> 0"), ==, 0);
  g_assert_cmpint (count (sync, "SELECT count(*) FROM sync_item WHERE is_own = 1"), ==, 6);
  g_assert_cmpint (count (sync, "SELECT count(*) FROM sync_run_change WHERE what = 'sent-create'"),
                   ==, 6);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/sync-local-push/many-receipts", test_many_receipts);
  return g_test_run ();
}
