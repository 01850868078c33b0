/* SPDX-License-Identifier: EUPL-1.2 */
/* Counters as atomics, and the table that names and explains every metric. */
#include "planner-metrics.h"

#include <stdatomic.h>

#include "config.h"
#include "planner-metrics-crl.h"
#include "planner-metrics-dfdg-rows.h"
#include "planner-metrics-sync-rows.h"

#define N_OPERATIONS      ((guint) CONTRACT_OPERATION_N_OPERATIONS)
#define UNKNOWN_OPERATION N_OPERATIONS
#define MAX_FAULT_CODES   64

/* Upper bounds in microseconds: from an answer out of the index to a call that timed out. */
static const gint64 bounds_us[] = { 100,   250,   500,    1000,   2500,    5000,    10000,
                                    25000, 50000, 100000, 250000, 1000000, 5000000, 30000000 };
#define N_BOUNDS G_N_ELEMENTS (bounds_us)

typedef _Atomic guint64 Counter;

typedef struct
{
  Counter buckets[N_BOUNDS + 1];
  Counter sum_us;
} Histogram;

typedef struct
{
  _Atomic gint64 code;
  Counter n;
} FaultCounter;

struct _PlannerMetrics
{
  Counter calls[N_OPERATIONS + 1][METRICS_N_OUTCOMES];
  Histogram durations[N_OPERATIONS + 1];
  Histogram waits[METRICS_N_PLACES];
  FaultCounter faults[MAX_FAULT_CODES];
  Counter denials[METRICS_N_DENIALS];
  Counter n_late;
};

static const char *const outcome_names[] = { "ok", "replay", "fault", "busy", "error", "closed" };
static const char *const place_names[] = { "inline", "worker", "writer" };
static const char *const denial_names[] = { "unknown-caller", "two-callers" };
static const char *const executor_place_names[] = { "worker", "writer", "bulk", "waiting" };

typedef void (*AppendFunc) (GString *text, const char *name, const MetricsPicture *picture);

typedef struct
{
  const char *name;
  const char *kind;
  AppendFunc append;
  const char *help;
} MetricsRow;

static const char *
operation_name (guint index)
{
  return index == UNKNOWN_OPERATION ? "unknown" : contract_operations[index].name;
}

static void
append_plain (GString *text, const char *name, guint64 value)
{
  g_string_append_printf (text, "%s %" G_GUINT64_FORMAT "\n", name, value);
}

static void
append_labelled (GString *text, const char *name, const char *label, const char *of, guint64 value)
{
  g_string_append_printf (text, "%s{%s=\"%s\"} %" G_GUINT64_FORMAT "\n", name, label, of, value);
}

static void
append_seconds (GString *text, gint64 us)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append (text, g_ascii_formatd (number, sizeof number, "%.6f", (double) us / 1e6));
}

static void
append_histogram (GString *text,
                  const char *name,
                  const char *label,
                  const char *of,
                  const Histogram *histogram)
{
  guint64 n = 0;

  for (guint i = 0; i < N_BOUNDS; i++)
    {
      n += histogram->buckets[i];
      g_string_append_printf (text, "%s_bucket{%s=\"%s\",le=\"", name, label, of);
      append_seconds (text, bounds_us[i]);
      g_string_append_printf (text, "\"} %" G_GUINT64_FORMAT "\n", n);
    }
  n += histogram->buckets[N_BOUNDS];
  g_string_append_printf (text, "%s_bucket{%s=\"%s\",le=\"+Inf\"} %" G_GUINT64_FORMAT "\n", name,
                          label, of, n);
  g_string_append_printf (text, "%s_sum{%s=\"%s\"} ", name, label, of);
  append_seconds (text, (gint64) histogram->sum_us);
  g_string_append_printf (text, "\n%s_count{%s=\"%s\"} %" G_GUINT64_FORMAT "\n", name, label, of,
                          n);
}

