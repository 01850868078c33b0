/* SPDX-License-Identifier: EUPL-1.2 */
/* The planner's side in memory: bookings, links, items; every transaction whole or not at all. */
#include "model-local.h"

#include "calsync-key.h"
#include "calsync-recurrence.h"

static ModelLocal *
get_model (CalsyncLocal *local)
{
  return (ModelLocal *) local;
}

static void
kept_free (gpointer data)
{
  ModelKept *kept = data;

  g_free (kept->key_hash);
  g_free (kept->key);
  g_free (kept->version);
  g_free (kept->reference);
  g_ptr_array_unref (kept->texts);
  g_free (kept);
}

/* A crash: FALSE, and *out_is_stored says whether the transaction got through before it. */
static gboolean
step (ModelLocal *model, gboolean *out_is_stored, GError **error)
{
  *out_is_stored = FALSE;
  if (model->steps_left == NULL || *model->steps_left < 0)
    return TRUE;
  if (*model->steps_left > 1)
    {
      --*model->steps_left;
      return TRUE;
    }
  *out_is_stored =
    *model->steps_left == 1 && model->random != NULL && g_rand_boolean (model->random);
  *model->steps_left = 0;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "crash");
  return FALSE;
}

static gboolean
load (CalsyncLocal *local, CalsyncBinding *out_binding, GError **error)
{
  ModelLocal *model = get_model (local);
  gboolean is_stored;

  if (!step (model, &is_stored, error))
    return FALSE;
  model->n_reads++;
  model->binding.now_us = model->now_us;
  *out_binding = model->binding;
  return TRUE;
}

CalsyncWanted *
model_local_find (ModelLocal *model, const char *reference)
{
  for (guint i = 0; i < model->wanted->len; i++)
    {
      CalsyncWanted *wanted = g_ptr_array_index (model->wanted, i);

      if (g_strcmp0 (wanted->reference, reference) == 0)
        return wanted;
    }
  return NULL;
}

static GArray *
expand (const ModelLocal *model, const GPtrArray *texts)
{
  GArray *spans = g_array_new (FALSE, FALSE, sizeof (CalsyncSpan));
  const CalsyncWindow window = { .zone = calsync_zone_utc (),
                                 .from_us = model->binding.window_from_us,
                                 .to_us = model->binding.window_to_us };

  for (guint i = 0; i < texts->len; i++)
    g_assert_true (calsync_expand (g_ptr_array_index (texts, i), &window, spans, NULL));
  return spans;
}

static CalsyncKnown *
known_new (ModelLocal *model, const ModelKept *kept)
{
  CalsyncKnown *known = g_new0 (CalsyncKnown, 1);
  g_autoptr (GArray) spans = expand (model, kept->texts);
  const CalsyncWanted *wanted =
    kept->reference == NULL ? NULL : model_local_find (model, kept->reference);

  known->key_hash = g_strdup (kept->key_hash);
  known->key = g_strdup (kept->key);
  known->version = g_strdup (kept->version);
  known->reference = g_strdup (kept->reference);
  known->is_own = kept->key != NULL;
  known->is_unreadable = kept->is_unreadable;
  for (guint i = 0; i < spans->len; i++)
    known->last_end_us = MAX (known->last_end_us, g_array_index (spans, CalsyncSpan, i).end_us);
  if (known->is_own && wanted != NULL)
    known->last_end_us = wanted->end_us;
  return known;
}

static GPtrArray *
find_known (CalsyncLocal *local, const char *const *key_hashes, GError **error)
{
  ModelLocal *model = get_model (local);
  gboolean is_stored;
  GPtrArray *result;

  if (!step (model, &is_stored, error))
    return NULL;
  result = g_ptr_array_new_with_free_func ((GDestroyNotify) calsync_known_free);
  for (guint i = 0; key_hashes[i] != NULL; i++)
    {
      const ModelKept *kept = g_hash_table_lookup (model->kept, key_hashes[i]);

      if (kept != NULL)
        g_ptr_array_add (result, known_new (model, kept));
    }
  return result;
}

static GPtrArray *
list_known (CalsyncLocal *local, GError **error)
{
  ModelLocal *model = get_model (local);
  gboolean is_stored;
  GPtrArray *result;
  GHashTableIter iter;
  gpointer value;

  if (!step (model, &is_stored, error))
    return NULL;
  result = g_ptr_array_new_with_free_func ((GDestroyNotify) calsync_known_free);
  g_hash_table_iter_init (&iter, model->kept);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    g_ptr_array_add (result, known_new (model, value));
  return result;
}

