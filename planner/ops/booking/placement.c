/* SPDX-License-Identifier: EUPL-1.2 */
/* Judges every candidate exactly and chooses: fewest minutes claimed that local day, then lowest id. */
#include "ops/booking/placement.h"

#include "base/error.h"
#include "ops/facts/citizen-facts.h"
#include "rules/offer-match.h"
#include "rules/slot-choice.h"
#include "store/citizen-store.h"

/* Guard (a) is the judgement in this file. A test build leaves out what it says of other claims, to
 * show that the database's own guard (b) holds alone. */
#ifdef PLANNER_WITHOUT_GUARD_A
#define ALWAYS_WAIVED                                                   \
  (SLOT_VERDICT_MASK (SLOT_CLAIMED) | SLOT_VERDICT_MASK (SLOT_BUFFER) | \
   SLOT_VERDICT_MASK (SLOT_SEATS_FULL))
#else
#define ALWAYS_WAIVED 0
#endif

/* One search: everything that does not change from candidate to candidate. */
typedef struct
{
  const OpCall *call;
  const Wish *wish;
  SlotQuestion question;
  Period day;
  GPtrArray *rooms;    /* ResourceFacts */
  GArray *room_slots;  /* SlotResource */
  SlotVerdict refusal; /* the no that says most, of all candidates */
} Search;

/**
 * citizen_context_clear:
 *
 * Frees what the context owns.
 */
void
citizen_context_clear (CitizenContext *context)
{
  citizen_facts_clear (&context->facts);
  g_clear_pointer (&context->busy, g_array_unref);
}

/**
 * citizen_context_load:
 *
 * Reads the citizen's facts and live bookings; the booking that is being moved does not count.
 */
gboolean
citizen_context_load (StoreSession *session,
                      const Wish *wish,
                      gint64 now_us,
                      CitizenContext *out_context,
                      GError **error)
{
  g_auto (CitizenContext) context = { .busy = period_list_new () };
  g_autoptr (GPtrArray) bookings =
    booking_store_list_live (session, wish->citizen_id, now_us, error);

  if (bookings == NULL || !citizen_facts_load (session, wish->citizen_id, &context.facts, error))
    return FALSE;
  for (guint i = 0; i < bookings->len; i++)
    {
      const Booking *booking = bookings->pdata[i];
      if (wish->moving != NULL && booking->booking_id == wish->moving->booking_id)
        continue;
      period_list_add (context.busy, booking->core);
      if (wish->unit->one_open_per_type &&
          booking->interview_type == wish->offer->rules->interview_type)
        context.has_open = TRUE;
    }
  period_list_normalise (context.busy);
  *out_context = context;
  context = (CitizenContext){ 0 };
  return TRUE;
}

/**
 * placement_meeting_of:
 * @moving: (nullable): the booking that is moved
 *
 * Which contact type it will be is said only after the time is chosen: in person, unless every contact
 * type of the offer is by telephone or video, and that of the booking too, which may keep its own.
 */
CalsyncMeeting
placement_meeting_of (const CatalogueOffer *offer, const CatalogueUnit *unit, const Booking *moving)
{
  if (!offer->rules->is_remote)
    return CALSYNC_MEETING_IN_PERSON;
  return moving == NULL ? CALSYNC_MEETING_REMOTE
                        : catalogue_unit_get_meeting (unit, moving->contact_type);
}

/**
 * placement_clear:
 *
 * Frees what the placement owns.
 */
void
placement_clear (Placement *placement)
{
  g_clear_pointer (&placement->session, group_session_free);
}

/**
 * placement_set_error:
 *
 * Sets the error that tells a caller why a time is not to be had.
 */
void
placement_set_error (SlotVerdict verdict, GError **error)
{
  PlannerError code = PLANNER_ERROR_SLOT_NOT_OFFERED;

  if (verdict == SLOT_BUSY || verdict == SLOT_CLAIMED || verdict == SLOT_BUFFER ||
      verdict == SLOT_NO_ROOM || verdict == SLOT_SEATS_FULL || verdict == SLOT_WINDOW_FULL)
    code = PLANNER_ERROR_SLOT_TAKEN;
  else if (verdict == SLOT_NOT_FOR_CITIZEN)
    code = PLANNER_ERROR_NOT_ALLOWED_FOR_CITIZEN;
  else if (verdict == SLOT_CITIZEN_HAS_OPEN || verdict == SLOT_CITIZEN_BUSY)
    code = PLANNER_ERROR_ALREADY_BOOKED;
  else if (verdict == SLOT_STALE_CALENDAR)
    code = PLANNER_ERROR_STALE_CALENDAR;
  else if (verdict == SLOT_NOT_IN_POOL)
    code = PLANNER_ERROR_UNKNOWN_CASE_WORKER;
  g_set_error (error, PLANNER_ERROR, code, "the time is not free: %s",
               slot_verdict_get_name (verdict));
}

