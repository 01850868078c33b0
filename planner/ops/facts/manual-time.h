/* SPDX-License-Identifier: EUPL-1.2 */
/* Time of a resource that a person has blocked or opened by hand: kept, listed, taken away. */
#pragma once

#include "calsync-stretch.h"
#include "store/put-outcome.h"

/* Availability records whose uid begins so are opened time; all else of a resource is its working time. */
#define MANUAL_TIME_OPENED "opened-"

/**
 * ManualTime:
 * @object_id: of the calendar object of blocked time; 0 for opened time
 */
typedef struct
{
  gint64 tenant_id;
  gint64 resource_id;
  gint64 object_id;
  CalsyncStretch *stretch;
} ManualTime;

void manual_time_free (ManualTime *time);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ManualTime, manual_time_free)

GPtrArray *manual_time_list (StoreSession *session,
                             gint64 tenant_id,
                             gint64 resource_id,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean manual_time_put (StoreSession *session,
                          ManualTime *time,
                          PutOutcome *out_outcome,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean manual_time_remove (StoreSession *session,
                             const ManualTime *time,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
