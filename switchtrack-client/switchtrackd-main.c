/* SPDX-License-Identifier: EUPL-1.2 */
/* switchtrackd: configuration, faces, reload, and a clean stop. */
#include "config.h"

#include <glib-unix.h>
#include <signal.h>

#include "base/clock.h"
#include "ctl/track-commands-health.h"
#include "ctl/track-commands.h"
#include "gateway/track-daemon.h"
#include "gateway/track-handover.h"
#include "ops/admin/admin.h"
#include "planner-log.h"
#include "planner-program.h"
#include "planner-systemd.h"

/* Reading the registry and the certificates takes a moment on a busy machine; nobody waits for it. */
#define SUCCESSOR_MS 60000

typedef struct
{
  const char *config_path;
  TrackDaemon daemon;
  TrackHandover *handover;
  gboolean is_succeeded; /* another process accepts on our sockets */
  gboolean is_stopping;
  gboolean is_told_to_stop; /* by a signal */
  Timer *deadline;          /* of a stop under way */
  gboolean is_late;
} Program;

static gboolean
on_reload_signal (gpointer data)
{
  Program *program = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (TrackConfig) config = track_config_load (program->config_path, &error);
  PlannerLogLevel level;

  planner_systemd_reloading (clock_monotonic_us ());
  if (config == NULL)
    {
      planner_log_event (PLANNER_LOG_ERROR, "reload", "refused", error->message, NULL);
      track_daemon_set_reload_problem (&program->daemon, g_strdup (error->message));
    }
  else
    {
      track_daemon_reload (&program->daemon, config);
      if (planner_log_parse_level (config->log_level, &level))
        planner_log_set_level (level);
      planner_log_event (PLANNER_LOG_INFO, "reload", "file", program->config_path, NULL);
    }
  planner_systemd_ready ();
  return G_SOURCE_CONTINUE;
}

static guint
list_sockets (Program *program, TrackHandoverSocket *out_sockets)
{
  FaceSet *faces = track_server_get_faces (program->daemon.server);
  guint n_sockets = 0;

  for (guint face = 0; face < TRACK_N_FACES; face++)
    if (faces->listeners[face] != NULL)
      out_sockets[n_sockets++] =
        (TrackHandoverSocket){ track_face_names[face], faces->listeners[face] };
  return n_sockets;
}

/* Whoever asked for the upgrade must not take the old program for the new one. */
static void
tell_failed (Program *program, const char *problem)
{
  g_autofree char *words =
    g_strdup_printf ("the upgrade failed, and version " PLANNER_VERSION " goes on: %s", problem);

  track_side_set_alarm (program->daemon.side, words);
}

static gboolean
on_upgrade_signal (gpointer data)
{
  Program *program = data;
  TrackHandoverSocket sockets[TRACK_N_FACES];
  guint n_sockets = list_sockets (program, sockets);
  g_autoptr (GError) error = NULL;

  if (track_handover_start (program->handover, sockets, n_sockets, SUCCESSOR_MS, &error))
    {
      planner_log_event (PLANNER_LOG_INFO, "upgrade", NULL);
      return G_SOURCE_CONTINUE;
    }
  planner_log_event (PLANNER_LOG_ERROR, "upgrade", "refused", error->message, NULL);
  /* One that is under way, or done, is no failure. */
  if (!program->is_succeeded && !track_handover_is_running (program->handover))
    tell_failed (program, error->message);
  return G_SOURCE_CONTINUE;
}

static void
on_successor (const char *problem, gint64 pid, gpointer data)
{
  Program *program = data;
  TrackHandoverSocket sockets[TRACK_N_FACES];
  guint n_sockets = list_sockets (program, sockets);
  g_autofree char *number = g_strdup_printf ("%" G_GINT64_FORMAT, pid);

  if (problem != NULL)
    {
      planner_log_event (PLANNER_LOG_ERROR, "upgrade", "failed", problem, NULL);
      tell_failed (program, problem);
      return;
    }
  planner_log_event (PLANNER_LOG_INFO, "upgrade", "successor", number, NULL);
  planner_systemd_main_pid (pid);
  for (guint i = 0; i < n_sockets; i++)
    listener_leave_socket (sockets[i].listener);
  track_daemon_yield (&program->daemon);
  program->is_succeeded = TRUE;
  program->is_stopping = TRUE;
}

/* With a successor a kept connection may rest as long as ever: only its client knows when it calls again. */
static gint64
patience_us (const Program *program)
{
  const TrackConfig *config = program->daemon.config;

  return config->limits_stop_timeout_s * G_USEC_PER_SEC +
         (program->is_succeeded && !program->is_told_to_stop ? config->limits_idle_timeout_ms * 1000
                                                             : 0);
}

