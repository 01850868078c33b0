/* SPDX-License-Identifier: EUPL-1.2 */
/* One HTTP connection that writes and reads at the pace it is told: what a rehearsal needs and no client offers. */
#pragma once

#include <gio/gio.h>

/**
 * TrackWireSettings:
 * @url: of the endpoint, `http` or `https`
 * @ca_file: (nullable): PEM; whom to trust; NULL: the system's
 * @certificate_file, @key_file: (nullable): PEM; who we are
 * @pins: (nullable) (array zero-terminated=1): "sha256//BASE64" of the public keys that are accepted; NULL or empty: any
 * @timeout_s: without a byte, and four times that for a whole answer
 */
typedef struct
{
  const char *url;
  const char *ca_file;
  const char *certificate_file;
  const char *key_file;
  const char *const *pins;
  guint timeout_s;
} TrackWireSettings;

typedef struct _TrackWireTarget TrackWireTarget;
typedef struct _TrackWire TrackWire;

/**
 * TrackWirePace:
 * @n_bytes: at a time; 0: all at once
 * @pause_us: between two of them
 */
typedef struct
{
  gsize n_bytes;
  guint64 pause_us;
} TrackWirePace;

/**
 * TrackWireAnswer:
 * @content_type: "" when there is none
 * @closes: the connection cannot be used again
 */
typedef struct
{
  guint status;
  char *content_type;
  GBytes *body;
  gboolean closes;
} TrackWireAnswer;

TrackWireTarget *track_wire_target_new (const TrackWireSettings *settings,
                                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
void track_wire_target_free (TrackWireTarget *target);
TrackWire *track_wire_open (const TrackWireTarget *target,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
void track_wire_close (TrackWire *wire);
gboolean track_wire_write (TrackWire *wire,
                           const char *bytes,
                           gsize n_bytes,
                           const TrackWirePace *pace,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
GString *track_wire_dup_post (const TrackWireTarget *target,
                              const char *content_type,
                              const char *soap_action,
                              const char *body,
                              gsize n_body);
gboolean track_wire_read (TrackWire *wire,
                          const TrackWirePace *pace,
                          TrackWireAnswer *out_answer,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
void track_wire_answer_clear (TrackWireAnswer *answer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrackWireTarget, track_wire_target_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrackWire, track_wire_close)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TrackWireAnswer, track_wire_answer_clear)
