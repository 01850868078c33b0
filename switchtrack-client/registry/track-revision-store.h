/* SPDX-License-Identifier: EUPL-1.2 */
/* Revisions of the registry and proposals for the next one, in the database. */
#pragma once

#include "registry/track-registry.h"
#include "store/store.h"

/**
 * TrackRevision:
 * @is_rollback: made by one person at once
 * @approver: (nullable): NULL: a roll-back that is to be confirmed
 * @proposal_id: 0: none
 * @back_to: of a roll-back, the revision whose document it is; else 0
 */
typedef struct
{
  guint64 revision;
  gint64 at_us;
  gboolean is_rollback;
  char *document;
  char *digest;
  char *author;
  char *approver;
  gint64 approved_us;
  char *reason;
  gint64 proposal_id;
  guint64 back_to;
} TrackRevision;

typedef enum
{
  TRACK_PROPOSAL_OPEN,
  TRACK_PROPOSAL_APPROVED,
  TRACK_PROPOSAL_APPLIED,
  TRACK_PROPOSAL_REJECTED,
  TRACK_PROPOSAL_N_STATES,
} TrackProposalState;

/**
 * TrackProposal:
 * @base_revision: it changes this one and no other
 * @decided_by: (nullable)
 * @note: (nullable)
 * @revision: that it became; 0: none
 */
typedef struct
{
  gint64 proposal_id;
  gint64 at_us;
  guint64 base_revision;
  char *document;
  char *digest;
  char *author;
  char *reason;
  TrackProposalState state;
  char *decided_by;
  gint64 decided_us;
  char *note;
  guint64 revision;
} TrackProposal;

void track_revision_free (TrackRevision *revision);
void track_proposal_free (TrackProposal *proposal);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrackRevision, track_revision_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrackProposal, track_proposal_free)

const char *track_proposal_state_word (TrackProposalState state);
char *track_document_dup_digest (const char *document);

gboolean track_revision_find_newest (StoreSession *session,
                                     TrackRevision **out_revision,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
TrackRevision *track_revision_load (StoreSession *session,
                                    guint64 number,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
GPtrArray *
track_revision_list (StoreSession *session, guint limit, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean track_revision_get_numbers (StoreSession *session,
                                     guint64 *out_newest,
                                     guint64 *out_unconfirmed,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean track_revision_add (StoreSession *session,
                             const TrackRevision *revision,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean track_revision_confirm (StoreSession *session,
                                 guint64 number,
                                 const char *person,
                                 gint64 now_us,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
TrackRegistry *track_revision_parse (const TrackRevision *revision,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

TrackProposal *track_proposal_load (StoreSession *session,
                                    gint64 proposal_id,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
GPtrArray *track_proposal_list (StoreSession *session,
                                gboolean with_settled,
                                guint limit,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean track_proposal_add (StoreSession *session,
                             const TrackProposal *proposal,
                             gint64 *out_proposal_id,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean track_proposal_decide (StoreSession *session,
                                const TrackProposal *before,
                                const TrackProposal *after,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
