/* SPDX-License-Identifier: EUPL-1.2 */
/* The registry: which Planner each unit goes to, and all that is known of each Planner. One value, never changed. */
#pragma once

#include <glib.h>

#define TRACK_CODE_LENGTH  5
#define TRACK_UNIT_DEFAULT "default"
#define TRACK_PERMILLE_ALL 1000
/* The version of the contract that is spoken here; a registry of a later program may name others. */
#define TRACK_CONTRACT_KNOWN "3"

/**
 * TrackState:
 *
 * What may be sent to an endpoint.
 */
typedef enum
{
  TRACK_STATE_ACTIVE,
  TRACK_STATE_DRAIN,       /* what it issued still goes there; no unit may be switched to it */
  TRACK_STATE_MAINTENANCE, /* calls are answered 990034 */
  TRACK_N_STATES,
} TrackState;

/**
 * TrackEndpoint:
 * @urls: addresses of the same Planner; at least one
 * @contract: version of the contract, "3"
 * @pins: "sha256//BASE64" of the public key, several for a roll-over; empty: the authorities only
 * @owner: who answers for it
 * @contacts: mail addresses of roles, in the order of the ladder
 * @webhooks: told beside the contacts
 * @repeats_are_safe: a write that got no byte of answer may be sent again
 * @probe_unit: (nullable): code that probes ask for
 *
 * One Planner.
 */
typedef struct
{
  char *name;
  char **urls;
  char *contract;
  char **pins;
  char *owner;
  char **contacts;
  char **webhooks;
  TrackState state;
  gboolean repeats_are_safe;
  guint max_parallel;
  guint timeout_ms;
  guint connect_ms;
  char *probe_unit;
} TrackEndpoint;

/**
 * TrackCanary:
 * @permille: of the citizens, by keyed hash
 * @is_disjoint: declared: no advisor of one Planner is in the other
 */
typedef struct
{
  char *endpoint;
  guint permille;
  gboolean is_disjoint;
} TrackCanary;

/**
 * TrackShadow:
 * @permille: of the reading calls
 */
typedef struct
{
  char *endpoint;
  guint permille;
} TrackShadow;

/**
 * TrackUnit:
 * @code: five digits, or "default"
 * @alias_of: (nullable): the code of the unit whose jobcenter this one shares; then no endpoint
 * @endpoint: (nullable): name
 * @from_us: in force from here; G_MININT64: since ever
 * @until_us: half-open; G_MAXINT64: open
 * @takes_over: names of endpoints whose bookings of this unit were migrated to @endpoint at @from_us; it counts for as
 *   long as the row stands in the registry, over or not; empty: bookings stay with who issued them
 *
 * One row; a unit has several when a change is planned, and they do not overlap.
 */
typedef struct
{
  char *code;
  char *alias_of;
  char *endpoint;
  char *name;
  gint64 from_us;
  gint64 until_us;
  char **takes_over;
  TrackCanary *canary;
  TrackShadow *shadow;
} TrackUnit;

/**
 * TrackWindow:
 * @is_closed: calls are answered 990034 while it lasts; else it is announced only
 *
 * A service window of an endpoint.
 */
typedef struct
{
  char *endpoint;
  gint64 from_us;
  gint64 until_us;
  char *text_da;
  char *text_en;
  gboolean is_closed;
} TrackWindow;

/**
 * TrackFreeze:
 *
 * While it lasts no change is applied or takes effect, but a roll-back.
 */
typedef struct
{
  gint64 from_us;
  gint64 until_us;
  char *reason;
} TrackFreeze;

/**
 * TrackRegistry:
 * @revision: 0 until it is stored
 * @endpoints: (element-type TrackEndpoint): by name
 * @units: (element-type TrackUnit): by code, then from_us
 * @windows: (element-type TrackWindow): by endpoint, then from_us
 * @freezes: (element-type TrackFreeze): by from_us
 *
 * Never changed once made; counted atomically, so that any thread may hold it.
 */
typedef struct
{
  gatomicrefcount n_refs;
  guint64 revision;
  GPtrArray *endpoints;
  GPtrArray *units;
  GPtrArray *windows;
  GPtrArray *freezes;
} TrackRegistry;

TrackRegistry *track_registry_new (void);
TrackRegistry *track_registry_ref (TrackRegistry *registry);
void track_registry_unref (TrackRegistry *registry);
void track_registry_sort (TrackRegistry *registry);
const TrackEndpoint *track_registry_find_endpoint (const TrackRegistry *registry, const char *name);
const TrackUnit *
track_registry_find_unit (const TrackRegistry *registry, const char *code, gint64 now_us);
const TrackWindow *
track_registry_find_window (const TrackRegistry *registry, const char *endpoint, gint64 now_us);
const TrackFreeze *track_registry_find_freeze (const TrackRegistry *registry, gint64 now_us);

void track_endpoint_free (TrackEndpoint *endpoint);
void track_unit_free (TrackUnit *unit);
void track_window_free (TrackWindow *window);
void track_freeze_free (TrackFreeze *freeze);
const char *track_state_word (TrackState state);
gboolean track_state_parse (const char *word, TrackState *out_state);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrackRegistry, track_registry_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrackEndpoint, track_endpoint_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrackUnit, track_unit_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrackWindow, track_window_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrackFreeze, track_freeze_free)
