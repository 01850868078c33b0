/* SPDX-License-Identifier: EUPL-1.2 */
/* Zone names as calendars write them, and those that mean nothing. */
#include "calsync-zone-names.h"
#include "testlib.h"

#include <string.h>
#include <unicode/ucal.h>
#include <unicode/ustring.h>

static void
test_known (void)
{
  static const struct
  {
    const char *name;
    const char *region;
    const char *iana;
  } rows[] = {
    { "Europe/Copenhagen", NULL, "Europe/Copenhagen" },
    { "/Europe/Vienna", NULL, "Europe/Vienna" },
    { " Europe/Oslo ", NULL, "Europe/Oslo" },
    { "europe/copenhagen", NULL, "Europe/Copenhagen" },
    { "AMERICA/NEW_YORK", NULL, "America/New_York" },
    { "/freeassociation.sourceforge.net/Tzfile/Europe/Berlin", NULL, "Europe/Berlin" },
    { "/mozilla.org/20050126_1/America/Argentina/Buenos_Aires", NULL,
      "America/Argentina/Buenos_Aires" },
    { "/citadel.org/20210210_1/Europe/Copenhagen", NULL, "Europe/Copenhagen" },
    { "Romance Standard Time", NULL, "Europe/Copenhagen" },
    { "Romance Standard Time", "BE", "Europe/Brussels" },
    { "Romance Standard Time", "FR", "Europe/Paris" },
    { "W. Europe Standard Time", NULL, "Europe/Berlin" },
    { "GMT Standard Time", NULL, "Europe/London" },
    { "UTC", NULL, "UTC" },
    { "Z", NULL, "Etc/UTC" },
    { "tzone://Microsoft/Utc", NULL, "Etc/UTC" },
    { "Kamchatka Standard Time", NULL, "Asia/Kamchatka" },
    { "(UTC+01:00) Brussels, Copenhagen, Madrid, Paris", NULL, "Europe/Brussels" },
    { "(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna", NULL, "Europe/Amsterdam" },
    { "(GMT+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna", NULL, "Europe/Amsterdam" },
    { "(UTC+00:00) Dublin, Edinburgh, Lisbon, London", NULL, "Europe/Dublin" },
    { "(UTC-05:00) Eastern Time (US & Canada)", NULL, "America/New_York" },
    { "(UTC) Coordinated Universal Time", NULL, "Etc/UTC" },
    { "(UTC+05:45) Kathmandu", NULL, "Asia/Kathmandu" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const CalsyncZone *zone = calsync_zone_resolve (rows[i].name, rows[i].region);

      g_test_message ("%s", rows[i].name);
      g_assert_nonnull (zone);
      g_assert_cmpstr (calsync_zone_get_name (zone), ==, rows[i].iana);
    }
}

static void
test_unknown (void)
{
  static const char *const names[] = { "",
                                       "Customized Time Zone",
                                       "tzone://Microsoft/Custom",
                                       "(UTC+09:00) Copenhagen",
                                       "(UTC+01:00",
                                       "()",
                                       "../../etc/passwd",
                                       "/etc/passwd",
                                       "Københavnsk tid",
                                       "GMT +0100 (Standard) / GMT +0200 (Daylight)" };
  g_autofree char *longest = g_strnfill (100000, 'x');

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_assert_null (calsync_zone_resolve (names[i], NULL));
  g_assert_null (calsync_zone_resolve (longest, NULL));
}

/* Every zone that ICU knows a Windows name for is found by that name, with the same rules this year. */
static void
test_windows_names (void)
{
  UErrorCode status = U_ZERO_ERROR;
  UEnumeration *names =
    ucal_openTimeZoneIDEnumeration (UCAL_ZONE_TYPE_CANONICAL, NULL, NULL, &status);
  const UChar *iana;
  guint n_found = 0;

  while ((iana = uenum_unext (names, NULL, &status)) != NULL)
    {
      UChar windows[128];
      char narrow[128];
      int32_t length = ucal_getWindowsTimeZoneID (iana, -1, windows, 127, &status);

      if (length == 0)
        continue;
      windows[length] = 0;
      u_austrncpy (narrow, windows, 127);
      g_assert_nonnull (calsync_zone_resolve (narrow, NULL));
      n_found++;
    }
  uenum_close (names);
  g_assert_cmpuint (n_found, >, 300);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/calsync/zone-names/known", test_known);
  g_test_add_func ("/calsync/zone-names/unknown", test_unknown);
  g_test_add_func ("/calsync/zone-names/windows", test_windows_names);
  return g_test_run ();
}
