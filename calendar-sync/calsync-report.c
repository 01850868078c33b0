/* SPDX-License-Identifier: EUPL-1.2 */
/* What one run of a synchronisation did: its memory. */
#include "calsync-report.h"

/**
 * calsync_report_new:
 *
 * Returns: (transfer full): the report of a run that has done nothing yet
 */
CalsyncReport *
calsync_report_new (void)
{
  CalsyncReport *report = g_new0 (CalsyncReport, 1);

  report->pushes = g_ptr_array_new_with_free_func ((GDestroyNotify) calsync_push_free);
  report->conflicts = g_ptr_array_new_with_free_func ((GDestroyNotify) calsync_conflict_free);
  return report;
}

/**
 * calsync_report_free:
 * @report: (transfer full): a report
 */
void
calsync_report_free (CalsyncReport *report)
{
  g_ptr_array_unref (report->pushes);
  g_ptr_array_unref (report->conflicts);
  g_clear_pointer (&report->guarded, calsync_guarded_free);
  g_free (report);
}
