/* SPDX-License-Identifier: EUPL-1.2 */
/* The faces of plannerd: who listens where, who is calling, and which path is what. */
#pragma once

#include "http/planner-faces.h"
#include "ops/service/op-worker.h"
#include "planner-config.h"
#include "planner-metrics-dfdg.h"
#include "planner-metrics-sync.h"
#include "planner-webhook.h"

/**
 * PlannerServer:
 *
 * The DFDG face, the plain one, the admin socket, and health with metrics. Loop thread.
 */
typedef struct _PlannerServer PlannerServer;

PlannerServer *planner_server_new (const PlannerConfig *config,
                                   const FaceSockets *sockets,
                                   OpService *service,
                                   GMainContext *context,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean planner_server_start (PlannerServer *server, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void planner_server_set_sync (PlannerServer *server, MetricsSyncFunc describe, gpointer data);
void planner_server_set_webhook (PlannerServer *server, const PlannerWebhook *webhook);
void planner_server_set_dfdg (PlannerServer *server, MetricsDfdgFunc describe, gpointer data);
void planner_server_reload (PlannerServer *server, const PlannerConfig *config);
void planner_server_stop_accepting (PlannerServer *server);
gboolean planner_server_is_draining (PlannerServer *server);
char *planner_server_dup_addresses (PlannerServer *server);
void planner_server_free (PlannerServer *server);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PlannerServer, planner_server_free)
