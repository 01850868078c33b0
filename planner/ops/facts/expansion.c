/* SPDX-License-Identifier: EUPL-1.2 */
/* Expands availability and calendar objects, and keeps how far a calendar may be trusted. */
#include "ops/facts/expansion.h"

#include <string.h>

#include "base/error.h"
#include "calsync-availability.h"
#include "ops/facts/block-rules.h"
#include "store/availability-store.h"
#include "store/busy-span-store.h"
#include "store/calendar-store.h"
#include "store/claim-store.h"

/* The index reaches at most 190 days; two weeks more, so that the window need not roll every day. */
#define DAYS_BACK  8
#define DAYS_AHEAD 204
#define DAYS_SLACK 7

/* Working time itself is trusted as far as this calendar: every resource has it. */
#define OWN_CALENDAR "planner"

/**
 * expansion_window:
 *
 * Returns: what an expansion made now covers: whole days UTC.
 */
Period
expansion_window (gint64 now_us)
{
  gint64 today_us = now_us - now_us % PERIOD_US_PER_DAY;

  return (Period){ today_us - DAYS_BACK * PERIOD_US_PER_DAY,
                   today_us + DAYS_AHEAD * PERIOD_US_PER_DAY };
}

/**
 * expansion_calsync_window:
 *
 * Returns: the same window as calendar-sync takes it.
 */
CalsyncWindow
expansion_calsync_window (const CalsyncZone *zone, Period window)
{
  return (CalsyncWindow){ .zone = zone, .from_us = window.start_us, .to_us = window.end_us };
}

/**
 * expansion_find_zone:
 *
 * Returns: the zone of the first unit that the resource serves; Europe/Copenhagen without one.
 */
const CalsyncZone *
expansion_find_zone (StoreSession *session, gint64 resource_id)
{
  g_auto (StoreQuery) query = { 0 };
  const CalsyncZone *zone = NULL;

  if (store_query (session, &query, NULL, SQL_RESOURCE_ZONE, "i", resource_id) &&
      store_step (&query, NULL) == STORE_ROW)
    zone = calsync_zone_lookup (store_text (&query, 0), NULL);
  if (zone == NULL)
    zone = calsync_zone_lookup ("Europe/Copenhagen", NULL);
  return zone;
}

/**
 * expansion_free:
 */
void
expansion_free (Expansion *expansion)
{
  if (expansion == NULL)
    return;
  g_clear_pointer (&expansion->availabilities, g_ptr_array_unref);
  g_clear_pointer (&expansion->calendars, g_ptr_array_unref);
  g_clear_pointer (&expansion->objects, g_ptr_array_unref);
  g_clear_pointer (&expansion->work, g_array_unref);
  g_clear_pointer (&expansion->busy, g_array_unref);
  g_clear_pointer (&expansion->missing, g_array_unref);
  g_clear_pointer (&expansion->extra, g_array_unref);
  g_free (expansion);
}

static gboolean
is_own (const CalendarRecord *calendar)
{
  return g_str_equal (calendar->calendar_key, OWN_CALENDAR);
}

/* Those that are to be laid out: the rest keeps what it has. */
static gboolean
load_calendars (StoreSession *session, Expansion *expansion, ExpansionScope scope, GError **error)
{
  gint64 until_us = expansion->window.end_us - DAYS_SLACK * PERIOD_US_PER_DAY;

  expansion->calendars =
    calendar_list (session, expansion->tenant_id, expansion->resource_id, error);
  if (expansion->calendars == NULL)
    return FALSE;
  for (guint i = expansion->calendars->len; i > 0; i--)
    {
      const CalendarRecord *calendar = expansion->calendars->pdata[i - 1];
      if (scope == EXPANSION_DUE && !is_own (calendar) && calendar->expanded_until_us >= until_us)
        g_ptr_array_remove_index (expansion->calendars, i - 1);
    }
  return TRUE;
}

static gboolean
load_objects (StoreSession *session, Expansion *expansion, GError **error)
{
  for (guint i = 0; i < expansion->calendars->len; i++)
    {
      g_autoptr (GPtrArray) objects =
        calendar_object_list_of (session, expansion->calendars->pdata[i], error);

      if (objects == NULL)
        return FALSE;
      g_ptr_array_extend_and_steal (expansion->objects, g_steal_pointer (&objects));
    }
  return TRUE;
}

