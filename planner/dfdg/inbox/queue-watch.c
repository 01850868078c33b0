/* SPDX-License-Identifier: EUPL-1.2 */
/* One alarm for all; a look runs on a thread that waits, one at a time for each municipality. */
#include "dfdg/inbox/queue-watch.h"

#include "base/clock.h"
#include "base/timer.h"
#include "dfdg/inbox/queue-wsrm.h"
#include "planner-log.h"

/* A look that failed is repeated sooner than a long interval says. */
#define LONGEST_RETRY_US (60 * G_USEC_PER_SEC)

typedef struct
{
  DfdgSettings *settings;
  gint64 next_us; /* monotonic */
  gboolean is_running;
  char *problem;
  QueueCounts counts;
} Queue;

struct _DfdgQueueWatch
{
  OpService *service;
  Timer *timer;
  GPtrArray *queues;
  GCancellable *cancellable;
  guint n_running;
  gboolean is_stopping;
};

typedef struct
{
  DfdgQueueWatch *watch;
  DfdgSettings *settings;
  QueueResult result;
} Look;

static void
queue_free (Queue *queue)
{
  dfdg_settings_unref (queue->settings);
  g_free (queue->problem);
  g_free (queue);
}

static Queue *
find_queue (DfdgQueueWatch *watch, const char *tenant_key)
{
  for (guint i = 0; i < watch->queues->len; i++)
    {
      Queue *queue = watch->queues->pdata[i];

      if (g_str_equal (queue->settings->client->tenant, tenant_key))
        return queue;
    }
  return NULL;
}

static gint64
interval_us (const Queue *queue)
{
  gint64 whole_us = queue->settings->client->wsrm_interval_s * G_USEC_PER_SEC;

  return queue->problem == NULL ? whole_us : MIN (whole_us, LONGEST_RETRY_US);
}

static void
arm (DfdgQueueWatch *watch)
{
  gint64 next_us = G_MAXINT64;

  for (guint i = 0; i < watch->queues->len && !watch->is_stopping; i++)
    {
      const Queue *queue = watch->queues->pdata[i];

      if (!queue->is_running)
        next_us = MIN (next_us, queue->next_us);
    }
  timer_arm (watch->timer, next_us == G_MAXINT64 ? TIMER_NEVER : next_us);
}

/* On a waiting thread. */
static gboolean
look (gpointer data, gpointer session, GError **error)
{
  Look *one = data;

  return queue_wsrm_run_service (one->watch->service, one->settings, one->watch->cancellable,
                                 &one->result, error);
}

/* The same trouble at every look is one line. */
static void
note_end (Queue *queue, const QueueResult *result, const GError *error)
{
  queue->counts.n_runs++;
  queue->counts.n_messages += result->n_messages;
  queue->counts.n_new += result->n_new;
  queue->counts.n_unknown += result->n_unknown;
  if (error == NULL)
    queue->counts.succeeded_us = clock_now_us ();
  else
    queue->counts.n_failed++;
  if (error != NULL && g_strcmp0 (error->message, queue->problem) != 0)
    planner_log_event (PLANNER_LOG_WARNING, "wsrm-run", "tenant", queue->settings->client->tenant,
                       "problem", error->message, NULL);
  g_free (queue->problem);
  queue->problem = error == NULL ? NULL : g_strdup (error->message);
}

static void
on_looked (gpointer data, const ExecutorReport *report, const GError *error)
{
  Look *one = data;
  DfdgQueueWatch *watch = one->watch;
  Queue *queue = find_queue (watch, one->settings->client->tenant);

  watch->n_running--;
  if (queue != NULL)
    {
      queue->is_running = FALSE;
      if (!watch->is_stopping)
        note_end (queue, &one->result, error);
      queue->next_us = clock_monotonic_us () + interval_us (queue);
    }
  dfdg_settings_unref (one->settings);
  g_free (one);
  arm (watch);
}

