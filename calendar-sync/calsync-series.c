/* SPDX-License-Identifier: EUPL-1.2 */
/* One VEVENT (or AVAILABLE) as plain values: times, rules, exceptions, class. */
#include "calsync-series.h"

#include "calsync-error.h"

#include <string.h>

#define MAX_RULE_LENGTH 1000
#define MAX_DATES       20000
#define MAX_TZID        512

/* The words that make an event's class; NULL: the property is missing. */
typedef struct
{
  const char *status;
  const char *transparency;
  const char *busy_status;
  const char *reduced_class; /* X-PLANNER-CLASS of a reduced text, which says it all */
  char participation[32];
} ClassWords;

static gboolean
refuse (GError **error, const char *what)
{
  g_set_error (error, CALSYNC_ERROR, CALSYNC_ERROR_MALFORMED, "%s cannot be read", what);
  return FALSE;
}

/* What a line's TZID parameter means for values without Z; the value itself is left empty. */
static CalsyncMoment
read_pattern (const CalsyncLine *line, CalsyncZoneScope *scope)
{
  CalsyncMoment pattern = { 0 };
  char tzid[MAX_TZID];

  if (*line->params != '\0' && calsync_line_get_param (line, "TZID", tzid, sizeof tzid))
    pattern.zone = calsync_zone_scope_find (scope, tzid, &pattern.is_guess);
  return pattern;
}

static gboolean
read_moment (const char *item,
             gsize length,
             const CalsyncMoment *pattern,
             CalsyncMoment *out_moment)
{
  CalsyncMoment moment = *pattern;

  if (!calsync_parse_time (item, length, &moment.value))
    return FALSE;
  if (moment.value.form != CALSYNC_TIME_LOCAL)
    {
      moment.zone = NULL;
      moment.is_guess = FALSE;
    }
  *out_moment = moment;
  return TRUE;
}

/* Some producers say VALUE=DATE and write midnight. */
static void
apply_value_type (const CalsyncLine *line, CalsyncMoment *moment)
{
  char type[16];

  if (moment->value.form != CALSYNC_TIME_LOCAL ||
      moment->value.seconds % CALSYNC_SECONDS_PER_DAY != 0 ||
      !calsync_line_get_param (line, "VALUE", type, sizeof type) ||
      g_ascii_strcasecmp (type, "DATE") != 0)
    return;
  moment->value.form = CALSYNC_TIME_DATE;
  moment->zone = NULL;
  moment->is_guess = FALSE;
}

/**
 * calsync_moment_read:
 * @line: a property with one date or time, e.g. DTSTART
 * @scope: the calendar's zones
 * @out_moment: (out): its value; a zone given with a date is ignored
 *
 * Returns: whether the value can be read
 */
gboolean
calsync_moment_read (const CalsyncLine *line, CalsyncZoneScope *scope, CalsyncMoment *out_moment)
{
  const CalsyncMoment pattern = read_pattern (line, scope);

  if (!read_moment (line->value, strlen (line->value), &pattern, out_moment))
    return FALSE;
  apply_value_type (line, out_moment);
  return TRUE;
}

/**
 * calsync_moment_to_instant:
 * @moment: a moment
 * @own: the calendar's own zone, for dates and floating times
 *
 * Returns: Unix microseconds; of a date, its midnight in @own
 */
gint64
calsync_moment_to_instant (const CalsyncMoment *moment, const CalsyncZone *own)
{
  if (moment->value.form == CALSYNC_TIME_UTC)
    return moment->value.seconds * CALSYNC_US_PER_SECOND;
  return calsync_zone_seconds_to_instant (moment->zone == NULL ? own : moment->zone,
                                          moment->value.seconds, NULL);
}

/**
 * calsync_period_read:
 * @item: a date, a time, or a period `start/end` or `start/duration`
 * @length: its length
 * @pattern: zone for times without Z
 * @out_period: (out): the period; its extent is NONE for a mere date or time
 *
 * Returns: whether it can be read
 */
