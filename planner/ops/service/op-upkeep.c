/* SPDX-License-Identifier: EUPL-1.2 */
/* Once a minute: is it a new day, does a calendar's expansion run short, is the day's deletion due. */
#include "ops/service/op-upkeep.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/ids.h"
#include "calsync-timezone.h"
#include "ops/service/admin-expand.h"
#include "ops/service/op-service.h"
#include "ops/service/retention-run.h"
#include "store/claim-store.h"
#include "store/retention-store.h"
#include "store/tenant-store.h"

#define INTERVAL_US (60 * G_USEC_PER_SEC)
/* After a long rest calendars may run short at once. */
#define FIRST_US     G_USEC_PER_SEC
#define DEADLINE_US  (30 * G_USEC_PER_SEC)
#define CHANGES_KEPT 1000
#define ZONE         "Europe/Copenhagen"
/* Local hour from which the day's deletion job may run, and how long it keeps the bulk thread at a time. */
#define RETENTION_HOUR     2
#define RETENTION_SLICE_US (5 * G_USEC_PER_SEC)

static gint64
today (void)
{
  const CalsyncZone *zone = calsync_zone_lookup (ZONE, NULL);

  return calsync_zone_local_day (zone != NULL ? zone : calsync_zone_utc (), clock_now_us ());
}

/**
 * op_service_run_admin_write:
 * @runner: the service
 *
 * AdminRunner.run_write for work of our own and of the admin socket: each write queues up as a job.
 * Bulk and waiting threads, any number of them; blocks.
 */
gboolean
op_service_run_admin_write (gpointer runner, AdminWrite write, gpointer data, GError **error)
{
  return op_service_write (runner, write, data, error);
}

/* Work of our own, done by the functions of admin commands. */
typedef struct
{
  AdminCall call;
  char call_id[IDS_GUID_LENGTH + 1];
} OwnCall;

static void
own_call_init (OwnCall *own, OpService *service, StoreSession *session)
{
  ids_new_guid (own->call_id);
  own->call = (AdminCall){ .session = session,
                           .runner = { op_service_run_admin_write, service },
                           .arguments = json_object_new (),
                           .result = json_object_new (),
                           .now_us = clock_now_us (),
                           .data_dir = service->data_dir,
                           .database = service->database_path,
                           .actor = "plannerd",
                           .call_id = own->call_id };
}

static void
own_call_clear (OwnCall *own)
{
  json_object_unref (own->call.arguments);
  json_object_unref (own->call.result);
}

/* On the bulk thread: lays out what does not reach far enough, one resource a write. */
static gboolean
run_expansion (gpointer data, gpointer session, GError **error)
{
  OwnCall own;
  gboolean ok;

  own_call_init (&own, data, session);
  ok = admin_expand_due (&own.call, error);
  own_call_clear (&own);
  return ok;
}

/* Today's run, unless it has been; what a slice leaves undone, the next minute goes on with. */
static gboolean
retain_tenant (OwnCall *own, gint64 tenant_id, gboolean is_unfinished, GError **error)
{
  RetentionWish wish = { .tenant_id = tenant_id,
                         .until_us = clock_monotonic_us () + RETENTION_SLICE_US };
  gint64 last_us = 0;

  if (!retention_store_find_last (own->call.session, tenant_id, &last_us, error))
    return FALSE;
  return (!is_unfinished && retention_today (last_us) == retention_today (own->call.now_us)) ||
         retention_run (&own->call, &wish, error);
}

static gboolean
retain (OwnCall *own, OpService *service, gboolean *out_is_complete, GError **error)
{
  g_autoptr (GPtrArray) tenants = tenant_list (own->call.session, error);

  for (guint i = 0; tenants != NULL && i < tenants->len; i++)
    {
      JsonObject *result = own->call.result;
      if (!retain_tenant (own, ((TenantRecord *) tenants->pdata[i])->tenant_id,
                          service->retention_is_unfinished, error))
        return FALSE;
      *out_is_complete &= json_object_get_boolean_member_with_default (result, "complete", TRUE);
    }
  return tenants != NULL;
}

static gboolean
run_retention (gpointer data, gpointer session, GError **error)
{
  OpService *service = data;
  gboolean is_complete = TRUE;
  gboolean ok;
  OwnCall own;

  own_call_init (&own, service, session);
  ok = retain (&own, service, &is_complete, error);
  service->retention_is_unfinished = ok && !is_complete;
  own_call_clear (&own);
  return ok;
}

static void
on_retention_done (gpointer data, const ExecutorReport *report, const GError *error)
{
  OpService *service = data;

  service->is_retaining = FALSE;
  service->retention_day = error == NULL && !service->retention_is_unfinished ? today () : 0;
  if (error != NULL)
    g_message ("what is past its term could not be removed: %s", error->message);
}

/**
 * op_upkeep_is_night_over:
 *
 * Whether the day's deletion may run, by local time: calls are few then.
 */
gboolean
op_upkeep_is_night_over (gint64 now_us)
{
  const CalsyncZone *zone = calsync_zone_lookup (ZONE, NULL);
  CalsyncLocalTime local;

  calsync_zone_to_local (zone != NULL ? zone : calsync_zone_utc (), now_us, &local, NULL);
  return local.hour >= RETENTION_HOUR;
}

static void
on_expansion_done (gpointer data, const ExecutorReport *report, const GError *error)
{
  OpService *service = data;

  service->is_keeping_up = FALSE;
  if (error != NULL)
    g_message ("calendars could not be laid out further: %s", error->message);
}

/* A writer job; a new day's index is made when its group is sealed, see wants_reload. */
static gboolean
run_cleaning (gpointer data, gpointer session, GError **error)
{
  return change_store_trim (session, CHANGES_KEPT, error);
}

static void
on_cleaning_done (gpointer data, const ExecutorReport *report, const GError *error)
{
  if (error != NULL)
    g_message ("old change rows could not be removed: %s", error->message);
}

static void
clean (OpService *service)
{
  ExecutorJob job = { .place = EXECUTOR_WRITER,
                      .run = run_cleaning,
                      .done = on_cleaning_done,
                      .data = service,
                      .deadline_us = clock_monotonic_us () + DEADLINE_US,
                      .alone = TRUE };

  if (today () != service->day)
    {
      service->day = today ();
      g_atomic_int_set (&service->wants_reload, TRUE);
    }
  if (!executor_submit (service->executor, &job, NULL))
    g_message ("no room for the upkeep: the next minute will do");
}

static void
on_interval (gpointer data)
{
  OpService *service = data;

  timer_arm (service->upkeep, clock_monotonic_us () + INTERVAL_US);
  clean (service);
  if (!service->is_keeping_up)
    service->is_keeping_up =
      op_service_run_bulk (service, run_expansion, on_expansion_done, service, NULL);
  if (!service->is_retaining && service->retention_day != today () &&
      op_upkeep_is_night_over (clock_now_us ()))
    service->is_retaining =
      op_service_run_bulk (service, run_retention, on_retention_done, service, NULL);
}

/**
 * op_upkeep_start:
 *
 * Arms the first round. Loop thread.
 */
void
op_upkeep_start (OpService *service)
{
  service->day = today ();
  service->upkeep = timer_new (service->context, on_interval, service);
  timer_arm (service->upkeep, clock_monotonic_us () + FIRST_US);
}
