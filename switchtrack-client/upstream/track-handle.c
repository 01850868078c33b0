/* SPDX-License-Identifier: EUPL-1.2 */
/* A handle of the library for one exchange, told what its target needs. */

#include "upstream/track-upstream-private.h"

#include <string.h>

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
  curl_easy_setopt (easy, CURLOPT_TIMEOUT_MS, (long) handle->timeout_ms);
  curl_easy_setopt (easy, CURLOPT_FORBID_REUSE, 1L);
}

/* Tells the library all about @target. */
static void
set_up (TrackHandle *handle, TrackUpstream *upstream, const TrackTarget *target)
{
  handle->keys = track_keys_ref (upstream->keys);
  handle->url = g_strdup (target->url);
  handle->pins = dup_pins (target);
  handle->connect_ms = target->connect_ms;
  handle->timeout_ms = target->timeout_ms;
  handle->posts = target->body != NULL;
  set_manners (handle, &upstream->settings);
  set_tls (handle);
  track_exchange_set_funcs (handle, upstream);
}

/*
 * A new one for each exchange, though it costs some microseconds: one that is used again keeps a pointer to the last
 * field of its last answer, which it has given back, and 7.88 writes behind it when the next answer's first line
 * begins with a blank.
 */
static TrackHandle *
make_handle (void)
{
  TrackHandle *handle = g_new0 (TrackHandle, 1);

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
 * Returns: (transfer full) (nullable): a handle that knows @target but for headers and body
 */
TrackHandle *
track_handle_take (TrackUpstream *upstream, const TrackTarget *target, GError **error)
{
  g_autofree char *peer = dup_peer (target->url);
  TrackHandle *handle;

  if (peer == NULL)
    {
      g_set_error_literal (error, TRACK_UPSTREAM_ERROR, TRACK_UPSTREAM_ERROR_TARGET,
                           "the address is neither https:// nor http:// and a host");
      return NULL;
    }
  handle = make_handle ();
  if (handle == NULL)
    g_set_error_literal (error, TRACK_UPSTREAM_ERROR, TRACK_UPSTREAM_ERROR_LIMIT,
                         "no memory left for an exchange");
  else
    {
      handle->peer = g_steal_pointer (&peer);
      set_up (handle, upstream, target);
    }
  return handle;
}

/**
 * track_handle_free:
 * @handle: (transfer full): not in the library's hands any more
 */
void
track_handle_free (TrackHandle *handle)
{
  curl_easy_cleanup (handle->easy);
  track_keys_unref (handle->keys);
  g_free (handle->url);
  g_free (handle->peer);
  g_free (handle->pins);
  g_free (handle);
}
