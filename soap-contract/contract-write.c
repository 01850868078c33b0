/* SPDX-License-Identifier: EUPL-1.2 */
/* A struct written as XML by its table, into a buffer, and held against the table on the way. */

#include "contract-error.h"
#include "contract-message.h"
#include "contract-value.h"

#include <string.h>

typedef ContractStringList AnyList; /* all list structs are alike but for the type of their items */

/* A GString that is written to without a call per piece. */
typedef struct
{
  GString *out;
  char *at;
  char *end;
  gboolean checks; /* whether values are held against the table */
  gboolean is_bad; /* one does not fit: nothing of what is written may leave */
  ContractTimeDay day;
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

/* Tags and most values have 8 to 32 bytes: two copies that overlap do for them what a call would. */
static inline void
put_piece (Buffer *buffer, const char *text, gsize n_bytes)
{
  buffer_reserve (buffer, n_bytes);
  char *at = buffer->at;
  if (n_bytes >= 16 && n_bytes <= 32)
    {
      memcpy (at, text, 16);
      memcpy (at + n_bytes - 16, text + n_bytes - 16, 16);
    }
  else if (n_bytes >= 8 && n_bytes < 16)
    {
      memcpy (at, text, 8);
      memcpy (at + n_bytes - 8, text + n_bytes - 8, 8);
    }
  else
    memcpy (at, text, n_bytes);
  buffer->at = at + n_bytes;
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
put_escaped (Buffer *buffer, const char *text)
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
put_text (Buffer *buffer, const ContractSimple *simple, const char *text)
{
  gsize n_bytes = text == NULL ? 0 : strlen (text);
  gboolean is_plain = text != NULL && contract_text_is_plain (text, n_bytes);
  const char *fault = NULL;
  if (buffer->checks)
    fault = is_plain && (!simple->collapses || memchr (text, ' ', n_bytes) == NULL)
              ? contract_value_check_plain (simple, text, n_bytes)
              : contract_value_check (simple, (const char *) &text);
  if (fault != NULL || text == NULL)
    buffer->is_bad = TRUE;
  else if (is_plain)
    put_piece (buffer, text, n_bytes);
  else
    put_escaped (buffer, text);
}

static void
put_time (Buffer *buffer, const ContractTime *time)
{
  buffer_reserve (buffer, CONTRACT_TIME_TEXT_BYTES);
  if (buffer->checks && !contract_time_is_sendable (time))
    buffer->is_bad = TRUE;
  else
    buffer->at += contract_time_day_write (&buffer->day, time, buffer->at);
}

static void
put_int (Buffer *buffer, const ContractSimple *simple, gint64 number)
{
  if (buffer->checks && contract_value_check_int (simple, number) != NULL)
    buffer->is_bad = TRUE;
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
put_boolean (Buffer *buffer, gboolean truth)
{
  if (truth)
    put (buffer, "true", 4);
  else
    put (buffer, "false", 5);
}

static void
put_simple (Buffer *buffer, const ContractSimple *simple, const char *value)
{
  switch ((ContractKind) simple->kind)
    {
    case CONTRACT_KIND_STRING:
      put_text (buffer, simple, *(const char *const *) value);
      break;
    case CONTRACT_KIND_INT:
      put_int (buffer, simple, *(const gint64 *) value);
      break;
    case CONTRACT_KIND_BOOLEAN:
      put_boolean (buffer, *(const gboolean *) value);
      break;
    case CONTRACT_KIND_TIME:
      put_time (buffer, (const ContractTime *) value);
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
  put_piece (buffer, name->open, name->n_open);
  if (field->kind == CONTRACT_KIND_STRUCT)
    write_struct (buffer, names, &contract_types[field->type], value);
  else
    put_simple (buffer, &contract_simples[field->type], value);
  put_piece (buffer, name->close, name->n_close);
}

/* A required element without a value: nil or empty where the schema allows it; else nothing, which
 * is refused where messages are checked. */
static void
write_absent (Buffer *buffer, const ContractName *name, const ContractField *field)
{
  static const char nil[] =
    " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:nil=\"true\"";
  gboolean is_nillable = field->flags & CONTRACT_FIELD_NILLABLE;
  if (!is_nillable &&
      (field->kind == CONTRACT_KIND_STRUCT || !contract_simples[field->type].allows_empty))
    {
      buffer->is_bad = TRUE;
      return;
    }
  put (buffer, name->open, name->n_open - 1u);
  if (is_nillable)
    put (buffer, nil, sizeof (nil) - 1);
  put (buffer, ">", 1);
  put (buffer, name->close, name->n_close);
}

static void
write_list (Buffer *buffer,
            const ContractName *names,
            const ContractField *field,
            const AnyList *list)
{
  gsize stride = contract_field_get_item_bytes (field);
  const char *item = (const char *) list->items;
  if (list->n_items < field->min_occurs || list->n_items > field->max_occurs)
    buffer->is_bad = TRUE;
  for (guint i = 0; i < list->n_items; i++, item += stride)
    write_value (buffer, names, field, item);
}

static void
write_field (Buffer *buffer,
             const ContractName *names,
             const ContractField *field,
             const char *message)
{
  if (field->flags & CONTRACT_FIELD_LIST)
    {
      write_list (buffer, names, field, (const AnyList *) (message + field->offset));
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
  if (type->n_rules > 0 && buffer->checks &&
      !contract_message_check_rules (type, message, type->name, NULL))
    buffer->is_bad = TRUE;
}

/* The root, with its namespace declared on it. */
static void
write_root (Buffer *buffer, const ContractMapping *mapping, guint16 root_name, const char *message)
{
  const ContractName *root = &mapping->names[root_name];
  put (buffer, root->open, root->n_open - 1u);
  put (buffer, mapping->root_attribute, strlen (mapping->root_attribute));
  put (buffer, ">", 1);
  write_struct (buffer, mapping->names, &contract_types[contract_name_types[root_name]], message);
  put (buffer, root->close, root->n_close);
  buffer_reserve (buffer, 1);
  *buffer->at = '\0';
}

static Buffer
buffer_of (GString *out)
{
  return (Buffer){ .out = out,
                   .at = out->str + out->len,
                   .end = out->str + out->allocated_len - 1,
                   .day = CONTRACT_TIME_DAY_INIT };
}

/**
 * contract_message_write:
 * @mapping: (nullable): names of the wire; %NULL for those of the schema
 * @root_name: index of the root element's name, such as `operation->response_name`
 * @message: the struct of its type, of which contract_message_check() would say that it may leave
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
  Buffer buffer = buffer_of (out);
  write_root (&buffer, mapping, root_name, message);
  out->len = (gsize) (buffer.at - out->str);
}

/**
 * contract_message_write_checked:
 * @mapping: (nullable): names of the wire; %NULL for those of the schema
 * @root_name: index of the root element's name, such as `operation->response_name`
 * @message: the struct of its type
 * @out: what is written to, at its end; untouched on failure
 * @error: return location
 *
 * contract_message_check() and contract_message_write() in one walk. Only when something is wrong
 * the message is walked again, to say where.
 *
 * Errors: those of contract_message_check(). Thread: any.
 *
 * Returns: whether it may leave, and was written
 */
gboolean
contract_message_write_checked (const ContractMapping *mapping,
                                guint16 root_name,
                                gconstpointer message,
                                GString *out,
                                GError **error)
{
  g_return_val_if_fail (root_name < contract_n_names, FALSE);
  g_return_val_if_fail (contract_name_types[root_name] >= 0, FALSE);
  g_return_val_if_fail (message != NULL && out != NULL, FALSE);
  if (mapping == NULL)
    mapping = contract_mapping_get_default ();
  gsize old_bytes = out->len;
  Buffer buffer = buffer_of (out);
  buffer.checks = TRUE;
  write_root (&buffer, mapping, root_name, message);
  if (!buffer.is_bad)
    {
      out->len = (gsize) (buffer.at - out->str);
      return TRUE;
    }
  g_string_truncate (out, old_bytes);
  if (contract_message_check ((ContractTypeId) contract_name_types[root_name], message, error))
    g_set_error_literal (error, CONTRACT_ERROR, CONTRACT_ERROR_INVALID, "does not fit its table");
  return FALSE;
}
