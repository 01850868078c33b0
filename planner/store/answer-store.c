/* SPDX-License-Identifier: EUPL-1.2 */
/* Reads and writes stored answers, in the transaction of the change they belong to. */
#include "store/answer-store.h"

/**
 * stored_answer_free:
 *
 * Frees a record; NULL is ignored.
 */
void
stored_answer_free (StoredAnswer *answer)
{
  if (answer == NULL)
    return;
  g_free (answer->key);
  g_clear_pointer (&answer->request_digest, g_bytes_unref);
  g_free (answer->body);
  g_free (answer->booking_identifier);
  g_free (answer);
}

/**
 * answer_store_find:
 *
 * Returns: (transfer full) (nullable): the answer under that key, expired or not; NULL without error
 * when there is none.
 */
StoredAnswer *
answer_store_find (StoreSession *session, gint64 tenant_id, const char *key, GError **error)
{
  g_auto (StoreQuery) query = { 0 };
  StoredAnswer *answer;

  if (!store_query (session, &query, error, SQL_ANSWER_FIND, "is", tenant_id, key) ||
      store_step (&query, error) != STORE_ROW)
    return NULL;
  answer = g_new0 (StoredAnswer, 1);
  answer->tenant_id = tenant_id;
  answer->key = g_strdup (key);
  answer->request_digest = store_dup_bytes (&query, 0);
  answer->placement = store_int (&query, 1);
  answer->body = g_strdup (store_text (&query, 2));
  answer->expiry_us = store_int (&query, 3);
  answer->placement_now = store_int (&query, 4);
  answer->booking_identifier = g_strdup (store_text (&query, 5));
  answer->unit_id = store_int (&query, 6);
  return answer;
}

/**
 * answer_store_put:
 *
 * Errors: PLANNER_ERROR_CONFLICT when the key is in use.
 */
gboolean
answer_store_put (StoreSession *session, const StoredAnswer *answer, GError **error)
{
  return store_run (session, error, SQL_ANSWER_PUT, "isbiisi", answer->tenant_id, answer->key,
                    answer->request_digest, answer->booking_id, answer->placement, answer->body,
                    answer->expiry_us);
}

/**
 * answer_store_remove:
 *
 * Forgets one answer, so that its key may be used for a new request.
 */
gboolean
answer_store_remove (StoreSession *session, gint64 tenant_id, const char *key, GError **error)
{
  return store_run (session, error, SQL_ANSWER_REMOVE, "is", tenant_id, key);
}
