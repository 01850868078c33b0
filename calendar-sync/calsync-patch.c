/* SPDX-License-Identifier: EUPL-1.2 */
/* Changes our own properties of an event that somebody may have touched, and not a byte else. */
#include "calsync-patch.h"

#include "calsync-civil.h"
#include "calsync-error.h"
#include "calsync-values.h"

#include <string.h>

#define MAX_NAME 64

/* Our properties; what is written for each, in this order, where the first of them stands. */
typedef enum
{
  OURS_NONE,
  OURS_START,
  OURS_END,
  OURS_SEQUENCE,
  OURS_STAMP,
  OURS_MODIFIED,
  OURS_REFERENCE,
  OURS_FORBIDDEN, /* a rule, or people: changed only when a person said so */
  OURS_WITH_IT    /* what goes with a rule or people */
} Ours;

typedef struct
{
  const CalsyncPatch *patch;
  const char *break_text; /* the file's own line break */
  GString *out;
  guint depth; /* components that are open inside the event */
  guint n_events;
  gboolean is_event;
  gboolean is_left_out; /* an exception of a series that is taken back */
  gboolean has[OURS_FORBIDDEN];
  guint sequence;
} Patching;

static Ours
classify (const char *name)
{
  static const struct
  {
    const char *name;
    Ours ours;
  } rows[] = {
    { "DTSTART", OURS_START },
    { "DTEND", OURS_END },
    { "DURATION", OURS_END },
    { "SEQUENCE", OURS_SEQUENCE },
    { "DTSTAMP", OURS_STAMP },
    { "LAST-MODIFIED", OURS_MODIFIED },
    { "X-PLANNER-REF", OURS_REFERENCE },
    { "RRULE", OURS_FORBIDDEN },
    { "RDATE", OURS_FORBIDDEN },
    { "EXRULE", OURS_FORBIDDEN },
    { "RECURRENCE-ID", OURS_FORBIDDEN },
    { "ATTENDEE", OURS_FORBIDDEN },
    { "EXDATE", OURS_WITH_IT },
    { "ORGANIZER", OURS_WITH_IT },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      if (g_ascii_strcasecmp (name, rows[i].name) == 0)
        return rows[i].ours;
    }
  return OURS_NONE;
}

/* Length of a content line with its folds and its line break. */
static gsize
measure_line (const char *text, gsize n_text)
{
  gsize at = 0;

  while (at < n_text)
    {
      const char *lf = memchr (text + at, '\n', n_text - at);

      if (lf == NULL)
        return n_text;
      at = (gsize) (lf - text) + 1;
      if (at >= n_text || (text[at] != ' ' && text[at] != '\t'))
        return at;
    }
  return at;
}

/* Cuts a line's name, or the whole of a BEGIN or END. */
static void
read_name (const char *line, gsize n_line, const char *stops, char name[static MAX_NAME])
{
  gsize n_name = 0;

  while (n_name < n_line && strchr (stops, line[n_name]) == NULL)
    n_name++;
  if (n_name >= MAX_NAME)
    n_name = 0; /* no property of ours */
  memcpy (name, line, n_name);
  name[n_name] = '\0';
}

static void
write_time (Patching *patching, const char *name, gint64 unix_us)
{
  const CalsyncTime value = { CALSYNC_TIME_UTC, unix_us / CALSYNC_US_PER_SECOND };
  char buffer[20];

  calsync_format_time (&value, buffer);
  g_string_append_printf (patching->out, "%s:%s%s", name, buffer, patching->break_text);
}

static void
write_ours (Patching *patching, Ours ours)
{
  const CalsyncPatch *patch = patching->patch;

  if (patching->has[ours])
    return;
  patching->has[ours] = TRUE;
  if (ours == OURS_START)
    write_time (patching, "DTSTART", patch->start_us);
  else if (ours == OURS_END)
    write_time (patching, "DTEND", patch->end_us);
  else if (ours == OURS_STAMP)
    write_time (patching, "DTSTAMP", patch->stamp_us);
  else if (ours == OURS_MODIFIED)
    write_time (patching, "LAST-MODIFIED", patch->stamp_us);
  else if (ours == OURS_SEQUENCE)
    g_string_append_printf (patching->out, "SEQUENCE:%u%s", patching->sequence,
                            patching->break_text);
  else if (ours == OURS_REFERENCE)
    g_string_append_printf (patching->out, "X-PLANNER-REF:%s%s", patch->reference,
                            patching->break_text);
}

/* What the event did not have; LAST-MODIFIED is left to those who keep it. */
static void
write_missing (Patching *patching)
{
  static const Ours all[] = { OURS_START, OURS_END, OURS_SEQUENCE, OURS_STAMP, OURS_REFERENCE };

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    write_ours (patching, all[i]);
}

static gboolean
refuse (GError **error, gint code, const char *why)
{
  g_set_error (error, CALSYNC_ERROR, code, "the event cannot be changed: %s", why);
  return FALSE;
}

/* BEGIN and END; a break that ends the event first gets what is missing. */
static gboolean
pass_nesting (Patching *patching, const char *line, gsize n_line, gboolean is_begin)
{
  char word[MAX_NAME];

  read_name (line, n_line, "\r\n", word);
  if (is_begin && patching->is_event)
    patching->depth++;
  else if (is_begin && g_ascii_strcasecmp (word, "BEGIN:VEVENT") == 0)
    {
      patching->is_event = TRUE;
      patching->n_events++;
    }
  else if (!is_begin && patching->is_event && patching->depth > 0)
    patching->depth--;
  else if (!is_begin && patching->is_event)
    {
      write_missing (patching);
      patching->is_event = FALSE;
    }
  g_string_append_len (patching->out, line, (gssize) n_line);
  return patching->n_events <= 1;
}

