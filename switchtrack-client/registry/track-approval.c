/* SPDX-License-Identifier: EUPL-1.2 */
/* The only door to a new revision. Every check is made again when a proposal is applied: time has passed since. */
#include "registry/track-approval.h"

#include <string.h>

#include "base/error.h"
#include "registry/track-registry-json.h"
#include "store/citizen-store.h"

#define MAX_OPEN 100

static gboolean refuse (GError **error, PlannerError code, const char *format, ...)
  G_GNUC_PRINTF (3, 4);

static gboolean
refuse (GError **error, PlannerError code, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list values;

  va_start (values, format);
  text = g_strdup_vprintf (format, values);
  va_end (values);
  g_set_error_literal (error, PLANNER_ERROR, code, text);
  return FALSE;
}

static gboolean
check_approver (const TrackApproval *approval, GError **error)
{
  if (approval->approvers != NULL && g_strv_contains (approval->approvers, approval->person))
    return TRUE;
  return refuse (error, PLANNER_ERROR_ACCESS_DENIED,
                 "%s may not decide: [people] approvers names who may", approval->person);
}

/* Who approved it may have been taken off the list since. */
static gboolean
check_still_approver (const TrackApproval *approval, const char *person, GError **error)
{
  if (approval->approvers != NULL && g_strv_contains (approval->approvers, person))
    return TRUE;
  return refuse (error, PLANNER_ERROR_ACCESS_DENIED,
                 "%s, who approved it, may not decide any longer: reject it and propose again",
                 person);
}

static gboolean
check_other (const TrackApproval *approval, const char *author, const char *what, GError **error)
{
  return !g_str_equal (approval->person, author) ||
         refuse (error, PLANNER_ERROR_ACCESS_DENIED,
                 "nobody %s what he made himself: another than %s must", what, author);
}

/**
 * track_approval_load_current:
 *
 * Returns: (transfer full) (nullable): the registry in force; an empty one, revision 0, before the first
 */
TrackRegistry *
track_approval_load_current (StoreSession *session, GError **error)
{
  g_autoptr (TrackRevision) newest = NULL;

  if (!track_revision_find_newest (session, &newest, error))
    return NULL;
  return newest == NULL ? track_registry_new () : track_revision_parse (newest, error);
}

/**
 * track_approval_find_faults:
 *
 * Returns: (transfer full) (element-type TrackFinding): of the document; if it is without errors, of the step to it. Any
 *   thread.
 */
GPtrArray *
track_approval_find_faults (const TrackApproval *approval,
                            const TrackRegistry *before,
                            const TrackRegistry *after)
{
  GPtrArray *findings = track_registry_check (after, &approval->check);
  g_autoptr (GPtrArray) more = NULL;

  if (track_findings_have_error (findings))
    return findings;
  more = track_registry_check_change (before, after, &approval->check);
  g_ptr_array_set_free_func (more, NULL);
  for (guint i = 0; i < more->len; i++)
    g_ptr_array_add (findings, g_ptr_array_index (more, i));
  return findings;
}

static gboolean
check_document (const TrackApproval *approval,
                const TrackRegistry *before,
                const TrackRegistry *after,
                GError **error)
{
  g_autoptr (GPtrArray) findings = track_approval_find_faults (approval, before, after);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < findings->len; i++)
    {
      const TrackFinding *finding = g_ptr_array_index (findings, i);

      if (finding->is_error)
        g_string_append_printf (text, "%s%s", text->len == 0 ? "" : "; ", finding->text);
    }
  return text->len == 0 || refuse (error, PLANNER_ERROR_NOT_VALID, "%s", text->str);
}

/* Later than the one before, whatever the clock says: the copy beside the database is told from it by this. */
static gint64
next_instant (const TrackApproval *approval, const TrackRevision *newest)
{
  return newest == NULL ? approval->check.now_us : MAX (approval->check.now_us, newest->at_us + 1);
}

/* What is written here must be readable where it is put in force: edits can make a document that is too large. */
static gboolean
check_readable (const char *document, GError **error)
{
  g_autoptr (TrackRegistry) again = track_registry_parse (document, strlen (document), error);

  return again != NULL;
}

static gboolean
check_reason (const char *reason, GError **error)
{
  g_autofree char *masked = citizen_dup_masked (reason);

  if (*reason == '\0' || strlen (reason) > 500)
    return refuse (error, PLANNER_ERROR_NOT_VALID, "a reason of at most 500 bytes is needed");
  return g_str_equal (masked, reason) ||
         refuse (error, PLANNER_ERROR_NOT_VALID,
                 "the reason holds what looks like a citizen's number");
}

