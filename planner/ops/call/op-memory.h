/* SPDX-License-Identifier: EUPL-1.2 */
/* Idempotency: finds the stored answer of a repeated call, and stores that of a new one. */
#pragma once

#include "ops/call/op.h"
#include "store/booking-store.h"

typedef enum
{
  OP_MEMORY_NEW,    /* go on: nothing is stored, or what was stored no longer stands */
  OP_MEMORY_REPLAY, /* call->body holds the stored answer */
  OP_MEMORY_FAILED, /* error is set: other content under the key, or the key is used up */
} OpMemoryVerdict;

/**
 * OpKeyKind:
 * @OP_KEY_RESERVATION: a ReservationIdentifier: used once, ever
 * @OP_KEY_IDENTIFIER: the caller's own BookingIdentifier: used once, ever
 * @OP_KEY_DIGEST: the request itself: free again when what it made was moved or cancelled
 * @OP_KEY_PLACEMENT: a booking and its placement: the last move or cancellation
 */
typedef enum
{
  OP_KEY_RESERVATION,
  OP_KEY_IDENTIFIER,
  OP_KEY_DIGEST,
  OP_KEY_PLACEMENT,
} OpKeyKind;

GBytes *op_memory_digest (const OpCall *call, gint64 citizen_id, const char *cpr, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;
OpMemoryVerdict op_memory_recall (OpCall *call,
                                  OpKeyKind kind,
                                  const char *key,
                                  GBytes *digest,
                                  const char *cpr,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
void op_memory_set (OpCall *call,
                    OpKeyKind kind,
                    const char *key,
                    GBytes *digest,
                    const Booking *booking);
gboolean op_memory_store (OpCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
