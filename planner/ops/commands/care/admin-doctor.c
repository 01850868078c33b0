/* SPDX-License-Identifier: EUPL-1.2 */
/* Looks at everything a planner rests on; plannerctl adds what the configuration names. */
#include "ops/commands/care/admin-doctor.h"

#include <sys/timex.h>

#include "base/error.h"
#include "ops/admin/admin-format.h"
#include "ops/commands/care/admin-backup.h"
#include "ops/commands/care/doctor-disk.h"
#include "ops/facts/catalogue-load.h"
#include "store/backup-manifest.h"
#include "store/store-lock.h"
#include "store/store-migrate.h"

#define EARLIEST_US    G_GINT64_CONSTANT (1767225600000000)
#define CLOCK_SLACK_US (300 * G_USEC_PER_SEC)
#define BACKUP_WARN_US (26 * PERIOD_US_PER_HOUR)
#define BACKUP_FAIL_US (8 * PERIOD_US_PER_DAY)

/* clang-format off */
const AdminArgument admin_doctor_arguments[] = {
  { "config", ADMIN_PATH, ADMIN_OPTION, "FILE", "plannerd's configuration: its certificates, lists and limits are looked at too" },
  { "backups", ADMIN_PATH, ADMIN_OPTION, "FOLDER", "where backups are kept (backups beside the database)" },
  { NULL },
};
/* clang-format on */

/**
 * doctor_add:
 */
void
doctor_add (AdminCall *call,
            const char *check,
            DoctorLevel level,
            const char *advice,
            const char *format,
            ...)
{
  static const char *const words[] = { "ok", "warn", "fail" };
  JsonObject *finding = json_object_new ();
  g_autofree char *text = NULL;
  va_list values;

  va_start (values, format);
  text = g_strdup_vprintf (format, values);
  va_end (values);
  if (!json_object_has_member (call->result, "findings"))
    json_object_set_array_member (call->result, "findings", json_array_new ());
  json_object_set_string_member (finding, "level", words[level]);
  json_object_set_string_member (finding, "check", check);
  json_object_set_string_member (finding, "text", text);
  json_object_set_string_member (finding, "advice", advice);
  json_array_add_object_element (json_object_get_array_member (call->result, "findings"), finding);
}

static void
check_clock (AdminCall *call)
{
  struct timex facts = { .modes = 0 };
  int state = adjtimex (&facts);

  if (call->now_us < EARLIEST_US)
    doctor_add (call, "clock", DOCTOR_FAIL, "set the clock", "the clock shows a time before 2026");
  if (state < 0)
    doctor_add (call, "clock", DOCTOR_WARN, "look at timedatectl",
                "the kernel does not tell whether the clock is synchronised");
  else if (state == TIME_ERROR || (facts.status & STA_UNSYNC) != 0)
    doctor_add (call, "clock", DOCTOR_WARN,
                "install chrony or systemd-timesyncd: reservations and deadlines go by the clock",
                "the kernel says that nothing keeps the clock right");
  else
    doctor_add (call, "clock", DOCTOR_OK, "", "synchronised; at most %.3f s off",
                (double) facts.maxerror / G_USEC_PER_SEC);
}

static void
check_newest_entry (AdminCall *call, StoreSession *session)
{
  g_auto (StoreQuery) query = { 0 };
  g_autofree char *text = NULL;

  if (!store_query (session, &query, NULL, SQL_DOCTOR_JOURNAL_NEWEST, "") ||
      store_step (&query, NULL) != STORE_ROW)
    return;
  text = admin_format_time (calsync_zone_utc (), store_int (&query, 0));
  if (store_int (&query, 0) > call->now_us + CLOCK_SLACK_US)
    doctor_add (call, "journal-time", DOCTOR_FAIL,
                "set the clock right: plannerd does not start before that",
                "the newest journal entry lies in the future: %s", text);
  else
    doctor_add (call, "journal-time", DOCTOR_OK, "", "newest journal entry: %s",
                store_int (&query, 0) == 0 ? "none" : text);
}

static gboolean
check_schema (AdminCall *call, StoreSession *session)
{
  g_autofree char *schema_dir = g_build_filename (call->data_dir, "schema", "sqlite", NULL);
  g_autoptr (GError) error = NULL;
  gint64 version = 0;
  gint64 newest = 0;

  if (!store_migrate_check (session, schema_dir, &version, &newest, &error))
    doctor_add (call, "schema", DOCTOR_FAIL, "", "%s", error->message);
  else if (version < newest)
    doctor_add (call, "schema", DOCTOR_WARN, "it is upgraded, after a backup, when plannerd starts",
                "the database has schema %d, this program makes %d", (int) version, (int) newest);
  else
    doctor_add (call, "schema", DOCTOR_OK, "", "schema %d", (int) version);
  return error == NULL && version == newest;
}

/* Bookings promise wall time: another zone data may put it at another instant. */
static void
check_zones (AdminCall *call, StoreSession *session)
{
  g_auto (StoreQuery) query = { 0 };
  guint n_other = 0;
  guint n_moved = 0;

  if (!store_query (session, &query, NULL, SQL_DOCTOR_ZONES, "is", call->now_us,
                    calsync_tzdata_version ()))
    return;
  while (store_step (&query, NULL) == STORE_ROW)
    {
      const CalsyncZone *zone = calsync_zone_lookup (store_text (&query, 2), NULL);
      gint64 start_us = 0;

      n_other++;
      if (zone == NULL || !admin_parse_time (zone, store_text (&query, 1), &start_us, NULL) ||
          start_us != store_int (&query, 3))
        n_moved++;
    }
  if (n_moved > 0)
    doctor_add (call, "zones", DOCTOR_FAIL,
                "look at list bookings and tell the citizens: the wall time counts",
                "%u coming bookings stand at another instant with time zone data %s", n_moved,
                calsync_tzdata_version ());
  else
    doctor_add (call, "zones", DOCTOR_OK, "",
                "time zone data %s; %u coming bookings were made with another version, and stand "
                "where they stood",
                calsync_tzdata_version (), n_other);
}

