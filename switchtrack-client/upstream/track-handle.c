/* SPDX-License-Identifier: EUPL-1.2 */
/* Handles of the library, told once what a target needs, and used again for the next exchange with it. */

#include "upstream/track-upstream-private.h"

#include <string.h>

#define MAX_SPARE 128
/* The library's own 64 KiB are taken from memory and given back with every request; the smallest that it allows. */
#define SEND_BYTES (16 * 1024)

/* Text that may stand in an address or a header. */
gboolean
track_handle_is_clean (const char *text)
{
  for (; *text != '\0'; text++)
    if (((guchar) *text < ' ' && *text != '\t') || *text == 0x7f)
      return FALSE;
  return TRUE;
}

static char *
dup_pins (const TrackTarget *target)
{
  return target->pins != NULL && target->pins[0] != NULL ? g_strjoinv (";", (char **) target->pins)
                                                         : NULL;
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
  if (host == NULL || host[0] == '\0' || !track_handle_is_clean (url))
    return NULL;
  return g_strndup (url, (gsize) (host - url) + strcspn (host, "/?#"));
}

static void
set_tls (TrackHandle *handle)
{
  CURL *easy = handle->easy;
  TrackKeys *keys = handle->keys;

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
  if (handle->pins != NULL)
    curl_easy_setopt (easy, CURLOPT_PINNEDPUBLICKEY, handle->pins);
}

/* What an exchange may tell otherwise while it runs. */
static void
set_changeable (TrackHandle *handle, const TrackUpstreamSettings *settings)
{
  CURL *easy = handle->easy;

  curl_easy_setopt (easy, CURLOPT_TIMEOUT_MS, (long) handle->timeout_ms);
  curl_easy_setopt (easy, CURLOPT_LOW_SPEED_LIMIT, 0L);
  curl_easy_setopt (easy, CURLOPT_FRESH_CONNECT, 0L);
  curl_easy_setopt (easy, CURLOPT_FORBID_REUSE, settings->max_idle == 0 ? 1L : 0L);
  handle->is_changed = FALSE;
}

