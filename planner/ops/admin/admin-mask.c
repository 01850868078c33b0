/* SPDX-License-Identifier: EUPL-1.2 */
/* Masks every text of an answer that has the shape of a citizen's number. */
#include "ops/admin/admin-mask.h"

#include "store/citizen-store.h"

static void mask_array (JsonArray *array);

static JsonNode *
dup_masked (JsonNode *node)
{
  g_autofree char *text = citizen_dup_masked (json_node_get_string (node));
  return json_node_init_string (json_node_alloc (), text);
}

static gboolean
is_text (JsonNode *node)
{
  return JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING;
}

/**
 * admin_mask:
 * @result: changed in place, all that it holds included; names of members stay
 */
void
admin_mask (JsonObject *result)
{
  g_autoptr (GList) members = json_object_get_members (result);

  for (GList *at = members; at != NULL; at = at->next)
    {
      JsonNode *node = json_object_get_member (result, at->data);

      if (JSON_NODE_HOLDS_OBJECT (node))
        admin_mask (json_node_get_object (node));
      else if (JSON_NODE_HOLDS_ARRAY (node))
        mask_array (json_node_get_array (node));
      else if (is_text (node))
        json_object_set_member (result, at->data, dup_masked (node));
    }
}

static void
mask_array (JsonArray *array)
{
  guint n_elements = json_array_get_length (array);
  g_autoptr (GPtrArray) kept = g_ptr_array_sized_new (n_elements);

  for (guint i = 0; i < n_elements; i++)
    {
      JsonNode *node = json_array_get_element (array, i);

      if (JSON_NODE_HOLDS_OBJECT (node))
        admin_mask (json_node_get_object (node));
      else if (JSON_NODE_HOLDS_ARRAY (node))
        mask_array (json_node_get_array (node));
      g_ptr_array_add (kept, is_text (node) ? dup_masked (node) : json_node_ref (node));
    }
  /* From the end: what goes from the front moves all the others, and an import may refuse 100,000 rows. */
  for (guint i = n_elements; i > 0; i--)
    json_array_remove_element (array, i - 1);
  for (guint i = 0; i < n_elements; i++)
    json_array_add_element (array, kept->pdata[i]);
}

/**
 * admin_mask_error:
 * @error: (nullable)
 */
void
admin_mask_error (GError *error)
{
  char *text;

  if (error == NULL)
    return;
  text = citizen_dup_masked (error->message);
  g_free (error->message);
  error->message = text;
}
