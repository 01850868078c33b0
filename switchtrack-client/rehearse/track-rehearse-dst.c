/* SPDX-License-Identifier: EUPL-1.2 */
/* Rows on the days when the clocks change: every time listed has the right offset, none is in the gap or twice. */
#include "rehearse/track-rehearse-private.h"

#include <string.h>

#include "base/clock.h"

#define OPERATION CONTRACT_OPERATION_GET_SELFBOOK_TIMESLOTS

#define WINTER_S 3600
#define SUMMER_S 7200

/* The change of a year: 3 March, when summer time begins, or 10 October. */
typedef struct
{
  int year;
  int month;
} Change;

/* The last Sunday of the month, 01:00 UTC: the rule of the EU, reckoned here and not by the zone files that an endpoint may use. */
static gint64
change_us (int year, int month)
{
  g_autoptr (GDateTime) last = g_date_time_new_utc (year, month, 31, 1, 0, 0);
  int n_back = g_date_time_get_day_of_week (last) % 7;
  return (g_date_time_to_unix (last) - n_back * (gint64) 86400) * G_USEC_PER_SEC;
}

static gint32
offset_at (gint64 unix_us, int year)
{
  return unix_us >= change_us (year, 3) && unix_us < change_us (year, 10) ? SUMMER_S : WINTER_S;
}

static gboolean
has_offset (const ContractTime *time, int year, const char *what, guint number, GError **error)
{
  if (time->offset_s == offset_at (time->unix_us, year))
    return TRUE;
  return track_rehearse_wrong (error, "the %s of time %u has offset %+d h, not %+d h", what, number,
                               time->offset_s / 3600, offset_at (time->unix_us, year) / 3600);
}

static gboolean
is_after (const ContractTimeslot *before, const ContractTimeslot *slot)
{
  if (slot->start_time.unix_us != before->start_time.unix_us)
    return slot->start_time.unix_us > before->start_time.unix_us;
  return strcmp (slot->case_worker_to_book.case_worker_identifier,
                 before->case_worker_to_book.case_worker_identifier) != 0;
}

static gboolean
are_times_right (TrackRehearse *rehearse,
                 const ContractTimeslotList *times,
                 int year,
                 GError **error)
{
  for (guint i = 0; i < times->n_items; i++)
    {
      const ContractTimeslot *slot = &times->items[i];
      if (!has_offset (&slot->start_time, year, "start", i + 1, error) ||
          !has_offset (&slot->end_time, year, "end", i + 1, error))
        return FALSE;
      if (slot->end_time.unix_us - slot->start_time.unix_us != rehearse->duration_us)
        return track_rehearse_wrong (error, "time %u is not as long as the offer says", i + 1);
      if (i > 0 && !is_after (slot - 1, slot))
        return track_rehearse_wrong (error, "time %u is there twice or out of order", i + 1);
    }
  return TRUE;
}

static ContractTime
midnight (gint64 day_us)
{
  return (ContractTime){ .unix_us = day_us - day_us % G_TIME_SPAN_DAY, .has_offset = TRUE };
}

/* The same days asked for by wall clock: the zone rules are the endpoint's then. What is written by the
   tables always has an offset, so it is taken out of the text. */
static gboolean
list_by_wall (TrackRehearse *rehearse,
              const char *citizen,
              gint64 at_us,
              ContractTimeslotList *out_times,
              GError **error)
{
  ContractGetSelfbookTimeslotsRequest request = {
    .person_civil_registration_identifier = citizen,
    .interview_option_id = rehearse->offer,
    .booking_option_interval_start_time = midnight (at_us - G_TIME_SPAN_DAY),
    .booking_option_interval_end_time = midnight (at_us + 2 * G_TIME_SPAN_DAY),
  };
  ContractReply reply;
  g_autoptr (GString) body =
    track_rehearse_write (rehearse, CONTRACT_SOAP_1_1, OPERATION, &request, error);
  if (body == NULL)
    return FALSE;
  g_string_replace (body, "T00:00:00+00:00</", "T00:00:00</", 0);
  g_string_replace (body, "T00:00:00Z</", "T00:00:00</", 0);
  if (!track_rehearse_ask_body (rehearse, OPERATION, body, &reply, error))
    return FALSE;
  if (reply.is_fault)
    return track_rehearse_wrong (error, "times asked for by wall clock are refused");
  *out_times = ((const ContractGetSelfbookTimeslotsResponse *) reply.response)->timeslot_collection;
  return TRUE;
}

