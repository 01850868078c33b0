/* SPDX-License-Identifier: EUPL-1.2 */
/* Code lists with dates, and every list that is installed. Also tests: data-table. */
#include "rules/code-list.h"

#include "base/error.h"
#include "calsync-civil.h"
#include "testlib.h"

#define HEADER "code,name,valid_from,valid_until,source\n"

static gint32
day (int year, int month, int day_of_month)
{
  return (gint32) calsync_days_from_civil (year, month, day_of_month);
}

static CodeList *
load (const char *name)
{
  g_autofree char *relative = g_strdup_printf ("data/codes/%s.csv", name);
  g_autofree char *path = testlib_dup_source_path (relative);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  CodeList *list;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  list = code_list_parse (name, text, &error);
  g_assert_no_error (error);
  return list;
}

static void
test_installed (void)
{
  static const struct
  {
    const char *name;
    guint n_rows;
    int code;
    const char *meaning;
  } lists[] = {
    { "interview-types", 12, 17, "Fælles jobsamtale" },
    { "contact-types", 2, 8, "Digitalt møde" },
    { "form-types", 0, 0, NULL },
    { "contact-groups", 12, 1, "Dagpengemodtager" },
    { "categories", 12, 4, "Personkategori 4" },
    { "absence-types", 13, 56, "Fritaget for pligt til selvbook" },
    { "organisation-types", 4, 8, "Jobcenter" },
    { "user-types", 3, 2, "Sagsbehandler" },
    { "client-systems", 3, 32, "Jobnet" },
    { "error-codes", 14, 4770, "Ingen ledige bookingmuligheder" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    {
      g_autoptr (CodeList) list = load (lists[i].name);
      const CodeRow *row = code_list_find (list, lists[i].code, day (2026, 11, 22));

      g_assert_cmpstr (code_list_get_name (list), ==, lists[i].name);
      g_assert_cmpuint (code_list_count (list), ==, lists[i].n_rows);
      g_assert_cmpstr (row == NULL ? NULL : row->name, ==, lists[i].meaning);
    }
}

static void
test_dates (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CodeList) list =
    code_list_parse ("test",
                     HEADER "# a remark\r\n"
                            "7,New name,2025-01-01,,source\r\n"
                            "7,\"Old, \"\"quoted\"\" name\",,2024-12-31,source\r\n"
                            "3,Always,,,\n",
                     &error);

  g_assert_no_error (error);
  g_assert_cmpuint (code_list_count (list), ==, 3);
  g_assert_cmpint (code_list_get_row (list, 0)->code, ==, 3);
  g_assert_cmpstr (code_list_find (list, 7, day (2024, 12, 30))->name, ==, "Old, \"quoted\" name");
  g_assert_null (code_list_find (list, 7, day (2024, 12, 31)));
  g_assert_cmpstr (code_list_find (list, 7, day (2025, 1, 1))->name, ==, "New name");
  g_assert_cmpstr (code_list_find_any (list, 7)->name, ==, "New name");
  g_assert_null (code_list_find_any (list, 8));
}

static void
test_refused (void)
{
  static const char *const bad[] = {
    "code,name\n7,x\n",
    HEADER "seven,Name,,,s\n",
    HEADER "7,Name,,s\n",
    HEADER "7,,,,s\n",
    HEADER "7,Name,2025-02-29,,s\n",
    HEADER "7,Name,2025-2-2,,s\n",
    HEADER "7,Name,2025-02-02,2025-02-02,s\n",
    HEADER "7,Name,,,s\n7,Other,2025-01-01,,s\n",
    HEADER "7,\"Name,,,s\n",
    HEADER "7,\"Na\"me,,,s\n",
    HEADER "99999999999,Name,,,s\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (code_list_parse ("test", bad[i], &error));
      g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_MALFORMED);
    }
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/code-list/installed", test_installed);
  g_test_add_func ("/code-list/dates", test_dates);
  g_test_add_func ("/code-list/refused", test_refused);
  return g_test_run ();
}
