/* SPDX-License-Identifier: EUPL-1.2 */
/* What calls teach: found at once, durable when told, kept without a number in the file, forgotten in time. */
/* Also tests: track-learned-key. */
#include "route/track-learned.h"

#include <glib/gstdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "route/track-learned-key.h"
#include "testlib.h"

#define GUID_A "aaaaaaaa-0000-4000-8000-000000000001"
#define GUID_B "bbbbbbbb-0000-4000-8000-000000000002"

typedef struct
{
  char *folder;
  char *path;
  char *key;
  TrackDatabase *database;
  TrackLearned *learned;
} World;

static void
world_open (World *world)
{
  g_autofree char *schema = testlib_dup_source_path ("data/schema/track-registry");
  TrackDatabaseSettings settings = { .path = world->path, .schema_dir = schema };
  TrackLearnedSettings learned = { .key_file = world->key, .max_cached = 50 };
  g_autoptr (GError) error = NULL;

  world->database = track_database_open (&settings, &error);
  g_assert_no_error (error);
  world->learned = track_learned_new (world->database, &learned, &error);
  g_assert_no_error (error);
}

static void
world_close (World *world)
{
  track_database_stop (world->database);
  g_clear_pointer (&world->learned, track_learned_free);
  g_clear_pointer (&world->database, track_database_free);
}

static void
world_init (World *world)
{
  world->folder = testlib_make_folder ();
  world->path = g_build_filename (world->folder, "registry.db", NULL);
  world->key = g_build_filename (world->folder, "registry.db.key", NULL);
  world_open (world);
}

static void
world_clear (World *world)
{
  world_close (world);
  g_free (world->folder);
  g_free (world->path);
  g_free (world->key);
}

static void
on_done (const GError *error, gpointer data)
{
  g_assert_no_error (error);
  *(gboolean *) data = TRUE;
}

/* Returns: whether there was anything to write */
static gboolean
teach (World *world, const TrackLesson *lesson)
{
  gboolean is_done = FALSE;

  if (track_learned_note (world->learned, lesson, on_done, &is_done))
    return FALSE;
  while (!is_done)
    g_main_context_iteration (NULL, TRUE);
  return TRUE;
}

static gboolean
teach_one (World *world, TrackIdKind kind, const char *guid, const char *endpoint, const char *unit)
{
  TrackId id = { .kind = kind };
  TrackLesson lesson = { .endpoint = endpoint, .unit = unit, .ids = &id, .n_ids = 1 };

  g_strlcpy (id.guid, guid, sizeof id.guid);
  return teach (world, &lesson);
}

static void
check_found (World *world, TrackIdKind kind, const char *guid, const char *endpoint)
{
  TrackPlace place;

  g_assert_true (track_learned_find (world->learned, kind, guid, &place));
  g_assert_cmpstr (place.endpoint, ==, endpoint);
}

static void
test_found_again (void)
{
  World world;
  TrackPlace place = { 0 };
  TrackLearnedCounters counters;

  world_init (&world);
  g_assert_false (track_learned_find (world.learned, TRACK_ID_BOOKING, GUID_A, &place));
  g_assert_true (teach_one (&world, TRACK_ID_BOOKING, GUID_A, "star", "89000"));
  check_found (&world, TRACK_ID_BOOKING, GUID_A, "star");
  g_assert_false (track_learned_find (world.learned, TRACK_ID_RESERVATION, GUID_A, &place));
  /* Once it is on disk nobody waits for it again. */
  g_assert_false (teach_one (&world, TRACK_ID_BOOKING, GUID_A, "star", "89000"));
  g_assert_true (teach_one (&world, TRACK_ID_BOOKING, GUID_A, "own", "89000"));
  world_close (&world);
  world_open (&world);
  check_found (&world, TRACK_ID_BOOKING, GUID_A, "own");
  track_learned_get_counters (world.learned, &counters);
  g_assert_cmpuint (counters.n_found, ==, 1);
  g_assert_cmpuint (counters.n_found_in_memory, ==, 0);
  g_assert_false (counters.is_new_key);
  world_clear (&world);
}

