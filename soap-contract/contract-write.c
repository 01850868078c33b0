/* SPDX-License-Identifier: EUPL-1.2 */
/* A struct written as XML by its table, into a buffer. */

#include "contract-message.h"

#include <string.h>

typedef ContractStringList AnyList; /* all list structs are alike but for the type of their items */

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

/* A required element without a value: nil or empty where the schema allows it; else nothing, which
 * contract_message_check() has refused. */
static void
write_absent (Buffer *buffer, const ContractName *name, const ContractField *field)
{
  static const char nil[] =
    " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:nil=\"true\"";
  gboolean is_nillable = field->flags & CONTRACT_FIELD_NILLABLE;
  if (!is_nillable &&
      (field->kind == CONTRACT_KIND_STRUCT || !contract_simples[field->type].allows_empty))
    return;
  put (buffer, name->open, name->n_open - 1u);
  if (is_nillable)
    put (buffer, nil, sizeof (nil) - 1);
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
      gsize stride = contract_field_get_item_bytes (field);
      const char *item = (const char *) list->items;
      for (guint i = 0; i < list->n_items; i++, item += stride)
        write_value (buffer, names, field, item);
      return;
    }
  const char *value = contract_field_find_value (field, message);
  if (value != NULL)
    write_value (buffer, names, field, value);
  else if (field->min_occurs > 0)
    write_absent (buffer, &names[field->name], field);
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
 * @message: the struct of its type, which contract_message_check() has passed
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
                        gconstpointer message,
                        GString *out)
{
  g_return_if_fail (root_name < contract_n_names && contract_name_types[root_name] >= 0);
  g_return_if_fail (message != NULL && out != NULL);
  if (mapping == NULL)
    mapping = contract_mapping_get_default ();
  const ContractName *root = &mapping->names[root_name];
  Buffer buffer = { out, out->str + out->len, out->str + out->allocated_len - 1 };
  put (&buffer, root->open, root->n_open - 1u);
  put (&buffer, mapping->root_attribute, strlen (mapping->root_attribute));
  put (&buffer, ">", 1);
  write_struct (&buffer, mapping->names, &contract_types[contract_name_types[root_name]], message);
  put (&buffer, root->close, root->n_close);
  buffer_reserve (&buffer, 1);
  *buffer.at = '\0';
  out->len = (gsize) (buffer.at - out->str);
}
