/* SPDX-License-Identifier: EUPL-1.2 */
/* Settles proposals through the door that every move of a booking passes: inside the rules it is moved, else put back. */
#include "sync/sync-proposal.h"

#include "base/clock.h"
#include "base/error.h"
#include "calsync-change.h"
#include "store/booking-store.h"
#include "store/journal-store.h"
#include "sync/sync-door.h"

#define DECIDED_BY "sync"

typedef struct
{
  const SyncProposalPlace *where;
  SyncLocal *local;
  const SyncConflict *conflict;
  const char *identifier; /* of the booking */
  const char *resolution; /* our words */
  gboolean is_moved;
} Settling;

static gboolean
journal_outcome (StoreSession *session, const Settling *settling, GError **error)
{
  const SyncConflict *conflict = settling->conflict;
  g_autofree char *payload = g_strdup_printf (
    "{\"conflict\":%" G_GINT64_FORMAT ",\"run\":%" G_GINT64_FORMAT ",\"from_us\":%" G_GINT64_FORMAT
    ",\"to_us\":%" G_GINT64_FORMAT ",\"moved\":%s}",
    conflict->conflict_id, conflict->run_id, conflict->ours.start_us, conflict->theirs.start_us,
    settling->is_moved ? "true" : "false");
  const char *identifier = NULL;
  gboolean is_session = FALSE;
  JournalEntry entry = { .tenant_id = conflict->tenant_id,
                         .at_us = clock_now_us (),
                         .actor = settling->where->place->actor,
                         .call_id = settling->where->place->call_id,
                         .kind = "sync-proposal",
                         .payload = payload };

  if (!sync_reference_parse (conflict->reference, sync_local_get_instance (settling->local),
                             &is_session, &identifier))
    return TRUE;
  entry.subject = identifier;
  return journal_store_add (session, &entry, error);
}

static gboolean
record_move (StoreSession *session, const Settling *settling, GError **error)
{
  const SyncConflict *conflict = settling->conflict;
  g_autofree char *before = sync_shape_format (&conflict->ours);
  g_autofree char *after = sync_shape_format (&conflict->theirs);
  SyncRunChange change = { .tenant_id = conflict->tenant_id,
                           .run_id = conflict->run_id,
                           .binding_id = conflict->binding_id,
                           .at_us = clock_now_us (),
                           .what = (char *) "moved",
                           .is_own = TRUE,
                           .reference = conflict->reference,
                           .before = before,
                           .after = after };

  return !settling->is_moved || conflict->run_id == 0 ||
         sync_run_change_add (session, &change, error);
}

/* AdminWrite. Linked again: both sides agree on where the event is, or a run puts it back. */
static gboolean
write_outcome (StoreSession *session, gpointer data, GError **error)
{
  const Settling *settling = data;
  const SyncConflict *conflict = settling->conflict;
  gint64 now_us = clock_now_us ();
  g_autoptr (GError) local_error = NULL;
  g_autoptr (SyncLink) link =
    sync_link_store_find (session, conflict->binding_id, conflict->reference, &local_error);

  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  if (link != NULL)
    {
      link->state = CALSYNC_LINK_LINKED;
      if (settling->is_moved)
        link->base = conflict->theirs;
      if (!sync_link_store_put (session, link, error) ||
          (!settling->is_moved &&
           !sync_link_store_add_putback (session, link->link_id, now_us, error)))
        return FALSE;
    }
  return store_run (
           session, error, SQL_SYNC_CONFLICT_DECIDE, "ississ", conflict->conflict_id,
           settling->is_moved ? "proposed" : calsync_decision_format (CALSYNC_DECISION_PUT_BACK),
           settling->is_moved ? "resolved" : "noted", now_us, DECIDED_BY, settling->resolution) &&
         record_move (session, settling, error) && journal_outcome (session, settling, error);
}

static gboolean
has_same_length (const SyncConflict *conflict)
{
  return conflict->ours.end_us - conflict->ours.start_us ==
         conflict->theirs.end_us - conflict->theirs.start_us;
}

/* The calendar's word is about the booking as it was: one that was moved or given to somebody else since stands. */
static gboolean
check_booking (const SyncDoor *door, const Settling *settling, gint64 booking_id, GError **error)
{
  const SyncBinding *binding = sync_local_get_binding (settling->local);
  g_autoptr (Booking) booking = booking_store_load (door->session, booking_id, error);

  if (booking == NULL || !sync_door_check (door, booking_id, &settling->conflict->ours, error))
    return FALSE;
  if (booking->advisor_id == binding->resource_id)
    return TRUE;
  g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
                       "the booking is of another advisor");
  return FALSE;
}

