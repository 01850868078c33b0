/* SPDX-License-Identifier: EUPL-1.2 */
/* Reads on demand; a citizen's number comes from a file and goes into a header, and in no answer. */
#include "dfdg/commands/dfdg-commands-read.h"

#include "base/error.h"
#include "dfdg/readings/citizen-reading.h"
#include "dfdg/readings/code-refresh.h"
#include "dfdg/services/indkaldelse-client.h"
#include "ops/admin/admin-format.h"
#include "ops/commands/admin-op.h"
#include "store/citizen-store.h"

#define ZONE "Europe/Copenhagen"

/* clang-format off */
#define CITIZEN(place) { "cpr", ADMIN_CITIZEN, place, "FILE", "file with the citizen's number; - is standard input", .option = "citizen-file" }
static const AdminArgument history_arguments[] = {
  { "booking", ADMIN_TEXT, ADMIN_MAYBE_WORD, "ID", "identifier of a booking (all of the citizen)" },
  CITIZEN (ADMIN_OPTION),
  { NULL },
};
static const AdminArgument read_arguments[] = { CITIZEN (ADMIN_NEEDED_OPTION), { NULL } };
static const AdminArgument codes_arguments[] = {
  { "accept", ADMIN_TEXT, ADMIN_OPTION, "LIST", "a list that may lose codes" },
  { NULL },
};
/* clang-format on */

typedef struct
{
  AdminCall *call;
  TenantRecord *tenant;
  DfdgSettings *settings;
  const CalsyncZone *zone;
} Work;

static void
work_clear (Work *work)
{
  g_clear_pointer (&work->tenant, tenant_record_free);
  g_clear_pointer (&work->settings, dfdg_settings_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Work, work_clear)

static gboolean
init (Work *work, GError **error)
{
  work->zone = calsync_zone_lookup (ZONE, error);
  work->tenant =
    work->zone == NULL ? NULL : admin_load_tenant (work->call, work->call->session, error);
  if (work->tenant == NULL)
    return FALSE;
  work->settings = dfdg_settings_dup_current (work->tenant->tenant_key);
  if (work->settings == NULL)
    g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_UNAVAILABLE,
                 "there is no group [dfdg-client %s], or plannerd does not run",
                 work->tenant->tenant_key);
  return work->settings != NULL;
}

static void
add_entry (const Work *work, JsonArray *list, const IndkaldelseHistory *entry)
{
  static const char *const words[] = { "unknown", "made", "changed", "called off" };
  const DfdgIndkaldelse *record = entry->record;
  JsonObject *row = json_object_new ();

  admin_set_time (row, "at", work->zone, entry->at_us);
  json_object_set_string_member (
    row, "change", words[entry->change >= 1 && entry->change <= 3 ? entry->change : 0]);
  admin_set_text (row, "booking", record->identifier);
  admin_set_text (row, "unit", record->unit_code);
  json_object_set_int_member (row, "interview_type", record->interview_type);
  admin_set_time (row, "start", work->zone, record->core.start_us);
  admin_set_time (row, "end", work->zone, record->core.end_us);
  admin_set_text (row, "advisor", record->advisor_key);
  json_object_set_boolean_member (row, "accepted", record->accepted);
  json_object_set_string_member (row, "state", record->is_cancelled ? "cancelled" : "booked");
  json_array_add_object_element (list, row);
}

static gboolean
need_one (const char *booking, const char *cpr, GError **error)
{
  if ((booking == NULL) != (cpr == NULL))
    return TRUE;
  g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
                       "give a booking's identifier, or --citizen-file for all of a citizen");
  return FALSE;
}

/* Result: history (at, change, booking, unit, interview_type, start, end, advisor, accepted, state), oldest first. */
static gboolean
run_history (AdminCall *call, GError **error)
{
  g_auto (Work) work = { .call = call };
  g_autoptr (DfdgClient) client = NULL;
  g_autoptr (GPtrArray) history = NULL;
  const char *booking = NULL;
  const char *cpr = NULL;
  gint64 unused = 0;
  JsonArray *list;

  if (!init (&work, error) || !admin_get_text (call, "booking", &booking, error) ||
      !admin_get_text (call, "cpr", &cpr, error) || !need_one (booking, cpr, error) ||
      !admin_find_citizen (call, work.tenant->tenant_id, "dfdg-history", &unused, error))
    return FALSE;
  client = dfdg_client_take (work.settings);
  history = indkaldelse_list_history (client, booking, cpr, call->cancellable, error);
  if (history == NULL)
    return FALSE;
  list = json_array_new ();
  for (guint i = 0; i < history->len; i++)
    add_entry (&work, list, history->pdata[i]);
  json_object_set_array_member (call->result, "history", list);
  return TRUE;
}

typedef struct
{
  gint64 tenant_id;
  const char *cpr;
  gint64 now_us;
  CitizenReading *reading;
} Keeping;

