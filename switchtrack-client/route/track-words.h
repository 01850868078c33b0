/* SPDX-License-Identifier: EUPL-1.2 */
/* The few words of the wire that a call or an answer is routed by. */
#pragma once

#include "contract-mapping.h"

#define TRACK_SOAP_1_1 "http://schemas.xmlsoap.org/soap/envelope/"
#define TRACK_SOAP_1_2 "http://www.w3.org/2003/05/soap-envelope"

typedef enum
{
  TRACK_WORD_CODE,
  TRACK_WORD_CITIZEN,
  TRACK_WORD_BOOKING,
  TRACK_WORD_RESERVATION,
  TRACK_WORD_OPTION,        /* in calls */
  TRACK_WORD_ISSUED_OPTION, /* in answers */
  TRACK_WORD_FAULT,         /* PlannerFault */
  TRACK_WORD_FAULT_CODE,    /* in it */
  TRACK_N_WORDS,
} TrackWord;

const char *track_word_get (TrackWord word, const ContractMapping *mapping);
TrackWord track_word_find (const char *name, const ContractMapping *mapping);
