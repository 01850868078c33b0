/* SPDX-License-Identifier: EUPL-1.2 */
/* Rows on repeats: a request that comes twice is carried out once and answered alike. */
#include "rehearse/track-rehearse-private.h"

#include <string.h>

#define OP(name) CONTRACT_OPERATION_##name

/* Times are compared as instants, the rest as it is; @last_changed_time may not move either. */
static gboolean
is_same (const ContractBookingDetails *first, const ContractBookingDetails *second, GError **error)
{
  if (g_ascii_strcasecmp (first->booking_identifier, second->booking_identifier) != 0)
    return track_rehearse_wrong (error, "the repeat is answered with another booking");
  if (first->booking_start_time.unix_us != second->booking_start_time.unix_us ||
      first->booking_end_time.unix_us != second->booking_end_time.unix_us)
    return track_rehearse_wrong (error, "the repeat is answered with another time");
  if (first->revision != second->revision ||
      first->booking_status_identifier != second->booking_status_identifier)
    return track_rehearse_wrong (error, "the repeat changed the booking again");
  return g_strcmp0 (first->case_worker_identifier, second->case_worker_identifier) == 0 ||
         track_rehearse_wrong (error, "the repeat is answered with another advisor");
}

/* All answers of bookings begin with their BookingDetails. */
static gboolean
ask_twice (TrackRehearse *rehearse,
           ContractOperationId operation,
           gconstpointer request,
           GError **error)
{
  const ContractBookingDetails *first =
    track_rehearse_ask_answer (rehearse, operation, request, error);
  if (first == NULL)
    return track_rehearse_block ("the first request", error);
  const ContractBookingDetails *second =
    track_rehearse_ask_answer (rehearse, operation, request, error);
  return second != NULL && is_same (first, second, error);
}

static gboolean
has_bookings (TrackRehearse *rehearse, const char *citizen, guint n_expected, GError **error)
{
  guint n_bookings = 0;
  return track_rehearse_count (rehearse, citizen, &n_bookings, error) &&
         (n_bookings == n_expected ||
          track_rehearse_wrong (error, "the citizen has %u bookings, not %u", n_bookings,
                                n_expected));
}

static gboolean
run_create (TrackRehearse *rehearse, gconstpointer data, GError **error)
{
  TrackRehearseTime time;
  const char *citizen;
  if (!track_rehearse_prepare (rehearse, 1, &time, &citizen, error))
    return FALSE;
  ContractCreateBookingRequest request = track_rehearse_creation_of (rehearse, citizen, &time);
  return ask_twice (rehearse, OP (CREATE_BOOKING), &request, error) &&
         has_bookings (rehearse, citizen, 1, error);
}

static gboolean
run_create_reserved (TrackRehearse *rehearse, gconstpointer data, GError **error)
{
  TrackRehearseTime time;
  const char *citizen;
  if (!track_rehearse_prepare (rehearse, 1, &time, &citizen, error))
    return FALSE;
  const char *reservation = track_rehearse_reserve (rehearse, citizen, &time, error);
  if (reservation == NULL)
    return FALSE;
  ContractCreateBookingRequest request = track_rehearse_creation_of (rehearse, citizen, &time);
  request.has_booking_start_time = FALSE;
  request.interview_option_id = NULL;
  request.case_worker_identifier = NULL;
  request.reservation_identifier = reservation;
  return ask_twice (rehearse, OP (CREATE_BOOKING), &request, error) &&
         has_bookings (rehearse, citizen, 1, error);
}

static gboolean
run_reschedule (TrackRehearse *rehearse, gconstpointer data, GError **error)
{
  TrackRehearseTime times[2];
  const char *citizen;
  if (!track_rehearse_prepare (rehearse, 2, times, &citizen, error))
    return FALSE;
  const ContractBookingDetails *booked = track_rehearse_book (rehearse, citizen, &times[0], error);
  if (booked == NULL)
    return FALSE;
  ContractRescheduleBookingRequest request = {
    .person_civil_registration_identifier = citizen,
    .booking_identifier = booked->booking_identifier,
    .has_booking_start_time = TRUE,
    .booking_start_time = times[1].start,
    .case_worker_identifier = times[1].worker,
  };
  return ask_twice (rehearse, OP (RESCHEDULE_BOOKING), &request, error) &&
         has_bookings (rehearse, citizen, 1, error);
}

