/* SPDX-License-Identifier: EUPL-1.2 */
/* What a citizen may ask for: all that is held, erasure, and another number, with every repeat answered rightly. */
/* Also tests: admin-citizen-number, admin-erase, admin-extract, admin-mask, citizen-number. */
#include <string.h>

#include "admin-harness.h"
#include "base/error.h"
#include "base/period.h"
#include "ops-world.h"
#include "ops/commands/citizens/admin-extract.h"
#include "rules/retention.h"
#include "store/journal-store.h"

#define OFFER       "10000000-0000-4000-8000-000000000001"
#define GROUP_OFFER "10000000-0000-4000-8000-000000000002"
#define OTHER_OFFER "10000000-0000-4000-8000-000000000003"
#define OWN_ID      "20000000-0000-4000-8000-000000000007"

/* Monday 23 November 2026, 09:00 in Copenhagen; both advisors work from 09 to 12 local on Tuesday. */
static const char world_sql[] =
  "INSERT INTO tenant VALUES (1, 'demo', 'Demo');"
  "INSERT INTO unit (unit_id, tenant_id, organisation_type, organisation_key, name) VALUES (1, 1, "
  "8, "
  "'89000', 'Demo');"
  "INSERT INTO resource (resource_id, tenant_id, kind, resource_key, email, name) VALUES (1, 1, "
  "'advisor', 'RID-1', 'v1@demo.example', 'Vejleder 01'), (2, 1, 'advisor', 'RID-2', "
  "'v2@demo.example', 'Vejleder 02');"
  "INSERT INTO resource_unit (tenant_id, resource_id, unit_id) VALUES (1, 1, 1), (1, 2, 1);"
  "INSERT INTO work_span VALUES (1, 1795507200000000, 1795518000000000), (2, 1795507200000000, "
  "1795518000000000);"
  "INSERT INTO offer (offer_id, tenant_id, unit_id, identifier, interview_type, form, title, "
  "duration_minutes, grid_minutes, seats, rebook_deadline_minutes, cancel_deadline_minutes) VALUES "
  "(1, 1, 1, '" OFFER
  "', 7, 'individual', 'Jobsamtale', 30, 30, 1, 60, 60), (2, 1, 1, '" GROUP_OFFER
  "', 9, 'group', 'Informationsmøde', 60, 60, 3, 60, 60), (3, 1, 1, '" OTHER_OFFER
  "', 4, 'individual', 'Opfølgning', 30, 30, 1, 60, 60);"
  "INSERT INTO offer_contact_type VALUES (1, 1), (2, 1), (3, 1);"
  "INSERT INTO offer_resource VALUES (1, 1), (2, 2), (3, 1);"
  "INSERT INTO offer_rule VALUES (1, 'contact-group', '1');";

static World *
new_world (void)
{
  World *world = world_new (world_instant ("2026-11-23T08:00:00Z"));

  world_run_sql (world, world_sql);
  return world;
}

static char *
call (World *world, const char *operation, gconstpointer request)
{
  g_autoptr (GError) error = NULL;

  (void) world_call (world, operation, request, &error);
  g_assert_no_error (error);
  return g_strdup (world_body (world));
}

static ContractCreateBookingRequest
create_request (guint citizen, const char *offer, const char *start, const char *identifier)
{
  return (ContractCreateBookingRequest){ .person_civil_registration_identifier =
                                           testlib_cpr (citizen),
                                         .interview_option_id = offer,
                                         .has_booking_start_time = TRUE,
                                         .booking_start_time = world_time (world_instant (start)),
                                         .booking_identifier = identifier,
                                         .interview_contact_type_identifier = 1 };
}

static char *
book (World *world, guint citizen, const char *offer, const char *start, const char *identifier)
{
  ContractCreateBookingRequest request = create_request (citizen, offer, start, identifier);

  return call (world, "CreateBooking", &request);
}

static void
reserve_move (World *world, guint citizen, const char *booking, const char *start)
{
  ContractGetBookingDetailsRequest request = { .person_civil_registration_identifier =
                                                 testlib_cpr (citizen),
                                               .booking_identifier = booking,
                                               .booking_start_time =
                                                 world_time (world_instant (start)) };

  g_free (call (world, "GetBookingDetails", &request));
}

