/* SPDX-License-Identifier: EUPL-1.2 */
/* Who is told when: the ladder of steps, whom a step means, and the words of a message. Pure. */
#pragma once

#include <gio/gio.h>

#include "health/track-disturbance.h"
#include "registry/track-registry.h"

#define TRACK_NOTICE_WEBHOOK "webhook"
#define TRACK_NOTICE_MAIL    "mail"

/**
 * TrackLadderStep:
 * @after_us: from when the disturbance was confirmed
 * @channel: TRACK_NOTICE_WEBHOOK or TRACK_NOTICE_MAIL
 * @number: which of the endpoint's, from 1; 0: all
 */
typedef struct
{
  gint64 after_us;
  const char *channel;
  guint number;
} TrackLadderStep;

/**
 * TrackAlarm:
 * @name: what it is about; there is one of a name
 * @endpoint: (nullable): whose people are told beside the operator's
 * @id: (nullable): the same after a restart: nobody is told twice; another one is another alarm. NULL: of this run
 * @since_us: Unix time; 0: since it was first raised
 * @subject: a few words of ASCII
 * @danish, @english: what is so, and what to do
 *
 * Something about the gateway itself.
 */
typedef struct
{
  const char *name;
  const char *id;
  const char *endpoint;
  gint64 since_us;
  const char *subject;
  const char *danish;
  const char *english;
} TrackAlarm;

/**
 * TrackMessage:
 * @event: disturbance, recovery, alarm, alarm-over, certificate, window, window-withdrawn, test or summary
 * @key: the same for the same news: nobody is told twice
 * @disturbance: (nullable): its id; of an alarm or a window: what its messages have in common
 * @subject: one line of ASCII
 * @text: Danish, then English
 */
typedef struct
{
  const char *event;
  char *key;
  char *disturbance;
  char *alarm; /* (nullable): its name */
  char *endpoint;
  char *subject;
  char *text;
  gint64 at_us;
} TrackMessage;

/**
 * TrackTarget:
 * @address: URL or mail address
 */
typedef struct
{
  const char *channel;
  char *address;
} TrackNoticeTarget;

TrackMessage *track_message_copy (const TrackMessage *message);
void track_message_free (TrackMessage *message);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrackMessage, track_message_free)
void track_notice_target_free (TrackNoticeTarget *target);

GArray *track_escalation_parse (const char *text, GError **error) G_GNUC_WARN_UNUSED_RESULT;
GPtrArray *track_escalation_list_targets (const TrackLadderStep *step,
                                          const TrackEndpoint *endpoint,
                                          const TrackEndpoint *fallback);
TrackMessage *
track_message_new_disturbance (const TrackDisturbance *one, guint step, gint64 now_us);
TrackMessage *track_message_new_recovery (const TrackDisturbance *one, gint64 now_us);
TrackMessage *
track_message_new_certificate (const char *holder, gint64 until_us, guint days, gint64 now_us);
char *track_message_dup_window_key (const TrackWindow *window);
TrackMessage *track_message_new_window (const TrackWindow *window, guint number, gint64 now_us);
TrackMessage *track_message_new_window_withdrawn (const TrackWindow *window,
                                                  guint number,
                                                  const TrackWindow *instead,
                                                  gint64 now_us);
TrackMessage *track_message_new_test (const char *endpoint, const char *who, gint64 now_us);
TrackMessage *
track_message_new_alarm (const TrackAlarm *alarm, const char *key, guint step, gint64 now_us);
TrackMessage *track_message_new_alarm_over (const char *key,
                                            const char *name,
                                            const char *subject,
                                            gint64 now_us);
char *track_message_dup_json (const TrackMessage *message);
