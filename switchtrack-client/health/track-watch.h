/* SPDX-License-Identifier: EUPL-1.2 */
/* The front of the room: what calls tell goes in; which address to use, disturbances and alarms come out. */
#pragma once

#include <json-glib/json-glib.h>

#include "base/track-database.h"
#include "health/track-escalation.h"
#include "health/track-health.h"
#include "health/track-notice.h"
#include "registry/track-registry.h"

/* Holders of our own certificates, for track_watch_see_certificate(). */
#define TRACK_HOLDER_SERVER "switchtrackd server"
#define TRACK_HOLDER_CLIENT "switchtrackd client"

/**
 * TrackWatchSettings:
 * @database: (nullable): registry.db; NULL: nothing is kept over the end of the program
 * @schema_dir: (nullable): its migrations: people are told when it cannot be opened or written, too
 * @steps: the ladder, as track_escalation_parse() reads it
 * @operator_webhooks, @operator_mails: (nullable): used for what the endpoint has none of, and for the gateway itself
 * @confirm_failures: live calls that must fail before people are told, unless it is down or ill before
 * @cap_per_hour: messages to one target
 * @window_notice_h: how long ahead a service window is told
 * @keep_days: how long closed disturbances and sent notices are kept
 * @carrier: (nullable): copied; NULL: messages wait
 */
typedef struct
{
  GMainContext *context;
  TrackDatabase *database;
  const char *schema_dir;
  const char *steps;
  char **operator_webhooks;
  char **operator_mails;
  guint confirm_failures;
  guint cap_per_hour;
  guint window_notice_h;
  guint keep_days;
  const TrackNoticeCarrier *carrier;
} TrackWatchSettings;

typedef struct _TrackWatch TrackWatch;

/* Raises the alarms about the gateway itself that there are now, by track_watch_raise(). Loop thread. */
typedef void (*TrackWatchLook) (TrackWatch *watch, gint64 now_us, gpointer data);

TrackWatch *track_watch_new (const TrackWatchSettings *settings,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
void track_watch_stop (TrackWatch *watch);
void track_watch_free (TrackWatch *watch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrackWatch, track_watch_free)

gboolean track_watch_reload (TrackWatch *watch,
                             const TrackWatchSettings *settings,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean track_watch_attach (TrackWatch *watch,
                             TrackDatabase *database,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
TrackDatabase *track_watch_get_database (TrackWatch *watch);
void track_watch_set_registry (TrackWatch *watch, TrackRegistry *registry);
void track_watch_observe (const TrackRecord *record, gpointer watch);
void track_watch_see_certificate (TrackWatch *watch, const char *holder, gint64 until_us);
const char *track_watch_pick_url (TrackWatch *watch, const char *endpoint);
TrackHealth *track_watch_get_health (TrackWatch *watch);
void track_watch_set_look (TrackWatch *watch, TrackWatchLook look, gpointer data);
void track_watch_raise (TrackWatch *watch, const TrackAlarm *alarm);
JsonObject *track_watch_describe (TrackWatch *watch, gint64 now_us);
gboolean track_watch_test_alarm (TrackWatch *watch,
                                 const char *endpoint,
                                 const char *who,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
