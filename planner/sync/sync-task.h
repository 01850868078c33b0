/* SPDX-License-Identifier: EUPL-1.2 */
/* What the commands of synchronisation share: whose calendar, shown how, refused how, journaled how. */
#pragma once

#include "ops/commands/admin-records.h"
#include "ops/commands/admin-rows.h"
#include "store/sync-binding-store.h"

/**
 * SyncTask:
 * @zone: of the resource; of the capital when it is about all of them
 * @resource: (nullable): whom the argument resource names
 * @bindings: (element-type SyncBinding): the resource's; of all when it names nobody
 *
 * One command at work.
 */
typedef struct
{
  AdminCall *call;
  AdminCatalogue *names;
  const CalsyncZone *zone;
  const ResourceRecord *resource;
  GPtrArray *bindings;
} SyncTask;

/* clang-format off */
#define SYNC_RESOURCE { "resource", ADMIN_TEXT, ADMIN_WORD, "ADVISOR", "key or e-mail address of an advisor or a room" }
#define SYNC_MAYBE_RESOURCE { "resource", ADMIN_TEXT, ADMIN_MAYBE_WORD, "ADVISOR", "key or e-mail address of an advisor or a room (all of them)" }
#define SYNC_BINDING { "binding", ADMIN_INTEGER, ADMIN_OPTION, "N", "number of the connection, when there are several: sync status names it", .min = 1, .max = G_MAXINT }
#define SYNC_DRY_RUN { "dry_run", ADMIN_FLAG, ADMIN_OPTION, NULL, "tell what would happen; write nothing", .letter = 'n' }
/* clang-format on */

gboolean sync_task_init (SyncTask *work, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void sync_task_clear (SyncTask *work);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SyncTask, sync_task_clear)
/* Leaves those that the argument binding names; refuses when the resource has none. */
gboolean sync_task_need_some (SyncTask *work, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The one that is meant; borrowed. */
SyncBinding *sync_task_need_one (SyncTask *work, GError **error) G_GNUC_WARN_UNUSED_RESULT;
SyncBinding *sync_task_find (const SyncTask *work, gint64 binding_id);
const ResourceRecord *sync_task_owner (const SyncTask *work, const SyncBinding *binding);

/* No run of it until sync_lock_give(); PLANNER_ERROR_BUSY while one is under way. */
gboolean sync_task_hold (gint64 binding_id, GError **error) G_GNUC_WARN_UNUSED_RESULT;

const char *sync_direction_format (gint64 direction);
gint64 sync_direction_parse (const char *word);
/* As an admin sees it: without cursor and identity. */
JsonObject *sync_binding_to_json (const SyncTask *work, const SyncBinding *binding);

gboolean sync_task_journal (const SyncTask *work,
                            StoreSession *session,
                            const AdminRecordChange *change,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Nothing of the resource is offered until its time is laid out. In a write. */
gboolean sync_task_invalidate (const SyncTask *work,
                               StoreSession *session,
                               gint64 resource_id,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Lays the resource's time out anew, and tells the index. In a write. */
gboolean sync_task_lay_out (const SyncTask *work,
                            StoreSession *session,
                            gint64 resource_id,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What a calendar's server said as an error of ours, so that the exit code fits. */
void sync_error_take (GError **error, GError *remote);
