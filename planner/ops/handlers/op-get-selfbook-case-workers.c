/* SPDX-License-Identifier: EUPL-1.2 */
/* GetSelfbookCaseWorkers: the advisors of an offer with whom a citizen can book. */
#include "ops/handlers/op-table.h"
#include "ops/handlers/slot-context.h"

typedef ContractGetSelfbookCaseWorkersRequest Request;
typedef ContractGetSelfbookCaseWorkersResponse Response;

/* One whose calendar is too old to be offered is left out: a citizen could not book with them. */
static gboolean
is_bookable (const OpCall *call, gint64 resource_id)
{
  const AvailabilityBlock *block = index_find_resource (call->view.index, resource_id);
  return block != NULL && block->fresh_until_us > call->now_us &&
         block->trusted_until_us > call->now_us;
}

/**
 * op_get_selfbook_case_workers:
 *
 * Operation 2; the operation's name is ours [N], dossier 1.3.
 */
gboolean
op_get_selfbook_case_workers (OpCall *call, GError **error)
{
  const Request *request = call->request;
  Response *response = contract_arena_new0 (call->arena, Response);
  ContractCaseWorkerToBookList *list = &response->case_worker_to_book_collection;
  g_auto (SlotContext) context = { 0 };
  const Offer *rules;

  if (!slot_context_load (call, request->person_civil_registration_identifier,
                          request->interview_option_id, request->booking_identifier, &context,
                          error))
    return FALSE;
  if (call->wants_session)
    return TRUE;
  rules = context.offer->rules;
  list->items = contract_arena_new0_n (call->arena, ContractCaseWorkerToBook, rules->n_pool);
  list->is_present = TRUE;
  for (guint i = 0; i < rules->n_pool; i++)
    {
      const CatalogueResource *advisor =
        catalogue_get_resource (call->view.catalogue, rules->pool[i]);
      if (advisor != NULL && is_bookable (call, advisor->resource_id))
        list->items[list->n_items++] = (ContractCaseWorkerToBook){ advisor->key, advisor->name };
    }
  call->response = response;
  return TRUE;
}
