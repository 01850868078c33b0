/* SPDX-License-Identifier: EUPL-1.2 */
/* The inbox's lanes as the pump works them: who is due, and a run with DFDG's services behind it. */
#pragma once

#include "dfdg/inbox/inbox-apply.h"
#include "dfdg/pump/dfdg-pump.h"

void inbox_get_entity_ids (const DfdgSettings *settings, DfdgEntityIds *out_ids);
extern const DfdgPumpKind inbox_pump_kind;