/**
 * expansion_load:
 *
 * Reads everything that expands to the resource's time. Their revisions are read before the objects: what
 * changes in between is found when the expansion is written.
 *
 * Returns: (transfer full)
 */
Expansion *
expansion_load (StoreSession *session,
                gint64 tenant_id,
                gint64 resource_id,
                Period window,
                ExpansionScope scope,
                GError **error)
{
  g_autoptr (Expansion) expansion = g_new0 (Expansion, 1);

  expansion->tenant_id = tenant_id;
  expansion->resource_id = resource_id;
  expansion->window = window;
  expansion->zone = expansion_find_zone (session, resource_id);
  expansion->work = period_list_new ();
  expansion->busy = busy_spans_new ();
  expansion->missing = busy_spans_new ();
  expansion->extra = busy_spans_new ();
  expansion->objects = g_ptr_array_new_with_free_func ((GDestroyNotify) calendar_object_free);
  expansion->availabilities = availability_list (session, tenant_id, resource_id, error);
  if (expansion->availabilities == NULL || !load_calendars (session, expansion, scope, error) ||
      !load_objects (session, expansion, error))
    return NULL;
  return g_steal_pointer (&expansion);
}

static void
compute_work (Expansion *expansion, const AvailabilityRecord *record)
{
  CalsyncWindow window = expansion_calsync_window (expansion->zone, expansion->window);
  g_autoptr (GArray) spans = g_array_new (FALSE, FALSE, sizeof (CalsyncSpan));

  if (!calsync_availability_expand (record->text, &window, spans, NULL))
    {
      expansion->n_faults++;
      return;
    }
  for (guint i = 0; i < spans->len; i++)
    {
      const CalsyncSpan *span = &g_array_index (spans, CalsyncSpan, i);
      period_list_add (expansion->work, (Period){ span->start_us, span->end_us });
    }
}

static CalsyncClass
class_of (const BusySpan *span)
{
  CalsyncClass busy_class;

  return calsync_class_parse (span->class_name, &busy_class) ? busy_class : CALSYNC_CLASS_UNKNOWN;
}

/* A series that nobody can follow is unknown time, whatever it is marked as: no rule lets it pass. */
static CalsyncClass
class_of_span (const CalsyncSpan *span)
{
  return (span->flags & CALSYNC_FLAG_NOT_EXPANDABLE) && span->busy_class != CALSYNC_CLASS_FREE
           ? CALSYNC_CLASS_UNKNOWN
           : span->busy_class;
}

/* Two entries of one object at exactly the same time are one span, which no rule may pass by when they differ. */
static void
merge_equal_times (GArray *spans, guint first)
{
  guint n_kept = first;

  for (guint i = first; i < spans->len; i++)
    {
      BusySpan span = g_array_index (spans, BusySpan, i);
      BusySpan *kept = n_kept == first ? NULL : &g_array_index (spans, BusySpan, n_kept - 1);

      if (kept == NULL || busy_spans_compare (kept, &span) != 0)
        g_array_index (spans, BusySpan, n_kept++) = span;
      else if (class_of (kept) != class_of (&span) || kept->is_all_day != span.is_all_day)
        {
          kept->class_name = g_intern_static_string (calsync_class_format (CALSYNC_CLASS_BUSY));
          kept->is_all_day = FALSE;
        }
    }
  g_array_set_size (spans, n_kept);
}

/* What is over keeps its pieces: the first that reaches into the window, counted from the span's own start. */
static gint64
first_piece_us (const CalsyncSpan *span, Period window)
{
  gint64 before_us = MAX (0, window.start_us - span->start_us);

  return span->start_us + before_us / STORE_LONGEST_SPAN_US * STORE_LONGEST_SPAN_US;
}

