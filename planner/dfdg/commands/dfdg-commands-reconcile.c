/* SPDX-License-Identifier: EUPL-1.2 */
/* A line for each booking that differs, and below it a line for each member, ours beside DFDG's. */
#include "dfdg/commands/dfdg-commands-reconcile.h"

#include "base/error.h"
#include "dfdg/care/dfdg-reconcile.h"
#include "dfdg/commands/dfdg-task.h"
#include "dfdg/services/indkaldelse-json.h"

#define MAX_DAYS 366

typedef struct
{
  DfdgTask task;
  AdminCatalogue *names;
  const UnitRecord *unit;
  gint64 from_day;
  gint64 to_day;
  gboolean mends;
  guint n_failed;
} Work;

static void
work_clear (Work *work)
{
  dfdg_task_clear (&work->task);
  g_clear_pointer (&work->names, admin_catalogue_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Work, work_clear)

static gboolean
read_arguments (Work *work, GError **error)
{
  AdminCall *call = work->task.call;
  const char *key = NULL;

  work->names = admin_catalogue_load (call, error);
  if (work->names == NULL || !admin_need_text (call, "unit", &key, error))
    return FALSE;
  work->unit = admin_catalogue_find_unit (work->names, key, error);
  if (work->unit == NULL || !admin_get_date (call, "from", 0, &work->from_day, error) ||
      !admin_get_date (call, "to", 0, &work->to_day, error))
    return FALSE;
  work->to_day++;
  if (work->to_day > work->from_day && work->to_day - work->from_day <= MAX_DAYS)
    return TRUE;
  g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
               "TO must not be before FROM, nor more than %d days behind it", MAX_DAYS);
  return FALSE;
}

static char *
dup_value (JsonObject *object, const char *member)
{
  return json_object_has_member (object, member)
           ? json_to_string (json_object_get_member (object, member), FALSE)
           : g_strdup ("");
}

static void
add_fields (const Work *work, const DfdgDifference *difference, JsonArray *fields)
{
  g_autoptr (JsonObject) ours = indkaldelse_to_json (difference->own.record, work->task.zone);
  g_autoptr (JsonObject) theirs = indkaldelse_to_json (difference->record, work->task.zone);
  g_auto (GStrv) names = g_strsplit (difference->names, " ", -1);

  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autofree char *here = dup_value (ours, names[i]);
      g_autofree char *there = dup_value (theirs, names[i]);
      JsonObject *row = json_object_new ();

      json_object_set_string_member (row, "booking", difference->identifier);
      json_object_set_string_member (row, "member", names[i]);
      json_object_set_string_member (row, "here", here);
      json_object_set_string_member (row, "there", there);
      json_array_add_object_element (fields, row);
    }
}

static gboolean
has_been_mended (Work *work, const DfdgDifference *difference, JsonObject *row, GError **error)
{
  const DfdgErrandWork errand = dfdg_task_errand (&work->task);
  g_autoptr (GError) cause = NULL;

  if (!work->mends)
    return TRUE;
  if (dfdg_reconcile_mend (&errand, difference, &cause))
    {
      json_object_set_string_member (row, "outcome", "begun");
      return TRUE;
    }
  if (!g_error_matches (cause, PLANNER_ERROR, PLANNER_ERROR_STATE_CHANGED))
    {
      g_propagate_error (error, g_steal_pointer (&cause));
      return FALSE;
    }
  json_object_set_string_member (row, "outcome", cause->message);
  work->n_failed++;
  return TRUE;
}

static gboolean
show (Work *work, const DfdgComparison *comparison, GError **error)
{
  JsonObject *result = work->task.call->result;
  JsonArray *rows = json_array_new ();
  JsonArray *fields = json_array_new ();

  json_object_set_int_member (result, "compared", comparison->n_compared);
  json_object_set_int_member (result, "under_way", comparison->n_under_way);
  json_object_set_array_member (result, "differences", rows);
  json_object_set_array_member (result, "fields", fields);
  for (guint i = 0; i < comparison->differences->len; i++)
    {
      const DfdgDifference *difference = comparison->differences->pdata[i];
      JsonObject *row = json_object_new ();

      json_array_add_object_element (rows, row);
      json_object_set_string_member (row, "booking", difference->identifier);
      json_object_set_string_member (row, "difference",
                                     dfdg_difference_kind_to_text (difference->kind));
      json_object_set_string_member (row, "mend", dfdg_mend_to_text (difference->mend));
      admin_set_time (row, "start", work->task.zone,
                      difference->own.booking != NULL ? difference->own.booking->core.start_us
                                                      : difference->record->core.start_us);
      if (difference->own.booking != NULL)
        json_object_set_string_member (row, "origin",
                                       booking_origin_to_text (difference->own.booking->origin));
      if (difference->names != NULL)
        add_fields (work, difference, fields);
      if (!has_been_mended (work, difference, row, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
compare (Work *work, GError **error)
{
  const DfdgErrandWork errand = dfdg_task_errand (&work->task);
  g_auto (DfdgComparison) comparison = { 0 };
  g_autoptr (GError) cause = NULL;

  if (!dfdg_reconcile (&errand, work->unit, work->from_day, work->to_day, &comparison, &cause))
    {
      gboolean is_noted =
        dfdg_reconcile_note (&errand, work->unit->unit_id, NULL, cause->message, error);

      if (is_noted)
        g_propagate_error (error, g_steal_pointer (&cause));
      return FALSE;
    }
  return show (work, &comparison, error) &&
         dfdg_reconcile_note (&errand, work->unit->unit_id, &comparison, NULL, error);
}

/* clang-format off */
const AdminArgument dfdg_command_reconcile_arguments[] = {
  { "unit", ADMIN_TEXT, ADMIN_WORD, "UNIT", "the unit's code" },
  { "from", ADMIN_DATE, ADMIN_WORD, "FROM", "first day" },
  { "to", ADMIN_DATE, ADMIN_WORD, "TO", "last day, at most a year behind it" },
  { "mend", ADMIN_FLAG, ADMIN_OPTION, NULL, "mend what differs: send ours, apply theirs, or give it to a person" },
  { NULL } };
/* clang-format on */

/**
 * dfdg_command_reconcile:
 *
 * Arguments: tenant, unit, from, to, mend. Result: compared, under_way; differences: booking, difference, mend, start,
 * origin, outcome; fields: booking, member, here, there.
 *
 * Errors: PLANNER_ERROR_NOT_FOUND, PLANNER_ERROR_UNAVAILABLE.
 */
gboolean
dfdg_command_reconcile (AdminCall *call, GError **error)
{
  g_auto (Work) work = { .mends = admin_get_flag (call, "mend") };

  return dfdg_task_init (&work.task, call, error) &&
         dfdg_task_need_service (&work.task, DFDG_SERVICE_INDKALDELSE, error) &&
         read_arguments (&work, error) && compare (&work, error);
}
