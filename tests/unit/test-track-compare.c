/* SPDX-License-Identifier: EUPL-1.2 */
/* What is noise and what is not: pairs of answers, their verdict, and the kinds and paths that are told. */
#include "gateway/track-compare.h"

#include <string.h>

#include "testlib.h"

#define TIMES(slots)                                                                        \
  "<GetSelfbookTimeslotsResponse "                                                          \
  "xmlns=\"urn:dk:planner:externalbooking:3\"><TimeslotCollection>" slots                   \
  "</TimeslotCollection><TimeslotCollectionTruncated>false</TimeslotCollectionTruncated></" \
  "GetSelfbookTimeslotsResponse>"
#define SLOT(hour, minute, id, name)                                                          \
  "<Timeslot><StartTime>2026-12-01T" hour ":00:00+01:00</StartTime><EndTime>2026-12-01T" hour \
  ":" minute ":00+01:00</EndTime><CaseWorkerToBook><CaseWorkerIdentifier>" id                 \
  "</CaseWorkerIdentifier><CaseWorkerName>" name "</CaseWorkerName></CaseWorkerToBook></Timeslot>"
#define FAULT(code, text)                                                                      \
  "<s:Fault><faultcode>s:Client</faultcode><faultstring>x</faultstring><detail><PlannerFault " \
  "xmlns=\"urn:dk:planner:externalbooking:3\"><Code>" code "</Code><Text>" text                \
  "</Text><RequestId>r</RequestId>"                                                            \
  "</PlannerFault></detail></s:Fault>"
#define NINE SLOT ("09", "30", "a", "Vejleder 01")
#define TEN  SLOT ("10", "30", "b", "Vejleder 02")
#define PATH "TimeslotCollection/Timeslot"

static const struct
{
  const char *current, *candidate;
  TrackVerdict verdict;
  const char *told;
} rows[] = {
  { TIMES (NINE TEN), TIMES (NINE TEN), TRACK_VERDICT_EQUAL, "" },
  { TIMES (""), TIMES (""), TRACK_VERDICT_EQUAL, "" },
  { TIMES (NINE), TIMES (SLOT ("09", "30", "x", "Vejleder 01")), TRACK_VERDICT_EXPLAINED,
    "ids " PATH "/CaseWorkerToBook/CaseWorkerIdentifier;" },
  { TIMES (NINE), TIMES (SLOT ("09", "30", "a", "Vejleder 09")), TRACK_VERDICT_EXPLAINED,
    "text " PATH "/CaseWorkerToBook/CaseWorkerName;" },
  { TIMES (NINE TEN), TIMES (TEN NINE), TRACK_VERDICT_EXPLAINED,
    "order " PATH "/StartTime;order " PATH "/EndTime;ids " PATH
    "/CaseWorkerToBook/CaseWorkerIdentifier;text " PATH
    "/CaseWorkerToBook/CaseWorkerName;order " PATH ";" },
  { TIMES (NINE), TIMES (SLOT ("09", "45", "a", "Vejleder 01")), TRACK_VERDICT_DIFFERENT,
    "value " PATH "/EndTime;value " PATH ";" },
  { TIMES (NINE TEN), TIMES (NINE), TRACK_VERDICT_DIFFERENT,
    "missing " PATH "/StartTime;missing " PATH "/EndTime;ids " PATH
    "/CaseWorkerToBook/CaseWorkerIdentifier;text " PATH
    "/CaseWorkerToBook/CaseWorkerName;missing " PATH ";" },
  { TIMES (""), TIMES (NINE), TRACK_VERDICT_DIFFERENT,
    "extra " PATH "/StartTime;extra " PATH "/EndTime;ids " PATH
    "/CaseWorkerToBook/CaseWorkerIdentifier;text " PATH
    "/CaseWorkerToBook/CaseWorkerName;extra " PATH ";" },
  /* The same starts and the same ends, but not together. */
  { TIMES (SLOT ("09", "30", "a", "A") SLOT ("09", "45", "a", "A") SLOT ("10", "30", "a", "A")
             SLOT ("10", "30", "a", "A")),
    TIMES (SLOT ("09", "30", "a", "A") SLOT ("09", "30", "a", "A") SLOT ("10", "45", "a", "A")
             SLOT ("10", "30", "a", "A")),
    TRACK_VERDICT_DIFFERENT, "value " PATH "/EndTime;value " PATH ";" },
  { FAULT ("4770", "nothing"), FAULT ("4770", "intet"), TRACK_VERDICT_EQUAL, "" },
  { FAULT ("4770", "nothing"), FAULT ("1010", "nothing"), TRACK_VERDICT_DIFFERENT,
    "fault Fault/Code;" },
  { TIMES (NINE), FAULT ("990004", "no offer"), TRACK_VERDICT_DIFFERENT, "fault Fault;" },
};

static void
on_tell (const char *kind, const char *path, gpointer data)
{
  g_string_append_printf (data, "%s %s;", kind, path);
}

static void
parse (const char *body, ContractArena *arena, ContractReply *reply)
{
  g_autofree char *text =
    g_strconcat ("<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>", body,
                 "</s:Body></s:Envelope>", NULL);
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (GError) error = NULL;
  gboolean is_read = contract_reply_parse (
    reply, NULL, &contract_operations[CONTRACT_OPERATION_GET_SELFBOOK_TIMESLOTS], bytes, arena,
    &error);
  g_assert_no_error (error);
  g_assert_true (is_read);
}

static void
test_rows (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (ContractArena) arena = contract_arena_new ();
      g_autoptr (GString) told = g_string_new (NULL);
      ContractReply current, candidate;
      parse (rows[i].current, arena, &current);
      parse (rows[i].candidate, arena, &candidate);
      TrackVerdict verdict =
        track_compare (&contract_operations[CONTRACT_OPERATION_GET_SELFBOOK_TIMESLOTS], &current,
                       &candidate, on_tell, told);
      g_test_message ("row %u: %s", i, told->str);
      g_assert_cmpstr (told->str, ==, rows[i].told);
      g_assert_cmpint (verdict, ==, rows[i].verdict);
    }
}

/* No value of a person is ever told. */
static void
test_no_values (void)
{
  g_autoptr (ContractArena) arena = contract_arena_new ();
  g_autoptr (GString) told = g_string_new (NULL);
  ContractReply current, candidate;
  parse (TIMES (NINE TEN), arena, &current);
  parse (TIMES (SLOT ("11", "15", "secret-id", "Secret name")), arena, &candidate);
  track_compare (&contract_operations[CONTRACT_OPERATION_GET_SELFBOOK_TIMESLOTS], &current,
                 &candidate, on_tell, told);
  g_assert_null (strstr (told->str, "ecret"));
  g_assert_null (strstr (told->str, "2026"));
  g_assert_null (strstr (told->str, "Vejleder"));
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/track-compare/rows", test_rows);
  g_test_add_func ("/track-compare/no-values", test_no_values);
  return g_test_run ();
}
