/* SPDX-License-Identifier: EUPL-1.2 */
/* Writes and reads the one form in which blocked and opened time is kept. */
#include "calsync-stretch.h"

#include "calsync-component.h"
#include "calsync-error.h"
#include "calsync-values.h"

#include <string.h>

#define MAX_TEXT   200
#define MAX_RULE   200
#define MAX_OCTETS 75

/* Digits, signs and words of a recurrence rule; nothing that could end its line. */
#define RULE_SIGNS "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789=;,+-"

/**
 * calsync_stretch_free:
 *
 * Frees the stretch; %NULL is ignored.
 */
void
calsync_stretch_free (CalsyncStretch *stretch)
{
  if (stretch == NULL)
    return;
  g_free (stretch->uid);
  g_free (stretch->rule);
  g_free (stretch->text);
  g_free (stretch);
}

/* Folds at 75 octets and never inside a character. RFC 5545 section 3.1. */
static void
add_line (GString *out, const char *line)
{
  gsize room = MAX_OCTETS;

  while (strlen (line) > room)
    {
      gsize n = room;
      while ((line[n] & 0xc0) == 0x80)
        n--;
      g_string_append_len (out, line, (gssize) n);
      g_string_append (out, "\r\n ");
      line += n;
      room = MAX_OCTETS - 1;
    }
  g_string_append (out, line);
  g_string_append (out, "\r\n");
}

static void
add_text (GString *out, const char *name, const char *text)
{
  g_autoptr (GString) line = g_string_new (name);

  if (text == NULL)
    return;
  g_string_append_c (line, ':');
  for (const char *at = text; *at != '\0'; at++)
    {
      if (strchr ("\\;,", *at) != NULL)
        g_string_append_c (line, '\\');
      g_string_append_c (line, *at);
    }
  add_line (out, line->str);
}

static gboolean
is_expressible (const CalsyncZone *zone, gint64 unix_us)
{
  CalsyncLocalTime wall;

  calsync_zone_to_local (zone, unix_us, &wall, NULL);
  return calsync_zone_to_instant (zone, &wall, NULL) == unix_us;
}

static void
add_time (GString *out, const char *name, const CalsyncZone *zone, gint64 unix_us)
{
  CalsyncTime value = { CALSYNC_TIME_UTC, unix_us / CALSYNC_US_PER_SECOND };
  g_autofree char *line = NULL;
  char text[20];

  if (zone != NULL)
    value =
      (CalsyncTime){ CALSYNC_TIME_LOCAL, value.seconds + calsync_zone_offset_at (zone, unix_us) };
  calsync_format_time (&value, text);
  line = zone == NULL ? g_strdup_printf ("%s:%s", name, text)
                      : g_strdup_printf ("%s;TZID=%s:%s", name, calsync_zone_get_name (zone), text);
  add_line (out, line);
}

/* What is wrong with a stretch, in a few words; NULL when nothing is. */
static const char *
find_fault (const CalsyncStretch *stretch)
{
  if (stretch->uid == NULL || *stretch->uid == '\0' || strlen (stretch->uid) > 64)
    return "its identifier is empty or too long";
  for (const char *at = stretch->uid; *at != '\0'; at++)
    if (!g_ascii_isalnum (*at) && *at != '-')
      return "its identifier is not letters, digits and hyphens";
  if (stretch->start_us < 0 || stretch->end_us <= stretch->start_us ||
      stretch->start_us % CALSYNC_US_PER_SECOND != 0 ||
      stretch->end_us % CALSYNC_US_PER_SECOND != 0)
    return "its time is empty, before 1970, or no whole seconds";
  if (stretch->rule != NULL && (strlen (stretch->rule) > MAX_RULE ||
                                strspn (stretch->rule, RULE_SIGNS) != strlen (stretch->rule)))
    return "its rule holds what no recurrence rule holds";
  if (stretch->text != NULL &&
      (strlen (stretch->text) > MAX_TEXT || !g_utf8_validate (stretch->text, -1, NULL)))
    return "its text is too long or not UTF-8";
  for (const char *at = stretch->text; at != NULL && *at != '\0'; at++)
    if ((guchar) *at < 0x20 || *at == 0x7f)
      return "its text holds a line break or another control character";
  if (stretch->text != NULL &&
      g_regex_match_simple ("(?<!\\d)\\d{6}[- ]?\\d{4}(?!\\d)", stretch->text, 0, 0))
    return "its text holds what looks like a civil registration number";
  return NULL;
}

static void
add_part (GString *out, const CalsyncStretch *stretch, const CalsyncZone *zone)
{
  g_autofree char *uid = g_strconcat ("UID:", stretch->uid, NULL);
  g_autofree char *rule =
    stretch->rule == NULL ? NULL : g_strconcat ("RRULE:", stretch->rule, NULL);

  add_line (out, uid);
  add_line (out, "DTSTAMP:19700101T000000Z");
  add_time (out, "DTSTART", zone, stretch->start_us);
  add_time (out, "DTEND", zone, stretch->end_us);
  if (rule != NULL)
    add_line (out, rule);
  add_text (out, "SUMMARY", stretch->text);
}

