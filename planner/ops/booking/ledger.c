/* SPDX-License-Identifier: EUPL-1.2 */
/* Writes claims, seats, holds and the change rows that go with them. */
#include "ops/booking/ledger.h"

#include "base/error.h"
#include "base/ids.h"
#include "ops/booking/op-expire.h"
#include "ops/booking/promotion.h"

#define MAX_EXPIRED_AT_ONCE 200

/* The database's own guard speaks of a conflict; to the caller the time is taken. */
static gboolean
taken (GError **error)
{
  if (error != NULL && g_error_matches (*error, PLANNER_ERROR, PLANNER_ERROR_CONFLICT))
    {
      g_clear_error (error);
      g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_SLOT_TAKEN,
                           "the time is not free: claimed");
    }
  return FALSE;
}

static gboolean
note_change (StoreSession *session, gint64 tenant_id, ChangeKind kind, gint64 id, GError **error)
{
  Change change = { .tenant_id = tenant_id, .kind = kind, .subject_id = id };
  return id == 0 || change_store_add (session, &change, error);
}

/* Only group offers and offers with a capacity have something of their own in the index. Without a
 * catalogue nobody can tell. */
static gboolean
note_offer (const OpCall *call, gint64 offer_id, GError **error)
{
  const CatalogueOffer *offer =
    call->view.catalogue == NULL ? NULL : catalogue_get_offer (call->view.catalogue, offer_id);

  if (offer != NULL && offer->rules->form != OFFER_GROUP && !offer_has_capacity (offer->rules))
    return TRUE;
  return note_change (call->session, call->tenant_id, CHANGE_OFFER, offer_id, error);
}

/**
 * ledger_note_citizen:
 *
 * The loop must look again at what the citizen has.
 */
gboolean
ledger_note_citizen (StoreSession *session, gint64 tenant_id, gint64 citizen_id, GError **error)
{
  return note_change (session, tenant_id, CHANGE_CITIZEN, citizen_id, error);
}

static Claim
advisor_claim (const Offer *rules, const Placement *placement)
{
  return (Claim){ .tenant_id = rules->tenant_id,
                  .resource_id = placement->advisor_id,
                  .core = placement->core,
                  .before_us = rules->before_us,
                  .after_us = rules->after_us,
                  .may_share_buffers = rules->may_share_buffers,
                  .exclusive = TRUE };
}

static Claim
room_claim (const Offer *rules, const Placement *placement)
{
  Claim claim = advisor_claim (rules, placement);

  claim.resource_id = placement->room_id;
  claim.before_us = rules->room_before_us;
  claim.after_us = rules->room_after_us;
  claim.may_share_buffers = FALSE;
  return claim;
}

static gboolean
add_claims (StoreSession *session,
            const Offer *rules,
            const Placement *placement,
            const Claim *holder,
            GError **error)
{
  Claim claims[] = { advisor_claim (rules, placement), room_claim (rules, placement) };

  for (guint i = 0; i < G_N_ELEMENTS (claims); i++)
    {
      claims[i].owner_id = holder->owner_id;
      claims[i].hold_id = holder->hold_id;
      claims[i].booking_id = holder->booking_id;
      claims[i].session_id = holder->session_id;
      if (claims[i].resource_id != 0 && !claim_store_add (session, &claims[i], error))
        return taken (error);
    }
  return TRUE;
}

/* The first seat makes the session; its claims belong to the session, not to who sits there. */
static gboolean
open_session (const OpCall *call,
              const Wish *wish,
              const Placement *placement,
              GroupSession *group,
              GError **error)
{
  const Offer *rules = wish->offer->rules;
  char identifier[IDS_GUID_LENGTH + 1];
  Claim holder = { 0 };

  ids_new_guid (identifier);
  group->tenant_id = rules->tenant_id;
  group->offer_id = rules->offer_id;
  group->identifier = g_strdup (identifier);
  group->core = placement->core;
  group->advisor_id = placement->advisor_id;
  group->room_id = placement->room_id;
  group->owner_id = claim_store_new_owner (call->session, rules->tenant_id, error);
  if (group->owner_id == 0 || !group_store_add (call->session, group, error))
    return FALSE;
  holder.owner_id = group->owner_id;
  holder.session_id = group->session_id;
  return add_claims (call->session, rules, placement, &holder, error);
}

