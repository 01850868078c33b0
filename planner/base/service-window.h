/* SPDX-License-Identifier: EUPL-1.2 */
/* A planned stop of the service as a plain value, and which of a list applies. */
#pragma once

#include "base/period.h"

typedef enum
{
  SERVICE_WINDOW_CLOSED,  /* every call is refused */
  SERVICE_WINDOW_CHANGES, /* only calls that change something are */
  SERVICE_WINDOW_RELEASE, /* none is; plannerd may be stopped meanwhile */
  SERVICE_WINDOW_N_KINDS,
} ServiceWindowKind;

/**
 * ServiceWindow:
 * @units: (element-type gint64) (nullable): ids of the units it is for; NULL for all of the tenant
 * @text: told to callers
 * @in_time: announced as long ahead as was asked for; otherwise its time counts as unplanned
 * @cancelled_us: 0 while it holds
 */
typedef struct
{
  gint64 window_id;
  gint64 tenant_id;
  ServiceWindowKind kind;
  Period period;
  GArray *units;
  char *text;
  gint64 announced_us;
  gboolean in_time;
  gint64 cancelled_us;
} ServiceWindow;

void service_window_free (ServiceWindow *window);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ServiceWindow, service_window_free)

const char *service_window_kind_get_name (ServiceWindowKind kind);
gboolean service_window_kind_parse (const char *name, ServiceWindowKind *out_kind);
gboolean service_window_concerns (const ServiceWindow *window, gint64 tenant_id, gint64 unit_id);
gboolean service_window_is_on (const ServiceWindow *window, gint64 now_us);
/* @windows: (element-type ServiceWindow), by start. */
const ServiceWindow *service_window_find_refusing (const GPtrArray *windows,
                                                   gint64 tenant_id,
                                                   gint64 unit_id,
                                                   ServiceWindowKind for_kind,
                                                   gint64 now_us);
const ServiceWindow *service_window_find_next (const GPtrArray *windows, gint64 now_us);
