/* SPDX-License-Identifier: EUPL-1.2 */
/* Lets signs of life and counts ride with each group, and makes a group when nobody else does. */
#include "ops/service/op-uptime.h"

#include "base/clock.h"
#include "ops/service/op-service.h"

#define BEAT_US     (10 * G_USEC_PER_SEC)
#define DEADLINE_US (60 * G_USEC_PER_SEC)

/**
 * op_uptime_seal:
 *
 * In a savepoint of its own: a record that cannot be written must not cost anybody's booking. If
 * the database ended the whole transaction instead, COMMIT fails and the group is run again.
 */
void
op_uptime_seal (OpService *service, StoreSession *session)
{
  g_autoptr (GError) error = NULL;
  gint64 now_us = clock_now_us ();

  if (!uptime_tally_is_due (service->tally, now_us) || !store_savepoint (session, NULL))
    return;
  if (uptime_tally_write (service->tally, session, now_us, &error) &&
      store_release (session, &error))
    return;
  uptime_tally_undo (service->tally);
  g_message ("the record of availability could not be written: %s", error->message);
  if (store_is_in_transaction (session) && !store_undo_to_savepoint (session, NULL))
    g_message ("and it could not be undone alone: its group is run again");
}

/**
 * op_uptime_settle:
 *
 * Writer, after every group.
 */
void
op_uptime_settle (OpService *service, gboolean is_durable)
{
  if (is_durable)
    uptime_tally_keep (service->tally);
  else
    uptime_tally_undo (service->tally);
}

static gboolean
run_nothing (gpointer data, gpointer session, GError **error)
{
  return TRUE;
}

static void
on_beat_done (gpointer data, const ExecutorReport *report, const GError *error)
{
  if (error != NULL)
    g_message ("no sign of life could be written: %s", error->message);
}

static void
submit_beat (OpService *service)
{
  g_autoptr (GError) error = NULL;
  ExecutorJob job = { .place = EXECUTOR_WRITER,
                      .run = run_nothing,
                      .done = on_beat_done,
                      .data = service,
                      .deadline_us = clock_monotonic_us () + DEADLINE_US };

  if (!executor_submit (service->executor, &job, &error))
    g_message ("no room for a sign of life: %s", error->message);
}

static void
on_beat (gpointer data)
{
  OpService *service = data;

  timer_arm (service->beat, clock_monotonic_us () + BEAT_US);
  if (clock_now_us () - uptime_tally_get_seen (service->tally) >= BEAT_US / 2)
    submit_beat (service);
}

/**
 * op_uptime_start:
 *
 * The run begins with the first commit. Loop thread.
 */
void
op_uptime_start (OpService *service)
{
  service->beat = timer_new (service->context, on_beat, service);
  timer_arm (service->beat, clock_monotonic_us ());
}

/**
 * op_uptime_stop:
 *
 * Loop thread, before the executor is stopped. A program that never served has no run to end.
 */
void
op_uptime_stop (OpService *service)
{
  g_clear_pointer (&service->beat, timer_free);
  if (uptime_tally_get_seen (service->tally) == 0)
    return;
  uptime_tally_end (service->tally);
  submit_beat (service);
}

/**
 * op_service_count_call:
 * @unit_id: of the call, as its run found it; 0 when it found none
 * @duration_us: from the whole request to the answer
 *
 * For the record of availability. Loop thread; writes nothing by itself.
 */
void
op_service_count_call (OpService *service,
                       const OpCaller *caller,
                       gint64 unit_id,
                       UptimeOutcome outcome,
                       gint64 duration_us)
{
  UptimeCall counted = { .tenant_id =
                           catalogue_find_tenant (service->view.catalogue, caller->tenant_key),
                         .unit_id = unit_id,
                         .outcome = outcome,
                         .duration_us = duration_us };

  uptime_tally_count (service->tally, &counted, clock_now_us ());
}