static void
report_error (World *world, guint citizen, const char *text)
{
  ContractReportErrorRequest request = { .person_civil_registration_identifier =
                                           testlib_cpr (citizen),
                                         .error_code = 9303,
                                         .error_text = text,
                                         .error_origin = 30,
                                         .error_time = world_time (world->now_us) };

  g_free (call (world, "ReportError", &request));
}

static void
ask_offers (World *world, guint citizen)
{
  ContractGetSelfbookInterviewOptionsRequest request = { .person_civil_registration_identifier =
                                                           testlib_cpr (citizen),
                                                         .job_center_code = "89000",
                                                         .contact_group_type_identifier = 1 };

  g_free (call (world, "GetSelfbookInterviewOptions", &request));
}

static void
ask_no_times (World *world, guint citizen)
{
  ContractGetSelfbookTimeslotsRequest request = {
    .person_civil_registration_identifier = testlib_cpr (citizen),
    .interview_option_id = OFFER,
    .booking_option_interval_start_time = world_time (world_instant ("2026-11-28T08:00:00Z")),
    .booking_option_interval_end_time = world_time (world_instant ("2026-11-29T08:00:00Z"))
  };

  g_free (call (world, "GetSelfbookTimeslots", &request));
}

static void
register_booking (World *world,
                  guint citizen,
                  const char *start,
                  const char *end,
                  const char *prose)
{
  ContractRegisterBookingRequest request = { .person_civil_registration_identifier =
                                               testlib_cpr (citizen),
                                             .job_center_code = "89000",
                                             .booking_start_time =
                                               world_time (world_instant (start)),
                                             .booking_end_time = world_time (world_instant (end)),
                                             .interview_type_identifier = 4,
                                             .interview_form_type_identifier = 1,
                                             .interview_contact_type_identifier = 1,
                                             .title = "Samtale",
                                             .description = prose,
                                             .case_worker_identifier = "RID-2" };

  world->caller.roles = OP_ROLE_INDKALDER;
  g_free (call (world, "RegisterBooking", &request));
  world->caller.roles = OP_ROLE_DFDG | OP_ROLE_INDKALDER | OP_ROLE_KSS;
}

static void
book_reserved (World *world, guint citizen)
{
  g_autoptr (GError) error = NULL;
  ContractGetBookingDetailsRequest request = {
    .person_civil_registration_identifier = testlib_cpr (citizen),
    .interview_option_id = GROUP_OFFER,
    .booking_start_time = world_time (world_instant ("2026-11-24T10:00:00Z"))
  };
  const ContractGetBookingDetailsResponse *response =
    world_call (world, "GetBookingDetails", &request, &error);
  g_autofree char *token = NULL;
  ContractCreateBookingRequest create = { .person_civil_registration_identifier =
                                            testlib_cpr (citizen),
                                          .interview_contact_type_identifier = 1 };

  g_assert_no_error (error);
  token = g_strdup (response->reservation_identifier);
  create.reservation_identifier = token;
  g_free (call (world, "CreateBooking", &create));
}

