/* SPDX-License-Identifier: EUPL-1.2 */
/* Holds the arguments of an admin command to the command's row. */
#include <string.h>

#include "base/error.h"
#include "ops/admin/admin-format.h"
#include "ops/text/import-row.h"
#include "store/citizen-store.h"

#define CITIZEN_DIGITS 10

static const AdminArgument tenant_argument = { "tenant", ADMIN_TEXT, ADMIN_OPTION, "KEY", "" };
static const AdminArgument yes_argument = { "yes", ADMIN_FLAG, ADMIN_OPTION, NULL, "" };

static const AdminArgument *
find_argument (const AdminCommand *command, const char *name)
{
  const AdminArgument *at = command->arguments;

  for (; at != NULL && at->name != NULL; at++)
    if (g_str_equal (at->name, name))
      return at;
  if (g_str_equal (name, tenant_argument.name))
    return &tenant_argument;
  if (command->is_dry_by_default && g_str_equal (name, yes_argument.name))
    return &yes_argument;
  return NULL;
}

static gboolean
is_of_type (JsonNode *node, GType type)
{
  return JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == type;
}

static gboolean
is_list_of_texts (JsonNode *node)
{
  JsonArray *array = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    if (!is_of_type (json_array_get_element (array, i), G_TYPE_STRING))
      return FALSE;
  return array != NULL;
}

static gboolean
is_object_of_texts (JsonNode *node)
{
  g_autoptr (GList) members = NULL;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return FALSE;
  members = json_object_get_members (json_node_get_object (node));
  for (GList *at = members; at != NULL; at = at->next)
    if (!is_of_type (json_object_get_member (json_node_get_object (node), at->data), G_TYPE_STRING))
      return FALSE;
  return TRUE;
}

/* What the JSON type must be; NULL when it is. */
static const char *
find_type_fault (const AdminArgument *argument, JsonNode *node)
{
  switch (argument->kind)
    {
    case ADMIN_INTEGER:
      return is_of_type (node, G_TYPE_INT64) ? NULL : "must be a whole number";
    case ADMIN_FLAG:
      return is_of_type (node, G_TYPE_BOOLEAN) ? NULL : "must be true or false";
    case ADMIN_TEXTS:
      return is_list_of_texts (node) ? NULL : "must be a list of texts";
    case ADMIN_FILES:
    case ADMIN_DOCUMENTS:
      return is_object_of_texts (node) ? NULL : "must be an object of texts";
    case ADMIN_TEXT:
    case ADMIN_DATE:
    case ADMIN_TIME:
    case ADMIN_DAY_OR_TIME:
    case ADMIN_CHOICE:
    case ADMIN_PATH:
    case ADMIN_CONTENT:
    case ADMIN_CITIZEN:
    default:
      return is_of_type (node, G_TYPE_STRING) ? NULL : "must be text";
    }
}

static gboolean
check_integer (const AdminArgument *argument, gint64 value, GError **error)
{
  if ((argument->min == 0 && argument->max == 0) ||
      (value >= argument->min && value <= argument->max))
    return TRUE;
  g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
               "%s must be from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, argument->name,
               argument->min, argument->max);
  return FALSE;
}

/* What a person writes into an argument of these names is kept, and is no place for a citizen. */
static gboolean
names_a_citizen (const AdminArgument *argument, const char *text)
{
  static const char *const free_texts[] = { "name", "note", "reason", "text", NULL };
  g_autofree char *masked = NULL;

  if (argument->kind != ADMIN_TEXT || !g_strv_contains (free_texts, argument->name))
    return FALSE;
  masked = citizen_dup_masked (text);
  return !g_str_equal (masked, text);
}

static gboolean
is_choice (const AdminArgument *argument, const char *text)
{
  g_auto (GStrv) words = g_strsplit (argument->value, "|", -1);
  return g_strv_contains ((const char *const *) words, text);
}

/* An empty text is an absent one. A citizen's number is never repeated in an error. */
static gboolean
check_text (const AdminArgument *argument, const char *text, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  const char *fault = NULL;
  gint64 value = 0;

  if (*text == '\0')
    return TRUE;
  if (argument->kind == ADMIN_DATE && !import_parse_date (text, &value))
    fault = "must be a date, YYYY-MM-DD";
  else if (argument->kind == ADMIN_TIME &&
           !admin_parse_time (calsync_zone_utc (), text, &value, &local_error))
    fault = "must be a time, YYYY-MM-DDTHH:MM with or without an offset";
  else if (argument->kind == ADMIN_DAY_OR_TIME && !import_parse_date (text, &value) &&
           !admin_parse_time (calsync_zone_utc (), text, &value, NULL))
    fault = "must be a date, YYYY-MM-DD, or a time, YYYY-MM-DDTHH:MM";
  else if (argument->kind == ADMIN_CITIZEN &&
           (strlen (text) != CITIZEN_DIGITS || strspn (text, "0123456789") != CITIZEN_DIGITS))
    fault = "must be the ten digits of a citizen's number";
  else if (argument->kind == ADMIN_PATH && !g_path_is_absolute (text))
    fault = "must be an absolute path";
  else if (names_a_citizen (argument, text))
    fault = "holds what looks like a citizen's number: leave it out; nothing here names a citizen";
  if (fault != NULL)
    g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID, "%s %s", argument->name, fault);
  else if (argument->kind == ADMIN_CHOICE && !is_choice (argument, text))
    g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID, "%s must be one of %s",
                 argument->name, argument->value);
  else
    return TRUE;
  return FALSE;
}

static gboolean
check_argument (const AdminArgument *argument, JsonNode *node, GError **error)
{
  const char *fault;

  if (JSON_NODE_HOLDS_NULL (node))
    return TRUE;
  fault = find_type_fault (argument, node);
  if (fault != NULL)
    {
      g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID, "%s %s", argument->name, fault);
      return FALSE;
    }
  if (argument->kind == ADMIN_INTEGER)
    return check_integer (argument, json_node_get_int (node), error);
  return !is_of_type (node, G_TYPE_STRING) ||
         check_text (argument, json_node_get_string (node), error);
}

static gboolean
is_there (JsonObject *arguments, const char *name)
{
  JsonNode *node = json_object_get_member (arguments, name);

  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    return FALSE;
  return !is_of_type (node, G_TYPE_STRING) || *json_node_get_string (node) != '\0';
}

/**
 * admin_check_arguments:
 *
 * Any thread.
 *
 * Errors: PLANNER_ERROR_NOT_VALID, with the argument's name.
 */
gboolean
admin_check_arguments (const AdminCommand *command, JsonObject *arguments, GError **error)
{
  g_autoptr (GList) members = json_object_get_members (arguments);
  const AdminArgument *at = command->arguments;

  for (GList *member = members; member != NULL; member = member->next)
    {
      const AdminArgument *argument = find_argument (command, member->data);

      if (argument == NULL)
        {
          /* No name of ours has a digit; a number that was sent as one is not repeated. */
          g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID, "%s has no argument %.40s",
                       command->name,
                       strpbrk (member->data, "0123456789") == NULL ? (const char *) member->data
                                                                    : "of that name");
          return FALSE;
        }
      if (!check_argument (argument, json_object_get_member (arguments, member->data), error))
        return FALSE;
    }
  for (; at != NULL && at->name != NULL; at++)
    if ((at->place == ADMIN_WORD || at->place == ADMIN_NEEDED_OPTION) &&
        !is_there (arguments, at->name))
      {
        g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID, "%s is missing", at->name);
        return FALSE;
      }
  return TRUE;
}