static void
append_build (GString *text, const char *name, const MetricsPicture *picture)
{
  append_labelled (text, name, "version", PLANNER_VERSION, 1);
}

static void
append_calls (GString *text, const char *name, const MetricsPicture *picture)
{
  for (guint i = 0; i <= N_OPERATIONS; i++)
    for (guint j = 0; j < METRICS_N_OUTCOMES; j++)
      g_string_append_printf (text, "%s{operation=\"%s\",outcome=\"%s\"} %" G_GUINT64_FORMAT "\n",
                              name, operation_name (i), outcome_names[j],
                              (guint64) picture->metrics->calls[i][j]);
}

static void
append_durations (GString *text, const char *name, const MetricsPicture *picture)
{
  for (guint i = 0; i <= N_OPERATIONS; i++)
    append_histogram (text, name, "operation", operation_name (i), &picture->metrics->durations[i]);
}

static void
append_waits (GString *text, const char *name, const MetricsPicture *picture)
{
  for (guint i = 0; i < METRICS_N_PLACES; i++)
    append_histogram (text, name, "place", place_names[i], &picture->metrics->waits[i]);
}

static void
append_faults (GString *text, const char *name, const MetricsPicture *picture)
{
  for (guint i = 0; i < MAX_FAULT_CODES && picture->metrics->faults[i].code != 0; i++)
    g_string_append_printf (text, "%s{code=\"%" G_GINT64_FORMAT "\"} %" G_GUINT64_FORMAT "\n", name,
                            (gint64) picture->metrics->faults[i].code,
                            (guint64) picture->metrics->faults[i].n);
}

static void
append_denials (GString *text, const char *name, const MetricsPicture *picture)
{
  for (guint i = 0; i < METRICS_N_DENIALS; i++)
    append_labelled (text, name, "reason", denial_names[i], picture->metrics->denials[i]);
}

static void
append_late (GString *text, const char *name, const MetricsPicture *picture)
{
  append_plain (text, name, picture->metrics->n_late);
}

static void
append_notes_lost (GString *text, const char *name, const MetricsPicture *picture)
{
  append_plain (text, name, picture->n_notes_lost);
}

static void
append_queued (GString *text, const char *name, const MetricsPicture *picture)
{
  for (guint i = 0; i < EXECUTOR_N_PLACES; i++)
    append_labelled (text, name, "place", executor_place_names[i], picture->executor.n_queued[i]);
}

static void
append_refused_busy (GString *text, const char *name, const MetricsPicture *picture)
{
  append_plain (text, name, picture->executor.n_busy);
}

static void
append_group_sizes (GString *text, const char *name, const MetricsPicture *picture)
{
  const ExecutorCounters *counters = &picture->executor;
  guint64 n = 0;

  for (guint i = 0; i < EXECUTOR_N_GROUP_BUCKETS - 1; i++)
    {
      n += counters->groups_by_size[i];
      g_string_append_printf (text, "%s_bucket{le=\"%u\"} %" G_GUINT64_FORMAT "\n", name, 1u << i,
                              n);
    }
  g_string_append_printf (text, "%s_bucket{le=\"+Inf\"} %" G_GUINT64_FORMAT "\n", name,
                          counters->n_groups);
  g_string_append_printf (text, "%s_sum %" G_GUINT64_FORMAT "\n%s_count %" G_GUINT64_FORMAT "\n",
                          name, counters->n_jobs, name, counters->n_groups);
}

static void
append_lost (GString *text, const char *name, const MetricsPicture *picture)
{
  append_plain (text, name, picture->executor.n_lost);
}

static void
append_retried (GString *text, const char *name, const MetricsPicture *picture)
{
  append_plain (text, name, picture->executor.n_retried);
}

static void
append_commit (GString *text, const char *name, const MetricsPicture *picture)
{
  g_string_append_printf (text, "%s ", name);
  append_seconds (text, picture->executor.commit_us);
  g_string_append_c (text, '\n');
}

