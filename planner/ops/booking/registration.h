/* SPDX-License-Identifier: EUPL-1.2 */
/* Bookings that come from an indkalder or a KSS: who asks, what collides, and taking the time. */
#pragma once

#include "ops/call/op.h"
#include "rules/booking-rules.h"
#include "store/booking-store.h"

/* @out_system: (transfer full): must outlive the asker. */
BookingAsker registration_asker (const OpCall *call, char **out_system);
/* Sets advisor_id or foreign_advisor; @key may be NULL. */
gboolean registration_set_advisor (const OpCall *call,
                                   Booking *booking,
                                   const char *key,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Decides before the record is written: sets @booking->conflict, owner and session. */
gboolean registration_judge (const OpCall *call, Booking *booking, gboolean force, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;
/* For a change of interview type alone. */
gboolean registration_judge_type (const OpCall *call,
                                  Booking *booking,
                                  gboolean force,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Writes claims or seat of a booking that is stored. */
gboolean registration_claim (const OpCall *call,
                             const Booking *booking,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
void registration_set_location (Booking *booking, const ContractInterviewLocationDetail *detail);
gboolean registration_check_rights (const Booking *booking,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
