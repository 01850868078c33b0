/* SPDX-License-Identifier: EUPL-1.2 */
/* The names of the wire: namespace, service, path, SOAPAction and elements, from data/contract.conf. */

#pragma once

#include "contract-table.h"

#include <glib.h>

G_BEGIN_DECLS

/**
 * ContractMapping:
 * @namespace_uri: namespace of all messages
 * @service_name: name of the service in the WSDL
 * @port_name: name of the SOAP 1.1 port; that of 1.2 has `12` behind it
 * @path: path at which the service is served, starting with `/`
 * @action: SOAPAction with `{namespace}` and `{operation}` for the two names
 * @names: name of every element on the wire, by the index that the tables use
 * @root_attribute: ` xmlns="…"`, ready to be written
 *
 * Immutable; shared by all threads. Source: design.md §5, `data/contract.conf`.
 */
typedef struct
{
  const char *namespace_uri;
  const char *service_name;
  const char *port_name;
  const char *path;
  const char *action;
  const ContractName *names;
  const char *root_attribute;
} ContractMapping;

const ContractMapping *contract_mapping_get_default (void);
ContractMapping *contract_mapping_load (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void contract_mapping_free (ContractMapping *mapping);
char *contract_mapping_dup_action (const ContractMapping *mapping,
                                   const ContractOperation *operation);
gboolean contract_mapping_action_fits (const ContractMapping *mapping,
                                       const ContractOperation *operation,
                                       const char *soap_action);
char *contract_mapping_dup_xsd (const ContractMapping *mapping,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
char *contract_mapping_dup_wsdl (const ContractMapping *mapping,
                                 const char *endpoint_url,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ContractMapping, contract_mapping_free)

G_END_DECLS
