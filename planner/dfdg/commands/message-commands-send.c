/* SPDX-License-Identifier: EUPL-1.2 */
/* A message is written down once by its key, its attachments in short writes, and is sent from there on. */
#include "dfdg/commands/message-commands-send.h"

#include <string.h>

#include "base/error.h"
#include "dfdg/commands/message-task.h"
#include "ops/commands/admin-op.h"
#include "store/citizen-store.h"
#include "store/message-lane-store.h"

#define TO_CITIZEN    "mail|notification|authority|sms"
#define MAX_KEY_BYTES 100

/* clang-format off */
#define DRY_RUN { "dry_run", ADMIN_FLAG, ADMIN_OPTION, NULL, "check it and say what would happen; write nothing", .letter = 'n' }
const AdminArgument message_command_send_arguments[] = {
  { "cpr", ADMIN_CITIZEN, ADMIN_NEEDED_OPTION, "FILE", "file with the citizen's number; - is standard input", .option = "citizen-file" },
  { "channel", ADMIN_CHOICE, ADMIN_NEEDED_OPTION, TO_CITIZEN, "mail, or notification on Jobnet, to the citizen; authority to another authority; sms is STAR's" },
  { "content", ADMIN_CONTENT, ADMIN_WORD, "FILE", "title in the first line, an empty line, the text; - is standard input" },
  { "attach", ADMIN_DOCUMENTS, ADMIN_OPTION, "FILE", "a PDF or XML file; may be repeated, 15 MB in all" },
  { "to", ADMIN_TEXT, ADMIN_OPTION, "CODE", "the authority: a main jobcenter (…00), an a-kasse; 99999 is the citizen's own" },
  { "to_type", ADMIN_INTEGER, ADMIN_OPTION, "CODE", "its organisation type (8, jobcenter)", .min = 1, .max = 9999 },
  { "type", ADMIN_INTEGER, ADMIN_OPTION, "CODE", "message type (message-type of the configuration)", .min = 1, .max = 9999 },
  { "allow_reply", ADMIN_FLAG, ADMIN_OPTION, NULL, "the authority may reply" },
  { "unit", ADMIN_TEXT, ADMIN_OPTION, "KEY", "on whose behalf (organisation-code of the configuration)" },
  { "key", ADMIN_TEXT, ADMIN_OPTION, "TEXT", "delivery key: the citizen gets one message of it, whatever it says" },
  DRY_RUN, { NULL } };
const AdminArgument message_command_reply_arguments[] = {
  MESSAGE_WORD,
  { "content", ADMIN_CONTENT, ADMIN_WORD, "FILE", "the text; - is standard input" },
  DRY_RUN, { NULL } };
#define NUMBER(place) { "message", ADMIN_INTEGER, place, "NUMBER", "as message list tells it", .min = 1, .max = G_MAXINT32 }
const AdminArgument message_command_retry_arguments[] = {
  NUMBER (ADMIN_MAYBE_WORD),
  { "all_refused", ADMIN_FLAG, ADMIN_OPTION, NULL, "every message that was refused or held back" },
  { NULL } };
const AdminArgument message_command_drop_arguments[] = {
  NUMBER (ADMIN_WORD),
  { "reason", ADMIN_TEXT, ADMIN_NEEDED_OPTION, "TEXT", "why" },
  { NULL } };
/* clang-format on */

/* @documents: (element-type BeskedDocument); @title and @body: owned by @message */
typedef struct
{
  MessageTask task;
  Message *message;
  const char *cpr;
  const char *key;
  GPtrArray *documents;
  gboolean is_dry_run;
  gboolean is_new;
  gboolean is_over_limit;
} Sending;

static void
sending_clear (Sending *sending)
{
  message_task_clear (&sending->task);
  g_clear_pointer (&sending->message, message_free);
  g_clear_pointer (&sending->documents, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Sending, sending_clear)

static gboolean
refuse (GError **error, const char *text)
{
  g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID, text);
  return FALSE;
}

static gboolean
has_number (const char *text)
{
  g_autofree char *masked = citizen_dup_masked (text);

  return !g_str_equal (masked, text);
}

/* Mail and notices are read by more eyes than the citizen's. */
static gboolean
check_no_number (const char *text, GError **error)
{
  return !has_number (text) ||
         refuse (error, "the message holds what looks like a citizen's number: leave it out");
}

/* A key stays as long as the message. */
static gboolean
check_key (const char *key, GError **error)
{
  if (key == NULL || (*key != '\0' && strlen (key) <= MAX_KEY_BYTES && !has_number (key)))
    return TRUE;
  return refuse (error, "key has 1 to 100 bytes and holds nothing like a citizen's number");
}

