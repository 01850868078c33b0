/* SPDX-License-Identifier: EUPL-1.2 */
/* Loads a binding with the rules of its unit, tells what is known, and keeps the run's row unwritten until it is needed. */
/* Parts: sync-local-wanted, -item, -pull, -push, -guard, -record; sync-overlap. */
#include "sync/sync-local.h"

#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "calsync-key.h"
#include "ops/facts/block-rules.h"
#include "ops/facts/expansion.h"
#include "ops/import/hash-key.h"
#include "sync/sync-local-private.h"

#define WRITES_AN_HOUR  200
#define MAX_PUTBACKS    3
#define PUTBACK_HOURS   24
#define INSTANCE_DIGITS 8

/**
 * sync_local_begin:
 */
gboolean
sync_local_begin (SyncLocal *local, gboolean *out_is_own, GError **error)
{
  *out_is_own = !store_is_in_transaction (local->place->session);
  return !*out_is_own || store_begin (local->place->session, STORE_READ, error);
}

/**
 * sync_local_end:
 */
void
sync_local_end (SyncLocal *local, gboolean is_own)
{
  if (is_own)
    store_rollback (local->place->session);
}

typedef struct
{
  SyncLocal *local;
  AdminWrite write;
  gpointer data;
} Writing;

/* AdminWrite. When it is run again, the row that it made before is not there any more. */
static gboolean
write_anew (StoreSession *session, gpointer data, GError **error)
{
  const Writing *writing = data;

  writing->local->pending_run_id = 0;
  return writing->write (session, writing->data, error);
}

/**
 * sync_local_write:
 */
gboolean
sync_local_write (SyncLocal *local, AdminWrite write, gpointer data, GError **error)
{
  const AdminRunner *runner = &local->place->runner;
  Writing writing = { local, write, data };

  if (!runner->run_write (runner->runner, write_anew, &writing, error))
    return FALSE;
  if (local->pending_run_id != 0)
    local->run.run_id = local->pending_run_id;
  return TRUE;
}

/**
 * sync_local_need_run:
 *
 * In a write of sync_local_write(). One row, however much the write has to tell.
 */
gboolean
sync_local_need_run (SyncLocal *local, StoreSession *session, GError **error)
{
  SyncRun run = local->run;

  if (run.run_id != 0 || local->pending_run_id != 0)
    return TRUE;
  if (!sync_run_add (session, &run, error))
    return FALSE;
  local->pending_run_id = run.run_id;
  return TRUE;
}

/**
 * sync_local_hash_key:
 *
 * Returns: (transfer full): what the item at @key is known by.
 */
char *
sync_local_hash_key (const SyncLocal *local, const char *key)
{
  g_autofree char *plain = calsync_key_normalise (key);

  return calsync_uid_hash (plain, &local->import);
}

/**
 * sync_reference_new:
 *
 * Returns: (transfer full): our marker of a meeting.
 */
char *
sync_reference_new (const char *instance, gboolean is_session, const char *identifier)
{
  return g_strdup_printf ("%s:%s:%s", instance, is_session ? "session" : "booking", identifier);
}

/**
 * sync_reference_parse:
 * @out_identifier: (transfer none): part of @reference
 *
 * Returns: whether it is a marker of this installation.
 */
gboolean
sync_reference_parse (const char *reference,
                      const char *instance,
                      gboolean *out_is_session,
                      const char **out_identifier)
{
  gsize n = strlen (instance);

  if (reference == NULL || !g_str_has_prefix (reference, instance) || reference[n] != ':')
    return FALSE;
  reference += n + 1;
  if (!g_str_has_prefix (reference, "booking:") && !g_str_has_prefix (reference, "session:"))
    return FALSE;
  *out_is_session = *reference == 's';
  *out_identifier = reference + strlen ("booking:");
  return **out_identifier != '\0';
}

/**
 * sync_local_find_meeting:
 * @out_ids: (array fixed-size=2): of the booking and of the group meeting; 0 when it is not that, or gone
 */
gboolean
sync_local_find_meeting (const SyncLocal *local,
                         StoreSession *session,
                         const char *reference,
                         gint64 out_ids[2],
                         GError **error)
{
  const char *identifier = NULL;
  gboolean is_session = FALSE;

  out_ids[0] = out_ids[1] = 0;
  return !sync_reference_parse (reference, local->instance, &is_session, &identifier) ||
         sync_meeting_find (session, local->binding->tenant_id, identifier, is_session,
                            &out_ids[is_session ? 1 : 0], error);
}

