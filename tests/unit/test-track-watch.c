/* SPDX-License-Identifier: EUPL-1.2 */
/* A disturbance's life with the real database: first failure, restart, recovery, who was told, evidence. */
/* Also tests: track-standby, track-watch-attach, track-steady, track-watch-clock, track-watch-load, track-watch-store, track-watch-jobs, track-watch-tell, track-watch-window, track-watch-describe, track-notice. */
#include "health/track-watch.h"

#include <string.h>

#include "base/clock.h"
#include "health/track-evidence.h"
#include "health/track-watch-private.h"
#include "testlib.h"

#define S      G_GINT64_CONSTANT (1000000)
#define NOW_US (G_GINT64_CONSTANT (1800000000) * S)
#define URL    "https://a.example/"

/* What the carrier was given, and whether it takes it. */
typedef struct
{
  GPtrArray *parcels; /* "channel target event" */
  GPtrArray *bodies;
  gboolean refuses;
  gboolean refuses_joined;
  const char *hanging; /* (nullable): a target that never answers */
  GPtrArray *held;     /* its errands */
} Post;

typedef struct
{
  char *path;
  char *schema;
  TrackDatabase *database;
  TrackWatch *watch;
  TrackRegistry *registry;
  gint64 now_us;
  gboolean is_without; /* registry.db cannot be opened */
  Post post;
} World;

typedef struct
{
  TrackNoticeDone done;
  gpointer data;
  gboolean refuses;
} Errand;

static gboolean
on_errand (gpointer data)
{
  Errand *errand = data;

  errand->done (errand->data, errand->refuses ? "refused on demand" : NULL);
  g_free (errand);
  return G_SOURCE_REMOVE;
}

static void
carry (gpointer data, const TrackNoticeParcel *parcel, TrackNoticeDone done, gpointer done_data)
{
  Post *post = data;
  Errand *errand = g_new0 (Errand, 1);

  *errand =
    (Errand){ done, done_data,
              post->refuses || (post->refuses_joined && strcmp (parcel->channel, "webhook") == 0 &&
                                strstr (parcel->key, "joined/") != NULL) };
  g_ptr_array_add (post->parcels,
                   g_strdup_printf ("%s %s %s", parcel->channel, parcel->target, parcel->key));
  g_ptr_array_add (post->bodies, g_strdup (parcel->body));
  if (g_strcmp0 (parcel->target, post->hanging) == 0)
    g_ptr_array_add (post->held, errand);
  else
    g_idle_add (on_errand, errand);
}

static void
open_watch (World *world)
{
  const TrackDatabaseSettings database = { NULL, world->path, world->schema };
  const TrackNoticeCarrier carrier = { carry, &world->post };
  g_autoptr (GError) error = NULL;
  const TrackWatchSettings settings = { .steps = "0:webhook,5:mail1,30:mail2",
                                        .confirm_failures = 5,
                                        .cap_per_hour = 20,
                                        .window_notice_h = 24,
                                        .keep_days = 1000,
                                        .carrier = &carrier };
  TrackWatchSettings with = settings;

  world->database = track_database_open (&database, &error);
  g_assert_no_error (error);
  with.database = world->is_without ? NULL : world->database;
  with.schema_dir = world->schema;
  world->watch = track_watch_new (&with, &error);
  g_assert_no_error (error);
  track_watch_set_registry (world->watch, world->registry);
}

static void
close_watch (World *world)
{
  track_watch_stop (world->watch);
  track_database_stop (world->database);
  g_clear_pointer (&world->watch, track_watch_free);
  g_clear_pointer (&world->database, track_database_free);
}

static TrackEndpoint *
make_endpoint (void)
{
  TrackEndpoint *endpoint = g_new0 (TrackEndpoint, 1);

  endpoint->name = g_strdup ("aarhus");
  endpoint->urls = g_strsplit (URL, ",", -1);
  endpoint->owner = g_strdup ("Kommunen");
  endpoint->contacts = g_strsplit ("vagt@drift.example,leder@drift.example", ",", -1);
  endpoint->webhooks = g_strsplit ("https://hook.example/a", ",", -1);
  return endpoint;
}

static TrackUnit *
make_unit (void)
{
  TrackUnit *unit = g_new0 (TrackUnit, 1);

  unit->code = g_strdup ("75100");
  unit->endpoint = g_strdup ("aarhus");
  unit->name = g_strdup ("Jobcenter Aarhus");
  unit->from_us = G_MININT64;
  unit->until_us = G_MAXINT64;
  return unit;
}

