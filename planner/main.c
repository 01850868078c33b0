/* SPDX-License-Identifier: EUPL-1.2 */
/* plannerd: configuration, lock, database, faces, and a clean stop. */
#include "config.h"

#include <glib-unix.h>

#include "base/clock.h"
#include "base/timer.h"
#include "dfdg/commands/dfdg-commands-read.h"
#include "dfdg/commands/dfdg-commands.h"
#include "dfdg/commands/message-commands.h"
#include "dfdg/dfdg-runner.h"
#include "dfdg/inbox/webhook-wsb.h"
#include "dfdg/readings/placement-inquiry.h"
#include "http/planner-server.h"
#include "ops/facts/code-files.h"
#include "planner-log.h"
#include "planner-program.h"
#include "planner-systemd.h"
#include "store/store-lock.h"
#include "sync/sync-commands.h"
#include "sync/sync-remote.h"
#include "sync/sync-scheduler.h"

/* 2026-01-01T00:00:00Z: no machine that runs this program lives earlier. */
#define EARLIEST_CLOCK_US G_GINT64_CONSTANT (1767225600000000)

/* Commands that wait for calendar servers have room beside the runs. */
#define COMMANDS_WAITING 2

typedef struct
{
  const char *config_path;
  PlannerConfig *config;
  OpService *service;
  PlannerServer *server;
  SyncScheduler *scheduler;
  DfdgWebhook *webhook;
  DfdgRunner *dfdg;
  gboolean is_stopping;
  gboolean is_late;
} Program;

static gboolean
on_stop_signal (gpointer data)
{
  Program *program = data;

  program->is_stopping = TRUE;
  return G_SOURCE_CONTINUE;
}

/* With connections of its own: those of before may have been made by another certificate or proxy. */
static SyncSettings *
new_sync_settings (const PlannerConfig *config, guint max_parallel)
{
  g_autoptr (SyncPool) pool = sync_remote_new_pool (config);
  SyncSettings *settings = sync_settings_new (config, pool);

  settings->n_parallel = MIN (settings->n_parallel, max_parallel);
  sync_settings_set_current (settings);
  return settings;
}

/* The threads are those of the start: more runs than that would wait in the places of commands. */
static void
reload_sync (Program *program, const PlannerConfig *config)
{
  g_autoptr (SyncSettings) settings =
    new_sync_settings (config, (guint) program->config->sync_parallel);

  sync_scheduler_set_settings (program->scheduler, settings);
}

static gboolean
on_reload_signal (gpointer data)
{
  Program *program = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (PlannerConfig) config = planner_config_load (program->config_path, &error);
  PlannerLogLevel level;

  planner_systemd_reloading (clock_monotonic_us ());
  if (config == NULL)
    {
      planner_log_event (PLANNER_LOG_ERROR, "reload", "refused", error->message, NULL);
      planner_systemd_ready ();
      return G_SOURCE_CONTINUE;
    }
  planner_server_reload (program->server, config);
  reload_sync (program, config);
  dfdg_runner_reload (program->dfdg, config);
  if (planner_log_parse_level (config->log_level, &level))
    planner_log_set_level (level);
  planner_log_event (PLANNER_LOG_INFO, "reload", "file", program->config_path, NULL);
  planner_systemd_ready ();
  return G_SOURCE_CONTINUE;
}

static void
on_stop_deadline (gpointer data)
{
  Program *program = data;

  program->is_late = TRUE;
}

/* Nobody new; those under way get their answers; what is queued gets committed. */
static void
stop (Program *program)
{
  g_autoptr (Timer) deadline = timer_new (NULL, on_stop_deadline, program);

  planner_log_event (PLANNER_LOG_INFO, "stopping", NULL);
  planner_systemd_stopping ();
  planner_server_stop_accepting (program->server);
  sync_scheduler_stop (program->scheduler);
  dfdg_runner_stop (program->dfdg);
  timer_arm (deadline,
             clock_monotonic_us () + program->config->limits_stop_timeout_s * G_USEC_PER_SEC);
  while ((planner_server_is_draining (program->server) ||
          sync_scheduler_is_draining (program->scheduler) ||
          dfdg_runner_is_draining (program->dfdg)) &&
         !program->is_late)
    g_main_context_iteration (NULL, TRUE);
  op_service_stop (program->service);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
}

static void
start_sync (Program *program)
{
  g_autoptr (SyncSettings) settings =
    new_sync_settings (program->config, (guint) program->config->sync_parallel);

  program->scheduler = sync_scheduler_new (program->service, NULL, settings, sync_work_run);
  planner_server_set_sync (program->server, sync_scheduler_describe, program->scheduler);
}

static void
start_dfdg (Program *program)
{
  PlannerWebhook route;

  program->webhook = dfdg_webhook_new (program->service, NULL, NULL);
  route = dfdg_webhook_get_route (program->webhook);
  planner_server_set_webhook (program->server, &route);
  program->dfdg = dfdg_runner_new (program->service, NULL, program->config);
  dfdg_runner_set_webhook (program->dfdg, program->webhook);
  planner_server_set_dfdg (program->server, dfdg_runner_describe, program->dfdg);
  op_service_set_inquiry (program->service, placement_inquire, NULL);
}

