/* SPDX-License-Identifier: EUPL-1.2 */
/* Reads multistatus answers as they arrive, one response at a time (RFC 4918 section 13). */
#include "calsync-dav.h"

#include "calsync-dav-private.h"
#include "calsync-remote.h"

#include <libxml/parser.h>
#include <libxml/parserInternals.h>

#include <string.h>

#define MAX_DEPTH      64
#define MAX_ATTRIBUTES 32
#define MAX_NAMES      4096 /* that libxml2 keeps for as long as the parse */
#define MAX_HREF_BYTES 8192
#define MAX_HREFS      64          /* of one response */
#define MAX_WAITING    (64 * 1024) /* of a tag or comment that has not ended */
#define SLICE_BYTES    (16 * 1024)
#define KEPT_BYTES     (256 * 1024)

/* Where in an answer an element stands; it decides what its children and its text mean. */
typedef enum
{
  AT_TOP,
  AT_MULTISTATUS,
  AT_RESPONSE,
  AT_PROPSTAT,
  AT_PROP,
  AT_VALUE,      /* of a property that we know */
  AT_INSIDE,     /* an element inside a value */
  AT_VALUE_HREF, /* an address inside a value */
  AT_HREF,       /* of a response */
  AT_STATUS,
  AT_TOKEN,
  AT_ERROR,
  AT_ELSEWHERE, /* nothing to us, nor anything in it */
} Place;

struct _CalsyncDavReader
{
  CalsyncDavFunc func;
  gpointer data;
  xmlParserCtxt *context;
  guint8 places[MAX_DEPTH];
  guint depth;
  gboolean is_foreign; /* the outermost element is none of a multistatus: a page */
  gboolean is_broken;  /* libxml2 found an error */
  gboolean is_ended;   /* the outermost element was closed */
  gboolean is_text_cut;
  GError *error;
  GString *text;   /* of the element that is being read */
  GString *item;   /* calendar-data of the response */
  GString *hrefs;  /* inside the value that is being read, one a line */
  GPtrArray *keys; /* addresses of the response */
  char *token;
  CalsyncDavProperty property;
  CalsyncDavValue pending[CALSYNC_DAV_N_PROPERTIES]; /* of the propstat */
  guint propstat_status;
  gboolean has_item; /* in @item, from a propstat that is not over */
  CalsyncDavResponse response;
  GStringChunk *strings; /* of the response */
};

static void
set_nonsense (CalsyncDavReader *reader, const char *message)
{
  if (reader->error == NULL)
    reader->error =
      g_error_new_literal (CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_NONSENSE, message);
  xmlStopParser (reader->context);
}

/* After the first error, whoever found it, nothing is handed over. */
static gboolean
is_over (const CalsyncDavReader *reader)
{
  return reader->error != NULL || reader->is_broken;
}

/* `HTTP/1.1 404 Not Found`; 0 when it is no status. RFC 9112 section 4. */
static guint
parse_status (const char *text)
{
  const char *at = text;

  if (g_ascii_strncasecmp (at, "HTTP/", 5) == 0)
    at += strcspn (at, " \t");
  while (g_ascii_isspace (*at))
    at++;
  if (!g_ascii_isdigit (at[0]) || !g_ascii_isdigit (at[1]) || !g_ascii_isdigit (at[2]) ||
      g_ascii_isdigit (at[3]))
    return 0;
  return (guint) (at[0] - '0') * 100 + (guint) (at[1] - '0') * 10 + (guint) (at[2] - '0');
}

static gboolean
is_success (guint status)
{
  return status >= 200 && status <= 299;
}

/* --- responses -------------------------------------------------------------------------------- */

static void
begin_response (CalsyncDavReader *reader)
{
  memset (&reader->response, 0, sizeof (reader->response));
  g_string_chunk_clear (reader->strings);
  g_ptr_array_set_size (reader->keys, 0);
  reader->has_item = FALSE;
  if (reader->item->allocated_len > KEPT_BYTES)
    {
      g_string_free (reader->item, TRUE);
      reader->item = g_string_new (NULL);
    }
  g_string_truncate (reader->item, 0);
}

