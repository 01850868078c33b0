/* SPDX-License-Identifier: EUPL-1.2 */
/* Makes a backup beside whoever writes, and prunes those of a folder that are past their term. */
#include "config.h"

#include "ops/commands/care/admin-backup.h"

#include <errno.h>
#include <glib/gstdio.h>

#include "base/clock.h"
#include "base/error.h"
#include "ops/admin/admin-format.h"
#include "store/store-backup.h"

#define US_PER_DAY G_GINT64_CONSTANT (86400000000)

/* clang-format off */
const AdminArgument admin_backup_arguments[] = {
  { "target", ADMIN_PATH, ADMIN_MAYBE_WORD, "FILE|FOLDER", "a new file, or a folder that keeps dated backups (backups beside the database)" },
  { "keep_days", ADMIN_INTEGER, ADMIN_OPTION, "N", "remove the folder's backups that are older, once the new one is there", .min = 1, .max = 36500 },
  { NULL },
};
/* clang-format on */

/**
 * admin_backup_dup_folder:
 */
char *
admin_backup_dup_folder (const char *database)
{
  g_autofree char *folder = g_path_get_dirname (database);
  return g_build_filename (folder, "backups", NULL);
}

static int
compare_backups (gconstpointer a, gconstpointer b)
{
  g_autoptr (BackupManifest) left = backup_manifest_read (*(char *const *) a, NULL);
  g_autoptr (BackupManifest) right = backup_manifest_read (*(char *const *) b, NULL);
  gint64 left_us = left == NULL ? 0 : left->made_us;
  gint64 right_us = right == NULL ? 0 : right->made_us;

  return left_us < right_us ? -1 : left_us > right_us;
}

/**
 * admin_backup_list:
 *
 * By the time in their manifests; what has no whole manifest is no finished backup.
 */
GPtrArray *
admin_backup_list (const char *folder)
{
  GPtrArray *paths = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autoptr (BackupManifest) manifest = NULL;

      if (!g_str_has_prefix (name, "planner-") || !g_str_has_suffix (name, ".db"))
        continue;
      manifest = backup_manifest_read (path, NULL);
      if (manifest != NULL)
        g_ptr_array_add (paths, g_steal_pointer (&path));
    }
  g_ptr_array_sort (paths, compare_backups);
  return paths;
}

/* The backup before its manifest: what is left of an interrupted pruning is no backup. */
static gboolean
remove_backup (const char *path, GError **error)
{
  g_autofree char *manifest = g_strconcat (path, BACKUP_MANIFEST_SUFFIX, NULL);

  if (g_unlink (path) == 0 && g_unlink (manifest) == 0)
    return TRUE;
  g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_UNAVAILABLE, "%s: %s", path, g_strerror (errno));
  return FALSE;
}

/* The newest one stays, however old: it is what there is. */
static gboolean
prune (AdminCall *call, const char *folder, gint64 keep_days, JsonArray *pruned, GError **error)
{
  g_autoptr (GPtrArray) paths = admin_backup_list (folder);
  gint64 before_us = call->now_us - keep_days * US_PER_DAY;

  for (guint i = 0; i + 1 < paths->len; i++)
    {
      g_autoptr (BackupManifest) manifest = backup_manifest_read (paths->pdata[i], NULL);

      if (manifest == NULL || manifest->made_us >= before_us)
        continue;
      if (!remove_backup (paths->pdata[i], error))
        return FALSE;
      json_array_add_string_element (pruned, paths->pdata[i]);
    }
  return TRUE;
}

static void
on_progress (gpointer data, guint64 n_done, guint64 n_all)
{
  admin_progress (data, "backup", n_done, n_all);
}

static void
report (AdminCall *call, const char *target, const BackupManifest *manifest, gint64 duration_us)
{
  JsonObject *result = call->result;

  json_object_set_string_member (result, "file", target);
  admin_set_time (result, "made", calsync_zone_utc (), manifest->made_us);
  json_object_set_int_member (result, "bytes", manifest->n_bytes);
  json_object_set_string_member (result, "sha256", manifest->sha256);
  json_object_set_int_member (result, "schema", manifest->schema);
  json_object_set_string_member (result, "tenants", manifest->tenants);
  json_object_set_int_member (result, "bookings", manifest->n_bookings);
  json_object_set_int_member (result, "journal_sequence", manifest->journal_sequence);
  json_object_set_int_member (result, "duration_ms", duration_us / 1000);
}

/* The folder that keeps dated backups; NULL when the target is a file of its own. */
static char *
dup_folder (AdminCall *call, const char *target)
{
  if (target != NULL)
    return g_file_test (target, G_FILE_TEST_IS_DIR) ? g_strdup (target) : NULL;
  return admin_backup_dup_folder (call->database);
}

static gboolean
make (AdminCall *call, const char *target, GError **error)
{
  StoreBackup backup = { call->database, target, call->now_us, PLANNER_VERSION, on_progress, call };
  gint64 started_us = clock_monotonic_us ();
  g_autoptr (BackupManifest) manifest = NULL;

  if (!g_file_test (call->database, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_UNAVAILABLE, "there is no database %s",
                   call->database);
      return FALSE;
    }
  manifest = store_backup_make (&backup, error);
  if (manifest != NULL)
    report (call, target, manifest, clock_monotonic_us () - started_us);
  return manifest != NULL;
}

/**
 * admin_backup:
 *
 * Arguments: target (a file that is not there yet, or a folder), keep_days. Result: file, made, bytes,
 * sha256, schema, tenants, bookings, journal_sequence, duration_ms, pruned. Runs beside a serving
 * plannerd and holds nobody up, see decision 0012.
 *
 * Errors: PLANNER_ERROR_UNAVAILABLE, PLANNER_ERROR_CONFLICT, PLANNER_ERROR_NOT_VALID.
 */
gboolean
admin_backup (AdminCall *call, GError **error)
{
  const char *target = NULL;
  gint64 keep_days = admin_get_integer (call, "keep_days", 0);
  g_autofree char *folder = NULL;
  g_autofree char *path = NULL;
  JsonArray *pruned;

  if (!admin_get_text (call, "target", &target, error))
    return FALSE;
  folder = dup_folder (call, target);
  if (folder == NULL && keep_days != 0)
    {
      g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
                           "keep_days needs a folder, not a file");
      return FALSE;
    }
  if (target == NULL)
    (void) g_mkdir (folder, 0700);
  path = folder == NULL ? g_strdup (target) : store_backup_dup_path (folder, call->now_us, NULL);
  if (!make (call, path, error))
    return FALSE;
  if (folder != NULL)
    store_backup_sweep (folder);
  pruned = json_array_new ();
  json_object_set_array_member (call->result, "pruned", pruned);
  return keep_days == 0 || prune (call, folder, keep_days, pruned, error);
}
