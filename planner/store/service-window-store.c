/* SPDX-License-Identifier: EUPL-1.2 */
/* Adds, cancels and lists service windows. */
#include "store/service-window-store.h"

#include "base/error.h"

/**
 * service_window_store_add:
 * @window: its id is filled in
 *
 * Writer only.
 */
gboolean
service_window_store_add (StoreSession *session, ServiceWindow *window, GError **error)
{
  if (!store_run (session, error, SQL_WINDOW_ADD, "isiisii", window->tenant_id,
                  service_window_kind_get_name (window->kind), window->period.start_us,
                  window->period.end_us, window->text, window->announced_us,
                  (gint64) window->in_time))
    return FALSE;
  window->window_id = store_last_id (session);
  for (guint i = 0; window->units != NULL && i < window->units->len; i++)
    if (!store_run (session, error, SQL_WINDOW_UNIT_ADD, "ii", window->window_id,
                    g_array_index (window->units, gint64, i)))
      return FALSE;
  return TRUE;
}

/**
 * service_window_store_cancel:
 *
 * Errors: PLANNER_ERROR_NOT_FOUND when there is no such window, or it is cancelled already.
 */
gboolean
service_window_store_cancel (StoreSession *session,
                             gint64 tenant_id,
                             gint64 window_id,
                             gint64 now_us,
                             GError **error)
{
  if (!store_run (session, error, SQL_WINDOW_CANCEL, "iii", tenant_id, window_id, now_us))
    return FALSE;
  if (store_n_changed (session) == 1)
    return TRUE;
  g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND,
               "no service window %" G_GINT64_FORMAT " that is not cancelled", window_id);
  return FALSE;
}

static ServiceWindow *
read_window (StoreQuery *query)
{
  ServiceWindow *window = g_new0 (ServiceWindow, 1);

  window->window_id = store_int (query, 0);
  window->tenant_id = store_int (query, 1);
  if (!service_window_kind_parse (store_text (query, 2), &window->kind))
    window->kind = SERVICE_WINDOW_CLOSED;
  window->period = (Period){ store_int (query, 3), store_int (query, 4) };
  window->text = g_strdup (store_text (query, 5));
  window->announced_us = store_int (query, 6);
  window->in_time = store_int (query, 7) != 0;
  window->cancelled_us = store_int (query, 8);
  return window;
}

/* A row a unit; rows of one window stand together. */
static GPtrArray *
read_windows (StoreQuery *query, GError **error)
{
  g_autoptr (GPtrArray) windows =
    g_ptr_array_new_with_free_func ((GDestroyNotify) service_window_free);
  ServiceWindow *window = NULL;
  StoreStep step;

  while ((step = store_step (query, error)) == STORE_ROW)
    {
      gint64 unit_id = store_int (query, 9);

      if (window == NULL || window->window_id != store_int (query, 0))
        {
          window = read_window (query);
          g_ptr_array_add (windows, window);
        }
      if (unit_id == 0)
        continue;
      if (window->units == NULL)
        window->units = g_array_new (FALSE, FALSE, sizeof (gint64));
      g_array_append_val (window->units, unit_id);
    }
  return step == STORE_FAILED ? NULL : g_steal_pointer (&windows);
}

/**
 * service_window_store_list:
 *
 * Returns: (transfer full): NULL with @error set.
 */
GPtrArray *
service_window_store_list (StoreSession *session, gint64 tenant_id, Period period, GError **error)
{
  g_auto (StoreQuery) query = { 0 };

  if (!store_query (session, &query, error, SQL_WINDOWS_OF_TENANT, "iii", tenant_id,
                    period.start_us, period.end_us))
    return NULL;
  return read_windows (&query, error);
}

/**
 * service_window_store_list_ahead:
 *
 * Returns: (transfer full): NULL with @error set.
 */
GPtrArray *
service_window_store_list_ahead (StoreSession *session, gint64 now_us, GError **error)
{
  g_auto (StoreQuery) query = { 0 };

  if (!store_query (session, &query, error, SQL_WINDOWS_AHEAD, "i", now_us))
    return NULL;
  return read_windows (&query, error);
}
