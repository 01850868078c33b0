/* SPDX-License-Identifier: EUPL-1.2 */
/* One exchange: sent, paused, cancelled, ended. */

#include "upstream/track-upstream-private.h"

#include "base/clock.h"

static void
free_exchange (TrackExchange *exchange)
{
  if (exchange->handle != NULL)
    track_handle_free (exchange->handle);
  g_clear_pointer (&exchange->body, g_bytes_unref);
  g_free (exchange->headers);
  g_free (exchange);
}

/* Takes @exchange out of everything but its own memory; the library must not be at work. */
static void
detach (TrackExchange *exchange)
{
  TrackUpstream *upstream = exchange->upstream;

  curl_multi_remove_handle (upstream->multi, exchange->easy);
  track_upstream_loop_leave (exchange);
  g_queue_unlink (&upstream->running, &exchange->running_link);
  if (exchange->is_touched)
    g_queue_unlink (&upstream->touched, &exchange->touched_link);
  exchange->is_touched = FALSE;
  track_sweep_due (upstream);
}

/* Ends @exchange without a word to anybody. */
void
track_exchange_drop (TrackExchange *exchange)
{
  detach (exchange);
  free_exchange (exchange);
}

/* On a connection of its own, as the kept one is not what it was. */
static gboolean
send_afresh (TrackExchange *exchange)
{
  CURLM *multi = exchange->upstream->multi;

  exchange->needs_fresh = exchange->is_connected = FALSE;
  exchange->handle->problem[0] = '\0';
  curl_multi_remove_handle (multi, exchange->easy);
  track_upstream_loop_leave (exchange);
  curl_easy_setopt (exchange->easy, CURLOPT_FRESH_CONNECT, 1L);
  return curl_multi_add_handle (multi, exchange->easy) == CURLM_OK;
}

/* The library is done with @exchange: says so, and frees it. */
void
track_exchange_finish (TrackExchange *exchange, CURLcode code)
{
  const char *problem = NULL;
  TrackOutcome outcome;
  TrackTimes times;

  if (exchange->is_cancelled)
    {
      track_exchange_drop (exchange);
      return;
    }
  if (exchange->needs_fresh && code == CURLE_ABORTED_BY_CALLBACK && send_afresh (exchange))
    return;
  track_exchange_note_certificate (exchange);
  track_exchange_read_times (exchange, &times);
  outcome = track_exchange_judge (exchange, code, &problem);
  detach (exchange);
  exchange->is_cancelled = TRUE;
  exchange->funcs.done (exchange, outcome, &times, problem, exchange->data);
  free_exchange (exchange);
}

/* Has the library look at @exchange at once; there is no other way to say so without a socket. */
static void
make_look (TrackExchange *exchange)
{
  exchange->needs_look = FALSE;
  if (exchange->n_sent > 0)
    return;
  curl_easy_pause (exchange->easy, CURLPAUSE_SEND);
  curl_easy_pause (exchange->easy, CURLPAUSE_CONT);
}

/* Does with @exchange what had to wait until the library was not at work. */
void
track_exchange_settle (TrackExchange *exchange)
{
  TrackUpstream *upstream = exchange->upstream;
  CURLcode code;

  if (exchange->is_cancelled)
    {
      track_exchange_drop (exchange);
      return;
    }
  if (exchange->is_unwatched)
    {
      track_exchange_finish (exchange, CURLE_OUT_OF_MEMORY);
      return;
    }
  if (exchange->needs_look)
    make_look (exchange);
  if (!exchange->is_held || exchange->is_paused)
    return;
  exchange->is_held = FALSE;
  exchange->held_us += clock_monotonic_us () - exchange->held_since_us;
  curl_easy_setopt (exchange->easy, CURLOPT_TIMEOUT_MS,
                    (long) (exchange->handle->timeout_ms + exchange->held_us / 1000));
  upstream->n_nested++;
  code = curl_easy_pause (exchange->easy, CURLPAUSE_CONT);
  upstream->n_nested--;
  /* The library delivers at once, and its transfer does not end by what our functions say to that. */
  if (exchange->is_cancelled || exchange->is_stopped || exchange->is_too_large || code != CURLE_OK)
    track_exchange_finish (exchange, code != CURLE_OK ? code : CURLE_WRITE_ERROR);
}

