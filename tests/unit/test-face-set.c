/* SPDX-License-Identifier: EUPL-1.2 */
/* The faces of a program: sockets by name, faces that are closed, groups, and what the log says of them. */
#include "face/face-set.h"

#include <sys/socket.h>
#include <unistd.h>

#include "testlib.h"

static const char *const names[] = { "front", "back", NULL };

static gboolean
is_wanted (guint face, gconstpointer config)
{
  return face == 0;
}

static gboolean
init (FaceSet *set, guint face, ListenerSettings *settings, gconstpointer config, GError **error)
{
  g_assert_cmpuint (face, ==, 0);
  g_assert_cmpint (settings->descriptor, ==, set->sockets.descriptors[0]);
  settings->address = "127.0.0.1";
  settings->port = 0;
  return face_settings_use_group (settings, config, error);
}

static const FacePlan plan = { names, is_wanted, init };

static void
on_request (ListenerRequest *request, gpointer user_data)
{
  listener_request_reply_take (request, 200, "text/plain", g_strdup (""), 0);
}

static const ListenerHandler handlers[] = { on_request, on_request };

static void
test_sockets (void)
{
  FaceSockets sockets;
  g_autoptr (GError) error = NULL;

  face_sockets_init (&sockets);
  g_assert_true (face_sockets_add (&sockets, names, "back", 7, &error));
  g_assert_no_error (error);
  g_assert_cmpint (sockets.descriptors[0], ==, -1);
  g_assert_cmpint (sockets.descriptors[1], ==, 7);
  g_assert_false (face_sockets_add (&sockets, names, "back", 8, &error));
  g_assert_cmpstr (error->message, ==,
                   "a socket named back was handed over; each must have the name of another face: "
                   "front, back");
  g_clear_error (&error);
  g_assert_false (face_sockets_add (&sockets, names, "side", 8, &error));
  g_assert_error (error, LISTENER_ERROR, LISTENER_ERROR_SETTINGS);
  g_assert_cmpint (sockets.descriptors[1], ==, 7);
}

static void
test_open (void)
{
  FaceSet set = { 0 };
  g_autoptr (GError) error = NULL;
  g_autofree char *addresses = NULL;

  face_sockets_init (&set.sockets);
  g_assert_true (face_set_open (&set, &plan, "", handlers, NULL, &error));
  g_assert_no_error (error);
  g_assert_nonnull (set.listeners[0]);
  g_assert_null (set.listeners[1]);
  g_assert_true (face_set_start (&set, NULL, &error));
  g_assert_no_error (error);
  addresses = face_set_dup_addresses (&set);
  g_assert_cmpstr (addresses, ==, "front 127.0.0.1 port 0");
  g_assert_cmpuint (face_set_count_draining (&set), ==, 0);
  face_set_stop_accepting (&set);
  face_set_close (&set);
}

/* A socket that nobody would serve must not be swallowed: its clients would wait for ever. */
static void
test_closed (void)
{
  FaceSet set = { 0 };
  g_autoptr (GError) error = NULL;
  int descriptor = socket (AF_INET, SOCK_STREAM, 0);

  face_sockets_init (&set.sockets);
  g_assert_true (face_sockets_add (&set.sockets, names, "back", descriptor, &error));
  g_assert_false (face_set_open (&set, &plan, "", handlers, NULL, &error));
  g_assert_error (error, LISTENER_ERROR, LISTENER_ERROR_SETTINGS);
  g_assert_true (g_str_has_prefix (error->message, "[back] is closed in the configuration"));
  face_set_close (&set);
  close (descriptor);
}

static void
test_group (void)
{
  FaceSet set = { 0 };
  g_autoptr (GError) error = NULL;

  face_sockets_init (&set.sockets);
  g_assert_false (face_set_open (&set, &plan, "no-such-group", handlers, NULL, &error));
  g_assert_error (error, LISTENER_ERROR, LISTENER_ERROR_SETTINGS);
  g_assert_cmpstr (error->message, ==, "[front] there is no group no-such-group");
  face_set_close (&set);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/face-set/sockets", test_sockets);
  g_test_add_func ("/face-set/open", test_open);
  g_test_add_func ("/face-set/closed", test_closed);
  g_test_add_func ("/face-set/group", test_group);
  return g_test_run ();
}
