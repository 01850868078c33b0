/* SPDX-License-Identifier: EUPL-1.2 */
/* Rows of messages and their attachments: written once by their key, and read. */
#include "store/message-store.h"

#include <string.h>

static const char *const states[] = {
  "draft", "waiting", "sent", "refused", "dropped", "received"
};

/**
 * message_free:
 */
void
message_free (Message *message)
{
  if (message == NULL)
    return;
  g_free (message->case_name);
  g_free (message->delivery_key);
  g_free (message->request_id);
  g_free (message->answers);
  g_free (message->party_code);
  g_free (message->unit_code);
  g_free (message->title);
  g_free (message->body);
  g_free (message->booking);
  g_free (message->foreign_id);
  g_free (message->reason);
  g_free (message);
}

/**
 * message_state_to_text:
 *
 * Returns: (transfer none): the word of the database
 */
const char *
message_state_to_text (MessageState state)
{
  return states[state];
}

static MessageState
parse_state (const char *text)
{
  guint state = 0;

  while (state < MESSAGE_N_STATES - 1 && strcmp (states[state], text) != 0)
    state++;
  return (MessageState) state;
}

static Message *
read_message (StoreQuery *query)
{
  Message *message = g_new0 (Message, 1);

  message->message_id = store_int (query, 0);
  message->tenant_id = store_int (query, 1);
  message->citizen_id = store_int (query, 2);
  message->state = parse_state (store_text (query, 3));
  message->case_name = g_strdup (store_text (query, 4));
  message->delivery_key = g_strdup (store_text (query, 5));
  message->request_id = g_strdup (store_text (query, 6));
  message->channel = store_int (query, 7);
  message->type = store_int (query, 8);
  message->reply_kind = store_int (query, 9);
  message->answers = g_strdup (store_text (query, 10));
  message->party_type = store_int (query, 11);
  message->party_code = g_strdup (store_text (query, 12));
  message->unit_code = g_strdup (store_text (query, 13));
  message->title = g_strdup (store_text (query, 14));
  message->body = g_strdup (store_text (query, 15));
  message->is_hidden = store_int (query, 16) != 0;
  message->booking = g_strdup (store_text (query, 17));
  message->about_start_us = store_int (query, 18);
  message->about_cancelled = store_int (query, 19) != 0;
  message->foreign_id = g_strdup (store_text (query, 20));
  message->foreign_status = store_int (query, 21);
  message->attempts = store_int (query, 22);
  message->not_before_us = store_int (query, 23);
  message->reason = g_strdup (store_text (query, 24));
  message->added_us = store_int (query, 25);
  message->since_us = store_int (query, 26);
  message->first_try_us = store_int (query, 27);
  message->last_try_us = store_int (query, 28);
  message->is_looked_for = store_int (query, 29) != 0;
  return message;
}

static Message *
take_one (StoreQuery *query, GError **error)
{
  return store_step (query, error) == STORE_ROW ? read_message (query) : NULL;
}

static GPtrArray *
take_all (StoreQuery *query, GError **error)
{
  g_autoptr (GPtrArray) messages = g_ptr_array_new_with_free_func ((GDestroyNotify) message_free);
  StoreStep step;

  while ((step = store_step (query, error)) == STORE_ROW)
    g_ptr_array_add (messages, read_message (query));
  return step == STORE_END ? g_steal_pointer (&messages) : NULL;
}

static gboolean
find_id (StoreSession *session, Message *message, GError **error)
{
  g_autoptr (Message) found =
    message_store_find_by_key (session, message->tenant_id, message->delivery_key, error);

  if (found == NULL)
    return FALSE;
  message->message_id = found->message_id;
  message->state = found->state;
  return TRUE;
}

/**
 * message_store_add:
 * @message: gets its id; where the key is there, that one's id and state
 */
