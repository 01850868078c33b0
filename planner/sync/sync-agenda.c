/* SPDX-License-Identifier: EUPL-1.2 */
/* The list of bindings with their next instants, and what holds each of them back. */
#include "sync/sync-agenda.h"

#include "sync/sync-agenda-private.h"

/* The first runs after a start. */
#define START_SPREAD_US (60 * SYNC_SECOND_US)
#define STALE_SPREAD_US (10 * SYNC_SECOND_US)
/* Of SyncDue's direction: bookings go out. */
#define SENDS 2

static void
detach (SyncEntry *entry)
{
  if (entry->host != NULL)
    entry->host->n_users--;
  if (entry->account != NULL)
    entry->account->n_users--;
}

static void
entry_free (gpointer data)
{
  SyncEntry *entry = data;

  detach (entry);
  sync_due_free (entry->due);
  g_free (entry);
}

/**
 * sync_agenda_new:
 *
 * Returns: (transfer full): empty
 */
SyncAgenda *
sync_agenda_new (const SyncSettings *settings)
{
  SyncAgenda *agenda = g_new0 (SyncAgenda, 1);

  agenda->settings = sync_settings_ref (settings);
  agenda->order = g_ptr_array_new ();
  agenda->entries = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, entry_free);
  agenda->hosts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  agenda->accounts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  agenda->mailboxes = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  return agenda;
}

/**
 * sync_agenda_free:
 */
void
sync_agenda_free (SyncAgenda *agenda)
{
  if (agenda == NULL)
    return;
  g_ptr_array_unref (agenda->order);
  g_hash_table_unref (agenda->entries);
  g_hash_table_unref (agenda->hosts);
  g_hash_table_unref (agenda->accounts);
  g_hash_table_unref (agenda->mailboxes);
  sync_settings_unref (agenda->settings);
  g_free (agenda);
}

/**
 * sync_agenda_set_settings:
 *
 * From the next run of each on.
 */
void
sync_agenda_set_settings (SyncAgenda *agenda, const SyncSettings *settings)
{
  SyncSettings *old = agenda->settings;

  agenda->settings = sync_settings_ref (settings);
  sync_settings_unref (old);
}

static gpointer
find_or_add (GHashTable *table, char *name, gsize size)
{
  gpointer value = g_hash_table_lookup (table, name);

  if (value == NULL)
    {
      value = g_malloc0 (size);
      g_hash_table_insert (table, g_strdup (name), value);
    }
  return value;
}

/* Not while a run is under way: its end is counted where its start was. */
static void
attach (SyncAgenda *agenda, SyncEntry *entry)
{
  const SyncDue *due = entry->due;
  g_autofree char *host = sync_limits_dup_host (due->url);
  g_autofree char *account = sync_limits_dup_account (due->url, due->user, due->secret);

  detach (entry);
  entry->host = find_or_add (agenda->hosts, host, sizeof (SyncHost));
  entry->account =
    account == NULL ? NULL : find_or_add (agenda->accounts, account, sizeof (SyncAccountLimit));
  entry->host->n_users++;
  if (entry->account != NULL)
    entry->account->n_users++;
}

/* A number of its own for each binding, the same in every run of the program. */
static guint64
spread (gint64 binding_id, gint64 below_us)
{
  return (guint64) binding_id * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15) % (guint64) below_us;
}

static gint64
to_monotonic (SyncNow now, gint64 wall_us)
{
  return wall_us == 0 ? 0 : now.monotonic_us + wall_us - now.wall_us;
}

static gboolean
is_stale (const SyncDue *due, gint64 wall_us)
{
  return due->fresh_until_us != 0 && due->fresh_until_us <= wall_us;
}

static SyncEntry *
add_entry (SyncAgenda *agenda, SyncDue *due, SyncNow now)
{
  SyncEntry *entry = g_new0 (SyncEntry, 1);
  gint64 interval_us = agenda->settings->interval_s * SYNC_SECOND_US;

  entry->due = due;
  entry->due_us = now.monotonic_us;
  if (!agenda->has_started && is_stale (due, now.wall_us))
    entry->due_us += (gint64) spread (due->binding_id, MIN (STALE_SPREAD_US, interval_us));
  else if (!agenda->has_started)
    entry->due_us += (gint64) spread (due->binding_id, MIN (START_SPREAD_US, interval_us));
  entry->not_before_us = to_monotonic (now, due->next_try_us);
  g_hash_table_insert (agenda->entries, &due->binding_id, entry);
  attach (agenda, entry);
  return entry;
}

