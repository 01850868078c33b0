/* SPDX-License-Identifier: EUPL-1.2 */
/* Tries blocking claims again as exclusive ones, and ends and journals the conflict of their bookings. */
#include "ops/booking/promotion.h"

#include "base/error.h"
#include "ops/booking/booking-journal.h"
#include "ops/facts/block-rules.h"
#include "store/busy-span-store.h"
#include "store/store-sql.h"

/* A claim that may become exclusive; with @meets_time, only when the time that it meets blocks nothing of it. */
typedef struct
{
  gint64 claim_id;
  gint64 booking_id;
  Period core;
  gint64 contact_type;
  gboolean is_room;
  gboolean meets_time;
} Blocking;

static GArray *
list_blocking (const OpCall *call, gint64 resource_id, Period around, GError **error)
{
  g_autoptr (GArray) claims = g_array_new (FALSE, FALSE, sizeof (Blocking));
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (call->session, &query, error, SQL_CLAIM_BLOCKING_OF_RESOURCE, "iii",
                    resource_id, around.start_us, around.end_us))
    return NULL;
  while ((step = store_step (&query, error)) == STORE_ROW)
    {
      Blocking claim = { .claim_id = store_int (&query, 0),
                         .booking_id = store_int (&query, 1),
                         .core = { store_int (&query, 2), store_int (&query, 3) },
                         .contact_type = store_int (&query, 4),
                         .is_room = store_int (&query, 5) != 0,
                         .meets_time = store_int (&query, 6) != 0 };
      g_array_append_val (claims, claim);
    }
  return step == STORE_END ? g_steal_pointer (&claims) : NULL;
}

/* How its meeting is held; without a catalogue at hand in person, which more time blocks. */
static CalsyncMeeting
meeting_of (const OpCall *call, const Blocking *claim, GError **error)
{
  g_autoptr (Booking) booking = NULL;
  const CatalogueUnit *unit = NULL;

  if (claim->is_room || call->view.catalogue == NULL)
    return CALSYNC_MEETING_IN_PERSON;
  booking = booking_store_load (call->session, claim->booking_id, error);
  if (booking != NULL)
    unit = catalogue_get_unit (call->view.catalogue, booking->unit_id);
  return unit == NULL ? CALSYNC_MEETING_IN_PERSON
                      : catalogue_unit_get_meeting (unit, claim->contact_type);
}

/* Whether a calendar's time keeps the claim from its resource. */
static gboolean
is_covered (const OpCall *call,
            const Blocking *claim,
            gint64 resource_id,
            gboolean *out_is_covered,
            GError **error)
{
  GError *local_error = NULL;
  g_autoptr (GArray) spans = NULL;
  CalsyncMeeting meeting;
  CalsyncPolicy policy;

  *out_is_covered = FALSE;
  if (!claim->meets_time)
    return TRUE;
  meeting = meeting_of (call, claim, &local_error);
  if (local_error != NULL)
    {
      g_propagate_error (error, local_error);
      return FALSE;
    }
  spans = busy_span_list (call->session, resource_id, claim->core, error);
  if (spans == NULL || !block_rules_load (call->session, resource_id, call->now_us, &policy, error))
    return FALSE;
  for (guint i = 0; i < spans->len; i++)
    *out_is_covered |=
      block_rules_let_block (&policy, &g_array_index (spans, BusySpan, i), meeting);
  return TRUE;
}

/* The database's guard judges claims, what foreign busy time covers is not tried: what still collides
 * stays as it is. */
static gboolean
make_exclusive (const OpCall *call, gint64 claim_id, gboolean *out_done, GError **error)
{
  GError *local_error = NULL;

  *out_done = store_run (call->session, &local_error, SQL_CLAIM_SET_EXCLUSIVE, "i", claim_id);
  if (*out_done)
    return TRUE;
  if (g_error_matches (local_error, PLANNER_ERROR, PLANNER_ERROR_CONFLICT))
    {
      g_error_free (local_error);
      return TRUE;
    }
  g_propagate_error (error, local_error);
  return FALSE;
}

