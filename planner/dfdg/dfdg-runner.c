/* SPDX-License-Identifier: EUPL-1.2 */
/* Starts the pumps by the configuration, wakes them at every commit, and counts what waits now and then. */
#include "dfdg/dfdg-runner.h"

#include "base/clock.h"
#include "base/period.h"
#include "base/timer.h"
#include "dfdg/care/dfdg-keeper.h"
#include "dfdg/care/dfdg-state.h"
#include "dfdg/inbox/inbox-work.h"
#include "dfdg/inbox/queue-watch.h"
#include "dfdg/messages/message-pump.h"
#include "dfdg/outbox/dfdg-echo.h"
#include "dfdg/outbox/dfdg-switch.h"
#include "dfdg/outbox/outbox-dispatch.h"
#include "dfdg/pump/dfdg-start.h"
#include "dfdg/readings/reads-work.h"
#include "dfdg/wire/dfdg-http.h"
#include "ops/booking/booking-echo.h"
#include "store/echo-store.h"
#include "store/inbox-store.h"
#include "store/outbox-store.h"
#include "store/tenant-store.h"

#define COUNT_US (15 * PERIOD_US_PER_S)

static const DfdgPumpKind *const kinds[] = { &outbox_pump_kind, &echo_pump_kind, &inbox_pump_kind,
                                             &message_pump_kind, &reads_pump_kind };

#define N_PUMPS G_N_ELEMENTS (kinds)
G_STATIC_ASSERT (N_PUMPS <= METRICS_DFDG_MAX_PARTS);

struct _DfdgRunner
{
  OpService *service;
  GPtrArray *settings; /* of DfdgSettings */
  DfdgPump *pumps[N_PUMPS];
  DfdgQueueWatch *queues;
  DfdgKeeper *keeper;
  const DfdgWebhook *webhook; /* (nullable) */
  Timer *timer;
  GArray *tenants; /* of MetricsDfdgTenant, as counted last */
  gboolean has_started;
  gboolean is_counting;
  gboolean is_stopping;
};

/* What a thread counts for the runner. */
typedef struct
{
  DfdgRunner *runner;
  GPtrArray *settings;
  GArray *tenants; /* of MetricsDfdgTenant */
  gboolean is_first;
} Count;

static void
tenant_clear (gpointer data)
{
  g_free (((MetricsDfdgTenant *) data)->tenant);
}

static GArray *
tenants_new (void)
{
  GArray *tenants = g_array_new (FALSE, TRUE, sizeof (MetricsDfdgTenant));

  g_array_set_clear_func (tenants, tenant_clear);
  return tenants;
}

static gint64
age_of (gint64 since_us)
{
  return since_us == 0 ? 0 : MAX (clock_now_us () - since_us, 0);
}

/* The words of plannerctl dfdg status. */
static gboolean
count_problems (StoreSession *session,
                const DfdgSettings *settings,
                gint64 tenant_id,
                MetricsDfdgTenant *tenant,
                GError **error)
{
  g_auto (DfdgState) state = { 0 };
  guint n_words = 0;
  const DfdgStateWord *words = dfdg_state_list_words (&n_words);

  if (!dfdg_state_load (session, settings, tenant_id, clock_now_us (), &state, error))
    return FALSE;
  tenant->n_problems = MIN (n_words, METRICS_DFDG_MAX_PROBLEMS);
  for (guint i = 0; i < tenant->n_problems; i++)
    tenant->problems[i] = (MetricsDfdgProblem){ words[i].word, words[i].remedy,
                                                words[i].applies (&state), words[i].is_ill };
  return TRUE;
}