static gboolean
are_same_by_wall (TrackRehearse *rehearse,
                  const char *citizen,
                  gint64 at_us,
                  const ContractTimeslotList *times,
                  GError **error)
{
  ContractTimeslotList by_wall = { 0 };
  if (!list_by_wall (rehearse, citizen, at_us, &by_wall, error))
    return FALSE;
  if (by_wall.n_items != times->n_items)
    return track_rehearse_wrong (error,
                                 "%u times when asked by wall clock, %u when asked with offsets",
                                 by_wall.n_items, times->n_items);
  for (guint i = 0; i < times->n_items; i++)
    if (by_wall.items[i].start_time.unix_us != times->items[i].start_time.unix_us)
      return track_rehearse_wrong (error, "time %u differs when asked by wall clock", i + 1);
  return TRUE;
}

static gboolean
run_change (TrackRehearse *rehearse, gconstpointer data, GError **error)
{
  const Change *change = data;
  gint64 at_us = change_us (change->year, change->month);
  gint64 from_us = midnight (at_us - G_TIME_SPAN_DAY).unix_us;
  gint64 until_us = midnight (at_us + 2 * G_TIME_SPAN_DAY).unix_us;
  ContractTimeslotList times;
  if (from_us <= clock_now_us ())
    return track_rehearse_leave_out (error, "the day has passed");
  if (!track_rehearse_find_offer (rehearse, error))
    return FALSE;
  ContractTime interval[2] = {
    { .unix_us = from_us - (gint64) offset_at (from_us, change->year) * G_USEC_PER_SEC,
      .has_offset = TRUE },
    { .unix_us = until_us - (gint64) offset_at (until_us, change->year) * G_USEC_PER_SEC,
      .has_offset = TRUE },
  };
  const char *citizen = track_rehearse_citizen (rehearse);
  if (!track_rehearse_list (rehearse, citizen, NULL, interval, &times, error))
    return FALSE;
  if (times.n_items == 0)
    return track_rehearse_leave_out (error, "nothing is offered around that day");
  return are_times_right (rehearse, &times, change->year, error) &&
         are_same_by_wall (rehearse, citizen, at_us, &times, error);
}

static const Change changes[] = { { 2026, 3 },  { 2026, 10 }, { 2027, 3 },
                                  { 2027, 10 }, { 2028, 3 },  { 2028, 10 } };

#define PLAN     TRACK_REHEARSE_NEEDS_PLAN
#define EXPECTED "right offsets and lengths, none twice, the same by wall clock"
#define TIMES    "contract.md, How to call: Times"
/* clang-format off */
const TrackRehearseRow track_rehearse_dst[] = {
  { "2026-03", "times around 29 March 2026",   EXPECTED, TIMES, PLAN, run_change, &changes[0] },
  { "2026-10", "times around 25 October 2026", EXPECTED, TIMES, PLAN, run_change, &changes[1] },
  { "2027-03", "times around 28 March 2027",   EXPECTED, TIMES, PLAN, run_change, &changes[2] },
  { "2027-10", "times around 31 October 2027", EXPECTED, TIMES, PLAN, run_change, &changes[3] },
  { "2028-03", "times around 26 March 2028",   EXPECTED, TIMES, PLAN, run_change, &changes[4] },
  { "2028-10", "times around 29 October 2028", EXPECTED, TIMES, PLAN, run_change, &changes[5] },
  { NULL },
};
/* clang-format on */
