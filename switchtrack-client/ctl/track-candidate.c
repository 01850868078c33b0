/* SPDX-License-Identifier: EUPL-1.2 */
/* Asks each address that a proposal brings in the same question that probes ask, before anybody is sent there. */
#include "ctl/track-candidate.h"

#include "base/error.h"
#include "ctl/track-desk.h"
#include "health/track-probe.h"
#include "registry/track-registry-json.h"

#define NEVER_AGAIN_S 86400

/**
 * Round:
 * @wanted: with the endpoints that are asked only
 * @n_left: addresses that have not answered
 *
 * The loop's while the command waits.
 */
typedef struct
{
  TrackRegistry *wanted;
  TrackProbes *probes;
  TrackHealth *health;
  TrackAsk *ask;
  JsonArray *answers;
  guint n_left;
} Round;

static gboolean
is_known (const TrackRegistry *before, const TrackEndpoint *endpoint)
{
  const TrackEndpoint *old = track_registry_find_endpoint (before, endpoint->name);

  return old != NULL &&
         g_strv_equal ((const char *const *) old->urls, (const char *const *) endpoint->urls) &&
         g_strv_equal ((const char *const *) old->pins, (const char *const *) endpoint->pins);
}

/* (transfer full): units count from now on, for a probe needs a code to ask for. */
static TrackRegistry *
make_asked (const TrackRegistry *before, const TrackRegistry *wanted)
{
  TrackRegistry *asked = track_registry_copy (wanted);

  for (guint i = asked->endpoints->len; i > 0; i--)
    if (is_known (before, g_ptr_array_index (asked->endpoints, i - 1)))
      g_ptr_array_remove_index (asked->endpoints, i - 1);
  for (guint i = 0; i < asked->units->len; i++)
    ((TrackUnit *) g_ptr_array_index (asked->units, i))->from_us = G_MININT64;
  return asked;
}

static void
on_probed (const TrackRecord *record, gpointer data)
{
  Round *round = data;
  JsonObject *answer = json_object_new ();

  json_object_set_string_member (answer, "endpoint", record->endpoint);
  json_object_set_string_member (answer, "url", record->url);
  json_object_set_string_member (answer, "outcome", track_outcome_word (record->outcome));
  json_object_set_int_member (answer, "fault_code", record->fault_code);
  json_object_set_int_member (answer, "total_us", record->times.total_us);
  if (record->problem != NULL)
    json_object_set_string_member (answer, "problem", record->problem);
  json_array_add_object_element (round->answers, answer);
  if (round->n_left > 0 && --round->n_left == 0)
    track_ask_answer (round->ask, NULL);
}

static void
begin (TrackAsk *ask, gpointer data)
{
  Round *round = data;
  const TrackDesk *desk = track_desk_get_current ();
  const TrackProbeSettings settings = { .context = desk->context,
                                        .upstream = desk->upstream,
                                        .health = round->health,
                                        .mapping = desk->mapping,
                                        .interval_s = NEVER_AGAIN_S,
                                        .citizen = desk->config->probe_citizen,
                                        .observe = on_probed,
                                        .observe_data = round };

  round->ask = ask;
  round->probes = track_probes_new (&settings);
  track_probes_set_registry (round->probes, round->wanted);
  for (guint i = 0; i < round->wanted->endpoints->len; i++)
    {
      const TrackEndpoint *endpoint = g_ptr_array_index (round->wanted->endpoints, i);

      if (track_probes_ask_now (round->probes, endpoint->name))
        round->n_left += g_strv_length (endpoint->urls);
    }
  if (round->n_left == 0)
    track_ask_answer (ask, NULL);
}

/* A question of its own, for the first is answered from within the last probe. */
static void
end (TrackAsk *ask, gpointer data)
{
  Round *round = data;

  track_probes_stop (round->probes);
  g_clear_pointer (&round->probes, track_probes_free);
  track_ask_answer (ask, NULL);
}

/**
 * track_candidate_probe:
 * @before: in force
 * @wanted: proposed
 *
 * Puts into the result, as probes, what each address answered whose endpoint is new or has other addresses or pins.
 * Changes nothing there: a probe reads. Without a daemon nothing is asked, and the result says so.
 */
gboolean
track_candidate_probe (AdminCall *call,
                       const TrackRegistry *before,
                       TrackRegistry *wanted,
                       GError **error)
{
  const TrackDesk *desk = track_desk_get_current ();
  g_autoptr (TrackRegistry) asked = make_asked (before, wanted);
  g_autoptr (TrackHealth) health = NULL;
  Round round = { .wanted = asked };

  if (desk->upstream == NULL || desk->mapping == NULL)
    {
      json_object_set_string_member (call->result, "probes",
                                     "nobody was asked: switchtrackd does not run");
      return TRUE;
    }
  round.health = health = track_health_new (&track_health_defaults, NULL, NULL);
  round.answers = json_array_new ();
  json_object_set_array_member (call->result, "probes", round.answers);
  return track_desk_ask (begin, &round, error) && track_desk_ask (end, &round, error);
}
