/* SPDX-License-Identifier: EUPL-1.2 */
/* The commands that show one record. */
#pragma once

#include "ops/admin/admin.h"

extern const AdminArgument admin_show_unit_arguments[];
extern const AdminArgument admin_show_team_arguments[];
extern const AdminArgument admin_show_advisor_arguments[];
extern const AdminArgument admin_show_offer_arguments[];
extern const AdminArgument admin_show_booking_arguments[];
gboolean admin_show_unit (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean admin_show_team (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean admin_show_advisor (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean admin_show_offer (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean admin_show_booking (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
