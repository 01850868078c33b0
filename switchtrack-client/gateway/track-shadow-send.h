/* SPDX-License-Identifier: EUPL-1.2 */
/* A candidate asked through upstream/: the port of the shadow for the gateway. */
#pragma once

#include "gateway/track-gateway.h"
#include "gateway/track-shadow.h"
#include "log/track-call-log.h"
#include "upstream/track-upstream.h"

/**
 * TrackShadowSender:
 * @upstream: best one of its own, so that a slow candidate takes no connection of the live calls
 * @gateway: (nullable): knows which address is in service; NULL: the first
 * @log: (nullable): gets a row of each
 * @running: zeroed; what is on its way
 */
typedef struct
{
  TrackUpstream *upstream;
  TrackGateway *gateway;
  TrackCallLog *log;
  GQueue running;
} TrackShadowSender;

TrackShadowPort track_shadow_send_port (TrackShadowSender *sender);
void track_shadow_send_stop (TrackShadowSender *sender);
