/* SPDX-License-Identifier: EUPL-1.2 */
/* Certificate, key and authorities, read together and held in memory: what a file becomes later changes nothing. */

#include "upstream/track-upstream-private.h"

#include "listener-tls.h"
#include "listener-trust.h"

#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

/* Of three files each; a path may have 4096 bytes. */
#define MAX_NAMES 1500

static gboolean
is_given (const char *path)
{
  return path != NULL && path[0] != '\0';
}

static gboolean
fail (GError **error, const char *path, const char *why)
{
  g_set_error (error, TRACK_UPSTREAM_ERROR, TRACK_UPSTREAM_ERROR_KEYS, "%s: %s", path, why);
  return FALSE;
}

/*
 * Descriptors are numbered anew when old ones are closed, and the library knows kept connections by these names: so
 * none comes twice, as long as a connection of its first use may be kept.
 */
static char *
dup_name (int fd)
{
  static guint n_names;
  g_autoptr (GString) name = g_string_new ("/proc/self/fd/");

  for (guint i = 0; i < n_names % MAX_NAMES; i++)
    g_string_append (name, "./");
  n_names++;
  g_string_append_printf (name, "%d", fd);
  return g_string_free (g_steal_pointer (&name), FALSE);
}

/*
 * The library reads names of files, at every handshake. It gets the names of descriptors of memory, so that it never
 * sees one half of a renewal, and so that connections made with other keys are not mistaken for ours.
 */
static gboolean
load_file (const char *path, int *out_fd, char **out_path, GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) problem = NULL;
  gsize n_bytes;

  if (!is_given (path))
    return TRUE;
  if (!g_file_get_contents (path, &text, &n_bytes, &problem))
    return fail (error, path, problem->message);
  *out_fd = memfd_create ("switchtrack", MFD_CLOEXEC);
  if (*out_fd < 0 || write (*out_fd, text, n_bytes) != (gssize) n_bytes)
    return fail (error, path, g_strerror (errno));
  explicit_bzero (text, n_bytes);
  *out_path = dup_name (*out_fd);
  return TRUE;
}

/* Whether key and certificate are a pair, both readable and the key not open to others. */
static gboolean
check_pair (TrackKeys *keys, const TrackUpstreamSettings *settings, GError **error)
{
  ListenerTlsSettings pair = {
    .certificate_file = settings->certificate_file,
    .key_file = settings->key_file,
    .client_certificate = LISTENER_CLIENT_CERTIFICATE_NONE,
  };
  g_autoptr (ListenerTls) tls = NULL;
  g_autoptr (GError) problem = NULL;

  if (!is_given (settings->certificate_file) && !is_given (settings->key_file))
    return TRUE;
  if (!is_given (settings->certificate_file))
    return fail (error, settings->key_file, "a key needs its certificate; name both or none");
  if (!is_given (settings->key_file))
    return fail (error, settings->certificate_file,
                 "a certificate needs its key; name both or none");
  tls = listener_tls_new (&pair, &problem);
  if (tls == NULL)
    {
      g_set_error_literal (error, TRACK_UPSTREAM_ERROR, TRACK_UPSTREAM_ERROR_KEYS,
                           problem->message);
      return FALSE;
    }
  keys->until_us = listener_tls_get_expiry_unix_us (tls);
  return TRUE;
}

static gboolean
check_authorities (const TrackUpstreamSettings *settings, GError **error)
{
  ListenerTrustSettings trusted = { .trust_file = settings->ca_file };
  g_autoptr (GError) problem = NULL;
  ListenerTrust *trust;

  if (!is_given (settings->ca_file))
    return TRUE;
  trust = listener_trust_new (&trusted, &problem);
  if (trust == NULL)
    {
      g_set_error_literal (error, TRACK_UPSTREAM_ERROR, TRACK_UPSTREAM_ERROR_KEYS,
                           problem->message);
      return FALSE;
    }
  listener_trust_unref (trust);
  return TRUE;
}

static void
clear_keys (gpointer data)
{
  TrackKeys *keys = data;
  const int fds[] = { keys->ca_fd, keys->certificate_fd, keys->key_fd };

  for (guint i = 0; i < G_N_ELEMENTS (fds); i++)
    if (fds[i] >= 0)
      close (fds[i]);
  g_free (keys->ca_path);
  g_free (keys->certificate_path);
  g_free (keys->key_path);
}

/**
 * track_keys_load:
 * @settings: which files
 * @error: %TRACK_UPSTREAM_ERROR_KEYS, with the file and what is wrong with it
 *
 * Returns: (transfer full) (nullable): the keys as they stand now
 */
TrackKeys *
track_keys_load (const TrackUpstreamSettings *settings, GError **error)
{
  TrackKeys *keys = g_rc_box_new0 (TrackKeys);

  keys->ca_fd = keys->certificate_fd = keys->key_fd = -1;
  if (check_pair (keys, settings, error) && check_authorities (settings, error) &&
      load_file (settings->ca_file, &keys->ca_fd, &keys->ca_path, error) &&
      load_file (settings->certificate_file, &keys->certificate_fd, &keys->certificate_path,
                 error) &&
      load_file (settings->key_file, &keys->key_fd, &keys->key_path, error))
    return keys;
  track_keys_unref (keys);
  return NULL;
}

TrackKeys *
track_keys_ref (TrackKeys *keys)
{
  return g_rc_box_acquire (keys);
}

void
track_keys_unref (TrackKeys *keys)
{
  g_rc_box_release_full (keys, clear_keys);
}
