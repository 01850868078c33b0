/* SPDX-License-Identifier: EUPL-1.2 */
/* Between the files of the watch. */
#pragma once

#include "base/timer.h"
#include "base/track-steady.h"
#include "health/track-standby.h"
#include "health/track-watch-store.h"
#include "health/track-watch.h"

/* A message on its way to the queue; @targets NULL: to whoever was told of the disturbance. */
typedef struct
{
  TrackMessage *message;
  GPtrArray *targets;
} WatchTell;

/* What one transaction writes. */
typedef struct
{
  GPtrArray *puts;         /* TrackDisturbance */
  GPtrArray *tells;        /* WatchTell */
  GPtrArray *certificates; /* TrackSeenCertificate */
  GPtrArray *windows;      /* TrackToldWindow */
  guint cap_per_hour;
  gint64 remove_before_us; /* 0: no upkeep */
} WatchJob;

/* An open disturbance and what of it is not on disk. */
typedef struct
{
  TrackDisturbance *disturbance;
  gint64 failed_us;    /* track_steady_now_us() of the last failure */
  gint64 confirmed_us; /* likewise */
  guint n_steps_told;
  gboolean is_dirty;
} OpenOne;

/* An alarm about the gateway itself. */
typedef struct
{
  char *name;
  char *id;
  char *key; /* of its messages, the step behind it */
  char *endpoint;
  char *subject;
  char *danish;
  char *english;
  gint64 since_us;
  gint64 gone_us; /* 0: it is raised */
  guint n_steps_told;
  gboolean is_raised; /* by the look that is under way */
} OwnAlarm;

struct _TrackWatch
{
  TrackDatabase *database;
  TrackStandby
    *standby; /* (nullable): there since @database could not be written, or from the start */
  GMainContext *context;
  char *schema_dir;
  TrackNoticeCarrier carrier;
  gint64 failing_us; /* monotonic: since when @database refuses; 0: it does not */
  TrackHealth *health;
  TrackRegistry *registry;
  TrackEndpoint *operator_endpoint; /* addresses of the operator */
  GArray *steps;
  guint confirm_failures;
  guint cap_per_hour;
  gint64 window_notice_us;
  gint64 keep_us;
  GHashTable *open;         /* endpoint → OpenOne */
  GHashTable *certificates; /* holder → TrackSeenCertificate */
  GHashTable *windows;      /* key → TrackToldWindow: those that people were told of */
  GHashTable *alarms;       /* name → OwnAlarm */
  TrackWatchLook look;
  gpointer look_data;
  WatchJob *next; /* gathers */
  WatchJob *writing;
  gboolean is_written_by_somebody; /* @writing is with the executor */
  TrackSteady steady;
  gint64 ticked_wall_us;
  gint64 ticked_us;
  gboolean is_clock_standing;
  gint64 adopt_us; /* monotonic: when to look for what a predecessor left; 0: done */
  gint64 written_us;
  gint64 upkeep_us;
  Timer *timer;
  TrackNoticeSender *sender;
  gboolean is_stopped;
};

WatchJob *track_watch_job_new (void);
void track_watch_job_free (WatchJob *job);
void track_watch_open_free (OpenOne *one);
void track_watch_tick (TrackWatch *watch);
void track_watch_flush (TrackWatch *watch);
void track_watch_flush_last (TrackWatch *watch);
void track_watch_tell_standby (TrackWatch *watch, WatchTell *tell);
gboolean track_watch_ensure_standby (TrackWatch *watch);
void track_watch_tell_free (WatchTell *tell);
void track_watch_put (TrackWatch *watch, const TrackDisturbance *disturbance);

void track_watch_tell (TrackWatch *watch, TrackMessage *message, GPtrArray *targets);
GPtrArray *track_watch_list_first_targets (TrackWatch *watch, const char *endpoint);
void track_watch_climb (TrackWatch *watch, OpenOne *one, gint64 now_us);
void track_watch_add_step (OpenOne *one,
                           const char *what,
                           gint64 at_us,
                           gint64 until_us,
                           const char *text);
void track_watch_close_one (TrackWatch *watch, OpenOne *one, gint64 now_us);
gboolean track_watch_load (TrackWatch *watch, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void track_watch_go_on (TrackWatch *watch, TrackDisturbance *disturbance, gint64 until_us);
void track_watch_keep_certificate (TrackWatch *watch, const TrackSeenCertificate *seen);
void track_watch_keep_window (TrackWatch *watch, const TrackToldWindow *told);
char **track_watch_dup_names (const TrackRegistry *registry);
void track_watch_close_removed (TrackWatch *watch, const char *const *names);
void track_watch_look_for_strays (TrackWatch *watch);
void track_watch_look_at_clock (TrackWatch *watch, gint64 now_us);
void track_own_alarm_free (OwnAlarm *own);
void track_watch_look_at_alarms (TrackWatch *watch, gint64 now_us);
void track_watch_look_at_windows (TrackWatch *watch, gint64 now_us);
void track_watch_look_at_certificates (TrackWatch *watch, gint64 now_us);
