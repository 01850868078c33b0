/* SPDX-License-Identifier: EUPL-1.2 */
/* History follows the citizen; two citizens who turn out to be one become one, unless their meetings collide. */
#include "ops/booking/citizen-number.h"

#include "base/error.h"
#include "ops/booking/ledger.h"
#include "store/journal-store.h"
#include "store/outbox-store.h"

/* A row of the table, 0 for none; @successor_id when the number is a former one. */
typedef struct
{
  gint64 citizen_id;
  gint64 successor_id;
} CitizenRow;

static gboolean
refuse (GError **error, const char *text)
{
  g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID, text);
  return FALSE;
}

static gboolean
find_row (CitizenNumberChange *change,
          StoreSession *session,
          const char *cpr,
          CitizenRow *out_row,
          GError **error)
{
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  *out_row = (CitizenRow){ 0, 0 };
  if (!store_query (session, &query, error, SQL_CITIZEN_ROW, "is", change->tenant_id, cpr))
    return FALSE;
  step = store_step (&query, error);
  if (step == STORE_ROW)
    *out_row = (CitizenRow){ store_int (&query, 0), store_int (&query, 1) };
  return step != STORE_FAILED;
}

static gboolean
note (const CitizenNumberChange *change, StoreSession *session, gint64 citizen_id, GError **error)
{
  return ledger_note_citizen (session, change->tenant_id, citizen_id, error);
}

/* The citizen keeps the row; the old number gets one of its own. */
static gboolean
rename_citizen (CitizenNumberChange *change,
                StoreSession *session,
                gint64 citizen_id,
                GError **error)
{
  change->citizen_id = citizen_id;
  if (!store_run (session, error, SQL_CITIZEN_SET_NUMBER, "is", citizen_id, change->new_cpr) ||
      !store_run (session, error, SQL_CITIZEN_ADD_FORMER, "isii", change->tenant_id,
                  change->old_cpr, citizen_id, change->now_us))
    return FALSE;
  change->former_id = store_last_id (session);
  return note (change, session, citizen_id, error) &&
         note (change, session, change->former_id, error);
}

static void
add_conflict (CitizenNumberChange *change, const char *why, const char *booking, const char *other)
{
  CitizenNumberConflict *conflict = g_new0 (CitizenNumberConflict, 1);

  *conflict = (CitizenNumberConflict){ why, g_strdup (booking), g_strdup (other) };
  g_ptr_array_add (change->conflicts, conflict);
}

static gboolean
minds_types (const CitizenNumberChange *change, gint64 unit_id)
{
  const CatalogueUnit *unit = catalogue_get_unit (change->catalogue, unit_id);
  return unit == NULL || unit->one_open_per_type;
}

/* @later: (element-type gint64): of each pair the booking that was made later. */
static gboolean
find_conflicts (CitizenNumberChange *change,
                StoreSession *session,
                gint64 from,
                gint64 to,
                GArray *later,
                GError **error)
{
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, SQL_MERGE_CONFLICTS, "iii", from, to, change->now_us))
    return FALSE;
  while ((step = store_step (&query, error)) == STORE_ROW)
    {
      gboolean overlaps = store_int (&query, 4) != 0;
      gint64 id = store_int (&query, 6);

      if (!overlaps && !minds_types (change, store_int (&query, 2)) &&
          !minds_types (change, store_int (&query, 3)))
        continue;
      add_conflict (change, overlaps ? "overlap" : "same-type", store_text (&query, 0),
                    store_text (&query, 1));
      g_array_append_val (later, id);
    }
  return step == STORE_END;
}

static gboolean
find_hold_conflicts (CitizenNumberChange *change,
                     StoreSession *session,
                     gint64 from,
                     gint64 to,
                     GError **error)
{
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, SQL_MERGE_HOLD_CONFLICTS, "ii", from, to))
    return FALSE;
  step = store_step (&query, error);
  if (step == STORE_ROW)
    g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_CONFLICT,
                         "both numbers have a reservation: it ends within minutes, try again then");
  return step == STORE_END;
}

static gboolean
judge_conflicts (CitizenNumberChange *change,
                 StoreSession *session,
                 const GArray *later,
                 GError **error)
{
  if (later->len > 0 && !change->is_forced)
    {
      g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_CONFLICT,
                   "%u pairs of meetings collide: cancel one of each, or keep both with --force",
                   later->len);
      return FALSE;
    }
  for (guint i = 0; i < later->len; i++)
    if (!store_run (session, error, SQL_BOOKING_SET_CONFLICT, "i",
                    g_array_index (later, gint64, i)))
      return FALSE;
  return TRUE;
}

