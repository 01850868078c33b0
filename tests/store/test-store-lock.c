/* SPDX-License-Identifier: EUPL-1.2 */
/* The database lock: one holder at a time, gone with its process. */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "store/store-lock.h"
#include "testlib.h"

static void
test_one_holder (void)
{
  g_autofree char *folder = testlib_make_folder ();
  g_autofree char *path = g_build_filename (folder, "planner.db", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (StoreLock) first = store_lock_take (path, &error);
  g_autoptr (StoreLock) second = NULL;

  g_assert_no_error (error);
  g_assert_nonnull (first);
  second = store_lock_take (path, &error);
  g_assert_null (second);
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_BUSY);
  g_clear_error (&error);
  g_clear_pointer (&first, store_lock_release);
  second = store_lock_take (path, &error);
  g_assert_no_error (error);
  g_assert_nonnull (second);
}

static void
test_no_folder (void)
{
  g_autofree char *folder = testlib_make_folder ();
  g_autofree char *path = g_build_filename (folder, "nowhere", "planner.db", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (StoreLock) lock = store_lock_take (path, &error);

  g_assert_null (lock);
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_UNAVAILABLE);
}

/* The child takes the lock, says so, and dies of SIGKILL without releasing it. */
static void
test_dies_with_its_process (void)
{
  g_autofree char *folder = testlib_make_folder ();
  g_autofree char *path = g_build_filename (folder, "planner.db", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (StoreLock) lock = NULL;
  int said[2];
  char byte = 0;
  pid_t child;

  g_assert_cmpint (pipe (said), ==, 0);
  child = fork ();
  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    {
      StoreLock *held = store_lock_take (path, NULL);
      if (held == NULL || write (said[1], "x", 1) != 1)
        _exit (1);
      for (;;)
        pause ();
    }
  g_assert_cmpint (read (said[0], &byte, 1), ==, 1);
  g_assert_null (store_lock_take (path, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_BUSY);
  g_clear_error (&error);
  g_assert_cmpint (kill (child, SIGKILL), ==, 0);
  g_assert_cmpint (waitpid (child, NULL, 0), ==, child);
  lock = store_lock_take (path, &error);
  g_assert_no_error (error);
  g_assert_nonnull (lock);
  close (said[0]);
  close (said[1]);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/store-lock/one-holder", test_one_holder);
  g_test_add_func ("/store-lock/no-folder", test_no_folder);
  g_test_add_func ("/store-lock/dies-with-its-process", test_dies_with_its_process);
  return g_test_run ();
}
