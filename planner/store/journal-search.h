/* SPDX-License-Identifier: EUPL-1.2 */
/* Journal rows by time, actor, kind, subject, call or citizen. */
#pragma once

#include "base/period.h"
#include "store/store.h"

/**
 * JournalSearch:
 * @citizen_id: 0 for any: else of the citizen's bookings, and who looked the citizen up
 * @after_sequence: the page starts behind this row
 *
 * Texts are NULL for any.
 */
typedef struct
{
  gint64 tenant_id;
  Period interval;
  const char *actor;
  const char *kind;
  const char *call_id;
  const char *subject;
  gint64 citizen_id;
  gint64 after_sequence;
  guint max_count;
} JournalSearch;

/**
 * JournalRow:
 * @payload: (nullable): NULL when it has been erased
 */
typedef struct
{
  gint64 sequence;
  gint64 at_us;
  char *actor;
  char *call_id;
  char *kind;
  char *subject;
  char *payload;
} JournalRow;

void journal_row_free (JournalRow *row);
GPtrArray *journal_search_run (StoreSession *session,
                               const JournalSearch *search,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
