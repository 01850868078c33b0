/* SPDX-License-Identifier: EUPL-1.2 */
/* What one run of a synchronisation did. */
#pragma once

#include "calsync-change.h"

G_BEGIN_DECLS

/**
 * CalsyncReport:
 * @n_found: remote items that the feed or listing named
 * @n_changed: taken over
 * @n_gone: removed
 * @n_gone_own: of these our coming events
 * @n_gone_foreign: of these others' in the window
 * @n_unreadable: broken
 * @n_created: events that were created (preview: would be)
 * @n_updated: changed
 * @n_removed: removed
 * @n_conflicts: new conflicts
 * @n_left: pushes that wait for a later run
 * @guard: why disappearances were held back
 * @was_full: everything was listed
 * @was_quiet: nothing changed, nothing was written anywhere
 * @is_pulled: the pull is complete: the calendar is fresh
 * @cost: what it took at the remote
 * @retry_after_s: how long the server wants to be left alone; 0: it did not say
 * @pushes: (element-type CalsyncPush): what was done, in order; of a preview what would be
 * @conflicts: (element-type CalsyncConflict): new ones
 * @guarded: (nullable): what was held back
 *
 * What one run did.
 */
typedef struct
{
  guint n_found;
  guint n_changed;
  guint n_gone;
  guint n_gone_own;
  guint n_gone_foreign;
  guint n_unreadable;
  guint n_created;
  guint n_updated;
  guint n_removed;
  guint n_conflicts;
  guint n_left;
  CalsyncGuard guard;
  gboolean was_full;
  gboolean was_quiet;
  gboolean is_pulled;
  CalsyncCost cost;
  gint64 retry_after_s;
  GPtrArray *pushes;
  GPtrArray *conflicts;
  CalsyncGuarded *guarded;
} CalsyncReport;

CalsyncReport *calsync_report_new (void);
void calsync_report_free (CalsyncReport *report);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CalsyncReport, calsync_report_free)

G_END_DECLS
