/* SPDX-License-Identifier: EUPL-1.2 */
/* The rows of plannerctl dfdg. */
#include "dfdg/commands/dfdg-commands.h"

#include "dfdg/commands/dfdg-commands-ask.h"
#include "dfdg/commands/dfdg-commands-list.h"
#include "dfdg/commands/dfdg-commands-mend.h"
#include "dfdg/commands/dfdg-commands-reconcile.h"
#include "dfdg/commands/dfdg-commands-status.h"
#include "dfdg/commands/dfdg-commands-subscribe.h"

/* clang-format off */
static const AdminCommand commands[] = {
  { "dfdg-status", dfdg_command_status, STORE_READ, dfdg_command_status_arguments,
    "show how every municipality stands with DFDG, and what to do", .details =
    "Without --tenant all municipalities of the database. Since when DFDG answers is what the running plannerd has seen since its start." },
  { "dfdg-show", dfdg_command_show, STORE_READ, dfdg_command_show_arguments,
    "show a booking's way to and from DFDG, or one change or message" },
  { "dfdg-parked", dfdg_command_parked, STORE_READ, dfdg_command_parked_arguments,
    "list messages of DFDG that cannot be applied, with their reasons" },
  { "dfdg-echoes", dfdg_command_echoes, STORE_READ, dfdg_command_echoes_arguments,
    "list bookings that DFDG asked for and has not told of again" },
  { "dfdg-retry", dfdg_command_retry, STORE_WRITE, dfdg_command_retry_arguments,
    "try again what DFDG refused, what was parked, or an echo", .details =
    "A booking's changes go together, in their order. plannerd does the work at once; plannerctl dfdg show says how it ended." },
  { "dfdg-give-up", dfdg_command_give_up, STORE_WRITE, dfdg_command_give_up_arguments,
    "let go what waits for a person: DFDG is not told, a message is not applied", .details =
    "Of a registration that DFDG refused, later changes of the booking go with it, but for its cancellation. The booking itself stays as it is here." },
  { "dfdg-test", dfdg_command_test, STORE_WRITE, dfdg_command_test_arguments,
    "test the way to DFDG step by step, and say what to do", .waits = TRUE },
  { "dfdg-fetch", dfdg_command_fetch, STORE_WRITE, dfdg_command_fetch_arguments,
    "show what DFDG has of a booking now, and where it differs from ours", .waits = TRUE },
  { "dfdg-subscribe", dfdg_command_subscribe, STORE_WRITE, dfdg_command_subscribe_arguments,
    "have DFDG send its messages as the configuration wishes", .waits = TRUE, .details =
    "plannerd does this by itself at its start, after a reload and every day. What is not wished any more is not given up before a person agrees:"
    " DFDG drops the messages that wait for it." },
  { "dfdg-reconcile", dfdg_command_reconcile, STORE_WRITE, dfdg_command_reconcile_arguments,
    "hold a unit's bookings of some days against DFDG's, field by field", .waits = TRUE, .details =
    "What is under way is no difference, and each is asked for once more before it is told. With --mend ours goes out by the outbox, DFDG's comes in by"
    " the inbox, or a person is asked, as docs/dfdg.md says for each kind." },
};
/* clang-format on */

/**
 * dfdg_commands_register:
 *
 * At the start, before anybody asks the table.
 */
void
dfdg_commands_register (void)
{
  admin_table_register (commands, G_N_ELEMENTS (commands));
}
