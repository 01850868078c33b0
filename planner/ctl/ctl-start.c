/* SPDX-License-Identifier: EUPL-1.2 */
/* From the words of a command line to the command that they name: what every program of the admin table does. */
#include "config.h"

#include <stdio.h>

#include "ctl/ctl.h"

static int
print_completion (const char *shell, const GOptionEntry *global)
{
  g_autofree char *text = shell == NULL ? NULL : ctl_completion_dup (shell, global);

  if (text == NULL)
    fprintf (stderr, "%s: usage: %s completion bash|zsh|fish\n", ctl_program->name,
             ctl_program->name);
  else
    fputs (text, stdout);
  return text == NULL ? 2 : 0;
}

static int
run_command (const CtlMain *self, int argc, char **argv)
{
  int n_words = 0, code = 0;
  const AdminCommand *command = ctl_find_command (argc - 1, argv + 1, &n_words);
  JsonObject *arguments;

  if (argc < 2)
    {
      fprintf (stderr, "%s: no command; see %s --help\n", ctl_program->name, ctl_program->name);
      return 2;
    }
  if (g_str_equal (argv[1], "completion"))
    return print_completion (argv[2], self->entries);
  if (g_strcmp0 (argv[1], self->own_word) == 0)
    return self->own (argc - 1, argv + 1);
  if (command == NULL)
    {
      ctl_print_unknown (argv[1]);
      return 2;
    }
  arguments = ctl_command_parse (command, argc - n_words, argv + n_words, &code);
  return arguments == NULL ? code : self->run (self->data, command, arguments);
}

static gboolean
check_words (int argc, char **argv)
{
  for (int i = 1; i < argc; i++)
    if (!g_utf8_validate (argv[i], -1, NULL))
      {
        fprintf (stderr, "%s: word %d of the command is not UTF-8\n", ctl_program->name, i);
        return FALSE;
      }
  return TRUE;
}

static gboolean
parse_options (const CtlMain *self, int *argc, char ***argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("COMMAND …");
  g_autofree char *help = ctl_help_dup_list ();
  g_autoptr (GError) error = NULL;

  g_option_context_set_summary (context, self->summary);
  g_option_context_set_description (context, help);
  g_option_context_add_main_entries (context, self->entries, NULL);
  g_option_context_set_strict_posix (context, TRUE);
  if (g_option_context_parse (context, argc, argv, &error))
    return TRUE;
  fprintf (stderr, "%s: %s\n", ctl_program->name, error->message);
  return FALSE;
}

/**
 * ctl_main_run:
 *
 * What main() does once the table has its rows: options, what is printed and ends, the command.
 *
 * Returns: the exit code; 2 for a wrong usage
 */
int
ctl_main_run (const CtlMain *self, int argc, char **argv)
{
  g_autofree char *text = NULL;

  if (!parse_options (self, &argc, &argv) || !check_words (argc, argv))
    return 2;
  text = self->prints->manual     ? ctl_manual_dup (self->entries)
         : self->prints->markdown ? ctl_help_dup_markdown ()
         : self->prints->version  ? g_strdup_printf ("%s " PLANNER_VERSION "\n", ctl_program->name)
                                  : NULL;
  if (text == NULL)
    return run_command (self, argc, argv);
  fputs (text, stdout);
  return 0;
}