/**
 * sync_shape_of:
 */
SyncShape
sync_shape_of (const CalsyncShape *shape)
{
  return (SyncShape){ .start_us = shape->start_us,
                      .end_us = shape->end_us,
                      .busy_class = (gint64) shape->busy_class,
                      .flags = (shape->is_all_day ? SYNC_SHAPE_ALL_DAY : 0) |
                               (shape->is_series ? SYNC_SHAPE_SERIES : 0) |
                               (shape->has_attendees ? SYNC_SHAPE_ATTENDEES : 0) };
}

/**
 * sync_shape_to_calsync:
 */
CalsyncShape
sync_shape_to_calsync (const SyncShape *shape)
{
  return (CalsyncShape){ .start_us = shape->start_us,
                         .end_us = shape->end_us,
                         .busy_class = (CalsyncClass) shape->busy_class,
                         .is_all_day = (shape->flags & SYNC_SHAPE_ALL_DAY) != 0,
                         .is_series = (shape->flags & SYNC_SHAPE_SERIES) != 0,
                         .has_attendees = (shape->flags & SYNC_SHAPE_ATTENDEES) != 0 };
}

/* AdminWrite. */
static gboolean
write_hash_key (StoreSession *session, gpointer data, GError **error)
{
  SyncLocal *local = data;

  g_clear_pointer (&local->hash_key, g_bytes_unref);
  local->hash_key = hash_key_need (session, local->binding->tenant_id, error);
  return local->hash_key != NULL;
}

/* Another installation of the same name must not take our events for its own: the key is this database's. */
static char *
make_instance (const char *tenant_key, GBytes *hash_key)
{
  g_autofree char *digest = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, hash_key);
  g_autofree char *name = g_strdup (tenant_key);

  g_strcanon (name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-", '-');
  return g_strdup_printf ("%s-%.*s", name, INSTANCE_DIGITS, digest);
}

static gboolean
read_owner (SyncLocal *local, GError **error)
{
  g_auto (StoreQuery) query = { 0 };

  if (!store_query (local->place->session, &query, error, SQL_SYNC_OWNER, "i",
                    local->binding->resource_id) ||
      store_step (&query, error) != STORE_ROW)
    return FALSE;
  local->email = g_strdup (store_text (&query, 0));
  local->resource_key = g_strdup (store_text (&query, 1));
  local->retired_us = store_int (&query, 2);
  local->tenant_key = g_strdup (store_text (&query, 3));
  return TRUE;
}

static gboolean
read_all (SyncLocal *local, gint64 binding_id, GError **error)
{
  StoreSession *session = local->place->session;
  g_autoptr (GError) local_error = NULL;

  g_clear_pointer (&local->binding, sync_binding_free);
  local->binding = sync_binding_store_load (session, binding_id, error);
  if (local->binding == NULL || !read_owner (local, error))
    return FALSE;
  local->hash_key = sync_hash_key_find (session, local->binding->tenant_id, &local_error);
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  local->zone = expansion_find_zone (session, local->binding->resource_id);
  if (!block_rules_load (session, local->binding->resource_id, local->now_us, &local->blocks,
                         error))
    return FALSE;
  return sync_rules_load (&local->rules, session, local->binding->resource_id, local->now_us,
                          error);
}

static gboolean
init (SyncLocal *local, gint64 binding_id, GError **error)
{
  gboolean is_own = FALSE;
  gboolean ok;

  if (!sync_local_begin (local, &is_own, error))
    return FALSE;
  ok = read_all (local, binding_id, error);
  sync_local_end (local, is_own);
  if (!ok || (local->hash_key == NULL && !sync_local_write (local, write_hash_key, local, error)))
    return FALSE;
  local->instance = make_instance (local->tenant_key, local->hash_key);
  local->addresses[0] = local->email;
  local->import.uid_key = g_bytes_get_data (local->hash_key, &local->import.n_uid_key);
  local->import.owner_addresses = local->addresses;
  local->import.zone = local->zone;
  local->import.region = "DK";
  return TRUE;
}

/* Yesterday and on; what is laid out reaches further back, for the day's edges. */
static void
set_times (SyncLocal *local)
{
  gint64 yesterday = calsync_zone_local_day (local->zone, local->now_us) - 1;

  local->window = expansion_window (local->now_us);
  local->import.from_us = calsync_zone_midnight (local->zone, yesterday);
  local->import.to_us = local->window.end_us;
}

