/* SPDX-License-Identifier: EUPL-1.2 */
/* Commands that decide: dry run, approval, rejection, application, roll-back, confirmation. */
#include "base/error.h"
#include "ctl/track-candidate.h"
#include "ctl/track-commands.h"
#include "ctl/track-desk.h"
#include "log/track-call-search.h"
#include "route/track-last-good.h"

#define MAX_CALLS 10000
#define MONTH_US  (G_GINT64_CONSTANT (30 * 86400) * G_USEC_PER_SEC)

/* clang-format off */
#define PROPOSAL { "proposal", ADMIN_INTEGER, ADMIN_WORD, "PROPOSAL", "its number", .min = 1, .max = G_MAXINT64 }

const AdminArgument track_dry_run_arguments[] = {
  PROPOSAL,
  { "calls", ADMIN_INTEGER, ADMIN_OPTION, "N", "hold so many recent calls against it (1000)", .min = 0, .max = MAX_CALLS },
  { "probe", ADMIN_FLAG, ADMIN_OPTION, NULL, "ask the addresses that it brings in, as probes do" },
  { NULL },
};
const AdminArgument track_approve_arguments[] = {
  PROPOSAL,
  { "apply", ADMIN_FLAG, ADMIN_OPTION, NULL, "and put it in force" },
  { NULL },
};
const AdminArgument track_reject_arguments[] = {
  PROPOSAL,
  { "reason", ADMIN_TEXT, ADMIN_NEEDED_OPTION, "TEXT", "why not" },
  { NULL },
};
const AdminArgument track_apply_arguments[] = {
  PROPOSAL,
  { NULL },
};
const AdminArgument track_rollback_arguments[] = {
  { "revision", ADMIN_INTEGER, ADMIN_MAYBE_WORD, "REVISION", "back to this one (the one before that in force)", .min = 1, .max = G_MAXINT64 },
  { "copy", ADMIN_FLAG, ADMIN_OPTION, NULL, "to the last good copy, which is newer than the database" },
  { "reason", ADMIN_TEXT, ADMIN_NEEDED_OPTION, "TEXT", "why; kept in the history" },
  { NULL },
};
const AdminArgument track_confirm_arguments[] = {
  { "revision", ADMIN_INTEGER, ADMIN_WORD, "REVISION", "of the roll-back", .min = 1, .max = G_MAXINT64 },
  { NULL },
};
/* clang-format on */

typedef struct
{
  AdminCall *call;
  const TrackRevision *copy;
  guint64 revision;
} Deciding;

/* The database was put back and is older than what calls go by: a change of it would take back what came between, and
 * the two people would not see it. */
static gboolean
check_no_copy (GError **error)
{
  guint64 in_use = 0;
  gboolean is_copy = FALSE;
  g_autofree char *problem = NULL;

  if (!track_desk_get_in_use (&in_use, &is_copy, &problem) || !is_copy)
    return TRUE;
  g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_CONFLICT,
               "%s: put that in force first (switchtrackctl rollback --copy), or go back to a "
               "revision by its number",
               problem);
  return FALSE;
}

/* In force when the command returns; when the daemon does not take it, the person hears of it here. */
static void
put_in_force (AdminCall *call, guint64 revision)
{
  guint64 in_use = 0;
  gboolean is_copy = FALSE;
  g_autofree char *problem = NULL;

  track_desk_refresh ();
  if (!track_desk_get_in_use (&in_use, &is_copy, &problem))
    return;
  json_object_set_boolean_member (call->result, "in_force", in_use >= revision && !is_copy);
  if (problem != NULL)
    json_object_set_string_member (call->result, "problem", problem);
}

static gboolean
decide (AdminCall *call, AdminWrite write, GError **error)
{
  Deciding deciding = { .call = call };

  if (!call->runner.run_write (call->runner.runner, write, &deciding, error))
    return FALSE;
  if (deciding.revision == 0)
    return TRUE;
  json_object_set_int_member (call->result, "revision", deciding.revision);
  put_in_force (call, deciding.revision);
  return TRUE;
}

static gboolean
write_approve (StoreSession *session, gpointer data, GError **error)
{
  Deciding *deciding = data;
  const TrackApproval approval = track_desk_approval (deciding->call, session);
  gint64 id = admin_get_integer (deciding->call, "proposal", 0);

  return track_approval_approve (&approval, id, error) &&
         (!admin_get_flag (deciding->call, "apply") ||
          track_approval_apply (&approval, id, &deciding->revision, error));
}

/**
 * track_command_approve:
 */
gboolean
track_command_approve (AdminCall *call, GError **error)
{
  return (!admin_get_flag (call, "apply") || check_no_copy (error)) &&
         decide (call, write_approve, error);
}

