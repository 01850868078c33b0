/* SPDX-License-Identifier: EUPL-1.2 */
/* Working time of resources: VAVAILABILITY texts, and the spans that were expanded from them. */
#pragma once

#include "base/period.h"
#include "store/put-outcome.h"

/**
 * AvailabilityRecord:
 * @uid: of the VAVAILABILITY; one resource may have several (priorities)
 * @text: iCalendar text
 */
typedef struct
{
  gint64 tenant_id;
  gint64 resource_id;
  char *uid;
  char *text;
} AvailabilityRecord;

void availability_record_free (AvailabilityRecord *availability);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AvailabilityRecord, availability_record_free)

gboolean availability_put (StoreSession *session,
                           const AvailabilityRecord *availability,
                           PutOutcome *out_outcome,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean availability_remove (StoreSession *session,
                              const AvailabilityRecord *availability,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
GPtrArray *availability_list (StoreSession *session,
                              gint64 tenant_id,
                              gint64 resource_id,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* (element-type Period), by start: all that touch @window, whole. */
GArray *work_span_list (StoreSession *session, gint64 resource_id, Period window, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;
/* Makes @spans the working time in @window: what touched it goes. */
gboolean work_span_replace (StoreSession *session,
                            gint64 resource_id,
                            Period window,
                            const GArray *spans,
                            gboolean *out_changed,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
