/* SPDX-License-Identifier: EUPL-1.2 */
/* All parts of switchtrackd put together, reloaded and taken apart. */
#include "gateway/track-daemon.h"

#include <string.h>

#include "base/clock.h"
#include "planner-log.h"
#include "planner-systemd.h"

#define LEARNED_CACHED   100000
#define LOG_QUEUED       20000
#define FORGET_EVERY_US  (10 * G_TIME_SPAN_MINUTE)
#define MAX_ALL_PARALLEL G_MAXUINT16
#define NO_DATABASE      "Neither of the databases can be opened: see the log.\n"

/* A registry that cannot be opened is no reason to serve nobody: H5 of the plan of tests. */
static void
open_registry (TrackDaemon *daemon)
{
  TrackDatabaseSettings settings = { .path = daemon->config->registry_path,
                                     .schema_dir = daemon->config->registry_schema_dir };
  g_autoptr (GError) error = NULL;

  daemon->registry = track_database_open (&settings, &error);
  if (daemon->registry == NULL)
    planner_log_event (PLANNER_LOG_ERROR, "registry-unreadable", "problem", error->message,
                       "instead", "the last good copy is served; nothing can be changed", NULL);
}

/* Nor is a call log. */
static void
open_calls (TrackDaemon *daemon)
{
  TrackDatabaseSettings settings = { .path = daemon->config->calls_path,
                                     .schema_dir = daemon->config->calls_schema_dir };
  TrackCallLogSettings log = { .lines_dir = daemon->config->calls_lines_dir,
                               .days = (guint) daemon->config->calls_days,
                               .max_queued = LOG_QUEUED };
  g_autoptr (GError) error = NULL;

  daemon->calls = track_database_open (&settings, &error);
  if (daemon->calls == NULL)
    {
      planner_log_event (PLANNER_LOG_ERROR, "call-log-unreadable", "problem", error->message, NULL);
      return;
    }
  log.database = daemon->calls;
  daemon->log = track_call_log_new (&log);
}

static gboolean
open_keeper (TrackDaemon *daemon, GError **error)
{
  TrackKeeperSettings settings = { .database = daemon->registry,
                                   .registry_path = daemon->config->registry_path,
                                   .check_s = daemon->config->registry_check_s };

  daemon->keeper = track_keeper_new (&settings, error);
  return daemon->keeper != NULL;
}

static gboolean
open_learned (TrackDaemon *daemon, GError **error)
{
  TrackLearnedSettings settings = { .key_file = daemon->config->learned_key_file,
                                    .max_cached = LEARNED_CACHED };
  TrackLearnedCounters counters;

  daemon->learned = track_learned_new (daemon->registry, &settings, error);
  if (daemon->learned == NULL)
    return FALSE;
  track_learned_get_counters (daemon->learned, &counters);
  if (counters.is_new_key)
    planner_log_event (PLANNER_LOG_ERROR, "learned-key-new", "file",
                       daemon->config->learned_key_file, "problem",
                       "the key of what was learned is gone: calls without a jobcenter code find "
                       "nobody until the key is put back and switchtrackd started again",
                       NULL);
  return TRUE;
}

static gboolean
open_upstream (TrackDaemon *daemon, GError **error)
{
  const TrackConfig *config = daemon->config;
  TrackUpstreamSettings settings = {
    .ca_file = config->upstream_trust,
    .certificate_file = config->upstream_certificate,
    .key_file = config->upstream_key,
    .max_idle = (guint) config->upstream_max_idle,
    .idle_ms = (guint) config->upstream_idle_ms,
    .life_s = (guint) config->upstream_life_s,
    .max_parallel = MIN ((guint) config->upstream_max_connections, MAX_ALL_PARALLEL),
    .max_answer_bytes = (gsize) config->upstream_max_answer_bytes
  };

  daemon->upstream = track_upstream_new (&settings, error);
  return daemon->upstream != NULL;
}

static TrackRoutes *
get_routes (gpointer data)
{
  TrackDaemon *daemon = data;

  return track_keeper_get_routes (daemon->keeper);
}

static void
log_record (const TrackRecord *record, gpointer data)
{
  track_call_log_add (data, record);
}

static void
note_canary (const TrackRecord *record, gpointer data)
{
  track_canary_guard_note (data, record, record->at_us);
}