/* 0 with @error set. */
static gint64
open_first_seat (const OpCall *call, const Wish *wish, const Placement *placement, GError **error)
{
  g_autoptr (GroupSession) group = g_new0 (GroupSession, 1);

  group->seats = wish->offer->rules->seats;
  return open_session (call, wish, placement, group, error) ? group->session_id : 0;
}

/**
 * ledger_open_session:
 *
 * Opens a session that is kept without anybody sitting in it, at a placement that placement_find()
 * has found in this transaction.
 *
 * Returns: (transfer full)
 */
GroupSession *
ledger_open_session (const OpCall *call,
                     const Wish *wish,
                     const Placement *placement,
                     gint64 seats,
                     GError **error)
{
  g_autoptr (GroupSession) group = g_new0 (GroupSession, 1);

  group->seats = seats;
  group->is_kept = TRUE;
  if (!open_session (call, wish, placement, group, error) ||
      !note_change (call->session, group->tenant_id, CHANGE_OFFER, group->offer_id, error))
    return NULL;
  return g_steal_pointer (&group);
}

/* The time of a hold, or the seat, for @holder: the hold itself or the booking it was made for. */
static gboolean
take_time (const OpCall *call, const Hold *hold, const Claim *holder, GError **error)
{
  const CatalogueOffer *offer = catalogue_get_offer (call->view.catalogue, hold->offer_id);
  const Placement placement = { .core = hold->core,
                                .advisor_id = hold->advisor_id,
                                .room_id = hold->room_id };

  if (hold->session_id == 0)
    return add_claims (call->session, offer->rules, &placement, holder, error);
  return group_store_take_seat (call->session, hold->session_id, holder->booking_id,
                                holder->hold_id, error) ||
         taken (error);
}

static void
fill_hold (const OpCall *call, const Wish *wish, const Placement *placement, Hold *hold)
{
  char token[IDS_GUID_LENGTH + 1];

  ids_new_guid (token);
  hold->tenant_id = call->tenant_id;
  hold->token = g_strdup (token);
  hold->citizen_id = wish->citizen_id;
  hold->context =
    hold_context_of (wish->unit->unit_id, wish->moving == NULL ? NULL : wish->moving->identifier);
  hold->offer_id = wish->offer->rules->offer_id;
  hold->booking_id = wish->moving == NULL ? 0 : wish->moving->booking_id;
  hold->core = placement->core;
  hold->advisor_id = placement->advisor_id;
  hold->room_id = placement->room_id;
  hold->expiry_us = call->now_us + wish->unit->hold_us;
}

/**
 * ledger_place:
 * @hold: contact_type is set; the rest is filled in
 *
 * Makes ready what ledger_use_hold() books in this same job, without a row for the hold: for a booking
 * that nobody reserved. A group offer's session is opened here.
 */
gboolean
ledger_place (const OpCall *call,
              const Wish *wish,
              const Placement *placement,
              Hold *hold,
              GError **error)
{
  gboolean is_group = wish->offer->rules->form == OFFER_GROUP;

  fill_hold (call, wish, placement, hold);
  if (is_group)
    hold->session_id = placement->session != NULL ? placement->session->session_id
                                                  : open_first_seat (call, wish, placement, error);
  if (is_group && hold->session_id == 0)
    return FALSE;
  hold->owner_id = wish->owner_id != 0
                     ? wish->owner_id
                     : claim_store_new_owner (call->session, call->tenant_id, error);
  return hold->owner_id != 0;
}

/**
 * ledger_hold:
 * @hold: contact_type is set; the rest is filled in
 *
 * Reserves a placement that placement_find() has found in this transaction.
 */
