/* SPDX-License-Identifier: EUPL-1.2 */
/* A line for each municipality; below it what wants a person, and on demand the changes that DFDG has not taken. */
#include "dfdg/commands/dfdg-commands-status.h"

#include "base/error.h"
#include "base/period.h"
#include "dfdg/care/dfdg-state.h"
#include "dfdg/commands/dfdg-task.h"
#include "store/inbox-search.h"

#define DEFAULT_LIMIT 100
#define MAX_LIMIT     500

static const char *const carriers[] = { [CONFIG_CARRIER_NONE] = "none",
                                        [CONFIG_CARRIER_WSB] = "wsb",
                                        [CONFIG_CARRIER_WSRM] = "wsrm" };

typedef struct
{
  AdminCall *call;
  JsonArray *tenants;
  JsonArray *to_do;
} Work;

static void
set_contact (const DfdgTask *task, JsonObject *line, const DfdgState *state)
{
  const DfdgContact *contact = &state->contact;

  if (contact->tried_us == 0)
    return;
  admin_set_time (line, contact->problem == NULL ? "reachable_since" : "unreachable_since",
                  task->zone, contact->since_us);
  admin_set_time (line, "last_call", task->zone, contact->tried_us);
  admin_set_text (line, "said", contact->problem);
}

static void
set_certificate (const DfdgTask *task, JsonObject *line, const DfdgState *state)
{
  if (state->certificate_end_us == 0)
    return;
  json_object_set_int_member (line, "certificate_days",
                              (state->certificate_end_us - state->now_us) / PERIOD_US_PER_DAY);
  admin_set_time (line, "certificate_until", task->zone, state->certificate_end_us);
}

static void
set_counts (const DfdgTask *task, JsonObject *line, const DfdgState *state)
{
  json_object_set_int_member (line, "inbox_waiting", state->inbox.n_new);
  json_object_set_int_member (line, "inbox_tried", state->inbox.n_waiting);
  dfdg_task_set_age (task, line, "inbox_oldest", state->inbox.oldest_us);
  json_object_set_int_member (line, "parked", state->inbox.n_parked);
  json_object_set_int_member (line, "unknown", state->inbox.n_unknown);
  json_object_set_int_member (line, "outbox_waiting", state->outbox.n[OUTBOX_WAITING]);
  dfdg_task_set_age (task, line, "outbox_oldest", state->outbox.oldest_us);
  json_object_set_int_member (line, "outbox_refused", state->outbox.n[OUTBOX_REFUSED]);
  json_object_set_int_member (line, "outbox_held", state->outbox.n[OUTBOX_HELD]);
  json_object_set_int_member (line, "outbox_past", state->n_past);
  json_object_set_int_member (line, "echoes_waiting", state->echoes.n_waiting);
  json_object_set_int_member (line, "echoes_overdue", state->echoes.n_overdue);
  json_object_set_int_member (line, "echoes_flagged", state->echoes.n_flagged);
  json_object_set_int_member (line, "messages_waiting", state->letters.n_waiting);
  json_object_set_int_member (line, "messages_refused", state->letters.n_refused);
}

static void
set_errands (const DfdgTask *task, JsonObject *line, const DfdgState *state)
{
  json_object_set_int_member (line, "subscriptions", state->n_subscriptions);
  if (state->subscribed_until_us != 0)
    admin_set_time (line, "subscribed_until", task->zone, state->subscribed_until_us);
  if (state->subscribed != NULL && state->subscribed->done_us != 0)
    admin_set_time (line, "subscribed_last", task->zone, state->subscribed->done_us);
  if (state->compared_us != 0)
    admin_set_time (line, "compared_last", task->zone, state->compared_us);
  json_object_set_int_member (line, "differences", state->n_differences);
}

static void
set_words (const Work *work, const DfdgTask *task, JsonObject *line, const DfdgState *state)
{
  guint n_words = 0;
  const DfdgStateWord *words = dfdg_state_list_words (&n_words);
  const char *first = "ok";

  for (guint i = n_words; i-- > 0;)
    if (words[i].applies (state))
      first = words[i].word;
  json_object_set_string_member (line, "state", first);
  for (guint i = 0; i < n_words; i++)
    {
      g_autofree char *cause = NULL;
      JsonObject *row;

      if (!words[i].applies (state))
        continue;
      cause = dfdg_state_dup_cause (state, &words[i]);
      row = json_object_new ();
      json_object_set_string_member (row, "tenant", task->tenant->tenant_key);
      json_object_set_string_member (row, "state", words[i].word);
      admin_set_text (row, "cause", cause);
      json_object_set_string_member (row, "to_do", words[i].remedy);
      json_array_add_object_element (work->to_do, row);
    }
}

