/* SPDX-License-Identifier: EUPL-1.2 */
/* Watches for echoes: one row a booking. */
#include "store/echo-store.h"

/**
 * echo_watch_free:
 */
void
echo_watch_free (EchoWatch *watch)
{
  if (watch == NULL)
    return;
  g_free (watch->subject);
  g_free (watch->reason);
  g_free (watch);
}

static EchoWatch *
read_watch (StoreQuery *query)
{
  EchoWatch *watch = g_new0 (EchoWatch, 1);

  watch->echo_id = store_int (query, 0);
  watch->tenant_id = store_int (query, 1);
  watch->citizen_id = store_int (query, 2);
  watch->subject = g_strdup (store_text (query, 3));
  watch->revision = store_int (query, 4);
  watch->added_us = store_int (query, 5);
  watch->attempts = store_int (query, 6);
  watch->not_before_us = store_int (query, 7);
  watch->is_flagged = store_int (query, 8) != 0;
  watch->reason = g_strdup (store_text (query, 9));
  return watch;
}

/**
 * echo_store_add:
 * @watch: tenant_id, citizen_id, subject, revision and added_us are read
 */
gboolean
echo_store_add (StoreSession *session, const EchoWatch *watch, GError **error)
{
  return store_run (session, error, SQL_ECHO_ADD, "iisii", watch->tenant_id, watch->citizen_id,
                    watch->subject, watch->revision, watch->added_us);
}

/**
 * echo_store_clear:
 * @revision: of the booking that DFDG's word was compared with
 */
gboolean
echo_store_clear (StoreSession *session,
                  gint64 tenant_id,
                  const char *subject,
                  gint64 revision,
                  GError **error)
{
  return store_run (session, error, SQL_ECHO_CLEAR, "isi", tenant_id, subject, revision);
}

/**
 * echo_store_put_off:
 * @watch: as read; one that was begun again meanwhile stays as it is
 */
gboolean
echo_store_put_off (StoreSession *session,
                    const EchoWatch *watch,
                    gint64 not_before_us,
                    const char *reason,
                    GError **error)
{
  return store_run (session, error, SQL_ECHO_PUT_OFF, "iiis", watch->echo_id, watch->revision,
                    not_before_us, reason);
}

/**
 * echo_store_flag:
 * @watch: as read; one that was begun again meanwhile stays as it is
 */
gboolean
echo_store_flag (StoreSession *session, const EchoWatch *watch, const char *reason, GError **error)
{
  return store_run (session, error, SQL_ECHO_FLAG, "iis", watch->echo_id, watch->revision, reason);
}

/**
 * echo_store_retry:
 */
gboolean
echo_store_retry (StoreSession *session, gint64 tenant_id, const char *subject, GError **error)
{
  return store_run (session, error, SQL_ECHO_RETRY, "is", tenant_id, subject);
}

/**
 * echo_store_list_due:
 * @out_citizens: (element-type gint64): appended to
 */
gboolean
echo_store_list_due (StoreSession *session,
                     const EchoQuestion *question,
                     GArray *out_citizens,
                     GError **error)
{
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, SQL_ECHO_LANES_DUE, "iiii", question->tenant_id,
                    question->before_us, question->now_us, (gint64) question->limit))
    return FALSE;
  while ((step = store_step (&query, error)) == STORE_ROW)
    {
      gint64 citizen_id = store_int (&query, 0);
      g_array_append_val (out_citizens, citizen_id);
    }
  return step == STORE_END;
}

/**
 * echo_store_list:
 */
GPtrArray *
echo_store_list (StoreSession *session,
                 gint64 tenant_id,
                 gint64 citizen_id,
                 guint limit,
                 GError **error)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func ((GDestroyNotify) echo_watch_free);
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!(citizen_id == 0
          ? store_query (session, &query, error, SQL_ECHO_LIST, "ii", tenant_id, (gint64) limit)
          : store_query (session, &query, error, SQL_ECHO_LIST_OF_CITIZEN, "iii", tenant_id,
                         (gint64) limit, citizen_id)))
    return NULL;
  while ((step = store_step (&query, error)) == STORE_ROW)
    g_ptr_array_add (all, read_watch (&query));
  return step == STORE_END ? g_steal_pointer (&all) : NULL;
}

/**
 * echo_store_find:
 *
 * Returns: (transfer full) (nullable): NULL without @error: there is none
 */
EchoWatch *
echo_store_find (StoreSession *session, gint64 tenant_id, const char *subject, GError **error)
{
  g_auto (StoreQuery) query = { 0 };

  if (!store_query (session, &query, error, SQL_ECHO_FIND, "is", tenant_id, subject))
    return NULL;
  return store_step (&query, error) == STORE_ROW ? read_watch (&query) : NULL;
}

/**
 * echo_store_count:
 * @before_us: watches that are older are overdue
 */
gboolean
echo_store_count (StoreSession *session,
                  gint64 tenant_id,
                  gint64 before_us,
                  EchoCounts *out_counts,
                  GError **error)
{
  g_auto (StoreQuery) query = { 0 };

  if (!store_query (session, &query, error, SQL_ECHO_COUNT, "ii", tenant_id, before_us) ||
      store_step (&query, error) != STORE_ROW)
    return FALSE;
  *out_counts = (EchoCounts){ store_int (&query, 0), store_int (&query, 1), store_int (&query, 2) };
  return TRUE;
}
