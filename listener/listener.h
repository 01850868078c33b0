/* SPDX-License-Identifier: EUPL-1.2 */
/* Incoming HTTP on a GLib main loop: safe alone, refusing early, replying later. */

#pragma once

#include "listener-counters.h"
#include "listener-error.h"
#include "listener-request.h"
#include "listener-stream.h"
#include "listener-tls.h"

#include <glib.h>

G_BEGIN_DECLS

/**
 * Listener:
 *
 * One listening socket and the connections that came through it. Several may live in one process. Every
 * function is called on the thread of the main context that it was started on.
 */
typedef struct _Listener Listener;

/**
 * ListenerHandler:
 * @request: (transfer none): a whole, checked request; reference it to reply later.
 * @user_data: as given to listener_new().
 *
 * Loop thread; must not block, nor free the listener. A request that nobody replied to when its last
 * reference goes is answered 500.
 */
typedef void (*ListenerHandler) (ListenerRequest *request, gpointer user_data);

/**
 * ListenerSettings:
 * @address: numeric IPv4 or IPv6 address; "::" serves both. %NULL with @unix_path.
 * @port: 0 takes any free one, see listener_get_port().
 * @unix_path: (nullable): path of a unix socket instead of @address; a dead socket there is replaced.
 * @unix_mode: permissions of the unix socket.
 * @unix_group: group id of the unix socket's file, -1 for the process's own.
 * @descriptor: an already listening stream socket, such as a service manager hands over, instead of @address and
 *   @unix_path, which are not looked at then; -1 for none. The listener's own from listener_start() on.
 * @backlog: connections that the kernel keeps while we are busy.
 * @max_connections: at the cap the longest resting connection makes room, else the newcomer is closed.
 * @max_connections_per_peer: per IPv4 address or IPv6 /64; 0 for no cap (behind a proxy). Unix sockets have none.
 * @pool_bytes: the library's memory per connection; holds the head and the reply's head.
 * @max_head_bytes: request line and header fields together; less than @pool_bytes.
 * @max_headers: header fields, at most 128.
 * @max_body_bytes: per request, chunked or not.
 * @max_buffered_bytes: body bytes held at once over all connections.
 * @request_timeout_ms: from connect, or from the request line, to the last body byte, however it dribbles;
 *   the TLS handshake counts too.
 * @idle_timeout_ms: from a reply to the next request line.
 * @reply_timeout_ms: from handing over a reply to its last byte.
 * @stop_grace_ms: how long, after listener_stop_accepting(), a resting connection may still bring a request.
 * @tls: (nullable): keys and rules; a reference is taken. %NULL for plain HTTP.
 * @proxied_trust: (nullable): requests come from a proxy that ends TLS; a reference is taken. The client certificate
 *   stands in X-Client-Certificate and is judged by this trust, the client's address in X-Client-Address. Only on a
 *   unix socket, which nobody but the proxy may open. On other listeners these fields mean nothing.
 * @allow_plain_remote: plain HTTP on an address that is not loopback is refused unless set.
 *
 * Initialise with listener_settings_init(), then change. Copied by listener_new().
 */
typedef struct
{
  const char *address;
  guint16 port;
  const char *unix_path;
  guint unix_mode;
  gint64 unix_group;
  int descriptor;
  guint backlog;
  guint max_connections;
  guint max_connections_per_peer;
  gsize pool_bytes;
  gsize max_head_bytes;
  guint max_headers;
  gsize max_body_bytes;
  gsize max_buffered_bytes;
  guint request_timeout_ms;
  guint idle_timeout_ms;
  guint reply_timeout_ms;
  guint stop_grace_ms;
  ListenerTls *tls;
  ListenerTrust *proxied_trust;
  gboolean allow_plain_remote;
} ListenerSettings;

void listener_settings_init (ListenerSettings *settings);

Listener *listener_new (const ListenerSettings *settings,
                        ListenerHandler handler,
                        gpointer user_data,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean listener_start (Listener *listener,
                         GMainContext *context,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
void listener_stop_accepting (Listener *listener);
int listener_dup_socket (Listener *listener);
void listener_leave_socket (Listener *listener);
void listener_shorten_grace (Listener *listener, guint grace_ms);
void listener_free (Listener *listener);

guint16 listener_get_port (const Listener *listener);
guint listener_n_busy (const Listener *listener);
guint listener_n_draining (const Listener *listener);
const ListenerCounters *listener_get_counters (Listener *listener);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Listener, listener_free)

G_END_DECLS
