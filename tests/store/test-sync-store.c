/* SPDX-License-Identifier: EUPL-1.2 */
/* Bindings, items, links and records of the synchronisation come back as they were put, and hang together as they should. */
/* Also tests: sync-binding-store, sync-item-store, sync-link-store, sync-record-store. */
#include <gio/gio.h>

#include "base/error.h"
#include "store/busy-span-store.h"
#include "store/store-migrate.h"
#include "store/sync-binding-store.h"
#include "store/sync-item-store.h"
#include "store/sync-record-store.h"
#include "testlib.h"

#define HOUR G_GINT64_CONSTANT (3600000000)
#define NOW  G_GINT64_CONSTANT (1800000000000000)
#define HASH "00000000000000000000000000000000000000000000000000000000000000aa"

static const char world_sql[] =
  "INSERT INTO tenant VALUES (1, 'demo', 'Demo');"
  "INSERT INTO unit (unit_id, tenant_id, organisation_type, organisation_key, name) VALUES (1, 1, "
  "8, '89001', 'Demo');"
  "INSERT INTO resource (resource_id, tenant_id, kind, resource_key, email, name) VALUES "
  "(1, 1, 'advisor', 'RID-1', 'v1@demo.example', 'Vejleder 01'), (2, 1, 'room', 'R-1', "
  "'r1@demo.example', 'Lokale 01');"
  "INSERT INTO citizen VALUES (1, 1, '1111111111', NULL, NULL);"
  "INSERT INTO offer (offer_id, tenant_id, unit_id, identifier, interview_type, form, title, "
  "duration_minutes, grid_minutes, seats)"
  " VALUES (1, 1, 1, 'o1', 1, 'individual', 'Samtale', 60, 60, 1), (2, 1, 1, 'o2', 1, 'group', "
  "'Hold', 60, 60, 9);"
  "INSERT INTO owner VALUES (1, 1), (2, 1), (3, 1);"
  "INSERT INTO group_session (session_id, tenant_id, offer_id, identifier, start_us, end_us, "
  "advisor_id, room_id, seats, owner_id)"
  " VALUES (1, 1, 2, 'g1', 1800007200000000, 1800010800000000, 1, 2, 9, 2);";

static const char booking_sql[] =
  "INSERT INTO booking (booking_id, tenant_id, unit_id, identifier, state, origin, citizen_id, "
  "offer_id, session_id, start_us, "
  "end_us, start_local, zone, tzdata, advisor_id, room_id, interview_type, form_type, "
  "contact_type, title, self_booked, "
  "compulsory, should_accept, rebook_possible, cancel_possible, originator_type, originator_code, "
  "owner_id, created_us, "
  "changed_us) VALUES (%d, 1, 1, 'b%d', '%s', 'citizen', 1, %d, %s, %" G_GINT64_FORMAT
  ", %" G_GINT64_FORMAT
  ", '', 'Europe/Copenhagen', '', 1, 2, 1, 1, 1, 'T', 1, 1, 0, 1, 1, 1, 1, 1, 0, 0)";

static StoreSession *
open_database (const char *schema_dir)
{
  g_autofree char *folder = testlib_make_folder ();
  g_autofree char *path = g_build_filename (folder, "planner.db", NULL);
  g_autoptr (GError) error = NULL;
  StoreSession *session = store_open (path, STORE_WRITE, &error);

  g_assert_no_error (error);
  g_assert_true (store_migrate (session, schema_dir, &error));
  g_assert_true (store_run_script (session, world_sql, &error));
  g_assert_no_error (error);
  return session;
}

static void
add_booking (StoreSession *session, int id, const char *state, gboolean is_seated, gint64 start_us)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *sql = g_strdup_printf (booking_sql, id, id, state, is_seated ? 2 : 1,
                                          is_seated ? "1" : "NULL", start_us, start_us + HOUR);

  g_assert_true (store_run_script (session, sql, &error));
  g_assert_no_error (error);
}

static SyncBinding *
add_binding (StoreSession *session, const char *key, gint64 resource_id, gint64 direction)
{
  g_autoptr (GError) error = NULL;
  SyncBinding *binding = g_new0 (SyncBinding, 1);

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
  g_assert_cmpint (binding->binding_id, >, 0);
  return binding;
}

