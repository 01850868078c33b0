/* SPDX-License-Identifier: EUPL-1.2 */
/* Writes weekly working time as VAVAILABILITY, and reads back what it wrote. */
#include "calsync-availability.h"
#include "calsync-component.h"
#include "calsync-error.h"
#include "calsync-values.h"

#include <string.h>

#define FIRST_DAY       4 /* 1970-01-05, the Monday from which patterns without beginning hold */
#define MINUTES_PER_DAY 1440
#define MAX_COMPONENTS  5000

static gboolean
fits_parity (const CalsyncWorkBlock *block, gint64 day)
{
  gint week = calsync_days_iso_week (day, NULL);

  return block->parity == CALSYNC_WEEK_EVERY ||
         (week % 2 == 0) == (block->parity == CALSYNC_WEEK_EVEN);
}

static gint64
first_day (const CalsyncWorkBlock *block)
{
  gint64 day = MAX (block->from_days, FIRST_DAY);

  while (calsync_days_weekday (day) != block->weekday || !fits_parity (block, day))
    day++;
  return day;
}

/*
 * Even and odd weeks are ISO week numbers, which INTERVAL=2 cannot say: after a year of 53 weeks two
 * odd weeks follow each other. So the weeks are listed.
 */
static char *
dup_rule (const CalsyncWorkBlock *block, const CalsyncZone *zone)
{
  static const char *const weekdays[] = { "MO", "TU", "WE", "TH", "FR", "SA", "SU" };
  g_autoptr (GString) line = g_string_new ("FREQ=");

  if (block->parity == CALSYNC_WEEK_EVERY)
    g_string_append (line, "WEEKLY");
  else
    {
      g_string_append (line, "YEARLY;BYWEEKNO=");
      for (gint week = block->parity == CALSYNC_WEEK_EVEN ? 2 : 1; week <= 53; week += 2)
        g_string_append_printf (line, "%s%d", week > 2 ? "," : "", week);
    }
  g_string_append_printf (line, ";BYDAY=%s", weekdays[block->weekday - 1]);
  if (block->until_days < G_MAXINT32)
    {
      gint64 end_us = calsync_zone_midnight (zone, block->until_days + 1);
      CalsyncTime until = { CALSYNC_TIME_UTC, end_us / CALSYNC_US_PER_SECOND - 1 };
      char until_text[20];

      calsync_format_time (&until, until_text);
      g_string_append_printf (line, ";UNTIL=%s", until_text);
    }
  return g_string_free (g_steal_pointer (&line), FALSE);
}

static void
write_rule (const CalsyncWorkBlock *block, const CalsyncZone *zone, GString *text)
{
  g_autofree char *rule = dup_rule (block, zone);
  g_autofree char *content = g_strconcat ("RRULE:", rule, NULL);
  gsize n_bytes = strlen (content);

  for (gsize at = 0; at < n_bytes; at += at == 0 ? 75 : 74)
    g_string_append_printf (text, "%s%.*s\r\n", at == 0 ? "" : " ", at == 0 ? 75 : 74,
                            content + at);
}

static void
write_block (const CalsyncWorkBlock *block,
             gsize number,
             const CalsyncZone *zone,
             const char *uid,
             GString *text)
{
  gint64 midnight_s = first_day (block) * CALSYNC_SECONDS_PER_DAY;
  CalsyncTime start = { CALSYNC_TIME_LOCAL, midnight_s + block->start_minute * 60 };
  CalsyncTime end = { CALSYNC_TIME_LOCAL, midnight_s + block->end_minute * 60 };
  const char *name = calsync_zone_get_name (zone);
  char start_text[20], end_text[20];

  if (block->until_days < first_day (block))
    return;
  calsync_format_time (&start, start_text);
  calsync_format_time (&end, end_text);
  g_string_append_printf (text,
                          "BEGIN:AVAILABLE\r\nUID:%s-%" G_GSIZE_FORMAT
                          "\r\nDTSTAMP:19700101T000000Z\r\nDTSTART;TZID=%s:%s\r\n",
                          uid, number + 1, name, start_text);
  /* A whole day is nominal, so that it keeps its ends when the clock is moved. */
  if (block->start_minute == 0 && block->end_minute == MINUTES_PER_DAY)
    g_string_append (text, "DURATION:P1D\r\n");
  else
    g_string_append_printf (text, "DTEND;TZID=%s:%s\r\n", name, end_text);
  write_rule (block, zone, text);
  g_string_append (text, "END:AVAILABLE\r\n");
}

