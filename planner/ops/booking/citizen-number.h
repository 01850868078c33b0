/* SPDX-License-Identifier: EUPL-1.2 */
/* A citizen gets another number: bookings, reservations, messages and facts follow. */
#pragma once

#include "index/catalogue.h"
#include "store/store.h"

/**
 * CitizenNumberConflict:
 * @why: "overlap" or "same-type"
 * @booking, @other: identifiers
 */
typedef struct
{
  const char *why;
  char *booking;
  char *other;
} CitizenNumberConflict;

/**
 * CitizenNumberChange:
 * @is_forced: both of two meetings that collide are kept, flagged
 * @actor, @call_id: for the journal
 * @is_merged: set: both numbers had something
 * @citizen_id: set: who it is now; @former_id: the row of the old number
 * @conflicts: (element-type CitizenNumberConflict): set
 */
typedef struct
{
  gint64 tenant_id;
  const Catalogue *catalogue;
  const char *old_cpr;
  const char *new_cpr;
  gboolean is_forced;
  gint64 now_us;
  const char *actor;
  const char *call_id;
  gboolean is_merged;
  gint64 citizen_id;
  gint64 former_id;
  GPtrArray *conflicts;
} CitizenNumberChange;

gboolean citizen_number_change (CitizenNumberChange *change,
                                StoreSession *session,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
void citizen_number_change_clear (CitizenNumberChange *change);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CitizenNumberChange, citizen_number_change_clear)
