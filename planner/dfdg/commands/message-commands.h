/* SPDX-License-Identifier: EUPL-1.2 */
/* The commands of messages join the admin table. */
#pragma once

/* At the start of every program that has the table; main thread. */
void message_commands_register (void);
