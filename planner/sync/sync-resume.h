/* SPDX-License-Identifier: EUPL-1.2 */
/* A paused connection goes on, and with it those of its account that the planner paused when the account was refused. */
#pragma once

#include "sync/sync-task.h"

/* Whether the planner paused it by itself, for the sake of its account. */
gboolean sync_resume_is_denied (const SyncBinding *binding);
/* With a row of the journal. In a write. */
gboolean sync_resume_set_state (const SyncTask *work,
                                StoreSession *session,
                                const SyncBinding *before,
                                SyncBindingState state,
                                const char *why,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* From now on as if it had never failed; the next run is a full one. In a write. */
gboolean sync_resume_begin_anew (StoreSession *session,
                                 gint64 binding_id,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* In a write. */
gboolean sync_resume_one (const SyncTask *work,
                          StoreSession *session,
                          const SyncBinding *binding,
                          SyncBindingState *out_state,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* In a write; (element-type SyncBinding): those that were resumed, each as it was before. */
GPtrArray *sync_resume_account (const SyncTask *work,
                                StoreSession *session,
                                const SyncBinding *like,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