/* A person let it go on: what held it back is forgotten, for its account too; of a password that was refused one
 * calendar is tried, and the rest when it has worked. */
static void
resume (SyncEntry *entry, SyncNow now)
{
  entry->due_us = now.monotonic_us;
  entry->not_before_us = 0;
  entry->n_failures = 0;
  entry->n_denied = 0;
  if (entry->account == NULL)
    return;
  if (entry->account->n_denied >= SYNC_DENIED_LIMIT)
    entry->account->has_worked = FALSE;
  entry->account->n_denied = 0;
  entry->account->blocked_until_us = 0;
}

static gboolean
is_same_server (const SyncDue *due, const SyncDue *other)
{
  return g_strcmp0 (due->url, other->url) == 0 && g_strcmp0 (due->user, other->user) == 0 &&
         g_strcmp0 (due->secret, other->secret) == 0;
}

/* Takes @due. */
static void
renew_entry (SyncAgenda *agenda, SyncEntry *entry, SyncDue *due, SyncNow now)
{
  SyncDue *old = entry->due;
  gboolean is_resumed = old->is_paused && !due->is_paused;
  gboolean is_moved = !is_same_server (old, due);

  if (is_moved && entry->is_running)
    {
      old->is_paused = due->is_paused;
      sync_due_free (due);
      return;
    }
  entry->due = due;
  g_hash_table_steal (agenda->entries, &old->binding_id);
  g_hash_table_insert (agenda->entries, &due->binding_id, entry);
  sync_due_free (old);
  if (is_moved)
    attach (agenda, entry);
  if (is_resumed || is_moved)
    resume (entry, now);
}

static gboolean
is_unseen (gpointer key, gpointer value, gpointer data)
{
  SyncEntry *entry = value;
  gboolean goes = !entry->is_seen && !entry->is_running;

  entry->is_over = !entry->is_seen;
  entry->is_seen = FALSE;
  return goes;
}

static int
compare_entries (gconstpointer a, gconstpointer b)
{
  const SyncDue *left = (*(SyncEntry *const *) a)->due, *right = (*(SyncEntry *const *) b)->due;

  return (left->binding_id > right->binding_id) - (left->binding_id < right->binding_id);
}

static gboolean
is_unused_host (gpointer key, gpointer value, gpointer data)
{
  return ((SyncHost *) value)->n_users == 0;
}

static gboolean
is_unused_account (gpointer key, gpointer value, gpointer data)
{
  return ((SyncAccountLimit *) value)->n_users == 0;
}

/* By id; servers and accounts that nobody has any more are forgotten. */
static void
list_entries (SyncAgenda *agenda)
{
  GHashTableIter iterator;
  gpointer value;

  g_ptr_array_set_size (agenda->order, 0);
  g_hash_table_iter_init (&iterator, agenda->entries);
  while (g_hash_table_iter_next (&iterator, NULL, &value))
    g_ptr_array_add (agenda->order, value);
  g_ptr_array_sort (agenda->order, compare_entries);
  g_hash_table_foreach_remove (agenda->hosts, is_unused_host, NULL);
  g_hash_table_foreach_remove (agenda->accounts, is_unused_account, NULL);
}

/**
 * sync_agenda_take_list:
 * @due: (element-type SyncDue) (transfer full): all bindings that there are
 *
 * New ones are due at once, those of the first list spread over a minute. What is not in it any more
 * is forgotten when its run has ended.
 */
void
sync_agenda_take_list (SyncAgenda *agenda, GPtrArray *due, SyncNow now)
{
  gsize n_due = 0;
  g_autofree gpointer *rows = g_ptr_array_steal (due, &n_due);

  for (gsize i = 0; i < n_due; i++)
    {
      SyncDue *row = rows[i];
      SyncEntry *entry = g_hash_table_lookup (agenda->entries, &row->binding_id);

      if (entry == NULL)
        entry = add_entry (agenda, row, now);
      else
        renew_entry (agenda, entry, row, now);
      entry->is_seen = TRUE;
    }
  g_ptr_array_unref (due);
  g_hash_table_foreach_remove (agenda->entries, is_unseen, NULL);
  list_entries (agenda);
  agenda->has_started = TRUE;
}

