/* SPDX-License-Identifier: EUPL-1.2 */
/* Admin commands enter by the same door as calls: the handlers of the operations, in their own transaction. */
#include "ops/commands/admin-op.h"

#include <string.h>

#include "base/error.h"
#include "base/ids.h"
#include "ops/facts/catalogue-load.h"
#include "store/citizen-store.h"
#include "store/journal-store.h"

typedef struct
{
  AdminWrite write;
  gpointer data;
  gboolean is_dry_run;
  gboolean went_well;
} Attempt;

static gboolean
attempt (StoreSession *session, gpointer data, GError **error)
{
  Attempt *one = data;

  one->went_well = one->write (session, one->data, error);
  if (!one->went_well || !one->is_dry_run)
    return one->went_well;
  g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID, "a dry run: undone");
  return FALSE;
}

/**
 * admin_write:
 * @write: what it fills in of the result must be the same when it is run again
 *
 * Errors: the write's, or the runner's.
 */
gboolean
admin_write (AdminCall *call, AdminWrite write, gpointer data, gboolean is_dry_run, GError **error)
{
  Attempt one = { .write = write, .data = data, .is_dry_run = is_dry_run };
  g_autoptr (GError) local_error = NULL;

  if (call->runner.run_write (call->runner.runner, attempt, &one, &local_error))
    return TRUE;
  if (is_dry_run && one.went_well)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

/**
 * admin_op_init:
 *
 * Reads the catalogue as it stands now.
 */
gboolean
admin_op_init (AdminOp *op, AdminCall *call, GError **error)
{
  op->tenant = admin_load_tenant (call, call->session, error);
  if (op->tenant == NULL)
    return FALSE;
  op->catalogue = catalogue_load (call->session, call->data_dir, call->now_us, error);
  if (op->catalogue == NULL)
    return FALSE;
  op->caller = (OpCaller){ .name = (char *) call->actor,
                           .tenant_key = op->tenant->tenant_key,
                           .roles = OP_ROLE_DFDG | OP_ROLE_INDKALDER,
                           .system = -1 };
  op->call = (OpCall){ .caller = &op->caller,
                       .request_id = call->call_id,
                       .tenant_id = op->tenant->tenant_id,
                       .now_us = call->now_us };
  op->call.view.catalogue = op->catalogue;
  return TRUE;
}

/**
 * admin_op_find_offer:
 *
 * Errors: PLANNER_ERROR_NOT_FOUND; PLANNER_ERROR_NOT_VALID when several begin so.
 */
const CatalogueOffer *
admin_op_find_offer (const AdminOp *op, const char *identifier, GError **error)
{
  const GPtrArray *offers = catalogue_get_offers (op->catalogue);
  g_autofree char *folded = ids_fold_guid (identifier);
  const CatalogueOffer *found = NULL;

  for (guint i = 0; i < offers->len; i++)
    {
      const CatalogueOffer *offer = offers->pdata[i];

      if (offer->rules->tenant_id != op->tenant->tenant_id ||
          !g_str_has_prefix (offer->rules->identifier, folded))
        continue;
      if (found != NULL)
        {
          g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
                       "several offers begin with %s", identifier);
          return NULL;
        }
      found = offer;
    }
  if (found == NULL)
    g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND, "there is no offer %s", identifier);
  return found;
}

/**
 * admin_op_find_resource:
 *
 * Errors: PLANNER_ERROR_NOT_FOUND, also for one who is retired.
 */
const CatalogueResource *
admin_op_find_resource (const AdminOp *op, const char *key, GError **error)
{
  const GPtrArray *resources = catalogue_get_resources (op->catalogue);

  for (guint i = 0; i < resources->len; i++)
    {
      const CatalogueResource *resource = resources->pdata[i];

      if (resource->tenant_id == op->tenant->tenant_id &&
          (g_str_equal (resource->key, key) || g_ascii_strcasecmp (resource->email, key) == 0))
        return resource;
    }
  g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND,
               "there is no advisor or room %s in service", key);
  return NULL;
}

