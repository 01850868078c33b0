/* SPDX-License-Identifier: EUPL-1.2 */
/* What the parts of the local side share. */
#pragma once

#include "base/period.h"
#include "calsync-policy.h"
#include "rules/code-list.h"
#include "store/busy-span-store.h"
#include "store/sync-item-store.h"
#include "sync/sync-local.h"
#include "sync/sync-rules.h"

/* A writer job stays well under 5 ms (design.md 6): what is begun when this is over, and its commit, come on top. */
#define SYNC_MAX_WRITE_US 1200
#define SYNC_HOUR_US      (G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC)

/**
 * SyncLocal:
 * @now_us: of the last load or commit
 * @read_us: when the calendar began to be read: whatever a run says of it is as old as that
 * @zone: of the resource
 * @blocks: what takes its time
 * @window: what is laid out
 * @run: run_id 0 until its row is committed
 * @pending_run_id: of a row that is added but not committed
 * @agreed: (nullable): key hashes that a person agreed to
 * @asks_feed: the run begins by asking what has changed since the cursor
 * @remote_types: (nullable): contact types by telephone or video, once they were asked for
 * @is_held: after a restore: read and store, send nothing, and go on asking
 */
struct _SyncLocal
{
  CalsyncLocal port;
  const SyncLocalPlace *place;
  SyncBinding *binding;
  SyncRules rules;
  char *email;
  char *resource_key;
  char *tenant_key;
  gint64 retired_us;
  char *instance;
  GBytes *hash_key;
  const CalsyncZone *zone;
  CalsyncPolicy blocks;
  const char *addresses[2];
  CalsyncImportOptions import;
  Period window;
  gint64 now_us;
  gint64 read_us;
  SyncRun run;
  gint64 pending_run_id;
  GHashTable *agreed;
  gboolean asks_feed;
  CodeList *remote_types;
  gboolean is_held;
};

/* A read transaction, unless the session is in one. */
gboolean
sync_local_begin (SyncLocal *local, gboolean *out_is_own, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void sync_local_end (SyncLocal *local, gboolean is_own);
/* Runs @write; the run's row counts as there once it is committed. */
gboolean sync_local_write (SyncLocal *local, AdminWrite write, gpointer data, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;
/* In a write: the run's row, made when it is not there yet. */
gboolean sync_local_need_run (SyncLocal *local,
                              StoreSession *session,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* In a write: FALSE with CALSYNC_REMOTE_ERROR_CANCELLED once somebody has paused or disconnected it, or its owner is
 * retired, since the run began. */
gboolean sync_local_check_goes_on (const SyncLocal *local,
                                   StoreSession *session,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
char *sync_local_hash_key (const SyncLocal *local, const char *key);
gboolean sync_local_find_meeting (const SyncLocal *local,
                                  StoreSession *session,
                                  const char *reference,
                                  gint64 out_ids[2],
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

SyncShape sync_shape_of (const CalsyncShape *shape);
CalsyncShape sync_shape_to_calsync (const SyncShape *shape);

/* sync-local-wanted.c */
GPtrArray *sync_local_list_wanted (CalsyncLocal *port, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* sync-local-item.c: one item of a pull, laid out before the writer sees it. @is_echo: what we sent ourselves;
 * @reference: (nullable): our meeting that it is about, also when it is gone */
typedef struct
{
  const CalsyncFound *found;
  char *reference;
  gboolean is_echo;
  GPtrArray *spans;    /* (element-type GArray): of each object */
  GPtrArray *overlaps; /* (element-type SyncConflict) */
} SyncPrepared;

SyncPrepared *
sync_prepared_new (SyncLocal *local, const CalsyncFound *found, const GPtrArray *meetings);
void sync_prepared_free (SyncPrepared *prepared);
/* @touched: is widened; @out_was_coming: whether something that lay ahead disappeared, and nobody had agreed */
gboolean sync_item_write (SyncLocal *local,
                          StoreSession *session,
                          const SyncPrepared *prepared,
                          Period *touched,
                          gboolean *out_was_coming,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* A receipt: what stands at a key of ours now, or that nothing does. */
gboolean sync_item_write_echo (SyncLocal *local,
                               StoreSession *session,
                               const CalsyncPush *push,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Tells the index, when it is about anything. */
gboolean sync_local_tell_index (SyncLocal *local,
                                StoreSession *session,
                                Period touched,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* sync-local-pull.c */
gboolean sync_local_commit_pull (CalsyncLocal *port,
                                 const CalsyncPull *pull,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* sync-local-share.c */
typedef struct _SyncShare SyncShare;

GPtrArray *sync_shares_new (const CalsyncPull *pull, GPtrArray *own);
gboolean sync_share_write (SyncLocal *local,
                           StoreSession *session,
                           const SyncShare *share,
                           Period *touched,
                           gboolean *saw_gone,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* sync-local-push.c */
gboolean sync_link_write (SyncLocal *local,
                          StoreSession *session,
                          const CalsyncLinkChange *change,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean sync_local_may_send (CalsyncLocal *port, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean sync_local_record_pushes (CalsyncLocal *port,
                                   const GPtrArray *finished,
                                   const GPtrArray *begun,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* sync-local-guard.c */
/* As far as the run has asked. */
gboolean sync_local_was_agreed (const SyncLocal *local, const char *key_hash);
gboolean sync_local_is_agreed (CalsyncLocal *port, const char *key_hash);
gboolean sync_local_stage_guard (CalsyncLocal *port,
                                 const CalsyncGuarded *guarded,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean sync_local_find_state (const SyncLocal *local,
                                StoreSession *session,
                                SyncBindingState *out_state,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean sync_local_count_gone (SyncLocal *local,
                                CalsyncBinding *binding,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* sync-overlap.c */
GPtrArray *sync_local_list_meetings (SyncLocal *local,
                                     StoreSession *session,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
void sync_overlaps_add (const SyncLocal *local,
                        const BusySpan *span,
                        const GPtrArray *meetings,
                        GPtrArray *overlaps);
/* Reads, and writes when there is something. */
gboolean sync_overlaps_settle (SyncLocal *local, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* sync-local-record.c */
gboolean sync_record_change (SyncLocal *local,
                             StoreSession *session,
                             const SyncRunChange *change,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* @conflict: reference, kind, decision and both shapes are set; the rest is filled in. */
gboolean sync_record_conflict (SyncLocal *local,
                               StoreSession *session,
                               SyncConflict *conflict,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
