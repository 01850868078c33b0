/* SPDX-License-Identifier: EUPL-1.2 */
/* Builds the in-memory catalogue: one pass per table, each in the order of its owner's id. */
#include "ops/facts/catalogue-load.h"

#include <string.h>

#include "base/error.h"
#include "base/ids.h"
#include "calsync-timezone.h"
#include "ops/facts/block-rules.h"
#include "ops/facts/code-files.h"
#include "ops/facts/code-lists.h"
#include "rules/availability.h"
#include "rules/booking-rules.h"
#include "rules/code-list.h"
#include "rules/holidays.h"
#include "store/service-window-store.h"

#define MAX_WINDOW_DAYS      190
#define DEFAULT_HOLD_MINUTES 10
#define FUND_OF_MARK         "fund-of-mark:"
#define HOLIDAY              "holiday:"

typedef struct
{
  StoreSession *session;
  const Holidays *holidays;
  gint64 now_us;
  Catalogue *catalogue;
} Loader;

/* Lists built beside the offers, joined to them by id. */
static CatalogueOffer *
offer_of_row (Loader *loader, StoreQuery *query)
{
  return catalogue_get_offer (loader->catalogue, store_int (query, 0));
}

typedef gboolean (*RowReader) (Loader *loader, StoreQuery *query, GError **error);

static gboolean
read_rows (Loader *loader, StoreQuery *query, RowReader reader, GError **error)
{
  StoreStep step;

  while ((step = store_step (query, error)) == STORE_ROW)
    if (!reader (loader, query, error))
      {
        store_query_end (query);
        return FALSE;
      }
  return step == STORE_END;
}

static gboolean
for_each (Loader *loader, StoreStatement statement, RowReader reader, GError **error)
{
  g_auto (StoreQuery) query = { 0 };

  return store_query (loader->session, &query, error, statement, "") &&
         read_rows (loader, &query, reader, error);
}

static gboolean
for_each_live (Loader *loader, StoreStatement statement, RowReader reader, GError **error)
{
  g_auto (StoreQuery) query = { 0 };

  return store_query (loader->session, &query, error, statement, "i", loader->now_us) &&
         read_rows (loader, &query, reader, error);
}

static gboolean
read_tenant (Loader *loader, StoreQuery *query, GError **error)
{
  catalogue_add_tenant (loader->catalogue, store_int (query, 0), store_text (query, 1));
  return TRUE;
}

static gboolean
read_unit (Loader *loader, StoreQuery *query, GError **error)
{
  const CalsyncZone *zone = calsync_zone_lookup (store_text (query, 6), error);
  CatalogueUnit *unit;

  if (zone == NULL)
    return FALSE;
  unit = g_new0 (CatalogueUnit, 1);
  unit->unit_id = store_int (query, 0);
  unit->tenant_id = store_int (query, 1);
  unit->parent_unit_id = store_int (query, 2);
  unit->organisation_type = store_int (query, 3);
  unit->key = g_strdup (store_text (query, 4));
  unit->name = g_strdup (store_text (query, 5));
  unit->zone = zone;
  unit->address = g_strdup (store_text (query, 7));
  unit->telephone = g_strdup (store_text (query, 8));
  unit->is_retired = store_int (query, 9) != 0 && store_int (query, 9) <= loader->now_us;
  unit->closed = period_list_new ();
  unit->holidays = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  unit->funds_by_mark = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  unit->one_open_per_type = TRUE;
  unit->hold_us = DEFAULT_HOLD_MINUTES * PERIOD_US_PER_MINUTE;
  unit->types = interview_type_rules_default ();
  calsync_policy_init (&unit->blocks);
  unit->remote_types = g_array_new (FALSE, FALSE, sizeof (gint64));
  catalogue_add_unit (loader->catalogue, unit);
  return TRUE;
}

