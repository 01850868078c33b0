/* SPDX-License-Identifier: EUPL-1.2 */
/* Rows on a bounded load: many callers at once, every answer is right and goes to the one who asked. */
#include "rehearse/track-rehearse-private.h"

#include <string.h>

#define N_CALLERS 20
#define N_ROUNDS  5

static void
free_body (gpointer body)
{
  g_string_free (body, TRUE);
}

static gboolean
run_options (TrackRehearse *rehearse, gconstpointer data, GError **error)
{
  ContractOperationId operation = CONTRACT_OPERATION_GET_SELFBOOK_INTERVIEW_OPTIONS;
  for (guint round = 0; round < N_ROUNDS; round++)
    {
      g_autoptr (GPtrArray) bodies = g_ptr_array_new_with_free_func (free_body);
      ContractReply replies[N_CALLERS];
      for (guint i = 0; i < N_CALLERS; i++)
        {
          ContractGetSelfbookInterviewOptionsRequest request = {
            .person_civil_registration_identifier = track_rehearse_citizen (rehearse),
            .job_center_code = rehearse->unit,
            .contact_group_type_identifier = track_rehearse_contact_group (rehearse),
          };
          GString *body =
            track_rehearse_write (rehearse, CONTRACT_SOAP_1_1, operation, &request, error);
          if (body == NULL)
            return FALSE;
          g_ptr_array_add (bodies, body);
        }
      if (!track_rehearse_shoot (rehearse, operation, bodies, replies, error))
        return FALSE;
      for (guint i = 0; i < N_CALLERS; i++)
        if (replies[i].is_fault != replies[0].is_fault)
          {
            g_autofree char *tally = track_rehearse_dup_tally (replies, N_CALLERS);
            return track_rehearse_wrong (error, "the same question is refused and not refused: %s",
                                         tally);
          }
    }
  return TRUE;
}

/* Each caller asks for a day of its own and may be told of that day only. */
static gboolean
is_of_day (const ContractReply *reply, gint64 from_us, GError **error)
{
  const ContractGetSelfbookTimeslotsResponse *response = reply->response;
  if (reply->is_fault)
    return track_rehearse_wrong (error,
                                 "times under load were answered with fault %" G_GINT64_FORMAT,
                                 reply->fault == NULL ? 0 : reply->fault->code);
  for (guint i = 0; i < response->timeslot_collection.n_items; i++)
    {
      gint64 start_us = response->timeslot_collection.items[i].start_time.unix_us;
      if (start_us < from_us || start_us >= from_us + G_TIME_SPAN_DAY)
        return track_rehearse_wrong (error, "a caller was told times that another had asked for");
    }
  return TRUE;
}

static gboolean
run_times (TrackRehearse *rehearse, gconstpointer data, GError **error)
{
  ContractOperationId operation = CONTRACT_OPERATION_GET_SELFBOOK_TIMESLOTS;
  g_autoptr (GPtrArray) bodies = g_ptr_array_new_with_free_func (free_body);
  ContractReply replies[N_CALLERS];
  if (!track_rehearse_find_offer (rehearse, error))
    return FALSE;
  for (guint i = 0; i < N_CALLERS; i++)
    {
      gint64 from_us = rehearse->plan->from_us + i * G_TIME_SPAN_DAY;
      ContractGetSelfbookTimeslotsRequest request = {
        .person_civil_registration_identifier = track_rehearse_citizen (rehearse),
        .interview_option_id = rehearse->offer,
        .booking_option_interval_start_time = { .unix_us = from_us, .has_offset = TRUE },
        .booking_option_interval_end_time = { .unix_us = from_us + G_TIME_SPAN_DAY,
                                              .has_offset = TRUE },
      };
      GString *body =
        track_rehearse_write (rehearse, CONTRACT_SOAP_1_1, operation, &request, error);
      if (body == NULL)
        return FALSE;
      g_ptr_array_add (bodies, body);
    }
  if (!track_rehearse_shoot (rehearse, operation, bodies, replies, error))
    return FALSE;
  for (guint i = 0; i < N_CALLERS; i++)
    if (!is_of_day (&replies[i], rehearse->plan->from_us + i * G_TIME_SPAN_DAY, error))
      {
        g_autofree char *tally = track_rehearse_dup_tally (replies, N_CALLERS);
        g_prefix_error (error, "of %u callers %s; ", N_CALLERS, tally);
        return FALSE;
      }
  return TRUE;
}

#define LOAD "contract.md, How to call"
/* clang-format off */
const TrackRehearseRow track_rehearse_load[] = {
  { "options", "5 times 20 questions for offers at once",       "100 answers, all alike",           LOAD, TRACK_REHEARSE_NEEDS_NOTHING, run_options },
  { "times",   "20 callers ask at once, each for another day",  "each is told its own day",         LOAD, TRACK_REHEARSE_NEEDS_PLAN,    run_times },
  { NULL },
};
/* clang-format on */
