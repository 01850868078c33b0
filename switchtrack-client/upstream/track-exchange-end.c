/* SPDX-License-Identifier: EUPL-1.2 */
/* What came of an exchange: the library's codes in the gateway's words, its times, the peer's certificate. */

#include "upstream/track-upstream-private.h"

#include "base/clock.h"
#include "listener-certificate.h"

#include <string.h>

typedef struct
{
  CURLcode code;
  TrackOutcome outcome;      /* before the head of an answer */
  TrackOutcome outcome_head; /* after it */
  const char *problem;       /* NULL: the library's own words */
} EndRow;

/* clang-format off */
static const EndRow ends[] = {
  { CURLE_COULDNT_RESOLVE_HOST,      TRACK_OUTCOME_NO_DNS,      TRACK_OUTCOME_NO_DNS,      NULL },
  { CURLE_COULDNT_CONNECT,           TRACK_OUTCOME_REFUSED,     TRACK_OUTCOME_REFUSED,     NULL },
  { CURLE_PEER_FAILED_VERIFICATION,  TRACK_OUTCOME_CERTIFICATE, TRACK_OUTCOME_CERTIFICATE, NULL },
  { CURLE_SSL_ISSUER_ERROR,          TRACK_OUTCOME_CERTIFICATE, TRACK_OUTCOME_CERTIFICATE, NULL },
  { CURLE_SSL_PINNEDPUBKEYNOTMATCH,  TRACK_OUTCOME_PIN,         TRACK_OUTCOME_PIN,         "its public key is none of those that the registry names" },
  { CURLE_SSL_CONNECT_ERROR,         TRACK_OUTCOME_TLS,         TRACK_OUTCOME_TLS,         NULL },
  { CURLE_SSL_CIPHER,                TRACK_OUTCOME_TLS,         TRACK_OUTCOME_TLS,         NULL },
  { CURLE_SSL_CERTPROBLEM,           TRACK_OUTCOME_TLS,         TRACK_OUTCOME_TLS,         NULL },
  { CURLE_SSL_CACERT_BADFILE,        TRACK_OUTCOME_TLS,         TRACK_OUTCOME_TLS,         NULL },
  { CURLE_GOT_NOTHING,               TRACK_OUTCOME_RESET,       TRACK_OUTCOME_CUT,         "the connection ended without an answer" },
  { CURLE_ABORTED_BY_CALLBACK,       TRACK_OUTCOME_RESET,       TRACK_OUTCOME_CUT,         "a kept connection ended without an answer; the request was not sent again" },
  { CURLE_SEND_ERROR,                TRACK_OUTCOME_RESET,       TRACK_OUTCOME_CUT,         NULL },
  { CURLE_RECV_ERROR,                TRACK_OUTCOME_RESET,       TRACK_OUTCOME_CUT,         NULL },
  { CURLE_PARTIAL_FILE,              TRACK_OUTCOME_CUT,         TRACK_OUTCOME_CUT,         "the connection ended before the end of the answer" },
  { CURLE_FILESIZE_EXCEEDED,         TRACK_OUTCOME_TOO_LARGE,   TRACK_OUTCOME_TOO_LARGE,   NULL },
  { CURLE_UNSUPPORTED_PROTOCOL,      TRACK_OUTCOME_HTTP,        TRACK_OUTCOME_CUT,         "the answer is not HTTP" },
  { CURLE_WEIRD_SERVER_REPLY,        TRACK_OUTCOME_HTTP,        TRACK_OUTCOME_CUT,         "the answer is not HTTP" },
  { CURLE_BAD_CONTENT_ENCODING,      TRACK_OUTCOME_HTTP,        TRACK_OUTCOME_CUT,         NULL },
};
/* clang-format on */

static gint64
read_time (const TrackExchange *exchange, CURLINFO what)
{
  curl_off_t time_us = 0;

  curl_easy_getinfo (exchange->easy, what, &time_us);
  return time_us;
}

static TrackOutcome
judge_timeout (const TrackExchange *exchange, const char **out_problem)
{
  if (exchange->n_sent == 0 && read_time (exchange, CURLINFO_NAMELOOKUP_TIME_T) == 0)
    {
      *out_problem = "the name was not resolved in time";
      return TRACK_OUTCOME_NO_DNS;
    }
  if (exchange->n_sent == 0 && !exchange->is_connected)
    {
      *out_problem = "no connection in time";
      return TRACK_OUTCOME_CONNECT_TIMEOUT;
    }
  if (exchange->n_sent == 0)
    *out_problem = "connected, but no TLS handshake in time";
  else
    *out_problem = exchange->has_head ? "the answer was not complete in time" : "no answer in time";
  return TRACK_OUTCOME_TIMEOUT;
}

