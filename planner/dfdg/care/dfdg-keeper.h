/* SPDX-License-Identifier: EUPL-1.2 */
/* Runs errands with DFDG by itself: subscriptions at the start, after a reload and daily; the nightly comparison. */
#pragma once

#include "dfdg/wire/dfdg-settings.h"
#include "ops/service/op-worker.h"

/**
 * DfdgKeeper:
 *
 * Loop thread. One for the program.
 */
typedef struct _DfdgKeeper DfdgKeeper;

DfdgKeeper *dfdg_keeper_new (OpService *service, GMainContext *context, GPtrArray *settings);
void dfdg_keeper_set_settings (DfdgKeeper *keeper, GPtrArray *settings);
void dfdg_keeper_stop (DfdgKeeper *keeper);
gboolean dfdg_keeper_is_draining (const DfdgKeeper *keeper);
void dfdg_keeper_free (DfdgKeeper *keeper);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DfdgKeeper, dfdg_keeper_free)

/* Whether the errand is due: pure. @tried_us, @done_us: 0: never; @is_fresh: settings have just been taken. */
gboolean
dfdg_keeper_subscribes (gint64 now_us, gint64 tried_us, gboolean has_problem, gboolean is_fresh);
gboolean dfdg_keeper_compares (gint64 now_us, gint64 tried_us, gint64 hour);
