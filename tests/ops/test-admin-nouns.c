/* SPDX-License-Identifier: EUPL-1.2 */
/* Units, teams, resources and offers by hand: every refusal, retiring and bringing back, the index, random sequences. */
/* Also tests: admin-noun, admin-noun-arguments, admin-noun-blockers, admin-noun-change, admin-noun-retire, admin-outside, admin-rows, code-lists,
   code-store, import-codes, import-text, type-bars. */
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
  /* A number of a citizen has no place in what is shown, listed and sent. */
  { "change-unit", "{\"unit\": \"89000\", \"name\": \"1111111111\"}", PLANNER_ERROR_NOT_VALID,
    "name holds what looks like a citizen's number" },
  { "change-advisor", "{\"resource\": \"90000001\", \"name\": \"Borger 111111-1111\"}",
    PLANNER_ERROR_NOT_VALID, "name holds what looks like a citizen's number" },
  { "change-advisor", "{\"resource\": \"90000001\", \"competences\": \"a|111111 1111\"}",
    PLANNER_ERROR_NOT_VALID, "competences holds what looks like a citizen's number" },
  { "change-advisor", "{\"resource\": \"90000001\", \"email\": \"1111111111@x.example\"}",
    PLANNER_ERROR_NOT_VALID, "email holds what looks like a citizen's number" },
  { "add-team", "{\"team\": \"1111111111\", \"unit\": \"89000\", \"name\": \"X\"}",
    PLANNER_ERROR_NOT_VALID, "team holds what looks like a citizen's number" },
  { "change-offer", "{\"offer\": \"" OFFER "\", \"title\": \"For 111111-1111\"}",
    PLANNER_ERROR_NOT_VALID, "title holds what looks like a citizen's number" },
  { "create", "{\"tenant\": \"x\", \"name\": \"1111111111\"}", PLANNER_ERROR_NOT_VALID,
    "name holds what looks like a citizen's number" },
  /* Keys that no list and no command line could name. */
  { "add-team", "{\"team\": \"a|b\", \"unit\": \"89000\", \"name\": \"X\"}",
    PLANNER_ERROR_NOT_VALID, "team must not have a bar" },
  { "add-team", "{\"team\": \"+a\", \"unit\": \"89000\", \"name\": \"X\"}", PLANNER_ERROR_NOT_VALID,
    "team must not have a bar" },
  { "add-team", "{\"team\": \"a \", \"unit\": \"89000\", \"name\": \"X\"}", PLANNER_ERROR_NOT_VALID,
    "team must not have a bar" },
  /* Signs that break a line in two, turn it round, or are none in XML. */
  { "change-advisor", "{\"resource\": \"90000001\", \"name\": \"a\\nb\"}", PLANNER_ERROR_NOT_VALID,
    "name has a line break or another control character" },
  { "change-advisor", "{\"resource\": \"90000001\", \"name\": \"a\\u202eb\"}",
    PLANNER_ERROR_NOT_VALID, "name has a line break or another control character" },
  { "change-advisor", "{\"resource\": \"90000001\", \"name\": \"a\\uffffb\"}",
    PLANNER_ERROR_NOT_VALID, "name has a line break or another control character" },
  { "change-unit", "{\"unit\": \"89000\", \"address\": \"Kommunen\\nGade 1\\nBy\"}",
    PLANNER_ERROR_NOT_VALID, "address has a line break or another control character" },
  { "change-advisor", "{\"resource\": \"90000001\", \"name\": \"  \"}", PLANNER_ERROR_NOT_VALID,
    "name is missing" },
  /* By the schema's pattern: a citizen's list of offers would be invalid as a whole. */
  { "change-offer", "{\"offer\": \"" OFFER "\", \"telephone\": \"12 34 56 78\"}",
    PLANNER_ERROR_NOT_VALID, "telephone must be 3 to 20 digits" },
  { "change-advisor", "{\"resource\": \"90000001\", \"telephone\": \"lokal 7\"}",
    PLANNER_ERROR_NOT_VALID, "telephone must be 3 to 20 digits" },
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

