/* SPDX-License-Identifier: EUPL-1.2 */
/* The calls of IndkaldelseService as docs/dfdg-wire.md 2 has them: paths, bodies, answers. */
#include "dfdg/services/indkaldelse-client.h"

#include <string.h>

#include "base/error.h"
#include "dfdg/services/dfdg-read.h"
#include "dfdg/services/indkaldelse-json.h"
#include "dfdg/wire/dfdg-object.h"

#define ZONE         "Europe/Copenhagen"
#define PATH         "v1/Indkaldelse/"
#define PARTICIPANTS "v2/Indkaldelse/myndighedsdeltager/"
/* Of 500 each: no unit has so many meetings in one period. */
#define MAX_PAGES         1000
#define MAX_LIST_BYTES    (32 * 1024 * 1024)
#define MAX_VERSION_BYTES 64

static const CalsyncZone *
get_zone (GError **error)
{
  return calsync_zone_lookup (ZONE, error);
}

/* @body: (transfer full) (nullable) */
static gboolean
send (DfdgClient *client,
      DfdgRequest *request,
      JsonObject *body,
      DfdgAnswer *out_answer,
      GCancellable *cancellable,
      GError **error)
{
  g_autoptr (JsonObject) owned = body;
  g_autofree char *text = body == NULL ? NULL : dfdg_object_print (body);

  request->service = DFDG_SERVICE_INDKALDELSE;
  request->body = text;
  request->n_body = text == NULL ? 0 : strlen (text);
  return dfdg_client_send (client, request, out_answer, cancellable, error);
}

static gboolean
write_record (DfdgClient *client,
              DfdgRequest *request,
              const DfdgIndkaldelse *record,
              DfdgAnswer *out_answer,
              GCancellable *cancellable,
              GError **error)
{
  g_autofree char *path = dfdg_dup_path (PATH, record->identifier, NULL);
  const CalsyncZone *zone = get_zone (error);

  request->path = path;
  return zone != NULL &&
         send (client, request, indkaldelse_to_json (record, zone), out_answer, cancellable, error);
}

/**
 * indkaldelse_create:
 * @head: its request_id is the same at every try
 */
gboolean
indkaldelse_create (DfdgClient *client,
                    const DfdgCallHead *head,
                    const DfdgIndkaldelse *record,
                    DfdgAnswer *out_answer,
                    GCancellable *cancellable,
                    GError **error)
{
  DfdgRequest request = { .method = "POST", .head = head };

  return write_record (client, &request, record, out_answer, cancellable, error);
}

/**
 * indkaldelse_update:
 *
 * The whole of it: what is left out is gone.
 */
gboolean
indkaldelse_update (DfdgClient *client,
                    const DfdgCallHead *head,
                    const DfdgIndkaldelse *record,
                    DfdgAnswer *out_answer,
                    GCancellable *cancellable,
                    GError **error)
{
  DfdgRequest request = { .method = "PUT", .head = head };

  return write_record (client, &request, record, out_answer, cancellable, error);
}

/**
 * indkaldelse_delete:
 *
 * Calls it off. DFDG_ABSENT says that it is gone already.
 */
gboolean
indkaldelse_delete (DfdgClient *client,
                    const DfdgCallHead *head,
                    const char *indkaldelse_id,
                    DfdgAnswer *out_answer,
                    GCancellable *cancellable,
                    GError **error)
{
  g_autofree char *path = dfdg_dup_path (PATH, indkaldelse_id, NULL);
  DfdgRequest request = { .method = "DELETE", .path = path, .head = head };

  return send (client, &request, NULL, out_answer, cancellable, error);
}

/**
 * indkaldelse_dup_version:
 *
 * Returns: (nullable): what DFDG calls the outcome of indkaldelse_create() or indkaldelse_update(); NULL when it has not carried
 *   it out, or names none
 */
char *
indkaldelse_dup_version (const DfdgAnswer *answer)
{
  g_autoptr (JsonParser) parser =
    answer->verdict == DFDG_DONE ? dfdg_object_parse (answer->body) : NULL;
  const char *text = NULL;

  if (parser == NULL ||
      !dfdg_json_get_text (json_node_get_object (json_parser_get_root (parser)),
                           "versionIdentifier", &text) ||
      strlen (text) > MAX_VERSION_BYTES)
    return NULL;
  return g_strdup (text);
}

