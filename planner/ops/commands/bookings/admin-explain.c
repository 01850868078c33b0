/* SPDX-License-Identifier: EUPL-1.2 */
/* Asks the exact evaluator, the one that decides bookings, about every advisor, room and session of an offer. */
#include "ops/commands/bookings/admin-explain.h"

#include <string.h>

#include "base/error.h"
#include "base/ids.h"
#include "calsync-timezone.h"
#include "ops/admin/admin-format.h"
#include "ops/booking/placement.h"
#include "ops/commands/admin-op.h"
#include "ops/commands/bookings/explain-busy.h"
#include "ops/commands/bookings/explain-stale.h"
#include "ops/facts/catalogue-load.h"
#include "rules/offer-match.h"
#include "rules/slot-choice.h"
#include "store/citizen-store.h"
#include "store/hold-store.h"

typedef struct
{
  AdminCall *call;
  Catalogue *catalogue;
  gint64 tenant_id;
  Wish wish;
  gint64 own_session_id; /* where the citizen's own reservation has a seat */
  gint64 lone_owner_id;  /* whose claims go with that reservation, when nobody else sits there */
  CitizenContext citizen;
  SlotQuestion question;
  Period day;
  GArray *starts;
  GPtrArray *rooms;   /* ResourceFacts */
  GArray *room_slots; /* SlotResource */
  gboolean is_offered;
  GError *read_error; /* of what a reason says more than the rules do */
} Explanation;

static void
explanation_clear (Explanation *explanation)
{
  citizen_context_clear (&explanation->citizen);
  g_clear_pointer (&explanation->catalogue, catalogue_unref);
  g_clear_pointer (&explanation->starts, g_array_unref);
  g_clear_pointer (&explanation->rooms, g_ptr_array_unref);
  g_clear_pointer (&explanation->room_slots, g_array_unref);
  g_clear_error (&explanation->read_error);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Explanation, explanation_clear)

/* clang-format off */
static const char *const sentences[N_SLOT_VERDICTS] = {
  [SLOT_FREE]             = "free",
  [SLOT_NOT_FOR_CITIZEN]  = "what is known of the citizen does not meet the offer's rules",
  [SLOT_CITIZEN_HAS_OPEN] = "the citizen has an open booking of this interview type",
  [SLOT_OUTSIDE_VALIDITY] = "the offer is not valid at that time",
  [SLOT_PAST_LEAD_TIME]   = "too soon: the offer asks for notice",
  [SLOT_BEYOND_HORIZON]   = "too far ahead: that day is not open yet",
  [SLOT_OUTSIDE_WINDOW]   = "inside no time frame of the offer that the citizen may use",
  [SLOT_WINDOW_FULL]      = "the time frame has as many bookings as it may",
  [SLOT_CITIZEN_BUSY]     = "the citizen has another booking",
  [SLOT_NOT_IN_POOL]      = "the advisor does not serve this offer",
  [SLOT_STALE_CALENDAR]   = "the calendar is not known so far ahead, or is too old",
  [SLOT_CLOSED_DAY]       = "the office is closed",
  [SLOT_OUTSIDE_HOURS]    = "outside working time",
  [SLOT_OFF_GRID]         = "between two starts of the grid",
  [SLOT_BUSY]             = "an appointment of their own",
  [SLOT_CLAIMED]          = "another meeting",
  [SLOT_BUFFER]           = "the buffer of another meeting, or ours around it",
  [SLOT_NO_ROOM]          = "no room is free",
  [SLOT_UNKNOWN_SESSION]  = "no such group meeting",
  [SLOT_SEATS_FULL]       = "every seat is taken",
};
/* clang-format on */

/* Which class of calendar time it is; NULL where the sentence says it all. */
static char *
dup_busy_text (Explanation *explanation, const SlotFinding *finding)
{
  const Offer *rules = explanation->wish.offer->rules;
  const CatalogueResource *resource =
    catalogue_get_resource (explanation->catalogue, finding->resource_id);
  Period core = { explanation->wish.start_us, explanation->wish.start_us + rules->duration_us };
  gboolean is_advisor = resource != NULL && resource->kind == RESOURCE_ADVISOR;
  Period wanted = period_widen (core, is_advisor ? rules->before_us : rules->room_before_us,
                                is_advisor ? rules->after_us : rules->room_after_us);

  if (finding->verdict != SLOT_BUSY || resource == NULL || explanation->read_error != NULL)
    return NULL;
  return explain_busy_dup_text (explanation->call->session, resource, wanted,
                                is_advisor ? explanation->question.meeting
                                           : CALSYNC_MEETING_IN_PERSON,
                                &explanation->read_error);
}

