/* SPDX-License-Identifier: EUPL-1.2 */
/* Refuses calls during a planned service window, saying until when. */
#include "ops/call/op-window.h"

#include "base/error.h"
#include "ops/admin/admin-format.h"

#define ZONE "Europe/Copenhagen"

static char *
dup_time (gint64 unix_us)
{
  const CalsyncZone *zone = calsync_zone_lookup (ZONE, NULL);

  return admin_format_time (zone != NULL ? zone : calsync_zone_utc (), unix_us);
}

/**
 * op_window_dup_start:
 *
 * Returns: (transfer full): the instant, in the zone that every unit of the country has
 */
char *
op_window_dup_start (const ServiceWindow *window)
{
  return dup_time (window->period.start_us);
}

/**
 * op_window_dup_end:
 *
 * Returns: (transfer full): the same of its end
 */
char *
op_window_dup_end (const ServiceWindow *window)
{
  return dup_time (window->period.end_us);
}

/**
 * op_window_check:
 * @unit_id: of the call, as soon as it is known; 0 asks for windows of the whole tenant
 *
 * Errors: PLANNER_ERROR_SERVICE_WINDOW. Any thread.
 */
gboolean
op_window_check (OpCall *call, gint64 unit_id, GError **error)
{
  const ServiceWindow *window;
  g_autofree char *end = NULL;

  if (unit_id != 0)
    call->unit_id = unit_id;
  window = service_window_find_refusing (
    catalogue_get_windows (call->view.catalogue), call->tenant_id, unit_id,
    call->row->place == OP_WRITE ? SERVICE_WINDOW_CHANGES : SERVICE_WINDOW_CLOSED, call->now_us);
  if (window == NULL)
    return TRUE;
  call->retry_us = window->period.end_us;
  end = op_window_dup_end (window);
  g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_SERVICE_WINDOW,
               "planned service: %s are refused until %s: %s",
               window->kind == SERVICE_WINDOW_CLOSED ? "calls" : "changes", end, window->text);
  return FALSE;
}
