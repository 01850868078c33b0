/* SPDX-License-Identifier: EUPL-1.2 */
/* Copies of DFDG's records of a citizen: replaced whole, with an age; the last word of a group is the fact. */
#include "store/citizen-store.h"
#include "store/reading-store.h"
#include "store/store-migrate.h"
#include "testlib.h"

#define NOW   G_GINT64_CONSTANT (1800000000000000)
#define TODAY 20833

typedef struct
{
  StoreSession *session;
  gint64 citizen_id;
} Fixture;

static Fixture
open_world (void)
{
  g_autofree char *folder = testlib_make_folder ();
  g_autofree char *path = g_build_filename (folder, "planner.db", NULL);
  g_autofree char *schema = testlib_dup_source_path ("data/schema/sqlite");
  g_autoptr (GError) error = NULL;
  StoreSession *session = store_open (path, STORE_WRITE, &error);
  gint64 citizen_id;

  g_assert_no_error (error);
  g_assert_true (store_migrate (session, schema, &error));
  g_assert_no_error (error);
  g_assert_true (
    store_run_script (session, "INSERT INTO tenant VALUES (1, 'demo', 'Demo')", &error));
  citizen_id = citizen_store_put (session, 1, testlib_cpr (1), &error);
  g_assert_no_error (error);
  return (Fixture){ session, citizen_id };
}

static ReadingOf
of (const Fixture *fixture, Reading reading, gint64 now_us)
{
  return (ReadingOf){ 1, fixture->citizen_id, reading, now_us };
}

static void
put_spans (const Fixture *fixture, gint64 now_us, const CitizenSpan *spans, guint n_spans)
{
  g_autoptr (GArray) list = g_array_new (FALSE, FALSE, sizeof (CitizenSpan));
  g_autoptr (GError) error = NULL;
  ReadingOf what = of (fixture, READING_CONTACT_GROUP, now_us);

  if (n_spans > 0)
    g_array_append_vals (list, spans, n_spans);
  g_assert_true (reading_store_put_spans (fixture->session, &what, list, TODAY, &error));
  g_assert_no_error (error);
}

/* All facts as "kind=value ". */
static char *
dup_facts (const Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) facts =
    citizen_store_list_facts (fixture->session, fixture->citizen_id, &error);
  GString *text = g_string_new (NULL);

  g_assert_no_error (error);
  for (guint i = 0; i < facts->len; i++)
    {
      const CitizenFact *fact = facts->pdata[i];
      g_string_append_printf (text, "%s=%s ", fact->kind, fact->value);
    }
  return g_string_free (text, FALSE);
}

static void
check_facts (const Fixture *fixture, const char *expected)
{
  g_autofree char *facts = dup_facts (fixture);

  g_assert_cmpstr (facts, ==, expected);
}

static ReadingState
state_of (const Fixture *fixture, Reading reading)
{
  g_autoptr (GError) error = NULL;
  ReadingState state = { 0 };

  g_assert_true (
    reading_store_find (fixture->session, fixture->citizen_id, reading, &state, &error));
  g_assert_no_error (error);
  return state;
}

static void
test_spans (void)
{
  Fixture fixture = open_world ();
  const CitizenSpan first[] = { { 2, TODAY - 100, TODAY - 10 }, { 1, TODAY - 10, READING_OPEN } };
  const CitizenSpan second[] = { { 8, TODAY + 5, READING_OPEN }, { 1, TODAY - 10, TODAY + 5 } };
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) spans = NULL;

  g_assert_cmpint (state_of (&fixture, READING_CONTACT_GROUP).read_us, ==, 0);
  put_spans (&fixture, NOW, first, 2);
  check_facts (&fixture, "contact-group=1 ");
  g_assert_cmpint (state_of (&fixture, READING_CONTACT_GROUP).read_us, ==, NOW);
  put_spans (&fixture, NOW + 1, second, 2);
  spans =
    reading_store_list_spans (fixture.session, fixture.citizen_id, READING_CONTACT_GROUP, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (spans->len, ==, 2);
  g_assert_cmpint (g_array_index (spans, CitizenSpan, 0).code, ==, 1);
  g_assert_cmpint (g_array_index (spans, CitizenSpan, 0).until_date, ==, TODAY + 5);
  g_assert_cmpint (g_array_index (spans, CitizenSpan, 1).until_date, ==, READING_OPEN);
  check_facts (&fixture, "contact-group=1 ");
  put_spans (&fixture, NOW + 2, NULL, 0);
  check_facts (&fixture, "contact-group= ");
  store_close (fixture.session);
}