static void
end_response (CalsyncDavReader *reader)
{
  guint n = MAX (reader->keys->len, 1);

  for (guint i = 0; i < n && reader->error == NULL; i++)
    {
      reader->response.href = i < reader->keys->len ? reader->keys->pdata[i] : NULL;
      if (!reader->func (&reader->response, reader->data, &reader->error))
        xmlStopParser (reader->context);
    }
}

static void
begin_propstat (CalsyncDavReader *reader)
{
  memset (reader->pending, 0, sizeof (reader->pending));
  reader->propstat_status = 0;
  reader->has_item = FALSE;
}

static void
take_item (CalsyncDavReader *reader, gboolean is_cut)
{
  reader->response.is_data_cut = is_cut;
  reader->response.data = is_cut ? NULL : reader->item->str;
  reader->response.n_data = is_cut ? 0 : reader->item->len;
}

/* The status comes after the values that it is about. A value that is there beats one that is not. */
static void
end_propstat (CalsyncDavReader *reader)
{
  guint status = reader->propstat_status;

  reader->response.worst_status = MAX (reader->response.worst_status, status);
  for (guint i = 0; i < CALSYNC_DAV_N_PROPERTIES; i++)
    {
      CalsyncDavValue *value = &reader->response.values[i];

      if (reader->pending[i].status == 0 || is_success (value->status))
        continue;
      value->status = status == 0 ? 500 : status;
      if (!is_success (status))
        continue;
      value->text = reader->pending[i].text;
      value->marks = reader->pending[i].marks;
      if (i == CALSYNC_DAV_DATA && reader->has_item)
        take_item (reader, value->marks != 0);
    }
  reader->has_item = FALSE;
}

/* --- values ----------------------------------------------------------------------------------- */

static char *
dup_stripped (const CalsyncDavReader *reader)
{
  return g_strstrip (g_strndup (reader->text->str, reader->text->len));
}

static const char *
keep_string (CalsyncDavReader *reader, const char *text)
{
  return *text == '\0' ? NULL : g_string_chunk_insert (reader->strings, text);
}

static Place
begin_value (CalsyncDavReader *reader, CalsyncDavProperty property)
{
  if (property == CALSYNC_DAV_DATA && is_success (reader->response.values[property].status))
    return AT_ELSEWHERE;
  reader->property = property;
  reader->pending[property] = (CalsyncDavValue){ .status = 1 };
  reader->is_text_cut = FALSE;
  g_string_truncate (reader->hrefs, 0);
  if (property == CALSYNC_DAV_DATA)
    g_string_truncate (reader->item, 0);
  return AT_VALUE;
}

static void
end_value (CalsyncDavReader *reader)
{
  const CalsyncDavName *name = calsync_dav_get_name (reader->property);
  CalsyncDavValue *value = &reader->pending[reader->property];
  g_autofree char *text = NULL;

  switch (name->kind)
    {
    case CALSYNC_DAV_AS_DATA:
      reader->has_item = TRUE;
      value->marks = reader->is_text_cut;
      break;
    case CALSYNC_DAV_AS_HREFS:
      value->text = reader->is_text_cut ? NULL : keep_string (reader, reader->hrefs->str);
      break;
    case CALSYNC_DAV_AS_TEXT:
      text = dup_stripped (reader);
      value->text = reader->is_text_cut ? NULL : keep_string (reader, text);
      break;
    case CALSYNC_DAV_AS_MARKS:
      break;
    }
}

static void
end_value_href (CalsyncDavReader *reader)
{
  g_autofree char *text = dup_stripped (reader);

  if (reader->hrefs->len + strlen (text) + 1 > calsync_dav_get_name (reader->property)->max_bytes)
    reader->is_text_cut = TRUE;
  if (reader->is_text_cut || *text == '\0')
    return;
  if (reader->hrefs->len > 0)
    g_string_append_c (reader->hrefs, '\n');
  g_string_append (reader->hrefs, text);
}