/* The guard stops sending new citizens to a candidate; whom it has, it keeps. People are told by track_self_look(). */
static void
on_tripped (const TrackCanaryView *view, const GError *error, gpointer data)
{
  planner_log_event (PLANNER_LOG_WARNING, "canary", "unit", view->unit, "endpoint", view->endpoint,
                     "state", track_canary_state_word (view->state), "reason", view->reason,
                     "problem", error == NULL ? NULL : error->message, NULL);
}

static void
on_routes (TrackRoutes *routes, gpointer data)
{
  TrackDaemon *daemon = data;

  if (daemon->guard != NULL)
    track_canary_guard_set_registry (daemon->guard, track_routes_get_registry (routes));
}

static gboolean
open_guard (TrackDaemon *daemon, TrackDatabase *registry, GError **error)
{
  TrackRoutes *routes = track_keeper_get_routes (daemon->keeper);

  if (registry == NULL)
    return TRUE;
  daemon->guard =
    track_canary_guard_new (registry, &track_canary_defaults, on_tripped, daemon, error);
  if (daemon->guard == NULL)
    return FALSE;
  track_keeper_add_listener (daemon->keeper, on_routes, daemon);
  if (routes != NULL)
    on_routes (routes, daemon);
  return TRUE;
}

static void
open_gateway (TrackDaemon *daemon)
{
  TrackGatewaySettings settings = { .config = daemon->config,
                                    .mapping = daemon->mapping,
                                    .learned = daemon->learned,
                                    .guard = daemon->guard,
                                    .upstream = daemon->upstream,
                                    .get_routes = get_routes,
                                    .routes_data = daemon };

  daemon->gateway = track_gateway_new (&settings);
  if (daemon->log != NULL)
    track_gateway_add_observer (daemon->gateway, log_record, daemon->log);
  if (daemon->guard != NULL)
    track_gateway_add_observer (daemon->gateway, note_canary, daemon->guard);
}

static void
tell_probe (const TrackRecord *record, gpointer gateway)
{
  track_gateway_tell (gateway, record);
}

static const char *
pick_url (const TrackEndpoint *endpoint, gint64 now_us, gpointer watch)
{
  const char *url = track_watch_pick_url (watch, endpoint->name);

  return url != NULL ? url : endpoint->urls[0];
}

static void
on_watched_routes (TrackRoutes *routes, gpointer data)
{
  TrackDaemon *daemon = data;

  track_lookout_set_registry (daemon->lookout, track_routes_get_registry (routes));
}

/* What our callers and the Planners see of us has a last day too: that of what is in use, whatever the files say. */
static void
see_own_certificates (TrackDaemon *daemon)
{
  TrackWatch *watch = track_lookout_get_watch (daemon->lookout);

  track_watch_see_certificate (watch, TRACK_HOLDER_SERVER,
                               track_server_get_certificate_until_us (daemon->server));
  track_watch_see_certificate (watch, TRACK_HOLDER_CLIENT,
                               track_upstream_get_certificate_until_us (daemon->upstream));
}

/* What is wrong here itself goes the ladder too. */
static void
open_self (TrackDaemon *daemon)
{
  TrackLearnedCounters counters;

  track_learned_get_counters (daemon->learned, &counters);
  daemon->self = (TrackSelf){ .keeper = daemon->keeper,
                              .guard = daemon->guard,
                              .log = daemon->log,
                              .has_new_key = counters.is_new_key };
  track_watch_set_look (track_lookout_get_watch (daemon->lookout), track_self_look, &daemon->self);
}

static gboolean
open_lookout (TrackDaemon *daemon, GError **error)
{
  TrackRoutes *routes = track_keeper_get_routes (daemon->keeper);
  const TrackLookoutSettings settings = { .config = daemon->config,
                                          .database = daemon->registry,
                                          .mapping = daemon->mapping,
                                          .observe = tell_probe,
                                          .observe_data = daemon->gateway };

  daemon->lookout = track_lookout_new (&settings, error);
  if (daemon->lookout == NULL)
    return FALSE;
  track_gateway_add_observer (daemon->gateway, track_watch_observe,
                              track_lookout_get_watch (daemon->lookout));
  track_gateway_set_pick (daemon->gateway, pick_url, track_lookout_get_watch (daemon->lookout));
  track_keeper_add_listener (daemon->keeper, on_watched_routes, daemon);
  if (routes != NULL)
    on_watched_routes (routes, daemon);
  open_self (daemon);
  return TRUE;
}