static gboolean
count_writes (SyncLocal *local, CalsyncBinding *out_binding, GError **error)
{
  guint counts[5] = { 0 };

  if (!sync_run_change_count (local->place->session, local->binding->binding_id,
                              local->now_us - SYNC_HOUR_US, local->now_us - 24 * SYNC_HOUR_US,
                              counts, error))
    return FALSE;
  out_binding->writes_left = counts[0] >= WRITES_AN_HOUR ? 0 : WRITES_AN_HOUR - counts[0];
  out_binding->max_putbacks = MAX_PUTBACKS;
  out_binding->n_gone_own = counts[1];
  out_binding->n_gone_foreign = counts[2];
  out_binding->n_gone_own_day = counts[3];
  out_binding->n_gone_foreign_day = counts[4];
  return sync_local_count_gone (local, out_binding, error);
}

static gboolean
reload (SyncLocal *local, CalsyncBinding *out_binding, GError **error)
{
  g_autoptr (SyncBinding) fresh =
    sync_binding_store_load (local->place->session, local->binding->binding_id, error);

  if (fresh == NULL || !count_writes (local, out_binding, error))
    return FALSE;
  g_clear_pointer (&local->binding, sync_binding_free);
  local->binding = g_steal_pointer (&fresh);
  return TRUE;
}

/* CalsyncLocalFunctions.load. */
static gboolean
load (CalsyncLocal *port, CalsyncBinding *out_binding, GError **error)
{
  SyncLocal *local = (SyncLocal *) port;
  const SyncBinding *binding;
  CalsyncBinding result = { 0 };
  gboolean is_own = FALSE;
  gboolean ok;

  local->now_us = local->read_us = clock_now_us ();
  set_times (local);
  if (!sync_local_begin (local, &is_own, error))
    return FALSE;
  ok = reload (local, &result, error);
  sync_local_end (local, is_own);
  if (!ok)
    return FALSE;
  binding = local->binding;
  result.direction = (CalsyncDirection) binding->direction;
  result.cursor = binding->cursor;
  result.identity = binding->identity;
  result.tier = (CalsyncTier) binding->tier;
  result.wants_full = binding->full_due_us <= local->now_us;
  local->asks_feed = !result.wants_full && binding->cursor != NULL && binding->identity != NULL &&
                     binding->tier != CALSYNC_TIER_LISTING;
  /* What the calendar says may be the later word, which the backup did not know. */
  result.on_move = binding->looks_first ? CALSYNC_ON_MOVE_ASK : local->rules.on_move;
  result.on_delete = binding->looks_first ? CALSYNC_ON_DELETE_ASK : local->rules.on_delete;
  result.instance = local->instance;
  result.import = local->import;
  result.window_from_us = local->import.from_us;
  result.window_to_us = local->import.to_us;
  result.now_us = local->now_us;
  result.holds_pushes = local->is_held;
  *out_binding = result;
  return TRUE;
}

static CalsyncKnown *
to_known (const SyncItem *item)
{
  CalsyncKnown *known = g_new0 (CalsyncKnown, 1);

  known->key_hash = g_strdup (item->key_hash);
  known->key = g_strdup (item->key);
  known->version = g_strdup (item->version);
  known->reference = g_strdup (item->reference);
  known->is_own = item->is_own;
  known->is_unreadable = item->is_unreadable;
  known->last_end_us = item->last_end_us;
  return known;
}

static gboolean
find_all (SyncLocal *local, const char *const *key_hashes, GPtrArray *known, GError **error)
{
  g_autoptr (GError) local_error = NULL;

  for (guint i = 0; key_hashes[i] != NULL; i++)
    {
      g_autoptr (SyncItem) item = sync_item_store_find (
        local->place->session, local->binding->binding_id, key_hashes[i], &local_error);
      if (local_error != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }
      if (item != NULL)
        g_ptr_array_add (known, to_known (item));
    }
  return TRUE;
}

/* CalsyncLocalFunctions.find_known. */
static GPtrArray *
find_known (CalsyncLocal *port, const char *const *key_hashes, GError **error)
{
  SyncLocal *local = (SyncLocal *) port;
  g_autoptr (GPtrArray) known =
    g_ptr_array_new_with_free_func ((GDestroyNotify) calsync_known_free);
  gboolean is_own = FALSE;
  gboolean ok;

  if (!sync_local_begin (local, &is_own, error))
    return NULL;
  ok = find_all (local, key_hashes, known, error);
  sync_local_end (local, is_own);
  return ok ? g_steal_pointer (&known) : NULL;
}