gboolean
calsync_period_read (const char *item,
                     gsize length,
                     const CalsyncMoment *pattern,
                     CalsyncPeriod *out_period)
{
  const char *slash = memchr (item, '/', length);
  gsize n_start = slash == NULL ? length : (gsize) (slash - item);
  CalsyncPeriod period = { 0 };

  if (!read_moment (item, n_start, pattern, &period.start))
    return FALSE;
  if (slash != NULL)
    {
      gsize n_rest = length - n_start - 1;

      if (read_moment (slash + 1, n_rest, pattern, &period.extent.end))
        period.extent.kind = CALSYNC_EXTENT_END;
      else if (calsync_parse_duration (slash + 1, n_rest, &period.extent.duration))
        period.extent.kind = CALSYNC_EXTENT_DURATION;
      else
        return FALSE;
    }
  *out_period = period;
  return TRUE;
}

static gboolean
is_blank (const char *value)
{
  while (g_ascii_isspace (*value))
    value++;
  return *value == '\0';
}

static gboolean
read_dates (const CalsyncLine *line, CalsyncZoneScope *scope, CalsyncSeries *series, GError **error)
{
  const CalsyncMoment pattern = read_pattern (line, scope);
  const char *item;
  gsize length;

  if (is_blank (line->value))
    return TRUE;
  for (const char *cursor = line->value; calsync_next_item (&cursor, &item, &length);)
    {
      CalsyncPeriod period;

      if (series->dates->len >= MAX_DATES)
        {
          g_set_error (error, CALSYNC_ERROR, CALSYNC_ERROR_TOO_LARGE, "more than %d RDATEs",
                       MAX_DATES);
          return FALSE;
        }
      if (!calsync_period_read (item, length, &pattern, &period))
        return refuse (error, "an RDATE");
      apply_value_type (line, &period.start);
      if (period.start.is_guess)
        series->flags |= CALSYNC_FLAG_ZONE_GUESSED;
      g_array_append_val (series->dates, period);
    }
  return TRUE;
}

/* An exception that cannot be read blocks more than was meant, which is flagged, not refused. */
static void
read_excluded (const CalsyncLine *line, CalsyncZoneScope *scope, CalsyncSeries *series)
{
  const CalsyncMoment pattern = read_pattern (line, scope);
  const char *item;
  gsize length;

  if (is_blank (line->value))
    return;
  for (const char *cursor = line->value; calsync_next_item (&cursor, &item, &length);)
    {
      CalsyncMoment moment;

      if (series->excluded->len >= MAX_DATES || !read_moment (item, length, &pattern, &moment))
        {
          series->flags |= CALSYNC_FLAG_UNREADABLE;
          continue;
        }
      apply_value_type (line, &moment);
      if (moment.is_guess)
        series->flags |= CALSYNC_FLAG_ZONE_GUESSED;
      g_array_append_val (series->excluded, moment);
    }
}

static void
read_rule (const CalsyncLine *line, CalsyncSeries *series)
{
  CalsyncRule rule;
  g_autofree char *text = g_strstrip (g_strdup (line->value));

  if (*text == '\0')
    return;
  if (strlen (text) <= MAX_RULE_LENGTH && calsync_rule_parse (text, &rule, NULL))
    g_ptr_array_add (series->rules, calsync_rule_clean (text));
  else
    series->flags |= CALSYNC_FLAG_NOT_EXPANDABLE;
}

/* A property that may stand once, standing twice with two values, says nothing. */
static gboolean
is_contradicted (const CalsyncMoment *one, const CalsyncMoment *other)
{
  return one->value.form != other->value.form || one->value.seconds != other->value.seconds ||
         one->zone != other->zone;
}

static gboolean
read_start (const CalsyncLine *line,
            CalsyncZoneScope *scope,
            CalsyncSeries *series,
            gboolean *has_start,
            GError **error)
{
  CalsyncMoment start;

  if (!calsync_moment_read (line, scope, &start) ||
      (*has_start && is_contradicted (&start, &series->start)))
    return refuse (error, "DTSTART");
  series->start = start;
  *has_start = TRUE;
  return TRUE;
}

static gboolean
read_extent (const CalsyncLine *line,
             CalsyncZoneScope *scope,
             CalsyncSeries *series,
             GError **error)
{
  CalsyncExtent *extent = &series->extent;

  if (calsync_line_is (line, "DTEND"))
    {
      /* DTEND beats DURATION where both stand, against the RFC. */
      CalsyncMoment end;

      if (!calsync_moment_read (line, scope, &end) ||
          (extent->kind == CALSYNC_EXTENT_END && is_contradicted (&end, &extent->end)))
        return refuse (error, "DTEND");
      extent->end = end;
      extent->kind = CALSYNC_EXTENT_END;
      return TRUE;
    }
  if (extent->kind == CALSYNC_EXTENT_END)
    return TRUE;
  if (!calsync_parse_duration (line->value, strlen (line->value), &extent->duration))
    return refuse (error, "DURATION");
  extent->kind = CALSYNC_EXTENT_DURATION;
  return TRUE;
}

