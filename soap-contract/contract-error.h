/* SPDX-License-Identifier: EUPL-1.2 */
/* What can be wrong with a message, named after what the caller can do about it. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * ContractError:
 * @CONTRACT_ERROR_TOO_LARGE: a limit is passed: bytes, depth, attributes, name length
 * @CONTRACT_ERROR_MALFORMED: not well-formed XML, another encoding, a DTD or an entity
 * @CONTRACT_ERROR_ENVELOPE: XML, but no SOAP message of one operation
 * @CONTRACT_ERROR_VERSION: an envelope of an unknown SOAP version
 * @CONTRACT_ERROR_MUST_UNDERSTAND: a header that must be understood and is not
 * @CONTRACT_ERROR_UNKNOWN_OPERATION: the body's element is none of ours
 * @CONTRACT_ERROR_ACTION: the SOAPAction names something else than the body
 * @CONTRACT_ERROR_INVALID: the message breaks the schema
 * @CONTRACT_ERROR_RULE: the message breaks a rule that the schema can only say in words
 * @CONTRACT_ERROR_TIME: a wall-clock time without offset that does not exist
 * @CONTRACT_ERROR_MAPPING: the mapping file cannot be used
 * @CONTRACT_ERROR_INTERNAL: the schema of the build cannot be used: our bug
 *
 * The text names the element by its path and never holds a value. From @CONTRACT_ERROR_INVALID to
 * @CONTRACT_ERROR_TIME it is fault 1014; on the way out all are our own bug.
 */
typedef enum
{
  CONTRACT_ERROR_TOO_LARGE,
  CONTRACT_ERROR_MALFORMED,
  CONTRACT_ERROR_ENVELOPE,
  CONTRACT_ERROR_VERSION,
  CONTRACT_ERROR_MUST_UNDERSTAND,
  CONTRACT_ERROR_UNKNOWN_OPERATION,
  CONTRACT_ERROR_ACTION,
  CONTRACT_ERROR_INVALID,
  CONTRACT_ERROR_RULE,
  CONTRACT_ERROR_TIME,
  CONTRACT_ERROR_MAPPING,
  CONTRACT_ERROR_INTERNAL,
} ContractError;

#define CONTRACT_ERROR (contract_error_quark ())
GQuark contract_error_quark (void);

G_END_DECLS
