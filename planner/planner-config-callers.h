/* SPDX-License-Identifier: EUPL-1.2 */
/* What must hold within one caller of the allow-list, and between two. */
#pragma once

#include "planner-config.h"

gboolean planner_config_check_caller (ConfigCaller *caller,
                                      const char *group,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean planner_config_check_callers (const GPtrArray *callers,
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
