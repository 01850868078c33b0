/* SPDX-License-Identifier: EUPL-1.2 */
/* An indkalder's collision is refused unless forced; a KSS booking is always taken, and flagged. */
#include "ops/registration.h"

#include "base/error.h"
#include "ops/booking-details.h"
#include "ops/ledger.h"
#include "ops/op-context.h"
#include "rules/offer-match.h"

/**
 * registration_asker:
 *
 * Returns: the caller as the booking rules see it.
 */
BookingAsker
registration_asker (const OpCall *call, char **out_system)
{
  *out_system =
    call->caller->system < 0 ? NULL : g_strdup_printf ("%" G_GINT64_FORMAT, call->caller->system);
  return (BookingAsker){ op_acting_role (call) == OP_ROLE_KSS ? BOOKING_ACTOR_KSS
                                                              : BOOKING_ACTOR_INDKALDER,
                         *out_system, call->now_us };
}

/**
 * registration_set_advisor:
 *
 * A KSS may name an advisor whom we do not have; an indkalder may only name one who may be summoned
 * for. Errors: PLANNER_ERROR_UNKNOWN_CASE_WORKER.
 */
gboolean
registration_set_advisor (const OpCall *call, Booking *booking, const char *key, GError **error)
{
  const CatalogueResource *advisor = NULL;
  gboolean is_kss = op_acting_role (call) == OP_ROLE_KSS;

  if (key == NULL)
    return TRUE;
  advisor = op_find_advisor (call, key, is_kss ? NULL : error);
  if (advisor == NULL && !is_kss)
    return FALSE;
  if (advisor != NULL && !advisor->may_be_summoned && !is_kss)
    {
      g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_UNKNOWN_CASE_WORKER,
                           "the case worker may not be attached to a summons");
      return FALSE;
    }
  booking->advisor_id = advisor == NULL ? 0 : advisor->resource_id;
  g_free (booking->foreign_advisor);
  booking->foreign_advisor = advisor == NULL ? g_strdup (key) : NULL;
  return TRUE;
}

/* A group id names no session of a unit that is not the caller's. */
static gboolean
serves_session (const OpCall *call, const GroupSession *group, GError **error)
{
  const CatalogueOffer *offer = catalogue_get_offer (call->view.catalogue, group->offer_id);

  if (offer != NULL && op_caller_may_use_unit (
                         call, catalogue_get_unit (call->view.catalogue, offer->rules->unit_id)))
    return TRUE;
  g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
                       "GroupIdentifier is not one of the caller's units");
  return FALSE;
}

/* Bookings of one group and unit share one owner, so that they do not stand in each other's way. */
static gboolean
join_group (const OpCall *call, Booking *booking, GError **error)
{
  GError *local_error = NULL;
  g_autoptr (GroupSession) group = NULL;
  g_auto (StoreQuery) query = { 0 };

  booking->session_id = 0;
  if (booking->group_identifier == NULL)
    return TRUE;
  group =
    group_store_find (call->session, call->tenant_id, booking->group_identifier, &local_error);
  if (local_error != NULL)
    {
      g_propagate_error (error, local_error);
      return FALSE;
    }
  if (group != NULL && !serves_session (call, group, error))
    return FALSE;
  if (group != NULL)
    {
      booking->session_id = group->session_id;
      booking->offer_id = group->offer_id;
      booking->advisor_id = group->advisor_id;
      booking->room_id = group->room_id;
      booking_set_core (call, booking, group->core);
      return TRUE;
    }
  if (booking->booking_id != 0)
    return TRUE;
  if (!store_query (call->session, &query, error, SQL_BOOKING_GROUP_OWNER, "iis", call->tenant_id,
                    booking->unit_id, booking->group_identifier))
    return FALSE;
  if (store_step (&query, error) == STORE_ROW)
    booking->owner_id = store_int (&query, 0);
  return TRUE;
}

static gboolean
resource_collides (const OpCall *call,
                   const Booking *booking,
                   gint64 resource_id,
                   gboolean *out_collides,
                   GError **error)
{
  const CatalogueResource *resource = catalogue_get_resource (call->view.catalogue, resource_id);
  SlotClaim wanted = { .core = booking->core, .owner_id = booking->owner_id, .exclusive = TRUE };
  g_autoptr (ResourceFacts) facts = NULL;

  if (resource == NULL)
    return TRUE;
  facts = resource_facts_load (call->session, resource,
                               period_widen (booking->core, PERIOD_US_PER_DAY, PERIOD_US_PER_DAY),
                               call->now_us, error);
  if (facts == NULL)
    return FALSE;
  if (offer_match_interval (&wanted, &facts->slot, 0).verdict != SLOT_FREE)
    *out_collides = TRUE;
  return TRUE;
}

