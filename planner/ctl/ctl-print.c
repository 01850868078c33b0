/* SPDX-License-Identifier: EUPL-1.2 */
/* Results as text: tables and records with columns as wide as their longest value. */
#include <stdio.h>

#include "ctl/ctl.h"

#define GAP 2

/* For people: 99.9, not the seventeen digits that a program needs to read the same number again. */
static char *
dup_double (double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  return g_strdup (g_ascii_formatd (text, sizeof text, "%.10g", value));
}

static char *
dup_scalar (JsonNode *node)
{
  GType type = JSON_NODE_HOLDS_VALUE (node) ? json_node_get_value_type (node) : G_TYPE_INVALID;

  if (type == G_TYPE_STRING)
    return g_strdup (json_node_get_string (node));
  if (type == G_TYPE_BOOLEAN)
    return g_strdup (json_node_get_boolean (node) ? "yes" : "no");
  if (type == G_TYPE_INT64)
    return g_strdup_printf ("%" G_GINT64_FORMAT, json_node_get_int (node));
  if (JSON_NODE_HOLDS_OBJECT (node) || JSON_NODE_HOLDS_ARRAY (node))
    return json_to_string (node, FALSE);
  if (type == G_TYPE_DOUBLE)
    return dup_double (json_node_get_double (node));
  return g_strdup ("");
}

/**
 * ctl_dup_text:
 *
 * Returns: (transfer full): the member as text; empty when it is not there.
 */
char *
ctl_dup_text (JsonObject *object, const char *member)
{
  JsonNode *node = json_object_get_member (object, member);
  g_autoptr (GString) joined = NULL;
  JsonArray *array;

  if (node == NULL)
    return g_strdup ("");
  if (!JSON_NODE_HOLDS_ARRAY (node))
    return dup_scalar (node);
  joined = g_string_new (NULL);
  array = json_node_get_array (node);
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      g_autofree char *part = dup_scalar (json_array_get_element (array, i));
      g_string_append_printf (joined, "%s%s", i == 0 ? "" : ", ", part);
    }
  return g_string_free (g_steal_pointer (&joined), FALSE);
}

static void
print_padded (const char *text, glong width)
{
  glong length = g_utf8_strlen (text, -1);

  fputs (text, stdout);
  for (; length < width; length++)
    putchar (' ');
}

static glong
column_width (JsonArray *rows, const CtlColumn *column)
{
  glong width = g_utf8_strlen (column->title, -1);

  for (guint i = 0; i < json_array_get_length (rows); i++)
    {
      g_autofree char *text =
        ctl_dup_text (json_array_get_object_element (rows, i), column->member);
      width = MAX (width, g_utf8_strlen (text, -1));
    }
  return width;
}

/**
 * ctl_print_table:
 * @columns: ended by one whose member is NULL
 */
void
ctl_print_table (JsonArray *rows, const CtlColumn *columns)
{
  g_autoptr (GArray) widths = g_array_new (FALSE, FALSE, sizeof (glong));

  for (guint column = 0; columns[column].member != NULL; column++)
    {
      glong width =
        columns[column + 1].member == NULL ? 0 : column_width (rows, &columns[column]) + GAP;
      g_array_append_val (widths, width);
      print_padded (columns[column].title, width);
    }
  putchar ('\n');
  for (guint i = 0; i < json_array_get_length (rows); i++)
    {
      for (guint column = 0; columns[column].member != NULL; column++)
        {
          g_autofree char *text =
            ctl_dup_text (json_array_get_object_element (rows, i), columns[column].member);
          print_padded (text, g_array_index (widths, glong, column));
        }
      putchar ('\n');
    }
}

/**
 * ctl_print_record:
 * @lines: ended by one whose member is NULL; empty values are left out
 */
void
ctl_print_record (JsonObject *record, const CtlColumn *lines)
{
  glong width = 0;

  for (guint i = 0; lines[i].member != NULL; i++)
    width = MAX (width, g_utf8_strlen (lines[i].title, -1) + GAP);
  for (guint i = 0; lines[i].member != NULL; i++)
    {
      g_autofree char *text = ctl_dup_text (record, lines[i].member);

      if (*text == '\0')
        continue;
      print_padded (lines[i].title, width);
      printf ("%s\n", text);
    }
}

