/* SPDX-License-Identifier: EUPL-1.2 */
/* What runs did, what both sides said when they did not agree, and what the guard held back. */
#pragma once

#include "store/sync-link-store.h"

/**
 * SyncRun:
 * @finished_us: 0 while it is under way, or when it was cut short
 * @mode: run, preview, undo or disconnect
 * @outcome: open, done, guarded, or the word of an error
 */
typedef struct
{
  gint64 run_id, tenant_id, binding_id;
  gint64 started_us, finished_us;
  char *mode;
  gboolean was_full;
  char *outcome, *actor, *call_id;
  gint64 n_found, n_changed, n_gone, n_unreadable;
  gint64 n_created, n_updated, n_removed, n_conflicts, n_left;
  gint64 n_requests, n_bytes;
} SyncRun;

/**
 * SyncRunChange:
 * @what: item-added, item-changed, item-removed, item-unreadable, sent-create, sent-update, sent-remove, unlinked, moved
 * @before, @after: (nullable): of ours shapes, by sync_shape_format(); of others the reduced objects, by
 *   sync_objects_format(), before only
 * @counts: a disappearance of what lay ahead, to which nobody had agreed: the guard counts it
 */
typedef struct
{
  gint64 change_id, tenant_id, run_id, binding_id, at_us;
  char *what;
  gboolean is_own;
  char *key_hash, *reference, *before, *after;
  gboolean counts;
} SyncRunChange;

/**
 * SyncConflict:
 * @kind: a word of CalsyncConflictKind, or overlap
 * @decision: put-back, proposed, waits or kept
 * @state: open: a person has to decide, or see to it; noted: told and done; resolved
 * @key_hash: (nullable): of an item that cannot be read; @changed_us: when that was changed, or 0
 */
typedef struct
{
  gint64 conflict_id, tenant_id, binding_id, run_id, booking_id;
  char *reference, *kind, *decision;
  SyncShape ours, theirs;
  char *state;
  gint64 found_us, seen_us, resolved_us;
  char *resolved_by, *resolution;
  char *key_hash;
  gint64 changed_us;
} SyncConflict;

/* @reason: own, foreign, empty, widespread or restored; @agreed_until_us: 0: nobody agreed. */
typedef struct
{
  gint64 binding_id, tenant_id;
  char *reason;
  gint64 at_us;
  gint64 n_own, n_foreign, n_known_own, n_known_foreign;
  gint64 agreed_until_us;
  char *agreed_by;
} SyncGuard;

void sync_run_free (SyncRun *run);
void sync_run_change_free (SyncRunChange *change);
void sync_conflict_free (SyncConflict *conflict);
void sync_guard_free (SyncGuard *guard);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SyncRun, sync_run_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SyncRunChange, sync_run_change_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SyncConflict, sync_conflict_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SyncGuard, sync_guard_free)

/* Start, end, class, flags, parted by blanks; and back: FALSE for anything else. */
char *sync_shape_format (const SyncShape *shape);
gboolean sync_shape_parse (const char *text, SyncShape *out_shape) G_GNUC_WARN_UNUSED_RESULT;
/* (element-type CalendarObject): a JSON list of [uid_hash as stored, text] pairs; and back, NULL for anything else. */
char *sync_objects_format (const GPtrArray *objects);
GPtrArray *sync_objects_parse (const char *text) G_GNUC_WARN_UNUSED_RESULT;

gboolean
sync_run_add (StoreSession *session, SyncRun *run, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean sync_run_finish (StoreSession *session,
                          const SyncRun *run,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
SyncRun *
sync_run_load (StoreSession *session, gint64 run_id, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* (element-type SyncRun), newest first. */
GPtrArray *sync_run_list (StoreSession *session, gint64 binding_id, guint max_runs, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;
gboolean sync_run_change_add (StoreSession *session,
                              const SyncRunChange *change,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* (element-type SyncRunChange) in order. */
GPtrArray *sync_run_change_list (StoreSession *session,
                                 gint64 run_id,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Since @hour_us: writes to the calendar, own and foreign disappearances that count; these since @day_us, too. */
gboolean sync_run_change_count (StoreSession *session,
                                gint64 binding_id,
                                gint64 hour_us,
                                gint64 day_us,
                                guint out_counts[5],
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* One that stands there already in the same words is not told twice: its @seen_us is. */
gboolean sync_conflict_put (StoreSession *session,
                            SyncConflict *conflict,
                            gboolean *out_is_new,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
SyncConflict *sync_conflict_load (StoreSession *session,
                                  gint64 conflict_id,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* (element-type SyncConflict), newest first; @binding_id 0: of all; @state: (nullable): NULL: in any. */
GPtrArray *sync_conflict_list (StoreSession *session,
                               gint64 tenant_id,
                               gint64 binding_id,
                               const char *state,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* (element-type SyncConflict) by id: open ones of appointments over meetings. */
GPtrArray *sync_conflict_list_overlaps (StoreSession *session,
                                        gint64 binding_id,
                                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Open ones that nobody has to decide any more: closed with the reason. */
gboolean sync_conflict_count_over (StoreSession *session,
                                   gint64 binding_id,
                                   gint64 now_us,
                                   guint *out_n,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean sync_conflict_close_over (StoreSession *session,
                                   gint64 binding_id,
                                   gint64 now_us,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean sync_conflict_resolve (StoreSession *session,
                                const SyncConflict *conflict,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* NULL without @error: nothing is held back. */
SyncGuard *sync_guard_find (StoreSession *session,
                            gint64 binding_id,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* In the place of the one before, and of what was agreed to; what is held back is told by sync_guard_stage(). */
gboolean sync_guard_put (StoreSession *session,
                         const SyncGuard *guard,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean sync_guard_stage (StoreSession *session,
                           gint64 binding_id,
                           const char *key_hash,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean sync_guard_agree (StoreSession *session,
                           const SyncGuard *guard,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean sync_guard_clear (StoreSession *session,
                           gint64 binding_id,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* (element-type utf8) in order. */
GPtrArray *sync_guard_list_staged (StoreSession *session,
                                   gint64 binding_id,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