/* How old the calendar is and what to do; NULL where it is only not laid out so far. */
static char *
dup_stale_text (Explanation *explanation, const SlotFinding *finding)
{
  if (finding->verdict != SLOT_STALE_CALENDAR || explanation->read_error != NULL)
    return NULL;
  return explain_stale_dup_text (explanation->call->session, finding->resource_id,
                                 explanation->call->now_us, &explanation->read_error);
}

static JsonObject *
finding_to_json (Explanation *explanation, const SlotFinding *finding)
{
  const CalsyncZone *zone = explanation->wish.unit->zone;
  g_autofree char *more = finding->verdict == SLOT_STALE_CALENDAR
                            ? dup_stale_text (explanation, finding)
                            : dup_busy_text (explanation, finding);
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "verdict", slot_verdict_get_name (finding->verdict));
  json_object_set_string_member (object, "text", more != NULL ? more : sentences[finding->verdict]);
  if (!period_is_empty (finding->why))
    {
      admin_set_time (object, "from", zone, finding->why.start_us);
      /* An open end would be a year that no calendar has. */
      if (finding->why.end_us < G_GINT64_CONSTANT (9000000000000000))
        admin_set_time (object, "to", zone, finding->why.end_us);
    }
  return object;
}

static gboolean
load_catalogue (Explanation *explanation, GError **error)
{
  explanation->catalogue = catalogue_load (explanation->call->session, explanation->call->data_dir,
                                           explanation->call->now_us, error);
  return explanation->catalogue != NULL;
}

/* By identifier, or by a beginning of it that only one of the tenant's offers has. */
static gboolean
find_offer (Explanation *explanation, const char *identifier, GError **error)
{
  const GPtrArray *offers = catalogue_get_offers (explanation->catalogue);
  g_autofree char *folded = ids_fold_guid (identifier);
  guint n_found = 0;

  for (guint i = 0; i < offers->len; i++)
    {
      CatalogueOffer *offer = offers->pdata[i];
      if (offer->rules->tenant_id != explanation->tenant_id ||
          !g_str_has_prefix (offer->rules->identifier, folded))
        continue;
      explanation->wish.offer = offer;
      n_found++;
    }
  if (n_found == 0)
    g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND, "there is no offer %s", identifier);
  else if (n_found > 1)
    g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID, "several offers begin with %s",
                 identifier);
  else
    explanation->wish.unit =
      catalogue_get_unit (explanation->catalogue, explanation->wish.offer->rules->unit_id);
  return n_found == 1;
}

static gboolean
find_advisor (Explanation *explanation, GError **error)
{
  const char *key = NULL;

  if (!admin_get_text (explanation->call, "advisor", &key, error))
    return FALSE;
  if (key == NULL)
    return TRUE;
  explanation->wish.advisor =
    catalogue_find_resource (explanation->catalogue, explanation->tenant_id, key);
  if (explanation->wish.advisor == NULL)
    g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND, "there is no advisor %s", key);
  return explanation->wish.advisor != NULL;
}

static gboolean
find_own_seat (Explanation *explanation, const Hold *hold, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (GroupSession) group =
    group_store_load (explanation->call->session, hold->session_id, &local_error);

  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  explanation->own_session_id = hold->session_id;
  if (group != NULL && group->n_taken == 1 && !group->is_kept)
    explanation->lone_owner_id = group->owner_id;
  return TRUE;
}

/* The citizen's own reservation is no hindrance: a new one would replace it. */
static gboolean
find_own_hold (Explanation *explanation, GError **error)
{
  StoreSession *session = explanation->call->session;
  g_autoptr (GError) local_error = NULL;
  g_autofree char *context = hold_context_of (explanation->wish.unit->unit_id, NULL);
  g_autoptr (Hold) hold =
    hold_store_find_context (session, explanation->wish.citizen_id, context, &local_error);

  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  if (hold == NULL || hold->expiry_us <= explanation->call->now_us)
    return TRUE;
  explanation->wish.owner_id = hold->owner_id;
  return hold->session_id == 0 || find_own_seat (explanation, hold, error);
}

