/* SPDX-License-Identifier: EUPL-1.2 */
/* Shapes of our events: read out of a remote item that carries our marker, compared, kept as text. */
#include "calsync-shape.h"

#include "calsync-component.h"
#include "calsync-ical.h"
#include "calsync-series.h"

#include <string.h>

#define MAX_COMPONENTS 5000
#define MAX_REFERENCE  128
#define GUID_LENGTH    36

/**
 * calsync_own_clear:
 * @own: what calsync_own_read() filled; what it holds is freed
 */
void
calsync_own_clear (CalsyncOwn *own)
{
  g_free (own->reference);
  g_free (own->uid_guid);
  *own = (CalsyncOwn){ 0 };
}

/**
 * calsync_shape_is_none:
 * @shape: a shape
 *
 * Returns: whether there is no event
 */
gboolean
calsync_shape_is_none (const CalsyncShape *shape)
{
  return shape->start_us == 0 && shape->end_us == 0;
}

/**
 * calsync_shape_equal:
 * @one: a shape
 * @other: another
 *
 * Returns: whether both sides see the same
 */
gboolean
calsync_shape_equal (const CalsyncShape *one, const CalsyncShape *other)
{
  return one->start_us == other->start_us && one->end_us == other->end_us &&
         one->busy_class == other->busy_class && !one->is_all_day == !other->is_all_day &&
         !one->is_series == !other->is_series && !one->has_attendees == !other->has_attendees;
}

/**
 * calsync_shape_has_time:
 * @shape: a shape
 * @start_us: Unix microseconds
 * @end_us: exclusive
 *
 * Returns: whether it is one event (no series, not given in dates) of exactly that time
 */
gboolean
calsync_shape_has_time (const CalsyncShape *shape, gint64 start_us, gint64 end_us)
{
  return shape->start_us == start_us && shape->end_us == end_us && !shape->is_all_day &&
         !shape->is_series;
}

/**
 * calsync_shape_format:
 * @shape: a shape
 *
 * Returns: (transfer full): it as text: `start end class marks`, the instants in Unix microseconds,
 *   the marks being letters: d all-day, s series, p people; `-` for none
 */
char *
calsync_shape_format (const CalsyncShape *shape)
{
  if (calsync_shape_is_none (shape))
    return g_strdup ("-");
  return g_strdup_printf ("%" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %s %s%s%s", shape->start_us,
                          shape->end_us, calsync_class_format (shape->busy_class),
                          shape->is_all_day ? "d" : "", shape->is_series ? "s" : "",
                          shape->has_attendees ? "p" : "");
}

/**
 * calsync_shape_parse:
 * @text: (nullable): what calsync_shape_format() wrote; %NULL: none
 * @out_shape: (out): the shape; untouched on failure
 *
 * Returns: whether it is a shape
 */
gboolean
calsync_shape_parse (const char *text, CalsyncShape *out_shape)
{
  g_auto (GStrv) words = text == NULL ? NULL : g_strsplit (text, " ", 5);
  CalsyncShape shape = { 0 };

  if (text == NULL || strcmp (text, "-") == 0)
    {
      *out_shape = shape;
      return TRUE;
    }
  if (g_strv_length (words) != 4 || !calsync_class_parse (words[2], &shape.busy_class) ||
      !g_ascii_string_to_signed (words[0], 10, G_MININT64, G_MAXINT64, &shape.start_us, NULL) ||
      !g_ascii_string_to_signed (words[1], 10, G_MININT64, G_MAXINT64, &shape.end_us, NULL) ||
      strspn (words[3], "dsp") != strlen (words[3]))
    return FALSE;
  shape.is_all_day = strchr (words[3], 'd') != NULL;
  shape.is_series = strchr (words[3], 's') != NULL;
  shape.has_attendees = strchr (words[3], 'p') != NULL;
  *out_shape = shape;
  return TRUE;
}

/**
 * calsync_own_make_uid:
 * @reference: INSTANCE:KIND:GUID
 * @create_sequence: number of the creation, from 1
 *
 * Returns: (transfer full): the UID of that creation: GUID-NUMBER@INSTANCE; the reference itself
 *   stands for the GUID where it has no three parts
 */
