/* SPDX-License-Identifier: EUPL-1.2 */
/* The rehearsal before a switch: a conformance set of calls against an endpoint, row by row, and its report. */
#pragma once

#include <json-glib/json-glib.h>

#include "contract-reply.h"
#include "rehearse/track-rehearse-plan.h"
#include "rehearse/track-wire.h"

/**
 * TrackRehearseVerdict:
 * @TRACK_REHEARSE_PASSED: the endpoint did what the contract says
 * @TRACK_REHEARSE_FAILED: it did not
 * @TRACK_REHEARSE_BLOCKED: a step before it went wrong, which has a row of its own
 * @TRACK_REHEARSE_LEFT_OUT: not tried: the plan does not allow it, or nothing could show it
 */
typedef enum
{
  TRACK_REHEARSE_PASSED,
  TRACK_REHEARSE_FAILED,
  TRACK_REHEARSE_BLOCKED,
  TRACK_REHEARSE_LEFT_OUT,
  TRACK_REHEARSE_N_VERDICTS,
} TrackRehearseVerdict;

/* What a row of the set may do only when the plan says so. */
typedef enum
{
  TRACK_REHEARSE_NEEDS_NOTHING = 0,
  TRACK_REHEARSE_NEEDS_PLAN = 1 << 0,
  TRACK_REHEARSE_NEEDS_REGISTERS = 1 << 1,
  TRACK_REHEARSE_NEEDS_HOLD_WAIT = 1 << 2,
} TrackRehearseNeeds;

/* The error of a row that could not be tried; any other error is a failure of the endpoint. */
typedef enum
{
  TRACK_REHEARSE_ERROR_WRONG,
  TRACK_REHEARSE_ERROR_BLOCKED,
  TRACK_REHEARSE_ERROR_LEFT_OUT,
} TrackRehearseError;

#define TRACK_REHEARSE_ERROR (track_rehearse_error_quark ())
GQuark track_rehearse_error_quark (void);

typedef struct _TrackRehearse TrackRehearse;

/**
 * TrackRehearseRow:
 * @name: within its group
 * @sends: what is done
 * @expected: what must come of it
 * @section: where the contract says so
 * @run: the error's text goes into the report: no personal data
 * @data: (nullable): for rows that share a function
 */
typedef struct
{
  const char *name;
  const char *sends;
  const char *expected;
  const char *section;
  guint needs;
  gboolean (*run) (TrackRehearse *rehearse, gconstpointer data, GError **error);
  gconstpointer data;
} TrackRehearseRow;

typedef struct
{
  const char *name;
  const TrackRehearseRow *rows; /* ended by one without a name */
} TrackRehearseGroup;

extern const TrackRehearseGroup track_rehearse_groups[]; /* ended by one without a name */

/**
 * TrackRehearseSettings:
 * @unit: the jobcenter's code
 * @plan: (nullable): without one only calls that change nothing are made
 * @only: (nullable): groups or `group/row`, separated by commas
 */
typedef struct
{
  TrackWireSettings wire;
  const char *unit;
  const TrackRehearsePlan *plan;
  const char *only;
} TrackRehearseSettings;

typedef struct
{
  const TrackRehearseGroup *group;
  const TrackRehearseRow *row;
  TrackRehearseVerdict verdict;
  char *why; /* NULL when passed */
  gint64 took_us;
} TrackRehearseResult;

/**
 * TrackRehearseReport:
 * @results: (element-type TrackRehearseResult): in the order of the set
 * @left_behind: (element-type utf8): bookings that could not be cancelled, by their identifiers
 * @n_busy: calls that were answered busy and repeated
 */
typedef struct
{
  char *unit;
  char *url;
  gint64 at_us;
  gint64 took_us;
  GPtrArray *results;
  GPtrArray *left_behind;
  guint n_busy;
} TrackRehearseReport;

TrackRehearseReport *track_rehearse_run (const TrackRehearseSettings *settings,
                                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
void track_rehearse_report_free (TrackRehearseReport *report);
guint track_rehearse_report_count (const TrackRehearseReport *report, TrackRehearseVerdict verdict);
gboolean track_rehearse_report_is_passed (const TrackRehearseReport *report);
char *track_rehearse_report_dup_text (const TrackRehearseReport *report);
JsonObject *track_rehearse_report_dup_json (const TrackRehearseReport *report);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrackRehearseReport, track_rehearse_report_free)
