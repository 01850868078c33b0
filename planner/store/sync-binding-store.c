/* SPDX-License-Identifier: EUPL-1.2 */
/* Adds, changes, lists and removes bindings, and keeps how far their calendars may be trusted. */
#include "store/sync-binding-store.h"

#include "base/error.h"
#include "store/calendar-store.h"
#include "store/claim-store.h"

#define ONLY_IN     1
#define ONLY_OUT    2
#define FOR_EVER_US G_GINT64_CONSTANT (9000000000000000)

/* clang-format off */
static const char *const states[] = { "active", "paused", "guarded" };
/* clang-format on */

/**
 * sync_binding_free:
 *
 * Frees a record; NULL is ignored.
 */
void
sync_binding_free (SyncBinding *binding)
{
  if (binding == NULL)
    return;
  g_free (binding->calendar_key);
  g_free (binding->url);
  g_free (binding->auth);
  g_free (binding->user_name);
  g_free (binding->secret);
  g_free (binding->certificate);
  g_free (binding->why);
  g_free (binding->identity);
  g_free (binding->cursor);
  g_free (binding->health);
  g_free (binding->health_text);
  g_free (binding);
}

/**
 * sync_binding_state_format:
 *
 * Returns: the word that is stored and shown.
 */
const char *
sync_binding_state_format (SyncBindingState state)
{
  g_return_val_if_fail (state < G_N_ELEMENTS (states), "");
  return states[state];
}

static SyncBindingState
parse_state (const char *word)
{
  for (guint i = 0; i < G_N_ELEMENTS (states); i++)
    if (g_strcmp0 (word, states[i]) == 0)
      return (SyncBindingState) i;
  return SYNC_BINDING_GUARDED;
}

static void
read_run_state (SyncBinding *binding, StoreQuery *query, int i)
{
  binding->tier = store_int (query, i++);
  binding->identity = g_strdup (store_text (query, i++));
  binding->cursor = g_strdup (store_text (query, i++));
  binding->cursor_us = store_int (query, i++);
  binding->pulled_us = store_int (query, i++);
  binding->full_due_us = store_int (query, i++);
  binding->looks_first = store_int (query, i++) != 0;
  binding->gone_us = store_int (query, i++);
  binding->health = g_strdup (store_text (query, i++));
  binding->health_text = g_strdup (store_text (query, i++));
  binding->n_failures = store_int (query, i++);
  binding->next_try_us = store_int (query, i++);
  binding->last_try_us = store_int (query, i++);
  binding->last_success_us = store_int (query, i++);
  binding->created_us = store_int (query, i++);
  binding->fresh_until_us = store_int (query, i++);
  binding->n_lost = store_int (query, i++);
  binding->n_items = store_int (query, i++);
  binding->n_own = store_int (query, i++);
  binding->n_unreadable = store_int (query, i);
}

/* The order is that of SQL_SYNC_BINDING_COLUMNS. */
static SyncBinding *
read_record (StoreQuery *query)
{
  SyncBinding *binding = g_new0 (SyncBinding, 1);
  int i = 0;

  binding->binding_id = store_int (query, i++);
  binding->tenant_id = store_int (query, i++);
  binding->resource_id = store_int (query, i++);
  binding->calendar_id = store_int (query, i++);
  binding->calendar_key = g_strdup (store_text (query, i++));
  binding->url = g_strdup (store_text (query, i++));
  binding->auth = g_strdup (store_text (query, i++));
  binding->user_name = g_strdup (store_text (query, i++));
  binding->secret = g_strdup (store_text (query, i++));
  binding->certificate = g_strdup (store_text (query, i++));
  binding->direction = store_int (query, i++);
  binding->state = parse_state (store_text (query, i++));
  binding->why = g_strdup (store_text (query, i++));
  binding->limit_minutes = store_int (query, i++);
  read_run_state (binding, query, i);
  return binding;
}

/**
 * sync_binding_store_set_fresh:
 * @binding: calendar, resource and tenant are read
 * @fresh_until_us: from then on the resource is not offered; 0: never
 *
 * Tells the index when it is different from before. Writer only.
 */
