/* SPDX-License-Identifier: EUPL-1.2 */
/* Gathers the calls of one disturbance, within bounds, and says when it is over. */
#include "health/track-disturbance.h"

#include <string.h>

/* So long without a failure, and so many answers: it is over. A state that stays announced keeps it open longer. */
#define QUIET_US (60 * G_GINT64_CONSTANT (1000000))
#define N_GOOD   2

static void
count_free (TrackFailureCount *count)
{
  g_free (count->unit);
  g_free (count->operation);
  g_free (count);
}

static void
sample_free (TrackFailureSample *sample)
{
  g_free (sample->request_id);
  g_free (sample->unit);
  g_free (sample->operation);
  g_free (sample->url);
  g_free (sample->problem);
  g_free (sample);
}

static void
step_free (TrackStep *step)
{
  g_free (step->what);
  g_free (step->text);
  g_free (step);
}

/* Also of a disturbance that is being read. */
static TrackDisturbance *
make_empty (void)
{
  TrackDisturbance *one = g_new0 (TrackDisturbance, 1);

  one->counts = g_ptr_array_new_with_free_func ((GDestroyNotify) count_free);
  one->samples = g_ptr_array_new_with_free_func ((GDestroyNotify) sample_free);
  one->steps = g_ptr_array_new_with_free_func ((GDestroyNotify) step_free);
  one->names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return one;
}

static char *
dup_id (const char *endpoint, gint64 from_us)
{
  g_autoptr (GDateTime) from = g_date_time_new_from_unix_utc (from_us / G_USEC_PER_SEC);
  g_autofree char *text =
    from != NULL ? g_date_time_format (from, "%Y%m%d-%H%M%S") : g_strdup ("0");

  return g_strconcat (endpoint, "-", text, NULL);
}

/**
 * track_disturbance_new:
 * @first: the failure that opens it; not counted yet
 * @owner: (nullable): who answers for the endpoint
 */
TrackDisturbance *
track_disturbance_new (const TrackRecord *first, const char *owner)
{
  TrackDisturbance *one = make_empty ();

  one->id = dup_id (first->endpoint, first->at_us);
  one->endpoint = g_strdup (first->endpoint);
  one->owner = g_strdup (owner);
  one->from_us = first->at_us;
  return one;
}

/**
 * track_disturbance_free:
 *
 * NULL is ignored.
 */
void
track_disturbance_free (TrackDisturbance *disturbance)
{
  if (disturbance == NULL)
    return;
  g_free (disturbance->id);
  g_free (disturbance->endpoint);
  g_free (disturbance->owner);
  g_ptr_array_unref (disturbance->counts);
  g_ptr_array_unref (disturbance->samples);
  g_ptr_array_unref (disturbance->steps);
  g_hash_table_unref (disturbance->names);
  g_free (disturbance);
}

/* One row more takes all that does not fit. */
static TrackFailureCount *
ensure_count (TrackDisturbance *one, const char *unit, const char *operation, TrackOutcome outcome)
{
  gboolean is_full = one->counts->len >= TRACK_DISTURBANCE_MAX_COUNTS;
  TrackFailureCount *count;

  for (guint i = 0; i < one->counts->len; i++)
    {
      count = one->counts->pdata[i];
      if (count->outcome == outcome && g_strcmp0 (count->unit, unit) == 0 &&
          g_strcmp0 (count->operation, operation) == 0)
        return count;
    }
  if (is_full && unit != NULL)
    return ensure_count (one, NULL, NULL, outcome);
  count = g_new0 (TrackFailureCount, 1);
  count->unit = g_strdup (unit);
  count->operation = g_strdup (operation);
  count->outcome = outcome;
  g_ptr_array_add (one->counts, count);
  return count;
}

