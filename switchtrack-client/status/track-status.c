/* SPDX-License-Identifier: EUPL-1.2 */
/* Joins the registry, what the watch knows and the figures of the last hour; nothing personal is in any of them. */
#include "status/track-status.h"

#include <string.h>

#include "health/track-watch.h"

/**
 * track_status_get_text:
 *
 * Returns: (nullable): a text member; NULL when there is none
 */
const char *
track_status_get_text (JsonObject *object, const char *member)
{
  return json_object_has_member (object, member) ? json_object_get_string_member (object, member)
                                                 : NULL;
}

/**
 * track_status_get_list:
 *
 * Returns: (nullable): a list of objects; NULL when there is none
 */
JsonArray *
track_status_get_list (JsonObject *object, const char *member)
{
  return object != NULL && json_object_has_member (object, member)
           ? json_object_get_array_member (object, member)
           : NULL;
}

static void
set_text (JsonObject *object, const char *member, const char *text)
{
  if (text != NULL)
    json_object_set_string_member (object, member, text);
}

static void
set_instant (JsonObject *object, const char *member, gint64 at_us)
{
  g_autoptr (GDateTime) at = g_date_time_new_from_unix_utc (at_us / G_USEC_PER_SEC);
  g_autofree char *text = at != NULL ? g_date_time_format (at, "%Y-%m-%dT%H:%M:%SZ") : NULL;

  set_text (object, member, text);
}

static void
set_figures (JsonObject *object, const TrackStatusSources *sources, const char *key)
{
  TrackLatencyView view;

  if (sources->latency == NULL)
    return;
  track_latency_get (sources->latency, key, sources->now_us, &view);
  json_object_set_int_member (object, "calls", (gint64) view.n_calls);
  json_object_set_int_member (object, "failed", (gint64) view.n_failed);
  if (view.n_calls == 0)
    return;
  json_object_set_double_member (object, "success_percent",
                                 100.0 * (double) (view.n_calls - view.n_failed) /
                                   (double) view.n_calls);
  json_object_set_double_member (object, "p50_ms", (double) view.p50_us / 1000);
  json_object_set_double_member (object, "p99_ms", (double) view.p99_us / 1000);
}

static JsonObject *
find_named (JsonArray *all, const char *name)
{
  for (guint i = 0; all != NULL && i < json_array_get_length (all); i++)
    if (g_strcmp0 (track_status_get_text (json_array_get_object_element (all, i), "name"), name) ==
        0)
      return json_array_get_object_element (all, i);
  return NULL;
}

static gboolean
has_disturbance (JsonArray *all, const char *endpoint)
{
  for (guint i = 0; all != NULL && i < json_array_get_length (all); i++)
    if (g_strcmp0 (track_status_get_text (json_array_get_object_element (all, i), "endpoint"),
                   endpoint) == 0)
      return TRUE;
  return FALSE;
}

/* The days of the certificate that ends first. */
static void
set_certificate (JsonObject *object, JsonObject *seen)
{
  JsonArray *addresses = track_status_get_list (seen, "addresses");
  gboolean is_known = FALSE;
  gint64 days = G_MAXINT64;

  for (guint i = 0; addresses != NULL && i < json_array_get_length (addresses); i++)
    {
      JsonObject *address = json_array_get_object_element (addresses, i);

      if (!json_object_has_member (address, "certificate_days"))
        continue;
      is_known = TRUE;
      days = MIN (days, json_object_get_int_member (address, "certificate_days"));
    }
  if (is_known)
    json_object_set_int_member (object, "certificate_days", days);
}

static const char *
state_of (const TrackStatusSources *sources, const TrackEndpoint *endpoint)
{
  JsonObject *seen =
    find_named (track_status_get_list (sources->watch, "endpoints"), endpoint->name);
  const char *state = seen != NULL ? track_status_get_text (seen, "state") : NULL;
  gint64 until_us;

  if (endpoint->state == TRACK_STATE_MAINTENANCE ||
      track_routes_is_closed (sources->routes, endpoint, sources->now_us, &until_us))
    return "closed";
  return state != NULL ? state : "unknown";
}

static JsonObject *
describe_endpoint (const TrackStatusSources *sources, const TrackEndpoint *endpoint)
{
  JsonObject *object = json_object_new ();
  JsonObject *seen =
    find_named (track_status_get_list (sources->watch, "endpoints"), endpoint->name);
  g_autofree char *key = g_strconcat ("endpoint ", endpoint->name, NULL);

  json_object_set_string_member (object, "name", endpoint->name);
  set_text (object, "owner", endpoint->owner);
  json_object_set_string_member (object, "registry_state", track_state_word (endpoint->state));
  json_object_set_string_member (object, "state", state_of (sources, endpoint));
  if (seen != NULL)
    {
      set_text (object, "since", track_status_get_text (seen, "since"));
      set_text (object, "last_answer", track_status_get_text (seen, "last_answer"));
      set_text (object, "outcome", track_status_get_text (seen, "outcome"));
      set_certificate (object, seen);
    }
  json_object_set_boolean_member (
    object, "disturbed",
    has_disturbance (track_status_get_list (sources->watch, "disturbances"), endpoint->name));
  set_figures (object, sources, key);
  return object;
}

