/* SPDX-License-Identifier: EUPL-1.2 */
/* One connection, plain or TLS, without waiting; sessions are resumed when asked for. */
#include "load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#define CHUNK_BYTES 65536

static gboolean
succeeded (int result, const char *what)
{
  if (result < 0)
    g_printerr ("%s: %s\n", what, gnutls_strerror (result));
  return result >= 0;
}

gboolean
load_target_init (LoadTarget *target, const LoadOptions *options)
{
  target->port = options->port;
  target->resume = options->resume;
  if (options->trust == NULL)
    return TRUE;
  if (!succeeded (gnutls_certificate_allocate_credentials (&target->credentials), "credentials") ||
      !succeeded (gnutls_certificate_set_x509_trust_file (target->credentials, options->trust,
                                                          GNUTLS_X509_FMT_PEM),
                  options->trust))
    return FALSE;
  return options->certificate == NULL ||
         succeeded (gnutls_certificate_set_x509_key_file (target->credentials, options->certificate,
                                                          options->key, GNUTLS_X509_FMT_PEM),
                    options->certificate);
}

void
load_target_clear (LoadTarget *target)
{
  gnutls_free (target->session.data);
  if (target->credentials != NULL)
    gnutls_certificate_free_credentials (target->credentials);
}

static gboolean
start_tls (LoadWire *wire, LoadTarget *target)
{
  if (gnutls_init (&wire->tls, GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL) < 0)
    return FALSE;
  gnutls_set_default_priority (wire->tls);
  gnutls_credentials_set (wire->tls, GNUTLS_CRD_CERTIFICATE, target->credentials);
  gnutls_session_set_verify_cert (wire->tls, NULL, 0);
  gnutls_transport_set_int (wire->tls, wire->fd);
  if (target->resume && target->session.data != NULL)
    gnutls_session_set_data (wire->tls, target->session.data, target->session.size);
  return TRUE;
}

gboolean
load_wire_open (LoadWire *wire, LoadTarget *target)
{
  struct sockaddr_in address = { .sin_family = AF_INET,
                                 .sin_port = htons ((guint16) target->port) };
  int on = 1;

  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  wire->tls = NULL;
  wire->fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (wire->fd < 0)
    return FALSE;
  if (connect (wire->fd, (struct sockaddr *) &address, sizeof address) != 0 ||
      setsockopt (wire->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0 ||
      fcntl (wire->fd, F_SETFL, O_NONBLOCK) != 0 ||
      (target->credentials != NULL && !start_tls (wire, target)))
    {
      load_wire_close (wire);
      return FALSE;
    }
  return TRUE;
}

LoadWireState
load_wire_shake (LoadWire *wire, LoadTarget *target)
{
  int result = wire->tls == NULL ? 0 : gnutls_handshake (wire->tls);

  if (result < 0 && !gnutls_error_is_fatal (result))
    return LOAD_WIRE_AGAIN;
  if (!succeeded (result, "handshake"))
    return LOAD_WIRE_FAILED;
  if (wire->tls != NULL && gnutls_session_is_resumed (wire->tls))
    target->n_resumed++;
  return LOAD_WIRE_DONE;
}

/* A call is far smaller than a socket's buffer: what does not go out at once is an error. */
gboolean
load_wire_send (LoadWire *wire, const char *bytes, gsize n_bytes)
{
  gssize n_sent = wire->tls == NULL ? send (wire->fd, bytes, n_bytes, MSG_NOSIGNAL)
                                    : gnutls_record_send (wire->tls, bytes, n_bytes);
  return n_sent == (gssize) n_bytes;
}

static void
keep_session (LoadWire *wire, LoadTarget *target)
{
  if (!(gnutls_session_get_flags (wire->tls) & GNUTLS_SFLAGS_SESSION_TICKET))
    return;
  gnutls_free (target->session.data);
  target->session.data = NULL;
  if (gnutls_session_get_data2 (wire->tls, &target->session) < 0)
    target->session.data = NULL;
}

/* Appends what has come; DONE when nothing more is there now and something came. */
LoadWireState
load_wire_read (LoadWire *wire, LoadTarget *target, GString *into)
{
  gsize before = into->len;

  for (;;)
    {
      char chunk[CHUNK_BYTES];
      gssize n_read = wire->tls == NULL ? recv (wire->fd, chunk, sizeof chunk, 0)
                                        : gnutls_record_recv (wire->tls, chunk, sizeof chunk);
      gboolean is_dry = wire->tls == NULL ? n_read < 0 && errno == EAGAIN
                                          : n_read < 0 && !gnutls_error_is_fatal ((int) n_read);
      if (n_read > 0)
        g_string_append_len (into, chunk, n_read);
      if (is_dry || (wire->tls == NULL && n_read > 0 && n_read < CHUNK_BYTES))
        break;
      if (n_read <= 0)
        return LOAD_WIRE_FAILED;
    }
  if (wire->tls != NULL && target->resume)
    keep_session (wire, target);
  return into->len > before ? LOAD_WIRE_DONE : LOAD_WIRE_AGAIN;
}

void
load_wire_close (LoadWire *wire)
{
  if (wire->tls != NULL)
    {
      gnutls_bye (wire->tls, GNUTLS_SHUT_WR);
      gnutls_deinit (wire->tls);
    }
  if (wire->fd >= 0)
    close (wire->fd);
  wire->tls = NULL;
  wire->fd = -1;
}
