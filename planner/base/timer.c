/* SPDX-License-Identifier: EUPL-1.2 */
/* Alarms as sources of a main context that carry their own instant, so that re-arming costs nothing. */
#include "base/timer.h"

struct _Timer
{
  GSource source;
  TimerFunc func;
  gpointer user_data;
};

static gboolean
on_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  Timer *timer = (Timer *) source;

  g_source_set_ready_time (source, TIMER_NEVER);
  timer->func (timer->user_data);
  return G_SOURCE_CONTINUE;
}

/**
 * timer_new:
 * @context: (nullable): the loop's; NULL for the default one
 *
 * Makes an alarm that is not armed. @func may arm it again and may free it.
 *
 * Returns: (transfer full): free with timer_free()
 */
Timer *
timer_new (GMainContext *context, TimerFunc func, gpointer user_data)
{
  static GSourceFuncs funcs = { .dispatch = on_dispatch };
  Timer *timer = (Timer *) g_source_new (&funcs, sizeof (Timer));

  timer->func = func;
  timer->user_data = user_data;
  g_source_set_static_name (&timer->source, "planner-timer");
  g_source_attach (&timer->source, context);
  return timer;
}

/**
 * timer_arm:
 * @monotonic_us: of clock_monotonic_us(); an instant gone by rings at once, TIMER_NEVER disarms
 *
 * Replaces what was armed before.
 */
void
timer_arm (Timer *timer, gint64 monotonic_us)
{
  g_source_set_ready_time (&timer->source, monotonic_us);
}

/**
 * timer_get_instant:
 *
 * Returns: the monotonic instant it will ring at; TIMER_NEVER when it is not armed
 */
gint64
timer_get_instant (const Timer *timer)
{
  return g_source_get_ready_time ((GSource *) &timer->source);
}

/**
 * timer_free:
 *
 * Disarms and frees; harmless from within its own function.
 */
void
timer_free (Timer *timer)
{
  if (timer == NULL)
    return;
  g_source_destroy (&timer->source);
  g_source_unref (&timer->source);
}
