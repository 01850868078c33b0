/* SPDX-License-Identifier: EUPL-1.2 */
/* A peer to measure against: GetSelfbookTimeslots by gSOAP, generated from our WSDL, over the same free times. */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ExternalBookingServiceSoap.nsmap"
#include "soapH.h"

#define BACKLOG 1024
#define CAP     1000

/* Free times of all offers, as plannerd lists them, by offer and start: read once, kept in memory. */
typedef struct
{
  char offer[37]; /* a GUID */
  struct ns1__TimeslotType slot;
  struct ns1__CaseWorkerToBookType worker;
} Row;

static Row *rows;
static int n_rows;

static void
add_row (char *line)
{
  const char *separator = "\t\n";
  char *left = NULL;
  Row *row;

  rows = realloc (rows, sizeof (Row) * (size_t) (n_rows + 1));
  if (rows == NULL)
    exit (1);
  row = &rows[n_rows++];
  memset (row, 0, sizeof *row);
  memcpy (row->offer, strtok_r (line, separator, &left), sizeof row->offer - 1);
  row->slot.StartTime = strtol (strtok_r (NULL, separator, &left), NULL, 10);
  row->slot.EndTime = strtol (strtok_r (NULL, separator, &left), NULL, 10);
  row->worker.CaseWorkerIdentifier = strdup (strtok_r (NULL, separator, &left));
  row->worker.CaseWorkerName = strdup (strtok_r (NULL, separator, &left));
}

/* Lines of offer, start, end, advisor, name, in the order of the answers. */
static int
load (const char *path)
{
  FILE *file = fopen (path, "r");
  char line[256];

  if (file == NULL)
    return 0;
  while (fgets (line, sizeof line, file) != NULL)
    add_row (line);
  fclose (file);
  for (int i = 0; i < n_rows; i++)
    rows[i].slot.CaseWorkerToBook = &rows[i].worker;
  return n_rows;
}

/* The first row of @offer at or after @start. */
static int
find_row (const char *offer, time_t start)
{
  int low = 0;
  int high = n_rows;

  while (low < high)
    {
      int middle = (low + high) / 2;
      int order = strcmp (rows[middle].offer, offer);
      if (order < 0 || (order == 0 && rows[middle].slot.StartTime < start))
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

int
__ns1__GetSelfbookTimeslots (struct soap *soap,
                             struct ns1__GetSelfbookTimeslotsRequestType *in,
                             struct ns1__GetSelfbookTimeslotsResponseType *out)
{
  struct ns1__TimeslotCollectionType *list;
  int i;

  if (in == NULL || in->InterviewOptionID == NULL ||
      strlen (in->PersonCivilRegistrationIdentifier) != 10)
    return soap_sender_fault (soap, "The request is not valid.", NULL);
  list = soap_malloc (soap, sizeof *list);
  list->__sizeTimeslot = 0;
  list->Timeslot = soap_malloc (soap, sizeof *list->Timeslot * CAP);
  for (i = find_row (in->InterviewOptionID, in->BookingOptionIntervalStartTime);
       i < n_rows && list->__sizeTimeslot < CAP &&
       strcmp (rows[i].offer, in->InterviewOptionID) == 0 &&
       rows[i].slot.StartTime < in->BookingOptionIntervalEndTime;
       i++)
    list->Timeslot[list->__sizeTimeslot++] = rows[i].slot;
  out->TimeslotCollection = list;
  out->TimeslotCollectionTruncated = list->__sizeTimeslot == CAP;
  return SOAP_OK;
}

int
__ns1__GetSelfbookTimeslots_ (struct soap *soap,
                              struct ns1__GetSelfbookTimeslotsRequestType *in,
                              struct ns1__GetSelfbookTimeslotsResponseType *out)
{
  return __ns1__GetSelfbookTimeslots (soap, in, out);
}

/* The generated dispatcher names every operation of the WSDL. */
#define REFUSE_ONE(name, operation)                                         \
  int name (struct soap *soap, struct ns1__##operation##RequestType *in,    \
            struct ns1__##operation##ResponseType *out)                     \
  {                                                                         \
    (void) in;                                                              \
    (void) out;                                                             \
    return soap_receiver_fault (soap, "not part of the measurement", NULL); \
  }
#define REFUSE(operation)                    \
  REFUSE_ONE (__ns1__##operation, operation) \
  REFUSE_ONE (__ns1__##operation##_, operation)

REFUSE (GetSelfbookInterviewOptions)
REFUSE (GetSelfbookCaseWorkers)
REFUSE (GetBookingDetails)
REFUSE (CreateBooking)
REFUSE (RescheduleBooking)
REFUSE (CancelBooking)
REFUSE (AcceptBooking)
REFUSE (ReportError)
REFUSE (GetBookings)
REFUSE (RegisterBooking)
REFUSE (UpdateBooking)
REFUSE (DeleteBooking)

/* A thread for each kept connection, as gSOAP's own examples of standalone servers do. */
static void *
serve (void *data)
{
  struct soap *soap = data;

  soap_serve (soap);
  soap_destroy (soap);
  soap_end (soap);
  soap_free (soap);
  return NULL;
}

int
main (int argc, char **argv)
{
  struct soap soap;

  if (argc != 3 || load (argv[2]) == 0)
    {
      fprintf (stderr, "usage: gsoap-server PORT SLOTS\n");
      return 2;
    }
  signal (SIGPIPE, SIG_IGN);
  soap_init1 (&soap, SOAP_IO_KEEPALIVE | SOAP_C_UTFSTRING);
  soap.bind_flags = SO_REUSEADDR;
  soap.max_keep_alive = 0;
  if (!soap_valid_socket (
        soap_bind (&soap, "127.0.0.1", (int) strtol (argv[1], NULL, 10), BACKLOG)))
    return 1;
  while (soap_valid_socket (soap_accept (&soap)))
    {
      pthread_t thread;
      struct soap *copy = soap_copy (&soap);
      if (copy == NULL || pthread_create (&thread, NULL, serve, copy) != 0)
        return 1;
      pthread_detach (thread);
    }
  return 0;
}
