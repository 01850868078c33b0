/* SPDX-License-Identifier: EUPL-1.2 */
/* What the commands about DFDG share: which municipality, how it calls DFDG, and rows as JSON. */
#pragma once

#include "dfdg/services/dfdg-subscribe.h"
#include "dfdg/wire/dfdg-http.h"
#include "ops/commands/admin-records.h"
#include "ops/commands/admin-rows.h"
#include "store/echo-store.h"
#include "store/inbox-store.h"
#include "store/outbox-store.h"

/**
 * DfdgTask:
 * @settings: (nullable): NULL when the municipality does not talk with DFDG
 * @zone: of the capital
 *
 * One command at work.
 */
typedef struct
{
  AdminCall *call;
  TenantRecord *tenant;
  DfdgSettings *settings;
  const CalsyncZone *zone;
} DfdgTask;

gboolean dfdg_task_init (DfdgTask *task, AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Of a tenant that is at hand. */
gboolean dfdg_task_init_of (DfdgTask *task, AdminCall *call, TenantRecord *tenant, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;
void dfdg_task_clear (DfdgTask *task);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DfdgTask, dfdg_task_clear)
/* Refuses with what to configure. */
gboolean dfdg_task_need_service (const DfdgTask *task,
                                 DfdgService service,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
DfdgErrandWork dfdg_task_errand (const DfdgTask *task);

/* As an admin sees them: no citizen. */
JsonObject *dfdg_task_change_to_json (const DfdgTask *task, const OutboxItem *item);
JsonObject *dfdg_task_event_to_json (const DfdgTask *task, const DfdgEvent *event);
JsonObject *dfdg_task_watch_to_json (const DfdgTask *task, const EchoWatch *watch);
/* "3 min": of ages nobody wants to subtract times; nothing when @then_us is 0. */
void
dfdg_task_set_age (const DfdgTask *task, JsonObject *object, const char *member, gint64 then_us);
gboolean dfdg_task_journal (const DfdgTask *task,
                            StoreSession *session,
                            const AdminRecordChange *change,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