static gboolean
count_tenant (StoreSession *session,
              const DfdgSettings *settings,
              gint64 tenant_id,
              MetricsDfdgTenant *tenant,
              GError **error)
{
  gint64 before_us = clock_now_us () - settings->client->echo_limit_min * PERIOD_US_PER_MINUTE;
  OutboxCounts outbox;
  InboxCounts inbox;
  EchoCounts echoes;
  MessageCounts letters;

  if (!outbox_store_count (session, tenant_id, &outbox, error) ||
      !inbox_store_count (session, tenant_id, &inbox, error) ||
      !echo_store_count (session, tenant_id, before_us, &echoes, error) ||
      !message_lane_store_count (session, tenant_id, &letters, error))
    return FALSE;
  tenant->n_waiting = outbox.n[OUTBOX_WAITING];
  tenant->n_refused = outbox.n[OUTBOX_REFUSED];
  tenant->n_held = outbox.n[OUTBOX_HELD];
  tenant->oldest_us = age_of (outbox.oldest_us);
  tenant->n_new = inbox.n_new;
  tenant->n_put_by = inbox.n_parked;
  tenant->n_unknown = inbox.n_unknown;
  tenant->oldest_new_us = age_of (inbox.oldest_us);
  tenant->n_echoes = echoes.n_waiting;
  tenant->n_overdue = echoes.n_overdue;
  tenant->n_lost = echoes.n_flagged;
  tenant->n_letters = letters.n_waiting;
  tenant->n_unsent = letters.n_refused;
  tenant->oldest_letter_us = age_of (letters.oldest_us);
  return count_problems (session, settings, tenant_id, tenant, error);
}

static gint64
find_id (const GPtrArray *tenants, const char *key)
{
  for (guint i = 0; i < tenants->len; i++)
    if (g_str_equal (((TenantRecord *) tenants->pdata[i])->tenant_key, key))
      return ((TenantRecord *) tenants->pdata[i])->tenant_id;
  return 0;
}

static gboolean
has_way (const GPtrArray *settings, const char *tenant_key)
{
  for (guint i = 0; i < settings->len; i++)
    if (g_str_equal (((const DfdgSettings *) settings->pdata[i])->client->tenant, tenant_key))
      return dfdg_settings_get_url (settings->pdata[i], DFDG_SERVICE_INDKALDELSE) != NULL;
  return FALSE;
}

/* Those that have no way to DFDG by this configuration begin anew when they get one again. */
static gboolean
switch_off (const Count *count, StoreSession *session, const GPtrArray *tenants, GError **error)
{
  for (guint i = 0; i < tenants->len; i++)
    {
      const TenantRecord *tenant = tenants->pdata[i];

      if (!has_way (count->settings, tenant->tenant_key) &&
          !dfdg_switch_off (count->runner->service, session, tenant->tenant_id, error))
        return FALSE;
    }
  return TRUE;
}

/* ExecutorStep. */
static gboolean
run_count (gpointer data, gpointer session, GError **error)
{
  Count *count = data;
  g_autoptr (GPtrArray) tenants = tenant_list (session, error);

  if (tenants == NULL || (count->is_first && !switch_off (count, session, tenants, error)))
    return FALSE;
  for (guint i = 0; i < count->settings->len; i++)
    {
      const DfdgSettings *settings = count->settings->pdata[i];
      MetricsDfdgTenant tenant = { .tenant = g_strdup (settings->client->tenant) };
      gint64 tenant_id = find_id (tenants, tenant.tenant);
      gboolean ok =
        tenant_id == 0 ||
        ((!count->is_first || dfdg_start (count->runner->service, settings, tenant_id, error)) &&
         count_tenant (session, settings, tenant_id, &tenant, error));

      g_array_append_val (count->tenants, tenant);
      if (!ok)
        return FALSE;
    }
  return TRUE;
}

static void
on_counted (gpointer data, const ExecutorReport *report, const GError *error)
{
  Count *count = data;
  DfdgRunner *runner = count->runner;

  runner->is_counting = FALSE;
  if (error == NULL)
    {
      g_array_unref (runner->tenants);
      runner->tenants = g_array_ref (count->tenants);
      runner->has_started |= count->settings == runner->settings;
    }
  g_array_unref (count->tenants);
  g_ptr_array_unref (count->settings);
  g_free (count);
}

static void
on_alarm (gpointer data)
{
  DfdgRunner *runner = data;
  Count *count;

  timer_arm (runner->timer, clock_monotonic_us () + COUNT_US);
  if (runner->is_counting || (runner->settings->len == 0 && runner->has_started))
    return;
  count = g_new0 (Count, 1);
  count->runner = runner;
  count->settings = g_ptr_array_ref (runner->settings);
  count->tenants = tenants_new ();
  count->is_first = !runner->has_started;
  runner->is_counting =
    op_service_run_waiting (runner->service, run_count, on_counted, count, NULL);
  if (runner->is_counting)
    return;
  g_array_unref (count->tenants);
  g_ptr_array_unref (count->settings);
  g_free (count);
}

