/* SPDX-License-Identifier: EUPL-1.2 */
/* Translates between booking records and the contract's BookingDetails (dossier 1.5 and 3.2). */
#include "ops/booking/booking-details.h"

#include <string.h>

#include "calsync-timezone.h"
#include "ops/call/op-context.h"

/* Address and contact options are kept as lines: street, postal code, district; telephone, e-mail. */
#define LINE "\n"

/**
 * address_to_text:
 *
 * Returns: (transfer full) (nullable): the address as it is kept.
 */
char *
address_to_text (const ContractAddress *address)
{
  return address == NULL ? NULL
                         : g_strjoin (LINE, address->street_address, address->postal_code,
                                      address->city_name, NULL);
}

/**
 * contact_options_to_text:
 *
 * Returns: (transfer full) (nullable): the contact options as they are kept.
 */
char *
contact_options_to_text (const ContractContactOptions *options)
{
  if (options == NULL)
    return NULL;
  return g_strconcat (
    options->telephone_number != NULL ? options->telephone_number : "", LINE,
    options->email_address_identifier != NULL ? options->email_address_identifier : "", NULL);
}

/* "Street 1, 9999 District" (as imported) or three lines (as registered); else no address at all. */
static ContractAddress *
address_from_text (ContractArena *arena, const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, LINE, 3);
  ContractAddress *address = contract_arena_new0 (arena, ContractAddress);
  const char *comma = strrchr (text, ',');

  if (g_strv_length (lines) == 3)
    {
      address->street_address = contract_arena_strdup (arena, lines[0]);
      address->postal_code = contract_arena_strdup (arena, lines[1]);
      address->city_name = contract_arena_strdup (arena, lines[2]);
      return address;
    }
  if (comma == NULL || comma == text || strlen (comma) < 8 || comma[6] != ' ')
    return NULL;
  for (guint i = 2; i < 6; i++)
    if (!g_ascii_isdigit (comma[i]))
      return NULL;
  address->street_address = contract_arena_strndup (arena, text, comma - text);
  address->postal_code = contract_arena_strndup (arena, comma + 2, 4);
  address->city_name = contract_arena_strdup (arena, comma + 7);
  return address;
}

/**
 * location_detail_new:
 *
 * Returns: (nullable): the element in the call's arena; NULL when there is nothing to say.
 */
ContractInterviewLocationDetail *
location_detail_new (const OpCall *call,
                     const char *location,
                     const char *room_name,
                     const char *address,
                     const char *telephone,
                     const char *link)
{
  ContractInterviewLocationDetail *detail;

  if (location == NULL && room_name == NULL && address == NULL && telephone == NULL && link == NULL)
    return NULL;
  detail = contract_arena_new0 (call->arena, ContractInterviewLocationDetail);
  detail->interview_location_description = location;
  detail->room_name = room_name;
  detail->telephone_number = telephone;
  detail->digital_meeting_link = link;
  if (address != NULL)
    detail->address = address_from_text (call->arena, address);
  if (detail->address == NULL && address != NULL && location == NULL)
    detail->interview_location_description = address;
  return detail;
}

static ContractContactOptions *
contact_options_from_text (ContractArena *arena, const char *text)
{
  const char *end = strchr (text, '\n');
  ContractContactOptions *options = contract_arena_new0 (arena, ContractContactOptions);

  if (end == NULL)
    return NULL;
  if (end > text)
    options->telephone_number = contract_arena_strndup (arena, text, end - text);
  if (end[1] != '\0')
    options->email_address_identifier = end + 1;
  return options;
}

