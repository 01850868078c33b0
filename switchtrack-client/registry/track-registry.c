/* SPDX-License-Identifier: EUPL-1.2 */
/* The registry as a value: made, counted, searched. */
#include "registry/track-registry.h"

#include <string.h>

static const char *const state_words[TRACK_N_STATES] = {
  [TRACK_STATE_ACTIVE] = "active",
  [TRACK_STATE_DRAIN] = "drain",
  [TRACK_STATE_MAINTENANCE] = "maintenance",
};

/**
 * track_state_word:
 *
 * Returns: the stable word for document, metric and page. Any thread.
 */
const char *
track_state_word (TrackState state)
{
  g_return_val_if_fail (state < TRACK_N_STATES, "");
  return state_words[state];
}

/**
 * track_state_parse:
 *
 * Returns: FALSE when @word is none. Any thread.
 */
gboolean
track_state_parse (const char *word, TrackState *out_state)
{
  for (guint i = 0; i < TRACK_N_STATES; i++)
    if (g_str_equal (state_words[i], word))
      {
        *out_state = i;
        return TRUE;
      }
  return FALSE;
}

/**
 * track_endpoint_free:
 * @endpoint: (transfer full)
 */
void
track_endpoint_free (TrackEndpoint *endpoint)
{
  g_free (endpoint->name);
  g_strfreev (endpoint->urls);
  g_free (endpoint->contract);
  g_strfreev (endpoint->pins);
  g_free (endpoint->owner);
  g_strfreev (endpoint->contacts);
  g_strfreev (endpoint->webhooks);
  g_free (endpoint->probe_unit);
  g_free (endpoint);
}

/**
 * track_unit_free:
 * @unit: (transfer full)
 */
void
track_unit_free (TrackUnit *unit)
{
  g_free (unit->code);
  g_free (unit->alias_of);
  g_free (unit->endpoint);
  g_free (unit->name);
  g_strfreev (unit->takes_over);
  if (unit->canary != NULL)
    g_free (unit->canary->endpoint);
  g_free (unit->canary);
  if (unit->shadow != NULL)
    g_free (unit->shadow->endpoint);
  g_free (unit->shadow);
  g_free (unit);
}

/**
 * track_window_free:
 * @window: (transfer full)
 */
void
track_window_free (TrackWindow *window)
{
  g_free (window->endpoint);
  g_free (window->text_da);
  g_free (window->text_en);
  g_free (window);
}

/**
 * track_freeze_free:
 * @freeze: (transfer full)
 */
void
track_freeze_free (TrackFreeze *freeze)
{
  g_free (freeze->reason);
  g_free (freeze);
}

/**
 * track_registry_new:
 *
 * An empty one, for whoever reads a document: nobody else changes a registry.
 *
 * Returns: (transfer full)
 */
TrackRegistry *
track_registry_new (void)
{
  TrackRegistry *registry = g_new0 (TrackRegistry, 1);

  g_atomic_ref_count_init (&registry->n_refs);
  registry->endpoints = g_ptr_array_new_with_free_func ((GDestroyNotify) track_endpoint_free);
  registry->units = g_ptr_array_new_with_free_func ((GDestroyNotify) track_unit_free);
  registry->windows = g_ptr_array_new_with_free_func ((GDestroyNotify) track_window_free);
  registry->freezes = g_ptr_array_new_with_free_func ((GDestroyNotify) track_freeze_free);
  return registry;
}

TrackRegistry *
track_registry_ref (TrackRegistry *registry)
{
  g_atomic_ref_count_inc (&registry->n_refs);
  return registry;
}

void
track_registry_unref (TrackRegistry *registry)
{
  if (!g_atomic_ref_count_dec (&registry->n_refs))
    return;
  g_ptr_array_unref (registry->endpoints);
  g_ptr_array_unref (registry->units);
  g_ptr_array_unref (registry->windows);
  g_ptr_array_unref (registry->freezes);
  g_free (registry);
}

