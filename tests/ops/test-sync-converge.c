/* SPDX-License-Identifier: EUPL-1.2 */
/* Both sides come to agree, whatever was done to them: whole runs over a real database, which is closed and opened again at each crash. */
#include "../sync/converge.h"
#include "base/error.h"
#include "sync-world.h"
#include "sync/sync-run.h"

#define N_STEPS 30
#define CLASS_NUMBER \
  "CASE class WHEN 'busy' THEN 1 WHEN 'tentative' THEN 2 WHEN 'unknown' THEN 5 ELSE 9 END"
#define HOUR (G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC)

typedef struct
{
  ConvergePlanner planner;
  SyncWorld *sync;
  char *data_dir;
  char *references[CONVERGE_N_BOOKINGS];
  GRand *random;
  gint64 *steps; /* of the run under way */
  guint64 n_writes;
  gint64 passed_us;
  guint64 *n_followed; /* of all worlds */
} Real;

#define PROPOSE 2

/* What a move in the calendar is: put back, a question, or a proposal that the rules of this world mostly allow. */
static const char *const modes[] = {
  "SELECT 1",
  "INSERT INTO setting VALUES (1, 0, 'sync-on-move', 0, 'ask');"
  "INSERT INTO setting VALUES (1, 0, 'sync-on-delete', 0, 'ask')",
  "INSERT INTO setting VALUES (1, 0, 'sync-on-move', 0, 'propose');"
  "DELETE FROM work_span; WITH RECURSIVE day (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM day "
  "WHERE "
  "n < 60) INSERT INTO work_span SELECT 1, 1795420800000000 + n * 86400000000, 1795420800000000 + "
  "(n + 1) * 86400000000 FROM day;"
  "UPDATE offer SET grid_minutes = 5",
};

static Real *
get_real (ConvergePlanner *planner)
{
  return (Real *) planner;
}

/* AdminRunner: a write that the process does not survive is done, or not, and nobody hears of it. */
static gboolean
run_write (gpointer runner, AdminWrite write, gpointer data, GError **error)
{
  Real *real = runner;
  AdminRunner direct = admin_runner_direct (real->sync->world->writer);
  gboolean dies = real->steps != NULL && (*real->steps == 0 || *real->steps == 1);
  gboolean is_stored = dies && *real->steps == 1 && g_rand_boolean (real->random);

  real->n_writes++;
  if (real->steps != NULL && *real->steps > 0)
    --*real->steps;
  if ((!dies || is_stored) && !direct.run_write (direct.runner, write, data, error))
    return FALSE;
  if (!dies)
    return TRUE;
  g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_UNAVAILABLE, "crash");
  return FALSE;
}

/* The process is started again: nothing is left of it but the file. */
static void
reopen (Real *real)
{
  World *world = real->sync->world;
  g_autofree char *path = g_build_filename (world->folder, "planner.db", NULL);
  g_autoptr (GError) error = NULL;

  store_close (world->reader);
  store_close (world->writer);
  world->writer = store_open (path, STORE_WRITE, &error);
  g_assert_no_error (error);
  world->reader = store_open (path, STORE_READ, &error);
  g_assert_no_error (error);
  real->sync->place.session = world->reader;
  real->sync->place.runner = admin_runner_direct (world->writer);
}

static gboolean
run (ConvergePlanner *planner,
     CalsyncRemote *remote,
     CalsyncJobMode mode,
     gint64 *steps,
     CalsyncReport **out_report,
     GError **error)
{
  Real *real = get_real (planner);
  SyncContext context = { .session = real->sync->world->reader,
                          .runner = { run_write, real },
                          .data_dir = real->data_dir,
                          .actor = "sync",
                          .call_id = "run-1",
                          .remote = remote };
  gboolean is_good;

  real->steps = steps;
  is_good = sync_run_binding (&context, real->sync->binding_id, mode, out_report, error);
  real->steps = NULL;
  if (*steps == 0)
    reopen (real);
  return is_good;
}

static void G_GNUC_PRINTF (2, 3) run_sql (Real *real, const char *format, ...)
{
  g_autofree char *sql = NULL;
  g_autoptr (GError) error = NULL;
  va_list args;

  va_start (args, format);
  sql = g_strdup_vprintf (format, args);
  va_end (args);
  if (!store_run_script (real->sync->world->writer, sql, &error))
    g_error ("%s: %s", sql, error->message);
}

