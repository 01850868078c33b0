/* SPDX-License-Identifier: EUPL-1.2 */
/* A message that stands alone, without an envelope: stored answers, examples, tests. */

#include "contract-error.h"
#include "contract-reader.h"

#include <string.h>

typedef struct
{
  ContractReader reader;
  guint16 root_name;
  gpointer message;
} Reading;

static gboolean
on_start (gpointer state, const ContractElement *element, GError **error)
{
  Reading *reading = state;
  if (reading->message != NULL)
    return contract_reader_start (&reading->reader, element, error);
  const ContractMapping *mapping = reading->reader.mapping;
  if (element->namespace_uri == NULL ||
      strcmp (element->namespace_uri, mapping->namespace_uri) != 0 ||
      strcmp (element->name, mapping->names[reading->root_name].text) != 0)
    {
      g_set_error_literal (error, CONTRACT_ERROR, CONTRACT_ERROR_INVALID,
                           "the root is not the element that is expected");
      return FALSE;
    }
  reading->message = contract_reader_begin (&reading->reader, reading->root_name, element, error);
  return reading->message != NULL;
}

static gboolean
on_end (gpointer state, GError **error)
{
  Reading *reading = state;
  return contract_reader_end (&reading->reader, error);
}

static gboolean
on_text (gpointer state,
         const char *text,
         gsize length_bytes,
         ContractTextKind kind,
         GError **error)
{
  Reading *reading = state;
  return contract_reader_text (&reading->reader, text, length_bytes, kind, error);
}

static const ContractEvents document_events = { on_start, on_end, on_text };

/**
 * contract_message_read:
 * @options: (nullable): names, limits and zone rules
 * @root_name: index of the root's name, such as `operation->response_name`
 * @bytes: (array length=length_bytes): the element as a document, such as a stored answer
 * @length_bytes: its length
 * @arena: where the message goes
 * @error: return location
 *
 * Reads one element, with its table, as contract_envelope_parse() reads the body's.
 *
 * Errors: %CONTRACT_ERROR_TOO_LARGE, %CONTRACT_ERROR_MALFORMED, and from %CONTRACT_ERROR_INVALID to
 * %CONTRACT_ERROR_TIME. Thread: any; does not block.
 *
 * Returns: (transfer none) (nullable): its struct, in the arena
 */
gpointer
contract_message_read (const ContractReadOptions *options,
                       guint16 root_name,
                       const char *bytes,
                       gsize length_bytes,
                       ContractArena *arena,
                       GError **error)
{
  g_return_val_if_fail (root_name < contract_n_names && contract_name_types[root_name] >= 0, NULL);
  ContractLimits limits = contract_read_limits (options);
  Reading reading = { .root_name = root_name };
  contract_read_init (&reading.reader, options, arena);
  gboolean is_read =
    contract_parser_run (&limits, bytes, length_bytes, &document_events, &reading, error);
  contract_reader_clear (&reading.reader);
  return is_read ? reading.message : NULL;
}
