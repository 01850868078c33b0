/* SPDX-License-Identifier: EUPL-1.2 */
/* An import on its way into the database: what it knows already, and what it did. */
#pragma once

#include "calsync-timezone.h"
#include "ops/facts/code-lists.h"
#include "ops/import/import-source.h"
#include "store/offer-store.h"
#include "store/put-outcome.h"
#include "store/resource-store.h"
#include "store/unit-store.h"

typedef struct
{
  guint n_added;
  guint n_changed;
  guint n_same;
  guint n_refused;
} ImportCount;

/**
 * ImportRun:
 * @units: organisation key to UnitRecord
 * @teams: key to TeamRecord
 * @resources: key and e-mail address (folded) to ResourceRecord
 * @hours: resource key to the ImportHours that working-time tables gave it
 * @windows: offer identifier to (element-type OfferWindowRecord) GArray
 * @offers: identifier to OfferRecord, as stored before this import
 * @settings: (element-type SettingRecord): as stored before this import
 * @codes: the lists that codes are held against
 * @data_dir: folder of the lists
 * @seen: keys met in this import, to find a second row of one key
 * @changed_offers: (element-type gint64)
 * @is_torn: the database refused a part of a row after another part was written: nothing of the
 *   import may stay
 *
 * One run lives inside one write transaction.
 */
typedef struct
{
  StoreSession *session;
  ImportSource *source;
  gint64 tenant_id;
  gint64 now_us;
  const char *data_dir;
  ImportCount counts[N_IMPORT_TABLES];
  ImportCount availability_count;
  GHashTable *units;
  GHashTable *teams;
  GHashTable *resources;
  GHashTable *hours;
  GHashTable *windows;
  GHashTable *offers;
  GPtrArray *settings;
  CodeLists *codes;
  GHashTable *seen;
  GArray *changed_offers;
  gboolean catalogue_changed;
  gboolean is_torn;
} ImportRun;

/* Session, source, tenant, now and data folder are set already. */
gboolean import_run_init (ImportRun *run, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void import_run_clear (ImportRun *run);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ImportRun, import_run_clear)

/* FALSE only when the database fails: a row that is wrong is refused, and the import goes on. */
gboolean import_run_apply (ImportRun *run, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The unit's local date now. */
gint64 import_run_today (const ImportRun *run, const UnitRecord *unit);
/* Refuses the row when @code is not in the list on that date. */
void import_run_check_code (ImportRun *run,
                            ImportRow *row,
                            const char *column,
                            CodeListName list,
                            const char *code,
                            gint64 date);
/* Look up what a column names; NULL with the row refused when it is not there. */
UnitRecord *import_run_need_unit (ImportRun *run, ImportRow *row, const char *column);
TeamRecord *import_run_find_team (ImportRun *run, ImportRow *row, const char *key);
ResourceRecord *import_run_find_resource (ImportRun *run, const char *key_or_email);
ResourceRecord *import_run_need_resource (ImportRun *run, ImportRow *row, const char *column);
/* Refuses the row when this import had a row of the same kind and key before. */
gboolean import_run_claim (ImportRun *run, ImportRow *row, const char *kind, const char *key);
gboolean import_run_has_claimed (ImportRun *run, const char *kind, const char *key);
void import_run_remember_unit (ImportRun *run, UnitRecord *unit);
void import_run_remember_team (ImportRun *run, TeamRecord *team);
void import_run_remember_resource (ImportRun *run, ResourceRecord *resource);

/* One row of each table; @out_outcome stays PUT_SAME for a row that only adds to another. */
typedef gboolean (*ImportRowFunction) (ImportRun *run,
                                       ImportRow *row,
                                       PutOutcome *out_outcome,
                                       GError **error);
gboolean import_code (ImportRun *, ImportRow *, PutOutcome *, GError **) G_GNUC_WARN_UNUSED_RESULT;
gboolean import_unit (ImportRun *, ImportRow *, PutOutcome *, GError **) G_GNUC_WARN_UNUSED_RESULT;
gboolean
import_setting (ImportRun *, ImportRow *, PutOutcome *, GError **) G_GNUC_WARN_UNUSED_RESULT;
gboolean
import_closing_day (ImportRun *, ImportRow *, PutOutcome *, GError **) G_GNUC_WARN_UNUSED_RESULT;
gboolean import_team (ImportRun *, ImportRow *, PutOutcome *, GError **) G_GNUC_WARN_UNUSED_RESULT;
gboolean
import_resource (ImportRun *, ImportRow *, PutOutcome *, GError **) G_GNUC_WARN_UNUSED_RESULT;
gboolean
import_working_time (ImportRun *, ImportRow *, PutOutcome *, GError **) G_GNUC_WARN_UNUSED_RESULT;
gboolean import_working_time_exception (ImportRun *, ImportRow *, PutOutcome *, GError **)
  G_GNUC_WARN_UNUSED_RESULT;
gboolean
import_offer_window (ImportRun *, ImportRow *, PutOutcome *, GError **) G_GNUC_WARN_UNUSED_RESULT;
gboolean import_offer (ImportRun *, ImportRow *, PutOutcome *, GError **) G_GNUC_WARN_UNUSED_RESULT;

gboolean
import_time_by_hand (ImportRun *, ImportRow *, PutOutcome *, GError **) G_GNUC_WARN_UNUSED_RESULT;
gboolean
import_retired (ImportRun *, ImportRow *, PutOutcome *, GError **) G_GNUC_WARN_UNUSED_RESULT;
gboolean
import_sync_binding (ImportRun *, ImportRow *, PutOutcome *, GError **) G_GNUC_WARN_UNUSED_RESULT;

/* After the rows: a window whose offer never came is refused. */
void import_check_windows (ImportRun *run);
/* After the rows: bars of interview types that an offer contradicts are refused. */
gboolean import_check_bars (ImportRun *run, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* After the rows: working time as availability texts, from the tables or from files. */
gboolean import_availabilities (ImportRun *run, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The availability record that imports keep per resource. */
#define IMPORT_HOURS_UID "import"
/* Blocks (element-type CalsyncWorkBlock) that stay beside those of the rows; the text is written in any case. */
void import_hours_keep (ImportRun *run, const char *resource_key, const GArray *blocks);
void import_hours_free (gpointer data);
