/* SPDX-License-Identifier: EUPL-1.2 */
/* Runs the connection test once, so that a test can hold it against real servers. */
#include <gio/gio.h>
#include <stdio.h>

#include "calsync-remote-probe.h"

/* usage: probe-tool ADDRESS USER SECRET-FILE CALENDAR UID
 * User `-`: no name; calendar `-`: the only one; UID `-`: nothing is written. Lines separated by tabs: step, outcome, text;
 * then `found`, address, name; then `usable` and 0 or 1. */

static gint64
on_now (gpointer data)
{
  return g_get_monotonic_time ();
}

static void
print_probe (const CalsyncProbe *probe)
{
  for (guint i = 0; i < CALSYNC_PROBE_N_STEPS; i++)
    printf ("%s\t%s\t%s\n", calsync_probe_step_format (i),
            calsync_probe_outcome_format (probe->steps[i].outcome),
            probe->steps[i].text != NULL ? probe->steps[i].text : "");
  for (guint i = 0; i < probe->discovery.calendars->len; i++)
    {
      const CalsyncDiscovered *calendar = g_ptr_array_index (probe->discovery.calendars, i);

      printf ("found\t%s\t%s\n", calendar->uri,
              calendar->display_name != NULL ? calendar->display_name : "");
    }
  printf ("usable\t%d\n", probe->is_usable);
}

static const char *
or_null (const char *word)
{
  return g_str_equal (word, "-") ? NULL : word;
}

int
main (int argc, char **argv)
{
  const CalsyncHttpEnvironment environment = { .get_monotonic_us = on_now };
  CalsyncHttpSettings settings = { .environment = &environment };
  CalsyncProbePlan plan = { .discovery = { .http = &settings, .skips_dns = TRUE } };
  g_autofree char *secret = NULL;
  g_autoptr (CalsyncProbe) probe = NULL;

  if (argc != 6 || !g_file_get_contents (argv[3], &secret, NULL, NULL))
    {
      fprintf (stderr, "usage: probe-tool ADDRESS USER SECRET-FILE CALENDAR UID\n");
      return 2;
    }
  settings.auth = or_null (argv[2]) != NULL ? CALSYNC_AUTH_BASIC : CALSYNC_AUTH_NONE;
  settings.user = or_null (argv[2]);
  settings.secret = g_strchomp (secret);
  plan.discovery.address = argv[1];
  plan.calendar = or_null (argv[4]);
  plan.test_uid = or_null (argv[5]);
  plan.wants_write = plan.test_uid != NULL;
  plan.test_start_us = G_GINT64_CONSTANT (1798700400000000);
  probe = calsync_remote_probe (&plan, NULL);
  print_probe (probe);
  return 0;
}
