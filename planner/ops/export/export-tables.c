/* SPDX-License-Identifier: EUPL-1.2 */
/* Writes what is stored as the columns of ops/import/import-source, every one of them, so that no default has to be known. */
#include "ops/export/export-tables.h"

#include <string.h>

#include "ops/export/export-csv.h"
#include "ops/text/import-row.h"
#include "store/code-store.h"

#define OPEN_UNTIL_US G_GINT64_CONSTANT (9000000000000000)
#define DATE_END      G_GINT64_CONSTANT (100000000)

typedef struct
{
  StoreSession *session;
  const AdminCatalogue *catalogue;
  GPtrArray *offers;
  JsonObject *files;
} Export;

static void
take (const Export *export, const char *name, const ExportCsv *csv)
{
  json_object_set_string_member (export->files, name, csv->text->str);
}

static const char *
unit_key (const Export *export, gint64 unit_id)
{
  const UnitRecord *unit = admin_find_unit (export->catalogue->units, unit_id);
  return unit == NULL ? NULL : unit->organisation_key;
}

static void
write_tenant (const Export *export)
{
  g_auto (ExportCsv) csv = { 0 };

  export_csv_init (&csv, "tenant;name");
  export_csv_text (&csv, export->catalogue->tenant->tenant_key);
  export_csv_text (&csv, export->catalogue->tenant->name);
  export_csv_end_row (&csv);
  take (export, "tenant.csv", &csv);
}

static gboolean
write_codes (const Export *export, GError **error)
{
  g_auto (ExportCsv) csv = { 0 };
  g_autoptr (GPtrArray) codes =
    code_store_list (export->session, export->catalogue->tenant->tenant_id, error);

  export_csv_init (&csv, "list;code;name;valid_from;valid_until");
  for (guint i = 0; codes != NULL && i < codes->len; i++)
    {
      const CodeRecord *code = codes->pdata[i];

      export_csv_text (&csv, code->list);
      export_csv_int (&csv, code->code);
      export_csv_text (&csv, code->name);
      export_csv_date (&csv, code->valid_from_date, 0);
      export_csv_date (&csv, code->valid_until_date - 1, -1);
      export_csv_end_row (&csv);
    }
  if (codes != NULL && codes->len > 0)
    take (export, "codes.csv", &csv);
  return codes != NULL;
}

static void
write_unit (const Export *export, const UnitRecord *unit, ExportCsv *csv)
{
  export_csv_text (csv, unit->organisation_key);
  export_csv_text (csv, unit->name);
  export_csv_text (csv, unit->parent_unit_id == 0 ? NULL : unit_key (export, unit->parent_unit_id));
  export_csv_int (csv, unit->organisation_type);
  export_csv_text (csv, unit->zone);
  export_csv_text (csv, unit->address);
  export_csv_text (csv, unit->telephone);
  export_csv_end_row (csv);
}

static guint
depth_of (const Export *export, const UnitRecord *unit)
{
  guint depth = 0;

  while (unit != NULL && unit->parent_unit_id != 0 && depth < 10)
    {
      unit = admin_find_unit (export->catalogue->units, unit->parent_unit_id);
      depth++;
    }
  return depth;
}

/* A main unit stands above its sub-units. */
static void
write_units (const Export *export)
{
  const GPtrArray *units = export->catalogue->units;
  g_auto (ExportCsv) csv = { 0 };

  export_csv_init (&csv, "unit;name;main_unit;organisation_type;zone;address;telephone");
  for (guint depth = 0; depth <= 10; depth++)
    for (guint i = 0; i < units->len; i++)
      if (depth_of (export, units->pdata[i]) == depth)
        write_unit (export, units->pdata[i], &csv);
  take (export, "units.csv", &csv);
}

/* By the units' keys, not by ids, which another database gives otherwise. */
static gint
compare_settings (gconstpointer a, gconstpointer b, gpointer data)
{
  const Export *export = data;
  const SettingRecord *left = *(SettingRecord *const *) a;
  const SettingRecord *right = *(SettingRecord *const *) b;
  int order = g_strcmp0 (unit_key (export, left->unit_id), unit_key (export, right->unit_id));

  if (order == 0)
    order = strcmp (left->key, right->key);
  if (order == 0 && left->valid_from_date != right->valid_from_date)
    order = left->valid_from_date < right->valid_from_date ? -1 : 1;
  return order;
}

