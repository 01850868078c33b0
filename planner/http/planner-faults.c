/* SPDX-License-Identifier: EUPL-1.2 */
/* The table of faults: side, code of the contract, HTTP status, log level, and what may be said. */
#include "http/planner-faults.h"

#include "base/error.h"
#include "contract-error.h"

#define P(name)    FAULT_DOMAIN_PLANNER, PLANNER_ERROR_##name
#define C(name)    FAULT_DOMAIN_CONTRACT, CONTRACT_ERROR_##name
#define SENDER     CONTRACT_FAULT_SENDER
#define RECEIVER   CONTRACT_FAULT_RECEIVER
#define UNDERSTAND CONTRACT_FAULT_MUST_UNDERSTAND
#define MISMATCH   CONTRACT_FAULT_VERSION_MISMATCH
#define INFO       PLANNER_LOG_INFO
#define WARN       PLANNER_LOG_WARNING
#define ERROR      PLANNER_LOG_ERROR

/* Published: 1010, 1014, 4770, 8107 (dossier 1.6). A code, once sent, never gets another meaning. */
/* clang-format off */
const FaultRow planner_faults[] = {
  { P (UNKNOWN_CITIZEN),         SENDER,   1010,   400, INFO,  TRUE,  "The citizen is not known." },
  { P (NOT_VALID),               SENDER,   1014,   400, INFO,  TRUE,  "The request is not valid." },
  { P (NO_OPTIONS),              SENDER,   4770,   400, INFO,  TRUE,  "There is nothing that this citizen can book." },
  { P (NOT_OWN_BOOKING),         SENDER,   8107,   400, INFO,  TRUE,  "The booking belongs to another." },
  { P (SLOT_TAKEN),              SENDER,   990001, 400, INFO,  TRUE,  "The time is taken." },
  { P (RESERVATION_EXPIRED),     SENDER,   990002, 400, INFO,  TRUE,  "The reservation has expired." },
  { P (RESERVATION_UNKNOWN),     SENDER,   990003, 400, INFO,  TRUE,  "There is no such reservation." },
  { P (UNKNOWN_OFFER),           SENDER,   990004, 400, INFO,  TRUE,  "There is no such offer." },
  { P (UNKNOWN_BOOKING),         SENDER,   990005, 400, INFO,  TRUE,  "There is no such booking." },
  { P (DEADLINE_PASSED),         SENDER,   990006, 400, INFO,  TRUE,  "The deadline has passed." },
  { P (NOT_REBOOKABLE),          SENDER,   990007, 400, INFO,  TRUE,  "The booking cannot be moved." },
  { P (NOT_ALLOWED_FOR_CITIZEN), SENDER,   990008, 400, INFO,  TRUE,  "The offer is not for this citizen." },
  { P (INTERVAL_TOO_LONG),       SENDER,   990009, 400, INFO,  TRUE,  "The interval is too long." },
  { P (UNKNOWN_UNIT),            SENDER,   990010, 400, INFO,  TRUE,  "There is no such unit." },
  { P (STALE_CALENDAR),          RECEIVER, 990011, 500, WARN,  TRUE,  "The calendar is not up to date." },
  { P (BUSY),                    RECEIVER, 990012, 500, WARN,  FALSE, "Busy; nothing was changed by this answer. Try again." },
  { P (INTERNAL),                RECEIVER, 990013, 500, ERROR, FALSE, "Internal error." },
  { P (SLOT_NOT_OFFERED),        SENDER,   990014, 400, INFO,  TRUE,  "The time is not offered." },
  { P (RESERVATION_USED),        SENDER,   990015, 400, INFO,  TRUE,  "The reservation has been used." },
  { P (UNKNOWN_CASE_WORKER),     SENDER,   990016, 400, INFO,  TRUE,  "There is no such case worker." },
  { P (NOT_CANCELLABLE),         SENDER,   990017, 400, INFO,  TRUE,  "The booking cannot be cancelled." },
  { P (ALREADY_BOOKED),          SENDER,   990018, 400, INFO,  TRUE,  "The citizen has such a booking." },
  { P (TYPE_CLOSED),             SENDER,   990019, 400, INFO,  TRUE,  "This type of interview cannot be booked." },
  { P (KEY_REUSED),              SENDER,   990020, 400, INFO,  TRUE,  "The identifier was used for another request." },
  { P (OWNED_ELSEWHERE),         SENDER,   990021, 400, INFO,  TRUE,  "Another system owns the booking." },
  { P (STATE_CHANGED),           SENDER,   990022, 400, INFO,  TRUE,  "The booking has changed since." },
  { P (ACCESS_DENIED),           SENDER,   990023, 400, WARN,  TRUE,  "The caller may not do this." },
  { P (CONFLICT),                RECEIVER, 990024, 500, WARN,  FALSE, "The change collides with another. Try again." },
  { P (UNAVAILABLE),             RECEIVER, 990025, 500, ERROR, FALSE, "The service is out of order." },
  { P (SERVICE_WINDOW),          RECEIVER, 990034, 500, INFO,  TRUE,  "Closed for planned service." },
  { P (CITIZEN_UNREAD),          RECEIVER, 990035, 500, WARN,  TRUE,  "What must be known of the citizen could not be read." },
  { P (MALFORMED),               SENDER,   990026, 400, INFO,  TRUE,  "The message is malformed." },
  { P (NOT_FOUND),               SENDER,   990027, 400, INFO,  TRUE,  "There is no such thing." },
  { C (INVALID),                 SENDER,   1014,   400, INFO,  TRUE,  "The request is not valid." },
  { C (RULE),                    SENDER,   1014,   400, INFO,  TRUE,  "The request is not valid." },
  { C (TIME),                    SENDER,   1014,   400, INFO,  TRUE,  "The request has a time that there is not." },
  { C (MALFORMED),               SENDER,   990026, 400, INFO,  TRUE,  "The message is malformed." },
  { C (TOO_LARGE),               SENDER,   990028, 400, INFO,  TRUE,  "The message is too large." },
  { C (ENVELOPE),                SENDER,   990029, 400, INFO,  TRUE,  "The message is no SOAP request." },
  { C (VERSION),                 MISMATCH, 990030, 500, INFO,  TRUE,  "The SOAP version is not known." },
  { C (MUST_UNDERSTAND),         UNDERSTAND, 990031, 500, INFO, TRUE, "A header that must be understood is not." },
  { C (UNKNOWN_OPERATION),       SENDER,   990032, 400, INFO,  TRUE,  "There is no such operation." },
  { C (ACTION),                  SENDER,   990033, 400, INFO,  TRUE,  "The SOAPAction names another operation." },
  { C (MAPPING),                 RECEIVER, 990013, 500, ERROR, FALSE, "Internal error." },
  { C (INTERNAL),                RECEIVER, 990013, 500, ERROR, FALSE, "Internal error." },
};
/* clang-format on */
const guint planner_faults_length = G_N_ELEMENTS (planner_faults);

