/* SPDX-License-Identifier: EUPL-1.2 */
/* Goes through the classes of one tenant and removes what is past its term, a few rows a write. */
#pragma once

#include "ops/admin/admin.h"
#include "rules/retention.h"

/**
 * RetentionWish:
 * @only_class: (nullable): this class alone
 * @is_counted_only: finds, and removes nothing
 * @until_us: clock_monotonic_us() after which no further look is begun; 0 for no end
 */
typedef struct
{
  gint64 tenant_id;
  const char *only_class;
  gboolean is_counted_only;
  gint64 until_us;
} RetentionWish;

/* Days of a class for a unit (0: the tenant) on a date; @settings: SettingRecord. */
gint64 retention_days (const GPtrArray *settings,
                       const RetentionClass *class,
                       gint64 unit_id,
                       gint64 date);
gint64 retention_today (gint64 now_us);
/* Result: classes (class, unit, days, cutoff, rows), complete. */
gboolean retention_run (AdminCall *call,
                        const RetentionWish *wish,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
