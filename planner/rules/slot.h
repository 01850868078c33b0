/* SPDX-License-Identifier: EUPL-1.2 */
/* What a start is judged by and what the judgement says: plain values shared by listing, booking and explaining. */
#pragma once

#include <glib.h>

#include "base/period.h"

/**
 * SlotVerdict:
 *
 * Yes, or a named no. The order is the order in which a start is judged: the first no is the one
 * that a caller hears. Names for people and for `explain` come from slot_verdict_get_name().
 */
typedef enum
{
  SLOT_FREE,
  SLOT_NOT_FOR_CITIZEN,  /* facts that we hold contradict the offer's citizen rules */
  SLOT_CITIZEN_HAS_OPEN, /* the unit allows one open booking per interview type */
  SLOT_OUTSIDE_VALIDITY, /* why: the offer's validity */
  SLOT_PAST_LEAD_TIME,   /* why: from now to the first start still allowed */
  SLOT_BEYOND_HORIZON,   /* why: from the instant at which that day opens */
  SLOT_OUTSIDE_WINDOW,   /* inside no agreed time frame that this citizen may use */
  SLOT_WINDOW_FULL,      /* why: the occurrence whose capacity is used up */
  SLOT_CITIZEN_BUSY,     /* why: the citizen's own other booking */
  SLOT_NOT_IN_POOL,      /* the advisor does not serve this offer */
  SLOT_STALE_CALENDAR,   /* why: from the instant from which the calendar is not known */
  SLOT_CLOSED_DAY,       /* why: the closed day */
  SLOT_OUTSIDE_HOURS,    /* why: the working block that the meeting starts in, or empty */
  SLOT_OFF_GRID,         /* why: from the latest start on the grid to the next one */
  SLOT_BUSY,             /* why: the advisor's own appointment (foreign busy time) */
  SLOT_CLAIMED,          /* why: the core of another meeting of ours */
  SLOT_BUFFER,           /* why: the core of the meeting whose buffer, or ours, is hit */
  SLOT_NO_ROOM,          /* every room says no */
  SLOT_UNKNOWN_SESSION,  /* no such session of this offer */
  SLOT_SEATS_FULL,       /* why: the session */
  N_SLOT_VERDICTS
} SlotVerdict;

#define SLOT_VERDICT_MASK(verdict) (1u << (verdict))

/* Waived for RegisterBooking, KSS bookings and imports: somebody else has fixed the time. */
#define SLOT_WAIVE_CITIZEN_RULES                                                          \
  (SLOT_VERDICT_MASK (SLOT_NOT_FOR_CITIZEN) | SLOT_VERDICT_MASK (SLOT_CITIZEN_HAS_OPEN) | \
   SLOT_VERDICT_MASK (SLOT_OUTSIDE_VALIDITY) | SLOT_VERDICT_MASK (SLOT_PAST_LEAD_TIME) |  \
   SLOT_VERDICT_MASK (SLOT_BEYOND_HORIZON) | SLOT_VERDICT_MASK (SLOT_OUTSIDE_WINDOW) |    \
   SLOT_VERDICT_MASK (SLOT_WINDOW_FULL) | SLOT_VERDICT_MASK (SLOT_NOT_IN_POOL) |          \
   SLOT_VERDICT_MASK (SLOT_OFF_GRID))

/**
 * SlotClaim:
 * @core: the meeting itself
 * @before_us: preparation before it, microseconds, >= 0
 * @after_us: time after it, microseconds, >= 0
 * @owner_id: whose claim; claims of the question's own owner do not stand in its way
 * @may_share_buffers: its buffers may overlap those of another that may
 * @exclusive: FALSE for a blocking claim (a KSS booking over a taken time); judged alike
 *
 * One row of the interval ledger; the ledger's interval is @core widened by its buffers.
 */
typedef struct
{
  Period core;
  gint64 before_us;
  gint64 after_us;
  gint64 owner_id;
  gboolean may_share_buffers;
  gboolean exclusive;
} SlotClaim;

/**
 * SlotResource:
 * @work: (element-type Period): normal list of working blocks; a room without hours of its own has one long block
 * @busy: (element-type Period) (nullable): normal list of foreign busy time that blocks any meeting
 * @claims: (element-type SlotClaim) (nullable): by start of the core; all that overlap the widened meeting
 * @trusted_until_us: the calendar is known (expanded) up to here; nothing reaches past it
 * @fresh_until_us: from this instant on the calendar is too old to be offered; G_MAXINT64 for never
 * @busy_remote: (element-type Period) (nullable): normal list of that part of it which blocks meetings
 *   by telephone or video too; NULL when that is all of it
 *
 * What is known of one advisor or room around a start. Everything is borrowed. Whole blocks must be
 * given (the grid may hang on their start); busy time and claims only as far as the widened meeting.
 */
typedef struct
{
  gint64 resource_id;
  const GArray *work;
  const GArray *busy;
  const GArray *claims;
  gint64 trusted_until_us;
  gint64 fresh_until_us;
  const GArray *busy_remote;
} SlotResource;

/**
 * SlotSession:
 * @resource_id: the advisor who leads it; 0 when not known
 * @seats_left: seats that nobody holds or has booked
 *
 * A group meeting that exists. Its resources are claimed already, so that one more seat takes
 * nobody's time: hours, grid, calendars and rooms are not judged again.
 */
typedef struct
{
  gint64 session_id;
  gint64 resource_id;
  Period core;
  int seats_left;
} SlotSession;

/**
 * SlotFinding:
 * @why: the stretch of time that explains it; empty when there is none
 * @resource_id: whose no it is; 0 for the offer's or the citizen's
 */
typedef struct
{
  SlotVerdict verdict;
  Period why;
  gint64 resource_id;
} SlotFinding;

const char *slot_verdict_get_name (SlotVerdict verdict);
gboolean slot_verdict_parse (const char *name, SlotVerdict *out_verdict);
