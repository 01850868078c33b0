/* SPDX-License-Identifier: EUPL-1.2 */
/* Puts, finds and lists resources. */
#include "store/resource-store.h"

static const RecordSet unit_set = { SQL_RESOURCE_UNIT_LIST, SQL_RESOURCE_UNIT_ADD,
                                    SQL_RESOURCE_UNIT_CLEAR, TRUE };
static const RecordSet team_set = { SQL_RESOURCE_TEAM_LIST, SQL_RESOURCE_TEAM_ADD,
                                    SQL_RESOURCE_TEAM_CLEAR, TRUE };
static const RecordSet tag_set = { SQL_RESOURCE_TAG_LIST, SQL_RESOURCE_TAG_ADD,
                                   SQL_RESOURCE_TAG_CLEAR, TRUE };
static const RecordSet block_rule_set = { SQL_BLOCK_RULE_LIST, SQL_BLOCK_RULE_ADD,
                                          SQL_BLOCK_RULE_CLEAR, TRUE };

/**
 * resource_record_new:
 *
 * Returns: (transfer full): an advisor who belongs nowhere yet and may be summoned.
 */
ResourceRecord *
resource_record_new (void)
{
  ResourceRecord *resource = g_new0 (ResourceRecord, 1);

  resource->may_be_summoned = TRUE;
  resource->unit_ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  resource->team_ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  resource->tags = record_pairs_new ();
  resource->block_rules = record_pairs_new ();
  return resource;
}

/**
 * resource_record_free:
 */
void
resource_record_free (ResourceRecord *resource)
{
  if (resource == NULL)
    return;
  g_free (resource->kind);
  g_free (resource->resource_key);
  g_free (resource->email);
  g_free (resource->name);
  g_free (resource->telephone);
  g_clear_pointer (&resource->unit_ids, g_array_unref);
  g_clear_pointer (&resource->team_ids, g_array_unref);
  g_clear_pointer (&resource->tags, g_array_unref);
  g_clear_pointer (&resource->block_rules, g_array_unref);
  g_free (resource);
}

/**
 * resource_find_id:
 * @out_resource_id: 0 when the tenant has no resource of that key
 */
gboolean
resource_find_id (StoreSession *session,
                  gint64 tenant_id,
                  const char *resource_key,
                  gint64 *out_resource_id,
                  GError **error)
{
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, SQL_RESOURCE_FIND, "is", tenant_id, resource_key))
    return FALSE;
  step = store_step (&query, error);
  if (step == STORE_FAILED)
    return FALSE;
  *out_resource_id = step == STORE_ROW ? store_int (&query, 0) : 0;
  return TRUE;
}

/**
 * resource_put:
 * @resource: tenant and key decide which one it is; its id is filled in
 *
 * Errors: PLANNER_ERROR_CONFLICT when another resource has the e-mail address. Writer only.
 */
gboolean
resource_put (StoreSession *session,
              ResourceRecord *resource,
              PutOutcome *out_outcome,
              GError **error)
{
  RecordOwner owner = { resource->tenant_id, 0 };
  gboolean units_changed = FALSE;
  gboolean teams_changed = FALSE;
  gboolean tags_changed = FALSE;
  gboolean rules_changed = FALSE;
  gint64 old_id = 0;
  PutOutcome outcome;

  if (!resource_find_id (session, resource->tenant_id, resource->resource_key, &old_id, error) ||
      !store_run (session, error, SQL_RESOURCE_PUT, "isssssii", resource->tenant_id, resource->kind,
                  resource->resource_key, resource->email, resource->name, resource->telephone,
                  (gint64) resource->may_be_summoned, resource->retired_us))
    return FALSE;
  outcome = put_outcome_of (old_id, store_n_changed (session));
  resource->resource_id = owner.id = old_id != 0 ? old_id : store_last_id (session);
  if (!record_set_replace_ids (session, &unit_set, owner, resource->unit_ids, &units_changed,
                               error) ||
      !record_set_replace_ids (session, &team_set, owner, resource->team_ids, &teams_changed,
                               error) ||
      !record_set_replace_pairs (session, &tag_set, owner, resource->tags, &tags_changed, error) ||
      !record_set_replace_pairs (session, &block_rule_set, owner, resource->block_rules,
                                 &rules_changed, error))
    return FALSE;
  *out_outcome =
    put_outcome_with (outcome, units_changed || teams_changed || tags_changed || rules_changed);
  return TRUE;
}

