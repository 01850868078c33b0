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

/* Options that print something made from the tables and nothing else; for the build and the docs. */
typedef struct
{
  gboolean manual;
  gboolean markdown;
} Prints;

static int
print_completion (const char *shell, const GOptionEntry *global)
{
  g_autofree char *text = shell == NULL ? NULL : ctl_completion_dup (shell, global);

  if (text == NULL)
    fprintf (stderr, "plannerctl: usage: plannerctl completion bash|zsh|fish\n");
  else
    fputs (text, stdout);
  return text == NULL ? 2 : 0;
}

static int
run (const Ctl *ctl, const GOptionEntry *global, int argc, char **argv)
{
  int n_words = 0;
  const AdminCommand *command = ctl_find_command (argc - 1, argv + 1, &n_words);
  JsonObject *arguments;
  int code = 0;

  if (argc < 2)
    {
      fprintf (stderr, "plannerctl: no command; see plannerctl --help\n");
      return 2;
    }
  if (g_str_equal (argv[1], "completion"))
    return print_completion (argv[2], global);
  if (command == NULL)
    {
      ctl_print_unknown (argv[1]);
      return 2;
    }
  arguments = ctl_command_parse (command, argc - n_words, argv + n_words, &code);
  return arguments == NULL ? code : ctl_run (ctl, command, arguments);
}

static int
print_and_run (const Ctl *ctl,
               const Prints *prints,
               const GOptionEntry *global,
               int argc,
               char **argv)
{
  g_autofree char *text = prints->manual     ? ctl_manual_dup (global)
                          : prints->markdown ? ctl_help_dup_markdown ()
                                             : NULL;

  if (text == NULL)
    return run (ctl, global, argc, argv);
  fputs (text, stdout);
  return 0;
}

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
  Prints prints = { 0 };
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
    { "print-manual", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_NONE, &prints.manual,
      "print plannerctl(1) in troff", NULL },
    { "print-markdown", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_NONE, &prints.markdown,
      "print the commands as docs/plannerctl.md lists them", NULL },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("COMMAND …");
  g_autofree char *help = NULL;
  g_autoptr (GError) error = NULL;

  setlocale (LC_ALL, "C.UTF-8");
  /* A file at its limit is an error of one write, after which nothing half is left. */
  signal (SIGXFSZ, SIG_IGN);
  g_log_set_writer_func (write_note, NULL, NULL);
  message_commands_register ();
  sync_commands_register ();
  dfdg_commands_register ();
  dfdg_commands_read_register ();
  help = ctl_help_dup_list ();
  g_option_context_set_summary (context, "Everything an admin of a Kommunal Planner does.");
  g_option_context_set_description (context, help);
  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_set_strict_posix (context, TRUE);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    {
      fprintf (stderr, "plannerctl: %s\n", error->message);
      return 2;
    }
  for (int i = 1; i < argc; i++)
    if (!g_utf8_validate (argv[i], -1, NULL))
      {
        fprintf (stderr, "plannerctl: word %d of the command is not UTF-8\n", i);
        return 2;
      }
  set_defaults (&ctl);
  return print_and_run (&ctl, &prints, entries, argc, argv);
}
