/* SPDX-License-Identifier: EUPL-1.2 */
/* One disturbance of an endpoint: from the first failure to the recovery, with what it did to whom. */
#pragma once

#include <json-glib/json-glib.h>

#include "base/track-outcome.h"

#define TRACK_DISTURBANCE_MAX_SAMPLES 200
#define TRACK_DISTURBANCE_MAX_COUNTS  1000
#define TRACK_DISTURBANCE_MAX_STEPS   300

/**
 * TrackFailureCount:
 * @unit: (nullable): code; NULL with the others: what did not fit any more
 */
typedef struct
{
  char *unit;
  char *operation;
  TrackOutcome outcome;
  guint64 n;
} TrackFailureCount;

/**
 * TrackFailureSample:
 *
 * One call that failed, as it was logged.
 */
typedef struct
{
  gint64 at_us;
  char *request_id;
  char *unit;
  char *operation;
  char *url;
  char *problem;
  TrackOutcome outcome;
  gint64 fault_code;
  gint64 total_us;
  gboolean is_probe;
} TrackFailureSample;

/**
 * TrackStep:
 * @what: stable word: state, address, window, told, unwatched
 * @until_us: of what lasts; 0: an instant
 *
 * What was seen or done meanwhile.
 */
typedef struct
{
  gint64 at_us;
  gint64 until_us;
  char *what;
  char *text;
} TrackStep;

/**
 * TrackDisturbance:
 * @id: endpoint and UTC time of the first failure: aarhus-20261122-151630
 * @until_us: the first answer after the last failure; 0: none yet
 * @closed_us: when it was held to be over; 0: open
 * @confirmed_us: more than a single failure, so that people are told from here; 0: not yet
 * @is_planned: it is within an announced window
 * @n_good_on_end: answers since the last failure
 * @counts: (element-type TrackFailureCount): of live calls
 * @samples: (element-type TrackFailureSample): the first ones, probes too
 * @steps: (element-type TrackStep): in order of time
 * @names: code → name of the unit, as it was then
 */
typedef struct
{
  char *id;
  char *endpoint;
  char *owner;
  gint64 from_us;
  gint64 until_us;
  gint64 closed_us;
  gint64 last_failure_us;
  gint64 watched_us; /* the last thing that was seen of it */
  gint64 confirmed_us;
  gboolean is_planned;
  guint64 n_failed;
  guint64 n_answered;
  guint64 n_probes_failed;
  guint64 n_probes_answered;
  guint n_good_on_end;
  GPtrArray *counts;
  GPtrArray *samples;
  GPtrArray *steps;
  GHashTable *names;
} TrackDisturbance;

TrackDisturbance *track_disturbance_new (const TrackRecord *first, const char *owner);
void track_disturbance_free (TrackDisturbance *disturbance);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrackDisturbance, track_disturbance_free)

void
track_disturbance_note (TrackDisturbance *disturbance, const TrackRecord *record, gint64 now_us);
void track_disturbance_add_step (TrackDisturbance *disturbance, const TrackStep *step);
gboolean track_disturbance_is_over (const TrackDisturbance *disturbance, gint64 now_us);
JsonNode *track_disturbance_to_json (const TrackDisturbance *disturbance);
TrackDisturbance *track_disturbance_from_json (JsonNode *node,
                                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
