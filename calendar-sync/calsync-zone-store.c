/* SPDX-License-Identifier: EUPL-1.2 */
/* Finds zones of the system's tzdata by name; each is read once and kept for good. */
#include "calsync-error.h"
#include "calsync-timezone.h"
#include "calsync-zone-data.h"

#include <string.h>

#define ZONEINFO_DIR    "/usr/share/zoneinfo"
#define MAX_NAME_LENGTH 64

static GRWLock zones_lock;
static GHashTable *zones; /* name → CalsyncZone, never taken out again */

static const char *
zoneinfo_dir (void)
{
  static gsize is_read;
  static const char *dir;

  if (g_once_init_enter (&is_read))
    {
      const char *given = g_getenv ("TZDIR");

      dir = given != NULL && g_path_is_absolute (given) ? g_strdup (given) : ZONEINFO_DIR;
      g_once_init_leave (&is_read, 1);
    }
  return dir;
}

/* Only what can be a name of tzdata's: no way out of the folder, and no zone with leap seconds. */
static gboolean
is_plain_name (const char *name)
{
  gsize length = strlen (name);

  if (length == 0 || length > MAX_NAME_LENGTH || !g_ascii_isalpha (name[0]))
    return FALSE;
  for (const char *at = name; *at != '\0'; at++)
    {
      if (!g_ascii_isalnum (*at) && strchr ("/_+-", *at) == NULL)
        return FALSE;
    }
  return !g_str_has_prefix (name, "right/") && !g_str_has_prefix (name, "posix/") &&
         strcmp (name, "localtime") != 0 && strcmp (name, "posixrules") != 0;
}

static CalsyncZone *
find_known (const char *name)
{
  CalsyncZone *zone;

  g_rw_lock_reader_lock (&zones_lock);
  zone = zones == NULL ? NULL : g_hash_table_lookup (zones, name);
  g_rw_lock_reader_unlock (&zones_lock);
  return zone;
}

/* Two threads may read one zone at a time; the first to come keeps its own, the other drops its. */
static const CalsyncZone *
keep_zone (CalsyncZone *zone)
{
  CalsyncZone *kept;

  g_rw_lock_writer_lock (&zones_lock);
  if (zones == NULL)
    zones = g_hash_table_new (g_str_hash, g_str_equal);
  kept = g_hash_table_lookup (zones, calsync_zone_get_name (zone));
  if (kept == NULL)
    {
      kept = zone;
      g_hash_table_insert (zones, (gpointer) calsync_zone_get_name (zone), zone);
    }
  g_rw_lock_writer_unlock (&zones_lock);
  if (kept != zone)
    calsync_zone_unref (zone);
  return kept;
}

/**
 * calsync_zone_lookup:
 * @name: an IANA name, e.g. `Europe/Copenhagen`; case counts
 * @error: %CALSYNC_ERROR_NOT_FOUND when tzdata has no such zone; %CALSYNC_ERROR_INTERNAL when its
 *   file is damaged
 *
 * A link's target is its own zone with the same rules. Any thread; reads a small file the first
 * time, afterwards takes a shared lock only.
 *
 * Returns: (transfer none): the zone, valid as long as the process lives
 */
const CalsyncZone *
calsync_zone_lookup (const char *name, GError **error)
{
  g_autofree char *path = NULL;
  g_autofree char *bytes = NULL;
  gsize n_bytes;
  CalsyncZone *zone;

  g_return_val_if_fail (name != NULL, NULL);
  zone = find_known (name);
  if (zone != NULL)
    return zone;
  if (is_plain_name (name))
    path = g_build_filename (zoneinfo_dir (), name, NULL);
  if (path == NULL || !g_file_get_contents (path, &bytes, &n_bytes, NULL) ||
      !g_str_has_prefix (bytes, "TZif"))
    {
      g_set_error (error, CALSYNC_ERROR, CALSYNC_ERROR_NOT_FOUND, "unknown time zone");
      return NULL;
    }
  zone = calsync_tzif_parse (name, (const guint8 *) bytes, n_bytes, error);
  return zone == NULL ? NULL : keep_zone (zone);
}

/**
 * calsync_zone_utc:
 *
 * Any thread.
 *
 * Returns: (transfer none): the zone UTC, also where no tzdata is installed
 */
const CalsyncZone *
calsync_zone_utc (void)
{
  static gsize utc;

  if (g_once_init_enter (&utc))
    {
      g_autoptr (GArray) none = g_array_new (FALSE, FALSE, sizeof (CalsyncZoneChange));

      g_once_init_leave (&utc, (gsize) calsync_zone_new ("UTC", 0, none, 0));
    }
  return (const CalsyncZone *) utc;
}

static char *
read_version (void)
{
  g_autofree char *path = g_build_filename (zoneinfo_dir (), "tzdata.zi", NULL);
  g_autofree char *text = NULL;
  const char *mark = "# version ";

  if (!g_file_get_contents (path, &text, NULL, NULL) || !g_str_has_prefix (text, mark))
    return g_strdup ("unknown");
  text[strcspn (text, "\r\n")] = '\0';
  return g_strstrip (g_strdup (text + strlen (mark)));
}

/**
 * calsync_tzdata_version:
 *
 * Stored beside wall times, so that a later release of tzdata can be noticed. Any thread.
 *
 * Returns: (transfer none): e.g. `2024a`; `unknown` when the system does not say
 */
const char *
calsync_tzdata_version (void)
{
  static gsize version;

  if (g_once_init_enter (&version))
    g_once_init_leave (&version, (gsize) read_version ());
  return (const char *) version;
}