static void
add_sample (TrackDisturbance *one, const TrackRecord *record)
{
  TrackFailureSample *sample;

  if (one->samples->len >= TRACK_DISTURBANCE_MAX_SAMPLES)
    return;
  sample = g_new0 (TrackFailureSample, 1);
  *sample = (TrackFailureSample){ .at_us = record->at_us,
                                  .request_id = g_strdup (record->request_id),
                                  .unit = g_strdup (record->unit),
                                  .operation = g_strdup (record->operation),
                                  .url = g_strdup (record->url),
                                  .problem = g_strdup (record->problem),
                                  .outcome = record->outcome,
                                  .fault_code = record->fault_code,
                                  .total_us = record->times.total_us,
                                  .is_probe = record->is_probe || record->is_shadow };
  g_ptr_array_add (one->samples, sample);
}

static void
note_failure (TrackDisturbance *one, const TrackRecord *record, gint64 now_us)
{
  gboolean is_live = !record->is_probe && !record->is_shadow;

  if (is_live)
    {
      one->n_failed++;
      ensure_count (one, record->unit, record->operation, record->outcome)->n++;
    }
  else
    one->n_probes_failed++;
  one->last_failure_us = now_us;
  one->until_us = 0;
  one->n_good_on_end = 0;
  add_sample (one, record);
}

/**
 * track_disturbance_note:
 * @record: of the endpoint; class OURS says nothing and is ignored
 * @now_us: when it ended
 */
void
track_disturbance_note (TrackDisturbance *disturbance, const TrackRecord *record, gint64 now_us)
{
  gboolean is_live = !record->is_probe && !record->is_shadow;

  if (track_outcome_class (record->outcome) == TRACK_CLASS_OURS ||
      record->outcome == TRACK_OUTCOME_MAINTENANCE)
    return;
  disturbance->watched_us = now_us;
  if (track_outcome_is_failure (record->outcome))
    {
      note_failure (disturbance, record, now_us);
      return;
    }
  if (is_live)
    disturbance->n_answered++;
  else
    disturbance->n_probes_answered++;
  if (disturbance->until_us == 0)
    disturbance->until_us = now_us;
  disturbance->n_good_on_end = MIN (disturbance->n_good_on_end + 1, N_GOOD);
}

/**
 * track_disturbance_add_step:
 * @step: copied; the last of too many are left out
 */
void
track_disturbance_add_step (TrackDisturbance *disturbance, const TrackStep *step)
{
  TrackStep *copy;

  if (disturbance->steps->len >= TRACK_DISTURBANCE_MAX_STEPS)
    return;
  copy = g_new0 (TrackStep, 1);
  *copy = (TrackStep){ step->at_us, step->until_us, g_strdup (step->what), g_strdup (step->text) };
  g_ptr_array_add (disturbance->steps, copy);
}

/**
 * track_disturbance_is_over:
 *
 * Returns: whether it has answered for a minute without a failure; the caller waits for the announced state too
 */
gboolean
track_disturbance_is_over (const TrackDisturbance *disturbance, gint64 now_us)
{
  return disturbance->n_good_on_end >= N_GOOD && now_us - disturbance->last_failure_us >= QUIET_US;
}

/* JSON -------------------------------------------------------------------------------------------- */

static void
set_text (JsonObject *object, const char *name, const char *value)
{
  if (value != NULL)
    json_object_set_string_member (object, name, value);
}

static JsonArray *
counts_to_json (const GPtrArray *counts)
{
  JsonArray *all = json_array_sized_new (counts->len);

  for (guint i = 0; i < counts->len; i++)
    {
      const TrackFailureCount *count = counts->pdata[i];
      JsonObject *one = json_object_new ();

      set_text (one, "unit", count->unit);
      set_text (one, "operation", count->operation);
      set_text (one, "outcome", track_outcome_word (count->outcome));
      json_object_set_int_member (one, "n", (gint64) count->n);
      json_array_add_object_element (all, one);
    }
  return all;
}