static gboolean
read_recurrence_id (const CalsyncLine *line,
                    CalsyncZoneScope *scope,
                    CalsyncSeries *series,
                    GError **error)
{
  char range[20];

  if (!calsync_moment_read (line, scope, &series->recurrence_id))
    return refuse (error, "RECURRENCE-ID");
  series->is_override = TRUE;
  series->is_this_and_future = calsync_line_get_param (line, "RANGE", range, sizeof range) &&
                               g_ascii_strcasecmp (range, "THISANDFUTURE") == 0;
  return TRUE;
}

/* The owner among the attendees: mailto:name@host, compared without case. */
static void
read_attendee (const CalsyncLine *line, const char *const *owner_addresses, ClassWords *words)
{
  const char *address = line->value;

  if (owner_addresses == NULL)
    return;
  while (g_ascii_isspace (*address))
    address++;
  if (g_ascii_strncasecmp (address, "mailto:", 7) == 0)
    address += 7;
  for (guint i = 0; owner_addresses[i] != NULL; i++)
    {
      gsize length = strlen (owner_addresses[i]);

      if (g_ascii_strncasecmp (address, owner_addresses[i], length) != 0 ||
          !is_blank (address + length))
        continue;
      if (!calsync_line_get_param (line, "PARTSTAT", words->participation,
                                   sizeof words->participation))
        g_strlcpy (words->participation, "NEEDS-ACTION", sizeof words->participation);
    }
}

static void
read_word (const CalsyncLine *line,
           const char *const *owner_addresses,
           CalsyncSeries *series,
           ClassWords *words)
{
  CalsyncTime stamp;

  if (calsync_line_is (line, "STATUS"))
    words->status = line->value;
  else if (calsync_line_is (line, "TRANSP"))
    words->transparency = line->value;
  else if (calsync_line_is (line, "X-MICROSOFT-CDO-BUSYSTATUS"))
    words->busy_status = line->value;
  else if (calsync_line_is (line, "ATTENDEE"))
    read_attendee (line, owner_addresses, words);
  else if (calsync_line_is (line, "X-PLANNER-CLASS"))
    words->reduced_class = line->value;
  else if (calsync_line_is (line, "X-PLANNER-FLAGS"))
    series->flags |= (guint) g_ascii_strtoull (line->value, NULL, 10) & CALSYNC_FLAGS_STORED;
  else if (calsync_line_is (line, "SEQUENCE"))
    series->sequence = (gint) CLAMP (g_ascii_strtoll (line->value, NULL, 10), 0, G_MAXINT);
  else if (calsync_line_is (line, "DTSTAMP") &&
           calsync_parse_time (line->value, strlen (line->value), &stamp))
    series->stamp_s = stamp.seconds;
}

static gboolean
read_line (const CalsyncLine *line,
           CalsyncZoneScope *scope,
           CalsyncSeries *series,
           gboolean *has_start,
           GError **error)
{
  if (calsync_line_is (line, "DTSTART"))
    return read_start (line, scope, series, has_start, error);
  if (calsync_line_is (line, "DTEND") || calsync_line_is (line, "DURATION"))
    return read_extent (line, scope, series, error);
  else if (calsync_line_is (line, "RECURRENCE-ID"))
    return read_recurrence_id (line, scope, series, error);
  else if (calsync_line_is (line, "RDATE"))
    return read_dates (line, scope, series, error);
  else if (calsync_line_is (line, "EXDATE"))
    read_excluded (line, scope, series);
  else if (calsync_line_is (line, "RRULE"))
    read_rule (line, series);
  else if (calsync_line_is (line, "EXRULE"))
    series->flags |= CALSYNC_FLAG_UNREADABLE; /* gone since RFC 5545; blocks more than was meant */
  return TRUE;
}

