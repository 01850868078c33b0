/* SPDX-License-Identifier: EUPL-1.2 */
/* Rows of the outbox from state to state, lanes, what waits behind a refusal; and watches for echoes. */
/* Also tests: echo-store. */
#include "base/error.h"
#include "store/echo-store.h"
#include "store/evidence-store.h"
#include "store/outbox-store.h"
#include "store/store-migrate.h"
#include "testlib.h"

#define NOW G_GINT64_CONSTANT (1800000000000000)

static const char world_sql[] =
  "INSERT INTO tenant VALUES (1, 'demo', 'Demo'), (2, 'other', 'Other');"
  "INSERT INTO citizen VALUES (1, 1, '0000000000', NULL, NULL), (2, 1, '1111111111', NULL, NULL);";

static StoreSession *
open_world (void)
{
  g_autofree char *folder = testlib_make_folder ();
  g_autofree char *path = g_build_filename (folder, "planner.db", NULL);
  g_autofree char *schema = testlib_dup_source_path ("data/schema/sqlite");
  g_autoptr (GError) error = NULL;
  StoreSession *session = store_open (path, STORE_WRITE, &error);

  g_assert_no_error (error);
  if (!store_migrate (session, schema, &error))
    g_error ("%s", error->message);
  g_assert_true (store_run_script (session, world_sql, &error));
  g_assert_no_error (error);
  return session;
}

/* Returns: its id */
static gint64
add (StoreSession *session, gint64 citizen_id, const char *kind, const char *subject)
{
  static guint n_added;
  g_autofree char *request_id = g_strdup_printf ("r-%u", ++n_added);
  OutboxRow row = { .tenant_id = 1,
                    .citizen_id = citizen_id,
                    .kind = kind,
                    .subject = subject,
                    .revision = n_added,
                    .request_id = request_id,
                    .payload = "{}",
                    .added_us = NOW };
  g_autoptr (GError) error = NULL;

  g_assert_true (evidence_store_add_outbox (session, &row, &error));
  g_assert_no_error (error);
  return store_last_id (session);
}

static OutboxItem *
find (StoreSession *session, gint64 outbox_id)
{
  g_autoptr (GError) error = NULL;
  OutboxItem *item = outbox_store_find (session, 1, outbox_id, &error);

  g_assert_no_error (error);
  g_assert_nonnull (item);
  return item;
}

static void
check_state (StoreSession *session, gint64 outbox_id, OutboxState state)
{
  g_autoptr (OutboxItem) item = find (session, outbox_id);

  g_assert_cmpstr (outbox_state_to_text (item->state), ==, outbox_state_to_text (state));
}

/* The citizens whose turn it is, as digits. */
static char *
due (StoreSession *session, gint64 now_us, gint64 *out_next_us)
{
  OutboxQuestion question = { 1, now_us, 10 };
  g_autoptr (GArray) citizens = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (GError) error = NULL;
  GString *text = g_string_new (NULL);

  g_assert_true (outbox_store_list_due (session, &question, citizens, out_next_us, &error));
  for (guint i = 0; i < citizens->len; i++)
    g_string_append_printf (text, "%" G_GINT64_FORMAT, g_array_index (citizens, gint64, i));
  return g_string_free (text, FALSE);
}

static void
check_due (StoreSession *session, gint64 now_us, const char *citizens, gint64 next_us)
{
  gint64 is_next_us = -1;
  g_autofree char *is_due = due (session, now_us, &is_next_us);

  g_assert_cmpstr (is_due, ==, citizens);
  g_assert_cmpint (is_next_us, ==, next_us);
}

