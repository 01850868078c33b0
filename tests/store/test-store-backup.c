/* SPDX-License-Identifier: EUPL-1.2 */
/* Backups of a database: whole, private, without what was deleted, and no changed bit passes. Also tests: backup-manifest, store-copy. */
#include "store/store-backup.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/error.h"
#include "store/journal-store.h"
#include "store/store-migrate.h"
#include "testlib.h"

#define MADE_US G_GINT64_CONSTANT (1795417200000000)
#define SECRET  "remember the blue whale"

typedef struct
{
  char *folder;
  char *database;
  char *target;
  char *manifest;
  StoreSession *session;
} World;

static void
world_init (World *world)
{
  g_autofree char *schema = testlib_dup_source_path ("data/schema/sqlite");
  g_autoptr (GError) error = NULL;

  world->folder = testlib_make_folder ();
  world->database = g_build_filename (world->folder, "planner.db", NULL);
  world->target = g_build_filename (world->folder, "copy.db", NULL);
  world->manifest = g_strconcat (world->target, BACKUP_MANIFEST_SUFFIX, NULL);
  world->session = store_open (world->database, STORE_WRITE, &error);
  g_assert_no_error (error);
  g_assert_true (store_migrate (world->session, schema, &error));
  g_assert_no_error (error);
}