static gboolean
write_settings (const Export *export, GError **error)
{
  g_auto (ExportCsv) csv = { 0 };
  g_autoptr (GPtrArray) settings =
    setting_list (export->session, export->catalogue->tenant->tenant_id, error);

  if (settings == NULL)
    return FALSE;
  g_ptr_array_sort_with_data (settings, compare_settings, (gpointer) export);
  export_csv_init (&csv, "key;value;unit;valid_from");
  for (guint i = 0; i < settings->len; i++)
    {
      const SettingRecord *setting = settings->pdata[i];

      export_csv_text (&csv, setting->key);
      export_csv_text (&csv, setting->value);
      export_csv_text (&csv, unit_key (export, setting->unit_id));
      export_csv_date (&csv, setting->valid_from_date, 0);
      export_csv_end_row (&csv);
    }
  if (settings->len > 0)
    take (export, "settings.csv", &csv);
  return TRUE;
}

static gboolean
write_closing_days (const Export *export, GError **error)
{
  g_auto (ExportCsv) csv = { 0 };
  guint n_days = 0;

  export_csv_init (&csv, "unit;date;name");
  for (guint i = 0; i < export->catalogue->units->len; i++)
    {
      const UnitRecord *unit = export->catalogue->units->pdata[i];
      g_autoptr (GPtrArray) days =
        closing_day_list (export->session, unit, -DATE_END, DATE_END, error);

      if (days == NULL)
        return FALSE;
      n_days += days->len;
      for (guint k = 0; k < days->len; k++)
        {
          const ClosingDay *day = days->pdata[k];

          export_csv_text (&csv, unit->organisation_key);
          export_csv_date (&csv, day->closed_date, G_MAXINT64);
          export_csv_text (&csv, day->name);
          export_csv_end_row (&csv);
        }
    }
  if (n_days > 0)
    take (export, "closing-days.csv", &csv);
  return TRUE;
}

static void
write_teams (const Export *export)
{
  g_auto (ExportCsv) csv = { 0 };

  export_csv_init (&csv, "team;unit;name");
  for (guint i = 0; i < export->catalogue->teams->len; i++)
    {
      const TeamRecord *team = export->catalogue->teams->pdata[i];

      export_csv_text (&csv, team->team_key);
      export_csv_text (&csv, team->unit_key);
      export_csv_text (&csv, team->name);
      export_csv_end_row (&csv);
    }
  if (export->catalogue->teams->len > 0)
    take (export, "teams.csv", &csv);
}

static int
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static GPtrArray *
list_units (const Export *export, const ResourceRecord *resource)
{
  GPtrArray *keys = g_ptr_array_new ();

  for (guint i = 0; i < resource->unit_ids->len; i++)
    g_ptr_array_add (keys,
                     (gpointer) unit_key (export, g_array_index (resource->unit_ids, gint64, i)));
  g_ptr_array_sort (keys, compare_texts);
  return keys;
}

static GPtrArray *
list_teams (const Export *export, const ResourceRecord *resource)
{
  GPtrArray *keys = g_ptr_array_new ();

  for (guint i = 0; i < export->catalogue->teams->len; i++)
    {
      const TeamRecord *team = export->catalogue->teams->pdata[i];
      for (guint k = 0; k < resource->team_ids->len; k++)
        if (g_array_index (resource->team_ids, gint64, k) == team->team_id)
          g_ptr_array_add (keys, team->team_key);
    }
  return keys;
}

static GPtrArray *
list_pairs (const GArray *pairs, const char *kind)
{
  GPtrArray *values = g_ptr_array_new ();

  for (guint i = 0; i < pairs->len; i++)
    if (g_str_equal (g_array_index (pairs, RecordPair, i).kind, kind))
      g_ptr_array_add (values, g_array_index (pairs, RecordPair, i).value);
  g_ptr_array_sort (values, compare_texts);
  return values;
}

static GPtrArray *
list_block_rules (const GArray *pairs)
{
  GPtrArray *values = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < pairs->len; i++)
    g_ptr_array_add (values, g_strconcat (g_array_index (pairs, RecordPair, i).kind, "=",
                                          g_array_index (pairs, RecordPair, i).value, NULL));
  return values;
}

