/* SPDX-License-Identifier: EUPL-1.2 */
/* An indkalder's collision is refused unless forced; a KSS booking is always taken, and flagged. */
#include "ops/booking/registration.h"

#include "base/error.h"
#include "ops/booking/booking-details.h"
#include "ops/booking/ledger.h"
#include "ops/call/op-context.h"
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

static gboolean
find_session (const OpCall *call, const Booking *booking, GroupSession **out_group, GError **error)
{
  g_autoptr (GroupSession) group = NULL;
  GError *local_error = NULL;

  group =
    group_store_find (call->session, call->tenant_id, booking->group_identifier, &local_error);
  if (local_error != NULL)
    {
      g_propagate_error (error, local_error);
      return FALSE;
    }
  if (group != NULL && !serves_session (call, group, error))
    return FALSE;
  *out_group = g_steal_pointer (&group);
  return TRUE;
}

static gboolean
fits_session (const Booking *booking, const GroupSession *group)
{
  return booking->core.start_us == group->core.start_us &&
         booking->core.end_us == group->core.end_us && booking->foreign_advisor == NULL &&
         (booking->advisor_id == 0 || booking->advisor_id == group->advisor_id);
}

/* Beside a full session stands who may not be turned away: on the same advisor's time. */
static void
sit_in (Booking *booking, const GroupSession *group)
{
  booking->advisor_id = group->advisor_id;
  booking->room_id = group->room_id;
  if (group->n_taken == group->seats)
    return;
  booking->session_id = group->session_id;
  booking->offer_id = group->offer_id;
}

static gboolean
shares_owner (const OpCall *call, const Booking *booking, gboolean *out_shares, GError **error)
{
  g_auto (StoreQuery) query = { 0 };

  if (!store_query (call->session, &query, error, SQL_CLAIM_OWNER_IS_SHARED, "ii",
                    booking->owner_id, booking->booking_id) ||
      store_step (&query, error) != STORE_ROW)
    return FALSE;
  *out_shares = store_int (&query, 0) != 0;
  return TRUE;
}

/* Bookings of one group and unit at one time share one owner, so that they do not stand in each other's way;
 * who goes to another time takes an owner of its own along. */
static gboolean
choose_owner (const OpCall *call, Booking *booking, GError **error)
{
  g_auto (StoreQuery) query = { 0 };
  gboolean shares = FALSE;
  StoreStep step;

  if (!shares_owner (call, booking, &shares, error))
    return FALSE;
  if (shares)
    booking->owner_id = 0;
  if (booking->group_identifier == NULL || booking->session_id != 0)
    return TRUE;
  if (!store_query (call->session, &query, error, SQL_BOOKING_GROUP_OWNER, "isiiii",
                    call->tenant_id, booking->group_identifier, booking->unit_id,
                    booking->core.start_us, booking->core.end_us, booking->booking_id))
    return FALSE;
  step = store_step (&query, error);
  if (step == STORE_ROW)
    booking->owner_id = store_int (&query, 0);
  return step != STORE_FAILED;
}

/* A session has its own time and advisor, and so many seats. What a case system tells of it is taken
 * beside it when it does not fit; an indkalder is told. */
static gboolean
join_group (const OpCall *call, Booking *booking, GError **error)
{
  gboolean is_kss = op_acting_role (call) == OP_ROLE_KSS;
  g_autoptr (GroupSession) group = NULL;

  booking->session_id = 0;
  if (booking->group_identifier != NULL && !find_session (call, booking, &group, error))
    return FALSE;
  if (group != NULL && !is_kss && !fits_session (booking, group))
    {
      g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
                           "time and case worker of a group meeting are those of its session");
      return FALSE;
    }
  if (group != NULL && group->n_taken == group->seats && !is_kss)
    {
      g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_SLOT_TAKEN,
                           "the group meeting has no seat left");
      return FALSE;
    }
  if (group != NULL && fits_session (booking, group))
    sit_in (booking, group);
  return choose_owner (call, booking, error);
}

/* A booking of an offer keeps the offer's buffers wherever it goes. */
static Claim
claim_of (const OpCall *call, const Booking *booking, gint64 resource_id)
{
  const CatalogueOffer *offer = catalogue_get_offer (call->view.catalogue, booking->offer_id);
  gboolean is_room = resource_id == booking->room_id;
  Claim claim = { .tenant_id = booking->tenant_id,
                  .resource_id = resource_id,
                  .core = booking->core,
                  .exclusive = TRUE,
                  .owner_id = booking->owner_id,
                  .booking_id = booking->booking_id };

  if (offer == NULL)
    return claim;
  claim.before_us = is_room ? offer->rules->room_before_us : offer->rules->before_us;
  claim.after_us = is_room ? offer->rules->room_after_us : offer->rules->after_us;
  claim.may_share_buffers = !is_room && offer->rules->may_share_buffers;
  if (claim.core.end_us - claim.core.start_us + claim.before_us + claim.after_us >
      PERIOD_US_PER_DAY)
    claim.before_us = claim.after_us = 0;
  return claim;
}

