/* SPDX-License-Identifier: EUPL-1.2 */
/* What is past its term goes, with proof, and is found nowhere; what something keeps stays. */
/* Also tests: admin-retention, retention-run, retention-store, store-vfs. */
#include <string.h>

#include "admin-harness.h"
#include "base/error.h"
#include "base/period.h"
#include "ops-world.h"
#include "ops/service/retention-run.h"
#include "rules/retention.h"
#include "store/journal-store.h"
#include "store/unit-store.h"

#define OFFER "10000000-0000-4000-8000-000000000001"

/* Monday 23 November 2026, 09:00 in Copenhagen; advisor 1 works from 09 to 12 local on Tuesday. */
static const char world_sql[] =
  "INSERT INTO tenant VALUES (1, 'demo', 'Demo');"
  "INSERT INTO unit (unit_id, tenant_id, organisation_type, organisation_key, name) VALUES (1, 1, "
  "8, "
  "'89000', 'Demo'), (2, 1, 8, '89001', 'Under');"
  "INSERT INTO resource (resource_id, tenant_id, kind, resource_key, email, name) VALUES (1, 1, "
  "'advisor', 'RID-1', 'v1@demo.example', 'Vejleder 01'), (2, 1, 'advisor', 'RID-2', "
  "'v2@demo.example', 'Vejleder 02');"
  "INSERT INTO resource_unit (tenant_id, resource_id, unit_id) VALUES (1, 1, 1), (1, 2, 1);"
  "INSERT INTO work_span VALUES (1, 1795507200000000, 1795518000000000);"
  "INSERT INTO calendar (calendar_id, tenant_id, resource_id, calendar_key, origin, "
  "expanded_until_us) VALUES (1, 1, 2, 'import', 'import', 1812931200000000);"
  "INSERT INTO calendar_object (object_id, tenant_id, calendar_id, uid_hash, text) VALUES "
  "(1, 1, 1, 'x', 'once'), (2, 1, 1, 'y', 'RRULE'), (3, 1, 1, 'z', 'later');"
  "INSERT INTO busy_span (resource_id, start_us, end_us, object_id, class) "
  "VALUES (2, 1780000000000000, 1780001000000000, 1, 'busy'),"
  " (2, 1780000000000000, 1780001000000000, 2, 'busy'), (2, 1795514400000000, 1795516200000000, 3, "
  "'busy');"
  "INSERT INTO offer (offer_id, tenant_id, unit_id, identifier, interview_type, form, title, "
  "duration_minutes, grid_minutes) VALUES (1, 1, 1, '" OFFER
  "', 7, 'individual', 'Jobsamtale', 30, 30);"
  "INSERT INTO offer_contact_type VALUES (1, 1);"
  "INSERT INTO offer_resource VALUES (1, 1), (1, 2);";

static World *
new_world (void)
{
  World *world = world_new (world_instant ("2026-11-23T08:00:00Z"));

  world_run_sql (world, world_sql);
  return world;
}

static void
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
}

static void
report_error (World *world, guint citizen)
{
  g_autoptr (GError) error = NULL;
  ContractReportErrorRequest request = { .person_civil_registration_identifier =
                                           testlib_cpr (citizen),
                                         .error_code = 9303,
                                         .error_origin = 30,
                                         .error_time = world_time (world->now_us) };

  (void) world_call (world, "ReportError", &request, &error);
  g_assert_no_error (error);
}

static JsonObject *
run_on (World *world, gint64 days_later, const char *command, const char *arguments)
{
  g_autoptr (GError) error = NULL;
  JsonObject *result = admin_harness_run_on (
    world->writer, world->now_us + days_later * PERIOD_US_PER_DAY, command, arguments, &error);

  g_assert_no_error (error);
  return result;
}

static gint64
rows_of (JsonObject *result, const char *class)
{
  JsonArray *classes = json_object_get_array_member (result, "classes");
  gint64 n_rows = 0;

  for (guint i = 0; i < json_array_get_length (classes); i++)
    {
      JsonObject *row = json_array_get_object_element (classes, i);
      if (g_str_equal (json_object_get_string_member (row, "class"), class))
        n_rows += json_object_get_int_member (row, "rows");
    }
  return n_rows;
}

