/* SPDX-License-Identifier: EUPL-1.2 */
/* A unit's bookings of some days, held against what DFDG has of them; and each difference mended by the normal ways. */
#pragma once

#include "dfdg/services/dfdg-subscribe.h"
#include "dfdg/services/indkaldelse-load.h"
#include "store/unit-store.h"

typedef enum
{
  DFDG_MISSING_THERE,
  DFDG_MISSING_HERE,
  DFDG_DIFFERENT,
  DFDG_CANCELLED_THERE,
  DFDG_CANCELLED_HERE,
  DFDG_SAME,
} DfdgDifferenceKind;

/**
 * DfdgMend:
 * @DFDG_MEND_SEND: ours is sent, by the outbox
 * @DFDG_MEND_APPLY: DFDG's is applied, by the inbox
 * @DFDG_MEND_FLAG: a person decides
 */
typedef enum
{
  DFDG_MEND_SEND,
  DFDG_MEND_APPLY,
  DFDG_MEND_FLAG,
} DfdgMend;

/**
 * DfdgDifference:
 * @own: its booking is NULL when we have none
 * @record: (nullable): DFDG's
 * @names: of DFDG's members that differ, with blanks between; of DFDG_DIFFERENT alone
 */
typedef struct
{
  DfdgDifferenceKind kind;
  DfdgMend mend;
  char *identifier;
  IndkaldelseOwn own;
  DfdgIndkaldelse *record;
  char *names;
} DfdgDifference;

/**
 * DfdgComparison:
 * @differences: (element-type DfdgDifference): by identifier
 * @n_compared: bookings that were looked at; @n_under_way of them were not judged: something of them is not done yet
 */
typedef struct
{
  GPtrArray *differences;
  guint n_compared;
  guint n_under_way;
} DfdgComparison;

/* Bookings that begin on the days from @from_day on, before @to_day; days since 1970-01-01, local. On a waiting thread. */
gboolean dfdg_reconcile (const DfdgErrandWork *work,
                         const UnitRecord *unit,
                         gint64 from_day,
                         gint64 to_day,
                         DfdgComparison *out_comparison,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
void dfdg_comparison_clear (DfdgComparison *comparison);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DfdgComparison, dfdg_comparison_clear)
DfdgDifferenceKind
dfdg_difference_judge (const IndkaldelseOwn *own, const DfdgIndkaldelse *record, char **out_names);
const char *dfdg_difference_kind_to_text (DfdgDifferenceKind kind);
const char *dfdg_mend_to_text (DfdgMend mend);

/* One difference, in a write of its own. Errors: PLANNER_ERROR_STATE_CHANGED when the booking was changed meanwhile. */
gboolean dfdg_reconcile_mend (const DfdgErrandWork *work,
                              const DfdgDifference *difference,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* How it went, for status and health. @comparison: (nullable): NULL: it did not, for @problem */
gboolean dfdg_reconcile_note (const DfdgErrandWork *work,
                              gint64 unit_id,
                              const DfdgComparison *comparison,
                              const char *problem,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
