/* SPDX-License-Identifier: EUPL-1.2 */
/* Moving a booking to a time that is held for it. */
#pragma once

#include "ops/call/op.h"
#include "store/booking-store.h"
#include "store/hold-store.h"

gboolean booking_move (const OpCall *call, Booking *booking, const Hold *hold, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;