static GArray *
load_offer_starts (const Search *search, GError **error)
{
  const Offer *rules = search->wish->offer->rules;

  if (!offer_has_capacity (rules))
    return g_array_new (FALSE, FALSE, sizeof (gint64));
  return booking_store_list_starts (
    search->call->session, rules->offer_id,
    period_widen (search->day, PERIOD_US_PER_DAY, PERIOD_US_PER_DAY), search->wish->owner_id,
    search->call->now_us, error);
}

/* What the judgement reads: the meeting with the widest buffers around it. A choice counts the claims of
 * the whole local day besides. */
static Period
period_of_interest (const Search *search)
{
  const Offer *rules = search->wish->offer->rules;
  Period core = { search->wish->start_us, search->wish->start_us + rules->duration_us };
  Period wide = period_widen (core, MAX (rules->before_us, rules->room_before_us),
                              MAX (rules->after_us, rules->room_after_us));

  if (search->wish->advisor != NULL && rules->n_rooms == 0)
    return wide;
  return (Period){ MIN (wide.start_us, search->day.start_us),
                   MAX (wide.end_us, search->day.end_us) };
}

static ResourceFacts *
load_facts (const Search *search, gint64 resource_id, GError **error)
{
  const CatalogueResource *resource =
    catalogue_get_resource (search->call->view.catalogue, resource_id);

  if (resource == NULL)
    {
      g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_UNKNOWN_CASE_WORKER,
                           "the resource is not in service");
      return NULL;
    }
  return resource_facts_load (search->call->session, resource, period_of_interest (search),
                              search->call->now_us, error);
}

static gboolean
load_rooms (Search *search, GError **error)
{
  const Offer *rules = search->wish->offer->rules;

  for (guint i = 0; rules->needs_room && i < rules->n_rooms; i++)
    {
      const CatalogueResource *room = search->wish->room;
      ResourceFacts *facts;

      if (room != NULL && room->resource_id != rules->rooms[i])
        continue;
      facts = load_facts (search, rules->rooms[i], error);
      if (facts == NULL)
        return FALSE;
      g_ptr_array_add (search->rooms, facts);
      g_array_append_val (search->room_slots, facts->slot);
    }
  return TRUE;
}

/* A taken time says more than a time that was never offered. */
static void
note_refusal (Search *search, SlotVerdict verdict)
{
  if (search->refusal == SLOT_FREE || (verdict >= SLOT_BUSY && search->refusal < SLOT_BUSY))
    search->refusal = verdict;
}

static SlotCandidate
candidate_of (const Search *search, const ResourceFacts *facts)
{
  return (SlotCandidate){ facts->slot.resource_id,
                          slot_claimed_us (facts->claims, search->day, search->question.owner_id) };
}

static gint64
choose_room (const Search *search)
{
  g_autoptr (GArray) free_rooms = g_array_new (FALSE, FALSE, sizeof (SlotCandidate));
  int chosen;

  for (guint i = 0; i < search->rooms->len; i++)
    {
      const ResourceFacts *facts = search->rooms->pdata[i];
      SlotFinding finding =
        offer_match_room (search->wish->offer->rules, &search->question, &facts->slot);
      SlotCandidate candidate = candidate_of (search, facts);
      if (finding.verdict == SLOT_FREE)
        g_array_append_val (free_rooms, candidate);
    }
  chosen = slot_choose ((const SlotCandidate *) free_rooms->data, free_rooms->len);
  return chosen < 0 ? 0 : g_array_index (free_rooms, SlotCandidate, chosen).resource_id;
}

static gboolean
choose_advisor (Search *search, gint64 *out_advisor_id, GError **error)
{
  const Offer *rules = search->wish->offer->rules;
  g_autoptr (GArray) free_advisors = g_array_new (FALSE, FALSE, sizeof (SlotCandidate));
  int chosen;

  for (guint i = 0; i < rules->n_pool; i++)
    {
      g_autoptr (ResourceFacts) facts = NULL;
      SlotCandidate candidate;
      SlotFinding finding;

      if (search->wish->advisor != NULL && search->wish->advisor->resource_id != rules->pool[i])
        continue;
      facts = load_facts (search, rules->pool[i], error);
      if (facts == NULL)
        return FALSE;
      finding = offer_match_start (rules, &search->question, &facts->slot,
                                   (const SlotResource *) search->room_slots->data,
                                   search->room_slots->len);
      candidate = candidate_of (search, facts);
      if (finding.verdict == SLOT_FREE)
        g_array_append_val (free_advisors, candidate);
      else
        note_refusal (search, finding.verdict);
    }
  chosen = slot_choose ((const SlotCandidate *) free_advisors->data, free_advisors->len);
  *out_advisor_id =
    chosen < 0 ? 0 : g_array_index (free_advisors, SlotCandidate, chosen).resource_id;
  return TRUE;
}

