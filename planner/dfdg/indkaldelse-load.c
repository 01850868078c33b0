/* SPDX-License-Identifier: EUPL-1.2 */
/* Reads a booking with its unit and advisor, fresh at every call. */
#include "dfdg/indkaldelse-load.h"

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
 */
gboolean
indkaldelse_load_booking (StoreSession *session,
                          const Booking *booking,
                          DfdgIndkaldelse **out_record,
                          GError **error)
{
  g_auto (StoreQuery) query = { 0 };
  IndkaldelsePlace place = { 0 };

  if (!store_query (session, &query, error, SQL_OUTBOX_PLACE, "i", booking->booking_id) ||
      store_step (&query, error) != STORE_ROW)
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
