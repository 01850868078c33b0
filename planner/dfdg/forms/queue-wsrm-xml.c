/* SPDX-License-Identifier: EUPL-1.2 */
/* Reads answers with libxml2's reader: no document type, no entities, nothing from elsewhere, and caps on all that grows. */
#include "dfdg/forms/queue-wsrm-xml.h"

#include <libxml/xmlreader.h>
#include <string.h>

#include "base/error.h"

#define SOAP           "http://schemas.xmlsoap.org/soap/envelope/"
#define WSRM           "http://docs.oasis-open.org/ws-rx/wsrm/200602"
#define MAX_DEPTH      24
#define MAX_TEXT_BYTES (64 * 1024)
#define MAX_FIELDS     200 /* of one record, each counted twice */
#define MAX_NAME_BYTES 100
#define OPTIONS        (XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NOCDATA)
/* Envelope, Body, and then the element that says what it is. */
#define BODY_DEPTH 1
#define NAME_DEPTH 2

typedef struct
{
  WsrmAnswer *answer;
  const char *record_name;
  GPtrArray *names;   /* of the elements that are open */
  GHashTable *record; /* (nullable): that is open */
  guint record_depth;
  gboolean is_leaf; /* nothing but text since the last start */
  GString *text;
  const char *fault;
} Reading;

/**
 * wsrm_answer_free:
 *
 * Frees an answer; NULL is ignored.
 */
void
wsrm_answer_free (WsrmAnswer *answer)
{
  if (answer == NULL)
    return;
  g_free (answer->name);
  g_hash_table_unref (answer->fields);
  g_ptr_array_unref (answer->records);
  g_free (answer);
}

static GHashTable *
new_fields (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

static WsrmAnswer *
new_answer (void)
{
  WsrmAnswer *answer = g_new0 (WsrmAnswer, 1);

  answer->fields = new_fields ();
  answer->records = g_ptr_array_new_with_free_func ((GDestroyNotify) g_hash_table_unref);
  return answer;
}

static const char *
name_at (const Reading *reading, guint depth)
{
  return depth < reading->names->len ? reading->names->pdata[depth] : "";
}

static void
begin_record (Reading *reading, guint depth)
{
  if (reading->answer->records->len >= WSRM_MAX_RECORDS)
    {
      reading->fault = "it holds more messages than a sequence may";
      return;
    }
  reading->record = new_fields ();
  reading->record_depth = depth;
  g_ptr_array_add (reading->answer->records, reading->record);
}

static void
begin_element (Reading *reading, const char *name, guint depth)
{
  if (depth >= MAX_DEPTH || strlen (name) > MAX_NAME_BYTES)
    {
      reading->fault = "its elements are nested too deeply, or have names too long";
      return;
    }
  g_ptr_array_set_size (reading->names, (gint) depth);
  g_ptr_array_add (reading->names, g_strdup (name));
  g_string_truncate (reading->text, 0);
  reading->is_leaf = TRUE;
  if (depth == NAME_DEPTH && strcmp (name_at (reading, BODY_DEPTH), "Body") == 0 &&
      reading->answer->name == NULL)
    reading->answer->name = g_strdup (name);
  if (reading->record == NULL && strcmp (name, reading->record_name) == 0)
    begin_record (reading, depth);
}

static void
put (Reading *reading, GHashTable *fields, char *name)
{
  if (g_hash_table_contains (fields, name))
    {
      g_free (name);
      return;
    }
  if (g_hash_table_size (fields) >= MAX_FIELDS)
    {
      g_free (name);
      reading->fault = "a message has too many elements";
      return;
    }
  g_hash_table_insert (fields, name, g_strstrip (g_strdup (reading->text->str)));
}

static void
end_element (Reading *reading, guint depth)
{
  GHashTable *fields = reading->record != NULL ? reading->record : reading->answer->fields;

  if (reading->is_leaf && depth > 0)
    {
      put (reading, fields, g_strdup (name_at (reading, depth)));
      put (reading, fields,
           g_strdup_printf ("%s/%s", name_at (reading, depth - 1), name_at (reading, depth)));
    }
  if (reading->record != NULL && depth == reading->record_depth)
    reading->record = NULL;
  reading->is_leaf = FALSE;
}

static void
add_text (Reading *reading, xmlTextReader *reader)
{
  const xmlChar *text = xmlTextReaderConstValue (reader);

  if (text != NULL)
    g_string_append (reading->text, (const char *) text);
  if (reading->text->len > MAX_TEXT_BYTES)
    reading->fault = "a text in it is too long";
}

static void
take_node (Reading *reading, xmlTextReader *reader)
{
  const char *name = (const char *) xmlTextReaderConstLocalName (reader);
  guint depth = (guint) MAX (xmlTextReaderDepth (reader), 0);

  switch (xmlTextReaderNodeType (reader))
    {
    case XML_READER_TYPE_ELEMENT:
      begin_element (reading, name == NULL ? "" : name, depth);
      if (reading->fault == NULL && xmlTextReaderIsEmptyElement (reader))
        end_element (reading, depth);
      return;
    case XML_READER_TYPE_END_ELEMENT:
      end_element (reading, depth);
      return;
    case XML_READER_TYPE_TEXT:
    case XML_READER_TYPE_CDATA:
    case XML_READER_TYPE_SIGNIFICANT_WHITESPACE:
    case XML_READER_TYPE_WHITESPACE:
      add_text (reading, reader);
      return;
    case XML_READER_TYPE_DOCUMENT_TYPE:
    case XML_READER_TYPE_ENTITY_REFERENCE:
      reading->fault = "it has a document type";
      return;
    default:
      return;
    }
}

static const char *
read_all (Reading *reading, const char *bytes, gsize n_bytes)
{
  xmlTextReader *reader = xmlReaderForMemory (bytes, (int) n_bytes, NULL, NULL, OPTIONS);
  int step = reader == NULL ? -1 : xmlTextReaderRead (reader);

  while (step == 1 && reading->fault == NULL)
    {
      take_node (reading, reader);
      if (reading->fault == NULL)
        step = xmlTextReaderRead (reader);
    }
  if (reader != NULL)
    xmlFreeTextReader (reader);
  if (reading->fault == NULL && step < 0)
    return "it is no XML";
  if (reading->fault == NULL && reading->answer->name == NULL)
    return "it is no SOAP message";
  return reading->fault;
}

/**
 * wsrm_answer_read:
 * @bytes: (array length=n_bytes): a SOAP envelope
 * @record_name: local name of the elements that come many times
 *
 * A fault is an answer too: its @name is "Fault". Namespaces are not looked at: which ones DFDG used is not published.
 * Any thread. Source: docs/dfdg-wire.md 5.
 *
 * Errors: PLANNER_ERROR_UNAVAILABLE: it cannot be read; another may come. No text quotes it.
 *
 * Returns: (transfer full)
 */
WsrmAnswer *
wsrm_answer_read (const char *bytes, gsize n_bytes, const char *record_name, GError **error)
{
  g_autoptr (WsrmAnswer) answer = new_answer ();
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GString) text = g_string_new (NULL);
  Reading reading = { .answer = answer, .record_name = record_name, .names = names, .text = text };
  const char *fault = n_bytes > WSRM_MAX_BYTES ? "it is too large" : NULL;

  if (fault == NULL)
    fault = read_all (&reading, bytes, n_bytes);
  if (fault == NULL)
    return g_steal_pointer (&answer);
  g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_UNAVAILABLE,
               "the queue's answer cannot be read: %s", fault);
  return NULL;
}

