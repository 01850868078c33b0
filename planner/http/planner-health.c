/* SPDX-License-Identifier: EUPL-1.2 */
/* The three questions of /health, answered from state and from a slot query of our own. */
#include "http/planner-health.h"

#include <glib/gstdio.h>
#include <sys/statvfs.h>

#include "base/clock.h"
#include "base/period.h"
#include "ops/call/op-window.h"

/* A group that runs this long is stuck: jobs take milliseconds, a slow disk tenths of a second. */
#define MAX_GROUP_US   (10 * G_USEC_PER_SEC)
#define MIN_FREE_BYTES (64u * 1024 * 1024)
#define PROBE_US       (7 * PERIOD_US_PER_DAY)
/* A number that can be nobody's. */
#define PROBE_CPR "1111111111"

/**
 * planner_health_clear:
 */
void
planner_health_clear (PlannerHealth *health)
{
  g_clear_pointer (&health->problem, g_free);
}

static gboolean
has_disk (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  struct statvfs disk;

  if (statvfs (folder, &disk) != 0 || (disk.f_flag & ST_RDONLY) != 0)
    return FALSE;
  return (guint64) disk.f_bavail * disk.f_frsize >= MIN_FREE_BYTES;
}

static const GPtrArray *
list_windows (PlannerHealth *health)
{
  return catalogue_get_windows (op_service_get_view (health->endpoint->service)->catalogue);
}

/* The one that refuses every call of a municipality now. */
static const ServiceWindow *
find_closing_window (PlannerHealth *health)
{
  const GPtrArray *windows = list_windows (health);
  gint64 now_us = clock_now_us ();

  for (guint i = 0; i < windows->len; i++)
    {
      const ServiceWindow *window = windows->pdata[i];
      if (window->kind == SERVICE_WINDOW_CLOSED && window->units == NULL &&
          service_window_is_on (window, now_us))
        return window;
    }
  return NULL;
}

/**
 * planner_health_dup_window_notice:
 *
 * Returns: (transfer full) (nullable): of a window that is on and leaves us ready, or of the next
 */
char *
planner_health_dup_window_notice (PlannerHealth *health)
{
  gint64 now_us = clock_now_us ();
  const ServiceWindow *next = service_window_find_next (list_windows (health), now_us);
  g_autofree char *end = NULL;
  g_autofree char *start = NULL;

  if (next == NULL)
    return NULL;
  end = op_window_dup_end (next);
  if (service_window_is_on (next, now_us))
    return g_strdup_printf ("service window (%s) until %s: %s",
                            service_window_kind_get_name (next->kind), end, next->text);
  start = op_window_dup_start (next);
  return g_strdup_printf ("next service window (%s) from %s to %s: %s",
                          service_window_kind_get_name (next->kind), start, end, next->text);
}

/**
 * planner_health_dup_ready_problem:
 *
 * Returns: (transfer full) (nullable): why calls should go elsewhere; NULL when all is well
 */
char *
planner_health_dup_ready_problem (PlannerHealth *health)
{
  OpServiceState state;
  const ServiceWindow *closing;
  gint64 running_us;

  op_service_get_state (health->endpoint->service, &state);
  running_us = state.executor.group_started_us == 0
                 ? 0
                 : clock_monotonic_us () - state.executor.group_started_us;
  if (running_us > MAX_GROUP_US)
    return g_strdup ("the writer has been busy with one group for too long");
  if (state.n_resources == 0)
    return g_strdup ("the index is empty: there is no municipality in the database");
  if (!has_disk (health->endpoint->config->database_path))
    return g_strdup ("the disk of the database is full or read-only");
  closing = find_closing_window (health);
  if (closing != NULL)
    {
      g_autofree char *end = op_window_dup_end (closing);
      return g_strdup_printf ("closed for planned service until %s: %s", end, closing->text);
    }
  return NULL;
}

/**
 * planner_health_find_newest_backup:
 *
 * Returns: when the newest whole backup in the folder beside the database was made, which is the one
 * that plannerctl backup fills; 0 for none
 */
