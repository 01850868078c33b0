/* SPDX-License-Identifier: EUPL-1.2 */
/* switchtrackd's tables of configuration keys. */
#pragma once

#include "planner-config-table.h"

extern const ConfigKey track_config_keys[];
extern const guint track_config_n_keys;
/* Of the groups [caller NAME]. */
extern const ConfigKey track_config_caller_keys[];
extern const guint track_config_n_caller_keys;
