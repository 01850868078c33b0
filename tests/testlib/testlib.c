/* SPDX-License-Identifier: EUPL-1.2 */
/* Start, announced warnings, folders that clean themselves up, seeds, shares and CPR numbers. */
#include "config.h"

#include "testlib.h"

#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct
{
  char *domain;
  GLogLevelFlags level;
  char *pattern;
} ExpectedLog;

static GMutex expected_lock;
static GQueue expected_logs = G_QUEUE_INIT;
static GSList *folders;
static guint32 seed;
static gboolean seed_is_known;

static void
expected_log_free (ExpectedLog *expected)
{
  g_free (expected->domain);
  g_free (expected->pattern);
  g_free (expected);
}

static const char *
find_field (const GLogField *fields, gsize n_fields, const char *key)
{
  for (gsize i = 0; i < n_fields; i++)
    if (g_str_equal (fields[i].key, key) && fields[i].length < 0)
      return fields[i].value;
  return NULL;
}

static gboolean
take_expected (GLogLevelFlags level, const char *domain, const char *message)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&expected_lock);
  ExpectedLog *first = g_queue_peek_head (&expected_logs);

  if (first == NULL || (first->level & level) == 0 || g_strcmp0 (first->domain, domain) != 0 ||
      !g_pattern_match_simple (first->pattern, message))
    return FALSE;
  expected_log_free (g_queue_pop_head (&expected_logs));
  return TRUE;
}

static GLogWriterOutput
on_log (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  const char *domain = find_field (fields, n_fields, "GLIB_DOMAIN");
  const char *message = find_field (fields, n_fields, "MESSAGE");

  if (message == NULL)
    message = "";
  if (take_expected (level, domain, message))
    return G_LOG_WRITER_HANDLED;
  if (level & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING))
    {
      fprintf (stderr, "%s: unexpected warning: %s\n", domain ? domain : "-", message);
      fprintf (stdout, "Bail out! unexpected warning from %s\n", domain ? domain : "-");
      fflush (NULL);
      abort ();
    }
  if (level & (G_LOG_LEVEL_DEBUG | G_LOG_LEVEL_INFO))
    return G_LOG_WRITER_HANDLED;
  return g_log_writer_standard_streams (level, fields, n_fields, user_data);
}

static void
remove_folder (const char *path)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      if (g_file_test (child, G_FILE_TEST_IS_DIR) && !g_file_test (child, G_FILE_TEST_IS_SYMLINK))
        remove_folder (child);
      else
        g_unlink (child);
    }
  g_rmdir (path);
}

static void
remove_folders (void)
{
  for (GSList *at = folders; at != NULL; at = at->next)
    remove_folder (at->data);
  g_slist_free_full (g_steal_pointer (&folders), g_free);
}

/**
 * testlib_init:
 * @argc: (inout): as main got it
 * @argv: (inout): as main got it
 *
 * Starts GLib's test framework so that a warning or critical message nobody announced with
 * testlib_expect_log() ends the program, through either of GLib's two log calls, and so that
 * folders of testlib_make_folder() vanish at exit. Call it first, once, on the main thread.
 */
void
testlib_init (int *argc, char ***argv)
{
  g_test_init (argc, argv, NULL);
  g_log_set_always_fatal (G_LOG_FATAL_MASK);
  g_log_set_default_handler (g_log_default_handler, NULL);
  g_log_set_writer_func (on_log, NULL, NULL);
  atexit (remove_folders);
}

/**
 * testlib_expect_log:
 * @domain: the log domain
 * @level: one or more levels
 * @pattern: a glob over the whole message
 *
 * Announces one message. Announced messages must come in the order of their announcement;
 * close with testlib_assert_expected_logs(). Any thread.
 */
void
testlib_expect_log (const char *domain, GLogLevelFlags level, const char *pattern)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&expected_lock);
  ExpectedLog *expected = g_new0 (ExpectedLog, 1);

  expected->domain = g_strdup (domain);
  expected->level = level;
  expected->pattern = g_strdup (pattern);
  g_queue_push_tail (&expected_logs, expected);
}

/**
 * testlib_assert_expected_logs:
 *
 * Fails the test when an announced message has not come, and forgets what is left. Any thread.
 */
void
testlib_assert_expected_logs (void)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&expected_lock);
  ExpectedLog *missing;

  while ((missing = g_queue_pop_head (&expected_logs)) != NULL)
    {
      g_test_message ("did not see from %s: %s", missing->domain, missing->pattern);
      g_test_fail ();
      expected_log_free (missing);
    }
}

/**
 * testlib_make_folder:
 *
 * Makes an empty folder that is removed with all its content when the program exits. Main thread.
 *
 * Returns: (transfer full): its absolute path
 */
char *
testlib_make_folder (void)
{
  g_autoptr (GError) error = NULL;
  char *path = g_dir_make_tmp ("planner-test-XXXXXX", &error);

  g_assert_no_error (error);
  folders = g_slist_prepend (folders, g_strdup (path));
  return path;
}

/**
 * testlib_dup_source_path:
 * @relative: a path inside the source tree, with `/`
 *
 * Returns: (transfer full): where that file is; PLANNER_SRCDIR names the tree (the current folder
 *   when it is unset). Any thread.
 */
