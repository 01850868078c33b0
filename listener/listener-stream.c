/* SPDX-License-Identifier: EUPL-1.2 */
/* Replies that are given piece by piece: held in a queue, taken by the library, waited for while it is empty. */

#include "listener-stream.h"
#include "listener-request-private.h"

#include <string.h>

/* What the library takes at a time. */
#define BLOCK_BYTES (16 * 1024)

/* Shared by the request and the library's response; loop thread. */
struct _ListenerStream
{
  ListenerConnection *connection; /* NULL once the library is done with it */
  ListenerRequest *request;       /* NULL once ended */
  GQueue pieces;                  /* of GBytes, not empty ones */
  gsize n_taken;                  /* of the first piece */
  gsize n_waiting;
  guint64 n_fed;
  gint64 length;
  gboolean ended;
  gboolean above; /* more waits than the low mark, and the application has not heard of less */
};

static void
drop_pieces (ListenerStream *stream)
{
  g_queue_clear_full (&stream->pieces, (GDestroyNotify) g_bytes_unref);
  stream->n_taken = stream->n_waiting = 0;
}

static void
clear_stream (gpointer stream)
{
  drop_pieces (stream);
}

static void
unref_stream (gpointer stream)
{
  g_rc_box_release_full (stream, clear_stream);
}

/* The request of @stream has come to its end as seen from the application. */
static void
part (ListenerStream *stream)
{
  ListenerRequest *request = g_steal_pointer (&stream->request);

  if (request == NULL)
    return;
  listener_request_detach (request);
  if (stream->connection != NULL)
    stream->connection->request = NULL;
}

/*
 * The library is done with the reply of @connection, or shall be: what still waits leads nowhere. The request stays
 * with the connection when it has not ended.
 */
void
listener_stream_leave (ListenerConnection *connection)
{
  ListenerStream *stream = g_steal_pointer (&connection->stream);

  if (stream == NULL)
    return;
  stream->connection = NULL;
  drop_pieces (stream);
}

/* The request that streamed lets go of it; without an end, that is an abort. */
void
listener_stream_forget (ListenerRequest *request)
{
  if (request->stream == NULL)
    return;
  listener_request_reply_abort (request);
  g_clear_pointer (&request->stream, unref_stream);
}

static gsize
take (ListenerStream *stream, char *buffer, gsize n_max)
{
  gsize n_done = 0;

  while (n_done < n_max && !g_queue_is_empty (&stream->pieces))
    {
      GBytes *piece = g_queue_peek_head (&stream->pieces);
      gsize n_piece;
      const char *data = g_bytes_get_data (piece, &n_piece);
      gsize n = MIN (n_piece - stream->n_taken, n_max - n_done);

      memcpy (buffer + n_done, data + stream->n_taken, n);
      n_done += n;
      stream->n_taken += n;
      if (stream->n_taken == n_piece)
        {
          g_bytes_unref (g_queue_pop_head (&stream->pieces));
          stream->n_taken = 0;
        }
    }
  stream->n_waiting -= n_done;
  return n_done;
}

static void
tell_drained (ListenerStream *stream)
{
  ListenerRequest *request = stream->request;

  if (!stream->above || request == NULL || stream->n_waiting > request->drained_low_bytes)
    return;
  stream->above = FALSE;
  if (request->drained_func != NULL)
    request->drained_func (request, request->drained_data);
}

/* Takes the connection out of the library's hands until more is fed; it would ask again without end. */
static ssize_t
wait_for_more (ListenerConnection *connection)
{
  MHD_suspend_connection (connection->mhd);
  connection->suspended = TRUE;
  listener_connection_enter (connection, LISTENER_PHASE_HANDLING);
  return 0;
}

/* The library wants @n_max bytes at most; cls is the stream. */
static ssize_t
on_read (void *cls, uint64_t position, char *buffer, size_t n_max)
{
  g_autoptr (ListenerRequest) request = NULL;
  ListenerStream *stream = cls;
  gsize n_taken;

  if (stream->connection == NULL || stream->connection->phase == LISTENER_PHASE_CUT)
    return MHD_CONTENT_READER_END_WITH_ERROR;
  if (stream->n_waiting == 0)
    return stream->ended ? MHD_CONTENT_READER_END_OF_STREAM : wait_for_more (stream->connection);
  n_taken = take (stream, buffer, n_max);
  if (stream->request != NULL)
    request = listener_request_ref (stream->request);
  tell_drained (stream);
  if (stream->connection == NULL || stream->connection->phase == LISTENER_PHASE_CUT)
    return MHD_CONTENT_READER_END_WITH_ERROR;
  return (ssize_t) n_taken;
}

static ListenerStream *
new_stream (ListenerRequest *request, gint64 length)
{
  ListenerStream *stream = g_rc_box_new0 (ListenerStream);

  g_queue_init (&stream->pieces);
  stream->request = request;
  stream->connection = request->connection;
  stream->length = length;
  return stream;
}