static void
test_citizen (void)
{
  World world;
  TrackLesson lesson = { .endpoint = "star", .unit = "89000", .citizen = testlib_cpr (1) };
  TrackPlace place;

  world_init (&world);
  g_assert_true (teach (&world, &lesson));
  lesson.citizen = testlib_cpr (2);
  lesson.canary = "own";
  g_assert_true (teach (&world, &lesson));
  world_close (&world);
  world_open (&world);
  g_assert_true (track_learned_find_citizen (world.learned, testlib_cpr (1), &place));
  g_assert_null (place.endpoint);
  g_assert_cmpstr (place.unit, ==, "89000");
  g_assert_true (track_learned_find_citizen (world.learned, testlib_cpr (2), &place));
  g_assert_cmpstr (place.endpoint, ==, "own");
  g_assert_false (track_learned_find_citizen (world.learned, testlib_cpr (3), &place));
  world_clear (&world);
}

static gboolean
file_holds (const char *path, const char *text)
{
  g_autofree char *bytes = NULL;
  gsize n_bytes = 0;

  if (!g_file_get_contents (path, &bytes, &n_bytes, NULL))
    return FALSE;
  return memmem (bytes, n_bytes, text, strlen (text)) != NULL;
}

/* Neither the number, nor the identifier, nor a hash that the database alone could be tried against. */
static void
test_file_holds_nothing (void)
{
  World world;
  TrackLesson lesson = { .endpoint = "star", .unit = "89000", .citizen = testlib_cpr (1) };
  g_autofree char *log = NULL;
  g_autofree char *plain = NULL;
  GStatBuf status;

  world_init (&world);
  log = g_strconcat (world.path, "-wal", NULL);
  g_assert_true (teach (&world, &lesson));
  g_assert_true (teach_one (&world, TRACK_ID_OPTION, GUID_A, "star", "89000"));
  g_assert_true (file_holds (world.path, "star") || file_holds (log, "star"));
  plain = g_compute_checksum_for_string (G_CHECKSUM_SHA256, testlib_cpr (1), -1);
  g_assert_false (file_holds (world.path, testlib_cpr (1)) || file_holds (log, testlib_cpr (1)));
  g_assert_false (file_holds (world.path, GUID_A) || file_holds (log, GUID_A));
  g_assert_false (file_holds (world.path, plain) || file_holds (log, plain));
  g_assert_cmpint (g_stat (world.key, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0600);
  world_clear (&world);
}

/* More than memory keeps: the database knows the rest. */
static void
test_many (void)
{
  World world;
  TrackId ids[40] = { 0 };

  world_init (&world);
  for (guint i = 0; i < 20; i++)
    {
      TrackLesson lesson = { .endpoint = i % 2 ? "own" : "star", .unit = "", .ids = ids };

      lesson.n_ids = G_N_ELEMENTS (ids);
      for (guint j = 0; j < lesson.n_ids; j++)
        {
          ids[j].kind = TRACK_ID_RESERVATION;
          g_snprintf (ids[j].guid, sizeof ids[j].guid, "%08x-0000-4000-8000-%012x", i, j);
        }
      g_assert_true (teach (&world, &lesson));
    }
  for (guint i = 0; i < 20; i++)
    {
      char guid[TRACK_GUID_LENGTH + 1];

      g_snprintf (guid, sizeof guid, "%08x-0000-4000-8000-%012x", i, 39 - i);
      check_found (&world, TRACK_ID_RESERVATION, guid, i % 2 ? "own" : "star");
    }
  world_clear (&world);
}

static void
test_forgotten (void)
{
  World world;
  TrackPlace place;
  gint64 before_us[TRACK_N_ID_KINDS + 1] = { 0 };

  world_init (&world);
  clock_set_for_test (1000000);
  g_assert_true (teach_one (&world, TRACK_ID_BOOKING, GUID_A, "star", ""));
  g_assert_true (teach_one (&world, TRACK_ID_RESERVATION, GUID_A, "star", ""));
  clock_set_for_test (G_TIME_SPAN_DAY);
  g_assert_true (teach_one (&world, TRACK_ID_RESERVATION, GUID_B, "star", ""));
  before_us[TRACK_ID_RESERVATION] = G_TIME_SPAN_HOUR;
  track_learned_forget (world.learned, before_us);
  world_close (&world);
  world_open (&world);
  g_assert_true (track_learned_find (world.learned, TRACK_ID_BOOKING, GUID_A, &place));
  g_assert_true (track_learned_find (world.learned, TRACK_ID_RESERVATION, GUID_B, &place));
  g_assert_false (track_learned_find (world.learned, TRACK_ID_RESERVATION, GUID_A, &place));
  clock_set_for_test (0);
  world_clear (&world);
}

static void
run_script (World *world, const char *script)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (StoreSession) session = store_open (world->path, STORE_WRITE, &error);

  g_assert_no_error (error);
  g_assert_true (store_run_script (session, script, &error));
}

