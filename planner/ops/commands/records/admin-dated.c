/* SPDX-License-Identifier: EUPL-1.2 */
/* Puts rows of settings, closing days and codes through the import, takes them away again, lists them. */
#include "ops/commands/records/admin-dated.h"

#include <string.h>

#include "base/error.h"
#include "ops/commands/admin-op.h"
#include "ops/commands/admin-outside.h"
#include "ops/commands/admin-records.h"
#include "ops/commands/admin-rows.h"

#define DAYS_OF_YEAR 366

/* A setting: open or closed on the holiday of that name. */
#define HOLIDAY "holiday:"

typedef struct _Work Work;

/* What one of these commands works on: which list, how its rows are shown, how one is removed. */
typedef struct
{
  const char *noun;
  const char *named_by;
  const char *member;
  ImportTable table;
  JsonArray *(*list) (const Work *work, StoreSession *session, GError **error);
  gboolean (*remove) (const Work *work, StoreSession *session, JsonObject *row, GError **error);
} Dated;

struct _Work
{
  AdminCall *call;
  AdminCall inside; /* on the write's own session */
  const Dated *dated;
  AdminCatalogue *catalogue;
  const UnitRecord *unit; /* NULL: all of the municipality */
  gboolean is_dry_run;
  gboolean is_all; /* what is past too: a change is told and journaled whenever its day is */
};

