/* SPDX-License-Identifier: EUPL-1.2 */
/* A test system's database: sound, served as any other, and without a trace of the original. */
/* Also tests: admin-export-test, pseudonym. */
#include <string.h>

#include "admin-harness.h"
#include "base/error.h"
#include "ops-world.h"
#include "ops/commands/care/admin-export-test.h"

#define OFFER "10000000-0000-4000-8000-0000000000c1"

/* Monday 23 November 2026, 09:00 in Copenhagen; everything that a person could have written is a canary. */
static const char world_sql[] =
  "INSERT INTO tenant VALUES (1, 'demo', 'Canary-01');"
  "INSERT INTO unit (unit_id, tenant_id, organisation_type, organisation_key, name, address, "
  "telephone) "
  "VALUES (1, 1, 8, '89000', 'Canary-02', 'Canary-03', '99990001');"
  "INSERT INTO team (team_id, tenant_id, unit_id, team_key, name) VALUES (1, 1, 1, 'canary-04', "
  "'Canary-05');"
  "INSERT INTO closing_day VALUES (1, 1, 20784, 'Canary-06');"
  "INSERT INTO resource (resource_id, tenant_id, kind, resource_key, email, name, telephone) "
  "VALUES (1, 1, "
  "'advisor', 'canary-07', 'canary-08@demo.example', 'Canary-09', '99990002');"
  "INSERT INTO resource_unit (tenant_id, resource_id, unit_id) VALUES (1, 1, 1);"
  "INSERT INTO resource_team (tenant_id, resource_id, team_id) VALUES (1, 1, 1);"
  "INSERT INTO work_span VALUES (1, 1795507200000000, 1795518000000000);"
  "INSERT INTO availability VALUES (1, 1, 1, 'canary-10', 'BEGIN:VCALENDAR' || char (10) || "
  "'VERSION:2.0' || char (10) "
  "|| 'BEGIN:VAVAILABILITY' || char (10) || 'UID:canary-11' || char (10) || "
  "'DTSTAMP:20260101T000000Z' || char (10) "
  "|| 'SUMMARY:Canary-12' || char (10) || 'BEGIN:AVAILABLE' || char (10) || 'UID:canary-13' || "
  "char (10) || "
  "'DTSTAMP:20260101T000000Z' || char (10) || 'DTSTART;TZID=Europe/Copenhagen:20261124T090000' || "
  "char (10) || "
  "'DTEND;TZID=Europe/Copenhagen:20261124T120000' || char (10) || 'END:AVAILABLE' || char (10) || "
  "'END:VAVAILABILITY' || char (10) || 'END:VCALENDAR' || char (10));"
  "INSERT INTO offer (offer_id, tenant_id, unit_id, identifier, interview_type, form, title, "
  "description, location, "
  "duration_minutes, grid_minutes) VALUES (1, 1, 1, '" OFFER
  "', 7, 'individual', 'Canary-14', 'Canary-15', 'Canary-16', 30, 30);"
  "INSERT INTO offer_contact_type VALUES (1, 1);"
  "INSERT INTO offer_resource VALUES (1, 1);";

static char *
book (World *world, guint citizen, const char *start)
{
  g_autoptr (GError) error = NULL;
  ContractCreateBookingRequest request = { .person_civil_registration_identifier =
                                             testlib_cpr (citizen),
                                           .interview_option_id = OFFER,
                                           .has_booking_start_time = TRUE,
                                           .booking_start_time = world_time (world_instant (start)),
                                           .interview_contact_type_identifier = 1 };

  (void) world_call (world, "CreateBooking", &request, &error);
  g_assert_no_error (error);
  return g_strndup (strstr (world_body (world), "<BookingIdentifier>") + 19, 36);
}

static JsonObject *
run (StoreSession *session, const char *command, const char *arguments, GError **error)
{
  return admin_harness_run_on (session, world_instant ("2026-11-23T08:00:00Z"), command, arguments,
                               error);
}

static void
export_to (World *world, const char *path)
{
  g_autofree char *arguments = g_strdup_printf ("{\"file\":\"%s\"}", path);
  g_autoptr (GError) error = NULL;

  json_object_unref (run (world->writer, "export-test", arguments, &error));
  g_assert_no_error (error);
}

