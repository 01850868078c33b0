/* SPDX-License-Identifier: EUPL-1.2 */
/* What DFDG shows is kept as it is shown, hidden or not; marks and statuses are told at once. */
#include "dfdg/commands/message-commands-read.h"

#include "base/error.h"
#include "dfdg/commands/message-task.h"
#include "ops/commands/admin-op.h"
#include "store/message-lane-store.h"

#define MAX_LISTED 200

/* clang-format off */
#define STORED { "stored", ADMIN_FLAG, ADMIN_OPTION, NULL, "what is kept here; DFDG is not asked" }
const AdminArgument message_command_list_arguments[] = {
  { "cpr", ADMIN_CITIZEN, ADMIN_OPTION, "FILE", "file with the citizen's number; - is standard input", .option = "citizen-file" },
  { "without_replies", ADMIN_FLAG, ADMIN_OPTION, NULL, "leave the threads out, which is faster" },
  STORED,
  { "cursor", ADMIN_INTEGER, ADMIN_OPTION, "N", "go on behind the page that told it", .min = 0, .max = G_MAXINT32 },
  { NULL } };
const AdminArgument message_command_show_arguments[] = { MESSAGE_WORD, STORED, { NULL } };
const AdminArgument message_command_read_arguments[] = {
  MESSAGE_WORD,
  { "mark", ADMIN_CHOICE, ADMIN_OPTION, "shown|read", "which of both (read)" },
  { "at", ADMIN_TIME, ADMIN_OPTION, "TIME", "when it was (now)" },
  { NULL } };
const AdminArgument message_command_status_arguments[] = {
  MESSAGE_WORD,
  { "status", ADMIN_CHOICE, ADMIN_WORD, "closed|mistaken", "what it is from now on" },
  { "reply", ADMIN_TEXT, ADMIN_OPTION, "ID", "DFDG's id of a reply of ours in its thread, which was a mistake" },
  { NULL } };
const AdminArgument message_command_document_arguments[] = {
  MESSAGE_WORD,
  { "document", ADMIN_TEXT, ADMIN_WORD, "ID", "DFDG's id of the document, as message show tells it" },
  { "file", ADMIN_PATH, ADMIN_WORD, "FILE", "where it goes; must not be there yet" },
  { NULL } };
/* clang-format on */

static JsonArray *
describe_all (const MessageTask *task, const GPtrArray *messages)
{
  JsonArray *list = json_array_new ();

  for (guint i = 0; i < messages->len; i++)
    json_array_add_object_element (list, message_task_describe (task, messages->pdata[i]));
  return list;
}

static gboolean
list_stored (MessageTask *task, gint64 citizen_id, GError **error)
{
  gint64 after_id = admin_get_integer (task->call, "cursor", 0);
  g_autoptr (GPtrArray) messages = message_store_list (task->call->session, task->tenant->tenant_id,
                                                       citizen_id, after_id, MAX_LISTED + 1, error);
  gboolean has_more;

  if (messages == NULL)
    return FALSE;
  has_more = messages->len > MAX_LISTED;
  if (has_more)
    g_ptr_array_set_size (messages, MAX_LISTED);
  json_object_set_array_member (task->call->result, "messages", describe_all (task, messages));
  json_object_set_boolean_member (task->call->result, "more", has_more);
  if (has_more)
    json_object_set_int_member (task->call->result, "cursor",
                                ((const Message *) messages->pdata[MAX_LISTED - 1])->message_id);
  return TRUE;
}

static gboolean
fetch_list (MessageTask *task, gint64 citizen_id, GError **error)
{
  AdminCall *call = task->call;
  gboolean is_short = admin_get_flag (call, "without_replies");
  const char *cpr = NULL;
  DfdgCallHead head = { 0 };
  g_autoptr (GPtrArray) all = NULL;
  JsonArray *list;

  if (!admin_need_text (call, "cpr", &cpr, error))
    return FALSE;
  head.cpr = cpr;
  all = besked_list (task->client, &head, is_short ? BESKED_WITHOUT_REPLIES : BESKED_WITH_REPLIES,
                     call->cancellable, error);
  if (all == NULL || !message_task_keep (task, all, citizen_id, error))
    return FALSE;
  list = json_array_new ();
  for (guint i = 0; i < all->len; i++)
    json_array_add_object_element (list, message_task_describe_besked (task, all->pdata[i]));
  json_object_set_array_member (call->result, "at_dfdg", list);
  return TRUE;
}

