/* SPDX-License-Identifier: EUPL-1.2 */
/* plannerctl: everything an admin does, from the shell. The commands are the rows of the admin table. */
#include "config.h"

#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "ctl/ctl.h"
#include "dfdg/commands/dfdg-commands-read.h"
#include "dfdg/commands/dfdg-commands.h"
#include "dfdg/commands/message-commands.h"
#include "sync/sync-commands.h"

static void
set_defaults (Ctl *ctl)
{
  if (ctl->database == NULL)
    ctl->database = g_strdup ("planner.db");
  if (ctl->socket == NULL)
    ctl->socket = g_strconcat (ctl->database, ".socket", NULL);
  if (ctl->data_dir == NULL)
    ctl->data_dir = g_strdup (PLANNER_DATA_DIR);
  ctl->shows_progress |= isatty (STDERR_FILENO);
}

static void
ctl_clear (Ctl *ctl)
{
  g_free (ctl->database);
  g_free (ctl->socket);
  g_free (ctl->data_dir);
  g_free (ctl->config);
  g_free (ctl->tenant);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Ctl, ctl_clear)

static int
run (gpointer data, const AdminCommand *command, JsonObject *arguments)
{
  set_defaults (data);
  return ctl_run (data, command, arguments);
}

/* What the library has to say, among it that a database was upgraded, in our own way. */
static GLogWriterOutput
write_note (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
  if ((level & G_LOG_LEVEL_MASK) > G_LOG_LEVEL_MESSAGE)
    return G_LOG_WRITER_HANDLED;
  if ((level & G_LOG_LEVEL_MASK) < G_LOG_LEVEL_MESSAGE)
    return g_log_writer_default (level, fields, n_fields, data);
  for (gsize i = 0; i < n_fields; i++)
    if (g_str_equal (fields[i].key, "MESSAGE"))
      fprintf (stderr, "plannerctl: %s\n", (const char *) fields[i].value);
  return G_LOG_WRITER_HANDLED;
}

int
main (int argc, char **argv)
{
  g_auto (Ctl) ctl = { 0 };
  CtlPrints prints = { 0 };
  const GOptionEntry entries[] = {
    { "database", 'd', 0, G_OPTION_ARG_FILENAME, &ctl.database, "database file (planner.db)",
      "FILE" },
    { "socket", 's', 0, G_OPTION_ARG_FILENAME, &ctl.socket,
      "plannerd's admin socket (the database's name with .socket behind)", "PATH" },
    { "data-dir", 0, 0, G_OPTION_ARG_FILENAME, &ctl.data_dir, "schema, code lists and holidays",
      "FOLDER" },
    { "config", 'c', 0, G_OPTION_ARG_FILENAME, &ctl.config,
      "plannerd's configuration: its [sync] is used while plannerd does not run "
      "(" CTL_DEFAULT_CONFIG ")",
      "FILE" },
    { "tenant", 't', 0, G_OPTION_ARG_STRING, &ctl.tenant, "municipality, when there are several",
      "KEY" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &ctl.is_json, "results as JSON", NULL },
    { "progress", 0, 0, G_OPTION_ARG_NONE, &ctl.shows_progress,
      "tell how far long work is (always on a terminal)", NULL },
    CTL_PRINTS_ENTRIES (prints),
    { NULL },
  };
  const CtlMain self = { .summary = "Everything an admin of a Kommunal Planner does.",
                         .entries = entries,
                         .prints = &prints,
                         .run = run,
                         .data = &ctl };

  setlocale (LC_ALL, "C.UTF-8");
  /* A file at its limit is an error of one write, after which nothing half is left. */
  signal (SIGXFSZ, SIG_IGN);
  g_log_set_writer_func (write_note, NULL, NULL);
  message_commands_register ();
  sync_commands_register ();
  dfdg_commands_register ();
  dfdg_commands_read_register ();
  return ctl_main_run (&self, argc, argv);
}
