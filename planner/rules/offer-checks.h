/* SPDX-License-Identifier: EUPL-1.2 */
/* The single checks that the exact evaluator walks over; private to rules/. */
#pragma once

#include "rules/offer-match.h"

/* A start under judgement: the question worked out once, and whose calendar is looked at. */
typedef struct
{
  const Offer *offer;
  const SlotQuestion *question;
  const SlotResource *resource; /* NULL while only the time is judged */
  const SlotSession *session;   /* NULL for a new meeting */
  CalsyncMeeting meeting;
  SlotClaim wanted;
} Judgement;

typedef SlotFinding (*SlotCheck) (const Judgement *judgement);

#define slot_finding_free ((SlotFinding){ SLOT_FREE, { 0, 0 }, 0 })

/* Each in the order of SlotVerdict, NULL-terminated. */
extern const SlotCheck offer_time_checks[];
extern const SlotCheck offer_advisor_checks[];
extern const SlotCheck offer_room_checks[];
extern const SlotCheck offer_interval_checks[];
extern const SlotCheck offer_session_checks[];
