/* SPDX-License-Identifier: EUPL-1.2 */
/* Looks for messages that are due, hands each to the carrier, and notes what came of it. */
#include "health/track-notice.h"

#include "base/clock.h"
#include "base/timer.h"
#include "base/track-steady.h"
#include "health/track-watch-store.h"

#define LOOK_US  (5 * G_GINT64_CONSTANT (1000000))
#define MAX_ROWS 2000

/*
 * One look at a time, and one message at a time to each receiver: one that hangs holds up nobody else, and what has
 * gathered for one that was away goes out together.
 */
struct _TrackNoticeSender
{
  TrackDatabase *database;
  TrackNoticeCarrier carrier;
  Timer *timer;
  GPtrArray *found;    /* TrackNotice, of the look under way */
  GHashTable *sending; /* target → Parcel */
  GHashTable *lately;  /* targets that were noted since the look under way began */
  GHashTable *failing; /* target → monotonic time since when, gint64 */
  GHashTable *taken;   /* keys that were taken, which the database does not know yet */
  TrackSteady steady;
  gint64 now_us;  /* likewise */
  guint max_rows; /* of the look under way */
  gboolean is_looking;
  gboolean is_stopping;
};

typedef struct
{
  TrackNoticeSender *sender;
  TrackNotice *notice;
  gint64 noted_us;
  char *problem;
} Parcel;

static void
look_again (TrackNoticeSender *sender, gint64 wait_us)
{
  if (!sender->is_stopping && !sender->is_looking)
    timer_arm (sender->timer, clock_monotonic_us () + wait_us);
}

static void
note_failing (TrackNoticeSender *sender, const char *target, gboolean is_failing)
{
  gint64 now_us = clock_monotonic_us ();

  if (!is_failing)
    g_hash_table_remove (sender->failing, target);
  else if (!g_hash_table_contains (sender->failing, target))
    g_hash_table_insert (sender->failing, g_strdup (target), g_memdup2 (&now_us, sizeof now_us));
}

static void
finish_one (Parcel *parcel)
{
  TrackNoticeSender *sender = parcel->sender;
  gboolean is_over = parcel->problem == NULL;

  note_failing (sender, parcel->notice->target, !is_over);
  g_hash_table_add (sender->lately, g_strdup (parcel->notice->target));
  g_hash_table_remove (sender->sending, parcel->notice->target);
  track_notice_free (parcel->notice);
  g_free (parcel->problem);
  g_free (parcel);
  look_again (sender, is_over ? 0 : LOOK_US);
}

static gboolean
is_taken (const TrackNoticeSender *sender, const TrackNotice *notice)
{
  for (guint i = 0; notice->joined != NULL && i < notice->joined->len; i++)
    if (!is_taken (sender, notice->joined->pdata[i]))
      return FALSE;
  return notice->joined != NULL || g_hash_table_contains (sender->taken, notice->key);
}

static void
keep_taken (TrackNoticeSender *sender, const TrackNotice *notice, gboolean is_noted)
{
  for (guint i = 0; notice->joined != NULL && i < notice->joined->len; i++)
    keep_taken (sender, notice->joined->pdata[i], is_noted);
  if (is_noted)
    g_hash_table_remove (sender->taken, notice->key);
  else
    g_hash_table_add (sender->taken, g_strdup (notice->key));
}

static gboolean
run_note (gpointer data, gpointer session, GError **error)
{
  const Parcel *parcel = data;

  return track_watch_store_note_try (session, parcel->notice, parcel->problem, parcel->noted_us,
                                     error);
}

/* Taken and not noted: the disk refuses. It is noted later, and sent again only when this program ends before. */
static void
on_noted (gpointer data, const ExecutorReport *report, const GError *error)
{
  Parcel *parcel = data;

  if (error != NULL)
    g_message ("what came of a message could not be noted: %s", error->message);
  if (parcel->problem == NULL)
    keep_taken (parcel->sender, parcel->notice, error == NULL);
  if (error != NULL && parcel->problem == NULL)
    parcel->problem = g_strdup (error->message);
  finish_one (parcel);
}

static void
on_sent (gpointer done_data, const char *problem)
{
  Parcel *parcel = done_data;
  g_autoptr (GError) error = NULL;

  parcel->problem = g_strdup (problem);
  parcel->noted_us = track_steady_now_us (&parcel->sender->steady);
  if (problem != NULL)
    g_message ("a message by %s was not taken: %s", parcel->notice->channel, problem);
  if (!track_database_write (parcel->sender->database, run_note, on_noted, parcel, &error))
    on_noted (parcel, NULL, error);
}

