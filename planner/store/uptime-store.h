/* SPDX-License-Identifier: EUPL-1.2 */
/* The durable record of availability: when plannerd was up, and what its callers met. */
#pragma once

#include "base/period.h"
#include "store/store.h"

typedef enum
{
  UPTIME_OPEN,    /* running, or killed */
  UPTIME_STOPPED, /* cleanly */
  UPTIME_STALLED, /* the process lived, its writer committed nothing for too long */
} UptimeEnd;

/**
 * UptimeSpan:
 * @period: from the start to the last instant at which the writer committed
 */
typedef struct
{
  gint64 span_id;
  Period period;
  UptimeEnd ended;
} UptimeSpan;

/**
 * UptimeCount:
 * @hour_us: start of the hour, UTC
 * @unit_id: 0 when the call told none
 * @outcome: ok, fault, busy, error or closed
 * @bound_us: upper bound of its bucket; 0 for longer than all
 */
typedef struct
{
  gint64 hour_us;
  gint64 tenant_id;
  gint64 unit_id;
  const char *outcome;
  gint64 bound_us;
  gint64 n_calls;
} UptimeCount;

gboolean uptime_store_find_last (StoreSession *session,
                                 UptimeSpan *out_span,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean uptime_store_open_span (StoreSession *session,
                                 gint64 now_us,
                                 gint64 *out_span_id,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean uptime_store_see (StoreSession *session,
                           gint64 span_id,
                           gint64 now_us,
                           UptimeEnd ended,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean uptime_store_add_count (StoreSession *session,
                                 const UptimeCount *count,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* (element-type UptimeSpan), by start: those that touch @period, and the one before it. */
GArray *uptime_store_list_spans (StoreSession *session,
                                 Period period,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Called for each outcome and bucket of a tenant; @unit_id 0: of all its units. */
typedef void (*UptimeCountFunc) (const UptimeCount *count, gpointer data);
typedef struct
{
  gint64 tenant_id;
  gint64 unit_id;
  Period period;
} UptimeQuestion;
gboolean uptime_store_sum_counts (StoreSession *session,
                                  const UptimeQuestion *question,
                                  UptimeCountFunc func,
                                  gpointer data,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The value of a tenant's or unit's setting on a day; NULL without error when none is set. */
char *uptime_store_dup_setting (StoreSession *session,
                                const UptimeQuestion *question,
                                const char *key,
                                gint64 date,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
