/* SPDX-License-Identifier: EUPL-1.2 */
/* What the library is told of one exchange, and what it says while that runs. */

#include "upstream/track-upstream-private.h"

#include "base/clock.h"

#include <string.h>

#define MAX_HEAD_BYTES (64 * 1024)

/*
 * Asked before the request goes out on a connection. The library sends a request again by itself when a kept
 * connection ends without an answer; whoever sits at the other end may have read it nevertheless. So the second time
 * is ours to allow: a read only, and on a connection that is made for it. Nothing has gone out on one that is left
 * for its state: there, it is the first time that comes.
 */
static int
on_send (void *data, char *peer, char *own, int peer_port, int own_port)
{
  TrackExchange *exchange = data;
  const TrackSocketName name = { own, own_port, peer, peer_port };
  long n_made = 0;

  if (exchange->n_sent > 1 || (exchange->n_sent == 1 && !exchange->may_repeat))
    return CURL_PREREQFUNC_ABORT;
  curl_easy_getinfo (exchange->easy, CURLINFO_NUM_CONNECTS, &n_made);
  if (n_made > 0)
    track_socket_note (exchange, &name);
  exchange->needs_fresh =
    n_made == 0 && (exchange->n_sent == 1 || track_socket_is_disturbed (exchange->upstream, &name));
  if (exchange->needs_fresh)
    return CURL_PREREQFUNC_ABORT;
  exchange->n_sent++;
  return CURL_PREREQFUNC_OK;
}

/* Two lengths: others on the way may have believed the other one (RFC 9112 section 6.3). */
static gboolean
has_two_lengths (TrackExchange *exchange)
{
  struct curl_header *header = NULL;

  return curl_easy_header (exchange->easy, "Content-Length", 0, CURLH_HEADER, -1, &header) ==
           CURLHE_OK &&
         header->amount > 1;
}