static void
on_admin (ListenerRequest *request, gpointer data)
{
  TrackDaemon *daemon = data;
  g_autoptr (GBytes) words = NULL;

  if (daemon->admin != NULL)
    {
      track_admin_handle (daemon->admin, request);
      return;
    }
  words = g_bytes_new_static (NO_DATABASE, strlen (NO_DATABASE));
  listener_request_reply (request, 503, "text/plain; charset=utf-8", words);
}

/* What commands work on. */
static void
set_desk (TrackDaemon *daemon)
{
  const TrackDesk desk = { .config = daemon->config,
                           .context = g_main_context_default (),
                           .registry = daemon->registry,
                           .calls = daemon->calls,
                           .keeper = daemon->keeper,
                           .watch = track_lookout_get_watch (daemon->lookout),
                           .probes = track_lookout_get_probes (daemon->lookout),
                           .learned = daemon->learned,
                           .upstream = daemon->upstream,
                           .mapping = daemon->mapping,
                           .guard = daemon->guard,
                           .shadowing = track_side_get_shadowing (daemon->side) };

  track_desk_set_current (&desk);
}

/* The database may be missing: then nothing can be changed, but somebody must be able to ask what is wrong, on a thread of
 * the call log's. */
static void
open_admin (TrackDaemon *daemon)
{
  TrackDatabase *database = daemon->registry != NULL ? daemon->registry : daemon->calls;

  set_desk (daemon);
  if (database != NULL)
    daemon->admin = track_admin_new (database, NULL);
}

/* All that stood without the registry's database is given it; what may fail comes first. */
static gboolean
attach_registry (TrackDaemon *daemon, TrackDatabase *registry, GError **error)
{
  TrackWatch *watch = track_lookout_get_watch (daemon->lookout);
  TrackLearnedCounters counters;

  if (daemon->guard == NULL && !open_guard (daemon, registry, error))
    return FALSE;
  if (!track_watch_attach (watch, registry, error))
    return FALSE;
  track_learned_attach (daemon->learned, registry);
  track_learned_get_counters (daemon->learned, &counters);
  daemon->self.has_new_key = counters.is_new_key;
  daemon->self.guard = daemon->guard;
  track_gateway_set_guard (daemon->gateway, daemon->guard);
  track_gateway_add_observer (daemon->gateway, note_canary, daemon->guard);
  track_side_set_guard (daemon->side, daemon->guard);
  daemon->registry = registry;
  if (daemon->admin != NULL)
    track_admin_set_registry (daemon->admin, registry);
  else
    daemon->admin = track_admin_new (registry, NULL);
  set_desk (daemon);
  track_keeper_attach (daemon->keeper, registry);
  return TRUE;
}

/* A TrackReopenFunc: it was opened on a thread a moment ago, so that this is quick. */
static gboolean
on_reopened (gpointer data, GError **error)
{
  TrackDaemon *daemon = data;
  TrackDatabaseSettings settings = { .path = daemon->config->registry_path,
                                     .schema_dir = daemon->config->registry_schema_dir };
  TrackDatabase *registry = track_database_open (&settings, error);

  if (registry == NULL)
    return FALSE;
  if (attach_registry (daemon, registry, error))
    {
      planner_log_event (PLANNER_LOG_INFO, "registry-opened", "file", settings.path, NULL);
      return TRUE;
    }
  if (daemon->guard != NULL)
    track_keeper_remove_listener (daemon->keeper, on_routes, daemon);
  g_clear_pointer (&daemon->guard, track_canary_guard_free);
  track_database_stop (registry);
  track_database_free (registry);
  return FALSE;
}

/* On threads of the call log's, or of the standby's. */
static void
open_reopen (TrackDaemon *daemon)
{
  TrackWatch *watch = track_lookout_get_watch (daemon->lookout);
  TrackReopenSettings settings = { .path = daemon->config->registry_path,
                                   .schema_dir = daemon->config->registry_schema_dir,
                                   .workers = daemon->calls != NULL
                                                ? daemon->calls
                                                : track_watch_get_database (watch),
                                   .func = on_reopened,
                                   .data = daemon };

  if (daemon->registry == NULL && settings.workers != NULL)
    daemon->reopen = track_reopen_new (&settings);
}

static JsonObject *
describe_watch (gint64 now_us, gpointer data)
{
  TrackDaemon *daemon = data;

  return track_watch_describe (track_lookout_get_watch (daemon->lookout), now_us);
}

