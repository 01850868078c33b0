/* SPDX-License-Identifier: EUPL-1.2 */
/* Puts and lists offers. */
#include "store/offer-store.h"

static const RecordSet contact_type_set = { SQL_OFFER_CONTACT_TYPE_LIST, SQL_OFFER_CONTACT_TYPE_ADD,
                                            SQL_OFFER_CONTACT_TYPE_CLEAR, FALSE };
static const RecordSet resource_set = { SQL_OFFER_RESOURCE_LIST, SQL_OFFER_RESOURCE_ADD,
                                        SQL_OFFER_RESOURCE_CLEAR, FALSE };
static const RecordSet rule_set = { SQL_OFFER_RULE_LIST, SQL_OFFER_RULE_ADD, SQL_OFFER_RULE_CLEAR,
                                    FALSE };

static void
clear_window (gpointer data)
{
  OfferWindowRecord *window = data;
  g_free (window->unemployment_fund);
}

static GArray *
windows_new (void)
{
  GArray *windows = g_array_new (FALSE, FALSE, sizeof (OfferWindowRecord));
  g_array_set_clear_func (windows, clear_window);
  return windows;
}

/**
 * offer_record_new:
 *
 * Returns: (transfer full): an offer with empty sets and all else zero.
 */
OfferRecord *
offer_record_new (void)
{
  OfferRecord *offer = g_new0 (OfferRecord, 1);

  offer->contact_types = g_array_new (FALSE, FALSE, sizeof (gint64));
  offer->resource_ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  offer->rules = record_pairs_new ();
  offer->windows = windows_new ();
  return offer;
}

/**
 * offer_record_free:
 */
void
offer_record_free (OfferRecord *offer)
{
  if (offer == NULL)
    return;
  g_free (offer->identifier);
  g_free (offer->form);
  g_free (offer->title);
  g_free (offer->description);
  g_free (offer->location);
  g_free (offer->address);
  g_free (offer->telephone);
  g_free (offer->meeting_link);
  g_free (offer->grid_anchor);
  g_clear_pointer (&offer->contact_types, g_array_unref);
  g_clear_pointer (&offer->resource_ids, g_array_unref);
  g_clear_pointer (&offer->rules, g_array_unref);
  g_clear_pointer (&offer->windows, g_array_unref);
  g_free (offer);
}

/**
 * offer_record_add_window:
 *
 * Appends a copy of @window.
 */
void
offer_record_add_window (OfferRecord *offer, const OfferWindowRecord *window)
{
  OfferWindowRecord copy = *window;
  copy.unemployment_fund = g_strdup (window->unemployment_fund);
  g_array_append_val (offer->windows, copy);
}

static int
compare_windows (gconstpointer a, gconstpointer b)
{
  const OfferWindowRecord *left = a;
  const OfferWindowRecord *right = b;
  gint64 differences[] = { left->first_date - right->first_date,
                           left->weekdays - right->weekdays,
                           left->start_minute - right->start_minute,
                           left->end_minute - right->end_minute,
                           g_strcmp0 (left->unemployment_fund, right->unemployment_fund),
                           left->end_date - right->end_date,
                           left->capacity - right->capacity };

  for (guint i = 0; i < G_N_ELEMENTS (differences); i++)
    if (differences[i] != 0)
      return differences[i] < 0 ? -1 : 1;
  return 0;
}

static gboolean
load_windows (StoreSession *session, OfferRecord *offer, GError **error)
{
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, SQL_OFFER_WINDOW_LIST, "i", offer->offer_id))
    return FALSE;
  while ((step = store_step (&query, error)) == STORE_ROW)
    {
      OfferWindowRecord window = { g_strdup (store_text (&query, 0)),
                                   store_int (&query, 1),
                                   store_int (&query, 2),
                                   store_int (&query, 3),
                                   store_int (&query, 4),
                                   store_int (&query, 5),
                                   store_int (&query, 6) };
      g_array_append_val (offer->windows, window);
    }
  g_array_sort (offer->windows, compare_windows);
  return step == STORE_END;
}

