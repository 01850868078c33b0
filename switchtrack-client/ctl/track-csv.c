/* SPDX-License-Identifier: EUPL-1.2 */
/* A column for each member of the table; lists are parted by bars, a part's members stand behind its name and a dot. */
#include "ctl/track-csv.h"

#include <string.h>

#include "base/error.h"
#include "ops/text/import-csv.h"

#define BAR "|"

/* Quoted always when it must be: RFC 4180. */
static void
append_cell (GString *text, const char *value, gboolean is_first)
{
  g_auto (GStrv) pieces = g_strsplit (value, "\"", -1);
  g_autofree char *doubled = g_strjoinv ("\"\"", pieces);
  gboolean is_quoted = strpbrk (value, "\",;\n\r") != NULL;

  g_string_append_printf (text, "%s%s%s%s", is_first ? "" : ",", is_quoted ? "\"" : "", doubled,
                          is_quoted ? "\"" : "");
}

static void
append_part (GString *text, const TrackField *field, gconstpointer record, gboolean is_head)
{
  gconstpointer part = is_head ? NULL : G_STRUCT_MEMBER (gpointer, record, field->offset);

  for (guint i = 0; i < field->part->n_fields; i++)
    {
      const TrackField *member = &field->part->fields[i];
      g_autofree char *value = is_head        ? g_strdup_printf ("%s.%s", field->name, member->name)
                               : part == NULL ? g_strdup ("")
                                              : track_field_dup_value (member, part);

      append_cell (text, value, FALSE);
    }
}

/* @record: (nullable): NULL: the line of names */
static void
append_line (GString *text, const TrackShape *shape, gconstpointer record)
{
  for (guint i = 0; i < shape->n_fields; i++)
    {
      const TrackField *field = &shape->fields[i];
      g_autofree char *value = NULL;

      if (field->kind == TRACK_FIELD_PART)
        {
          append_part (text, field, record, record == NULL);
          continue;
        }
      value = record == NULL ? g_strdup (field->name) : track_field_dup_value (field, record);
      append_cell (text, value, i == 0);
    }
  g_string_append_c (text, '\n');
}

/**
 * track_csv_write:
 *
 * Returns: (transfer full): a line of names, then a line for each record
 */
char *
track_csv_write (const TrackShape *shape, const TrackRegistry *registry)
{
  GString *text = g_string_new (NULL);
  const GPtrArray *records = track_shape_get_array (shape, registry);

  append_line (text, shape, NULL);
  for (guint i = 0; i < records->len; i++)
    append_line (text, shape, g_ptr_array_index (records, i));
  return g_string_free (text, FALSE);
}

static JsonNode *
read_texts (const char *value)
{
  g_auto (GStrv) pieces = g_strsplit (value, BAR, -1);
  JsonNode *node = json_node_new (JSON_NODE_ARRAY);
  JsonArray *array = json_array_new ();

  for (guint i = 0; pieces[i] != NULL; i++)
    json_array_add_string_element (array, pieces[i]);
  json_node_take_array (node, array);
  return node;
}

/* What cannot be a number or yes and no stays a text, which the reader of records refuses by its name. */
static JsonNode *
read_value (const TrackField *field, const char *value)
{
  gint64 number = 0;

  if (field->kind == TRACK_FIELD_TEXTS)
    return read_texts (value);
  if (field->kind == TRACK_FIELD_COUNT &&
      g_ascii_string_to_signed (value, 10, G_MININT, G_MAXINT, &number, NULL))
    return json_node_init_int (json_node_alloc (), number);
  if (field->kind == TRACK_FIELD_FLAG && (g_str_equal (value, "yes") || g_str_equal (value, "no")))
    return json_node_init_boolean (json_node_alloc (), g_str_equal (value, "yes"));
  return json_node_init_string (json_node_alloc (), value);
}

/* "canary.endpoint" goes into the object canary. */
static gboolean
set_cell (const TrackShape *shape, JsonObject *object, const char *column, const char *value)
{
  g_auto (GStrv) names = g_strsplit (column, ".", 2);
  const TrackField *field = track_shape_find_field (shape, names[0] == NULL ? "" : names[0]);
  const TrackField *member = field == NULL || names[1] == NULL || field->part == NULL
                               ? NULL
                               : track_shape_find_field (field->part, names[1]);

  if (field == NULL || (field->kind == TRACK_FIELD_PART) != (member != NULL))
    return FALSE;
  if (*value == '\0')
    return TRUE;
  if (member == NULL)
    {
      json_object_set_member (object, field->name, read_value (field, value));
      return TRUE;
    }
  if (!json_object_has_member (object, field->name))
    json_object_set_object_member (object, field->name, json_object_new ());
  json_object_set_member (json_object_get_object_member (object, field->name), member->name,
                          read_value (member, value));
  return TRUE;
}

static gboolean
read_row (const TrackShape *shape,
          const CsvTable *table,
          const CsvRow *row,
          TrackRegistry *registry,
          GError **error)
{
  g_autoptr (JsonObject) object = json_object_new ();
  gpointer record;

  for (guint i = 0; i < table->n_columns; i++)
    if (!set_cell (shape, object, table->columns[i], row->fields[i]))
      {
        g_autofree char *given = track_text_dup_short (table->columns[i]);

        g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID, "%s has no column %s",
                     shape->list, given);
        return FALSE;
      }
  record = track_record_read (shape, object, error);
  if (record == NULL)
    {
      g_prefix_error (error, "line %u: ", row->line);
      return FALSE;
    }
  g_ptr_array_add (track_shape_get_array (shape, registry), record);
  return TRUE;
}

/**
 * track_csv_read:
 * @registry: one that is being made; its list of these records is replaced by the file's
 *
 * Errors: PLANNER_ERROR_NOT_VALID, with the line.
 */
gboolean
track_csv_read (const TrackShape *shape, const char *text, TrackRegistry *registry, GError **error)
{
  g_auto (CsvFault) fault = { 0 };
  g_autoptr (CsvTable) table = csv_parse (text, &fault);

  if (table == NULL)
    {
      g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID, "line %u: %s", fault.line,
                   fault.reason);
      return FALSE;
    }
  if (table->rows->len > TRACK_REGISTRY_MAX_RECORDS)
    {
      g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
                   "the file has %u lines, at most %d may be", table->rows->len,
                   TRACK_REGISTRY_MAX_RECORDS);
      return FALSE;
    }
  g_ptr_array_set_size (track_shape_get_array (shape, registry), 0);
  for (guint i = 0; i < table->rows->len; i++)
    if (!read_row (shape, table, &g_array_index (table->rows, CsvRow, i), registry, error))
      return FALSE;
  track_registry_sort (registry);
  return TRUE;
}
