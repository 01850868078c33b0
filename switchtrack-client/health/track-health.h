/* SPDX-License-Identifier: EUPL-1.2 */
/* What is known of each endpoint and its addresses: a pure machine, fed with calls and the time. */
#pragma once

#include "base/track-outcome.h"

#define TRACK_HEALTH_N_BUSY 3

/**
 * TrackHealthState:
 * @TRACK_HEALTH_BUSY: overloaded, and working
 * @TRACK_HEALTH_ILL: answers, with faults that are its own
 * @TRACK_HEALTH_DOWN: no contact, or nothing that is an answer
 *
 * From good to bad.
 */
typedef enum
{
  TRACK_HEALTH_UP,
  TRACK_HEALTH_BUSY,
  TRACK_HEALTH_ILL,
  TRACK_HEALTH_DOWN,
} TrackHealthState;

/**
 * TrackHealthSettings:
 * @fall: failures on end that take an address out
 * @rise: successes on end that bring it back
 * @quick_fall_us: two failures are enough when the first began so long ago
 * @settle_us: a fall is announced when the failures have lasted so long: a restart is none
 * @guard_us: so long after a live call's success only refusals of live calls take an address out
 * @busy_us: TRACK_HEALTH_N_BUSY answers of overload within this make it busy
 * @hold_off_us: how long an address is left out the first time; each further time twice as long
 * @max_hold_off_us: but no longer than this
 * @forgive_us: in service for so long, the next hold-off is the first again
 * @damp_us: an announced state stays so long
 */
typedef struct
{
  guint fall;
  guint rise;
  gint64 quick_fall_us;
  gint64 settle_us;
  gint64 guard_us;
  gint64 busy_us;
  gint64 hold_off_us;
  gint64 max_hold_off_us;
  gint64 forgive_us;
  gint64 damp_us;
} TrackHealthSettings;

/**
 * TrackHealthChange:
 * @url: (nullable): NULL: of the endpoint as a whole
 *
 * A change of an announced state.
 */
typedef struct
{
  const char *endpoint;
  const char *url;
  TrackHealthState from;
  TrackHealthState to;
  gint64 at_us;
} TrackHealthChange;

typedef void (*TrackHealthTell) (const TrackHealthChange *change, gpointer data);

/**
 * TrackHealthView:
 * @state: announced, damped
 * @since_us: of @state; 0 since the start
 * @seen: as the last calls were, undamped: a page says "answers again" by it
 * @is_in_service: whether calls are sent there when another address is possible
 * @held_until_us: not before this; 0 when it is not held off
 * @last_outcome: of the last call that told something
 *
 * One address, or (@url NULL) an endpoint as a whole. Valid until the health changes.
 */
typedef struct
{
  const char *url;
  TrackHealthState state;
  gint64 since_us;
  TrackHealthState seen;
  gboolean is_in_service;
  gint64 held_until_us;
  gint64 last_ok_us;
  gint64 last_failure_us;
  TrackOutcome last_outcome;
} TrackHealthView;

typedef struct _TrackHealth TrackHealth;

extern const TrackHealthSettings track_health_defaults;

TrackHealth *
track_health_new (const TrackHealthSettings *settings, TrackHealthTell tell, gpointer data);
void track_health_free (TrackHealth *health);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrackHealth, track_health_free)

void track_health_set_endpoint (TrackHealth *health, const char *name, const char *const *urls);
void track_health_keep_only (TrackHealth *health, const char *const *names);
void track_health_note (TrackHealth *health, const TrackRecord *record, gint64 now_us);
void track_health_advance (TrackHealth *health, gint64 now_us);
const char *track_health_pick_url (TrackHealth *health, const char *endpoint, gint64 now_us);
gboolean track_health_get (TrackHealth *health,
                           const char *endpoint,
                           gint64 now_us,
                           TrackHealthView *out_view);
guint track_health_list_addresses (TrackHealth *health,
                                   const char *endpoint,
                                   TrackHealthView *out_views,
                                   guint max_views);
gboolean track_health_is_failing (TrackHealth *health, const char *endpoint);
const char *track_health_state_word (TrackHealthState state);