static gboolean
query_count (StoreQuery *query, gint64 *out_count, GError **error)
{
  if (store_step (query, error) != STORE_ROW)
    return FALSE;
  *out_count = store_int (query, 0);
  return TRUE;
}

/* By a resource that is not its own yet, or by another meeting of its citizen. Without a catalogue at
 * hand (the clock's own work) a second open meeting of the type counts as if the unit minded. */
static gboolean
still_blocks (const OpCall *call, const Booking *booking, gboolean *out_blocks, GError **error)
{
  const CatalogueUnit *unit = call->view.catalogue == NULL
                                ? NULL
                                : catalogue_get_unit (call->view.catalogue, booking->unit_id);
  gint64 minds_type = unit == NULL || unit->one_open_per_type;
  g_auto (StoreQuery) claims = { 0 };
  g_auto (StoreQuery) meetings = { 0 };
  gint64 n_claims, n_meetings;

  if (!store_query (call->session, &claims, error, SQL_CLAIM_N_BLOCKING_OF_BOOKING, "i",
                    booking->booking_id) ||
      !query_count (&claims, &n_claims, error) ||
      !store_query (call->session, &meetings, error, SQL_BOOKING_MEETS_ANOTHER, "iii",
                    booking->booking_id, minds_type, call->now_us) ||
      !query_count (&meetings, &n_meetings, error))
    return FALSE;
  *out_blocks = n_claims + n_meetings > 0;
  return TRUE;
}

static gboolean
end_conflict (const OpCall *call, gint64 booking_id, GError **error)
{
  g_autoptr (Booking) before = NULL;
  g_autoptr (Booking) after = NULL;
  gboolean blocks;

  before = booking_store_load (call->session, booking_id, error);
  after = before == NULL ? NULL : booking_store_load (call->session, booking_id, error);
  if (after == NULL || !still_blocks (call, before, &blocks, error))
    return FALSE;
  if (blocks || !before->conflict)
    return TRUE;
  after->conflict = FALSE;
  after->changed_us = call->now_us;
  return booking_store_change (call->session, after, error) &&
         booking_journal (call, "booking-conflict-ended", before, after, error);
}

/**
 * promotion_run:
 * @call: whose change gave the time back; actor and call id of the journal rows
 * @resource_id: 0 does nothing
 *
 * Source: design, No double booking. A KSS booking that collided is tried again as exclusive when the
 * other goes, be that a booking, a reservation or a session. Runs on the writer, after the other's
 * claims are gone.
 */
gboolean
promotion_run (const OpCall *call, gint64 resource_id, Period freed, GError **error)
{
  g_autoptr (GArray) claims = NULL;

  if (resource_id == 0)
    return TRUE;
  claims = list_blocking (call, resource_id,
                          period_widen (freed, PERIOD_US_PER_DAY, PERIOD_US_PER_DAY), error);
  for (guint i = 0; claims != NULL && i < claims->len; i++)
    {
      const Blocking *claim = &g_array_index (claims, Blocking, i);
      gboolean is_exclusive, is_taken;

      if (!is_covered (call, claim, resource_id, &is_taken, error))
        return FALSE;
      if (is_taken)
        continue;
      if (!make_exclusive (call, claim->claim_id, &is_exclusive, error) ||
          (is_exclusive && !end_conflict (call, claim->booking_id, error)))
        return FALSE;
    }
  return claims != NULL;
}

/**
 * promotion_run_citizen:
 *
 * One of the citizen's meetings has gone or moved: what only stood in its way has no conflict left.
 */
gboolean
promotion_run_citizen (const OpCall *call, gint64 citizen_id, GError **error)
{
  g_autoptr (GPtrArray) bookings =
    booking_store_list_live (call->session, citizen_id, call->now_us, error);

  for (guint i = 0; bookings != NULL && i < bookings->len; i++)
    {
      const Booking *booking = bookings->pdata[i];

      if (booking->conflict && (!promotion_run (call, booking->advisor_id, booking->core, error) ||
                                !promotion_run (call, booking->room_id, booking->core, error) ||
                                !end_conflict (call, booking->booking_id, error)))
        return FALSE;
    }
  return bookings != NULL;
}
