/* SPDX-License-Identifier: EUPL-1.2 */
/* Looks up what a request names, inside the caller's tenant and units. */
#include "ops/call/op-context.h"

#include "base/error.h"
#include "base/ids.h"
#include "calsync-timezone.h"
#include "ops/call/op-window.h"
#include "rules/unit-code.h"
#include "store/citizen-store.h"

/**
 * op_check_cpr:
 *
 * 0000000000 is well-formed and stands for "not known" (dossier 1.1). Errors:
 * PLANNER_ERROR_UNKNOWN_CITIZEN.
 */
gboolean
op_check_cpr (const char *cpr, GError **error)
{
  if (!g_str_equal (cpr, CPR_UNKNOWN))
    return TRUE;
  g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_UNKNOWN_CITIZEN,
                       "the citizen is not known");
  return FALSE;
}

/**
 * op_find_unit:
 * @code: jobcenter code; a sub-centre that we do not have is served by its main centre
 *
 * Errors: PLANNER_ERROR_UNKNOWN_UNIT, also for a unit that the caller may not use;
 * PLANNER_ERROR_SERVICE_WINDOW, as of the next two functions.
 */
CatalogueUnit *
op_find_unit (OpCall *call, const char *code, GError **error)
{
  CatalogueUnit *unit = NULL;
  char main_code[UNIT_CODE_LENGTH + 1];

  if (!unit_code_is_placeholder (code))
    unit = catalogue_find_unit (call->view.catalogue, call->tenant_id, code);
  if (unit == NULL && unit_code_find_main (code, main_code))
    unit = catalogue_find_unit (call->view.catalogue, call->tenant_id, main_code);
  if (unit != NULL && op_caller_may_use_unit (call, unit))
    return op_window_check (call, unit->unit_id, error) ? unit : NULL;
  g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_UNKNOWN_UNIT, "unit %s is not served here",
               code);
  return NULL;
}

/**
 * op_find_offer:
 * @identifier: InterviewOptionIdentifier, either case
 *
 * Errors: PLANNER_ERROR_UNKNOWN_OFFER, also for an offer of a unit that the caller may not use.
 */
CatalogueOffer *
op_find_offer (OpCall *call, const char *identifier, GError **error)
{
  g_autofree char *folded = ids_fold_guid (identifier);
  CatalogueOffer *offer = catalogue_find_offer (call->view.catalogue, call->tenant_id, folded);

  if (offer != NULL && op_caller_may_use_unit (
                         call, catalogue_get_unit (call->view.catalogue, offer->rules->unit_id)))
    return op_window_check (call, offer->rules->unit_id, error) ? offer : NULL;
  g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_UNKNOWN_OFFER, "offer %s is not known", folded);
  return NULL;
}

static gboolean
serves_callers_unit (const OpCall *call, const CatalogueResource *resource)
{
  for (guint i = 0; i < resource->units->len; i++)
    {
      gint64 unit_id = g_array_index (resource->units, gint64, i);
      if (op_caller_may_use_unit (call, catalogue_get_unit (call->view.catalogue, unit_id)))
        return TRUE;
    }
  return FALSE;
}

/**
 * op_find_advisor:
 * @key: CaseWorkerIdentifier
 *
 * Errors: PLANNER_ERROR_UNKNOWN_CASE_WORKER, also for one who serves none of the caller's units.
 */
CatalogueResource *
op_find_advisor (const OpCall *call, const char *key, GError **error)
{
  CatalogueResource *resource =
    catalogue_find_resource (call->view.catalogue, call->tenant_id, key);

  if (resource != NULL && resource->kind == RESOURCE_ADVISOR &&
      serves_callers_unit (call, resource))
    return resource;
  g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_UNKNOWN_CASE_WORKER,
                       "the case worker is not known");
  return NULL;
}

/**
 * op_unit_of:
 *
 * Returns: (nullable): the booking's unit; NULL when the caller may not use it.
 */
CatalogueUnit *
op_unit_of (const OpCall *call, const Booking *booking)
{
  CatalogueUnit *unit = catalogue_get_unit (call->view.catalogue, booking->unit_id);
  return op_caller_may_use_unit (call, unit) ? unit : NULL;
}

/* A number that the citizen had before means the same person, and the answer carries the number that
 * the call carried. */
static gboolean
check_owner (const OpCall *call, Booking *booking, const char *cpr, GError **error)
{
  GError *local_error = NULL;
  gint64 citizen_id;

  if (g_str_equal (booking->cpr, cpr))
    return TRUE;
  citizen_id = citizen_store_find (call->session, call->tenant_id, cpr, &local_error);
  if (local_error != NULL)
    {
      g_propagate_error (error, local_error);
      return FALSE;
    }
  if (citizen_id != booking->citizen_id)
    {
      g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_OWN_BOOKING,
                   "booking %s belongs to another citizen", booking->identifier);
      return FALSE;
    }
  g_free (booking->cpr);
  booking->cpr = g_strdup (cpr);
  return TRUE;
}

