/* SPDX-License-Identifier: EUPL-1.2 */
/* Shows and sets the terms of the classes, and runs the deletion job by hand. */
#include "ops/commands/care/admin-retention.h"

#include "base/error.h"
#include "ops/admin/admin-format.h"
#include "ops/commands/admin-records.h"
#include "ops/service/retention-run.h"
#include "store/claim-store.h"
#include "store/journal-store.h"

/* clang-format off */
const AdminArgument admin_retention_set_arguments[] = {
  { "class", ADMIN_TEXT, ADMIN_WORD, "CLASS", "class of data, as retention show names it" },
  { "days", ADMIN_INTEGER, ADMIN_WORD, "DAYS", "days after which it goes", .min = 1, .max = RETENTION_MAX_DAYS },
  { "unit", ADMIN_TEXT, ADMIN_OPTION, "KEY", "for this unit alone" },
  { "from", ADMIN_DATE, ADMIN_OPTION, "DATE", "from this day on (always)" },
  { NULL },
};

const AdminArgument admin_retention_run_arguments[] = {
  { "class", ADMIN_TEXT, ADMIN_OPTION, "CLASS", "this class alone" },
  { NULL },
};
/* clang-format on */

static void
add_setting_rows (JsonObject *row,
                  const AdminCatalogue *catalogue,
                  const RetentionClass *class,
                  const GPtrArray *settings)
{
  g_autofree char *key = retention_dup_setting (class);
  JsonArray *own = json_array_new ();

  for (guint i = 0; i < settings->len; i++)
    {
      const SettingRecord *setting = settings->pdata[i];
      const UnitRecord *unit = admin_find_unit (catalogue->units, setting->unit_id);
      g_autofree char *date = admin_format_date (setting->valid_from_date);
      g_autofree char *text = NULL;

      if (!g_str_equal (setting->key, key))
        continue;
      text = g_strdup_printf ("%s%s%s days%s%s", unit == NULL ? "" : unit->organisation_key,
                              unit == NULL ? "" : ": ", setting->value,
                              setting->valid_from_date == 0 ? "" : " from ",
                              setting->valid_from_date == 0 ? "" : date);
      json_array_add_string_element (own, text);
    }
  json_object_set_array_member (row, "set", own);
}

static JsonObject *
class_to_json (AdminCall *call,
               const AdminCatalogue *catalogue,
               const RetentionClass *class,
               const GPtrArray *settings)
{
  static const char *const terms[] = { "days", "when nothing points to it", "kept" };
  JsonObject *row = json_object_new ();

  json_object_set_string_member (row, "class", class->name);
  if (class->term == RETENTION_BY_TERM)
    json_object_set_int_member (
      row, "days", retention_days (settings, class, 0, retention_today (call->now_us)));
  else
    json_object_set_string_member (row, "days", terms[class->term]);
  add_setting_rows (row, catalogue, class, settings);
  json_object_set_string_member (row, "what", class->what);
  json_object_set_string_member (row, "kept_by", class->keeper);
  json_object_set_string_member (row, "reason", class->reason);
  return row;
}

static gboolean
add_last_runs (AdminCall *call, const AdminCatalogue *catalogue, GError **error)
{
  JsonArray *runs = json_array_new ();
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  json_object_set_array_member (call->result, "runs", runs);
  if (!store_query (call->session, &query, error, SQL_RETENTION_RUN_LIST, "i",
                    catalogue->tenant->tenant_id))
    return FALSE;
  while ((step = store_step (&query, error)) == STORE_ROW)
    {
      const UnitRecord *unit = admin_find_unit (catalogue->units, store_int (&query, 2));
      const CalsyncZone *zone = admin_zone_of (catalogue->units, 0);
      JsonObject *row = json_object_new ();

      admin_set_time (row, "started", zone, store_int (&query, 3));
      json_object_set_string_member (row, "class", store_text (&query, 1));
      json_object_set_string_member (row, "unit", unit == NULL ? "" : unit->organisation_key);
      json_object_set_int_member (row, "rows", store_int (&query, 6));
      admin_set_time (row, "cutoff", zone, store_int (&query, 5));
      json_object_set_string_member (row, "run", store_text (&query, 0));
      json_object_set_boolean_member (row, "finished", store_int (&query, 4) != 0);
      json_array_add_object_element (runs, row);
    }
  return step == STORE_END;
}

/**
 * admin_retention_show:
 *
 * Arguments: tenant. Result: classes (class, days, set, what, kept_by, reason), runs: the last ones
 * that removed something.
 */