static void
work_clear (Work *work)
{
  g_clear_pointer (&work->catalogue, admin_catalogue_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Work, work_clear)

static gboolean
work_init (Work *work, StoreSession *session, GError **error)
{
  const char *key = NULL;

  work->inside = *work->call;
  work->inside.session = session;
  g_clear_pointer (&work->catalogue, admin_catalogue_free);
  work->unit = NULL;
  work->catalogue = admin_catalogue_load (&work->inside, error);
  if (work->catalogue == NULL || !admin_get_text (work->call, "unit", &key, error))
    return FALSE;
  if (key != NULL)
    work->unit = admin_catalogue_find_unit (work->catalogue, key, error);
  return key == NULL || work->unit != NULL;
}

static gint64
tenant_of (const Work *work)
{
  return work->catalogue->tenant->tenant_id;
}

static void
set_date (JsonObject *object, const char *member, gint64 date)
{
  g_autofree char *text = admin_format_date (date);
  json_object_set_string_member (object, member, text);
}

static JsonArray *
list_settings (const Work *work, StoreSession *session, GError **error)
{
  g_autoptr (GPtrArray) settings = setting_list (session, tenant_of (work), error);
  JsonArray *list;

  if (settings == NULL)
    return NULL;
  list = json_array_new ();
  for (guint i = 0; i < settings->len; i++)
    {
      const SettingRecord *setting = settings->pdata[i];
      const UnitRecord *unit = admin_find_unit (work->catalogue->units, setting->unit_id);
      JsonObject *object;

      if (work->unit != NULL && setting->unit_id != work->unit->unit_id)
        continue;
      object = json_object_new ();
      json_object_set_string_member (object, "key", setting->key);
      json_object_set_string_member (object, "value", setting->value);
      json_object_set_string_member (object, "unit", unit == NULL ? "" : unit->organisation_key);
      if (setting->valid_from_date == 0)
        json_object_set_string_member (object, "valid_from", "");
      else
        set_date (object, "valid_from", setting->valid_from_date);
      json_array_add_object_element (list, object);
    }
  return list;
}

static gboolean
add_unit_days (const Work *work,
               StoreSession *session,
               const UnitRecord *unit,
               JsonArray *list,
               GError **error)
{
  gint64 today = calsync_zone_local_day (admin_zone_of (work->catalogue->units, unit->unit_id),
                                         work->call->now_us);
  gint64 first = work->is_all ? IMPORT_DATE_MIN : today;
  g_autoptr (GPtrArray) days = closing_day_list (session, unit, first, IMPORT_DATE_MAX, error);

  for (guint i = 0; days != NULL && i < days->len; i++)
    {
      const ClosingDay *day = days->pdata[i];
      JsonObject *object = json_object_new ();

      json_object_set_string_member (object, "unit", unit->organisation_key);
      set_date (object, "date", day->closed_date);
      json_object_set_string_member (object, "name", day->name);
      json_array_add_object_element (list, object);
    }
  return days != NULL;
}

static JsonArray *
list_days (const Work *work, StoreSession *session, GError **error)
{
  g_autoptr (JsonArray) list = json_array_new ();

  for (guint i = 0; i < work->catalogue->units->len; i++)
    {
      const UnitRecord *unit = work->catalogue->units->pdata[i];
      if ((work->unit == NULL || unit == work->unit) &&
          !add_unit_days (work, session, unit, list, error))
        return NULL;
    }
  return g_steal_pointer (&list);
}

static JsonArray *
list_codes (const Work *work, StoreSession *session, GError **error)
{
  g_autoptr (GPtrArray) codes = code_store_list (session, tenant_of (work), error);
  JsonArray *list;

  if (codes == NULL)
    return NULL;
  list = json_array_new ();
  for (guint i = 0; i < codes->len; i++)
    {
      const CodeRecord *code = codes->pdata[i];
      JsonObject *object = json_object_new ();

      json_object_set_string_member (object, "list", code->list);
      json_object_set_int_member (object, "code", code->code);
      json_object_set_string_member (object, "name", code->name);
      if (code->valid_from_date != 0)
        set_date (object, "valid_from", code->valid_from_date);
      if (code->valid_until_date != 0)
        set_date (object, "valid_until", code->valid_until_date - 1);
      json_array_add_object_element (list, object);
    }
  return list;
}

static gint64
date_of (JsonObject *row, const char *member)
{
  const char *text = json_object_get_string_member_with_default (row, member, "");
  gint64 date = 0;
  return import_parse_date (text, &date) ? date : 0;
}

static gboolean
drop_setting (const Work *work, StoreSession *session, JsonObject *row, GError **error)
{
  SettingRecord setting = { .tenant_id = tenant_of (work),
                            .unit_id = work->unit == NULL ? 0 : work->unit->unit_id,
                            .key = (char *) json_object_get_string_member (row, "key"),
                            .valid_from_date = date_of (row, "valid_from") };

  return setting_remove (session, &setting, error);
}

static gboolean
drop_day (const Work *work, StoreSession *session, JsonObject *row, GError **error)
{
  ClosingDay day = { .tenant_id = tenant_of (work),
                     .unit_id = work->unit->unit_id,
                     .closed_date = date_of (row, "date") };

  return closing_day_remove (session, &day, error);
}

static gboolean
drop_code (const Work *work, StoreSession *session, JsonObject *row, GError **error)
{
  CodeRecord code = { .tenant_id = tenant_of (work),
                      .list = (char *) json_object_get_string_member (row, "list"),
                      .code = json_object_get_int_member (row, "code"),
                      .valid_from_date = date_of (row, "valid_from") };

  return code_remove (session, &code, error);
}

/* clang-format off */
static const Dated setting_rows = { "setting", "its name, unit and day valid_from, as list settings tells them", "settings", IMPORT_SETTINGS, list_settings, drop_setting };
static const Dated closing_day_rows = { "closing-day", "its unit and date, as list closing days tells them", "closing_days", IMPORT_CLOSING_DAYS, list_days, drop_day };
static const Dated code_rows = { "code", "its list, number and day valid_from, as list codes tells them", "codes", IMPORT_CODES, list_codes, drop_code };
/* clang-format on */

static gboolean
has_row (JsonArray *rows, JsonObject *row)
{
  for (guint i = 0; i < json_array_get_length (rows); i++)
    if (json_object_equal (json_array_get_object_element (rows, i), row))
      return TRUE;
  return FALSE;
}

/* Rows of @some that @others lacks. */
static JsonArray *
difference (JsonArray *some, JsonArray *others)
{
  JsonArray *rest = json_array_new ();

  for (guint i = 0; i < json_array_get_length (some); i++)
    if (!has_row (others, json_array_get_object_element (some, i)))
      json_array_add_element (rest, json_array_dup_element (some, i));
  return rest;
}

/* One journal row for each that went, came or changed. */
static gboolean
journal (const Work *work, StoreSession *session, JsonArray *rows, const char *verb, GError **error)
{
  g_autofree char *kind = g_strdup_printf ("%s-%s", work->dated->noun, verb);
  gboolean is_gone = g_str_equal (verb, "removed");

  for (guint i = 0; i < json_array_get_length (rows); i++)
    {
      JsonObject *row = json_array_get_object_element (rows, i);
      AdminRecordChange change = {
        .tenant_id = tenant_of (work),
        .kind = kind,
        .subject =
          work->unit == NULL ? work->catalogue->tenant->tenant_key : work->unit->organisation_key,
        .before = is_gone ? row : NULL,
        .after = is_gone ? NULL : row,
      };
      if (!admin_rows_journal (work->call, session, &change, error))
        return FALSE;
    }
  return TRUE;
}

static GPtrArray *
list_outside (const Work *work, StoreSession *session, GError **error)
{
  OutsideScope scope = { .tenant_id = tenant_of (work) };

  if (work->dated != &closing_day_rows || work->unit == NULL)
    return g_ptr_array_new_with_free_func ((GDestroyNotify) json_object_unref);
  scope.unit_id = work->unit->unit_id;
  return admin_outside_list (&work->inside, session, &scope, error);
}

static gboolean
finish (const Work *work,
        StoreSession *session,
        JsonArray *before,
        GPtrArray *outside,
        GError **error)
{
  JsonObject *result = work->call->result;
  g_autoptr (JsonArray) after = work->dated->list (work, session, error);
  g_autoptr (JsonArray) gone = after == NULL ? NULL : difference (before, after);
  g_autoptr (JsonArray) come = after == NULL ? NULL : difference (after, before);
  g_autoptr (GPtrArray) outside_now = NULL;

  if (after == NULL || !journal (work, session, gone, "removed", error) ||
      !journal (work, session, come, "set", error))
    return FALSE;
  outside_now = list_outside (work, session, error);
  if (outside_now == NULL)
    return FALSE;
  json_object_set_string_member (
    result, "outcome",
    json_array_get_length (gone) + json_array_get_length (come) == 0 ? "same" : "changed");
  json_object_set_boolean_member (result, "dry_run", work->is_dry_run);
  json_object_set_array_member (result, "removed", g_steal_pointer (&gone));
  json_object_set_array_member (result, "set", g_steal_pointer (&come));
  if (work->dated == &closing_day_rows)
    admin_outside_report (result, outside, outside_now);
  return TRUE;
}

/* AdminWrite. */
static gboolean
write_put (StoreSession *session, gpointer data, GError **error)
{
  Work *work = data;
  g_auto (ImportRun) run = { 0 };
  g_autoptr (ImportSource) source = admin_rows_new ();
  ImportRow *row = admin_rows_add (source, work->dated->table);
  g_autoptr (GList) names = json_object_get_members (work->call->arguments);
  g_autoptr (JsonArray) before = NULL;
  g_autoptr (GPtrArray) outside = NULL;

  if (!work_init (work, session, error))
    return FALSE;
  for (GList *at = names; at != NULL; at = at->next)
    if (import_table_has_column (work->dated->table, at->data))
      import_row_set (row, at->data,
                      json_object_get_string_member (work->call->arguments, at->data));
  before = work->dated->list (work, session, error);
  outside = before == NULL ? NULL : list_outside (work, session, error);
  return outside != NULL &&
         admin_rows_apply (work->call, session, tenant_of (work), source, &run, error) &&
         finish (work, session, before, outside, error);
}

/* A member that the row lacks is an empty one. */
static gboolean
is_asked (const Work *work, JsonObject *row, const char *column)
{
  const char *asked =
    json_object_get_string_member_with_default (work->call->arguments, column, "");
  JsonNode *node = json_object_get_member (row, column);
  g_autofree char *text = NULL;

  if (node == NULL)
    return *asked == '\0';
  text = json_node_get_value_type (node) == G_TYPE_INT64
           ? g_strdup_printf ("%" G_GINT64_FORMAT, json_node_get_int (node))
           : g_strdup (json_node_get_string (node));
  if (g_str_equal (column, "date") && strlen (asked) == 5)
    return g_str_has_suffix (text, asked);
  return g_str_equal (text, asked);
}

static gboolean
is_row_asked (const Work *work, JsonObject *row)
{
  if (work->dated == &setting_rows)
    return is_asked (work, row, "key") && is_asked (work, row, "unit") &&
           is_asked (work, row, "valid_from");
  if (work->dated == &closing_day_rows)
    return is_asked (work, row, "date");
  return is_asked (work, row, "list") && is_asked (work, row, "code") &&
         is_asked (work, row, "valid_from");
}

/* AdminWrite. */
static gboolean
write_removal (StoreSession *session, gpointer data, GError **error)
{
  Work *work = data;
  g_autoptr (JsonArray) before = NULL;
  g_autoptr (GPtrArray) outside = NULL;
  g_autoptr (GArray) no_offers = g_array_new (FALSE, FALSE, sizeof (gint64));
  guint n_removed = 0;

  if (!work_init (work, session, error))
    return FALSE;
  before = work->dated->list (work, session, error);
  outside = before == NULL ? NULL : list_outside (work, session, error);
  for (guint i = 0; outside != NULL && i < json_array_get_length (before); i++)
    {
      JsonObject *row = json_array_get_object_element (before, i);
      if (!is_row_asked (work, row))
        continue;
      if (!work->dated->remove (work, session, row, error))
        return FALSE;
      n_removed++;
    }
  if (outside == NULL)
    return FALSE;
  if (n_removed == 0)
    g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND,
                 "there is no such %s; it is named by %s", work->dated->noun,
                 work->dated->named_by);
  return n_removed > 0 && admin_rows_check_catalogue (work->call, session, error) &&
         admin_rows_tell_index (session, tenant_of (work), no_offers, error) &&
         finish (work, session, before, outside, error);
}

