/* SPDX-License-Identifier: EUPL-1.2 */
/* Plain XML read without a parser: never another thing than libxml2 reads, and never more. */
#include "contract-plain.h"

#include <string.h>

#include "contract-error.h"
#include "contract-mapping.h"
#include "contract-message.h"
#include "contract-random.h"
#include "contract-stream.h"
#include "testlib.h"

#define SOAP "http://schemas.xmlsoap.org/soap/envelope/"

static const ContractLimits limits = { 1000000, 64, 32, 128 };

/* Events as one text; neighbouring pieces of text are one. */
typedef struct
{
  GString *text;
  guint stop_at; /* refuses at this start tag; 0: never */
  guint n_starts;
} Trace;

static gboolean
on_start (gpointer state, const ContractElement *element, GError **error)
{
  Trace *trace = state;

  g_string_append_printf (trace->text, "<{%s}%s %u>",
                          element->namespace_uri == NULL ? "" : element->namespace_uri,
                          element->name, element->n_attributes);
  if (++trace->n_starts != trace->stop_at)
    return TRUE;
  g_set_error_literal (error, CONTRACT_ERROR, CONTRACT_ERROR_ENVELOPE, "enough");
  return FALSE;
}

static gboolean
on_end (gpointer state, GError **error)
{
  g_string_append (((Trace *) state)->text, "</>");
  return TRUE;
}

static gboolean
on_text (gpointer state, const char *text, gsize n_bytes, ContractTextKind kind, GError **error)
{
  g_string_append_len (((Trace *) state)->text, text, (gssize) n_bytes);
  return TRUE;
}

static const ContractEvents events = { on_start, on_end, on_text };

/* The message grows by @n_piece bytes; each look is at memory of exactly its size. */
static ContractPlainState
read_plain (Trace *trace, const char *bytes, gsize n_bytes, gsize n_piece)
{
  ContractPlainState seen = CONTRACT_PLAIN_MORE;
  ContractPlain plain;

  contract_plain_init (&plain, &limits, &events, trace);
  for (gsize n = MIN (n_piece, n_bytes); seen <= CONTRACT_PLAIN_WHOLE;
       n = MIN (n + n_piece, n_bytes))
    {
      g_autofree char *copy = g_memdup2 (bytes, n);

      seen = contract_plain_read (&plain, copy, n, NULL);
      if (n == n_bytes)
        return seen;
    }
  return seen;
}

static gboolean
read_stream (Trace *trace, const char *bytes, gsize n_bytes, gsize n_piece, GError **error)
{
  g_autoptr (ContractStream) stream = contract_stream_new (&limits, &events, trace);

  for (gsize at = 0; at < n_bytes; at += n_piece)
    if (!contract_stream_feed (stream, bytes + at, MIN (n_piece, n_bytes - at), error))
      return FALSE;
  return contract_stream_end (stream, error);
}

typedef struct
{
  const char *bytes;
  ContractPlainState state;
} Case;

