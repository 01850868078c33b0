/* SPDX-License-Identifier: EUPL-1.2 */
/* Small walks over the generated tables: automata, values of fields, the list of operations. */

#include "contract-table.h"

#include <string.h>

/**
 * contract_dfa_matches:
 * @dfa: an automaton made from a pattern of the schema
 * @text: (array length=length_bytes): valid UTF-8
 * @length_bytes: its length
 *
 * Whether the whole text fits the pattern. One step per character: bytes that continue a character
 * are passed over, since all characters beyond ASCII are alike to our patterns.
 *
 * Thread: any. Source: XML Schema part 2, appendix F.
 *
 * Returns: %TRUE when it fits
 */
gboolean
contract_dfa_matches (const ContractDfa *dfa, const char *text, gsize length_bytes)
{
  guint state = 0;
  for (gsize i = 0; i < length_bytes; i++)
    {
      guint8 column = dfa->columns[(guint8) text[i]];
      if (column != G_MAXUINT8)
        state = dfa->next[state * dfa->n_columns + column];
    }
  return dfa->accepts[state] != 0;
}

/**
 * contract_field_get_item_bytes:
 * @field: a field
 *
 * Thread: any.
 *
 * Returns: size of one value in a list of the field, in bytes
 */
gsize
contract_field_get_item_bytes (const ContractField *field)
{
  static const gsize sizes[] = {
    [CONTRACT_KIND_STRING] = sizeof (const char *),
    [CONTRACT_KIND_INT] = sizeof (gint64),
    [CONTRACT_KIND_BOOLEAN] = sizeof (gboolean),
    [CONTRACT_KIND_TIME] = sizeof (ContractTime),
  };
  return field->kind == CONTRACT_KIND_STRUCT ? contract_types[field->type].size_bytes
                                             : sizes[field->kind];
}

/**
 * contract_field_find_value:
 * @field: a field, not of %CONTRACT_FIELD_LIST
 * @message: the struct that has it
 *
 * Thread: any.
 *
 * Returns: (transfer none) (nullable): where its value stands; %NULL when it is missing
 */
const char *
contract_field_find_value (const ContractField *field, const char *message)
{
  const char *value = message + field->offset;
  if (field->flags & CONTRACT_FIELD_FLAG)
    return *(const gboolean *) (message + field->flag_offset) ? value : NULL;
  if (field->flags & CONTRACT_FIELD_POINTER)
    return *(const char *const *) value;
  if (field->flags & CONTRACT_FIELD_WRAPPER)
    {
      const ContractStringList *list = (const ContractStringList *) value;
      return list->is_present || list->n_items > 0 || field->min_occurs > 0 ? value : NULL;
    }
  if (field->kind == CONTRACT_KIND_STRING)
    return *(const char *const *) value == NULL ? NULL : value;
  return value;
}

/**
 * contract_operation_get:
 * @id: an operation
 *
 * Thread: any.
 *
 * Returns: (transfer none): its row
 */
const ContractOperation *
contract_operation_get (ContractOperationId id)
{
  g_return_val_if_fail (id < CONTRACT_OPERATION_N_OPERATIONS, NULL);
  return &contract_operations[id];
}

/**
 * contract_operation_find:
 * @name: name of an operation in our schema, such as `CreateBooking`
 *
 * Thread: any.
 *
 * Returns: (transfer none) (nullable): its row; %NULL when there is none
 */
const ContractOperation *
contract_operation_find (const char *name)
{
  for (guint i = 0; i < CONTRACT_OPERATION_N_OPERATIONS; i++)
    if (strcmp (contract_operations[i].name, name) == 0)
      return &contract_operations[i];
  return NULL;
}