static gboolean
run_write (AdminCall *call, const Dated *dated, AdminWrite write, GError **error)
{
  g_auto (Work) work = {
    .call = call, .dated = dated, .is_dry_run = admin_get_flag (call, "dry_run"), .is_all = TRUE
  };

  return admin_write (call, write, &work, work.is_dry_run, error);
}

static gboolean
run_list (AdminCall *call, const Dated *dated, GError **error)
{
  g_auto (Work) work = { .call = call, .dated = dated, .is_all = admin_get_flag (call, "all") };
  JsonArray *list;

  if (!work_init (&work, call->session, error))
    return FALSE;
  list = dated->list (&work, call->session, error);
  if (list != NULL)
    json_object_set_array_member (call->result, dated->member, list);
  return list != NULL;
}

/* clang-format off */
#define DRY_RUN { "dry_run", ADMIN_FLAG, ADMIN_OPTION, NULL, "tell what would happen; write nothing", .letter = 'n' }
#define OF_UNIT { "unit", ADMIN_TEXT, ADMIN_OPTION, "KEY", "of this unit alone (the whole municipality)" }
#define VALID_FROM { "valid_from", ADMIN_DATE, ADMIN_OPTION, "DATE", "in force from that day on (always)" }

const AdminArgument admin_set_setting_arguments[] = {
  { "key", ADMIN_TEXT, ADMIN_WORD, "SETTING", "such as hold-minutes" },
  { "value", ADMIN_TEXT, ADMIN_WORD, "VALUE", "what it is to be" },
  OF_UNIT, VALID_FROM, DRY_RUN, { NULL } };
