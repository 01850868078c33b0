/* SPDX-License-Identifier: EUPL-1.2 */
/* The commands about DFDG, beside those of ops. */
#pragma once

void dfdg_commands_register (void);
