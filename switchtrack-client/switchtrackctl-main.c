/* SPDX-License-Identifier: EUPL-1.2 */
/* switchtrackctl: everything an operator of the switch-track does, from the shell. */
#include <locale.h>

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

static int
run (gpointer data, const AdminCommand *command, JsonObject *arguments)
{
  return track_ctl_run (data, command, arguments);
}

int
main (int argc, char **argv)
{
  g_auto (TrackCtl) ctl = { 0 };
  CtlPrints prints = { 0 };
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
    CTL_PRINTS_ENTRIES (prints),
    { NULL },
  };
  const CtlMain self = { .summary = "Everything an operator of the switch-track does.",
                         .entries = entries,
                         .prints = &prints,
                         .run = run,
                         .data = &ctl,
                         .own_word = "rehearse",
                         .own = track_ctl_rehearse };

  setlocale (LC_ALL, "C.UTF-8");
  ctl_program = &program;
  admin_table_begin_empty ();
  track_commands_register ();
  track_commands_health_register ();
  return ctl_main_run (&self, argc, argv);
}
