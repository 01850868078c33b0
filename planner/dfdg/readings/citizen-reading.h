/* SPDX-License-Identifier: EUPL-1.2 */
/* One kind of DFDG's records of a citizen: asked for, and kept. */
#pragma once

#include "dfdg/wire/dfdg-http.h"
#include "store/reading-store.h"

/**
 * CitizenReading:
 * @today: local day that it was read on
 * @spans: (element-type CitizenSpan), @deadlines: (element-type Deadline), @interviews: (element-type FundInterview):
 *   by @reading one of them
 */
typedef struct
{
  Reading reading;
  gint64 today;
  GArray *spans;
  GPtrArray *deadlines;
  GPtrArray *interviews;
} CitizenReading;

gboolean citizen_reading_is_possible (const DfdgSettings *settings, Reading reading);
/* Waiting thread; blocks. */
gboolean citizen_reading_ask (DfdgClient *client,
                              Reading reading,
                              const char *cpr,
                              CitizenReading *out_reading,
                              GCancellable *cancellable,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Writer. */
gboolean citizen_reading_write (StoreSession *session,
                                const CitizenReading *reading,
                                const ReadingOf *of,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
void citizen_reading_clear (CitizenReading *reading);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CitizenReading, citizen_reading_clear)
gint64 citizen_reading_today (void);
