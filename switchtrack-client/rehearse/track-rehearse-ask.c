/* SPDX-License-Identifier: EUPL-1.2 */
/* One call of a rehearsal and the judgement of its answer by the contract's own tables. */
#include "rehearse/track-rehearse-private.h"

#include <string.h>

#include "base/clock.h"

#define ANSWER_LIMIT_BYTES (16 * 1024 * 1024)

/* What is busy is asked again after 0.2, 0.4, 0.8, 1.6 and 3.2 s. */
#define N_REPEATS      5
#define FIRST_PAUSE_US (200 * 1000)

static gboolean set_error (GError **error, int code, const char *format, va_list values)
  G_GNUC_PRINTF (3, 0);

static gboolean
set_error (GError **error, int code, const char *format, va_list values)
{
  g_autofree char *text = g_strdup_vprintf (format, values);
  g_set_error_literal (error, TRACK_REHEARSE_ERROR, code, text);
  return FALSE;
}

/**
 * track_rehearse_wrong:
 *
 * Says what the endpoint did that the contract does not. Returns: FALSE
 */
gboolean
track_rehearse_wrong (GError **error, const char *format, ...)
{
  va_list values;
  va_start (values, format);
  set_error (error, TRACK_REHEARSE_ERROR_WRONG, format, values);
  va_end (values);
  return FALSE;
}

/**
 * track_rehearse_leave_out:
 *
 * Says why the row cannot show anything here. Returns: FALSE
 */
gboolean
track_rehearse_leave_out (GError **error, const char *format, ...)
{
  va_list values;
  va_start (values, format);
  set_error (error, TRACK_REHEARSE_ERROR_LEFT_OUT, format, values);
  va_end (values);
  return FALSE;
}

/**
 * track_rehearse_block:
 * @step: what went wrong
 * @error: (inout): why; becomes TRACK_REHEARSE_ERROR_BLOCKED unless the row was left out
 *
 * Returns: FALSE
 */
gboolean
track_rehearse_block (const char *step, GError **error)
{
  if (error == NULL || *error == NULL ||
      g_error_matches (*error, TRACK_REHEARSE_ERROR, TRACK_REHEARSE_ERROR_LEFT_OUT) ||
      g_error_matches (*error, TRACK_REHEARSE_ERROR, TRACK_REHEARSE_ERROR_BLOCKED))
    return FALSE;
  g_autofree char *why = g_strdup ((*error)->message);
  g_clear_error (error);
  g_set_error (error, TRACK_REHEARSE_ERROR, TRACK_REHEARSE_ERROR_BLOCKED, "%s: %s", step, why);
  return FALSE;
}

/**
 * track_rehearse_write:
 *
 * Returns: (transfer full): the envelope of a request
 */
GString *
track_rehearse_write (TrackRehearse *rehearse,
                      ContractSoapVersion version,
                      ContractOperationId operation,
                      gconstpointer request,
                      GError **error)
{
  g_autoptr (GString) body = g_string_new (NULL);
  if (!contract_body_write_request (NULL, &contract_operations[operation], request, body, error))
    return NULL;
  contract_envelope_wrap (version, body);
  return g_steal_pointer (&body);
}

/**
 * track_rehearse_post:
 * @action: (nullable): SOAPAction
 * @out_answer: to be cleared
 *
 * Sends bytes on the row's connection and reads what comes; a broken connection is not used again.
 */
gboolean
track_rehearse_post (TrackRehearse *rehearse,
                     const char *content_type,
                     const char *action,
                     const GString *body,
                     TrackWireAnswer *out_answer,
                     GError **error)
{
  g_autoptr (GString) text =
    track_wire_dup_post (rehearse->target, content_type, action, body->str, body->len);
  if (rehearse->wire == NULL)
    rehearse->wire = track_wire_open (rehearse->target, error);
  if (rehearse->wire == NULL)
    return FALSE;
  gboolean is_done = track_wire_write (rehearse->wire, text->str, text->len, NULL, error) &&
                     track_wire_read (rehearse->wire, NULL, out_answer, error);
  if (!is_done || out_answer->closes)
    g_clear_pointer (&rehearse->wire, track_wire_close);
  return is_done;
}

