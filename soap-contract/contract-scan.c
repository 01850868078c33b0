/* SPDX-License-Identifier: EUPL-1.2 */
/* A first look at bytes that call themselves XML: limits, encoding and DTDs, before any parser. */

#include "contract-scan.h"

#include "contract-error.h"

#include <string.h>

/* The walk over the markup. It is no judge of well-formedness: in well-formed XML it sees the same
 * tags as the parser, and where it goes wrong the parser has stopped at the first error. */
typedef struct
{
  const ContractLimits *limits;
  const char *at;
  const char *end;
  guint depth;
} Scan;

static gboolean
refuse (ContractError code, const char *what, GError **error)
{
  g_set_error_literal (error, CONTRACT_ERROR, code, what);
  return FALSE;
}

static gboolean
starts_with (const Scan *scan, const char *text)
{
  gsize n_bytes = strlen (text);
  return (gsize) (scan->end - scan->at) >= n_bytes && memcmp (scan->at, text, n_bytes) == 0;
}

/* Moves behind the next @text; to the end when there is none. */
static void
skip_past (Scan *scan, const char *text)
{
  gsize n_bytes = strlen (text);
  const char *found = memmem (scan->at, (gsize) (scan->end - scan->at), text, n_bytes);
  scan->at = found == NULL ? scan->end : found + n_bytes;
}

static gboolean
is_name_end (char c)
{
  return c == ' ' || c == '>' || c == '/' || c == '\t' || c == '\n' || c == '\r' || c == '=';
}

static gboolean
scan_name (Scan *scan, GError **error)
{
  const char *start = scan->at;
  while (scan->at < scan->end && !is_name_end (*scan->at))
    scan->at++;
  if ((gsize) (scan->at - start) > scan->limits->max_name_bytes)
    return refuse (CONTRACT_ERROR_TOO_LARGE, "the name of an element is too long", error);
  return TRUE;
}

/* The rest of a start tag after its name: counts attributes, passes over their values. */
static gboolean
scan_attributes (Scan *scan, gboolean *out_is_empty, GError **error)
{
  guint n_attributes = 0;
  char before = '\0';
  for (; scan->at < scan->end && *scan->at != '>'; scan->at++)
    {
      before = *scan->at;
      if (before != '"' && before != '\'')
        continue;
      const char *close = memchr (scan->at + 1, before, (gsize) (scan->end - scan->at - 1));
      scan->at = close == NULL ? scan->end - 1 : close;
      if (++n_attributes > scan->limits->max_attributes)
        return refuse (CONTRACT_ERROR_TOO_LARGE, "an element has too many attributes", error);
    }
  *out_is_empty = before == '/';
  return TRUE;
}

static gboolean
scan_start_tag (Scan *scan, GError **error)
{
  gboolean is_empty = FALSE;
  if (++scan->depth > scan->limits->max_depth)
    return refuse (CONTRACT_ERROR_TOO_LARGE, "elements are nested too deeply", error);
  if (!scan_name (scan, error) || !scan_attributes (scan, &is_empty, error))
    return FALSE;
  if (is_empty)
    scan->depth--;
  return TRUE;
}

/* One piece of markup; @scan stands behind its `<`. */
static gboolean
scan_markup (Scan *scan, GError **error)
{
  if (starts_with (scan, "!--"))
    skip_past (scan, "-->");
  else if (starts_with (scan, "![CDATA["))
    skip_past (scan, "]]>");
  else if (starts_with (scan, "!"))
    return refuse (CONTRACT_ERROR_MALFORMED, "a DTD is not allowed", error);
  else if (starts_with (scan, "?"))
    skip_past (scan, "?>");
  else if (!starts_with (scan, "/"))
    return scan_start_tag (scan, error);
  else if (scan->depth > 0)
    scan->depth--;
  return TRUE;
}

static gboolean
scan_document (const ContractLimits *limits, const char *bytes, gsize length_bytes, GError **error)
{
  Scan scan = { limits, bytes, bytes + length_bytes, 0 };
  while (scan.at < scan.end)
    {
      const char *open = memchr (scan.at, '<', (gsize) (scan.end - scan.at));
      if (open == NULL)
        break;
      scan.at = open + 1;
      if (!scan_markup (&scan, error))
        return FALSE;
    }
  return TRUE;
}

/* --- encoding --------------------------------------------------------------------------------- */

/* Any byte beyond ASCII? Eight at a time, since most messages have none. */
static gboolean
has_high_byte (const char *bytes, gsize length_bytes)
{
  guint64 all = 0;
  gsize i = 0;
  for (; i + sizeof (all) <= length_bytes; i += sizeof (all))
    {
      guint64 word;
      memcpy (&word, bytes + i, sizeof (word));
      all |= word;
    }
  for (; i < length_bytes; i++)
    all |= (guint8) bytes[i];
  return (all & G_GUINT64_CONSTANT (0x8080808080808080)) != 0;
}

