/* SPDX-License-Identifier: EUPL-1.2 */
/* What blocks time, from an imported calendar to the list of times: by class, kind of meeting, unit and advisor. */
#include "admin-world.h"
#include "base/error.h"
#include "ops/facts/block-rules.h"

#define REMOTE "10000000-0000-4000-8000-000000000003"
#define BOTH   "10000000-0000-4000-8000-000000000004"

#define FROM "2026-11-24T00:00:00Z"
#define TO   "2026-11-25T00:00:00Z"
/* Wednesday: a whole day that is marked as free; Thursday: one that is busy; Friday: one out of office. */
#define WEDNESDAY "2026-11-25T00:00:00Z"
#define THURSDAY  "2026-11-26T00:00:00Z"
#define FRIDAY    "2026-11-27T00:00:00Z"
#define SATURDAY  "2026-11-28T00:00:00Z"
#define ALL_DAY   "08:00 08:30 09:00 09:30 10:00 10:30"

/* Half an hour each on Tuesday from 08:00 UTC on, and whole days; a cancelled one on Wednesday. */
static const char appointments[] =
  "BEGIN:VCALENDAR\\nVERSION:2.0\\nPRODID:x\\n"
  "BEGIN:VEVENT\\nUID:a\\nDTSTART:20261124T080000Z\\nDTEND:20261124T083000Z\\nCLASS:PRIVATE\\n"
  "END:VEVENT\\n"
  "BEGIN:VEVENT\\nUID:b\\nDTSTART:20261124T083000Z\\nDTEND:20261124T090000Z\\nSTATUS:TENTATIVE\\n"
  "END:VEVENT\\n"
  "BEGIN:VEVENT\\nUID:c\\nDTSTART:20261124T090000Z\\nDTEND:20261124T093000Z\\n"
  "X-MICROSOFT-CDO-BUSYSTATUS:OOF\\nEND:VEVENT\\n"
  "BEGIN:VEVENT\\nUID:d\\nDTSTART:20261124T093000Z\\nDTEND:20261124T100000Z\\n"
  "X-MICROSOFT-CDO-BUSYSTATUS:WORKINGELSEWHERE\\nEND:VEVENT\\n"
  "BEGIN:VEVENT\\nUID:e\\nDTSTART:20261124T100000Z\\nDTEND:20261124T103000Z\\n"
  "X-MICROSOFT-CDO-BUSYSTATUS:NEWFANGLED\\nEND:VEVENT\\n"
  "BEGIN:VEVENT\\nUID:f\\nDTSTART:20261124T103000Z\\nDTEND:20261124T110000Z\\n"
  "TRANSP:TRANSPARENT\\nEND:VEVENT\\n"
  "BEGIN:VEVENT\\nUID:g\\nDTSTART;VALUE=DATE:20261125\\nTRANSP:TRANSPARENT\\nEND:VEVENT\\n"
  "BEGIN:VEVENT\\nUID:h\\nDTSTART;VALUE=DATE:20261126\\nEND:VEVENT\\n"
  "BEGIN:VEVENT\\nUID:i\\nDTSTART;VALUE=DATE:20261127\\nX-MICROSOFT-CDO-BUSYSTATUS:OOF\\n"
  "END:VEVENT\\n"
  "BEGIN:VEVENT\\nUID:j\\nDTSTART;VALUE=DATE:20261130\\nSTATUS:CANCELLED\\nEND:VEVENT\\n"
  "END:VCALENDAR\\n";

static World *
new_world (void)
{
  World *world = admin_world_new ();
  g_autofree char *import = g_strdup_printf (
    "{\"files\": {\"calendars/RID-1/a.ics\": \"%s\", \"units.csv\": \"unit,name\\n89001,Anden\\n\","
    "\"offers.csv\": "
    "\"identifier,unit,title,interview_type,duration,contact_types,advisors\\n" REMOTE
    ",89000,Video,7,30,8,RID-1\\n" BOTH ",89000,Samtale,7,30,1|8,RID-1\\n\"}}",
    appointments);

  json_object_unref (admin_world_ask (world, "import", import));
  return world;
}

