/* SPDX-License-Identifier: EUPL-1.2 */
/* The rows of plannerctl sync. */
#include "sync/sync-commands.h"

#include "sync/sync-commands-conflict.h"
#include "sync/sync-commands-connect.h"
#include "sync/sync-commands-part.h"
#include "sync/sync-commands-run.h"
#include "sync/sync-commands-state.h"
#include "sync/sync-commands-status.h"
#include "sync/sync-commands-undo.h"

/* clang-format off */
static const AdminCommand commands[] = {
  { "sync-connect", sync_command_connect, STORE_WRITE, sync_command_connect_arguments,
    "connect a calendar to an advisor or a room, once a test of it has passed", .waits = TRUE, .details =
    "The address may be the calendar's, its account's or only the server's: what is found there is listed, and --calendar chooses. The secret is a file"
    " in the folder secrets-dir of the configuration; its name is all that is stored. Until the first run has read everything, nothing of the advisor is offered." },
  { "sync-test", sync_command_test, STORE_WRITE, sync_command_test_arguments,
    "test connected calendars step by step, and say what to do", .waits = TRUE },
  { "sync-change", sync_command_change, STORE_WRITE, sync_command_change_arguments,
    "change address, way in, direction or limit of a connection, once a test has passed", .waits = TRUE, .details =
    "That another calendar stands at the new address is found out and refused unless --force; then the old calendar's busy time stays until a person"
    " agrees that it goes. --none empties a field." },
  { "sync-status", sync_command_status, STORE_READ, sync_command_status_arguments,
    "show how every connected calendar is doing, a line each" },
  { "sync-run", sync_command_run, STORE_WRITE, sync_command_run_arguments, "run calendars now", .waits = TRUE },
  { "sync-preview", sync_command_preview, STORE_WRITE, sync_command_preview_arguments,
    "show what a run would do; nothing is written, here or there", .waits = TRUE },
  { "sync-runs", sync_command_runs, STORE_READ, sync_command_runs_arguments, "list the last runs that did something" },
  { "sync-show-run", sync_command_show_run, STORE_READ, sync_command_show_run_arguments, "show what a run did, meeting by meeting" },
  { "sync-conflicts", sync_command_conflicts, STORE_READ, sync_command_conflicts_arguments, "list what calendar and planner do not agree on" },
  { "sync-show-conflict", sync_command_show_conflict, STORE_READ, sync_command_show_conflict_arguments, "show a conflict with both versions" },
  { "sync-resolve", sync_command_resolve, STORE_WRITE, sync_command_resolve_arguments,
    "decide a conflict: the planner's version or the calendar's", .details =
    "With planner the next run puts the event back. With calendar the booking is moved or cancelled by the rules of move booking and cancel booking;"
    " DFDG is told as of those." },
  { "sync-undo", sync_command_undo, STORE_WRITE, sync_command_undo_arguments,
    "undo what a run did, and pause its calendar", .is_dry_by_default = TRUE, .waits = TRUE, .details =
    "Busy time becomes what it was before, our events in the calendar are put back under conditions, bookings that followed the calendar are moved"
    " back. What was changed since is left alone and told. After sync resume the next run makes both sides equal again." },
  { "sync-pause", sync_command_pause, STORE_WRITE, sync_command_pause_arguments, "stop running an advisor's calendars" },
  { "sync-resume", sync_command_resume, STORE_WRITE, sync_command_resume_arguments, "run an advisor's calendars again, with a full pass first" },
  { "sync-agree", sync_command_agree, STORE_WRITE, sync_command_agree_arguments,
    "show what disappeared from a calendar at once and was held back, and agree that it goes", .is_dry_by_default = TRUE },
  { "sync-disconnect", sync_command_disconnect, STORE_WRITE, sync_command_disconnect_arguments,
    "take a connection away, and with it the calendar's busy time", .is_dry_by_default = TRUE, .waits = TRUE, .details =
    "Our events stay in the calendar unless --remove-events, which takes them away first." },
};
/* clang-format on */

/**
 * sync_commands_register:
 *
 * A second time changes nothing.
 */
void
sync_commands_register (void)
{
  admin_table_register (commands, G_N_ELEMENTS (commands));
}