static void
end_href (CalsyncDavReader *reader)
{
  g_autofree char *text = dup_stripped (reader);

  if (reader->is_text_cut || reader->keys->len >= MAX_HREFS)
    set_nonsense (reader, "The server's answer names an address longer than addresses may be.");
  else if (*text != '\0')
    g_ptr_array_add (reader->keys, g_string_chunk_insert (reader->strings, text));
}

static void
end_status (CalsyncDavReader *reader)
{
  guint status = parse_status (reader->text->str + strspn (reader->text->str, " \t\r\n"));

  /* What cannot be read is no success. */
  if (reader->places[reader->depth - 1] == AT_PROPSTAT)
    reader->propstat_status = status == 0 ? 500 : status;
  else
    reader->response.status = status == 0 ? 500 : status;
}

static void
end_token (CalsyncDavReader *reader)
{
  g_free (reader->token);
  reader->token = dup_stripped (reader);
  if (reader->is_text_cut)
    set_nonsense (reader, "The server's sync token is longer than tokens may be.");
}

/* --- elements --------------------------------------------------------------------------------- */

static Place
place_in_response (CalsyncDavReader *reader, const char *ns, const char *name)
{
  if (calsync_dav_is (ns, name, "href"))
    return AT_HREF;
  if (calsync_dav_is (ns, name, "status"))
    return AT_STATUS;
  if (calsync_dav_is (ns, name, "error"))
    return AT_ERROR;
  if (!calsync_dav_is (ns, name, "propstat"))
    return AT_ELSEWHERE;
  begin_propstat (reader);
  return AT_PROPSTAT;
}

static Place
place_in_multistatus (CalsyncDavReader *reader, const char *ns, const char *name)
{
  if (calsync_dav_is (ns, name, "sync-token"))
    return AT_TOKEN;
  if (!calsync_dav_is (ns, name, "response"))
    return AT_ELSEWHERE;
  begin_response (reader);
  return AT_RESPONSE;
}

static Place
place_in_propstat (const char *ns, const char *name)
{
  if (calsync_dav_is (ns, name, "prop"))
    return AT_PROP;
  if (calsync_dav_is (ns, name, "status"))
    return AT_STATUS;
  return calsync_dav_is (ns, name, "error") ? AT_ERROR : AT_ELSEWHERE;
}

static Place
place_in_value (CalsyncDavReader *reader, const char *ns, const char *name)
{
  CalsyncDavKind kind = calsync_dav_get_name (reader->property)->kind;

  if (kind == CALSYNC_DAV_AS_MARKS)
    reader->pending[reader->property].marks |= calsync_dav_get_marks (ns, name);
  if (kind == CALSYNC_DAV_AS_HREFS && calsync_dav_is (ns, name, "href"))
    return AT_VALUE_HREF;
  return AT_INSIDE;
}

/* The place of an element by the place that it stands in. */
static Place
find_place (CalsyncDavReader *reader, const char *ns, const char *name)
{
  const char *precondition;
  CalsyncDavProperty property;

  switch ((Place) reader->places[reader->depth])
    {
    case AT_TOP:
      if (calsync_dav_is (ns, name, "multistatus"))
        return AT_MULTISTATUS;
      reader->is_foreign = TRUE;
      return calsync_dav_is (ns, name, "error") ? AT_ERROR : AT_ELSEWHERE;
    case AT_MULTISTATUS:
      return place_in_multistatus (reader, ns, name);
    case AT_RESPONSE:
      return place_in_response (reader, ns, name);
    case AT_PROPSTAT:
      return place_in_propstat (ns, name);
    case AT_PROP:
      return calsync_dav_find_property (ns, name, &property) ? begin_value (reader, property)
                                                             : AT_ELSEWHERE;
    case AT_VALUE:
    case AT_INSIDE:
      return place_in_value (reader, ns, name);
    case AT_ERROR:
      precondition = calsync_dav_get_precondition (ns, name);
      if (reader->response.precondition == NULL)
        reader->response.precondition = precondition;
      return AT_ELSEWHERE;
    case AT_VALUE_HREF:
    case AT_HREF:
    case AT_STATUS:
    case AT_TOKEN:
    case AT_ELSEWHERE:
      return AT_ELSEWHERE;
    }
  return AT_ELSEWHERE;
}

