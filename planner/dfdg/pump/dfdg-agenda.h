/* SPDX-License-Identifier: EUPL-1.2 */
/* Which lanes of one municipality are worked now, and when to look again: no clock, no thread, no database. */
#pragma once

#include <glib.h>

#define DFDG_NEVER_US G_MAXINT64

/**
 * DfdgEnding:
 * @DFDG_ENDED_DONE: the lane has nothing more that is due
 * @DFDG_ENDED_LATER: stopped at something that is tried again later; when stands in the database
 * @DFDG_ENDED_DOWN: as LATER, because DFDG or the way to it is down: the breaker counts these
 * @DFDG_ENDED_LOCAL: our own side: the database, a certificate; tried again after a while
 * @DFDG_ENDED_CANCELLED: the planner is being stopped
 */
typedef enum
{
  DFDG_ENDED_DONE,
  DFDG_ENDED_LATER,
  DFDG_ENDED_DOWN,
  DFDG_ENDED_LOCAL,
  DFDG_ENDED_CANCELLED,
  DFDG_N_ENDINGS,
} DfdgEnding;

/**
 * DfdgPumpResult:
 * @n_done: messages that were finished with; @n_parked: that wait for a person from now on
 * @n_calls: of DFDG
 */
typedef struct
{
  DfdgEnding ending;
  guint n_done;
  guint n_parked;
  guint n_calls;
} DfdgPumpResult;

/**
 * DfdgAgenda:
 *
 * One municipality's lanes of one kind. All instants are of the monotonic clock. One thread's.
 */
typedef struct _DfdgAgenda DfdgAgenda;

DfdgAgenda *dfdg_agenda_new (guint n_parallel);
void dfdg_agenda_free (DfdgAgenda *agenda);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DfdgAgenda, dfdg_agenda_free)
void dfdg_agenda_set_parallel (DfdgAgenda *agenda, guint n_parallel);
void dfdg_agenda_wake (DfdgAgenda *agenda);
gboolean dfdg_agenda_wants_list (const DfdgAgenda *agenda, gint64 now_us);
guint dfdg_agenda_get_limit (const DfdgAgenda *agenda);
void dfdg_agenda_take_list (DfdgAgenda *agenda, const GArray *lanes, gint64 next_us, gint64 now_us);
gboolean dfdg_agenda_start_next (DfdgAgenda *agenda, gint64 now_us, gint64 *out_lane_id);
void
dfdg_agenda_end (DfdgAgenda *agenda, gint64 lane_id, const DfdgPumpResult *result, gint64 now_us);
gint64 dfdg_agenda_next_us (const DfdgAgenda *agenda, gint64 now_us);
guint dfdg_agenda_count_running (const DfdgAgenda *agenda);
gboolean dfdg_agenda_is_down (const DfdgAgenda *agenda);