/* Title, an empty line, text; line ends of any system. */
static gboolean
take_content (Sending *sending, GError **error)
{
  const char *content = NULL;
  g_auto (GStrv) lines = NULL;
  g_autofree char *joined = NULL;

  if (!admin_need_text (sending->task.call, "content", &content, error))
    return FALSE;
  lines = g_strsplit (content, "\r\n", -1);
  joined = g_strjoinv ("\n", lines);
  if (!check_no_number (joined, error))
    return FALSE;
  g_strfreev (lines);
  lines = g_strsplit (joined, "\n", 3);
  if (lines[0] == NULL || lines[1] == NULL || lines[2] == NULL || *g_strstrip (lines[1]) != '\0')
    return refuse (error, "the file has the title in its first line, an empty line, and the text");
  sending->message->title = g_strdup (g_strstrip (lines[0]));
  sending->message->body = g_strdup (g_strstrip (lines[2]));
  return TRUE;
}

static gboolean
take_documents (Sending *sending, GError **error)
{
  AdminCall *call = sending->task.call;
  JsonObject *files = json_object_has_member (call->arguments, "attach")
                        ? json_object_get_object_member (call->arguments, "attach")
                        : NULL;
  g_autoptr (GList) names = files == NULL ? NULL : json_object_get_members (files);

  sending->documents = g_ptr_array_new_with_free_func ((GDestroyNotify) besked_document_free);
  for (GList *at = names; at != NULL; at = at->next)
    {
      gsize n_bytes = 0;
      guchar *bytes = g_base64_decode (json_object_get_string_member (files, at->data), &n_bytes);
      g_autoptr (GBytes) content = g_bytes_new_take (bytes, n_bytes);

      if (n_bytes == 0)
        return refuse (error, "an attachment is empty");
      if (has_number (at->data))
        return refuse (error, "the name of an attachment holds what looks like a citizen's number: "
                              "rename the file");
      g_ptr_array_add (sending->documents, besked_document_new (at->data, content));
    }
  return TRUE;
}

static gint64
parse_channel (const char *word)
{
  for (gint64 channel = BESKED_SMS; channel <= BESKED_AUTHORITY; channel++)
    if (g_str_equal (word, besked_channel_to_text (channel)))
      return channel;
  return 0;
}

static gboolean
take_unit (Sending *sending, GError **error)
{
  const MessageTask *task = &sending->task;
  const char *key = NULL;

  if (!admin_get_text (task->call, "unit", &key, error))
    return FALSE;
  for (guint i = 0; key != NULL && i < task->units->len; i++)
    if (g_str_equal (((const UnitRecord *) task->units->pdata[i])->organisation_key, key))
      {
        sending->message->unit_code = g_strdup (key);
        return TRUE;
      }
  return key == NULL || refuse (error, "unit: there is no unit of that key");
}

static gboolean
take_arguments (Sending *sending, GError **error)
{
  AdminCall *call = sending->task.call;
  Message *message = sending->message;
  const char *channel = NULL;
  const char *to = NULL;

  if (!admin_need_text (call, "cpr", &sending->cpr, error) ||
      !admin_need_text (call, "channel", &channel, error) ||
      !admin_get_text (call, "to", &to, error) ||
      !admin_get_text (call, "key", &sending->key, error) || !check_key (sending->key, error) ||
      !take_unit (sending, error) || !take_content (sending, error) ||
      !take_documents (sending, error))
    return FALSE;
  message->channel = parse_channel (channel);
  message->case_name =
    g_strdup (message->channel == BESKED_AUTHORITY ? MESSAGE_AUTHORITY : MESSAGE_BY_HAND);
  if (!message_task_need_case (&sending->task, message->case_name, error))
    return FALSE;
  message->type = admin_get_integer (call, "type", sending->task.settings->client->message_type);
  message->reply_kind = admin_get_flag (call, "allow_reply") ? 1 : 0;
  message->party_code = g_strdup (to);
  message->party_type = to == NULL ? 0 : admin_get_integer (call, "to_type", BESKED_JOBCENTER);
  return TRUE;
}

static gboolean
check (const Sending *sending, GError **error)
{
  const Message *message = sending->message;
  BeskedDraft draft = { .sender_type = sending->task.settings->client->organisation_type,
                        .cpr = sending->cpr,
                        .channel = message->channel,
                        .type = message->type,
                        .title = message->title,
                        .text = message->body,
                        .reply_kind = message->reply_kind,
                        .receiver_type = message->party_type,
                        .receiver_code = message->party_code,
                        .documents = sending->documents };

  return besked_check_draft (&draft, error);
}

