/* SPDX-License-Identifier: EUPL-1.2 */
/* Changes of our own properties in an event that an advisor has touched: nothing else moves by a byte. */
#include "calsync-error.h"
#include "calsync-patch.h"
#include "calsync-shape.h"
#include "testlib.h"

#include <string.h>

#define S    CALSYNC_US_PER_SECOND
#define REF  "k:booking:6d0f6b1e-6c7c-4a0e-9d8a-0123456789ab"
#define HEAD "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y\r\n"
#define TAIL "END:VCALENDAR\r\n"

/* clang-format off */
#define ZONE "BEGIN:VTIMEZONE\r\nTZID:Europe/Copenhagen\r\nBEGIN:STANDARD\r\nDTSTART:19701025T030000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
#define NOTE "DESCRIPTION:Husk kaffe\\, og\r\n  lang note paa to linjer DTSTART:19990101T000000Z\r\n"
#define BELL "BEGIN:VALARM\r\nTRIGGER:-PT15M\r\nACTION:DISPLAY\r\nDURATION:PT5M\r\nEND:VALARM\r\n"
static const struct
{
  const char *name, *before, *after; /* of the event; NULL: it cannot be done */
  gint code;
} rows[] = {
  { "plain",    "DTSTART:20270115T080000Z\r\nDTEND:20270115T090000Z\r\nDTSTAMP:20260101T000000Z\r\nSEQUENCE:2\r\nX-PLANNER-REF:" REF "\r\n",
                "DTSTART:20270116T100000Z\r\nDTEND:20270116T110000Z\r\nDTSTAMP:20260701T120000Z\r\nSEQUENCE:5\r\nX-PLANNER-REF:" REF "\r\n", 0 },
  { "touched",  NOTE "DTSTART;TZID=Europe/Copenhagen:20270115T090000\r\nX-APPLE:1\r\nDURATION:PT1H\r\nSEQUENCE:9\r\n" BELL "ATTACH:x\r\nLAST-MODIFIED:20260101T000000Z\r\nDTSTAMP:20260101T000000Z\r\n",
                NOTE "DTSTART:20270116T100000Z\r\nX-APPLE:1\r\nDTEND:20270116T110000Z\r\nSEQUENCE:10\r\n" BELL "ATTACH:x\r\nLAST-MODIFIED:20260701T120000Z\r\nDTSTAMP:20260701T120000Z\r\nX-PLANNER-REF:" REF "\r\n", 0 },
  { "folded",   "dtstart;VALUE=DATE-TIME:2027\r\n 0115T080000Z\r\nDTEND:20270115T090000Z\r\nDTEND:20270115T090000Z\r\nDTSTAMP:20260101T000000Z\r\nTRANSP:TRANSPARENT\r\n",
                "DTSTART:20270116T100000Z\r\nDTEND:20270116T110000Z\r\nDTSTAMP:20260701T120000Z\r\nTRANSP:TRANSPARENT\r\nSEQUENCE:5\r\nX-PLANNER-REF:" REF "\r\n", 0 },
  { "series",   "DTSTART:20270115T080000Z\r\nRRULE:FREQ=WEEKLY\r\n", NULL, CALSYNC_ERROR_UNSUPPORTED },
  { "dates",    "DTSTART:20270115T080000Z\r\nRDATE:20270117T080000Z\r\n", NULL, CALSYNC_ERROR_UNSUPPORTED },
  { "people",   "DTSTART:20270115T080000Z\r\nATTENDEE:mailto:a@b.example\r\n", NULL, CALSYNC_ERROR_UNSUPPORTED },
  { "several",  "DTSTART:20270115T080000Z\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nDTSTART:20270115T080000Z\r\n", NULL, CALSYNC_ERROR_UNSUPPORTED },
};
/* clang-format on */

static char *
patch (const char *text, guint *out_sequence, GError **error)
{
  const CalsyncPatch change = { .reference = REF,
                                .start_us = 1800093600 * S,
                                .end_us = 1800097200 * S,
                                .stamp_us = 1782907200 * S,
                                .sequence = 5 };

  return calsync_patch_apply (text, strlen (text), &change, out_sequence, error);
}

static void
test_rows (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *before = g_strconcat (HEAD ZONE "BEGIN:VEVENT\r\nUID:u\r\n", rows[i].before,
                                             "END:VEVENT\r\n" TAIL, NULL);
      g_autofree char *expected = g_strconcat (HEAD ZONE "BEGIN:VEVENT\r\nUID:u\r\n", rows[i].after,
                                               "END:VEVENT\r\n" TAIL, NULL);
      g_autoptr (GError) error = NULL;
      guint sequence = 0;
      g_autofree char *after = patch (before, &sequence, &error);

      g_test_message ("%s", rows[i].name);
      if (rows[i].after == NULL)
        {
          g_assert_null (after);
          g_assert_error (error, CALSYNC_ERROR, rows[i].code);
          continue;
        }
      g_assert_no_error (error);
      g_assert_cmpstr (after, ==, expected);
      g_assert_cmpuint (sequence, ==, strstr (rows[i].before, "SEQUENCE:9") ? 10 : 5);
    }
}

static void
test_line_breaks (void)
{
  g_autoptr (GError) error = NULL;
  guint sequence;
  g_autofree char *lf =
    patch ("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20270115T080000Z\nEND:VEVENT\nEND:VCALENDAR",
           &sequence, &error);
  g_autofree char *cut = NULL, *none = NULL;

  g_assert_no_error (error);
  g_assert_null (strchr (lf, '\r'));
  g_assert_true (g_str_has_suffix (lf, "\nEND:VCALENDAR"));
  cut = patch ("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20270115T080000Z\n", &sequence, &error);
  g_assert_null (cut);
  g_assert_error (error, CALSYNC_ERROR, CALSYNC_ERROR_MALFORMED);
  g_clear_error (&error);
  none = patch ("BEGIN:VCALENDAR\nEND:VCALENDAR\n", &sequence, &error);
  g_assert_null (none);
  g_assert_error (error, CALSYNC_ERROR, CALSYNC_ERROR_MALFORMED);
}

