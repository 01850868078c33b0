/* SPDX-License-Identifier: EUPL-1.2 */
/* The near side of a synchronisation over a real database: what is kept, what is not, and what a crash leaves. */
/* Also tests: sync-local-guard, sync-local-item, sync-local-pull, sync-local-record, sync-local-share. */
/* Also tests: sync-local-wanted, sync-lock, sync-overlap, sync-proposal, sync-rules. */
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "store/busy-span-store.h"
#include "store/sync-item-store.h"
#include "sync-world.h"
#include "sync/sync-lock.h"
#include "sync/sync-proposal.h"

#define HOUR (G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC)
#define CANARY                                                                           \
  "SUMMARY:Kanarie-titel\r\nDESCRIPTION:Kanarie-tekst\r\nLOCATION:Kanarie-sted\r\n"      \
  "CATEGORIES:Kanarie-gruppe\r\nORGANIZER;CN=Kanarie-vaert:mailto:kanarie@x.example\r\n" \
  "ATTENDEE;CN=Kanarie-gaest:mailto:gaest@x.example\r\nURL:https://kanarie.example/\r\n"

static gint64
count (SyncWorld *sync, const char *sql)
{
  return world_count (sync->world, sql);
}

static guint
count_spans (SyncWorld *sync, gint64 resource_id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) spans =
    busy_span_list (sync->world->writer, resource_id, (Period){ 0, G_MAXINT64 }, &error);

  g_assert_no_error (error);
  return spans->len;
}

static SyncBinding *
load_binding (SyncWorld *sync)
{
  g_autoptr (GError) error = NULL;
  SyncBinding *binding = sync_binding_store_load (sync->world->writer, sync->binding_id, &error);

  g_assert_no_error (error);
  return binding;
}

static void
test_a_pull_is_time (void)
{
  g_autoptr (SyncWorld) sync = sync_world_new ();
  g_autofree char *event =
    sync_world_event ("uid-kanarie", "20261124T120000Z", "20261124T130000Z", CANARY);
  g_autofree char *moved =
    sync_world_event ("uid-kanarie", "20261124T140000Z", "20261124T150000Z", CANARY);
  g_autoptr (SyncBinding) binding = NULL;

  sync_world_bind (sync, 1, CALSYNC_DIRECTION_BOTH);
  g_assert_null (sync->binding.cursor);
  g_assert_true (sync->binding.wants_full);
  sync_world_pull (sync, "/dav/v1/work/kanarie-noegle.ics", event, "c1");
  g_assert_cmpuint (count_spans (sync, 1), ==, 1);
  binding = load_binding (sync);
  g_assert_cmpstr (binding->cursor, ==, "c1");
  g_assert_cmpint (binding->pulled_us, ==, sync->world->now_us);
  g_assert_cmpint (binding->fresh_until_us, ==, sync->world->now_us + HOUR);
  g_assert_cmpint (count (sync, "SELECT count(*) FROM sync_item"), ==, 1);
  g_assert_cmpint (count (sync, "SELECT count(*) FROM sync_run"), ==,
                   0); /* a first pull is undone by disconnecting */

  sync_world_open (sync);
  sync_world_pull (sync, "/dav/v1/work/kanarie-noegle.ics", moved, "c2");
  g_assert_cmpint (
    count (
      sync,
      "SELECT count(*) FROM sync_run_change WHERE what = 'item-changed' AND before IS NOT NULL"),
    ==, 1);
  g_assert_cmpint (count (sync, "SELECT start_us FROM busy_span"), ==,
                   world_instant ("2026-11-24T14:00:00Z"));
  sync_world_open (sync);
  g_assert_cmpuint (sync->binding.n_gone_foreign, ==, 0);
  sync_world_pull (sync, "/dav/v1/work/kanarie-noegle.ics", NULL, "c3");
  g_assert_cmpuint (count_spans (sync, 1), ==, 0);
  g_assert_cmpint (count (sync, "SELECT count(*) FROM calendar_object"), ==, 0);
  g_assert_cmpint (count (sync, "SELECT count(*) FROM sync_run_change WHERE what = 'item-removed'"),
                   ==, 1);
  sync_world_open (sync);
  g_assert_cmpuint (sync->binding.n_gone_foreign, ==, 1);
  for (const char *const *word = (const char *const[]){ "anarie", "gaest@", "VALARM", NULL };
       *word != NULL; word++)
    g_assert_false (sync_world_finds (sync, *word));
  g_assert_true (
    sync_world_finds (sync, "item-removed")); /* the search itself finds what is there */
}

/* Nothing new: not a byte of the database changes, until a quarter of the limit is gone. */
static void
test_quiet_is_free (void)
{
  g_autoptr (SyncWorld) sync = sync_world_new ();
  g_autofree char *event = sync_world_event ("u1", "20261124T120000Z", "20261124T130000Z", NULL);
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  g_autofree char *later = NULL;

  sync_world_bind (sync, 1, CALSYNC_DIRECTION_BOTH);
  sync_world_pull (sync, "k1", event, "c1");
  before = sync_world_digest (sync);
  for (guint i = 0; i < 3; i++)
    {
      sync_world_pass_time (sync, 4 * 60 * G_USEC_PER_SEC);
      sync_world_open (sync);
      g_assert_cmpstr (sync->binding.cursor, ==, "c1");
      sync_world_pull (sync, NULL, NULL, NULL);
    }
  after = sync_world_digest (sync);
  g_assert_cmpstr (before, ==, after);
  sync_world_pass_time (sync, 4 * 60 * G_USEC_PER_SEC);
  sync_world_pull (sync, NULL, NULL, NULL);
  later = sync_world_digest (sync);
  g_assert_cmpstr (before, !=, later);
  /* The run began before that time passed: what it read is as old as that. */
  g_assert_cmpint (count (sync, "SELECT fresh_until_us FROM calendar WHERE origin = 'sync'"), ==,
                   sync->world->now_us - 4 * 60 * G_USEC_PER_SEC + HOUR);
  g_assert_cmpint (count (sync, "SELECT pulled_us FROM sync_binding"), ==,
                   sync->world->now_us - 4 * 60 * G_USEC_PER_SEC);
}

