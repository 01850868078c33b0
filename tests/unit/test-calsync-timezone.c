/* SPDX-License-Identifier: EUPL-1.2 */
/* calsync-timezone against Python's zoneinfo on every change of clocks from 1990 to 2060. */
#include "calsync-error.h"
#include "calsync-timezone.h"
#include "testlib.h"

#include <string.h>

#define US CALSYNC_US_PER_SECOND

static const CalsyncZone *
zone_of (const char *name)
{
  g_autoptr (GError) error = NULL;
  const CalsyncZone *zone = calsync_zone_lookup (name, &error);

  g_assert_no_error (error);
  g_assert_nonnull (zone);
  return zone;
}

static char *
run_oracle (const char *const *zones)
{
  g_autofree char *script = testlib_dup_source_path ("tests/corpus/timezone-oracle.py");
  g_autoptr (GPtrArray) words = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  char *output = NULL;
  gint status;

  g_ptr_array_add (words, (gpointer) "/usr/bin/python3");
  g_ptr_array_add (words, script);
  for (; *zones != NULL; zones++)
    g_ptr_array_add (words, (gpointer) *zones);
  g_ptr_array_add (words, NULL);
  g_spawn_sync (NULL, (char **) words->pdata, NULL, G_SPAWN_DEFAULT, NULL, NULL, &output, NULL,
                &status, &error);
  g_assert_no_error (error);
  g_assert_cmpint (status, ==, 0);
  return output;
}

static void
check_wall_time (char **words)
{
  const CalsyncZone *zone = zone_of (words[0]);
  gint64 local_s = g_ascii_strtoll (words[1], NULL, 10);
  gint64 first_us = g_ascii_strtoll (words[2], NULL, 10) * US;
  gint64 second_us = g_ascii_strtoll (words[3], NULL, 10) * US;
  CalsyncLocalTime local, back;
  CalsyncLocalKind kind, second_kind;
  gboolean is_gap = strcmp (words[4], "gap") == 0;

  calsync_local_from_seconds (local_s, &local);
  g_assert_cmpint (calsync_zone_to_instant (zone, &local, &kind), ==, first_us);
  g_assert_cmpint (calsync_zone_to_instant_second (zone, &local, &second_kind), ==,
                   is_gap ? first_us : second_us);
  g_assert_cmpint (kind, ==, second_kind);
  g_assert_cmpint (kind == CALSYNC_LOCAL_GAP, ==, is_gap);
  g_assert_cmpint (kind == CALSYNC_LOCAL_OVERLAP, ==, strcmp (words[4], "overlap") == 0);

  calsync_zone_to_local (zone, first_us, &back, NULL);
  g_assert_cmpint (calsync_local_to_seconds (&back) == local_s, ==, !is_gap);
  if (is_gap)
    return;
  calsync_zone_to_local (zone, second_us + 999999, &back, NULL);
  g_assert_cmpint (calsync_local_to_seconds (&back), ==, local_s);
}

static guint
check_zones (const char *const *zones)
{
  g_autofree char *output = run_oracle (zones);
  g_auto (GStrv) lines = g_strsplit (output, "\n", -1);
  guint n_changes = 0;

  for (guint i = 0; lines[i] != NULL && *lines[i] != '\0'; i++)
    {
      g_auto (GStrv) words = g_strsplit (lines[i], " ", -1);
      gint64 change_us;

      if (strcmp (words[0], "change") != 0)
        {
          check_wall_time (words);
          continue;
        }
      n_changes++;
      change_us = g_ascii_strtoll (words[2], NULL, 10) * US;
      g_assert_cmpint (calsync_zone_offset_at (zone_of (words[1]), change_us - 1), !=,
                       calsync_zone_offset_at (zone_of (words[1]), change_us));
    }
  return n_changes;
}

static void
test_danish_changes (void)
{
  const char *const zones[] = { "Europe/Copenhagen", NULL };

  g_assert_cmpuint (check_zones (zones), ==, 2 * 71);
}

