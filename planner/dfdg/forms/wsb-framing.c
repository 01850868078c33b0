/* SPDX-License-Identifier: EUPL-1.2 */
/* Cuts the bytes into documents, reads each, and finds the object with the message's id. */
#include "dfdg/forms/wsb-framing.h"

#include <string.h>

#include "base/error.h"
#include "base/json-text.h"

#define MARK "\xef\xbb\xbf"
#define ID   "BeskedIdentifier"
/* Documents of one message: a header and a body. More is somebody else's. */
#define MAX_DOCUMENTS 4
#define MAX_OBJECTS   16

static const char *const header_names[] = { "Header", "Hoved", NULL };
static const char *const body_names[] = { "Body", "Payload", "Krop", NULL };

/* Read once or not at all: of two nobody can tell which is meant. */
static const char *const single_names[] = {
  ID,
  "Miljoe",
  "EntitetstypeId",
  "EksternIdentifier",
  "VersionIdentifier",
  "Identifikation",
  "IdentifikationstypeId",
  "AendringstypeId",
  "HaendelsesTid",
  "TidligereIdentifikation",
  NULL,
};

/* Returns: (nullable): NULL. */
static gpointer
refuse (GError **error, const char *why)
{
  g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_MALFORMED, "the message is refused: %s", why);
  return NULL;
}

/**
 * wsb_parts_free:
 *
 * Frees the parts; NULL is ignored.
 */
void
wsb_parts_free (WsbParts *parts)
{
  if (parts == NULL)
    return;
  g_clear_pointer (&parts->header, json_object_unref);
  g_ptr_array_unref (parts->bodies);
  g_free (parts);
}

static const char *
skip_between (const char *at, const char *end)
{
  for (;;)
    if (at < end && strchr (" \t\r\n,", *at) != NULL && *at != '\0')
      at++;
    else if (end - at >= (gssize) strlen (MARK) && memcmp (at, MARK, strlen (MARK)) == 0)
      at += strlen (MARK);
    else
      return at;
}

static const char *
skip_text (const char *at, const char *end)
{
  for (at++; at < end && *at != '"'; at++)
    if (*at == '\\')
      at++;
  return at < end ? at + 1 : end;
}

/* Behind the document that begins at @at; NULL when it is cut short or none begins. */
static const char *
find_end (const char *at, const char *end)
{
  guint depth = 0;

  if (at >= end || (*at != '{' && *at != '['))
    return NULL;
  while (at < end)
    {
      if (*at == '"')
        {
          at = skip_text (at, end);
          continue;
        }
      if (*at == '{' || *at == '[')
        depth++;
      else if (*at == '}' || *at == ']')
        depth--;
      at++;
      if (depth == 0)
        return at;
    }
  return NULL;
}

typedef struct
{
  GHashTable *seen; /* "object:name" */
  gboolean has_twice;
} Members;

static void
on_member (JsonParser *parser, JsonObject *object, const char *name, gpointer data)
{
  Members *members = data;

  if (g_strv_contains (single_names, name) &&
      !g_hash_table_add (members->seen, g_strdup_printf ("%p:%s", (void *) object, name)))
    members->has_twice = TRUE;
}

static JsonNode *
parse (const char *bytes, gsize n_bytes, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GError) local_error = NULL;
  Members members = { .seen = seen };
  guint line = 0;
  const char *fault = json_text_find_fault (bytes, n_bytes, &line);

  if (fault != NULL)
    return refuse (error, fault);
  g_signal_connect (parser, "object-member", G_CALLBACK (on_member), &members);
  /* The parser's own words quote what it read. */
  if (!json_parser_load_from_data (parser, bytes, (gssize) n_bytes, &local_error))
    return refuse (error, "it is no JSON");
  if (members.has_twice)
    return refuse (error, "a member stands twice in one object");
  return json_parser_steal_root (parser);
}

/**
 * wsb_object_get:
 *
 * Returns: (transfer none) (nullable): the member of that name, or of one that differs by upper and lower case only.
 */
JsonNode *
wsb_object_get (JsonObject *object, const char *name)
{
  g_autoptr (GList) names = NULL;

  if (json_object_has_member (object, name))
    return json_object_get_member (object, name);
  names = json_object_get_members (object);
  for (GList *at = names; at != NULL; at = at->next)
    if (g_ascii_strcasecmp (at->data, name) == 0)
      return json_object_get_member (object, at->data);
  return NULL;
}

/**
 * wsb_object_get_object:
 * @object: (nullable)
 *
 * Returns: (transfer none) (nullable): the member when it is an object.
 */
