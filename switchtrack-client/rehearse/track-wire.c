/* SPDX-License-Identifier: EUPL-1.2 */
/* Blocking HTTP/1.1 over GIO's sockets: a command that runs alone may wait, and must see every byte itself. */
#include "rehearse/track-wire.h"

#include <string.h>

#include "base/clock.h"
#include "listener-certificate.h"

#define MAX_HEAD_BYTES (64 * 1024)
#define MAX_BODY_BYTES (16 * 1024 * 1024)

struct _TrackWireTarget
{
  GSocketConnectable *address;
  char *authority;
  char *path;
  gboolean is_tls;
  GTlsDatabase *trust;
  GTlsCertificate *certificate;
  char **pins;
  guint timeout_s;
};

struct _TrackWire
{
  GIOStream *stream;
  GSocketConnection *connection;
  GString *buffer; /* read and not used yet */
  guint timeout_s;
  gboolean is_at_end;
};

/* The reading of one answer. */
typedef struct
{
  TrackWire *wire;
  TrackWirePace pace;
  gint64 deadline_us;
} Reading;

static gboolean
refuse (const char *what, GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, what);
  return FALSE;
}

/* --- where to ---------------------------------------------------------------------------------- */

static gboolean
read_address (TrackWireTarget *target, const char *text, GError **error)
{
  g_autoptr (GUri) uri = g_uri_parse (text, G_URI_FLAGS_NONE, error);
  if (uri == NULL)
    return FALSE;
  const char *scheme = g_uri_get_scheme (uri);
  target->is_tls = g_str_equal (scheme, "https");
  if ((!target->is_tls && !g_str_equal (scheme, "http")) || g_uri_get_host (uri) == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   "\"%s\" is no address of an endpoint: https://HOST[:PORT]/PATH", text);
      return FALSE;
    }
  int port = g_uri_get_port (uri) > 0 ? g_uri_get_port (uri) : target->is_tls ? 443 : 80;
  target->address = g_network_address_new (g_uri_get_host (uri), (guint16) port);
  target->authority = g_strdup_printf ("%s:%d", g_uri_get_host (uri), port);
  target->path = g_strdup (*g_uri_get_path (uri) == '\0' ? "/" : g_uri_get_path (uri));
  return TRUE;
}

/**
 * track_wire_target_new:
 *
 * Reads the address and the certificates.
 *
 * Errors: those of GUri, G_IO_ERROR and G_TLS_ERROR, with what to correct. Any thread.
 *
 * Returns: (transfer full): where connections go
 */
TrackWireTarget *
track_wire_target_new (const TrackWireSettings *settings, GError **error)
{
  g_autoptr (TrackWireTarget) target = g_new0 (TrackWireTarget, 1);
  target->timeout_s = settings->timeout_s;
  if (settings->pins != NULL && settings->pins[0] != NULL)
    target->pins = g_strdupv ((char **) settings->pins);
  if (!read_address (target, settings->url, error))
    return NULL;
  if (settings->ca_file != NULL)
    {
      target->trust = g_tls_file_database_new (settings->ca_file, error);
      if (target->trust == NULL)
        return NULL;
    }
  if (settings->certificate_file != NULL)
    {
      const char *key =
        settings->key_file != NULL ? settings->key_file : settings->certificate_file;
      target->certificate =
        g_tls_certificate_new_from_files (settings->certificate_file, key, error);
      if (target->certificate == NULL)
        return NULL;
    }
  if (target->pins != NULL && !target->is_tls)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                           "an address without TLS shows no key that could be pinned");
      return NULL;
    }
  return g_steal_pointer (&target);
}

/**
 * track_wire_target_free:
 * @target: (nullable) (transfer full):
 */
void
track_wire_target_free (TrackWireTarget *target)
{
  if (target == NULL)
    return;
  g_clear_object (&target->address);
  g_clear_object (&target->trust);
  g_clear_object (&target->certificate);
  g_strfreev (target->pins);
  g_free (target->authority);
  g_free (target->path);
  g_free (target);
}

