/* SPDX-License-Identifier: EUPL-1.2 */
/* Compares a record's sets with what is stored and writes them anew only where they differ. */
#include "store/put-outcome.h"

#include <string.h>

/**
 * put_outcome_of:
 * @old_id: the record's id before the put; 0 when it was not there
 * @n_changed: rows that the put changed
 */
PutOutcome
put_outcome_of (gint64 old_id, gint64 n_changed)
{
  if (n_changed == 0)
    return PUT_SAME;
  return old_id == 0 ? PUT_ADDED : PUT_CHANGED;
}

/**
 * put_outcome_with:
 *
 * Returns: @outcome, raised to a change when a set of the record changed.
 */
PutOutcome
put_outcome_with (PutOutcome outcome, gboolean set_changed)
{
  return outcome == PUT_SAME && set_changed ? PUT_CHANGED : outcome;
}

static void
clear_pair (gpointer data)
{
  RecordPair *pair = data;
  g_free (pair->kind);
  g_free (pair->value);
}

/**
 * record_pairs_new:
 *
 * Returns: (transfer full) (element-type RecordPair): an empty list that owns its texts.
 */
GArray *
record_pairs_new (void)
{
  GArray *pairs = g_array_new (FALSE, FALSE, sizeof (RecordPair));
  g_array_set_clear_func (pairs, clear_pair);
  return pairs;
}

/**
 * record_pairs_add:
 *
 * Appends copies of @kind and @value.
 */
void
record_pairs_add (GArray *pairs, const char *kind, const char *value)
{
  RecordPair pair = { g_strdup (kind), g_strdup (value) };
  g_array_append_val (pairs, pair);
}

static int
compare_ids (gconstpointer a, gconstpointer b)
{
  gint64 left = *(const gint64 *) a;
  gint64 right = *(const gint64 *) b;
  return (left > right) - (left < right);
}

static int
compare_pairs (gconstpointer a, gconstpointer b)
{
  const RecordPair *left = a;
  const RecordPair *right = b;
  int by_kind = g_strcmp0 (left->kind, right->kind);
  return by_kind != 0 ? by_kind : g_strcmp0 (left->value, right->value);
}

/* Sorted and without repeats. */
static GArray *
dup_normal_ids (const GArray *ids)
{
  g_autoptr (GArray) sorted = g_array_new (FALSE, FALSE, sizeof (gint64));
  GArray *normal = g_array_new (FALSE, FALSE, sizeof (gint64));

  if (ids->len > 0)
    g_array_append_vals (sorted, ids->data, ids->len);
  g_array_sort (sorted, compare_ids);
  for (guint i = 0; i < sorted->len; i++)
    if (i == 0 || g_array_index (sorted, gint64, i) != g_array_index (sorted, gint64, i - 1))
      g_array_append_val (normal, g_array_index (sorted, gint64, i));
  return normal;
}

static GArray *
dup_normal_pairs (const GArray *pairs)
{
  g_autoptr (GArray) sorted = g_array_new (FALSE, FALSE, sizeof (RecordPair));
  GArray *normal = record_pairs_new ();

  if (pairs->len > 0)
    g_array_append_vals (sorted, pairs->data, pairs->len);
  g_array_sort (sorted, compare_pairs);
  for (guint i = 0; i < sorted->len; i++)
    {
      const RecordPair *pair = &g_array_index (sorted, RecordPair, i);
      if (i == 0 || compare_pairs (pair, pair - 1) != 0)
        record_pairs_add (normal, pair->kind, pair->value);
    }
  return normal;
}

/**
 * record_set_list_ids:
 *
 * Returns: (transfer full) (element-type gint64): the members, ascending; NULL with @error set.
 */
GArray *
record_set_list_ids (StoreSession *session, const RecordSet *set, gint64 owner_id, GError **error)
{
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, set->list, "i", owner_id))
    return NULL;
  while ((step = store_step (&query, error)) == STORE_ROW)
    {
      gint64 id = store_int (&query, 0);
      g_array_append_val (ids, id);
    }
  return step == STORE_FAILED ? NULL : g_steal_pointer (&ids);
}

