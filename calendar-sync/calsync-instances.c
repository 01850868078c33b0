/* SPDX-License-Identifier: EUPL-1.2 */
/* The instances of one series in a window, with its exceptions taken out or moved. */
#include "calsync-instances.h"

#define DEFAULT_MAX_INSTANCES 5000
#define MARGIN_S              (2 * CALSYNC_SECONDS_PER_DAY) /* wall time against instants */
#define MAX_LENGTH_US         (G_GINT64_CONSTANT (1827) * CALSYNC_SECONDS_PER_DAY * CALSYNC_US_PER_SECOND)

/*
 * How long instances are: nominal days on the wall clock, then exact time. An event whose ends are
 * both on one wall clock also has its length on that clock. RFC 5545 (3.8.5.3) wants the exact one
 * for all instances, calendars show the other, and the two part in nights when the clock is moved (or
 * for good, when the first instance lies in one). Taken time lasts to the later end, offered time to
 * the earlier.
 */
typedef struct
{
  gint64 days;
  gint64 us;
  gint64 wall_s; /* 0: none */
} Length;

/* An exception that moves all instances from an instant on. */
typedef struct
{
  gint64 from_us;
  const CalsyncSeries *series;
} Move;

typedef struct
{
  const CalsyncSeries *master;
  const CalsyncWindow *window;
  const CalsyncZone *zone; /* of the master's wall clock */
  Length length;
  GArray *gone_us;   /* gint64, sorted: instants that do not count */
  GArray *gone_days; /* gint64, sorted: dates on which no instance counts */
  GArray *moves;     /* Move, sorted: THISANDFUTURE exceptions */
  gint64 from_s;     /* wall clock, with margins */
  gint64 until_s;
  GArray *spans;
} Expansion;

static gboolean
is_date (const CalsyncSeries *series)
{
  return series->start.value.form == CALSYNC_TIME_DATE;
}

static gint64
wall_to_instant (const Expansion *expansion, gint64 wall_s)
{
  if (expansion->master->start.value.form == CALSYNC_TIME_UTC)
    return wall_s * CALSYNC_US_PER_SECOND;
  return calsync_zone_seconds_to_instant (expansion->zone, wall_s, NULL);
}

static gint64
floor_day (gint64 seconds)
{
  gint64 day = seconds / CALSYNC_SECONDS_PER_DAY;

  return day * CALSYNC_SECONDS_PER_DAY > seconds ? day - 1 : day;
}

/* RFC 5545 3.6.1: a date lasts a day, a time without end lasts nothing; 3.3.6: days are nominal. */
static Length
measure (const CalsyncMoment *start, const CalsyncExtent *extent, const CalsyncZone *own)
{
  Length length = { 0 };
  gboolean is_day = start->value.form == CALSYNC_TIME_DATE;

  switch (extent->kind)
    {
    case CALSYNC_EXTENT_DURATION:
      length.days = extent->duration.days;
      length.us = extent->duration.seconds * CALSYNC_US_PER_SECOND;
      break;
    case CALSYNC_EXTENT_END:
      if (is_day && extent->end.value.form == CALSYNC_TIME_DATE)
        length.days = (extent->end.value.seconds - start->value.seconds) / CALSYNC_SECONDS_PER_DAY;
      else
        length.us =
          calsync_moment_to_instant (&extent->end, own) - calsync_moment_to_instant (start, own);
      if (start->value.form == CALSYNC_TIME_LOCAL && extent->end.value.form == CALSYNC_TIME_LOCAL &&
          start->zone == extent->end.zone)
        length.wall_s = MAX (extent->end.value.seconds - start->value.seconds, 0);
      break;
    case CALSYNC_EXTENT_NONE:
    default:
      break;
    }
  if (is_day && length.days == 0 && length.us == 0)
    length.days = 1;
  return length;
}

