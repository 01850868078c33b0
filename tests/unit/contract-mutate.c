/* SPDX-License-Identifier: EUPL-1.2 */
/* Changes a message in ways that its schema may or may not forgive. */

#include "contract-mutate.h"

#include "contract-table.h"

#include <libxml/parser.h>
#include <libxml/tree.h>

#include <string.h>

#define XSI "http://www.w3.org/2001/XMLSchema-instance"

typedef struct
{
  GRand *random;
  xmlDoc *document;
  gboolean is_deliberate; /* a value on which we differ from libxml2 on purpose was used */
} Mutation;

typedef void (*Mutator) (Mutation *mutation, xmlNode *node);

static guint
pick (Mutation *mutation, guint n)
{
  return (guint) g_rand_int_range (mutation->random, 0, (gint32) n);
}

/* --- values ----------------------------------------------------------------------------------- */

static const char *const values[] = {
  /* text */
  "",
  " ",
  "  \n",
  "x",
  "æ",
  "𝄞",
  "a b",
  " a ",
  "&",
  "<",
  "]]>",
  /* booleans */
  "true",
  "false",
  "1",
  "0",
  "TRUE",
  "True",
  " true ",
  "\n1\t",
  "truex",
  "tru",
  "01",
  "2",
  "yes",
  /* integers */
  "+1",
  "-1",
  "-0",
  "+0",
  "007",
  " 7 ",
  "1 2",
  "1.0",
  "1e3",
  "0x10",
  "+",
  "-",
  "--1",
  "+-1",
  "1,5",
  "2147483647",
  "2147483648",
  "-2147483648",
  "-2147483649",
  "99999999",
  "100000000",
  "10000",
  "10001",
  "500",
  "501",
  "100",
  "101",
  "1440",
  "1441",
  "9223372036854775807",
  "9223372036854775808",
  "99999999999999999999999999",
  "00000000000000000000000000001",
  "000000000000000000000000000000",
  "123456789012345678901234",
  "1234567890123456789012345",
  "١",
  /* identifiers */
  "12345678-1234-1234-1234-123456789abc",
  "12345678-1234-1234-1234-123456789ABC",
  "12345678-1234-1234-1234-123456789abg",
  "12345678-1234-1234-1234-123456789ab",
  " 12345678-1234-1234-1234-123456789abc",
  "{12345678-1234-1234-1234-123456789abc}",
  "0000000000",
  "1111111111",
  "0000000001",
  "3102905001",
  "3002905001",
  "2902905001",
  "3104905001",
  "3112905001",
  "010190-5001",
  "101905001",
  "01019050011",
  " 0101905001",
  "0101905001\n",
  "0113905001",
  "89000",
  "8900",
  "890000",
  "8900a",
  "٨٩٠٠٠",
  "12345678",
  "00000000",
  "+4500000000",
  "++45000000",
  "12",
  "123",
  "a@b",
  "@b",
  "a@",
  "@",
  "a@b@c",
  "a b@c",
  "æ@ø",
  "a@b\n",
  "vejleder@kommune.example",
  /* times */
  "2026-03-29T02:30:00",
  "2026-03-29T02:30:00Z",
  "2026-03-29T02:30:00+01:00",
  "2026-03-29",
  "2026-03-29T02:30",
  "2026-02-29T00:00:00Z",
  "2024-02-29T00:00:00Z",
  "1900-02-29T00:00:00Z",
  "2000-02-29T00:00:00Z",
  "2026-04-31T00:00:00Z",
  "2026-00-01T00:00:00Z",
  "2026-13-01T00:00:00Z",
  "2026-01-00T00:00:00Z",
  "2026-01-32T00:00:00Z",
  "2026-01-01T23:59:59.999999999999Z",
  "2026-01-01T23:59:60Z",
  "2026-01-01T24:00:01Z",
  "2026-01-01T25:00:00Z",
  "2026-01-01T00:60:00Z",
  "2026-01-01T00:00:00.Z",
  "2026-01-01T00:00:00.5",
  "2026-01-01T00:00:00+14:00",
  "2026-01-01T00:00:00-14:00",
  "2026-01-01T00:00:00+14:01",
  "2026-01-01T00:00:00+15:00",
  "2026-01-01T00:00:00+0100",
  "2026-01-01T00:00:00+01",
  "2026-01-01T00:00:00+1:00",
  "2026-01-01T00:00:00+01:60",
  "2026-01-01T00:00:00z",
  "2026-01-01t00:00:00Z",
  "2026-01-01 00:00:00Z",
  " 2026-01-01T00:00:00Z ",
  "+2026-01-01T00:00:00Z",
  "26-01-01T00:00:00Z",
  "02026-01-01T00:00:00Z",
  "2026-1-01T00:00:00Z",
  "2026-01-01T0:00:00Z",
  "2026-01-01T00:00:00+00:00",
  "2026-01-01T00:00:00-00:00",
  "0001-01-02T00:00:00Z",
  "9999-12-30T00:00:00Z",
  "2026-01-01T00:00:00ZZ",
  "2026-01-01T00:00:00 +01:00",
  "2026-01-01T00:00:00,5Z",
  "20260101T000000Z",
};

