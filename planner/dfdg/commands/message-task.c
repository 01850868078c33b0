/* SPDX-License-Identifier: EUPL-1.2 */
/* Messages found, fetched, kept and shown; what does not concern us is hidden whether DFDG says so or not. */
#include "dfdg/commands/message-task.h"

#include <string.h>

#include "base/error.h"
#include "store/citizen-store.h"
#include "store/journal-store.h"
#include "store/message-lane-store.h"

#define HIDDEN  "(hidden)"
#define CITIZEN "citizen:"

/**
 * message_task_clear:
 */
void
message_task_clear (MessageTask *task)
{
  g_clear_pointer (&task->tenant, tenant_record_free);
  g_clear_pointer (&task->units, g_ptr_array_unref);
  g_clear_pointer (&task->client, dfdg_client_give);
  g_clear_pointer (&task->settings, dfdg_settings_unref);
}

/**
 * message_task_init:
 * @task: zeroed
 */
gboolean
message_task_init (MessageTask *task, AdminCall *call, GError **error)
{
  task->call = call;
  task->tenant = admin_load_tenant (call, call->session, error);
  if (task->tenant == NULL)
    return FALSE;
  task->units = unit_list (call->session, task->tenant->tenant_id, error);
  if (task->units == NULL)
    return FALSE;
  task->zone = admin_zone_of (task->units, 0);
  task->settings = dfdg_settings_dup_current (task->tenant->tenant_key);
  return message_rules_load (call->session, task->tenant->tenant_id, call->now_us, &task->rules,
                             error);
}

/**
 * message_task_need_client:
 *
 * Errors: PLANNER_ERROR_NOT_VALID when the configuration names no BorgerBeskedService.
 */
gboolean
message_task_need_client (MessageTask *task, GError **error)
{
  if (task->client != NULL)
    return TRUE;
  if (task->settings == NULL || dfdg_settings_get_url (task->settings, DFDG_SERVICE_BESKED) == NULL)
    {
      g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
                   "the configuration names no BorgerBeskedService: set besked-url of [dfdg-client "
                   "%s]",
                   task->tenant->tenant_key);
      return FALSE;
    }
  task->client = dfdg_client_take (task->settings);
  return TRUE;
}

static gboolean
is_case_on (const MessageTask *task, const char *case_name)
{
  return g_str_equal (case_name, MESSAGE_AUTHORITY) ? task->rules.authority : task->rules.by_hand;
}

/**
 * message_task_need_case:
 */
gboolean
message_task_need_case (const MessageTask *task, const char *case_name, GError **error)
{
  if (task->settings == NULL || !task->settings->client->messages)
    g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
                 "messages are off: set messages = true of [dfdg-client %s]",
                 task->tenant->tenant_key);
  else if (!is_case_on (task, case_name))
    g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
                 "messages of the case %s are off: plannerctl set setting message-%s yes",
                 case_name, case_name);
  else
    return TRUE;
  return FALSE;
}

/**
 * message_task_find:
 *
 * Errors: PLANNER_ERROR_NOT_FOUND for a number that no message has.
 */
gboolean
message_task_find (const MessageTask *task,
                   const char **out_word,
                   Message **out_message,
                   GError **error)
{
  g_autoptr (GError) local_error = NULL;
  const char *word = NULL;
  gint64 number = 0;
  Message *found = NULL;

  if (!admin_need_text (task->call, "message", &word, error))
    return FALSE;
  if (g_ascii_string_to_signed (word, 10, 1, G_MAXINT32, &number, NULL))
    found = message_store_find (task->call->session, task->tenant->tenant_id, number, &local_error);
  /* DFDG's ids may look like anything. */
  if (found == NULL && local_error == NULL)
    found = message_store_find_by_foreign (task->call->session, task->tenant->tenant_id, word,
                                           &local_error);
  if (found == NULL && number != 0 && local_error == NULL)
    g_set_error_literal (&local_error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND,
                         "there is no message of that number: plannerctl message list");
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  *out_word = word;
  *out_message = found;
  return TRUE;
}

