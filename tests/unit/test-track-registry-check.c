/* SPDX-License-Identifier: EUPL-1.2 */
/* Each rule of the registry has a document that breaks it; differences are told. Also tests: track-registry-diff,
 * track-registry-index, track-registry-step. */
#include "registry/track-registry-check.h"

#include <string.h>

#include "registry/track-registry-diff.h"
#include "registry/track-registry-json.h"
#include "testlib.h"

#define NOW_US (G_GINT64_CONSTANT (1800000000) * G_USEC_PER_SEC)

static const char good[] = "{'format':'switch-track-registry-1','endpoints':["
                           "{'name':'own','urls':['https://own.example/"
                           "v3'],'contract':'3','owner':'IT','contacts':['drift@own.example']},"
                           "{'name':'state','urls':['https://state.example/v3','https://"
                           "other.example/v3'],'contract':'3','owner':'STAR',"
                           "'contacts':['vagt@state.example'],'pins':['sha256//"
                           "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=']}],'units':["
                           "{'code':'10100','endpoint':'own'},{'code':'15500','alias_of':'10100'},{"
                           "'code':'default','endpoint':'state'}],"
                           "'windows':[],'freezes':[]}";

static TrackRegistry *
parse (const char *text)
{
  g_autofree char *json = g_strdelimit (g_strdup (text), "'", '"');
  g_autoptr (GError) error = NULL;
  TrackRegistry *registry = track_registry_parse (json, strlen (json), &error);

  g_assert_no_error (error);
  return registry;
}

/* (transfer full): @good with one piece replaced. */
static TrackRegistry *
parse_with (const char *piece, const char *by)
{
  g_auto (GStrv) halves = g_strsplit (good, piece, 2);
  g_autofree char *text = g_strjoinv (by, halves);

  g_assert_cmpuint (g_strv_length (halves), ==, 2);
  return parse (text);
}

static const TrackFinding *
find_text (const GPtrArray *findings, const char *says)
{
  for (guint i = 0; i < findings->len; i++)
    if (strstr (((TrackFinding *) g_ptr_array_index (findings, i))->text, says) != NULL)
      return g_ptr_array_index (findings, i);
  return NULL;
}

static void
test_good (void)
{
  const TrackCheckSettings settings = { NOW_US };
  g_autoptr (TrackRegistry) registry = parse (good);
  g_autoptr (GPtrArray) findings = track_registry_check (registry, &settings);

  g_assert_cmpuint (findings->len, ==, 0);
}

typedef struct
{
  const char *piece, *by, *says;
  gboolean is_error;
} Case;

