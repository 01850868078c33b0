/* SPDX-License-Identifier: EUPL-1.2 */
/* What can come of a call to a Planner, in the words that log, health, metrics and database share. */
#pragma once

#include <glib.h>

/**
 * TrackOutcome:
 * @TRACK_OUTCOME_OK: an answer, or a fault that is the caller's doing
 * @TRACK_OUTCOME_BUSY: overload: HTTP 429 or 503, or a fault that says so; alive
 * @TRACK_OUTCOME_CLOSED: the Planner's own planned service window; alive
 * @TRACK_OUTCOME_FAULTY: its own failure, told in the contract
 * @TRACK_OUTCOME_CERTIFICATE: its certificate has expired, is not trusted, or is another's
 * @TRACK_OUTCOME_OWN_CERTIFICATE: our client certificate has expired, and the connection was refused
 * @TRACK_OUTCOME_PIN: trusted, but not the key that the registry names
 * @TRACK_OUTCOME_RESET: the connection ended without an answer
 * @TRACK_OUTCOME_TIMEOUT: connected, then silent or too slow
 * @TRACK_OUTCOME_HTTP: a status or media type that no SOAP answer has
 * @TRACK_OUTCOME_XML: not well-formed, or no envelope
 * @TRACK_OUTCOME_CONTRACT: an envelope, but none that answers this operation
 * @TRACK_OUTCOME_CUT: ended before its end
 * @TRACK_OUTCOME_LIMIT: not sent: too many at once at that endpoint, or no room for it in our own system
 * @TRACK_OUTCOME_NO_ROUTE: not sent: nobody is known for it
 * @TRACK_OUTCOME_MAINTENANCE: not sent: the registry says so
 * @TRACK_OUTCOME_REFUSED_CALL: not sent: the message is none that can be routed
 * @TRACK_OUTCOME_GONE: the caller left before the answer
 */
typedef enum
{
  TRACK_OUTCOME_OK,
  TRACK_OUTCOME_BUSY,
  TRACK_OUTCOME_CLOSED,
  TRACK_OUTCOME_FAULTY,
  TRACK_OUTCOME_NO_DNS,
  TRACK_OUTCOME_REFUSED,
  TRACK_OUTCOME_CONNECT_TIMEOUT,
  TRACK_OUTCOME_TLS,
  TRACK_OUTCOME_CERTIFICATE,
  TRACK_OUTCOME_OWN_CERTIFICATE,
  TRACK_OUTCOME_PIN,
  TRACK_OUTCOME_RESET,
  TRACK_OUTCOME_TIMEOUT,
  TRACK_OUTCOME_HTTP,
  TRACK_OUTCOME_XML,
  TRACK_OUTCOME_CONTRACT,
  TRACK_OUTCOME_CUT,
  TRACK_OUTCOME_TOO_LARGE,
  TRACK_OUTCOME_LIMIT,
  TRACK_OUTCOME_NO_ROUTE,
  TRACK_OUTCOME_MAINTENANCE,
  TRACK_OUTCOME_REFUSED_CALL,
  TRACK_OUTCOME_GONE,
  TRACK_N_OUTCOMES,
} TrackOutcome;

/**
 * TrackOutcomeClass:
 * @TRACK_CLASS_NO_CONTACT: told to the caller as 4769 with cause 9018
 * @TRACK_CLASS_BROKEN: told as 9303 with cause 9329
 * @TRACK_CLASS_OURS: says nothing about the endpoint
 */
typedef enum
{
  TRACK_CLASS_ALIVE,
  TRACK_CLASS_BUSY,
  TRACK_CLASS_PLANNED,
  TRACK_CLASS_ILL,
  TRACK_CLASS_NO_CONTACT,
  TRACK_CLASS_BROKEN,
  TRACK_CLASS_OURS,
  TRACK_N_CLASSES,
} TrackOutcomeClass;

/**
 * TrackTimes:
 * @dns_us: from the start of the exchange until the name was known; likewise the others. -1: not reached
 * @reused: a kept connection was used; @dns_us, @connect_us and @tls_us are 0 then
 */
typedef struct
{
  gint64 dns_us;
  gint64 connect_us;
  gint64 tls_us;
  gint64 first_byte_us;
  gint64 total_us;
  gboolean reused;
} TrackTimes;

/**
 * TrackRecord:
 * @at_us: when the request was whole, Unix time
 * @request_id: key of the call in our log
 * @unit: (nullable): code that the call was resolved to
 * @asked: (nullable): code as it stood in the call
 * @endpoint: (nullable): name in the registry
 * @url: (nullable): which of its addresses
 * @operation: (nullable): by the contract's own name
 * @how: why it went there: exact, main, alias, default, booking, reservation, option, citizen, canary, none
 * @fault_code: of the contract: the Planner's, or ours; 0: none
 * @http_status: what the caller got; 0: nothing
 * @own_us: time spent in this gateway, the waiting for the Planner left out
 * @problem: (nullable): in words, without personal data
 * @certificate_until_us: of the endpoint's certificate, Unix time; 0: not seen
 *
 * One call as log, health, metrics and disturbances see it. There is no personal data in it. Its texts live until
 * the observer returns.
 */
typedef struct
{
  gint64 at_us;
  const char *request_id;
  const char *unit;
  const char *asked;
  const char *endpoint;
  const char *url;
  const char *operation;
  const char *caller;
  const char *how;
  TrackOutcome outcome;
  gint64 fault_code;
  guint http_status;
  TrackTimes times;
  gint64 own_us;
  gsize n_request;
  gsize n_answer;
  const char *problem;
  gboolean is_probe;
  gboolean is_shadow;
  gint64 certificate_until_us;
} TrackRecord;

TrackOutcomeClass track_outcome_class (TrackOutcome outcome);
const char *track_outcome_word (TrackOutcome outcome);
gboolean track_outcome_parse (const char *word, TrackOutcome *out_outcome);
const char *track_outcome_class_word (TrackOutcomeClass outcome_class);
gboolean track_outcome_is_failure (TrackOutcome outcome);
void track_times_init (TrackTimes *times);