/* <C:comp name="VEVENT"/>: the one mark that stands in an attribute. */
static void
look_for_component (CalsyncDavReader *reader,
                    const char *name,
                    int n_attributes,
                    const xmlChar **attributes)
{
  if (reader->property != CALSYNC_DAV_COMPONENTS || strcmp (name, "comp") != 0)
    return;
  for (int i = 0; i < n_attributes; i++)
    {
      const char *start = (const char *) attributes[5 * i + 3];
      const char *end = (const char *) attributes[5 * i + 4];

      if (strcmp ((const char *) attributes[5 * i], "name") == 0 && end - start == 6 &&
          g_ascii_strncasecmp (start, "VEVENT", 6) == 0)
        reader->pending[CALSYNC_DAV_COMPONENTS].marks |= CALSYNC_DAV_HOLDS_EVENTS;
    }
}

static gboolean
takes_text (Place place)
{
  return place == AT_VALUE || place == AT_VALUE_HREF || place == AT_HREF || place == AT_STATUS ||
         place == AT_TOKEN;
}

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
  CalsyncDavReader *reader = user;
  Place place;

  if (is_over (reader))
    return;
  if (reader->depth + 1 >= MAX_DEPTH || n_attributes + n_namespaces > MAX_ATTRIBUTES)
    {
      set_nonsense (reader, "The server's answer is not shaped as answers are.");
      return;
    }
  place = find_place (reader, (const char *) uri, (const char *) name);
  reader->places[++reader->depth] = place;
  if (takes_text (place))
    g_string_truncate (reader->text, 0);
  if (place == AT_HREF || place == AT_TOKEN || place == AT_STATUS)
    reader->is_text_cut = FALSE;
  if (place == AT_INSIDE)
    look_for_component (reader, (const char *) name, n_attributes, attributes);
}

static void
end_place (CalsyncDavReader *reader, Place place)
{
  switch (place)
    {
    case AT_RESPONSE:
      end_response (reader);
      break;
    case AT_PROPSTAT:
      end_propstat (reader);
      break;
    case AT_VALUE:
      end_value (reader);
      break;
    case AT_VALUE_HREF:
      end_value_href (reader);
      break;
    case AT_HREF:
      end_href (reader);
      break;
    case AT_STATUS:
      end_status (reader);
      break;
    case AT_TOKEN:
      end_token (reader);
      break;
    case AT_MULTISTATUS:
      reader->is_ended = TRUE;
      break;
    case AT_TOP:
    case AT_PROP:
    case AT_INSIDE:
    case AT_ERROR:
    case AT_ELSEWHERE:
      break;
    }
}

static void
on_end (void *user, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
  CalsyncDavReader *reader = user;

  if (is_over (reader))
    return;
  end_place (reader, (Place) reader->places[reader->depth]);
  reader->depth--;
}

static gsize
get_max_bytes (const CalsyncDavReader *reader, Place place)
{
  if (place == AT_VALUE)
    return calsync_dav_get_name (reader->property)->max_bytes;
  return MAX_HREF_BYTES;
}