gboolean
admin_retention_show (AdminCall *call, GError **error)
{
  g_autoptr (AdminCatalogue) catalogue = admin_catalogue_load (call, error);
  g_autoptr (GPtrArray) settings =
    catalogue == NULL ? NULL : setting_list (call->session, catalogue->tenant->tenant_id, error);
  guint n_classes = 0;
  const RetentionClass *classes = retention_list_classes (&n_classes);
  JsonArray *list;

  if (settings == NULL)
    return FALSE;
  list = json_array_new ();
  json_object_set_array_member (call->result, "classes", list);
  for (guint i = 0; i < n_classes; i++)
    json_array_add_object_element (list, class_to_json (call, catalogue, &classes[i], settings));
  return add_last_runs (call, catalogue, error);
}

typedef struct
{
  AdminCall *call;
  SettingRecord setting;
} Term;

static gboolean
write_term (StoreSession *session, gpointer data, GError **error)
{
  const Term *term = data;
  g_autofree char *payload = g_strdup_printf (
    "{\"setting\":\"%s\",\"value\":\"%s\",\"unit_id\":%" G_GINT64_FORMAT
    ",\"valid_from_date\":%" G_GINT64_FORMAT "}",
    term->setting.key, term->setting.value, term->setting.unit_id, term->setting.valid_from_date);
  JournalEntry entry = { .tenant_id = term->setting.tenant_id,
                         .at_us = term->call->now_us,
                         .actor = term->call->actor,
                         .call_id = term->call->call_id,
                         .kind = "retention-set",
                         .subject = term->setting.key,
                         .payload = payload };
  PutOutcome outcome;

  return setting_put (session, &term->setting, &outcome, error) &&
         journal_store_add (session, &entry, error);
}

static const RetentionClass *
need_class (AdminCall *call, GError **error)
{
  const RetentionClass *class;
  const char *name = NULL;

  if (!admin_get_text (call, "class", &name, error) || name == NULL)
    return NULL;
  class = retention_find_class (name);
  if (class == NULL || class->term == RETENTION_KEPT)
    {
      g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND,
                   "there is no class %s: retention show names them", name);
      return NULL;
    }
  return class;
}

static gboolean
check_term (const RetentionClass *class, const char *unit, gint64 days, GError **error)
{
  if (class->term != RETENTION_BY_TERM)
    g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
                 "%s has no term: it goes when nothing points to it", class->name);
  else if (unit != NULL && !class->is_per_unit)
    g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
                 "%s has one term for the whole municipality: leave the unit out", class->name);
  else if (days < class->min_days)
    g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
                 "%s must be kept at least %" G_GINT64_FORMAT " days", class->name,
                 class->min_days);
  else
    return TRUE;
  return FALSE;
}

/**
 * admin_retention_set:
 *
 * Arguments: tenant, class, days, unit, from. Result: setting, value.
 */
gboolean
admin_retention_set (AdminCall *call, GError **error)
{
  g_autoptr (AdminCatalogue) catalogue = admin_catalogue_load (call, error);
  const RetentionClass *class = catalogue == NULL ? NULL : need_class (call, error);
  gint64 days = admin_get_integer (call, "days", 0);
  g_autofree char *value = g_strdup_printf ("%" G_GINT64_FORMAT, days);
  g_autofree char *key = NULL;
  const UnitRecord *unit = NULL;
  const char *unit_key = NULL;
  Term term = { .call = call };

  if (class == NULL || !admin_get_text (call, "unit", &unit_key, error) ||
      !check_term (class, unit_key, days, error))
    return FALSE;
  if (unit_key != NULL)
    {
      unit = admin_catalogue_find_unit (catalogue, unit_key, error);
      if (unit == NULL)
        return FALSE;
    }
  if (!admin_get_date (call, "from", 0, &term.setting.valid_from_date, error))
    return FALSE;
  key = retention_dup_setting (class);
  term.setting.tenant_id = catalogue->tenant->tenant_id;
  term.setting.unit_id = unit == NULL ? 0 : unit->unit_id;
  term.setting.key = key;
  term.setting.value = value;
  if (!call->runner.run_write (call->runner.runner, write_term, &term, error))
    return FALSE;
  json_object_set_string_member (call->result, "setting", key);
  json_object_set_string_member (call->result, "value", value);
  return TRUE;
}

/**
 * admin_retention_run:
 *
 * Arguments: tenant, class, yes. Result: classes (class, unit, days, cutoff, rows), complete. Without
 * yes what goes now is counted; what goes because something else went is not.
 */
gboolean
admin_retention_run (AdminCall *call, GError **error)
{
  g_autoptr (TenantRecord) tenant = admin_load_tenant (call, call->session, error);
  RetentionWish wish = { .is_counted_only = !admin_get_flag (call, "yes") };
  const char *name = NULL;

  if (tenant == NULL || !admin_get_text (call, "class", &name, error) ||
      (name != NULL && need_class (call, error) == NULL))
    return FALSE;
  wish.tenant_id = tenant->tenant_id;
  wish.only_class = name;
  return retention_run (call, &wish, error);
}
