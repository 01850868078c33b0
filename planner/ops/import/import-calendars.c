/* SPDX-License-Identifier: EUPL-1.2 */
/* Parses calendar files on a worker; the writer only compares and puts texts. */
#include "ops/import/import-calendars.h"

#include <string.h>

#include "calsync-ical.h"
#include "ops/facts/expansion.h"
#include "ops/import/hash-key.h"
#include "store/calendar-store.h"

static void
free_calendar (gpointer data)
{
  ImportCalendar *calendar = data;
  g_free (calendar->file);
  g_free (calendar->resource);
  g_ptr_array_unref (calendar->objects);
  g_ptr_array_unref (calendar->hashes);
  g_free (calendar);
}

typedef struct
{
  ImportSource *source;
  GPtrArray *resources; /* (element-type ResourceRecord): stored ones */
  GPtrArray *units;     /* (element-type UnitRecord): stored ones */
  gint64 now_us;
} Parser;

static const char *
value_of (const ImportRow *row, const char *column)
{
  const char *value = g_hash_table_lookup (row->values, column);
  return value == NULL ? "" : value;
}

/* The row of this import that has @text in @column; NULL when there is none. */
static const ImportRow *
find_row (const GPtrArray *rows, const char *column, const char *text)
{
  for (guint i = 0; i < rows->len; i++)
    if (g_ascii_strcasecmp (value_of (rows->pdata[i], column), text) == 0)
      return rows->pdata[i];
  return NULL;
}

static const ImportRow *
find_resource_row (const Parser *parser, const char *resource)
{
  const GPtrArray *rows = parser->source->tables[IMPORT_RESOURCES];
  const ImportRow *row = find_row (rows, "resource", resource);
  return row != NULL ? row : find_row (rows, "email", resource);
}

static const ResourceRecord *
find_stored (const Parser *parser, const char *resource)
{
  for (guint i = 0; i < parser->resources->len; i++)
    {
      const ResourceRecord *record = parser->resources->pdata[i];
      if (g_str_equal (record->resource_key, resource) ||
          g_ascii_strcasecmp (record->email, resource) == 0)
        return record;
    }
  return NULL;
}

static const char *
find_email (const Parser *parser, const char *resource)
{
  const ImportRow *row = find_resource_row (parser, resource);
  const ResourceRecord *stored = find_stored (parser, resource);

  if (row != NULL)
    return value_of (row, "email");
  return stored == NULL ? NULL : stored->email;
}

static const CalsyncZone *
zone_of_unit_key (const Parser *parser, const char *key)
{
  const ImportRow *row = find_row (parser->source->tables[IMPORT_UNITS], "unit", key);

  if (row != NULL && *value_of (row, "zone") != '\0')
    return calsync_zone_lookup (value_of (row, "zone"), NULL);
  for (guint i = 0; row == NULL && i < parser->units->len; i++)
    if (g_str_equal (((UnitRecord *) parser->units->pdata[i])->organisation_key, key))
      return calsync_zone_lookup (((UnitRecord *) parser->units->pdata[i])->zone, NULL);
  return NULL;
}

/* Of the first unit; the same as expansion_find_zone() will find when all is written. */
static const CalsyncZone *
find_zone (const Parser *parser, const char *resource)
{
  const ImportRow *row = find_resource_row (parser, resource);
  const ResourceRecord *stored = find_stored (parser, resource);
  g_auto (GStrv) keys = g_strsplit (row == NULL ? "" : value_of (row, "units"), "|", -1);
  const CalsyncZone *zone = NULL;

  if (keys[0] != NULL)
    zone = zone_of_unit_key (parser, g_strstrip (keys[0]));
  for (guint i = 0; row == NULL && stored != NULL && i < parser->units->len; i++)
    {
      const UnitRecord *unit = parser->units->pdata[i];
      if (stored->unit_ids->len > 0 && unit->unit_id == g_array_index (stored->unit_ids, gint64, 0))
        zone = calsync_zone_lookup (unit->zone, NULL);
    }
  return zone != NULL ? zone : calsync_zone_lookup ("Europe/Copenhagen", NULL);
}

static char *
dup_notes_of (const CalsyncImport *import, const char *uid_hash)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < import->notes->len; i++)
    {
      const CalsyncNote *note = import->notes->pdata[i];
      if (g_strcmp0 (note->uid_hash, uid_hash) == 0)
        g_string_append_printf (text, "%s%s", text->len == 0 ? "" : " ", note->text);
    }
  return text->len == 0 ? NULL : g_string_free (g_steal_pointer (&text), FALSE);
}

static void
take_import (Parser *parser, const CalsyncImport *import, ImportCalendar *calendar)
{
  for (guint i = 0; i < import->notes->len; i++)
    {
      const CalsyncNote *note = import->notes->pdata[i];
      if (note->is_refused)
        import_problems_add (&parser->source->problems, calendar->file, 0, "%s", note->text);
    }
  for (guint i = 0; i < import->objects->len; i++)
    {
      const CalsyncObject *from = import->objects->pdata[i];
      CalendarObject *object = g_new0 (CalendarObject, 1);

      g_ptr_array_add (calendar->hashes, g_strdup (from->uid_hash));
      object->uid_hash = g_strdup (from->uid_hash);
      object->text = g_strdup (from->text);
      object->note = dup_notes_of (import, from->uid_hash);
      g_ptr_array_add (calendar->objects, object);
    }
}

