/* SPDX-License-Identifier: EUPL-1.2 */
/* Outgoing calls: to whom, with which keys, kept connections, and what came of each in the gateway's words. */
#pragma once

#include "base/track-outcome.h"

#include <gio/gio.h>

#define TRACK_UPSTREAM_ERROR (track_upstream_error_quark ())

/**
 * TrackUpstreamError:
 * @TRACK_UPSTREAM_ERROR_KEYS: certificate, key or authorities are missing, unreadable, too open or wrong; nothing changed
 * @TRACK_UPSTREAM_ERROR_LIMIT: as many exchanges as the settings or the library allow; nothing was sent
 * @TRACK_UPSTREAM_ERROR_TARGET: the address or a header cannot be used; nothing was sent
 */
typedef enum
{
  TRACK_UPSTREAM_ERROR_KEYS,
  TRACK_UPSTREAM_ERROR_LIMIT,
  TRACK_UPSTREAM_ERROR_TARGET,
} TrackUpstreamError;

/**
 * TrackUpstreamSettings:
 * @context: (nullable): the main context to live in
 * @ca_file: (nullable): PEM, whom servers' certificates must chain to; %NULL or empty: those of the system
 * @certificate_file: (nullable): PEM, what servers are shown of us; %NULL or empty: nothing
 * @key_file: (nullable): its key, not accessible to others
 * @max_idle: connections kept at rest, over all addresses; 0: none
 * @idle_ms: how long they are used again after their last use
 * @life_s: how long after their first use: then name and certificate are looked at again; 0: without end
 * @max_parallel: exchanges at once
 * @max_answer_bytes: longest answer body
 */
typedef struct
{
  GMainContext *context;
  const char *ca_file;
  const char *certificate_file;
  const char *key_file;
  guint max_idle;
  guint idle_ms;
  guint life_s;
  guint max_parallel;
  gsize max_answer_bytes;
} TrackUpstreamSettings;

/**
 * TrackTarget:
 * @url: https or http
 * @pins: (nullable) (array zero-terminated=1): "sha256//BASE64" of the public keys that are accepted; %NULL or
 *   empty: any that chains to the authorities
 * @connect_ms: for name, connection and TLS together
 * @timeout_ms: from sending to the end of the answer, without the pauses that we make
 * @may_repeat: whether the request is sent once more, on a fresh connection, when a kept one ended without a byte of
 *   answer; without it the outcome is %TRACK_OUTCOME_RESET
 * @headers: (nullable) (array zero-terminated=1): lines "Name: value"
 * @body: (nullable): what is posted, shared; %NULL for a GET
 */
typedef struct
{
  const char *url;
  const char *const *pins;
  guint connect_ms;
  guint timeout_ms;
  gboolean may_repeat;
  const char *const *headers;
  GBytes *body;
} TrackTarget;

/**
 * TrackPeerCertificate:
 * @subject: RFC 4514
 * @pin: as in TrackTarget
 * @until_us: its last instant, Unix time
 */
typedef struct
{
  char *subject;
  char *pin;
  gint64 until_us;
} TrackPeerCertificate;

typedef struct _TrackUpstream TrackUpstream;
typedef struct _TrackExchange TrackExchange;

/**
 * TrackExchangeFuncs:
 * @head: (nullable): the answer's status and head are there; @length is -1 when it is not announced. A redirection
 *   is an answer like others and never followed
 * @data: (nullable): the next bytes of the body, as they came
 * @done: the end, exactly once, unless cancelled; the exchange is gone afterwards. @problem is %NULL with
 *   %TRACK_OUTCOME_OK, else words without personal data
 *
 * Loop thread, from the main context, never from within track_upstream_send(). @head and @data return whether to go
 * on; if not, the outcome is %TRACK_OUTCOME_GONE. Any of them may pause or cancel; only @done may send other exchanges:
 * to the library, the other two are within its work.
 */
typedef struct
{
  gboolean (*head) (TrackExchange *exchange,
                    guint status,
                    const char *content_type,
                    gint64 length,
                    gpointer data);
  gboolean (*data) (TrackExchange *exchange, const char *bytes, gsize n_bytes, gpointer data);
  void (*done) (TrackExchange *exchange,
                TrackOutcome outcome,
                const TrackTimes *times,
                const char *problem,
                gpointer data);
} TrackExchangeFuncs;

GQuark track_upstream_error_quark (void);
TrackUpstream *track_upstream_new (const TrackUpstreamSettings *settings,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean track_upstream_reload (TrackUpstream *upstream, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void track_upstream_free (TrackUpstream *upstream);
gint64 track_upstream_get_certificate_until_us (const TrackUpstream *upstream);
guint track_upstream_n_running (const TrackUpstream *upstream);

TrackExchange *track_upstream_send (TrackUpstream *upstream,
                                    const TrackTarget *target,
                                    const TrackExchangeFuncs *funcs,
                                    gpointer data,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
void track_exchange_pause (TrackExchange *exchange);
void track_exchange_resume (TrackExchange *exchange);
void track_exchange_cancel (TrackExchange *exchange);
const char *track_exchange_find_header (TrackExchange *exchange, const char *name);
const TrackPeerCertificate *track_exchange_get_certificate (TrackExchange *exchange);
gboolean track_exchange_is_repeated (const TrackExchange *exchange);
gboolean track_exchange_is_sent (const TrackExchange *exchange);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrackUpstream, track_upstream_free)
