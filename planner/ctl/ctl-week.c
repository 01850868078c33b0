/* SPDX-License-Identifier: EUPL-1.2 */
/* A calendar week as a grid, a line for half an hour, a letter for five minutes. */
#include <stdio.h>
#include <string.h>

#include "ctl/ctl.h"

#define STEPS_PER_DAY  288
#define STEPS_PER_LINE 6

static const char *const weekdays[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };

static const char *
steps_of (JsonArray *days, guint day)
{
  return json_object_get_string_member (json_array_get_object_element (days, day), "steps");
}

static gboolean
is_empty_line (JsonArray *days, guint line)
{
  for (guint day = 0; day < json_array_get_length (days); day++)
    if (strspn (steps_of (days, day) + line * STEPS_PER_LINE, " ") < STEPS_PER_LINE)
      return FALSE;
  return TRUE;
}

static void
print_line (JsonArray *days, guint line)
{
  printf ("%02u:%02u ", line / 2, line % 2 * 30);
  for (guint day = 0; day < json_array_get_length (days); day++)
    printf (" |%.*s|", STEPS_PER_LINE, steps_of (days, day) + line * STEPS_PER_LINE);
  putchar ('\n');
}

static void
print_head (JsonArray *days)
{
  printf ("      ");
  for (guint day = 0; day < json_array_get_length (days); day++)
    printf (" %s %.5s", weekdays[day % 7],
            json_object_get_string_member (json_array_get_object_element (days, day), "date") + 5);
  putchar ('\n');
}

static void
print_closed (JsonArray *days)
{
  for (guint day = 0; day < json_array_get_length (days); day++)
    {
      JsonObject *object = json_array_get_object_element (days, day);
      if (json_object_has_member (object, "closed"))
        printf ("%s closed: %s\n", json_object_get_string_member (object, "date"),
                json_object_get_string_member (object, "closed"));
    }
}

/**
 * ctl_week_print:
 */
void
ctl_week_print (JsonObject *result)
{
  JsonArray *days = json_object_get_array_member (result, "days");
  guint first = 0;
  guint last = STEPS_PER_DAY / STEPS_PER_LINE;

  while (first < last && is_empty_line (days, first))
    first++;
  while (last > first && is_empty_line (days, last - 1))
    last--;
  printf ("%s, week %" G_GINT64_FORMAT "\n", json_object_get_string_member (result, "name"),
          json_object_get_int_member (result, "week"));
  print_head (days);
  for (guint line = first; line < last; line++)
    print_line (days, line);
  print_closed (days);
  printf (". working  ~ tentative  x own appointment  e not in person  # blocked by hand  "
          "B booking  H hold  G group meeting  b buffer\n");
}
