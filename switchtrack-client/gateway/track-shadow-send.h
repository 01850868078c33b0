/* SPDX-License-Identifier: EUPL-1.2 */
/* A candidate asked through upstream/: the port of the shadow for the gateway. */
#pragma once

#include "gateway/track-shadow.h"
#include "upstream/track-upstream.h"

TrackShadowPort track_shadow_send_port (TrackUpstream *upstream);
