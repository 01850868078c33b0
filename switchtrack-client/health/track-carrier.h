/* SPDX-License-Identifier: EUPL-1.2 */
/* Brings messages to webhooks and mail boxes. */
#pragma once

#include "health/track-notice.h"
#include "upstream/track-mail.h"
#include "upstream/track-upstream.h"

/**
 * TrackCarrierSettings:
 * @trust_file: (nullable): PEM; whom webhooks must chain to; NULL or empty: authorities of the system
 * @mail: copied
 */
typedef struct
{
  GMainContext *context;
  const char *trust_file;
  TrackMailSettings mail;
} TrackCarrierSettings;

typedef struct _TrackCarrier TrackCarrier;

TrackCarrier *track_carrier_new (const TrackCarrierSettings *settings,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
TrackNoticeCarrier track_carrier_get (TrackCarrier *carrier);
void track_carrier_stop (TrackCarrier *carrier);
void track_carrier_free (TrackCarrier *carrier);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrackCarrier, track_carrier_free)
