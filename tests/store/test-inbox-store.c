/* SPDX-License-Identifier: EUPL-1.2 */
/* DFDG's messages as rows: once each, in order per citizen, waiting, parked, tried again, forgotten. */
#include "store/citizen-store.h"
#include "store/inbox-store.h"
#include "store/store-migrate.h"
#include "testlib.h"

#define NOW G_GINT64_CONSTANT (1800000000000000)

static StoreSession *
open_world (void)
{
  g_autofree char *folder = testlib_make_folder ();
  g_autofree char *path = g_build_filename (folder, "planner.db", NULL);
  g_autofree char *schema = testlib_dup_source_path ("data/schema/sqlite");
  g_autoptr (GError) error = NULL;
  StoreSession *session = store_open (path, STORE_WRITE, &error);

  g_assert_no_error (error);
  g_assert_true (store_migrate (session, schema, &error));
  g_assert_no_error (error);
  g_assert_true (store_run_script (
    session, "INSERT INTO tenant VALUES (1, 'demo', 'Demo'), (2, 'other', 'Other')", &error));
  return session;
}

static DfdgEvent
event_of (const char *message_id, const char *cpr, const char *external_id, int change_type)
{
  return (DfdgEvent){ .tenant_id = 1,
                      .carrier = DFDG_CARRIER_WSB,
                      .message_id = (char *) message_id,
                      .entity_type = 90000,
                      .entity_name = (char *) "Indkaldelse",
                      .change_type = change_type,
                      .external_id = (char *) external_id,
                      .cpr = (char *) cpr,
                      .event_us = NOW - 5,
                      .received_us = NOW,
                      .system_id = 1,
                      .organisation_type = 8,
                      .organisation_code = (char *) "44000",
                      .hint = 3,
                      .detail = (char *) "{}" };
}

static gboolean
add (StoreSession *session, const DfdgEvent *event)
{
  g_autoptr (GError) error = NULL;
  gboolean is_new = FALSE;

  g_assert_true (inbox_store_add (session, event, &is_new, &error));
  g_assert_no_error (error);
  return is_new;
}

static GArray *
lanes_at (StoreSession *session, gint64 now_us)
{
  g_autoptr (GError) error = NULL;
  GArray *lanes = inbox_store_list_lanes (session, 1, now_us, 10, &error);

  g_assert_no_error (error);
  return lanes;
}

static GPtrArray *
lane_of (StoreSession *session, gint64 citizen_id)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *events = inbox_store_list_lane (session, 1, citizen_id, NOW + 1000, 100, &error);

  g_assert_no_error (error);
  return events;
}

static InboxCounts
counts_of (StoreSession *session)
{
  g_autoptr (GError) error = NULL;
  InboxCounts counts;

  g_assert_true (inbox_store_count (session, 1, &counts, &error));
  return counts;
}

static void
test_once (void)
{
  g_autoptr (StoreSession) session = open_world ();
  DfdgEvent event = event_of ("m-1", testlib_cpr (1), "i-1", 1);
  g_autoptr (GArray) lanes = NULL;
  g_autoptr (GPtrArray) events = NULL;
  const DfdgEvent *read;

  g_assert_true (add (session, &event));
  event.external_id = (char *) "i-2";
  g_assert_false (add (session, &event));
  event.tenant_id = 2;
  g_assert_true (add (session, &event));
  lanes = lanes_at (session, NOW);
  g_assert_cmpuint (lanes->len, ==, 1);
  events = lane_of (session, g_array_index (lanes, gint64, 0));
  g_assert_cmpuint (events->len, ==, 1);
  read = events->pdata[0];
  g_assert_cmpstr (read->external_id, ==, "i-1");
  g_assert_cmpstr (read->cpr, ==, testlib_cpr (1));
  g_assert_cmpstr (read->organisation_code, ==, "44000");
  g_assert_cmpint (read->hint, ==, 3);
  g_assert_cmpint (read->state, ==, DFDG_EVENT_NEW);
  g_assert_null (read->version_id);
  g_assert_null (read->old_cpr);
  g_assert_cmpint (read->event_us, ==, NOW - 5);
}