gboolean
ledger_hold (const OpCall *call,
             const Wish *wish,
             const Placement *placement,
             Hold *hold,
             GError **error)
{
  StoreSession *session = call->session;
  Claim holder = { 0 };

  if (!ledger_place (call, wish, placement, hold, error) || !hold_store_add (session, hold, error))
    return FALSE;
  holder.owner_id = hold->owner_id;
  holder.hold_id = hold->hold_id;
  return take_time (call, hold, &holder, error) && note_offer (call, hold->offer_id, error) &&
         ledger_note_citizen (session, call->tenant_id, hold->citizen_id, error);
}

/* Two resources were given back. */
static gboolean
promote (const OpCall *call, gint64 advisor_id, gint64 room_id, Period freed, GError **error)
{
  return promotion_run (call, advisor_id, freed, error) &&
         promotion_run (call, room_id, freed, error);
}

/**
 * ledger_close_session:
 * @group: nobody sits in it
 *
 * Gives its time back and forgets it.
 */
gboolean
ledger_close_session (const OpCall *call, const GroupSession *group, GError **error)
{
  StoreSession *session = call->session;

  return claim_store_remove (session, group->tenant_id, CLAIMS_OF_SESSION, group->session_id,
                             error) &&
         promote (call, group->advisor_id, group->room_id, group->core, error) &&
         group_store_remove (session, group->session_id, error) &&
         note_change (session, group->tenant_id, CHANGE_OFFER, group->offer_id, error);
}

/* A session that nobody sits in any more gives its time back unless it is kept; 0 is none. Runs after
 * the record that named it has been changed. */
static gboolean
close_session (const OpCall *call, gint64 session_id, GError **error)
{
  StoreSession *session = call->session;
  g_autoptr (GroupSession) group = NULL;
  GError *local_error = NULL;

  if (session_id == 0)
    return TRUE;
  group = group_store_load (session, session_id, &local_error);
  if (local_error != NULL)
    {
      g_propagate_error (error, local_error);
      return FALSE;
    }
  return group == NULL || group->n_taken > 0 || group->is_kept ||
         ledger_close_session (call, group, error);
}

/**
 * ledger_drop_hold:
 *
 * Gives back what a hold reserved, and removes it.
 */
gboolean
ledger_drop_hold (const OpCall *call, const Hold *hold, GError **error)
{
  StoreSession *session = call->session;

  return claim_store_remove (session, hold->tenant_id, CLAIMS_OF_HOLD, hold->hold_id, error) &&
         group_store_free_seat (session, 0, hold->hold_id, error) &&
         promote (call, hold->advisor_id, hold->room_id, hold->core, error) &&
         hold_store_remove (session, hold->hold_id, error) &&
         close_session (call, hold->session_id, error) &&
         note_offer (call, hold->offer_id, error) &&
         ledger_note_citizen (session, hold->tenant_id, hold->citizen_id, error);
}

static gboolean
pass_hold (const OpCall *call, const Hold *hold, const Booking *booking, GError **error)
{
  StoreSession *session = call->session;

  return claim_store_pass_to_booking (session, hold->hold_id, booking->booking_id, error) &&
         hold_store_remove (session, hold->hold_id, error) &&
         hold_store_note_used (session, hold, booking->booking_id, call->now_us, error);
}

/**
 * ledger_use_hold:
 * @hold: stored, or from ledger_place()
 * @booking: as stored; its old time, if any, has been released
 *
 * Passes the hold's time to the booking and remembers the token as used; claims the time of a hold
 * that was never stored.
 */
gboolean
ledger_use_hold (const OpCall *call, const Hold *hold, const Booking *booking, GError **error)
{
  const Claim holder = { .owner_id = hold->owner_id, .booking_id = booking->booking_id };
  gboolean is_stored = hold->hold_id != 0;

  if (is_stored ? !pass_hold (call, hold, booking, error) : !take_time (call, hold, &holder, error))
    return FALSE;
  return note_offer (call, hold->offer_id, error) &&
         ledger_note_citizen (call->session, hold->tenant_id, hold->citizen_id, error);
}

