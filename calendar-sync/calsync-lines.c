/* SPDX-License-Identifier: EUPL-1.2 */
/* Content lines: iCalendar bytes, however mangled, become lines of name, parameters and value. */
#include "calsync-lines.h"

#include <string.h>

/*
 * Takes out the folds (a line break and one blank), byte by byte, because some producers fold inside
 * a UTF-8 character. NUL bytes vanish. A lone CR ends a line only in a file without any LF; elsewhere
 * it is dirt, and taking it for a line break would let a description smuggle in properties.
 * Every line ends with NUL in the result. Returns the length.
 */
static gsize
unfold (const char *bytes, gsize n_bytes, char *out)
{
  gboolean has_lf = memchr (bytes, '\n', n_bytes) != NULL;
  char *to = out;

  for (gsize i = 0; i < n_bytes; i++)
    {
      char byte = bytes[i];
      gboolean is_break = byte == '\n' || (byte == '\r' && !has_lf);
      gsize next = i + 1;

      if (byte == '\0' || (byte == '\r' && has_lf))
        continue;
      if (!is_break)
        {
          *to++ = byte;
          continue;
        }
      while (next < n_bytes && (bytes[next] == '\n' || bytes[next] == '\r'))
        next++; /* old Mozillas leave an empty line before the continuation */
      if (next < n_bytes && (bytes[next] == ' ' || bytes[next] == '\t'))
        i = next;
      else
        *to++ = '\0';
    }
  *to++ = '\0';
  return (gsize) (to - out);
}

static gboolean
is_name_byte (char byte)
{
  return g_ascii_isalnum (byte) || byte == '-' || byte == '_';
}

/* Properties whose values never hold a colon, while an unquoted TZID `(UTC+01:00) ...` may. */
static gboolean
is_time_property (const char *name, gsize length)
{
  static const char *const names[] = { "DTSTART", "DTEND", "EXDATE", "RDATE", "RECURRENCE-ID" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      if (strlen (names[i]) == length && g_ascii_strncasecmp (name, names[i], length) == 0)
        return TRUE;
    }
  return FALSE;
}

/* The colon between parameters and value. */
static char *
find_value_colon (char *params, gboolean is_time)
{
  gboolean is_quoted = FALSE;
  char *at;

  if (is_time)
    return strrchr (params, ':');
  for (at = params; *at != '\0' && (is_quoted || *at != ':'); at++)
    {
      if (*at == '"')
        is_quoted = !is_quoted;
    }
  /* An opening quote that is never closed swallows the line: read it again without quotes. */
  return *at != '\0' ? at : strchr (params, ':');
}

/* Cuts one unfolded line into its three parts; FALSE when it has no name or no value. */
static gboolean
cut_line (char *text, CalsyncLine *out_line)
{
  char *at = text;
  char *params;

  while (g_ascii_isspace (*at))
    at++;
  out_line->name = at;
  while (is_name_byte (*at))
    at++;
  if (at == out_line->name)
    return FALSE;
  params = at;
  at = find_value_colon (params, is_time_property (out_line->name, (gsize) (at - out_line->name)));
  if (at == NULL)
    return FALSE;
  if (*params != ';' && *params != ':' && !g_ascii_isspace (*params))
    return FALSE;
  *at++ = '\0';
  out_line->value = at;
  /* The name's end is the parameters' first byte: keep it for them by pointing behind it. */
  out_line->params = *params == '\0' ? "" : params + 1;
  *params = '\0';
  return TRUE;
}

/**
 * calsync_lines_split:
 * @bytes: (array length=n_bytes): an iCalendar file or part of one, in whatever state
 * @n_bytes: its length
 *
 * Survives a byte order mark, bare LF, CR alone, NUL bytes, folds inside characters, a missing final
 * line break and bytes of any encoding. Any thread, does not block. Source: RFC 5545 section 3.1.
 *
 * Returns: (transfer full): the lines
 */
CalsyncLines *
calsync_lines_split (const char *bytes, gsize n_bytes)
{
  CalsyncLines *result = g_new0 (CalsyncLines, 1);
  gsize n_text;

  if (n_bytes >= 3 && memcmp (bytes, "\xEF\xBB\xBF", 3) == 0)
    {
      bytes += 3;
      n_bytes -= 3;
    }
  result->buffer = g_malloc (n_bytes + 1);
  result->lines = g_array_new (FALSE, FALSE, sizeof (CalsyncLine));
  n_text = unfold (bytes, n_bytes, result->buffer);

  for (gsize at = 0; at < n_text;)
    {
      gsize length = strlen (result->buffer + at);
      CalsyncLine line;

      if (cut_line (result->buffer + at, &line))
        g_array_append_val (result->lines, line);
      else if (length > 0)
        result->n_skipped++;
      at += length + 1;
    }
  return result;
}

/**
 * calsync_lines_free:
 * @lines: (transfer full): the lines
 *
 * Any thread.
 */
void
calsync_lines_free (CalsyncLines *lines)
{
  g_array_unref (lines->lines);
  g_free (lines->buffer);
  g_free (lines);
}

/**
 * calsync_line_is:
 * @line: a line
 * @name: a property name in upper case
 *
 * Any thread.
 *
 * Returns: whether the line is that property
 */
gboolean
calsync_line_is (const CalsyncLine *line, const char *name)
{
  return g_ascii_strcasecmp (line->name, name) == 0;
}

/* End of a parameter value that starts here: the next ; outside quotes. */
static const char *
find_param_end (const char *at)
{
  gboolean is_quoted = FALSE;

  for (; *at != '\0' && (is_quoted || *at != ';'); at++)
    {
      if (*at == '"')
        is_quoted = !is_quoted;
    }
  return at;
}

/**
 * calsync_line_get_param:
 * @line: a line
 * @name: parameter name in upper case
 * @buffer: (out): its value without quotes, blanks around it taken off
 * @n_buffer: room in @buffer; a longer value is cut
 *
 * Any thread.
 *
 * Returns: whether the line has the parameter; @buffer is otherwise untouched
 */
gboolean
calsync_line_get_param (const CalsyncLine *line, const char *name, char *buffer, gsize n_buffer)
{
  gsize n_name = strlen (name);

  for (const char *at = line->params; *at != '\0';)
    {
      const char *end, *stop;

      while (*at == ';' || g_ascii_isspace (*at))
        at++;
      end = find_param_end (at);
      stop = at + n_name;
      if (g_ascii_strncasecmp (at, name, n_name) == 0)
        {
          while (g_ascii_isspace (*stop))
            stop++;
        }
      if (g_ascii_strncasecmp (at, name, n_name) == 0 && *stop == '=')
        {
          const char *start = stop + 1;

          while (start < end && (*start == '"' || g_ascii_isspace (*start)))
            start++;
          while (end > start && (end[-1] == '"' || g_ascii_isspace (end[-1])))
            end--;
          g_strlcpy (buffer, start, MIN (n_buffer, (gsize) (end - start) + 1));
          return TRUE;
        }
      at = end;
    }
  return FALSE;
}