/* A database that cannot be read is told of once, and again when it failed anew. */
static void
test_unreadable (void)
{
  World world;
  TrackPlace place;

  world_init (&world);
  g_assert_true (teach_one (&world, TRACK_ID_BOOKING, GUID_A, "star", ""));
  for (guint round = 0; round < 2; round++)
    {
      run_script (&world, "ALTER TABLE learned RENAME TO lost");
      testlib_expect_log ("switchtrack", G_LOG_LEVEL_WARNING, "*cannot be read*");
      for (guint i = 0; i < 3; i++)
        g_assert_false (track_learned_find (world.learned, TRACK_ID_OPTION, GUID_B, &place));
      testlib_assert_expected_logs ();
      check_found (&world, TRACK_ID_BOOKING, GUID_A, "star");
      run_script (&world, "ALTER TABLE lost RENAME TO learned");
      g_assert_false (track_learned_find (world.learned, TRACK_ID_OPTION, GUID_B, &place));
    }
  world_clear (&world);
}

/* The clock is set a year ahead by mistake: nothing is removed by it. */
static void
test_leap (void)
{
  World world;
  gint64 before_us[TRACK_N_ID_KINDS + 1];
  gint64 now_us = clock_now_us ();

  world_init (&world);
  g_assert_true (teach_one (&world, TRACK_ID_BOOKING, GUID_A, "star", ""));
  clock_set_for_test (now_us + 500 * G_TIME_SPAN_DAY);
  for (guint kind = 0; kind <= TRACK_N_ID_KINDS; kind++)
    before_us[kind] = clock_now_us () - 400 * G_TIME_SPAN_DAY;
  testlib_expect_log ("switchtrack", G_LOG_LEVEL_WARNING,
                      "*leapt*nothing that was learned is removed*");
  track_learned_forget (world.learned, before_us);
  track_learned_forget (world.learned, before_us);
  testlib_assert_expected_logs ();
  clock_set_for_test (0);
  world_close (&world);
  world_open (&world);
  check_found (&world, TRACK_ID_BOOKING, GUID_A, "star");
  track_learned_forget (world.learned, before_us);
  world_close (&world);
  world_open (&world);
  g_assert_false (track_learned_find (world.learned, TRACK_ID_BOOKING, GUID_A, &(TrackPlace){ 0 }));
  world_clear (&world);
}

