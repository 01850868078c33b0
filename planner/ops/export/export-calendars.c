/* SPDX-License-Identifier: EUPL-1.2 */
/* Working time and reduced appointments as the texts that they are kept in, and time by hand as a table. */
#include "ops/export/export-csv.h"
#include "ops/export/export-tables.h"
#include "ops/facts/manual-time.h"
#include "store/availability-store.h"
#include "store/calendar-store.h"

typedef struct
{
  StoreSession *session;
  const AdminCatalogue *catalogue;
  JsonObject *files;
} Export;

/* A key may hold what a file name cannot; what begins with a dot is hidden, passed over, or another folder. */
static char *
dup_name (const char *folder, const ResourceRecord *resource, const char *rest)
{
  gboolean has_dot = resource->resource_key[0] == '.';
  g_autofree char *key = g_uri_escape_string (resource->resource_key + has_dot, "", FALSE);

  return g_strconcat (folder, has_dot ? "/%2E" : "/", key, rest, NULL);
}

/* Imports keep one text a resource; what an admin opened by hand is in the table. */
static gboolean
write_availability (const Export *export, const ResourceRecord *resource, GError **error)
{
  g_autoptr (GPtrArray) records =
    availability_list (export->session, resource->tenant_id, resource->resource_id, error);
  g_autofree char *name = dup_name ("availability", resource, ".ics");

  for (guint i = 0; records != NULL && i < records->len; i++)
    {
      const AvailabilityRecord *record = records->pdata[i];
      if (!g_str_has_prefix (record->uid, MANUAL_TIME_OPENED))
        json_object_set_string_member (export->files, name, record->text);
    }
  return records != NULL;
}

static gboolean
is_imported (const GPtrArray *calendars, gint64 calendar_id)
{
  for (guint i = 0; i < calendars->len; i++)
    {
      const CalendarRecord *calendar = calendars->pdata[i];
      if (calendar->calendar_id == calendar_id)
        return g_str_equal (calendar->origin, "import");
    }
  return FALSE;
}

static gboolean
write_objects (const Export *export, const ResourceRecord *resource, GError **error)
{
  g_autoptr (GPtrArray) calendars =
    calendar_list (export->session, resource->tenant_id, resource->resource_id, error);
  g_autoptr (GPtrArray) objects =
    calendars == NULL
      ? NULL
      : calendar_object_list (export->session, resource->tenant_id, resource->resource_id, error);

  for (guint i = 0; objects != NULL && i < objects->len; i++)
    {
      const CalendarObject *object = objects->pdata[i];
      g_autofree char *rest = g_strconcat ("/", object->uid_hash, ".ics", NULL);
      g_autofree char *name = dup_name ("reduced", resource, rest);

      if (is_imported (calendars, object->calendar_id))
        json_object_set_string_member (export->files, name, object->text);
    }
  return objects != NULL;
}

static gboolean
write_times (const Export *export, const ResourceRecord *resource, ExportCsv *csv, GError **error)
{
  g_autoptr (GPtrArray) times =
    manual_time_list (export->session, resource->tenant_id, resource->resource_id, error);

  for (guint i = 0; times != NULL && i < times->len; i++)
    {
      const CalsyncStretch *stretch = ((ManualTime *) times->pdata[i])->stretch;
      g_autofree char *from = admin_format_time (calsync_zone_utc (), stretch->start_us);
      g_autofree char *to = admin_format_time (calsync_zone_utc (), stretch->end_us);

      export_csv_text (csv, resource->resource_key);
      export_csv_text (csv, stretch->uid);
      export_csv_text (csv, stretch->kind == CALSYNC_STRETCH_BLOCKED ? "blocked" : "opened");
      export_csv_text (csv, from);
      export_csv_text (csv, to);
      export_csv_text (csv, stretch->rule);
      export_csv_text (csv, stretch->text);
      export_csv_end_row (csv);
    }
  return times != NULL;
}

static void
write_retired_row (ExportCsv *csv, const char *noun, const char *key, gint64 at_us)
{
  g_autofree char *at = admin_format_time (calsync_zone_utc (), at_us);

  if (at_us == 0)
    return;
  export_csv_text (csv, noun);
  export_csv_text (csv, key);
  export_csv_text (csv, at);
  export_csv_end_row (csv);
}

static gboolean
write_retired (const Export *export, GError **error)
{
  g_autoptr (GPtrArray) offers =
    offer_list (export->session, export->catalogue->tenant->tenant_id, error);
  g_auto (ExportCsv) csv = { 0 };
  gsize n_empty;

  export_csv_init (&csv, "noun;key;at");
  n_empty = csv.text->len;
  for (guint i = 0; i < export->catalogue->units->len; i++)
    {
      const UnitRecord *unit = export->catalogue->units->pdata[i];
      write_retired_row (&csv, "unit", unit->organisation_key, unit->retired_us);
    }
  for (guint i = 0; i < export->catalogue->teams->len; i++)
    {
      const TeamRecord *team = export->catalogue->teams->pdata[i];
      write_retired_row (&csv, "team", team->team_key, team->retired_us);
    }
  for (guint i = 0; offers != NULL && i < offers->len; i++)
    {
      const OfferRecord *offer = offers->pdata[i];
      write_retired_row (&csv, "offer", offer->identifier, offer->retired_us);
    }
  if (csv.text->len > n_empty)
    json_object_set_string_member (export->files, "retired.csv", csv.text->str);
  return offers != NULL;
}

/**
 * export_calendars:
 *
 * Any thread with a session.
 */
gboolean
export_calendars (StoreSession *session,
                  const AdminCatalogue *catalogue,
                  JsonObject *files,
                  GError **error)
{
  Export export = { session, catalogue, files };
  g_auto (ExportCsv) csv = { 0 };
  gsize n_empty;

  export_csv_init (&csv, "resource;id;kind;from;to;repeat;text");
  n_empty = csv.text->len;
  for (guint i = 0; i < catalogue->resources->len; i++)
    {
      const ResourceRecord *resource = catalogue->resources->pdata[i];

      if (!write_availability (&export, resource, error) ||
          !write_objects (&export, resource, error) ||
          !write_times (&export, resource, &csv, error))
        return FALSE;
    }
  if (csv.text->len > n_empty)
    json_object_set_string_member (files, "time-by-hand.csv", csv.text->str);
  return write_retired (&export, error);
}
