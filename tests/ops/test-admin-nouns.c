/* SPDX-License-Identifier: EUPL-1.2 */
/* Units, teams, resources and offers by hand: every refusal, retiring and bringing back, the index, random sequences. */
/* Also tests: admin-noun, admin-noun-arguments, admin-noun-blockers, admin-noun-change, admin-noun-retire, admin-outside, admin-rows, code-lists,
   code-store, import-codes, type-bars. */
#include <string.h>

#include "admin-harness.h"
#include "base/error.h"
#include "base/period.h"
#include "ops-world.h"
#include "store/claim-store.h"

#define OFFER "89000000-0000-4000-8000-000000000001"
#define WEST  "89000000-0000-4000-8000-000000000012"

static JsonObject *
run (AdminHarness *harness, const char *command, const char *arguments)
{
  g_autoptr (GError) error = NULL;
  JsonObject *result = admin_harness_run (harness, command, arguments, &error);

  g_assert_no_error (error);
  return result;
}

static void
init_demo (AdminHarness *harness)
{
  g_autoptr (JsonObject) result = NULL;
  g_autoptr (GError) error = NULL;

  admin_harness_init (harness);
  result = admin_harness_import_demo (harness, "{}", &error);
  g_assert_no_error (error);
}

static const struct
{
  const char *command;
  const char *arguments;
  PlannerError code;
  const char *text;
} refusals[] = {
  { "add-unit", "{\"unit\": \"89000\", \"name\": \"X\"}", PLANNER_ERROR_CONFLICT,
    "unit 89000 is there already: \"plannerctl change unit 89000\"" },
  { "add-unit", "{\"unit\": \"8900\", \"name\": \"X\"}", PLANNER_ERROR_NOT_VALID,
    "the unit of a jobcenter has five digits, not \"8900\"" },
  { "add-unit", "{\"unit\": \"99999\", \"name\": \"X\"}", PLANNER_ERROR_NOT_VALID, "placeholder" },
  { "add-unit", "{\"unit\": \"89002\"}", PLANNER_ERROR_NOT_VALID, "name is missing" },
  { "add-unit", "{\"unit\": \"89002\", \"name\": \"X\", \"main_unit\": \"89001\"}",
    PLANNER_ERROR_NOT_VALID, "main_unit 89001 is no main centre" },
  { "add-unit", "{\"unit\": \"x\", \"name\": \"X\", \"organisation_type\": \"9\"}",
    PLANNER_ERROR_NOT_VALID,
    "9 is not in the code list organisation-types on 2026-11-23; nearest: "
    "8 (Jobcenter), 7 (Kommune), 4 (Anden aktør)" },
  { "change-unit", "{\"unit\": \"70000\", \"name\": \"X\"}", PLANNER_ERROR_NOT_FOUND,
    "there is no unit 70000" },
  { "change-unit", "{\"unit\": \"89000\"}", PLANNER_ERROR_NOT_VALID, "no field is named" },
  { "change-unit", "{\"unit\": \"89000\", \"zone\": \"Mars/Olympus\"}", PLANNER_ERROR_NOT_VALID,
    "zone:" },
  { "change-unit", "{\"unit\": \"89000\", \"telephone\": \"none\"}", PLANNER_ERROR_NOT_VALID,
    "telephone must be 3 to 20 digits" },
  { "change-unit", "{\"unit\": \"89000\", \"organisation_type\": \"7\"}", PLANNER_ERROR_NOT_VALID,
    "organisation_type of unit 89000 is 8 and stays so" },
  { "change-unit", "{\"unit\": \"89000\", \"name\": \"X\", \"version\": \"0123456789abcdef\"}",
    PLANNER_ERROR_STATE_CHANGED, "has changed since version 0123456789abcdef was shown" },
  { "change-unit", "{\"unit\": \"89000\", \"colour\": \"X\"}", PLANNER_ERROR_NOT_VALID,
    "change-unit has no argument colour" },
  { "retire-unit", "{\"unit\": \"89000\"}", PLANNER_ERROR_CONFLICT,
    "unit 89000 cannot be retired, for these stand in the way:" },
  { "retire-unit", "{\"unit\": \"89001\", \"from\": \"2026-11-23\"}", PLANNER_ERROR_NOT_VALID,
    "from must be a day after today" },
  { "restore-unit", "{\"unit\": \"89001\"}", PLANNER_ERROR_CONFLICT, "unit 89001 is not retired" },
  { "add-team", "{\"team\": \"dagpenge\", \"unit\": \"89000\", \"name\": \"X\"}",
    PLANNER_ERROR_CONFLICT, "team dagpenge is there already" },
  { "add-team", "{\"team\": \"ny\", \"unit\": \"70000\", \"name\": \"X\"}", PLANNER_ERROR_NOT_VALID,
    "unit: there is no unit 70000" },
  { "retire-team", "{\"team\": \"dagpenge\"}", PLANNER_ERROR_CONFLICT,
    "change or retire those first" },
  { "add-advisor", "{\"resource\": \"90000001\", \"name\": \"X\"}", PLANNER_ERROR_CONFLICT,
    "advisor 90000001 is there already" },
  { "add-advisor", "{\"resource\": \"lokale-1\", \"name\": \"X\"}", PLANNER_ERROR_NOT_VALID,
    "resource lokale-1 is of the kind room" },
  { "add-advisor",
    "{\"resource\": \"9\", \"name\": \"X\", \"units\": \"89000\","
    " \"email\": \"VEJLEDER01@demokommune.example\"}",
    PLANNER_ERROR_NOT_VALID, "resource 90000001 has that e-mail address" },
  { "add-advisor", "{\"resource\": \"9\", \"name\": \"X\", \"units\": \"1\", \"email\": \"x\"}",
    PLANNER_ERROR_NOT_VALID, "units: there is no unit 1; email is no e-mail address" },
  { "change-advisor", "{\"resource\": \"90000001\", \"teams\": \"+zz\"}", PLANNER_ERROR_NOT_VALID,
    "there is no team zz" },
  { "change-advisor", "{\"resource\": \"90000001\", \"teams\": \"-vest\"}", PLANNER_ERROR_NOT_VALID,
    "teams: vest is not among them" },
  { "change-advisor", "{\"resource\": \"90000001\", \"may_be_summoned\": \"perhaps\"}",
    PLANNER_ERROR_NOT_VALID, "may_be_summoned must be one of no, yes" },
  { "change-room", "{\"resource\": \"90000001\", \"name\": \"X\"}", PLANNER_ERROR_NOT_VALID,
    "resource 90000001 is of the kind advisor" },
  { "retire-room", "{\"resource\": \"sal-1\"}", PLANNER_ERROR_CONFLICT, "2 × offer" },
  { "add-offer", "{\"offer\": \"" OFFER "\"}", PLANNER_ERROR_CONFLICT, "is there already" },
  { "add-offer", "{\"offer\": \"x\"}", PLANNER_ERROR_NOT_VALID, "identifier must be a GUID" },
  { "add-offer", "{}", PLANNER_ERROR_NOT_VALID, "unit is missing; interview_type is missing" },
  { "change-offer", "{\"offer\": \"89000000\", \"title\": \"X\"}", PLANNER_ERROR_NOT_VALID,
    "several offers begin with 89000000" },
  { "change-offer", "{\"offer\": \"" OFFER "\", \"duration\": \"44\"}", PLANNER_ERROR_NOT_VALID,
    "duration must be a whole number of 5 minutes" },
  { "change-offer", "{\"offer\": \"" OFFER "\", \"horizon_days\": \"184\"}",
    PLANNER_ERROR_NOT_VALID, "horizon_days must be a whole number from 1 to 183, not \"184\"" },
  { "change-offer", "{\"offer\": \"" OFFER "\", \"contact_types\": \"+3\"}",
    PLANNER_ERROR_NOT_VALID,
    "contact_types: 3 is not in the code list contact-types on 2026-11-23; nearest: "
    "2 (Telefon (demo)), 1 (Fremmøde (demo)), 6 (Møde direkte på arbejde)" },
  { "change-offer", "{\"offer\": \"" OFFER "\", \"contact_groups\": \"99\"}",
    PLANNER_ERROR_NOT_VALID, "contact_groups: 99 is not in the code list contact-groups" },
  { "change-offer", "{\"offer\": \"" OFFER "\", \"categories\": \"3\"}", PLANNER_ERROR_NOT_VALID,
    "categories: 3 is not in the code list categories" },
  { "change-offer", "{\"offer\": \"" OFFER "\", \"interview_type\": \"99\"}",
    PLANNER_ERROR_NOT_VALID, "interview_type: 99 is not in the code list interview-types" },
  { "change-offer", "{\"offer\": \"" OFFER "\", \"advisors\": \"+lokale-1\"}",
    PLANNER_ERROR_NOT_VALID, "advisors: resource lokale-1 is no advisor" },
  { "change-offer", "{\"offer\": \"" OFFER "\", \"seats\": \"2\"}", PLANNER_ERROR_NOT_VALID,
    "only a group meeting has more than one seat" },
  { "change-offer",
    "{\"offer\": \"" OFFER "\", \"valid_from\": \"2027-01-02\", \"valid_until\": \"2027-01-01\"}",
    PLANNER_ERROR_NOT_VALID, "valid_until lies before valid_from" },
  { "add-window",
    "{\"offer\": \"" OFFER "\", \"weekdays\": \"mon\", \"start\": \"09:00\", \"end\": \"12:00\","
    " \"unemployment_fund\": \"7\"}",
    PLANNER_ERROR_NOT_VALID,
    "unemployment_fund: 7 is not in the code list unemployment-funds on 2026-11-23; nearest: "
    "901 (Demo-a-kassen)" },
  { "add-window",
    "{\"offer\": \"" OFFER "\", \"weekdays\": \"mon\", \"start\": \"09:00\", \"end\": \"08:00\"}",
    PLANNER_ERROR_NOT_VALID, "start and end are no stretch of a day" },
  { "remove-window", "{\"offer\": \"" OFFER "\", \"number\": 1}", PLANNER_ERROR_NOT_FOUND,
    "the offer has no window 1; it has 0" },
  { "retire-offer", "{\"offer\": \"70000000\"}", PLANNER_ERROR_NOT_FOUND,
    "there is no offer 70000000" },
};