/**
 * message_command_list:
 *
 * Arguments: tenant, cpr, without_replies, stored, cursor. Result: messages: what is kept; more; cursor, when there is more;
 * at_dfdg: what DFDG shows of the citizen.
 * That somebody looked is journaled.
 */
gboolean
message_command_list (AdminCall *call, GError **error)
{
  g_auto (MessageTask) task = { 0 };
  gboolean is_stored = admin_get_flag (call, "stored");
  gint64 citizen_id = 0;
  const char *cpr = NULL;

  if (!message_task_init (&task, call, error) || !admin_get_text (call, "cpr", &cpr, error))
    return FALSE;
  if (cpr == NULL)
    return list_stored (&task, 0, error);
  /* Refused before anybody is looked up, so that the journal has no look-up that told nothing. */
  if ((!is_stored && !message_task_need_client (&task, error)) ||
      !admin_find_citizen (call, task.tenant->tenant_id, "message-list", &citizen_id, error) ||
      (!is_stored && !fetch_list (&task, citizen_id, error)))
    return FALSE;
  return citizen_id == 0 || list_stored (&task, citizen_id, error);
}

/* What is kept of it. */
static gboolean
show_stored (const MessageTask *task, const Message *message, GError **error)
{
  g_autoptr (GPtrArray) documents =
    message_store_list_documents (task->call->session, message->message_id, error);
  g_autofree char *text = message->body == NULL ? NULL : besked_dup_for_people (message->body);
  JsonObject *object;
  JsonArray *names;

  if (documents == NULL)
    return FALSE;
  object = message_task_describe (task, message);
  names = json_array_new ();
  for (guint i = 0; i < documents->len; i++)
    json_array_add_string_element (names,
                                   ((const MessageDocument *) documents->pdata[i])->file_name);
  admin_set_text (object, "text", text);
  json_object_set_array_member (object, "attachments", names);
  json_object_set_object_member (task->call->result, "stored", object);
  return TRUE;
}

/**
 * message_command_show:
 *
 * Arguments: tenant, message, stored. Result: stored: what is kept here; at_dfdg: what DFDG shows.
 *
 * Errors: PLANNER_ERROR_NOT_FOUND.
 */
gboolean
message_command_show (AdminCall *call, GError **error)
{
  g_auto (MessageTask) task = { 0 };
  g_autoptr (Message) message = NULL;
  g_autoptr (Besked) besked = NULL;
  const char *word = NULL;
  const char *identifier;

  if (!message_task_init (&task, call, error) || !message_task_find (&task, &word, &message, error))
    return FALSE;
  identifier = message == NULL ? word : message->foreign_id;
  if (!message_task_note_look (&task, message, identifier, error))
    return FALSE;
  if (message != NULL && !show_stored (&task, message, error))
    return FALSE;
  if (identifier == NULL || (message != NULL && message->answers != NULL) ||
      (message != NULL && admin_get_flag (call, "stored")))
    return TRUE;
  besked = message_task_fetch (&task, identifier, message, error);
  if (besked == NULL)
    return FALSE;
  json_object_set_object_member (call->result, "at_dfdg",
                                 message_task_describe_besked (&task, besked));
  return TRUE;
}

/* Tells DFDG something about a message; @word: DFDG's id of what it is about */
static gboolean
tell (MessageTask *task,
      const Message *message,
      BeskedWriteFunc func,
      const BeskedWrite *write,
      GError **error)
{
  g_autofree char *cpr =
    message == NULL
      ? NULL
      : message_lane_store_dup_number (task->call->session, message->citizen_id, NULL);
  DfdgCallHead head = { .request_id = task->call->call_id,
                        .cpr = cpr,
                        .unit_code = message == NULL ? NULL : message->unit_code };
  g_auto (BeskedOutcome) outcome = { 0 };

  if (!message_task_need_client (task, error) ||
      !func (task->client, &head, write, &outcome, task->call->cancellable, error))
    return FALSE;
  if (outcome.answer.verdict == DFDG_DONE || outcome.answer.verdict == DFDG_REPEATED)
    {
      json_object_set_string_member (task->call->result, "outcome", "told");
      return TRUE;
    }
  dfdg_answer_set_error (&outcome.answer, "BorgerBeskedService", error);
  return FALSE;
}