static gboolean
write_reject (StoreSession *session, gpointer data, GError **error)
{
  Deciding *deciding = data;
  const TrackApproval approval = track_desk_approval (deciding->call, session);
  const char *reason = NULL;

  return admin_need_text (deciding->call, "reason", &reason, error) &&
         track_approval_reject (&approval, admin_get_integer (deciding->call, "proposal", 0),
                                reason, error);
}

/**
 * track_command_reject:
 */
gboolean
track_command_reject (AdminCall *call, GError **error)
{
  return decide (call, write_reject, error);
}

static gboolean
write_apply (StoreSession *session, gpointer data, GError **error)
{
  Deciding *deciding = data;
  const TrackApproval approval = track_desk_approval (deciding->call, session);

  return track_approval_apply (&approval, admin_get_integer (deciding->call, "proposal", 0),
                               &deciding->revision, error);
}

/**
 * track_command_apply:
 */
gboolean
track_command_apply (AdminCall *call, GError **error)
{
  return check_no_copy (error) && decide (call, write_apply, error);
}

static gboolean
write_rollback (StoreSession *session, gpointer data, GError **error)
{
  Deciding *deciding = data;
  const TrackApproval approval = track_desk_approval (deciding->call, session);
  const char *reason = NULL;

  return admin_need_text (deciding->call, "reason", &reason, error) &&
         track_approval_roll_back (&approval, admin_get_integer (deciding->call, "revision", 0),
                                   reason, &deciding->revision, error);
}

static gboolean
write_restore (StoreSession *session, gpointer data, GError **error)
{
  Deciding *deciding = data;
  const TrackApproval approval = track_desk_approval (deciding->call, session);
  const char *reason = NULL;

  return admin_need_text (deciding->call, "reason", &reason, error) &&
         track_approval_restore (&approval, deciding->copy, reason, &deciding->revision, error);
}

static gboolean
restore (AdminCall *call, GError **error)
{
  const TrackConfig *config = track_desk_get_current ()->config;
  g_autofree char *path = config == NULL ? NULL : track_last_good_dup_path (config->registry_path);
  g_autoptr (TrackRevision) copy = path == NULL ? NULL : track_last_good_read (path, error);
  Deciding deciding = { .call = call, .copy = copy };

  if (path == NULL)
    g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_UNAVAILABLE,
                         "where the copy lies is told by the configuration: --config FILE");
  if (copy == NULL ||
      !call->runner.run_write (call->runner.runner, write_restore, &deciding, error))
    return FALSE;
  json_object_set_int_member (call->result, "revision", deciding.revision);
  put_in_force (call, deciding.revision);
  return TRUE;
}

/**
 * track_command_rollback:
 */
gboolean
track_command_rollback (AdminCall *call, GError **error)
{
  gboolean is_numbered = admin_get_integer (call, "revision", 0) != 0;

  if (admin_get_flag (call, "copy") && is_numbered)
    g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
                         "a revision and --copy do not go together");
  else if (admin_get_flag (call, "copy"))
    return restore (call, error);
  else
    return (is_numbered || check_no_copy (error)) && decide (call, write_rollback, error);
  return FALSE;
}

static gboolean
write_confirm (StoreSession *session, gpointer data, GError **error)
{
  Deciding *deciding = data;
  const TrackApproval approval = track_desk_approval (deciding->call, session);

  deciding->revision = admin_get_integer (deciding->call, "revision", 0);
  return track_approval_confirm (&approval, deciding->revision, error);
}

/**
 * track_command_confirm:
 */
gboolean
track_command_confirm (AdminCall *call, GError **error)
{
  return decide (call, write_confirm, error);
}

/* (transfer full): code as asked to how many of the calls asked for it; NULL without an error: there is no log. */
static GHashTable *
count_codes (JsonArray *calls)
{
  GHashTable *counts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < json_array_get_length (calls); i++)
    {
      const char *code = json_object_get_string_member_with_default (
        json_array_get_object_element (calls, i), "asked", NULL);

      if (code != NULL && *code != '\0')
        g_hash_table_insert (
          counts, g_strdup (code),
          GUINT_TO_POINTER (GPOINTER_TO_UINT (g_hash_table_lookup (counts, code)) + 1));
    }
  return counts;
}

static const char *
name_of (const TrackRoutes *routes, const char *code, gint64 now_us)
{
  const TrackUnit *unit = NULL;
  const TrackEndpoint *endpoint = NULL;

  return track_routes_resolve (routes, code, now_us, &unit, &endpoint) == TRACK_HOW_NONE
           ? "nowhere"
           : endpoint->name;
}