static void
digest_text (GChecksum *checksum, const char *text)
{
  if (text != NULL)
    g_checksum_update (checksum, (const guchar *) text, (gssize) strlen (text));
  g_checksum_update (checksum, (const guchar *) "", 1);
}

/* All that the message says, of the day: the same again tomorrow is another. */
static char *
dup_digest (const Sending *sending)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  const Message *message = sending->message;
  g_autofree char *numbers = g_strdup_printf (
    "%" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT,
    message->channel, message->type, message->party_type,
    message->answers != NULL ? 0 : message_day_start_us (message->added_us));

  digest_text (checksum, numbers);
  digest_text (checksum, message->party_code);
  digest_text (checksum, message->answers);
  digest_text (checksum, message->title);
  digest_text (checksum, message->body);
  for (guint i = 0; sending->documents != NULL && i < sending->documents->len; i++)
    {
      const BeskedDocument *document = sending->documents->pdata[i];
      digest_text (checksum, document->file_name);
      g_checksum_update (checksum, g_bytes_get_data (document->content, NULL),
                         (gssize) g_bytes_get_size (document->content));
    }
  return g_strdup (g_checksum_get_string (checksum));
}

static void
fill_keys (Sending *sending)
{
  Message *message = sending->message;
  g_autofree char *digest = dup_digest (sending);

  g_free (message->delivery_key);
  g_free (message->request_id);
  message->delivery_key = g_strdup_printf (
    "%s:%" G_GINT64_FORMAT ":%s%s", message->case_name, message->citizen_id,
    sending->key == NULL ? "" : "key:", sending->key == NULL ? digest : sending->key);
  message->request_id =
    message_dup_request_id (sending->task.tenant->tenant_key, message->delivery_key);
}

static gboolean
check_limit (Sending *sending, StoreSession *session, GError **error)
{
  gint64 n_today = 0;

  sending->is_over_limit = FALSE;
  if (sending->message->channel == BESKED_AUTHORITY)
    return TRUE;
  if (!message_lane_store_count_since (session, sending->message,
                                       message_day_start_us (sending->message->added_us), &n_today,
                                       error))
    return FALSE;
  sending->is_over_limit = n_today >= sending->task.rules.limit_day;
  return TRUE;
}

static gboolean
has_documents (const Sending *sending)
{
  return sending->documents != NULL && sending->documents->len > 0;
}

static gboolean
add_documents (const Sending *sending, StoreSession *session, GError **error)
{
  for (guint i = 0; has_documents (sending) && i < sending->documents->len; i++)
    {
      const BeskedDocument *document = sending->documents->pdata[i];
      MessageDocument row = { .number = i + 1,
                              .file_name = document->file_name,
                              .n_bytes = (gint64) g_bytes_get_size (document->content) };

      if (!message_store_add_document (session, sending->message->message_id, &row, error))
        return FALSE;
    }
  return TRUE;
}

/* AdminWrite. */
static gboolean
write_message (StoreSession *session, gpointer data, GError **error)
{
  Sending *sending = data;
  Message *message = sending->message;

  if (sending->cpr != NULL)
    message->citizen_id = citizen_store_put (session, message->tenant_id, sending->cpr, error);
  message->message_id = 0;
  message->state = has_documents (sending) ? MESSAGE_DRAFT : MESSAGE_WAITING;
  if (message->citizen_id == 0)
    return FALSE;
  fill_keys (sending);
  if (!message_store_remove_draft (session, message->tenant_id, message->delivery_key, error) ||
      !check_limit (sending, session, error) ||
      !message_store_add (session, message, &sending->is_new, error))
    return FALSE;
  return !sending->is_new ||
         (add_documents (sending, session, error) &&
          message_task_journal (&sending->task, session, "message-added", message, error));
}

typedef struct
{
  gint64 message_id;
  gint64 number;
  gint64 part;
  GBytes *content;
} Part;

/* AdminWrite. */
static gboolean
write_part (StoreSession *session, gpointer data, GError **error)
{
  const Part *part = data;

  return message_store_add_part (session, part->message_id, part->number, part->part, part->content,
                                 error);
}

/* AdminWrite. */
static gboolean
write_start (StoreSession *session, gpointer data, GError **error)
{
  const Sending *sending = data;

  return message_store_start (session, sending->message->message_id, error);
}

