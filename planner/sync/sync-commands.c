/* SPDX-License-Identifier: EUPL-1.2 */
/* The rows of plannerctl sync. */
#include "sync/sync-commands.h"

#include "sync/sync-commands-conflict.h"
#include "sync/sync-commands-state.h"
#include "sync/sync-commands-status.h"

/* clang-format off */
static const AdminCommand commands[] = {
  { "sync-status", sync_command_status, STORE_READ, sync_command_status_arguments,
    "show how every connected calendar is doing, a line each" },
  { "sync-conflicts", sync_command_conflicts, STORE_READ, sync_command_conflicts_arguments, "list what calendar and planner do not agree on" },
  { "sync-show-conflict", sync_command_show_conflict, STORE_READ, sync_command_show_conflict_arguments, "show a conflict with both versions" },
  { "sync-resolve", sync_command_resolve, STORE_WRITE, sync_command_resolve_arguments,
    "decide a conflict: the planner's version or the calendar's", .details =
    "With planner the next run puts the event back. With calendar the booking is moved or cancelled by the rules of move booking and cancel booking;"
    " DFDG is told as of those." },
  { "sync-pause", sync_command_pause, STORE_WRITE, sync_command_pause_arguments, "stop running an advisor's calendars" },
  { "sync-resume", sync_command_resume, STORE_WRITE, sync_command_resume_arguments, "run an advisor's calendars again, with a full pass first" },
  { "sync-agree", sync_command_agree, STORE_WRITE, sync_command_agree_arguments,
    "show what disappeared from a calendar at once and was held back, and agree that it goes", .is_dry_by_default = TRUE },
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
