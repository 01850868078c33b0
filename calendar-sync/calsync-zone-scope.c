/* SPDX-License-Identifier: EUPL-1.2 */
/* The zones that one calendar's TZIDs mean, with the VTIMEZONEs that it brings along. */
#include "calsync-zone-scope.h"

#include "calsync-zone-names.h"

#include <string.h>

/* Tried, after the calendar's own zone, for a VTIMEZONE whose name says nothing. */
static const char *const candidates[] = { "Europe/Copenhagen", "Europe/London",  "Europe/Helsinki",
                                          "Etc/UTC",           "Atlantic/Faroe", "America/Nuuk",
                                          "America/New_York" };

typedef struct
{
  const CalsyncZone *zone;
  CalsyncZone *made; /* holds the zone of a VTIMEZONE */
  char *text;
  gboolean is_guess;
} Entry;

struct _CalsyncZoneScope
{
  const CalsyncComponent *calendar;
  CalsyncZoneContext context;
  GHashTable *entries; /* TZID → Entry; NULL until the first TZID comes */
};

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  g_clear_pointer (&entry->made, calsync_zone_unref);
  g_free (entry->text);
  g_free (entry);
}

/**
 * calsync_zone_scope_new:
 * @calendar: (nullable): the VCALENDAR; must outlive the scope
 * @context: the calendar's own zone and window
 *
 * Returns: (transfer full): a scope, for one thread
 */
CalsyncZoneScope *
calsync_zone_scope_new (const CalsyncComponent *calendar, const CalsyncZoneContext *context)
{
  CalsyncZoneScope *scope = g_new0 (CalsyncZoneScope, 1);

  scope->calendar = calendar;
  scope->context = *context;
  if (scope->context.own == NULL)
    scope->context.own = calsync_zone_utc ();
  return scope;
}

/**
 * calsync_zone_scope_free:
 *
 * Frees a scope and the zones that only it holds. Any thread.
 */
void
calsync_zone_scope_free (CalsyncZoneScope *scope)
{
  g_clear_pointer (&scope->entries, g_hash_table_unref);
  g_free (scope);
}

/**
 * calsync_zone_scope_get_own:
 * @scope: a scope
 *
 * Returns: (transfer none): the calendar's own zone
 */
const CalsyncZone *
calsync_zone_scope_get_own (const CalsyncZoneScope *scope)
{
  return scope->context.own;
}

/* tzdata's zone that does the same over the window, so that later changes of law are followed. */
static const CalsyncZone *
find_equal (const CalsyncZoneScope *scope, const CalsyncZone *zone)
{
  const CalsyncZoneContext *context = &scope->context;

  if (context->to_us <= context->from_us)
    return NULL;
  if (calsync_zone_same_rules (zone, context->own, context->from_us, context->to_us))
    return context->own;
  for (guint i = 0; i < G_N_ELEMENTS (candidates); i++)
    {
      const CalsyncZone *candidate = calsync_zone_lookup (candidates[i], NULL);

      if (candidate != NULL &&
          calsync_zone_same_rules (zone, candidate, context->from_us, context->to_us))
        return candidate;
    }
  return NULL;
}

/* The VTIMEZONE of that TZID; a second one that differs makes the first a guess. */
static void
find_vtimezone (const CalsyncZoneScope *scope, const char *tzid, Entry *entry)
{
  const GPtrArray *children = scope->calendar == NULL ? NULL : scope->calendar->children;

  for (guint i = 0; children != NULL && i < children->len; i++)
    {
      const CalsyncComponent *child = g_ptr_array_index (children, i);
      const CalsyncLine *name =
        calsync_component_is (child, "VTIMEZONE") ? calsync_component_find (child, "TZID") : NULL;
      g_autofree char *text = NULL;
      g_autoptr (CalsyncZone) made = NULL;

      if (name == NULL || strcmp (name->value, tzid) != 0)
        continue;
      made = calsync_vtimezone_read (child, &text);
      if (made == NULL)
        continue;
      if (entry->made != NULL)
        {
          entry->is_guess |= made != entry->made;
          continue;
        }
      entry->made = g_steal_pointer (&made);
      entry->text = g_steal_pointer (&text);
    }
}

static Entry *
make_entry (const CalsyncZoneScope *scope, const char *tzid)
{
  Entry *entry = g_new0 (Entry, 1);
  g_autofree char *valid = g_utf8_make_valid (tzid, -1);

  entry->zone = calsync_zone_resolve (valid, scope->context.region);
  if (entry->zone != NULL)
    return entry;
  find_vtimezone (scope, tzid, entry);
  if (entry->made != NULL)
    {
      entry->zone = find_equal (scope, entry->made);
      if (entry->zone == NULL)
        entry->zone = entry->made;
      return entry;
    }
  entry->is_guess = TRUE;
  return entry;
}

/**
 * calsync_zone_scope_find:
 * @scope: a scope
 * @tzid: the value of a TZID parameter
 * @out_is_guess: (out): whether the name is unknown, so that the calendar's own zone has to do, or
 *   stands for two different VTIMEZONEs, so that the first has to do
 *
 * Order: names that we know, then the VTIMEZONE, replaced by a zone of tzdata that does the same over
 * the window, then the calendar's own zone.
 *
 * Returns: (transfer none) (nullable): the zone, valid as long as the scope; %NULL for an unknown name
 */
const CalsyncZone *
calsync_zone_scope_find (CalsyncZoneScope *scope, const char *tzid, gboolean *out_is_guess)
{
  Entry *entry = NULL;

  if (scope->entries == NULL)
    {
      const CalsyncZone *zone = calsync_zone_lookup (tzid, NULL);

      *out_is_guess = FALSE;
      if (zone != NULL)
        return zone;
      scope->entries = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, entry_free);
    }
  entry = g_hash_table_lookup (scope->entries, tzid);
  if (entry == NULL)
    {
      entry = make_entry (scope, tzid);
      g_hash_table_insert (scope->entries, g_strdup (tzid), entry);
    }
  *out_is_guess = entry->is_guess;
  return entry->zone;
}

/**
 * calsync_zone_scope_get_text:
 * @scope: a scope
 * @zone: a zone of calsync_zone_scope_find()
 *
 * Returns: (transfer none) (nullable): the VTIMEZONE that belongs into a text which names the zone;
 *   %NULL for zones of tzdata
 */
const char *
calsync_zone_scope_get_text (CalsyncZoneScope *scope, const CalsyncZone *zone)
{
  GHashTableIter iter;
  gpointer value;

  if (scope->entries == NULL)
    return NULL;
  g_hash_table_iter_init (&iter, scope->entries);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const Entry *entry = value;

      if (entry->made != NULL && entry->zone == entry->made && entry->zone == zone)
        return entry->text;
    }
  return NULL;
}