static const char *
find_utf_16 (const char *bytes, gsize length_bytes)
{
  if (length_bytes < 4)
    return NULL;
  if (memcmp (bytes, "\xff\xfe", 2) == 0 || memcmp (bytes, "<\0", 2) == 0)
    return "UTF-16LE";
  if (memcmp (bytes, "\xfe\xff", 2) == 0 || memcmp (bytes, "\0<", 2) == 0)
    return "UTF-16BE";
  return NULL;
}

static gboolean
is_encoding (const char *name, gsize length_bytes, gboolean was_utf_16)
{
  static const char *const eight_bits[] = { "utf-8", "us-ascii", "ascii", "utf8", NULL };
  static const char *const sixteen_bits[] = { "utf-16", "utf-16le", "utf-16be", "utf16", NULL };
  g_autofree char *lower = g_ascii_strdown (name, (gssize) length_bytes);
  return g_strv_contains (was_utf_16 ? sixteen_bits : eight_bits, lower);
}

/* The encoding that the XML declaration names, if it names one, must be what we found. */
static gboolean
check_declaration (const char *bytes, gsize length_bytes, gboolean was_utf_16, GError **error)
{
  if (length_bytes < 6 || memcmp (bytes, "<?xml", 5) != 0)
    return TRUE;
  const char *end = memmem (bytes, length_bytes, "?>", 2);
  if (end == NULL)
    return TRUE;
  const char *found = memmem (bytes, (gsize) (end - bytes), "encoding", 8);
  if (found == NULL)
    return TRUE;
  for (found += 8; found < end && strchr ("= \t\r\n", *found) != NULL; found++)
    ;
  const char *close = memchr (found + 1, *found, (gsize) (end - found));
  if ((*found == '"' || *found == '\'') && close != NULL && close < end &&
      is_encoding (found + 1, (gsize) (close - found - 1), was_utf_16))
    return TRUE;
  return refuse (CONTRACT_ERROR_MALFORMED, "the encoding must be UTF-8 or UTF-16", error);
}

static gboolean
check_text (const char *bytes, gsize length_bytes, gboolean was_utf_16, GError **error)
{
  if (memchr (bytes, '\0', length_bytes) != NULL)
    return refuse (CONTRACT_ERROR_MALFORMED, "a NUL is not allowed", error);
  if (has_high_byte (bytes, length_bytes) && !g_utf8_validate_len (bytes, length_bytes, NULL))
    return refuse (CONTRACT_ERROR_MALFORMED, "the text is not UTF-8", error);
  if (length_bytes >= 3 && memcmp (bytes, "\xef\xbb\xbf", 3) == 0)
    {
      bytes += 3;
      length_bytes -= 3;
    }
  return check_declaration (bytes, length_bytes, was_utf_16, error);
}

/**
 * contract_scan:
 * @limits: what is looked at at all
 * @bytes: (array length=length_bytes): a message
 * @length_bytes: its length
 * @out_converted: (out) (nullable): the message in UTF-8 when it came in UTF-16; else %NULL
 * @out_converted_bytes: (out): its length
 * @error: return location
 *
 * Refuses, before any parser sees it, what is too long, too deep or too wide, what has a DTD or a
 * NUL, and what is neither UTF-8 nor UTF-16. One pass, no memory unless it converts.
 *
 * Errors: %CONTRACT_ERROR_TOO_LARGE, %CONTRACT_ERROR_MALFORMED. Thread: any.
 *
 * Returns: whether a parser may look at it; as UTF-8, whatever its declaration says
 */
gboolean
contract_scan (const ContractLimits *limits,
               const char *bytes,
               gsize length_bytes,
               char **out_converted,
               gsize *out_converted_bytes,
               GError **error)
{
  if (length_bytes == 0)
    return refuse (CONTRACT_ERROR_MALFORMED, "the message is empty", error);
  if (length_bytes > limits->max_bytes)
    return refuse (CONTRACT_ERROR_TOO_LARGE, "the message is too long", error);
  g_autofree char *converted = NULL;
  const char *utf_16 = find_utf_16 (bytes, length_bytes);
  if (utf_16 != NULL)
    {
      converted =
        g_convert (bytes, (gssize) length_bytes, "UTF-8", utf_16, NULL, &length_bytes, NULL);
      if (converted == NULL)
        return refuse (CONTRACT_ERROR_MALFORMED, "the text is not UTF-16", error);
      bytes = converted;
    }
  if (!check_text (bytes, length_bytes, utf_16 != NULL, error) ||
      !scan_document (limits, bytes, length_bytes, error))
    return FALSE;
  *out_converted_bytes = length_bytes;
  *out_converted = g_steal_pointer (&converted);
  return TRUE;
}