/* OpCommitted. */
static void
on_commit (gpointer data)
{
  DfdgRunner *runner = data;

  /* What is read by the day has no commit to wait for. */
  for (guint i = 0; i < N_PUMPS; i++)
    if (kinds[i] != &reads_pump_kind)
      dfdg_pump_wake (runner->pumps[i]);
}

/* Those whose echoes can be asked for. */
static void
watch_echoes (GPtrArray *settings)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) keys = NULL;

  for (guint i = 0; i < settings->len; i++)
    if (dfdg_settings_get_url (settings->pdata[i], DFDG_SERVICE_INDKALDELSE) != NULL)
      g_strv_builder_add (builder, ((DfdgSettings *) settings->pdata[i])->client->tenant);
  keys = g_strv_builder_end (builder);
  booking_echo_set_tenants ((const char *const *) keys);
}

static void
take_config (DfdgRunner *runner, const PlannerConfig *config)
{
  g_clear_pointer (&runner->settings, g_ptr_array_unref);
  runner->settings = dfdg_settings_list (config);
  dfdg_settings_set_current (runner->settings);
  watch_echoes (runner->settings);
}

/**
 * dfdg_runner_new:
 * @service: must outlive it
 * @context: (nullable): the loop's
 *
 * Begins with the loop's next turn. Without a group [dfdg-client TENANT] it does nothing until a reload brings one.
 *
 * Returns: (transfer full): stop it with dfdg_runner_stop(), and free it when it has drained and the service has stopped
 */
DfdgRunner *
dfdg_runner_new (OpService *service, GMainContext *context, const PlannerConfig *config)
{
  DfdgRunner *runner = g_new0 (DfdgRunner, 1);

  runner->service = service;
  runner->tenants = tenants_new ();
  take_config (runner, config);
  for (guint i = 0; i < N_PUMPS; i++)
    runner->pumps[i] = dfdg_pump_new (service, context, kinds[i], runner->settings);
  runner->queues = dfdg_queue_watch_new (service, context, runner->settings);
  runner->keeper = dfdg_keeper_new (service, context, runner->settings);
  runner->timer = timer_new (context, on_alarm, runner);
  timer_arm (runner->timer, clock_monotonic_us ());
  op_service_watch_commits (service, on_commit, runner);
  return runner;
}

/**
 * dfdg_runner_reload:
 *
 * Work under way keeps the settings that it began with.
 */
void
dfdg_runner_reload (DfdgRunner *runner, const PlannerConfig *config)
{
  take_config (runner, config);
  runner->has_started = FALSE;
  dfdg_client_close_idle ();
  for (guint i = 0; i < N_PUMPS; i++)
    dfdg_pump_set_settings (runner->pumps[i], runner->settings);
  dfdg_queue_watch_set_settings (runner->queues, runner->settings);
  dfdg_keeper_set_settings (runner->keeper, runner->settings);
  timer_arm (runner->timer, clock_monotonic_us ());
}

/**
 * dfdg_runner_stop:
 *
 * Begins nothing more and cancels what is under way.
 */
void
dfdg_runner_stop (DfdgRunner *runner)
{
  runner->is_stopping = TRUE;
  op_service_watch_commits (runner->service, NULL, NULL);
  timer_arm (runner->timer, TIMER_NEVER);
  for (guint i = 0; i < N_PUMPS; i++)
    dfdg_pump_stop (runner->pumps[i]);
  dfdg_queue_watch_stop (runner->queues);
  dfdg_keeper_stop (runner->keeper);
}

/**
 * dfdg_runner_is_draining:
 *
 * Returns: TRUE, after dfdg_runner_stop(), while something has not come back
 */
gboolean
dfdg_runner_is_draining (DfdgRunner *runner)
{
  for (guint i = 0; i < N_PUMPS; i++)
    if (dfdg_pump_is_draining (runner->pumps[i]))
      return TRUE;
  return runner->is_counting || dfdg_queue_watch_is_draining (runner->queues) ||
         dfdg_keeper_is_draining (runner->keeper);
}

/**
 * dfdg_runner_free:
 */