static void
serve (Program *program)
{
  g_autofree char *addresses = planner_server_dup_addresses (program->server);

  g_unix_signal_add (SIGTERM, on_stop_signal, program);
  g_unix_signal_add (SIGINT, on_stop_signal, program);
  g_unix_signal_add (SIGHUP, on_reload_signal, program);
  planner_log_event (PLANNER_LOG_INFO, "serving", "version", PLANNER_VERSION, "faces", addresses,
                     NULL);
  planner_systemd_ready ();
  start_sync (program);
  start_dfdg (program);
  while (!program->is_stopping)
    g_main_context_iteration (NULL, TRUE);
  stop (program);
  planner_log_event (PLANNER_LOG_INFO, "stopped", NULL);
}

/* Sockets of the service manager, each by the name of its face. */
static gboolean
take_sockets (FaceSockets *sockets, GError **error)
{
  g_auto (GStrv) names = planner_systemd_dup_sockets (error);

  face_sockets_init (sockets);
  for (int i = 0; names != NULL && names[i] != NULL; i++)
    if (!face_sockets_add (sockets, planner_face_names, names[i], PLANNER_SYSTEMD_FIRST + i, error))
      return FALSE;
  return names != NULL;
}

static void
set_codes_folder (const PlannerConfig *config)
{
  g_autofree char *folder = g_path_get_dirname (config->database_path);
  g_autofree char *beside = g_build_filename (folder, "codes", NULL);

  code_files_set_folder (*config->database_codes_dir == '\0' ? beside : config->database_codes_dir);
}

static gboolean
open_all (Program *program, GError **error)
{
  FaceSockets sockets;
  const PlannerConfig *config = program->config;
  OpServiceSettings settings = { .database_path = config->database_path,
                                 .schema_dir = config->database_schema_dir,
                                 .data_dir = config->database_data_dir,
                                 .n_workers = (guint) config->limits_workers,
                                 .max_queued = (guint) config->limits_max_queued,
                                 .max_group = (guint) config->limits_max_group,
                                 .n_waiting = (guint) config->sync_parallel + COMMANDS_WAITING +
                                              dfdg_runner_count_threads (config),
                                 .ignores_clock = config->database_ignore_clock != 0 };

  if (!take_sockets (&sockets, error))
    return FALSE;
  message_commands_register ();
  set_codes_folder (config);
  sync_commands_register ();
  dfdg_commands_register ();
  dfdg_commands_read_register ();
  program->service = op_service_new (&settings, error);
  if (program->service == NULL)
    return FALSE;
  program->server = planner_server_new (config, &sockets, program->service, NULL, error);
  return program->server != NULL && planner_server_start (program->server, error);
}

static gboolean
run (const char *config_path, PlannerConfig *config, GError **error)
{
  Program program = { .config_path = config_path, .config = config };
  g_autoptr (StoreLock) lock = NULL;
  gboolean ok;

  if (clock_now_us () < EARLIEST_CLOCK_US)
    {
      g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
                           "the clock of this machine is wrong: it shows a time before 2026");
      return FALSE;
    }
  lock = store_lock_take (config->database_path, error);
  if (lock == NULL)
    return FALSE;
  ok = open_all (&program, error);
  if (ok)
    serve (&program);
  else if (program.service != NULL)
    op_service_stop (program.service);
  g_clear_pointer (&program.server, planner_server_free);
  g_clear_pointer (&program.scheduler, sync_scheduler_free);
  g_clear_pointer (&program.dfdg, dfdg_runner_free);
  g_clear_pointer (&program.webhook, dfdg_webhook_free);
  sync_settings_set_current (NULL);
  g_clear_pointer (&program.service, op_service_free);
  return ok;
}

/* What a start would refuse. */
static gboolean
check_files (const PlannerConfig *config, GError **error)
{
  g_autofree char *notes = NULL;
  gboolean ok = planner_faces_check_files (config, &notes, error);

  g_print ("%s", notes);
  return ok;
}

static gboolean
load_and_run (const PlannerProgramOptions *options, GError **error)
{
  g_autoptr (PlannerConfig) config = planner_config_load (options->config_path, error);

  if (config == NULL)
    return FALSE;
  if (options->only_checks)
    return check_files (config, error);
  planner_program_prepare (config->log_format, config->log_level, config->process_core_dumps != 0);
  return run (options->config_path, config, error);
}

static const PlannerProgram plannerd = {
  .name = "plannerd",
  .summary = "The booking calendar of a municipality, for DFDG.",
  .checks = "read the configuration and its certificates, say what is wrong, and end",
  .dup_sample = planner_config_dup_sample,
  .dup_manual = planner_config_dup_manual,
  .run = load_and_run,
};

int
main (int argc, char **argv)
{
  return planner_program_main (&plannerd, argc, argv);
}
