/* SPDX-License-Identifier: EUPL-1.2 */
/* What the library is told of one exchange, and what it says while that runs. */

#include "upstream/track-upstream-private.h"

#include "base/clock.h"
#include "listener-tls.h"

#include <string.h>

#define MAX_HEAD_BYTES      (64 * 1024)
#define SWITCHING_PROTOCOLS 101
#define EXPECT              "Expect:"

/*
 * Asked before the request goes out on a connection. The library sends a request again by itself when a kept
 * connection ends without an answer; whoever sits at the other end may have read it nevertheless. So the second time
 * is ours to allow: a read only, and on a connection that is made for it. Nothing has gone out on one that is left
 * for its state: there, it is the first time that comes.
 */
static int
on_send (void *data, char *peer, char *own, int peer_port, int own_port)
{
  TrackExchange *exchange = ((TrackHandle *) data)->exchange;
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

static void
spoil (TrackExchange *exchange)
{
  curl_easy_setopt (exchange->easy, CURLOPT_FORBID_REUSE, 1L);
}

/*
 * The library reads no more than was announced; bytes of TLS that lie decrypted behind it would be the beginning of the
 * next answer on this connection. What lies in the socket is seen before that is used again.
 */
static void
look_behind (TrackExchange *exchange)
{
  struct curl_tlssessioninfo *tls = NULL;

  if (exchange->length < 0 || exchange->n_answer < (guint64) exchange->length ||
      curl_easy_getinfo (exchange->easy, CURLINFO_TLS_SSL_PTR, &tls) != CURLE_OK || tls == NULL ||
      tls->backend != CURLSSLBACKEND_GNUTLS || tls->internals == NULL ||
      !listener_tls_has_unread (tls->internals))
    return;
  spoil (exchange);
}

static gboolean
tell_head (TrackExchange *exchange)
{
  curl_off_t length = -1;
  char *type = NULL;
  long status = 0;

  curl_easy_getinfo (exchange->easy, CURLINFO_RESPONSE_CODE, &status);
  /* After a 101 the library takes what follows for a body, though nobody asked for another protocol. */
  if (status < 200 && status != SWITCHING_PROTOCOLS)
    return TRUE;
  exchange->has_head = TRUE;
  exchange->is_ambiguous = has_two_lengths (exchange);
  if (exchange->is_ambiguous)
    return FALSE;
  curl_easy_getinfo (exchange->easy, CURLINFO_CONTENT_TYPE, &type);
  curl_easy_getinfo (exchange->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
  exchange->length = length;
  /*
   * Only what has shown a whole head is kept: the library would keep a connection that ended within one, too. What it
   * read behind a head without a body it throws away: nobody could say what it was.
   */
  if (length != 0 && exchange->upstream->settings.max_idle > 0)
    curl_easy_setopt (exchange->easy, CURLOPT_FORBID_REUSE, 0L);
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
  TrackExchange *exchange = ((TrackHandle *) data)->exchange;
  gsize n_bytes = size * n_items;

  exchange->n_head += n_bytes;
  if (exchange->is_cancelled || exchange->n_head > MAX_HEAD_BYTES)
    return 0;
  /* A line that goes on from the one before: others read it as a line of its own (RFC 9112 section 5.2). */
  exchange->is_ambiguous |= line[0] == ' ' || line[0] == '\t';
  if (exchange->is_ambiguous)
    return 0;
  if (exchange->has_head || n_bytes > 2)
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
  TrackExchange *exchange = ((TrackHandle *) data)->exchange;
  gsize n_bytes = size * n_items;

  if (exchange->is_cancelled || exchange->is_stopped || !exchange->has_head)
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
  look_behind (exchange);
  if (exchange->funcs.data != NULL)
    exchange->is_stopped = !exchange->funcs.data (exchange, bytes, n_bytes, exchange->data);
  return exchange->is_stopped || exchange->is_cancelled ? 0 : n_bytes;
}

/* All in one piece: the list, then its texts. */
static gboolean
take_headers (TrackExchange *exchange, const char *const *headers, GError **error)
{
  static const char *const none[] = { NULL };
  const char *const *lines = headers == NULL ? none : headers;
  gsize n_bytes = sizeof EXPECT;
  guint n_lines = 0;
  struct curl_slist *list;
  char *text;

  for (; lines[n_lines] != NULL; n_lines++)
    {
      n_bytes += strlen (lines[n_lines]) + 1;
      if (track_handle_is_clean (lines[n_lines]))
        continue;
      g_set_error_literal (error, TRACK_UPSTREAM_ERROR, TRACK_UPSTREAM_ERROR_TARGET,
                           "a header holds control characters");
      return FALSE;
    }
  list = exchange->headers = g_malloc ((n_lines + 1) * sizeof *list + n_bytes);
  text = (char *) (list + n_lines + 1);
  for (guint i = 0; i <= n_lines; i++)
    {
      const char *line = i == 0 ? EXPECT : lines[i - 1];

      list[i].data = text;
      list[i].next = i == n_lines ? NULL : &list[i + 1];
      text = g_stpcpy (text, line) + 1;
    }
  return TRUE;
}

/* What every exchange of @handle calls; the handle says which one it is. */
void
track_exchange_set_funcs (TrackHandle *handle, TrackUpstream *upstream)
{
  CURL *easy = handle->easy;

  curl_easy_setopt (easy, CURLOPT_PRIVATE, handle);
  track_socket_set_up (handle, upstream);
  curl_easy_setopt (easy, CURLOPT_PREREQFUNCTION, on_send);
  curl_easy_setopt (easy, CURLOPT_PREREQDATA, handle);
  curl_easy_setopt (easy, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt (easy, CURLOPT_HEADERDATA, handle);
  curl_easy_setopt (easy, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt (easy, CURLOPT_WRITEDATA, handle);
}

static void
set_request (TrackExchange *exchange)
{
  CURL *easy = exchange->easy;
  gsize n_bytes = 0;
  const char *bytes;

  curl_easy_setopt (easy, CURLOPT_HTTPHEADER, exchange->headers);
  if (exchange->body == NULL)
    return;
  bytes = g_bytes_get_data (exchange->body, &n_bytes);
  curl_easy_setopt (easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t) n_bytes);
  curl_easy_setopt (easy, CURLOPT_POSTFIELDS, n_bytes > 0 ? bytes : "");
}

/**
 * track_exchange_set_up:
 * @exchange: new
 * @target: where to
 * @error: %TRACK_UPSTREAM_ERROR_TARGET; %TRACK_UPSTREAM_ERROR_LIMIT when there is no memory
 *
 * Finds a handle for it, and tells the library what is new.
 *
 * Returns: whether it can be sent
 */
gboolean
track_exchange_set_up (TrackExchange *exchange, const TrackTarget *target, GError **error)
{
  if (!take_headers (exchange, target->headers, error))
    return FALSE;
  exchange->handle = track_handle_take (exchange->upstream, target, error);
  if (exchange->handle == NULL)
    return FALSE;
  exchange->handle->exchange = exchange;
  exchange->easy = exchange->handle->easy;
  exchange->may_repeat = target->may_repeat;
  if (target->body != NULL)
    exchange->body = g_bytes_ref (target->body);
  set_request (exchange);
  return TRUE;
}
