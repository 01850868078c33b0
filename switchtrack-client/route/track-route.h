/* SPDX-License-Identifier: EUPL-1.2 */
/* The registry compiled for calls: from a jobcenter code to an endpoint. */
#pragma once

#include "registry/track-registry.h"

/**
 * TrackHow:
 *
 * What decided where a call goes.
 */
typedef enum
{
  TRACK_HOW_EXACT,   /* a row of this very code */
  TRACK_HOW_MAIN,    /* the row of the code's main centre, …00 */
  TRACK_HOW_ALIAS,   /* the row says that another unit's jobcenter serves this code */
  TRACK_HOW_DEFAULT, /* no row: the default, only for calls that carry a code */
  TRACK_HOW_BOOKING, /* who issued the identifier that the call carries */
  TRACK_HOW_RESERVATION,
  TRACK_HOW_OPTION,
  TRACK_HOW_CITIZEN, /* the citizen's last code */
  TRACK_HOW_CANARY,  /* the citizen was chosen for the candidate */
  TRACK_HOW_NONE,
  TRACK_N_HOW,
} TrackHow;

typedef struct _TrackRoutes TrackRoutes;

TrackRoutes *track_routes_new (TrackRegistry *registry);
TrackRoutes *track_routes_ref (TrackRoutes *routes);
void track_routes_unref (TrackRoutes *routes);
TrackRegistry *track_routes_get_registry (const TrackRoutes *routes);

TrackHow track_routes_resolve (const TrackRoutes *routes,
                               const char *code,
                               gint64 now_us,
                               const TrackUnit **out_unit,
                               const TrackEndpoint **out_endpoint);
const TrackEndpoint *track_routes_find_issuer (const TrackRoutes *routes,
                                               const char *endpoint,
                                               const char *code,
                                               gint64 seen_us,
                                               gint64 now_us);
gboolean track_routes_is_closed (const TrackRoutes *routes,
                                 const TrackEndpoint *endpoint,
                                 gint64 now_us,
                                 gint64 *out_until_us);
gint64 track_routes_next_change_us (const TrackRoutes *routes, gint64 now_us);
const char *track_how_word (TrackHow how);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrackRoutes, track_routes_unref)
