/* SPDX-License-Identifier: EUPL-1.2 */
/* The steps before what a row is about: a citizen, an offer, a reservation, a booking; and cleaning up. */
#include "rehearse/track-rehearse-private.h"

#include "base/ids.h"

/* Without a plan: a number that nobody has, and a contact group that every Planner knows. */
#define NOBODY        "0101585001"
#define CONTACT_GROUP 1

#define LIVE_BOOKING 2

/**
 * track_rehearse_contact_group:
 *
 * Returns: that of the plan's citizens
 */
gint64
track_rehearse_contact_group (const TrackRehearse *rehearse)
{
  return rehearse->plan != NULL ? rehearse->plan->contact_group : CONTACT_GROUP;
}

/**
 * track_rehearse_citizen:
 *
 * Returns: (transfer none): the next citizen of the plan, who has nothing booked
 */
const char *
track_rehearse_citizen (TrackRehearse *rehearse)
{
  if (rehearse->plan == NULL)
    return NOBODY;
  GPtrArray *citizens = rehearse->plan->citizens;
  return citizens->pdata[rehearse->next_citizen++ % citizens->len];
}

/**
 * track_rehearse_guid:
 *
 * Returns: (transfer none): a new identifier, living as long as the row
 */
const char *
track_rehearse_guid (TrackRehearse *rehearse)
{
  char guid[IDS_GUID_LENGTH + 1];
  ids_new_guid (guid);
  return contract_arena_strdup (rehearse->arena, guid);
}

/* --- the offer --------------------------------------------------------------------------------- */

static gboolean
take_offer (TrackRehearse *rehearse, const ContractInterviewOption *option)
{
  const char *wanted = rehearse->plan->offer;
  if (wanted != NULL && g_ascii_strcasecmp (wanted, option->interview_option_identifier) != 0)
    return FALSE;
  rehearse->offer = g_strdup (option->interview_option_identifier);
  rehearse->contact_type = option->interview_contact_type_identifier_collection.items[0];
  rehearse->duration_us = option->duration_minutes * G_TIME_SPAN_MINUTE;
  return TRUE;
}

/**
 * track_rehearse_find_offer:
 *
 * Finds the plan's offer among those of a citizen, once for the rehearsal.
 */
gboolean
track_rehearse_find_offer (TrackRehearse *rehearse, GError **error)
{
  ContractGetSelfbookInterviewOptionsRequest request = {
    .person_civil_registration_identifier = track_rehearse_citizen (rehearse),
    .job_center_code = rehearse->unit,
    .contact_group_type_identifier = track_rehearse_contact_group (rehearse),
  };
  if (rehearse->offer != NULL)
    return TRUE;
  const ContractGetSelfbookInterviewOptionsResponse *response = track_rehearse_ask_answer (
    rehearse, CONTRACT_OPERATION_GET_SELFBOOK_INTERVIEW_OPTIONS, &request, error);
  if (response == NULL)
    return track_rehearse_block ("asking for offers", error);
  const ContractInterviewOptionList *options = &response->interview_option_collection;
  for (guint i = 0; i < options->n_items; i++)
    if (take_offer (rehearse, &options->items[i]))
      return TRUE;
  return track_rehearse_leave_out (error,
                                   rehearse->plan->offer != NULL
                                     ? "the offer of the plan is not offered to the plan's citizens"
                                     : "nothing is offered to the plan's citizens");
}

/* --- reservations and bookings ------------------------------------------------------------------ */

/**
 * track_rehearse_reservation_of:
 *
 * The request that reserves @time for the citizen; no later row takes that time, because the contract
 * knows no call that gives a reservation back.
 */
ContractGetBookingDetailsRequest
track_rehearse_reservation_of (TrackRehearse *rehearse,
                               const char *citizen,
                               const TrackRehearseTime *time)
{
  g_array_append_val (rehearse->reserved, time->start.unix_us);
  return (ContractGetBookingDetailsRequest){
    .person_civil_registration_identifier = citizen,
    .interview_option_id = rehearse->offer,
    .booking_start_time = time->start,
    .case_worker_identifier = time->worker,
    .has_interview_contact_type_identifier = TRUE,
    .interview_contact_type_identifier = rehearse->contact_type,
  };
}

/**
 * track_rehearse_reserve:
 *
 * Returns: (transfer none): the reservation's identifier
 */
const char *
track_rehearse_reserve (TrackRehearse *rehearse,
                        const char *citizen,
                        const TrackRehearseTime *time,
                        GError **error)
{
  ContractGetBookingDetailsRequest request =
    track_rehearse_reservation_of (rehearse, citizen, time);
  const ContractGetBookingDetailsResponse *response =
    track_rehearse_ask_answer (rehearse, CONTRACT_OPERATION_GET_BOOKING_DETAILS, &request, error);
  if (response == NULL && !track_rehearse_block ("reserving a time", error))
    return NULL;
  return response->reservation_identifier;
}

/**
 * track_rehearse_creation_of:
 *
 * The request that books @time, under an identifier of our own that is noted for cleaning up before
 * anything is sent: an answer that is lost leaves nothing behind.
 */
