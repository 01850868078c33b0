/* SPDX-License-Identifier: EUPL-1.2 */
/* One mail to one receiver by SMTP; blocks. */
#pragma once

#include <gio/gio.h>

#define TRACK_MAIL_ERROR (track_mail_error_quark ())

/**
 * TrackMailError:
 * @TRACK_MAIL_ERROR_REFUSED: not delivered; again later
 * @TRACK_MAIL_ERROR_SETTINGS: an address or file cannot be used
 */
typedef enum
{
  TRACK_MAIL_ERROR_REFUSED,
  TRACK_MAIL_ERROR_SETTINGS,
} TrackMailError;

/**
 * TrackMailSettings:
 * @url: smtp://HOST:PORT or smtps://HOST:PORT
 * @from: sender
 * @user: (nullable): for AUTH; goes with @password_file, mode 0600
 * @trust_file: (nullable): PEM; NULL or empty: authorities of the system
 * @cancellable: (nullable): ends an attempt within a second or so
 * @needs_tls: whether smtp must change to TLS (STARTTLS) before anything is said
 */
typedef struct
{
  const char *url;
  const char *from;
  const char *user;
  const char *password_file;
  const char *trust_file;
  gboolean needs_tls;
  GCancellable *cancellable;
} TrackMailSettings;

/**
 * TrackMail:
 * @to: address
 * @key: Message-ID is made of it: a receiver sees that the same mail comes again
 * @subject: ASCII, one line
 * @text: UTF-8
 * @at_us: Unix time
 */
typedef struct
{
  const char *to;
  const char *key;
  const char *subject;
  const char *text;
  gint64 at_us;
} TrackMail;

GQuark track_mail_error_quark (void);
gboolean track_mail_send (const TrackMailSettings *settings,
                          const TrackMail *mail,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
char *track_mail_dup_message (const TrackMailSettings *settings, const TrackMail *mail);
