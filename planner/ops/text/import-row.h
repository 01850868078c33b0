/* SPDX-License-Identifier: EUPL-1.2 */
/* One row of an import table, read value by value; whatever is wrong with it is collected with file and line. */
#pragma once

#include <glib.h>

/* Open ends of dates, so far away that no calendar reaches them: 0001-01-01 and 9999-12-31. */
#define IMPORT_DATE_MIN (-719162)
#define IMPORT_DATE_MAX 2932896

/**
 * ImportProblem:
 * @line: from 1; 0 when the whole file is meant
 */
typedef struct
{
  char *file;
  guint line;
  char *reason;
} ImportProblem;

typedef struct
{
  GPtrArray *list; /* (element-type ImportProblem), as found */
} ImportProblems;

void import_problems_init (ImportProblems *problems);
void import_problems_clear (ImportProblems *problems);
void import_problems_add (ImportProblems *problems,
                          const char *file,
                          guint line,
                          const char *format,
                          ...) G_GNUC_PRINTF (4, 5);

/**
 * ImportRow:
 * @values: column name to text; absent and empty mean the same
 * @is_refused: something was wrong with it; it is not written
 */
typedef struct
{
  ImportProblems *problems;
  char *file;
  guint line;
  GHashTable *values;
  gboolean is_refused;
} ImportRow;

ImportRow *import_row_new (ImportProblems *problems, const char *file, guint line);
void import_row_free (ImportRow *row);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ImportRow, import_row_free)
void import_row_set (ImportRow *row, const char *column, const char *value);
/* Whether the row says anything about the column, be it nothing. */
gboolean import_row_has (const ImportRow *row, const char *column);
/* What holds for every column of it: signs, keys that can be named, no citizen's number. */
void import_row_check (ImportRow *row);
void import_row_refuse (ImportRow *row, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* Texts are borrowed; NULL when empty. What is needed and empty, or does not fit, refuses the row. */
const char *import_row_text (ImportRow *row, const char *column, glong max_characters);
const char *import_row_need (ImportRow *row, const char *column, glong max_characters);
const char *import_row_telephone (ImportRow *row); /* of the column telephone */
gint64 import_row_int (ImportRow *row, const char *column, gint64 fallback, gint64 min, gint64 max);
gboolean import_row_flag (ImportRow *row, const char *column, gboolean fallback);
/* One of the words of the NULL-terminated list; the first is the fallback. */
const char *
import_row_word (ImportRow *row, const char *column, const char *const *words, gboolean is_needed);
/* Days since 1970-01-01. */
gint64 import_row_date (ImportRow *row, const char *column, gint64 fallback);
/* Minutes of the day from HH:MM, 24:00 allowed; -1 when empty or refused. */
gint64 import_row_minute (ImportRow *row, const char *column);
/* Bits 0 Monday … 6 Sunday, from names, ranges and lists such as mon-thu|sun. */
guint import_row_weekdays (ImportRow *row, const char *column);
/* Parts between bars, stripped, never empty; an empty vector for an empty text. */
char **import_row_list (ImportRow *row, const char *column);

gboolean import_parse_date (const char *text, gint64 *out_date);
gboolean import_parse_minute (const char *text, gint64 *out_minute);