static void
set_manners (TrackHandle *handle, const TrackUpstreamSettings *settings)
{
  CURL *easy = handle->easy;

  curl_easy_setopt (easy, CURLOPT_ERRORBUFFER, handle->problem);
  curl_easy_setopt (easy, CURLOPT_URL, handle->url);
  curl_easy_setopt (easy, handle->posts ? CURLOPT_POST : CURLOPT_HTTPGET, 1L);
  curl_easy_setopt (easy, CURLOPT_HTTP_VERSION, (long) CURL_HTTP_VERSION_1_1);
  curl_easy_setopt (easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt (easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt (easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt (easy, CURLOPT_PROXY, "");
  curl_easy_setopt (easy, CURLOPT_UPLOAD_BUFFERSIZE, (long) SEND_BYTES);
  /* Without this, letting go of a name that is being looked up waits for the answer. */
  curl_easy_setopt (easy, CURLOPT_QUICK_EXIT, 1L);
  curl_easy_setopt (easy, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt (easy, CURLOPT_CONNECTTIMEOUT_MS, (long) handle->connect_ms);
  curl_easy_setopt (easy, CURLOPT_MAXAGE_CONN, (long) ((settings->idle_ms + 999) / 1000));
  curl_easy_setopt (easy, CURLOPT_MAXLIFETIME_CONN, (long) settings->life_s);
  set_changeable (handle, settings);
}

static void
forget (TrackHandle *handle)
{
  g_clear_pointer (&handle->keys, track_keys_unref);
  g_clear_pointer (&handle->url, g_free);
  g_clear_pointer (&handle->peer, g_free);
  g_clear_pointer (&handle->pins, g_free);
}

/* Tells the library all about @target; what it was told before is forgotten. */
static void
set_up (TrackHandle *handle, TrackUpstream *upstream, const TrackTarget *target)
{
  forget (handle);
  handle->keys = track_keys_ref (upstream->keys);
  handle->url = g_strdup (target->url);
  handle->peer = dup_peer (target->url);
  handle->pins = dup_pins (target);
  handle->connect_ms = target->connect_ms;
  handle->timeout_ms = target->timeout_ms;
  handle->posts = target->body != NULL;
  curl_easy_reset (handle->easy);
  set_manners (handle, &upstream->settings);
  set_tls (handle);
  track_exchange_set_funcs (handle, upstream);
}

static gboolean
has_pins (const TrackHandle *handle, const TrackTarget *target)
{
  const char *at = handle->pins;

  for (guint i = 0; target->pins != NULL && target->pins[i] != NULL; i++)
    {
      gsize n_bytes = strlen (target->pins[i]);

      if (at == NULL || strncmp (at, target->pins[i], n_bytes) != 0 ||
          (at[n_bytes] != ';' && at[n_bytes] != '\0'))
        return FALSE;
      at = at[n_bytes] == '\0' ? NULL : at + n_bytes + 1;
    }
  return at == NULL;
}

static gboolean
is_for (const TrackHandle *handle, const TrackUpstream *upstream, const TrackTarget *target)
{
  return handle->keys == upstream->keys && handle->connect_ms == target->connect_ms &&
         handle->timeout_ms == target->timeout_ms && handle->posts == (target->body != NULL) &&
         strcmp (handle->url, target->url) == 0 && has_pins (handle, target);
}

static TrackHandle *
find_spare (TrackUpstream *upstream, const TrackTarget *target)
{
  TrackHandle *handle;

  for (GList *link = upstream->spare.head; link != NULL; link = link->next)
    if (is_for (link->data, upstream, target))
      {
        handle = link->data;
        g_queue_delete_link (&upstream->spare, link);
        return handle;
      }
  return NULL;
}

/* The one that was not used for longest is told another target. */
static TrackHandle *
make_handle (TrackUpstream *upstream)
{
  TrackHandle *handle =
    upstream->spare.length >= MAX_SPARE / 2 ? g_queue_pop_tail (&upstream->spare) : NULL;

  if (handle != NULL)
    return handle;
  handle = g_new0 (TrackHandle, 1);
  handle->easy = curl_easy_init ();
  if (handle->easy == NULL)
    g_clear_pointer (&handle, g_free);
  return handle;
}

/**
 * track_handle_take:
 * @target: where to
 * @error: %TRACK_UPSTREAM_ERROR_TARGET, or %TRACK_UPSTREAM_ERROR_LIMIT when there is no memory
 *
 * Returns: (transfer full) (nullable): a handle that knows @target but for headers and body; given back afterwards
 */
TrackHandle *
track_handle_take (TrackUpstream *upstream, const TrackTarget *target, GError **error)
{
  TrackHandle *handle = find_spare (upstream, target);
  g_autofree char *peer = handle == NULL ? dup_peer (target->url) : NULL;

  if (handle != NULL)
    return handle;
  if (peer == NULL)
    {
      g_set_error_literal (error, TRACK_UPSTREAM_ERROR, TRACK_UPSTREAM_ERROR_TARGET,
                           "the address is neither https:// nor http:// and a host");
      return NULL;
    }
  handle = make_handle (upstream);
  if (handle == NULL)
    g_set_error_literal (error, TRACK_UPSTREAM_ERROR, TRACK_UPSTREAM_ERROR_LIMIT,
                         "no memory left for an exchange");
  else
    set_up (handle, upstream, target);
  return handle;
}

/**
 * track_handle_give:
 * @handle: (transfer full): not in the library's hands any more
 */
void
track_handle_give (TrackUpstream *upstream, TrackHandle *handle)
{
  handle->exchange = NULL;
  if (upstream->spare.length >= MAX_SPARE)
    {
      track_handle_free (handle);
      return;
    }
  if (handle->is_changed)
    set_changeable (handle, &upstream->settings);
  curl_easy_setopt (handle->easy, CURLOPT_HTTPHEADER, NULL);
  curl_easy_setopt (handle->easy, CURLOPT_POSTFIELDS, NULL);
  g_queue_push_head (&upstream->spare, handle);
}

/* Lets go of it for good. */
void
track_handle_free (TrackHandle *handle)
{
  curl_easy_cleanup (handle->easy);
  forget (handle);
  g_free (handle);
}
