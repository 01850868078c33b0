/* SPDX-License-Identifier: EUPL-1.2 */
/* Keeps the routes that calls go by: newest revision of the database, or the last good copy when that cannot be read. */
#pragma once

#include "base/track-database.h"
#include "route/track-route.h"

/**
 * TrackKeeperSettings:
 * @context: (nullable): the loop's; NULL for the default one
 * @database: (nullable): NULL: it could not be opened
 * @registry_path: of the database; the copy lies beside it
 * @check_s: how often the database is asked for a newer revision; 0: only by track_keeper_refresh()
 */
typedef struct
{
  GMainContext *context;
  TrackDatabase *database;
  const char *registry_path;
  gint64 check_s;
} TrackKeeperSettings;

/**
 * TrackKeeperState:
 * @is_copy: the routes are those of the last good copy
 * @unconfirmed: revision of a roll-back that is to be confirmed; 0: none
 * @problem: (nullable): why the database is not what is served, or why no copy could be written; gone when that is over
 * @loaded_us: when the routes in use were taken into use
 */
typedef struct
{
  gboolean is_copy;
  guint64 unconfirmed;
  const char *problem;
  gint64 loaded_us;
} TrackKeeperState;

typedef struct _TrackKeeper TrackKeeper;

/* Other routes are in use, or (the same @routes again) an instant has come at which a row, window or freeze of theirs
 * begins or ends. Loop thread. */
typedef void (*TrackKeeperFunc) (TrackRoutes *routes, gpointer user_data);

TrackKeeper *track_keeper_new (const TrackKeeperSettings *settings,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
void track_keeper_free (TrackKeeper *keeper);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrackKeeper, track_keeper_free)

TrackRoutes *track_keeper_get_routes (const TrackKeeper *keeper);
const TrackKeeperState *track_keeper_get_state (const TrackKeeper *keeper);
void track_keeper_attach (TrackKeeper *keeper, TrackDatabase *database);
void track_keeper_refresh (TrackKeeper *keeper);
void track_keeper_add_listener (TrackKeeper *keeper, TrackKeeperFunc func, gpointer user_data);
void track_keeper_remove_listener (TrackKeeper *keeper, TrackKeeperFunc func, gpointer user_data);
