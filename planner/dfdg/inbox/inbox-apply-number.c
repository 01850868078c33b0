/* SPDX-License-Identifier: EUPL-1.2 */
/* Another number for a citizen: DFDG has decided it, so that nothing that collides stops it; what collides is flagged. */
#include "base/error.h"
#include "dfdg/inbox/inbox-apply-citizen.h"
#include "ops/booking/citizen-number.h"

static gboolean
fail (GError **error, const char *why)
{
  g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID, why);
  return FALSE;
}

/* Both numbers mean one citizen: it was changed before, or it is being changed back. */
static gboolean
judge_known (OpCall *call, const DfdgEvent *event, const char **out_outcome, GError **error)
{
  g_auto (StoreQuery) query = { 0 };

  *out_outcome = "known";
  if (!store_query (call->session, &query, error, SQL_CITIZEN_LAST_REPLACED, "i",
                    event->citizen_id) ||
      store_step (&query, error) != STORE_ROW)
    return FALSE;
  if (event->event_us <= store_int (&query, 0))
    return TRUE;
  return fail (error,
               "both-known: both numbers are this citizen's already, by a change before this "
               "one: look up at DFDG which holds, then plannerctl change citizen-number");
}

static gboolean
write_change (OpCall *call, gpointer data, const char **out_outcome, GError **error)
{
  const DfdgEvent *event = data;
  g_auto (CitizenNumberChange) change = { .tenant_id = call->tenant_id,
                                          .catalogue = call->view.catalogue,
                                          .old_cpr = event->old_cpr,
                                          .new_cpr = event->cpr,
                                          .is_forced = TRUE,
                                          .now_us = call->now_us,
                                          .actor = call->caller->name,
                                          .call_id = call->request_id };

  if (g_str_equal (event->old_cpr, event->cpr))
    return judge_known (call, event, out_outcome, error);
  if (!citizen_number_change (&change, call->session, error))
    return FALSE;
  *out_outcome = change.is_merged ? "merged" : "renumbered";
  store_forget_log (call->session);
  return TRUE;
}

/**
 * inbox_apply_cpr_change:
 *
 * A DfdgEventFunc. It stands in the order of the old number; messages of the new number that came later wait for it
 * (decision 0028). What waits behind it is the new number's from now on, so that this run ends here.
 */
gboolean
inbox_apply_cpr_change (DfdgLane *lane, const DfdgEvent *event, GError **error)
{
  if (event->cpr == NULL || event->old_cpr == NULL)
    return fail (error, "no-number: the message does not say both numbers");
  if (!dfdg_lane_write (lane, write_change, (gpointer) event, error))
    return FALSE;
  g_ptr_array_set_size (lane->events, (gint) lane->at + 1);
  return TRUE;
}
