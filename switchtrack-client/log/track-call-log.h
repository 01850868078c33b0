/* SPDX-License-Identifier: EUPL-1.2 */
/* The call log: every call in a database and as JSON lines, written behind the loop's back, never in a call's way. */
#pragma once

#include "base/track-database.h"
#include "base/track-outcome.h"

/**
 * TrackCallLogSettings:
 * @database: of data/schema/track-log; outlives the log, which stops it
 * @lines_dir: (nullable): folder of the JSON lines, made when it is not there; NULL or empty: none
 * @days: how long calls are kept
 * @max_queued: calls that wait for the disk; more are counted and lost
 */
typedef struct
{
  GMainContext *context;
  TrackDatabase *database;
  const char *lines_dir;
  guint days;
  guint max_queued;
} TrackCallLogSettings;

/**
 * TrackCallLogCounters:
 * @n_dropped: because the disk did not keep up
 * @n_failed: because the database refused them; @n_lines_failed: because the file did
 */
typedef struct
{
  guint64 n_written;
  guint64 n_dropped;
  guint64 n_failed;
  guint64 n_lines_failed;
  guint n_queued;
} TrackCallLogCounters;

typedef struct _TrackCallLog TrackCallLog;

TrackCallLog *track_call_log_new (const TrackCallLogSettings *settings);
void track_call_log_add (TrackCallLog *log, const TrackRecord *record);
void track_call_log_remove_now (TrackCallLog *log);
void track_call_log_set_days (TrackCallLog *log, guint days);
void track_call_log_get_counters (const TrackCallLog *log, TrackCallLogCounters *out_counters);
void track_call_log_stop (TrackCallLog *log);
void track_call_log_free (TrackCallLog *log);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrackCallLog, track_call_log_free)
