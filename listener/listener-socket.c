/* SPDX-License-Identifier: EUPL-1.2 */
/* The listening socket: numeric addresses and unix paths, bound and listening; and the text of a peer. */

#include "listener-private.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

typedef struct
{
  struct sockaddr_storage storage;
  socklen_t n_bytes;
} SocketAddress;

static gboolean
parse_address (const char *text, guint16 port, SocketAddress *out_address)
{
  SocketAddress address = { 0 };
  struct sockaddr_in *v4 = (struct sockaddr_in *) &address.storage;
  struct sockaddr_in6 *v6 = (struct sockaddr_in6 *) &address.storage;

  if (inet_pton (AF_INET, text, &v4->sin_addr) == 1)
    {
      v4->sin_family = AF_INET;
      v4->sin_port = htons (port);
      address.n_bytes = sizeof *v4;
    }
  else if (inet_pton (AF_INET6, text, &v6->sin6_addr) == 1)
    {
      v6->sin6_family = AF_INET6;
      v6->sin6_port = htons (port);
      address.n_bytes = sizeof *v6;
    }
  else
    return FALSE;
  *out_address = address;
  return TRUE;
}

static gboolean
is_loopback (const struct sockaddr_storage *address)
{
  const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *) address;

  if (address->ss_family == AF_INET)
    return (ntohl (((const struct sockaddr_in *) address)->sin_addr.s_addr) >> 24) == 127;
  return address->ss_family == AF_UNIX ||
         (address->ss_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK (&v6->sin6_addr));
}

/* Whether @address is a loopback address; what is no address is not. */
gboolean
listener_socket_is_local (const char *address)
{
  SocketAddress parsed;

  if (!parse_address (address, 0, &parsed))
    return FALSE;
  return is_loopback (&parsed.storage);
}

static int
fail (int fd, GError **error, const char *what, const char *where)
{
  int code = errno;

  if (fd >= 0)
    close (fd);
  g_set_error (error, LISTENER_ERROR, LISTENER_ERROR_ADDRESS, "cannot %s %s: %s", what, where,
               g_strerror (code));
  return -1;
}