/* Values were checked when they were set; see docs/import-folder.md for the keys. */
static void
apply_setting (CatalogueUnit *unit, const char *key, const char *value)
{
  if (g_str_equal (key, "one-open-per-type"))
    unit->one_open_per_type = g_str_equal (value, "yes");
  else if (g_str_equal (key, "hold-minutes"))
    unit->hold_us = CLAMP (g_ascii_strtoll (value, NULL, 10), 1, 60) * PERIOD_US_PER_MINUTE;
  else if (g_str_has_prefix (key, FUND_OF_MARK))
    g_hash_table_replace (unit->funds_by_mark, ids_fold_guid (key + strlen (FUND_OF_MARK)),
                          g_strdup (value));
  else if (g_str_has_prefix (key, BLOCK_RULE_SETTING))
    (void) !calsync_policy_set (&unit->blocks, key + strlen (BLOCK_RULE_SETTING), value);
  else if (g_str_has_prefix (key, HOLIDAY))
    g_hash_table_replace (unit->holidays, g_strdup (key + strlen (HOLIDAY)), g_strdup (value));
  else if (g_str_equal (key, "cv-closed-from"))
    {
      GDate date;
      g_date_clear (&date, 1);
      g_date_set_parse (&date, value);
      if (g_date_valid (&date))
        unit->types.closed_from = (gint32) g_date_get_julian (&date) - 719163;
    }
}

/* Rows come tenant-wide (unit 0) first, then by date: what is nearer and newer wins. */
static gboolean
read_setting (Loader *loader, StoreQuery *query, GError **error)
{
  const GPtrArray *units = catalogue_get_units (loader->catalogue);
  gint64 unit_id = store_int (query, 1);

  for (guint i = 0; i < units->len; i++)
    {
      CatalogueUnit *unit = units->pdata[i];
      if (unit->tenant_id == store_int (query, 0) && (unit_id == 0 || unit_id == unit->unit_id) &&
          store_int (query, 3) <= calsync_zone_local_day (unit->zone, loader->now_us))
        apply_setting (unit, store_text (query, 2), store_text (query, 4));
    }
  return TRUE;
}

static gboolean
read_closing_day (Loader *loader, StoreQuery *query, GError **error)
{
  CatalogueUnit *unit = catalogue_get_unit (loader->catalogue, store_int (query, 0));
  gint64 date = store_int (query, 1);

  period_list_add (unit->closed, (Period){ calsync_zone_midnight (unit->zone, date),
                                           calsync_zone_midnight (unit->zone, date + 1) });
  return TRUE;
}

static void
add_holidays (Loader *loader)
{
  const GPtrArray *units = catalogue_get_units (loader->catalogue);

  for (guint i = 0; i < units->len; i++)
    {
      CatalogueUnit *unit = units->pdata[i];
      gint32 today = (gint32) calsync_zone_local_day (unit->zone, loader->now_us);
      g_autoptr (GArray) dates = holidays_list_chosen (loader->holidays, unit->holidays, today - 2,
                                                       today + MAX_WINDOW_DAYS + 2);
      g_autoptr (GArray) periods = availability_closed_periods (unit->zone, dates);

      g_array_append_vals (unit->closed, periods->data, periods->len);
      period_list_normalise (unit->closed);
    }
}

static gboolean
read_resource (Loader *loader, StoreQuery *query, GError **error)
{
  CatalogueResource *resource = g_new0 (CatalogueResource, 1);
  const char *kind = store_text (query, 2);

  resource->resource_id = store_int (query, 0);
  resource->tenant_id = store_int (query, 1);
  resource->kind = g_str_equal (kind, "advisor") ? RESOURCE_ADVISOR
                   : g_str_equal (kind, "room")  ? RESOURCE_ROOM
                                                 : RESOURCE_EQUIPMENT;
  resource->key = g_strdup (store_text (query, 3));
  resource->email = g_strdup (store_text (query, 4));
  resource->name = g_strdup (store_text (query, 5));
  resource->telephone = g_strdup (store_text (query, 6));
  resource->may_be_summoned = store_int (query, 7) != 0;
  resource->retired_us = store_int (query, 8) != 0 ? store_int (query, 8) : G_MAXINT64;
  resource->units = g_array_new (FALSE, FALSE, sizeof (gint64));
  if (resource->retired_us <= loader->now_us)
    catalogue_add_retired (loader->catalogue, resource);
  else
    catalogue_add_resource (loader->catalogue, resource);
  return TRUE;
}