static void
append_resources (GString *text, const char *name, const MetricsPicture *picture)
{
  append_plain (text, name, picture->n_resources);
}

static void
append_citizens (GString *text, const char *name, const MetricsPicture *picture)
{
  append_plain (text, name, picture->n_citizens);
}

static void
append_version (GString *text, const char *name, const MetricsPicture *picture)
{
  append_plain (text, name, picture->index_version);
}

static void
append_open (GString *text, const char *name, const MetricsPicture *picture)
{
  for (guint i = 0; i < picture->n_faces; i++)
    append_labelled (text, name, "face", picture->faces[i].name,
                     picture->faces[i].counters->n_open);
}

static void
append_body_bytes (GString *text, const char *name, const MetricsPicture *picture)
{
  for (guint i = 0; i < picture->n_faces; i++)
    append_labelled (text, name, "face", picture->faces[i].name,
                     picture->faces[i].counters->n_body_bytes);
}

static void
append_accepted (GString *text, const char *name, const MetricsPicture *picture)
{
  for (guint i = 0; i < picture->n_faces; i++)
    append_labelled (text, name, "face", picture->faces[i].name,
                     picture->faces[i].counters->n_accepted);
}

static void
append_cut_one (GString *text, const char *name, const char *face, const char *why, guint64 value)
{
  g_string_append_printf (text, "%s{face=\"%s\",reason=\"%s\"} %" G_GUINT64_FORMAT "\n", name, face,
                          why, value);
}

static void
append_cut (GString *text, const char *name, const MetricsPicture *picture)
{
  for (guint i = 0; i < picture->n_faces; i++)
    {
      const ListenerCounters *counters = picture->faces[i].counters;
      const char *face = picture->faces[i].name;

      append_cut_one (text, name, face, "client-gone", counters->n_gone);
      append_cut_one (text, name, face, "evicted", counters->n_evicted);
      append_cut_one (text, name, face, "request-timeout", counters->n_timed_out_request);
      append_cut_one (text, name, face, "idle-timeout", counters->n_timed_out_idle);
      append_cut_one (text, name, face, "reply-timeout", counters->n_timed_out_reply);
    }
}

static void
append_refusals (GString *text, const char *name, const MetricsPicture *picture)
{
  for (guint i = 0; i < picture->n_faces; i++)
    for (guint j = 0; j < LISTENER_N_REFUSALS; j++)
      append_cut_one (text, name, picture->faces[i].name, listener_refusal_get_name (j),
                      picture->faces[i].counters->n_refused[j]);
}

static void
append_expiry (GString *text, const char *name, const MetricsPicture *picture)
{
  for (guint i = 0; i < picture->n_faces; i++)
    if (picture->faces[i].certificate_expiry_us != 0)
      g_string_append_printf (
        text, "%s{face=\"%s\"} %" G_GINT64_FORMAT "\n", name, picture->faces[i].name,
        (picture->faces[i].certificate_expiry_us - picture->now_us) / G_USEC_PER_SEC);
}

static void
append_resumed (GString *text, const char *name, const MetricsPicture *picture)
{
  for (guint i = 0; i < picture->n_faces; i++)
    if (picture->faces[i].certificate_expiry_us != 0)
      append_labelled (text, name, "face", picture->faces[i].name,
                       picture->faces[i].counters->n_resumed);
}

static void
append_verdicts (GString *text, const char *name, const MetricsPicture *picture)
{
  if (picture->trust == NULL)
    return;
  for (guint i = LISTENER_VERDICT_GOOD + 1; i < LISTENER_N_VERDICTS; i++)
    append_labelled (text, name, "reason", listener_verdict_get_name (i),
                     listener_trust_get_counters (picture->trust)->n_refused[i]);
}

static void
append_uncertain (GString *text, const char *name, const MetricsPicture *picture)
{
  const ListenerTrustCounters *counters;

  if (picture->trust == NULL)
    return;
  counters = listener_trust_get_counters (picture->trust);
  append_labelled (text, name, "reason", "no-revocation-list", counters->n_accepted_missing);
  append_labelled (text, name, "reason", "stale-revocation-list", counters->n_accepted_stale);
}

