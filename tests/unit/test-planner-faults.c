/* SPDX-License-Identifier: EUPL-1.2 */
/* The table of faults: complete, without contradiction, and silent about our own bugs. */
#include "base/error.h"
#include "contract-error.h"
#include "gateway/track-fault.h"
#include "http/planner-faults.h"
#include "testlib.h"

static const FaultRow *
find (GQuark domain, int code, FaultStage stage)
{
  g_autoptr (GError) error = g_error_new_literal (domain, code, "own words");

  return planner_faults_find (error, stage);
}

/* Every error has a row of its own: the last code of each enum is known here on purpose. */
static void
test_every_error_has_a_row (void)
{
  for (int code = 0; code <= PLANNER_ERROR_INTERNAL; code++)
    {
      const FaultRow *row = find (PLANNER_ERROR, code, FAULT_STAGE_ANSWER);
      g_assert_cmpint (row->domain, ==, FAULT_DOMAIN_PLANNER);
      g_assert_cmpint (row->code, ==, code);
    }
  for (int code = 0; code <= CONTRACT_ERROR_INTERNAL; code++)
    {
      const FaultRow *row = find (CONTRACT_ERROR, code, FAULT_STAGE_REQUEST);
      g_assert_cmpint (row->domain, ==, FAULT_DOMAIN_CONTRACT);
      g_assert_cmpint (row->code, ==, code);
    }
  g_assert_cmpuint (planner_faults_length, ==,
                    PLANNER_ERROR_INTERNAL + CONTRACT_ERROR_INTERNAL + 2);
}

static void
test_published_codes (void)
{
  g_assert_cmpint (
    find (PLANNER_ERROR, PLANNER_ERROR_UNKNOWN_CITIZEN, FAULT_STAGE_ANSWER)->fault_code, ==, 1010);
  g_assert_cmpint (find (PLANNER_ERROR, PLANNER_ERROR_NO_OPTIONS, FAULT_STAGE_ANSWER)->fault_code,
                   ==, 4770);
  g_assert_cmpint (
    find (PLANNER_ERROR, PLANNER_ERROR_NOT_OWN_BOOKING, FAULT_STAGE_ANSWER)->fault_code, ==, 8107);
  g_assert_cmpint (find (CONTRACT_ERROR, CONTRACT_ERROR_INVALID, FAULT_STAGE_REQUEST)->fault_code,
                   ==, 1014);
}

/* One meaning for each code: two planner errors may not share one. */
static void
test_codes_are_unique (void)
{
  for (guint i = 0; i < planner_faults_length; i++)
    for (guint j = 0; j < i; j++)
      if (planner_faults[i].domain == FAULT_DOMAIN_PLANNER &&
          planner_faults[j].domain == FAULT_DOMAIN_PLANNER)
        g_assert_cmpint (planner_faults[i].fault_code, !=, planner_faults[j].fault_code);
}

static void
test_status_is_that_of_soap (void)
{
  for (guint i = 0; i < planner_faults_length; i++)
    {
      const FaultRow *row = &planner_faults[i];
      g_assert_cmpuint (planner_faults_get_status (row, CONTRACT_SOAP_1_1), ==, 500);
      g_assert_cmpuint (planner_faults_get_status (row, CONTRACT_SOAP_1_2), ==,
                        contract_fault_http_status (CONTRACT_SOAP_1_2, row->side));
    }
}

static void
test_bugs_become_internal_without_text (void)
{
  g_autoptr (GError) foreign = g_error_new_literal (G_FILE_ERROR, G_FILE_ERROR_IO, "secret path");
  g_autoptr (GError) broken =
    g_error_new_literal (CONTRACT_ERROR, CONTRACT_ERROR_INVALID, "secret answer");
  const FaultRow *row = planner_faults_find (NULL, FAULT_STAGE_ANSWER);

  g_assert_cmpint (row->code, ==, PLANNER_ERROR_INTERNAL);
  g_assert_cmpint (row->side, ==, CONTRACT_FAULT_RECEIVER);
  g_assert_cmpint (row->level, ==, PLANNER_LOG_ERROR);
  g_assert_cmpstr (planner_faults_get_text (row, NULL), ==, row->text);
  g_assert_true (planner_faults_find (foreign, FAULT_STAGE_ANSWER) == row);
  g_assert_cmpstr (planner_faults_get_text (row, foreign), ==, row->text);
  g_assert_true (planner_faults_find (broken, FAULT_STAGE_ANSWER) == row);
  g_assert_true (planner_faults_find (broken, FAULT_STAGE_REQUEST) != row);
}

static void
test_hidden_texts_stay_hidden (void)
{
  static const int hidden[] = { PLANNER_ERROR_BUSY, PLANNER_ERROR_CONFLICT,
                                PLANNER_ERROR_UNAVAILABLE, PLANNER_ERROR_INTERNAL };

  for (guint i = 0; i < G_N_ELEMENTS (hidden); i++)
    {
      g_autoptr (GError) error = g_error_new_literal (PLANNER_ERROR, hidden[i], "SQL words");
      const FaultRow *row = planner_faults_find (error, FAULT_STAGE_ANSWER);
      g_assert_cmpstr (planner_faults_get_text (row, error), !=, error->message);
    }
}

static const char *const side_names[] = { "sender", "receiver", "must understand",
                                          "version mismatch" };

/* docs/faults.md has every code once, with the same side and status, and no other. */
static void
test_page_is_the_table (void)
{
  g_autofree char *path = testlib_dup_source_path ("docs/faults.md");
  g_autofree char *page = NULL;
  g_autoptr (GHashTable) codes = g_hash_table_new (g_direct_hash, g_direct_equal);
  g_auto (GStrv) lines = NULL;
  guint n_rows = 0;

  g_assert_true (g_file_get_contents (path, &page, NULL, NULL));
  for (guint i = 0; i < planner_faults_length; i++)
    {
      const FaultRow *row = &planner_faults[i];
      g_autofree char *line =
        g_strdup_printf ("\n| %" G_GINT64_FORMAT " | %s | %u | ", row->fault_code,
                         side_names[row->side], row->http_status);
      if (strstr (page, line) == NULL)
        g_error ("docs/faults.md has no row %s", line);
      g_hash_table_add (codes, GINT_TO_POINTER ((int) row->fault_code));
    }
  for (guint i = 0; i < TRACK_N_FAULTS; i++)
    {
      const TrackFaultRow *row = &track_faults[i];
      g_autofree char *line = g_strdup_printf ("\n| %" G_GINT64_FORMAT " | %s | %u | ", row->code,
                                               side_names[row->side], row->http_status);
      if (strstr (page, line) == NULL)
        g_error ("docs/faults.md has no row %s", line);
      g_hash_table_add (codes, GINT_TO_POINTER ((int) row->code));
    }
  lines = g_strsplit (page, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    n_rows += lines[i][0] == '|' && g_ascii_isdigit (lines[i][2]);
  g_assert_cmpuint (n_rows, ==, g_hash_table_size (codes));
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/planner-faults/every-error-has-a-row", test_every_error_has_a_row);
  g_test_add_func ("/planner-faults/published-codes", test_published_codes);
  g_test_add_func ("/planner-faults/codes-are-unique", test_codes_are_unique);
  g_test_add_func ("/planner-faults/status", test_status_is_that_of_soap);
  g_test_add_func ("/planner-faults/bugs-become-internal", test_bugs_become_internal_without_text);
  g_test_add_func ("/planner-faults/hidden-texts", test_hidden_texts_stay_hidden);
  g_test_add_func ("/planner-faults/page", test_page_is_the_table);
  return g_test_run ();
}
