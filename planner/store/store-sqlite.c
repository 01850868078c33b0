/* SPDX-License-Identifier: EUPL-1.2 */
/* The session interface on SQLite: WAL, full durability, statements prepared once and bound by name. */
#include "store/store.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "store/store-vfs.h"

#define BUSY_TIMEOUT_MS 2000
/* PostgreSQL bounds statements at far more; no statement of ours needs more. */
#define MAX_PARAMETERS 48
/* Virtual machine steps between two looks at the clock: some tens of microseconds. */
#define PROGRESS_STEPS 2000

typedef struct
{
  sqlite3_stmt *statement;
  int positions[MAX_PARAMETERS]; /* $n → sqlite's own number, which goes by first appearance */
} Prepared;

/* What every job and group runs, prepared as well: parsing them costs more than running them. */
typedef enum
{
  CONTROL_BEGIN,
  CONTROL_BEGIN_IMMEDIATE,
  CONTROL_COMMIT,
  CONTROL_SAVEPOINT,
  CONTROL_RELEASE,
  N_CONTROLS,
} Control;

static const char *const control_texts[] = {
  [CONTROL_BEGIN] = "BEGIN",         [CONTROL_BEGIN_IMMEDIATE] = "BEGIN IMMEDIATE",
  [CONTROL_COMMIT] = "COMMIT",       [CONTROL_SAVEPOINT] = "SAVEPOINT job",
  [CONTROL_RELEASE] = "RELEASE job",
};

struct _StoreSession
{
  sqlite3 *database;
  gboolean may_write;
  gboolean must_empty_log;
  gint64 read_limit_us; /* 0: none */
  gint64 read_until_us; /* monotonic, of the transaction that is open; 0: none */
  gint64 n_log_pages;   /* of the write-ahead log, after the last commit */
  Prepared prepared[SQL_N_STATEMENTS];
  sqlite3_stmt *controls[N_CONTROLS];
};

/* Constraint texts are our own words; they never carry values. */
static gboolean
set_error (StoreSession *session, const char *what, GError **error)
{
  int code = sqlite3_errcode (session->database);
  PlannerError planner_code;

  switch (code & 0xff)
    {
    case SQLITE_CONSTRAINT:
      planner_code = PLANNER_ERROR_CONFLICT;
      break;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_INTERRUPT:
      planner_code = PLANNER_ERROR_BUSY;
      break;
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
      planner_code = PLANNER_ERROR_UNAVAILABLE;
      break;
    default:
      planner_code = PLANNER_ERROR_INTERNAL;
    }
  g_set_error (error, PLANNER_ERROR, planner_code, "%s: %s (%d)", what,
               sqlite3_errmsg (session->database), sqlite3_extended_errcode (session->database));
  return FALSE;
}

static gboolean
run_text (StoreSession *session, const char *sql, GError **error)
{
  if (sqlite3_exec (session->database, sql, NULL, NULL, NULL) != SQLITE_OK)
    return set_error (session, sql, error);
  return TRUE;
}

static int
on_commit (void *data, sqlite3 *database, const char *name, int n_pages)
{
  ((StoreSession *) data)->n_log_pages = n_pages;
  return SQLITE_OK;
}

static gboolean
run_control (StoreSession *session, Control control, GError **error)
{
  sqlite3_stmt **statement = &session->controls[control];
  const char *text = control_texts[control];
  gboolean ok;

  if (*statement == NULL &&
      sqlite3_prepare_v3 (session->database, text, -1, SQLITE_PREPARE_PERSISTENT, statement,
                          NULL) != SQLITE_OK)
    return set_error (session, text, error);
  ok = sqlite3_step (*statement) == SQLITE_DONE || set_error (session, text, error);
  sqlite3_reset (*statement);
  return ok;
}

/* What a savepoint may have to put back stays in memory: SQLite would write it, citizens' numbers
 * included, to a temporary file as soon as a job touches sixteen pages. Nobody reads the statistics of
 * its allocations, which cost a lock each. */
static gpointer
configure_once (gpointer unused)
{
  sqlite3_config (SQLITE_CONFIG_STMTJRNL_SPILL, -1);
  sqlite3_config (SQLITE_CONFIG_MEMSTATUS, 0);
  return NULL;
}

/* The file holds citizens' numbers: its owner's alone, and SQLite gives the log beside it the same
 * mode. Only a file that is not there yet is opened here: closing an open database's descriptor would
 * drop the locks of every connection of this process. */