/* A row of every table that can hold something about a citizen, made by the operations. */
/* The citizen's first meeting as it went out to the calendar of a room, where it was moved. */
static const char sync_sql[] =
  "INSERT INTO resource (resource_id, tenant_id, kind, resource_key, email, name)"
  " VALUES (77, 1, 'room', 'R-77', 'r77@demo.example', 'Lokale 77');"
  "INSERT INTO calendar (calendar_id, tenant_id, resource_id, calendar_key, origin)"
  " VALUES (77, 1, 77, 'sync', 'sync');"
  "INSERT INTO sync_binding (binding_id, tenant_id, resource_id, calendar_id, url, auth, "
  "direction, created_us) VALUES (1, 1, 77, 77, 'https://calendar.example/', 'none', 2, 1);"
  "INSERT INTO sync_link (tenant_id, binding_id, booking_id, reference, base_start_us, base_end_us)"
  " SELECT 1, 1, booking_id, 'demo:booking:' || identifier, start_us, end_us FROM booking"
  " ORDER BY booking_id LIMIT 1;"
  "INSERT INTO sync_conflict (tenant_id, binding_id, booking_id, reference, kind, decision, "
  "our_start_us, our_end_us, our_class, our_flags, their_start_us, their_end_us, their_class, "
  "their_flags, state, found_us, seen_us) SELECT 1, 1, booking_id, reference, 'moved', 'put-back', "
  "base_start_us, base_end_us, 1, 0, base_start_us + 1, base_end_us + 1, 1, 0, 'noted', 1, 1"
  " FROM sync_link;"
  "INSERT INTO echo_watch (tenant_id, citizen_id, subject, revision, added_us) SELECT 1, "
  "citizen_id, "
  "identifier, revision, 1 FROM booking ORDER BY booking_id LIMIT 1;"
  "INSERT INTO sync_run (run_id, tenant_id, binding_id, started_us, mode, actor, call_id)"
  " VALUES (1, 1, 1, 1, 'run', 'sync', 'c');"
  "INSERT INTO sync_run_change (tenant_id, run_id, binding_id, at_us, what, is_own, reference, "
  "before, after)"
  " SELECT 1, 1, 1, 1, 'sent-create', 1, reference, NULL, '1 2 busy' FROM sync_link;"
  "INSERT INTO sync_run_change (tenant_id, run_id, binding_id, at_us, what, is_own, key_hash, "
  "before) VALUES (1, 1, 1, 1, 'item-removed', 0, 'h', 'DTSTART:20261124T080000Z');"
  "INSERT INTO sync_tombstone (tenant_id, binding_id, reference, create_sequence, removed_us)"
  " SELECT 1, 1, reference, 2, 1 FROM sync_link;";

/* What DFDG told of that meeting: a message, its version, and an authority that takes part. */
static const char dfdg_sql[] =
  "INSERT INTO dfdg_event (tenant_id, carrier, message_id, citizen_id, entity_type, change_type, "
  "external_id, event_us, received_us, system_id, organisation_type, hint, detail, state) "
  "SELECT 1, 'wsb', 'm-1', citizen_id, 90000, 1, identifier, 1, 1, 1, 8, 3, '{}', 'parked' FROM "
  "booking ORDER BY booking_id LIMIT 1;"
  "INSERT INTO dfdg_truth (booking_id, tenant_id, version_id, changed_us, seen_us) SELECT "
  "booking_id, 1, 'v-1', 1, 1 FROM booking ORDER BY booking_id LIMIT 1;"
  "INSERT INTO participant (booking_id, participant_id, tenant_id, name, organisation_type) SELECT "
  "booking_id, 'p-1', 1, 'A-kassen', 5 FROM booking ORDER BY booking_id LIMIT 1;"
  "INSERT INTO citizen_span SELECT citizen_id, 'contact-group', 1, 20000, NULL, 1, 1 FROM booking "
  "ORDER BY booking_id LIMIT 1;"
  "INSERT INTO citizen_read SELECT citizen_id, 'contact-group', 1, 1, 1, 0, NULL FROM booking "
  "ORDER "
  "BY booking_id LIMIT 1;"
  "INSERT INTO deadline SELECT 1, 'frist-1', citizen_id, 7, 20600, 20620, 1, 0, 1, 1 FROM booking "
  "ORDER BY booking_id LIMIT 1;"
  "INSERT INTO fund_interview SELECT 1, 'akasse-1', citizen_id, 15, 1, 5, 6, '7', 1 FROM booking "
  "ORDER BY booking_id LIMIT 1;";

/* A message that waits, with what is attached to it. */
static const char message_sql[] =
  "INSERT INTO message (message_id, tenant_id, citizen_id, state, case_name, delivery_key, "
  "request_id, channel, message_type, title, body, added_us) SELECT 1, 1, citizen_id, 'waiting', "
  "'by-hand', 'k', 'r', 3, 1, 'Besked', 'Medbring cv', 1 FROM booking ORDER BY booking_id LIMIT 1;"
  "INSERT INTO message_document VALUES (1, 1, 'plan.pdf', 5);"
  "INSERT INTO message_part VALUES (1, 1, 0, x'255044462d');";