/**
 * calsync_stretch_write:
 * @zone: zone of the wall times, one of calsync_zone_lookup()
 * @error: %CALSYNC_ERROR_MALFORMED when the stretch is none, holds what looks like a civil
 *   registration number, or comes again at a time that no wall clock can name
 *
 * In wall time, so that it follows a changed law about the clock; in UTC when it begins or ends in the
 * second of two equal hours, which has no other name in iCalendar. The same stretch gives the same
 * text. Any thread. Source: RFC 5545, RFC 7953.
 *
 * Returns: (transfer full): a whole VCALENDAR
 */
char *
calsync_stretch_write (const CalsyncStretch *stretch, const CalsyncZone *zone, GError **error)
{
  const char *fault = find_fault (stretch);
  g_autoptr (GString) text = NULL;

  if (fault == NULL &&
      (!is_expressible (zone, stretch->start_us) || !is_expressible (zone, stretch->end_us)))
    {
      zone = NULL;
      if (stretch->rule != NULL)
        fault = "it comes again, and begins or ends in the second of two equal hours";
    }
  if (fault != NULL)
    {
      g_set_error (error, CALSYNC_ERROR, CALSYNC_ERROR_MALFORMED,
                   "the time cannot be written into a calendar: %s", fault);
      return NULL;
    }
  text = g_string_new ("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"
                       "PRODID:-//Kommunal Planner//NONSGML v1//DA\r\n");
  if (stretch->kind == CALSYNC_STRETCH_BLOCKED)
    {
      g_string_append (text, "BEGIN:VEVENT\r\n");
      add_part (text, stretch, zone);
      g_string_append (text, "TRANSP:OPAQUE\r\nEND:VEVENT\r\n");
    }
  else
    {
      g_autofree char *uid = g_strconcat ("UID:", stretch->uid, "-opened", NULL);

      g_string_append (text, "BEGIN:VAVAILABILITY\r\n");
      add_line (text, uid);
      g_string_append (text, "DTSTAMP:19700101T000000Z\r\nPRIORITY:1\r\nBEGIN:AVAILABLE\r\n");
      add_part (text, stretch, zone);
      g_string_append (text, "END:AVAILABLE\r\nEND:VAVAILABILITY\r\n");
    }
  g_string_append (text, "END:VCALENDAR\r\n");
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static const CalsyncComponent *
find_child (const CalsyncComponent *parent, const char *name)
{
  for (guint i = 0; parent != NULL && i < parent->children->len; i++)
    if (calsync_component_is (g_ptr_array_index (parent->children, i), name))
      return g_ptr_array_index (parent->children, i);
  return NULL;
}

static gboolean
read_time (const CalsyncComponent *part, const char *name, gint64 *out_us)
{
  const CalsyncLine *line = calsync_component_find (part, name);
  const CalsyncZone *zone = NULL;
  CalsyncTime value;
  char word[128];

  if (line == NULL || !calsync_parse_time (line->value, strlen (line->value), &value))
    return FALSE;
  if (value.form == CALSYNC_TIME_UTC)
    {
      *out_us = value.seconds * CALSYNC_US_PER_SECOND;
      return TRUE;
    }
  if (calsync_line_get_param (line, "TZID", word, sizeof word))
    zone = calsync_zone_lookup (word, NULL);
  if (zone == NULL || value.form != CALSYNC_TIME_LOCAL)
    return FALSE;
  *out_us = calsync_zone_seconds_to_instant (zone, value.seconds, NULL);
  return TRUE;
}

static char *
dup_value (const CalsyncComponent *part, const char *name)
{
  const CalsyncLine *line = calsync_component_find (part, name);
  g_autoptr (GString) text = NULL;

  if (line == NULL)
    return NULL;
  text = g_string_new (NULL);
  for (const char *at = line->value; *at != '\0'; at++)
    {
      if (*at == '\\' && at[1] != '\0')
        at++;
      g_string_append_c (text, *at);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/**
 * calsync_stretch_parse:
 * @text: what calsync_stretch_write() wrote
 * @error: %CALSYNC_ERROR_MALFORMED for anything else
 *
 * Any thread.
 *
 * Returns: (transfer full): the stretch
 */
CalsyncStretch *
calsync_stretch_parse (const char *text, GError **error)
{
  g_autoptr (CalsyncLines) lines = calsync_lines_split (text, strlen (text));
  g_autoptr (CalsyncComponent) root = calsync_component_parse (lines, 100, error);
  const CalsyncComponent *calendar = root == NULL ? NULL : find_child (root, "VCALENDAR");
  const CalsyncComponent *event = find_child (calendar, "VEVENT");
  const CalsyncComponent *part =
    event != NULL ? event : find_child (find_child (calendar, "VAVAILABILITY"), "AVAILABLE");
  g_autoptr (CalsyncStretch) stretch = g_new0 (CalsyncStretch, 1);

  if (root == NULL)
    return NULL;
  stretch->kind = event != NULL ? CALSYNC_STRETCH_BLOCKED : CALSYNC_STRETCH_OPENED;
  if (part == NULL || !read_time (part, "DTSTART", &stretch->start_us) ||
      !read_time (part, "DTEND", &stretch->end_us))
    {
      g_set_error_literal (error, CALSYNC_ERROR, CALSYNC_ERROR_MALFORMED,
                           "the text is no stretch of blocked or opened time");
      return NULL;
    }
  stretch->uid = dup_value (part, "UID");
  stretch->rule = dup_value (part, "RRULE");
  stretch->text = dup_value (part, "SUMMARY");
  return g_steal_pointer (&stretch);
}