/* An import makes a calendar for bookings one that time is read from, while a run is under way that looks for none. */
static void
test_changed_meanwhile (void)
{
  g_autoptr (SyncWorld) sync = sync_world_new ();
  g_autoptr (CalsyncPull) pull = sync_pull_new ();
  g_autoptr (SyncBinding) binding = NULL;
  g_autoptr (GError) error = NULL;

  sync_world_bind (sync, 1, CALSYNC_DIRECTION_OUT);
  pull->cursor = "c1";
  pull->is_last = pull->was_full = TRUE;
  binding = load_binding (sync);
  binding->direction = 3;
  g_assert_true (sync_binding_store_change (sync->world->writer, binding, &error));
  g_assert_false (sync->port->functions->commit_pull (sync->port, pull, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_BUSY);
  g_assert_cmpint (
    count (sync, "SELECT count(*) FROM sync_binding WHERE pulled_us = 0 AND cursor IS NULL"), ==,
    1);
  g_assert_cmpint (count (sync, "SELECT fresh_until_us FROM calendar WHERE origin = 'sync'"), <=,
                   sync->world->now_us);
}

/* A part of a pull stands without cursor and without trust; the next run knows it and begins at the old cursor. */
static void
test_cursor_last (void)
{
  g_autoptr (SyncWorld) sync = sync_world_new ();
  g_autofree char *event = sync_world_event ("u1", "20261124T120000Z", "20261124T130000Z", NULL);
  g_autoptr (CalsyncPull) part = sync_pull_new ();
  g_autoptr (GPtrArray) known = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *hash = NULL;

  sync_world_bind (sync, 1, CALSYNC_DIRECTION_BOTH);
  g_ptr_array_add (part->found, sync_world_found (sync, "k1", "\"1\"", event));
  sync_world_commit (sync, part);
  g_assert_cmpint (count (sync, "SELECT fresh_until_us FROM calendar WHERE origin = 'sync'"), <=,
                   sync->world->now_us);
  sync_world_open (sync);
  g_assert_null (sync->binding.cursor);
  g_assert_true (sync->binding.wants_full);
  hash = sync_world_hash (sync, "k1");
  known = sync->port->functions->find_known (sync->port, (const char *const[]){ hash, "00", NULL },
                                             &error);
  g_assert_cmpuint (known->len, ==, 1);
  g_assert_cmpstr (((CalsyncKnown *) known->pdata[0])->version, ==, "\"1\"");
  g_assert_cmpint (((CalsyncKnown *) known->pdata[0])->last_end_us, ==,
                   world_instant ("2026-11-24T13:00:00Z"));
  g_assert_null (((CalsyncKnown *) known->pdata[0])->key);
  sync_world_commit (sync, part); /* the same again changes nothing */
  g_assert_cmpuint (count_spans (sync, 1), ==, 1);
  g_assert_cmpint (count (sync, "SELECT count(*) FROM sync_item"), ==, 1);
}

static void
test_unreadable (void)
{
  g_autoptr (SyncWorld) sync = sync_world_new ();
  g_autofree char *event = sync_world_event ("u1", "20261124T120000Z", "20261124T130000Z", NULL);
  g_autoptr (CalsyncPull) pull = sync_pull_new ();
  CalsyncFound *known, *unknown;

  sync_world_bind (sync, 1, CALSYNC_DIRECTION_BOTH);
  sync_world_pull (sync, "k1", event, "c1");
  known = sync_world_found (sync, "k1", "\"2\"", NULL);
  unknown = sync_world_found (sync, "k2", "\"1\"", NULL);
  known->is_gone = unknown->is_gone = FALSE;
  known->is_unreadable = unknown->is_unreadable = TRUE;
  g_ptr_array_add (pull->found, known);
  sync_world_commit (sync, pull);
  g_assert_cmpuint (count_spans (sync, 1), ==, 1); /* what was known stands */
  g_ptr_array_remove_index (pull->found, 0);
  g_ptr_array_add (pull->found, unknown);
  sync_world_commit (sync, pull);
  g_assert_cmpuint (count_spans (sync, 1), >, 200); /* nothing was: all time is taken */
  g_assert_cmpint (count (sync, "SELECT count(*) FROM sync_item WHERE is_unreadable = 1"), ==, 2);
  sync_world_pull (sync, "k2", event, "c2");
  g_assert_cmpuint (count_spans (sync, 1), ==,
                    2); /* read at last: its own time, beside that of the same UID */
}

/* Intent, crash, another run; receipt; cancellation, removal, tombstone. */
static CalsyncPush
push_of (const CalsyncWanted *wanted, CalsyncPushVerb verb, const char *version)
{
  return (CalsyncPush){ .verb = verb,
                        .reference = wanted->reference,
                        .uid = (char *) "u-1@demo",
                        .key = (char *) "/dav/v1/work/u-1.ics",
                        .create_sequence = wanted->create_sequence + (verb == CALSYNC_PUSH_CREATE),
                        .event_sequence = wanted->event_sequence + 1,
                        .shape = { .start_us = verb == CALSYNC_PUSH_REMOVE ? 0 : wanted->start_us,
                                   .end_us = verb == CALSYNC_PUSH_REMOVE ? 0 : wanted->end_us,
                                   .busy_class = CALSYNC_CLASS_BUSY },
                        .before = wanted->base,
                        .is_done = version != NULL,
                        .version = (char *) version };
}

static void
record (SyncWorld *sync, const CalsyncPush *finished, const CalsyncPush *begun)
{
  g_autoptr (GPtrArray) receipts = g_ptr_array_new ();
  g_autoptr (GPtrArray) intents = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;

  if (finished != NULL)
    g_ptr_array_add (receipts, (gpointer) finished);
  if (begun != NULL)
    g_ptr_array_add (intents, (gpointer) begun);
  g_assert_true (sync->port->functions->record_pushes (sync->port, receipts, intents, &error));
  g_assert_no_error (error);
}

static void
test_out_and_back (void)
{
  g_autoptr (SyncWorld) sync = sync_world_new ();
  g_autofree char *booking = sync_world_book (sync, 1, SYNC_OFFER, "2026-11-24T08:00:00Z");
  g_autoptr (CalsyncWanted) wanted = NULL;
  g_autoptr (GPtrArray) known = NULL;
  g_autoptr (GError) error = NULL;
  CalsyncPush push;

  sync_world_bind (sync, 1, CALSYNC_DIRECTION_BOTH);
  wanted = sync_world_wanted_one (sync);
  g_assert_true (wanted->is_live);
  g_assert_true (g_str_has_suffix (wanted->reference, booking));
  g_assert_cmpstr (wanted->summary, ==, "Samtale (Kommunal Planner)");
  g_assert_cmpuint (wanted->create_sequence, ==, 0);
  push = push_of (wanted, CALSYNC_PUSH_CREATE, NULL);
  record (sync, NULL, &push);
  sync_world_open (sync); /* killed after the intent */
  g_clear_pointer (&wanted, calsync_wanted_free);
  wanted = sync_world_wanted_one (sync);
  g_assert_cmpint (wanted->in_flight, ==, CALSYNC_PUSH_CREATE);
  g_assert_cmpstr (wanted->in_flight_key, ==, "/dav/v1/work/u-1.ics");
  g_assert_cmpuint (wanted->in_flight_create_sequence, ==, 1);
  g_assert_cmpint (wanted->in_flight_shape.start_us, ==, world_instant ("2026-11-24T08:00:00Z"));
  g_assert_cmpuint (wanted->create_sequence, ==, 0);
  push = push_of (wanted, CALSYNC_PUSH_CREATE, "\"e1\"");
  record (sync, &push, NULL);
  g_clear_pointer (&wanted, calsync_wanted_free);
  wanted = sync_world_wanted_one (sync);
  g_assert_cmpint (wanted->in_flight, ==, CALSYNC_PUSH_NONE);
  g_assert_cmpint (wanted->state, ==, CALSYNC_LINK_LINKED);
  g_assert_cmpstr (wanted->version, ==, "\"e1\"");
  g_assert_cmpint (wanted->base.end_us, ==, world_instant ("2026-11-24T08:30:00Z"));
  known = sync->port->functions->list_known (sync->port, &error);
  g_assert_cmpuint (known->len, ==, 1);
  g_assert_true (((CalsyncKnown *) known->pdata[0])->is_own);
  g_assert_cmpint (((CalsyncKnown *) known->pdata[0])->last_end_us, ==, wanted->base.end_us);
  sync_world_open (sync);
  g_assert_cmpuint (sync->binding.writes_left, ==, 199);

  world_run_sql (sync->world, "UPDATE booking SET state = 'cancelled'; DELETE FROM claim");
  g_clear_pointer (&wanted, calsync_wanted_free);
  wanted = sync_world_wanted_one (sync);
  g_assert_false (wanted->is_live);
  push = push_of (wanted, CALSYNC_PUSH_REMOVE, NULL);
  record (sync, NULL, &push);
  push.is_done = TRUE;
  record (sync, &push, NULL);
  g_assert_cmpint (count (sync, "SELECT count(*) FROM sync_link"), ==, 0);
  g_assert_cmpint (count (sync, "SELECT count(*) FROM sync_item"), ==, 0);
  world_run_sql (sync->world, "UPDATE booking SET state = 'booked'");
  g_clear_pointer (&wanted, calsync_wanted_free);
  wanted = sync_world_wanted_one (sync);
  g_assert_true (wanted->is_live);
  g_assert_cmpuint (wanted->create_sequence, ==, 1); /* the next one is the second of its kind */
  g_assert_cmpint (count (sync, "SELECT count(*) FROM sync_run_change WHERE what LIKE 'sent-%'"),
                   ==, 2);
  g_assert_false (sync_world_finds (sync, "Jobsamtale (Kommunal"));
}

/* A receipt of one and the intent of the next are one transaction; a failure changes nothing but what waits. */
static void
test_receipts (void)
{
  g_autoptr (SyncWorld) sync = sync_world_new ();
  g_autofree char *one = sync_world_book (sync, 1, SYNC_OFFER, "2026-11-24T08:00:00Z");
  g_autofree char *two = sync_world_book (sync, 2, SYNC_OFFER, "2026-11-24T09:00:00Z");
  g_autoptr (GPtrArray) wanted = NULL;
  CalsyncPush first, second;

  sync_world_bind (sync, 1, CALSYNC_DIRECTION_OUT);
  wanted = sync_world_wanted (sync);
  g_assert_cmpuint (wanted->len, ==, 2);
  first = push_of (wanted->pdata[0], CALSYNC_PUSH_CREATE, "\"1\"");
  second = push_of (wanted->pdata[1], CALSYNC_PUSH_CREATE, NULL);
  second.key = (char *) "/dav/v1/work/u-2.ics";
  record (sync, NULL, &first);
  record (sync, &first, &second);
  second.failure = "refused";
  second.not_before_us = sync->world->now_us + HOUR;
  record (sync, &second, NULL);
  g_assert_cmpint (count (sync, "SELECT count(*) FROM sync_link WHERE in_flight <> 0"), ==, 0);
  g_assert_cmpint (count (sync, "SELECT count(*) FROM sync_link WHERE failure = 'refused' AND "
                                "state = 0 AND key IS NULL AND create_sequence = 1"),
                   ==, 1);
  g_assert_cmpint (count (sync, "SELECT count(*) FROM sync_item"), ==, 1);
}

/* One that moves to another advisor leaves the first one's calendar and enters the other's; a group meeting stands once. */
static void
test_wanted (void)
{
  g_autoptr (SyncWorld) sync = sync_world_new ();
  g_autofree char *one = sync_world_book (sync, 1, SYNC_GROUP, "2026-11-24T08:00:00Z");
  g_autofree char *two = sync_world_book (sync, 2, SYNC_GROUP, "2026-11-24T08:00:00Z");
  g_autoptr (CalsyncWanted) wanted = NULL;
  g_autoptr (GPtrArray) none = NULL;
  CalsyncPush push;

  world_run_sql (sync->world, "INSERT INTO setting VALUES (1, 0, 'sync-summary', 0, 'Optaget: "
                              "{offer}'), (1, 1, 'sync-private', 0, 'yes'),"
                              " (1, 0, 'sync-private', 0, 'no'), (1, 0, 'sync-on-move', 0, "
                              "'propose'), (1, 0, 'sync-on-move', 99999, 'ask')");
  sync_world_bind (sync, 1, CALSYNC_DIRECTION_OUT);
  g_assert_cmpint (sync->binding.on_move, ==, CALSYNC_ON_MOVE_PROPOSE);
  wanted = sync_world_wanted_one (sync);
  g_assert_nonnull (strstr (wanted->reference, ":session:"));
  g_assert_cmpstr (wanted->summary, ==, "Optaget: Informationsmøde");
  g_assert_true (wanted->is_private);
  world_run_sql (sync->world, "UPDATE offer SET title = 'Møde 20261124 1000, 202611 2410'");
  g_clear_pointer (&wanted, calsync_wanted_free);
  wanted = sync_world_wanted_one (sync);
  g_assert_cmpstr (wanted->summary, ==, "Samtale (Kommunal Planner)");
  push = push_of (wanted, CALSYNC_PUSH_CREATE, "\"1\"");
  record (sync, &push, NULL);
  world_run_sql (sync->world, "UPDATE group_session SET advisor_id = 2");
  g_clear_pointer (&wanted, calsync_wanted_free);
  wanted = sync_world_wanted_one (sync);
  g_assert_false (wanted->is_live);
  g_assert_cmpint (wanted->base.start_us, ==, world_instant ("2026-11-24T08:00:00Z"));
  sync_world_bind (sync, 2, CALSYNC_DIRECTION_OUT);
  g_clear_pointer (&wanted, calsync_wanted_free);
  wanted = sync_world_wanted_one (sync);
  g_assert_true (wanted->is_live);
  sync_world_pass_time (sync, 48 * HOUR); /* over: stays where it is, and nobody asks for it */
  sync_world_open (sync);
  none = sync_world_wanted (sync);
  g_assert_cmpuint (none->len, ==, 0);
}

static CalsyncLinkChange *
change_of (const CalsyncWanted *wanted, CalsyncLinkState state)
{
  CalsyncLinkChange *change = g_new0 (CalsyncLinkChange, 1);

  change->reference = g_strdup (wanted->reference);
  change->state = state;
  change->create_sequence = wanted->create_sequence;
  change->uid = g_strdup (wanted->uid);
  change->key = g_strdup (wanted->key);
  change->version = g_strdup ("\"moved\"");
  change->base = wanted->base;
  change->seen = wanted->base;
  change->seen.start_us += HOUR;
  change->seen.end_us += HOUR;
  return change;
}

static void
add_conflict (CalsyncPull *pull, const CalsyncLinkChange *change, CalsyncDecision decision)
{
  CalsyncConflict *conflict = g_new0 (CalsyncConflict, 1);

  conflict->kind = CALSYNC_CONFLICT_MOVED;
  conflict->decision = decision;
  conflict->reference = g_strdup (change->reference);
  conflict->ours = change->base;
  conflict->theirs = change->seen;
  g_ptr_array_add (pull->conflicts, conflict);
}

/* Both versions are kept, the journal tells it under the meeting's name, and put-backs are counted for a day. */
static void
test_conflicts (void)
{
  g_autoptr (SyncWorld) sync = sync_world_new ();
  g_autofree char *booking = sync_world_book (sync, 1, SYNC_OFFER, "2026-11-24T08:00:00Z");
  g_autofree char *journal = g_strdup_printf (
    "SELECT count(*) FROM journal WHERE kind = 'sync-conflict' AND subject = '%s'", booking);
  g_autoptr (CalsyncWanted) wanted = NULL;
  g_autoptr (CalsyncPull) pull = sync_pull_new ();
  CalsyncLinkChange *change;
  CalsyncPush push;

  sync_world_bind (sync, 1, CALSYNC_DIRECTION_BOTH);
  wanted = sync_world_wanted_one (sync);
  push = push_of (wanted, CALSYNC_PUSH_CREATE, "\"1\"");
  record (sync, &push, NULL);
  g_clear_pointer (&wanted, calsync_wanted_free);
  wanted = sync_world_wanted_one (sync);
  change = change_of (wanted, CALSYNC_LINK_LINKED);
  change->counts_putback = TRUE;
  g_ptr_array_add (pull->links, change);
  add_conflict (pull, change, CALSYNC_DECISION_PUT_BACK);
  pull->is_last = TRUE;
  pull->cursor = "c2";
  sync_world_commit (sync, pull);
  g_clear_pointer (&wanted, calsync_wanted_free);
  wanted = sync_world_wanted_one (sync);
  g_assert_cmpuint (wanted->n_putbacks, ==, 1);
  g_assert_cmpint (wanted->seen.start_us, ==, wanted->base.start_us + HOUR);
  g_assert_cmpint (count (sync,
                          "SELECT count(*) FROM sync_conflict WHERE state = 'noted' AND decision = "
                          "'put-back' AND their_start_us = our_start_us + 3600000000"),
                   ==, 1);
  g_assert_cmpint (count (sync, journal), ==, 1);
  sync_world_commit (sync, pull); /* met again: told once */
  g_assert_cmpint (count (sync, journal), ==, 1);
  sync_world_pass_time (sync, 23 * HOUR + HOUR / 2);
  sync_world_open (sync);
  g_assert_cmpint (
    count (sync,
           "SELECT count(*) FROM booking WHERE state = 'booked' AND start_us = 1795507200000000"),
    ==, 1);
}

/* An appointment over a meeting is told and touches nothing; when it is gone, so is the telling. */
static void
test_overlap (void)
{
  g_autoptr (SyncWorld) sync = sync_world_new ();
  g_autofree char *booking = sync_world_book (sync, 1, SYNC_OFFER, "2026-11-24T08:00:00Z");
  g_autofree char *over = sync_world_event ("u1", "20261124T081500Z", "20261124T090000Z", NULL);
  g_autofree char *beside = sync_world_event ("u2", "20261124T083000Z", "20261124T090000Z", NULL);
  g_autofree char *free_time =
    sync_world_event ("u3", "20261124T080000Z", "20261124T090000Z", "TRANSP:TRANSPARENT\r\n");

  sync_world_bind (sync, 1, CALSYNC_DIRECTION_BOTH);
  sync_world_pull (sync, "k2", beside, "c1");
  sync_world_pull (sync, "k3", free_time, "c2");
  g_assert_cmpint (count (sync, "SELECT count(*) FROM sync_conflict"), ==, 0);
  sync_world_pull (sync, "k1", over, "c3");
  g_assert_cmpint (
    count (sync, "SELECT count(*) FROM sync_conflict WHERE kind = 'overlap' AND state = 'open'"),
    ==, 1);
  g_assert_cmpint (count (sync, "SELECT count(*) FROM booking WHERE state = 'booked'"), ==, 1);
  sync_world_pull (sync, "k1", NULL, "c4");
  g_assert_cmpint (
    count (sync,
           "SELECT count(*) FROM sync_conflict WHERE kind = 'overlap' AND state = 'resolved'"),
    ==, 1);
}

#define N_MANY 1000

/* How long each writer job takes, without its commit. */
typedef struct
{
  AdminRunner direct;
  AdminWrite write;
  gpointer data;
  guint n_writes;
  guint dies_at;
  gint64 longest_us;
} Timed;

static gboolean
write_timed (StoreSession *session, gpointer data, GError **error)
{
  Timed *timed = data;
  gint64 start_us = clock_monotonic_us ();
  gboolean ok = timed->write (session, timed->data, error);

  timed->longest_us = MAX (timed->longest_us, clock_monotonic_us () - start_us);
  return ok;
}

static gboolean
run_timed_write (gpointer runner, AdminWrite write, gpointer data, GError **error)
{
  Timed *timed = runner;

  timed->write = write;
  timed->data = data;
  if (++timed->n_writes == timed->dies_at)
    {
      g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_UNAVAILABLE, "killed");
      return FALSE;
    }
  return timed->direct.run_write (timed->direct.runner, write_timed, timed, error);
}