const AdminArgument admin_remove_setting_arguments[] = {
  { "key", ADMIN_TEXT, ADMIN_WORD, "SETTING", "such as hold-minutes" },
  OF_UNIT, VALID_FROM, DRY_RUN, { NULL } };
const AdminArgument admin_list_settings_arguments[] = { OF_UNIT, { NULL } };
const AdminArgument admin_add_closing_day_arguments[] = {
  { "unit", ADMIN_TEXT, ADMIN_WORD, "UNIT", "which unit is closed" },
  { "date", ADMIN_TEXT, ADMIN_WORD, "DATE", "YYYY-MM-DD, or MM-DD for this year and the next two" },
  { "name", ADMIN_TEXT, ADMIN_WORD, "NAME", "why" },
  DRY_RUN, { NULL } };
const AdminArgument admin_remove_closing_day_arguments[] = {
  { "unit", ADMIN_TEXT, ADMIN_WORD, "UNIT", "which unit is open again" },
  { "date", ADMIN_TEXT, ADMIN_WORD, "DATE", "YYYY-MM-DD, or MM-DD for every year" },
  DRY_RUN, { NULL } };
const AdminArgument admin_list_closing_days_arguments[] = {
  OF_UNIT, { "all", ADMIN_FLAG, ADMIN_OPTION, NULL, "past ones too" }, { NULL } };
const AdminArgument admin_list_holidays_arguments[] = {
  OF_UNIT, { "from", ADMIN_DATE, ADMIN_OPTION, "DATE", "from that day on (today), a year" }, { NULL } };
