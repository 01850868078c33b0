/* SPDX-License-Identifier: EUPL-1.2 */
/* Tells people: steps of the ladder, certificates that end, test alarms. */
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "health/track-certificate.h"
#include "health/track-watch-private.h"

static const TrackEndpoint *
find_endpoint (TrackWatch *watch, const char *name)
{
  return watch->registry != NULL && name != NULL
           ? track_registry_find_endpoint (watch->registry, name)
           : NULL;
}

/**
 * track_watch_tell:
 * @message: (transfer full)
 * @targets: (transfer full) (nullable): NULL: whoever was told of the disturbance
 */
void
track_watch_tell (TrackWatch *watch, TrackMessage *message, GPtrArray *targets)
{
  WatchTell *tell = g_new0 (WatchTell, 1);

  tell->message = message;
  tell->targets = targets;
  /* Whoever was told by the standby is known there alone. */
  if (targets == NULL && watch->standby != NULL && watch->database != NULL &&
      watch->database != track_standby_get_database (watch->standby))
    {
      WatchTell *other = g_new0 (WatchTell, 1);

      other->message = track_message_copy (message);
      track_watch_tell_standby (watch, other);
    }
  g_ptr_array_add (watch->next->tells, tell);
}

static GPtrArray *
list_first_targets (TrackWatch *watch, const TrackEndpoint *endpoint)
{
  GPtrArray *all = g_ptr_array_new_with_free_func ((GDestroyNotify) track_notice_target_free);
  const char *before = NULL;

  for (guint i = 0; i < watch->steps->len; i++)
    {
      const TrackLadderStep *step = &g_array_index (watch->steps, TrackLadderStep, i);
      GPtrArray *some;

      if (before != NULL && (all->len > 1 || strcmp (before, step->channel) == 0))
        continue;
      before = step->channel;
      some = track_escalation_list_targets (step, endpoint, watch->operator_endpoint);
      g_ptr_array_extend_and_steal (all, some);
    }
  return all;
}

/**
 * track_watch_list_first_targets:
 *
 * Returns: (transfer full): of each kind the first step of the ladder: what has time is told to those who are told first
 */
GPtrArray *
track_watch_list_first_targets (TrackWatch *watch, const char *endpoint)
{
  return list_first_targets (watch, find_endpoint (watch, endpoint));
}

static void
note_told (OpenOne *one, guint step, guint n_targets, gint64 now_us)
{
  g_autofree char *text = g_strdup_printf ("alarm, trin %u: %u modtagere / alarm, step %u: %u told",
                                           step + 1, n_targets, step + 1, n_targets);
  const TrackStep seen = { now_us, 0, (char *) "told", text };

  track_disturbance_add_step (one->disturbance, &seen);
  one->is_dirty = TRUE;
}

/**
 * track_watch_climb:
 *
 * The steps of the ladder that are due, once it is confirmed. After a restart it goes on where it was.
 */
void
track_watch_climb (TrackWatch *watch, OpenOne *one, gint64 now_us)
{
  const TrackDisturbance *disturbance = one->disturbance;

  if (disturbance->confirmed_us == 0 || disturbance->is_planned)
    return;
  for (; one->n_steps_told < watch->steps->len; one->n_steps_told++)
    {
      const TrackLadderStep *step =
        &g_array_index (watch->steps, TrackLadderStep, one->n_steps_told);
      GPtrArray *targets;

      if (track_steady_now_us (&watch->steady) - one->confirmed_us < step->after_us)
        return;
      targets = track_escalation_list_targets (step, find_endpoint (watch, disturbance->endpoint),
                                               watch->operator_endpoint);
      note_told (one, one->n_steps_told, targets->len, now_us);
      track_watch_tell (
        watch, track_message_new_disturbance (disturbance, one->n_steps_told, now_us), targets);
    }
}

/* An address of which endpoint, if of any. */
static const TrackEndpoint *
find_by_address (TrackWatch *watch, const char *holder)
{
  for (guint i = 0; watch->registry != NULL && i < watch->registry->endpoints->len; i++)
    {
      const TrackEndpoint *endpoint = watch->registry->endpoints->pdata[i];

      if (g_strv_contains ((const char *const *) endpoint->urls, holder))
        return endpoint;
    }
  return NULL;
}