/* Nothing is written by what is refused. */
static void
test_refusals (void)
{
  g_auto (AdminHarness) harness = { 0 };
  gint64 n_changes, n_rows;

  init_demo (&harness);
  n_changes = admin_harness_count (&harness, "change");
  n_rows = admin_harness_count (&harness, "journal");
  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonObject) result =
        admin_harness_run (&harness, refusals[i].command, refusals[i].arguments, &error);

      g_test_message ("%s: %s", refusals[i].command, error == NULL ? "done" : error->message);
      g_assert_error (error, PLANNER_ERROR, (int) refusals[i].code);
      g_assert_nonnull (strstr (error->message, refusals[i].text));
    }
  g_assert_cmpint (admin_harness_count (&harness, "change"), ==, n_changes);
  g_assert_cmpint (admin_harness_count (&harness, "journal"), ==, n_rows);
}

static void
assert_member (JsonObject *result, const char *noun, const char *member, const char *wanted)
{
  JsonObject *record = json_object_get_object_member (result, noun);
  JsonNode *node = json_object_get_member (record, member);
  g_autofree char *text = node == NULL ? g_strdup ("(none)") : json_to_string (node, FALSE);

  g_assert_cmpstr (text, ==, wanted);
}

/* A field that is not named stays, an empty one goes, a list is added to and taken from. */
static void
test_change_fields (void)
{
  g_auto (AdminHarness) harness = { 0 };
  g_autoptr (JsonObject) unit = NULL;
  g_autoptr (JsonObject) advisor = NULL;
  g_autoptr (JsonObject) same = NULL;
  g_autoptr (JsonObject) offer = NULL;
  gint64 n_rows;

  init_demo (&harness);
  unit = run (&harness, "change-unit", "{\"unit\": \"89001\", \"address\": \"\"}");
  assert_member (unit, "unit", "address", "(none)");
  assert_member (unit, "unit", "main_unit", "\"89000\"");
  assert_member (unit, "unit", "name", "\"Jobcenter Demokøbing, afdeling Vest\"");
  advisor = run (&harness, "change-advisor",
                 "{\"resource\": \"vejleder01@demokommune.example\", \"teams\": \"+unge|fleksjob\","
                 " \"languages\": \"-da\"}");
  assert_member (advisor, "advisor", "teams", "[\"dagpenge\",\"unge\",\"fleksjob\"]");
  assert_member (advisor, "advisor", "languages", "[]");
  assert_member (advisor, "advisor", "competences", "[\"jobsamtale\"]");
  n_rows = admin_harness_count (&harness, "journal");
  same = run (&harness, "change-advisor", "{\"resource\": \"90000001\", \"languages\": \"\"}");
  g_assert_cmpstr (json_object_get_string_member (same, "outcome"), ==, "same");
  g_assert_cmpint (admin_harness_count (&harness, "journal"), ==, n_rows);
  offer =
    run (&harness, "change-offer",
         "{\"offer\": \"" OFFER "\", \"valid_until\": \"2027-06-30\", \"rooms\": \"-lokale-4\"}");
  assert_member (offer, "offer", "valid_until", "\"2027-06-30\"");
  assert_member (offer, "offer", "rooms", "[\"lokale-1\",\"lokale-2\",\"lokale-3\"]");
  assert_member (offer, "offer", "after", "10");
  g_assert_cmpint (admin_harness_count (&harness, "journal WHERE kind = 'offer-changed'"), ==, 1);
}