/* What libxml2 takes for a dateTime and we do not: docs/contract.md lists them. */
static const char *const deliberate_values[] = {
  "2026-01-01T24:00:00Z",      "2026-01-01T24:00:00.000+01:00", "10000-01-01T00:00:00Z",
  "-0001-01-01T00:00:00Z",     "-2026-01-01T00:00:00Z",         "123456-01-01T00:00:00Z",
  "0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00",
};

static const char *
pick_value (Mutation *mutation)
{
  if (pick (mutation, 15) > 0)
    return values[pick (mutation, G_N_ELEMENTS (values))];
  mutation->is_deliberate = TRUE;
  return deliberate_values[pick (mutation, G_N_ELEMENTS (deliberate_values))];
}

/* --- mutators --------------------------------------------------------------------------------- */

static void
set_text (xmlNode *node, const char *text)
{
  xmlChar *escaped = xmlEncodeSpecialChars (node->doc, (const xmlChar *) text);
  xmlNodeSetContent (node, escaped);
  xmlFree (escaped);
}

static gboolean
is_root (const xmlNode *node)
{
  return node->parent == NULL || node->parent->type != XML_ELEMENT_NODE;
}

static void
mutate_value (Mutation *mutation, xmlNode *node)
{
  if (xmlFirstElementChild (node) == NULL || pick (mutation, 10) == 0)
    set_text (node, pick_value (mutation));
}

static void
mutate_drop (Mutation *mutation, xmlNode *node)
{
  if (is_root (node))
    return;
  xmlUnlinkNode (node);
  xmlFreeNode (node);
}

static void
mutate_double (Mutation *mutation, xmlNode *node)
{
  if (!is_root (node))
    xmlAddNextSibling (node, xmlCopyNode (node, 1));
}

static void
mutate_swap (Mutation *mutation, xmlNode *node)
{
  xmlNode *next = xmlNextElementSibling (node);
  if (next == NULL)
    return;
  xmlUnlinkNode (node);
  xmlAddNextSibling (next, node);
}

static void
mutate_rename (Mutation *mutation, xmlNode *node)
{
  static const char *const names[] = { "Unknown", "title", "TITLE", "x", "Æ" };
  guint n = pick (mutation, contract_n_names + G_N_ELEMENTS (names));
  const char *name = n < contract_n_names ? contract_names[n].text : names[n - contract_n_names];
  if (!is_root (node))
    xmlNodeSetName (node, (const xmlChar *) name);
}

static void
mutate_insert (Mutation *mutation, xmlNode *node)
{
  const char *name = contract_names[pick (mutation, contract_n_names)].text;
  xmlNode *child = xmlNewNode (node->ns, (const xmlChar *) name);
  set_text (child, pick_value (mutation));
  if (pick (mutation, 2) == 0 && !is_root (node))
    xmlAddPrevSibling (node, child);
  else
    xmlAddChild (node, child);
}

static void
mutate_namespace (Mutation *mutation, xmlNode *node)
{
  static const char *const uris[] = { "urn:other", "urn:dk:planner:externalbooking:4",
                                      "URN:dk:planner:externalbooking:3" };
  if (is_root (node))
    return;
  const char *uri = uris[pick (mutation, G_N_ELEMENTS (uris))];
  xmlSetNs (node, xmlNewNs (node, (const xmlChar *) uri, (const xmlChar *) "o"));
}