static gboolean
same_windows (const GArray *a, const GArray *b)
{
  if (a->len != b->len)
    return FALSE;
  for (guint i = 0; i < a->len; i++)
    if (compare_windows (&g_array_index (a, OfferWindowRecord, i),
                         &g_array_index (b, OfferWindowRecord, i)) != 0)
      return FALSE;
  return TRUE;
}

static gboolean
replace_windows (StoreSession *session, OfferRecord *offer, gboolean *out_changed, GError **error)
{
  g_autoptr (OfferRecord) old = offer_record_new ();

  old->offer_id = offer->offer_id;
  if (!load_windows (session, old, error))
    return FALSE;
  g_array_sort (offer->windows, compare_windows);
  *out_changed = !same_windows (old->windows, offer->windows);
  if (!*out_changed)
    return TRUE;
  if (!store_run (session, error, SQL_OFFER_WINDOW_CLEAR, "i", offer->offer_id))
    return FALSE;
  for (guint i = 0; i < offer->windows->len; i++)
    {
      const OfferWindowRecord *window = &g_array_index (offer->windows, OfferWindowRecord, i);
      if (!store_run (session, error, SQL_OFFER_WINDOW_ADD, "isiiiiii", offer->offer_id,
                      window->unemployment_fund, window->first_date, window->end_date,
                      window->weekdays, window->start_minute, window->end_minute, window->capacity))
        return FALSE;
    }
  return TRUE;
}

static gboolean
put_row (StoreSession *session, const OfferRecord *offer, GError **error)
{
  return store_run (
    session, error, SQL_OFFER_PUT,
    "iisisssssss"
    "iisiiiiiiiiiiiiiiiiiii",
    offer->tenant_id, offer->unit_id, offer->identifier, offer->interview_type, offer->form,
    offer->title, offer->description, offer->location, offer->address, offer->telephone,
    offer->meeting_link, offer->duration_minutes, offer->grid_minutes, offer->grid_anchor,
    offer->before_minutes, offer->after_minutes, offer->may_share_buffers, offer->lead_minutes,
    offer->horizon_days, offer->release_minute, offer->valid_from_us, offer->valid_until_us,
    offer->seats, offer->needs_room, offer->room_before_minutes, offer->room_after_minutes,
    offer->rebook_possible, offer->rebook_deadline_minutes, offer->cancel_possible,
    offer->cancel_deadline_minutes, offer->compulsory, offer->should_accept,
    offer->shared_with_sub_units);
}

static gboolean
put_sets (StoreSession *session, OfferRecord *offer, gboolean *out_changed, GError **error)
{
  RecordOwner owner = { offer->tenant_id, offer->offer_id };
  gboolean changed[4] = { FALSE };

  if (!record_set_replace_ids (session, &contact_type_set, owner, offer->contact_types, &changed[0],
                               error) ||
      !record_set_replace_ids (session, &resource_set, owner, offer->resource_ids, &changed[1],
                               error) ||
      !record_set_replace_pairs (session, &rule_set, owner, offer->rules, &changed[2], error) ||
      !replace_windows (session, offer, &changed[3], error))
    return FALSE;
  *out_changed = changed[0] || changed[1] || changed[2] || changed[3];
  return TRUE;
}

static gboolean
find_id (StoreSession *session, const OfferRecord *offer, gint64 *out_id, GError **error)
{
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, SQL_OFFER_FIND, "is", offer->tenant_id,
                    offer->identifier))
    return FALSE;
  step = store_step (&query, error);
  if (step == STORE_FAILED)
    return FALSE;
  *out_id = step == STORE_ROW ? store_int (&query, 0) : 0;
  return TRUE;
}

/**
 * offer_put:
 * @offer: tenant and identifier decide which one it is; its id is filled in, its windows are sorted
 *
 * Writer only.
 */
