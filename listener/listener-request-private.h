/* SPDX-License-Identifier: EUPL-1.2 */
/* A head as scanned, the request made of it, and its reply, as the listener's own files see them. */

#pragma once

#include "listener-private.h"
#include "listener-stream.h"

typedef struct
{
  const char *name;
  const char *value;
  gsize name_bytes;
  gsize value_bytes;
} ListenerField;

/* A head as scanned in the library's memory. */
typedef struct
{
  ListenerMethod method;
  const char *start;
  gsize n_bytes;
  ListenerField fields[LISTENER_MAX_HEADERS];
  guint n_fields;
  gboolean chunked;
  gboolean expects_continue;
  guint64 content_length; /* 0 when chunked or absent */
  guint status;           /* of the refusal */
  ListenerRefusal refusal;
} ListenerHead;

struct _ListenerRequest
{
  gatomicrefcount references;
  gboolean replied;
  gboolean close_after_reply;
  gboolean gone;
  ListenerMethod method;
  ListenerConnection *connection; /* NULL once replied, cut or the listener freed; loop thread */
  ListenerShared *shared;
  GRefString *peer_text;
  ListenerIdentity *identity;
  ListenerGoneFunc gone_func;
  gpointer gone_data;
  ListenerStream *stream; /* of a reply given piece by piece; kept until the request goes */
  gsize drained_low_bytes;
  ListenerDrainedFunc drained_func;
  gpointer drained_data;
  GPtrArray *reply_headers; /* of char*, name and value in turn; NULL when none */
  char *body;
  gsize body_bytes;
  gsize body_capacity;
  gsize body_expected;
  const char *path;
  const char *query;
  guint n_fields;
  ListenerField *fields;
};

/* listener-head.c */
gboolean listener_head_scan (ListenerHead *head,
                             ListenerConnection *connection,
                             const char *method,
                             const char *version);

/* listener-request.c */
ListenerRequest *listener_request_new (ListenerConnection *connection, const ListenerHead *head);
void listener_request_append_body (ListenerRequest *request, const char *data, gsize n_bytes);
void listener_request_detach (ListenerRequest *request);

/* listener-reply.c */
void listener_reply_queue (ListenerRequest *request,
                           guint status,
                           const char *content_type,
                           GBytes *body);
void listener_reply_send (ListenerRequest *request,
                          ListenerConnection *connection,
                          guint status,
                          const char *content_type,
                          struct MHD_Response *response);
void listener_reply_resume (ListenerConnection *connection);
void listener_request_tell_gone (ListenerRequest *request, Listener *listener);

/* listener-stream.c */
void listener_stream_forget (ListenerRequest *request);
