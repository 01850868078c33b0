/* SPDX-License-Identifier: EUPL-1.2 */
/* The commands that list records. */
#pragma once

#include "ops/admin/admin.h"

extern const AdminArgument admin_list_bookings_arguments[];
extern const AdminArgument admin_list_nouns_arguments[];
gboolean admin_list_tenants (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean admin_list_equipment (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean admin_list_units (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean admin_list_teams (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean admin_list_advisors (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean admin_list_rooms (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean admin_list_offers (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean admin_list_bookings (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
