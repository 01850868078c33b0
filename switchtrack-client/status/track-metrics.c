/* SPDX-License-Identifier: EUPL-1.2 */
/* A counter a set of labels, at most so many; what comes after them is counted under "other". */
#include "status/track-metrics.h"

#include <string.h>

#include "status/track-status.h"

#define MAX_SERIES 20000
#define N_BOUNDS   11
#define MAX_LABELS 256

static const double bounds_s[N_BOUNDS] = {
  0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 6, 30
};

typedef struct
{
  guint64 counts[N_BOUNDS + 1];
  guint64 n;
  gint64 sum_us;
} Histogram;

struct _TrackMetrics
{
  TrackRegistry *registry; /* (nullable) */
  GHashTable *units;       /* codes of its rows */
  GHashTable *calls;       /* labels → guint64 */
  GHashTable *outcomes;    /* likewise */
  GHashTable *seconds;     /* labels → Histogram */
  gint64 own_us;
  guint64 n_own;
};

/**
 * track_metrics_new:
 *
 * Returns: (transfer full): counters at 0
 */
TrackMetrics *
track_metrics_new (void)
{
  TrackMetrics *metrics = g_new0 (TrackMetrics, 1);

  metrics->calls = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  metrics->outcomes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  metrics->seconds = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return metrics;
}

/**
 * track_metrics_free:
 * @metrics: (nullable) (transfer full):
 */
void
track_metrics_free (TrackMetrics *metrics)
{
  if (metrics == NULL)
    return;
  g_clear_pointer (&metrics->registry, track_registry_unref);
  g_clear_pointer (&metrics->units, g_hash_table_unref);
  g_hash_table_unref (metrics->calls);
  g_hash_table_unref (metrics->outcomes);
  g_hash_table_unref (metrics->seconds);
  g_free (metrics);
}

/* The value of a set of labels, made at its first use. */
static gpointer
ensure (GHashTable *table, const char *labels, gsize n_bytes)
{
  gpointer value = g_hash_table_lookup (table, labels);

  if (value == NULL && g_hash_table_size (table) >= MAX_SERIES)
    {
      labels = "other=\"1\"";
      value = g_hash_table_lookup (table, labels);
    }
  if (value == NULL)
    {
      value = g_malloc0 (n_bytes);
      g_hash_table_insert (table, g_strdup (labels), value);
    }
  return value;
}

static const char *
word (const char *text)
{
  return text == NULL ? "none" : text;
}

/* Whoever calls may name a hundred thousand codes: what goes by the default row is one series. */
static const char *
unit_of (const TrackMetrics *metrics, const TrackRecord *record)
{
  if (record->unit == NULL || metrics->units == NULL ||
      g_hash_table_contains (metrics->units, record->unit))
    return word (record->unit);
  return TRACK_UNIT_DEFAULT;
}

/**
 * track_metrics_set_registry:
 *
 * Calls of units that have no row of their own are counted under "default" from now on. Loop thread.
 */
void
track_metrics_set_registry (TrackMetrics *metrics, TrackRegistry *registry)
{
  TrackRegistry *before = metrics->registry;

  metrics->registry = track_registry_ref (registry);
  g_clear_pointer (&before, track_registry_unref);
  g_clear_pointer (&metrics->units, g_hash_table_unref);
  metrics->units = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; i < registry->units->len; i++)
    g_hash_table_add (metrics->units, ((TrackUnit *) registry->units->pdata[i])->code);
}

/* Three of them for each call: no printf. What has no room is cut. Returns: the new length. */
static gsize
add_label (char labels[MAX_LABELS], gsize n, const char *name, const char *value)
{
  const char *parts[] = { name, word (value), "\"" };

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    n += MIN (g_strlcpy (labels + n, parts[i], MAX_LABELS - n), MAX_LABELS - n - 1);
  return n;
}

static void
count_seconds (TrackMetrics *metrics, const TrackRecord *record)
{
  char labels[MAX_LABELS];
  guint bucket = 0;
  gint64 took_us = record->times.total_us;
  gsize n = add_label (labels, 0, "endpoint=\"", record->endpoint);

  add_label (labels, n, ",operation=\"", record->operation);
  Histogram *histogram = ensure (metrics->seconds, labels, sizeof *histogram);
  while (bucket < N_BOUNDS && (double) took_us > bounds_s[bucket] * G_USEC_PER_SEC)
    bucket++;
  histogram->counts[bucket]++;
  histogram->n++;
  histogram->sum_us += took_us;
}

/**
 * track_metrics_observe:
 * @metrics: a TrackMetrics
 *
 * Counts a live call; an observer of the gateway. Probes and shadows are left out. Loop thread.
 */