static ImportCalendar *
parse_file (Parser *parser, const ImportText *file)
{
  ImportCalendar *calendar = g_new0 (ImportCalendar, 1);
  const char *email = find_email (parser, file->resource);
  const char *const addresses[] = { email, NULL };
  Period window = expansion_window (parser->now_us);
  CalsyncImportOptions options = { .owner_addresses = addresses,
                                   .zone = find_zone (parser, file->resource),
                                   .from_us = window.start_us,
                                   .to_us = window.end_us };
  g_autoptr (GError) error = NULL;
  g_autoptr (CalsyncImport) import = NULL;

  calendar->file = g_strdup (file->file);
  calendar->resource = g_strdup (file->resource);
  calendar->objects = g_ptr_array_new_with_free_func ((GDestroyNotify) calendar_object_free);
  calendar->hashes = g_ptr_array_new_with_free_func (g_free);
  if (email == NULL)
    {
      import_problems_add (&parser->source->problems, file->file, 0, "there is no resource %s",
                           file->resource);
      return calendar;
    }
  import = calsync_ical_import (file->text, strlen (file->text), &options, &error);
  if (import == NULL)
    import_problems_add (&parser->source->problems, file->file, 0, "%s", error->message);
  else
    take_import (parser, import, calendar);
  return calendar;
}

/**
 * import_calendars_parse:
 * @tenant_id: 0 for a tenant that is not stored yet
 *
 * Parses and reduces every calendar file. Worker; needs the session only to look up resources that
 * the folder does not name.
 *
 * Returns: (transfer full)
 */
GPtrArray *
import_calendars_parse (ImportSource *source,
                        StoreSession *session,
                        gint64 tenant_id,
                        gint64 now_us,
                        GError **error)
{
  g_autoptr (GPtrArray) resources = resource_list (session, tenant_id, error);
  g_autoptr (GPtrArray) units = resources == NULL ? NULL : unit_list (session, tenant_id, error);
  Parser parser = { source, resources, units, now_us };
  GPtrArray *calendars;

  if (units == NULL)
    return NULL;
  calendars = g_ptr_array_new_with_free_func (free_calendar);
  for (guint i = 0; i < source->calendars->len; i++)
    g_ptr_array_add (calendars, parse_file (&parser, source->calendars->pdata[i]));
  return calendars;
}

/* uid_hash to CalendarObject, of the resource's imported calendar. */
static GHashTable *
load_stored (ImportRun *run, const CalendarRecord *calendar, GError **error)
{
  g_autoptr (GPtrArray) objects =
    calendar_object_list (run->session, run->tenant_id, calendar->resource_id, error);
  GHashTable *stored;

  if (objects == NULL)
    return NULL;
  stored =
    g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) calendar_object_free);
  g_ptr_array_set_free_func (objects, NULL);
  for (guint i = 0; i < objects->len; i++)
    {
      CalendarObject *object = objects->pdata[i];
      if (object->calendar_id == calendar->calendar_id)
        g_hash_table_replace (stored, object->uid_hash, object);
      else
        calendar_object_free (object);
    }
  return stored;
}

/* The text names its object too. */
static void
rename_object (CalendarObject *object, const char *name)
{
  GString *text = g_string_new (object->text);

  g_string_replace (text, object->uid_hash, name, 0);
  g_free (object->text);
  object->text = g_string_free (text, FALSE);
  g_free (object->uid_hash);
  object->uid_hash = g_strdup (name);
}