static gboolean
load_sets (StoreSession *session, ResourceRecord *resource, GError **error)
{
  resource->unit_ids = record_set_list_ids (session, &unit_set, resource->resource_id, error);
  if (resource->unit_ids == NULL)
    return FALSE;
  resource->team_ids = record_set_list_ids (session, &team_set, resource->resource_id, error);
  if (resource->team_ids == NULL)
    return FALSE;
  resource->tags = record_set_list_pairs (session, &tag_set, resource->resource_id, error);
  if (resource->tags == NULL)
    return FALSE;
  resource->block_rules =
    record_set_list_pairs (session, &block_rule_set, resource->resource_id, error);
  return resource->block_rules != NULL;
}

static ResourceRecord *
read_row (StoreQuery *query, gint64 tenant_id)
{
  ResourceRecord *resource = g_new0 (ResourceRecord, 1);

  resource->tenant_id = tenant_id;
  resource->resource_id = store_int (query, 0);
  resource->kind = g_strdup (store_text (query, 1));
  resource->resource_key = g_strdup (store_text (query, 2));
  resource->email = g_strdup (store_text (query, 3));
  resource->name = g_strdup (store_text (query, 4));
  resource->telephone = g_strdup (store_text (query, 5));
  resource->may_be_summoned = store_int (query, 6) != 0;
  resource->retired_us = store_int (query, 7);
  return resource;
}

/**
 * resource_list:
 *
 * Returns: (transfer full) (element-type ResourceRecord): by kind, name and key, sets filled; NULL
 *   with @error set.
 */
GPtrArray *
resource_list (StoreSession *session, gint64 tenant_id, GError **error)
{
  g_autoptr (GPtrArray) resources =
    g_ptr_array_new_with_free_func ((GDestroyNotify) resource_record_free);
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, SQL_RESOURCE_LIST, "i", tenant_id))
    return NULL;
  while ((step = store_step (&query, error)) == STORE_ROW)
    g_ptr_array_add (resources, read_row (&query, tenant_id));
  if (step == STORE_FAILED)
    return NULL;
  for (guint i = 0; i < resources->len; i++)
    if (!load_sets (session, g_ptr_array_index (resources, i), error))
      return NULL;
  return g_steal_pointer (&resources);
}

static GArray *
read_ids (StoreQuery *query, GError **error)
{
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  StoreStep step;

  while ((step = store_step (query, error)) == STORE_ROW)
    {
      gint64 id = store_int (query, 0);
      g_array_append_val (ids, id);
    }
  return step == STORE_FAILED ? NULL : g_steal_pointer (&ids);
}

/**
 * resource_list_by_team:
 *
 * Returns: (transfer full) (element-type gint64): the team's advisors, ascending; NULL with @error
 *   set.
 */
GArray *
resource_list_by_team (StoreSession *session, gint64 tenant_id, gint64 team_id, GError **error)
{
  g_auto (StoreQuery) query = { 0 };

  if (!store_query (session, &query, error, SQL_RESOURCE_BY_TEAM, "ii", tenant_id, team_id))
    return NULL;
  return read_ids (&query, error);
}

/**
 * resource_list_by_tag:
 *
 * Returns: (transfer full) (element-type gint64): the advisors who carry @tag, ascending; NULL with
 *   @error set.
 */
GArray *
resource_list_by_tag (StoreSession *session,
                      gint64 tenant_id,
                      const RecordPair *tag,
                      GError **error)
{
  g_auto (StoreQuery) query = { 0 };

  if (!store_query (session, &query, error, SQL_RESOURCE_BY_TAG, "iss", tenant_id, tag->kind,
                    tag->value))
    return NULL;
  return read_ids (&query, error);
}
