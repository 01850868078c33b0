/* SPDX-License-Identifier: EUPL-1.2 */
/* What may still be made out of an entry that cannot be read: when it starts and when it was changed. */
#include "calsync-hint.h"

#include <string.h>

#include "calsync-lines.h"
#include "calsync-values.h"

static gint64
instant_of (const CalsyncLine *line, const CalsyncZone *zone)
{
  CalsyncTime time = { 0 };
  CalsyncLocalKind kind;

  if (!calsync_parse_time (line->value, strlen (line->value), &time))
    return 0;
  return time.form == CALSYNC_TIME_UTC
           ? time.seconds * G_USEC_PER_SEC
           : calsync_zone_seconds_to_instant (zone, time.seconds, &kind);
}

static gboolean
names_zone (const CalsyncLine *line, const char *name)
{
  return calsync_line_is (line, name) && g_ascii_strcasecmp (line->value, "VTIMEZONE") == 0;
}

/**
 * calsync_hint_read:
 * @bytes: an entry of which no more is believed
 * @zone: of times that do not say UTC; whatever zone the entry names is not looked up
 * @out_hint: (out): times alone, so that a person can find the entry: never a title, a place or a name
 *
 * Lines are taken as they come, wherever they stand outside of time zones. Pure. Any thread.
 */
void
calsync_hint_read (const char *bytes, gsize n_bytes, const CalsyncZone *zone, CalsyncHint *out_hint)
{
  g_autoptr (CalsyncLines) lines = calsync_lines_split (bytes, n_bytes);
  CalsyncHint hint = { 0 };
  gint64 stamp_us = 0;
  gboolean is_zone = FALSE;

  for (guint i = 0; i < lines->lines->len; i++)
    {
      const CalsyncLine *line = &g_array_index (lines->lines, CalsyncLine, i);

      is_zone = (is_zone && !names_zone (line, "END")) || names_zone (line, "BEGIN");
      if (is_zone)
        continue;
      if (hint.start_us == 0 && calsync_line_is (line, "DTSTART"))
        hint.start_us = instant_of (line, zone);
      else if (hint.changed_us == 0 && calsync_line_is (line, "LAST-MODIFIED"))
        hint.changed_us = instant_of (line, zone);
      else if (stamp_us == 0 && calsync_line_is (line, "DTSTAMP"))
        stamp_us = instant_of (line, zone);
    }
  if (hint.changed_us == 0)
    hint.changed_us = stamp_us;
  *out_hint = hint;
}
