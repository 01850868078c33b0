/* SPDX-License-Identifier: EUPL-1.2 */
/* Which part a revocation list is, and which certificates it answers for: good, forbidden and broken DER. */
#include <string.h>

#include "listener-scope-private.h"
#include "testlib.h"

#define A     "8608687474703a2f2f61"               /* http://a */
#define B     "8608687474703a2f2f62"               /* http://b */
#define C     "8608687474703a2f2f63"               /* http://c */
#define NAME  "a40f300d310b3009060355040613024445" /* a directory name */
#define AT_A  "a00ca00a" A
#define AT_AB "a016a014" A B

static GBytes *
bytes_of_hex (const char *hex)
{
  GByteArray *bytes = g_byte_array_new ();

  for (; hex[0] != '\0'; hex += 2)
    {
      guint8 byte = (guint8) (g_ascii_xdigit_value (hex[0]) * 16 + g_ascii_xdigit_value (hex[1]));
      g_byte_array_append (bytes, &byte, 1);
    }
  return g_byte_array_free_to_bytes (bytes);
}

static ListenerScope *
read_hex (const char *hex, const char **out_problem)
{
  g_autoptr (GBytes) bytes = bytes_of_hex (hex);

  return listener_scope_read (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes),
                              out_problem);
}

static void
test_read (void)
{
  /* clang-format off */
  static const struct
  {
    const char *hex;
    const char *text;    /* NULL with no problem: everything */
    const char *problem; /* NULL: none */
  } rows[] = {
    { "300e" AT_A,                       "http://a",               NULL },
    { "3018" AT_AB,                      "http://a http://b",      NULL },
    { "3011" AT_A "8101ff",              "http://a (users)",       NULL },
    { "3011" AT_A "8201ff",              "http://a (authorities)", NULL },
    { "30038101ff",                      "(users)",                NULL },
    { "30038201ff",                      "(authorities)",          NULL },
    { "3000",                            NULL,                     NULL },
    { "3006" "810100" "840100",          NULL,                     NULL },
    { "301f" "a01da01b" A NAME,          "http://a",               NULL },
    { "300f" "81" "01ff" "82" "01ff" "840100" "850100" "83020160", NULL, "cannot be read" },
    { "30068101ff8201ff",                NULL,                     "contradicts" },
    { "3004" "83020160",                 NULL,                     "some reasons" },
    { "3012" AT_A "83020160",            NULL,                     "some reasons" },
    { "30038401ff",                      NULL,                     "other issuers" },
    { "30038501ff",                      NULL,                     "attribute certificates" },
    { "3015" "a013a011" NAME,            NULL,                     "has no address" },
    { "3004" "a002a000",                 NULL,                     "has no address" },
    { "3006" "a004a0028600",             NULL,                     "has no address" },
    { "3008" "a006a0048602610a",         NULL,                     "has no address" },
    { "3008" "a006a00486026100",         NULL,                     "has no address" },
    { "3004" "a002a100",                 NULL,                     "cannot be read" },
    { "",                                NULL,                     "cannot be read" },
    { "30",                              NULL,                     "cannot be read" },
    { "3080" AT_A "0000",                NULL,                     "cannot be read" },
    { "30810e" AT_A,                     NULL,                     "cannot be read" },
    { "3082000e" AT_A,                   NULL,                     "cannot be read" },
    { "308400000000",                    NULL,                     "cannot be read" },
    { "3083ffffff" AT_A,                 NULL,                     "cannot be read" },
    { "300f" AT_A,                       NULL,                     "cannot be read" },
    { "300e" AT_A "00",                  NULL,                     "cannot be read" },
    { "310e" AT_A,                       NULL,                     "cannot be read" },
    { "301c" AT_A AT_A,                  NULL,                     "cannot be read" },
    { "3011" "8101ff" AT_A,              NULL,                     "cannot be read" },
    { "30068101ff8101ff",                NULL,                     "cannot be read" },
    { "3003" "810101",                     NULL,                     "cannot be read" },
    { "30048102ffff",                    NULL,                     "cannot be read" },
    { "30028100",                        NULL,                     "cannot be read" },
    { "30038601ff",                      NULL,                     "cannot be read" },
    { "3003a101ff",                      NULL,                     "cannot be read" },
    { "300e" "a00ca009" A,               NULL,                     "cannot be read" },
    { "300e" "a00ca00a8609687474703a2f2f61", NULL,                 "cannot be read" },
  };
  /* clang-format on */

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const char *problem = NULL;
      g_autoptr (ListenerScope) scope = read_hex (rows[i].hex, &problem);
      g_autofree char *text = scope == NULL ? NULL : listener_scope_dup_text (scope);

      g_test_message ("%s", rows[i].hex);
      g_assert_cmpstr (text, ==, rows[i].text);
      g_assert_true ((scope == NULL) == (rows[i].problem != NULL));
      if (rows[i].problem != NULL)
        g_assert_nonnull (strstr (problem, rows[i].problem));
      else
        g_assert_null (problem);
    }
}