/**
 * track_rehearse_read:
 *
 * Reads an answer by the tables; its message lives as long as the row.
 *
 * Errors: CONTRACT_ERROR when it breaks the contract.
 */
gboolean
track_rehearse_read (TrackRehearse *rehearse,
                     ContractOperationId operation,
                     const TrackWireAnswer *answer,
                     ContractReply *out_reply,
                     GError **error)
{
  ContractReadOptions options = { .max_bytes = ANSWER_LIMIT_BYTES };
  if (contract_reply_parse (out_reply, &options, &contract_operations[operation], answer->body,
                            rehearse->arena, error))
    return TRUE;
  g_prefix_error (error, "%s, HTTP status %u: the answer breaks the contract: ",
                  contract_operations[operation].name, answer->status);
  return FALSE;
}

/* --- calls ------------------------------------------------------------------------------------- */

static gboolean
ask_once (TrackRehearse *rehearse,
          ContractOperationId operation,
          const GString *body,
          ContractReply *out_reply,
          GError **error)
{
  g_auto (TrackWireAnswer) answer = { 0 };
  return track_rehearse_post (rehearse, contract_soap_content_type (CONTRACT_SOAP_1_1), "\"\"",
                              body, &answer, error) &&
         track_rehearse_read (rehearse, operation, &answer, out_reply, error);
}

/* Receiver's faults that say "try again": the same request is made once, however often it comes. */
static gboolean
is_busy (const ContractReply *reply)
{
  return reply->is_fault && reply->fault != NULL &&
         (reply->fault->code == 990012 || reply->fault->code == 990024 ||
          reply->fault->code == 990035);
}

static guint
count_busy (const ContractReply *replies, guint n_replies)
{
  guint n_busy = 0;
  for (guint i = 0; i < n_replies; i++)
    n_busy += is_busy (&replies[i]);
  return n_busy;
}

/**
 * track_rehearse_settle:
 * @bodies: (array length=n_replies): what was sent
 * @replies: (array length=n_replies) (inout): what was answered
 *
 * Repeats what was answered busy (990012, 990024, 990035), as the contract asks of every caller, a few
 * times with longer and longer pauses; what is busy still stays so. Source: docs/faults.md.
 */
gboolean
track_rehearse_settle (TrackRehearse *rehearse,
                       ContractOperationId operation,
                       const GString *const *bodies,
                       ContractReply *replies,
                       guint n_replies,
                       GError **error)
{
  guint64 pause_us = FIRST_PAUSE_US;
  for (guint round = 0; round < N_REPEATS && count_busy (replies, n_replies) > 0; round++)
    {
      clock_pause_us (pause_us);
      pause_us *= 2;
      for (guint i = 0; i < n_replies; i++)
        {
          if (!is_busy (&replies[i]))
            continue;
          rehearse->n_busy++;
          if (!ask_once (rehearse, operation, bodies[i], &replies[i], error))
            return FALSE;
        }
    }
  return TRUE;
}

/**
 * track_rehearse_ask_body:
 * @body: an envelope of SOAP 1.1
 *
 * One call; it is repeated while the endpoint is busy.
 *
 * Errors: G_IO_ERROR and the like without an answer, CONTRACT_ERROR for a wrong one.
 *
 * Returns: whether an answer of the contract came, a fault included
 */
gboolean
track_rehearse_ask_body (TrackRehearse *rehearse,
                         ContractOperationId operation,
                         const GString *body,
                         ContractReply *out_reply,
                         GError **error)
{
  return ask_once (rehearse, operation, body, out_reply, error) &&
         track_rehearse_settle (rehearse, operation, &body, out_reply, 1, error);
}

/**
 * track_rehearse_ask:
 *
 * Writes the request; the rest as track_rehearse_ask_body().
 *
 * Returns: whether an answer of the contract came, a fault included
 */