static void
take_list (ExportCsv *csv, GPtrArray *values)
{
  export_csv_list (csv, values);
  g_ptr_array_unref (values);
}

static void
write_resource (const Export *export, const ResourceRecord *resource, ExportCsv *csv)
{
  g_autofree char *retired = resource->retired_us == 0
                               ? NULL
                               : admin_format_time (calsync_zone_utc (), resource->retired_us);

  export_csv_text (csv, resource->resource_key);
  export_csv_text (csv, resource->kind);
  export_csv_text (csv, resource->name);
  export_csv_text (csv, resource->email);
  take_list (csv, list_units (export, resource));
  export_csv_text (csv, resource->telephone);
  take_list (csv, list_teams (export, resource));
  take_list (csv, list_pairs (resource->tags, "competence"));
  take_list (csv, list_pairs (resource->tags, "language"));
  take_list (csv, list_block_rules (resource->block_rules));
  export_csv_flag (csv, resource->may_be_summoned);
  export_csv_text (csv, retired);
  export_csv_end_row (csv);
}

static void
write_resources (const Export *export)
{
  g_auto (ExportCsv) csv = { 0 };

  export_csv_init (&csv, "resource;kind;name;email;units;telephone;teams;competences;languages;"
                         "blocks;may_be_summoned;retired_from");
  for (guint i = 0; i < export->catalogue->resources->len; i++)
    write_resource (export, export->catalogue->resources->pdata[i], &csv);
  if (export->catalogue->resources->len > 0)
    take (export, "resources.csv", &csv);
}

static GPtrArray *
list_resources (const Export *export, const OfferRecord *offer, gboolean wants_advisors)
{
  GPtrArray *keys = g_ptr_array_new ();

  for (guint i = 0; i < offer->resource_ids->len; i++)
    {
      const ResourceRecord *resource = admin_catalogue_get_resource (
        export->catalogue, g_array_index (offer->resource_ids, gint64, i));
      if (g_str_equal (resource->kind, "advisor") == wants_advisors)
        g_ptr_array_add (keys, resource->resource_key);
    }
  g_ptr_array_sort (keys, compare_texts);
  return keys;
}

static void
write_contact_types (const OfferRecord *offer, ExportCsv *csv)
{
  g_autoptr (GPtrArray) codes = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < offer->contact_types->len; i++)
    g_ptr_array_add (codes, g_strdup_printf ("%" G_GINT64_FORMAT,
                                             g_array_index (offer->contact_types, gint64, i)));
  export_csv_list (csv, codes);
}

static void
write_texts (const Export *export, const OfferRecord *offer, ExportCsv *csv)
{
  export_csv_text (csv, offer->identifier);
  export_csv_text (csv, unit_key (export, offer->unit_id));
  export_csv_text (csv, offer->title);
  export_csv_int (csv, offer->interview_type);
  export_csv_int (csv, offer->duration_minutes);
  write_contact_types (offer, csv);
  take_list (csv, list_resources (export, offer, TRUE));
  export_csv_text (csv, offer->form);
  take_list (csv, list_resources (export, offer, FALSE));
  export_csv_text (csv, offer->description);
  export_csv_text (csv, offer->location);
  export_csv_text (csv, offer->address);
  export_csv_text (csv, offer->telephone);
  export_csv_text (csv, offer->meeting_link);
}

static void
write_times (const Export *export, const OfferRecord *offer, ExportCsv *csv)
{
  const CalsyncZone *zone = admin_zone_of (export->catalogue->units, offer->unit_id);

  export_csv_int (csv, offer->grid_minutes);
  export_csv_text (csv, offer->grid_anchor);
  export_csv_int (csv, offer->before_minutes);
  export_csv_int (csv, offer->after_minutes);
  export_csv_flag (csv, offer->may_share_buffers != 0);
  export_csv_int (csv, offer->lead_minutes);
  export_csv_int (csv, offer->horizon_days);
  export_csv_minute (csv, offer->release_minute);
  if (offer->valid_from_us == 0)
    export_csv_text (csv, NULL);
  else
    export_csv_date (csv, calsync_zone_local_day (zone, offer->valid_from_us), G_MAXINT64);
  if (offer->valid_until_us == OPEN_UNTIL_US)
    export_csv_text (csv, NULL);
  else
    export_csv_date (csv, calsync_zone_local_day (zone, offer->valid_until_us) - 1, G_MAXINT64);
}

