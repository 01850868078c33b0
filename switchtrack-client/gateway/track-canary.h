/* SPDX-License-Identifier: EUPL-1.2 */
/* Which new citizens go to a unit's candidate, and the guard that stops sending more of them. It moves nobody. */
#pragma once

#include "base/track-database.h"
#include "base/track-outcome.h"
#include "registry/track-registry.h"
#include "route/track-learned.h"

/**
 * TrackCanaryState:
 * @TRACK_CANARY_TRIPPED: by the guard; a person starts it again
 * @TRACK_CANARY_STOPPED: by a person
 */
typedef enum
{
  TRACK_CANARY_RUNNING,
  TRACK_CANARY_TRIPPED,
  TRACK_CANARY_STOPPED,
  TRACK_N_CANARY_STATES,
} TrackCanaryState;

/**
 * TrackCanarySettings:
 * @window_us: calls of so long are compared
 * @min_calls: of the candidate, before anything is concluded
 * @min_failures: of the candidate; never one alone
 */
typedef struct
{
  gint64 window_us;
  guint min_calls;
  guint min_failures;
} TrackCanarySettings;

/**
 * TrackCanaryView:
 * @endpoint: the candidate
 * @since_us: of @state, Unix time; 0: since it stands in the registry
 * @who: (nullable): who stopped or started it; NULL: the guard, or nobody
 * @reason: (nullable)
 * @n_calls, @n_failed: within the window: [0] of the Planner now, [1] of the candidate
 *
 * Borrowed; valid until the guard changes.
 */
typedef struct
{
  const char *unit;
  const char *endpoint;
  guint permille;
  gboolean is_disjoint;
  TrackCanaryState state;
  gint64 since_us;
  const char *who;
  const char *reason;
  guint n_calls[2];
  guint n_failed[2];
} TrackCanaryView;

typedef struct _TrackCanaryGuard TrackCanaryGuard;

/* Loop thread: a canary was tripped, or (@error) its state could not be written. */
typedef void (*TrackCanaryTell) (const TrackCanaryView *view, const GError *error, gpointer data);

extern const TrackCanarySettings track_canary_defaults;

const char *track_canary_choose (const TrackUnit *unit,
                                 const char *current,
                                 const TrackPlace *known,
                                 guint hash,
                                 gboolean may_begin);

TrackCanaryGuard *track_canary_guard_new (TrackDatabase *database,
                                          const TrackCanarySettings *settings,
                                          TrackCanaryTell tell,
                                          gpointer data,
                                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
void track_canary_guard_free (TrackCanaryGuard *guard);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrackCanaryGuard, track_canary_guard_free)

void track_canary_guard_set_registry (TrackCanaryGuard *guard, const TrackRegistry *registry);
gboolean track_canary_guard_may_begin (const TrackCanaryGuard *guard,
                                       const char *unit,
                                       const char *endpoint);
void track_canary_guard_note (TrackCanaryGuard *guard, const TrackRecord *record, gint64 now_us);
gboolean track_canary_guard_get (const TrackCanaryGuard *guard,
                                 const char *unit,
                                 gint64 now_us,
                                 TrackCanaryView *out_view);
GPtrArray *track_canary_guard_list_units (const TrackCanaryGuard *guard);
gboolean track_canary_guard_set (TrackCanaryGuard *guard,
                                 const char *unit,
                                 TrackCanaryState state,
                                 const char *who,
                                 const char *reason,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
const char *track_canary_state_word (TrackCanaryState state);
