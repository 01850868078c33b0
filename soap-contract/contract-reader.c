/* SPDX-License-Identifier: EUPL-1.2 */
/* A message read from events into its struct, by its table. */

#include "contract-reader.h"

#include "contract-error.h"
#include "contract-value.h"

#include <string.h>

#define FIRST_LIST_CAPACITY 8

typedef ContractStringList AnyList; /* all list structs are alike but for the type of their items */

/* --- errors ----------------------------------------------------------------------------------- */

static char *
dup_path (const ContractReader *reader, const char *child)
{
  GString *path = g_string_new (NULL);
  for (guint i = 0; i < reader->n_frames; i++)
    g_string_append_printf (path, "%s%s", i == 0 ? "" : "/",
                            reader->mapping->names[reader->frames[i].name].text);
  if (child != NULL)
    g_string_append_printf (path, "%s%s", reader->n_frames == 0 ? "" : "/", child);
  return g_string_free (path, FALSE);
}

static gboolean
fail_at (const ContractReader *reader,
         const char *child,
         ContractError code,
         const char *what,
         GError **error)
{
  g_autofree char *path = dup_path (reader, child);
  g_set_error (error, CONTRACT_ERROR, code, "%s: %s", path, what);
  return FALSE;
}

/**
 * contract_reader_fail:
 * @reader: a reading with an open message
 * @what: what is wrong, without the value
 * @error: return location
 *
 * Sets %CONTRACT_ERROR_INVALID with the path of the innermost open element.
 *
 * Returns: %FALSE
 */
gboolean
contract_reader_fail (const ContractReader *reader, const char *what, GError **error)
{
  return fail_at (reader, NULL, CONTRACT_ERROR_INVALID, what, error);
}

/* A name may hold anything, a civil registration number too: only names of the schema are told. */
static gboolean
fail_unexpected (const ContractReader *reader, const ContractElement *element, GError **error)
{
  for (guint i = 0; i < contract_n_names; i++)
    if (strcmp (reader->mapping->names[i].text, element->name) == 0)
      return fail_at (reader, element->name, CONTRACT_ERROR_INVALID, "is not expected here", error);
  return contract_reader_fail (reader, "an unknown element is not expected here", error);
}

static gboolean
fail_missing (const ContractReader *reader, const ContractField *field, GError **error)
{
  return fail_at (reader, reader->mapping->names[field->name].text, CONTRACT_ERROR_INVALID,
                  "is missing", error);
}

/* --- elements --------------------------------------------------------------------------------- */

/* Room for one more item. Old room is left to the arena: lists double, so it is less than the list. */
static char *
add_item (ContractReader *reader, ContractFrame *frame, const ContractField *field)
{
  AnyList *list = (AnyList *) (frame->memory + field->offset);
  gsize stride = contract_field_get_item_bytes (field);
  if (list->n_items == frame->capacity)
    {
      frame->capacity = frame->capacity == 0 ? FIRST_LIST_CAPACITY : frame->capacity * 2;
      char *items = contract_arena_alloc0_n (reader->arena, frame->capacity, stride);
      if (list->n_items > 0)
        memcpy (items, list->items, list->n_items * stride);
      list->items = (const char **) items;
    }
  return (char *) list->items + stride * list->n_items++;
}

/* Where the value of a new child goes. */
static char *
find_room (ContractReader *reader, ContractFrame *frame, const ContractField *field)
{
  if (field->flags & CONTRACT_FIELD_LIST)
    return add_item (reader, frame, field);
  return frame->memory + field->offset;
}

static gboolean *
find_presence (ContractFrame *frame, const ContractField *field)
{
  if (field->flags & CONTRACT_FIELD_FLAG)
    return (gboolean *) (frame->memory + field->flag_offset);
  if (field->flags & CONTRACT_FIELD_WRAPPER)
    return &((AnyList *) (frame->memory + field->offset))->is_present;
  return NULL;
}

/* The field that takes the next child: the one at hand while it may repeat, else the next of that
 * name, provided that nothing in between is required. */
