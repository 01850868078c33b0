/* SPDX-License-Identifier: EUPL-1.2 */
/* libxml2 as a source of three events, fed piece by piece: for a message that is passed on while it comes. */

#include "contract-stream.h"

#include "contract-error.h"
#include "contract-plain.h"

#include <libxml/parser.h>

#include <string.h>

/* A used parser keeps every name that it ever saw. */
#define MAX_NAMES 4096
/* A push parser looks at all that it was given again when a piece ends within a token. */
#define MAX_PIECE_BYTES (16 * 1024)

/* What is read without a parser is kept as long as one may be needed for it. */
#define MAX_PLAIN_BYTES (64 * 1024)
/* May stand before the message. */
#define MARK "\xef\xbb\xbf"

struct _ContractStream
{
  xmlParserCtxt *context; /* NULL while all is plain */
  ContractPlain plain;
  GByteArray *held; /* all that came, while all is plain */
  gboolean is_whole;
  gboolean is_left; /* not plain */
  guint64 n_told;   /* tags that the parser need not tell of again */
  ContractLimits limits;
  const ContractEvents *events;
  gpointer state;
  gsize n_bytes;
  guint depth;
  gboolean is_broken; /* libxml2 found an error */
  GError *error;      /* a handler, or a limit */
};

static ContractStream *
get_stream (void *user)
{
  return ((xmlParserCtxt *) user)->_private;
}

/* Whether a tag was told of while all was plain; text goes with the tag behind it. */
static gboolean
was_told (ContractStream *stream)
{
  if (stream->n_told == 0)
    return FALSE;
  stream->n_told--;
  return TRUE;
}

/* After the first error, whoever found it, no handler is called. */
static gboolean
is_over (const ContractStream *stream)
{
  return stream->error != NULL || stream->is_broken;
}

static void
stop_when_wrong (ContractStream *stream, gboolean ok)
{
  if (!ok)
    xmlStopParser (stream->context);
}

static gboolean
check_limits (ContractStream *stream, const xmlChar *name, int n_attributes)
{
  const char *what = NULL;

  if (stream->depth > stream->limits.max_depth)
    what = "elements are nested too deeply";
  else if ((guint) n_attributes > stream->limits.max_attributes)
    what = "an element has too many attributes";
  else if (strlen ((const char *) name) > stream->limits.max_name_bytes)
    what = "the name of an element is too long";
  if (what == NULL)
    return TRUE;
  g_set_error_literal (&stream->error, CONTRACT_ERROR, CONTRACT_ERROR_TOO_LARGE, what);
  return FALSE;
}

/* libxml2 gives nine arguments; more than ours may have, but the shape is its own. */
static void
on_start (void *user,
          const xmlChar *name,
          const xmlChar *prefix,
          const xmlChar *uri,
          int n_namespaces,
          const xmlChar **namespaces,
          int n_attributes,
          int n_defaulted,
          const xmlChar **attributes)
{
  ContractStream *stream = get_stream (user);
  ContractElement element = { (const char *) name, (const char *) uri, (guint) n_attributes,
                              attributes, NULL };

  if (is_over (stream))
    return;
  stream->depth++;
  if (was_told (stream))
    return;
  stop_when_wrong (stream, check_limits (stream, name, n_attributes + n_namespaces) &&
                             stream->events->start (stream->state, &element, &stream->error));
}

static void
on_end (void *user, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
  ContractStream *stream = get_stream (user);

  if (is_over (stream))
    return;
  stream->depth--;
  if (was_told (stream))
    return;
  stop_when_wrong (stream, stream->events->end (stream->state, &stream->error));
}

static void
take_text (void *user, const xmlChar *text, int length_bytes, ContractTextKind kind)
{
  ContractStream *stream = get_stream (user);

  if (is_over (stream) || stream->n_told > 0)
    return;
  stop_when_wrong (stream, stream->events->text (stream->state, (const char *) text,
                                                 (gsize) length_bytes, kind, &stream->error));
}

static void
on_text (void *user, const xmlChar *text, int length_bytes)
{
  take_text (user, text, length_bytes, CONTRACT_TEXT_PLAIN);
}

static void
on_cdata (void *user, const xmlChar *text, int length_bytes)
{
  take_text (user, text, length_bytes, CONTRACT_TEXT_CDATA);
}

