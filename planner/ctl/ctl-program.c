/* SPDX-License-Identifier: EUPL-1.2 */
/* Which program this is, and which of its commands a command line names. */
#include <stdio.h>

#include "ctl/ctl.h"

#define MAX_WORDS 4

static const CtlProgram plannerctl = {
  .name = "plannerctl",
  .server = "plannerd",
  .about = "everything an admin of a Kommunal Planner does",
  .description =
    "plannerctl takes the lock of the database and works on it. When a running\n.BR plannerd (8)\n"
    "has the lock, the command goes to its admin socket and does there the same.\n"
    "The words of a command may also be joined by hyphens.\n.PP\n"
    "Dates are YYYY\\-MM\\-DD, times YYYY\\-MM\\-DDTHH:MM in the unit\\(aqs zone unless an offset "
    "follows.\nA citizen\\(aqs number is read from a file or standard input, never from the "
    "command "
    "line.\n",
  .see_also = ".BR plannerd (8),\n.BR plannerd.conf (5),\n.BR planner\\-import (5)\n",
};

const CtlProgram *ctl_program = &plannerctl;

/**
 * ctl_find_command:
 * @out_n_words: how many words name it
 *
 * Returns: (nullable): the command that the longest run of words names, joined by hyphens
 */
const AdminCommand *
ctl_find_command (int argc, char **argv, int *out_n_words)
{
  g_autoptr (GString) name = g_string_new (NULL);
  const AdminCommand *found = NULL;

  for (int i = 0; i < argc && i < MAX_WORDS; i++)
    {
      g_string_append_printf (name, "%s%s", i == 0 ? "" : "-", argv[i]);
      if (admin_table_find (name->str) == NULL)
        continue;
      found = admin_table_find (name->str);
      *out_n_words = i + 1;
    }
  return found;
}

/**
 * ctl_print_unknown:
 *
 * Says which commands begin with the first word, so that half a command is answered with the rest.
 */
void
ctl_print_unknown (const char *word)
{
  guint n_commands = 0;
  const AdminCommand *commands = admin_table_list (&n_commands);
  g_autofree char *prefix = g_strconcat (word, "-", NULL);
  g_autoptr (GString) similar = g_string_new (NULL);

  for (guint i = 0; i < n_commands; i++)
    {
      g_autofree char *words = ctl_help_dup_words (&commands[i]);
      if (g_str_has_prefix (commands[i].name, prefix))
        g_string_append_printf (similar, "%s %s", similar->len == 0 ? "; there is" : ",", words);
    }
  fprintf (stderr, "%s: there is no such command%s; see %s --help\n", ctl_program->name,
           similar->str, ctl_program->name);
}
