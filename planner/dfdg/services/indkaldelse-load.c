/* SPDX-License-Identifier: EUPL-1.2 */
/* Reads a booking with its unit and advisor, fresh at every call. */
#include "dfdg/services/indkaldelse-load.h"

#include <string.h>

#include "base/error.h"
#include "store/truth-store.h"

/**
 * indkaldelse_own_clear:
 */
void
indkaldelse_own_clear (IndkaldelseOwn *own)
{
  g_clear_pointer (&own->booking, booking_free);
  g_clear_pointer (&own->record, indkaldelse_free);
}

/**
 * indkaldelse_load_booking:
 * @booking: as read in @session
 * @out_record: (out) (transfer full)
 *
 * Errors: PLANNER_ERROR_NOT_FOUND when it was removed since.
 */
gboolean
indkaldelse_load_booking (StoreSession *session,
                          const Booking *booking,
                          DfdgIndkaldelse **out_record,
                          GError **error)
{
  g_auto (StoreQuery) query = { 0 };
  IndkaldelsePlace place = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, SQL_OUTBOX_PLACE, "i", booking->booking_id))
    return FALSE;
  step = store_step (&query, error);
  if (step == STORE_END)
    g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND,
                         "the booking was removed meanwhile");
  if (step != STORE_ROW)
    return FALSE;
  place.unit_key = store_text (&query, 0);
  place.zone = calsync_zone_lookup (store_text (&query, 1), error);
  place.unit_address = store_text (&query, 2);
  place.advisor_key = store_text (&query, 3);
  place.advisor_name = store_text (&query, 4);
  place.advisor_email = store_text (&query, 5);
  place.advisor_telephone = store_text (&query, 6);
  if (place.zone == NULL)
    return FALSE;
  *out_record = indkaldelse_from_booking (booking, &place);
  return TRUE;
}

/**
 * indkaldelse_load_own:
 * @identifier: of a booking
 * @out_own: (out): with NULLs when there is none
 *
 * On any thread with a session; read both within one transaction to see one picture.
 */
gboolean
indkaldelse_load_own (StoreSession *session,
                      gint64 tenant_id,
                      const char *identifier,
                      IndkaldelseOwn *out_own,
                      GError **error)
{
  g_auto (IndkaldelseOwn) own = { 0 };
  GError *local_error = NULL;

  own.booking = booking_store_find (session, tenant_id, identifier, &local_error);
  if (local_error != NULL)
    {
      g_propagate_error (error, local_error);
      return FALSE;
    }
  if (own.booking != NULL && !indkaldelse_load_booking (session, own.booking, &own.record, error))
    return FALSE;
  *out_own = own;
  own = (IndkaldelseOwn){ 0 };
  return TRUE;
}

static gint
compare_participants (gconstpointer a, gconstpointer b)
{
  const Participant *const *first = a, *const *second = b;

  return strcmp ((*first)->participant_id, (*second)->participant_id);
}

/**
 * indkaldelse_list_participants:
 *
 * As we keep them: by id; of two with one id the first.
 *
 * Returns: (transfer full) (element-type Participant)
 */
GPtrArray *
indkaldelse_list_participants (const DfdgIndkaldelse *record)
{
  GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify) participant_free);
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < record->participants->len; i++)
    {
      const IndkaldelseDeltager *from = record->participants->pdata[i];
      Participant *to;

      if (from->identifier == NULL || !g_hash_table_add (seen, from->identifier))
        continue;
      to = g_new0 (Participant, 1);
      *to = (Participant){ .participant_id = g_strdup (from->identifier),
                           .name = g_strdup (from->name == NULL ? "" : from->name),
                           .contact = g_strdup (from->contact_details),
                           .telephone = g_strdup (from->telephone),
                           .email = g_strdup (from->email),
                           .organisation_type = from->organisation_type,
                           .organisation_code = g_strdup (from->organisation_code) };
      g_ptr_array_add (list, to);
    }
  g_ptr_array_sort (list, compare_participants);
  return list;
}
