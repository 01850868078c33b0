/* SPDX-License-Identifier: EUPL-1.2 */
/* The alarm, the list, the lanes under way, and what they leave behind in log and counters. */
#include "dfdg/pump/dfdg-pump.h"

#include "base/clock.h"
#include "base/ids.h"
#include "base/period.h"
#include "base/timer.h"
#include "ops/service/op-shared-write.h"
#include "planner-log.h"
#include "store/tenant-store.h"

#define MAX_SHIFT 14

/* One municipality of the pump. @settings: NULL when its group is gone. */
typedef struct
{
  DfdgSettings *settings;
  char *key;
  gint64 tenant_id; /* 0: not in the database yet */
  DfdgAgenda *agenda;
  DfdgPumpCounts counts;
} Tenant;

struct _DfdgPump
{
  OpService *service;
  const DfdgPumpKind *kind;
  Timer *timer;
  GPtrArray *tenants; /* of Tenant */
  GPtrArray *lanes;   /* of Lane: under way */
  gboolean is_listing;
  gboolean is_woken; /* since the list began: it may not know */
  gboolean is_stopping;
};

typedef struct
{
  DfdgPump *pump;
  Tenant *tenant;
  DfdgSettings *settings;
  GCancellable *cancellable;
  DfdgPumpWork work;
  DfdgPumpResult result;
  char call_id[IDS_GUID_LENGTH + 1];
} Lane;

/* Of one municipality. @next_us: wall clock; 0: none */
typedef struct
{
  Tenant *tenant;
  DfdgPumpQuestion question;
  DfdgSettings *settings;
  char *key;
  GArray *lanes;
  gint64 next_us;
} Part;

typedef struct
{
  DfdgPump *pump;
  GArray *parts;
} Listing;

static void tick (DfdgPump *pump);

/**
 * dfdg_pump_backoff_us:
 */
gint64
dfdg_pump_backoff_us (gint64 n_failures, gint64 retry_after_s)
{
  gint64 longest_s = DFDG_PUMP_MAX_BACKOFF_US / PERIOD_US_PER_S;
  gint64 step_us =
    MIN (longest_s, (G_GINT64_CONSTANT (1) << CLAMP (n_failures, 1, MAX_SHIFT)) - 1) *
    PERIOD_US_PER_S;
  guint32 bits;

  ids_random_bytes ((guint8 *) &bits, sizeof bits);
  step_us = step_us * 3 / 4 + (gint64) ((guint64) (step_us / 2) * bits >> 32);
  step_us = MAX (step_us, MIN (retry_after_s, longest_s) * PERIOD_US_PER_S);
  return MIN (step_us, DFDG_PUMP_MAX_BACKOFF_US);
}

/* An OpWrite as a step. */
typedef struct
{
  OpWrite write;
  gpointer data;
} Step;

static gboolean
run_step (OpCall *call, gpointer data, GError **error)
{
  const Step *step = data;

  return step->write (call->session, step->data, error);
}

/**
 * dfdg_pump_write:
 * @write: may be run more than once
 *
 * Errors: those of @write; PLANNER_ERROR_BUSY.
 */
gboolean
dfdg_pump_write (const DfdgPumpWork *work, OpWrite write, gpointer data, GError **error)
{
  Step step = { write, data };

  return op_service_run_step (work->service, run_step, &step, error);
}

static void
tenant_free (gpointer data)
{
  Tenant *tenant = data;

  g_clear_pointer (&tenant->settings, dfdg_settings_unref);
  dfdg_agenda_free (tenant->agenda);
  g_free (tenant->key);
  g_free (tenant);
}

static Tenant *
tenant_new (const char *key)
{
  Tenant *tenant = g_new0 (Tenant, 1);

  tenant->key = g_strdup (key);
  tenant->agenda = dfdg_agenda_new (0);
  return tenant;
}

static Tenant *
find_tenant (DfdgPump *pump, const char *key)
{
  for (guint i = 0; i < pump->tenants->len; i++)
    if (g_str_equal (((Tenant *) pump->tenants->pdata[i])->key, key))
      return pump->tenants->pdata[i];
  return NULL;
}

static void
set_tenant (Tenant *tenant, const DfdgSettings *settings)
{
  g_clear_pointer (&tenant->settings, dfdg_settings_unref);
  tenant->settings = settings == NULL ? NULL : dfdg_settings_ref (settings);
  dfdg_agenda_set_parallel (tenant->agenda,
                            settings == NULL ? 0 : (guint) settings->client->parallel);
  dfdg_agenda_wake (tenant->agenda);
}