static void
test_binding (gconstpointer data)
{
  g_autoptr (StoreSession) session = open_database (data);
  g_autoptr (SyncBinding) made = add_binding (session, "work", 1, 3);
  g_autoptr (GError) error = NULL;
  g_autoptr (SyncBinding) read = NULL;
  g_autoptr (GPtrArray) all = NULL;

  read = sync_binding_store_load (session, made->binding_id, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (read->calendar_key, ==, "work");
  g_assert_cmpstr (read->secret, ==, "calendar");
  g_assert_null (read->certificate);
  g_assert_cmpint (read->state, ==, SYNC_BINDING_ACTIVE);
  g_assert_cmpint (read->pulled_us, ==, 0);
  g_assert_cmpint (read->fresh_until_us, ==, NOW); /* born stale */
  g_assert_cmpstr (read->health, ==, "new");

  g_free (read->cursor);
  read->cursor = g_strdup ("c1");
  read->pulled_us = read->cursor_us = NOW + 1;
  read->full_due_us = NOW + 24 * HOUR;
  read->n_failures = 2;
  read->n_lost = 3;
  g_assert_true (sync_binding_store_set_pulled (session, read, &error));
  g_assert_true (sync_binding_store_set_health (session, read, &error));
  g_assert_true (sync_binding_store_ask_full (session, read->binding_id, NOW + 48 * HOUR, &error));
  g_assert_true (sync_binding_store_set_state (session, read->binding_id, SYNC_BINDING_PAUSED,
                                               "holiday", &error));
  g_assert_true (sync_binding_store_set_fresh (session, read, NOW + HOUR, &error));
  g_assert_no_error (error);
  all = sync_binding_store_list (session, 1, 0, &error);
  g_assert_cmpuint (all->len, ==, 1);
  g_clear_pointer (&read, sync_binding_free);
  read = sync_binding_store_load (session, made->binding_id, &error);
  g_assert_cmpstr (read->cursor, ==, "c1");
  g_assert_cmpint (read->full_due_us, ==, NOW + 24 * HOUR); /* not put off */
  g_assert_cmpint (read->state, ==, SYNC_BINDING_PAUSED);
  g_assert_cmpstr (read->why, ==, "holiday");
  g_assert_cmpint (read->n_failures, ==, 2);
  g_assert_cmpint (read->n_lost, ==, 3);
  g_assert_cmpint (read->fresh_until_us, ==, NOW + HOUR);
}

static void
test_one_out (gconstpointer data)
{
  g_autoptr (StoreSession) session = open_database (data);
  g_autoptr (SyncBinding) first = add_binding (session, "work", 1, 2);
  g_autoptr (SyncBinding) second = add_binding (session, "other", 1, 1);
  g_autoptr (SyncBinding) room = add_binding (session, "room", 2, 3);
  g_autoptr (SyncBinding) read = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (first->fresh_until_us, ==, 0); /* has no busy time to know */
  second->direction = 3;
  g_assert_false (sync_binding_store_change (session, second, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_CONFLICT);
  g_clear_error (&error);
  first->direction = 3;
  g_assert_true (sync_binding_store_change (session, first, &error));
  read = sync_binding_store_load (session, first->binding_id, &error);
  g_assert_cmpint (read->fresh_until_us, ==, NOW); /* not known before it is read */
  g_clear_pointer (&read, sync_binding_free);
  first->direction = 2;
  g_assert_false (sync_binding_store_change (session, first, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID);
  g_clear_error (&error);
  read = sync_binding_store_load (session, 99, &error);
  g_assert_null (read);
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND);
}

static void
put_item (StoreSession *session, const SyncBinding *binding, guint number, gboolean is_own)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SyncItem) item = g_new0 (SyncItem, 1);
  PutOutcome outcome;

  item->tenant_id = 1;
  item->binding_id = binding->binding_id;
  item->key_hash = g_strdup_printf ("%064u", number);
  item->key = is_own ? g_strdup ("/v1/ours.ics") : NULL;
  item->is_own = is_own;
  item->version = g_strdup ("\"1\"");
  g_assert_true (sync_item_store_put (session, item, &outcome, &error));
  g_assert_no_error (error);
  g_assert_cmpint (outcome, ==, PUT_ADDED);
  g_assert_true (sync_item_store_put (session, item, &outcome, &error));
  g_assert_cmpint (outcome, ==, PUT_SAME);
  if (!is_own)
    {
      CalendarObject object = { .tenant_id = 1,
                                .calendar_id = binding->calendar_id,
                                .uid_hash = sync_object_name (item, "u"),
                                .text = (char *) "TEXT" };
      g_autofree char *sql = NULL;

      g_assert_true (sync_item_store_put_object (session, item, &object, &error));
      sql = g_strdup_printf ("INSERT INTO busy_span (resource_id, start_us, end_us, object_id, "
                             "class) VALUES (1, %u, %u, %" G_GINT64_FORMAT ", 'busy')",
                             number, number + 1, object.object_id);
      g_assert_true (store_run_script (session, sql, &error));
      g_free (object.uid_hash);
    }
  g_assert_no_error (error);
}

