/* SPDX-License-Identifier: EUPL-1.2 */
/* A near side that wants other meetings than are booked: how an undo and a parting use the ordinary run. */
#pragma once

#include "calsync-local.h"

typedef struct _SyncWished SyncWished;

/* Nobody is wanted until somebody is wished for. */
SyncWished *sync_wished_new (void);
void sync_wished_free (SyncWished *wished);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SyncWished, sync_wished_free)
/* Whatever is not wished for stays as it was sent last. */
void sync_wished_keep_others (SyncWished *wished);
/* @shape: none: the meeting's event is to be away. */
void sync_wished_add (SyncWished *wished, const CalsyncShape *shape, const char *reference);
/* Of an event that has no link any more: the number of its last creation. */
void sync_wished_count_on (SyncWished *wished, const char *reference, guint create_sequence);
/* What such an event says. @summary: (transfer full) */
void sync_wished_describe (SyncWished *wished, char *summary, const CalsyncZone *zone);
/* @data: the SyncWished; what SyncContext.wrap asks for. */
CalsyncLocal *sync_wished_wrap (gpointer data, CalsyncLocal *inner);
