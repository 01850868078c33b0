/* SPDX-License-Identifier: EUPL-1.2 */
/* Any message by its table: check a struct and write it as XML. */

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

static gsize
item_bytes (const ContractField *field)
{
  switch ((ContractKind) field->kind)
    {
    case CONTRACT_KIND_STRING:
      return sizeof (const char *);
    case CONTRACT_KIND_INT:
      return sizeof (gint64);
    case CONTRACT_KIND_BOOLEAN:
      return sizeof (gboolean);
    case CONTRACT_KIND_TIME:
      return sizeof (ContractTime);
    case CONTRACT_KIND_STRUCT:
    default:
      return contract_types[field->type].size_bytes;
    }
}

/* Where the field's value stands, or NULL when it is missing. Not for lists. */
static const char *
find_value (const ContractField *field, const char *message)
{
  const char *value = message + field->offset;
  if (field->flags & CONTRACT_FIELD_FLAG)
    return *(const gboolean *) (message + field->flag_offset) ? value : NULL;
  if (field->flags & CONTRACT_FIELD_POINTER)
    return *(const char *const *) value;
  if (field->flags & CONTRACT_FIELD_WRAPPER)
    {
      const AnyList *list = (const AnyList *) value;
      return list->is_present || list->n_items > 0 || field->min_occurs > 0 ? value : NULL;
    }
  if (field->kind == CONTRACT_KIND_STRING)
    return *(const char *const *) value == NULL ? NULL : value;
  return value;
}

/* --- check ------------------------------------------------------------------------------------ */

static gboolean
check_struct (const ContractType *type, const char *message, const Trail *trail, GError **error);

static const char *
check_simple (const ContractSimple *simple, const char *value)
{
  if (simple->kind == CONTRACT_KIND_INT)
    return contract_value_check_int (simple, *(const gint64 *) value);
  if (simple->kind == CONTRACT_KIND_TIME)
    return contract_time_is_sendable ((const ContractTime *) value) ? NULL : "cannot be sent";
  if (simple->kind != CONTRACT_KIND_STRING)
    return NULL;
  const char *text = *(const char *const *) value;
  if (text == NULL)
    return "is missing";
  gsize length_bytes = strlen (text);
  if (!contract_text_is_sendable (text, length_bytes))
    return "has characters that XML cannot hold";
  return contract_value_check_string (simple, text, length_bytes);
}

static gboolean
check_value (const ContractField *field, const char *value, const Trail *trail, GError **error)
{
  if (field->kind == CONTRACT_KIND_STRUCT)
    return check_struct (&contract_types[field->type], value, trail, error);
  const char *fault = check_simple (&contract_simples[field->type], value);
  return fault == NULL || fail (trail, CONTRACT_ERROR_INVALID, fault, error);
}

