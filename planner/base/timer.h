/* SPDX-License-Identifier: EUPL-1.2 */
/* One alarm of the loop thread, armed for a monotonic instant. */
#pragma once

#include <glib.h>

#define TIMER_NEVER G_GINT64_CONSTANT (-1)

/**
 * Timer:
 *
 * Rings once at the instant that it was last armed for. Loop thread only.
 */
typedef struct _Timer Timer;

typedef void (*TimerFunc) (gpointer user_data);

Timer *timer_new (GMainContext *context, TimerFunc func, gpointer user_data);
void timer_arm (Timer *timer, gint64 monotonic_us);
gint64 timer_get_instant (const Timer *timer);
void timer_free (Timer *timer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Timer, timer_free)
