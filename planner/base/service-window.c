/* SPDX-License-Identifier: EUPL-1.2 */
/* Which planned window applies to a tenant, a unit and an instant. */
#include "base/service-window.h"

static const char *const kind_names[] = { "closed", "changes", "release" };

/**
 * service_window_free:
 * @window: (nullable)
 */
void
service_window_free (ServiceWindow *window)
{
  if (window == NULL)
    return;
  g_clear_pointer (&window->units, g_array_unref);
  g_free (window->text);
  g_free (window);
}

/**
 * service_window_kind_get_name:
 *
 * Returns: its word in database, commands and log. Any thread.
 */
const char *
service_window_kind_get_name (ServiceWindowKind kind)
{
  g_return_val_if_fail (kind < SERVICE_WINDOW_N_KINDS, "");
  return kind_names[kind];
}

/**
 * service_window_kind_parse:
 *
 * Returns: FALSE when there is no kind of that name.
 */
gboolean
service_window_kind_parse (const char *name, ServiceWindowKind *out_kind)
{
  for (guint i = 0; i < SERVICE_WINDOW_N_KINDS; i++)
    if (g_str_equal (kind_names[i], name))
      {
        *out_kind = (ServiceWindowKind) i;
        return TRUE;
      }
  return FALSE;
}

/**
 * service_window_concerns:
 * @unit_id: 0 asks for the tenant as a whole: a window of some units does not concern it
 */
gboolean
service_window_concerns (const ServiceWindow *window, gint64 tenant_id, gint64 unit_id)
{
  if (window->tenant_id != tenant_id)
    return FALSE;
  for (guint i = 0; window->units != NULL && i < window->units->len; i++)
    if (g_array_index (window->units, gint64, i) == unit_id)
      return TRUE;
  return window->units == NULL;
}

/**
 * service_window_is_on:
 */
gboolean
service_window_is_on (const ServiceWindow *window, gint64 now_us)
{
  return now_us >= window->period.start_us && now_us < window->period.end_us &&
         (window->cancelled_us == 0 || now_us < window->cancelled_us);
}

/**
 * service_window_find_refusing:
 * @unit_id: of the call; 0 while it is not known
 * @for_kind: SERVICE_WINDOW_CHANGES for a call that changes something, SERVICE_WINDOW_CLOSED for
 *   one that only reads
 *
 * Returns: (nullable): of the windows that refuse such a call now, the one that ends last.
 */
const ServiceWindow *
service_window_find_refusing (const GPtrArray *windows,
                              gint64 tenant_id,
                              gint64 unit_id,
                              ServiceWindowKind for_kind,
                              gint64 now_us)
{
  const ServiceWindow *found = NULL;

  for (guint i = 0; i < windows->len; i++)
    {
      const ServiceWindow *window = windows->pdata[i];

      if (window->kind <= for_kind && service_window_is_on (window, now_us) &&
          service_window_concerns (window, tenant_id, unit_id) &&
          (found == NULL || window->period.end_us > found->period.end_us))
        found = window;
    }
  return found;
}

/**
 * service_window_find_next:
 *
 * Returns: (nullable): the first that has not ended, of any tenant and kind.
 */
const ServiceWindow *
service_window_find_next (const GPtrArray *windows, gint64 now_us)
{
  const ServiceWindow *next = NULL;

  for (guint i = 0; i < windows->len; i++)
    {
      const ServiceWindow *window = windows->pdata[i];

      if (window->period.end_us > now_us && window->cancelled_us == 0 &&
          (next == NULL || window->period.start_us < next->period.start_us))
        next = window;
    }
  return next;
}
