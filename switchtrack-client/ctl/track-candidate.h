/* SPDX-License-Identifier: EUPL-1.2 */
/* A dry run's question to the Planners that a proposal brings in. */
#pragma once

#include "ops/admin/admin.h"
#include "registry/track-registry.h"

gboolean track_candidate_probe (AdminCall *call,
                                const TrackRegistry *before,
                                TrackRegistry *wanted,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
