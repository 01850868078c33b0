/* SPDX-License-Identifier: EUPL-1.2 */
/* What plannerd tells its service manager, and the sockets it gets from it; the only room of libsystemd. */
#pragma once

#include <glib.h>

/* Names of the sockets that were handed over, the first of which is descriptor PLANNER_SYSTEMD_FIRST. */
#define PLANNER_SYSTEMD_FIRST 3
char **planner_systemd_dup_sockets (GError **error) G_GNUC_WARN_UNUSED_RESULT;

void planner_systemd_ready (void);
void planner_systemd_reloading (gint64 monotonic_us);
void planner_systemd_stopping (void);
void planner_systemd_status (const char *status);
void planner_systemd_main_pid (gint64 pid);
void planner_systemd_alive (void);
gint64 planner_systemd_get_watchdog_us (void);
