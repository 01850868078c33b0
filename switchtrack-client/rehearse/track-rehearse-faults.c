/* SPDX-License-Identifier: EUPL-1.2 */
/* Rows on refusals: what cannot be, what is another's, what is no message of the contract, each with its code. */
#include "rehearse/track-rehearse-private.h"

#include "base/clock.h"

#define OP(name)  CONTRACT_OPERATION_##name
#define NAMESPACE CONTRACT_NAMESPACE_DEFAULT
#define SOAP_1_1  "http://schemas.xmlsoap.org/soap/envelope/"
#define ABSENT    "00000000-0000-4000-8000-000000000000"
#define DAY(n)    ((gint64) (n) *G_TIME_SPAN_DAY)
#define MAX_CODES 4

/* --- well-formed questions about what is not there ------------------------------------------------ */

/* Builds its request in @rehearse's arena and names its operation. */
typedef gconstpointer (*Build) (TrackRehearse *rehearse, ContractOperationId *out_operation);

typedef struct
{
  Build build;
  gint64 codes[MAX_CODES];
} Question;

static ContractTime
in_days (gint64 n_days)
{
  return (ContractTime){ .unix_us = clock_now_us () + DAY (n_days), .has_offset = TRUE };
}

static gconstpointer
build_absent_unit (TrackRehearse *rehearse, ContractOperationId *out_operation)
{
  ContractGetSelfbookInterviewOptionsRequest *request =
    contract_arena_new0 (rehearse->arena, ContractGetSelfbookInterviewOptionsRequest);
  *out_operation = OP (GET_SELFBOOK_INTERVIEW_OPTIONS);
  request->person_civil_registration_identifier = track_rehearse_citizen (rehearse);
  request->job_center_code = "99999";
  request->contact_group_type_identifier = track_rehearse_contact_group (rehearse);
  return request;
}

static ContractGetSelfbookTimeslotsRequest *
times_of (TrackRehearse *rehearse, ContractOperationId *out_operation)
{
  ContractGetSelfbookTimeslotsRequest *request =
    contract_arena_new0 (rehearse->arena, ContractGetSelfbookTimeslotsRequest);
  *out_operation = OP (GET_SELFBOOK_TIMESLOTS);
  request->person_civil_registration_identifier = track_rehearse_citizen (rehearse);
  request->interview_option_id = ABSENT;
  request->booking_option_interval_start_time = in_days (1);
  request->booking_option_interval_end_time = in_days (8);
  return request;
}

static gconstpointer
build_absent_offer (TrackRehearse *rehearse, ContractOperationId *out_operation)
{
  return times_of (rehearse, out_operation);
}

static gconstpointer
build_absent_offer_workers (TrackRehearse *rehearse, ContractOperationId *out_operation)
{
  ContractGetSelfbookCaseWorkersRequest *request =
    contract_arena_new0 (rehearse->arena, ContractGetSelfbookCaseWorkersRequest);
  *out_operation = OP (GET_SELFBOOK_CASE_WORKERS);
  request->person_civil_registration_identifier = track_rehearse_citizen (rehearse);
  request->interview_option_id = ABSENT;
  return request;
}

static gconstpointer
build_absent_booking (TrackRehearse *rehearse, ContractOperationId *out_operation)
{
  ContractCancelBookingRequest *request =
    contract_arena_new0 (rehearse->arena, ContractCancelBookingRequest);
  *out_operation = OP (CANCEL_BOOKING);
  request->person_civil_registration_identifier = track_rehearse_citizen (rehearse);
  request->booking_identifier = ABSENT;
  return request;
}

static gconstpointer
build_absent_move (TrackRehearse *rehearse, ContractOperationId *out_operation)
{
  ContractRescheduleBookingRequest *request =
    contract_arena_new0 (rehearse->arena, ContractRescheduleBookingRequest);
  *out_operation = OP (RESCHEDULE_BOOKING);
  request->person_civil_registration_identifier = track_rehearse_citizen (rehearse);
  request->booking_identifier = ABSENT;
  request->has_booking_start_time = TRUE;
  request->booking_start_time = in_days (3);
  return request;
}

