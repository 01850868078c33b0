/* SPDX-License-Identifier: EUPL-1.2 */
/* plannerctl report missing times: two tables of comma-separated values, an empty line between them. */
#include <stdio.h>
#include <string.h>

#include "ctl/ctl.h"

static void
print_cell (JsonObject *object, const char *member, const char *before)
{
  JsonNode *node = json_object_get_member (object, member);
  const char *text = NULL;

  fputs (before, stdout);
  if (node == NULL)
    return;
  if (json_node_get_value_type (node) == G_TYPE_INT64)
    {
      printf ("%" G_GINT64_FORMAT, json_node_get_int (node));
      return;
    }
  text = json_node_get_string (node);
  if (strpbrk (text, ",\"\n") == NULL)
    {
      fputs (text, stdout);
      return;
    }
  putchar ('"');
  for (; *text != '\0'; text++)
    printf (*text == '"' ? "\"\"" : "%c", *text);
  putchar ('"');
}

static void
print_table (JsonObject *result, const char *list, const char *const *members)
{
  JsonArray *array = json_object_get_array_member (result, list);

  for (guint i = 0; members[i] != NULL; i++)
    printf ("%s%s", i == 0 ? "" : ",", members[i]);
  putchar ('\n');
  for (guint row = 0; row < json_array_get_length (array); row++)
    {
      for (guint i = 0; members[i] != NULL; i++)
        print_cell (json_array_get_object_element (array, row), members[i], i == 0 ? "" : ",");
      putchar ('\n');
    }
}

/**
 * ctl_missing_print:
 */
void
ctl_missing_print (JsonObject *result)
{
  static const char *const counts[] = { "unit",     "offer", "title", "reason", "answers",
                                        "citizens", "first", "last",  NULL };
  static const char *const rows[] = { "at",         "unit",     "offer", "title", "reason",
                                      "asked_from", "asked_to", "call",  NULL };

  if (!json_object_has_member (result, "rows"))
    return;
  print_table (result, "counts", counts);
  putchar ('\n');
  print_table (result, "rows", rows);
  if (json_object_has_member (result, "cursor"))
    fprintf (stderr, "there are more: --cursor %s\n",
             json_object_get_string_member (result, "cursor"));
}