/**
 * expansion_compute_object:
 * @text: reduced iCalendar text of one object
 * @object_id: what the spans are to name
 * @zone: the resource's (expansion_find_zone())
 * @window: expansion_window()
 * @spans: (element-type BusySpan): its spans are appended, by start
 *
 * Lays one object out. What cannot be expanded takes the whole window: better no time than a wrong one.
 * Any thread; needs no session.
 *
 * Returns: whether the text could be expanded
 */
gboolean
expansion_compute_object (const char *text,
                          gint64 object_id,
                          const CalsyncZone *zone,
                          Period window,
                          GArray *spans)
{
  CalsyncWindow calsync_window = expansion_calsync_window (zone, window);
  g_autoptr (GArray) found = g_array_new (FALSE, FALSE, sizeof (CalsyncSpan));
  BusySpan span = { .period = window,
                    .object_id = object_id,
                    .class_name = calsync_class_format (CALSYNC_CLASS_UNKNOWN) };
  guint first = spans->len;

  calsync_window.keeps_free_days = TRUE;
  if (!calsync_expand (text, &calsync_window, found, NULL))
    {
      busy_spans_add (spans, &span);
      return FALSE;
    }
  calsync_spans_sort (found);
  for (guint i = 0; i < found->len; i++)
    {
      const CalsyncSpan *one = &g_array_index (found, CalsyncSpan, i);

      span.period = (Period){ first_piece_us (one, window), one->end_us };
      span.class_name = calsync_class_format (class_of_span (one));
      span.is_all_day = (one->flags & CALSYNC_FLAG_ALL_DAY) != 0;
      busy_spans_add (spans, &span);
    }
  merge_equal_times (spans, first);
  return TRUE;
}

/**
 * expansion_compute:
 *
 * Fills in working and busy time. Any thread; needs no session.
 */
void
expansion_compute (Expansion *expansion)
{
  for (guint i = 0; i < expansion->availabilities->len; i++)
    compute_work (expansion, g_ptr_array_index (expansion->availabilities, i));
  period_list_normalise (expansion->work);
  for (guint i = 0; i < expansion->objects->len; i++)
    {
      const CalendarObject *object = g_ptr_array_index (expansion->objects, i);
      if (!expansion_compute_object (object->text, object->object_id, expansion->zone,
                                     expansion->window, expansion->busy))
        expansion->n_faults++;
    }
  busy_spans_normalise (expansion->busy);
}

static gboolean
same_availabilities (const GPtrArray *a, const GPtrArray *b)
{
  if (a->len != b->len)
    return FALSE;
  for (guint i = 0; i < a->len; i++)
    if (g_strcmp0 (((AvailabilityRecord *) a->pdata[i])->text,
                   ((AvailabilityRecord *) b->pdata[i])->text) != 0)
      return FALSE;
  return TRUE;
}

/* Each that was laid out is there and has the objects that it had. */
static gboolean
same_calendars (const GPtrArray *then, const GPtrArray *now)
{
  guint n_same = 0;

  for (guint i = 0; i < then->len; i++)
    for (guint j = 0; j < now->len; j++)
      {
        const CalendarRecord *was = then->pdata[i], *is = now->pdata[j];
        n_same += was->calendar_id == is->calendar_id && was->revision == is->revision;
      }
  return n_same == then->len;
}

/* A few rows, however many objects there are. */
static gboolean
check_sources (StoreSession *session, const Expansion *expansion, GError **error)
{
  g_autoptr (GPtrArray) calendars =
    calendar_list (session, expansion->tenant_id, expansion->resource_id, error);
  g_autoptr (GPtrArray) availabilities =
    calendars == NULL
      ? NULL
      : availability_list (session, expansion->tenant_id, expansion->resource_id, error);

  if (availabilities == NULL)
    return FALSE;
  if (same_calendars (expansion->calendars, calendars) &&
      same_availabilities (expansion->availabilities, availabilities) &&
      expansion_find_zone (session, expansion->resource_id) == expansion->zone)
    return TRUE;
  g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_BUSY,
               "the calendars of resource %" G_GINT64_FORMAT " changed while they were expanded",
               expansion->resource_id);
  return FALSE;
}