static void
fill_everything (World *world, guint citizen)
{
  ask_offers (world, citizen);
  ask_no_times (world, citizen);
  report_error (world, citizen, "Noget gik galt");
  g_free (book (world, citizen, OFFER, "2026-11-24T08:00:00Z", OWN_ID));
  book_reserved (world, citizen);
  register_booking (world, citizen, "2026-11-24T09:00:00Z", "2026-11-24T09:30:00Z", "Medbring CV");
  world_run_sql (world, sync_sql);
  world_run_sql (world, dfdg_sql);
  world_run_sql (world, message_sql);
}

G_GNUC_PRINTF (4, 5)
static JsonObject *
run (World *world, const char *command, GError **error, const char *format, ...)
{
  va_list values;
  g_autofree char *arguments = NULL;

  va_start (values, format);
  arguments = g_strdup_vprintf (format, values);
  va_end (values);
  return admin_harness_run_on (world->writer, world->now_us, command, arguments, error);
}

static JsonObject *
extract (World *world, guint citizen, gboolean without_staff)
{
  g_autoptr (GError) error = NULL;
  JsonObject *result =
    run (world, "extract-citizen", &error, "{\"cpr\":\"%s\",\"without_staff\":%s}",
         testlib_cpr (citizen), without_staff ? "true" : "false");

  g_assert_no_error (error);
  return result;
}

static char *
text_of (JsonObject *object)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);

  json_node_set_object (node, object);
  return json_to_string (node, FALSE);
}

static guint
rows_of (JsonObject *result, const char *table)
{
  return json_array_get_length (
    json_object_get_array_member (json_object_get_object_member (result, "held"), table));
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
  json_object_unref (run (world, "verify", &error, "{}"));
  g_assert_no_error (error);
}

static gboolean
is_in_files (World *world, const char *text)
{
  g_autoptr (GDir) dir = g_dir_open (world->folder, 0, NULL);
  gboolean is_found = FALSE;
  const char *leaf;

  while ((leaf = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (world->folder, leaf, NULL);
      g_autofree char *content = NULL;
      gsize n_bytes = 0;

      g_assert_true (g_file_get_contents (path, &content, &n_bytes, NULL));
      is_found |= memmem (content, n_bytes, text, strlen (text)) != NULL;
    }
  return is_found;
}

/* Every table of a class that citizens stand in has a section; a new one without fails here. */
static void
test_every_table_has_a_section (void)
{
  guint n_classes = 0, n_sections = 0;
  const RetentionClass *classes = retention_list_classes (&n_classes);
  const ExtractSection *sections = extract_list_sections (&n_sections);

  for (guint i = 0; i < n_classes; i++)
    {
      g_auto (GStrv) tables = g_strsplit (classes[i].tables, " ", -1);
      static const char *const others[] = { "availability", "calendar", "employee", "ledger",
                                            "none",         "sync-run", NULL };

      for (guint j = 0; !g_strv_contains (others, classes[i].name) && tables[j] != NULL; j++)
        {
          gboolean is_there = *tables[j] == '\0' || g_str_equal (tables[j], "journal_seal");
          for (guint k = 0; k < n_sections; k++)
            is_there |= g_str_equal (sections[k].table, tables[j]);
          if (!is_there)
            g_error ("table %s has no section in ops/commands/citizens/admin-extract.c", tables[j]);
        }
    }
}

static void
test_an_extract_has_everything (void)
{
  g_autoptr (World) world = new_world ();
  g_autoptr (JsonObject) result = NULL;
  g_autoptr (JsonObject) without = NULL;
  g_autoptr (JsonObject) other = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  g_autofree char *without_text = NULL;
  guint n_sections = 0;
  const ExtractSection *sections = extract_list_sections (&n_sections);

  fill_everything (world, 1);
  g_free (book (world, 2, OFFER, "2026-11-24T08:30:00Z", NULL));
  reserve_move (world, 1, OWN_ID, "2026-11-24T09:30:00Z");
  result = extract (world, 1, FALSE);
  text = text_of (result);
  for (guint i = 0; i < n_sections; i++)
    if (rows_of (result, sections[i].table) == 0)
      g_error ("the extract has no row of %s", sections[i].table);
  g_assert_cmpuint (rows_of (result, "booking"), ==, 3);
  g_assert_nonnull (strstr (text, testlib_cpr (1)));
  g_assert_null (strstr (text, testlib_cpr (2)));
  g_assert_nonnull (strstr (text, "Vejleder 01"));
  g_assert_nonnull (strstr (text, "citizen-extracted"));
  g_assert_nonnull (strstr (text, "Medbring CV"));
  without = extract (world, 1, TRUE);
  without_text = text_of (without);
  g_assert_null (strstr (without_text, "Vejleder"));
  g_assert_null (strstr (without_text, "RID-"));
  g_assert_cmpuint (rows_of (without, "journal"), ==, rows_of (result, "journal") + 1);
  other = run (world, "extract-citizen", &error, "{\"cpr\":\"%s\"}", testlib_cpr (9));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND);
  g_assert_null (strstr (error->message, testlib_cpr (9)));
}

