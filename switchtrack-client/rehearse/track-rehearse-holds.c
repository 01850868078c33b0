/* SPDX-License-Identifier: EUPL-1.2 */
/* Rows on reservations: hidden from others, kept for their owner, given back when the owner wants another or time is up. */
#include "rehearse/track-rehearse-private.h"

#include <string.h>

#include "base/clock.h"

#define OP(name) CONTRACT_OPERATION_##name

static const gint64 taken[] = { 990001, 990014, TRACK_REHEARSE_CODES_END };

static gboolean
reserve_one (TrackRehearse *rehearse,
             guint n_times,
             TrackRehearseTime *times,
             const char **out_citizen,
             const char **out_reservation,
             GError **error)
{
  if (!track_rehearse_prepare (rehearse, n_times, times, out_citizen, error))
    return FALSE;
  *out_reservation = track_rehearse_reserve (rehearse, *out_citizen, &times[0], error);
  return *out_reservation != NULL;
}

static gboolean
run_hidden (TrackRehearse *rehearse, gconstpointer data, GError **error)
{
  TrackRehearseTime time;
  const char *citizen, *reservation;
  gboolean is_listed;
  return reserve_one (rehearse, 1, &time, &citizen, &reservation, error) &&
         track_rehearse_is_listed (rehearse, track_rehearse_citizen (rehearse), &time, &is_listed,
                                   error) &&
         (!is_listed || track_rehearse_wrong (error, "the reserved time is offered to another"));
}

static gboolean
run_own (TrackRehearse *rehearse, gconstpointer data, GError **error)
{
  TrackRehearseTime time;
  const char *citizen, *reservation;
  gboolean is_listed;
  return reserve_one (rehearse, 1, &time, &citizen, &reservation, error) &&
         track_rehearse_is_listed (rehearse, citizen, &time, &is_listed, error) &&
         (is_listed || track_rehearse_wrong (error, "its owner is not offered the reserved time"));
}

static gboolean
run_taken (TrackRehearse *rehearse, gconstpointer data, GError **error)
{
  TrackRehearseTime time;
  const char *citizen, *reservation;
  if (!reserve_one (rehearse, 1, &time, &citizen, &reservation, error))
    return FALSE;
  ContractCreateBookingRequest request =
    track_rehearse_creation_of (rehearse, track_rehearse_citizen (rehearse), &time);
  return track_rehearse_ask_fault (rehearse, OP (CREATE_BOOKING), &request, taken, error);
}

static gboolean
run_reserved_twice (TrackRehearse *rehearse, gconstpointer data, GError **error)
{
  TrackRehearseTime time;
  const char *citizen, *reservation;
  if (!reserve_one (rehearse, 1, &time, &citizen, &reservation, error))
    return FALSE;
  ContractGetBookingDetailsRequest request =
    track_rehearse_reservation_of (rehearse, track_rehearse_citizen (rehearse), &time);
  return track_rehearse_ask_fault (rehearse, OP (GET_BOOKING_DETAILS), &request, taken, error);
}

static ContractCreateBookingRequest
use_of (TrackRehearse *rehearse, const char *citizen, const char *reservation)
{
  const char *booking = track_rehearse_guid (rehearse);
  track_rehearse_note (rehearse, citizen, booking);
  return (ContractCreateBookingRequest){
    .person_civil_registration_identifier = citizen,
    .interview_contact_type_identifier = rehearse->contact_type,
    .reservation_identifier = reservation,
    .booking_identifier = booking,
  };
}

static gboolean
run_used (TrackRehearse *rehearse, gconstpointer data, GError **error)
{
  TrackRehearseTime time;
  const char *citizen, *reservation;
  if (!reserve_one (rehearse, 1, &time, &citizen, &reservation, error))
    return FALSE;
  ContractCreateBookingRequest request = use_of (rehearse, citizen, reservation);
  const ContractCreateBookingResponse *response =
    track_rehearse_ask_answer (rehearse, OP (CREATE_BOOKING), &request, error);
  if (response == NULL)
    return FALSE;
  return response->booking_details.booking_start_time.unix_us == time.start.unix_us ||
         track_rehearse_wrong (error, "the booking is not at the reserved time");
}

static gboolean
run_stranger (TrackRehearse *rehearse, gconstpointer data, GError **error)
{
  static const gint64 codes[] = { 990003, 8107, TRACK_REHEARSE_CODES_END };
  TrackRehearseTime time;
  const char *citizen, *reservation;
  if (!reserve_one (rehearse, 1, &time, &citizen, &reservation, error))
    return FALSE;
  ContractCreateBookingRequest request =
    use_of (rehearse, track_rehearse_citizen (rehearse), reservation);
  return track_rehearse_ask_fault (rehearse, OP (CREATE_BOOKING), &request, codes, error);
}

static gboolean
run_renewed (TrackRehearse *rehearse, gconstpointer data, GError **error)
{
  TrackRehearseTime time;
  const char *citizen, *reservation;
  if (!reserve_one (rehearse, 1, &time, &citizen, &reservation, error))
    return FALSE;
  const char *again = track_rehearse_reserve (rehearse, citizen, &time, error);
  if (again == NULL)
    return FALSE;
  return g_ascii_strcasecmp (again, reservation) == 0 ||
         track_rehearse_wrong (error, "the same wish makes a second reservation");
}

