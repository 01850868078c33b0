/* SPDX-License-Identifier: EUPL-1.2 */
/* The evidence as one page that needs nothing else: to be read, printed, sent. */
#include "health/track-evidence-private.h"

#include <string.h>

static const char style[] =
  "body{font:1rem/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 "
  "1rem;color:#111;background:#fff;overflow-wrap:anywhere}"
  "table{border-collapse:collapse;width:100%;margin:0 0 1.5rem}"
  "th,td{border:1px solid #767676;padding:.3rem "
  ".5rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}"
  "caption{text-align:left;font-weight:bold;padding:.3rem 0}code{overflow-wrap:anywhere}"
  ".wide{overflow-x:auto}";

static void
append (GString *out, const char *text)
{
  g_autofree char *escaped = g_markup_escape_text (text != NULL ? text : "", -1);

  g_string_append (out, escaped);
}

static void
append_cell (GString *out, const char *text)
{
  g_string_append (out, "<td>");
  append (out, text);
  g_string_append (out, "</td>");
}

static void
append_number_cell (GString *out, guint64 number)
{
  g_string_append_printf (out, "<td>%" G_GUINT64_FORMAT "</td>", number);
}

/* Danish time for people, UTC for the log. */
static char *
dup_instant (gint64 at_us, TrackLanguage language)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_identifier ("Europe/Copenhagen");
  g_autoptr (GDateTime) at = g_date_time_new_from_unix_utc (at_us / G_USEC_PER_SEC);
  g_autoptr (GDateTime) here =
    at != NULL && zone != NULL ? g_date_time_to_timezone (at, zone) : NULL;
  g_autofree char *civil = NULL;
  g_autofree char *utc = track_evidence_dup_utc (at_us);

  if (here == NULL)
    return g_steal_pointer (&utc);
  civil = g_date_time_format (here, language == TRACK_LANGUAGE_DA ? "%d.%m.%Y kl. %H.%M.%S"
                                                                  : "%Y-%m-%d at %H:%M:%S");
  return g_strdup_printf (
    language == TRACK_LANGUAGE_DA ? "%s dansk tid (%s)" : "%s Danish time (%s)", civil, utc);
}

static char *
dup_duration (gint64 span_us)
{
  gint64 s = MAX (span_us, 0) / G_USEC_PER_SEC;

  return g_strdup_printf ("%" G_GINT64_FORMAT ":%02d:%02d", s / 3600, (int) (s / 60 % 60),
                          (int) (s % 60));
}

