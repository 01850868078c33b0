/* SPDX-License-Identifier: EUPL-1.2 */
/* Attributes of a message's elements: xsi:nil, xsi:type, schema locations, and nothing else. */

#include "contract-reader.h"
#include "contract-value.h"

#include <string.h>

#define XSD_NAMESPACE "http://www.w3.org/2001/XMLSchema"

/* Whether a type of this name may stand where @simple is expected: it, or one that restricts it. */
static const ContractSimple *
find_derived (const ContractSimple *simple,
              const char *name,
              gsize name_bytes,
              gboolean is_built_in)
{
  for (guint i = 0; i < contract_n_simples; i++)
    {
      const ContractSimple *candidate = &contract_simples[i];
      const char *own = candidate->name;
      if (g_str_has_prefix (own, "xs:") != is_built_in)
        continue;
      if (is_built_in)
        own += strlen ("xs:");
      if (strlen (own) != name_bytes || memcmp (own, name, name_bytes) != 0)
        continue;
      if (simple->allows_empty && is_built_in && candidate->kind == CONTRACT_KIND_BOOLEAN)
        return candidate; /* a member of the union */
      const ContractSimple *ancestor = candidate;
      while (ancestor != simple && ancestor->base >= 0)
        ancestor = &contract_simples[ancestor->base];
      return ancestor == simple ? candidate : NULL;
    }
  return NULL;
}

/* xsi:type may name the type that is expected, or a simple type that restricts it. */
static gboolean
read_xsi_type (ContractReader *reader,
               ContractFrame *frame,
               const ContractElement *element,
               const ContractAttribute *attribute)
{
  const char *name = attribute->value;
  gsize name_bytes = attribute->value_bytes;
  const char *colon = memchr (name, ':', name_bytes);
  gsize prefix_bytes = colon == NULL ? 0 : (gsize) (colon - name);
  const char *uri = contract_element_find_namespace (element, name, prefix_bytes);
  if (uri == NULL || (colon != NULL && prefix_bytes == 0))
    return FALSE;
  if (colon != NULL)
    {
      name = colon + 1;
      name_bytes -= prefix_bytes + 1;
    }
  gboolean is_ours = strcmp (uri, reader->mapping->namespace_uri) == 0;
  if (frame->type != NULL)
    return is_ours && strlen (frame->type->name) == name_bytes &&
           memcmp (frame->type->name, name, name_bytes) == 0;
  if (!is_ours && strcmp (uri, XSD_NAMESPACE) != 0)
    return FALSE;
  const ContractSimple *derived = find_derived (frame->simple, name, name_bytes, !is_ours);
  if (derived != NULL)
    frame->simple = derived;
  return derived != NULL;
}

static gboolean
read_nil (ContractFrame *frame, const ContractAttribute *attribute, gboolean is_nillable)
{
  const char *value = attribute->value;
  gsize value_bytes = attribute->value_bytes;
  contract_text_trim (&value, &value_bytes);
  return is_nillable && contract_text_parse_boolean (value, value_bytes, &frame->is_nil);
}

/* Only the four attributes of the XSI namespace may stand on an element. */
static gboolean
read_attribute (ContractReader *reader,
                const ContractElement *element,
                const ContractAttribute *attribute,
                gboolean is_nillable,
                GError **error)
{
  ContractFrame *frame = &reader->frames[reader->n_frames - 1];
  gboolean is_xsi =
    attribute->namespace_uri != NULL && strcmp (attribute->namespace_uri, CONTRACT_XSI) == 0;
  if (is_xsi && strcmp (attribute->name, "nil") == 0)
    return read_nil (frame, attribute, is_nillable) ||
           contract_reader_fail (reader, "xsi:nil is not allowed", error);
  if (is_xsi && strcmp (attribute->name, "type") == 0)
    return read_xsi_type (reader, frame, element, attribute) ||
           contract_reader_fail (reader, "xsi:type names another type", error);
  if (is_xsi && (strcmp (attribute->name, "schemaLocation") == 0 ||
                 strcmp (attribute->name, "noNamespaceSchemaLocation") == 0))
    return TRUE;
  return contract_reader_fail (reader, "an attribute is not allowed", error);
}

/**
 * contract_reader_read_attributes:
 * @reader: a reading whose innermost element has just been opened
 * @element: its start tag
 * @is_nillable: whether xsi:nil is allowed on it
 * @error: return location
 *
 * Reads xsi:nil and xsi:type into the innermost frame; schema locations are passed over, all other
 * attributes refused.
 *
 * Errors: %CONTRACT_ERROR_INVALID. Source: XML Schema part 1, §2.6.
 *
 * Returns: whether the attributes may stand there
 */
gboolean
contract_reader_read_attributes (ContractReader *reader,
                                 const ContractElement *element,
                                 gboolean is_nillable,
                                 GError **error)
{
  for (guint i = 0; i < element->n_attributes; i++)
    {
      ContractAttribute attribute = contract_element_get_attribute (element, i);
      if (!read_attribute (reader, element, &attribute, is_nillable, error))
        return FALSE;
    }
  return TRUE;
}