/* Our events were all moved: each is an item, a link that changes, and a conflict. */
static CalsyncPull *
pull_many (SyncWorld *sync)
{
  CalsyncPull *pull = sync_pull_new ();

  for (guint i = 0; i < N_MANY; i++)
    {
      CalsyncFound *found = g_new0 (CalsyncFound, 1);
      CalsyncLinkChange *change = g_new0 (CalsyncLinkChange, 1);

      found->key = g_strdup_printf ("/cal/%u.ics", i);
      found->key_hash = sync_world_hash (sync, found->key);
      found->version = g_strdup ("\"1\"");
      found->reference = g_strdup_printf ("%s:booking:%u", sync->binding.instance, i);
      change->reference = g_strdup (found->reference);
      change->state = CALSYNC_LINK_LINKED;
      change->key = g_strdup (found->key);
      change->version = g_strdup (found->version);
      change->seen.start_us = sync->world->now_us + HOUR;
      change->seen.end_us = sync->world->now_us + 2 * HOUR;
      g_ptr_array_add (pull->found, found);
      g_ptr_array_add (pull->links, change);
      add_conflict (pull, change, CALSYNC_DECISION_PUT_BACK);
    }
  pull->is_last = TRUE;
  pull->cursor = "c1";
  return pull;
}

/* A thousand events of ours are written many at a time, the cursor last; cut off anywhere, nothing is doubled. */
static void
test_many_own (void)
{
  g_autoptr (SyncWorld) sync = sync_world_new ();
  g_autoptr (CalsyncPull) pull = NULL;
  g_autoptr (GError) error = NULL;
  Timed timed = { .direct = admin_runner_direct (sync->world->writer), .dies_at = 4 };

  sync_world_bind (sync, 1, CALSYNC_DIRECTION_BOTH);
  pull = pull_many (sync);
  sync->place.runner = (AdminRunner){ run_timed_write, &timed };
  g_assert_false (sync->port->functions->commit_pull (sync->port, pull, &error));
  g_assert_cmpint (count (sync, "SELECT count(*) FROM sync_binding WHERE cursor IS NULL"), ==, 1);
  g_assert_cmpint (count (sync, "SELECT count(*) FROM sync_item"), >, 0);
  g_assert_cmpint (count (sync, "SELECT count(*) FROM sync_item"), ==,
                   count (sync, "SELECT count(*) FROM sync_link"));
  g_assert_cmpint (count (sync, "SELECT count(*) FROM sync_item"), ==,
                   count (sync, "SELECT count(*) FROM sync_conflict"));
  timed.dies_at = 0;
  sync_world_commit (sync, pull);
  g_assert_cmpint (count (sync, "SELECT count(*) FROM sync_item"), ==, N_MANY);
  g_assert_cmpint (count (sync, "SELECT count(*) FROM sync_link"), ==, N_MANY);
  g_assert_cmpint (count (sync, "SELECT count(*) FROM sync_conflict"), ==, N_MANY);
  g_assert_cmpint (count (sync, "SELECT count(*) FROM sync_binding WHERE cursor = 'c1'"), ==, 1);
  g_assert_cmpuint (timed.n_writes, >, 8);
  g_test_message ("%u writer jobs, the longest %" G_GINT64_FORMAT " us", timed.n_writes,
                  timed.longest_us);
}

