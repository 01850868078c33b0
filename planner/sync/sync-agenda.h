/* SPDX-License-Identifier: EUPL-1.2 */
/* When each calendar is asked next, and which may not be asked now: no clock, no thread, no socket. */
#pragma once

#include "calsync-remote.h"
#include "store/sync-due-store.h"
#include "sync/sync-settings.h"

/**
 * SyncEnding:
 * @SYNC_ENDED_QUIET: nothing had changed on either side
 * @SYNC_ENDED_CHANGED: something was taken over or sent
 * @SYNC_ENDED_GUARDED: too much had disappeared; a person is asked
 * @SYNC_ENDED_SKIPPED: an early run that found nothing to send, and asked nobody
 * @SYNC_ENDED_ELSEWHERE: a run of it is under way by somebody's command
 * @SYNC_ENDED_CANCELLED: the planner is being stopped, a person has paused, disconnected or retired it meanwhile, or it
 *   took too long
 * @SYNC_ENDED_REMOTE: the server, or the way to it
 * @SYNC_ENDED_LOCAL: our own side: a secret, the database
 */
typedef enum
{
  SYNC_ENDED_QUIET,
  SYNC_ENDED_CHANGED,
  SYNC_ENDED_GUARDED,
  SYNC_ENDED_SKIPPED,
  SYNC_ENDED_ELSEWHERE,
  SYNC_ENDED_CANCELLED,
  SYNC_ENDED_REMOTE,
  SYNC_ENDED_LOCAL,
} SyncEnding;

/**
 * SyncOutcome:
 * @code: of the remote's error, for SYNC_ENDED_REMOTE
 * @retry_after_s: what the server asked for; 0: nothing
 * @has_unsent: something still waits to be sent
 */
typedef struct
{
  SyncEnding ending;
  CalsyncRemoteError code;
  gint64 retry_after_s;
  gboolean has_unsent;
} SyncOutcome;

/**
 * SyncStart:
 * @is_early: because of a booking: not needed when nothing is to be sent
 * @n_failures: in a row
 */
typedef struct
{
  gint64 binding_id;
  gboolean is_early;
  guint n_failures;
} SyncStart;

/* An instant on both clocks: agendas go by the monotonic one, the database by the wall's. */
typedef struct
{
  gint64 monotonic_us;
  gint64 wall_us;
} SyncNow;

/**
 * SyncAgendaCounts:
 * @n_waiting: due and held up by a limit
 * @n_blocked: calendars whose server or account gets no request now
 * @n_open_hosts: servers that get none
 * @n_stale: whose calendar is older than its limit, or was never read whole
 * @oldest_us: since the oldest whole pull of those that are not paused; 0: there is none
 */
typedef struct
{
  guint n_bindings;
  guint n_paused;
  guint n_guarded;
  guint n_stale;
  guint n_failing;
  guint n_conflicts;
  guint n_running;
  guint n_waiting;
  guint n_blocked;
  guint n_hosts;
  guint n_open_hosts;
  gint64 oldest_us;
} SyncAgendaCounts;

/* One thread's. */
typedef struct _SyncAgenda SyncAgenda;

SyncAgenda *sync_agenda_new (const SyncSettings *settings);
void sync_agenda_free (SyncAgenda *agenda);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SyncAgenda, sync_agenda_free)
void sync_agenda_set_settings (SyncAgenda *agenda, const SyncSettings *settings);
void sync_agenda_take_list (SyncAgenda *agenda, GPtrArray *due, SyncNow now);
gboolean sync_agenda_start_next (SyncAgenda *agenda, SyncNow now, SyncStart *out_start);
gboolean
sync_agenda_end (SyncAgenda *agenda, gint64 binding_id, const SyncOutcome *outcome, SyncNow now);
gboolean sync_agenda_hasten (SyncAgenda *agenda, gint64 resource_id, SyncNow now);
gint64 sync_agenda_next_us (SyncAgenda *agenda, SyncNow now);
void sync_agenda_count (SyncAgenda *agenda, SyncNow now, SyncAgendaCounts *out_counts);
gboolean sync_agenda_may_go_on (SyncAgenda *agenda, gint64 binding_id);
const SyncDue *sync_agenda_find (SyncAgenda *agenda, gint64 binding_id);
GArray *sync_agenda_list_account (SyncAgenda *agenda, gint64 binding_id);
const SyncDue *sync_agenda_get (SyncAgenda *agenda, guint index);
