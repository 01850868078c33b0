/* SPDX-License-Identifier: EUPL-1.2 */
/* What most handlers start with: citizen, unit, offer and booking, each held against the caller's rights. */
#pragma once

#include "ops/call/op.h"
#include "rules/booking-rules.h"
#include "store/booking-store.h"

#define CPR_UNKNOWN "0000000000"

/* Each returns NULL or FALSE with the fault's error; what the caller may not see does not exist for it. */
gboolean op_check_cpr (const char *cpr, GError **error) G_GNUC_WARN_UNUSED_RESULT;
CatalogueUnit *
op_find_unit (OpCall *call, const char *code, GError **error) G_GNUC_WARN_UNUSED_RESULT;
CatalogueOffer *
op_find_offer (OpCall *call, const char *identifier, GError **error) G_GNUC_WARN_UNUSED_RESULT;
CatalogueResource *
op_find_advisor (const OpCall *call, const char *key, GError **error) G_GNUC_WARN_UNUSED_RESULT;
Booking *op_find_booking (OpCall *call, const char *identifier, const char *cpr, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;
CatalogueUnit *op_unit_of (const OpCall *call, const Booking *booking);
OpRole op_acting_role (const OpCall *call);

gboolean op_decision_to_error (BookingDecision decision, GError **error) G_GNUC_WARN_UNUSED_RESULT;
BookingFacts op_booking_facts (const Booking *booking, char **out_owner_system);
ContractTime op_contract_time (const CatalogueUnit *unit, gint64 unix_us);