/* Who may propose need not be an approver: he must not be able to fill the disk with documents. */
static gboolean
check_room (StoreSession *session, GError **error)
{
  g_autoptr (GPtrArray) open = track_proposal_list (session, FALSE, MAX_OPEN, error);

  return open != NULL && (open->len < MAX_OPEN ||
                          refuse (error, PLANNER_ERROR_BUSY,
                                  "%d proposals are open: let some be decided first", MAX_OPEN));
}

/**
 * track_approval_propose:
 * @wanted: the whole registry as it is to be
 *
 * Anybody may propose. Refused are a document with faults, and one that changes nothing.
 */
gboolean
track_approval_propose (const TrackApproval *approval,
                        const TrackRegistry *wanted,
                        const char *reason,
                        gint64 *out_proposal_id,
                        GError **error)
{
  g_autoptr (TrackRegistry) current = track_approval_load_current (approval->session, error);
  g_autofree char *document = track_registry_dup_json (wanted);
  g_autofree char *digest = track_document_dup_digest (document);
  g_autofree char *before = NULL;
  TrackProposal proposal = { .at_us = approval->check.now_us,
                             .document = document,
                             .digest = digest,
                             .author = (char *) approval->person,
                             .reason = (char *) reason };

  if (current == NULL || !check_reason (reason, error) || !check_readable (document, error) ||
      !check_document (approval, current, wanted, error) || !check_room (approval->session, error))
    return FALSE;
  before = track_registry_dup_json (current);
  if (g_str_equal (before, document))
    return refuse (error, PLANNER_ERROR_NOT_VALID, "it would change nothing");
  proposal.base_revision = current->revision;
  return track_proposal_add (approval->session, &proposal, out_proposal_id, error);
}

static gboolean
check_state (const TrackProposal *proposal, TrackProposalState state, GError **error)
{
  return proposal->state == state ||
         refuse (error, PLANNER_ERROR_STATE_CHANGED, "proposal %" G_GINT64_FORMAT " is %s, not %s",
                 proposal->proposal_id, track_proposal_state_word (proposal->state),
                 track_proposal_state_word (state));
}

/* What was approved is the step from one document to another; from elsewhere it is another step. */
static gboolean
check_base (const TrackProposal *proposal, const TrackRegistry *current, GError **error)
{
  return proposal->base_revision == current->revision ||
         refuse (error, PLANNER_ERROR_CONFLICT,
                 "proposal %" G_GINT64_FORMAT " changes revision %" G_GUINT64_FORMAT
                 ", and %" G_GUINT64_FORMAT " is in force: reject it and propose again",
                 proposal->proposal_id, proposal->base_revision, current->revision);
}

static TrackRegistry *
parse_proposal (const TrackProposal *proposal, GError **error)
{
  const TrackRevision as_revision = { .revision = proposal->base_revision,
                                      .document = proposal->document,
                                      .digest = proposal->digest };

  return track_revision_parse (&as_revision, error);
}

/* The registry in force and the one that is wanted, when the step between them may be taken now. */
static gboolean
check_step (const TrackApproval *approval,
            const TrackProposal *proposal,
            TrackRegistry **out_current,
            GError **error)
{
  g_autoptr (TrackRegistry) current = track_approval_load_current (approval->session, error);
  g_autoptr (TrackRegistry) wanted = NULL;

  if (current == NULL || !check_base (proposal, current, error))
    return FALSE;
  wanted = parse_proposal (proposal, error);
  if (wanted == NULL || !check_document (approval, current, wanted, error))
    return FALSE;
  *out_current = g_steal_pointer (&current);
  return TRUE;
}

/**
 * track_approval_approve:
 *
 * By somebody of the approvers who is not the author. The change is not in force before it is applied.
 */
gboolean
track_approval_approve (const TrackApproval *approval, gint64 proposal_id, GError **error)
{
  g_autoptr (TrackProposal) proposal = track_proposal_load (approval->session, proposal_id, error);
  g_autoptr (TrackRegistry) current = NULL;
  TrackProposal after = { .state = TRACK_PROPOSAL_APPROVED,
                          .decided_by = (char *) approval->person,
                          .decided_us = approval->check.now_us };

  return proposal != NULL && check_approver (approval, error) &&
         check_state (proposal, TRACK_PROPOSAL_OPEN, error) &&
         check_other (approval, proposal->author, "approves", error) &&
         check_step (approval, proposal, &current, error) &&
         track_proposal_decide (approval->session, proposal, &after, error);
}

/**
 * track_approval_reject:
 *
 * By an approver, or by the author himself; also what was approved, as long as it is not applied.
 */
