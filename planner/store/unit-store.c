/* SPDX-License-Identifier: EUPL-1.2 */
/* Puts and lists units, settings, closing days and teams. */
#include "store/unit-store.h"

/**
 * unit_record_free:
 */
void
unit_record_free (UnitRecord *unit)
{
  if (unit == NULL)
    return;
  g_free (unit->organisation_key);
  g_free (unit->name);
  g_free (unit->zone);
  g_free (unit->address);
  g_free (unit->telephone);
  g_free (unit);
}

/**
 * setting_record_free:
 */
void
setting_record_free (SettingRecord *setting)
{
  if (setting == NULL)
    return;
  g_free (setting->key);
  g_free (setting->value);
  g_free (setting);
}

/**
 * closing_day_free:
 */
void
closing_day_free (ClosingDay *day)
{
  if (day == NULL)
    return;
  g_free (day->name);
  g_free (day);
}

/**
 * team_record_free:
 */
void
team_record_free (TeamRecord *team)
{
  if (team == NULL)
    return;
  g_free (team->team_key);
  g_free (team->name);
  g_free (team->unit_key);
  g_free (team);
}

/* The first column of the first row: 0 when there is no row. */
static gboolean
read_id (StoreQuery *query, gint64 *out_id, gboolean *out_found, GError **error)
{
  StoreStep step = store_step (query, error);

  if (step == STORE_FAILED)
    return FALSE;
  *out_found = step == STORE_ROW;
  *out_id = *out_found ? store_int (query, 0) : 0;
  store_query_end (query);
  return TRUE;
}

/**
 * unit_put:
 * @unit: tenant, organisation type and key decide which one it is; its id is filled in
 *
 * Writer only.
 */
gboolean
unit_put (StoreSession *session, UnitRecord *unit, PutOutcome *out_outcome, GError **error)
{
  g_auto (StoreQuery) query = { 0 };
  gboolean is_there = FALSE;
  gint64 old_id = 0;

  if (!store_query (session, &query, error, SQL_UNIT_FIND, "iis", unit->tenant_id,
                    unit->organisation_type, unit->organisation_key) ||
      !read_id (&query, &old_id, &is_there, error) ||
      !store_run (session, error, SQL_UNIT_PUT, "iisissss", unit->tenant_id,
                  unit->organisation_type, unit->organisation_key, unit->parent_unit_id, unit->name,
                  unit->zone, unit->address, unit->telephone))
    return FALSE;
  *out_outcome = put_outcome_of (old_id, store_n_changed (session));
  unit->unit_id = is_there ? old_id : store_last_id (session);
  return TRUE;
}

/**
 * unit_list:
 *
 * Returns: (transfer full) (element-type UnitRecord): the tenant's units by key; NULL with @error
 *   set.
 */
GPtrArray *
unit_list (StoreSession *session, gint64 tenant_id, GError **error)
{
  g_autoptr (GPtrArray) units = g_ptr_array_new_with_free_func ((GDestroyNotify) unit_record_free);
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, SQL_UNIT_LIST, "i", tenant_id))
    return NULL;
  while ((step = store_step (&query, error)) == STORE_ROW)
    {
      UnitRecord *unit = g_new0 (UnitRecord, 1);
      unit->tenant_id = tenant_id;
      unit->unit_id = store_int (&query, 0);
      unit->organisation_type = store_int (&query, 1);
      unit->organisation_key = g_strdup (store_text (&query, 2));
      unit->parent_unit_id = store_int (&query, 3);
      unit->name = g_strdup (store_text (&query, 4));
      unit->zone = g_strdup (store_text (&query, 5));
      unit->address = g_strdup (store_text (&query, 6));
      unit->telephone = g_strdup (store_text (&query, 7));
      unit->retired_us = store_int (&query, 8);
      g_ptr_array_add (units, unit);
    }
  return step == STORE_FAILED ? NULL : g_steal_pointer (&units);
}

/**
 * setting_put:
 *
 * Writer only.
 */
gboolean
setting_put (StoreSession *session,
             const SettingRecord *setting,
             PutOutcome *out_outcome,
             GError **error)
{
  g_auto (StoreQuery) query = { 0 };
  gboolean is_there = FALSE;
  gint64 unused = 0;

  if (!store_query (session, &query, error, SQL_SETTING_FIND, "iisi", setting->tenant_id,
                    setting->unit_id, setting->key, setting->valid_from_date) ||
      !read_id (&query, &unused, &is_there, error) ||
      !store_run (session, error, SQL_SETTING_PUT, "iisis", setting->tenant_id, setting->unit_id,
                  setting->key, setting->valid_from_date, setting->value))
    return FALSE;
  *out_outcome = put_outcome_of (is_there, store_n_changed (session));
  return TRUE;
}

/**
 * setting_remove:
 *
 * Removes the row of that tenant, unit, key and date; a row that is not there is no error. Writer
 * only.
 */
gboolean
setting_remove (StoreSession *session, const SettingRecord *setting, GError **error)
{
  return store_run (session, error, SQL_SETTING_REMOVE, "iisi", setting->tenant_id,
                    setting->unit_id, setting->key, setting->valid_from_date);
}

/**
 * setting_list:
 *
 * Returns: (transfer full) (element-type SettingRecord): by unit, key and date; NULL with @error
 *   set.
 */
