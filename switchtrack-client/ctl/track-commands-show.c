/* SPDX-License-Identifier: EUPL-1.2 */
/* Commands that look: registry, units, endpoints, revisions, proposals, calls. */
#include <string.h>

#include "base/error.h"
#include "ctl/track-commands.h"
#include "ctl/track-csv.h"
#include "ctl/track-desk.h"
#include "log/track-call-search.h"
#include "registry/track-registry-diff.h"
#include "registry/track-registry-json.h"

#define MAX_ROWS 10000
#define DAY_US   (G_GINT64_CONSTANT (86400) * G_USEC_PER_SEC)

/* clang-format off */
const AdminArgument track_unit_arguments[] = {
  { "code", ADMIN_TEXT, ADMIN_WORD, "CODE", "jobcenter code, five digits" },
  { "at", ADMIN_TIME, ADMIN_OPTION, "TIME", "as it will be then (now)" },
  { NULL },
};
const AdminArgument track_endpoint_arguments[] = {
  { "name", ADMIN_TEXT, ADMIN_WORD, "NAME", "of the Planner" },
  { NULL },
};
const AdminArgument track_history_arguments[] = {
  { "limit", ADMIN_INTEGER, ADMIN_OPTION, "N", "at most so many (50)", NULL, 'n', 1, MAX_ROWS },
  { NULL },
};
const AdminArgument track_diff_arguments[] = {
  { "from", ADMIN_INTEGER, ADMIN_WORD, "REVISION", "the earlier one", .min = 1, .max = G_MAXINT64 },
  { "to", ADMIN_INTEGER, ADMIN_OPTION, "REVISION", "the later one (the newest)", .min = 1, .max = G_MAXINT64 },
  { NULL },
};
const AdminArgument track_export_arguments[] = {
  { "format", ADMIN_CHOICE, ADMIN_OPTION, "json|units-csv|endpoints-csv", "what is written (json)" },
  { "revision", ADMIN_INTEGER, ADMIN_OPTION, "REVISION", "of this one (the newest)", .min = 1, .max = G_MAXINT64 },
  { NULL },
};
const AdminArgument track_proposals_arguments[] = {
  { "all", ADMIN_FLAG, ADMIN_OPTION, NULL, "those too that were applied or rejected" },
  { NULL },
};
const AdminArgument track_calls_arguments[] = {
  { "from", ADMIN_TIME, ADMIN_OPTION, "TIME", "from here on (a day ago)" },
  { "until", ADMIN_TIME, ADMIN_OPTION, "TIME", "before this (now)" },
  { "unit", ADMIN_TEXT, ADMIN_OPTION, "CODE", "of this jobcenter code" },
  { "endpoint", ADMIN_TEXT, ADMIN_OPTION, "NAME", "of this Planner" },
  { "outcome", ADMIN_TEXT, ADMIN_OPTION, "WORD", "with this outcome" },
  { "operation", ADMIN_TEXT, ADMIN_OPTION, "NAME", "of this operation" },
  { "kind", ADMIN_CHOICE, ADMIN_OPTION, "call|probe|shadow", "only these" },
  { "request", ADMIN_TEXT, ADMIN_OPTION, "ID", "the call of this request id; goes alone", "request" },
  { "failed", ADMIN_FLAG, ADMIN_OPTION, NULL, "only what a Planner failed" },
  { "limit", ADMIN_INTEGER, ADMIN_OPTION, "N", "at most so many (100)", NULL, 'n', 1, MAX_ROWS },
  { NULL },
};
/* clang-format on */

static void
put_list (JsonObject *result, const TrackRegistry *registry, TrackShapeKind kind)
{
  const TrackShape *shape = track_shape_get (kind);
  const GPtrArray *records = track_shape_get_array (shape, registry);
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < records->len; i++)
    json_array_add_element (array, track_record_write (shape, g_ptr_array_index (records, i)));
  json_object_set_array_member (result, shape->list, array);
}

/**
 * track_command_show:
 */
gboolean
track_command_show (AdminCall *call, GError **error)
{
  g_autoptr (TrackRegistry) registry = track_approval_load_current (call->session, error);

  if (registry == NULL)
    return FALSE;
  json_object_set_int_member (call->result, "revision", registry->revision);
  for (guint i = 0; i < TRACK_N_SHAPES; i++)
    put_list (call->result, registry, i);
  return TRUE;
}

static void
put_rows_of (JsonObject *result, const TrackRegistry *registry, const char *code)
{
  JsonArray *rows = json_array_new ();

  for (guint i = 0; i < registry->units->len; i++)
    {
      const TrackUnit *unit = g_ptr_array_index (registry->units, i);

      if (g_str_equal (unit->code, code))
        json_array_add_element (rows,
                                track_record_write (track_shape_get (TRACK_SHAPE_UNIT), unit));
    }
  json_object_set_array_member (result, "rows", rows);
}

