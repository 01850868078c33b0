/* SPDX-License-Identifier: EUPL-1.2 */
/* Runs a fuzz target without libFuzzer: replays its corpus, then a bounded number of mutations of it. */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "fuzz.h"
#include "testlib.h"

#define MAX_INPUT_BYTES 65536

typedef struct
{
  GPtrArray *names;  /* of char*: paths of the corpus files */
  GPtrArray *corpus; /* of GBytes */
  GPtrArray *words;  /* of GBytes: the dictionary */
} Fuzz;

static Fuzz fuzz;
static const guint8 *current_input;
static gsize current_bytes;

/* --- corpus and dictionary -------------------------------------------------------------------- */

static void
add_file (const char *path)
{
  g_autofree char *content = NULL;
  gsize n_bytes;

  g_assert_true (g_file_get_contents (path, &content, &n_bytes, NULL));
  if (n_bytes > MAX_INPUT_BYTES)
    return;
  g_ptr_array_add (fuzz.names, g_strdup (path));
  g_ptr_array_add (fuzz.corpus, g_bytes_new_take (g_steal_pointer (&content), n_bytes));
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static void
add_folder (const char *path, const char *suffix)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  g_autoptr (GPtrArray) leaves = g_ptr_array_new_with_free_func (g_free);
  const char *leaf;

  while (folder != NULL && (leaf = g_dir_read_name (folder)) != NULL)
    g_ptr_array_add (leaves, g_build_filename (path, leaf, NULL));
  g_ptr_array_sort (leaves, compare_names);
  for (guint i = 0; i < leaves->len; i++)
    if (g_file_test (leaves->pdata[i], G_FILE_TEST_IS_DIR))
      add_folder (leaves->pdata[i], suffix);
    else if (g_str_has_suffix (leaves->pdata[i], suffix))
      add_file (leaves->pdata[i]);
}

/* PATH or PATH:SUFFIX, seen from the root of the tree. */
static void
add_seeds (const char *seeds)
{
  g_auto (GStrv) parts = g_strsplit (seeds, ":", 2);
  g_autofree char *path = testlib_dup_source_path (parts[0]);

  add_folder (path, parts[1] == NULL ? "" : parts[1]);
}

/* The row of this target in the table: name, longest input, seeds. */
static void
read_table (void)
{
  g_autofree char *path = testlib_dup_source_path ("tests/fuzz/targets");
  g_autofree char *table = NULL;
  g_auto (GStrv) lines = NULL;
  gboolean is_found = FALSE;

  g_assert_true (g_file_get_contents (path, &table, NULL, NULL));
  lines = g_strsplit (table, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) words = g_strsplit (lines[i], " ", -1);
      guint n_words = 0;

      for (guint k = 0; words[k] != NULL; k++)
        if (*words[k] != '\0' && n_words++ >= 2 && strcmp (words[0], FUZZ_NAME) == 0)
          add_seeds (words[k]);
      is_found |= words[0] != NULL && strcmp (words[0], FUZZ_NAME) == 0;
    }
  g_assert_true (is_found);
}

/* A dictionary as libFuzzer reads it: one "text" a line, with C escapes. */
static void
read_dictionary (void)
{
  g_autofree char *path = testlib_dup_source_path ("tests/fuzz/" FUZZ_NAME ".dict");
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_autoptr (GByteArray) word = g_byte_array_new ();
      char *at = lines[i];

      if (*at != '"')
        continue;
      for (at++; *at != '\0' && *at != '"'; at++)
        {
          guint8 byte = (guint8) *at;

          if (at[0] == '\\' && at[1] == 'x' && at[2] != '\0' && at[3] != '\0')
            {
              byte = (guint8) (g_ascii_xdigit_value (at[2]) * 16 + g_ascii_xdigit_value (at[3]));
              at += 3;
            }
          else if (at[0] == '\\' && at[1] != '\0')
            byte = (guint8) * ++at;
          g_byte_array_append (word, &byte, 1);
        }
      g_ptr_array_add (fuzz.words, g_byte_array_free_to_bytes (g_steal_pointer (&word)));
    }
  g_assert_cmpuint (fuzz.words->len, >, 0);
}

/* --- mutations -------------------------------------------------------------------------------- */

static gsize
pick (GRand *random, gsize n)
{
  return n == 0 ? 0 : (gsize) g_rand_int_range (random, 0, (gint32) n);
}

static void
insert (GByteArray *bytes, gsize at, const guint8 *data, gsize n_data)
{
  gsize n_before = bytes->len;

  if (n_before + n_data > MAX_INPUT_BYTES || n_data == 0)
    return;
  g_byte_array_set_size (bytes, (guint) (n_before + n_data));
  memmove (bytes->data + at + n_data, bytes->data + at, n_before - at);
  memmove (bytes->data + at, data, n_data);
}

static void
insert_from (GRand *random, GByteArray *bytes, const GPtrArray *list, gboolean is_whole)
{
  gsize n_data = 0;
  const guint8 *data = g_bytes_get_data (list->pdata[pick (random, list->len)], &n_data);
  gsize from = is_whole ? 0 : pick (random, n_data);

  insert (bytes, pick (random, bytes->len + 1), data + from,
          is_whole ? n_data : pick (random, n_data - from));
}

