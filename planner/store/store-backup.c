/* SPDX-License-Identifier: EUPL-1.2 */
/* A backup is written under another name, flushed, and gets its own name last: a file of that name is whole. */
#include "store/store-backup.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/error.h"

#define PART_SUFFIX ".part"
#define CHUNK_BYTES 262144
#define US_PER_S    G_GINT64_CONSTANT (1000000)
/* Room that the copy may take beyond the size of the database and its log. */
#define SPARE_BYTES (16 * 1024 * 1024)

typedef struct
{
  char *path;
  int descriptor;
} Part;

static void
part_clear (Part *part)
{
  g_autofree char *journal = part->path == NULL ? NULL : g_strconcat (part->path, "-journal", NULL);

  if (part->path != NULL && part->descriptor >= 0)
    {
      (void) unlink (part->path);
      (void) unlink (journal);
    }
  if (part->descriptor >= 0)
    close (part->descriptor);
  g_free (part->path);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Part, part_clear)

static gboolean
fail (const char *path, GError **error)
{
  int code = errno;

  g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_UNAVAILABLE, "%s: %s", path, g_strerror (code));
  return FALSE;
}

static guint64
size_of (const char *path)
{
  struct stat facts;
  return stat (path, &facts) == 0 ? (guint64) facts.st_size : 0;
}

static gboolean
check_room (const StoreBackup *backup, GError **error)
{
  g_autofree char *log = g_strconcat (backup->database, "-wal", NULL);
  g_autofree char *folder = g_path_get_dirname (backup->target);
  guint64 n_wanted = size_of (backup->database) + size_of (log) + SPARE_BYTES;
  struct statvfs facts;

  if (statvfs (folder, &facts) != 0)
    return fail (folder, error);
  if ((guint64) facts.f_bavail * facts.f_frsize >= n_wanted)
    return TRUE;
  g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_UNAVAILABLE,
               "%s has no room for a backup: it may take %" G_GUINT64_FORMAT
               " MB and %" G_GUINT64_FORMAT " MB are free",
               folder, n_wanted >> 20, ((guint64) facts.f_bavail * facts.f_frsize) >> 20);
  return FALSE;
}

/* What a killed backup left is used again; one that is being written is left alone. */
static gboolean
open_part (Part *part, const char *target, GError **error)
{
  part->path = g_strconcat (target, PART_SUFFIX, NULL);
  part->descriptor = -1;
  if (g_file_test (target, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_CONFLICT,
                   "%s is there already: name another file", target);
      return FALSE;
    }
  part->descriptor = open (part->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (part->descriptor < 0)
    return fail (part->path, error);
  if (flock (part->descriptor, LOCK_EX | LOCK_NB) == 0)
    return (fchmod (part->descriptor, 0600) == 0 && ftruncate (part->descriptor, 0) == 0) ||
           fail (part->path, error);
  close (part->descriptor);
  part->descriptor = -1;
  g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_BUSY, "%s is being written by another backup",
               target);
  return FALSE;
}

static char *
digest_file (int descriptor, const char *path, gint64 *out_n_bytes, GError **error)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree guchar *chunk = g_malloc (CHUNK_BYTES);
  gint64 n_bytes = 0;

  for (;;)
    {
      ssize_t n_read = pread (descriptor, chunk, CHUNK_BYTES, n_bytes);

      if (n_read < 0 && errno == EINTR)
        continue;
      if (n_read < 0)
        {
          fail (path, error);
          return NULL;
        }
      if (n_read == 0)
        break;
      g_checksum_update (checksum, chunk, n_read);
      n_bytes += n_read;
    }
  *out_n_bytes = n_bytes;
  return g_strdup (g_checksum_get_string (checksum));
}

static char *
dup_hex (GBytes *bytes)
{
  GString *text = g_string_new (NULL);
  gsize n_bytes = 0;
  const guint8 *data = g_bytes_get_data (bytes, &n_bytes);

  for (gsize i = 0; i < n_bytes; i++)
    g_string_append_printf (text, "%02x", data[i]);
  return g_string_free (text, FALSE);
}

