/* SPDX-License-Identifier: EUPL-1.2 */
/* Service windows in the database: announced, cancelled, never changed. */
#pragma once

#include "base/service-window.h"
#include "store/store.h"

gboolean service_window_store_add (StoreSession *session,
                                   ServiceWindow *window,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean service_window_store_cancel (StoreSession *session,
                                      gint64 tenant_id,
                                      gint64 window_id,
                                      gint64 now_us,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* (element-type ServiceWindow), by start: a tenant's that touch @period, cancelled ones too. */
GPtrArray *service_window_store_list (StoreSession *session,
                                      gint64 tenant_id,
                                      Period period,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Every tenant's that hold and end after @now_us. */
GPtrArray *service_window_store_list_ahead (StoreSession *session,
                                            gint64 now_us,
                                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