static SyncEntry *
get (SyncAgenda *agenda, guint index)
{
  return agenda->order->pdata[index];
}

/* When nothing but limits of number can hold it back any more. */
static gint64
ready_us (const SyncEntry *entry)
{
  gint64 wanted = entry->early_us != 0 ? MIN (entry->due_us, entry->early_us) : entry->due_us;
  gint64 ready = MAX (wanted, entry->not_before_us);

  ready = MAX (ready, entry->host->open_until_us);
  return entry->account == NULL ? ready : MAX (ready, entry->account->blocked_until_us);
}

static gboolean
is_stopped (const SyncEntry *entry)
{
  return entry->due->is_paused || entry->is_over || entry->n_denied >= SYNC_DENIED_LIMIT ||
         (entry->account != NULL && entry->account->n_denied >= SYNC_DENIED_LIMIT);
}

/* A quarter of the threads is kept for other servers: one that hangs must not hold all of them. */
static gboolean
has_room (SyncAgenda *agenda, const SyncEntry *entry, gint64 now_us)
{
  const SyncSettings *settings = agenda->settings;
  guint n_of_host = MAX (1, settings->n_parallel * 3 / 4);
  guint n_of_account = settings->n_per_account;

  /* Of a password that may be wrong one try is enough. */
  if (entry->account != NULL && (!entry->account->has_worked || entry->account->n_denied > 0))
    n_of_account = 1;
  return sync_host_may_start (entry->host, n_of_host, now_us) &&
         (entry->account == NULL || entry->account->n_running < n_of_account) &&
         !g_hash_table_contains (agenda->mailboxes, &entry->due->resource_id);
}

/* What a booking waits for goes first; then what has waited longest. */
static gboolean
goes_before (const SyncEntry *entry, const SyncEntry *other)
{
  if (other == NULL || (entry->early_us != 0) != (other->early_us != 0))
    return other == NULL || entry->early_us != 0;
  return entry->due_us < other->due_us;
}

static void
begin (SyncAgenda *agenda, SyncEntry *entry)
{
  entry->is_running = TRUE;
  agenda->n_running++;
  entry->host->n_running++;
  if (entry->account != NULL)
    entry->account->n_running++;
  g_hash_table_add (agenda->mailboxes,
                    g_memdup2 (&entry->due->resource_id, sizeof entry->due->resource_id));
}

/**
 * sync_agenda_start_next:
 *
 * Counts it as begun; sync_agenda_end() must follow.
 *
 * Returns: FALSE when nothing may begin now
 */
gboolean
sync_agenda_start_next (SyncAgenda *agenda, SyncNow now, SyncStart *out_start)
{
  SyncEntry *best = NULL;

  if (!agenda->settings->is_enabled || agenda->n_running >= agenda->settings->n_parallel)
    return FALSE;
  for (guint i = 0; i < agenda->order->len; i++)
    {
      SyncEntry *entry = get (agenda, i);

      if (!entry->is_running && !is_stopped (entry) && ready_us (entry) <= now.monotonic_us &&
          goes_before (entry, best) && has_room (agenda, entry, now.monotonic_us))
        best = entry;
    }
  if (best == NULL)
    return FALSE;
  begin (agenda, best);
  *out_start =
    (SyncStart){ best->due->binding_id, best->due_us > now.monotonic_us, best->n_failures };
  return TRUE;
}

/**
 * sync_agenda_hasten:
 *
 * Something of the resource's time has changed: its calendar gets an early run, after a moment in
 * which more may come; one under way is followed by another.
 *
 * Returns: whether an instant has moved
 */
gboolean
sync_agenda_hasten (SyncAgenda *agenda, gint64 resource_id, SyncNow now)
{
  gboolean has_moved = FALSE;

  for (guint i = 0; i < agenda->order->len; i++)
    {
      SyncEntry *entry = get (agenda, i);

      if (entry->due->resource_id != resource_id || (entry->due->direction & SENDS) == 0)
        continue;
      if (entry->is_running)
        entry->wants_early = TRUE;
      else
        sync_entry_make_early (entry, now);
      has_moved = TRUE;
    }
  return has_moved;
}

/**
 * sync_agenda_next_us:
 *
 * Returns: the monotonic instant at which something that waits for its time alone may begin;
 *   G_MAXINT64 for none. What waits for room begins when a run ends.
 */
