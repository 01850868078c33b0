/* SPDX-License-Identifier: EUPL-1.2 */
/* A contact group that a rule goes by, and that is not held or too old, is asked for; without it nothing is decided. */
#include "dfdg/readings/placement-inquiry.h"

#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "dfdg/readings/citizen-reading.h"
#include "ops/service/op-shared-write.h"
#include "store/citizen-store.h"

#define HOUR_US G_GINT64_CONSTANT (3600000000)

enum
{
  JUDGE_NEVER,
  JUDGE_NEEDED,
  JUDGE_ALWAYS,
};

/* What is written: the answer, or why there is none. */
typedef struct
{
  const OpQuestion *question;
  CitizenReading reading;
  const char *problem;
} Found;

static gboolean
write_found (OpCall *call, gpointer data, GError **error)
{
  const Found *found = data;
  ReadingOf of = { found->question->tenant_id, 0, READING_CONTACT_GROUP, call->now_us };

  of.citizen_id = citizen_store_put (call->session, of.tenant_id, found->question->cpr, error);
  if (of.citizen_id == 0)
    return FALSE;
  if (found->problem != NULL)
    return reading_store_fail (call->session, &of, found->problem, error);
  return citizen_reading_write (call->session, &found->reading, &of, error);
}

static gboolean
is_fresh (const OpInquiry *inquiry,
          const DfdgSettings *settings,
          gboolean *out_is_fresh,
          GError **error)
{
  gint64 age_us = settings->client->placement_max_age_h * HOUR_US;
  g_autoptr (GError) local_error = NULL;
  g_auto (ReadingState) state = { 0 };
  gint64 citizen_id = citizen_store_find (inquiry->session, inquiry->question->tenant_id,
                                          inquiry->question->cpr, &local_error);

  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  if (!reading_store_find (inquiry->session, citizen_id, READING_CONTACT_GROUP, &state, error))
    return FALSE;
  *out_is_fresh = state.read_us > clock_now_us () - age_us;
  return TRUE;
}

static gboolean
must_ask (const OpInquiry *inquiry,
          const DfdgSettings *settings,
          gboolean *out_must,
          GError **error)
{
  gboolean is_needed = settings->client->judge_placement == JUDGE_ALWAYS;
  gboolean fresh = FALSE;

  if (!is_needed &&
      !citizen_judge_is_needed (inquiry->session, inquiry->question, &is_needed, error))
    return FALSE;
  if (is_needed && !is_fresh (inquiry, settings, &fresh, error))
    return FALSE;
  *out_must = is_needed && !fresh;
  return TRUE;
}

/* DFDG's own word that there is no such citizen is an answer; all else is none. */
static void
set_error (const OpInquiry *inquiry, const GError *problem, GError **error)
{
  const char *why = g_cancellable_is_cancelled (inquiry->cancellable)
                      ? "PersonVisiteringService did not answer in time"
                      : problem->message;

  if (g_error_matches (problem, PLANNER_ERROR, PLANNER_ERROR_UNKNOWN_CITIZEN))
    g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_UNKNOWN_CITIZEN,
                         "DFDG knows no such citizen");
  else
    g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_CITIZEN_UNREAD,
                 "the citizen's contact group must be known for this interview type and could not "
                 "be read (%s); nothing was changed, try again",
                 why);
}

static gboolean
ask (const OpInquiry *inquiry, const DfdgSettings *settings, GError **error)
{
  g_autoptr (DfdgClient) client = dfdg_client_take (settings);
  g_auto (CitizenReading) reading = { 0 };
  g_autoptr (GError) problem = NULL;
  Found found = { .question = inquiry->question };
  gboolean is_read = citizen_reading_ask (client, READING_CONTACT_GROUP, inquiry->question->cpr,
                                          &reading, inquiry->cancellable, &problem);

  found.reading = reading;
  found.problem = problem == NULL ? NULL : problem->message;
  if (is_read)
    return op_service_run_step (inquiry->service, write_found, &found, error);
  set_error (inquiry, problem, error);
  if (!op_service_run_step (inquiry->service, write_found, &found, NULL))
    g_debug ("a failed reading was not noted");
  return FALSE;
}

/**
 * placement_inquire:
 *
 * Errors: PLANNER_ERROR_UNKNOWN_CITIZEN when DFDG says so; PLANNER_ERROR_CITIZEN_UNREAD when it says nothing that
 * can be judged by; the store's.
 */
gboolean
placement_inquire (gpointer data, const OpInquiry *inquiry, GError **error)
{
  DfdgSettings *settings = dfdg_settings_dup_current (inquiry->question->tenant_key);
  gboolean must = FALSE;
  gboolean ok = TRUE;

  if (settings != NULL && citizen_reading_is_possible (settings, READING_CONTACT_GROUP) &&
      settings->client->judge_placement != JUDGE_NEVER)
    ok = must_ask (inquiry, settings, &must, error) && (!must || ask (inquiry, settings, error));
  g_clear_pointer (&settings, dfdg_settings_unref);
  return ok;
}
