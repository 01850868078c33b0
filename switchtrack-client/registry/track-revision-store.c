/* SPDX-License-Identifier: EUPL-1.2 */
/* Reads and writes revisions and proposals; who may write what is decided in track-approval.c. */
#include "registry/track-revision-store.h"

#include <string.h>

#include "base/error.h"
#include "registry/track-registry-json.h"

static const char *const state_words[TRACK_PROPOSAL_N_STATES] = {
  [TRACK_PROPOSAL_OPEN] = "open",
  [TRACK_PROPOSAL_APPROVED] = "approved",
  [TRACK_PROPOSAL_APPLIED] = "applied",
  [TRACK_PROPOSAL_REJECTED] = "rejected",
};

/**
 * track_proposal_state_word:
 *
 * Returns: as it stands in the database and in results. Any thread.
 */
const char *
track_proposal_state_word (TrackProposalState state)
{
  g_return_val_if_fail (state < TRACK_PROPOSAL_N_STATES, "");
  return state_words[state];
}

/**
 * track_revision_free:
 * @revision: (transfer full) (nullable)
 */
void
track_revision_free (TrackRevision *revision)
{
  if (revision == NULL)
    return;
  g_free (revision->document);
  g_free (revision->digest);
  g_free (revision->author);
  g_free (revision->approver);
  g_free (revision->reason);
  g_free (revision);
}

/**
 * track_proposal_free:
 * @proposal: (transfer full) (nullable)
 */
void
track_proposal_free (TrackProposal *proposal)
{
  if (proposal == NULL)
    return;
  g_free (proposal->document);
  g_free (proposal->digest);
  g_free (proposal->author);
  g_free (proposal->reason);
  g_free (proposal->decided_by);
  g_free (proposal->note);
  g_free (proposal);
}

/**
 * track_document_dup_digest:
 *
 * Returns: (transfer full): SHA-256 in hex. Any thread.
 */
char *
track_document_dup_digest (const char *document)
{
  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, document, -1);
}

static TrackRevision *
read_revision (StoreQuery *query)
{
  TrackRevision *revision = g_new0 (TrackRevision, 1);

  revision->revision = store_int (query, 0);
  revision->at_us = store_int (query, 1);
  revision->is_rollback = g_str_equal (store_text (query, 2), "rollback");
  revision->document = g_strdup (store_text (query, 3));
  revision->digest = g_strdup (store_text (query, 4));
  revision->author = g_strdup (store_text (query, 5));
  revision->approver = store_is_null (query, 6) ? NULL : g_strdup (store_text (query, 6));
  revision->approved_us = store_int (query, 7);
  revision->reason = g_strdup (store_text (query, 8));
  revision->proposal_id = store_int (query, 9);
  revision->back_to = store_int (query, 10);
  return revision;
}

static TrackProposal *
read_proposal (StoreQuery *query)
{
  TrackProposal *proposal = g_new0 (TrackProposal, 1);

  proposal->proposal_id = store_int (query, 0);
  proposal->at_us = store_int (query, 1);
  proposal->base_revision = store_int (query, 2);
  proposal->document = g_strdup (store_text (query, 3));
  proposal->digest = g_strdup (store_text (query, 4));
  proposal->author = g_strdup (store_text (query, 5));
  proposal->reason = g_strdup (store_text (query, 6));
  for (guint i = 0; i < TRACK_PROPOSAL_N_STATES; i++)
    if (g_str_equal (state_words[i], store_text (query, 7)))
      proposal->state = i;
  proposal->decided_by = store_is_null (query, 8) ? NULL : g_strdup (store_text (query, 8));
  proposal->decided_us = store_int (query, 9);
  proposal->note = store_is_null (query, 10) ? NULL : g_strdup (store_text (query, 10));
  proposal->revision = store_int (query, 11);
  return proposal;
}

/**
 * track_revision_find_newest:
 * @out_revision: (transfer full): NULL when there is none yet
 */