static void
test_lanes (void)
{
  g_autoptr (StoreSession) session = open_world ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) lane = NULL;
  gint64 first, second, third;

  check_due (session, NOW, "", 0);
  first = add (session, 2, "register", "b1");
  second = add (session, 1, "register", "b2");
  third = add (session, 2, "update", "b1");
  check_due (session, NOW, "21", 0);
  /* The first row says when the lane is due, whatever stands behind it. */
  g_assert_true (outbox_store_put_off (session, first, NOW + 7, "later", &error));
  check_due (session, NOW, "1", NOW + 7);
  check_due (session, NOW + 7, "21", 0);
  g_assert_true (outbox_store_finish (session, first, OUTBOX_SENT, NULL, &error));
  check_due (session, NOW, "12", 0);
  lane = outbox_store_list_lane (session, 1, 2, 100, &error);
  g_assert_cmpuint (lane->len, ==, 1);
  g_assert_cmpint (((OutboxItem *) lane->pdata[0])->outbox_id, ==, third);
  g_assert_true (outbox_store_finish (session, second, OUTBOX_DROPPED, "no need", &error));
  g_assert_true (outbox_store_finish (session, third, OUTBOX_SENT, NULL, &error));
  check_due (session, NOW, "", 0);
}

static void
test_tries (void)
{
  g_autoptr (StoreSession) session = open_world ();
  g_autoptr (GError) error = NULL;
  gint64 id = add (session, 1, "register", "b1");
  g_autoptr (OutboxItem) item = NULL;

  g_assert_true (outbox_store_try (session, id, NOW + 1, &error));
  g_assert_true (outbox_store_try (session, id, NOW + 2, &error));
  item = find (session, id);
  g_assert_cmpint (item->attempts, ==, 2);
  g_assert_cmpint (item->first_try_us, ==, NOW + 1);
  g_assert_cmpint (item->last_try_us, ==, NOW + 2);
  g_assert_true (outbox_store_renew (session, id, "fresh", &error));
  g_clear_pointer (&item, outbox_item_free);
  item = find (session, id);
  g_assert_cmpstr (item->request_id, ==, "fresh");
  g_assert_cmpint (item->first_try_us, ==, 0);
  g_assert_true (outbox_store_set_registered (session, id, &error));
  g_clear_pointer (&item, outbox_item_free);
  item = find (session, id);
  g_assert_cmpstr (item->kind, ==, "update");
  g_assert_true (outbox_store_finish (session, id, OUTBOX_SENT, NULL, &error));
  /* What is over is not touched again. */
  g_assert_true (outbox_store_put_off (session, id, NOW + 9, "x", &error));
  g_assert_true (outbox_store_renew (session, id, "again", &error));
  g_clear_pointer (&item, outbox_item_free);
  item = find (session, id);
  g_assert_cmpstr (item->request_id, ==, "fresh");
  g_assert_cmpint (item->not_before_us, ==, 0);
}

