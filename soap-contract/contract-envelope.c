/* SPDX-License-Identifier: EUPL-1.2 */
/* Bytes to SOAP envelope, for SOAP 1.1 and 1.2: header blocks, the one body element, its operation. */

#include "contract-envelope.h"

#include "contract-error.h"
#include "contract-reader.h"
#include "contract-value.h"

#include <string.h>

#define SOAP_1_1 "http://schemas.xmlsoap.org/soap/envelope/"
#define SOAP_1_2 "http://www.w3.org/2003/05/soap-envelope"

#define DEFAULT_MAX_BYTES      (1024 * 1024)
#define DEFAULT_MAX_DEPTH      32
#define DEFAULT_MAX_ATTRIBUTES 32
#define DEFAULT_MAX_NAME_BYTES 128

/* Where the parse stands, outside the messages that the reader handles. */
typedef enum
{
  PLACE_START,
  PLACE_ENVELOPE,
  PLACE_HEADER,
  PLACE_AFTER_HEADER,
  PLACE_BODY,
  PLACE_AFTER_BODY,
} Place;

typedef struct
{
  ContractEnvelope *envelope;
  ContractReader reader;
  const char *soap_action;
  const char *soap_uri;
  Place place;
  guint n_skipped; /* open elements of a header block that is passed over */
  gpointer request;
  ContractActiveOrganisation *active_organisation;
  ContractRequestUserMetadata *request_user_metadata;
} Reading;

static gboolean
refuse (ContractError code, const char *what, GError **error)
{
  g_set_error_literal (error, CONTRACT_ERROR, code, what);
  return FALSE;
}

static gboolean
is_element (const ContractElement *element, const char *uri, const char *name)
{
  return element->namespace_uri != NULL && strcmp (element->namespace_uri, uri) == 0 &&
         strcmp (element->name, name) == 0;
}

/* --- header blocks ---------------------------------------------------------------------------- */

static gboolean
value_is (const ContractAttribute *attribute, const char *text)
{
  const char *value = attribute->value;
  gsize value_bytes = attribute->value_bytes;
  contract_text_trim (&value, &value_bytes);
  return strlen (text) == value_bytes && memcmp (text, value, value_bytes) == 0;
}

/* Whether the actor (1.1) or role (1.2) is us: the next node, or the ultimate receiver. */
static gboolean
is_our_role (const ContractAttribute *attribute)
{
  return value_is (attribute, "") ||
         value_is (attribute, "http://schemas.xmlsoap.org/soap/actor/next") ||
         value_is (attribute, SOAP_1_2 "/role/next") ||
         value_is (attribute, SOAP_1_2 "/role/ultimateReceiver");
}

/* Sets whether the block is meant for us, and whether we must understand it. */
static void
read_block_attributes (const Reading *reading,
                       const ContractElement *element,
                       gboolean *out_is_ours,
                       gboolean *out_must)
{
  *out_is_ours = TRUE;
  *out_must = FALSE;
  for (guint i = 0; i < element->n_attributes; i++)
    {
      ContractAttribute attribute = contract_element_get_attribute (element, i);
      if (attribute.namespace_uri == NULL ||
          strcmp (attribute.namespace_uri, reading->soap_uri) != 0)
        continue;
      if (strcmp (attribute.name, "mustUnderstand") == 0)
        *out_must = value_is (&attribute, "1") || value_is (&attribute, "true");
      else if (strcmp (attribute.name, "actor") == 0 || strcmp (attribute.name, "role") == 0)
        *out_is_ours = is_our_role (&attribute);
    }
}

/* A known header's own attributes belong to SOAP and are not the reader's business. */
static gboolean
begin_header (Reading *reading,
              guint16 name,
              const ContractElement *element,
              gpointer *slot,
              GError **error)
{
  if (*slot != NULL)
    return refuse (CONTRACT_ERROR_ENVELOPE, "a security header stands twice", error);
  ContractElement bare = *element;
  bare.n_attributes = 0;
  *slot = contract_reader_begin (&reading->reader, name, &bare, error);
  return *slot != NULL;
}

static gboolean
start_block (Reading *reading, const ContractElement *element, GError **error)
{
  const ContractMapping *mapping = reading->reader.mapping;
  gboolean is_ours, must_understand;
  read_block_attributes (reading, element, &is_ours, &must_understand);
  const char *organisation = mapping->names[contract_name_active_organisation].text;
  const char *metadata = mapping->names[contract_name_request_user_metadata].text;
  if (is_ours && is_element (element, mapping->namespace_uri, organisation))
    return begin_header (reading, contract_name_active_organisation, element,
                         (gpointer *) &reading->active_organisation, error);
  if (is_ours && is_element (element, mapping->namespace_uri, metadata))
    return begin_header (reading, contract_name_request_user_metadata, element,
                         (gpointer *) &reading->request_user_metadata, error);
  if (is_ours && must_understand)
    return refuse (CONTRACT_ERROR_MUST_UNDERSTAND,
                   "a header that must be understood is not known here", error);
  reading->n_skipped = 1;
  return TRUE;
}