/* The same namespace under a prefix: means nothing. */
static void
mutate_prefix (Mutation *mutation, xmlNode *node)
{
  xmlNs *ns = xmlNewNs (node, node->ns->href, (const xmlChar *) "p");
  if (ns != NULL)
    xmlSetNs (node, ns);
}

static void
mutate_attribute (Mutation *mutation, xmlNode *node)
{
  static const char *const rows[][3] = {
    { XSI, "nil", "true" },
    { XSI, "nil", "false" },
    { XSI, "nil", "1" },
    { XSI, "nil", "0" },
    { XSI, "nil", " true " },
    { XSI, "nil", "" },
    { XSI, "nil", "TRUE" },
    { XSI, "type", "t:GuidType" },
    { XSI, "type", "t:BookingDetailsType" },
    { XSI, "type", "t:CodeIdentifierType" },
    { XSI, "type", "t:OptionalBooleanType" },
    { XSI, "type", "t:NoSuchType" },
    { XSI, "type", " t:GuidType " },
    { XSI, "type", "xs:string" },
    { XSI, "type", "xs:int" },
    { XSI, "type", "xs:boolean" },
    { XSI, "type", "xs:dateTime" },
    { XSI, "type", "u:GuidType" },
    { XSI, "type", "GuidType" },
    { XSI, "type", "" },
    { XSI, "schemaLocation", "urn:a b.xsd" },
    { XSI, "noNamespaceSchemaLocation", "b.xsd" },
    { XSI, "other", "x" },
    { NULL, "nil", "true" },
    { NULL, "id", "x" },
    { "urn:other", "a", "x" },
  };
  const char *const *row = rows[pick (mutation, G_N_ELEMENTS (rows))];
  if (strcmp (row[1], "type") == 0)
    {
      xmlNewNs (node, (const xmlChar *) CONTRACT_NAMESPACE_DEFAULT, (const xmlChar *) "t");
      xmlNewNs (node, (const xmlChar *) "http://www.w3.org/2001/XMLSchema", (const xmlChar *) "xs");
    }
  xmlNs *ns = NULL;
  if (row[0] != NULL)
    {
      ns = xmlSearchNsByHref (node->doc, node, (const xmlChar *) row[0]);
      const char *prefix = strcmp (row[0], XSI) == 0 ? "i" : "a";
      if (ns == NULL)
        ns = xmlNewNs (node, (const xmlChar *) row[0], (const xmlChar *) prefix);
    }
  xmlSetNsProp (node, ns, (const xmlChar *) row[1], (const xmlChar *) row[2]);
  if (pick (mutation, 2) == 0 && strcmp (row[1], "nil") == 0)
    xmlNodeSetContent (node, NULL);
}

/* Pieces that a reader must see through, and pieces that it must not. */
static void
mutate_piece (Mutation *mutation, xmlNode *node)
{
  static const char *const texts[] = { " ", "\n  ", "x", "\t", "\u00a0" };
  const char *text = texts[pick (mutation, G_N_ELEMENTS (texts))];
  xmlNode *piece;
  switch (pick (mutation, 4))
    {
    case 0:
      piece = xmlNewDocComment (node->doc, (const xmlChar *) " a comment ");
      break;
    case 1:
      piece = xmlNewDocPI (node->doc, (const xmlChar *) "pi", (const xmlChar *) "x");
      break;
    case 2:
      piece = xmlNewCDataBlock (node->doc, (const xmlChar *) text, (int) strlen (text));
      break;
    default:
      piece = xmlNewDocText (node->doc, (const xmlChar *) text);
    }
  if (node->children != NULL && pick (mutation, 2) == 0)
    xmlAddPrevSibling (node->children, piece);
  else
    xmlAddChild (node, piece);
}

static void
mutate_cdata (Mutation *mutation, xmlNode *node)
{
  if (xmlFirstElementChild (node) != NULL)
    return;
  xmlChar *text = xmlNodeGetContent (node);
  xmlNodeSetContent (node, NULL);
  xmlAddChild (node, xmlNewCDataBlock (node->doc, text, (int) strlen ((char *) text)));
  xmlFree (text);
}