/**
 * op_find_booking:
 * @identifier: BookingIdentifier, either case
 * @cpr: whose it must be
 *
 * Returns: (transfer full). Errors: PLANNER_ERROR_UNKNOWN_BOOKING, also for a booking of a unit
 * that the caller may not use; PLANNER_ERROR_NOT_OWN_BOOKING.
 */
Booking *
op_find_booking (OpCall *call, const char *identifier, const char *cpr, GError **error)
{
  g_autofree char *folded = ids_fold_guid (identifier);
  g_autoptr (Booking) booking = NULL;
  GError *local_error = NULL;

  booking = booking_store_find (call->session, call->tenant_id, folded, &local_error);
  if (local_error != NULL)
    {
      g_propagate_error (error, local_error);
      return NULL;
    }
  if (booking == NULL || op_unit_of (call, booking) == NULL)
    {
      g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_UNKNOWN_BOOKING, "booking %s is not known",
                   folded);
      return NULL;
    }
  if (!op_window_check (call, booking->unit_id, error))
    return NULL;
  return check_owner (call, booking, cpr, error) ? g_steal_pointer (&booking) : NULL;
}

/**
 * op_acting_role:
 *
 * Returns: the one role in which a caller with several acts here: the first of dfdg, indkalder, kss
 * that the operation allows.
 */
OpRole
op_acting_role (const OpCall *call)
{
  guint roles = call->caller->roles & call->row->roles;

  if ((roles & OP_ROLE_DFDG) != 0)
    return OP_ROLE_DFDG;
  return (roles & OP_ROLE_INDKALDER) != 0 ? OP_ROLE_INDKALDER : OP_ROLE_KSS;
}

/**
 * op_decision_to_error:
 *
 * Returns: TRUE for BOOKING_MAY; else FALSE with the error that names the no.
 */
gboolean
op_decision_to_error (BookingDecision decision, GError **error)
{
  static const PlannerError codes[] = {
    [BOOKING_IS_CANCELLED] = PLANNER_ERROR_STATE_CHANGED,
    [BOOKING_HAS_STARTED] = PLANNER_ERROR_DEADLINE_PASSED,
    [BOOKING_OWNED_BY_OTHER] = PLANNER_ERROR_OWNED_ELSEWHERE,
    [BOOKING_NOT_MOVABLE] = PLANNER_ERROR_NOT_REBOOKABLE,
    [BOOKING_FLAG_OFF] = PLANNER_ERROR_NOT_REBOOKABLE,
    [BOOKING_DEADLINE_PASSED] = PLANNER_ERROR_DEADLINE_PASSED,
    [BOOKING_TYPE_CLOSED] = PLANNER_ERROR_TYPE_CLOSED,
    [BOOKING_CHANGE_NOT_ALLOWED] = PLANNER_ERROR_TYPE_CLOSED,
  };

  if (decision == BOOKING_MAY)
    return TRUE;
  g_set_error (error, PLANNER_ERROR, codes[decision], "the booking says no: %s",
               booking_decision_get_name (decision));
  return FALSE;
}

/**
 * op_booking_facts:
 * @out_owner_system: (transfer full): must outlive the facts
 *
 * Returns: what the booking rules read of a record.
 */
BookingFacts
op_booking_facts (const Booking *booking, char **out_owner_system)
{
  *out_owner_system =
    booking->owner_system < 0 ? NULL : g_strdup_printf ("%" G_GINT64_FORMAT, booking->owner_system);
  return (BookingFacts){ .origin = booking->origin,
                         .owner_system = *out_owner_system,
                         .is_cancelled = booking->state == BOOKING_CANCELLED,
                         .start_us = booking->core.start_us,
                         .rebook_possible = booking->rebook_possible,
                         .has_rebook_deadline = booking->rebook_deadline_us != 0,
                         .rebook_deadline_us = booking->rebook_deadline_us,
                         .cancel_possible = booking->cancel_possible,
                         .has_cancel_deadline = booking->cancel_deadline_us != 0,
                         .cancel_deadline_us = booking->cancel_deadline_us };
}

/**
 * op_contract_time:
 *
 * Returns: the instant as it leaves: with the offset that the unit's clocks show then.
 */
ContractTime
op_contract_time (const CatalogueUnit *unit, gint64 unix_us)
{
  return (ContractTime){ .unix_us = unix_us,
                         .offset_s = calsync_zone_offset_at (unit->zone, unix_us),
                         .has_offset = TRUE };
}
