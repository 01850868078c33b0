/* SPDX-License-Identifier: EUPL-1.2 */
/* Every minute a look at what is due, on a thread that waits; when it was done last stands in the database. */
#include "dfdg/care/dfdg-keeper.h"

#include "base/clock.h"
#include "base/ids.h"
#include "base/period.h"
#include "base/timer.h"
#include "calsync-timezone.h"
#include "dfdg/care/dfdg-reconcile.h"
#include "ops/service/op-upkeep.h"
#include "planner-log.h"
#include "store/tenant-store.h"

#define ZONE     "Europe/Copenhagen"
#define ACTOR    "plannerd"
#define LOOK_US  (PERIOD_US_PER_MINUTE)
#define DAILY_US (PERIOD_US_PER_DAY)
#define AGAIN_US (5 * PERIOD_US_PER_MINUTE)
/* A night's comparison that could not begin by then is left out. */
#define NIGHT_HOURS 3

struct _DfdgKeeper
{
  OpService *service;
  GPtrArray *settings; /* of DfdgSettings */
  Timer *timer;
  GCancellable *cancellable;
  gboolean is_fresh;
  gboolean is_looking;
  gboolean is_stopping;
};

/* One look, on a thread. */
typedef struct
{
  DfdgKeeper *keeper;
  GPtrArray *settings;
  gboolean is_fresh;
} Look;

/**
 * dfdg_keeper_subscribes:
 *
 * Daily, and every five minutes after a failure. Any thread.
 */
gboolean
dfdg_keeper_subscribes (gint64 now_us, gint64 tried_us, gboolean has_problem, gboolean is_fresh)
{
  return is_fresh || tried_us > now_us || now_us - tried_us >= (has_problem ? AGAIN_US : DAILY_US);
}

/**
 * dfdg_keeper_compares:
 * @hour: local; -1: never
 *
 * Once a night, from @hour on. Any thread.
 */
gboolean
dfdg_keeper_compares (gint64 now_us, gint64 tried_us, gint64 hour)
{
  const CalsyncZone *zone = calsync_zone_lookup (ZONE, NULL);
  gint64 midnight_us;

  if (hour < 0 || zone == NULL)
    return FALSE;
  midnight_us = calsync_zone_midnight (zone, calsync_zone_local_day (zone, now_us));
  return tried_us < midnight_us + hour * PERIOD_US_PER_HOUR &&
         now_us >= midnight_us + hour * PERIOD_US_PER_HOUR &&
         now_us < midnight_us + (hour + NIGHT_HOURS) * PERIOD_US_PER_HOUR;
}

static void
warn (const DfdgErrandWork *work, const char *event, const char *problem)
{
  if (problem != NULL && !g_cancellable_is_cancelled (work->cancellable))
    planner_log_event (PLANNER_LOG_WARNING, event, "tenant", work->settings->client->tenant,
                       "problem", problem, NULL);
}

static gboolean
subscribe (const DfdgErrandWork *work, gboolean is_fresh, GError **error)
{
  g_autoptr (GPtrArray) errands =
    errand_store_list (work->session, work->tenant_id, "subscribe", error);
  const Errand *last = errands == NULL || errands->len == 0 ? NULL : errands->pdata[0];
  g_auto (DfdgSubscribing) subscribing = { 0 };

  if (errands == NULL)
    return FALSE;
  if (last != NULL &&
      !dfdg_keeper_subscribes (work->now_us, last->tried_us, last->problem != NULL, is_fresh))
    return TRUE;
  if (!dfdg_subscribe (work, NULL, &subscribing, error))
    return FALSE;
  warn (work, "dfdg-subscribe", subscribing.problem);
  return TRUE;
}

static void
compare_unit (const DfdgErrandWork *work, const UnitRecord *unit)
{
  const CalsyncZone *zone = calsync_zone_lookup (unit->zone, NULL);
  gint64 today = zone == NULL ? 0 : calsync_zone_local_day (zone, work->now_us);
  g_auto (DfdgComparison) comparison = { 0 };
  g_autoptr (GError) error = NULL;
  gboolean ok = zone != NULL &&
                dfdg_reconcile (work, unit, today, today + work->settings->client->reconcile_days,
                                &comparison, &error);
  const char *problem = ok ? NULL : error == NULL ? "no such zone" : error->message;
  g_autoptr (GError) cause = NULL;

  warn (work, "dfdg-reconcile", problem);
  if (!g_cancellable_is_cancelled (work->cancellable) &&
      !dfdg_reconcile_note (work, unit->unit_id, ok ? &comparison : NULL, problem, &cause))
    warn (work, "dfdg-reconcile", cause->message);
}

static gint64
find_tried_us (const GPtrArray *errands, gint64 unit_id)
{
  for (guint i = 0; i < errands->len; i++)
    if (((const Errand *) errands->pdata[i])->unit_id == unit_id)
      return ((const Errand *) errands->pdata[i])->tried_us;
  return 0;
}

static gboolean
compare (const DfdgErrandWork *work, GError **error)
{
  gint64 hour = work->settings->client->reconcile_hour;
  g_autoptr (GPtrArray) units = NULL;
  g_autoptr (GPtrArray) errands = NULL;

  if (!dfdg_keeper_compares (work->now_us, 0, hour))
    return TRUE;
  units = unit_list (work->session, work->tenant_id, error);
  errands =
    units == NULL ? NULL : errand_store_list (work->session, work->tenant_id, "reconcile", error);
  for (guint i = 0; errands != NULL && i < units->len; i++)
    {
      const UnitRecord *unit = units->pdata[i];

      if ((unit->retired_us == 0 || unit->retired_us > work->now_us) &&
          !g_cancellable_is_cancelled (work->cancellable) &&
          dfdg_keeper_compares (work->now_us, find_tried_us (errands, unit->unit_id), hour))
        compare_unit (work, unit);
    }
  return errands != NULL;
}

