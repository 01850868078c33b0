/* SPDX-License-Identifier: EUPL-1.2 */
/* Messages of DFDG by what a person holds of them: their own id, or the booking's. */
#pragma once

#include "store/inbox-store.h"

/* Returns: (transfer full) (nullable): NULL without @error: there is none */
DfdgEvent *inbox_search_message (StoreSession *session,
                                 gint64 tenant_id,
                                 const char *message_id,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Returns: (transfer full) (element-type DfdgEvent): the newest @max_events of them, oldest first */
GPtrArray *inbox_search_thing (StoreSession *session,
                               gint64 tenant_id,
                               const char *external_id,
                               guint max_events,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Whether a message about it has not been applied: new or parked. */
gboolean inbox_search_has_open (StoreSession *session,
                                gint64 tenant_id,
                                const char *external_id,
                                gboolean *out_has_open,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean inbox_search_count_lanes (StoreSession *session,
                                   gint64 tenant_id,
                                   gint64 *out_n_lanes,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