static void
take_settings (DfdgPump *pump, GPtrArray *settings)
{
  for (guint i = 0; i < pump->tenants->len; i++)
    set_tenant (pump->tenants->pdata[i], NULL);
  for (guint i = 0; i < settings->len; i++)
    {
      const DfdgSettings *one = settings->pdata[i];
      Tenant *tenant = find_tenant (pump, one->client->tenant);

      if (tenant == NULL)
        {
          tenant = tenant_new (one->client->tenant);
          g_ptr_array_add (pump->tenants, tenant);
        }
      set_tenant (tenant, one);
    }
}

static void
part_clear (gpointer data)
{
  Part *part = data;

  dfdg_settings_unref (part->settings);
  g_array_unref (part->lanes);
  g_free (part->key);
}

static void
listing_free (Listing *listing)
{
  g_array_unref (listing->parts);
  g_free (listing);
}

static gboolean
find_id (StoreSession *session, Part *part, GError **error)
{
  g_autoptr (GPtrArray) tenants = NULL;

  if (part->question.tenant_id != 0)
    return TRUE;
  tenants = tenant_list (session, error);
  for (guint i = 0; tenants != NULL && i < tenants->len; i++)
    {
      const TenantRecord *record = tenants->pdata[i];
      if (g_str_equal (record->tenant_key, part->key))
        part->question.tenant_id = record->tenant_id;
    }
  return tenants != NULL;
}

/* ExecutorStep. */
static gboolean
run_listing (gpointer data, gpointer session, GError **error)
{
  Listing *listing = data;

  for (guint i = 0; i < listing->parts->len; i++)
    {
      Part *part = &g_array_index (listing->parts, Part, i);

      if (!find_id (session, part, error) ||
          (part->question.tenant_id != 0 &&
           !listing->pump->kind->list (session, &part->question, part->lanes, &part->next_us,
                                       error)))
        return FALSE;
    }
  return TRUE;
}

static gint64
to_monotonic (gint64 wall_us)
{
  if (wall_us == 0)
    return DFDG_NEVER_US;
  return clock_monotonic_us () + MAX (wall_us - clock_now_us (), 0);
}

static void
wake_all (DfdgPump *pump)
{
  pump->is_woken = pump->is_listing;
  for (guint i = 0; i < pump->tenants->len; i++)
    dfdg_agenda_wake (((Tenant *) pump->tenants->pdata[i])->agenda);
}

static void
on_listed (gpointer data, const ExecutorReport *report, const GError *error)
{
  Listing *listing = data;
  DfdgPump *pump = listing->pump;

  pump->is_listing = FALSE;
  if (error != NULL)
    g_message ("what waits in the %s could not be listed: %s", pump->kind->name, error->message);
  for (guint i = 0; i < listing->parts->len; i++)
    {
      Part *part = &g_array_index (listing->parts, Part, i);

      part->tenant->tenant_id = part->question.tenant_id;
      dfdg_agenda_take_list (part->tenant->agenda, part->lanes, to_monotonic (part->next_us),
                             clock_monotonic_us ());
    }
  listing_free (listing);
  if (pump->is_woken)
    wake_all (pump);
  tick (pump);
}

static void
add_part (Listing *listing, Tenant *tenant)
{
  Part part = { .tenant = tenant,
                .settings = dfdg_settings_ref (tenant->settings),
                .key = g_strdup (tenant->key),
                .lanes = g_array_new (FALSE, FALSE, sizeof (gint64)) };

  part.question = (DfdgPumpQuestion){ .service = listing->pump->service,
                                      .tenant_id = tenant->tenant_id,
                                      .settings = part.settings,
                                      .now_us = clock_now_us (),
                                      .limit = dfdg_agenda_get_limit (tenant->agenda) };
  g_array_append_val (listing->parts, part);
}

static void
list (DfdgPump *pump)
{
  Listing *listing = g_new0 (Listing, 1);

  listing->pump = pump;
  listing->parts = g_array_new (FALSE, FALSE, sizeof (Part));
  g_array_set_clear_func (listing->parts, part_clear);
  for (guint i = 0; i < pump->tenants->len; i++)
    {
      Tenant *tenant = pump->tenants->pdata[i];
      if (dfdg_agenda_wants_list (tenant->agenda, clock_monotonic_us ()))
        add_part (listing, tenant);
    }
  pump->is_listing = listing->parts->len > 0 &&
                     op_service_run_waiting (pump->service, run_listing, on_listed, listing, NULL);
  if (!pump->is_listing)
    listing_free (listing);
}