/* A person has said so: one event without people again, with the advisor's notes. */
static void
test_taken_back (void)
{
  const CalsyncPatch change = { .reference = REF,
                                .start_us = 1800093600 * S,
                                .end_us = 1800097200 * S,
                                .stamp_us = 1782907200 * S,
                                .sequence = 5,
                                .takes_back = TRUE };
  static const char before[] =
    HEAD ZONE "BEGIN:VEVENT\r\nUID:u\r\nRECURRENCE-ID:20270117T080000Z\r\n"
              "DTSTART:20270117T080000Z\r\n" BELL "END:VEVENT\r\n"
              "BEGIN:VEVENT\r\nUID:u\r\n" NOTE "RRULE:FREQ=DAILY\r\nEXDATE:20270118T080000Z\r\n"
              "ORGANIZER:mailto:o@b.example\r\nATTENDEE;CN=x:mailto:a@\r\n b.example\r\n"
              "DTSTART:20270115T080000Z\r\nDTEND:20270115T090000Z\r\nDTSTAMP:20260101T000000Z\r\n"
              "SEQUENCE:2\r\nX-PLANNER-REF:" REF "\r\n" BELL "END:VEVENT\r\n" TAIL;
  static const char expected[] =
    HEAD ZONE "BEGIN:VEVENT\r\nUID:u\r\n" NOTE
              "DTSTART:20270116T100000Z\r\nDTEND:20270116T110000Z\r\nDTSTAMP:20260701T120000Z\r\n"
              "SEQUENCE:5\r\nX-PLANNER-REF:" REF "\r\n" BELL "END:VEVENT\r\n" TAIL;
  static const char exception[] =
    HEAD "BEGIN:VEVENT\r\nUID:u\r\nRECURRENCE-ID:20270117T080000Z\r\nEND:VEVENT\r\n" TAIL;
  g_autoptr (GError) error = NULL;
  guint sequence;
  g_autofree char *after =
    calsync_patch_apply (before, strlen (before), &change, &sequence, &error);
  g_autofree char *none = NULL;

  g_assert_no_error (error);
  g_assert_cmpstr (after, ==, expected);
  none = calsync_patch_apply (exception, strlen (exception), &change, &sequence, &error);
  g_assert_null (none);
  g_assert_error (error, CALSYNC_ERROR, CALSYNC_ERROR_MALFORMED);
}

/* Random lines of a user in random places: all of them are there afterwards, in their order, and the time is ours. */
static void
test_random (void)
{
  static const char *const theirs[] = { "SUMMARY:Samtale (husk papirer)",
                                        "LOCATION:Lokale 3",
                                        "X-A;B=\"c:d\":e",
                                        "CATEGORIES:Rød,Blå",
                                        "BEGIN:VALARM\r\nTRIGGER:-PT5M\r\nEND:VALARM",
                                        "DESCRIPTION:a\r\n b\r\n\tc",
                                        "COMMENT:",
                                        "CLASS:PRIVATE",
                                        "STATUS:TENTATIVE",
                                        "EXDATE:20270101T000000Z" };
  static const char *const ours[] = { "DTSTART:20270115T080000Z", "DTEND:20270115T090000Z",
                                      "SEQUENCE:1", "DTSTAMP:20260101T000000Z" };
  g_autoptr (GRand) random = testlib_random_new ();

  for (guint64 i = 0; i < testlib_budget ("calsync-patch"); i++)
    {
      g_autoptr (GString) text = g_string_new (HEAD "BEGIN:VEVENT\r\nUID:u\r\n"),
                          rest = g_string_new (NULL);
      g_autoptr (GError) error = NULL;
      g_autofree char *after = NULL;
      g_auto (CalsyncOwn) own = { 0 };
      const char *at;
      guint sequence, n_ours = 0;

      while (n_ours < G_N_ELEMENTS (ours) || g_rand_int_range (random, 0, 3) > 0)
        {
          const char *line = theirs[g_rand_int_range (random, 0, G_N_ELEMENTS (theirs))];

          if (n_ours < G_N_ELEMENTS (ours) && g_rand_boolean (random))
            line = ours[n_ours++];
          else
            g_string_append_printf (rest, "%s\n", line);
          g_string_append_printf (text, "%s\r\n", line);
        }
      g_string_append (text, "END:VEVENT\r\n" TAIL);
      after = patch (text->str, &sequence, &error);
      g_assert_no_error (error);
      g_assert_cmpint (calsync_own_read (after, strlen (after), "k", NULL, &own), ==,
                       CALSYNC_OWN_OURS);
      g_assert_cmpint (own.shape.start_us, ==, 1800093600 * S);
      g_assert_cmpint (own.shape.end_us, ==, 1800097200 * S);
      at = after;
      for (char *line = rest->str, *stop; (stop = strchr (line, '\n')) != NULL; line = stop + 1)
        {
          *stop = '\0';
          if (stop > line && stop[-1] == '\r')
            stop[-1] = '\0';
          at = strstr (at, line);
          g_assert_nonnull (at);
          at += strlen (line);
        }
    }
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/calsync/patch/rows", test_rows);
  g_test_add_func ("/calsync/patch/taken-back", test_taken_back);
  g_test_add_func ("/calsync/patch/line-breaks", test_line_breaks);
  g_test_add_func ("/calsync/patch/random", test_random);
  return g_test_run ();
}
