/* SPDX-License-Identifier: EUPL-1.2 */
/* Rows of the watch in registry.db: disturbances, notices, certificates, windows. */
#pragma once

#include "health/track-disturbance.h"
#include "health/track-escalation.h"
#include "store/store.h"

/**
 * TrackNotice:
 * @n_held: of a summary: how many messages it stands for
 * @joined: (nullable) (element-type TrackNotice): those that go out within this one
 *
 * One message to one target, that waits to be sent.
 */
typedef struct
{
  char *key;
  char *event;
  char *channel;
  char *target;
  char *subject;
  char *body;
  guint n_held;
  guint n_tries;
  gint64 created_us;
  GPtrArray *joined;
} TrackNotice;

/**
 * TrackSeenCertificate:
 * @told_days: step of the ladder that was told last; 0: none
 */
typedef struct
{
  char *holder;
  gint64 until_us;
  guint told_days;
} TrackSeenCertificate;

/**
 * TrackToldWindow:
 * @key: what its messages have in common
 * @n_told: messages about it; odd: it stands; even: it is withdrawn
 */
typedef struct
{
  char *key;
  char *endpoint;
  gint64 from_us;
  gint64 until_us;
  guint n_told;
} TrackToldWindow;

void track_notice_free (TrackNotice *notice);
void track_seen_certificate_free (TrackSeenCertificate *seen);
void track_told_window_free (TrackToldWindow *told);

gboolean track_watch_store_put (StoreSession *session,
                                const TrackDisturbance *disturbance,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
GPtrArray *track_watch_store_list_open (StoreSession *session,
                                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
GPtrArray *track_watch_store_list_all (StoreSession *session,
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
TrackDisturbance *track_watch_store_load (StoreSession *session,
                                          const char *id,
                                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean track_watch_store_tell (StoreSession *session,
                                 const TrackMessage *message,
                                 const TrackNoticeTarget *target,
                                 guint cap_per_hour,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
GPtrArray *track_watch_store_list_told (StoreSession *session,
                                        const char *disturbance,
                                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
GPtrArray *track_watch_store_list_due (StoreSession *session,
                                       gint64 now_us,
                                       guint max_rows,
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean track_watch_store_join (StoreSession *session,
                                 GPtrArray *due,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean track_watch_store_note_try (StoreSession *session,
                                     const TrackNotice *notice,
                                     const char *problem,
                                     gint64 now_us,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
GPtrArray *track_watch_store_list_certificates (StoreSession *session,
                                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
GPtrArray *track_watch_store_list_windows (StoreSession *session,
                                           gint64 now_us,
                                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
