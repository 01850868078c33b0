/* SPDX-License-Identifier: EUPL-1.2 */
/* The commands about health, disturbances, evidence, certificates and alarms. */
#pragma once

#include "ops/admin/admin.h"

void track_commands_health_register (void);
