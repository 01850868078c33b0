/* SPDX-License-Identifier: EUPL-1.2 */
/* What the files of the room share: keys, handles of the library and what they were told, the loop, one exchange. */
#pragma once

#include "upstream/track-upstream.h"

#include "base/timer.h"

#include <curl/curl.h>

/* Certificate, key and authorities as they were read together; shared by the exchanges that began with them. */
typedef struct
{
  int ca_fd; /* -1: not given */
  int certificate_fd;
  int key_fd;
  char *ca_path; /* of the descriptors; NULL: not given */
  char *certificate_path;
  char *key_path;
  gint64 until_us;
} TrackKeys;

/* The library's handle of one exchange, and what it was told. */
typedef struct
{
  CURL *easy;
  TrackExchange *exchange;
  TrackKeys *keys;
  char *url;
  char *peer; /* key of the peers */
  char *pins; /* as the library wants them */
  guint connect_ms;
  guint timeout_ms;
  gboolean posts;
  char problem[CURL_ERROR_SIZE];
} TrackHandle;

/* What the loop knows of a descriptor; by its number. */
typedef struct
{
  TrackExchange *user;    /* whose answer comes on it; NULL: at rest */
  guint32 events;         /* that epoll reports; 0: it does not know it */
  gboolean is_ours;       /* we made it; else it is of the library's own */
  gboolean is_connection; /* of ours: a request went out on it, and we hear of its end */
} TrackWatched;

struct _TrackUpstream
{
  TrackUpstreamSettings settings; /* with texts of its own */
  TrackKeys *keys;                /* reference-counted */
  CURLM *multi;
  GSource *source;
  GQueue running;      /* of TrackExchange, by their links */
  GQueue touched;      /* of TrackExchange: resumed, or cancelled while the library was at work */
  guint n_nested;      /* the library is at work: calls into it must wait */
  GHashTable *sockets; /* of connections: name, owned by the next table → descriptor */
  GHashTable *socket_names; /* and back */
  GHashTable *peers;        /* scheme, host and port → TrackPeerCertificate as last seen */
  GArray *watched;          /* of TrackWatched */
  guint n_open;             /* of them, those that we made */
  Timer *sweep;             /* NULL: nothing is kept */
  CURL *sweeper;            /* closes what has been at rest too long; NULL before the first time */
  gboolean is_sweeping;
};

struct _TrackExchange
{
  TrackUpstream *upstream;
  TrackHandle *handle;
  CURL *easy; /* of the handle */
  TrackExchangeFuncs funcs;
  gpointer data;
  GBytes *body;
  gpointer headers; /* one piece of memory: a list for the library, and its texts */
  int opened[4];    /* sockets, the latest */
  guint n_opened;
  GList running_link;
  GList touched_link;
  gint64 held_since_us; /* when the library began to hold bytes back */
  gint64 held_us;       /* how long it did before */
  guint n_sent;         /* how often the request went out, or began to */
  gsize n_head;         /* bytes of head so far */
  gsize n_answer;       /* bytes of body so far */
  gint64 length;        /* of the body as announced; -1: not */
  int fd;               /* -1: none yet */
  guint may_repeat : 1;
  guint needs_fresh : 1;  /* the kept connection was left before anything went out on it */
  guint is_ambiguous : 1; /* its head can be read in two ways */
  guint is_connected : 1;
  guint has_head : 1;
  guint is_paused : 1; /* wanted */
  guint is_held : 1;   /* the library holds bytes back */
  guint is_cancelled : 1;
  guint is_stopped : 1; /* one of our functions wants no more */
  guint is_too_large : 1;
  guint is_touched : 1;
  guint has_more_fds : 1;
  guint needs_look : 1;   /* one of its addresses came to nothing */
  guint is_unwatched : 1; /* the system refused to: nothing would be heard of it */
};

/* Both ends of a connection. */
typedef struct
{
  const char *own;
  int own_port;
  const char *peer;
  int peer_port;
} TrackSocketName;

/* track-socket.c */
void track_socket_set_up (TrackHandle *handle, TrackUpstream *upstream);
void track_socket_note (TrackExchange *exchange, const TrackSocketName *name);
gboolean track_socket_is_disturbed (TrackUpstream *upstream, const TrackSocketName *name);

/* track-keys.c */
TrackKeys *track_keys_load (const TrackUpstreamSettings *settings,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
TrackKeys *track_keys_ref (TrackKeys *keys);
void track_keys_unref (TrackKeys *keys);

/* track-handle.c */
TrackHandle *track_handle_take (TrackUpstream *upstream,
                                const TrackTarget *target,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
void track_handle_free (TrackHandle *handle);
gboolean track_handle_is_clean (const char *text);

/* track-sweep.c */
void track_sweep_start (TrackUpstream *upstream);
void track_sweep_stop (TrackUpstream *upstream);
void track_sweep_due (TrackUpstream *upstream);
void track_sweep_done (TrackUpstream *upstream);

/* track-upstream-loop.c */
gboolean track_upstream_loop_start (TrackUpstream *upstream);
void track_upstream_loop_stop (TrackUpstream *upstream);
void track_upstream_loop_touch (TrackExchange *exchange);
void track_upstream_loop_leave (TrackExchange *exchange);
void track_upstream_loop_opened (TrackExchange *exchange, int fd);
gboolean track_upstream_loop_has (const TrackExchange *exchange, int fd);
void track_upstream_loop_connected (TrackUpstream *upstream, int fd);
void track_upstream_loop_forget (TrackUpstream *upstream, int fd);

/* track-exchange.c */
void track_exchange_finish (TrackExchange *exchange, CURLcode code);
void track_exchange_settle (TrackExchange *exchange);
void track_exchange_drop (TrackExchange *exchange);

/* track-exchange-setup.c */
void track_exchange_set_funcs (TrackHandle *handle, TrackUpstream *upstream);
gboolean track_exchange_set_up (TrackExchange *exchange,
                                const TrackTarget *target,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* track-exchange-end.c */
TrackOutcome
track_exchange_judge (const TrackExchange *exchange, CURLcode code, const char **out_problem);
void track_exchange_read_times (const TrackExchange *exchange, TrackTimes *out_times);
void track_exchange_note_certificate (TrackExchange *exchange);
