/* SPDX-License-Identifier: EUPL-1.2 */
/* A request of which libsoup tells nothing any more: it is given up with its session, and the next one is answered. */
#include "calsync-remote-http-private.h"
#include "fake-http.h"
#include "testlib.h"

/* Names: as a resolver whose thread never comes back, however it is asked to stop, until @silent is FALSE. */

typedef struct
{
  GResolver parent;
  gboolean is_silent;
  GPtrArray *unanswered; /* GTask */
} FakeResolver;

typedef GResolverClass FakeResolverClass;

GType fake_resolver_get_type (void);
G_DEFINE_TYPE (FakeResolver, fake_resolver, G_TYPE_RESOLVER)

static void
on_addresses_unref (gpointer addresses)
{
  g_resolver_free_addresses (addresses);
}

static void
look_up (GResolver *resolver,
         const char *name,
         GResolverNameLookupFlags flags,
         GCancellable *cancellable,
         GAsyncReadyCallback callback,
         gpointer data)
{
  FakeResolver *self = (FakeResolver *) resolver;
  GTask *task = g_task_new (resolver, cancellable, callback, data);

  if (self->is_silent)
    {
      g_ptr_array_add (self->unanswered, task);
      return;
    }
  if (flags & G_RESOLVER_NAME_LOOKUP_FLAGS_IPV6_ONLY)
    g_task_return_new_error (task, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND, "only IPv4");
  else
    g_task_return_pointer (task, g_list_append (NULL, g_inet_address_new_from_string ("127.0.0.1")),
                           on_addresses_unref);
  g_object_unref (task);
}

static GList *
look_up_end (GResolver *resolver, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
fake_resolver_class_init (FakeResolverClass *class)
{
  class->lookup_by_name_with_flags_async = look_up;
  class->lookup_by_name_with_flags_finish = look_up_end;
}

static void
fake_resolver_init (FakeResolver *self)
{
  self->unanswered = g_ptr_array_new ();
}

static void
on_request (FakePeer *peer, const FakeRequest *request, gpointer data)
{
  fake_peer_answer (peer, "200 OK", "", "ok");
}

static gint64
on_now (gpointer data)
{
  return g_get_monotonic_time ();
}

static void
check (CalsyncHttp *http)
{
  const CalsyncRequest request = { .method = "GET", .target = "/", .is_safe = TRUE };
  g_auto (CalsyncReply) reply = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_true (calsync_http_send (http, &request, &reply, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (reply.status, ==, 200);
  g_assert_cmpstr (reply.body->str, ==, "ok");
}

/* Neither an answer nor its being stopped is told any more: it took no longer than twice its time, and nothing after it
 * goes by that session. */
static void
test_forgotten (void)
{
  const CalsyncHttpEnvironment environment = { on_now, NULL, NULL, NULL };
  const CalsyncRequest request = { .method = "GET", .target = "/", .is_safe = TRUE };
  /* Kept: what was forgotten still points to it. */
  static FakeResolver *resolver;
  FakeHttp *server = fake_http_new (on_request, NULL);
  g_autofree char *uri = fake_http_dup_uri (server, "calendar.example", "/");
  const CalsyncHttpSettings settings = { .base_uri = uri,
                                         .environment = &environment,
                                         .answer_timeout_s = 1,
                                         .connect_timeout_s = 1,
                                         .allows_plain = TRUE };
  g_autoptr (GError) error = NULL;
  g_autoptr (CalsyncHttp) http = calsync_http_new (&settings, &error);
  g_auto (CalsyncReply) reply = { 0 };

  g_assert_no_error (error);
  resolver = g_object_new (fake_resolver_get_type (), NULL);
  g_resolver_set_default ((GResolver *) resolver);
  resolver->is_silent = TRUE;
  g_assert_false (calsync_http_send (http, &request, &reply, NULL, &error));
  g_assert_error (error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_UNREACHABLE);
  g_assert_cmpuint (resolver->unanswered->len, >, 0);
  g_assert_true (http->is_spoilt);
  g_assert_cmpuint (fake_http_count (server), ==, 0);
  resolver->is_silent = FALSE;
  check (http);
  check (http);
  g_assert_false (http->is_spoilt);
  g_assert_cmpuint (fake_http_count (server), ==, 2);
  fake_http_free (server);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/calsync-remote-http-exchange/forgotten", test_forgotten);
  return g_test_run ();
}