static gint64
count_overlaps (SyncWorld *sync, const char *state)
{
  g_autofree char *sql = g_strdup_printf (
    "SELECT count(*) FROM sync_conflict WHERE kind = 'overlap' AND state = '%s'", state);

  return count (sync, sql);
}

/* Time elsewhere is in the way of a visit, and not of a telephone call; what is told goes when nothing blocks any more,
 * though other time stands there. */
static void
test_overlap_by_form (void)
{
  g_autoptr (SyncWorld) sync = sync_world_new ();
  g_autofree char *data = testlib_dup_source_path ("data");
  g_autofree char *booking = sync_world_book (sync, 1, SYNC_OFFER, "2026-11-24T08:00:00Z");
  g_autofree char *elsewhere = sync_world_event ("u1", "20261124T080000Z", "20261124T090000Z",
                                                 "X-MICROSOFT-CDO-BUSYSTATUS:WORKINGELSEWHERE\r\n");
  g_autofree char *busy = sync_world_event ("u2", "20261124T080000Z", "20261124T090000Z", NULL);
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;

  sync->place.data_dir = data;
  world_run_sql (sync->world, "UPDATE booking SET contact_type = 8");
  sync_world_bind (sync, 1, CALSYNC_DIRECTION_BOTH);
  sync_world_pull (sync, NULL, NULL, "c0");
  sync_world_pull (sync, "k1", elsewhere, "c1");
  g_assert_cmpint (count_overlaps (sync, "open"), ==, 0);
  sync_world_pull (sync, "k2", busy, "c2");
  g_assert_cmpint (count_overlaps (sync, "open"), ==, 1);
  sync_world_pull (sync, "k2", NULL, "c3");
  g_assert_cmpint (count_overlaps (sync, "open"), ==, 0);
  g_assert_cmpint (count_overlaps (sync, "resolved"), ==, 1);
  /* In person it is; and once the rule is relaxed a run without news takes the mark away, and writes once. */
  world_run_sql (sync->world, "UPDATE booking SET contact_type = 1");
  sync_world_pull (sync, "k1", NULL, "c4");
  sync_world_pull (sync, "k1", elsewhere, "c5");
  g_assert_cmpint (count_overlaps (sync, "open"), ==, 1);
  world_run_sql (sync->world,
                 "INSERT INTO setting (tenant_id, unit_id, key, valid_from_date, value) VALUES "
                 "(1, 0, 'calendar-blocks:elsewhere', 0, 'none')");
  sync_world_open (sync);
  sync_world_pull (sync, NULL, NULL, NULL);
  g_assert_cmpint (count_overlaps (sync, "open"), ==, 0);
  before = sync_world_digest (sync);
  sync_world_open (sync);
  sync_world_pull (sync, NULL, NULL, NULL);
  after = sync_world_digest (sync);
  g_assert_cmpstr (before, ==, after);
}

