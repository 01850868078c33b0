/* SPDX-License-Identifier: EUPL-1.2 */
/* switchtrackctl: everything an operator of the switch-track does, from the shell. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "ctl/track-ctl-rehearse.h"

int
main (int argc, char **argv)
{
  if (argc == 2 && strcmp (argv[1], "--version") == 0)
    {
      printf ("switchtrackctl %s\n", PLANNER_VERSION);
      return 0;
    }
  if (argc >= 2 && strcmp (argv[1], "rehearse") == 0)
    return track_ctl_rehearse (argc - 1, argv + 1);
  fprintf (stderr, "switchtrackctl: usage: switchtrackctl --version\n");
  return 2;
}
