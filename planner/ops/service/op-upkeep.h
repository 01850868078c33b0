/* SPDX-License-Identifier: EUPL-1.2 */
/* What the service does by itself, now and then: a new day's index, calendars laid out further. */
#pragma once

#include "ops/admin/admin.h"
#include "ops/service/op-worker.h"

void op_upkeep_start (OpService *service);
gboolean op_upkeep_is_night_over (gint64 now_us);
gboolean op_service_run_admin_write (gpointer runner,
                                     AdminWrite write,
                                     gpointer data,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