/* clang-format off */
static const Case cases[] = {
  { "'name':'own'", "'name':'Own'", "small letters", TRUE },
  { "'name':'own'", "'name':'state'", "the name is there twice", TRUE },
  { "'https://own.example/v3'", "'http://own.example/v3'", "must begin with https: citizens", TRUE },
  { "'https://own.example/v3'", "'ftp://own.example/v3'", "must begin with https", TRUE },
  { "'https://own.example/v3'", "'own'", "is no address", TRUE },
  { "'https://own.example/v3'", "'https://a:b@own.example/v3'", "neither user", TRUE },
  { "'https://own.example/v3'", "'https://other.example/v3'", "an address of endpoint own too", TRUE },
  { "'https://own.example/v3'", "'https://OTHER.example:443/v3'", "an address of endpoint own too", TRUE },
  { "'https://own.example/v3'", "'https://own.example/v3?a|b'", "holds a bar", TRUE },
  { "'drift@own.example'", "'a|b@own.example'", "holds a bar", TRUE },
  { "'contract':'3','owner':'IT'", "'contract':'3','owner':'IT','state':'drain'", "drains, but units still go there", FALSE },
  { "'default','endpoint':'state'", "'default','alias_of':'10100'", "the default is no alias", TRUE },
  { "'contract':'3','owner':'IT'", "'contract':'4','owner':'IT'", "contract 4 is not known", TRUE },
  { "'drift@own.example'", "'drift'", "contact 1 is no mail address", TRUE },
  { "['drift@own.example']", "[]", "nobody is told", FALSE },
  { "'owner':'IT'", "'owner':'IT','webhooks':['http://hook.example/']", "webhook 1 must begin with https", TRUE },
  { "'owner':'IT'", "'owner':'IT','probe_unit':'99999'", "probe_unit must be", TRUE },
  { "'owner':'IT'", "'owner':'IT','connect_ms':7000", "connect_ms is longer", TRUE },
  { "sha256//A", "sha256//", "pin 1 must be", TRUE },
  { "sha256//A", "md5//A", "pin 1 must be", TRUE },
  { "'10100','endpoint':'own'", "'10100','endpoint':'nobody'", "there is no endpoint nobody", TRUE },
  { "'10100','endpoint':'own'", "'10100'", "either an endpoint or alias_of", TRUE },
  { "'10100','endpoint':'own'", "'10100','endpoint':'own','alias_of':'15500'", "either an endpoint or alias_of", TRUE },
  { "'code':'10100'", "'code':'1010'", "five digits", TRUE },
  { "'code':'10100'", "'code':'99999'", "five digits", TRUE },
  { "'10100','endpoint':'own'", "'10100','endpoint':'own','from':'2027-01-02T00:00:00Z','until':'2027-01-01T00:00:00Z'", "ends before", TRUE },
  { "{'code':'10100','endpoint':'own'}", "{'code':'10100','endpoint':'own','until':'2027-01-02T00:00:00Z'},"
    "{'code':'10100','endpoint':'state','from':'2027-01-01T00:00:00Z'}", "in force at the same time", TRUE },
  { "{'code':'10100','endpoint':'own'}", "{'code':'10100','endpoint':'own','until':'2027-01-01T00:00:00Z'},"
    "{'code':'10100','endpoint':'state','from':'2027-01-02T00:00:00Z'}", "no row for the whole time", TRUE },
  { "'alias_of':'10100'", "'alias_of':'10200'", "no row for the whole time", TRUE },
  { "'alias_of':'10100'", "'alias_of':'15500'", "another code", TRUE },
  { "'alias_of':'10100'", "'alias_of':'99999'", "another code", TRUE },
  { "{'code':'15500'", "{'code':'15600','alias_of':'15500'},{'code':'15500'", "is an alias itself", TRUE },
  { "'alias_of':'10100'", "'alias_of':'10100','takes_over':['state']", "an alias takes nothing over", TRUE },
  { "'10100','endpoint':'own'", "'10100','endpoint':'own','takes_over':['own']", "names the unit's own endpoint", TRUE },
  { "'10100','endpoint':'own'", "'10100','endpoint':'own','takes_over':['gone']", "no endpoint gone any longer", FALSE },
  { "'10100','endpoint':'own'", "'10100','endpoint':'own','canary':{'endpoint':'state','permille':10}", "declare is_disjoint", TRUE },
  { "'10100','endpoint':'own'", "'10100','endpoint':'own','canary':{'endpoint':'own','is_disjoint':true}", "the unit's own endpoint", TRUE },
  { "'10100','endpoint':'own'", "'10100','endpoint':'own','shadow':{'endpoint':'gone'}", "shadow: there is no endpoint gone", TRUE },
  { "'default','endpoint':'state'", "'default','endpoint':'state','shadow':{'endpoint':'own'}", "only a unit of its own", TRUE },
  { ",{'code':'default','endpoint':'state'}", "", "no default", FALSE },
  { ",{'code':'default','endpoint':'state'}", "", "no unit goes there", FALSE },
  { "'windows':[]", "'windows':[{'endpoint':'gone','from':'2027-01-01T00:00:00Z','until':'2027-01-02T00:00:00Z','text_da':'x','text_en':'y'}]",
    "no such endpoint", TRUE },
  { "'freezes':[]", "'freezes':[{'from':'2027-01-03T00:00:00Z','until':'2027-01-02T00:00:00Z','reason':'x'}]", "ends before", TRUE },
};
/* clang-format on */

