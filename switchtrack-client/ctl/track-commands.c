/* SPDX-License-Identifier: EUPL-1.2 */
/* The table of switchtrackctl's own commands, and what their functions share. */
#include "ctl/track-commands.h"

#include <string.h>

#include "base/error.h"
#include "calsync-timezone.h"
#include "ctl/track-commands-candidate.h"
#include "ctl/track-desk.h"
#include "ops/admin/admin-format.h"
#include "registry/track-registry-diff.h"
#include "registry/track-shape.h"

#define HOME_ZONE "Europe/Copenhagen"

/* clang-format off */
static const AdminCommand commands[] = {
  /* look */
  { "status", track_command_status, STORE_READ, NULL, "tell which revision calls go by, what is planned, and what somebody should look at" },
  { "show", track_command_show, STORE_READ, NULL, "show the registry that is in force" },
  { "unit", track_command_unit, STORE_READ, track_unit_arguments, "tell where calls for a jobcenter code go, and by which row" },
  { "endpoint", track_command_endpoint, STORE_READ, track_endpoint_arguments, "show one Planner, and the units that go there" },
  { "history", track_command_history, STORE_READ, track_history_arguments, "list the revisions, newest first: who, when, why" },
  { "diff", track_command_diff, STORE_READ, track_diff_arguments, "tell what differs between two revisions" },
  { "export", track_command_export, STORE_READ, track_export_arguments, "write a revision as JSON, or its units or endpoints as CSV" },
  { "proposals", track_command_proposals, STORE_READ, track_proposals_arguments, "list what is proposed" },
  { "calls", track_command_calls, STORE_READ, track_calls_arguments, "search the call log" },
  { "learned-count", track_command_learned_count, STORE_READ, NULL, "count what was learned from answers, and how often it was of use" },
  /* propose */
  { "propose", track_command_propose, STORE_WRITE, track_propose_arguments, "propose a whole registry from a file", .details =
    "A proposal changes nothing. Another than its author approves it, then it is applied." },
  { "propose-unit", track_command_propose_unit, STORE_WRITE, track_propose_unit_arguments, "propose where a unit goes, from an instant on", .details =
    "Rows of the unit are written over between --from and --until; what was before and behind stays. Without --from it is from the moment of the"
    " proposal on. With --move-bookings, what the Planner until then showed before --from is looked for at the new one: its bookings are"
    " migrated at that instant, which must be still to come when the change is applied. Without, each booking stays with the Planner that issued it." },
  { "propose-endpoint", track_command_propose_endpoint, STORE_WRITE, track_propose_endpoint_arguments, "propose a new Planner, or other members of a known one" },
  { "propose-candidate", track_command_propose_candidate, STORE_WRITE, track_propose_candidate_arguments, "propose a share of a unit's calls for another Planner: as canary or as shadow" },
  { "state", track_command_state, STORE_WRITE, track_state_arguments, "propose a state of a Planner" },
  { "window", track_command_window, STORE_WRITE, track_window_arguments, "propose a service window of a Planner" },
  { "freeze", track_command_freeze, STORE_WRITE, track_freeze_arguments, "propose a time in which nothing is changed" },
  { "import", track_command_import, STORE_WRITE, track_import_arguments, "propose units or endpoints from a CSV file" },
  /* decide */
  { "dry-run", track_command_dry_run, STORE_READ, track_dry_run_arguments, "tell what a proposal would change: differences, checks, recent calls", .details =
    "For each jobcenter code of recent calls it is told where it goes now and where it would go. With --probe the new addresses are asked; switchtrackctl rehearse calls a Planner thoroughly." },
  { "approve", track_command_approve, STORE_WRITE, track_approve_arguments, "approve another's proposal" },
  { "reject", track_command_reject, STORE_WRITE, track_reject_arguments, "reject a proposal, or take back one's own" },
  { "apply", track_command_apply, STORE_WRITE, track_apply_arguments, "put an approved proposal in force" },
  { "rollback", track_command_rollback, STORE_WRITE, track_rollback_arguments, "put an earlier revision in force at once, by one person", .details =
    "In force when the command returns. Endpoints that have come since stay known. Another approver confirms it." },
  { "confirm", track_command_confirm, STORE_WRITE, track_confirm_arguments, "confirm another's roll-back" },
};
/* clang-format on */