static void
append_window_start (GString *text, const char *name, const MetricsPicture *picture)
{
  append_plain (text, name, (guint64) (picture->window.start_us / G_USEC_PER_SEC));
}

static void
append_window_end (GString *text, const char *name, const MetricsPicture *picture)
{
  append_plain (text, name, (guint64) (picture->window.end_us / G_USEC_PER_SEC));
}

static void
append_window_on (GString *text, const char *name, const MetricsPicture *picture)
{
  append_plain (text, name, picture->is_window_on);
}

static void
append_seen (GString *text, const char *name, const MetricsPicture *picture)
{
  append_plain (text, name, (guint64) (picture->seen_us / G_USEC_PER_SEC));
}

static void
append_backup (GString *text, const char *name, const MetricsPicture *picture)
{
  append_plain (text, name, (guint64) (picture->backup_us / G_USEC_PER_SEC));
}

static void
append_gap (GString *text, const char *name, const MetricsPicture *picture)
{
  g_string_append_printf (text, "%s ", name);
  append_seconds (text, picture->gap_us);
  g_string_append_c (text, '\n');
}

/* clang-format off */
static const MetricsRow rows[] = {
  { "planner_build_info",                   "gauge",     append_build,       "Version of the program." },
  { "planner_calls_total",                  "counter",   append_calls,       "Calls answered, by operation and outcome." },
  { "planner_call_duration_seconds",        "histogram", append_durations,   "From the whole request to the answer." },
  { "planner_queue_wait_seconds",           "histogram", append_waits,       "Waiting for the place where a call ran." },
  { "planner_faults_total",                 "counter",   append_faults,      "Faults sent, by code of the contract." },
  { "planner_access_denied_total",          "counter",   append_denials,     "Requests refused before they were read." },
  { "planner_late_commits_total",           "counter",   append_late,        "Changes made although their caller had been told busy." },
  { "planner_notes_lost_total",             "counter",   append_notes_lost,  "Records of answers that could not be written." },
  { "planner_queued_jobs",                  "gauge",     append_queued,      "Jobs under way or waiting, by place." },
  { "planner_busy_jobs_total",              "counter",   append_refused_busy, "Jobs answered busy unexecuted." },
  { "planner_writer_group_jobs",            "histogram", append_group_sizes, "Jobs that shared a commit." },
  { "planner_writer_lost_total",            "counter",   append_lost,        "Transactions that vanished or did not commit." },
  { "planner_writer_retried_total",         "counter",   append_retried,     "Runs repeated because the database was busy." },
  { "planner_writer_commit_seconds_total",  "counter",   append_commit,      "Time spent in COMMIT." },
  { "planner_index_resources",              "gauge",     append_resources,   "Advisors, rooms and equipment in the index." },
  { "planner_index_citizens",               "gauge",     append_citizens,    "Citizens in the index." },
  { "planner_index_version",                "counter",   append_version,     "Replacements of the index." },
  { "planner_connections",                  "gauge",     append_open,        "Open connections." },
  { "planner_body_bytes",                   "gauge",     append_body_bytes,  "Bytes of request bodies held." },
  { "planner_connections_accepted_total",   "counter",   append_accepted,    "Connections accepted." },
  { "planner_connections_cut_total",        "counter",   append_cut,         "Connections that ended otherwise than by their client's close." },
  { "planner_requests_refused_total",       "counter",   append_refusals,    "Requests that the listener refused." },
  { "planner_service_window_start_seconds", "gauge",     append_window_start, "Start of the service window that is on or comes next, since 1970; 0 for none." },
  { "planner_service_window_end_seconds",   "gauge",     append_window_end,  "Its end." },
  { "planner_service_window_active",        "gauge",     append_window_on,   "1 while a service window is on." },
  { "planner_last_commit_seconds",          "gauge",     append_seen,        "Last instant that is durably known as served, since 1970." },
  { "planner_last_backup_seconds",          "gauge",     append_backup,      "When the newest backup beside the database was made, since 1970; 0 for none." },
  { "planner_gap_before_start_seconds",     "gauge",     append_gap,         "How long nobody was served before this run began." },
  { "planner_certificate_expiry_seconds",   "gauge",     append_expiry,      "Until the server certificate expires." },
  { "planner_tls_resumed_total",            "counter",   append_resumed,     "Connections that resumed an earlier TLS session." },
  { "planner_certificates_refused_total",   "counter",   append_verdicts,    "Client certificates refused, in the handshake or on an open connection." },
  { "planner_certificates_uncertain_total", "counter",   append_uncertain,   "Client certificates accepted without a revocation list in force." },
  { "planner_crl_age_seconds",              "gauge",     metrics_append_crl_age,     "Since the revocation list in use was made, by issuer and, where it has several, part." },
  { "planner_crl_expiry_seconds",           "gauge",     metrics_append_crl_expiry,  "Until the next revocation list is due; below 0 the grace runs." },
  { "planner_crl_revoked",                  "gauge",     metrics_append_crl_revoked, "Certificates on the revocation list in use." },
  { "planner_crl_ignored",                  "gauge",     metrics_append_crl_ignored, "Revocation lists found and not used: wrongly signed, of some reasons, indirect, delta or unreadable." },
  { "planner_sync_calendars",               "gauge",     metrics_append_sync_calendars, "Bound calendars, by state; one may be in several." },
  { "planner_sync_withheld_resources",      "gauge",     metrics_append_sync_withheld,  "Advisors and rooms that are not offered because a calendar of theirs is too old or was never read whole." },
  { "planner_sync_oldest_seconds",          "gauge",     metrics_append_sync_oldest,    "Since the oldest whole reading of a calendar that is not paused." },
  { "planner_sync_age_seconds",             "gauge",     metrics_append_sync_age,       "Since each calendar was last read whole and noted; only with [sync] metrics-per-calendar." },
  { "planner_sync_conflicts",               "gauge",     metrics_append_sync_conflicts, "Conflicts that wait for a person." },
  { "planner_sync_open_hosts",              "gauge",     metrics_append_sync_hosts,     "Calendar servers that get no request, or one to try them, because they fail." },
  { "planner_sync_runs_total",              "counter",   metrics_append_sync_runs,      "Runs that ended, by outcome." },
  { "planner_sync_run_seconds",             "histogram", metrics_append_sync_durations, "How long runs took, waiting for servers included." },
  { "planner_sync_requests_total",          "counter",   metrics_append_sync_requests,  "Requests sent to calendar servers." },
  { "planner_sync_bytes_total",             "counter",   metrics_append_sync_bytes,     "Bytes to and from calendar servers." },
  { "planner_dfdg_outbox",                  "gauge",     metrics_append_dfdg_outbox,    "Changes that DFDG is to be told, by municipality and state; refused and held ones wait for a person." },
  { "planner_dfdg_inbox",                   "gauge",     metrics_append_dfdg_inbox,     "Messages of DFDG, by municipality and state; parked ones wait for a person." },
  { "planner_dfdg_echoes",                  "gauge",     metrics_append_dfdg_echoes,    "Bookings that DFDG asked for and has not told of again; lost ones it does not know." },
  { "planner_dfdg_messages",                "gauge",     metrics_append_dfdg_messages,  "Messages to citizens and authorities, by municipality and state; refused ones wait for a person." },
  { "planner_dfdg_oldest_seconds",          "gauge",     metrics_append_dfdg_oldest,    "How long the oldest has waited that waits for no person." },
  { "planner_dfdg_down",                    "gauge",     metrics_append_dfdg_down,      "1 while DFDG does not answer and one call at a time tries it." },
  { "planner_dfdg_pushes_total",            "counter",   metrics_append_dfdg_pushes,    "Messages that DFDG pushed, by how they were answered; astray ones are of another environment." },
  { "planner_dfdg_queue_looks_total",       "counter",   metrics_append_dfdg_looks,     "Looks into the queue, all and failed ones." },
  { "planner_dfdg_problem",                 "gauge",     metrics_append_dfdg_problems,  "1 for each word that plannerctl dfdg status would say." },
  { "planner_dfdg_calls_total",             "counter",   metrics_append_dfdg_calls,     "Calls of DFDG." },
  { "planner_dfdg_done_total",              "counter",   metrics_append_dfdg_done,      "Changes told, messages applied, echoes cleared up." },
  { "planner_dfdg_parked_total",            "counter",   metrics_append_dfdg_parked,    "Those that were given to a person." },
};
/* clang-format on */

