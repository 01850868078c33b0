/* SPDX-License-Identifier: EUPL-1.2 */
/* The names of the wire: namespace, service, path, SOAPAction and elements, from data/contract.conf. */

#include "contract-mapping.h"

#include "contract-error.h"

#include <libxml/uri.h>

#include <string.h>

#define GROUP_SERVICE  "service"
#define GROUP_ELEMENTS "elements"

/* What stands in [service]; the order is that of the members that are set. */
static const char *const service_keys[] = {
  "namespace", "service", "port", "path", "action", NULL
};

static const ContractMapping default_mapping = {
  .namespace_uri = CONTRACT_NAMESPACE_DEFAULT,
  .service_name = "ExternalBookingService",
  .port_name = "ExternalBookingServiceSoap",
  .path = "/soap/ExternalBookingService/v3",
  .action = "{namespace}/{operation}",
  .names = contract_names,
  .root_attribute = " xmlns=\"" CONTRACT_NAMESPACE_DEFAULT "\"",
};

/**
 * contract_mapping_get_default:
 *
 * Thread: any.
 *
 * Returns: (transfer none): the names of the schema
 */
const ContractMapping *
contract_mapping_get_default (void)
{
  return &default_mapping;
}

static gboolean
refuse (GError **error, const char *path, const char *what, const char *name)
{
  g_set_error (error, CONTRACT_ERROR, CONTRACT_ERROR_MAPPING, "%s: %s%s%s", path, what,
               name == NULL ? "" : ": ", name == NULL ? "" : name);
  return FALSE;
}

/* --- elements --------------------------------------------------------------------------------- */

static void
name_set (ContractName *name, const char *text)
{
  name->text = g_strdup (text);
  name->open = g_strconcat ("<", text, ">", NULL);
  name->close = g_strconcat ("</", text, ">", NULL);
  name->n_text = (guint16) strlen (text);
  name->n_open = (guint16) (name->n_text + 2);
  name->n_close = (guint16) (name->n_text + 3);
}

/* Names are kept to ASCII letters, digits and three signs: enough, and safe to write. */
static gboolean
is_element_name (const char *text)
{
  if (!g_ascii_isalpha (*text) && *text != '_')
    return FALSE;
  for (const char *c = text; *c != '\0'; c++)
    if (!g_ascii_isalnum (*c) && strchr ("_-.", *c) == NULL)
      return FALSE;
  return strlen (text) <= 128;
}

static gint
find_name (const char *text)
{
  for (guint i = 0; i < contract_n_names; i++)
    if (strcmp (contract_names[i].text, text) == 0)
      return (gint) i;
  return -1;
}

static ContractName *
names_new (GKeyFile *file)
{
  ContractName *names = g_new0 (ContractName, contract_n_names);
  for (guint i = 0; i < contract_n_names; i++)
    {
      g_autofree char *text =
        g_key_file_get_string (file, GROUP_ELEMENTS, contract_names[i].text, NULL);
      name_set (&names[i], text == NULL ? contract_names[i].text : g_strstrip (text));
    }
  return names;
}

static void
names_free (const ContractName *names)
{
  for (guint i = 0; i < contract_n_names; i++)
    {
      g_free ((char *) names[i].text);
      g_free ((char *) names[i].open);
      g_free ((char *) names[i].close);
    }
  g_free ((ContractName *) names);
}

/* Every key must be an element of the schema; every name must be one, and no name may stand twice. */
static gboolean
check_names (GKeyFile *file, const char *path, const ContractName *names, GError **error)
{
  g_auto (GStrv) keys = g_key_file_get_keys (file, GROUP_ELEMENTS, NULL, NULL);
  for (char **key = keys; key != NULL && *key != NULL; key++)
    if (find_name (*key) < 0)
      return refuse (error, path, "the schema has no element of this name", *key);
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; i < contract_n_names; i++)
    {
      if (!is_element_name (names[i].text))
        return refuse (error, path, "this is no name of an element", names[i].text);
      if (!g_hash_table_add (seen, (gpointer) names[i].text))
        return refuse (error, path, "two elements have the same name", names[i].text);
    }
  return TRUE;
}

/* --- service ---------------------------------------------------------------------------------- */

