/* SPDX-License-Identifier: EUPL-1.2 */
/* Chooses the index that leads; every statement has the same filter, so that the choice changes no answer. */
#include "store/booking-search.h"

#include <string.h>

/* Fewer characters than these would lead to too many bookings; the filter still holds. */
#define LEADING_CHARACTERS 4

typedef struct
{
  StoreStatement statement;
  gint64 leads;
} Lead;

static gboolean
is_ever (Period period)
{
  const Period ever = BOOKING_SEARCH_EVER;

  return period.start_us <= ever.start_us && period.end_us >= ever.end_us;
}

/* FALSE: nothing but the units can lead. */
static gboolean
choose (const BookingSearch *search, Lead *out_lead)
{
  *out_lead = (Lead){ SQL_SEARCH_OF_UNIT, search->unit_id };
  if (search->citizen_id != 0) /* first, because the filter of the others does not know citizens */
    *out_lead = (Lead){ SQL_SEARCH_OF_CITIZEN, search->citizen_id };
  else if (search->identifier != NULL && strlen (search->identifier) >= LEADING_CHARACTERS)
    *out_lead = (Lead){ SQL_SEARCH_IDENTIFIERS, search->tenant_id };
  else if (search->only_conflicts)
    *out_lead = (Lead){ SQL_SEARCH_CONFLICTS, 0 };
  else if (search->advisor_id != 0)
    *out_lead = (Lead){ SQL_SEARCH_OF_ADVISOR, search->advisor_id };
  else if (search->offer_id != 0)
    *out_lead = (Lead){ SQL_SEARCH_OF_OFFER, search->offer_id };
  else if (!is_ever (search->created) || !is_ever (search->changed))
    *out_lead = (Lead){ SQL_SEARCH_CHANGED, search->tenant_id };
  return out_lead->statement != SQL_SEARCH_OF_UNIT || search->unit_id != 0;
}

/**
 * booking_search_order:
 *
 * Returns: what a page is sorted by, and its cursor's key: start or last change, then booking id.
 */
SearchOrder
booking_search_order (const BookingSearch *search)
{
  Lead lead;

  (void) choose (search, &lead);
  return lead.statement == SQL_SEARCH_CHANGED ? SEARCH_BY_CHANGE : SEARCH_BY_START;
}

static GPtrArray *
run_one (StoreSession *session, const BookingSearch *search, Lead lead, GError **error)
{
  g_auto (StoreQuery) query = { 0 };

  if (!store_query (session, &query, error, lead.statement, "iiiiiiiiiiissiiiiiis", lead.leads,
                    search->interval.start_us, search->interval.end_us, search->after_key,
                    search->after_id, (gint64) search->max_count, search->unit_id,
                    search->advisor_id, search->room_id, search->offer_id, search->interview_type,
                    search->state, search->origin, search->created.start_us, search->created.end_us,
                    search->changed.start_us, search->changed.end_us,
                    (gint64) search->only_conflicts, search->tenant_id, search->identifier))
    return NULL;
  return booking_store_take_all (&query, error);
}

static int
compare_starts (gconstpointer a, gconstpointer b)
{
  const Booking *left = *(Booking *const *) a;
  const Booking *right = *(Booking *const *) b;

  if (left->core.start_us != right->core.start_us)
    return left->core.start_us < right->core.start_us ? -1 : 1;
  return left->booking_id < right->booking_id ? -1 : left->booking_id > right->booking_id;
}

/* A municipality has few units: a page of each, of which the first ones are the page. */
static GPtrArray *
run_units (StoreSession *session, const BookingSearch *search, GError **error)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func ((GDestroyNotify) booking_free);

  for (guint i = 0; i < search->unit_ids->len; i++)
    {
      Lead lead = { SQL_SEARCH_OF_UNIT, g_array_index (search->unit_ids, gint64, i) };
      GPtrArray *some = run_one (session, search, lead, error);

      if (some == NULL)
        return NULL;
      g_ptr_array_extend_and_steal (all, some);
    }
  g_ptr_array_sort (all, compare_starts);
  if (all->len > search->max_count)
    g_ptr_array_set_size (all, (gint) search->max_count);
  return g_steal_pointer (&all);
}

/**
 * booking_search_run:
 *
 * What is found of others' changes in between pages depends on where they lie: what stays put is
 * told once and never missed. Any thread with a session.
 *
 * Returns: (transfer full) (element-type Booking): at most @search->max_count.
 */
GPtrArray *
booking_search_run (StoreSession *session, const BookingSearch *search, GError **error)
{
  Lead lead;

  return choose (search, &lead) ? run_one (session, search, lead, error)
                                : run_units (session, search, error);
}
