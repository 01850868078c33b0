/* SPDX-License-Identifier: EUPL-1.2 */
/* Random edits on both sides of a synchronisation, runs in between, crashes anywhere; then both sides must agree. */
#pragma once

#include "calsync-job.h"
#include "model-remote.h"

G_BEGIN_DECLS

#define CONVERGE_N_BOOKINGS 6
#define CONVERGE_NOW_US \
  (G_GINT64_CONSTANT (1795420800) * 1000000) /* 2026-11-23 08:00 UTC, Monday */

typedef struct _ConvergePlanner ConvergePlanner;

/* The planner's side as the harness needs it: the model, or the real store. */
typedef struct
{
  /* One run; the process dies when *steps comes to 0 (-1: never), and all but what was stored is lost. */
  gboolean (*run) (ConvergePlanner *planner,
                   CalsyncRemote *remote,
                   CalsyncJobMode mode,
                   gint64 *steps,
                   CalsyncReport **out_report,
                   GError **error);
  void (*book) (ConvergePlanner *planner, guint n, gint64 start_us, gint64 end_us);
  void (*move) (ConvergePlanner *planner, guint n, gint64 start_us, gint64 end_us);
  void (*cancel) (ConvergePlanner *planner, guint n);
  /* (nullable): where the booking stands now: a proposal of the advisor's may have moved it. */
  void (*find_times) (ConvergePlanner *planner, guint n, gint64 *out_start_us, gint64 *out_end_us);
  void (*hand_over) (ConvergePlanner *planner, guint n, gboolean is_back);
  const char *(*get_reference) (ConvergePlanner *planner, guint n); /* (nullable) */
  gboolean (*has_conflict) (ConvergePlanner *planner, guint n, gint64 start_us, gint64 end_us);
  char *(*dup_key) (ConvergePlanner *planner, guint n); /* (nullable): where its event is linked */
  GArray *(*list_spans) (ConvergePlanner *planner);     /* CalsyncSpan, sorted */
  guint64 (*count_writes) (ConvergePlanner *planner);
  void (*want_full) (ConvergePlanner *planner);
  void (*agree) (ConvergePlanner *planner);
  void (*resolve) (ConvergePlanner *planner);
  void (*advance) (ConvergePlanner *planner, gint64 us);
  /* (nullable): how many bookings were moved by the advisor in this world. */
  void (*tell) (ConvergePlanner *planner, guint64 n_followed);
  void (*free) (ConvergePlanner *planner);
} ConvergePlannerFunctions;

/* @moves_mostly: what the advisor does to our events */
struct _ConvergePlanner
{
  const ConvergePlannerFunctions *functions;
  gboolean moves_mostly;
};

/* @make: makes a fresh planner's side; @n_steps: length of the script. Runs counts the runs. NULL: it converged. */
char *converge_try (ConvergePlanner *(*make) (guint32 seed, gpointer data),
                    gpointer data,
                    guint32 seed,
                    guint n_steps,
                    guint64 *n_runs);

/* The same, and if it fails, with the shortest script that still does; aborts the test with it. */
void converge_check (ConvergePlanner *(*make) (guint32 seed, gpointer data),
                     gpointer data,
                     guint32 seed,
                     guint n_steps,
                     guint64 *n_runs);

G_END_DECLS
