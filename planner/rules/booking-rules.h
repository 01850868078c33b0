/* SPDX-License-Identifier: EUPL-1.2 */
/* Who may move, cancel or change a booking, until when; which interview types may be planned. */
#pragma once

#include <glib.h>

#include "base/booking-origin.h"

typedef struct _CalsyncZone CalsyncZone;

/* Re-booking ends so long before the start when neither booking nor offer says otherwise. */
#define BOOKING_DEFAULT_REBOOK_NOTICE_US (24 * G_GINT64_CONSTANT (3600000000))

/* Who asks. DFDG's own record (an event, already decided there) is BOOKING_ACTOR_RECORD. */
typedef enum
{
  BOOKING_ACTOR_CITIZEN,
  BOOKING_ACTOR_INDKALDER,
  BOOKING_ACTOR_KSS,
  BOOKING_ACTOR_RECORD,
} BookingActor;

typedef enum
{
  BOOKING_MAY,
  BOOKING_IS_CANCELLED,
  BOOKING_HAS_STARTED,
  BOOKING_OWNED_BY_OTHER, /* owner system or origin: only that system may change it */
  BOOKING_NOT_MOVABLE,    /* made by a KSS or a-kasse: the citizen may never move it */
  BOOKING_FLAG_OFF,       /* re-booking or cancellation is not possible for this booking */
  BOOKING_DEADLINE_PASSED,
  BOOKING_TYPE_CLOSED,        /* this interview type may not be planned on that date */
  BOOKING_CHANGE_NOT_ALLOWED, /* this change of interview type is not allowed */
  N_BOOKING_DECISIONS
} BookingDecision;

/**
 * BookingFacts:
 * @owner_system: (nullable): if set, only that system may change the booking
 * @has_rebook_deadline: FALSE: the default notice before @start_us counts
 * @has_cancel_deadline: FALSE: until @start_us
 *
 * What is decided by, read from the booking as stored. Deadlines are the first instant too late.
 */
typedef struct
{
  BookingOrigin origin;
  const char *owner_system;
  gboolean is_cancelled;
  gint64 start_us;
  gboolean rebook_possible;
  gboolean has_rebook_deadline;
  gint64 rebook_deadline_us;
  gboolean cancel_possible;
  gboolean has_cancel_deadline;
  gint64 cancel_deadline_us;
} BookingFacts;

/**
 * BookingAsker:
 * @system: (nullable): the calling system's name, held against the owner system
 */
typedef struct
{
  BookingActor actor;
  const char *system;
  gint64 now_us;
} BookingAsker;

BookingDecision booking_may_rebook (const BookingFacts *booking, const BookingAsker *asker);
BookingDecision booking_may_cancel (const BookingFacts *booking, const BookingAsker *asker);
BookingDecision booking_may_update (const BookingFacts *booking, const BookingAsker *asker);
gint64 booking_rebook_deadline (const BookingFacts *booking);
gint64 booking_cancel_deadline (const BookingFacts *booking);
/* A deadline given as a date lasts to the end of that local day. @date: days since 1970-01-01. */
gint64 booking_deadline_from_date (const CalsyncZone *zone, gint32 date);
const char *booking_decision_get_name (BookingDecision decision);

/* An interview type that a municipality does not offer to a contact group. */
typedef struct
{
  int interview_type;
  int contact_group;
} InterviewTypeBar;

/**
 * InterviewTypeRules:
 * @closed_type: the type that is closed (cv interview, 10)
 * @closed_from: local date, days since 1970-01-01: it may not be planned then or later
 * @replacement_type: what an existing one may become instead (7)
 * @replacement_groups: zero-terminated contact groups for which it may (1 and 8)
 * @types_for_all: zero-terminated types that no bar stops (7 and 12)
 * @bars: (nullable): type and group that do not go together; the published matrix is not public, so
 *   that the default has none
 *
 * Dated settings of a municipality (dossier 3.4); start from interview_type_rules_default().
 */
typedef struct
{
  int closed_type;
  gint32 closed_from;
  int replacement_type;
  const int *replacement_groups;
  const int *types_for_all;
  const InterviewTypeBar *bars;
  guint n_bars;
} InterviewTypeRules;

InterviewTypeRules interview_type_rules_default (void);
gboolean
interview_type_fits_group (const InterviewTypeRules *rules, int interview_type, int contact_group);
BookingDecision
interview_type_may_plan (const InterviewTypeRules *rules, int interview_type, gint32 planned_date);
BookingDecision interview_type_may_change (const InterviewTypeRules *rules,
                                           int old_type,
                                           int new_type,
                                           int contact_group,
                                           gint32 planned_date);
