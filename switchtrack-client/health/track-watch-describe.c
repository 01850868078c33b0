/* SPDX-License-Identifier: EUPL-1.2 */
/* What the watch knows now, as JSON: for commands, the status page and its machine form. */
#include <string.h>

#include "base/error.h"
#include "health/track-certificate.h"
#include "health/track-watch-private.h"

#define MAX_ADDRESSES 16

static void
set_instant (JsonObject *object, const char *name, gint64 at_us)
{
  g_autoptr (GDateTime) at =
    at_us > 0 ? g_date_time_new_from_unix_utc (at_us / G_USEC_PER_SEC) : NULL;
  g_autofree char *text = at != NULL ? g_date_time_format (at, "%Y-%m-%dT%H:%M:%SZ") : NULL;

  if (text != NULL)
    json_object_set_string_member (object, name, text);
}

/* @behind_us: of the wall clock, in which people read it. */
static JsonObject *
describe_view (const TrackHealthView *view, gint64 behind_us)
{
  JsonObject *one = json_object_new ();

  if (view->url != NULL)
    json_object_set_string_member (one, "url", view->url);
  json_object_set_string_member (one, "state", track_health_state_word (view->state));
  json_object_set_string_member (one, "seen", track_health_state_word (view->seen));
  set_instant (one, "since", view->since_us - behind_us);
  set_instant (one, "last_answer", view->last_ok_us - behind_us);
  set_instant (one, "last_failure", view->last_failure_us - behind_us);
  if (view->last_failure_us > view->last_ok_us)
    json_object_set_string_member (one, "outcome", track_outcome_word (view->last_outcome));
  return one;
}

static void
add_certificate_days (TrackWatch *watch, JsonObject *one, const char *url, gint64 now_us)
{
  const TrackSeenCertificate *seen = g_hash_table_lookup (watch->certificates, url);

  if (seen == NULL)
    return;
  set_instant (one, "certificate_until", seen->until_us);
  json_object_set_int_member (one, "certificate_days",
                              track_certificate_days_left (seen->until_us, now_us));
}

static JsonArray *
describe_addresses (TrackWatch *watch, const char *endpoint, gint64 now_us)
{
  TrackHealthView views[MAX_ADDRESSES];
  guint n = track_health_list_addresses (watch->health, endpoint, views, MAX_ADDRESSES);
  gint64 behind_us = track_steady_behind_us (&watch->steady);
  JsonArray *all = json_array_sized_new (n);

  for (guint i = 0; i < n; i++)
    {
      JsonObject *one = describe_view (&views[i], behind_us);

      json_object_set_boolean_member (one, "in_service", views[i].is_in_service);
      set_instant (one, "held_until", views[i].held_until_us - behind_us);
      add_certificate_days (watch, one, views[i].url, now_us);
      json_array_add_object_element (all, one);
    }
  return all;
}

static JsonObject *
describe_disturbance (const TrackDisturbance *disturbance)
{
  JsonObject *one = json_object_new ();

  json_object_set_string_member (one, "id", disturbance->id);
  json_object_set_string_member (one, "endpoint", disturbance->endpoint);
  set_instant (one, "from", disturbance->from_us);
  set_instant (one, "last_failure", disturbance->last_failure_us);
  json_object_set_boolean_member (one, "planned", disturbance->is_planned);
  json_object_set_boolean_member (one, "confirmed", disturbance->confirmed_us != 0);
  json_object_set_int_member (one, "calls_failed", (gint64) disturbance->n_failed);
  json_object_set_int_member (one, "calls_answered", (gint64) disturbance->n_answered);
  json_object_set_int_member (one, "probes_failed", (gint64) disturbance->n_probes_failed);
  return one;
}

static JsonArray *
describe_endpoints (TrackWatch *watch, gint64 now_us)
{
  gint64 behind_us = track_steady_behind_us (&watch->steady);
  JsonArray *all = json_array_new ();

  for (guint i = 0; watch->registry != NULL && i < watch->registry->endpoints->len; i++)
    {
      const TrackEndpoint *endpoint = watch->registry->endpoints->pdata[i];
      TrackHealthView view;
      JsonObject *one;

      if (!track_health_get (watch->health, endpoint->name, now_us + behind_us, &view))
        continue;
      one = describe_view (&view, behind_us);
      json_object_set_string_member (one, "name", endpoint->name);
      json_object_set_array_member (one, "addresses",
                                    describe_addresses (watch, endpoint->name, now_us));
      json_array_add_object_element (all, one);
    }
  return all;
}