static gboolean
open_side (TrackDaemon *daemon, GError **error)
{
  TrackSideSettings settings = { .config = daemon->config,
                                 .mapping = daemon->mapping,
                                 .gateway = daemon->gateway,
                                 .keeper = daemon->keeper,
                                 .log = daemon->log,
                                 .workers = daemon->calls,
                                 .guard = daemon->guard,
                                 .describe = describe_watch,
                                 .describe_data = daemon };

  daemon->side = track_side_new (&settings, error);
  daemon->self.side = daemon->side;
  return daemon->side != NULL;
}

static char *
dup_problem (gpointer data)
{
  TrackDaemon *daemon = data;

  TrackRoutes *routes = track_keeper_get_routes (daemon->keeper);

  return routes == NULL || track_routes_get_registry (routes)->revision == 0
           ? g_strdup ("there is no registry yet")
           : NULL;
}

static gboolean
open_server (TrackDaemon *daemon, const FaceSockets *sockets, GError **error)
{
  TrackServerSettings settings = { .config = daemon->config,
                                   .sockets = sockets,
                                   .mapping = daemon->mapping,
                                   .gateway = daemon->gateway,
                                   .admin = on_admin,
                                   .admin_data = daemon,
                                   .status = track_side_serve,
                                   .status_data = daemon->side,
                                   .get_problem = dup_problem,
                                   .problem_data = daemon };

  daemon->server = track_server_new (&settings, error);
  return daemon->server != NULL && track_server_start (daemon->server, error);
}

static void
forget (TrackDaemon *daemon)
{
  const TrackConfig *config = daemon->config;
  gint64 now_us = clock_now_us ();
  gint64 before_us[TRACK_N_ID_KINDS + 1];

  before_us[TRACK_ID_BOOKING] = now_us - config->learned_booking_days * G_TIME_SPAN_DAY;
  before_us[TRACK_ID_OPTION] = before_us[TRACK_ID_BOOKING];
  before_us[TRACK_ID_RESERVATION] = now_us - config->learned_reservation_days * G_TIME_SPAN_DAY;
  before_us[TRACK_N_ID_KINDS] = now_us - config->learned_citizen_days * G_TIME_SPAN_DAY;
  track_learned_forget (daemon->learned, before_us);
}

static void
on_upkeep (gpointer data)
{
  TrackDaemon *daemon = data;
  gint64 now_us = clock_monotonic_us ();
  gint64 watchdog_us = planner_systemd_get_watchdog_us ();

  planner_systemd_alive ();
  if (now_us >= daemon->forget_us)
    {
      daemon->forget_us = now_us + FORGET_EVERY_US;
      forget (daemon);
    }
  timer_arm (daemon->upkeep,
             now_us + (watchdog_us > 0 ? MIN (watchdog_us / 2, FORGET_EVERY_US) : FORGET_EVERY_US));
}

static gboolean
load_mapping (TrackDaemon *daemon, GError **error)
{
  daemon->mapping = contract_mapping_get_default ();
  if (*daemon->config->contract_mapping == '\0')
    return TRUE;
  daemon->own_mapping = contract_mapping_load (daemon->config->contract_mapping, error);
  daemon->mapping = daemon->own_mapping;
  return daemon->mapping != NULL;
}

static void
unref_config (gpointer config)
{
  track_config_unref (config);
}

/**
 * track_daemon_open:
 * @daemon: zeroed; to be stopped and closed in any case
 * @sockets: (nullable): those handed over
 *
 * Opens all and begins to serve. Errors: of configuration, keys and addresses. A database that cannot be read is an
 * alarm, not an error. Loop thread; blocks.
 */
gboolean
track_daemon_open (TrackDaemon *daemon,
                   const TrackConfig *config,
                   const FaceSockets *sockets,
                   GError **error)
{
  daemon->config = track_config_ref (config);
  daemon->old_configs = g_ptr_array_new_with_free_func (unref_config);
  if (!load_mapping (daemon, error))
    return FALSE;
  open_registry (daemon);
  open_calls (daemon);
  if (!open_keeper (daemon, error) || !open_learned (daemon, error) ||
      !open_guard (daemon, daemon->registry, error) || !open_upstream (daemon, error))
    return FALSE;
  open_gateway (daemon);
  if (!open_lookout (daemon, error) || !open_side (daemon, error))
    return FALSE;
  open_admin (daemon);
  if (!open_server (daemon, sockets, error))
    return FALSE;
  see_own_certificates (daemon);
  open_reopen (daemon);
  daemon->upkeep = timer_new (NULL, on_upkeep, daemon);
  on_upkeep (daemon);
  return TRUE;
}