static void
test_covers (void)
{
  /* clang-format off */
  static const struct
  {
    const char *scope, *points;
    gboolean is_authority;
    gboolean covers;
  } rows[] = {
    { "3000",               "",                                           FALSE, TRUE },
    { "3000",               "ffff",                                       TRUE,  TRUE },
    { "30038101ff",         "",                                           FALSE, TRUE },
    { "30038101ff",         "",                                           TRUE,  FALSE },
    { "30038201ff",         "",                                           TRUE,  TRUE },
    { "30038201ff",         "",                                           FALSE, FALSE },
    { "300e" AT_A,          "3010300e" AT_A,                              FALSE, TRUE },
    { "300e" AT_A,          "3010300e" AT_A,                              TRUE,  TRUE },
    { "300e" AT_A,          "",                                           FALSE, FALSE },
    { "300e" AT_A,          "3000",                                       FALSE, FALSE },
    { "300e" AT_A,          "3010300ea00ca00a" B,                         FALSE, FALSE },
    { "300e" AT_A,          "301a3018" AT_AB,                             FALSE, TRUE },
    { "3018" AT_AB,         "3010300ea00ca00a" B,                         FALSE, TRUE },
    { "3018" AT_AB,         "3010300ea00ca00a" C,                         FALSE, FALSE },
    { "300e" AT_A,          "3020300ea00ca00a" B "300e" AT_A,             FALSE, TRUE },
    { "300e" AT_A,          "30123000300e" AT_A,                          FALSE, TRUE },
    { "3011" AT_A "8101ff", "3010300e" AT_A,                              FALSE, TRUE },
    { "3011" AT_A "8101ff", "3010300e" AT_A,                              TRUE,  FALSE },
    { "3011" AT_A "8201ff", "3010300e" AT_A,                              TRUE,  TRUE },
    /* for some reasons only; of another issuer */
    { "300e" AT_A,          "30143012" AT_A "81020160",                   FALSE, FALSE },
    { "300e" AT_A,          "3023" "3021" AT_A "a211" NAME,               FALSE, FALSE },
    /* another spelling of the same place */
    { "300e" AT_A,          "3010300ea00ca00a8608485454503a2f2f61",       FALSE, FALSE },
    /* broken behind a good one; trailing bytes; too long */
    { "300e" AT_A,          "3010300e" AT_A "00",                         FALSE, FALSE },
    { "300e" AT_A,          "3011300e" AT_A,                              FALSE, FALSE },
    { "300e" AT_A,          "3010310e" AT_A,                              FALSE, FALSE },
  };
  /* clang-format on */

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const char *problem = NULL;
      g_autoptr (ListenerScope) scope = read_hex (rows[i].scope, &problem);
      g_autoptr (GBytes) points = bytes_of_hex (rows[i].points);
      gsize n_bytes = g_bytes_get_size (points);

      g_test_message ("%s %s", rows[i].scope, rows[i].points);
      g_assert_null (problem);
      g_assert_true (listener_scope_covers (scope, g_bytes_get_data (points, NULL), n_bytes,
                                            rows[i].is_authority) == rows[i].covers);
    }
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/listener-scope/read", test_read);
  g_test_add_func ("/listener-scope/covers", test_covers);
  return g_test_run ();
}