/* Random sequences ------------------------------------------------------------------------------- */

#define N_ADVISORS 4
#define N_OFFERS   3
#define N_CITIZENS 12
#define N_STEPS    40

typedef enum
{
  ABSENT,
  LIVE,
  RETIRED,
} State;

/* What the planner must be like, kept without any of its code. */
typedef struct
{
  World *world;
  GRand *random;
  State advisors[N_ADVISORS];
  State offers[N_OFFERS];
  gboolean pools[N_OFFERS][N_ADVISORS];
  guint n_meetings[N_ADVISORS];
  guint n_meetings_of_offer[N_OFFERS];
} Model;

static int
pick (Model *model, int n)
{
  return g_rand_int_range (model->random, 0, n);
}

static char *
offer_key (int offer)
{
  return g_strdup_printf ("10000000-0000-4000-8000-%012d", offer + 1);
}

/* Runs the command, hands its change rows to the index; whether it was done must be as expected. */
static void step (Model *model, gboolean expected, const char *command, const char *format, ...)
  G_GNUC_PRINTF (4, 5);

static void
step (Model *model, gboolean expected, const char *command, const char *format, ...)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) result = NULL;
  g_autofree char *arguments = NULL;
  va_list values;

  va_start (values, format);
  arguments = g_strdup_vprintf (format, values);
  va_end (values);
  result =
    admin_harness_run_on (model->world->writer, model->world->now_us, command, arguments, &error);
  g_test_message ("%s %s: %s", command, arguments, error == NULL ? "done" : error->message);
  if (error != NULL)
    g_assert_cmpint (error->code, !=, PLANNER_ERROR_INTERNAL);
  g_assert_cmpint (error == NULL, ==, expected);
  world_expire (model->world);
}

static void
start_model (Model *model)
{
  static const char municipality[] = "{\"files\": {\"tenant.csv\": \"tenant,name\\ndemo,Demo\\n\","
                                     "\"units.csv\": \"unit,name\\n89000,Demo\\n\"}}";
  GRand *random = model->random;

  *model = (Model){ .random = random, .world = world_new (HARNESS_NOW_US) };
  step (model, TRUE, "import", municipality);
}

static void
add_advisor (Model *model)
{
  int advisor = pick (model, N_ADVISORS);
  gboolean expected = model->advisors[advisor] == ABSENT;

  step (model, expected, "add-advisor",
        "{\"resource\": \"R%d\", \"name\": \"R %d\", \"email\": \"r%d@demo.example\","
        " \"units\": \"89000\"}",
        advisor, advisor, advisor);
  if (!expected)
    return;
  model->advisors[advisor] = LIVE;
  step (model, TRUE, "set-hours", "{\"resource\": \"R%d\", \"hours\": [\"mon-fri 08:00-%02d:00\"]}",
        advisor, 10 + pick (model, 6));
}

static guint
count_pool (const Model *model, int offer, int without)
{
  guint n = 0;

  for (int i = 0; i < N_ADVISORS; i++)
    n += i != without && model->pools[offer][i] && model->advisors[i] == LIVE;
  return n;
}

static void
retire_advisor (Model *model)
{
  int advisor = pick (model, N_ADVISORS);
  gboolean keeps = pick (model, 2) == 0;
  gboolean expected =
    model->advisors[advisor] == LIVE && (keeps || model->n_meetings[advisor] == 0);

  for (int i = 0; i < N_OFFERS; i++)
    if (model->offers[i] == LIVE && model->pools[i][advisor] && count_pool (model, i, advisor) == 0)
      expected = FALSE;
  step (model, expected, "retire-advisor", "{\"resource\": \"R%d\", \"keep_meetings\": %s}",
        advisor, keeps ? "true" : "false");
  if (expected)
    model->advisors[advisor] = RETIRED;
}