static gconstpointer
build_absent_reservation (TrackRehearse *rehearse, ContractOperationId *out_operation)
{
  ContractCreateBookingRequest *request =
    contract_arena_new0 (rehearse->arena, ContractCreateBookingRequest);
  *out_operation = OP (CREATE_BOOKING);
  request->person_civil_registration_identifier = track_rehearse_citizen (rehearse);
  request->reservation_identifier = ABSENT;
  request->interview_contact_type_identifier = 1;
  return request;
}

static gconstpointer
build_long_interval (TrackRehearse *rehearse, ContractOperationId *out_operation)
{
  ContractGetSelfbookTimeslotsRequest *request = times_of (rehearse, out_operation);
  request->interview_option_id = rehearse->offer != NULL ? rehearse->offer : ABSENT;
  request->booking_option_interval_end_time = in_days (120);
  return request;
}

static gboolean
run_question (TrackRehearse *rehearse, gconstpointer data, GError **error)
{
  const Question *question = data;
  ContractOperationId operation;
  gconstpointer request = question->build (rehearse, &operation);
  return track_rehearse_ask_fault (rehearse, operation, request, question->codes, error);
}

static gboolean
run_question_of_offer (TrackRehearse *rehearse, gconstpointer data, GError **error)
{
  return track_rehearse_find_offer (rehearse, error) && run_question (rehearse, data, error);
}

/* A time that begins a second off the hour is on no grid. */
static gboolean
run_not_offered (TrackRehearse *rehearse, gconstpointer data, GError **error)
{
  static const gint64 codes[] = { 990014, TRACK_REHEARSE_CODES_END };
  TrackRehearseTime time;
  const char *citizen;
  if (!track_rehearse_prepare (rehearse, 1, &time, &citizen, error))
    return FALSE;
  time.start.unix_us += 61 * G_USEC_PER_SEC;
  ContractCreateBookingRequest request = track_rehearse_creation_of (rehearse, citizen, &time);
  return track_rehearse_ask_fault (rehearse, OP (CREATE_BOOKING), &request, codes, error);
}

/* --- another citizen's booking -------------------------------------------------------------------- */

static const gint64 not_yours[] = { 8107, TRACK_REHEARSE_CODES_END };

static gboolean
book_for_one (TrackRehearse *rehearse,
              TrackRehearseTime *times,
              ContractCancelBookingRequest *out_others,
              GError **error)
{
  const char *citizen;
  if (!track_rehearse_prepare (rehearse, 2, times, &citizen, error))
    return FALSE;
  const ContractBookingDetails *booked = track_rehearse_book (rehearse, citizen, &times[0], error);
  if (booked == NULL)
    return FALSE;
  out_others->person_civil_registration_identifier = track_rehearse_citizen (rehearse);
  out_others->booking_identifier = booked->booking_identifier;
  return TRUE;
}

static gboolean
run_others_cancel (TrackRehearse *rehearse, gconstpointer data, GError **error)
{
  TrackRehearseTime times[2];
  ContractCancelBookingRequest request = { 0 };
  return book_for_one (rehearse, times, &request, error) &&
         track_rehearse_ask_fault (rehearse, OP (CANCEL_BOOKING), &request, not_yours, error);
}

static gboolean
run_others_move (TrackRehearse *rehearse, gconstpointer data, GError **error)
{
  TrackRehearseTime times[2];
  ContractCancelBookingRequest others = { 0 };
  if (!book_for_one (rehearse, times, &others, error))
    return FALSE;
  ContractRescheduleBookingRequest request = {
    .person_civil_registration_identifier = others.person_civil_registration_identifier,
    .booking_identifier = others.booking_identifier,
    .has_booking_start_time = TRUE,
    .booking_start_time = times[1].start,
    .case_worker_identifier = times[1].worker,
  };
  return track_rehearse_ask_fault (rehearse, OP (RESCHEDULE_BOOKING), &request, not_yours, error);
}

static gboolean
run_others_list (TrackRehearse *rehearse, gconstpointer data, GError **error)
{
  TrackRehearseTime times[2];
  ContractCancelBookingRequest others = { 0 };
  guint n_bookings = 0;
  return book_for_one (rehearse, times, &others, error) &&
         track_rehearse_count (rehearse, others.person_civil_registration_identifier, &n_bookings,
                               error) &&
         (n_bookings == 0 ||
          track_rehearse_wrong (error, "another citizen is told %u bookings", n_bookings));
}

