/* SPDX-License-Identifier: EUPL-1.2 */
/* What the commands of messages share: whose, by which way, in which case, shown how. */
#pragma once

#include "dfdg/messages/message-rules.h"
#include "dfdg/services/besked-client.h"
#include "ops/admin/admin-format.h"
#include "store/message-store.h"

/**
 * MessageTask:
 * @zone: of the municipality
 * @settings: (nullable): the municipality has no group [dfdg-client TENANT]
 * @client: (nullable): see message_task_need_client()
 */
typedef struct
{
  AdminCall *call;
  TenantRecord *tenant;
  GPtrArray *units;
  const CalsyncZone *zone;
  MessageRules rules;
  DfdgSettings *settings;
  DfdgClient *client;
} MessageTask;

/* clang-format off */
#define MESSAGE_WORD { "message", ADMIN_TEXT, ADMIN_WORD, "MESSAGE", "number of a message, as message list tells it, or DFDG's id of it" }
/* clang-format on */

gboolean
message_task_init (MessageTask *task, AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void message_task_clear (MessageTask *task);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MessageTask, message_task_clear)
gboolean message_task_need_client (MessageTask *task, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Whether messages of that case may be sent. PLANNER_ERROR_NOT_VALID says what to switch on. */
gboolean message_task_need_case (const MessageTask *task,
                                 const char *case_name,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The stored one that the argument message names. @out_message: NULL: none is stored, and DFDG's id may be meant. */
gboolean message_task_find (const MessageTask *task,
                            const char **out_word,
                            Message **out_message,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* As DFDG has it, and kept as that: what is hidden stays hidden. @known: (nullable): the stored one */
Besked *message_task_fetch (MessageTask *task,
                            const char *identifier,
                            const Message *known,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* @all: (element-type Besked): kept as DFDG shows them; @citizen_id: 0: by the number that each names */
gboolean message_task_keep (const MessageTask *task,
                            const GPtrArray *all,
                            gint64 citizen_id,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* On the writer: of whom, which and by which way, and no word of it. */
gboolean message_task_journal (const MessageTask *task,
                               StoreSession *session,
                               const char *kind,
                               const Message *message,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean message_task_journal_all (const MessageTask *task,
                                   StoreSession *session,
                                   const char *kind,
                                   gint64 n,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* That somebody looked is itself written down. @known: (nullable): DFDG's @identifier is all we know */
gboolean message_task_note_look (const MessageTask *task,
                                 const Message *known,
                                 const char *identifier,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
JsonObject *message_task_describe (const MessageTask *task, const Message *message);
JsonObject *message_task_describe_besked (const MessageTask *task, const Besked *besked);
