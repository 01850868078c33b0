/* SPDX-License-Identifier: EUPL-1.2 */
/* Meetings that are still to come when DFDG is switched on are registered there; what waits for others is ended. */
#include "dfdg/outbox/dfdg-switch.h"

#include "ops/service/op-shared-write.h"
#include "planner-log.h"

#define PAST "past: the meeting was over when DFDG was switched on"

typedef struct
{
  gint64 tenant_id;
  gint64 n_past;
} Switch;

static gboolean
write_on (OpCall *call, gpointer data, GError **error)
{
  Switch *change = data;

  if (!store_run (call->session, error, SQL_OUTBOX_END_PAST, "iis", change->tenant_id, call->now_us,
                  PAST))
    return FALSE;
  change->n_past = store_n_changed (call->session);
  return store_run (call->session, error, SQL_DFDG_SWITCH_ON, "iii", change->tenant_id,
                    call->now_us, change->n_past);
}

static gboolean
write_off (OpCall *call, gpointer data, GError **error)
{
  const Switch *change = data;

  return store_run (call->session, error, SQL_DFDG_SWITCH_OFF, "i", change->tenant_id);
}

static gboolean
find (StoreSession *session,
      gint64 tenant_id,
      gboolean *out_is_on,
      gint64 *out_n_past,
      GError **error)
{
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, SQL_DFDG_SWITCH_FIND, "i", tenant_id))
    return FALSE;
  step = store_step (&query, error);
  *out_is_on = step == STORE_ROW;
  *out_n_past = *out_is_on ? store_int (&query, 0) : 0;
  return step != STORE_FAILED;
}

/**
 * dfdg_switch_on:
 *
 * Before anything is sent; does nothing when it is on. Waiting thread; blocks.
 */
gboolean
dfdg_switch_on (OpService *service,
                StoreSession *session,
                const DfdgSettings *settings,
                gint64 tenant_id,
                GError **error)
{
  Switch change = { .tenant_id = tenant_id };
  g_autofree char *past = NULL;
  gboolean is_on = FALSE;
  gint64 n_past = 0;

  if (!find (session, tenant_id, &is_on, &n_past, error))
    return FALSE;
  if (is_on)
    return TRUE;
  if (!op_service_run_step (service, write_on, &change, error))
    return FALSE;
  past = g_strdup_printf ("%" G_GINT64_FORMAT, change.n_past);
  planner_log_event (PLANNER_LOG_INFO, "dfdg-switched-on", "tenant", settings->client->tenant,
                     "past", past, NULL);
  return TRUE;
}

/**
 * dfdg_switch_off:
 *
 * For a municipality that has no way to DFDG any more. Waiting thread; blocks.
 */
gboolean
dfdg_switch_off (OpService *service, StoreSession *session, gint64 tenant_id, GError **error)
{
  Switch change = { .tenant_id = tenant_id };
  gboolean is_on = FALSE;
  gint64 n_past = 0;

  return find (session, tenant_id, &is_on, &n_past, error) &&
         (!is_on || op_service_run_step (service, write_off, &change, error));
}

/**
 * dfdg_switch_count_past:
 */
gboolean
dfdg_switch_count_past (StoreSession *session, gint64 tenant_id, gint64 *out_n_past, GError **error)
{
  gboolean is_on = FALSE;

  return find (session, tenant_id, &is_on, out_n_past, error);
}
