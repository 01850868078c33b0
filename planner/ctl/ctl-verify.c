/* SPDX-License-Identifier: EUPL-1.2 */
/* plannerctl verify: whether the database is what it must be. */
#include <stdio.h>

#include "ctl/ctl.h"

static void
print (JsonObject *result)
{
  JsonArray *faults = json_object_has_member (result, "faults")
                        ? json_object_get_array_member (result, "faults")
                        : NULL;

  for (guint i = 0; faults != NULL && i < json_array_get_length (faults); i++)
    {
      JsonObject *fault = json_array_get_object_element (faults, i);
      printf ("%s: %s: %s\n", json_object_get_string_member (fault, "check"),
              json_object_get_string_member (fault, "text"),
              json_object_get_string_member (fault, "subject"));
    }
  if (json_object_get_boolean_member_with_default (result, "sound", FALSE))
    printf ("sound: %" G_GINT64_FORMAT " journal rows, claims, seats and laid-out time agree\n",
            json_object_get_int_member (result, "journal_rows"));
}

/**
 * ctl_verify:
 */
int
ctl_verify (const Ctl *ctl, int argc, char **argv)
{
  const GOptionEntry entries[] = { { NULL } };

  if (!ctl_parse (entries, "verify", 0, &argc, &argv))
    return 2;
  return ctl_run (ctl, "verify", json_object_new (), print);
}