/* ExecutorStep. */
static gboolean
run_lane (gpointer data, gpointer session, GError **error)
{
  Lane *lane = data;

  lane->work.session = session;
  if (g_cancellable_is_cancelled (lane->cancellable))
    lane->result.ending = DFDG_ENDED_CANCELLED;
  else
    lane->pump->kind->work (&lane->work, &lane->result);
  return TRUE;
}

static const char *
ending_to_text (DfdgEnding ending)
{
  static const char *const words[DFDG_N_ENDINGS] = {
    [DFDG_ENDED_DONE] = "done",   [DFDG_ENDED_LATER] = "later",       [DFDG_ENDED_DOWN] = "down",
    [DFDG_ENDED_LOCAL] = "local", [DFDG_ENDED_CANCELLED] = "stopped",
  };

  return words[ending];
}

/* Numbers and words of ours alone. A breaker that opens or closes is news; a lane that goes well is none. */
static void
log_lane (const Lane *lane, gboolean was_down, gboolean is_down)
{
  PlannerLogLevel level = lane->result.ending == DFDG_ENDED_DONE && lane->result.n_parked == 0
                            ? PLANNER_LOG_DEBUG
                            : PLANNER_LOG_INFO;
  g_autofree char *n_done = g_strdup_printf ("%u", lane->result.n_done);
  g_autofree char *n_parked = g_strdup_printf ("%u", lane->result.n_parked);

  planner_log_event (level, "dfdg", "request", lane->call_id, "tenant", lane->tenant->key, "part",
                     lane->pump->kind->name, "outcome", ending_to_text (lane->result.ending),
                     "done", n_done, "parked", n_parked, NULL);
  if (was_down != is_down)
    planner_log_event (is_down ? PLANNER_LOG_WARNING : PLANNER_LOG_INFO, "dfdg-reached", "tenant",
                       lane->tenant->key, "part", lane->pump->kind->name, "outcome",
                       is_down ? "down" : "up", NULL);
}

static void
lane_free (Lane *lane)
{
  dfdg_settings_unref (lane->settings);
  g_object_unref (lane->cancellable);
  g_free (lane);
}

static void
end_lane (Lane *lane)
{
  DfdgAgenda *agenda = lane->tenant->agenda;
  DfdgPumpCounts *counts = &lane->tenant->counts;
  gboolean was_down = dfdg_agenda_is_down (agenda);

  counts->runs[lane->result.ending]++;
  counts->n_done += lane->result.n_done;
  counts->n_parked += lane->result.n_parked;
  counts->n_calls += lane->result.n_calls;
  dfdg_agenda_end (agenda, lane->work.lane_id, &lane->result, clock_monotonic_us ());
  log_lane (lane, was_down, dfdg_agenda_is_down (agenda));
}

static void
on_lane_done (gpointer data, const ExecutorReport *report, const GError *error)
{
  Lane *lane = data;
  DfdgPump *pump = lane->pump;

  if (error != NULL)
    {
      lane->result.ending = DFDG_ENDED_LOCAL;
      g_message ("a lane of the %s could not be worked: %s", pump->kind->name, error->message);
    }
  g_ptr_array_remove_fast (pump->lanes, lane);
  end_lane (lane);
  lane_free (lane);
  tick (pump);
}

static Lane *
lane_new (DfdgPump *pump, Tenant *tenant, gint64 lane_id)
{
  Lane *lane = g_new0 (Lane, 1);

  lane->pump = pump;
  lane->tenant = tenant;
  lane->settings = dfdg_settings_ref (tenant->settings);
  lane->cancellable = g_cancellable_new ();
  ids_new_guid (lane->call_id);
  lane->work = (DfdgPumpWork){ .service = pump->service,
                               .settings = lane->settings,
                               .tenant_id = tenant->tenant_id,
                               .lane_id = lane_id,
                               .cancellable = lane->cancellable,
                               .call_id = lane->call_id };
  return lane;
}

/* Returns: FALSE when there is no thread to be had. */
static gboolean
begin (DfdgPump *pump, Tenant *tenant, gint64 lane_id)
{
  Lane *lane = lane_new (pump, tenant, lane_id);

  g_ptr_array_add (pump->lanes, lane);
  if (op_service_run_waiting (pump->service, run_lane, on_lane_done, lane, NULL))
    return TRUE;
  g_ptr_array_remove_fast (pump->lanes, lane);
  lane->result.ending = DFDG_ENDED_LOCAL;
  end_lane (lane);
  lane_free (lane);
  return FALSE;
}

