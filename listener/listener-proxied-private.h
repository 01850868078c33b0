/* SPDX-License-Identifier: EUPL-1.2 */
/* Requests of a proxy, as the listener's own files see them. */

#pragma once

#include "listener-request-private.h"

/* listener-proxied.c */
gboolean listener_proxied_admit (ListenerRequest *request, ListenerHead *head);