/* Whatever is shown of a record makes the same record: nothing is lost on the way through a row. */
static void
test_row_of_every_record (void)
{
  static const struct
  {
    const char *list;
    const char *member;
    const char *change;
    const char *key;
    const char *field;
  } kinds[] = { { "list-units", "units", "change-unit", "unit", "name" },
                { "list-teams", "teams", "change-team", "team", "name" },
                { "list-advisors", "advisors", "change-advisor", "resource", "name" },
                { "list-rooms", "rooms", "change-room", "resource", "name" },
                { "list-offers", "offers", "change-offer", "offer", "title" } };
  g_auto (AdminHarness) harness = { 0 };

  init_demo (&harness);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autoptr (JsonObject) listed = run (&harness, kinds[i].list, "{}");
      JsonArray *records = json_object_get_array_member (listed, kinds[i].member);

      g_assert_cmpuint (json_array_get_length (records), >, 0);
      for (guint k = 0; k < json_array_get_length (records); k++)
        {
          JsonObject *record = json_array_get_object_element (records, k);
          const char *key = g_str_equal (kinds[i].key, "offer") ? "identifier" : kinds[i].key;
          g_autofree char *arguments =
            g_strdup_printf ("{\"%s\": \"%s\", \"%s\": \"%s\"}", kinds[i].key,
                             json_object_get_string_member (record, key), kinds[i].field,
                             json_object_get_string_member (record, kinds[i].field));
          g_autoptr (JsonObject) result = run (&harness, kinds[i].change, arguments);

          g_assert_cmpstr (json_object_get_string_member (result, "outcome"), ==, "same");
        }
    }
}

