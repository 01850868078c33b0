/* SPDX-License-Identifier: EUPL-1.2 */
/* What a read call leaves to be written after its answer has gone: facts told, empty answers given. */
#pragma once

#include "ops/call/op.h"
#include "store/citizen-store.h"
#include "store/evidence-store.h"

/**
 * OpNote:
 * @facts: (element-type CitizenFact) (nullable): what DFDG told about the citizen in this call
 * @empty: kept when @is_empty_answer; its citizen_id is filled in when written
 */
typedef struct
{
  gint64 tenant_id;
  char cpr[11];
  char *call_id;
  GPtrArray *facts;
  gboolean is_empty_answer;
  EmptyAnswer empty;
} OpNote;

void op_note_free (OpNote *note);
OpNote *op_note_new (OpCall *call, const char *cpr);
void op_note_empty (OpCall *call, const char *cpr, const EmptyAnswer *empty);
/* On the writer, as a job of its own without an answer. */
gboolean op_notes_write (StoreSession *session,
                         const GPtrArray *notes,
                         gint64 now_us,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