/* Its contact type is known; a room is needed in person, whatever it is. */
static CalsyncMeeting
meeting_of (const OpCall *call, const Booking *booking, gint64 resource_id)
{
  const CatalogueUnit *unit = catalogue_get_unit (call->view.catalogue, booking->unit_id);

  return resource_id == booking->advisor_id && unit != NULL
           ? catalogue_unit_get_meeting (unit, booking->contact_type)
           : CALSYNC_MEETING_IN_PERSON;
}

static gboolean
resource_collides (const OpCall *call,
                   const Booking *booking,
                   gint64 resource_id,
                   gboolean *out_collides,
                   GError **error)
{
  const CatalogueResource *resource = catalogue_get_resource (call->view.catalogue, resource_id);
  CatalogueResource retired = { .resource_id = resource_id,
                                .kind = RESOURCE_ADVISOR,
                                .retired_us = G_MAXINT64 };
  Claim claim = claim_of (call, booking, resource_id);
  SlotClaim wanted = { .core = claim.core,
                       .before_us = claim.before_us,
                       .after_us = claim.after_us,
                       .owner_id = claim.owner_id,
                       .may_share_buffers = claim.may_share_buffers,
                       .exclusive = TRUE };
  g_autoptr (ResourceFacts) facts = NULL;

  if (resource_id == 0)
    return TRUE;
  calsync_policy_init (&retired.blocks);
  if (resource == NULL)
    resource = &retired;
  facts = resource_facts_load (call->session, resource,
                               period_widen (booking->core, PERIOD_US_PER_DAY, PERIOD_US_PER_DAY),
                               call->now_us, error);
  if (facts == NULL)
    return FALSE;
  if (offer_match_interval (&wanted, meeting_of (call, booking, resource_id), &facts->slot, 0)
        .verdict != SLOT_FREE)
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

/* Before 1970 and after 2255 nobody meets, and some of those times no dateTime with an offset can say. */
static gboolean
is_plausible (gint64 unix_us)
{
  return unix_us >= 0 && unix_us < G_GINT64_CONSTANT (9000000000000000);
}

/* Claims last a day at most, so that the overlap probe is bounded. */
static gboolean
check_length (const Booking *booking, GError **error)
{
  if (!is_plausible (booking->core.start_us))
    {
      g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
                           "BookingStartTime is no time to meet");
      return FALSE;
    }
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
 * registration_judge_type:
 * @booking: stays where it is and has another interview type now
 *
 * Errors: PLANNER_ERROR_SLOT_TAKEN when the citizen has an open meeting of the type, unless forced.
 */
gboolean
registration_judge_type (const OpCall *call, Booking *booking, gboolean force, GError **error)
{
  gboolean collides = FALSE;

  if (!citizen_collides (call, booking, &collides, error))
    return FALSE;
  booking->conflict = booking->conflict || collides;
  if (!collides || force || op_acting_role (call) == OP_ROLE_KSS)
    return TRUE;
  g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_SLOT_TAKEN,
                       "the citizen has another meeting; Force takes it all the same");
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
    {
      Claim claim = claim_of (call, booking, resources[i]);
      claim.exclusive = !booking->conflict;
      if (resources[i] != 0 && !ledger_claim (call->session, &claim, error))
        return FALSE;
    }
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
 * A citizen who may move or cancel must be told until when, and a group meeting names its group
 * (dossier 1.9).
 */
gboolean
registration_check_rights (const Booking *booking, GError **error)
{
  const char *missing = NULL;

  if (booking->rebook_possible && booking->rebook_deadline_us == 0)
    missing = "ReBookingDeadline is needed when ReBookingPossible is true";
  else if (booking->cancel_possible && booking->cancel_deadline_us == 0)
    missing = "CancellationDeadline is needed when CancellationPossible is true";
  else if (booking->form_type == BOOKING_FORM_GROUP && booking->group_identifier == NULL)
    missing = "GroupIdentifier is needed for a group meeting";
  else if (!is_plausible (booking->rebook_deadline_us) ||
           !is_plausible (booking->cancel_deadline_us))
    missing = "a deadline is out of reach";
  if (missing != NULL)
    g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID, missing);
  return missing == NULL;
}
