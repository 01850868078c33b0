/* SPDX-License-Identifier: EUPL-1.2 */
/* A lane is a citizen; lane 0 is the code lists. What fails keeps what was read before, with its age. */
#include "dfdg/readings/reads-work.h"

#include "base/error.h"
#include "dfdg/readings/citizen-reading.h"
#include "dfdg/readings/code-refresh.h"
#include "ops/service/op-shared-write.h"
#include "planner-log.h"
#include "store/citizen-store.h"
#include "store/task-store.h"

#define DAY_US    PERIOD_US_PER_DAY
#define LOOK_US   (5 * PERIOD_US_PER_MINUTE)
#define CODE_LANE G_GINT64_CONSTANT (0)

static gboolean
list_codes (StoreSession *session, const DfdgPumpQuestion *question, GArray *lanes, GError **error)
{
  static const gint64 lane = CODE_LANE;
  gboolean is_due = FALSE;

  if (!question->settings->client->code_lists ||
      dfdg_settings_get_url (question->settings, DFDG_SERVICE_KODELISTE) == NULL)
    return TRUE;
  if (!code_refresh_is_due (session, question->tenant_id, question->now_us, &is_due, error))
    return FALSE;
  if (is_due)
    g_array_append_val (lanes, lane);
  return TRUE;
}

static gboolean
list (StoreSession *session,
      const DfdgPumpQuestion *question,
      GArray *out_lanes,
      gint64 *out_next_us,
      GError **error)
{
  TaskDue due;

  *out_next_us = question->now_us + LOOK_US;
  if (!list_codes (session, question, out_lanes, error))
    return FALSE;
  if (!question->settings->client->fund_interviews ||
      !citizen_reading_is_possible (question->settings, READING_FUND_INTERVIEW))
    return TRUE;
  due =
    (TaskDue){ question->tenant_id, question->now_us, question->now_us - DAY_US, question->limit };
  return task_store_list_due_citizens (session, &due, out_lanes, error);
}

/* What is written of a citizen: the meetings, or why they are not known. */
typedef struct
{
  gint64 citizen_id;
  gint64 tenant_id;
  CitizenReading reading;
  const char *problem;
} Found;

static gboolean
write_found (OpCall *call, gpointer data, GError **error)
{
  const Found *found = data;
  ReadingOf of = { found->tenant_id, found->citizen_id, READING_FUND_INTERVIEW, call->now_us };

  if (found->problem != NULL)
    return reading_store_fail (call->session, &of, found->problem, error);
  return citizen_reading_write (call->session, &found->reading, &of, error);
}

static gboolean
read_citizen (const DfdgPumpWork *work, const char *cpr, DfdgPumpResult *out_result, GError **error)
{
  g_autoptr (DfdgClient) client = dfdg_client_take (work->settings);
  g_auto (CitizenReading) reading = { 0 };
  g_autoptr (GError) problem = NULL;
  Found found = { .citizen_id = work->lane_id, .tenant_id = work->tenant_id };

  out_result->n_calls++;
  if (!citizen_reading_ask (client, READING_FUND_INTERVIEW, cpr, &reading, work->cancellable,
                            &problem))
    {
      if (g_cancellable_is_cancelled (work->cancellable))
        {
          out_result->ending = DFDG_ENDED_CANCELLED;
          return TRUE;
        }
      found.problem = problem->message;
      out_result->ending = g_error_matches (problem, PLANNER_ERROR, PLANNER_ERROR_UNAVAILABLE)
                             ? DFDG_ENDED_DOWN
                             : DFDG_ENDED_LATER;
    }
  else
    out_result->n_done++;
  found.reading = reading;
  return op_service_run_step (work->service, write_found, &found, error);
}

static void
work (const DfdgPumpWork *work, DfdgPumpResult *out_result)
{
  CitizenSummary summary = { 0 };
  g_autoptr (GError) error = NULL;
  gboolean ok;

  *out_result = (DfdgPumpResult){ .ending = DFDG_ENDED_DONE };
  if (work->lane_id == CODE_LANE)
    ok = code_refresh_run (work, out_result, &error);
  else
    ok = citizen_store_load_summary (work->session, work->lane_id, &summary, &error) &&
         read_citizen (work, summary.cpr, out_result, &error);
  if (ok)
    return;
  out_result->ending = DFDG_ENDED_LOCAL;
  planner_log_event (PLANNER_LOG_WARNING, "dfdg-read", "tenant", work->settings->client->tenant,
                     "problem", error->message, NULL);
}

const DfdgPumpKind reads_pump_kind = { "reads", list, work };