/**
 * planner_metrics_new:
 *
 * Returns: (transfer full): all at zero
 */
PlannerMetrics *
planner_metrics_new (void)
{
  return g_new0 (PlannerMetrics, 1);
}

/**
 * planner_metrics_free:
 */
void
planner_metrics_free (PlannerMetrics *metrics)
{
  g_free (metrics);
}

static void
observe (Histogram *histogram, gint64 us)
{
  guint i = 0;

  while (i < N_BOUNDS && us > bounds_us[i])
    i++;
  atomic_fetch_add (&histogram->buckets[i], 1);
  atomic_fetch_add (&histogram->sum_us, (guint64) MAX (us, 0));
}

/**
 * planner_metrics_count_call:
 * @operation: (nullable): NULL when the message did not tell
 * @duration_us: from the whole request to the answer
 *
 * Any thread, as all of these.
 */
void
planner_metrics_count_call (PlannerMetrics *metrics,
                            const ContractOperation *operation,
                            MetricsOutcome outcome,
                            gint64 duration_us)
{
  guint index = operation == NULL ? UNKNOWN_OPERATION : (guint) operation->id;

  atomic_fetch_add (&metrics->calls[index][outcome], 1);
  observe (&metrics->durations[index], duration_us);
}

/**
 * planner_metrics_count_wait:
 * @queue_us: until it ran
 */
