/* SPDX-License-Identifier: EUPL-1.2 */
/* Working time as VAVAILABILITY (RFC 7953), read into available spans or into what it blocks. */
#include "calsync-availability.h"

#include "calsync-busy.h"
#include "calsync-error.h"
#include "calsync-instances.h"

#include <string.h>

#define MAX_COMPONENTS 5000
#define LOWEST_RANK    10 /* PRIORITY 0 or missing; 1 is the highest */

/* One VAVAILABILITY: what it says about [start, end), and with which rank. */
typedef struct
{
  gint rank;
  gint64 start_us;
  gint64 end_us;
  CalsyncClass busy_class;
  gboolean is_guess; /* a zone of its own times is unknown */
  GArray *available;
} Part;

static void
part_free (gpointer data)
{
  Part *part = data;

  g_array_unref (part->available);
  g_free (part);
}

static GArray *
spans_new (void)
{
  return g_array_new (FALSE, FALSE, sizeof (CalsyncSpan));
}

/* Takes [from, to) out of the spans. */
static void
cut_out (GArray *spans, gint64 from_us, gint64 to_us)
{
  guint n_before = spans->len;

  for (guint i = 0; i < n_before; i++)
    {
      CalsyncSpan span = g_array_index (spans, CalsyncSpan, i);
      CalsyncSpan after = span;

      after.start_us = MAX (span.start_us, to_us);
      span.end_us = MIN (span.end_us, from_us);
      g_array_index (spans, CalsyncSpan, i) = span; /* empty when nothing is left before */
      if (after.start_us < after.end_us && after.start_us > span.start_us)
        g_array_append_val (spans, after);
      else if (after.start_us < after.end_us)
        g_array_index (spans, CalsyncSpan, i) = after;
    }
  for (guint i = spans->len; i > 0; i--)
    {
      const CalsyncSpan *span = &g_array_index (spans, CalsyncSpan, i - 1);

      if (span->end_us <= span->start_us)
        g_array_remove_index_fast (spans, i - 1);
    }
}

/* Sorts, and joins what touches or overlaps; class and flags of the first stay. */
static void
join (GArray *spans)
{
  guint n_kept = 0;

  calsync_spans_sort (spans);
  for (guint i = 0; i < spans->len; i++)
    {
      const CalsyncSpan span = g_array_index (spans, CalsyncSpan, i);
      CalsyncSpan *last = n_kept == 0 ? NULL : &g_array_index (spans, CalsyncSpan, n_kept - 1);

      if (last != NULL && span.start_us <= last->end_us)
        last->end_us = MAX (last->end_us, span.end_us);
      else
        g_array_index (spans, CalsyncSpan, n_kept++) = span;
    }
  g_array_set_size (spans, n_kept);
}

static gboolean
refuse (GError **error, const char *what)
{
  g_set_error (error, CALSYNC_ERROR, CALSYNC_ERROR_MALFORMED, "%s cannot be read", what);
  return FALSE;
}

/* DTSTART, DTEND or DURATION, PRIORITY and BUSYTYPE. */
static gboolean
read_header (const CalsyncComponent *component,
             CalsyncZoneScope *scope,
             const CalsyncZone *own,
             Part *part,
             GError **error)
{
  const CalsyncLine *start = calsync_component_find (component, "DTSTART");
  const CalsyncLine *end = calsync_component_find (component, "DTEND");
  const CalsyncLine *duration = calsync_component_find (component, "DURATION");
  const CalsyncLine *priority = calsync_component_find (component, "PRIORITY");
  const CalsyncLine *type = calsync_component_find (component, "BUSYTYPE");
  CalsyncMoment moment = { 0 };
  CalsyncDuration length;

  part->rank = priority == NULL ? 0 : (gint) g_ascii_strtoll (priority->value, NULL, 10);
  if (part->rank < 1 || part->rank > 9)
    part->rank = LOWEST_RANK;
  part->busy_class = calsync_class_of_free_busy (type == NULL ? "BUSY-UNAVAILABLE" : type->value);
  part->start_us = G_MININT64;
  part->end_us = G_MAXINT64;
  if (start != NULL)
    {
      if (!calsync_moment_read (start, scope, &moment))
        return refuse (error, "DTSTART of an availability");
      part->start_us = calsync_moment_to_instant (&moment, own);
      part->is_guess = moment.is_guess;
    }
  if (end == NULL && duration != NULL && start != NULL)
    {
      if (!calsync_parse_duration (duration->value, strlen (duration->value), &length))
        return refuse (error, "DURATION of an availability");
      moment.value.seconds += length.days * CALSYNC_SECONDS_PER_DAY;
      part->end_us =
        calsync_moment_to_instant (&moment, own) + length.seconds * CALSYNC_US_PER_SECOND;
    }
  if (end == NULL)
    return TRUE;
  if (!calsync_moment_read (end, scope, &moment))
    return refuse (error, "DTEND of an availability");
  part->end_us = calsync_moment_to_instant (&moment, own);
  part->is_guess = part->is_guess || moment.is_guess;
  return TRUE;
}

