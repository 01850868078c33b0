/* SPDX-License-Identifier: EUPL-1.2 */
/* The members of docs/dfdg-wire.md 9, written as they stand there and read with some patience. */
#include "dfdg/services/besked-json.h"

#include <string.h>

#include "base/error.h"
#include "dfdg/services/indkaldelse-json.h"

#define MAX_ID_BYTES   64
#define MAX_TEXT_BYTES 65536
#define CPR            "civilregistrationIdentifier"
#define TYPE           "organisationType"
#define CODE           "organisationKode"

static void
add_receiver (JsonObject *object, const BeskedDraft *draft)
{
  JsonArray *receivers = json_array_new ();
  JsonObject *receiver = json_object_new ();

  if (draft->channel == BESKED_AUTHORITY)
    {
      json_object_set_int_member (receiver, TYPE, draft->receiver_type);
      json_object_set_string_member (receiver, CODE, draft->receiver_code);
    }
  else
    json_object_set_string_member (receiver, CPR, draft->cpr);
  json_array_add_object_element (receivers, receiver);
  json_object_set_array_member (object, "modtagere", receivers);
}

/* Several by repeating the member's element (a known defect of the service). */
static void
add_documents (JsonObject *object, const GPtrArray *documents)
{
  JsonArray *list;

  if (documents == NULL || documents->len == 0)
    return;
  list = json_array_new ();
  for (guint i = 0; i < documents->len; i++)
    {
      const BeskedDocument *document = documents->pdata[i];
      gsize n_bytes = 0;
      const guchar *bytes = g_bytes_get_data (document->content, &n_bytes);
      g_autofree char *encoded = g_base64_encode (bytes, n_bytes);
      JsonObject *one = json_object_new ();

      json_object_set_string_member (one, "filnavn", document->file_name);
      json_object_set_string_member (one, "mediatype", document->media_type);
      json_object_set_string_member (one, "indhold", encoded);
      json_array_add_object_element (list, one);
    }
  json_object_set_array_member (object, "vedhaeftetDokumenter", list);
}

/**
 * besked_draft_to_json:
 * @draft: checked
 *
 * Returns: (transfer full): the body of CreateBorgerbesked
 */
JsonObject *
besked_draft_to_json (const BeskedDraft *draft)
{
  JsonObject *object = json_object_new ();

  add_receiver (object, draft);
  json_object_set_int_member (object, "kanal", draft->channel);
  json_object_set_int_member (object, "beskedtype", draft->type);
  json_object_set_string_member (object, "overskrift", draft->title);
  json_object_set_string_member (object, "tekst", draft->text);
  if (draft->reply_kind != 0)
    json_object_set_int_member (object, "svartype", draft->reply_kind);
  add_documents (object, draft->documents);
  return object;
}

static JsonNode *
find (JsonObject *object, const char *member)
{
  JsonNode *node = json_object_get_member (object, member);

  return node == NULL || JSON_NODE_HOLDS_NULL (node) ? NULL : node;
}

/* NULL for what is absent, of another type, or longer than it may be. */
static char *
dup_text (JsonObject *object, const char *member, gsize max_bytes)
{
  JsonNode *node = find (object, member);
  GType type = node == NULL ? G_TYPE_INVALID : json_node_get_value_type (node);

  if (type == G_TYPE_INT64)
    return g_strdup_printf ("%" G_GINT64_FORMAT, json_node_get_int (node));
  if (type != G_TYPE_STRING || strlen (json_node_get_string (node)) > max_bytes)
    return NULL;
  return g_strdup (json_node_get_string (node));
}

static gint64
get_int (JsonObject *object, const char *member)
{
  JsonNode *node = find (object, member);

  return node != NULL && json_node_get_value_type (node) == G_TYPE_INT64 ? json_node_get_int (node)
                                                                         : 0;
}

static gboolean
get_bool (JsonObject *object, const char *member)
{
  JsonNode *node = find (object, member);

  return node != NULL && json_node_get_value_type (node) == G_TYPE_BOOLEAN &&
         json_node_get_boolean (node);
}

static gint64
get_time (JsonObject *object, const char *member, const CalsyncZone *zone)
{
  g_autofree char *text = dup_text (object, member, MAX_ID_BYTES);
  gint64 at_us = 0;

  return text != NULL && indkaldelse_parse_instant (text, zone, &at_us) ? at_us : 0;
}