static CalsyncWanted *
wanted_copy (const CalsyncWanted *wanted)
{
  CalsyncWanted *copy = g_new (CalsyncWanted, 1);

  *copy = *wanted;
  copy->reference = g_strdup (wanted->reference);
  copy->summary = g_strdup (wanted->summary);
  copy->category = g_strdup (wanted->category);
  copy->url = g_strdup (wanted->url);
  copy->uid = g_strdup (wanted->uid);
  copy->key = g_strdup (wanted->key);
  copy->version = g_strdup (wanted->version);
  copy->in_flight_uid = g_strdup (wanted->in_flight_uid);
  copy->in_flight_key = g_strdup (wanted->in_flight_key);
  return copy;
}

static gboolean
has_link (const CalsyncWanted *wanted)
{
  return wanted->key != NULL || wanted->state != CALSYNC_LINK_NONE ||
         wanted->in_flight != CALSYNC_PUSH_NONE;
}

static GPtrArray *
list_wanted (CalsyncLocal *local, GError **error)
{
  ModelLocal *model = get_model (local);
  gboolean is_stored;
  GPtrArray *result;

  if (!step (model, &is_stored, error))
    return NULL;
  result = g_ptr_array_new_with_free_func ((GDestroyNotify) calsync_wanted_free);
  for (guint i = 0; i < model->wanted->len; i++)
    {
      const CalsyncWanted *wanted = g_ptr_array_index (model->wanted, i);

      if (wanted->end_us > model->now_us && (wanted->is_live || has_link (wanted)))
        g_ptr_array_add (result, wanted_copy (wanted));
    }
  return result;
}

static gboolean
is_agreed (CalsyncLocal *local, const char *key_hash)
{
  return g_hash_table_contains (get_model (local)->agreed, key_hash);
}

static void
set_text (char **field, const char *value)
{
  g_free (*field);
  *field = g_strdup (value);
}

static void
keep_objects (ModelKept *kept, const GPtrArray *objects)
{
  g_ptr_array_set_size (kept->texts, 0);
  kept->takes_window = FALSE;
  for (guint i = 0; objects != NULL && i < objects->len; i++)
    g_ptr_array_add (kept->texts,
                     g_strdup (((CalsyncObject *) g_ptr_array_index (objects, i))->text));
}

static ModelKept *
keep (ModelLocal *model, const char *key_hash)
{
  ModelKept *kept = g_hash_table_lookup (model->kept, key_hash);

  if (kept != NULL)
    return kept;
  kept = g_new0 (ModelKept, 1);
  kept->key_hash = g_strdup (key_hash);
  kept->texts = g_ptr_array_new_with_free_func (g_free);
  kept->takes_window = TRUE;
  g_hash_table_insert (model->kept, kept->key_hash, kept);
  return kept;
}

static void
apply_found (ModelLocal *model, const CalsyncFound *found)
{
  ModelKept *kept;

  if (found->is_gone)
    {
      g_hash_table_remove (model->kept, found->key_hash);
      return;
    }
  kept = keep (model, found->key_hash);
  set_text (&kept->key, found->key);
  set_text (&kept->version, found->version);
  set_text (&kept->reference, found->reference);
  kept->is_unreadable = found->is_unreadable;
  if (!found->is_unreadable)
    keep_objects (kept, found->objects);
}

static void
clear_link (CalsyncWanted *wanted)
{
  static const CalsyncShape none;

  wanted->state = CALSYNC_LINK_NONE;
  g_clear_pointer (&wanted->key, g_free);
  g_clear_pointer (&wanted->version, g_free);
  wanted->base = wanted->seen = none;
}

static void
apply_link (ModelLocal *model, const CalsyncLinkChange *change)
{
  CalsyncWanted *wanted = model_local_find (model, change->reference);

  g_assert_nonnull (wanted);
  if (change->unlinks)
    {
      clear_link (wanted);
      return;
    }
  wanted->state = change->state;
  wanted->create_sequence = change->create_sequence;
  set_text (&wanted->uid, change->uid);
  set_text (&wanted->key, change->key);
  set_text (&wanted->version, change->version);
  wanted->base = change->base;
  wanted->seen = change->seen;
  wanted->awaits_feed = change->awaits_feed;
  wanted->n_putbacks += change->counts_putback;
}

/* What the port promises of a transaction's lists. */
static void
check_pull (const CalsyncPull *pull)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < pull->found->len; i++)
    {
      const CalsyncFound *found = g_ptr_array_index (pull->found, i);

      g_assert_true (g_hash_table_add (seen, found->key_hash));
      g_assert_true (found->key == NULL || found->reference != NULL);
    }
  for (guint i = 0; i < pull->links->len; i++)
    {
      const CalsyncLinkChange *change = g_ptr_array_index (pull->links, i);

      g_assert_true (g_hash_table_add (seen, change->reference));
    }
  g_assert_true (pull->cursor == NULL || pull->is_last);
}

