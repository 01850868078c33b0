/* SPDX-License-Identifier: EUPL-1.2 */
/* libxml2 as a source of three events; one parser per thread, used again. */

#include "contract-parser.h"

#include "contract-error.h"

#include <libxml/parser.h>
#include <libxml/parserInternals.h>

#include <string.h>

/* A used parser keeps every name that it ever saw: an attacker's too (performance.md §8). */
#define MAX_PARSES      4096
#define MAX_NAMES       4096
#define OPTIONS         (XML_PARSE_NONET | XML_PARSE_IGNORE_ENC)
#define N_PER_ATTRIBUTE 5

/* What a thread keeps of a message's copy; a larger one is freed after its parse. */
#define MAX_KEPT_BYTES (64 * 1024)
/* libxml2 looks a few bytes ahead, and takes a NUL for the end. */
#define PADDING_BYTES 16

/* A thread's parser. */
typedef struct
{
  xmlParserCtxt *context;
  guint n_parses;
  GByteArray *text; /* the message, with NULs behind it */
} Parser;

/* A prefix and what it stands for, from the element at @depth on. */
typedef struct
{
  guint depth;
  const char *prefix; /* or NULL */
  const char *uri;
} Binding;

/* One parse. */
typedef struct
{
  xmlParserCtxt *context;
  const ContractEvents *events;
  gpointer state;
  GArray *bindings;
  guint depth;
  gboolean is_broken; /* libxml2 found an error */
  GError *error;      /* a handler found one */
} Parse;

static void
stop (Parse *parse)
{
  xmlStopParser (parse->context);
}

/* After the first error, whoever found it, no handler is called. */
static gboolean
is_over (const Parse *parse)
{
  return parse->error != NULL || parse->is_broken;
}

static void
bind_namespaces (Parse *parse, int n_namespaces, const xmlChar **namespaces)
{
  for (int i = 0; i < n_namespaces; i++)
    {
      Binding binding = { parse->depth, (const char *) namespaces[2 * i],
                          (const char *) namespaces[2 * i + 1] };
      g_array_append_val (parse->bindings, binding);
    }
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
  Parse *parse = ((xmlParserCtxt *) user)->_private;
  if (is_over (parse))
    return;
  parse->depth++;
  bind_namespaces (parse, n_namespaces, namespaces);
  ContractElement element = { (const char *) name, (const char *) uri, (guint) n_attributes,
                              attributes, parse };
  if (!parse->events->start (parse->state, &element, &parse->error))
    stop (parse);
}

static void
on_end (void *user, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
  Parse *parse = ((xmlParserCtxt *) user)->_private;
  if (is_over (parse))
    return;
  while (parse->bindings->len > 0 &&
         g_array_index (parse->bindings, Binding, parse->bindings->len - 1).depth == parse->depth)
    g_array_set_size (parse->bindings, parse->bindings->len - 1);
  parse->depth--;
  if (!parse->events->end (parse->state, &parse->error))
    stop (parse);
}

static void
take_text (void *user, const xmlChar *text, int length_bytes, ContractTextKind kind)
{
  Parse *parse = ((xmlParserCtxt *) user)->_private;
  if (is_over (parse))
    return;
  if (!parse->events->text (parse->state, (const char *) text, (gsize) length_bytes, kind,
                            &parse->error))
    stop (parse);
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

/* contract_scan() has refused every DTD; this stays in case it is ever wrong. */
static void
on_subset (void *user, const xmlChar *name, const xmlChar *external_id, const xmlChar *system_id)
{
  Parse *parse = ((xmlParserCtxt *) user)->_private;
  parse->is_broken = TRUE;
  stop (parse);
}

/* Namespace errors are no well-formedness errors to libxml2, but there is no message with them. */
static void
on_error (void *user, xmlError *error)
{
  Parse *parse = ((xmlParserCtxt *) user)->_private;
  if (error->level >= XML_ERR_ERROR)
    parse->is_broken = TRUE;
}

static void
parser_free (gpointer data)
{
  Parser *parser = data;
  if (parser->context != NULL)
    xmlFreeParserCtxt (parser->context);
  g_byte_array_unref (parser->text);
  g_free (parser);
}

static GPrivate thread_parser = G_PRIVATE_INIT (parser_free);

static xmlParserCtxt *
context_new (void)
{
  static gsize is_ready = 0;
  if (g_once_init_enter (&is_ready))
    {
      xmlInitParser ();
      g_once_init_leave (&is_ready, 1);
    }
  xmlParserCtxt *context = xmlNewParserCtxt ();
  g_assert (context != NULL); /* out of memory: end, as GLib does */
  memset (context->sax, 0, sizeof (*context->sax));
  context->sax->initialized = XML_SAX2_MAGIC;
  context->sax->startElementNs = on_start;
  context->sax->endElementNs = on_end;
  context->sax->characters = on_text;
  context->sax->ignorableWhitespace = on_text;
  context->sax->cdataBlock = on_cdata;
  context->sax->internalSubset = on_subset;
  context->sax->externalSubset = on_subset;
  context->sax->serror = (xmlStructuredErrorFunc) on_error;
  return context;
}

/* This thread's parser, its context replaced when it has grown or worked long enough. */
static Parser *
get_parser (void)
{
  Parser *parser = g_private_get (&thread_parser);
  if (parser == NULL)
    {
      parser = g_new0 (Parser, 1);
      parser->text = g_byte_array_new ();
      g_private_set (&thread_parser, parser);
    }
  if (parser->context != NULL &&
      (parser->n_parses >= MAX_PARSES || xmlDictSize (parser->context->dict) > MAX_NAMES))
    g_clear_pointer (&parser->context, xmlFreeParserCtxt);
  if (parser->context == NULL)
    {
      parser->context = context_new ();
      parser->n_parses = 0;
    }
  parser->n_parses++;
  return parser;
}

/* Gives the context an input of our own making, without a read function behind it: with the one of
 * xmlCtxtReadMemory(), libxml2 asks for more at every step near the end, and most messages are short. */
static void
push_input (Parser *parser, const char *bytes, gsize length_bytes)
{
  static const guint8 padding[PADDING_BYTES] = { 0 };
  GByteArray *text = parser->text;
  g_byte_array_set_size (text, 0);
  g_byte_array_append (text, (const guint8 *) bytes, (guint) length_bytes);
  g_byte_array_append (text, padding, sizeof (padding));
  xmlParserInput *input = xmlNewInputStream (parser->context);
  g_assert (input != NULL); /* out of memory: end, as GLib does */
  input->base = input->cur = text->data;
  input->end = text->data + length_bytes;
  inputPush (parser->context, input);
}

/* A large message is not kept. */
static void
drop_text (Parser *parser)
{
  if (parser->text->len <= MAX_KEPT_BYTES)
    return;
  g_byte_array_unref (parser->text);
  parser->text = g_byte_array_new ();
}

/* Runs libxml2 over text that contract_scan() has passed. */
static gboolean
run (Parser *parser, Parse *parse, const char *bytes, gsize length_bytes, GError **error)
{
  xmlParserCtxt *context = parser->context;
  xmlCtxtUseOptions (context, OPTIONS);
  context->_private = parse;
  push_input (parser, bytes, length_bytes);
  xmlParseDocument (context);
  gboolean is_well_formed = context->wellFormed && !parse->is_broken;
  g_clear_pointer (&context->myDoc, xmlFreeDoc);
  xmlCtxtReset (context);
  context->_private = NULL;
  drop_text (parser);
  if (parse->error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&parse->error));
      return FALSE;
    }
  if (!is_well_formed)
    g_set_error_literal (error, CONTRACT_ERROR, CONTRACT_ERROR_MALFORMED,
                         "the message is not well-formed XML");
  return is_well_formed;
}

