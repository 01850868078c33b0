/* SPDX-License-Identifier: EUPL-1.2 */
/* A request to plannerd's admin socket. */
#pragma once

#include "ops/admin/admin.h"

/* @progress: (nullable): told about once a second how far the call is. */
gboolean ctl_client_call (const char *socket_path,
                          const char *command,
                          JsonObject *arguments,
                          AdminProgress progress,
                          JsonObject **out_result,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