/* The codes that calls asked for, where each goes now and where it would go. Planned rows count from when they begin. */
static void
put_codes (AdminCall *call, GHashTable *counts, TrackRoutes *before, TrackRoutes *after)
{
  g_autoptr (GList) codes = g_list_sort (g_hash_table_get_keys (counts), (GCompareFunc) g_strcmp0);
  gint64 next_us = track_routes_next_change_us (after, call->now_us);
  gint64 then_us = next_us == G_MAXINT64 ? call->now_us : next_us;
  JsonArray *rows = json_array_new ();

  for (GList *at = codes; at != NULL; at = at->next)
    {
      JsonObject *row = json_object_new ();

      json_object_set_string_member (row, "code", at->data);
      json_object_set_int_member (row, "calls",
                                  GPOINTER_TO_UINT (g_hash_table_lookup (counts, at->data)));
      json_object_set_string_member (row, "goes_to", name_of (before, at->data, call->now_us));
      json_object_set_string_member (row, "would_go_to", name_of (after, at->data, call->now_us));
      json_object_set_string_member (row, "after_next_change", name_of (after, at->data, then_us));
      json_array_add_object_element (rows, row);
    }
  json_object_set_array_member (call->result, "codes", rows);
}

static gboolean
hold_calls (AdminCall *call, TrackRoutes *before, TrackRoutes *after, GError **error)
{
  const TrackConfig *config = track_desk_get_current ()->config;
  const TrackCallQuery query = { .from_us = call->now_us - MONTH_US,
                                 .until_us = call->now_us + 1,
                                 .kind = "call",
                                 .max_rows = admin_get_integer (call, "calls", 1000) };
  g_autoptr (StoreSession) session = NULL;
  g_autoptr (JsonArray) calls = NULL;
  g_autoptr (GHashTable) counts = NULL;

  if (config == NULL || query.max_rows == 0 ||
      !g_file_test (config->calls_path, G_FILE_TEST_EXISTS))
    {
      json_object_set_string_member (call->result, "codes", "no call log was looked at");
      return TRUE;
    }
  session = store_open (config->calls_path, STORE_READ, error);
  if (session == NULL || !store_begin (session, STORE_READ, error))
    return FALSE;
  calls = track_call_search (session, &query, error);
  store_rollback (session);
  if (calls == NULL)
    return FALSE;
  counts = count_codes (calls);
  put_codes (call, counts, before, after);
  return TRUE;
}

/* What is known of endpoints that would go: calls by it would find nobody, unless a unit takes it over. And what is known
 * of an earlier endpoint whose name would come again: it would get calls by what another Planner issued. */
static gboolean
put_orphans (AdminCall *call,
             const TrackRegistry *current,
             const TrackRegistry *wanted,
             GError **error)
{
  g_auto (StoreQuery) query = { 0 };
  gint64 n_gone = 0, n_earlier = 0;
  StoreStep step;

  if (!store_query (call->session, &query, error, SQL_TRACK_LEARNED_COUNT, ""))
    return FALSE;
  while ((step = store_step (&query, error)) == STORE_ROW)
    {
      gboolean is_there = track_registry_find_endpoint (current, store_text (&query, 1)) != NULL;
      gboolean will_be = track_registry_find_endpoint (wanted, store_text (&query, 1)) != NULL;

      n_gone += is_there && !will_be ? store_int (&query, 3) : 0;
      n_earlier += !is_there && will_be ? store_int (&query, 3) : 0;
    }
  json_object_set_int_member (call->result, "identifiers_of_gone_endpoints", n_gone);
  if (n_earlier > 0)
    json_object_set_int_member (call->result, "identifiers_of_earlier_endpoints_of_the_name",
                                n_earlier);
  return step == STORE_END;
}

/**
 * track_command_dry_run:
 */
gboolean
track_command_dry_run (AdminCall *call, GError **error)
{
  g_autoptr (TrackProposal) proposal =
    track_proposal_load (call->session, admin_get_integer (call, "proposal", 0), error);
  g_autoptr (TrackRegistry) current =
    proposal == NULL ? NULL : track_approval_load_current (call->session, error);
  const TrackRevision as_revision = { .revision = proposal == NULL ? 0 : proposal->base_revision,
                                      .document = proposal == NULL ? NULL : proposal->document,
                                      .digest = proposal == NULL ? NULL : proposal->digest };
  g_autoptr (TrackRegistry) wanted =
    current == NULL ? NULL : track_revision_parse (&as_revision, error);
  g_autoptr (TrackRoutes) before = NULL;
  g_autoptr (TrackRoutes) after = NULL;

  if (wanted == NULL)
    return FALSE;
  json_object_set_string_member (call->result, "state",
                                 track_proposal_state_word (proposal->state));
  json_object_set_string_member (call->result, "author", proposal->author);
  json_object_set_string_member (call->result, "reason", proposal->reason);
  json_object_set_boolean_member (call->result, "overtaken",
                                  proposal->base_revision != current->revision);
  track_command_describe_step (call, current, wanted);
  before = track_routes_new (current);
  after = track_routes_new (wanted);
  return put_orphans (call, current, wanted, error) && hold_calls (call, before, after, error) &&
         (!admin_get_flag (call, "probe") || track_candidate_probe (call, current, wanted, error));
}
