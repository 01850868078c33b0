/* SPDX-License-Identifier: EUPL-1.2 */
/* Reads and writes the registry's document by the tables of its records. */
#include "registry/track-registry-json.h"

#include <string.h>

#include "base/error.h"
#include "base/json-text.h"

#define MAX_TEXT_BYTES 500
#define MAX_TEXTS      20

/* Where a value stands, for messages. */
typedef struct
{
  const TrackShape *shape;
  const TrackField *field;
} Place;

static gboolean
refuse (const Place *place, const char *why, GError **error)
{
  g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID, "%s: %s %s", place->shape->what,
               place->field->name, why);
  return FALSE;
}

static gboolean
is_text (JsonNode *node)
{
  return JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING;
}

/* No control characters: these texts stand in tables, logs and mails. */
static gboolean
is_plain (const char *text)
{
  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at))
    if (g_unichar_iscntrl (g_utf8_get_char (at)))
      return FALSE;
  return strlen (text) <= MAX_TEXT_BYTES;
}

/* Blanks around a text are no part of it: CSV has none either. */
static gboolean
read_text (const Place *place, JsonNode *node, char **out_text, GError **error)
{
  g_autofree char *text = is_text (node) ? g_strdup (json_node_get_string (node)) : NULL;

  if (text == NULL)
    return refuse (place, "must be a text", error);
  if (!is_plain (text))
    return refuse (place, "must be one line of at most 500 bytes", error);
  g_strstrip (text);
  g_free (*out_text);
  *out_text = *text == '\0' ? NULL : g_steal_pointer (&text);
  return TRUE;
}

static gboolean
read_texts (const Place *place, JsonNode *node, char ***out_texts, GError **error)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  JsonArray *array = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  if (array == NULL || json_array_get_length (array) > MAX_TEXTS)
    return refuse (place, "must be a list of at most 20 texts", error);
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      g_autofree char *text = NULL;

      if (!read_text (place, json_array_get_element (array, i), &text, error))
        return FALSE;
      if (text == NULL)
        return refuse (place, "has an empty text in its list", error);
      g_strv_builder_add (builder, text);
    }
  g_strfreev (*out_texts);
  *out_texts = g_strv_builder_end (builder);
  return TRUE;
}

static gboolean
read_count (const Place *place, JsonNode *node, guint *out_count, GError **error)
{
  const TrackField *field = place->field;
  g_autofree char *limits = g_strdup_printf ("must be from %u to %u", field->min, field->max);

  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_INT64 ||
      json_node_get_int (node) < field->min || json_node_get_int (node) > field->max)
    return refuse (place, limits, error);
  *out_count = json_node_get_int (node);
  return TRUE;
}

static gboolean
read_part (const Place *place, JsonNode *node, gpointer record, GError **error)
{
  gpointer part;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return refuse (place, "must be an object", error);
  part = track_record_read (place->field->part, json_node_get_object (node), error);
  if (part == NULL)
    return FALSE;
  G_STRUCT_MEMBER (gpointer, record, place->field->offset) = part;
  return TRUE;
}

static gboolean
read_field (const Place *place, JsonNode *node, gpointer record, GError **error)
{
  gpointer at = G_STRUCT_MEMBER_P (record, place->field->offset);

  switch (place->field->kind)
    {
    case TRACK_FIELD_TEXT:
      return read_text (place, node, at, error);
    case TRACK_FIELD_TEXTS:
      return read_texts (place, node, at, error);
    case TRACK_FIELD_COUNT:
      return read_count (place, node, at, error);
    case TRACK_FIELD_FLAG:
      if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_BOOLEAN)
        return refuse (place, "must be true or false", error);
      *(gboolean *) at = json_node_get_boolean (node);
      return TRUE;
    case TRACK_FIELD_STATE:
      return (is_text (node) && track_state_parse (json_node_get_string (node), at)) ||
             refuse (place, "must be active, drain or maintenance", error);
    case TRACK_FIELD_FROM:
    case TRACK_FIELD_UNTIL:
      if (!is_text (node))
        return refuse (place, "must be an instant as text", error);
      return track_instant_parse (json_node_get_string (node), at, error);
    case TRACK_FIELD_PART:
    default:
      return read_part (place, node, record, error);
    }
}