void
dfdg_runner_free (DfdgRunner *runner)
{
  if (runner == NULL)
    return;
  timer_free (runner->timer);
  for (guint i = 0; i < N_PUMPS; i++)
    dfdg_pump_free (runner->pumps[i]);
  dfdg_queue_watch_free (runner->queues);
  dfdg_keeper_free (runner->keeper);
  g_array_unref (runner->tenants);
  g_ptr_array_unref (runner->settings);
  dfdg_settings_set_current (NULL);
  booking_echo_set_tenants (NULL);
  dfdg_client_close_idle ();
  g_free (runner);
}

/**
 * dfdg_runner_count_threads:
 *
 * Returns: how many threads that wait all municipalities together need, lists and counts included
 */
guint
dfdg_runner_count_threads (const PlannerConfig *config)
{
  guint n_threads = 0;

  for (guint i = 0; i < config->dfdg_clients->len; i++)
    n_threads +=
      N_PUMPS * (guint) ((ConfigDfdgClient *) config->dfdg_clients->pdata[i])->parallel + 3;
  return n_threads;
}

static void
describe_parts (DfdgRunner *runner, MetricsDfdgTenant *tenant)
{
  DfdgPumpCounts counts;

  tenant->n_parts = N_PUMPS;
  for (guint i = 0; i < N_PUMPS; i++)
    {
      tenant->parts[i] = (MetricsDfdgPart){ .name = kinds[i]->name };
      for (guint j = 0; dfdg_pump_count (runner->pumps[i], j, &counts); j++)
        if (g_str_equal (counts.tenant_key, tenant->tenant))
          tenant->parts[i] = (MetricsDfdgPart){ kinds[i]->name, counts.is_down, counts.n_running,
                                                counts.n_calls, counts.n_done,  counts.n_parked };
    }
}

static void
describe_looks (DfdgRunner *runner, MetricsDfdgTenant *tenant)
{
  QueueCounts counts;

  for (guint i = 0; i < dfdg_queue_watch_count (runner->queues, i, &counts); i++)
    if (g_str_equal (counts.tenant_key, tenant->tenant))
      {
        tenant->n_looks = (gint64) counts.n_runs;
        tenant->n_failed_looks = (gint64) counts.n_failed;
      }
}

static void
describe_pushes (const DfdgRunner *runner, MetricsDfdg *out_dfdg)
{
  WebhookCounts counts;

  dfdg_webhook_count (runner->webhook, &counts);
  out_dfdg->pushes[METRICS_DFDG_PUSH_STORED] = counts.n_stored;
  out_dfdg->pushes[METRICS_DFDG_PUSH_REPEATED] = counts.n_repeated;
  out_dfdg->pushes[METRICS_DFDG_PUSH_REFUSED] = counts.n_refused;
  out_dfdg->pushes[METRICS_DFDG_PUSH_ASTRAY] = counts.n_astray;
  out_dfdg->pushes[METRICS_DFDG_PUSH_BUSY] = counts.n_busy;
  out_dfdg->pushes[METRICS_DFDG_PUSH_FAILED] = counts.n_failed;
  out_dfdg->is_astray =
    counts.astray_us != 0 && clock_now_us () - counts.astray_us < PERIOD_US_PER_HOUR;
}

/**
 * dfdg_runner_set_webhook:
 * @webhook: must outlive it; its counts are told with the others
 */
void
dfdg_runner_set_webhook (DfdgRunner *runner, const DfdgWebhook *webhook)
{
  runner->webhook = webhook;
}

/**
 * dfdg_runner_describe:
 * @data: the runner
 *
 * A MetricsDfdgFunc. What waits in the database is at most a quarter of a minute old.
 */
void
dfdg_runner_describe (gpointer data, MetricsDfdg *out_dfdg)
{
  DfdgRunner *runner = data;

  for (guint i = 0; i < runner->tenants->len; i++)
    {
      describe_parts (runner, &g_array_index (runner->tenants, MetricsDfdgTenant, i));
      describe_looks (runner, &g_array_index (runner->tenants, MetricsDfdgTenant, i));
    }
  *out_dfdg = (MetricsDfdg){ .tenants = runner->tenants };
  if (runner->webhook != NULL)
    describe_pushes (runner, out_dfdg);
}
