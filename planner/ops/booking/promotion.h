/* SPDX-License-Identifier: EUPL-1.2 */
/* What collided with a time that is given back may now be its only owner. */
#pragma once

#include "ops/call/op.h"

/* @freed: what was given back. */
gboolean promotion_run (const OpCall *call, gint64 resource_id, Period freed, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;
gboolean promotion_run_citizen (const OpCall *call,
                                gint64 citizen_id,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