/* clang-format off */
static const Case cases[] = {
  { "<a/>", CONTRACT_PLAIN_WHOLE },
  { "<a></a>", CONTRACT_PLAIN_WHOLE },
  { "<a> x &amp; y\t\n</a>\n", CONTRACT_PLAIN_WHOLE },
  { "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<a/>", CONTRACT_PLAIN_WHOLE },
  { "<s:a xmlns:s='" SOAP "' b='1' c = \"2\" ><s:b/></s:a>", CONTRACT_PLAIN_WHOLE },
  { "<a xmlns='urn:x'><b xmlns='http://y/z'/><c/></a>", CONTRACT_PLAIN_WHOLE },
  { "<a b='>'/>", CONTRACT_PLAIN_LEFT },
  { "<a>\xc3\xa6\xc3\xb8\xc3\xa5</a>", CONTRACT_PLAIN_WHOLE },
  { "<a>] ]] &lt;x&gt;</a>", CONTRACT_PLAIN_WHOLE },
  { "", CONTRACT_PLAIN_MORE },
  { " ", CONTRACT_PLAIN_MORE },
  { "<a>", CONTRACT_PLAIN_MORE },
  { "<a><b></b>", CONTRACT_PLAIN_MORE },
  { "<a", CONTRACT_PLAIN_MORE },
  { "x", CONTRACT_PLAIN_LEFT },
  { "<a/>x", CONTRACT_PLAIN_LEFT },
  { "<a/><b/>", CONTRACT_PLAIN_LEFT },
  { "<a></b>", CONTRACT_PLAIN_LEFT },
  { "</a>", CONTRACT_PLAIN_LEFT },
  { "<a></a></a>", CONTRACT_PLAIN_LEFT },
  { "<s:a/>", CONTRACT_PLAIN_LEFT },
  { "<s:a xmlns:s='" SOAP "'><t:b/></s:a>", CONTRACT_PLAIN_LEFT },
  { "<a><s:b xmlns:s='" SOAP "'/><s:c/></a>", CONTRACT_PLAIN_LEFT },
  { "<a b='1' b='2'/>", CONTRACT_PLAIN_LEFT },
  { "<a b='1'c='2'/>", CONTRACT_PLAIN_LEFT },
  { "<a s:b='1'/>", CONTRACT_PLAIN_LEFT },
  { "<a xmlns:s='" SOAP "' xmlns:t='" SOAP "' s:b='1' t:b='2'/>", CONTRACT_PLAIN_LEFT },
  { "<a b='<'/>", CONTRACT_PLAIN_LEFT },
  { "<a b='&x;'/>", CONTRACT_PLAIN_LEFT },
  { "<a b=1/>", CONTRACT_PLAIN_LEFT },
  { "<a b/>", CONTRACT_PLAIN_LEFT },
  { "<a xmlns:xml='" SOAP "'/>", CONTRACT_PLAIN_LEFT },
  { "<a xmlns:s=''/>", CONTRACT_PLAIN_LEFT },
  { "<a xmlns='http://www.w3.org/2000/xmlns/'/>", CONTRACT_PLAIN_LEFT },
  { "<a xmlns:s='http://www.w3.org/XML/1998/namespace'/>", CONTRACT_PLAIN_LEFT },
  { "<a xmlns='http://x y'/>", CONTRACT_PLAIN_LEFT },
  { "<a>&x;</a>", CONTRACT_PLAIN_LEFT },
  { "<a>&</a>", CONTRACT_PLAIN_LEFT },
  { "<a>&amp</a>", CONTRACT_PLAIN_LEFT },
  { "<a>&#65;</a>", CONTRACT_PLAIN_LEFT },
  { "<a>]]></a>", CONTRACT_PLAIN_LEFT },
  { "<a>\x01</a>", CONTRACT_PLAIN_LEFT },
  { "<a>\r\n</a>", CONTRACT_PLAIN_LEFT },
  { "<a>\xc3</a>", CONTRACT_PLAIN_LEFT },
  { "<a>\xef\xbf\xbe</a>", CONTRACT_PLAIN_LEFT },
  { "<a>\xed\xa0\x80</a>", CONTRACT_PLAIN_LEFT },
  { "<\xc3\xa6/>", CONTRACT_PLAIN_LEFT },
  { "<1/>", CONTRACT_PLAIN_LEFT },
  { "<a:/>", CONTRACT_PLAIN_LEFT },
  { "<a:b:c xmlns:a='" SOAP "'/>", CONTRACT_PLAIN_LEFT },
  { "<>", CONTRACT_PLAIN_LEFT },
  { "< a/>", CONTRACT_PLAIN_LEFT },
  { "</>", CONTRACT_PLAIN_LEFT },
  { "<a/ >", CONTRACT_PLAIN_LEFT },
  { "<a><!-- --></a>", CONTRACT_PLAIN_LEFT },
  { "<a><![CDATA[x]]></a>", CONTRACT_PLAIN_LEFT },
  { "<a><?b?></a>", CONTRACT_PLAIN_LEFT },
  { "<!DOCTYPE a><a/>", CONTRACT_PLAIN_LEFT },
  { " <?xml version=\"1.0\"?><a/>", CONTRACT_PLAIN_LEFT },
  { "<?XML version=\"1.0\"?><a/>", CONTRACT_PLAIN_LEFT },
  { "<?xml version=\"1.1\"?><a/>", CONTRACT_PLAIN_LEFT },
  { "<?xml version=\"1.0\" encoding=\"latin1\"?><a/>", CONTRACT_PLAIN_LEFT },
  { "\xef\xbb\xbf<a/>", CONTRACT_PLAIN_LEFT },
};
/* clang-format on */

/* Whatever is whole here is well-formed there, with the same events; pieces change nothing. */
static gboolean
compare (const char *bytes, gsize n_bytes, gsize n_piece)
{
  g_autoptr (GString) ours = g_string_new (NULL);
  g_autoptr (GString) theirs = g_string_new (NULL);
  g_autoptr (GString) streamed = g_string_new (NULL);
  Trace plain = { .text = ours };
  Trace parsed = { .text = theirs };
  Trace piecewise = { .text = streamed };
  g_autoptr (GError) error = NULL;
  gboolean is_whole = read_plain (&plain, bytes, n_bytes, n_piece) == CONTRACT_PLAIN_WHOLE;
  gboolean ok = contract_parser_run (&limits, bytes, n_bytes, &events, &parsed, NULL);

  if (is_whole && (!ok || strcmp (ours->str, theirs->str) != 0))
    g_error ("read as plain: %.*s\nours:   %s\nlibxml2: %s", (int) n_bytes, bytes, ours->str,
             ok ? theirs->str : "refused");
  if (read_stream (&piecewise, bytes, n_bytes, n_piece, &error) && ok)
    g_assert_cmpstr (streamed->str, ==, theirs->str);
  else if (ok)
    g_error ("refused by the stream (%s): %.*s", error->message, (int) n_bytes, bytes);
  return is_whole;
}