char *
calsync_own_make_uid (const char *reference, guint create_sequence)
{
  const char *instance_end = strchr (reference, ':');
  const char *guid = strrchr (reference, ':');
  g_autofree char *instance = NULL;
  g_autofree char *lower = NULL;

  if (instance_end == NULL)
    return g_strdup_printf ("%s-%u@planner", reference, create_sequence);
  instance = g_strndup (reference, (gsize) (instance_end - reference));
  lower = g_ascii_strdown (guid + 1, -1);
  return g_strdup_printf ("%s-%u@%s", lower, create_sequence, instance);
}

/* GUID-NUMBER@INSTANCE, as calsync_own_make_uid() writes it. */
static void
read_uid (const char *uid, const char *instance, CalsyncOwn *own)
{
  const char *at = strrchr (uid, '@');
  const char *dash = NULL;
  g_autofree char *digits = NULL;
  guint64 sequence;

  if (at == NULL || g_ascii_strcasecmp (at + 1, instance) != 0)
    return;
  for (const char *scan = uid; scan < at; scan++)
    dash = *scan == '-' ? scan : dash;
  if (dash == NULL || dash - uid != GUID_LENGTH)
    return;
  digits = g_strndup (dash + 1, (gsize) (at - dash - 1));
  if (!g_ascii_string_to_unsigned (digits, 10, 1, G_MAXINT, &sequence, NULL))
    return;
  own->uid_guid = g_ascii_strdown (uid, GUID_LENGTH);
  own->uid_sequence = (guint) sequence;
}

/* (nullable): the marker, when this installation wrote it. */
static const char *
get_reference (const CalsyncComponent *event, const char *instance)
{
  const CalsyncLine *line = calsync_component_find (event, "X-PLANNER-REF");
  gsize n_instance = strlen (instance);

  if (line == NULL || strlen (line->value) > MAX_REFERENCE ||
      strncmp (line->value, instance, n_instance) != 0 || line->value[n_instance] != ':')
    return NULL;
  for (const char *at = line->value; *at != '\0'; at++)
    {
      if (!g_ascii_isalnum (*at) && strchr ("-_.:", *at) == NULL)
        return NULL;
    }
  return line->value;
}

static gint64
get_end_us (const CalsyncSeries *series, const CalsyncZone *zone)
{
  gint64 start_us = calsync_moment_to_instant (&series->start, zone);
  gboolean is_day = series->start.value.form == CALSYNC_TIME_DATE;
  CalsyncMoment end = series->start;
  gint64 end_us = start_us;

  if (series->extent.kind == CALSYNC_EXTENT_END)
    end_us = calsync_moment_to_instant (&series->extent.end, zone);
  else if (series->extent.kind == CALSYNC_EXTENT_DURATION)
    {
      end.value.seconds += series->extent.duration.days * CALSYNC_SECONDS_PER_DAY;
      end_us = calsync_moment_to_instant (&end, zone) +
               series->extent.duration.seconds * CALSYNC_US_PER_SECOND;
    }
  if (!is_day || end_us > start_us)
    return end_us;
  end.value.seconds = series->start.value.seconds + CALSYNC_SECONDS_PER_DAY;
  return calsync_moment_to_instant (&end, zone);
}

static void
fill_shape (const CalsyncSeries *series, const CalsyncZone *zone, CalsyncShape *shape)
{
  shape->start_us = calsync_moment_to_instant (&series->start, zone);
  shape->end_us = get_end_us (series, zone);
  shape->busy_class = series->busy_class;
  shape->is_all_day = series->start.value.form == CALSYNC_TIME_DATE;
  shape->is_series = series->is_override || series->rules->len > 0 || series->dates->len > 0;
}

