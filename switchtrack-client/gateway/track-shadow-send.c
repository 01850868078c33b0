/* SPDX-License-Identifier: EUPL-1.2 */
/* One exchange, its answer gathered up to a limit; the first address, no repeat, no effect on health. */
#include "gateway/track-shadow-send.h"

#define MAX_BYTES (4 * 1024 * 1024)

typedef struct
{
  TrackShadowAnswered answered;
  gpointer data;
  GByteArray *body;
} Sending;

static gboolean
on_data (TrackExchange *exchange, const char *bytes, gsize n_bytes, gpointer data)
{
  Sending *sending = data;

  if (sending->body->len + n_bytes > MAX_BYTES)
    return FALSE;
  g_byte_array_append (sending->body, (const guint8 *) bytes, (guint) n_bytes);
  return TRUE;
}

static void
on_done (TrackExchange *exchange,
         TrackOutcome outcome,
         const TrackTimes *times,
         const char *problem,
         gpointer data)
{
  Sending *sending = data;
  g_autoptr (GBytes) body = g_byte_array_free_to_bytes (sending->body);

  sending->answered (outcome, outcome == TRACK_OUTCOME_OK ? body : NULL, sending->data);
  g_free (sending);
}

static gboolean
send (gpointer sender,
      const TrackEndpoint *candidate,
      GBytes *request,
      const char *const *headers,
      TrackShadowAnswered answered,
      gpointer data)
{
  static const TrackExchangeFuncs funcs = { NULL, on_data, on_done };
  TrackTarget target = {
    .url = candidate->urls[0],
    .pins = (const char *const *) candidate->pins,
    .connect_ms = candidate->connect_ms,
    .timeout_ms = candidate->timeout_ms,
    .headers = headers,
    .body = request,
  };
  Sending *sending = g_new0 (Sending, 1);
  g_autoptr (GError) error = NULL;

  sending->answered = answered;
  sending->data = data;
  sending->body = g_byte_array_new ();
  if (candidate->state != TRACK_STATE_MAINTENANCE &&
      track_upstream_send (sender, &target, &funcs, sending, &error) != NULL)
    return TRUE;
  g_byte_array_unref (sending->body);
  g_free (sending);
  return FALSE;
}

/**
 * track_shadow_send_port:
 * @upstream: must outlive the shadow; best one of its own, so that a slow candidate takes no connection of the live calls
 *
 * Returns: how candidates are asked
 */
TrackShadowPort
track_shadow_send_port (TrackUpstream *upstream)
{
  return (TrackShadowPort){ send, upstream };
}
