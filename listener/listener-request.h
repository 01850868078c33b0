/* SPDX-License-Identifier: EUPL-1.2 */
/* One request as the application sees it, and the one reply to it. */

#pragma once

#include "listener-tls.h"

#include <glib.h>

G_BEGIN_DECLS

/**
 * ListenerRequest:
 *
 * A complete, checked request: head and body. Reference-counted. What it holds never changes and may be
 * read on any thread while a reference is held; replying happens on the listener's thread.
 */
typedef struct _ListenerRequest ListenerRequest;

/**
 * ListenerMethod:
 * @LISTENER_METHOD_GET: GET.
 * @LISTENER_METHOD_HEAD: HEAD; reply as to GET, the body is not sent.
 * @LISTENER_METHOD_POST: POST.
 *
 * No other method reaches the application.
 */
typedef enum
{
  LISTENER_METHOD_GET,
  LISTENER_METHOD_HEAD,
  LISTENER_METHOD_POST,
} ListenerMethod;

/**
 * ListenerGoneFunc:
 * @request: the request whose client has left.
 * @user_data: as given to listener_request_set_gone_func().
 *
 * Loop thread. The request must still be replied to or dropped; nobody will see the reply.
 */
typedef void (*ListenerGoneFunc) (ListenerRequest *request, gpointer user_data);

ListenerRequest *listener_request_ref (ListenerRequest *request);
void listener_request_unref (ListenerRequest *request);

ListenerMethod listener_request_get_method (const ListenerRequest *request);
const char *listener_request_get_path (const ListenerRequest *request);
const char *listener_request_get_query (const ListenerRequest *request);
const char *listener_request_find_header (const ListenerRequest *request, const char *name);
const char *listener_request_get_header (const ListenerRequest *request,
                                         guint index,
                                         gsize *out_name_bytes,
                                         const char **out_value);
const char *listener_request_get_body (const ListenerRequest *request, gsize *out_bytes);
const char *listener_request_get_peer (const ListenerRequest *request);
const ListenerIdentity *listener_request_get_identity (const ListenerRequest *request);

gboolean listener_request_is_gone (ListenerRequest *request);
void listener_request_set_gone_func (ListenerRequest *request,
                                     ListenerGoneFunc func,
                                     gpointer user_data);

void
listener_request_add_reply_header (ListenerRequest *request, const char *name, const char *value);
void listener_request_close_after_reply (ListenerRequest *request);
void listener_request_reply (ListenerRequest *request,
                             guint status,
                             const char *content_type,
                             GBytes *body);
void listener_request_reply_take (ListenerRequest *request,
                                  guint status,
                                  const char *content_type,
                                  char *body,
                                  gsize body_bytes);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ListenerRequest, listener_request_unref)

G_END_DECLS