/* The number is looked up and forgotten; no text of ours repeats it. */
static gboolean
find_citizen (Explanation *explanation, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  const char *cpr = NULL;

  if (!admin_get_text (explanation->call, "cpr", &cpr, error))
    return FALSE;
  if (cpr == NULL)
    return TRUE;
  explanation->wish.citizen_id =
    citizen_store_find (explanation->call->session, explanation->tenant_id, cpr, &local_error);
  if (local_error == NULL)
    return find_own_hold (explanation, error);
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

static gboolean
read_arguments (Explanation *explanation, GError **error)
{
  const char *offer = NULL;
  const char *time = NULL;

  return admin_need_text (explanation->call, "offer", &offer, error) &&
         admin_need_text (explanation->call, "time", &time, error) &&
         load_catalogue (explanation, error) && find_offer (explanation, offer, error) &&
         admin_parse_time (explanation->wish.unit->zone, time, &explanation->wish.start_us,
                           error) &&
         find_advisor (explanation, error) && find_citizen (explanation, error);
}

static gboolean
load_starts (Explanation *explanation, GError **error)
{
  explanation->starts = booking_store_list_starts (
    explanation->call->session, explanation->wish.offer->rules->offer_id,
    period_widen (explanation->day, PERIOD_US_PER_DAY, PERIOD_US_PER_DAY),
    explanation->wish.owner_id, explanation->call->now_us, error);
  return explanation->starts != NULL;
}

static ResourceFacts *
load_facts (Explanation *explanation, const CatalogueResource *resource, GError **error)
{
  ResourceFacts *facts =
    resource_facts_load (explanation->call->session, resource,
                         period_widen (explanation->day, PERIOD_US_PER_DAY, PERIOD_US_PER_DAY),
                         explanation->call->now_us, error);

  for (guint i = facts == NULL ? 0 : facts->claims->len; i > 0; i--)
    if (explanation->lone_owner_id != 0 &&
        g_array_index (facts->claims, SlotClaim, i - 1).owner_id == explanation->lone_owner_id)
      g_array_remove_index (facts->claims, i - 1);
  return facts;
}

/* The question as op placement asks it. */
static gboolean
prepare (Explanation *explanation, GError **error)
{
  explanation->day =
    slot_local_day (explanation->wish.offer->rules->zone, explanation->wish.start_us, NULL);
  if (!citizen_context_load (explanation->call->session, &explanation->wish,
                             explanation->call->now_us, &explanation->citizen, error) ||
      !load_starts (explanation, error))
    return FALSE;
  explanation->question =
    (SlotQuestion){ .now_us = explanation->call->now_us,
                    .start_us = explanation->wish.start_us,
                    .owner_id = explanation->wish.owner_id,
                    .meeting = placement_meeting_of (
                      explanation->wish.offer, explanation->wish.unit, explanation->wish.moving),
                    .facts = &explanation->citizen.facts,
                    .citizen_has_open = explanation->citizen.has_open,
                    .citizen_busy = explanation->citizen.busy,
                    .closed = explanation->wish.unit->closed,
                    .offer_starts = explanation->starts };
  return TRUE;
}

static JsonObject *
resource_to_json (const CatalogueResource *resource, JsonArray *reasons)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "resource", resource->key);
  json_object_set_string_member (object, "name", resource->name);
  json_object_set_boolean_member (object, "free", json_array_get_length (reasons) == 0);
  json_object_set_array_member (object, "reasons", reasons);
  return object;
}