/**
 * record_set_list_pairs:
 *
 * Returns: (transfer full) (element-type RecordPair): the members by kind and value; NULL with
 *   @error set.
 */
GArray *
record_set_list_pairs (StoreSession *session, const RecordSet *set, gint64 owner_id, GError **error)
{
  g_autoptr (GArray) pairs = record_pairs_new ();
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, set->list, "i", owner_id))
    return NULL;
  while ((step = store_step (&query, error)) == STORE_ROW)
    record_pairs_add (pairs, store_text (&query, 0), store_text (&query, 1));
  return step == STORE_FAILED ? NULL : g_steal_pointer (&pairs);
}

/**
 * record_retire:
 *
 * Sets from when on a record no longer serves. Nothing that hangs on it is touched. Writer only.
 */
gboolean
record_retire (StoreSession *session,
               StoreStatement statement,
               gint64 id,
               gint64 retired_us,
               GError **error)
{
  return store_run (session, error, statement, "ii", id, retired_us);
}

static gboolean
add_id (StoreSession *session,
        const RecordSet *set,
        RecordOwner owner,
        gint64 member_id,
        GError **error)
{
  if (set->has_tenant)
    return store_run (session, error, set->add, "iii", owner.tenant_id, owner.id, member_id);
  return store_run (session, error, set->add, "ii", owner.id, member_id);
}

static gboolean
add_pair (StoreSession *session,
          const RecordSet *set,
          RecordOwner owner,
          const RecordPair *pair,
          GError **error)
{
  if (set->has_tenant)
    return store_run (session, error, set->add, "iiss", owner.tenant_id, owner.id, pair->kind,
                      pair->value);
  return store_run (session, error, set->add, "iss", owner.id, pair->kind, pair->value);
}

/**
 * record_set_replace_ids:
 * @out_changed: whether anything had to be written
 *
 * Makes the set hold exactly @ids. Writer only.
 */
gboolean
record_set_replace_ids (StoreSession *session,
                        const RecordSet *set,
                        RecordOwner owner,
                        const GArray *ids,
                        gboolean *out_changed,
                        GError **error)
{
  g_autoptr (GArray) old = record_set_list_ids (session, set, owner.id, error);
  g_autoptr (GArray) wanted = dup_normal_ids (ids);

  if (old == NULL)
    return FALSE;
  *out_changed =
    old->len != wanted->len ||
    (old->len > 0 && memcmp (old->data, wanted->data, old->len * sizeof (gint64)) != 0);
  if (!*out_changed)
    return TRUE;
  if (!store_run (session, error, set->clear, "i", owner.id))
    return FALSE;
  for (guint i = 0; i < wanted->len; i++)
    if (!add_id (session, set, owner, g_array_index (wanted, gint64, i), error))
      return FALSE;
  return TRUE;
}

static gboolean
same_pairs (const GArray *a, const GArray *b)
{
  if (a->len != b->len)
    return FALSE;
  for (guint i = 0; i < a->len; i++)
    if (compare_pairs (&g_array_index (a, RecordPair, i), &g_array_index (b, RecordPair, i)) != 0)
      return FALSE;
  return TRUE;
}

/**
 * record_set_replace_pairs:
 * @out_changed: whether anything had to be written
 *
 * Makes the set hold exactly @pairs. Writer only.
 */
gboolean
record_set_replace_pairs (StoreSession *session,
                          const RecordSet *set,
                          RecordOwner owner,
                          const GArray *pairs,
                          gboolean *out_changed,
                          GError **error)
{
  g_autoptr (GArray) old = record_set_list_pairs (session, set, owner.id, error);
  g_autoptr (GArray) wanted = dup_normal_pairs (pairs);

  if (old == NULL)
    return FALSE;
  *out_changed = !same_pairs (old, wanted);
  if (!*out_changed)
    return TRUE;
  if (!store_run (session, error, set->clear, "i", owner.id))
    return FALSE;
  for (guint i = 0; i < wanted->len; i++)
    if (!add_pair (session, set, owner, &g_array_index (wanted, RecordPair, i), error))
      return FALSE;
  return TRUE;
}
