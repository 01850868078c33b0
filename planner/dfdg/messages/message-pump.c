/* SPDX-License-Identifier: EUPL-1.2 */
/* Nobody is due where messages are off or BorgerBeskedService has no address: what waits, waits. */
#include "dfdg/messages/message-pump.h"

#include "base/clock.h"
#include "dfdg/messages/message-lane.h"
#include "dfdg/messages/message-rules.h"
#include "store/message-lane-store.h"

static gboolean
has_lane (const GArray *lanes, gint64 lane_id)
{
  for (guint i = 0; i < lanes->len; i++)
    if (g_array_index (lanes, gint64, i) == lane_id)
      return TRUE;
  return FALSE;
}

/* One lane once: two of it would be worked at the same time. */
static gboolean
add_untold (StoreSession *session,
            const MessageQuestion *due,
            gint64 since_us,
            GArray *lanes,
            GError **error)
{
  g_autoptr (GArray) untold = g_array_new (FALSE, FALSE, sizeof (gint64));

  if (!message_lane_store_list_untold_lanes (session, due, since_us, untold, error))
    return FALSE;
  for (guint i = 0; i < untold->len; i++)
    {
      gint64 lane_id = g_array_index (untold, gint64, i);

      if (!has_lane (lanes, lane_id))
        g_array_append_val (lanes, lane_id);
    }
  return TRUE;
}

static gboolean
list (StoreSession *session,
      const DfdgPumpQuestion *question,
      GArray *out_lanes,
      gint64 *out_next_us,
      GError **error)
{
  MessageQuestion due = { question->tenant_id, question->now_us, question->limit };
  MessageRules rules;

  *out_next_us = 0;
  if (!question->settings->client->messages ||
      dfdg_settings_get_url (question->settings, DFDG_SERVICE_BESKED) == NULL)
    return TRUE;
  if (!message_rules_load (session, question->tenant_id, question->now_us, &rules, error) ||
      !message_lane_store_list_due (session, &due, out_lanes, out_next_us, error))
    return FALSE;
  return rules.fund_channel == 0 ||
         add_untold (session, &due, rules.fund_since_us, out_lanes, error);
}

static gboolean
run_write (gpointer runner, AdminWrite write, gpointer data, GError **error)
{
  return op_service_write (runner, write, data, error);
}

static void
work_lane (const DfdgPumpWork *work, DfdgPumpResult *out_result)
{
  g_autoptr (DfdgClient) client = dfdg_client_take (work->settings);
  MessageLane lane = { .session = work->session,
                       .runner = { run_write, work->service },
                       .client = client,
                       .tenant_id = work->tenant_id,
                       .citizen_id = work->lane_id,
                       .now_us = clock_now_us (),
                       .cancellable = work->cancellable,
                       .call_id = work->call_id };

  message_lane_run (&lane, out_result);
}

const DfdgPumpKind message_pump_kind = { "messages", list, work_lane };
