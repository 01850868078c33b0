/* SPDX-License-Identifier: EUPL-1.2 */
/* Reads an answer piece by piece, and keeps of it no more than identifiers and the code of a fault. */
#include "route/track-answer.h"

#include <string.h>

#include "base/ids.h"
#include "contract-error.h"
#include "contract-stream.h"
#include "route/track-words.h"

#define DEPTH_ENVELOPE 1
#define DEPTH_BODY     2
#define DEPTH_MESSAGE  3
#define DEPTH_PART     4 /* of a fault: faultcode; Code, with its Value below */

#define MAX_TEXT 64
/* No page of bookings is as long; what is beyond is counted. */
#define MAX_IDS 20000

/* Wider than what we send: it is another's message, and only passes. */
#define MAX_DEPTH      64
#define MAX_ATTRIBUTES 64
#define MAX_NAME_BYTES 256

typedef enum
{
  TAKES_NOTHING,
  TAKES_ID,
  TAKES_SIDE,
  TAKES_CODE,
} Takes;

struct _TrackAnswer
{
  const ContractMapping *mapping;
  const char *message_name; /* of the answer that fits the call */
  ContractSoapVersion version;
  ContractStream *stream;
  const char *soap_uri;
  TrackAnswerKind kind;
  guint depth;
  guint n_bodies;
  guint n_messages;
  guint planner_fault_depth; /* 0: not in one */
  gboolean is_body;
  gboolean is_receivers;
  gint64 fault_code;
  GArray *ids;
  guint64 n_passed_over;
  Takes takes;
  guint takes_depth;
  TrackIdKind id_kind;
  gsize n_text;
  char text[MAX_TEXT];
};

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
         strcmp (element->name, name) == 0;
}

static gboolean
start_envelope (TrackAnswer *answer, const ContractElement *element, GError **error)
{
  if (is_named (element, TRACK_SOAP_1_1, "Envelope"))
    answer->soap_uri = TRACK_SOAP_1_1;
  else if (is_named (element, TRACK_SOAP_1_2, "Envelope"))
    answer->soap_uri = TRACK_SOAP_1_2;
  else
    return refuse (CONTRACT_ERROR_ENVELOPE, "the answer is no SOAP envelope", error);
  return TRUE;
}

static gboolean
start_message (TrackAnswer *answer, const ContractElement *element, GError **error)
{
  gboolean is_version =
    (strcmp (answer->soap_uri, TRACK_SOAP_1_1) == 0) == (answer->version == CONTRACT_SOAP_1_1);

  if (!answer->is_body)
    return TRUE;
  if (++answer->n_messages > 1)
    return refuse (CONTRACT_ERROR_ENVELOPE, "the Body of the answer holds more than one element",
                   error);
  if (is_named (element, answer->soap_uri, "Fault"))
    answer->kind = TRACK_ANSWER_FAULT;
  else if (is_version && is_named (element, answer->mapping->namespace_uri, answer->message_name))
    answer->kind = TRACK_ANSWER_MESSAGE;
  else if (!is_version)
    return refuse (CONTRACT_ERROR_VERSION, "the answer is of the other SOAP version", error);
  else
    return refuse (CONTRACT_ERROR_UNKNOWN_OPERATION, "the answer is not that of the operation",
                   error);
  return TRUE;
}

static void
take (TrackAnswer *answer, Takes what)
{
  answer->takes = what;
  answer->takes_depth = answer->depth;
  answer->n_text = 0;
}

static void
start_in_fault (TrackAnswer *answer, const ContractElement *element)
{
  gboolean is_part = answer->depth == DEPTH_PART && element->namespace_uri == NULL &&
                     strcmp (element->name, "faultcode") == 0;
  gboolean is_value =
    answer->depth == DEPTH_PART + 1 && is_named (element, answer->soap_uri, "Value");

  if (is_part || is_value)
    take (answer, TAKES_SIDE);
  else if (answer->planner_fault_depth == 0 &&
           is_named (element, answer->mapping->namespace_uri,
                     track_word_get (TRACK_WORD_FAULT, answer->mapping)))
    answer->planner_fault_depth = answer->depth;
  else if (answer->planner_fault_depth != 0 && answer->depth == answer->planner_fault_depth + 1 &&
           is_named (element, answer->mapping->namespace_uri,
                     track_word_get (TRACK_WORD_FAULT_CODE, answer->mapping)))
    take (answer, TAKES_CODE);
}