/* A jobcenter's code, or that of its main centre. */
static gboolean
is_own_code (const char *code, const char *own)
{
  return code != NULL && own != NULL && *own != '\0' &&
         (g_str_equal (code, own) ||
          (strlen (code) == 5 && strlen (own) == 5 && strncmp (code, own, 3) == 0 &&
           g_str_has_suffix (code, "00")));
}

static gboolean
is_us (const MessageTask *task, const BeskedParty *party)
{
  const char *own = task->settings == NULL ? NULL : task->settings->client->organisation_code;

  for (guint i = 0; i < task->units->len; i++)
    if (is_own_code (party->organisation_code,
                     ((const UnitRecord *) task->units->pdata[i])->organisation_key))
      return TRUE;
  return is_own_code (party->organisation_code, own);
}

/* Between other authorities: whatever stands there is not for us. */
static void
hide_strange (const MessageTask *task, Besked *besked)
{
  gboolean concerns_us = besked->channel != BESKED_AUTHORITY || is_us (task, &besked->sender);

  for (guint i = 0; i < besked->receivers->len; i++)
    concerns_us = concerns_us || is_us (task, besked->receivers->pdata[i]);
  if (!concerns_us)
    besked_hide (besked);
}

static void
set_known (JsonObject *object, const char *member, gint64 number)
{
  if (number != 0)
    json_object_set_int_member (object, member, number);
}

typedef struct
{
  const MessageTask *task;
  const GPtrArray *all;
  gint64 citizen_id;
} Keeping;

static gboolean
find_citizen (const Keeping *keeping,
              StoreSession *session,
              const Besked *besked,
              gint64 *out_citizen_id,
              GError **error)
{
  g_autoptr (GError) local_error = NULL;

  *out_citizen_id = keeping->citizen_id;
  if (*out_citizen_id == 0 && besked->cpr != NULL)
    *out_citizen_id =
      citizen_store_find (session, keeping->task->tenant->tenant_id, besked->cpr, &local_error);
  if (local_error != NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));
  return error == NULL || *error == NULL;
}

static gboolean
keep_one (const Keeping *keeping, StoreSession *session, const Besked *besked, GError **error)
{
  Message message = { .tenant_id = keeping->task->tenant->tenant_id,
                      .foreign_id = besked->identifier,
                      .channel = besked->channel,
                      .type = besked->type,
                      .reply_kind = besked->reply_kind,
                      .party_type = besked->sender.organisation_type,
                      .party_code = besked->sender.organisation_code,
                      .title = besked->title,
                      .body = besked->text,
                      .is_hidden = besked->is_hidden,
                      .foreign_status = besked->status,
                      .added_us = besked->created_us != 0 ? besked->created_us
                                                          : keeping->task->call->now_us };

  if (!find_citizen (keeping, session, besked, &message.citizen_id, error))
    return FALSE;
  return message.citizen_id == 0 || message_store_put_received (session, &message, error);
}

/* AdminWrite. */
static gboolean
write_all (StoreSession *session, gpointer data, GError **error)
{
  const Keeping *keeping = data;

  for (guint i = 0; i < keeping->all->len; i++)
    if (!keep_one (keeping, session, keeping->all->pdata[i], error))
      return FALSE;
  return TRUE;
}

/**
 * message_task_keep:
 *
 * One about somebody whom we do not know is shown and not kept.
 */
gboolean
message_task_keep (const MessageTask *task, const GPtrArray *all, gint64 citizen_id, GError **error)
{
  Keeping keeping = { task, all, citizen_id };

  for (guint i = 0; i < all->len; i++)
    hide_strange (task, all->pdata[i]);
  return task->call->runner.run_write (task->call->runner.runner, write_all, &keeping, error);
}

/**
 * message_task_fetch:
 *
 * Errors: PLANNER_ERROR_NOT_FOUND; those of DFDG.
 */
