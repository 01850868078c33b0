/* SPDX-License-Identifier: EUPL-1.2 */
/* Rows and texts of an export: blocked and opened time, retirements, and reduced appointments. */
#include "ops/import/import-exact.h"

#include <string.h>

#include "base/error.h"
#include "calsync-ical.h"
#include "ops/admin/admin-format.h"
#include "ops/facts/expansion.h"
#include "ops/facts/manual-time.h"
#include "store/calendar-store.h"

#define CALENDAR_KEY "import"
#define HASH_LENGTH  64

static gint64
read_instant (ImportRow *row, const char *column)
{
  const char *text = import_row_need (row, column, 32);
  g_autoptr (GError) error = NULL;
  gint64 unix_us = 0;

  if (text != NULL && !admin_parse_time (calsync_zone_utc (), text, &unix_us, &error))
    import_row_refuse (row, "%s: %s", column, error->message);
  return unix_us;
}

static const ManualTime *
find_time (const GPtrArray *times, const char *uid)
{
  for (guint i = 0; i < times->len; i++)
    if (g_str_equal (((ManualTime *) times->pdata[i])->stretch->uid, uid))
      return times->pdata[i];
  return NULL;
}

static gboolean
put_time (ImportRun *run, ImportRow *row, ManualTime *time, PutOutcome *out_outcome, GError **error)
{
  g_autoptr (GError) local_error = NULL;

  if (manual_time_put (run->session, time, out_outcome, &local_error))
    return *out_outcome == PUT_SAME ||
           expansion_invalidate_own (run->session, time->tenant_id, time->resource_id, error);
  if (!g_error_matches (local_error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID))
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  import_row_refuse (row, "%s", local_error->message);
  return TRUE;
}

/**
 * import_time_by_hand:
 *
 * Blocked or opened time under the id that it had.
 */
gboolean
import_time_by_hand (ImportRun *run, ImportRow *row, PutOutcome *out_outcome, GError **error)
{
  static const char *const kinds[] = { "blocked", "opened", NULL };
  ResourceRecord *resource = import_run_need_resource (run, row, "resource");
  const char *id = import_row_need (row, "id", 64);
  const char *kind = import_row_word (row, "kind", kinds, TRUE);
  CalsyncStretch stretch = { .uid = (char *) id,
                             .start_us = read_instant (row, "from"),
                             .end_us = read_instant (row, "to"),
                             .rule = (char *) import_row_text (row, "repeat", 200),
                             .text = (char *) import_row_text (row, "text", 200) };
  ManualTime time = { .tenant_id = run->tenant_id, .stretch = &stretch };
  g_autoptr (GPtrArray) times = NULL;
  const ManualTime *before;

  if (row->is_refused)
    return TRUE;
  stretch.kind = g_str_equal (kind, "blocked") ? CALSYNC_STRETCH_BLOCKED : CALSYNC_STRETCH_OPENED;
  time.resource_id = resource->resource_id;
  times = manual_time_list (run->session, run->tenant_id, resource->resource_id, error);
  if (times == NULL)
    return FALSE;
  before = find_time (times, id);
  if (before != NULL && before->stretch->kind != stretch.kind)
    {
      import_row_refuse (row, "id %s is there and is of the other kind", id);
      return TRUE;
    }
  return put_time (run, row, &time, out_outcome, error);
}

/**
 * import_retired:
 *
 * Units, teams and offers that were retired, with the instant; resources have a column for it.
 */
gboolean
import_retired (ImportRun *run, ImportRow *row, PutOutcome *out_outcome, GError **error)
{
  static const char *const nouns[] = { "unit", "team", "offer", NULL };
  static const StoreStatement statements[] = { SQL_RETIRED_UNIT, SQL_RETIRED_TEAM,
                                               SQL_RETIRED_OFFER };
  const char *noun = import_row_word (row, "noun", nouns, TRUE);
  const char *key = import_row_need (row, "key", 255);
  gint64 at_us = read_instant (row, "at");
  guint which = 0;

  if (row->is_refused)
    return TRUE;
  while (!g_str_equal (nouns[which], noun))
    which++;
  if (!store_run (run->session, error, statements[which], "isi", run->tenant_id, key, at_us))
    return FALSE;
  if (store_n_changed (run->session) > 0)
    *out_outcome = PUT_CHANGED;
  return TRUE;
}

