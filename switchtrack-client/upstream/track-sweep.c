/* SPDX-License-Identifier: EUPL-1.2 */
/* Closes connections that were at rest too long, also when nobody calls. */

#include "upstream/track-upstream-private.h"

#include "base/clock.h"

#define LEAST_MS 1000

static curl_socket_t
refuse_socket (void *data, curlsocktype purpose, struct curl_sockaddr *address)
{
  return CURL_SOCKET_BAD;
}

/*
 * The library looks for connections that are too old, or were left, only when a request begins. So one begins that
 * gets no socket and goes nowhere.
 */
static CURL *
new_sweeper (const TrackUpstreamSettings *settings)
{
  CURL *easy = curl_easy_init ();

  if (easy == NULL)
    return NULL;
  curl_easy_setopt (easy, CURLOPT_URL, "http://127.0.0.1/");
  curl_easy_setopt (easy, CURLOPT_PROXY, "");
  curl_easy_setopt (easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt (easy, CURLOPT_OPENSOCKETFUNCTION, refuse_socket);
  curl_easy_setopt (easy, CURLOPT_FRESH_CONNECT, 1L);
  curl_easy_setopt (easy, CURLOPT_MAXAGE_CONN, (long) ((settings->idle_ms + 999) / 1000));
  curl_easy_setopt (easy, CURLOPT_MAXLIFETIME_CONN, (long) settings->life_s);
  return easy;
}

static void
arm (TrackUpstream *upstream, guint wait_ms)
{
  timer_arm (upstream->sweep, clock_monotonic_us () + MAX (wait_ms, LEAST_MS) * (gint64) 1000);
}

static void
on_sweep (gpointer data)
{
  TrackUpstream *upstream = data;

  if (upstream->n_open == 0 || upstream->is_sweeping)
    return;
  if (upstream->sweeper == NULL)
    upstream->sweeper = new_sweeper (&upstream->settings);
  if (upstream->sweeper == NULL)
    return;
  upstream->is_sweeping = curl_multi_add_handle (upstream->multi, upstream->sweeper) == CURLM_OK;
}

/* Nothing is kept: nothing is swept. */
void
track_sweep_start (TrackUpstream *upstream)
{
  if (upstream->settings.max_idle > 0)
    upstream->sweep = timer_new (upstream->settings.context, on_sweep, upstream);
}

/* Before the library's end. */
void
track_sweep_stop (TrackUpstream *upstream)
{
  g_clear_pointer (&upstream->sweep, timer_free);
  if (upstream->is_sweeping)
    curl_multi_remove_handle (upstream->multi, upstream->sweeper);
  g_clear_pointer (&upstream->sweeper, curl_easy_cleanup);
}

/* An exchange has ended: its connection may be at rest. */
void
track_sweep_due (TrackUpstream *upstream)
{
  if (upstream->sweep != NULL && timer_get_instant (upstream->sweep) == TIMER_NEVER)
    arm (upstream, upstream->settings.idle_ms);
}

/* The request that went nowhere has ended. */
void
track_sweep_done (TrackUpstream *upstream)
{
  curl_multi_remove_handle (upstream->multi, upstream->sweeper);
  upstream->is_sweeping = FALSE;
  if (upstream->n_open > 0)
    arm (upstream, upstream->settings.idle_ms / 4);
}
