/* SPDX-License-Identifier: EUPL-1.2 */
/* A small server on the listener for the torture suite and for measuring: echoes, delays, large replies. */

#include "listener.h"

#include <glib-unix.h>
#include <stdlib.h>
#include <string.h>

#define TEXT "text/plain; charset=utf-8"

typedef struct
{
  GMainLoop *loop;
  Listener *listener;
  GBytes *fixed;
} Server;

static Server server;
static ListenerSettings settings;
static ListenerTlsSettings tls_settings;
static ListenerTrustSettings trust_settings;
static gboolean require_certificate;
static int max_connections;
static int max_per_peer;
static int max_body_bytes;
static int request_timeout_ms;
static int idle_timeout_ms;
static int reply_timeout_ms;
static int port;

static const GOptionEntry options[] = {
  { "port", 0, 0, G_OPTION_ARG_INT, &port, "TCP port, 0 for any", "N" },
  { "unix", 0, 0, G_OPTION_ARG_FILENAME, &settings.unix_path, "unix socket instead", "PATH" },
  { "max-connections", 0, 0, G_OPTION_ARG_INT, &max_connections, "cap", "N" },
  { "max-per-peer", 0, 0, G_OPTION_ARG_INT, &max_per_peer, "cap per peer", "N" },
  { "max-body", 0, 0, G_OPTION_ARG_INT, &max_body_bytes, "bytes", "N" },
  { "request-timeout", 0, 0, G_OPTION_ARG_INT, &request_timeout_ms, "milliseconds", "N" },
  { "idle-timeout", 0, 0, G_OPTION_ARG_INT, &idle_timeout_ms, "milliseconds", "N" },
  { "reply-timeout", 0, 0, G_OPTION_ARG_INT, &reply_timeout_ms, "milliseconds", "N" },
  { "certificate", 0, 0, G_OPTION_ARG_FILENAME, &tls_settings.certificate_file, "PEM", "FILE" },
  { "key", 0, 0, G_OPTION_ARG_FILENAME, &tls_settings.key_file, "PEM", "FILE" },
  { "trust", 0, 0, G_OPTION_ARG_FILENAME, &trust_settings.trust_file, "PEM", "FILE" },
  { "require", 0, 0, G_OPTION_ARG_NONE, &require_certificate, "client certificates", NULL },
  { NULL },
};

static guint64
query_number (ListenerRequest *request)
{
  const char *query = listener_request_get_query (request);

  return query != NULL ? g_ascii_strtoull (query, NULL, 10) : 0;
}

static void
echo (ListenerRequest *request)
{
  gsize n_bytes;
  const char *body = listener_request_get_body (request, &n_bytes);
  g_autoptr (GBytes) bytes = g_bytes_new (body, n_bytes);

  listener_request_reply (request, 200, "application/octet-stream", bytes);
}

static gboolean
on_delay_over (gpointer data)
{
  g_autoptr (ListenerRequest) request = data;

  echo (request);
  return G_SOURCE_REMOVE;
}

static void
reply_later (ListenerRequest *request)
{
  g_timeout_add ((guint) query_number (request), on_delay_over, listener_request_ref (request));
}

static void
reply_large (ListenerRequest *request)
{
  gsize n_bytes = query_number (request);
  char *body = g_malloc (n_bytes);

  memset (body, 'x', n_bytes);
  listener_request_reply_take (request, 200, TEXT, body, n_bytes);
}

static void
reply_counters (ListenerRequest *request)
{
  const ListenerCounters *counters = listener_get_counters (server.listener);
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "open %u\nbusy %u\nbody_bytes %" G_GSIZE_FORMAT "\n",
                          counters->n_open, counters->n_busy, counters->n_body_bytes);
  g_string_append_printf (text, "accepted %" G_GUINT64_FORMAT "\n", counters->n_accepted);
  g_string_append_printf (text, "gone %" G_GUINT64_FORMAT "\n", counters->n_gone);
  g_string_append_printf (text, "evicted %" G_GUINT64_FORMAT "\n", counters->n_evicted);
  g_string_append_printf (text, "timed_out_request %" G_GUINT64_FORMAT "\n",
                          counters->n_timed_out_request);
  g_string_append_printf (text, "timed_out_idle %" G_GUINT64_FORMAT "\n",
                          counters->n_timed_out_idle);
  g_string_append_printf (text, "timed_out_reply %" G_GUINT64_FORMAT "\n",
                          counters->n_timed_out_reply);
  for (guint i = 0; i < LISTENER_N_REFUSALS; i++)
    g_string_append_printf (text, "refused_%s %" G_GUINT64_FORMAT "\n",
                            listener_refusal_get_name (i), counters->n_refused[i]);
  listener_request_reply_take (request, 200, TEXT, text->str, text->len);
  g_string_free (text, FALSE);
}

