/* SPDX-License-Identifier: EUPL-1.2 */
/* flock() on a file beside the database, which the kernel drops when its holder dies. */
#include "store/store-lock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/error.h"

struct _StoreLock
{
  int descriptor;
};

/**
 * store_lock_take:
 * @database_path: the lock stands on this path with .lock behind it; the file stays
 *
 * Does not wait. Errors: PLANNER_ERROR_BUSY when another process holds it,
 * PLANNER_ERROR_UNAVAILABLE when the file cannot be made.
 *
 * Returns: (transfer full): the lock; released when freed or when the process ends.
 */
StoreLock *
store_lock_take (const char *database_path, GError **error)
{
  g_autofree char *path = g_strconcat (database_path, ".lock", NULL);
  int descriptor = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  int code = errno;
  StoreLock *lock;

  if (descriptor < 0)
    {
      g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_UNAVAILABLE, "cannot open %s: %s", path,
                   g_strerror (code));
      return NULL;
    }
  if (flock (descriptor, LOCK_EX | LOCK_NB) != 0)
    {
      close (descriptor);
      g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_BUSY,
                   "another process holds the database (%s)", path);
      return NULL;
    }
  lock = g_new0 (StoreLock, 1);
  lock->descriptor = descriptor;
  return lock;
}

/**
 * store_lock_release:
 */
void
store_lock_release (StoreLock *lock)
{
  if (lock == NULL)
    return;
  close (lock->descriptor);
  g_free (lock);
}
