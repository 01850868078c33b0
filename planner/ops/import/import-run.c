/* SPDX-License-Identifier: EUPL-1.2 */
/* Walks an import's tables in the order in which they refer to each other. */
#include "ops/import/import-run.h"

#include "base/error.h"

static const ImportRowFunction functions[N_IMPORT_TABLES] = {
  [IMPORT_CODES] = import_code,
  [IMPORT_UNITS] = import_unit,
  [IMPORT_SETTINGS] = import_setting,
  [IMPORT_CLOSING_DAYS] = import_closing_day,
  [IMPORT_TEAMS] = import_team,
  [IMPORT_RESOURCES] = import_resource,
  [IMPORT_WORKING_TIME] = import_working_time,
  [IMPORT_WORKING_TIME_EXCEPTIONS] = import_working_time_exception,
  [IMPORT_OFFER_WINDOWS] = import_offer_window,
  [IMPORT_OFFERS] = import_offer,
  [IMPORT_TIME_BY_HAND] = import_time_by_hand,
  [IMPORT_RETIRED] = import_retired,
  [IMPORT_SYNC_BINDINGS] = import_sync_binding,
};

static GHashTable *
table_new (GDestroyNotify free_value)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_value);
}

/**
 * import_run_remember_unit:
 * @unit: (transfer full)
 */
void
import_run_remember_unit (ImportRun *run, UnitRecord *unit)
{
  g_hash_table_replace (run->units, g_strdup (unit->organisation_key), unit);
}

/**
 * import_run_remember_team:
 * @team: (transfer full)
 */
void
import_run_remember_team (ImportRun *run, TeamRecord *team)
{
  g_hash_table_replace (run->teams, g_strdup (team->team_key), team);
}

/**
 * import_run_remember_resource:
 * @resource: (transfer full)
 */
void
import_run_remember_resource (ImportRun *run, ResourceRecord *resource)
{
  g_hash_table_replace (run->resources, g_strdup (resource->resource_key), resource);
}

static gboolean
load_offers (ImportRun *run, GError **error)
{
  g_autoptr (GPtrArray) offers = offer_list (run->session, run->tenant_id, error);

  if (offers == NULL)
    return FALSE;
  g_ptr_array_set_free_func (offers, NULL);
  for (guint i = 0; i < offers->len; i++)
    {
      OfferRecord *offer = g_ptr_array_index (offers, i);
      g_hash_table_replace (run->offers, g_strdup (offer->identifier), offer);
    }
  run->settings = setting_list (run->session, run->tenant_id, error);
  return run->settings != NULL;
}

static gboolean
load_known (ImportRun *run, GError **error)
{
  g_autoptr (GPtrArray) units = unit_list (run->session, run->tenant_id, error);
  g_autoptr (GPtrArray) teams =
    units == NULL ? NULL : team_list (run->session, run->tenant_id, error);
  g_autoptr (GPtrArray) resources =
    teams == NULL ? NULL : resource_list (run->session, run->tenant_id, error);

  if (resources == NULL)
    return FALSE;
  g_ptr_array_set_free_func (units, NULL);
  g_ptr_array_set_free_func (teams, NULL);
  g_ptr_array_set_free_func (resources, NULL);
  for (guint i = 0; i < units->len; i++)
    import_run_remember_unit (run, g_ptr_array_index (units, i));
  for (guint i = 0; i < teams->len; i++)
    import_run_remember_team (run, g_ptr_array_index (teams, i));
  for (guint i = 0; i < resources->len; i++)
    import_run_remember_resource (run, g_ptr_array_index (resources, i));
  return TRUE;
}

/**
 * import_run_init:
 * @run: its source is borrowed and gets the problems that are found against the database
 *
 * Writer only.
 */
gboolean
import_run_init (ImportRun *run, GError **error)
{
  run->units = table_new ((GDestroyNotify) unit_record_free);
  run->teams = table_new ((GDestroyNotify) team_record_free);
  run->resources = table_new ((GDestroyNotify) resource_record_free);
  run->hours = table_new (import_hours_free);
  run->windows = table_new ((GDestroyNotify) offer_record_free);
  run->seen = table_new (NULL);
  run->offers = table_new ((GDestroyNotify) offer_record_free);
  run->changed_offers = g_array_new (FALSE, FALSE, sizeof (gint64));
  run->codes = code_lists_load (run->session, run->data_dir, run->tenant_id, error);
  return run->codes != NULL && load_offers (run, error) && load_known (run, error);
}

/**
 * import_run_clear:
 */
void
import_run_clear (ImportRun *run)
{
  g_clear_pointer (&run->units, g_hash_table_unref);
  g_clear_pointer (&run->teams, g_hash_table_unref);
  g_clear_pointer (&run->resources, g_hash_table_unref);
  g_clear_pointer (&run->hours, g_hash_table_unref);
  g_clear_pointer (&run->windows, g_hash_table_unref);
  g_clear_pointer (&run->offers, g_hash_table_unref);
  g_clear_pointer (&run->settings, g_ptr_array_unref);
  g_clear_pointer (&run->codes, code_lists_free);
  g_clear_pointer (&run->seen, g_hash_table_unref);
  g_clear_pointer (&run->changed_offers, g_array_unref);
}