/* The events of one calendar; of several the first without RECURRENCE-ID gives the times. */
static gboolean
read_events (const GPtrArray *events,
             CalsyncZoneScope *scope,
             const CalsyncZone *zone,
             CalsyncOwn *own)
{
  gboolean has_master = FALSE, has_attendees = FALSE;

  for (guint i = 0; i < events->len; i++)
    {
      const CalsyncComponent *event = g_ptr_array_index (events, i);
      g_autoptr (CalsyncSeries) series = calsync_series_read (event, scope, NULL, NULL);

      if (series == NULL)
        return FALSE;
      if (i == 0 || (!has_master && !series->is_override))
        fill_shape (series, zone, &own->shape);
      has_master |= !series->is_override;
      own->event_sequence = MAX (own->event_sequence, (guint) MAX (series->sequence, 0));
      has_attendees |= calsync_component_find (event, "ATTENDEE") != NULL;
    }
  own->shape.is_series |= events->len > 1;
  own->shape.has_attendees = has_attendees;
  return TRUE;
}

/* Whose the events are: all markers of ours among them have to agree. */
static gboolean
read_identity (const GPtrArray *events, const char *instance, CalsyncOwn *own)
{
  for (guint i = 0; i < events->len; i++)
    {
      const CalsyncComponent *event = g_ptr_array_index (events, i);
      const char *reference = get_reference (event, instance);
      const CalsyncLine *uid = calsync_component_find (event, "UID");

      if (reference != NULL && own->reference != NULL && strcmp (reference, own->reference) != 0)
        return FALSE;
      if (reference != NULL && own->reference == NULL)
        own->reference = g_strdup (reference);
      if (uid != NULL && own->uid_guid == NULL)
        read_uid (uid->value, instance, own);
    }
  return own->reference != NULL || own->uid_guid != NULL;
}

static void
collect_events (const CalsyncComponent *calendar, GPtrArray *events)
{
  for (guint i = 0; i < calendar->children->len; i++)
    {
      CalsyncComponent *child = g_ptr_array_index (calendar->children, i);

      if (calsync_component_is (child, "VEVENT"))
        g_ptr_array_add (events, child);
    }
}

/**
 * calsync_own_read:
 * @text: (array length=n_text): iCalendar text of one remote item
 * @n_text: its length
 * @instance: prefix of this installation's markers
 * @zone: (nullable): the calendar's own zone, for dates and floating times; %NULL: UTC
 * @out_own: (out): what it is; filled for %CALSYNC_OWN_OURS, and as far as it could be read for
 *   %CALSYNC_OWN_UNREADABLE; free with calsync_own_clear() in any case
 *
 * Tells our own events from others' by X-PLANNER-REF or by a UID of our making, and reads their shape.
 * Nothing but times, class, rules and the mere presence of people is looked at. Any thread.
 *
 * Returns: whose it is
 */
CalsyncOwnResult
calsync_own_read (const char *text,
                  gsize n_text,
                  const char *instance,
                  const CalsyncZone *zone,
                  CalsyncOwn *out_own)
{
  g_autoptr (CalsyncLines) lines = calsync_lines_split (text, n_text);
  g_autoptr (CalsyncComponent) root = calsync_component_parse (lines, MAX_COMPONENTS, NULL);
  g_autoptr (GPtrArray) events = g_ptr_array_new ();
  const CalsyncComponent *calendar = NULL;
  const CalsyncZoneContext context = { zone, NULL, 0, 0 };
  g_autoptr (CalsyncZoneScope) scope = NULL;

  *out_own = (CalsyncOwn){ 0 };
  if (root == NULL)
    return CALSYNC_OWN_UNREADABLE;
  for (guint i = 0; i < root->children->len; i++)
    {
      const CalsyncComponent *child = g_ptr_array_index (root->children, i);

      if (!calsync_component_is (child, "VCALENDAR"))
        continue;
      calendar = calendar == NULL ? child : calendar;
      collect_events (child, events);
    }
  if (events->len == 0 || !read_identity (events, instance, out_own))
    return CALSYNC_OWN_FOREIGN;
  scope = calsync_zone_scope_new (calendar, &context);
  zone = zone == NULL ? calsync_zone_utc () : zone;
  return read_events (events, scope, zone, out_own) ? CALSYNC_OWN_OURS : CALSYNC_OWN_UNREADABLE;
}
