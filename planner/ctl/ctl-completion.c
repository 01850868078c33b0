/* SPDX-License-Identifier: EUPL-1.2 */
/* Completion scripts for bash, zsh and fish, from the admin table. */
#include <string.h>

#include "ctl/ctl.h"

#define MAX_WORDS 4

/* What bash and zsh do alike: the words behind the options before the command are what was typed. */
static const char walk[] = "  for word in \"$@\"; do\n"
                           "    if [ -n \"$skip\" ]; then skip=; continue; fi\n"
                           "    case $word in\n"
                           "      %s) skip=yes ;;\n"
                           "      -*) ;;\n"
                           "      *) typed=\"${typed:+$typed }$word\" ;;\n"
                           "    esac\n"
                           "  done\n";

static const char bash_head[] =
  "# bash completion for plannerctl\n"
  "_plannerctl() {\n"
  "  local candidates= files= typed= skip= word cur=${COMP_WORDS[COMP_CWORD]} "
  "prev=${COMP_WORDS[COMP_CWORD-1]}\n"
  "  set -- \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"\n";

static const char bash_tail[] =
  "  COMPREPLY=($(compgen -W \"$candidates\" -- \"$cur\"))\n"
  "  if [ -n \"$files\" ]; then COMPREPLY+=($(compgen -f -- \"$cur\")); fi\n"
  "}\n"
  "complete -o filenames -F _plannerctl plannerctl\n";

static const char zsh_head[] =
  "#compdef plannerctl\n"
  "_plannerctl() {\n"
  "  local candidates= files= typed= skip= word cur=${words[CURRENT]} prev=${words[CURRENT-1]}\n"
  "  set -- \"${(@)words[2,CURRENT-1]}\"\n";

static const char zsh_tail[] = "  compadd -- ${=candidates}\n"
                               "  if [ -n \"$files\" ]; then _files; fi\n"
                               "}\n"
                               "if [ \"$funcstack[1]\" = _plannerctl ]; then _plannerctl \"$@\"; "
                               "else compdef _plannerctl plannerctl; fi\n";

static gboolean
is_option (const AdminArgument *argument)
{
  return argument->place == ADMIN_OPTION || argument->place == ADMIN_NEEDED_OPTION;
}

static gboolean
is_file (const AdminArgument *argument)
{
  return argument->kind == ADMIN_PATH || argument->kind == ADMIN_CONTENT ||
         argument->kind == ADMIN_CITIZEN || argument->kind == ADMIN_FILES ||
         argument->kind == ADMIN_DOCUMENTS;
}

/* Names of options with a value, parted by |: the global ones, then every command's. */
static char *
dup_valued (const GOptionEntry *global)
{
  GString *text = g_string_new (NULL);
  guint n_commands = 0;
  const AdminCommand *commands = admin_table_list (&n_commands);
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (; global->long_name != NULL; global++)
    if (global->arg != G_OPTION_ARG_NONE)
      g_string_append_printf (text, "%s--%s", text->len > 0 ? "|" : "", global->long_name);
  g_string_append (text, "|-d|-s|-t");
  for (guint i = 0; i < n_commands; i++)
    for (const AdminArgument *at = commands[i].arguments; at != NULL && at->name != NULL; at++)
      {
        char *option = ctl_help_dup_option (at);
        if (!is_option (at) || at->kind == ADMIN_FLAG || g_hash_table_contains (seen, option))
          {
            g_free (option);
            continue;
          }
        g_string_append_printf (text, "|--%s", option);
        g_hash_table_add (seen, option);
      }
  return g_string_free (text, FALSE);
}

/* The first words, and for each the second words, of all commands: "list" to "units teams …". */
static void
append_words (GString *text)
{
  guint n_commands = 0;
  const AdminCommand *commands = admin_table_list (&n_commands);
  g_autoptr (GPtrArray) prefixes = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GHashTable) nexts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  for (guint i = 0; i < n_commands; i++)
    {
      g_auto (GStrv) words = g_strsplit (commands[i].name, "-", -1);
      g_autoptr (GString) prefix = g_string_new (NULL);

      for (guint k = 0; words[k] != NULL; k++)
        {
          const char *old = g_hash_table_lookup (nexts, prefix->str);
          g_auto (GStrv) known = g_strsplit (old == NULL ? "" : old, " ", -1);

          if (old == NULL)
            g_ptr_array_add (prefixes, g_strdup (prefix->str));
          if (!g_strv_contains ((const char *const *) known, words[k]))
            g_hash_table_replace (
              nexts, g_strdup (prefix->str),
              g_strjoin (old == NULL ? "" : " ", old == NULL ? "" : old, words[k], NULL));
          g_string_append_printf (prefix, "%s%s", k == 0 ? "" : " ", words[k]);
        }
    }
  for (guint i = 0; i < prefixes->len; i++)
    g_string_append_printf (text, "    \"%s\") candidates=\"%s%s\" ;;\n",
                            (const char *) prefixes->pdata[i],
                            (const char *) g_hash_table_lookup (nexts, prefixes->pdata[i]),
                            i == 0 ? " completion $global" : "");
}