static void
begin_table (GString *out, const EvidenceWord *words, guint n_words, TrackLanguage language)
{
  g_string_append (out, "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"");
  append (out, track_evidence_word (words[0], language));
  g_string_append (out, "\"><table><caption>");
  append (out, track_evidence_word (words[0], language));
  g_string_append (out, "</caption><thead><tr>");
  for (guint i = 1; i < n_words; i++)
    {
      g_string_append (out, "<th scope=\"col\">");
      append (out, track_evidence_word (words[i], language));
      g_string_append (out, "</th>");
    }
  g_string_append (out, "</tr></thead><tbody>\n");
}

static void
end_table (GString *out)
{
  g_string_append (out, "</tbody></table></div>\n");
}

static void
append_fact (GString *out, EvidenceWord word, TrackLanguage language, const char *value)
{
  g_string_append (out, "<tr><th scope=\"row\">");
  append (out, track_evidence_word (word, language));
  g_string_append (out, "</th>");
  append_cell (out, value);
  g_string_append (out, "</tr>\n");
}

static void
append_count (GString *out, EvidenceWord word, TrackLanguage language, guint64 n)
{
  g_autofree char *text = g_strdup_printf ("%" G_GUINT64_FORMAT, n);

  append_fact (out, word, language, text);
}

static void
append_summary (GString *out, const TrackDisturbance *one, TrackLanguage language)
{
  g_autofree char *from = dup_instant (one->from_us, language);
  g_autofree char *until = dup_instant (one->until_us, language);
  g_autofree char *sentence = NULL;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
  if (one->until_us == 0 || one->closed_us == 0)
    sentence =
      g_strdup_printf (track_evidence_word (EVIDENCE_SUMMARY_OPEN, language), one->endpoint, from);
  else
    sentence = g_strdup_printf (track_evidence_word (EVIDENCE_SUMMARY_OVER, language),
                                one->endpoint, from, until);
#pragma GCC diagnostic pop
  g_string_append (out, "<p>");
  append (out, sentence);
  if (one->is_planned)
    {
      g_string_append_c (out, ' ');
      append (out, track_evidence_word (EVIDENCE_PLANNED, language));
    }
  g_string_append (out, "</p>\n");
}

static void
append_facts (GString *out, const TrackDisturbance *one, TrackLanguage language)
{
  const TrackFailureSample *first = one->samples->len > 0 ? one->samples->pdata[0] : NULL;
  EvidenceWord way = first != NULL && first->is_probe ? EVIDENCE_BY_PROBE : EVIDENCE_BY_CALL;
  g_autofree char *from = dup_instant (one->from_us, language);
  g_autofree char *until = one->until_us != 0
                             ? dup_instant (one->until_us, language)
                             : g_strdup (track_evidence_word (EVIDENCE_NOT_OVER, language));
  g_autofree char *lasted = one->until_us != 0
                              ? dup_duration (one->until_us - one->from_us)
                              : g_strdup (track_evidence_word (EVIDENCE_NOT_OVER, language));

  g_string_append (out, "<table><caption>");
  append (out, track_evidence_word (EVIDENCE_FACTS, language));
  g_string_append (out, "</caption><tbody>\n");
  append_fact (out, EVIDENCE_ENDPOINT, language, one->endpoint);
  append_fact (out, EVIDENCE_OWNER, language, one->owner);
  append_fact (out, EVIDENCE_FROM, language, from);
  append_fact (out, EVIDENCE_UNTIL, language, until);
  append_fact (out, EVIDENCE_LASTED, language, lasted);
  append_fact (out, EVIDENCE_FOUND_BY, language, track_evidence_word (way, language));
  append_count (out, EVIDENCE_CALLS_FAILED, language, one->n_failed);
  append_count (out, EVIDENCE_CALLS_ANSWERED, language, one->n_answered);
  append_count (out, EVIDENCE_PROBES_FAILED, language, one->n_probes_failed);
  append_count (out, EVIDENCE_PROBES_ANSWERED, language, one->n_probes_answered);
  g_string_append (out, "</tbody></table>\n");
}

/* One row a unit, operation and outcome: whom it touched and how. */
static void
append_failures (GString *out, const TrackDisturbance *one, TrackLanguage language)
{
  static const EvidenceWord heads[] = { EVIDENCE_FAILURES,  EVIDENCE_UNIT, EVIDENCE_NAME,
                                        EVIDENCE_OPERATION, EVIDENCE_WHAT, EVIDENCE_TOLD,
                                        EVIDENCE_NUMBER };

  begin_table (out, heads, G_N_ELEMENTS (heads), language);
  for (guint i = 0; i < one->counts->len; i++)
    {
      const TrackFailureCount *count = one->counts->pdata[i];
      const char *others = track_evidence_word (EVIDENCE_OTHERS, language);

      g_string_append (out, "<tr>");
      append_cell (out, count->unit != NULL ? count->unit : others);
      append_cell (out, count->unit != NULL ? g_hash_table_lookup (one->names, count->unit) : NULL);
      append_cell (out, count->operation != NULL ? count->operation : others);
      append_cell (out, track_evidence_outcome_words (count->outcome, language));
      append_cell (out, track_evidence_told_words (count->outcome, language));
      append_number_cell (out, count->n);
      g_string_append (out, "</tr>\n");
    }
  end_table (out);
}

static void
append_steps (GString *out, const TrackDisturbance *one, TrackLanguage language)
{
  static const EvidenceWord heads[] = { EVIDENCE_STEPS, EVIDENCE_TIME, EVIDENCE_WHAT };

  begin_table (out, heads, G_N_ELEMENTS (heads), language);
  for (guint i = 0; i < one->steps->len; i++)
    {
      const TrackStep *step = one->steps->pdata[i];
      g_autofree char *at = dup_instant (step->at_us, language);

      g_string_append (out, "<tr>");
      append_cell (out, at);
      append_cell (out, step->text);
      g_string_append (out, "</tr>\n");
    }
  end_table (out);
}

static void
append_samples (GString *out, const TrackDisturbance *one, TrackLanguage language)
{
  static const EvidenceWord heads[] = { EVIDENCE_SAMPLES,   EVIDENCE_TIME, EVIDENCE_UNIT,
                                        EVIDENCE_OPERATION, EVIDENCE_WHAT, EVIDENCE_REQUEST };

  begin_table (out, heads, G_N_ELEMENTS (heads), language);
  for (guint i = 0; i < one->samples->len; i++)
    {
      const TrackFailureSample *sample = one->samples->pdata[i];
      g_autofree char *at = track_evidence_dup_utc (sample->at_us);

      g_string_append (out, "<tr>");
      append_cell (out, at);
      append_cell (out, sample->unit);
      append_cell (out, sample->operation);
      append_cell (out, track_evidence_outcome_words (sample->outcome, language));
      append_cell (out, sample->request_id);
      g_string_append (out, "</tr>\n");
    }
  end_table (out);
}

static void
append_unknown (GString *out, const TrackDisturbance *one, TrackLanguage language)
{
  g_autoptr (GPtrArray) all = track_evidence_list_unknown (one, language);

  g_string_append (out, "<h2>");
  append (out, track_evidence_word (EVIDENCE_NOT_KNOWN, language));
  g_string_append (out, "</h2>\n<ul>\n");
  for (guint i = 0; i < all->len; i++)
    {
      g_string_append (out, "<li>");
      append (out, all->pdata[i]);
      g_string_append (out, "</li>\n");
    }
  g_string_append (out, "</ul>\n");
}

/**
 * track_evidence_dup_page:
 *
 * HTML5 without scripts and without anything from elsewhere; the digest is that of the JSON form.
 *
 * Returns: (transfer full)
 */
char *
track_evidence_dup_page (const TrackDisturbance *disturbance, TrackLanguage language)
{
  GString *out = g_string_new ("<!DOCTYPE html>\n<html lang=\"");
  g_autofree char *digest = track_evidence_dup_digest (disturbance);
  const char *title = track_evidence_word (EVIDENCE_TITLE, language);

  g_string_append_printf (out,
                          "%s\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
                          "content=\"width=device-width,initial-scale=1\"><title>%s</title>"
                          "<style>%s</style></head><body><main>\n<h1>%s</h1>\n<p><code>",
                          language == TRACK_LANGUAGE_DA ? "da" : "en", title, style, title);
  append (out, disturbance->id);
  g_string_append (out, "</code></p>\n");
  append_summary (out, disturbance, language);
  append_facts (out, disturbance, language);
  g_string_append (out, "<h2>");
  append (out, track_evidence_word (EVIDENCE_UNITS, language));
  g_string_append (out, "</h2>\n");
  append_failures (out, disturbance, language);
  append_unknown (out, disturbance, language);
  append_steps (out, disturbance, language);
  append_samples (out, disturbance, language);
  g_string_append (out, "<p>");
  append (out, track_evidence_word (EVIDENCE_DIGEST, language));
  g_string_append_printf (out, ": <code>%s</code></p>\n</main></body></html>\n", digest);
  return g_string_free (out, FALSE);
}
