/* SPDX-License-Identifier: EUPL-1.2 */
/* What a run leaves for people: its changes, conflicts with both versions, and rows of the journal. */
#include "store/journal-store.h"
#include "sync/sync-local-private.h"

static gint64
run_id_of (const SyncLocal *local)
{
  return local->run.run_id != 0 ? local->run.run_id : local->pending_run_id;
}

/**
 * sync_record_change:
 * @change: what, is_own, key_hash, reference, before and after are read
 *
 * Writer only.
 */
gboolean
sync_record_change (SyncLocal *local,
                    StoreSession *session,
                    const SyncRunChange *change,
                    GError **error)
{
  SyncRunChange whole = *change;

  if (!sync_local_need_run (local, session, error))
    return FALSE;
  whole.tenant_id = local->binding->tenant_id;
  whole.binding_id = local->binding->binding_id;
  whole.run_id = run_id_of (local);
  whole.at_us = local->now_us;
  return sync_run_change_add (session, &whole, error);
}

static JsonObject *
shape_to_json (const SyncShape *shape)
{
  JsonObject *object = json_object_new ();

  json_object_set_int_member (object, "start_us", shape->start_us);
  json_object_set_int_member (object, "end_us", shape->end_us);
  json_object_set_int_member (object, "class", shape->busy_class);
  json_object_set_int_member (object, "flags", shape->flags);
  return object;
}

static char *
dup_payload (const SyncLocal *local, const SyncConflict *conflict)
{
  g_autoptr (JsonObject) object = json_object_new ();
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);

  json_object_set_string_member (object, "kind", conflict->kind);
  json_object_set_string_member (object, "decision", conflict->decision);
  json_object_set_object_member (object, "planner", shape_to_json (&conflict->ours));
  json_object_set_object_member (object, "calendar", shape_to_json (&conflict->theirs));
  json_object_set_int_member (object, "run", run_id_of (local));
  json_object_set_int_member (object, "conflict", conflict->conflict_id);
  json_node_set_object (node, object);
  return json_to_string (node, FALSE);
}

/* Under the meeting's own identifier, where its history is looked for. */
static gboolean
write_journal (const SyncLocal *local,
               StoreSession *session,
               const SyncConflict *conflict,
               GError **error)
{
  const char *identifier = NULL;
  gboolean is_session = FALSE;
  g_autofree char *payload = dup_payload (local, conflict);
  JournalEntry entry = { .tenant_id = local->binding->tenant_id,
                         .at_us = local->now_us,
                         .actor = local->place->actor,
                         .call_id = local->place->call_id,
                         .kind = "sync-conflict",
                         .payload = payload };

  if (!sync_reference_parse (conflict->reference, local->instance, &is_session, &identifier))
    return TRUE;
  entry.subject = identifier;
  return journal_store_add (session, &entry, error);
}

/**
 * sync_record_conflict:
 *
 * One that stands there already is not told again. Writer only.
 */
gboolean
sync_record_conflict (SyncLocal *local,
                      StoreSession *session,
                      SyncConflict *conflict,
                      GError **error)
{
  gint64 ids[2] = { 0, 0 };
  gboolean is_new = FALSE;

  if (!sync_local_need_run (local, session, error) ||
      !sync_local_find_meeting (local, session, conflict->reference, ids, error))
    return FALSE;
  conflict->tenant_id = local->binding->tenant_id;
  conflict->binding_id = local->binding->binding_id;
  conflict->run_id = run_id_of (local);
  conflict->booking_id = ids[0];
  conflict->found_us = local->now_us;
  if (!sync_conflict_put (session, conflict, &is_new, error))
    return FALSE;
  return !is_new || write_journal (local, session, conflict, error);
}