static void
expect (World *world, const char *offer, const char *from, const char *to, const char *starts)
{
  g_autofree char *offered = admin_world_dup_offered (world, offer, from, to);

  g_assert_cmpstr (offered, ==, starts);
}

static void
run (World *world, const char *command, const char *arguments)
{
  json_object_unref (admin_world_ask (world, command, arguments));
}

static void
set (World *world, const char *rule, const char *value, const char *unit)
{
  g_autofree char *arguments = g_strdup_printf (
    "{\"key\": \"calendar-blocks:%s\", \"value\": \"%s\"%s%s%s}", rule, value,
    unit == NULL ? "" : ", \"unit\": \"", unit == NULL ? "" : unit, unit == NULL ? "" : "\"");

  run (world, "set-setting", arguments);
}

static void
test_defaults (void)
{
  g_autoptr (World) world = new_world ();

  expect (world, OFFER, FROM, TO, "10:30");
  expect (world, BOTH, FROM, TO, "10:30");
  expect (world, REMOTE, FROM, TO, "09:30 10:30");
  expect (world, OFFER, WEDNESDAY, THURSDAY, ALL_DAY);
  expect (world, REMOTE, THURSDAY, SATURDAY, "");
  expect (world, OFFER, "2026-11-30T00:00:00Z", "2026-12-01T00:00:00Z", ALL_DAY);
}

/* Every rule, each in force with the next answer; and the index is what a new one would be. */
static void
test_settings (void)
{
  g_autoptr (World) world = new_world ();

  set (world, "tentative", "none", NULL);
  expect (world, OFFER, FROM, TO, "08:30 10:30");
  set (world, "tentative", "in-person", "89000");
  expect (world, OFFER, FROM, TO, "10:30");
  expect (world, REMOTE, FROM, TO, "08:30 09:30 10:30");
  set (world, "away", "none", NULL);
  set (world, "elsewhere", "all", NULL);
  expect (world, OFFER, FROM, TO, "09:00 10:30");
  expect (world, REMOTE, FROM, TO, "08:30 09:00 10:30");
  world_run_sql (world, "SELECT 1;");
  expect (world, REMOTE, FROM, TO, "08:30 09:00 10:30");
  set (world, "elsewhere", "none", NULL);
  expect (world, OFFER, FROM, TO, "09:00 09:30 10:30");
}

static void
test_all_day (void)
{
  g_autoptr (World) world = new_world ();

  set (world, "all-day", "yes", NULL);
  expect (world, REMOTE, WEDNESDAY, SATURDAY, "");
  expect (world, OFFER, "2026-11-30T00:00:00Z", "2026-12-01T00:00:00Z", ALL_DAY); /* cancelled */
  expect (world, OFFER, FROM, TO, "10:30"); /* free hours are no whole day */
  set (world, "all-day", "no", NULL);
  expect (world, OFFER, WEDNESDAY, THURSDAY, ALL_DAY);
  expect (world, OFFER, THURSDAY, FRIDAY, ALL_DAY);
  expect (world, OFFER, FRIDAY, SATURDAY, ""); /* out of office stays so */
  set (world, "all-day", "as-marked", NULL);
  expect (world, OFFER, THURSDAY, FRIDAY, "");
}

/* Whole days lie where the unit's zone says, also after it was changed. */
static void
test_zone (void)
{
  static const char sum[] =
    "SELECT sum (s.start_us % 86400000000) FROM busy_span s WHERE s.all_day";
  static const char n[] = "SELECT count (*) FROM busy_span s WHERE s.all_day";
  g_autoptr (World) world = new_world ();
  gint64 n_days = world_count (world, n);

  g_assert_cmpint (n_days, >, 0);
  g_assert_cmpint (world_count (world, sum), ==, n_days * 23 * 3600 * G_USEC_PER_SEC);
  run (world, "change-unit", "{\"unit\": \"89000\", \"zone\": \"Atlantic/Reykjavik\"}");
  g_assert_cmpint (world_count (world, n), ==, n_days);
  g_assert_cmpint (world_count (world, sum), ==, 0);
  g_assert_cmpint (world_count (world, "SELECT count (*) FROM calendar WHERE resource_id = 1 AND "
                                       "expanded_until_us = 0"),
                   ==, 0);
}