static CalsyncClass
class_of_words (ClassWords *words, guint *flags)
{
  CalsyncClass busy_class;
  g_autofree char *status = g_strdup (words->status);
  g_autofree char *transparency = g_strdup (words->transparency);
  g_autofree char *busy_status = g_strdup (words->busy_status);

  if (calsync_class_parse (words->reduced_class, &busy_class))
    return busy_class;
  if (status != NULL)
    g_strstrip (status);
  if (calsync_is_not_held (status, words->participation))
    *flags |= CALSYNC_FLAG_NOT_HELD;
  return calsync_class_of_event (status, transparency == NULL ? NULL : g_strstrip (transparency),
                                 busy_status == NULL ? NULL : g_strstrip (busy_status),
                                 *words->participation == '\0' ? NULL : words->participation);
}

/**
 * calsync_series_read:
 * @component: a VEVENT or AVAILABLE
 * @scope: the zones of its calendar
 * @owner_addresses: (nullable) (array zero-terminated=1): to find the owner's PARTSTAT
 * @error: %CALSYNC_ERROR_MALFORMED when it has no start or a time that cannot be read;
 *   %CALSYNC_ERROR_TOO_LARGE with too many dates
 *
 * Any thread. Source: RFC 5545 section 3.6.1.
 *
 * Returns: (transfer full): its values
 */
CalsyncSeries *
calsync_series_read (const CalsyncComponent *component,
                     CalsyncZoneScope *scope,
                     const char *const *owner_addresses,
                     GError **error)
{
  g_autoptr (CalsyncSeries) series = g_new0 (CalsyncSeries, 1);
  ClassWords words = { 0 };
  gboolean has_start = FALSE;

  series->rules = g_ptr_array_new_with_free_func (g_free);
  series->dates = g_array_new (FALSE, FALSE, sizeof (CalsyncPeriod));
  series->excluded = g_array_new (FALSE, FALSE, sizeof (CalsyncMoment));
  for (guint i = 0; i < component->lines->len; i++)
    {
      const CalsyncLine *line = &g_array_index (component->lines, CalsyncLine, i);

      if (!read_line (line, scope, series, &has_start, error))
        return NULL;
      read_word (line, owner_addresses, series, &words);
    }
  series->is_available = calsync_component_is (component, "AVAILABLE");
  if (!has_start)
    {
      g_set_error (error, CALSYNC_ERROR, CALSYNC_ERROR_MALFORMED, "DTSTART is missing");
      return NULL;
    }
  series->busy_class = class_of_words (&words, &series->flags);
  if (series->busy_class == CALSYNC_CLASS_UNKNOWN)
    series->flags |= CALSYNC_FLAG_UNREADABLE;
  if (series->start.is_guess ||
      (series->extent.kind == CALSYNC_EXTENT_END && series->extent.end.is_guess))
    series->flags |= CALSYNC_FLAG_ZONE_GUESSED;
  if (series->start.value.form == CALSYNC_TIME_DATE)
    series->flags |= CALSYNC_FLAG_ALL_DAY;
  else if (series->start.value.form == CALSYNC_TIME_LOCAL && series->start.zone == NULL &&
           !series->start.is_guess)
    series->flags |= CALSYNC_FLAG_FLOATING;
  return g_steal_pointer (&series);
}

/**
 * calsync_series_free:
 *
 * Frees a series. Any thread.
 */
void
calsync_series_free (CalsyncSeries *series)
{
  g_clear_pointer (&series->rules, g_ptr_array_unref);
  g_clear_pointer (&series->dates, g_array_unref);
  g_clear_pointer (&series->excluded, g_array_unref);
  g_free (series);
}

/* Appends a content line, folded at 75 octets; the value is ASCII. */
static void
append_folded (GString *text, const char *line)
{
  gsize length = strlen (line), at = MIN (length, 75);

  g_string_append_len (text, line, (gssize) at);
  while (at < length)
    {
      gsize n = MIN (length - at, 74);

      g_string_append (text, "\r\n ");
      g_string_append_len (text, line + at, (gssize) n);
      at += n;
    }
  g_string_append (text, "\r\n");
}

/**
 * calsync_moment_write:
 * @text: a content line is appended
 * @name: the property, with parameters
 * @moment: its value
 * @rest: (nullable): `/` and the end of a period
 */