/* What cannot be followed is not available: FALSE when something of it had to be left out. */
static gboolean
drop_suspect (GArray *spans)
{
  gboolean is_clean = TRUE;

  for (guint i = spans->len; i > 0; i--)
    {
      if (g_array_index (spans, CalsyncSpan, i - 1).flags &
          (CALSYNC_FLAG_ZONE_GUESSED | CALSYNC_FLAG_NOT_EXPANDABLE | CALSYNC_FLAG_UNREADABLE))
        {
          g_array_remove_index_fast (spans, i - 1);
          is_clean = FALSE;
        }
    }
  return is_clean;
}

static Part *
read_part (const CalsyncComponent *component,
           CalsyncZoneScope *scope,
           const CalsyncWindow *window,
           gboolean *out_is_clean,
           GError **error)
{
  Part *part = g_new0 (Part, 1);
  g_autoptr (GPtrArray) available = g_ptr_array_new ();

  part->available = spans_new ();
  for (guint i = 0; i < component->children->len; i++)
    {
      CalsyncComponent *child = g_ptr_array_index (component->children, i);

      if (calsync_component_is (child, "AVAILABLE"))
        g_ptr_array_add (available, child);
    }
  if (!read_header (component, scope, window->zone, part, error) ||
      !calsync_expand_components (available, scope, window, part->available, error))
    {
      part_free (part);
      return NULL;
    }
  *out_is_clean = drop_suspect (part->available) && !part->is_guess;
  part->start_us = MAX (part->start_us, window->from_us);
  part->end_us = MAX (MIN (part->end_us, window->to_us), part->start_us);
  cut_out (part->available, G_MININT64, part->start_us);
  cut_out (part->available, part->end_us, G_MAXINT64);
  return part;
}

static gint
compare_ranks (gconstpointer one, gconstpointer other)
{
  return (*(Part *const *) other)->rank - (*(Part *const *) one)->rank;
}

/* Parts from the lowest rank to the highest. */
static GPtrArray *
read_parts (const GPtrArray *components,
            CalsyncZoneScope *scope,
            const CalsyncWindow *window,
            gboolean *out_is_clean,
            GError **error)
{
  g_autoptr (GPtrArray) parts = g_ptr_array_new_with_free_func (part_free);

  *out_is_clean = TRUE;
  for (guint i = 0; i < components->len; i++)
    {
      gboolean is_clean = TRUE;
      Part *part = read_part (g_ptr_array_index (components, i), scope, window, &is_clean, error);

      if (part == NULL)
        return NULL;
      *out_is_clean = *out_is_clean && is_clean;
      g_ptr_array_add (parts, part);
    }
  g_ptr_array_sort (parts, compare_ranks);
  return g_steal_pointer (&parts);
}

/*
 * RFC 7953 section 4: a higher priority hides the lower ones wherever it holds; parts of one rank
 * add up. @out_blocked gets what the ranking part leaves out, with that part's class.
 */
static void
combine (const GPtrArray *parts, GArray *out_available, GArray *out_blocked)
{
  for (guint first = 0, next = 0; first < parts->len; first = next)
    {
      gint rank = ((const Part *) g_ptr_array_index (parts, first))->rank;

      for (next = first;
           next < parts->len && ((const Part *) g_ptr_array_index (parts, next))->rank == rank;
           next++)
        {
          const Part *part = g_ptr_array_index (parts, next);

          cut_out (out_available, part->start_us, part->end_us);
          cut_out (out_blocked, part->start_us, part->end_us);
        }
      for (guint i = first; i < next; i++)
        {
          const Part *part = g_ptr_array_index (parts, i);
          CalsyncSpan span = { part->start_us, part->end_us, part->busy_class, 0 };

          if (part->end_us > part->start_us)
            g_array_append_val (out_blocked, span);
          g_array_append_vals (out_available, part->available->data, part->available->len);
        }
      for (guint i = 0; i < out_available->len; i++)
        {
          const CalsyncSpan *span = &g_array_index (out_available, CalsyncSpan, i);

          cut_out (out_blocked, span->start_us, span->end_us);
        }
    }
}

/**
 * calsync_availabilities_block:
 * @availabilities: (element-type CalsyncComponent): VAVAILABILITYs of one calendar
 * @scope: its zones
 * @window: the window
 * @spans: (element-type CalsyncSpan): the time they do not leave available is appended
 * @error: %CALSYNC_ERROR_MALFORMED when one cannot be read
 *
 * AVAILABLE parts that cannot be followed are taken as not available. Source: RFC 7953.
 *
 * Returns: whether all could be read
 */
