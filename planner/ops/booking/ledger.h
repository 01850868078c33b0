/* SPDX-License-Identifier: EUPL-1.2 */
/* The one door for every change of a calendar: hold, book, move, release. */
#pragma once

#include "ops/booking/placement.h"
#include "ops/call/op.h"
#include "store/booking-store.h"
#include "store/claim-store.h"
#include "store/hold-store.h"

/* All run on the writer inside the group's transaction; errors are the store's, or _SLOT_TAKEN when
 * the database refuses what the judgement let pass. */

gboolean ledger_place (const OpCall *call,
                       const Wish *wish,
                       const Placement *placement,
                       Hold *hold,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean ledger_hold (const OpCall *call,
                      const Wish *wish,
                      const Placement *placement,
                      Hold *hold,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* A group meeting nobody sits in yet: its time is claimed, and stays so until it is closed. */
GroupSession *ledger_open_session (const OpCall *call,
                                   const Wish *wish,
                                   const Placement *placement,
                                   gint64 seats,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean ledger_close_session (const OpCall *call,
                               const GroupSession *group,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean
ledger_drop_hold (const OpCall *call, const Hold *hold, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The hold becomes the booking's time: for a new booking (added before), or one that moves. */
gboolean ledger_use_hold (const OpCall *call,
                          const Hold *hold,
                          const Booking *booking,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean ledger_release_booking (const OpCall *call,
                                 const Booking *booking,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean
ledger_settle (const OpCall *call, const Booking *before, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* For bookings without an offer: @exclusive FALSE takes a time that collides (KSS). */
gboolean
ledger_claim (StoreSession *session, const Claim *claim, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean ledger_take_seat (StoreSession *session,
                           const Booking *booking,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean ledger_note_citizen (StoreSession *session,
                              gint64 tenant_id,
                              gint64 citizen_id,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
