/* SPDX-License-Identifier: EUPL-1.2 */
/* What DFDG asked for itself and is to tell us of again: one watch a booking, until its echo has come. */
#pragma once

#include "store/store.h"

/**
 * EchoWatch:
 * @subject: the booking's identifier
 * @revision: of the booking when DFDG asked for it last
 * @added_us: when that was
 * @attempts: how often GetIndkaldelse has been asked
 * @is_flagged: DFDG does not have it, or as something else: a person is asked; @reason says which
 */
typedef struct
{
  gint64 echo_id;
  gint64 tenant_id;
  gint64 citizen_id;
  char *subject;
  gint64 revision;
  gint64 added_us;
  gint64 attempts;
  gint64 not_before_us;
  gboolean is_flagged;
  char *reason;
} EchoWatch;

void echo_watch_free (EchoWatch *watch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EchoWatch, echo_watch_free)

/* In the transaction of the change. A second change of the booking begins the watch again. */
gboolean echo_store_add (StoreSession *session,
                         const EchoWatch *watch,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* DFDG has said what we have, up to @revision. No watch there is no error. On the writer. */
gboolean echo_store_clear (StoreSession *session,
                           gint64 tenant_id,
                           const char *subject,
                           gint64 revision,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean echo_store_put_off (StoreSession *session,
                             const EchoWatch *watch,
                             gint64 not_before_us,
                             const char *reason,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean echo_store_flag (StoreSession *session,
                          const EchoWatch *watch,
                          const char *reason,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Asked again at once, as a person wishes. */
gboolean echo_store_retry (StoreSession *session,
                           gint64 tenant_id,
                           const char *subject,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * EchoQuestion:
 * @before_us: watches that were added by then
 * @now_us: wall clock
 * @limit: at most so many citizens
 */
typedef struct
{
  gint64 tenant_id;
  gint64 before_us;
  gint64 now_us;
  guint limit;
} EchoQuestion;

/* Lanes, for the pump: old enough, not flagged, due. */
gboolean echo_store_list_due (StoreSession *session,
                              const EchoQuestion *question,
                              GArray *out_citizens,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Returns: (transfer full) (element-type EchoWatch): by age; @citizen_id: 0: of all citizens */
GPtrArray *echo_store_list (StoreSession *session,
                            gint64 tenant_id,
                            gint64 citizen_id,
                            guint limit,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
EchoWatch *echo_store_find (StoreSession *session,
                            gint64 tenant_id,
                            const char *subject,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef struct
{
  gint64 n_waiting;
  gint64 n_overdue;
  gint64 n_flagged;
} EchoCounts;

gboolean echo_store_count (StoreSession *session,
                           gint64 tenant_id,
                           gint64 before_us,
                           EchoCounts *out_counts,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
