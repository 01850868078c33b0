/* SPDX-License-Identifier: EUPL-1.2 */
/* All parts of switchtrackd put together, reloaded and taken apart. */
#pragma once

#include "base/track-reopen.h"
#include "ctl/track-admin.h"
#include "ctl/track-desk.h"
#include "gateway/track-self.h"
#include "gateway/track-server.h"
#include "gateway/track-side.h"
#include "health/track-lookout.h"
#include "log/track-call-log.h"
#include "route/track-keeper.h"

/**
 * TrackDaemon:
 * @registry: (nullable): NULL while the database cannot be read: the last good copy is served, and what is learned is in
 *   memory alone
 */
typedef struct
{
  TrackConfig *config;
  GPtrArray *old_configs;
  ContractMapping *own_mapping;
  const ContractMapping *mapping;
  TrackDatabase *registry;
  TrackReopen *reopen; /* (nullable): of @registry */
  TrackDatabase *calls;
  TrackKeeper *keeper;
  TrackLearned *learned;
  TrackCanaryGuard *guard; /* (nullable) */
  TrackUpstream *upstream;
  TrackGateway *gateway;
  TrackLookout *lookout;
  TrackCallLog *log;
  TrackAdmin *admin; /* (nullable) */
  TrackSelf self;
  TrackSide *side;
  TrackServer *server;
  Timer *upkeep; /* watchdog, and forgetting */
  gint64 forget_us;
} TrackDaemon;

gboolean track_daemon_open (TrackDaemon *daemon,
                            const TrackConfig *config,
                            const FaceSockets *sockets,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
void track_daemon_set_reload_problem (TrackDaemon *daemon, char *problem);
void track_daemon_reload (TrackDaemon *daemon, const TrackConfig *config);
void track_daemon_yield (TrackDaemon *daemon);
void track_daemon_stop (TrackDaemon *daemon);
void track_daemon_close (TrackDaemon *daemon);
