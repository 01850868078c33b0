/* SPDX-License-Identifier: EUPL-1.2 */
/* Rows on races: many want one time at once, and exactly one gets it. */
#include "rehearse/track-rehearse-private.h"

#include <string.h>

#define OP(name) CONTRACT_OPERATION_##name

/* What a loser may be told. */
static const gint64 lost[] = { 990001, 990014, 990024, TRACK_REHEARSE_CODES_END };

/* One citizen for each caller: whoever has a booking already would lose for another reason. */
static guint
n_callers (const TrackRehearse *rehearse)
{
  return MIN (rehearse->plan->n_parallel, rehearse->plan->citizens->len);
}

static gboolean
add (TrackRehearse *rehearse,
     GPtrArray *bodies,
     ContractOperationId operation,
     gconstpointer request,
     GError **error)
{
  GString *body = track_rehearse_write (rehearse, CONTRACT_SOAP_1_1, operation, request, error);
  if (body == NULL)
    return track_rehearse_block ("writing a request", error);
  g_ptr_array_add (bodies, body);
  return TRUE;
}

static void
free_body (gpointer body)
{
  g_string_free (body, TRUE);
}

/* A refusal with another code is told beside all that was answered. */
static gboolean
is_refusal (const ContractReply *replies,
            guint n_replies,
            guint at,
            const gint64 *codes,
            GError **error)
{
  if (track_rehearse_is_fault (&replies[at], codes, error))
    return TRUE;
  g_autofree char *tally = track_rehearse_dup_tally (replies, n_replies);
  g_prefix_error (error, "of %u callers %s; one got ", n_replies, tally);
  return FALSE;
}

static gboolean
count_winners (const ContractReply *replies, guint n_replies, guint *out_n_winners, GError **error)
{
  *out_n_winners = 0;
  for (guint i = 0; i < n_replies; i++)
    if (!replies[i].is_fault)
      *out_n_winners += 1;
    else if (!is_refusal (replies, n_replies, i, lost, error))
      return FALSE;
  return TRUE;
}

/* --- different citizens --------------------------------------------------------------------------- */

typedef struct
{
  TrackRehearseTime time;
  const char *citizen; /* who was offered the time */
  gboolean books; /* whether each caller had nothing booked, so that one booking must be there */
} Race;

/* Whatever was answered: what do they have now? */
static gboolean
count_booked (TrackRehearse *rehearse, guint *out_n_booked, GError **error)
{
  *out_n_booked = 0;
  for (guint i = 0; i < rehearse->booked->len; i++)
    {
      const TrackRehearseBooked *caller = rehearse->booked->pdata[i];
      guint n_bookings;
      if (!track_rehearse_count (rehearse, caller->citizen, &n_bookings, error))
        return FALSE;
      *out_n_booked += n_bookings;
    }
  return TRUE;
}

/* Not exactly one got it: what became of the time tells who is to blame. */
static gboolean
explain (TrackRehearse *rehearse,
         const Race *race,
         const char *what,
         guint n_booked,
         GError **error)
{
  gboolean is_free;
  if (!track_rehearse_is_free (rehearse, race->citizen, &race->time, &is_free, error))
    {
      g_prefix_error (error, "%s; then ", what);
      return FALSE;
    }
  g_autofree char *bookings =
    race->books ? g_strdup_printf ("; bookings afterwards: %u", n_booked) : g_strdup ("");
  return track_rehearse_wrong (error, "%s%s; the time is %s", what, bookings,
                               is_free ? "still offered" : "not offered any more");
}

static gboolean
judge (TrackRehearse *rehearse,
       const Race *race,
       const ContractReply *replies,
       guint n_replies,
       GError **error)
{
  guint n_winners, n_booked = 1;
  if (!count_winners (replies, n_replies, &n_winners, error) ||
      (race->books && !count_booked (rehearse, &n_booked, error)))
    return FALSE;
  if (n_winners == 1 && n_booked == 1)
    return TRUE;
  g_autofree char *tally = track_rehearse_dup_tally (replies, n_replies);
  g_autofree char *what =
    g_strdup_printf ("%u of %u got the one time: %s", n_winners, n_replies, tally);
  return explain (rehearse, race, what, n_booked, error);
}

static gboolean
run_create (TrackRehearse *rehearse, gconstpointer data, GError **error)
{
  Race race = { .books = TRUE };
  guint n = n_callers (rehearse);
  g_autoptr (GPtrArray) bodies = g_ptr_array_new_with_free_func (free_body);
  g_autofree ContractReply *replies = g_new0 (ContractReply, n);
  if (!track_rehearse_prepare (rehearse, 1, &race.time, &race.citizen, error))
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      ContractCreateBookingRequest request =
        track_rehearse_creation_of (rehearse, track_rehearse_citizen (rehearse), &race.time);
      if (!add (rehearse, bodies, OP (CREATE_BOOKING), &request, error))
        return FALSE;
    }
  return track_rehearse_shoot (rehearse, OP (CREATE_BOOKING), bodies, replies, error) &&
         judge (rehearse, &race, replies, n, error);
}

