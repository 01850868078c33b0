/* SPDX-License-Identifier: EUPL-1.2 */
/* Gathers the components of one UID into a reduced object. */
#pragma once

#include "calsync-component.h"
#include "calsync-ical.h"
#include "calsync-zone-scope.h"

G_BEGIN_DECLS

/**
 * CalsyncReducer:
 * @options: how to read
 * @scope: the zones of the calendar at hand
 * @is_cancelled: whether the calendar at hand is a cancellation (METHOD:CANCEL)
 * @drafts: (element-type CalsyncDraft): objects in the making, in the order of the file
 * @by_hash: drafts by hash of the UID
 */
typedef struct
{
  const CalsyncImportOptions *options;
  CalsyncZoneScope *scope;
  gboolean is_cancelled;
  GPtrArray *drafts;
  GHashTable *by_hash;
} CalsyncReducer;

typedef struct _CalsyncDraft CalsyncDraft;

/**
 * CalsyncReduction:
 * @CALSYNC_REDUCED: it was added
 * @CALSYNC_REDUCED_KNOWN: it was there already, or a newer version of it
 * @CALSYNC_REDUCED_TWICE: it was added beside a version that differs and is no older: both block
 * @CALSYNC_REDUCTION_FAILED: it was left out
 */
typedef enum
{
  CALSYNC_REDUCED,
  CALSYNC_REDUCED_KNOWN,
  CALSYNC_REDUCED_TWICE,
  CALSYNC_REDUCTION_FAILED
} CalsyncReduction;

void calsync_reducer_init (CalsyncReducer *reducer, const CalsyncImportOptions *options);
void calsync_reducer_clear (CalsyncReducer *reducer);
CalsyncReduction calsync_reduce_component (CalsyncReducer *reducer,
                                           const CalsyncComponent *component,
                                           char **out_uid_hash,
                                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
CalsyncObject *calsync_draft_finish (const CalsyncDraft *draft);

G_END_DECLS