static JsonObject *
describe_unit (const TrackStatusSources *sources, const TrackUnit *row)
{
  JsonObject *object = json_object_new ();
  const TrackUnit *unit = NULL;
  const TrackEndpoint *endpoint = NULL;
  g_autofree char *key = g_strconcat ("unit ", row->code, NULL);

  json_object_set_string_member (object, "code", row->code);
  set_text (object, "name", row->name);
  set_text (object, "alias_of", row->alias_of);
  if (strcmp (row->code, TRACK_UNIT_DEFAULT) == 0)
    endpoint =
      track_registry_find_endpoint (track_routes_get_registry (sources->routes), row->endpoint);
  else
    (void) track_routes_resolve (sources->routes, row->code, sources->now_us, &unit, &endpoint);
  if (endpoint != NULL)
    {
      json_object_set_string_member (object, "endpoint", endpoint->name);
      json_object_set_string_member (object, "state", state_of (sources, endpoint));
    }
  else
    json_object_set_string_member (object, "state", "unknown");
  if (row->canary != NULL)
    json_object_set_string_member (object, "canary", row->canary->endpoint);
  set_figures (object, sources, key);
  return object;
}

static JsonArray *
describe_units (const TrackStatusSources *sources)
{
  const TrackRegistry *registry = track_routes_get_registry (sources->routes);
  JsonArray *all = json_array_new ();

  for (guint i = 0; i < registry->units->len; i++)
    {
      const TrackUnit *unit = registry->units->pdata[i];

      if (unit->from_us <= sources->now_us && sources->now_us < unit->until_us)
        json_array_add_object_element (all, describe_unit (sources, unit));
    }
  return all;
}

static void
copy_list (JsonObject *object, const TrackStatusSources *sources, const char *member)
{
  JsonArray *all = track_status_get_list (sources->watch, member);

  json_object_set_array_member (object, member,
                                all != NULL ? json_array_ref (all) : json_array_new ());
}

/* Those that we show: who holds another one stands at his address. */
static JsonArray *
list_own_certificates (const TrackStatusSources *sources)
{
  JsonArray *all = track_status_get_list (sources->watch, "certificates");
  JsonArray *own = json_array_new ();

  for (guint i = 0; all != NULL && i < json_array_get_length (all); i++)
    {
      JsonObject *one = json_array_get_object_element (all, i);
      const char *holder = track_status_get_text (one, "holder");

      if (g_strcmp0 (holder, TRACK_HOLDER_CLIENT) == 0 ||
          g_strcmp0 (holder, TRACK_HOLDER_SERVER) == 0)
        json_array_add_object_element (own, json_object_ref (one));
    }
  return own;
}

static void
set_own (JsonObject *object, const TrackStatusSources *sources)
{
  copy_list (object, sources, "alarms");
  json_object_set_array_member (object, "own_certificates", list_own_certificates (sources));
  json_object_set_array_member (object, "canaries",
                                sources->canaries != NULL ? json_array_ref (sources->canaries)
                                                          : json_array_new ());
  if (sources->unconfirmed != 0)
    json_object_set_int_member (object, "unconfirmed", (gint64) sources->unconfirmed);
  json_object_set_int_member (object, "log_lost", (gint64) sources->n_log_lost);
}

/**
 * track_status_dup:
 *
 * Members at, revision, alarm, units (code, name, endpoint, state, calls, failed, success_percent,
 * p50_ms, p99_ms of the last hour), endpoints (likewise, with owner, certificate_days and the outcome of what failed
 * last), disturbances (the open ones), windows (now and to come), alarms (about the gateway itself), canaries,
 * own_certificates, unconfirmed (revision of a roll-back) and log_lost. Times are UTC. Loop thread.
 *
 * Returns: (transfer full):
 */
JsonObject *
track_status_dup (const TrackStatusSources *sources)
{
  const TrackRegistry *registry = track_routes_get_registry (sources->routes);
  JsonObject *object = json_object_new ();
  JsonArray *endpoints = json_array_new ();

  set_instant (object, "at", sources->now_us);
  json_object_set_int_member (object, "revision", (gint64) registry->revision);
  set_text (object, "alarm", sources->alarm);
  for (guint i = 0; i < registry->endpoints->len; i++)
    json_array_add_object_element (endpoints,
                                   describe_endpoint (sources, registry->endpoints->pdata[i]));
  json_object_set_array_member (object, "units", describe_units (sources));
  json_object_set_array_member (object, "endpoints", endpoints);
  copy_list (object, sources, "disturbances");
  copy_list (object, sources, "windows");
  set_own (object, sources);
  return object;
}
