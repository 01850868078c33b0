/* SPDX-License-Identifier: EUPL-1.2 */
/* What an answer says about its Planner: alive, busy, closed, ill or broken. */
#include "route/track-judge.h"

#include <string.h>

#include "contract-error.h"

/* Codes by which a Planner says that it is alive, but not now; docs/faults.md. */
#define FAULT_BUSY     990012
#define FAULT_CONFLICT 990024
#define FAULT_UNREAD   990035
#define FAULT_CLOSED   990034
/* No media type or time is as long. */
#define MAX_FIELD_BYTES 256

/**
 * track_judge_is_field:
 * @value: (nullable): of a field of an answer's head
 *
 * Any thread. Returns: whether it may be passed on: neither long nor with anything in it that a head cannot hold
 */
gboolean
track_judge_is_field (const char *value)
{
  gsize n_bytes = value == NULL ? 0 : strlen (value);

  for (gsize i = 0; i < n_bytes; i++)
    if ((guchar) value[i] < ' ' || (guchar) value[i] >= 0x7f)
      return FALSE;
  return n_bytes > 0 && n_bytes <= MAX_FIELD_BYTES;
}

static gboolean
is_soap (const char *content_type)
{
  gsize n = track_judge_is_field (content_type) ? strcspn (content_type, "; \t") : 0;

  return (n == 8 && g_ascii_strncasecmp (content_type, "text/xml", n) == 0) ||
         (n == 20 && g_ascii_strncasecmp (content_type, "application/soap+xml", n) == 0);
}

/**
 * track_judge_head:
 *
 * Returns: whether the body may be a SOAP answer; else what it is
 */
gboolean
track_judge_head (guint status,
                  const char *content_type,
                  TrackOutcome *out_outcome,
                  const char **out_problem)
{
  if (is_soap (content_type) && (status == 200 || (status >= 400 && status <= 599)))
    return TRUE;
  *out_outcome = status == 503 || status == 429 ? TRACK_OUTCOME_BUSY : TRACK_OUTCOME_HTTP;
  *out_problem = is_soap (content_type) ? "an HTTP status that no SOAP answer has"
                                        : "the answer is not SOAP by its media type";
  return FALSE;
}

/**
 * track_judge_error:
 * @error: of track_answer_feed() or track_answer_end()
 */
TrackOutcome
track_judge_error (const GError *error)
{
  switch (error->code)
    {
    case CONTRACT_ERROR_VERSION:
    case CONTRACT_ERROR_UNKNOWN_OPERATION:
      return TRACK_OUTCOME_CONTRACT;
    case CONTRACT_ERROR_TOO_LARGE:
      return TRACK_OUTCOME_TOO_LARGE;
    default:
      return TRACK_OUTCOME_XML;
    }
}

/**
 * track_judge_answer:
 * @answer: read to its end
 */
TrackOutcome
track_judge_answer (const TrackAnswer *answer)
{
  if (track_answer_get_kind (answer) != TRACK_ANSWER_FAULT)
    return TRACK_OUTCOME_OK;
  switch (track_answer_get_fault_code (answer))
    {
    case FAULT_BUSY:
    case FAULT_CONFLICT:
    case FAULT_UNREAD:
      return TRACK_OUTCOME_BUSY;
    case FAULT_CLOSED:
      return TRACK_OUTCOME_CLOSED;
    default:
      return track_answer_is_receivers (answer) ? TRACK_OUTCOME_FAULTY : TRACK_OUTCOME_OK;
    }
}
