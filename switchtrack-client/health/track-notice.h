/* SPDX-License-Identifier: EUPL-1.2 */
/* Sends what is queued for webhooks and by mail, again and again until it is taken, for a day; one at a time to each. */
#pragma once

#include "base/track-database.h"

/* @problem: (nullable): NULL: it was taken. Loop thread, exactly once; not from within the call itself. */
typedef void (*TrackNoticeDone) (gpointer done_data, const char *problem);

/**
 * TrackNoticeParcel:
 * @channel: TRACK_NOTICE_WEBHOOK or TRACK_NOTICE_MAIL
 * @target: URL or mail address
 * @key: the same when it is sent again
 * @body: JSON, or text of a mail
 */
typedef struct
{
  const char *channel;
  const char *target;
  const char *key;
  const char *subject;
  const char *body;
} TrackNoticeParcel;

/**
 * TrackNoticeCarrier:
 * @send: takes one parcel on its way; its texts live until it returns
 *
 * Who brings a message to its target.
 */
typedef struct
{
  void (*send) (gpointer data,
                const TrackNoticeParcel *parcel,
                TrackNoticeDone done,
                gpointer done_data);
  gpointer data;
} TrackNoticeCarrier;

typedef struct _TrackNoticeSender TrackNoticeSender;

TrackNoticeSender *track_notice_sender_new (GMainContext *context,
                                            TrackDatabase *database,
                                            const TrackNoticeCarrier *carrier);
void track_notice_sender_wake (TrackNoticeSender *sender);
guint track_notice_sender_count_failing (const TrackNoticeSender *sender, gint64 for_us);
void track_notice_sender_stop (TrackNoticeSender *sender);
void track_notice_sender_free (TrackNoticeSender *sender);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrackNoticeSender, track_notice_sender_free)
