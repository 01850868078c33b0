/* SPDX-License-Identifier: EUPL-1.2 */
/* What explain says of the demo's times is what citizens are shown; and verify finds what is broken. */
/* Also tests: explain-stale. */
#include <string.h>

#include "admin-harness.h"
#include "base/error.h"
#include "base/period.h"
#include "ops-world.h"
#include "store/citizen-store.h"

#define INDIVIDUAL "89000000-0000-4000-8000-000000000001"
#define GROUP      "89000000-0000-4000-8000-000000000005"
#define WINDOWED   "89000000-0000-4000-8000-000000000006"
#define SHARED     "89000000-0000-4000-8000-000000000010"

/* The demo, imported as an admin does, served as citizens see it: Monday 23 November 2026, 09:00. */
static World *
new_demo_at (const char *now)
{
  World *world = world_new (world_instant (now));
  g_autofree char *arguments = admin_harness_dup_demo ();
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) result =
    admin_harness_run_on (world->writer, world->now_us, "import", arguments, &error);

  g_assert_no_error (error);
  world_run_sql (world, "");
  return world;
}

static World *
new_demo (void)
{
  return new_demo_at ("2026-11-23T08:00:00Z");
}

static guint
tell_facts (World *world, guint citizen, const char *unit, int contact_group)
{
  g_autoptr (GError) error = NULL;
  ContractGetSelfbookInterviewOptionsRequest request = { .person_civil_registration_identifier =
                                                           testlib_cpr (citizen),
                                                         .job_center_code = unit,
                                                         .contact_group_type_identifier =
                                                           contact_group };
  const ContractGetSelfbookInterviewOptionsResponse *response =
    world_call (world, "GetSelfbookInterviewOptions", &request, &error);

  g_assert_no_error (error);
  return response->interview_option_collection.n_items;
}

static void
test_demo_shows_offers (void)
{
  g_autoptr (World) world = new_demo ();

  g_assert_cmpuint (tell_facts (world, 1, "89000", 1), >=, 3);
  g_assert_cmpuint (tell_facts (world, 2, "89001", 1), ==, 2);
  g_assert_cmpuint (tell_facts (world, 3, "89000", 25), ==, 1);
}

/* A sub-centre that we do not have, or whose own offers have ended, shows its main centre's; 99999 is nowhere. */
static void
test_sub_centres (void)
{
  g_autoptr (World) world = new_demo ();
  g_autoptr (GError) error = NULL;
  ContractGetSelfbookInterviewOptionsRequest nowhere = { .person_civil_registration_identifier =
                                                           testlib_cpr (4),
                                                         .job_center_code = "99999",
                                                         .contact_group_type_identifier = 1 };
  guint n_main = tell_facts (world, 1, "89000", 1);

  g_assert_cmpuint (n_main, >, 2);
  g_assert_cmpuint (tell_facts (world, 2, "89002", 1), ==, n_main);
  g_assert_cmpuint (tell_facts (world, 3, "89001", 1), ==, 2);
  world_run_sql (world, "UPDATE offer SET valid_until_us = valid_from_us + 1 WHERE unit_id = "
                        "(SELECT unit_id FROM unit WHERE organisation_key = '89001');");
  g_assert_cmpuint (tell_facts (world, 3, "89001", 1), ==, n_main);
  g_assert_null (world_call (world, "GetSelfbookInterviewOptions", &nowhere, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_UNKNOWN_UNIT);
}

/* instants at which a new meeting or a seat is listed, as a set */
static GHashTable *
list_starts (World *world, guint citizen, const char *offer, Period interval)
{
  g_autoptr (GError) error = NULL;
  GHashTable *starts = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  ContractGetSelfbookTimeslotsRequest request = {
    .person_civil_registration_identifier = testlib_cpr (citizen),
    .interview_option_id = offer,
    .booking_option_interval_start_time = world_time (interval.start_us),
    .booking_option_interval_end_time = world_time (interval.end_us)
  };
  const ContractGetSelfbookTimeslotsResponse *response =
    world_call (world, "GetSelfbookTimeslots", &request, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < response->timeslot_collection.n_items; i++)
    {
      gint64 *start_us = g_new (gint64, 1);
      *start_us = response->timeslot_collection.items[i].start_time.unix_us;
      g_hash_table_add (starts, start_us);
    }
  return starts;
}

static gboolean
is_explained_as_offered (World *world, const char *offer, gint64 start_us)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (start_us / PERIOD_US_PER_S);
  g_autofree char *text = g_date_time_format (time, "%Y-%m-%dT%H:%MZ");
  g_autofree char *arguments =
    g_strdup_printf ("{\"offer\": \"%s\", \"time\": \"%s\"}", offer, text);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) result =
    admin_harness_run_on (world->writer, world->now_us, "explain", arguments, &error);

  g_assert_no_error (error);
  return json_object_get_boolean_member (result, "offered");
}