/* A question and its answer as an object; NULL without @error: 404. */
static JsonParser *
ask (DfdgClient *client,
     DfdgRequest *request,
     const char *what,
     GCancellable *cancellable,
     GError **error)
{
  g_auto (DfdgAnswer) answer = { 0 };

  request->method = "GET";
  if (!send (client, request, NULL, &answer, cancellable, error))
    return NULL;
  if (answer.verdict == DFDG_DONE)
    return dfdg_object_parse_whole (answer.body, what, error);
  if (answer.verdict != DFDG_ABSENT)
    dfdg_answer_set_error (&answer, what, error);
  return NULL;
}

static JsonObject *
get_root (JsonParser *parser)
{
  return json_node_get_object (json_parser_get_root (parser));
}

/* What is said of one summons is never taken for another's. */
static gboolean
check_identity (const DfdgIndkaldelse *record, const char *indkaldelse_id, GError **error)
{
  if (record->identifier != NULL && g_ascii_strcasecmp (record->identifier, indkaldelse_id) == 0)
    return TRUE;
  g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
                       "GetIndkaldelse: DFDG answered about another summons");
  return FALSE;
}

/**
 * indkaldelse_get:
 *
 * GetIndkaldelse: the truth about a thin event.
 */
gboolean
indkaldelse_get (DfdgClient *client,
                 const char *indkaldelse_id,
                 DfdgIndkaldelse **out_record,
                 GCancellable *cancellable,
                 GError **error)
{
  g_autofree char *path = dfdg_dup_path (PATH, indkaldelse_id, NULL);
  DfdgRequest request = { .path = path };
  g_autoptr (JsonParser) parser = NULL;
  g_autoptr (GError) local_error = NULL;
  const CalsyncZone *zone = get_zone (error);
  g_autoptr (DfdgIndkaldelse) record = NULL;

  if (zone == NULL)
    return FALSE;
  parser = ask (client, &request, "GetIndkaldelse", cancellable, &local_error);
  if (parser != NULL)
    record = indkaldelse_from_json (get_root (parser), zone, &local_error);
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  if (record != NULL && !check_identity (record, indkaldelse_id, error))
    return FALSE;
  *out_record = g_steal_pointer (&record);
  return TRUE;
}

static gboolean
fail_list (const char *what, GError **error)
{
  g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID, "%s: the answer has no such list",
               what);
  return FALSE;
}

/* @member of @root, which must be a list of objects. */
static JsonArray *
get_list (JsonObject *root, const char *member, const char *what, GError **error)
{
  JsonNode *node = json_object_get_member (root, member);
  JsonArray *list =
    node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++)
    if (!JSON_NODE_HOLDS_OBJECT (json_array_get_element (list, i)))
      list = NULL;
  if (list == NULL)
    fail_list (what, error);
  return list;
}

static gboolean
take_records (GPtrArray *records, JsonArray *list, const CalsyncZone *zone, GError **error)
{
  for (guint i = 0; i < json_array_get_length (list); i++)
    {
      DfdgIndkaldelse *record =
        indkaldelse_from_json (json_array_get_object_element (list, i), zone, error);

      if (record == NULL)
        return FALSE;
      g_ptr_array_add (records, record);
    }
  return TRUE;
}

static gboolean
has_more (JsonObject *root)
{
  JsonNode *node = json_object_get_member (root, "flere");

  return node != NULL && json_node_get_value_type (node) == G_TYPE_BOOLEAN &&
         json_node_get_boolean (node);
}

static char *
dup_search_path (const IndkaldelseSearch *search, guint page)
{
  g_autofree char *types = search->interview_types == NULL
                             ? g_strdup ("")
                             : g_strconcat ("&samtaleType=", search->interview_types, NULL);

  if (search->cpr != NULL)
    return g_strdup_printf ("v1/Indkaldelse?fra=%s&til=%s%s", search->from_date, search->to_date,
                            types);
  return g_strdup_printf (PATH "soegning?jobcenterKode=%s&fra=%s&til=%s%s&side=%u",
                          search->unit_code, search->from_date, search->to_date, types, page);
}