static gboolean
read_members (const TrackShape *shape, JsonObject *object, gpointer record, GError **error)
{
  g_autoptr (GList) members = json_object_get_members (object);

  for (GList *at = members; at != NULL; at = at->next)
    {
      const Place place = { shape, track_shape_find_field (shape, at->data) };
      JsonNode *node = json_object_get_member (object, at->data);

      if (place.field == NULL)
        {
          g_autofree char *given = track_text_dup_short (at->data);

          g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID, "%s has no member %s",
                       shape->what, given);
          return FALSE;
        }
      if (!JSON_NODE_HOLDS_NULL (node) && !read_field (&place, node, record, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
check_needed (const TrackShape *shape, gconstpointer record, GError **error)
{
  for (guint i = 0; i < shape->n_fields; i++)
    {
      const Place place = { shape, &shape->fields[i] };
      g_autofree char *value = track_field_dup_value (place.field, record);

      if (place.field->is_needed && *value == '\0')
        return refuse (&place, "is missing", error);
    }
  return TRUE;
}

static void
free_record (const TrackShape *shape, gpointer record)
{
  /* A part has texts of its own; whole records know how they are freed. */
  if (shape->free == g_free)
    g_free (G_STRUCT_MEMBER (char *, record, shape->fields[0].offset));
  shape->free (record);
}

/**
 * track_record_read:
 *
 * Returns: (transfer full) (nullable): a record of @shape. Any thread.
 *
 * Errors: PLANNER_ERROR_NOT_VALID, with the member's name; also for a member that no row of the table has.
 */
gpointer
track_record_read (const TrackShape *shape, JsonObject *object, GError **error)
{
  gpointer record = track_shape_new_record (shape);

  if (read_members (shape, object, record, error) && check_needed (shape, record, error))
    return record;
  free_record (shape, record);
  return NULL;
}

static gboolean
read_list (TrackRegistry *registry, const TrackShape *shape, JsonObject *root, GError **error)
{
  GPtrArray *records = track_shape_get_array (shape, registry);
  JsonNode *node = json_object_get_member (root, shape->list);
  JsonArray *array;

  if (node == NULL)
    return TRUE;
  array = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  if (array == NULL || json_array_get_length (array) > TRACK_REGISTRY_MAX_RECORDS)
    {
      g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID, "%s must be a list of at most %d",
                   shape->list, TRACK_REGISTRY_MAX_RECORDS);
      return FALSE;
    }
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonNode *element = json_array_get_element (array, i);
      gpointer record = NULL;

      if (JSON_NODE_HOLDS_OBJECT (element))
        record = track_record_read (shape, json_node_get_object (element), error);
      else
        g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID, "%s must hold objects only",
                     shape->list);
      if (record == NULL)
        {
          g_prefix_error (error, "%s, no. %u: ", shape->list, i + 1);
          return FALSE;
        }
      g_ptr_array_add (records, record);
    }
  return TRUE;
}

static gboolean
check_root (JsonObject *root, GError **error)
{
  g_autoptr (GList) members = json_object_get_members (root);
  JsonNode *format = json_object_get_member (root, "format");

  if (format == NULL || !is_text (format) ||
      !g_str_equal (json_node_get_string (format), TRACK_REGISTRY_FORMAT))
    {
      g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID, "format must be %s",
                   TRACK_REGISTRY_FORMAT);
      return FALSE;
    }
  for (GList *at = members; at != NULL; at = at->next)
    {
      g_autofree char *given = track_text_dup_short (at->data);
      gboolean is_known = g_str_equal (at->data, "format");

      for (guint i = 0; i < TRACK_N_SHAPES; i++)
        is_known |= g_str_equal (at->data, track_shape_get (i)->list);
      if (is_known)
        continue;
      g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID, "a registry has no member %s",
                   given);
      return FALSE;
    }
  return TRUE;
}

static JsonObject *
parse_root (JsonParser *parser, const char *json, gsize length, GError **error)
{
  guint line = 0;
  const char *fault = "the document is larger than 4 MiB";

  if (length <= TRACK_REGISTRY_MAX_DOCUMENT_BYTES)
    fault = json_text_find_fault (json, length, &line);
  if (fault != NULL)
    {
      g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID, "registry, line %u: %s", line,
                   fault);
      return NULL;
    }
  if (!json_parser_load_from_data (parser, json, length, error))
    {
      if (error != NULL)
        {
          g_autoptr (GError) foreign = g_steal_pointer (error);
          g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID, "registry: %s",
                       foreign->message);
        }
      return NULL;
    }
  if (json_parser_get_root (parser) != NULL &&
      JSON_NODE_HOLDS_OBJECT (json_parser_get_root (parser)))
    return json_node_get_object (json_parser_get_root (parser));
  g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
                       "registry: the document is no object");
  return NULL;
}

