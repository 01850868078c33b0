/* SPDX-License-Identifier: EUPL-1.2 */
/* Looks into the queues of the municipalities that fetch their messages, each at its interval. */
#pragma once

#include "dfdg/inbox/webhook-wsb.h"
#include "dfdg/wire/dfdg-settings.h"

/**
 * QueueCounts:
 * @succeeded_us: wall clock of the last whole look; 0: none yet
 * @problem: (nullable): of the last one, when it failed; lives until the loop turns
 *
 * Of one municipality.
 */
typedef struct
{
  const char *tenant_key;
  guint64 n_runs;
  guint64 n_failed;
  guint64 n_messages;
  guint64 n_new;
  guint64 n_unknown;
  gint64 succeeded_us;
  const char *problem;
} QueueCounts;

/**
 * DfdgQueueWatch:
 *
 * Loop thread.
 */
typedef struct _DfdgQueueWatch DfdgQueueWatch;

DfdgQueueWatch *
dfdg_queue_watch_new (OpService *service, GMainContext *context, GPtrArray *settings);
void dfdg_queue_watch_set_settings (DfdgQueueWatch *watch, GPtrArray *settings);
void dfdg_queue_watch_stop (DfdgQueueWatch *watch);
gboolean dfdg_queue_watch_is_draining (DfdgQueueWatch *watch);
void dfdg_queue_watch_free (DfdgQueueWatch *watch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DfdgQueueWatch, dfdg_queue_watch_free)
guint dfdg_queue_watch_count (DfdgQueueWatch *watch, guint which, QueueCounts *out_counts);
