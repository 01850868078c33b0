/* SPDX-License-Identifier: EUPL-1.2 */
/* Opens a disturbance at the first failure, follows it, closes it at recovery; a clock ticks every second. */
#include "health/track-watch.h"

#include "base/clock.h"
#include "health/track-watch-private.h"

#define S         G_GINT64_CONSTANT (1000000)
#define TICK_US   S
#define WRITE_US  (2 * S)
#define UPKEEP_US (3600 * S)
#define DAY_US    (86400 * S)
#define ADOPT_US  (10 * S)

static const char *const state_words[] = { "i drift / up", "har travlt / busy",
                                           "svarer med fejl / ill", "nede / down" };

/* Disturbances ------------------------------------------------------------------------------------ */

/**
 * track_watch_add_step:
 *
 * Something that was seen or done, into its record.
 */
void
track_watch_add_step (OpenOne *one,
                      const char *what,
                      gint64 at_us,
                      gint64 until_us,
                      const char *text)
{
  const TrackStep step = { at_us, until_us, (char *) what, (char *) text };

  track_disturbance_add_step (one->disturbance, &step);
  one->is_dirty = TRUE;
}

/* From now on the ladder counts. */
static void
confirm (TrackWatch *watch, OpenOne *one)
{
  if (one->disturbance->confirmed_us != 0)
    return;
  one->disturbance->confirmed_us = clock_now_us ();
  one->confirmed_us = track_steady_now_us (&watch->steady);
}

static void
on_change (const TrackHealthChange *change, gpointer data)
{
  TrackWatch *watch = data;
  OpenOne *one = g_hash_table_lookup (watch->open, change->endpoint);
  g_autofree char *text = NULL;

  g_message ("endpoint %s%s%s is %s, was %s", change->endpoint, change->url != NULL ? " at " : "",
             change->url != NULL ? change->url : "", track_health_state_word (change->to),
             track_health_state_word (change->from));
  if (one == NULL)
    return;
  text = g_strdup_printf ("%s: %s", change->url != NULL ? change->url : change->endpoint,
                          state_words[change->to]);
  track_watch_add_step (one, change->url != NULL ? "address" : "state", clock_now_us (), 0, text);
  if (change->url == NULL && change->to >= TRACK_HEALTH_ILL)
    confirm (watch, one);
}

/**
 * track_watch_close_one:
 * @one: gone afterwards
 *
 * Into the database as it ended; nobody is told of the end of what nobody was told of.
 */
void
track_watch_close_one (TrackWatch *watch, OpenOne *one, gint64 now_us)
{
  TrackDisturbance *disturbance = one->disturbance;

  disturbance->closed_us = now_us;
  track_watch_put (watch, disturbance);
  if (disturbance->confirmed_us != 0 && disturbance->until_us != 0)
    track_watch_tell (watch, track_message_new_recovery (disturbance, now_us), NULL);
  g_message ("disturbance %s is closed: %" G_GUINT64_FORMAT " calls failed", disturbance->id,
             disturbance->n_failed);
  g_hash_table_remove (watch->open, disturbance->endpoint);
}

static gboolean
is_in_window (const TrackWatch *watch, const char *endpoint, gint64 now_us)
{
  return watch->registry != NULL &&
         track_registry_find_window (watch->registry, endpoint, now_us) != NULL;
}

static OpenOne *
open_one (TrackWatch *watch, const TrackRecord *record, gint64 now_us)
{
  const TrackEndpoint *endpoint =
    watch->registry != NULL ? track_registry_find_endpoint (watch->registry, record->endpoint)
                            : NULL;
  OpenOne *one = g_new0 (OpenOne, 1);

  one->disturbance = track_disturbance_new (record, endpoint != NULL ? endpoint->owner : NULL);
  one->disturbance->is_planned = is_in_window (watch, record->endpoint, now_us);
  g_hash_table_insert (watch->open, one->disturbance->endpoint, one);
  g_message ("disturbance %s is opened: %s", one->disturbance->id,
             track_outcome_word (record->outcome));
  return one;
}