static int
open_stream (int family)
{
  return socket (family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

static int
open_inet (const ListenerSettings *settings, guint16 *out_port, GError **error)
{
  SocketAddress address;
  int one = 1;
  int zero = 0;
  int fd;

  if (!parse_address (settings->address, settings->port, &address))
    {
      g_set_error (error, LISTENER_ERROR, LISTENER_ERROR_SETTINGS,
                   "listening address %s is neither an IPv4 nor an IPv6 address",
                   settings->address);
      return -1;
    }
  fd = open_stream (address.storage.ss_family);
  if (fd < 0)
    return fail (fd, error, "open a socket for", settings->address);
  setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (address.storage.ss_family == AF_INET6)
    setsockopt (fd, IPPROTO_IPV6, IPV6_V6ONLY, &zero, sizeof zero);
  if (bind (fd, (struct sockaddr *) &address.storage, address.n_bytes) < 0)
    return fail (fd, error, "bind", settings->address);
  if (listen (fd, (int) settings->backlog) < 0 ||
      getsockname (fd, (struct sockaddr *) &address.storage, &address.n_bytes) < 0)
    return fail (fd, error, "listen on", settings->address);
  /* The port stands at the same place in both families. */
  *out_port = ntohs (((struct sockaddr_in *) &address.storage)->sin_port);
  return fd;
}

/* A socket file that nobody answers on is left over from a process that died: remove it. */
static gboolean
remove_dead_socket (const struct sockaddr_un *name)
{
  struct stat status;
  gboolean alive;
  int fd;

  if (lstat (name->sun_path, &status) < 0)
    return errno == ENOENT;
  if (!S_ISSOCK (status.st_mode))
    {
      errno = EEXIST;
      return FALSE;
    }
  fd = open_stream (AF_UNIX);
  if (fd < 0)
    return FALSE;
  alive = connect (fd, (const struct sockaddr *) name, sizeof *name) == 0 || errno != ECONNREFUSED;
  close (fd);
  errno = EADDRINUSE;
  return !alive && unlink (name->sun_path) == 0;
}

static int
open_unix (const ListenerSettings *settings, GError **error)
{
  struct sockaddr_un name = { .sun_family = AF_UNIX };
  const char *path = settings->unix_path;
  int fd;

  if (strlen (path) >= sizeof name.sun_path)
    {
      g_set_error (error, LISTENER_ERROR, LISTENER_ERROR_SETTINGS,
                   "path of the unix socket is longer than %d bytes: %s",
                   (int) sizeof name.sun_path - 1, path);
      return -1;
    }
  memcpy (name.sun_path, path, strlen (path));
  if (!remove_dead_socket (&name))
    return fail (-1, error, "use", path);
  fd = open_stream (AF_UNIX);
  if (fd < 0)
    return fail (fd, error, "open a socket for", path);
  /* On Linux the mode of the socket before bind is what the file gets: no moment of wider access. */
  if (fchmod (fd, settings->unix_mode) < 0 ||
      bind (fd, (struct sockaddr *) &name, sizeof name) < 0 ||
      (settings->unix_group >= 0 && chown (path, (uid_t) -1, (gid_t) settings->unix_group) < 0) ||
      chmod (path, settings->unix_mode) < 0 || listen (fd, (int) settings->backlog) < 0)
    return fail (fd, error, "listen on", path);
  return fd;
}

static gboolean
is_option (int fd, int option, int wanted)
{
  int value = -1;
  socklen_t n_bytes = sizeof value;

  return getsockopt (fd, SOL_SOCKET, option, &value, &n_bytes) == 0 && value == wanted;
}

static const char *
find_fault (const ListenerSettings *settings, const struct sockaddr_storage *address)
{
  if (settings->proxied_trust != NULL && address->ss_family != AF_UNIX)
    return "the socket handed over for the proxy must be a unix socket";
  if (settings->tls == NULL && !settings->allow_plain_remote && !is_loopback (address))
    return "the socket handed over is not on a loopback address, and plain HTTP is for those only";
  return NULL;
}

/* Takes over the descriptor of @settings, which somebody else has bound; it is closed on failure. */
static int
adopt (const ListenerSettings *settings, guint16 *out_port, GError **error)
{
  static const char what[] = "the socket handed over, which must be a listening stream socket";
  struct sockaddr_storage address = { 0 };
  socklen_t n_bytes = sizeof address;
  int fd = settings->descriptor;
  const char *fault;

  if (!is_option (fd, SO_TYPE, SOCK_STREAM) || !is_option (fd, SO_ACCEPTCONN, 1))
    {
      errno = ENOTSOCK;
      return fail (fd, error, "use", what);
    }
  if (getsockname (fd, (struct sockaddr *) &address, &n_bytes) < 0 ||
      fcntl (fd, F_SETFL, fcntl (fd, F_GETFL) | O_NONBLOCK) < 0 ||
      fcntl (fd, F_SETFD, FD_CLOEXEC) < 0)
    return fail (fd, error, "use", what);
  fault = find_fault (settings, &address);
  if (fault != NULL)
    {
      close (fd);
      g_set_error_literal (error, LISTENER_ERROR, LISTENER_ERROR_SETTINGS, fault);
      return -1;
    }
  if (address.ss_family != AF_UNIX)
    *out_port = ntohs (((struct sockaddr_in *) &address)->sin_port);
  return fd;
}

/*
 * Opens the listening socket of @settings: non-blocking, close-on-exec. Returns -1 with
 * %LISTENER_ERROR_ADDRESS or %LISTENER_ERROR_SETTINGS.
 */
int
listener_socket_open (const ListenerSettings *settings, guint16 *out_port, GError **error)
{
  if (settings->descriptor >= 0)
    return adopt (settings, out_port, error);
  if (settings->unix_path != NULL)
    return open_unix (settings, error);
  return open_inet (settings, out_port, error);
}

/*
 * The text of the peer of @fd without its port ("192.0.2.1", "2001:db8::1", "unix:1000" with the user id),
 * and the key under which its connections are counted: the IPv4 address, or the first 64 bits of an IPv6
 * one, because a single client commands that many. All zero: not counted.
 */
GRefString *
listener_socket_peer_text (int fd, const struct sockaddr_storage *address, guint8 out_key[16])
{
  static const guint8 mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };
  char text[INET6_ADDRSTRLEN + 16] = "unknown";
  const struct sockaddr_in *v4 = (const struct sockaddr_in *) address;
  const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *) address;
  struct ucred credentials;
  socklen_t n_bytes = sizeof credentials;

  memset (out_key, 0, 16);
  if (address->ss_family == AF_INET)
    {
      memcpy (out_key, mapped, sizeof mapped);
      memcpy (out_key + 12, &v4->sin_addr, 4);
      inet_ntop (AF_INET, &v4->sin_addr, text, sizeof text);
    }
  else if (address->ss_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED (&v6->sin6_addr))
    {
      memcpy (out_key, &v6->sin6_addr, 16);
      inet_ntop (AF_INET, v6->sin6_addr.s6_addr + 12, text, sizeof text);
    }
  else if (address->ss_family == AF_INET6)
    {
      memcpy (out_key, &v6->sin6_addr, 8);
      inet_ntop (AF_INET6, &v6->sin6_addr, text, sizeof text);
    }
  else if (getsockopt (fd, SOL_SOCKET, SO_PEERCRED, &credentials, &n_bytes) == 0)
    g_snprintf (text, sizeof text, "unix:%u", (guint) credentials.uid);
  return g_ref_string_new (text);
}
