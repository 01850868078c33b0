/* SPDX-License-Identifier: EUPL-1.2 */
/* Reads of a call what says where it must go, by the parser that the Planner itself reads it with. */
#include "route/track-call.h"

#include <string.h>

#include "base/ids.h"
#include "contract-error.h"
#include "contract-parser.h"
#include "contract-plain.h"
#include "route/track-words.h"

/* Envelope, Body, operation, its children. */
#define DEPTH_ENVELOPE  1
#define DEPTH_BODY      2
#define DEPTH_OPERATION 3
#define DEPTH_CHILD     4

/* Longest text that is of use, with room to see that one is longer. */
#define MAX_TEXT 64

/* As plannerd's own, so that what passes here is not refused there for its size alone. */
#define MAX_DEPTH      32
#define MAX_ATTRIBUTES 32
#define MAX_NAME_BYTES 128

typedef struct
{
  TrackCall call;
  const ContractMapping *mapping;
  const char *soap_uri;
  guint depth;
  guint n_bodies;
  guint n_operations; /* elements of the body */
  gboolean is_body;
  TrackWord word; /* of the child whose text comes */
  guint seen;     /* bits of TrackWord */
  gsize n_text;
  char text[MAX_TEXT];
} Scan;

static gboolean
refuse (ContractError code, const char *what, GError **error)
{
  g_set_error_literal (error, CONTRACT_ERROR, code, what);
  return FALSE;
}

static gboolean
is_named (const ContractElement *element, const char *uri, const char *name)
{
  return element->namespace_uri != NULL && strcmp (element->namespace_uri, uri) == 0 &&
         (name == NULL || strcmp (element->name, name) == 0);
}

static gboolean
start_envelope (Scan *scan, const ContractElement *element, GError **error)
{
  if (is_named (element, TRACK_SOAP_1_1, "Envelope"))
    scan->soap_uri = TRACK_SOAP_1_1;
  else if (is_named (element, TRACK_SOAP_1_2, "Envelope"))
    scan->soap_uri = TRACK_SOAP_1_2;
  else if (strcmp (element->name, "Envelope") == 0)
    return refuse (CONTRACT_ERROR_VERSION, "the envelope is of an unknown SOAP version", error);
  else
    return refuse (CONTRACT_ERROR_ENVELOPE, "the message is no SOAP envelope", error);
  scan->call.version =
    strcmp (scan->soap_uri, TRACK_SOAP_1_1) == 0 ? CONTRACT_SOAP_1_1 : CONTRACT_SOAP_1_2;
  return TRUE;
}

static gboolean
start_operation (Scan *scan, const ContractElement *element, GError **error)
{
  const ContractOperation *found = NULL;

  if (!scan->is_body)
    return TRUE;
  if (++scan->n_operations > 1)
    return refuse (CONTRACT_ERROR_ENVELOPE, "the Body holds more than one element", error);
  for (guint i = 0; i < CONTRACT_OPERATION_N_OPERATIONS && found == NULL; i++)
    {
      const ContractOperation *operation = contract_operation_get ((ContractOperationId) i);

      if (is_named (element, scan->mapping->namespace_uri,
                    scan->mapping->names[operation->request_name].text))
        found = operation;
    }
  if (found == NULL)
    return refuse (CONTRACT_ERROR_UNKNOWN_OPERATION, "there is no such operation", error);
  scan->call.contract = found;
  scan->call.operation = found->name;
  scan->call.is_write = track_call_is_write (found->name);
  return TRUE;
}

/* What is said twice could be read one way here and another way there. */
static gboolean
start_child (Scan *scan, const ContractElement *element, GError **error)
{
  scan->n_text = 0;
  scan->word = TRACK_N_WORDS;
  if (!scan->is_body || !is_named (element, scan->mapping->namespace_uri, NULL))
    return TRUE;
  scan->word = track_word_find (element->name, scan->mapping);
  if (scan->word > TRACK_WORD_OPTION)
    scan->word = TRACK_N_WORDS;
  if (scan->word == TRACK_N_WORDS)
    return TRUE;
  if (scan->seen & (1u << scan->word))
    return refuse (CONTRACT_ERROR_INVALID, "an element that a call is routed by stands in it twice",
                   error);
  scan->seen |= 1u << scan->word;
  return TRUE;
}

static gboolean
on_start (gpointer state, const ContractElement *element, GError **error)
{
  Scan *scan = state;

  scan->depth++;
  switch (scan->depth)
    {
    case DEPTH_ENVELOPE:
      return start_envelope (scan, element, error);
    case DEPTH_BODY:
      scan->is_body = is_named (element, scan->soap_uri, "Body");
      if (scan->is_body && ++scan->n_bodies > 1)
        return refuse (CONTRACT_ERROR_ENVELOPE, "an envelope holds one Body", error);
      return TRUE;
    case DEPTH_OPERATION:
      return start_operation (scan, element, error);
    case DEPTH_CHILD:
      return start_child (scan, element, error);
    default:
      return TRUE;
    }
}