/**
 * track_watch_keep_certificate:
 *
 * Into the next transaction.
 */
void
track_watch_keep_certificate (TrackWatch *watch, const TrackSeenCertificate *seen)
{
  TrackSeenCertificate *copy = g_new0 (TrackSeenCertificate, 1);

  *copy = (TrackSeenCertificate){ g_strdup (seen->holder), seen->until_us, seen->told_days };
  g_ptr_array_add (watch->next->certificates, copy);
}

static void
look_at_certificate (TrackWatch *watch, TrackSeenCertificate *seen, gint64 now_us)
{
  guint step = track_certificate_step (seen->until_us, now_us);

  if (step == 0 || (seen->told_days != 0 && step >= seen->told_days))
    return;
  seen->told_days = step;
  track_watch_keep_certificate (watch, seen);
  track_watch_tell (watch,
                    track_message_new_certificate (seen->holder, seen->until_us, step, now_us),
                    list_first_targets (watch, find_by_address (watch, seen->holder)));
}

static int
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (a, b);
}

/**
 * track_watch_look_at_certificates:
 *
 * Tells each step of each certificate's ladder once.
 */
void
track_watch_look_at_certificates (TrackWatch *watch, gint64 now_us)
{
  g_autoptr (GList) holders =
    g_list_sort (g_hash_table_get_keys (watch->certificates), compare_texts);

  for (GList *link = holders; link != NULL; link = link->next)
    look_at_certificate (watch, g_hash_table_lookup (watch->certificates, link->data), now_us);
}

/**
 * track_watch_see_certificate:
 * @holder: an address of an endpoint, or which of our own: "switchtrackd server", "switchtrackd client"
 * @until_us: its last instant, Unix time; 0 is ignored
 *
 * Another date than before is another certificate: its ladder begins anew. Loop thread.
 */
void
track_watch_see_certificate (TrackWatch *watch, const char *holder, gint64 until_us)
{
  TrackSeenCertificate *seen = g_hash_table_lookup (watch->certificates, holder);

  if (until_us == 0 || (seen != NULL && seen->until_us == until_us))
    return;
  if (seen == NULL)
    {
      seen = g_new0 (TrackSeenCertificate, 1);
      seen->holder = g_strdup (holder);
      g_hash_table_insert (watch->certificates, seen->holder, seen);
    }
  seen->until_us = until_us;
  seen->told_days = 0;
  track_watch_keep_certificate (watch, seen);
  look_at_certificate (watch, seen, clock_now_us ());
}

/**
 * track_watch_test_alarm:
 * @who: who asks for it
 *
 * Tells every step of the ladder at once, in words that say it is a test. Errors: PLANNER_ERROR_NOT_FOUND when there is no
 * such endpoint, PLANNER_ERROR_UNAVAILABLE when nobody would be told. Loop thread.
 */
gboolean
track_watch_test_alarm (TrackWatch *watch, const char *endpoint, const char *who, GError **error)
{
  const TrackEndpoint *one = find_endpoint (watch, endpoint);
  guint n_targets = 0;
  gint64 now_us = clock_now_us ();

  if (one == NULL)
    {
      g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND, "there is no endpoint %s",
                   endpoint);
      return FALSE;
    }
  for (guint i = 0; i < watch->steps->len; i++)
    {
      GPtrArray *targets = track_escalation_list_targets (
        &g_array_index (watch->steps, TrackLadderStep, i), one, watch->operator_endpoint);

      n_targets += targets->len;
      track_watch_tell (watch, track_message_new_test (endpoint, who, now_us), targets);
    }
  track_watch_flush (watch);
  if (n_targets > 0 && watch->database != NULL)
    return TRUE;
  g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_UNAVAILABLE,
               "nobody would be told of a disturbance of %s: give it contacts or webhooks, or set "
               "[escalation] "
               "steps, mails and webhooks",
               endpoint);
  return FALSE;
}