static void
write_rules (const OfferRecord *offer, ExportCsv *csv)
{
  export_csv_int (csv, offer->seats);
  export_csv_int (csv, offer->room_before_minutes);
  export_csv_int (csv, offer->room_after_minutes);
  export_csv_flag (csv, offer->rebook_possible != 0);
  export_csv_int (csv, offer->rebook_deadline_minutes);
  export_csv_flag (csv, offer->cancel_possible != 0);
  export_csv_int (csv, offer->cancel_deadline_minutes);
  export_csv_flag (csv, offer->compulsory != 0);
  export_csv_flag (csv, offer->should_accept != 0);
  export_csv_flag (csv, offer->shared_with_sub_units != 0);
  take_list (csv, list_pairs (offer->rules, "contact-group"));
  take_list (csv, list_pairs (offer->rules, "category"));
  take_list (csv, list_pairs (offer->rules, "mark"));
  export_csv_end_row (csv);
}

static void
write_offers (const Export *export)
{
  g_auto (ExportCsv) csv = { 0 };

  export_csv_init (
    &csv, "identifier;unit;title;interview_type;duration;contact_types;advisors;form;rooms;"
          "description;location;address;telephone;meeting_link;grid;grid_anchor;before;after;"
          "share_buffers;lead_minutes;horizon_days;release;valid_from;valid_until;seats;"
          "room_before;room_after;rebook;rebook_deadline_minutes;cancel;cancel_deadline_minutes;"
          "compulsory;should_accept;shared_with_sub_units;contact_groups;categories;marks");
  for (guint i = 0; i < export->offers->len; i++)
    {
      write_texts (export, export->offers->pdata[i], &csv);
      write_times (export, export->offers->pdata[i], &csv);
      write_rules (export->offers->pdata[i], &csv);
    }
  if (export->offers->len > 0)
    take (export, "offers.csv", &csv);
}

static void
write_weekdays (gint64 weekdays, ExportCsv *csv)
{
  static const char *const names[] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };
  g_autoptr (GPtrArray) list = g_ptr_array_new ();

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if ((weekdays & (1 << i)) != 0)
      g_ptr_array_add (list, (gpointer) names[i]);
  export_csv_list (csv, list);
}

static void
write_window (const OfferRecord *offer, const OfferWindowRecord *window, ExportCsv *csv)
{
  export_csv_text (csv, offer->identifier);
  export_csv_text (csv, window->unemployment_fund);
  write_weekdays (window->weekdays, csv);
  export_csv_minute (csv, window->start_minute);
  export_csv_minute (csv, window->end_minute);
  export_csv_date (csv, window->first_date, 0);
  export_csv_date (csv, window->end_date - 1, IMPORT_DATE_MAX);
  export_csv_int (csv, window->capacity);
  export_csv_end_row (csv);
}

static void
write_windows (const Export *export)
{
  g_auto (ExportCsv) csv = { 0 };
  guint n_windows = 0;

  export_csv_init (&csv,
                   "offer;unemployment_fund;weekdays;start;end;first_date;last_date;capacity");
  for (guint i = 0; i < export->offers->len; i++)
    {
      const OfferRecord *offer = export->offers->pdata[i];

      n_windows += offer->windows->len;
      for (guint k = 0; k < offer->windows->len; k++)
        write_window (offer, &g_array_index (offer->windows, OfferWindowRecord, k), &csv);
    }
  if (n_windows > 0)
    take (export, "offer-windows.csv", &csv);
}

/**
 * export_tables:
 *
 * Any thread with a session.
 */
gboolean
export_tables (StoreSession *session,
               const AdminCatalogue *catalogue,
               JsonObject *files,
               GError **error)
{
  g_autoptr (GPtrArray) offers = offer_list (session, catalogue->tenant->tenant_id, error);
  Export export = { session, catalogue, offers, files };

  if (offers == NULL)
    return FALSE;
  write_tenant (&export);
  write_units (&export);
  write_teams (&export);
  write_resources (&export);
  write_offers (&export);
  write_windows (&export);
  return write_codes (&export, error) && write_settings (&export, error) &&
         write_closing_days (&export, error);
}
