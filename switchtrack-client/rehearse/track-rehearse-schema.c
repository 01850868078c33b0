/* SPDX-License-Identifier: EUPL-1.2 */
/* Rows on the shape of answers: every operation's answer by the tables, both SOAP versions, status and media type. */
#include "rehearse/track-rehearse-private.h"

#include <string.h>

#include "base/clock.h"

#define OP(name) CONTRACT_OPERATION_##name

static ContractGetSelfbookInterviewOptionsRequest
options_of (TrackRehearse *rehearse)
{
  return (ContractGetSelfbookInterviewOptionsRequest){
    .person_civil_registration_identifier = track_rehearse_citizen (rehearse),
    .job_center_code = rehearse->unit,
    .contact_group_type_identifier = track_rehearse_contact_group (rehearse),
  };
}

/* Nobody may be unknown (1010), or have nothing to book (4770): both are answers of the contract. */
static gboolean
run_options (TrackRehearse *rehearse, gconstpointer data, GError **error)
{
  static const gint64 codes[] = { 1010, 4770, TRACK_REHEARSE_CODES_END };
  ContractGetSelfbookInterviewOptionsRequest request = options_of (rehearse);
  ContractReply reply;
  return track_rehearse_ask (rehearse, OP (GET_SELFBOOK_INTERVIEW_OPTIONS), &request, &reply,
                             error) &&
         (!reply.is_fault || track_rehearse_is_fault (&reply, codes, error));
}

static gboolean
run_workers (TrackRehearse *rehearse, gconstpointer data, GError **error)
{
  if (!track_rehearse_find_offer (rehearse, error))
    return FALSE;
  ContractGetSelfbookCaseWorkersRequest request = {
    .person_civil_registration_identifier = track_rehearse_citizen (rehearse),
    .interview_option_id = rehearse->offer,
  };
  const ContractGetSelfbookCaseWorkersResponse *response =
    track_rehearse_ask_answer (rehearse, OP (GET_SELFBOOK_CASE_WORKERS), &request, error);
  if (response == NULL)
    return FALSE;
  return response->case_worker_to_book_collection.n_items > 0 ||
         track_rehearse_wrong (error, "the offer has no advisor at all");
}

/* Sorted by start, then by advisor; each as long as the offer; within what was asked. */
static gboolean
run_times (TrackRehearse *rehearse, gconstpointer data, GError **error)
{
  const TrackRehearsePlan *plan = rehearse->plan;
  if (!track_rehearse_find_offer (rehearse, error))
    return FALSE;
  ContractGetSelfbookTimeslotsRequest request = {
    .person_civil_registration_identifier = track_rehearse_citizen (rehearse),
    .interview_option_id = rehearse->offer,
    .booking_option_interval_start_time = { .unix_us = plan->from_us, .has_offset = TRUE },
    .booking_option_interval_end_time = { .unix_us = plan->until_us, .has_offset = TRUE },
  };
  const ContractGetSelfbookTimeslotsResponse *response =
    track_rehearse_ask_answer (rehearse, OP (GET_SELFBOOK_TIMESLOTS), &request, error);
  if (response == NULL)
    return FALSE;
  gint64 before_us = plan->from_us;
  for (guint i = 0; i < response->timeslot_collection.n_items; i++)
    {
      const ContractTimeslot *slot = &response->timeslot_collection.items[i];
      if (slot->start_time.unix_us < before_us || slot->start_time.unix_us >= plan->until_us)
        return track_rehearse_wrong (error, "time %u is out of order or outside what was asked",
                                     i + 1);
      if (slot->end_time.unix_us - slot->start_time.unix_us != rehearse->duration_us)
        return track_rehearse_wrong (error, "time %u is not as long as the offer says", i + 1);
      before_us = slot->start_time.unix_us;
    }
  return TRUE;
}