/**
 * listener_request_reply_begin:
 * @request: a request not yet replied to.
 * @status: 200 to 599.
 * @content_type: (nullable): the media type of what follows.
 * @length: how many bytes will follow, or %LISTENER_LENGTH_UNKNOWN.
 *
 * Begins a reply whose body comes by listener_request_reply_feed() and ends by listener_request_reply_end() or
 * listener_request_reply_abort(). Of unknown length it goes out in chunks; to a client of HTTP/1.0 until the end of
 * the connection. The client has `reply_timeout_ms` for what waits for it, from the moment at which anything did;
 * while nothing waits for it no deadline of the listener applies: that one is the application's. When the client
 * has left, all of these do nothing. Loop thread; in the handler or later.
 */
void
listener_request_reply_begin (ListenerRequest *request,
                              guint status,
                              const char *content_type,
                              gint64 length)
{
  ListenerConnection *connection = request->connection;
  guint64 size = length < 0 ? MHD_SIZE_UNKNOWN : (guint64) length;
  struct MHD_Response *response;

  g_return_if_fail (!request->replied);
  g_return_if_fail (status >= 200 && status <= 599);
  g_return_if_fail (request->shared->thread == g_thread_self ());

  request->replied = TRUE;
  if (connection == NULL)
    return;
  request->stream = connection->stream = new_stream (request, length);
  response = MHD_create_response_from_callback (size, BLOCK_BYTES, on_read,
                                                g_rc_box_acquire (request->stream), unref_stream);
  if (response == NULL)
    {
      unref_stream (request->stream);
      listener_request_reply_abort (request);
      return;
    }
  listener_reply_send (request, connection, status, content_type, response);
}

/**
 * listener_request_reply_feed:
 * @request: a request whose reply has begun.
 * @bytes: (transfer none): the next piece; shared, not copied.
 *
 * Adds to the reply. Nothing limits what waits but the caller, who stops feeding above a mark of his own and goes on
 * when the function of listener_request_set_drained_func() is called. More than the announced length is the
 * application's bug and aborts the reply. Loop thread.
 *
 * Returns: how many bytes wait for the client now; 0 also when nobody waits for them.
 */
gsize
listener_request_reply_feed (ListenerRequest *request, GBytes *bytes)
{
  ListenerStream *stream = request->stream;
  gsize n_bytes = g_bytes_get_size (bytes);

  if (request->connection == NULL || stream == NULL || stream->connection == NULL ||
      request->method == LISTENER_METHOD_HEAD)
    return 0;
  if (stream->length >= 0 && n_bytes > (guint64) stream->length - stream->n_fed)
    {
      g_warning ("a reply was longer than its announced length, and is aborted");
      listener_request_reply_abort (request);
      return 0;
    }
  if (n_bytes == 0)
    return stream->n_waiting;
  g_queue_push_tail (&stream->pieces, g_bytes_ref (bytes));
  stream->n_waiting += n_bytes;
  stream->n_fed += n_bytes;
  stream->above = stream->n_waiting > request->drained_low_bytes;
  stream->connection->listener->counters.n_bytes_out += n_bytes;
  listener_reply_resume (stream->connection);
  return stream->n_waiting;
}

/**
 * listener_request_reply_end:
 * @request: a request whose reply has begun.
 *
 * Ends the reply; what waits still goes out. Less than the announced length is an abort. Loop thread.
 */
void
listener_request_reply_end (ListenerRequest *request)
{
  ListenerStream *stream = request->stream;
  ListenerConnection *connection;

  if (request->connection == NULL || stream == NULL)
    return;
  connection = stream->connection;
  if (stream->length >= 0 && stream->n_fed < (guint64) stream->length &&
      request->method != LISTENER_METHOD_HEAD)
    {
      listener_request_reply_abort (request);
      return;
    }
  stream->ended = TRUE;
  part (stream);
  if (connection != NULL)
    listener_reply_resume (connection);
}

/**
 * listener_request_reply_abort:
 * @request: a request whose reply has begun.
 *
 * Ends the connection so that no client can take what it has for the whole: TCP connections are reset, whatever
 * waited is dropped. (A unix socket knows no reset: there, a client of HTTP/1.0 that was told no length sees an
 * end.) After listener_request_reply_end() nothing happens. Loop thread.
 */
void
listener_request_reply_abort (ListenerRequest *request)
{
  ListenerStream *stream = request->stream;
  ListenerConnection *connection;

  if (request->connection == NULL || stream == NULL)
    return;
  connection = stream->connection;
  drop_pieces (stream);
  part (stream);
  if (connection == NULL)
    return;
  connection->listener->counters.n_aborted++;
  listener_connection_cut (connection);
  listener_reply_resume (connection);
}

/**
 * listener_request_set_drained_func:
 * @request: a request.
 * @low_bytes: the mark.
 * @func: (nullable) (scope forever): called once each time that what waits has fallen to @low_bytes or below, after
 *   a feed that lifted it above.
 * @user_data: for @func.
 *
 * Lets the application feed no faster than the client takes. Loop thread; before the first feed.
 */
void
listener_request_set_drained_func (ListenerRequest *request,
                                   gsize low_bytes,
                                   ListenerDrainedFunc func,
                                   gpointer user_data)
{
  request->drained_low_bytes = low_bytes;
  request->drained_func = func;
  request->drained_data = user_data;
}