static gboolean
set_lanes (const DfdgTask *task, JsonObject *line, GError **error)
{
  gint64 n_lanes = 0;

  if (!inbox_search_count_lanes (task->call->session, task->tenant->tenant_id, &n_lanes, error))
    return FALSE;
  json_object_set_int_member (line, "inbox_citizens", n_lanes);
  return TRUE;
}

/* @tenant: (transfer full) */
static gboolean
add_tenant (const Work *work, TenantRecord *tenant, GError **error)
{
  g_auto (DfdgTask) task = { 0 };
  g_auto (DfdgState) state = { 0 };
  JsonObject *line;

  if (!dfdg_task_init_of (&task, work->call, tenant, error) ||
      !dfdg_state_load (work->call->session, task.settings, tenant->tenant_id, work->call->now_us,
                        &state, error))
    return FALSE;
  line = json_object_new ();
  json_array_add_object_element (work->tenants, line);
  json_object_set_string_member (line, "tenant", tenant->tenant_key);
  if (task.settings != NULL)
    {
      json_object_set_string_member (line, "carrier", carriers[task.settings->client->carrier]);
      json_object_set_string_member (line, "environment", task.settings->client->environment);
    }
  set_words (work, &task, line, &state);
  set_contact (&task, line, &state);
  set_certificate (&task, line, &state);
  set_counts (&task, line, &state);
  set_errands (&task, line, &state);
  return set_lanes (&task, line, error);
}

static gboolean
add_tenants (const Work *work, GError **error)
{
  g_autoptr (GPtrArray) all = NULL;
  const char *key = NULL;

  if (!admin_get_text (work->call, "tenant", &key, error))
    return FALSE;
  if (key != NULL)
    {
      TenantRecord *tenant = admin_load_tenant (work->call, work->call->session, error);

      return tenant != NULL && add_tenant (work, tenant, error);
    }
  all = tenant_list (work->call->session, error);
  while (all != NULL && all->len > 0)
    if (!add_tenant (work, g_ptr_array_steal_index (all, 0), error))
      return FALSE;
  return all != NULL;
}

/* Of one municipality: --tenant, or the only one. */
static gboolean
add_changes (AdminCall *call, GError **error)
{
  gint64 limit = admin_get_integer (call, "limit", DEFAULT_LIMIT);
  g_auto (DfdgTask) task = { 0 };
  g_autoptr (GPtrArray) items = NULL;
  JsonArray *list = json_array_new ();

  json_object_set_array_member (call->result, "changes", list);
  if (!dfdg_task_init (&task, call, error))
    return FALSE;
  items = outbox_store_list (call->session, task.tenant->tenant_id, NULL,
                             admin_get_integer (call, "cursor", 0), (guint) limit + 1, error);
  if (items == NULL)
    return FALSE;
  for (guint i = 0; i < items->len && i < limit; i++)
    json_array_add_object_element (list, dfdg_task_change_to_json (&task, items->pdata[i]));
  json_object_set_boolean_member (call->result, "more", items->len > limit);
  if (items->len > limit)
    json_object_set_int_member (call->result, "cursor",
                                ((OutboxItem *) items->pdata[limit - 1])->outbox_id);
  return TRUE;
}

/* clang-format off */
const AdminArgument dfdg_command_status_arguments[] = {
  { "changes", ADMIN_FLAG, ADMIN_OPTION, NULL, "list the changes that DFDG has not taken, with their reasons" },
  { "limit", ADMIN_INTEGER, ADMIN_OPTION, "N", "of a page of them (100)", .min = 1, .max = MAX_LIMIT },
  { "cursor", ADMIN_INTEGER, ADMIN_OPTION, "N", "go on behind the page that told it" },
  { NULL } };
/* clang-format on */

/**
 * dfdg_command_status:
 *
 * Arguments: tenant, changes, limit, cursor. Result: tenants: tenant, carrier, environment, state (docs/dfdg.md says
 * each word), reachable_since or unreachable_since, counts and ages of inbox, outbox, echoes and messages, subscriptions,
 * certificate_days, differences; to_do: tenant, state, cause, to_do; with changes: changes, more, cursor.
 *
 * Errors: PLANNER_ERROR_NOT_FOUND.
 */
gboolean
dfdg_command_status (AdminCall *call, GError **error)
{
  Work work = { call, json_array_new (), json_array_new () };

  json_object_set_array_member (call->result, "tenants", work.tenants);
  json_object_set_array_member (call->result, "to_do", work.to_do);
  return add_tenants (&work, error) &&
         (!admin_get_flag (call, "changes") || add_changes (call, error));
}