static gboolean
read_resource_unit (Loader *loader, StoreQuery *query, GError **error)
{
  CatalogueResource *resource = catalogue_get_resource (loader->catalogue, store_int (query, 0));
  gint64 unit_id = store_int (query, 1);

  if (resource != NULL)
    g_array_append_val (resource->units, unit_id);
  return TRUE;
}

/* The strictest of the units that it serves; of all of its municipality's when it serves none. */
static void
settle_blocks (Loader *loader)
{
  const GPtrArray *resources = catalogue_get_resources (loader->catalogue);
  const GPtrArray *units = catalogue_get_units (loader->catalogue);

  for (guint i = 0; i < resources->len; i++)
    {
      CatalogueResource *resource = resources->pdata[i];
      BlockRules rules = block_rules_begin ();

      for (guint j = 0; j < resource->units->len; j++)
        block_rules_add (&rules, &catalogue_get_unit (loader->catalogue,
                                                      g_array_index (resource->units, gint64, j))
                                    ->blocks);
      for (guint j = 0; resource->units->len == 0 && j < units->len; j++)
        if (((CatalogueUnit *) units->pdata[j])->tenant_id == resource->tenant_id)
          block_rules_add (&rules, &((CatalogueUnit *) units->pdata[j])->blocks);
      resource->blocks = block_rules_end (&rules);
    }
}

static gboolean
read_block_rule (Loader *loader, StoreQuery *query, GError **error)
{
  CatalogueResource *resource = catalogue_get_resource (loader->catalogue, store_int (query, 0));

  if (resource != NULL)
    (void) !calsync_policy_set (&resource->blocks, store_text (query, 1), store_text (query, 2));
  return TRUE;
}

/* A retired offer has ended, whatever its validity; one that never began keeps an instant that no start has. */
static void
retire (Offer *rules, gint64 retired_us)
{
  rules->valid_until_us = MIN (rules->valid_until_us, retired_us);
  rules->valid_from_us = MIN (rules->valid_from_us, rules->valid_until_us - 1);
}

/* The columns about time; see SQL ALL_OFFERS. */
static void
read_offer_rules (Offer *rules, StoreQuery *query)
{
  rules->duration_us = store_int (query, 12) * PERIOD_US_PER_MINUTE;
  rules->grid_us = store_int (query, 13) * PERIOD_US_PER_MINUTE;
  rules->grid_anchor = g_str_equal (store_text (query, 14), "block")
                         ? OFFER_GRID_FROM_BLOCK_START
                         : OFFER_GRID_FROM_LOCAL_MIDNIGHT;
  rules->before_us = store_int (query, 15) * PERIOD_US_PER_MINUTE;
  rules->after_us = store_int (query, 16) * PERIOD_US_PER_MINUTE;
  rules->may_share_buffers = store_int (query, 17) != 0;
  rules->lead_us = store_int (query, 18) * PERIOD_US_PER_MINUTE;
  rules->horizon_days = (int) store_int (query, 19);
  rules->release_minute = (int) store_int (query, 20);
  rules->valid_from_us = store_int (query, 21);
  rules->valid_until_us = store_int (query, 22);
  rules->seats = (int) store_int (query, 23);
  rules->needs_room = store_int (query, 24) != 0;
  rules->room_before_us = store_int (query, 25) * PERIOD_US_PER_MINUTE;
  rules->room_after_us = store_int (query, 26) * PERIOD_US_PER_MINUTE;
  if (store_int (query, 34) != 0)
    retire (rules, store_int (query, 34));
}