gboolean
track_approval_reject (const TrackApproval *approval,
                       gint64 proposal_id,
                       const char *note,
                       GError **error)
{
  g_autoptr (TrackProposal) proposal = track_proposal_load (approval->session, proposal_id, error);
  TrackProposal after = { .state = TRACK_PROPOSAL_REJECTED,
                          .decided_by = (char *) approval->person,
                          .decided_us = approval->check.now_us,
                          .note = (char *) note };

  if (proposal == NULL || !check_reason (note, error))
    return FALSE;
  if (!g_str_equal (approval->person, proposal->author) && !check_approver (approval, error))
    return FALSE;
  if (proposal->state != TRACK_PROPOSAL_APPROVED &&
      !check_state (proposal, TRACK_PROPOSAL_OPEN, error))
    return FALSE;
  return track_proposal_decide (approval->session, proposal, &after, error);
}

static gboolean
check_frozen (const TrackApproval *approval, const TrackRegistry *current, GError **error)
{
  const TrackFreeze *freeze = track_registry_find_freeze (current, approval->check.now_us);

  return freeze == NULL ||
         refuse (error, PLANNER_ERROR_SERVICE_WINDOW,
                 "the registry is frozen (%s): only a roll-back is possible", freeze->reason);
}

/**
 * track_approval_apply:
 *
 * Puts an approved proposal in force, if nothing has come between and no freeze lasts. By an approver; the author too.
 */
gboolean
track_approval_apply (const TrackApproval *approval,
                      gint64 proposal_id,
                      guint64 *out_revision,
                      GError **error)
{
  g_autoptr (TrackProposal) proposal = track_proposal_load (approval->session, proposal_id, error);
  g_autoptr (TrackRegistry) current = NULL;
  g_autoptr (TrackRevision) newest = NULL;
  TrackProposal after = { .state = TRACK_PROPOSAL_APPLIED };
  TrackRevision revision = { 0 };

  if (proposal == NULL || !check_approver (approval, error) ||
      !check_state (proposal, TRACK_PROPOSAL_APPROVED, error) ||
      !check_still_approver (approval, proposal->decided_by, error) ||
      !check_step (approval, proposal, &current, error) ||
      !check_frozen (approval, current, error) ||
      !track_revision_find_newest (approval->session, &newest, error))
    return FALSE;
  revision.at_us = next_instant (approval, newest);
  revision.revision = after.revision = current->revision + 1;
  revision.document = proposal->document;
  revision.digest = proposal->digest;
  revision.author = proposal->author;
  revision.approver = proposal->decided_by;
  revision.approved_us = proposal->decided_us;
  revision.reason = proposal->reason;
  revision.proposal_id = proposal->proposal_id;
  if (!track_revision_add (approval->session, &revision, error) ||
      !track_proposal_decide (approval->session, proposal, &after, error))
    return FALSE;
  *out_revision = revision.revision;
  return TRUE;
}

/* The change whose document @revision is: a roll-back may have gone back to a roll-back. 0 with an error. */
static guint64
find_origin (const TrackApproval *approval, const TrackRevision *revision, GError **error)
{
  guint64 number = revision->revision, back_to = revision->back_to;

  while (back_to != 0 && back_to < number)
    {
      g_autoptr (TrackRevision) earlier = track_revision_load (approval->session, back_to, error);

      if (earlier == NULL)
        return 0;
      number = earlier->revision;
      back_to = earlier->back_to;
    }
  return number;
}

/* What a roll-back goes back to; without a number to what was in force before the change that is now. */
static TrackRevision *
load_target (const TrackApproval *approval,
             const TrackRevision *newest,
             guint64 back_to,
             GError **error)
{
  guint64 in_force = newest == NULL ? 1 : find_origin (approval, newest, error);
  guint64 wanted = back_to != 0 ? back_to : in_force - 1;

  if (in_force == 0)
    return NULL;
  if (newest == NULL || wanted == 0)
    g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND,
                         "there is no revision to go back to");
  else if (wanted == in_force || wanted == newest->revision)
    g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
                 "what revision %" G_GUINT64_FORMAT " says is in force already", wanted);
  else
    return track_revision_load (approval->session, wanted, error);
  return NULL;
}

/* Endpoints that have come since stay: they issued identifiers, and calls by those must find them. A newest document
 * that cannot be read any longer must not bar the way back from it. */
