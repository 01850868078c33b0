/* SPDX-License-Identifier: EUPL-1.2 */
/* Working time from tables or files: gathered per resource, kept as one VAVAILABILITY text. */
#include "base/error.h"
#include "calsync-availability.h"
#include "ops/facts/expansion.h"
#include "ops/import/import-run.h"
#include "store/availability-store.h"

/* Weekly rules without a first date begin here: a Monday before any planner's first day. */
#define FIRST_DATE 18995 /* 2022-01-03 */

typedef struct
{
  char *file;
  guint line;
  GArray *blocks;     /* (element-type CalsyncWorkBlock): weekly */
  GArray *exceptions; /* (element-type CalsyncWorkBlock): of one date; end 0 for none at all */
} ImportHours;

/**
 * import_hours_free:
 */
void
import_hours_free (gpointer data)
{
  ImportHours *hours = data;
  g_free (hours->file);
  g_array_unref (hours->blocks);
  g_array_unref (hours->exceptions);
  g_free (hours);
}

static ImportHours *
hours_of_key (ImportRun *run, const char *file, guint line, const char *resource_key)
{
  ImportHours *hours = g_hash_table_lookup (run->hours, resource_key);

  if (hours != NULL)
    return hours;
  hours = g_new0 (ImportHours, 1);
  hours->file = g_strdup (file);
  hours->line = line;
  hours->blocks = g_array_new (FALSE, FALSE, sizeof (CalsyncWorkBlock));
  hours->exceptions = g_array_new (FALSE, FALSE, sizeof (CalsyncWorkBlock));
  g_hash_table_insert (run->hours, g_strdup (resource_key), hours);
  return hours;
}

static ImportHours *
hours_of (ImportRun *run, const ImportRow *row, const ResourceRecord *resource)
{
  return hours_of_key (run, row->file, row->line, resource->resource_key);
}

/**
 * import_hours_keep:
 */
void
import_hours_keep (ImportRun *run, const char *resource_key, const GArray *blocks)
{
  ImportHours *hours = hours_of_key (run, "", 0, resource_key);

  g_array_append_vals (hours->blocks, blocks->data, blocks->len);
}

static gboolean
parse_break (const char *text, gint64 *out_start, gint64 *out_end)
{
  g_auto (GStrv) ends = g_strsplit (text, "-", 2);

  return g_strv_length (ends) == 2 && import_parse_minute (g_strstrip (ends[0]), out_start) &&
         import_parse_minute (g_strstrip (ends[1]), out_end) && *out_start < *out_end;
}

static void
add_piece (GArray *pieces, CalsyncWorkBlock block, gint64 start_minute, gint64 end_minute)
{
  if (start_minute >= end_minute)
    return;
  block.start_minute = (gint) start_minute;
  block.end_minute = (gint) end_minute;
  g_array_append_val (pieces, block);
}

/* Cuts the row's breaks, which must come in order, out of @block. */
static void
add_without_breaks (ImportRow *row, CalsyncWorkBlock block, GArray *pieces)
{
  g_auto (GStrv) breaks = import_row_list (row, "breaks");
  gint64 from_minute = block.start_minute;

  for (guint i = 0; breaks[i] != NULL; i++)
    {
      gint64 start = 0;
      gint64 end = 0;

      if (!parse_break (breaks[i], &start, &end) || start < from_minute || end > block.end_minute)
        {
          import_row_refuse (
            row, "breaks: \"%s\" is no HH:MM-HH:MM inside the working time, in order", breaks[i]);
          return;
        }
      add_piece (pieces, block, from_minute, start);
      from_minute = end;
    }
  add_piece (pieces, block, from_minute, block.end_minute);
}

static gboolean
read_day (ImportRow *row, CalsyncWorkBlock *block)
{
  gint64 start = import_row_minute (row, "start");
  gint64 end = import_row_minute (row, "end");

  if (!row->is_refused && (start < 0 || end <= start))
    import_row_refuse (row, "start and end are no stretch of a day");
  else if (start % 5 != 0 || end % 5 != 0)
    import_row_refuse (row, "start and end must be whole steps of 5 minutes");
  block->start_minute = (gint) start;
  block->end_minute = (gint) end;
  return !row->is_refused;
}