GPtrArray *
setting_list (StoreSession *session, gint64 tenant_id, GError **error)
{
  g_autoptr (GPtrArray) settings =
    g_ptr_array_new_with_free_func ((GDestroyNotify) setting_record_free);
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, SQL_SETTING_LIST, "i", tenant_id))
    return NULL;
  while ((step = store_step (&query, error)) == STORE_ROW)
    {
      SettingRecord *setting = g_new0 (SettingRecord, 1);
      setting->tenant_id = tenant_id;
      setting->unit_id = store_int (&query, 0);
      setting->key = g_strdup (store_text (&query, 1));
      setting->valid_from_date = store_int (&query, 2);
      setting->value = g_strdup (store_text (&query, 3));
      g_ptr_array_add (settings, setting);
    }
  return step == STORE_FAILED ? NULL : g_steal_pointer (&settings);
}

/**
 * closing_day_put:
 *
 * Writer only.
 */
gboolean
closing_day_put (StoreSession *session,
                 const ClosingDay *day,
                 PutOutcome *out_outcome,
                 GError **error)
{
  g_auto (StoreQuery) query = { 0 };
  gboolean is_there = FALSE;
  gint64 unused = 0;

  if (!store_query (session, &query, error, SQL_CLOSING_DAY_FIND, "iii", day->tenant_id,
                    day->unit_id, day->closed_date) ||
      !read_id (&query, &unused, &is_there, error) ||
      !store_run (session, error, SQL_CLOSING_DAY_PUT, "iiis", day->tenant_id, day->unit_id,
                  day->closed_date, day->name))
    return FALSE;
  *out_outcome = put_outcome_of (is_there, store_n_changed (session));
  return TRUE;
}

/**
 * closing_day_remove:
 *
 * Opens the unit on that date again; a day that is not there is no error. Writer only.
 */
gboolean
closing_day_remove (StoreSession *session, const ClosingDay *day, GError **error)
{
  return store_run (session, error, SQL_CLOSING_DAY_REMOVE, "iii", day->tenant_id, day->unit_id,
                    day->closed_date);
}

/**
 * closing_day_list:
 * @first_date: days since 1970-01-01
 * @end_date: first date no longer wanted
 *
 * Returns: (transfer full) (element-type ClosingDay): by date; NULL with @error set.
 */
GPtrArray *
closing_day_list (StoreSession *session,
                  const UnitRecord *unit,
                  gint64 first_date,
                  gint64 end_date,
                  GError **error)
{
  g_autoptr (GPtrArray) days = g_ptr_array_new_with_free_func ((GDestroyNotify) closing_day_free);
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, SQL_CLOSING_DAY_LIST, "iiii", unit->tenant_id,
                    unit->unit_id, first_date, end_date))
    return NULL;
  while ((step = store_step (&query, error)) == STORE_ROW)
    {
      ClosingDay *day = g_new0 (ClosingDay, 1);
      day->tenant_id = unit->tenant_id;
      day->unit_id = unit->unit_id;
      day->closed_date = store_int (&query, 0);
      day->name = g_strdup (store_text (&query, 1));
      g_ptr_array_add (days, day);
    }
  return step == STORE_FAILED ? NULL : g_steal_pointer (&days);
}

/**
 * team_put:
 * @team: tenant and key decide which one it is; its id is filled in
 *
 * Writer only.
 */
gboolean
team_put (StoreSession *session, TeamRecord *team, PutOutcome *out_outcome, GError **error)
{
  g_auto (StoreQuery) query = { 0 };
  gboolean is_there = FALSE;
  gint64 old_id = 0;

  if (!store_query (session, &query, error, SQL_TEAM_FIND, "is", team->tenant_id, team->team_key) ||
      !read_id (&query, &old_id, &is_there, error) ||
      !store_run (session, error, SQL_TEAM_PUT, "iiss", team->tenant_id, team->unit_id,
                  team->team_key, team->name))
    return FALSE;
  *out_outcome = put_outcome_of (old_id, store_n_changed (session));
  team->team_id = is_there ? old_id : store_last_id (session);
  return TRUE;
}

/**
 * team_list:
 *
 * Returns: (transfer full) (element-type TeamRecord): the tenant's teams by key; NULL with @error
 *   set.
 */
GPtrArray *
team_list (StoreSession *session, gint64 tenant_id, GError **error)
{
  g_autoptr (GPtrArray) teams = g_ptr_array_new_with_free_func ((GDestroyNotify) team_record_free);
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, SQL_TEAM_LIST, "i", tenant_id))
    return NULL;
  while ((step = store_step (&query, error)) == STORE_ROW)
    {
      TeamRecord *team = g_new0 (TeamRecord, 1);
      team->tenant_id = tenant_id;
      team->team_id = store_int (&query, 0);
      team->team_key = g_strdup (store_text (&query, 1));
      team->name = g_strdup (store_text (&query, 2));
      team->unit_id = store_int (&query, 3);
      team->unit_key = g_strdup (store_text (&query, 4));
      team->n_members = store_int (&query, 5);
      team->retired_us = store_int (&query, 6);
      g_ptr_array_add (teams, team);
    }
  return step == STORE_FAILED ? NULL : g_steal_pointer (&teams);
}