/**
 * track_commands_register:
 *
 * At the start, of switchtrackd and of switchtrackctl alike.
 */
void
track_commands_register (void)
{
  admin_table_register (commands, G_N_ELEMENTS (commands));
  track_commands_candidate_register ();
}

/* In the night of October in which the clock is moved back it shows an hour twice: which one is nothing to guess. */
static gboolean
check_once (const CalsyncZone *zone, const char *text, gint64 instant_us, GError **error)
{
  const char *time = strchr (text, 'T');
  CalsyncLocalTime local = { 0 };
  CalsyncLocalKind kind = CALSYNC_LOCAL_UNIQUE;

  calsync_zone_to_local (zone, instant_us, &local, NULL);
  (void) calsync_zone_to_instant (zone, &local, &kind);
  if (kind != CALSYNC_LOCAL_OVERLAP || (time != NULL && strpbrk (time, "Z+-") != NULL))
    return TRUE;
  g_set_error (
    error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
    "the clock shows %s twice: write the offset behind it, +02:00 the first time, +01:00 "
    "the second",
    text);
  return FALSE;
}

/**
 * track_command_get_instant:
 *
 * An argument as an instant: wall time in Denmark unless an offset follows; whole seconds. Errors:
 * PLANNER_ERROR_NOT_VALID, also for a wall time that the clock skips or shows twice.
 */
gboolean
track_command_get_instant (AdminCall *call,
                           const char *name,
                           gint64 fallback_us,
                           gint64 *out_us,
                           GError **error)
{
  const CalsyncZone *zone = calsync_zone_lookup (HOME_ZONE, error);
  const char *text = NULL;

  if (zone == NULL || !admin_get_text (call, name, &text, error))
    return FALSE;
  *out_us = fallback_us;
  return text == NULL ||
         (admin_parse_time (zone, text, out_us, error) && check_once (zone, text, *out_us, error));
}

/**
 * track_command_put_instant:
 *
 * Nothing when it is open or 0.
 */
void
track_command_put_instant (JsonObject *object, const char *member, gint64 instant_us)
{
  g_autofree char *text = track_instant_dup_text (instant_us);

  if (*text != '\0' && instant_us != 0)
    json_object_set_string_member (object, member, text);
}

/**
 * track_command_describe_step:
 *
 * Puts the members differences and findings into the result.
 *
 * Returns: (transfer none): the findings
 */
JsonArray *
track_command_describe_step (AdminCall *call,
                             const TrackRegistry *before,
                             const TrackRegistry *after)
{
  const TrackApproval approval = track_desk_approval (call, NULL);
  g_autoptr (GPtrArray) differences = track_registry_diff (before, after);
  g_autoptr (GPtrArray) findings = track_approval_find_faults (&approval, before, after);
  JsonArray *texts = json_array_new ();
  JsonArray *list = json_array_new ();

  for (guint i = 0; i < differences->len; i++)
    {
      g_autofree char *text = track_difference_dup_text (g_ptr_array_index (differences, i));
      JsonObject *object = json_object_new ();

      json_object_set_string_member (object, "difference", text);
      json_array_add_object_element (texts, object);
    }
  for (guint i = 0; i < findings->len; i++)
    {
      const TrackFinding *finding = g_ptr_array_index (findings, i);
      JsonObject *object = json_object_new ();

      json_object_set_string_member (object, "weight", finding->is_error ? "error" : "look");
      json_object_set_string_member (object, "finding", finding->text);
      json_array_add_object_element (list, object);
    }
  json_object_set_array_member (call->result, "differences", texts);
  json_object_set_array_member (call->result, "findings", list);
  return list;
}
