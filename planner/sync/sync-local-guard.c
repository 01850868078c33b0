/* SPDX-License-Identifier: EUPL-1.2 */
/* What disappeared and is held back: kept for a person, looked up when one has agreed, and counted over the municipality. */
#include "base/clock.h"
#include "sync/sync-local-private.h"

/* More than one calendar in ten, and more than five of them, within a quarter of an hour. */
#define WIDESPREAD_US    (G_GINT64_CONSTANT (15) * 60 * G_USEC_PER_SEC)
#define WIDESPREAD_SHARE 10
#define WIDESPREAD_FLOOR 5

/**
 * sync_local_count_gone:
 *
 * Whether disappearances are more than one advisor's own doing.
 */
gboolean
sync_local_count_gone (SyncLocal *local, CalsyncBinding *binding, GError **error)
{
  guint n_all = 0, n_gone = 0;

  if (!sync_binding_store_count_gone (local->place->session, local->binding->tenant_id,
                                      local->now_us - WIDESPREAD_US, &n_all, &n_gone, error))
    return FALSE;
  binding->is_widespread = n_gone > MAX (WIDESPREAD_FLOOR, n_all / WIDESPREAD_SHARE);
  return TRUE;
}

static GHashTable *
load_agreed (SyncLocal *local)
{
  GHashTable *agreed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  StoreSession *session = local->place->session;
  gint64 binding_id = local->binding->binding_id;
  g_autoptr (SyncGuard) guard = sync_guard_find (session, binding_id, NULL);
  g_autoptr (GPtrArray) staged = NULL;

  if (guard != NULL && guard->agreed_until_us > local->now_us)
    staged = sync_guard_list_staged (session, binding_id, NULL);
  for (guint i = 0; staged != NULL && i < staged->len; i++)
    g_hash_table_add (agreed, g_strdup (staged->pdata[i]));
  return agreed;
}

/**
 * sync_local_is_agreed:
 *
 * What cannot be read was not agreed to.
 */
gboolean
sync_local_is_agreed (CalsyncLocal *port, const char *key_hash)
{
  SyncLocal *local = (SyncLocal *) port;
  gboolean is_own = FALSE;

  if (local->agreed == NULL)
    {
      if (!sync_local_begin (local, &is_own, NULL))
        return FALSE;
      local->agreed = load_agreed (local);
      sync_local_end (local, is_own);
    }
  return g_hash_table_contains (local->agreed, key_hash);
}

/**
 * sync_local_was_agreed:
 *
 * No session is asked: what was agreed to, the run asked about before it handed it over.
 */
gboolean
sync_local_was_agreed (const SyncLocal *local, const char *key_hash)
{
  return local->agreed != NULL && g_hash_table_contains (local->agreed, key_hash);
}

/* What is held back, in short writes: none of it counts before the last one. */
typedef struct
{
  SyncLocal *local;
  const CalsyncGuarded *guarded;
  guint first;
  guint n_done;
  gboolean is_finished;
} Stage;

/* The same again, at every run until a person says something, is not told again. */
static gboolean
is_staged (const Stage *stage, gboolean *out_is_staged, GError **error)
{
  const GPtrArray *wanted = stage->guarded->key_hashes;
  StoreSession *session = stage->local->place->session;
  gint64 binding_id = stage->local->binding->binding_id;
  g_autoptr (GHashTable) there = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray) staged = sync_guard_list_staged (session, binding_id, error);
  g_autoptr (SyncGuard) guard = NULL;

  if (staged == NULL)
    return FALSE;
  guard = sync_guard_find (session, binding_id, NULL);
  for (guint i = 0; i < staged->len; i++)
    g_hash_table_add (there, staged->pdata[i]);
  *out_is_staged = guard != NULL && staged->len == wanted->len && staged->len > 0;
  for (guint i = 0; i < wanted->len; i++)
    *out_is_staged = *out_is_staged && g_hash_table_contains (there, wanted->pdata[i]);
  return TRUE;
}

/**
 * sync_local_find_state:
 *
 * As it is now: a person may have paused it since the run began. Writer only.
 */
