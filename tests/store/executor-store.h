/* SPDX-License-Identifier: EUPL-1.2 */
/* The executor's tests over a real database: hooks that can be told to fail, and jobs that add one row. */
#pragma once

#include "base/executor.h"
#include "store/store.h"

#define BENCH_N_WAITING 3

/**
 * Bench:
 * @fail_commits: how many of the next COMMITs do not happen
 * @lose_percent: share of jobs after which the transaction is gone; @fail_percent: of COMMITs
 * @n_deltas: delivered to the loop
 * @n_waiting_sessions: atomic: asked for by threads of EXECUTOR_WAITING
 * @refuses_sessions: atomic: they get none
 *
 * One executor over one database file. The gate, while shut, keeps the writer inside a job.
 */
typedef struct
{
  char *path;
  Executor *executor;
  GRand *random;
  guint fail_commits;
  guint lose_percent;
  guint fail_percent;
  guint n_deltas;
  guint n_between;
  int n_waiting_sessions;
  int refuses_sessions;
  GMutex lock;
  GCond changed;
  gboolean gate_is_shut;
  gboolean is_at_gate;
} Bench;

/**
 * Work:
 * @key: the row to add, NULL for none
 * @n_busy: runs that answer busy before one works
 * @n_lose: runs that end the transaction
 * @lasts_until_us: a run does not end before
 * @fails: adds its row and then refuses
 */
typedef struct
{
  Bench *bench;
  char *key;
  guint n_busy;
  guint n_lose;
  gint64 lasts_until_us;
  gboolean fails;
  gboolean waits_at_gate;
  guint n_prepared;
  guint n_done;
  guint n_deltas_seen;
  GError *error;
  ExecutorReport report;
} Work;

void bench_init (Bench *bench, guint max_queued);
void bench_clear (Bench *bench);
Work *bench_new_work (Bench *bench, const char *key);
void work_free (Work *work);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Work, work_free)
ExecutorJob work_to_job (Work *work);
void work_submit (Work *work);
void work_wait (Work *work);
void bench_shut_gate (Bench *bench);
void bench_open_gate (Bench *bench);
void bench_wait_at_gate (Bench *bench);
guint bench_count_rows (Bench *bench, const char *key);