static void
restore_advisor (Model *model)
{
  int advisor = pick (model, N_ADVISORS);
  gboolean expected = model->advisors[advisor] == RETIRED;

  step (model, expected, "restore-advisor", "{\"resource\": \"R%d\"}", advisor);
  if (expected)
    model->advisors[advisor] = LIVE;
}

static void
add_offer (Model *model)
{
  int offer = pick (model, N_OFFERS);
  g_autofree char *key = offer_key (offer);
  g_autoptr (GString) pool = g_string_new (NULL);
  gboolean is_in[N_ADVISORS];
  gboolean expected = model->offers[offer] == ABSENT;

  for (int i = 0; i < N_ADVISORS; i++)
    {
      is_in[i] = pick (model, 2) == 0;
      if (!is_in[i])
        continue;
      g_string_append_printf (pool, "%sR%d", pool->len == 0 ? "" : "|", i);
      expected = expected && model->advisors[i] == LIVE;
    }
  expected = expected && pool->len > 0;
  step (model, expected, "add-offer",
        "{\"offer\": \"%s\", \"unit\": \"89000\", \"title\": \"T\", \"interview_type\": \"%d\","
        " \"duration\": \"30\", \"contact_types\": \"8\", \"advisors\": \"%s\","
        " \"horizon_days\": \"9\"}",
        key,
        offer == 0   ? 4
        : offer == 1 ? 7
                     : 12,
        pool->str);
  if (!expected)
    return;
  model->offers[offer] = LIVE;
  memcpy (model->pools[offer], is_in, sizeof is_in);
}

static void
change_pool (Model *model)
{
  int offer = pick (model, N_OFFERS);
  int advisor = pick (model, N_ADVISORS);
  g_autofree char *key = offer_key (offer);
  gboolean puts_in = pick (model, 2) == 0;
  guint n_in = 0;
  gboolean expected = model->offers[offer] == LIVE;

  for (int i = 0; i < N_ADVISORS; i++)
    n_in += model->pools[offer][i];
  if (puts_in)
    expected = expected && (model->advisors[advisor] == LIVE || model->pools[offer][advisor]);
  else
    expected = expected && model->pools[offer][advisor] && n_in > 1;
  step (model, expected, "change-offer", "{\"offer\": \"%s\", \"advisors\": \"%cR%d\"}", key,
        puts_in ? '+' : '-', advisor);
  if (expected)
    model->pools[offer][advisor] = puts_in;
}

static void
retire_offer (Model *model)
{
  int offer = pick (model, N_OFFERS);
  g_autofree char *key = offer_key (offer);
  gboolean keeps = pick (model, 2) == 0;
  gboolean expected =
    model->offers[offer] == LIVE && (keeps || model->n_meetings_of_offer[offer] == 0);

  step (model, expected, "retire-offer", "{\"offer\": \"%s\", \"keep_meetings\": %s}", key,
        keeps ? "true" : "false");
  if (expected)
    model->offers[offer] = RETIRED;
}

static void
restore_offer (Model *model)
{
  int offer = pick (model, N_OFFERS);
  g_autofree char *key = offer_key (offer);
  gboolean expected = model->offers[offer] == RETIRED;

  step (model, expected, "restore-offer", "{\"offer\": \"%s\"}", key);
  if (expected)
    model->offers[offer] = LIVE;
}

/* "start/advisor" of every time that is listed; empty for an offer that is not there. */
static GHashTable *
list_times (Model *model, int offer)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *key = offer_key (offer);
  GHashTable *times = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  ContractGetSelfbookTimeslotsRequest request = {
    .person_civil_registration_identifier = testlib_cpr (N_CITIZENS + 1),
    .interview_option_id = key,
    .booking_option_interval_start_time = world_time (model->world->now_us),
    .booking_option_interval_end_time = world_time (model->world->now_us + 8 * PERIOD_US_PER_DAY)
  };
  const ContractGetSelfbookTimeslotsResponse *response =
    world_call (model->world, "GetSelfbookTimeslots", &request, &error);

  if (g_error_matches (error, PLANNER_ERROR, PLANNER_ERROR_UNKNOWN_OFFER))
    return times;
  g_assert_no_error (error);
  for (guint i = 0; i < response->timeslot_collection.n_items; i++)
    {
      const ContractTimeslot *slot = &response->timeslot_collection.items[i];
      g_hash_table_add (times, g_strdup_printf ("%" G_GINT64_FORMAT "/%s", slot->start_time.unix_us,
                                                slot->case_worker_to_book.case_worker_identifier));
    }
  return times;
}