static void
book (ConvergePlanner *planner, guint n, gint64 start_us, gint64 end_us)
{
  run_sql (get_real (planner),
           "UPDATE booking SET state = 'booked', advisor_id = 1, start_us = %" G_GINT64_FORMAT
           ", end_us = %" G_GINT64_FORMAT " WHERE booking_id = %u",
           start_us, end_us, n + 1);
}

static void
move (ConvergePlanner *planner, guint n, gint64 start_us, gint64 end_us)
{
  run_sql (get_real (planner),
           "UPDATE booking SET start_us = %" G_GINT64_FORMAT ", end_us = %" G_GINT64_FORMAT
           " WHERE booking_id = %u; DELETE FROM claim WHERE booking_id = %u",
           start_us, end_us, n + 1, n + 1);
}

static void
cancel (ConvergePlanner *planner, guint n)
{
  run_sql (get_real (planner),
           "UPDATE booking SET state = 'cancelled' WHERE booking_id = %u;"
           "DELETE FROM claim WHERE booking_id = %u",
           n + 1, n + 1);
}

static void
find_times (ConvergePlanner *planner, guint n, gint64 *out_start_us, gint64 *out_end_us)
{
  World *world = get_real (planner)->sync->world;
  g_autofree char *start =
    g_strdup_printf ("SELECT start_us FROM booking WHERE booking_id = %u", n + 1);
  g_autofree char *end =
    g_strdup_printf ("SELECT end_us FROM booking WHERE booking_id = %u", n + 1);

  *out_start_us = world_count (world, start);
  *out_end_us = world_count (world, end);
}

static void
tell (ConvergePlanner *planner, guint64 n_followed)
{
  *get_real (planner)->n_followed += n_followed;
}

static void
hand_over (ConvergePlanner *planner, guint n, gboolean is_back)
{
  run_sql (get_real (planner),
           "UPDATE booking SET advisor_id = %d WHERE booking_id = %u;"
           "DELETE FROM claim WHERE booking_id = %u",
           is_back ? 1 : 2, n + 1, n + 1);
}

static const char *
get_reference (ConvergePlanner *planner, guint n)
{
  return get_real (planner)->references[n];
}

static gboolean
has_conflict (ConvergePlanner *planner, guint n, gint64 start_us, gint64 end_us)
{
  Real *real = get_real (planner);
  g_autofree char *sql = g_strdup_printf (
    "SELECT count(*) FROM sync_conflict WHERE reference = '%s' AND their_start_us = "
    "%" G_GINT64_FORMAT " AND their_end_us = %" G_GINT64_FORMAT,
    real->references[n], start_us, end_us);

  return world_count (real->sync->world, sql) > 0;
}

static char *
dup_key (ConvergePlanner *planner, guint n)
{
  Real *real = get_real (planner);
  g_autoptr (GError) error = NULL;
  g_autoptr (SyncLink) link = sync_link_store_find (
    real->sync->world->reader, real->sync->binding_id, real->references[n], &error);

  g_assert_no_error (error);
  return link == NULL ? NULL : g_strdup (link->key);
}

static GArray *
list_spans (ConvergePlanner *planner)
{
  Real *real = get_real (planner);
  GArray *spans = g_array_new (FALSE, FALSE, sizeof (CalsyncSpan));
  gint64 n = world_count (real->sync->world, "SELECT count(*) FROM busy_span");

  for (gint64 i = 0; i < n; i++)
    {
      CalsyncSpan span = { 0 };
      const char *const columns[] = { "start_us", "end_us", CLASS_NUMBER };
      gint64 values[3];

      for (guint k = 0; k < G_N_ELEMENTS (columns); k++)
        {
          g_autofree char *sql =
            g_strdup_printf ("SELECT %s FROM busy_span ORDER BY start_us, end_us, class LIMIT 1 "
                             "OFFSET %" G_GINT64_FORMAT,
                             columns[k], i);

          values[k] = world_count (real->sync->world, sql);
        }
      span.start_us = values[0];
      span.end_us = values[1];
      span.busy_class = (CalsyncClass) values[2];
      g_array_append_val (spans, span);
    }
  return spans;
}

static guint64
count_writes (ConvergePlanner *planner)
{
  return get_real (planner)->n_writes;
}

static void
want_full (ConvergePlanner *planner)
{
  run_sql (get_real (planner), "UPDATE sync_binding SET full_due_us = 0");
}