static gboolean
run_replaced (TrackRehearse *rehearse, gconstpointer data, GError **error)
{
  TrackRehearseTime times[2];
  const char *citizen, *reservation;
  gboolean is_listed;
  return reserve_one (rehearse, 2, times, &citizen, &reservation, error) &&
         track_rehearse_reserve (rehearse, citizen, &times[1], error) != NULL &&
         track_rehearse_is_listed (rehearse, track_rehearse_citizen (rehearse), &times[0],
                                   &is_listed, error) &&
         (is_listed ||
          track_rehearse_wrong (error, "the time given back is not offered to others again"));
}

static gboolean
run_given_back (TrackRehearse *rehearse, gconstpointer data, GError **error)
{
  TrackRehearseTime time;
  const char *citizen;
  gboolean is_listed;
  if (!track_rehearse_prepare (rehearse, 1, &time, &citizen, error))
    return FALSE;
  const ContractBookingDetails *booked = track_rehearse_book (rehearse, citizen, &time, error);
  if (booked == NULL)
    return FALSE;
  ContractCancelBookingRequest request = { citizen, booked->booking_identifier };
  if (track_rehearse_ask_answer (rehearse, OP (CANCEL_BOOKING), &request, error) == NULL)
    return track_rehearse_block ("cancelling a booking", error);
  return track_rehearse_is_listed (rehearse, track_rehearse_citizen (rehearse), &time, &is_listed,
                                   error) &&
         (is_listed ||
          track_rehearse_wrong (error, "the time of a cancelled booking is not offered again"));
}

/* An endpoint's clock may go behind ours, and it may be slow to tidy up: so many seconds are allowed. */
#define LATE_S 3

static gboolean
comes_back (TrackRehearse *rehearse,
            const TrackRehearseTime *time,
            gboolean *out_is_listed,
            GError **error)
{
  const char *citizen = track_rehearse_citizen (rehearse);
  *out_is_listed = FALSE;
  for (guint i = 0; i <= LATE_S; i++)
    {
      if (i > 0)
        clock_pause_us (G_USEC_PER_SEC);
      if (!track_rehearse_is_listed (rehearse, citizen, time, out_is_listed, error))
        return FALSE;
      if (*out_is_listed)
        return TRUE;
    }
  return TRUE;
}

/* Waits for what the answer itself promised, and a second more. */
static gboolean
run_expired (TrackRehearse *rehearse, gconstpointer data, GError **error)
{
  TrackRehearseTime time;
  const char *citizen;
  gboolean is_listed;
  if (!track_rehearse_prepare (rehearse, 1, &time, &citizen, error))
    return FALSE;
  ContractGetBookingDetailsRequest request =
    track_rehearse_reservation_of (rehearse, citizen, &time);
  const ContractGetBookingDetailsResponse *response =
    track_rehearse_ask_answer (rehearse, OP (GET_BOOKING_DETAILS), &request, error);
  if (response == NULL)
    return track_rehearse_block ("reserving a time", error);
  gint64 wait_us = response->reservation_expiry_time.unix_us - clock_now_us () + G_USEC_PER_SEC;
  if (wait_us > (gint64) rehearse->plan->hold_wait_s * G_USEC_PER_SEC)
    return track_rehearse_leave_out (error, "a reservation lasts %d s here, hold-wait-s is %u",
                                     (int) (wait_us / G_USEC_PER_SEC), rehearse->plan->hold_wait_s);
  g_clear_pointer (&rehearse->wire, track_wire_close);
  if (wait_us > 0)
    clock_pause_us ((guint64) wait_us);
  return comes_back (rehearse, &time, &is_listed, error) &&
         (is_listed || track_rehearse_wrong (
                         error, "the time is not offered again after its reservation ended"));
}

#define PLAN TRACK_REHEARSE_NEEDS_PLAN
#define WAIT (TRACK_REHEARSE_NEEDS_PLAN | TRACK_REHEARSE_NEEDS_HOLD_WAIT)
#define HOLD "contract.md, GetBookingDetails"
/* clang-format off */
const TrackRehearseRow track_rehearse_holds[] = {
  { "hidden",         "a time is reserved; another citizen lists times", "the time is not among them",         HOLD, PLAN, run_hidden },
  { "own",            "a time is reserved; its owner lists times",       "the time is among them",             HOLD, PLAN, run_own },
  { "taken",          "another citizen books a reserved time",           "fault 990001 or 990014",             "faults.md", PLAN, run_taken },
  { "reserved-twice", "another citizen reserves a reserved time",        "fault 990001 or 990014",             "faults.md", PLAN, run_reserved_twice },
  { "used",           "its owner books by the reservation",              "a booking at that time",             "contract.md, CreateBooking", PLAN, run_used },
  { "stranger",       "another citizen books by the reservation",        "fault 990003 or 8107",               "faults.md", PLAN, run_stranger },
  { "renewed",        "the same time is reserved again",                 "the same reservation",               HOLD, PLAN, run_renewed },
  { "replaced",       "another time is reserved by the same citizen",    "the first time is offered to others", HOLD, PLAN, run_replaced },
  { "given-back",     "a booking is cancelled",                          "its time is offered to others",      "contract.md, CancelBooking", PLAN, run_given_back },
  { "expired",        "a reservation is left until it ends",             "its time is offered to others",      HOLD, WAIT, run_expired },
  { NULL },
};
/* clang-format on */