static void
test_key (void)
{
  World world;
  guint8 key[TRACK_KEY_BYTES];
  gboolean is_new;
  TrackLearnedCounters counters;
  g_autoptr (GError) error = NULL;

  world_init (&world);
  g_assert_true (teach_one (&world, TRACK_ID_BOOKING, GUID_A, "star", ""));
  world_close (&world);
  g_assert_cmpint (g_chmod (world.key, 0640), ==, 0);
  g_assert_false (track_learned_key_load (world.key, key, &is_new, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID);
  g_clear_error (&error);
  g_assert_true (g_file_set_contents_full (world.key, "short", 5, 0, 0600, NULL));
  g_assert_false (track_learned_key_load (world.key, key, &is_new, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID);
  g_assert_cmpint (g_unlink (world.key), ==, 0);
  world_open (&world);
  track_learned_get_counters (world.learned, &counters);
  g_assert_true (counters.is_new_key);
  world_clear (&world);
}

/* The key is changed: what was learned by the one before is found, and written by the new one when it is seen again. */
static void
test_rotation (void)
{
  World world;
  TrackLesson lesson = { .endpoint = "star", .unit = "89000", .citizen = testlib_cpr (1) };
  g_autofree char *old = NULL;
  TrackLearnedCounters counters;
  TrackPlace place;

  world_init (&world);
  old = g_strconcat (world.key, ".old", NULL);
  g_assert_true (teach (&world, &lesson));
  g_assert_true (teach_one (&world, TRACK_ID_BOOKING, GUID_A, "star", "89000"));
  g_assert_true (teach_one (&world, TRACK_ID_BOOKING, GUID_B, "own", "89000"));
  world_close (&world);
  g_assert_cmpint (g_rename (world.key, old), ==, 0);
  world_open (&world);
  track_learned_get_counters (world.learned, &counters);
  g_assert_false (counters.is_new_key);
  check_found (&world, TRACK_ID_BOOKING, GUID_A, "star");
  check_found (&world, TRACK_ID_BOOKING, GUID_B, "own");
  g_assert_true (track_learned_find_citizen (world.learned, testlib_cpr (1), &place));
  g_assert_cmpstr (place.unit, ==, "89000");
  g_assert_true (teach_one (&world, TRACK_ID_BOOKING, GUID_A, "star", "89000"));
  world_close (&world);
  g_assert_cmpint (g_unlink (old), ==, 0);
  world_open (&world);
  check_found (&world, TRACK_ID_BOOKING, GUID_A, "star");
  g_assert_false (track_learned_find (world.learned, TRACK_ID_BOOKING, GUID_B, &place));
  world_clear (&world);
}

static void
on_failed (const GError *error, gpointer data)
{
  *(gint *) data = error == NULL ? 1 : -1;
}

/* The disk fails for a while: what was learned meanwhile is written with the next that is. */
static void
test_failed_write (void)
{
  World world;
  TrackId id = { .kind = TRACK_ID_BOOKING, .guid = GUID_A };
  TrackLesson lesson = { .endpoint = "star", .unit = "89000", .ids = &id, .n_ids = 1 };
  TrackLearnedCounters counters;
  gint came = 0;

  world_init (&world);
  run_script (
    &world, "CREATE TRIGGER full BEFORE INSERT ON learned BEGIN SELECT RAISE (ABORT, 'full'); END");
  g_assert_false (track_learned_note (world.learned, &lesson, on_failed, &came));
  while (came == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (came, ==, -1);
  check_found (&world, TRACK_ID_BOOKING, GUID_A, "star");
  track_learned_get_counters (world.learned, &counters);
  g_assert_cmpuint (counters.n_owed, ==, 1);
  run_script (&world, "DROP TRIGGER full");
  g_assert_true (teach_one (&world, TRACK_ID_BOOKING, GUID_B, "own", "89000"));
  track_learned_get_counters (world.learned, &counters);
  g_assert_cmpuint (counters.n_owed, ==, 0);
  world_close (&world);
  world_open (&world);
  check_found (&world, TRACK_ID_BOOKING, GUID_A, "star");
  world_clear (&world);
}

/* It is made without the database, which comes later: what memory learned goes into it; what it knew of an identifier stands. */
static void
test_attach (void)
{
  World world;
  TrackLearnedSettings settings = { .max_cached = 50 };
  TrackLesson citizen = { .endpoint = "own", .unit = "89000", .citizen = testlib_cpr (1) };
  TrackLearnedCounters counters;
  TrackPlace place;
  g_autoptr (GError) error = NULL;

  world_init (&world);
  settings.key_file = world.key;
  g_assert_true (teach_one (&world, TRACK_ID_BOOKING, GUID_A, "star", "89000"));
  citizen.unit = "11100";
  g_assert_true (teach (&world, &citizen));
  g_clear_pointer (&world.learned, track_learned_free);
  world.learned = track_learned_new (NULL, &settings, &error);
  g_assert_no_error (error);
  g_assert_false (track_learned_find (world.learned, TRACK_ID_BOOKING, GUID_A, &place));
  g_assert_false (teach_one (&world, TRACK_ID_BOOKING, GUID_A, "own", "89000"));
  g_assert_false (teach_one (&world, TRACK_ID_BOOKING, GUID_B, "own", "89000"));
  citizen.unit = "89000";
  g_assert_false (teach (&world, &citizen));
  for (guint i = 0; i < 60; i++)
    {
      g_autofree char *guid = g_strdup_printf ("%08x-0000-4000-8000-000000000000", i);

      g_assert_false (teach_one (&world, TRACK_ID_OPTION, guid, "own", "89000"));
    }
  check_found (&world, TRACK_ID_BOOKING, GUID_B, "own");
  track_learned_attach (world.learned, world.database);
  do
    {
      g_main_context_iteration (NULL, TRUE);
      track_learned_get_counters (world.learned, &counters);
    }
  while (counters.n_written < 63);
  g_assert_false (counters.is_new_key);
  check_found (&world, TRACK_ID_BOOKING, GUID_A, "star");
  check_found (&world, TRACK_ID_BOOKING, GUID_B, "own");
  world_close (&world);
  world_open (&world);
  check_found (&world, TRACK_ID_BOOKING, GUID_A, "star");
  check_found (&world, TRACK_ID_BOOKING, GUID_B, "own");
  g_assert_true (track_learned_find_citizen (world.learned, testlib_cpr (1), &place));
  g_assert_cmpstr (place.unit, ==, "89000");
  world_clear (&world);
}

/* A canary's choice: the same for ever, about as many as wanted, another for another endpoint. */
static void
test_choice (void)
{
  World world;
  guint n_chosen = 0;
  guint n_same = 0;

  world_init (&world);
  for (guint i = 0; i < 1000; i++)
    {
      guint value = track_learned_hash_citizen (world.learned, testlib_cpr (i), "own");

      g_assert_cmpuint (value, <, 1000);
      g_assert_cmpuint (value, ==,
                        track_learned_hash_citizen (world.learned, testlib_cpr (i), "own"));
      n_chosen += value < 100;
      n_same += value == track_learned_hash_citizen (world.learned, testlib_cpr (i), "other");
    }
  g_assert_cmpuint (n_chosen, >, 60);
  g_assert_cmpuint (n_chosen, <, 150);
  g_assert_cmpuint (n_same, <, 20);
  world_clear (&world);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/track-learned/found-again", test_found_again);
  g_test_add_func ("/track-learned/citizen", test_citizen);
  g_test_add_func ("/track-learned/file-holds-nothing", test_file_holds_nothing);
  g_test_add_func ("/track-learned/many", test_many);
  g_test_add_func ("/track-learned/forgotten", test_forgotten);
  g_test_add_func ("/track-learned/unreadable", test_unreadable);
  g_test_add_func ("/track-learned/leap", test_leap);
  g_test_add_func ("/track-learned/key", test_key);
  g_test_add_func ("/track-learned/rotation", test_rotation);
  g_test_add_func ("/track-learned/failed-write", test_failed_write);
  g_test_add_func ("/track-learned/attach", test_attach);
  g_test_add_func ("/track-learned/choice", test_choice);
  return g_test_run ();
}