/* --- messages that are none ----------------------------------------------------------------------- */

#define CITIZEN            "<PersonCivilRegistrationIdentifier>0000000000</PersonCivilRegistrationIdentifier>"
#define UNIT               "<JobCenterCode>99999</JobCenterCode>"
#define GROUP              "<ContactGroupTypeIdentifier>1</ContactGroupTypeIdentifier>"
#define GUID(name)         "<" name ">" ABSENT "</" name ">"
#define ASK(name, content) "<" name " xmlns=\"" NAMESPACE "\">" content "</" name ">"
#define OPTIONS(content)   ASK ("GetSelfbookInterviewOptions", content)
#define IN(uri, head, body) \
  "<s:Envelope xmlns:s=\"" uri "\">" head "<s:Body>" body "</s:Body></s:Envelope>"
#define SOAP(body) IN (SOAP_1_1, "", body)
#define MUST_UNDERSTAND \
  "<s:Header><h:Other xmlns:h=\"urn:other\" s:mustUnderstand=\"1\"/></s:Header>"

typedef struct
{
  const char *action;
  const char *text;
  gint64 codes[MAX_CODES];
} Message;

static gboolean
run_message (TrackRehearse *rehearse, gconstpointer data, GError **error)
{
  const Message *message = data;
  ContractReply reply;
  g_auto (TrackWireAnswer) answer = { 0 };
  g_autoptr (GString) body = g_string_new (message->text);
  return track_rehearse_post (rehearse, "text/xml; charset=utf-8", message->action, body, &answer,
                              error) &&
         track_rehearse_read (rehearse, OP (GET_SELFBOOK_INTERVIEW_OPTIONS), &answer, &reply,
                              error) &&
         track_rehearse_is_fault (&reply, message->codes, error);
}

/* clang-format off */
static const Question absent_unit        = { build_absent_unit, { 990010 } };
static const Question absent_offer       = { build_absent_offer, { 990004 } };
static const Question absent_workers     = { build_absent_offer_workers, { 990004 } };
static const Question absent_booking     = { build_absent_booking, { 990005 } };
static const Question absent_move        = { build_absent_move, { 990005 } };
static const Question absent_reservation = { build_absent_reservation, { 990003 } };
static const Question long_interval      = { build_long_interval, { 990009 } };

static const Message bad_citizen   = { "\"\"", SOAP (OPTIONS ("<PersonCivilRegistrationIdentifier>12</PersonCivilRegistrationIdentifier>" UNIT GROUP)), { 1014 } };
static const Message bad_code      = { "\"\"", SOAP (OPTIONS (CITIZEN "<JobCenterCode>ABCDE</JobCenterCode>" GROUP)), { 1014 } };
static const Message missing       = { "\"\"", SOAP (OPTIONS (CITIZEN UNIT)), { 1014 } };
static const Message twice         = { "\"\"", SOAP (OPTIONS (CITIZEN UNIT UNIT GROUP)), { 1014 } };
static const Message unknown_part  = { "\"\"", SOAP (OPTIONS (CITIZEN UNIT GROUP "<Surprise/>")), { 1014 } };
static const Message both          = { "\"\"", SOAP (ASK ("GetSelfbookCaseWorkers", CITIZEN GUID ("InterviewOptionID") GUID ("BookingIdentifier"))), { 1014 } };
static const Message neither       = { "\"\"", SOAP (ASK ("GetSelfbookCaseWorkers", CITIZEN)), { 1014 } };
static const Message operation     = { "\"\"", SOAP (ASK ("MakeCoffee", CITIZEN)), { 990032 } };
static const Message namespaced    = { "\"\"", SOAP ("<GetSelfbookInterviewOptions xmlns=\"urn:other\">" CITIZEN UNIT GROUP "</GetSelfbookInterviewOptions>"), { 990032 } };
static const Message action        = { "\"" NAMESPACE "/CancelBooking\"", SOAP (OPTIONS (CITIZEN UNIT GROUP)), { 990033 } };
static const Message version       = { "\"\"", IN ("urn:soap:9", "", OPTIONS (CITIZEN UNIT GROUP)), { 990030 } };
static const Message understand    = { "\"\"", IN (SOAP_1_1, MUST_UNDERSTAND, OPTIONS (CITIZEN UNIT GROUP)), { 990031 } };
static const Message malformed     = { "\"\"", SOAP (ASK ("GetSelfbookInterviewOptions", CITIZEN "<JobCenterCode>99999</ContactGroupTypeIdentifier>")), { 990026 } };
static const Message no_envelope   = { "\"\"", "<html><body>hello</body></html>", { 990029 } };
static const Message empty_body    = { "\"\"", SOAP (""), { 990029 } };