/* A refusal holds the booking's later rows, those that come later still too, and nobody else's. */
static void
test_refusal (void)
{
  g_autoptr (StoreSession) session = open_world ();
  g_autoptr (GError) error = NULL;
  gint64 update = add (session, 1, "update", "b1");
  gint64 other = add (session, 1, "update", "b2");
  gint64 behind = add (session, 1, "update", "b1");
  g_autoptr (OutboxItem) item = find (session, update);
  g_autoptr (OutboxItem) not_refused = find (session, other);
  gint64 late;
  gboolean has_unsent = FALSE, is_waiting = TRUE;
  OutboxCounts counts;

  g_assert_true (outbox_store_refuse (session, item, "1014: titel", &error));
  late = add (session, 1, "delete", "b1");
  check_state (session, update, OUTBOX_REFUSED);
  check_state (session, behind, OUTBOX_HELD);
  check_state (session, late, OUTBOX_HELD);
  check_state (session, other, OUTBOX_WAITING);
  check_due (session, NOW, "1", 0);
  g_assert_true (outbox_store_has_unsent (session, 1, "b1", &has_unsent, &error));
  g_assert_true (has_unsent);
  g_assert_true (outbox_store_is_waiting (session, 1, "b1", &is_waiting, &error));
  g_assert_false (is_waiting);
  g_assert_true (outbox_store_is_waiting (session, 1, "b2", &is_waiting, &error));
  g_assert_true (is_waiting);
  g_assert_true (outbox_store_has_unsent (session, 2, "b1", &has_unsent, &error));
  g_assert_false (has_unsent);
  g_assert_true (outbox_store_count (session, 1, &counts, &error));
  g_assert_cmpint (counts.n[OUTBOX_WAITING], ==, 1);
  g_assert_cmpint (counts.n[OUTBOX_REFUSED], ==, 1);
  g_assert_cmpint (counts.n[OUTBOX_HELD], ==, 2);
  g_assert_cmpint (counts.oldest_us, ==, NOW);
  g_assert_false (outbox_store_give_up (session, not_refused, "by me", &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_STATE_CHANGED);
  g_clear_error (&error);
  g_assert_true (outbox_store_give_up (session, item, "by me", &error));
  check_state (session, update, OUTBOX_DROPPED);
  check_state (session, behind, OUTBOX_WAITING);
  check_state (session, late, OUTBOX_WAITING);
}

static void
test_retry (void)
{
  g_autoptr (StoreSession) session = open_world ();
  g_autoptr (GError) error = NULL;
  gint64 update = add (session, 1, "update", "b1");
  gint64 behind = add (session, 1, "delete", "b1");
  g_autoptr (OutboxItem) item = find (session, update);
  g_autoptr (OutboxItem) after = NULL;
  g_autoptr (GPtrArray) all = NULL;

  g_assert_true (outbox_store_refuse (session, item, "1014: titel", &error));
  g_assert_true (outbox_store_retry (session, item, &error));
  check_state (session, update, OUTBOX_WAITING);
  check_state (session, behind, OUTBOX_WAITING);
  after = find (session, update);
  g_assert_cmpstr (after->request_id, ==, item->request_id);
  /* It may have been sent by another who had this database, at any time since it was added. */
  g_assert_cmpint (after->first_try_us, ==, NOW);
  g_assert_true (outbox_store_finish (session, update, OUTBOX_SENT, NULL, &error));
  all = outbox_store_list (session, 1, NULL, 0, 10, &error);
  g_assert_cmpuint (all->len, ==, 1);
  g_clear_pointer (&all, g_ptr_array_unref);
  all = outbox_store_list (session, 1, "b1", 0, 10, &error);
  g_assert_cmpuint (all->len, ==, 2);
  g_clear_pointer (&all, g_ptr_array_unref);
  all = outbox_store_list (session, 1, "b1", update, 10, &error);
  g_assert_cmpuint (all->len, ==, 1);
  g_assert_null (outbox_store_find (session, 2, update, &error));
  g_assert_no_error (error);
}

/* DFDG never had the booking: its later changes are of no use, its cancellation asks whether it is gone. */
static void
test_given_up_registration (void)
{
  g_autoptr (StoreSession) session = open_world ();
  g_autoptr (GError) error = NULL;
  gint64 made = add (session, 1, "register", "b1");
  gint64 changed = add (session, 1, "update", "b1");
  gint64 gone = add (session, 1, "delete", "b1");
  g_autoptr (OutboxItem) item = find (session, made);

  g_assert_true (outbox_store_refuse (session, item, "8107", &error));
  g_assert_true (outbox_store_give_up (session, item, "by me", &error));
  check_state (session, made, OUTBOX_DROPPED);
  check_state (session, changed, OUTBOX_DROPPED);
  check_state (session, gone, OUTBOX_WAITING);
}

static void
watch (StoreSession *session, const char *subject, gint64 revision, gint64 added_us)
{
  EchoWatch watch = { .tenant_id = 1,
                      .citizen_id = 1,
                      .subject = (char *) subject,
                      .revision = revision,
                      .added_us = added_us };
  g_autoptr (GError) error = NULL;

  g_assert_true (echo_store_add (session, &watch, &error));
  g_assert_no_error (error);
}

static guint
count_due (StoreSession *session, gint64 before_us, gint64 now_us)
{
  EchoQuestion question = { 1, before_us, now_us, 10 };
  g_autoptr (GArray) citizens = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (GError) error = NULL;

  g_assert_true (echo_store_list_due (session, &question, citizens, &error));
  return citizens->len;
}

static void
test_echoes (void)
{
  g_autoptr (StoreSession) session = open_world ();
  g_autoptr (GError) error = NULL;
  g_autoptr (EchoWatch) first = NULL;
  g_autoptr (EchoWatch) second = NULL;
  g_autoptr (GPtrArray) all = NULL;
  EchoCounts counts;

  watch (session, "b1", 1, NOW);
  g_assert_cmpuint (count_due (session, NOW - 1, NOW), ==, 0);
  g_assert_cmpuint (count_due (session, NOW, NOW), ==, 1);
  first = echo_store_find (session, 1, "b1", &error);
  g_assert_true (echo_store_put_off (session, first, NOW + 9, "down", &error));
  g_assert_cmpuint (count_due (session, NOW, NOW + 8), ==, 0);
  g_assert_cmpuint (count_due (session, NOW, NOW + 9), ==, 1);
  g_assert_true (echo_store_flag (session, first, "absent", &error));
  g_assert_cmpuint (count_due (session, NOW, NOW + 9), ==, 0);
  g_assert_true (echo_store_count (session, 1, NOW, &counts, &error));
  g_assert_cmpint (counts.n_flagged, ==, 1);
  g_assert_cmpint (counts.n_waiting, ==, 0);
  /* Asked for once more by DFDG: one watch, begun again; what was read before says nothing of it. */
  watch (session, "b1", 2, NOW + 20);
  second = echo_store_find (session, 1, "b1", &error);
  g_assert_false (second->is_flagged);
  g_assert_cmpint (second->attempts, ==, 0);
  g_assert_true (echo_store_flag (session, first, "absent", &error));
  g_assert_true (echo_store_clear (session, 1, "b1", 1, &error));
  all = echo_store_list (session, 1, 1, 10, &error);
  g_assert_cmpuint (all->len, ==, 1);
  g_assert_false (((EchoWatch *) all->pdata[0])->is_flagged);
  g_assert_true (echo_store_count (session, 1, NOW + 20, &counts, &error));
  g_assert_cmpint (counts.n_overdue, ==, 1);
  g_assert_true (echo_store_flag (session, second, "absent", &error));
  g_assert_true (echo_store_retry (session, 1, "b1", &error));
  g_assert_cmpuint (count_due (session, NOW, NOW), ==, 1);
  g_assert_true (echo_store_clear (session, 1, "b1", 2, &error));
  g_assert_null (echo_store_find (session, 1, "b1", &error));
  g_assert_no_error (error);
}

/* The first rows of many, and all of the booking whose turn it is. */
static void
test_long_lane (void)
{
  g_autoptr (StoreSession) session = open_world ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) lane = NULL;
  gint64 last;

  add (session, 1, "register", "b1");
  for (guint i = 0; i < 200; i++)
    add (session, 1, "update", i % 2 == 0 ? "b2" : "b3");
  last = add (session, 1, "delete", "b1");
  add (session, 2, "update", "b1");
  lane = outbox_store_list_lane (session, 1, 1, 10, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (lane->len, ==, 10);
  g_assert_true (outbox_store_complete_lane (session, lane, "b1", &error));
  g_assert_cmpuint (lane->len, ==, 11);
  g_assert_cmpint (((OutboxItem *) lane->pdata[10])->outbox_id, ==, last);
  g_assert_true (outbox_store_complete_lane (session, lane, "b1", &error));
  g_assert_cmpuint (lane->len, ==, 11);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/outbox-store/lanes", test_lanes);
  g_test_add_func ("/outbox-store/tries", test_tries);
  g_test_add_func ("/outbox-store/refusal", test_refusal);
  g_test_add_func ("/outbox-store/retry", test_retry);
  g_test_add_func ("/outbox-store/given-up-registration", test_given_up_registration);
  g_test_add_func ("/outbox-store/long-lane", test_long_lane);
  g_test_add_func ("/outbox-store/echoes", test_echoes);
  return g_test_run ();
}
