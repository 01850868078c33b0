/* SPDX-License-Identifier: EUPL-1.2 */
/* Usage lines, help and the table of docs/plannerctl.md, from the admin table. */
#include "ctl/ctl.h"

/**
 * ctl_yes_argument:
 *
 * What every command has that is dry by default.
 */
const AdminArgument ctl_yes_argument = { "yes", ADMIN_FLAG, ADMIN_OPTION, NULL,
                                         "do it; without this option nothing is written" };

static gboolean
is_word (const AdminArgument *argument)
{
  return argument->place == ADMIN_WORD || argument->place == ADMIN_MAYBE_WORD;
}

/**
 * ctl_help_dup_words:
 *
 * Returns: (transfer full): the command as it is typed: blanks for the hyphens of its name.
 */
char *
ctl_help_dup_words (const AdminCommand *command)
{
  return g_strdelimit (g_strdup (command->name), "-", ' ');
}

/**
 * ctl_help_dup_option:
 *
 * Returns: (transfer full): the option's name, without hyphens before it.
 */
char *
ctl_help_dup_option (const AdminArgument *argument)
{
  return argument->option != NULL ? g_strdup (argument->option)
                                  : g_strdelimit (g_strdup (argument->name), "_", '-');
}

static void
append_usage (GString *text, const AdminArgument *argument)
{
  g_autofree char *option = ctl_help_dup_option (argument);
  gboolean is_needed = argument->place == ADMIN_WORD || argument->place == ADMIN_NEEDED_OPTION;

  g_string_append (text, is_needed ? " " : " [");
  if (!is_word (argument))
    g_string_append_printf (text, "--%s%s", option, argument->kind == ADMIN_FLAG ? "" : " ");
  if (argument->kind != ADMIN_FLAG)
    g_string_append (text, argument->value);
  if (argument->kind == ADMIN_TEXTS || argument->kind == ADMIN_DOCUMENTS)
    g_string_append (text, "...");
  if (!is_needed)
    g_string_append_c (text, ']');
}

/* Words first, as they must stand in that order; then options. */
static void
append_usages (GString *text, const AdminCommand *command)
{
  const AdminArgument *at;

  for (at = command->arguments; at != NULL && at->name != NULL; at++)
    if (is_word (at))
      append_usage (text, at);
  for (at = command->arguments; at != NULL && at->name != NULL; at++)
    if (!is_word (at))
      append_usage (text, at);
  if (command->is_dry_by_default)
    append_usage (text, &ctl_yes_argument);
}

/**
 * ctl_help_dup_usage:
 *
 * Returns: (transfer full): the command's words and its arguments, on one line.
 */
char *
ctl_help_dup_usage (const AdminCommand *command)
{
  g_autofree char *words = ctl_help_dup_words (command);
  GString *text = g_string_new (words);

  append_usages (text, command);
  return g_string_free (text, FALSE);
}

/**
 * ctl_help_dup_arguments:
 *
 * Returns: (transfer full): what the command does, then its words, one a line.
 */
char *
ctl_help_dup_arguments (const AdminCommand *command)
{
  GString *text = g_string_new (command->sentence);

  *text->str = g_ascii_toupper (*text->str);
  g_string_append (text, ".\n");
  if (command->details != NULL)
    g_string_append_printf (text, "%s\n", command->details);
  for (const AdminArgument *at = command->arguments; at != NULL && at->name != NULL; at++)
    if (is_word (at))
      g_string_append_printf (text, "  %s  %s\n", at->value, at->sentence);
  return g_string_free (text, FALSE);
}

/**
 * ctl_help_dup_list:
 *
 * Returns: (transfer full): every command with its sentence, for --help.
 */
char *
ctl_help_dup_list (void)
{
  GString *text = g_string_new ("Commands:\n");
  guint n_commands = 0;
  const AdminCommand *commands = admin_table_list (&n_commands);

  for (guint i = 0; i < n_commands; i++)
    {
      g_autofree char *usage = ctl_help_dup_usage (&commands[i]);
      g_string_append_printf (text, "  %s\n      %s\n", usage, commands[i].sentence);
    }
  g_string_append_printf (
    text,
    "  completion bash|zsh|fish\n      print a completion script for that shell\n"
    "\n%s COMMAND --help says more of a command.\n"
    "\nExit codes: 0 done, 1 refused or not found, 2 wrong usage, 3 database busy or "
    "not to be had,\n4 a fault of the program.\n",
    ctl_program->name);
  return g_string_free (text, FALSE);
}

/**
 * ctl_help_dup_markdown:
 *
 * Returns: (transfer full): the rows of the table in docs/plannerctl.md.
 */
char *
ctl_help_dup_markdown (void)
{
  GString *text = g_string_new (NULL);
  guint n_commands = 0;
  const AdminCommand *commands = admin_table_list (&n_commands);

  for (guint i = 0; i < n_commands; i++)
    {
      g_autofree char *usage = ctl_help_dup_usage (&commands[i]);
      g_auto (GStrv) parts = g_strsplit (usage, "|", -1);
      g_autofree char *escaped = g_strjoinv ("\\|", parts);

      g_string_append_printf (text, "| `%s` | %s |\n", escaped, commands[i].sentence);
    }
  return g_string_free (text, FALSE);
}