const AdminArgument admin_add_code_arguments[] = {
  { "list", ADMIN_TEXT, ADMIN_WORD, "LIST", "such as contact-types" },
  { "code", ADMIN_TEXT, ADMIN_WORD, "CODE", "its number" },
  { "name", ADMIN_TEXT, ADMIN_NEEDED_OPTION, "NAME", "what it means" },
  VALID_FROM, { "valid_until", ADMIN_DATE, ADMIN_OPTION, "DATE", "its last day" },
  DRY_RUN, { NULL } };
const AdminArgument admin_remove_code_arguments[] = {
  { "list", ADMIN_TEXT, ADMIN_WORD, "LIST", "such as contact-types" },
  { "code", ADMIN_TEXT, ADMIN_WORD, "CODE", "its number" },
  VALID_FROM, DRY_RUN, { NULL } };
const AdminArgument admin_list_codes_arguments[] = {
  { "list", ADMIN_TEXT, ADMIN_MAYBE_WORD, "LIST", "such as contact-types (every list)" },
  { "all", ADMIN_FLAG, ADMIN_OPTION, NULL, "those that are not valid today too" }, { NULL } };
/* clang-format on */

/**
 * admin_set_setting:
 *
 * Arguments: tenant, key, value, unit, valid_from, dry_run. Result: outcome; set and removed: the rows
 * that differ now.
 *
 * Errors: PLANNER_ERROR_NOT_VALID as the import refuses the row.
 */
gboolean
admin_set_setting (AdminCall *call, GError **error)
{
  return run_write (call, &setting_rows, write_put, error);
}

/**
 * admin_remove_setting:
 *
 * Arguments: tenant, key, unit, valid_from, dry_run: the row that bears all of them. Result: as
 * admin_set_setting().
 */
gboolean
admin_remove_setting (AdminCall *call, GError **error)
{
  return run_write (call, &setting_rows, write_removal, error);
}

/**
 * admin_list_settings:
 *
 * Arguments: tenant, unit. Result: settings.
 */
gboolean
admin_list_settings (AdminCall *call, GError **error)
{
  return run_list (call, &setting_rows, error);
}

/**
 * admin_add_closing_day:
 *
 * Arguments: tenant, unit, date, name, dry_run. Result: as admin_set_setting(); meetings_now_outside
 * and outside: booked meetings of such a day; they stand.
 */
gboolean
admin_add_closing_day (AdminCall *call, GError **error)
{
  return run_write (call, &closing_day_rows, write_put, error);
}

/**
 * admin_remove_closing_day:
 *
 * Arguments: tenant, unit, date, dry_run. Result: as admin_add_closing_day().
 */
gboolean
admin_remove_closing_day (AdminCall *call, GError **error)
{
  return run_write (call, &closing_day_rows, write_removal, error);
}

/**
 * admin_list_closing_days:
 *
 * Arguments: tenant, unit, all. Result: closing_days, from today on.
 */
gboolean
admin_list_closing_days (AdminCall *call, GError **error)
{
  return run_list (call, &closing_day_rows, error);
}

/* Open or closed: the unit's own say, or the file's. */
static const char *
say_of (const Work *work, const GPtrArray *settings, const char *name, gint64 today)
{
  const char *say = NULL;

  for (guint i = 0; i < settings->len; i++)
    {
      const SettingRecord *setting = settings->pdata[i];
      if (g_str_has_prefix (setting->key, HOLIDAY) &&
          g_str_equal (setting->key + strlen (HOLIDAY), name) &&
          setting->valid_from_date <= today &&
          (setting->unit_id == 0 ||
           (work->unit != NULL && setting->unit_id == work->unit->unit_id)))
        say = setting->value;
    }
  return say;
}