gboolean
sync_local_find_state (const SyncLocal *local,
                       StoreSession *session,
                       SyncBindingState *out_state,
                       GError **error)
{
  g_autoptr (SyncBinding) binding =
    sync_binding_store_load (session, local->binding->binding_id, error);

  if (binding == NULL)
    return FALSE;
  *out_state = binding->state;
  return TRUE;
}

static gboolean
stop (GError **error, const char *what)
{
  g_set_error (error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_CANCELLED, "%s while it was run",
               what);
  return FALSE;
}

/**
 * sync_local_check_goes_on:
 *
 * What a person says holds from the next write on: a run that is under way ends there, and leaves nothing
 * that the next one does not take up. Writer, or a reader between two requests.
 *
 * Errors: CALSYNC_REMOTE_ERROR_CANCELLED.
 */
gboolean
sync_local_check_goes_on (const SyncLocal *local, StoreSession *session, GError **error)
{
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (local->place->ignores_pause)
    return TRUE;
  if (!store_query (session, &query, error, SQL_SYNC_BINDING_IS_STOPPED, "ii",
                    local->binding->binding_id, local->now_us))
    return FALSE;
  step = store_step (&query, error);
  if (step == STORE_END)
    return stop (error, "the calendar was disconnected");
  if (step != STORE_ROW)
    return FALSE;
  if (store_int (&query, 0) != 0)
    return stop (error, "the calendar was paused");
  return store_int (&query, 1) == 0 || stop (error, "the calendar's owner was retired");
}

static gboolean
write_guard (const Stage *stage, StoreSession *session, GError **error)
{
  const SyncLocal *local = stage->local;
  const CalsyncGuarded *guarded = stage->guarded;
  SyncGuard guard = { .binding_id = local->binding->binding_id,
                      .tenant_id = local->binding->tenant_id,
                      .reason = (char *) calsync_guard_format (guarded->reason),
                      .at_us = local->now_us,
                      .n_own = guarded->n_own,
                      .n_foreign = guarded->n_foreign,
                      .n_known_own = guarded->n_known_own,
                      .n_known_foreign = guarded->n_known_foreign };
  SyncBindingState state;

  return sync_local_find_state (local, session, &state, error) &&
         sync_local_need_run (stage->local, session, error) &&
         sync_guard_put (session, &guard, error) &&
         sync_binding_store_set_gone (session, guard.binding_id, local->now_us, error) &&
         (state == SYNC_BINDING_PAUSED ||
          sync_binding_store_set_state (session, guard.binding_id, SYNC_BINDING_GUARDED,
                                        "more disappeared than a person would remove", error));
}

/* AdminWrite: may be run again. */
static gboolean
write_stage (StoreSession *session, gpointer data, GError **error)
{
  Stage *stage = data;
  const GPtrArray *hashes = stage->guarded->key_hashes;
  gint64 binding_id = stage->local->binding->binding_id;
  gint64 until_us = clock_monotonic_us () + SYNC_MAX_WRITE_US;

  stage->n_done = 0;
  if (stage->first == 0 && !sync_guard_clear (session, binding_id, error))
    return FALSE;
  for (guint i = stage->first; i < hashes->len; i++)
    {
      if (i > stage->first && clock_monotonic_us () > until_us)
        return TRUE;
      if (!sync_guard_stage (session, binding_id, hashes->pdata[i], error))
        return FALSE;
      stage->n_done++;
    }
  stage->is_finished = write_guard (stage, session, error);
  return stage->is_finished;
}

/**
 * sync_local_stage_guard:
 */
gboolean
sync_local_stage_guard (CalsyncLocal *port, const CalsyncGuarded *guarded, GError **error)
{
  Stage stage = { .local = (SyncLocal *) port, .guarded = guarded };
  gboolean is_own = FALSE;
  gboolean ok;

  /* A person is asked about the restore first; this is found again behind it. */
  if (stage.local->is_held)
    return TRUE;
  if (!sync_local_begin (stage.local, &is_own, error))
    return FALSE;
  ok = is_staged (&stage, &stage.is_finished, error);
  sync_local_end (stage.local, is_own);
  while (ok && !stage.is_finished)
    {
      ok = sync_local_write (stage.local, write_stage, &stage, error);
      stage.first += stage.n_done;
    }
  return ok;
}
