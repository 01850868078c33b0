/* SPDX-License-Identifier: EUPL-1.2 */
/* Cancelling, whoever asks: citizen through DFDG, indkalder or KSS. */
#pragma once

#include "ops/call/op.h"
#include "rules/booking-rules.h"
#include "store/booking-store.h"

typedef struct
{
  const char *identifier;
  const char *cpr;
  const BookingAsker *asker;
  const char *journal_kind;
} CancelWish;

/* NULL without error when call->is_replay: the stored answer is in call->body. */
Booking *
booking_cancel (OpCall *call, const CancelWish *wish, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Frees its time, journals it; nobody is asked whether he may. */
gboolean booking_cancel_found (OpCall *call,
                               Booking *booking,
                               const char *journal_kind,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