/* @out_more: whether there is another page */
static gboolean
take_page (DfdgClient *client,
           DfdgRequest *request,
           GPtrArray *records,
           gboolean *out_more,
           GCancellable *cancellable,
           GError **error)
{
  const CalsyncZone *zone = get_zone (error);
  g_autoptr (GError) local_error = NULL;
  g_autoptr (JsonParser) parser =
    zone == NULL ? NULL : ask (client, request, "GetIndkaldelser", cancellable, &local_error);
  JsonArray *list;

  *out_more = FALSE;
  if (local_error != NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));
  if (parser == NULL)
    {
      if (zone != NULL && (error == NULL || *error == NULL))
        g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND,
                             "GetIndkaldelser: DFDG knows no such citizen or unit");
      return FALSE;
    }
  list = get_list (get_root (parser), "indkaldelser", "GetIndkaldelser", error);
  if (list == NULL || !take_records (records, list, zone, error))
    return FALSE;
  *out_more = has_more (get_root (parser)) && json_array_get_length (list) > 0;
  return TRUE;
}

/**
 * indkaldelse_list:
 *
 * GetIndkaldelser of a citizen, or GetSoegning over a unit page after page. PLANNER_ERROR_NOT_FOUND for 404: never
 * taken for an empty list.
 */
GPtrArray *
indkaldelse_list (DfdgClient *client,
                  const IndkaldelseSearch *search,
                  GCancellable *cancellable,
                  GError **error)
{
  g_autoptr (GPtrArray) records =
    g_ptr_array_new_with_free_func ((GDestroyNotify) indkaldelse_free);
  DfdgCallHead head = { .cpr = search->cpr, .unit_code = search->unit_code };
  gboolean more = TRUE;

  for (guint page = 1; more; page++)
    {
      g_autofree char *path = dup_search_path (search, page);
      DfdgRequest request = { .path = path, .head = &head, .max_bytes = MAX_LIST_BYTES };

      if (page > MAX_PAGES)
        {
          g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
                               "GetSoegning: the list does not end");
          return NULL;
        }
      if (!take_page (client, &request, records, &more, cancellable, error))
        return NULL;
    }
  return g_steal_pointer (&records);
}

static void
history_free (gpointer data)
{
  IndkaldelseHistory *entry = data;

  indkaldelse_free (entry->record);
  g_free (entry);
}

static gint64
get_int (JsonObject *object, const char *member)
{
  JsonNode *node = json_object_get_member (object, member);

  return node != NULL && json_node_get_value_type (node) == G_TYPE_INT64 ? json_node_get_int (node)
                                                                         : 0;
}

static gboolean
take_history (GPtrArray *history, JsonObject *object, const CalsyncZone *zone, GError **error)
{
  JsonNode *node = json_object_get_member (object, "indkaldelse");
  JsonNode *at = json_object_get_member (object, "tidspunkt");
  IndkaldelseHistory *entry;
  DfdgIndkaldelse *record;

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return fail_list ("GetIndkaldelseshistorik", error);
  record = indkaldelse_from_json (json_node_get_object (node), zone, error);
  if (record == NULL)
    return FALSE;
  entry = g_new0 (IndkaldelseHistory, 1);
  entry->record = record;
  entry->change = get_int (object, "aendringstype");
  g_ptr_array_add (history, entry);
  if (at != NULL && json_node_get_value_type (at) == G_TYPE_STRING &&
      indkaldelse_parse_instant (json_node_get_string (at), zone, &entry->at_us))
    return TRUE;
  return fail_list ("GetIndkaldelseshistorik", error);
}

/**
 * indkaldelse_list_history:
 *
 * Oldest first. PLANNER_ERROR_NOT_FOUND when DFDG knows neither.
 */