static gboolean
explain_rooms (Explanation *explanation, GError **error)
{
  const Offer *rules = explanation->wish.offer->rules;
  JsonArray *list = json_array_new ();

  json_object_set_array_member (explanation->call->result, "rooms", list);
  explanation->rooms = g_ptr_array_new_with_free_func ((GDestroyNotify) resource_facts_free);
  explanation->room_slots = g_array_new (FALSE, FALSE, sizeof (SlotResource));
  for (guint i = 0; rules->needs_room && i < rules->n_rooms; i++)
    {
      const CatalogueResource *room =
        catalogue_get_resource (explanation->catalogue, rules->rooms[i]);
      ResourceFacts *facts = room == NULL ? NULL : load_facts (explanation, room, error);
      JsonArray *reasons;
      SlotFinding finding;

      if (room == NULL)
        continue;
      if (facts == NULL)
        return FALSE;
      g_ptr_array_add (explanation->rooms, facts);
      g_array_append_val (explanation->room_slots, facts->slot);
      finding = offer_match_room (rules, &explanation->question, &facts->slot);
      reasons = json_array_new ();
      if (finding.verdict != SLOT_FREE)
        json_array_add_object_element (reasons, finding_to_json (explanation, &finding));
      json_array_add_object_element (list, resource_to_json (room, reasons));
    }
  return TRUE;
}

/* Noes of the offer and the citizen are the same for everybody: told once, in @general. */
static gboolean
explain_advisor (Explanation *explanation,
                 const CatalogueResource *advisor,
                 JsonArray *advisors,
                 JsonArray *general,
                 GError **error)
{
  g_autoptr (ResourceFacts) facts = load_facts (explanation, advisor, error);
  g_autoptr (GArray) findings = NULL;
  gboolean is_first = json_array_get_length (advisors) == 0;
  JsonArray *reasons;

  if (facts == NULL)
    return FALSE;
  findings = offer_match_list_findings (
    explanation->wish.offer->rules, &explanation->question, &facts->slot,
    (const SlotResource *) explanation->room_slots->data, explanation->room_slots->len);
  reasons = json_array_new ();
  for (guint i = 0; i < findings->len; i++)
    {
      const SlotFinding *finding = &g_array_index (findings, SlotFinding, i);

      if (finding->resource_id == advisor->resource_id)
        json_array_add_object_element (reasons, finding_to_json (explanation, finding));
      else if (finding->resource_id == 0 && is_first)
        json_array_add_object_element (general, finding_to_json (explanation, finding));
    }
  explanation->is_offered |= findings->len == 0;
  json_array_add_object_element (advisors, resource_to_json (advisor, reasons));
  return TRUE;
}

