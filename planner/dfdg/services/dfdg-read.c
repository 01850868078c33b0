/* SPDX-License-Identifier: EUPL-1.2 */
/* Asks, and takes nothing for a list that is none. */
#include "dfdg/services/dfdg-read.h"

#include "base/error.h"
#include "dfdg/services/indkaldelse-json.h"
#include "dfdg/wire/dfdg-object.h"
#include "ops/text/import-row.h"

#define MAX_BYTES (8 * 1024 * 1024)

static JsonArray *
find_list (JsonParser *parser, const char *member)
{
  JsonNode *node =
    json_object_get_member (json_node_get_object (json_parser_get_root (parser)), member);
  JsonArray *list =
    node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++)
    if (!JSON_NODE_HOLDS_OBJECT (json_array_get_element (list, i)))
      return NULL;
  return list;
}

/**
 * dfdg_read_list:
 * @out_list: belongs to the parser
 *
 * On a waiting thread; blocks. Errors: PLANNER_ERROR_UNKNOWN_CITIZEN for 404, which is never taken for an empty list;
 * PLANNER_ERROR_MALFORMED for an answer that is no such list; those of dfdg_answer_set_error(). No text holds a
 * citizen's number.
 *
 * Returns: (transfer full)
 */
JsonParser *
dfdg_read_list (DfdgClient *client,
                const DfdgQuestion *question,
                JsonArray **out_list,
                GCancellable *cancellable,
                GError **error)
{
  DfdgCallHead head = { .cpr = question->cpr };
  DfdgRequest request = { .service = question->service,
                          .method = "GET",
                          .path = question->path,
                          .max_bytes = MAX_BYTES,
                          .head = &head };
  g_auto (DfdgAnswer) answer = { 0 };
  g_autoptr (JsonParser) parser = NULL;

  if (!dfdg_client_send (client, &request, &answer, cancellable, error))
    return NULL;
  if (answer.verdict == DFDG_ABSENT)
    {
      g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_UNKNOWN_CITIZEN,
                   "%s: DFDG knows no such citizen", question->what);
      return NULL;
    }
  if (answer.verdict != DFDG_DONE)
    {
      dfdg_answer_set_error (&answer, question->what, error);
      return NULL;
    }
  parser = dfdg_object_parse (answer.body);
  *out_list = parser == NULL ? NULL : find_list (parser, question->member);
  if (*out_list != NULL)
    return g_steal_pointer (&parser);
  g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_MALFORMED, "%s: what came is no list of %s",
               question->what, question->member);
  return NULL;
}

static GType
type_of (JsonObject *object, const char *member)
{
  JsonNode *node = json_object_get_member (object, member);

  return node == NULL || !JSON_NODE_HOLDS_VALUE (node) ? G_TYPE_INVALID
                                                       : json_node_get_value_type (node);
}

/**
 * dfdg_json_get_text:
 */
gboolean
dfdg_json_get_text (JsonObject *object, const char *member, const char **out_text)
{
  const char *text;

  if (type_of (object, member) != G_TYPE_STRING)
    return FALSE;
  text = json_object_get_string_member (object, member);
  if (*text == '\0')
    return FALSE;
  *out_text = text;
  return TRUE;
}

/**
 * dfdg_json_get_int:
 */
gboolean
dfdg_json_get_int (JsonObject *object, const char *member, gint64 *out_value)
{
  const char *text = NULL;

  if (type_of (object, member) == G_TYPE_INT64)
    {
      *out_value = json_object_get_int_member (object, member);
      return TRUE;
    }
  return dfdg_json_get_text (object, member, &text) &&
         g_ascii_string_to_signed (text, 10, G_MININT64, G_MAXINT64, out_value, NULL);
}

/**
 * dfdg_json_get_flag:
 */
gboolean
dfdg_json_get_flag (JsonObject *object, const char *member, gboolean *out_value)
{
  const char *text = NULL;

  if (type_of (object, member) == G_TYPE_BOOLEAN)
    {
      *out_value = json_object_get_boolean_member (object, member);
      return TRUE;
    }
  if (!dfdg_json_get_text (object, member, &text))
    return FALSE;
  *out_value = g_ascii_strcasecmp (text, "true") == 0 || g_str_equal (text, "1");
  return *out_value || g_ascii_strcasecmp (text, "false") == 0 || g_str_equal (text, "0");
}

/**
 * dfdg_json_get_date:
 */
gboolean
dfdg_json_get_date (JsonObject *object,
                    const char *member,
                    const CalsyncZone *zone,
                    gint64 *out_date)
{
  const char *text = NULL;
  gint64 unix_us;

  if (!dfdg_json_get_text (object, member, &text))
    return FALSE;
  if (import_parse_date (text, out_date))
    return TRUE;
  if (!indkaldelse_parse_instant (text, zone, &unix_us))
    return FALSE;
  *out_date = calsync_zone_local_day (zone, unix_us);
  return TRUE;
}

/**
 * dfdg_json_is_absent:
 *
 * Returns: whether it is not there, null or empty.
 */
gboolean
dfdg_json_is_absent (JsonObject *object, const char *member)
{
  JsonNode *node = json_object_get_member (object, member);

  return node == NULL || JSON_NODE_HOLDS_NULL (node) ||
         (type_of (object, member) == G_TYPE_STRING &&
          *json_object_get_string_member (object, member) == '\0');
}
