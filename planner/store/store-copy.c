/* SPDX-License-Identifier: EUPL-1.2 */
/* A copy of a database that others write: one picture, flushed as it grows, in pauses. */
#include <errno.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "store/store-vfs.h"
#include "store/store.h"

#define BUSY_TIMEOUT_MS 2000
/* How much of a copy may wait in memory: one large flush would hold up the writer's small ones. */
#define COPY_FLUSH_BYTES (1024 * 1024)
#define COPY_PAUSE_US    10000
#define COPY_STEPS       100

/* Where a copy stands; the flush goes along so that no large one is left for the end. */
typedef struct
{
  int target;
  guint64 n_flushed;
  guint64 n_all;
  StoreProgress progress;
  gpointer data;
  int flush_errno;
} Copy;

static int
on_copy_progress (void *data)
{
  Copy *copy = data;
  struct stat facts;

  if (fstat (copy->target, &facts) != 0 ||
      (guint64) facts.st_size < copy->n_flushed + COPY_FLUSH_BYTES)
    return 0;
  copy->n_flushed = (guint64) facts.st_size;
  if (copy->progress != NULL)
    copy->progress (copy->data, MIN (copy->n_flushed, copy->n_all), copy->n_all);
  if (fdatasync (copy->target) == 0)
    {
      clock_pause_us (COPY_PAUSE_US);
      return 0;
    }
  copy->flush_errno = errno;
  return 1;
}

static guint64
count_bytes (sqlite3 *database)
{
  static const char sql[] =
    "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size";
  sqlite3_stmt *statement = NULL;
  guint64 n_bytes = 0;

  if (sqlite3_prepare_v2 (database, sql, -1, &statement, NULL) == SQLITE_OK &&
      sqlite3_step (statement) == SQLITE_ROW)
    n_bytes = (guint64) sqlite3_column_int64 (statement, 0);
  sqlite3_finalize (statement);
  return n_bytes;
}

/* A disk that is full or broken is the usual case. */
static void
set_error (sqlite3 *database, const Copy *copy, const char *what, GError **error)
{
  int code = sqlite3_errcode (database) & 0xff;

  if (copy->flush_errno != 0)
    g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_UNAVAILABLE, "%s: %s", what,
                 g_strerror (copy->flush_errno));
  else
    g_set_error (error, PLANNER_ERROR,
                 code == SQLITE_BUSY || code == SQLITE_LOCKED      ? PLANNER_ERROR_BUSY
                 : code == SQLITE_CORRUPT || code == SQLITE_NOTADB ? PLANNER_ERROR_INTERNAL
                                                                   : PLANNER_ERROR_UNAVAILABLE,
                 "%s: %s (%d)", what, sqlite3_errmsg (database),
                 sqlite3_extended_errcode (database));
}

static gboolean
run_copy (sqlite3 *database, Copy *copy, const char *target_path)
{
  sqlite3_stmt *statement = NULL;
  gboolean ok;

  copy->n_all = count_bytes (database);
  sqlite3_progress_handler (database, COPY_STEPS, on_copy_progress, copy);
  ok = sqlite3_prepare_v2 (database, "VACUUM INTO $1", -1, &statement, NULL) == SQLITE_OK &&
       sqlite3_bind_text (statement, 1, target_path, -1, SQLITE_STATIC) == SQLITE_OK &&
       sqlite3_step (statement) == SQLITE_DONE;
  sqlite3_finalize (statement);
  return ok;
}

/**
 * store_copy:
 * @path: a database; others may write it meanwhile
 * @target: descriptor of @target_path, an empty file
 * @progress: (nullable)
 *
 * Writes one consistent picture of the database, without the pages that deleted rows left, and
 * flushes it. The writer is not held up: the picture is one read transaction, during which the
 * write-ahead log grows. See decision 0012. Blocks.
 *
 * Errors: PLANNER_ERROR_UNAVAILABLE when the disk is full or the database cannot be opened.
 */
gboolean
store_copy (const char *path,
            int target,
            const char *target_path,
            StoreProgress progress,
            gpointer data,
            GError **error)
{
  Copy copy = { .target = target, .progress = progress, .data = data };
  sqlite3 *database = NULL;
  gboolean ok;

  ok = sqlite3_open_v2 (path, &database,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
                        store_vfs_ensure ()) == SQLITE_OK;
  sqlite3_busy_timeout (database, BUSY_TIMEOUT_MS);
  ok = ok && run_copy (database, &copy, target_path);
  if (!ok)
    set_error (database, &copy, target_path, error);
  sqlite3_close (database);
  if (!ok || fsync (target) == 0)
    return ok;
  g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_UNAVAILABLE, "%s: %s", target_path,
               g_strerror (errno));
  return FALSE;
}
