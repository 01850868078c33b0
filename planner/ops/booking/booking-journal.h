/* SPDX-License-Identifier: EUPL-1.2 */
/* What a change of a booking leaves behind: its journal row and, where ours to tell, its outbox row. */
#pragma once

#include "ops/call/op.h"
#include "store/booking-store.h"

/* @before: NULL when it was made now. */
gboolean booking_journal (const OpCall *call,
                          const char *kind,
                          const Booking *before,
                          const Booking *after,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Changes that started on our side are told to DFDG. @kind: "register", "update" or "delete". */
gboolean booking_tell_dfdg (const OpCall *call,
                            const char *kind,
                            const Booking *booking,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
