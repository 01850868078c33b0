/* SPDX-License-Identifier: EUPL-1.2 */
/* GetSelfbookTimeslots: the free times of an offer, or for moving a booking, from the index. */
#include "base/error.h"
#include "calsync-timezone.h"
#include "ops/booking/op-notes.h"
#include "ops/call/op-context.h"
#include "ops/handlers/op-table.h"
#include "ops/handlers/slot-context.h"
#include "ops/handlers/slot-listing.h"

typedef ContractGetSelfbookTimeslotsRequest Request;
typedef ContractGetSelfbookTimeslotsResponse Response;

#define MAX_INTERVAL_DAYS 92

static gboolean
check_interval (Period interval, GError **error)
{
  if (period_is_empty (interval))
    g_set_error_literal (
      error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
      "BookingOptionIntervalEndTime is not after BookingOptionIntervalStartTime");
  else if (interval.end_us - interval.start_us >
           MAX_INTERVAL_DAYS * PERIOD_US_PER_DAY + PERIOD_US_PER_HOUR)
    g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_INTERVAL_TOO_LONG,
                 "the interval is longer than %d days", MAX_INTERVAL_DAYS);
  else
    return TRUE;
  return FALSE;
}

/* Offsets change twice a year: one look-up serves all starts up to the next change. */
typedef struct
{
  const CalsyncZone *zone;
  gint64 until_us;
  int offset_s;
} Offsets;

static ContractTime
contract_time (Offsets *offsets, gint64 unix_us)
{
  if (unix_us >= offsets->until_us)
    {
      offsets->offset_s = calsync_zone_offset_at (offsets->zone, unix_us);
      if (!calsync_zone_next_change (offsets->zone, unix_us, &offsets->until_us))
        offsets->until_us = G_MAXINT64;
    }
  return (ContractTime){ .unix_us = unix_us, .offset_s = offsets->offset_s, .has_offset = TRUE };
}

static void
fill_answer (OpCall *call, const SlotContext *context, const GArray *starts, gboolean cut)
{
  Response *response = contract_arena_new0 (call->arena, Response);
  ContractTimeslotList *list = &response->timeslot_collection;
  gint64 duration_us = context->offer->rules->duration_us;
  Offsets offsets = { context->unit->zone, G_MININT64, 0 };
  Offsets end_offsets = offsets;

  list->items = contract_arena_new0_n (call->arena, ContractTimeslot, starts->len);
  list->is_present = TRUE;
  for (guint i = 0; i < starts->len; i++)
    {
      const SlotStart *start = &g_array_index (starts, SlotStart, i);
      const CatalogueResource *advisor =
        catalogue_get_resource (call->view.catalogue, start->resource_id);
      ContractTimeslot *slot = &list->items[list->n_items];

      if (advisor == NULL)
        continue;
      slot->start_time = contract_time (&offsets, start->start_us);
      slot->end_time = contract_time (&end_offsets, start->start_us + duration_us);
      slot->case_worker_to_book = (ContractCaseWorkerToBook){ advisor->key, advisor->name };
      list->n_items++;
    }
  response->timeslot_collection_truncated = cut;
  call->response = response;
}

static void
note_empty (OpCall *call, const SlotContext *context, Period interval)
{
  const Request *request = call->request;
  EmptyAnswer empty = { .unit_id = context->unit->unit_id,
                        .offer_id = context->offer->rules->offer_id,
                        .interval = interval,
                        .reason = context->citizen.has_open ? "citizen-has-open" : "no-time" };

  op_note_empty (call, request->person_civil_registration_identifier, &empty);
}

/**
 * op_get_selfbook_timeslots:
 *
 * Operation 3 of the contract. Inline for nearly everybody; citizens with a live booking or hold are
 * answered on a worker, with their own claims taken out of the way.
 */
gboolean
op_get_selfbook_timeslots (OpCall *call, GError **error)
{
  const Request *request = call->request;
  g_auto (SlotContext) context = { 0 };
  const CatalogueResource *advisor = NULL;
  g_autoptr (GArray) starts = NULL;
  Period interval = { request->booking_option_interval_start_time.unix_us,
                      request->booking_option_interval_end_time.unix_us };
  gboolean cut = FALSE;

  if (!check_interval (interval, error) ||
      !slot_context_load (call, request->person_civil_registration_identifier,
                          request->interview_option_id, request->booking_identifier, &context,
                          error))
    return FALSE;
  if (call->wants_session)
    return TRUE;
  if (request->case_worker_identifier != NULL)
    {
      advisor = op_find_advisor (call, request->case_worker_identifier, error);
      if (advisor == NULL)
        return FALSE;
    }
  starts = slot_listing_run (call, &context, advisor, interval, &cut, error);
  if (starts == NULL)
    return FALSE;
  if (starts->len == 0)
    note_empty (call, &context, interval);
  fill_answer (call, &context, starts, cut);
  return TRUE;
}