gint64
planner_health_find_newest_backup (const PlannerHealth *health)
{
  g_autofree char *folder = g_path_get_dirname (health->endpoint->config->database_path);
  g_autofree char *backups = g_build_filename (folder, "backups", NULL);
  g_autoptr (GDir) dir = g_dir_open (backups, 0, NULL);
  gint64 newest_us = 0;
  const char *name;

  /* The manifest is written last. */
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (backups, name, NULL);
      GStatBuf status;

      if (g_str_has_suffix (name, ".manifest") && g_stat (path, &status) == 0)
        newest_us = MAX (newest_us, (gint64) status.st_mtime * G_USEC_PER_SEC);
    }
  return newest_us;
}

static ContractTime
time_at (const CalsyncZone *zone, gint64 unix_us)
{
  return (ContractTime){ .unix_us = unix_us,
                         .offset_s = calsync_zone_offset_at (zone, unix_us),
                         .has_offset = TRUE };
}

static char *
dup_unit_tenant (const PlannerHealth *health, const CatalogueOffer *offer)
{
  const PlannerConfig *config = health->endpoint->config;
  const Catalogue *catalogue = op_service_get_view (health->endpoint->service)->catalogue;

  for (guint i = 0; i < config->callers->len; i++)
    {
      const ConfigCaller *caller = config->callers->pdata[i];
      if (catalogue_find_tenant (catalogue, caller->tenant) == offer->rules->tenant_id)
        return g_strdup (caller->tenant);
    }
  return NULL;
}

/* The same road as a citizen's call, from the request's struct to the answer's checked text. */
static gboolean
ask (PlannerHealth *health, const CatalogueOffer *offer, GError **error)
{
  PlannerEndpoint *endpoint = health->endpoint;
  gint64 now_us = clock_now_us ();
  g_autofree char *tenant = dup_unit_tenant (health, offer);
  OpCaller caller = { .name = (char *) "health", .tenant_key = tenant, .roles = OP_ROLE_DFDG };
  g_autoptr (ContractArena) arena = contract_arena_new ();
  ContractGetSelfbookTimeslotsRequest request = {
    .person_civil_registration_identifier = PROBE_CPR,
    .interview_option_id = offer->rules->identifier,
    .booking_option_interval_start_time = time_at (endpoint->zone, now_us),
    .booking_option_interval_end_time = time_at (endpoint->zone, now_us + PROBE_US),
  };
  OpCall call = { .row = op_table_find ("GetSelfbookTimeslots"),
                  .caller = &caller,
                  .request_id = "health",
                  .mapping = endpoint->mapping,
                  .operation = contract_operation_find ("GetSelfbookTimeslots"),
                  .arena = arena,
                  .request = &request };
  gboolean ok = tenant == NULL || op_service_probe (endpoint->service, &call, error);

  op_call_reset (&call);
  if (call.body != NULL)
    g_string_free (call.body, TRUE);
  return ok;
}

/**
 * planner_health_probe:
 *
 * Asks for the free times of an offer; its answer counts for `[health] semantic-s`, so that asking
 * often costs nothing. Nothing is written.
 *
 * Returns: (nullable) (transfer none): what is wrong; NULL when the query worked. Loop thread.
 */
const char *
planner_health_probe (PlannerHealth *health)
{
  gint64 kept_us = health->endpoint->config->health_semantic_s * G_USEC_PER_SEC;
  const GPtrArray *offers;
  g_autoptr (GError) error = NULL;

  if (health->probed_us != 0 && clock_monotonic_us () - health->probed_us < kept_us)
    return health->problem;
  planner_health_clear (health);
  offers = catalogue_get_offers (op_service_get_view (health->endpoint->service)->catalogue);
  if (offers->len == 0)
    health->problem = g_strdup ("there is no offer to ask for");
  else if (!ask (health, offers->pdata[0], &error))
    health->problem = g_strdup (error->message);
  health->probed_us = clock_monotonic_us ();
  return health->problem;
}