/* HASH of reduced/RESOURCE/HASH.ics; NULL when it is none. */
static char *
dup_hash (const char *file)
{
  const char *name = strrchr (file, '/') + 1;

  if (strspn (name, "0123456789abcdef") != HASH_LENGTH || !g_str_equal (name + HASH_LENGTH, ".ics"))
    return NULL;
  return g_strndup (name, HASH_LENGTH);
}

/* The text is what reducing it again makes of it, but for the hash: nobody's words are in it. */
static gboolean
is_reduced (const ImportText *file, const char *hash, const CalsyncZone *zone)
{
  CalsyncImportOptions options = { .zone = zone };
  g_autoptr (CalsyncImport) import =
    calsync_ical_import (file->text, strlen (file->text), &options, NULL);
  const CalsyncObject *object;
  g_autoptr (GString) again = NULL;

  if (import == NULL || import->n_refused > 0 || import->objects->len != 1)
    return FALSE;
  object = import->objects->pdata[0];
  again = g_string_new (object->text);
  g_string_replace (again, object->uid_hash, hash, 0);
  return g_str_equal (again->str, file->text);
}

static gboolean
put_reduced (ImportRun *run,
             const ImportText *file,
             const char *hash,
             const ResourceRecord *resource,
             ImportCount *count,
             GError **error)
{
  CalendarRecord calendar = { .tenant_id = run->tenant_id,
                              .resource_id = resource->resource_id,
                              .calendar_key = CALENDAR_KEY,
                              .origin = "import" };
  g_autoptr (GPtrArray) stored =
    calendar_object_list (run->session, run->tenant_id, resource->resource_id, error);
  CalendarObject object = { .tenant_id = run->tenant_id,
                            .uid_hash = (char *) hash,
                            .text = file->text };
  PutOutcome outcome = PUT_SAME;

  if (stored == NULL || !calendar_put (run->session, &calendar, &outcome, error))
    return FALSE;
  object.calendar_id = calendar.calendar_id;
  /* What we had to say about it stays: an export does not carry it. */
  for (guint i = 0; i < stored->len; i++)
    {
      const CalendarObject *before = stored->pdata[i];
      if (before->calendar_id == object.calendar_id && g_str_equal (before->uid_hash, hash))
        {
          object.note = before->note;
          object.etag = before->etag;
        }
    }
  if (!calendar_object_put (run->session, &object, &outcome, error))
    return FALSE;
  count->n_added += outcome == PUT_ADDED;
  count->n_changed += outcome == PUT_CHANGED;
  count->n_same += outcome == PUT_SAME;
  return outcome == PUT_SAME ||
         expansion_invalidate (run->session, run->tenant_id, resource->resource_id, error);
}

static gboolean
apply_one (ImportRun *run, const ImportText *file, ImportCount *count, GError **error)
{
  const ResourceRecord *resource = import_run_find_resource (run, file->resource);
  g_autofree char *hash = dup_hash (file->file);

  if (resource == NULL)
    import_problems_add (&run->source->problems, file->file, 0, "there is no resource %s",
                         file->resource);
  else if (hash == NULL ||
           !is_reduced (file, hash, expansion_find_zone (run->session, resource->resource_id)))
    import_problems_add (&run->source->problems, file->file, 0,
                         "this is no reduced appointment: put it into calendars/");
  else
    return put_reduced (run, file, hash, resource, count, error);
  count->n_refused++;
  return TRUE;
}

/**
 * import_reduced_apply:
 *
 * Puts the texts of reduced/; what changed waits for its expansion. Writer only.
 */
gboolean
import_reduced_apply (ImportRun *run, ImportCount *count, GError **error)
{
  for (guint i = 0; i < run->source->reduced->len; i++)
    if (!apply_one (run, run->source->reduced->pdata[i], count, error))
      return FALSE;
  return TRUE;
}
