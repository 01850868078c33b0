/* SPDX-License-Identifier: EUPL-1.2 */
/* Lays a calendar object out over a window: which time it takes, and as what. */
#include "calsync-recurrence.h"

#include "calsync-availability.h"
#include "calsync-busy.h"
#include "calsync-error.h"
#include "calsync-instances.h"

#include <string.h>

#define MAX_COMPONENTS 50000

/* What has one UID: the series under it (usually one) and their exceptions. */
typedef struct
{
  GPtrArray *masters;
  GPtrArray *overrides;
} Group;

static void
group_free (gpointer data)
{
  Group *group = data;

  g_ptr_array_unref (group->masters);
  g_ptr_array_unref (group->overrides);
  g_free (group);
}

static Group *
group_new (void)
{
  Group *group = g_new0 (Group, 1);

  group->masters = g_ptr_array_new_with_free_func ((GDestroyNotify) calsync_series_free);
  group->overrides = g_ptr_array_new_with_free_func ((GDestroyNotify) calsync_series_free);
  return group;
}

/* Components without UID stand alone. */
static Group *
find_group (GPtrArray *groups, GHashTable *by_uid, const CalsyncComponent *component)
{
  const CalsyncLine *uid = calsync_component_find (component, "UID");
  Group *group = uid == NULL ? NULL : g_hash_table_lookup (by_uid, uid->value);

  if (group != NULL)
    return group;
  group = group_new ();
  g_ptr_array_add (groups, group);
  if (uid != NULL)
    g_hash_table_insert (by_uid, (gpointer) uid->value, group);
  return group;
}

/*
 * An exception's own time, and its RDATEs (Notes sends whole series as one exception). Its rule is
 * void beside the series, and is followed where the series itself is not there.
 */
static void
expand_override (const Group *group, guint index, const CalsyncWindow *window, GArray *spans)
{
  CalsyncSeries *override = g_ptr_array_index (group->overrides, index);

  if (group->masters->len > 0)
    {
      g_ptr_array_set_size (override->rules, 0);
      override->flags &= ~(guint) CALSYNC_FLAG_NOT_EXPANDABLE;
    }
  calsync_instances_expand (override, NULL, window, spans);
}

/**
 * calsync_expand_components:
 * @components: (element-type CalsyncComponent): VEVENTs or AVAILABLEs
 * @scope: the zones of their calendar
 * @window: the window
 * @spans: (element-type CalsyncSpan): their spans are appended
 * @error: %CALSYNC_ERROR_MALFORMED or %CALSYNC_ERROR_TOO_LARGE, of calsync_series_read()
 *
 * Returns: whether all of them could be read
 */
gboolean
calsync_expand_components (const GPtrArray *components,
                           CalsyncZoneScope *scope,
                           const CalsyncWindow *window,
                           GArray *spans,
                           GError **error)
{
  g_autoptr (GPtrArray) groups = g_ptr_array_new_with_free_func (group_free);
  g_autoptr (GHashTable) by_uid = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < components->len; i++)
    {
      const CalsyncComponent *component = g_ptr_array_index (components, i);
      CalsyncSeries *series = calsync_series_read (component, scope, NULL, error);
      Group *group;

      if (series == NULL)
        return FALSE;
      group = find_group (groups, by_uid, component);
      g_ptr_array_add (series->is_override ? group->overrides : group->masters, series);
    }
  for (guint i = 0; i < groups->len; i++)
    {
      const Group *group = g_ptr_array_index (groups, i);

      for (guint k = 0; k < group->masters->len; k++)
        calsync_instances_expand (g_ptr_array_index (group->masters, k), group->overrides, window,
                                  spans);
      for (guint k = 0; k < group->overrides->len; k++)
        expand_override (group, k, window, spans);
    }
  return TRUE;
}

static void
collect (const CalsyncComponent *calendar, const char *name, GPtrArray *found)
{
  for (guint i = 0; i < calendar->children->len; i++)
    {
      CalsyncComponent *child = g_ptr_array_index (calendar->children, i);

      if (calsync_component_is (child, name))
        g_ptr_array_add (found, child);
    }
}

static gboolean
expand_calendar (const CalsyncComponent *calendar,
                 const CalsyncWindow *window,
                 GArray *spans,
                 GError **error)
{
  g_autoptr (GPtrArray) events = g_ptr_array_new ();
  g_autoptr (GPtrArray) free_busy = g_ptr_array_new ();
  g_autoptr (GPtrArray) availabilities = g_ptr_array_new ();
  const CalsyncZoneContext context = { window->zone, window->region, window->from_us,
                                       window->to_us };
  g_autoptr (CalsyncZoneScope) scope = calsync_zone_scope_new (calendar, &context);

  collect (calendar, "VEVENT", events);
  collect (calendar, "VFREEBUSY", free_busy);
  collect (calendar, "VAVAILABILITY", availabilities);
  if (events->len > 0 && !calsync_expand_components (events, scope, window, spans, error))
    return FALSE;
  for (guint i = 0; i < free_busy->len; i++)
    {
      if (!calsync_free_busy_expand (g_ptr_array_index (free_busy, i), scope, window, spans, error))
        return FALSE;
    }
  return availabilities->len == 0 ||
         calsync_availabilities_block (availabilities, scope, window, spans, error);
}

/**
 * calsync_expand:
 * @text: iCalendar text, as a rule the reduced text of a #CalsyncObject
 * @window: the window and the calendar's own zone
 * @spans: (element-type CalsyncSpan): the spans that touch the window are appended, uncut, and the
 *   whole array is sorted; free time is left out; spans may overlap
 * @error: %CALSYNC_ERROR_MALFORMED or %CALSYNC_ERROR_TOO_LARGE when the text cannot be read; @spans
 *   is then as it was
 *
 * A series that cannot be followed (a rule of an unknown kind, or more instances than the window's
 * limit) takes the whole window from its start and carries %CALSYNC_FLAG_NOT_EXPANDABLE. Any thread;
 * workers may expand in parallel. Does not block but for the first use of a zone. Source: RFC 5545.
 *
 * Returns: whether the text was read
 */
gboolean
calsync_expand (const char *text, const CalsyncWindow *window, GArray *spans, GError **error)
{
  g_autoptr (CalsyncLines) lines = NULL;
  g_autoptr (CalsyncComponent) root = NULL;
  guint n_before = spans->len, n_calendars = 0;
  gboolean is_good = TRUE;

  g_return_val_if_fail (text != NULL && window->zone != NULL, FALSE);
  lines = calsync_lines_split (text, strlen (text));
  root = calsync_component_parse (lines, MAX_COMPONENTS, error);
  if (root == NULL)
    return FALSE;
  for (guint i = 0; is_good && i < root->children->len; i++)
    {
      const CalsyncComponent *calendar = g_ptr_array_index (root->children, i);

      if (!calsync_component_is (calendar, "VCALENDAR"))
        continue;
      n_calendars++;
      is_good = expand_calendar (calendar, window, spans, error);
    }
  if (is_good && n_calendars == 0)
    {
      g_set_error (error, CALSYNC_ERROR, CALSYNC_ERROR_MALFORMED, "the text is not iCalendar");
      is_good = FALSE;
    }
  if (!is_good)
    {
      g_array_set_size (spans, n_before);
      return FALSE;
    }
  calsync_spans_sort (spans);
  return TRUE;
}