static JsonArray *
list_holidays (const Work *work, const Holidays *holidays, const GPtrArray *settings, gint64 first)
{
  gint64 today = calsync_zone_local_day (
    admin_zone_of (work->catalogue->units, work->unit == NULL ? 0 : work->unit->unit_id),
    work->call->now_us);
  JsonArray *list = json_array_new ();

  for (gint64 date = first; date < first + DAYS_OF_YEAR; date++)
    {
      const char *name = holidays_find_name (holidays, (gint32) date);
      g_autoptr (GArray) closed = holidays_list_closed (holidays, (gint32) date, (gint32) date + 1);
      const char *say = name == NULL ? NULL : say_of (work, settings, name, today);
      JsonObject *object;

      if (name == NULL)
        continue;
      object = json_object_new ();
      set_date (object, "date", date);
      json_object_set_string_member (object, "name", name);
      json_object_set_string_member (object, "office",
                                     say != NULL        ? say
                                     : closed->len == 0 ? "open"
                                                        : "closed");
      json_object_set_string_member (object, "by", say == NULL ? "file" : "setting");
      json_array_add_object_element (list, object);
    }
  return list;
}

/**
 * admin_list_holidays:
 *
 * Arguments: tenant, unit, from. Result: holidays of a year: date, name, office (open or closed), by:
 * the file that came with the program, or a setting holiday:NAME.
 */
gboolean
admin_list_holidays (AdminCall *call, GError **error)
{
  g_auto (Work) work = { .call = call };
  g_autoptr (Holidays) holidays = admin_load_holidays (call, error);
  g_autoptr (GPtrArray) settings = NULL;
  gint64 today = calsync_zone_local_day (calsync_zone_utc (), call->now_us);
  gint64 first = 0;

  if (holidays == NULL || !work_init (&work, call->session, error) ||
      !admin_get_date (call, "from", today, &first, error))
    return FALSE;
  settings = setting_list (call->session, tenant_of (&work), error);
  if (settings != NULL)
    json_object_set_array_member (call->result, "holidays",
                                  list_holidays (&work, holidays, settings, first));
  return settings != NULL;
}

/**
 * admin_add_code:
 *
 * Arguments: tenant, list, code, name, valid_from, valid_until, dry_run. Result: as
 * admin_set_setting().
 */
gboolean
admin_add_code (AdminCall *call, GError **error)
{
  return run_write (call, &code_rows, write_put, error);
}

/**
 * admin_remove_code:
 *
 * Arguments: tenant, list, code, valid_from, dry_run. Records that have the code keep it. Result: as
 * admin_set_setting().
 */
gboolean
admin_remove_code (AdminCall *call, GError **error)
{
  return run_write (call, &code_rows, write_removal, error);
}

static void
add_list (JsonArray *array, const CodeList *list, gint64 date, gboolean with_all)
{
  for (guint i = 0; i < code_list_count (list); i++)
    {
      const CodeRow *row = code_list_get_row (list, i);
      JsonObject *object;

      if (!with_all && (date < row->valid_from || date >= row->valid_until))
        continue;
      object = json_object_new ();
      json_object_set_string_member (object, "list", code_list_get_name (list));
      json_object_set_int_member (object, "code", row->code);
      json_object_set_string_member (object, "name", row->name);
      if (row->valid_from != G_MININT32)
        set_date (object, "valid_from", row->valid_from);
      if (row->valid_until != G_MAXINT32)
        set_date (object, "valid_until", row->valid_until - 1);
      json_object_set_string_member (object, "source", row->source);
      json_array_add_object_element (array, object);
    }
}

/**
 * admin_list_codes:
 *
 * Arguments: tenant, list, all. Result: codes: published ones and, with the source own, those of the
 * municipality; valid today unless all is given.
 */
gboolean
admin_list_codes (AdminCall *call, GError **error)
{
  g_autoptr (TenantRecord) tenant = admin_load_tenant (call, call->session, error);
  g_autoptr (CodeLists) lists = NULL;
  const char *wanted = NULL;
  CodeListName name = N_CODE_LISTS;
  JsonArray *array;
  gint64 today = calsync_zone_local_day (calsync_zone_utc (), call->now_us);

  if (tenant == NULL || !admin_get_text (call, "list", &wanted, error))
    return FALSE;
  if (wanted != NULL && !code_lists_parse_name (wanted, &name))
    {
      g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND, "there is no code list %s",
                   wanted);
      return FALSE;
    }
  lists = code_lists_load (call->session, call->data_dir, tenant->tenant_id, error);
  if (lists == NULL)
    return FALSE;
  array = json_array_new ();
  for (guint i = 0; i < N_CODE_LISTS; i++)
    if (wanted == NULL || name == i)
      add_list (array, lists->lists[i], today, admin_get_flag (call, "all"));
  json_object_set_array_member (call->result, "codes", array);
  return TRUE;
}
