/* SPDX-License-Identifier: EUPL-1.2 */
/* Posts JSON to webhooks on the loop, and sends mail on a thread that may wait. */
#include "health/track-carrier.h"

#include <string.h>

#include "base/clock.h"
#include "base/executor.h"
#include "base/timer.h"
#include "health/track-escalation.h"

#define CONNECT_MS   5000
#define TIMEOUT_MS   15000
#define MAX_PARALLEL 16
#define MAX_ANSWER   65536
#define MAX_MAILS    4
#define MAX_QUEUED   64
#define MAIL_US      (120 * G_GINT64_CONSTANT (1000000))

struct _TrackCarrier
{
  GMainContext *context;
  Executor *threads; /* of its own: a mail server that hangs holds up nobody else */
  GCancellable *cancellable;
  TrackUpstream *upstream;
  TrackMailSettings mail; /* texts are ours */
  GHashTable *running;    /* Errand of webhooks */
  GPtrArray *refused;     /* Errand that could not begin, answered by @timer */
  Timer *timer;
};

/* One message on its way. */
typedef struct
{
  TrackCarrier *carrier;
  TrackNoticeDone done;
  gpointer done_data;
  TrackExchange *exchange;
  guint status;
  char *to;
  char *key;
  char *subject;
  char *text;
  char *problem;
} Errand;

static void
errand_free (Errand *errand)
{
  g_free (errand->to);
  g_free (errand->key);
  g_free (errand->subject);
  g_free (errand->text);
  g_free (errand->problem);
  g_free (errand);
}

static void
finish (Errand *errand, const char *problem)
{
  errand->done (errand->done_data, problem);
  errand_free (errand);
}

/* Whoever sends is never answered from within. */
static void
finish_later (Errand *errand, const char *problem)
{
  errand->problem = g_strdup (problem);
  g_ptr_array_add (errand->carrier->refused, errand);
  timer_arm (errand->carrier->timer, clock_monotonic_us ());
}

static void
on_refused (gpointer data)
{
  TrackCarrier *carrier = data;

  while (carrier->refused->len > 0)
    {
      Errand *errand = g_ptr_array_steal_index (carrier->refused, 0);

      finish (errand, errand->problem);
    }
}

static gboolean
on_head (TrackExchange *exchange,
         guint status,
         const char *content_type,
         gint64 length,
         gpointer data)
{
  Errand *errand = data;

  errand->status = status;
  return TRUE;
}

static void
on_posted (TrackExchange *exchange,
           TrackOutcome outcome,
           const TrackTimes *times,
           const char *problem,
           gpointer data)
{
  Errand *errand = data;
  g_autofree char *status = g_strdup_printf ("HTTP status %u", errand->status);

  g_hash_table_remove (errand->carrier->running, errand);
  if (outcome != TRACK_OUTCOME_OK)
    finish (errand, problem != NULL ? problem : track_outcome_word (outcome));
  else
    finish (errand, errand->status / 100 == 2 ? NULL : status);
}

static const TrackExchangeFuncs funcs = { on_head, NULL, on_posted };

static void
post (Errand *errand, const TrackNoticeParcel *parcel)
{
  g_autoptr (GBytes) body = g_bytes_new (parcel->body, strlen (parcel->body));
  g_autoptr (GError) error = NULL;
  const char *const headers[] = { "Content-Type: application/json", NULL };
  const TrackTarget target = { .url = parcel->target,
                               .connect_ms = CONNECT_MS,
                               .timeout_ms = TIMEOUT_MS,
                               .headers = headers,
                               .body = body };

  errand->exchange =
    track_upstream_send (errand->carrier->upstream, &target, &funcs, errand, &error);
  if (errand->exchange != NULL)
    g_hash_table_add (errand->carrier->running, errand);
  else
    finish_later (errand, error->message);
}

static gboolean
run_mail (gpointer data, gpointer session, GError **error)
{
  const Errand *errand = data;
  const TrackMail mail = { errand->to, errand->key, errand->subject, errand->text,
                           clock_now_us () };

  return track_mail_send (&errand->carrier->mail, &mail, error);
}

static void
on_mailed (gpointer data, const ExecutorReport *report, const GError *error)
{
  finish (data, error != NULL ? error->message : NULL);
}

static void
send_mail (Errand *errand, const TrackNoticeParcel *parcel)
{
  const ExecutorJob job = { .place = EXECUTOR_WAITING,
                            .run = run_mail,
                            .done = on_mailed,
                            .data = errand,
                            .deadline_us = clock_monotonic_us () + MAIL_US };
  g_autoptr (GError) error = NULL;

  errand->to = g_strdup (parcel->target);
  errand->key = g_strdup (parcel->key);
  errand->subject = g_strdup (parcel->subject);
  errand->text = g_strdup (parcel->body);
  if (!executor_submit (errand->carrier->threads, &job, &error))
    finish_later (errand, error->message);
}

static void
send_parcel (gpointer data,
             const TrackNoticeParcel *parcel,
             TrackNoticeDone done,
             gpointer done_data)
{
  Errand *errand = g_new0 (Errand, 1);

  errand->carrier = data;
  errand->done = done;
  errand->done_data = done_data;
  if (strcmp (parcel->channel, TRACK_NOTICE_MAIL) == 0)
    send_mail (errand, parcel);
  else
    post (errand, parcel);
}

