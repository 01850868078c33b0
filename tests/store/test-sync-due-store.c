/* SPDX-License-Identifier: EUPL-1.2 */
/* What the scheduler reads of all bindings at once, and whether a booking has news for one. */
#include "base/error.h"
#include "store/store-migrate.h"
#include "store/sync-binding-store.h"
#include "store/sync-due-store.h"
#include "testlib.h"

#define HOUR G_GINT64_CONSTANT (3600000000)
#define NOW  G_GINT64_CONSTANT (1800000000000000)

static const char world_sql[] =
  "INSERT INTO tenant VALUES (1, 'demo', 'Demo');"
  "INSERT INTO unit (unit_id, tenant_id, organisation_type, organisation_key, name) VALUES (1, 1, "
  "8, '89001', 'Demo');"
  "INSERT INTO resource (resource_id, tenant_id, kind, resource_key, email, name) VALUES "
  "(1, 1, 'advisor', '90000001', 'v1@demo.example', 'Vejleder 01'), (2, 1, 'advisor', '90000002', "
  "'v2@demo.example', 'Vejleder 02');"
  "INSERT INTO citizen VALUES (1, 1, '1111111111', NULL, NULL);"
  "INSERT INTO offer (offer_id, tenant_id, unit_id, identifier, interview_type, form, title, "
  "duration_minutes, grid_minutes, seats)"
  " VALUES (1, 1, 1, 'o1', 1, 'individual', 'Samtale', 60, 60, 1), (2, 1, 1, 'o2', 1, 'group', "
  "'Hold', 60, 60, 9);"
  "INSERT INTO owner VALUES (1, 1), (2, 1);";

static const char booking_sql[] =
  "INSERT INTO booking (booking_id, tenant_id, unit_id, identifier, state, origin, citizen_id, "
  "offer_id, start_us, end_us, start_local, "
  "zone, tzdata, advisor_id, interview_type, form_type, contact_type, title, self_booked, "
  "compulsory, should_accept, rebook_possible, "
  "cancel_possible, originator_type, originator_code, owner_id, created_us, changed_us) VALUES "
  "(%d, 1, 1, 'b%d', 'booked', 'citizen', 1, 1, %" G_GINT64_FORMAT ", %" G_GINT64_FORMAT
  ", '', 'Europe/Copenhagen', '', 1, 1, 1, 1, "
  "'T', 1, 1, 0, 1, 1, 1, 1, 1, 0, %" G_GINT64_FORMAT ")";

static void
run (StoreSession *session, const char *sql)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (store_run_script (session, sql, &error));
  g_assert_no_error (error);
}

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
  run (session, world_sql);
  return session;
}

static void
add_binding (StoreSession *session, gint64 resource_id, const char *key, gint64 direction)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SyncBinding) binding = g_new0 (SyncBinding, 1);

  binding->tenant_id = 1;
  binding->resource_id = resource_id;
  binding->calendar_key = g_strdup (key);
  binding->url = g_strdup ("https://calendar.example/v1/");
  binding->auth = g_strdup ("basic");
  binding->user_name = g_strdup ("v1");
  binding->secret = g_strdup ("calendar");
  binding->direction = direction;
  binding->created_us = NOW;
  g_assert_true (sync_binding_store_add (session, binding, &error));
  g_assert_no_error (error);
}

static void
add_booking (StoreSession *session, int id, gint64 start_us, gint64 changed_us)
{
  g_autofree char *sql =
    g_strdup_printf (booking_sql, id, id, start_us, start_us + HOUR, changed_us);

  run (session, sql);
}

static GPtrArray *
list (StoreSession *session)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *all = sync_due_store_list (session, NOW, &error);

  g_assert_no_error (error);
  return all;
}