static gboolean
is_meeting (TrackRehearse *rehearse,
            const ContractBookingDetails *details,
            const char *citizen,
            const TrackRehearseTime *time,
            GError **error)
{
  if (details->booking_start_time.unix_us != time->start.unix_us ||
      details->booking_end_time.unix_us != time->end.unix_us)
    return track_rehearse_wrong (error, "the answer tells another time than was asked for");
  if (strcmp (details->person_civil_registration_identifier, citizen) != 0)
    return track_rehearse_wrong (error, "the answer tells another citizen than asked");
  if (g_strcmp0 (details->case_worker_identifier, time->worker) != 0)
    return track_rehearse_wrong (error, "the answer tells another advisor than was asked for");
  if (strncmp (details->job_center_code, rehearse->unit, 3) != 0)
    return track_rehearse_wrong (error, "the answer tells a unit of another municipality");
  return TRUE;
}

static gboolean
run_details (TrackRehearse *rehearse, gconstpointer data, GError **error)
{
  TrackRehearseTime time;
  const char *citizen;
  if (!track_rehearse_prepare (rehearse, 1, &time, &citizen, error))
    return FALSE;
  ContractGetBookingDetailsRequest request =
    track_rehearse_reservation_of (rehearse, citizen, &time);
  const ContractGetBookingDetailsResponse *response =
    track_rehearse_ask_answer (rehearse, OP (GET_BOOKING_DETAILS), &request, error);
  if (response == NULL)
    return FALSE;
  if (response->reservation_expiry_time.unix_us <= clock_now_us ())
    return track_rehearse_wrong (error, "the reservation has ended when it is made");
  return is_meeting (rehearse, &response->booking_details, citizen, &time, error);
}

static gboolean
run_create (TrackRehearse *rehearse, gconstpointer data, GError **error)
{
  TrackRehearseTime time;
  const char *citizen;
  if (!track_rehearse_prepare (rehearse, 1, &time, &citizen, error))
    return FALSE;
  ContractCreateBookingRequest request = track_rehearse_creation_of (rehearse, citizen, &time);
  const ContractCreateBookingResponse *response =
    track_rehearse_ask_answer (rehearse, OP (CREATE_BOOKING), &request, error);
  if (response == NULL)
    return FALSE;
  if (g_ascii_strcasecmp (response->booking_details.booking_identifier,
                          request.booking_identifier) != 0)
    return track_rehearse_wrong (error, "the booking has another identifier than was asked for");
  return is_meeting (rehearse, &response->booking_details, citizen, &time, error);
}

static gboolean
run_reschedule (TrackRehearse *rehearse, gconstpointer data, GError **error)
{
  TrackRehearseTime times[2];
  const char *citizen;
  if (!track_rehearse_prepare (rehearse, 2, times, &citizen, error))
    return FALSE;
  const ContractBookingDetails *booked = track_rehearse_book (rehearse, citizen, &times[0], error);
  if (booked == NULL)
    return FALSE;
  ContractRescheduleBookingRequest request = {
    .person_civil_registration_identifier = citizen,
    .booking_identifier = booked->booking_identifier,
    .has_booking_start_time = TRUE,
    .booking_start_time = times[1].start,
    .case_worker_identifier = times[1].worker,
  };
  const ContractRescheduleBookingResponse *response =
    track_rehearse_ask_answer (rehearse, OP (RESCHEDULE_BOOKING), &request, error);
  if (response == NULL)
    return FALSE;
  if (g_ascii_strcasecmp (response->booking_details.booking_identifier,
                          booked->booking_identifier) != 0)
    return track_rehearse_wrong (error, "the booking has another identifier than before");
  return is_meeting (rehearse, &response->booking_details, citizen, &times[1], error);
}

/* AcceptBooking and CancelBooking ask and answer alike. */
typedef struct
{
  ContractOperationId operation;
  gint64 status;
} Change;

static const Change acceptance = { CONTRACT_OPERATION_ACCEPT_BOOKING, 2 };
static const Change cancellation = { CONTRACT_OPERATION_CANCEL_BOOKING, 3 };