Besked *
message_task_fetch (MessageTask *task, const char *identifier, const Message *known, GError **error)
{
  gint64 citizen_id = known == NULL ? 0 : known->citizen_id;
  g_autofree char *cpr =
    citizen_id == 0 ? NULL : message_lane_store_dup_number (task->call->session, citizen_id, NULL);
  DfdgCallHead head = { .cpr = cpr, .unit_code = known == NULL ? NULL : known->unit_code };
  g_autoptr (GPtrArray) all = g_ptr_array_new ();
  g_autoptr (Besked) besked = NULL;

  if (!message_task_need_client (task, error) ||
      !besked_get (task->client, &head, identifier, &besked, task->call->cancellable, error))
    return NULL;
  if (besked == NULL)
    {
      g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND,
                           "DFDG has no message of that id");
      return NULL;
    }
  g_ptr_array_add (all, besked);
  return message_task_keep (task, all, citizen_id, error) ? g_steal_pointer (&besked) : NULL;
}

/* @subject: citizen:N, or the municipality's messages */
static gboolean
write_journal (const MessageTask *task,
               StoreSession *session,
               const char *kind,
               const char *subject,
               const char *payload,
               GError **error)
{
  JournalEntry entry = { .tenant_id = task->tenant->tenant_id,
                         .at_us = task->call->now_us,
                         .actor = task->call->actor,
                         .call_id = task->call->call_id,
                         .kind = kind,
                         .subject = subject,
                         .payload = payload };

  return journal_store_add (session, &entry, error);
}

/**
 * message_task_journal:
 */
gboolean
message_task_journal (const MessageTask *task,
                      StoreSession *session,
                      const char *kind,
                      const Message *message,
                      GError **error)
{
  g_autofree char *subject = g_strdup_printf (CITIZEN "%" G_GINT64_FORMAT, message->citizen_id);
  g_autofree char *payload = g_strdup_printf (
    "{\"message\":%" G_GINT64_FORMAT ",\"case\":\"%s\",\"channel\":\"%s\"}", message->message_id,
    message->case_name, besked_channel_to_text (message->channel));

  return write_journal (task, session, kind, subject, payload, error);
}

/**
 * message_task_journal_all:
 */
gboolean
message_task_journal_all (const MessageTask *task,
                          StoreSession *session,
                          const char *kind,
                          gint64 n,
                          GError **error)
{
  g_autofree char *payload = g_strdup_printf ("{\"messages\":%" G_GINT64_FORMAT "}", n);

  return write_journal (task, session, kind, "messages", payload, error);
}

typedef struct
{
  const MessageTask *task;
  gint64 citizen_id;
  char *payload;
} Look;

/* AdminWrite. */
static gboolean
write_look (StoreSession *session, gpointer data, GError **error)
{
  const Look *look = data;
  g_autofree char *subject = g_strdup_printf (CITIZEN "%" G_GINT64_FORMAT, look->citizen_id);

  return write_journal (look->task, session, "message-looked-at", subject, look->payload, error);
}

/**
 * message_task_note_look:
 */
gboolean
message_task_note_look (const MessageTask *task,
                        const Message *known,
                        const char *identifier,
                        GError **error)
{
  g_autoptr (JsonObject) object = json_object_new ();
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), object);
  g_autofree char *masked = dfdg_dup_masked (identifier == NULL ? "" : identifier);
  g_autofree char *payload = NULL;
  Look look = { task, known == NULL ? 0 : known->citizen_id, NULL };

  set_known (object, "message", known == NULL ? 0 : known->message_id);
  json_object_set_string_member (object, "dfdg_id", masked);
  payload = json_to_string (node, FALSE);
  look.payload = payload;
  return task->call->runner.run_write (task->call->runner.runner, write_look, &look, error);
}

static void
set_party (JsonObject *object, const char *member, gint64 type, const char *code)
{
  g_autofree char *text = NULL;

  if (code == NULL)
    return;
  text = g_strdup_printf ("%" G_GINT64_FORMAT " %s", type, code);
  json_object_set_string_member (object, member, text);
}

static void
set_words (JsonObject *object, const char *member, const char *text, gboolean is_hidden)
{
  g_autofree char *shown = text == NULL ? NULL : besked_dup_for_people (text);

  admin_set_text (object, member, is_hidden ? HIDDEN : shown);
}

