/* SPDX-License-Identifier: EUPL-1.2 */
/* The number of a descriptor that the library has closed without a word, and who has it next: nobody else's call suffers. */
#include "upstream/track-upstream-private.h"

#include "fake-http.h"
#include "testlib.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define N_FILLERS 4

/* What the system does; the loop's thread. */
static struct
{
  gboolean takes;   /* the number of what was closed while it was watched is a file's by then */
  gboolean refuses; /* to watch one more */
  guint n_taken;
  guint n_names; /* names that are looked up, watched so far */
  int epoll_fd;  /* the latest */
} kernel;

/* Of those that the loop is asked to watch: the library's own, of a name that is being looked up. */
static gboolean
is_of_name (int fd)
{
  int domain = 0;
  socklen_t n_bytes = sizeof domain;

  return fcntl (fd, F_GETFD) >= 0 &&
         (getsockopt (fd, SOL_SOCKET, SO_DOMAIN, &domain, &n_bytes) != 0 || domain != AF_INET);
}

/* In the C library's place. */
int
epoll_ctl (int epoll_fd, int what, int fd, struct epoll_event *event)
{
  int code, file = -1;

  if (what == EPOLL_CTL_ADD && kernel.refuses)
    {
      errno = ENOSPC;
      return -1;
    }
  kernel.epoll_fd = epoll_fd;
  kernel.n_names += what == EPOLL_CTL_ADD && is_of_name (fd);
  if (what == EPOLL_CTL_DEL && kernel.takes && fcntl (fd, F_GETFD) < 0)
    {
      file = open ("/dev/null", O_RDONLY | O_CLOEXEC);
      g_assert_cmpint (file, >=, 0);
      g_assert_cmpint (file == fd ? fd : dup2 (file, fd), ==, fd);
      kernel.n_taken++;
    }
  code = (int) syscall (SYS_epoll_ctl, epoll_fd, what, fd, event);
  if (file >= 0 && file != fd)
    close (file);
  if (file >= 0)
    close (fd);
  return code;
}

/* To ask is to set: to what it is set to. */
static gboolean
is_watched (int fd)
{
  struct epoll_event event = { .data.fd = fd, .events = EPOLLOUT };

  return syscall (SYS_epoll_ctl, kernel.epoll_fd, EPOLL_CTL_MOD, fd, &event) == 0;
}

typedef struct
{
  GMainContext *context;
  TrackUpstream *upstream;
  FakeHttp *server;
  char *url;
  gint is_let_go; /* an answer that is held back until then */
  int holes[2];   /* nobody takes a call there; on 127.0.0.2 and .3, with the server's port */
  int fillers[2][N_FILLERS];
} World;

typedef struct
{
  TrackExchange *exchange;
  gboolean is_done;
  GString *body;
  TrackOutcome outcome;
} Answer;

static gboolean
on_data (TrackExchange *exchange, const char *bytes, gsize n_bytes, gpointer data)
{
  g_string_append_len (((Answer *) data)->body, bytes, (gssize) n_bytes);
  return TRUE;
}

static void
on_done (TrackExchange *exchange,
         TrackOutcome outcome,
         const TrackTimes *times,
         const char *problem,
         gpointer data)
{
  Answer *answer = data;

  g_test_message ("%s: %s", track_outcome_word (outcome), problem);
  answer->is_done = TRUE;
  answer->exchange = NULL;
  answer->outcome = outcome;
}

static const TrackExchangeFuncs funcs = { .data = on_data, .done = on_done };

static void
answer_clear (Answer *answer)
{
  g_string_free (answer->body, TRUE);
  *answer = (Answer){ 0 };
}

static gboolean
is_let_go (World *world)
{
  return g_atomic_int_get (&world->is_let_go) != 0;
}

static void
on_request (FakePeer *peer, const FakeRequest *request, gpointer data)
{
  for (guint i = 0; i < 15000 && strcmp (request->target, "/held") == 0 && !is_let_go (data); i++)
    g_usleep (1000);
  fake_peer_answer (peer, "200 OK", "Content-Type: text/xml\r\n", request->body);
}