static gboolean
write_reading (StoreSession *session, gpointer data, GError **error)
{
  const Keeping *keeping = data;
  ReadingOf of = { keeping->tenant_id,
                   citizen_store_put (session, keeping->tenant_id, keeping->cpr, error),
                   keeping->reading->reading, keeping->now_us };

  return of.citizen_id != 0 && citizen_reading_write (session, keeping->reading, &of, error);
}

static gboolean
read_one (const Work *work, DfdgClient *client, Reading kind, const char *cpr, GError **error)
{
  AdminCall *call = work->call;
  g_auto (CitizenReading) reading = { 0 };
  Keeping keeping = { work->tenant->tenant_id, cpr, call->now_us, &reading };

  return citizen_reading_ask (client, kind, cpr, &reading, call->cancellable, error) &&
         call->runner.run_write (call->runner.runner, write_reading, &keeping, error);
}

/* Returns: whether it was read, or nobody can be asked for it. */
static gboolean
add_reading (const Work *work, DfdgClient *client, Reading kind, const char *cpr, JsonArray *list)
{
  g_autoptr (GError) problem = NULL;
  JsonObject *row = json_object_new ();
  const char *outcome = "no address is set";

  if (citizen_reading_is_possible (work->settings, kind))
    outcome = read_one (work, client, kind, cpr, &problem) ? "read" : problem->message;
  json_object_set_string_member (row, "what", reading_to_text (kind));
  json_object_set_string_member (row, "outcome", outcome);
  json_array_add_object_element (list, row);
  return problem == NULL;
}

/* Result: read (what, outcome). A kind that fails keeps nobody from the others, and is a failure of the command. */
static gboolean
run_read (AdminCall *call, GError **error)
{
  guint n_failed = 0;
  g_auto (Work) work = { .call = call };
  g_autoptr (DfdgClient) client = NULL;
  JsonArray *list = json_array_new ();
  const char *cpr = NULL;
  gint64 unused = 0;

  json_object_set_array_member (call->result, "read", list);
  if (!init (&work, error) || !admin_need_text (call, "cpr", &cpr, error) ||
      !admin_find_citizen (call, work.tenant->tenant_id, "dfdg-read", &unused, error))
    return FALSE;
  client = dfdg_client_take (work.settings);
  for (guint i = 0; i < N_READINGS; i++)
    n_failed += add_reading (&work, client, i, cpr, list) ? 0 : 1;
  if (n_failed == 0)
    return TRUE;
  g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_UNAVAILABLE,
               "%u of them could not be read: outcome says why; what was held before stays",
               n_failed);
  return FALSE;
}

typedef struct
{
  gint64 tenant_id;
  gint64 now_us;
  const CodeRefresh *refresh;
} Noting;

static gboolean
write_note (StoreSession *session, gpointer data, GError **error)
{
  const Noting *noting = data;

  return code_refresh_note (session, noting->tenant_id, noting->refresh, noting->now_us, error);
}

/* Result: changed, problem. */
static gboolean
run_codes (AdminCall *call, GError **error)
{
  g_auto (Work) work = { .call = call };
  g_auto (CodeRefresh) refresh = { .data_dir = call->data_dir, .today = citizen_reading_today () };
  Noting noting = { .now_us = call->now_us, .refresh = &refresh };

  if (!init (&work, error) || !admin_get_text (call, "accept", &refresh.accepted, error))
    return FALSE;
  if (refresh.accepted != NULL && !code_refresh_is_list (refresh.accepted))
    {
      g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
                           "accept: there is no such list; plannerctl list codes names them");
      return FALSE;
    }
  refresh.settings = work.settings;
  noting.tenant_id = work.tenant->tenant_id;
  if (!code_refresh_read (&refresh, call->cancellable, error) ||
      !call->runner.run_write (call->runner.runner, write_note, &noting, error))
    return FALSE;
  json_object_set_int_member (call->result, "changed", refresh.n_changed);
  admin_set_text (call->result, "problem", refresh.problem);
  return TRUE;
}

/* clang-format off */
static const AdminCommand commands[] = {
  { "dfdg-history", run_history, STORE_WRITE, history_arguments,
    "show what DFDG has written down of a booking, or of all of a citizen", .waits = TRUE },
  { "dfdg-read", run_read, STORE_WRITE, read_arguments,
    "read contact groups, categories, deadlines and an a-kasse's meetings of a citizen now", .waits = TRUE, .details =
    "show citizen shows them." },
  { "dfdg-refresh-codes", run_codes, STORE_WRITE, codes_arguments,
    "read the code lists of DFDG now", .waits = TRUE, .details =
    "plannerd does this by itself every day. All lists are checked before the first is replaced. One that would lose more than a tenth of its codes is"
    " not replaced before a person says --accept; what a code meant on a day that is over stays." },
};
/* clang-format on */

/**
 * dfdg_commands_read_register:
 *
 * At the start, before anybody asks the table.
 */
void
dfdg_commands_read_register (void)
{
  admin_table_register (commands, G_N_ELEMENTS (commands));
}
