/* SPDX-License-Identifier: EUPL-1.2 */
/* The only clock: wall time that never runs backwards, and monotonic time for deadlines. */
#pragma once

#include <gio/gio.h>

gint64 clock_now_us (void);
gint64 clock_monotonic_us (void);
void clock_pause_us (guint64 pause_us);
gboolean clock_wait_us (guint64 wait_us, GCancellable *cancellable);
void clock_set_for_test (gint64 now_us);
gint64 clock_follow (gint64 real_us);