static void
fill_people (const OpCall *call, const Booking *booking, ContractBookingDetails *details)
{
  const CatalogueResource *advisor =
    catalogue_name_resource (call->view.catalogue, booking->advisor_id);
  const CatalogueResource *room = catalogue_name_resource (call->view.catalogue, booking->room_id);

  details->case_worker_identifier = advisor != NULL ? advisor->key : booking->foreign_advisor;
  details->case_worker_name = advisor != NULL ? advisor->name : NULL;
  details->case_worker_email_address_identifier = advisor != NULL ? advisor->email : NULL;
  details->interview_location_detail = location_detail_new (
    call, booking->location, room != NULL && room->kind == RESOURCE_ROOM ? room->name : NULL,
    booking->address, booking->telephone, booking->meeting_link);
  if (booking->contact_options != NULL)
    details->contact_options = contact_options_from_text (call->arena, booking->contact_options);
}

static void
fill_rights (const CatalogueUnit *unit, const Booking *booking, ContractBookingDetails *details)
{
  details->citizen_should_accept_booking = booking->should_accept;
  details->accepted_booking = booking->accepted;
  details->re_booking_possible = booking->rebook_possible;
  details->has_re_booking_deadline = booking->rebook_deadline_us != 0;
  details->re_booking_deadline = op_contract_time (unit, booking->rebook_deadline_us);
  details->cancellation_possible = booking->cancel_possible;
  details->has_cancellation_deadline = booking->cancel_deadline_us != 0;
  details->cancellation_deadline = op_contract_time (unit, booking->cancel_deadline_us);
  details->self_booked = booking->self_booked;
  details->compulsory_attendance = booking->compulsory;
  details->has_owner_system_identifier = booking->owner_system >= 0;
  details->owner_system_identifier = booking->owner_system;
}

/**
 * booking_details_fill:
 * @booking: must live as long as the answer is not written
 *
 * Every field that must be registered for a summons (dossier 3.2).
 */
void
booking_details_fill (const OpCall *call,
                      const Booking *booking,
                      ContractBookingDetails *out_details)
{
  const CatalogueUnit *unit = catalogue_get_unit (call->view.catalogue, booking->unit_id);
  const CatalogueOffer *offer = catalogue_get_offer (call->view.catalogue, booking->offer_id);
  ContractBookingDetails details = { 0 };

  details.booking_identifier = booking->identifier;
  details.booking_originator.organisation_code = booking->originator_code;
  details.booking_originator.organisation_type_identifier = booking->originator_type;
  fill_rights (unit, booking, &details);
  details.booking_start_time = op_contract_time (unit, booking->core.start_us);
  details.booking_end_time = op_contract_time (unit, booking->core.end_us);
  details.person_civil_registration_identifier = booking->cpr;
  details.job_center_code = unit->key;
  details.interview_option_identifier = offer != NULL ? offer->rules->identifier : NULL;
  details.interview_type_identifier = booking->interview_type;
  details.interview_form_type_identifier = booking->form_type;
  details.interview_contact_type_identifier = booking->contact_type;
  details.title = booking->title;
  details.description = booking->description;
  fill_people (call, booking, &details);
  details.group_identifier = booking->group_identifier;
  details.has_unemployment_fund_participation_identifier = booking->fund_participation >= 0;
  details.unemployment_fund_participation_identifier = booking->fund_participation;
  details.conflict_flag = booking->conflict;
  details.booking_status_identifier = booking->booking_id == 0           ? BOOKING_STATUS_RESERVED
                                      : booking->state == BOOKING_BOOKED ? BOOKING_STATUS_BOOKED
                                                                         : BOOKING_STATUS_CANCELLED;
  details.revision = booking->revision;
  details.has_last_changed_time = booking->changed_us != 0;
  details.last_changed_time = op_contract_time (unit, booking->changed_us);
  *out_details = details;
}

/**
 * booking_set_core:
 *
 * Sets when the meeting is, as an instant and as the wall time promised to the citizen. A deadline that now lies behind
 * the start is drawn to it: DFDG registers no meeting with such a one (docs/dfdg-wire.md 2), and would miss the move.
 */