/* What was told of a meeting that is over is over. */
static void
test_overlap_passes (void)
{
  g_autoptr (SyncWorld) sync = sync_world_new ();
  g_autofree char *booking = sync_world_book (sync, 1, SYNC_OFFER, "2026-11-24T08:00:00Z");
  g_autofree char *busy = sync_world_event ("u2", "20261124T080000Z", "20261124T090000Z", NULL);

  sync_world_bind (sync, 1, CALSYNC_DIRECTION_BOTH);
  sync_world_pull (sync, "k1", busy, "c1");
  g_assert_cmpint (count_overlaps (sync, "open"), ==, 1);
  sync_world_pass_time (sync, 48 * HOUR);
  sync_world_open (sync);
  sync_world_pull (sync, NULL, NULL, NULL);
  g_assert_cmpint (count_overlaps (sync, "resolved"), ==, 1);
}

static void
agree (SyncWorld *sync)
{
  g_autoptr (GError) error = NULL;
  SyncGuard guard = { .binding_id = sync->binding_id,
                      .agreed_until_us = sync->world->now_us + HOUR,
                      .agreed_by = (char *) "admin" };

  g_assert_true (sync_guard_agree (sync->world->writer, &guard, &error));
  g_assert_no_error (error);
}

static void
test_guard (void)
{
  g_autoptr (SyncWorld) sync = sync_world_new ();
  g_autofree char *event = sync_world_event ("u1", "20261124T120000Z", "20261124T130000Z", NULL);
  g_autoptr (GPtrArray) hashes = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (SyncBinding) binding = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  CalsyncGuarded guarded = {
    .reason = CALSYNC_GUARD_EMPTY, .key_hashes = hashes, .n_foreign = 1, .n_known_foreign = 1
  };

  sync_world_bind (sync, 1, CALSYNC_DIRECTION_BOTH);
  sync_world_pull (sync, "k1", event, "c1");
  g_ptr_array_add (hashes, sync_world_hash (sync, "k1"));
  g_assert_true (sync->port->functions->stage_guard (sync->port, &guarded, &error));
  g_assert_cmpuint (count_spans (sync, 1), ==, 1);
  binding = load_binding (sync);
  g_assert_cmpint (binding->state, ==, SYNC_BINDING_GUARDED);
  before = sync_world_digest (sync);
  sync_world_open (sync);
  g_assert_false (sync->port->functions->is_agreed (sync->port, hashes->pdata[0]));
  g_assert_true (sync->port->functions->stage_guard (sync->port, &guarded, &error));
  after = sync_world_digest (sync);
  g_assert_cmpstr (before, ==, after); /* told once */
  agree (sync);
  sync_world_open (sync);
  g_assert_true (sync->port->functions->is_agreed (sync->port, hashes->pdata[0]));
  g_assert_false (sync->port->functions->is_agreed (sync->port, "00"));
  sync_world_pass_time (sync, 2 * HOUR);
  sync_world_open (sync);
  g_assert_false (sync->port->functions->is_agreed (sync->port, hashes->pdata[0]));
  sync_world_pull (sync, "k1", NULL, "c2");
  g_clear_pointer (&binding, sync_binding_free);
  binding = load_binding (sync);
  g_assert_cmpint (binding->state, ==, SYNC_BINDING_ACTIVE);
  g_assert_cmpint (count (sync, "SELECT count(*) FROM sync_staged"), ==, 0);
}