static void
open_world (World *world)
{
  g_autofree char *folder = testlib_make_folder ();

  *world = (World){ .now_us = NOW_US };
  world->path = g_build_filename (folder, "registry.db", NULL);
  world->schema = testlib_dup_source_path ("data/schema/track-registry");
  world->registry = track_registry_new ();
  g_ptr_array_add (world->registry->endpoints, make_endpoint ());
  g_ptr_array_add (world->registry->units, make_unit ());
  world->post.parcels = g_ptr_array_new_with_free_func (g_free);
  world->post.bodies = g_ptr_array_new_with_free_func (g_free);
  world->post.held = g_ptr_array_new ();
  clock_set_for_test (world->now_us);
  open_watch (world);
}

static void
close_world (World *world)
{
  close_watch (world);
  g_ptr_array_unref (world->post.parcels);
  g_ptr_array_unref (world->post.bodies);
  g_ptr_array_unref (world->post.held);
  track_registry_unref (world->registry);
  g_free (world->path);
  g_free (world->schema);
  clock_set_for_test (0);
}

/* A second passes, and all that it set off is done. */
static void
pass (World *world, gint64 span_us)
{
  clock_set_for_test (world->now_us += span_us);
  track_watch_tick (world->watch);
  track_watch_flush (world->watch);
  while (world->watch->is_written_by_somebody)
    g_main_context_iteration (NULL, TRUE);
}

static void
call (World *world, TrackOutcome outcome, gboolean is_probe)
{
  TrackRecord record = { .at_us = world->now_us,
                         .request_id = "r-1",
                         .unit = "75100",
                         .endpoint = "aarhus",
                         .url = URL,
                         .operation = is_probe ? "GetSelfbookInterviewOptions" : "CreateBooking",
                         .outcome = outcome,
                         .is_probe = is_probe };

  track_times_init (&record.times);
  track_watch_observe (&record, world->watch);
}

static const TrackDisturbance *
get_open (World *world)
{
  const OpenOne *one = g_hash_table_lookup (world->watch->open, "aarhus");

  return one != NULL ? one->disturbance : NULL;
}

static void
wait_parcels (World *world, guint n)
{
  gint64 late_us = clock_monotonic_us () + 60 * S;

  while (world->post.parcels->len < n && clock_monotonic_us () < late_us)
    {
      track_notice_sender_wake (world->watch->sender);
      g_main_context_iteration (NULL, TRUE);
    }
  while (world->watch->sender != NULL && g_main_context_iteration (NULL, FALSE))
    continue;
  g_assert_cmpuint (world->post.parcels->len, ==, n);
}

/* What came of what was sent is noted. */
static void
settle (void)
{
  gint64 until_us = clock_monotonic_us () + S / 2;

  while (clock_monotonic_us () < until_us)
    if (!g_main_context_iteration (NULL, FALSE))
      clock_pause_us (1000);
}

static void
recover (World *world)
{
  for (guint i = 0; i < 80; i++)
    {
      pass (world, 10 * S);
      call (world, TRACK_OUTCOME_OK, TRUE);
    }
}

/* One failed call opens it at once; a minute of good answers closes it; nobody is woken. */
static void
test_single (void)
{
  World world;
  g_autofree char *id = NULL;
  g_autoptr (TrackDisturbance) kept = NULL;
  g_autoptr (GError) error = NULL;

  open_world (&world);
  call (&world, TRACK_OUTCOME_RESET, FALSE);
  g_assert_nonnull (get_open (&world));
  id = g_strdup (get_open (&world)->id);
  while (world.watch->is_written_by_somebody)
    g_main_context_iteration (NULL, TRUE);
  kept = track_watch_store_load (track_database_get_reader (world.database), id, &error);
  g_assert_no_error (error);
  g_assert_cmpint (kept->closed_us, ==, 0);
  g_assert_cmpuint (kept->n_failed, ==, 1);
  g_assert_cmpstr (g_hash_table_lookup (kept->names, "75100"), ==, "Jobcenter Aarhus");
  recover (&world);
  g_assert_null (get_open (&world));
  g_assert_cmpuint (world.post.parcels->len, ==, 0);
  close_world (&world);
}