static void
test_rules (void)
{
  const TrackCheckSettings settings = { NOW_US };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (TrackRegistry) registry = parse_with (cases[i].piece, cases[i].by);
      g_autoptr (GPtrArray) findings = track_registry_check (registry, &settings);
      const TrackFinding *finding = find_text (findings, cases[i].says);

      if (finding == NULL)
        g_error ("case %u: nobody says %s", i, cases[i].says);
      g_assert_cmpint (finding->is_error, ==, cases[i].is_error);
      g_assert_cmpint (track_findings_have_error (findings), ==, cases[i].is_error);
    }
}

static void
test_plain_http (void)
{
  const TrackCheckSettings settings = { NOW_US, TRUE };
  g_autoptr (TrackRegistry) registry =
    parse_with ("https://own.example/v3", "http://own.example/v3");
  g_autoptr (TrackRegistry) loopback =
    parse_with ("https://own.example/v3", "http://127.0.0.1:8080/v3");
  g_autoptr (GPtrArray) findings = track_registry_check (registry, &settings);
  g_autoptr (GPtrArray) others = track_registry_check (loopback, &(TrackCheckSettings){ NOW_US });

  g_assert_cmpuint (findings->len, ==, 0);
  g_assert_cmpuint (others->len, ==, 0);
}

static void
test_citizen (void)
{
  const TrackCheckSettings settings = { NOW_US };
  g_autofree char *owner = g_strdup_printf ("'owner':'IT %s'", testlib_cpr (7));
  g_autoptr (TrackRegistry) registry = parse_with ("'owner':'IT'", owner);
  g_autoptr (GPtrArray) findings = track_registry_check (registry, &settings);
  const TrackFinding *finding = find_text (findings, "looks like a citizen's number");

  g_assert_true (finding->is_error);
  g_assert_null (strstr (finding->text, testlib_cpr (7)));
}

static void
assert_step (const char *piece, const char *by, const char *says, gboolean is_error)
{
  const TrackCheckSettings settings = { NOW_US };
  g_autoptr (TrackRegistry) before = parse (good);
  g_autoptr (TrackRegistry) after = parse_with (piece, by);
  g_autoptr (GPtrArray) findings = track_registry_check_change (before, after, &settings);
  const TrackFinding *finding = says == NULL ? NULL : find_text (findings, says);

  if (says == NULL)
    g_assert_cmpuint (findings->len, ==, 0);
  else if (finding == NULL)
    g_error ("nobody says %s", says);
  else
    g_assert_cmpint (finding->is_error, ==, is_error);
}

static void
test_steps (void)
{
  assert_step ("'owner':'IT'", "'owner':'IT','state':'drain'", NULL, FALSE);
  assert_step ("'10100','endpoint':'own'", "'10100','endpoint':'state'", "stay there", FALSE);
  assert_step ("{'code':'10100','endpoint':'own'}",
               "{'code':'10100','endpoint':'own','until':'2027-02-01T00:00:00Z'},{'code':'10100',"
               "'endpoint':'state','takes_over':['own'],'from':'2027-02-01T00:00:00Z'}",
               NULL, FALSE);
}