static void
test_cases (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    for (gsize n_piece = 1; n_piece < 200; n_piece *= 4)
      {
        g_autoptr (GString) text = g_string_new (NULL);
        Trace trace = { .text = text };
        const char *bytes = cases[i].bytes;

        g_test_message ("%s in pieces of %" G_GSIZE_FORMAT, bytes, n_piece);
        g_assert_cmpint (read_plain (&trace, bytes, strlen (bytes), n_piece), ==, cases[i].state);
        compare (bytes, strlen (bytes), n_piece);
      }
}

/* What makes a message another one, or none. */
static void
change (GRand *random, GString *message)
{
  static const char *const bits[] = {
    "<",   ">",    "&",    "'",    "\"",   "/",          "=",
    ":",   " ",    "x",    "]]>",  "\r",   "\xc3\xa6",   "\xef\xbf\xbf",
    "<a>", "</a>", "<a/>", "&lt;", "&#1;", "<!-- x -->", "<?x?>"
  };
  gsize at = (gsize) g_rand_int_range (random, 0, (gint32) message->len);

  switch (g_rand_int_range (random, 0, 3))
    {
    case 0:
      g_string_erase (message, (gssize) at, 1);
      return;
    case 1:
      message->str[at] = (char) g_rand_int_range (random, 1, 256);
      return;
    default:
      g_string_insert (message, (gssize) at,
                       bits[g_rand_int_range (random, 0, G_N_ELEMENTS (bits))]);
    }
}

static char *
make_message (ContractRandom *maker, guint64 i)
{
  const ContractOperation *operation =
    contract_operation_get ((ContractOperationId) (i % CONTRACT_OPERATION_N_OPERATIONS));
  ContractTypeId type = i & 16 ? operation->request : operation->response;
  guint16 root = i & 16 ? operation->request_name : operation->response_name;
  g_autoptr (GString) text =
    g_string_new ("<s:Envelope xmlns:s='" SOAP "' xmlns:i='" CONTRACT_XSI "'><s:Body>");

  contract_message_write (NULL, root, contract_random_message (maker, type), text);
  g_string_append (text, "</s:Body></s:Envelope>\n");
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
test_random (void)
{
  guint64 n_rounds = testlib_budget ("contract-plain");
  guint n_plain = 0, n_changed_plain = 0;
  ContractRandom maker = { .random = testlib_random_new (),
                           .arena = contract_arena_new (),
                           .max_items = 3 };

  for (guint64 i = 0; i < n_rounds; i++)
    {
      g_autofree char *whole = make_message (&maker, i);
      g_autoptr (GString) changed = g_string_new (whole);
      gsize n_piece = (gsize) g_rand_int_range (maker.random, 1, 3000);

      n_plain += compare (whole, strlen (whole), n_piece) ? 1 : 0;
      for (gint32 n = g_rand_int_range (maker.random, 1, 4); n > 0 && changed->len > 0; n--)
        change (maker.random, changed);
      n_changed_plain += compare (changed->str, changed->len, n_piece) ? 1 : 0;
      contract_arena_reset (maker.arena);
    }
  g_test_message ("%u of %" G_GUINT64_FORMAT
                  " messages were plain, %u of as many that were changed",
                  n_plain, n_rounds, n_changed_plain);
  g_assert_cmpuint (n_plain, >, n_rounds / 4);
  g_assert_cmpuint (n_changed_plain, >, 0);
  g_assert_cmpuint (n_changed_plain, <, n_plain);
  contract_arena_free (maker.arena);
  g_rand_free (maker.random);
}

/* What a handler refuses is refused whoever reads, with its own words. */
static void
test_refused (void)
{
  const char *messages[] = { "<a><b/><c/></a>", "<a><!-- --><b/><c/></a>",
                             "<a><b/><!-- --><c/></a>" };

  for (guint i = 0; i < G_N_ELEMENTS (messages); i++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      Trace trace = { .text = text, .stop_at = 3 };
      g_autoptr (GError) error = NULL;

      g_assert_false (read_stream (&trace, messages[i], strlen (messages[i]), 4, &error));
      g_assert_error (error, CONTRACT_ERROR, CONTRACT_ERROR_ENVELOPE);
      g_assert_cmpstr (text->str, ==, "<{}a 0><{}b 0></><{}c 0>");
    }
}

/* Longer than what is kept for a parser, and not plain at its end: nothing is told twice. */
static void
test_long (void)
{
  for (guint n_items = 1000; n_items < 30000; n_items *= 3)
    {
      g_autoptr (GString) message = g_string_new ("<a>");

      for (guint i = 0; i < n_items; i++)
        g_string_append_printf (message, "<b>%u &lt; </b>\n", i);
      g_string_append (message, "<![CDATA[x]]></a>");
      compare (message->str, message->len, 1000);
    }
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/contract-plain/cases", test_cases);
  g_test_add_func ("/contract-plain/refused", test_refused);
  g_test_add_func ("/contract-plain/long", test_long);
  g_test_add_func ("/contract-plain/random", test_random);
  return g_test_run ();
}
