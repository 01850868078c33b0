/* SPDX-License-Identifier: EUPL-1.2 */
/* Looks for messages that are due, hands each to the carrier, and notes what came of it. */
#include "health/track-notice.h"

#include "base/clock.h"
#include "base/timer.h"
#include "health/track-watch-store.h"

#define LOOK_US   (5 * G_GINT64_CONSTANT (1000000))
#define MAX_BATCH 16

/* One look at a time: found, sent, noted, and only then the next. Those of a look are on their way together. */
struct _TrackNoticeSender
{
  TrackDatabase *database;
  TrackNoticeCarrier carrier;
  Timer *timer;
  GPtrArray *found; /* TrackNotice, of the look under way */
  guint n_sending;
  gboolean is_looking;
  gboolean is_stopping;
};

typedef struct
{
  TrackNoticeSender *sender;
  TrackNotice *notice; /* in sender->found */
  char *problem;
} Parcel;

static void
rest (TrackNoticeSender *sender)
{
  g_clear_pointer (&sender->found, g_ptr_array_unref);
  sender->is_looking = FALSE;
  if (!sender->is_stopping)
    timer_arm (sender->timer, clock_monotonic_us () + LOOK_US);
}

static void
finish_one (Parcel *parcel)
{
  TrackNoticeSender *sender = parcel->sender;

  g_free (parcel->problem);
  g_free (parcel);
  if (--sender->n_sending == 0)
    rest (sender);
}

static gboolean
run_note (gpointer data, gpointer session, GError **error)
{
  const Parcel *parcel = data;

  return track_watch_store_note_try (session, parcel->notice, parcel->problem, clock_now_us (),
                                     error);
}

/* Sent and not noted: it is sent again, under the same key. */
static void
on_noted (gpointer data, const ExecutorReport *report, const GError *error)
{
  if (error != NULL)
    g_message ("what came of a message could not be noted: %s", error->message);
  finish_one (data);
}

static void
on_sent (gpointer done_data, const char *problem)
{
  Parcel *parcel = done_data;
  g_autoptr (GError) error = NULL;

  parcel->problem = g_strdup (problem);
  if (problem != NULL)
    g_message ("a message by %s was not taken: %s", parcel->notice->channel, problem);
  if (!track_database_write (parcel->sender->database, run_note, on_noted, parcel, &error))
    on_noted (parcel, NULL, error);
}

static void
send_one (TrackNoticeSender *sender, TrackNotice *notice)
{
  Parcel *parcel = g_new0 (Parcel, 1);
  const TrackNoticeParcel told = { notice->channel, notice->target, notice->key, notice->subject,
                                   notice->body };

  parcel->sender = sender;
  parcel->notice = notice;
  sender->carrier.send (sender->carrier.data, &told, on_sent, parcel);
}

static gboolean
run_look (gpointer data, gpointer session, GError **error)
{
  TrackNoticeSender *sender = data;

  g_clear_pointer (&sender->found, g_ptr_array_unref);
  sender->found = track_watch_store_list_due (session, clock_now_us (), MAX_BATCH, error);
  return sender->found != NULL;
}

static void
on_look (gpointer data, const ExecutorReport *report, const GError *error)
{
  TrackNoticeSender *sender = data;

  if (error != NULL)
    g_message ("messages that are due could not be read: %s", error->message);
  if (error != NULL || sender->is_stopping || sender->found->len == 0)
    {
      rest (sender);
      return;
    }
  sender->n_sending = sender->found->len;
  for (guint i = 0; i < sender->found->len; i++)
    send_one (sender, sender->found->pdata[i]);
}

static void
on_timer (gpointer data)
{
  TrackNoticeSender *sender = data;

  if (sender->is_looking || sender->is_stopping)
    return;
  sender->is_looking = TRUE;
  if (!track_database_read (sender->database, run_look, on_look, sender, NULL))
    rest (sender);
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
  if (!sender->is_looking && !sender->is_stopping)
    timer_arm (sender->timer, clock_monotonic_us ());
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
  g_free (sender);
}