/* The library has one code for all of these; its words name files of ours, so they are ours here. */
static const char *
explain_certificate (const TrackExchange *exchange)
{
  const TrackPeerCertificate *seen =
    g_hash_table_lookup (exchange->upstream->peers, exchange->handle->peer);

  if (seen != NULL && seen->until_us < clock_now_us ())
    return "its certificate has expired";
  if (strstr (exchange->handle->problem, "does not match") != NULL)
    return "its certificate is for another name";
  return "its certificate does not chain to the authorities that are trusted, or is not valid now";
}

static TrackOutcome
judge_stop (const TrackExchange *exchange, const char **out_problem)
{
  if (exchange->is_too_large)
    {
      *out_problem = "the answer is longer than the limit";
      return TRACK_OUTCOME_TOO_LARGE;
    }
  if (exchange->is_ambiguous)
    {
      *out_problem = "the head of the answer can be read in two ways";
      return TRACK_OUTCOME_HTTP;
    }
  if (exchange->is_stopped)
    {
      *out_problem = "the answer was not wanted any more";
      return TRACK_OUTCOME_GONE;
    }
  *out_problem = "the head of the answer is longer than the limit";
  return TRACK_OUTCOME_HTTP;
}

/*
 * A server that refuses our certificate says so in many ways, with TLS 1.3 behind the handshake, where its alert can be
 * lost in a reset. That ours has expired is known here; what then ends a fresh connection is laid to it.
 */
static gboolean
is_own_certificate (const TrackExchange *exchange, const EndRow *row, TrackOutcome outcome)
{
  gint64 until_us = exchange->handle->keys->until_us;
  gboolean is_cut_off = outcome == TRACK_OUTCOME_RESET &&
                        (row->code == CURLE_RECV_ERROR || row->code == CURLE_SEND_ERROR);
  long n_made = 0;

  if (until_us == 0 || until_us > clock_now_us () || exchange->n_head > 0)
    return FALSE;
  curl_easy_getinfo (exchange->easy, CURLINFO_NUM_CONNECTS, &n_made);
  return outcome == TRACK_OUTCOME_TLS || (is_cut_off && n_made > 0);
}

static TrackOutcome
judge_row (const TrackExchange *exchange, const EndRow *row, const char **out_problem)
{
  TrackOutcome outcome = exchange->has_head ? row->outcome_head : row->outcome;

  *out_problem = row->problem;
  if (outcome == TRACK_OUTCOME_CERTIFICATE)
    *out_problem = explain_certificate (exchange);
  if (*out_problem == NULL)
    *out_problem = exchange->handle->problem[0] != '\0' ? exchange->handle->problem
                                                        : curl_easy_strerror (row->code);
  /* With TLS 1.3 the server's no to our certificate comes after the handshake. */
  if (outcome == TRACK_OUTCOME_RESET && row->code != CURLE_ABORTED_BY_CALLBACK &&
      strstr (exchange->handle->problem, "alert") != NULL)
    outcome = TRACK_OUTCOME_TLS;
  if (!is_own_certificate (exchange, row, outcome))
    return outcome;
  *out_problem = "our own client certificate has expired";
  return TRACK_OUTCOME_OWN_CERTIFICATE;
}

/* Our own trouble; what had gone out may have been read. */
static TrackOutcome
judge_unwatched (const TrackExchange *exchange, const char **out_problem)
{
  *out_problem = "our system has no room to watch its connection";
  if (exchange->n_sent == 0)
    return TRACK_OUTCOME_LIMIT;
  return exchange->has_head ? TRACK_OUTCOME_CUT : TRACK_OUTCOME_RESET;
}

/**
 * track_exchange_judge:
 * @exchange: ended
 * @code: the library's result
 * @out_problem: (out) (nullable): in words; lives with @exchange
 *
 * Returns: what came of it
 */
