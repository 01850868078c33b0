/* SPDX-License-Identifier: EUPL-1.2 */
/* The admin table as a manual page. */
#include "config.h"

#include "ctl/ctl.h"

/* A hyphen is a minus in troff, and a line must not begin with a request. */
static void
append_troff (GString *page, const char *text)
{
  for (const char *at = text; *at != '\0'; at++)
    if (*at == '-')
      g_string_append (page, "\\-");
    else if (*at == '\\')
      g_string_append (page, "\\e");
    else if ((*at == '.' || *at == '\'') && (at == text || at[-1] == '\n'))
      g_string_append_printf (page, "\\&%c", *at);
    else
      g_string_append_c (page, *at);
}

static void
append_sentence (GString *page, const char *sentence)
{
  gsize before = page->len;

  append_troff (page, sentence);
  if (!g_str_has_prefix (sentence, "planner") && !g_str_has_prefix (sentence, "switchtrack"))
    page->str[before] = g_ascii_toupper (page->str[before]);
  if (!g_str_has_suffix (sentence, "."))
    g_string_append_c (page, '.');
  g_string_append_c (page, '\n');
}

static void
append_option (GString *page, const char *name, char letter, const char *value)
{
  g_string_append (page, ".TP\n");
  if (letter != 0)
    g_string_append_printf (page, "\\fB\\-%c\\fR, ", letter);
  g_string_append (page, "\\fB\\-\\-");
  append_troff (page, name);
  g_string_append (page, "\\fR");
  if (value != NULL)
    {
      g_string_append (page, " \\fI");
      append_troff (page, value);
      g_string_append (page, "\\fR");
    }
  g_string_append_c (page, '\n');
}

static void
append_argument (GString *page, const AdminArgument *argument)
{
  g_autofree char *option = ctl_help_dup_option (argument);

  if (argument->place == ADMIN_WORD || argument->place == ADMIN_MAYBE_WORD)
    {
      g_string_append (page, ".TP\n\\fI");
      append_troff (page, argument->value);
      g_string_append (page, "\\fR\n");
    }
  else
    append_option (page, option, argument->letter,
                   argument->kind == ADMIN_FLAG ? NULL : argument->value);
  append_sentence (page, argument->sentence);
  if (argument->kind == ADMIN_INTEGER && (argument->min != 0 || argument->max != 0))
    g_string_append_printf (page, "From %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT ".\n",
                            argument->min, argument->max);
  if (argument->place == ADMIN_NEEDED_OPTION)
    g_string_append (page, "Needed.\n");
}

static void
append_command (GString *page, const AdminCommand *command)
{
  g_autofree char *usage = ctl_help_dup_usage (command);

  g_string_append (page, ".SS ");
  append_troff (page, usage);
  g_string_append_c (page, '\n');
  append_sentence (page, command->sentence);
  if (command->details != NULL)
    append_sentence (page, command->details);
  if (command->is_local)
    g_string_append_printf (page, "Runs in %s itself, not in %s.\n", ctl_program->name,
                            ctl_program->server);
  if (command->is_dry_by_default)
    g_string_append (page, "A dry run unless \\fB\\-\\-yes\\fR is given.\n");
  for (const AdminArgument *at = command->arguments; at != NULL && at->name != NULL; at++)
    append_argument (page, at);
}

static const char tail[] =
  ".SH EXIT STATUS\n"
  ".TP\n0\nDone.\n"
  ".TP\n1\nRefused or not found, or something was found that must not be.\n"
  ".TP\n2\nAn unknown command or option, or one too many or too few.\n"
  ".TP\n3\nThe database is busy, missing, or not to be had.\n"
  ".TP\n4\nA fault of the program.\n";

static void
append_head (GString *page)
{
  g_autofree char *capitals = g_ascii_strup (ctl_program->name, -1);

  g_string_append_printf (page,
                          ".TH %s 1 \"\" \"Kommunal Planner " PLANNER_VERSION "\"\n"
                          ".SH NAME\n%s \\- %s\n"
                          ".SH SYNOPSIS\n.B %s\n[\\fIOPTION\\fR...] \\fICOMMAND\\fR "
                          "[\\fIARGUMENT\\fR...]\n.SH DESCRIPTION\n%s",
                          capitals, ctl_program->name, ctl_program->about, ctl_program->name,
                          ctl_program->description);
}

/**
 * ctl_manual_dup:
 * @global: the options before the command
 *
 * Returns: (transfer full): the program's manual page in troff
 */
char *
ctl_manual_dup (const GOptionEntry *global)
{
  GString *page = g_string_new (NULL);
  guint n_commands = 0;
  const AdminCommand *commands = admin_table_list (&n_commands);

  append_head (page);
  g_string_append (page, ".SH OPTIONS\n");
  for (; global->long_name != NULL; global++)
    if ((global->flags & G_OPTION_FLAG_HIDDEN) == 0)
      {
        append_option (page, global->long_name, global->short_name, global->arg_description);
        append_sentence (page, global->description);
      }
  g_string_append (page, ".SH COMMANDS\n");
  for (guint i = 0; i < n_commands; i++)
    append_command (page, &commands[i]);
  g_string_append (page,
                   ".SS completion bash|zsh|fish\nPrint a completion script for that shell.\n");
  g_string_append (page, tail);
  g_string_append_printf (page, ".SH SEE ALSO\n%s", ctl_program->see_also);
  return g_string_free (page, FALSE);
}