static gboolean
describe_tenants (StoreSession *session, BackupManifest *manifest, GError **error)
{
  g_autoptr (GString) tenants = g_string_new (NULL);
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, SQL_BACKUP_TENANTS, ""))
    return FALSE;
  while ((step = store_step (&query, error)) == STORE_ROW)
    g_string_append_printf (tenants, "%s%s", tenants->len == 0 ? "" : " ", store_text (&query, 0));
  manifest->tenants = g_string_free (g_steal_pointer (&tenants), FALSE);
  return step == STORE_END;
}

static gboolean
describe_journal (StoreSession *session, BackupManifest *manifest, GError **error)
{
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, SQL_JOURNAL_LAST_SEAL, ""))
    return FALSE;
  step = store_step (&query, error);
  if (step == STORE_ROW)
    {
      g_autoptr (GBytes) seal = store_dup_bytes (&query, 1);
      manifest->journal_sequence = store_int (&query, 0);
      manifest->journal_seal = dup_hex (seal);
    }
  else
    manifest->journal_seal = g_strdup ("none");
  return step != STORE_FAILED;
}

static gboolean
describe_counts (StoreSession *session, BackupManifest *manifest, GError **error)
{
  g_auto (StoreQuery) query = { 0 };

  if (!store_query (session, &query, error, SQL_BACKUP_COUNTS, "") ||
      store_step (&query, error) != STORE_ROW)
    return FALSE;
  manifest->n_bookings = store_int (&query, 0);
  manifest->n_citizens = store_int (&query, 1);
  return TRUE;
}

/**
 * store_backup_describe:
 *
 * Errors: PLANNER_ERROR_INTERNAL when the file is no database of this program.
 */
BackupManifest *
store_backup_describe (StoreSession *session, GError **error)
{
  g_autoptr (BackupManifest) manifest = g_new0 (BackupManifest, 1);

  manifest->schema = store_schema_version (session);
  if (describe_tenants (session, manifest, error) && describe_journal (session, manifest, error) &&
      describe_counts (session, manifest, error))
    return g_steal_pointer (&manifest);
  return NULL;
}

static BackupManifest *
describe_part (const StoreBackup *backup, const Part *part, GError **error)
{
  g_autoptr (StoreSession) session = store_open_still (part->path, error);
  g_autoptr (BackupManifest) manifest =
    session == NULL ? NULL : store_backup_describe (session, error);

  if (manifest == NULL)
    return NULL;
  manifest->made_us = backup->made_us;
  manifest->program = g_strdup (backup->program);
  manifest->sha256 = digest_file (part->descriptor, part->path, &manifest->n_bytes, error);
  return manifest->sha256 == NULL ? NULL : g_steal_pointer (&manifest);
}

/**
 * store_backup_flush_folder:
 * @path: a file in the folder
 *
 * Makes names in the folder durable.
 */
gboolean
store_backup_flush_folder (const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  int descriptor = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  gboolean ok = descriptor >= 0 && fsync (descriptor) == 0;

  if (!ok)
    fail (folder, error);
  if (descriptor >= 0)
    close (descriptor);
  return ok;
}

/* The manifest first: what has the backup's name has its manifest. */
static gboolean
publish (const StoreBackup *backup, Part *part, const BackupManifest *manifest, GError **error)
{
  g_autofree char *text = backup_manifest_dup_text (manifest);
  g_autofree char *name = g_strconcat (backup->target, BACKUP_MANIFEST_SUFFIX, NULL);
  GError *local_error = NULL;

  if (!g_file_set_contents_full (name, text, -1,
                                 G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600,
                                 &local_error))
    {
      g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_UNAVAILABLE, "%s", local_error->message);
      g_error_free (local_error);
      return FALSE;
    }
  if (rename (part->path, backup->target) != 0)
    {
      fail (backup->target, error);
      (void) unlink (name);
      return FALSE;
    }
  g_clear_pointer (&part->path, g_free);
  return store_backup_flush_folder (backup->target, error);
}