static JsonArray *
samples_to_json (const GPtrArray *samples)
{
  JsonArray *all = json_array_sized_new (samples->len);

  for (guint i = 0; i < samples->len; i++)
    {
      const TrackFailureSample *sample = samples->pdata[i];
      JsonObject *one = json_object_new ();

      json_object_set_int_member (one, "at_us", sample->at_us);
      set_text (one, "request_id", sample->request_id);
      set_text (one, "unit", sample->unit);
      set_text (one, "operation", sample->operation);
      set_text (one, "url", sample->url);
      set_text (one, "problem", sample->problem);
      set_text (one, "outcome", track_outcome_word (sample->outcome));
      json_object_set_int_member (one, "fault_code", sample->fault_code);
      json_object_set_int_member (one, "total_us", sample->total_us);
      json_object_set_boolean_member (one, "is_probe", sample->is_probe);
      json_array_add_object_element (all, one);
    }
  return all;
}

static JsonArray *
steps_to_json (const GPtrArray *steps)
{
  JsonArray *all = json_array_sized_new (steps->len);

  for (guint i = 0; i < steps->len; i++)
    {
      const TrackStep *step = steps->pdata[i];
      JsonObject *one = json_object_new ();

      json_object_set_int_member (one, "at_us", step->at_us);
      json_object_set_int_member (one, "until_us", step->until_us);
      set_text (one, "what", step->what);
      set_text (one, "text", step->text);
      json_array_add_object_element (all, one);
    }
  return all;
}

static JsonObject *
names_to_json (GHashTable *names)
{
  g_autoptr (GList) codes = g_list_sort (g_hash_table_get_keys (names), (GCompareFunc) strcmp);
  JsonObject *all = json_object_new ();

  for (GList *link = codes; link != NULL; link = link->next)
    set_text (all, link->data, g_hash_table_lookup (names, link->data));
  return all;
}

/**
 * track_disturbance_to_json:
 *
 * As it is kept in the database.
 *
 * Returns: (transfer full)
 */
JsonNode *
track_disturbance_to_json (const TrackDisturbance *disturbance)
{
  JsonObject *one = json_object_new ();
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);

  set_text (one, "id", disturbance->id);
  set_text (one, "endpoint", disturbance->endpoint);
  set_text (one, "owner", disturbance->owner);
  json_object_set_int_member (one, "from_us", disturbance->from_us);
  json_object_set_int_member (one, "until_us", disturbance->until_us);
  json_object_set_int_member (one, "closed_us", disturbance->closed_us);
  json_object_set_int_member (one, "last_failure_us", disturbance->last_failure_us);
  json_object_set_int_member (one, "watched_us", disturbance->watched_us);
  json_object_set_int_member (one, "confirmed_us", disturbance->confirmed_us);
  json_object_set_boolean_member (one, "is_planned", disturbance->is_planned);
  json_object_set_int_member (one, "n_failed", (gint64) disturbance->n_failed);
  json_object_set_int_member (one, "n_answered", (gint64) disturbance->n_answered);
  json_object_set_int_member (one, "n_probes_failed", (gint64) disturbance->n_probes_failed);
  json_object_set_int_member (one, "n_probes_answered", (gint64) disturbance->n_probes_answered);
  json_object_set_array_member (one, "counts", counts_to_json (disturbance->counts));
  json_object_set_array_member (one, "samples", samples_to_json (disturbance->samples));
  json_object_set_array_member (one, "steps", steps_to_json (disturbance->steps));
  json_object_set_object_member (one, "names", names_to_json (disturbance->names));
  json_node_take_object (node, one);
  return node;
}

static const char *
get_text (JsonObject *object, const char *name)
{
  return json_object_get_string_member_with_default (object, name, NULL);
}