/* Down: step by step people are told, each once; at recovery those who were told, and nobody else. */
static void
test_ladder (void)
{
  World world;

  open_world (&world);
  for (guint i = 0; i < 10; i++)
    {
      call (&world, TRACK_OUTCOME_REFUSED, FALSE);
      pass (&world, S);
    }
  wait_parcels (&world, 1);
  g_assert_true (
    g_str_has_prefix (world.post.parcels->pdata[0], "webhook https://hook.example/a "));
  for (guint i = 0; i < 7 * 60; i += 10)
    {
      call (&world, TRACK_OUTCOME_REFUSED, TRUE);
      pass (&world, 10 * S);
    }
  wait_parcels (&world, 2);
  g_assert_true (g_str_has_prefix (world.post.parcels->pdata[1], "mail vagt@drift.example "));
  recover (&world);
  g_assert_null (get_open (&world));
  wait_parcels (&world, 4);
  close_world (&world);
}

/* It was open, the program ended, it is open again, with the gap said; the ladder tells nobody twice. */
static void
test_restart (void)
{
  World world;
  g_autofree char *id = NULL;
  g_autofree char *json = NULL;
  guint64 n_failed;

  open_world (&world);
  for (guint i = 0; i < 10; i++)
    {
      call (&world, TRACK_OUTCOME_TIMEOUT, FALSE);
      pass (&world, S);
    }
  wait_parcels (&world, 1);
  id = g_strdup (get_open (&world)->id);
  n_failed = get_open (&world)->n_failed;
  close_watch (&world);
  clock_set_for_test (world.now_us += 100 * S);
  open_watch (&world);
  g_assert_cmpstr (get_open (&world)->id, ==, id);
  g_assert_cmpuint (get_open (&world)->n_failed, ==, n_failed);
  pass (&world, S);
  wait_parcels (&world, 1);
  json = track_evidence_dup_json (get_open (&world));
  g_assert_nonnull (strstr (json, "\"unwatched\""));
  g_assert_nonnull (strstr (json, "the switch-track saw nothing"));
  /* Who was told is in the course of events once: nobody was told again. */
  g_assert_null (strstr (strstr (json, "alarm, step 1") + 1, "alarm, step 1"));
  recover (&world);
  g_assert_null (get_open (&world));
  close_world (&world);
}

/* A receiver that fails gets it again later, and then no more. */
static void
test_refusing_receiver (void)
{
  World world;

  open_world (&world);
  world.post.refuses = TRUE;
  testlib_expect_log ("switchtrack", G_LOG_LEVEL_MESSAGE, "*was not taken*");
  for (guint i = 0; i < 6; i++)
    call (&world, TRACK_OUTCOME_REFUSED, FALSE);
  pass (&world, S);
  wait_parcels (&world, 1);
  world.post.refuses = FALSE;
  settle ();
  pass (&world, S);
  wait_parcels (&world, 1);
  clock_set_for_test (world.now_us += 31 * S);
  wait_parcels (&world, 2);
  settle ();
  clock_set_for_test (world.now_us += 200 * S);
  wait_parcels (&world, 2);
  close_world (&world);
}

/* Inside a window it is planned and nobody is told; what goes on behind it is another one. */
static void
test_window (void)
{
  World world;
  TrackWindow *window = g_new0 (TrackWindow, 1);
  g_autoptr (JsonObject) described = NULL;

  open_world (&world);
  window->endpoint = g_strdup ("aarhus");
  window->from_us = NOW_US + 3600 * S;
  window->until_us = NOW_US + 7200 * S;
  window->is_closed = TRUE;
  g_ptr_array_add (world.registry->windows, window);
  track_watch_set_registry (world.watch, world.registry);
  pass (&world, S);
  wait_parcels (&world, 2);
  g_assert_nonnull (strstr (world.post.parcels->pdata[0], "window/aarhus/"));
  described = track_watch_describe (world.watch, world.now_us);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (described, "windows")), ==,
                    1);
  pass (&world, 3700 * S);
  for (guint i = 0; i < 10; i++)
    {
      call (&world, TRACK_OUTCOME_REFUSED, FALSE);
      pass (&world, S);
    }
  g_assert_true (get_open (&world)->is_planned);
  pass (&world, 3600 * S);
  wait_parcels (&world, 2);
  for (guint i = 0; i < 6; i++)
    call (&world, TRACK_OUTCOME_REFUSED, FALSE);
  g_assert_false (get_open (&world)->is_planned);
  pass (&world, 4 * S);
  wait_parcels (&world, 3);
  close_world (&world);
}