ContractCreateBookingRequest
track_rehearse_creation_of (TrackRehearse *rehearse,
                            const char *citizen,
                            const TrackRehearseTime *time)
{
  const char *booking = track_rehearse_guid (rehearse);
  track_rehearse_note (rehearse, citizen, booking);
  return (ContractCreateBookingRequest){
    .person_civil_registration_identifier = citizen,
    .has_booking_start_time = TRUE,
    .booking_start_time = time->start,
    .interview_option_id = rehearse->offer,
    .case_worker_identifier = time->worker,
    .interview_contact_type_identifier = rehearse->contact_type,
    .booking_identifier = booking,
  };
}

/**
 * track_rehearse_book:
 *
 * Returns: (transfer none): the booking made
 */
const ContractBookingDetails *
track_rehearse_book (TrackRehearse *rehearse,
                     const char *citizen,
                     const TrackRehearseTime *time,
                     GError **error)
{
  ContractCreateBookingRequest request = track_rehearse_creation_of (rehearse, citizen, time);
  const ContractCreateBookingResponse *response =
    track_rehearse_ask_answer (rehearse, CONTRACT_OPERATION_CREATE_BOOKING, &request, error);
  if (response == NULL && !track_rehearse_block ("booking a time", error))
    return NULL;
  return &response->booking_details;
}

/**
 * track_rehearse_count:
 *
 * How many live bookings the citizen has.
 */
gboolean
track_rehearse_count (TrackRehearse *rehearse,
                      const char *citizen,
                      guint *out_n_bookings,
                      GError **error)
{
  ContractGetBookingsRequest request = {
    .person_civil_registration_identifier = citizen,
    .max_count = 100,
  };
  const ContractGetBookingsResponse *response =
    track_rehearse_ask_answer (rehearse, CONTRACT_OPERATION_GET_BOOKINGS, &request, error);
  if (response == NULL)
    return track_rehearse_block ("listing the citizen's bookings", error);
  *out_n_bookings = 0;
  for (guint i = 0; i < response->booking_collection.n_items; i++)
    if (response->booking_collection.items[i].booking_status_identifier == LIVE_BOOKING)
      *out_n_bookings += 1;
  return TRUE;
}

/* --- cleaning up -------------------------------------------------------------------------------- */

static void
free_booked (gpointer data)
{
  TrackRehearseBooked *booked = data;
  g_free (booked->citizen);
  g_free (booked->booking);
  g_free (booked);
}

/**
 * track_rehearse_note:
 *
 * Remembers a booking that the row makes or may make.
 */
void
track_rehearse_note (TrackRehearse *rehearse, const char *citizen, const char *booking)
{
  TrackRehearseBooked *booked = g_new0 (TrackRehearseBooked, 1);
  booked->citizen = g_strdup (citizen);
  booked->booking = g_strdup (booking);
  if (rehearse->booked == NULL)
    rehearse->booked = g_ptr_array_new_with_free_func (free_booked);
  g_ptr_array_add (rehearse->booked, booked);
}

/* Cancelled now, cancelled before, or never made: all are clean. */
static gboolean
is_gone (TrackRehearse *rehearse, ContractOperationId operation, gconstpointer request)
{
  static const gint64 absent[] = { 990005, 990017, 990022, TRACK_REHEARSE_CODES_END };
  ContractReply reply;
  g_autoptr (GError) error = NULL;
  return track_rehearse_ask (rehearse, operation, request, &reply, &error) &&
         (!reply.is_fault || track_rehearse_is_fault (&reply, absent, &error));
}

/* 990017, not cancellable, is also said of a live booking whose deadline passed: the list decides. */
static gboolean
has_booking (TrackRehearse *rehearse, const TrackRehearseBooked *booked)
{
  guint n_bookings = 0;
  g_autoptr (GError) error = NULL;
  return !track_rehearse_count (rehearse, booked->citizen, &n_bookings, &error) || n_bookings > 0;
}

static void
cancel (TrackRehearse *rehearse, const TrackRehearseBooked *booked)
{
  ContractCancelBookingRequest cancellation = { booked->citizen, booked->booking };
  ContractDeleteBookingRequest deletion = {
    .person_civil_registration_identifier = booked->citizen,
    .booking_identifier = booked->booking,
  };
  gboolean is_done =
    (!booked->is_registered &&
     is_gone (rehearse, CONTRACT_OPERATION_CANCEL_BOOKING, &cancellation)) ||
    (rehearse->plan->registers && is_gone (rehearse, CONTRACT_OPERATION_DELETE_BOOKING, &deletion));
  if (!is_done || has_booking (rehearse, booked))
    g_ptr_array_add (rehearse->left_behind, g_strdup (booked->booking));
}

/**
 * track_rehearse_clean:
 *
 * Cancels what the row booked; what cannot be cancelled is told at the end of the report.
 */
void
track_rehearse_clean (TrackRehearse *rehearse)
{
  if (rehearse->booked == NULL)
    return;
  g_clear_pointer (&rehearse->wire, track_wire_close);
  for (guint i = 0; i < rehearse->booked->len; i++)
    cancel (rehearse, rehearse->booked->pdata[i]);
  g_clear_pointer (&rehearse->booked, g_ptr_array_unref);
}
