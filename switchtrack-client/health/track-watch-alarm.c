/* SPDX-License-Identifier: EUPL-1.2 */
/* Alarms about the gateway itself: raised while something is so, told step by step, ended when it is over. */
#include <string.h>

#include "base/clock.h"
#include "health/track-watch-private.h"

/* What comes and goes within a minute is one alarm. */
#define LINGER_US (60 * G_GINT64_CONSTANT (1000000))
#define SILENT_US (600 * G_GINT64_CONSTANT (1000000))

/**
 * track_own_alarm_free:
 *
 * NULL is ignored.
 */
void
track_own_alarm_free (OwnAlarm *own)
{
  if (own == NULL)
    return;
  g_free (own->name);
  g_free (own->id);
  g_free (own->key);
  g_free (own->endpoint);
  g_free (own->subject);
  g_free (own->danish);
  g_free (own->english);
  g_free (own);
}

static void
set_words (OwnAlarm *own, const TrackAlarm *alarm)
{
  g_free (own->subject);
  g_free (own->danish);
  g_free (own->english);
  own->subject = g_strdup (alarm->subject);
  own->danish = g_strdup (alarm->danish);
  own->english = g_strdup (alarm->english);
}

static OwnAlarm *
own_alarm_new (const TrackAlarm *alarm, gint64 now_us)
{
  OwnAlarm *own = g_new0 (OwnAlarm, 1);
  g_autofree char *first = g_strdup_printf ("%" G_GINT64_FORMAT, now_us / G_USEC_PER_SEC);

  own->name = g_strdup (alarm->name);
  own->id = g_strdup (alarm->id);
  own->endpoint = g_strdup (alarm->endpoint);
  own->since_us = alarm->since_us != 0 ? alarm->since_us : now_us;
  own->key = g_strdup_printf ("alarm/%s/%s", alarm->name, alarm->id != NULL ? alarm->id : first);
  return own;
}

/**
 * track_watch_raise:
 * @alarm: copied
 *
 * It is so now. Say it again as long as it is: what a look of TrackWatchLook does not raise is over. Loop thread.
 */
void
track_watch_raise (TrackWatch *watch, const TrackAlarm *alarm)
{
  OwnAlarm *own = g_hash_table_lookup (watch->alarms, alarm->name);

  if (own != NULL && g_strcmp0 (own->id, alarm->id) != 0)
    {
      g_hash_table_remove (watch->alarms, alarm->name);
      own = NULL;
    }
  if (own == NULL)
    {
      own = own_alarm_new (alarm, clock_now_us ());
      g_hash_table_insert (watch->alarms, own->name, own);
      g_message ("alarm %s: %s", alarm->name, alarm->english);
    }
  set_words (own, alarm);
  own->is_raised = TRUE;
  own->gone_us = 0;
}

static gboolean
is_told (GPtrArray *all, const char *address)
{
  for (guint i = 0; i < all->len; i++)
    if (strcmp (((const TrackNoticeTarget *) all->pdata[i])->address, address) == 0)
      return TRUE;
  return FALSE;
}

/* The operator, whose gateway it is; and who answers for the endpoint, when it is about one. */
static GPtrArray *
list_targets (TrackWatch *watch, const OwnAlarm *own, const TrackLadderStep *step)
{
  GPtrArray *all = track_escalation_list_targets (step, NULL, watch->operator_endpoint);
  const TrackEndpoint *endpoint = own->endpoint != NULL && watch->registry != NULL
                                    ? track_registry_find_endpoint (watch->registry, own->endpoint)
                                    : NULL;
  g_autoptr (GPtrArray) others = track_escalation_list_targets (step, endpoint, NULL);

  while (others->len > 0)
    {
      TrackNoticeTarget *target = g_ptr_array_steal_index (others, 0);

      if (is_told (all, target->address))
        track_notice_target_free (target);
      else
        g_ptr_array_add (all, target);
    }
  return all;
}

static TrackMessage *
word_message (const OwnAlarm *own, gint64 now_us)
{
  const TrackAlarm alarm = { .name = own->name,
                             .endpoint = own->endpoint,
                             .since_us = own->since_us,
                             .subject = own->subject,
                             .danish = own->danish,
                             .english = own->english };

  return track_message_new_alarm (&alarm, own->key, own->n_steps_told, now_us);
}

static void
climb (TrackWatch *watch, OwnAlarm *own, gint64 now_us)
{
  for (; own->n_steps_told < watch->steps->len; own->n_steps_told++)
    {
      const TrackLadderStep *step =
        &g_array_index (watch->steps, TrackLadderStep, own->n_steps_told);

      if (now_us - own->since_us < step->after_us)
        return;
      track_watch_tell (watch, word_message (own, now_us), list_targets (watch, own, step));
    }
}