static void
add_span (GArray *spans, const CalsyncWindow *window, CalsyncSpan span)
{
  if (span.busy_class == CALSYNC_CLASS_FREE &&
      !(window->keeps_free_days &&
        (span.flags & (CALSYNC_FLAG_ALL_DAY | CALSYNC_FLAG_NOT_HELD)) == CALSYNC_FLAG_ALL_DAY))
    return;
  if (span.end_us - span.start_us > MAX_LENGTH_US && !(span.flags & CALSYNC_FLAG_NOT_EXPANDABLE))
    {
      span.end_us = span.start_us + MAX_LENGTH_US;
      span.flags |= CALSYNC_FLAG_CLIPPED;
    }
  if (span.end_us > span.start_us && span.end_us > window->from_us && span.start_us < window->to_us)
    g_array_append_val (spans, span);
}

/* The span of one instance that starts at a wall time or, in UTC series, at an instant. */
static CalsyncSpan
make_span (const CalsyncSeries *series, gint64 wall_s, Length length, const CalsyncZone *own)
{
  CalsyncMoment start = series->start, end = series->start;
  CalsyncSpan span = { .busy_class = series->busy_class, .flags = series->flags };

  start.value.seconds = wall_s;
  end.value.seconds = wall_s + length.days * CALSYNC_SECONDS_PER_DAY;
  span.start_us = calsync_moment_to_instant (&start, own);
  span.end_us = calsync_moment_to_instant (&end, own) + length.us;
  if (length.wall_s > 0)
    {
      gint64 wall_end_us;

      end.value.seconds = wall_s + length.wall_s;
      wall_end_us = calsync_moment_to_instant (&end, own);
      span.end_us =
        series->is_available ? MIN (span.end_us, wall_end_us) : MAX (span.end_us, wall_end_us);
    }
  return span;
}

static gint
compare_int64 (gconstpointer one, gconstpointer other)
{
  gint64 a = *(const gint64 *) one, b = *(const gint64 *) other;

  return a < b ? -1 : a > b;
}

static gboolean
is_in (GArray *sorted, gint64 value)
{
  return sorted->len > 0 && g_array_binary_search (sorted, &value, compare_int64, NULL);
}

/* The date that an exception to whole days means, however it is written. */
static gint64
date_of (const CalsyncMoment *moment, const CalsyncZone *own)
{
  gint64 seconds = moment->value.seconds;

  if (moment->value.form == CALSYNC_TIME_UTC && seconds % CALSYNC_SECONDS_PER_DAY != 0)
    return calsync_zone_local_day (own, seconds * CALSYNC_US_PER_SECOND);
  return floor_day (seconds);
}

/* A time without zone in an exception is in the series' zone. */
static CalsyncMoment
in_master_zone (const Expansion *expansion, const CalsyncMoment *moment)
{
  CalsyncMoment result = *moment;

  if (result.value.form == CALSYNC_TIME_LOCAL && result.zone == NULL)
    {
      result.zone = expansion->zone;
      if (expansion->master->start.value.form == CALSYNC_TIME_UTC)
        result.value.form = CALSYNC_TIME_UTC;
    }
  return result;
}

static void
add_gone (Expansion *expansion, const CalsyncMoment *moment)
{
  CalsyncMoment zoned = in_master_zone (expansion, moment);
  gint64 value;

  if (is_date (expansion->master) || moment->value.form == CALSYNC_TIME_DATE)
    {
      value = date_of (moment, expansion->window->zone);
      g_array_append_val (expansion->gone_days, value);
      return;
    }
  value = calsync_moment_to_instant (&zoned, expansion->window->zone);
  g_array_append_val (expansion->gone_us, value);
}

static gint64
moved_from_us (const Expansion *expansion, const CalsyncSeries *override)
{
  CalsyncMoment zoned = in_master_zone (expansion, &override->recurrence_id);

  return calsync_moment_to_instant (&zoned, expansion->window->zone);
}

/* The THISANDFUTURE exception that rules over an instant: the latest one not after it. */
static const Move *
find_move (const Expansion *expansion, gint64 start_us)
{
  for (guint i = expansion->moves->len; i > 0; i--)
    {
      const Move *move = &g_array_index (expansion->moves, Move, i - 1);

      if (move->from_us <= start_us)
        return move;
    }
  return NULL;
}