static void
test_list (void)
{
  g_autoptr (StoreSession) session = open_world ();
  g_autoptr (GPtrArray) none = list (session);
  g_autoptr (GPtrArray) all = NULL;
  const SyncDue *first, *second;

  g_assert_cmpuint (none->len, ==, 0);
  add_binding (session, 1, "work", 3);
  add_binding (session, 2, "home", 1);
  add_booking (session, 1, NOW + 23 * HOUR, NOW);
  run (session, "UPDATE sync_binding SET next_try_us = 7, pulled_us = 8, health = 'denied', state "
                "= 'paused' WHERE resource_id = 2");
  run (session,
       "INSERT INTO sync_run (run_id, tenant_id, binding_id, started_us, mode, actor, call_id) "
       "VALUES (1, 1, 1, 5, 'run', 'plannerd', 'x')");
  run (session, "INSERT INTO sync_run_change (tenant_id, run_id, binding_id, at_us, what, is_own) "
                "VALUES (1, 1, 1, 77, 'item-added', 0), (1, 1, 1, 99, 'item-added', 0)");
  all = list (session);
  g_assert_cmpuint (all->len, ==, 2);
  first = all->pdata[0];
  second = all->pdata[1];
  g_assert_cmpstr (first->resource_key, ==, "90000001");
  g_assert_cmpstr (first->url, ==, "https://calendar.example/v1/");
  g_assert_cmpstr (first->user, ==, "v1");
  g_assert_cmpstr (first->secret, ==, "calendar");
  g_assert_cmpint (first->direction, ==, 3);
  g_assert_cmpint (first->changed_us, ==, 99);
  g_assert_true (first->has_bookings_soon);
  g_assert_false (first->is_paused || first->is_guarded || first->has_unsent);
  g_assert_cmpint (first->fresh_until_us, <=, NOW); /* never pulled whole */
  g_assert_cmpint (first->fresh_until_us, !=, 0);
  g_assert_true (second->is_paused);
  g_assert_false (second->has_bookings_soon);
  g_assert_cmpint (second->next_try_us, ==, 7);
  g_assert_cmpint (second->pulled_us, ==, 8);
  g_assert_cmpstr (second->health, ==, "denied");
  g_assert_cmpuint (second->n_conflicts, ==, 0);
}

/* A booking of tomorrow's morrow is not soon, and neither is one that is over. */
static void
test_soon (void)
{
  g_autoptr (StoreSession) session = open_world ();
  g_autoptr (GPtrArray) all = NULL;
  g_autoptr (GPtrArray) later = NULL;

  add_binding (session, 1, "work", 3);
  add_booking (session, 1, NOW + 25 * HOUR, NOW);
  add_booking (session, 2, NOW - 2 * HOUR, NOW);
  all = list (session);
  g_assert_false (((SyncDue *) all->pdata[0])->has_bookings_soon);
  run (session, "UPDATE booking SET start_us = start_us + 5400000000, end_us = end_us + 5400000000 "
                "WHERE booking_id = 2");
  later = list (session);
  g_assert_true (((SyncDue *) later->pdata[0])->has_bookings_soon);
}

static gboolean
has_news (StoreSession *session)
{
  g_autoptr (GPtrArray) all = list (session);
  g_autoptr (GError) error = NULL;
  gboolean has_news = FALSE;

  g_assert_true (sync_due_store_has_news (session, all->pdata[0], NOW, &has_news, &error));
  g_assert_no_error (error);
  return has_news;
}

/* As a receipt leaves it: the meeting was sent as it is. */
static void
put_link (StoreSession *session, const char *column, const char *table, const char *word)
{
  g_autofree char *sql = g_strdup_printf (
    "INSERT INTO sync_link (tenant_id, binding_id, %s, reference, key, base_start_us, base_end_us) "
    "SELECT 1, 1, %s, 'x:%s:' || identifier, 'k', start_us, end_us FROM %s WHERE 1 "
    "ON CONFLICT (binding_id, reference) DO UPDATE SET base_start_us = excluded.base_start_us, "
    "base_end_us = excluded.base_end_us",
    column, column, word, table);

  run (session, sql);
}

static void
link_booking (StoreSession *session)
{
  put_link (session, "booking_id", "booking", "booking");
}

static void
link_session (StoreSession *session)
{
  put_link (session, "session_id", "group_session", "session");
}