gboolean
sync_binding_store_set_fresh (StoreSession *session,
                              const SyncBinding *binding,
                              gint64 fresh_until_us,
                              GError **error)
{
  Change change = { .tenant_id = binding->tenant_id,
                    .kind = CHANGE_RESOURCE,
                    .subject_id = binding->resource_id };

  /* A stretch, so that the resource's time is not made anew as a whole: any stretch tells how fresh it is. */
  if (fresh_until_us > 0)
    change.interval = (Period){ fresh_until_us - 1, fresh_until_us };
  return store_run (session, error, SQL_CALENDAR_SET_FRESH, "ii", binding->calendar_id,
                    fresh_until_us) &&
         (store_n_changed (session) == 0 || change_store_add (session, &change, error));
}

/* Busy time that was never pulled is not known: the calendar is born stale. One that only receives has none to know. */
static gboolean
add_calendar (StoreSession *session, SyncBinding *binding, GError **error)
{
  CalendarRecord calendar = { .tenant_id = binding->tenant_id,
                              .resource_id = binding->resource_id,
                              .calendar_key = binding->calendar_key,
                              .origin = "sync" };
  PutOutcome outcome;

  if (!calendar_put (session, &calendar, &outcome, error))
    return FALSE;
  if (outcome != PUT_ADDED)
    {
      g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_CONFLICT,
                   "there is a calendar of the name %s already", binding->calendar_key);
      return FALSE;
    }
  binding->calendar_id = calendar.calendar_id;
  binding->fresh_until_us = binding->direction == ONLY_OUT ? 0 : binding->created_us;
  return (binding->direction != ONLY_OUT ||
          calendar_set_expanded (session, binding->calendar_id, FOR_EVER_US, error)) &&
         sync_binding_store_set_fresh (session, binding, binding->fresh_until_us, error);
}

/**
 * sync_binding_store_add:
 * @binding: ids are filled in; what runs find out is not written
 *
 * Writer only.
 *
 * Errors: PLANNER_ERROR_CONFLICT when the resource has a calendar of that name, or already one that
 * bookings go out to.
 */
gboolean
sync_binding_store_add (StoreSession *session, SyncBinding *binding, GError **error)
{
  if (!add_calendar (session, binding, error) ||
      !store_run (session, error, SQL_SYNC_BINDING_ADD, "iiisssssiii", binding->tenant_id,
                  binding->resource_id, binding->calendar_id, binding->url, binding->auth,
                  binding->user_name, binding->secret, binding->certificate, binding->direction,
                  binding->limit_minutes, binding->created_us))
    return FALSE;
  binding->binding_id = store_last_id (session);
  return TRUE;
}

/**
 * sync_binding_store_load:
 *
 * Returns: (transfer full)
 *
 * Errors: PLANNER_ERROR_NOT_FOUND when there is none.
 */
SyncBinding *
sync_binding_store_load (StoreSession *session, gint64 binding_id, GError **error)
{
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, SQL_SYNC_BINDING_LOAD, "i", binding_id))
    return NULL;
  step = store_step (&query, error);
  if (step == STORE_ROW)
    return read_record (&query);
  if (step == STORE_END)
    g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND,
                 "there is no connected calendar %" G_GINT64_FORMAT, binding_id);
  return NULL;
}

/**
 * sync_binding_store_list:
 * @resource_id: 0 for every resource
 *
 * Returns: (transfer full) (element-type SyncBinding): by resource and id; NULL with @error set.
 */
GPtrArray *
sync_binding_store_list (StoreSession *session,
                         gint64 tenant_id,
                         gint64 resource_id,
                         GError **error)
{
  g_autoptr (GPtrArray) bindings =
    g_ptr_array_new_with_free_func ((GDestroyNotify) sync_binding_free);
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, SQL_SYNC_BINDING_LIST, "ii", tenant_id, resource_id))
    return NULL;
  while ((step = store_step (&query, error)) == STORE_ROW)
    g_ptr_array_add (bindings, read_record (&query));
  return step == STORE_FAILED ? NULL : g_steal_pointer (&bindings);
}

