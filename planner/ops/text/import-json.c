/* SPDX-License-Identifier: EUPL-1.2 */
/* Flattens an array of offer objects: lists are joined with bars, yes and no stand for booleans. */
#include "ops/text/import-json.h"

#include <string.h>

#include "base/json-text.h"

typedef struct
{
  ImportProblems *problems;
  const char *file;
  GPtrArray *offers;
  GPtrArray *windows;
  GArray *lines; /* (element-type guint): where the objects of the outer array begin */
  guint depth;
} Reader;

static void
on_object_start (JsonParser *parser, gpointer data)
{
  Reader *reader = data;
  guint line = json_parser_get_current_line (parser);

  if (reader->depth++ == 0)
    g_array_append_val (reader->lines, line);
}

static void
on_object_end (JsonParser *parser, JsonObject *object, gpointer data)
{
  ((Reader *) data)->depth--;
}

/* (transfer full) (nullable): NULL when it is neither text, number nor boolean. */
static char *
dup_scalar (JsonNode *node)
{
  if (!JSON_NODE_HOLDS_VALUE (node))
    return NULL;
  if (json_node_get_value_type (node) == G_TYPE_STRING)
    return g_strdup (json_node_get_string (node));
  if (json_node_get_value_type (node) == G_TYPE_BOOLEAN)
    return g_strdup (json_node_get_boolean (node) ? "yes" : "no");
  if (json_node_get_value_type (node) == G_TYPE_INT64)
    return g_strdup_printf ("%" G_GINT64_FORMAT, json_node_get_int (node));
  return NULL;
}

static char *
dup_joined (JsonArray *array)
{
  g_autoptr (GString) joined = g_string_new (NULL);

  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      g_autofree char *part = dup_scalar (json_array_get_element (array, i));
      if (part == NULL)
        return NULL;
      g_string_append_printf (joined, "%s%s", i == 0 ? "" : "|", part);
    }
  return g_string_free (g_steal_pointer (&joined), FALSE);
}

/**
 * import_row_set_json:
 *
 * Lists are joined with bars, yes and no stand for booleans.
 */
void
import_row_set_json (ImportRow *row, const char *name, JsonNode *node)
{
  g_autofree char *value = NULL;

  if (JSON_NODE_HOLDS_NULL (node))
    return;
  if (JSON_NODE_HOLDS_ARRAY (node))
    value = dup_joined (json_node_get_array (node));
  else
    value = dup_scalar (node);
  if (value == NULL)
    import_row_refuse (row, "%s is neither text, a whole number, true, false nor a list of them",
                       name);
  else
    import_row_set (row, name, value);
}

static ImportRow *
read_object (Reader *reader, JsonObject *object, guint line, const char *skipped)
{
  ImportRow *row = import_row_new (reader->problems, reader->file, line);
  g_autoptr (GList) names = json_object_get_members (object);

  for (GList *at = names; at != NULL; at = at->next)
    if (g_strcmp0 (at->data, skipped) != 0)
      import_row_set_json (row, at->data, json_object_get_member (object, at->data));
  return row;
}

static void
read_windows (Reader *reader, ImportRow *offer, JsonNode *node)
{
  const char *identifier = g_hash_table_lookup (offer->values, "identifier");
  JsonArray *array = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonNode *window = json_array_get_element (array, i);
      ImportRow *row;

      if (!JSON_NODE_HOLDS_OBJECT (window))
        {
          import_row_refuse (offer, "a window is not an object");
          return;
        }
      row = read_object (reader, json_node_get_object (window), offer->line, NULL);
      import_row_set (row, "offer", identifier == NULL ? "" : identifier);
      g_ptr_array_add (reader->windows, row);
    }
  if (array == NULL)
    import_row_refuse (offer, "windows is not a list");
}

static void
read_offer (Reader *reader, JsonNode *node, guint index)
{
  guint line = index < reader->lines->len ? g_array_index (reader->lines, guint, index) : 0;
  JsonObject *object;
  ImportRow *row;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    {
      import_problems_add (reader->problems, reader->file, line, "an offer is not an object");
      return;
    }
  object = json_node_get_object (node);
  row = read_object (reader, object, line, "windows");
  if (json_object_has_member (object, "windows"))
    read_windows (reader, row, json_object_get_member (object, "windows"));
  g_ptr_array_add (reader->offers, row);
}

/* JSON-GLib begins its message with the place: <data>:LINE:COLUMN: text. */
static void
add_parse_problem (ImportProblems *problems, const char *file, const char *message)
{
  g_auto (GStrv) parts = g_strsplit (message, ":", 4);

  if (g_strv_length (parts) == 4 && g_str_equal (parts[0], "<data>"))
    import_problems_add (problems, file, (guint) g_ascii_strtoull (parts[1], NULL, 10), "%s",
                         g_strstrip (parts[3]));
  else
    import_problems_add (problems, file, 0, "%s", message);
}

/**
 * import_json_read_offers:
 * @text: a list of objects whose members are the columns of offers.csv; windows is a list of objects
 *   with the columns of offer-windows.csv but offer
 *
 * Any thread.
 */
void
import_json_read_offers (ImportProblems *problems,
                         const char *file,
                         const char *text,
                         GPtrArray *offers,
                         GPtrArray *windows)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GArray) lines = g_array_new (FALSE, FALSE, sizeof (guint));
  Reader reader = { problems, file, offers, windows, lines, 0 };
  g_autoptr (GError) error = NULL;
  JsonArray *array;
  guint line = 0;
  const char *fault = json_text_find_fault (text, strlen (text), &line);

  if (fault != NULL)
    {
      import_problems_add (problems, file, line, "%s", fault);
      return;
    }
  g_signal_connect (parser, "object-start", G_CALLBACK (on_object_start), &reader);
  g_signal_connect (parser, "object-end", G_CALLBACK (on_object_end), &reader);
  if (!json_parser_load_from_data (parser, text, -1, &error))
    {
      add_parse_problem (problems, file, error->message);
      return;
    }
  if (json_parser_get_root (parser) == NULL ||
      !JSON_NODE_HOLDS_ARRAY (json_parser_get_root (parser)))
    {
      import_problems_add (problems, file, 1, "the file is not a list of offers");
      return;
    }
  array = json_node_get_array (json_parser_get_root (parser));
  for (guint i = 0; i < json_array_get_length (array); i++)
    read_offer (&reader, json_array_get_element (array, i), i);
}
