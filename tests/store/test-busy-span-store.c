/* SPDX-License-Identifier: EUPL-1.2 */
/* Replacing one object's spans leaves every other's alone, says what it touched, and never widens trust. */
#include "store/busy-span-store.h"

#include <gio/gio.h>
#include <stdlib.h>

#include "store/calendar-store.h"
#include "store/store-migrate.h"
#include "testlib.h"

#define HOUR G_GINT64_CONSTANT (3600000000)
#define DAY  (24 * HOUR)

static const Period window = { 0, 30 * DAY };

static StoreSession *
open_database (void)
{
  g_autofree char *folder = testlib_make_folder ();
  g_autofree char *path = g_build_filename (folder, "planner.db", NULL);
  g_autofree char *schema = testlib_dup_source_path ("data/schema/sqlite");
  g_autoptr (GError) error = NULL;
  StoreSession *session = store_open (path, STORE_WRITE, &error);

  g_assert_no_error (error);
  g_assert_true (
    store_migrate (session, schema, &error) &&
    store_run_script (
      session,
      "INSERT INTO tenant VALUES (1, 'demo', 'Demo');"
      "INSERT INTO resource (resource_id, tenant_id, kind, resource_key, email, name) VALUES "
      "(1, 1, 'advisor', 'RID-1', 'v1@demo.example', 'Vejleder 01');"
      "INSERT INTO calendar (calendar_id, tenant_id, resource_id, calendar_key, origin, "
      "expanded_until_us) VALUES (1, 1, 1, 'c', 'sync', 9000000000000000);",
      &error) &&
    store_begin (session, STORE_WRITE, &error));
  g_assert_no_error (error);
  return session;
}

static gint64
put_object (StoreSession *session, const char *uid, const char *text)
{
  CalendarObject object = {
    .tenant_id = 1, .calendar_id = 1, .uid_hash = (char *) uid, .text = (char *) text
  };
  g_autoptr (GError) error = NULL;
  PutOutcome outcome;

  g_assert_true (calendar_object_put (session, &object, &outcome, &error));
  g_assert_no_error (error);
  return object.object_id;
}

static Period
replace (StoreSession *session, gint64 object_id, const BusySpan *spans, guint n_spans)
{
  g_autoptr (GArray) list = busy_spans_new ();
  g_autoptr (GError) error = NULL;
  Period touched = { -1, -1 };

  for (guint i = 0; i < n_spans; i++)
    busy_spans_add (list, &spans[i]);
  g_assert_true (busy_span_replace_object (session, &(LaidOutObject){ 1, object_id, window, list },
                                           &touched, &error));
  g_assert_no_error (error);
  return touched;
}

static guint
count (StoreSession *session, gint64 object_id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) all = busy_span_list (session, 1, window, &error);
  guint n = 0;

  g_assert_no_error (error);
  for (guint i = 0; i < all->len; i++)
    n += g_array_index (all, BusySpan, i).object_id == object_id;
  return n;
}

static void
test_one_object (void)
{
  g_autoptr (StoreSession) session = open_database ();
  gint64 one = put_object (session, "one", "a"), other = put_object (session, "other", "b");
  const BusySpan first[] = { { { 1 * HOUR, 2 * HOUR }, one, "busy", FALSE },
                             { { 50 * HOUR, 51 * HOUR }, one, "tentative", FALSE },
                             { { 5 * DAY, 7 * DAY }, one, "away", TRUE } };
  const BusySpan others[] = { { { 1 * HOUR, 2 * HOUR }, other, "busy", FALSE } };
  BusySpan changed = { { 50 * HOUR, 51 * HOUR }, one, "busy", FALSE };
  Period touched;

  touched = replace (session, one, first, G_N_ELEMENTS (first));
  g_assert_cmpint (touched.start_us, ==, 1 * HOUR);
  g_assert_cmpint (touched.end_us, ==, 7 * DAY);
  (void) replace (session, other, others, G_N_ELEMENTS (others));
  g_assert_cmpuint (count (session, one), ==, 4); /* two days are two pieces */
  touched = replace (session, one, first, G_N_ELEMENTS (first));
  g_assert_true (period_is_empty (touched));
  touched = replace (session, one, &changed, 1);
  g_assert_cmpint (touched.start_us, ==, 1 * HOUR);
  g_assert_cmpuint (count (session, one), ==, 1);
  g_assert_cmpuint (count (session, other), ==, 1);
  touched = replace (session, one, NULL, 0);
  g_assert_cmpint (touched.start_us, ==, 50 * HOUR);
  g_assert_cmpint (touched.end_us, ==, 51 * HOUR);
  g_assert_cmpuint (count (session, other), ==, 1);
}