static void
verify (World *world)
{
  g_autoptr (GError) error = NULL;
  guint64 n_rows = 0;

  g_assert_true (journal_store_verify (world->writer, &n_rows, &error));
  g_assert_no_error (error);
  g_assert_true (store_check (world->writer, &error));
  g_assert_no_error (error);
}

/* In any file of the folder, the write-ahead log and the shared memory too. */
static gboolean
is_in_files (const char *folder, const char *text)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  gboolean is_found = FALSE;
  const char *leaf;

  while ((leaf = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, leaf, NULL);
      g_autofree char *content = NULL;
      gsize n_bytes = 0;

      g_assert_true (g_file_get_contents (path, &content, &n_bytes, NULL));
      is_found |= memmem (content, n_bytes, text, strlen (text)) != NULL;
    }
  return is_found;
}

/* The table of the code and the comments of the schema say the same of every table. */
static void
add_comments (GHashTable *classes, GHashTable *tables, const char *sql)
{
  g_auto (GStrv) lines = g_strsplit (sql, "\n", -1);
  g_autofree char *class = NULL;

  for (guint i = 0; lines[i] != NULL; i++)
    {
      if (g_str_has_prefix (lines[i], "-- retention: "))
        {
          g_free (class);
          class = g_strndup (lines[i] + 14, strcspn (lines[i] + 14, " ("));
        }
      if (!g_str_has_prefix (lines[i], "CREATE TABLE "))
        continue;
      g_hash_table_insert (tables, g_strndup (lines[i] + 13, strcspn (lines[i] + 13, " (")),
                           g_strdup (class == NULL ? "" : class));
      if (class != NULL)
        g_hash_table_add (classes, g_steal_pointer (&class));
    }
}

static const RetentionClass *
class_of_table (const char *table)
{
  guint n_classes = 0;
  const RetentionClass *classes = retention_list_classes (&n_classes);
  const RetentionClass *found = NULL;

  for (guint i = 0; i < n_classes; i++)
    {
      g_auto (GStrv) tables = g_strsplit (classes[i].tables, " ", -1);
      if (!g_strv_contains ((const char *const *) tables, table))
        continue;
      g_assert_null (found);
      found = &classes[i];
    }
  return found;
}

static void
test_table_and_schema_agree (void)
{
  g_autoptr (GHashTable) classes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) tables = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autofree char *folder = testlib_dup_source_path ("data/schema/sqlite");
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *leaf;
  GHashTableIter iterator;
  gpointer key, value;
  guint n_known = 0;

  while ((leaf = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, leaf, NULL);
      g_autofree char *sql = NULL;
      g_assert_true (g_file_get_contents (path, &sql, NULL, NULL));
      add_comments (classes, tables, sql);
    }
  g_hash_table_iter_init (&iterator, tables);
  while (g_hash_table_iter_next (&iterator, &key, &value))
    {
      const RetentionClass *class = class_of_table (key);
      if (class == NULL)
        g_error ("table %s has no retention class in rules/retention.c", (char *) key);
      if (*(char *) value != '\0')
        g_assert_cmpstr (class->name, ==, value);
      n_known++;
    }
  g_assert_cmpuint (n_known, >, 30);
  for (guint i = 0; i < n_known; i++)
    {
      guint n_classes = 0;
      const RetentionClass *list = retention_list_classes (&n_classes);
      g_auto (GStrv) names = i < n_classes ? g_strsplit (list[i].tables, " ", -1) : NULL;
      for (guint j = 0; names != NULL && names[j] != NULL && *names[j] != '\0'; j++)
        g_assert_true (g_hash_table_contains (tables, names[j]));
    }
}

