/* SPDX-License-Identifier: EUPL-1.2 */
/* Reading calls shown to a candidate after their caller was answered, and what its answers have in common with ours. */
#pragma once

#include <json-glib/json-glib.h>

#include "base/track-database.h"
#include "base/track-outcome.h"
#include "contract-mapping.h"
#include "registry/track-registry.h"

/**
 * TrackShadowCall:
 * @unit: code of the row
 * @option: identifier of the offer that the call names; empty: none
 * @booking: identifier of the booking that it names; empty: none
 * @request_id: as the log knows the call
 * @request: as it was sent to the Planner
 * @headers: (array zero-terminated=1): likewise
 * @answer: (nullable) (array length=n_answer): what the caller got; NULL: too long to be held
 *
 * A call that was answered. Nothing of it is kept longer than the comparison takes.
 */
typedef struct
{
  const char *unit;
  const ContractOperation *operation;
  const char *option;
  const char *booking;
  const char *request_id;
  GBytes *request;
  const char *const *headers;
  const char *answer;
  gsize n_answer;
} TrackShadowCall;

/* The candidate's answer, or (@body NULL) none; exactly once. */
typedef void (*TrackShadowAnswered) (TrackOutcome outcome, GBytes *body, gpointer data);

/**
 * TrackShadowPort:
 * @send: sends @request in the place of that of @call; FALSE: not possible now, and @answered is not called
 *
 * How a candidate is asked.
 */
typedef struct
{
  gboolean (*send) (gpointer sender,
                    const TrackEndpoint *candidate,
                    const TrackShadowCall *call,
                    GBytes *request,
                    TrackShadowAnswered answered,
                    gpointer data);
  gpointer sender;
} TrackShadowPort;

/**
 * TrackShadowSettings:
 * @mapping: (nullable): names of the wire; must outlive it
 * @workers: (nullable): a database whose workers compare; NULL: the loop does
 * @max_parallel: calls at candidates at once; more are dropped
 */
typedef struct
{
  TrackShadowPort port;
  const ContractMapping *mapping;
  TrackDatabase *workers;
  guint max_parallel;
} TrackShadowSettings;

typedef struct _TrackShadowing TrackShadowing;

TrackShadowing *track_shadowing_new (const TrackShadowSettings *settings);
void track_shadowing_free (TrackShadowing *shadowing);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrackShadowing, track_shadowing_free)

gboolean track_shadowing_is_reading (ContractOperationId operation);
void track_shadowing_offer (TrackShadowing *shadowing,
                            const TrackShadow *share,
                            const TrackEndpoint *candidate,
                            const TrackShadowCall *call);
guint track_shadowing_n_running (const TrackShadowing *shadowing);
JsonObject *track_shadowing_dup_report (const TrackShadowing *shadowing, const char *unit);
