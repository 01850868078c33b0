/* SPDX-License-Identifier: EUPL-1.2 */
/* Keeps the subscriptions that DFDG accepted, and how errands with it went. */
#include "store/errand-store.h"

/**
 * subscription_free:
 *
 * Frees a record; NULL is ignored.
 */
void
subscription_free (Subscription *subscription)
{
  if (subscription == NULL)
    return;
  g_free (subscription->organisation_code);
  g_free (subscription->webhook);
  g_free (subscription);
}

/**
 * errand_free:
 *
 * Frees a record; NULL is ignored.
 */
void
errand_free (Errand *errand)
{
  if (errand == NULL)
    return;
  g_free (errand->name);
  g_free (errand->problem);
  g_free (errand->detail);
  g_free (errand);
}

/* The order is that of SQL_SUBSCRIPTIONS. */
static Subscription *
take_subscription (StoreQuery *query)
{
  Subscription *one = g_new0 (Subscription, 1);

  one->organisation_type = store_int (query, 0);
  one->organisation_code = g_strdup (store_text (query, 1));
  one->entity_type = store_int (query, 2);
  one->webhook = g_strdup (store_text (query, 3));
  one->start_us = store_int (query, 4);
  one->end_us = store_int (query, 5);
  return one;
}

/**
 * subscription_store_list:
 *
 * By organisation, kind and path.
 */
GPtrArray *
subscription_store_list (StoreSession *session, gint64 tenant_id, GError **error)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func ((GDestroyNotify) subscription_free);
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, SQL_SUBSCRIPTIONS, "i", tenant_id))
    return NULL;
  while ((step = store_step (&query, error)) == STORE_ROW)
    g_ptr_array_add (all, take_subscription (&query));
  return step == STORE_END ? g_steal_pointer (&all) : NULL;
}

/**
 * subscription_store_set:
 *
 * What DFDG accepts replaces all that it had: so here.
 */
gboolean
subscription_store_set (StoreSession *session,
                        gint64 tenant_id,
                        const GPtrArray *all,
                        GError **error)
{
  gboolean ok = store_run (session, error, SQL_SUBSCRIPTIONS_CLEAR, "i", tenant_id);

  for (guint i = 0; ok && i < all->len; i++)
    {
      const Subscription *one = all->pdata[i];

      ok = store_run (session, error, SQL_SUBSCRIPTION_ADD, "iisisii", tenant_id,
                      one->organisation_type, one->organisation_code, one->entity_type,
                      one->webhook, one->start_us, one->end_us);
    }
  return ok;
}

/* The order is that of SQL_ERRANDS. */
static Errand *
take_errand (StoreQuery *query)
{
  Errand *one = g_new0 (Errand, 1);

  one->tenant_id = store_int (query, 0);
  one->name = g_strdup (store_text (query, 1));
  one->unit_id = store_int (query, 2);
  one->tried_us = store_int (query, 3);
  one->done_us = store_int (query, 4);
  one->problem = g_strdup (store_text (query, 5));
  one->detail = g_strdup (store_text (query, 6));
  return one;
}

/**
 * errand_store_list:
 */
GPtrArray *
errand_store_list (StoreSession *session, gint64 tenant_id, const char *name, GError **error)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func ((GDestroyNotify) errand_free);
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, SQL_ERRANDS, "is", tenant_id, name))
    return NULL;
  while ((step = store_step (&query, error)) == STORE_ROW)
    g_ptr_array_add (all, take_errand (&query));
  return step == STORE_END ? g_steal_pointer (&all) : NULL;
}

/**
 * errand_store_put:
 */
gboolean
errand_store_put (StoreSession *session, const Errand *errand, GError **error)
{
  return store_run (session, error,
                    errand->problem == NULL ? SQL_ERRAND_PUT : SQL_ERRAND_PUT_PROBLEM, "isiiss",
                    errand->tenant_id, errand->name, errand->unit_id, errand->tried_us,
                    errand->problem, errand->detail);
}
