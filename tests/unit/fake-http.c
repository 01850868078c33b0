/* SPDX-License-Identifier: EUPL-1.2 */
/* An HTTP server of the test's own that says byte by byte what it is told to, on a thread for every connection. */
#include "fake-http.h"

#include <string.h>

struct _FakeHttp
{
  GSocketListener *listener;
  guint16 port;
  GThread *thread;
  GCancellable *stop;
  GMutex mutex;
  GPtrArray *requests; /* (element-type FakeRequest) */
  GPtrArray *threads;
  GPtrArray *sockets; /* (element-type GSocket): of everybody who ever connected */
  guint n_connections;
  FakeHandler handler;
  gpointer data;
  GTlsCertificate *certificate;
  GTlsDatabase *clients;
  const char *greeting; /* (nullable) */
};

struct _FakePeer
{
  FakeHttp *server;
  GIOStream *stream;
  GDataInputStream *input;
  gboolean is_ended;
  guint connection;
};

static void
free_request (gpointer data)
{
  FakeRequest *request = data;

  g_free (request->method);
  g_free (request->target);
  g_free (request->head);
  g_free (request->body);
  g_free (request);
}

/* FALSE: nobody listens any more. */
gboolean
fake_peer_say (FakePeer *peer, const char *bytes, gssize n_bytes)
{
  const gsize length = n_bytes < 0 ? strlen (bytes) : (gsize) n_bytes;
  const gboolean is_heard =
    g_output_stream_write_all (g_io_stream_get_output_stream (peer->stream), bytes, length, NULL,
                               NULL, NULL) &&
    g_output_stream_flush (g_io_stream_get_output_stream (peer->stream), NULL, NULL);

  peer->is_ended |= !is_heard;
  return is_heard;
}

void
fake_peer_answer (FakePeer *peer, const char *status, const char *headers, const char *body)
{
  g_autofree char *text = g_strdup_printf ("HTTP/1.1 %s\r\n%sContent-Length: %zu\r\n\r\n%s", status,
                                           headers, strlen (body), body);

  fake_peer_say (peer, text, -1);
}

void
fake_peer_end (FakePeer *peer)
{
  peer->is_ended = TRUE;
}

/* Keeps silent until the client leaves or the test ends. */
void
fake_peer_wait_for_end (FakePeer *peer)
{
  char byte;

  while (g_input_stream_read (G_INPUT_STREAM (peer->input), &byte, 1, NULL, NULL) > 0)
    ;
  peer->is_ended = TRUE;
}

static gboolean
on_accept_client (GTlsConnection *connection,
                  GTlsCertificate *certificate,
                  GTlsCertificateFlags errors,
                  gpointer data)
{
  return errors == 0;
}

/* Over TLS it would choose HTTP/2, which it does not speak, with whoever offers it. */
static GIOStream *
wrap (FakeHttp *server, GSocketConnection *connection)
{
  static const char *const protocols[] = { "h2", "http/1.1", NULL };
  GIOStream *stream;

  if (server->certificate == NULL)
    return G_IO_STREAM (g_object_ref (connection));
  stream = g_tls_server_connection_new (G_IO_STREAM (connection), server->certificate, NULL);
  g_tls_connection_set_advertised_protocols (G_TLS_CONNECTION (stream), protocols);
  if (server->clients != NULL)
    {
      g_object_set (stream, "authentication-mode", G_TLS_AUTHENTICATION_REQUIRED, NULL);
      g_tls_connection_set_database (G_TLS_CONNECTION (stream), server->clients);
      g_signal_connect (stream, "accept-certificate", G_CALLBACK (on_accept_client), NULL);
    }
  return stream;
}

static char *
read_head (FakePeer *peer)
{
  g_autoptr (GString) head = g_string_new (NULL);

  for (;;)
    {
      g_autofree char *line = g_data_input_stream_read_line (peer->input, NULL, NULL, NULL);

      if (line == NULL)
        return NULL;
      if (*line == '\0')
        return g_string_free (g_steal_pointer (&head), FALSE);
      g_string_append_printf (head, "%s\n", line);
    }
}

static char *
read_body (FakePeer *peer, const FakeRequest *request)
{
  g_autofree char *length = fake_request_dup_header (request, "Content-Length");
  const guint64 n_body = length != NULL ? g_ascii_strtoull (length, NULL, 10) : 0;
  char *body = g_malloc0 (n_body + 1);
  gsize n_read;

  g_input_stream_read_all (G_INPUT_STREAM (peer->input), body, n_body, &n_read, NULL, NULL);
  return body;
}

static FakeRequest *
read_request (FakePeer *peer)
{
  g_autofree char *head = read_head (peer);
  g_auto (GStrv) words = NULL;
  FakeRequest *request;

  if (head == NULL)
    return NULL;
  words = g_strsplit (head, " ", 3);
  request = g_new0 (FakeRequest, 1);
  request->method = g_strdup (words[0]);
  request->target = g_strdup (words[1]);
  request->connection = peer->connection;
  request->head = g_steal_pointer (&head);
  request->body = read_body (peer, request);
  g_mutex_lock (&peer->server->mutex);
  g_ptr_array_add (peer->server->requests, request);
  g_mutex_unlock (&peer->server->mutex);
  return request;
}