static const ContractField *
advance (ContractReader *reader,
         ContractFrame *frame,
         const ContractElement *element,
         GError **error)
{
  const ContractType *type = frame->type;
  for (; frame->position < type->n_fields; frame->position++, frame->count = frame->capacity = 0)
    {
      const ContractField *field = &type->fields[frame->position];
      if (frame->count < field->max_occurs &&
          strcmp (reader->mapping->names[field->name].text, element->name) == 0)
        return field;
      if (frame->count < field->min_occurs)
        break;
    }
  fail_unexpected (reader, element, error);
  return NULL;
}

static gboolean
push (ContractReader *reader, const ContractFrame *frame, GError **error)
{
  if (reader->n_frames == CONTRACT_READER_MAX_DEPTH)
    return contract_reader_fail (reader, "the schema nests more deeply than the reader", error);
  reader->frames[reader->n_frames++] = *frame;
  g_string_truncate (reader->text, 0);
  return TRUE;
}

static gboolean
push_child (ContractReader *reader,
            ContractFrame *parent,
            const ContractField *field,
            const ContractElement *element,
            GError **error)
{
  ContractFrame child = { .name = field->name, .memory = find_room (reader, parent, field) };
  child.presence = find_presence (parent, field);
  if (field->kind == CONTRACT_KIND_STRUCT)
    child.type = &contract_types[field->type];
  else
    child.simple = &contract_simples[field->type];
  char **pointer = field->flags & CONTRACT_FIELD_POINTER ? (char **) child.memory : NULL;
  if (pointer != NULL)
    child.memory = contract_arena_alloc0 (reader->arena, child.type->size_bytes);
  if (!push (reader, &child, error) ||
      !contract_reader_read_attributes (reader, element, field->flags & CONTRACT_FIELD_NILLABLE,
                                        error))
    return FALSE;
  if (pointer != NULL && !reader->frames[reader->n_frames - 1].is_nil)
    *pointer = child.memory;
  return TRUE;
}

/**
 * contract_reader_init:
 * @reader: (out caller-allocates): a reading
 * @arena: where messages go
 * @mapping: names of the wire
 * @resolve_time: (nullable): makes instants of wall-clock times
 * @resolver_data: given to it
 *
 * Makes ready for any number of messages, one after the other.
 *
 * Thread: any one.
 */
void
contract_reader_init (ContractReader *reader,
                      ContractArena *arena,
                      const ContractMapping *mapping,
                      ContractTimeResolver resolve_time,
                      gpointer resolver_data)
{
  reader->arena = arena;
  reader->mapping = mapping;
  reader->resolve_time = resolve_time;
  reader->resolver_data = resolver_data;
  reader->text = g_string_sized_new (256);
  reader->n_frames = 0;
}

/**
 * contract_reader_clear:
 * @reader: a reading
 *
 * Frees what it holds; messages stay in their arena.
 */
void
contract_reader_clear (ContractReader *reader)
{
  g_string_free (reader->text, TRUE);
}

/**
 * contract_reader_begin:
 * @reader: a reading with no open message
 * @name: index of the root element's name
 * @element: its start tag
 * @error: return location
 *
 * Opens a message. Its struct is filled when contract_reader_end() has closed the root.
 *
 * Errors: %CONTRACT_ERROR_INVALID.
 *
 * Returns: (nullable): the struct, in the arena
 */
gpointer
contract_reader_begin (ContractReader *reader,
                       guint16 name,
                       const ContractElement *element,
                       GError **error)
{
  const ContractType *table = &contract_types[contract_name_types[name]];
  ContractFrame root = { .name = name, .type = table };
  root.memory = contract_arena_alloc0 (reader->arena, table->size_bytes);
  if (!push (reader, &root, error) ||
      !contract_reader_read_attributes (reader, element, FALSE, error))
    return NULL;
  return root.memory;
}

/**
 * contract_reader_start:
 * @reader: a reading with an open message
 * @element: a start tag within it
 * @error: return location
 *
 * Errors: %CONTRACT_ERROR_INVALID, with the path.
 *
 * Returns: whether the element may stand there
 */
gboolean
contract_reader_start (ContractReader *reader, const ContractElement *element, GError **error)
{
  ContractFrame *frame = &reader->frames[reader->n_frames - 1];
  if (frame->is_nil || frame->type == NULL)
    return contract_reader_fail (reader, "must not hold elements", error);
  if (element->namespace_uri == NULL ||
      strcmp (element->namespace_uri, reader->mapping->namespace_uri) != 0)
    return contract_reader_fail (reader, "an element of another namespace is not expected here",
                                 error);
  const ContractField *field = advance (reader, frame, element, error);
  if (field == NULL)
    return FALSE;
  frame->count++;
  return push_child (reader, frame, field, element, error);
}

