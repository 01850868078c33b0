/* SPDX-License-Identifier: EUPL-1.2 */
/* What others have told us and a person must see to: listed, shown, and marked as done with a note. */
#include "ops/commands/care/admin-inbox.h"

#include "base/error.h"
#include "ops/admin/admin-format.h"
#include "ops/commands/admin-op.h"
#include "store/journal-store.h"

#define DEFAULT_LIMIT 100
#define MAX_LIMIT     500

/* The order is that of SQL_INBOX_LIST. The citizen's own number for us stays inside. */
static JsonObject *
to_json (StoreQuery *query)
{
  const CalsyncZone *zone = calsync_zone_lookup ("Europe/Copenhagen", NULL);
  g_autoptr (JsonNode) payload = json_from_string (store_text (query, 3), NULL);
  JsonObject *object = json_object_new ();

  json_object_set_int_member (object, "message", store_int (query, 0));
  json_object_set_string_member (object, "kind", store_text (query, 1));
  admin_set_time (object, "received", zone, store_int (query, 2));
  json_object_set_string_member (object, "state", store_text (query, 4));
  admin_set_text (object, "note", store_text (query, 5));
  if (payload == NULL || !JSON_NODE_HOLDS_OBJECT (payload))
    return object;
  json_object_remove_member (json_node_get_object (payload), "citizen_id");
  json_object_set_member (object, "content", g_steal_pointer (&payload));
  return object;
}

/* clang-format off */
#define MESSAGE { "message", ADMIN_INTEGER, ADMIN_WORD, "MESSAGE", "number of the message", .min = 1, .max = G_MAXINT64 }

const AdminArgument admin_list_inbox_arguments[] = {
  { "state", ADMIN_CHOICE, ADMIN_OPTION, "new|done|failed", "in this state (new)" },
  { "limit", ADMIN_INTEGER, ADMIN_OPTION, "N", "of a page (100)", .min = 1, .max = MAX_LIMIT },
  { "cursor", ADMIN_INTEGER, ADMIN_OPTION, "N", "go on behind the page that told it" },
  { NULL },
};
const AdminArgument admin_show_inbox_arguments[] = { MESSAGE, { NULL } };
const AdminArgument admin_done_inbox_arguments[] = {
  MESSAGE,
  { "note", ADMIN_TEXT, ADMIN_NEEDED_OPTION, "TEXT", "what was done" },
  { NULL },
};
/* clang-format on */

/**
 * admin_list_inbox:
 *
 * Arguments: tenant, state, limit, cursor. Result: messages, in the order in which they came; more;
 * cursor, when there is more.
 */
gboolean
admin_list_inbox (AdminCall *call, GError **error)
{
  g_autoptr (TenantRecord) tenant = admin_load_tenant (call, call->session, error);
  gint64 limit = admin_get_integer (call, "limit", DEFAULT_LIMIT);
  JsonArray *list = json_array_new ();
  g_auto (StoreQuery) query = { 0 };
  const char *state = NULL;
  gint64 last = 0;
  gint64 n = 0;
  StoreStep step;

  json_object_set_array_member (call->result, "messages", list);
  if (tenant == NULL || !admin_get_text (call, "state", &state, error) ||
      !store_query (call->session, &query, error, SQL_INBOX_LIST, "isii", tenant->tenant_id,
                    state == NULL ? "new" : state, admin_get_integer (call, "cursor", 0),
                    limit + 1))
    return FALSE;
  while ((step = store_step (&query, error)) == STORE_ROW && ++n <= limit)
    {
      last = store_int (&query, 0);
      json_array_add_object_element (list, to_json (&query));
    }
  json_object_set_boolean_member (call->result, "more", step == STORE_ROW);
  if (step == STORE_ROW)
    json_object_set_int_member (call->result, "cursor", last);
  return step != STORE_FAILED;
}

static JsonObject *
load (StoreSession *session, gint64 tenant_id, gint64 message, GError **error)
{
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, SQL_INBOX_BY_ID, "ii", tenant_id, message))
    return NULL;
  step = store_step (&query, error);
  if (step == STORE_ROW)
    return to_json (&query);
  if (step == STORE_END)
    g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND,
                 "there is no message %" G_GINT64_FORMAT, message);
  return NULL;
}

/**
 * admin_show_inbox:
 *
 * Arguments: tenant, message. Result: message, without its citizen.
 *
 * Errors: PLANNER_ERROR_NOT_FOUND.
 */
gboolean
admin_show_inbox (AdminCall *call, GError **error)
{
  g_autoptr (TenantRecord) tenant = admin_load_tenant (call, call->session, error);
  JsonObject *object = tenant == NULL ? NULL
                                      : load (call->session, tenant->tenant_id,
                                              admin_get_integer (call, "message", 0), error);

  if (object != NULL)
    json_object_set_object_member (call->result, "message", object);
  return object != NULL;
}

typedef struct
{
  AdminCall *call;
  gint64 tenant_id;
  gint64 message;
  const char *note;
} Work;

static gboolean
journal (const Work *work, StoreSession *session, GError **error)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();
  g_autofree char *subject = g_strdup_printf ("inbox:%" G_GINT64_FORMAT, work->message);
  g_autofree char *payload = NULL;
  JournalEntry entry = { .tenant_id = work->tenant_id,
                         .at_us = work->call->now_us,
                         .actor = work->call->actor,
                         .call_id = work->call->call_id,
                         .kind = "inbox-done",
                         .subject = subject };

  json_object_set_string_member (object, "note", work->note);
  json_node_take_object (node, object);
  payload = json_to_string (node, FALSE);
  entry.payload = payload;
  return journal_store_add (session, &entry, error);
}

/* AdminWrite. */
static gboolean
write_done (StoreSession *session, gpointer data, GError **error)
{
  const Work *work = data;
  g_autoptr (JsonObject) before = load (session, work->tenant_id, work->message, error);

  return before != NULL &&
         store_run (session, error, SQL_INBOX_SET_DONE, "iis", work->tenant_id, work->message,
                    work->note) &&
         journal (work, session, error);
}

/**
 * admin_done_inbox:
 *
 * Arguments: tenant, message, note. Doing it again changes the note.
 *
 * Errors: PLANNER_ERROR_NOT_FOUND; PLANNER_ERROR_NOT_VALID for a note with a citizen's number.
 */
gboolean
admin_done_inbox (AdminCall *call, GError **error)
{
  g_autoptr (TenantRecord) tenant = admin_load_tenant (call, call->session, error);
  Work work = { .call = call, .message = admin_get_integer (call, "message", 0) };

  if (tenant == NULL || !admin_need_text (call, "note", &work.note, error) ||
      !admin_check_prose (work.note, error))
    return FALSE;
  work.tenant_id = tenant->tenant_id;
  return admin_write (call, write_done, &work, FALSE, error);
}