static void
start_in_message (TrackAnswer *answer, const ContractElement *element)
{
  static const TrackIdKind kinds[] = {
    [TRACK_WORD_BOOKING] = TRACK_ID_BOOKING,
    [TRACK_WORD_RESERVATION] = TRACK_ID_RESERVATION,
    [TRACK_WORD_OPTION] = TRACK_ID_OPTION,
    [TRACK_WORD_ISSUED_OPTION] = TRACK_ID_OPTION,
  };
  TrackWord word;

  if (element->namespace_uri == NULL ||
      strcmp (element->namespace_uri, answer->mapping->namespace_uri) != 0)
    return;
  word = track_word_find (element->name, answer->mapping);
  if (word < TRACK_WORD_BOOKING || word > TRACK_WORD_ISSUED_OPTION)
    return;
  answer->id_kind = kinds[word];
  take (answer, TAKES_ID);
}

static gboolean
on_start (gpointer state, const ContractElement *element, GError **error)
{
  TrackAnswer *answer = state;

  answer->depth++;
  if (answer->depth == DEPTH_ENVELOPE)
    return start_envelope (answer, element, error);
  if (answer->depth == DEPTH_BODY)
    {
      answer->is_body = is_named (element, answer->soap_uri, "Body");
      if (answer->is_body && ++answer->n_bodies > 1)
        return refuse (CONTRACT_ERROR_ENVELOPE, "the answer has more than one Body", error);
      return TRUE;
    }
  if (answer->depth == DEPTH_MESSAGE)
    return start_message (answer, element, error);
  if (answer->is_body && answer->kind == TRACK_ANSWER_FAULT)
    start_in_fault (answer, element);
  else if (answer->is_body && answer->kind == TRACK_ANSWER_MESSAGE)
    start_in_message (answer, element);
  return TRUE;
}

static gboolean
on_text (gpointer state,
         const char *text,
         gsize length_bytes,
         ContractTextKind kind,
         GError **error)
{
  TrackAnswer *answer = state;

  if (answer->takes == TAKES_NOTHING || answer->depth != answer->takes_depth)
    return TRUE;
  for (gsize i = 0; i < length_bytes; i++)
    if (!g_ascii_isspace (text[i]) && answer->n_text < MAX_TEXT)
      answer->text[answer->n_text++] = text[i];
  return TRUE;
}

static void
add_id (TrackAnswer *answer)
{
  TrackId id = { .kind = answer->id_kind };

  if (!ids_is_guid (answer->text))
    return;
  if (answer->ids->len >= MAX_IDS)
    {
      answer->n_passed_over++;
      return;
    }
  for (guint i = 0; i < TRACK_GUID_LENGTH; i++)
    id.guid[i] = g_ascii_tolower (answer->text[i]);
  g_array_append_val (answer->ids, id);
}

/* A QName: s:Server, soapenv:Receiver, and SOAP 1.1 allows Server.Busy. */
static gboolean
is_receivers (const char *text)
{
  const char *colon = strchr (text, ':');
  const char *name = colon == NULL ? text : colon + 1;

  return g_str_has_prefix (name, "Server") || strcmp (name, "Receiver") == 0;
}

static void
take_text (TrackAnswer *answer)
{
  answer->text[MIN (answer->n_text, MAX_TEXT - 1)] = '\0';
  switch (answer->takes)
    {
    case TAKES_ID:
      add_id (answer);
      return;
    case TAKES_SIDE:
      answer->is_receivers |= is_receivers (answer->text);
      return;
    case TAKES_CODE:
      if (!g_ascii_string_to_signed (answer->text, 10, 0, G_MAXINT32, &answer->fault_code, NULL))
        answer->fault_code = 0;
      return;
    case TAKES_NOTHING:
    default:
      return;
    }
}

