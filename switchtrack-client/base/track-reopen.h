/* SPDX-License-Identifier: EUPL-1.2 */
/* A database that could not be opened at the start is tried again, with growing pauses, off the loop. */
#pragma once

#include "base/track-database.h"

/* It can be opened. Loop thread. Returns: FALSE: something else is wrong with it, and it is to be tried again */
typedef gboolean (*TrackReopenFunc) (gpointer data, GError **error);

/**
 * TrackReopenSettings:
 * @context: (nullable): the loop's
 * @path, @schema_dir: as of TrackDatabaseSettings; outlive it
 * @workers: on whose threads it is tried; stopped before the reopening is freed
 * @func: opens it
 */
typedef struct
{
  GMainContext *context;
  const char *path;
  const char *schema_dir;
  TrackDatabase *workers;
  TrackReopenFunc func;
  gpointer data;
} TrackReopenSettings;

typedef struct _TrackReopen TrackReopen;

TrackReopen *track_reopen_new (const TrackReopenSettings *settings);
void track_reopen_hurry (TrackReopen *reopen);
void track_reopen_stop (TrackReopen *reopen);
void track_reopen_free (TrackReopen *reopen);