static gboolean
run_cancel (TrackRehearse *rehearse, gconstpointer data, GError **error)
{
  TrackRehearseTime time;
  const char *citizen;
  if (!track_rehearse_prepare (rehearse, 1, &time, &citizen, error))
    return FALSE;
  const ContractBookingDetails *booked = track_rehearse_book (rehearse, citizen, &time, error);
  if (booked == NULL)
    return FALSE;
  ContractCancelBookingRequest request = { citizen, booked->booking_identifier };
  return ask_twice (rehearse, OP (CANCEL_BOOKING), &request, error) &&
         has_bookings (rehearse, citizen, 0, error);
}

/* A repeat that comes late, when its booking was cancelled, books nothing: 990015, or the old answer. */
static gboolean
run_late (TrackRehearse *rehearse, gconstpointer data, GError **error)
{
  static const gint64 codes[] = { 990015, 990020, 990022, TRACK_REHEARSE_CODES_END };
  TrackRehearseTime time;
  const char *citizen;
  ContractReply reply;
  if (!track_rehearse_prepare (rehearse, 1, &time, &citizen, error))
    return FALSE;
  ContractCreateBookingRequest creation = track_rehearse_creation_of (rehearse, citizen, &time);
  ContractCancelBookingRequest cancellation = { citizen, creation.booking_identifier };
  if (track_rehearse_ask_answer (rehearse, OP (CREATE_BOOKING), &creation, error) == NULL ||
      track_rehearse_ask_answer (rehearse, OP (CANCEL_BOOKING), &cancellation, error) == NULL)
    return track_rehearse_block ("booking and cancelling", error);
  return track_rehearse_ask (rehearse, OP (CREATE_BOOKING), &creation, &reply, error) &&
         (!reply.is_fault || track_rehearse_is_fault (&reply, codes, error)) &&
         has_bookings (rehearse, citizen, 0, error);
}

/* One identifier, two different wishes: the second is refused, the first stands. */
static gboolean
run_key_reused (TrackRehearse *rehearse, gconstpointer data, GError **error)
{
  static const gint64 codes[] = { 990020, TRACK_REHEARSE_CODES_END };
  TrackRehearseTime times[2];
  const char *citizen;
  if (!track_rehearse_prepare (rehearse, 2, times, &citizen, error))
    return FALSE;
  ContractCreateBookingRequest request = track_rehearse_creation_of (rehearse, citizen, &times[0]);
  if (track_rehearse_ask_answer (rehearse, OP (CREATE_BOOKING), &request, error) == NULL)
    return track_rehearse_block ("booking a time", error);
  request.booking_start_time = times[1].start;
  request.case_worker_identifier = times[1].worker;
  return track_rehearse_ask_fault (rehearse, OP (CREATE_BOOKING), &request, codes, error) &&
         has_bookings (rehearse, citizen, 1, error);
}

#define PLAN   TRACK_REHEARSE_NEEDS_PLAN
#define REPEAT "faults.md, 990012"
/* clang-format off */
const TrackRehearseRow track_rehearse_repeats[] = {
  { "create",          "CreateBooking twice",                      "one booking, the same answer",    REPEAT, PLAN, run_create },
  { "create-reserved", "CreateBooking of a reservation twice",     "one booking, the same answer",    REPEAT, PLAN, run_create_reserved },
  { "reschedule",      "RescheduleBooking twice",                  "one booking, the same answer",    REPEAT, PLAN, run_reschedule },
  { "cancel",          "CancelBooking twice",                      "no booking, the same answer",     REPEAT, PLAN, run_cancel },
  { "late",            "CreateBooking again after it was cancelled", "no booking; the old answer, or fault 990015, 990020 or 990022", "faults.md", PLAN, run_late },
  { "key-reused",      "another time under the same identifier",   "fault 990020; the first booking stands", "faults.md", PLAN, run_key_reused },
  { NULL },
};
/* clang-format on */
