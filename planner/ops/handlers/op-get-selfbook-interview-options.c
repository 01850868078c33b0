/* SPDX-License-Identifier: EUPL-1.2 */
/* GetSelfbookInterviewOptions: the unit's offers that fit the citizen, whose facts the call carries. */
#include <string.h>

#include "base/error.h"
#include "base/ids.h"
#include "calsync-timezone.h"
#include "ops/booking/booking-details.h"
#include "ops/booking/op-notes.h"
#include "ops/call/op-context.h"
#include "ops/facts/citizen-facts.h"
#include "ops/handlers/op-table.h"

typedef ContractGetSelfbookInterviewOptionsRequest Request;
typedef ContractGetSelfbookInterviewOptionsResponse Response;

static void
add_fact (GPtrArray *facts, const char *kind, char *value)
{
  CitizenFact *fact = g_new0 (CitizenFact, 1);

  fact->kind = g_strdup (kind);
  fact->value = value;
  g_ptr_array_add (facts, fact);
}

/* Everything that the call says, and so also what it leaves out: no category, no marks. */
static GPtrArray *
facts_told (const CatalogueUnit *unit, const Request *request)
{
  GPtrArray *facts = g_ptr_array_new_with_free_func ((GDestroyNotify) citizen_fact_free);
  const ContractPersonCategory *category = request->person_category;
  const ContractStringList *marks = &request->person_group_project_identifier_collection;

  add_fact (facts, "contact-group",
            g_strdup_printf ("%" G_GINT64_FORMAT, request->contact_group_type_identifier));
  if (category != NULL && category->has_person_category_type_identifier)
    add_fact (facts, "category",
              g_strdup_printf ("%" G_GINT64_FORMAT, category->person_category_type_identifier));
  else
    add_fact (facts, "category", g_strdup (""));
  if (marks->n_items == 0)
    add_fact (facts, "mark", g_strdup (""));
  for (guint i = 0; i < marks->n_items; i++)
    {
      g_autofree char *mark = ids_fold_guid (marks->items[i]);
      const char *fund = g_hash_table_lookup (unit->funds_by_mark, mark);
      if (fund != NULL)
        add_fact (facts, "unemployment-fund", g_strdup (fund));
      add_fact (facts, "mark", g_steal_pointer (&mark));
    }
  add_fact (facts, "unit", g_strdup (unit->key));
  return facts;
}

static gboolean
is_same_facts (const CitizenFacts *a, const CitizenFacts *b)
{
  static const char *const none[] = { NULL };
  const char *const *marks_a = a->marks != NULL ? (const char *const *) a->marks : none;
  const char *const *marks_b = b->marks != NULL ? (const char *const *) b->marks : none;

  return a->contact_group_known == b->contact_group_known && a->contact_group == b->contact_group &&
         a->category_known == b->category_known && a->category == b->category &&
         a->marks_known == b->marks_known && g_strv_equal (marks_a, marks_b) &&
         g_strcmp0 (a->unemployment_fund, b->unemployment_fund) == 0;
}

/* Interview types of which the citizen has an open meeting: by our ledger, and as DFDG tells. */
static gboolean
load_open_types (OpCall *call, const Request *request, GArray *types, GError **error)
{
  const ContractCitizenBookingList *told = &request->booking_collection;
  const char *cpr = request->person_civil_registration_identifier;
  g_autoptr (GPtrArray) bookings = NULL;
  gint64 citizen_id = 0;
  GError *local_error = NULL;

  for (guint i = 0; i < told->n_items; i++)
    if (told->items[i].has_interview_type_identifier &&
        told->items[i].booking_start_time.unix_us > call->now_us)
      g_array_append_val (types, told->items[i].interview_type_identifier);
  if (call->session == NULL)
    return TRUE;
  citizen_id = citizen_store_find (call->session, call->tenant_id, cpr, &local_error);
  if (citizen_id != 0)
    bookings = booking_store_list_live (call->session, citizen_id, call->now_us, &local_error);
  for (guint i = 0; bookings != NULL && i < bookings->len; i++)
    g_array_append_val (types, ((Booking *) bookings->pdata[i])->interview_type);
  if (local_error != NULL)
    g_propagate_error (error, local_error);
  return local_error == NULL;
}

static gboolean
has_type (const GArray *types, gint64 type)
{
  for (guint i = 0; i < types->len; i++)
    if (g_array_index (types, gint64, i) == type)
      return TRUE;
  return FALSE;
}

