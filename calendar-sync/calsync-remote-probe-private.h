/* SPDX-License-Identifier: EUPL-1.2 */
/* What the two halves of the connection test share. */
#pragma once

#include "calsync-remote-probe.h"

G_BEGIN_DECLS

void calsync_probe_set (CalsyncProbe *probe,
                        CalsyncProbeStep step,
                        CalsyncProbeOutcome outcome,
                        const char *format,
                        ...) G_GNUC_PRINTF (4, 5);
void calsync_probe_try_calendar (CalsyncProbe *probe,
                                 const CalsyncProbePlan *plan,
                                 CalsyncRemote *remote,
                                 GCancellable *cancellable);

G_END_DECLS
