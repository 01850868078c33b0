/* SPDX-License-Identifier: EUPL-1.2 */
/* A small server that upgrades itself as switchtrackd does, for the test of the hand-over. */
#include <fcntl.h>
#include <glib-unix.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/track-handover.h"

#define PATIENCE_MS 3000

typedef struct
{
  Listener *listener;
  Listener *local;
  TrackHandover *handover;
  gboolean is_stopping;
} Server;

/* Answers with its process id, some of them late. */
static gboolean
answer (gpointer data)
{
  ListenerRequest *request = data;
  char *text = g_strdup_printf ("%d\n", (int) getpid ());

  listener_request_reply_take (request, 200, "text/plain", text, strlen (text));
  listener_request_unref (request);
  return G_SOURCE_REMOVE;
}

static void
on_request (ListenerRequest *request, gpointer data)
{
  ListenerRequest *kept = listener_request_ref (request);

  if (strcmp (listener_request_get_path (request), "/late") == 0)
    g_timeout_add (100, answer, kept);
  else
    answer (kept);
}

static void
on_successor (const char *problem, gint64 pid, gpointer data)
{
  Server *server = data;

  g_printerr ("%d: %s %" G_GINT64_FORMAT "\n", (int) getpid (),
              problem != NULL ? problem : "succeeded by", pid);
  if (problem != NULL)
    return;
  listener_leave_socket (server->listener);
  listener_leave_socket (server->local);
  server->is_stopping = TRUE;
}

static gboolean
on_upgrade (gpointer data)
{
  Server *server = data;
  const TrackHandoverSocket sockets[] = { { "service", server->listener },
                                          { "admin", server->local } };
  g_autoptr (GError) error = NULL;

  if (!track_handover_start (server->handover, sockets, G_N_ELEMENTS (sockets), PATIENCE_MS,
                             &error))
    g_printerr ("%d: %s\n", (int) getpid (), error->message);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_stop (gpointer data)
{
  ((Server *) data)->is_stopping = TRUE;
  return G_SOURCE_CONTINUE;
}

static Listener *
open_face (const char *unix_path, int descriptor)
{
  g_autoptr (GError) error = NULL;
  ListenerSettings settings;
  Listener *listener;

  listener_settings_init (&settings);
  settings.idle_timeout_ms = 10000;
  settings.descriptor = descriptor;
  settings.unix_path = unix_path;
  if (unix_path != NULL)
    settings.address = NULL;
  listener = listener_new (&settings, on_request, NULL, &error);
  if (listener == NULL || !listener_start (listener, NULL, &error))
    g_error ("%s", error->message);
  return listener;
}

/* A file named as the second argument makes a successor fail: "die" before its word, "hang" for ever. */
static void
fail_as_told (const char *path)
{
  g_autofree char *how = NULL;

  if (!g_file_get_contents (path, &how, NULL, NULL))
    return;
  if (strcmp (how, "die") == 0)
    exit (1);
  for (;;)
    pause ();
}

int
main (int argc, char **argv)
{
  g_auto (GStrv) names = track_handover_dup_names ();
  Server server = { 0 };

  if (argc != 3)
    g_error ("usage: handover-server UNIX-SOCKET FILE-THAT-MAKES-A-SUCCESSOR-FAIL");
  if (names != NULL)
    fail_as_told (argv[2]);
  server.handover = track_handover_new (NULL, argv);
  track_handover_set_func (server.handover, on_successor, &server);
  server.listener = open_face (NULL, names != NULL ? TRACK_HANDOVER_FIRST : -1);
  server.local = open_face (argv[1], names != NULL ? TRACK_HANDOVER_FIRST + 1 : -1);
  g_unix_signal_add (SIGUSR2, on_upgrade, &server);
  g_unix_signal_add (SIGTERM, on_stop, &server);
  if (names == NULL)
    g_print ("%u\n", listener_get_port (server.listener));
  fflush (stdout);
  track_handover_tell_ready ();
  while (!server.is_stopping)
    g_main_context_iteration (NULL, TRUE);
  listener_stop_accepting (server.listener);
  listener_stop_accepting (server.local);
  while (listener_n_draining (server.listener) + listener_n_draining (server.local) > 0)
    g_main_context_iteration (NULL, TRUE);
  listener_free (server.listener);
  listener_free (server.local);
  track_handover_free (server.handover);
  return 0;
}
