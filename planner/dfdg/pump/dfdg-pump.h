/* SPDX-License-Identifier: EUPL-1.2 */
/* Works lanes that wait in the database: one citizen's messages after each other, citizens beside each other. */
#pragma once

#include <gio/gio.h>

#include "base/period.h"
#include "dfdg/pump/dfdg-agenda.h"
#include "dfdg/wire/dfdg-settings.h"
#include "ops/service/op-worker.h"

/* No try is put off longer, whatever DFDG asks for. */
#define DFDG_PUMP_MAX_BACKOFF_US (3 * PERIOD_US_PER_HOUR)

/**
 * DfdgPumpWork:
 * @session: the thread's, for reading
 * @lane_id: what is worked in order: a citizen
 * @call_id: of this run, for journal and log
 */
typedef struct
{
  OpService *service;
  StoreSession *session;
  const DfdgSettings *settings;
  gint64 tenant_id;
  gint64 lane_id;
  GCancellable *cancellable;
  const char *call_id;
} DfdgPumpWork;

/**
 * DfdgPumpQuestion:
 * @service: for what must be written before anything is begun
 * @now_us: wall clock
 * @limit: at most so many lanes
 */
typedef struct
{
  OpService *service;
  gint64 tenant_id;
  const DfdgSettings *settings;
  gint64 now_us;
  guint limit;
} DfdgPumpQuestion;

/**
 * DfdgPumpKind:
 * @list: on any thread with a reading session: appends the ids of lanes that are due, oldest first;
 *   @out_next_us: when the first that is not due will be, wall clock; 0: none
 * @work: on a thread of EXECUTOR_WAITING; blocks until the lane is empty or stops; ends soon when
 *   @cancellable is cancelled. What it has done stands in the database: a lane may be worked again at any time
 */
typedef struct
{
  const char *name;
  gboolean (*list) (StoreSession *session,
                    const DfdgPumpQuestion *question,
                    GArray *out_lanes, /* of gint64 */
                    gint64 *out_next_us,
                    GError **error);
  void (*work) (const DfdgPumpWork *work, DfdgPumpResult *out_result);
} DfdgPumpKind;

/**
 * DfdgPumpCounts:
 * @is_down: the breaker is open: one lane at a time is tried
 *
 * Of one tenant; all but @n_running since the start, @runs by DfdgEnding.
 */
typedef struct
{
  const char *tenant_key;
  guint n_running;
  gboolean is_down;
  guint64 n_done;
  guint64 n_parked;
  guint64 n_calls;
  guint64 runs[DFDG_N_ENDINGS];
} DfdgPumpCounts;

/**
 * DfdgPump:
 *
 * Loop thread. One for each kind.
 */
typedef struct _DfdgPump DfdgPump;

DfdgPump *dfdg_pump_new (OpService *service,
                         GMainContext *context,
                         const DfdgPumpKind *kind,
                         GPtrArray *settings);
void dfdg_pump_set_settings (DfdgPump *pump, GPtrArray *settings);
/* Something was committed that may be for it: looks soon. Cheap, and may be said often. */
void dfdg_pump_wake (DfdgPump *pump);
void dfdg_pump_stop (DfdgPump *pump);
gboolean dfdg_pump_is_draining (DfdgPump *pump);
void dfdg_pump_free (DfdgPump *pump);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DfdgPump, dfdg_pump_free)
gboolean dfdg_pump_count (DfdgPump *pump, guint index, DfdgPumpCounts *out_counts);
/* On a lane's thread: one write that may share its group with others; durable when this returns. Blocks. */
gboolean dfdg_pump_write (const DfdgPumpWork *work, OpWrite write, gpointer data, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;
/* min(10800, 2^n − 1) s for the n-th failure, a quarter more or less; never less than @retry_after_s, and never
 * more than three hours. Any thread. */
gint64 dfdg_pump_backoff_us (gint64 n_failures, gint64 retry_after_s);
