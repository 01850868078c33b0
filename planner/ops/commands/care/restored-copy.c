/* SPDX-License-Identifier: EUPL-1.2 */
/* Nothing of a backup is believed before its digest, its schema, its pages and its journal have been looked at. */
#include "ops/commands/care/restored-copy.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "ops/booking/op-expire.h"
#include "store/journal-store.h"
#include "store/outbox-store.h"
#include "store/store-backup.h"
#include "store/store-migrate.h"

#define CHUNK_BYTES 262144

/**
 * restored_copy_clear:
 */
void
restored_copy_clear (RestoredCopy *copy)
{
  g_clear_pointer (&copy->manifest, backup_manifest_free);
}

static gboolean
fail (const char *path, GError **error)
{
  int code = errno;

  g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_UNAVAILABLE, "%s: %s", path, g_strerror (code));
  return FALSE;
}

static gboolean
refuse (const char *path, const char *why, GError **error)
{
  g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID, "%s %s", path, why);
  return FALSE;
}

typedef struct
{
  int from;
  int to;
} Descriptors;

static void
descriptors_clear (Descriptors *descriptors)
{
  if (descriptors->from >= 0)
    close (descriptors->from);
  if (descriptors->to >= 0)
    close (descriptors->to);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Descriptors, descriptors_clear)

static gboolean
write_all (int descriptor, const guchar *bytes, gsize n_bytes)
{
  while (n_bytes > 0)
    {
      ssize_t n_written = write (descriptor, bytes, n_bytes);

      if (n_written < 0 && errno != EINTR)
        return FALSE;
      if (n_written > 0)
        {
          bytes += n_written;
          n_bytes -= (gsize) n_written;
        }
    }
  return TRUE;
}

/* What is copied is what is digested: a file that changes meanwhile does not slip through. */
static gboolean
copy_bytes (AdminCall *call,
            const Descriptors *descriptors,
            const BackupManifest *manifest,
            char **out_digest,
            GError **error)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree guchar *chunk = g_malloc (CHUNK_BYTES);
  guint64 n_copied = 0;
  ssize_t n_read;

  while ((n_read = read (descriptors->from, chunk, CHUNK_BYTES)) != 0)
    {
      if (n_read < 0 && errno == EINTR)
        continue;
      if (n_read < 0 || !write_all (descriptors->to, chunk, (gsize) n_read))
        return fail ("copying the backup", error);
      g_checksum_update (checksum, chunk, n_read);
      n_copied += (guint64) n_read;
      admin_progress (call, "restore", n_copied, (guint64) manifest->n_bytes);
    }
  if (fsync (descriptors->to) != 0)
    return fail ("copying the backup", error);
  *out_digest = g_strdup (g_checksum_get_string (checksum));
  return TRUE;
}

static gboolean
copy_file (AdminCall *call,
           const char *from,
           const char *to,
           const BackupManifest *manifest,
           GError **error)
{
  g_auto (Descriptors) descriptors = { open (from, O_RDONLY | O_CLOEXEC), -1 };
  g_autofree char *digest = NULL;

  if (descriptors.from < 0)
    return fail (from, error);
  descriptors.to = open (to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptors.to < 0)
    return fail (to, error);
  if (!copy_bytes (call, &descriptors, manifest, &digest, error))
    return FALSE;
  return g_str_equal (digest, manifest->sha256) ||
         refuse (from, "is damaged: it is not what its manifest says; take another backup", error);
}

static gboolean
check_schema (const char *backup, const char *schema_dir, gint64 schema, GError **error)
{
  gint64 newest = store_migrate_newest (schema_dir);

  if (schema >= 1 && schema <= newest)
    return TRUE;
  g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
               "%s has schema %" G_GINT64_FORMAT ", this program knows 1 to %" G_GINT64_FORMAT
               ": restore it with the program that made it, or with a newer one",
               backup, schema, newest);
  return FALSE;
}

/* The manifest against the content, and the content against itself. */
static gboolean
check_content (const char *backup, const char *path, const BackupManifest *manifest, GError **error)
{
  g_autoptr (StoreSession) session = store_open_still (path, error);
  g_autoptr (BackupManifest) found = NULL;
  g_autoptr (GError) local_error = NULL;
  guint64 n_rows = 0;

  if (session == NULL)
    return FALSE;
  if (!store_check (session, NULL))
    return refuse (backup, "is no sound database", error);
  found = store_backup_describe (session, &local_error);
  if (found == NULL)
    return refuse (backup, "is no database of this program", error);
  if (found->schema != manifest->schema || found->n_bookings != manifest->n_bookings ||
      found->n_citizens != manifest->n_citizens ||
      found->journal_sequence != manifest->journal_sequence ||
      !g_str_equal (found->tenants, manifest->tenants) ||
      !g_str_equal (found->journal_seal, manifest->journal_seal))
    return refuse (backup, "holds something else than its manifest says", error);
  if (journal_store_verify (session, &n_rows, &local_error))
    return TRUE;
  g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID, "%s: %s", backup,
               local_error->message);
  return FALSE;
}

