/* SPDX-License-Identifier: EUPL-1.2 */
/* Bodies that are one JSON object, and paths with an id in them: what every service of DFDG sends and reads. */
#include "dfdg/wire/dfdg-object.h"

#include "base/error.h"
#include "base/json-text.h"

/**
 * dfdg_object_parse:
 * @body: (nullable): of an answer
 *
 * Any thread.
 *
 * Returns: (transfer full) (nullable): a parser whose root is an object; %NULL for what is none
 */
JsonParser *
dfdg_object_parse (const GString *body)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  guint line = 0;

  if (body != NULL && json_text_find_fault (body->str, body->len, &line) == NULL &&
      json_parser_load_from_data (parser, body->str, (gssize) body->len, NULL) &&
      json_parser_get_root (parser) != NULL &&
      JSON_NODE_HOLDS_OBJECT (json_parser_get_root (parser)))
    return g_steal_pointer (&parser);
  return NULL;
}

/**
 * dfdg_object_parse_whole:
 * @body: (nullable): of an answer to a question
 * @what: the call, for the error
 *
 * As dfdg_object_parse(). What is no JSON is not DFDG's: a proxy's page, half an answer. Another try may bring it.
 * Errors: PLANNER_ERROR_UNAVAILABLE. Any thread.
 *
 * Returns: (transfer full) (nullable): %NULL with @error
 */
JsonParser *
dfdg_object_parse_whole (const GString *body, const char *what, GError **error)
{
  JsonParser *parser = dfdg_object_parse (body);

  if (parser == NULL)
    g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_UNAVAILABLE, "%s: what came is no JSON", what);
  return parser;
}

/**
 * dfdg_object_print:
 *
 * Any thread.
 *
 * Returns: (transfer full): the body of a request, on one line
 */
char *
dfdg_object_print (JsonObject *object)
{
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), object);

  return json_to_string (node, FALSE);
}

/**
 * dfdg_dup_path:
 * @folder: ends in a slash
 * @id: opaque; nothing of it can lead out of the folder
 * @behind: (nullable): what follows it
 *
 * Any thread.
 *
 * Returns: (transfer full): the path of one thing
 */
char *
dfdg_dup_path (const char *folder, const char *id, const char *behind)
{
  g_autofree char *escaped = g_uri_escape_string (id, NULL, FALSE);

  return g_strconcat (folder, escaped, behind, NULL);
}