static JsonArray *
get_array (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

static gint64
get_number (JsonObject *object, const char *name)
{
  return json_object_get_int_member_with_default (object, name, 0);
}

/* A word of a later version stays a failure that is told of. */
static TrackOutcome
get_outcome (JsonObject *object)
{
  TrackOutcome outcome = TRACK_OUTCOME_RESET;
  const char *word = get_text (object, "outcome");

  if (word != NULL && !track_outcome_parse (word, &outcome))
    outcome = TRACK_OUTCOME_RESET;
  return outcome;
}

static void
read_counts (TrackDisturbance *one, JsonObject *object)
{
  JsonArray *all = get_array (object, "counts");

  for (guint i = 0; all != NULL && i < json_array_get_length (all); i++)
    {
      JsonObject *row = json_array_get_object_element (all, i);
      TrackFailureCount *count =
        ensure_count (one, get_text (row, "unit"), get_text (row, "operation"), get_outcome (row));

      count->n += (guint64) get_number (row, "n");
    }
}

static void
read_samples (TrackDisturbance *one, JsonObject *object)
{
  JsonArray *all = get_array (object, "samples");

  for (guint i = 0; all != NULL && i < json_array_get_length (all); i++)
    {
      JsonObject *row = json_array_get_object_element (all, i);
      const TrackRecord record = {
        .at_us = get_number (row, "at_us"),
        .request_id = get_text (row, "request_id"),
        .unit = get_text (row, "unit"),
        .operation = get_text (row, "operation"),
        .url = get_text (row, "url"),
        .problem = get_text (row, "problem"),
        .outcome = get_outcome (row),
        .fault_code = get_number (row, "fault_code"),
        .times.total_us = get_number (row, "total_us"),
        .is_probe = json_object_get_boolean_member_with_default (row, "is_probe", FALSE),
      };

      add_sample (one, &record);
    }
}

static void
read_steps (TrackDisturbance *one, JsonObject *object)
{
  JsonArray *all = get_array (object, "steps");

  for (guint i = 0; all != NULL && i < json_array_get_length (all); i++)
    {
      JsonObject *row = json_array_get_object_element (all, i);
      const TrackStep step = { get_number (row, "at_us"), get_number (row, "until_us"),
                               (char *) get_text (row, "what"), (char *) get_text (row, "text") };

      track_disturbance_add_step (one, &step);
    }
}

static void
read_names (TrackDisturbance *one, JsonObject *object)
{
  JsonNode *node = json_object_get_member (object, "names");
  JsonObject *all =
    node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  g_autoptr (GList) codes = all != NULL ? json_object_get_members (all) : NULL;

  for (GList *link = codes; link != NULL; link = link->next)
    g_hash_table_insert (one->names, g_strdup (link->data), g_strdup (get_text (all, link->data)));
}

/**
 * track_disturbance_from_json:
 * @node: of track_disturbance_to_json()
 *
 * The answers since the last failure begin anew: nobody was watching. Errors: JSON_READER_ERROR when it is no
 * disturbance.
 */
TrackDisturbance *
track_disturbance_from_json (JsonNode *node, GError **error)
{
  g_autoptr (TrackDisturbance) one = make_empty ();
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;

  if (object == NULL || get_text (object, "id") == NULL || get_text (object, "endpoint") == NULL)
    {
      g_set_error_literal (error, JSON_READER_ERROR, JSON_READER_ERROR_NO_OBJECT,
                           "no record of a disturbance");
      return NULL;
    }
  one->id = g_strdup (get_text (object, "id"));
  one->endpoint = g_strdup (get_text (object, "endpoint"));
  one->owner = g_strdup (get_text (object, "owner"));
  one->from_us = get_number (object, "from_us");
  one->until_us = get_number (object, "until_us");
  one->closed_us = get_number (object, "closed_us");
  one->last_failure_us = get_number (object, "last_failure_us");
  one->watched_us = get_number (object, "watched_us");
  one->confirmed_us = get_number (object, "confirmed_us");
  one->is_planned = json_object_get_boolean_member_with_default (object, "is_planned", FALSE);
  one->n_failed = (guint64) get_number (object, "n_failed");
  one->n_answered = (guint64) get_number (object, "n_answered");
  one->n_probes_failed = (guint64) get_number (object, "n_probes_failed");
  one->n_probes_answered = (guint64) get_number (object, "n_probes_answered");
  read_counts (one, object);
  read_samples (one, object);
  read_steps (one, object);
  read_names (one, object);
  return g_steal_pointer (&one);
}