void
track_metrics_observe (const TrackRecord *record, gpointer metrics)
{
  TrackMetrics *counters = metrics;
  char labels[MAX_LABELS];
  gsize n;

  if (record->is_probe || record->is_shadow)
    return;
  n = add_label (labels, 0, "unit=\"", unit_of (counters, record));
  n = add_label (labels, n, ",operation=\"", record->operation);
  add_label (labels, n, ",class=\"",
             track_outcome_class_word (track_outcome_class (record->outcome)));
  *(guint64 *) ensure (counters->calls, labels, sizeof (guint64)) += 1;
  n = add_label (labels, 0, "endpoint=\"", record->endpoint);
  add_label (labels, n, ",outcome=\"", track_outcome_word (record->outcome));
  *(guint64 *) ensure (counters->outcomes, labels, sizeof (guint64)) += 1;
  counters->own_us += record->own_us;
  counters->n_own++;
  if (record->endpoint != NULL && record->times.total_us > 0)
    count_seconds (counters, record);
}

/* --- text -------------------------------------------------------------------------------------- */

static void
family (GString *out, const char *name, const char *type, const char *help)
{
  g_string_append_printf (out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void
write_counters (GString *out, GHashTable *table, const char *name)
{
  g_autoptr (GList) keys = g_list_sort (g_hash_table_get_keys (table), (GCompareFunc) strcmp);

  for (GList *link = keys; link != NULL; link = link->next)
    g_string_append_printf (out, "%s{%s} %" G_GUINT64_FORMAT "\n", name, (const char *) link->data,
                            *(const guint64 *) g_hash_table_lookup (table, link->data));
}

static void
seconds (GString *out, gint64 us)
{
  char digits[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append (out, g_ascii_dtostr (digits, sizeof digits, (double) us / G_USEC_PER_SEC));
}

static void
write_histogram (GString *out, const char *labels, const Histogram *histogram)
{
  guint64 n = 0;
  char digits[G_ASCII_DTOSTR_BUF_SIZE];

  for (guint i = 0; i <= N_BOUNDS; i++)
    {
      n += histogram->counts[i];
      g_string_append_printf (
        out, "switchtrack_call_seconds_bucket{%s,le=\"%s\"} %" G_GUINT64_FORMAT "\n", labels,
        i == N_BOUNDS ? "+Inf" : g_ascii_formatd (digits, sizeof digits, "%g", bounds_s[i]), n);
    }
  g_string_append_printf (out, "switchtrack_call_seconds_sum{%s} ", labels);
  seconds (out, histogram->sum_us);
  g_string_append_printf (out, "\nswitchtrack_call_seconds_count{%s} %" G_GUINT64_FORMAT "\n",
                          labels, histogram->n);
}

static void
write_histograms (GString *out, GHashTable *table)
{
  g_autoptr (GList) keys = g_list_sort (g_hash_table_get_keys (table), (GCompareFunc) strcmp);

  for (GList *link = keys; link != NULL; link = link->next)
    write_histogram (out, link->data, g_hash_table_lookup (table, link->data));
}

static void
write_endpoints (GString *out, JsonArray *all, const char *name, const char *state)
{
  for (guint i = 0; all != NULL && i < json_array_get_length (all); i++)
    {
      JsonObject *endpoint = json_array_get_object_element (all, i);
      const char *own = track_status_get_text (endpoint, "state");

      g_string_append_printf (out, "%s{endpoint=\"%s\"} %d\n", name,
                              track_status_get_text (endpoint, "name"),
                              g_strcmp0 (own, state) == 0);
    }
}

static void
write_days (GString *out, JsonArray *all)
{
  for (guint i = 0; all != NULL && i < json_array_get_length (all); i++)
    {
      JsonObject *endpoint = json_array_get_object_element (all, i);

      if (json_object_has_member (endpoint, "certificate_days"))
        g_string_append_printf (out,
                                "switchtrack_endpoint_certificate_days{endpoint=\"%s\"} "
                                "%" G_GINT64_FORMAT "\n",
                                track_status_get_text (endpoint, "name"),
                                json_object_get_int_member (endpoint, "certificate_days"));
    }
}

/* One series a kind: canaries of all units are one. */
static void
write_alarms (GString *out, JsonArray *all)
{
  static const char *const kinds[] = { "registry", "rollback",           "canary",
                                       "call-log", "learned-key",        "upgrade",
                                       "telling",  "certificate-client", "certificate-server",
                                       "reload" };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      guint n = 0;

      for (guint k = 0; all != NULL && k < json_array_get_length (all); k++)
        if (g_str_has_prefix (
              track_status_get_text (json_array_get_object_element (all, k), "name"), kinds[i]))
          n++;
      g_string_append_printf (out, "switchtrack_alarms{kind=\"%s\"} %u\n", kinds[i], n);
    }
}

static void
write_canaries (GString *out, JsonArray *all)
{
  const guint n = all != NULL ? json_array_get_length (all) : 0;

  family (out, "switchtrack_canary_share", "gauge",
          "Share of new citizens that the registry gives to a candidate.");
  for (guint i = 0; i < n; i++)
    {
      JsonObject *one = json_array_get_object_element (all, i);
      char digits[G_ASCII_DTOSTR_BUF_SIZE];

      g_string_append_printf (
        out, "switchtrack_canary_share{unit=\"%s\",endpoint=\"%s\"} %s\n",
        track_status_get_text (one, "unit"), track_status_get_text (one, "endpoint"),
        g_ascii_formatd (digits, sizeof digits, "%g",
                         (double) json_object_get_int_member_with_default (one, "permille", 0) /
                           1000));
    }
  family (out, "switchtrack_canary_tripped", "gauge",
          "1 while a canary stands still because its candidate failed more often.");
  for (guint i = 0; i < n; i++)
    {
      JsonObject *one = json_array_get_object_element (all, i);

      g_string_append_printf (out, "switchtrack_canary_tripped{unit=\"%s\",endpoint=\"%s\"} %d\n",
                              track_status_get_text (one, "unit"),
                              track_status_get_text (one, "endpoint"),
                              g_strcmp0 (track_status_get_text (one, "state"), "tripped") == 0);
    }
}

static void
write_own_days (GString *out, JsonArray *all)
{
  for (guint i = 0; all != NULL && i < json_array_get_length (all); i++)
    {
      JsonObject *one = json_array_get_object_element (all, i);

      g_string_append_printf (
        out, "switchtrack_own_certificate_days{holder=\"%s\"} %" G_GINT64_FORMAT "\n",
        track_status_get_text (one, "holder"),
        json_object_get_int_member_with_default (one, "days", 0));
    }
}

static void
write_status (GString *out, JsonObject *status)
{
  JsonArray *alarms = track_status_get_list (status, "alarms");
  guint n_alarms = alarms != NULL ? json_array_get_length (alarms) : 0;
  JsonArray *endpoints = track_status_get_list (status, "endpoints");
  JsonArray *disturbances = track_status_get_list (status, "disturbances");

  family (out, "switchtrack_endpoint_down", "gauge", "1 while the Planner does not answer.");
  write_endpoints (out, endpoints, "switchtrack_endpoint_down", "down");
  family (out, "switchtrack_endpoint_ill", "gauge",
          "1 while the Planner answers with faults of its own.");
  write_endpoints (out, endpoints, "switchtrack_endpoint_ill", "ill");
  family (out, "switchtrack_endpoint_busy", "gauge",
          "1 while the Planner is overloaded and answers.");
  write_endpoints (out, endpoints, "switchtrack_endpoint_busy", "busy");
  family (out, "switchtrack_endpoint_certificate_days", "gauge",
          "Days until the Planner's certificate ends.");
  write_days (out, endpoints);
  family (out, "switchtrack_disturbances_open", "gauge", "Disturbances that have not ended.");
  g_string_append_printf (out, "switchtrack_disturbances_open %u\n",
                          disturbances == NULL ? 0 : json_array_get_length (disturbances));
  family (out, "switchtrack_registry_revision", "gauge", "Revision of the registry in force.");
  g_string_append_printf (out, "switchtrack_registry_revision %" G_GINT64_FORMAT "\n",
                          json_object_get_int_member (status, "revision"));
  family (out, "switchtrack_alarm", "gauge", "1 while something is wrong with the gateway itself.");
  g_string_append_printf (out, "switchtrack_alarm %d\n",
                          track_status_get_text (status, "alarm") != NULL || n_alarms > 0);
  family (out, "switchtrack_alarms", "gauge",
          "Alarms about the gateway itself, by what they are about.");
  write_alarms (out, alarms);
  write_canaries (out, track_status_get_list (status, "canaries"));
  family (out, "switchtrack_own_certificate_days", "gauge",
          "Days until a certificate of the gateway itself ends.");
  write_own_days (out, track_status_get_list (status, "own_certificates"));
  family (out, "switchtrack_call_log_lost_total", "counter",
          "Calls that are missing in the call log.");
  g_string_append_printf (out, "switchtrack_call_log_lost_total %" G_GINT64_FORMAT "\n",
                          json_object_get_int_member_with_default (status, "log_lost", 0));
}

/**
 * track_metrics_dup_text:
 * @status: track_status_dup()
 *
 * Returns: (transfer full): the text form, version 0.0.4
 */
char *
track_metrics_dup_text (const TrackMetrics *metrics, JsonObject *status)
{
  g_autoptr (GString) out = g_string_sized_new (16384);

  family (out, "switchtrack_calls_total", "counter",
          "Calls by unit, operation and what came of them.");
  write_counters (out, metrics->calls, "switchtrack_calls_total");
  family (out, "switchtrack_outcomes_total", "counter", "Calls by Planner and exact outcome.");
  write_counters (out, metrics->outcomes, "switchtrack_outcomes_total");
  family (out, "switchtrack_call_seconds", "histogram", "Time that Planners took, by operation.");
  write_histograms (out, metrics->seconds);
  family (out, "switchtrack_own_seconds", "summary", "Time that the gateway itself took.");
  g_string_append (out, "switchtrack_own_seconds_sum ");
  seconds (out, metrics->own_us);
  g_string_append_printf (out, "\nswitchtrack_own_seconds_count %" G_GUINT64_FORMAT "\n",
                          metrics->n_own);
  write_status (out, status);
  return g_string_free (g_steal_pointer (&out), FALSE);
}
