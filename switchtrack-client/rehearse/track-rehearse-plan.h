/* SPDX-License-Identifier: EUPL-1.2 */
/* The plan of a rehearsal: citizens who cannot exist, the offer, the days, and what may be changed. */
#pragma once

#include <glib.h>

/**
 * TrackRehearsePlan:
 * @citizens: numbers that cannot belong to anybody
 * @offer: (nullable): its identifier; NULL: the first that is offered
 * @contact_group: of the citizens
 * @from_us, @until_us: the days on which may be booked, half-open
 * @n_parallel: callers at once in races and under load
 * @registers: RegisterBooking, UpdateBooking and DeleteBooking may be called too
 * @hold_wait_s: how long to wait for a reservation to end by itself; 0: not waited
 */
typedef struct
{
  GPtrArray *citizens;
  char *offer;
  gint64 contact_group;
  gint64 from_us;
  gint64 until_us;
  guint n_parallel;
  gboolean registers;
  guint hold_wait_s;
} TrackRehearsePlan;

TrackRehearsePlan *track_rehearse_plan_load (const char *path,
                                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
void track_rehearse_plan_free (TrackRehearsePlan *plan);
gboolean track_rehearse_is_nobodys (const char *number);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrackRehearsePlan, track_rehearse_plan_free)