/* Of bookings that are here, and of those that went to somebody else; whenever they were changed. */
static void
test_news (void)
{
  g_autoptr (StoreSession) session = open_world ();

  add_binding (session, 1, "work", 3);
  g_assert_false (has_news (session));
  add_booking (session, 1, NOW + HOUR, 0);
  g_assert_true (has_news (session));
  link_booking (session);
  g_assert_false (has_news (session));
  run (session, "UPDATE booking SET start_us = start_us + 60000000, end_us = end_us + 60000000");
  g_assert_true (has_news (session));
  link_booking (session);
  run (session, "UPDATE booking SET advisor_id = 2");
  g_assert_true (has_news (session));
  run (session, "DELETE FROM sync_link");
  g_assert_false (has_news (session));
  run (session, "UPDATE booking SET advisor_id = 1");
  link_booking (session);
  run (session, "UPDATE booking SET state = 'cancelled'");
  g_assert_true (has_news (session));
  run (session, "UPDATE sync_link SET base_end_us = 5"); /* what is over is left alone */
  g_assert_false (has_news (session));
}

/* The calendar of a room hears of a meeting in it. */
static void
test_news_of_rooms (void)
{
  g_autoptr (StoreSession) session = open_world ();

  add_binding (session, 1, "work", 3);
  add_booking (session, 1, NOW + HOUR, 0);
  run (session, "UPDATE booking SET advisor_id = 2, room_id = 1");
  g_assert_false (has_news (session));
  run (session,
       "INSERT INTO claim (tenant_id, resource_id, start_us, end_us, core_start_us, core_end_us, "
       "may_share_buffers, exclusive, owner_id, booking_id) SELECT 1, 1, start_us, end_us, "
       "start_us, end_us, 0, 1, 1, booking_id FROM booking");
  g_assert_true (has_news (session));
  link_booking (session);
  g_assert_false (has_news (session));
}

/* A group meeting that is new, moved, given to somebody else, or removed. */
static void
test_news_of_sessions (void)
{
  g_autoptr (StoreSession) session = open_world ();

  add_binding (session, 1, "work", 3);
  run (session, "INSERT INTO group_session (session_id, tenant_id, offer_id, identifier, start_us, "
                "end_us, advisor_id, seats, owner_id) "
                "VALUES (1, 1, 2, 'g1', 1800007200000000, 1800010800000000, 1, 9, 2)");
  g_assert_true (has_news (session));
  link_session (session);
  g_assert_false (has_news (session));
  run (session, "UPDATE group_session SET end_us = end_us + 60000000");
  g_assert_true (has_news (session));
  link_session (session);
  run (session, "UPDATE group_session SET advisor_id = 2");
  g_assert_true (has_news (session));
  run (session, "UPDATE group_session SET room_id = 1");
  g_assert_false (has_news (session));
  run (session, "DELETE FROM group_session");
  g_assert_true (has_news (session));
}

/* Nobody asks for the calendar of somebody who has left. */
static void
test_retired (void)
{
  g_autoptr (StoreSession) session = open_world ();
  g_autoptr (GPtrArray) all = NULL;
  g_autofree char *later =
    g_strdup_printf ("UPDATE resource SET retired_us = %" G_GINT64_FORMAT, NOW + 1);
  g_autofree char *now =
    g_strdup_printf ("UPDATE resource SET retired_us = %" G_GINT64_FORMAT, NOW);

  add_binding (session, 1, "work", 3);
  run (session, later);
  all = list (session);
  g_assert_cmpuint (all->len, ==, 1);
  g_clear_pointer (&all, g_ptr_array_unref);
  run (session, now);
  all = list (session);
  g_assert_cmpuint (all->len, ==, 0);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/sync-due-store/list", test_list);
  g_test_add_func ("/sync-due-store/soon", test_soon);
  g_test_add_func ("/sync-due-store/news", test_news);
  g_test_add_func ("/sync-due-store/news-of-rooms", test_news_of_rooms);
  g_test_add_func ("/sync-due-store/news-of-sessions", test_news_of_sessions);
  g_test_add_func ("/sync-due-store/retired", test_retired);
  return g_test_run ();
}