static void
check_catalogue (AdminCall *call, StoreSession *session)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Catalogue) catalogue = catalogue_load (session, call->data_dir, call->now_us, &error);

  if (catalogue == NULL)
    doctor_add (call, "catalogue", DOCTOR_FAIL,
                "put the data folder back as it was installed, or correct what it names", "%s",
                error->message);
  else
    doctor_add (call, "catalogue", DOCTOR_OK, "", "code lists, holidays and %u offers are read",
                catalogue_get_offers (catalogue)->len);
}

static void
check_database (AdminCall *call)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (StoreSession) session = NULL;

  if (!g_file_test (call->database, G_FILE_TEST_EXISTS))
    {
      doctor_add (call, "database", DOCTOR_FAIL, "plannerctl create makes one", "there is no %s",
                  call->database);
      return;
    }
  session = store_open (call->database, STORE_READ, &error);
  if (session == NULL || !store_begin (session, STORE_READ, &error))
    {
      doctor_add (call, "database", DOCTOR_FAIL, "run it as plannerd's user; restore a backup",
                  "%s", error->message);
      return;
    }
  check_newest_entry (call, session);
  if (check_schema (call, session))
    {
      check_zones (call, session);
      check_catalogue (call, session);
    }
  store_rollback (session);
}

static void
check_lock (AdminCall *call)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (StoreLock) lock = store_lock_take (call->database, &error);

  if (lock != NULL)
    doctor_add (call, "lock", DOCTOR_OK, "", "nobody holds the database: plannerd does not run");
  else if (g_error_matches (error, PLANNER_ERROR, PLANNER_ERROR_BUSY))
    doctor_add (call, "lock", DOCTOR_OK, "", "a process holds the database");
  else
    doctor_add (call, "lock", DOCTOR_FAIL, "run it as plannerd's user", "%s", error->message);
}

static void
check_backups (AdminCall *call)
{
  g_autofree char *beside = admin_backup_dup_folder (call->database);
  const char *folder = NULL;
  g_autoptr (GPtrArray) backups = NULL;
  g_autoptr (BackupManifest) newest = NULL;
  gint64 age_us;

  if (!admin_get_text (call, "backups", &folder, NULL) || folder == NULL)
    folder = beside;
  backups = admin_backup_list (folder);
  if (backups->len > 0)
    newest = backup_manifest_read (backups->pdata[backups->len - 1], NULL);
  if (newest == NULL)
    {
      doctor_add (call, "backup", DOCTOR_WARN, "plannerctl backup, every night",
                  "there is no finished backup in %s", folder);
      return;
    }
  age_us = call->now_us - newest->made_us;
  doctor_add (call, "backup",
              age_us > BACKUP_FAIL_US   ? DOCTOR_FAIL
              : age_us > BACKUP_WARN_US ? DOCTOR_WARN
                                        : DOCTOR_OK,
              age_us > BACKUP_WARN_US ? "find out why the nightly backup does not run" : "",
              "the newest of %u backups is %" G_GINT64_FORMAT " hours old", backups->len,
              age_us / PERIOD_US_PER_HOUR);
}

/* Whole databases that no term and no erasure reaches: of restores, and of commands that were killed. */
static gboolean
is_left_over (const char *name, const char *database)
{
  static const char *const endings[] = { ".restoring", ".test-restore" };
  g_autofree char *replaced = g_strconcat (database, ".replaced-", NULL);

  if (g_str_has_prefix (name, replaced))
    return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
    {
      g_autofree char *ending = g_strconcat (database, endings[i], NULL);
      if (g_str_equal (name, ending))
        return TRUE;
    }
  return FALSE;
}

static void
check_left_overs (AdminCall *call)
{
  g_autofree char *folder = g_path_get_dirname (call->database);
  g_autofree char *database = g_path_get_basename (call->database);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  guint n_found = 0;
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    n_found += is_left_over (name, database);
  if (n_found == 0)
    doctor_add (call, "left-overs", DOCTOR_OK, "", "no other copy lies beside the database");
  else
    doctor_add (
      call, "left-overs", DOCTOR_WARN,
      "remove them when no restore runs and nothing in them is needed: they keep what was "
      "erased",
      "%u files of restores (.replaced-, .restoring, .test-restore) lie in %s", n_found, folder);
}

static guint
count_fails (JsonArray *findings)
{
  guint n_fails = 0;

  for (guint i = 0; i < json_array_get_length (findings); i++)
    n_fails += g_str_equal (
      json_object_get_string_member (json_array_get_object_element (findings, i), "level"), "fail");
  return n_fails;
}

/**
 * admin_doctor:
 *
 * Arguments: config, backups. Result: findings, each with level (ok, warn, fail), check, text and
 * advice; those of the configuration are there already. Changes nothing. Runs in plannerctl.
 *
 * Errors: PLANNER_ERROR_CONFLICT when something fails; warnings are no error.
 */
gboolean
admin_doctor (AdminCall *call, GError **error)
{
  guint n_fails;

  check_clock (call);
  doctor_disk_check (call);
  check_lock (call);
  check_database (call);
  check_backups (call);
  check_left_overs (call);
  n_fails = count_fails (json_object_get_array_member (call->result, "findings"));
  if (n_fails > 0)
    g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_CONFLICT, "%u findings must be put right",
                 n_fails);
  return n_fails == 0;
}