/* Every five minutes of the interval; how many were listed. */
static guint
check_interval (World *world, const char *offer, Period interval)
{
  g_autoptr (GHashTable) starts = list_starts (world, 1, offer, interval);

  for (gint64 at = interval.start_us; at < interval.end_us; at += 5 * PERIOD_US_PER_MINUTE)
    if (is_explained_as_offered (world, offer, at) != g_hash_table_contains (starts, &at))
      g_error ("offer %s at %" G_GINT64_FORMAT ": explain and listing differ", offer, at);
  return g_hash_table_size (starts);
}

/* Three days of offers of four kinds. */
static void
test_explain_agrees_with_listing (void)
{
  static const char *const offers[] = { INDIVIDUAL, GROUP, WINDOWED, SHARED };
  g_autoptr (World) world = new_demo ();
  gint64 first_us = world_instant ("2026-12-01T06:00:00Z");
  guint n_listed = 0;

  for (guint i = 0; i < G_N_ELEMENTS (offers); i++)
    for (guint day = 0; day < 3; day++)
      {
        gint64 start_us = first_us + day * PERIOD_US_PER_DAY;
        n_listed += check_interval (world, offers[i],
                                    (Period){ start_us, start_us + 12 * PERIOD_US_PER_HOUR });
      }
  g_assert_cmpuint (n_listed, >, 100);
}

/* No date in the demo is its last: years later there are offers, times and appointments as today. */
static void
test_demo_stays_alive (void)
{
  g_autoptr (World) world = new_demo_at ("2031-06-02T06:00:00Z");
  gint64 now_us = world_instant ("2031-06-02T06:00:00Z");
  Period weeks = { now_us + 2 * PERIOD_US_PER_DAY, now_us + 16 * PERIOD_US_PER_DAY };
  g_autoptr (GHashTable) individual = NULL;
  g_autoptr (GHashTable) windowed = NULL;

  g_assert_cmpuint (tell_facts (world, 1, "89000", 1), >=, 3);
  individual = list_starts (world, 1, INDIVIDUAL, weeks);
  windowed = list_starts (world, 1, WINDOWED, weeks);
  g_assert_cmpuint (g_hash_table_size (individual), >, 50);
  g_assert_cmpuint (g_hash_table_size (windowed), >, 2);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM busy_span"), >, 500);
  g_assert_cmpint (
    world_count (world, "SELECT count(*) FROM closing_day WHERE closed_date > 22400"), >, 10);
}

static JsonObject *
explain (World *world, const char *time, const char *more)
{
  g_autofree char *arguments =
    g_strdup_printf ("{\"offer\": \"%s\", \"time\": \"%s\"%s}", INDIVIDUAL, time, more);
  g_autoptr (GError) error = NULL;
  JsonObject *result =
    admin_harness_run_on (world->writer, world->now_us, "explain", arguments, &error);

  g_assert_no_error (error);
  return result;
}