/* A dry run tells everything and leaves nothing. */
static void
test_dry_run (void)
{
  g_auto (AdminHarness) harness = { 0 };
  g_autoptr (JsonObject) result = NULL;
  gint64 n_rows;

  init_demo (&harness);
  n_rows = admin_harness_count (&harness, "journal");
  result = run (&harness, "add-team",
                "{\"team\": \"ny\", \"unit\": \"89000\", \"name\": \"Ny\", \"dry_run\": true}");
  g_assert_cmpstr (json_object_get_string_member (result, "outcome"), ==, "added");
  assert_member (result, "team", "unit", "\"89000\"");
  g_assert_cmpint (admin_harness_count (&harness, "team WHERE team_key = 'ny'"), ==, 0);
  g_assert_cmpint (admin_harness_count (&harness, "journal"), ==, n_rows);
}

static void
assert_refused (AdminHarness *harness, const char *command, const char *arguments, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) result = admin_harness_run (harness, command, arguments, &error);

  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_CONFLICT);
  g_assert_nonnull (strstr (error->message, text));
}

static gboolean
is_listed (AdminHarness *harness, const char *list, const char *member, const char *key)
{
  g_autoptr (JsonObject) result = run (harness, list, "{}");
  JsonArray *records = json_object_get_array_member (result, member);

  for (guint i = 0; i < json_array_get_length (records); i++)
    if (g_str_equal (
          json_object_get_string_member (json_array_get_object_element (records, i), "resource"),
          key))
      return TRUE;
  return FALSE;
}