/**
 * track_daemon_set_reload_problem:
 * @problem: (transfer full) (nullable): NULL: what was read again is in use
 *
 * An alarm as long as it is set. Loop thread.
 */
void
track_daemon_set_reload_problem (TrackDaemon *daemon, char *problem)
{
  g_free (daemon->self.reload_problem);
  daemon->self.reload_problem = problem;
}

/* @problem: (inout): the first one stays */
static void
note_problem (char **problem, const char *part, const GError *error)
{
  planner_log_event (PLANNER_LOG_ERROR, "reload", part, error->message, NULL);
  if (*problem == NULL)
    *problem = g_strdup (error->message);
}

/**
 * track_daemon_reload:
 * @config: as the file is now
 *
 * Takes over what may change while running; certificates and registry are read again. What is wrong is logged and raised
 * as an alarm, and the old stays. Loop thread.
 */
void
track_daemon_reload (TrackDaemon *daemon, const TrackConfig *config)
{
  g_autoptr (GError) error = NULL, health_error = NULL, side_error = NULL;
  char *problem = track_server_reload (daemon->server, config);

  /* A command on its thread may still read the old one: it is kept to the end. */
  g_ptr_array_add (daemon->old_configs, daemon->config);
  daemon->config = track_config_ref (config);
  set_desk (daemon);
  track_gateway_set_config (daemon->gateway, config);
  if (daemon->log != NULL)
    track_call_log_set_days (daemon->log, (guint) config->calls_days);
  if (!track_upstream_reload (daemon->upstream, &error))
    note_problem (&problem, "upstream", error);
  if (!track_lookout_reload (daemon->lookout, config, &health_error))
    note_problem (&problem, "health", health_error);
  see_own_certificates (daemon);
  if (!track_side_reload (daemon->side, &side_error))
    note_problem (&problem, "shadow", side_error);
  track_daemon_set_reload_problem (daemon, problem);
  track_reopen_hurry (daemon->reopen);
  track_keeper_refresh (daemon->keeper);
}

/**
 * track_daemon_yield:
 *
 * A successor serves: what is under way is finished, but Planners are probed and people told by it alone. Loop thread.
 */
void
track_daemon_yield (TrackDaemon *daemon)
{
  track_reopen_stop (daemon->reopen);
  track_lookout_stop (daemon->lookout);
}

/**
 * track_daemon_stop:
 *
 * When nothing is under way any more: what is queued reaches the disk. Loop thread; blocks.
 */
void
track_daemon_stop (TrackDaemon *daemon)
{
  g_clear_pointer (&daemon->upkeep, timer_free);
  track_reopen_stop (daemon->reopen);
  if (daemon->admin != NULL)
    track_admin_stop (daemon->admin);
  if (daemon->lookout != NULL)
    track_lookout_stop (daemon->lookout);
  if (daemon->log != NULL)
    track_call_log_stop (daemon->log);
  else if (daemon->calls != NULL)
    track_database_stop (daemon->calls);
  if (daemon->registry != NULL)
    track_database_stop (daemon->registry);
}

/**
 * track_daemon_close:
 *
 * After track_daemon_stop(). Calls that are still under way are dropped with their connections.
 */
void
track_daemon_close (TrackDaemon *daemon)
{
  g_clear_pointer (&daemon->reopen, track_reopen_free);
  g_clear_pointer (&daemon->server, track_server_free);
  track_desk_set_current (NULL);
  g_clear_pointer (&daemon->admin, track_admin_free);
  g_clear_pointer (&daemon->upstream, track_upstream_free);
  g_clear_pointer (&daemon->lookout, track_lookout_free);
  g_clear_pointer (&daemon->gateway, track_gateway_free);
  g_clear_pointer (&daemon->side, track_side_free);
  g_clear_pointer (&daemon->guard, track_canary_guard_free);
  g_clear_pointer (&daemon->keeper, track_keeper_free);
  g_clear_pointer (&daemon->learned, track_learned_free);
  g_clear_pointer (&daemon->log, track_call_log_free);
  g_clear_pointer (&daemon->calls, track_database_free);
  g_clear_pointer (&daemon->registry, track_database_free);
  g_clear_pointer (&daemon->own_mapping, contract_mapping_free);
  g_clear_pointer (&daemon->self.reload_problem, g_free);
  g_clear_pointer (&daemon->old_configs, g_ptr_array_unref);
  g_clear_pointer (&daemon->config, track_config_unref);
}
