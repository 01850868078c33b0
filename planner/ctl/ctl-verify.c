/* SPDX-License-Identifier: EUPL-1.2 */
/* Whether the database is what it must be, for people. */
#include <stdio.h>

#include "ctl/ctl.h"

/**
 * ctl_verify_print:
 */
void
ctl_verify_print (JsonObject *result)
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
