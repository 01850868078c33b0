/* SPDX-License-Identifier: EUPL-1.2 */
/* One window of calls: each connection calls again when answered, or calls fall due at a rate, whoever is answered when. */
#include "load.h"

#include <math.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#define HTTP_OK     200
#define N_EVENTS    64
#define US_PER_MS   1000.0
#define US_PER_S    1e6
#define NS_PER_US   1e3
#define DRAIN_US    10e6 /* how long answers may come after the window */
#define SEED        1
#define TENTHS      10
#define PLACEHOLDER "00000000-0000-0000-0000-000000000000"
#define LONGEST_BAD 1500

typedef struct
{
  LoadWire wire;
  GString *gathered;
  double intended_us;
  guint kind; /* 0 a read, 1 a write */
  gboolean is_shaken, is_calling;
  const char *body; /* goes out once the handshake is done */
  gsize body_length;
  const char *second; /* pairs: the call that follows the answer, and takes its token */
  gsize second_length;
  gboolean has_token;
  char token[LOAD_TOKEN_LENGTH];
} Connection;

typedef struct
{
  const LoadOptions *options;
  LoadTarget *target;
  LoadSeen *seen;
  LoadBodies bodies[2];
  Connection *connections;
  GQueue idle; /* Connection */
  GArray *due; /* double: calls that wait for a connection, from due_at on */
  guint due_at, n_calling;
  double next_due_us, end_us;
  GRand *rand;
  GString *request;
  int epoll;
} Run;

static void
note_bad (Run *run, const GString *reply)
{
  run->seen->n_bad++;
  if (run->seen->first_bad == NULL)
    run->seen->first_bad = g_strndup (reply->str, LONGEST_BAD);
}

static gboolean
open_connection (Run *run, Connection *connection)
{
  struct epoll_event event = { .events = EPOLLIN, .data.ptr = connection };

  connection->is_shaken = FALSE;
  g_string_truncate (connection->gathered, 0);
  if (!load_wire_open (&connection->wire, run->target))
    return FALSE;
  return epoll_ctl (run->epoll, EPOLL_CTL_ADD, connection->wire.fd, &event) == 0;
}

static gboolean
send_call (Run *run, Connection *connection)
{
  GString *request = run->request;
  char *hole;

  g_string_printf (
    request,
    "POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/xml; charset=utf-8\r\n"
    "SOAPAction: \"\"\r\nContent-Length: %zu\r\n\r\n",
    run->options->path, connection->body_length);
  g_string_append_len (request, connection->body, (gssize) connection->body_length);
  hole = connection->has_token ? strstr (request->str, PLACEHOLDER) : NULL;
  if (hole != NULL)
    memcpy (hole, connection->token, LOAD_TOKEN_LENGTH);
  return load_wire_send (&connection->wire, request->str, request->len);
}

static void
fail_call (Run *run, Connection *connection)
{
  run->seen->n_errors++;
  run->n_calling -= connection->is_calling ? 1 : 0;
  connection->is_calling = FALSE;
  load_wire_close (&connection->wire);
}

/* Continues the handshake, and sends the call when it is done. */
static void
proceed (Run *run, Connection *connection)
{
  LoadWireState state =
    connection->is_shaken ? LOAD_WIRE_DONE : load_wire_shake (&connection->wire, run->target);

  connection->is_shaken = state == LOAD_WIRE_DONE;
  if (state == LOAD_WIRE_FAILED ||
      (state == LOAD_WIRE_DONE && connection->is_calling && !send_call (run, connection)))
    fail_call (run, connection);
}

/* The second call of a pair, or the next body of a kind that the mix chooses; FALSE when they are used up. */
static gboolean
choose_body (Run *run, Connection *connection)
{
  LoadBodies *bodies;

  if (connection->has_token)
    {
      connection->body = connection->second;
      connection->body_length = connection->second_length;
      return TRUE;
    }
  connection->kind = run->bodies[1].file != NULL &&
                     g_rand_int_range (run->rand, 0, 100) < run->options->writes_percent;
  bodies = &run->bodies[connection->kind];
  if (load_bodies_next (bodies, &connection->body, &connection->body_length) &&
      (!run->options->pairs ||
       load_bodies_next (bodies, &connection->second, &connection->second_length)))
    return TRUE;
  run->seen->is_exhausted = TRUE;
  return FALSE;
}

static void
call (Run *run, Connection *connection, double intended_us)
{
  if (!choose_body (run, connection))
    return;
  connection->intended_us = intended_us;
  connection->is_calling = TRUE;
  run->n_calling++;
  if (connection->wire.fd < 0 && !open_connection (run, connection))
    fail_call (run, connection);
  else
    proceed (run, connection);
}

static void
note_answer (Run *run, Connection *connection, int status, double now_us)
{
  guint32 tenths = (guint32) ((now_us - connection->intended_us) * TENTHS);

  g_array_append_val (run->seen->latencies[connection->kind], tenths);
  run->seen->n_in_window += now_us < run->end_us ? 1 : 0;
  run->seen->n_bytes += connection->gathered->len;
  if (status != HTTP_OK)
    note_bad (run, connection->gathered);
  if (run->options->pairs)
    connection->has_token =
      !connection->has_token && load_reply_find_token (connection->gathered, connection->token);
  g_string_truncate (connection->gathered, 0);
  connection->is_calling = FALSE;
  run->n_calling--;
}

/* What a connection does that has been answered: the next call at once, the one that waits longest, or rest. */
static void
go_on (Run *run, Connection *connection, double now_us)
{
  if (run->options->reconnect)
    load_wire_close (&connection->wire);
  if (run->due_at < run->due->len)
    call (run, connection, g_array_index (run->due, double, run->due_at++));
  else if (run->options->rate == 0 && (now_us < run->end_us || connection->has_token))
    call (run, connection, now_us);
  else
    g_queue_push_tail (&run->idle, connection);
}

