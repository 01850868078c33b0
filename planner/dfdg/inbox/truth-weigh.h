/* SPDX-License-Identifier: EUPL-1.2 */
/* What DFDG says of a meeting, held against what we have: which of the two is to stand. */
#pragma once

#include "dfdg/services/indkaldelse-record.h"
#include "ops/call/op.h"
#include "store/truth-store.h"

typedef enum
{
  TRUTH_EQUAL,     /* both say the same: our own echo, or told twice */
  TRUTH_NEWER,     /* ours becomes DFDG's */
  TRUTH_CANCELS,   /* called off there */
  TRUTH_OLDER,     /* ours is newer, or was applied already */
  TRUTH_OVERTAKES, /* as newer; what DFDG was to be told of ours is told no more */
} TruthVerdict;

/**
 * TruthPlace:
 * @unit: that the summons is of
 * @is_same_advisor: the advisor stays who it is; also when DFDG names none
 */
typedef struct
{
  const CatalogueUnit *unit;
  gboolean is_same_advisor;
} TruthPlace;

/**
 * TruthQuestion:
 * @is_deleted: a message told of its end; @deleted_us: when that was
 * @is_told: DFDG told of it, and not we ourselves; @told_us: when the last of the messages happened, 0: none says;
 *   @told_version: (nullable): that it names
 * @is_others: another system's message tells of what is read
 * @attempts: how often it was asked for already
 */
typedef struct
{
  const DfdgIndkaldelse *record;
  const Booking *booking;
  gboolean is_deleted;
  gint64 deleted_us;
  gboolean is_told;
  gint64 told_us;
  const char *told_version;
  gboolean is_others;
  gint64 attempts;
} TruthQuestion;

gboolean truth_place_find (const OpCall *call,
                           const Booking *booking,
                           const DfdgIndkaldelse *record,
                           TruthPlace *out_place,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean truth_is_behind (const TruthQuestion *question, const TruthMark *mark);
gboolean truth_check_end (const TruthQuestion *question, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean truth_weigh (const OpCall *call,
                      const TruthQuestion *question,
                      const TruthPlace *place,
                      TruthVerdict *out_verdict,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