gint64
sync_agenda_next_us (SyncAgenda *agenda, SyncNow now)
{
  gint64 next_us = G_MAXINT64;

  if (!agenda->settings->is_enabled)
    return next_us;
  for (guint i = 0; i < agenda->order->len; i++)
    {
      const SyncEntry *entry = get (agenda, i);

      if (!entry->is_running && !is_stopped (entry) && ready_us (entry) > now.monotonic_us)
        next_us = MIN (next_us, ready_us (entry));
    }
  return next_us;
}

static void
count_entry (const SyncEntry *entry, SyncNow now, SyncAgendaCounts *counts)
{
  const SyncDue *due = entry->due;
  gint64 blocked_us =
    MAX (entry->host->open_until_us, entry->account == NULL ? 0 : entry->account->blocked_until_us);

  counts->n_bindings++;
  counts->n_paused += due->is_paused;
  counts->n_guarded += due->is_guarded;
  counts->n_stale += is_stale (due, now.wall_us);
  counts->n_failing += entry->n_failures > 0;
  counts->n_conflicts += due->n_conflicts;
  counts->n_running += entry->is_running;
  counts->n_blocked += blocked_us > now.monotonic_us || (is_stopped (entry) && !due->is_paused);
  counts->n_waiting +=
    !entry->is_running && !is_stopped (entry) && ready_us (entry) <= now.monotonic_us;
  if (!due->is_paused && due->pulled_us != 0)
    counts->oldest_us = MAX (counts->oldest_us, now.wall_us - due->pulled_us);
}

/**
 * sync_agenda_count:
 */
void
sync_agenda_count (SyncAgenda *agenda, SyncNow now, SyncAgendaCounts *out_counts)
{
  GHashTableIter iterator;
  gpointer value;

  *out_counts = (SyncAgendaCounts){ .n_hosts = g_hash_table_size (agenda->hosts) };
  g_hash_table_iter_init (&iterator, agenda->entries);
  while (g_hash_table_iter_next (&iterator, NULL, &value))
    count_entry (value, now, out_counts);
  g_hash_table_iter_init (&iterator, agenda->hosts);
  while (g_hash_table_iter_next (&iterator, NULL, &value))
    out_counts->n_open_hosts += ((SyncHost *) value)->open_until_us != 0;
}

/**
 * sync_agenda_may_go_on:
 *
 * Returns: FALSE when the last list says that its run is not wanted any more: it was paused, disconnected, or its owner
 *   is retired
 */
gboolean
sync_agenda_may_go_on (SyncAgenda *agenda, gint64 binding_id)
{
  const SyncEntry *entry = g_hash_table_lookup (agenda->entries, &binding_id);

  return entry != NULL && !entry->is_over && !entry->due->is_paused;
}

/**
 * sync_agenda_find:
 *
 * Returns: (nullable) (transfer none): what is known of a binding
 */
const SyncDue *
sync_agenda_find (SyncAgenda *agenda, gint64 binding_id)
{
  const SyncEntry *entry = g_hash_table_lookup (agenda->entries, &binding_id);

  return entry == NULL ? NULL : entry->due;
}

/**
 * sync_agenda_list_account:
 *
 * Returns: (transfer full) (element-type gint64): whom a refusal stops, by id: this one, and, when the
 *   account as a whole is refused, those that share it
 */
GArray *
sync_agenda_list_account (SyncAgenda *agenda, gint64 binding_id)
{
  const SyncEntry *of = g_hash_table_lookup (agenda->entries, &binding_id);
  GArray *ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  gboolean is_refused =
    of != NULL && of->account != NULL && of->account->n_denied >= SYNC_DENIED_LIMIT;

  for (guint i = 0; of != NULL && i < agenda->order->len; i++)
    {
      const SyncEntry *entry = get (agenda, i);

      if (entry == of || (is_refused && entry->account == of->account))
        g_array_append_val (ids, entry->due->binding_id);
    }
  return ids;
}

/**
 * sync_agenda_get:
 * @index: from 0 on
 *
 * Returns: (nullable) (transfer none): one after the other by id, until the next list is taken; NULL
 *   behind the last
 */
const SyncDue *
sync_agenda_get (SyncAgenda *agenda, guint index)
{
  return index < agenda->order->len ? get (agenda, index)->due : NULL;
}