static void
test_terms_are_dated (void)
{
  g_autoptr (World) world = new_world ();
  const RetentionClass *class = retention_find_class ("booking");
  gint64 today = retention_today (world->now_us);
  g_autoptr (GPtrArray) settings = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) refused = NULL;

  json_object_unref (run_on (world, 0, "retention-set", "{\"class\":\"booking\",\"days\":400}"));
  json_object_unref (
    run_on (world, 0, "retention-set", "{\"class\":\"booking\",\"days\":60,\"unit\":\"89001\"}"));
  json_object_unref (run_on (world, 0, "retention-set",
                             "{\"class\":\"booking\",\"days\":500,\"from\":\"2027-01-01\"}"));
  settings = setting_list (world->writer, 1, NULL);
  g_assert_cmpint (retention_days (settings, class, 0, today), ==, 400);
  g_assert_cmpint (retention_days (settings, class, 1, today), ==, 400);
  g_assert_cmpint (retention_days (settings, class, 2, today), ==, 60);
  g_assert_cmpint (retention_days (settings, class, 1, today + 60), ==, 500);
  g_assert_cmpint (retention_days (settings, class, 2, today + 60), ==, 60);
  g_assert_cmpint (retention_days (settings, retention_find_class ("inbox"), 2, today), ==, 400);
  refused = admin_harness_run_on (world->writer, world->now_us, "retention-set",
                                  "{\"class\":\"booking\",\"days\":3}", &error);
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID);
  g_clear_error (&error);
  json_object_unref (g_steal_pointer (&refused));
  refused = admin_harness_run_on (world->writer, world->now_us, "retention-set",
                                  "{\"class\":\"inbox\",\"days\":90,\"unit\":\"89001\"}", &error);
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID);
}

/* A message that the program ended over is gone a day later, with its attachments; one that waits stays. */
static void
test_draft_goes_soon (void)
{
  g_autoptr (World) world = new_world ();

  book (world, 1, "2026-11-24T08:00:00Z");
  world_run_sql (world,
                 "INSERT INTO message (tenant_id, citizen_id, state, case_name, delivery_key, "
                 "channel, message_type, added_us) SELECT 1, citizen_id, s.value, 'by-hand', "
                 "s.value, 2, 1, (SELECT max (at_us) FROM journal) FROM citizen, "
                 "json_each ('[\"draft\",\"waiting\",\"sent\"]') s;"
                 "INSERT INTO message_document SELECT message_id, 1, 'a.pdf', 3 FROM message;"
                 "INSERT INTO message_part SELECT message_id, 1, 0, x'616263' FROM message;");
  json_object_unref (run_on (world, 0, "retention-run", "{\"yes\":true}"));
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM message"), ==, 3);
  json_object_unref (run_on (world, 2, "retention-run", "{\"yes\":true}"));
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM message WHERE state = 'draft'"), ==,
                   0);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM message"), ==, 2);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM message_part"), ==, 2);
}

/* Three years on, all but evidence is gone, the citizen last; before that, a booking keeps its citizen. */
static void
test_a_citizen_goes_without_a_trace (void)
{
  g_autoptr (World) world = new_world ();

  book (world, 1, "2026-11-24T08:00:00Z");
  report_error (world, 1);
  world_run_sql (
    world,
    "INSERT INTO dfdg_event (tenant_id, carrier, message_id, citizen_id, entity_type, change_type, "
    "event_us, received_us, system_id, organisation_type, hint, state) SELECT 1, 'wsb', 'm-1', "
    "citizen_id, 90000, 1, 1, 1, 1, 8, 3, 'done' FROM citizen;"
    "INSERT INTO dfdg_truth (booking_id, tenant_id, changed_us, seen_us) SELECT booking_id, 1, 1, "
    "1 "
    "FROM booking;"
    "INSERT INTO participant (booking_id, participant_id, tenant_id, name) SELECT booking_id, 'p', "
    "1, 'A-kassen' FROM booking;");
  g_assert_true (is_in_files (world->folder, testlib_cpr (1)));
  json_object_unref (run_on (world, 1000, "retention-run", "{\"yes\":true}"));
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM booking"), ==, 1);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM citizen"), ==, 1);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM inbox"), ==, 0);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM dfdg_event"), ==, 0);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM participant"), ==, 1);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM stored_answer"), ==, 0);

  json_object_unref (run_on (world, 1100, "retention-run", "{\"yes\":true}"));
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM booking"), ==, 0);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM dfdg_truth"), ==, 0);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM participant"), ==, 0);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM claim"), ==, 0);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM owner"), ==, 0);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM citizen"), ==, 0);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM journal_payload p JOIN journal j "
                                       "ON j.sequence = p.sequence WHERE j.kind LIKE 'booking-%'"),
                   ==, 0);
  g_assert_cmpint (
    world_count (world, "SELECT count(*) FROM journal WHERE kind = 'booking-created'"), ==, 1);
  g_assert_cmpint (world_count (world, "SELECT n_bookings FROM removed_booking WHERE month = "
                                       "'2026-11' AND interview_type = 7 AND self_booked = 1"),
                   ==, 1);
  g_assert_cmpint (
    world_count (world, "SELECT sum(n_rows) FROM retention_run WHERE class = 'booking'"), ==, 1);
  g_assert_cmpint (
    world_count (world, "SELECT count(*) FROM retention_run WHERE finished_us IS NULL"), ==, 0);
  verify (world);
  g_assert_false (is_in_files (world->folder, testlib_cpr (1)));
}

