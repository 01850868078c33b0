/* SPDX-License-Identifier: EUPL-1.2 */
/* What the listener's own files share: the listener, its connections and the phases that they pass through. */

#pragma once

#include "listener-tls-private.h"
#include "listener.h"

#include <microhttpd.h>
#include <sys/socket.h>

#define LISTENER_MAX_HEADERS 128

/*
 * Where a connection stands. Each phase but CUT has one constant time span, so that its queue, filled at
 * the tail, is ordered by deadline without sorting: entering, leaving and expiring are O(1).
 *
 *   accept ─► RECEIVING ─► HANDLING ─► REPLYING ─► RESTING ─► IDLE ─► RECEIVING …
 *                 └─ refused early ─► LINGERING                 any ─► CUT
 */
typedef enum
{
  LISTENER_PHASE_RECEIVING, /* handshake, request line, head, body; looked at now and then */
  LISTENER_PHASE_HANDLING,  /* with the application; looked at now and then, never cut */
  LISTENER_PHASE_REPLYING,
  LISTENER_PHASE_RESTING,   /* since a moment, looked at once at its end */
  LISTENER_PHASE_IDLE,      /* since longer: may be closed to make room */
  LISTENER_PHASE_LINGERING, /* refusal sent, swallowing what the client still sends */
  LISTENER_N_QUEUES,
  LISTENER_PHASE_CUT = LISTENER_N_QUEUES, /* shut down, the library will notice and close */
} ListenerPhase;

typedef struct _ListenerConnection ListenerConnection;
typedef struct _ListenerStream ListenerStream;

typedef struct
{
  ListenerConnection *head;
  ListenerConnection *tail;
  gint64 span_us;
} ListenerQueue;

/* One remote address, shared by its connections. */
typedef struct
{
  guint8 key[16];
  guint n_connections;
} ListenerPeer;

/* What requests need of their listener even after it is freed; counted references, loop thread. */
typedef struct
{
  gsize n_body_bytes;
  GMainContext *context;
  GThread *thread;
} ListenerShared;

struct _ListenerConnection
{
  Listener *listener;
  struct MHD_Connection *mhd;
  int fd; /* the library's; borrowed */
  ListenerPhase phase;
  gboolean queued;
  gboolean busy;      /* counted in n_busy */
  gboolean greeted;   /* has sent a request head */
  gboolean suspended; /* taken out of the library's hands until the reply */
  gint64 deadline_us;
  gint64 receive_until_us; /* of the whole request, over all looks */
  ListenerConnection *previous;
  ListenerConnection *next;
  ListenerRequest *request; /* until replied to */
  gboolean owns_request;    /* while receiving; afterwards only the application does */
  ListenerStream *stream;   /* of a reply given piece by piece, until the library is done with it */
  ListenerTlsSession *tls;
  ListenerPeer *peer;
  GRefString *peer_text;
  const char *target; /* in the library's memory, valid from request line to head */
  gsize target_bytes;
  char *query;
  gboolean target_ok;
  gsize n_lingered_bytes;
};

struct _Listener
{
  ListenerSettings settings;
  ListenerHandler handler;
  gpointer user_data;
  ListenerCounters counters;
  ListenerQueue queues[LISTENER_N_QUEUES];
  guint n_cut;
  struct MHD_Daemon *daemon;
  ListenerShared *shared;
  GSource *source;
  gpointer epoll_tag;
  gpointer accept_tag; /* NULL once stopped */
  int socket_fd;
  int spare_fd; /* given up for a moment to be able to accept and close when descriptors run out */
  guint16 port;
  gint64 now_us;          /* the loop's clock, read once or twice per turn */
  gint64 accept_again_us; /* 0 when accepting */
  gboolean run_pending;   /* something was resumed: the library has work that no descriptor shows */
  gboolean stopping;
  GHashTable *peers;
  GHashTable
    *judged; /* of a proxied listener: certificates as the proxy writes them, and their verdicts */
  ListenerConnection *starting; /* between our accept and the library's notice of it */
};

/* listener-socket.c */
int listener_socket_open (const ListenerSettings *settings,
                          guint16 *out_port,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean listener_socket_is_local (const char *address);
GRefString *
listener_socket_peer_text (int fd, const struct sockaddr_storage *address, guint8 out_key[16]);

/* listener-source.c */
GSource *listener_source_new (Listener *listener);
void listener_source_watch_accept (Listener *listener, gboolean watch);

/* listener-accept.c */
void listener_accept_some (Listener *listener);
void listener_accept_rest (Listener *listener);
void listener_accept_resume_when_due (Listener *listener);

/* listener-connection.c */
ListenerConnection *listener_connection_new (Listener *listener, int fd, GRefString *peer_text);
void listener_connection_free (ListenerConnection *connection);
void listener_connection_enter (ListenerConnection *connection, ListenerPhase phase);
void listener_connection_leave (ListenerConnection *connection);
void listener_connection_drop_request (ListenerConnection *connection);
void listener_connection_cut (ListenerConnection *connection);
void listener_connection_receive (ListenerConnection *connection);
gboolean listener_connection_check_gone (ListenerConnection *connection);
void listener_connections_sweep (Listener *listener);
void listener_connections_begin_grace (Listener *listener);
gint64 listener_connections_next_deadline (Listener *listener);

/* listener-http.c: the library's callbacks */
struct MHD_Daemon *listener_http_start (Listener *listener);

/* listener-refusal.c */
enum MHD_Result listener_refuse (ListenerConnection *connection,
                                 guint status,
                                 ListenerRefusal refusal,
                                 gboolean body_follows);
enum MHD_Result listener_linger (ListenerConnection *connection, gsize n_bytes);

/* listener-stream.c */
void listener_stream_leave (ListenerConnection *connection);

/* listener-request.c */
ListenerShared *listener_shared_new (GMainContext *context);
void listener_shared_unref (ListenerShared *shared);
