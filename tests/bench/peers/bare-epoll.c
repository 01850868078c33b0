/* SPDX-License-Identifier: EUPL-1.2 */
/* The reference: the operation behind epoll and a few lines of HTTP, without limits, time-outs, callers, rules or log. */
#include "bare-op.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG     1024
#define N_EVENTS    64
#define CHUNK_BYTES 65536
#define HEAD_BYTES  128
#define N_ARGUMENTS 3

typedef struct
{
  int fd;
  GString *in;
  GString *out; /* what did not go out at once */
} Connection;

static int
listen_on (guint16 port)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons (port) };
  int fd = socket (AF_INET, SOCK_STREAM, 0), on = 1;

  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  if (fd < 0 || setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
      bind (fd, (struct sockaddr *) &address, sizeof address) != 0 || listen (fd, BACKLOG) != 0)
    return -1;
  return fd;
}

static void
watch (int epoll, int operation, Connection *connection)
{
  struct epoll_event event = { .data.ptr = connection };

  event.events = EPOLLIN | (connection->out->len > 0 ? EPOLLOUT : 0);
  epoll_ctl (epoll, operation, connection->fd, &event);
}

static void
take_connection (int epoll, int listener)
{
  int on = 1;
  int fd = accept4 (listener, NULL, NULL, SOCK_NONBLOCK);
  Connection *connection;

  if (fd < 0)
    return;
  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  connection = g_new0 (Connection, 1);
  *connection = (Connection){ fd, g_string_new (NULL), g_string_new (NULL) };
  watch (epoll, EPOLL_CTL_ADD, connection);
}

static void
drop (Connection *connection)
{
  close (connection->fd);
  g_string_free (connection->in, TRUE);
  g_string_free (connection->out, TRUE);
  g_free (connection);
}

static void
send_bytes (int epoll, Connection *connection, const char *bytes, gsize n_bytes)
{
  gssize n_sent = send (connection->fd, bytes, n_bytes, MSG_NOSIGNAL);

  n_sent = MAX (n_sent, 0);
  if ((gsize) n_sent == n_bytes)
    return;
  g_string_append_len (connection->out, bytes + n_sent, (gssize) n_bytes - n_sent);
  watch (epoll, EPOLL_CTL_MOD, connection);
}

/* The answer is built behind room for its head, so that one send takes both. */
static void
answer (BareOp *op, int epoll, Connection *connection, const char *body, gsize length)
{
  static GString *text;
  char head[HEAD_BYTES];
  gboolean is_answered;
  int n_head;

  if (text == NULL)
    text = g_string_sized_new (1 << 18);
  g_string_truncate (text, 0);
  g_string_set_size (text, HEAD_BYTES);
  is_answered = bare_op_run (op, body, length, text);
  n_head = g_snprintf (head, sizeof head,
                       "HTTP/1.1 %s\r\nContent-Type: text/xml; charset=utf-8\r\n"
                       "Content-Length: %zu\r\n\r\n",
                       is_answered ? "200 OK" : "400 Bad Request", text->len - HEAD_BYTES);
  memcpy (text->str + HEAD_BYTES - n_head, head, (gsize) n_head);
  send_bytes (epoll, connection, text->str + HEAD_BYTES - n_head,
              text->len - HEAD_BYTES + (gsize) n_head);
}

/* Every whole request that has come. */
static void
answer_all (BareOp *op, int epoll, Connection *connection)
{
  GString *in = connection->in;
  const char *end, *field;

  while ((end = strstr (in->str, "\r\n\r\n")) != NULL)
    {
      gsize n_head = (gsize) (end - in->str) + strlen ("\r\n\r\n");
      gsize length;

      field = strcasestr (in->str, "\r\nContent-Length:");
      length = field == NULL
                 ? 0
                 : (gsize) g_ascii_strtoull (field + strlen ("\r\nContent-Length:"), NULL, 10);
      if (in->len < n_head + length)
        return;
      answer (op, epoll, connection, in->str + n_head, length);
      g_string_erase (in, 0, (gssize) (n_head + length));
    }
}

static void
on_event (BareOp *op, int epoll, Connection *connection, guint32 events)
{
  char chunk[CHUNK_BYTES];
  gssize n_read;

  if (events & EPOLLOUT)
    {
      gssize n_sent =
        send (connection->fd, connection->out->str, connection->out->len, MSG_NOSIGNAL);
      g_string_erase (connection->out, 0, MAX (n_sent, 0));
      if (connection->out->len == 0)
        watch (epoll, EPOLL_CTL_MOD, connection);
    }
  if (!(events & (EPOLLIN | EPOLLHUP | EPOLLERR)))
    return;
  n_read = recv (connection->fd, chunk, sizeof chunk, 0);
  if (n_read > 0)
    {
      g_string_append_len (connection->in, chunk, n_read);
      answer_all (op, epoll, connection);
    }
  else if (n_read == 0 || errno != EAGAIN)
    drop (connection);
}

static void
serve (BareOp *op, int listener)
{
  struct epoll_event events[N_EVENTS], event = { .events = EPOLLIN };
  int epoll = epoll_create1 (0);

  epoll_ctl (epoll, EPOLL_CTL_ADD, listener, &event);
  for (;;)
    {
      int n_events = epoll_wait (epoll, events, N_EVENTS, -1);
      for (int i = 0; i < n_events; i++)
        if (events[i].data.ptr == NULL)
          take_connection (epoll, listener);
        else
          on_event (op, epoll, events[i].data.ptr, events[i].events);
    }
}

int
main (int argc, char **argv)
{
  BareOp *op = argc == N_ARGUMENTS ? bare_op_new (argv[2]) : NULL;
  int listener = op == NULL ? -1 : listen_on ((guint16) g_ascii_strtoull (argv[1], NULL, 10));

  if (listener < 0)
    {
      g_printerr ("usage: bare-epoll PORT SLOTS\n");
      return 2;
    }
  serve (op, listener);
  return 0;
}
