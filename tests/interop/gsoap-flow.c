/* SPDX-License-Identifier: EUPL-1.2 */
/* The whole booking flow with a client that gSOAP generated from our WSDL; FLOW_* variables say where and for whom. */
#include <glib.h>
#include <string.h>

#include "ExternalBookingServiceSoap.nsmap"
#include "soapH.h"

#define CALL(operation, in, out) \
  end_call (#operation, soap_call___ns1__##operation (begin_call (), fact ("url"), NULL, in, out))
#define REFUSED(code, operation, in, out) \
  end_fault (code, soap_call___ns1__##operation (begin_call (), fact ("url"), NULL, in, out))
#define LATER_S 1800

/* One caller at a time; its messages as they went over the wire, HTTP and all. */
static struct soap *client;
static GString *sent;
static GString *received;
static int (*send_bytes) (struct soap *, const char *, size_t);
static size_t (*receive_bytes) (struct soap *, char *, size_t);
static guint n_calls;

static char *
fact (const char *name)
{
  g_autofree char *variable = g_strconcat ("FLOW_", name, NULL);
  const char *value = g_getenv (variable);

  g_assert_nonnull (value);
  return (char *) value;
}

static time_t
fact_time (const char *name)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_iso8601 (fact (name), NULL);

  g_assert_nonnull (time);
  return (time_t) g_date_time_to_unix (time);
}

static int
on_send (struct soap *soap, const char *bytes, size_t n_bytes)
{
  g_string_append_len (sent, bytes, (gssize) n_bytes);
  return send_bytes (soap, bytes, n_bytes);
}

static size_t
on_receive (struct soap *soap, char *bytes, size_t n_bytes)
{
  size_t n_received = receive_bytes (soap, bytes, n_bytes);

  g_string_append_len (received, bytes, (gssize) n_received);
  return n_received;
}

static void
become (const char *caller)
{
  if (client != NULL)
    {
      soap_destroy (client);
      soap_end (client);
      soap_free (client);
    }
  client = soap_new1 (SOAP_XML_STRICT | SOAP_C_UTFSTRING);
  soap_set_namespaces (client, namespaces);
  client->connect_timeout = client->send_timeout = client->recv_timeout = 20;
  g_assert_cmpint (soap_ssl_client_context (client, SOAP_SSL_REQUIRE_SERVER_AUTHENTICATION,
                                            fact (caller), NULL, fact ("authority"), NULL, NULL),
                   ==, SOAP_OK);
  send_bytes = client->fsend;
  receive_bytes = client->frecv;
  client->fsend = on_send;
  client->frecv = on_receive;
}

static struct soap *
begin_call (void)
{
  g_string_truncate (sent, 0);
  g_string_truncate (received, 0);
  return client;
}

static void
keep (const GString *bytes, const char *what)
{
  g_autofree char *name = g_strdup_printf ("%03u-%s.xml", n_calls, what);
  g_autofree char *path = g_build_filename (fact ("capture"), name, NULL);
  const char *body = strstr (bytes->str, "\r\n\r\n");

  g_assert_nonnull (body);
  g_assert_true (g_file_set_contents (path, body + 4, -1, NULL));
}

static void
keep_messages (void)
{
  keep (sent, "request");
  keep (received, "answer");
  n_calls++;
}

static void
end_call (const char *operation, int status)
{
  if (status != SOAP_OK)
    {
      soap_print_fault (client, stderr);
      g_error ("%s: status %d", operation, status);
    }
  keep_messages ();
}

static void
end_fault (int code, int status)
{
  g_assert_cmpint (status, !=, SOAP_OK);
  g_assert_nonnull (client->fault);
  g_assert_nonnull (client->fault->detail);
  g_assert_nonnull (client->fault->detail->ns1__PlannerFault);
  g_assert_cmpint (client->fault->detail->ns1__PlannerFault->Code, ==, code);
  keep_messages ();
}

static char *
find_offer (void)
{
  struct ns1__GetSelfbookInterviewOptionsRequestType in = { .PersonCivilRegistrationIdentifier =
                                                              fact ("cpr"),
                                                            .JobCenterCode = fact ("unit"),
                                                            .ContactGroupTypeIdentifier = 1 };
  struct ns1__GetSelfbookInterviewOptionsResponseType out = { 0 };

  CALL (GetSelfbookInterviewOptions, &in, &out);
  g_assert_cmpint (out.InterviewOptionCollection->__sizeInterviewOption, ==, 3);
  for (int i = 0; i < out.InterviewOptionCollection->__sizeInterviewOption; i++)
    if (out.InterviewOptionCollection->InterviewOption[i].InterviewTypeIdentifier == 7)
      return out.InterviewOptionCollection->InterviewOption[i].InterviewOptionIdentifier;
  g_assert_not_reached ();
}

/* The first free time at or after @from; of the offer, or for moving the booking. */
static struct ns1__TimeslotType *
find_slot (char *offer, char *booking, time_t from)
{
  struct ns1__GetSelfbookTimeslotsRequestType in = {
    .PersonCivilRegistrationIdentifier = fact ("cpr"),
    .InterviewOptionID = offer,
    .BookingIdentifier = booking,
    .BookingOptionIntervalStartTime = fact_time ("interval_start"),
    .BookingOptionIntervalEndTime = fact_time ("interval_end")
  };
  struct ns1__GetSelfbookTimeslotsResponseType out = { 0 };

  CALL (GetSelfbookTimeslots, &in, &out);
  g_assert_cmpint (out.TimeslotCollection->__sizeTimeslot, >, 50);
  for (int i = 0; i < out.TimeslotCollection->__sizeTimeslot; i++)
    if (out.TimeslotCollection->Timeslot[i].StartTime >= from)
      return &out.TimeslotCollection->Timeslot[i];
  g_assert_not_reached ();
}

static char *
reserve (char *offer, char *booking, const struct ns1__TimeslotType *slot)
{
  struct ns1__GetBookingDetailsRequestType in = {
    .PersonCivilRegistrationIdentifier = fact ("cpr"),
    .InterviewOptionID = offer,
    .BookingIdentifier = booking,
    .BookingStartTime = slot->StartTime,
    .CaseWorkerIdentifier = booking == NULL ? slot->CaseWorkerToBook->CaseWorkerIdentifier : NULL
  };
  struct ns1__GetBookingDetailsResponseType out = { 0 };

  CALL (GetBookingDetails, &in, &out);
  g_assert_cmpint (out.ReservationExpiryTime, >, 0);
  return out.ReservationIdentifier;
}

static struct ns1__BookingDetailsType *
create (char *reservation)
{
  struct ns1__CreateBookingRequestType in = { .PersonCivilRegistrationIdentifier = fact ("cpr"),
                                              .InterviewContactTypeIdentifier = 1,
                                              .ReservationIdentifier = reservation };
  struct ns1__CreateBookingResponseType out = { 0 };

  CALL (CreateBooking, &in, &out);
  g_assert_cmpstr (out.BookingDetails->Title, ==, "Jobsamtale");
  return out.BookingDetails;
}

static void
create_as_rival (char *offer, struct ns1__BookingDetailsType *made)
{
  struct ns1__CreateBookingRequestType in = { .PersonCivilRegistrationIdentifier =
                                                fact ("rival_cpr"),
                                              .BookingStartTime = &made->BookingStartTime,
                                              .InterviewOptionID = offer,
                                              .CaseWorkerIdentifier = made->CaseWorkerIdentifier,
                                              .InterviewContactTypeIdentifier = 1 };
  struct ns1__CreateBookingResponseType out = { 0 };

  REFUSED (990001, CreateBooking, &in, &out);
}

static void
move (char *booking, time_t from)
{
  const struct ns1__TimeslotType *slot = find_slot (NULL, booking, from);
  struct ns1__RescheduleBookingRequestType in = { .PersonCivilRegistrationIdentifier = fact ("cpr"),
                                                  .BookingIdentifier = booking };
  struct ns1__RescheduleBookingResponseType out = { 0 };

  in.ReservationIdentifier = reserve (NULL, booking, slot);
  CALL (RescheduleBooking, &in, &out);
  g_assert_cmpint (out.BookingDetails->BookingStartTime, ==, slot->StartTime);
}

static void
accept_and_cancel (char *booking)
{
  struct ns1__AcceptBookingRequestType accept_in = { fact ("cpr"), booking };
  struct ns1__AcceptBookingResponseType accept_out = { 0 };
  struct ns1__CancelBookingRequestType cancel_in = { fact ("cpr"), booking };
  struct ns1__CancelBookingResponseType cancel_out = { 0 };
  struct ns1__ReportErrorRequestType report_in = { .PersonCivilRegistrationIdentifier =
                                                     fact ("cpr"),
                                                   .BookingIdentifier = booking,
                                                   .ErrorCode = 9303,
                                                   .ErrorText = (char *) "Prøve: æøå & <videre>",
                                                   .ErrorOrigin = 30,
                                                   .ErrorTime = fact_time ("interval_start") };
  struct ns1__ReportErrorResponseType report_out = { 0 };

  CALL (AcceptBooking, &accept_in, &accept_out);
  g_assert_cmpint (accept_out.BookingDetails->AcceptedBooking, ==, xsd__boolean__true_);
  CALL (CancelBooking, &cancel_in, &cancel_out);
  g_assert_cmpint (cancel_out.BookingDetails->Revision, ==, 4);
  CALL (ReportError, &report_in, &report_out);
}

static void
walk_citizen (void)
{
  struct ns1__GetSelfbookCaseWorkersRequestType workers_in = { fact ("cpr"), find_offer (), NULL };
  struct ns1__GetSelfbookCaseWorkersResponseType workers_out = { 0 };
  char *offer = workers_in.InterviewOptionID;
  struct ns1__BookingDetailsType *made;
  struct ns1__TimeslotType *slot;
  char *reservation;

  CALL (GetSelfbookCaseWorkers, &workers_in, &workers_out);
  g_assert_cmpint (workers_out.CaseWorkerToBookCollection->__sizeCaseWorkerToBook, ==, 3);
  slot = find_slot (offer, NULL, 0);
  reservation = reserve (offer, NULL, slot);
  made = create (reservation);
  g_assert_cmpint (made->BookingStartTime, ==, slot->StartTime);
  g_assert_cmpstr (create (reservation)->BookingIdentifier, ==, made->BookingIdentifier);
  create_as_rival (offer, made);
  move (made->BookingIdentifier, made->BookingStartTime + LATER_S);
  accept_and_cancel (made->BookingIdentifier);
}

static struct ns1__RegisterBookingRequestType
summons (void)
{
  time_t start = fact_time ("interval_start") / 3600 * 3600;

  return (struct ns1__RegisterBookingRequestType){ .PersonCivilRegistrationIdentifier =
                                                     fact ("registered_cpr"),
                                                   .JobCenterCode = fact ("unit"),
                                                   .CompulsoryAttendance = xsd__boolean__true_,
                                                   .BookingStartTime = start,
                                                   .BookingEndTime = start + LATER_S,
                                                   .InterviewTypeIdentifier = 12,
                                                   .InterviewFormTypeIdentifier = 1,
                                                   .InterviewContactTypeIdentifier = 1,
                                                   .Title = (char *) "Samtale om <næste> skridt",
                                                   .CaseWorkerIdentifier = (char *) "89000-01" };
}

static int
count_bookings (void)
{
  struct ns1__GetBookingsRequestType in = { .JobCenterCode = fact ("unit"), .MaxCount = 100 };
  struct ns1__GetBookingsResponseType out = { 0 };

  CALL (GetBookings, &in, &out);
  return out.BookingCollection->__sizeBooking;
}

static void
walk_municipality (void)
{
  struct ns1__RegisterBookingRequestType in = summons ();
  struct ns1__RegisterBookingResponseType out = { 0 };
  struct ns1__UpdateBookingRequestType change = { .PersonCivilRegistrationIdentifier =
                                                    fact ("registered_cpr"),
                                                  .Description = (char *) "Medbring CV" };
  struct ns1__UpdateBookingResponseType changed = { 0 };
  struct ns1__DeleteBookingRequestType delete_in = { .PersonCivilRegistrationIdentifier =
                                                       fact ("registered_cpr") };
  struct ns1__DeleteBookingResponseType deleted = { 0 };

  REFUSED (990023, RegisterBooking, &in, &out);
  become ("indkalder");
  in = summons ();
  CALL (RegisterBooking, &in, &out);
  g_assert_cmpint (out.ConflictFlag, ==, xsd__boolean__false_);
  g_assert_cmpstr (out.BookingDetails->Title, ==, in.Title);
  g_assert_cmpint (count_bookings (), ==, 1);
  change.BookingIdentifier = delete_in.BookingIdentifier = out.BookingDetails->BookingIdentifier;
  change.Revision = &out.BookingDetails->Revision;
  CALL (UpdateBooking, &change, &changed);
  g_assert_cmpstr (changed.BookingDetails->Description, ==, change.Description);
  CALL (DeleteBooking, &delete_in, &deleted);
  g_assert_cmpint (count_bookings (), ==, 0);
}

int
main (void)
{
  sent = g_string_new (NULL);
  received = g_string_new (NULL);
  soap_ssl_init ();
  become ("dfdg");
  walk_citizen ();
  walk_municipality ();
  soap_destroy (client);
  soap_end (client);
  soap_free (client);
  g_string_free (sent, TRUE);
  g_string_free (received, TRUE);
  printf ("gSOAP %d walked the flow\n", GSOAP_VERSION);
  return 0;
}
