/* SPDX-License-Identifier: EUPL-1.2 */
/* One attempt at a time at each address: sooner while it fails, more seldom while it is busy, never all at once. */
#include "health/track-probe.h"

#include <string.h>

#include "base/clock.h"
#include "base/ids.h"
#include "base/timer.h"
#include "route/track-judge.h"

#define S               G_GINT64_CONSTANT (1000000)
#define TICK_US         (S / 2)
#define FAILING_US      (3 * S)
#define BUSY_TIMES      3
#define MAX_TIMEOUT_MS  6000
#define ASKED_FOR       0
#define OPERATION       "GetSelfbookInterviewOptions"
#define UNKNOWN_CITIZEN "0000000000"

/* Where one address is asked. */
typedef struct
{
  TrackProbes *probes;
  char *endpoint;
  char *url;
  char *unit;
  char **pins;
  guint connect_ms;
  guint timeout_ms;
  gint64 due_us; /* monotonic */
  TrackExchange *exchange;
  TrackAnswer *answer;
  TrackCall call;
  char request_id[IDS_GUID_LENGTH + 1];
  gint64 at_us;
  gsize n_request;
  gsize n_answer;
  guint status;
  TrackOutcome judged;
  gboolean is_judged;
  const char *problem;
} Probe;

struct _TrackProbes
{
  TrackProbeSettings settings;
  char *citizen;
  GPtrArray *all; /* Probe, by endpoint and address */
  Timer *timer;
  gboolean is_stopping;
};

static void
probe_free (Probe *probe)
{
  if (probe->exchange != NULL)
    track_exchange_cancel (probe->exchange);
  g_clear_pointer (&probe->answer, track_answer_free);
  g_free (probe->endpoint);
  g_free (probe->url);
  g_free (probe->unit);
  g_strfreev (probe->pins);
  g_free (probe);
}

/* Nine to eleven tenths: probes of several gateways and addresses do not fall into step. */
static gint64
jitter (gint64 span_us)
{
  guint8 dice;

  ids_random_bytes (&dice, 1);
  return span_us * 9 / 10 + span_us / 5 * dice / 255;
}

static gint64
get_pause (const Probe *probe)
{
  const TrackProbeSettings *settings = &probe->probes->settings;
  gint64 interval_us = settings->interval_s * S;
  TrackHealthView view;

  if (track_health_is_failing (settings->health, probe->endpoint))
    return MIN (FAILING_US, interval_us);
  if (track_health_get (settings->health, probe->endpoint, clock_now_us (), &view) &&
      view.seen == TRACK_HEALTH_BUSY)
    return BUSY_TIMES * jitter (interval_us);
  return jitter (interval_us);
}

/* The answer -------------------------------------------------------------------------------------- */

static void
judge (Probe *probe, TrackOutcome outcome, const char *problem)
{
  if (probe->is_judged)
    return;
  probe->is_judged = TRUE;
  probe->judged = outcome;
  probe->problem = problem;
}

static gboolean
on_head (TrackExchange *exchange,
         guint status,
         const char *content_type,
         gint64 length,
         gpointer data)
{
  Probe *probe = data;
  TrackOutcome outcome = TRACK_OUTCOME_OK;
  const char *problem = NULL;

  probe->status = status;
  if (!track_judge_head (status, content_type, &outcome, &problem))
    judge (probe, outcome, problem);
  return TRUE;
}

static gboolean
on_data (TrackExchange *exchange, const char *bytes, gsize n_bytes, gpointer data)
{
  Probe *probe = data;
  g_autoptr (GError) error = NULL;

  probe->n_answer += n_bytes;
  if (!probe->is_judged && !track_answer_feed (probe->answer, bytes, n_bytes, &error))
    judge (probe, track_judge_error (error), "the answer cannot be read");
  return TRUE;
}

/* Answers all of them; but with these nobody's call would be served. */
static const struct
{
  gint64 fault_code;
  const char *problem;
} refusals[] = {
  { 990010, "the Planner does not know the unit that the probe asks for" },
  { 990023, "the Planner does not let the switch-track in" },
};

/* That the citizen is not known, or has nothing to book, is as good as a list of offers. */
static void
judge_whole (Probe *probe)
{
  g_autoptr (GError) error = NULL;

  if (probe->is_judged)
    return;
  if (!track_answer_end (probe->answer, &error))
    {
      judge (probe, track_judge_error (error), "the answer cannot be read");
      return;
    }
  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++)
    if (track_answer_get_fault_code (probe->answer) == refusals[i].fault_code)
      judge (probe, TRACK_OUTCOME_FAULTY, refusals[i].problem);
  judge (probe, track_judge_answer (probe->answer), NULL);
}