gboolean
message_store_add (StoreSession *session, Message *message, gboolean *out_is_new, GError **error)
{
  if (!store_run (session, error, SQL_MESSAGE_ADD, "iissssiiisisssssiisiii", message->tenant_id,
                  message->citizen_id, states[message->state], message->case_name,
                  message->delivery_key, message->request_id, message->channel, message->type,
                  message->reply_kind, message->answers, message->party_type, message->party_code,
                  message->unit_code, message->title, message->body, message->booking,
                  message->about_start_us, (gint64) message->about_cancelled, message->reason,
                  message->added_us, message->since_us, (gint64) message->is_looked_for))
    return FALSE;
  *out_is_new = store_n_changed (session) == 1;
  if (!*out_is_new)
    return find_id (session, message, error);
  message->message_id = store_last_id (session);
  return TRUE;
}

/**
 * message_store_put_received:
 * @message: with its foreign_id; hidden ones have no words
 *
 * One that we sent is not another's: only what DFDG says of its status is taken.
 */
gboolean
message_store_put_received (StoreSession *session, const Message *message, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (Message) known =
    message_store_find_by_foreign (session, message->tenant_id, message->foreign_id, &local_error);

  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  if (known != NULL && known->state != MESSAGE_RECEIVED)
    return store_run (session, error, SQL_MESSAGE_SET_FOREIGN_STATUS, "isi", message->tenant_id,
                      message->foreign_id, message->foreign_status);
  return store_run (session, error, SQL_MESSAGE_PUT_RECEIVED, "iisiiiisssiii", message->tenant_id,
                    message->citizen_id, message->foreign_id, message->channel, message->type,
                    message->reply_kind, message->party_type, message->party_code, message->title,
                    message->body, (gint64) message->is_hidden, message->foreign_status,
                    message->added_us);
}

/**
 * message_store_remove_draft:
 */
gboolean
message_store_remove_draft (StoreSession *session,
                            gint64 tenant_id,
                            const char *delivery_key,
                            GError **error)
{
  return store_run (session, error, SQL_MESSAGE_REMOVE_DRAFT, "is", tenant_id, delivery_key);
}

/**
 * message_store_start:
 *
 * From here on it is sent.
 */
gboolean
message_store_start (StoreSession *session, gint64 message_id, GError **error)
{
  return store_run (session, error, SQL_MESSAGE_START, "i", message_id);
}

/**
 * message_document_free:
 */
void
message_document_free (MessageDocument *document)
{
  if (document == NULL)
    return;
  g_free (document->file_name);
  g_clear_pointer (&document->content, g_bytes_unref);
  g_free (document);
}

/**
 * message_store_add_document:
 *
 * Its name and size; the content follows with message_store_add_part().
 */
gboolean
message_store_add_document (StoreSession *session,
                            gint64 message_id,
                            const MessageDocument *document,
                            GError **error)
{
  return store_run (session, error, SQL_MESSAGE_DOCUMENT_ADD, "iisi", message_id, document->number,
                    document->file_name, document->n_bytes);
}

/**
 * message_store_add_part:
 * @content: at most MESSAGE_PART_BYTES
 */
gboolean
message_store_add_part (StoreSession *session,
                        gint64 message_id,
                        gint64 number,
                        gint64 part,
                        GBytes *content,
                        GError **error)
{
  return store_run (session, error, SQL_MESSAGE_PART_ADD, "iiib", message_id, number, part,
                    content);
}

/**
 * message_store_list_documents:
 *
 * Without their content.
 */
GPtrArray *
message_store_list_documents (StoreSession *session, gint64 message_id, GError **error)
{
  g_autoptr (GPtrArray) documents =
    g_ptr_array_new_with_free_func ((GDestroyNotify) message_document_free);
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, SQL_MESSAGE_DOCUMENTS, "i", message_id))
    return NULL;
  while ((step = store_step (&query, error)) == STORE_ROW)
    {
      MessageDocument *document = g_new0 (MessageDocument, 1);

      document->number = store_int (&query, 0);
      document->file_name = g_strdup (store_text (&query, 1));
      document->n_bytes = store_int (&query, 2);
      g_ptr_array_add (documents, document);
    }
  return step == STORE_END ? g_steal_pointer (&documents) : NULL;
}