GPtrArray *
indkaldelse_list_history (DfdgClient *client,
                          const char *indkaldelse_id,
                          const char *cpr,
                          GCancellable *cancellable,
                          GError **error)
{
  g_autoptr (GPtrArray) history = g_ptr_array_new_with_free_func (history_free);
  g_autofree char *path = indkaldelse_id == NULL
                            ? g_strdup (PATH "historik")
                            : dfdg_dup_path (PATH "historik/", indkaldelse_id, NULL);
  DfdgCallHead head = { .cpr = cpr };
  DfdgRequest request = { .path = path, .head = &head, .max_bytes = MAX_LIST_BYTES };
  const CalsyncZone *zone = get_zone (error);
  g_autoptr (GError) local_error = NULL;
  g_autoptr (JsonParser) parser = NULL;
  JsonArray *list;

  if (zone == NULL)
    return NULL;
  parser = ask (client, &request, "GetIndkaldelseshistorik", cancellable, &local_error);
  if (parser == NULL)
    {
      if (local_error == NULL)
        g_set_error_literal (&local_error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND,
                             "GetIndkaldelseshistorik: DFDG knows of none");
      g_propagate_error (error, g_steal_pointer (&local_error));
      return NULL;
    }
  list = get_list (get_root (parser), "historik", "GetIndkaldelseshistorik", error);
  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++)
    if (!take_history (history, json_array_get_object_element (list, i), zone, error))
      return NULL;
  return list == NULL ? NULL : g_steal_pointer (&history);
}

/**
 * indkaldelse_write_participant:
 *
 * Create-, Update- or DeleteMyndighedsdeltager (v2).
 */
gboolean
indkaldelse_write_participant (DfdgClient *client,
                               const DfdgCallHead *head,
                               const IndkaldelseParticipation *participation,
                               DfdgAnswer *out_answer,
                               GCancellable *cancellable,
                               GError **error)
{
  static const char *const methods[] = { [INDKALDELSE_PARTICIPANT_CREATE] = "POST",
                                         [INDKALDELSE_PARTICIPANT_UPDATE] = "PUT",
                                         [INDKALDELSE_PARTICIPANT_DELETE] = "DELETE" };
  g_autofree char *path =
    dfdg_dup_path (PARTICIPANTS, participation->participant->identifier, NULL);
  DfdgRequest request = { .method = methods[participation->call], .path = path, .head = head };
  JsonObject *body = NULL;

  if (participation->call != INDKALDELSE_PARTICIPANT_DELETE)
    {
      body = indkaldelse_deltager_to_json (participation->participant);
      json_object_set_string_member (body, "indkaldelseIdentifier", participation->indkaldelse_id);
    }
  return send (client, &request, body, out_answer, cancellable, error);
}

/**
 * indkaldelse_save_opt_out:
 *
 * SaveDeltagelsesvalg: whether the citizen wants the a-kasse to take part.
 */
gboolean
indkaldelse_save_opt_out (DfdgClient *client,
                          const DfdgCallHead *head,
                          const char *indkaldelse_id,
                          gboolean is_opted_out,
                          DfdgAnswer *out_answer,
                          GError **error)
{
  g_autofree char *path = dfdg_dup_path (PATH, indkaldelse_id, "/deltagelsesvalg");
  DfdgRequest request = { .method = "PUT", .path = path, .head = head };
  JsonObject *body = json_object_new ();

  json_object_set_boolean_member (body, "fravalgt", is_opted_out);
  return send (client, &request, body, out_answer, NULL, error);
}

/**
 * indkaldelse_get_opt_out:
 *
 * GetDeltagelsesvalg. PLANNER_ERROR_NOT_FOUND when DFDG does not have the summons.
 */
gboolean
indkaldelse_get_opt_out (DfdgClient *client,
                         const char *indkaldelse_id,
                         gboolean *out_is_opted_out,
                         GCancellable *cancellable,
                         GError **error)
{
  g_autofree char *path = dfdg_dup_path (PATH, indkaldelse_id, "/deltagelsesvalg");
  DfdgRequest request = { .path = path };
  g_autoptr (GError) local_error = NULL;
  g_autoptr (JsonParser) parser =
    ask (client, &request, "GetDeltagelsesvalg", cancellable, &local_error);
  JsonNode *node = parser == NULL ? NULL : json_object_get_member (get_root (parser), "fravalgt");

  if (node != NULL && json_node_get_value_type (node) == G_TYPE_BOOLEAN)
    {
      *out_is_opted_out = json_node_get_boolean (node);
      return TRUE;
    }
  if (local_error == NULL)
    g_set_error_literal (&local_error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND,
                         "GetDeltagelsesvalg: DFDG says nothing of it");
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}