/* Two pieces are replaced: the endpoint's state and the unit's row. */
static void
test_drain_and_freeze (void)
{
  const TrackCheckSettings settings = { NOW_US };
  g_autoptr (TrackRegistry) before = parse (good);
  g_autoptr (TrackRegistry) draining =
    parse_with ("'owner':'STAR','contacts':['vagt@state.example'],",
                "'owner':'STAR','state':'drain','contacts':['vagt@state.example'],");
  g_autoptr (TrackRegistry) frozen =
    parse_with ("'freezes':[]", "'freezes':[{'from':'2027-02-01T00:00:00Z','until':"
                                "'2027-03-01T00:00:00Z','reason':'Ferie'}]");
  TrackUnit *unit = g_ptr_array_index (draining->units, 0);
  g_autoptr (GPtrArray) none = track_registry_check_change (before, draining, &settings);
  g_autoptr (GPtrArray) findings = NULL;
  g_autoptr (GPtrArray) others = NULL;

  g_assert_cmpuint (none->len, ==, 0);
  g_free (unit->endpoint);
  unit->endpoint = g_strdup ("state");
  findings = track_registry_check_change (before, draining, &settings);
  g_assert_true (find_text (findings, "endpoint state is draining")->is_error);
  unit = g_ptr_array_index (frozen->units, 0);
  g_assert_true (track_instant_parse ("2027-02-10T00:00:00+01:00", &unit->from_us, NULL));
  others = track_registry_check_change (before, frozen, &settings);
  g_assert_true (find_text (others, "during a freeze (Ferie)")->is_error);
}

/* A whole registry of two endpoints, and units and freezes that are given. */
static TrackRegistry *
make_planned (const char *state_of_own, const char *units, const char *freezes)
{
  g_autofree char *text = g_strdup_printf (
    "{'format':'switch-track-registry-1','endpoints':["
    "{'name':'own','urls':['https://own.example/'],'contract':'3','owner':'IT','state':'%s'},"
    "{'name':'state','urls':['https://state.example/'],'contract':'3','owner':'STAR'}],"
    "'units':[%s],'freezes':[%s]}",
    state_of_own, units, freezes);

  return parse (text);
}

/* What is planned, and what is wrong with it as seen from what was in force. NOW is in January 2027. */
typedef struct
{
  const char *units_before, *state, *units, *freezes, *says;
  gboolean is_error;
} StepCase;

#define DEFAULT_STATE ",{'code':'default','endpoint':'state'}"
#define DEFAULT_OWN   ",{'code':'default','endpoint':'own'}"
#define FROZEN        "{'from':'2027-02-01T00:00:00Z','until':'2027-03-01T00:00:00Z','reason':'Ferie'}"
#define PLANNED                                                                                    \
  "{'code':'10100','endpoint':'state','until':'2027-02-10T00:00:00Z'},{'code':'10100','endpoint':" \
  "'own','from':'2027-02-10T00:00:00Z'}"

