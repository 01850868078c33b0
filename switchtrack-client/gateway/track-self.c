/* SPDX-License-Identifier: EUPL-1.2 */
/* Asks keeper, canaries and call log once a second, and words what a person should know. */
#include "gateway/track-self.h"

#include <string.h>

#include "base/clock.h"

/* So long behind the last call that was lost, the log is said to be whole again. */
#define LOST_US (60 * G_GINT64_CONSTANT (1000000))

static void
look_at_registry (TrackWatch *watch, const TrackKeeperState *state)
{
  g_autofree char *danish = NULL;
  g_autofree char *english = NULL;
  TrackAlarm alarm = { .name = "registry", .subject = "noget er galt med registret" };

  if (state->problem == NULL)
    return;
  danish = g_strdup_printf (
    "%s Ret fejlen, eller læg en sikkerhedskopi ind: %s.",
    state->is_copy
      ? "Registret kan ikke bruges: der vælges vej efter den sidste gode kopi, og intet kan ændres."
      : "Der er noget galt med registret: der vælges vej efter den udgave, der sidst kunne læses.",
    state->problem);
  english = g_strdup_printf (
    "%s Mend it, or put a backup in its place: %s.",
    state->is_copy
      ? "The registry cannot be used: calls go by the last good copy, and nothing can be changed."
      : "Something is wrong with the registry: calls go by the revision that could be read last.",
    state->problem);
  alarm.danish = danish;
  alarm.english = english;
  track_watch_raise (watch, &alarm);
}

static void
look_at_rollback (TrackWatch *watch, const TrackKeeperState *state)
{
  g_autofree char *id = g_strdup_printf ("%" G_GUINT64_FORMAT, state->unconfirmed);
  g_autofree char *danish = NULL;
  g_autofree char *english = NULL;
  TrackAlarm alarm = { .name = "rollback",
                       .id = id,
                       .subject = "tilbagerulning venter paa en anden" };

  if (state->unconfirmed == 0)
    return;
  danish = g_strdup_printf ("Registret er rullet tilbage af én person (udgave %s). En anden skal "
                            "bekræfte det: switchtrackctl confirm %s.",
                            id, id);
  english = g_strdup_printf ("The registry was rolled back by one person (revision %s). Another "
                             "has to confirm it: switchtrackctl confirm %s.",
                             id, id);
  alarm.danish = danish;
  alarm.english = english;
  track_watch_raise (watch, &alarm);
}

static void
raise_canary (TrackWatch *watch, const TrackCanaryView *view)
{
  g_autofree char *name = g_strdup_printf ("canary-%s", view->unit);
  g_autofree char *id = g_strdup_printf ("%" G_GINT64_FORMAT, view->since_us);
  g_autofree char *subject = g_strdup_printf ("proeveskift for %s er standset", view->unit);
  const char *reason = view->reason != NULL ? view->reason : "";
  g_autofree char *danish = g_strdup_printf (
    "Nye borgere i %s sendes ikke længere til %s: den slog oftere fejl end den nuværende Planner "
    "(%s). Ingen er flyttet. Når årsagen er fundet: switchtrackctl canary start %s.",
    view->unit, view->endpoint, reason, view->unit);
  g_autofree char *english = g_strdup_printf (
    "New citizens of %s are not sent to %s any more: it failed more often than the Planner now "
    "(%s). Nobody was moved. When the cause is found: switchtrackctl canary start %s.",
    view->unit, view->endpoint, reason, view->unit);
  const TrackAlarm alarm = { .name = name,
                             .id = id,
                             .endpoint = view->endpoint,
                             .since_us = view->since_us,
                             .subject = subject,
                             .danish = danish,
                             .english = english };

  track_watch_raise (watch, &alarm);
}

static void
look_at_canaries (TrackWatch *watch, const TrackCanaryGuard *guard, gint64 now_us)
{
  g_autoptr (GPtrArray) units = track_canary_guard_list_units (guard);
  TrackCanaryView view;

  for (guint i = 0; i < units->len; i++)
    if (track_canary_guard_get (guard, units->pdata[i], now_us, &view) &&
        view.state == TRACK_CANARY_TRIPPED)
      raise_canary (watch, &view);
}

static void
look_at_log (TrackWatch *watch, TrackSelf *self)
{
  const TrackAlarm alarm = {
    .name = "call-log",
    .subject = "kald mangler i kaldsloggen",
    .danish =
      "Kald bliver besvaret, men mangler i kaldsloggen: se efter plads og rettigheder, hvor "
      "[calls] path og lines-dir ligger.",
    .english =
      "Calls are answered, but are missing in the call log: look for room and access where "
      "[calls] path and lines-dir are.",
  };
  TrackCallLogCounters counters = { 0 };
  guint64 n_lost;

  if (self->log != NULL)
    track_call_log_get_counters (self->log, &counters);
  n_lost = counters.n_dropped + counters.n_failed + counters.n_lines_failed;
  if (n_lost != self->n_lost)
    self->lost_us = clock_monotonic_us ();
  self->n_lost = n_lost;
  if (self->log == NULL || (self->lost_us != 0 && clock_monotonic_us () - self->lost_us < LOST_US))
    track_watch_raise (watch, &alarm);
}

