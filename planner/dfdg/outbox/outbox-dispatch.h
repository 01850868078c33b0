/* SPDX-License-Identifier: EUPL-1.2 */
/* Tells DFDG what waits in the outbox, a citizen's rows after each other. */
#pragma once

#include "dfdg/pump/dfdg-pump.h"

extern const DfdgPumpKind outbox_pump_kind;