/* Rows of before there was a key bear the hash alone. */
static gboolean
rename_stored (ImportRun *run, const ImportCalendar *calendar, GHashTable *stored, GError **error)
{
  for (guint i = 0; i < calendar->objects->len; i++)
    {
      const CalendarObject *object = calendar->objects->pdata[i];
      CalendarObject *before = g_hash_table_lookup (stored, calendar->hashes->pdata[i]);

      if (before == NULL || g_hash_table_contains (stored, object->uid_hash))
        continue;
      g_hash_table_steal (stored, before->uid_hash);
      rename_object (before, object->uid_hash);
      g_hash_table_replace (stored, before->uid_hash, before);
      if (!calendar_object_rename (run->session, before, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
find_calendar (ImportRun *run, CalendarRecord *record, GError **error)
{
  g_autoptr (GPtrArray) calendars =
    calendar_list (run->session, run->tenant_id, record->resource_id, error);

  for (guint i = 0; calendars != NULL && i < calendars->len; i++)
    {
      const CalendarRecord *one = calendars->pdata[i];
      if (g_str_equal (one->calendar_key, IMPORT_CALENDAR_KEY))
        record->calendar_id = one->calendar_id;
    }
  return calendars != NULL;
}

static gboolean
name_one (ImportRun *run, const ImportCalendar *calendar, GBytes *key, GError **error)
{
  const ResourceRecord *resource = import_run_find_resource (run, calendar->resource);
  CalendarRecord record = { .tenant_id = run->tenant_id };
  g_autoptr (GHashTable) stored = NULL;

  for (guint i = 0; i < calendar->objects->len; i++)
    {
      g_autofree char *name = hash_key_apply (key, calendar->hashes->pdata[i]);
      rename_object (calendar->objects->pdata[i], name);
    }
  if (resource == NULL)
    return TRUE;
  record.resource_id = resource->resource_id;
  if (!find_calendar (run, &record, error))
    return FALSE;
  if (record.calendar_id == 0)
    return TRUE;
  stored = load_stored (run, &record, error);
  return stored != NULL && rename_stored (run, calendar, stored, error);
}

/**
 * import_calendars_name:
 *
 * Whoever holds the database alone cannot try out which UIDs its rows were made of: plain hashes of short
 * or guessable UIDs would tell. May be called again. Writer only.
 */
gboolean
import_calendars_name (ImportRun *run, const GPtrArray *calendars, GError **error)
{
  g_autoptr (GBytes) key = NULL;

  if (calendars->len == 0)
    return TRUE;
  key = hash_key_need (run->session, run->tenant_id, error);
  for (guint i = 0; key != NULL && i < calendars->len; i++)
    if (!name_one (run, calendars->pdata[i], key, error))
      return FALSE;
  return key != NULL;
}

static gboolean
is_same (const CalendarObject *stored, const CalendarObject *object)
{
  return stored != NULL && g_strcmp0 (stored->text, object->text) == 0 &&
         g_strcmp0 (stored->note, object->note) == 0;
}

static gboolean
put_objects (ImportRun *run,
             const CalendarRecord *calendar,
             const GPtrArray *objects,
             ImportCount *count,
             GError **error)
{
  g_autoptr (GHashTable) stored = load_stored (run, calendar, error);
  gboolean changed = FALSE;

  for (guint i = 0; stored != NULL && i < objects->len; i++)
    {
      CalendarObject *object = objects->pdata[i];
      CalendarObject *before = g_hash_table_lookup (stored, object->uid_hash);
      PutOutcome outcome = PUT_SAME;

      object->tenant_id = run->tenant_id;
      object->calendar_id = calendar->calendar_id;
      if (!is_same (before, object) && !calendar_object_put (run->session, object, &outcome, error))
        return FALSE;
      count->n_added += outcome == PUT_ADDED;
      count->n_changed += outcome == PUT_CHANGED;
      count->n_same += outcome == PUT_SAME;
      changed |= outcome != PUT_SAME;
    }
  if (stored == NULL)
    return FALSE;
  return !changed ||
         (calendar_set_expanded (run->session, calendar->calendar_id, 0, error) &&
          expansion_invalidate_own (run->session, run->tenant_id, calendar->resource_id, error));
}

/* Two files with one UID would overwrite each other at every import. */
static gboolean
claim_uids (ImportRun *run, const ImportCalendar *calendar, const ResourceRecord *resource)
{
  for (guint i = 0; i < calendar->objects->len; i++)
    {
      const CalendarObject *object = calendar->objects->pdata[i];
      g_autofree char *name =
        g_strdup_printf ("uid %s %s", resource->resource_key, object->uid_hash);
      if (g_hash_table_contains (run->seen, name))
        {
          import_problems_add (&run->source->problems, calendar->file, 0,
                               "another file of the same resource has an object with the same UID");
          return FALSE;
        }
      g_hash_table_insert (run->seen, g_steal_pointer (&name), NULL);
    }
  return TRUE;
}

static gboolean
apply_one (ImportRun *run, const ImportCalendar *calendar, ImportCount *count, GError **error)
{
  const ResourceRecord *resource = import_run_find_resource (run, calendar->resource);
  CalendarRecord record = { .tenant_id = run->tenant_id,
                            .calendar_key = IMPORT_CALENDAR_KEY,
                            .origin = "import" };
  PutOutcome unused;

  if (resource == NULL || !claim_uids (run, calendar, resource))
    {
      count->n_refused++;
      return TRUE;
    }
  record.resource_id = resource->resource_id;
  return calendar_put (run->session, &record, &unused, error) &&
         put_objects (run, &record, calendar->objects, count, error);
}

/**
 * import_calendars_apply:
 *
 * Puts the parsed objects; what changed waits for its expansion. Writer only.
 */
gboolean
import_calendars_apply (ImportRun *run,
                        const GPtrArray *calendars,
                        ImportCount *count,
                        GError **error)
{
  if (!import_calendars_name (run, calendars, error))
    return FALSE;
  for (guint i = 0; i < calendars->len; i++)
    if (!apply_one (run, calendars->pdata[i], count, error))
      return FALSE;
  return TRUE;
}
