/* SPDX-License-Identifier: EUPL-1.2 */
/* Housekeeping of the ledger: holds whose time is over. */
#pragma once

#include "store/store.h"

gboolean op_expire_holds (StoreSession *session,
                          gint64 now_us,
                          gint64 *out_next_expiry_us,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
