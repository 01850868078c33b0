/* SPDX-License-Identifier: EUPL-1.2 */
/* Holds a registration of an indkalder against the bars between interview types and contact groups. */
#include <string.h>

#include "base/error.h"
#include "calsync-timezone.h"
#include "ops/call/op-context.h"
#include "ops/call/op-inquiry.h"
#include "ops/facts/citizen-facts.h"
#include "ops/facts/type-bars.h"
#include "store/citizen-store.h"
#include "store/reading-store.h"

/**
 * op_question_fill:
 * @call: its view is set
 *
 * Returns: FALSE when there is no such unit, so that the call is refused anyhow.
 */
gboolean
op_question_fill (const OpCall *call,
                  const char *cpr,
                  const char *unit_code,
                  gint64 start_us,
                  OpQuestion *out_question)
{
  OpQuestion question = { 0 };
  const CatalogueUnit *unit;

  question.tenant_id = catalogue_find_tenant (call->view.catalogue, call->caller->tenant_key);
  unit = question.tenant_id == 0
           ? NULL
           : catalogue_find_unit (call->view.catalogue, question.tenant_id, unit_code);
  if (unit == NULL || strlen (cpr) != sizeof question.cpr - 1)
    return FALSE;
  g_strlcpy (question.tenant_key, call->caller->tenant_key, sizeof question.tenant_key);
  g_strlcpy (question.cpr, cpr, sizeof question.cpr);
  question.unit_id = unit->unit_id;
  question.date = calsync_zone_local_day (unit->zone, start_us);
  *out_question = question;
  return TRUE;
}

/* (element-type InterviewTypeBar) */
static GArray *
list_bars (StoreSession *session, const OpQuestion *question, GError **error)
{
  g_autoptr (GPtrArray) settings = setting_list (session, question->tenant_id, error);

  return settings == NULL
           ? NULL
           : type_bars_list (settings, question->unit_id, question->interview_type, question->date);
}

/* Of a booking that becomes another type; FALSE in @out_changes when it does not. */
static gboolean
complete (StoreSession *session,
          OpQuestion *question,
          gboolean *out_changes,
          gboolean *out_was_closed,
          GError **error)
{
  const int closed_type = interview_type_rules_default ().closed_type;
  g_autoptr (GError) local_error = NULL;
  g_autoptr (Booking) booking =
    booking_store_find (session, question->tenant_id, question->booking, &local_error);

  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  *out_changes = booking != NULL && booking->interview_type != question->interview_type;
  *out_was_closed = booking != NULL && booking->interview_type == closed_type;
  if (booking == NULL)
    return TRUE;
  question->unit_id = booking->unit_id;
  if (question->date == 0)
    question->date = booking->core.start_us / PERIOD_US_PER_DAY;
  return TRUE;
}

/**
 * citizen_judge_is_needed:
 * @out_is_needed: whether the answer goes by the citizen's contact group
 */
gboolean
citizen_judge_is_needed (StoreSession *session,
                         const OpQuestion *question,
                         gboolean *out_is_needed,
                         GError **error)
{
  OpQuestion completed = *question;
  g_autoptr (GArray) bars = NULL;
  gboolean changes = TRUE;
  gboolean was_closed = FALSE;

  if (*completed.booking != '\0' && !complete (session, &completed, &changes, &was_closed, error))
    return FALSE;
  bars = list_bars (session, &completed, error);
  if (bars == NULL)
    return FALSE;
  *out_is_needed = changes && (was_closed || bars->len > 0);
  return TRUE;
}

static gboolean
is_barred (const GArray *bars, gint64 group)
{
  for (guint i = 0; i < bars->len; i++)
    if (g_array_index (bars, InterviewTypeBar, i).contact_group == group)
      return TRUE;
  return FALSE;
}

/* Who has a group that may, may: @out_group is one that may not when none may, else 0. */
static gboolean
find_barred (const OpCall *call,
             const OpQuestion *question,
             const GArray *bars,
             gint64 *out_group,
             GError **error)
{
  g_autoptr (GError) local_error = NULL;
  gint64 citizen_id =
    citizen_store_find (call->session, question->tenant_id, question->cpr, &local_error);
  g_autoptr (GArray) spans = NULL;
  CitizenFacts facts = { 0 };
  gint64 barred = 0;

  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  spans = reading_store_list_spans (call->session, citizen_id, READING_CONTACT_GROUP, error);
  if (spans == NULL || !citizen_facts_load (call->session, citizen_id, &facts, error))
    return FALSE;
  if (spans->len == 0 && facts.contact_group_known && is_barred (bars, facts.contact_group))
    barred = facts.contact_group;
  citizen_facts_clear (&facts);
  *out_group = barred;
  for (guint i = 0; i < spans->len; i++)
    {
      const CitizenSpan *span = &g_array_index (spans, CitizenSpan, i);

      if (question->date < span->from_date || question->date >= span->until_date)
        continue;
      if (!is_barred (bars, span->code))
        return TRUE;
      barred = span->code;
    }
  *out_group = barred;
  return TRUE;
}

/**
 * citizen_judge_question:
 * @question: as @call asks it
 *
 * On the writer. Errors: what kept the question from being answered; PLANNER_ERROR_TYPE_CLOSED.
 */
gboolean
citizen_judge_question (const OpCall *call, const OpQuestion *question, GError **error)
{
  g_autoptr (GArray) bars = NULL;
  gint64 group = 0;

  if (call->problem != NULL)
    {
      g_propagate_error (error, g_error_copy (call->problem));
      return FALSE;
    }
  bars = list_bars (call->session, question, error);
  if (bars == NULL)
    return FALSE;
  if (bars->len == 0)
    return TRUE;
  if (!find_barred (call, question, bars, &group, error))
    return FALSE;
  if (group != 0)
    g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_TYPE_CLOSED,
                 "interview type %" G_GINT64_FORMAT
                 " is barred for contact group %" G_GINT64_FORMAT,
                 question->interview_type, group);
  return group == 0;
}

/**
 * citizen_judge_booking:
 * @booking: as it is to be, of another type than before
 * @date: local day
 *
 * On the writer. Only an indkalder's change is judged. Errors: those of citizen_judge_question().
 */
gboolean
citizen_judge_booking (const OpCall *call, const Booking *booking, gint64 date, GError **error)
{
  OpQuestion question = { .tenant_id = booking->tenant_id,
                          .unit_id = booking->unit_id,
                          .interview_type = booking->interview_type,
                          .date = date };

  if (op_acting_role (call) != OP_ROLE_INDKALDER)
    return TRUE;
  g_strlcpy (question.cpr, booking->cpr, sizeof question.cpr);
  return citizen_judge_question (call, &question, error);
}