/**
 * import_working_time:
 */
gboolean
import_working_time (ImportRun *run, ImportRow *row, PutOutcome *out_outcome, GError **error)
{
  static const char *const weeks[] = { "all", "even", "odd", NULL };
  static const CalsyncWeekParity parities[] = { CALSYNC_WEEK_EVERY, CALSYNC_WEEK_EVEN,
                                                CALSYNC_WEEK_ODD };
  ResourceRecord *resource = import_run_need_resource (run, row, "resource");
  guint weekdays = import_row_weekdays (row, "weekdays");
  const char *which = import_row_word (row, "weeks", weeks, FALSE);
  CalsyncWorkBlock block = { 0 };

  block.from_days = import_row_date (row, "valid_from", FIRST_DATE);
  block.until_days = import_row_date (row, "valid_until", G_MAXINT64);
  for (guint i = 0; weeks[i] != NULL; i++)
    if (g_str_equal (weeks[i], which))
      block.parity = parities[i];
  if (!row->is_refused && block.until_days < block.from_days)
    import_row_refuse (row, "valid_until lies before valid_from");
  if (!read_day (row, &block) || row->is_refused)
    return TRUE;
  for (gint day = 0; day < 7 && !row->is_refused; day++)
    {
      block.weekday = day + 1;
      if ((weekdays & (1u << day)) != 0)
        add_without_breaks (row, block, hours_of (run, row, resource)->blocks);
    }
  return TRUE;
}

/**
 * import_working_time_exception:
 */
gboolean
import_working_time_exception (ImportRun *run,
                               ImportRow *row,
                               PutOutcome *out_outcome,
                               GError **error)
{
  ResourceRecord *resource = import_run_need_resource (run, row, "resource");
  gint64 date = import_row_need (row, "date", 10) == NULL ? 0 : import_row_date (row, "date", 0);
  CalsyncWorkBlock block = { .weekday = calsync_days_weekday (date),
                             .parity = CALSYNC_WEEK_EVERY,
                             .from_days = date,
                             .until_days = date };
  gboolean is_off =
    import_row_text (row, "start", 5) == NULL && import_row_text (row, "end", 5) == NULL;

  if (!is_off)
    (void) read_day (row, &block);
  if (row->is_refused)
    return TRUE;
  if (is_off)
    g_array_append_val (hours_of (run, row, resource)->exceptions, block);
  else
    add_without_breaks (row, block, hours_of (run, row, resource)->exceptions);
  return TRUE;
}

static int
compare_dates (gconstpointer a, gconstpointer b)
{
  gint64 left = ((const CalsyncWorkBlock *) a)->from_days;
  gint64 right = ((const CalsyncWorkBlock *) b)->from_days;
  return (left > right) - (left < right);
}

/* The weekly @block in the stretches between the dates that have hours of their own. */
static void
add_between_exceptions (GArray *out, CalsyncWorkBlock block, const GArray *exceptions)
{
  gint64 until_days = block.until_days;

  for (guint i = 0; i < exceptions->len; i++)
    {
      gint64 date = g_array_index (exceptions, CalsyncWorkBlock, i).from_days;

      if (g_array_index (exceptions, CalsyncWorkBlock, i).weekday != block.weekday ||
          date < block.from_days || date > until_days)
        continue;
      block.until_days = date - 1;
      if (block.until_days >= block.from_days)
        g_array_append_val (out, block);
      block.from_days = date + 1;
      block.until_days = until_days;
    }
  if (block.until_days >= block.from_days)
    g_array_append_val (out, block);
}