/* The instance as the exception moves it: by wall time where both speak of one clock. */
static CalsyncSpan
make_moved_span (const Expansion *expansion, const Move *found, gint64 wall_s)
{
  const CalsyncZone *own = expansion->window->zone;
  const CalsyncSeries *move = found->series;
  const CalsyncMoment *from = &move->recurrence_id;
  Length length = measure (&move->start, &move->extent, own);
  CalsyncSpan span = { .busy_class = move->busy_class, .flags = move->flags };
  gint64 shift_us;

  if (move->start.value.form == from->value.form && move->start.zone == from->zone &&
      move->start.value.form == expansion->master->start.value.form &&
      move->start.zone == expansion->master->start.zone)
    return make_span (move, wall_s + move->start.value.seconds - from->value.seconds, length, own);
  shift_us = calsync_moment_to_instant (&move->start, own) - found->from_us;
  span.start_us = wall_to_instant (expansion, wall_s) + shift_us;
  span.end_us =
    span.start_us + length.days * CALSYNC_SECONDS_PER_DAY * CALSYNC_US_PER_SECOND + length.us;
  return span;
}

static gboolean
is_gone (const Expansion *expansion, gint64 wall_s, gint64 start_us)
{
  return is_in (expansion->gone_us, start_us) || is_in (expansion->gone_days, floor_day (wall_s));
}

static void
take_instance (Expansion *expansion, gint64 wall_s, Length length)
{
  gint64 start_us = wall_to_instant (expansion, wall_s);
  const Move *move;

  if (is_gone (expansion, wall_s, start_us))
    return;
  move = find_move (expansion, start_us);
  add_span (expansion->spans, expansion->window,
            move != NULL ? make_moved_span (expansion, move, wall_s)
                         : make_span (expansion->master, wall_s, length, expansion->window->zone));
}

/* Midnight or the last second of a day in UTC, which stand for a date with some producers. */
static gboolean
is_date_in_disguise (const CalsyncTime *until)
{
  gint64 second_of_day = until->seconds - floor_day (until->seconds) * CALSYNC_SECONDS_PER_DAY;

  return second_of_day == 0 || second_of_day == CALSYNC_SECONDS_PER_DAY - 1;
}

/*
 * The last wall time that UNTIL allows. An instant is allowed two hours more on the wall clock, for
 * the hour that comes twice; who calls compares instants afterwards.
 */
static gint64
until_wall_s (const Expansion *expansion, const CalsyncRule *rule)
{
  const CalsyncTime *until = &rule->until;
  gboolean is_whole_day = is_date (expansion->master);
  gint64 local_s;

  if (!rule->has_until)
    return G_MAXINT64 / 4;
  if (until->form == CALSYNC_TIME_DATE)
    return until->seconds + (is_whole_day ? 0 : CALSYNC_SECONDS_PER_DAY - 1);
  if (until->form == CALSYNC_TIME_LOCAL || expansion->master->start.value.form == CALSYNC_TIME_UTC)
    return until->seconds;
  local_s = until->seconds +
            calsync_zone_offset_at (expansion->zone, until->seconds * CALSYNC_US_PER_SECOND);
  if (is_whole_day)
    return is_date_in_disguise (until) ? until->seconds : local_s;
  return local_s + 2 * 3600;
}

static gboolean
is_past_until (const Expansion *expansion, const CalsyncRule *rule, gint64 wall_s)
{
  if (!rule->has_until || rule->until.form != CALSYNC_TIME_UTC || is_date (expansion->master))
    return FALSE;
  return wall_to_instant (expansion, wall_s) > rule->until.seconds * CALSYNC_US_PER_SECOND;
}

/*
 * A start that its own rule does not give is undefined in the RFC. It counts as taken time, but not
 * as time to be offered.
 */
static gboolean
drops_start (const CalsyncSeries *master, const CalsyncRule *rule)
{
  return master->is_available &&
         !calsync_rule_includes_start (rule, master->start.value.seconds, is_date (master));
}