void
calsync_moment_write (GString *text,
                      const char *name,
                      const CalsyncMoment *moment,
                      const char *rest)
{
  char value[20];
  g_autofree char *line = NULL;
  const char *tzid = moment->zone == NULL ? NULL : calsync_zone_get_name (moment->zone);
  const char *type = moment->value.form == CALSYNC_TIME_DATE ? ";VALUE=DATE" : "";

  if (moment->is_guess && tzid == NULL)
    tzid = CALSYNC_UNKNOWN_TZID;
  calsync_format_time (&moment->value, value);
  if (tzid == NULL)
    line = g_strconcat (name, type, rest != NULL ? ";VALUE=PERIOD" : "", ":", value, rest, NULL);
  else
    line = g_strconcat (name, ";TZID=", tzid, rest != NULL ? ";VALUE=PERIOD" : "", ":", value, rest,
                        NULL);
  append_folded (text, line);
}

/* In hours where seconds alone are more than can be read again. */
static char *
format_duration (const CalsyncDuration *duration)
{
  const char *sign = duration->days < 0 || duration->seconds < 0 ? "-" : "";
  gint64 seconds = ABS (duration->seconds);

  if (seconds <= CALSYNC_DURATION_MAX_PART)
    return g_strdup_printf ("%sP%" G_GINT64_FORMAT "DT%" G_GINT64_FORMAT "S", sign,
                            ABS (duration->days), seconds);
  return g_strdup_printf ("%sP%" G_GINT64_FORMAT "DT%" G_GINT64_FORMAT "H%" G_GINT64_FORMAT "S",
                          sign, ABS (duration->days), seconds / 3600, seconds % 3600);
}

/* A period's end is written in the start's zone, as the RFC has no place for another. */
static char *
format_rest (const CalsyncExtent *extent)
{
  char value[20];
  g_autofree char *duration = NULL;

  if (extent->kind == CALSYNC_EXTENT_NONE)
    return NULL;
  if (extent->kind == CALSYNC_EXTENT_END)
    {
      calsync_format_time (&extent->end.value, value);
      return g_strconcat ("/", value, NULL);
    }
  duration = format_duration (&extent->duration);
  return g_strconcat ("/", duration, NULL);
}

static void
write_extent (const CalsyncExtent *extent, GString *text)
{
  g_autofree char *duration = NULL;

  if (extent->kind == CALSYNC_EXTENT_END)
    calsync_moment_write (text, "DTEND", &extent->end, NULL);
  if (extent->kind != CALSYNC_EXTENT_DURATION)
    return;
  duration = format_duration (&extent->duration);
  g_string_append_printf (text, "DURATION:%s\r\n", duration);
}

static void
write_rules (GString *text, const char *name, const GPtrArray *rules)
{
  for (guint i = 0; i < rules->len; i++)
    {
      g_autofree char *line = g_strconcat (name, ":", g_ptr_array_index (rules, i), NULL);

      append_folded (text, line);
    }
}

/**
 * calsync_series_write:
 * @series: a series
 * @text: its properties are appended, without BEGIN, UID and END
 *
 * The allow-list of what is stored: times, rules, SEQUENCE, the class and the flags. What it does not
 * write is gone.
 */
void
calsync_series_write (const CalsyncSeries *series, GString *text)
{
  calsync_moment_write (text, "DTSTART", &series->start, NULL);
  write_extent (&series->extent, text);
  if (series->is_override)
    calsync_moment_write (
      text, series->is_this_and_future ? "RECURRENCE-ID;RANGE=THISANDFUTURE" : "RECURRENCE-ID",
      &series->recurrence_id, NULL);
  write_rules (text, "RRULE", series->rules);
  for (guint i = 0; i < series->dates->len; i++)
    {
      const CalsyncPeriod *period = &g_array_index (series->dates, CalsyncPeriod, i);
      g_autofree char *rest = format_rest (&period->extent);

      calsync_moment_write (text, "RDATE", &period->start, rest);
    }
  for (guint i = 0; i < series->excluded->len; i++)
    calsync_moment_write (text, "EXDATE", &g_array_index (series->excluded, CalsyncMoment, i),
                          NULL);
  if (series->sequence > 0)
    g_string_append_printf (text, "SEQUENCE:%d\r\n", series->sequence);
  g_string_append_printf (text, "X-PLANNER-CLASS:%s\r\n",
                          calsync_class_format (series->busy_class));
  if (series->busy_class == CALSYNC_CLASS_FREE)
    g_string_append (text, "TRANSP:TRANSPARENT\r\n"); /* for readers that do not know our class */
  if (series->flags & CALSYNC_FLAGS_STORED)
    g_string_append_printf (text, "X-PLANNER-FLAGS:%u\r\n", series->flags & CALSYNC_FLAGS_STORED);
}
