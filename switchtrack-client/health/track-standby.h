/* SPDX-License-Identifier: EUPL-1.2 */
/* A queue of messages for when registry.db cannot be written: people are told all the same. */
#pragma once

#include "health/track-notice.h"
#include "health/track-watch-store.h"

typedef struct _TrackStandby TrackStandby;

TrackStandby *track_standby_new (GMainContext *context,
                                 const char *schema_dir,
                                 const TrackNoticeCarrier *carrier,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
TrackDatabase *track_standby_get_database (TrackStandby *standby);
TrackNoticeSender *track_standby_get_sender (TrackStandby *standby);
void track_standby_stop (TrackStandby *standby);
void track_standby_free (TrackStandby *standby);