static void
mutate_many (Mutation *mutation, xmlNode *node)
{
  if (is_root (node) || pick (mutation, 4) > 0)
    return;
  for (guint n = 190 + pick (mutation, 20); n > 0; n--)
    xmlAddNextSibling (node, xmlCopyNode (node, 1));
}

static const Mutator mutators[] = {
  mutate_value, mutate_value,     mutate_value,     mutate_value,     mutate_drop,   mutate_double,
  mutate_swap,  mutate_rename,    mutate_insert,    mutate_namespace, mutate_prefix, mutate_piece,
  mutate_piece, mutate_attribute, mutate_attribute, mutate_cdata,     mutate_many,
};

/* --- white space ------------------------------------------------------------------------------ */

/* Whether an element of this name holds a number or a time. */
static gboolean
is_number_or_time (const char *name)
{
  for (guint i = 0; i < CONTRACT_TYPE_N_TYPES; i++)
    for (guint j = 0; j < contract_types[i].n_fields; j++)
      {
        const ContractField *field = &contract_types[i].fields[j];
        if (strcmp (contract_names[field->name].text, name) == 0 &&
            (field->kind == CONTRACT_KIND_INT || field->kind == CONTRACT_KIND_TIME))
          return TRUE;
      }
  return FALSE;
}

static void
trim (xmlNode *node)
{
  for (; node != NULL; node = node->next)
    {
      if (node->type != XML_ELEMENT_NODE)
        continue;
      trim (node->children);
      if (!is_number_or_time ((const char *) node->name) || xmlFirstElementChild (node) != NULL)
        continue;
      xmlChar *text = xmlNodeGetContent (node);
      if (*g_strstrip ((char *) text) != '\0')
        set_text (node, (char *) text);
      xmlFree (text);
    }
}

/**
 * contract_trim_numbers:
 * @message: one element as a document
 *
 * Returns: (transfer full): the message without white space around numbers and times
 */
char *
contract_trim_numbers (const char *message)
{
  xmlDoc *document = xmlReadMemory (message, (int) strlen (message), NULL, NULL, XML_PARSE_NONET);
  g_assert_nonnull (document);
  trim (xmlDocGetRootElement (document));
  xmlChar *text = NULL;
  xmlDocDumpMemoryEnc (document, &text, NULL, "UTF-8");
  char *copy = g_strdup ((const char *) text);
  xmlFree (text);
  xmlFreeDoc (document);
  return copy;
}

/* --- the whole -------------------------------------------------------------------------------- */

static void
collect (xmlNode *node, GPtrArray *nodes)
{
  for (; node != NULL; node = node->next)
    if (node->type == XML_ELEMENT_NODE)
      {
        g_ptr_array_add (nodes, node);
        collect (node->children, nodes);
      }
}

/**
 * contract_mutate:
 * @random: where the dice come from
 * @message: one element as a document
 * @out_is_deliberate: (out): whether a value was used on which we differ from libxml2 on purpose
 *
 * Makes one to three changes somewhere in a message; most of the time one.
 *
 * Returns: (transfer full): the changed message, which may still be valid
 */
char *
contract_mutate (GRand *random, const char *message, gboolean *out_is_deliberate)
{
  xmlDoc *document = xmlReadMemory (message, (int) strlen (message), NULL, NULL, XML_PARSE_NONET);
  g_assert_nonnull (document);
  Mutation mutation = { random, document, FALSE };
  for (guint n = pick (&mutation, 4) > 0 ? 1 : 1 + pick (&mutation, 3); n > 0; n--)
    {
      g_autoptr (GPtrArray) nodes = g_ptr_array_new ();
      collect (xmlDocGetRootElement (document), nodes);
      xmlNode *node = nodes->pdata[pick (&mutation, nodes->len)];
      mutators[pick (&mutation, G_N_ELEMENTS (mutators))](&mutation, node);
    }
  xmlChar *text = NULL;
  xmlDocDumpMemoryEnc (document, &text, NULL, "UTF-8");
  char *copy = g_strdup ((const char *) text);
  xmlFree (text);
  xmlFreeDoc (document);
  *out_is_deliberate = mutation.is_deliberate;
  return copy;
}
