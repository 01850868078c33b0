/* SPDX-License-Identifier: EUPL-1.2 */
/* Values of iCalendar properties: dates, times, durations, offsets. */
#include "calsync-values.h"

#include <string.h>

/* 10000-01-01 00:00 */
#define END_OF_TIME_S G_GINT64_CONSTANT (253402300800)

static gboolean
read_digits (const char *text, guint n_digits, gint *out_number)
{
  gint number = 0;

  for (guint i = 0; i < n_digits; i++)
    {
      if (!g_ascii_isdigit (text[i]))
        return FALSE;
      number = number * 10 + (text[i] - '0');
    }
  *out_number = number;
  return TRUE;
}

static void
trim (const char **text, gsize *length)
{
  while (*length > 0 && g_ascii_isspace (**text))
    {
      (*text)++;
      (*length)--;
    }
  while (*length > 0 && g_ascii_isspace ((*text)[*length - 1]))
    (*length)--;
}

/**
 * calsync_parse_time:
 * @text: `YYYYMMDD`, `YYYYMMDDTHHMMSS` or the latter with `Z`; blanks around it are ignored
 * @length: its length
 * @out_time: (out): the value
 *
 * 24:00:00 is taken as the next midnight and second 60 as the next minute, as they are seen in the
 * wild. Any thread. Source: RFC 5545 sections 3.3.4 and 3.3.5.
 *
 * Returns: whether the text is such a value
 */
gboolean
calsync_parse_time (const char *text, gsize length, CalsyncTime *out_time)
{
  CalsyncLocalTime local = { 0 };
  CalsyncTimeForm form = CALSYNC_TIME_DATE;

  trim (&text, &length);
  if (length != 8 && length != 15 && length != 16)
    return FALSE;
  if (!read_digits (text, 4, &local.year) || !read_digits (text + 4, 2, &local.month) ||
      !read_digits (text + 6, 2, &local.day))
    return FALSE;
  if (length > 8)
    {
      form = length == 16 ? CALSYNC_TIME_UTC : CALSYNC_TIME_LOCAL;
      if (g_ascii_toupper (text[8]) != 'T' || (length == 16 && g_ascii_toupper (text[15]) != 'Z') ||
          !read_digits (text + 9, 2, &local.hour) || !read_digits (text + 11, 2, &local.minute) ||
          !read_digits (text + 13, 2, &local.second))
        return FALSE;
    }
  /* The last midnight is beyond what can be written again. */
  if (!calsync_local_is_valid (&local) || calsync_local_to_seconds (&local) >= END_OF_TIME_S)
    return FALSE;
  out_time->form = form;
  out_time->seconds = calsync_local_to_seconds (&local);
  return TRUE;
}

/* One number and its unit; advances the cursor. */
static gboolean
read_part (const char **at, const char *end, gint64 *out_number, char *out_unit)
{
  gint64 number = 0;
  const char *start = *at;

  while (*at < end && g_ascii_isdigit (**at))
    {
      number = number * 10 + (**at - '0');
      if (number > CALSYNC_DURATION_MAX_PART)
        return FALSE;
      (*at)++;
    }
  if (*at == start || *at == end)
    return FALSE;
  *out_number = number;
  *out_unit = g_ascii_toupper (**at);
  (*at)++;
  return TRUE;
}

/**
 * calsync_parse_duration:
 * @text: e.g. `P15DT5H0M20S`, `-PT15M`, `P7W`
 * @length: its length
 * @out_duration: (out): the value
 *
 * Any thread. Source: RFC 5545 section 3.3.6; weeks together with other units are accepted.
 *
 * Returns: whether the text is a duration
 */
gboolean
calsync_parse_duration (const char *text, gsize length, CalsyncDuration *out_duration)
{
  const char *at, *end;
  gint64 days = 0, seconds = 0, sign = 1;
  gboolean is_time = FALSE;
  guint n_parts = 0;

  trim (&text, &length);
  at = text;
  end = text + length;
  if (at < end && (*at == '+' || *at == '-'))
    sign = *at++ == '-' ? -1 : 1;
  if (at == end || g_ascii_toupper (*at++) != 'P')
    return FALSE;
  while (at < end)
    {
      gint64 number;
      char unit;

      if (g_ascii_toupper (*at) == 'T' && !is_time)
        {
          is_time = TRUE;
          at++;
          continue;
        }
      if (!read_part (&at, end, &number, &unit))
        return FALSE;
      n_parts++;
      if (!is_time && unit == 'W')
        days += number * 7;
      else if (!is_time && unit == 'D')
        days += number;
      else if (is_time && unit == 'H')
        seconds += number * 3600;
      else if (is_time && unit == 'M')
        seconds += number * 60;
      else if (is_time && unit == 'S')
        seconds += number;
      else
        return FALSE;
    }
  if (n_parts == 0)
    return FALSE;
  /* Sums beyond what one part may say could not be written again. */
  out_duration->days = sign * MIN (days, CALSYNC_DURATION_MAX_PART);
  out_duration->seconds = sign * MIN (seconds, CALSYNC_DURATION_MAX_PART * 3600);
  return TRUE;
}

/**
 * calsync_parse_utc_offset:
 * @text: e.g. `+0100`, `-093015`
 * @out_offset_s: (out): seconds east of UTC
 *
 * Any thread. Source: RFC 5545 section 3.3.14.
 *
 * Returns: whether the text is an offset of less than a day
 */
gboolean
calsync_parse_utc_offset (const char *text, gint32 *out_offset_s)
{
  gsize length = strlen (text);
  gint hours, minutes, seconds = 0;

  trim (&text, &length);
  if ((length != 5 && length != 7) || (text[0] != '+' && text[0] != '-'))
    return FALSE;
  if (!read_digits (text + 1, 2, &hours) || !read_digits (text + 3, 2, &minutes) ||
      (length == 7 && !read_digits (text + 5, 2, &seconds)))
    return FALSE;
  if (hours > 23 || minutes > 59 || seconds > 59)
    return FALSE;
  *out_offset_s = (text[0] == '-' ? -1 : 1) * (hours * 3600 + minutes * 60 + seconds);
  return TRUE;
}

/**
 * calsync_format_time:
 * @value: a value with a year of four digits
 * @buffer: (out): its text, as calsync_parse_time() reads it
 *
 * Any thread.
 */
void
calsync_format_time (const CalsyncTime *value, char buffer[static 20])
{
  CalsyncLocalTime local;

  calsync_local_from_seconds (value->seconds, &local);
  if (value->form == CALSYNC_TIME_DATE)
    g_snprintf (buffer, 20, "%04d%02d%02d", local.year, local.month, local.day);
  else
    g_snprintf (buffer, 20, "%04d%02d%02dT%02d%02d%02d%s", local.year, local.month, local.day,
                local.hour, local.minute, local.second, value->form == CALSYNC_TIME_UTC ? "Z" : "");
}

/**
 * calsync_next_item:
 * @cursor: (inout): a comma-separated list; moved behind the item
 * @out_item: (out): start of the item
 * @out_length: (out): its length, may be 0
 *
 * Any thread.
 *
 * Returns: %FALSE at the list's end
 */
gboolean
calsync_next_item (const char **cursor, const char **out_item, gsize *out_length)
{
  gsize length;

  if (*cursor == NULL)
    return FALSE;
  length = strcspn (*cursor, ",");
  *out_item = *cursor;
  *out_length = length;
  *cursor = (*cursor)[length] == ',' ? *cursor + length + 1 : NULL;
  return TRUE;
}
