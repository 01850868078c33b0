/* SPDX-License-Identifier: EUPL-1.2 */
/* Runs the rows of the conformance set one after the other, times them, and cleans up behind each. */
#include "rehearse/track-rehearse-private.h"

#include <string.h>

#include "base/clock.h"

G_DEFINE_QUARK (track_rehearse_error_quark, track_rehearse_error)

const TrackRehearseGroup track_rehearse_groups[] = {
  { "schema", track_rehearse_schema }, { "faults", track_rehearse_faults },
  { "holds", track_rehearse_holds },   { "repeats", track_rehearse_repeats },
  { "dst", track_rehearse_dst },       { "races", track_rehearse_races },
  { "slow", track_rehearse_slow },     { "hostile", track_rehearse_hostile },
  { "load", track_rehearse_load },     { NULL },
};

static void
free_result (gpointer data)
{
  TrackRehearseResult *result = data;
  g_free (result->why);
  g_free (result);
}

/**
 * track_rehearse_report_free:
 * @report: (nullable) (transfer full):
 */
void
track_rehearse_report_free (TrackRehearseReport *report)
{
  if (report == NULL)
    return;
  g_free (report->unit);
  g_free (report->url);
  g_clear_pointer (&report->results, g_ptr_array_unref);
  g_clear_pointer (&report->left_behind, g_ptr_array_unref);
  g_free (report);
}

static gboolean
is_wanted (char **only, const TrackRehearseGroup *group, const TrackRehearseRow *row)
{
  g_autofree char *name = g_strconcat (group->name, "/", row->name, NULL);
  return only == NULL || g_strv_contains ((const char *const *) only, group->name) ||
         g_strv_contains ((const char *const *) only, name);
}

static gboolean
is_name (const char *word)
{
  for (const TrackRehearseGroup *group = track_rehearse_groups; group->name != NULL; group++)
    for (const TrackRehearseRow *row = group->rows; row->name != NULL; row++)
      {
        char *const one[] = { (char *) word, NULL };
        if (is_wanted ((char **) one, group, row))
          return TRUE;
      }
  return FALSE;
}

static gboolean
read_only (const char *text, char ***out_only, GError **error)
{
  g_auto (GStrv) only = text != NULL ? g_strsplit (text, ",", -1) : NULL;
  for (guint i = 0; only != NULL && only[i] != NULL; i++)
    if (!is_name (only[i]))
      {
        g_autoptr (GString) names = g_string_new (NULL);
        for (guint k = 0; track_rehearse_groups[k].name != NULL; k++)
          g_string_append_printf (names, " %s", track_rehearse_groups[k].name);
        g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                     "\"%s\" is no group or row of the rehearsal; the groups are%s", only[i],
                     names->str);
        return FALSE;
      }
  *out_only = g_steal_pointer (&only);
  return TRUE;
}

static const char *
find_hindrance (const TrackRehearse *rehearse, const TrackRehearseRow *row)
{
  const TrackRehearsePlan *plan = rehearse->plan;
  if (plan == NULL && row->needs != TRACK_REHEARSE_NEEDS_NOTHING)
    return "without a plan only calls that change nothing are made";
  if ((row->needs & TRACK_REHEARSE_NEEDS_REGISTERS) != 0 && !plan->registers)
    return "the plan does not say registers=true";
  if ((row->needs & TRACK_REHEARSE_NEEDS_HOLD_WAIT) != 0 && plan->hold_wait_s == 0)
    return "the plan gives no hold-wait-s";
  return NULL;
}

static TrackRehearseVerdict
judge (const GError *error)
{
  if (g_error_matches (error, TRACK_REHEARSE_ERROR, TRACK_REHEARSE_ERROR_LEFT_OUT))
    return TRACK_REHEARSE_LEFT_OUT;
  if (g_error_matches (error, TRACK_REHEARSE_ERROR, TRACK_REHEARSE_ERROR_BLOCKED))
    return TRACK_REHEARSE_BLOCKED;
  return TRACK_REHEARSE_FAILED;
}

static void
run_row (TrackRehearse *rehearse, const TrackRehearseRow *row, TrackRehearseResult *result)
{
  g_autoptr (GError) error = NULL;
  const char *hindrance = find_hindrance (rehearse, row);
  gint64 start_us = clock_monotonic_us ();
  if (hindrance != NULL)
    {
      result->verdict = TRACK_REHEARSE_LEFT_OUT;
      result->why = g_strdup (hindrance);
      return;
    }
  gboolean is_passed = row->run (rehearse, row->data, &error);
  result->took_us = clock_monotonic_us () - start_us;
  result->verdict = is_passed ? TRACK_REHEARSE_PASSED : judge (error);
  if (!is_passed)
    result->why = g_strdup (error != NULL ? error->message : "failed without a reason: our bug");
  track_rehearse_clean (rehearse);
  g_clear_pointer (&rehearse->wire, track_wire_close);
  contract_arena_reset (rehearse->arena);
}

static void
run_all (TrackRehearse *rehearse, char **only, TrackRehearseReport *report)
{
  for (const TrackRehearseGroup *group = track_rehearse_groups; group->name != NULL; group++)
    for (const TrackRehearseRow *row = group->rows; row->name != NULL; row++)
      {
        if (!is_wanted (only, group, row))
          continue;
        TrackRehearseResult *result = g_new0 (TrackRehearseResult, 1);
        result->group = group;
        result->row = row;
        run_row (rehearse, row, result);
        g_ptr_array_add (report->results, result);
      }
}

/**
 * track_rehearse_run:
 *
 * Runs the set against an endpoint and blocks until the last row. Without a plan nothing is changed
 * there; what was booked is cancelled again behind each row.
 *
 * Errors: what is wrong with the settings; whatever the endpoint does is in the report.
 * Thread: any, alone. Source: docs/switchtrack.md, product.md §1.4.
 *
 * Returns: (transfer full): the report
 */
TrackRehearseReport *
track_rehearse_run (const TrackRehearseSettings *settings, GError **error)
{
  g_auto (GStrv) only = NULL;
  TrackRehearse rehearse = { .unit = settings->unit, .plan = settings->plan };
  if (strlen (settings->unit) != 5 || strspn (settings->unit, "0123456789") != 5)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   "\"%s\" is no jobcenter code of five digits", settings->unit);
      return NULL;
    }
  if (!read_only (settings->only, &only, error))
    return NULL;
  g_autoptr (TrackWireTarget) target = track_wire_target_new (&settings->wire, error);
  if (target == NULL)
    return NULL;
  TrackRehearseReport *report = g_new0 (TrackRehearseReport, 1);
  g_autoptr (ContractArena) arena = contract_arena_new ();
  report->unit = g_strdup (settings->unit);
  report->url = g_strdup (settings->wire.url);
  report->at_us = clock_now_us ();
  report->results = g_ptr_array_new_with_free_func (free_result);
  report->left_behind = g_ptr_array_new_with_free_func (g_free);
  rehearse.target = target;
  rehearse.arena = arena;
  rehearse.left_behind = report->left_behind;
  rehearse.reserved = g_array_new (FALSE, FALSE, sizeof (gint64));
  gint64 start_us = clock_monotonic_us ();
  run_all (&rehearse, only, report);
  report->took_us = clock_monotonic_us () - start_us;
  report->n_busy = rehearse.n_busy;
  g_array_unref (rehearse.reserved);
  g_free (rehearse.offer);
  return report;
}