static void
append_command (GString *text, const AdminCommand *command)
{
  g_autofree char *words = ctl_help_dup_words (command);
  gboolean has_files = FALSE;

  g_string_append_printf (text, "    \"%s\"|\"%s \"*) candidates=\"${candidates:+$candidates }",
                          words, words);
  for (const AdminArgument *at = command->arguments; at != NULL && at->name != NULL; at++)
    {
      g_autofree char *option = ctl_help_dup_option (at);
      if (is_option (at))
        g_string_append_printf (text, "--%s ", option);
      else
        has_files |= is_file (at);
      if (!is_option (at) && at->kind == ADMIN_CHOICE)
        {
          g_autofree char *choices = g_strdelimit (g_strdup (at->value), "|", ' ');
          g_string_append_printf (text, "%s ", choices);
        }
    }
  g_string_append_printf (text, "%s--help\"%s ;;\n", command->is_dry_by_default ? "--yes " : "",
                          has_files ? "; files=yes" : "");
}

/* Those with most words first: the shell takes the first pattern that fits. */
static void
append_commands (GString *text)
{
  guint n_commands = 0;
  const AdminCommand *commands = admin_table_list (&n_commands);

  for (guint n_words = MAX_WORDS; n_words > 0; n_words--)
    for (guint i = 0; i < n_commands; i++)
      {
        g_auto (GStrv) words = g_strsplit (commands[i].name, "-", -1);
        if (g_strv_length (words) == n_words)
          append_command (text, &commands[i]);
      }
}

/* Behind an option: its choices, file names, or nothing. */
static void
append_values (GString *text, const AdminCommand *command)
{
  g_autofree char *words = ctl_help_dup_words (command);

  for (const AdminArgument *at = command->arguments; at != NULL && at->name != NULL; at++)
    {
      g_autofree char *option = ctl_help_dup_option (at);
      g_autofree char *choices =
        at->kind == ADMIN_CHOICE ? g_strdelimit (g_strdup (at->value), "|", ' ') : g_strdup ("");

      if (is_option (at) && at->kind != ADMIN_FLAG)
        g_string_append_printf (text, "    \"%s\"*:--%s) candidates=\"%s\"; files=%s ;;\n", words,
                                option, choices, is_file (at) ? "yes" : "");
    }
}

static void
append_body (GString *text, const GOptionEntry *global)
{
  g_autofree char *valued = dup_valued (global);
  guint n_commands = 0;
  const AdminCommand *commands = admin_table_list (&n_commands);

  g_string_append (text, "  local global=\"");
  for (const GOptionEntry *at = global; at->long_name != NULL; at++)
    if ((at->flags & G_OPTION_FLAG_HIDDEN) == 0)
      g_string_append_printf (text, "--%s ", at->long_name);
  g_string_append (text, "--help\"\n");
  g_string_append_printf (text, walk, valued);
  g_string_append (text, "  case $typed in\n");
  append_words (text);
  g_string_append (text, "  esac\n  case $typed in\n");
  append_commands (text);
  g_string_append (
    text, "    completion) candidates=\"bash zsh fish\" ;;\n  esac\n"
          "  case $typed:$prev in\n"
          "    :--database|:--socket|:--data-dir|:--config|:-d|:-s|:-c) candidates=; files=yes ;;\n"
          "    :--tenant|:-t) candidates= ;;\n");
  for (guint i = 0; i < n_commands; i++)
    append_values (text, &commands[i]);
  g_string_append (text, "  esac\n");
}

static void
append_fish_argument (GString *text, const char *words, const AdminArgument *argument)
{
  g_autofree char *option = ctl_help_dup_option (argument);
  g_auto (GStrv) parts = g_strsplit (argument->sentence, "'", -1);
  g_autofree char *sentence = g_strjoinv ("\\'", parts);
  g_autofree char *choices =
    argument->kind == ADMIN_CHOICE ? g_strdelimit (g_strdup (argument->value), "|", ' ') : NULL;

  if (!is_option (argument) && choices == NULL && !is_file (argument))
    return;
  g_string_append_printf (text, "complete -c plannerctl -n '__plannerctl_is \"%s\"'", words);
  if (is_option (argument))
    g_string_append_printf (text, " -l %s -d '%s'", option, sentence);
  if (is_option (argument) && argument->kind != ADMIN_FLAG)
    g_string_append (text, is_file (argument) ? " -r -F" : " -x");
  else if (is_file (argument))
    g_string_append (text, " -F");
  if (choices != NULL)
    g_string_append_printf (text, " -a '%s'", choices);
  g_string_append_c (text, '\n');
}

