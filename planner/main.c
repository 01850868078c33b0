/* SPDX-License-Identifier: EUPL-1.2 */
/* plannerd: options, configuration, lock, database, faces, and a clean stop. */
#include "config.h"

#include <glib-unix.h>
#include <locale.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>

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
  char *config_path;
  gboolean prints_sample;
  gboolean prints_manual;
  gboolean checks_config;
  gboolean prints_version;
} Options;

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
parse_options (Options *options, int *argc, char ***argv, GError **error)
{
  const GOptionEntry entries[] = {
    { "config", 'c', 0, G_OPTION_ARG_FILENAME, &options->config_path, "configuration file",
      "FILE" },
    { "print-config-sample", 0, 0, G_OPTION_ARG_NONE, &options->prints_sample,
      "print every key with its meaning and default, and end", NULL },
    { "print-config-manual", 0, 0, G_OPTION_ARG_NONE, &options->prints_manual,
      "print the manual page plannerd.conf(5), and end", NULL },
    { "check-config", 0, 0, G_OPTION_ARG_NONE, &options->checks_config,
      "read the configuration and its certificates, say what is wrong, and end", NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, &options->prints_version, "print the version", NULL },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);

  g_option_context_set_summary (context, "The booking calendar of a municipality, for DFDG.");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, argc, argv, error))
    return FALSE;
  if (*argc == 1)
    return TRUE;
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "%s is not expected", (*argv)[1]);
  return FALSE;
}

/* Memory holds citizens' numbers and keys: no dumps, no debugger, unless asked for. */
static void
keep_memory_private (const PlannerConfig *config)
{
  const struct rlimit none = { 0, 0 };

  if (config->process_core_dumps)
    return;
  prctl (PR_SET_DUMPABLE, 0);
  setrlimit (RLIMIT_CORE, &none);
}

/*
 * Bodies of requests come from pages of their own and go back to the system when they end. By itself glibc stops
 * doing that as soon as one such piece was freed, and then a crowd of large bodies leaves its mark for good.
 */
static void
keep_memory_small (void)
{
  mallopt (M_MMAP_THRESHOLD, 128 * 1024);
  mallopt (M_TRIM_THRESHOLD, 1024 * 1024);
}

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

/* What a start would refuse, too. */
static gboolean
check_credentials (const PlannerConfig *config, GError **error)
{
  g_auto (PlannerCredentials) credentials = { 0 };

  if (!planner_credentials_load (&credentials, config, error))
    return FALSE;
  if (credentials.tls == NULL || credentials.expiry_unix_us > clock_now_us ())
    return TRUE;
  g_set_error (error, LISTENER_ERROR, LISTENER_ERROR_CERTIFICATE, "%s: the certificate has expired",
               config->dfdg_certificate);
  return FALSE;
}

static gboolean
load_and_run (const Options *options, GError **error)
{
  g_autoptr (PlannerConfig) config = NULL;
  PlannerLogLevel level = PLANNER_LOG_INFO;

  if (options->config_path == NULL)
    {
      g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                           "--config FILE is needed; --print-config-sample shows one");
      return FALSE;
    }
  config = planner_config_load (options->config_path, error);
  if (config == NULL)
    return FALSE;
  if (options->checks_config)
    return check_credentials (config, error);
  planner_log_parse_level (config->log_level, &level);
  planner_log_start ((PlannerLogFormat) config->log_format, level);
  g_log_set_writer_func (planner_log_write_library, NULL, NULL);
  keep_memory_private (config);
  keep_memory_small ();
  return run (options->config_path, config, error);
}

int
main (int argc, char **argv)
{
  Options options = { 0 };
  g_autoptr (GError) error = NULL;
  gboolean ok = FALSE;

  setlocale (LC_ALL, "C.UTF-8");
  /* A reader that left, and a file at its limit, are errors of one write, not the end. */
  signal (SIGPIPE, SIG_IGN);
  signal (SIGXFSZ, SIG_IGN);
  if (!parse_options (&options, &argc, &argv, &error))
    ok = FALSE;
  else if (options.prints_version)
    {
      g_print ("plannerd %s\n", PLANNER_VERSION);
      ok = TRUE;
    }
  else if (options.prints_sample || options.prints_manual)
    {
      g_autofree char *text =
        options.prints_sample ? planner_config_dup_sample () : planner_config_dup_manual ();
      g_print ("%s", text);
      ok = TRUE;
    }
  else
    ok = load_and_run (&options, &error);
  g_free (options.config_path);
  if (!ok)
    g_printerr ("plannerd: %s\n", error->message);
  return ok ? 0 : 1;
}