/* Verdicts of the offer and the citizen, then those of the first advisor. */
static char *
dup_verdicts (World *world, const char *time, const char *more)
{
  g_autoptr (JsonObject) result = explain (world, time, more);
  JsonArray *advisors = json_object_get_array_member (result, "advisors");
  g_autofree char *general = admin_harness_dup_words (result, "reasons", "verdict");
  g_autofree char *own =
    admin_harness_dup_words (json_array_get_object_element (advisors, 0), "reasons", "verdict");

  g_assert_cmpint (json_object_get_boolean_member (result, "offered"), ==,
                   *general == '\0' && (*own == '\0' || json_array_get_length (advisors) > 1));
  return g_strdup_printf ("%s;%s", general, own);
}

static const struct
{
  const char *time;
  const char *more;
  const char *verdicts;
} verdicts[] = {
  { "2026-11-24T09:15", "", ";" },
  { "2026-11-23T10:30", "", "past-lead-time;" },
  { "2027-05-11T10:00", "", "beyond-horizon;" },
  { "2026-12-24T10:00", "", "closed-day;" },
  { "2026-12-25T12:00", "", "closed-day;" },
  { "2026-11-30T09:15", ", \"advisor\": \"90000001\"", ";busy" },
  { "2026-11-30T10:15", ", \"advisor\": \"90000001\"", ";" },
  { "2026-11-30T10:20", ", \"advisor\": \"90000001\"", ";off-grid" },
  { "2026-11-30T06:15", ", \"advisor\": \"90000001\"", "no-room;outside-hours" },
  { "2026-11-30T11:45", ", \"advisor\": \"90000001\"", ";outside-hours" },
  { "2026-12-01T10:30", ", \"advisor\": \"90000022\"", ";not-in-pool" },
};

static void
test_verdicts (void)
{
  g_autoptr (World) world = new_demo ();

  for (guint i = 0; i < G_N_ELEMENTS (verdicts); i++)
    {
      g_autofree char *found = dup_verdicts (world, verdicts[i].time, verdicts[i].more);
      g_test_message ("%s%s", verdicts[i].time, verdicts[i].more);
      g_assert_cmpstr (found, ==, verdicts[i].verdicts);
    }
}

#define OLD_CALENDAR                                                                           \
  "UPDATE calendar SET fresh_until_us = 1795410000000000 WHERE calendar_id = (SELECT "         \
  "min(c.calendar_id) FROM calendar c JOIN resource r ON r.resource_id = c.resource_id WHERE " \
  "r.resource_key = '90000001');"
#define BIND                                                                                     \
  "INSERT INTO sync_binding (tenant_id, resource_id, calendar_id, url, auth, direction, "        \
  "created_us, health) SELECT tenant_id, resource_id, calendar_id, "                             \
  "'https://calendar.example/', 'none', 1, 1, 'unreachable' FROM calendar WHERE fresh_until_us " \
  "IS NOT NULL;"

/* From the state of the world to what a person at the desk is told. */
static const struct
{
  const char *sql;
  const char *text;
} stale[] = {
  { OLD_CALENDAR, "what is known of a calendar of theirs has been too old for 3 hours" },
  { BIND, "their calendar has never been read whole (unreachable): plannerctl sync status" },
  { "UPDATE sync_binding SET pulled_us = 1795417200000000;",
    "what is known of their calendar is 60 minutes old (unreachable): plannerctl sync status" },
  { "UPDATE sync_binding SET pulled_us = 1795161600000000;", "is 3 days old (unreachable)" },
  { "UPDATE sync_binding SET state = 'paused', why = 'holiday';",
    "not kept in step: paused, holiday; plannerctl sync resume" },
  { "UPDATE sync_binding SET state = 'active'; UPDATE calendar SET fresh_until_us = NULL;", "" },
};

