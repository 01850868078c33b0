/* SPDX-License-Identifier: EUPL-1.2 */
/* Commands that book, move, cancel and accept for a citizen who has called or stands at the desk. */
#pragma once

#include "ops/admin/admin.h"

extern const AdminArgument admin_register_booking_arguments[];
extern const AdminArgument admin_move_booking_arguments[];
extern const AdminArgument admin_cancel_booking_arguments[];
gboolean admin_register_booking (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean admin_move_booking (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean admin_cancel_booking (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean admin_accept_booking (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
