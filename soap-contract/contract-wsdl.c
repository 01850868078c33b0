/* SPDX-License-Identifier: EUPL-1.2 */
/* The schema and the WSDL as they are served: with the names of the mapping and the caller's address. */

#include "contract-error.h"
#include "contract-mapping.h"

#include <libxml/parser.h>
#include <libxml/tree.h>

#include <string.h>

#define XS_NAMESPACE "http://www.w3.org/2001/XMLSchema"
#define WSDL_SERVICE "ExternalBookingService"

G_DEFINE_AUTOPTR_CLEANUP_FUNC (xmlDoc, xmlFreeDoc)

typedef struct
{
  const ContractMapping *mapping;
  const char *endpoint_url; /* or NULL */
} Rename;

static const char *
find_renamed (const Rename *rename, const char *name)
{
  for (guint i = 0; i < contract_n_names; i++)
    if (strcmp (contract_names[i].text, name) == 0)
      return rename->mapping->names[i].text;
  return name;
}

static char *
get_attribute (xmlNode *node, const char *name)
{
  xmlChar *value = xmlGetNoNsProp (node, (const xmlChar *) name);
  char *copy = g_strdup ((const char *) value);
  xmlFree (value);
  return copy;
}

static void
set_attribute (xmlNode *node, const char *name, const char *value)
{
  xmlSetProp (node, (const xmlChar *) name, (const xmlChar *) value);
}

/* A name or reference that may have `tns:` in front and the service's name within. */
static char *
dup_service_reference (const Rename *rename, const char *text)
{
  const char *prefix = g_str_has_prefix (text, "tns:") ? "tns:" : "";
  const char *name = text + strlen (prefix);
  const ContractMapping *mapping = rename->mapping;
  if (strcmp (name, WSDL_SERVICE) == 0)
    return g_strconcat (prefix, mapping->service_name, NULL);
  if (strcmp (name, WSDL_SERVICE "Soap") == 0)
    return g_strconcat (prefix, mapping->port_name, NULL);
  if (strcmp (name, WSDL_SERVICE "Soap12") == 0)
    return g_strconcat (prefix, mapping->port_name, "12", NULL);
  return g_strdup (text);
}

static void
rename_service (const Rename *rename, xmlNode *node, const char *attribute)
{
  g_autofree char *old = get_attribute (node, attribute);
  if (old == NULL)
    return;
  g_autofree char *new = dup_service_reference (rename, old);
  set_attribute (node, attribute, new);
}

static void
rename_namespace (const Rename *rename, xmlNode *node)
{
  for (xmlNs *ns = node->nsDef; ns != NULL; ns = ns->next)
    if (g_strcmp0 ((const char *) ns->href, CONTRACT_NAMESPACE_DEFAULT) == 0)
      {
        xmlFree ((xmlChar *) ns->href);
        ns->href = xmlStrdup ((const xmlChar *) rename->mapping->namespace_uri);
      }
  g_autofree char *target = get_attribute (node, "targetNamespace");
  if (target != NULL)
    set_attribute (node, "targetNamespace", rename->mapping->namespace_uri);
}

/* xs:element names, and the names in the rules of xs:appinfo. */
static void
rename_schema_node (const Rename *rename, xmlNode *node)
{
  const char *tag = (const char *) node->name;
  if (strcmp (tag, "element") == 0)
    {
      g_autofree char *name = get_attribute (node, "name");
      set_attribute (node, "name", find_renamed (rename, name));
    }
  else if (strcmp (tag, "appinfo") == 0)
    {
      xmlChar *old = xmlNodeGetContent (node);
      g_auto (GStrv) words = g_strsplit ((const char *) old, " ", -1);
      xmlFree (old);
      for (char **word = words; *word != NULL; word++)
        {
          char *new = g_strdup (find_renamed (rename, *word));
          g_free (*word);
          *word = new;
        }
      g_autofree char *rule = g_strjoinv (" ", words);
      xmlNodeSetContent (node, (const xmlChar *) rule);
    }
}