/**
 * store_backup_make:
 *
 * One consistent picture of a database that may be written meanwhile, flushed, readable by its owner
 * only. Whatever fails, no file of the backup's name is left. Blocks.
 *
 * Errors: PLANNER_ERROR_UNAVAILABLE (no room, no folder), PLANNER_ERROR_CONFLICT (the name is taken),
 * PLANNER_ERROR_BUSY (another backup writes there).
 *
 * Returns: (transfer full): its manifest
 */
BackupManifest *
store_backup_make (const StoreBackup *backup, GError **error)
{
  g_auto (Part) part = { .descriptor = -1 };
  g_autoptr (BackupManifest) manifest = NULL;

  if (!check_room (backup, error) || !open_part (&part, backup->target, error) ||
      !store_copy (backup->database, part.descriptor, part.path, backup->progress,
                   backup->progress_data, error))
    return NULL;
  manifest = describe_part (backup, &part, error);
  if (manifest == NULL || !publish (backup, &part, manifest, error))
    return NULL;
  return g_steal_pointer (&manifest);
}

/**
 * store_backup_check:
 *
 * Reads the whole file. Errors: PLANNER_ERROR_NOT_VALID for what is damaged, cut short or no backup.
 */
BackupManifest *
store_backup_check (const char *path, GError **error)
{
  g_autoptr (BackupManifest) manifest = backup_manifest_read (path, error);
  int descriptor = manifest == NULL ? -1 : open (path, O_RDONLY | O_CLOEXEC);
  g_autofree char *digest = NULL;
  gint64 n_bytes = 0;

  if (manifest == NULL)
    return NULL;
  if (descriptor < 0)
    {
      fail (path, error);
      return NULL;
    }
  digest = digest_file (descriptor, path, &n_bytes, error);
  close (descriptor);
  if (digest == NULL)
    return NULL;
  if (n_bytes == manifest->n_bytes && g_str_equal (digest, manifest->sha256))
    return g_steal_pointer (&manifest);
  g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
               "%s is damaged: it is not what its manifest says; take another backup", path);
  return NULL;
}

static char *
dup_name (gint64 made_us, const char *note)
{
  g_autoptr (GDateTime) made = g_date_time_new_from_unix_utc (made_us / US_PER_S);
  g_autofree char *time = made == NULL ? NULL : g_date_time_format (made, "%Y%m%dT%H%M%SZ");

  return g_strdup_printf ("planner-%s%s%s.db", note == NULL ? "" : note, note == NULL ? "" : "-",
                          time == NULL ? "0" : time);
}

/**
 * store_backup_dup_path:
 * @note: (nullable): words that say why
 *
 * Returns: (transfer full): FOLDER/planner-YYYYMMDDTHHMMSSZ.db, with the note before the time; a second
 *   later while that name is taken
 */
char *
store_backup_dup_path (const char *folder, gint64 made_us, const char *note)
{
  for (;; made_us += US_PER_S)
    {
      g_autofree char *name = dup_name (made_us, note);
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (!g_file_test (path, G_FILE_TEST_EXISTS))
        return g_steal_pointer (&path);
    }
}

static void
sweep_one (const char *path)
{
  g_autofree char *journal = g_strconcat (path, "-journal", NULL);
  int descriptor = open (path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);

  if (descriptor < 0)
    return;
  if (flock (descriptor, LOCK_EX | LOCK_NB) == 0)
    {
      (void) unlink (path);
      (void) unlink (journal);
    }
  close (descriptor);
}

/**
 * store_backup_sweep:
 *
 * Half backups hold citizens' numbers too, and no backup under another name would use them again.
 */
void
store_backup_sweep (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      if (g_str_has_prefix (name, "planner-") && g_str_has_suffix (name, ".db" PART_SUFFIX))
        sweep_one (path);
    }
}