/* Two lanes; the one whose first message failed waits whole, and so does what comes to it meanwhile. */
static void
test_order (void)
{
  g_autoptr (StoreSession) session = open_world ();
  g_autoptr (GError) error = NULL;
  DfdgEvent first = event_of ("m-1", testlib_cpr (1), "i-1", 1);
  DfdgEvent second = event_of ("m-2", testlib_cpr (1), "i-1", 2);
  DfdgEvent other = event_of ("m-3", testlib_cpr (2), "i-3", 1);
  DfdgEvent late = event_of ("m-4", testlib_cpr (1), "i-1", 3);
  g_autoptr (GArray) before = NULL;
  g_autoptr (GArray) meanwhile = NULL;
  g_autoptr (GArray) after = NULL;
  g_autoptr (GPtrArray) lane = NULL;
  gint64 next_us = 0;

  g_assert_true (add (session, &first) && add (session, &second) && add (session, &other));
  before = lanes_at (session, NOW);
  g_assert_cmpuint (before->len, ==, 2);
  lane = lane_of (session, g_array_index (before, gint64, 0));
  g_assert_cmpuint (lane->len, ==, 2);
  g_assert_true (inbox_store_set_later (session, lane->pdata[0], NOW + 100, "unavailable", &error));
  g_assert_true (add (session, &late));
  meanwhile = lanes_at (session, NOW + 99);
  g_assert_cmpuint (meanwhile->len, ==, 1);
  g_assert_cmpint (g_array_index (meanwhile, gint64, 0), ==, g_array_index (before, gint64, 1));
  g_assert_true (inbox_store_find_next_us (session, 1, NOW, &next_us, &error));
  g_assert_cmpint (next_us, ==, NOW + 100);
  after = lanes_at (session, NOW + 100);
  g_assert_cmpuint (after->len, ==, 2);
  g_clear_pointer (&lane, g_ptr_array_unref);
  lane = lane_of (session, g_array_index (before, gint64, 0));
  g_assert_cmpuint (lane->len, ==, 3);
  g_assert_cmpint (((DfdgEvent *) lane->pdata[0])->attempts, ==, 1);
  g_assert_cmpint (((DfdgEvent *) lane->pdata[1])->attempts, ==, 0);
  g_assert_cmpstr (((DfdgEvent *) lane->pdata[2])->message_id, ==, "m-4");
}

static void
test_states (void)
{
  g_autoptr (StoreSession) session = open_world ();
  g_autoptr (GError) error = NULL;
  DfdgEvent events[] = { event_of ("m-1", testlib_cpr (1), "i-1", 1),
                         event_of ("m-2", testlib_cpr (1), "i-2", 1),
                         event_of ("m-3", testlib_cpr (1), "i-3", 1),
                         event_of ("m-4", NULL, NULL, 1) };
  g_autoptr (GPtrArray) nobodys = NULL;
  g_autoptr (GPtrArray) parked = NULL;
  g_autoptr (DfdgEvent) done = NULL;
  gint64 next_us = 0;
  gint64 n_events = 0;

  events[2].state = DFDG_EVENT_UNKNOWN;
  for (guint i = 0; i < G_N_ELEMENTS (events); i++)
    g_assert_true (add (session, &events[i]));
  g_assert_cmpint (counts_of (session).n_new, ==, 3);
  g_assert_cmpint (counts_of (session).n_unknown, ==, 1);
  nobodys = lane_of (session, 0);
  g_assert_cmpuint (nobodys->len, ==, 1);
  g_assert_true (inbox_store_set_done (session, 1, "applied", NOW + 1, &error));
  g_assert_true (inbox_store_park (session, 2, "unknown-unit: 44001", &error));
  g_assert_true (inbox_store_park (session, 4, "no-citizen", &error));
  done = inbox_store_find (session, 1, 1, &error);
  g_assert_cmpint (done->state, ==, DFDG_EVENT_DONE);
  g_assert_null (done->detail);
  g_assert_cmpstr (done->reason, ==, "applied");
  g_assert_true (inbox_store_find_next_us (session, 1, NOW, &next_us, &error));
  g_assert_cmpint (next_us, ==, 0);
  parked = inbox_store_list (session, 1, DFDG_EVENT_PARKED, 0, 10, &error);
  g_assert_cmpuint (parked->len, ==, 2);
  g_assert_cmpstr (((DfdgEvent *) parked->pdata[0])->reason, ==, "unknown-unit: 44001");
  g_assert_true (inbox_store_retry (session, 1, 0, &n_events, &error));
  g_assert_cmpint (n_events, ==, 2);
  g_assert_true (inbox_store_retry (session, 1, 3, &n_events, &error));
  g_assert_cmpint (n_events, ==, 1);
  g_assert_true (inbox_store_retry (session, 1, 1, &n_events, &error));
  g_assert_cmpint (n_events, ==, 0);
  g_assert_cmpint (counts_of (session).n_new, ==, 3);
  g_assert_cmpint (counts_of (session).n_parked, ==, 0);
  g_assert_cmpint (counts_of (session).oldest_us, ==, NOW);
  g_assert_null (inbox_store_find (session, 2, 1, &error));
  g_assert_no_error (error);
}