static TrackExchange *
new_exchange (TrackUpstream *upstream, const TrackExchangeFuncs *funcs, gpointer data)
{
  TrackExchange *exchange = g_new0 (TrackExchange, 1);

  exchange->upstream = upstream;
  exchange->funcs = *funcs;
  exchange->data = data;
  exchange->length = -1;
  exchange->fd = -1;
  exchange->running_link.data = exchange->touched_link.data = exchange;
  return exchange;
}

/**
 * track_upstream_send:
 * @upstream: where calls are sent
 * @target: where to, what, and how long to wait; copied but for the body
 * @funcs: who hears of the answer; copied
 * @data: for @funcs
 * @error: %TRACK_UPSTREAM_ERROR_LIMIT or %TRACK_UPSTREAM_ERROR_TARGET: nothing was sent, @funcs are not called
 *
 * Sends a request as soon as the main context runs. Loop thread.
 *
 * Returns: (transfer none) (nullable): the exchange, valid until its `done` or its cancelling
 */
TrackExchange *
track_upstream_send (TrackUpstream *upstream,
                     const TrackTarget *target,
                     const TrackExchangeFuncs *funcs,
                     gpointer data,
                     GError **error)
{
  TrackExchange *exchange;

  if (upstream->running.length >= upstream->settings.max_parallel)
    {
      g_set_error (error, TRACK_UPSTREAM_ERROR, TRACK_UPSTREAM_ERROR_LIMIT,
                   "%u exchanges are under way, and no more are allowed", upstream->running.length);
      return NULL;
    }
  exchange = new_exchange (upstream, funcs, data);
  if (!track_exchange_set_up (exchange, target, error))
    {
      free_exchange (exchange);
      return NULL;
    }
  if (curl_multi_add_handle (upstream->multi, exchange->easy) != CURLM_OK)
    {
      g_set_error_literal (error, TRACK_UPSTREAM_ERROR, TRACK_UPSTREAM_ERROR_LIMIT,
                           "the HTTP library takes no more exchanges");
      free_exchange (exchange);
      return NULL;
    }
  g_queue_push_tail_link (&upstream->running, &exchange->running_link);
  return exchange;
}

/**
 * track_exchange_pause:
 * @exchange: under way
 *
 * Holds the answer's body back until track_exchange_resume(): at most the library's own buffer is read on, then the
 * peer waits. Bytes that are being delivered now count as taken. Meanwhile the peer's time does not run: how long this
 * may last is for the caller to say. Loop thread.
 */
void
track_exchange_pause (TrackExchange *exchange)
{
  exchange->is_paused = TRUE;
}

/**
 * track_exchange_resume:
 * @exchange: under way
 *
 * Lets the body come again, from the main context. Loop thread.
 */
void
track_exchange_resume (TrackExchange *exchange)
{
  exchange->is_paused = FALSE;
  if (exchange->is_held)
    track_upstream_loop_touch (exchange);
}

/**
 * track_exchange_cancel:
 * @exchange: (transfer full): under way; also from within one of its functions, but `done`
 *
 * Ends @exchange; its functions are not called again. Its connection is closed unless the answer was complete. Loop thread.
 */
void
track_exchange_cancel (TrackExchange *exchange)
{
  g_return_if_fail (!exchange->is_cancelled);

  exchange->is_cancelled = TRUE;
  if (exchange->upstream->n_nested > 0)
    track_upstream_loop_touch (exchange);
  else
    track_exchange_drop (exchange);
}

/**
 * track_exchange_find_header:
 * @exchange: in one of its functions
 * @name: of a field of the answer's head
 *
 * Returns: (transfer none) (nullable): its first value. Valid in the function.
 */
const char *
track_exchange_find_header (TrackExchange *exchange, const char *name)
{
  struct curl_header *header = NULL;

  if (curl_easy_header (exchange->easy, name, 0, CURLH_HEADER, -1, &header) != CURLHE_OK)
    return NULL;
  return header->value;
}

/**
 * track_exchange_is_repeated:
 * @exchange: in one of its functions
 *
 * Returns: whether the request went out twice
 */
gboolean
track_exchange_is_repeated (const TrackExchange *exchange)
{
  return exchange->n_sent > 1;
}

/**
 * track_exchange_is_sent:
 * @exchange: in one of its functions
 *
 * Returns: whether the peer may have had anything of the request
 */
gboolean
track_exchange_is_sent (const TrackExchange *exchange)
{
  return exchange->n_sent > 0;
}
