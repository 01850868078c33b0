/* SPDX-License-Identifier: EUPL-1.2 */
/* Looks on a thread whether the file can be opened and is sound; only then the loop opens it, which takes a moment. */
#include "base/track-reopen.h"

#include <errno.h>
#include <glib/gstdio.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/timer.h"
#include "store/store-migrate.h"
#include "store/store.h"

#define FIRST_WAIT_US (2 * G_USEC_PER_SEC)
#define LONGEST_US    (60 * G_USEC_PER_SEC)

/* Of a file, to see that nobody is writing it just now. */
typedef struct
{
  guint64 inode;
  gint64 n_bytes;
  gint64 changed_s;
  gint64 changed_ns;
} Stamp;

struct _TrackReopen
{
  TrackReopenSettings settings;
  Timer *timer;
  gint64 wait_us;
  Stamp stamp;
  char *problem; /* as it was logged last */
  gboolean is_trying;
  gboolean is_stopped;
};

static gboolean
read_stamp (const char *path, Stamp *out_stamp)
{
  GStatBuf file;

  if (g_stat (path, &file) != 0)
    return FALSE;
  *out_stamp = (Stamp){ file.st_ino, file.st_size, file.st_mtim.tv_sec, file.st_mtim.tv_nsec };
  return TRUE;
}

static gboolean
is_same (const Stamp *one, const Stamp *other)
{
  return one->inode == other->inode && one->n_bytes == other->n_bytes &&
         one->changed_s == other->changed_s && one->changed_ns == other->changed_ns;
}

static void
try_later (TrackReopen *reopen)
{
  if (!reopen->is_stopped)
    timer_arm (reopen->timer, clock_monotonic_us () + reopen->wait_us);
  reopen->wait_us = MIN (2 * reopen->wait_us, LONGEST_US);
}

/* @run of a job: a database that opens here opens on the loop. */
static gboolean
run_try (gpointer data, gpointer session, GError **error)
{
  const TrackReopen *reopen = data;
  g_autoptr (StoreSession) writer = store_open (reopen->settings.path, STORE_WRITE, error);
  g_autoptr (StoreSession) reader = NULL;

  if (writer == NULL || !store_migrate (writer, reopen->settings.schema_dir, error))
    return FALSE;
  reader = store_open (reopen->settings.path, STORE_READ, error);
  return reader != NULL && store_check (reader, error);
}

/* The same each minute would hide what else the log says. */
static void
tell (TrackReopen *reopen, const char *problem)
{
  if (g_strcmp0 (reopen->problem, problem) != 0)
    g_message ("%s still cannot be opened: %s", reopen->settings.path, problem);
  g_free (reopen->problem);
  reopen->problem = g_strdup (problem);
}

static void
on_tried (gpointer data, const ExecutorReport *report, const GError *error)
{
  TrackReopen *reopen = data;
  g_autoptr (GError) problem = NULL;

  reopen->is_trying = FALSE;
  if (reopen->is_stopped)
    return;
  if (error == NULL && reopen->settings.func (reopen->settings.data, &problem))
    {
      track_reopen_stop (reopen);
      return;
    }
  tell (reopen, error != NULL ? error->message : problem->message);
  try_later (reopen);
}

/* A file that is not there is never made: somebody may be about to put a backup in its place. */
static gboolean
is_ready (TrackReopen *reopen)
{
  Stamp before = reopen->stamp;

  if (!read_stamp (reopen->settings.path, &reopen->stamp))
    {
      tell (reopen, g_strerror (errno));
      return FALSE;
    }
  if (is_same (&before, &reopen->stamp))
    return TRUE;
  reopen->wait_us = FIRST_WAIT_US;
  return FALSE;
}

static void
on_timer (gpointer data)
{
  TrackReopen *reopen = data;
  g_autoptr (GError) error = NULL;

  if (reopen->is_trying || reopen->is_stopped)
    return;
  reopen->is_trying =
    is_ready (reopen) &&
    track_database_run_once (reopen->settings.workers, run_try, on_tried, reopen, &error);
  if (!reopen->is_trying)
    try_later (reopen);
}

/**
 * track_reopen_new:
 * @settings: copied
 *
 * Tries after two seconds, then after four, and so on up to a minute; when the file was changed, two seconds after its
 * last change. Loop thread.
 *
 * Returns: (transfer full)
 */
TrackReopen *
track_reopen_new (const TrackReopenSettings *settings)
{
  TrackReopen *reopen = g_new0 (TrackReopen, 1);

  reopen->settings = *settings;
  reopen->wait_us = FIRST_WAIT_US;
  (void) read_stamp (settings->path, &reopen->stamp);
  reopen->timer = timer_new (settings->context, on_timer, reopen);
  try_later (reopen);
  return reopen;
}

/**
 * track_reopen_hurry:
 * @reopen: (nullable):
 *
 * Somebody says that it is mended. Loop thread.
 */
void
track_reopen_hurry (TrackReopen *reopen)
{
  if (reopen == NULL || reopen->is_stopped)
    return;
  reopen->wait_us = FIRST_WAIT_US;
  timer_arm (reopen->timer, clock_monotonic_us ());
}

/**
 * track_reopen_stop:
 * @reopen: (nullable):
 *
 * It is open, or nobody wants it any more. Harmless when repeated. Loop thread.
 */
void
track_reopen_stop (TrackReopen *reopen)
{
  if (reopen == NULL)
    return;
  reopen->is_stopped = TRUE;
  timer_arm (reopen->timer, TIMER_NEVER);
}

/**
 * track_reopen_free:
 * @reopen: (nullable) (transfer full): after its workers were stopped
 */
void
track_reopen_free (TrackReopen *reopen)
{
  if (reopen == NULL)
    return;
  g_clear_pointer (&reopen->timer, timer_free);
  g_free (reopen->problem);
  g_free (reopen);
}