/* As the gateway does it: beside the chain, not instead of it. */
static gboolean
check_pin (const TrackWireTarget *target, GTlsConnection *tls, GError **error)
{
  GTlsCertificate *shown = g_tls_connection_get_peer_certificate (tls);
  g_autoptr (ListenerCertificateInfo) info = NULL;
  g_autofree char *pem = NULL;
  if (target->pins == NULL)
    return TRUE;
  if (shown != NULL)
    g_object_get (shown, "certificate-pem", &pem, NULL);
  info = pem == NULL ? NULL : listener_certificate_read (pem, strlen (pem));
  if (info != NULL && g_strv_contains ((const char *const *) target->pins, info->pin))
    return TRUE;
  g_set_error (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE,
               "its public key is none of those that are pinned; it is %s",
               info == NULL ? "not readable" : info->pin);
  return FALSE;
}

static GIOStream *
begin_tls (const TrackWireTarget *target, GSocketConnection *connection, GError **error)
{
  g_autoptr (GIOStream) tls =
    g_tls_client_connection_new (G_IO_STREAM (connection), target->address, error);
  if (tls == NULL)
    return NULL;
  if (target->trust != NULL)
    g_tls_connection_set_database (G_TLS_CONNECTION (tls), target->trust);
  if (target->certificate != NULL)
    g_tls_connection_set_certificate (G_TLS_CONNECTION (tls), target->certificate);
  /* An endpoint that ends a connection without TLS's own farewell has still answered. */
  g_tls_connection_set_require_close_notify (G_TLS_CONNECTION (tls), FALSE);
  if (!g_tls_connection_handshake (G_TLS_CONNECTION (tls), NULL, error) ||
      !check_pin (target, G_TLS_CONNECTION (tls), error))
    return NULL;
  return g_steal_pointer (&tls);
}

/**
 * track_wire_open:
 *
 * Connects, straight (no proxy), with TLS where the address says so. Blocks.
 *
 * Errors: G_IO_ERROR, G_RESOLVER_ERROR, G_TLS_ERROR.
 *
 * Returns: (transfer full): a connection
 */
TrackWire *
track_wire_open (const TrackWireTarget *target, GError **error)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection = NULL;
  g_autoptr (GIOStream) stream = NULL;
  g_socket_client_set_enable_proxy (client, FALSE);
  g_socket_client_set_timeout (client, target->timeout_s);
  connection = g_socket_client_connect (client, target->address, NULL, error);
  if (connection == NULL)
    return NULL;
  stream = target->is_tls ? begin_tls (target, connection, error)
                          : G_IO_STREAM (g_object_ref (connection));
  if (stream == NULL)
    return NULL;
  TrackWire *wire = g_new0 (TrackWire, 1);
  wire->stream = g_steal_pointer (&stream);
  wire->connection = g_steal_pointer (&connection);
  wire->buffer = g_string_new (NULL);
  wire->timeout_s = target->timeout_s;
  return wire;
}

/**
 * track_wire_close:
 * @wire: (nullable) (transfer full):
 *
 * Ends the connection without waiting for the other side.
 */
void
track_wire_close (TrackWire *wire)
{
  if (wire == NULL)
    return;
  g_socket_close (g_socket_connection_get_socket (wire->connection), NULL);
  g_clear_object (&wire->stream);
  g_clear_object (&wire->connection);
  g_string_free (wire->buffer, TRUE);
  g_free (wire);
}

/* --- out --------------------------------------------------------------------------------------- */

/**
 * track_wire_dup_post:
 * @soap_action: (nullable): with its quotes
 *
 * Returns: (transfer full): a whole request
 */
GString *
track_wire_dup_post (const TrackWireTarget *target,
                     const char *content_type,
                     const char *soap_action,
                     const char *body,
                     gsize n_body)
{
  GString *text = g_string_sized_new (n_body + 512);
  g_string_append_printf (text,
                          "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: %s\r\n"
                          "Content-Length: %" G_GSIZE_FORMAT "\r\nAccept-Encoding: identity\r\n",
                          target->path, target->authority, content_type, n_body);
  if (soap_action != NULL)
    g_string_append_printf (text, "SOAPAction: %s\r\n", soap_action);
  g_string_append (text, "\r\n");
  g_string_append_len (text, body, (gssize) n_body);
  return text;
}