static gboolean
check_list (const ContractField *field, const AnyList *list, const Trail *trail, GError **error)
{
  if (list->n_items < field->min_occurs)
    return fail (trail, CONTRACT_ERROR_INVALID, "too few", error);
  if (list->n_items > field->max_occurs)
    return fail (trail, CONTRACT_ERROR_INVALID, "too many", error);
  gsize stride = item_bytes (field);
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
  const char *value = find_value (field, message);
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
    n_present += find_value (&type->fields[rule->fields[i]], message) != NULL;
  if (n_present == 1 || (n_present > 1 && !rule->is_exactly_one))
    return TRUE;
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

/* --- write ------------------------------------------------------------------------------------ */

/* A GString that is written to without a call per piece. */
typedef struct
{
  GString *out;
  char *at;
  char *end;
} Buffer;

static void
buffer_grow (Buffer *buffer, gsize n_bytes)
{
  gsize used_bytes = (gsize) (buffer->at - buffer->out->str);
  gsize wanted_bytes = MAX (used_bytes + n_bytes + 1, buffer->out->allocated_len * 2);
  g_string_set_size (buffer->out, wanted_bytes);
  buffer->at = buffer->out->str + used_bytes;
  buffer->end = buffer->out->str + wanted_bytes;
}

static inline void
buffer_reserve (Buffer *buffer, gsize n_bytes)
{
  if (G_UNLIKELY ((gsize) (buffer->end - buffer->at) < n_bytes))
    buffer_grow (buffer, n_bytes);
}

static inline void
put (Buffer *buffer, const char *text, gsize n_bytes)
{
  buffer_reserve (buffer, n_bytes);
  memcpy (buffer->at, text, n_bytes);
  buffer->at += n_bytes;
}

static const char *
escape_of (char c)
{
  switch (c)
    {
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '&':
      return "&amp;";
    case '\r':
      return "&#13;"; /* a reader would make a bare one a line feed */
    default:
      return NULL;
    }
}

static void
put_text (Buffer *buffer, const char *text)
{
  const char *start = text;
  for (; *text != '\0'; text++)
    {
      /* All four lie below '?', which most characters do not. */
      const char *escape = G_UNLIKELY (*text < '?') ? escape_of (*text) : NULL;
      if (escape == NULL)
        continue;
      put (buffer, start, (gsize) (text - start));
      put (buffer, escape, strlen (escape));
      start = text + 1;
    }
  put (buffer, start, (gsize) (text - start));
}

static void
put_int (Buffer *buffer, gint64 number)
{
  char digits[24];
  char *at = digits + sizeof (digits);
  guint64 rest = number < 0 ? -(guint64) number : (guint64) number;
  do
    *--at = (char) ('0' + rest % 10);
  while ((rest /= 10) > 0);
  if (number < 0)
    *--at = '-';
  put (buffer, at, (gsize) (digits + sizeof (digits) - at));
}

static void
put_simple (Buffer *buffer, ContractKind kind, const char *value)
{
  switch (kind)
    {
    case CONTRACT_KIND_STRING:
      put_text (buffer, *(const char *const *) value);
      break;
    case CONTRACT_KIND_INT:
      put_int (buffer, *(const gint64 *) value);
      break;
    case CONTRACT_KIND_BOOLEAN:
      if (*(const gboolean *) value)
        put (buffer, "true", 4);
      else
        put (buffer, "false", 5);
      break;
    case CONTRACT_KIND_TIME:
      buffer_reserve (buffer, CONTRACT_TIME_TEXT_BYTES);
      buffer->at += contract_time_write ((const ContractTime *) value, buffer->at);
      break;
    case CONTRACT_KIND_STRUCT:
    default:
      g_assert_not_reached ();
    }
}

static void write_struct (Buffer *buffer,
                          const ContractName *names,
                          const ContractType *type,
                          const char *message);

static void
write_value (Buffer *buffer,
             const ContractName *names,
             const ContractField *field,
             const char *value)
{
  const ContractName *name = &names[field->name];
  put (buffer, name->open, name->n_open);
  if (field->kind == CONTRACT_KIND_STRUCT)
    write_struct (buffer, names, &contract_types[field->type], value);
  else
    put_simple (buffer, (ContractKind) field->kind, value);
  put (buffer, name->close, name->n_close);
}

/* A required element without a value: nil where the schema allows it, else empty. */
static void
write_absent (Buffer *buffer, const ContractName *name, gboolean is_nil)
{
  static const char nil[] =
    " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:nil=\"true\">";
  put (buffer, name->open, name->n_open - 1u);
  if (is_nil)
    put (buffer, nil, sizeof (nil) - 1);
  else
    put (buffer, ">", 1);
  put (buffer, name->close, name->n_close);
}

static void
write_field (Buffer *buffer,
             const ContractName *names,
             const ContractField *field,
             const char *message)
{
  if (field->flags & CONTRACT_FIELD_LIST)
    {
      const AnyList *list = (const AnyList *) (message + field->offset);
      gsize stride = item_bytes (field);
      const char *item = (const char *) list->items;
      for (guint i = 0; i < list->n_items; i++, item += stride)
        write_value (buffer, names, field, item);
      return;
    }
  const char *value = find_value (field, message);
  if (value != NULL)
    write_value (buffer, names, field, value);
  else if (field->min_occurs > 0)
    write_absent (buffer, &names[field->name], field->flags & CONTRACT_FIELD_NILLABLE);
}

static void
write_struct (Buffer *buffer,
              const ContractName *names,
              const ContractType *type,
              const char *message)
{
  for (guint i = 0; i < type->n_fields; i++)
    write_field (buffer, names, &type->fields[i], message);
}

/**
 * contract_message_write:
 * @mapping: (nullable): names of the wire; %NULL for those of the schema
 * @root_name: index of the root element's name, such as `operation->response_name`
 * @type: type of the message
 * @message: its struct, which contract_message_check() has passed
 * @out: what is written to, at its end
 *
 * Writes a message as an element with its namespace declared on it, so that it stands in any
 * envelope. Does not check.
 *
 * Thread: any.
 */
void
contract_message_write (const ContractMapping *mapping,
                        guint16 root_name,
                        ContractTypeId type,
                        gconstpointer message,
                        GString *out)
{
  g_return_if_fail (type < CONTRACT_TYPE_N_TYPES && message != NULL && out != NULL);
  if (mapping == NULL)
    mapping = contract_mapping_get_default ();
  const ContractName *root = &mapping->names[root_name];
  Buffer buffer = { out, out->str + out->len, out->str + out->allocated_len - 1 };
  put (&buffer, root->open, root->n_open - 1u);
  put (&buffer, mapping->root_attribute, strlen (mapping->root_attribute));
  put (&buffer, ">", 1);
  write_struct (&buffer, mapping->names, &contract_types[type], message);
  put (&buffer, root->close, root->n_close);
  buffer_reserve (&buffer, 1);
  *buffer.at = '\0';
  out->len = (gsize) (buffer.at - out->str);
}
