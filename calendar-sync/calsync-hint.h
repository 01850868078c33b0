/* SPDX-License-Identifier: EUPL-1.2 */
/* What may still be made out of an entry that cannot be read: when it starts and when it was changed. */
#pragma once

#include "calsync-timezone.h"

G_BEGIN_DECLS

/**
 * CalsyncHint:
 * @start_us: of its first event or task; 0: cannot be made out
 * @changed_us: when that was last changed or written; 0: cannot be made out
 */
typedef struct
{
  gint64 start_us;
  gint64 changed_us;
} CalsyncHint;

void calsync_hint_read (const char *bytes,
                        gsize n_bytes,
                        const CalsyncZone *zone,
                        CalsyncHint *out_hint);

G_END_DECLS
