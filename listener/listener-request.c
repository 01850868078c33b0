/* SPDX-License-Identifier: EUPL-1.2 */
/* One request: a value that outlives its connection, and the way back for its one reply. */

#include "listener-request-private.h"

#include <string.h>

/* A body's first piece of memory; a client that only announces a large body gets no more. */
#define FIRST_BODY_BYTES (16 * 1024)

/* Where @text of the library's head stands in our @copy of it. */
static const char *
rebase (const ListenerHead *head, const char *copy, const char *text)
{
  return copy + (text - head->start);
}

static void
copy_fields (ListenerRequest *request, const ListenerHead *head, char *copy)
{
  for (guint i = 0; i < head->n_fields; i++)
    {
      const ListenerField *field = &head->fields[i];
      char *value = copy + (field->value - head->start);

      value[field->value_bytes] = '\0';
      request->fields[i] = (ListenerField){ .name = rebase (head, copy, field->name),
                                            .value = value,
                                            .name_bytes = field->name_bytes,
                                            .value_bytes = field->value_bytes };
    }
}

/*
 * The library has cut the query into arguments in place; ours, kept from before that, is laid over it.
 */
static void
copy_target (ListenerRequest *request, ListenerConnection *connection, char *target)
{
  request->path = target;
  request->query = NULL;
  if (connection->query != NULL)
    {
      gsize n_bytes = strlen (connection->query);

      memcpy (target + connection->target_bytes - n_bytes, connection->query, n_bytes);
      request->query = target + connection->target_bytes - n_bytes;
      g_clear_pointer (&connection->query, g_free);
    }
}

/*
 * A request for the head just scanned, owned by @connection. One piece of memory holds the value, the
 * fields and the bytes that they point to.
 */
ListenerRequest *
listener_request_new (ListenerConnection *connection, const ListenerHead *head)
{
  gsize fields_bytes = head->n_fields * sizeof (ListenerField);
  ListenerRequest *request = g_malloc (sizeof *request + fields_bytes + head->n_bytes);
  char *copy = (char *) (request + 1) + fields_bytes;

  memset (request, 0, sizeof *request);
  g_atomic_ref_count_init (&request->references);
  request->method = head->method;
  request->close_after_reply = head->chunked;
  request->connection = connection;
  request->shared = g_rc_box_acquire (connection->listener->shared);
  request->peer_text = g_ref_string_acquire (connection->peer_text);
  if (connection->tls != NULL)
    request->identity = listener_tls_session_dup_identity (connection->tls);
  request->body_expected = (gsize) head->content_length;
  request->n_fields = head->n_fields;
  request->fields = (ListenerField *) (request + 1);
  memcpy (copy, head->start, head->n_bytes);
  copy_fields (request, head, copy);
  copy_target (request, connection, copy + (connection->target - head->start));
  connection->owns_request = TRUE;
  return request;
}

/* Adds body bytes; the caller has checked the limits. */
void
listener_request_append_body (ListenerRequest *request, const char *data, gsize n_bytes)
{
  gsize needed = request->body_bytes + n_bytes + 1;

  if (needed > request->body_capacity)
    {
      gsize expected = request->body_expected + 1;

      if (expected > FIRST_BODY_BYTES)
        expected = MAX (FIRST_BODY_BYTES, MIN (expected, 2 * request->body_capacity));
      request->body_capacity = MAX (needed, MAX (expected, 2 * request->body_bytes));
      request->body = g_realloc (request->body, request->body_capacity);
    }
  memcpy (request->body + request->body_bytes, data, n_bytes);
  request->body_bytes += n_bytes;
  request->body[request->body_bytes] = '\0';
  request->shared->n_body_bytes += n_bytes;
}

/* The connection is gone or going: a reply will lead nowhere. */
void
listener_request_detach (ListenerRequest *request)
{
  request->connection = NULL;
}

ListenerShared *
listener_shared_new (GMainContext *context)
{
  ListenerShared *shared = g_rc_box_new0 (ListenerShared);

  shared->context = g_main_context_ref (context);
  shared->thread = g_thread_self ();
  return shared;
}

static void
clear_shared (gpointer shared)
{
  g_main_context_unref (((ListenerShared *) shared)->context);
}

void
listener_shared_unref (ListenerShared *shared)
{
  g_rc_box_release_full (shared, clear_shared);
}

/* The last reference is gone; loop thread. */
static gboolean
free_request (gpointer data)
{
  static const char text[] = "The request was not answered.\n";
  ListenerRequest *request = data;

  if (request->connection != NULL && !request->replied)
    listener_reply_queue (request, 500, "text/plain; charset=utf-8",
                          g_bytes_new_static (text, sizeof text - 1));
  listener_stream_forget (request);
  request->shared->n_body_bytes -= request->body_bytes;
  g_clear_pointer (&request->identity, listener_identity_unref);
  g_clear_pointer (&request->reply_headers, g_ptr_array_unref);
  g_ref_string_release (request->peer_text);
  listener_shared_unref (request->shared);
  g_free (request->body);
  g_free (request);
  return G_SOURCE_REMOVE;
}