static void
test_other_zones (void)
{
  static const char *const zones[] = {
    "America/Nuuk",      "America/New_York", "America/Sao_Paulo", "Atlantic/Azores",
    "Africa/Casablanca", "Africa/Cairo",     "Asia/Kathmandu",    "Asia/Tehran",
    "Atlantic/Faroe",    "Europe/Dublin",    "Europe/Moscow",     "Australia/Lord_Howe",
    "Antarctica/Troll",  "Pacific/Apia",     "America/Havana",    "America/Asuncion",
    "Pacific/Chatham",   "Asia/Gaza",        "Europe/Vienna",     NULL,
  };

  g_assert_cmpuint (check_zones (zones), >, 1000);
}

/* No instant's local time may lie in a gap, and each instant is found again from its local time. */
static void
test_round_trip (void)
{
  const CalsyncZone *zone = zone_of ("Europe/Copenhagen");
  g_autoptr (GRand) random = testlib_random_new ();
  guint64 n_rounds = testlib_budget ("calsync-timezone");

  for (guint64 i = 0; i < n_rounds; i++)
    {
      gint64 at_us =
        (gint64) (g_rand_double_range (random, -62135596800.0, 32503680000.0) * 1e6) / US * US;
      CalsyncLocalTime local;
      CalsyncLocalKind kind;
      gint64 first_us, second_us;

      calsync_zone_to_local (zone, at_us, &local, NULL);
      g_assert_true (calsync_local_is_valid (&local));
      first_us = calsync_zone_to_instant (zone, &local, &kind);
      second_us = calsync_zone_to_instant_second (zone, &local, NULL);
      g_assert_cmpint (kind, !=, CALSYNC_LOCAL_GAP);
      g_assert_true (at_us == first_us || at_us == second_us);
    }
}

/* The two conversions that GLib and libical get wrong, and the far future. */
static void
test_known_points (void)
{
  static const struct
  {
    const char *zone;
    CalsyncLocalTime local;
    gint64 unix_s;
    CalsyncLocalKind kind;
  } rows[] = {
    { "Europe/Berlin", { 2026, 10, 25, 2, 30, 0 }, 1792888200, CALSYNC_LOCAL_OVERLAP },
    { "Europe/Berlin", { 2027, 3, 28, 2, 30, 0 }, 1806197400, CALSYNC_LOCAL_GAP },
    { "Europe/Copenhagen", { 2026, 11, 23, 24, 0, 0 }, 1795474800, CALSYNC_LOCAL_UNIQUE },
    { "Europe/Copenhagen", { 2926, 7, 1, 12, 0, 0 }, 30184135200, CALSYNC_LOCAL_UNIQUE },
    { "Europe/Copenhagen", { 9999, 1, 1, 12, 0, 0 }, 253370804400, CALSYNC_LOCAL_UNIQUE },
    { "UTC", { 1970, 1, 1, 0, 0, 0 }, 0, CALSYNC_LOCAL_UNIQUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      CalsyncLocalKind kind;

      g_assert_cmpint (calsync_zone_to_instant (zone_of (rows[i].zone), &rows[i].local, &kind), ==,
                       rows[i].unix_s * US);
      g_assert_cmpint (kind, ==, rows[i].kind);
    }
  g_assert_true (zone_of ("Europe/Copenhagen") == zone_of ("Europe/Copenhagen"));
  g_assert_cmpstr (calsync_zone_get_name (calsync_zone_utc ()), ==, "UTC");
  g_assert_cmpint (strlen (calsync_tzdata_version ()), >=, 5);
}

static void
test_day_lengths (void)
{
  const CalsyncZone *zone = zone_of ("Europe/Copenhagen");
  gint64 days = calsync_days_from_civil (2026, 1, 1);
  guint n_23 = 0, n_25 = 0;

  for (gint64 day = days; day < days + 365; day++)
    {
      gint64 hours =
        (calsync_zone_midnight (zone, day + 1) - calsync_zone_midnight (zone, day)) / (3600 * US);

      n_23 += hours == 23;
      n_25 += hours == 25;
      g_assert_true (hours >= 23 && hours <= 25);
      g_assert_cmpint (calsync_zone_local_day (zone, calsync_zone_midnight (zone, day)), ==, day);
      g_assert_cmpint (calsync_zone_local_day (zone, calsync_zone_midnight (zone, day) - 1), ==,
                       day - 1);
    }
  g_assert_cmpuint (n_23, ==, 1);
  g_assert_cmpuint (n_25, ==, 1);
}

static void
test_civil (void)
{
  for (gint64 day = calsync_days_from_civil (1890, 1, 1); day < 80000; day++)
    {
      gint year, month, of_month, iso_year;
      g_autoptr (GDate) date = g_date_new ();
      gint week = calsync_days_iso_week (day, &iso_year);

      calsync_days_to_civil (day, &year, &month, &of_month);
      g_date_set_dmy (date, (GDateDay) of_month, (GDateMonth) month, (GDateYear) year);
      g_assert_cmpint (calsync_days_from_civil (year, month, of_month), ==, day);
      g_assert_cmpuint (g_date_get_julian (date), ==, (guint) (day + 719163));
      g_assert_cmpint (calsync_days_weekday (day), ==, (gint) g_date_get_weekday (date));
      g_assert_cmpint (week, ==, (gint) g_date_get_iso8601_week_of_year (date));
      g_assert_cmpint (ABS (iso_year - year), <=, 1);
    }
}

static void
test_refused_names (void)
{
  static const char *const names[] = { "",
                                       "Europe/Nowhere",
                                       "../etc/passwd",
                                       "Europe/../Europe/Copenhagen",
                                       "/Europe/Copenhagen",
                                       "Europe",
                                       "tzdata.zi",
                                       "zone1970.tab",
                                       "right/Europe/Copenhagen",
                                       "leapseconds",
                                       "Europe/Copenhagen " };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (calsync_zone_lookup (names[i], &error));
      g_assert_error (error, CALSYNC_ERROR, CALSYNC_ERROR_NOT_FOUND);
    }
}

