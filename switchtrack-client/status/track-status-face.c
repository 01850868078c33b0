/* SPDX-License-Identifier: EUPL-1.2 */
/* Picks form and language by path, query and header, and replies. */
#include "status/track-status-face.h"

#include <string.h>

#include "status/track-status-page.h"

#define MAX_SEARCH_BYTES 100

static void
reply (ListenerRequest *request, const char *type, char *content)
{
  listener_request_add_reply_header (request, "Cache-Control", "no-store");
  listener_request_add_reply_header (request, "X-Content-Type-Options", "nosniff");
  listener_request_reply_take (request, 200, type, content, strlen (content));
}

static char *
dup_json (JsonObject *status)
{
  g_autoptr (JsonNode) root = json_node_new (JSON_NODE_OBJECT);

  json_node_set_object (root, status);
  return json_to_string (root, TRUE);
}

static char *
dup_page (ListenerRequest *request, JsonObject *status)
{
  const char *query = listener_request_get_query (request);
  g_autoptr (GHashTable) words =
    query == NULL ? NULL : g_uri_parse_params (query, -1, "&", G_URI_PARAMS_WWW_FORM, NULL);
  const char *wanted = words == NULL ? NULL : g_hash_table_lookup (words, "lang");
  const char *search = words == NULL ? NULL : g_hash_table_lookup (words, "q");
  g_autofree char *policy = track_status_page_dup_policy ();
  TrackStatusView view = {
    .language = track_status_choose_language (
      wanted, listener_request_find_header (request, "Accept-Language")),
    .search = search != NULL && strlen (search) <= MAX_SEARCH_BYTES ? search : NULL,
    .only_troubled = words != NULL && g_hash_table_contains (words, "troubled"),
  };

  listener_request_add_reply_header (request, "Content-Security-Policy", policy);
  listener_request_add_reply_header (request, "Vary", "Accept-Language");
  listener_request_add_reply_header (request, "Content-Language",
                                     view.language == TRACK_STATUS_DA ? "da" : "en");
  return track_status_page_dup (status, &view);
}

/**
 * track_status_face_serve:
 *
 * Replies when the path is /status, /status.json or /metrics; on /status with JSON when that is all
 * that is accepted. Loop thread.
 *
 * Returns: FALSE for another path: nothing was replied
 */
gboolean
track_status_face_serve (ListenerRequest *request,
                         const TrackStatusSources *sources,
                         const TrackMetrics *metrics)
{
  const char *path = listener_request_get_path (request);
  const char *accepted = listener_request_find_header (request, "Accept");
  gboolean is_page = g_str_equal (path, "/status");
  gboolean is_json = g_str_equal (path, "/status.json");
  gboolean is_metrics = g_str_equal (path, "/metrics");

  if (!is_page && !is_json && !is_metrics)
    return FALSE;
  g_autoptr (JsonObject) status = track_status_dup (sources);
  if (is_metrics)
    reply (request, "text/plain; version=0.0.4; charset=utf-8",
           track_metrics_dup_text (metrics, status));
  else if (is_json || g_strcmp0 (accepted, "application/json") == 0)
    reply (request, "application/json; charset=utf-8", dup_json (status));
  else
    reply (request, "text/html; charset=utf-8", dup_page (request, status));
  return TRUE;
}