static void
look_at_upgrade (TrackWatch *watch, const char *problem)
{
  g_autofree char *danish = NULL;
  TrackAlarm alarm = { .name = "upgrade",
                       .subject = "opgraderingen mislykkedes",
                       .english = problem };

  if (problem == NULL)
    return;
  danish =
    g_strdup_printf ("Opgraderingen mislykkedes, og den gamle udgave fortsætter: %s", problem);
  alarm.danish = danish;
  track_watch_raise (watch, &alarm);
}

/* Keys that the service manager hands over are its copies, made at the start: reading them again brings the old ones. */
static void
look_at_reload (TrackWatch *watch, const char *problem)
{
  g_autofree char *danish = NULL;
  g_autofree char *english = NULL;
  TrackAlarm alarm = { .name = "reload", .subject = "det nye blev ikke taget i brug" };
  gboolean is_handed = problem != NULL && strstr (problem, "/run/credentials/") != NULL;

  if (problem == NULL)
    return;
  danish =
    g_strdup_printf ("Konfiguration, certifikater eller nøgler blev læst igen og ikke taget i "
                     "brug; de gamle gælder: %s.%s",
                     problem,
                     is_handed ? " En ny nøgle, som systemd overdrager, tages kun i brug ved en "
                                 "genstart: systemctl restart switchtrackd."
                               : "");
  english =
    g_strdup_printf ("Configuration, certificates or keys were read again and not taken into use; "
                     "the old ones stay: %s.%s",
                     problem,
                     is_handed ? " A new key that systemd hands over is taken by a restart only: "
                                 "systemctl restart switchtrackd."
                               : "");
  alarm.danish = danish;
  alarm.english = english;
  track_watch_raise (watch, &alarm);
}

/**
 * track_self_look:
 * @self: a TrackSelf
 *
 * Raises what is so. A TrackWatchLook; loop thread.
 */
void
track_self_look (TrackWatch *watch, gint64 now_us, gpointer self)
{
  TrackSelf *own = self;
  static const TrackAlarm key = {
    .name = "learned-key",
    .subject = "noeglen til det laerte er vaek",
    .danish =
      "Nøglen til det, skiftesporet har lært, er væk: kald uden jobcenterkode finder ingen. "
      "Læg [learned] key-file tilbage, og start switchtrackd igen.",
    .english =
      "The key of what the switch-track has learned is gone: calls without a jobcenter code "
      "find nobody. Put [learned] key-file back, and start switchtrackd again.",
  };

  look_at_registry (watch, track_keeper_get_state (own->keeper));
  look_at_rollback (watch, track_keeper_get_state (own->keeper));
  if (own->guard != NULL)
    look_at_canaries (watch, own->guard, now_us);
  look_at_log (watch, own);
  if (own->side != NULL)
    look_at_upgrade (watch, track_side_get_alarm (own->side));
  look_at_reload (watch, own->reload_problem);
  if (own->has_new_key)
    track_watch_raise (watch, &key);
}

static void
set_instant (JsonObject *object, const char *name, gint64 at_us)
{
  g_autoptr (GDateTime) at =
    at_us > 0 ? g_date_time_new_from_unix_utc (at_us / G_USEC_PER_SEC) : NULL;
  g_autofree char *text = at != NULL ? g_date_time_format (at, "%Y-%m-%dT%H:%M:%SZ") : NULL;

  if (text != NULL)
    json_object_set_string_member (object, name, text);
}

static JsonObject *
describe_canary (const TrackCanaryView *view)
{
  JsonObject *one = json_object_new ();

  json_object_set_string_member (one, "unit", view->unit);
  json_object_set_string_member (one, "endpoint", view->endpoint);
  json_object_set_int_member (one, "permille", view->permille);
  json_object_set_boolean_member (one, "disjoint", view->is_disjoint);
  json_object_set_string_member (one, "state", track_canary_state_word (view->state));
  set_instant (one, "since", view->since_us);
  if (view->who != NULL)
    json_object_set_string_member (one, "who", view->who);
  if (view->reason != NULL)
    json_object_set_string_member (one, "reason", view->reason);
  json_object_set_int_member (one, "calls_now", view->n_calls[0]);
  json_object_set_int_member (one, "failed_now", view->n_failed[0]);
  json_object_set_int_member (one, "calls_candidate", view->n_calls[1]);
  json_object_set_int_member (one, "failed_candidate", view->n_failed[1]);
  return one;
}

/**
 * track_self_list_canaries:
 * @guard: (nullable)
 *
 * Returns: (transfer full): each canary of the registry: unit, endpoint (the candidate), permille, state, since, who
 *   and reason, and the calls of the guard's window
 */
JsonArray *
track_self_list_canaries (const TrackCanaryGuard *guard, gint64 now_us)
{
  g_autoptr (GPtrArray) units =
    guard != NULL ? track_canary_guard_list_units (guard) : g_ptr_array_new ();
  JsonArray *all = json_array_new ();
  TrackCanaryView view;

  for (guint i = 0; i < units->len; i++)
    if (track_canary_guard_get (guard, units->pdata[i], now_us, &view))
      json_array_add_object_element (all, describe_canary (&view));
  return all;
}
