/* SPDX-License-Identifier: EUPL-1.2 */
/* What the scheduler knows of each binding: a short row, read for all of them at once. */
#pragma once

#include "store/store.h"

/**
 * SyncDue:
 * @resource_key: of the advisor or room, for metrics and log
 * @user, @secret: (nullable): the account
 * @is_paused: nobody but a person starts it again
 * @is_guarded: disappearances wait for a person's word; runs go on
 * @next_try_us: not before; after failures, or because the server said so; 0: any time
 * @pulled_us: last whole pull; 0: never
 * @fresh_until_us: of its calendar; 0: does not grow old
 * @changed_us: when a run last changed something on either side; 0: never
 * @has_bookings_soon: booked, within a day from now
 * @has_unsent: a meeting that the calendar does not have as it is, or an intent without receipt
 * @n_conflicts: that wait for a person
 *
 * Instants are of the wall clock.
 */
typedef struct
{
  gint64 binding_id;
  gint64 resource_id;
  char *resource_key;
  char *url;
  char *user;
  char *secret;
  gint64 direction;
  gboolean is_paused;
  gboolean is_guarded;
  char *health;
  gint64 next_try_us;
  gint64 pulled_us;
  gint64 fresh_until_us;
  gint64 changed_us;
  gboolean has_bookings_soon;
  gboolean has_unsent;
  guint n_conflicts;
} SyncDue;

void sync_due_free (SyncDue *due);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SyncDue, sync_due_free)

GPtrArray *sync_due_store_list (StoreSession *session,
                                gint64 now_us,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean sync_due_store_has_news (StoreSession *session,
                                  const SyncDue *due,
                                  gint64 now_us,
                                  gboolean *out_has_news,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