static void
report (Probe *probe, const TrackTimes *times, gint64 certificate_until_us)
{
  const TrackProbeSettings *settings = &probe->probes->settings;
  const TrackRecord record = { .at_us = probe->at_us,
                               .request_id = probe->request_id,
                               .unit = probe->unit,
                               .asked = probe->unit,
                               .endpoint = probe->endpoint,
                               .url = probe->url,
                               .operation = OPERATION,
                               .how = "exact",
                               .outcome = probe->judged,
                               .fault_code = track_answer_get_fault_code (probe->answer),
                               .http_status = probe->status,
                               .times = *times,
                               .n_request = probe->n_request,
                               .n_answer = probe->n_answer,
                               .problem = probe->problem,
                               .is_probe = TRUE,
                               .certificate_until_us = certificate_until_us };

  settings->observe (&record, settings->observe_data);
}

static void
on_done (TrackExchange *exchange,
         TrackOutcome outcome,
         const TrackTimes *times,
         const char *problem,
         gpointer data)
{
  Probe *probe = data;
  const TrackPeerCertificate *certificate = track_exchange_get_certificate (exchange);
  gint64 until_us = certificate != NULL ? certificate->until_us : 0;

  probe->exchange = NULL;
  if (outcome == TRACK_OUTCOME_OK)
    judge_whole (probe);
  else
    {
      probe->is_judged = TRUE;
      probe->judged = outcome;
      probe->problem = problem;
    }
  report (probe, times, until_us);
  g_clear_pointer (&probe->answer, track_answer_free);
  probe->due_us = clock_monotonic_us () + get_pause (probe);
}

static const TrackExchangeFuncs funcs = { on_head, on_data, on_done };

static const ContractOperation *
asked_operation (void)
{
  return &contract_operations[CONTRACT_OPERATION_GET_SELFBOOK_INTERVIEW_OPTIONS];
}

/* The question ------------------------------------------------------------------------------------ */

/* As the contract's tables write it, in the names of the wire. */
static GBytes *
make_question (Probe *probe, GError **error)
{
  const ContractMapping *mapping = probe->probes->settings.mapping;
  const ContractGetSelfbookInterviewOptionsRequest request = {
    .person_civil_registration_identifier = probe->probes->citizen,
    .job_center_code = probe->unit,
    .contact_group_type_identifier = 1,
  };
  g_autoptr (GString) text = g_string_new (NULL);

  if (!contract_body_write_request (mapping, asked_operation (), &request, text, error))
    return NULL;
  contract_envelope_wrap (CONTRACT_SOAP_1_1, text);
  return g_string_free_to_bytes (g_steal_pointer (&text));
}

static void
begin (Probe *probe)
{
  g_clear_pointer (&probe->answer, track_answer_free);
  probe->answer = track_answer_new (&probe->call, probe->probes->settings.mapping);
  probe->is_judged = FALSE;
  probe->problem = NULL;
  probe->status = 0;
  probe->n_answer = 0;
  probe->at_us = clock_now_us ();
  ids_new_guid (probe->request_id);
}

static gboolean
send_question (Probe *probe, GBytes *body, GError **error)
{
  TrackProbes *probes = probe->probes;
  g_autofree char *name =
    contract_mapping_dup_action (probes->settings.mapping, asked_operation ());
  g_autofree char *action = g_strdup_printf ("SOAPAction: \"%s\"", name);
  g_autofree char *id = g_strdup_printf ("x-requestId: %s", probe->request_id);
  const char *const headers[] = { "Content-Type: text/xml; charset=utf-8", action, id, NULL };
  const TrackTarget target = { .url = probe->url,
                               .pins = (const char *const *) probe->pins,
                               .connect_ms = probe->connect_ms,
                               .timeout_ms = probe->timeout_ms,
                               .headers = headers,
                               .body = body };

  probe->n_request = g_bytes_get_size (body);
  probe->exchange = track_upstream_send (probes->settings.upstream, &target, &funcs, probe, error);
  return probe->exchange != NULL;
}

/* What could not even be sent says nothing about the Planner. */
static void
ask (Probe *probe)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) body = make_question (probe, &error);

  begin (probe);
  if (body != NULL && send_question (probe, body, &error))
    return;
  g_message ("a probe of %s could not be sent: %s", probe->url, error->message);
  g_clear_pointer (&probe->answer, track_answer_free);
  probe->due_us = clock_monotonic_us () + probe->probes->settings.interval_s * S;
}

static void
on_timer (gpointer data)
{
  TrackProbes *probes = data;
  gint64 now_us = clock_monotonic_us ();

  for (guint i = 0; i < probes->all->len; i++)
    {
      Probe *probe = probes->all->pdata[i];

      if (probe->exchange == NULL && now_us >= probe->due_us &&
          (probes->settings.interval_s > 0 || probe->due_us == ASKED_FOR))
        ask (probe);
    }
  timer_arm (probes->timer, clock_monotonic_us () + TICK_US);
}