static gboolean
is_good_block (const CalsyncWorkBlock *block)
{
  return block->weekday >= 1 && block->weekday <= 7 && block->start_minute >= 0 &&
         block->start_minute < block->end_minute && block->end_minute <= MINUTES_PER_DAY &&
         block->until_days >= block->from_days;
}

/**
 * calsync_availability_write:
 * @blocks: (array length=n_blocks): blocks of working time; may be none: never available
 * @n_blocks: how many
 * @zone: the zone of the wall times, one of calsync_zone_lookup()
 * @uid: identifier for the text, ASCII without line breaks
 * @error: %CALSYNC_ERROR_MALFORMED when a block has a weekday, minute or validity out of range
 *
 * Exceptions go into a second VAVAILABILITY of higher priority, or into EXDATEs. Any thread. Source:
 * RFC 7953.
 *
 * Returns: (transfer full): iCalendar text with one VAVAILABILITY of PRIORITY 9
 */
char *
calsync_availability_write (const CalsyncWorkBlock *blocks,
                            gsize n_blocks,
                            const CalsyncZone *zone,
                            const char *uid,
                            GError **error)
{
  g_autoptr (GString) text = g_string_new ("BEGIN:VCALENDAR\r\n"
                                           "VERSION:2.0\r\n"
                                           "PRODID:-//Kommunal Planner//NONSGML v1//DA\r\n"
                                           "BEGIN:VAVAILABILITY\r\n");

  g_return_val_if_fail (zone != NULL && uid != NULL, NULL);
  if (strpbrk (uid, "\r\n") != NULL || *uid == '\0')
    {
      g_set_error (error, CALSYNC_ERROR, CALSYNC_ERROR_MALFORMED,
                   "the UID has a line break or is empty");
      return NULL;
    }
  g_string_append_printf (text, "UID:%s\r\nDTSTAMP:19700101T000000Z\r\nPRIORITY:9\r\n", uid);
  for (gsize i = 0; i < n_blocks; i++)
    {
      if (!is_good_block (&blocks[i]))
        {
          g_set_error (error, CALSYNC_ERROR, CALSYNC_ERROR_MALFORMED,
                       "block %" G_GSIZE_FORMAT " of the working time is out of range", i + 1);
          return NULL;
        }
      write_block (&blocks[i], i, zone, uid, text);
    }
  g_string_append (text, "END:VAVAILABILITY\r\nEND:VCALENDAR\r\n");
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static gboolean
has_only (const CalsyncComponent *component, const char *const *names)
{
  for (guint i = 0; i < component->lines->len; i++)
    {
      g_autofree char *name =
        g_ascii_strup (g_array_index (component->lines, CalsyncLine, i).name, -1);
      if (!g_strv_contains (names, name))
        return FALSE;
    }
  return TRUE;
}

/* A wall time of the zone; FALSE for any other. */
static gboolean
read_wall (const CalsyncComponent *component,
           const char *name,
           const CalsyncZone *zone,
           gint64 *out_seconds)
{
  const CalsyncLine *line = calsync_component_find (component, name);
  CalsyncTime time;
  char zone_name[128];

  if (line == NULL || !calsync_line_get_param (line, "TZID", zone_name, sizeof zone_name) ||
      !g_str_equal (zone_name, calsync_zone_get_name (zone)) ||
      !calsync_parse_time (line->value, strlen (line->value), &time) ||
      time.form != CALSYNC_TIME_LOCAL || time.seconds % 60 != 0)
    return FALSE;
  *out_seconds = time.seconds;
  return TRUE;
}

static gboolean
read_end (const CalsyncComponent *component,
          const CalsyncZone *zone,
          gint64 midnight_s,
          CalsyncWorkBlock *block)
{
  const CalsyncLine *duration = calsync_component_find (component, "DURATION");
  gint64 end_s = 0;

  if (duration != NULL)
    {
      block->end_minute = MINUTES_PER_DAY;
      return block->start_minute == 0 && g_str_equal (duration->value, "P1D");
    }
  if (!read_wall (component, "DTEND", zone, &end_s))
    return FALSE;
  end_s -= midnight_s;
  block->end_minute = (gint) (end_s / 60);
  return end_s > 0 && end_s <= CALSYNC_SECONDS_PER_DAY;
}

static gboolean
read_rule (const CalsyncComponent *component, const CalsyncZone *zone, CalsyncWorkBlock *block)
{
  const CalsyncLine *line = calsync_component_find (component, "RRULE");
  const char *until = line == NULL ? NULL : strstr (line->value, ";UNTIL=");
  g_autofree char *rule = NULL;
  CalsyncTime last;

  if (line == NULL)
    return FALSE;
  if (strstr (line->value, "BYWEEKNO=2,") != NULL)
    block->parity = CALSYNC_WEEK_EVEN;
  else if (strstr (line->value, "BYWEEKNO=1,") != NULL)
    block->parity = CALSYNC_WEEK_ODD;
  block->until_days = G_MAXINT64;
  if (until != NULL)
    {
      until += strlen (";UNTIL=");
      if (!calsync_parse_time (until, strlen (until), &last))
        return FALSE;
      block->until_days =
        calsync_zone_local_day (zone, (last.seconds + 1) * CALSYNC_US_PER_SECOND) - 1;
    }
  rule = dup_rule (block, zone);
  return g_str_equal (rule, line->value);
}

/* What is not word for word as it would be written means something that a block cannot say. */
static gboolean
read_block (const CalsyncComponent *component, const CalsyncZone *zone, CalsyncWorkBlock *block)
{
  static const char *const names[] = { "UID",      "DTSTAMP", "DTSTART", "DTEND",
                                       "DURATION", "RRULE",   NULL };
  gint64 start_s = 0;
  gint64 midnight_s;

  if (!calsync_component_is (component, "AVAILABLE") || !has_only (component, names) ||
      component->children->len > 0 || !read_wall (component, "DTSTART", zone, &start_s))
    return FALSE;
  *block = (CalsyncWorkBlock){ .from_days = start_s / CALSYNC_SECONDS_PER_DAY };
  midnight_s = block->from_days * CALSYNC_SECONDS_PER_DAY;
  block->weekday = calsync_days_weekday (block->from_days);
  block->start_minute = (gint) ((start_s - midnight_s) / 60);
  return read_end (component, zone, midnight_s, block) && read_rule (component, zone, block) &&
         is_good_block (block) && first_day (block) == block->from_days;
}

/* The only VAVAILABILITY of the only VCALENDAR; NULL when there is anything else. */
static const CalsyncComponent *
find_only (const CalsyncComponent *root)
{
  static const char *const names[] = { "UID", "DTSTAMP", "PRIORITY", NULL };
  const CalsyncComponent *calendar;
  const CalsyncComponent *availability;

  if (root->children->len != 1)
    return NULL;
  calendar = g_ptr_array_index (root->children, 0);
  if (calendar->children->len != 1)
    return NULL;
  availability = g_ptr_array_index (calendar->children, 0);
  return calsync_component_is (availability, "VAVAILABILITY") && has_only (availability, names)
           ? availability
           : NULL;
}

/**
 * calsync_availability_read:
 * @text: iCalendar text
 * @zone: the zone that it was written with
 * @error: %CALSYNC_ERROR_MALFORMED for what is no iCalendar; %CALSYNC_ERROR_UNSUPPORTED for a text that
 *   says what blocks of weekly hours cannot say
 *
 * Any thread.
 *
 * Returns: (transfer full) (element-type CalsyncWorkBlock): the blocks, in the text's order; a block begins on its first day
 */
GArray *
calsync_availability_read (const char *text, const CalsyncZone *zone, GError **error)
{
  g_autoptr (GArray) blocks = g_array_new (FALSE, FALSE, sizeof (CalsyncWorkBlock));
  g_autoptr (CalsyncLines) lines = calsync_lines_split (text, strlen (text));
  g_autoptr (CalsyncComponent) root = calsync_component_parse (lines, MAX_COMPONENTS, error);
  const CalsyncComponent *availability = root == NULL ? NULL : find_only (root);
  gboolean is_ours = availability != NULL;

  if (root == NULL)
    return NULL;
  for (guint i = 0; is_ours && i < availability->children->len; i++)
    {
      CalsyncWorkBlock block;

      is_ours = read_block (g_ptr_array_index (availability->children, i), zone, &block);
      if (is_ours)
        g_array_append_val (blocks, block);
    }
  if (is_ours)
    return g_steal_pointer (&blocks);
  g_set_error_literal (error, CALSYNC_ERROR, CALSYNC_ERROR_UNSUPPORTED,
                       "the working time is more than weekly hours");
  return NULL;
}