/* --- envelope and body ------------------------------------------------------------------------ */

static gboolean
start_envelope (Reading *reading, const ContractElement *element, GError **error)
{
  if (is_element (element, SOAP_1_1, "Envelope"))
    reading->envelope->version = CONTRACT_SOAP_1_1;
  else if (is_element (element, SOAP_1_2, "Envelope"))
    reading->envelope->version = CONTRACT_SOAP_1_2;
  else if (strcmp (element->name, "Envelope") == 0)
    return refuse (CONTRACT_ERROR_VERSION, "the envelope is of an unknown SOAP version", error);
  else
    return refuse (CONTRACT_ERROR_ENVELOPE, "the message is no SOAP envelope", error);
  reading->soap_uri = reading->envelope->version == CONTRACT_SOAP_1_1 ? SOAP_1_1 : SOAP_1_2;
  reading->place = PLACE_ENVELOPE;
  return TRUE;
}

static gboolean
start_part (Reading *reading, const ContractElement *element, GError **error)
{
  if (reading->place == PLACE_ENVELOPE && is_element (element, reading->soap_uri, "Header"))
    reading->place = PLACE_HEADER;
  else if (reading->place != PLACE_AFTER_BODY && is_element (element, reading->soap_uri, "Body"))
    reading->place = PLACE_BODY;
  else
    return refuse (CONTRACT_ERROR_ENVELOPE, "an envelope holds one Header, then one Body", error);
  return TRUE;
}

static const ContractOperation *
find_operation (const ContractMapping *mapping, const ContractElement *element)
{
  if (element->namespace_uri == NULL ||
      strcmp (element->namespace_uri, mapping->namespace_uri) != 0)
    return NULL;
  gsize name_bytes = strlen (element->name);
  for (guint i = 0; i < CONTRACT_OPERATION_N_OPERATIONS; i++)
    {
      const ContractName *name = &mapping->names[contract_operations[i].request_name];
      if (name->n_text == name_bytes && memcmp (name->text, element->name, name_bytes) == 0)
        return &contract_operations[i];
    }
  return NULL;
}

static gboolean
start_request (Reading *reading, const ContractElement *element, GError **error)
{
  if (reading->request != NULL)
    return refuse (CONTRACT_ERROR_ENVELOPE, "the Body holds more than one element", error);
  const ContractMapping *mapping = reading->reader.mapping;
  const ContractOperation *operation = find_operation (mapping, element);
  if (operation == NULL)
    return refuse (CONTRACT_ERROR_UNKNOWN_OPERATION, "the Body names no operation of this service",
                   error);
  reading->envelope->operation = operation;
  if (!contract_mapping_action_fits (mapping, operation, reading->soap_action))
    return refuse (CONTRACT_ERROR_ACTION, "the SOAPAction is not that of the operation in the Body",
                   error);
  reading->request =
    contract_reader_begin (&reading->reader, operation->request_name, element, error);
  return reading->request != NULL;
}