static gboolean
count_holds (StoreSession *session, gint64 *out_n_holds, GError **error)
{
  g_auto (StoreQuery) query = { 0 };

  if (!store_query (session, &query, error, SQL_HOLD_COUNT, "") ||
      store_step (&query, error) != STORE_ROW)
    return FALSE;
  *out_n_holds = store_int (&query, 0);
  return TRUE;
}

/* One row for each municipality: from here on its journal goes on from an earlier day. */
static gboolean
write_journal (AdminCall *call, StoreSession *session, const RestoredCopy *copy, GError **error)
{
  g_autoptr (GPtrArray) tenants = tenant_list (session, error);
  g_autofree char *payload =
    g_strdup_printf ("{\"made_us\":%" G_GINT64_FORMAT ",\"journal_sequence\":%" G_GINT64_FORMAT
                     ",\"holds_ended\":%" G_GINT64_FORMAT ",\"outbox_held\":%" G_GINT64_FORMAT "}",
                     copy->manifest->made_us, copy->manifest->journal_sequence, copy->n_holds_ended,
                     copy->n_outbox_held);

  for (guint i = 0; tenants != NULL && i < tenants->len; i++)
    {
      const TenantRecord *tenant = tenants->pdata[i];
      JournalEntry entry = { .tenant_id = tenant->tenant_id,
                             .at_us = call->now_us,
                             .actor = call->actor,
                             .call_id = call->call_id,
                             .kind = "database-restored",
                             .subject = tenant->tenant_key,
                             .payload = payload };
      if (!journal_store_add (session, &entry, error))
        return FALSE;
    }
  return tenants != NULL && journal_store_seal (session, error);
}

/* Decision 0012: what was alive when the backup was made must not go on as if no time had passed. */
static gboolean
make_safe (AdminCall *call, StoreSession *session, RestoredCopy *copy, GError **error)
{
  if (!count_holds (session, &copy->n_holds_ended, error) ||
      !store_run (session, error, SQL_HOLDS_END_ALL, "i", call->now_us) ||
      !op_expire_holds (session, call->now_us, NULL, error) ||
      !store_run (session, error, SQL_MESSAGE_HOLD_BACK, "s", RESTORED_HELD_BACK) ||
      !store_run (session, error, SQL_OUTBOX_HOLD_BACK, "s", RESTORED_HELD_BACK))
    return FALSE;
  copy->n_outbox_held = store_n_changed (session);
  /* Cursors, links and busy time are older than the calendars: look at everything before anything is written, and
   * before anything is offered (decision 0021). */
  if (!store_run (session, error, SQL_SYNC_BINDINGS_LOOK_FIRST, "") ||
      !store_run (session, error, SQL_SYNC_CALENDARS_GROW_OLD, "i", call->now_us))
    return FALSE;
  return write_journal (call, session, copy, error);
}

static gboolean
prepare (AdminCall *call,
         const char *path,
         const char *schema_dir,
         RestoredCopy *copy,
         GError **error)
{
  g_autoptr (StoreSession) session = store_open (path, STORE_WRITE, error);

  if (session == NULL || !store_migrate (session, schema_dir, error) ||
      !store_begin (session, STORE_WRITE, error))
    return FALSE;
  if (make_safe (call, session, copy, error) && store_commit (session, error))
    return store_fold_log (session, error);
  store_rollback (session);
  return FALSE;
}

/**
 * restored_copy_make:
 * @backup: stays as it is
 * @target: must not be there yet; is removed by the caller when this fails
 *
 * Copies a backup and checks its manifest, digest, schema, pages and journal seals; then brings the
 * copy to this program's schema, ends every reservation in it and holds its outbox back. The copy
 * is flushed and has no log beside it. Blocks.
 *
 * Errors: PLANNER_ERROR_NOT_VALID for a backup that is damaged, foreign or of an unknown schema;
 * PLANNER_ERROR_UNAVAILABLE when there is no room.
 */
gboolean
restored_copy_make (AdminCall *call,
                    const char *backup,
                    const char *target,
                    RestoredCopy *out_copy,
                    GError **error)
{
  g_autofree char *schema_dir = g_build_filename (call->data_dir, "schema", "sqlite", NULL);
  g_auto (RestoredCopy) copy = { 0 };

  copy.manifest = backup_manifest_read (backup, error);
  if (copy.manifest == NULL || !check_schema (backup, schema_dir, copy.manifest->schema, error) ||
      !copy_file (call, backup, target, copy.manifest, error) ||
      !check_content (backup, target, copy.manifest, error) ||
      !prepare (call, target, schema_dir, &copy, error))
    return FALSE;
  *out_copy = copy;
  copy.manifest = NULL;
  return TRUE;
}
