/* SPDX-License-Identifier: EUPL-1.2 */
/* Whether a planned service window refuses a call. */
#pragma once

#include "ops/call/op.h"

/* @unit_id: 0 before the unit is known. Remembers the unit of the call, and when to try again. */
gboolean op_window_check (OpCall *call, gint64 unit_id, GError **error) G_GNUC_WARN_UNUSED_RESULT;
char *op_window_dup_start (const ServiceWindow *window);
char *op_window_dup_end (const ServiceWindow *window);
