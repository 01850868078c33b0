/* SPDX-License-Identifier: EUPL-1.2 */
/* Writes weekly working time as VAVAILABILITY. */
#include "calsync-availability.h"
#include "calsync-error.h"
#include "calsync-values.h"

#include <string.h>

#define FIRST_DAY       4 /* 1970-01-05, the Monday from which patterns without beginning hold */
#define MINUTES_PER_DAY 1440

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
static void
write_rule (const CalsyncWorkBlock *block, const CalsyncZone *zone, GString *text)
{
  static const char *const weekdays[] = { "MO", "TU", "WE", "TH", "FR", "SA", "SU" };
  g_autoptr (GString) line = g_string_new ("RRULE:FREQ=");

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
  for (gsize at = 0; at < line->len; at += at == 0 ? 75 : 74)
    g_string_append_printf (text, "%s%.*s\r\n", at == 0 ? "" : " ", at == 0 ? 75 : 74,
                            line->str + at);
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