static gboolean
tell_head (TrackExchange *exchange)
{
  curl_off_t length = -1;
  char *type = NULL;
  long status = 0;

  curl_easy_getinfo (exchange->easy, CURLINFO_RESPONSE_CODE, &status);
  if (status < 200)
    return TRUE;
  exchange->has_head = TRUE;
  exchange->is_ambiguous = has_two_lengths (exchange);
  if (exchange->is_ambiguous)
    return FALSE;
  curl_easy_getinfo (exchange->easy, CURLINFO_CONTENT_TYPE, &type);
  curl_easy_getinfo (exchange->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
  if (length > (curl_off_t) exchange->upstream->settings.max_answer_bytes)
    {
      exchange->is_too_large = TRUE;
      return FALSE;
    }
  if (exchange->funcs.head == NULL)
    return TRUE;
  track_exchange_note_certificate (exchange);
  exchange->is_stopped =
    !exchange->funcs.head (exchange, (guint) status, type, length, exchange->data);
  return !exchange->is_stopped && !exchange->is_cancelled;
}

/* One line of the head, or of what follows the last chunk. */
static size_t
on_header (char *line, size_t size, size_t n_items, void *data)
{
  TrackExchange *exchange = data;
  gsize n_bytes = size * n_items;

  exchange->n_head += n_bytes;
  if (exchange->is_cancelled || exchange->n_head > MAX_HEAD_BYTES)
    return 0;
  if (exchange->has_head || (n_bytes > 2 || line[0] == ' '))
    return n_bytes;
  return tell_head (exchange) ? n_bytes : 0;
}

/* The time that we hold the peer up is not his: until it goes on, there is none to run out. */
static void
hold (TrackExchange *exchange)
{
  exchange->is_held = TRUE;
  exchange->held_since_us = clock_monotonic_us ();
  curl_easy_setopt (exchange->easy, CURLOPT_TIMEOUT_MS, 0L);
  /* The library's alarm for the time-out is spent by then; with this, it looks at the time each second. */
  curl_easy_setopt (exchange->easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
}

static size_t
on_body (char *bytes, size_t size, size_t n_items, void *data)
{
  TrackExchange *exchange = data;
  gsize n_bytes = size * n_items;

  if (exchange->is_cancelled || exchange->is_stopped)
    return 0;
  if (exchange->is_paused)
    {
      hold (exchange);
      return CURL_WRITEFUNC_PAUSE;
    }
  if (n_bytes > exchange->upstream->settings.max_answer_bytes - exchange->n_answer)
    {
      exchange->is_too_large = TRUE;
      return 0;
    }
  exchange->n_answer += n_bytes;
  if (exchange->funcs.data != NULL)
    exchange->is_stopped = !exchange->funcs.data (exchange, bytes, n_bytes, exchange->data);
  return exchange->is_stopped || exchange->is_cancelled ? 0 : n_bytes;
}

static gboolean
is_clean (const char *text)
{
  for (; *text != '\0'; text++)
    if (((guchar) *text < ' ' && *text != '\t') || *text == 0x7f)
      return FALSE;
  return TRUE;
}

static gboolean
append_header (TrackExchange *exchange, const char *line)
{
  struct curl_slist *headers = curl_slist_append (exchange->headers, line);

  if (headers == NULL)
    return FALSE;
  exchange->headers = headers;
  return TRUE;
}

static gboolean
take_headers (TrackExchange *exchange, const char *const *headers, GError **error)
{
  gboolean is_good = append_header (exchange, "Expect:");

  for (guint i = 0; is_good && headers != NULL && headers[i] != NULL; i++)
    is_good = is_clean (headers[i]) && append_header (exchange, headers[i]);
  if (!is_good)
    g_set_error_literal (error, TRACK_UPSTREAM_ERROR, TRACK_UPSTREAM_ERROR_TARGET,
                         "a header holds control characters");
  return is_good;
}

static void
set_tls (TrackExchange *exchange, const TrackTarget *target)
{
  CURL *easy = exchange->easy;
  TrackKeys *keys = exchange->keys;

  curl_easy_setopt (easy, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt (easy, CURLOPT_SSL_VERIFYHOST, 2L);
  curl_easy_setopt (easy, CURLOPT_SSLVERSION, (long) CURL_SSLVERSION_TLSv1_2);
  curl_easy_setopt (easy, CURLOPT_CERTINFO, 1L);
  if (keys->ca_path != NULL)
    {
      curl_easy_setopt (easy, CURLOPT_CAINFO, keys->ca_path);
      curl_easy_setopt (easy, CURLOPT_CAPATH, NULL);
    }
  if (keys->certificate_path != NULL)
    {
      curl_easy_setopt (easy, CURLOPT_SSLCERT, keys->certificate_path);
      curl_easy_setopt (easy, CURLOPT_SSLKEY, keys->key_path);
    }
  if (target->pins != NULL && target->pins[0] != NULL)
    {
      exchange->pins = g_strjoinv (";", (char **) target->pins);
      curl_easy_setopt (easy, CURLOPT_PINNEDPUBLICKEY, exchange->pins);
    }
}

static void
set_funcs (TrackExchange *exchange)
{
  CURL *easy = exchange->easy;

  curl_easy_setopt (easy, CURLOPT_PRIVATE, exchange);
  curl_easy_setopt (easy, CURLOPT_ERRORBUFFER, exchange->problem);
  track_socket_set_up (exchange);
  curl_easy_setopt (easy, CURLOPT_PREREQFUNCTION, on_send);
  curl_easy_setopt (easy, CURLOPT_PREREQDATA, exchange);
  curl_easy_setopt (easy, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt (easy, CURLOPT_HEADERDATA, exchange);
  curl_easy_setopt (easy, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt (easy, CURLOPT_WRITEDATA, exchange);
}

static void
set_manners (TrackExchange *exchange, const TrackTarget *target)
{
  const TrackUpstreamSettings *settings = &exchange->upstream->settings;
  CURL *easy = exchange->easy;

  curl_easy_setopt (easy, CURLOPT_HTTP_VERSION, (long) CURL_HTTP_VERSION_1_1);
  curl_easy_setopt (easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt (easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt (easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt (easy, CURLOPT_PROXY, "");
  /* Without this, letting go of a name that is being looked up waits for the answer. */
  curl_easy_setopt (easy, CURLOPT_QUICK_EXIT, 1L);
  curl_easy_setopt (easy, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt (easy, CURLOPT_CONNECTTIMEOUT_MS, (long) target->connect_ms);
  curl_easy_setopt (easy, CURLOPT_TIMEOUT_MS, (long) target->timeout_ms);
  curl_easy_setopt (easy, CURLOPT_MAXAGE_CONN, (long) ((settings->idle_ms + 999) / 1000));
  curl_easy_setopt (easy, CURLOPT_MAXLIFETIME_CONN, (long) settings->life_s);
  curl_easy_setopt (easy, CURLOPT_FORBID_REUSE, settings->max_idle == 0 ? 1L : 0L);
}

static void
set_request (TrackExchange *exchange, const TrackTarget *target)
{
  CURL *easy = exchange->easy;

  curl_easy_setopt (easy, CURLOPT_URL, target->url);
  curl_easy_setopt (easy, CURLOPT_HTTPHEADER, exchange->headers);
  if (exchange->body == NULL)
    {
      curl_easy_setopt (easy, CURLOPT_HTTPGET, 1L);
      return;
    }
  curl_easy_setopt (easy, CURLOPT_POST, 1L);
  curl_easy_setopt (easy, CURLOPT_POSTFIELDSIZE_LARGE,
                    (curl_off_t) g_bytes_get_size (exchange->body));
  curl_easy_setopt (easy, CURLOPT_POSTFIELDS,
                    g_bytes_get_size (exchange->body) > 0 ? g_bytes_get_data (exchange->body, NULL)
                                                          : "");
}

/* Scheme, host and port of @url; %NULL when it is none of ours. */
static char *
dup_peer (const char *url)
{
  const char *host = NULL;

  if (g_str_has_prefix (url, "https://"))
    host = url + strlen ("https://");
  else if (g_str_has_prefix (url, "http://"))
    host = url + strlen ("http://");
  if (host == NULL || host[0] == '\0' || !is_clean (url))
    return NULL;
  return g_strndup (url, (gsize) (host - url) + strcspn (host, "/?#"));
}

/**
 * track_exchange_set_up:
 * @exchange: with its handle, fresh or reset
 * @target: where to
 * @error: %TRACK_UPSTREAM_ERROR_TARGET
 *
 * Tells the library everything about @exchange.
 *
 * Returns: whether it can be sent
 */
gboolean
track_exchange_set_up (TrackExchange *exchange, const TrackTarget *target, GError **error)
{
  exchange->peer = dup_peer (target->url);
  if (exchange->peer == NULL)
    {
      g_set_error_literal (error, TRACK_UPSTREAM_ERROR, TRACK_UPSTREAM_ERROR_TARGET,
                           "the address is neither https:// nor http:// and a host");
      return FALSE;
    }
  if (!take_headers (exchange, target->headers, error))
    return FALSE;
  exchange->may_repeat = target->may_repeat;
  exchange->timeout_ms = target->timeout_ms;
  set_funcs (exchange);
  set_manners (exchange, target);
  set_tls (exchange, target);
  set_request (exchange, target);
  return TRUE;
}
