/* SPDX-License-Identifier: EUPL-1.2 */
/* Evidence and errands: empty answers, messages in, registrations out. */
#pragma once

#include "base/period.h"
#include "store/store.h"

/**
 * EmptyAnswer:
 * @citizen_id: 0 when not known; likewise @unit_id, @offer_id
 * @interval: what was asked for; empty for an offers call
 * @reason: a word, such as "no-offer" or a slot verdict's name
 *
 * Proof that a citizen was shown no offer or no time.
 */
typedef struct
{
  gint64 tenant_id;
  gint64 at_us;
  const char *call_id;
  gint64 citizen_id;
  gint64 unit_id;
  gint64 offer_id;
  Period interval;
  const char *reason;
} EmptyAnswer;

/**
 * InboxMessage:
 * @message_id: unique per tenant and kind
 * @citizen_id: whom it is about, 0 for nobody
 */
typedef struct
{
  gint64 tenant_id;
  const char *kind;
  const char *message_id;
  gint64 received_us;
  const char *payload;
  gint64 citizen_id;
} InboxMessage;

/**
 * OutboxRow:
 * @request_id: GUID that makes sending it again harmless
 */
typedef struct
{
  gint64 tenant_id;
  gint64 citizen_id;
  const char *kind;
  const char *subject;
  gint64 revision;
  const char *request_id;
  const char *payload;
  gint64 not_before_us;
  gint64 added_us;
} OutboxRow;

gboolean evidence_store_add_empty (StoreSession *session,
                                   const EmptyAnswer *empty,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean evidence_store_add_inbox (StoreSession *session,
                                   const InboxMessage *message,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean evidence_store_add_outbox (StoreSession *session,
                                    const OutboxRow *row,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
