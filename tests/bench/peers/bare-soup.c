/* SPDX-License-Identifier: EUPL-1.2 */
/* What libsoup's server costs by itself: a fixed reply of the size asked for. */
#include <libsoup/soup.h>

#include <string.h>

#define N_ARGUMENTS 3

static void
on_request (SoupServer *server,
            SoupServerMessage *message,
            const char *path,
            GHashTable *query,
            gpointer data)
{
  GBytes *text = data;

  soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
  soup_server_message_set_response (message, "text/xml; charset=utf-8", SOUP_MEMORY_STATIC,
                                    g_bytes_get_data (text, NULL), g_bytes_get_size (text));
}

int
main (int argc, char **argv)
{
  guint64 size = argc == N_ARGUMENTS ? g_ascii_strtoull (argv[2], NULL, 10) : 0;
  guint port = argc == N_ARGUMENTS ? (guint) g_ascii_strtoull (argv[1], NULL, 10) : 0;
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (SoupServer) server = soup_server_new (NULL, NULL);
  g_autoptr (GError) error = NULL;
  char *text;

  if (size == 0)
    {
      g_printerr ("usage: bare-soup PORT BYTES\n");
      return 2;
    }
  text = g_malloc (size);
  memset (text, 'x', size);
  soup_server_add_handler (server, NULL, on_request, g_bytes_new_take (text, size), NULL);
  if (!soup_server_listen_local (server, port, SOUP_SERVER_LISTEN_IPV4_ONLY, &error))
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  g_main_loop_run (loop);
  return 0;
}