static void
test_erasure_leaves_counts_and_seals (void)
{
  g_autoptr (World) world = new_world ();
  g_autoptr (GError) error = NULL;
  g_autofree char *hyphened = g_strdup_printf ("%.6s-%s", testlib_cpr (1), testlib_cpr (1) + 6);
  g_autofree char *prose = g_strdup_printf ("Tag %s med", hyphened);

  fill_everything (world, 1);
  register_booking (world, 2, "2026-11-24T08:00:00Z", "2026-11-24T08:30:00Z", prose);
  json_object_unref (
    run (world, "erase-citizen", &error, "{\"cpr\":\"%s\",\"yes\":true}", testlib_cpr (1)));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID);
  g_clear_error (&error);
  json_object_unref (run (world, "erase-citizen", &error,
                          "{\"cpr\":\"%s\",\"yes\":true,\"force\":true}", testlib_cpr (1)));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID);
  g_clear_error (&error);
  json_object_unref (run (world, "erase-citizen", &error,
                          "{\"cpr\":\"%s\",\"force\":true,\"reason\":\"proeve\"}",
                          testlib_cpr (1)));
  g_assert_no_error (error);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM booking"), ==, 4);
  json_object_unref (run (world, "erase-citizen", &error,
                          "{\"cpr\":\"%s\",\"yes\":true,\"force\":true,\"reason\":\"dom om %s\"}",
                          testlib_cpr (1), testlib_cpr (1)));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID);
  g_assert_null (strstr (error->message, testlib_cpr (1)));
  g_clear_error (&error);
  json_object_unref (run (world, "erase-citizen", &error,
                          "{\"cpr\":\"%s\",\"yes\":true,\"force\":true,\"reason\":\"dom\"}",
                          testlib_cpr (1)));
  g_assert_no_error (error);
  world_expire (world);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM booking"), ==, 1);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM citizen"), ==, 1);
  g_assert_cmpint (world_count (world, "SELECT sum(n_bookings) FROM removed_booking"), ==, 3);
  /* The advisor's own appointment stays, and the mark by which the event is known and taken away. */
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM sync_conflict"), ==, 0);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM sync_run_change"), ==, 1);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM sync_link WHERE booking_id IS NULL"),
                   ==, 1);
  g_assert_cmpint (
    world_count (world, "SELECT count(*) FROM empty_answer WHERE citizen_id IS NULL"), ==, 1);
  g_assert_cmpint (
    world_count (world, "SELECT count(*) FROM journal WHERE kind = 'citizen-erased'"), ==, 1);
  g_assert_cmpint (
    world_count (
      world, "SELECT (SELECT count(*) FROM dfdg_event) + (SELECT count(*) FROM dfdg_truth)"
             " + (SELECT count(*) FROM participant) + (SELECT count(*) FROM message)"
             " + (SELECT count(*) FROM message_document) + (SELECT count(*) FROM message_part)"),
    ==, 0);
  g_assert_null (citizen_index_find (world->view.citizens, 1, testlib_cpr (1)));
  verify (world);
  g_assert_false (is_in_files (world, testlib_cpr (1)));
  g_assert_false (is_in_files (world, hyphened));
  g_assert_true (is_in_files (world, "Tag **********"));
  /* The time is free again. */
  g_free (book (world, 3, OFFER, "2026-11-24T08:00:00Z", NULL));
}

