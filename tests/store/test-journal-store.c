/* SPDX-License-Identifier: EUPL-1.2 */
/* The journal: seals verify before and after erasure, and nothing can be changed without being seen. */
#include "base/error.h"
#include "store/journal-store.h"
#include "store/store-migrate.h"
#include "testlib.h"

static StoreSession *
open_session (void)
{
  g_autofree char *folder = testlib_make_folder ();
  g_autofree char *path = g_build_filename (folder, "planner.db", NULL);
  g_autofree char *schema = testlib_dup_source_path ("data/schema/sqlite");
  g_autoptr (GError) error = NULL;
  StoreSession *session = store_open (path, STORE_WRITE, &error);

  g_assert_no_error (error);
  g_assert_true (store_migrate (session, schema, &error));
  g_assert_no_error (error);
  return session;
}

static void
add_group (StoreSession *session, guint n_rows)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (store_begin (session, STORE_WRITE, &error));
  for (guint i = 0; i < n_rows; i++)
    {
      g_autofree char *payload = g_strdup_printf ("{\"title\":\"Samtale %u\"}", i);
      JournalEntry entry = { .tenant_id = 1,
                             .at_us = 1000 + i,
                             .actor = "dfdg",
                             .call_id = "call",
                             .kind = "booking-created",
                             .subject = "booking",
                             .payload = payload };
      g_assert_true (journal_store_add (session, &entry, &error));
    }
  g_assert_true (journal_store_seal (session, &error));
  g_assert_true (store_commit (session, &error));
  g_assert_no_error (error);
}

static gboolean
verify (StoreSession *session, guint64 expect_rows)
{
  g_autoptr (GError) error = NULL;
  guint64 n_rows = 0;
  gboolean ok = journal_store_verify (session, &n_rows, &error);

  if (ok)
    g_assert_cmpuint (n_rows, ==, expect_rows);
  else
    g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_CONFLICT);
  return ok;
}

static void
test_erasure_keeps_the_seals (void)
{
  g_autoptr (StoreSession) session = open_session ();
  g_autoptr (GError) error = NULL;

  g_assert_true (verify (session, 0));
  add_group (session, 3);
  add_group (session, 1);
  add_group (session, 0);
  g_assert_true (verify (session, 4));
  g_assert_true (journal_store_erase (session, 2, &error));
  g_assert_no_error (error);
  g_assert_true (verify (session, 4));
}

static void
check_tampering (const char *sql, gboolean is_refused)
{
  g_autoptr (StoreSession) session = open_session ();
  g_autoptr (GError) error = NULL;

  add_group (session, 3);
  add_group (session, 2);
  g_assert_cmpint (store_run_script (session, sql, &error), ==, !is_refused);
  g_assert_cmpint (verify (session, 5), ==, is_refused);
}

static void
test_tampering_is_refused_or_seen (void)
{
  check_tampering ("UPDATE journal SET subject = 'x' WHERE sequence = 2", TRUE);
  check_tampering ("DELETE FROM journal WHERE sequence = 5", TRUE);
  check_tampering ("UPDATE journal_payload SET payload = '{}' WHERE sequence = 2", FALSE);
  check_tampering (
    "DROP TRIGGER journal_is_append_only; UPDATE journal SET at_us = 1 WHERE sequence = 2", FALSE);
  check_tampering ("DROP TRIGGER journal_is_kept; DELETE FROM journal_payload WHERE sequence = 5; "
                   "DELETE FROM journal WHERE sequence = 5",
                   FALSE);
  check_tampering ("DELETE FROM journal_seal WHERE last_sequence = 5", FALSE);
  check_tampering ("UPDATE journal_seal SET seal = x'00' WHERE last_sequence = 3", FALSE);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/journal-store/erasure-keeps-the-seals", test_erasure_keeps_the_seals);
  g_test_add_func ("/journal-store/tampering-is-refused-or-seen",
                   test_tampering_is_refused_or_seen);
  return g_test_run ();
}
