/* SPDX-License-Identifier: EUPL-1.2 */
/* The scheduler over a real service and database; what a run is, the test says. */
#include "sync/sync-scheduler.h"

#include <sqlite3.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/timer.h"
#include "store/claim-store.h"
#include "store/store-migrate.h"
#include "sync/sync-limits.h"
#include "testlib.h"

#define LEAST      "[database]\npath=none\n[dfdg]\nport=0\n[sync]\n"
#define N_BINDINGS 12

/* What the runs of this test do, and what they saw; its lock guards all of it. */
static struct
{
  GMutex lock;
  guint n_runs[N_BINDINGS + 1];
  guint n_now, n_most;
  guint n_written;
  gboolean hangs;     /* until it is cancelled */
  gboolean writes;    /* through the service, as a commit of a pull does */
  gint64 failing;     /* this binding's runs fail, */
  gint64 failing_too; /* and this one's */
  CalsyncRemoteError code;
  guint n_cancelled;
} seen;

typedef struct
{
  char *path;
  OpService *service;
  SyncScheduler *scheduler;
  SyncSettings *settings;
  gboolean is_late;
} Town;

static void
run_sql (const char *path, const char *sql)
{
  sqlite3 *database;
  char *problem = NULL;

  g_assert_cmpint (sqlite3_open (path, &database), ==, SQLITE_OK);
  sqlite3_busy_timeout (database, 10000);
  sqlite3_exec (database, sql, NULL, NULL, &problem);
  g_assert_cmpstr (problem, ==, NULL);
  sqlite3_close (database);
}