static gboolean
is_list_of_objects (JsonNode *node)
{
  JsonArray *array = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  return array != NULL && json_array_get_length (array) > 0 &&
         JSON_NODE_HOLDS_OBJECT (json_array_get_element (array, 0));
}

/* A column for each member that any row has, in the order in which they are first seen; lists of objects are none. */
static GArray *
list_columns (JsonArray *rows)
{
  GArray *columns = g_array_new (TRUE, TRUE, sizeof (CtlColumn));
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < json_array_get_length (rows); i++)
    {
      JsonObject *row = json_array_get_object_element (rows, i);
      g_autoptr (GList) members = json_object_get_members (row);

      for (GList *at = members; at != NULL; at = at->next)
        {
          CtlColumn column = { at->data, at->data };
          if (!is_list_of_objects (json_object_get_member (row, at->data)) &&
              g_hash_table_add (seen, at->data))
            g_array_append_val (columns, column);
        }
    }
  return columns;
}

/* What a row is called: its first member of these. */
static const char *
find_name (JsonObject *row)
{
  static const char *const names[] = { "name", "code", "id", "key" };
  const char *name = NULL;

  for (guint i = 0; name == NULL && i < G_N_ELEMENTS (names); i++)
    name = json_object_get_string_member_with_default (row, names[i], NULL);
  return name == NULL ? "" : name;
}

/* Lists within rows are tables of their own, behind that of the rows. */
static void
print_list (const char *name, JsonArray *rows)
{
  g_autoptr (GArray) columns = list_columns (rows);

  printf ("\n%s\n", name);
  ctl_print_table (rows, (const CtlColumn *) columns->data);
  for (guint i = 0; i < json_array_get_length (rows); i++)
    {
      JsonObject *row = json_array_get_object_element (rows, i);
      g_autoptr (GList) members = json_object_get_members (row);

      for (GList *at = members; at != NULL; at = at->next)
        if (is_list_of_objects (json_object_get_member (row, at->data)))
          {
            g_autofree char *title =
              g_strdup_printf ("%s of %s", (const char *) at->data, find_name (row));

            print_list (title, json_object_get_array_member (row, at->data));
          }
    }
}

/* Lists, and all of them empty: whoever asked is told that nothing was found. */
static gboolean
is_nothing (JsonObject *result, GList *members)
{
  for (GList *at = members; at != NULL; at = at->next)
    {
      JsonNode *node = json_object_get_member (result, at->data);

      if (!JSON_NODE_HOLDS_ARRAY (node) || json_array_get_length (json_node_get_array (node)) > 0)
        return FALSE;
    }
  return members != NULL;
}

/**
 * ctl_print_any:
 *
 * The printer of results that have none of their own.
 */
void
ctl_print_any (JsonObject *result)
{
  g_autoptr (GArray) lines = g_array_new (TRUE, TRUE, sizeof (CtlColumn));
  g_autoptr (GList) members = json_object_get_members (result);

  for (GList *at = members; at != NULL; at = at->next)
    {
      CtlColumn line = { at->data, at->data };
      JsonNode *node = json_object_get_member (result, at->data);
      if (!JSON_NODE_HOLDS_OBJECT (node) && !is_list_of_objects (node))
        g_array_append_val (lines, line);
    }
  if (is_nothing (result, members))
    puts ("none");
  ctl_print_record (result, (const CtlColumn *) lines->data);
  for (GList *at = members; at != NULL; at = at->next)
    if (JSON_NODE_HOLDS_OBJECT (json_object_get_member (result, at->data)))
      {
        if (members->next != NULL)
          printf ("\n%s\n", (const char *) at->data);
        ctl_print_any (json_object_get_object_member (result, at->data));
      }
    else if (is_list_of_objects (json_object_get_member (result, at->data)))
      print_list (at->data, json_object_get_array_member (result, at->data));
}