static void
on_readable (Run *run, Connection *connection)
{
  double now_us;
  int status = 0;
  gssize length;

  if (!connection->is_shaken)
    {
      proceed (run, connection);
      return;
    }
  if (load_wire_read (&connection->wire, run->target, connection->gathered) == LOAD_WIRE_FAILED)
    {
      fail_call (run, connection);
      return;
    }
  length = load_reply_length (connection->gathered, &status);
  if (length < 0)
    fail_call (run, connection);
  if (length <= 0 || !connection->is_calling)
    return;
  now_us = load_now_us ();
  note_answer (run, connection, status, now_us);
  go_on (run, connection, now_us);
}

/* Calls that have fallen due go out, or wait until a connection is free. */
static void
send_due (Run *run, double now_us)
{
  for (; run->next_due_us <= now_us && run->next_due_us < run->end_us;
       run->next_due_us +=
       -log (1 - g_rand_double (run->rand)) * US_PER_S / (double) run->options->rate)
    {
      Connection *connection = g_queue_pop_head (&run->idle);
      if (connection == NULL)
        g_array_append_val (run->due, run->next_due_us);
      else
        call (run, connection, run->next_due_us);
    }
}

static void
wait_and_handle (Run *run, double until_us)
{
  struct epoll_event events[N_EVENTS];
  double wait_us = MAX (until_us - load_now_us (), 0);
  struct timespec timeout = { (time_t) (wait_us / US_PER_S), 0 };
  int n_events;

  timeout.tv_nsec = (long) ((wait_us - (double) timeout.tv_sec * US_PER_S) * NS_PER_US);
  n_events = epoll_pwait2 (run->epoll, events, N_EVENTS, &timeout, NULL);
  for (int i = 0; i < n_events; i++)
    on_readable (run, events[i].data.ptr);
}

/* Kept connections are made and their handshakes done before the window begins. */
static gboolean
connect_all (Run *run)
{
  gboolean is_kept = !run->options->reconnect;

  for (int i = 0; i < run->options->connections; i++)
    {
      Connection *connection = &run->connections[i];

      connection->wire.fd = -1;
      connection->gathered = g_string_sized_new (1 << 16);
      g_queue_push_tail (&run->idle, connection);
      if (is_kept && !open_connection (run, connection))
        return FALSE;
      for (gboolean is_ready = !is_kept; !is_ready && run->seen->n_errors == 0;
           is_ready = connection->is_shaken)
        {
          proceed (run, connection);
          if (!connection->is_shaken)
            wait_and_handle (run, load_now_us () + US_PER_MS);
        }
    }
  return run->seen->n_errors == 0;
}

static void
run_window (Run *run)
{
  double now_us = load_now_us ();

  run->end_us = now_us + run->options->duration_ms * US_PER_MS;
  run->next_due_us = run->options->rate > 0 ? now_us : INFINITY;
  while (run->options->rate == 0 && run->idle.length > 0 && !run->seen->is_exhausted)
    call (run, g_queue_pop_head (&run->idle), load_now_us ());
  while (now_us < run->end_us && (run->n_calling > 0 || run->options->rate > 0))
    {
      wait_and_handle (run, MIN (run->next_due_us, run->end_us));
      now_us = load_now_us ();
      send_due (run, now_us);
    }
}

static void
drain (Run *run)
{
  double until_us = load_now_us () + DRAIN_US;

  while ((run->n_calling > 0 || run->due_at < run->due->len) && load_now_us () < until_us)
    wait_and_handle (run, until_us);
  run->seen->n_unanswered = run->n_calling + run->due->len - run->due_at;
}

static gboolean
open_bodies (Run *run)
{
  const LoadOptions *options = run->options;

  if (!load_bodies_open (&run->bodies[0], options->bodies, options->first, options->once))
    return FALSE;
  return options->writes == NULL ||
         load_bodies_open (&run->bodies[1], options->writes, options->first_write, TRUE);
}

static void
run_clear (Run *run)
{
  for (int i = 0; i < run->options->connections; i++)
    {
      if (run->connections[i].gathered == NULL)
        continue;
      load_wire_close (&run->connections[i].wire);
      g_string_free (run->connections[i].gathered, TRUE);
    }
  load_bodies_close (&run->bodies[0]);
  load_bodies_close (&run->bodies[1]);
  g_queue_clear (&run->idle);
  g_array_unref (run->due);
  g_string_free (run->request, TRUE);
  g_rand_free (run->rand);
  g_free (run->connections);
  close (run->epoll);
}

gboolean
load_run (const LoadOptions *options, LoadTarget *target, LoadSeen *seen)
{
  Run run = { .options = options, .target = target, .seen = seen, .idle = G_QUEUE_INIT };
  gboolean is_ready;

  prctl (PR_SET_TIMERSLACK, 1UL);
  run.epoll = epoll_create1 (EPOLL_CLOEXEC);
  run.rand = g_rand_new_with_seed (SEED);
  run.due = g_array_new (FALSE, FALSE, sizeof (double));
  run.request = g_string_sized_new (1 << 12);
  run.connections = g_new0 (Connection, options->connections);
  is_ready = open_bodies (&run) && connect_all (&run);
  if (is_ready)
    {
      load_seen_begin (seen, options->pids);
      run_window (&run);
      load_seen_stop (seen);
      drain (&run);
      load_seen_end (seen, options->pids);
    }
  run_clear (&run);
  return is_ready;
}