/* What was laid out over a month is not known behind it, whatever was known before. */
static void
test_trust (void)
{
  g_autoptr (StoreSession) session = open_database ();
  gint64 one = put_object (session, "one", "a");
  g_autoptr (GPtrArray) calendars = NULL;
  g_autoptr (GError) error = NULL;

  (void) replace (session, one, NULL, 0);
  calendars = calendar_list (session, 1, 1, &error);
  g_assert_no_error (error);
  g_assert_cmpint (((CalendarRecord *) calendars->pdata[0])->expanded_until_us, ==, window.end_us);
}

static gint64
revision (StoreSession *session)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) calendars = calendar_list (session, 1, 1, &error);

  g_assert_no_error (error);
  return ((CalendarRecord *) calendars->pdata[0])->revision;
}

/* Whoever lays time out can tell that nothing changed without reading it all. */
static void
test_revision (void)
{
  g_autoptr (StoreSession) session = open_database ();
  g_autoptr (GError) error = NULL;
  gint64 empty = revision (session), object_id, one, changed;

  object_id = put_object (session, "one", "a");
  one = revision (session);
  g_assert_cmpint (one, >, empty);
  (void) put_object (session, "one", "a");
  g_assert_cmpint (revision (session), ==, one);
  (void) put_object (session, "one", "b");
  changed = revision (session);
  g_assert_cmpint (changed, >, one);
  g_assert_true (calendar_object_remove (session, object_id, &error));
  g_assert_no_error (error);
  g_assert_cmpint (revision (session), >, changed);
}

/* Applied to the one list, what is missing and what is too much make the other. */
static void
test_difference (void)
{
  static const char *const words[] = { "busy", "away" };
  g_autoptr (GRand) rand = testlib_random_new ();

  for (int round = 0; round < 200; round++)
    {
      g_autoptr (GArray) from = busy_spans_new (), what = busy_spans_new ();
      g_autoptr (GArray) missing = busy_spans_new (), extra = busy_spans_new ();
      guint n_found = 0;

      for (int i = 0; i < 30; i++)
        {
          gint64 start = g_rand_int_range (rand, 0, 12);
          BusySpan span = { { start * HOUR, (start + 1) * HOUR },
                            g_rand_int_range (rand, 1, 3),
                            words[g_rand_int_range (rand, 0, 2)],
                            g_rand_boolean (rand) };
          busy_spans_add (i % 2 == 0 ? from : what, &span);
        }
      busy_spans_normalise (from);
      busy_spans_normalise (what);
      busy_spans_subtract (from, what, missing, extra);
      g_assert_cmpuint (from->len - extra->len, <=, what->len);
      for (guint i = 0; i < missing->len; i++)
        n_found += bsearch (&g_array_index (missing, BusySpan, i), what->data, what->len,
                            sizeof (BusySpan), busy_spans_compare) != NULL;
      for (guint i = 0; i < extra->len; i++)
        n_found += bsearch (&g_array_index (extra, BusySpan, i), what->data, what->len,
                            sizeof (BusySpan), busy_spans_compare) == NULL;
      g_assert_cmpuint (n_found, ==, missing->len + extra->len);
    }
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/busy-span-store/one-object", test_one_object);
  g_test_add_func ("/busy-span-store/trust", test_trust);
  g_test_add_func ("/busy-span-store/revision", test_revision);
  g_test_add_func ("/busy-span-store/difference", test_difference);
  return g_test_run ();
}
