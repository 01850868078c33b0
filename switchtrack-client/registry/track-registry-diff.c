/* SPDX-License-Identifier: EUPL-1.2 */
/* Differences of registries: both lists are walked in their one order, record by record. */
#include "registry/track-registry-diff.h"

#include <string.h>

#include "registry/track-shape.h"

/**
 * track_difference_free:
 * @difference: (transfer full)
 */
void
track_difference_free (TrackDifference *difference)
{
  g_free (difference->key);
  g_free (difference->before);
  g_free (difference->after);
  g_free (difference);
}

static void
add_difference (GPtrArray *differences, const TrackDifference *difference)
{
  g_ptr_array_add (differences, g_memdup2 (difference, sizeof *difference));
}

/* (nullable): the members that are there, but the key's. */
static char *
dup_record (const TrackShape *shape, gconstpointer record)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (record == NULL)
    return NULL;
  for (guint i = shape->n_keys; i < shape->n_fields; i++)
    {
      g_autofree char *value = track_field_dup_value (&shape->fields[i], record);

      if (*value != '\0')
        g_string_append_printf (text, "%s%s %s", text->len == 0 ? "" : ", ", shape->fields[i].name,
                                value);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
compare_members (GPtrArray *differences,
                 const TrackShape *shape,
                 gconstpointer before,
                 gconstpointer after)
{
  for (guint i = shape->n_keys; i < shape->n_fields; i++)
    {
      const TrackField *field = &shape->fields[i];
      g_autofree char *old = track_field_dup_value (field, before);
      g_autofree char *new = track_field_dup_value (field, after);
      TrackDifference difference = { .what = shape->what, .member = field->name };

      if (g_str_equal (old, new))
        continue;
      difference.key = track_shape_dup_key (shape, after);
      difference.before = g_steal_pointer (&old);
      difference.after = g_steal_pointer (&new);
      add_difference (differences, &difference);
    }
}

/* @is_before: the records of @some are those before; told are only those that @others lacks. */
static void
add_lone (GPtrArray *differences,
          const TrackShape *shape,
          const GPtrArray *some,
          GHashTable *others,
          gboolean is_before)
{
  for (guint i = 0; i < some->len; i++)
    {
      gconstpointer record = g_ptr_array_index (some, i);
      g_autofree char *key = track_shape_dup_key (shape, record);
      TrackDifference difference = { .what = shape->what };

      if (g_hash_table_contains (others, key))
        continue;
      difference.key = g_steal_pointer (&key);
      *(is_before ? &difference.before : &difference.after) = dup_record (shape, record);
      add_difference (differences, &difference);
    }
}

/* Key to record, so that a country's registry is compared in no time. */
static GHashTable *
index_records (const TrackShape *shape, const GPtrArray *records)
{
  GHashTable *table = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < records->len; i++)
    {
      gpointer record = g_ptr_array_index (records, i);
      g_hash_table_insert (table, track_shape_dup_key (shape, record), record);
    }
  return table;
}

static void
compare_lists (GPtrArray *differences,
               const TrackShape *shape,
               const TrackRegistry *before,
               const TrackRegistry *after)
{
  const GPtrArray *old = track_shape_get_array (shape, before);
  const GPtrArray *new = track_shape_get_array (shape, after);
  g_autoptr (GHashTable) old_by_key = index_records (shape, old);
  g_autoptr (GHashTable) new_by_key = index_records (shape, new);

  add_lone (differences, shape, old, new_by_key, TRUE);
  for (guint i = 0; i < new->len; i++)
    {
      gconstpointer record = g_ptr_array_index (new, i);
      g_autofree char *key = track_shape_dup_key (shape, record);
      gconstpointer earlier = g_hash_table_lookup (old_by_key, key);

      if (earlier != NULL)
        compare_members (differences, shape, earlier, record);
    }
  add_lone (differences, shape, new, old_by_key, FALSE);
}

/**
 * track_registry_diff:
 *
 * Any thread.
 *
 * Returns: (transfer full) (element-type TrackDifference): by kind; what went, what changed, what came; empty when
 *   both say the same
 */
GPtrArray *
track_registry_diff (const TrackRegistry *before, const TrackRegistry *after)
{
  GPtrArray *differences = g_ptr_array_new_with_free_func ((GDestroyNotify) track_difference_free);

  for (guint i = 0; i < TRACK_N_SHAPES; i++)
    compare_lists (differences, track_shape_get (i), before, after);
  return differences;
}

static const char *
or_nothing (const char *value)
{
  return *value == '\0' ? "nothing" : value;
}

/**
 * track_difference_dup_text:
 *
 * Returns: (transfer full): one line for a person. Any thread.
 */
char *
track_difference_dup_text (const TrackDifference *difference)
{
  if (difference->member != NULL)
    return g_strdup_printf ("%s %s: %s from %s to %s", difference->what, difference->key,
                            difference->member, or_nothing (difference->before),
                            or_nothing (difference->after));
  return g_strdup_printf ("%s %s: %s: %s", difference->what, difference->key,
                          difference->before == NULL ? "new" : "gone",
                          difference->before == NULL ? difference->after : difference->before);
}
