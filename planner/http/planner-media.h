/* SPDX-License-Identifier: EUPL-1.2 */
/* What the HTTP head says about a SOAP body: its media type, its charset, its action. */
#pragma once

#include "listener-request.h"

gboolean planner_media_is_plain (const char *content_encoding);
gboolean planner_media_read (const char *content_type, const char *soap_action, char **out_action);
void planner_media_refuse (ListenerRequest *request);
