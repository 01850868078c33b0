/* SPDX-License-Identifier: EUPL-1.2 */
/* CreateBooking: a reserved time, or one named by offer and start, becomes the citizen's booking. */
#include "ops/booking/booking-details.h"
#include "ops/booking/booking-echo.h"
#include "ops/booking/booking-journal.h"
#include "ops/booking/reservation.h"
#include "ops/call/op-context.h"
#include "ops/call/op-memory.h"
#include "ops/handlers/op-table.h"

#include "base/error.h"
#include "base/ids.h"
#include "store/citizen-store.h"

typedef ContractCreateBookingRequest Request;
typedef ContractCreateBookingResponse Response;

static gboolean
not_valid (GError **error, const char *text)
{
  g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID, text);
  return FALSE;
}

/* What the request repeats of its reservation must agree with it. */
static gboolean
agrees (const OpCall *call, const Request *request, const Hold *hold, GError **error)
{
  const CatalogueOffer *offer = catalogue_get_offer (call->view.catalogue, hold->offer_id);
  const CatalogueResource *advisor =
    catalogue_get_resource (call->view.catalogue, hold->advisor_id);

  if (hold->booking_id != 0)
    return not_valid (error, "the reservation is for moving a booking");
  if (request->has_booking_start_time && request->booking_start_time.unix_us != hold->core.start_us)
    return not_valid (error, "BookingStartTime is not the reservation's");
  if (request->interview_option_id != NULL &&
      g_ascii_strcasecmp (request->interview_option_id, offer->rules->identifier) != 0)
    return not_valid (error, "InterviewOptionID is not the reservation's");
  if (request->case_worker_identifier != NULL && advisor != NULL &&
      !g_str_equal (request->case_worker_identifier, advisor->key))
    return not_valid (error, "CaseWorkerIdentifier is not the reservation's");
  return TRUE;
}

static Hold *
find_or_make_hold (OpCall *call, const Request *request, gint64 citizen_id, GError **error)
{
  g_autoptr (Hold) hold = NULL;
  ReservationWish wish = { .citizen_id = citizen_id,
                           .start_us = request->booking_start_time.unix_us,
                           .case_worker = request->case_worker_identifier,
                           .contact_type = request->interview_contact_type_identifier };

  if (request->reservation_identifier == NULL)
    {
      wish.offer = op_find_offer (call, request->interview_option_id, error);
      return wish.offer == NULL ? NULL : reservation_take (call, &wish, error);
    }
  hold = reservation_find (call, request->reservation_identifier, citizen_id, error);
  if (hold == NULL || !agrees (call, request, hold, error) ||
      !reservation_check (call, hold, NULL, error))
    return NULL;
  return g_steal_pointer (&hold);
}

static gboolean
check_contact_type (const CatalogueOffer *offer, gint64 contact_type, GError **error)
{
  for (guint i = 0; i < offer->contact_types->len; i++)
    if (g_array_index (offer->contact_types, gint64, i) == contact_type)
      return TRUE;
  return not_valid (error, "InterviewContactTypeIdentifier is not one of the offer's");
}

static Booking *
make_booking (OpCall *call, const Request *request, const Hold *hold, GError **error)
{
  CatalogueOffer *offer = catalogue_get_offer (call->view.catalogue, hold->offer_id);
  g_autofree char *chosen = ids_fold_guid (request->booking_identifier);
  g_autoptr (Booking) booking = NULL;

  if (!check_contact_type (offer, request->interview_contact_type_identifier, error))
    return NULL;
  booking = booking_from_offer (call, offer, chosen != NULL ? chosen : hold->token,
                                request->interview_contact_type_identifier);
  booking_place (call, booking, offer, hold);
  booking->citizen_id = hold->citizen_id;
  booking->cpr = g_strdup (request->person_civil_registration_identifier);
  booking->created_us = booking->changed_us = call->now_us;
  if (!reservation_fill_group (call, booking, error) ||
      !booking_store_add (call->session, booking, error) ||
      !ledger_use_hold (call, hold, booking, error) ||
      !booking_journal (call, "booking-created", NULL, booking, error) ||
      !booking_echo_await (call, booking, error))
    return NULL;
  return g_steal_pointer (&booking);
}

static void
choose_key (const Request *request, OpKeyKind *out_kind, char **out_key)
{
  *out_kind = request->reservation_identifier != NULL ? OP_KEY_RESERVATION
              : request->booking_identifier != NULL   ? OP_KEY_IDENTIFIER
                                                      : OP_KEY_DIGEST;
  *out_key =
    ids_fold_guid (request->reservation_identifier != NULL ? request->reservation_identifier
                                                           : request->booking_identifier);
}

/* Another booking under the caller's own key, of whomever, is no matter of this call's answer. */
static gboolean
check_identifier_is_free (OpCall *call, const Request *request, GError **error)
{
  g_autofree char *folded = ids_fold_guid (request->booking_identifier);
  g_autoptr (Booking) other = NULL;
  GError *local_error = NULL;

  if (folded == NULL)
    return TRUE;
  other = booking_store_find (call->session, call->tenant_id, folded, &local_error);
  if (local_error != NULL)
    g_propagate_error (error, local_error);
  else if (other != NULL)
    g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_KEY_REUSED,
                         "BookingIdentifier is in use");
  return local_error == NULL && other == NULL;
}

/**
 * op_create_booking:
 *
 * Operation 4 of the contract. A repeat gets the stored answer (design, Idempotency).
 */
gboolean
op_create_booking (OpCall *call, GError **error)
{
  const Request *request = call->request;
  const char *cpr = request->person_civil_registration_identifier;
  Response *response = contract_arena_new0 (call->arena, Response);
  g_autoptr (Booking) booking = NULL;
  g_autoptr (Hold) hold = NULL;
  g_autoptr (GBytes) digest = NULL;
  g_autofree char *key = NULL;
  OpMemoryVerdict memory;
  OpKeyKind kind;
  gint64 citizen_id;

  if (!op_check_cpr (cpr, error))
    return FALSE;
  citizen_id = citizen_store_put (call->session, call->tenant_id, cpr, error);
  digest = citizen_id == 0 ? NULL : op_memory_digest (call, citizen_id, cpr, error);
  if (digest == NULL)
    return FALSE;
  choose_key (request, &kind, &key);
  memory = op_memory_recall (call, kind, key, digest, cpr, error);
  if (memory != OP_MEMORY_NEW)
    return memory == OP_MEMORY_REPLAY;
  if (!check_identifier_is_free (call, request, error))
    return FALSE;
  hold = find_or_make_hold (call, request, citizen_id, error);
  booking = hold == NULL ? NULL : make_booking (call, request, hold, error);
  if (booking == NULL)
    return FALSE;
  op_memory_set (call, kind, key, digest, booking);
  booking_details_fill (call, booking, &response->booking_details);
  op_keep (call, g_steal_pointer (&booking), (GDestroyNotify) booking_free);
  call->response = response;
  return TRUE;
}
