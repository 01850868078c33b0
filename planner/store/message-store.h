/* SPDX-License-Identifier: EUPL-1.2 */
/* Messages to citizens and authorities: what is to be sent, what was, what was read of others. */
#pragma once

#include "store/store.h"

/* Attachments are written in pieces, so that no writer job is long. */
#define MESSAGE_PART_BYTES (256 * 1024)

/**
 * MessageState:
 * @MESSAGE_DRAFT: its attachments are being written down; not sent
 * @MESSAGE_WAITING: to be sent, not before its time
 * @MESSAGE_SENT: DFDG has it
 * @MESSAGE_REFUSED: DFDG would not take it, or a restore holds it back: waits for a person
 * @MESSAGE_DROPPED: given up, or replaced before it was sent; its reason says which
 * @MESSAGE_RECEIVED: somebody else's, as DFDG showed it last
 */
typedef enum
{
  MESSAGE_DRAFT,
  MESSAGE_WAITING,
  MESSAGE_SENT,
  MESSAGE_REFUSED,
  MESSAGE_DROPPED,
  MESSAGE_RECEIVED,
  MESSAGE_N_STATES,
} MessageState;

/**
 * Message:
 * @case_name: why it is sent: "by-hand", "authority", "fund-interview"; "received"
 * @delivery_key: the same message asked for again has the same
 * @answers: (nullable): of a reply: DFDG's id of the message; a reply has no title
 * @party_type, @party_code: the other authority: whom it goes to, or comes from; 0 and NULL: the citizen
 * @title, @body: (nullable): NULL when hidden
 * @booking: (nullable): identifier of the meeting that it tells of: @about_start_us, @about_cancelled
 * @since_us: one with the same words that DFDG has had since then is this one
 * @is_looked_for: DFDG may have it already: it is asked before this is sent
 */
typedef struct
{
  gint64 message_id;
  gint64 tenant_id;
  gint64 citizen_id;
  MessageState state;
  char *case_name;
  char *delivery_key;
  char *request_id;
  gint64 channel;
  gint64 type;
  gint64 reply_kind;
  char *answers;
  gint64 party_type;
  char *party_code;
  char *unit_code;
  char *title;
  char *body;
  gboolean is_hidden;
  char *booking;
  gint64 about_start_us;
  gboolean about_cancelled;
  char *foreign_id;
  gint64 foreign_status;
  gint64 attempts;
  gint64 not_before_us;
  char *reason;
  gint64 added_us;
  gint64 since_us;
  gint64 first_try_us;
  gint64 last_try_us;
  gboolean is_looked_for;
} Message;

void message_free (Message *message);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Message, message_free)
const char *message_state_to_text (MessageState state);

/* On the writer. @out_is_new: FALSE when the key is there: nothing was written, and message_id is that one's. */
gboolean message_store_add (StoreSession *session,
                            Message *message,
                            gboolean *out_is_new,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean message_store_put_received (StoreSession *session,
                                     const Message *message,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* A draft of that key whose writing was cut short goes. */
gboolean message_store_remove_draft (StoreSession *session,
                                     gint64 tenant_id,
                                     const char *delivery_key,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean message_store_start (StoreSession *session,
                              gint64 message_id,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * MessageDocument:
 * @content: (nullable): not loaded, or gone since the message was sent
 */
typedef struct
{
  gint64 number;
  char *file_name;
  gint64 n_bytes;
  GBytes *content;
} MessageDocument;

void message_document_free (MessageDocument *document);
gboolean message_store_add_document (StoreSession *session,
                                     gint64 message_id,
                                     const MessageDocument *document,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean message_store_add_part (StoreSession *session,
                                 gint64 message_id,
                                 gint64 number,
                                 gint64 part,
                                 GBytes *content,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Returns: (transfer full) (element-type MessageDocument): in order */
GPtrArray *message_store_list_documents (StoreSession *session,
                                         gint64 message_id,
                                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
GPtrArray *message_store_load_documents (StoreSession *session,
                                         gint64 message_id,
                                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Returns: (transfer full) (nullable): NULL without @error: there is none */
Message *message_store_find (StoreSession *session,
                             gint64 tenant_id,
                             gint64 message_id,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
Message *message_store_find_by_key (StoreSession *session,
                                    gint64 tenant_id,
                                    const char *delivery_key,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
Message *message_store_find_by_foreign (StoreSession *session,
                                        gint64 tenant_id,
                                        const char *foreign_id,
                                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* @citizen_id: 0: what waits or was refused, of all. Returns: (transfer full) (element-type Message): at most @limit */
GPtrArray *message_store_list (StoreSession *session,
                               gint64 tenant_id,
                               gint64 citizen_id,
                               gint64 after_id,
                               guint limit,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Returns: (transfer full) (element-type Message): those to the citizen, or about the citizen to authorities, that wait;
 * in order */
GPtrArray *message_store_list_lane (StoreSession *session,
                                    gint64 tenant_id,
                                    gint64 citizen_id,
                                    gboolean to_authorities,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
