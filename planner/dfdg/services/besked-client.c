/* SPDX-License-Identifier: EUPL-1.2 */
/* The calls of BorgerBeskedService as docs/dfdg-wire.md 9 has them: paths, bodies, answers. */
#include "dfdg/services/besked-client.h"

#include <string.h>

#include "base/error.h"
#include "contract-time.h"
#include "dfdg/services/besked-json.h"
#include "dfdg/wire/dfdg-object.h"

#define ZONE         "Europe/Copenhagen"
#define MAX_ID_BYTES 64
/* A document, and messages with all their threads. */
#define MAX_DOCUMENT_BYTES (16 * 1024 * 1024)
#define MAX_LIST_BYTES     (32 * 1024 * 1024)

/**
 * besked_outcome_clear:
 */
void
besked_outcome_clear (BeskedOutcome *outcome)
{
  dfdg_answer_clear (&outcome->answer);
  g_clear_pointer (&outcome->identifier, g_free);
}

static const CalsyncZone *
get_zone (GError **error)
{
  return calsync_zone_lookup (ZONE, error);
}

/* A broken answer to what was carried out is no reason to do it again: the id is found by reading. */
static void
take_identifier (BeskedOutcome *outcome, const char *member)
{
  g_autoptr (JsonParser) parser =
    outcome->answer.verdict == DFDG_DONE ? dfdg_object_parse (outcome->answer.body) : NULL;
  JsonNode *node =
    parser == NULL
      ? NULL
      : json_object_get_member (json_node_get_object (json_parser_get_root (parser)), member);
  const char *text = node != NULL && json_node_get_value_type (node) == G_TYPE_STRING
                       ? json_node_get_string (node)
                       : NULL;

  if (text != NULL && *text != '\0' && strlen (text) <= MAX_ID_BYTES)
    outcome->identifier = g_strdup (text);
}

/* @body: (transfer full) */
static gboolean
send_write (DfdgClient *client,
            DfdgRequest *request,
            JsonObject *body,
            GCancellable *cancellable,
            BeskedOutcome *outcome,
            GError **error)
{
  g_autoptr (JsonObject) owned = body;
  g_autofree char *text = dfdg_object_print (body);

  besked_outcome_clear (outcome);
  request->service = DFDG_SERVICE_BESKED;
  request->body = text;
  request->n_body = strlen (text);
  return dfdg_client_send (client, request, &outcome->answer, cancellable, error);
}

/**
 * besked_create:
 * @head: its request_id is the same at every try
 * @draft: checked with besked_check_draft()
 *
 * CreateBorgerbesked.
 */
gboolean
besked_create (DfdgClient *client,
               const DfdgCallHead *head,
               const BeskedDraft *draft,
               BeskedOutcome *out_outcome,
               GCancellable *cancellable,
               GError **error)
{
  DfdgRequest request = { .method = "POST", .path = "v1/Borgerbesked", .head = head };

  if (!send_write (client, &request, besked_draft_to_json (draft), cancellable, out_outcome, error))
    return FALSE;
  take_identifier (out_outcome, "beskedIdentifier");
  return TRUE;
}

/**
 * besked_reply:
 *
 * CreateBorgerbeskedsvar: @write->text to the message.
 */
gboolean
besked_reply (DfdgClient *client,
              const DfdgCallHead *head,
              const BeskedWrite *write,
              BeskedOutcome *out_outcome,
              GCancellable *cancellable,
              GError **error)
{
  g_autofree char *path = dfdg_dup_path ("v1/Borgerbeskedsvar/", write->identifier, NULL);
  DfdgRequest request = { .method = "POST", .path = path, .head = head };
  JsonObject *body = json_object_new ();

  json_object_set_string_member (body, "tekst", write->text);
  if (!send_write (client, &request, body, cancellable, out_outcome, error))
    return FALSE;
  take_identifier (out_outcome, "svarIdentifier");
  return TRUE;
}

/**
 * besked_set_status:
 *
 * Closes a message of channel 4 that we made, or says that it was a mistake.
 */