static GArray *
dup_all_blocks (ImportHours *hours)
{
  GArray *all = g_array_new (FALSE, FALSE, sizeof (CalsyncWorkBlock));

  g_array_sort (hours->exceptions, compare_dates);
  for (guint i = 0; i < hours->blocks->len; i++)
    add_between_exceptions (all, g_array_index (hours->blocks, CalsyncWorkBlock, i),
                            hours->exceptions);
  for (guint i = 0; i < hours->exceptions->len; i++)
    if (g_array_index (hours->exceptions, CalsyncWorkBlock, i).end_minute > 0)
      g_array_append_val (all, g_array_index (hours->exceptions, CalsyncWorkBlock, i));
  return all;
}

static gboolean
put_text (ImportRun *run, const ResourceRecord *resource, char *text, GError **error)
{
  g_autoptr (AvailabilityRecord) record = g_new0 (AvailabilityRecord, 1);
  PutOutcome outcome;

  record->tenant_id = run->tenant_id;
  record->resource_id = resource->resource_id;
  record->uid = g_strdup (IMPORT_HOURS_UID);
  record->text = text;
  if (!availability_put (run->session, record, &outcome, error))
    return FALSE;
  run->availability_count.n_added += outcome == PUT_ADDED;
  run->availability_count.n_changed += outcome == PUT_CHANGED;
  run->availability_count.n_same += outcome == PUT_SAME;
  if (outcome == PUT_SAME)
    return TRUE;
  return expansion_invalidate_own (run->session, run->tenant_id, resource->resource_id, error);
}

static const CalsyncZone *
zone_of (ImportRun *run, const ResourceRecord *resource)
{
  return expansion_find_zone (run->session, resource->resource_id);
}

static gboolean
put_table (ImportRun *run, const char *resource_key, ImportHours *hours, GError **error)
{
  ResourceRecord *resource = g_hash_table_lookup (run->resources, resource_key);
  g_autofree char *uid = g_strdup_printf ("working-time-%s", resource_key);
  g_autoptr (GArray) blocks = dup_all_blocks (hours);
  g_autoptr (GError) local_error = NULL;
  char *text = calsync_availability_write ((const CalsyncWorkBlock *) blocks->data, blocks->len,
                                           zone_of (run, resource), uid, &local_error);

  if (text != NULL)
    return put_text (run, resource, text, error);
  import_problems_add (&run->source->problems, hours->file, hours->line, "resource %s: %s",
                       resource_key, local_error->message);
  run->availability_count.n_refused++;
  return TRUE;
}

static gboolean
put_file (ImportRun *run, const ImportText *file, GError **error)
{
  ResourceRecord *resource = import_run_find_resource (run, file->resource);
  g_autoptr (GError) local_error = NULL;
  CalsyncWindow window = { 0 };

  if (resource == NULL)
    import_problems_add (&run->source->problems, file->file, 0, "there is no resource %s",
                         file->resource);
  else if (g_hash_table_contains (run->hours, resource->resource_key))
    import_problems_add (&run->source->problems, file->file, 0,
                         "working-time.csv has working time of %s as well", file->resource);
  else
    {
      window = expansion_calsync_window (zone_of (run, resource), expansion_window (run->now_us));
      if (calsync_availability_check (file->text, &window, &local_error))
        return put_text (run, resource, g_strdup (file->text), error);
      import_problems_add (&run->source->problems, file->file, 0, "%s", local_error->message);
    }
  run->availability_count.n_refused++;
  return TRUE;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 (a, b);
}

/**
 * import_availabilities:
 */
gboolean
import_availabilities (ImportRun *run, GError **error)
{
  g_autoptr (GList) keys = g_list_sort (g_hash_table_get_keys (run->hours), compare_names);

  for (GList *at = keys; at != NULL; at = at->next)
    if (!put_table (run, at->data, g_hash_table_lookup (run->hours, at->data), error))
      return FALSE;
  for (guint i = 0; i < run->source->availabilities->len; i++)
    if (!put_file (run, g_ptr_array_index (run->source->availabilities, i), error))
      return FALSE;
  return TRUE;
}
