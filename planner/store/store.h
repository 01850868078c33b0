/* SPDX-License-Identifier: EUPL-1.2 */
/* The session interface: what record stores may ask of a database, whichever it is. */
#pragma once

#include <glib.h>

#include "store/store-sql.h"

/* Laid-out time is stored in pieces no longer than this, so that whoever asks for an interval need not
 * read all that came before it. The statements say it in figures. */
#define STORE_LONGEST_SPAN_US G_GINT64_CONSTANT (86400000000)

typedef struct _StoreSession StoreSession;
typedef struct _StoreRow StoreRow;

typedef enum
{
  STORE_READ,  /* one consistent picture, no change */
  STORE_WRITE, /* the write lock from the start */
} StoreAccess;

typedef enum
{
  STORE_ROW,
  STORE_END,
  STORE_FAILED,
} StoreStep;

/* Bytes; @n_all is an estimate. */
typedef void (*StoreProgress) (gpointer data, guint64 n_done, guint64 n_all);

/**
 * StoreQuery:
 *
 * One running statement. Declare it with g_auto (StoreQuery) so that it is reset when it goes out
 * of scope; the same statement must not run twice at once in one session.
 */
typedef struct
{
  StoreSession *session;
  void *running;
} StoreQuery;

/**
 * StoreValue:
 * @type: i, s or b as in store_run(), or n for null
 */
typedef struct
{
  char type;
  gint64 number;
  char *text;
  GBytes *bytes;
} StoreValue;

StoreSession *
store_open (const char *path, StoreAccess access, GError **error) G_GNUC_WARN_UNUSED_RESULT;
StoreSession *store_open_still (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void store_close (StoreSession *session);
void store_limit_reads (StoreSession *session, gint64 limit_us);

gboolean
store_begin (StoreSession *session, StoreAccess access, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean store_commit (StoreSession *session, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void store_rollback (StoreSession *session);
gboolean store_is_in_transaction (StoreSession *session);
gboolean store_savepoint (StoreSession *session, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean store_release (StoreSession *session, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean store_undo_to_savepoint (StoreSession *session, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Parameters follow @types, one letter each: i gint64, s text or NULL, b GBytes or NULL. */
gboolean store_run (StoreSession *session,
                    GError **error,
                    StoreStatement statement,
                    const char *types,
                    ...) G_GNUC_WARN_UNUSED_RESULT;
gboolean store_insert (StoreSession *session,
                       const char *table,
                       const StoreValue *values,
                       guint n_values,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean store_query (StoreSession *session,
                      StoreQuery *out_query,
                      GError **error,
                      StoreStatement statement,
                      const char *types,
                      ...) G_GNUC_WARN_UNUSED_RESULT;
StoreStep store_step (StoreQuery *query, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void store_query_end (StoreQuery *query);

gint64 store_int (StoreQuery *query, int column);
const char *store_text (StoreQuery *query, int column);
GBytes *store_dup_bytes (StoreQuery *query, int column);
gboolean store_is_null (StoreQuery *query, int column);
StoreValue store_dup_value (StoreQuery *query, int column);
void store_value_clear (StoreValue *value);
gboolean store_is_int (StoreQuery *query, int column);
int store_n_columns (StoreQuery *query);
const char *store_column_name (StoreQuery *query, int column);

gint64 store_n_changed (StoreSession *session);
gint64 store_last_id (StoreSession *session);

gboolean
store_run_script (StoreSession *session, const char *sql, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gint64 store_schema_version (StoreSession *session);
gboolean store_set_schema_version (StoreSession *session,
                                   gint64 version,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean store_copy (const char *path,
                     int target,
                     const char *target_path,
                     StoreProgress progress,
                     gpointer data,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean store_check_keys (StoreSession *session, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean store_check (StoreSession *session, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gint64 store_n_log_pages (const StoreSession *session);
void store_checkpoint (StoreSession *session);
gboolean store_fold_log (StoreSession *session, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void store_forget_log (StoreSession *session);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (StoreQuery, store_query_end)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (StoreSession, store_close)