/* A connected calendar of resource 2, what was sent of the booking, and what runs left. */
static const char sync_sql[] =
  "INSERT INTO calendar (calendar_id, tenant_id, resource_id, calendar_key, origin) VALUES (9, 1, "
  "2, 'sync-1', 'sync');"
  "INSERT INTO sync_binding (binding_id, tenant_id, resource_id, calendar_id, url, auth, "
  "direction, created_us)"
  " VALUES (1, 1, 2, 9, 'https://calendar.example/', 'none', 3, 1);"
  "INSERT INTO sync_item (item_id, tenant_id, binding_id, key_hash, is_own) VALUES (1, 1, 1, 'h', "
  "0);"
  "INSERT INTO calendar_object (object_id, tenant_id, calendar_id, uid_hash, text, item_id) VALUES "
  "(9, 1, 9, 'w', 'RRULE', 1);"
  "INSERT INTO sync_link (link_id, tenant_id, binding_id, booking_id, reference, base_start_us, "
  "base_end_us)"
  " SELECT 1, 1, 1, booking_id, 'r', start_us, end_us FROM booking;"
  "INSERT INTO sync_putback VALUES (1, 1795417200000000);"
  "INSERT INTO sync_run (run_id, tenant_id, binding_id, started_us, mode, actor, call_id)"
  " VALUES (1, 1, 1, 1795417200000000, 'run', 'sync', 'c');"
  "INSERT INTO sync_run_change (tenant_id, run_id, binding_id, at_us, what, is_own)"
  " VALUES (1, 1, 1, 1795417200000000, 'item-added', 0);"
  "INSERT INTO sync_conflict (tenant_id, binding_id, run_id, reference, kind, decision, "
  "our_start_us, our_end_us,"
  " our_class, our_flags, their_start_us, their_end_us, their_class, their_flags, state, found_us, "
  "seen_us)"
  " VALUES (1, 1, 1, 'r', 'moved', 'put-back', 1, 2, 1, 0, 3, 4, 1, 0, 'noted', 1795417200000000, "
  "1795417200000000),"
  " (1, 1, 1, 'r', 'deleted', 'waits', 1, 2, 1, 0, 3, 4, 1, 0, 'open', 1795417200000000, "
  "1795417200000000);"
  "INSERT INTO sync_tombstone (tenant_id, binding_id, reference, create_sequence, removed_us)"
  " VALUES (1, 1, 'old', 2, 1795417200000000);";

static gint64
count_sync (World *world, const char *tables)
{
  g_auto (GStrv) names = g_strsplit (tables, " ", -1);
  gint64 n = 0;

  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autofree char *sql = g_strdup_printf ("SELECT count(*) FROM %s", names[i]);
      n += world_count (world, sql);
    }
  return n;
}

