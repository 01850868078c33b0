/* SPDX-License-Identifier: EUPL-1.2 */
/* Busy time from VFREEBUSY components. */
#include "calsync-busy.h"

#include "calsync-error.h"
#include "calsync-series.h"

#include <string.h>

#define MAX_PERIODS 20000

/* A period of a FREEBUSY list as a span; a mere date is that day. */
static gboolean
read_span (const char *item,
           gsize length,
           const CalsyncMoment *pattern,
           const CalsyncZone *own,
           CalsyncSpan *out_span)
{
  CalsyncPeriod period;
  CalsyncMoment end;

  if (!calsync_period_read (item, length, pattern, &period))
    return FALSE;
  end = period.start;
  if (period.extent.kind == CALSYNC_EXTENT_END)
    end = period.extent.end;
  else if (period.extent.kind == CALSYNC_EXTENT_DURATION)
    end.value.seconds += period.extent.duration.days * CALSYNC_SECONDS_PER_DAY;
  else if (period.start.value.form == CALSYNC_TIME_DATE)
    end.value.seconds += CALSYNC_SECONDS_PER_DAY;
  else
    return FALSE;
  out_span->start_us = calsync_moment_to_instant (&period.start, own);
  out_span->end_us = calsync_moment_to_instant (&end, own);
  if (period.extent.kind == CALSYNC_EXTENT_DURATION)
    out_span->end_us += period.extent.duration.seconds * CALSYNC_US_PER_SECOND;
  if (pattern->is_guess && period.start.value.form == CALSYNC_TIME_LOCAL)
    out_span->flags |= CALSYNC_FLAG_ZONE_GUESSED;
  return TRUE;
}

/* All periods of one FREEBUSY property. */
static gboolean
read_line (const CalsyncLine *line, CalsyncZoneScope *scope, GArray *periods)
{
  CalsyncMoment pattern = { 0 };
  CalsyncSpan span = { 0 };
  char word[512];
  const char *item;
  gsize length;

  if (calsync_line_get_param (line, "TZID", word, sizeof word))
    pattern.zone = calsync_zone_scope_find (scope, word, &pattern.is_guess);
  span.busy_class = calsync_class_of_free_busy (
    calsync_line_get_param (line, "FBTYPE", word, sizeof word) ? word : NULL);
  span.flags = span.busy_class == CALSYNC_CLASS_UNKNOWN ? CALSYNC_FLAG_UNREADABLE : 0;
  for (const char *cursor = line->value; calsync_next_item (&cursor, &item, &length);)
    {
      CalsyncSpan one = span;

      if (periods->len >= MAX_PERIODS ||
          !read_span (item, length, &pattern, calsync_zone_scope_get_own (scope), &one))
        return FALSE;
      g_array_append_val (periods, one);
    }
  return TRUE;
}

static GArray *
read_periods (const CalsyncComponent *component, CalsyncZoneScope *scope, GError **error)
{
  g_autoptr (GArray) periods = g_array_new (FALSE, FALSE, sizeof (CalsyncSpan));

  for (guint i = 0; i < component->lines->len; i++)
    {
      const CalsyncLine *line = &g_array_index (component->lines, CalsyncLine, i);

      if (!calsync_line_is (line, "FREEBUSY") || *line->value == '\0' ||
          read_line (line, scope, periods))
        continue;
      g_set_error (error, CALSYNC_ERROR, CALSYNC_ERROR_MALFORMED,
                   "a free/busy period cannot be read");
      return NULL;
    }
  return g_steal_pointer (&periods);
}

/**
 * calsync_free_busy_expand:
 * @component: a VFREEBUSY
 * @scope: the zones of its calendar
 * @window: the window
 * @spans: (element-type CalsyncSpan): its busy periods in the window are appended
 * @error: %CALSYNC_ERROR_MALFORMED when a period cannot be read
 *
 * Source: RFC 5545 section 3.6.4; periods in local time or with dates, as some servers write them,
 * are accepted.
 *
 * Returns: whether it was read
 */
gboolean
calsync_free_busy_expand (const CalsyncComponent *component,
                          CalsyncZoneScope *scope,
                          const CalsyncWindow *window,
                          GArray *spans,
                          GError **error)
{
  g_autoptr (GArray) periods = read_periods (component, scope, error);

  for (guint i = 0; periods != NULL && i < periods->len; i++)
    {
      const CalsyncSpan *span = &g_array_index (periods, CalsyncSpan, i);

      if (span->busy_class != CALSYNC_CLASS_FREE && span->end_us > span->start_us &&
          span->end_us > window->from_us && span->start_us < window->to_us)
        g_array_append_val (spans, *span);
    }
  return periods != NULL;
}

static const char *
type_of_class (CalsyncClass busy_class)
{
  switch (busy_class)
    {
    case CALSYNC_CLASS_TENTATIVE:
      return "BUSY-TENTATIVE";
    case CALSYNC_CLASS_AWAY:
      return "BUSY-UNAVAILABLE";
    case CALSYNC_CLASS_UNKNOWN:
      return "X-UNKNOWN";
    case CALSYNC_CLASS_FREE:
    case CALSYNC_CLASS_BUSY:
    case CALSYNC_CLASS_ELSEWHERE:
    default:
      return "BUSY";
    }
}

/**
 * calsync_free_busy_reduce:
 * @component: a VFREEBUSY
 * @scope: the zones of its calendar
 * @text: its busy periods are appended, in UTC, without BEGIN, UID and END
 * @error: %CALSYNC_ERROR_MALFORMED when a period cannot be read
 *
 * Returns: whether it was read
 */
gboolean
calsync_free_busy_reduce (const CalsyncComponent *component,
                          CalsyncZoneScope *scope,
                          GString *text,
                          GError **error)
{
  g_autoptr (GArray) periods = read_periods (component, scope, error);

  for (guint i = 0; periods != NULL && i < periods->len; i++)
    {
      const CalsyncSpan *span = &g_array_index (periods, CalsyncSpan, i);
      CalsyncTime start = { CALSYNC_TIME_UTC, span->start_us / CALSYNC_US_PER_SECOND };
      CalsyncTime end = { CALSYNC_TIME_UTC, span->end_us / CALSYNC_US_PER_SECOND };
      char start_text[20], end_text[20];

      if (span->busy_class == CALSYNC_CLASS_FREE)
        continue;
      calsync_format_time (&start, start_text);
      calsync_format_time (&end, end_text);
      g_string_append_printf (text, "FREEBUSY;FBTYPE=%s:%s/%s\r\n",
                              type_of_class (span->busy_class), start_text, end_text);
    }
  return periods != NULL;
}