gboolean
calsync_availabilities_block (const GPtrArray *availabilities,
                              CalsyncZoneScope *scope,
                              const CalsyncWindow *window,
                              GArray *spans,
                              GError **error)
{
  gboolean is_clean;
  g_autoptr (GPtrArray) parts = read_parts (availabilities, scope, window, &is_clean, error);
  g_autoptr (GArray) available = spans_new ();
  g_autoptr (GArray) blocked = spans_new ();

  if (parts == NULL)
    return FALSE;
  combine (parts, available, blocked);
  for (guint i = 0; i < blocked->len; i++)
    {
      CalsyncSpan span = g_array_index (blocked, CalsyncSpan, i);

      span.flags |=
        is_clean && span.busy_class != CALSYNC_CLASS_UNKNOWN ? 0 : CALSYNC_FLAG_UNREADABLE;
      if (span.busy_class != CALSYNC_CLASS_FREE)
        g_array_append_val (spans, span);
    }
  return TRUE;
}

static gboolean
expand_calendar (const CalsyncComponent *calendar,
                 const CalsyncWindow *window,
                 GArray *spans,
                 GError **error)
{
  g_autoptr (GPtrArray) components = g_ptr_array_new ();
  g_autoptr (GPtrArray) parts = NULL;
  g_autoptr (GArray) blocked = spans_new ();
  g_autoptr (GArray) available = spans_new ();
  const CalsyncZoneContext context = { window->zone, window->region, window->from_us,
                                       window->to_us };
  g_autoptr (CalsyncZoneScope) scope = calsync_zone_scope_new (calendar, &context);
  gboolean is_clean;

  for (guint i = 0; i < calendar->children->len; i++)
    {
      CalsyncComponent *child = g_ptr_array_index (calendar->children, i);

      if (calsync_component_is (child, "VAVAILABILITY"))
        g_ptr_array_add (components, child);
    }
  parts = read_parts (components, scope, window, &is_clean, error);
  if (parts == NULL)
    return FALSE;
  if (components->len == 0 || !is_clean)
    {
      g_set_error (error, CALSYNC_ERROR,
                   is_clean ? CALSYNC_ERROR_MALFORMED : CALSYNC_ERROR_UNSUPPORTED,
                   is_clean ? "the text holds no VAVAILABILITY"
                            : "a rule, exception or zone of the working time cannot be followed");
      return FALSE;
    }
  combine (parts, available, blocked);
  join (available);
  g_array_append_vals (spans, available->data, available->len);
  return TRUE;
}

/**
 * calsync_availability_expand:
 * @text: iCalendar text with one or more VAVAILABILITY components in its first VCALENDAR
 * @window: the window and the zone of floating times
 * @spans: (element-type CalsyncSpan): the available time is appended: cut to the window, sorted,
 *   without overlaps; class and flags mean nothing
 * @error: %CALSYNC_ERROR_MALFORMED when it cannot be read; %CALSYNC_ERROR_UNSUPPORTED when a rule, an
 *   exception or a zone of it cannot be followed, so that nothing may be offered; @spans is then as
 *   it was
 *
 * Any thread; does not block but for the first use of a zone. Source: RFC 7953.
 *
 * Returns: whether the working time is known
 */
gboolean
calsync_availability_expand (const char *text,
                             const CalsyncWindow *window,
                             GArray *spans,
                             GError **error)
{
  g_autoptr (CalsyncLines) lines = NULL;
  g_autoptr (CalsyncComponent) root = NULL;

  g_return_val_if_fail (text != NULL && window->zone != NULL, FALSE);
  lines = calsync_lines_split (text, strlen (text));
  root = calsync_component_parse (lines, MAX_COMPONENTS, error);
  if (root == NULL)
    return FALSE;
  for (guint i = 0; i < root->children->len; i++)
    {
      const CalsyncComponent *calendar = g_ptr_array_index (root->children, i);

      if (calsync_component_is (calendar, "VCALENDAR"))
        return expand_calendar (calendar, window, spans, error);
    }
  g_set_error (error, CALSYNC_ERROR, CALSYNC_ERROR_MALFORMED, "the text is not iCalendar");
  return FALSE;
}

/**
 * calsync_availability_check:
 * @text: iCalendar text with VAVAILABILITY, from outside
 * @window: any window
 * @error: as calsync_availability_expand()
 *
 * For imports. Any thread.
 *
 * Returns: whether calsync_availability_expand() will take the text
 */
gboolean
calsync_availability_check (const char *text, const CalsyncWindow *window, GError **error)
{
  g_autoptr (GArray) spans = spans_new ();

  return calsync_availability_expand (text, window, spans, error);
}
