/* SPDX-License-Identifier: EUPL-1.2 */
/* What is put right once, before the program's first work with DFDG. */
#pragma once

#include "dfdg/wire/dfdg-settings.h"
#include "ops/service/op-worker.h"

gboolean dfdg_start (OpService *service,
                     const DfdgSettings *settings,
                     gint64 tenant_id,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
