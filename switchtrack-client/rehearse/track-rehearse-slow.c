/* SPDX-License-Identifier: EUPL-1.2 */
/* Rows on slow networks: dribbled requests, slow readers, connections kept and left, and what others see meanwhile. */
#include "rehearse/track-rehearse-private.h"

#include "base/clock.h"

#define OPERATION CONTRACT_OPERATION_GET_SELFBOOK_INTERVIEW_OPTIONS

/* Others must be answered within this while connections dawdle, or within so many times what the same
   question takes when none does: an endpoint on a slow machine is slow to all. */
#define OTHERS_MAX_US    (2 * G_USEC_PER_SEC)
#define OTHERS_MAX_TIMES 3

#define N_DAWDLING 20

static GString *
dup_question (TrackRehearse *rehearse, GError **error)
{
  ContractGetSelfbookInterviewOptionsRequest request = {
    .person_civil_registration_identifier = track_rehearse_citizen (rehearse),
    .job_center_code = rehearse->unit,
    .contact_group_type_identifier = track_rehearse_contact_group (rehearse),
  };
  g_autoptr (GString) body =
    track_rehearse_write (rehearse, CONTRACT_SOAP_1_1, OPERATION, &request, error);
  if (body == NULL)
    return NULL;
  return track_wire_dup_post (rehearse->target, contract_soap_content_type (CONTRACT_SOAP_1_1),
                              "\"\"", body->str, body->len);
}

static gboolean
exchange (TrackRehearse *rehearse,
          TrackWire *wire,
          const TrackWirePace *out_pace,
          const TrackWirePace *in_pace,
          GError **error)
{
  g_auto (TrackWireAnswer) answer = { 0 };
  ContractReply reply;
  g_autoptr (GString) text = dup_question (rehearse, error);
  return text != NULL && track_wire_write (wire, text->str, text->len, out_pace, error) &&
         track_wire_read (wire, in_pace, &answer, error) &&
         track_rehearse_read (rehearse, OPERATION, &answer, &reply, error);
}

typedef struct
{
  TrackWirePace out;
  TrackWirePace in;
} Paces;

static const Paces dribble = { { 40, 50 * 1000 }, { 0 } };
static const Paces slow_read = { { 0 }, { 64, 50 * 1000 } };

static gboolean
run_paced (TrackRehearse *rehearse, gconstpointer data, GError **error)
{
  const Paces *paces = data;
  g_autoptr (TrackWire) wire = track_wire_open (rehearse->target, error);
  return wire != NULL && exchange (rehearse, wire, &paces->out, &paces->in, error);
}

/* An endpoint may close a connection at rest; then its end is clean and the next one is answered. */
static gboolean
run_kept (TrackRehearse *rehearse, gconstpointer data, GError **error)
{
  for (guint i = 0; i < 4; i++)
    {
      g_auto (TrackWireAnswer) answer = { 0 };
      ContractReply reply;
      ContractGetSelfbookInterviewOptionsRequest request = {
        .person_civil_registration_identifier = track_rehearse_citizen (rehearse),
        .job_center_code = rehearse->unit,
        .contact_group_type_identifier = track_rehearse_contact_group (rehearse),
      };
      if (i > 0)
        clock_pause_us (700 * 1000);
      g_autoptr (GString) body =
        track_rehearse_write (rehearse, CONTRACT_SOAP_1_1, OPERATION, &request, error);
      if (body == NULL)
        return FALSE;
      if (!track_rehearse_post (rehearse, contract_soap_content_type (CONTRACT_SOAP_1_1), "\"\"",
                                body, &answer, error) ||
          !track_rehearse_read (rehearse, OPERATION, &answer, &reply, error))
        {
          g_prefix_error (error, "question %u on a kept connection: ", i + 1);
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
measure_question (TrackRehearse *rehearse, gint64 *out_took_us, GError **error)
{
  gint64 start_us = clock_monotonic_us ();
  g_autoptr (TrackWire) wire = track_wire_open (rehearse->target, error);
  if (wire == NULL || !exchange (rehearse, wire, NULL, NULL, error))
    return FALSE;
  *out_took_us = clock_monotonic_us () - start_us;
  return TRUE;
}

/* Each sends so much of a question and then neither writes nor reads; another asks meanwhile. */
static gboolean
measure_among (TrackRehearse *rehearse,
               const GString *text,
               gsize n_sent,
               gint64 *out_took_us,
               GError **error)
{
  g_autoptr (GPtrArray) wires = g_ptr_array_new_with_free_func ((GDestroyNotify) track_wire_close);
  for (guint i = 0; i < N_DAWDLING; i++)
    {
      TrackWire *wire = track_wire_open (rehearse->target, error);
      if (wire == NULL)
        return FALSE;
      g_ptr_array_add (wires, wire);
      if (!track_wire_write (wire, text->str, n_sent, NULL, error))
        return FALSE;
    }
  return measure_question (rehearse, out_took_us, error);
}

/* Twice when it took long: a machine that stood still for a moment is no slow endpoint. */
static gboolean
answers_others (TrackRehearse *rehearse, const GString *text, gsize n_sent, GError **error)
{
  gint64 alone_us, took_us = G_MAXINT64;
  if (!measure_question (rehearse, &alone_us, error))
    return FALSE;
  gint64 most_us = MAX (OTHERS_MAX_US, OTHERS_MAX_TIMES * alone_us);
  for (guint i = 0; i < 2 && took_us > most_us; i++)
    if (!measure_among (rehearse, text, n_sent, &took_us, error))
      return FALSE;
  return took_us <= most_us ||
         track_rehearse_wrong (error,
                               "another caller waited %d ms meanwhile, and %d ms before alone",
                               (int) (took_us / 1000), (int) (alone_us / 1000));
}

/* Half a request and then silence, on many connections. */
static gboolean
run_stalled (TrackRehearse *rehearse, gconstpointer data, GError **error)
{
  g_autoptr (GString) text = dup_question (rehearse, error);
  return text != NULL && answers_others (rehearse, text, text->len / 2, error);
}

/* Requests whose answers nobody reads. */
static gboolean
run_unread (TrackRehearse *rehearse, gconstpointer data, GError **error)
{
  g_autoptr (GString) text = dup_question (rehearse, error);
  return text != NULL && answers_others (rehearse, text, text->len, error);
}

#define FREE   TRACK_REHEARSE_NEEDS_NOTHING
#define HTTP   "RFC 9112"
#define OTHERS "others are answered within 2 s, or 3 times what they wait alone"
/* clang-format off */
const TrackRehearseRow track_rehearse_slow[] = {
  { "dribble", "a request in pieces of 40 bytes, 50 ms apart",     "an ordinary answer",                    HTTP, FREE, run_paced, &dribble },
  { "reader",  "an answer read 64 bytes at a time, 50 ms apart",   "the whole answer",                      HTTP, FREE, run_paced, &slow_read },
  { "kept",    "four questions on one connection, 0.7 s apart",    "four answers",                          HTTP, FREE, run_kept },
  { "stalled", "20 connections stop within their requests",        OTHERS, HTTP, FREE, run_stalled },
  { "unread",  "20 connections do not read their answers",         OTHERS, HTTP, FREE, run_unread },
  { NULL },
};
/* clang-format on */