static void
create_private (const char *path)
{
  int descriptor = open (path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

  if (descriptor >= 0)
    close (descriptor);
}

/**
 * store_open:
 * @path: the database file; STORE_WRITE creates it when it is not there
 *
 * Opens one session. A session belongs to one thread at a time. The serving connection never
 * checkpoints inside a commit: see store_checkpoint().
 *
 * Errors: PLANNER_ERROR_UNAVAILABLE when the file cannot be opened. Blocks.
 */
StoreSession *
store_open (const char *path, StoreAccess access, GError **error)
{
  static GOnce once = G_ONCE_INIT;
  g_autoptr (StoreSession) session = g_new0 (StoreSession, 1);
  int flags =
    SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
    (access == STORE_WRITE ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READWRITE);

  g_once (&once, configure_once, NULL);
  session->may_write = access == STORE_WRITE;
  if (access == STORE_WRITE)
    create_private (path);
  if (sqlite3_open_v2 (path, &session->database, flags, store_vfs_ensure ()) != SQLITE_OK)
    {
      set_error (session, "cannot open the database", error);
      return NULL;
    }
  sqlite3_busy_timeout (session->database, BUSY_TIMEOUT_MS);
  /* A mapped file would count as this program's memory, once a session, and be no faster. */
  if (!run_text (session, "PRAGMA journal_mode = WAL", error) ||
      !run_text (session, "PRAGMA synchronous = FULL", error) ||
      !run_text (session, "PRAGMA foreign_keys = ON", error) ||
      !run_text (session, "PRAGMA trusted_schema = OFF", error) ||
      !run_text (session, "PRAGMA wal_autocheckpoint = 0", error) ||
      !run_text (session, "PRAGMA temp_store = MEMORY", error) ||
      !run_text (session, "PRAGMA mmap_size = 0", error) ||
      !run_text (session, "PRAGMA secure_delete = ON", error) ||
      !run_text (session,
                 access == STORE_WRITE ? "PRAGMA cache_size = -4096" : "PRAGMA query_only = ON",
                 error))
    return NULL;
  sqlite3_wal_hook (session->database, on_commit,
                    session); /* takes the place of the automatic one */
  return g_steal_pointer (&session);
}

/**
 * store_open_still:
 * @path: a file that nobody changes while it is open, such as a backup
 *
 * Opens it for reading and leaves it as it is: no log beside it, no lock.
 */
StoreSession *
store_open_still (const char *path, GError **error)
{
  g_autoptr (StoreSession) session = g_new0 (StoreSession, 1);
  g_autofree char *escaped = g_uri_escape_string (path, "/", TRUE);
  g_autofree char *uri = g_strconcat ("file:", escaped, "?immutable=1", NULL);

  if (sqlite3_open_v2 (uri, &session->database,
                       SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX |
                         SQLITE_OPEN_EXRESCODE,
                       NULL) == SQLITE_OK &&
      run_text (session, "PRAGMA trusted_schema = OFF", NULL))
    return g_steal_pointer (&session);
  set_error (session, path, error);
  return NULL;
}

/**
 * store_close:
 *
 * Ends a session; an open transaction is rolled back.
 */
void
store_close (StoreSession *session)
{
  if (session == NULL)
    return;
  for (guint i = 0; i < SQL_N_STATEMENTS; i++)
    sqlite3_finalize (session->prepared[i].statement);
  for (guint i = 0; i < N_CONTROLS; i++)
    sqlite3_finalize (session->controls[i]);
  sqlite3_close (session->database);
  g_free (session);
}

static int
on_progress (void *data)
{
  const StoreSession *session = data;

  return session->read_until_us != 0 && clock_monotonic_us () >= session->read_until_us;
}

/**
 * store_limit_reads:
 * @limit_us: how long a read transaction may last
 *
 * A picture that is held for long keeps the write-ahead log from being moved. From now on a statement
 * of a read transaction that has lasted longer fails with PLANNER_ERROR_BUSY. For reading sessions:
 * the writing one is never interrupted.
 */
void
store_limit_reads (StoreSession *session, gint64 limit_us)
{
  g_return_if_fail (!session->may_write);
  session->read_limit_us = limit_us;
  sqlite3_progress_handler (session->database, PROGRESS_STEPS, on_progress, session);
}

/**
 * store_begin:
 *
 * Starts a transaction. STORE_WRITE takes the write lock at once, so that a later statement cannot
 * find the picture it read already old. Errors: PLANNER_ERROR_BUSY when another process writes.
 */
gboolean
store_begin (StoreSession *session, StoreAccess access, GError **error)
{
  session->read_until_us =
    session->read_limit_us == 0 ? 0 : clock_monotonic_us () + session->read_limit_us;
  return run_control (session, access == STORE_WRITE ? CONTROL_BEGIN_IMMEDIATE : CONTROL_BEGIN,
                      error);
}

/**
 * store_commit:
 *
 * Makes the transaction durable before it returns. After FALSE the caller asks
 * store_is_in_transaction() and rolls back.
 */
gboolean
store_commit (StoreSession *session, GError **error)
{
  return run_control (session, CONTROL_COMMIT, error);
}

/**
 * store_rollback:
 *
 * Drops the transaction if one is open.
 */
void
store_rollback (StoreSession *session)
{
  session->read_until_us = 0;
  if (store_is_in_transaction (session))
    (void) run_text (session, "ROLLBACK", NULL);
}

/**
 * store_is_in_transaction:
 *
 * Some errors (disk full, out of memory) roll SQLite's transaction back by themselves: the writer
 * asks after every job.
 */
gboolean
store_is_in_transaction (StoreSession *session)
{
  return !sqlite3_get_autocommit (session->database);
}

/**
 * store_savepoint:
 *
 * Marks where one job of a group begins. Savepoints do not nest.
 */
gboolean
store_savepoint (StoreSession *session, GError **error)
{
  return run_control (session, CONTROL_SAVEPOINT, error);
}

/**
 * store_release:
 *
 * Keeps what was done since store_savepoint().
 */
gboolean
store_release (StoreSession *session, GError **error)
{
  return run_control (session, CONTROL_RELEASE, error);
}

/**
 * store_undo_to_savepoint:
 *
 * Undoes what was done since store_savepoint() and removes the mark.
 */
gboolean
store_undo_to_savepoint (StoreSession *session, GError **error)
{
  return run_text (session, "ROLLBACK TO job", error) &&
         run_control (session, CONTROL_RELEASE, error);
}

static Prepared *
prepare (StoreSession *session, StoreStatement statement, GError **error)
{
  Prepared *prepared = &session->prepared[statement];

  if (prepared->statement != NULL)
    return prepared;
  if (sqlite3_prepare_v3 (session->database, store_sql_text (statement), -1,
                          SQLITE_PREPARE_PERSISTENT, &prepared->statement, NULL) != SQLITE_OK)
    {
      set_error (session, store_sql_name (statement), error);
      return NULL;
    }
  for (int i = 0; i < MAX_PARAMETERS; i++)
    {
      char name[8];
      g_snprintf (name, sizeof name, "$%d", i + 1);
      prepared->positions[i] = sqlite3_bind_parameter_index (prepared->statement, name);
    }
  return prepared;
}

/* @keeping: SQLITE_TRANSIENT to copy texts and bytes, SQLITE_STATIC when they outlive the run. */
static void
bind_one (Prepared *prepared,
          int position,
          char type,
          va_list *values,
          sqlite3_destructor_type keeping)
{
  if (type == 'i')
    sqlite3_bind_int64 (prepared->statement, position, va_arg (*values, gint64));
  else if (type == 's')
    sqlite3_bind_text (prepared->statement, position, va_arg (*values, const char *), -1, keeping);
  else if (type == 'b')
    {
      GBytes *bytes = va_arg (*values, GBytes *);
      gsize size = 0;
      const void *data = bytes == NULL ? NULL : g_bytes_get_data (bytes, &size);
      /* Empty bytes have no address, which would bind NULL. */
      if (bytes != NULL && size == 0)
        sqlite3_bind_zeroblob (prepared->statement, position, 0);
      else
        sqlite3_bind_blob (prepared->statement, position, data, (int) size, keeping);
    }
  else
    g_assert_not_reached ();
}

static Prepared *
start (StoreSession *session,
       StoreStatement statement,
       const char *types,
       va_list *values,
       sqlite3_destructor_type keeping,
       GError **error)
{
  Prepared *prepared = prepare (session, statement, error);

  if (prepared == NULL)
    return NULL;
  g_return_val_if_fail (!sqlite3_stmt_busy (prepared->statement), NULL);
  g_return_val_if_fail ((int) strlen (types) == sqlite3_bind_parameter_count (prepared->statement),
                        NULL);
  for (int i = 0; types[i] != '\0'; i++)
    bind_one (prepared, prepared->positions[i], types[i], values, keeping);
  return prepared;
}

/**
 * store_run:
 * @types: one letter a parameter: i gint64, s text or NULL, b GBytes or NULL
 *
 * Runs a statement that gives no rows. Integers must be passed as gint64.
 *
 * Errors: PLANNER_ERROR_CONFLICT (a constraint or one of our triggers refused), _BUSY, _UNAVAILABLE.
 */
gboolean
store_run (StoreSession *session, GError **error, StoreStatement statement, const char *types, ...)
{
  Prepared *prepared;
  va_list values;
  gboolean ok;

  va_start (values, types);
  prepared = start (session, statement, types, &values, SQLITE_STATIC, error);
  va_end (values);
  if (prepared == NULL)
    return FALSE;
  ok = sqlite3_step (prepared->statement) == SQLITE_DONE;
  if (!ok)
    set_error (session, store_sql_name (statement), error);
  sqlite3_reset (prepared->statement);
  sqlite3_clear_bindings (prepared->statement); /* they point at what is the caller's */
  return ok;
}

static void
bind_value (sqlite3_stmt *statement, int position, const StoreValue *value)
{
  gsize n_bytes = 0;
  const void *data;

  if (value->type == 'i')
    sqlite3_bind_int64 (statement, position, value->number);
  else if (value->type == 's')
    sqlite3_bind_text (statement, position, value->text, -1, SQLITE_TRANSIENT);
  else if (value->type == 'b')
    {
      data = g_bytes_get_data (value->bytes, &n_bytes);
      sqlite3_bind_blob (statement, position, data, (int) n_bytes, SQLITE_TRANSIENT);
    }
}

/**
 * store_insert:
 * @table: of our own schema
 * @values: one for each of its columns, in order
 *
 * Adds a row to any table, for what copies whole tables.
 */
gboolean
store_insert (StoreSession *session,
              const char *table,
              const StoreValue *values,
              guint n_values,
              GError **error)
{
  g_autoptr (GString) sql = g_string_new (NULL);
  sqlite3_stmt *statement = NULL;
  gboolean ok;

  g_string_printf (sql, "INSERT INTO %s VALUES (?", table);
  for (guint i = 1; i < n_values; i++)
    g_string_append (sql, ", ?");
  g_string_append_c (sql, ')');
  if (sqlite3_prepare_v2 (session->database, sql->str, -1, &statement, NULL) != SQLITE_OK)
    return set_error (session, table, error);
  for (guint i = 0; i < n_values; i++)
    bind_value (statement, (int) i + 1, &values[i]);
  ok = sqlite3_step (statement) == SQLITE_DONE || set_error (session, table, error);
  sqlite3_finalize (statement);
  return ok;
}

/**
 * store_query:
 * @out_query: the running statement; step through it with store_step()
 * @types: as in store_run()
 *
 * Starts a statement that gives rows.
 */
gboolean
store_query (StoreSession *session,
             StoreQuery *out_query,
             GError **error,
             StoreStatement statement,
             const char *types,
             ...)
{
  Prepared *prepared;
  va_list values;

  va_start (values, types);
  prepared = start (session, statement, types, &values, SQLITE_TRANSIENT, error);
  va_end (values);
  if (prepared == NULL)
    return FALSE;
  *out_query = (StoreQuery){ session, prepared->statement };
  return TRUE;
}

/**
 * store_step:
 *
 * Returns: STORE_ROW while there is one, then STORE_END; STORE_FAILED with @error set. After either
 * end the statement is reset.
 */
StoreStep
store_step (StoreQuery *query, GError **error)
{
  int code = sqlite3_step (query->running);

  if (code == SQLITE_ROW)
    return STORE_ROW;
  if (code != SQLITE_DONE)
    set_error (query->session, "a query failed", error);
  store_query_end (query);
  return code == SQLITE_DONE ? STORE_END : STORE_FAILED;
}

/**
 * store_query_end:
 *
 * Resets the statement so that it may be run again. Harmless when it has ended.
 */
void
store_query_end (StoreQuery *query)
{
  if (query->running != NULL)
    sqlite3_reset (query->running);
  query->running = NULL;
}

/**
 * store_n_changed:
 *
 * Returns: how many rows the last store_run() changed.
 */
gint64
store_n_changed (StoreSession *session)
{
  return sqlite3_changes64 (session->database);
}

/**
 * store_last_id:
 *
 * Returns: the id that the last insert was given.
 */
gint64
store_last_id (StoreSession *session)
{
  return sqlite3_last_insert_rowid (session->database);
}

/**
 * store_run_script:
 * @sql: any number of statements, such as a migration
 */
gboolean
store_run_script (StoreSession *session, const char *sql, GError **error)
{
  if (sqlite3_exec (session->database, sql, NULL, NULL, NULL) != SQLITE_OK)
    return set_error (session, "a migration failed", error);
  return TRUE;
}

/**
 * store_schema_version:
 *
 * Returns: the number of the last migration, 0 for an empty file, -1 when it cannot be read.
 */
gint64
store_schema_version (StoreSession *session)
{
  sqlite3_stmt *statement = NULL;
  gint64 version = -1;

  if (sqlite3_prepare_v2 (session->database, "PRAGMA user_version", -1, &statement, NULL) ==
        SQLITE_OK &&
      sqlite3_step (statement) == SQLITE_ROW)
    version = sqlite3_column_int64 (statement, 0);
  sqlite3_finalize (statement);
  return version;
}

/**
 * store_set_schema_version:
 *
 * Part of a migration's own transaction.
 */
gboolean
store_set_schema_version (StoreSession *session, gint64 version, GError **error)
{
  g_autofree char *sql = g_strdup_printf ("PRAGMA user_version = %" G_GINT64_FORMAT, version);
  return run_text (session, sql, error);
}

/* The first row of a pragma that reports faults; NULL when it has none. */
static char *
dup_first (StoreSession *session, const char *pragma)
{
  sqlite3_stmt *statement = NULL;
  char *text = NULL;

  if (sqlite3_prepare_v2 (session->database, pragma, -1, &statement, NULL) != SQLITE_OK)
    text = g_strdup (sqlite3_errmsg (session->database));
  else if (sqlite3_step (statement) == SQLITE_ROW)
    text = g_strdup ((const char *) sqlite3_column_text (statement, 0));
  else if (sqlite3_errcode (session->database) != SQLITE_DONE)
    text = g_strdup (sqlite3_errmsg (session->database));
  sqlite3_finalize (statement);
  return text;
}

/**
 * store_check_keys:
 *
 * Errors: PLANNER_ERROR_INTERNAL, naming the table, when a row names another that is not there.
 */
gboolean
store_check_keys (StoreSession *session, GError **error)
{
  g_autofree char *table = dup_first (session, "PRAGMA foreign_key_check");

  if (table != NULL)
    g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_INTERNAL,
                 "the table %s has a row that names one that is not there", table);
  return table == NULL;
}

