/* SPDX-License-Identifier: EUPL-1.2 */
/* The Danish holidays as published, from the file that is installed. */
#include "rules/holidays.h"

#include "base/error.h"
#include "calsync-civil.h"
#include "testlib.h"

#define HEADER "name,kind,month,day,offset,first_year,last_year,closes_office,source\n"

static Holidays *
load (void)
{
  g_autofree char *path = testlib_dup_source_path ("data/holidays-dk.csv");
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  Holidays *holidays;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  holidays = holidays_parse (text, &error);
  g_assert_no_error (error);
  return holidays;
}

static gint32
day (int year, int month, int day_of_month)
{
  return (gint32) calsync_days_from_civil (year, month, day_of_month);
}

/* Easter Sundays as the almanac has them, the earliest and the latest possible among them. */
static void
test_easter (void)
{
  static const int sundays[][3] = { { 1818, 3, 22 }, { 1943, 4, 25 }, { 1990, 4, 15 },
                                    { 2000, 4, 23 }, { 2008, 3, 23 }, { 2011, 4, 24 },
                                    { 2019, 4, 21 }, { 2023, 4, 9 },  { 2024, 3, 31 },
                                    { 2025, 4, 20 }, { 2026, 4, 5 },  { 2027, 3, 28 },
                                    { 2028, 4, 16 }, { 2030, 4, 21 }, { 2035, 3, 25 },
                                    { 2038, 4, 25 }, { 2049, 4, 18 }, { 2060, 4, 18 } };

  for (guint i = 0; i < G_N_ELEMENTS (sundays); i++)
    g_assert_cmpint (holidays_easter_sunday (sundays[i][0]), ==,
                     day (sundays[i][0], sundays[i][1], sundays[i][2]));
  for (int year = 1990; year <= 2060; year++)
    g_assert_cmpint (calsync_days_weekday (holidays_easter_sunday (year)), ==, 7);
}

static void
test_year (void)
{
  static const int closed_2026[][2] = { { 1, 1 },   { 4, 2 },   { 4, 3 },  { 4, 5 }, { 4, 6 },
                                        { 5, 14 },  { 5, 24 },  { 5, 25 }, { 6, 5 }, { 12, 24 },
                                        { 12, 25 }, { 12, 26 }, { 12, 31 } };
  g_autoptr (Holidays) holidays = load ();
  g_autoptr (GArray) dates = holidays_list_closed (holidays, day (2026, 1, 1), day (2027, 1, 1));

  g_assert_cmpuint (dates->len, ==, G_N_ELEMENTS (closed_2026));
  for (guint i = 0; i < dates->len; i++)
    g_assert_cmpint (g_array_index (dates, gint32, i), ==,
                     day (2026, closed_2026[i][0], closed_2026[i][1]));
}

/* The day of prayer: the fourth Friday after Easter, until 2023. */
static void
test_abolished (void)
{
  g_autoptr (Holidays) holidays = load ();

  g_assert_cmpstr (holidays_find_name (holidays, day (2023, 5, 5)), ==, "Store bededag");
  g_assert_null (holidays_find_name (holidays, day (2024, 4, 26)));
  for (int year = 2024; year <= 2060; year++)
    g_assert_cmpstr (holidays_find_name (holidays, holidays_easter_sunday (year) + 26), !=,
                     "Store bededag");
}

static void
test_named_only (void)
{
  g_autoptr (Holidays) holidays = load ();
  g_autoptr (GArray) dates = holidays_list_closed (holidays, day (2026, 5, 1), day (2026, 5, 2));

  g_assert_cmpstr (holidays_find_name (holidays, day (2026, 5, 1)), ==, "1. maj");
  g_assert_cmpuint (dates->len, ==, 0);
}

static void
test_refused (void)
{
  static const char *const bad[] = {
    "name,kind\nNytårsdag,fixed\n",
    HEADER "Nytårsdag,fixed,1,1,,1900,,1\n",
    HEADER "Nytårsdag,fixed,13,1,,1900,,1,x\n",
    HEADER "Nytårsdag,fixed,2,30,,1900,,1,x\n",
    HEADER "Nytårsdag,lunar,1,1,,1900,,1,x\n",
    HEADER "Påskedag,easter,,,far,1900,,1,x\n",
    HEADER "Påskedag,easter,,,0,1900,,2,x\n",
    HEADER "Påskedag,easter,,,0,,,1,x\n",
    HEADER "\"Påskedag,easter,,,0,1900,,1,x\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (holidays_parse (bad[i], &error));
      g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_MALFORMED);
      g_assert_nonnull (strstr (error->message, "line "));
    }
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/holidays/easter", test_easter);
  g_test_add_func ("/holidays/year", test_year);
  g_test_add_func ("/holidays/abolished", test_abolished);
  g_test_add_func ("/holidays/named-only", test_named_only);
  g_test_add_func ("/holidays/refused", test_refused);
  return g_test_run ();
}