/* clang-format off */
static const StepCase step_cases[] = {
  /* a freeze is laid over what was planned before */
  { PLANNED DEFAULT_STATE, "active", PLANNED DEFAULT_STATE, FROZEN, "unit 10100 at 2027-02-10T00:00:00Z: takes effect during a freeze", TRUE },
  /* a row's end is a switch too */
  { "{'code':'10100','endpoint':'own'}" DEFAULT_STATE, "active",
    "{'code':'10100','endpoint':'own','until':'2027-02-10T00:00:00Z'}" DEFAULT_STATE, FROZEN, "takes effect during a freeze", TRUE },
  /* so is the fall back to who drains */
  { "{'code':'10100','endpoint':'state'}" DEFAULT_OWN, "drain", "{'code':'20100','endpoint':'state'}" DEFAULT_OWN, "", "unit 10100: endpoint own is draining", TRUE },
  /* and who drains gets nobody by what was planned before */
  { PLANNED DEFAULT_STATE, "drain", PLANNED DEFAULT_STATE, "", "unit 10100 at 2027-02-10T00:00:00Z: endpoint own is draining", TRUE },
  /* back to it after a time with another */
  { "{'code':'10100','endpoint':'own'}" DEFAULT_STATE, "drain",
    "{'code':'10100','endpoint':'own','until':'2027-02-10T00:00:00Z'},{'code':'10100','endpoint':'state','from':'2027-02-10T00:00:00Z','until':"
    "'2027-02-11T00:00:00Z'},{'code':'10100','endpoint':'own','from':'2027-02-11T00:00:00Z'}" DEFAULT_STATE, "", "unit 10100 at 2027-02-11T00:00:00Z: endpoint own is draining", TRUE },
  /* by an alias */
  { "{'code':'10100','endpoint':'own'},{'code':'15500','endpoint':'state'}" DEFAULT_STATE, "drain",
    "{'code':'10100','endpoint':'own'},{'code':'15500','alias_of':'10100'}" DEFAULT_STATE, "", "unit 15500: endpoint own is draining", TRUE },
  /* nowhere to go */
  { "{'code':'10100','endpoint':'own'}", "active", "{'code':'10100','endpoint':'own','until':'2027-02-10T00:00:00Z'}", "", "goes nowhere from then on", FALSE },
  /* when were they migrated? */
  { "{'code':'20100','endpoint':'own'}", "active", "{'code':'10100','endpoint':'own','takes_over':['state']}", "", "takes_over needs from", TRUE },
  /* an instant that passed while the old one went on */
  { "{'code':'10100','endpoint':'state'}", "active",
    "{'code':'10100','endpoint':'state','until':'2027-01-10T00:00:00Z'},{'code':'10100','endpoint':'own','takes_over':['state'],'from':'2027-01-10T00:00:00Z'}",
    "", "name one that is still to come", TRUE },
  /* a registry that is read in again has rows that are over */
  { "", "active", "{'code':'10100','endpoint':'own','takes_over':['state'],'from':'2027-01-10T00:00:00Z'}", "", NULL, FALSE },
  /* a row that is parted by an edit switches nobody */
  { "{'code':'10100','endpoint':'own'}" DEFAULT_STATE, "drain",
    "{'code':'10100','endpoint':'own','until':'2027-02-10T00:00:00Z'},{'code':'10100','endpoint':'own','from':'2027-02-10T00:00:00Z','name':'By'}" DEFAULT_STATE, FROZEN, NULL, FALSE },
};
/* clang-format on */

static void
test_timeline (void)
{
  const TrackCheckSettings settings = { NOW_US };

  for (guint i = 0; i < G_N_ELEMENTS (step_cases); i++)
    {
      const StepCase *row = &step_cases[i];
      g_autoptr (TrackRegistry) before = make_planned ("active", row->units_before, "");
      g_autoptr (TrackRegistry) after = make_planned (row->state, row->units, row->freezes);
      g_autoptr (GPtrArray) findings = track_registry_check_change (before, after, &settings);
      const TrackFinding *finding = row->says == NULL ? NULL : find_text (findings, row->says);

      if (row->says == NULL && findings->len > 0)
        g_error ("case %u: %s", i, ((TrackFinding *) findings->pdata[0])->text);
      if (row->says != NULL && finding == NULL)
        g_error ("case %u: nobody says %s", i, row->says);
      if (finding != NULL)
        g_assert_cmpint (finding->is_error, ==, row->is_error);
    }
}

/* What was wrong before this step is told, and does not bar another. */
static void
test_was_so_before (void)
{
  const TrackCheckSettings settings = { NOW_US };
  g_autoptr (TrackRegistry) before = make_planned ("drain", PLANNED DEFAULT_STATE, FROZEN);
  g_autoptr (TrackRegistry) after =
    make_planned ("drain", PLANNED DEFAULT_STATE ",{'code':'20100','endpoint':'state'}", FROZEN);
  g_autoptr (GPtrArray) findings = track_registry_check_change (before, after, &settings);

  g_assert_nonnull (find_text (findings, "is draining"));
  g_assert_nonnull (find_text (findings, "during a freeze"));
  g_assert_false (track_findings_have_error (findings));
}