/**
 * store_check:
 *
 * Lets the database look through its own pages and foreign keys.
 *
 * Errors: PLANNER_ERROR_INTERNAL.
 */
gboolean
store_check (StoreSession *session, GError **error)
{
  g_autofree char *fault = dup_first (session, "PRAGMA quick_check(1)");

  if (g_strcmp0 (fault, "ok") == 0)
    return store_check_keys (session, error);
  g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_INTERNAL,
                       "the database file is damaged");
  return FALSE;
}

/**
 * store_n_log_pages:
 *
 * Returns: how many pages the write-ahead log held after this session's last commit: the longer it is,
 * the longer every reader looks for a page.
 */
gint64
store_n_log_pages (const StoreSession *session)
{
  return session->n_log_pages;
}

/**
 * store_forget_log:
 *
 * Something was deleted that must be found nowhere: the next checkpoints go on until the write-ahead
 * log is empty.
 */
void
store_forget_log (StoreSession *session)
{
  session->must_empty_log = TRUE;
}

/* Not while a reader holds an older picture, and without waiting for it. */
static gboolean
empty_log (StoreSession *session)
{
  int code;

  sqlite3_busy_timeout (session->database, 0);
  code =
    sqlite3_wal_checkpoint_v2 (session->database, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
  sqlite3_busy_timeout (session->database, BUSY_TIMEOUT_MS);
  return code == SQLITE_OK;
}

/**
 * store_checkpoint:
 *
 * Moves what it can from the write-ahead log into the database file without waiting for readers.
 * The writer calls it between groups, never inside a commit. Failure is harmless: the next one
 * does the work.
 */
void
store_checkpoint (StoreSession *session)
{
  if (session->must_empty_log && empty_log (session))
    {
      session->must_empty_log = FALSE;
      return;
    }
  (void) sqlite3_wal_checkpoint_v2 (session->database, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
}

/**
 * store_fold_log:
 *
 * Moves all of the write-ahead log into the database file and empties it, so that the file alone is
 * the database. Errors: PLANNER_ERROR_BUSY while somebody reads.
 */
gboolean
store_fold_log (StoreSession *session, GError **error)
{
  if (sqlite3_wal_checkpoint_v2 (session->database, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL) ==
      SQLITE_OK)
    return TRUE;
  return set_error (session, "the write-ahead log cannot be folded in", error);
}
