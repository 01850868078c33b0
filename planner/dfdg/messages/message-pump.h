/* SPDX-License-Identifier: EUPL-1.2 */
/* Messages as the pump works them: beside the outbox, in order per citizen. */
#pragma once

#include "dfdg/pump/dfdg-pump.h"

extern const DfdgPumpKind message_pump_kind;
