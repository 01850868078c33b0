/* SPDX-License-Identifier: EUPL-1.2 */
/* What a listener counts, for the application's metrics. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * ListenerRefusal:
 * @LISTENER_REFUSED_MALFORMED: 400, bytes that are not strict HTTP/1.x, the library's own refusals included.
 * @LISTENER_REFUSED_FRAMING: 400, lengths or transfer codings that two readers could read differently.
 * @LISTENER_REFUSED_HOST: 400, no Host, several, or one that is no host.
 * @LISTENER_REFUSED_METHOD: 405, a method but GET, HEAD or POST.
 * @LISTENER_REFUSED_EXPECTATION: 417, an expectation but 100-continue.
 * @LISTENER_REFUSED_HEAD_SIZE: 431, head or number of fields above the limit.
 * @LISTENER_REFUSED_BODY_SIZE: 413, body above the limit.
 * @LISTENER_REFUSED_MEMORY: 503, too many body bytes held at once over all connections.
 * @LISTENER_REFUSED_CERTIFICATE: handshake refused, or 403: client certificate missing or not verified (any more).
 * @LISTENER_REFUSED_CONNECTIONS: closed at accept: connection cap reached and none idle.
 * @LISTENER_REFUSED_PEER: closed at accept: this peer's cap reached.
 * @LISTENER_REFUSED_DESCRIPTORS: closed at accept: no descriptor or memory left.
 * @LISTENER_N_REFUSALS: how many there are.
 */
typedef enum
{
  LISTENER_REFUSED_MALFORMED,
  LISTENER_REFUSED_FRAMING,
  LISTENER_REFUSED_HOST,
  LISTENER_REFUSED_METHOD,
  LISTENER_REFUSED_EXPECTATION,
  LISTENER_REFUSED_HEAD_SIZE,
  LISTENER_REFUSED_BODY_SIZE,
  LISTENER_REFUSED_MEMORY,
  LISTENER_REFUSED_CERTIFICATE,
  LISTENER_REFUSED_CONNECTIONS,
  LISTENER_REFUSED_PEER,
  LISTENER_REFUSED_DESCRIPTORS,
  LISTENER_N_REFUSALS,
} ListenerRefusal;

/**
 * ListenerCounters:
 * @n_accepted: connections taken on.
 * @n_requests: requests handed to the handler.
 * @n_replies: the application's replies by status class: 1 is 1xx … 5 is 5xx; 0 unused.
 * @n_refused: by #ListenerRefusal.
 * @n_timed_out_request: cut before a whole request had come, silent and dribbling clients.
 * @n_timed_out_idle: keep-alive connections closed after their rest.
 * @n_timed_out_reply: cut while reading their reply too slowly.
 * @n_evicted: resting connections closed to make room for new ones.
 * @n_resumed: connections that resumed an earlier TLS session.
 * @n_gone: clients seen to leave before their reply.
 * @n_aborted: replies given piece by piece that the application broke off, or left short.
 * @n_bytes_in: bytes of heads and bodies received.
 * @n_bytes_out: bytes of reply bodies handed to the network layer.
 * @n_open: connections now.
 * @n_busy: requests now between their first line and the last byte of their reply.
 * @n_body_bytes: body bytes held now.
 *
 * All grow from 0 at listener_new(), but the last three, which are states. Loop thread.
 */
typedef struct
{
  guint64 n_accepted;
  guint64 n_requests;
  guint64 n_replies[6];
  guint64 n_refused[LISTENER_N_REFUSALS];
  guint64 n_timed_out_request;
  guint64 n_timed_out_idle;
  guint64 n_timed_out_reply;
  guint64 n_evicted;
  guint64 n_resumed;
  guint64 n_gone;
  guint64 n_aborted;
  guint64 n_bytes_in;
  guint64 n_bytes_out;
  guint n_open;
  guint n_busy;
  gsize n_body_bytes;
} ListenerCounters;

const char *listener_refusal_get_name (ListenerRefusal refusal);

G_END_DECLS