/* A session that exists and has a seat comes before a new one. */
static gboolean
choose_session (Search *search, GroupSession **out_session, GError **error)
{
  const Wish *wish = search->wish;
  const Offer *rules = wish->offer->rules;
  g_autoptr (GPtrArray) groups =
    group_store_list_at (search->call->session, rules->offer_id, wish->start_us, error);

  if (groups == NULL)
    return FALSE;
  for (guint i = 0; i < groups->len; i++)
    {
      const GroupSession *group = groups->pdata[i];
      SlotSession session = { group->session_id, group->advisor_id, group->core,
                              (int) (group->seats - group->n_taken) };
      SlotFinding finding;

      if ((wish->advisor != NULL && wish->advisor->resource_id != group->advisor_id) ||
          catalogue_get_resource (search->call->view.catalogue, group->advisor_id) == NULL)
        continue;
      finding = offer_match_session (rules, &search->question, &session);
      if (finding.verdict == SLOT_FREE)
        {
          *out_session = g_ptr_array_steal_index (groups, i);
          return TRUE;
        }
      note_refusal (search, finding.verdict);
    }
  return TRUE;
}

static gboolean
run_search (Search *search, Placement *placement, GError **error)
{
  const Offer *rules = search->wish->offer->rules;

  if (rules->form == OFFER_GROUP && !search->wish->is_new_session &&
      !choose_session (search, &placement->session, error))
    return FALSE;
  if (placement->session != NULL)
    {
      placement->advisor_id = placement->session->advisor_id;
      placement->room_id = placement->session->room_id;
      return TRUE;
    }
  if (!load_rooms (search, error) || !choose_advisor (search, &placement->advisor_id, error))
    return FALSE;
  if (placement->advisor_id != 0 && rules->needs_room)
    placement->room_id = choose_room (search);
  if (placement->advisor_id != 0 && (!rules->needs_room || placement->room_id != 0))
    return TRUE;
  placement_set_error (search->refusal == SLOT_FREE ? SLOT_NOT_IN_POOL : search->refusal, error);
  return FALSE;
}

/**
 * placement_find:
 * @call: with a session inside a transaction
 *
 * The first guard against double booking: whoever books, moves or holds passes here, in the same
 * transaction that writes the claims.
 *
 * Errors: PLANNER_ERROR_SLOT_TAKEN, _SLOT_NOT_OFFERED, _NOT_ALLOWED_FOR_CITIZEN, _ALREADY_BOOKED,
 * _STALE_CALENDAR, _UNKNOWN_CASE_WORKER.
 */
gboolean
placement_find (const OpCall *call, const Wish *wish, Placement *out_placement, GError **error)
{
  const Offer *rules = wish->offer->rules;
  g_auto (CitizenContext) citizen = { 0 };
  g_auto (Placement) placement = { .core = { wish->start_us,
                                             wish->start_us + rules->duration_us } };
  g_autoptr (GArray) starts = NULL;
  g_autoptr (GPtrArray) rooms =
    g_ptr_array_new_with_free_func ((GDestroyNotify) resource_facts_free);
  g_autoptr (GArray) room_slots = g_array_new (FALSE, FALSE, sizeof (SlotResource));
  Search search = { .call = call, .wish = wish, .rooms = rooms, .room_slots = room_slots };

  search.day = slot_local_day (rules->zone, wish->start_us, NULL);
  if (!citizen_context_load (call->session, wish, call->now_us, &citizen, error))
    return FALSE;
  starts = load_offer_starts (&search, error);
  if (starts == NULL)
    return FALSE;
  search.question =
    (SlotQuestion){ .now_us = call->now_us,
                    .start_us = wish->start_us,
                    .owner_id = wish->owner_id,
                    .meeting = placement_meeting_of (wish->offer, wish->unit, wish->moving),
                    .waived = ALWAYS_WAIVED | wish->waived,
                    .facts = &citizen.facts,
                    .citizen_has_open = citizen.has_open,
                    .citizen_busy = citizen.busy,
                    .closed = wish->unit->closed,
                    .offer_starts = starts };
  if (!run_search (&search, &placement, error))
    return FALSE;
  *out_placement = placement;
  placement.session = NULL;
  return TRUE;
}