/**
 * track_command_unit:
 */
gboolean
track_command_unit (AdminCall *call, GError **error)
{
  g_autoptr (TrackRegistry) registry = track_approval_load_current (call->session, error);
  g_autoptr (TrackRoutes) routes = registry == NULL ? NULL : track_routes_new (registry);
  const char *code = NULL;
  const TrackUnit *unit = NULL;
  const TrackEndpoint *endpoint = NULL;
  gint64 at_us = 0, until_us = 0;
  TrackHow how;

  if (routes == NULL || !admin_need_text (call, "code", &code, error) ||
      !track_command_get_instant (call, "at", call->now_us, &at_us, error))
    return FALSE;
  how = track_routes_resolve (routes, code, at_us, &unit, &endpoint);
  json_object_set_string_member (call->result, "code", code);
  json_object_set_string_member (call->result, "how", track_how_word (how));
  if (how != TRACK_HOW_NONE)
    {
      json_object_set_string_member (call->result, "endpoint", endpoint->name);
      json_object_set_string_member (call->result, "by_row_of", unit->code);
      json_object_set_boolean_member (call->result, "closed",
                                      track_routes_is_closed (routes, endpoint, at_us, &until_us));
    }
  put_rows_of (call->result, registry, code);
  return TRUE;
}

/**
 * track_command_endpoint:
 */
gboolean
track_command_endpoint (AdminCall *call, GError **error)
{
  g_autoptr (TrackRegistry) registry = track_approval_load_current (call->session, error);
  const TrackEndpoint *endpoint;
  const char *name = NULL;
  JsonArray *units;

  if (registry == NULL || !admin_need_text (call, "name", &name, error))
    return FALSE;
  endpoint = track_registry_find_endpoint (registry, name);
  if (endpoint == NULL)
    {
      g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND, "there is no endpoint %s", name);
      return FALSE;
    }
  json_object_set_member (call->result, "endpoint",
                          track_record_write (track_shape_get (TRACK_SHAPE_ENDPOINT), endpoint));
  units = json_array_new ();
  for (guint i = 0; i < registry->units->len; i++)
    {
      const TrackUnit *unit = g_ptr_array_index (registry->units, i);

      if (g_strcmp0 (unit->endpoint, name) == 0)
        json_array_add_element (units,
                                track_record_write (track_shape_get (TRACK_SHAPE_UNIT), unit));
    }
  json_object_set_array_member (call->result, "units", units);
  return TRUE;
}

static JsonObject *
describe_revision (const TrackRevision *revision)
{
  JsonObject *object = json_object_new ();

  json_object_set_int_member (object, "revision", revision->revision);
  track_command_put_instant (object, "at", revision->at_us);
  json_object_set_string_member (object, "kind", revision->is_rollback ? "rollback" : "change");
  json_object_set_string_member (object, "author", revision->author);
  json_object_set_string_member (
    object, "approver", revision->approver == NULL ? "to be confirmed" : revision->approver);
  json_object_set_string_member (object, "reason", revision->reason);
  json_object_set_string_member (object, "digest", revision->digest);
  if (revision->proposal_id != 0)
    json_object_set_int_member (object, "proposal", revision->proposal_id);
  if (revision->back_to != 0)
    json_object_set_int_member (object, "back_to", revision->back_to);
  return object;
}

/**
 * track_command_history:
 */
gboolean
track_command_history (AdminCall *call, GError **error)
{
  g_autoptr (GPtrArray) list =
    track_revision_list (call->session, admin_get_integer (call, "limit", 50), error);
  JsonArray *array;

  if (list == NULL)
    return FALSE;
  array = json_array_new ();
  for (guint i = 0; i < list->len; i++)
    json_array_add_object_element (array, describe_revision (g_ptr_array_index (list, i)));
  json_object_set_array_member (call->result, "revisions", array);
  return TRUE;
}

/* (transfer full) (nullable): 0: the newest. */
static TrackRegistry *
load (AdminCall *call, guint64 number, GError **error)
{
  g_autoptr (TrackRevision) revision = NULL;

  if (number == 0)
    return track_approval_load_current (call->session, error);
  revision = track_revision_load (call->session, number, error);
  return revision == NULL ? NULL : track_revision_parse (revision, error);
}

/**
 * track_command_diff:
 */