static gboolean
run_change (TrackRehearse *rehearse, gconstpointer data, GError **error)
{
  const Change *change = data;
  TrackRehearseTime time;
  const char *citizen;
  if (!track_rehearse_prepare (rehearse, 1, &time, &citizen, error))
    return FALSE;
  const ContractBookingDetails *booked = track_rehearse_book (rehearse, citizen, &time, error);
  if (booked == NULL)
    return FALSE;
  ContractCancelBookingRequest request = { citizen, booked->booking_identifier };
  const ContractCancelBookingResponse *response =
    track_rehearse_ask_answer (rehearse, change->operation, &request, error);
  if (response == NULL)
    return FALSE;
  if (response->booking_details.booking_status_identifier != change->status)
    return track_rehearse_wrong (
      error, "the booking has state %" G_GINT64_FORMAT " afterwards, not %" G_GINT64_FORMAT,
      response->booking_details.booking_status_identifier, change->status);
  return change->operation != CONTRACT_OPERATION_ACCEPT_BOOKING ||
         response->booking_details.accepted_booking ||
         track_rehearse_wrong (error, "the booking is not accepted afterwards");
}

static gboolean
run_bookings (TrackRehearse *rehearse, gconstpointer data, GError **error)
{
  TrackRehearseTime time;
  const char *citizen;
  if (!track_rehearse_prepare (rehearse, 1, &time, &citizen, error))
    return FALSE;
  const ContractBookingDetails *booked = track_rehearse_book (rehearse, citizen, &time, error);
  if (booked == NULL)
    return FALSE;
  ContractGetBookingsRequest request = {
    .person_civil_registration_identifier = citizen,
    .max_count = 100,
  };
  const ContractGetBookingsResponse *response =
    track_rehearse_ask_answer (rehearse, OP (GET_BOOKINGS), &request, error);
  if (response == NULL)
    return FALSE;
  for (guint i = 0; i < response->booking_collection.n_items; i++)
    if (g_ascii_strcasecmp (response->booking_collection.items[i].booking_identifier,
                            booked->booking_identifier) == 0)
      return TRUE;
  return track_rehearse_wrong (error, "the citizen's booking is not in the list");
}

static gboolean
run_report_error (TrackRehearse *rehearse, gconstpointer data, GError **error)
{
  ContractReportErrorRequest request = {
    .person_civil_registration_identifier = track_rehearse_citizen (rehearse),
    .error_code = 1,
    .error_text = "Rehearsal before a switch: nothing to do",
    .error_origin = 30,
    .error_time = { .unix_us = clock_now_us (), .has_offset = TRUE },
  };
  if (!track_rehearse_find_offer (rehearse, error))
    return FALSE;
  request.interview_option_id = rehearse->offer;
  return track_rehearse_ask_answer (rehearse, OP (REPORT_ERROR), &request, error) != NULL;
}

/* The same question in both versions: version, media type and HTTP status must go together. */
typedef struct
{
  ContractSoapVersion version;
  gboolean is_refused; /* for a unit that cannot be */
} Form;

static const Form form_1_1 = { CONTRACT_SOAP_1_1, FALSE };
static const Form form_1_2 = { CONTRACT_SOAP_1_2, FALSE };
static const Form form_fault_1_1 = { CONTRACT_SOAP_1_1, TRUE };
static const Form form_fault_1_2 = { CONTRACT_SOAP_1_2, TRUE };