/* What people write into a meeting is shown to citizens as it is, to staff without numbers. */
static void
test_commands_mask_what_people_wrote (void)
{
  g_autoptr (World) world = new_world ();
  g_autofree char *hyphened = g_strdup_printf ("%.6s-%s", testlib_cpr (2), testlib_cpr (2) + 6);
  g_autofree char *prose = g_strdup_printf ("Med %s, ikke 12345678", hyphened);
  g_autoptr (JsonObject) listed = NULL;
  g_autoptr (JsonObject) held = NULL;
  g_autofree char *listed_text = NULL;
  g_autofree char *held_text = NULL;
  g_autoptr (GError) error = NULL;
  const char *at;

  register_booking (world, 1, "2026-11-24T09:00:00Z", "2026-11-24T09:30:00Z", prose);
  at = strstr (world_body (world), "<BookingIdentifier>");
  listed = run (world, "show-booking", &error, "{\"booking\":\"%.36s\"}",
                at + strlen ("<BookingIdentifier>"));
  g_assert_no_error (error);
  listed_text = text_of (listed);
  g_assert_null (strstr (listed_text, hyphened));
  g_assert_nonnull (strstr (listed_text, "Med ***********, ikke 12345678"));
  held = extract (world, 1, FALSE);
  held_text = text_of (held);
  g_assert_nonnull (strstr (held_text, hyphened));
}

static JsonObject *
change (World *world, guint from, guint to, gboolean is_forced, GError **error)
{
  JsonObject *result =
    run (world, "change-citizen-number", error, "{\"cpr\":\"%s\",\"new_cpr\":\"%s\",\"force\":%s}",
         testlib_cpr (from), testlib_cpr (to), is_forced ? "true" : "false");
  world_expire (world);
  return result;
}

static void
change_well (World *world, guint from, guint to)
{
  g_autoptr (GError) error = NULL;

  json_object_unref (change (world, from, to, FALSE, &error));
  g_assert_no_error (error);
}

static char *
with_number (const char *body, guint from, guint to)
{
  GString *text = g_string_new (body);

  g_string_replace (text, testlib_cpr (from), testlib_cpr (to), 0);
  return g_string_free (text, FALSE);
}

/* The old number and the new mean the same citizen; a repeat is answered with the number that it carries. */
static void
check_repeats (World *world, guint old, guint new, const char *offer, const char *first)
{
  gboolean is_group = g_str_equal (offer, GROUP_OFFER);
  const char *start = is_group ? "2026-11-24T10:00:00Z" : "2026-11-24T08:00:00Z";
  const char *id = is_group ? NULL : OWN_ID;
  g_autofree char *under_old = book (world, old, offer, start, id);
  g_autofree char *under_new = book (world, new, offer, start, id);
  g_autofree char *expected = with_number (first, old, new);

  g_assert_cmpstr (under_old, ==, first);
  g_assert_cmpstr (under_new, ==, expected);
}