static gboolean
is_laid_out (const Expansion *expansion, const CalendarRecord *calendar)
{
  for (guint i = 0; i < expansion->calendars->len; i++)
    if (((CalendarRecord *) expansion->calendars->pdata[i])->calendar_id == calendar->calendar_id)
      return TRUE;
  return FALSE;
}

static gboolean
put_own (StoreSession *session, gint64 tenant_id, gint64 resource_id, GError **error)
{
  CalendarRecord own = { .tenant_id = tenant_id,
                         .resource_id = resource_id,
                         .calendar_key = OWN_CALENDAR,
                         .origin = "planner" };
  PutOutcome unused;

  return calendar_put (session, &own, &unused, error);
}

/* Those calendars that were laid out, and the resource's own one, which is made when it is not there. */
static gboolean
set_expanded (StoreSession *session,
              const Expansion *expansion,
              gboolean *out_changed,
              GError **error)
{
  gint64 until_us = expansion->window.end_us;
  g_autoptr (GPtrArray) calendars = NULL;

  if (!put_own (session, expansion->tenant_id, expansion->resource_id, error))
    return FALSE;
  calendars = calendar_list (session, expansion->tenant_id, expansion->resource_id, error);
  if (calendars == NULL)
    return FALSE;
  for (guint i = 0; i < calendars->len; i++)
    {
      const CalendarRecord *calendar = calendars->pdata[i];
      if (calendar->expanded_until_us == until_us ||
          (!is_own (calendar) && !is_laid_out (expansion, calendar)))
        continue;
      *out_changed = TRUE;
      if (!calendar_set_expanded (session, calendar->calendar_id, until_us, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
add_change (StoreSession *session, const Expansion *expansion, Period interval, GError **error)
{
  Change change = { .tenant_id = expansion->tenant_id,
                    .kind = CHANGE_RESOURCE,
                    .subject_id = expansion->resource_id,
                    .interval = interval };
  return change_store_add (session, &change, error);
}

/* So few that each is asked for alone; else all of the resource are read, and others' passed by. */
#define FEW_OBJECTS 32

static gboolean
list_few (StoreSession *session, const Expansion *expansion, GArray *stored, GError **error)
{
  for (guint i = 0; i < expansion->objects->len; i++)
    {
      const CalendarObject *object = expansion->objects->pdata[i];
      g_autoptr (GArray) spans =
        busy_span_list_of_object (session, object->object_id, expansion->window.start_us, error);
      if (spans == NULL)
        return FALSE;
      g_array_append_vals (stored, spans->data, spans->len);
    }
  return TRUE;
}

static gboolean
list_many (StoreSession *session, const Expansion *expansion, GArray *stored, GError **error)
{
  Period ahead = { expansion->window.start_us, G_MAXINT64 };
  g_autoptr (GArray) spans = busy_span_list (session, expansion->resource_id, ahead, error);
  g_autoptr (GHashTable) ours = g_hash_table_new (g_int64_hash, g_int64_equal);

  if (spans == NULL)
    return FALSE;
  for (guint i = 0; i < expansion->objects->len; i++)
    g_hash_table_add (ours, &((CalendarObject *) expansion->objects->pdata[i])->object_id);
  for (guint i = 0; i < spans->len; i++)
    {
      const BusySpan *span = &g_array_index (spans, BusySpan, i);
      if (g_hash_table_contains (ours, &span->object_id))
        g_array_append_vals (stored, span, 1);
    }
  return TRUE;
}

/**
 * expansion_compare:
 * @expansion: computed
 *
 * Finds what has to be written, apart from the writer: what is stored of its objects from the start of
 * the window on is to become what was computed. Any thread with a session.
 */
gboolean
expansion_compare (StoreSession *session, Expansion *expansion, GError **error)
{
  g_autoptr (GArray) stored = busy_spans_new ();

  if (!(expansion->objects->len <= FEW_OBJECTS ? list_few (session, expansion, stored, error)
                                               : list_many (session, expansion, stored, error)))
    return FALSE;
  busy_spans_normalise (stored);
  g_array_set_size (expansion->missing, 0);
  g_array_set_size (expansion->extra, 0);
  busy_spans_subtract (stored, expansion->busy, expansion->missing, expansion->extra);
  return TRUE;
}

/**
 * expansion_n_changes:
 *
 * Returns: how many spans have to be put or removed.
 */
guint
expansion_n_changes (const Expansion *expansion)
{
  return expansion->missing->len + expansion->extra->len;
}

/**
 * expansion_write_changes:
 * @expansion: compared
 * @first: how many changes were written before
 * @n_changes: how many to write now; fewer when fewer are left
 *
 * Puts what is missing first and removes afterwards, so that after every step all that is taken is
 * stored as taken. The index is told what each step touches. Writer only.
 *
 * Errors: PLANNER_ERROR_BUSY when the sources changed since they were read: begin again.
 */
gboolean
expansion_write_changes (StoreSession *session,
                         const Expansion *expansion,
                         guint first,
                         guint n_changes,
                         GError **error)
{
  guint end = MIN (first + n_changes, expansion_n_changes (expansion));
  guint n_missing = expansion->missing->len;
  Period touched = { G_MAXINT64, G_MININT64 };

  if (!check_sources (session, expansion, error))
    return FALSE;
  for (guint i = first; i < end; i++)
    {
      gboolean is_missing = i < n_missing;
      const BusySpan *span = is_missing
                               ? &g_array_index (expansion->missing, BusySpan, i)
                               : &g_array_index (expansion->extra, BusySpan, i - n_missing);

      touched.start_us = MIN (touched.start_us, span->period.start_us);
      touched.end_us = MAX (touched.end_us, span->period.end_us);
      if (!(is_missing ? busy_span_put (session, expansion->resource_id, span, error)
                       : busy_span_remove (session, expansion->resource_id, span, error)))
        return FALSE;
    }
  return first >= end || add_change (session, expansion, touched, error);
}

/**
 * expansion_finish:
 * @expansion: all of its changes are written
 *
 * Replaces working time, and trusts the calendars that were laid out up to the window's end. Writer
 * only.
 *
 * Errors: as expansion_write_changes().
 */
gboolean
expansion_finish (StoreSession *session, const Expansion *expansion, GError **error)
{
  gboolean changed[2] = { FALSE };

  if (!check_sources (session, expansion, error) ||
      !work_span_replace (session, expansion->resource_id, expansion->window, expansion->work,
                          &changed[0], error) ||
      !set_expanded (session, expansion, &changed[1], error))
    return FALSE;
  return !(changed[0] || changed[1]) || add_change (session, expansion, expansion->window, error);
}

/**
 * expansion_write:
 *
 * Compares and writes all of it in the transaction at hand. Writer only.
 *
 * Errors: as expansion_write_changes().
 */
gboolean
expansion_write (StoreSession *session, Expansion *expansion, GError **error)
{
  return expansion_compare (session, expansion, error) &&
         expansion_write_changes (session, expansion, 0, expansion_n_changes (expansion), error) &&
         expansion_finish (session, expansion, error);
}

/* What of @spans blocks such a meeting in @window. */
static GArray *
dup_busy_periods (const GArray *spans,
                  Period window,
                  const CalsyncPolicy *policy,
                  CalsyncMeeting meeting)
{
  GArray *periods = period_list_new ();

  for (guint i = 0; i < spans->len; i++)
    {
      const BusySpan *span = &g_array_index (spans, BusySpan, i);
      if (block_rules_let_block (policy, span, meeting))
        period_list_add (periods, period_intersect (span->period, window));
    }
  period_list_normalise (periods);
  return periods;
}

static GArray *
dup_clipped (const GArray *spans, Period window)
{
  GArray *periods = period_list_new ();

  for (guint i = 0; i < spans->len; i++)
    period_list_add (periods, period_intersect (g_array_index (spans, Period, i), window));
  period_list_normalise (periods);
  return periods;
}

static gboolean
same_periods (const GArray *a, const GArray *b)
{
  return a->len == b->len &&
         (a->len == 0 || memcmp (a->data, b->data, a->len * sizeof (Period)) == 0);
}

static gboolean
same_busy (const Expansion *expansion, const GArray *stored, const CalsyncPolicy *policy)
{
  static const CalsyncMeeting meetings[] = { CALSYNC_MEETING_IN_PERSON, CALSYNC_MEETING_REMOTE };
  gboolean is_same = TRUE;

  for (guint i = 0; i < G_N_ELEMENTS (meetings); i++)
    {
      g_autoptr (GArray) was = dup_busy_periods (stored, expansion->window, policy, meetings[i]);
      g_autoptr (GArray) is =
        dup_busy_periods (expansion->busy, expansion->window, policy, meetings[i]);
      is_same = is_same && same_periods (was, is);
    }
  return is_same;
}

/**
 * expansion_check_stored:
 * @expansion: computed
 * @now_us: the rules of this day say what blocks
 *
 * Holds derived time against its sources, over the window of @expansion: whether the same times block
 * the same meetings. Any thread with a session.
 */
gboolean
expansion_check_stored (StoreSession *session,
                        const Expansion *expansion,
                        gint64 now_us,
                        gboolean *out_is_same,
                        GError **error)
{
  g_autoptr (GArray) work =
    work_span_list (session, expansion->resource_id, expansion->window, error);
  g_autoptr (GArray) busy =
    work == NULL ? NULL
                 : busy_span_list (session, expansion->resource_id, expansion->window, error);
  g_autoptr (GArray) stored_work = NULL;
  g_autoptr (GArray) wanted_work = dup_clipped (expansion->work, expansion->window);
  CalsyncPolicy policy;

  if (busy == NULL || !block_rules_load (session, expansion->resource_id, now_us, &policy, error))
    return FALSE;
  stored_work = dup_clipped (work, expansion->window);
  *out_is_same = same_periods (stored_work, wanted_work) && same_busy (expansion, busy, &policy);
  return TRUE;
}

static gboolean
invalidate (StoreSession *session,
            gint64 tenant_id,
            gint64 resource_id,
            ExpansionScope scope,
            GError **error)
{
  Expansion expansion = { .tenant_id = tenant_id, .resource_id = resource_id };
  const Period ever = { 0, G_GINT64_CONSTANT (9000000000000000) };
  g_autoptr (GPtrArray) calendars = NULL;
  gboolean changed = FALSE;

  if (!put_own (session, tenant_id, resource_id, error))
    return FALSE;
  calendars = calendar_list (session, tenant_id, resource_id, error);
  for (guint i = 0; calendars != NULL && i < calendars->len; i++)
    {
      const CalendarRecord *calendar = calendars->pdata[i];
      if (calendar->expanded_until_us == 0 || (scope == EXPANSION_DUE && !is_own (calendar)))
        continue;
      changed = TRUE;
      if (!calendar_set_expanded (session, calendar->calendar_id, 0, error))
        return FALSE;
    }
  return calendars != NULL && (!changed || add_change (session, &expansion, ever, error));
}

/**
 * expansion_invalidate:
 *
 * Sets back how far the resource's calendars are trusted, in the transaction that changes a source.
 * Writer only.
 */
gboolean
expansion_invalidate (StoreSession *session, gint64 tenant_id, gint64 resource_id, GError **error)
{
  return invalidate (session, tenant_id, resource_id, EXPANSION_ALL, error);
}

/**
 * expansion_invalidate_own:
 *
 * The same when only working time changed, or objects of the planner's own calendar: what other calendars
 * say was laid out and stays so, however much it is. Writer only.
 */
gboolean
expansion_invalidate_own (StoreSession *session,
                          gint64 tenant_id,
                          gint64 resource_id,
                          GError **error)
{
  return invalidate (session, tenant_id, resource_id, EXPANSION_DUE, error);
}

/**
 * expansion_list_due:
 *
 * Returns: (transfer full) (element-type gint64): tenant id and resource id in turn; NULL with
 *   @error set.
 */
GArray *
expansion_list_due (StoreSession *session,
                    gint64 now_us,
                    gint64 after_resource_id,
                    guint max_resources,
                    GError **error)
{
  gint64 until_us = expansion_window (now_us).end_us - DAYS_SLACK * PERIOD_US_PER_DAY;
  return calendar_list_due (session, until_us, after_resource_id, max_resources, error);
}
