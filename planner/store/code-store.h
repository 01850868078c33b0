/* SPDX-License-Identifier: EUPL-1.2 */
/* A municipality's own rows of the code lists. */
#pragma once

#include "store/put-outcome.h"

/**
 * CodeRecord:
 * @list: such as contact-types
 * @valid_from_date: days since 1970-01-01; 0 for always
 * @valid_until_date: first date on which it is no longer valid; 0 for open
 */
typedef struct
{
  gint64 tenant_id;
  char *list;
  gint64 code;
  gint64 valid_from_date;
  gint64 valid_until_date;
  char *name;
} CodeRecord;

void code_record_free (CodeRecord *code);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CodeRecord, code_record_free)

gboolean code_put (StoreSession *session,
                   const CodeRecord *code,
                   PutOutcome *out_outcome,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean code_remove (StoreSession *session,
                      const CodeRecord *code,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* (element-type CodeRecord): by list, code and date. */
GPtrArray *
code_store_list (StoreSession *session, gint64 tenant_id, GError **error) G_GNUC_WARN_UNUSED_RESULT;