static void
arm (DfdgPump *pump)
{
  gint64 now_us = clock_monotonic_us ();
  gint64 next_us = DFDG_NEVER_US;

  for (guint i = 0; i < pump->tenants->len; i++)
    next_us =
      MIN (next_us, dfdg_agenda_next_us (((Tenant *) pump->tenants->pdata[i])->agenda, now_us));
  /* What a list would tell is told when it comes back. */
  if (pump->is_listing)
    next_us = MAX (next_us, now_us + PERIOD_US_PER_S);
  timer_arm (pump->timer, next_us == DFDG_NEVER_US ? TIMER_NEVER : next_us);
}

/* Whatever has happened: begins what may begin, asks the database if it may know more, and sets the alarm. */
static void
tick (DfdgPump *pump)
{
  gint64 lane_id;

  if (pump->is_stopping)
    return;
  for (guint i = 0; i < pump->tenants->len; i++)
    {
      Tenant *tenant = pump->tenants->pdata[i];

      while (dfdg_agenda_start_next (tenant->agenda, clock_monotonic_us (), &lane_id))
        if (!begin (pump, tenant, lane_id))
          break;
    }
  if (!pump->is_listing)
    list (pump);
  arm (pump);
}

static void
on_alarm (gpointer data)
{
  tick (data);
}

/**
 * dfdg_pump_new:
 * @service: must outlive it
 * @context: (nullable): the loop's
 * @kind: must outlive it
 * @settings: (element-type DfdgSettings): references are taken
 *
 * Begins with the loop's next turn.
 *
 * Returns: (transfer full): stop it with dfdg_pump_stop(), and free it when it has drained and the service has stopped
 */
DfdgPump *
dfdg_pump_new (OpService *service,
               GMainContext *context,
               const DfdgPumpKind *kind,
               GPtrArray *settings)
{
  DfdgPump *pump = g_new0 (DfdgPump, 1);

  pump->service = service;
  pump->kind = kind;
  pump->tenants = g_ptr_array_new_with_free_func (tenant_free);
  pump->lanes = g_ptr_array_new ();
  pump->timer = timer_new (context, on_alarm, pump);
  take_settings (pump, settings);
  timer_arm (pump->timer, clock_monotonic_us ());
  return pump;
}

/**
 * dfdg_pump_set_settings:
 *
 * Lanes under way keep those that they began with; a municipality without settings begins none any more.
 */
void
dfdg_pump_set_settings (DfdgPump *pump, GPtrArray *settings)
{
  take_settings (pump, settings);
  tick (pump);
}

/**
 * dfdg_pump_wake:
 *
 * Loop thread.
 */
void
dfdg_pump_wake (DfdgPump *pump)
{
  wake_all (pump);
  if (!pump->is_stopping && !pump->is_listing)
    arm (pump);
}

/**
 * dfdg_pump_stop:
 *
 * Begins nothing more and cancels what is under way. A call that was cut off is repeated with its request id.
 */
void
dfdg_pump_stop (DfdgPump *pump)
{
  pump->is_stopping = TRUE;
  timer_arm (pump->timer, TIMER_NEVER);
  for (guint i = 0; i < pump->lanes->len; i++)
    g_cancellable_cancel (((Lane *) pump->lanes->pdata[i])->cancellable);
}

/**
 * dfdg_pump_is_draining:
 *
 * Returns: TRUE, after dfdg_pump_stop(), while a lane or a list has not come back
 */
gboolean
dfdg_pump_is_draining (DfdgPump *pump)
{
  return pump->lanes->len > 0 || pump->is_listing;
}

/**
 * dfdg_pump_free:
 */
void
dfdg_pump_free (DfdgPump *pump)
{
  if (pump == NULL)
    return;
  timer_free (pump->timer);
  g_ptr_array_unref (pump->lanes);
  g_ptr_array_unref (pump->tenants);
  g_free (pump);
}

/**
 * dfdg_pump_count:
 * @index: of a municipality, from 0
 *
 * Returns: FALSE when there are not so many
 */
gboolean
dfdg_pump_count (DfdgPump *pump, guint index, DfdgPumpCounts *out_counts)
{
  const Tenant *tenant;

  if (index >= pump->tenants->len)
    return FALSE;
  tenant = pump->tenants->pdata[index];
  *out_counts = tenant->counts;
  out_counts->tenant_key = tenant->key;
  out_counts->n_running = dfdg_agenda_count_running (tenant->agenda);
  out_counts->is_down = dfdg_agenda_is_down (tenant->agenda);
  return TRUE;
}
