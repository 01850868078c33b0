/* SPDX-License-Identifier: EUPL-1.2 */
/* Units with their dated settings and closing days, and teams. */
#pragma once

#include "store/put-outcome.h"

/**
 * UnitRecord:
 * @organisation_key: opaque; today the five-digit jobcenter code
 * @parent_unit_id: the main centre of a sub-centre; 0 for none
 * @zone: name of its time zone
 * @address: (nullable)
 * @telephone: (nullable)
 * @retired_us: from when on it is no unit; 0 for never; not written by a put
 */
typedef struct
{
  gint64 unit_id;
  gint64 tenant_id;
  gint64 organisation_type;
  char *organisation_key;
  gint64 parent_unit_id;
  char *name;
  char *zone;
  char *address;
  char *telephone;
  gint64 retired_us;
} UnitRecord;

void unit_record_free (UnitRecord *unit);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (UnitRecord, unit_record_free)

gboolean unit_put (StoreSession *session, UnitRecord *unit, PutOutcome *out_outcome, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;
GPtrArray *
unit_list (StoreSession *session, gint64 tenant_id, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * SettingRecord:
 * @unit_id: 0 for the whole tenant
 * @valid_from_date: days since 1970-01-01; 0 for always
 */
typedef struct
{
  gint64 tenant_id;
  gint64 unit_id;
  char *key;
  gint64 valid_from_date;
  char *value;
} SettingRecord;

void setting_record_free (SettingRecord *setting);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SettingRecord, setting_record_free)

gboolean setting_put (StoreSession *session,
                      const SettingRecord *setting,
                      PutOutcome *out_outcome,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean setting_remove (StoreSession *session,
                         const SettingRecord *setting,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
GPtrArray *
setting_list (StoreSession *session, gint64 tenant_id, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * ClosingDay:
 * @closed_date: local date, days since 1970-01-01
 */
typedef struct
{
  gint64 tenant_id;
  gint64 unit_id;
  gint64 closed_date;
  char *name;
} ClosingDay;

void closing_day_free (ClosingDay *day);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ClosingDay, closing_day_free)

gboolean closing_day_put (StoreSession *session,
                          const ClosingDay *day,
                          PutOutcome *out_outcome,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean closing_day_remove (StoreSession *session,
                             const ClosingDay *day,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Of one unit, in [first_date, end_date). */
GPtrArray *closing_day_list (StoreSession *session,
                             const UnitRecord *unit,
                             gint64 first_date,
                             gint64 end_date,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * TeamRecord:
 * @unit_key: as listed; not read by a put
 * @n_members: as listed; not read by a put
 * @retired_us: 0 for never; not written by a put
 */
typedef struct
{
  gint64 team_id;
  gint64 tenant_id;
  gint64 unit_id;
  char *team_key;
  char *name;
  char *unit_key;
  gint64 n_members;
  gint64 retired_us;
} TeamRecord;

void team_record_free (TeamRecord *team);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TeamRecord, team_record_free)

gboolean team_put (StoreSession *session, TeamRecord *team, PutOutcome *out_outcome, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;
GPtrArray *
team_list (StoreSession *session, gint64 tenant_id, GError **error) G_GNUC_WARN_UNUSED_RESULT;