/* A code has so many rows and no more. */
static void
test_many_rows (void)
{
  const TrackCheckSettings settings = { NOW_US };
  g_autoptr (TrackRegistry) registry = parse (good);
  g_autoptr (GPtrArray) findings = NULL;

  for (guint i = 0; i < 101; i++)
    {
      TrackUnit *unit = g_new0 (TrackUnit, 1);

      unit->code = g_strdup ("30100");
      unit->endpoint = g_strdup ("own");
      unit->takes_over = g_new0 (char *, 1);
      unit->from_us = i;
      unit->until_us = i + 1;
      g_ptr_array_add (registry->units, unit);
    }
  track_registry_sort (registry);
  findings = track_registry_check (registry, &settings);
  g_assert_true (find_text (findings, "has 101 rows")->is_error);
}

static void
test_gone_endpoint (void)
{
  const TrackCheckSettings settings = { NOW_US };
  g_autoptr (TrackRegistry) before = parse (good);
  g_autoptr (TrackRegistry) after = parse (good);
  g_autoptr (GPtrArray) findings = NULL;

  g_ptr_array_remove_index (after->endpoints, 0);
  findings = track_registry_check_change (before, after, &settings);
  g_assert_false (find_text (findings, "endpoint own is gone")->is_error);
}

static void
test_diff (void)
{
  static const char *const lines[] = {
    "endpoint own: owner from IT to Drift",
    "unit default: gone: endpoint state",
    "unit 10100: endpoint from own to state",
    "unit 10100: canary from nothing to endpoint own, permille 5, is_disjoint yes",
    "unit 20100 from 2026-12-31T23:00:00Z: new: endpoint state, name By 20",
    "freeze from 2027-02-01T00:00:00Z: new: until 2027-03-01T00:00:00Z, reason Ferie",
  };
  g_autoptr (TrackRegistry) before = parse (good);
  g_autoptr (TrackRegistry) after = parse (
    "{'format':'switch-track-registry-1','endpoints':["
    "{'name':'own','urls':['https://own.example/"
    "v3'],'contract':'3','owner':'Drift','contacts':['drift@own.example']},"
    "{'name':'state','urls':['https://state.example/v3','https://other.example/"
    "v3'],'contract':'3','owner':'STAR',"
    "'contacts':['vagt@state.example'],'pins':['sha256//"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=']}],'units':["
    "{'code':'10100','endpoint':'state','canary':{'endpoint':'own','permille':5,'is_disjoint':true}"
    "},"
    "{'code':'15500','alias_of':'10100'},{'code':'20100','endpoint':'state','name':'By "
    "20','from':'2027-01-01T00:00:00+01:00'}],"
    "'freezes':[{'from':'2027-02-01T00:00:00Z','until':'2027-03-01T00:00:00Z','reason':'Ferie'}]}");
  g_autoptr (GPtrArray) differences = track_registry_diff (before, after);
  g_autoptr (GPtrArray) none = track_registry_diff (after, after);

  g_assert_cmpuint (none->len, ==, 0);
  g_assert_cmpuint (differences->len, ==, G_N_ELEMENTS (lines));
  for (guint i = 0; i < differences->len; i++)
    {
      g_autofree char *text = track_difference_dup_text (g_ptr_array_index (differences, i));
      g_assert_cmpstr (text, ==, lines[i]);
    }
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/track-registry-check/good", test_good);
  g_test_add_func ("/track-registry-check/rules", test_rules);
  g_test_add_func ("/track-registry-check/plain-http", test_plain_http);
  g_test_add_func ("/track-registry-check/citizen", test_citizen);
  g_test_add_func ("/track-registry-check/steps", test_steps);
  g_test_add_func ("/track-registry-check/drain-and-freeze", test_drain_and_freeze);
  g_test_add_func ("/track-registry-check/timeline", test_timeline);
  g_test_add_func ("/track-registry-check/was-so-before", test_was_so_before);
  g_test_add_func ("/track-registry-check/many-rows", test_many_rows);
  g_test_add_func ("/track-registry-check/gone-endpoint", test_gone_endpoint);
  g_test_add_func ("/track-registry-check/diff", test_diff);
  return g_test_run ();
}