/* Records go after their term, and what a person has not settled stays; the connection goes with its owner. */
static void
test_connected_calendars (void)
{
  static const char records[] =
    "sync_link sync_putback sync_run sync_run_change sync_conflict sync_tombstone";
  g_autoptr (World) world = new_world ();

  book (world, 1, "2026-11-24T08:00:00Z");
  world_run_sql (world, sync_sql);
  json_object_unref (run_on (world, 80, "retention-run", "{\"yes\":true}"));
  g_assert_cmpint (count_sync (world, records), ==, 7);
  json_object_unref (run_on (world, 100, "retention-run", "{\"yes\":true}"));
  g_assert_cmpint (count_sync (world, records), ==, 1);
  g_assert_cmpint (
    world_count (world,
                 "SELECT count(*) FROM sync_conflict WHERE state = 'open' AND run_id IS NULL"),
    ==, 1);
  g_assert_cmpint (count_sync (world, "sync_binding sync_item"), ==, 2);
  world_run_sql (world, "UPDATE resource SET retired_us = 1795417200000000 WHERE resource_id = 2");
  json_object_unref (run_on (world, 200, "retention-run", "{\"yes\":true}"));
  g_assert_cmpint (count_sync (world, "sync_binding sync_item sync_conflict"), ==, 0);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM resource WHERE resource_id = 2"), ==,
                   0);
  verify (world);
}

static void
test_the_index_forgets (void)
{
  g_autoptr (World) world = new_world ();

  book (world, 1, "2026-11-24T08:00:00Z");
  g_assert_nonnull (citizen_index_find (world->view.citizens, 1, testlib_cpr (1)));
  json_object_unref (run_on (world, 2000, "retention-run", "{\"yes\":true}"));
  world_expire (world);
  g_assert_null (citizen_index_find (world->view.citizens, 1, testlib_cpr (1)));
  g_assert_cmpuint (citizen_index_count (world->view.citizens), ==, 0);
}

/* An id is spent for good: texts that name it must never come to mean somebody else. */
static void
test_ids_are_not_given_twice (void)
{
  g_autoptr (World) world = new_world ();
  gint64 citizen_id, booking_id;

  book (world, 1, "2026-11-24T08:00:00Z");
  citizen_id = world_count (world, "SELECT max(citizen_id) FROM citizen");
  booking_id = world_count (world, "SELECT max(booking_id) FROM booking");
  json_object_unref (run_on (world, 2000, "retention-run", "{\"yes\":true}"));
  world_run_sql (world, "INSERT INTO work_span VALUES (1, 1795507200000000, 1795518000000000);");
  book (world, 2, "2026-11-24T08:30:00Z");
  g_assert_cmpint (world_count (world, "SELECT max(citizen_id) FROM citizen"), ==, citizen_id + 1);
  g_assert_cmpint (world_count (world, "SELECT max(booking_id) FROM booking"), ==, booking_id + 1);
}

static void
test_a_dry_run_counts (void)
{
  g_autoptr (World) world = new_world ();
  g_autoptr (JsonObject) dry = NULL;
  g_autoptr (JsonObject) wet = NULL;

  book (world, 1, "2026-11-24T08:00:00Z");
  book (world, 2, "2026-11-24T08:30:00Z");
  dry = run_on (world, 1100, "retention-run", "{}");
  g_assert_true (json_object_get_boolean_member (dry, "dry_run"));
  g_assert_cmpint (rows_of (dry, "booking"), ==, 2);
  g_assert_cmpint (rows_of (dry, "stored-answer"), ==, 2);
  g_assert_cmpint (rows_of (dry, "citizen"), ==, 0);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM booking"), ==, 2);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM retention_run"), ==, 0);
  wet = run_on (world, 1100, "retention-run", "{\"yes\":true}");
  g_assert_cmpint (rows_of (wet, "booking"), ==, 2);
  g_assert_cmpint (rows_of (wet, "citizen"), ==, 2);
}