static gboolean
write_parts (const Sending *sending, gint64 number, GBytes *content, GError **error)
{
  const AdminRunner *runner = &sending->task.call->runner;
  gsize n_bytes = g_bytes_get_size (content);

  for (gsize at = 0; at < n_bytes; at += MESSAGE_PART_BYTES)
    {
      g_autoptr (GBytes) piece =
        g_bytes_new_from_bytes (content, at, MIN (MESSAGE_PART_BYTES, n_bytes - at));
      Part part = { sending->message->message_id, number, (gint64) (at / MESSAGE_PART_BYTES),
                    piece };

      if (!runner->run_write (runner->runner, write_part, &part, error))
        return FALSE;
    }
  return TRUE;
}

/* AdminWrite. */
static gboolean
write_nothing_left (StoreSession *session, gpointer data, GError **error)
{
  const Message *message = ((const Sending *) data)->message;

  return message_store_remove_draft (session, message->tenant_id, message->delivery_key, error);
}

static gboolean
write_all_parts (Sending *sending, GError **error)
{
  for (guint i = 0; i < sending->documents->len; i++)
    if (!write_parts (sending, i + 1,
                      ((const BeskedDocument *) sending->documents->pdata[i])->content, error))
      return FALSE;
  return TRUE;
}

/* What fails half-way leaves nothing. Where the program ends over it, a draft stays that nobody sends: asking again begins
 * anew, and the deletion job takes it (class message-draft). */
static gboolean
write_documents (Sending *sending, GError **error)
{
  const AdminRunner *runner = &sending->task.call->runner;
  g_autoptr (GError) left = NULL;

  if (!sending->is_new || !has_documents (sending) || sending->is_dry_run)
    return TRUE;
  if (write_all_parts (sending, error) &&
      runner->run_write (runner->runner, write_start, sending, error))
    {
      sending->message->state = MESSAGE_WAITING;
      return TRUE;
    }
  if (!runner->run_write (runner->runner, write_nothing_left, sending, &left))
    g_message ("a message that was cut short stays until the deletion job: %s", left->message);
  return FALSE;
}

static void
report (const Sending *sending)
{
  JsonObject *result = sending->task.call->result;

  json_object_set_string_member (result, "outcome", sending->is_new ? "written" : "there-already");
  json_object_set_boolean_member (result, "dry_run", sending->is_dry_run);
  if (!sending->is_dry_run)
    json_object_set_int_member (result, "message", sending->message->message_id);
  json_object_set_string_member (result, "state", message_state_to_text (sending->message->state));
  if (sending->is_over_limit && sending->is_new)
    json_object_set_string_member (result, "note",
                                   "the citizen has had message-limit-day messages today: this "
                                   "one waits for tomorrow morning");
}

static gboolean
write_all (Sending *sending, GError **error)
{
  if (!admin_write (sending->task.call, write_message, sending, sending->is_dry_run, error) ||
      !write_documents (sending, error))
    return FALSE;
  report (sending);
  return TRUE;
}

static gboolean
begin (Sending *sending, AdminCall *call, GError **error)
{
  sending->is_dry_run = admin_get_flag (call, "dry_run");
  if (!message_task_init (&sending->task, call, error))
    return FALSE;
  sending->message = g_new0 (Message, 1);
  sending->message->tenant_id = sending->task.tenant->tenant_id;
  sending->message->added_us = call->now_us;
  sending->message->since_us = call->now_us;
  return TRUE;
}

/**
 * message_command_send:
 *
 * Arguments: tenant, cpr, channel, content, attach, to, to_type, type, allow_reply, unit, key, dry_run. Result: message,
 * outcome (written, there-already), state.
 *
 * Errors: PLANNER_ERROR_NOT_VALID, beginning with DFDG's code where DFDG would refuse it.
 */
gboolean
message_command_send (AdminCall *call, GError **error)
{
  g_auto (Sending) sending = { 0 };

  return begin (&sending, call, error) && take_arguments (&sending, error) &&
         check (&sending, error) && write_all (&sending, error);
}

static gboolean
take_answered (Sending *sending, const Message *answered, GError **error)
{
  Message *message = sending->message;

  if (answered == NULL || answered->foreign_id == NULL)
    return refuse (error, "no message of that id was read: plannerctl message show it first");
  if (answered->is_hidden || answered->channel != BESKED_AUTHORITY || answered->reply_kind == 0)
    return refuse (error, "the message allows no reply");
  message->citizen_id = answered->citizen_id;
  message->case_name = g_strdup (MESSAGE_AUTHORITY);
  message->channel = BESKED_AUTHORITY;
  message->type = answered->type;
  message->answers = g_strdup (answered->foreign_id);
  message->party_type = answered->party_type;
  message->party_code = g_strdup (answered->party_code);
  message->unit_code = g_strdup (answered->unit_code);
  return message_task_need_case (&sending->task, message->case_name, error);
}