static gboolean
run_errands (const DfdgErrandWork *work, gboolean is_fresh, GError **error)
{
  if (work->settings->client->subscription_days > 0 &&
      dfdg_settings_get_url (work->settings, DFDG_SERVICE_ABONNEMENT) != NULL &&
      !subscribe (work, is_fresh, error))
    return FALSE;
  return dfdg_settings_get_url (work->settings, DFDG_SERVICE_INDKALDELSE) == NULL ||
         compare (work, error);
}

static gint64
find_tenant (const GPtrArray *tenants, const char *key)
{
  for (guint i = 0; i < tenants->len; i++)
    if (g_str_equal (((TenantRecord *) tenants->pdata[i])->tenant_key, key))
      return ((TenantRecord *) tenants->pdata[i])->tenant_id;
  return 0;
}

/* ExecutorStep. A municipality's failure is not the others'. */
static gboolean
run_look (gpointer data, gpointer session, GError **error)
{
  Look *look = data;
  g_autoptr (GPtrArray) tenants = tenant_list (session, error);
  char call_id[IDS_GUID_LENGTH + 1];

  ids_new_guid (call_id);
  for (guint i = 0; tenants != NULL && i < look->settings->len; i++)
    {
      const DfdgSettings *settings = look->settings->pdata[i];
      const DfdgErrandWork work = { .settings = settings,
                                    .tenant_id = find_tenant (tenants, settings->client->tenant),
                                    .session = session,
                                    .runner = { op_service_run_admin_write, look->keeper->service },
                                    .now_us = clock_now_us (),
                                    .actor = ACTOR,
                                    .call_id = call_id,
                                    .cancellable = look->keeper->cancellable };
      g_autoptr (GError) cause = NULL;

      if (work.tenant_id != 0 && !run_errands (&work, look->is_fresh, &cause))
        warn (&work, "dfdg-errands", cause->message);
    }
  return tenants != NULL;
}

static void
on_looked (gpointer data, const ExecutorReport *report, const GError *error)
{
  Look *look = data;

  look->keeper->is_looking = FALSE;
  if (look->keeper->is_fresh && !look->keeper->is_stopping)
    timer_arm (look->keeper->timer, clock_monotonic_us ());
  g_ptr_array_unref (look->settings);
  g_free (look);
}

static void
on_alarm (gpointer data)
{
  DfdgKeeper *keeper = data;
  Look *look;

  timer_arm (keeper->timer, clock_monotonic_us () + LOOK_US);
  if (keeper->is_looking || keeper->is_stopping || keeper->settings->len == 0)
    return;
  look = g_new0 (Look, 1);
  look->keeper = keeper;
  look->settings = g_ptr_array_ref (keeper->settings);
  look->is_fresh = keeper->is_fresh;
  keeper->is_looking = op_service_run_waiting (keeper->service, run_look, on_looked, look, NULL);
  if (keeper->is_looking)
    {
      keeper->is_fresh = FALSE;
      return;
    }
  g_ptr_array_unref (look->settings);
  g_free (look);
}

/**
 * dfdg_keeper_new:
 * @service: must outlive it
 * @context: (nullable): the loop's
 * @settings: (element-type DfdgSettings): a reference is taken
 *
 * Begins with the loop's next turn.
 *
 * Returns: (transfer full): stop it with dfdg_keeper_stop(), and free it when it has drained and the service has stopped
 */
DfdgKeeper *
dfdg_keeper_new (OpService *service, GMainContext *context, GPtrArray *settings)
{
  DfdgKeeper *keeper = g_new0 (DfdgKeeper, 1);

  keeper->service = service;
  keeper->cancellable = g_cancellable_new ();
  keeper->timer = timer_new (context, on_alarm, keeper);
  dfdg_keeper_set_settings (keeper, settings);
  return keeper;
}

/**
 * dfdg_keeper_set_settings:
 */
void
dfdg_keeper_set_settings (DfdgKeeper *keeper, GPtrArray *settings)
{
  g_ptr_array_ref (settings);
  g_clear_pointer (&keeper->settings, g_ptr_array_unref);
  keeper->settings = settings;
  keeper->is_fresh = TRUE;
  timer_arm (keeper->timer, clock_monotonic_us ());
}

/**
 * dfdg_keeper_stop:
 *
 * Begins nothing more and cancels what is under way.
 */
void
dfdg_keeper_stop (DfdgKeeper *keeper)
{
  keeper->is_stopping = TRUE;
  timer_arm (keeper->timer, TIMER_NEVER);
  g_cancellable_cancel (keeper->cancellable);
}

/**
 * dfdg_keeper_is_draining:
 */
gboolean
dfdg_keeper_is_draining (const DfdgKeeper *keeper)
{
  return keeper->is_looking;
}

/**
 * dfdg_keeper_free:
 */
void
dfdg_keeper_free (DfdgKeeper *keeper)
{
  if (keeper == NULL)
    return;
  timer_free (keeper->timer);
  g_object_unref (keeper->cancellable);
  g_ptr_array_unref (keeper->settings);
  g_free (keeper);
}