/**
 * track_wire_write:
 * @pace: (nullable):
 *
 * Errors: G_IO_ERROR; BROKEN_PIPE or CONNECTION_CLOSED when the other side went. Blocks.
 */
gboolean
track_wire_write (TrackWire *wire,
                  const char *bytes,
                  gsize n_bytes,
                  const TrackWirePace *pace,
                  GError **error)
{
  GOutputStream *out = g_io_stream_get_output_stream (wire->stream);
  gsize n_step = pace != NULL && pace->n_bytes > 0 ? pace->n_bytes : MAX (n_bytes, 1);
  for (gsize at = 0; at < n_bytes; at += n_step)
    {
      if (at > 0 && pace != NULL && pace->pause_us > 0)
        clock_pause_us (pace->pause_us);
      if (!g_output_stream_write_all (out, bytes + at, MIN (n_step, n_bytes - at), NULL, NULL,
                                      error))
        return FALSE;
    }
  return TRUE;
}

/* --- in ---------------------------------------------------------------------------------------- */

/* More bytes into the buffer; at the end of the stream none. */
static gboolean
fill (Reading *reading, GError **error)
{
  TrackWire *wire = reading->wire;
  char bytes[16384];
  gsize n_most =
    reading->pace.n_bytes > 0 ? MIN (reading->pace.n_bytes, sizeof bytes) : sizeof bytes;
  if (clock_monotonic_us () > reading->deadline_us)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "the answer did not end");
      return FALSE;
    }
  if (reading->pace.pause_us > 0)
    clock_pause_us (reading->pace.pause_us);
  gssize n_read =
    g_input_stream_read (g_io_stream_get_input_stream (wire->stream), bytes, n_most, NULL, error);
  if (n_read < 0)
    return FALSE;
  wire->is_at_end = n_read == 0;
  g_string_append_len (wire->buffer, bytes, n_read);
  return TRUE;
}

/* Bytes up to and with @end, taken out of the buffer. */
static char *
take_until (Reading *reading, const char *end, GError **error)
{
  GString *buffer = reading->wire->buffer;
  const char *found;
  while ((found = memmem (buffer->str, buffer->len, end, strlen (end))) == NULL)
    {
      if (buffer->len > MAX_HEAD_BYTES)
        return refuse ("the head of the answer does not end", error), NULL;
      if (!fill (reading, error))
        return NULL;
      if (reading->wire->is_at_end)
        {
          g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED,
                               "the connection ended without a whole answer");
          return NULL;
        }
    }
  gsize n_taken = (gsize) (found - buffer->str) + strlen (end);
  char *text = g_strndup (buffer->str, n_taken);
  g_string_erase (buffer, 0, (gssize) n_taken);
  return text;
}

static gboolean
take_bytes (Reading *reading, gsize n_bytes, GString *out, GError **error)
{
  GString *buffer = reading->wire->buffer;
  if (n_bytes > MAX_BODY_BYTES - out->len)
    return refuse ("the answer is larger than 16 MiB", error);
  while (buffer->len < n_bytes)
    {
      if (!fill (reading, error))
        return FALSE;
      if (reading->wire->is_at_end)
        {
          g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT,
                               "the connection ended within the answer");
          return FALSE;
        }
    }
  g_string_append_len (out, buffer->str, (gssize) n_bytes);
  g_string_erase (buffer, 0, (gssize) n_bytes);
  return TRUE;
}

static gboolean
take_chunks (Reading *reading, GString *out, GError **error)
{
  for (;;)
    {
      g_autofree char *line = take_until (reading, "\r\n", error);
      g_autoptr (GString) end = g_string_new (NULL);
      guint64 n_chunk;
      if (line == NULL)
        return FALSE;
      line[strcspn (line, ";\r")] = '\0';
      if (!g_ascii_string_to_unsigned (line, 16, 0, MAX_BODY_BYTES, &n_chunk, NULL))
        return refuse ("a chunk of the answer has no length", error);
      if (!take_bytes (reading, (gsize) n_chunk, out, error) ||
          !take_bytes (reading, 2, end, error))
        return FALSE;
      if (n_chunk == 0)
        return TRUE;
    }
}

