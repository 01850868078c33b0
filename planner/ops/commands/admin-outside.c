/* SPDX-License-Identifier: EUPL-1.2 */
/* Asks the exact evaluator about every booked meeting that is still to come: hours, closed days, the offer's rules. */
#include "ops/commands/admin-outside.h"

#include "calsync-timezone.h"
#include "ops/admin/admin-format.h"
#include "ops/facts/catalogue-load.h"
#include "ops/facts/resource-facts.h"
#include "rules/offer-match.h"
#include "store/booking-store.h"

#define MAX_LISTED 200

/* Who else sits there, what is offered when, and who the citizen is were settled when it was booked. */
#define SETTLED                                                                           \
  (SLOT_VERDICT_MASK (SLOT_NOT_FOR_CITIZEN) | SLOT_VERDICT_MASK (SLOT_CITIZEN_HAS_OPEN) | \
   SLOT_VERDICT_MASK (SLOT_PAST_LEAD_TIME) | SLOT_VERDICT_MASK (SLOT_BEYOND_HORIZON) |    \
   SLOT_VERDICT_MASK (SLOT_WINDOW_FULL) | SLOT_VERDICT_MASK (SLOT_CITIZEN_BUSY) |         \
   SLOT_VERDICT_MASK (SLOT_STALE_CALENDAR) | SLOT_VERDICT_MASK (SLOT_BUSY) |              \
   SLOT_VERDICT_MASK (SLOT_CLAIMED) | SLOT_VERDICT_MASK (SLOT_BUFFER) |                   \
   SLOT_VERDICT_MASK (SLOT_NO_ROOM))
/* What an offer alone asks for. */
#define OF_OFFER                                                                         \
  (SLOT_VERDICT_MASK (SLOT_OUTSIDE_VALIDITY) | SLOT_VERDICT_MASK (SLOT_OUTSIDE_WINDOW) | \
   SLOT_VERDICT_MASK (SLOT_NOT_IN_POOL) | SLOT_VERDICT_MASK (SLOT_OFF_GRID))

typedef struct
{
  const AdminCall *call;
  StoreSession *session;
  Catalogue *catalogue;
  GPtrArray *found;
} Look;

/* The meeting's own length counts, not what the offer says today. */
static Offer
rules_of (const CatalogueOffer *offer, const CatalogueUnit *unit, const Booking *booking)
{
  Offer rules = {
    .grid_us = PERIOD_STEP_US, .valid_until_us = G_MAXINT64, .seats = 1, .zone = unit->zone
  };

  if (offer != NULL)
    rules = *offer->rules;
  rules.duration_us = booking->core.end_us - booking->core.start_us;
  rules.needs_room = FALSE;
  return rules;
}

/* Whose a-kasse the citizen's is counts no more: a frame of any fund will do. */
static gboolean
is_in_a_window (const Offer *rules, SlotQuestion question)
{
  for (guint i = 0; i < rules->n_windows; i++)
    {
      CitizenFacts facts = { .unemployment_fund = rules->windows[i].unemployment_fund };

      question.facts = &facts;
      question.waived |= SLOT_VERDICT_MASK (SLOT_OUTSIDE_VALIDITY);
      if (offer_match_time (rules, &question).verdict == SLOT_FREE)
        return TRUE;
    }
  return rules->n_windows == 0;
}

static void
add_reason (JsonArray *reasons, SlotVerdict verdict)
{
  json_array_add_string_element (reasons, slot_verdict_get_name (verdict));
}

static void
judge_advisor (const Offer *rules,
               const SlotQuestion *question,
               const SlotResource *advisor,
               JsonArray *reasons)
{
  g_autoptr (GArray) findings = offer_match_list_findings (rules, question, advisor, NULL, 0);

  for (guint i = 0; i < findings->len; i++)
    {
      SlotVerdict verdict = g_array_index (findings, SlotFinding, i).verdict;
      if (verdict != SLOT_OUTSIDE_WINDOW || !is_in_a_window (rules, *question))
        add_reason (reasons, verdict);
    }
}

static ResourceFacts *
load_facts (const Look *look, gint64 resource_id, const Booking *booking, GError **error)
{
  CatalogueResource gone = { .resource_id = resource_id, .kind = RESOURCE_ADVISOR };
  const CatalogueResource *resource = catalogue_get_resource (look->catalogue, resource_id);

  return resource_facts_load (look->session, resource == NULL ? &gone : resource,
                              period_widen (booking->core, PERIOD_US_PER_DAY, PERIOD_US_PER_DAY),
                              look->call->now_us, error);
}

static gboolean
judge_room (const Look *look,
            const Offer *rules,
            const SlotQuestion *question,
            const Booking *booking,
            JsonArray *reasons,
            GError **error)
{
  g_autoptr (ResourceFacts) facts = NULL;

  if (booking->room_id == 0)
    return TRUE;
  facts = load_facts (look, booking->room_id, booking, error);
  if (facts == NULL)
    return FALSE;
  if (catalogue_get_resource (look->catalogue, booking->room_id) == NULL ||
      offer_match_room (rules, question, &facts->slot).verdict != SLOT_FREE)
    json_array_add_string_element (reasons, "outside-room-hours");
  return TRUE;
}