/* Operations, in portType and binding, with their SOAPAction; soap:operation stands below them. */
static void
rename_operation (const Rename *rename, xmlNode *node)
{
  g_autofree char *name = get_attribute (node, "name");
  const ContractOperation *operation = name == NULL ? NULL : contract_operation_find (name);
  if (operation == NULL)
    return;
  set_attribute (node, "name", rename->mapping->names[operation->request_name].text);
  g_autofree char *action = contract_mapping_dup_action (rename->mapping, operation);
  for (xmlNode *child = node->children; child != NULL; child = child->next)
    if (child->type == XML_ELEMENT_NODE && xmlHasProp (child, (const xmlChar *) "soapAction"))
      set_attribute (child, "soapAction", action);
}

static void
rename_part (const Rename *rename, xmlNode *node)
{
  g_autofree char *element = get_attribute (node, "element");
  if (element == NULL || !g_str_has_prefix (element, "tns:"))
    return;
  g_autofree char *new = g_strconcat ("tns:", find_renamed (rename, element + 4), NULL);
  set_attribute (node, "element", new);
}

static void
rename_wsdl_node (const Rename *rename, xmlNode *node)
{
  const char *tag = (const char *) node->name;
  if (strcmp (tag, "operation") == 0)
    rename_operation (rename, node);
  else if (strcmp (tag, "part") == 0)
    rename_part (rename, node);
  else if (strcmp (tag, "address") == 0 && rename->endpoint_url != NULL)
    set_attribute (node, "location", rename->endpoint_url);
  else if (strcmp (tag, "message") != 0 && strcmp (tag, "fault") != 0)
    {
      rename_service (rename, node, "name");
      rename_service (rename, node, "type");
      rename_service (rename, node, "binding");
    }
}

static void
rename_tree (const Rename *rename, xmlNode *node)
{
  for (; node != NULL; node = node->next)
    {
      if (node->type != XML_ELEMENT_NODE)
        continue;
      rename_namespace (rename, node);
      if (node->ns != NULL && strcmp ((const char *) node->ns->href, XS_NAMESPACE) == 0)
        rename_schema_node (rename, node);
      else
        rename_wsdl_node (rename, node);
      rename_tree (rename, node->children);
    }
}

static char *
dup_renamed (const Rename *rename, const char *source, GError **error)
{
  g_autoptr (xmlDoc) document =
    xmlReadMemory (source, (int) strlen (source), NULL, NULL, XML_PARSE_NONET);
  if (document == NULL)
    {
      g_set_error_literal (error, CONTRACT_ERROR, CONTRACT_ERROR_INTERNAL,
                           "the built-in schema cannot be read");
      return NULL;
    }
  rename_tree (rename, xmlDocGetRootElement (document));
  xmlChar *text = NULL;
  int length_bytes = 0;
  xmlDocDumpMemoryEnc (document, &text, &length_bytes, "UTF-8");
  char *copy = g_strndup ((const char *) text, (gsize) length_bytes);
  xmlFree (text);
  return copy;
}

/**
 * contract_mapping_dup_xsd:
 * @mapping: names of the wire
 * @error: return location
 *
 * The schema with the names of the mapping, to be served as `?xsd`. Costs some hundred
 * microseconds: keep it.
 *
 * Errors: %CONTRACT_ERROR_INTERNAL. Thread: any.
 *
 * Returns: (transfer full): XML in UTF-8
 */
char *
contract_mapping_dup_xsd (const ContractMapping *mapping, GError **error)
{
  Rename rename = { mapping, NULL };
  return dup_renamed (&rename, contract_xsd_source, error);
}

/**
 * contract_mapping_dup_wsdl:
 * @mapping: names of the wire
 * @endpoint_url: (nullable): address to stand in it, such as `https://host/` and the path
 * @error: return location
 *
 * The WSDL, with the schema inside, to be served as `?wsdl`. Costs about a millisecond: keep it.
 *
 * Errors: %CONTRACT_ERROR_INTERNAL. Thread: any.
 *
 * Returns: (transfer full): XML in UTF-8
 */
char *
contract_mapping_dup_wsdl (const ContractMapping *mapping, const char *endpoint_url, GError **error)
{
  Rename rename = { mapping, endpoint_url };
  return dup_renamed (&rename, contract_wsdl_source, error);
}