/* Wall times of a rule's instances in the window; FALSE when there are too many of them. */
static gboolean
walk_rule (Expansion *expansion, const char *text, GArray *out_walls)
{
  g_autoptr (CalsyncRuleWalk) walk = NULL;
  guint max = expansion->window->max_instances;
  gint64 wall_s;
  CalsyncRule rule;

  if (!calsync_rule_parse (text, &rule, NULL))
    return FALSE;
  walk = calsync_rule_walk_new (&rule, expansion->master->start.value.seconds,
                                is_date (expansion->master), expansion->from_s,
                                MIN (expansion->until_s, until_wall_s (expansion, &rule)));
  max = max == 0 ? DEFAULT_MAX_INSTANCES : max;
  while (calsync_rule_walk_next (walk, &wall_s))
    {
      if (wall_s == expansion->master->start.value.seconds &&
          drops_start (expansion->master, &rule))
        continue;
      if (is_past_until (expansion, &rule, wall_s))
        break;
      if (out_walls->len >= max)
        return FALSE;
      g_array_append_val (out_walls, wall_s);
    }
  return !calsync_rule_walk_is_exhausted (walk);
}

/* RDATEs that come without a length of their own; those with one are taken at once. */
static void
add_dates (Expansion *expansion, GArray *walls)
{
  const CalsyncSeries *master = expansion->master;

  for (guint i = 0; i < master->dates->len; i++)
    {
      const CalsyncPeriod *period = &g_array_index (master->dates, CalsyncPeriod, i);
      CalsyncMoment zoned = in_master_zone (expansion, &period->start);
      CalsyncSeries single = *master;
      gint64 start_us, wall_s;

      if (period->extent.kind == CALSYNC_EXTENT_NONE &&
          (zoned.value.form == CALSYNC_TIME_DATE) != is_date (master))
        {
          /* A date for a series of times (or the reverse) means that day at the series' own time. */
          gint64 second_of_day = master->start.value.seconds -
                                 floor_day (master->start.value.seconds) * CALSYNC_SECONDS_PER_DAY;

          wall_s = date_of (&period->start, expansion->window->zone) * CALSYNC_SECONDS_PER_DAY +
                   second_of_day;
          g_array_append_val (walls, wall_s);
          continue;
        }
      if (period->extent.kind == CALSYNC_EXTENT_NONE &&
          zoned.value.form == master->start.value.form &&
          (zoned.zone == master->start.zone || zoned.zone == expansion->zone))
        {
          g_array_append_val (walls, zoned.value.seconds);
          continue;
        }
      start_us = calsync_moment_to_instant (&zoned, expansion->window->zone);
      if (is_gone (expansion, zoned.value.seconds, start_us))
        continue;
      single.start = zoned;
      if (period->extent.kind != CALSYNC_EXTENT_NONE)
        single.extent = period->extent;
      add_span (expansion->spans, expansion->window,
                make_span (&single, zoned.value.seconds,
                           period->extent.kind == CALSYNC_EXTENT_NONE
                             ? expansion->length
                             : measure (&zoned, &period->extent, expansion->window->zone),
                           expansion->window->zone));
    }
}

/* A series that cannot be followed takes everything from its start to the window's end. */
static void
block_window (Expansion *expansion)
{
  CalsyncSpan span = {
    .start_us = MAX (wall_to_instant (expansion, expansion->master->start.value.seconds),
                     expansion->window->from_us),
    .end_us = expansion->window->to_us,
    .busy_class = expansion->master->busy_class,
    .flags = expansion->master->flags | CALSYNC_FLAG_NOT_EXPANDABLE,
  };

  add_span (expansion->spans, expansion->window, span);
}

static void
collect_gone (Expansion *expansion, const GPtrArray *overrides)
{
  const CalsyncSeries *master = expansion->master;

  for (guint i = 0; i < master->excluded->len; i++)
    add_gone (expansion, &g_array_index (master->excluded, CalsyncMoment, i));
  for (guint i = 0; overrides != NULL && i < overrides->len; i++)
    {
      const CalsyncSeries *override = g_ptr_array_index (overrides, i);

      add_gone (expansion, &override->recurrence_id);
      if (override->is_this_and_future)
        {
          const Move move = { moved_from_us (expansion, override), override };

          g_array_append_val (expansion->moves, move);
        }
    }
  g_array_sort (expansion->moves, compare_int64); /* from_us comes first */
  g_array_sort (expansion->gone_us, compare_int64);
  g_array_sort (expansion->gone_days, compare_int64);
}

