/* SPDX-License-Identifier: EUPL-1.2 */
/* What an import did, for people: counts by table, and the rows that were refused. */
#include <stdio.h>

#include "ctl/ctl.h"

static void
print_table_counts (JsonObject *tables)
{
  g_autoptr (JsonArray) rows = json_array_new ();
  g_autoptr (GList) names = json_object_get_members (tables);
  static const CtlColumn columns[] = { { "name", "TABLE" },      { "added", "ADDED" },
                                       { "changed", "CHANGED" }, { "same", "SAME" },
                                       { "refused", "REFUSED" }, { NULL, NULL } };

  for (GList *at = names; at != NULL; at = at->next)
    {
      JsonObject *row = json_object_ref (json_object_get_object_member (tables, at->data));
      json_object_set_string_member (row, "name", at->data);
      json_array_add_object_element (rows, row);
    }
  ctl_print_table (rows, columns);
}

static void
print_problems (JsonArray *problems)
{
  for (guint i = 0; i < json_array_get_length (problems); i++)
    {
      JsonObject *problem = json_array_get_object_element (problems, i);
      gint64 line = json_object_get_int_member (problem, "line");

      printf ("%s", json_object_get_string_member (problem, "file"));
      if (line > 0)
        printf (":%" G_GINT64_FORMAT, line);
      printf (": %s\n", json_object_get_string_member (problem, "reason"));
    }
}

/**
 * ctl_import_print:
 */
void
ctl_import_print (JsonObject *result)
{
  if (json_object_has_member (result, "tables"))
    print_table_counts (json_object_get_object_member (result, "tables"));
  if (json_object_has_member (result, "problems"))
    print_problems (json_object_get_array_member (result, "problems"));
  if (json_object_has_member (result, "expanded"))
    printf ("expanded %" G_GINT64_FORMAT " resources\n",
            json_object_get_int_member (result, "expanded"));
  if (json_object_get_boolean_member_with_default (result, "dry_run", FALSE))
    printf ("dry run: nothing was written\n");
}
