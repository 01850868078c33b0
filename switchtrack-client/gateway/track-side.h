/* SPDX-License-Identifier: EUPL-1.2 */
/* What goes on beside the calls: figures of the last hour, metrics, the status face, and the shadow. */
#pragma once

#include "gateway/track-canary.h"
#include "gateway/track-gateway.h"
#include "gateway/track-shadow.h"
#include "log/track-call-log.h"
#include "route/track-keeper.h"
#include "status/track-status-face.h"

/* What the watch knows, (transfer full); NULL: nothing. */
typedef JsonObject *(*TrackSideDescribe) (gint64 now_us, gpointer data);

/**
 * TrackSideSettings:
 * @log: (nullable): gets a row of each call that a candidate is shown; its losses are counted
 * @workers: (nullable): a database whose workers compare answers
 * @guard: (nullable): of the canaries
 * @describe: (nullable): track_watch_describe() of the daemon's watch
 */
typedef struct
{
  const TrackConfig *config;
  const ContractMapping *mapping;
  TrackGateway *gateway;
  TrackKeeper *keeper;
  TrackCallLog *log;
  TrackDatabase *workers;
  const TrackCanaryGuard *guard;
  TrackSideDescribe describe;
  gpointer describe_data;
} TrackSideSettings;

typedef struct _TrackSide TrackSide;

TrackSide *track_side_new (const TrackSideSettings *settings,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
void track_side_free (TrackSide *side);
gboolean track_side_reload (TrackSide *side, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void track_side_set_guard (TrackSide *side, const TrackCanaryGuard *guard);
void track_side_set_alarm (TrackSide *side, const char *words);
const char *track_side_get_alarm (const TrackSide *side);
void track_side_serve (ListenerRequest *request, const char *path, gpointer side);
TrackShadowing *track_side_get_shadowing (TrackSide *side);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrackSide, track_side_free)