static void
start (DfdgQueueWatch *watch, Queue *queue)
{
  Look *one = g_new0 (Look, 1);

  one->watch = watch;
  one->settings = dfdg_settings_ref (queue->settings);
  queue->next_us = clock_monotonic_us () + interval_us (queue);
  if (!op_service_run_waiting (watch->service, look, on_looked, one, NULL))
    {
      dfdg_settings_unref (one->settings);
      g_free (one);
      return;
    }
  queue->is_running = TRUE;
  watch->n_running++;
}

static void
on_alarm (gpointer data)
{
  DfdgQueueWatch *watch = data;
  gint64 now_us = clock_monotonic_us ();

  for (guint i = 0; i < watch->queues->len && !watch->is_stopping; i++)
    {
      Queue *queue = watch->queues->pdata[i];

      if (!queue->is_running && queue->next_us <= now_us)
        start (watch, queue);
    }
  arm (watch);
}

/* Those that go on keep what they counted. */
static Queue *
take_over (DfdgQueueWatch *watch, DfdgSettings *settings)
{
  Queue *old = find_queue (watch, settings->client->tenant);
  Queue *queue = g_new0 (Queue, 1);

  if (old != NULL)
    {
      *queue = *old;
      queue->problem = g_strdup (old->problem);
    }
  queue->settings = dfdg_settings_ref (settings);
  return queue;
}

/**
 * dfdg_queue_watch_set_settings:
 * @settings: (element-type DfdgSettings): all municipalities'; those of another carrier are passed over
 */
void
dfdg_queue_watch_set_settings (DfdgQueueWatch *watch, GPtrArray *settings)
{
  GPtrArray *queues = g_ptr_array_new_with_free_func ((GDestroyNotify) queue_free);

  for (guint i = 0; i < settings->len; i++)
    {
      DfdgSettings *one = settings->pdata[i];

      if (one->client->carrier == CONFIG_CARRIER_WSRM)
        g_ptr_array_add (queues, take_over (watch, one));
    }
  g_ptr_array_unref (watch->queues);
  watch->queues = queues;
  arm (watch);
}

/**
 * dfdg_queue_watch_new:
 * @service: must outlive it
 * @context: (nullable): the loop's
 * @settings: (element-type DfdgSettings): see dfdg_settings_list()
 *
 * Returns: (transfer full): the first look is at once
 */
DfdgQueueWatch *
dfdg_queue_watch_new (OpService *service, GMainContext *context, GPtrArray *settings)
{
  DfdgQueueWatch *watch = g_new0 (DfdgQueueWatch, 1);

  watch->service = service;
  watch->cancellable = g_cancellable_new ();
  watch->queues = g_ptr_array_new_with_free_func ((GDestroyNotify) queue_free);
  watch->timer = timer_new (context, on_alarm, watch);
  dfdg_queue_watch_set_settings (watch, settings);
  return watch;
}

/**
 * dfdg_queue_watch_stop:
 *
 * No further look; one under way gives up, and its sequence comes back.
 */
void
dfdg_queue_watch_stop (DfdgQueueWatch *watch)
{
  watch->is_stopping = TRUE;
  g_cancellable_cancel (watch->cancellable);
  arm (watch);
}

/**
 * dfdg_queue_watch_is_draining:
 */
gboolean
dfdg_queue_watch_is_draining (DfdgQueueWatch *watch)
{
  return watch->n_running > 0;
}

/**
 * dfdg_queue_watch_free:
 *
 * When nothing is under way any more; NULL is ignored.
 */
void
dfdg_queue_watch_free (DfdgQueueWatch *watch)
{
  if (watch == NULL)
    return;
  timer_free (watch->timer);
  g_ptr_array_unref (watch->queues);
  g_object_unref (watch->cancellable);
  g_free (watch);
}

/**
 * dfdg_queue_watch_count:
 * @which: from 0
 * @out_counts: (out): of that municipality, when there is one
 *
 * Returns: how many there are
 */
guint
dfdg_queue_watch_count (DfdgQueueWatch *watch, guint which, QueueCounts *out_counts)
{
  const Queue *queue = which < watch->queues->len ? watch->queues->pdata[which] : NULL;

  if (queue != NULL)
    {
      *out_counts = queue->counts;
      out_counts->tenant_key = queue->settings->client->tenant;
      out_counts->problem = queue->problem;
    }
  return watch->queues->len;
}
