/* SPDX-License-Identifier: EUPL-1.2 */
/* Bytes to SOAP envelope and back, for SOAP 1.1 and 1.2; the limits of what is parsed at all. */

#pragma once

#include "contract-message.h"

#include <glib.h>

G_BEGIN_DECLS

/**
 * ContractSoapVersion:
 *
 * SOAP versions, told apart by the envelope's namespace.
 */
typedef enum
{
  CONTRACT_SOAP_1_1,
  CONTRACT_SOAP_1_2,
} ContractSoapVersion;

/**
 * ContractReadOptions:
 * @mapping: (nullable): names of the wire; %NULL for those of the schema
 * @resolve_time: (nullable): makes instants of wall-clock times; without it they stay as they came
 * @resolver_data: given to @resolve_time
 * @max_bytes: longest message in bytes
 * @max_depth: deepest element; the envelope is 1
 * @max_attributes: most attributes of one element, namespace declarations included
 * @max_name_bytes: longest name of an element with its prefix, in bytes
 *
 * A limit of 0 stands for the default: 1 MiB, 32, 32, 128.
 */
typedef struct
{
  const ContractMapping *mapping;
  ContractTimeResolver resolve_time;
  gpointer resolver_data;
  gsize max_bytes;
  guint max_depth;
  guint max_attributes;
  guint max_name_bytes;
} ContractReadOptions;

/**
 * ContractEnvelope:
 * @arena: memory of the call; the answer may be built in it too
 * @version: SOAP version; 1.1 until the envelope was seen
 * @operation: (nullable): the operation; known even when its message is refused
 * @request: (nullable): `ContractXRequest` of the operation
 * @active_organisation: (nullable): security header
 * @request_user_metadata: (nullable): security header
 *
 * One call. After a failed contract_envelope_parse() @version and @operation tell as far as it
 * came, so that the fault can be written and the call be logged; the rest is %NULL.
 */
typedef struct
{
  ContractArena *arena;
  ContractSoapVersion version;
  const ContractOperation *operation;
  gconstpointer request;
  const ContractActiveOrganisation *active_organisation;
  const ContractRequestUserMetadata *request_user_metadata;
} ContractEnvelope;

ContractEnvelope *contract_envelope_new (void);
void contract_envelope_reset (ContractEnvelope *envelope);
void contract_envelope_free (ContractEnvelope *envelope);
gboolean contract_envelope_parse (ContractEnvelope *envelope,
                                  const ContractReadOptions *options,
                                  const char *bytes,
                                  gsize length_bytes,
                                  const char *soap_action,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

gpointer contract_message_read (const ContractReadOptions *options,
                                guint16 root_name,
                                const char *bytes,
                                gsize length_bytes,
                                ContractArena *arena,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

gboolean contract_body_write_answer (const ContractMapping *mapping,
                                     const ContractOperation *operation,
                                     gconstpointer response,
                                     GString *out,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean contract_body_write_request (const ContractMapping *mapping,
                                      const ContractOperation *operation,
                                      gconstpointer request,
                                      GString *out,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
void contract_envelope_write (ContractSoapVersion version,
                              const char *body,
                              gsize length_bytes,
                              GString *out);
void contract_envelope_wrap (ContractSoapVersion version, GString *body);
gboolean contract_envelope_write_answer (const ContractMapping *mapping,
                                         ContractSoapVersion version,
                                         const ContractOperation *operation,
                                         gconstpointer response,
                                         GString *out,
                                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
const char *contract_soap_content_type (ContractSoapVersion version);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ContractEnvelope, contract_envelope_free)

G_END_DECLS
