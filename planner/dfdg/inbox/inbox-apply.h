/* SPDX-License-Identifier: EUPL-1.2 */
/* The messages of one citizen, in order: each is applied by its row of the table, or waits, or is parked. */
#pragma once

#include <gio/gio.h>

#include "dfdg/forms/dfdg-event.h"
#include "dfdg/wire/dfdg-settings.h"
#include "ops/service/op-shared-write.h"

typedef struct _DfdgIndkaldelse DfdgIndkaldelse;

/**
 * DfdgTruth:
 * @get_indkaldelse: (transfer full) @out_record: NULL when DFDG has none
 * @has_answered: whether the service has answered anybody well since then, wall clock
 *
 * Where the truth about a thin message is asked for: the client, or a test's own. On a waiting thread; blocks.
 * PLANNER_ERROR_UNAVAILABLE is what another try may cure, PLANNER_ERROR_ACCESS_DENIED what a certificate or a right may.
 */
typedef struct
{
  gboolean (*get_indkaldelse) (gpointer data,
                               const char *indkaldelse_id,
                               DfdgIndkaldelse **out_record,
                               GCancellable *cancellable,
                               GError **error);
  gboolean (*has_answered) (gpointer data, DfdgService service, gint64 since_us);
} DfdgTruth;

/* As op_service_run_step(), with @runner for the service. */
typedef gboolean (*DfdgRunStep) (gpointer runner, OpStep step, gpointer data, GError **error);

/**
 * DfdgLane:
 * @session: the thread's, for reading
 * @run_step: how something is written; @runner goes with it
 * @own_system: what DFDG calls us, -1 unknown; @fund_type: organisation type of a-kasser
 * @truth_data: goes with @truth
 * @context: (nullable): of who made the lane, for rows that ask DFDG themselves: a DfdgClient
 * @call_id: of this run, for the journal
 * @events: (element-type DfdgEvent): the citizen's that wait, in order
 * @at: the one that is being applied
 * @covered: (element-type gint64): later ones that go with it
 * @is_again: what was written is not the end of it: it is looked at again
 *
 * A run over one citizen's messages.
 */
typedef struct
{
  StoreSession *session;
  DfdgRunStep run_step;
  gpointer runner;
  const char *tenant_key;
  gint64 tenant_id;
  const DfdgEntityIds *entities;
  gint64 own_system;
  gint64 fund_type;
  const DfdgTruth *truth;
  gpointer truth_data;
  gpointer context;
  GCancellable *cancellable;
  const char *call_id;
  GPtrArray *events;
  guint at;
  GArray *covered;
  gboolean is_again;
} DfdgLane;

/* On a waiting thread; may ask DFDG, and commits through dfdg_lane_write() together with "done". Errors:
 * PLANNER_ERROR_UNAVAILABLE (DFDG is down), _BUSY and _CONFLICT: the lane waits and tries again; _ACCESS_DENIED: as long as
 * nobody is let in; _MALFORMED: for some minutes; any other parks the message, and the lane goes on. No text holds a citizen's number. */
typedef gboolean (*DfdgEventFunc) (DfdgLane *lane, const DfdgEvent *event, GError **error);

/**
 * DfdgEventRow:
 * @name: for log and commands
 * @apply: (nullable): NULL: such messages are kept as unknown
 * @service: that it asks; the breaker is IndkaldelseService's, the others' messages wait each for itself
 */
typedef struct
{
  const char *name;
  DfdgEventFunc apply;
  DfdgService service;
} DfdgEventRow;

/* By DfdgEntity. */
extern const DfdgEventRow dfdg_event_rows[DFDG_N_ENTITIES];
gboolean dfdg_event_is_taken (const DfdgEntityIds *ids, gint64 entity_type);

/**
 * DfdgLaneReport:
 * @is_later: stopped at one that is tried again later; @is_down: because DFDG is not there
 */
typedef struct
{
  guint n_done;
  guint n_parked;
  gboolean is_later;
  gboolean is_down;
} DfdgLaneReport;

gboolean dfdg_lane_run (DfdgLane *lane,
                        DfdgLaneReport *out_report,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What a row writes, inside the transaction of "done": @call acts as DFDG's record (ops/booking/record-door.h); @out_outcome: a
 * word that the message keeps, such as "applied"; DFDG_LANE_AGAIN: the message is not done, and its lane waits before it goes
 * on. May be run twice. */
#define DFDG_LANE_AGAIN NULL
typedef gboolean (*DfdgLaneWrite) (OpCall *call,
                                   gpointer data,
                                   const char **out_outcome,
                                   GError **error);

gboolean dfdg_lane_write (DfdgLane *lane, DfdgLaneWrite write, gpointer data, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;
void dfdg_lane_cover (DfdgLane *lane);
gint64 dfdg_backoff_us (gint64 attempts);

/* The row of summonses. */
gboolean inbox_apply_indkaldelse (DfdgLane *lane,
                                  const DfdgEvent *event,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
