/* SPDX-License-Identifier: EUPL-1.2 */
/* libxml2's own verdict on a message: for tests, and for a paranoid mode on live messages. */

#include "contract-schema.h"

#include "contract-error.h"

#include <libxml/parser.h>
#include <libxml/tree.h>
#include <libxml/xmlschemas.h>

#include <string.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC (xmlDoc, xmlFreeDoc)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (xmlParserCtxt, xmlFreeParserCtxt)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (xmlSchemaParserCtxt, xmlSchemaFreeParserCtxt)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (xmlSchemaValidCtxt, xmlSchemaFreeValidCtxt)

struct _ContractSchema
{
  xmlSchema *schema;
};

/* Without a handler of their own, contexts print to stderr (style.md §6 row 5). */
static void
ignore_error (void *user, xmlError *error)
{
}

/* Only the place is told: libxml2's text holds values. */
static void
on_schema_error (void *user, xmlError *cause)
{
  GString *path = user;
  xmlNode *node = cause->node;
  if (path->len > 0)
    return;
  for (; node != NULL && node->type == XML_ELEMENT_NODE; node = node->parent)
    {
      g_string_prepend (path, (const char *) node->name);
      g_string_prepend_c (path, '/');
    }
  g_string_append_printf (path, " (libxml2 error %d)", cause->code);
}

static xmlDoc *
read_document (const char *bytes, gsize length_bytes)
{
  g_autoptr (xmlParserCtxt) parser = xmlNewParserCtxt ();
  g_assert (parser != NULL);
  parser->sax->serror = (xmlStructuredErrorFunc) ignore_error;
  return xmlCtxtReadMemory (parser, bytes, (int) length_bytes, NULL, NULL, XML_PARSE_NONET);
}

/**
 * contract_schema_new:
 * @mapping: (nullable): names of the wire; %NULL for those of the schema
 * @error: return location
 *
 * Loads the schema into libxml2. Load it once, at the start.
 *
 * Errors: %CONTRACT_ERROR_INTERNAL: the schema of the build is broken. Thread: any.
 *
 * Returns: (transfer full): the schema
 */
ContractSchema *
contract_schema_new (const ContractMapping *mapping, GError **error)
{
  if (mapping == NULL)
    mapping = contract_mapping_get_default ();
  g_autofree char *text = contract_mapping_dup_xsd (mapping, error);
  if (text == NULL)
    return NULL;
  g_autoptr (xmlSchemaParserCtxt) parser = xmlSchemaNewMemParserCtxt (text, (int) strlen (text));
  xmlSchemaSetParserStructuredErrors (parser, (xmlStructuredErrorFunc) ignore_error, NULL);
  xmlSchema *parsed = xmlSchemaParse (parser);
  if (parsed == NULL)
    {
      g_set_error_literal (error, CONTRACT_ERROR, CONTRACT_ERROR_INTERNAL,
                           "libxml2 does not accept the schema");
      return NULL;
    }
  ContractSchema *schema = g_new (ContractSchema, 1);
  schema->schema = parsed;
  return schema;
}

/**
 * contract_schema_free:
 * @schema: (nullable) (transfer full): a schema
 *
 * Thread: any, when nobody uses it.
 */
void
contract_schema_free (ContractSchema *schema)
{
  if (schema == NULL)
    return;
  xmlSchemaFree (schema->schema);
  g_free (schema);
}

static gboolean
check_document (const ContractSchema *schema, xmlDoc *document, GError **error)
{
  g_autoptr (GString) path = g_string_new (NULL);
  g_autoptr (xmlSchemaValidCtxt) context = xmlSchemaNewValidCtxt (schema->schema);
  xmlSchemaSetValidStructuredErrors (context, (xmlStructuredErrorFunc) on_schema_error, path);
  if (xmlSchemaValidateDoc (context, document) == 0)
    return TRUE;
  g_set_error (error, CONTRACT_ERROR, CONTRACT_ERROR_INVALID, "%s: breaks the schema", path->str);
  return FALSE;
}

static gboolean
refuse_document (GError **error)
{
  g_set_error_literal (error, CONTRACT_ERROR, CONTRACT_ERROR_MALFORMED,
                       "the message is not well-formed XML");
  return FALSE;
}

/**
 * contract_schema_check:
 * @schema: a schema
 * @bytes: (array length=length_bytes): one element as a document, such as the content of soap:Body
 * @length_bytes: its length
 * @error: return location
 *
 * libxml2's verdict. It knows neither the rules that the schema says in words nor our limits: run
 * it only on what contract_envelope_parse() has passed, or on what we wrote.
 *
 * Errors: %CONTRACT_ERROR_MALFORMED, %CONTRACT_ERROR_INVALID with the path and never a value.
 * Thread: any; tens of microseconds.
 *
 * Returns: whether it is valid
 */
gboolean
contract_schema_check (const ContractSchema *schema,
                       const char *bytes,
                       gsize length_bytes,
                       GError **error)
{
  g_autoptr (xmlDoc) document = read_document (bytes, length_bytes);
  if (document == NULL)
    return refuse_document (error);
  return check_document (schema, document, error);
}

/**
 * contract_schema_check_envelope:
 * @schema: a schema
 * @bytes: (array length=length_bytes): a SOAP message
 * @length_bytes: its length
 * @error: return location
 *
 * libxml2's verdict on the first element of the body.
 *
 * Errors and thread as contract_schema_check().
 *
 * Returns: whether it is valid
 */
gboolean
contract_schema_check_envelope (const ContractSchema *schema,
                                const char *bytes,
                                gsize length_bytes,
                                GError **error)
{
  g_autoptr (xmlDoc) document = read_document (bytes, length_bytes);
  xmlNode *node = document == NULL ? NULL : xmlDocGetRootElement (document);
  for (node = node == NULL ? NULL : xmlFirstElementChild (node); node != NULL;
       node = xmlNextElementSibling (node))
    if (strcmp ((const char *) node->name, "Body") == 0)
      break;
  xmlNode *content = node == NULL ? NULL : xmlFirstElementChild (node);
  if (content == NULL)
    return refuse_document (error);
  g_autoptr (xmlDoc) body = xmlNewDoc ((const xmlChar *) "1.0");
  xmlNode *copy = xmlDocCopyNode (content, body, 1);
  xmlDocSetRootElement (body, copy);
  xmlReconciliateNs (body, copy);
  return check_document (schema, body, error);
}