gboolean
track_command_diff (AdminCall *call, GError **error)
{
  g_autoptr (TrackRegistry) before = load (call, admin_get_integer (call, "from", 0), error);
  g_autoptr (TrackRegistry) after =
    before == NULL ? NULL : load (call, admin_get_integer (call, "to", 0), error);
  g_autoptr (GPtrArray) differences = NULL;
  JsonArray *array;

  if (after == NULL)
    return FALSE;
  differences = track_registry_diff (before, after);
  array = json_array_new ();
  for (guint i = 0; i < differences->len; i++)
    {
      g_autofree char *text = track_difference_dup_text (g_ptr_array_index (differences, i));
      JsonObject *object = json_object_new ();

      json_object_set_string_member (object, "difference", text);
      json_array_add_object_element (array, object);
    }
  json_object_set_array_member (call->result, "differences", array);
  return TRUE;
}

/**
 * track_command_export:
 */
gboolean
track_command_export (AdminCall *call, GError **error)
{
  g_autoptr (TrackRegistry) registry = load (call, admin_get_integer (call, "revision", 0), error);
  const char *format = NULL;
  g_autofree char *text = NULL;

  if (registry == NULL || !admin_get_text (call, "format", &format, error))
    return FALSE;
  if (format == NULL || g_str_equal (format, "json"))
    text = track_registry_dup_json (registry);
  else
    text = track_csv_write (
      track_shape_get (g_str_equal (format, "units-csv") ? TRACK_SHAPE_UNIT : TRACK_SHAPE_ENDPOINT),
      registry);
  json_object_set_string_member (call->result, "content", text);
  return TRUE;
}

static JsonObject *
describe_proposal (const TrackProposal *proposal)
{
  JsonObject *object = json_object_new ();

  json_object_set_int_member (object, "proposal", proposal->proposal_id);
  json_object_set_string_member (object, "state", track_proposal_state_word (proposal->state));
  json_object_set_string_member (object, "author", proposal->author);
  track_command_put_instant (object, "at", proposal->at_us);
  json_object_set_string_member (object, "reason", proposal->reason);
  json_object_set_int_member (object, "changes", proposal->base_revision);
  if (proposal->decided_by != NULL)
    json_object_set_string_member (object, "decided_by", proposal->decided_by);
  if (proposal->note != NULL)
    json_object_set_string_member (object, "note", proposal->note);
  if (proposal->revision != 0)
    json_object_set_int_member (object, "revision", proposal->revision);
  return object;
}

/**
 * track_command_proposals:
 */
gboolean
track_command_proposals (AdminCall *call, GError **error)
{
  g_autoptr (GPtrArray) list =
    track_proposal_list (call->session, admin_get_flag (call, "all"), MAX_ROWS, error);
  JsonArray *array;

  if (list == NULL)
    return FALSE;
  array = json_array_new ();
  for (guint i = 0; i < list->len; i++)
    json_array_add_object_element (array, describe_proposal (g_ptr_array_index (list, i)));
  json_object_set_array_member (call->result, "proposals", array);
  return TRUE;
}

/* What the running daemon goes by, which may be its copy. */
static void
ask_keeper (TrackAsk *ask, gpointer data)
{
  JsonObject *result = data;
  const TrackDesk *desk = track_desk_get_current ();
  const TrackKeeperState *state = track_keeper_get_state (desk->keeper);
  TrackRoutes *routes = track_keeper_get_routes (desk->keeper);

  json_object_set_int_member (result, "revision_in_use",
                              track_routes_get_registry (routes)->revision);
  json_object_set_boolean_member (result, "last_good_copy", state->is_copy);
  track_command_put_instant (result, "in_use_since", state->loaded_us);
  if (state->problem != NULL)
    json_object_set_string_member (result, "problem", state->problem);
  track_ask_answer (ask, NULL);
}

static gboolean
put_database (AdminCall *call, GError **error)
{
  g_autoptr (TrackRegistry) registry = track_approval_load_current (call->session, error);
  g_autoptr (TrackRoutes) routes = registry == NULL ? NULL : track_routes_new (registry);
  g_autoptr (GPtrArray) proposals =
    routes == NULL ? NULL : track_proposal_list (call->session, FALSE, MAX_ROWS, error);
  const TrackFreeze *freeze;
  guint64 newest = 0, unconfirmed = 0;

  if (proposals == NULL ||
      !track_revision_get_numbers (call->session, &newest, &unconfirmed, error))
    return FALSE;
  freeze = track_registry_find_freeze (registry, call->now_us);
  json_object_set_int_member (call->result, "revision", newest);
  json_object_set_int_member (call->result, "units", registry->units->len);
  json_object_set_int_member (call->result, "endpoints", registry->endpoints->len);
  json_object_set_int_member (call->result, "open_proposals", proposals->len);
  if (unconfirmed != 0)
    json_object_set_int_member (call->result, "rollback_to_be_confirmed", unconfirmed);
  if (freeze != NULL)
    json_object_set_string_member (call->result, "frozen", freeze->reason);
  track_command_put_instant (call->result, "next_planned_change",
                             track_routes_next_change_us (routes, call->now_us));
  return TRUE;
}