static gpointer
run_peer (gpointer data)
{
  FakePeer *peer = data;

  if (peer->server->greeting != NULL)
    fake_peer_say (peer, peer->server->greeting, -1);
  while (!peer->is_ended)
    {
      FakeRequest *request = read_request (peer);

      if (request == NULL)
        break;
      peer->server->handler (peer, request, peer->server->data);
    }
  g_io_stream_close (peer->stream, NULL, NULL);
  g_object_unref (peer->input);
  g_object_unref (peer->stream);
  g_free (peer);
  return NULL;
}

static gpointer
run_server (gpointer data)
{
  FakeHttp *server = data;

  for (;;)
    {
      g_autoptr (GSocketConnection) connection =
        g_socket_listener_accept (server->listener, NULL, server->stop, NULL);
      FakePeer *peer;

      if (connection == NULL)
        return NULL;
      peer = g_new0 (FakePeer, 1);
      peer->server = server;
      peer->connection = ++server->n_connections;
      peer->stream = wrap (server, connection);
      g_ptr_array_add (server->sockets, g_object_ref (g_socket_connection_get_socket (connection)));
      peer->input = g_data_input_stream_new (g_io_stream_get_input_stream (peer->stream));
      g_data_input_stream_set_newline_type (peer->input, G_DATA_STREAM_NEWLINE_TYPE_CR_LF);
      g_ptr_array_add (server->threads, g_thread_new ("fake-peer", run_peer, peer));
    }
}

/* On a free port of 127.0.0.1. */
FakeHttp *
fake_http_new (FakeHandler handler, gpointer data)
{
  FakeHttp *server = g_new0 (FakeHttp, 1);
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) bound = NULL;
  g_autoptr (GError) error = NULL;

  server->handler = handler;
  server->data = data;
  server->stop = g_cancellable_new ();
  server->requests = g_ptr_array_new_with_free_func (free_request);
  server->threads = g_ptr_array_new ();
  server->sockets = g_ptr_array_new_with_free_func (g_object_unref);
  server->listener = g_socket_listener_new ();
  g_socket_listener_add_address (server->listener, address, G_SOCKET_TYPE_STREAM,
                                 G_SOCKET_PROTOCOL_TCP, NULL, &bound, &error);
  g_assert_no_error (error);
  server->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  server->thread = g_thread_new ("fake-http", run_server, server);
  return server;
}

/* Before the first connection. */
void
fake_http_use_tls (FakeHttp *server, const char *certificate_file, const char *key_file)
{
  g_autoptr (GError) error = NULL;

  server->certificate = g_tls_certificate_new_from_files (certificate_file, key_file, &error);
  g_assert_no_error (error);
}

void
fake_http_demand_certificate (FakeHttp *server, const char *ca_file)
{
  g_autoptr (GError) error = NULL;

  server->clients = g_tls_file_database_new (ca_file, &error);
  g_assert_no_error (error);
}

/* Says it to everybody who connects, before a word is heard. */
void
fake_http_greet (FakeHttp *server, const char *greeting)
{
  server->greeting = greeting;
}

void
fake_http_free (FakeHttp *server)
{
  g_cancellable_cancel (server->stop);
  g_thread_join (server->thread);
  /* Not by the cancellable: a TLS stream of GLib 2.74 that is cancelled while it reads may lose its error. */
  for (guint i = 0; i < server->sockets->len; i++)
    g_socket_shutdown (g_ptr_array_index (server->sockets, i), TRUE, TRUE, NULL);
  for (guint i = 0; i < server->threads->len; i++)
    g_thread_join (g_ptr_array_index (server->threads, i));
  g_socket_listener_close (server->listener);
  g_object_unref (server->listener);
  g_ptr_array_unref (server->threads);
  g_ptr_array_unref (server->sockets);
  g_ptr_array_unref (server->requests);
  g_clear_object (&server->certificate);
  g_clear_object (&server->clients);
  g_object_unref (server->stop);
  g_mutex_clear (&server->mutex);
  g_free (server);
}

char *
fake_http_dup_uri (FakeHttp *server, const char *host, const char *path)
{
  return g_strdup_printf ("%s://%s:%u%s", server->certificate != NULL ? "https" : "http", host,
                          server->port, path);
}

guint
fake_http_count (FakeHttp *server)
{
  guint n_requests;

  g_mutex_lock (&server->mutex);
  n_requests = server->requests->len;
  g_mutex_unlock (&server->mutex);
  return n_requests;
}

guint
fake_http_count_connections (FakeHttp *server)
{
  return server->n_connections;
}

const FakeRequest *
fake_http_get (FakeHttp *server, guint i)
{
  const FakeRequest *request;

  g_mutex_lock (&server->mutex);
  g_assert_cmpuint (i, <, server->requests->len);
  request = g_ptr_array_index (server->requests, i);
  g_mutex_unlock (&server->mutex);
  return request;
}

/* The value of a header, NULL when it was not sent. */
char *
fake_request_dup_header (const FakeRequest *request, const char *name)
{
  g_auto (GStrv) lines = g_strsplit (request->head, "\n", -1);
  const gsize n_name = strlen (name);

  for (guint i = 1; lines[i] != NULL; i++)
    {
      if (g_ascii_strncasecmp (lines[i], name, n_name) == 0 && lines[i][n_name] == ':')
        return g_strstrip (g_strdup (lines[i] + n_name + 1));
    }
  return NULL;
}