void
booking_set_core (const OpCall *call, Booking *booking, Period core)
{
  const CatalogueUnit *unit = catalogue_get_unit (call->view.catalogue, booking->unit_id);
  CalsyncLocalTime local;

  booking->core = core;
  booking->rebook_deadline_us = MIN (booking->rebook_deadline_us, core.start_us);
  booking->cancel_deadline_us = MIN (booking->cancel_deadline_us, core.start_us);
  calsync_zone_to_local (unit->zone, core.start_us, &local, NULL);
  g_free (booking->start_local);
  booking->start_local = g_strdup_printf ("%04d-%02d-%02dT%02d:%02d:%02d", local.year, local.month,
                                          local.day, local.hour, local.minute, local.second);
  g_free (booking->zone);
  booking->zone = g_strdup (calsync_zone_get_name (unit->zone));
  g_free (booking->tzdata);
  booking->tzdata = g_strdup (calsync_tzdata_version ());
}

/**
 * booking_place:
 * @hold: where and when
 *
 * Sets time, resources and the deadlines that follow from the time. A notice longer than what is
 * left makes a deadline in the past: then it can no longer be moved. What an indkalder allowed the
 * citizen stays as the indkalder said it.
 */
void
booking_place (const OpCall *call, Booking *booking, const CatalogueOffer *offer, const Hold *hold)
{
  booking_set_core (call, booking, hold->core);
  booking->advisor_id = hold->advisor_id;
  booking->room_id = hold->room_id;
  booking->session_id = hold->session_id;
  booking->owner_id = hold->owner_id;
  if (booking->origin != BOOKING_BY_CITIZEN)
    return;
  booking->rebook_possible = offer->rebook_possible;
  booking->rebook_deadline_us =
    offer->rebook_possible ? booking->core.start_us - offer->rebook_notice_us : 0;
  booking->cancel_possible = offer->cancel_possible;
  booking->cancel_deadline_us =
    offer->cancel_possible ? booking->core.start_us - offer->cancel_notice_us : 0;
}

/**
 * booking_from_offer:
 * @identifier: (nullable): the caller's choice; NULL leaves it open
 *
 * Returns: (transfer full): a booking with everything that the offer says; time, citizen and
 * resources are still to be set, the time by booking_place().
 */
Booking *
booking_from_offer (const OpCall *call,
                    const CatalogueOffer *offer,
                    const char *identifier,
                    gint64 contact_type)
{
  const CatalogueUnit *unit = catalogue_get_unit (call->view.catalogue, offer->rules->unit_id);
  Booking *booking = g_new0 (Booking, 1);

  booking->tenant_id = call->tenant_id;
  booking->unit_id = unit->unit_id;
  booking->identifier = g_strdup (identifier);
  booking->revision = 1;
  booking->placement = 1;
  booking->state = BOOKING_BOOKED;
  booking->origin = BOOKING_BY_CITIZEN;
  booking->owner_system = -1;
  booking->offer_id = offer->rules->offer_id;
  booking->interview_type = offer->rules->interview_type;
  booking->form_type =
    offer->rules->form == OFFER_GROUP ? BOOKING_FORM_GROUP : BOOKING_FORM_INDIVIDUAL;
  booking->contact_type = contact_type;
  booking->title = g_strdup (offer->title);
  booking->description = g_strdup (offer->description);
  booking->location = g_strdup (offer->location);
  booking->address = g_strdup (offer->address != NULL ? offer->address : unit->address);
  booking->telephone = g_strdup (offer->telephone != NULL ? offer->telephone : unit->telephone);
  booking->meeting_link = g_strdup (offer->meeting_link);
  booking->fund_participation = -1;
  booking->self_booked = TRUE;
  booking->compulsory = offer->compulsory;
  booking->should_accept = offer->should_accept;
  booking->originator_type = unit->organisation_type;
  booking->originator_code = g_ascii_strtoll (unit->key, NULL, 10);
  return booking;
}
