/* SPDX-License-Identifier: EUPL-1.2 */
/* Calls on their way to the disk, and what they look like there: a row, a line of JSON. */
#pragma once

#include "base/track-outcome.h"
#include "store/store.h"

/**
 * TrackCallBatch:
 * @records: (element-type TrackRecord): their texts are in @texts
 */
typedef struct
{
  GArray *records;
  GStringChunk *texts;
} TrackCallBatch;

TrackCallBatch *track_call_batch_new (void);
void track_call_batch_free (TrackCallBatch *batch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrackCallBatch, track_call_batch_free)
void track_call_batch_add (TrackCallBatch *batch, const TrackRecord *record);
gboolean track_call_batch_store (const TrackCallBatch *batch,
                                 StoreSession *session,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean track_call_batch_append_lines (const TrackCallBatch *batch,
                                        const char *folder,
                                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean track_call_lines_remove_before (const char *folder,
                                         gint64 before_us,
                                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
char *track_call_dup_masked (const char *text);