static gboolean
run_reserve (TrackRehearse *rehearse, gconstpointer data, GError **error)
{
  Race race = { .books = FALSE };
  guint n = n_callers (rehearse);
  g_autoptr (GPtrArray) bodies = g_ptr_array_new_with_free_func (free_body);
  g_autofree ContractReply *replies = g_new0 (ContractReply, n);
  if (!track_rehearse_prepare (rehearse, 1, &race.time, &race.citizen, error))
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      ContractGetBookingDetailsRequest request =
        track_rehearse_reservation_of (rehearse, track_rehearse_citizen (rehearse), &race.time);
      if (!add (rehearse, bodies, OP (GET_BOOKING_DETAILS), &request, error))
        return FALSE;
    }
  return track_rehearse_shoot (rehearse, OP (GET_BOOKING_DETAILS), bodies, replies, error) &&
         judge (rehearse, &race, replies, n, error);
}

static gboolean
run_move (TrackRehearse *rehearse, gconstpointer data, GError **error)
{
  TrackRehearseTime times[3];
  Race race = { .books = FALSE };
  g_autoptr (GPtrArray) bodies = g_ptr_array_new_with_free_func (free_body);
  ContractReply replies[2];
  if (!track_rehearse_prepare (rehearse, 3, times, &race.citizen, error))
    return FALSE;
  race.time = times[2];
  for (guint i = 0; i < 2; i++)
    {
      const char *citizen = track_rehearse_citizen (rehearse);
      const ContractBookingDetails *booked =
        track_rehearse_book (rehearse, citizen, &times[i], error);
      if (booked == NULL)
        return FALSE;
      ContractRescheduleBookingRequest request = {
        .person_civil_registration_identifier = citizen,
        .booking_identifier = booked->booking_identifier,
        .has_booking_start_time = TRUE,
        .booking_start_time = times[2].start,
        .case_worker_identifier = times[2].worker,
      };
      if (!add (rehearse, bodies, OP (RESCHEDULE_BOOKING), &request, error))
        return FALSE;
    }
  return track_rehearse_shoot (rehearse, OP (RESCHEDULE_BOOKING), bodies, replies, error) &&
         judge (rehearse, &race, replies, 2, error);
}

/* --- the same request --------------------------------------------------------------------------- */

static gboolean
are_one_booking (const ContractReply *replies,
                 guint n_replies,
                 guint *out_n_answers,
                 GError **error)
{
  const char *booking = NULL;
  *out_n_answers = 0;
  for (guint i = 0; i < n_replies; i++)
    {
      static const gint64 later[] = { 990012, 990024, TRACK_REHEARSE_CODES_END };
      const ContractCreateBookingResponse *response = replies[i].response;
      if (replies[i].is_fault)
        {
          if (!is_refusal (replies, n_replies, i, later, error))
            return FALSE;
          continue;
        }
      if (booking != NULL &&
          g_ascii_strcasecmp (booking, response->booking_details.booking_identifier) != 0)
        return track_rehearse_wrong (error, "one request made two bookings");
      booking = response->booking_details.booking_identifier;
      *out_n_answers += 1;
    }
  return TRUE;
}

static gboolean
run_same (TrackRehearse *rehearse, gconstpointer data, GError **error)
{
  TrackRehearseTime time;
  const char *citizen;
  guint n = rehearse->plan->n_parallel, n_answers, n_bookings;
  g_autoptr (GPtrArray) bodies = g_ptr_array_new_with_free_func (free_body);
  g_autofree ContractReply *replies = g_new0 (ContractReply, n);
  if (!track_rehearse_prepare (rehearse, 1, &time, &citizen, error))
    return FALSE;
  ContractCreateBookingRequest request = track_rehearse_creation_of (rehearse, citizen, &time);
  for (guint i = 0; i < n; i++)
    if (!add (rehearse, bodies, OP (CREATE_BOOKING), &request, error))
      return FALSE;
  if (!track_rehearse_shoot (rehearse, OP (CREATE_BOOKING), bodies, replies, error) ||
      !are_one_booking (replies, n, &n_answers, error))
    return FALSE;
  if (n_answers == 0)
    {
      g_autofree char *tally = track_rehearse_dup_tally (replies, n);
      return track_rehearse_wrong (error, "none of %u equal requests was accepted: %s", n, tally);
    }
  return track_rehearse_count (rehearse, citizen, &n_bookings, error) &&
         (n_bookings == 1 ||
          track_rehearse_wrong (error, "%u equal requests made %u bookings", n, n_bookings));
}

#define PLAN TRACK_REHEARSE_NEEDS_PLAN
#define ONE  "exactly one gets it; the others fault 990001, 990014 or 990024"
/* clang-format off */
const TrackRehearseRow track_rehearse_races[] = {
  { "create",  "all citizens book one time at once",          ONE, "contract.md, CreateBooking",     PLAN, run_create },
  { "reserve", "all citizens reserve one time at once",       ONE, "contract.md, GetBookingDetails", PLAN, run_reserve },
  { "move",    "two bookings are moved to one time at once",  ONE, "contract.md, RescheduleBooking", PLAN, run_move },
  { "same",    "the same CreateBooking on many connections at once", "one booking", "faults.md, 990012", PLAN, run_same },
  { NULL },
};
/* clang-format on */
