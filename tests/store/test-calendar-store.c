/* SPDX-License-Identifier: EUPL-1.2 */
/* Laid-out time is kept in pieces of a day, whoever wrote it, and is found from any instant inside it. */
#include "store/busy-span-store.h"
#include "store/calendar-store.h"

#include <gio/gio.h>

#include "store/availability-store.h"
#include "store/store-migrate.h"
#include "testlib.h"

#define HOUR G_GINT64_CONSTANT (3600000000)
#define DAY  (24 * HOUR)

static const char world_sql[] =
  "INSERT INTO tenant VALUES (1, 'demo', 'Demo');"
  "INSERT INTO resource (resource_id, tenant_id, kind, resource_key, email, name) VALUES "
  "(1, 1, 'advisor', 'RID-1', 'v1@demo.example', 'Vejleder 01');"
  "INSERT INTO calendar (calendar_id, tenant_id, resource_id, "
  "calendar_key, origin, expanded_until_us) VALUES (1, 1, 1, 'c', 'import', 1);"
  "INSERT INTO calendar_object (object_id, tenant_id, calendar_id, uid_hash, text) VALUES (1, 1, "
  "1, 'u', '');";

static StoreSession *
open_database (const char *schema_dir)
{
  g_autofree char *folder = testlib_make_folder ();
  g_autofree char *path = g_build_filename (folder, "planner.db", NULL);
  g_autoptr (GError) error = NULL;
  StoreSession *session = store_open (path, STORE_WRITE, &error);

  g_assert_no_error (error);
  g_assert_true (store_migrate (session, schema_dir, &error));
  g_assert_true (store_run_script (session, world_sql, &error));
  g_assert_no_error (error);
  return session;
}

/* Whether the two hours from @hour on lie in busy and in working time, and from where to where, merged. */
static void
assert_both_cover (StoreSession *session, gint64 hour, Period whole)
{
  Period asked = { hour * HOUR, (hour + 2) * HOUR };
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) busy = busy_span_list (session, 1, asked, &error);
  g_autoptr (GArray) work = work_span_list (session, 1, asked, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (busy->len, >=, 1);
  g_assert_cmpuint (busy->len, ==, work->len);
  for (guint i = 0; i < busy->len; i++)
    {
      Period piece = g_array_index (busy, BusySpan, i).period;

      g_assert_cmpmem (&piece, sizeof piece, &g_array_index (work, Period, i), sizeof piece);
      g_assert_true (period_contains (whole, piece));
      g_assert_cmpint (piece.end_us - piece.start_us, <=, STORE_LONGEST_SPAN_US);
      g_assert_cmpint (i == 0 ? piece.start_us : asked.start_us, <=, asked.start_us);
    }
  g_assert_cmpint (g_array_index (work, Period, work->len - 1).end_us, >=,
                   MIN (asked.end_us, whole.end_us));
}

static void
test_pieces (void)
{
  const Period leave = { 5 * HOUR, 5 * HOUR + 10 * DAY + HOUR };
  g_autofree char *schema = testlib_dup_source_path ("data/schema/sqlite");
  g_autoptr (StoreSession) session = open_database (schema);
  g_autoptr (GArray) busy = busy_spans_new ();
  g_autoptr (GArray) work = period_list_new ();
  g_autoptr (GArray) left = NULL;
  g_autoptr (GError) error = NULL;
  const BusySpan span = { leave, 1, "busy", FALSE };
  const LaidOutObject laid_out = { 1, 1, { 0, 30 * DAY }, busy };
  Period touched;
  gboolean changed = FALSE;

  busy_spans_add (busy, &span);
  period_list_add (work, leave);
  g_assert_true (store_begin (session, STORE_WRITE, &error));
  g_assert_true (busy_span_replace_object (session, &laid_out, &touched, &error) &&
                 !period_is_empty (touched));
  g_assert_true (work_span_replace (session, 1, (Period){ 0, 30 * DAY }, work, &changed, &error) &&
                 changed);
  for (gint64 hour = 5; hour < 10 * 24 + 5; hour++)
    assert_both_cover (session, hour, leave);
  g_assert_true (work_span_replace (session, 1, (Period){ 0, 30 * DAY }, work, &changed, &error) &&
                 !changed);
  g_array_set_size (busy, 0);
  g_assert_true (busy_span_replace_object (session, &laid_out, &touched, &error) &&
                 !period_is_empty (touched));
  left = busy_span_list (session, 1, (Period){ 0, 30 * DAY }, &error);
  g_assert_cmpuint (left->len, ==, 0);
  g_assert_no_error (error);
}

/* A database whose spans were stored whole comes out as if they had been written today. */
static void
test_migrated (void)
{
  const Period leave = { 5 * HOUR, 5 * HOUR + 3 * DAY + HOUR };
  g_autofree char *newest = testlib_dup_source_path ("data/schema/sqlite");
  g_autofree char *first = testlib_dup_source_path ("data/schema/sqlite/0001-first.sql");
  g_autofree char *old = testlib_make_folder ();
  g_autofree char *copy = g_build_filename (old, "0001-first.sql", NULL);
  g_autofree char *text = NULL;
  g_autofree char *sql = g_strdup_printf (
    "INSERT INTO busy_span (resource_id, start_us, end_us, object_id, class) "
    "VALUES (1, %" G_GINT64_FORMAT ", %" G_GINT64_FORMAT ", 1, 'busy');"
    "INSERT INTO work_span VALUES (1, %" G_GINT64_FORMAT ", %" G_GINT64_FORMAT ");",
    leave.start_us, leave.end_us, leave.start_us, leave.end_us);
  g_autoptr (StoreSession) session = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_get_contents (first, &text, NULL, &error) &&
                 g_file_set_contents (copy, text, -1, &error));
  session = open_database (old);
  g_assert_true (store_run_script (session, sql, &error));
  g_assert_true (store_migrate (session, newest, &error));
  g_assert_no_error (error);
  for (gint64 hour = 5; hour < 3 * 24 + 5; hour++)
    assert_both_cover (session, hour, leave);
  g_assert_true (store_check (session, &error));
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/calendar-store/pieces", test_pieces);
  g_test_add_func ("/calendar-store/migrated", test_migrated);
  return g_test_run ();
}