/* What books keep stays: a retired advisor with a kept meeting, an appointment that repeats. */
static void
test_employees_and_calendars (void)
{
  g_autoptr (World) world = new_world ();

  world_run_sql (world, "UPDATE resource SET retired_us = 1795420800000000 WHERE resource_id = 2;");
  book (world, 1, "2026-11-24T08:00:00Z");
  world_run_sql (world, "UPDATE resource SET retired_us = 1795420800000000 WHERE resource_id = 1;");
  json_object_unref (run_on (world, 30, "retention-run", "{\"yes\":true}"));
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM resource"), ==, 2);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM calendar_object"), ==, 2);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM busy_span"), ==, 1);
  json_object_unref (run_on (world, 200, "retention-run", "{\"yes\":true}"));
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM resource WHERE resource_id = 1"), ==,
                   1);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM resource WHERE resource_id = 2"), ==,
                   0);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM calendar_object"), ==, 0);
  g_assert_false (is_in_files (world->folder, "v2@demo.example"));
  json_object_unref (run_on (world, 1400, "retention-run", "{\"yes\":true}"));
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM resource"), ==, 0);
  g_assert_false (is_in_files (world->folder, "Vejleder 01"));
  verify (world);
}

static guint
count_in_file (const char *folder, GHashTable *numbers)
{
  g_autofree char *path = g_build_filename (folder, "planner.db", NULL);
  g_autofree char *content = NULL;
  gsize n_bytes = 0;
  guint n_found = 0;

  g_assert_true (g_file_get_contents (path, &content, &n_bytes, NULL));
  for (gsize i = 0; i + 10 <= n_bytes; i++)
    {
      char text[11] = "";
      memcpy (text, content + i, 10);
      n_found += g_ascii_isdigit (*text) && g_hash_table_contains (numbers, text);
    }
  return n_found;
}

/* Rows move between pages as a table grows and shrinks: no copy may be left behind. */
static void
test_nothing_is_left_between_rows (void)
{
  g_autoptr (World) world = new_world ();
  guint64 n_citizens = testlib_budget ("retention-citizens");
  g_autoptr (GRand) random = testlib_random_new ();
  g_autoptr (GHashTable) kept = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) gone = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GString) sql = g_string_new ("");

  for (guint64 i = 1; i <= n_citizens; i++)
    {
      const char *cpr = testlib_cpr ((guint) g_rand_int_range (random, 0, TESTLIB_N_CPR));
      if (g_hash_table_contains (kept, cpr) || g_hash_table_contains (gone, cpr))
        continue;
      g_hash_table_add (i % 3 == 0 ? kept : gone, (char *) cpr);
      g_string_append_printf (sql,
                              "INSERT INTO citizen (citizen_id, tenant_id, cpr) VALUES "
                              "(%" G_GUINT64_FORMAT ", 1, '%s');",
                              i, cpr);
    }
  world_run_sql (world, sql->str);
  world_run_sql (world, "INSERT INTO citizen_fact SELECT citizen_id, 'category', '1', 'dfdg', "
                        "1795420800000000, 1 FROM citizen WHERE citizen_id % 3 = 0;");
  json_object_unref (run_on (world, 1, "retention-run", "{\"yes\":true}"));
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM citizen WHERE citizen_id % 3 > 0"), ==,
                   0);
  g_assert_cmpuint (count_in_file (world->folder, kept), >=, n_citizens / 4);
  g_assert_cmpuint (count_in_file (world->folder, gone), ==, 0);
  json_object_unref (run_on (world, 400, "retention-run", "{\"yes\":true}"));
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM citizen"), ==, 0);
  verify (world);
  g_assert_cmpuint (count_in_file (world->folder, kept), ==, 0);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/retention/table-and-schema-agree", test_table_and_schema_agree);
  g_test_add_func ("/retention/terms-are-dated", test_terms_are_dated);
  g_test_add_func ("/retention/draft-goes-soon", test_draft_goes_soon);
  g_test_add_func ("/retention/a-citizen-goes-without-a-trace",
                   test_a_citizen_goes_without_a_trace);
  g_test_add_func ("/retention/connected-calendars", test_connected_calendars);
  g_test_add_func ("/retention/the-index-forgets", test_the_index_forgets);
  g_test_add_func ("/retention/ids-are-not-given-twice", test_ids_are_not_given_twice);
  g_test_add_func ("/retention/a-dry-run-counts", test_a_dry_run_counts);
  g_test_add_func ("/retention/employees-and-calendars", test_employees_and_calendars);
  g_test_add_func ("/retention/nothing-is-left-between-rows", test_nothing_is_left_between_rows);
  return g_test_run ();
}