/* A person's pause while a run is under way outlives what the run finds, which is not stored any more. */
static void
test_guard_keeps_pause (void)
{
  g_autoptr (SyncWorld) sync = sync_world_new ();
  g_autofree char *event = sync_world_event ("u1", "20261124T120000Z", "20261124T130000Z", NULL);
  g_autoptr (GPtrArray) hashes = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (CalsyncPull) pull = sync_pull_new ();
  g_autoptr (GError) error = NULL;
  CalsyncGuarded guarded = {
    .reason = CALSYNC_GUARD_EMPTY, .key_hashes = hashes, .n_foreign = 1, .n_known_foreign = 1
  };

  sync_world_bind (sync, 1, CALSYNC_DIRECTION_BOTH);
  sync_world_pull (sync, "k1", event, "c1");
  g_ptr_array_add (hashes, sync_world_hash (sync, "k1"));
  world_run_sql (sync->world, "UPDATE sync_binding SET state = 'paused'");
  g_assert_true (sync->port->functions->stage_guard (sync->port, &guarded, &error));
  g_assert_cmpint (count (sync, "SELECT count(*) FROM sync_guard"), ==, 1);
  g_assert_cmpint (count (sync, "SELECT count(*) FROM sync_binding WHERE state = 'paused'"), ==, 1);
  world_run_sql (sync->world, "UPDATE sync_binding SET state = 'guarded'");
  sync_world_open (sync);
  world_run_sql (sync->world, "UPDATE sync_binding SET state = 'paused'");
  g_ptr_array_add (pull->found, sync_world_found (sync, "k1", "c2", NULL));
  g_assert_false (sync->port->functions->commit_pull (sync->port, pull, &error));
  g_assert_error (error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_CANCELLED);
  g_assert_cmpint (count (sync, "SELECT count(*) FROM busy_span"), ==, 1);
  g_assert_cmpint (count (sync, "SELECT count(*) FROM sync_guard"), ==, 1);
  g_assert_cmpint (count (sync, "SELECT count(*) FROM sync_binding WHERE state = 'paused'"), ==, 1);
}