static gboolean
on_end (gpointer state, GError **error)
{
  TrackAnswer *answer = state;

  if (answer->takes != TAKES_NOTHING && answer->depth == answer->takes_depth)
    {
      take_text (answer);
      answer->takes = TAKES_NOTHING;
    }
  if (answer->depth == answer->planner_fault_depth)
    answer->planner_fault_depth = 0;
  answer->depth--;
  return TRUE;
}

static const ContractEvents events = { on_start, on_end, on_text };

/**
 * track_answer_new:
 * @call: what was asked; not kept
 * @mapping: names of the wire; must outlive it
 *
 * Returns: (transfer full): to be fed
 */
TrackAnswer *
track_answer_new (const TrackCall *call, const ContractMapping *mapping)
{
  const ContractLimits limits = { G_MAXSIZE, MAX_DEPTH, MAX_ATTRIBUTES, MAX_NAME_BYTES };
  TrackAnswer *answer = g_new0 (TrackAnswer, 1);

  answer->mapping = mapping;
  answer->version = call->version;
  answer->message_name = mapping->names[call->contract->response_name].text;
  answer->ids = g_array_new (FALSE, FALSE, sizeof (TrackId));
  answer->stream = contract_stream_new (&limits, &events, answer);
  return answer;
}

/**
 * track_answer_free:
 * @answer: (nullable) (transfer full): at its end or not
 */
void
track_answer_free (TrackAnswer *answer)
{
  if (answer == NULL)
    return;
  contract_stream_free (answer->stream);
  g_array_unref (answer->ids);
  g_free (answer);
}

/**
 * track_answer_feed:
 * @bytes: (array length=n_bytes): the next piece, cut anywhere
 *
 * Errors: CONTRACT_ERROR_MALFORMED or _TOO_LARGE: no XML that is passed on; _ENVELOPE: XML, but no SOAP; _VERSION and
 * _UNKNOWN_OPERATION: SOAP, but not what was asked for. Once failed, always failed.
 */
gboolean
track_answer_feed (TrackAnswer *answer, const char *bytes, gsize n_bytes, GError **error)
{
  return contract_stream_feed (answer->stream, bytes, n_bytes, error);
}

/**
 * track_answer_end:
 *
 * No more comes. Errors: as track_answer_feed(), and CONTRACT_ERROR_ENVELOPE without a message or a fault in it.
 */
gboolean
track_answer_end (TrackAnswer *answer, GError **error)
{
  if (!contract_stream_end (answer->stream, error))
    return FALSE;
  if (answer->kind == TRACK_ANSWER_UNDECIDED)
    return refuse (CONTRACT_ERROR_ENVELOPE, "the answer holds neither a message nor a fault",
                   error);
  return TRUE;
}

/**
 * track_answer_get_kind:
 *
 * Returns: what it is, as far as it has come
 */
TrackAnswerKind
track_answer_get_kind (const TrackAnswer *answer)
{
  return answer->kind;
}

/**
 * track_answer_get_fault_code:
 *
 * Returns: the Code of its PlannerFault; 0: none
 */
gint64
track_answer_get_fault_code (const TrackAnswer *answer)
{
  return answer->fault_code;
}

/**
 * track_answer_is_receivers:
 *
 * Returns: whether it is a fault that the Planner calls its own
 */
gboolean
track_answer_is_receivers (const TrackAnswer *answer)
{
  return answer->is_receivers;
}

/**
 * track_answer_get_ids:
 *
 * Returns: (transfer none) (array length=out_n): what it has named so far, in its order, repeats included
 */
const TrackId *
track_answer_get_ids (const TrackAnswer *answer, guint *out_n)
{
  *out_n = answer->ids->len;
  return (const TrackId *) (gconstpointer) answer->ids->data;
}

/**
 * track_answer_get_n_passed_over:
 *
 * Returns: identifiers that there was no room for
 */
guint64
track_answer_get_n_passed_over (const TrackAnswer *answer)
{
  return answer->n_passed_over;
}