/* Of several units the strictest, rule by rule; the advisor's own word beats them all. */
static void
test_advisor (void)
{
  g_autoptr (World) world = new_world ();
  g_autoptr (JsonObject) shown = NULL;
  g_autofree char *n_laid_out =
    g_strdup_printf ("SELECT count(*) FROM calendar WHERE resource_id = 1 AND expanded_until_us "
                     "%% 10 = 9 AND expanded_until_us > %" G_GINT64_FORMAT,
                     world->now_us);
  JsonArray *blocks;

  set (world, "tentative", "none", "89000");
  set (world, "away", "none", "89001");
  expect (world, OFFER, FROM, TO, "08:30 10:30");
  run (world, "change-advisor", "{\"resource\": \"RID-1\", \"units\": \"+89001\"}");
  expect (world, OFFER, FROM, TO, "10:30");
  world_run_sql (world, "UPDATE calendar SET expanded_until_us = expanded_until_us - 1;");
  run (world, "change-advisor",
       "{\"resource\": \"RID-1\", \"blocks\": \"tentative=none|elsewhere=all\"}");
  g_assert_cmpint (world_count (world, n_laid_out), ==, 2); /* nothing was laid out for it */
  expect (world, OFFER, FROM, TO, "08:30 10:30");
  expect (world, REMOTE, FROM, TO, "08:30 10:30");
  shown = admin_world_ask (world, "show-advisor", "{\"resource\": \"RID-1\"}");
  blocks =
    json_object_get_array_member (json_object_get_object_member (shown, "resource"), "blocks");
  g_assert_cmpuint (json_array_get_length (blocks), ==, 2);
  g_assert_cmpstr (json_array_get_string_element (blocks, 0), ==, "elsewhere=all");
  g_assert_cmpstr (json_array_get_string_element (blocks, 1), ==, "tentative=none");
  blocks =
    json_object_get_array_member (json_object_get_object_member (shown, "resource"), "blocks_now");
  g_assert_cmpuint (json_array_get_length (blocks), ==, CALSYNC_N_RULES);
  g_assert_cmpstr (json_array_get_string_element (blocks, 0), ==, "tentative=none");
  g_assert_cmpstr (json_array_get_string_element (blocks, 1), ==, "away=all");
  run (world, "change-advisor", "{\"resource\": \"RID-1\", \"name\": \"Vejleder 02\"}");
  expect (world, OFFER, FROM, TO, "08:30 10:30"); /* what is not named stays */
  run (world, "change-advisor", "{\"resource\": \"RID-1\", \"blocks\": \"\"}");
  expect (world, OFFER, FROM, TO, "10:30");
}

/* A setting that begins tomorrow is in force tomorrow. */
static void
test_dated (void)
{
  g_autoptr (World) world = new_world ();
  g_autoptr (GError) error = NULL;

  run (world, "set-setting",
       "{\"key\": \"calendar-blocks:tentative\", \"value\": \"none\", \"valid_from\": "
       "\"2026-11-24\"}");
  expect (world, OFFER, FROM, TO, "10:30");
  world->now_us = world_instant ("2026-11-23T23:30:00Z"); /* Tuesday by local time */
  world_run_sql (world, "SELECT 1;");
  expect (world, OFFER, FROM, TO, "08:30 10:30");
}

