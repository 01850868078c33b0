/* SPDX-License-Identifier: EUPL-1.2 */
/* What DFDG asks us for it registers itself: a watch is kept until it has told us of it. */
#pragma once

#include "ops/call/op.h"
#include "store/booking-store.h"

void booking_echo_set_tenants (const char *const *tenant_keys);
/* In the transaction of a change that DFDG asked for. */
gboolean booking_echo_await (const OpCall *call,
                             const Booking *booking,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
