/* SPDX-License-Identifier: EUPL-1.2 */
/* Brings what the watch knows to disk, one transaction at a time, again when it failed. */
#include "base/clock.h"
#include "health/track-watch-private.h"

/* So long the disk may refuse before messages go another way. */
#define RESCUE_US (5 * G_GINT64_CONSTANT (1000000))

/**
 * track_watch_tell_free:
 */
void
track_watch_tell_free (WatchTell *tell)
{
  track_message_free (tell->message);
  g_clear_pointer (&tell->targets, g_ptr_array_unref);
  g_free (tell);
}

/**
 * track_watch_job_new:
 *
 * Empty.
 */
WatchJob *
track_watch_job_new (void)
{
  WatchJob *job = g_new0 (WatchJob, 1);

  job->puts = g_ptr_array_new_with_free_func ((GDestroyNotify) track_disturbance_free);
  job->tells = g_ptr_array_new_with_free_func ((GDestroyNotify) track_watch_tell_free);
  job->certificates = g_ptr_array_new_with_free_func ((GDestroyNotify) track_seen_certificate_free);
  job->windows = g_ptr_array_new_with_free_func ((GDestroyNotify) track_told_window_free);
  return job;
}

/**
 * track_watch_job_free:
 *
 * NULL is ignored.
 */
void
track_watch_job_free (WatchJob *job)
{
  if (job == NULL)
    return;
  g_ptr_array_unref (job->puts);
  g_ptr_array_unref (job->tells);
  g_ptr_array_unref (job->certificates);
  g_ptr_array_unref (job->windows);
  g_free (job);
}

/**
 * track_watch_open_free:
 *
 * NULL is ignored.
 */
void
track_watch_open_free (OpenOne *one)
{
  if (one == NULL)
    return;
  track_disturbance_free (one->disturbance);
  g_free (one);
}

/**
 * track_watch_ensure_standby:
 *
 * Returns: whether there is another way for messages
 */
gboolean
track_watch_ensure_standby (TrackWatch *watch)
{
  g_autoptr (GError) error = NULL;

  if (watch->standby != NULL || watch->schema_dir == NULL || watch->is_stopped)
    return watch->standby != NULL;
  watch->standby = track_standby_new (watch->context, watch->schema_dir,
                                      watch->carrier.send != NULL ? &watch->carrier : NULL, &error);
  if (watch->standby == NULL)
    g_warning (
      "nobody can be told: registry.db cannot be written, nor a folder for passing files: %s",
      error->message);
  return watch->standby != NULL;
}

static gboolean
is_empty (const WatchJob *job)
{
  return job->puts->len == 0 && job->tells->len == 0 && job->certificates->len == 0 &&
         job->windows->len == 0 && job->remove_before_us == 0;
}

static gboolean
store_tell (StoreSession *session, const WatchTell *tell, guint cap_per_hour, GError **error)
{
  g_autoptr (GPtrArray) told =
    tell->targets == NULL ? track_watch_store_list_told (session, tell->message->disturbance, error)
                          : g_ptr_array_ref (tell->targets);

  for (guint i = 0; told != NULL && i < told->len; i++)
    if (!track_watch_store_tell (session, tell->message, told->pdata[i], cap_per_hour, error))
      return FALSE;
  return told != NULL;
}

static gboolean
store_certificate (StoreSession *session, const TrackSeenCertificate *seen, GError **error)
{
  return store_run (session, error, SQL_TRACK_CERTIFICATE_PUT, "sii", seen->holder, seen->until_us,
                    (gint64) seen->told_days);
}

static gboolean
store_window (StoreSession *session, const TrackToldWindow *told, GError **error)
{
  return store_run (session, error, SQL_TRACK_WINDOW_TOLD, "ssiii", told->key, told->endpoint,
                    told->from_us, told->until_us, (gint64) told->n_told);
}

static gboolean
remove_old (StoreSession *session, gint64 before_us, GError **error)
{
  return store_run (session, error, SQL_TRACK_DISTURBANCES_REMOVE, "i", before_us) &&
         store_run (session, error, SQL_TRACK_NOTICES_REMOVE, "i", before_us) &&
         store_run (session, error, SQL_TRACK_WINDOWS_REMOVE, "i", before_us);
}

static gboolean
run_job (gpointer data, gpointer session, GError **error)
{
  const WatchJob *job = data;
  gboolean ok = TRUE;

  for (guint i = 0; ok && i < job->puts->len; i++)
    ok = track_watch_store_put (session, job->puts->pdata[i], error);
  for (guint i = 0; ok && i < job->tells->len; i++)
    ok = store_tell (session, job->tells->pdata[i], job->cap_per_hour, error);
  for (guint i = 0; ok && i < job->certificates->len; i++)
    ok = store_certificate (session, job->certificates->pdata[i], error);
  for (guint i = 0; ok && i < job->windows->len; i++)
    ok = store_window (session, job->windows->pdata[i], error);
  if (ok && job->remove_before_us != 0)
    ok = remove_old (session, job->remove_before_us, error);
  return ok;
}

static void
wake_sender (TrackWatch *watch)
{
  TrackNoticeSender *sender = watch->sender;

  if (sender == NULL && watch->standby != NULL)
    sender = track_standby_get_sender (watch->standby);
  if (sender != NULL)
    track_notice_sender_wake (sender);
}