static void
name_unit (TrackWatch *watch, TrackDisturbance *disturbance, const TrackRecord *record)
{
  const TrackUnit *unit;

  if (record->unit == NULL || watch->registry == NULL ||
      g_hash_table_contains (disturbance->names, record->unit))
    return;
  unit = track_registry_find_unit (watch->registry, record->unit, record->at_us);
  if (unit != NULL && unit->name != NULL)
    g_hash_table_insert (disturbance->names, g_strdup (record->unit), g_strdup (unit->name));
}

/* What fails behind its window is another thing than what was planned; ids differ by the second. */
static OpenOne *
leave_window (TrackWatch *watch, OpenOne *one, gint64 now_us)
{
  if (one == NULL || !one->disturbance->is_planned ||
      is_in_window (watch, one->disturbance->endpoint, now_us) ||
      now_us - one->disturbance->from_us < S)
    return one;
  track_watch_add_step (one, "window", now_us, 0,
                        "servicevinduet er slut / the service window is over");
  track_watch_close_one (watch, one, now_us);
  return NULL;
}

static void
follow (TrackWatch *watch, const TrackRecord *record, gint64 now_us)
{
  OpenOne *one = g_hash_table_lookup (watch->open, record->endpoint);
  gboolean fails = track_outcome_is_failure (record->outcome);
  gboolean is_new = FALSE;

  if (fails)
    one = leave_window (watch, one, now_us);
  if (one == NULL && !fails)
    return;
  if (one == NULL)
    {
      is_new = TRUE;
      one = open_one (watch, record, now_us);
    }
  track_disturbance_note (one->disturbance, record, now_us);
  if (fails)
    one->failed_us = track_steady_now_us (&watch->steady);
  if (fails)
    name_unit (watch, one->disturbance, record);
  if (one->disturbance->n_failed >= watch->confirm_failures)
    confirm (watch, one);
  one->is_dirty = TRUE;
  if (is_new)
    track_watch_flush (watch);
}

/**
 * track_watch_observe:
 * @record: of a call, a probe or a shadow; of no endpoint: ignored
 * @watch: a TrackWatch
 *
 * The observer of all records. The first failure is on its way to disk when this returns. Loop thread.
 */
void
track_watch_observe (const TrackRecord *record, gpointer watch)
{
  TrackWatch *self = watch;
  gint64 now_us = clock_now_us ();

  if (record->endpoint == NULL || track_outcome_class (record->outcome) == TRACK_CLASS_OURS ||
      record->outcome == TRACK_OUTCOME_MAINTENANCE)
    return;
  if (!self->is_stopped && record->url != NULL)
    track_watch_see_certificate (self, record->url, record->certificate_until_us);
  if (!self->is_stopped)
    follow (self, record, now_us);
  track_health_note (self->health, record, track_steady_now_us (&self->steady));
}

/* The clock --------------------------------------------------------------------------------------- */

static gboolean
is_well (TrackWatch *watch, const char *endpoint)
{
  TrackHealthView view;

  return !track_health_get (watch->health, endpoint, track_steady_now_us (&watch->steady), &view) ||
         view.state < TRACK_HEALTH_ILL;
}

static void
look_at_disturbances (TrackWatch *watch, gint64 now_us)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, watch->open);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    g_ptr_array_add (all, value);
  for (guint i = 0; i < all->len; i++)
    {
      OpenOne *one = all->pdata[i];
      const TrackDisturbance *disturbance = one->disturbance;

      track_watch_climb (watch, one, now_us);
      gint64 quiet_us = track_steady_now_us (&watch->steady) - one->failed_us;

      if (track_disturbance_is_over (disturbance, disturbance->last_failure_us + quiet_us) &&
          is_well (watch, disturbance->endpoint))
        track_watch_close_one (watch, one, now_us);
    }
}

