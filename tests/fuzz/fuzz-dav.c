/* SPDX-License-Identifier: EUPL-1.2 */
/* Multistatus answers: pieces change nothing, half an answer never says less, and libxml2's tree holds the same responses. */
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <string.h>

#include "calsync-dav.h"
#include "calsync-remote.h"
#include "fuzz.h"

typedef struct
{
  GString *text;
  guint n_responses;
} Seen;

static gboolean
note_response (const CalsyncDavResponse *response, gpointer data, GError **error)
{
  Seen *seen = data;

  seen->n_responses++;
  g_assert_true (response->href == NULL || g_utf8_validate (response->href, -1, NULL));
  g_assert_true (response->data == NULL || strlen (response->data) == response->n_data);
  g_string_append_printf (seen->text, "%s %u %s %s", response->href, response->status,
                          response->precondition, response->data);
  for (guint i = 0; i < CALSYNC_DAV_N_PROPERTIES; i++)
    {
      const CalsyncDavValue *value = &response->values[i];

      g_assert_true ((value->text == NULL && value->marks == 0) || value->status / 100 == 2);
      g_string_append_printf (seen->text, " %u:%s:%x", value->status, value->text, value->marks);
    }
  return TRUE;
}

/* Everything that was handed over, or %NULL when the answer was refused. */
static char *
read_answer (const guint8 *data, gsize n_bytes, gsize piece, guint *out_n_responses)
{
  g_autoptr (GString) text = g_string_new (NULL);
  Seen seen = { .text = text };
  g_autoptr (CalsyncDavReader) reader = calsync_dav_reader_new (note_response, &seen);
  g_autoptr (GError) error = NULL;
  gboolean is_fine = TRUE;

  for (gsize at = 0; is_fine && at < n_bytes; at += piece)
    {
      gsize n = MIN (piece, n_bytes - at);
      g_autofree char *copy = g_memdup2 (data + at, n);

      is_fine = calsync_dav_reader_push (copy, n, reader, &error);
    }
  if (!is_fine || !calsync_dav_reader_finish (reader, &error))
    {
      g_assert_error (error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_NONSENSE);
      return NULL;
    }
  g_string_append_printf (text, "%s", calsync_dav_reader_get_sync_token (reader));
  *out_n_responses = seen.n_responses;
  return g_strdup (text->str);
}

static gboolean
is_dav (const xmlNode *node, const char *name)
{
  return node->type == XML_ELEMENT_NODE && node->ns != NULL &&
         strcmp ((const char *) node->ns->href, "DAV:") == 0 &&
         strcmp ((const char *) node->name, name) == 0;
}

/* As often as a response is to be handed over: once for each address, once when it has none. */
static guint
count_addresses (const xmlNode *response)
{
  guint n = 0;

  for (xmlNode *child = response->children; child != NULL; child = child->next)
    {
      char *text = is_dav (child, "href") ? (char *) xmlNodeGetContent (child) : NULL;

      if (text != NULL && *g_strstrip (text) != '\0')
        n++;
      xmlFree (text);
    }
  return MAX (n, 1);
}

static void
check_tree (const guint8 *data, gsize n_bytes, guint n_responses)
{
  xmlDoc *document = xmlReadMemory ((const char *) data, (int) n_bytes, NULL, NULL,
                                    XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
  xmlNode *root = document == NULL ? NULL : xmlDocGetRootElement (document);
  guint n = 0;

  g_assert_nonnull (root);
  g_assert_true (is_dav (root, "multistatus"));
  for (xmlNode *child = root->children; child != NULL; child = child->next)
    n += is_dav (child, "response") ? count_addresses (child) : 0;
  g_assert_cmpuint (n, ==, n_responses);
  xmlFreeDoc (document);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize n_bytes)
{
  guint n_whole = 0, n_pieces = 0, n_half = 0;
  g_autofree char *whole = read_answer (data, n_bytes, n_bytes + 1, &n_whole);
  g_autofree char *pieces = read_answer (data, n_bytes, 5, &n_pieces);
  gsize n_cut = n_bytes - n_bytes / 8;
  g_autofree char *half = read_answer (data, n_cut, n_cut + 1, &n_half);

  g_assert_cmpstr (pieces, ==, whole);
  if (whole != NULL)
    check_tree (data, n_bytes, n_whole);
  if (whole != NULL && half != NULL)
    g_assert_cmpstr (half, ==, whole);
  calsync_dav_find_precondition ((const char *) data, n_bytes);
  return 0;
}
