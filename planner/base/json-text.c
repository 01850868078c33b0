/* SPDX-License-Identifier: EUPL-1.2 */
/* A look at JSON before it is parsed: depth, numbers, NUL, one value, and nothing but JSON. */
#include "base/json-text.h"

#include <string.h>

/* JSON-GLib 1.6 calls itself for every level: a hundred thousand brackets end the process. */
#define MAX_DEPTH 32
/* Beyond 64 bits it wraps; with an exponent it makes a double, which it then prints as `inf`. */
#define MAX_NUMBER_BYTES 18

typedef struct
{
  const char *at;
  const char *end;
  guint line;
  guint depth;
  gboolean has_value; /* one has begun outside every list and object */
} Scan;

/* Of several values the parser keeps the last one, and says nothing. */
static const char *
begin_value (Scan *scan)
{
  if (scan->depth > 0)
    return NULL;
  if (scan->has_value)
    return "something stands behind the end";
  scan->has_value = TRUE;
  return NULL;
}

/* The four digits of \uXXXX at @at; -1 when there are none. */
static gint
read_unit (const Scan *scan, const char *at)
{
  gint unit = 0;

  if (scan->end - at < 6 || at[0] != '\\' || at[1] != 'u')
    return -1;
  for (guint i = 2; i < 6; i++)
    {
      if (!g_ascii_isxdigit (at[i]))
        return -1;
      unit = unit * 16 + g_ascii_xdigit_value (at[i]);
    }
  return unit;
}

/* JSON-GLib takes octal digits too, and makes bytes of them that are no UTF-8. */
static gboolean
is_escape (const Scan *scan, gint unit)
{
  char letter = scan->at[1];

  return letter == 'u' ? unit >= 0 : letter != '\0' && strchr ("\"\\/bfnrt", letter) != NULL;
}

/* A NUL would end the text there, and half a character would come out as bytes that are no UTF-8. */
static const char *
scan_escape (Scan *scan)
{
  gint unit = read_unit (scan, scan->at);
  gint next = unit < 0 ? -1 : read_unit (scan, scan->at + 6);

  if (scan->end - scan->at >= 2 && !is_escape (scan, unit))
    return "a text holds a backslash that means nothing";
  if (unit == 0)
    return "a text holds a NUL";
  if ((unit >= 0xdc00 && unit <= 0xdfff) ||
      (unit >= 0xd800 && unit < 0xdc00 && (next < 0xdc00 || next > 0xdfff)))
    return "a text holds half a character";
  /* The second half of a whole one is passed over with its first. */
  scan->at += unit >= 0xd800 && unit < 0xdc00 ? 7 : 1;
  return NULL;
}

/* At the opening quote; moves behind the closing one. */
static const char *
scan_string (Scan *scan)
{
  const char *second = begin_value (scan);

  if (second != NULL)
    return second;
  for (scan->at++; scan->at < scan->end && *scan->at != '"'; scan->at++)
    {
      const char *fault = *scan->at == '\\' ? scan_escape (scan) : NULL;

      if (fault != NULL)
        return fault;
      if (scan->at < scan->end && *scan->at == '\n')
        scan->line++;
    }
  if (scan->at >= scan->end)
    return "a text is never closed";
  scan->at++;
  return NULL;
}

static const char *
scan_number (Scan *scan)
{
  const char *start = scan->at;
  const char *second = begin_value (scan);

  if (second != NULL)
    return second;
  while (scan->at < scan->end && (g_ascii_isalnum (*scan->at) || strchr ("+-.", *scan->at) != NULL))
    if (g_ascii_isalpha (*scan->at++))
      return "a number has a letter in it";
  return scan->at - start > MAX_NUMBER_BYTES ? "a number is too long" : NULL;
}

static const char *
scan_word (Scan *scan)
{
  const char *fault = begin_value (scan);

  while (fault == NULL && scan->at < scan->end && g_ascii_islower (*scan->at))
    scan->at++;
  return fault;
}

static const char *
scan_open (Scan *scan)
{
  const char *fault = begin_value (scan);

  if (fault == NULL && ++scan->depth > MAX_DEPTH)
    return "lists and objects are nested too deeply";
  return fault;
}

static const char *
scan_sign (Scan *scan)
{
  char sign = *scan->at++;

  if (sign == '\n')
    scan->line++;
  else if (sign == '{' || sign == '[')
    return scan_open (scan);
  else if ((sign == '}' || sign == ']') && scan->depth > 0)
    scan->depth--;
  /* What else the parser takes: comments, texts in single quotes. They could hide brackets from us. */
  else if (sign == '\0' || strchr (" \t\r,:", sign) == NULL)
    return "this is no JSON";
  return NULL;
}

/**
 * json_text_find_fault:
 * @bytes: (array length=n_bytes): what is to be parsed
 * @out_line: (out): the line of the fault, from 1; untouched without one
 *
 * Finds what JSON-GLib would die of (nesting), take for another value (numbers beyond 64 bits, a NUL, all but the last
 * of several values), or understand although it is no JSON. It is no judge of the rest: that is the parser's. Any thread.
 * Source: RFC 8259.
 *
 * Returns: (transfer none) (nullable): what is wrong, in words
 */
const char *
json_text_find_fault (const char *bytes, gsize n_bytes, guint *out_line)
{
  Scan scan = { bytes, bytes + n_bytes, 1, 0, FALSE };
  const char *fault = NULL;

  while (fault == NULL && scan.at < scan.end)
    if (*scan.at == '"')
      fault = scan_string (&scan);
    else if (g_ascii_isdigit (*scan.at) || *scan.at == '-')
      fault = scan_number (&scan);
    else if (g_ascii_islower (*scan.at))
      fault = scan_word (&scan);
    else
      fault = scan_sign (&scan);
  if (fault != NULL)
    *out_line = scan.line;
  return fault;
}