/**
 * import_run_today:
 */
gint64
import_run_today (const ImportRun *run, const UnitRecord *unit)
{
  const CalsyncZone *zone = unit == NULL ? NULL : calsync_zone_lookup (unit->zone, NULL);
  return calsync_zone_local_day (zone == NULL ? calsync_zone_utc () : zone, run->now_us);
}

/**
 * import_run_check_code:
 */
void
import_run_check_code (ImportRun *run,
                       ImportRow *row,
                       const char *column,
                       CodeListName list,
                       const char *code,
                       gint64 date)
{
  g_autofree char *fault = code_lists_find_fault (run->codes, list, code, date);

  if (fault != NULL)
    import_row_refuse (row, "%s: %s", column, fault);
}

/**
 * import_run_need_unit:
 *
 * Returns: (nullable): borrowed
 */
UnitRecord *
import_run_need_unit (ImportRun *run, ImportRow *row, const char *column)
{
  const char *key = import_row_need (row, column, 64);
  UnitRecord *unit = key == NULL ? NULL : g_hash_table_lookup (run->units, key);

  if (key != NULL && unit == NULL)
    import_row_refuse (row, "%s: there is no unit %s", column, key);
  return unit;
}

/**
 * import_run_find_team:
 *
 * Returns: (nullable): borrowed; NULL with the row refused.
 */
TeamRecord *
import_run_find_team (ImportRun *run, ImportRow *row, const char *key)
{
  TeamRecord *team = g_hash_table_lookup (run->teams, key);

  if (team == NULL)
    import_row_refuse (row, "there is no team %s", key);
  return team;
}

/**
 * import_run_find_resource:
 *
 * Returns: (nullable): borrowed; by key, else by e-mail address in any case.
 */
ResourceRecord *
import_run_find_resource (ImportRun *run, const char *key_or_email)
{
  ResourceRecord *resource = g_hash_table_lookup (run->resources, key_or_email);
  GHashTableIter iter;
  gpointer value;

  if (resource != NULL)
    return resource;
  g_hash_table_iter_init (&iter, run->resources);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (g_ascii_strcasecmp (((ResourceRecord *) value)->email, key_or_email) == 0)
      return value;
  return NULL;
}

/**
 * import_run_need_resource:
 *
 * Returns: (nullable): borrowed
 */
ResourceRecord *
import_run_need_resource (ImportRun *run, ImportRow *row, const char *column)
{
  const char *key = import_row_need (row, column, 255);
  ResourceRecord *resource = key == NULL ? NULL : import_run_find_resource (run, key);

  if (key != NULL && resource == NULL)
    import_row_refuse (row, "%s: there is no resource %s", column, key);
  return resource;
}

/**
 * import_run_claim:
 *
 * Returns: TRUE when this is the first row of that kind and key.
 */
gboolean
import_run_claim (ImportRun *run, ImportRow *row, const char *kind, const char *key)
{
  g_autofree char *name = g_strdup_printf ("%s %s", kind, key);
  ImportRow *before = g_hash_table_lookup (run->seen, name);

  if (before != NULL)
    {
      import_row_refuse (row, "the %s stands in %s:%u already", name, before->file, before->line);
      return FALSE;
    }
  g_hash_table_insert (run->seen, g_steal_pointer (&name), row);
  return TRUE;
}

/**
 * import_run_has_claimed:
 *
 * Returns: TRUE when this import had a row of that kind and key.
 */
gboolean
import_run_has_claimed (ImportRun *run, const char *kind, const char *key)
{
  g_autofree char *name = g_strdup_printf ("%s %s", kind, key);
  return g_hash_table_contains (run->seen, name);
}

static void
count (ImportCount *counts, const ImportRow *row, PutOutcome outcome)
{
  if (row->is_refused)
    counts->n_refused++;
  else if (outcome == PUT_ADDED)
    counts->n_added++;
  else if (outcome == PUT_CHANGED)
    counts->n_changed++;
  else
    counts->n_same++;
}

static gboolean
apply_row (ImportRun *run, ImportTable table, ImportRow *row, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  PutOutcome outcome = PUT_SAME;

  if (!row->is_refused)
    import_row_check (row);
  if (!row->is_refused && !functions[table](run, row, &outcome, &local_error))
    {
      if (!g_error_matches (local_error, PLANNER_ERROR, PLANNER_ERROR_CONFLICT))
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }
      import_row_refuse (row, "it contradicts what is stored (%s)", local_error->message);
      run->is_torn = TRUE;
    }
  count (&run->counts[table], row, outcome);
  if (!row->is_refused && outcome != PUT_SAME)
    run->catalogue_changed = TRUE;
  return TRUE;
}

/**
 * import_run_apply:
 *
 * Writes every row that is right. The caller looks at the source's problems and rolls back when it
 * does not want a part. Writer only.
 */
gboolean
import_run_apply (ImportRun *run, GError **error)
{
  for (guint table = 0; table < N_IMPORT_TABLES; table++)
    for (guint i = 0; functions[table] != NULL && i < run->source->tables[table]->len; i++)
      if (!apply_row (run, table, g_ptr_array_index (run->source->tables[table], i), error))
        return FALSE;
  import_check_windows (run);
  return import_check_bars (run, error) && import_availabilities (run, error);
}
