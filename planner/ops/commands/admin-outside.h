/* SPDX-License-Identifier: EUPL-1.2 */
/* Booked meetings that hours and offers would not allow today: they stand, and an admin is told of them. */
#pragma once

#include "ops/admin/admin.h"

/**
 * OutsideScope:
 * @tenant_id: the municipality
 * @advisor_id: meetings of one advisor; 0 unless that is asked
 * @room_id: of one room or piece of equipment
 * @offer_id: of one offer
 * @unit_id: of one unit
 *
 * Exactly one of the four is not 0.
 */
typedef struct
{
  gint64 tenant_id;
  gint64 advisor_id;
  gint64 room_id;
  gint64 offer_id;
  gint64 unit_id;
} OutsideScope;

/* (element-type JsonObject): each with booking, start, end, advisor, title and reasons. */
GPtrArray *admin_outside_list (const AdminCall *call,
                               StoreSession *session,
                               const OutsideScope *scope,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Sets the member outside: those of @after that @before had not, or had for other reasons. */
void admin_outside_report (JsonObject *result, const GPtrArray *before, const GPtrArray *after);