/* What was read would stand for ever; what was sent would stay there, take time as a stranger's, and never move again. */
static const char *
find_fault (gint64 before, gint64 after)
{
  if (before != ONLY_OUT && after == ONLY_OUT)
    return "time was read from this calendar: disconnect it, and connect it for bookings only";
  if (before != ONLY_IN && after == ONLY_IN)
    return "bookings go out to this calendar, and their events would stay there as anybody's: "
           "disconnect it with --remove-events, and connect it for busy time only";
  return NULL;
}

/* What was never read is not known. */
static gboolean
check_direction (StoreSession *session, const SyncBinding *binding, GError **error)
{
  g_autoptr (SyncBinding) before = sync_binding_store_load (session, binding->binding_id, error);
  const char *fault = NULL;

  if (before == NULL)
    return FALSE;
  fault = find_fault (before->direction, binding->direction);
  if (fault != NULL)
    {
      g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID, fault);
      return FALSE;
    }
  if (before->direction != ONLY_OUT || binding->direction == ONLY_OUT)
    return TRUE;
  g_clear_pointer (&before->cursor, g_free);
  before->pulled_us = before->full_due_us = 0;
  return sync_binding_store_set_pulled (session, before, error) &&
         sync_binding_store_set_fresh (session, before, before->created_us, error);
}

/**
 * sync_binding_store_change:
 *
 * Writes what an admin decides, nothing that runs find out. A calendar that time is to be read from from
 * now on is not trusted until it was. Writer only.
 *
 * Errors: PLANNER_ERROR_CONFLICT when bookings of the resource already go out to another calendar;
 * PLANNER_ERROR_NOT_VALID when time shall no longer be read, or bookings no longer sent.
 */
gboolean
sync_binding_store_change (StoreSession *session, const SyncBinding *binding, GError **error)
{
  return check_direction (session, binding, error) &&
         store_run (session, error, SQL_SYNC_BINDING_CHANGE, "isssssii", binding->binding_id,
                    binding->url, binding->auth, binding->user_name, binding->secret,
                    binding->certificate, binding->direction, binding->limit_minutes);
}

/**
 * sync_binding_store_set_state:
 * @why: (nullable): in our words
 *
 * Writer only.
 */
gboolean
sync_binding_store_set_state (StoreSession *session,
                              gint64 binding_id,
                              SyncBindingState state,
                              const char *why,
                              GError **error)
{
  return store_run (session, error, SQL_SYNC_BINDING_SET_STATE, "iss", binding_id, states[state],
                    why);
}

/**
 * sync_binding_store_ask_full:
 * @due_us: 0 for the next pull
 *
 * Never puts off one that is due earlier. Writer only.
 */
gboolean
sync_binding_store_ask_full (StoreSession *session,
                             gint64 binding_id,
                             gint64 due_us,
                             GError **error)
{
  return store_run (session, error, SQL_SYNC_BINDING_ASK_FULL, "ii", binding_id, due_us);
}

/**
 * sync_binding_store_set_pulled:
 * @binding: tier, identity, cursor, cursor_us, pulled_us, full_due_us, looks_first and n_lost are written
 *
 * Writer only.
 */
gboolean
sync_binding_store_set_pulled (StoreSession *session, const SyncBinding *binding, GError **error)
{
  return store_run (session, error, SQL_SYNC_BINDING_SET_PULLED, "iissiiiii", binding->binding_id,
                    binding->tier, binding->identity, binding->cursor, binding->cursor_us,
                    binding->pulled_us, binding->full_due_us, (gint64) binding->looks_first,
                    binding->n_lost);
}

/**
 * sync_binding_store_set_gone:
 * @gone_us: when something was seen to have disappeared
 *
 * Writer only.
 */
