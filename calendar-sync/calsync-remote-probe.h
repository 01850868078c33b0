/* SPDX-License-Identifier: EUPL-1.2 */
/* The connection test: step by step, what works between us and a calendar, and what to do where it does not. */
#pragma once

#include "calsync-remote-discovery.h"

G_BEGIN_DECLS

typedef enum
{
  CALSYNC_PROBE_NAME,     /* the server's name is known */
  CALSYNC_PROBE_CONNECT,  /* it answers */
  CALSYNC_PROBE_TLS,      /* its certificate is trusted, and ours by it */
  CALSYNC_PROBE_LOGIN,    /* it takes the name and password */
  CALSYNC_PROBE_HOME,     /* it says where the account's calendars are */
  CALSYNC_PROBE_CALENDAR, /* one calendar is found, and which */
  CALSYNC_PROBE_READ,     /* the right to read it */
  CALSYNC_PROBE_WRITE,    /* the right to write it */
  CALSYNC_PROBE_EVENTS,   /* its events can be listed and read */
  CALSYNC_PROBE_CHANGES,  /* the server tells what changed */
  CALSYNC_PROBE_KEEPS,    /* an event of ours comes back as it was written; it is removed again */
  CALSYNC_PROBE_N_STEPS
} CalsyncProbeStep;

typedef enum
{
  CALSYNC_PROBE_SKIPPED, /* not tried, because of an earlier step or because nobody asked for it */
  CALSYNC_PROBE_OK,
  CALSYNC_PROBE_WARN, /* works, but a person should know */
  CALSYNC_PROBE_FAIL
} CalsyncProbeOutcome;

/**
 * CalsyncProbePlan:
 * @discovery: whom to ask
 * @calendar: (nullable): which calendar, by its display name or its address, when there are several
 * @wants_write: our events are to go there: the right to write must be there
 * @test_uid: (nullable): letters, digits and -: an event of this UID is written, read and removed; %NULL:
 *   nothing is written
 * @test_start_us: when the test event lies, Unix microseconds
 */
typedef struct
{
  CalsyncDiscoveryPlan discovery;
  const char *calendar;
  gboolean wants_write;
  const char *test_uid;
  gint64 test_start_us;
} CalsyncProbePlan;

typedef struct
{
  CalsyncProbeOutcome outcome;
  char *text; /* (nullable): one or more sentences; holds no secret */
} CalsyncProbeResult;

/**
 * CalsyncProbe:
 * @steps: by #CalsyncProbeStep, in the order in which they were tried
 * @discovery: what was found on the way: all calendars of the account
 * @calendar: (nullable): the one that was tried, within @discovery
 * @facts: what it says of itself; zeroes when it was not reached
 * @n_events: that it lists
 * @is_usable: no step failed
 */
typedef struct
{
  CalsyncProbeResult steps[CALSYNC_PROBE_N_STEPS];
  CalsyncDiscovery discovery;
  const CalsyncDiscovered *calendar;
  CalsyncRemoteFacts facts;
  guint n_events;
  gboolean is_usable;
} CalsyncProbe;

CalsyncProbe *calsync_remote_probe (const CalsyncProbePlan *plan, GCancellable *cancellable);
void calsync_probe_free (CalsyncProbe *probe);
const char *calsync_probe_step_format (CalsyncProbeStep step);
const char *calsync_probe_outcome_format (CalsyncProbeOutcome outcome);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CalsyncProbe, calsync_probe_free)

G_END_DECLS