TrackOutcome
track_exchange_judge (const TrackExchange *exchange, CURLcode code, const char **out_problem)
{
  *out_problem = NULL;
  if (exchange->is_unwatched)
    return judge_unwatched (exchange, out_problem);
  if (code == CURLE_OK && exchange->has_head)
    return TRACK_OUTCOME_OK;
  /* The library is content with a head that breaks off. */
  if (code == CURLE_OK)
    {
      *out_problem = "the connection ended within the head of the answer";
      return TRACK_OUTCOME_CUT;
    }
  if (code == CURLE_WRITE_ERROR || exchange->is_too_large || exchange->is_stopped)
    return judge_stop (exchange, out_problem);
  if (code == CURLE_OPERATION_TIMEDOUT)
    return judge_timeout (exchange, out_problem);
  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    if (ends[i].code == code)
      return judge_row (exchange, &ends[i], out_problem);
  *out_problem =
    exchange->handle->problem[0] != '\0' ? exchange->handle->problem : curl_easy_strerror (code);
  if (exchange->has_head)
    return TRACK_OUTCOME_CUT;
  return exchange->n_head > 0 ? TRACK_OUTCOME_HTTP : TRACK_OUTCOME_RESET;
}

static gint64
get_held_us (const TrackExchange *exchange)
{
  return exchange->held_us +
         (exchange->is_held ? clock_monotonic_us () - exchange->held_since_us : 0);
}

static gint64
reached (gint64 time_us)
{
  return time_us > 0 ? time_us : -1;
}

/**
 * track_exchange_read_times:
 * @exchange: ended
 * @out_times: (out): its times
 *
 * Reads what the library measured.
 */
void
track_exchange_read_times (const TrackExchange *exchange, TrackTimes *out_times)
{
  long n_made = 0;

  curl_easy_getinfo (exchange->easy, CURLINFO_NUM_CONNECTS, &n_made);
  track_times_init (out_times);
  out_times->reused = n_made == 0 && exchange->n_sent > 0;
  out_times->dns_us = reached (read_time (exchange, CURLINFO_NAMELOOKUP_TIME_T));
  out_times->connect_us = reached (read_time (exchange, CURLINFO_CONNECT_TIME_T));
  out_times->tls_us = reached (read_time (exchange, CURLINFO_APPCONNECT_TIME_T));
  if (out_times->reused)
    out_times->dns_us = out_times->connect_us = out_times->tls_us = 0;
  if (exchange->n_head > 0)
    out_times->first_byte_us = reached (read_time (exchange, CURLINFO_STARTTRANSFER_TIME_T));
  out_times->total_us =
    MAX (read_time (exchange, CURLINFO_TOTAL_TIME_T) - get_held_us (exchange), 0);
}

static const char *
find_pem (const struct curl_slist *lines)
{
  for (; lines != NULL; lines = lines->next)
    if (g_str_has_prefix (lines->data, "Cert:"))
      return lines->data + strlen ("Cert:");
  return NULL;
}

/**
 * track_exchange_note_certificate:
 * @exchange: under way or ended
 *
 * Remembers the certificate that the peer showed, when this exchange made the connection.
 */
void
track_exchange_note_certificate (TrackExchange *exchange)
{
  g_autoptr (ListenerCertificateInfo) info = NULL;
  struct curl_certinfo *chain = NULL;
  TrackPeerCertificate *peer;
  const char *pem;
  long n_made = 0;

  curl_easy_getinfo (exchange->easy, CURLINFO_NUM_CONNECTS, &n_made);
  if (n_made == 0)
    return;
  if (curl_easy_getinfo (exchange->easy, CURLINFO_CERTINFO, &chain) != CURLE_OK || chain == NULL ||
      chain->num_of_certs < 1)
    return;
  pem = find_pem (chain->certinfo[0]);
  info = pem != NULL ? listener_certificate_read (pem, strlen (pem)) : NULL;
  if (info == NULL)
    return;
  peer = g_new0 (TrackPeerCertificate, 1);
  peer->subject = g_steal_pointer (&info->subject);
  peer->pin = g_steal_pointer (&info->pin);
  peer->until_us = info->expires_unix_us;
  g_hash_table_replace (exchange->upstream->peers, g_strdup (exchange->handle->peer), peer);
}

/**
 * track_exchange_get_certificate:
 * @exchange: in one of its functions
 *
 * Returns: (transfer none) (nullable): what the peer showed when the connection was made, also when it was refused
 *   for it; %NULL without TLS or before. Valid in the function.
 */
const TrackPeerCertificate *
track_exchange_get_certificate (TrackExchange *exchange)
{
  return g_hash_table_lookup (exchange->upstream->peers, exchange->handle->peer);
}
