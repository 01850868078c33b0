/* SPDX-License-Identifier: EUPL-1.2 */
/* sd_notify(3) and sd_listen_fds(3); nothing happens without a service manager. */
#include "planner-systemd.h"

#include <gio/gio.h>
#include <stdlib.h>
#include <systemd/sd-daemon.h>

/**
 * planner_systemd_dup_sockets:
 *
 * May be called once: afterwards no child inherits them. Errors: G_IO_ERROR when what was handed
 * over cannot be read.
 *
 * Returns: (transfer full): names in the order of their descriptors, empty without sockets
 */
char **
planner_systemd_dup_sockets (GError **error)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  char **names = NULL;
  int n_sockets = sd_listen_fds_with_names (1, &names);

  if (n_sockets < 0)
    {
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (-n_sockets),
                   "the sockets that the service manager handed over cannot be taken: %s",
                   g_strerror (-n_sockets));
      return NULL;
    }
  /* They are malloc's, and may one day not be GLib's. */
  for (int i = 0; i < n_sockets; i++)
    {
      g_strv_builder_add (builder, names[i]);
      free (names[i]);
    }
  free (names);
  return g_strv_builder_end (builder);
}

static void
tell (const char *state)
{
  int result = sd_notify (0, state);

  if (result < 0)
    g_message ("the service manager could not be told %s: %s", state, g_strerror (-result));
}

/**
 * planner_systemd_ready:
 *
 * The start, or a reload, is over. As all of these: any thread; does not block for long.
 */
void
planner_systemd_ready (void)
{
  tell ("READY=1");
}

/**
 * planner_systemd_reloading:
 * @monotonic_us: now; versions from 253 on ask for it
 */
void
planner_systemd_reloading (gint64 monotonic_us)
{
  g_autofree char *state =
    g_strdup_printf ("RELOADING=1\nMONOTONIC_USEC=%" G_GINT64_FORMAT, monotonic_us);

  tell (state);
}

/**
 * planner_systemd_stopping:
 */
void
planner_systemd_stopping (void)
{
  tell ("STOPPING=1");
}

/**
 * planner_systemd_status:
 * @status: one line, shown by systemctl status
 */
void
planner_systemd_status (const char *status)
{
  g_autofree char *state = g_strdup_printf ("STATUS=%s", status);

  tell (state);
}

/**
 * planner_systemd_main_pid:
 * @pid: of our successor, which is the service from now on
 */
void
planner_systemd_main_pid (gint64 pid)
{
  g_autofree char *state = g_strdup_printf ("MAINPID=%" G_GINT64_FORMAT, pid);

  tell (state);
}

/**
 * planner_systemd_alive:
 *
 * Keeps the watchdog quiet.
 */
void
planner_systemd_alive (void)
{
  tell ("WATCHDOG=1");
}

/**
 * planner_systemd_get_watchdog_us:
 *
 * Returns: after how long a silence plannerd is killed; 0 when nobody watches
 */
gint64
planner_systemd_get_watchdog_us (void)
{
  uint64_t interval_us = 0;

  return sd_watchdog_enabled (0, &interval_us) > 0 ? (gint64) interval_us : 0;
}
