/* SPDX-License-Identifier: EUPL-1.2 */
/* What is read of DFDG by the day: an a-kasse's meetings of citizens with a meeting ahead, and the code lists. */
#pragma once

#include "dfdg/pump/dfdg-pump.h"

/* Not woken by commits: it looks every few minutes. */
extern const DfdgPumpKind reads_pump_kind;