/* No DTD, ever: nothing is defined, fetched or expanded. */
static void
on_subset (void *user, const xmlChar *name, const xmlChar *external_id, const xmlChar *system_id)
{
  ContractStream *stream = get_stream (user);

  stream->is_broken = TRUE;
  xmlStopParser (stream->context);
}

/* Namespace errors are no well-formedness errors to libxml2, but there is no message with them. */
static void
on_error (void *user, xmlError *error)
{
  ContractStream *stream = get_stream (user);

  if (stream != NULL && error->level >= XML_ERR_ERROR)
    stream->is_broken = TRUE;
}

static void
context_free (gpointer context)
{
  xmlFreeParserCtxt (context);
}

/* Making one costs more than reading a short answer: the last one of a thread is used again. */
static GPrivate spare_context = G_PRIVATE_INIT (context_free);

static xmlParserCtxt *
context_new (void)
{
  static gsize is_ready = 0;
  xmlSAXHandler handlers = { 0 };
  xmlParserCtxt *context;

  if (g_once_init_enter (&is_ready))
    {
      xmlInitParser ();
      g_once_init_leave (&is_ready, 1);
    }
  handlers.initialized = XML_SAX2_MAGIC;
  handlers.startElementNs = on_start;
  handlers.endElementNs = on_end;
  handlers.characters = on_text;
  handlers.ignorableWhitespace = on_text;
  handlers.cdataBlock = on_cdata;
  handlers.internalSubset = on_subset;
  handlers.externalSubset = on_subset;
  handlers.serror = (xmlStructuredErrorFunc) on_error;
  context = xmlCreatePushParserCtxt (&handlers, NULL, NULL, 0, NULL);
  g_assert (context != NULL); /* out of memory: end, as GLib does */
  /* As one that was reset; else the first message of a thread could be UTF-16, and no other. */
  context->charset = XML_CHAR_ENCODING_UTF8;
  xmlCtxtUseOptions (context, XML_PARSE_NONET);
  return context;
}

static xmlParserCtxt *
take_context (void)
{
  xmlParserCtxt *context = g_private_get (&spare_context);

  if (context == NULL)
    return context_new ();
  g_private_set (&spare_context, NULL);
  if (xmlCtxtResetPush (context, NULL, 0, NULL, NULL) != 0)
    {
      xmlFreeParserCtxt (context);
      return context_new ();
    }
  /* What a fresh one does of itself: the first bytes tell how it is written, a mark before it included. */
  context->charset = XML_CHAR_ENCODING_NONE;
  xmlCtxtUseOptions (context, XML_PARSE_NONET);
  return context;
}

static void
give_context (xmlParserCtxt *context)
{
  context->_private = NULL;
  g_clear_pointer (&context->myDoc, xmlFreeDoc);
  if (xmlDictSize (context->dict) > MAX_NAMES || g_private_get (&spare_context) != NULL)
    xmlFreeParserCtxt (context);
  else
    g_private_set (&spare_context, context);
}

static gboolean
parse (ContractStream *stream, const char *bytes, gsize n_bytes)
{
  gboolean ok = TRUE;

  for (gsize at = 0; at < n_bytes && ok && !is_over (stream); at += MAX_PIECE_BYTES)
    ok = xmlParseChunk (stream->context, bytes + at, (int) MIN (n_bytes - at, MAX_PIECE_BYTES),
                        FALSE) == 0;
  return ok;
}

/* From here on libxml2 reads: once more what came, and what comes. */
static gboolean
leave_plain (ContractStream *stream)
{
  const char *bytes = (const char *) stream->held->data;
  gsize n_bytes = stream->held->len;

  stream->n_told = stream->plain.n_tags;
  stream->context = take_context ();
  stream->context->_private = stream;
  if (bytes != NULL && n_bytes >= strlen (MARK) && memcmp (bytes, MARK, strlen (MARK)) == 0)
    {
      bytes += strlen (MARK);
      n_bytes -= strlen (MARK);
    }
  return parse (stream, bytes, n_bytes);
}

static gboolean
read_plain (ContractStream *stream, const char *bytes, gsize n_bytes)
{
  ContractPlainState seen = CONTRACT_PLAIN_LEFT;

  g_byte_array_append (stream->held, (const guint8 *) bytes, (guint) n_bytes);
  if (stream->held->len <= MAX_PLAIN_BYTES && !stream->is_left)
    seen = contract_plain_read (&stream->plain, (const char *) stream->held->data,
                                stream->held->len, &stream->error);
  stream->is_whole = seen == CONTRACT_PLAIN_WHOLE;
  stream->is_left = seen == CONTRACT_PLAIN_LEFT;
  if (!stream->is_left)
    return seen != CONTRACT_PLAIN_REFUSED;
  return stream->held->len <= strlen (MARK) || leave_plain (stream);
}

