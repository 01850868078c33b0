/* SPDX-License-Identifier: EUPL-1.2 */
/* What the end of a run means for the next one: cadence, back-off, breaker, and an account that was refused. */
#include "sync/sync-agenda-private.h"

/* A booking waits for others that may come with it. */
#define EARLY_US       SYNC_SECOND_US
#define ELSEWHERE_US   (5 * SYNC_SECOND_US)
#define IDLE_AFTER_US  (24 * 3600 * SYNC_SECOND_US)
#define JITTER_PERCENT 10

static guint
interval_s (const SyncAgenda *agenda, const SyncEntry *entry, gboolean has_unsent, SyncNow now)
{
  const SyncDue *due = entry->due;
  gint64 changed_us = MAX (due->changed_us, entry->changed_us);

  if (due->has_bookings_soon || has_unsent)
    return agenda->settings->busy_interval_s;
  if (changed_us + IDLE_AFTER_US < now.wall_us)
    return agenda->settings->idle_interval_s;
  return agenda->settings->interval_s;
}

static gint64
jittered_us (guint seconds)
{
  gint64 most_us = seconds * SYNC_SECOND_US * JITTER_PERCENT / 100;

  return seconds * SYNC_SECOND_US -
         (gint64) sync_limits_random ((guint32) (most_us / 1000) + 1) * 1000;
}

/* The server answered. */
static void
end_well (SyncAgenda *agenda, SyncEntry *entry, const SyncOutcome *outcome, SyncNow now)
{
  entry->n_failures = 0;
  entry->n_denied = 0;
  entry->not_before_us = now.monotonic_us + outcome->retry_after_s * SYNC_SECOND_US;
  if (outcome->ending != SYNC_ENDED_QUIET)
    entry->changed_us = now.wall_us;
  if (entry->account != NULL)
    {
      entry->account->n_denied = 0;
      entry->account->has_worked = TRUE;
    }
  entry->due_us =
    now.monotonic_us + jittered_us (interval_s (agenda, entry, outcome->has_unsent, now));
}

/*
 * A person's own tries, at a phone or a laptop, count for the same lock of the account: ours are an interval apart. Runs
 * that were under way together are one refusal. Returns: whether it was once too often.
 */
static gboolean
note_denial (SyncAgenda *agenda, SyncEntry *entry, SyncNow now)
{
  SyncAccountLimit *account = entry->account;

  entry->n_denied++;
  if (account != NULL && account->blocked_until_us <= now.monotonic_us)
    {
      account->n_denied++;
      account->blocked_until_us = now.monotonic_us + agenda->settings->interval_s * SYNC_SECOND_US;
    }
  return entry->n_denied >= SYNC_DENIED_LIMIT ||
         (account != NULL && account->n_denied >= SYNC_DENIED_LIMIT);
}

/* Nothing is sent while the server wants to be left alone: not by its other calendars of that account either. */
static gboolean
end_badly (SyncAgenda *agenda, SyncEntry *entry, const SyncOutcome *outcome, SyncNow now)
{
  gint64 retry_after_us = outcome->retry_after_s * SYNC_SECOND_US;
  gint64 wait_us;

  entry->n_failures++;
  wait_us = MAX (sync_limits_back_off_us (entry->n_failures), retry_after_us);
  if (outcome->ending == SYNC_ENDED_REMOTE && outcome->code == CALSYNC_REMOTE_ERROR_DENIED)
    wait_us = MAX (wait_us, agenda->settings->interval_s * SYNC_SECOND_US);
  entry->due_us = entry->not_before_us = now.monotonic_us + wait_us;
  if (entry->account != NULL && retry_after_us > 0)
    entry->account->blocked_until_us =
      MAX (entry->account->blocked_until_us, now.monotonic_us + retry_after_us);
  return outcome->ending == SYNC_ENDED_REMOTE && outcome->code == CALSYNC_REMOTE_ERROR_DENIED &&
         note_denial (agenda, entry, now);
}

static void
tell_host (SyncEntry *entry, const SyncOutcome *outcome, SyncNow now)
{
  gboolean is_remote = outcome->ending == SYNC_ENDED_REMOTE;
  SyncHostNews news = { .binding_id = entry->due->binding_id,
                        .is_failure = is_remote && sync_limits_is_host_failure (outcome->code),
                        .code = outcome->code,
                        .retry_after_us = outcome->retry_after_s * SYNC_SECOND_US };

  if (is_remote || outcome->ending <= SYNC_ENDED_GUARDED)
    sync_host_note (entry->host, &news, now.monotonic_us);
}

static gboolean
settle (SyncAgenda *agenda, SyncEntry *entry, const SyncOutcome *outcome, SyncNow now)
{
  tell_host (entry, outcome, now);
  switch (outcome->ending)
    {
    case SYNC_ENDED_QUIET:
    case SYNC_ENDED_CHANGED:
    case SYNC_ENDED_GUARDED:
      end_well (agenda, entry, outcome, now);
      return FALSE;
    case SYNC_ENDED_SKIPPED:
      return FALSE;
    case SYNC_ENDED_ELSEWHERE:
    case SYNC_ENDED_CANCELLED:
      entry->due_us = now.monotonic_us + ELSEWHERE_US;
      return FALSE;
    case SYNC_ENDED_REMOTE:
    case SYNC_ENDED_LOCAL:
    default:
      return end_badly (agenda, entry, outcome, now);
    }
}

/* More that comes within the moment goes with it. */
void
sync_entry_make_early (SyncEntry *entry, SyncNow now)
{
  if (entry->early_us == 0)
    entry->early_us = now.monotonic_us + EARLY_US;
}

/**
 * sync_agenda_end:
 * @binding_id: that sync_agenda_start_next() gave
 *
 * Returns: TRUE when its account was refused twice in a row and must be stopped for good: whoever asks
 *   goes on trying may lock its owner out
 */
gboolean
sync_agenda_end (SyncAgenda *agenda, gint64 binding_id, const SyncOutcome *outcome, SyncNow now)
{
  SyncEntry *entry = g_hash_table_lookup (agenda->entries, &binding_id);
  gboolean must_stop;

  g_return_val_if_fail (entry != NULL && entry->is_running, FALSE);
  entry->is_running = FALSE;
  entry->early_us = 0;
  agenda->n_running--;
  entry->host->n_running--;
  if (entry->account != NULL)
    entry->account->n_running--;
  g_hash_table_remove (agenda->mailboxes, &entry->due->resource_id);
  must_stop = settle (agenda, entry, outcome, now);
  if (entry->wants_early)
    sync_entry_make_early (entry, now);
  entry->wants_early = FALSE;
  return must_stop;
}