static const char fish_head[] =
  "# fish completion for plannerctl\n"
  "function __plannerctl_path\n"
  "  set -l words (commandline -opc)[2..-1]\n"
  "  set -l path\n"
  "  set -l skip 0\n"
  "  for word in $words\n"
  "    if test $skip = 1; set skip 0; continue; end\n"
  "    switch $word\n"
  "      case --database --socket --data-dir --tenant -d -s -t; set skip 1\n"
  "      case '-*'\n"
  "      case '*'; set -a path $word\n"
  "    end\n"
  "  end\n"
  "  string join ' ' -- $path\n"
  "end\n"
  "function __plannerctl_at\n  test (__plannerctl_path | string collect -a) = \"$argv\"\nend\n"
  "function __plannerctl_is\n"
  "  set -l path (__plannerctl_path | string collect -a)\n"
  "  test \"$path\" = \"$argv\"; or string match -q -- \"$argv *\" \"$path\"\nend\n"
  "complete -c plannerctl -f\n"
  "complete -c plannerctl -n '__plannerctl_at completion' -a 'bash zsh fish'\n"
  "complete -c plannerctl -n '__plannerctl_at \"\"' -a completion\n";

static void
append_fish_command (GString *text, const AdminCommand *command)
{
  g_autofree char *path = ctl_help_dup_words (command);
  g_auto (GStrv) words = g_strsplit (command->name, "-", -1);
  g_auto (GStrv) parts = g_strsplit (command->sentence, "'", -1);
  g_autofree char *sentence = g_strjoinv ("\\'", parts);
  g_autoptr (GString) prefix = g_string_new (NULL);

  for (guint k = 0; words[k] != NULL; k++)
    {
      g_string_append_printf (text, "complete -c plannerctl -n '__plannerctl_at \"%s\"' -a %s",
                              prefix->str, words[k]);
      if (words[k + 1] == NULL)
        g_string_append_printf (text, " -d '%s'", sentence);
      g_string_append_c (text, '\n');
      g_string_append_printf (prefix, "%s%s", k == 0 ? "" : " ", words[k]);
    }
  for (const AdminArgument *at = command->arguments; at != NULL && at->name != NULL; at++)
    append_fish_argument (text, path, at);
  if (command->is_dry_by_default)
    append_fish_argument (text, path, &ctl_yes_argument);
}

static char *
dup_fish (const GOptionEntry *global)
{
  GString *text = g_string_new (fish_head);
  guint n_commands = 0;
  const AdminCommand *commands = admin_table_list (&n_commands);

  for (; global->long_name != NULL; global++)
    if ((global->flags & G_OPTION_FLAG_HIDDEN) == 0)
      g_string_append_printf (text, "complete -c plannerctl -n '__plannerctl_at \"\"' -l %s%s\n",
                              global->long_name, global->arg == G_OPTION_ARG_NONE ? "" : " -r -F");
  for (guint i = 0; i < n_commands; i++)
    append_fish_command (text, &commands[i]);
  return g_string_free (text, FALSE);
}

static char *
dup_script (const char *shell, const GOptionEntry *global)
{
  g_autoptr (GString) text = g_string_new (NULL);
  gboolean is_zsh = g_str_equal (shell, "zsh");

  if (g_str_equal (shell, "fish"))
    return dup_fish (global);
  if (!is_zsh && !g_str_equal (shell, "bash"))
    return NULL;
  g_string_append (text, is_zsh ? zsh_head : bash_head);
  append_body (text, global);
  g_string_append (text, is_zsh ? zsh_tail : bash_tail);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/**
 * ctl_completion_dup:
 * @shell: bash, zsh or fish
 * @global: the options before the command
 *
 * Returns: (transfer full) (nullable): a script for the program; NULL for another shell.
 */
char *
ctl_completion_dup (const char *shell, const GOptionEntry *global)
{
  g_autofree char *script = dup_script (shell, global);
  g_auto (GStrv) pieces = script == NULL ? NULL : g_strsplit (script, "plannerctl", -1);

  /* The scripts are written for plannerctl; their functions bear its name. */
  return script == NULL ? NULL : g_strjoinv (ctl_program->name, pieces);
}
