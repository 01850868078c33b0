/* SPDX-License-Identifier: EUPL-1.2 */
/* Messages on their way out: whose turn it is, what becomes of each, and what citizens were not told of yet. */
#pragma once

#include "store/message-store.h"

/**
 * MessageQuestion:
 * @now_us: wall clock
 * @limit: at most so many citizens
 */
typedef struct
{
  gint64 tenant_id;
  gint64 now_us;
  guint limit;
} MessageQuestion;

/* @out_citizens: appended to; @out_next_us: when one that is not due will be; 0: none. */
gboolean message_lane_store_list_due (StoreSession *session,
                                      const MessageQuestion *question,
                                      GArray *out_citizens,
                                      gint64 *out_next_us,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* On the writer: from one state to the next. */
gboolean message_lane_store_try (StoreSession *session,
                                 gint64 message_id,
                                 gint64 now_us,
                                 gboolean *out_is_waiting,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* How many others of the citizen were tried since then; those to authorities do not count. */
gboolean message_lane_store_count_since (StoreSession *session,
                                         const Message *message,
                                         gint64 since_us,
                                         gint64 *out_n,
                                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Its attachments go, too. What was sent counts as sent although it was given up meanwhile. */
gboolean message_lane_store_finish (StoreSession *session,
                                    gint64 message_id,
                                    MessageState state,
                                    const char *foreign_id,
                                    const char *reason,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean message_lane_store_put_off (StoreSession *session,
                                     gint64 message_id,
                                     gint64 not_before_us,
                                     const char *reason,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean message_lane_store_renew (StoreSession *session,
                                   gint64 message_id,
                                   const char *request_id,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean message_lane_store_refuse (StoreSession *session,
                                    gint64 message_id,
                                    const char *reason,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* A person's word. PLANNER_ERROR_STATE_CHANGED when it is sent, or was given up. */
gboolean message_lane_store_retry (StoreSession *session,
                                   gint64 tenant_id,
                                   gint64 message_id,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* All that were refused. */
gboolean message_lane_store_retry_all (StoreSession *session,
                                       gint64 tenant_id,
                                       gint64 *out_n,
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean message_lane_store_give_up (StoreSession *session,
                                     gint64 tenant_id,
                                     gint64 message_id,
                                     const char *reason,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * MessageUntold:
 * @changed_us: when DFDG changed it
 *
 * An a-kasse's interview that its citizen was not told of as it is now.
 */
typedef struct
{
  char *booking;
  gint64 revision;
  gint64 start_us;
  gboolean is_cancelled;
  gint64 changed_us;
  char *unit_code;
} MessageUntold;

void message_untold_free (MessageUntold *untold);
/* Citizens who are to be told of something that changed since @since_us. */
gboolean message_lane_store_list_untold_lanes (StoreSession *session,
                                               const MessageQuestion *question,
                                               gint64 since_us,
                                               GArray *out_citizens,
                                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Returns: (transfer full) (element-type MessageUntold) */
GPtrArray *message_lane_store_list_untold (StoreSession *session,
                                           const MessageQuestion *question,
                                           gint64 since_us,
                                           gint64 citizen_id,
                                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* On the writer: those about the booking that were never tried go. @out_is_told: one was tried. */
gboolean message_lane_store_replace (StoreSession *session,
                                     gint64 tenant_id,
                                     const char *booking,
                                     gboolean *out_is_told,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * MessageCounts:
 * @oldest_us: since when the oldest of them is tried; 0: none. What waits for the day's limit is not late
 */
typedef struct
{
  gint64 n_waiting;
  gint64 n_refused;
  gint64 oldest_us;
} MessageCounts;

gboolean message_lane_store_count (StoreSession *session,
                                   gint64 tenant_id,
                                   MessageCounts *out_counts,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Returns: (transfer full) (nullable): the citizen's number now; for a header of a call, and nothing else */
char *message_lane_store_dup_number (StoreSession *session,
                                     gint64 citizen_id,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
