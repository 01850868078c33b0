/* SPDX-License-Identifier: EUPL-1.2 */
/* The service under every face: database, index and executor, and calls run where they belong. */
#pragma once

#include "base/executor.h"
#include "ops/call/op.h"
#include "ops/service/uptime-tally.h"

typedef struct _OpService OpService;

/**
 * OpServiceSettings:
 * @context: (nullable): the loop's
 * @n_waiting: most threads for what waits for other machines; 0: none
 * @ignores_clock: open a database whose newest journal entry lies in the future
 */
typedef struct
{
  GMainContext *context;
  const char *database_path;
  const char *schema_dir;
  const char *data_dir;
  guint n_workers;
  guint max_queued;
  guint max_group;
  guint n_waiting;
  gboolean ignores_clock;
} OpServiceSettings;

/**
 * OpReport:
 * @place: where it was run last, or would have been
 */
typedef struct
{
  OpPlace place;
  ExecutorReport run;
} OpReport;

/* Loop thread. The call is the caller's again; its body holds the answer when @error is NULL. */
typedef void (*OpDone) (OpCall *call, const OpReport *report, const GError *error, gpointer data);

/* One write of a bulk or waiting job. May be run twice, so it leaves nothing behind but in the database. */
typedef gboolean (*OpWrite) (StoreSession *session, gpointer data, GError **error);

/* Loop thread: the time of these resources was touched by a group that has just been committed. */
typedef void (*OpWatch) (const gint64 *resource_ids, guint n_resources, gpointer data);

/* Loop thread: a group of changes has just become durable. */
typedef void (*OpCommitted) (gpointer data);

/**
 * OpServiceState:
 * @n_notes_lost: records of answers that could not be written
 * @seen_us: last durable sign of life
 * @gap_us: how long nobody was served before this run
 */
typedef struct
{
  ExecutorCounters executor;
  guint n_resources;
  guint n_citizens;
  guint64 index_version;
  guint n_notes_lost;
  gint64 seen_us;
  gint64 gap_us;
} OpServiceState;

OpService *op_service_new (const OpServiceSettings *settings,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
void op_service_stop (OpService *service);
void op_service_free (OpService *service);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OpService, op_service_free)

void op_service_submit (OpService *service,
                        OpCall *call,
                        gint64 deadline_us,
                        OpDone done,
                        gpointer data);
gboolean
op_service_probe (OpService *service, OpCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean op_service_run_bulk (OpService *service,
                              ExecutorStep run,
                              ExecutorDone done,
                              gpointer data,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean op_service_run_waiting (OpService *service,
                                 ExecutorStep run,
                                 ExecutorDone done,
                                 gpointer data,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean op_service_write (OpService *service, OpWrite write, gpointer data, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;

void op_service_watch (OpService *service, OpWatch watch, gpointer data);
void op_service_watch_commits (OpService *service, OpCommitted committed, gpointer data);
void op_service_count_call (OpService *service,
                            const OpCaller *caller,
                            gint64 unit_id,
                            UptimeOutcome outcome,
                            gint64 duration_us);
const IndexView *op_service_get_view (const OpService *service);
void op_service_get_state (OpService *service, OpServiceState *out_state);