static gboolean
is_in_form (const Form *form,
            const TrackWireAnswer *answer,
            const ContractReply *reply,
            GError **error)
{
  const char *media = form->version == CONTRACT_SOAP_1_1 ? "text/xml" : "application/soap+xml";
  if (reply->version != form->version)
    return track_rehearse_wrong (error, "the answer is of another SOAP version than the question");
  if (g_ascii_strncasecmp (answer->content_type, media, strlen (media)) != 0)
    return track_rehearse_wrong (error, "the answer's Content-Type is not %s", media);
  gboolean is_status_right =
    !reply->is_fault
      ? answer->status == 200
      : answer->status == 500 || (form->version == CONTRACT_SOAP_1_2 && answer->status == 400);
  return is_status_right ||
         track_rehearse_wrong (error, "HTTP status %u does not go with it", answer->status);
}

static gboolean
run_form (TrackRehearse *rehearse, gconstpointer data, GError **error)
{
  const Form *form = data;
  ContractGetSelfbookInterviewOptionsRequest request = options_of (rehearse);
  ContractReply reply;
  g_auto (TrackWireAnswer) answer = { 0 };
  ContractOperationId operation = OP (GET_SELFBOOK_INTERVIEW_OPTIONS);
  if (form->is_refused)
    request.job_center_code = "99999";
  g_autoptr (GString) body =
    track_rehearse_write (rehearse, form->version, operation, &request, error);
  if (body == NULL ||
      !track_rehearse_post (rehearse, contract_soap_content_type (form->version),
                            form->version == CONTRACT_SOAP_1_1 ? "\"\"" : NULL, body, &answer,
                            error) ||
      !track_rehearse_read (rehearse, operation, &answer, &reply, error))
    return FALSE;
  if (form->is_refused && !reply.is_fault)
    return track_rehearse_leave_out (error, "unit 99999 is answered: no fault to look at");
  return is_in_form (form, &answer, &reply, error);
}

/* --- the municipality's own operations ----------------------------------------------------------- */

static ContractRegisterBookingRequest
registration_of (TrackRehearse *rehearse, const char *citizen, const TrackRehearseTime *time)
{
  const char *booking = track_rehearse_guid (rehearse);
  track_rehearse_note (rehearse, citizen, booking);
  ((TrackRehearseBooked *) rehearse->booked->pdata[rehearse->booked->len - 1])->is_registered =
    TRUE;
  return (ContractRegisterBookingRequest){
    .person_civil_registration_identifier = citizen,
    .job_center_code = rehearse->unit,
    .booking_identifier = booking,
    .booking_start_time = time->start,
    .booking_end_time = time->end,
    .interview_type_identifier = 12,
    .interview_form_type_identifier = 1,
    .interview_contact_type_identifier = rehearse->contact_type,
    .title = "Rehearsal",
    .case_worker_identifier = time->worker,
  };
}

static gboolean
run_register (TrackRehearse *rehearse, gconstpointer data, GError **error)
{
  TrackRehearseTime time;
  const char *citizen;
  if (!track_rehearse_prepare (rehearse, 1, &time, &citizen, error))
    return FALSE;
  ContractRegisterBookingRequest request = registration_of (rehearse, citizen, &time);
  const ContractRegisterBookingResponse *response =
    track_rehearse_ask_answer (rehearse, OP (REGISTER_BOOKING), &request, error);
  return response != NULL &&
         is_meeting (rehearse, &response->booking_details, citizen, &time, error);
}

static const char *
register_one (TrackRehearse *rehearse, const char **out_citizen, GError **error)
{
  TrackRehearseTime time;
  if (!track_rehearse_prepare (rehearse, 1, &time, out_citizen, error))
    return NULL;
  ContractRegisterBookingRequest request = registration_of (rehearse, *out_citizen, &time);
  if (track_rehearse_ask_answer (rehearse, OP (REGISTER_BOOKING), &request, error) != NULL)
    return request.booking_identifier;
  return track_rehearse_block ("registering a booking", error) ? "" : NULL;
}

