/* SPDX-License-Identifier: EUPL-1.2 */
/* Stored answers: what makes a repeated call get the same reply. */
#pragma once

#include "store/store.h"

/**
 * StoredAnswer:
 * @key: kind and identifier, or a digest; see ops/call/op-memory
 * @placement: of the booking when it was answered
 * @placement_now: of the booking now (read only); the answer stands while both agree
 * @unit_id: of the booking (read only)
 * @booking_identifier: (read only)
 */
typedef struct
{
  gint64 tenant_id;
  char *key;
  GBytes *request_digest;
  gint64 booking_id;
  gint64 placement;
  char *body;
  gint64 expiry_us;
  gint64 placement_now;
  gint64 unit_id;
  char *booking_identifier;
} StoredAnswer;

void stored_answer_free (StoredAnswer *answer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (StoredAnswer, stored_answer_free)

StoredAnswer *
answer_store_find (StoreSession *session, gint64 tenant_id, const char *key, GError **error);
gboolean answer_store_put (StoreSession *session,
                           const StoredAnswer *answer,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean answer_store_remove (StoreSession *session,
                              gint64 tenant_id,
                              const char *key,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