static void
put_window (World *world, gint64 from_us, gint64 until_us)
{
  TrackWindow *window = g_new0 (TrackWindow, 1);

  window->endpoint = g_strdup ("aarhus");
  window->from_us = from_us;
  window->until_us = until_us;
  g_ptr_array_set_size (world->registry->windows, 0);
  g_ptr_array_add (world->registry->windows, window);
}

static const char *
get_posted (World *world, guint i, const char *key)
{
  if (strstr (world->post.parcels->pdata[i], key) == NULL)
    g_error ("%s is not of %s", (char *) world->post.parcels->pdata[i], key);
  return world->post.bodies->pdata[i];
}

/* Whoever was told of a window is told when it is withdrawn, over a restart too; put back, it is told anew; moved, the
 * other is named; and what is over is left alone. */
static void
test_withdrawn (void)
{
  World world;
  const char *body;
  gint64 day_us = 86400 * S;

  open_world (&world);
  put_window (&world, NOW_US + 3600 * S, NOW_US + 7200 * S);
  pass (&world, S);
  wait_parcels (&world, 2);
  settle ();
  /* Another is told first now; whoever was told of the window is told of its end. */
  close_watch (&world);
  g_ptr_array_set_size (world.registry->windows, 0);
  g_strfreev (((TrackEndpoint *) world.registry->endpoints->pdata[0])->contacts);
  ((TrackEndpoint *) world.registry->endpoints->pdata[0])->contacts =
    g_strsplit ("ny@drift.example", ",", -1);
  open_watch (&world);
  pass (&world, S);
  pass (&world, S);
  wait_parcels (&world, 4);
  for (guint i = 2; i < 4; i++)
    {
      body = get_posted (&world, i, "/2>");
      g_assert_nonnull (strstr (body, "gælder ikke længere"));
      g_assert_nonnull (strstr (body, "does not apply any more"));
      g_assert_null (strstr (body, "Instead"));
      g_assert_null (strstr (world.post.parcels->pdata[i], "ny@drift"));
    }
  put_window (&world, NOW_US + 3600 * S, NOW_US + 7200 * S);
  pass (&world, S);
  wait_parcels (&world, 6);
  get_posted (&world, 4, "/3>");
  /* Under way, it is made longer. */
  pass (&world, 3700 * S);
  put_window (&world, NOW_US + 3600 * S, NOW_US + 9000 * S);
  pass (&world, S);
  wait_parcels (&world, 9);
  body = get_posted (&world, 6, "/4>");
  g_assert_nonnull (strstr (body, "I stedet: "));
  g_assert_nonnull (strstr (body, "Instead: "));
  /* One that nobody was told of yet, and one that is over, are taken out in silence. */
  put_window (&world, NOW_US + 9 * day_us, NOW_US + 10 * day_us);
  pass (&world, 6000 * S);
  g_ptr_array_set_size (world.registry->windows, 0);
  pass (&world, S);
  settle ();
  wait_parcels (&world, 9);
  close_world (&world);
}

/* Each step of the ladder once; a renewed certificate begins anew; a restart does not tell again. */
static void
test_certificates (void)
{
  World world;
  gint64 until_us = NOW_US + 20 * 86400 * S;

  open_world (&world);
  track_watch_see_certificate (world.watch, URL, NOW_US + 100 * 86400 * S);
  track_watch_see_certificate (world.watch, URL, until_us);
  track_watch_see_certificate (world.watch, URL, until_us);
  pass (&world, S);
  wait_parcels (&world, 2);
  close_watch (&world);
  open_watch (&world);
  track_watch_see_certificate (world.watch, URL, until_us);
  pass (&world, S);
  wait_parcels (&world, 2);
  pass (&world, 7 * 86400 * S);
  wait_parcels (&world, 4);
  track_watch_see_certificate (world.watch, URL, NOW_US + 400 * 86400 * S);
  pass (&world, S);
  wait_parcels (&world, 4);
  close_world (&world);
}

/* A storm is one message an hour at most beyond the cap. */
static void
test_storm (void)
{
  World world;

  open_world (&world);
  for (guint i = 0; i < 50; i++)
    {
      g_autofree char *holder = g_strdup_printf ("https://%u.example/", i);

      track_watch_see_certificate (world.watch, holder, NOW_US + 86400 * S);
    }
  world.watch->operator_endpoint->webhooks = g_strsplit ("https://hook.example/o", ",", -1);
  for (guint i = 0; i < 50; i++)
    {
      g_autofree char *holder = g_strdup_printf ("https://%u.example/", i);

      track_watch_see_certificate (world.watch, holder, NOW_US + 86400 * S - 1);
    }
  pass (&world, S);
  wait_parcels (&world, 20);
  pass (&world, 3601 * S);
  wait_parcels (&world, 21);
  g_assert_nonnull (strstr (world.post.parcels->pdata[20], "summary/"));
  close_world (&world);
}