/* What an a-kasse alone makes is named: its type is all that says so. */
static void
set_kind (JsonObject *object, gint64 channel, gint64 type)
{
  static const char *const meanings[] = { "the a-kasse recommends an offer",
                                          "met in a control action: an offer within two weeks" };

  json_object_set_string_member (object, "channel", besked_channel_to_text (channel));
  set_known (object, "type", type);
  if (besked_is_from_fund (type))
    json_object_set_string_member (object, "meaning", meanings[type - 11]);
}

/**
 * message_task_describe:
 *
 * Returns: (transfer full): without its text
 */
JsonObject *
message_task_describe (const MessageTask *task, const Message *message)
{
  JsonObject *object = json_object_new ();
  const char *party = message->state == MESSAGE_RECEIVED ? "from" : "to";

  set_known (object, "message", message->message_id);
  json_object_set_string_member (object, "state", message_state_to_text (message->state));
  json_object_set_string_member (object, "case", message->case_name);
  set_kind (object, message->channel, message->type);
  set_words (object, "title", message->title, message->is_hidden);
  set_party (object, party, message->party_type, message->party_code);
  admin_set_text (object, "answers", message->answers);
  admin_set_text (object, "booking", message->booking);
  admin_set_text (object, "dfdg_id", message->foreign_id);
  if (message->foreign_status != 0)
    json_object_set_string_member (object, "status",
                                   besked_status_to_text (message->foreign_status));
  admin_set_time (object, "added", task->zone, message->added_us);
  if (message->state == MESSAGE_WAITING && message->not_before_us > task->call->now_us)
    admin_set_time (object, "not_before", task->zone, message->not_before_us);
  set_known (object, "attempts", message->attempts);
  admin_set_text (object, "reason", message->reason);
  return object;
}

static void
add_reply (const MessageTask *task, JsonArray *list, const BeskedReply *reply)
{
  JsonObject *object = json_object_new ();

  admin_set_text (object, "dfdg_id", reply->identifier);
  if (reply->at_us != 0)
    admin_set_time (object, "at", task->zone, reply->at_us);
  set_party (object, "from", reply->sender.organisation_type, reply->sender.organisation_code);
  json_object_set_string_member (object, "status", besked_status_to_text (reply->status));
  set_words (object, "text", reply->text, FALSE);
  json_array_add_object_element (list, object);
}

static void
add_lists (const MessageTask *task, JsonObject *object, const Besked *besked)
{
  JsonArray *replies = json_array_new ();
  JsonArray *documents = json_array_new ();

  for (guint i = 0; i < besked->replies->len; i++)
    add_reply (task, replies, besked->replies->pdata[i]);
  for (guint i = 0; i < besked->documents->len; i++)
    {
      const BeskedDocument *document = besked->documents->pdata[i];
      JsonObject *one = json_object_new ();

      admin_set_text (one, "dfdg_id", document->identifier);
      admin_set_text (one, "name", document->file_name);
      admin_set_text (one, "media_type", document->media_type);
      json_array_add_object_element (documents, one);
    }
  json_object_set_array_member (object, "replies", replies);
  json_object_set_array_member (object, "documents", documents);
}

/**
 * message_task_describe_besked:
 *
 * Returns: (transfer full): all of it, with its thread
 */
JsonObject *
message_task_describe_besked (const MessageTask *task, const Besked *besked)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "dfdg_id", besked->identifier);
  set_kind (object, besked->channel, besked->type);
  json_object_set_boolean_member (object, "hidden", besked->is_hidden);
  set_words (object, "title", besked->title, besked->is_hidden);
  set_party (object, "from", besked->sender.organisation_type, besked->sender.organisation_code);
  json_object_set_string_member (object, "status", besked_status_to_text (besked->status));
  json_object_set_boolean_member (object, "allows_reply", besked->reply_kind != 0);
  if (besked->created_us != 0)
    admin_set_time (object, "created", task->zone, besked->created_us);
  if (besked->shown_us != 0)
    admin_set_time (object, "shown", task->zone, besked->shown_us);
  if (besked->read_us != 0)
    admin_set_time (object, "read", task->zone, besked->read_us);
  set_words (object, "text", besked->text, besked->is_hidden);
  add_lists (task, object, besked);
  return object;
}
