/* SPDX-License-Identifier: EUPL-1.2 */
/* Commands that retire a record and bring it back; nothing is ever deleted. */
#pragma once

#include "ops/commands/records/admin-noun.h"

gboolean
admin_noun_retire (AdminCall *call, NounKind kind, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean
admin_noun_restore (AdminCall *call, NounKind kind, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * NounBlockers:
 * @list: (element-type JsonObject): each with what, and its identifier or key
 * @n_meetings: of them bookings, holds and group meetings
 * @until_us: when the last of the meetings ends; 0 without any
 *
 * What stands in the way of a retirement.
 */
typedef struct
{
  GPtrArray *list;
  guint n_meetings;
  gint64 until_us;
} NounBlockers;

/* Everything from @from_us on that needs the record. */
gboolean noun_blockers_find (const NounView *view,
                             gint64 from_us,
                             NounBlockers *blockers,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
void noun_blockers_clear (NounBlockers *blockers);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NounBlockers, noun_blockers_clear)
