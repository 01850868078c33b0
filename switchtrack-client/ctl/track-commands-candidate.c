/* SPDX-License-Identifier: EUPL-1.2 */
/* Asked of the loop of the running switchtrackd: what a canary and a shadow are now is known there alone. */
#include "ctl/track-commands-candidate.h"

#include "base/clock.h"
#include "base/error.h"
#include "ctl/track-commands.h"
#include "ctl/track-desk.h"
#include "gateway/track-canary.h"
#include "gateway/track-shadow.h"

/* clang-format off */
#define UNIT { "unit", ADMIN_TEXT, ADMIN_WORD, "CODE", "jobcenter code of the unit" }

static const AdminArgument status_arguments[] = {
  { "unit", ADMIN_TEXT, ADMIN_MAYBE_WORD, "CODE", "this unit only" },
  { NULL },
};
static const AdminArgument change_arguments[] = {
  UNIT,
  { "reason", ADMIN_TEXT, ADMIN_NEEDED_OPTION, "TEXT", "why" },
  { NULL },
};
static const AdminArgument report_arguments[] = {
  UNIT,
  { NULL },
};
/* clang-format on */

typedef struct
{
  AdminCall *call;
  const char *unit;
  const char *reason;
  TrackCanaryState state;
} Question;

static gboolean
is_there (gconstpointer part, GError **error)
{
  if (part != NULL)
    return TRUE;
  g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_UNAVAILABLE,
                       "only a running switchtrackd with its registry knows this: is it started?");
  return FALSE;
}

static void
add_view (JsonArray *all, const TrackCanaryView *view)
{
  JsonObject *one = json_object_new ();

  json_object_set_string_member (one, "unit", view->unit);
  json_object_set_string_member (one, "endpoint", view->endpoint);
  json_object_set_int_member (one, "permille", view->permille);
  json_object_set_boolean_member (one, "disjoint", view->is_disjoint);
  json_object_set_string_member (one, "state", track_canary_state_word (view->state));
  if (view->since_us > 0)
    track_command_put_instant (one, "since", view->since_us);
  if (view->who != NULL)
    json_object_set_string_member (one, "who", view->who);
  if (view->reason != NULL)
    json_object_set_string_member (one, "reason", view->reason);
  json_object_set_int_member (one, "calls_now", view->n_calls[0]);
  json_object_set_int_member (one, "failed_now", view->n_failed[0]);
  json_object_set_int_member (one, "calls_candidate", view->n_calls[1]);
  json_object_set_int_member (one, "failed_candidate", view->n_failed[1]);
  json_array_add_object_element (all, one);
}

static void
describe (TrackAsk *ask, gpointer data)
{
  Question *question = data;
  const TrackCanaryGuard *guard = track_desk_get_current ()->guard;
  GError *error = NULL;

  if (is_there (guard, &error))
    {
      g_autoptr (GPtrArray) units = track_canary_guard_list_units (guard);
      JsonArray *all = json_array_new ();
      TrackCanaryView view;

      for (guint i = 0; i < units->len; i++)
        if ((question->unit == NULL || g_str_equal (units->pdata[i], question->unit)) &&
            track_canary_guard_get (guard, units->pdata[i], clock_now_us (), &view))
          add_view (all, &view);
      json_object_set_array_member (question->call->result, "canaries", all);
    }
  track_ask_answer (ask, error);
}

static gboolean
run_status (AdminCall *call, GError **error)
{
  Question question = { .call = call };

  return admin_get_text (call, "unit", &question.unit, error) &&
         track_desk_ask (describe, &question, error);
}

static void
set (TrackAsk *ask, gpointer data)
{
  Question *question = data;
  TrackCanaryGuard *guard = track_desk_get_current ()->guard;
  GError *error = NULL;

  (void) (is_there (guard, &error) &&
          track_canary_guard_set (guard, question->unit, question->state, question->call->actor,
                                  question->reason, &error));
  track_ask_answer (ask, error);
}

static gboolean
change (AdminCall *call, TrackCanaryState state, GError **error)
{
  Question question = { .call = call, .state = state };

  if (!admin_need_text (call, "unit", &question.unit, error) ||
      !admin_need_text (call, "reason", &question.reason, error) ||
      !track_desk_ask (set, &question, error))
    return FALSE;
  return track_desk_ask (describe, &question, error);
}

static gboolean
run_start (AdminCall *call, GError **error)
{
  return change (call, TRACK_CANARY_RUNNING, error);
}

static gboolean
run_stop (AdminCall *call, GError **error)
{
  return change (call, TRACK_CANARY_STOPPED, error);
}

static void
report (TrackAsk *ask, gpointer data)
{
  Question *question = data;
  const TrackShadowing *shadowing = track_desk_get_current ()->shadowing;
  GError *error = NULL;

  if (is_there (shadowing, &error))
    {
      g_autoptr (JsonObject) made = track_shadowing_dup_report (shadowing, question->unit);
      g_autoptr (GList) names = json_object_get_members (made);

      for (GList *link = names; link != NULL; link = link->next)
        json_object_set_member (question->call->result, link->data,
                                json_object_dup_member (made, link->data));
    }
  track_ask_answer (ask, error);
}

static gboolean
run_report (AdminCall *call, GError **error)
{
  Question question = { .call = call };

  return admin_need_text (call, "unit", &question.unit, error) &&
         track_desk_ask (report, &question, error);
}

/* clang-format off */
static const AdminCommand commands[] = {
  { "canary-status", run_status, STORE_READ, status_arguments, "tell how the candidates of units do, and what stopped them" },
  { "canary-stop", run_stop, STORE_READ, change_arguments, "send no new citizen of a unit to its candidate; nobody is moved" },
  { "canary-start", run_start, STORE_READ, change_arguments, "send new citizens again, after a stop or when the guard tripped" },
  { "shadow-report", run_report, STORE_READ, report_arguments, "tell what a candidate's answers have in common with those that callers got" },
};
/* clang-format on */

/**
 * track_commands_candidate_register:
 *
 * With the other commands, at the start.
 */
void
track_commands_candidate_register (void)
{
  admin_table_register (commands, G_N_ELEMENTS (commands));
}
