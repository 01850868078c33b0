/* SPDX-License-Identifier: EUPL-1.2 */
/* Records as JSON objects, for listing and showing. */
#pragma once

#include "ops/admin/admin-format.h"
#include "store/booking-store.h"
#include "store/offer-store.h"
#include "store/resource-store.h"

/**
 * AdminCatalogue:
 *
 * All of a tenant's units, teams and resources, so that ids can be named.
 */
typedef struct
{
  TenantRecord *tenant;
  GPtrArray *units;
  GPtrArray *teams;
  GPtrArray *resources;
} AdminCatalogue;

AdminCatalogue *admin_catalogue_load (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void admin_catalogue_free (AdminCatalogue *catalogue);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AdminCatalogue, admin_catalogue_free)

const ResourceRecord *admin_catalogue_get_resource (const AdminCatalogue *catalogue, gint64 id);
/* By key, or by e-mail address; PLANNER_ERROR_NOT_FOUND. */
const ResourceRecord *admin_catalogue_find_resource (const AdminCatalogue *catalogue,
                                                     const char *key,
                                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
const UnitRecord *admin_catalogue_find_unit (const AdminCatalogue *catalogue,
                                             const char *key,
                                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

const OfferRecord *admin_find_offer (const GPtrArray *offers,
                                     const char *identifier,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

JsonObject *admin_unit_to_json (const AdminCatalogue *catalogue, const UnitRecord *unit);
JsonObject *admin_team_to_json (const AdminCatalogue *catalogue, const TeamRecord *team);
JsonObject *admin_resource_to_json (const AdminCatalogue *catalogue,
                                    const ResourceRecord *resource);
JsonObject *admin_offer_to_json (const AdminCatalogue *catalogue, const OfferRecord *offer);
/* Everything but whose it is: no citizen's number leaves this way. */
JsonObject *admin_booking_to_json (const AdminCatalogue *catalogue, const Booking *booking);