static void
take_party (JsonObject *object, BeskedParty *party)
{
  party->organisation_type = get_int (object, TYPE);
  party->organisation_code = dup_text (object, CODE, MAX_ID_BYTES);
}

static void
take_sender (JsonObject *object, BeskedParty *party)
{
  JsonNode *node = find (object, "afsender");

  if (node != NULL && JSON_NODE_HOLDS_OBJECT (node))
    take_party (json_node_get_object (node), party);
}

/* Takes one element of a list. */
typedef void (*Take) (Besked *besked, JsonObject *object, const CalsyncZone *zone);

static void
take_receiver (Besked *besked, JsonObject *object, const CalsyncZone *zone)
{
  BeskedParty *party;

  if (find (object, CODE) == NULL)
    return;
  party = g_new0 (BeskedParty, 1);
  take_party (object, party);
  g_ptr_array_add (besked->receivers, party);
}

static void
take_reply (Besked *besked, JsonObject *object, const CalsyncZone *zone)
{
  BeskedReply *reply = g_new0 (BeskedReply, 1);

  reply->identifier = dup_text (object, "svarIdentifier", MAX_ID_BYTES);
  reply->text = dup_text (object, "tekst", MAX_TEXT_BYTES);
  reply->status = get_int (object, "status");
  reply->at_us = get_time (object, "tidspunkt", zone);
  take_sender (object, &reply->sender);
  g_ptr_array_add (besked->replies, reply);
}

static void
take_document (Besked *besked, JsonObject *object, const CalsyncZone *zone)
{
  BeskedDocument *document = g_new0 (BeskedDocument, 1);

  document->identifier = dup_text (object, "dokumentIdentifier", MAX_ID_BYTES);
  document->file_name = dup_text (object, "filnavn", MAX_TEXT_BYTES);
  document->media_type = dup_text (object, "mediatype", MAX_ID_BYTES);
  g_ptr_array_add (besked->documents, document);
}

static void
take_mark (Besked *besked, JsonObject *object, const CalsyncZone *zone)
{
  gint64 at_us = get_time (object, "tidspunkt", zone);
  gint64 *last_us =
    get_int (object, "markering") == BESKED_READ ? &besked->read_us : &besked->shown_us;

  *last_us = MAX (*last_us, at_us);
}

static void
take_list (Besked *besked,
           JsonObject *object,
           const char *member,
           Take take,
           const CalsyncZone *zone)
{
  JsonNode *node = find (object, member);
  JsonArray *list =
    node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++)
    if (JSON_NODE_HOLDS_OBJECT (json_array_get_element (list, i)))
      take (besked, json_array_get_object_element (list, i), zone);
}

static void
take_all (Besked *besked, JsonObject *object, const CalsyncZone *zone)
{
  besked->cpr = dup_text (object, CPR, MAX_ID_BYTES);
  besked->channel = get_int (object, "kanal");
  besked->type = get_int (object, "beskedtype");
  besked->title = dup_text (object, "overskrift", MAX_TEXT_BYTES);
  besked->text = dup_text (object, "tekst", MAX_TEXT_BYTES);
  besked->reply_kind = get_int (object, "svartype");
  besked->status = get_int (object, "status");
  besked->created_us = get_time (object, "oprettetTidspunkt", zone);
  take_sender (object, &besked->sender);
  take_list (besked, object, "modtagere", take_receiver, zone);
  take_list (besked, object, "svar", take_reply, zone);
  take_list (besked, object, "dokumenter", take_document, zone);
  take_list (besked, object, "markeringer", take_mark, zone);
}

/**
 * besked_from_json:
 * @zone: of times without an offset
 *
 * Unknown members are passed over. Errors: PLANNER_ERROR_NOT_VALID when it has no id.
 *
 * Returns: (transfer full)
 */
Besked *
besked_from_json (JsonObject *object, const CalsyncZone *zone, GError **error)
{
  g_autoptr (Besked) besked = besked_new ();

  besked->identifier = dup_text (object, "beskedIdentifier", MAX_ID_BYTES);
  if (besked->identifier == NULL || *besked->identifier == '\0')
    {
      g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
                           "DFDG's message: beskedIdentifier is missing");
      return NULL;
    }
  take_all (besked, object, zone);
  if (get_bool (object, "skjult"))
    besked_hide (besked);
  return g_steal_pointer (&besked);
}
