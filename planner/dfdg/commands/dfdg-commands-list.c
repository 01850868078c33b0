/* SPDX-License-Identifier: EUPL-1.2 */
/* Rows of inbox, outbox and watches for people; nobody's number is among them. */
#include "dfdg/commands/dfdg-commands-list.h"

#include "base/error.h"
#include "dfdg/commands/dfdg-find.h"

#define DEFAULT_LIMIT 100
#define MAX_LIMIT     500

static void
add_found (const DfdgTask *task, const AdminCatalogue *names, const DfdgFound *found)
{
  JsonObject *result = task->call->result;
  JsonArray *changes = json_array_new ();
  JsonArray *events = json_array_new ();

  for (guint i = 0; i < found->changes->len; i++)
    json_array_add_object_element (changes,
                                   dfdg_task_change_to_json (task, found->changes->pdata[i]));
  for (guint i = 0; i < found->events->len; i++)
    json_array_add_object_element (events, dfdg_task_event_to_json (task, found->events->pdata[i]));
  if (found->booking != NULL)
    json_object_set_object_member (result, "booking",
                                   admin_booking_to_json (names, found->booking));
  if (found->watch != NULL)
    json_object_set_object_member (result, "echo", dfdg_task_watch_to_json (task, found->watch));
  json_object_set_array_member (result, "changes", changes);
  json_object_set_array_member (result, "messages", events);
}

/* clang-format off */
const AdminArgument dfdg_command_show_arguments[] = {
  { "id", ADMIN_TEXT, ADMIN_WORD, "ID", "identifier of a booking, number of a change, or id of a message" },
  { NULL } };
/* clang-format on */

/**
 * dfdg_command_show:
 *
 * Arguments: tenant, id. Result: of a booking: booking, echo, changes, messages; of a change or a message that alone.
 *
 * Errors: PLANNER_ERROR_NOT_FOUND.
 */
gboolean
dfdg_command_show (AdminCall *call, GError **error)
{
  g_auto (DfdgTask) task = { 0 };
  g_auto (DfdgFound) found = { 0 };
  g_autoptr (AdminCatalogue) names = NULL;
  const char *id = NULL;

  if (!dfdg_task_init (&task, call, error) || !admin_need_text (call, "id", &id, error) ||
      !dfdg_find (&task, call->session, id, &found, error))
    return FALSE;
  names = admin_catalogue_load (call, error);
  if (names == NULL)
    return FALSE;
  add_found (&task, names, &found);
  return TRUE;
}

/* clang-format off */
const AdminArgument dfdg_command_parked_arguments[] = {
  { "unknown", ADMIN_FLAG, ADMIN_OPTION, NULL, "those of a kind that is not known here, instead" },
  { "limit", ADMIN_INTEGER, ADMIN_OPTION, "N", "of a page (100)", .min = 1, .max = MAX_LIMIT },
  { "cursor", ADMIN_INTEGER, ADMIN_OPTION, "N", "go on behind the page that told it" },
  { NULL } };
/* clang-format on */

/**
 * dfdg_command_parked:
 *
 * Arguments: tenant, unknown, limit, cursor. Result: messages, in the order in which they came; more; cursor, when
 * there is more.
 */
gboolean
dfdg_command_parked (AdminCall *call, GError **error)
{
  gint64 limit = admin_get_integer (call, "limit", DEFAULT_LIMIT);
  g_auto (DfdgTask) task = { 0 };
  g_autoptr (GPtrArray) events = NULL;
  JsonArray *list = json_array_new ();

  json_object_set_array_member (call->result, "messages", list);
  if (!dfdg_task_init (&task, call, error))
    return FALSE;
  events =
    inbox_store_list (call->session, task.tenant->tenant_id,
                      admin_get_flag (call, "unknown") ? DFDG_EVENT_UNKNOWN : DFDG_EVENT_PARKED,
                      admin_get_integer (call, "cursor", 0), (guint) limit + 1, error);
  if (events == NULL)
    return FALSE;
  for (guint i = 0; i < events->len && i < limit; i++)
    json_array_add_object_element (list, dfdg_task_event_to_json (&task, events->pdata[i]));
  json_object_set_boolean_member (call->result, "more", events->len > limit);
  if (events->len > limit)
    json_object_set_int_member (call->result, "cursor",
                                ((DfdgEvent *) events->pdata[limit - 1])->event_id);
  return TRUE;
}

/* clang-format off */
const AdminArgument dfdg_command_echoes_arguments[] = {
  { "all", ADMIN_FLAG, ADMIN_OPTION, NULL, "those too that are in time" },
  { "limit", ADMIN_INTEGER, ADMIN_OPTION, "N", "at most so many (100)", .min = 1, .max = MAX_LIMIT },
  { NULL } };
/* clang-format on */

/**
 * dfdg_command_echoes:
 *
 * Arguments: tenant, all, limit. Result: echoes: booking, state (flagged, overdue, waiting), asked, age, attempts,
 * reason; oldest first.
 */
gboolean
dfdg_command_echoes (AdminCall *call, GError **error)
{
  gboolean shows_all = admin_get_flag (call, "all");
  g_auto (DfdgTask) task = { 0 };
  g_autoptr (GPtrArray) watches = NULL;
  JsonArray *list = json_array_new ();

  json_object_set_array_member (call->result, "echoes", list);
  if (!dfdg_task_init (&task, call, error))
    return FALSE;
  watches = echo_store_list (call->session, task.tenant->tenant_id, 0,
                             (guint) admin_get_integer (call, "limit", DEFAULT_LIMIT), error);
  for (guint i = 0; watches != NULL && i < watches->len; i++)
    {
      JsonObject *row = dfdg_task_watch_to_json (&task, watches->pdata[i]);

      if (shows_all || !g_str_equal (json_object_get_string_member (row, "state"), "waiting"))
        json_array_add_object_element (list, row);
      else
        json_object_unref (row);
    }
  return watches != NULL;
}