/**
 * ledger_release_booking:
 *
 * Frees the booking's time or seat; the record stays. ledger_settle() is due when the change is
 * journaled.
 */
gboolean
ledger_release_booking (const OpCall *call, const Booking *booking, GError **error)
{
  StoreSession *session = call->session;

  if (!claim_store_remove (session, booking->tenant_id, CLAIMS_OF_BOOKING, booking->booking_id,
                           error) ||
      !group_store_free_seat (session, booking->booking_id, 0, error))
    return FALSE;
  return note_offer (call, booking->offer_id, error) &&
         ledger_note_citizen (session, booking->tenant_id, booking->citizen_id, error);
}

/**
 * ledger_settle:
 * @before: as it was before ledger_release_booking()
 *
 * Closes a session that is empty now, and tries again what collided with the time given back, the
 * citizen's other meetings too. Its
 * journal rows come after that of the change which made room.
 */
gboolean
ledger_settle (const OpCall *call, const Booking *before, GError **error)
{
  return close_session (call, before->session_id, error) &&
         promote (call, before->advisor_id, before->room_id, before->core, error) &&
         promotion_run_citizen (call, before->citizen_id, error);
}

/**
 * ledger_claim:
 * @claim: exclusive is FALSE for a time that collides and is taken all the same
 *
 * Claims a resource for a booking that no hold came before.
 */
gboolean
ledger_claim (StoreSession *session, const Claim *claim, GError **error)
{
  return claim_store_add (session, claim, error) || taken (error);
}

/**
 * ledger_take_seat:
 *
 * Seats a booking in the session it names.
 */
gboolean
ledger_take_seat (StoreSession *session, const Booking *booking, GError **error)
{
  if (!group_store_take_seat (session, booking->session_id, booking->booking_id, 0, error))
    return taken (error);
  return note_change (session, booking->tenant_id, CHANGE_OFFER, booking->offer_id, error) &&
         ledger_note_citizen (session, booking->tenant_id, booking->citizen_id, error);
}

static gboolean
drop_expired (OpCall *call, guint *out_n_dropped, GError **error)
{
  g_autoptr (GPtrArray) holds =
    hold_store_list_expired (call->session, call->now_us, MAX_EXPIRED_AT_ONCE, error);

  if (holds == NULL)
    return FALSE;
  for (guint i = 0; i < holds->len; i++)
    {
      const Hold *hold = holds->pdata[i];
      call->tenant_id = hold->tenant_id;
      if (!hold_store_note_used (call->session, hold, 0, call->now_us, error) ||
          !ledger_drop_hold (call, hold, error))
        return FALSE;
    }
  *out_n_dropped = holds->len;
  return TRUE;
}

/**
 * op_expire_holds:
 * @out_next_expiry_us: (out) (optional): when the next hold ends, G_MAXINT64 for none
 *
 * Removes holds that ended by @now_us. Every write begins with it, because the database knows no
 * time and would refuse a claim over a hold that has ended; a timer runs it for the index.
 */
gboolean
op_expire_holds (StoreSession *session, gint64 now_us, gint64 *out_next_expiry_us, GError **error)
{
  const OpCaller clockwork = { .name = (char *) "plannerd" };
  char call_id[IDS_GUID_LENGTH + 1];
  OpCall call = {
    .caller = &clockwork, .request_id = call_id, .session = session, .now_us = now_us
  };
  guint n_dropped = MAX_EXPIRED_AT_ONCE;

  ids_new_guid (call_id);
  while (n_dropped == MAX_EXPIRED_AT_ONCE)
    if (!drop_expired (&call, &n_dropped, error))
      return FALSE;
  if (out_next_expiry_us != NULL)
    *out_next_expiry_us = hold_store_next_expiry (session);
  return TRUE;
}