static gboolean
on_text (gpointer state,
         const char *text,
         gsize length_bytes,
         ContractTextKind kind,
         GError **error)
{
  Scan *scan = state;

  if (scan->depth != DEPTH_CHILD || scan->word == TRACK_N_WORDS)
    return TRUE;
  /* White space around a value is not part of it. */
  for (gsize i = 0; i < length_bytes; i++)
    if (scan->n_text < MAX_TEXT - 1 && (scan->n_text > 0 || !g_ascii_isspace (text[i])))
      scan->text[scan->n_text++] = text[i];
    else if (scan->n_text == MAX_TEXT - 1 && !g_ascii_isspace (text[i]))
      scan->n_text = MAX_TEXT; /* too long for anything */
  return TRUE;
}

static void
take_guid (char out_guid[TRACK_GUID_LENGTH + 1], const char *text)
{
  if (!ids_is_guid (text))
    return;
  for (guint i = 0; i < TRACK_GUID_LENGTH; i++)
    out_guid[i] = g_ascii_tolower (text[i]);
  out_guid[TRACK_GUID_LENGTH] = '\0';
}

static void
take_digits (char *out_text, gsize length, const char *text)
{
  if (strlen (text) == length && strspn (text, "0123456789") == length)
    memcpy (out_text, text, length + 1);
}

static void
take_value (Scan *scan)
{
  TrackCall *call = &scan->call;

  switch (scan->word)
    {
    case TRACK_WORD_CODE:
      take_digits (call->code, sizeof call->code - 1, scan->text);
      call->has_bad_code = *scan->text != '\0' && *call->code == '\0';
      return;
    case TRACK_WORD_CITIZEN:
      take_digits (call->citizen, TRACK_CITIZEN_LENGTH, scan->text);
      return;
    case TRACK_WORD_BOOKING:
      take_guid (call->booking, scan->text);
      return;
    case TRACK_WORD_RESERVATION:
      take_guid (call->reservation, scan->text);
      return;
    case TRACK_WORD_OPTION:
      take_guid (call->option, scan->text);
      return;
    case TRACK_WORD_ISSUED_OPTION:
    case TRACK_WORD_FAULT:
    case TRACK_WORD_FAULT_CODE:
    case TRACK_N_WORDS:
    default:
      return;
    }
}

static gboolean
on_end (gpointer state, GError **error)
{
  Scan *scan = state;

  if (scan->depth == DEPTH_CHILD && scan->word != TRACK_N_WORDS)
    {
      gsize n = MIN (scan->n_text, MAX_TEXT - 1);

      while (n > 0 && g_ascii_isspace (scan->text[n - 1]))
        n--;
      scan->text[n] = '\0';
      take_value (scan);
      scan->word = TRACK_N_WORDS;
    }
  scan->depth--;
  return TRUE;
}

static const ContractEvents events = { on_start, on_end, on_text };

/**
 * track_call_is_write:
 * @operation: by the contract's own name
 *
 * GetBookingDetails reserves a time: it is none of those that may be sent twice.
 *
 * Any thread. Returns: whether it may change something at the Planner
 */
gboolean
track_call_is_write (const char *operation)
{
  static const char *const reads[] = { "GetSelfbookInterviewOptions", "GetSelfbookCaseWorkers",
                                       "GetSelfbookTimeslots", "GetBookings", NULL };

  return !g_strv_contains (reads, operation);
}

/* Nearly every call is read by this. */
static gboolean
scan_plain (Scan *scan, const ContractLimits *limits, const char *bytes, gsize n_bytes)
{
  ContractPlain plain;

  contract_plain_init (&plain, limits, &events, scan);
  return contract_plain_read (&plain, bytes, n_bytes, NULL) == CONTRACT_PLAIN_WHOLE;
}

/**
 * track_call_scan:
 * @out_call: filled in as far as the message tells, also on failure: for the fault and the log
 * @bytes: (array length=n_bytes): a request's body
 * @mapping: names of the wire
 *
 * Whether the message fits the schema is the Planner's to say; here it is only found out whose it is. Microseconds.
 *
 * Errors: CONTRACT_ERROR: malformed, too large, no envelope of one operation, or a value that routes it twice.
 * Any thread. Source: docs/switchtrack.md, docs/contract.md "Messages and their parts".
 */
gboolean
track_call_scan (TrackCall *out_call,
                 const char *bytes,
                 gsize n_bytes,
                 const ContractMapping *mapping,
                 GError **error)
{
  const ContractLimits limits = { G_MAXSIZE, MAX_DEPTH, MAX_ATTRIBUTES, MAX_NAME_BYTES };
  const Scan fresh = { .mapping = mapping, .word = TRACK_N_WORDS };
  Scan scan = fresh;
  gboolean ok = scan_plain (&scan, &limits, bytes, n_bytes);

  /* Refusing is the parser's alone: it says what is wrong, and in its order. */
  if (!ok)
    {
      scan = fresh;
      ok = contract_parser_run (&limits, bytes, n_bytes, &events, &scan, error);
    }
  if (ok && scan.call.operation == NULL)
    ok = refuse (CONTRACT_ERROR_ENVELOPE, "the Body holds no element", error);
  *out_call = scan.call;
  return ok;
}
