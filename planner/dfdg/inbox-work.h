/* SPDX-License-Identifier: EUPL-1.2 */
/* The inbox's lanes as the pump works them: who is due, and a run with DFDG's services behind it. */
#pragma once

#include "dfdg/dfdg-pump.h"
#include "dfdg/inbox-apply.h"

void inbox_get_entity_ids (const DfdgSettings *settings, DfdgEntityIds *out_ids);
extern const DfdgPumpKind inbox_pump_kind;
