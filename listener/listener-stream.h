/* SPDX-License-Identifier: EUPL-1.2 */
/* A reply that is given piece by piece, no faster than its client takes it. */

#pragma once

#include "listener-request.h"

G_BEGIN_DECLS

#define LISTENER_LENGTH_UNKNOWN (-1)

/**
 * ListenerDrainedFunc:
 * @request: the request whose reply streams.
 * @user_data: as given to listener_request_set_drained_func().
 *
 * The client has taken so much that more may be fed; it may be fed, ended or aborted from here. Loop thread; must
 * not free the listener.
 */
typedef void (*ListenerDrainedFunc) (ListenerRequest *request, gpointer user_data);

void listener_request_reply_begin (ListenerRequest *request,
                                   guint status,
                                   const char *content_type,
                                   gint64 length);
gsize listener_request_reply_feed (ListenerRequest *request, GBytes *bytes);
void listener_request_reply_end (ListenerRequest *request);
void listener_request_reply_abort (ListenerRequest *request);
void listener_request_set_drained_func (ListenerRequest *request,
                                        gsize low_bytes,
                                        ListenerDrainedFunc func,
                                        gpointer user_data);

G_END_DECLS