/* Threads without a database: there is nothing to open, and no transaction. */
static gpointer
open_nothing (gpointer user_data, ExecutorPlace place, GError **error)
{
  return user_data;
}

static void
close_nothing (gpointer user_data, ExecutorPlace place, gpointer session)
{
}

static gboolean
do_nothing (gpointer user_data, gpointer session, GError **error)
{
  return TRUE;
}

static void
undo_nothing (gpointer user_data, gpointer session)
{
}

static gboolean
stands (gpointer user_data, gpointer session)
{
  return TRUE;
}

static gboolean
seal (gpointer user_data, gpointer session, gpointer *out_delta, GError **error)
{
  *out_delta = user_data;
  return TRUE;
}

static void
settle (gpointer user_data, gpointer session, gboolean is_durable)
{
}

static void
free_delta (gpointer delta)
{
}

static const ExecutorHooks no_database = {
  .name = "mail",
  .open = open_nothing,
  .close = close_nothing,
  .begin = do_nothing,
  .commit = do_nothing,
  .rollback = undo_nothing,
  .mark = do_nothing,
  .keep = do_nothing,
  .undo = do_nothing,
  .stands = stands,
  .seal = seal,
  .settle = settle,
  .free_delta = free_delta,
  .between_groups = undo_nothing,
};

static gboolean
start_threads (TrackCarrier *carrier, GError **error)
{
  const ExecutorSettings settings = { .context = carrier->context,
                                      .n_workers = 1,
                                      .max_queued = MAX_QUEUED,
                                      .max_group = 1,
                                      .max_group_us = 1,
                                      .n_waiting = MAX_MAILS };

  carrier->threads = executor_new (&settings, &no_database, carrier, error);
  return carrier->threads != NULL;
}

/**
 * track_carrier_new:
 * @settings: copied
 *
 * Errors: as track_upstream_new(). Loop thread.
 */
TrackCarrier *
track_carrier_new (const TrackCarrierSettings *settings, GError **error)
{
  g_autoptr (TrackCarrier) carrier = g_new0 (TrackCarrier, 1);
  const TrackUpstreamSettings upstream = { .context = settings->context,
                                           .ca_file = settings->trust_file,
                                           .max_parallel = MAX_PARALLEL,
                                           .max_answer_bytes = MAX_ANSWER };

  carrier->context = settings->context;
  carrier->cancellable = g_cancellable_new ();
  carrier->mail = (TrackMailSettings){ .url = g_strdup (settings->mail.url),
                                       .from = g_strdup (settings->mail.from),
                                       .user = g_strdup (settings->mail.user),
                                       .password_file = g_strdup (settings->mail.password_file),
                                       .trust_file = g_strdup (settings->mail.trust_file),
                                       .needs_tls = settings->mail.needs_tls,
                                       .cancellable = carrier->cancellable };
  carrier->running = g_hash_table_new (NULL, NULL);
  carrier->refused = g_ptr_array_new_with_free_func ((GDestroyNotify) errand_free);
  carrier->timer = timer_new (settings->context, on_refused, carrier);
  carrier->upstream = track_upstream_new (&upstream, error);
  if (carrier->upstream == NULL || !start_threads (carrier, error))
    return NULL;
  return g_steal_pointer (&carrier);
}

/**
 * track_carrier_get:
 *
 * Returns: for TrackWatchSettings; valid as long as the carrier
 */
TrackNoticeCarrier
track_carrier_get (TrackCarrier *carrier)
{
  return (TrackNoticeCarrier){ send_parcel, carrier };
}

/**
 * track_carrier_stop:
 *
 * Cuts off what is on its way; it is sent again after the next start. Harmless when repeated. Loop thread; waits a second
 * or so for a mail that hangs.
 */
void
track_carrier_stop (TrackCarrier *carrier)
{
  GHashTableIter iter;
  gpointer key;

  timer_arm (carrier->timer, TIMER_NEVER);
  g_hash_table_iter_init (&iter, carrier->running);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    {
      Errand *errand = key;

      track_exchange_cancel (errand->exchange);
      g_hash_table_iter_remove (&iter);
      finish (errand, "switchtrackd stops");
    }
  g_cancellable_cancel (carrier->cancellable);
  if (carrier->threads != NULL)
    executor_stop (carrier->threads);
}

/**
 * track_carrier_free:
 *
 * NULL is ignored.
 */
void
track_carrier_free (TrackCarrier *carrier)
{
  if (carrier == NULL)
    return;
  if (carrier->running != NULL)
    track_carrier_stop (carrier);
  g_clear_pointer (&carrier->threads, executor_free);
  g_clear_object (&carrier->cancellable);
  g_clear_pointer (&carrier->timer, timer_free);
  g_clear_pointer (&carrier->upstream, track_upstream_free);
  g_clear_pointer (&carrier->running, g_hash_table_unref);
  g_clear_pointer (&carrier->refused, g_ptr_array_unref);
  g_free ((char *) carrier->mail.url);
  g_free ((char *) carrier->mail.from);
  g_free ((char *) carrier->mail.user);
  g_free ((char *) carrier->mail.password_file);
  g_free ((char *) carrier->mail.trust_file);
  g_free (carrier);
}