static gboolean
read_offer (Loader *loader, StoreQuery *query, GError **error)
{
  CatalogueUnit *unit = catalogue_get_unit (loader->catalogue, store_int (query, 2));
  CatalogueOffer *offer = g_new0 (CatalogueOffer, 1);
  Offer *rules = offer->rules = offer_new ();

  rules->offer_id = store_int (query, 0);
  rules->tenant_id = store_int (query, 1);
  rules->unit_id = unit->unit_id;
  rules->zone = unit->zone;
  rules->identifier = g_strdup (store_text (query, 3));
  rules->interview_type = (int) store_int (query, 4);
  rules->form = g_str_equal (store_text (query, 5), "group") ? OFFER_GROUP : OFFER_INDIVIDUAL;
  read_offer_rules (rules, query);
  offer->title = g_strdup (store_text (query, 6));
  offer->description = g_strdup (store_text (query, 7));
  offer->location = g_strdup (store_text (query, 8));
  offer->address = g_strdup (store_text (query, 9));
  offer->telephone = g_strdup (store_text (query, 10));
  offer->meeting_link = g_strdup (store_text (query, 11));
  offer->rebook_possible = store_int (query, 27) != 0;
  offer->rebook_notice_us = store_int (query, 28) * PERIOD_US_PER_MINUTE;
  offer->cancel_possible = store_int (query, 29) != 0;
  offer->cancel_notice_us = store_int (query, 30) * PERIOD_US_PER_MINUTE;
  offer->compulsory = store_int (query, 31) != 0;
  offer->should_accept = store_int (query, 32) != 0;
  offer->shared_with_sub_units = store_int (query, 33) != 0;
  offer->contact_types = g_array_new (FALSE, FALSE, sizeof (gint64));
  catalogue_add_offer (loader->catalogue, offer);
  return TRUE;
}

static gboolean
read_contact_type (Loader *loader, StoreQuery *query, GError **error)
{
  gint64 code = store_int (query, 1);
  g_array_append_val (offer_of_row (loader, query)->contact_types, code);
  return TRUE;
}

static void
append_id (gint64 **ids, guint *n_ids, gint64 id)
{
  *ids = g_renew (gint64, *ids, *n_ids + 1);
  (*ids)[(*n_ids)++] = id;
}

static gboolean
read_offer_resource (Loader *loader, StoreQuery *query, GError **error)
{
  Offer *rules = offer_of_row (loader, query)->rules;

  if (g_str_equal (store_text (query, 2), "advisor"))
    append_id (&rules->pool, &rules->n_pool, store_int (query, 1));
  else
    append_id (&rules->rooms, &rules->n_rooms, store_int (query, 1));
  return TRUE;
}

/* Zero-terminated, see OfferCitizenRules. */
static void
append_code (int **codes, int code)
{
  guint n_codes = 0;

  while (*codes != NULL && (*codes)[n_codes] != 0)
    n_codes++;
  *codes = g_renew (int, *codes, n_codes + 2);
  (*codes)[n_codes] = code;
  (*codes)[n_codes + 1] = 0;
}

static void
append_mark (char ***marks, const char *mark)
{
  guint n_marks = *marks == NULL ? 0 : g_strv_length (*marks);

  *marks = g_renew (char *, *marks, n_marks + 2);
  (*marks)[n_marks] = g_ascii_strdown (mark, -1);
  (*marks)[n_marks + 1] = NULL;
}

static gboolean
read_offer_rule (Loader *loader, StoreQuery *query, GError **error)
{
  OfferCitizenRules *rules = &offer_of_row (loader, query)->rules->citizen_rules;
  const char *kind = store_text (query, 1);

  if (g_str_equal (kind, "contact-group"))
    append_code (&rules->contact_groups, (int) g_ascii_strtoll (store_text (query, 2), NULL, 10));
  else if (g_str_equal (kind, "category"))
    append_code (&rules->categories, (int) g_ascii_strtoll (store_text (query, 2), NULL, 10));
  else
    append_mark (&rules->marks, store_text (query, 2));
  return TRUE;
}

