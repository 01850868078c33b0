/* SPDX-License-Identifier: EUPL-1.2 */
/* Who may change the registry: two people for a change, one for the way back. */
#pragma once

#include "registry/track-registry-check.h"
#include "registry/track-revision-store.h"

/**
 * TrackApproval:
 * @session: in a write transaction
 * @person: user account of who asks
 * @approvers: (nullable): user accounts that may approve, apply, roll back and confirm
 * @check: rules; its now_us is the instant of the decision
 */
typedef struct
{
  StoreSession *session;
  const char *person;
  const char *const *approvers;
  TrackCheckSettings check;
} TrackApproval;

gboolean track_approval_propose (const TrackApproval *approval,
                                 const TrackRegistry *wanted,
                                 const char *reason,
                                 gint64 *out_proposal_id,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean track_approval_approve (const TrackApproval *approval,
                                 gint64 proposal_id,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean track_approval_reject (const TrackApproval *approval,
                                gint64 proposal_id,
                                const char *note,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean track_approval_apply (const TrackApproval *approval,
                               gint64 proposal_id,
                               guint64 *out_revision,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean track_approval_roll_back (const TrackApproval *approval,
                                   guint64 back_to,
                                   const char *reason,
                                   guint64 *out_revision,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean track_approval_restore (const TrackApproval *approval,
                                 const TrackRevision *copy,
                                 const char *reason,
                                 guint64 *out_revision,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean track_approval_confirm (const TrackApproval *approval,
                                 guint64 revision,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

GPtrArray *track_approval_find_faults (const TrackApproval *approval,
                                       const TrackRegistry *before,
                                       const TrackRegistry *after);
TrackRegistry *track_approval_load_current (StoreSession *session,
                                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