static void
test_a_new_number (void)
{
  g_autoptr (World) world = new_world ();
  g_autofree char *by_id = book (world, 1, OFFER, "2026-11-24T08:00:00Z", OWN_ID);
  g_autofree char *by_digest = book (world, 1, GROUP_OFFER, "2026-11-24T10:00:00Z", NULL);
  ContractCancelBookingRequest cancel = { testlib_cpr (1), OWN_ID };
  g_autoptr (JsonObject) held = NULL;
  g_autofree char *answer = NULL;
  g_autofree char *repeat = NULL;

  change_well (world, 1, 5);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM citizen"), ==, 2);
  check_repeats (world, 1, 5, OFFER, by_id);
  check_repeats (world, 1, 5, GROUP_OFFER, by_digest);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM booking"), ==, 2);
  g_assert_nonnull (citizen_index_find (world->view.citizens, 1, testlib_cpr (5)));
  g_assert_cmpint (citizen_index_find (world->view.citizens, 1, testlib_cpr (1))->busy_until_us, ==,
                   G_MAXINT64);
  held = extract (world, 1, FALSE);
  g_assert_cmpuint (rows_of (held, "citizen"), ==, 2);
  g_assert_cmpuint (rows_of (held, "booking"), ==, 2);
  answer = call (world, "CancelBooking", &cancel);
  g_assert_nonnull (strstr (answer, testlib_cpr (1)));
  g_assert_null (strstr (answer, testlib_cpr (5)));
  cancel.person_civil_registration_identifier = testlib_cpr (5);
  repeat = call (world, "CancelBooking", &cancel);
  g_assert_nonnull (strstr (repeat, testlib_cpr (5)));
  verify (world);
}

/* Others wrote of the citizen under both numbers, also in one word with letters, in every place for words. */
static void
test_erasure_of_both_numbers (void)
{
  g_autoptr (World) world = new_world ();
  g_autoptr (JsonObject) held = NULL;
  g_autoptr (JsonObject) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *prose =
    g_strdup_printf ("Tag cpr%s og cpr%s med", testlib_cpr (1), testlib_cpr (5));

  fill_everything (world, 1);
  held = extract (world, 1, FALSE);
  change_well (world, 1, 5);
  register_booking (world, 2, "2026-11-24T08:00:00Z", "2026-11-24T08:30:00Z", prose);
  report_error (world, 2, prose);
  world_run_sql (
    world, "UPDATE booking SET meeting_link = 'https://x.example/' || (SELECT cpr FROM citizen "
           "WHERE successor_id IS NULL ORDER BY citizen_id LIMIT 1), foreign_advisor = (SELECT cpr "
           "FROM citizen WHERE successor_id IS NOT NULL) WHERE title = 'Samtale';");
  result = run (world, "erase-citizen", &error,
                "{\"cpr\":\"%s\",\"yes\":true,\"force\":true,\"reason\":\"cpr%s, nu cpr%s\"}",
                testlib_cpr (1), testlib_cpr (1), testlib_cpr (5));
  g_assert_no_error (error);
  world_expire (world);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM citizen"), ==, 1);
  verify (world);
  g_assert_false (is_in_files (world, testlib_cpr (1)));
  g_assert_false (is_in_files (world, testlib_cpr (5)));
  g_assert_true (is_in_files (world, "Tag cpr********** og cpr********** med"));
}