/* Not g_main_context_invoke(): it runs the function here when the loop happens to be between two turns. */
static void
free_on_loop (ListenerRequest *request)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, free_request, request, NULL);
  g_source_attach (source, request->shared->context);
}

/**
 * listener_request_ref:
 * @request: a request.
 *
 * Keeps @request for a reply later. The connection waits, without a deadline of ours: the application's own
 * deadline must see to it that every request is replied to. Any thread.
 *
 * Returns: (transfer full): @request.
 */
ListenerRequest *
listener_request_ref (ListenerRequest *request)
{
  g_atomic_ref_count_inc (&request->references);
  return request;
}

/**
 * listener_request_unref:
 * @request: (transfer full): a request.
 *
 * Lets go of @request. The last one to do so without a reply makes it a 500. Any thread; the end itself
 * happens on the listener's.
 */
void
listener_request_unref (ListenerRequest *request)
{
  if (!g_atomic_ref_count_dec (&request->references))
    return;
  if (request->shared->thread == g_thread_self ())
    free_request (request);
  else
    free_on_loop (request);
}

/**
 * listener_request_get_method:
 * @request: a request.
 *
 * Returns: its method. Any thread.
 */
ListenerMethod
listener_request_get_method (const ListenerRequest *request)
{
  return request->method;
}

/**
 * listener_request_get_path:
 * @request: a request.
 *
 * Returns: (transfer none): the target up to "?", as the client sent it, percent signs and all: printable
 *   ASCII beginning with "/". Any thread.
 */
const char *
listener_request_get_path (const ListenerRequest *request)
{
  return request->path;
}

/**
 * listener_request_get_query:
 * @request: a request.
 *
 * Returns: (transfer none) (nullable): what follows the first "?", as sent; %NULL without one. Any thread.
 */
const char *
listener_request_get_query (const ListenerRequest *request)
{
  return request->query;
}

/**
 * listener_request_find_header:
 * @request: a request.
 * @name: a field name, in any case.
 *
 * Host, Content-Length, Transfer-Encoding and Expect stand at most once; of others the first is found.
 *
 * Returns: (transfer none) (nullable): the field's value, without blanks around it, without control characters
 *   but tabs. Any thread.
 */
const char *
listener_request_find_header (const ListenerRequest *request, const char *name)
{
  gsize n_bytes = strlen (name);

  for (guint i = 0; i < request->n_fields; i++)
    if (request->fields[i].name_bytes == n_bytes &&
        g_ascii_strncasecmp (request->fields[i].name, name, n_bytes) == 0)
      return request->fields[i].value;
  return NULL;
}

/**
 * listener_request_get_header:
 * @request: a request.
 * @index: from 0.
 * @out_name_bytes: (out): length of the name, which no NUL follows.
 * @out_value: (out) (transfer none): as listener_request_find_header() gives it.
 *
 * The fields in the order in which they came, for who passes them on.
 *
 * Returns: (transfer none) (nullable): the field's name; %NULL behind the last. Any thread.
 */
const char *
listener_request_get_header (const ListenerRequest *request,
                             guint index,
                             gsize *out_name_bytes,
                             const char **out_value)
{
  if (index >= request->n_fields)
    return NULL;
  *out_name_bytes = request->fields[index].name_bytes;
  *out_value = request->fields[index].value;
  return request->fields[index].name;
}

/**
 * listener_request_get_body:
 * @request: a request.
 * @out_bytes: (out): its length, 0 without a body.
 *
 * Returns: (transfer none): the body, chunks joined, with a NUL after it; never %NULL. Any thread.
 */
const char *
listener_request_get_body (const ListenerRequest *request, gsize *out_bytes)
{
  *out_bytes = request->body_bytes;
  return request->body != NULL ? request->body : "";
}

/**
 * listener_request_get_peer:
 * @request: a request.
 *
 * Returns: (transfer none): the client's address without port, or "unix:" and its user id. Any thread.
 */
const char *
listener_request_get_peer (const ListenerRequest *request)
{
  return request->peer_text;
}

/**
 * listener_request_get_identity:
 * @request: a request.
 *
 * Returns: (transfer none) (nullable): who the client's certificate says it is; %NULL without TLS or
 *   without a certificate. Look at `verified` first. Any thread.
 */
const ListenerIdentity *
listener_request_get_identity (const ListenerRequest *request)
{
  return request->identity;
}
