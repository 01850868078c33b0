/* SPDX-License-Identifier: EUPL-1.2 */
/* The life of the room: settings, keys read and read again, the end of all exchanges. */

#include "upstream/track-upstream-private.h"

G_DEFINE_QUARK (track - upstream - error - quark, track_upstream_error)

static void
free_peer (gpointer data)
{
  TrackPeerCertificate *peer = data;

  g_free (peer->subject);
  g_free (peer->pin);
  g_free (peer);
}

static void
copy_settings (TrackUpstream *upstream, const TrackUpstreamSettings *settings)
{
  upstream->settings = *settings;
  upstream->settings.ca_file = g_strdup (settings->ca_file);
  upstream->settings.certificate_file = g_strdup (settings->certificate_file);
  upstream->settings.key_file = g_strdup (settings->key_file);
  if (settings->context != NULL)
    g_main_context_ref (settings->context);
}

/* The library's process-wide start; once, before there are threads that could come in between. */
static gboolean
start_library (void)
{
  static gsize started;

  if (g_once_init_enter (&started))
    g_once_init_leave (&started, curl_global_init (CURL_GLOBAL_DEFAULT) == CURLE_OK ? 1 : 2);
  return started == 1;
}

static gboolean
start_multi (TrackUpstream *upstream)
{
  if (!start_library () || (upstream->multi = curl_multi_init ()) == NULL)
    return FALSE;
  curl_multi_setopt (upstream->multi, CURLMOPT_MAXCONNECTS,
                     (long) MAX (upstream->settings.max_idle, 1));
  curl_multi_setopt (upstream->multi, CURLMOPT_PIPELINING, (long) CURLPIPE_NOTHING);
  return track_upstream_loop_start (upstream);
}

/**
 * track_upstream_new:
 * @settings: keys, limits, context; copied
 * @error: %TRACK_UPSTREAM_ERROR_KEYS, with the sentence for the operator; %TRACK_UPSTREAM_ERROR_LIMIT when the system
 *   has no descriptor left
 *
 * Reads the keys. Nothing is connected before something is sent. Loop thread.
 *
 * Returns: (transfer full) (nullable): where calls are sent
 */
TrackUpstream *
track_upstream_new (const TrackUpstreamSettings *settings, GError **error)
{
  g_autoptr (TrackUpstream) upstream = g_new0 (TrackUpstream, 1);

  copy_settings (upstream, settings);
  upstream->sockets = g_hash_table_new (g_str_hash, g_str_equal);
  upstream->socket_names = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  upstream->peers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_peer);
  upstream->watched = g_array_new (FALSE, TRUE, sizeof (TrackWatched));
  upstream->keys = track_keys_load (settings, error);
  if (upstream->keys == NULL)
    return NULL;
  if (!start_multi (upstream))
    {
      g_set_error_literal (error, TRACK_UPSTREAM_ERROR, TRACK_UPSTREAM_ERROR_LIMIT,
                           "cannot start the HTTP library: no descriptor or memory left");
      return NULL;
    }
  track_sweep_start (upstream);
  return g_steal_pointer (&upstream);
}

/**
 * track_upstream_reload:
 * @upstream: where calls are sent
 * @error: %TRACK_UPSTREAM_ERROR_KEYS; the keys stay as they were
 *
 * Reads the keys again. Exchanges that begin from now on use them, on connections made with them; what runs goes on.
 * Loop thread.
 *
 * Returns: whether the new keys are used
 */
gboolean
track_upstream_reload (TrackUpstream *upstream, GError **error)
{
  TrackKeys *keys = track_keys_load (&upstream->settings, error);

  if (keys == NULL)
    return FALSE;
  track_keys_unref (upstream->keys);
  upstream->keys = keys;
  return TRUE;
}

/**
 * track_upstream_free:
 * @upstream: (transfer full): where calls are sent; not from within one of an exchange's functions
 *
 * Ends every exchange without a further word to anybody.
 */
void
track_upstream_free (TrackUpstream *upstream)
{
  GList *link;

  while ((link = upstream->running.head) != NULL)
    track_exchange_drop (link->data);
  track_sweep_stop (upstream);
  if (upstream->multi != NULL)
    curl_multi_cleanup (upstream->multi);
  track_upstream_loop_stop (upstream);
  g_hash_table_unref (upstream->sockets);
  g_hash_table_unref (upstream->socket_names);
  g_hash_table_unref (upstream->peers);
  g_array_unref (upstream->watched);
  g_clear_pointer (&upstream->keys, track_keys_unref);
  g_free ((char *) upstream->settings.ca_file);
  g_free ((char *) upstream->settings.certificate_file);
  g_free ((char *) upstream->settings.key_file);
  g_clear_pointer (&upstream->settings.context, g_main_context_unref);
  g_free (upstream);
}

/**
 * track_upstream_get_certificate_until_us:
 * @upstream: where calls are sent
 *
 * Returns: the last instant of the certificate that we show, Unix time; 0 without one
 */
gint64
track_upstream_get_certificate_until_us (const TrackUpstream *upstream)
{
  return upstream->keys->until_us;
}

/**
 * track_upstream_n_running:
 * @upstream: where calls are sent
 *
 * Returns: exchanges under way
 */
guint
track_upstream_n_running (const TrackUpstream *upstream)
{
  return upstream->running.length;
}
