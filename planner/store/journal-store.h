/* SPDX-License-Identifier: EUPL-1.2 */
/* The journal: append-only rows, payloads that can be erased, and seals that still verify afterwards. */
#pragma once

#include "store/store.h"

/**
 * JournalEntry:
 * @actor: the caller's name in the allow-list, or the program's own part
 * @call_id: request id
 * @kind: such as "booking-created"
 * @subject: our identifier of what changed; never a citizen's number
 * @payload: JSON text of before and after; never a citizen's number
 */
typedef struct
{
  gint64 tenant_id;
  gint64 at_us;
  const char *actor;
  const char *call_id;
  const char *kind;
  const char *subject;
  const char *payload;
} JournalEntry;

gboolean journal_store_add (StoreSession *session,
                            const JournalEntry *entry,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean journal_store_seal (StoreSession *session, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean journal_store_erase (StoreSession *session,
                              gint64 sequence,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean journal_store_verify (StoreSession *session,
                               guint64 *out_n_rows,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