static gboolean
take_rest (Reading *reading, GString *out, GError **error)
{
  while (!reading->wire->is_at_end)
    if (!fill (reading, error))
      return FALSE;
  return take_bytes (reading, reading->wire->buffer->len, out, error);
}

/* The value of a header field, without blanks around it; NULL when there is none. */
static char *
dup_field (char **lines, const char *name)
{
  gsize n_name = strlen (name);
  for (guint i = 1; lines[i] != NULL; i++)
    if (g_ascii_strncasecmp (lines[i], name, n_name) == 0 && lines[i][n_name] == ':')
      return g_strstrip (g_strdup (lines[i] + n_name + 1));
  return NULL;
}

static gboolean
read_body (Reading *reading, char **lines, TrackWireAnswer *answer, GError **error)
{
  g_autofree char *length = dup_field (lines, "Content-Length");
  g_autofree char *coding = dup_field (lines, "Transfer-Encoding");
  g_autofree char *connection = dup_field (lines, "Connection");
  g_autoptr (GString) body = g_string_new (NULL);
  guint64 n_body = 0;
  answer->closes = (connection != NULL && g_ascii_strcasecmp (connection, "close") == 0) ||
                   g_str_has_prefix (lines[0], "HTTP/1.0");
  if (length != NULL && !g_ascii_string_to_unsigned (length, 10, 0, MAX_BODY_BYTES, &n_body, NULL))
    return refuse ("the answer's length is no number up to 16 MiB", error);
  gboolean is_read;
  if (coding != NULL && g_ascii_strcasecmp (coding, "chunked") == 0)
    is_read = take_chunks (reading, body, error);
  else if (length != NULL)
    is_read = take_bytes (reading, (gsize) n_body, body, error);
  else
    {
      answer->closes = TRUE;
      is_read = take_rest (reading, body, error);
    }
  if (is_read)
    answer->body = g_string_free_to_bytes (g_steal_pointer (&body));
  return is_read;
}

/**
 * track_wire_read:
 * @pace: (nullable):
 * @out_answer: (out caller-allocates): to be cleared; untouched on failure
 *
 * Reads one answer, interim ones passed over. Blocks, at most four times the time-out.
 *
 * Errors: G_IO_ERROR: CONNECTION_CLOSED without an answer, PARTIAL_INPUT within it, TIMED_OUT,
 * INVALID_DATA when it is not HTTP.
 */
gboolean
track_wire_read (TrackWire *wire,
                 const TrackWirePace *pace,
                 TrackWireAnswer *out_answer,
                 GError **error)
{
  Reading reading = { .wire = wire };
  g_auto (TrackWireAnswer) answer = { 0 };
  g_auto (GStrv) lines = NULL;
  reading.deadline_us = clock_monotonic_us () + 4 * (gint64) wire->timeout_s * G_USEC_PER_SEC;
  if (pace != NULL)
    reading.pace = *pace;
  do
    {
      g_autofree char *head = take_until (&reading, "\r\n\r\n", error);
      guint64 status;
      if (head == NULL)
        return FALSE;
      g_clear_pointer (&lines, g_strfreev);
      lines = g_strsplit (head, "\r\n", -1);
      g_autofree char *digits = strlen (lines[0]) >= 12 ? g_strndup (lines[0] + 9, 3) : NULL;
      if (!g_str_has_prefix (lines[0], "HTTP/1.") || digits == NULL ||
          !g_ascii_string_to_unsigned (digits, 10, 100, 599, &status, NULL))
        return refuse ("the answer is not HTTP", error);
      answer.status = (guint) status;
    }
  while (answer.status < 200);
  answer.content_type = dup_field (lines, "Content-Type");
  if (answer.content_type == NULL)
    answer.content_type = g_strdup ("");
  if (!read_body (&reading, lines, &answer, error))
    return FALSE;
  *out_answer = answer;
  answer = (TrackWireAnswer){ 0 };
  return TRUE;
}

/**
 * track_wire_answer_clear:
 *
 * Frees what it holds.
 */
void
track_wire_answer_clear (TrackWireAnswer *answer)
{
  g_clear_pointer (&answer->content_type, g_free);
  g_clear_pointer (&answer->body, g_bytes_unref);
}