static gboolean
explain_advisors (Explanation *explanation, GError **error)
{
  const Offer *rules = explanation->wish.offer->rules;
  JsonArray *advisors = json_array_new ();
  JsonArray *general = json_array_new ();

  json_object_set_array_member (explanation->call->result, "reasons", general);
  json_object_set_array_member (explanation->call->result, "advisors", advisors);
  if (explanation->wish.advisor != NULL)
    return explain_advisor (explanation, explanation->wish.advisor, advisors, general, error);
  for (guint i = 0; i < rules->n_pool; i++)
    {
      const CatalogueResource *advisor =
        catalogue_get_resource (explanation->catalogue, rules->pool[i]);
      if (advisor != NULL && !explain_advisor (explanation, advisor, advisors, general, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
explain_sessions (Explanation *explanation, GError **error)
{
  const Offer *rules = explanation->wish.offer->rules;
  g_autoptr (GPtrArray) groups = group_store_list_at (explanation->call->session, rules->offer_id,
                                                      explanation->wish.start_us, error);
  JsonArray *list;

  if (groups == NULL)
    return FALSE;
  list = json_array_new ();
  json_object_set_array_member (explanation->call->result, "sessions", list);
  for (guint i = 0; i < groups->len; i++)
    {
      const GroupSession *group = groups->pdata[i];
      SlotSession session = { group->session_id, group->advisor_id, group->core,
                              (int) (group->seats - group->n_taken) +
                                (group->session_id == explanation->own_session_id) };
      SlotFinding finding = offer_match_session (rules, &explanation->question, &session);
      const CatalogueResource *advisor = explanation->wish.advisor;
      JsonObject *object;

      if (advisor != NULL && advisor->resource_id != group->advisor_id)
        continue;
      object = finding_to_json (explanation, &finding);

      json_object_set_string_member (object, "group", group->identifier);
      json_object_set_int_member (object, "seats_left", session.seats_left);
      json_array_add_object_element (list, object);
      explanation->is_offered |= finding.verdict == SLOT_FREE;
    }
  return TRUE;
}

/* The law's own no: some interview types may not be planned from a date on. */
static void
explain_type (Explanation *explanation)
{
  const CatalogueUnit *unit = explanation->wish.unit;
  gint32 date = (gint32) calsync_zone_local_day (unit->zone, explanation->wish.start_us);
  JsonObject *reason;

  if (catalogue_may_plan (explanation->catalogue, unit,
                          explanation->wish.offer->rules->interview_type, date) == BOOKING_MAY)
    return;
  explanation->is_offered = FALSE;
  reason = json_object_new ();
  json_object_set_string_member (reason, "verdict", "type-closed");
  json_object_set_string_member (reason, "text", "this interview type may not be planned that day");
  json_array_add_object_element (
    json_object_get_array_member (explanation->call->result, "reasons"), reason);
}

static void
report (Explanation *explanation)
{
  static const char *const words[] = { "matches", "unknown", "contradicts" };
  const Offer *rules = explanation->wish.offer->rules;
  JsonObject *result = explanation->call->result;

  json_object_set_string_member (result, "offer", rules->identifier);
  json_object_set_string_member (result, "title", explanation->wish.offer->title);
  json_object_set_string_member (result, "unit", explanation->wish.unit->key);
  admin_set_time (result, "start", explanation->wish.unit->zone, explanation->wish.start_us);
  admin_set_time (result, "end", explanation->wish.unit->zone,
                  explanation->wish.start_us + rules->duration_us);
  json_object_set_string_member (
    result, "citizen",
    words[offer_match_citizen (&rules->citizen_rules, &explanation->citizen.facts)]);
  json_object_set_boolean_member (result, "offered", explanation->is_offered);
}

/* clang-format off */
const AdminArgument admin_explain_arguments[] = {
  { "offer", ADMIN_TEXT, ADMIN_WORD, "OFFER", "identifier of an offer, or its beginning" },
  { "time", ADMIN_TIME, ADMIN_WORD, "TIME", "start to explain" },
  { "advisor", ADMIN_TEXT, ADMIN_OPTION, "KEY", "only this advisor" },
  { "cpr", ADMIN_CITIZEN, ADMIN_OPTION, "FILE", "file with a citizen's number; - is standard input", .option = "citizen-file" },
  { NULL },
};
/* clang-format on */

/* What could not be recorded is not told. */
static void
forget (JsonObject *result)
{
  g_autoptr (GList) names = json_object_get_members (result);

  for (const GList *name = names; name != NULL; name = name->next)
    json_object_remove_member (result, name->data);
}

static gboolean
explain (AdminCall *call, GError **error)
{
  g_auto (Explanation) explanation = { .call = call };
  g_autoptr (TenantRecord) tenant = admin_load_tenant (call, call->session, error);

  if (tenant == NULL)
    return FALSE;
  explanation.tenant_id = tenant->tenant_id;
  if (!read_arguments (&explanation, error) || !prepare (&explanation, error) ||
      !explain_rooms (&explanation, error) || !explain_advisors (&explanation, error) ||
      !explain_sessions (&explanation, error))
    return FALSE;
  explain_type (&explanation);
  report (&explanation);
  if (explanation.read_error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&explanation.read_error));
  return FALSE;
}

/**
 * admin_explain:
 *
 * Arguments: tenant; offer (identifier or the beginning of one); time; advisor (key); cpr. Result:
 * whether that start is offered; reasons of the offer and the citizen, then per advisor, room and
 * group meeting, each with the verdict's name, a sentence and the stretch of time that explains it.
 *
 * That a citizen was looked up is written to the journal before anything is told; a question that is
 * refused has told nothing of anybody and leaves nothing. All else is read in one picture.
 *
 * The verdicts are the ones by which bookings are decided (rules/offer-match).
 */
gboolean
admin_explain (AdminCall *call, GError **error)
{
  g_autoptr (TenantRecord) tenant = admin_load_tenant (call, call->session, error);
  gint64 unused = 0;
  gboolean ok;

  if (tenant == NULL || !store_begin (call->session, STORE_READ, error))
    return FALSE;
  ok = explain (call, error);
  store_rollback (call->session);
  if (!ok || admin_find_citizen (call, tenant->tenant_id, "explain", &unused, error))
    return ok;
  forget (call->result);
  return FALSE;
}
