/* SPDX-License-Identifier: EUPL-1.2 */
/* Makes carrier, watch and probes from the configuration, and ends them in the right order. */
#include "health/track-lookout.h"

#include "health/track-carrier.h"

#define MAX_PROBES 1000
#define MAX_ANSWER (1024 * 1024)

struct _TrackLookout
{
  TrackConfig *config;
  TrackCarrier *carrier;
  TrackWatch *watch;
  TrackUpstream *upstream; /* of the probes */
  TrackProbes *probes;
};

static gboolean
open_carrier (TrackLookout *lookout, const TrackLookoutSettings *settings, GError **error)
{
  const TrackConfig *config = lookout->config;
  const TrackCarrierSettings carrier = { .context = settings->context,
                                         .trust_file = config->escalation_trust,
                                         .mail = { .url = config->mail_url,
                                                   .from = config->mail_from,
                                                   .user = config->mail_user,
                                                   .password_file = config->mail_password_file,
                                                   .trust_file = config->mail_trust,
                                                   .needs_tls = config->mail_needs_tls != 0 } };

  lookout->carrier = track_carrier_new (&carrier, error);
  return lookout->carrier != NULL;
}

static void
fill_watch (const TrackConfig *config, TrackWatchSettings *out_settings)
{
  out_settings->steps = config->escalation_steps;
  out_settings->operator_webhooks = config->escalation_webhooks;
  out_settings->operator_mails = config->escalation_mails;
  out_settings->confirm_failures = (guint) config->escalation_confirm_failures;
  out_settings->cap_per_hour = (guint) config->escalation_cap_per_hour;
  out_settings->window_notice_h = (guint) config->escalation_window_notice_h;
  out_settings->keep_days = (guint) config->escalation_keep_days;
}

static gboolean
open_watch (TrackLookout *lookout, const TrackLookoutSettings *settings, GError **error)
{
  const TrackNoticeCarrier carrier = track_carrier_get (lookout->carrier);
  TrackWatchSettings watch = { .context = settings->context,
                               .database = settings->database,
                               .schema_dir = lookout->config->registry_schema_dir,
                               .carrier = &carrier };

  fill_watch (lookout->config, &watch);
  lookout->watch = track_watch_new (&watch, error);
  return lookout->watch != NULL;
}

/* Keys and authorities as for calls; nothing at rest, so that each probe begins at the name. */
static gboolean
open_probes (TrackLookout *lookout, const TrackLookoutSettings *settings, GError **error)
{
  const TrackConfig *config = lookout->config;
  const TrackUpstreamSettings upstream = { .context = settings->context,
                                           .ca_file = config->upstream_trust,
                                           .certificate_file = config->upstream_certificate,
                                           .key_file = config->upstream_key,
                                           .max_parallel = MAX_PROBES,
                                           .max_answer_bytes = MAX_ANSWER };
  TrackProbeSettings probes = { .context = settings->context,
                                .mapping = settings->mapping,
                                .interval_s = (guint) config->probe_interval_s,
                                .citizen = config->probe_citizen,
                                .observe = settings->observe,
                                .observe_data = settings->observe_data };

  lookout->upstream = track_upstream_new (&upstream, error);
  if (lookout->upstream == NULL)
    return FALSE;
  probes.upstream = lookout->upstream;
  probes.health = track_watch_get_health (lookout->watch);
  lookout->probes = track_probes_new (&probes);
  return TRUE;
}

/**
 * track_lookout_new:
 * @settings: copied; database and mapping outlive the lookout
 *
 * Errors: as track_watch_new() and track_upstream_new(). Loop thread; blocks.
 *
 * Returns: (transfer full): stop it, then the database, before it is freed
 */
TrackLookout *
track_lookout_new (const TrackLookoutSettings *settings, GError **error)
{
  g_autoptr (TrackLookout) lookout = g_new0 (TrackLookout, 1);

  lookout->config = track_config_ref (settings->config);
  if (!open_carrier (lookout, settings, error) || !open_watch (lookout, settings, error) ||
      !open_probes (lookout, settings, error))
    return NULL;
  return g_steal_pointer (&lookout);
}

/**
 * track_lookout_get_watch:
 *
 * Returns: (transfer none)
 */
TrackWatch *
track_lookout_get_watch (TrackLookout *lookout)
{
  return lookout->watch;
}

/**
 * track_lookout_get_probes:
 *
 * Returns: (transfer none)
 */
TrackProbes *
track_lookout_get_probes (TrackLookout *lookout)
{
  return lookout->probes;
}

/**
 * track_lookout_set_registry:
 *
 * At the start and at each change. Loop thread.
 */
void
track_lookout_set_registry (TrackLookout *lookout, TrackRegistry *registry)
{
  track_watch_set_registry (lookout->watch, registry);
  track_probes_set_registry (lookout->probes, registry);
}

/**
 * track_lookout_reload:
 *
 * Ladder, limits, interval, and the probes' keys and certificates. Errors: nothing is changed but what was before it. Loop thread.
 */
gboolean
track_lookout_reload (TrackLookout *lookout, const TrackConfig *config, GError **error)
{
  TrackWatchSettings watch = { 0 };
  TrackConfig *before = lookout->config;

  fill_watch (config, &watch);
  if (!track_watch_reload (lookout->watch, &watch, error))
    return FALSE;
  lookout->config = track_config_ref (config);
  track_config_unref (before);
  track_probes_set_interval (lookout->probes, (guint) config->probe_interval_s);
  return track_upstream_reload (lookout->upstream, error);
}

/**
 * track_lookout_stop:
 *
 * Asks, observes and tells nothing more; what it knows is handed to the database, which is stopped next. Loop thread.
 */
void
track_lookout_stop (TrackLookout *lookout)
{
  track_probes_stop (lookout->probes);
  track_watch_stop (lookout->watch);
  track_carrier_stop (lookout->carrier);
}

/**
 * track_lookout_free:
 *
 * NULL is ignored.
 */
void
track_lookout_free (TrackLookout *lookout)
{
  if (lookout == NULL)
    return;
  g_clear_pointer (&lookout->probes, track_probes_free);
  g_clear_pointer (&lookout->upstream, track_upstream_free);
  g_clear_pointer (&lookout->watch, track_watch_free);
  g_clear_pointer (&lookout->carrier, track_carrier_free);
  g_clear_pointer (&lookout->config, track_config_unref);
  g_free (lookout);
}