static void
apply_pull (ModelLocal *model, const CalsyncPull *pull)
{
  for (guint i = 0; i < pull->found->len; i++)
    apply_found (model, g_ptr_array_index (pull->found, i));
  for (guint i = 0; i < pull->links->len; i++)
    apply_link (model, g_ptr_array_index (pull->links, i));
  for (guint i = 0; i < pull->conflicts->len; i++)
    g_ptr_array_add (model->conflicts,
                     calsync_conflict_copy (g_ptr_array_index (pull->conflicts, i)));
  if (pull->cursor != NULL)
    set_text ((char **) &model->binding.cursor, pull->cursor);
  if (pull->identity != NULL)
    set_text ((char **) &model->binding.identity, pull->identity);
  model->binding.tier = pull->tier;
  if (pull->is_last)
    model->binding.wants_full = FALSE;
}

static gboolean
commit_pull (CalsyncLocal *local, const CalsyncPull *pull, GError **error)
{
  ModelLocal *model = get_model (local);
  gboolean is_stored;
  gboolean is_good = step (model, &is_stored, error);

  check_pull (pull);
  if (pull->found->len + pull->links->len + pull->conflicts->len > 0 || pull->cursor != NULL)
    model->n_writes++;
  if (is_good || is_stored)
    apply_pull (model, pull);
  return is_good;
}

static gboolean
stage_guard (CalsyncLocal *local, const CalsyncGuarded *guarded, GError **error)
{
  ModelLocal *model = get_model (local);
  gboolean is_stored;

  if (!step (model, &is_stored, error))
    return FALSE;
  model->n_staged++;
  g_clear_pointer (&model->guarded, calsync_guarded_free);
  model->guarded = g_new0 (CalsyncGuarded, 1);
  *model->guarded = *guarded;
  model->guarded->key_hashes =
    g_ptr_array_copy (guarded->key_hashes, (GCopyFunc) (void *) g_strdup, NULL);
  g_ptr_array_set_free_func (model->guarded->key_hashes, g_free);
  return TRUE;
}

static char *
hash_key (const ModelLocal *model, const char *key)
{
  g_autofree char *plain = calsync_key_normalise (key);

  return calsync_uid_hash (plain, &model->binding.import);
}

static void
keep_own (ModelLocal *model, const CalsyncPush *push)
{
  g_autofree char *key_hash = hash_key (model, push->key);
  ModelKept *kept = keep (model, key_hash);

  set_text (&kept->key, push->key);
  set_text (&kept->version, push->version);
  set_text (&kept->reference, push->reference);
  kept->is_unreadable = FALSE;
  keep_objects (kept, NULL);
}

static void
apply_receipt (ModelLocal *model, const CalsyncPush *push)
{
  CalsyncWanted *wanted = model_local_find (model, push->reference);

  wanted->in_flight = CALSYNC_PUSH_NONE;
  g_clear_pointer (&wanted->in_flight_uid, g_free);
  g_clear_pointer (&wanted->in_flight_key, g_free);
  wanted->create_sequence = push->create_sequence;
  wanted->not_before_us = push->not_before_us;
  if (!push->is_done)
    return;
  if (push->verb == CALSYNC_PUSH_REMOVE)
    {
      g_autofree char *key_hash = hash_key (model, push->key);

      g_hash_table_remove (model->kept, key_hash);
      clear_link (wanted);
      return;
    }
  set_text (&wanted->uid, push->uid);
  set_text (&wanted->key, push->key);
  set_text (&wanted->version, push->version);
  wanted->event_sequence = push->event_sequence;
  wanted->state = CALSYNC_LINK_LINKED;
  wanted->base = wanted->seen = push->shape;
  wanted->awaits_feed |= push->verb == CALSYNC_PUSH_CREATE;
  keep_own (model, push);
}

static void
apply_intent (ModelLocal *model, const CalsyncPush *push)
{
  CalsyncWanted *wanted = model_local_find (model, push->reference);

  g_assert_cmpint (wanted->in_flight, ==, CALSYNC_PUSH_NONE);
  wanted->in_flight = push->verb;
  set_text (&wanted->in_flight_uid, push->uid);
  set_text (&wanted->in_flight_key, push->key);
  wanted->in_flight_create_sequence = push->create_sequence;
  wanted->in_flight_event_sequence = push->event_sequence;
  wanted->in_flight_shape = push->shape;
}