/* A message without a citizen is that of the booking it is about; a change of number has two of them. */
static void
test_citizens (void)
{
  g_autoptr (StoreSession) session = open_world ();
  g_autoptr (GError) error = NULL;
  DfdgEvent change = event_of ("m-1", testlib_cpr (2), NULL, 2);
  g_autoptr (DfdgEvent) read = NULL;
  gint64 old_id;

  change.old_cpr = (char *) testlib_cpr (1);
  old_id = citizen_store_put (session, 1, testlib_cpr (1), &error);
  g_assert_true (add (session, &change));
  read = inbox_store_find (session, 1, 1, &error);
  g_assert_cmpint (read->citizen_id, ==, old_id);
  g_assert_cmpstr (read->cpr, ==, testlib_cpr (2));
  g_assert_cmpstr (read->old_cpr, ==, testlib_cpr (1));
}

static void
test_ended (void)
{
  g_autoptr (StoreSession) session = open_world ();
  g_autoptr (GError) error = NULL;
  DfdgEvent made = event_of ("m-1", testlib_cpr (1), "i-1", 1);
  DfdgEvent gone = event_of ("m-2", testlib_cpr (1), "i-1", 3);
  g_autoptr (DfdgEvent) read = NULL;
  gboolean has_ended = TRUE;

  g_assert_true (add (session, &made));
  read = inbox_store_find (session, 1, 1, &error);
  g_assert_true (inbox_store_find_end (session, read, &has_ended, &error));
  g_assert_false (has_ended);
  gone.event_us = made.event_us - 1;
  g_assert_true (add (session, &gone));
  g_assert_true (inbox_store_find_end (session, read, &has_ended, &error));
  g_assert_false (has_ended);
  gone.message_id = (char *) "m-3";
  gone.event_us = made.event_us;
  g_assert_true (add (session, &gone));
  g_assert_true (inbox_store_find_end (session, read, &has_ended, &error));
  g_assert_true (has_ended);
}

/* However many wait for another try, those that are due are found. */
static void
test_many (void)
{
  g_autoptr (StoreSession) session = open_world ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) lanes = NULL;

  for (guint i = 0; i < 400; i++)
    {
      g_autofree char *id = g_strdup_printf ("m-%u", i);
      DfdgEvent event = event_of (id, testlib_cpr (i % 200), id, 1);

      g_assert_true (add (session, &event));
    }
  for (gint64 citizen = 1; citizen < 200; citizen++)
    {
      g_autoptr (GPtrArray) lane = lane_of (session, citizen);
      g_assert_true (inbox_store_set_later (session, lane->pdata[0], NOW + 100, "down", &error));
    }
  lanes = lanes_at (session, NOW);
  g_assert_cmpuint (lanes->len, ==, 1);
  g_assert_cmpint (g_array_index (lanes, gint64, 0), ==, 200);
  g_assert_cmpint (counts_of (session).n_waiting, ==, 199);
}

/* A citizen with very many messages hides nobody. */
static void
test_crowd (void)
{
  g_autoptr (StoreSession) session = open_world ();
  g_autoptr (GArray) lanes = NULL;

  for (guint i = 0; i < 400; i++)
    {
      g_autofree char *id = g_strdup_printf ("m-%u", i);
      DfdgEvent event = event_of (id, testlib_cpr (i < 395 ? 1 : i), id, 1);

      g_assert_true (add (session, &event));
    }
  lanes = lanes_at (session, NOW);
  g_assert_cmpuint (lanes->len, ==, 6);
  for (guint i = 0; i < lanes->len; i++)
    g_assert_cmpint (g_array_index (lanes, gint64, i), ==, i + 1);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/inbox-store/once", test_once);
  g_test_add_func ("/inbox-store/order", test_order);
  g_test_add_func ("/inbox-store/states", test_states);
  g_test_add_func ("/inbox-store/citizens", test_citizens);
  g_test_add_func ("/inbox-store/ended", test_ended);
  g_test_add_func ("/inbox-store/many", test_many);
  g_test_add_func ("/inbox-store/crowd", test_crowd);
  return g_test_run ();
}
