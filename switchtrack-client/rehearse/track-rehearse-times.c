/* SPDX-License-Identifier: EUPL-1.2 */
/* Free times for a rehearsal: what is listed for a citizen, and what nobody holds. */
#include "rehearse/track-rehearse-private.h"

#include <string.h>

/**
 * track_rehearse_list:
 * @worker: (nullable):
 *
 * Free times of the offer within @interval.
 */
gboolean
track_rehearse_list (TrackRehearse *rehearse,
                     const char *citizen,
                     const char *worker,
                     const ContractTime interval[2],
                     ContractTimeslotList *out_times,
                     GError **error)
{
  ContractGetSelfbookTimeslotsRequest request = {
    .person_civil_registration_identifier = citizen,
    .interview_option_id = rehearse->offer,
    .booking_option_interval_start_time = interval[0],
    .booking_option_interval_end_time = interval[1],
    .case_worker_identifier = worker,
  };
  const ContractGetSelfbookTimeslotsResponse *response = track_rehearse_ask_answer (
    rehearse, CONTRACT_OPERATION_GET_SELFBOOK_TIMESLOTS, &request, error);
  if (response == NULL)
    return track_rehearse_block ("asking for times", error);
  *out_times = response->timeslot_collection;
  return TRUE;
}

static ContractTime
instant (gint64 unix_us)
{
  return (ContractTime){ .unix_us = unix_us, .has_offset = TRUE };
}

/**
 * track_rehearse_is_listed:
 *
 * Whether exactly this time with this advisor is offered to the citizen.
 */
gboolean
track_rehearse_is_listed (TrackRehearse *rehearse,
                          const char *citizen,
                          const TrackRehearseTime *time,
                          gboolean *out_is_listed,
                          GError **error)
{
  ContractTime interval[2] = { instant (time->start.unix_us),
                               instant (time->end.unix_us + G_TIME_SPAN_HOUR) };
  ContractTimeslotList times;
  if (!track_rehearse_list (rehearse, citizen, time->worker, interval, &times, error))
    return FALSE;
  *out_is_listed = FALSE;
  for (guint i = 0; i < times.n_items; i++)
    if (times.items[i].start_time.unix_us == time->start.unix_us)
      *out_is_listed = TRUE;
  return TRUE;
}

static gboolean
is_apart (const TrackRehearse *rehearse,
          const TrackRehearseTime *times,
          guint n_times,
          const ContractTimeslot *slot)
{
  for (guint i = 0; i < rehearse->reserved->len; i++)
    if (g_array_index (rehearse->reserved, gint64, i) == slot->start_time.unix_us)
      return FALSE;
  for (guint i = 0; i < n_times; i++)
    if (slot->end_time.unix_us > times[i].start.unix_us - G_TIME_SPAN_HOUR)
      return FALSE;
  return TRUE;
}

/* A citizen of the plan who is not this one. */
static const char *
another (const TrackRehearse *rehearse, const char *citizen)
{
  const GPtrArray *citizens = rehearse->plan->citizens;
  return strcmp (citizens->pdata[0], citizen) != 0 ? citizens->pdata[0] : citizens->pdata[1];
}

/**
 * track_rehearse_is_free:
 *
 * Whether the time is offered to the citizen and to another: then nobody holds it.
 */
gboolean
track_rehearse_is_free (TrackRehearse *rehearse,
                        const char *citizen,
                        const TrackRehearseTime *time,
                        gboolean *out_is_free,
                        GError **error)
{
  gboolean is_listed = FALSE, is_listed_to_other = FALSE;
  if (!track_rehearse_is_listed (rehearse, citizen, time, &is_listed, error) ||
      !track_rehearse_is_listed (rehearse, another (rehearse, citizen), time, &is_listed_to_other,
                                 error))
    return FALSE;
  *out_is_free = is_listed && is_listed_to_other;
  return TRUE;
}

static gboolean
is_among (const ContractTimeslotList *times, const ContractTimeslot *slot)
{
  for (guint i = times->n_items; i > 0; i--)
    if (times->items[i - 1].start_time.unix_us == slot->start_time.unix_us &&
        g_str_equal (times->items[i - 1].case_worker_to_book.case_worker_identifier,
                     slot->case_worker_to_book.case_worker_identifier))
      return TRUE;
  return FALSE;
}

/**
 * track_rehearse_find_times:
 * @out_times: (array length=n_times): at least an hour apart, the last ones of the plan's days: the
 *   least likely to be wanted by others
 *
 * Only times that are offered to another citizen too: a time that the citizen holds, be it since an
 * earlier rehearsal, is offered to him and refused to everybody else.
 */
gboolean
track_rehearse_find_times (TrackRehearse *rehearse,
                           const char *citizen,
                           guint n_times,
                           TrackRehearseTime *out_times,
                           GError **error)
{
  ContractTime interval[2] = { instant (rehearse->plan->from_us),
                               instant (rehearse->plan->until_us) };
  ContractTimeslotList slots, others;
  guint n_found = 0;
  if (!track_rehearse_list (rehearse, citizen, NULL, interval, &slots, error) ||
      !track_rehearse_list (rehearse, another (rehearse, citizen), NULL, interval, &others, error))
    return FALSE;
  for (guint i = slots.n_items; i > 0 && n_found < n_times; i--)
    {
      const ContractTimeslot *slot = &slots.items[i - 1];
      if (!is_apart (rehearse, out_times, n_found, slot) || !is_among (&others, slot))
        continue;
      out_times[n_found++] = (TrackRehearseTime){
        .start = slot->start_time,
        .end = slot->end_time,
        .worker = slot->case_worker_to_book.case_worker_identifier,
      };
    }
  if (n_found < n_times)
    return track_rehearse_leave_out (
      error, "too few times in the plan's days that nobody holds: %u needed, %u found", n_times,
      n_found);
  return TRUE;
}

/**
 * track_rehearse_prepare:
 * @out_citizen: (optional): who asked
 *
 * The offer, a citizen and free times: what most rows begin with.
 */
gboolean
track_rehearse_prepare (TrackRehearse *rehearse,
                        guint n_times,
                        TrackRehearseTime *out_times,
                        const char **out_citizen,
                        GError **error)
{
  const char *citizen = track_rehearse_citizen (rehearse);
  if (!track_rehearse_find_offer (rehearse, error) ||
      !track_rehearse_find_times (rehearse, citizen, n_times, out_times, error))
    return FALSE;
  if (out_citizen != NULL)
    *out_citizen = citizen;
  return TRUE;
}