/* @notice: (transfer full) */
static void
send_one (TrackNoticeSender *sender, TrackNotice *notice)
{
  Parcel *parcel = g_new0 (Parcel, 1);
  const TrackNoticeParcel told = { notice->channel, notice->target, notice->key, notice->subject,
                                   notice->body };

  parcel->sender = sender;
  parcel->notice = notice;
  g_hash_table_insert (sender->sending, notice->target, parcel);
  if (is_taken (sender, notice))
    on_sent (parcel, NULL);
  else
    sender->carrier.send (sender->carrier.data, &told, on_sent, parcel);
}

static gboolean
run_look (gpointer data, gpointer session, GError **error)
{
  TrackNoticeSender *sender = data;

  g_clear_pointer (&sender->found, g_ptr_array_unref);
  sender->found = track_watch_store_list_due (session, sender->now_us, sender->max_rows, error);
  return sender->found != NULL && track_watch_store_join (session, sender->found, error);
}

/* Who is busy, or was when the look read, waits for the next. */
static gboolean
may_send (const TrackNoticeSender *sender, const TrackNotice *notice)
{
  return !g_hash_table_contains (sender->sending, notice->target) &&
         !g_hash_table_contains (sender->lately, notice->target);
}

static void
send_found (TrackNoticeSender *sender)
{
  g_autoptr (GPtrArray) found = g_steal_pointer (&sender->found);

  for (guint i = 0; i < found->len; i++)
    if (may_send (sender, found->pdata[i]))
      {
        send_one (sender, found->pdata[i]);
        found->pdata[i] = NULL;
      }
}

static void
on_look (gpointer data, const ExecutorReport *report, const GError *error)
{
  TrackNoticeSender *sender = data;

  sender->is_looking = FALSE;
  if (error != NULL)
    g_message ("messages that are due could not be read: %s", error->message);
  else if (!sender->is_stopping)
    send_found (sender);
  g_clear_pointer (&sender->found, g_ptr_array_unref);
  look_again (sender, g_hash_table_size (sender->lately) > 0 ? 0 : LOOK_US);
}

static void
on_timer (gpointer data)
{
  TrackNoticeSender *sender = data;

  if (sender->is_looking || sender->is_stopping)
    return;
  sender->is_looking = TRUE;
  sender->max_rows = MAX_ROWS;
  sender->now_us = track_steady_now_us (&sender->steady);
  g_hash_table_remove_all (sender->lately);
  if (track_database_read (sender->database, run_look, on_look, sender, NULL))
    return;
  sender->is_looking = FALSE;
  look_again (sender, LOOK_US);
}

/**
 * track_notice_sender_new:
 * @carrier: copied
 *
 * Loop thread.
 */
TrackNoticeSender *
track_notice_sender_new (GMainContext *context,
                         TrackDatabase *database,
                         const TrackNoticeCarrier *carrier)
{
  TrackNoticeSender *sender = g_new0 (TrackNoticeSender, 1);

  sender->database = database;
  sender->carrier = *carrier;
  sender->sending = g_hash_table_new (g_str_hash, g_str_equal);
  sender->lately = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  sender->taken = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  sender->failing = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  sender->timer = timer_new (context, on_timer, sender);
  timer_arm (sender->timer, clock_monotonic_us ());
  return sender;
}

/**
 * track_notice_sender_wake:
 *
 * Something was queued.
 */
void
track_notice_sender_wake (TrackNoticeSender *sender)
{
  look_again (sender, 0);
}

/**
 * track_notice_sender_count_failing:
 * @for_us: how long nothing was taken
 *
 * Returns: receivers that have not taken a message for so long
 */
guint
track_notice_sender_count_failing (const TrackNoticeSender *sender, gint64 for_us)
{
  gint64 now_us = clock_monotonic_us ();
  guint n = 0;
  GHashTableIter iter;
  gpointer since;

  g_hash_table_iter_init (&iter, sender->failing);
  while (g_hash_table_iter_next (&iter, NULL, &since))
    n += now_us - *(const gint64 *) since >= for_us ? 1 : 0;
  return n;
}

/**
 * track_notice_sender_stop:
 *
 * Sends nothing more. What is on its way may be sent again after the next start, under the same key.
 */
void
track_notice_sender_stop (TrackNoticeSender *sender)
{
  sender->is_stopping = TRUE;
  timer_arm (sender->timer, TIMER_NEVER);
}

/**
 * track_notice_sender_free:
 *
 * After the carrier and the database were stopped. NULL is ignored.
 */
void
track_notice_sender_free (TrackNoticeSender *sender)
{
  if (sender == NULL)
    return;
  g_clear_pointer (&sender->timer, timer_free);
  g_clear_pointer (&sender->found, g_ptr_array_unref);
  g_clear_pointer (&sender->sending, g_hash_table_unref);
  g_clear_pointer (&sender->lately, g_hash_table_unref);
  g_clear_pointer (&sender->taken, g_hash_table_unref);
  g_clear_pointer (&sender->failing, g_hash_table_unref);
  g_free (sender);
}
