/* SPDX-License-Identifier: EUPL-1.2 */
/* Holds a message that is about to leave against its table. */

#include "contract-message.h"

#include "contract-error.h"
#include "contract-value.h"

#include <string.h>

/* Where a walk stands; the path is only spelled out when something is wrong. */
typedef struct _Trail Trail;
struct _Trail
{
  const Trail *parent;
  const char *name;
};

/* All list structs are alike but for the type of their items. */
typedef ContractStringList AnyList;

static void
append_trail (GString *path, const Trail *trail)
{
  if (trail->parent != NULL)
    {
      append_trail (path, trail->parent);
      g_string_append_c (path, '/');
    }
  g_string_append (path, trail->name);
}

static gboolean
fail (const Trail *trail, ContractError code, const char *what, GError **error)
{
  g_autoptr (GString) path = g_string_new (NULL);
  append_trail (path, trail);
  g_set_error (error, CONTRACT_ERROR, code, "%s: %s", path->str, what);
  return FALSE;
}

static gboolean
check_struct (const ContractType *type, const char *message, const Trail *trail, GError **error);

static gboolean
check_value (const ContractField *field, const char *value, const Trail *trail, GError **error)
{
  if (field->kind == CONTRACT_KIND_STRUCT)
    return check_struct (&contract_types[field->type], value, trail, error);
  const char *fault = contract_value_check (&contract_simples[field->type], value);
  return fault == NULL || fail (trail, CONTRACT_ERROR_INVALID, fault, error);
}

static gboolean
check_list (const ContractField *field, const AnyList *list, const Trail *trail, GError **error)
{
  if (list->n_items < field->min_occurs)
    return fail (trail, CONTRACT_ERROR_INVALID, "too few", error);
  if (list->n_items > field->max_occurs)
    return fail (trail, CONTRACT_ERROR_INVALID, "too many", error);
  gsize stride = contract_field_get_item_bytes (field);
  const char *item = (const char *) list->items;
  for (guint i = 0; i < list->n_items; i++, item += stride)
    if (!check_value (field, item, trail, error))
      return FALSE;
  return TRUE;
}

static gboolean
check_field (const ContractField *field, const char *message, const Trail *parent, GError **error)
{
  Trail trail = { parent, contract_names[field->name].text };
  if (field->flags & CONTRACT_FIELD_LIST)
    return check_list (field, (const AnyList *) (message + field->offset), &trail, error);
  const char *value = contract_field_find_value (field, message);
  if (value != NULL)
    return check_value (field, value, &trail, error);
  gboolean may_be_empty =
    (field->flags & CONTRACT_FIELD_NILLABLE) ||
    (field->kind == CONTRACT_KIND_BOOLEAN && contract_simples[field->type].allows_empty);
  return field->min_occurs == 0 || may_be_empty ||
         fail (&trail, CONTRACT_ERROR_INVALID, "is missing", error);
}

static gboolean
check_rule (const ContractType *type,
            const ContractRule *rule,
            const char *message,
            const Trail *trail,
            GError **error)
{
  guint n_present = 0;
  for (guint i = 0; i < rule->n_fields; i++)
    n_present += contract_field_find_value (&type->fields[rule->fields[i]], message) != NULL;
  if (n_present == 1 || (n_present > 1 && !rule->is_exactly_one))
    return TRUE;
  if (error == NULL)
    return FALSE;
  g_autoptr (GString) what =
    g_string_new (rule->is_exactly_one ? "exactly one of" : "at least one of");
  for (guint i = 0; i < rule->n_fields; i++)
    g_string_append_printf (what, "%s %s", i == 0 ? "" : ",",
                            contract_names[type->fields[rule->fields[i]].name].text);
  g_string_append (what, " must be there");
  return fail (trail, CONTRACT_ERROR_RULE, what->str, error);
}

static gboolean
check_rules (const ContractType *type, const char *message, const Trail *trail, GError **error)
{
  for (guint i = 0; i < type->n_rules; i++)
    if (!check_rule (type, &type->rules[i], message, trail, error))
      return FALSE;
  return TRUE;
}

static gboolean
check_struct (const ContractType *type, const char *message, const Trail *trail, GError **error)
{
  for (guint i = 0; i < type->n_fields; i++)
    if (!check_field (&type->fields[i], message, trail, error))
      return FALSE;
  return check_rules (type, message, trail, error);
}

/**
 * contract_message_check:
 * @type: type of the message
 * @message: its struct
 * @error: return location
 *
 * Holds a message that is about to leave against its table: presence, number, length, pattern,
 * limits and rules; texts must be what XML can hold, and times must have an offset.
 *
 * Errors: %CONTRACT_ERROR_INVALID, %CONTRACT_ERROR_RULE, with the element's path and never its
 * value. Thread: any. Source: the schema.
 *
 * Returns: whether it may leave
 */
gboolean
contract_message_check (ContractTypeId type, gconstpointer message, GError **error)
{
  g_return_val_if_fail (type < CONTRACT_TYPE_N_TYPES && message != NULL, FALSE);
  const ContractType *table = &contract_types[type];
  Trail trail = { NULL, table->name };
  return check_struct (table, message, &trail, error);
}

/**
 * contract_message_check_rules:
 * @type: type of a struct
 * @message: the struct
 * @path: where it stands, for the error
 * @error: return location
 *
 * Holds one struct, without what it holds, against the rules that the schema says in words.
 *
 * Errors: %CONTRACT_ERROR_RULE. Thread: any.
 *
 * Returns: whether the rules are kept
 */
gboolean
contract_message_check_rules (const ContractType *type,
                              gconstpointer message,
                              const char *path,
                              GError **error)
{
  Trail trail = { NULL, path };
  return check_rules (type, message, &trail, error);
}