/* Six of twenty calendars lose something within a quarter of an hour; an hour later nobody speaks of it. */
static void
test_widespread (void)
{
  g_autoptr (SyncWorld) sync = sync_world_new ();
  g_autofree char *event = sync_world_event ("u1", "20261124T120000Z", "20261124T130000Z", NULL);

  for (guint i = 1; i <= 20; i++)
    sync_world_bind (sync, 1 + i % 2, CALSYNC_DIRECTION_IN);
  for (guint i = 1; i <= 7; i++)
    {
      sync->binding_id = i;
      sync_world_open (sync);
      g_assert_cmpint (sync->binding.is_widespread, ==, i == 7);
      sync_world_pull (sync, "k1", event, "c1");
      sync_world_pull (sync, "k1", NULL, "c2");
    }
  sync_world_pass_time (sync, HOUR);
  sync_world_open (sync);
  g_assert_false (sync->binding.is_widespread);
  g_assert_cmpuint (sync->binding.n_gone_foreign, ==, 0);
}

/* Two installations of one name do not take each other's events for their own, and hash keys differently. */
static void
test_instance (void)
{
  g_autoptr (SyncWorld) one = sync_world_new ();
  g_autoptr (SyncWorld) other = sync_world_new ();
  g_autofree char *here = NULL;
  g_autofree char *there = NULL;
  g_autofree char *again = NULL;
  gboolean is_session = TRUE;
  const char *identifier = NULL;

  sync_world_bind (one, 1, CALSYNC_DIRECTION_BOTH);
  sync_world_bind (other, 1, CALSYNC_DIRECTION_BOTH);
  here = sync_world_hash (one, "k1");
  there = sync_world_hash (other, "k1");
  g_assert_cmpstr (here, !=, there);
  g_assert_true (g_str_has_prefix (one->binding.instance, "demo-"));
  g_assert_cmpstr (one->binding.instance, !=, other->binding.instance);
  sync_world_open (one);
  again = sync_world_hash (one, "k1");
  g_assert_cmpstr (here, ==, again);
  g_assert_true (sync_reference_parse ("demo-1:booking:b7", "demo-1", &is_session, &identifier));
  g_assert_false (is_session);
  g_assert_cmpstr (identifier, ==, "b7");
  g_assert_false (sync_reference_parse ("demo-12:booking:b7", "demo-1", &is_session, &identifier));
  g_assert_false (sync_reference_parse ("demo-1:citizen:b7", "demo-1", &is_session, &identifier));
  g_assert_false (sync_reference_parse ("demo-1:booking:", "demo-1", &is_session, &identifier));
  g_assert_false (sync_reference_parse (NULL, "demo-1", &is_session, &identifier));
}

/* A meeting that was sent, and that the calendar shows @by later and @longer longer: a proposal. */
static void
propose (SyncWorld *sync, gint64 by, gint64 longer)
{
  g_autoptr (CalsyncWanted) wanted = NULL;
  g_autoptr (CalsyncPull) pull = sync_pull_new ();
  CalsyncLinkChange *change;
  CalsyncPush push;

  wanted = sync_world_wanted_one (sync);
  push = push_of (wanted, CALSYNC_PUSH_CREATE, "\"1\"");
  record (sync, &push, NULL);
  g_clear_pointer (&wanted, calsync_wanted_free);
  wanted = sync_world_wanted_one (sync);
  change = change_of (wanted, CALSYNC_LINK_CONFLICT);
  change->seen.start_us = change->base.start_us + by;
  change->seen.end_us = change->base.end_us + by + longer;
  change->proposes = TRUE;
  g_ptr_array_add (pull->links, change);
  add_conflict (pull, change, CALSYNC_DECISION_PROPOSED);
  pull->is_last = pull->was_full = TRUE;
  sync_world_commit (sync, pull);
}

static guint
settle (SyncWorld *sync)
{
  g_autofree char *data = testlib_dup_source_path ("data");
  SyncProposalPlace where = { .place = &sync->place, .data_dir = data };
  g_autoptr (GError) error = NULL;
  guint n_settled = 0;

  g_assert_true (sync_proposals_settle (&where, sync->local, &n_settled, &error));
  g_assert_no_error (error);
  return n_settled;
}

/* Inside the rules it is moved through the door of all moves, once; the event is then where the booking is. */
static void
test_proposal_moves (void)
{
  g_autoptr (SyncWorld) sync = sync_world_new ();
  g_autofree char *booking = sync_world_book (sync, 1, SYNC_OFFER, "2026-11-24T08:00:00Z");
  g_autoptr (CalsyncWanted) wanted = NULL;

  sync_world_bind (sync, 1, CALSYNC_DIRECTION_BOTH);
  propose (sync, HOUR, 0);
  sync_world_open (sync); /* killed before it was settled */
  g_assert_cmpuint (settle (sync), ==, 1);
  g_assert_cmpuint (settle (sync), ==, 0);
  wanted = sync_world_wanted_one (sync);
  g_assert_cmpint (wanted->start_us, ==, world_instant ("2026-11-24T09:00:00Z"));
  g_assert_cmpint (wanted->seen.start_us, ==, wanted->start_us);
  g_assert_cmpint (wanted->base.start_us, ==, wanted->start_us); /* the next move is theirs alone */
  g_assert_cmpint (wanted->state, ==, CALSYNC_LINK_LINKED);
  g_assert_cmpint (
    count (sync,
           "SELECT count(*) FROM sync_conflict WHERE state = 'resolved' AND resolution = 'moved'"),
    ==, 1);
  g_assert_cmpint (
    count (sync, "SELECT count(*) FROM journal WHERE kind = 'booking-moved' AND actor = 'sync'"),
    ==, 1);
  g_assert_cmpint (count (sync, "SELECT count(*) FROM journal WHERE kind = 'sync-proposal'"), ==,
                   1);
  g_assert_cmpint (count (sync, "SELECT count(*) FROM outbox"), ==, 1); /* DFDG is told */
  g_assert_cmpint (
    count (sync, "SELECT count(*) FROM sync_run_change WHERE what = 'moved' AND before <> after"),
    ==, 1);
}