gboolean
offer_put (StoreSession *session, OfferRecord *offer, PutOutcome *out_outcome, GError **error)
{
  gboolean sets_changed = FALSE;
  gint64 old_id = 0;
  PutOutcome outcome;

  if (!find_id (session, offer, &old_id, error) || !put_row (session, offer, error))
    return FALSE;
  outcome = put_outcome_of (old_id, store_n_changed (session));
  offer->offer_id = old_id != 0 ? old_id : store_last_id (session);
  if (!put_sets (session, offer, &sets_changed, error))
    return FALSE;
  *out_outcome = put_outcome_with (outcome, sets_changed);
  return TRUE;
}

static void
read_numbers (StoreQuery *query, OfferRecord *offer)
{
  gint64 *const numbers[] = { &offer->before_minutes,
                              &offer->after_minutes,
                              &offer->may_share_buffers,
                              &offer->lead_minutes,
                              &offer->horizon_days,
                              &offer->release_minute,
                              &offer->valid_from_us,
                              &offer->valid_until_us,
                              &offer->seats,
                              &offer->needs_room,
                              &offer->room_before_minutes,
                              &offer->room_after_minutes,
                              &offer->rebook_possible,
                              &offer->rebook_deadline_minutes,
                              &offer->cancel_possible,
                              &offer->cancel_deadline_minutes,
                              &offer->compulsory,
                              &offer->should_accept,
                              &offer->shared_with_sub_units,
                              &offer->retired_us };

  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    *numbers[i] = store_int (query, 14 + (int) i);
}

static OfferRecord *
read_row (StoreQuery *query, gint64 tenant_id)
{
  OfferRecord *offer = g_new0 (OfferRecord, 1);

  offer->tenant_id = tenant_id;
  offer->offer_id = store_int (query, 0);
  offer->unit_id = store_int (query, 1);
  offer->identifier = g_strdup (store_text (query, 2));
  offer->interview_type = store_int (query, 3);
  offer->form = g_strdup (store_text (query, 4));
  offer->title = g_strdup (store_text (query, 5));
  offer->description = g_strdup (store_text (query, 6));
  offer->location = g_strdup (store_text (query, 7));
  offer->address = g_strdup (store_text (query, 8));
  offer->telephone = g_strdup (store_text (query, 9));
  offer->meeting_link = g_strdup (store_text (query, 10));
  offer->duration_minutes = store_int (query, 11);
  offer->grid_minutes = store_int (query, 12);
  offer->grid_anchor = g_strdup (store_text (query, 13));
  read_numbers (query, offer);
  offer->windows = windows_new ();
  return offer;
}

static gboolean
load_sets (StoreSession *session, OfferRecord *offer, GError **error)
{
  offer->contact_types = record_set_list_ids (session, &contact_type_set, offer->offer_id, error);
  if (offer->contact_types == NULL)
    return FALSE;
  offer->resource_ids = record_set_list_ids (session, &resource_set, offer->offer_id, error);
  if (offer->resource_ids == NULL)
    return FALSE;
  offer->rules = record_set_list_pairs (session, &rule_set, offer->offer_id, error);
  return offer->rules != NULL && load_windows (session, offer, error);
}

/**
 * offer_list:
 *
 * Returns: (transfer full) (element-type OfferRecord): by unit, interview type and title, sets
 *   filled; NULL with @error set.
 */
GPtrArray *
offer_list (StoreSession *session, gint64 tenant_id, GError **error)
{
  g_autoptr (GPtrArray) offers =
    g_ptr_array_new_with_free_func ((GDestroyNotify) offer_record_free);
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, SQL_OFFER_LIST, "i", tenant_id))
    return NULL;
  while ((step = store_step (&query, error)) == STORE_ROW)
    g_ptr_array_add (offers, read_row (&query, tenant_id));
  if (step == STORE_FAILED)
    return NULL;
  for (guint i = 0; i < offers->len; i++)
    if (!load_sets (session, g_ptr_array_index (offers, i), error))
      return NULL;
  return g_steal_pointer (&offers);
}