static gboolean
citizen_collides (const OpCall *call,
                  const Booking *booking,
                  gboolean *out_collides,
                  GError **error)
{
  const CatalogueUnit *unit = catalogue_get_unit (call->view.catalogue, booking->unit_id);
  g_autoptr (GPtrArray) others =
    booking_store_list_live (call->session, booking->citizen_id, call->now_us, error);

  for (guint i = 0; others != NULL && i < others->len; i++)
    {
      const Booking *other = others->pdata[i];
      if (other->booking_id == booking->booking_id)
        continue;
      if (period_overlaps (other->core, booking->core) ||
          (unit->one_open_per_type && other->interview_type == booking->interview_type))
        *out_collides = TRUE;
    }
  return others != NULL;
}

/* Claims last a day at most, so that the overlap probe is bounded. */
static gboolean
check_length (const Booking *booking, GError **error)
{
  if (!period_is_empty (booking->core) &&
      booking->core.end_us - booking->core.start_us <= PERIOD_US_PER_DAY)
    return TRUE;
  g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
                       "BookingEndTime is not within a day after BookingStartTime");
  return FALSE;
}

/**
 * registration_judge:
 * @booking: everything but owner, session and conflict is set; its own old claims are released
 * @force: the indkalder's word to take a time that collides
 *
 * Errors: PLANNER_ERROR_SLOT_TAKEN for a collision of the advisor's, the room's or the citizen's
 * time that an indkalder has not forced; PLANNER_ERROR_NOT_VALID for a bad length.
 */
gboolean
registration_judge (const OpCall *call, Booking *booking, gboolean force, GError **error)
{
  gboolean collides = FALSE;

  if (!check_length (booking, error) || !join_group (call, booking, error))
    return FALSE;
  if (booking->owner_id == 0)
    booking->owner_id = claim_store_new_owner (call->session, call->tenant_id, error);
  if (booking->owner_id == 0 || !citizen_collides (call, booking, &collides, error))
    return FALSE;
  if (booking->session_id == 0 &&
      (!resource_collides (call, booking, booking->advisor_id, &collides, error) ||
       !resource_collides (call, booking, booking->room_id, &collides, error)))
    return FALSE;
  booking->conflict = collides;
  if (!collides || force || op_acting_role (call) == OP_ROLE_KSS)
    return TRUE;
  g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_SLOT_TAKEN,
                       "the time collides with another; Force takes it all the same");
  return FALSE;
}

/**
 * registration_claim:
 *
 * A booking that collides is claimed as blocking, and becomes exclusive when the other goes.
 */
gboolean
registration_claim (const OpCall *call, const Booking *booking, GError **error)
{
  gint64 resources[] = { booking->advisor_id, booking->room_id };

  if (booking->session_id != 0)
    return ledger_take_seat (call->session, booking, error);
  for (guint i = 0; i < G_N_ELEMENTS (resources); i++)
    if (resources[i] != 0 &&
        !ledger_claim_plain (call->session, booking, resources[i], !booking->conflict, error))
      return FALSE;
  return ledger_note_citizen (call->session, call->tenant_id, booking->citizen_id, error);
}

static void
replace_text (char **text, const char *with)
{
  g_free (*text);
  *text = g_strdup (with);
}

/**
 * registration_set_location:
 * @detail: (nullable): NULL leaves all as it is
 */
void
registration_set_location (Booking *booking, const ContractInterviewLocationDetail *detail)
{
  if (detail == NULL)
    return;
  replace_text (&booking->location, detail->interview_location_description);
  replace_text (&booking->telephone, detail->telephone_number);
  replace_text (&booking->meeting_link, detail->digital_meeting_link);
  g_free (booking->address);
  booking->address = address_to_text (detail->address);
}

/**
 * registration_check_rights:
 *
 * A citizen who may move or cancel must be told until when (dossier 1.9).
 */
gboolean
registration_check_rights (const Booking *booking, GError **error)
{
  const char *missing = NULL;

  if (booking->rebook_possible && booking->rebook_deadline_us == 0)
    missing = "ReBookingDeadline is needed when ReBookingPossible is true";
  else if (booking->cancel_possible && booking->cancel_deadline_us == 0)
    missing = "CancellationDeadline is needed when CancellationPossible is true";
  if (missing != NULL)
    g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID, missing);
  return missing == NULL;
}