/* Killed between the move and its record: the booking is there already, which is no refusal. */
static void
test_proposal_again (void)
{
  g_autoptr (SyncWorld) sync = sync_world_new ();
  g_autofree char *booking = sync_world_book (sync, 1, SYNC_OFFER, "2026-11-24T08:00:00Z");

  sync_world_bind (sync, 1, CALSYNC_DIRECTION_BOTH);
  propose (sync, HOUR, 0);
  g_assert_cmpuint (settle (sync), ==, 1);
  world_run_sql (
    sync->world,
    "UPDATE sync_conflict SET state = 'open', resolution = NULL; UPDATE sync_link SET state = 2");
  g_assert_cmpuint (settle (sync), ==, 1);
  g_assert_cmpint (count (sync, "SELECT count(*) FROM sync_conflict WHERE resolution = 'moved'"),
                   ==, 1);
  g_assert_cmpint (count (sync, "SELECT count(*) FROM journal WHERE kind = 'booking-moved'"), ==,
                   1);
}

static void
test_proposal_refused (void)
{
  static const struct
  {
    gint64 by, longer;
  } cases[] = { { HOUR, HOUR / 2 }, { 5 * HOUR, 0 }, { -30 * HOUR, 0 }, { HOUR / 4, 0 } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (SyncWorld) sync = sync_world_new ();
      g_autofree char *booking = sync_world_book (sync, 1, SYNC_OFFER, "2026-11-24T08:00:00Z");
      g_autoptr (CalsyncWanted) wanted = NULL;

      sync_world_bind (sync, 1, CALSYNC_DIRECTION_BOTH);
      propose (sync, cases[i].by, cases[i].longer);
      g_assert_cmpuint (settle (sync), ==, 1);
      wanted = sync_world_wanted_one (sync);
      g_assert_cmpint (wanted->start_us, ==, world_instant ("2026-11-24T08:00:00Z"));
      g_assert_cmpint (wanted->state, ==, CALSYNC_LINK_LINKED);
      g_assert_cmpint (wanted->seen.start_us, ==, wanted->start_us + cases[i].by);
      g_assert_cmpuint (wanted->n_putbacks, ==, 1);
      g_assert_cmpint (count (sync, "SELECT count(*) FROM sync_conflict WHERE state = 'noted' AND "
                                    "decision = 'put-back' AND resolution IS NOT NULL"),
                       ==, 1);
      g_assert_cmpint (count (sync, "SELECT count(*) FROM journal WHERE kind = 'booking-moved'"),
                       ==, 0);
    }
}

/* Left behind by a run that was killed; by the next one somebody has moved the booking, or has given it away: that
 * stands. */
static void
test_proposal_too_late (void)
{
  static const char *const since[] = {
    "UPDATE booking SET start_us = start_us + 1800000000, end_us = end_us + 1800000000",
    "UPDATE booking SET advisor_id = 2",
  };

  for (guint i = 0; i < G_N_ELEMENTS (since); i++)
    {
      g_autoptr (SyncWorld) sync = sync_world_new ();
      g_autofree char *booking = sync_world_book (sync, 1, SYNC_OFFER, "2026-11-24T08:00:00Z");
      gint64 start_us;

      sync_world_bind (sync, 1, CALSYNC_DIRECTION_BOTH);
      propose (sync, HOUR, 0);
      sync_world_open (sync);
      world_run_sql (sync->world, since[i]);
      start_us = count (sync, "SELECT start_us FROM booking");
      g_assert_cmpuint (settle (sync), ==, 1);
      g_assert_cmpint (count (sync, "SELECT start_us FROM booking"), ==, start_us);
      g_assert_cmpint (count (sync, "SELECT count(*) FROM journal WHERE kind = 'booking-moved'"),
                       ==, 0);
      g_assert_cmpint (count (sync, "SELECT count(*) FROM sync_conflict WHERE state = 'noted' AND "
                                    "decision = 'put-back' AND resolution IS NOT NULL"),
                       ==, 1);
    }
}

static void
test_lock (void)
{
  g_assert_true (sync_lock_take (1));
  g_assert_false (sync_lock_take (1));
  g_assert_true (sync_lock_take (2));
  g_assert_true (sync_lock_is_taken (1));
  sync_lock_give (1);
  g_assert_false (sync_lock_is_taken (1));
  g_assert_true (sync_lock_take (1));
  sync_lock_give (1);
  sync_lock_give (2);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/sync-local/a-pull-is-time", test_a_pull_is_time);
  g_test_add_func ("/sync-local/quiet-is-free", test_quiet_is_free);
  g_test_add_func ("/sync-local/cursor-last", test_cursor_last);
  g_test_add_func ("/sync-local/unreadable", test_unreadable);
  g_test_add_func ("/sync-local/out-and-back", test_out_and_back);
  g_test_add_func ("/sync-local/receipts", test_receipts);
  g_test_add_func ("/sync-local/wanted", test_wanted);
  g_test_add_func ("/sync-local/conflicts", test_conflicts);
  g_test_add_func ("/sync-local/many-own", test_many_own);
  g_test_add_func ("/sync-local/overlap", test_overlap);
  g_test_add_func ("/sync-local/overlap-by-form", test_overlap_by_form);
  g_test_add_func ("/sync-local/overlap-passes", test_overlap_passes);
  g_test_add_func ("/sync-local/guard", test_guard);
  g_test_add_func ("/sync-local/guard-keeps-pause", test_guard_keeps_pause);
  g_test_add_func ("/sync-local/changed-meanwhile", test_changed_meanwhile);
  g_test_add_func ("/sync-local/widespread", test_widespread);
  g_test_add_func ("/sync-local/instance", test_instance);
  g_test_add_func ("/sync-local/proposal-moves", test_proposal_moves);
  g_test_add_func ("/sync-local/proposal-again", test_proposal_again);
  g_test_add_func ("/sync-local/proposal-refused", test_proposal_refused);
  g_test_add_func ("/sync-local/proposal-too-late", test_proposal_too_late);
  g_test_add_func ("/sync-local/lock", test_lock);
  return g_test_run ();
}