/**
 * track_registry_parse:
 *
 * Reads a document. What it says is held against the rules by track_registry_check() only.
 *
 * Returns: (transfer full) (nullable): in its one order. Any thread.
 *
 * Errors: PLANNER_ERROR_NOT_VALID.
 */
TrackRegistry *
track_registry_parse (const char *json, gsize length, GError **error)
{
  g_autoptr (TrackRegistry) registry = track_registry_new ();
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *root = parse_root (parser, json, length, error);

  if (root == NULL || !check_root (root, error))
    return NULL;
  for (guint i = 0; i < TRACK_N_SHAPES; i++)
    if (!read_list (registry, track_shape_get (i), root, error))
      return NULL;
  track_registry_sort (registry);
  return g_steal_pointer (&registry);
}

static JsonNode *
write_texts (char **texts)
{
  JsonNode *node = json_node_new (JSON_NODE_ARRAY);
  JsonArray *array = json_array_new ();

  for (; *texts != NULL; texts++)
    json_array_add_string_element (array, *texts);
  json_node_take_array (node, array);
  return node;
}

/* (nullable): NULL when the member is absent. */
static JsonNode *
write_field (const TrackField *field, gconstpointer record)
{
  g_autofree char *value = track_field_dup_value (field, record);

  if (*value == '\0')
    return NULL;
  switch (field->kind)
    {
    case TRACK_FIELD_TEXTS:
      return write_texts (G_STRUCT_MEMBER (char **, record, field->offset));
    case TRACK_FIELD_COUNT:
      return json_node_init_int (json_node_alloc (),
                                 G_STRUCT_MEMBER (guint, record, field->offset));
    case TRACK_FIELD_FLAG:
      return json_node_init_boolean (json_node_alloc (),
                                     G_STRUCT_MEMBER (gboolean, record, field->offset));
    case TRACK_FIELD_PART:
      return track_record_write (field->part, G_STRUCT_MEMBER (gpointer, record, field->offset));
    case TRACK_FIELD_TEXT:
    case TRACK_FIELD_STATE:
    case TRACK_FIELD_FROM:
    case TRACK_FIELD_UNTIL:
    default:
      return json_node_init_string (json_node_alloc (), value);
    }
}

/**
 * track_record_write:
 *
 * Returns: (transfer full): an object with the members that are not absent, in the table's order. Any thread.
 */
JsonNode *
track_record_write (const TrackShape *shape, gconstpointer record)
{
  JsonObject *object = json_object_new ();
  JsonNode *node = json_node_init_object (json_node_alloc (), object);

  for (guint i = 0; i < shape->n_fields; i++)
    {
      JsonNode *value = write_field (&shape->fields[i], record);

      if (value != NULL)
        json_object_set_member (object, shape->fields[i].name, value);
    }
  json_object_unref (object);
  return node;
}

/**
 * track_registry_dup_json:
 *
 * Equal registries give equal bytes; the revision is not part of them. Any thread.
 *
 * Returns: (transfer full)
 */
char *
track_registry_dup_json (const TrackRegistry *registry)
{
  g_autoptr (JsonNode) node = json_node_alloc ();
  g_autoptr (JsonObject) root = json_object_new ();

  json_object_set_string_member (root, "format", TRACK_REGISTRY_FORMAT);
  for (guint i = 0; i < TRACK_N_SHAPES; i++)
    {
      const TrackShape *shape = track_shape_get (i);
      GPtrArray *records = track_shape_get_array (shape, registry);
      JsonArray *array = json_array_new ();

      for (guint k = 0; k < records->len; k++)
        json_array_add_element (array, track_record_write (shape, g_ptr_array_index (records, k)));
      json_object_set_array_member (root, shape->list, array);
    }
  json_node_init_object (node, root);
  return json_to_string (node, TRUE);
}

/**
 * track_registry_copy:
 *
 * Returns: (transfer full): one that its maker may still change. Any thread.
 */
TrackRegistry *
track_registry_copy (const TrackRegistry *registry)
{
  g_autofree char *json = track_registry_dup_json (registry);
  TrackRegistry *copy = track_registry_parse (json, strlen (json), NULL);

  g_return_val_if_fail (copy != NULL, NULL);
  copy->revision = registry->revision;
  return copy;
}
