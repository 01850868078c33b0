/* SPDX-License-Identifier: EUPL-1.2 */
/* The facts of a disturbance in a fixed order, with a digest: the same disturbance always gives the same text. */
#include "health/track-evidence-private.h"

#include <string.h>

/**
 * track_evidence_dup_utc:
 *
 * Returns: (transfer full): 2026-11-22T15:16:30Z
 */
char *
track_evidence_dup_utc (gint64 at_us)
{
  g_autoptr (GDateTime) at = g_date_time_new_from_unix_utc (at_us / G_USEC_PER_SEC);

  return at != NULL ? g_date_time_format (at, "%Y-%m-%dT%H:%M:%SZ") : g_strdup ("");
}

static void
set_text (JsonObject *object, const char *name, const char *value)
{
  if (value != NULL)
    json_object_set_string_member (object, name, value);
  else
    json_object_set_null_member (object, name);
}

static void
set_instant (JsonObject *object, const char *name, gint64 at_us)
{
  g_autofree char *text = at_us != 0 ? track_evidence_dup_utc (at_us) : NULL;

  set_text (object, name, text);
}

static void
set_number (JsonObject *object, const char *name, guint64 number)
{
  json_object_set_int_member (object, name, (gint64) number);
}

static int
compare_counts (gconstpointer a, gconstpointer b)
{
  const TrackFailureCount *one = *(const TrackFailureCount *const *) a;
  const TrackFailureCount *other = *(const TrackFailureCount *const *) b;
  int order = g_strcmp0 (one->unit, other->unit);

  if (order == 0)
    order = g_strcmp0 (one->operation, other->operation);
  return order != 0 ? order : (int) one->outcome - (int) other->outcome;
}

static GPtrArray *
sort_counts (const TrackDisturbance *disturbance)
{
  GPtrArray *sorted = g_ptr_array_new ();

  for (guint i = 0; i < disturbance->counts->len; i++)
    g_ptr_array_add (sorted, disturbance->counts->pdata[i]);
  g_ptr_array_sort (sorted, compare_counts);
  return sorted;
}

/* @sorted is by unit. */
static JsonArray *
list_units (const TrackDisturbance *disturbance, const GPtrArray *sorted)
{
  JsonArray *all = json_array_new ();
  JsonObject *one = NULL;
  const char *before = NULL;

  for (guint i = 0; i < sorted->len; i++)
    {
      const TrackFailureCount *count = sorted->pdata[i];

      if (one == NULL || g_strcmp0 (before, count->unit) != 0)
        {
          one = json_object_new ();
          set_text (one, "code", count->unit);
          set_text (one, "name",
                    count->unit != NULL ? g_hash_table_lookup (disturbance->names, count->unit)
                                        : NULL);
          set_number (one, "failed", 0);
          json_array_add_object_element (all, one);
        }
      before = count->unit;
      set_number (one, "failed", (guint64) json_object_get_int_member (one, "failed") + count->n);
    }
  return all;
}

static void
set_outcome (JsonObject *one, TrackOutcome outcome)
{
  set_text (one, "outcome", track_outcome_word (outcome));
  set_text (one, "meaning_da", track_evidence_outcome_words (outcome, TRACK_LANGUAGE_DA));
  set_text (one, "meaning_en", track_evidence_outcome_words (outcome, TRACK_LANGUAGE_EN));
  set_text (one, "told_da", track_evidence_told_words (outcome, TRACK_LANGUAGE_DA));
  set_text (one, "told_en", track_evidence_told_words (outcome, TRACK_LANGUAGE_EN));
}

static JsonArray *
list_failures (const GPtrArray *sorted)
{
  JsonArray *all = json_array_new ();

  for (guint i = 0; i < sorted->len; i++)
    {
      const TrackFailureCount *count = sorted->pdata[i];
      JsonObject *one = json_object_new ();

      set_text (one, "unit", count->unit);
      set_text (one, "operation", count->operation);
      set_outcome (one, count->outcome);
      set_number (one, "failed", count->n);
      json_array_add_object_element (all, one);
    }
  return all;
}

