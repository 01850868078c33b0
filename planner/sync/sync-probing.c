/* SPDX-License-Identifier: EUPL-1.2 */
/* Opens an account with its secret, lets the test run, and turns its steps into rows and an error. */
#include "sync/sync-probing.h"

#include "base/error.h"
#include "base/ids.h"
#include "sync/sync-remote.h"

/* The event of the test lies where nobody looks: half a year ahead, at midnight UTC. */
#define DAY_US       (86400 * (gint64) G_USEC_PER_SEC)
#define TEST_IN_DAYS 182

/**
 * sync_probe_run:
 * @binding: how to get in, and which way things flow; its address is not looked at
 *
 * Blocks for as long as the server does, within the time-outs of [sync].
 *
 * Errors: PLANNER_ERROR_UNAVAILABLE, PLANNER_ERROR_NOT_VALID: of secret or certificate.
 */
CalsyncProbe *
sync_probe_run (const SyncTask *work,
                const SyncBinding *binding,
                const SyncProbing *probing,
                GError **error)
{
  g_autoptr (SyncSettings) settings = sync_settings_dup_current ();
  const SyncAccount account = { .url = NULL,
                                .auth = binding->auth,
                                .user = binding->user_name,
                                .secret = binding->secret,
                                .certificate = binding->certificate };
  g_auto (SyncHttp) access = { 0 };
  char uid[IDS_GUID_LENGTH + 1];
  CalsyncProbePlan plan = { .discovery = { .address = probing->address, .http = &access.http },
                            .calendar = probing->calendar,
                            .wants_write = binding->direction != 1,
                            .test_start_us =
                              (work->call->now_us / DAY_US + TEST_IN_DAYS) * DAY_US };

  if (!sync_http_load (settings, &account, &access, error))
    return NULL;
  ids_new_guid (uid);
  if (probing->writes && plan.wants_write)
    plan.test_uid = uid;
  admin_progress (work->call, "testing", 0, 0);
  return calsync_remote_probe (&plan, work->call->cancellable);
}

/**
 * sync_probe_add_steps:
 */
void
sync_probe_add_steps (const CalsyncProbe *probe, gint64 binding_id, JsonArray *steps)
{
  for (guint i = 0; i < CALSYNC_PROBE_N_STEPS; i++)
    {
      const CalsyncProbeResult *result = &probe->steps[i];
      JsonObject *row = json_object_new ();

      if (binding_id != 0)
        json_object_set_int_member (row, "binding", binding_id);
      json_object_set_string_member (row, "step", calsync_probe_step_format ((CalsyncProbeStep) i));
      json_object_set_string_member (row, "outcome",
                                     calsync_probe_outcome_format (result->outcome));
      json_object_set_string_member (row, "text", result->text == NULL ? "" : result->text);
      json_array_add_object_element (steps, row);
    }
}

/**
 * sync_probe_add_calendars:
 *
 * Names are shown here, to who connects them, and kept nowhere.
 */
void
sync_probe_add_calendars (const CalsyncProbe *probe, JsonArray *calendars)
{
  const GPtrArray *found = probe->discovery.calendars;

  for (guint i = 0; found != NULL && i < found->len; i++)
    {
      const CalsyncDiscovered *one = found->pdata[i];
      JsonObject *row = json_object_new ();

      json_object_set_string_member (row, "calendar",
                                     one->display_name == NULL ? "" : one->display_name);
      json_object_set_string_member (row, "url", one->uri);
      json_object_set_boolean_member (row, "may_read", one->can_read);
      json_object_set_boolean_member (row, "may_write", one->can_write);
      json_array_add_object_element (calendars, row);
    }
}

/* By remedy, as sync_error_take() does. */
static PlannerError
code_of (CalsyncProbeStep step)
{
  switch (step)
    {
    case CALSYNC_PROBE_NAME:
    case CALSYNC_PROBE_CONNECT:
    case CALSYNC_PROBE_EVENTS:
    case CALSYNC_PROBE_CHANGES:
      return PLANNER_ERROR_UNAVAILABLE;
    case CALSYNC_PROBE_LOGIN:
    case CALSYNC_PROBE_READ:
    case CALSYNC_PROBE_WRITE:
      return PLANNER_ERROR_ACCESS_DENIED;
    case CALSYNC_PROBE_TLS:
    case CALSYNC_PROBE_HOME:
    case CALSYNC_PROBE_CALENDAR:
    case CALSYNC_PROBE_KEEPS:
    case CALSYNC_PROBE_N_STEPS:
    default:
      return PLANNER_ERROR_NOT_VALID;
    }
}

/* An error is logged, and names of calendars are nobody's business there: the result lists them. */
static void
set_error (const CalsyncProbe *probe, CalsyncProbeStep step, GError **error)
{
  const GPtrArray *found = probe->discovery.calendars;
  const char *text = probe->steps[step].text;

  if (step == CALSYNC_PROBE_CALENDAR && found != NULL && found->len > 0)
    g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
                 "%s: %u calendars were found: say which with --calendar, by its address or name",
                 calsync_probe_step_format (step), found->len);
  else
    g_set_error (error, PLANNER_ERROR, code_of (step), "%s: %s", calsync_probe_step_format (step),
                 text == NULL ? "failed" : text);
}

/**
 * sync_probe_check:
 */
gboolean
sync_probe_check (const CalsyncProbe *probe, GError **error)
{
  for (guint i = 0; i < CALSYNC_PROBE_N_STEPS; i++)
    if (probe->steps[i].outcome == CALSYNC_PROBE_FAIL)
      {
        set_error (probe, (CalsyncProbeStep) i, error);
        return FALSE;
      }
  if (probe->is_usable && probe->calendar != NULL)
    return TRUE;
  g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
                       "no calendar was found that could be used");
  return FALSE;
}