static gint64
count (const Town *town, const char *sql)
{
  sqlite3 *database;
  sqlite3_stmt *statement;
  gint64 n;

  g_assert_cmpint (sqlite3_open (town->path, &database), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_prepare_v2 (database, sql, -1, &statement, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_ROW);
  n = sqlite3_column_int64 (statement, 0);
  sqlite3_finalize (statement);
  sqlite3_close (database);
  return n;
}

/* Every second advisor has an account of his own; the others share one. */
static void
add_world (const char *path, guint n_bindings)
{
  g_autoptr (GString) sql =
    g_string_new ("INSERT INTO tenant VALUES (1, 'demo', 'Demo');"
                  "INSERT INTO unit (unit_id, tenant_id, organisation_type, organisation_key, "
                  "name) VALUES (1, 1, 8, '89000', 'Demo');");

  for (guint i = 1; i <= n_bindings; i++)
    {
      g_string_append_printf (
        sql,
        "INSERT INTO resource (resource_id, tenant_id, kind, resource_key, email, name) VALUES "
        "(%u, 1, 'advisor', '9000%04u', "
        "'v%u@demo.example', 'Vejleder %02u');"
        "INSERT INTO calendar (calendar_id, tenant_id, resource_id, calendar_key, origin, "
        "fresh_until_us) VALUES (%u, 1, %u, 'sync-1', "
        "'sync', 1);"
        "INSERT INTO sync_binding (binding_id, tenant_id, resource_id, calendar_id, url, auth, "
        "user_name, secret, direction, created_us) "
        "VALUES (%u, 1, %u, %u, 'https://calendar%u.example/x', 'basic', '%s%u', 's', 3, 1);",
        i, i, i, i, i, i, i, i, i, i % 3, i % 2 == 0 ? "v" : "service", i % 2 == 0 ? i : 0);
    }
  run_sql (path, sql->str);
}

static gboolean
write_something (StoreSession *session, gpointer data, GError **error)
{
  return change_store_add (session,
                           &(Change){ .tenant_id = 1,
                                      .kind = CHANGE_RESOURCE,
                                      .subject_id = *(gint64 *) data,
                                      .interval = { 1, 2 } },
                           error);
}

static void
write_often (const SyncWork *work)
{
  gint64 resource_id = work->binding_id;

  for (guint i = 0; i < 20; i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_true (op_service_write (work->service, write_something, &resource_id, &error));
      g_assert_no_error (error);
    }
  g_mutex_lock (&seen.lock);
  seen.n_written += 20;
  g_mutex_unlock (&seen.lock);
}

static void
come (gint64 binding_id)
{
  g_mutex_lock (&seen.lock);
  seen.n_runs[binding_id]++;
  seen.n_now++;
  seen.n_most = MAX (seen.n_most, seen.n_now);
  g_mutex_unlock (&seen.lock);
}

static void
go (gboolean was_cancelled)
{
  g_mutex_lock (&seen.lock);
  seen.n_now--;
  seen.n_cancelled += was_cancelled;
  g_mutex_unlock (&seen.lock);
}

static void
work (const SyncWork *work, SyncResult *out_result)
{
  gboolean was_cancelled = FALSE;

  come (work->binding_id);
  *out_result = (SyncResult){ .cost = { .n_requests = 1, .n_bytes_sent = 10 } };
  if (seen.hangs)
    was_cancelled = !clock_wait_us (60 * G_USEC_PER_SEC, work->cancellable);
  else if (seen.writes)
    write_often (work);
  else
    clock_wait_us (20000, work->cancellable);
  if (was_cancelled)
    out_result->outcome.ending = SYNC_ENDED_CANCELLED;
  else if (seen.failing == work->binding_id || seen.failing_too == work->binding_id)
    out_result->outcome = (SyncOutcome){ .ending = SYNC_ENDED_REMOTE, .code = seen.code };
  go (was_cancelled);
}

static guint
get_seen (const guint *number)
{
  guint value;

  g_mutex_lock (&seen.lock);
  value = *number;
  g_mutex_unlock (&seen.lock);
  return value;
}

static guint
get_runs (gint64 binding_id)
{
  return get_seen (&seen.n_runs[binding_id]);
}

static void
on_late (gpointer data)
{
  ((Town *) data)->is_late = TRUE;
}

/* Turns the loop until @is_over says so, or, without one, for @most_us. */
static void
turn (Town *town, gboolean (*is_over) (Town *town), gint64 most_us)
{
  g_autoptr (Timer) timer = timer_new (NULL, on_late, town);

  town->is_late = FALSE;
  timer_arm (timer, clock_monotonic_us () + most_us);
  while (!town->is_late && (is_over == NULL || !is_over (town)))
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (is_over == NULL || !town->is_late);
}

static SyncSettings *
new_settings (const char *keys)
{
  g_autofree char *text = g_strconcat (LEAST, keys, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (PlannerConfig) config = planner_config_parse (text, &error);

  g_assert_no_error (error);
  return sync_settings_new (config, NULL);
}

static Town *
town_new (const char *keys, guint n_bindings)
{
  Town *town = g_new0 (Town, 1);
  g_autofree char *folder = testlib_make_folder ();
  g_autofree char *schema = testlib_dup_source_path ("data/schema/sqlite");
  g_autofree char *data = testlib_dup_source_path ("data");
  g_autoptr (GError) error = NULL;
  OpServiceSettings settings = { .schema_dir = schema,
                                 .data_dir = data,
                                 .n_workers = 1,
                                 .max_queued = 1000,
                                 .max_group = 64,
                                 .n_waiting = 6 };

  town->path = g_build_filename (folder, "planner.db", NULL);
  {
    g_autoptr (StoreSession) session = store_open (town->path, STORE_WRITE, &error);
    g_assert_true (store_migrate (session, schema, &error));
  }
  add_world (town->path, n_bindings);
  settings.database_path = town->path;
  town->service = op_service_new (&settings, &error);
  g_assert_no_error (error);
  memset (seen.n_runs, 0, sizeof seen.n_runs);
  seen.n_now = seen.n_most = seen.n_written = seen.n_cancelled = 0;
  seen.hangs = seen.writes = FALSE;
  seen.failing = seen.failing_too = 0;
  town->settings = new_settings (keys);
  town->scheduler = sync_scheduler_new (town->service, NULL, town->settings, work);
  return town;
}

static gboolean
has_drained (Town *town)
{
  return !sync_scheduler_is_draining (town->scheduler);
}

static void
town_free (Town *town)
{
  sync_scheduler_stop (town->scheduler);
  turn (town, has_drained, 30 * G_USEC_PER_SEC);
  op_service_stop (town->service);
  g_assert_cmpuint (seen.n_now, ==, 0);
  sync_scheduler_free (town->scheduler);
  op_service_free (town->service);
  sync_settings_unref (town->settings);
  g_free (town->path);
  g_free (town);
}

static gboolean
all_ran (Town *town)
{
  for (gint64 i = 1; i <= N_BINDINGS; i++)
    if (get_runs (i) < 2)
      return FALSE;
  return TRUE;
}

/* Every calendar gets its turns; never more at once than allowed; an advisor without trust is counted. */
static void
test_all_get_their_turn (void)
{
  Town *town = town_new ("parallel=4\ninterval-s=1\nbusy-interval-s=1\nidle-interval-s=1\n"
                         "metrics-per-calendar=true\n",
                         N_BINDINGS);
  MetricsSync sync;

  turn (town, all_ran, 60 * G_USEC_PER_SEC);
  g_assert_cmpuint (seen.n_most, <=, 4);
  sync_scheduler_describe (town->scheduler, &sync);
  g_assert_cmpuint (sync.n_bindings, ==, N_BINDINGS);
  g_assert_cmpuint (sync.n_withheld, ==, N_BINDINGS);
  g_assert_cmpuint (sync.n_stale, ==, N_BINDINGS);
  g_assert_cmpuint (sync.n_requests, >=, 2 * N_BINDINGS - 4);
  g_assert_cmpuint (sync.runs[SYNC_ENDED_QUIET], >=, 2 * N_BINDINGS - 4);
  g_assert_cmpstr (sync.words[SYNC_ENDED_QUIET], ==, "quiet");
  g_assert_cmpuint (sync.calendars->len, ==, N_BINDINGS);
  g_assert_cmpint (g_array_index (sync.calendars, MetricsSyncCalendar, 0).age_us, ==, -1);
  town_free (town);
}

static gboolean
some_run (Town *town)
{
  return get_seen (&seen.n_now) >= 3;
}

/* A stop in the middle of runs that hang: they are cancelled and come back. */
static void
test_stop_in_the_middle (void)
{
  Town *town =
    town_new ("parallel=4\ninterval-s=1\nbusy-interval-s=1\nidle-interval-s=1\n", N_BINDINGS);
  gint64 start_us;

  seen.hangs = TRUE;
  turn (town, some_run, 30 * G_USEC_PER_SEC);
  start_us = clock_monotonic_us ();
  sync_scheduler_stop (town->scheduler);
  turn (town, has_drained, 30 * G_USEC_PER_SEC);
  g_assert_cmpuint (seen.n_cancelled, >=, 3);
  g_assert_cmpuint (seen.n_now, ==, 0);
  g_test_message ("stopped in %" G_GINT64_FORMAT " us", clock_monotonic_us () - start_us);
  town_free (town);
}

static gboolean
wrote_enough (Town *town)
{
  return get_seen (&seen.n_written) >= 400;
}

/* Several threads write through the service at once; every write is there. */
static void
test_threads_write (void)
{
  Town *town =
    town_new ("parallel=6\ninterval-s=1\nbusy-interval-s=1\nidle-interval-s=1\n", N_BINDINGS);

  seen.writes = TRUE;
  turn (town, wrote_enough, 60 * G_USEC_PER_SEC);
  sync_scheduler_stop (town->scheduler);
  turn (town, has_drained, 30 * G_USEC_PER_SEC);
  g_assert_cmpint (count (town, "SELECT max(change_id) FROM change"), >=, seen.n_written);
  town_free (town);
}

static gboolean
is_paused (Town *town)
{
  return count (town, "SELECT count(*) FROM sync_binding WHERE state = 'paused'") > 0;
}

/* One account is refused: its second refusal pauses it and all that share it; the others go on. */
static void
test_refused_account_is_paused (void)
{
  Town *town = town_new ("interval-s=1\nbusy-interval-s=1\nidle-interval-s=1\n", 9);

  seen.code = CALSYNC_REMOTE_ERROR_DENIED;
  seen.failing = 1;
  seen.failing_too = 7;
  turn (town, is_paused, 60 * G_USEC_PER_SEC);
  turn (town, NULL, 2 * G_USEC_PER_SEC);
  /* 1 and 7 have the same name at the same server. */
  g_assert_cmpint (count (town, "SELECT count(*) FROM sync_binding WHERE state = 'paused' AND "
                                "binding_id IN (1, 7) AND why LIKE '%resume'"),
                   ==, 2);
  g_assert_cmpint (
    count (town, "SELECT count(*) FROM sync_binding WHERE state = 'active' AND binding_id % 2 = 0"),
    ==, 4);
  g_assert_cmpuint (get_runs (1) + get_runs (7), ==, 2);
  g_assert_cmpuint (get_runs (2), >=, 2);
  town_free (town);
}

/* One calendar is refused with a name that is good for another: it alone is paused. */
static void
test_refused_calendar_is_paused (void)
{
  Town *town = town_new ("interval-s=1\nbusy-interval-s=1\nidle-interval-s=1\n", 9);

  seen.code = CALSYNC_REMOTE_ERROR_DENIED;
  seen.failing = 1;
  turn (town, is_paused, 60 * G_USEC_PER_SEC);
  turn (town, NULL, 3 * G_USEC_PER_SEC);
  g_assert_cmpint (count (town, "SELECT sum(binding_id) FROM sync_binding WHERE state = 'paused'"),
                   ==, 1);
  g_assert_cmpuint (get_runs (1), ==, 2);
  g_assert_cmpuint (get_runs (7), >=, 2);
  town_free (town);
}

static gboolean
first_hangs (Town *town)
{
  return get_seen (&seen.n_now) == 1;
}

static gboolean
was_cancelled (Town *town)
{
  return get_seen (&seen.n_cancelled) >= 1;
}

/* A run that waits for its server is ended when its calendar is paused, and none follows. */
static void
test_pause_ends_a_run (void)
{
  Town *town = town_new ("interval-s=1\nbusy-interval-s=1\nidle-interval-s=1\n", 1);

  seen.hangs = TRUE;
  turn (town, first_hangs, 60 * G_USEC_PER_SEC);
  run_sql (town->path, "UPDATE sync_binding SET state = 'paused'");
  turn (town, was_cancelled, 60 * G_USEC_PER_SEC);
  turn (town, NULL, 3 * G_USEC_PER_SEC);
  g_assert_cmpuint (get_runs (1), ==, 1);
  town_free (town);
}

static gboolean
first_ran (Town *town)
{
  return get_runs (1) >= 1;
}

static gboolean
first_ran_again (Town *town)
{
  return get_runs (1) >= 2;
}

static gboolean
add_booking (StoreSession *session, gpointer data, GError **error)
{
  g_autofree char *sql = g_strdup_printf (
    "INSERT INTO citizen VALUES (1, 1, '1111111111', NULL, NULL); INSERT INTO owner VALUES (1, 1);"
    "INSERT INTO booking (booking_id, tenant_id, unit_id, identifier, state, origin, citizen_id, "
    "start_us, end_us, start_local, "
    "zone, tzdata, advisor_id, interview_type, form_type, contact_type, title, self_booked, "
    "compulsory, should_accept, "
    "rebook_possible, cancel_possible, originator_type, originator_code, owner_id, created_us, "
    "changed_us) VALUES "
    "(1, 1, 1, 'b1', 'booked', 'citizen', 1, 3000000000000000, 3000000003600000, '', "
    "'Europe/Copenhagen', '', 1, 1, 1, 1, 'T', 1, 1, "
    "0, 1, 1, 1, 1, 1, 0, %" G_GINT64_FORMAT ")",
    clock_now_us ());
  gint64 resource_id = 1;

  return store_run_script (session, sql, error) && write_something (session, &resource_id, error);
}

static gboolean
add_no_booking (StoreSession *session, gpointer data, GError **error)
{
  gint64 resource_id = 1;

  return write_something (session, &resource_id, error);
}

typedef struct
{
  OpService *service;
  OpWrite write;
} Errand;

static gboolean
run_errand (gpointer data, gpointer session, GError **error)
{
  Errand *errand = data;

  return op_service_write (errand->service, errand->write, NULL, error);
}

static void
on_errand_done (gpointer data, const ExecutorReport *report, const GError *error)
{
  g_assert_no_error (error);
}

/* A booking brings its advisor's calendar forward; a reservation asks the database alone. */
static void
test_booking_brings_an_early_run (void)
{
  Town *town = town_new ("", 1);
  Errand touch = { town->service, add_no_booking };
  Errand book = { town->service, add_booking };
  MetricsSync sync;
  gint64 start_us;

  turn (town, first_ran, 60 * G_USEC_PER_SEC);
  turn (town, NULL, G_USEC_PER_SEC / 10);
  g_assert_true (op_service_run_bulk (town->service, run_errand, on_errand_done, &touch, NULL));
  turn (town, NULL, 2 * G_USEC_PER_SEC);
  sync_scheduler_describe (town->scheduler, &sync);
  g_assert_cmpuint (sync.runs[SYNC_ENDED_SKIPPED], >=, 1);
  g_assert_cmpuint (get_runs (1), ==, 1);
  start_us = clock_monotonic_us ();
  g_assert_true (op_service_run_bulk (town->service, run_errand, on_errand_done, &book, NULL));
  turn (town, first_ran_again, 30 * G_USEC_PER_SEC);
  g_test_message ("early run after %" G_GINT64_FORMAT " us", clock_monotonic_us () - start_us);
  town_free (town);
}

/* Switched off nobody is asked; switched on again by a reload all are. */
static void
test_switched_off (void)
{
  Town *town = town_new ("enabled=false\n", 1);
  g_autoptr (SyncSettings) on =
    new_settings ("interval-s=1\nbusy-interval-s=1\nidle-interval-s=1\n");
  MetricsSync sync;

  turn (town, NULL, G_USEC_PER_SEC / 2);
  g_assert_cmpuint (get_runs (1), ==, 0);
  sync_scheduler_describe (town->scheduler, &sync);
  g_assert_false (sync.is_on);
  g_assert_cmpuint (sync.n_bindings, ==, 1);
  sync_scheduler_set_settings (town->scheduler, on);
  turn (town, first_ran, 60 * G_USEC_PER_SEC);
  town_free (town);
}

static void
test_errors_are_filed (void)
{
  static const struct
  {
    gboolean is_remote;
    gint code;
    SyncEnding ending;
  } rows[] = {
    { TRUE, CALSYNC_REMOTE_ERROR_DENIED, SYNC_ENDED_REMOTE },
    { TRUE, CALSYNC_REMOTE_ERROR_ASTRAY, SYNC_ENDED_REMOTE },
    { TRUE, CALSYNC_REMOTE_ERROR_CANCELLED, SYNC_ENDED_CANCELLED },
    { FALSE, PLANNER_ERROR_STATE_CHANGED, SYNC_ENDED_CANCELLED },
    { FALSE, PLANNER_ERROR_NOT_FOUND, SYNC_ENDED_CANCELLED },
    { FALSE, PLANNER_ERROR_BUSY, SYNC_ENDED_ELSEWHERE },
    { FALSE, PLANNER_ERROR_UNAVAILABLE, SYNC_ENDED_LOCAL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = g_error_new_literal (
        rows[i].is_remote ? CALSYNC_REMOTE_ERROR : PLANNER_ERROR, rows[i].code, "x");
      SyncResult result = { 0 };

      sync_result_set_error (&result, error);
      g_assert_cmpint (result.outcome.ending, ==, rows[i].ending);
      if (rows[i].ending == SYNC_ENDED_REMOTE)
        g_assert_cmpint (result.outcome.code, ==, rows[i].code);
    }
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/sync-scheduler/all-get-their-turn", test_all_get_their_turn);
  g_test_add_func ("/sync-scheduler/stop-in-the-middle", test_stop_in_the_middle);
  g_test_add_func ("/sync-scheduler/threads-write", test_threads_write);
  g_test_add_func ("/sync-scheduler/refused-account-is-paused", test_refused_account_is_paused);
  g_test_add_func ("/sync-scheduler/refused-calendar-is-paused", test_refused_calendar_is_paused);
  g_test_add_func ("/sync-scheduler/booking-brings-an-early-run", test_booking_brings_an_early_run);
  g_test_add_func ("/sync-scheduler/pause-ends-a-run", test_pause_ends_a_run);
  g_test_add_func ("/sync-scheduler/switched-off", test_switched_off);
  g_test_add_func ("/sync-scheduler/errors-are-filed", test_errors_are_filed);
  return g_test_run ();
}
