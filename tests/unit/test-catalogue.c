/* SPDX-License-Identifier: EUPL-1.2 */
/* The catalogue's own judgement: an interview type may be planned while the code list knows it. */
#include "index/catalogue.h"

#include "calsync-civil.h"
#include "testlib.h"

static const char types_csv[] = "# SPDX-License-Identifier: EUPL-1.2\n"
                                "# Types of a test.\n"
                                "code,name,valid_from,valid_until,source\n"
                                "7,Jobsamtale,,,test\n"
                                "10,CV-samtale,,,test\n"
                                "19,Ended,2019-01-01,2026-12-01,test\n"
                                "30,To come,2027-01-01,,test\n";

static const struct
{
  int type;
  int year, month, day;
  BookingDecision expected;
} cases[] = {
  { 7, 2026, 11, 24, BOOKING_MAY },          { 19, 2026, 11, 30, BOOKING_MAY },
  { 19, 2026, 12, 1, BOOKING_TYPE_CLOSED },  { 19, 2018, 12, 31, BOOKING_TYPE_CLOSED },
  { 30, 2026, 12, 31, BOOKING_TYPE_CLOSED }, { 30, 2027, 1, 1, BOOKING_MAY },
  { 10, 2023, 12, 31, BOOKING_MAY },         { 10, 2024, 1, 1, BOOKING_TYPE_CLOSED },
  { 999, 2026, 11, 24, BOOKING_MAY }, /* not listed: only proven ids are */
};

static void
test_types_have_dates (void)
{
  g_autoptr (Catalogue) catalogue = catalogue_new ();
  g_autoptr (GError) error = NULL;
  CodeList *types = code_list_parse ("interview-types", types_csv, &error);
  CatalogueUnit unit = { .types = interview_type_rules_default () };

  g_assert_no_error (error);
  catalogue_take_interview_types (catalogue, types);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      gint32 date = (gint32) calsync_days_from_civil (cases[i].year, cases[i].month, cases[i].day);
      g_test_message ("type %d on %d-%02d-%02d", cases[i].type, cases[i].year, cases[i].month,
                      cases[i].day);
      g_assert_cmpint (catalogue_may_plan (catalogue, &unit, cases[i].type, date), ==,
                       cases[i].expected);
    }
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/catalogue/types-have-dates", test_types_have_dates);
  return g_test_run ();
}
