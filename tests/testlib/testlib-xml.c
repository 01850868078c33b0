/* SPDX-License-Identifier: EUPL-1.2 */
/* Compares XML after canonical form, and shows the first difference so that a person can read it. */
#include "config.h"

#include "testlib.h"

#include <libxml/c14n.h>
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <string.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC (xmlDoc, xmlFreeDoc)

static gboolean
is_blank_text (const xmlNode *node)
{
  return node->type == XML_TEXT_NODE && xmlIsBlankNode (node);
}

/* Indentation between elements says nothing; blanks that are an element's only content stay. */
static void
remove_indentation (xmlNode *element)
{
  xmlNode *next;
  gboolean has_elements = xmlFirstElementChild (element) != NULL;

  for (xmlNode *child = element->children; child != NULL; child = next)
    {
      next = child->next;
      if (child->type == XML_ELEMENT_NODE)
        remove_indentation (child);
      else if (child->type == XML_COMMENT_NODE || (has_elements && is_blank_text (child)))
        {
          xmlUnlinkNode (child);
          xmlFreeNode (child);
        }
    }
}

/**
 * testlib_dup_canonical_xml:
 * @text: a document
 * @length_bytes: its length, or -1 when it ends in a zero
 * @error: where a document that is not well-formed is told, as #G_MARKUP_ERROR_PARSE
 *
 * Returns: (transfer full) (nullable): Canonical XML 1.0 of @text without comments and without the
 *   indentation between elements. Any thread.
 */
char *
testlib_dup_canonical_xml (const char *text, gssize length_bytes, GError **error)
{
  g_autoptr (xmlDoc) document = NULL;
  xmlChar *bytes = NULL;
  char *canonical = NULL;
  int n_bytes;

  if (length_bytes < 0)
    length_bytes = (gssize) strlen (text);
  document = xmlReadMemory (text, (int) length_bytes, "test.xml", NULL,
                            XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
  if (document == NULL || xmlDocGetRootElement (document) == NULL)
    {
      const xmlError *cause = xmlGetLastError ();

      g_set_error (error, G_MARKUP_ERROR, G_MARKUP_ERROR_PARSE, "line %d: %s",
                   cause ? cause->line : 0, cause ? cause->message : "no document");
      return NULL;
    }
  remove_indentation (xmlDocGetRootElement (document));
  n_bytes = xmlC14NDocDumpMemory (document, NULL, XML_C14N_1_0, NULL, 0, &bytes);
  if (n_bytes >= 0)
    canonical = g_strndup ((const char *) bytes, (gsize) n_bytes);
  else
    g_set_error (error, G_MARKUP_ERROR, G_MARKUP_ERROR_PARSE, "no canonical form");
  xmlFree (bytes);
  return canonical;
}

/* One tag or text a line, so that a difference is a line. */
static GStrv
split_tags (const char *canonical)
{
  g_autoptr (GString) lines = g_string_new (NULL);

  for (const char *at = canonical; *at != '\0'; at++)
    {
      if (at[0] == '<' && lines->len > 0 && lines->str[lines->len - 1] == '>')
        g_string_append_c (lines, '\n');
      g_string_append_c (lines, *at);
    }
  return g_strsplit (lines->str, "\n", -1);
}

static char *
dup_line_difference (const char *actual, const char *expected)
{
  g_auto (GStrv) actual_lines = split_tags (actual);
  g_auto (GStrv) expected_lines = split_tags (expected);
  g_autoptr (GString) text = g_string_new (NULL);
  guint n_actual = g_strv_length (actual_lines);
  guint n_expected = g_strv_length (expected_lines);
  guint first = 0;

  while (first < n_actual && first < n_expected &&
         g_str_equal (actual_lines[first], expected_lines[first]))
    first++;
  for (guint i = first > 3 ? first - 3 : 0; i < first; i++)
    g_string_append_printf (text, "    %s\n", expected_lines[i]);
  for (guint i = first; i < n_expected && i < first + 3; i++)
    g_string_append_printf (text, "  - %s\n", expected_lines[i]);
  for (guint i = first; i < n_actual && i < first + 3; i++)
    g_string_append_printf (text, "  + %s\n", actual_lines[i]);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/**
 * testlib_dup_xml_difference:
 * @actual: a document
 * @expected: a document
 *
 * Returns: (transfer full) (nullable): %NULL when both have the same canonical form; else lines around
 *   the first difference, `-` for what was expected and `+` for what came, or why one cannot be read.
 *   Any thread.
 */
char *
testlib_dup_xml_difference (const char *actual, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *expected_text = testlib_dup_canonical_xml (expected, -1, &error);
  g_autofree char *actual_text = NULL;

  if (expected_text == NULL)
    return g_strdup_printf ("expected is not XML: %s", error->message);
  actual_text = testlib_dup_canonical_xml (actual, -1, &error);
  if (actual_text == NULL)
    return g_strdup_printf ("actual is not XML: %s\n%s", error->message, actual);
  if (g_str_equal (actual_text, expected_text))
    return NULL;
  return dup_line_difference (actual_text, expected_text);
}

/**
 * testlib_check_xml_equal:
 * @where: what to name in the failure
 * @actual: a document
 * @expected: a document
 *
 * Fails the test, with the difference, unless both have the same canonical form. Any thread.
 */
void
testlib_check_xml_equal (const char *where, const char *actual, const char *expected)
{
  g_autofree char *difference = testlib_dup_xml_difference (actual, expected);

  if (difference != NULL)
    {
      g_test_message ("%s: XML differs (- expected, + actual)\n%s", where, difference);
      g_test_fail ();
    }
}