static void
stream_free (gpointer data)
{
  ContractStream *stream = data;

  g_byte_array_unref (stream->held);
  g_free (stream);
}

/* Of a thread, as the context: to be used again. */
static GPrivate spare_stream = G_PRIVATE_INIT (stream_free);

/**
 * contract_stream_new:
 * @limits: what is looked at at all
 * @events: handlers; neither contract_element_find_namespace() nor attributes can be asked for in them
 * @state: given to the handlers
 *
 * Begins a parse. Thread: the stream belongs to the one that made it; several may be under way.
 *
 * Returns: (transfer full): the parse
 */
ContractStream *
contract_stream_new (const ContractLimits *limits, const ContractEvents *events, gpointer state)
{
  ContractStream *stream = g_private_get (&spare_stream);

  if (stream == NULL)
    {
      stream = g_new0 (ContractStream, 1);
      stream->held = g_byte_array_new ();
    }
  else
    g_private_set (&spare_stream, NULL);
  stream->limits = *limits;
  stream->events = events;
  stream->state = state;
  contract_plain_init (&stream->plain, limits, events, state);
  return stream;
}

/**
 * contract_stream_free:
 * @stream: (nullable) (transfer full): a parse, at its end or not
 */
void
contract_stream_free (ContractStream *stream)
{
  if (stream == NULL)
    return;
  if (stream->context != NULL)
    give_context (g_steal_pointer (&stream->context));
  g_clear_error (&stream->error);
  if (stream->held->len > MAX_PIECE_BYTES || g_private_get (&spare_stream) != NULL)
    {
      stream_free (stream);
      return;
    }
  g_byte_array_set_size (stream->held, 0);
  stream->n_bytes = stream->n_told = stream->depth = 0;
  stream->is_whole = stream->is_left = stream->is_broken = FALSE;
  g_private_set (&spare_stream, stream);
}

static gboolean
tell (ContractStream *stream, gboolean is_well_formed, GError **error)
{
  if (stream->error != NULL)
    {
      g_propagate_error (error, g_error_copy (stream->error));
      return FALSE;
    }
  if (is_well_formed && !stream->is_broken)
    return TRUE;
  stream->is_broken = TRUE;
  g_set_error_literal (error, CONTRACT_ERROR, CONTRACT_ERROR_MALFORMED,
                       "the message is not well-formed XML");
  return FALSE;
}

/**
 * contract_stream_feed:
 * @stream: a parse
 * @bytes: (array length=length_bytes): what comes next
 * @length_bytes: its length
 * @error: return location
 *
 * Reads on and calls the handlers, which come late by some bytes. Once it has failed it always does. What is plain and
 * not very long is read without libxml2 (contract-plain.h).
 *
 * Errors: %CONTRACT_ERROR_TOO_LARGE, %CONTRACT_ERROR_MALFORMED, or the handlers' own.
 *
 * Returns: whether all was well so far
 */
gboolean
contract_stream_feed (ContractStream *stream, const char *bytes, gsize length_bytes, GError **error)
{
  gboolean ok = TRUE;

  stream->n_bytes += length_bytes;
  if (stream->n_bytes > stream->limits.max_bytes && stream->error == NULL)
    g_set_error_literal (&stream->error, CONTRACT_ERROR, CONTRACT_ERROR_TOO_LARGE,
                         "the message is too long");
  if (!is_over (stream) && length_bytes > 0)
    ok = stream->context == NULL ? read_plain (stream, bytes, length_bytes)
                                 : parse (stream, bytes, length_bytes);
  return tell (stream, ok, error);
}

/**
 * contract_stream_end:
 * @stream: a parse
 * @error: return location
 *
 * No more comes. As contract_stream_feed().
 *
 * Returns: whether what came was one whole well-formed document
 */
gboolean
contract_stream_end (ContractStream *stream, GError **error)
{
  gboolean ok = !is_over (stream);

  if (ok && stream->context == NULL)
    ok = stream->is_whole || leave_plain (stream);
  if (ok && stream->context != NULL)
    ok = xmlParseChunk (stream->context, NULL, 0, TRUE) == 0 && stream->context->wellFormed;
  return tell (stream, ok, error);
}
