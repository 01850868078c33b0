/* SPDX-License-Identifier: EUPL-1.2 */
/* Whether a municipality tells DFDG what is booked here, and what becomes of that which was booked before it did. */
#pragma once

#include "dfdg/wire/dfdg-settings.h"
#include "ops/service/op-worker.h"

gboolean dfdg_switch_on (OpService *service,
                         StoreSession *session,
                         const DfdgSettings *settings,
                         gint64 tenant_id,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean dfdg_switch_off (OpService *service,
                          StoreSession *session,
                          gint64 tenant_id,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Changes that were ended when it was switched on; 0 also when it is off. */
gboolean dfdg_switch_count_past (StoreSession *session,
                                 gint64 tenant_id,
                                 gint64 *out_n_past,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