/**
 * track_watch_tick:
 *
 * What a second brings: states that may be announced, ends of disturbances, steps of ladders, writing.
 */
void
track_watch_tick (TrackWatch *watch)
{
  gint64 now_us = clock_now_us ();

  track_watch_look_at_clock (watch, now_us);
  track_health_advance (watch->health, track_steady_now_us (&watch->steady));
  look_at_disturbances (watch, now_us);
  track_watch_look_for_strays (watch);
  track_watch_look_at_windows (watch, now_us);
  track_watch_look_at_certificates (watch, now_us);
  track_watch_look_at_alarms (watch, now_us);
  if (clock_monotonic_us () - watch->upkeep_us >= UPKEEP_US)
    {
      watch->upkeep_us = clock_monotonic_us ();
      if (!track_steady_has_leapt (&watch->steady, DAY_US))
        watch->next->remove_before_us = now_us - watch->keep_us;
    }
  if (clock_monotonic_us () - watch->written_us >= WRITE_US)
    track_watch_flush (watch);
}

static void
on_timer (gpointer data)
{
  TrackWatch *watch = data;

  track_watch_tick (watch);
  timer_arm (watch->timer, clock_monotonic_us () + TICK_US);
}

/* Start and end ----------------------------------------------------------------------------------- */

/**
 * track_watch_reload:
 *
 * Takes ladder, addresses and limits of the settings; database and carrier stay. Errors: as track_escalation_parse();
 * nothing is changed then. Loop thread.
 */
gboolean
track_watch_reload (TrackWatch *watch, const TrackWatchSettings *settings, GError **error)
{
  GArray *steps = track_escalation_parse (settings->steps != NULL ? settings->steps : "", error);

  if (steps == NULL)
    return FALSE;
  g_clear_pointer (&watch->steps, g_array_unref);
  watch->steps = steps;
  g_clear_pointer (&watch->operator_endpoint, track_endpoint_free);
  watch->operator_endpoint = g_new0 (TrackEndpoint, 1);
  watch->operator_endpoint->webhooks = g_strdupv (settings->operator_webhooks);
  watch->operator_endpoint->contacts = g_strdupv (settings->operator_mails);
  watch->confirm_failures = settings->confirm_failures;
  watch->cap_per_hour = settings->cap_per_hour;
  watch->window_notice_us = settings->window_notice_h * 3600 * S;
  watch->keep_us = settings->keep_days * DAY_US;
  return TRUE;
}

/**
 * track_watch_new:
 * @settings: copied; the database outlives the watch
 *
 * Loads what was open. Errors: as track_escalation_parse(), and of the database. Loop thread; blocks.
 *
 * Returns: (transfer full): stop it, then the database, before it is freed
 */
TrackWatch *
track_watch_new (const TrackWatchSettings *settings, GError **error)
{
  g_autoptr (TrackWatch) watch = g_new0 (TrackWatch, 1);

  watch->database = settings->database;
  watch->context = settings->context;
  watch->schema_dir = g_strdup (settings->schema_dir);
  if (settings->carrier != NULL)
    watch->carrier = *settings->carrier;
  watch->health = track_health_new (&track_health_defaults, on_change, watch);
  watch->open =
    g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) track_watch_open_free);
  watch->certificates = g_hash_table_new_full (g_str_hash, g_str_equal, NULL,
                                               (GDestroyNotify) track_seen_certificate_free);
  watch->windows =
    g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) track_told_window_free);
  watch->alarms =
    g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) track_own_alarm_free);
  watch->next = track_watch_job_new ();
  if (!track_watch_reload (watch, settings, error))
    return NULL;
  /* Without registry.db all that it does goes on in the standby, until the program ends. */
  if (watch->database == NULL && track_watch_ensure_standby (watch))
    watch->database = track_standby_get_database (watch->standby);
  if (watch->database != NULL && !track_watch_load (watch, error))
    return NULL;
  if (settings->database != NULL && settings->carrier != NULL)
    watch->sender = track_notice_sender_new (settings->context, watch->database, settings->carrier);
  watch->adopt_us = clock_monotonic_us () + ADOPT_US;
  watch->timer = timer_new (settings->context, on_timer, watch);
  timer_arm (watch->timer, clock_monotonic_us () + TICK_US);
  return g_steal_pointer (&watch);
}

