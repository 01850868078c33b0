/* SPDX-License-Identifier: EUPL-1.2 */
/* Time zone names as calendars write them: IANA, Windows, vendor prefixes, display names. */
#include "calsync-zone-names.h"

#include "calsync-values.h"

#include <string.h>
#include <unicode/ucal.h>
#include <unicode/ustring.h>

#define MAX_NAME 255

/* Display names without a city, and names outside CLDR's table. */
static const struct
{
  const char *name;
  const char *iana;
} odd_names[] = {
  { "Coordinated Universal Time", "Etc/UTC" },
  { "Z", "Etc/UTC" },
  { "tzone://Microsoft/Utc", "Etc/UTC" },
  { "Kamchatka Standard Time", "Asia/Kamchatka" },
  { "Mid-Atlantic Standard Time", "Etc/GMT+2" },
  { "Eastern Time (US & Canada)", "America/New_York" },
  { "Central Time (US & Canada)", "America/Chicago" },
  { "Mountain Time (US & Canada)", "America/Denver" },
  { "Pacific Time (US & Canada)", "America/Los_Angeles" },
  { "Atlantic Time (Canada)", "America/Halifax" },
  { "Greenland", "America/Nuuk" },
  { "Azores", "Atlantic/Azores" },
};

/* Europe/Berlin inside /freeassociation.sourceforge.net/Europe/Berlin: every tail is tried. */
static const CalsyncZone *
find_iana_tail (const char *name)
{
  const CalsyncZone *zone = calsync_zone_lookup (name, NULL);

  for (const char *at = name; zone == NULL && (at = strchr (at, '/')) != NULL; at++)
    zone = calsync_zone_lookup (at + 1, NULL);
  return zone;
}

static const CalsyncZone *
find_windows (const char *name, const char *region)
{
  UChar wide[MAX_NAME + 1], iana[MAX_NAME + 1];
  char narrow[MAX_NAME + 1];
  UErrorCode status = U_ZERO_ERROR;
  int32_t length = 0;

  u_strFromUTF8 (wide, MAX_NAME, &length, name, -1, &status);
  length = ucal_getTimeZoneIDForWindowsID (wide, length, region, iana, MAX_NAME, &status);
  if (U_FAILURE (status) || length <= 0 || length > MAX_NAME)
    return NULL;
  iana[length] = 0;
  u_austrncpy (narrow, iana, MAX_NAME);
  narrow[MAX_NAME] = '\0';
  return calsync_zone_lookup (narrow, NULL);
}

/* City in lower case → IANA name, for all zones that ICU knows; built once. */
static GHashTable *
city_table (void)
{
  static gsize table;

  if (g_once_init_enter (&table))
    {
      GHashTable *cities = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
      UErrorCode status = U_ZERO_ERROR;
      UEnumeration *names =
        ucal_openTimeZoneIDEnumeration (UCAL_ZONE_TYPE_ANY, NULL, NULL, &status);
      const char *name;

      while (U_SUCCESS (status) && (name = uenum_next (names, NULL, &status)) != NULL)
        {
          const char *slash = strrchr (name, '/');
          g_autofree char *city = g_ascii_strdown (slash == NULL ? name : slash + 1, -1);

          g_strdelimit (city, "_", ' ');
          if (slash != NULL && !g_str_has_prefix (name, "Etc/"))
            g_hash_table_insert (cities, g_steal_pointer (&city), g_strdup (name));
        }
      uenum_close (names);
      g_once_init_leave (&table, (gsize) cities);
    }
  return (GHashTable *) table;
}

/* Winter time of the zone, wherever its winter is: the smaller offset of two half years. */
static gint
standard_offset_s (const CalsyncZone *zone)
{
  const CalsyncLocalTime january = { 2025, 1, 15, 0, 0, 0 }, july = { 2025, 7, 15, 0, 0, 0 };

  return MIN (calsync_zone_offset_at (zone, calsync_zone_to_instant (zone, &january, NULL)),
              calsync_zone_offset_at (zone, calsync_zone_to_instant (zone, &july, NULL)));
}

/* europe/copenhagen: names of tzdata in other letters. */
static const CalsyncZone *
find_in_any_case (const char *name)
{
  const char *slash = strrchr (name, '/');
  g_autofree char *city = slash == NULL ? NULL : g_ascii_strdown (slash + 1, -1);
  const char *iana =
    city == NULL ? NULL : g_hash_table_lookup (city_table (), g_strdelimit (city, "_", ' '));

  return iana != NULL && g_ascii_strcasecmp (iana, name) == 0 ? calsync_zone_lookup (iana, NULL)
                                                              : NULL;
}

static const CalsyncZone *
find_odd (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (odd_names); i++)
    {
      if (g_ascii_strcasecmp (name, odd_names[i].name) == 0)
        return calsync_zone_lookup (odd_names[i].iana, NULL);
    }
  return NULL;
}

/* "(UTC+01:00) Brussels, Copenhagen, Madrid, Paris": a city with that standard offset. */
static const CalsyncZone *
find_display_name (const char *name)
{
  const char *places = name[0] == '(' ? strchr (name, ')') : NULL;
  char offset_text[8];
  gint32 offset_s = 0;
  const char *item;
  gsize length;

  if (places == NULL || (!g_str_has_prefix (name, "(UTC") && !g_str_has_prefix (name, "(GMT")))
    return NULL;
  if (places - name == 10)
    {
      g_snprintf (offset_text, sizeof offset_text, "%.3s%.2s", name + 4, name + 8);
      if (!calsync_parse_utc_offset (offset_text, &offset_s))
        return NULL;
    }
  places++;
  while (*places == ' ')
    places++;
  for (const char *cursor = places; calsync_next_item (&cursor, &item, &length);)
    {
      g_autofree char *city = g_ascii_strdown (item, (gssize) length);
      const char *iana = g_hash_table_lookup (city_table (), g_strstrip (city));
      const CalsyncZone *zone = iana == NULL ? NULL : calsync_zone_lookup (iana, NULL);

      if (zone != NULL && standard_offset_s (zone) == offset_s)
        return zone;
    }
  return find_odd (places);
}

/**
 * calsync_zone_resolve:
 * @name: a TZID or a mailbox's zone name, in UTF-8
 * @region: (nullable): two-letter country that decides between the cities of one Windows zone;
 *   %NULL for %CALSYNC_DEFAULT_REGION
 *
 * Tries, in this order: IANA names, also behind a slash or a vendor's prefix; Windows ids; odd names
 * known to us; IANA names in other letters; display names such as `(UTC+01:00) Brussels, Copenhagen, Madrid, Paris`. Any thread;
 * may read a small file the first time.
 *
 * Returns: (transfer none) (nullable): the zone; %NULL when the name means nothing to us
 */
const CalsyncZone *
calsync_zone_resolve (const char *name, const char *region)
{
  const CalsyncZone *zone;
  g_autofree char *trimmed = NULL;

  if (strlen (name) > MAX_NAME)
    return NULL;
  zone = calsync_zone_lookup (name, NULL);
  if (zone != NULL)
    return zone;
  trimmed = g_strstrip (g_strdup (name));
  zone = find_iana_tail (trimmed);
  if (zone == NULL)
    zone = find_windows (trimmed, region == NULL ? CALSYNC_DEFAULT_REGION : region);
  if (zone == NULL)
    zone = find_odd (trimmed);
  if (zone == NULL)
    zone = find_in_any_case (trimmed);
  return zone == NULL ? find_display_name (trimmed) : zone;
}
