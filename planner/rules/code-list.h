/* SPDX-License-Identifier: EUPL-1.2 */
/* Code lists as data: id, name and the dates between which it is valid. */
#pragma once

#include <glib.h>

/**
 * CodeRow:
 * @valid_from: first local date of validity, days since 1970-01-01; G_MININT32 when open
 * @valid_until: first local date no longer valid; G_MAXINT32 when open
 * @source: where the id is proven
 */
typedef struct
{
  int code;
  char *name;
  gint32 valid_from;
  gint32 valid_until;
  char *source;
} CodeRow;

typedef struct _CodeList CodeList;

CodeList *
code_list_parse (const char *name, const char *csv, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void code_list_free (CodeList *list);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CodeList, code_list_free)

/* @row: copied. A municipality's own rows beside a file's; no other row of the code may hold for the same dates. */
gboolean
code_list_add (CodeList *list, const CodeRow *row, GError **error) G_GNUC_WARN_UNUSED_RESULT;
const char *code_list_get_name (const CodeList *list);
guint code_list_count (const CodeList *list);
/* By code, then valid_from. */
const CodeRow *code_list_get_row (const CodeList *list, guint index);
/* NULL when the code is not known on that date. */
const CodeRow *code_list_find (const CodeList *list, int code, gint32 date);
/* Known on some date, so that history can be named. */
const CodeRow *code_list_find_any (const CodeList *list, int code);