gboolean
besked_set_status (DfdgClient *client,
                   const DfdgCallHead *head,
                   const BeskedWrite *write,
                   BeskedOutcome *out_outcome,
                   GCancellable *cancellable,
                   GError **error)
{
  g_autofree char *path = dfdg_dup_path ("v1/Besked/", write->identifier, "/action/setstatus");
  DfdgRequest request = { .method = "PUT", .path = path, .head = head };
  JsonObject *body = json_object_new ();

  json_object_set_int_member (body, "status", write->status);
  return send_write (client, &request, body, cancellable, out_outcome, error);
}

/**
 * besked_set_reply_status:
 *
 * Says that a reply of ours was a mistake: DFDG knows no other status of replies.
 */
gboolean
besked_set_reply_status (DfdgClient *client,
                         const DfdgCallHead *head,
                         const BeskedWrite *write,
                         BeskedOutcome *out_outcome,
                         GCancellable *cancellable,
                         GError **error)
{
  g_autofree char *path = dfdg_dup_path ("v1/Beskedsvar/", write->identifier, "/action/setstatus");
  DfdgRequest request = { .method = "PUT", .path = path, .head = head };
  JsonObject *body = json_object_new ();

  json_object_set_int_member (body, "status", BESKED_MISTAKEN);
  return send_write (client, &request, body, cancellable, out_outcome, error);
}

static void
add_time (JsonObject *body, gint64 at_us)
{
  const CalsyncZone *zone = at_us == 0 ? NULL : get_zone (NULL);
  char text[CONTRACT_TIME_TEXT_BYTES];
  ContractTime time;

  if (zone == NULL)
    return;
  time = (ContractTime){ at_us, calsync_zone_offset_at (zone, at_us), TRUE };
  if (contract_time_write (&time, text) > 0)
    json_object_set_string_member (body, "tidspunkt", text);
}

/**
 * besked_set_mark:
 *
 * Says that a message was shown or read: at @write->at_us, or when DFDG hears of it.
 */
gboolean
besked_set_mark (DfdgClient *client,
                 const DfdgCallHead *head,
                 const BeskedWrite *write,
                 BeskedOutcome *out_outcome,
                 GCancellable *cancellable,
                 GError **error)
{
  g_autofree char *path = dfdg_dup_path ("v1/Besked/", write->identifier, "/action/setmarkering");
  DfdgRequest request = { .method = "PUT", .path = path, .head = head };
  JsonObject *body = json_object_new ();

  json_object_set_int_member (body, "markering", write->mark);
  add_time (body, write->at_us);
  return send_write (client, &request, body, cancellable, out_outcome, error);
}

/* FALSE with @error: no answer, or a refusal. TRUE with @out_body NULL: 404. */
static gboolean
ask (DfdgClient *client,
     DfdgRequest *request,
     const char *what,
     GString **out_body,
     GCancellable *cancellable,
     GError **error)
{
  g_auto (DfdgAnswer) answer = { 0 };

  request->method = "GET";
  request->service = DFDG_SERVICE_BESKED;
  *out_body = NULL;
  if (!dfdg_client_send (client, request, &answer, cancellable, error))
    return FALSE;
  if (answer.verdict == DFDG_DONE)
    {
      *out_body = answer.body == NULL ? g_string_new (NULL) : g_steal_pointer (&answer.body);
      return TRUE;
    }
  if (answer.verdict == DFDG_ABSENT)
    return TRUE;
  dfdg_answer_set_error (&answer, what, error);
  return FALSE;
}

/**
 * besked_get:
 *
 * GetBesked: one message with its thread.
 */