static JsonArray *
describe_open (TrackWatch *watch)
{
  g_autoptr (GList) names =
    g_list_sort (g_hash_table_get_keys (watch->open), (GCompareFunc) strcmp);
  JsonArray *all = json_array_new ();

  for (GList *link = names; link != NULL; link = link->next)
    {
      const OpenOne *one = g_hash_table_lookup (watch->open, link->data);

      json_array_add_object_element (all, describe_disturbance (one->disturbance));
    }
  return all;
}

static JsonArray *
describe_windows (TrackWatch *watch, gint64 now_us)
{
  JsonArray *all = json_array_new ();

  for (guint i = 0; watch->registry != NULL && i < watch->registry->windows->len; i++)
    {
      const TrackWindow *window = watch->registry->windows->pdata[i];
      JsonObject *one;

      if (window->until_us <= now_us)
        continue;
      one = json_object_new ();
      json_object_set_string_member (one, "endpoint", window->endpoint);
      set_instant (one, "from", window->from_us);
      set_instant (one, "until", window->until_us);
      json_object_set_boolean_member (one, "closed", window->is_closed);
      json_object_set_boolean_member (one, "now", window->from_us <= now_us);
      if (window->text_da != NULL)
        json_object_set_string_member (one, "text_da", window->text_da);
      if (window->text_en != NULL)
        json_object_set_string_member (one, "text_en", window->text_en);
      json_array_add_object_element (all, one);
    }
  return all;
}

static JsonArray *
describe_certificates (TrackWatch *watch, gint64 now_us)
{
  g_autoptr (GList) holders =
    g_list_sort (g_hash_table_get_keys (watch->certificates), (GCompareFunc) strcmp);
  JsonArray *all = json_array_new ();

  for (GList *link = holders; link != NULL; link = link->next)
    {
      const TrackSeenCertificate *seen = g_hash_table_lookup (watch->certificates, link->data);
      JsonObject *one = json_object_new ();

      json_object_set_string_member (one, "holder", seen->holder);
      set_instant (one, "until", seen->until_us);
      json_object_set_int_member (one, "days",
                                  track_certificate_days_left (seen->until_us, now_us));
      if (seen->told_days != 0)
        json_object_set_int_member (one, "told_at_days", seen->told_days);
      json_array_add_object_element (all, one);
    }
  return all;
}

static JsonArray *
describe_alarms (TrackWatch *watch)
{
  g_autoptr (GList) names =
    g_list_sort (g_hash_table_get_keys (watch->alarms), (GCompareFunc) strcmp);
  JsonArray *all = json_array_new ();

  for (GList *link = names; link != NULL; link = link->next)
    {
      const OwnAlarm *own = g_hash_table_lookup (watch->alarms, link->data);
      JsonObject *one;

      if (own->gone_us != 0)
        continue;
      one = json_object_new ();
      json_object_set_string_member (one, "name", own->name);
      set_instant (one, "since", own->since_us);
      json_object_set_string_member (one, "text_da", own->danish);
      json_object_set_string_member (one, "text_en", own->english);
      json_object_set_int_member (one, "steps_told", own->n_steps_told);
      json_array_add_object_element (all, one);
    }
  return all;
}

/**
 * track_watch_describe:
 *
 * Members endpoints (name, state, seen, addresses), disturbances (the open ones), windows (now and to come),
 * certificates and alarms (about the gateway itself). Times are UTC texts. Loop thread.
 *
 * Returns: (transfer full)
 */
JsonObject *
track_watch_describe (TrackWatch *watch, gint64 now_us)
{
  JsonObject *all = json_object_new ();

  json_object_set_array_member (all, "endpoints", describe_endpoints (watch, now_us));
  json_object_set_array_member (all, "disturbances", describe_open (watch));
  json_object_set_array_member (all, "windows", describe_windows (watch, now_us));
  json_object_set_array_member (all, "certificates", describe_certificates (watch, now_us));
  json_object_set_array_member (all, "alarms", describe_alarms (watch));
  return all;
}
