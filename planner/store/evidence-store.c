/* SPDX-License-Identifier: EUPL-1.2 */
/* Writes evidence of empty answers, incoming messages and outgoing registrations. */
#include "store/evidence-store.h"

/**
 * evidence_store_add_empty:
 *
 * Keeps an empty answer.
 */
gboolean
evidence_store_add_empty (StoreSession *session, const EmptyAnswer *empty, GError **error)
{
  return store_run (session, error, SQL_EMPTY_ANSWER_ADD, "iisiiiiis", empty->tenant_id,
                    empty->at_us, empty->call_id, empty->citizen_id, empty->unit_id,
                    empty->offer_id, empty->interval.start_us, empty->interval.end_us,
                    empty->reason);
}

/**
 * evidence_store_add_inbox:
 *
 * Keeps a message; one that is there already is not kept twice.
 */
gboolean
evidence_store_add_inbox (StoreSession *session, const InboxMessage *message, GError **error)
{
  return store_run (session, error, SQL_INBOX_ADD, "issisi", message->tenant_id, message->kind,
                    message->message_id, message->received_us, message->payload,
                    message->citizen_id);
}

/**
 * evidence_store_add_outbox:
 *
 * Queues a registration, in the transaction of the change it tells of.
 */
gboolean
evidence_store_add_outbox (StoreSession *session, const OutboxRow *row, GError **error)
{
  return store_run (session, error, SQL_OUTBOX_ADD, "iississii", row->tenant_id, row->citizen_id,
                    row->kind, row->subject, row->revision, row->request_id, row->payload,
                    row->not_before_us, row->added_us);
}
