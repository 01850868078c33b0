/* SPDX-License-Identifier: EUPL-1.2 */
/* Tenants: the municipalities whose data stand in this database. */
#pragma once

#include "store/put-outcome.h"

typedef struct
{
  gint64 tenant_id;
  char *tenant_key;
  char *name;
} TenantRecord;

void tenant_record_free (TenantRecord *tenant);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TenantRecord, tenant_record_free)

gboolean tenant_put (StoreSession *session,
                     TenantRecord *tenant,
                     PutOutcome *out_outcome,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
GPtrArray *tenant_list (StoreSession *session, GError **error) G_GNUC_WARN_UNUSED_RESULT;