/**
 * contract_reader_text:
 * @reader: a reading with an open message
 * @text: (array length=length_bytes): a piece of text
 * @length_bytes: its length
 * @kind: how it was written
 * @error: return location
 *
 * Errors: %CONTRACT_ERROR_INVALID, with the path.
 *
 * Returns: whether text may stand there
 */
gboolean
contract_reader_text (ContractReader *reader,
                      const char *text,
                      gsize length_bytes,
                      ContractTextKind kind,
                      GError **error)
{
  const ContractFrame *frame = &reader->frames[reader->n_frames - 1];
  if (frame->is_nil)
    return contract_reader_fail (reader, "is nil and must be empty", error);
  if (frame->simple != NULL)
    {
      g_string_append_len (reader->text, text, (gssize) length_bytes);
      return TRUE;
    }
  /* Not even white space may stand in an element that holds nothing; and libxml2 takes no CDATA
   * section for white space. */
  if (frame->type->n_fields > 0 && kind == CONTRACT_TEXT_PLAIN &&
      contract_text_is_blank (text, length_bytes))
    return TRUE;
  return contract_reader_fail (reader, "must hold elements, not text", error);
}

static gboolean
store_time (ContractReader *reader, const ContractFrame *frame, ContractTime time, GError **error)
{
  if (!time.has_offset && reader->resolve_time != NULL &&
      !reader->resolve_time (&time, reader->resolver_data))
    return fail_at (reader, NULL, CONTRACT_ERROR_TIME, "there is no such time of day", error);
  *(ContractTime *) frame->memory = time;
  return TRUE;
}

static gboolean
end_simple (ContractReader *reader, const ContractFrame *frame, GError **error)
{
  ContractValue value;
  const char *fault =
    contract_value_parse (frame->simple, reader->text->str, reader->text->len, &value);
  if (fault != NULL)
    return contract_reader_fail (reader, fault, error);
  if (value.is_missing)
    return TRUE;
  if (frame->presence != NULL)
    *frame->presence = TRUE;
  switch ((ContractKind) frame->simple->kind)
    {
    case CONTRACT_KIND_STRING:
      *(const char **) frame->memory =
        contract_arena_strndup (reader->arena, value.text, value.length_bytes);
      return TRUE;
    case CONTRACT_KIND_INT:
      *(gint64 *) frame->memory = value.number;
      return TRUE;
    case CONTRACT_KIND_BOOLEAN:
      *(gboolean *) frame->memory = (gboolean) value.number;
      return TRUE;
    case CONTRACT_KIND_TIME:
      return store_time (reader, frame, value.time, error);
    case CONTRACT_KIND_STRUCT:
    default:
      g_assert_not_reached ();
    }
}

static gboolean
end_struct (ContractReader *reader, ContractFrame *frame, GError **error)
{
  const ContractType *type = frame->type;
  for (; frame->position < type->n_fields; frame->position++, frame->count = 0)
    if (frame->count < type->fields[frame->position].min_occurs)
      return fail_missing (reader, &type->fields[frame->position], error);
  if (frame->presence != NULL)
    *frame->presence = TRUE;
  if (contract_message_check_rules (type, frame->memory, type->name, NULL))
    return TRUE;
  g_autofree char *path = dup_path (reader, NULL);
  return contract_message_check_rules (type, frame->memory, path, error);
}

/**
 * contract_reader_end:
 * @reader: a reading with an open message
 * @error: return location
 *
 * Closes the innermost open element; the message is read when no one is left (`n_frames` is 0).
 *
 * Errors: %CONTRACT_ERROR_INVALID, %CONTRACT_ERROR_RULE, %CONTRACT_ERROR_TIME, with the path.
 *
 * Returns: whether the element is as its table says
 */
gboolean
contract_reader_end (ContractReader *reader, GError **error)
{
  ContractFrame *frame = &reader->frames[reader->n_frames - 1];
  gboolean is_good = TRUE;
  if (!frame->is_nil)
    is_good =
      frame->simple != NULL ? end_simple (reader, frame, error) : end_struct (reader, frame, error);
  reader->n_frames--;
  return is_good;
}