static JsonArray *
list_samples (const TrackDisturbance *disturbance)
{
  JsonArray *all = json_array_new ();

  for (guint i = 0; i < disturbance->samples->len; i++)
    {
      const TrackFailureSample *sample = disturbance->samples->pdata[i];
      JsonObject *one = json_object_new ();

      set_instant (one, "at", sample->at_us);
      set_text (one, "kind", sample->is_probe ? "probe" : "call");
      set_text (one, "request_id", sample->request_id);
      set_text (one, "unit", sample->unit);
      set_text (one, "operation", sample->operation);
      set_text (one, "address", sample->url);
      set_text (one, "outcome", track_outcome_word (sample->outcome));
      set_text (one, "problem", sample->problem);
      json_object_set_int_member (one, "fault_code", sample->fault_code);
      json_object_set_int_member (one, "took_ms", MAX (sample->total_us, 0) / 1000);
      json_array_add_object_element (all, one);
    }
  return all;
}

static JsonArray *
list_steps (const TrackDisturbance *disturbance)
{
  JsonArray *all = json_array_new ();

  for (guint i = 0; i < disturbance->steps->len; i++)
    {
      const TrackStep *step = disturbance->steps->pdata[i];
      JsonObject *one = json_object_new ();

      set_instant (one, "at", step->at_us);
      set_instant (one, "until", step->until_us);
      set_text (one, "what", step->what);
      set_text (one, "text", step->text);
      json_array_add_object_element (all, one);
    }
  return all;
}

static JsonArray *
list_unknown (const TrackDisturbance *disturbance)
{
  g_autoptr (GPtrArray) da = track_evidence_list_unknown (disturbance, TRACK_LANGUAGE_DA);
  g_autoptr (GPtrArray) en = track_evidence_list_unknown (disturbance, TRACK_LANGUAGE_EN);
  JsonArray *all = json_array_new ();

  for (guint i = 0; i < da->len; i++)
    {
      JsonObject *one = json_object_new ();

      set_text (one, "da", da->pdata[i]);
      set_text (one, "en", en->pdata[i]);
      json_array_add_object_element (all, one);
    }
  return all;
}

static const char *
find_way (const TrackDisturbance *disturbance)
{
  const TrackFailureSample *first =
    disturbance->samples->len > 0 ? disturbance->samples->pdata[0] : NULL;

  return first != NULL && first->is_probe ? "probe" : "call";
}

static JsonObject *
make_facts (const TrackDisturbance *disturbance)
{
  g_autoptr (GPtrArray) sorted = sort_counts (disturbance);
  JsonObject *facts = json_object_new ();

  set_text (facts, "document", "disturbance of a Planner as the switch-track saw it");
  json_object_set_int_member (facts, "version", 1);
  set_text (facts, "id", disturbance->id);
  set_text (facts, "planner", disturbance->endpoint);
  set_text (facts, "answerable", disturbance->owner);
  set_instant (facts, "from", disturbance->from_us);
  set_instant (facts, "last_failure", disturbance->last_failure_us);
  set_instant (facts, "until", disturbance->until_us);
  set_instant (facts, "closed", disturbance->closed_us);
  json_object_set_boolean_member (facts, "planned", disturbance->is_planned);
  set_text (facts, "found_by", find_way (disturbance));
  set_number (facts, "calls_failed", disturbance->n_failed);
  set_number (facts, "calls_answered", disturbance->n_answered);
  set_number (facts, "probes_failed", disturbance->n_probes_failed);
  set_number (facts, "probes_answered", disturbance->n_probes_answered);
  json_object_set_array_member (facts, "units", list_units (disturbance, sorted));
  json_object_set_array_member (facts, "failures", list_failures (sorted));
  json_object_set_array_member (facts, "course", list_steps (disturbance));
  json_object_set_array_member (facts, "single_calls", list_samples (disturbance));
  json_object_set_array_member (facts, "not_known", list_unknown (disturbance));
  return facts;
}

static char *
dup_facts (const TrackDisturbance *disturbance)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);

  json_node_take_object (node, make_facts (disturbance));
  return json_to_string (node, FALSE);
}

/**
 * track_evidence_dup_digest:
 *
 * Returns: (transfer full): SHA-256 of the facts, as lower-case hex; constant once the disturbance is closed
 */
char *
track_evidence_dup_digest (const TrackDisturbance *disturbance)
{
  g_autofree char *facts = dup_facts (disturbance);

  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, facts, -1);
}

/**
 * track_evidence_dup_json:
 *
 * One object: the member evidence has the facts, without blanks; sha256 is the digest of its bytes. Times are UTC.
 * There is no personal data in it.
 *
 * Returns: (transfer full)
 */
char *
track_evidence_dup_json (const TrackDisturbance *disturbance)
{
  g_autofree char *facts = dup_facts (disturbance);
  g_autofree char *digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, facts, -1);

  return g_strdup_printf ("{\"evidence\":%s,\"sha256\":\"%s\"}\n", facts, digest);
}
