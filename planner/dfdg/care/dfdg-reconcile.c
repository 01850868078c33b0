/* SPDX-License-Identifier: EUPL-1.2 */
/* Two lists that move while they are read: only what stands still and differs twice is told (decision 0030). */
#include "dfdg/care/dfdg-reconcile.h"

#include <string.h>

#include "base/error.h"
#include "calsync-timezone.h"
#include "dfdg/services/indkaldelse-client.h"
#include "ops/admin/admin-format.h"
#include "store/echo-store.h"
#include "store/inbox-search.h"
#include "store/outbox-store.h"
#include "store/truth-store.h"

#define PAGE 500
/* Fælles jobsamtale: of an a-kasse's meetings the jobcenter is told of these alone. */
#define JOINT_INTERVIEW 17
#define PARTICIPANTS    "myndighedsdeltagere"

typedef struct
{
  const DfdgErrandWork *work;
  const UnitRecord *unit;
  const CalsyncZone *zone;
  Period period;
  DfdgClient *client;
  GHashTable *theirs;  /* identifier to DfdgIndkaldelse, which it owns */
  GPtrArray *suspects; /* identifiers of what differs at first sight */
  DfdgComparison *comparison;
} Run;

static void
run_clear (Run *run)
{
  g_clear_pointer (&run->client, dfdg_client_give);
  g_clear_pointer (&run->theirs, g_hash_table_unref);
  g_clear_pointer (&run->suspects, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Run, run_clear)

static void
difference_free (gpointer data)
{
  DfdgDifference *difference = data;

  g_free (difference->identifier);
  indkaldelse_own_clear (&difference->own);
  g_clear_pointer (&difference->record, indkaldelse_free);
  g_free (difference->names);
  g_free (difference);
}

/**
 * dfdg_comparison_clear:
 */
void
dfdg_comparison_clear (DfdgComparison *comparison)
{
  g_clear_pointer (&comparison->differences, g_ptr_array_unref);
}

/**
 * dfdg_difference_kind_to_text:
 *
 * Returns: (transfer none)
 */
const char *
dfdg_difference_kind_to_text (DfdgDifferenceKind kind)
{
  static const char *const words[] = { "missing there",   "missing here",   "different",
                                       "cancelled there", "cancelled here", "same" };

  return words[kind];
}

/**
 * dfdg_mend_to_text:
 *
 * Returns: (transfer none)
 */
const char *
dfdg_mend_to_text (DfdgMend mend)
{
  static const char *const words[] = { "send ours", "apply theirs", "a person decides" };

  return words[mend];
}

/**
 * dfdg_difference_judge:
 * @record: (nullable): DFDG's; NULL: it has none
 * @out_names: (nullable) (transfer full): of DFDG_DIFFERENT: which members
 *
 * Pure. Any thread.
 */
DfdgDifferenceKind
dfdg_difference_judge (const IndkaldelseOwn *own, const DfdgIndkaldelse *record, char **out_names)
{
  gboolean is_there = record != NULL && !record->is_cancelled;
  g_autofree char *names = NULL;

  if (own->booking == NULL)
    return is_there ? DFDG_MISSING_HERE : DFDG_SAME;
  if (own->booking->state == BOOKING_CANCELLED)
    return is_there ? DFDG_CANCELLED_HERE : DFDG_SAME;
  if (record == NULL)
    return DFDG_MISSING_THERE;
  if (record->is_cancelled)
    return DFDG_CANCELLED_THERE;
  names = indkaldelse_dup_differences (own->record, record);
  if (*names == '\0')
    return DFDG_SAME;
  if (out_names != NULL)
    *out_names = g_steal_pointer (&names);
  return DFDG_DIFFERENT;
}

static char *
dup_date (gint64 day)
{
  return admin_format_date (day);
}

/* Nobody tells the jobcenter of these. */
static gboolean
is_untold (const Run *run, const DfdgIndkaldelse *record)
{
  return record->maker_type == run->work->settings->client->fund_organisation_type &&
         record->interview_type != JOINT_INTERVIEW;
}

static gboolean
read_theirs (Run *run, gint64 from_day, gint64 to_day, GError **error)
{
  g_autofree char *from = dup_date (from_day);
  g_autofree char *to = dup_date (to_day - 1);
  const IndkaldelseSearch search = { .unit_code = run->unit->organisation_key,
                                     .from_date = from,
                                     .to_date = to };
  g_autoptr (GPtrArray) records =
    indkaldelse_list (run->client, &search, run->work->cancellable, error);

  if (records == NULL)
    return FALSE;
  while (records->len > 0)
    {
      DfdgIndkaldelse *record = g_ptr_array_steal_index_fast (records, records->len - 1);

      if (is_untold (run, record))
        indkaldelse_free (record);
      else
        g_hash_table_replace (run->theirs, record->identifier, record);
    }
  return TRUE;
}

/* The pure judgement, and who takes part: that comes from DFDG alone. */
static gboolean
judge (Run *run,
       const IndkaldelseOwn *own,
       const DfdgIndkaldelse *record,
       DfdgDifference *difference,
       GError **error)
{
  g_autoptr (GPtrArray) held = NULL;
  g_autoptr (GPtrArray) told = NULL;

  difference->kind = dfdg_difference_judge (own, record, &difference->names);
  if (own->booking == NULL || own->booking->state != BOOKING_BOOKED || record == NULL ||
      record->is_cancelled)
    return TRUE;
  held = participant_store_list (run->work->session, own->booking->booking_id, error);
  if (held == NULL)
    return FALSE;
  told = indkaldelse_list_participants (record);
  if (participant_list_is_equal (held, told))
    return TRUE;
  difference->kind = DFDG_DIFFERENT;
  if (difference->names == NULL)
    difference->names = g_strdup (PARTICIPANTS);
  else
    {
      g_autofree char *others = g_steal_pointer (&difference->names);
      difference->names = g_strconcat (others, " " PARTICIPANTS, NULL);
    }
  return TRUE;
}

/* Ours, held against theirs of the same id; the row of theirs is done with. */
static gboolean
look_at (Run *run, Booking *booking, GError **error)
{
  const DfdgIndkaldelse *record = g_hash_table_lookup (run->theirs, booking->identifier);
  g_auto (IndkaldelseOwn) own = { 0 };
  DfdgDifference seen = { 0 };
  gboolean ok = TRUE;

  run->comparison->n_compared++;
  own.booking = booking;
  if (booking->state == BOOKING_BOOKED && record != NULL)
    ok = indkaldelse_load_booking (run->work->session, booking, &own.record, error);
  ok = ok && judge (run, &own, record, &seen, error);
  g_free (seen.names);
  if (ok && seen.kind != DFDG_SAME)
    g_ptr_array_add (run->suspects, g_strdup (booking->identifier));
  own.booking = NULL;
  g_hash_table_remove (run->theirs, booking->identifier);
  return ok;
}

static gboolean
look_at_ours (Run *run, GError **error)
{
  BookingPage page = { .selector = BOOKINGS_OF_UNIT,
                       .subject_id = run->unit->unit_id,
                       .interval = run->period,
                       .with_cancelled = TRUE,
                       .max_count = PAGE };
  guint n_rows;

  do
    {
      g_autoptr (GPtrArray) rows = booking_store_list_page (run->work->session, &page, error);

      if (rows == NULL)
        return FALSE;
      n_rows = rows->len;
      for (guint i = 0; i < rows->len; i++)
        {
          Booking *booking = rows->pdata[i];

          page.after_booking_id = booking->booking_id;
          if (booking->core.start_us >= run->period.start_us &&
              booking->core.start_us < run->period.end_us && !look_at (run, booking, error))
            return FALSE;
        }
    }
  while (n_rows == PAGE);
  return TRUE;
}

/* What is left of theirs: unknown here, or of another time or unit. */
static void
look_at_rest (Run *run)
{
  GHashTableIter iter;
  gpointer record;

  g_hash_table_iter_init (&iter, run->theirs);
  while (g_hash_table_iter_next (&iter, NULL, &record))
    {
      run->comparison->n_compared++;
      if (!((DfdgIndkaldelse *) record)->is_cancelled)
        g_ptr_array_add (run->suspects, g_strdup (((DfdgIndkaldelse *) record)->identifier));
    }
}

static gboolean
pass (GError *cause, GError **error)
{
  if (cause != NULL)
    g_propagate_error (error, cause);
  return cause == NULL;
}

static gboolean
is_under_way (Run *run,
              const char *identifier,
              const IndkaldelseOwn *own,
              gboolean *out_is_under_way,
              GError **error)
{
  const DfdgErrandWork *work = run->work;
  gboolean has_unsent = FALSE;
  gboolean has_open = FALSE;
  g_autoptr (EchoWatch) watch = NULL;
  GError *cause = NULL;

  if (!outbox_store_has_unsent (work->session, work->tenant_id, identifier, &has_unsent, error) ||
      !inbox_search_has_open (work->session, work->tenant_id, identifier, &has_open, error))
    return FALSE;
  watch = echo_store_find (work->session, work->tenant_id, identifier, &cause);
  *out_is_under_way = has_unsent || has_open || (watch != NULL && !watch->is_flagged) ||
                      (own->booking != NULL && own->booking->changed_us >= work->now_us);
  return pass (cause, error);
}

/* DFDG has gone on since we applied its word: then it knows something that we do not. */
static gboolean
is_news (Run *run, const DfdgDifference *difference, gboolean *out_is_news, GError **error)
{
  g_auto (TruthMark) mark = { 0 };

  if (!truth_store_find (run->work->session, difference->own.booking->booking_id, &mark, error))
    return FALSE;
  *out_is_news = difference->record->changed_us > MAX (mark.changed_us, 0) && mark.changed_us > 0;
  return TRUE;
}

static gboolean
choose_mend (Run *run, DfdgDifference *difference, GError **error)
{
  const Booking *booking = difference->own.booking;
  gboolean is_foreign = booking != NULL && (booking->origin == BOOKING_BY_KSS ||
                                            booking->origin == BOOKING_BY_UNEMPLOYMENT_FUND);
  gboolean is_new = FALSE;

  switch (difference->kind)
    {
    case DFDG_MISSING_THERE:
      difference->mend = booking->origin == BOOKING_BY_PLANNER ? DFDG_MEND_SEND : DFDG_MEND_FLAG;
      return TRUE;
    case DFDG_CANCELLED_HERE:
      difference->mend = is_foreign ? DFDG_MEND_FLAG : DFDG_MEND_SEND;
      return TRUE;
    case DFDG_DIFFERENT:
      if (!is_news (run, difference, &is_new, error))
        return FALSE;
      is_new = is_new || g_str_equal (difference->names, PARTICIPANTS);
      difference->mend = is_foreign || is_new ? DFDG_MEND_APPLY : DFDG_MEND_SEND;
      return TRUE;
    case DFDG_MISSING_HERE:
    case DFDG_CANCELLED_THERE:
    case DFDG_SAME:
    default:
      difference->mend = DFDG_MEND_APPLY;
      return TRUE;
    }
}

/* Asked for once more, and read once more: what is still different is told. */
static gboolean
confirm (Run *run, const char *identifier, GError **error)
{
  const DfdgErrandWork *work = run->work;
  DfdgDifference *difference = g_new0 (DfdgDifference, 1);
  gboolean is_moving = FALSE;
  gboolean ok;

  difference->identifier = g_strdup (identifier);
  ok = indkaldelse_get (run->client, identifier, &difference->record, work->cancellable, error) &&
       indkaldelse_load_own (work->session, work->tenant_id, identifier, &difference->own, error) &&
       is_under_way (run, identifier, &difference->own, &is_moving, error);
  run->comparison->n_under_way += is_moving;
  ok = ok && (is_moving || judge (run, &difference->own, difference->record, difference, error));
  if (!ok || is_moving || difference->kind == DFDG_SAME)
    {
      difference_free (difference);
      return ok;
    }
  g_ptr_array_add (run->comparison->differences, difference);
  return choose_mend (run, difference, error);
}

static int
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/**
 * dfdg_reconcile:
 * @out_comparison: to be cleared also after a failure
 *
 * Asks GetSoegning page by page, then GetIndkaldelse of each that seems to differ. Writes nothing.
 */
gboolean
dfdg_reconcile (const DfdgErrandWork *work,
                const UnitRecord *unit,
                gint64 from_day,
                gint64 to_day,
                DfdgComparison *out_comparison,
                GError **error)
{
  g_auto (Run) run = { .work = work, .unit = unit, .comparison = out_comparison };

  *out_comparison =
    (DfdgComparison){ .differences = g_ptr_array_new_with_free_func (difference_free) };
  run.zone = calsync_zone_lookup (unit->zone, error);
  if (run.zone == NULL)
    return FALSE;
  run.period = (Period){ calsync_zone_midnight (run.zone, from_day),
                         calsync_zone_midnight (run.zone, to_day) };
  run.client = dfdg_client_take (work->settings);
  run.theirs =
    g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) indkaldelse_free);
  run.suspects = g_ptr_array_new_with_free_func (g_free);
  if (!read_theirs (&run, from_day, to_day, error) || !look_at_ours (&run, error))
    return FALSE;
  look_at_rest (&run);
  g_ptr_array_sort (run.suspects, compare_texts);
  for (guint i = 0; i < run.suspects->len; i++)
    if (!confirm (&run, run.suspects->pdata[i], error))
      return FALSE;
  return TRUE;
}