/* From outside, as an operator could. */
static void
run_sql (const char *path, const char *sql)
{
  const char *const words[] = {
    "/usr/bin/python3",
    "-c",
    "import sqlite3, sys\nwith sqlite3.connect(sys.argv[1], 30) as c: c.execute(sys.argv[2])",
    path,
    sql,
    NULL
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) run = g_subprocess_newv (words, G_SUBPROCESS_FLAGS_NONE, &error);

  g_assert_no_error (error);
  g_assert_true (g_subprocess_wait_check (run, NULL, &error));
}

static void
wait_posted (World *world, const char *target, guint n)
{
  gint64 late_us = clock_monotonic_us () + 60 * S;
  guint found = 0;

  while (found < n && clock_monotonic_us () < late_us)
    {
      g_main_context_iteration (NULL, TRUE);
      found = 0;
      for (guint i = 0; i < world->post.parcels->len; i++)
        found += strstr (world->post.parcels->pdata[i], target) != NULL ? 1 : 0;
    }
  g_assert_cmpuint (found, ==, n);
}

/* A webhook that never answers: mail goes out all the same, and what comes later too. */
static void
test_hanging (void)
{
  World world;
  g_autoptr (GError) error = NULL;

  open_world (&world);
  world.post.hanging = "https://hook.example/a";
  g_assert_true (track_watch_test_alarm (world.watch, "aarhus", "anna", &error));
  wait_posted (&world, "mail vagt@drift.example", 1);
  wait_posted (&world, "hook.example", 1);
  for (guint i = 0; i < 3; i++)
    {
      clock_set_for_test (world.now_us += S);
      g_assert_true (track_watch_test_alarm (world.watch, "aarhus", "anna", &error));
      wait_posted (&world, "mail vagt@drift.example", i + 2);
    }
  wait_posted (&world, "hook.example", 1);
  on_errand (g_ptr_array_steal_index (world.post.held, 0));
  world.post.hanging = NULL;
  track_notice_sender_wake (world.watch->sender);
  wait_posted (&world, "hook.example", 4);
  settle ();
  close_world (&world);
}

/* Three hours without a mail server: nothing is lost, and what comes then is one message. */
static void
test_away (void)
{
  World world;
  gint64 late_us;
  guint before;

  open_world (&world);
  g_clear_pointer (&((TrackEndpoint *) world.registry->endpoints->pdata[0])->webhooks, g_strfreev);
  world.post.refuses = TRUE;
  testlib_expect_log ("switchtrack", G_LOG_LEVEL_MESSAGE, "*was not taken*");
  for (guint round = 0; round < 12; round++)
    {
      for (guint i = 0; i < 10; i++)
        {
          call (&world, TRACK_OUTCOME_REFUSED, FALSE);
          pass (&world, S);
        }
      for (guint i = 0; i < 40; i++)
        {
          call (&world, TRACK_OUTCOME_REFUSED, TRUE);
          pass (&world, 10 * S);
        }
      recover (&world);
      track_notice_sender_wake (world.watch->sender);
      settle ();
    }
  late_us = clock_monotonic_us () + 60 * S;
  before = world.post.parcels->len;
  g_assert_cmpuint (before, >, 3);
  world.post.refuses = FALSE;
  clock_set_for_test (world.now_us += 3700 * S);
  track_notice_sender_wake (world.watch->sender);
  while (world.post.parcels->len == before && clock_monotonic_us () < late_us)
    g_main_context_iteration (NULL, TRUE);
  settle ();
  g_assert_cmpuint (world.post.parcels->len, ==, before + 1);
  g_assert_nonnull (strstr (world.post.parcels->pdata[before], "vagt@drift.example joined/"));
  /* Each disturbance and its end. */
  g_assert_cmpuint (
    g_regex_match_simple ("forstyrrelse hos aarhus", world.post.bodies->pdata[before], 0, 0), ==,
    1);
  {
    g_auto (GStrv) parts = g_strsplit (world.post.bodies->pdata[before], "\n--- ", -1);
    g_test_message ("%u messages in one", g_strv_length (parts) - 1);
    g_assert_cmpuint (g_strv_length (parts) - 1, >=, 24);
  }
  clock_set_for_test (world.now_us += 3700 * S);
  track_notice_sender_wake (world.watch->sender);
  settle ();
  g_assert_cmpuint (world.post.parcels->len, ==, before + 1);
  close_world (&world);
}