JsonObject *
wsb_object_get_object (JsonObject *object, const char *name)
{
  JsonNode *node = object == NULL ? NULL : wsb_object_get (object, name);

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

static gboolean
is_header (JsonObject *object)
{
  return wsb_object_get (object, ID) != NULL;
}

/* Another message behind the first: a header may be told twice. */
static gboolean
is_other (const WsbParts *parts, JsonObject *object)
{
  JsonNode *id = wsb_object_get (object, ID);

  return id != NULL && !json_node_equal (id, wsb_object_get (parts->header, ID));
}

static void add_node (WsbParts *parts, JsonNode *node);

static void
add_object (WsbParts *parts, JsonObject *object)
{
  if (parts->header == NULL && is_header (object))
    parts->header = json_object_ref (object);
  else if (parts->header != NULL && is_other (parts, object))
    parts->has_other = TRUE;
  else if (parts->bodies->len < MAX_OBJECTS)
    g_ptr_array_add (parts->bodies, json_object_ref (object));
  for (guint i = 0; header_names[i] != NULL; i++)
    if (wsb_object_get_object (object, header_names[i]) != NULL)
      add_node (parts, wsb_object_get (object, header_names[i]));
  for (guint i = 0; body_names[i] != NULL; i++)
    if (wsb_object_get_object (object, body_names[i]) != NULL)
      add_node (parts, wsb_object_get (object, body_names[i]));
}

/* The depth was looked at before it was parsed. */
static void
add_node (WsbParts *parts, JsonNode *node)
{
  JsonArray *array;

  if (JSON_NODE_HOLDS_OBJECT (node))
    add_object (parts, json_node_get_object (node));
  if (!JSON_NODE_HOLDS_ARRAY (node))
    return;
  array = json_node_get_array (node);
  for (guint i = 0; i < json_array_get_length (array) && i < MAX_DOCUMENTS; i++)
    add_node (parts, json_array_get_element (array, i));
}

/* What follows the object with the id and is no JSON costs a hint, not the message. */
static gboolean
read_documents (WsbParts *parts, const char *at, const char *end, GError **error)
{
  for (guint i = 0; i < MAX_DOCUMENTS; i++)
    {
      g_autoptr (GError) local_error = NULL;
      g_autoptr (JsonNode) node = NULL;
      const char *behind;

      at = skip_between (at, end);
      if (at == end)
        return TRUE;
      behind = find_end (at, end);
      if (behind != NULL)
        node = parse (at, (gsize) (behind - at), &local_error);
      if (node == NULL && parts->header != NULL)
        return TRUE;
      if (node == NULL && local_error != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }
      if (node == NULL)
        return refuse (error, "it is cut short, or is no JSON") != NULL;
      add_node (parts, node);
      at = behind;
    }
  return TRUE;
}

/**
 * wsb_parts_read:
 * @bytes: (array length=n_bytes): as they came
 *
 * Errors: PLANNER_ERROR_MALFORMED when they are no message; no text quotes them. Any thread.
 *
 * Returns: (transfer full)
 */
WsbParts *
wsb_parts_read (const char *bytes, gsize n_bytes, GError **error)
{
  g_autoptr (WsbParts) parts = g_new0 (WsbParts, 1);
  const char *problem = NULL;

  parts->bodies = g_ptr_array_new_with_free_func ((GDestroyNotify) json_object_unref);
  if (n_bytes > WSB_MAX_BYTES)
    problem = "it is larger than a message may be";
  else if (!g_utf8_validate_len (bytes, n_bytes, NULL))
    problem = "it is not UTF-8";
  if (problem != NULL)
    return refuse (error, problem);
  if (!read_documents (parts, bytes, bytes + n_bytes, error))
    return NULL;
  if (parts->header == NULL)
    return refuse (error, "it has no " ID);
  if (parts->has_other)
    return refuse (error, "it is more than one message");
  return g_steal_pointer (&parts);
}

/**
 * wsb_parts_get:
 *
 * Returns: (transfer none) (nullable): the header's member, or else that of a body.
 */
JsonNode *
wsb_parts_get (const WsbParts *parts, const char *name)
{
  JsonNode *node = wsb_object_get (parts->header, name);

  for (guint i = 0; node == NULL && i < parts->bodies->len; i++)
    node = wsb_object_get (parts->bodies->pdata[i], name);
  return node;
}

/**
 * wsb_node_to_int:
 * @node: (nullable)
 *
 * A whole number, or a text of one. Any thread.
 *
 * Returns: FALSE when it is neither; @out_value is then untouched
 */
gboolean
wsb_node_to_int (JsonNode *node, gint64 *out_value)
{
  double number;

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node))
    return FALSE;
  switch (json_node_get_value_type (node))
    {
    case G_TYPE_INT64:
      *out_value = json_node_get_int (node);
      return TRUE;
    case G_TYPE_DOUBLE:
      number = json_node_get_double (node);
      if (number < -1e15 || number > 1e15 || number != (double) (gint64) number)
        return FALSE;
      *out_value = (gint64) number;
      return TRUE;
    case G_TYPE_STRING:
      return g_ascii_string_to_signed (json_node_get_string (node), 10, G_MININT64, G_MAXINT64,
                                       out_value, NULL);
    default:
      return FALSE;
    }
}

/**
 * wsb_node_dup_text:
 * @node: (nullable)
 *
 * A text, or a whole number as one. Any thread.
 *
 * Returns: (transfer full) (nullable): NULL when it is neither, empty, or longer than @max_bytes
 */
char *
wsb_node_dup_text (JsonNode *node, gsize max_bytes)
{
  const char *text;

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node))
    return NULL;
  if (json_node_get_value_type (node) == G_TYPE_INT64)
    return g_strdup_printf ("%" G_GINT64_FORMAT, json_node_get_int (node));
  if (json_node_get_value_type (node) != G_TYPE_STRING)
    return NULL;
  text = json_node_get_string (node);
  return *text == '\0' || strlen (text) > max_bytes ? NULL : g_strdup (text);
}