/* DFDG's id of the message that is named. */
static gboolean
find_identifier (MessageTask *task,
                 Message **out_message,
                 const char **out_identifier,
                 GError **error)
{
  const char *word = NULL;

  if (!message_task_find (task, &word, out_message, error))
    return FALSE;
  *out_identifier = *out_message == NULL ? word : (*out_message)->foreign_id;
  if (*out_identifier != NULL)
    return TRUE;
  g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
                       "DFDG does not have the message yet");
  return FALSE;
}

/**
 * message_command_read:
 *
 * Arguments: tenant, message, mark, at. DFDG keeps a new time at each call.
 */
gboolean
message_command_read (AdminCall *call, GError **error)
{
  g_auto (MessageTask) task = { 0 };
  g_autoptr (Message) message = NULL;
  BeskedWrite write = { .mark = BESKED_READ };
  const char *mark = NULL;
  const char *at = NULL;

  if (!message_task_init (&task, call, error) ||
      !find_identifier (&task, &message, &write.identifier, error) ||
      !admin_get_text (call, "mark", &mark, error) || !admin_get_text (call, "at", &at, error) ||
      (at != NULL && !admin_parse_time (task.zone, at, &write.at_us, error)))
    return FALSE;
  if (g_strcmp0 (mark, "shown") == 0)
    write.mark = BESKED_SHOWN;
  return tell (&task, message, besked_set_mark, &write, error);
}

/**
 * message_command_status:
 *
 * Arguments: tenant, message, status, reply. Errors: PLANNER_ERROR_NOT_VALID for a reply that is to be closed, and what
 * DFDG refuses.
 */
gboolean
message_command_status (AdminCall *call, GError **error)
{
  g_auto (MessageTask) task = { 0 };
  g_autoptr (Message) message = NULL;
  BeskedWrite write = { .status = BESKED_MISTAKEN };
  const char *status = NULL;
  const char *reply = NULL;

  if (!message_task_init (&task, call, error) ||
      !find_identifier (&task, &message, &write.identifier, error) ||
      !admin_need_text (call, "status", &status, error) ||
      !admin_get_text (call, "reply", &reply, error))
    return FALSE;
  if (g_str_equal (status, besked_status_to_text (BESKED_CLOSED)))
    write.status = BESKED_CLOSED;
  if (reply == NULL)
    return tell (&task, message, besked_set_status, &write, error);
  if (write.status == BESKED_MISTAKEN)
    {
      write.identifier = reply;
      return tell (&task, message, besked_set_reply_status, &write, error);
    }
  g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
                       "a reply cannot be closed: it can be said to be mistaken");
  return FALSE;
}

/**
 * message_command_document:
 *
 * Arguments: tenant, message, document, file. Result: content in base64, which plannerctl writes into the file.
 *
 * Errors: PLANNER_ERROR_NOT_FOUND when DFDG has it not, or shows it not.
 */
gboolean
message_command_document (AdminCall *call, GError **error)
{
  g_auto (MessageTask) task = { 0 };
  g_autoptr (Message) message = NULL;
  g_autoptr (GBytes) content = NULL;
  g_autofree char *encoded = NULL;
  g_autofree char *cpr = NULL;
  const char *word = NULL;
  const char *document = NULL;
  DfdgCallHead head = { 0 };

  if (!message_task_init (&task, call, error) ||
      !message_task_find (&task, &word, &message, error) ||
      !admin_need_text (call, "document", &document, error) ||
      !message_task_need_client (&task, error) ||
      !message_task_note_look (&task, message, message == NULL ? word : message->foreign_id, error))
    return FALSE;
  if (message != NULL)
    cpr = message_lane_store_dup_number (call->session, message->citizen_id, NULL);
  head.cpr = cpr;
  head.unit_code = message == NULL ? NULL : message->unit_code;
  content = besked_get_document (task.client, &head, document, call->cancellable, error);
  if (content == NULL)
    return FALSE;
  encoded = g_base64_encode (g_bytes_get_data (content, NULL), g_bytes_get_size (content));
  json_object_set_string_member (call->result, "content", encoded);
  json_object_set_int_member (call->result, "bytes", (gint64) g_bytes_get_size (content));
  return TRUE;
}