static gboolean
on_start (gpointer state, const ContractElement *element, GError **error)
{
  Reading *reading = state;
  if (reading->reader.n_frames > 0)
    return contract_reader_start (&reading->reader, element, error);
  if (reading->n_skipped > 0)
    {
      reading->n_skipped++;
      return TRUE;
    }
  switch (reading->place)
    {
    case PLACE_START:
      return start_envelope (reading, element, error);
    case PLACE_HEADER:
      return start_block (reading, element, error);
    case PLACE_BODY:
      return start_request (reading, element, error);
    case PLACE_ENVELOPE:
    case PLACE_AFTER_HEADER:
    case PLACE_AFTER_BODY:
    default:
      return start_part (reading, element, error);
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
  else if (reading->place == PLACE_HEADER)
    reading->place = PLACE_AFTER_HEADER;
  else if (reading->place == PLACE_BODY)
    reading->place = PLACE_AFTER_BODY;
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
  return refuse (CONTRACT_ERROR_ENVELOPE, "text stands between the parts of the envelope", error);
}

static const ContractEvents envelope_events = { on_start, on_end, on_text };

/* --- the whole -------------------------------------------------------------------------------- */

/**
 * contract_read_limits:
 * @options: (nullable): how to read
 *
 * Thread: any.
 *
 * Returns: the limits, with the defaults for those not given
 */
ContractLimits
contract_read_limits (const ContractReadOptions *options)
{
  static const ContractReadOptions none = { 0 };
  if (options == NULL)
    options = &none;
  ContractLimits limits = {
    options->max_bytes > 0 ? options->max_bytes : DEFAULT_MAX_BYTES,
    options->max_depth > 0 ? options->max_depth : DEFAULT_MAX_DEPTH,
    options->max_attributes > 0 ? options->max_attributes : DEFAULT_MAX_ATTRIBUTES,
    options->max_name_bytes > 0 ? options->max_name_bytes : DEFAULT_MAX_NAME_BYTES,
  };
  return limits;
}

/**
 * contract_read_init:
 * @reader: (out caller-allocates): a reading
 * @options: (nullable): how to read
 * @arena: where messages go
 *
 * Makes a reader ready as the options say.
 *
 * Thread: any one.
 */
void
contract_read_init (ContractReader *reader,
                    const ContractReadOptions *options,
                    ContractArena *arena)
{
  const ContractMapping *mapping = options == NULL ? NULL : options->mapping;
  contract_reader_init (reader, arena, mapping == NULL ? contract_mapping_get_default () : mapping,
                        options == NULL ? NULL : options->resolve_time,
                        options == NULL ? NULL : options->resolver_data);
}

/**
 * contract_envelope_new:
 *
 * Makes an empty envelope with an arena of its own.
 *
 * Thread: any; the envelope belongs to one thread at a time.
 *
 * Returns: (transfer full): the envelope
 */
ContractEnvelope *
contract_envelope_new (void)
{
  ContractEnvelope *envelope = g_new0 (ContractEnvelope, 1);
  envelope->arena = contract_arena_new ();
  return envelope;
}

/**
 * contract_envelope_free:
 * @envelope: (nullable) (transfer full): an envelope
 *
 * Frees it with its arena: the request, and an answer that was built there.
 *
 * Thread: the owner's.
 */
void
contract_envelope_free (ContractEnvelope *envelope)
{
  if (envelope == NULL)
    return;
  contract_arena_free (envelope->arena);
  g_free (envelope);
}

/**
 * contract_envelope_reset:
 * @envelope: an envelope
 *
 * Forgets the call, with everything in its arena; some memory is kept for the next one.
 *
 * Thread: the owner's.
 */
void
contract_envelope_reset (ContractEnvelope *envelope)
{
  ContractArena *arena = envelope->arena;
  contract_arena_reset (arena);
  *envelope = (ContractEnvelope){ .arena = arena };
}

/**
 * contract_envelope_parse:
 * @envelope: an envelope from contract_envelope_new() or contract_envelope_reset(), not parsed yet
 * @options: (nullable): names, limits and zone rules
 * @bytes: (array length=length_bytes): the HTTP body
 * @length_bytes: its length
 * @soap_action: (nullable): the SOAPAction header (1.1) or the action parameter (1.2), with or
 *   without quotes; nothing is checked when it is missing or empty
 * @error: return location
 *
 * Reads a call: limits first, then the envelope, its security headers and the one element of its
 * body into the struct of its operation. All of it is held against the schema's tables.
 *
 * Errors: every code of [enum@ContractError] up to %CONTRACT_ERROR_TIME; all are the caller's
 * fault. `version` and `operation` are then set as far as the parse came.
 *
 * Thread: any; does not block. Source: SOAP 1.1 §4, SOAP 1.2 part 1 §5, design.md §5.
 *
 * Returns: whether `operation` and `request` are set
 */
gboolean
contract_envelope_parse (ContractEnvelope *envelope,
                         const ContractReadOptions *options,
                         const char *bytes,
                         gsize length_bytes,
                         const char *soap_action,
                         GError **error)
{
  g_return_val_if_fail (envelope != NULL && envelope->request == NULL, FALSE);
  ContractLimits limits = contract_read_limits (options);
  Reading reading = { .envelope = envelope, .soap_action = soap_action };
  contract_read_init (&reading.reader, options, envelope->arena);
  gboolean is_read =
    contract_parser_run (&limits, bytes, length_bytes, &envelope_events, &reading, error);
  contract_reader_clear (&reading.reader);
  if (!is_read)
    return FALSE;
  if (reading.request == NULL)
    return refuse (CONTRACT_ERROR_ENVELOPE, "the Body is empty", error);
  envelope->request = reading.request;
  envelope->active_organisation = reading.active_organisation;
  envelope->request_user_metadata = reading.request_user_metadata;
  return TRUE;
}