static void
dig_hole (World *world, guint i)
{
  g_autoptr (GUri) uri = g_uri_parse (world->url, G_URI_FLAGS_NONE, NULL);
  struct sockaddr_in name = { .sin_family = AF_INET, .sin_port = htons (g_uri_get_port (uri)) };

  name.sin_addr.s_addr = htonl (INADDR_LOOPBACK + 1 + i);
  world->holes[i] = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (bind (world->holes[i], (struct sockaddr *) &name, sizeof name), ==, 0);
  g_assert_cmpint (listen (world->holes[i], 0), ==, 0);
  for (guint k = 0; k < N_FILLERS; k++)
    {
      world->fillers[i][k] = socket (AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
      (void) !connect (world->fillers[i][k], (struct sockaddr *) &name, sizeof name);
    }
}

static void
world_init (World *world)
{
  g_autoptr (GError) error = NULL;
  TrackUpstreamSettings settings = {
    .max_idle = 10, .idle_ms = 60000, .max_parallel = 100, .max_answer_bytes = 100000
  };

  memset (&kernel, 0, sizeof kernel);
  *world = (World){ .context = g_main_context_new () };
  settings.context = world->context;
  world->server = fake_http_new (on_request, world);
  world->url = fake_http_dup_uri (world->server, "127.0.0.1", "/ok");
  world->upstream = track_upstream_new (&settings, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (world->holes); i++)
    dig_hole (world, i);
}

static void
world_clear (World *world)
{
  g_clear_pointer (&world->upstream, track_upstream_free);
  for (guint i = 0; i < G_N_ELEMENTS (world->holes); i++)
    for (guint k = 0; k < N_FILLERS; k++)
      close (world->fillers[i][k]);
  for (guint i = 0; i < G_N_ELEMENTS (world->holes); i++)
    close (world->holes[i]);
  fake_http_free (world->server);
  g_free (world->url);
  g_main_context_unref (world->context);
}

static void
start_on (World *world, Answer *answer, const char *url, guint connect_ms)
{
  g_autoptr (GBytes) body = g_bytes_new_static ("<question/>", strlen ("<question/>"));
  const TrackTarget target = {
    .url = url, .connect_ms = connect_ms, .timeout_ms = 20000, .body = body
  };
  g_autoptr (GError) error = NULL;

  answer->body = g_string_new (NULL);
  answer->exchange = track_upstream_send (world->upstream, &target, &funcs, answer, &error);
  g_assert_no_error (error);
}

static void
start (World *world, Answer *answer, const char *host, const char *path)
{
  g_autofree char *url = fake_http_dup_uri (world->server, host, path);

  start_on (world, answer, url, 10000);
}

static gboolean
on_tick (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

static void
turn (World *world)
{
  g_autoptr (GSource) tick = g_timeout_source_new (5);

  g_source_set_callback (tick, on_tick, NULL, NULL);
  g_source_attach (tick, world->context);
  g_main_context_iteration (world->context, TRUE);
  g_source_destroy (tick);
}

static void
wait_for (World *world, Answer *answer)
{
  for (guint i = 0; i < 8000 && !answer->is_done; i++)
    turn (world);
  g_assert_true (answer->is_done);
}

static void
check_whole (World *world, Answer *answer)
{
  wait_for (world, answer);
  g_assert_cmpint (answer->outcome, ==, TRACK_OUTCOME_OK);
  g_assert_cmpstr (answer->body->str, ==, "<question/>");
  answer_clear (answer);
}

static void
check_held (World *world, Answer *answer)
{
  g_assert_false (answer->is_done);
  g_atomic_int_set (&world->is_let_go, 1);
  check_whole (world, answer);
}

static void
check_call (World *world)
{
  Answer answer = { 0 };

  start (world, &answer, "127.0.0.1", "/ok");
  check_whole (world, &answer);
}

/* Begins a call to where nobody takes it, and gives it up while it is on its way; its descriptor's number. */
static int
give_up_one (World *world)
{
  Answer answer = { 0 };
  guint n_open = world->upstream->n_open;
  int fd;

  start (world, &answer, "127.0.0.2", "/");
  for (guint i = 0; i < 1000 && answer.exchange->fd < 0; i++)
    turn (world);
  fd = answer.exchange->fd;
  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpuint (world->upstream->n_open, ==, n_open + 1);
  track_exchange_cancel (answer.exchange);
  g_assert_cmpuint (world->upstream->n_open, ==, n_open);
  g_assert_cmpuint (g_array_index (world->upstream->watched, TrackWatched, fd).events, ==, 0);
  answer_clear (&answer);
  return fd;
}

/* Between its end and the library's word of it, another thread opens a file: no other call hears of that. */
static void
test_file (void)
{
  Answer answer = { 0 };
  World world;

  world_init (&world);
  check_call (&world);
  start (&world, &answer, "127.0.0.1", "/held");
  turn (&world);
  kernel.takes = TRUE;
  give_up_one (&world);
  g_assert_cmpuint (kernel.n_taken, ==, 1);
  check_call (&world);
  check_held (&world, &answer);
  world_clear (&world);
}

/* The library's own descriptors, with the number of one that was ours: each is watched, and let go. */
static void
test_name (void)
{
  World world;
  int fd;

  world_init (&world);
  check_call (&world);
  fd = give_up_one (&world);
  for (guint i = 0; i < 5; i++)
    {
      Answer answer = { 0 };
      gboolean is_there;

      start_on (&world, &answer, "http://nobody.invalid/", 10000);
      for (guint k = 0; k < 1000 && kernel.n_names == i; k++)
        turn (&world);
      g_assert_cmpuint (kernel.n_names, ==, i + 1);
      is_there = is_of_name (fd);
      if (!answer.is_done)
        track_exchange_cancel (answer.exchange);
      g_assert_true (i > 0 || is_there);
      answer_clear (&answer);
    }
  check_call (&world);
  g_assert_cmpuint (world.upstream->n_open, ==, 1);
  world_clear (&world);
}

/*
 * The library has closed a socket and made another with its number before it said anything: it takes the new one for
 * watched, and does not ask again.
 */
static void
test_again (void)
{
  Answer answer = { 0 };
  TrackWatched *one;
  World world;
  int fd;

  world_init (&world);
  start (&world, &answer, "127.0.0.2", "/");
  for (guint i = 0; i < 1000 && answer.exchange->fd < 0; i++)
    turn (&world);
  fd = answer.exchange->fd;
  one = &g_array_index (world.upstream->watched, TrackWatched, fd);
  g_assert_cmpint (one->events, ==, EPOLLOUT);
  g_assert_cmpint (close (fd), ==, 0);
  g_assert_cmpint (socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), ==, fd);
  g_assert_false (is_watched (fd));
  track_upstream_loop_opened (answer.exchange, fd);
  g_assert_true (is_watched (fd));
  g_assert_cmpint (one->events, ==, EPOLLOUT);
  g_assert_cmpuint (world.upstream->n_open, ==, 1);
  track_exchange_cancel (answer.exchange);
  g_assert_cmpuint (world.upstream->n_open, ==, 0);
  answer_clear (&answer);
  check_call (&world);
  world_clear (&world);
}

/* Of a name with several addresses: as "curl --resolve" would have it. */
static struct curl_slist *
resolve (World *world, TrackExchange *exchange, const char *host, const char *addresses)
{
  g_autoptr (GUri) uri = g_uri_parse (world->url, G_URI_FLAGS_NONE, NULL);
  g_autofree char *line = g_strdup_printf ("%s:%d:%s", host, g_uri_get_port (uri), addresses);
  struct curl_slist *list = curl_slist_append (NULL, line);

  curl_easy_setopt (exchange->easy, CURLOPT_RESOLVE, list);
  return list;
}

/* The next address of a name is tried when one does not answer in its share of the time, or says no. */
static void
test_addresses (void)
{
  static const char *const addresses[] = {
    "127.0.0.2,127.0.0.1",           "127.0.0.2,127.0.0.3,127.0.0.1",
    "127.0.0.4,127.0.0.2,127.0.0.1", "127.0.0.2,127.0.0.4,127.0.0.1",
    "[::1],127.0.0.2,127.0.0.1",     "127.0.0.2,127.0.0.1,[::1]",
  };
  struct curl_slist *lists[G_N_ELEMENTS (addresses)];
  Answer answers[G_N_ELEMENTS (addresses)] = { 0 };
  World world;

  world_init (&world);
  for (guint i = 0; i < G_N_ELEMENTS (addresses); i++)
    {
      g_autofree char *host = g_strdup_printf ("town-%u.example", i);

      start (&world, &answers[i], host, "/ok");
      lists[i] = resolve (&world, answers[i].exchange, host, addresses[i]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (addresses); i++)
    {
      g_test_message ("%s", addresses[i]);
      check_whole (&world, &answers[i]);
      curl_slist_free_all (lists[i]);
    }
  g_assert_cmpuint (world.upstream->n_open, ==, G_N_ELEMENTS (addresses));
  world_clear (&world);
}

/* A system that refuses to watch one more: that call ends, and is not laid to the Planner; the others go on. */
static void
test_refused (void)
{
  Answer answer = { 0 }, refused = { 0 };
  World world;

  world_init (&world);
  start (&world, &answer, "127.0.0.1", "/held");
  for (guint i = 0; i < 1000 && !track_exchange_is_sent (answer.exchange); i++)
    turn (&world);
  kernel.refuses = TRUE;
  testlib_expect_log ("switchtrack", G_LOG_LEVEL_WARNING, "cannot watch a connection: *");
  start (&world, &refused, "127.0.0.2", "/");
  wait_for (&world, &refused);
  testlib_assert_expected_logs ();
  g_assert_cmpint (refused.outcome, ==, TRACK_OUTCOME_LIMIT);
  kernel.refuses = FALSE;
  check_call (&world);
  check_held (&world, &answer);
  answer_clear (&refused);
  world_clear (&world);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/track-upstream-loop/file", test_file);
  g_test_add_func ("/track-upstream-loop/name", test_name);
  g_test_add_func ("/track-upstream-loop/again", test_again);
  g_test_add_func ("/track-upstream-loop/addresses", test_addresses);
  g_test_add_func ("/track-upstream-loop/refused", test_refused);
  return g_test_run ();
}
