/* SPDX-License-Identifier: EUPL-1.2 */
/* What plannerd counts, as one table, shown in Prometheus' text form. */
#pragma once

#include "base/executor.h"
#include "base/period.h"
#include "contract-table.h"
#include "listener-counters.h"
#include "listener-trust.h"
#include "planner-metrics-dfdg.h"
#include "planner-metrics-sync.h"

#include <glib.h>

typedef enum
{
  METRICS_OK,
  METRICS_REPLAY, /* answered from memory: a repeat of an earlier call */
  METRICS_FAULT,  /* the caller's doing */
  METRICS_BUSY,
  METRICS_ERROR,  /* our doing */
  METRICS_CLOSED, /* a planned service window refused it */
  METRICS_N_OUTCOMES,
} MetricsOutcome;

typedef enum
{
  METRICS_INLINE,
  METRICS_WORKER,
  METRICS_WRITER,
  METRICS_N_PLACES,
} MetricsPlace;

typedef enum
{
  METRICS_UNKNOWN_CALLER,
  METRICS_TWO_CALLERS,
  METRICS_N_DENIALS,
} MetricsDenial;

typedef struct _PlannerMetrics PlannerMetrics;

/**
 * MetricsFace:
 * @certificate_expiry_us: of its server certificate, 0 for none
 */
typedef struct
{
  const char *name;
  const ListenerCounters *counters;
  gint64 certificate_expiry_us;
} MetricsFace;

/**
 * MetricsPicture:
 *
 * @trust: (nullable): NULL when no face takes certificates
 * @sync: (nullable): of calendar synchronisation
 * @dfdg: (nullable): of the DFDG side
 * @window: the service window that is on or comes next, empty for none
 * @is_window_on: whether it is on now
 * @seen_us: last durable sign of life, 0 before the first
 * @backup_us: of the newest backup beside the database, 0 for none
 * @gap_us: how long nobody was served before this run
 *
 * What others count, at the moment of asking.
 */
typedef struct
{
  const PlannerMetrics *metrics;
  ExecutorCounters executor;
  const MetricsFace *faces;
  guint n_faces;
  guint n_resources;
  guint n_citizens;
  guint64 index_version;
  guint n_notes_lost;
  const ListenerTrust *trust;
  const MetricsSync *sync;
  const MetricsDfdg *dfdg;
  Period window;
  gboolean is_window_on;
  gint64 seen_us;
  gint64 backup_us;
  gint64 gap_us;
  gint64 now_us;
} MetricsPicture;

PlannerMetrics *planner_metrics_new (void);
void planner_metrics_free (PlannerMetrics *metrics);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PlannerMetrics, planner_metrics_free)

void planner_metrics_count_call (PlannerMetrics *metrics,
                                 const ContractOperation *operation,
                                 MetricsOutcome outcome,
                                 gint64 duration_us);
void planner_metrics_count_wait (PlannerMetrics *metrics, MetricsPlace place, gint64 queue_us);
void planner_metrics_count_fault (PlannerMetrics *metrics, gint64 fault_code);
void planner_metrics_count_denial (PlannerMetrics *metrics, MetricsDenial denial);
void planner_metrics_count_late (PlannerMetrics *metrics);
char *planner_metrics_dup_text (const MetricsPicture *picture);