/* A webhook that knows no joined messages gets each by itself. */
static void
test_no_joined (void)
{
  World world;
  g_autoptr (GError) error = NULL;

  open_world (&world);
  world.post.refuses = TRUE;
  testlib_expect_log ("switchtrack", G_LOG_LEVEL_MESSAGE, "*was not taken*");
  for (guint i = 0; i < 5; i++)
    {
      clock_set_for_test (++world.now_us);
      g_assert_true (track_watch_test_alarm (world.watch, "aarhus", "anna", &error));
      wait_posted (&world, "webhook https", i + 1);
      settle ();
    }
  world.post.refuses = FALSE;
  world.post.refuses_joined = TRUE;
  clock_set_for_test (world.now_us += 60 * S);
  track_notice_sender_wake (world.watch->sender);
  wait_posted (&world, "webhook https://hook.example/a joined/5/", 1);
  settle ();
  clock_set_for_test (world.now_us += 600 * S);
  track_notice_sender_wake (world.watch->sender);
  wait_posted (&world, "webhook https", 11);
  settle ();
  wait_posted (&world, "webhook https", 11);
  close_world (&world);
}

/* The disk refuses what came of a message: it is not sent a second time for it. */
static void
test_taken_not_noted (void)
{
  World world;
  g_autoptr (StoreSession) session = NULL;
  g_autoptr (GError) error = NULL;

  open_world (&world);
  run_sql (
    world.path,
    "CREATE TRIGGER full BEFORE UPDATE ON notice BEGIN SELECT RAISE (ABORT, 'no room'); END");
  testlib_expect_log ("switchtrack", G_LOG_LEVEL_MESSAGE, "*could not be noted*");
  g_assert_true (track_watch_test_alarm (world.watch, "aarhus", "anna", &error));
  wait_posted (&world, "hook.example", 1);
  for (guint i = 0; i < 5; i++)
    {
      track_notice_sender_wake (world.watch->sender);
      settle ();
    }
  wait_posted (&world, "hook.example", 1);
  run_sql (world.path, "DROP TRIGGER full");
  track_notice_sender_wake (world.watch->sender);
  settle ();
  wait_posted (&world, "hook.example", 1);
  settle ();
  close_world (&world);
}

/* registry.db cannot be opened: people are told all the same, of the beginning and of the end. */
static void
test_without (void)
{
  World world;

  open_world (&world);
  close_watch (&world);
  world.is_without = TRUE;
  open_watch (&world);
  for (guint i = 0; i < 10; i++)
    {
      call (&world, TRACK_OUTCOME_REFUSED, FALSE);
      pass (&world, S);
    }
  wait_posted (&world, "hook.example", 1);
  recover (&world);
  g_assert_null (get_open (&world));
  pass (&world, S);
  wait_posted (&world, "/recovery>https://hook", 1);
  settle ();
  close_world (&world);
}

static TrackDisturbance *
load_kept (World *world, const char *id)
{
  return track_watch_store_load (track_database_get_reader (world->database), id, NULL);
}

/* registry.db can be opened after all: what was open in it before goes on or ends, what was seen meanwhile is in it, a
 * window that was told is not told again, and messages are queued in it. */
