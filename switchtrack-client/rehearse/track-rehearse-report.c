/* SPDX-License-Identifier: EUPL-1.2 */
/* The report of a rehearsal, for people and for programs. */
#include "rehearse/track-rehearse.h"

static const char *const verdict_words[TRACK_REHEARSE_N_VERDICTS] = {
  [TRACK_REHEARSE_PASSED] = "passed",
  [TRACK_REHEARSE_FAILED] = "failed",
  [TRACK_REHEARSE_BLOCKED] = "blocked",
  [TRACK_REHEARSE_LEFT_OUT] = "left-out",
};

/**
 * track_rehearse_report_count:
 *
 * Returns: how many rows came out so
 */
guint
track_rehearse_report_count (const TrackRehearseReport *report, TrackRehearseVerdict verdict)
{
  guint n_rows = 0;
  for (guint i = 0; i < report->results->len; i++)
    n_rows += ((const TrackRehearseResult *) report->results->pdata[i])->verdict == verdict;
  return n_rows;
}

/**
 * track_rehearse_report_is_passed:
 *
 * Returns: whether something was tried, nothing failed or was blocked, and nothing was left behind
 */
gboolean
track_rehearse_report_is_passed (const TrackRehearseReport *report)
{
  return track_rehearse_report_count (report, TRACK_REHEARSE_PASSED) > 0 &&
         track_rehearse_report_count (report, TRACK_REHEARSE_FAILED) == 0 &&
         track_rehearse_report_count (report, TRACK_REHEARSE_BLOCKED) == 0 &&
         report->left_behind->len == 0;
}

static char *
dup_time (gint64 unix_us)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (unix_us / G_USEC_PER_SEC);
  return g_date_time_format_iso8601 (time);
}

static void
append_result (GString *text, const TrackRehearseResult *result)
{
  g_autofree char *name = g_strconcat (result->group->name, "/", result->row->name, NULL);
  g_string_append_printf (text, "%-9s %-28s %8.1f ms  %s\n", verdict_words[result->verdict], name,
                          (double) result->took_us / 1000, result->row->sends);
  if (result->why == NULL)
    return;
  g_string_append_printf (text, "%40s%s\n", "", result->why);
  if (result->verdict == TRACK_REHEARSE_FAILED)
    g_string_append_printf (text, "%40sexpected: %s (%s)\n", "", result->row->expected,
                            result->row->section);
}

/**
 * track_rehearse_report_dup_text:
 *
 * Returns: (transfer full): a line for each row, the reasons below it, and the sum
 */
char *
track_rehearse_report_dup_text (const TrackRehearseReport *report)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *at = dup_time (report->at_us);
  g_string_append_printf (text, "Rehearsal of %s at %s, %s\n\n", report->unit, report->url, at);
  for (guint i = 0; i < report->results->len; i++)
    append_result (text, report->results->pdata[i]);
  for (guint i = 0; i < report->left_behind->len; i++)
    g_string_append_printf (
      text, "\nNot cancelled, to be cleaned up by hand: booking %s of a test citizen\n",
      (const char *) report->left_behind->pdata[i]);
  if (report->n_busy > 0)
    g_string_append_printf (
      text, "\nAnswered busy (990012, 990024 or 990035) and repeated: %u calls\n", report->n_busy);
  g_string_append_printf (text, "\n%s: %u passed, %u failed, %u blocked, %u left out, in %.1f s\n",
                          track_rehearse_report_is_passed (report) ? "PASSED" : "NOT PASSED",
                          track_rehearse_report_count (report, TRACK_REHEARSE_PASSED),
                          track_rehearse_report_count (report, TRACK_REHEARSE_FAILED),
                          track_rehearse_report_count (report, TRACK_REHEARSE_BLOCKED),
                          track_rehearse_report_count (report, TRACK_REHEARSE_LEFT_OUT),
                          (double) report->took_us / G_USEC_PER_SEC);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static JsonObject *
dup_result (const TrackRehearseResult *result)
{
  JsonObject *object = json_object_new ();
  json_object_set_string_member (object, "group", result->group->name);
  json_object_set_string_member (object, "row", result->row->name);
  json_object_set_string_member (object, "verdict", verdict_words[result->verdict]);
  json_object_set_string_member (object, "sends", result->row->sends);
  json_object_set_string_member (object, "expected", result->row->expected);
  json_object_set_string_member (object, "section", result->row->section);
  json_object_set_int_member (object, "took_us", result->took_us);
  if (result->why != NULL)
    json_object_set_string_member (object, "why", result->why);
  return object;
}

/**
 * track_rehearse_report_dup_json:
 *
 * Returns: (transfer full): the same as an object
 */
JsonObject *
track_rehearse_report_dup_json (const TrackRehearseReport *report)
{
  JsonObject *object = json_object_new ();
  JsonArray *rows = json_array_new ();
  JsonArray *left_behind = json_array_new ();
  g_autofree char *at = dup_time (report->at_us);
  for (guint i = 0; i < report->results->len; i++)
    json_array_add_object_element (rows, dup_result (report->results->pdata[i]));
  for (guint i = 0; i < report->left_behind->len; i++)
    json_array_add_string_element (left_behind, report->left_behind->pdata[i]);
  json_object_set_string_member (object, "unit", report->unit);
  json_object_set_string_member (object, "url", report->url);
  json_object_set_string_member (object, "at", at);
  json_object_set_int_member (object, "took_us", report->took_us);
  json_object_set_boolean_member (object, "is_passed", track_rehearse_report_is_passed (report));
  for (guint i = 0; i < TRACK_REHEARSE_N_VERDICTS; i++)
    json_object_set_int_member (object, verdict_words[i], track_rehearse_report_count (report, i));
  json_object_set_int_member (object, "busy", report->n_busy);
  json_object_set_array_member (object, "rows", rows);
  json_object_set_array_member (object, "left_behind", left_behind);
  return object;
}
