/* SPDX-License-Identifier: EUPL-1.2 */
/* Runs one call: who may, the handler, the answer's text, and its memory, in that order. */
#include "ops/call/op.h"

#include <string.h>

#include "base/error.h"
#include "ops/call/op-memory.h"
#include "ops/call/op-window.h"

/* First piece of memory of an answer: a list of some twenty free times and its envelope. */
#define BODY_BYTES 8000

/**
 * op_table_find:
 * @operation: name as in the schema
 *
 * Returns: (nullable): the operation's row.
 */
const OpRow *
op_table_find (const char *operation)
{
  for (guint i = 0; i < op_table_length; i++)
    if (strcmp (op_table[i].name, operation) == 0)
      return &op_table[i];
  return NULL;
}

/**
 * op_caller_may_use_unit:
 *
 * Returns: TRUE when the unit belongs to the caller's tenant and list.
 */
gboolean
op_caller_may_use_unit (const OpCall *call, const CatalogueUnit *unit)
{
  return unit != NULL && unit->tenant_id == call->tenant_id &&
         (call->caller->unit_keys == NULL ||
          g_strv_contains ((const char *const *) call->caller->unit_keys, unit->key));
}

typedef struct
{
  gpointer value;
  GDestroyNotify destroy;
} Kept;

static void
kept_clear (Kept *kept)
{
  kept->destroy (kept->value);
}

/**
 * op_keep:
 * @value: (transfer full): lives until the call is reset
 */
void
op_keep (OpCall *call, gpointer value, GDestroyNotify destroy)
{
  Kept kept = { value, destroy };

  if (call->kept == NULL)
    {
      call->kept = g_array_new (FALSE, FALSE, sizeof (Kept));
      g_array_set_clear_func (call->kept, (GDestroyNotify) kept_clear);
    }
  g_array_append_val (call->kept, kept);
}

/**
 * op_call_reset:
 *
 * Makes the call as it was before op_run().
 */
void
op_call_reset (OpCall *call)
{
  g_clear_pointer (&call->memory.key, g_free);
  g_clear_pointer (&call->memory.digest, g_bytes_unref);
  g_clear_pointer (&call->notes, g_ptr_array_unref);
  g_clear_pointer (&call->kept, g_array_unref);
  if (call->body != NULL)
    g_string_truncate (call->body, 0);
  call->response = NULL;
  call->wants_session = FALSE;
  call->is_replay = FALSE;
  call->unit_id = 0;
  call->retry_us = 0;
}

static gboolean
deny (const OpCall *call, GError **error)
{
  g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_ACCESS_DENIED, "%s is not for this caller",
               call->row->name);
  return FALSE;
}

/**
 * op_check_role:
 *
 * Errors: PLANNER_ERROR_ACCESS_DENIED when none of the caller's roles may call the operation. Any
 * thread.
 */
gboolean
op_check_role (const OpCall *call, GError **error)
{
  return (call->caller->roles & call->row->roles) != 0 || deny (call, error);
}

static gboolean
check_caller (OpCall *call, GError **error)
{
  call->tenant_id = catalogue_find_tenant (call->view.catalogue, call->caller->tenant_key);
  return op_check_role (call, error) && (call->tenant_id != 0 || deny (call, error)) &&
         op_window_check (call, 0, error);
}

/**
 * op_run:
 * @call: row, caller, request, view, now_us and (but inline) session are set
 *
 * Checks the caller, runs the handler and writes the content of the answer's body to @call->body,
 * which is checked against the schema: nothing leaves that DFDG would log as our fault. A write's
 * answer is stored in the same transaction. When @call->wants_session is set afterwards, there is
 * no answer yet.
 *
 * Errors: PLANNER_ERROR_SERVICE_WINDOW before anything is done; PLANNER_ERROR of any code; CONTRACT_ERROR when the answer breaks the schema. On the
 * thread that the row names.
 */
gboolean
op_run (OpCall *call, GError **error)
{
  if (!check_caller (call, error))
    return FALSE;
  if (!call->row->handler (call, error))
    return FALSE;
  if (call->wants_session || call->is_replay)
    return TRUE;
  if (call->body == NULL)
    call->body = g_string_sized_new (BODY_BYTES);
  return contract_body_write_answer (call->mapping, call->operation, call->response, call->body,
                                     error) &&
         op_memory_store (call, error);
}
