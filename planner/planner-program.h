/* SPDX-License-Identifier: EUPL-1.2 */
/* How plannerd and switchtrackd begin: command line, what is printed and ends, log, memory, signals. */
#pragma once

#include <glib.h>

/**
 * PlannerProgramOptions:
 * @arguments: as they were given
 * @only_checks: say what is wrong with the configuration, and end
 */
typedef struct
{
  char **arguments;
  char *config_path;
  gboolean only_checks;
} PlannerProgramOptions;

/**
 * PlannerProgram:
 * @name: as it is called; its configuration's manual page is NAME.conf(5)
 * @checks: what --check-config does
 * @dup_sample, @dup_manual: of the configuration
 * @run: until it is stopped; the error is what it could not start for
 */
typedef struct
{
  const char *name;
  const char *summary;
  const char *checks;
  char *(*dup_sample) (void);
  char *(*dup_manual) (void);
  gboolean (*run) (const PlannerProgramOptions *options, GError **error);
} PlannerProgram;

int planner_program_main (const PlannerProgram *program, int argc, char **argv);
void planner_program_prepare (gint64 log_format, const char *log_level, gboolean allows_core_dumps);