static void
on_text (void *user, const xmlChar *text, int length_bytes)
{
  CalsyncDavReader *reader = user;
  Place place = (Place) reader->places[reader->depth];
  gboolean is_item = place == AT_VALUE && reader->property == CALSYNC_DAV_DATA;
  GString *into = is_item ? reader->item : reader->text;

  if (is_over (reader) || !takes_text (place) || reader->is_text_cut)
    return;
  if (into->len + (gsize) length_bytes > get_max_bytes (reader, place))
    reader->is_text_cut = TRUE;
  else
    g_string_append_len (into, (const char *) text, length_bytes);
}

/* No DTD, hence no entities but the five of XML itself. */
static void
on_subset (void *user, const xmlChar *name, const xmlChar *external_id, const xmlChar *system_id)
{
  CalsyncDavReader *reader = user;

  /* A page has a document type too; it is told apart by what it goes on with. */
  if (name != NULL && g_ascii_strcasecmp ((const char *) name, "html") == 0)
    reader->is_foreign = TRUE;
  reader->is_broken = TRUE;
  xmlStopParser (reader->context);
}

static void
on_error (void *user, xmlError *error)
{
  CalsyncDavReader *reader = user;

  if (error->level >= XML_ERR_ERROR && error->code != XML_NS_ERR_UNDEFINED_NAMESPACE)
    reader->is_broken = TRUE;
}

/* --- the reader ------------------------------------------------------------------------------- */

static xmlParserCtxt *
context_new (CalsyncDavReader *reader)
{
  static gsize is_ready = 0;
  xmlSAXHandler handler = { .initialized = XML_SAX2_MAGIC,
                            .startElementNs = on_start,
                            .endElementNs = on_end,
                            .characters = on_text,
                            .ignorableWhitespace = on_text,
                            .cdataBlock = on_text,
                            .internalSubset = on_subset,
                            .externalSubset = on_subset,
                            .serror = (xmlStructuredErrorFunc) on_error };
  xmlParserCtxt *context;

  if (g_once_init_enter (&is_ready))
    {
      xmlInitParser ();
      g_once_init_leave (&is_ready, 1);
    }
  context = xmlCreatePushParserCtxt (&handler, reader, NULL, 0, NULL);
  g_assert (context != NULL); /* out of memory: end, as GLib does */
  xmlCtxtUseOptions (context, XML_PARSE_NONET);
  return context;
}

/**
 * calsync_dav_reader_new:
 * @func: (scope forever): called with each response, as soon as it is complete
 * @data: given to @func
 *
 * Memory follows the longest response, not the answer. One thread at a time.
 *
 * Returns: (transfer full): a reader of one answer
 */
CalsyncDavReader *
calsync_dav_reader_new (CalsyncDavFunc func, gpointer data)
{
  CalsyncDavReader *reader = g_new0 (CalsyncDavReader, 1);

  reader->func = func;
  reader->data = data;
  reader->text = g_string_new (NULL);
  reader->item = g_string_new (NULL);
  reader->hrefs = g_string_new (NULL);
  reader->keys = g_ptr_array_new ();
  reader->strings = g_string_chunk_new (1024);
  reader->context = context_new (reader);
  return reader;
}

/**
 * calsync_dav_reader_free:
 * @reader: (transfer full): a reader
 *
 * One thread at a time.
 */
void
calsync_dav_reader_free (CalsyncDavReader *reader)
{
  g_clear_pointer (&reader->context->myDoc, xmlFreeDoc);
  xmlFreeParserCtxt (reader->context);
  g_clear_error (&reader->error);
  g_string_free (reader->text, TRUE);
  g_string_free (reader->item, TRUE);
  g_string_free (reader->hrefs, TRUE);
  g_ptr_array_unref (reader->keys);
  g_string_chunk_free (reader->strings);
  g_free (reader->token);
  g_free (reader);
}

