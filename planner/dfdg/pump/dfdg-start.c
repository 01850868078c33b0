/* SPDX-License-Identifier: EUPL-1.2 */
/* Next tries that lie further away than any try is put off: the clock was set back, and nobody waits for it. */
#include "dfdg/pump/dfdg-start.h"

#include "base/period.h"
#include "dfdg/pump/dfdg-pump.h"
#include "ops/service/op-shared-write.h"

typedef struct
{
  gint64 tenant_id;
  gint64 echo_limit_us;
} Start;

static gboolean
bring_back (OpCall *call, gpointer data, GError **error)
{
  const Start *start = data;
  gint64 latest_us = call->now_us + DFDG_PUMP_MAX_BACKOFF_US;

  return store_run (call->session, error, SQL_OUTBOX_BRING_BACK, "ii", start->tenant_id,
                    latest_us) &&
         store_run (call->session, error, SQL_DFDG_EVENT_BRING_BACK, "ii", start->tenant_id,
                    latest_us) &&
         store_run (call->session, error, SQL_MESSAGE_BRING_BACK, "ii", start->tenant_id,
                    latest_us) &&
         store_run (call->session, error, SQL_ECHO_BRING_BACK, "ii", start->tenant_id,
                    MAX (latest_us, call->now_us + start->echo_limit_us));
}

/**
 * dfdg_start:
 *
 * Once in the life of the program: within it clock_now_us() does not go back. What waits longer than any try is put off
 * is due at once. Waiting thread; blocks.
 */
gboolean
dfdg_start (OpService *service, const DfdgSettings *settings, gint64 tenant_id, GError **error)
{
  Start start = { tenant_id, settings->client->echo_limit_min * PERIOD_US_PER_MINUTE };

  return op_service_run_step (service, bring_back, &start, error);
}