static void
check_index (Model *model)
{
  int offer = pick (model, N_OFFERS);
  g_autoptr (GHashTable) fed = list_times (model, offer);
  g_autoptr (GHashTable) anew = NULL;
  GHashTableIter iter;
  gpointer key;

  world_run_sql (model->world, "SELECT 1;");
  anew = list_times (model, offer);
  g_assert_cmpuint (g_hash_table_size (fed), ==, g_hash_table_size (anew));
  if (model->offers[offer] != LIVE)
    g_assert_cmpuint (g_hash_table_size (fed), ==, 0);
  g_hash_table_iter_init (&iter, fed);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    {
      int advisor = strstr (key, "/R")[2] - '0';

      g_assert_true (g_hash_table_contains (anew, key));
      g_assert_cmpint (model->advisors[advisor], ==, LIVE);
      g_assert_true (model->pools[offer][advisor]);
    }
}

/* Books a listed time: the exact evaluator must agree with the list. */
static void
book (Model *model)
{
  int offer = pick (model, N_OFFERS);
  g_autofree char *key = offer_key (offer);
  g_autoptr (GHashTable) times = list_times (model, offer);
  g_autoptr (GList) keys = g_list_sort (g_hash_table_get_keys (times), (GCompareFunc) strcmp);
  g_autoptr (GError) error = NULL;
  const char *chosen;

  if (keys == NULL)
    return;
  chosen = g_list_nth_data (keys, (guint) pick (model, (int) g_list_length (keys)));
  {
    ContractCreateBookingRequest request = { .person_civil_registration_identifier =
                                               testlib_cpr ((guint) pick (model, N_CITIZENS) + 1),
                                             .interview_option_id = key,
                                             .has_booking_start_time = TRUE,
                                             .booking_start_time =
                                               world_time (g_ascii_strtoll (chosen, NULL, 10)),
                                             .case_worker_identifier = strchr (chosen, '/') + 1,
                                             .interview_contact_type_identifier = 8 };
    gboolean ok = world_call (model->world, "CreateBooking", &request, &error) != NULL;

    if (!ok) /* the citizen's own bookings are in the way, never the advisor's */
      g_assert_true (g_error_matches (error, PLANNER_ERROR, PLANNER_ERROR_ALREADY_BOOKED) ||
                     g_error_matches (error, PLANNER_ERROR, PLANNER_ERROR_SLOT_TAKEN));
    else if (!model->world->call.is_replay)
      {
        model->n_meetings[strchr (chosen, '/')[2] - '0']++;
        model->n_meetings_of_offer[offer]++;
      }
  }
}

static void
test_sequences (void)
{
  static void (*const moves[]) (
    Model *) = { add_advisor, add_advisor, retire_advisor, restore_advisor, add_offer,
                 add_offer,   change_pool, retire_offer,   restore_offer,   book,
                 book };
  Model model = { .random = testlib_random_new () };

  for (guint64 i = testlib_budget ("admin-nouns"); i > 0; i--)
    {
      start_model (&model);
      for (int k = 0; k < 6; k++)
        (k < 4 ? add_advisor : add_offer) (&model);
      for (int k = 0; k < N_STEPS; k++)
        {
          moves[pick (&model, G_N_ELEMENTS (moves))](&model);
          check_index (&model);
        }
      step (&model, TRUE, "verify", "{}");
      world_free (model.world);
    }
  g_rand_free (model.random);
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
  g_test_add_func ("/admin-nouns/sequences", test_sequences);
  return g_test_run ();
}
