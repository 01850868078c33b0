/* SPDX-License-Identifier: EUPL-1.2 */
/* The rows of plannerctl message. */
#include "dfdg/commands/message-commands.h"

#include "dfdg/commands/message-commands-read.h"
#include "dfdg/commands/message-commands-send.h"

/* clang-format off */
static const AdminCommand commands[] = {
  { "message-send", message_command_send, STORE_WRITE, message_command_send_arguments,
    "send a message to a citizen, or to an authority about a citizen", .details =
    "The file's first line is the title; an empty line, then the text. The same message to the same citizen on the same day is written down once,"
    " however often it is asked for; --key names it otherwise. plannerd sends it: message show tells what became of it. DFDG sends receipts of"
    " summonses that case systems, the planner and Jobnet register: send none of those.", .waits = TRUE },
  { "message-list", message_command_list, STORE_WRITE, message_command_list_arguments,
    "list a citizen's messages as DFDG has them, or what waits or was refused", .waits = TRUE, .details =
    "Without --citizen-file, messages of the municipality that wait or were refused. Types 11 and 12 come from a-kasser. A message between other authorities"
    " is hidden." },
  { "message-show", message_command_show, STORE_WRITE, message_command_show_arguments,
    "show a message with its thread and documents", .waits = TRUE },
  { "message-reply", message_command_reply, STORE_WRITE, message_command_reply_arguments,
    "reply to a message that allows it", .waits = TRUE },
  { "message-read", message_command_read, STORE_WRITE, message_command_read_arguments,
    "tell DFDG that a message was shown or read", .waits = TRUE },
  { "message-status", message_command_status, STORE_WRITE, message_command_status_arguments,
    "close a message between authorities that we made, or say that it or a reply was a mistake", .waits = TRUE },
  { "message-document", message_command_document, STORE_WRITE, message_command_document_arguments,
    /* Ten digits in a row stand in base64 by chance: they must not be masked. */
    "fetch a document of a message into a file", .waits = TRUE, .shows_citizen = TRUE },
  { "message-retry", message_command_retry, STORE_WRITE, message_command_retry_arguments,
    "try again to send a message that waits or was refused; DFDG is asked first whether it has it" },
  { "message-drop", message_command_drop, STORE_WRITE, message_command_drop_arguments,
    "give up a message that was not sent" },
};
/* clang-format on */

/**
 * message_commands_register:
 *
 * A second time changes nothing.
 */
void
message_commands_register (void)
{
  admin_table_register (commands, G_N_ELEMENTS (commands));
}
