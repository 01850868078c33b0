/* SPDX-License-Identifier: EUPL-1.2 */
/* Synchronisation as metrics, and in the few lines of /health/sync. */
#include "planner-metrics-sync-rows.h"

#include "planner-metrics-crl.h"

const gint64 metrics_sync_bounds_us[METRICS_SYNC_N_BOUNDS] = {
  10000, 50000, 100000, 250000, 500000, 1000000, 5000000, 30000000, 120000000, 600000000
};

/* What calendars there are, by what is the matter with them; a calendar may stand in several. */
typedef struct
{
  const char *state;
  gsize offset;
} StateRow;

#define STATE(member) G_STRUCT_OFFSET (MetricsSync, member)
static const StateRow states[] = {
  { "bound", STATE (n_bindings) },  { "stale", STATE (n_stale) },
  { "failing", STATE (n_failing) }, { "blocked", STATE (n_blocked) },
  { "paused", STATE (n_paused) },   { "guarded", STATE (n_guarded) },
  { "running", STATE (n_running) }, { "waiting", STATE (n_waiting) },
};

static guint
get_state (const MetricsSync *sync, const StateRow *row)
{
  return *(const guint *) ((const char *) sync + row->offset);
}

static void
append_seconds (GString *text, gint64 us)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append (text, g_ascii_formatd (number, sizeof number, "%.6f", (double) us / 1e6));
}

static void
append_number (GString *text, const char *name, guint64 number)
{
  g_string_append_printf (text, "%s %" G_GUINT64_FORMAT "\n", name, number);
}

/**
 * metrics_append_sync_calendars:
 */
void
metrics_append_sync_calendars (GString *text, const char *name, const MetricsPicture *picture)
{
  for (guint i = 0; picture->sync != NULL && i < G_N_ELEMENTS (states); i++)
    g_string_append_printf (text, "%s{state=\"%s\"} %u\n", name, states[i].state,
                            get_state (picture->sync, &states[i]));
}

/**
 * metrics_append_sync_withheld:
 */
void
metrics_append_sync_withheld (GString *text, const char *name, const MetricsPicture *picture)
{
  if (picture->sync != NULL)
    append_number (text, name, picture->sync->n_withheld);
}

/**
 * metrics_append_sync_conflicts:
 */
void
metrics_append_sync_conflicts (GString *text, const char *name, const MetricsPicture *picture)
{
  if (picture->sync != NULL)
    append_number (text, name, picture->sync->n_conflicts);
}

/**
 * metrics_append_sync_hosts:
 */
void
metrics_append_sync_hosts (GString *text, const char *name, const MetricsPicture *picture)
{
  if (picture->sync != NULL)
    append_number (text, name, picture->sync->n_open_hosts);
}

/**
 * metrics_append_sync_oldest:
 */
void
metrics_append_sync_oldest (GString *text, const char *name, const MetricsPicture *picture)
{
  if (picture->sync == NULL)
    return;
  g_string_append_printf (text, "%s ", name);
  append_seconds (text, picture->sync->oldest_us);
  g_string_append_c (text, '\n');
}

/**
 * metrics_append_sync_age:
 *
 * A line for each calendar, when the configuration wants that; none for one that was never read.
 */
void
metrics_append_sync_age (GString *text, const char *name, const MetricsPicture *picture)
{
  const GArray *calendars = picture->sync == NULL ? NULL : picture->sync->calendars;

  for (guint i = 0; calendars != NULL && i < calendars->len; i++)
    {
      const MetricsSyncCalendar *calendar = &g_array_index (calendars, MetricsSyncCalendar, i);

      if (calendar->age_us < 0)
        continue;
      g_string_append_printf (text, "%s{resource=\"", name);
      metrics_append_escaped (text, calendar->resource_key);
      g_string_append_printf (text, "\",binding=\"%" G_GINT64_FORMAT "\"} ", calendar->binding_id);
      append_seconds (text, calendar->age_us);
      g_string_append_c (text, '\n');
    }
}

/**
 * metrics_append_sync_runs:
 */
void
metrics_append_sync_runs (GString *text, const char *name, const MetricsPicture *picture)
{
  for (guint i = 0; picture->sync != NULL && i < picture->sync->n_words; i++)
    g_string_append_printf (text, "%s{outcome=\"%s\"} %" G_GUINT64_FORMAT "\n", name,
                            picture->sync->words[i], picture->sync->runs[i]);
}

/**
 * metrics_append_sync_durations:
 */
void
metrics_append_sync_durations (GString *text, const char *name, const MetricsPicture *picture)
{
  const MetricsSync *sync = picture->sync;
  guint64 n = 0;

  if (sync == NULL)
    return;
  for (guint i = 0; i < METRICS_SYNC_N_BOUNDS; i++)
    {
      n += sync->durations[i];
      g_string_append_printf (text, "%s_bucket{le=\"", name);
      append_seconds (text, metrics_sync_bounds_us[i]);
      g_string_append_printf (text, "\"} %" G_GUINT64_FORMAT "\n", n);
    }
  n += sync->durations[METRICS_SYNC_N_BOUNDS];
  g_string_append_printf (text, "%s_bucket{le=\"+Inf\"} %" G_GUINT64_FORMAT "\n%s_sum ", name, n,
                          name);
  append_seconds (text, sync->duration_us);
  g_string_append_printf (text, "\n%s_count %" G_GUINT64_FORMAT "\n", name, n);
}

/**
 * metrics_append_sync_requests:
 */
void
metrics_append_sync_requests (GString *text, const char *name, const MetricsPicture *picture)
{
  if (picture->sync != NULL)
    append_number (text, name, picture->sync->n_requests);
}

/**
 * metrics_append_sync_bytes:
 */
void
metrics_append_sync_bytes (GString *text, const char *name, const MetricsPicture *picture)
{
  if (picture->sync == NULL)
    return;
  g_string_append_printf (text, "%s{direction=\"sent\"} %" G_GUINT64_FORMAT "\n", name,
                          picture->sync->n_bytes_sent);
  g_string_append_printf (text, "%s{direction=\"received\"} %" G_GUINT64_FORMAT "\n", name,
                          picture->sync->n_bytes_received);
}

/**
 * metrics_sync_dup_health:
 *
 * The verdict in the first line, figures below it.
 *
 * Returns: (transfer full): @out_is_well is FALSE when somebody is not offered because of a calendar
 */
char *
metrics_sync_dup_health (const MetricsSync *sync, gboolean *out_is_well)
{
  GString *text = g_string_new (NULL);

  *out_is_well = sync->n_withheld == 0;
  if (!sync->is_on && sync->n_bindings > 0)
    g_string_append (text, "synchronisation is switched off ([sync] enabled)");
  else if (sync->n_withheld > 0)
    g_string_append_printf (
      text, "%u advisors or rooms are not offered: their calendars are too old", sync->n_withheld);
  else
    g_string_append (text, "ok");
  for (guint i = 0; i < G_N_ELEMENTS (states); i++)
    g_string_append_printf (text, "\n%s: %u", states[i].state, get_state (sync, &states[i]));
  g_string_append_printf (text,
                          "\nconflicts: %u\nservers not asked: %u\noldest: %" G_GINT64_FORMAT " s",
                          sync->n_conflicts, sync->n_open_hosts, sync->oldest_us / G_USEC_PER_SEC);
  return g_string_free (text, FALSE);
}