static void
forget_answer (AdminOp *op)
{
  op_call_reset (&op->call);
  if (op->call.body != NULL)
    g_string_free (op->call.body, TRUE);
  op->call.body = NULL;
  g_clear_pointer (&op->call.arena, contract_arena_free);
}

/**
 * admin_op_clear:
 */
void
admin_op_clear (AdminOp *op)
{
  forget_answer (op);
  g_clear_pointer (&op->catalogue, catalogue_unref);
  g_clear_pointer (&op->tenant, tenant_record_free);
}

/**
 * admin_op_run:
 * @operation: one whose row says writer
 *
 * Errors: the handler's.
 *
 * Returns: (nullable): the response; for a repeat that is answered from memory, the answer's text.
 */
gconstpointer
admin_op_run (AdminOp *op,
              StoreSession *session,
              const char *operation,
              gconstpointer request,
              GError **error)
{
  forget_answer (op);
  op->call.row = op_table_find (operation);
  op->call.operation = contract_operation_find (operation);
  op->call.arena = contract_arena_new ();
  op->call.request = request;
  op->call.session = session;
  if (!op_run (&op->call, error))
    return NULL;
  return op->call.is_replay ? (gconstpointer) op->call.body->str : op->call.response;
}

typedef struct
{
  AdminCall *call;
  gint64 tenant_id;
  gint64 citizen_id;
  const char *purpose;
} Lookup;

/* AdminWrite. A citizen is named by our own number for them; one whom we do not know by none. */
static gboolean
write_lookup (StoreSession *session, gpointer data, GError **error)
{
  const Lookup *lookup = data;
  g_autofree char *subject = g_strdup_printf ("citizen:%" G_GINT64_FORMAT, lookup->citizen_id);
  g_autofree char *payload =
    g_strdup_printf ("{\"citizen_id\":%" G_GINT64_FORMAT ",\"purpose\":\"%s\"}", lookup->citizen_id,
                     lookup->purpose);
  JournalEntry entry = { .tenant_id = lookup->tenant_id,
                         .at_us = lookup->call->now_us,
                         .actor = lookup->call->actor,
                         .call_id = lookup->call->call_id,
                         .kind = "citizen-looked-up",
                         .subject = subject,
                         .payload = payload };

  return journal_store_add (session, &entry, error);
}

/**
 * admin_find_citizen:
 * @purpose: a word for the journal: that somebody looked is itself recorded
 *
 * Only for commands with write access. Errors: PLANNER_ERROR_NOT_VALID for a number that is not ten
 * digits; no text repeats it.
 */
gboolean
admin_find_citizen (AdminCall *call,
                    gint64 tenant_id,
                    const char *purpose,
                    gint64 *out_citizen_id,
                    GError **error)
{
  Lookup lookup = { .call = call, .tenant_id = tenant_id, .purpose = purpose };
  g_autoptr (GError) local_error = NULL;
  const char *cpr = NULL;

  *out_citizen_id = 0;
  if (!admin_get_text (call, "cpr", &cpr, error))
    return FALSE;
  if (cpr == NULL)
    return TRUE;
  if (strlen (cpr) != 10 || strspn (cpr, "0123456789") != 10)
    {
      g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
                           "the citizen's number is not ten digits");
      return FALSE;
    }
  lookup.citizen_id = citizen_store_find (call->session, tenant_id, cpr, &local_error);
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  *out_citizen_id = lookup.citizen_id;
  return admin_write (call, write_lookup, &lookup, FALSE, error);
}

/**
 * admin_check_prose:
 * @text: (nullable)
 *
 * Errors: PLANNER_ERROR_NOT_VALID for more than 500 bytes, and for what looks like a civil
 * registration number; the message does not repeat it.
 */
gboolean
admin_check_prose (const char *text, GError **error)
{
  const char *fault = NULL;

  if (text != NULL && strlen (text) > 500)
    fault = "the text is longer than 500 bytes";
  else if (text != NULL && g_regex_match_simple ("(?<!\\d)\\d{6}[- ]?\\d{4}(?!\\d)", text, 0, 0))
    fault = "the text holds what looks like a civil registration number: leave it out";
  if (fault != NULL)
    g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID, fault);
  return fault == NULL;
}