static void
erase_some (GRand *random, GByteArray *bytes)
{
  gsize at = pick (random, bytes->len);
  gsize n_wanted = 1 + pick (random, g_rand_boolean (random) ? 8 : 200);

  g_byte_array_remove_range (bytes, (guint) at, (guint) MIN (bytes->len - at, n_wanted));
}

static void
repeat_some (GRand *random, GByteArray *bytes)
{
  gsize at = pick (random, bytes->len);
  gsize n_wanted = 1 + pick (random, 80);
  gsize n_piece = MIN (bytes->len - at, n_wanted);
  g_autofree guint8 *piece = n_piece == 0 ? NULL : g_memdup2 (bytes->data + at, n_piece);

  if (piece == NULL)
    return;
  for (gsize n = pick (random, pick (random, 20) == 0 ? 300 : 4); n > 0; n--)
    insert (bytes, at, piece, n_piece);
}

/* A run of digits becomes a number at some limit. */
static void
change_number (GRand *random, GByteArray *bytes)
{
  static const char *const numbers[] = {
    "0",
    "1",
    "-1",
    "00",
    "60",
    "61",
    "99",
    "366",
    "9999",
    "65536",
    "2147483647",
    "2147483648",
    "-2147483648",
    "4294967296",
    "9223372036854775807",
    "9223372036854775808",
    "99999999999999999999999",
  };
  const char *number = numbers[pick (random, G_N_ELEMENTS (numbers))];
  gsize at = pick (random, bytes->len), end;

  while (at < bytes->len && !g_ascii_isdigit (bytes->data[at]))
    at++;
  for (end = at; end < bytes->len && g_ascii_isdigit (bytes->data[end]);)
    end++;
  if (end > at)
    g_byte_array_remove_range (bytes, (guint) at, (guint) (end - at));
  insert (bytes, MIN (at, bytes->len), (const guint8 *) number, strlen (number));
}

static void
mutate (GRand *random, GByteArray *bytes)
{
  switch (pick (random, 10))
    {
    case 0:
    case 1:
      if (bytes->len > 0)
        bytes->data[pick (random, bytes->len)] ^= (guint8) (1u << pick (random, 8));
      break;
    case 2:
      if (bytes->len > 0)
        bytes->data[pick (random, bytes->len)] = (guint8) pick (random, 256);
      break;
    case 3:
      erase_some (random, bytes);
      break;
    case 4:
      repeat_some (random, bytes);
      break;
    case 5:
      insert_from (random, bytes, fuzz.corpus, FALSE);
      break;
    case 6:
      change_number (random, bytes);
      break;
    default:
      insert_from (random, bytes, fuzz.words, TRUE);
    }
}

/* --- runs ------------------------------------------------------------------------------------- */

/* Keeps what was being read when a property failed; only calls that a signal handler may make. */
static void
on_abort (int number)
{
  int fd = open ("failed-fuzz-" FUZZ_NAME, O_WRONLY | O_CREAT | O_TRUNC, 0600);

  if (fd >= 0 && write (fd, current_input, current_bytes) >= 0)
    close (fd);
  signal (number, SIG_DFL);
  raise (number);
}

static void
run_one (const guint8 *data, gsize n_bytes)
{
  current_input = data;
  current_bytes = n_bytes;
  g_assert_cmpint (LLVMFuzzerTestOneInput (data, n_bytes), ==, 0);
}

static void
test_corpus (void)
{
  run_one ((const guint8 *) "", 0);
  for (guint i = 0; i < fuzz.corpus->len; i++)
    {
      gsize n_bytes = 0;
      const guint8 *data = g_bytes_get_data (fuzz.corpus->pdata[i], &n_bytes);

      g_test_message ("%s", (const char *) fuzz.names->pdata[i]);
      run_one (data, n_bytes);
    }
}

static void
test_mutations (void)
{
  g_autoptr (GRand) random = testlib_random_new ();
  guint64 n_rounds = testlib_budget ("fuzz-" FUZZ_NAME);

  for (guint64 round = 0; round < n_rounds; round++)
    {
      g_autoptr (GByteArray) bytes = g_byte_array_new ();
      gsize n_bytes = 0;
      const guint8 *data =
        g_bytes_get_data (fuzz.corpus->pdata[pick (random, fuzz.corpus->len)], &n_bytes);

      g_byte_array_append (bytes, data, (guint) n_bytes);
      for (gsize n = 1 + pick (random, 6); n > 0; n--)
        mutate (random, bytes);
      run_one (bytes->data, bytes->len);
    }
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  fuzz.names = g_ptr_array_new_with_free_func (g_free);
  fuzz.corpus = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  fuzz.words = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  read_table ();
  read_dictionary ();
  signal (SIGABRT, on_abort);
  g_assert_cmpuint (fuzz.corpus->len, >, 0);
  g_test_add_func ("/fuzz-" FUZZ_NAME "/corpus", test_corpus);
  g_test_add_func ("/fuzz-" FUZZ_NAME "/mutations", test_mutations);
  return g_test_run ();
}
