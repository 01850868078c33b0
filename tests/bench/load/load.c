/* SPDX-License-Identifier: EUPL-1.2 */
/* A command: sends the lines of a file as calls for one window, from kept or new connections, and prints what it saw. */
#include "load.h"

static gboolean
parse (LoadOptions *options, int *argc, char ***argv)
{
  GOptionEntry entries[] = {
    { "port", 0, 0, G_OPTION_ARG_INT, &options->port, "on 127.0.0.1", "PORT" },
    { "path", 0, 0, G_OPTION_ARG_STRING, &options->path, "of the calls", "PATH" },
    { "bodies", 0, 0, G_OPTION_ARG_FILENAME, &options->bodies, "a body a line", "FILE" },
    { "first", 0, 0, G_OPTION_ARG_INT, &options->first, "line to begin with", "N" },
    { "once", 0, 0, G_OPTION_ARG_NONE, &options->once, "each line once", NULL },
    { "pairs", 0, 0, G_OPTION_ARG_NONE, &options->pairs,
      "reserve, then the reservation goes into the next line", NULL },
    { "writes", 0, 0, G_OPTION_ARG_FILENAME, &options->writes, "bodies to mix in, once", "FILE" },
    { "first-write", 0, 0, G_OPTION_ARG_INT, &options->first_write, "its first line", "N" },
    { "writes-percent", 0, 0, G_OPTION_ARG_INT, &options->writes_percent, "share", "N" },
    { "connections", 0, 0, G_OPTION_ARG_INT, &options->connections, "at a time", "N" },
    { "duration-ms", 0, 0, G_OPTION_ARG_INT, &options->duration_ms, "of the window", "N" },
    { "rate", 0, 0, G_OPTION_ARG_INT, &options->rate,
      "calls a second fall due, at random; latency counts from then", "N" },
    { "reconnect", 0, 0, G_OPTION_ARG_NONE, &options->reconnect, "for each call", NULL },
    { "resume", 0, 0, G_OPTION_ARG_NONE, &options->resume, "TLS sessions", NULL },
    { "trust", 0, 0, G_OPTION_ARG_FILENAME, &options->trust, "authorities: TLS", "FILE" },
    { "certificate", 0, 0, G_OPTION_ARG_FILENAME, &options->certificate, "to show", "FILE" },
    { "key", 0, 0, G_OPTION_ARG_FILENAME, &options->key, "its key", "FILE" },
    { "pid", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options->pids, "of the server; repeated", "PID" },
    { "idle", 0, 0, G_OPTION_ARG_INT, &options->idle, "only keep so many connections", "N" },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, argc, argv, &error))
    {
      g_printerr ("%s\n", error->message);
      return FALSE;
    }
  return options->port > 0 && (options->idle > 0 || options->bodies != NULL);
}

int
main (int argc, char **argv)
{
  LoadOptions options = { .connections = 1, .duration_ms = 1000, .path = (char *) "/" };
  LoadTarget target = { 0 };
  LoadSeen seen = { 0 };
  gboolean is_done;

  if (!parse (&options, &argc, &argv))
    {
      g_printerr ("usage: load --port PORT --bodies FILE [OPTION...]; see --help\n");
      return 2;
    }
  if (!load_target_init (&target, &options))
    return 1;
  if (options.idle > 0)
    return load_keep_idle (&options, &target) ? 0 : 1;
  load_seen_init (&seen);
  is_done = load_run (&options, &target, &seen);
  if (is_done)
    load_seen_print (&seen, &target);
  load_seen_clear (&seen);
  load_target_clear (&target);
  return is_done ? 0 : 1;
}
