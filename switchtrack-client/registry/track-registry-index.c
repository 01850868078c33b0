/* SPDX-License-Identifier: EUPL-1.2 */
/* Hash tables over a registry's lists, so that a document of thousands of rows is checked in no time. */
#include "registry/track-registry-index.h"

/* Where the rows of a code begin in the registry's list, and how many they are. */
typedef struct
{
  guint first;
  guint n_rows;
} Rows;

struct _TrackRegistryIndex
{
  const TrackRegistry *registry;
  GHashTable *endpoints; /* name to TrackEndpoint */
  GHashTable *used;      /* names of endpoints that units go to */
  GHashTable *rows;      /* code to Rows */
};

static void
add_unit (TrackRegistryIndex *index, const TrackUnit *unit, guint position)
{
  Rows *rows = g_hash_table_lookup (index->rows, unit->code);

  if (unit->endpoint != NULL)
    g_hash_table_add (index->used, unit->endpoint);
  if (rows == NULL)
    {
      rows = g_new0 (Rows, 1);
      rows->first = position;
      g_hash_table_insert (index->rows, unit->code, rows);
    }
  rows->n_rows++;
}

/**
 * track_registry_index_new:
 * @registry: in its one order, see track_registry_sort(); must outlive the index and not change
 *
 * Returns: (transfer full). Any thread.
 */
TrackRegistryIndex *
track_registry_index_new (const TrackRegistry *registry)
{
  TrackRegistryIndex *index = g_new0 (TrackRegistryIndex, 1);

  index->registry = registry;
  index->endpoints = g_hash_table_new (g_str_hash, g_str_equal);
  index->used = g_hash_table_new (g_str_hash, g_str_equal);
  index->rows = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  for (guint i = 0; i < registry->endpoints->len; i++)
    {
      TrackEndpoint *endpoint = g_ptr_array_index (registry->endpoints, i);

      g_hash_table_insert (index->endpoints, endpoint->name, endpoint);
    }
  for (guint i = 0; i < registry->units->len; i++)
    add_unit (index, g_ptr_array_index (registry->units, i), i);
  return index;
}

/**
 * track_registry_index_free:
 * @index: (transfer full)
 */
void
track_registry_index_free (TrackRegistryIndex *index)
{
  g_hash_table_unref (index->endpoints);
  g_hash_table_unref (index->used);
  g_hash_table_unref (index->rows);
  g_free (index);
}

/**
 * track_registry_index_find_endpoint:
 *
 * Returns: (nullable) (transfer none)
 */
const TrackEndpoint *
track_registry_index_find_endpoint (const TrackRegistryIndex *index, const char *name)
{
  return name == NULL ? NULL : g_hash_table_lookup (index->endpoints, name);
}

/**
 * track_registry_index_is_used:
 *
 * Returns: whether a row, of whatever time, names that endpoint
 */
gboolean
track_registry_index_is_used (const TrackRegistryIndex *index, const char *endpoint)
{
  return g_hash_table_contains (index->used, endpoint);
}

/**
 * track_registry_index_get_rows:
 *
 * Returns: (transfer none) (nullable) (array length=out_n_rows): of exactly that code, by from_us
 */
const TrackUnit *const *
track_registry_index_get_rows (const TrackRegistryIndex *index, const char *code, guint *out_n_rows)
{
  const Rows *rows = g_hash_table_lookup (index->rows, code);

  *out_n_rows = rows == NULL ? 0 : rows->n_rows;
  return rows == NULL ? NULL : (gconstpointer) (index->registry->units->pdata + rows->first);
}

static const TrackUnit *
find_row (const TrackRegistryIndex *index, const char *code, gint64 at_us)
{
  guint n_rows = 0;
  const TrackUnit *const *rows = track_registry_index_get_rows (index, code, &n_rows);

  for (guint i = 0; i < n_rows; i++)
    if (rows[i]->from_us <= at_us && at_us < rows[i]->until_us)
      return rows[i];
  return NULL;
}

static const TrackUnit *
find_for_code (const TrackRegistryIndex *index, const char *code, gint64 at_us)
{
  g_autofree char *main_centre = g_strdup_printf ("%.3s00", code);
  const TrackUnit *unit = find_row (index, code, at_us);

  if (unit == NULL)
    unit = find_row (index, main_centre, at_us);
  return unit != NULL ? unit : find_row (index, TRACK_UNIT_DEFAULT, at_us);
}

/**
 * track_registry_index_find_server:
 * @code: five digits, or "default"
 *
 * Who serves the code then, as calls are routed: its own row, its main centre's, the default's; of an alias whom it names.
 *
 * Returns: (nullable) (transfer none): a row with an endpoint
 */
const TrackUnit *
track_registry_index_find_server (const TrackRegistryIndex *index, const char *code, gint64 at_us)
{
  const TrackUnit *unit = find_for_code (index, code, at_us);

  if (unit != NULL && unit->alias_of != NULL)
    unit = find_for_code (index, unit->alias_of, at_us);
  return unit == NULL || unit->endpoint == NULL ? NULL : unit;
}
