/* SPDX-License-Identifier: EUPL-1.2 */
/* What a connection to a calendar must be, whoever writes it down: an admin's command or an import's row. */
#pragma once

#include "store/sync-binding-store.h"

#define BINDING_MIN_LIMIT 5
#define BINDING_MAX_LIMIT 10080

/* What may be asked where a calendar is: an URL, a host name or a mail address. PLANNER_ERROR_NOT_VALID. */
gboolean binding_check_address (const char *address, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* An address of a calendar or of a server. PLANNER_ERROR_NOT_VALID. */
gboolean binding_check_url (const char *url, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Auth, user, secret and certificate. PLANNER_ERROR_NOT_VALID. */
gboolean binding_check_way_in (const SyncBinding *binding,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Everything that can be judged without the server. PLANNER_ERROR_NOT_VALID. */
gboolean binding_check (const SyncBinding *binding, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Against the resource's others (element-type SyncBinding): no address twice, bookings into one calendar.
 * PLANNER_ERROR_CONFLICT. */
gboolean binding_check_others (const SyncBinding *binding,
                               const GPtrArray *others,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* (transfer full): a name that no calendar of @others (element-type SyncBinding) has. */
char *binding_make_key (const GPtrArray *others);
