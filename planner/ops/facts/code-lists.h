/* SPDX-License-Identifier: EUPL-1.2 */
/* The code lists as one municipality sees them: the files of data/codes and its own rows. */
#pragma once

#include "rules/code-list.h"
#include "store/code-store.h"

/* The lists that an admin's words are held against. */
typedef enum
{
  CODES_CATEGORIES,
  CODES_CONTACT_GROUPS,
  CODES_CONTACT_TYPES,
  CODES_INTERVIEW_TYPES,
  CODES_ORGANISATION_TYPES,
  CODES_REMOTE_CONTACT_TYPES,
  CODES_UNEMPLOYMENT_FUNDS,
  N_CODE_LISTS
} CodeListName;

typedef struct
{
  CodeList *lists[N_CODE_LISTS];
} CodeLists;

CodeLists *code_lists_load (StoreSession *session,
                            const char *data_dir,
                            gint64 tenant_id,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* @text: of the list's file. */
CodeList *code_lists_load_one (StoreSession *session,
                               CodeListName name,
                               const char *text,
                               gint64 tenant_id,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
void code_lists_free (CodeLists *lists);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CodeLists, code_lists_free)

const char *code_lists_get_name (CodeListName name);
gboolean code_lists_parse_name (const char *text, CodeListName *out_name);
gboolean
code_lists_add (CodeLists *lists, const CodeRecord *code, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* NULL when the code is valid on the date (days since 1970-01-01); else why not, and which are near. */
char *
code_lists_find_fault (const CodeLists *lists, CodeListName name, const char *code, gint64 date);