/* TRUE: it is over, and whoever was told is told that too. */
static gboolean
has_ended (TrackWatch *watch, OwnAlarm *own, gint64 now_us)
{
  if (own->is_raised)
    return FALSE;
  if (own->gone_us == 0)
    own->gone_us = now_us;
  if (now_us - own->gone_us < LINGER_US)
    return FALSE;
  g_message ("alarm %s is over", own->name);
  if (own->n_steps_told > 0)
    track_watch_tell (
      watch, track_message_new_alarm_over (own->key, own->name, own->subject, now_us), NULL);
  return TRUE;
}

/* The ladder of certificates told of it for two months; now calls fail, and not by a fault of a Planner's. */
static void
raise_expired (TrackWatch *watch,
               const char *holder,
               const char *name,
               const char *danish,
               const char *english)
{
  const TrackSeenCertificate *seen = g_hash_table_lookup (watch->certificates, holder);
  g_autofree char *id = NULL;
  TrackAlarm alarm = {
    .name = name, .subject = "eget certifikat er udloebet", .danish = danish, .english = english
  };

  if (seen == NULL || seen->until_us > clock_now_us ())
    return;
  id = g_strdup_printf ("%" G_GINT64_FORMAT, seen->until_us / G_USEC_PER_SEC);
  alarm.id = id;
  alarm.since_us = seen->until_us;
  track_watch_raise (watch, &alarm);
}

static void
look_at_own_certificates (TrackWatch *watch)
{
  raise_expired (
    watch, TRACK_HOLDER_CLIENT, "certificate-client",
    "Skiftesporets eget klientcertifikat er udløbet: Plannere afviser forbindelsen, og "
    "kald får 4769. Forny [upstream] certificate, og bed switchtrackd læse det igen.",
    "The switch-track's own client certificate has expired: Planners refuse the "
    "connection, and calls get 4769. Renew [upstream] certificate, and let switchtrackd "
    "read it again.");
  raise_expired (watch, TRACK_HOLDER_SERVER, "certificate-server",
                 "Skiftesporets eget servercertifikat er udløbet: de, der kalder, afviser "
                 "forbindelsen. Forny [service] certificate, og bed switchtrackd læse det igen.",
                 "The switch-track's own server certificate has expired: callers refuse the "
                 "connection. Renew [service] certificate, and let switchtrackd read it again.");
}

/* Seen on the page and by Prometheus: by mail it may well not come. */
static void
look_at_telling (TrackWatch *watch)
{
  TrackNoticeSender *other =
    watch->standby != NULL ? track_standby_get_sender (watch->standby) : NULL;
  guint n =
    (watch->sender != NULL ? track_notice_sender_count_failing (watch->sender, SILENT_US) : 0) +
    (other != NULL ? track_notice_sender_count_failing (other, SILENT_US) : 0);
  g_autofree char *danish = NULL;
  g_autofree char *english = NULL;
  TrackAlarm alarm = { .name = "telling", .subject = "alarmer kan ikke afleveres" };

  if (n == 0)
    return;
  danish = g_strdup_printf ("%u modtagere af alarmer har ikke taget imod i ti minutter: se efter "
                            "[mail] url og webhooks. Meddelelserne venter.",
                            n);
  english = g_strdup_printf ("%u receivers of alarms have taken nothing for ten minutes: look at "
                             "[mail] url and webhooks. The messages wait.",
                             n);
  alarm.danish = danish;
  alarm.english = english;
  track_watch_raise (watch, &alarm);
}

/**
 * track_watch_look_at_alarms:
 *
 * Asks whoever looks after the gateway itself, and lets each alarm climb its ladder or end.
 */
void
track_watch_look_at_alarms (TrackWatch *watch, gint64 now_us)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, watch->alarms);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    ((OwnAlarm *) value)->is_raised = FALSE;
  look_at_own_certificates (watch);
  look_at_telling (watch);
  if (watch->look != NULL)
    watch->look (watch, now_us, watch->look_data);
  g_hash_table_iter_init (&iter, watch->alarms);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (has_ended (watch, value, now_us))
      g_hash_table_iter_remove (&iter);
    else if (((OwnAlarm *) value)->is_raised)
      climb (watch, value, now_us);
}

/**
 * track_watch_set_look:
 * @look: raises what is so, by track_watch_raise(); asked every second
 *
 * Loop thread.
 */
void
track_watch_set_look (TrackWatch *watch, TrackWatchLook look, gpointer data)
{
  watch->look = look;
  watch->look_data = data;
}