/**
 * track_watch_set_registry:
 * @registry: a reference is taken
 *
 * At the start and at each change: endpoints, their addresses, windows and whom to tell. Loop thread.
 */
void
track_watch_set_registry (TrackWatch *watch, TrackRegistry *registry)
{
  g_auto (GStrv) names = track_watch_dup_names (registry);
  TrackRegistry *before = watch->registry;

  watch->registry = track_registry_ref (registry);
  g_clear_pointer (&before, track_registry_unref);
  for (guint i = 0; i < registry->endpoints->len; i++)
    {
      const TrackEndpoint *endpoint = registry->endpoints->pdata[i];

      if (endpoint->urls != NULL && endpoint->urls[0] != NULL)
        track_health_set_endpoint (watch->health, endpoint->name,
                                   (const char *const *) endpoint->urls);
    }
  track_health_keep_only (watch->health, (const char *const *) names);
  track_watch_close_removed (watch, (const char *const *) names);
}

/**
 * track_watch_pick_url:
 *
 * Returns: (nullable): track_health_pick_url() now. Loop thread.
 */
const char *
track_watch_pick_url (TrackWatch *watch, const char *endpoint)
{
  return track_health_pick_url (watch->health, endpoint, track_steady_now_us (&watch->steady));
}

/**
 * track_watch_get_health:
 *
 * Returns: (transfer none): for the loop thread
 */
TrackHealth *
track_watch_get_health (TrackWatch *watch)
{
  return watch->health;
}

/**
 * track_watch_stop:
 *
 * Hands the last of what it knows to the writer and tells nobody anything more; a successor goes on from there. Health
 * still learns of calls, so that an address can be picked for those that are under way. Harmless when repeated. Loop
 * thread.
 */
void
track_watch_stop (TrackWatch *watch)
{
  if (watch->is_stopped)
    return;
  timer_arm (watch->timer, TIMER_NEVER);
  if (watch->sender != NULL)
    track_notice_sender_stop (watch->sender);
  track_watch_flush_last (watch);
  if (watch->standby != NULL)
    track_standby_stop (watch->standby);
  watch->is_stopped = TRUE;
  g_hash_table_remove_all (watch->open);
}

/**
 * track_watch_free:
 *
 * After the database was stopped. NULL is ignored.
 */
void
track_watch_free (TrackWatch *watch)
{
  if (watch == NULL)
    return;
  g_clear_pointer (&watch->sender, track_notice_sender_free);
  g_clear_pointer (&watch->standby, track_standby_free);
  g_clear_pointer (&watch->schema_dir, g_free);
  g_clear_pointer (&watch->timer, timer_free);
  g_clear_pointer (&watch->next, track_watch_job_free);
  g_clear_pointer (&watch->writing, track_watch_job_free);
  g_clear_pointer (&watch->open, g_hash_table_unref);
  g_clear_pointer (&watch->certificates, g_hash_table_unref);
  g_clear_pointer (&watch->windows, g_hash_table_unref);
  g_clear_pointer (&watch->alarms, g_hash_table_unref);
  g_clear_pointer (&watch->health, track_health_free);
  g_clear_pointer (&watch->steps, g_array_unref);
  g_clear_pointer (&watch->operator_endpoint, track_endpoint_free);
  g_clear_pointer (&watch->registry, track_registry_unref);
  g_free (watch);
}