#define FREE   TRACK_REHEARSE_NEEDS_NOTHING
#define PLAN   TRACK_REHEARSE_NEEDS_PLAN
#define FAULTS "faults.md"
#define CHECKS "contract.md, What is checked"
const TrackRehearseRow track_rehearse_faults[] = {
  { "no-such-unit",        "offers of unit 99999",                     "fault 990010", FAULTS, FREE, run_question, &absent_unit },
  { "no-such-offer",       "times of an offer that is not there",      "fault 990004", FAULTS, FREE, run_question, &absent_offer },
  { "no-such-offer-workers", "advisors of an offer that is not there", "fault 990004", FAULTS, FREE, run_question, &absent_workers },
  { "no-such-booking",     "cancelling a booking that is not there",   "fault 990005", FAULTS, FREE, run_question, &absent_booking },
  { "no-such-booking-move", "moving a booking that is not there",      "fault 990005", FAULTS, FREE, run_question, &absent_move },
  { "no-such-reservation", "booking a reservation that is not there",  "fault 990003", FAULTS, FREE, run_question, &absent_reservation },
  { "bad-citizen",         "a citizen's number of two digits",         "fault 1014",   CHECKS, FREE, run_message, &bad_citizen },
  { "bad-code",            "a jobcenter code of letters",              "fault 1014",   CHECKS, FREE, run_message, &bad_code },
  { "missing-element",     "a request without its contact group",      "fault 1014",   CHECKS, FREE, run_message, &missing },
  { "element-twice",       "a jobcenter code twice",                   "fault 1014",   CHECKS, FREE, run_message, &twice },
  { "unknown-element",     "an element that the contract does not know", "fault 1014", CHECKS, FREE, run_message, &unknown_part },
  { "both-of-two",         "offer and booking where one is asked for", "fault 1014",   CHECKS, FREE, run_message, &both },
  { "neither-of-two",      "neither offer nor booking",                "fault 1014",   CHECKS, FREE, run_message, &neither },
  { "no-such-operation",   "an operation that is not there",           "fault 990032", FAULTS, FREE, run_message, &operation },
  { "other-namespace",     "an operation in another namespace",        "fault 990032", FAULTS, FREE, run_message, &namespaced },
  { "wrong-action",        "a SOAPAction of another operation",        "fault 990033", FAULTS, FREE, run_message, &action },
  { "wrong-version",       "an envelope of SOAP 9",                    "fault 990030", FAULTS, FREE, run_message, &version },
  { "must-understand",     "a header that must be understood",         "fault 990031", FAULTS, FREE, run_message, &understand },
  { "malformed",           "tags that cross",                          "fault 990026", FAULTS, FREE, run_message, &malformed },
  { "no-envelope",         "HTML in place of an envelope",             "fault 990029", FAULTS, FREE, run_message, &no_envelope },
  { "empty-body",          "an envelope with nothing in it",           "fault 990029", FAULTS, FREE, run_message, &empty_body },
  { "long-interval",       "times of 119 days",                        "fault 990009", FAULTS, PLAN, run_question_of_offer, &long_interval },
  { "not-offered",         "booking a time that is not offered",       "fault 990014", FAULTS, PLAN, run_not_offered },
  { "others-cancel",       "cancelling another citizen's booking",     "fault 8107",   FAULTS, PLAN, run_others_cancel },
  { "others-move",         "moving another citizen's booking",         "fault 8107",   FAULTS, PLAN, run_others_move },
  { "others-list",         "listing bookings as another citizen",      "none of them", "contract.md, GetBookings", PLAN, run_others_list },
  { NULL },
};
/* clang-format on */