/* Messages are not kept waiting by a disk that refuses them: they go another way. */
static void
rescue_tells (TrackWatch *watch)
{
  GPtrArray *tells[] = { watch->writing->tells, watch->next->tells };

  if (watch->failing_us == 0)
    watch->failing_us = clock_monotonic_us ();
  if (clock_monotonic_us () - watch->failing_us < RESCUE_US || !track_watch_ensure_standby (watch))
    return;
  for (guint i = 0; i < G_N_ELEMENTS (tells); i++)
    for (guint k = tells[i]->len; k > 0; k--)
      if (((WatchTell *) tells[i]->pdata[k - 1])->targets != NULL)
        track_watch_tell_standby (watch, g_ptr_array_steal_index (tells[i], k - 1));
}

/* A job that failed stays and is tried again a second later: nothing of it is lost while the program runs. */
static void
on_job_done (gpointer data, const ExecutorReport *report, const GError *error)
{
  TrackWatch *watch = data;

  watch->is_written_by_somebody = FALSE;
  if (error != NULL)
    {
      g_message ("what the watch saw could not be written and is tried again: %s", error->message);
      rescue_tells (watch);
      return;
    }
  watch->failing_us = 0;
  if (watch->writing->tells->len > 0)
    wake_sender (watch);
  g_clear_pointer (&watch->writing, track_watch_job_free);
}

static gboolean
run_writing (gpointer data, gpointer session, GError **error)
{
  const TrackWatch *watch = data;

  return run_job (watch->writing, session, error);
}

/* The disturbance as it is now: what is on its way to disk does not change. */
static TrackDisturbance *
copy (const TrackDisturbance *disturbance)
{
  g_autoptr (JsonNode) node = track_disturbance_to_json (disturbance);

  return track_disturbance_from_json (node, NULL);
}

/**
 * track_watch_put:
 *
 * Into the next transaction.
 */
void
track_watch_put (TrackWatch *watch, const TrackDisturbance *disturbance)
{
  g_ptr_array_add (watch->next->puts, copy (disturbance));
}

static void
gather_dirty (TrackWatch *watch)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, watch->open);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      OpenOne *one = value;

      if (one->is_dirty)
        track_watch_put (watch, one->disturbance);
      one->is_dirty = FALSE;
    }
}

/**
 * track_watch_flush:
 *
 * Sends what is new to the writer, unless something is on its way.
 */
void
track_watch_flush (TrackWatch *watch)
{
  g_autoptr (GError) error = NULL;

  if (watch->database == NULL || watch->is_written_by_somebody)
    return;
  if (watch->writing == NULL)
    {
      gather_dirty (watch);
      if (is_empty (watch->next))
        return;
      watch->writing = g_steal_pointer (&watch->next);
      watch->writing->cap_per_hour = watch->cap_per_hour;
      watch->next = track_watch_job_new ();
    }
  watch->written_us = clock_monotonic_us ();
  watch->is_written_by_somebody =
    track_database_write (watch->database, run_writing, on_job_done, watch, &error);
  if (!watch->is_written_by_somebody)
    g_message ("what the watch saw could not be written and is tried again: %s", error->message);
}

/* On its way to the standby. */
typedef struct
{
  TrackWatch *watch;
  WatchTell *tell;
  guint cap_per_hour;
} Rescue;

static gboolean
run_rescue (gpointer data, gpointer session, GError **error)
{
  const Rescue *rescue = data;

  return store_tell (session, rescue->tell, rescue->cap_per_hour, error);
}

static void
on_rescued (gpointer data, const ExecutorReport *report, const GError *error)
{
  Rescue *rescue = data;

  if (error != NULL)
    g_warning ("a message is lost: %s", error->message);
  else if (track_standby_get_sender (rescue->watch->standby) != NULL)
    track_notice_sender_wake (track_standby_get_sender (rescue->watch->standby));
  track_watch_tell_free (rescue->tell);
  g_free (rescue);
}

/**
 * track_watch_tell_standby:
 * @tell: (transfer full)
 *
 * Into the standby's own transaction, which there must be.
 */
void
track_watch_tell_standby (TrackWatch *watch, WatchTell *tell)
{
  Rescue *rescue = g_new0 (Rescue, 1);
  g_autoptr (GError) error = NULL;

  *rescue = (Rescue){ watch, tell, watch->cap_per_hour };
  if (!track_database_write (track_standby_get_database (watch->standby), run_rescue, on_rescued,
                             rescue, &error))
    on_rescued (rescue, NULL, error);
}

static gboolean
run_last (gpointer data, gpointer session, GError **error)
{
  return run_job (data, session, error);
}

static void
on_last_done (gpointer data, const ExecutorReport *report, const GError *error)
{
  if (error != NULL)
    g_message ("the last of what the watch saw could not be written: %s", error->message);
  track_watch_job_free (data);
}

/**
 * track_watch_flush_last:
 *
 * All that is left, behind what is on its way: the program ends.
 */
void
track_watch_flush_last (TrackWatch *watch)
{
  g_autoptr (GError) error = NULL;
  WatchJob *job;

  track_watch_flush (watch);
  if (watch->database == NULL)
    return;
  gather_dirty (watch);
  if (is_empty (watch->next))
    return;
  job = g_steal_pointer (&watch->next);
  job->cap_per_hour = watch->cap_per_hour;
  watch->next = track_watch_job_new ();
  if (!track_database_write (watch->database, run_last, on_last_done, job, &error))
    on_last_done (job, NULL, error);
}
