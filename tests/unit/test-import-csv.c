/* SPDX-License-Identifier: EUPL-1.2 */
/* The CSV reader: separators, quotes, marks, line numbers, and everything that it refuses. */
#include "ops/text/import-csv.h"
#include "testlib.h"

static const struct
{
  const char *name;
  const char *text;
  const char *expected; /* columns and rows: line:field|field */
} good[] = {
  { "comma", "a,b\n1,2\n", "1:a|b 2:1|2" },
  { "semicolon", "a;b\n1;2,3\n", "1:a|b 2:1|2,3" },
  { "crlf", "a;b\r\n1;2\r\n", "1:a|b 2:1|2" },
  { "no-last-line-end", "a;b\n1;2", "1:a|b 2:1|2" },
  { "byte-order-mark",
    "\xef\xbb\xbf"
    "a;b\n1;2\n",
    "1:a|b 2:1|2" },
  { "quotes", "a,b\n\"x, y\",\"say \"\"hi\"\"\"\n", "1:a|b 2:x, y|say \"hi\"" },
  { "line-end-in-quotes", "a,b\n\"x\ny\",2\n3,4\n", "1:a|b 2:x\ny|2 4:3|4" },
  { "comments-before-header", "# one\n# two\n\na;b\n1;2\n", "4:a|b 5:1|2" },
  { "hash-after-header-is-data", "a;b\n#1;2\n", "1:a|b 2:#1|2" },
  { "empty-lines", "a;b\n\n1;2\n\r\n3;4\n\n", "1:a|b 3:1|2 5:3|4" },
  { "empty-fields", "a;b;c\n;;\n", "1:a|b|c 2:||" },
  { "blanks-around", "a ; b\n 1 ;2\t\n", "1:a|b 2:1|2" },
  { "one-column", "a\n1\n", "1:a 2:1" },
  { "quoted-header", "\"a\";\"b\"\n1;2\n", "1:a|b 2:1|2" },
  { "danish", "navn\nÆbleø\n", "1:navn 2:Æbleø" },
};

static const struct
{
  const char *name;
  const char *text;
  guint line;
  const char *reason;
} bad[] = {
  { "empty", "", 1, "no header" },
  { "only-comments", "# x\n", 2, "no header" },
  { "open-quote", "a;b\n1;\"2\n3;4\n", 2, "never closed" },
  { "text-after-quote", "a;b\n\"1\"x;2\n", 2, "follows the closing quote" },
  { "quote-inside", "a;b\n1x\"y\";2\n", 2, "inside a field" },
  { "short-row", "a;b\n1;2\n3\n", 3, "number of fields" },
  { "long-row", "a;b\n1;2;3\n", 2, "number of fields" },
  { "same-name", "a;b;a\n", 1, "same name" },
  { "no-name", "a;;b\n", 1, "no name" },
  { "latin-1", "a\n\xe6\n", 1, "UTF-8" },
  { "bare-return", "a;b\n1\r2;3\n", 2, "carriage return" },
};

static char *
dup_flat (const CsvTable *table)
{
  g_autoptr (GString) flat = g_string_new (NULL);
  g_autofree char *columns = g_strjoinv ("|", table->columns);

  g_string_printf (flat, "%u:%s", table->header_line, columns);
  for (guint i = 0; i < table->rows->len; i++)
    {
      const CsvRow *row = &g_array_index (table->rows, CsvRow, i);
      g_autofree char *fields = g_strjoinv ("|", row->fields);
      g_string_append_printf (flat, " %u:%s", row->line, fields);
    }
  return g_string_free (g_steal_pointer (&flat), FALSE);
}

static void
test_reads (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_auto (CsvFault) fault = { 0 };
      g_autoptr (CsvTable) table = csv_parse (good[i].text, &fault);
      g_autofree char *flat = NULL;

      g_test_message ("%s", good[i].name);
      g_assert_nonnull (table);
      flat = dup_flat (table);
      g_assert_cmpstr (flat, ==, good[i].expected);
    }
}

static void
test_refuses (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_auto (CsvFault) fault = { 0 };
      g_autoptr (CsvTable) table = csv_parse (bad[i].text, &fault);

      g_test_message ("%s: %s", bad[i].name, fault.reason);
      g_assert_null (table);
      g_assert_cmpuint (fault.line, ==, bad[i].line);
      g_assert_nonnull (strstr (fault.reason, bad[i].reason));
    }
}

static char *
dup_random_field (GRand *rand)
{
  static const char letters[] = "ab;,\"\n #x";
  guint length = g_rand_int_range (rand, 0, 8);
  char *field = g_new0 (char, length + 1);

  for (guint i = 0; i < length; i++)
    field[i] = letters[g_rand_int_range (rand, 0, sizeof letters - 1)];
  return g_strstrip (field);
}

static void
append_quoted (GString *text, const char *field)
{
  g_auto (GStrv) parts = g_strsplit (field, "\"", -1);
  g_autofree char *doubled = g_strjoinv ("\"\"", parts);
  g_string_append_printf (text, "\"%s\"", doubled);
}

/* Whatever is written quoted is read back the same. */
static void
test_random_fields_come_back (void)
{
  g_autoptr (GRand) rand = testlib_random_new ();
  guint64 n_rounds = testlib_budget ("import-csv");

  for (guint64 round = 0; round < n_rounds; round++)
    {
      g_autoptr (GString) text = g_string_new ("a,b\n");
      g_autofree char *first = dup_random_field (rand);
      g_autofree char *second = dup_random_field (rand);
      g_auto (CsvFault) fault = { 0 };
      g_autoptr (CsvTable) table = NULL;

      append_quoted (text, first);
      g_string_append_c (text, ',');
      append_quoted (text, second);
      table = csv_parse (text->str, &fault);
      g_assert_nonnull (table);
      g_assert_cmpuint (table->rows->len, ==, 1);
      g_assert_cmpstr (g_array_index (table->rows, CsvRow, 0).fields[0], ==, first);
      g_assert_cmpstr (g_array_index (table->rows, CsvRow, 0).fields[1], ==, second);
    }
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/import-csv/reads", test_reads);
  g_test_add_func ("/import-csv/refuses", test_refuses);
  g_test_add_func ("/import-csv/random-fields-come-back", test_random_fields_come_back);
  return g_test_run ();
}