/* Margins: instances that began before the window, and those that exceptions move into it. */
static void
set_bounds (Expansion *expansion)
{
  const CalsyncWindow *window = expansion->window;
  gint64 length_s = CLAMP (expansion->length.days * CALSYNC_SECONDS_PER_DAY +
                             expansion->length.us / CALSYNC_US_PER_SECOND,
                           0, MAX_LENGTH_US / CALSYNC_US_PER_SECOND);
  gint64 margin_s = MARGIN_S;

  for (guint i = 0; i < expansion->moves->len; i++)
    {
      const Move *found = &g_array_index (expansion->moves, Move, i);
      const CalsyncSeries *move = found->series;
      Length moved = measure (&move->start, &move->extent, window->zone);
      gint64 shift_us =
        calsync_moment_to_instant (&move->start, window->zone) - moved_from_us (expansion, move);
      gint64 moved_s = moved.days * CALSYNC_SECONDS_PER_DAY + moved.us / CALSYNC_US_PER_SECOND;

      margin_s =
        MAX (margin_s, MARGIN_S + ABS (shift_us) / CALSYNC_US_PER_SECOND + MAX (moved_s, 0));
    }
  expansion->from_s = window->from_us / CALSYNC_US_PER_SECOND - length_s - margin_s;
  expansion->until_s = window->to_us / CALSYNC_US_PER_SECOND + margin_s;
}

static void
run (Expansion *expansion)
{
  const CalsyncSeries *master = expansion->master;
  g_autoptr (GArray) walls = g_array_new (FALSE, FALSE, sizeof (gint64));
  gboolean is_complete = !(master->flags & CALSYNC_FLAG_NOT_EXPANDABLE);
  gint64 last_s = G_MININT64;

  if (master->rules->len == 0)
    g_array_append_val (walls, master->start.value.seconds);
  for (guint i = 0; is_complete && i < master->rules->len; i++)
    is_complete = walk_rule (expansion, g_ptr_array_index (master->rules, i), walls);
  add_dates (expansion, walls);
  if (!is_complete)
    {
      block_window (expansion);
      return;
    }
  g_array_sort (walls, compare_int64);
  for (guint i = 0; i < walls->len; i++)
    {
      gint64 wall_s = g_array_index (walls, gint64, i);

      if (wall_s != last_s)
        take_instance (expansion, wall_s, expansion->length);
      last_s = wall_s;
    }
}

/**
 * calsync_instances_expand:
 * @master: an event or a series
 * @overrides: (nullable) (element-type CalsyncSeries): its exceptions; they are taken out here and
 *   expanded by themselves elsewhere
 * @window: the window
 * @spans: (element-type CalsyncSpan): spans of the instances are appended; free ones are left out
 *
 * Rules are walked on the wall clock of the series and each instance is turned into an instant by
 * itself, so that it keeps its wall time across changes of the clock. Any thread.
 */
void
calsync_instances_expand (const CalsyncSeries *master,
                          const GPtrArray *overrides,
                          const CalsyncWindow *window,
                          GArray *spans)
{
  g_autoptr (GArray) gone_us = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (GArray) gone_days = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (GArray) moves = g_array_new (FALSE, FALSE, sizeof (Move));
  Expansion expansion = {
    .master = master,
    .window = window,
    .zone = master->start.zone != NULL ? master->start.zone : window->zone,
    .length = measure (&master->start, &master->extent, window->zone),
    .gone_us = gone_us,
    .gone_days = gone_days,
    .moves = moves,
    .spans = spans,
  };

  collect_gone (&expansion, overrides);
  set_bounds (&expansion);
  run (&expansion);
}
