/* SPDX-License-Identifier: EUPL-1.2 */
/* Writes and reads the last good copy: four lines of head, the last of them a digest over all else, and the document. */
#include "route/track-last-good.h"

#include <string.h>

#include "base/error.h"

#define FORMAT    "switch-track-last-good-1"
#define FILE_MODE 0640
#define N_HEAD    4

/**
 * track_last_good_dup_path:
 *
 * Returns: (transfer full): where the copy of the database @registry_path lies
 */
char *
track_last_good_dup_path (const char *registry_path)
{
  return g_strconcat (registry_path, ".last-good", NULL);
}

static char *
dup_digest (const char *number, const char *at, const char *document)
{
  g_autofree char *all = g_strconcat (FORMAT, "\n", number, "\n", at, "\n", document, NULL);
  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, all, -1);
}

/**
 * track_last_good_write:
 *
 * Replaces the copy in one step: a crash leaves the old one or the new one. Blocks until it is on the disk.
 */
gboolean
track_last_good_write (const char *path, const TrackRevision *revision, GError **error)
{
  g_autofree char *number = g_strdup_printf ("%" G_GUINT64_FORMAT, revision->revision);
  g_autofree char *at = g_strdup_printf ("%" G_GINT64_FORMAT, revision->at_us);
  g_autofree char *digest = dup_digest (number, at, revision->document);
  g_autofree char *text = g_strjoin ("\n", FORMAT, number, at, digest, revision->document, NULL);

  return g_file_set_contents_full (
    path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, FILE_MODE, error);
}

/* (transfer full) (nullable): when all lines are there and the digest is theirs. */
static TrackRevision *
parse (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", N_HEAD + 1);
  g_autofree char *digest = NULL;
  guint64 number = 0;
  gint64 at_us = 0;
  TrackRevision *revision;

  if (g_strv_length (lines) != N_HEAD + 1 || !g_str_equal (lines[0], FORMAT) ||
      !g_ascii_string_to_unsigned (lines[1], 10, 1, G_MAXINT64, &number, NULL) ||
      !g_ascii_string_to_signed (lines[2], 10, 0, G_MAXINT64, &at_us, NULL))
    return NULL;
  digest = dup_digest (lines[1], lines[2], lines[4]);
  if (!g_str_equal (digest, lines[3]))
    return NULL;
  revision = g_new0 (TrackRevision, 1);
  revision->revision = number;
  revision->at_us = at_us;
  revision->document = g_strdup (lines[4]);
  revision->digest = track_document_dup_digest (lines[4]);
  return revision;
}

/**
 * track_last_good_read:
 *
 * Returns: (transfer full) (nullable): number, instant and document; nothing else of the revision is known. Errors:
 *   G_FILE_ERROR; PLANNER_ERROR_INTERNAL when it is not what was written.
 */
TrackRevision *
track_last_good_read (const char *path, GError **error)
{
  g_autofree char *text = NULL;
  gsize n_bytes = 0;
  TrackRevision *revision = NULL;

  if (!g_file_get_contents (path, &text, &n_bytes, error))
    return NULL;
  if (strlen (text) == n_bytes)
    revision = parse (text);
  if (revision == NULL)
    g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_INTERNAL,
                 "%s is not a copy of the registry as it was written", path);
  return revision;
}
