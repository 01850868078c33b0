/* SPDX-License-Identifier: EUPL-1.2 */
/* The watchdog is fed by the loop itself, and only while the writer moves too. */
#include "http/planner-pulse.h"

#include "base/clock.h"
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

static void
on_pulse (gpointer data)
{
  PlannerPulse *pulse = data;
  gint64 now_us = clock_monotonic_us ();

  timer_arm (pulse->timer, now_us + INTERVAL_US);
  feed_watchdog (pulse, now_us);
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
}