static void
reply_identity (ListenerRequest *request)
{
  const ListenerIdentity *identity = listener_request_get_identity (request);
  char *text;

  if (identity == NULL)
    text = g_strdup_printf ("peer %s\n", listener_request_get_peer (request));
  else
    text = g_strdup_printf ("verified %d\nsubject %s\nissuer %s\nserial %s\nfingerprint %s\n",
                            identity->verified, identity->subject, identity->issuer,
                            identity->serial, identity->fingerprint_sha256);
  listener_request_reply_take (request, 200, TEXT, text, strlen (text));
}

static void
on_request (ListenerRequest *request, gpointer user_data)
{
  const char *path = listener_request_get_path (request);
  g_autoptr (GBytes) nothing = g_bytes_new_static ("", 0);

  if (strcmp (path, "/fixed") == 0)
    listener_request_reply (request, 200, "text/xml; charset=utf-8", server.fixed);
  else if (strcmp (path, "/echo") == 0)
    echo (request);
  else if (strcmp (path, "/later") == 0)
    reply_later (request);
  else if (strcmp (path, "/large") == 0)
    reply_large (request);
  else if (strcmp (path, "/counters") == 0)
    reply_counters (request);
  else if (strcmp (path, "/whoami") == 0)
    reply_identity (request);
  else if (strcmp (path, "/drop") != 0)
    listener_request_reply (request, 404, NULL, nothing);
}

static gboolean
on_signal (gpointer data)
{
  g_main_loop_quit (server.loop);
  return G_SOURCE_CONTINUE;
}

static void
apply_options (void)
{
  settings.port = (guint16) port;
  settings.address = settings.unix_path != NULL ? NULL : "127.0.0.1";
  settings.max_connections = (guint) max_connections;
  settings.max_connections_per_peer = (guint) max_per_peer;
  settings.max_body_bytes = (gsize) max_body_bytes;
  settings.request_timeout_ms = (guint) request_timeout_ms;
  settings.idle_timeout_ms = (guint) idle_timeout_ms;
  settings.reply_timeout_ms = (guint) reply_timeout_ms;
  tls_settings.client_certificate = require_certificate ? LISTENER_CLIENT_CERTIFICATE_REQUIRED
                                    : trust_settings.trust_file != NULL
                                      ? LISTENER_CLIENT_CERTIFICATE_OPTIONAL
                                      : LISTENER_CLIENT_CERTIFICATE_NONE;
}

static void
read_options (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;

  listener_settings_init (&settings);
  max_connections = (int) settings.max_connections;
  max_body_bytes = (int) settings.max_body_bytes;
  request_timeout_ms = (int) settings.request_timeout_ms;
  idle_timeout_ms = (int) settings.idle_timeout_ms;
  reply_timeout_ms = (int) settings.reply_timeout_ms;
  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    {
      g_printerr ("%s\n", error->message);
      exit (2);
    }
  apply_options ();
}

static GBytes *
make_fixed (void)
{
  char *text = g_malloc (4651);

  memset (text, 'x', 4651);
  return g_bytes_new_take (text, 4651);
}

static gboolean
serve (GError **error)
{
  g_autoptr (ListenerTls) tls = NULL;
  g_autoptr (ListenerTrust) trust = NULL;

  if (tls_settings.certificate_file != NULL)
    {
      if (trust_settings.trust_file != NULL)
        tls_settings.trust = trust = listener_trust_new (&trust_settings, error);
      if (trust != NULL || trust_settings.trust_file == NULL)
        tls = listener_tls_new (&tls_settings, error);
      if (tls == NULL)
        return FALSE;
      settings.tls = tls;
    }
  server.listener = listener_new (&settings, on_request, NULL, error);
  if (server.listener == NULL || !listener_start (server.listener, NULL, error))
    return FALSE;
  g_print ("port %u\n", listener_get_port (server.listener));
  g_main_loop_run (server.loop);
  listener_stop_accepting (server.listener);
  while (listener_n_busy (server.listener) > 0)
    g_main_context_iteration (NULL, TRUE);
  return TRUE;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  gboolean served;

  read_options (argc, argv);
  server.loop = g_main_loop_new (NULL, FALSE);
  server.fixed = make_fixed ();
  g_unix_signal_add (SIGTERM, on_signal, NULL);
  g_unix_signal_add (SIGINT, on_signal, NULL);
  served = serve (&error);
  if (!served)
    g_printerr ("%s\n", error->message);
  g_clear_pointer (&server.listener, listener_free);
  g_bytes_unref (server.fixed);
  g_main_loop_unref (server.loop);
  return served ? 0 : 1;
}
