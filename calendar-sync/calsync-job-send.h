/* SPDX-License-Identifier: EUPL-1.2 */
/* Requests whose intents are stored together, and what becomes of each. Inside the library only. */
#pragma once

#include "calsync-job-run.h"

G_BEGIN_DECLS

/**
 * CalsyncSending:
 * @wanted: a booking
 * @push: (nullable): what is asked of the calendar for it; %NULL: nothing now
 * @text: (nullable): what is sent
 * @version: (nullable): what must still be there
 * @n_before: how many bookings a run has looked at with this one
 */
typedef struct
{
  CalsyncWanted *wanted;
  CalsyncPush *push;
  char *text;
  char *version;
  guint n_before;
} CalsyncSending;

CalsyncSending *calsync_sending_new (CalsyncWanted *wanted, CalsyncPushVerb verb);
void calsync_sending_free (CalsyncSending *sending);
void calsync_run_count_push (CalsyncRun *run, const CalsyncPush *push);
gboolean calsync_run_doubt (CalsyncRun *run,
                            CalsyncWanted *wanted,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean calsync_run_give_up (CalsyncRun *run,
                              CalsyncWanted *wanted,
                              CalsyncConflictKind kind,
                              CalsyncLinkState state,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean
calsync_run_send (CalsyncRun *run, GPtrArray *batch, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CalsyncSending, calsync_sending_free)

G_END_DECLS
