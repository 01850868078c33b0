/* SPDX-License-Identifier: EUPL-1.2 */
/* JSON before the parser: depth, numbers, NUL, comments, and the line of each. */
#include "base/json-text.h"
#include "testlib.h"

#include <string.h>

static const struct
{
  const char *text;
  const char *fault; /* NULL when there is none */
  guint line;
} rows[] = {
  { "", NULL, 0 },
  { "{\"a\": [1, -2, 3.5, true, false, null, \"x\"]}", NULL, 0 },
  { "{\"a\": \"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\"}", NULL, 0 },
  { "{\"a\": \"say \\\"hi\\\" \\\\\"}", NULL, 0 },
  { "{\"a\": \"\\u0001 \\\\u0000\"}", NULL, 0 },
  { "{\"a\": 123456789012345678}", NULL, 0 },
  { "{\"a\": 99999999999999999999}", "too long", 1 },
  { "{\n\"a\":\n1e999}", "letter", 3 },
  { "{\"a\": 0x10}", "letter", 1 },
  { "{\n\"a\": \"b\\u0000c\"}", "NUL", 2 },
  { "{\"a\": \"\\ud83d\\ude00 \\u00e6 \\\\ud800\"}", NULL, 0 },
  { "{\"a\": \"\\ud83dx\"}", "half a character", 1 },
  { "{\"a\\ude00\": 1}", "half a character", 1 },
  { "{\"a\": \"\\ud83d", "half a character", 1 },
  { "{\"a\": \"\\b\\f\\n\\r\\t\\/\\\"\\\\\"}", NULL, 0 },
  { "{\"a\": \"\\222\"}", "backslash", 1 },
  { "{\"a\": \"\\0\"}", "backslash", 1 },
  { "{\n\"a\": \"\\x41\"}", "backslash", 2 },
  { "{\"a\": \"\\u12g4\"}", "backslash", 1 },
  { "{\"a\": \"\\u12", "backslash", 1 },
  { "{\"a\": \"b", "never closed", 1 },
  { "{\"a\": \"b\\", "never closed", 1 },
  { "[{\"a\": 1}]\n[{\"b\": 2}]", "behind the end", 2 },
  { "{}\n\n{}", "behind the end", 3 },
  { "[] \"x\"", "behind the end", 1 },
  { "\"x\" 1", "behind the end", 1 },
  { "true false", "behind the end", 1 },
  { " null \n", NULL, 0 },
  { "{'a': 1}", "no JSON", 1 },
  { "{} // x", "no JSON", 1 },
  { "\n\n/* [ */ {}", "no JSON", 3 },
  { "{\"a\": \xc3\xa6}", "no JSON", 1 },
};

static void
test_rows (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      guint line = 0;
      const char *fault = json_text_find_fault (rows[i].text, strlen (rows[i].text), &line);

      g_test_message ("%s: %s", rows[i].text, fault == NULL ? "good" : fault);
      g_assert_cmpint (fault == NULL, ==, rows[i].fault == NULL);
      g_assert_cmpuint (line, ==, rows[i].line);
      if (fault != NULL)
        g_assert_nonnull (strstr (fault, rows[i].fault));
    }
}

static void
test_depth (void)
{
  for (guint depth = 30; depth < 40; depth++)
    {
      g_autofree char *open = g_strnfill (depth, '[');
      g_autofree char *text = g_strconcat (open, "\n]", NULL);
      guint line = 0;

      g_assert_cmpint (json_text_find_fault (text, strlen (text), &line) == NULL, ==, depth <= 32);
    }
}

static void
test_nul (void)
{
  guint line = 0;

  g_assert_nonnull (json_text_find_fault ("{}\0", 3, &line));
  g_assert_cmpuint (line, ==, 1);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/json-text/rows", test_rows);
  g_test_add_func ("/json-text/depth", test_depth);
  g_test_add_func ("/json-text/nul", test_nul);
  return g_test_run ();
}