/* Its offer may have another length since it was booked, and a move gives it that: nobody proposed it. */
static gboolean
check_moved (const SyncDoor *door, const Settling *settling, gint64 booking_id, GError **error)
{
  const SyncShape *theirs = &settling->conflict->theirs;
  g_autoptr (Booking) booking = booking_store_load (door->session, booking_id, error);

  if (booking == NULL)
    return FALSE;
  if (booking->core.start_us == theirs->start_us && booking->core.end_us == theirs->end_us)
    return TRUE;
  g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
                       "its offer has another length since it was booked: plannerctl move booking");
  return FALSE;
}

/* AdminWrite. The same door as plannerctl move booking: offer, advisor, room, notice and closed days are judged,
 * DFDG is told. */
static gboolean
write_move (StoreSession *session, gpointer data, GError **error)
{
  const Settling *settling = data;
  const SyncLocalPlace *place = settling->where->place;
  const AdminCall call = { .session = session,
                           .runner = place->runner,
                           .now_us = clock_now_us (),
                           .data_dir = settling->where->data_dir,
                           .database = settling->where->database,
                           .actor = place->actor,
                           .call_id = place->call_id };
  const SyncDoor door = { &call, session, FALSE };
  gint64 booking_id = 0;

  if (!sync_meeting_find (session, settling->conflict->tenant_id, settling->identifier, FALSE,
                          &booking_id, error))
    return FALSE;
  if (booking_id != 0)
    return check_booking (&door, settling, booking_id, error) &&
           sync_door_move (&door, booking_id, settling->conflict->theirs.start_us, NULL, error) &&
           check_moved (&door, settling, booking_id, error);
  g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND, "the booking is gone");
  return FALSE;
}

/* Cut short between the move and its record: it is where the proposal says. */
static gboolean
is_there_already (const Settling *settling)
{
  g_autoptr (Booking) booking = booking_store_find (
    settling->where->place->session, settling->conflict->tenant_id, settling->identifier, NULL);

  return booking != NULL && booking->core.start_us == settling->conflict->theirs.start_us &&
         booking->core.end_us == settling->conflict->theirs.end_us;
}

/* Why a move is refused that the rules would not even be asked about; NULL: they are. */
static const char *
find_objection (const Settling *settling, gboolean is_session)
{
  const SyncConflict *conflict = settling->conflict;

  if (is_session)
    return "a group meeting is not moved by one calendar";
  if (conflict->theirs.flags != 0)
    return "it became more than one meeting at one time";
  if (!has_same_length (conflict))
    return "its length was changed";
  return conflict->theirs.start_us <= clock_now_us () ? "the time is past" : NULL;
}

static gboolean
settle_one (Settling *settling, GError **error)
{
  const AdminRunner *runner = &settling->where->place->runner;
  gboolean is_session = FALSE;
  g_autoptr (GError) refusal = NULL;

  if (!sync_reference_parse (settling->conflict->reference,
                             sync_local_get_instance (settling->local), &is_session,
                             &settling->identifier))
    settling->resolution = "it is none of our meetings";
  else
    settling->resolution = find_objection (settling, is_session);
  if (settling->resolution == NULL)
    settling->is_moved = is_there_already (settling) ||
                         runner->run_write (runner->runner, write_move, settling, &refusal);
  /* Busy or out of reach: tried again by the next run, not refused. */
  if (refusal != NULL && (g_error_matches (refusal, PLANNER_ERROR, PLANNER_ERROR_BUSY) ||
                          g_error_matches (refusal, PLANNER_ERROR, PLANNER_ERROR_UNAVAILABLE)))
    {
      g_propagate_error (error, g_steal_pointer (&refusal));
      return FALSE;
    }
  if (settling->resolution == NULL)
    settling->resolution = settling->is_moved ? "moved" : refusal->message;
  return runner->run_write (runner->runner, write_outcome, settling, error);
}

static GPtrArray *
list_open (const SyncProposalPlace *where, SyncLocal *local, GError **error)
{
  const SyncBinding *binding = sync_local_get_binding (local);

  return sync_conflict_list (where->place->session, binding->tenant_id, binding->binding_id, "open",
                             error);
}

/**
 * sync_proposals_settle:
 * @out_n_settled: how many were moved or refused: a further run has something to do
 *
 * Also those that an earlier run left behind when it was cut short. May be run again at any point: a
 * booking that was moved is where the proposal says, which is no refusal.
 */
gboolean
sync_proposals_settle (const SyncProposalPlace *where,
                       SyncLocal *local,
                       guint *out_n_settled,
                       GError **error)
{
  g_autoptr (GPtrArray) open = list_open (where, local, error);

  *out_n_settled = 0;
  for (guint i = 0; open != NULL && i < open->len; i++)
    {
      Settling settling = { .where = where, .local = local, .conflict = open->pdata[i] };

      if (g_strcmp0 (settling.conflict->decision,
                     calsync_decision_format (CALSYNC_DECISION_PROPOSED)) != 0)
        continue;
      if (!settle_one (&settling, error))
        return FALSE;
      (*out_n_settled)++;
    }
  return open != NULL;
}