static void
test_refused (void)
{
  static const char *const cases[][3] = {
    { "set-setting", "{\"key\": \"calendar-blocks:unknown\", \"value\": \"none\"}",
      "busy and unknown time always block" },
    { "set-setting", "{\"key\": \"calendar-blocks:busy\", \"value\": \"none\"}",
      "busy and unknown time always block" },
    { "set-setting", "{\"key\": \"calendar-blocks:tentative\", \"value\": \"no\"}",
      "must be all, in-person or none" },
    { "set-setting", "{\"key\": \"calendar-blocks:all-day\", \"value\": \"none\"}",
      "must be yes, as-marked or no" },
    { "set-setting", "{\"key\": \"calendar-blocks:lunch\", \"value\": \"none\"}",
      "there is no setting" },
    { "change-advisor", "{\"resource\": \"RID-1\", \"blocks\": \"unknown=none\"}", "is no rule" },
    { "change-advisor", "{\"resource\": \"RID-1\", \"blocks\": \"tentative\"}", "is no rule" },
    { "change-advisor", "{\"resource\": \"RID-1\", \"blocks\": \"tentative=none|tentative=all\"}",
      "said twice" },
  };
  g_autoptr (World) world = new_world ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonObject) result = admin_world_run (world, cases[i][0], cases[i][1], &error);

      g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID);
      g_assert_nonnull (g_strrstr (error->message, cases[i][2]));
    }
  expect (world, OFFER, FROM, TO, "10:30");
}

static char *
dup_reason (World *world, const char *offer, const char *time)
{
  g_autofree char *arguments =
    g_strdup_printf ("{\"offer\": \"%s\", \"time\": \"%s\"}", offer, time);
  g_autoptr (JsonObject) result = admin_world_ask (world, "explain", arguments);
  JsonArray *advisors = json_object_get_array_member (result, "advisors");
  JsonArray *reasons =
    json_object_get_array_member (json_array_get_object_element (advisors, 0), "reasons");

  return json_array_get_length (reasons) == 0
           ? NULL
           : g_strdup (
               json_object_get_string_member (json_array_get_object_element (reasons, 0), "text"));
}

static void
test_explain (void)
{
  static const struct
  {
    const char *offer, *time, *text;
  } cases[] = {
    { OFFER, "2026-11-24T08:00Z", "an appointment of their own (calendar: busy)" },
    { OFFER, "2026-11-24T08:30Z", "an appointment of their own (calendar: tentative)" },
    { OFFER, "2026-11-24T09:00Z", "an appointment of their own (calendar: out of office)" },
    { OFFER, "2026-11-24T09:30Z", "an appointment of their own (calendar: working elsewhere)" },
    { REMOTE, "2026-11-24T09:30Z", NULL },
    { OFFER, "2026-11-24T10:00Z",
      "an appointment of their own (calendar: an entry that is not understood)" },
    { OFFER, "2026-11-26T09:00Z", "an appointment of their own (calendar: busy, all day)" },
  };
  g_autoptr (World) world = new_world ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = dup_reason (world, cases[i].offer, cases[i].time);

      g_assert_cmpstr (text, ==, cases[i].text);
    }
}

/* A calendar that has not been read for too long: nothing is offered, for no kind of meeting, and it is said. */
static void
test_stale (void)
{
  g_autoptr (World) world = new_world ();
  g_autofree char *sql = g_strdup_printf ("UPDATE calendar SET fresh_until_us = %" G_GINT64_FORMAT
                                          " WHERE origin = 'import';",
                                          world->now_us);
  g_autofree char *text = NULL;

  world_run_sql (world, sql);
  expect (world, OFFER, FROM, TO, "");
  expect (world, REMOTE, FROM, TO, "");
  text = dup_reason (world, REMOTE, "2026-11-24T10:30Z");
  g_assert_nonnull (g_strrstr (text, "too old"));
}