gboolean
besked_get (DfdgClient *client,
            const DfdgCallHead *head,
            const char *identifier,
            Besked **out_besked,
            GCancellable *cancellable,
            GError **error)
{
  g_autofree char *path = dfdg_dup_path ("v1/Beskeder/", identifier, NULL);
  DfdgRequest request = { .path = path, .head = head, .max_bytes = MAX_LIST_BYTES };
  const CalsyncZone *zone = get_zone (error);
  g_autoptr (JsonParser) parser = NULL;
  GString *body = NULL;
  Besked *besked;

  if (zone == NULL || !ask (client, &request, "GetBesked", &body, cancellable, error))
    return FALSE;
  if (body == NULL)
    {
      *out_besked = NULL;
      return TRUE;
    }
  parser = dfdg_object_parse_whole (body, "GetBesked", error);
  g_string_free (body, TRUE);
  besked = parser == NULL
             ? NULL
             : besked_from_json (json_node_get_object (json_parser_get_root (parser)), zone, error);
  if (besked != NULL)
    *out_besked = besked;
  return besked != NULL;
}

/* One that cannot be read is not left out: the list would look whole. */
static GPtrArray *
read_list (JsonObject *root, const CalsyncZone *zone, GError **error)
{
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func ((GDestroyNotify) besked_free);
  JsonNode *node = json_object_get_member (root, "beskeder");
  JsonArray *list =
    node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++)
    {
      JsonNode *one = json_array_get_element (list, i);
      Besked *besked = JSON_NODE_HOLDS_OBJECT (one)
                         ? besked_from_json (json_node_get_object (one), zone, error)
                         : NULL;

      if (besked == NULL)
        {
          if (error != NULL && *error == NULL)
            g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
                                 "GetBeskeder: the list holds what is no message");
          return NULL;
        }
      g_ptr_array_add (found, besked);
    }
  if (list != NULL)
    return g_steal_pointer (&found);
  g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
                       "GetBeskeder: the answer has no such list");
  return NULL;
}

/**
 * besked_list:
 *
 * GetBeskeder: all of a citizen, mistaken ones too. Errors: PLANNER_ERROR_NOT_FOUND for 404: never taken for an empty
 * list.
 */
GPtrArray *
besked_list (DfdgClient *client,
             const DfdgCallHead *head,
             BeskedListing listing,
             GCancellable *cancellable,
             GError **error)
{
  DfdgRequest request = { .path = listing == BESKED_WITHOUT_REPLIES ? "v1/Beskeder?medSvar=false"
                                                                    : "v1/Beskeder",
                          .head = head,
                          .max_bytes = MAX_LIST_BYTES };
  const CalsyncZone *zone = get_zone (error);
  g_autoptr (JsonParser) parser = NULL;
  g_autoptr (GError) local_error = NULL;
  GString *body = NULL;
  GPtrArray *list = NULL;

  if (zone == NULL || !ask (client, &request, "GetBeskeder", &body, cancellable, error))
    return NULL;
  if (body == NULL)
    {
      g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND,
                           "GetBeskeder: DFDG knows no such citizen");
      return NULL;
    }
  parser = dfdg_object_parse_whole (body, "GetBeskeder", &local_error);
  g_string_free (body, TRUE);
  if (parser != NULL)
    list = read_list (json_node_get_object (json_parser_get_root (parser)), zone, &local_error);
  if (list == NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));
  return list;
}

/**
 * besked_get_document:
 *
 * Errors: PLANNER_ERROR_NOT_FOUND when DFDG has none, or shows us none.
 *
 * Returns: (transfer full): its bytes
 */
GBytes *
besked_get_document (DfdgClient *client,
                     const DfdgCallHead *head,
                     const char *identifier,
                     GCancellable *cancellable,
                     GError **error)
{
  g_autofree char *path = dfdg_dup_path ("v1/Beskeddokument/", identifier, NULL);
  DfdgRequest request = { .path = path, .head = head, .max_bytes = MAX_DOCUMENT_BYTES };
  GString *body = NULL;

  if (!ask (client, &request, "GetBeskeddokument", &body, cancellable, error))
    return NULL;
  if (body != NULL)
    return g_string_free_to_bytes (body);
  g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND,
                       "GetBeskeddokument: DFDG has no such document, or none for us");
  return NULL;
}