/* (transfer full) (nullable): NULL with @error set. */
static JsonArray *
judge (const Look *look, const Booking *booking, GError **error)
{
  const CatalogueUnit *unit = catalogue_get_unit (look->catalogue, booking->unit_id);
  const CatalogueOffer *offer = catalogue_get_offer (look->catalogue, booking->offer_id);
  Offer rules = rules_of (offer, unit, booking);
  SlotQuestion question = { .now_us = look->call->now_us,
                            .start_us = booking->core.start_us,
                            .owner_id = booking->owner_id,
                            .waived = offer == NULL ? SETTLED | OF_OFFER : SETTLED,
                            .closed = unit->closed };
  g_autoptr (JsonArray) reasons = json_array_new ();
  g_autoptr (ResourceFacts) facts = NULL;

  if (booking->advisor_id != 0)
    {
      facts = load_facts (look, booking->advisor_id, booking, error);
      if (facts == NULL)
        return NULL;
      judge_advisor (&rules, &question, &facts->slot, reasons);
    }
  if (!judge_room (look, &rules, &question, booking, reasons, error))
    return NULL;
  return g_steal_pointer (&reasons);
}

static JsonObject *
to_json (const Look *look, const Booking *booking, JsonArray *reasons)
{
  const CatalogueUnit *unit = catalogue_get_unit (look->catalogue, booking->unit_id);
  const CatalogueResource *advisor = catalogue_name_resource (look->catalogue, booking->advisor_id);
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "booking", booking->identifier);
  admin_set_time (object, "start", unit->zone, booking->core.start_us);
  admin_set_time (object, "end", unit->zone, booking->core.end_us);
  admin_set_text (object, "advisor", advisor == NULL ? NULL : advisor->key);
  json_object_set_array_member (object, "reasons", reasons);
  return object;
}

static gboolean
look_at (Look *look, const GArray *ids, GError **error)
{
  for (guint i = 0; i < ids->len; i++)
    {
      g_autoptr (Booking) booking =
        booking_store_load (look->session, g_array_index (ids, gint64, i), error);
      JsonArray *reasons = booking == NULL ? NULL : judge (look, booking, error);

      if (reasons == NULL)
        return FALSE;
      if (json_array_get_length (reasons) == 0)
        json_array_unref (reasons);
      else
        g_ptr_array_add (look->found, to_json (look, booking, reasons));
    }
  return TRUE;
}

static GArray *
list_ids (StoreSession *session, const OutsideScope *scope, gint64 now_us, GError **error)
{
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_auto (StoreQuery) query = { 0 };
  StoreStatement statement = scope->advisor_id != 0 ? SQL_BOOKED_OF_ADVISOR
                             : scope->room_id != 0  ? SQL_BOOKED_OF_ROOM
                             : scope->offer_id != 0 ? SQL_BOOKED_OF_OFFER
                                                    : SQL_BOOKED_OF_UNIT;
  gint64 subject_id = scope->advisor_id + scope->room_id + scope->offer_id + scope->unit_id;
  StoreStep step;

  if (!store_query (session, &query, error, statement, "iii", scope->tenant_id, subject_id, now_us))
    return NULL;
  while ((step = store_step (&query, error)) == STORE_ROW)
    {
      gint64 id = store_int (&query, 0);
      g_array_append_val (ids, id);
    }
  return step == STORE_FAILED ? NULL : g_steal_pointer (&ids);
}

/**
 * admin_outside_list:
 *
 * Nothing of it moves a meeting. A meeting without an advisor of ours is judged by its room alone.
 *
 * Returns: (transfer full): by start; NULL with @error set. Blocks.
 */
GPtrArray *
admin_outside_list (const AdminCall *call,
                    StoreSession *session,
                    const OutsideScope *scope,
                    GError **error)
{
  g_autoptr (Catalogue) catalogue = NULL;
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func ((GDestroyNotify) json_object_unref);
  g_autoptr (GArray) ids = list_ids (session, scope, call->now_us, error);
  Look look = { call, session, NULL, found };

  if (ids == NULL)
    return NULL;
  if (ids->len == 0)
    return g_steal_pointer (&found);
  catalogue = catalogue_load (session, call->data_dir, call->now_us, error);
  look.catalogue = catalogue;
  return catalogue != NULL && look_at (&look, ids, error) ? g_steal_pointer (&found) : NULL;
}

static gboolean
is_known (const GPtrArray *list, JsonObject *meeting)
{
  for (guint i = 0; i < list->len; i++)
    if (json_object_equal (list->pdata[i], meeting))
      return TRUE;
  return FALSE;
}

/**
 * admin_outside_report:
 *
 * At most 200 are listed; count tells how many there are.
 */
void
admin_outside_report (JsonObject *result, const GPtrArray *before, const GPtrArray *after)
{
  JsonArray *list = json_array_new ();
  guint n_new = 0;

  for (guint i = 0; i < after->len; i++)
    {
      if (is_known (before, after->pdata[i]))
        continue;
      if (n_new++ < MAX_LISTED)
        json_array_add_object_element (list, json_object_ref (after->pdata[i]));
    }
  json_object_set_int_member (result, "meetings_now_outside", n_new);
  json_object_set_array_member (result, "outside", list);
}