static gboolean
run_update (TrackRehearse *rehearse, gconstpointer data, GError **error)
{
  ContractUpdateBookingRequest request = { .description = "Changed by a rehearsal" };
  request.booking_identifier =
    register_one (rehearse, &request.person_civil_registration_identifier, error);
  if (request.booking_identifier == NULL)
    return FALSE;
  const ContractUpdateBookingResponse *response =
    track_rehearse_ask_answer (rehearse, OP (UPDATE_BOOKING), &request, error);
  if (response == NULL)
    return FALSE;
  return g_strcmp0 (response->booking_details.description, request.description) == 0 ||
         track_rehearse_wrong (error, "the description is not what it was changed to");
}

static gboolean
run_delete (TrackRehearse *rehearse, gconstpointer data, GError **error)
{
  ContractDeleteBookingRequest request = { 0 };
  request.booking_identifier =
    register_one (rehearse, &request.person_civil_registration_identifier, error);
  if (request.booking_identifier == NULL)
    return FALSE;
  const ContractDeleteBookingResponse *response =
    track_rehearse_ask_answer (rehearse, OP (DELETE_BOOKING), &request, error);
  if (response == NULL)
    return FALSE;
  return response->booking_details.booking_status_identifier == 3 ||
         track_rehearse_wrong (error, "the booking is not cancelled afterwards");
}

#define FREE  TRACK_REHEARSE_NEEDS_NOTHING
#define PLAN  TRACK_REHEARSE_NEEDS_PLAN
#define OWN   (TRACK_REHEARSE_NEEDS_PLAN | TRACK_REHEARSE_NEEDS_REGISTERS)
#define TYPES "contract.md, Messages and their parts"
#define CALL  "contract.md, How to call"
/* clang-format off */
const TrackRehearseRow track_rehearse_schema[] = {
  { "options",      "GetSelfbookInterviewOptions",            "offers, or fault 1010 or 4770",               TYPES, FREE, run_options },
  { "soap-1.1",     "the same in SOAP 1.1",                   "SOAP 1.1, text/xml, status 200 or 500",       CALL,  FREE, run_form, &form_1_1 },
  { "soap-1.2",     "the same in SOAP 1.2",                   "SOAP 1.2, application/soap+xml, 200, 400 or 500", CALL, FREE, run_form, &form_1_2 },
  { "fault-1.1",    "the same for unit 99999, SOAP 1.1",      "a fault in SOAP 1.1, text/xml, status 500",   CALL,  FREE, run_form, &form_fault_1_1 },
  { "fault-1.2",    "the same for unit 99999, SOAP 1.2",      "a fault in SOAP 1.2, status 400 or 500",      CALL,  FREE, run_form, &form_fault_1_2 },
  { "case-workers", "GetSelfbookCaseWorkers",                 "the advisors of the offer",                   TYPES, PLAN, run_workers },
  { "times",        "GetSelfbookTimeslots",                   "times in order, as long as the offer says",   TYPES, PLAN, run_times },
  { "details",      "GetBookingDetails",                      "a reservation of that time and advisor",      TYPES, PLAN, run_details },
  { "create",       "CreateBooking",                          "the booking, under the identifier given",     TYPES, PLAN, run_create },
  { "reschedule",   "RescheduleBooking",                      "the same booking at the new time",            TYPES, PLAN, run_reschedule },
  { "accept",       "AcceptBooking",                          "the booking, accepted",                       TYPES, PLAN, run_change, &acceptance },
  { "cancel",       "CancelBooking",                          "the booking, cancelled",                      TYPES, PLAN, run_change, &cancellation },
  { "bookings",     "GetBookings of a citizen",               "the citizen's booking is there",              TYPES, PLAN, run_bookings },
  { "report-error", "ReportError",                            "an empty answer",                             TYPES, PLAN, run_report_error },
  { "register",     "RegisterBooking",                        "the booking at that time",                    TYPES, OWN,  run_register },
  { "update",       "UpdateBooking",                          "the booking with its new description",        TYPES, OWN,  run_update },
  { "delete",       "DeleteBooking",                          "the booking, cancelled",                      TYPES, OWN,  run_delete },
  { NULL },
};
/* clang-format on */
