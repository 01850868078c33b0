/* SPDX-License-Identifier: EUPL-1.2 */
/* The watchdog is fed by the loop itself, and only while the writer moves too. */
#include "http/planner-pulse.h"

#include "base/clock.h"
#include "ops/call/op-window.h"
#include "planner-log.h"
#include "planner-systemd.h"

#define INTERVAL_US G_USEC_PER_SEC
/* Longer than any flush of a disk that still works; a disk that refuses is no standstill. */
#define MAX_STANDSTILL_US (30 * G_USEC_PER_SEC)
#define JUDGE_US          (5 * G_USEC_PER_SEC)

/**
 * pulse_writer_moves:
 * @now_us: monotonic
 *
 * A writer that fails, answers and goes on moves; one that hangs in a group, or leaves jobs lying,
 * does not.
 */
gboolean
pulse_writer_moves (PulseSeen *seen, const ExecutorCounters *counters, gint64 now_us)
{
  guint64 progress = counters->n_groups + counters->n_lost + counters->n_busy +
                     counters->n_retried + (guint64) counters->group_started_us;
  gboolean is_idle = counters->n_queued[EXECUTOR_WRITER] == 0 && counters->group_started_us == 0;

  if (is_idle || progress != seen->progress || seen->progress_us == 0)
    {
      seen->progress = progress;
      seen->progress_us = now_us;
    }
  return now_us - seen->progress_us <= MAX_STANDSTILL_US;
}

static void
feed_watchdog (PlannerPulse *pulse, gint64 now_us)
{
  OpServiceState state;

  if (pulse->interval_us == 0)
    return;
  op_service_get_state (pulse->health->endpoint->service, &state);
  if (!pulse_writer_moves (&pulse->seen, &state.executor, now_us) ||
      now_us - pulse->told_alive_us < pulse->interval_us)
    return;
  pulse->told_alive_us = now_us;
  planner_systemd_alive ();
}

static void
tell_status (PlannerPulse *pulse, gint64 now_us)
{
  g_autofree char *problem = NULL;
  g_autofree char *status = NULL;

  if (pulse->judged_us != 0 && now_us - pulse->judged_us < JUDGE_US)
    return;
  pulse->judged_us = now_us;
  problem = planner_health_dup_ready_problem (pulse->health);
  status = problem == NULL ? g_strdup ("serving") : g_strdup_printf ("not ready: %s", problem);
  if (g_strcmp0 (status, pulse->status) == 0)
    return;
  planner_systemd_status (status);
  g_free (pulse->status);
  pulse->status = g_steal_pointer (&status);
}

static gboolean
holds_id (const GArray *ids, gint64 id)
{
  for (guint i = 0; i < ids->len; i++)
    if (g_array_index (ids, gint64, i) == id)
      return TRUE;
  return FALSE;
}

static void
log_start (const ServiceWindow *window)
{
  g_autofree char *id = g_strdup_printf ("%" G_GINT64_FORMAT, window->window_id);
  g_autofree char *end = op_window_dup_end (window);

  planner_log_event (PLANNER_LOG_INFO, "service-window", "state", "start", "window", id, "kind",
                     service_window_kind_get_name (window->kind), "until", end, "units",
                     window->units == NULL ? "all" : "some", "text", window->text, NULL);
}

static void
log_end (gint64 window_id)
{
  g_autofree char *id = g_strdup_printf ("%" G_GINT64_FORMAT, window_id);

  planner_log_event (PLANNER_LOG_INFO, "service-window", "state", "end", "window", id, NULL);
}

/* Also notices one that was announced, cancelled or ended by hand since the last look. */
static void
watch_windows (PlannerPulse *pulse)
{
  const IndexView *view = op_service_get_view (pulse->health->endpoint->service);
  const GPtrArray *windows = catalogue_get_windows (view->catalogue);
  g_autoptr (GArray) now_on = g_array_new (FALSE, FALSE, sizeof (gint64));

  for (guint i = 0; i < windows->len; i++)
    {
      const ServiceWindow *window = windows->pdata[i];
      if (!service_window_is_on (window, clock_now_us ()))
        continue;
      g_array_append_val (now_on, window->window_id);
      if (!holds_id (pulse->windows, window->window_id))
        log_start (window);
    }
  for (guint i = 0; i < pulse->windows->len; i++)
    if (!holds_id (now_on, g_array_index (pulse->windows, gint64, i)))
      log_end (g_array_index (pulse->windows, gint64, i));
  if (now_on->len != pulse->windows->len)
    pulse->judged_us = 0;
  g_array_unref (pulse->windows);
  pulse->windows = g_steal_pointer (&now_on);
}

static void
on_pulse (gpointer data)
{
  PlannerPulse *pulse = data;
  gint64 now_us = clock_monotonic_us ();

  timer_arm (pulse->timer, now_us + INTERVAL_US);
  feed_watchdog (pulse, now_us);
  watch_windows (pulse);
  tell_status (pulse, now_us);
}

/**
 * planner_pulse_start:
 * @health: borrowed
 *
 * Loop thread.
 */
void
planner_pulse_start (PlannerPulse *pulse, PlannerHealth *health)
{
  pulse->health = health;
  pulse->interval_us = planner_systemd_get_watchdog_us () / 3;
  pulse->windows = g_array_new (FALSE, FALSE, sizeof (gint64));
  pulse->timer = timer_new (health->endpoint->context, on_pulse, pulse);
  timer_arm (pulse->timer, clock_monotonic_us ());
}

/**
 * planner_pulse_stop:
 */
void
planner_pulse_stop (PlannerPulse *pulse)
{
  g_clear_pointer (&pulse->timer, timer_free);
  g_clear_pointer (&pulse->status, g_free);
  g_clear_pointer (&pulse->windows, g_array_unref);
}
