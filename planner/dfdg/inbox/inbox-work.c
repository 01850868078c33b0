/* SPDX-License-Identifier: EUPL-1.2 */
/* A run asks IndkaldelseService for the truth, over connections that rest between runs. */
#include "dfdg/inbox/inbox-work.h"

#include "base/clock.h"
#include "dfdg/services/indkaldelse-client.h"
#include "dfdg/wire/dfdg-contact.h"
#include "planner-log.h"

/* One answer speaks for all messages of its summons among these. */
#define MAX_EVENTS 200

/**
 * inbox_get_entity_ids:
 */
void
inbox_get_entity_ids (const DfdgSettings *settings, DfdgEntityIds *out_ids)
{
  const ConfigDfdgClient *client = settings->client;

  *out_ids = (DfdgEntityIds){ {
    [DFDG_ENTITY_INDKALDELSE] = client->entity_indkaldelse,
    [DFDG_ENTITY_FRIST] = client->entity_frist,
    [DFDG_ENTITY_CONTACT_GROUP] = client->entity_contact_group,
    [DFDG_ENTITY_FUND_MEMBERSHIP] = client->entity_fund_membership,
    [DFDG_ENTITY_PERSON_CATEGORY] = client->entity_person_category,
    [DFDG_ENTITY_CPR_CHANGE] = client->entity_cpr_change,
  } };
}

typedef struct
{
  DfdgClient *client;
  guint n_calls;
} Asking;

static gboolean
get_truth (gpointer data,
           const char *indkaldelse_id,
           DfdgIndkaldelse **out_record,
           GCancellable *cancellable,
           GError **error)
{
  Asking *asking = data;

  asking->n_calls++;
  return indkaldelse_get (asking->client, indkaldelse_id, out_record, cancellable, error);
}

static gboolean
has_answered (gpointer data, DfdgService service, gint64 since_us)
{
  const Asking *asking = data;

  return dfdg_contact_has_answered (dfdg_client_get_settings (asking->client)->client->tenant,
                                    service, since_us);
}

static const DfdgTruth client_truth = { get_truth, has_answered };

static gboolean
run_step (gpointer runner, OpStep step, gpointer data, GError **error)
{
  return op_service_run_step (runner, step, data, error);
}

static gboolean
list (StoreSession *session,
      const DfdgPumpQuestion *question,
      GArray *out_lanes,
      gint64 *out_next_us,
      GError **error)
{
  g_autoptr (GArray) lanes =
    inbox_store_list_lanes (session, question->tenant_id, question->now_us, question->limit, error);
  gint64 next_us = 0;

  if (lanes == NULL ||
      !inbox_store_find_next_us (session, question->tenant_id, question->now_us, &next_us, error))
    return FALSE;
  g_array_append_vals (out_lanes, lanes->data, lanes->len);
  *out_next_us = next_us;
  return TRUE;
}

static void
take_problem (const DfdgPumpWork *work, const GError *error, DfdgPumpResult *out_result)
{
  if (g_cancellable_is_cancelled (work->cancellable))
    {
      out_result->ending = DFDG_ENDED_CANCELLED;
      return;
    }
  out_result->ending = DFDG_ENDED_LOCAL;
  planner_log_event (PLANNER_LOG_WARNING, "inbox-run", "tenant", work->settings->client->tenant,
                     "problem", error->message, NULL);
}

static void
run_lane (const DfdgPumpWork *work, DfdgLane *lane, DfdgPumpResult *out_result)
{
  DfdgLaneReport report = { 0 };
  g_autoptr (GError) error = NULL;

  if (!dfdg_lane_run (lane, &report, &error))
    take_problem (work, error, out_result);
  else if (report.is_later)
    out_result->ending = report.is_down ? DFDG_ENDED_DOWN : DFDG_ENDED_LATER;
  out_result->n_done += report.n_done;
  out_result->n_parked += report.n_parked;
}

/* Until it is empty: what came meanwhile is done with it. */
static void
run_all (const DfdgPumpWork *work, DfdgLane *lane, DfdgPumpResult *out_result)
{
  guint n_events;

  do
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) events = inbox_store_list_lane (
        work->session, work->tenant_id, work->lane_id, clock_now_us (), MAX_EVENTS, &error);
      if (events == NULL)
        {
          take_problem (work, error, out_result);
          return;
        }
      n_events = events->len;
      lane->events = events;
      if (n_events > 0)
        run_lane (work, lane, out_result);
    }
  while (n_events > 0 && out_result->ending == DFDG_ENDED_DONE);
}

static void
run (const DfdgPumpWork *work, DfdgPumpResult *out_result)
{
  g_autoptr (DfdgClient) client = dfdg_client_take (work->settings);
  Asking asking = { .client = client };
  DfdgEntityIds entities;
  DfdgLane lane = { .session = work->session,
                    .run_step = run_step,
                    .runner = work->service,
                    .tenant_key = work->settings->client->tenant,
                    .tenant_id = work->tenant_id,
                    .entities = &entities,
                    .own_system = work->settings->client->system,
                    .fund_type = work->settings->client->fund_organisation_type,
                    .truth = &client_truth,
                    .truth_data = &asking,
                    .context = client,
                    .cancellable = work->cancellable,
                    .call_id = work->call_id };

  *out_result = (DfdgPumpResult){ .ending = DFDG_ENDED_DONE };
  inbox_get_entity_ids (work->settings, &entities);
  run_all (work, &lane, out_result);
  out_result->n_calls = asking.n_calls;
}

const DfdgPumpKind inbox_pump_kind = { "inbox", list, run };
