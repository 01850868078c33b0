/* SPDX-License-Identifier: EUPL-1.2 */
/* Replaces the database by a checked copy of a backup, in one rename; what was there stays beside it. */
#include "ops/commands/care/admin-restore.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "ops/admin/admin-format.h"
#include "ops/commands/care/restored-copy.h"
#include "store/store-backup.h"
#include "store/store-lock.h"

/* clang-format off */
const AdminArgument admin_restore_arguments[] = {
  { "backup", ADMIN_PATH, ADMIN_WORD, "FILE", "a backup; its manifest stands beside it" },
  { NULL },
};

static const char *const beside[] = { "", "-wal" };
/* clang-format on */

static gboolean
fail (const char *path, GError **error)
{
  int code = errno;

  g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_UNAVAILABLE, "%s: %s", path, g_strerror (code));
  return FALSE;
}

/* A name that nothing has yet, also when two restores fall into one second. */
static char *
dup_stamped (const char *database, gint64 now_us)
{
  for (gint64 second = now_us / G_USEC_PER_SEC;; second++)
    {
      g_autoptr (GDateTime) now = g_date_time_new_from_unix_utc (second);
      g_autofree char *time = g_date_time_format (now, "%Y%m%dT%H%M%SZ");
      g_autofree char *path = g_strdup_printf ("%s.replaced-%s", database, time);

      if (!g_file_test (path, G_FILE_TEST_EXISTS))
        return g_steal_pointer (&path);
    }
}

/* What is none is not opened: SQLite would tidy up beside it. */
static gboolean
is_database (const char *path)
{
  static const char magic[16] = "SQLite format 3";
  char head[sizeof magic] = "";
  int descriptor = open (path, O_RDONLY | O_CLOEXEC);
  ssize_t n_read = descriptor < 0 ? -1 : read (descriptor, head, sizeof head);

  if (descriptor >= 0)
    close (descriptor);
  return n_read == (ssize_t) sizeof head && memcmp (head, magic, sizeof head) == 0;
}

/* How many entries the journal of the database that goes has beyond the backup; -1 when that is another one's. */
static gint64
count_lost (StoreSession *session, const BackupManifest *manifest)
{
  g_autoptr (GString) seal = g_string_new (NULL);
  g_auto (StoreQuery) at = { 0 };
  g_auto (StoreQuery) after = { 0 };
  g_autoptr (GBytes) bytes = NULL;

  if (!store_query (session, &at, NULL, SQL_JOURNAL_SEAL_AT, "i", manifest->journal_sequence) ||
      store_step (&at, NULL) != STORE_ROW)
    return -1;
  bytes = store_dup_bytes (&at, 0);
  for (gsize i = 0; i < g_bytes_get_size (bytes); i++)
    g_string_append_printf (seal, "%02x", ((const guint8 *) g_bytes_get_data (bytes, NULL))[i]);
  if (!g_str_equal (seal->str, manifest->journal_seal) ||
      !store_query (session, &after, NULL, SQL_JOURNAL_COUNT_AFTER, "i",
                    manifest->journal_sequence) ||
      store_step (&after, NULL) != STORE_ROW)
    return -1;
  return store_int (&after, 0);
}

/* Folds the log of the database that goes into it, if it can still be opened; else the log goes along. */
static void
settle_old (AdminCall *call, const BackupManifest *manifest)
{
  g_autoptr (StoreSession) session = NULL;
  gint64 n_lost;

  if (!is_database (call->database))
    return;
  session = store_open (call->database, STORE_WRITE, NULL);
  if (session == NULL || !store_fold_log (session, NULL))
    return;
  n_lost = count_lost (session, manifest);
  if (n_lost >= 0)
    json_object_set_int_member (call->result, "journal_entries_after_backup", n_lost);
}

/* A second name for what goes, before its first name is taken over. */
static gboolean
keep_old (const char *database, const char *kept, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (beside); i++)
    {
      g_autofree char *from = g_strconcat (database, beside[i], NULL);
      g_autofree char *to = g_strconcat (kept, beside[i], NULL);

      if (link (from, to) != 0 && errno != ENOENT)
        return fail (to, error);
    }
  return store_backup_flush_folder (database, error);
}

/* A log that stayed beside the new database would be taken for its own. */
static gboolean
remove_log (const char *database, GError **error)
{
  static const char *const parts[] = { "-wal", "-shm" };

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      g_autofree char *path = g_strconcat (database, parts[i], NULL);
      if (g_unlink (path) != 0 && errno != ENOENT)
        return fail (path, error);
    }
  return TRUE;
}

static gboolean
replace (AdminCall *call, const char *copy_path, const RestoredCopy *copy, GError **error)
{
  g_autofree char *kept = dup_stamped (call->database, call->now_us);
  gboolean had_one = g_file_test (call->database, G_FILE_TEST_EXISTS);

  settle_old (call, copy->manifest);
  if (!keep_old (call->database, kept, error) || !remove_log (call->database, error))
    return FALSE;
  if (g_rename (copy_path, call->database) != 0)
    return fail (call->database, error);
  if (had_one)
    json_object_set_string_member (call->result, "replaced", kept);
  return store_backup_flush_folder (call->database, error);
}

static void
report (AdminCall *call, const char *backup, const RestoredCopy *copy)
{
  json_object_set_string_member (call->result, "backup", backup);
  admin_set_time (call->result, "made", calsync_zone_utc (), copy->manifest->made_us);
  json_object_set_string_member (call->result, "tenants", copy->manifest->tenants);
  json_object_set_int_member (call->result, "bookings", copy->manifest->n_bookings);
  json_object_set_int_member (call->result, "journal_sequence", copy->manifest->journal_sequence);
  json_object_set_int_member (call->result, "reservations_ended", copy->n_holds_ended);
  json_object_set_int_member (call->result, "messages_held_back", copy->n_outbox_held);
}

/**
 * admin_restore:
 *
 * Arguments: backup. Result: backup, made, tenants, bookings, journal_sequence, reservations_ended,
 * messages_held_back, replaced (where the old database is), journal_entries_after_backup (what the
 * old database knew more, when it was the same one). Everything is checked on a copy first; the
 * database is exchanged in one rename. Runs in plannerctl, under the lock.
 *
 * Errors: PLANNER_ERROR_BUSY while a process holds the database; as restored_copy_make().
 */
gboolean
admin_restore (AdminCall *call, GError **error)
{
  const char *backup = NULL;
  g_autofree char *copy_path = g_strconcat (call->database, ".restoring", NULL);
  g_auto (RestoredCopy) copy = { 0 };
  g_autoptr (StoreLock) lock = NULL;
  gboolean ok;

  if (!admin_need_text (call, "backup", &backup, error))
    return FALSE;
  lock = store_lock_take (call->database, error);
  if (lock == NULL)
    {
      g_prefix_error (error, "stop plannerd before you restore: ");
      return FALSE;
    }
  (void) g_unlink (copy_path);
  ok = restored_copy_make (call, backup, copy_path, &copy, error) &&
       replace (call, copy_path, &copy, error);
  if (ok)
    report (call, backup, &copy);
  (void) g_unlink (copy_path);
  return ok;
}