/* Registry ---------------------------------------------------------------------------------------- */

/* What it is asked for: the unit that the registry names, else the first that goes there. */
static const char *
find_unit (const TrackRegistry *registry, const TrackEndpoint *endpoint, gint64 now_us)
{
  if (endpoint->probe_unit != NULL)
    return endpoint->probe_unit;
  for (guint i = 0; i < registry->units->len; i++)
    {
      const TrackUnit *unit = registry->units->pdata[i];

      if (g_strcmp0 (unit->endpoint, endpoint->name) == 0 && g_ascii_isdigit (unit->code[0]) &&
          unit->from_us <= now_us && now_us < unit->until_us)
        return unit->code;
    }
  return NULL;
}

static Probe *
probe_new (TrackProbes *probes, const TrackEndpoint *endpoint, const char *url, const char *unit)
{
  Probe *probe = g_new0 (Probe, 1);

  probe->probes = probes;
  probe->endpoint = g_strdup (endpoint->name);
  probe->url = g_strdup (url);
  probe->unit = g_strdup (unit);
  probe->pins = g_strdupv (endpoint->pins);
  probe->connect_ms = endpoint->connect_ms;
  probe->timeout_ms = MIN (endpoint->timeout_ms, MAX_TIMEOUT_MS);
  probe->call.operation = OPERATION;
  probe->call.contract = asked_operation ();
  probe->call.version = CONTRACT_SOAP_1_1;
  probe->due_us = clock_monotonic_us () + jitter (S);
  return probe;
}

/**
 * track_probes_set_registry:
 *
 * Begins anew with the addresses of @registry. An endpoint in maintenance, or one that no unit goes to and that names no
 * unit for probes, is not asked. Loop thread.
 */
void
track_probes_set_registry (TrackProbes *probes, TrackRegistry *registry)
{
  gint64 now_us = clock_now_us ();

  g_ptr_array_set_size (probes->all, 0);
  for (guint i = 0; i < registry->endpoints->len; i++)
    {
      const TrackEndpoint *endpoint = registry->endpoints->pdata[i];
      const char *unit = find_unit (registry, endpoint, now_us);

      for (guint k = 0; unit != NULL && endpoint->state != TRACK_STATE_MAINTENANCE &&
                        endpoint->urls != NULL && endpoint->urls[k] != NULL;
           k++)
        g_ptr_array_add (probes->all, probe_new (probes, endpoint, endpoint->urls[k], unit));
    }
}

/**
 * track_probes_new:
 * @settings: copied
 *
 * Loop thread; asks nothing until it has a registry.
 */
TrackProbes *
track_probes_new (const TrackProbeSettings *settings)
{
  TrackProbes *probes = g_new0 (TrackProbes, 1);
  gboolean has_citizen = settings->citizen != NULL && settings->citizen[0] != '\0';

  probes->settings = *settings;
  probes->citizen = g_strdup (has_citizen ? settings->citizen : UNKNOWN_CITIZEN);
  probes->settings.citizen = NULL;
  probes->all = g_ptr_array_new_with_free_func ((GDestroyNotify) probe_free);
  probes->timer = timer_new (settings->context, on_timer, probes);
  timer_arm (probes->timer, clock_monotonic_us () + TICK_US);
  return probes;
}

/**
 * track_probes_set_interval:
 *
 * From the next probe on. Loop thread.
 */
void
track_probes_set_interval (TrackProbes *probes, guint interval_s)
{
  probes->settings.interval_s = interval_s;
}

/**
 * track_probes_ask_now:
 *
 * Returns: whether there is anything to ask at @endpoint; the result is logged like any probe
 */
gboolean
track_probes_ask_now (TrackProbes *probes, const char *endpoint)
{
  gboolean found = FALSE;

  for (guint i = 0; i < probes->all->len; i++)
    {
      Probe *probe = probes->all->pdata[i];

      if (strcmp (probe->endpoint, endpoint) != 0)
        continue;
      found = TRUE;
      probe->due_us = ASKED_FOR;
    }
  if (found)
    timer_arm (probes->timer, clock_monotonic_us ());
  return found;
}

/**
 * track_probes_stop:
 *
 * What is on its way is cut off and says nothing. Loop thread.
 */
void
track_probes_stop (TrackProbes *probes)
{
  timer_arm (probes->timer, TIMER_NEVER);
  g_ptr_array_set_size (probes->all, 0);
}

/**
 * track_probes_free:
 *
 * NULL is ignored.
 */
void
track_probes_free (TrackProbes *probes)
{
  if (probes == NULL)
    return;
  g_clear_pointer (&probes->timer, timer_free);
  g_clear_pointer (&probes->all, g_ptr_array_unref);
  g_free (probes->citizen);
  g_free (probes);
}