static gboolean
move_all (CitizenNumberChange *change,
          StoreSession *session,
          gint64 from,
          gint64 to,
          GError **error)
{
  static const StoreStatement statements[] = {
    SQL_MERGE_BOOKINGS,      SQL_MERGE_HOLDS,           SQL_MERGE_OUTBOX,
    SQL_MERGE_INBOX,         SQL_MERGE_EVENTS,          SQL_MERGE_OTHER_EVENTS,
    SQL_MERGE_EMPTY_ANSWERS, SQL_MERGE_FORMERS,         SQL_MERGE_FACTS_DROP_OLDER,
    SQL_MERGE_FACTS,         SQL_MERGE_SPANS_DROP,      SQL_MERGE_SPANS,
    SQL_MERGE_DEADLINES,     SQL_MERGE_FUND_INTERVIEWS, SQL_MERGE_READS,
    SQL_MERGE_READS_DROP,    SQL_MERGE_ECHOES,          SQL_MERGE_MESSAGES,
  };

  for (guint i = 0; i < G_N_ELEMENTS (statements); i++)
    if (!store_run (session, error, statements[i], "ii", from, to))
      return FALSE;
  return store_run (session, error, SQL_CITIZEN_BECOME_FORMER, "iii", from, to, change->now_us);
}

/* The row of the old number becomes a former one of the citizen who has the new. */
static gboolean
merge (CitizenNumberChange *change, StoreSession *session, gint64 from, gint64 to, GError **error)
{
  g_autoptr (GArray) later = g_array_new (FALSE, FALSE, sizeof (gint64));

  change->is_merged = TRUE;
  change->citizen_id = to;
  change->former_id = from;
  return find_hold_conflicts (change, session, from, to, error) &&
         find_conflicts (change, session, from, to, later, error) &&
         judge_conflicts (change, session, later, error) &&
         move_all (change, session, from, to, error) && note (change, session, from, error) &&
         note (change, session, to, error) &&
         store_run (session, error, SQL_CHANGES_ADD_OF_FORMERS, "i", to);
}

static gboolean
apply (CitizenNumberChange *change, StoreSession *session, GError **error)
{
  CitizenRow old = { 0 }, new = { 0 };

  if (!find_row (change, session, change->old_cpr, &old, error) ||
      !find_row (change, session, change->new_cpr, &new, error))
    return FALSE;
  if (old.citizen_id == 0)
    {
      g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND,
                           "nothing is held under the old number");
      return FALSE;
    }
  if (old.successor_id != 0)
    return refuse (error,
                   old.successor_id == new.citizen_id
                     ? "the number has been changed already"
                     : "the old number is a former one: give the one that the citizen has now");
  if (new.successor_id != 0 && new.successor_id != old.citizen_id)
    return refuse (error, "the new number is a former one of somebody else");
  if (new.successor_id == 0 && new.citizen_id != 0)
    return merge (change, session, old.citizen_id, new.citizen_id, error);
  /* Changed back: the number is the citizen's own former one. */
  if (new.citizen_id != 0 &&
      (!store_run (session, error, SQL_CITIZEN_DROP_FORMER, "i", new.citizen_id) ||
       !note (change, session, new.citizen_id, error)))
    return FALSE;
  return rename_citizen (change, session, old.citizen_id, error);
}

/* DFDG knew the new number before we did: what it said of the old one may be wrong by now. */
static gboolean
try_again (const CitizenNumberChange *change, StoreSession *session, GError **error)
{
  return store_run (session, error, SQL_DFDG_EVENT_RETRY_OF_CITIZEN, "i", change->citizen_id) &&
         store_run (session, error, SQL_OUTBOX_RETRY_OF_CITIZEN, "is", change->citizen_id,
                    RESTORED_HELD_BACK);
}

static gboolean
add_journal (const CitizenNumberChange *change, StoreSession *session, GError **error)
{
  g_autofree char *subject = g_strdup_printf ("citizen:%" G_GINT64_FORMAT, change->citizen_id);
  g_autofree char *payload = g_strdup_printf (
    "{\"former_citizen_id\":%" G_GINT64_FORMAT ",\"merged\":%s,\"conflicts\":%u}",
    change->former_id, change->is_merged ? "true" : "false", change->conflicts->len);
  JournalEntry entry = { .tenant_id = change->tenant_id,
                         .at_us = change->now_us,
                         .actor = change->actor,
                         .call_id = change->call_id,
                         .kind = "citizen-number-changed",
                         .subject = subject,
                         .payload = payload };

  return journal_store_add (session, &entry, error);
}

static void
conflict_free (gpointer data)
{
  CitizenNumberConflict *conflict = data;

  g_free (conflict->booking);
  g_free (conflict->other);
  g_free (conflict);
}

/**
 * citizen_number_change_clear:
 */
void
citizen_number_change_clear (CitizenNumberChange *change)
{
  g_clear_pointer (&change->conflicts, g_ptr_array_unref);
}

/**
 * citizen_number_change:
 * @change: may be used again after a run that was undone
 *
 * The old number goes on meaning the citizen until its term ends (class former-number). What DFDG refused of the citizen and
 * messages that were parked are tried again. Writer.
 *
 * Errors: PLANNER_ERROR_NOT_FOUND when nothing is held under the old number; PLANNER_ERROR_CONFLICT when meetings
 * collide and it is not forced, or both have a reservation; PLANNER_ERROR_NOT_VALID for a number that was changed
 * already. @change->conflicts is filled then too.
 */
gboolean
citizen_number_change (CitizenNumberChange *change, StoreSession *session, GError **error)
{
  citizen_number_change_clear (change);
  change->conflicts = g_ptr_array_new_with_free_func (conflict_free);
  change->is_merged = FALSE;
  return apply (change, session, error) && try_again (change, session, error) &&
         add_journal (change, session, error);
}