static void
test_next_change (void)
{
  const CalsyncZone *zone = zone_of ("Europe/Copenhagen");
  gint64 at_us = 1792890000 * US; /* 2026-10-25 01:00Z */
  gint64 change_us = 0;

  g_assert_true (calsync_zone_next_change (zone, at_us - 1, &change_us));
  g_assert_cmpint (change_us, ==, 1792890000 * US);
  g_assert_false (calsync_zone_next_change (calsync_zone_utc (), 0, &change_us));
}

static void
test_speed (void)
{
  const CalsyncZone *zone = zone_of ("Europe/Copenhagen");
  CalsyncLocalTime local = { 2026, 11, 23, 8, 0, 0 };
  guint n_rounds = 200000;
  gint64 start_us = g_get_monotonic_time (), sum = 0, took_us;

  for (guint i = 0; i < n_rounds; i++)
    {
      local.day = 1 + (gint) (i % 28);
      sum = MAX (sum, calsync_zone_to_instant (zone, &local, NULL));
    }
  took_us = g_get_monotonic_time () - start_us;
  g_assert_cmpint (sum, >, 0);
  g_test_message ("to_instant: %.1f ns", (double) took_us * 1000 / n_rounds);
  start_us = g_get_monotonic_time ();
  for (guint i = 0; i < n_rounds; i++)
    {
      calsync_zone_to_local (zone, (gint64) i * 9000 * US, &local, NULL);
      sum += local.day;
    }
  took_us = g_get_monotonic_time () - start_us;
  g_test_message ("to_local: %.1f ns", (double) took_us * 1000 / n_rounds);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/calsync/timezone/danish-changes", test_danish_changes);
  g_test_add_func ("/calsync/timezone/other-zones", test_other_zones);
  g_test_add_func ("/calsync/timezone/round-trip", test_round_trip);
  g_test_add_func ("/calsync/timezone/known-points", test_known_points);
  g_test_add_func ("/calsync/timezone/day-lengths", test_day_lengths);
  g_test_add_func ("/calsync/timezone/civil", test_civil);
  g_test_add_func ("/calsync/timezone/refused-names", test_refused_names);
  g_test_add_func ("/calsync/timezone/next-change", test_next_change);
  g_test_add_func ("/calsync/timezone/speed", test_speed);
  return g_test_run ();
}
