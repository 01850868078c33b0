/* SPDX-License-Identifier: EUPL-1.2 */
/* switchtrackd: the gateway between callers and the Planners. */
#include "config.h"

#include <stdio.h>
#include <string.h>

int
main (int argc, char **argv)
{
  if (argc == 2 && strcmp (argv[1], "--version") == 0)
    {
      printf ("switchtrackd %s\n", PLANNER_VERSION);
      return 0;
    }
  fprintf (stderr, "switchtrackd: usage: switchtrackd --version\n");
  return 2;
}