static gboolean
read_offer_window (Loader *loader, StoreQuery *query, GError **error)
{
  Offer *rules = offer_of_row (loader, query)->rules;
  OfferWindow *window;

  rules->windows = g_renew (OfferWindow, rules->windows, rules->n_windows + 1);
  window = &rules->windows[rules->n_windows++];
  *window = (OfferWindow){ .unemployment_fund = g_strdup (store_text (query, 1)),
                           .first_date = (gint32) store_int (query, 2),
                           .end_date = (gint32) MIN (store_int (query, 3), G_MAXINT32),
                           .weekdays = (guint) store_int (query, 4),
                           .start_minute = (int) store_int (query, 5),
                           .end_minute = (int) store_int (query, 6),
                           .capacity = (int) store_int (query, 7) };
  return TRUE;
}

/* An offer that the rules cannot judge would be judged wrongly: refuse the whole catalogue. */
static gboolean
check_offers (Loader *loader, GError **error)
{
  const GPtrArray *offers = catalogue_get_offers (loader->catalogue);

  for (guint i = 0; i < offers->len; i++)
    {
      CatalogueOffer *offer = offers->pdata[i];
      const char *fault = offer_find_fault (offer->rules);

      if (fault == NULL && offer->contact_types->len == 0)
        fault = "no contact type";
      if (fault != NULL)
        {
          g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_INTERNAL, "offer %s: %s",
                       offer->rules->identifier, fault);
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
is_remote (const CatalogueUnit *unit, const CatalogueOffer *offer)
{
  for (guint i = 0; i < offer->contact_types->len; i++)
    if (catalogue_unit_get_meeting (unit, g_array_index (offer->contact_types, gint64, i)) !=
        CALSYNC_MEETING_REMOTE)
      return FALSE;
  return TRUE;
}

static void
settle_meetings (Loader *loader)
{
  const GPtrArray *offers = catalogue_get_offers (loader->catalogue);

  for (guint i = 0; i < offers->len; i++)
    {
      CatalogueOffer *offer = offers->pdata[i];
      offer->rules->is_remote =
        is_remote (catalogue_get_unit (loader->catalogue, offer->rules->unit_id), offer);
    }
}

static char *
read_file (const char *data_dir, const char *name, GError **error)
{
  g_autofree char *path = g_build_filename (data_dir, name, NULL);
  char *text = NULL;

  return g_file_get_contents (path, &text, NULL, error) ? text : NULL;
}

static Holidays *
load_holidays (const char *data_dir, GError **error)
{
  g_autofree char *text = read_file (data_dir, "holidays-dk.csv", error);

  return text == NULL ? NULL : holidays_parse (text, error);
}

static gboolean
load_interview_types (Catalogue *catalogue, const char *data_dir, GError **error)
{
  g_autofree char *text = code_files_dup_text (data_dir, "interview-types", error);
  CodeList *types = text == NULL ? NULL : code_list_parse ("interview-types", text, error);

  if (types != NULL)
    catalogue_take_interview_types (catalogue, types);
  return types != NULL;
}

/* Of one municipality: the file's contact types by telephone or video, and its own. */
static gboolean
load_remote_types (Loader *loader, gint64 tenant_id, const char *text, GError **error)
{
  const GPtrArray *units = catalogue_get_units (loader->catalogue);
  g_autoptr (CodeList) list =
    code_lists_load_one (loader->session, CODES_REMOTE_CONTACT_TYPES, text, tenant_id, error);

  for (guint i = 0; list != NULL && i < units->len; i++)
    {
      CatalogueUnit *unit = units->pdata[i];
      gint32 today = (gint32) calsync_zone_local_day (unit->zone, loader->now_us);

      for (guint j = 0; unit->tenant_id == tenant_id && j < code_list_count (list); j++)
        {
          const CodeRow *row = code_list_get_row (list, j);
          gint64 code = row->code;
          if (today >= row->valid_from && today < row->valid_until)
            g_array_append_val (unit->remote_types, code);
        }
    }
  return list != NULL;
}

static gboolean
load_all_remote_types (Loader *loader, const char *data_dir, GError **error)
{
  const GPtrArray *units = catalogue_get_units (loader->catalogue);
  g_autofree char *text = read_file (data_dir, "codes/remote-contact-types.csv", error);
  g_autoptr (GHashTable) done = g_hash_table_new (g_int64_hash, g_int64_equal);

  for (guint i = 0; text != NULL && i < units->len; i++)
    {
      CatalogueUnit *unit = units->pdata[i];
      if (g_hash_table_add (done, &unit->tenant_id) &&
          !load_remote_types (loader, unit->tenant_id, text, error))
        return FALSE;
    }
  return text != NULL;
}

static gboolean
load_windows (Loader *loader, GError **error)
{
  GPtrArray *windows = service_window_store_list_ahead (loader->session, loader->now_us, error);

  if (windows != NULL)
    catalogue_take_windows (loader->catalogue, windows);
  return windows != NULL;
}

/**
 * catalogue_load:
 * @data_dir: folder with holidays-dk.csv, which close offices, and codes/
 * @now_us: what is retired or not yet in force is judged at this instant
 *
 * Returns: (transfer full): the whole catalogue. Errors: what store and files say;
 * PLANNER_ERROR_INTERNAL when an offer contradicts itself. Blocks.
 */
Catalogue *
catalogue_load (StoreSession *session, const char *data_dir, gint64 now_us, GError **error)
{
  g_autoptr (Catalogue) catalogue = catalogue_new ();
  g_autoptr (Holidays) holidays = load_holidays (data_dir, error);
  Loader loader = { session, holidays, now_us, catalogue };

  if (holidays == NULL || !load_interview_types (catalogue, data_dir, error) ||
      !for_each (&loader, SQL_ALL_TENANTS, read_tenant, error) ||
      !for_each (&loader, SQL_ALL_UNITS, read_unit, error) ||
      !for_each (&loader, SQL_ALL_SETTINGS, read_setting, error) ||
      !load_all_remote_types (&loader, data_dir, error) ||
      !for_each (&loader, SQL_ALL_CLOSING_DAYS, read_closing_day, error) ||
      !for_each (&loader, SQL_ALL_RESOURCES, read_resource, error) ||
      !for_each (&loader, SQL_ALL_RESOURCE_UNITS, read_resource_unit, error) ||
      !for_each (&loader, SQL_ALL_OFFERS, read_offer, error) ||
      !for_each (&loader, SQL_ALL_OFFER_CONTACT_TYPES, read_contact_type, error) ||
      !for_each_live (&loader, SQL_ALL_OFFER_RESOURCES, read_offer_resource, error) ||
      !for_each (&loader, SQL_ALL_OFFER_RULES, read_offer_rule, error) ||
      !for_each (&loader, SQL_ALL_OFFER_WINDOWS, read_offer_window, error) ||
      !load_windows (&loader, error) || !check_offers (&loader, error))
    return NULL;
  add_holidays (&loader);
  settle_meetings (&loader);
  settle_blocks (&loader);
  if (!for_each (&loader, SQL_ALL_BLOCK_RULES, read_block_rule, error))
    return NULL;
  return g_steal_pointer (&catalogue);
}

/**
 * catalogue_window:
 *
 * Returns: the stretch of time that index and expansion cover.
 */
Period
catalogue_window (const Catalogue *catalogue, gint64 now_us)
{
  const GPtrArray *offers = catalogue_get_offers (catalogue);
  gint64 today_us = now_us - now_us % PERIOD_US_PER_DAY;
  int horizon_days = 1;

  for (guint i = 0; i < offers->len; i++)
    horizon_days = MAX (horizon_days, ((CatalogueOffer *) offers->pdata[i])->rules->horizon_days);
  return (Period){ today_us - PERIOD_US_PER_DAY,
                   today_us + MIN (horizon_days + 7, MAX_WINDOW_DAYS - 1) * PERIOD_US_PER_DAY };
}