static gboolean
load_content (StoreSession *session, gint64 message_id, MessageDocument *document, GError **error)
{
  g_autoptr (GByteArray) content = g_byte_array_sized_new ((guint) document->n_bytes);
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, SQL_MESSAGE_PARTS, "ii", message_id, document->number))
    return FALSE;
  while ((step = store_step (&query, error)) == STORE_ROW)
    {
      g_autoptr (GBytes) part = store_dup_bytes (&query, 0);

      g_byte_array_append (content, g_bytes_get_data (part, NULL), (guint) g_bytes_get_size (part));
    }
  if (step == STORE_END)
    document->content = g_byte_array_free_to_bytes (g_steal_pointer (&content));
  return step == STORE_END;
}

/**
 * message_store_load_documents:
 *
 * With their content.
 *
 * Returns: (transfer full) (element-type MessageDocument)
 */
GPtrArray *
message_store_load_documents (StoreSession *session, gint64 message_id, GError **error)
{
  g_autoptr (GPtrArray) documents = message_store_list_documents (session, message_id, error);

  for (guint i = 0; documents != NULL && i < documents->len; i++)
    if (!load_content (session, message_id, documents->pdata[i], error))
      return NULL;
  return g_steal_pointer (&documents);
}

/**
 * message_store_find:
 */
Message *
message_store_find (StoreSession *session, gint64 tenant_id, gint64 message_id, GError **error)
{
  g_auto (StoreQuery) query = { 0 };

  if (!store_query (session, &query, error, SQL_MESSAGE_FIND, "ii", tenant_id, message_id))
    return NULL;
  return take_one (&query, error);
}

/**
 * message_store_find_by_key:
 */
Message *
message_store_find_by_key (StoreSession *session,
                           gint64 tenant_id,
                           const char *delivery_key,
                           GError **error)
{
  g_auto (StoreQuery) query = { 0 };

  if (!store_query (session, &query, error, SQL_MESSAGE_FIND_BY_KEY, "is", tenant_id, delivery_key))
    return NULL;
  return take_one (&query, error);
}

/**
 * message_store_find_by_foreign:
 * @foreign_id: DFDG's
 */
Message *
message_store_find_by_foreign (StoreSession *session,
                               gint64 tenant_id,
                               const char *foreign_id,
                               GError **error)
{
  g_auto (StoreQuery) query = { 0 };

  if (!store_query (session, &query, error, SQL_MESSAGE_FIND_BY_FOREIGN, "is", tenant_id,
                    foreign_id))
    return NULL;
  return take_one (&query, error);
}

/**
 * message_store_list:
 * @after_id: 0: from the first on
 */
GPtrArray *
message_store_list (StoreSession *session,
                    gint64 tenant_id,
                    gint64 citizen_id,
                    gint64 after_id,
                    guint limit,
                    GError **error)
{
  g_auto (StoreQuery) query = { 0 };
  gboolean ok = citizen_id == 0
                  ? store_query (session, &query, error, SQL_MESSAGE_LIST, "iii", tenant_id,
                                 after_id, (gint64) limit)
                  : store_query (session, &query, error, SQL_MESSAGE_LIST_OF_CITIZEN, "iiii",
                                 tenant_id, after_id, (gint64) limit, citizen_id);

  return ok ? take_all (&query, error) : NULL;
}

/**
 * message_store_list_lane:
 */
GPtrArray *
message_store_list_lane (StoreSession *session,
                         gint64 tenant_id,
                         gint64 citizen_id,
                         gboolean to_authorities,
                         GError **error)
{
  g_auto (StoreQuery) query = { 0 };

  if (!store_query (session, &query, error, SQL_MESSAGE_LANE, "iii", tenant_id, citizen_id,
                    (gint64) (to_authorities ? 1 : 0)))
    return NULL;
  return take_all (&query, error);
}