/* CalsyncLocalFunctions.list_known. */
static GPtrArray *
list_known (CalsyncLocal *port, GError **error)
{
  SyncLocal *local = (SyncLocal *) port;
  g_autoptr (GPtrArray) known =
    g_ptr_array_new_with_free_func ((GDestroyNotify) calsync_known_free);
  g_autoptr (GPtrArray) items = NULL;
  gboolean is_own = FALSE;

  if (!sync_local_begin (local, &is_own, error))
    return NULL;
  items = sync_item_store_list (local->place->session, local->binding->binding_id, error);
  sync_local_end (local, is_own);
  for (guint i = 0; items != NULL && i < items->len; i++)
    g_ptr_array_add (known, to_known (items->pdata[i]));
  return items == NULL ? NULL : g_steal_pointer (&known);
}

static gint64
get_now_us (CalsyncLocal *port)
{
  return clock_now_us ();
}

static void
progress (CalsyncLocal *port, const char *what, guint64 n_done, guint64 n_all)
{
  const SyncLocalPlace *place = ((SyncLocal *) port)->place;

  if (place->progress != NULL)
    place->progress (place->progress_data, what, n_done, n_all);
}

/**
 * sync_local_new:
 *
 * Errors: PLANNER_ERROR_NOT_FOUND when there is no such binding.
 */
SyncLocal *
sync_local_new (const SyncLocalPlace *place, gint64 binding_id, GError **error)
{
  static const CalsyncLocalFunctions functions = {
    .load = load,
    .find_known = find_known,
    .list_known = list_known,
    .list_wanted = sync_local_list_wanted,
    .is_agreed = sync_local_is_agreed,
    .commit_pull = sync_local_commit_pull,
    .stage_guard = sync_local_stage_guard,
    .record_pushes = sync_local_record_pushes,
    .may_send = sync_local_may_send,
    .get_now_us = get_now_us,
    .progress = progress,
  };
  g_autoptr (SyncLocal) local = g_new0 (SyncLocal, 1);

  local->port.functions = &functions;
  local->place = place;
  local->now_us = local->read_us = clock_now_us ();
  if (!init (local, binding_id, error))
    return NULL;
  set_times (local);
  local->run = (SyncRun){ .tenant_id = local->binding->tenant_id,
                          .binding_id = binding_id,
                          .started_us = local->now_us,
                          .mode = g_strdup (place->mode == NULL ? "run" : place->mode),
                          .actor = g_strdup (place->actor),
                          .call_id = g_strdup (place->call_id) };
  return g_steal_pointer (&local);
}

/**
 * sync_local_free:
 *
 * Frees it; NULL is ignored.
 */
void
sync_local_free (SyncLocal *local)
{
  if (local == NULL)
    return;
  sync_binding_free (local->binding);
  sync_rules_clear (&local->rules);
  g_free (local->email);
  g_free (local->resource_key);
  g_free (local->tenant_key);
  g_free (local->instance);
  g_clear_pointer (&local->hash_key, g_bytes_unref);
  g_clear_pointer (&local->agreed, g_hash_table_unref);
  g_clear_pointer (&local->remote_types, code_list_free);
  g_free (local->run.mode);
  g_free (local->run.outcome);
  g_free (local->run.actor);
  g_free (local->run.call_id);
  g_free (local);
}

/**
 * sync_local_get_port:
 */
CalsyncLocal *
sync_local_get_port (SyncLocal *local)
{
  return &local->port;
}

/**
 * sync_local_hold_back:
 */
void
sync_local_hold_back (SyncLocal *local)
{
  local->is_held = TRUE;
}

/**
 * sync_local_get_binding:
 */
const SyncBinding *
sync_local_get_binding (const SyncLocal *local)
{
  return local->binding;
}

/**
 * sync_local_get_instance:
 *
 * Returns: what our markers begin with.
 */
const char *
sync_local_get_instance (const SyncLocal *local)
{
  return local->instance;
}

/**
 * sync_local_get_tenant_key:
 */
const char *
sync_local_get_tenant_key (const SyncLocal *local)
{
  return local->tenant_key;
}

/**
 * sync_local_get_resource_key:
 */
const char *
sync_local_get_resource_key (const SyncLocal *local)
{
  return local->resource_key;
}

/**
 * sync_local_get_retired_us:
 */
gint64
sync_local_get_retired_us (const SyncLocal *local)
{
  return local->retired_us;
}

/**
 * sync_local_get_run_id:
 */
gint64
sync_local_get_run_id (const SyncLocal *local)
{
  return local->run.run_id;
}
