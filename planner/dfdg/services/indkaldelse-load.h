/* SPDX-License-Identifier: EUPL-1.2 */
/* A booking of the database as the summons that DFDG should have. */
#pragma once

#include "dfdg/services/indkaldelse-record.h"

/**
 * IndkaldelseOwn:
 * @booking: with the citizen's number
 * @record: what DFDG should have
 */
typedef struct
{
  Booking *booking;
  DfdgIndkaldelse *record;
} IndkaldelseOwn;

gboolean indkaldelse_load_own (StoreSession *session,
                               gint64 tenant_id,
                               const char *identifier,
                               IndkaldelseOwn *out_own,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean indkaldelse_load_booking (StoreSession *session,
                                   const Booking *booking,
                                   DfdgIndkaldelse **out_record,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
GPtrArray *indkaldelse_list_participants (const DfdgIndkaldelse *record);
void indkaldelse_own_clear (IndkaldelseOwn *own);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (IndkaldelseOwn, indkaldelse_own_clear)