gboolean
sync_binding_store_set_gone (StoreSession *session,
                             gint64 binding_id,
                             gint64 gone_us,
                             GError **error)
{
  return store_run (session, error, SQL_SYNC_BINDING_SET_GONE, "ii", binding_id, gone_us);
}

/**
 * sync_binding_store_set_health:
 * @binding: health, health_text, n_failures and the times of tries are written
 *
 * Writer only.
 */
gboolean
sync_binding_store_set_health (StoreSession *session, const SyncBinding *binding, GError **error)
{
  return store_run (session, error, SQL_SYNC_BINDING_SET_HEALTH, "issiiii", binding->binding_id,
                    binding->health, binding->health_text, binding->n_failures,
                    binding->next_try_us, binding->last_try_us, binding->last_success_us);
}

/* The calendar's objects go first: what is left of them belongs to no item. */
static gboolean
remove_last (StoreSession *session, const SyncBinding *binding, GError **error)
{
  Change change = { .tenant_id = binding->tenant_id,
                    .kind = CHANGE_RESOURCE,
                    .subject_id = binding->resource_id };

  return store_run (session, error, SQL_SYNC_BINDING_REMOVE, "i", binding->binding_id) &&
         store_run (session, error, SQL_CALENDAR_REMOVE, "i", binding->calendar_id) &&
         change_store_add (session, &change, error);
}

/**
 * sync_binding_store_remove_some:
 * @max_items: so that one write stays short
 * @out_is_gone: whether it was the last call
 *
 * Call it, a transaction each, until it is gone: then the calendar and its time are gone too, and the
 * index is told. Nothing is done to the calendar on the other server. Writer only.
 */
gboolean
sync_binding_store_remove_some (StoreSession *session,
                                const SyncBinding *binding,
                                guint max_items,
                                gboolean *out_is_gone,
                                GError **error)
{
  static const StoreStatement steps[] = { SQL_SYNC_ITEMS_REMOVE_SOME,
                                          SQL_SYNC_RUN_CHANGES_REMOVE_SOME };

  *out_is_gone = FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      if (!store_run (session, error, steps[i], "ii", binding->binding_id, (gint64) max_items))
        return FALSE;
      if (store_n_changed (session) == max_items)
        return TRUE;
    }
  if (!remove_last (session, binding, error))
    return FALSE;
  *out_is_gone = TRUE;
  return TRUE;
}

/**
 * sync_binding_store_count_gone:
 *
 * For the guard over a whole municipality.
 */
gboolean
sync_binding_store_count_gone (StoreSession *session,
                               gint64 tenant_id,
                               gint64 since_us,
                               guint *out_n_all,
                               guint *out_n_gone,
                               GError **error)
{
  g_auto (StoreQuery) query = { 0 };

  if (!store_query (session, &query, error, SQL_SYNC_BINDINGS_COUNT_GONE, "ii", tenant_id,
                    since_us) ||
      store_step (&query, error) != STORE_ROW)
    return FALSE;
  *out_n_all = (guint) store_int (&query, 0);
  *out_n_gone = (guint) store_int (&query, 1);
  return TRUE;
}

/**
 * sync_hash_key_find:
 *
 * Returns: (transfer full) (nullable): the tenant's key for hashes of foreign identifiers; NULL
 *   without @error while it has none.
 */
GBytes *
sync_hash_key_find (StoreSession *session, gint64 tenant_id, GError **error)
{
  g_auto (StoreQuery) query = { 0 };

  if (!store_query (session, &query, error, SQL_HASH_KEY_FIND, "i", tenant_id) ||
      store_step (&query, error) != STORE_ROW)
    return NULL;
  return store_dup_bytes (&query, 0);
}

/**
 * sync_hash_key_add:
 *
 * Writer only.
 *
 * Errors: PLANNER_ERROR_CONFLICT when the tenant has one: it is never changed.
 */
gboolean
sync_hash_key_add (StoreSession *session, gint64 tenant_id, GBytes *bytes, GError **error)
{
  return store_run (session, error, SQL_HASH_KEY_ADD, "ib", tenant_id, bytes);
}
