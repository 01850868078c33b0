/* SPDX-License-Identifier: EUPL-1.2 */
/* Microseconds that a call costs in soap-contract: parse, check, write; and libxml2's schema beside it. */

#include "contract-envelope.h"
#include "contract-schema.h"

#include <string.h>

#define N_SLOTS  50
#define N_ROUNDS 20000

static const char request[] =
  "<?xml version=\"1.0\" encoding=\"utf-8\"?>"
  "<soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\">"
  "<soap:Body><GetSelfbookTimeslots xmlns=\"" CONTRACT_NAMESPACE_DEFAULT "\">"
  "<PersonCivilRegistrationIdentifier>0101905001</PersonCivilRegistrationIdentifier>"
  "<InterviewOptionID>12345678-1234-1234-1234-123456789abc</InterviewOptionID>"
  "<BookingOptionIntervalStartTime>2026-10-01T00:00:00+02:00</BookingOptionIntervalStartTime>"
  "<BookingOptionIntervalEndTime>2026-11-01T00:00:00+01:00</BookingOptionIntervalEndTime>"
  "<CaseWorkerIdentifier>vejleder-07</CaseWorkerIdentifier>"
  "</GetSelfbookTimeslots></soap:Body></soap:Envelope>";

typedef struct
{
  ContractGetSelfbookTimeslotsResponse response;
  const ContractOperation *operation;
  ContractSchema *schema;
  GString *out;
} Bench;

static gboolean
run_parse (Bench *bench)
{
  g_autoptr (ContractEnvelope) envelope = contract_envelope_new ();
  return contract_envelope_parse (envelope, NULL, request, sizeof (request) - 1, NULL, NULL);
}

static gboolean
run_check (Bench *bench)
{
  return contract_message_check (bench->operation->response, &bench->response, NULL);
}

static gboolean
run_write (Bench *bench)
{
  g_string_truncate (bench->out, 0);
  contract_message_write (NULL, bench->operation->response_name, &bench->response, bench->out);
  return TRUE;
}

static gboolean
run_schema (Bench *bench)
{
  return contract_schema_check (bench->schema, bench->out->str, bench->out->len, NULL);
}

static void
measure (const char *name, gboolean (*run) (Bench *bench), Bench *bench, guint n_rounds)
{
  gint64 best_us = G_MAXINT64;
  for (guint window = 0; window < 5; window++)
    {
      gint64 start_us = g_get_monotonic_time ();
      for (guint i = 0; i < n_rounds; i++)
        if (!run (bench))
          g_error ("%s failed", name);
      best_us = MIN (best_us, g_get_monotonic_time () - start_us);
    }
  g_print ("%-28s %8.2f us\n", name, (double) best_us / n_rounds);
}

static void
fill (Bench *bench, ContractTimeslot *slots)
{
  for (guint i = 0; i < N_SLOTS; i++)
    {
      gint64 start_us = G_GINT64_CONSTANT (1790000000000000) + i * G_GINT64_CONSTANT (1800000000);
      slots[i].start_time = (ContractTime){ start_us, 7200, TRUE };
      slots[i].end_time = (ContractTime){ start_us + G_GINT64_CONSTANT (1800000000), 7200, TRUE };
      slots[i].case_worker_to_book.case_worker_identifier = "vejleder-07";
      slots[i].case_worker_to_book.case_worker_name = "Vejleder 07";
    }
  bench->response.timeslot_collection.items = slots;
  bench->response.timeslot_collection.n_items = N_SLOTS;
}

int
main (void)
{
  static ContractTimeslot slots[N_SLOTS];
  Bench bench = { .out = g_string_new (NULL), .schema = contract_schema_new (NULL, NULL) };
  bench.operation = contract_operation_get (CONTRACT_OPERATION_GET_SELFBOOK_TIMESLOTS);
  fill (&bench, slots);
  run_write (&bench);
  g_print ("request %zu bytes, answer with %d times %zu bytes; best of 5 windows, one core\n",
           sizeof (request) - 1, N_SLOTS, bench.out->len);
  measure ("parse the request", run_parse, &bench, N_ROUNDS);
  measure ("check the answer", run_check, &bench, N_ROUNDS);
  measure ("write the answer", run_write, &bench, N_ROUNDS);
  measure ("libxml2's schema, for scale", run_schema, &bench, N_ROUNDS / 100);
  contract_schema_free (bench.schema);
  g_string_free (bench.out, TRUE);
  return 0;
}
