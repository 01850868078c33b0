/* SPDX-License-Identifier: EUPL-1.2 */
/* switchtrackctl: everything an operator of the switch-track does, from the shell. */
#include "config.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "ctl/ctl.h"
#include "ctl/track-commands-health.h"
#include "ctl/track-commands.h"
#include "ctl/track-ctl-rehearse.h"
#include "ctl/track-ctl.h"

static const CtlProgram program = {
  .name = "switchtrackctl",
  .server = "switchtrackd",
  .about = "everything an operator of the switch\\-track does",
  .description =
    "switchtrackctl sends its command to the admin socket of a running\n.BR switchtrackd (8).\n"
    "When nobody listens there, commands about the registry work on its database; a switchtrackd\n"
    "that is started later goes by it. Who asks is the user account behind the socket.\n"
    "The words of a command may also be joined by hyphens.\n.PP\n"
    "Times are YYYY\\-MM\\-DDTHH:MM in Danish wall time unless an offset follows.\n.PP\n"
    "switchtrackctl rehearse UNIT URL calls a new Planner before a switch; see\n"
    ".B switchtrackctl rehearse \\-\\-help\n",
  .see_also = ".BR switchtrackd (8),\n.BR switchtrackd.conf (5)\n",
};

/* Options that print something made from the table and nothing else; for the build and the docs. */
typedef struct
{
  gboolean manual;
  gboolean markdown;
  gboolean version;
} Prints;

static int
print_completion (const char *shell, const GOptionEntry *global)
{
  g_autofree char *text = shell == NULL ? NULL : ctl_completion_dup (shell, global);

  if (text == NULL)
    fprintf (stderr, "switchtrackctl: usage: switchtrackctl completion bash|zsh|fish\n");
  else
    fputs (text, stdout);
  return text == NULL ? 2 : 0;
}

static int
run (const TrackCtl *ctl, const GOptionEntry *global, int argc, char **argv)
{
  int n_words = 0, code = 0;
  const AdminCommand *command = ctl_find_command (argc - 1, argv + 1, &n_words);
  JsonObject *arguments;

  if (argc < 2)
    {
      fprintf (stderr, "switchtrackctl: no command; see switchtrackctl --help\n");
      return 2;
    }
  if (g_str_equal (argv[1], "completion"))
    return print_completion (argv[2], global);
  if (g_str_equal (argv[1], "rehearse"))
    return track_ctl_rehearse (argc - 1, argv + 1);
  if (command == NULL)
    {
      ctl_print_unknown (argv[1]);
      return 2;
    }
  arguments = ctl_command_parse (command, argc - n_words, argv + n_words, &code);
  return arguments == NULL ? code : track_ctl_run (ctl, command, arguments);
}

static int
print_or_run (const TrackCtl *ctl,
              const Prints *prints,
              const GOptionEntry *global,
              int argc,
              char **argv)
{
  g_autofree char *text = prints->manual     ? ctl_manual_dup (global)
                          : prints->markdown ? ctl_help_dup_markdown ()
                          : prints->version  ? g_strdup ("switchtrackctl " PLANNER_VERSION "\n")
                                             : NULL;

  if (text == NULL)
    return run (ctl, global, argc, argv);
  fputs (text, stdout);
  return 0;
}

static gboolean
check_words (int argc, char **argv)
{
  for (int i = 1; i < argc; i++)
    if (!g_utf8_validate (argv[i], -1, NULL))
      {
        fprintf (stderr, "switchtrackctl: word %d of the command is not UTF-8\n", i);
        return FALSE;
      }
  return TRUE;
}

int
main (int argc, char **argv)
{
  g_auto (TrackCtl) ctl = { 0 };
  Prints prints = { 0 };
  const GOptionEntry entries[] = {
    { "config", 'c', 0, G_OPTION_ARG_FILENAME, &ctl.config,
      "switchtrackd's configuration (" TRACK_CTL_DEFAULT_CONFIG ")", "FILE" },
    { "socket", 's', 0, G_OPTION_ARG_FILENAME, &ctl.socket,
      "switchtrackd's admin socket (of the configuration)", "PATH" },
    { "registry", 'd', 0, G_OPTION_ARG_FILENAME, &ctl.registry,
      "the registry's database (of the configuration)", "FILE" },
    { "schema-dir", 0, 0, G_OPTION_ARG_FILENAME, &ctl.schema_dir,
      "its numbered migrations (of the configuration)", "FOLDER" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &ctl.is_json, "results as JSON", NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, &prints.version, "print the version", NULL },
    { "print-manual", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_NONE, &prints.manual,
      "print switchtrackctl(1) in troff", NULL },
    { "print-markdown", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_NONE, &prints.markdown,
      "print the commands as docs/switchtrackctl.md lists them", NULL },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("COMMAND …");
  g_autofree char *help = NULL;
  g_autoptr (GError) error = NULL;

  setlocale (LC_ALL, "C.UTF-8");
  ctl_program = &program;
  admin_table_begin_empty ();
  track_commands_register ();
  track_commands_health_register ();
  help = ctl_help_dup_list ();
  g_option_context_set_summary (context, "Everything an operator of the switch-track does.");
  g_option_context_set_description (context, help);
  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_set_strict_posix (context, TRUE);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    {
      fprintf (stderr, "switchtrackctl: %s\n", error->message);
      return 2;
    }
  return check_words (argc, argv) ? print_or_run (&ctl, &prints, entries, argc, argv) : 2;
}
