/* SPDX-License-Identifier: EUPL-1.2 */
/* Lines of "key: value" in a fixed order, the last one a digest of those before it. */
#include "store/backup-manifest.h"

#include <gio/gio.h>
#include <string.h>

#include "base/error.h"

#define FIRST_LINE "kommunal-planner-backup: 1"
#define LAST_KEY   "manifest-sha256"
#define US_PER_S   G_GINT64_CONSTANT (1000000)
#define MAX_BYTES  65536

/* clang-format off */
static const struct
{
  const char *key;
  gsize offset;
  gboolean is_number;
} fields[] = {
  { "made-us",          G_STRUCT_OFFSET (BackupManifest, made_us), TRUE },
  { "program",          G_STRUCT_OFFSET (BackupManifest, program), FALSE },
  { "schema",           G_STRUCT_OFFSET (BackupManifest, schema), TRUE },
  { "bytes",            G_STRUCT_OFFSET (BackupManifest, n_bytes), TRUE },
  { "sha256",           G_STRUCT_OFFSET (BackupManifest, sha256), FALSE },
  { "tenants",          G_STRUCT_OFFSET (BackupManifest, tenants), FALSE },
  { "journal-sequence", G_STRUCT_OFFSET (BackupManifest, journal_sequence), TRUE },
  { "journal-seal",     G_STRUCT_OFFSET (BackupManifest, journal_seal), FALSE },
  { "bookings",         G_STRUCT_OFFSET (BackupManifest, n_bookings), TRUE },
  { "citizens",         G_STRUCT_OFFSET (BackupManifest, n_citizens), TRUE },
};
/* clang-format on */

/**
 * backup_manifest_free:
 */
void
backup_manifest_free (BackupManifest *manifest)
{
  if (manifest == NULL)
    return;
  g_free (manifest->program);
  g_free (manifest->sha256);
  g_free (manifest->tenants);
  g_free (manifest->journal_seal);
  g_free (manifest);
}

/**
 * backup_manifest_dup_text:
 *
 * Returns: (transfer full): the manifest file's content
 */
char *
backup_manifest_dup_text (const BackupManifest *manifest)
{
  g_autoptr (GString) text = g_string_new (FIRST_LINE "\n");
  g_autoptr (GDateTime) made = g_date_time_new_from_unix_utc (manifest->made_us / US_PER_S);
  g_autofree char *made_text = made == NULL ? NULL : g_date_time_format (made, "%FT%TZ");
  g_autofree char *digest = NULL;

  g_string_append_printf (text, "made: %s\n", made_text == NULL ? "" : made_text);
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    {
      gconstpointer field = (const char *) manifest + fields[i].offset;

      if (fields[i].is_number)
        g_string_append_printf (text, "%s: %" G_GINT64_FORMAT "\n", fields[i].key,
                                *(const gint64 *) field);
      else
        g_string_append_printf (text, "%s: %s\n", fields[i].key, *(char *const *) field);
    }
  digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text->str, (gssize) text->len);
  g_string_append_printf (text, LAST_KEY ": %s\n", digest);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static gboolean
parse_field (BackupManifest *manifest, guint number, const char *line)
{
  gsize length = strlen (fields[number].key);
  gpointer field = (char *) manifest + fields[number].offset;

  if (strncmp (line, fields[number].key, length) != 0 || strncmp (line + length, ": ", 2) != 0)
    return FALSE;
  if (!fields[number].is_number)
    *(char **) field = g_strdup (line + length + 2);
  return !fields[number].is_number ||
         g_ascii_string_to_signed (line + length + 2, 10, 0, G_MAXINT64, field, NULL);
}

/**
 * backup_manifest_parse:
 *
 * Accepts exactly what backup_manifest_dup_text() writes: a changed bit anywhere is found.
 *
 * Errors: PLANNER_ERROR_NOT_VALID.
 */
BackupManifest *
backup_manifest_parse (const char *text, GError **error)
{
  g_autoptr (BackupManifest) manifest = g_new0 (BackupManifest, 1);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  gboolean ok = g_strv_length (lines) == G_N_ELEMENTS (fields) + 4;
  g_autofree char *again = NULL;

  for (guint i = 0; ok && i < G_N_ELEMENTS (fields); i++)
    ok = parse_field (manifest, i, lines[i + 2]);
  again = ok ? backup_manifest_dup_text (manifest) : NULL;
  if (g_strcmp0 (again, text) == 0)
    return g_steal_pointer (&manifest);
  g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
                       "the manifest is damaged, or of another program");
  return NULL;
}

/**
 * backup_manifest_read:
 *
 * Errors: PLANNER_ERROR_NOT_VALID, also when there is no manifest: such a file is no finished backup.
 */
BackupManifest *
backup_manifest_read (const char *path, GError **error)
{
  g_autofree char *name = g_strconcat (path, BACKUP_MANIFEST_SUFFIX, NULL);
  g_autofree char *text = NULL;
  BackupManifest *manifest;
  gsize n_bytes = 0;

  if (!g_file_get_contents (name, &text, &n_bytes, NULL) || n_bytes > MAX_BYTES ||
      strlen (text) != n_bytes)
    {
      g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
                   "%s has no manifest %s: it is no finished backup of this program", path, name);
      return NULL;
    }
  manifest = backup_manifest_parse (text, error);
  if (manifest == NULL)
    g_prefix_error (error, "%s: ", name);
  return manifest;
}