gboolean
track_rehearse_ask (TrackRehearse *rehearse,
                    ContractOperationId operation,
                    gconstpointer request,
                    ContractReply *out_reply,
                    GError **error)
{
  g_autoptr (GString) body =
    track_rehearse_write (rehearse, CONTRACT_SOAP_1_1, operation, request, error);
  return body != NULL && track_rehearse_ask_body (rehearse, operation, body, out_reply, error);
}

/**
 * track_rehearse_ask_answer:
 *
 * Returns: (transfer none) (nullable): the `ContractXResponse`; a fault is an error
 */
gconstpointer
track_rehearse_ask_answer (TrackRehearse *rehearse,
                           ContractOperationId operation,
                           gconstpointer request,
                           GError **error)
{
  ContractReply reply;
  if (!track_rehearse_ask (rehearse, operation, request, &reply, error))
    return NULL;
  if (reply.is_fault)
    g_set_error (error, TRACK_REHEARSE_ERROR, TRACK_REHEARSE_ERROR_WRONG,
                 "%s was answered with fault %" G_GINT64_FORMAT,
                 contract_operations[operation].name, reply.fault == NULL ? 0 : reply.fault->code);
  return reply.is_fault ? NULL : reply.response;
}

static char *
dup_codes (const gint64 *codes)
{
  g_autoptr (GString) text = g_string_new (NULL);
  for (guint i = 0; codes[i] != TRACK_REHEARSE_CODES_END; i++)
    g_string_append_printf (text, "%s%" G_GINT64_FORMAT, i > 0 ? " or " : "", codes[i]);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/**
 * track_rehearse_is_fault:
 * @codes: ended by TRACK_REHEARSE_CODES_END
 *
 * Returns: whether the answer is one of these faults; else the error says what it is
 */
gboolean
track_rehearse_is_fault (const ContractReply *reply, const gint64 *codes, GError **error)
{
  g_autofree char *wanted = dup_codes (codes);
  if (!reply->is_fault)
    return track_rehearse_wrong (error, "it was answered as if all were well; expected fault %s",
                                 wanted);
  if (reply->fault == NULL)
    return track_rehearse_wrong (error, "a fault without the contract's detail; expected %s",
                                 wanted);
  for (guint i = 0; codes[i] != TRACK_REHEARSE_CODES_END; i++)
    if (reply->fault->code == codes[i])
      return TRUE;
  return track_rehearse_wrong (error, "fault %" G_GINT64_FORMAT "; expected %s", reply->fault->code,
                               wanted);
}

/**
 * track_rehearse_ask_fault:
 *
 * Returns: whether the call is refused with one of @codes
 */
gboolean
track_rehearse_ask_fault (TrackRehearse *rehearse,
                          ContractOperationId operation,
                          gconstpointer request,
                          const gint64 *codes,
                          GError **error)
{
  ContractReply reply;
  return track_rehearse_ask (rehearse, operation, request, &reply, error) &&
         track_rehearse_is_fault (&reply, codes, error);
}

/**
 * track_rehearse_is_alive:
 *
 * Returns: whether an ordinary question on a fresh connection gets an answer of the contract
 */
gboolean
track_rehearse_is_alive (TrackRehearse *rehearse, GError **error)
{
  ContractReply reply;
  ContractGetSelfbookInterviewOptionsRequest request = {
    .person_civil_registration_identifier = track_rehearse_citizen (rehearse),
    .job_center_code = rehearse->unit,
    .contact_group_type_identifier = track_rehearse_contact_group (rehearse),
  };
  g_clear_pointer (&rehearse->wire, track_wire_close);
  if (track_rehearse_ask (rehearse, CONTRACT_OPERATION_GET_SELFBOOK_INTERVIEW_OPTIONS, &request,
                          &reply, error))
    return TRUE;
  g_prefix_error (error, "afterwards an ordinary call is not answered: ");
  return FALSE;
}