/* The number behind SEQUENCE, with one more than it has now. */
static void
read_sequence (const char *text, gsize n_text, Patching *patching)
{
  guint depth = 0;

  for (gsize at = 0, n_line; at < n_text; at += n_line)
    {
      char name[MAX_NAME];
      const char *colon;
      guint64 value;

      n_line = measure_line (text + at, n_text - at);
      read_name (text + at, n_line, ":;\r\n", name);
      depth += g_ascii_strcasecmp (name, "BEGIN") == 0;
      depth -= g_ascii_strcasecmp (name, "END") == 0 && depth > 0;
      colon = memchr (text + at, ':', n_line);
      if (depth != 2 || colon == NULL || g_ascii_strcasecmp (name, "SEQUENCE") != 0)
        continue;
      value = g_ascii_strtoull (colon + 1, NULL, 10);
      if (value < G_MAXINT && value + 1 > patching->sequence)
        patching->sequence = (guint) value + 1;
    }
}

/* Whether what begins here is an exception of a series. */
static gboolean
is_exception (const char *text, gsize n_text)
{
  guint depth = 0;

  for (gsize at = 0, n_line; at < n_text; at += n_line)
    {
      char name[MAX_NAME];

      n_line = measure_line (text + at, n_text - at);
      read_name (text + at, n_line, ":;\r\n", name);
      depth += g_ascii_strcasecmp (name, "BEGIN") == 0;
      if (g_ascii_strcasecmp (name, "END") == 0 && --depth == 0)
        return FALSE;
      if (depth == 1 && g_ascii_strcasecmp (name, "RECURRENCE-ID") == 0)
        return TRUE;
    }
  return FALSE;
}

/* @n_rest: from @line to the end of the text. Exceptions of a series that is taken back go whole. */
static gboolean
leave_out (Patching *patching, const char *line, gsize n_line, gsize n_rest)
{
  char word[MAX_NAME];

  if (!patching->patch->takes_back || patching->is_event)
    return FALSE;
  read_name (line, n_line, "\r\n", word);
  if (!patching->is_left_out && g_ascii_strcasecmp (word, "BEGIN:VEVENT") == 0)
    patching->is_left_out = is_exception (line, n_rest);
  else if (patching->is_left_out && g_ascii_strcasecmp (word, "END:VEVENT") == 0)
    {
      patching->is_left_out = FALSE;
      return TRUE;
    }
  return patching->is_left_out;
}

static gboolean
pass_line (Patching *patching, const char *line, gsize n_line, GError **error)
{
  char name[MAX_NAME];
  Ours ours;

  read_name (line, n_line, ":;\r\n", name);
  if (g_ascii_strcasecmp (name, "BEGIN") == 0 || g_ascii_strcasecmp (name, "END") == 0)
    return pass_nesting (patching, line, n_line, g_ascii_toupper (name[0]) == 'B') ||
           refuse (error, CALSYNC_ERROR_UNSUPPORTED, "it was turned into several");
  ours = patching->is_event && patching->depth == 0 ? classify (name) : OURS_NONE;
  if (ours >= OURS_FORBIDDEN && patching->patch->takes_back)
    return TRUE;
  if (ours == OURS_FORBIDDEN)
    return refuse (error, CALSYNC_ERROR_UNSUPPORTED, "it was turned into a series or a meeting");
  if (ours == OURS_NONE || ours == OURS_WITH_IT)
    g_string_append_len (patching->out, line, (gssize) n_line);
  else
    write_ours (patching, ours);
  return TRUE;
}

/**
 * calsync_patch_apply:
 * @text: (array length=n_text): what the calendar has now
 * @n_text: its length
 * @patch: what to change
 * @out_sequence: (out): the SEQUENCE that was written
 * @error: %CALSYNC_ERROR_UNSUPPORTED when it is no single event without people any more, unless it is taken back;
 *   %CALSYNC_ERROR_MALFORMED when it is no complete event
 *
 * Writes DTSTART and DTEND (in UTC: a zone of the calendar's may not reach the new time), SEQUENCE,
 * DTSTAMP, X-PLANNER-REF and, where there is one, LAST-MODIFIED. Notes, reminders, categories and
 * whatever else somebody put there stay as they are, to the byte, folds and line breaks too. With
 * takes_back, rules, exceptions, people and organiser are left out. Any thread.
 *
 * Returns: (transfer full) (nullable): the new text
 */
char *
calsync_patch_apply (const char *text,
                     gsize n_text,
                     const CalsyncPatch *patch,
                     guint *out_sequence,
                     GError **error)
{
  g_autoptr (GString) out = g_string_sized_new (n_text + 256);
  Patching patching = { .patch = patch, .out = out, .sequence = patch->sequence };

  patching.break_text = g_strstr_len (text, (gssize) n_text, "\r\n") != NULL ? "\r\n" : "\n";
  read_sequence (text, n_text, &patching);
  for (gsize at = 0, n_line; at < n_text; at += n_line)
    {
      n_line = measure_line (text + at, n_text - at);
      if (leave_out (&patching, text + at, n_line, n_text - at))
        continue;
      if (!pass_line (&patching, text + at, n_line, error))
        return NULL;
    }
  if (patching.n_events != 1 || patching.is_event)
    {
      (void) refuse (error, CALSYNC_ERROR_MALFORMED, "its text is not one whole event");
      return NULL;
    }
  *out_sequence = patching.sequence;
  return g_string_free (g_steal_pointer (&out), FALSE);
}