static char *
dup_setting (GKeyFile *file, const char *key, const char *otherwise)
{
  g_autofree char *text = g_key_file_get_string (file, GROUP_SERVICE, key, NULL);
  return g_strdup (text == NULL ? otherwise : g_strstrip (text));
}

/* A value that GLib cannot read would be taken for a missing one. */
static gboolean
check_values (GKeyFile *file, const char *path, const char *group, GError **error)
{
  g_auto (GStrv) keys = g_key_file_get_keys (file, group, NULL, NULL);
  for (char **key = keys; key != NULL && *key != NULL; key++)
    {
      g_autofree char *value = g_key_file_get_value (file, group, *key, NULL);
      if (strchr (value, '\\') != NULL || !g_utf8_validate (value, -1, NULL))
        return refuse (error, path, "neither a backslash nor bytes beyond UTF-8 may stand in",
                       *key);
    }
  return TRUE;
}

static gboolean
check_groups (GKeyFile *file, const char *path, GError **error)
{
  g_auto (GStrv) groups = g_key_file_get_groups (file, NULL);
  for (char **group = groups; *group != NULL; group++)
    if (strcmp (*group, GROUP_SERVICE) != 0 && strcmp (*group, GROUP_ELEMENTS) != 0)
      return refuse (error, path, "unknown group", *group);
  g_auto (GStrv) keys = g_key_file_get_keys (file, GROUP_SERVICE, NULL, NULL);
  for (char **key = keys; key != NULL && *key != NULL; key++)
    if (!g_strv_contains (service_keys, *key))
      return refuse (error, path, "unknown key", *key);
  return check_values (file, path, GROUP_SERVICE, error) &&
         check_values (file, path, GROUP_ELEMENTS, error);
}

static gboolean
is_plain (const char *text)
{
  for (; *text != '\0'; text++)
    if (!g_ascii_isgraph (*text))
      return FALSE;
  return TRUE;
}

/* A namespace that the parser would not take for a URI makes every message under it malformed. */
static gboolean
is_uri (const char *text)
{
  xmlURI *uri = xmlParseURI (text);
  gboolean is_absolute = uri != NULL && uri->scheme != NULL;
  xmlFreeURI (uri);
  return is_absolute;
}

static gboolean
check_service (const ContractMapping *mapping, const char *path, GError **error)
{
  /* libxml2 neither reads nor writes such a sign in a namespace as it should. */
  if (!is_uri (mapping->namespace_uri) || !is_plain (mapping->namespace_uri) ||
      strpbrk (mapping->namespace_uri, "&<>\"'") != NULL)
    return refuse (error, path, "namespace must be a URI", NULL);
  if (!is_element_name (mapping->service_name) || !is_element_name (mapping->port_name))
    return refuse (error, path, "service and port must be names", NULL);
  if (*mapping->path != '/' || !is_plain (mapping->path) || strpbrk (mapping->path, "?#") != NULL)
    return refuse (error, path, "path must start with a slash and have no query", NULL);
  if (!is_plain (mapping->action) || strchr (mapping->action, '"') != NULL)
    return refuse (error, path, "action must be a URI", NULL);
  return TRUE;
}

static ContractMapping *
mapping_new (GKeyFile *file)
{
  ContractMapping *mapping = g_new0 (ContractMapping, 1);
  mapping->namespace_uri = dup_setting (file, "namespace", default_mapping.namespace_uri);
  mapping->service_name = dup_setting (file, "service", default_mapping.service_name);
  g_autofree char *port = g_strconcat (mapping->service_name, "Soap", NULL);
  mapping->port_name = dup_setting (file, "port", port);
  mapping->path = dup_setting (file, "path", default_mapping.path);
  mapping->action = dup_setting (file, "action", default_mapping.action);
  mapping->names = names_new (file);
  mapping->root_attribute = g_strdup_printf (" xmlns=\"%s\"", mapping->namespace_uri);
  return mapping;
}

/**
 * contract_mapping_load:
 * @path: a key file as `data/contract.conf`; keys that are missing keep the schema's names
 * @error: return location
 *
 * Loads the names of the wire. Unknown keys, groups and elements are errors.
 *
 * Errors: %CONTRACT_ERROR_MAPPING, for a file that cannot be read too. Thread: any; reads a file.
 *
 * Returns: (transfer full): the mapping
 */