static void
add_element (GString *xml, const char *name, const char *text)
{
  g_autofree char *escaped = g_markup_escape_text (text == NULL ? "" : text, -1);

  g_string_append_printf (xml, "<%s>%s</%s>", name, escaped, name);
}

static void
add_number (GString *xml, const char *name, gint64 number)
{
  g_string_append_printf (xml, "<%s>%" G_GINT64_FORMAT "</%s>", name, number, name);
}

static GString *
begin_envelope (const WsrmHead *head)
{
  g_autofree char *namespace = g_markup_escape_text (head->namespace, -1);
  GString *xml = g_string_new ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");

  g_string_append_printf (xml,
                          "<s:Envelope xmlns:s=\"" SOAP "\" xmlns:wsrm=\"" WSRM
                          "\" xmlns:n=\"%s\"><s:Header><n:ActiveOrganisation>",
                          namespace);
  add_number (xml, "n:OrganisationTypeIdentifier", head->organisation_type);
  add_element (xml, "n:OrganisationCode", head->organisation_code);
  g_string_append (xml, "</n:ActiveOrganisation><n:RequestUserMetadata><n:RequestUserStructure>");
  add_element (xml, "n:UserFullName", head->user_name);
  add_number (xml, "n:RequestUserTypeIdentifier", head->user_type);
  add_element (xml, "n:UserIdentifier", head->user_identifier);
  g_string_append (xml, "</n:RequestUserStructure></n:RequestUserMetadata>");
  return xml;
}

/**
 * wsrm_write_sequence:
 * @call: "CreateSequence", "CloseSequence" or "TerminateSequence"
 * @sequence: (nullable): NULL for the first of them
 *
 * Returns: (transfer full)
 */
char *
wsrm_write_sequence (const WsrmHead *head, const char *call, const char *sequence)
{
  GString *xml = begin_envelope (head);

  g_string_append_printf (xml, "</s:Header><s:Body><wsrm:%s>", call);
  if (sequence != NULL)
    add_element (xml, "wsrm:Identifier", sequence);
  g_string_append_printf (xml, "</wsrm:%s></s:Body></s:Envelope>", call);
  return g_string_free (xml, FALSE);
}

/**
 * wsrm_write_fetch:
 * @service: a name that wsrm_is_service_name() takes
 *
 * Returns: (transfer full)
 */
char *
wsrm_write_fetch (const WsrmHead *head, const char *service, const char *sequence)
{
  GString *xml = begin_envelope (head);

  g_string_append (xml, "<wsrm:Sequence>");
  add_element (xml, "wsrm:Identifier", sequence);
  g_string_append_printf (
    xml, "</wsrm:Sequence></s:Header><s:Body><n:%sRequest/></s:Body></s:Envelope>", service);
  return g_string_free (xml, FALSE);
}

/**
 * wsrm_is_service_name:
 *
 * Returns: TRUE for letters and digits: it becomes the name of an element. Any thread.
 */
gboolean
wsrm_is_service_name (const char *name)
{
  for (const char *c = name; *c != '\0'; c++)
    if (!g_ascii_isalnum (*c))
      return FALSE;
  return g_ascii_isalpha (*name) && strlen (name) <= MAX_NAME_BYTES;
}