/**
 * track_command_status:
 *
 * When the database is what is wrong, what the daemon goes by is told all the same.
 */
gboolean
track_command_status (AdminCall *call, GError **error)
{
  g_autoptr (GError) broken = NULL;

  if (!put_database (call, &broken) && track_desk_get_current ()->keeper == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&broken));
      return FALSE;
    }
  if (broken != NULL)
    json_object_set_string_member (call->result, "database", broken->message);
  return track_desk_get_current ()->keeper == NULL ||
         track_desk_ask (ask_keeper, call->result, error);
}

static gboolean
read_query (AdminCall *call, TrackCallQuery *query, GError **error)
{
  query->only_failed = admin_get_flag (call, "failed");
  query->max_rows = admin_get_integer (call, "limit", 100);
  return admin_get_text (call, "unit", &query->unit, error) &&
         admin_get_text (call, "endpoint", &query->endpoint, error) &&
         admin_get_text (call, "outcome", &query->outcome, error) &&
         admin_get_text (call, "operation", &query->operation, error) &&
         admin_get_text (call, "kind", &query->kind, error) &&
         admin_get_text (call, "request", &query->request_id, error) &&
         track_command_get_instant (call, "from", call->now_us - DAY_US, &query->from_us, error) &&
         track_command_get_instant (call, "until", call->now_us + 1, &query->until_us, error);
}

/**
 * track_command_calls:
 *
 * In a session of its own on the log's database.
 */
gboolean
track_command_calls (AdminCall *call, GError **error)
{
  const TrackConfig *config = track_desk_get_current ()->config;
  TrackCallQuery query = { 0 };
  g_autoptr (StoreSession) session = NULL;
  JsonArray *rows;

  if (!read_query (call, &query, error))
    return FALSE;
  if (config == NULL)
    {
      g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_UNAVAILABLE,
                           "the call log is named by the configuration: --config FILE");
      return FALSE;
    }
  session = store_open (config->calls_path, STORE_READ, error);
  if (session == NULL || !store_begin (session, STORE_READ, error))
    return FALSE;
  rows = track_call_search (session, &query, error);
  store_rollback (session);
  if (rows != NULL)
    json_object_set_array_member (call->result, "calls", rows);
  return rows != NULL;
}

static void
ask_learned (TrackAsk *ask, gpointer data)
{
  JsonObject *result = data;
  TrackLearnedCounters counters = { 0 };

  track_learned_get_counters (track_desk_get_current ()->learned, &counters);
  json_object_set_int_member (result, "found", counters.n_found);
  json_object_set_int_member (result, "found_in_memory", counters.n_found_in_memory);
  json_object_set_int_member (result, "not_found", counters.n_not_found);
  json_object_set_int_member (result, "written", counters.n_written);
  json_object_set_int_member (result, "failed", counters.n_failed);
  json_object_set_int_member (result, "waiting_to_be_written", counters.n_owed);
  json_object_set_int_member (result, "answered_before_written", counters.n_early);
  json_object_set_int_member (result, "disputed", counters.n_disputed);
  track_ask_answer (ask, NULL);
}

static gboolean
count_learned (AdminCall *call, GError **error)
{
  static const char *const kinds[] = { "booking", "reservation", "option", "citizen" };
  g_auto (StoreQuery) query = { 0 };
  JsonArray *rows = json_array_new ();
  StoreStep step = STORE_FAILED;

  json_object_set_array_member (call->result, "learned", rows);
  if (!store_query (call->session, &query, error, SQL_TRACK_LEARNED_COUNT, ""))
    return FALSE;
  while ((step = store_step (&query, error)) == STORE_ROW)
    {
      JsonObject *row = json_object_new ();

      json_object_set_string_member (row, "kind", kinds[CLAMP (store_int (&query, 0), 0, 3)]);
      json_object_set_string_member (row, "endpoint",
                                     store_int (&query, 0) == TRACK_ID_OPTION &&
                                         *store_text (&query, 1) == '\0'
                                       ? "several"
                                       : store_text (&query, 1));
      json_object_set_string_member (row, "unit", store_text (&query, 2));
      json_object_set_int_member (row, "known", store_int (&query, 3));
      track_command_put_instant (row, "last_seen", store_int (&query, 4));
      json_array_add_object_element (rows, row);
    }
  return step == STORE_END;
}

/**
 * track_command_learned_count:
 */
gboolean
track_command_learned_count (AdminCall *call, GError **error)
{
  return count_learned (call, error) && (track_desk_get_current ()->learned == NULL ||
                                         track_desk_ask (ask_learned, call->result, error));
}