/**
 * message_command_reply:
 *
 * Arguments: tenant, message, content, dry_run. Result: as of message_command_send(). The same words to the same message
 * are sent once.
 */
gboolean
message_command_reply (AdminCall *call, GError **error)
{
  g_auto (Sending) sending = { 0 };
  g_autoptr (Message) answered = NULL;
  const char *word = NULL;
  const char *content = NULL;

  if (!begin (&sending, call, error) ||
      !message_task_find (&sending.task, &word, &answered, error) ||
      !take_answered (&sending, answered, error) ||
      !admin_need_text (call, "content", &content, error))
    return FALSE;
  sending.message->body = g_strstrip (g_strdup (content));
  return check_no_number (content, error) && besked_check_reply (sending.message->body, error) &&
         write_all (&sending, error);
}

typedef struct
{
  MessageTask *task;
  gint64 message_id;
  const char *reason; /* NULL: it is tried again */
  gboolean was_tried;
} Decision;

static gboolean
write_outcome (const Decision *decision, StoreSession *session, GError **error)
{
  gint64 tenant_id = decision->task->tenant->tenant_id;

  if (decision->reason == NULL)
    return message_lane_store_retry (session, tenant_id, decision->message_id, error);
  return message_lane_store_give_up (session, tenant_id, decision->message_id, decision->reason,
                                     error);
}

/* AdminWrite. */
static gboolean
write_decision (StoreSession *session, gpointer data, GError **error)
{
  Decision *decision = data;
  g_autoptr (Message) message =
    message_store_find (session, decision->task->tenant->tenant_id, decision->message_id, error);

  if (message == NULL)
    return (error == NULL || *error == NULL) && write_outcome (decision, session, error);
  decision->was_tried = message->first_try_us != 0;
  return write_outcome (decision, session, error) &&
         message_task_journal (decision->task, session,
                               decision->reason == NULL ? "message-retried" : "message-dropped",
                               message, error);
}

static gboolean
decide (AdminCall *call, const char *reason, const char *outcome, GError **error)
{
  g_auto (MessageTask) task = { 0 };
  Decision decision = { .task = &task,
                        .message_id = admin_get_integer (call, "message", 0),
                        .reason = reason };

  if (!message_task_init (&task, call, error) ||
      !call->runner.run_write (call->runner.runner, write_decision, &decision, error))
    return FALSE;
  json_object_set_string_member (call->result, "outcome", outcome);
  if (reason != NULL && decision.was_tried)
    json_object_set_string_member (call->result, "note",
                                   "it was tried before: message list --citizen-file tells "
                                   "whether DFDG has it");
  return TRUE;
}

typedef struct
{
  MessageTask *task;
  gint64 n;
} All;

/* AdminWrite. */
static gboolean
write_retry_all (StoreSession *session, gpointer data, GError **error)
{
  All *all = data;

  return message_lane_store_retry_all (session, all->task->tenant->tenant_id, &all->n, error) &&
         message_task_journal_all (all->task, session, "message-retried", all->n, error);
}

static gboolean
retry_all (AdminCall *call, GError **error)
{
  g_auto (MessageTask) task = { 0 };
  All all = { .task = &task };

  if (!message_task_init (&task, call, error) ||
      !call->runner.run_write (call->runner.runner, write_retry_all, &all, error))
    return FALSE;
  json_object_set_int_member (call->result, "messages", all.n);
  return TRUE;
}

/**
 * message_command_retry:
 *
 * Arguments: tenant, message, all_refused. Result: outcome, or messages: how many. Errors: PLANNER_ERROR_STATE_CHANGED
 * when it neither waits nor is refused.
 */
gboolean
message_command_retry (AdminCall *call, GError **error)
{
  gboolean is_one = admin_get_integer (call, "message", 0) != 0;

  if (is_one == admin_get_flag (call, "all_refused"))
    return refuse (error, "name a message by its number, or --all-refused");
  return is_one ? decide (call, NULL, "tried again", error) : retry_all (call, error);
}

/**
 * message_command_drop:
 *
 * Arguments: tenant, message, reason. Result: outcome; note, when DFDG may have it. Errors: as of
 * message_command_retry().
 */
gboolean
message_command_drop (AdminCall *call, GError **error)
{
  const char *reason = NULL;

  return admin_need_text (call, "reason", &reason, error) && admin_check_prose (reason, error) &&
         decide (call, reason, "dropped", error);
}