void
planner_metrics_count_wait (PlannerMetrics *metrics, MetricsPlace place, gint64 queue_us)
{
  observe (&metrics->waits[place], queue_us);
}

/**
 * planner_metrics_count_fault:
 * @fault_code: of the contract; not 0
 */
void
planner_metrics_count_fault (PlannerMetrics *metrics, gint64 fault_code)
{
  for (guint i = 0; i < MAX_FAULT_CODES; i++)
    {
      gint64 nobody = 0;
      FaultCounter *counter = &metrics->faults[i];

      if (counter->code != fault_code &&
          !atomic_compare_exchange_strong (&counter->code, &nobody, fault_code) &&
          nobody != fault_code)
        continue;
      atomic_fetch_add (&counter->n, 1);
      return;
    }
}

/**
 * planner_metrics_count_denial:
 */
void
planner_metrics_count_denial (PlannerMetrics *metrics, MetricsDenial denial)
{
  atomic_fetch_add (&metrics->denials[denial], 1);
}

/**
 * planner_metrics_count_late:
 *
 * A change that was made although its caller had been answered busy.
 */
void
planner_metrics_count_late (PlannerMetrics *metrics)
{
  atomic_fetch_add (&metrics->n_late, 1);
}

/**
 * planner_metrics_dup_text:
 *
 * Returns: (transfer full): Prometheus' text form, version 0.0.4
 */
char *
planner_metrics_dup_text (const MetricsPicture *picture)
{
  GString *text = g_string_sized_new (16384);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_string_append_printf (text, "# HELP %s %s\n# TYPE %s %s\n", rows[i].name, rows[i].help,
                              rows[i].name, rows[i].kind);
      rows[i].append (text, rows[i].name, picture);
    }
  return g_string_free (text, FALSE);
}