/* A chain, and back: the number is the citizen's own. */
static void
test_numbers_in_a_row (void)
{
  g_autoptr (World) world = new_world ();
  g_autofree char *first = book (world, 1, OFFER, "2026-11-24T08:00:00Z", OWN_ID);
  g_autoptr (GError) error = NULL;

  change_well (world, 1, 5);
  change_well (world, 5, 6);
  check_repeats (world, 1, 6, OFFER, first);
  change_well (world, 6, 1);
  check_repeats (world, 1, 5, OFFER, first);
  json_object_unref (change (world, 5, 7, FALSE, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID);
  g_clear_error (&error);
  json_object_unref (change (world, 8, 7, FALSE, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND);
  verify (world);
}

/* A live reservation made under the old number is used under the new. */
static void
test_a_hold_follows (void)
{
  g_autoptr (World) world = new_world ();
  ContractGetBookingDetailsRequest request = {
    .person_civil_registration_identifier = testlib_cpr (1),
    .interview_option_id = OFFER,
    .booking_start_time = world_time (world_instant ("2026-11-24T08:00:00Z"))
  };
  const ContractGetBookingDetailsResponse *response;
  ContractCreateBookingRequest create = { .person_civil_registration_identifier = testlib_cpr (5),
                                          .interview_contact_type_identifier = 1 };
  g_autoptr (GError) error = NULL;
  g_autofree char *token = NULL;

  response = world_call (world, "GetBookingDetails", &request, &error);
  g_assert_no_error (error);
  token = g_strdup (response->reservation_identifier);
  change_well (world, 1, 5);
  create.reservation_identifier = token;
  g_free (call (world, "CreateBooking", &create));
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM booking"), ==, 1);
  verify (world);
}

static void
test_two_become_one (void)
{
  g_autoptr (World) world = new_world ();
  g_autoptr (JsonObject) held = NULL;
  g_autofree char *of_first = NULL;
  g_autofree char *of_second = NULL;

  ask_offers (world, 1);
  report_error (world, 1, "Fejl");
  of_first = book (world, 1, OFFER, "2026-11-24T08:00:00Z", OWN_ID);
  of_second = book (world, 1, GROUP_OFFER, "2026-11-24T10:00:00Z", NULL);
  world_run_sql (world, dfdg_sql);
  g_free (book (world, 5, OTHER_OFFER, "2026-11-24T09:00:00Z", NULL));
  change_well (world, 1, 5);
  g_assert_cmpint (world_count (world, "SELECT count(DISTINCT citizen_id) FROM booking"), ==, 1);
  check_repeats (world, 1, 5, OFFER, of_first);
  check_repeats (world, 1, 5, GROUP_OFFER, of_second);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM booking"), ==, 3);
  held = extract (world, 5, FALSE);
  g_assert_cmpuint (rows_of (held, "booking"), ==, 3);
  g_assert_cmpuint (rows_of (held, "inbox"), ==, 1);
  g_assert_cmpuint (rows_of (held, "dfdg_event"), ==, 1);
  g_assert_cmpuint (rows_of (held, "participant"), ==, 1);
  g_assert_cmpuint (rows_of (held, "deadline"), ==, 1);
  g_assert_cmpuint (rows_of (held, "fund_interview"), ==, 1);
  g_assert_cmpuint (rows_of (held, "citizen_span"), ==, 1);
  g_assert_cmpuint (rows_of (held, "citizen_fact"), >, 0);
  verify (world);
}

static void
test_two_collide (void)
{
  g_autoptr (World) world = new_world ();
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) refused = NULL;

  g_free (book (world, 1, OFFER, "2026-11-24T08:00:00Z", NULL));
  g_free (book (world, 5, OFFER, "2026-11-24T08:30:00Z", NULL));
  register_booking (world, 1, "2026-11-24T08:30:00Z", "2026-11-24T09:00:00Z", "Medbring CV");
  refused = change (world, 1, 5, FALSE, &error);
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_CONFLICT);
  g_clear_error (&error);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (refused, "conflicts")), ==,
                    2);
  g_assert_cmpint (
    world_count (world, "SELECT count(*) FROM citizen WHERE successor_id IS NOT NULL"), ==, 0);
  json_object_unref (change (world, 1, 5, TRUE, &error));
  g_assert_no_error (error);
  g_assert_cmpint (world_count (world, "SELECT count(DISTINCT citizen_id) FROM booking"), ==, 1);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM booking WHERE conflict = 1"), ==, 1);
  verify (world);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/citizen-rights/every-table-has-a-section", test_every_table_has_a_section);
  g_test_add_func ("/citizen-rights/an-extract-has-everything", test_an_extract_has_everything);
  g_test_add_func ("/citizen-rights/erasure-leaves-counts-and-seals",
                   test_erasure_leaves_counts_and_seals);
  g_test_add_func ("/citizen-rights/erasure-of-both-numbers", test_erasure_of_both_numbers);
  g_test_add_func ("/citizen-rights/commands-mask-what-people-wrote",
                   test_commands_mask_what_people_wrote);
  g_test_add_func ("/citizen-rights/a-new-number", test_a_new_number);
  g_test_add_func ("/citizen-rights/numbers-in-a-row", test_numbers_in_a_row);
  g_test_add_func ("/citizen-rights/a-hold-follows", test_a_hold_follows);
  g_test_add_func ("/citizen-rights/two-become-one", test_two_become_one);
  g_test_add_func ("/citizen-rights/two-collide", test_two_collide);
  return g_test_run ();
}