/* Retired: not listed, not changed, not used again, not brought back by the next import; restored: as before. */
static void
test_retire_and_restore (void)
{
  g_auto (AdminHarness) harness = { 0 };
  g_autoptr (JsonObject) retired = NULL;
  g_autoptr (JsonObject) imported = NULL;
  g_autoptr (JsonObject) restored = NULL;
  g_autoptr (GError) error = NULL;

  init_demo (&harness);
  g_assert_true (is_listed (&harness, "list-advisors", "advisors", "90000001"));
  retired = run (&harness, "retire-advisor", "{\"resource\": \"90000001\"}");
  assert_member (retired, "advisor", "retired_from", "\"2026-11-23T08:00:00+01:00\"");
  g_assert_false (is_listed (&harness, "list-advisors", "advisors", "90000001"));
  assert_refused (&harness, "retire-advisor", "{\"resource\": \"90000001\"}", "is retired already");
  assert_refused (&harness, "change-advisor", "{\"resource\": \"90000001\", \"name\": \"X\"}",
                  "plannerctl restore advisor 90000001");
  assert_refused (&harness, "add-advisor", "{\"resource\": \"90000001\"}",
                  "keys are not used again");
  imported = admin_harness_import_demo (&harness, "{}", &error);
  g_assert_no_error (error);
  g_assert_false (is_listed (&harness, "list-advisors", "advisors", "90000001"));
  restored = run (&harness, "restore-advisor", "{\"resource\": \"90000001\"}");
  assert_member (restored, "advisor", "retired_from", "(none)");
  g_assert_true (is_listed (&harness, "list-advisors", "advisors", "90000001"));
  g_assert_cmpint (admin_harness_count (&harness, "journal WHERE subject = '90000001'"), ==, 2);
}

/* From the inside out: offers, people and rooms, teams, then the unit; nothing of it can come back first. */
static void
test_retire_a_unit (void)
{
  g_auto (AdminHarness) harness = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) blocked = NULL;
  g_autoptr (JsonObject) result = NULL;
  JsonArray *list;

  init_demo (&harness);
  blocked = admin_harness_run (&harness, "retire-unit", "{\"unit\": \"89001\"}", &error);
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_CONFLICT);
  g_clear_error (&error);
  json_object_unref (run (&harness, "retire-offer", "{\"offer\": \"" WEST "\"}"));
  list = json_object_get_array_member (blocked, "in_the_way");
  for (guint i = 0; i < json_array_get_length (list); i++)
    {
      JsonObject *one = json_array_get_object_element (list, i);
      const char *what = json_object_get_string_member (one, "what");
      g_autofree char *command = g_strdup_printf ("retire-%s", what);
      g_autofree char *arguments = NULL;

      if (!json_object_has_member (one, "resource"))
        continue;
      arguments =
        g_strdup_printf ("{\"resource\": \"%s\"}", json_object_get_string_member (one, "resource"));
      json_object_unref (run (&harness, command, arguments));
    }
  {
    g_autoptr (JsonObject) advisors = run (&harness, "list-advisors", "{}");
    JsonArray *records = json_object_get_array_member (advisors, "advisors");

    for (guint i = 0; i < json_array_get_length (records); i++)
      {
        g_autofree char *arguments = g_strdup_printf (
          "{\"resource\": \"%s\", \"teams\": \"dagpenge\"}",
          json_object_get_string_member (json_array_get_object_element (records, i), "resource"));
        json_object_unref (run (&harness, "change-advisor", arguments));
      }
  }
  json_object_unref (run (&harness, "retire-team", "{\"team\": \"vest\"}"));
  result = run (&harness, "retire-unit", "{\"unit\": \"89001\"}");
  g_assert_cmpstr (json_object_get_string_member (result, "outcome"), ==, "retired");
  g_clear_pointer (&result, json_object_unref);
  result = admin_harness_run (&harness, "restore-offer", "{\"offer\": \"" WEST "\"}", &error);
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID);
  g_assert_nonnull (strstr (error->message, "unit: 89001 is retired"));
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/admin-nouns/refusals", test_refusals);
  g_test_add_func ("/admin-nouns/change-fields", test_change_fields);
  g_test_add_func ("/admin-nouns/row-of-every-record", test_row_of_every_record);
  g_test_add_func ("/admin-nouns/dry-run", test_dry_run);
  g_test_add_func ("/admin-nouns/retire-and-restore", test_retire_and_restore);
  g_test_add_func ("/admin-nouns/retire-a-unit", test_retire_a_unit);
  return g_test_run ();
}
