/* SPDX-License-Identifier: EUPL-1.2 */
/* Times that are made out of entries of which nothing else is believed. */
#include <string.h>

#include "calsync-hint.h"
#include "testlib.h"

#define S ((gint64) G_USEC_PER_SEC)

static const struct
{
  const char *text;
  gint64 start_us;
  gint64 changed_us;
} cases[] = {
  { "", 0, 0 },
  { "no iCalendar at all", 0, 0 },
  { "BEGIN:VEVENT\r\nDTSTART:20261201T100000Z\r\n", 1796119200 * S, 0 },
  { "BEGIN:VEVENT\nDTSTART;TZID=Nowhere:20261201T110000\nDTSTAMP:20261120T070000Z\n",
    1796119200 * S, 1795158000 * S },
  { "BEGIN:VEVENT\nDTSTART;VALUE=DATE:20261201\n", 1796079600 * S, 0 },
  { "BEGIN:VEVENT\nDTSTART:soon\nDTSTART:20261201T100000Z\n", 1796119200 * S, 0 },
  { "BEGIN:VEVENT\nDTSTAMP:20261001T070000Z\nLAST-MODIFIED:20261120T070000Z\n", 0, 1795158000 * S },
  { "BEGIN:VTIMEZONE\nBEGIN:STANDARD\nDTSTART:19961027T030000\nLAST-MODIFIED:20000101T000000Z\n"
    "END:STANDARD\nEND:VTIMEZONE\nBEGIN:VEVENT\nDTSTART:20261201T100000Z\n",
    1796119200 * S, 0 },
  { "BEGIN:VEVENT\nDTSTART:20261201T100000Z\nBEGIN:VEVENT\nDTSTART:20270101T100000Z\n",
    1796119200 * S, 0 },
};

static void
test_hints (void)
{
  const CalsyncZone *zone = calsync_zone_lookup ("Europe/Copenhagen", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      CalsyncHint hint = { 7, 7 };

      g_test_message ("%s", cases[i].text);
      calsync_hint_read (cases[i].text, strlen (cases[i].text), zone, &hint);
      g_assert_cmpint (hint.start_us, ==, cases[i].start_us);
      g_assert_cmpint (hint.changed_us, ==, cases[i].changed_us);
    }
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/calsync/hint", test_hints);
  return g_test_run ();
}