char *
testlib_dup_source_path (const char *relative)
{
  const char *root = g_getenv ("PLANNER_SRCDIR");

  return g_build_filename (root ? root : ".", relative, NULL);
}

/**
 * testlib_random_seed:
 *
 * Returns: the seed of this run: PLANNER_SEED when set, else fresh. It is printed the first time, so
 *   that a failure can be run again. Main thread.
 */
guint32
testlib_random_seed (void)
{
  const char *given = g_getenv ("PLANNER_SEED");
  guint64 value = 0;

  if (seed_is_known)
    return seed;
  if (given != NULL && !g_ascii_string_to_unsigned (given, 10, 0, G_MAXUINT32, &value, NULL))
    g_error ("PLANNER_SEED is not a number from 0 to 4294967295");
  seed = given ? (guint32) value : g_random_int ();
  seed_is_known = TRUE;
  g_test_message ("PLANNER_SEED=%u", seed);
  return seed;
}

/**
 * testlib_random_new:
 *
 * Returns: (transfer full): a generator started from testlib_random_seed(); each call starts the same
 *   sequence. Main thread.
 */
GRand *
testlib_random_new (void)
{
  return g_rand_new_with_seed (testlib_random_seed ());
}

static gboolean
find_share (const char *table, const char *name, gboolean is_long, guint64 *out_share)
{
  g_auto (GStrv) lines = g_strsplit (table, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
      g_auto (GStrv) words = g_strsplit_set (lines[i], " \t", -1);
      g_auto (GStrv) row = NULL;

      for (guint j = 0; words[j] != NULL; j++)
        if (words[j][0] != '\0')
          g_strv_builder_add (builder, words[j]);
      row = g_strv_builder_end (builder);
      if (g_strv_length (row) >= 4 && g_str_equal (row[0], name))
        return g_ascii_string_to_unsigned (row[is_long ? 2 : 1], 10, 1, G_MAXUINT32, out_share,
                                           NULL);
    }
  return FALSE;
}

/**
 * testlib_budget:
 * @name: a row of tests/budget
 *
 * Returns: how many rounds (worlds, messages: the row's unit) this run does, at least 1: the row's CI
 *   share, scaled by PLANNER_BUDGET percent, or its long share when PLANNER_BUDGET is `long`. A name
 *   without a row ends the program. Any thread.
 */
guint64
testlib_budget (const char *name)
{
  const char *given = g_getenv ("PLANNER_BUDGET");
  gboolean is_long = g_strcmp0 (given, "long") == 0;
  g_autofree char *path = testlib_dup_source_path ("tests/budget");
  g_autofree char *table = NULL;
  g_autoptr (GError) error = NULL;
  guint64 share = 0;
  guint64 percent = 100;

  if (!g_file_get_contents (path, &table, NULL, &error))
    g_error ("%s", error->message);
  if (!find_share (table, name, is_long, &share))
    g_error ("tests/budget has no good row for %s", name);
  if (given != NULL && !is_long &&
      !g_ascii_string_to_unsigned (given, 10, 0, 10000000, &percent, NULL))
    g_error ("PLANNER_BUDGET is neither a percentage nor `long`");
  share = is_long ? share : MAX (1, share * percent / 100);
  g_test_message ("%s: %" G_GUINT64_FORMAT " rounds", name, share);
  return share;
}

static gboolean
passes_modulus_11 (const char *cpr)
{
  static const guint weights[] = { 4, 3, 2, 7, 6, 5, 4, 3, 2, 1 };
  guint sum = 0;

  for (guint i = 0; i < G_N_ELEMENTS (weights); i++)
    sum += weights[i] * (guint) g_ascii_digit_value (cpr[i]);
  return sum % 11 == 0;
}

/**
 * testlib_cpr:
 * @n: 0 to %TESTLIB_N_CPR - 1
 *
 * The one maker of civil registration numbers. They have the right shape and can belong to nobody:
 * year 58 to 99 with a seventh digit of 5 to 8 means born before 1900, and modulus 11 fails.
 * Its twin in testlib.py gives the same number for the same @n.
 *
 * Returns: (transfer none): ten digits, another for each @n; lives as long as the program. Any thread.
 */
const char *
testlib_cpr (guint n)
{
  g_autofree char *cpr = NULL;
  guint day = n % 28 + 1;
  guint month = n / 28 % 12 + 1;
  guint year = 58 + n / (28 * 12) % 42;
  guint seventh = 5 + n / (28 * 12 * 42) % 4;
  guint serial = n / (28 * 12 * 42 * 4);

  g_assert_cmpuint (n, <, TESTLIB_N_CPR);
  cpr = g_strdup_printf ("%02u%02u%02u%u%02u1", day, month, year, seventh, serial);
  if (passes_modulus_11 (cpr))
    cpr[9] = '2';
  return g_intern_string (cpr);
}

/**
 * testlib_assert_finalized:
 * @weak_pointer: the place given to g_object_add_weak_pointer()
 *
 * Fails the test when the object still lives. Thread of the object.
 */
void
testlib_assert_finalized (gpointer *weak_pointer)
{
  if (*weak_pointer != NULL)
    {
      g_test_message ("a %s is still alive with %u references", G_OBJECT_TYPE_NAME (*weak_pointer),
                      G_OBJECT (*weak_pointer)->ref_count);
      g_test_fail ();
    }
}