static void
test_every_table_is_decided (void)
{
  g_autoptr (World) world = world_new (world_instant ("2026-11-23T08:00:00Z"));
  g_autoptr (GString) sql = g_string_new ("SELECT count(*) FROM sqlite_master WHERE type = 'table' "
                                          "AND name NOT LIKE 'sqlite_%' AND name NOT IN (''");
  guint n_tables = 0;
  const ExportTable *tables = export_list_tables (&n_tables);
  const char *const *left_out = export_list_left_out ();

  for (guint i = 0; i < n_tables; i++)
    {
      g_assert_false (g_strv_contains (left_out, tables[i].table));
      g_string_append_printf (sql, ", '%s'", tables[i].table);
    }
  for (guint i = 0; left_out[i] != NULL; i++)
    g_string_append_printf (sql, ", '%s'", left_out[i]);
  g_string_append (sql, ")");
  g_assert_cmpint (world_count (world, sql->str), ==, 0);
}

static gboolean
has (const char *path, const char *text)
{
  g_autofree char *content = NULL;
  gsize n_bytes = 0;

  g_assert_true (g_file_get_contents (path, &content, &n_bytes, NULL));
  return memmem (content, n_bytes, text, strlen (text)) != NULL;
}

static void
test_no_trace_is_left (void)
{
  g_autoptr (World) world = world_new (world_instant ("2026-11-23T08:00:00Z"));
  g_autofree char *path = NULL;
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  g_autoptr (StoreSession) target = NULL;
  g_autoptr (IndexFeed) feed = NULL;
  g_autoptr (IndexDelta) delta = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *data = testlib_dup_source_path ("data");

  world_run_sql (world, world_sql);
  first = book (world, 1, "2026-11-24T08:00:00Z");
  second = book (world, 2, "2026-11-24T09:00:00Z");
  path = g_build_filename (world->folder, "test-system.db", NULL);
  export_to (world, path);
  for (guint i = 1; i <= 2; i++)
    g_assert_false (has (path, testlib_cpr (i)));
  for (guint i = 1; i <= 16; i++)
    {
      g_autofree char *upper = g_strdup_printf ("Canary-%02u", i);
      g_autofree char *lower = g_strdup_printf ("canary-%02u", i);
      g_assert_false (has (path, upper));
      g_assert_false (has (path, lower));
    }
  g_assert_false (has (path, first));
  g_assert_false (has (path, second));
  g_assert_false (has (path, OFFER));
  g_assert_false (has (path, "9999000"));
  target = store_open (path, STORE_WRITE, &error);
  g_assert_no_error (error);
  json_object_unref (run (target, "verify", "{}", &error));
  g_assert_no_error (error);
  feed = index_feed_new (data);
  delta = index_feed_load_all (feed, target, world->now_us, &error);
  g_assert_no_error (error);
}

/* The same person is the same person, in every table, and somebody else the next time. */
static void
test_pseudonyms_are_consistent (void)
{
  g_autoptr (World) world = world_new (world_instant ("2026-11-23T08:00:00Z"));
  g_autofree char *one = NULL;
  g_autofree char *two = NULL;
  g_autofree char *again = NULL;
  g_autoptr (StoreSession) target = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) listed = NULL;

  world_run_sql (world, world_sql);
  g_free (book (world, 1, "2026-11-24T08:00:00Z"));
  one = g_build_filename (world->folder, "one.db", NULL);
  two = g_build_filename (world->folder, "two.db", NULL);
  export_to (world, one);
  export_to (world, two);
  again = g_strdup_printf ("{\"file\":\"%s\"}", one);
  json_object_unref (run (world->writer, "export-test", again, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID);
  g_clear_error (&error);
  target = store_open (two, STORE_WRITE, &error);
  g_assert_no_error (error);
  listed = run (target, "list-bookings", "{\"unit\":\"89000\"}", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (listed, "bookings")), ==,
                    1);
  for (guint n = 0; n < 1; n++)
    {
      g_auto (StoreQuery) query = { 0 };
      const char *cpr;

      g_assert_true (store_query (target, &query, &error, SQL_EXPORT_CITIZEN, ""));
      g_assert_cmpint (store_step (&query, &error), ==, STORE_ROW);
      cpr = store_text (&query, 2);
      g_assert_cmpstr (cpr, !=, testlib_cpr (1));
      g_assert_cmpint (cpr[4] - '0', >=, 5);
      g_assert_cmpint (cpr[6] - '0', >=, 5);
      g_assert_cmpint (cpr[6] - '0', <=, 8);
      g_assert_false (has (one, cpr));
    }
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/export-test/every-table-is-decided", test_every_table_is_decided);
  g_test_add_func ("/export-test/no-trace-is-left", test_no_trace_is_left);
  g_test_add_func ("/export-test/pseudonyms-are-consistent", test_pseudonyms_are_consistent);
  return g_test_run ();
}
