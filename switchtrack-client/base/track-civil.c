/* SPDX-License-Identifier: EUPL-1.2 */
/* Wall time in Denmark, with the name of its zone: in the hour that comes twice it says which of the two. */
#include "base/track-civil.h"

#define HOME_ZONE "Europe/Copenhagen"

/* [language][has_seconds] */
static const char *const formats[TRACK_N_CIVIL][2] = {
  { "%d.%m.%Y kl. %H.%M %Z", "%d.%m.%Y kl. %H.%M.%S %Z" },
  { "%Y-%m-%d %H:%M %Z", "%Y-%m-%d %H:%M:%S %Z" },
};

/**
 * track_civil_dup:
 * @at_us: Unix time
 *
 * "22.11.2026 kl. 19.03 CET", "2026-11-22 19:03 CET"; in UTC, and saying so, on a machine without zones. Any thread.
 *
 * Returns: (transfer full)
 */
char *
track_civil_dup (gint64 at_us, TrackCivilLanguage language, gboolean has_seconds)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_identifier (HOME_ZONE);
  g_autoptr (GDateTime) at = g_date_time_new_from_unix_utc (at_us / G_USEC_PER_SEC);
  g_autoptr (GDateTime) here =
    at != NULL && zone != NULL ? g_date_time_to_timezone (at, zone) : NULL;

  g_return_val_if_fail (language < TRACK_N_CIVIL, g_strdup (""));
  if (at == NULL)
    return g_strdup ("?");
  return g_date_time_format (here != NULL ? here : at, formats[language][has_seconds ? 1 : 0]);
}
