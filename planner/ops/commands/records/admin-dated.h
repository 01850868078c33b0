/* SPDX-License-Identifier: EUPL-1.2 */
/* Commands for what hangs on dates: settings, closing days, the municipality's own codes, holidays. */
#pragma once

#include "ops/admin/admin.h"

extern const AdminArgument admin_set_setting_arguments[];
extern const AdminArgument admin_remove_setting_arguments[];
extern const AdminArgument admin_list_settings_arguments[];
extern const AdminArgument admin_add_closing_day_arguments[];
extern const AdminArgument admin_remove_closing_day_arguments[];
extern const AdminArgument admin_list_closing_days_arguments[];
extern const AdminArgument admin_list_holidays_arguments[];
extern const AdminArgument admin_add_code_arguments[];
extern const AdminArgument admin_remove_code_arguments[];
extern const AdminArgument admin_list_codes_arguments[];

gboolean admin_set_setting (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean admin_remove_setting (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean admin_list_settings (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean admin_add_closing_day (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean admin_remove_closing_day (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean admin_list_closing_days (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean admin_list_holidays (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean admin_add_code (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean admin_remove_code (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean admin_list_codes (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