static gboolean
record_pushes (CalsyncLocal *local,
               const GPtrArray *finished,
               const GPtrArray *begun,
               GError **error)
{
  ModelLocal *model = get_model (local);
  gboolean is_stored;
  gboolean is_good = step (model, &is_stored, error);
  guint n = finished->len + begun->len;

  model->n_writes++;
  if (!is_good) /* it may be several transactions: the first of them are stored */
    n = is_stored ? (guint) g_rand_int_range (model->random, 0, (gint32) n + 1) : 0;
  for (guint i = 0; i < n; i++)
    if (i < finished->len)
      apply_receipt (model, g_ptr_array_index (finished, i));
    else
      apply_intent (model, g_ptr_array_index (begun, i - finished->len));
  return is_good;
}

static gboolean
may_send (CalsyncLocal *local, GError **error)
{
  if (!get_model (local)->is_stopped)
    return TRUE;
  g_set_error_literal (error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_CANCELLED, "stopped");
  return FALSE;
}

static gint64
get_now_us (CalsyncLocal *local)
{
  return get_model (local)->now_us;
}

static const CalsyncLocalFunctions functions = {
  .load = load,
  .find_known = find_known,
  .list_known = list_known,
  .list_wanted = list_wanted,
  .is_agreed = is_agreed,
  .commit_pull = commit_pull,
  .stage_guard = stage_guard,
  .record_pushes = record_pushes,
  .may_send = may_send,
  .get_now_us = get_now_us,
};

ModelLocal *
model_local_new (gint64 now_us)
{
  ModelLocal *model = g_new0 (ModelLocal, 1);

  model->local.functions = &functions;
  model->now_us = now_us;
  model->wanted = g_ptr_array_new_with_free_func ((GDestroyNotify) calsync_wanted_free);
  model->kept = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, kept_free);
  model->conflicts = g_ptr_array_new_with_free_func ((GDestroyNotify) calsync_conflict_free);
  model->agreed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  model->binding = (CalsyncBinding){
    .direction = CALSYNC_DIRECTION_BOTH,
    .instance = "kommune-1",
    .window_from_us = now_us - 86400 * CALSYNC_US_PER_SECOND,
    .window_to_us = now_us + 90 * 86400 * CALSYNC_US_PER_SECOND,
    .writes_left = 200,
    .max_putbacks = 3,
  };
  return model;
}

void
model_local_free (ModelLocal *model)
{
  g_ptr_array_unref (model->wanted);
  g_hash_table_unref (model->kept);
  g_ptr_array_unref (model->conflicts);
  g_hash_table_unref (model->agreed);
  g_clear_pointer (&model->guarded, calsync_guarded_free);
  g_free ((char *) model->binding.cursor);
  g_free ((char *) model->binding.identity);
  g_free (model);
}

/* A live booking of that reference, new or again. */
CalsyncWanted *
model_local_book (ModelLocal *model, const char *reference, gint64 start_us, gint64 end_us)
{
  CalsyncWanted *wanted = model_local_find (model, reference);

  if (wanted == NULL)
    {
      wanted = g_new0 (CalsyncWanted, 1);
      wanted->reference = g_strdup (reference);
      wanted->summary = g_strdup ("Samtale");
      g_ptr_array_add (model->wanted, wanted);
    }
  wanted->is_live = TRUE;
  wanted->start_us = start_us;
  wanted->end_us = end_us;
  return wanted;
}

gboolean
model_local_has_conflict (ModelLocal *model, const char *reference, const CalsyncShape *theirs)
{
  for (guint i = 0; i < model->conflicts->len; i++)
    {
      const CalsyncConflict *conflict = g_ptr_array_index (model->conflicts, i);

      if (g_strcmp0 (conflict->reference, reference) == 0 &&
          conflict->theirs.start_us == theirs->start_us &&
          conflict->theirs.end_us == theirs->end_us)
        return TRUE;
    }
  return FALSE;
}

/* All that takes time, sorted. */
GArray *
model_local_list_spans (ModelLocal *model)
{
  GArray *spans = g_array_new (FALSE, FALSE, sizeof (CalsyncSpan));
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, model->kept);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const ModelKept *kept = value;
      g_autoptr (GArray) some = expand (model, kept->texts);

      if (kept->takes_window && kept->key == NULL)
        {
          const CalsyncSpan all = { model->binding.window_from_us, model->binding.window_to_us,
                                    CALSYNC_CLASS_UNKNOWN, 0 };

          g_array_append_val (spans, all);
        }
      g_array_append_vals (spans, some->data, some->len);
    }
  calsync_spans_sort (spans);
  return spans;
}
