/* SPDX-License-Identifier: EUPL-1.2 */
/* What must hold within one group [dfdg-client TENANT], and between two. */
#pragma once

#include "planner-config.h"

gboolean planner_config_check_dfdg_client (const ConfigDfdgClient *client,
                                           const char *group,
                                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean planner_config_check_dfdg_clients (const GPtrArray *clients,
                                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
