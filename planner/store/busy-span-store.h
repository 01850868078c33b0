/* SPDX-License-Identifier: EUPL-1.2 */
/* Busy spans: what calendar objects say of a resource's time, laid out. */
#pragma once

#include "base/period.h"
#include "store/store.h"

/**
 * BusySpan:
 * @class_name: what kind of time it is, as calendar-sync names it; an interned string
 * @is_all_day: it is whole days
 *
 * Whether it blocks anything is for the rules of its resource to say.
 */
typedef struct
{
  Period period;
  gint64 object_id;
  const char *class_name;
  gboolean is_all_day;
} BusySpan;

/**
 * LaidOutObject:
 * @object_id: one that is stored; its calendar belongs to the resource
 * @window: what its spans were laid out over
 * @spans: (element-type BusySpan): its spans, any order; are sorted
 */
typedef struct
{
  gint64 resource_id;
  gint64 object_id;
  Period window;
  GArray *spans;
} LaidOutObject;

GArray *busy_spans_new (void);
void busy_spans_add (GArray *spans, const BusySpan *span);
void busy_spans_normalise (GArray *spans);
int busy_spans_compare (gconstpointer a, gconstpointer b);
void busy_spans_subtract (const GArray *from,
                          const GArray *what,
                          GArray *out_missing,
                          GArray *out_extra);

GArray *busy_span_list (StoreSession *session, gint64 resource_id, Period window, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;
GArray *busy_span_list_of_object (StoreSession *session,
                                  gint64 object_id,
                                  gint64 from_us,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean busy_span_put (StoreSession *session,
                        gint64 resource_id,
                        const BusySpan *span,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean busy_span_remove (StoreSession *session,
                           gint64 resource_id,
                           const BusySpan *span,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean busy_span_replace_object (StoreSession *session,
                                   const LaidOutObject *object,
                                   Period *out_touched,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