/* What is wrong so far; libxml2's own words stay inside, they quote the answer. */
static gboolean
check (CalsyncDavReader *reader, GError **error)
{
  gsize n_waiting = (gsize) (reader->context->input->end - reader->context->input->cur);

  if (reader->error == NULL && reader->is_foreign)
    set_nonsense (reader, "The server answered with something other than calendar data; is the "
                          "address right, or does a log-in page stand in front of it?");
  if (reader->error == NULL && reader->is_broken)
    set_nonsense (reader, "The server's answer is not well-formed XML; try again, and look at the "
                          "server's log if it stays.");
  if (reader->error == NULL &&
      (n_waiting > MAX_WAITING + SLICE_BYTES || xmlDictSize (reader->context->dict) > MAX_NAMES))
    set_nonsense (reader, "The server's answer is not shaped as answers are.");
  if (reader->error == NULL)
    return TRUE;
  g_propagate_error (error, g_error_copy (reader->error));
  return FALSE;
}

/**
 * calsync_dav_reader_push:
 * @bytes: (array length=n_bytes): the next piece of an answer, cut anywhere
 * @n_bytes: its length
 * @reader: a #CalsyncDavReader
 * @error: return location
 *
 * Reads on, and calls the reader's function for every response that ends in this piece. After an
 * error every further call answers the same error. Has the shape of a #CalsyncBodyFunc.
 *
 * Errors: %CALSYNC_REMOTE_ERROR_NONSENSE, or the function's own.
 *
 * Returns: whether all is well so far
 */
gboolean
calsync_dav_reader_push (const char *bytes, gsize n_bytes, gpointer reader, GError **error)
{
  CalsyncDavReader *self = reader;

  for (gsize at = 0; at < n_bytes; at += SLICE_BYTES)
    {
      if (!is_over (self))
        xmlParseChunk (self->context, bytes + at, (int) MIN (SLICE_BYTES, n_bytes - at), 0);
      if (!check (self, error))
        return FALSE;
    }
  return TRUE;
}

/**
 * calsync_dav_reader_finish:
 * @reader: a reader
 * @error: return location
 *
 * To be called when the answer is over: only now is it known to be whole.
 *
 * Errors: %CALSYNC_REMOTE_ERROR_NONSENSE, or the function's own.
 *
 * Returns: whether a complete multistatus was read
 */
gboolean
calsync_dav_reader_finish (CalsyncDavReader *reader, GError **error)
{
  if (!is_over (reader))
    xmlParseChunk (reader->context, NULL, 0, 1);
  if (!is_over (reader) && (!reader->is_ended || !reader->context->wellFormed))
    set_nonsense (reader, "The server's answer ends before its end; try again, and look at the "
                          "server's log if it stays.");
  return check (reader, error);
}

/**
 * calsync_dav_reader_get_sync_token:
 * @reader: a reader that has finished
 *
 * One thread at a time.
 *
 * Returns: (nullable): the token beside the responses (RFC 6578 section 3.2)
 */
const char *
calsync_dav_reader_get_sync_token (CalsyncDavReader *reader)
{
  return reader->token != NULL && *reader->token != '\0' ? reader->token : NULL;
}

static gboolean
ignore_response (const CalsyncDavResponse *response, gpointer data, GError **error)
{
  return TRUE;
}

/**
 * calsync_dav_find_precondition:
 * @body: (nullable) (array length=n_body): the body of an answer whose status is 400 or more
 * @n_body: its length
 *
 * Any thread. Source: RFC 4918 section 16.
 *
 * Returns: (nullable): the name of the first precondition in its DAV:error that we know, such as
 *   `need-privileges`; static, never the server's own words
 */
const char *
calsync_dav_find_precondition (const char *body, gsize n_body)
{
  g_autoptr (CalsyncDavReader) reader = NULL;

  if (body == NULL || n_body == 0)
    return NULL;
  reader = calsync_dav_reader_new (ignore_response, NULL);
  for (gsize at = 0; at < n_body && !is_over (reader); at += SLICE_BYTES)
    xmlParseChunk (reader->context, body + at, (int) MIN (SLICE_BYTES, n_body - at), 0);
  if (!is_over (reader))
    xmlParseChunk (reader->context, NULL, 0, 1);
  return reader->response.precondition;
}