/* Is the caller's to book, fits, is in force, and may still be planned on the first day it could be held. */
static gboolean
is_for_citizen (const OpCall *call,
                const CatalogueOffer *offer,
                const CitizenFacts *facts,
                const GArray *open_types)
{
  const Offer *rules = offer->rules;
  const CatalogueUnit *unit = catalogue_get_unit (call->view.catalogue, rules->unit_id);
  gint64 earliest_us = MAX (call->now_us + rules->lead_us, rules->valid_from_us);
  gint32 date = (gint32) calsync_zone_local_day (unit->zone, earliest_us);

  return op_caller_may_use_unit (call, unit) && rules->n_pool > 0 &&
         earliest_us < rules->valid_until_us &&
         catalogue_may_plan (call->view.catalogue, unit, rules->interview_type, date) ==
           BOOKING_MAY &&
         !(unit->one_open_per_type && has_type (open_types, rules->interview_type)) &&
         offer_match_citizen (&rules->citizen_rules, facts) == CITIZEN_MATCHES;
}

static void
fill_option (const OpCall *call, const CatalogueOffer *offer, ContractInterviewOption *option)
{
  const CatalogueUnit *unit = catalogue_get_unit (call->view.catalogue, offer->rules->unit_id);

  option->interview_option_identifier = offer->rules->identifier;
  option->interview_type_identifier = offer->rules->interview_type;
  option->interview_form_type_identifier =
    offer->rules->form == OFFER_GROUP ? BOOKING_FORM_GROUP : BOOKING_FORM_INDIVIDUAL;
  option->interview_contact_type_identifier_collection =
    (ContractIntList){ (gint64 *) offer->contact_types->data, offer->contact_types->len, TRUE };
  option->interview_location_detail = location_detail_new (
    call, offer->location, NULL, offer->address != NULL ? offer->address : unit->address,
    offer->telephone != NULL ? offer->telephone : unit->telephone, NULL);
  option->title = offer->title;
  option->description = offer->description;
  option->duration_minutes = offer->rules->duration_us / PERIOD_US_PER_MINUTE;
}

static gboolean
fill_answer (OpCall *call,
             const CatalogueUnit *unit,
             const CitizenFacts *facts,
             const GArray *open_types,
             GError **error)
{
  const Request *request = call->request;
  g_autoptr (GPtrArray) offers = catalogue_list_offers (call->view.catalogue, unit, call->now_us);
  Response *response = contract_arena_new0 (call->arena, Response);
  ContractInterviewOptionList *list = &response->interview_option_collection;
  EmptyAnswer empty = { .unit_id = unit->unit_id, .reason = "no-offer" };

  list->items = contract_arena_new0_n (call->arena, ContractInterviewOption, offers->len);
  list->is_present = TRUE;
  for (guint i = 0; i < offers->len; i++)
    if (is_for_citizen (call, offers->pdata[i], facts, open_types))
      fill_option (call, offers->pdata[i], &list->items[list->n_items++]);
  call->response = response;
  if (list->n_items > 0)
    return TRUE;
  op_note_empty (call, request->person_civil_registration_identifier, &empty);
  g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NO_OPTIONS, "no offer fits the citizen");
  return FALSE;
}

static void
note_facts (OpCall *call, const CitizenEntry *known, const CitizenFacts *facts, GPtrArray *told)
{
  const Request *request = call->request;

  if (known == NULL || !is_same_facts (&known->facts, facts))
    op_note_new (call, request->person_civil_registration_identifier)->facts =
      g_ptr_array_ref (told);
}

/**
 * op_get_selfbook_interview_options:
 *
 * Operation 1 of the contract: citizen rules are judged here, where the facts are.
 */
gboolean
op_get_selfbook_interview_options (OpCall *call, GError **error)
{
  const Request *request = call->request;
  const char *cpr = request->person_civil_registration_identifier;
  const CitizenEntry *known = NULL;
  CatalogueUnit *unit;
  g_autoptr (GPtrArray) told = NULL;
  g_autoptr (GArray) open_types = g_array_new (FALSE, FALSE, sizeof (gint64));
  CitizenFacts facts = { 0 };
  gboolean ok;

  if (!op_check_cpr (cpr, error))
    return FALSE;
  unit = op_find_unit (call, request->job_center_code, error);
  if (unit == NULL)
    return FALSE;
  if (call->view.citizens != NULL)
    known = citizen_index_find (call->view.citizens, call->tenant_id, cpr);
  if (call->session == NULL && known != NULL && known->busy_until_us > call->now_us)
    {
      call->wants_session = TRUE;
      return TRUE;
    }
  if (!load_open_types (call, request, open_types, error))
    return FALSE;
  told = facts_told (unit, request);
  citizen_facts_fill (&facts, told);
  note_facts (call, known, &facts, told);
  ok = fill_answer (call, unit, &facts, open_types, error);
  citizen_facts_clear (&facts);
  return ok;
}
