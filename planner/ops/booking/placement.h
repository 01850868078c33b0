/* SPDX-License-Identifier: EUPL-1.2 */
/* Finds advisor, room or seat for a wished time by the exact rules, inside the transaction. */
#pragma once

#include "ops/call/op.h"
#include "ops/facts/resource-facts.h"
#include "rules/citizen-match.h"
#include "store/booking-store.h"
#include "store/group-store.h"

/**
 * Wish:
 * @advisor: (nullable): NULL lets us choose
 * @owner_id: whose claims are no hindrance: the booking's that is moved, 0 for a new one
 * @moving: (nullable): the booking to be moved
 * @room: (nullable): the one room to take; NULL lets us choose
 * @waived: SLOT_VERDICT_MASK bits of noes that an admin overrules
 * @is_new_session: open a group session even where one has a seat left
 */
typedef struct
{
  const CatalogueOffer *offer;
  const CatalogueUnit *unit;
  gint64 citizen_id;
  gint64 start_us;
  const CatalogueResource *advisor;
  gint64 owner_id;
  const Booking *moving;
  const CatalogueResource *room;
  guint waived;
  gboolean is_new_session;
} Wish;

/**
 * Placement:
 * @session: (nullable): the group session to sit in; NULL for a meeting of its own or a new session
 * @room_id: 0 for none
 */
typedef struct
{
  Period core;
  gint64 advisor_id;
  gint64 room_id;
  GroupSession *session;
} Placement;

/* What is known of the citizen that bears on any start; filled once per call. */
typedef struct
{
  CitizenFacts facts;
  GArray *busy;      /* Period: other live bookings, normal */
  gboolean has_open; /* another open booking of the interview type, and the unit allows one */
} CitizenContext;

void citizen_context_clear (CitizenContext *context);
gboolean citizen_context_load (StoreSession *session,
                               const Wish *wish,
                               gint64 now_us,
                               CitizenContext *out_context,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* How the offer's meetings count against calendars, when listed and when taken (decision 0024). */
CalsyncMeeting placement_meeting_of (const CatalogueOffer *offer,
                                     const CatalogueUnit *unit,
                                     const Booking *moving);

void placement_clear (Placement *placement);
gboolean placement_find (const OpCall *call,
                         const Wish *wish,
                         Placement *out_placement,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
void placement_set_error (SlotVerdict verdict, GError **error);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Placement, placement_clear)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CitizenContext, citizen_context_clear)
