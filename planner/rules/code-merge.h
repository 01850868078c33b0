/* SPDX-License-Identifier: EUPL-1.2 */
/* A code list as it was told until today, and as it is told from today on, as one dated list. */
#pragma once

#include "rules/code-list.h"

/**
 * CodeMerge:
 * @text: the new file
 * @n_held: codes that were valid today; @n_lost: those of them that are valid neither today nor later any more
 * @n_new: codes that were not known
 * @lost: (nullable): the first of the lost codes, as a person would read them
 */
typedef struct
{
  char *text;
  guint n_held;
  guint n_lost;
  guint n_new;
  char *lost;
} CodeMerge;

/* @told: (element-type CodeRow): of the source, checked by code_rows_find_fault(). */
void code_merge (const CodeList *held, const GArray *told, gint32 today, CodeMerge *out_merge);
void code_merge_clear (CodeMerge *merge);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CodeMerge, code_merge_clear)
/* Whether so many codes went that a person must agree: more than a tenth. */
gboolean code_merge_needs_person (const CodeMerge *merge);
/* (transfer full) (nullable): NULL when they make a list. Sorts them. */
char *code_rows_find_fault (GArray *rows);