ContractMapping *
contract_mapping_load (const char *path, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) cause = NULL;
  if (!g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, &cause))
    {
      refuse (error, path, cause->message, NULL);
      return NULL;
    }
  if (!check_groups (file, path, error))
    return NULL;
  g_autoptr (ContractMapping) mapping = mapping_new (file);
  if (!check_service (mapping, path, error) || !check_names (file, path, mapping->names, error))
    return NULL;
  return g_steal_pointer (&mapping);
}

/**
 * contract_mapping_free:
 * @mapping: (nullable) (transfer full): a mapping from contract_mapping_load()
 *
 * Thread: any, when nobody uses it.
 */
void
contract_mapping_free (ContractMapping *mapping)
{
  if (mapping == NULL)
    return;
  g_return_if_fail (mapping != &default_mapping);
  const char *texts[] = { mapping->namespace_uri, mapping->service_name, mapping->port_name,
                          mapping->path,          mapping->action,       mapping->root_attribute };
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    g_free ((char *) texts[i]);
  names_free (mapping->names);
  g_free (mapping);
}

/* --- SOAPAction ------------------------------------------------------------------------------- */

/**
 * contract_mapping_dup_action:
 * @mapping: names of the wire
 * @operation: an operation
 *
 * Thread: any.
 *
 * Returns: (transfer full): the operation's SOAPAction, without quotes
 */
char *
contract_mapping_dup_action (const ContractMapping *mapping, const ContractOperation *operation)
{
  GString *action = g_string_new (mapping->action);
  g_string_replace (action, "{namespace}", mapping->namespace_uri, 0);
  g_string_replace (action, "{operation}", mapping->names[operation->request_name].text, 0);
  return g_string_free (action, FALSE);
}

/* Whether @text, @length_bytes long, starts with @part; moves past it. */
static gboolean
take (const char **text, gsize *length_bytes, const char *part, gsize part_bytes)
{
  if (*length_bytes < part_bytes || memcmp (*text, part, part_bytes) != 0)
    return FALSE;
  *text += part_bytes;
  *length_bytes -= part_bytes;
  return TRUE;
}

/* The pattern with its two names, held against the text without building it. */
static gboolean
action_matches (const ContractMapping *mapping,
                const ContractName *name,
                const char *text,
                gsize length_bytes)
{
  for (const char *at = mapping->action; *at != '\0';)
    {
      const char *part = at;
      gsize part_bytes = 1, step_bytes = 1;
      if (g_str_has_prefix (at, "{namespace}"))
        {
          part = mapping->namespace_uri;
          part_bytes = strlen (part);
          step_bytes = strlen ("{namespace}");
        }
      else if (g_str_has_prefix (at, "{operation}"))
        {
          part = name->text;
          part_bytes = name->n_text;
          step_bytes = strlen ("{operation}");
        }
      if (!take (&text, &length_bytes, part, part_bytes))
        return FALSE;
      at += step_bytes;
    }
  return length_bytes == 0;
}

/**
 * contract_mapping_action_fits:
 * @mapping: names of the wire
 * @operation: the operation that the body names
 * @soap_action: (nullable): the header's value, with or without quotes
 *
 * Whether the SOAPAction does not contradict the body: it is missing, empty, or the operation's.
 *
 * Thread: any. Source: SOAP 1.1 §6.1.1.
 *
 * Returns: %FALSE when it names something else
 */
gboolean
contract_mapping_action_fits (const ContractMapping *mapping,
                              const ContractOperation *operation,
                              const char *soap_action)
{
  if (soap_action == NULL)
    return TRUE;
  while (g_ascii_isspace (*soap_action))
    soap_action++;
  gsize length_bytes = strlen (soap_action);
  while (length_bytes > 0 && g_ascii_isspace (soap_action[length_bytes - 1]))
    length_bytes--;
  if (length_bytes >= 2 && *soap_action == '"' && soap_action[length_bytes - 1] == '"')
    {
      soap_action++;
      length_bytes -= 2;
    }
  return length_bytes == 0 || action_matches (mapping, &mapping->names[operation->request_name],
                                              soap_action, length_bytes);
}
