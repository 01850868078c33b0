/* SPDX-License-Identifier: EUPL-1.2 */
/* plannerctl dfdg history, dfdg read, dfdg refresh-codes: what is read of DFDG, on demand. */
#pragma once

void dfdg_commands_read_register (void);