gboolean
track_revision_find_newest (StoreSession *session, TrackRevision **out_revision, GError **error)
{
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, SQL_TRACK_REVISION_NEWEST, ""))
    return FALSE;
  step = store_step (&query, error);
  if (step == STORE_FAILED)
    return FALSE;
  *out_revision = step == STORE_ROW ? read_revision (&query) : NULL;
  return TRUE;
}

/**
 * track_revision_load:
 *
 * Returns: (transfer full) (nullable): Errors: PLANNER_ERROR_NOT_FOUND.
 */
TrackRevision *
track_revision_load (StoreSession *session, guint64 number, GError **error)
{
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, SQL_TRACK_REVISION_LOAD, "i", (gint64) number))
    return NULL;
  step = store_step (&query, error);
  if (step == STORE_ROW)
    return read_revision (&query);
  if (step == STORE_END)
    g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND,
                 "there is no revision %" G_GUINT64_FORMAT, number);
  return NULL;
}

/**
 * track_revision_list:
 *
 * Returns: (transfer full) (element-type TrackRevision): newest first, with empty documents: they are large
 */
GPtrArray *
track_revision_list (StoreSession *session, guint limit, GError **error)
{
  g_autoptr (GPtrArray) list =
    g_ptr_array_new_with_free_func ((GDestroyNotify) track_revision_free);
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, SQL_TRACK_REVISION_LIST, "i", (gint64) limit))
    return NULL;
  while ((step = store_step (&query, error)) == STORE_ROW)
    g_ptr_array_add (list, read_revision (&query));
  return step == STORE_FAILED ? NULL : g_steal_pointer (&list);
}

static gboolean
read_number (StoreSession *session, StoreStatement statement, guint64 *out_number, GError **error)
{
  g_auto (StoreQuery) query = { 0 };

  if (!store_query (session, &query, error, statement, "") ||
      store_step (&query, error) != STORE_ROW)
    return FALSE;
  *out_number = store_int (&query, 0);
  return TRUE;
}

/**
 * track_revision_get_numbers:
 * @out_newest: 0 when there is none
 * @out_unconfirmed: the newest roll-back that is to be confirmed; 0: none
 *
 * Two looks into an index; cheap enough to be asked every few seconds.
 */
gboolean
track_revision_get_numbers (StoreSession *session,
                            guint64 *out_newest,
                            guint64 *out_unconfirmed,
                            GError **error)
{
  guint64 newest = 0;

  if (!read_number (session, SQL_TRACK_REVISION_NUMBER, &newest, error) ||
      !read_number (session, SQL_TRACK_REVISION_UNCONFIRMED, out_unconfirmed, error))
    return FALSE;
  *out_newest = newest;
  return TRUE;
}

/**
 * track_revision_add:
 *
 * Writer only. The database holds number and persons to its own rules once more.
 */
gboolean
track_revision_add (StoreSession *session, const TrackRevision *revision, GError **error)
{
  return store_run (session, error, SQL_TRACK_REVISION_ADD, "iisssssisii",
                    (gint64) revision->revision, revision->at_us,
                    revision->is_rollback ? "rollback" : "change", revision->document,
                    revision->digest, revision->author, revision->approver, revision->approved_us,
                    revision->reason, revision->proposal_id, (gint64) revision->back_to);
}

/**
 * track_revision_confirm:
 *
 * Errors: PLANNER_ERROR_STATE_CHANGED when it was confirmed meanwhile. Writer only.
 */
gboolean
track_revision_confirm (StoreSession *session,
                        guint64 number,
                        const char *person,
                        gint64 now_us,
                        GError **error)
{
  if (!store_run (session, error, SQL_TRACK_REVISION_CONFIRM, "isi", (gint64) number, person,
                  now_us))
    return FALSE;
  if (store_n_changed (session) == 1)
    return TRUE;
  g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_STATE_CHANGED,
               "revision %" G_GUINT64_FORMAT " is confirmed already", number);
  return FALSE;
}