/* A predecessor that rests for its callers' sake: the whole service is stopped, or started again, and waits for it. */
static void
hurry (Program *program)
{
  const TrackConfig *config = program->daemon.config;
  TrackHandoverSocket sockets[TRACK_N_FACES];
  guint n_sockets = list_sockets (program, sockets);

  for (guint i = 0; i < n_sockets; i++)
    listener_shorten_grace (sockets[i].listener, (guint) config->limits_stop_grace_ms);
  timer_arm (program->deadline, clock_monotonic_us () + patience_us (program));
}

static gboolean
on_stop_signal (gpointer data)
{
  Program *program = data;

  program->is_stopping = program->is_told_to_stop = TRUE;
  if (program->deadline != NULL && program->is_succeeded)
    hurry (program);
  return G_SOURCE_CONTINUE;
}

static void
on_stop_deadline (gpointer data)
{
  Program *program = data;

  program->is_late = TRUE;
}

/* Nobody new; those under way get their answers; what is queued reaches the disk. */
static void
stop (Program *program)
{
  TrackDaemon *daemon = &program->daemon;

  planner_log_event (PLANNER_LOG_INFO, "stopping", NULL);
  /* The service goes on in the successor. */
  if (!program->is_succeeded)
    planner_systemd_stopping ();
  track_server_stop_accepting (daemon->server);
  program->deadline = timer_new (NULL, on_stop_deadline, program);
  timer_arm (program->deadline, clock_monotonic_us () + patience_us (program));
  while (track_server_is_draining (daemon->server) && !program->is_late)
    g_main_context_iteration (NULL, TRUE);
  g_clear_pointer (&program->deadline, timer_free);
  track_daemon_stop (daemon);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
}

static void
serve (Program *program)
{
  FaceSet *faces = track_server_get_faces (program->daemon.server);
  g_autofree char *addresses = face_set_dup_addresses (faces);

  g_unix_signal_add (SIGTERM, on_stop_signal, program);
  g_unix_signal_add (SIGINT, on_stop_signal, program);
  g_unix_signal_add (SIGHUP, on_reload_signal, program);
  g_unix_signal_add (SIGUSR2, on_upgrade_signal, program);
  planner_log_event (PLANNER_LOG_INFO, "serving", "version", PLANNER_VERSION, "faces", addresses,
                     NULL);
  planner_systemd_ready ();
  track_handover_tell_ready ();
  while (!program->is_stopping)
    g_main_context_iteration (NULL, TRUE);
  stop (program);
  planner_log_event (PLANNER_LOG_INFO, "stopped", NULL);
}

/* Sockets of our predecessor or of the service manager, each by the name of its face. */
static gboolean
take_sockets (FaceSockets *sockets, GError **error)
{
  g_auto (GStrv) names = track_handover_dup_names ();

  G_STATIC_ASSERT (TRACK_HANDOVER_FIRST == PLANNER_SYSTEMD_FIRST);
  if (names == NULL)
    names = planner_systemd_dup_sockets (error);
  face_sockets_init (sockets);
  for (int i = 0; names != NULL && names[i] != NULL; i++)
    if (!face_sockets_add (sockets, track_face_names, names[i], PLANNER_SYSTEMD_FIRST + i, error))
      return FALSE;
  return names != NULL;
}

static gboolean
run (const PlannerProgramOptions *options, const TrackConfig *config, GError **error)
{
  Program program = { .config_path = options->config_path };
  FaceSockets sockets;
  gboolean ok =
    take_sockets (&sockets, error) && track_daemon_open (&program.daemon, config, &sockets, error);

  program.handover = track_handover_new (NULL, options->arguments);
  track_handover_set_func (program.handover, on_successor, &program);
  if (ok)
    serve (&program);
  else
    track_daemon_stop (&program.daemon);
  track_handover_free (program.handover);
  track_daemon_close (&program.daemon);
  return ok;
}

/* What a start would refuse. */
static gboolean
check_files (const TrackConfig *config, GError **error)
{
  g_autofree char *notes = NULL;
  gboolean ok = track_faces_check_files (config, &notes, error);

  g_print ("%s", notes);
  return ok;
}

static gboolean
load_and_run (const PlannerProgramOptions *options, GError **error)
{
  g_autoptr (TrackConfig) config = track_config_load (options->config_path, error);

  if (config == NULL)
    return FALSE;
  if (options->only_checks)
    return check_files (config, error);
  planner_program_prepare (config->log_format, config->log_level, config->process_core_dumps != 0);
  return run (options, config, error);
}

static const PlannerProgram switchtrackd = {
  .name = "switchtrackd",
  .summary = "The gateway between callers and the Planners of municipalities.",
  .checks = "read the configuration and its certificates, say what is wrong, and end",
  .dup_sample = track_config_dup_sample,
  .dup_manual = track_config_dup_manual,
  .run = load_and_run,
};

int
main (int argc, char **argv)
{
  /* Whoever asks for an upgrade while we start must not end us by it. */
  signal (SIGUSR2, SIG_IGN);
  admin_table_begin_empty ();
  track_commands_register ();
  track_commands_health_register ();
  return planner_program_main (&switchtrackd, argc, argv);
}