static void
test_attach (void)
{
  World world;
  g_autofree char *before = NULL;
  g_autofree char *meanwhile = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (TrackDisturbance) old = NULL;
  g_autoptr (TrackDisturbance) kept = NULL;
  guint n_posted;

  open_world (&world);
  put_window (&world, NOW_US + 20 * 3600 * S, NOW_US + 21 * 3600 * S);
  track_watch_see_certificate (world.watch, URL, NOW_US + 20 * 86400 * S);
  for (guint i = 0; i < 6; i++)
    call (&world, TRACK_OUTCOME_REFUSED, FALSE);
  pass (&world, S);
  wait_posted (&world, "window/aarhus/", 2);
  wait_posted (&world, "hook.example/a aarhus", 1);
  before = g_strdup (get_open (&world)->id);
  settle ();
  close_watch (&world);
  clock_set_for_test (world.now_us += 100 * S);
  world.is_without = TRUE;
  open_watch (&world);
  g_assert_null (get_open (&world));
  for (guint i = 0; i < 7; i++)
    call (&world, TRACK_OUTCOME_REFUSED, FALSE);
  meanwhile = g_strdup (get_open (&world)->id);
  g_assert_cmpstr (meanwhile, !=, before);
  pass (&world, S);
  wait_posted (&world, "window/aarhus/", 4);
  settle ();
  g_assert_true (track_watch_attach (world.watch, world.database, &error));
  g_assert_no_error (error);
  pass (&world, 3 * S);
  old = load_kept (&world, before);
  g_assert_cmpint (old->closed_us, >, 0);
  g_assert_cmpuint (old->n_failed, ==, 6);
  kept = load_kept (&world, meanwhile);
  g_assert_cmpint (kept->closed_us, ==, 0);
  g_assert_cmpuint (kept->n_failed, ==, 7);
  /* Neither the window nor the step of the certificate is told once more, now or after a restart. */
  n_posted = world.post.parcels->len;
  track_watch_see_certificate (world.watch, URL, NOW_US + 20 * 86400 * S);
  pass (&world, 3 * S);
  settle ();
  world.is_without = FALSE;
  close_watch (&world);
  open_watch (&world);
  g_assert_cmpstr (get_open (&world)->id, ==, meanwhile);
  pass (&world, 3 * S);
  settle ();
  g_assert_cmpuint (world.post.parcels->len, ==, n_posted);
  g_ptr_array_set_size (world.registry->windows, 0);
  pass (&world, 3 * S);
  wait_posted (&world, "/2>", 2);
  settle ();
  close_world (&world);
}

/* registry.db refuses all: messages go another way, each once, and all is written when it takes it again. */
static void
test_full (void)
{
  World world;
  g_autofree char *id = NULL;
  g_autoptr (TrackDisturbance) kept = NULL;
  gint64 late_us;

  open_world (&world);
  run_sql (world.path,
           "CREATE TRIGGER f1 BEFORE INSERT ON notice BEGIN SELECT RAISE (ABORT, 'no room'); END");
  run_sql (
    world.path,
    "CREATE TRIGGER f2 BEFORE INSERT ON disturbance BEGIN SELECT RAISE (ABORT, 'no room'); END");
  testlib_expect_log ("switchtrack", G_LOG_LEVEL_MESSAGE, "*could not be written*");
  for (guint i = 0; i < 10; i++)
    call (&world, TRACK_OUTCOME_REFUSED, FALSE);
  id = g_strdup (get_open (&world)->id);
  late_us = clock_monotonic_us () + 60 * S;
  while (world.post.parcels->len == 0 && clock_monotonic_us () < late_us)
    {
      call (&world, TRACK_OUTCOME_REFUSED, TRUE);
      pass (&world, S);
      settle ();
    }
  wait_posted (&world, "hook.example", 1);
  run_sql (world.path, "DROP TRIGGER f1");
  run_sql (world.path, "DROP TRIGGER f2");
  recover (&world);
  pass (&world, S);
  wait_posted (&world, "/recovery>https://hook", 1);
  settle ();
  wait_posted (&world, "hook.example", 2);
  kept = track_watch_store_load (track_database_get_reader (world.database), id, NULL);
  g_assert_nonnull (kept);
  g_assert_cmpuint (kept->n_failed, ==, 10);
  close_world (&world);
}

/* What a predecessor opened after its successor had begun is closed by the successor. */
static void
test_stray (void)
{
  World world;
  World before;
  g_autofree char *id = NULL;
  g_autoptr (TrackDisturbance) kept = NULL;

  open_world (&world);
  before = world;
  open_watch (&before);
  call (&before, TRACK_OUTCOME_RESET, FALSE);
  id = g_strdup (get_open (&before)->id);
  close_watch (&before);
  pass (&world, S);
  g_assert_null (get_open (&world));
  world.watch->adopt_us = 1;
  pass (&world, S);
  g_assert_cmpstr (get_open (&world)->id, ==, id);
  recover (&world);
  g_assert_null (get_open (&world));
  pass (&world, S);
  kept = track_watch_store_load (track_database_get_reader (world.database), id, NULL);
  g_assert_cmpint (kept->closed_us, >, 0);
  g_assert_cmpuint (kept->n_failed, ==, 1);
  close_world (&world);
}