/**
 * contract_parser_run:
 * @limits: what is looked at at all
 * @bytes: (array length=length_bytes): a message
 * @length_bytes: its length
 * @events: handlers
 * @state: given to the handlers
 * @error: return location
 *
 * Reads a message and calls the handlers, which must not start another parse on this thread. An
 * element's text may come in several pieces. Comments and processing instructions are passed over.
 *
 * Errors: %CONTRACT_ERROR_TOO_LARGE, %CONTRACT_ERROR_MALFORMED, or the handlers' own.
 * Thread: any; each has its own parser, freed with the thread.
 *
 * Returns: whether the message is well-formed and all handlers agreed
 */
gboolean
contract_parser_run (const ContractLimits *limits,
                     const char *bytes,
                     gsize length_bytes,
                     const ContractEvents *events,
                     gpointer state,
                     GError **error)
{
  g_autofree char *converted = NULL;
  if (!contract_scan (limits, bytes, length_bytes, &converted, &length_bytes, error))
    return FALSE;
  if (length_bytes > G_MAXINT / 2)
    {
      g_set_error_literal (error, CONTRACT_ERROR, CONTRACT_ERROR_TOO_LARGE,
                           "the message is too long");
      return FALSE;
    }
  g_autoptr (GArray) bindings = g_array_new (FALSE, FALSE, sizeof (Binding));
  Parser *parser = get_parser ();
  Parse parse = { parser->context, events, state, bindings, 0, FALSE, NULL };
  return run (parser, &parse, converted != NULL ? converted : bytes, length_bytes, error);
}

/**
 * contract_element_get_attribute:
 * @element: a start tag
 * @index: below its number of attributes
 *
 * Thread: the parse's.
 *
 * Returns: one of its attributes; namespace declarations are not among them
 */
ContractAttribute
contract_element_get_attribute (const ContractElement *element, guint index)
{
  const xmlChar *const *raw = element->attributes;
  raw += index * N_PER_ATTRIBUTE;
  /* name, prefix, namespace, start and end of the value */
  ContractAttribute attribute = { (const char *) raw[0], (const char *) raw[2],
                                  (const char *) raw[3], (gsize) (raw[4] - raw[3]) };
  return attribute;
}

/**
 * contract_element_find_namespace:
 * @element: a start tag
 * @prefix: (array length=prefix_bytes): a prefix; empty for the default namespace
 * @prefix_bytes: its length
 *
 * What a prefix stands for at this element, as needed for names in attribute values.
 *
 * Thread: the parse's.
 *
 * Returns: (nullable): the namespace, %NULL when there is none
 */
const char *
contract_element_find_namespace (const ContractElement *element,
                                 const char *prefix,
                                 gsize prefix_bytes)
{
  const Parse *parse = element->parser;
  for (guint i = parse->bindings->len; i > 0; i--)
    {
      const Binding *binding = &g_array_index (parse->bindings, Binding, i - 1);
      const char *bound = binding->prefix == NULL ? "" : binding->prefix;
      if (strlen (bound) == prefix_bytes && memcmp (bound, prefix, prefix_bytes) == 0)
        return binding->uri;
    }
  return NULL;
}
