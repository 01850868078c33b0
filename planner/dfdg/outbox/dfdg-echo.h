/* SPDX-License-Identifier: EUPL-1.2 */
/* Asks DFDG about what it asked us for itself, when it has not told of it in time. */
#pragma once

#include "dfdg/pump/dfdg-pump.h"

extern const DfdgPumpKind echo_pump_kind;