/* Whoever names the contact type is judged by it; a colliding one gets its time when the rule lets it. */
static void
test_registered (void)
{
  g_autoptr (World) world = new_world ();
  g_autoptr (GError) error = NULL;
  gint64 start_us = world_instant ("2026-11-24T09:30:00Z");
  ContractRegisterBookingRequest request = {
    .person_civil_registration_identifier = testlib_cpr (3),
    .job_center_code = "89000",
    .case_worker_identifier = "RID-1",
    .booking_start_time = world_time (start_us),
    .booking_end_time = world_time (start_us + 30 * 60 * G_USEC_PER_SEC),
    .interview_type_identifier = 7,
    .interview_form_type_identifier = 1,
    .interview_contact_type_identifier = 1,
    .title = "Samtale",
  };

  world->caller.roles = OP_ROLE_INDKALDER;
  g_assert_null (world_call (world, "RegisterBooking", &request, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_SLOT_TAKEN);
  g_clear_error (&error);
  request.interview_contact_type_identifier = 8;
  g_assert_nonnull (world_call (world, "RegisterBooking", &request, &error));
  g_assert_no_error (error);
  g_assert_cmpint (world_count (world, "SELECT conflict FROM booking"), ==, 0);
}

/* A KSS booking in person over work elsewhere: no conflict any more when the appointment goes. */
static void
test_promoted (void)
{
  g_autoptr (World) world = new_world ();
  g_autoptr (GError) error = NULL;
  gint64 start_us = world_instant ("2026-11-24T08:30:00Z");
  ContractRegisterBookingRequest request = {
    .person_civil_registration_identifier = testlib_cpr (3),
    .job_center_code = "89000",
    .case_worker_identifier = "RID-1",
    .booking_start_time = world_time (start_us),
    .booking_end_time = world_time (start_us + 30 * 60 * G_USEC_PER_SEC),
    .interview_type_identifier = 7,
    .interview_form_type_identifier = 1,
    .interview_contact_type_identifier = 1,
    .title = "Samtale",
  };

  world->caller.roles = OP_ROLE_KSS;
  g_assert_nonnull (world_call (world, "RegisterBooking", &request, &error));
  g_assert_no_error (error);
  g_assert_cmpint (world_count (world, "SELECT conflict FROM booking"), ==, 1);
  run (world, "block-time",
       "{\"resource\": \"RID-1\", \"from\": \"2026-12-01T08:00Z\", \"to\": \"2026-12-01T09:00Z\"}");
  g_assert_cmpint (world_count (world, "SELECT conflict FROM booking"), ==, 1);
  set (world, "tentative", "none", NULL);
  run (world, "block-time",
       "{\"resource\": \"RID-1\", \"from\": \"2026-12-02T08:00Z\", \"to\": \"2026-12-02T09:00Z\"}");
  g_assert_cmpint (world_count (world, "SELECT conflict FROM booking"), ==, 0);
  g_assert_cmpint (world_count (world, "SELECT count(*) FROM claim WHERE exclusive = 1"), ==, 1);
}

/* The municipality's own contact type by telephone. */
static void
test_remote_types (void)
{
  g_autoptr (World) world = new_world ();

  run (world, "add-code",
       "{\"list\": \"remote-contact-types\", \"code\": \"1\", \"name\": \"Telefon\"}");
  expect (world, OFFER, FROM, TO, "09:30 10:30");
  expect (world, BOTH, FROM, TO, "09:30 10:30");
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/block-rules/defaults", test_defaults);
  g_test_add_func ("/block-rules/settings", test_settings);
  g_test_add_func ("/block-rules/all-day", test_all_day);
  g_test_add_func ("/block-rules/zone", test_zone);
  g_test_add_func ("/block-rules/advisor", test_advisor);
  g_test_add_func ("/block-rules/dated", test_dated);
  g_test_add_func ("/block-rules/refused", test_refused);
  g_test_add_func ("/block-rules/explain", test_explain);
  g_test_add_func ("/block-rules/stale", test_stale);
  g_test_add_func ("/block-rules/registered", test_registered);
  g_test_add_func ("/block-rules/promoted", test_promoted);
  g_test_add_func ("/block-rules/remote-types", test_remote_types);
  return g_test_run ();
}
