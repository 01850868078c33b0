/* SPDX-License-Identifier: EUPL-1.2 */
/* Writes and reads claims; every write leaves the change row that makes the index look again. */
#include "store/claim-store.h"

#include "base/error.h"

static const char *const change_kinds[] = { "resource", "offer", "citizen", "catalogue" };

/**
 * claim_store_new_owner:
 *
 * Returns: a fresh owner id, 0 with @error set.
 */
gint64
claim_store_new_owner (StoreSession *session, gint64 tenant_id, GError **error)
{
  if (!store_run (session, error, SQL_OWNER_ADD, "i", tenant_id))
    return 0;
  return store_last_id (session);
}

static gboolean
note_change (StoreSession *session,
             gint64 tenant_id,
             gint64 resource_id,
             Period touched,
             GError **error)
{
  Change change = {
    .tenant_id = tenant_id, .kind = CHANGE_RESOURCE, .subject_id = resource_id, .interval = touched
  };
  return change_store_add (session, &change, error);
}

/**
 * claim_store_add:
 *
 * Writes one claim. Errors: PLANNER_ERROR_CONFLICT when the database itself sees an exclusive claim
 * of another owner in the way.
 */
gboolean
claim_store_add (StoreSession *session, const Claim *claim, GError **error)
{
  Period widened = period_widen (claim->core, claim->before_us, claim->after_us);

  return store_run (session, error, SQL_CLAIM_ADD, "iiiiiiiiiiii", claim->tenant_id,
                    claim->resource_id, widened.start_us, widened.end_us, claim->core.start_us,
                    claim->core.end_us, (gint64) claim->may_share_buffers,
                    (gint64) claim->exclusive, claim->owner_id, claim->hold_id, claim->booking_id,
                    claim->session_id) &&
         note_change (session, claim->tenant_id, claim->resource_id, widened, error);
}

/**
 * claim_store_read:
 * @query: at a row of SQL_CLAIM_OVERLAPPING or SQL_CLAIM_OVERLAPPING_OF_ALL
 *
 * Returns: the claim; the holder ids are not read.
 */
Claim
claim_store_read (StoreQuery *query)
{
  return (Claim){ .resource_id = store_int (query, 0),
                  .core = { store_int (query, 1), store_int (query, 2) },
                  .before_us = store_int (query, 3),
                  .after_us = store_int (query, 4),
                  .owner_id = store_int (query, 5),
                  .may_share_buffers = store_int (query, 6) != 0,
                  .exclusive = store_int (query, 7) != 0,
                  .expires_us = store_is_null (query, 8) ? G_MAXINT64 : store_int (query, 8) };
}

/**
 * claim_store_pass_to_booking:
 *
 * A hold becomes a booking: its claims and its seat change their label, not their time.
 */
gboolean
claim_store_pass_to_booking (StoreSession *session,
                             gint64 hold_id,
                             gint64 booking_id,
                             GError **error)
{
  return store_run (session, error, SQL_CLAIM_HOLD_TO_BOOKING, "ii", hold_id, booking_id) &&
         store_run (session, error, SQL_SEAT_HOLD_TO_BOOKING, "ii", hold_id, booking_id);
}

static gboolean
note_touched (StoreSession *session,
              gint64 tenant_id,
              ClaimHolder holder,
              gint64 holder_id,
              GError **error)
{
  static const StoreStatement statements[] = {
    [CLAIMS_OF_HOLD] = SQL_CLAIM_TOUCHED_BY_HOLD,
    [CLAIMS_OF_BOOKING] = SQL_CLAIM_TOUCHED_BY_BOOKING,
    [CLAIMS_OF_SESSION] = SQL_CLAIM_TOUCHED_BY_SESSION,
  };
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, statements[holder], "i", holder_id))
    return FALSE;
  while ((step = store_step (&query, error)) == STORE_ROW)
    if (!note_change (session, tenant_id, store_int (&query, 0),
                      (Period){ store_int (&query, 1), store_int (&query, 2) }, error))
      return FALSE;
  return step == STORE_END;
}

/**
 * claim_store_remove:
 *
 * Frees the time of a hold, a booking or a session.
 */
gboolean
claim_store_remove (StoreSession *session,
                    gint64 tenant_id,
                    ClaimHolder holder,
                    gint64 holder_id,
                    GError **error)
{
  static const StoreStatement statements[] = {
    [CLAIMS_OF_HOLD] = SQL_CLAIM_REMOVE_BY_HOLD,
    [CLAIMS_OF_BOOKING] = SQL_CLAIM_REMOVE_BY_BOOKING,
    [CLAIMS_OF_SESSION] = SQL_CLAIM_REMOVE_BY_SESSION,
  };
  return note_touched (session, tenant_id, holder, holder_id, error) &&
         store_run (session, error, statements[holder], "i", holder_id);
}

/**
 * change_store_add:
 *
 * Notes that the index must look again at a subject.
 */
gboolean
change_store_add (StoreSession *session, const Change *change, GError **error)
{
  return store_run (session, error, SQL_CHANGE_ADD, "isiii", change->tenant_id,
                    change_kinds[change->kind], change->subject_id, change->interval.start_us,
                    change->interval.end_us);
}

/**
 * change_store_list_after:
 *
 * Returns: (transfer full) (element-type Change): what was noted after @change_id, oldest first.
 */
GArray *
change_store_list_after (StoreSession *session, gint64 change_id, GError **error)
{
  g_autoptr (GArray) changes = g_array_new (FALSE, TRUE, sizeof (Change));
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, SQL_CHANGES_AFTER, "i", change_id))
    return NULL;
  while ((step = store_step (&query, error)) == STORE_ROW)
    {
      Change change = { .change_id = store_int (&query, 0),
                        .tenant_id = store_int (&query, 1),
                        .subject_id = store_int (&query, 3),
                        .interval = { store_int (&query, 4), store_int (&query, 5) } };
      while (g_strcmp0 (change_kinds[change.kind], store_text (&query, 2)) != 0 &&
             change.kind < CHANGE_CATALOGUE)
        change.kind++;
      g_array_append_val (changes, change);
    }
  return step == STORE_END ? g_steal_pointer (&changes) : NULL;
}

/**
 * change_store_last:
 *
 * Returns: the id of the newest change row, 0 when there is none, -1 when it cannot be read.
 */
gint64
change_store_last (StoreSession *session)
{
  g_auto (StoreQuery) query = { 0 };

  if (!store_query (session, &query, NULL, SQL_CHANGE_LAST, "") ||
      store_step (&query, NULL) != STORE_ROW)
    return -1;
  return store_int (&query, 0);
}

/**
 * change_store_trim:
 * @n_kept: how many of the newest rows stay
 *
 * Removes change rows that every index has long seen.
 */
gboolean
change_store_trim (StoreSession *session, gint64 n_kept, GError **error)
{
  return store_run (session, error, SQL_CHANGES_REMOVE_OLD, "i", n_kept);
}
