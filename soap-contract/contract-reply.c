/* SPDX-License-Identifier: EUPL-1.2 */
/* An answer's envelope read by the tables: for those who call a Planner and judge what comes back. */

#include "contract-reply.h"

#include "contract-error.h"
#include "contract-reader.h"
#include "contract-value.h"

#include <string.h>

#define SOAP_1_1 "http://schemas.xmlsoap.org/soap/envelope/"
#define SOAP_1_2 "http://www.w3.org/2003/05/soap-envelope"

typedef enum
{
  PLACE_START,
  PLACE_ENVELOPE,
  PLACE_HEADER,
  PLACE_BODY,
  PLACE_FAULT,
  PLACE_AFTER,
} Place;

typedef struct
{
  ContractReader reader;
  const ContractOperation *operation;
  const char *soap_uri;
  Place place;
  guint n_skipped; /* open elements of a header block or of a fault's own parts */
  ContractReply reply;
} Reading;

static gboolean
refuse (const char *what, GError **error)
{
  g_set_error_literal (error, CONTRACT_ERROR, CONTRACT_ERROR_ENVELOPE, what);
  return FALSE;
}

static gboolean
is_element (const ContractElement *element, const char *uri, const char *name)
{
  return element->namespace_uri != NULL && strcmp (element->namespace_uri, uri) == 0 &&
         strcmp (element->name, name) == 0;
}

static gboolean
start_envelope (Reading *reading, const ContractElement *element, GError **error)
{
  if (is_element (element, SOAP_1_1, "Envelope"))
    reading->reply.version = CONTRACT_SOAP_1_1;
  else if (is_element (element, SOAP_1_2, "Envelope"))
    reading->reply.version = CONTRACT_SOAP_1_2;
  else
    return refuse ("the answer is no SOAP envelope", error);
  reading->soap_uri = reading->reply.version == CONTRACT_SOAP_1_1 ? SOAP_1_1 : SOAP_1_2;
  reading->place = PLACE_ENVELOPE;
  return TRUE;
}

static gboolean
start_part (Reading *reading, const ContractElement *element, GError **error)
{
  if (is_element (element, reading->soap_uri, "Header"))
    reading->place = PLACE_HEADER;
  else if (is_element (element, reading->soap_uri, "Body"))
    reading->place = PLACE_BODY;
  else
    return refuse ("the envelope holds something else than a Header and a Body", error);
  return TRUE;
}

static gboolean
start_content (Reading *reading, const ContractElement *element, GError **error)
{
  const ContractMapping *mapping = reading->reader.mapping;
  if (reading->reply.is_fault || reading->reply.response != NULL)
    return refuse ("the Body holds more than one element", error);
  if (is_element (element, reading->soap_uri, "Fault"))
    {
      reading->reply.is_fault = TRUE;
      reading->place = PLACE_FAULT;
      return TRUE;
    }
  guint16 name = reading->operation->response_name;
  if (!is_element (element, mapping->namespace_uri, mapping->names[name].text))
    return refuse ("the Body holds neither the operation's answer nor a Fault", error);
  reading->reply.response = contract_reader_begin (&reading->reader, name, element, error);
  return reading->reply.response != NULL;
}

/* The detail of ours may stand anywhere in the fault: 1.1 and 1.2 give it different places. */
static gboolean
start_fault_part (Reading *reading, const ContractElement *element, GError **error)
{
  const ContractMapping *mapping = reading->reader.mapping;
  const char *name = mapping->names[contract_name_planner_fault].text;
  if (reading->reply.fault != NULL || !is_element (element, mapping->namespace_uri, name))
    {
      reading->n_skipped++;
      return TRUE;
    }
  reading->reply.fault =
    contract_reader_begin (&reading->reader, contract_name_planner_fault, element, error);
  return reading->reply.fault != NULL;
}

static gboolean
on_start (gpointer state, const ContractElement *element, GError **error)
{
  Reading *reading = state;
  if (reading->reader.n_frames > 0)
    return contract_reader_start (&reading->reader, element, error);
  switch (reading->place)
    {
    case PLACE_START:
      return start_envelope (reading, element, error);
    case PLACE_ENVELOPE:
      return start_part (reading, element, error);
    case PLACE_BODY:
      return start_content (reading, element, error);
    case PLACE_FAULT:
      return start_fault_part (reading, element, error);
    case PLACE_HEADER:
      reading->n_skipped++;
      return TRUE;
    case PLACE_AFTER:
    default:
      return refuse ("something stands behind the Body", error);
    }
}

static gboolean
on_end (gpointer state, GError **error)
{
  Reading *reading = state;
  if (reading->reader.n_frames > 0)
    return contract_reader_end (&reading->reader, error);
  if (reading->n_skipped > 0)
    reading->n_skipped--;
  else if (reading->place == PLACE_FAULT)
    reading->place = PLACE_BODY;
  else if (reading->place == PLACE_HEADER)
    reading->place = PLACE_ENVELOPE;
  else if (reading->place == PLACE_BODY)
    reading->place = PLACE_AFTER;
  return TRUE;
}

static gboolean
on_text (gpointer state,
         const char *text,
         gsize length_bytes,
         ContractTextKind kind,
         GError **error)
{
  Reading *reading = state;
  if (reading->reader.n_frames > 0)
    return contract_reader_text (&reading->reader, text, length_bytes, kind, error);
  if (reading->n_skipped > 0 || contract_text_is_blank (text, length_bytes))
    return TRUE;
  return refuse ("text stands between the parts of the answer", error);
}

static const ContractEvents reply_events = { on_start, on_end, on_text };

/**
 * contract_reply_parse:
 * @out_reply: (out caller-allocates): the answer; untouched on failure
 * @options: (nullable): names, limits and zone rules
 * @operation: what was asked
 * @bytes: the HTTP body
 * @arena: where the message goes
 * @error: return location
 *
 * Reads what a Planner answered and holds it against the schema's tables: the operation's answer,
 * or a fault with or without the contract's detail.
 *
 * Errors: %CONTRACT_ERROR_TOO_LARGE, %CONTRACT_ERROR_MALFORMED, %CONTRACT_ERROR_ENVELOPE, and from
 * %CONTRACT_ERROR_INVALID to %CONTRACT_ERROR_TIME: the Planner's answer breaks the contract. Thread:
 * any; does not block. Source: SOAP 1.1 §4, SOAP 1.2 part 1 §5, docs/contract.md.
 *
 * Returns: whether it is an answer of the contract
 */
gboolean
contract_reply_parse (ContractReply *out_reply,
                      const ContractReadOptions *options,
                      const ContractOperation *operation,
                      GBytes *bytes,
                      ContractArena *arena,
                      GError **error)
{
  gsize n_bytes;
  const char *text = g_bytes_get_data (bytes, &n_bytes);
  ContractLimits limits = contract_read_limits (options);
  Reading reading = { .operation = operation };
  contract_read_init (&reading.reader, options, arena);
  gboolean is_read = contract_parser_run (&limits, text == NULL ? "" : text, n_bytes, &reply_events,
                                          &reading, error);
  contract_reader_clear (&reading.reader);
  if (!is_read)
    return FALSE;
  if (!reading.reply.is_fault && reading.reply.response == NULL)
    return refuse ("the Body is empty", error);
  *out_reply = reading.reply;
  return TRUE;
}
