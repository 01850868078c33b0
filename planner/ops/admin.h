/* SPDX-License-Identifier: EUPL-1.2 */
/* Admin commands: functions from a JSON object to a JSON object, whoever carries them. */
#pragma once

#include <json-glib/json-glib.h>

#include "store/store.h"
#include "store/tenant-store.h"

typedef gboolean (*AdminWrite) (StoreSession *session, gpointer data, GError **error);

/**
 * AdminRunner:
 * @run_write: runs one write as a transaction (or a savepoint) of its own, seals the journal and
 *   commits; rolls back when the write fails, and hands its error on. In plannerd it queues the
 *   write for the writer thread and waits; in plannerctl it runs it there and then.
 *
 * How a command changes the database.
 */
typedef struct
{
  gboolean (*run_write) (gpointer runner, AdminWrite write, gpointer data, GError **error);
  gpointer runner;
} AdminRunner;

/* On a writing session that is the caller's own: each write there and then. */
AdminRunner admin_runner_direct (StoreSession *session);

/**
 * AdminCall:
 * @session: for reading; a reading command runs in one read transaction on it, a writing command
 *   reads in its writes
 * @arguments: what was asked
 * @result: filled in by the command; also when it refuses
 * @now_us: the instant of the call; commands read no clock
 * @data_dir: folder with code lists and holidays
 * @actor: who asks, for the journal
 * @call_id: of this call, for the journal
 *
 * One command with all that it may use. Belongs to one thread.
 */
typedef struct
{
  StoreSession *session;
  AdminRunner runner;
  JsonObject *arguments;
  JsonObject *result;
  gint64 now_us;
  const char *data_dir;
  const char *actor;
  const char *call_id;
} AdminCall;

typedef gboolean (*AdminFunction) (AdminCall *call, GError **error);

/**
 * AdminCommand:
 * @name: as in the path /admin/v1/NAME
 * @access: STORE_WRITE when it changes anything
 */
typedef struct
{
  const char *name;
  AdminFunction function;
  StoreAccess access;
  const char *sentence;
} AdminCommand;

const AdminCommand *admin_table_find (const char *name);
const AdminCommand *admin_table_list (guint *out_n_commands);
gboolean
admin_run (const AdminCommand *command, AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
int admin_exit_code (const GError *error);

/* Arguments: NULL, 0 and FALSE when absent; a wrong type is PLANNER_ERROR_NOT_VALID. */
gboolean admin_get_text (AdminCall *call, const char *name, const char **out_text, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;
gboolean admin_need_text (AdminCall *call, const char *name, const char **out_text, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;
gboolean admin_get_flag (AdminCall *call, const char *name);
TenantRecord *admin_load_tenant (AdminCall *call,
                                 StoreSession *session,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
