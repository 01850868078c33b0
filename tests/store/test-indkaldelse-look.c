/* SPDX-License-Identifier: EUPL-1.2 */
/* Which version at DFDG is nobody's that we know, and what is asked of the citizen's messages then. */
#include "dfdg/services/indkaldelse-look.h"

#include "store/store-migrate.h"
#include "testlib.h"

static void
test_unseen (void)
{
  static const struct
  {
    const char *applied, *caused;
    gint64 applied_us;
    const char *theirs;
    gint64 theirs_us;
    gboolean is_possible, is_unseen;
  } rows[] = {
    /* nothing is known: as before */
    { NULL, NULL, 0, "v1", 100, FALSE, FALSE },
    { NULL, NULL, 100, "v1", 100, FALSE, FALSE },
    { NULL, "", 0, "v1", 100, FALSE, FALSE },
    { "v1", "", 100, "v2", 200, FALSE, FALSE },
    /* ours: applied, or answered to our last call; letters of a guid may differ */
    { "v1", NULL, 100, "v1", 100, TRUE, FALSE },
    { NULL, "v1", 0, "v1", 100, TRUE, FALSE },
    { "v1", "v2", 100, "v2", 200, TRUE, FALSE },
    { "v1", "ab", 100, "AB", 200, TRUE, FALSE },
    /* somebody else's, whoever told DFDG last */
    { "v1", NULL, 100, "v2", 200, TRUE, TRUE },
    { "v1", NULL, 100, "v2", 100, TRUE, TRUE },
    { "v1", "v2", 100, "v3", 300, TRUE, TRUE },
    { NULL, "v1", 0, "v2", 200, TRUE, TRUE },
    { "v1", NULL, 100, "v2", 0, TRUE, TRUE },
    /* a reading side that is behind */
    { "v1", NULL, 100, "v0", 50, TRUE, FALSE },
    { "v1", "v2", 100, "v1", 100, TRUE, FALSE },
    { "v1", "v2", 100, "v0", 50, TRUE, FALSE },
    /* DFDG names no versions any more */
    { "v1", NULL, 100, NULL, 200, TRUE, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      IndkaldelseLook look = { .mark = { (char *) rows[i].applied, rows[i].applied_us,
                                         (char *) rows[i].caused } };
      g_autoptr (DfdgIndkaldelse) theirs = indkaldelse_new ();

      theirs->version = g_strdup (rows[i].theirs);
      theirs->changed_us = rows[i].theirs_us;
      if (indkaldelse_look_is_possible (&look) != rows[i].is_possible ||
          (rows[i].is_possible && indkaldelse_look_is_unseen (&look, theirs) != rows[i].is_unseen))
        g_error ("row %u", i);
    }
}

static const char world_sql[] =
  "INSERT INTO tenant VALUES (1, 'demo', 'Demo'); INSERT INTO citizen VALUES (1, 1, '0000000000', "
  "NULL, NULL);";

/* One question a row: that it is there, that it waits, that it is answered. */
static void
test_question (void)
{
  g_autofree char *folder = testlib_make_folder ();
  g_autofree char *path = g_build_filename (folder, "planner.db", NULL);
  g_autofree char *schema = testlib_dup_source_path ("data/schema/sqlite");
  g_autoptr (GError) error = NULL;
  StoreSession *session = store_open (path, STORE_WRITE, &error);
  ConfigDfdgClient client = { .entity_indkaldelse = 90000 };
  DfdgSettings settings = { .client = &client };
  Booking booking = {
    .tenant_id = 1, .booking_id = 1, .identifier = (char *) "b-1", .cpr = (char *) "0000000000"
  };
  OutboxItem item = { .request_id = (char *) "r-1" };
  OutboxItem other = { .request_id = (char *) "r-2" };
  IndkaldelseLook look = { 0 };
  g_autoptr (GPtrArray) events = NULL;

  g_assert_no_error (error);
  g_assert_true (store_migrate (session, schema, &error));
  g_assert_true (store_run_script (session, world_sql, &error));
  for (guint i = 0; i < 2; i++)
    {
      g_assert_true (indkaldelse_look_load (session, &booking, &item, &look, &error));
      g_assert_cmpint (look.was_asked, ==, i > 0);
      g_assert_cmpint (look.is_asked, ==, i > 0);
      g_assert_true (indkaldelse_look_ask (session, &settings, &booking, &item, &error));
    }
  events = inbox_store_list_lane (session, 1, 1, G_MAXINT64, 9, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (events->len, ==, 1);
  g_assert_true (indkaldelse_look_is_question (events->pdata[0]));
  g_assert_true (inbox_store_set_done (session, ((DfdgEvent *) events->pdata[0])->event_id,
                                       "changed", 1, &error));
  g_assert_true (indkaldelse_look_load (session, &booking, &item, &look, &error));
  g_assert_true (look.was_asked && !look.is_asked);
  g_assert_true (indkaldelse_look_load (session, &booking, &other, &look, &error));
  g_assert_false (look.was_asked);
  g_assert_no_error (error);
  indkaldelse_look_clear (&look);
  store_close (session);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/indkaldelse-look/unseen", test_unseen);
  g_test_add_func ("/indkaldelse-look/question", test_question);
  return g_test_run ();
}
