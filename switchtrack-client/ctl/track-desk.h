/* SPDX-License-Identifier: EUPL-1.2 */
/* What a command finds of the running switchtrackd, and how it asks the loop; in switchtrackctl itself only the configuration. */
#pragma once

#include "base/track-config.h"
#include "base/track-database.h"
#include "contract-mapping.h"
#include "ops/admin/admin.h"
#include "registry/track-approval.h"
#include "route/track-keeper.h"
#include "route/track-learned.h"

typedef struct _TrackWatch TrackWatch;
typedef struct _TrackUpstream TrackUpstream;
typedef struct _TrackProbes TrackProbes;
typedef struct _TrackCanaryGuard TrackCanaryGuard;
typedef struct _TrackShadowing TrackShadowing;

/**
 * TrackDesk:
 * @config: (nullable)
 * @context: (nullable): the loop's; NULL: there is no daemon, the command runs in switchtrackctl
 * @registry, @calls: (nullable): databases of the daemon
 * @mapping: (nullable): names of the wire
 * @keeper, @watch, @probes, @learned, @upstream, @guard, @shadowing: (nullable): of the daemon; the loop's
 *
 * Set at the start, before any command runs, and at a reload, while some may.
 */
typedef struct
{
  const TrackConfig *config;
  GMainContext *context;
  TrackDatabase *registry;
  TrackDatabase *calls;
  TrackKeeper *keeper;
  TrackWatch *watch;
  TrackProbes *probes;
  TrackLearned *learned;
  TrackUpstream *upstream;
  const ContractMapping *mapping;
  TrackCanaryGuard *guard;
  TrackShadowing *shadowing;
} TrackDesk;

typedef struct _TrackAsk TrackAsk;

/* On the loop thread; calls track_ask_answer() once, now or later. */
typedef void (*TrackAskFunc) (TrackAsk *ask, gpointer data);

void track_desk_set_current (const TrackDesk *desk);
const TrackDesk *track_desk_get_current (void);
void track_desk_tell_loop (GMainContext *context, GSourceFunc func, gpointer data);
gboolean
track_desk_ask (TrackAskFunc func, gpointer data, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void track_ask_answer (TrackAsk *ask, GError *error);
void track_desk_refresh (void);
gboolean track_desk_get_in_use (guint64 *out_revision, gboolean *out_is_copy, char **out_problem);
TrackApproval track_desk_approval (const AdminCall *call, StoreSession *session);
