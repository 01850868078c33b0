/* SPDX-License-Identifier: EUPL-1.2 */
/* What an answer says about its Planner: alive, busy, closed, ill or broken. */
#pragma once

#include "base/track-outcome.h"
#include "route/track-answer.h"

gboolean track_judge_is_field (const char *value);
gboolean track_judge_head (guint status,
                           const char *content_type,
                           TrackOutcome *out_outcome,
                           const char **out_problem);
TrackOutcome track_judge_error (const GError *error);
TrackOutcome track_judge_answer (const TrackAnswer *answer);
