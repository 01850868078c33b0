/* SPDX-License-Identifier: EUPL-1.2 */
/* Takes pushed messages: 200 when one is durable, and not before. */
#pragma once

#include "ops/service/op-worker.h"
#include "planner-webhook.h"

#define WEBHOOK_WSB_PATH "/wsb/v1"

/**
 * WebhookCounts:
 * @n_stored: new messages; @n_repeated: that were there already
 * @n_unknown: of the new ones: of a type that nobody takes
 * @n_refused: no messages at all
 * @n_astray: of another environment; @astray_us: wall clock of the last one, 0: never
 * @n_busy: sent away to come again; @n_failed: that could not be stored
 * @n_open: being stored now
 */
typedef struct
{
  guint64 n_stored;
  guint64 n_repeated;
  guint64 n_unknown;
  guint64 n_refused;
  guint64 n_astray;
  guint64 n_busy;
  guint64 n_failed;
  guint n_open;
  gint64 astray_us;
} WebhookCounts;

/* Told on the loop thread that a message was stored. */
typedef void (*WebhookWake) (gpointer data);

/**
 * DfdgWebhook:
 *
 * Loop thread.
 */
typedef struct _DfdgWebhook DfdgWebhook;

DfdgWebhook *dfdg_webhook_new (OpService *service, WebhookWake wake, gpointer data);
void dfdg_webhook_free (DfdgWebhook *webhook);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DfdgWebhook, dfdg_webhook_free)
PlannerWebhook dfdg_webhook_get_route (DfdgWebhook *webhook);
void dfdg_webhook_count (const DfdgWebhook *webhook, WebhookCounts *out_counts);
