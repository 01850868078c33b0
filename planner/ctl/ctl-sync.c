/* SPDX-License-Identifier: EUPL-1.2 */
/* How connected calendars are doing, a line each; below it what to do, a line for each that wants somebody. */
#include <stdio.h>

#include "ctl/ctl.h"

static const CtlColumn columns[] = { { "resource", "RESOURCE" },
                                     { "binding", "NUMBER" },
                                     { "direction", "FLOWS" },
                                     { "state", "STATE" },
                                     { "offered", "OFFERED" },
                                     { "age", "AGE" },
                                     { "fresh_until", "FRESH UNTIL" },
                                     { "conflicts", "CONFLICTS" },
                                     { "waiting", "WAITING" },
                                     { "next_run", "NEXT RUN" },
                                     { NULL, NULL } };

static void
print_remedy (JsonObject *line)
{
  g_autofree char *said = ctl_dup_text (line, "said");
  g_autofree char *why = ctl_dup_text (line, "why");
  g_autofree char *remedy = ctl_dup_text (line, "to_do");
  gboolean is_paused =
    g_str_equal (json_object_get_string_member (line, "state"), "paused") && *why != '\0';
  char *cause = *said != '\0' && !is_paused ? said : why;

  if (g_str_has_suffix (cause, "."))
    cause[strlen (cause) - 1] = '\0';
  if (*remedy == '\0')
    return;
  printf ("%s, %d: %s%s%s: %s\n", json_object_get_string_member (line, "resource"),
          (int) json_object_get_int_member (line, "binding"),
          json_object_get_string_member (line, "state"), *cause == '\0' ? "" : ", ", cause, remedy);
}

static void
print_forgetful (JsonObject *line)
{
  if (json_object_get_boolean_member_with_default (line, "forgets", FALSE))
    printf ("%s, %d: its server forgets what it has told: each run lists the whole calendar\n",
            json_object_get_string_member (line, "resource"),
            (int) json_object_get_int_member (line, "binding"));
}

static void
print_warning (JsonObject *line)
{
  g_autofree char *warning = ctl_dup_text (line, "warning");

  if (*warning != '\0')
    printf ("%s, %d: %s\n", json_object_get_string_member (line, "resource"),
            (int) json_object_get_int_member (line, "binding"), warning);
}

/**
 * ctl_sync_status_print:
 */
void
ctl_sync_status_print (JsonObject *result)
{
  JsonArray *calendars;

  if (!json_object_has_member (result, "calendars"))
    return;
  calendars = json_object_get_array_member (result, "calendars");
  ctl_print_table (calendars, columns);
  printf ("%d calendars; for the sake of %d of them somebody is not offered\n",
          (int) json_array_get_length (calendars),
          (int) json_object_get_int_member (result, "times_withheld"));
  for (guint i = 0; i < json_array_get_length (calendars); i++)
    {
      print_remedy (json_array_get_object_element (calendars, i));
      print_forgetful (json_array_get_object_element (calendars, i));
      print_warning (json_array_get_object_element (calendars, i));
    }
}
