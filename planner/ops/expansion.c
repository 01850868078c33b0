/* SPDX-License-Identifier: EUPL-1.2 */
/* Expands availability and calendar objects, and keeps how far a calendar may be trusted. */
#include "ops/expansion.h"

#include <string.h>

#include "base/error.h"
#include "calsync-availability.h"
#include "ops/block-rules.h"
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
  g_clear_pointer (&expansion->objects, g_ptr_array_unref);
  g_clear_pointer (&expansion->work, g_array_unref);
  g_clear_pointer (&expansion->busy, g_array_unref);
  g_free (expansion);
}

/**
 * expansion_load:
 *
 * Reads everything that expands to the resource's time.
 *
 * Returns: (transfer full)
 */
Expansion *
expansion_load (StoreSession *session,
                gint64 tenant_id,
                gint64 resource_id,
                Period window,
                GError **error)
{
  g_autoptr (Expansion) expansion = g_new0 (Expansion, 1);

  expansion->tenant_id = tenant_id;
  expansion->resource_id = resource_id;
  expansion->window = window;
  expansion->zone = expansion_find_zone (session, resource_id);
  expansion->work = period_list_new ();
  expansion->busy = busy_spans_new ();
  expansion->availabilities = availability_list (session, tenant_id, resource_id, error);
  if (expansion->availabilities == NULL)
    return NULL;
  expansion->objects = calendar_object_list (session, tenant_id, resource_id, error);
  if (expansion->objects == NULL)
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

      span.period = (Period){ one->start_us, one->end_us };
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
}

static gboolean
same_sources (const Expansion *a, const Expansion *b)
{
  if (a->availabilities->len != b->availabilities->len || a->objects->len != b->objects->len)
    return FALSE;
  for (guint i = 0; i < a->availabilities->len; i++)
    if (g_strcmp0 (((AvailabilityRecord *) a->availabilities->pdata[i])->text,
                   ((AvailabilityRecord *) b->availabilities->pdata[i])->text) != 0)
      return FALSE;
  for (guint i = 0; i < a->objects->len; i++)
    {
      const CalendarObject *left = a->objects->pdata[i];
      const CalendarObject *right = b->objects->pdata[i];
      if (left->object_id != right->object_id || g_strcmp0 (left->text, right->text) != 0)
        return FALSE;
    }
  return TRUE;
}

static gboolean
check_sources (StoreSession *session, const Expansion *expansion, GError **error)
{
  g_autoptr (Expansion) now = expansion_load (session, expansion->tenant_id, expansion->resource_id,
                                              expansion->window, error);

  if (now == NULL)
    return FALSE;
  if (same_sources (now, expansion) && now->zone == expansion->zone)
    return TRUE;
  g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_BUSY,
               "the calendars of resource %" G_GINT64_FORMAT " changed while they were expanded",
               expansion->resource_id);
  return FALSE;
}

/* Every calendar of the resource, and its own one, which is made when it is not there. */
static gboolean
set_expanded (StoreSession *session,
              const Expansion *expansion,
              gint64 until_us,
              gboolean *out_changed,
              GError **error)
{
  CalendarRecord own = { .tenant_id = expansion->tenant_id,
                         .resource_id = expansion->resource_id,
                         .calendar_key = OWN_CALENDAR,
                         .origin = "planner" };
  g_autoptr (GPtrArray) calendars = NULL;
  PutOutcome unused;

  if (!calendar_put (session, &own, &unused, error))
    return FALSE;
  calendars = calendar_list (session, expansion->tenant_id, expansion->resource_id, error);
  if (calendars == NULL)
    return FALSE;
  for (guint i = 0; i < calendars->len; i++)
    {
      const CalendarRecord *calendar = g_ptr_array_index (calendars, i);
      if (calendar->expanded_until_us == until_us)
        continue;
      *out_changed = TRUE;
      if (!calendar_set_expanded (session, calendar->calendar_id, until_us, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
add_change (StoreSession *session, const Expansion *expansion, GError **error)
{
  Change change = { .tenant_id = expansion->tenant_id,
                    .kind = CHANGE_RESOURCE,
                    .subject_id = expansion->resource_id,
                    .interval = expansion->window };
  return change_store_add (session, &change, error);
}

/**
 * expansion_write:
 *
 * Replaces the spans in the window, and trusts the resource's calendars up to its end. Writer only.
 *
 * Errors: PLANNER_ERROR_BUSY when the sources changed since they were read: load, compute and write
 * again.
 */
gboolean
expansion_write (StoreSession *session, const Expansion *expansion, GError **error)
{
  gboolean changed[3] = { FALSE };

  if (!check_sources (session, expansion, error) ||
      !work_span_replace (session, expansion->resource_id, expansion->window, expansion->work,
                          &changed[0], error) ||
      !busy_span_replace (session, expansion->resource_id, expansion->window, expansion->busy,
                          &changed[1], error) ||
      !set_expanded (session, expansion, expansion->window.end_us, &changed[2], error))
    return FALSE;
  return !(changed[0] || changed[1] || changed[2]) || add_change (session, expansion, error);
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

/**
 * expansion_invalidate:
 *
 * Sets back how far the resource's calendars are trusted, in the transaction that changes a source.
 * Writer only.
 */
gboolean
expansion_invalidate (StoreSession *session, gint64 tenant_id, gint64 resource_id, GError **error)
{
  Expansion expansion = { .tenant_id = tenant_id,
                          .resource_id = resource_id,
                          .window = { 0, G_GINT64_CONSTANT (9000000000000000) } };
  gboolean changed = FALSE;

  return set_expanded (session, &expansion, 0, &changed, error) &&
         (!changed || add_change (session, &expansion, error));
}

/**
 * expansion_list_due:
 *
 * Returns: (transfer full) (element-type gint64): tenant id and resource id in turn; NULL with
 *   @error set.
 */
GArray *
expansion_list_due (StoreSession *session, gint64 now_us, guint max_resources, GError **error)
{
  gint64 until_us = expansion_window (now_us).end_us - DAYS_SLACK * PERIOD_US_PER_DAY;
  return calendar_list_due (session, until_us, max_resources, error);
}