/* An advisor whose calendar is too old is not offered; who asks why is told its age and what to do. */
static void
test_stale_calendar (void)
{
  g_autoptr (World) world = new_demo ();

  for (guint i = 0; i < G_N_ELEMENTS (stale); i++)
    {
      g_autoptr (JsonObject) result = NULL;
      JsonObject *advisor;
      g_autofree char *text = NULL;

      world_run_sql (world, stale[i].sql);
      result = explain (world, "2026-11-30T10:15", ", \"advisor\": \"90000001\"");
      advisor =
        json_array_get_object_element (json_object_get_array_member (result, "advisors"), 0);
      text = admin_harness_dup_words (advisor, "reasons", "text");
      g_assert_cmpint (json_object_get_boolean_member (result, "offered"), ==,
                       *stale[i].text == '\0');
      if (strstr (text, stale[i].text) == NULL)
        g_error ("\"%s\" does not say \"%s\"", text, stale[i].text);
    }
}

static void
put_contact_group (World *world, guint citizen, const char *contact_group)
{
  g_autoptr (GPtrArray) facts = g_ptr_array_new_with_free_func ((GDestroyNotify) citizen_fact_free);
  g_autoptr (GError) error = NULL;
  CitizenFact *fact = g_new0 (CitizenFact, 1);
  CitizenFactSource source = { "test", 0 };
  gint64 citizen_id = citizen_store_put (world->writer, 1, testlib_cpr (citizen), &error);

  g_assert_no_error (error);
  fact->kind = g_strdup ("contact-group");
  fact->value = g_strdup (contact_group);
  g_ptr_array_add (facts, fact);
  g_assert_true (citizen_store_put_facts (world->writer, 1, citizen_id, &source, facts, &error));
}

/* The citizen's facts count as they do when a booking is made; the number stands in no answer. */
static void
test_citizens (void)
{
  static const char *const groups[] = { "1", "25" };
  static const char *const expected[] = { "matches", "contradicts" };
  g_autoptr (World) world = new_demo ();

  for (guint i = 0; i < G_N_ELEMENTS (groups); i++)
    {
      g_autofree char *cpr = g_strdup_printf (", \"cpr\": \"%s\"", testlib_cpr (5 + i));
      g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
      g_autoptr (JsonObject) result = NULL;
      g_autofree char *reasons = NULL;
      g_autofree char *text = NULL;

      put_contact_group (world, 5 + i, groups[i]);
      result = explain (world, "2026-11-25T10:00", cpr);
      g_assert_cmpstr (json_object_get_string_member (result, "citizen"), ==, expected[i]);
      reasons = admin_harness_dup_words (result, "reasons", "verdict");
      g_assert_cmpstr (reasons, ==, i == 0 ? "" : "not-for-citizen");
      json_node_set_object (node, result);
      text = json_to_string (node, FALSE);
      g_assert_null (strstr (text, testlib_cpr (5 + i)));
    }
}

static gint64
count_look_ups (World *world)
{
  return world_count (world, "SELECT count(*) FROM journal WHERE kind = 'citizen-looked-up'");
}

/* A question that is refused has looked nobody up; one that is answered is in the journal, or is not answered. */
static void
test_look_ups (void)
{
  static const char *const wrong[] = {
    "\"offer\": \"00000000-0000-4000-8000-00000000dead\", \"time\": \"2026-11-25T10:00\"",
    "\"offer\": \"" INDIVIDUAL "\", \"time\": \"yesterday\"",
    "\"offer\": \"" INDIVIDUAL "\", \"time\": \"2026-11-25T10:00\", \"advisor\": \"nobody\"",
  };
  g_autoptr (World) world = new_demo ();
  g_autofree char *cpr = g_strdup_printf (", \"cpr\": \"%s\"", testlib_cpr (5));
  g_autofree char *good =
    g_strdup_printf ("{\"offer\": \"" INDIVIDUAL "\", \"time\": \"2026-11-25T10:00\"%s}", cpr);
  g_autoptr (JsonObject) answered = NULL;
  g_autoptr (JsonObject) unrecorded = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autofree char *arguments = g_strdup_printf ("{%s%s}", wrong[i], cpr);
      g_autoptr (JsonObject) refused =
        admin_harness_run_on (world->writer, world->now_us, "explain", arguments, &error);

      g_assert_nonnull (refused);
      g_assert_nonnull (error);
      g_clear_error (&error);
      g_assert_cmpint (count_look_ups (world), ==, 0);
    }
  answered = explain (world, "2026-11-25T10:00", cpr);
  g_assert_true (json_object_has_member (answered, "citizen"));
  g_assert_cmpint (count_look_ups (world), ==, 1);
  world_run_sql (world, "CREATE TRIGGER full BEFORE INSERT ON journal BEGIN SELECT RAISE "
                        "(ABORT, 'no room'); END;");
  unrecorded = admin_harness_run_on (world->writer, world->now_us, "explain", good, &error);
  g_assert_nonnull (error);
  g_assert_cmpuint (json_object_get_size (unrecorded), ==, 0);
}