/* Two words about one thing never stand beside each other. */
static void
test_last_word (void)
{
  Fixture fixture = open_world ();
  const CitizenSpan span = { 1, TODAY - 10, READING_OPEN };
  CitizenFact group = { (char *) "contact-group", (char *) "2" };
  CitizenFact mark = { (char *) "mark", (char *) "x" };
  CitizenFactSource source = { "dfdg-offers-call", NOW + 10 };
  g_autoptr (GPtrArray) told = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;

  g_ptr_array_add (told, &group);
  g_ptr_array_add (told, &mark);
  put_spans (&fixture, NOW, &span, 1);
  g_assert_true (
    citizen_store_put_facts (fixture.session, 1, fixture.citizen_id, &source, told, &error));
  g_assert_no_error (error);
  check_facts (&fixture, "contact-group=2 mark=x ");
  put_spans (&fixture, NOW + 5, &span, 1); /* an older answer */
  check_facts (&fixture, "contact-group=2 mark=x ");
  put_spans (&fixture, NOW + 20, &span, 1);
  check_facts (&fixture, "contact-group=1 mark=x ");
  store_close (fixture.session);
}

static void
test_forget_and_fail (void)
{
  Fixture fixture = open_world ();
  const CitizenSpan span = { 1, TODAY - 10, READING_OPEN };
  ReadingOf what = of (&fixture, READING_CONTACT_GROUP, NOW + 1);
  g_autoptr (GError) error = NULL;
  g_auto (ReadingState) state = { 0 };

  put_spans (&fixture, NOW, &span, 1);
  g_assert_true (reading_store_fail (fixture.session, &what, "HTTP 500", &error));
  g_assert_true (reading_store_fail (fixture.session, &what, "HTTP 503", &error));
  g_assert_no_error (error);
  state = state_of (&fixture, READING_CONTACT_GROUP);
  g_assert_cmpint (state.read_us, ==, NOW);
  g_assert_cmpint (state.n_failures, ==, 2);
  g_assert_cmpstr (state.problem, ==, "HTTP 503");
  check_facts (&fixture, "contact-group=1 ");
  g_assert_true (reading_store_forget (fixture.session, &what, &error));
  g_assert_no_error (error);
  check_facts (&fixture, "");
  g_assert_cmpint (state_of (&fixture, READING_CONTACT_GROUP).read_us, ==, 0);
  g_assert_cmpint (state_of (&fixture, READING_CONTACT_GROUP).n_failures, ==, 0);
  store_close (fixture.session);
}

static Deadline *
new_deadline (const char *identifier, gint64 status, gint64 said_us)
{
  Deadline *deadline = g_new0 (Deadline, 1);

  *deadline = (Deadline){ g_strdup (identifier), 7, TODAY + 3, TODAY + 20, status, FALSE, said_us };
  return deadline;
}

static void
test_deadlines (void)
{
  Fixture fixture = open_world ();
  ReadingOf what = of (&fixture, READING_DEADLINE, NOW);
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func ((GDestroyNotify) deadline_free);
  g_autoptr (Deadline) older = new_deadline ("a", DEADLINE_OPEN, NOW - 50);
  g_autoptr (GPtrArray) held = NULL;
  g_autoptr (GError) error = NULL;

  g_ptr_array_add (all, new_deadline ("a", DEADLINE_MET, NOW - 10));
  g_ptr_array_add (all, new_deadline ("b", DEADLINE_OPEN, NOW - 20));
  g_assert_true (reading_store_put_deadlines (fixture.session, &what, all, &error));
  g_assert_true (reading_store_put_deadline (fixture.session, &what, older, &error));
  g_assert_no_error (error);
  held = reading_store_list_deadlines (fixture.session, fixture.citizen_id, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (held->len, ==, 2);
  g_assert_cmpint (((Deadline *) held->pdata[0])->status, ==, DEADLINE_MET);
  g_ptr_array_set_size (all, 0);
  g_assert_true (reading_store_put_deadlines (fixture.session, &what, all, &error));
  g_clear_pointer (&held, g_ptr_array_unref);
  held = reading_store_list_deadlines (fixture.session, fixture.citizen_id, &error);
  g_assert_cmpuint (held->len, ==, 0);
  store_close (fixture.session);
}

static void
test_interviews (void)
{
  Fixture fixture = open_world ();
  ReadingOf what = of (&fixture, READING_FUND_INTERVIEW, NOW);
  FundInterview one = { (char *) "x", 15, 1, { NOW, NOW + 60 }, (char *) "7" };
  g_autoptr (GPtrArray) all = g_ptr_array_new ();
  g_autoptr (GPtrArray) held = NULL;
  g_autoptr (GError) error = NULL;

  g_ptr_array_add (all, &one);
  g_assert_true (reading_store_put_interviews (fixture.session, &what, all, &error));
  one.core.start_us += 5;
  g_assert_true (reading_store_put_interviews (fixture.session, &what, all, &error));
  g_assert_no_error (error);
  held = reading_store_list_interviews (fixture.session, fixture.citizen_id, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (held->len, ==, 1);
  g_assert_cmpint (((FundInterview *) held->pdata[0])->core.start_us, ==, NOW + 5);
  g_assert_cmpstr (((FundInterview *) held->pdata[0])->fund, ==, "7");
  store_close (fixture.session);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/reading-store/spans", test_spans);
  g_test_add_func ("/reading-store/last-word", test_last_word);
  g_test_add_func ("/reading-store/forget-and-fail", test_forget_and_fail);
  g_test_add_func ("/reading-store/deadlines", test_deadlines);
  g_test_add_func ("/reading-store/interviews", test_interviews);
  return g_test_run ();
}
