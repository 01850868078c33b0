/* SPDX-License-Identifier: EUPL-1.2 */
/* One call of an operation: what handlers are given, and how any of them is run. */
#pragma once

#include "contract-envelope.h"
#include "ops/facts/index-feed.h"
#include "store/store.h"

typedef enum
{
  OP_ROLE_DFDG = 1 << 0,
  OP_ROLE_INDKALDER = 1 << 1,
  OP_ROLE_KSS = 1 << 2,
} OpRole;

/**
 * OpCaller:
 * @name: the allow-list entry's name: actor in journal and log
 * @tenant_key: short name of the municipality
 * @roles: OpRole bits
 * @unit_keys: (nullable): NULL-terminated organisation keys; NULL for every unit of the tenant
 * @system: client system code that it acts as (owner system), -1 when none
 */
typedef struct
{
  char *name;
  char *tenant_key;
  guint roles;
  char **unit_keys;
  gint64 system;
} OpCaller;

typedef enum
{
  OP_INLINE, /* loop thread, from the index; may ask for a session by setting wants_session */
  OP_READ,   /* worker, own read session */
  OP_WRITE,  /* writer, inside a group's transaction */
} OpPlace;

typedef struct _OpCall OpCall;
typedef struct _OpQuestion OpQuestion;
typedef gboolean (*OpHandler) (OpCall *call, GError **error);
/* Loop thread. FALSE: nothing needs to be asked. */
typedef gboolean (*OpAsk) (const OpCall *call, OpQuestion *out_question);

/**
 * OpRow:
 * @roles: who may call, OpRole bits
 * @deadline_ms: from arrival to answer
 * @ask: (nullable): what others are asked before it is run; an indkalder's calls only
 */
typedef struct
{
  const char *name;
  guint roles;
  OpPlace place;
  guint deadline_ms;
  OpHandler handler;
  OpAsk ask;
} OpRow;

/**
 * OpMemory:
 * @key: (nullable): under which the answer is stored; NULL when it is not
 *
 * Set by op_memory_set(); written by op_run() in the change's own transaction.
 */
typedef struct
{
  char *key;
  GBytes *digest;
  gint64 booking_id;
  gint64 placement;
  char cpr[11];
} OpMemory;

/**
 * OpCall:
 * @tenant_id: the caller's; every identifier is looked up inside it
 * @unit_id: of the unit that the request turned out to be about; 0 while it is not known
 * @retry_us: when a service window that refused it ends; else 0
 * @now_us: base clock, once per run
 * @request: message of the operation; @response: filled by the handler, in @arena
 * @session: NULL inline
 * @wants_session: set by an inline handler that must be run again on a worker
 * @body: content of soap:Body of the answer, written by op_run()
 * @problem: (nullable): why what was asked of others was not answered
 * @kept: what the response borrows from, see op_keep()
 * @notes: (element-type OpNote) (nullable): what rides to the writer later, see ops/booking/op-notes.h
 */
struct _OpCall
{
  const OpRow *row;
  const OpCaller *caller;
  const char *request_id;
  const ContractMapping *mapping;
  const ContractOperation *operation;
  gint64 tenant_id;
  gint64 unit_id;
  gint64 retry_us;
  gint64 now_us;
  ContractArena *arena;
  gconstpointer request;
  gpointer response;
  IndexView view;
  StoreSession *session;
  gboolean wants_session;
  OpMemory memory;
  gboolean is_replay;
  GString *body;
  GPtrArray *notes;
  const GError *problem;
  GArray *kept;
};

extern const OpRow op_table[];
extern const guint op_table_length;
const OpRow *op_table_find (const char *operation);

/* A caller of the wrong role takes no place on worker or writer. */
gboolean op_check_role (const OpCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Who may call is checked here, before the handler sees the request. */
gboolean op_run (OpCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Frees what a run left, so that the call may be run again; request, view and session stay. */
void op_call_reset (OpCall *call);
/* (transfer full): freed when the call is reset or done, so that the response may borrow from it. */
void op_keep (OpCall *call, gpointer value, GDestroyNotify destroy);
gboolean op_caller_may_use_unit (const OpCall *call, const CatalogueUnit *unit);