static TrackRegistry *
make_target (const TrackRevision *target, const TrackRevision *newest, GError **error)
{
  g_autoptr (TrackRegistry) registry = track_revision_parse (target, error);
  g_autoptr (TrackRegistry) current = registry == NULL ? NULL : track_revision_parse (newest, NULL);

  if (registry == NULL)
    return NULL;
  for (guint i = current == NULL ? 0 : current->endpoints->len; i > 0; i--)
    {
      const TrackEndpoint *endpoint = g_ptr_array_index (current->endpoints, i - 1);

      if (track_registry_find_endpoint (registry, endpoint->name) == NULL)
        g_ptr_array_add (registry->endpoints, g_ptr_array_steal_index (current->endpoints, i - 1));
    }
  track_registry_sort (registry);
  return g_steal_pointer (&registry);
}

static gboolean
add_rollback (const TrackApproval *approval,
              const TrackRevision *newest,
              const TrackRevision *target,
              const char *reason,
              GError **error)
{
  g_autoptr (TrackRegistry) registry = make_target (target, newest, error);
  g_autoptr (GPtrArray) findings = NULL;
  g_autofree char *document = NULL;
  g_autofree char *digest = NULL;
  TrackRevision revision = { .revision = newest->revision + 1,
                             .at_us = next_instant (approval, newest),
                             .is_rollback = TRUE,
                             .author = (char *) approval->person,
                             .reason = (char *) reason,
                             .back_to = target->revision };

  if (registry == NULL)
    return FALSE;
  findings = track_registry_check (registry, &approval->check);
  if (track_findings_have_error (findings))
    return refuse (error, PLANNER_ERROR_NOT_VALID,
                   "revision %" G_GUINT64_FORMAT " does not pass today's checks", target->revision);
  revision.document = document = track_registry_dup_json (registry);
  revision.digest = digest = track_document_dup_digest (document);
  return track_revision_add (approval->session, &revision, error);
}

/**
 * track_approval_roll_back:
 * @back_to: revision; 0: the one before that in force
 *
 * By one approver, at once, frozen or not: the document of an earlier revision becomes a new one, with the endpoints
 * that have come since. It is shown as to be confirmed until another approver does. What that revision was approved
 * for is not judged again, but a document that breaks a rule of its own is refused.
 */
gboolean
track_approval_roll_back (const TrackApproval *approval,
                          guint64 back_to,
                          const char *reason,
                          guint64 *out_revision,
                          GError **error)
{
  g_autoptr (TrackRevision) newest = NULL;
  g_autoptr (TrackRevision) target = NULL;

  if (!check_approver (approval, error) || !check_reason (reason, error) ||
      !track_revision_find_newest (approval->session, &newest, error))
    return FALSE;
  target = load_target (approval, newest, back_to, error);
  if (target == NULL || !add_rollback (approval, newest, target, reason, error))
    return FALSE;
  *out_revision = newest->revision + 1;
  return TRUE;
}

/**
 * track_approval_restore:
 * @copy: the last good copy, newer than what the database knows
 *
 * By one approver, at once, as a roll-back: what calls go by since the database was put back becomes its newest
 * revision. Without it the next change would be one of the old document.
 */
gboolean
track_approval_restore (const TrackApproval *approval,
                        const TrackRevision *copy,
                        const char *reason,
                        guint64 *out_revision,
                        GError **error)
{
  g_autoptr (TrackRevision) newest = NULL;
  g_autoptr (TrackRegistry) registry = NULL;
  TrackRevision revision = { .is_rollback = TRUE,
                             .author = (char *) approval->person,
                             .reason = (char *) reason,
                             .document = copy->document,
                             .digest = copy->digest };

  if (!check_approver (approval, error) || !check_reason (reason, error) ||
      !track_revision_find_newest (approval->session, &newest, error))
    return FALSE;
  registry = track_revision_parse (copy, error);
  if (registry == NULL)
    return FALSE;
  revision.revision = newest == NULL ? 1 : newest->revision + 1;
  revision.at_us = MAX (next_instant (approval, newest), copy->at_us + 1);
  if (!track_revision_add (approval->session, &revision, error))
    return FALSE;
  *out_revision = revision.revision;
  return TRUE;
}

/**
 * track_approval_confirm:
 * @revision: a roll-back
 *
 * By an approver who did not make it. What is not wanted is changed by a proposal, not by a refusal to confirm.
 */
gboolean
track_approval_confirm (const TrackApproval *approval, guint64 revision, GError **error)
{
  g_autoptr (TrackRevision) loaded = track_revision_load (approval->session, revision, error);

  if (loaded == NULL || !check_approver (approval, error) ||
      !check_other (approval, loaded->author, "confirms", error))
    return FALSE;
  return track_revision_confirm (approval->session, revision, approval->person,
                                 approval->check.now_us, error);
}