static void
agree (ConvergePlanner *planner)
{
  Real *real = get_real (planner);
  g_autoptr (GError) error = NULL;
  const SyncGuard guard = { .binding_id = real->sync->binding_id,
                            .agreed_by = (char *) "admin",
                            .agreed_until_us = real->sync->world->now_us + 24 * HOUR };

  g_assert_true (sync_guard_agree (real->sync->world->writer, &guard, &error));
  g_assert_no_error (error);
}

static void
resolve (ConvergePlanner *planner)
{
  run_sql (get_real (planner),
           "UPDATE sync_link SET state = 1 WHERE state = 2 AND NOT EXISTS (SELECT 1 FROM "
           "sync_conflict c WHERE c.reference = sync_link.reference AND c.state = 'open' AND "
           "c.decision = 'proposed'); DELETE FROM sync_putback");
}

/* Bookings lie ten days ahead: none of them is over before the end. */
static void
advance (ConvergePlanner *planner, gint64 us)
{
  Real *real = get_real (planner);

  if (real->passed_us + us > 5 * 24 * HOUR)
    return;
  real->passed_us += us;
  sync_world_pass_time (real->sync, us);
}

static void
free_real (ConvergePlanner *planner)
{
  Real *real = get_real (planner);

  for (guint n = 0; n < CONVERGE_N_BOOKINGS; n++)
    g_free (real->references[n]);
  sync_world_free (real->sync);
  g_free (real->data_dir);
  g_rand_free (real->random);
  g_free (real);
}

static const ConvergePlannerFunctions functions = {
  .run = run,
  .book = book,
  .move = move,
  .cancel = cancel,
  .hand_over = hand_over,
  .find_times = find_times,
  .tell = tell,
  .get_reference = get_reference,
  .has_conflict = has_conflict,
  .dup_key = dup_key,
  .list_spans = list_spans,
  .count_writes = count_writes,
  .want_full = want_full,
  .agree = agree,
  .resolve = resolve,
  .advance = advance,
  .free = free_real,
};

/* Six meetings that were booked in the ordinary way and cancelled again. */
static void
make_bookings (Real *real, char *identifiers[CONVERGE_N_BOOKINGS])
{
  for (guint n = 0; n < CONVERGE_N_BOOKINGS; n++)
    {
      g_autofree char *start = g_strdup_printf ("2026-11-24T%02u:%02u:00Z", 8 + n / 2, n % 2 * 30);

      identifiers[n] = sync_world_book (real->sync, n + 1, SYNC_OFFER, start);
    }
  run_sql (real, "UPDATE booking SET state = 'cancelled', advisor_id = 1; DELETE FROM claim");
}

static ConvergePlanner *
make (guint32 seed, gpointer data)
{
  Real *real = g_new0 (Real, 1);
  char *identifiers[CONVERGE_N_BOOKINGS];

  real->n_followed = data;
  real->planner.functions = &functions;
  real->random = g_rand_new_with_seed (seed);
  real->data_dir = testlib_dup_source_path ("data");
  real->sync = sync_world_new ();
  make_bookings (real, identifiers);
  run_sql (real, "%s", modes[seed % G_N_ELEMENTS (modes)]);
  real->planner.moves_mostly = seed % G_N_ELEMENTS (modes) == PROPOSE;
  sync_world_bind (real->sync, 1, CALSYNC_DIRECTION_BOTH);
  for (guint n = 0; n < CONVERGE_N_BOOKINGS; n++)
    {
      real->references[n] =
        sync_reference_new (sync_local_get_instance (real->sync->local), FALSE, identifiers[n]);
      g_free (identifiers[n]);
    }
  return &real->planner;
}

static void
test_converge (void)
{
  guint64 n_worlds = testlib_budget ("sync-converge"), n_runs = 0, n_followed = 0;
  guint32 seed = testlib_random_seed ();

  for (guint64 i = 0; i < n_worlds; i++)
    converge_check (make, &n_followed, seed + (guint32) i, N_STEPS, &n_runs);
  g_test_message ("%u worlds, %u runs, %u bookings moved by the advisor", (guint) n_worlds,
                  (guint) n_runs, (guint) n_followed);
  g_assert_cmpuint (n_runs, >, n_worlds);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/sync/converge/store", test_converge);
  return g_test_run ();
}
