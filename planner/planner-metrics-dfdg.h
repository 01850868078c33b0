/* SPDX-License-Identifier: EUPL-1.2 */
/* What stands between us and DFDG, for /metrics and /health/dfdg. */
#pragma once

#include <glib.h>

#define METRICS_DFDG_MAX_PARTS 6

/* One pump of one municipality; its counters since the start. */
typedef struct
{
  const char *name;
  gboolean is_down;
  guint n_running;
  guint64 n_calls;
  guint64 n_done;
  guint64 n_parked;
} MetricsDfdgPart;

#define METRICS_DFDG_MAX_PROBLEMS 24

/**
 * MetricsDfdgProblem:
 * @word: as plannerctl dfdg status shows it; both texts live as long as the program
 * @is_on: it holds now
 * @is_ill: then health is not well
 */
typedef struct
{
  const char *word;
  const char *remedy;
  gboolean is_on;
  gboolean is_ill;
} MetricsDfdgProblem;

/**
 * MetricsDfdgTenant:
 * @n_waiting: changes that DFDG is to be told; @n_refused, @n_held: that wait for a person
 * @oldest_us: how long the oldest of @n_waiting has waited
 * @n_new: messages to be worked; @n_put_by: that wait for a person; @n_unknown: of types that nobody takes
 * @oldest_new_us: how long the oldest of @n_new has waited
 * @n_looks: into the queue, since the start; @n_failed_looks of them
 * @n_letters: messages to citizens and authorities that wait; @n_unsent: that DFDG would not take
 * @oldest_letter_us: how long the oldest of @n_letters has been tried
 * @n_echoes: that are to come; @n_overdue of them too late; @n_lost: that DFDG does not know of
 */
typedef struct
{
  char *tenant;
  gint64 n_waiting;
  gint64 n_refused;
  gint64 n_held;
  gint64 oldest_us;
  gint64 n_new;
  gint64 n_put_by;
  gint64 n_unknown;
  gint64 oldest_new_us;
  gint64 n_echoes;
  gint64 n_overdue;
  gint64 n_lost;
  gint64 n_letters;
  gint64 n_unsent;
  gint64 oldest_letter_us;
  gint64 n_looks;
  gint64 n_failed_looks;
  MetricsDfdgPart parts[METRICS_DFDG_MAX_PARTS];
  guint n_parts;
  MetricsDfdgProblem problems[METRICS_DFDG_MAX_PROBLEMS];
  guint n_problems;
} MetricsDfdgTenant;

typedef enum
{
  METRICS_DFDG_PUSH_STORED,
  METRICS_DFDG_PUSH_REPEATED,
  METRICS_DFDG_PUSH_REFUSED,
  METRICS_DFDG_PUSH_ASTRAY,
  METRICS_DFDG_PUSH_BUSY,
  METRICS_DFDG_PUSH_FAILED,
  METRICS_DFDG_N_PUSHES,
} MetricsDfdgPush;

/**
 * MetricsDfdg:
 * @tenants: (element-type MetricsDfdgTenant): the teller's, until the loop turns
 * @pushes: messages pushed to us since the start, by how they were answered
 * @is_astray: within the last hour one was of another environment
 */
typedef struct
{
  const GArray *tenants;
  guint64 pushes[METRICS_DFDG_N_PUSHES];
  gboolean is_astray;
} MetricsDfdg;

typedef void (*MetricsDfdgFunc) (gpointer data, MetricsDfdg *out_dfdg);
