/* SPDX-License-Identifier: EUPL-1.2 */
/* plannerctl show: a unit, an advisor or room, an offer, a booking. */
#include <stdio.h>

#include "ctl/ctl.h"

static const struct
{
  const char *what;
  const char *command;
  const char *argument;
} shows[] = {
  { "unit", "show-unit", "unit" },          { "advisor", "show-advisor", "resource" },
  { "room", "show-advisor", "resource" },   { "offer", "show-offer", "offer" },
  { "booking", "show-booking", "booking" },
};

/* Scalars and lists of scalars line by line in the object's order; lists of objects as tables below. */
static gboolean
is_table (JsonNode *node)
{
  JsonArray *array = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  return array != NULL && json_array_get_length (array) > 0 &&
         JSON_NODE_HOLDS_OBJECT (json_array_get_element (array, 0));
}

static void
print_table (const char *name, JsonArray *rows)
{
  g_autoptr (GArray) columns = g_array_new (TRUE, TRUE, sizeof (CtlColumn));
  JsonObject *first = json_array_get_object_element (rows, 0);
  g_autoptr (GList) members = json_object_get_members (first);

  for (GList *at = members; at != NULL; at = at->next)
    {
      CtlColumn column = { at->data, at->data };
      g_array_append_val (columns, column);
    }
  printf ("\n%s\n", name);
  ctl_print_table (rows, (const CtlColumn *) columns->data);
}

static void
print_object (JsonObject *object)
{
  g_autoptr (GArray) lines = g_array_new (TRUE, TRUE, sizeof (CtlColumn));
  g_autoptr (GList) members = json_object_get_members (object);

  for (GList *at = members; at != NULL; at = at->next)
    {
      CtlColumn line = { at->data, at->data };
      if (!is_table (json_object_get_member (object, at->data)))
        g_array_append_val (lines, line);
    }
  ctl_print_record (object, (const CtlColumn *) lines->data);
  for (GList *at = members; at != NULL; at = at->next)
    if (is_table (json_object_get_member (object, at->data)))
      print_table (at->data, json_object_get_array_member (object, at->data));
}

static void
print (JsonObject *result)
{
  g_autoptr (GList) members = json_object_get_members (result);

  for (GList *at = members; at != NULL; at = at->next)
    if (JSON_NODE_HOLDS_OBJECT (json_object_get_member (result, at->data)))
      print_object (json_object_get_object_member (result, at->data));
}

/**
 * ctl_show:
 */
int
ctl_show (const Ctl *ctl, int argc, char **argv)
{
  const GOptionEntry entries[] = { { NULL } };
  JsonObject *arguments;

  if (!ctl_parse (entries, "show WHAT ID", 2, &argc, &argv))
    return 2;
  for (guint i = 0; i < G_N_ELEMENTS (shows); i++)
    if (g_str_equal (shows[i].what, argv[1]))
      {
        arguments = json_object_new ();
        json_object_set_string_member (arguments, shows[i].argument, argv[2]);
        return ctl_run (ctl, shows[i].command, arguments, print);
      }
  fprintf (stderr, "plannerctl: show takes unit, advisor, room, offer, booking or week, not %s\n",
           argv[1]);
  return 2;
}