/* The clock was set back an hour: a Planner that dies meanwhile is known to, and people are told; the record says why. */
static void
test_clock_set_back (void)
{
  World world;
  TrackHealthView view;
  g_autofree char *json = NULL;
  const char *at;

  open_world (&world);
  call (&world, TRACK_OUTCOME_OK, FALSE);
  pass (&world, S);
  for (guint i = 0; i < 4; i++)
    {
      call (&world, TRACK_OUTCOME_TIMEOUT, FALSE);
      pass (&world, 0);
    }
  g_assert_true (track_health_get (world.watch->health, "aarhus", world.now_us, &view));
  g_assert_cmpint (view.state, !=, TRACK_HEALTH_DOWN);
  /* Fifty seconds pass, and the clock stands. */
  world.watch->steady.base_us -= 50 * S;
  call (&world, TRACK_OUTCOME_TIMEOUT, FALSE);
  pass (&world, 0);
  g_assert_true (track_health_get (world.watch->health, "aarhus", world.now_us, &view));
  g_assert_cmpint (view.state, ==, TRACK_HEALTH_DOWN);
  wait_posted (&world, "hook.example", 1);
  world.watch->steady.base_us -= 300 * S;
  pass (&world, 0);
  wait_posted (&world, "mail vagt@drift.example", 1);
  json = track_evidence_dup_json (get_open (&world));
  at = strstr (json, "the machine's clock was set back");
  g_assert_nonnull (at);
  g_assert_null (strstr (at + 1, "the machine's clock was set back"));
  settle ();
  close_world (&world);
}

/* Another goes on: calls that are still under way here change no record any more, and tell nobody. */
static void
test_successor (void)
{
  World world;
  g_autofree char *id = NULL;
  g_autoptr (TrackDisturbance) kept = NULL;
  guint64 n_failed;

  open_world (&world);
  for (guint i = 0; i < 4; i++)
    call (&world, TRACK_OUTCOME_RESET, FALSE);
  id = g_strdup (get_open (&world)->id);
  n_failed = get_open (&world)->n_failed;
  track_watch_stop (world.watch);
  for (guint i = 0; i < 4; i++)
    call (&world, TRACK_OUTCOME_RESET, FALSE);
  g_assert_null (get_open (&world));
  g_assert_cmpstr (track_watch_pick_url (world.watch, "aarhus"), ==, URL);
  track_watch_stop (world.watch);
  track_database_stop (world.database);
  kept = track_watch_store_load (track_database_get_reader (world.database), id, NULL);
  g_assert_cmpuint (kept->n_failed, ==, n_failed);
  g_assert_cmpint (kept->closed_us, ==, 0);
  close_world (&world);
}

static void
test_test_alarm (void)
{
  World world;
  g_autoptr (GError) error = NULL;

  open_world (&world);
  g_assert_true (track_watch_test_alarm (world.watch, "aarhus", "vagt", &error));
  while (world.watch->is_written_by_somebody)
    g_main_context_iteration (NULL, TRUE);
  wait_parcels (&world, 3);
  g_assert_false (track_watch_test_alarm (world.watch, "nobody", "vagt", &error));
  g_assert_nonnull (error);
  close_world (&world);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/track-watch/single", test_single);
  g_test_add_func ("/track-watch/ladder", test_ladder);
  g_test_add_func ("/track-watch/restart", test_restart);
  g_test_add_func ("/track-watch/refusing-receiver", test_refusing_receiver);
  g_test_add_func ("/track-watch/window", test_window);
  g_test_add_func ("/track-watch/withdrawn", test_withdrawn);
  g_test_add_func ("/track-watch/certificates", test_certificates);
  g_test_add_func ("/track-watch/storm", test_storm);
  g_test_add_func ("/track-watch/hanging", test_hanging);
  g_test_add_func ("/track-watch/away", test_away);
  g_test_add_func ("/track-watch/no-joined", test_no_joined);
  g_test_add_func ("/track-watch/taken-not-noted", test_taken_not_noted);
  g_test_add_func ("/track-watch/without", test_without);
  g_test_add_func ("/track-watch/attach", test_attach);
  g_test_add_func ("/track-watch/full", test_full);
  g_test_add_func ("/track-watch/clock-set-back", test_clock_set_back);
  g_test_add_func ("/track-watch/stray", test_stray);
  g_test_add_func ("/track-watch/successor", test_successor);
  g_test_add_func ("/track-watch/test-alarm", test_test_alarm);
  return g_test_run ();
}
