/* SPDX-License-Identifier: EUPL-1.2 */
/* Reads the key of the hashes, or makes it. */
#include "route/track-learned-key.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/ids.h"

static gboolean
refuse (GError **error, const char *path, const char *what)
{
  g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID, "%s: %s", path, what);
  return FALSE;
}

static gboolean
make (const char *path, guint8 out_key[TRACK_KEY_BYTES], GError **error)
{
  ids_random_bytes (out_key, TRACK_KEY_BYTES);
  return g_file_set_contents_full (path, (const char *) out_key, TRACK_KEY_BYTES,
                                   G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                   0600, error);
}

/**
 * track_learned_key_load:
 * @out_is_new: whether it was made now
 *
 * Errors: PLANNER_ERROR_NOT_VALID: of another length, or others may read it; G_FILE_ERROR. Blocks.
 */
gboolean
track_learned_key_load (const char *path,
                        guint8 out_key[TRACK_KEY_BYTES],
                        gboolean *out_is_new,
                        GError **error)
{
  g_autofree char *bytes = NULL;
  gsize n_bytes = 0;
  GStatBuf status;

  *out_is_new = g_stat (path, &status) != 0 && errno == ENOENT;
  if (*out_is_new)
    return make (path, out_key, error);
  if (!g_file_get_contents (path, &bytes, &n_bytes, error))
    return FALSE;
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    return refuse (error, path, "others may read this key: give it mode 0600");
  if (n_bytes != TRACK_KEY_BYTES)
    return refuse (error, path, "is not a key of 32 bytes: put the right one back");
  memcpy (out_key, bytes, TRACK_KEY_BYTES);
  return TRUE;
}