/* The demo is sound; each kind of damage is found by its name. */
static void
test_verify_finds_damage (void)
{
  static const struct
  {
    const char *sql;
    const char *check;
  } damages[] = {
    { "DELETE FROM claim WHERE booking_id IS NOT NULL", "booking-unclaimed" },
    { "UPDATE booking SET state = 'cancelled'", "cancelled-claimed" },
    { "UPDATE claim SET core_end_us = core_end_us - 300000000", "booking-unclaimed" },
    { "DELETE FROM work_span WHERE resource_id = 1 AND start_us > 1796000000000000", "spans" },
    { "DELETE FROM busy_span WHERE resource_id = 1 AND start_us > 1796000000000000", "spans" },
    { "UPDATE journal_payload SET payload = '{}' WHERE sequence = 1", "journal" },
    { "DROP TRIGGER claim_insert_no_overlap; INSERT INTO owner (tenant_id) VALUES (1);"
      "INSERT INTO claim (tenant_id, resource_id, start_us, end_us, core_start_us, core_end_us,"
      " may_share_buffers, exclusive, owner_id, booking_id) SELECT tenant_id, resource_id, "
      "start_us, end_us,"
      " core_start_us, core_end_us, 0, 1, (SELECT max (owner_id) FROM owner), booking_id FROM "
      "claim LIMIT 1",
      "claims-overlap" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (damages); i++)
    {
      g_autoptr (World) world = new_demo ();
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonObject) sound = NULL;
      g_autoptr (JsonObject) broken = NULL;
      g_autofree char *found = NULL;
      ContractCreateBookingRequest request = {
        .person_civil_registration_identifier = testlib_cpr (1),
        .interview_option_id = INDIVIDUAL,
        .has_booking_start_time = TRUE,
        .booking_start_time = world_time (world_instant ("2026-11-25T09:00:00Z")),
        .interview_contact_type_identifier = 1
      };

      g_assert_nonnull (world_call (world, "CreateBooking", &request, &error));
      sound = admin_harness_run_on (world->writer, world->now_us, "verify", "{}", &error);
      g_assert_no_error (error);
      g_assert_true (json_object_get_boolean_member (sound, "sound"));
      world_run_sql (world, damages[i].sql);
      broken = admin_harness_run_on (world->writer, world->now_us, "verify", "{}", &error);
      g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_CONFLICT);
      found = admin_harness_dup_words (broken, "faults", "check");
      g_test_message ("%s: %s", damages[i].sql, found);
      g_assert_nonnull (strstr (found, damages[i].check));
    }
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/admin-explain/demo-shows-offers", test_demo_shows_offers);
  g_test_add_func ("/admin-explain/sub-centres", test_sub_centres);
  g_test_add_func ("/admin-explain/agrees-with-listing", test_explain_agrees_with_listing);
  g_test_add_func ("/admin-explain/demo-stays-alive", test_demo_stays_alive);
  g_test_add_func ("/admin-explain/verdicts", test_verdicts);
  g_test_add_func ("/admin-explain/stale-calendar", test_stale_calendar);
  g_test_add_func ("/admin-explain/citizens", test_citizens);
  g_test_add_func ("/admin-explain/look-ups", test_look_ups);
  g_test_add_func ("/admin-explain/verify-finds-damage", test_verify_finds_damage);
  return g_test_run ();
}
