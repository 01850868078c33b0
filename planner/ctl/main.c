/* SPDX-License-Identifier: EUPL-1.2 */
/* plannerctl: everything an admin does, from the shell. */
#include "config.h"

#include <locale.h>
#include <stdio.h>

#include "ctl/ctl.h"

/* clang-format off */
static const CtlCommand commands[] = {
  { "create", ctl_create, "[--key KEY [--name NAME]]", "make the database, and a tenant in it" },
  { "import", ctl_import, "FOLDER [--dry-run] [--partial]", "read a municipality from a folder" },
  { "list", ctl_list, "units|teams|advisors|rooms|offers|bookings [--unit KEY|--advisor KEY] [--from DATE] [--to DATE]"
    " [--cancelled]", "list records" },
  { "show week", ctl_week, "RESOURCE [--date DATE]", "show a calendar week" },
  { "show", ctl_show, "unit|advisor|room|offer|booking ID", "show one record" },
  { "explain", ctl_explain, "OFFER TIME [--advisor KEY] [--citizen-file FILE]", "say why a time is offered, or is not" },
  { "verify", ctl_verify, "", "hold journal, claims and laid-out time against what they must be" },
};
/* clang-format on */

static char *
dup_help (void)
{
  g_autoptr (GString) text = g_string_new ("Commands:\n");

  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    g_string_append_printf (text, "  %s %s\n      %s\n", commands[i].name, commands[i].arguments,
                            commands[i].sentence);
  g_string_append (
    text, "\nExit codes: 0 done, 1 refused or not found, 2 wrong usage, 3 database busy or "
          "not to be had,\n4 a fault of the program.\n");
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/**
 * ctl_parse:
 * @usage: the command and its arguments
 */
gboolean
ctl_parse (const GOptionEntry *entries, const char *usage, int n_words, int *argc, char ***argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autofree char *name = g_strdup_printf ("plannerctl %s", usage);
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  g_set_prgname (name);
  if (g_option_context_parse (context, argc, argv, &error) && *argc == n_words + 1)
    return TRUE;
  if (error != NULL)
    fprintf (stderr, "plannerctl: %s\n", error->message);
  else
    fprintf (stderr, "plannerctl: usage: %s\n", name);
  return FALSE;
}

/* The command whose words begin the arguments; @out_n_words of them. */
static const CtlCommand *
find_command (int argc, char **argv, int *out_n_words)
{
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      g_auto (GStrv) words = g_strsplit (commands[i].name, " ", -1);
      int n_words = (int) g_strv_length (words);
      int n_same = 0;

      while (n_same < n_words && n_same < argc && g_str_equal (words[n_same], argv[n_same]))
        n_same++;
      *out_n_words = n_words;
      if (n_same == n_words)
        return &commands[i];
    }
  return NULL;
}

static int
run (Ctl *ctl, int argc, char **argv)
{
  int n_words = 0;
  const CtlCommand *command = find_command (argc - 1, argv + 1, &n_words);

  if (command == NULL)
    {
      fprintf (stderr, "plannerctl: %s; see plannerctl --help\n",
               argc < 2 ? "no command" : "there is no such command");
      return 2;
    }
  return command->function (ctl, argc - n_words, argv + n_words);
}

int
main (int argc, char **argv)
{
  Ctl ctl = { 0 };
  const GOptionEntry entries[] = {
    { "database", 'd', 0, G_OPTION_ARG_FILENAME, &ctl.database, "database file", "FILE" },
    { "socket", 's', 0, G_OPTION_ARG_FILENAME, &ctl.socket,
      "plannerd's admin socket (default: the database's name with .socket behind)", "PATH" },
    { "data-dir", 0, 0, G_OPTION_ARG_FILENAME, &ctl.data_dir, "schema and code lists", "FOLDER" },
    { "tenant", 't', 0, G_OPTION_ARG_STRING, &ctl.tenant, "municipality, when there are several",
      "KEY" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &ctl.is_json, "results as JSON", NULL },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("COMMAND …");
  g_autofree char *help = dup_help ();
  g_autoptr (GError) error = NULL;
  int code;

  setlocale (LC_ALL, "C.UTF-8");
  g_option_context_set_summary (context, "Everything an admin of a Kommunal Planner does.");
  g_option_context_set_description (context, help);
  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_set_strict_posix (context, TRUE);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    {
      fprintf (stderr, "plannerctl: %s\n", error->message);
      return 2;
    }
  if (ctl.database == NULL)
    ctl.database = g_strdup ("planner.db");
  if (ctl.socket == NULL)
    ctl.socket = g_strconcat (ctl.database, ".socket", NULL);
  if (ctl.data_dir == NULL)
    ctl.data_dir = g_strdup (PLANNER_DATA_DIR);
  code = run (&ctl, argc, argv);
  g_free (ctl.database);
  g_free (ctl.socket);
  g_free (ctl.data_dir);
  g_free (ctl.tenant);
  return code;
}