static void
world_clear (World *world)
{
  g_clear_pointer (&world->session, store_close);
  g_clear_pointer (&world->folder, g_free);
  g_clear_pointer (&world->database, g_free);
  g_clear_pointer (&world->target, g_free);
  g_clear_pointer (&world->manifest, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (World, world_clear)

static void
add_entry (World *world, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *payload = g_strdup_printf ("{\"text\":\"%s\"}", text);
  JournalEntry entry = { 1, 1000, "test", "call", "kind", "subject", payload };

  g_assert_true (store_begin (world->session, STORE_WRITE, &error));
  g_assert_true (journal_store_add (world->session, &entry, &error));
  g_assert_true (journal_store_seal (world->session, &error));
  g_assert_true (store_commit (world->session, &error));
}

static BackupManifest *
make (World *world, GError **error)
{
  StoreBackup backup = { world->database, world->target, MADE_US, "1.2.3", NULL, NULL };
  return store_backup_make (&backup, error);
}

static BackupManifest *
make_sure (World *world)
{
  g_autoptr (GError) error = NULL;
  BackupManifest *manifest = make (world, &error);

  g_assert_no_error (error);
  return manifest;
}

static void
test_whole (void)
{
  g_auto (World) world = { 0 };
  g_autoptr (BackupManifest) made = NULL;
  g_autoptr (BackupManifest) found = NULL;
  g_autoptr (StoreSession) copy = NULL;
  g_autofree char *log = NULL;
  g_autoptr (GError) error = NULL;
  GStatBuf facts;
  guint64 n_rows = 0;

  world_init (&world);
  add_entry (&world, "one");
  made = make_sure (&world);
  /* What is written after the backup is not in it. */
  add_entry (&world, "two");
  found = store_backup_check (world.target, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (found->sha256, ==, made->sha256);
  g_assert_cmpint (found->made_us, ==, MADE_US);
  g_assert_cmpint (found->journal_sequence, ==, 1);
  g_assert_cmpint (found->schema, ==, store_schema_version (world.session));
  g_assert_cmpstr (found->program, ==, "1.2.3");
  g_assert_cmpint (g_stat (world.target, &facts), ==, 0);
  g_assert_cmpint (facts.st_mode & 07777, ==, 0600);
  g_assert_cmpint (facts.st_size, ==, found->n_bytes);
  g_assert_cmpint (g_stat (world.manifest, &facts), ==, 0);
  g_assert_cmpint (facts.st_mode & 07777, ==, 0600);
  copy = store_open_still (world.target, &error);
  g_assert_no_error (error);
  g_assert_true (store_check (copy, &error));
  g_assert_true (journal_store_verify (copy, &n_rows, &error));
  g_assert_cmpuint (n_rows, ==, 1);
  log = g_strconcat (world.target, "-wal", NULL);
  g_assert_false (g_file_test (log, G_FILE_TEST_EXISTS));
}

static gboolean
holds_secret (const char *path)
{
  g_autofree char *bytes = NULL;
  gsize n_bytes = 0;

  g_assert_true (g_file_get_contents (path, &bytes, &n_bytes, NULL));
  return memmem (bytes, n_bytes, SECRET, strlen (SECRET)) != NULL;
}

static void
test_deleted_is_not_in_it (void)
{
  g_auto (World) world = { 0 };
  g_autoptr (BackupManifest) manifest = NULL;
  g_autoptr (GError) error = NULL;

  world_init (&world);
  for (guint i = 0; i < 50; i++)
    add_entry (&world, SECRET);
  g_assert_true (store_begin (world.session, STORE_WRITE, &error));
  for (guint i = 1; i <= 50; i++)
    g_assert_true (journal_store_erase (world.session, i, &error));
  g_assert_true (store_commit (world.session, &error));
  manifest = make_sure (&world);
  g_assert_false (holds_secret (world.target));
}

static void
test_names (void)
{
  g_auto (World) world = { 0 };
  g_autoptr (BackupManifest) first = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *part = NULL;
  int descriptor;

  world_init (&world);
  part = g_strconcat (world.target, ".part", NULL);
  /* Left by one that was killed: used again. Held by one that runs: left alone. */
  g_assert_true (g_file_set_contents (part, "half", -1, NULL));
  descriptor = open (part, O_RDWR | O_CLOEXEC);
  g_assert_cmpint (flock (descriptor, LOCK_EX), ==, 0);
  g_assert_null (make (&world, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_BUSY);
  g_assert_true (g_file_test (part, G_FILE_TEST_EXISTS));
  g_clear_error (&error);
  close (descriptor);
  first = make_sure (&world);
  g_assert_false (g_file_test (part, G_FILE_TEST_EXISTS));
  g_assert_null (make (&world, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_CONFLICT);
  g_clear_error (&error);
  g_free (world.target);
  world.target = g_build_filename (world.folder, "missing", "copy.db", NULL);
  g_assert_null (make (&world, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_UNAVAILABLE);
}

static void
refuse (const char *path, const char *bytes, gsize n_bytes, const char *backup)
{
  g_autoptr (BackupManifest) manifest = NULL;
  g_autoptr (GError) error = NULL;
  int descriptor = open (path, O_WRONLY | O_TRUNC | O_CLOEXEC);

  g_assert_cmpint (write (descriptor, bytes, n_bytes), ==, (gssize) n_bytes);
  close (descriptor);
  manifest = store_backup_check (backup, &error);
  g_assert_null (manifest);
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID);
}

/* One changed bit anywhere, in the backup or in its manifest. */
static void
test_flips (void)
{
  g_auto (World) world = { 0 };
  g_autoptr (BackupManifest) made = NULL;
  g_autoptr (BackupManifest) again = NULL;
  g_autoptr (GRand) dice = testlib_random_new ();
  guint64 n_rounds = testlib_budget ("backup-flips");
  int descriptors[2];

  world_init (&world);
  add_entry (&world, "one");
  made = make_sure (&world);
  descriptors[0] = open (world.target, O_RDWR | O_CLOEXEC);
  descriptors[1] = open (world.manifest, O_RDWR | O_CLOEXEC);
  for (guint64 round = 0; round < n_rounds; round++)
    {
      int descriptor = descriptors[g_rand_int_range (dice, 0, 8) == 0];
      off_t at = g_rand_int_range (dice, 0, (gint32) lseek (descriptor, 0, SEEK_END));
      guint8 mask = (guint8) (1 << g_rand_int_range (dice, 0, 8));
      g_autoptr (GError) error = NULL;
      guint8 byte;

      g_assert_cmpint (pread (descriptor, &byte, 1, at), ==, 1);
      byte ^= mask;
      g_assert_cmpint (pwrite (descriptor, &byte, 1, at), ==, 1);
      g_assert_null (store_backup_check (world.target, &error));
      g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID);
      byte ^= mask;
      g_assert_cmpint (pwrite (descriptor, &byte, 1, at), ==, 1);
    }
  close (descriptors[0]);
  close (descriptors[1]);
  again = store_backup_check (world.target, NULL);
  g_assert_nonnull (again);
}

static void
test_damage (void)
{
  g_auto (World) world = { 0 };
  g_autoptr (BackupManifest) made = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *bytes = NULL;
  g_autofree char *text = NULL;
  gsize n_bytes = 0;

  world_init (&world);
  made = make_sure (&world);
  g_assert_true (g_file_get_contents (world.target, &bytes, &n_bytes, NULL));
  g_assert_true (g_file_get_contents (world.manifest, &text, NULL, NULL));
  refuse (world.target, bytes, n_bytes - 1, world.target);
  refuse (world.target, bytes, n_bytes / 2, world.target);
  refuse (world.target, bytes, 0, world.target);
  refuse (world.target, "SQLite format 3", 15, world.target);
  g_assert_true (g_file_set_contents (world.target, bytes, (gssize) n_bytes, NULL));
  refuse (world.manifest, text, strlen (text) - 1, world.target);
  refuse (world.manifest, "", 0, world.target);
  refuse (world.manifest, "kommunal-planner-backup: 2\n", 27, world.target);
  g_assert_cmpint (g_unlink (world.manifest), ==, 0);
  g_assert_null (store_backup_check (world.target, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID);
}

static void
test_manifest (void)
{
  BackupManifest manifest = { .made_us = MADE_US + 123456,
                              .program = (char *) "0.1",
                              .schema = 3,
                              .n_bytes = 4096,
                              .sha256 = (char *) "ab",
                              .tenants = (char *) "demo other",
                              .journal_sequence = 9,
                              .journal_seal = (char *) "none",
                              .n_bookings = 7,
                              .n_citizens = 5 };
  g_autofree char *text = backup_manifest_dup_text (&manifest);
  g_autoptr (GError) error = NULL;
  g_autoptr (BackupManifest) again = backup_manifest_parse (text, &error);
  g_autofree char *text_again = NULL;

  g_assert_no_error (error);
  text_again = backup_manifest_dup_text (again);
  g_assert_cmpstr (text_again, ==, text);
  g_assert_nonnull (strstr (text, "made: 2026-11-23T07:00:00Z\n"));
  g_assert_nonnull (strstr (text, "tenants: demo other\n"));
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/store-backup/whole", test_whole);
  g_test_add_func ("/store-backup/deleted", test_deleted_is_not_in_it);
  g_test_add_func ("/store-backup/names", test_names);
  g_test_add_func ("/store-backup/flips", test_flips);
  g_test_add_func ("/store-backup/damage", test_damage);
  g_test_add_func ("/store-backup/manifest", test_manifest);
  return g_test_run ();
}