static int
compare_instants (gint64 a, gint64 b)
{
  return (a > b) - (a < b);
}

static int
compare_endpoints (gconstpointer a, gconstpointer b)
{
  const TrackEndpoint *const *x = a;
  const TrackEndpoint *const *y = b;
  return strcmp ((*x)->name, (*y)->name);
}

static int
compare_units (gconstpointer a, gconstpointer b)
{
  const TrackUnit *const *x = a;
  const TrackUnit *const *y = b;
  int order = strcmp ((*x)->code, (*y)->code);
  return order != 0 ? order : compare_instants ((*x)->from_us, (*y)->from_us);
}

static int
compare_windows (gconstpointer a, gconstpointer b)
{
  const TrackWindow *const *x = a;
  const TrackWindow *const *y = b;
  int order = strcmp ((*x)->endpoint, (*y)->endpoint);
  return order != 0 ? order : compare_instants ((*x)->from_us, (*y)->from_us);
}

static int
compare_freezes (gconstpointer a, gconstpointer b)
{
  const TrackFreeze *const *x = a;
  const TrackFreeze *const *y = b;
  return compare_instants ((*x)->from_us, (*y)->from_us);
}

/**
 * track_registry_sort:
 *
 * Brings a registry that is being made into its one order, so that equal registries have equal documents.
 */
void
track_registry_sort (TrackRegistry *registry)
{
  g_ptr_array_sort (registry->endpoints, compare_endpoints);
  g_ptr_array_sort (registry->units, compare_units);
  g_ptr_array_sort (registry->windows, compare_windows);
  g_ptr_array_sort (registry->freezes, compare_freezes);
}

/**
 * track_registry_find_endpoint:
 *
 * Returns: (nullable): borrowed. Any thread.
 */
const TrackEndpoint *
track_registry_find_endpoint (const TrackRegistry *registry, const char *name)
{
  for (guint i = 0; name != NULL && i < registry->endpoints->len; i++)
    {
      const TrackEndpoint *endpoint = g_ptr_array_index (registry->endpoints, i);

      if (g_str_equal (endpoint->name, name))
        return endpoint;
    }
  return NULL;
}

/**
 * track_registry_find_unit:
 *
 * The row of exactly @code that is in force at @now_us; for single looks, calls go through #TrackRoutes.
 *
 * Returns: (nullable): borrowed. Any thread.
 */
const TrackUnit *
track_registry_find_unit (const TrackRegistry *registry, const char *code, gint64 now_us)
{
  for (guint i = 0; i < registry->units->len; i++)
    {
      const TrackUnit *unit = g_ptr_array_index (registry->units, i);

      if (g_str_equal (unit->code, code) && unit->from_us <= now_us && now_us < unit->until_us)
        return unit;
    }
  return NULL;
}

/**
 * track_registry_find_window:
 *
 * Returns: (nullable): the service window of @endpoint that is open at @now_us, a closing one first. Any thread.
 */
const TrackWindow *
track_registry_find_window (const TrackRegistry *registry, const char *endpoint, gint64 now_us)
{
  const TrackWindow *found = NULL;

  for (guint i = 0; i < registry->windows->len; i++)
    {
      const TrackWindow *window = g_ptr_array_index (registry->windows, i);

      if (!g_str_equal (window->endpoint, endpoint) || now_us < window->from_us ||
          now_us >= window->until_us)
        continue;
      if (window->is_closed)
        return window;
      if (found == NULL)
        found = window;
    }
  return found;
}

/**
 * track_registry_find_freeze:
 *
 * Returns: (nullable): the freeze that lasts at @now_us. Any thread.
 */
const TrackFreeze *
track_registry_find_freeze (const TrackRegistry *registry, gint64 now_us)
{
  for (guint i = 0; i < registry->freezes->len; i++)
    {
      const TrackFreeze *freeze = g_ptr_array_index (registry->freezes, i);

      if (freeze->from_us <= now_us && now_us < freeze->until_us)
        return freeze;
    }
  return NULL;
}
