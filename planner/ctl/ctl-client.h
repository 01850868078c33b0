/* SPDX-License-Identifier: EUPL-1.2 */
/* A request to plannerd's admin socket. */
#pragma once

#include <json-glib/json-glib.h>

gboolean ctl_client_call (const char *socket_path,
                          const char *command,
                          JsonObject *arguments,
                          JsonObject **out_result,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
