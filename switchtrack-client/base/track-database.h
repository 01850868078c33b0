/* SPDX-License-Identifier: EUPL-1.2 */
/* One of switchtrackd's databases with its threads: one that writes, some that read, one session of the loop. */
#pragma once

#include "base/executor.h"
#include "store/store.h"

/**
 * TrackDatabaseSettings:
 * @context: (nullable): the loop's; NULL for the default one
 * @path: of the file, made when it is not there
 * @schema_dir: its numbered migrations
 */
typedef struct
{
  GMainContext *context;
  const char *path;
  const char *schema_dir;
} TrackDatabaseSettings;

typedef struct _TrackDatabase TrackDatabase;

TrackDatabase *track_database_open (const TrackDatabaseSettings *settings,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
void track_database_stop (TrackDatabase *database);
void track_database_free (TrackDatabase *database);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrackDatabase, track_database_free)

StoreSession *track_database_get_reader (TrackDatabase *database);
gboolean track_database_write (TrackDatabase *database,
                               ExecutorStep run,
                               ExecutorDone done,
                               gpointer data,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean track_database_read (TrackDatabase *database,
                              ExecutorStep run,
                              ExecutorDone done,
                              gpointer data,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean track_database_run_once (TrackDatabase *database,
                                  ExecutorStep run,
                                  ExecutorDone done,
                                  gpointer data,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
