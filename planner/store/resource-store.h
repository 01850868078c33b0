/* SPDX-License-Identifier: EUPL-1.2 */
/* Resources: advisors, rooms and equipment, with the units, teams and tags that they belong to. */
#pragma once

#include "store/put-outcome.h"

/**
 * ResourceRecord:
 * @kind: advisor, room or equipment
 * @resource_key: CaseWorkerIdentifier of an advisor; the room's key
 * @email: identifies its calendar; unique in the tenant
 * @telephone: (nullable)
 * @retired_us: from when on it no longer serves; 0 for never
 * @unit_ids: (element-type gint64): units that it serves
 * @team_ids: (element-type gint64)
 * @tags: (element-type RecordPair): kinds competence and language
 * @block_rules: (element-type RecordPair): its own word on what blocks time: rule and value
 */
typedef struct
{
  gint64 resource_id;
  gint64 tenant_id;
  char *kind;
  char *resource_key;
  char *email;
  char *name;
  char *telephone;
  gboolean may_be_summoned;
  gint64 retired_us;
  GArray *unit_ids;
  GArray *team_ids;
  GArray *tags;
  GArray *block_rules;
} ResourceRecord;

ResourceRecord *resource_record_new (void);
void resource_record_free (ResourceRecord *resource);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ResourceRecord, resource_record_free)

gboolean resource_put (StoreSession *session,
                       ResourceRecord *resource,
                       PutOutcome *out_outcome,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
GPtrArray *
resource_list (StoreSession *session, gint64 tenant_id, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean resource_find_id (StoreSession *session,
                           gint64 tenant_id,
                           const char *resource_key,
                           gint64 *out_resource_id,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Advisors by team or by tag: what an offer's pool is made of. */
GArray *resource_list_by_team (StoreSession *session,
                               gint64 tenant_id,
                               gint64 team_id,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
GArray *resource_list_by_tag (StoreSession *session,
                              gint64 tenant_id,
                              const RecordPair *tag,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