static void
test_items (gconstpointer data)
{
  g_autoptr (StoreSession) session = open_database (data);
  g_autoptr (SyncBinding) binding = add_binding (session, "work", 1, 3);
  g_autoptr (GError) error = NULL;
  g_autoptr (SyncItem) item = NULL;
  g_autoptr (GPtrArray) objects = NULL;
  g_autoptr (GPtrArray) all = NULL;
  g_autoptr (GArray) spans = NULL;
  PutOutcome outcome;

  for (guint i = 1; i <= 5; i++)
    put_item (session, binding, i, i == 5);
  all = sync_item_store_list (session, binding->binding_id, &error);
  g_assert_cmpuint (all->len, ==, 5);
  item = sync_item_store_find (session, binding->binding_id, ((SyncItem *) all->pdata[0])->key_hash,
                               &error);
  objects = sync_item_store_list_objects (session, item->item_id, &error);
  g_assert_cmpuint (objects->len, ==, 1);
  g_assert_cmpstr (((CalendarObject *) objects->pdata[0])->text, ==, "TEXT");
  item->key = g_strdup ("/v1/somebody-elses.ics"); /* the database itself refuses to know it */
  g_assert_false (sync_item_store_put (session, item, &outcome, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_CONFLICT);
  g_clear_error (&error);
  g_assert_true (sync_item_store_remove (session, item->item_id, &error));
  spans = busy_span_list (session, 1, (Period){ 0, 100 }, &error);
  g_assert_cmpuint (spans->len, ==, 3); /* its time went with it */
}

static void
test_disconnect (gconstpointer data)
{
  g_autoptr (StoreSession) session = open_database (data);
  g_autoptr (SyncBinding) binding = add_binding (session, "work", 1, 3);
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) spans = NULL;
  g_autoptr (GPtrArray) calendars = NULL;
  gboolean is_gone = FALSE;
  guint n_calls = 0;

  for (guint i = 1; i <= 5; i++)
    put_item (session, binding, i, FALSE);
  for (; !is_gone; n_calls++)
    g_assert_true (sync_binding_store_remove_some (session, binding, 2, &is_gone, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (n_calls, ==, 3);
  spans = busy_span_list (session, 1, (Period){ 0, 100 }, &error);
  calendars = calendar_list (session, 1, 1, &error);
  g_assert_cmpuint (spans->len, ==, 0);
  g_assert_cmpuint (calendars->len, ==, 0);
}

static void
test_meetings (gconstpointer data)
{
  g_autoptr (StoreSession) session = open_database (data);
  g_autoptr (SyncBinding) binding = add_binding (session, "work", 1, 2);
  g_autoptr (SyncBinding) room = add_binding (session, "room", 2, 2);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) of_advisor = NULL;
  g_autoptr (GPtrArray) of_room = NULL;
  Period window = { NOW, NOW + 48 * HOUR };
  const SyncMeeting *meeting;

  add_booking (session, 1, "booked", FALSE, NOW + HOUR);
  add_booking (session, 2, "cancelled", FALSE, NOW + 5 * HOUR);
  add_booking (session, 3, "booked", TRUE, NOW + 2 * HOUR);  /* sits in the group meeting */
  add_booking (session, 4, "booked", FALSE, NOW - 2 * HOUR); /* over */
  add_booking (session, 5, "booked", FALSE, NOW + 100 * HOUR);
  g_assert_true (store_run_script (session,
                                   "INSERT INTO claim (tenant_id, resource_id, start_us, end_us, "
                                   "core_start_us, core_end_us, may_share_buffers, exclusive,"
                                   " owner_id, booking_id) SELECT 1, 2, start_us, end_us, "
                                   "start_us, end_us, 0, 0, owner_id, booking_id FROM booking"
                                   " WHERE state = 'booked' AND session_id IS NULL",
                                   &error));
  g_assert_no_error (error);
  of_advisor = sync_meeting_list (session, binding->binding_id, 1, window, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (of_advisor->len, ==, 2);
  meeting = of_advisor->pdata[0];
  g_assert_cmpstr (meeting->identifier, ==, "b1");
  g_assert_cmpstr (meeting->offer_title, ==, "Samtale");
  g_assert_cmpint (meeting->unit_id, ==, 1);
  meeting = of_advisor->pdata[1];
  g_assert_cmpstr (meeting->identifier, ==, "g1");
  g_assert_cmpint (meeting->session_id, ==, 1);
  of_room = sync_meeting_list (session, room->binding_id, 2, window, &error);
  g_assert_cmpuint (of_room->len, ==, 2);
}

static SyncLink *
put_link (StoreSession *session, const SyncBinding *binding, gint64 booking_id, gint64 start_us)
{
  g_autoptr (GError) error = NULL;
  SyncLink *link = g_new0 (SyncLink, 1);

  link->tenant_id = 1;
  link->binding_id = binding->binding_id;
  link->booking_id = booking_id;
  link->reference = g_strdup_printf ("demo:booking:b%" G_GINT64_FORMAT, booking_id);
  link->state = 1;
  link->create_sequence = 3;
  link->event_sequence = 7;
  link->uid = g_strdup ("b-3@demo");
  link->key = g_strdup ("/v1/b-3.ics");
  link->base = (SyncShape){ start_us, start_us + HOUR, 1, SYNC_SHAPE_ALL_DAY };
  link->seen = (SyncShape){ start_us + 1, start_us + 2, 3, SYNC_SHAPE_SERIES };
  link->awaits_feed = 1;
  link->in_flight_shape = (SyncShape){ start_us + 3, start_us + 4, 5, SYNC_SHAPE_ATTENDEES };
  link->in_flight_create_sequence = 8;
  link->in_flight_event_sequence = 9;
  link->in_flight = 2;
  link->in_flight_us = NOW;
  g_assert_true (sync_link_store_put (session, link, &error));
  g_assert_no_error (error);
  return link;
}

static void
test_links (gconstpointer data)
{
  g_autoptr (StoreSession) session = open_database (data);
  g_autoptr (SyncBinding) binding = add_binding (session, "work", 1, 2);
  g_autoptr (SyncLink) link = NULL;
  g_autoptr (SyncLink) read = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) all = NULL;
  gint64 create_sequence = -1;

  add_booking (session, 1, "booked", FALSE, NOW - 9 * HOUR);
  link = put_link (session, binding, 1, NOW - 9 * HOUR);
  g_assert_true (sync_link_store_add_putback (session, link->link_id, NOW - HOUR, &error));
  g_assert_true (sync_link_store_add_putback (session, link->link_id, NOW - 30 * HOUR, &error));
  all = sync_link_store_list (session, binding->binding_id, NOW, NOW - 24 * HOUR, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (all->len, ==, 1); /* over, but in flight */
  read = sync_link_store_find (session, binding->binding_id, link->reference, &error);
  g_assert_cmpint (((SyncLink *) all->pdata[0])->n_putbacks, ==, 1);
  g_assert_cmpint (read->base.flags, ==, SYNC_SHAPE_ALL_DAY);
  g_assert_cmpint (read->event_sequence, ==, 7);
  g_assert_cmpstr (read->uid, ==, "b-3@demo");
  g_assert_cmpmem (&read->seen, sizeof (SyncShape), &link->seen, sizeof (SyncShape));
  g_assert_cmpmem (&read->in_flight_shape, sizeof (SyncShape), &link->in_flight_shape,
                   sizeof (SyncShape));
  g_assert_cmpint (read->awaits_feed, ==, 1);
  g_assert_cmpint (read->in_flight_create_sequence, ==, 8);
  g_assert_cmpint (read->in_flight_event_sequence, ==, 9);
  g_assert_cmpint (read->in_flight_us, ==, NOW);
  read->in_flight = 0;
  g_assert_true (sync_link_store_put (session, read, &error));
  g_clear_pointer (&all, g_ptr_array_unref);
  all = sync_link_store_list (session, binding->binding_id, NOW, NOW - 24 * HOUR, &error);
  g_assert_cmpuint (all->len, ==, 0);
  g_assert_true (store_run_script (session, "DELETE FROM booking", &error));
  g_clear_pointer (&read, sync_link_free);
  read = sync_link_store_find (session, binding->binding_id, link->reference, &error);
  g_assert_cmpint (read->booking_id, ==, 0); /* what was sent is still known */
  g_assert_true (sync_link_store_remove (session, read, HASH, NOW, &error));
  g_assert_true (
    sync_tombstone_find (session, binding->binding_id, link->reference, &create_sequence, &error));
  g_assert_cmpint (create_sequence, ==, 3);
  g_assert_null (sync_link_store_find (session, binding->binding_id, link->reference, &error));
  g_assert_no_error (error);
}

static void
add_change (StoreSession *session, const SyncRun *run, const char *what, gboolean is_own)
{
  g_autoptr (GError) error = NULL;
  SyncRunChange change = { .tenant_id = 1,
                           .run_id = run->run_id,
                           .binding_id = run->binding_id,
                           .at_us = NOW,
                           .what = (char *) what,
                           .is_own = is_own,
                           .counts = g_str_equal (what, "item-removed"),
                           .key_hash = (char *) HASH,
                           .before = (char *) "[]" };

  g_assert_true (sync_run_change_add (session, &change, &error));
  g_assert_no_error (error);
}

static void
test_runs (gconstpointer data)
{
  g_autoptr (StoreSession) session = open_database (data);
  g_autoptr (SyncBinding) binding = add_binding (session, "work", 1, 3);
  SyncRun run = { .tenant_id = 1,
                  .binding_id = binding->binding_id,
                  .started_us = NOW,
                  .mode = (char *) "run",
                  .actor = (char *) "test",
                  .call_id = (char *) "t-1" };
  g_autoptr (SyncRun) read = NULL;
  g_autoptr (GPtrArray) runs = NULL;
  g_autoptr (GPtrArray) changes = NULL;
  g_autoptr (GError) error = NULL;
  guint counts[5] = { 9, 9, 9, 9, 9 };

  g_assert_true (sync_run_add (session, &run, &error));
  add_change (session, &run, "item-removed", FALSE);
  add_change (session, &run, "item-removed", TRUE);
  add_change (session, &run, "sent-create", TRUE);
  add_change (session, &run, "sent-update", TRUE);
  run.finished_us = NOW + 1;
  run.outcome = (char *) "done";
  run.n_requests = 12;
  g_assert_true (sync_run_finish (session, &run, &error));
  g_assert_true (sync_run_change_count (session, binding->binding_id, NOW - HOUR, NOW - 24 * HOUR,
                                        counts, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (counts[0], ==, 2);
  g_assert_cmpuint (counts[1], ==, 1);
  g_assert_cmpuint (counts[2], ==, 1);
  g_assert_cmpuint (counts[3] + counts[4], ==, 2);
  g_assert_true (
    sync_run_change_count (session, binding->binding_id, NOW, NOW - HOUR, counts, &error));
  g_assert_cmpuint (counts[0] + counts[1] + counts[2], ==, 0);
  g_assert_cmpuint (counts[3] + counts[4], ==, 2);
  g_assert_true (sync_run_change_count (session, binding->binding_id, NOW, NOW, counts, &error));
  g_assert_cmpuint (counts[3] + counts[4], ==, 0);
  read = sync_run_load (session, run.run_id, &error);
  g_assert_cmpint (read->n_requests, ==, 12);
  runs = sync_run_list (session, binding->binding_id, 10, &error);
  changes = sync_run_change_list (session, run.run_id, &error);
  g_assert_cmpuint (runs->len, ==, 1);
  g_assert_cmpuint (changes->len, ==, 4);
  g_assert_cmpstr (((SyncRunChange *) changes->pdata[2])->what, ==, "sent-create");
}

static void
test_conflicts (gconstpointer data)
{
  g_autoptr (StoreSession) session = open_database (data);
  g_autoptr (SyncBinding) binding = add_binding (session, "work", 1, 3);
  SyncConflict conflict = { .tenant_id = 1,
                            .binding_id = binding->binding_id,
                            .found_us = NOW,
                            .reference = (char *) "demo:booking:b1",
                            .kind = (char *) "moved",
                            .decision = (char *) "waits",
                            .state = (char *) "open",
                            .ours = { NOW, NOW + HOUR, 1, 0 },
                            .theirs = { NOW + HOUR, NOW + 2 * HOUR, 1, 0 } };
  g_autoptr (SyncConflict) read = NULL;
  g_autoptr (GPtrArray) open = NULL;
  g_autoptr (GError) error = NULL;
  gboolean is_new = FALSE;
  gint64 first;

  g_assert_true (sync_conflict_put (session, &conflict, &is_new, &error));
  first = conflict.conflict_id;
  conflict.found_us = NOW + HOUR;
  g_assert_true (
    sync_conflict_put (session, &conflict, &is_new, &error)); /* the same again: told once */
  g_assert_false (is_new);
  g_assert_cmpint (conflict.conflict_id, ==, first);
  conflict.theirs.end_us += HOUR;
  g_assert_true (sync_conflict_put (session, &conflict, &is_new, &error));
  g_assert_true (is_new);
  g_assert_cmpint (conflict.conflict_id, !=, first);
  read = sync_conflict_load (session, first, &error);
  g_assert_no_error (error);
  g_assert_cmpint (read->seen_us, ==, NOW + HOUR);
  g_assert_cmpint (read->theirs.start_us, ==, NOW + HOUR);
  g_assert_cmpint (read->ours.end_us, ==, NOW + HOUR);
  read->resolved_us = NOW + 2 * HOUR;
  read->resolved_by = g_strdup ("admin");
  g_assert_true (sync_conflict_resolve (session, read, &error));
  open = sync_conflict_list (session, 1, 0, "open", &error);
  g_assert_cmpuint (open->len, ==, 1);
  g_clear_pointer (&open, g_ptr_array_unref);
  open = sync_conflict_list (session, 1, binding->binding_id, NULL, &error);
  g_assert_cmpuint (open->len, ==, 2);
}

static void
test_guard (gconstpointer data)
{
  g_autoptr (StoreSession) session = open_database (data);
  g_autoptr (SyncBinding) binding = add_binding (session, "work", 1, 3);
  g_autoptr (SyncBinding) other = add_binding (session, "other", 1, 1);
  SyncGuard guard = { .binding_id = binding->binding_id,
                      .tenant_id = 1,
                      .reason = (char *) "foreign",
                      .at_us = NOW,
                      .n_foreign = 12,
                      .n_known_foreign = 20 };
  g_autoptr (GPtrArray) staged = NULL;
  g_autoptr (SyncGuard) read = NULL;
  g_autoptr (GError) error = NULL;
  guint n_all = 0, n_gone = 0;

  g_assert_true (sync_guard_stage (session, binding->binding_id, HASH, &error));
  g_assert_true (sync_guard_put (session, &guard, &error));
  guard.agreed_until_us = NOW + HOUR;
  guard.agreed_by = (char *) "admin";
  g_assert_true (sync_guard_agree (session, &guard, &error));
  read = sync_guard_find (session, binding->binding_id, &error);
  staged = sync_guard_list_staged (session, binding->binding_id, &error);
  g_assert_cmpint (read->agreed_until_us, ==, NOW + HOUR);
  g_assert_cmpuint (staged->len, ==, 1);
  g_assert_true (sync_guard_put (session, &guard, &error));
  g_clear_pointer (&read, sync_guard_free);
  read = sync_guard_find (session, binding->binding_id, &error);
  g_assert_cmpint (read->agreed_until_us, ==, 0); /* said of something else */
  g_assert_true (sync_guard_clear (session, binding->binding_id, &error));
  g_assert_null (sync_guard_find (session, binding->binding_id, &error));
  g_assert_true (sync_binding_store_set_gone (session, other->binding_id, NOW, &error));
  g_assert_true (sync_binding_store_count_gone (session, 1, NOW - HOUR, &n_all, &n_gone, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (n_all, ==, 2);
  g_assert_cmpuint (n_gone, ==, 1);
}

static void
test_texts (void)
{
  SyncShape shape = { NOW, NOW + HOUR, 2, SYNC_SHAPE_SERIES };
  SyncShape back = { 0 };
  g_autofree char *text = sync_shape_format (&shape);
  g_autoptr (GPtrArray) objects =
    g_ptr_array_new_with_free_func ((GDestroyNotify) calendar_object_free);
  g_autoptr (GPtrArray) read = NULL;
  g_autofree char *list = NULL;
  CalendarObject *object = g_new0 (CalendarObject, 1);

  g_assert_true (sync_shape_parse (text, &back));
  g_assert_cmpmem (&back, sizeof back, &shape, sizeof shape);
  g_assert_false (sync_shape_parse ("1 2 3", &back));
  g_assert_false (sync_shape_parse (NULL, &back));
  object->uid_hash = g_strdup (HASH);
  object->text = g_strdup ("BEGIN:VCALENDAR\r\n\"\r\n");
  g_ptr_array_add (objects, object);
  list = sync_objects_format (objects);
  read = sync_objects_parse (list);
  g_assert_cmpuint (read->len, ==, 1);
  g_assert_cmpstr (((CalendarObject *) read->pdata[0])->text, ==, object->text);
  g_assert_cmpstr (((CalendarObject *) read->pdata[0])->uid_hash, ==, HASH);
  g_assert_null (sync_objects_parse ("{}"));
  g_assert_null (sync_objects_parse ("[[1,2]]"));
  g_assert_null (sync_objects_parse (NULL));
}

static void
test_hash_key (gconstpointer data)
{
  g_autoptr (StoreSession) session = open_database (data);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_bytes_new_static ("0123456789abcdef0123456789abcdef", 32);
  g_autoptr (GBytes) read = sync_hash_key_find (session, 1, &error);

  g_assert_no_error (error);
  g_assert_null (read);
  g_assert_true (sync_hash_key_add (session, 1, bytes, &error));
  g_assert_false (sync_hash_key_add (session, 1, bytes, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_CONFLICT);
  g_clear_error (&error);
  read = sync_hash_key_find (session, 1, &error);
  g_assert_true (g_bytes_equal (read, bytes));
}

int
main (int argc, char **argv)
{
  g_autofree char *schema = NULL;

  testlib_init (&argc, &argv);
  schema = g_build_filename (g_getenv ("PLANNER_SRCDIR"), "data", "schema", "sqlite", NULL);
  g_test_add_data_func ("/sync-store/binding", schema, test_binding);
  g_test_add_data_func ("/sync-store/one-out", schema, test_one_out);
  g_test_add_data_func ("/sync-store/items", schema, test_items);
  g_test_add_data_func ("/sync-store/disconnect", schema, test_disconnect);
  g_test_add_data_func ("/sync-store/meetings", schema, test_meetings);
  g_test_add_data_func ("/sync-store/links", schema, test_links);
  g_test_add_data_func ("/sync-store/runs", schema, test_runs);
  g_test_add_data_func ("/sync-store/conflicts", schema, test_conflicts);
  g_test_add_data_func ("/sync-store/guard", schema, test_guard);
  g_test_add_func ("/sync-store/texts", test_texts);
  g_test_add_data_func ("/sync-store/hash-key", schema, test_hash_key);
  return g_test_run ();
}
