/* SPDX-License-Identifier: EUPL-1.2 */
/* Writes what read calls left: citizens' facts and the evidence of empty answers. */
#include "ops/booking/op-notes.h"

#include <string.h>

#include "ops/booking/ledger.h"

#define FACT_SOURCE "dfdg-offers-call"

/**
 * op_note_free:
 *
 * Frees a note; NULL is ignored.
 */
void
op_note_free (OpNote *note)
{
  if (note == NULL)
    return;
  g_free (note->call_id);
  g_clear_pointer (&note->facts, g_ptr_array_unref);
  g_free (note);
}

/**
 * op_note_new:
 *
 * Returns: (transfer none): a note about the call's citizen, riding with the call.
 */
OpNote *
op_note_new (OpCall *call, const char *cpr)
{
  OpNote *note = g_new0 (OpNote, 1);

  note->tenant_id = call->tenant_id;
  g_strlcpy (note->cpr, cpr, sizeof note->cpr);
  note->call_id = g_strdup (call->request_id);
  if (call->notes == NULL)
    call->notes = g_ptr_array_new_with_free_func ((GDestroyNotify) op_note_free);
  g_ptr_array_add (call->notes, note);
  return note;
}

/**
 * op_note_empty:
 * @reason: a literal word
 *
 * Rides the evidence of an empty answer along.
 */
void
op_note_empty (OpCall *call, const char *cpr, const EmptyAnswer *empty)
{
  OpNote *note = op_note_new (call, cpr);

  note->is_empty_answer = TRUE;
  note->empty = *empty;
  note->empty.tenant_id = call->tenant_id;
  note->empty.at_us = call->now_us;
}

static gboolean
write_one (StoreSession *session, OpNote *note, gint64 now_us, GError **error)
{
  CitizenFactSource source = { FACT_SOURCE, now_us };
  gint64 citizen_id = citizen_store_put (session, note->tenant_id, note->cpr, error);

  if (citizen_id == 0)
    return FALSE;
  if (note->facts != NULL && (!citizen_store_put_facts (session, note->tenant_id, citizen_id,
                                                        &source, note->facts, error) ||
                              !ledger_note_citizen (session, note->tenant_id, citizen_id, error)))
    return FALSE;
  if (!note->is_empty_answer)
    return TRUE;
  note->empty.citizen_id = citizen_id;
  note->empty.call_id = note->call_id;
  return evidence_store_add_empty (session, &note->empty, error);
}

/**
 * op_notes_write:
 * @notes: (element-type OpNote): of one call
 *
 * Writes all or none.
 */
gboolean
op_notes_write (StoreSession *session, const GPtrArray *notes, gint64 now_us, GError **error)
{
  for (guint i = 0; i < notes->len; i++)
    if (!write_one (session, notes->pdata[i], now_us, error))
      return FALSE;
  return TRUE;
}