/**
 * track_revision_parse:
 *
 * Holds the document to its digest first: a page that a disk changed is told from a registry.
 *
 * Returns: (transfer full) (nullable): with its number. Errors: PLANNER_ERROR_INTERNAL: the digest is another one;
 *   else as track_registry_parse().
 */
TrackRegistry *
track_revision_parse (const TrackRevision *revision, GError **error)
{
  g_autofree char *digest = track_document_dup_digest (revision->document);
  TrackRegistry *registry;

  if (!g_str_equal (digest, revision->digest))
    {
      g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_INTERNAL,
                   "revision %" G_GUINT64_FORMAT " is not what was written", revision->revision);
      return NULL;
    }
  registry = track_registry_parse (revision->document, strlen (revision->document), error);
  if (registry != NULL)
    registry->revision = revision->revision;
  return registry;
}

/**
 * track_proposal_load:
 *
 * Returns: (transfer full) (nullable): Errors: PLANNER_ERROR_NOT_FOUND.
 */
TrackProposal *
track_proposal_load (StoreSession *session, gint64 proposal_id, GError **error)
{
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, SQL_TRACK_PROPOSAL_LOAD, "i", proposal_id))
    return NULL;
  step = store_step (&query, error);
  if (step == STORE_ROW)
    return read_proposal (&query);
  if (step == STORE_END)
    g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND,
                 "there is no proposal %" G_GINT64_FORMAT, proposal_id);
  return NULL;
}

/**
 * track_proposal_list:
 * @with_settled: those too that were applied or rejected
 *
 * Returns: (transfer full) (element-type TrackProposal): newest first, with empty documents: they are large
 */
GPtrArray *
track_proposal_list (StoreSession *session, gboolean with_settled, guint limit, GError **error)
{
  g_autoptr (GPtrArray) list =
    g_ptr_array_new_with_free_func ((GDestroyNotify) track_proposal_free);
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, SQL_TRACK_PROPOSAL_LIST, "ii",
                    (gint64) (with_settled ? 1 : 0), (gint64) limit))
    return NULL;
  while ((step = store_step (&query, error)) == STORE_ROW)
    g_ptr_array_add (list, read_proposal (&query));
  return step == STORE_FAILED ? NULL : g_steal_pointer (&list);
}

/**
 * track_proposal_add:
 * @proposal: its id and what was decided are not read
 *
 * Writer only.
 */
gboolean
track_proposal_add (StoreSession *session,
                    const TrackProposal *proposal,
                    gint64 *out_proposal_id,
                    GError **error)
{
  if (!store_run (session, error, SQL_TRACK_PROPOSAL_ADD, "iissss", proposal->at_us,
                  (gint64) proposal->base_revision, proposal->document, proposal->digest,
                  proposal->author, proposal->reason))
    return FALSE;
  *out_proposal_id = store_last_id (session);
  return TRUE;
}

/**
 * track_proposal_decide:
 * @before: as it was read
 * @after: its state, decided_by, decided_us, note and revision are written
 *
 * Errors: PLANNER_ERROR_STATE_CHANGED when somebody was faster. Writer only.
 */
gboolean
track_proposal_decide (StoreSession *session,
                       const TrackProposal *before,
                       const TrackProposal *after,
                       GError **error)
{
  gboolean ok = after->state == TRACK_PROPOSAL_APPLIED
                  ? store_run (session, error, SQL_TRACK_PROPOSAL_APPLIED, "ii",
                               before->proposal_id, (gint64) after->revision)
                  : store_run (session, error, SQL_TRACK_PROPOSAL_DECIDE, "ississ",
                               before->proposal_id, state_words[after->state], after->decided_by,
                               after->decided_us, after->note, state_words[before->state]);

  if (!ok)
    return FALSE;
  if (store_n_changed (session) == 1)
    return TRUE;
  g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_STATE_CHANGED,
               "proposal %" G_GINT64_FORMAT " is not %s any longer", before->proposal_id,
               state_words[before->state]);
  return FALSE;
}
