/* SPDX-License-Identifier: EUPL-1.2 */
/* Once a minute: is it a new day, does a calendar's expansion run short, has a stored answer expired. */
#include "ops/op-upkeep.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/ids.h"
#include "calsync-timezone.h"
#include "ops/admin-expand.h"
#include "ops/op-service.h"
#include "store/answer-store.h"
#include "store/claim-store.h"
#include "store/hold-store.h"

#define INTERVAL_US (60 * G_USEC_PER_SEC)
/* After a long rest calendars may run short at once. */
#define FIRST_US    G_USEC_PER_SEC
#define DEADLINE_US (30 * G_USEC_PER_SEC)
/* As long as an answer given for the reservation could be replayed. */
#define TOKEN_LIFE_US (30 * PERIOD_US_PER_DAY)
#define CHANGES_KEPT  1000
#define ZONE          "Europe/Copenhagen"

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
 * Bulk thread; blocks.
 */
gboolean
op_service_run_admin_write (gpointer runner, AdminWrite write, gpointer data, GError **error)
{
  return op_service_write (runner, write, data, error);
}

/* On the bulk thread: lays out what does not reach far enough, one resource a write. */
static gboolean
run_expansion (gpointer data, gpointer session, GError **error)
{
  OpService *service = data;
  g_autoptr (JsonObject) arguments = json_object_new ();
  g_autoptr (JsonObject) result = json_object_new ();
  char call_id[IDS_GUID_LENGTH + 1];
  AdminCall call = { .session = session,
                     .runner = { op_service_run_admin_write, service },
                     .arguments = arguments,
                     .result = result,
                     .now_us = clock_now_us (),
                     .data_dir = service->data_dir,
                     .actor = "plannerd",
                     .call_id = call_id };

  ids_new_guid (call_id);
  return admin_expand_due (&call, error);
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
  gint64 now_us = clock_now_us ();

  return answer_store_remove_expired (session, now_us, error) &&
         hold_store_forget_used (session, now_us - TOKEN_LIFE_US, error) &&
         change_store_trim (session, CHANGES_KEPT, error);
}

static void
on_cleaning_done (gpointer data, const ExecutorReport *report, const GError *error)
{
  if (error != NULL)
    g_message ("expired answers could not be removed: %s", error->message);
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