static const FaultRow *
find (FaultDomain domain, int code)
{
  for (guint i = 0; i < planner_faults_length; i++)
    if (planner_faults[i].domain == domain && planner_faults[i].code == code)
      return &planner_faults[i];
  return NULL;
}

/**
 * planner_faults_find:
 * @error: (nullable): NULL when something failed without saying why: our bug
 * @stage: when it happened
 *
 * Any thread. Returns: (transfer none): its row; that of PLANNER_ERROR_INTERNAL when it has none
 */
const FaultRow *
planner_faults_find (const GError *error, FaultStage stage)
{
  const FaultRow *row = NULL;

  if (error != NULL && error->domain == PLANNER_ERROR)
    row = find (FAULT_DOMAIN_PLANNER, error->code);
  else if (error != NULL && error->domain == CONTRACT_ERROR && stage == FAULT_STAGE_REQUEST)
    row = find (FAULT_DOMAIN_CONTRACT, error->code);
  return row != NULL ? row : find (FAULT_DOMAIN_PLANNER, PLANNER_ERROR_INTERNAL);
}

/**
 * planner_faults_get_text:
 * @error: (nullable): what @row was found for
 *
 * Returns: (transfer none): what the caller may read
 */
const char *
planner_faults_get_text (const FaultRow *row, const GError *error)
{
  return row->may_show && error != NULL ? error->message : row->text;
}

/**
 * planner_faults_get_status:
 *
 * Returns: the HTTP status; SOAP 1.1 §6.2, SOAP 1.2 part 2 §7.5
 */
guint
planner_faults_get_status (const FaultRow *row, ContractSoapVersion version)
{
  return version == CONTRACT_SOAP_1_1 ? 500 : row->http_status;
}
