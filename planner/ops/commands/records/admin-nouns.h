/* SPDX-License-Identifier: EUPL-1.2 */
/* Rows of the admin table: add, change, retire and restore, for each noun. */
#pragma once

#include "ops/admin/admin.h"

extern const AdminArgument admin_add_unit_arguments[];
extern const AdminArgument admin_change_unit_arguments[];
extern const AdminArgument admin_add_team_arguments[];
extern const AdminArgument admin_change_team_arguments[];
extern const AdminArgument admin_add_advisor_arguments[];
extern const AdminArgument admin_change_advisor_arguments[];
extern const AdminArgument admin_add_offer_arguments[];
extern const AdminArgument admin_change_offer_arguments[];
extern const AdminArgument admin_add_room_arguments[];
extern const AdminArgument admin_change_room_arguments[];
extern const AdminArgument admin_add_window_arguments[];
extern const AdminArgument admin_remove_window_arguments[];
extern const AdminArgument admin_retire_unit_arguments[];
extern const AdminArgument admin_retire_team_arguments[];
extern const AdminArgument admin_retire_resource_arguments[];
extern const AdminArgument admin_retire_offer_arguments[];
extern const AdminArgument admin_restore_unit_arguments[];
extern const AdminArgument admin_restore_team_arguments[];
extern const AdminArgument admin_restore_resource_arguments[];
extern const AdminArgument admin_restore_offer_arguments[];

/* clang-format off */
gboolean admin_add_unit (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean admin_change_unit (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean admin_retire_unit (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean admin_restore_unit (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean admin_add_team (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean admin_change_team (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean admin_retire_team (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean admin_restore_team (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean admin_add_advisor (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean admin_change_advisor (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean admin_retire_advisor (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean admin_restore_advisor (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean admin_add_room (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean admin_change_room (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean admin_retire_room (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean admin_restore_room (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean admin_add_equipment (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean admin_change_equipment (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean admin_retire_equipment (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean admin_restore_equipment (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean admin_add_offer (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean admin_change_offer (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean admin_retire_offer (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean admin_restore_offer (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* clang-format on */
