/* SPDX-License-Identifier: EUPL-1.2 */
/* Content lines: iCalendar bytes, however mangled, become lines of name, parameters and value. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * CalsyncLine:
 * @name: property name as written; compare without case
 * @params: the text between name and value without the first `;`, or empty
 * @value: the rest of the line, unfolded, not unescaped
 *
 * One content line; the strings point into the buffer of the #CalsyncLines.
 */
typedef struct
{
  const char *name;
  const char *params;
  const char *value;
} CalsyncLine;

/**
 * CalsyncLines:
 * @lines: (element-type CalsyncLine): the lines in order
 * @n_skipped: lines that are no content lines (no name or no colon) and were left out
 * @buffer: what the lines point into
 */
typedef struct
{
  GArray *lines;
  guint n_skipped;
  char *buffer;
} CalsyncLines;

CalsyncLines *calsync_lines_split (const char *bytes, gsize n_bytes);
void calsync_lines_free (CalsyncLines *lines);
gboolean calsync_line_is (const CalsyncLine *line, const char *name);
gboolean
calsync_line_get_param (const CalsyncLine *line, const char *name, char *buffer, gsize n_buffer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CalsyncLines, calsync_lines_free)

G_END_DECLS
