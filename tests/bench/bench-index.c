/* SPDX-License-Identifier: EUPL-1.2 */
/* A command: what it costs to make, replace and look up the index of 10,000 resources. */
#include "index/index.h"

#define N_RESOURCES 10000
#define N_DAYS      67 /* 60 days of horizon and a week */
#define N_BUSY      300
#define N_POOL      50

typedef struct
{
  Period window;
  GArray *work;
  GArray *busy[16]; /* a few different calendars, used in turn */
  AvailabilityBlock *blocks[N_RESOURCES];
} Bench;

static void
bench_init (Bench *bench)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);

  bench->window = (Period){ 20000 * PERIOD_US_PER_DAY, (20000 + N_DAYS) * PERIOD_US_PER_DAY };
  bench->work = period_list_new ();
  for (int day = 0; day < N_DAYS; day++)
    {
      gint64 start_us = bench->window.start_us + day * PERIOD_US_PER_DAY + 8 * PERIOD_US_PER_HOUR;

      period_list_add (bench->work, (Period){ start_us, start_us + 4 * PERIOD_US_PER_HOUR });
      start_us += 5 * PERIOD_US_PER_HOUR;
      period_list_add (bench->work, (Period){ start_us, start_us + 3 * PERIOD_US_PER_HOUR });
    }
  for (guint i = 0; i < G_N_ELEMENTS (bench->busy); i++)
    {
      bench->busy[i] = period_list_new ();
      for (int n = 0; n < N_BUSY; n++)
        {
          gint64 step = g_rand_int_range (rand, 0, N_DAYS * 288);
          gint64 start_us = bench->window.start_us + step * PERIOD_STEP_US;

          period_list_add (bench->busy[i], (Period){ start_us, start_us + 4 * PERIOD_STEP_US });
        }
      period_list_normalise (bench->busy[i]);
    }
}

static SlotResource
facts_of (const Bench *bench, guint number)
{
  return (SlotResource){ .resource_id = number + 1,
                         .work = bench->work,
                         .busy = bench->busy[number % G_N_ELEMENTS (bench->busy)],
                         .trusted_until_us = G_MAXINT64,
                         .fresh_until_us = G_MAXINT64 };
}

static double
elapsed_us (GTimer *timer, guint n_runs)
{
  return g_timer_elapsed (timer, NULL) * 1e6 / n_runs;
}

static Index *
build (Bench *bench, GTimer *timer)
{
  g_autoptr (Index) empty = index_new (bench->window);
  g_autofree IndexChange *changes = g_new (IndexChange, N_RESOURCES);
  Index *index;

  g_timer_start (timer);
  for (guint i = 0; i < N_RESOURCES; i++)
    {
      SlotResource facts = facts_of (bench, i);

      bench->blocks[i] =
        availability_block_new (bench->window, &facts, i == 0 ? NULL : bench->blocks[0]);
      changes[i] = (IndexChange){ i + 1, bench->blocks[i] };
    }
  index = index_replace (empty, changes, N_RESOURCES, NULL, 0);
  g_print ("make all %u blocks and the index   %10.0f us\n", N_RESOURCES, elapsed_us (timer, 1));
  return index;
}

static void
measure_replace (Bench *bench, Index **index, GTimer *timer, guint n_changes, guint n_runs)
{
  IndexChange changes[64];

  g_timer_start (timer);
  for (guint run = 0; run < n_runs; run++)
    {
      Index *next;

      for (guint i = 0; i < n_changes; i++)
        {
          guint number = (run * 7919 + i * 131) % N_RESOURCES;
          changes[i] = (IndexChange){ number + 1, bench->blocks[number] };
        }
      next = index_replace (*index, changes, n_changes, NULL, 0);
      index_unref (*index);
      *index = next;
    }
  g_print ("replace %2u of %u                %10.2f us\n", n_changes, N_RESOURCES,
           elapsed_us (timer, n_runs));
}

static void
measure_look_up (const Index *index, GTimer *timer)
{
  const AvailabilityBlock *found[N_POOL];
  gint64 ids[N_POOL];
  guint n_runs = 20000;

  for (guint i = 0; i < N_POOL; i++)
    ids[i] = 1 + i * 199;
  g_timer_start (timer);
  for (guint run = 0; run < n_runs; run++)
    index_find_resources (index, ids, N_POOL, found);
  g_print ("look up a pool of %u                %10.2f us\n", N_POOL, elapsed_us (timer, n_runs));
}

static void
measure_block (Bench *bench, GTimer *timer)
{
  SlotResource facts = facts_of (bench, 3);
  Period part = { bench->window.start_us + 5 * PERIOD_US_PER_DAY,
                  bench->window.start_us + 6 * PERIOD_US_PER_DAY };
  guint n_runs = 2000;

  g_timer_start (timer);
  for (guint run = 0; run < n_runs; run++)
    availability_block_unref (availability_block_with_busy (bench->blocks[3], part, &facts, 0));
  g_print ("make a day of one block anew        %10.2f us\n", elapsed_us (timer, n_runs));
}

int
main (void)
{
  g_autofree Bench *bench = g_new0 (Bench, 1);
  g_autoptr (GTimer) timer = g_timer_new ();
  Index *index;

  bench_init (bench);
  index = build (bench, timer);
  measure_replace (bench, &index, timer, 1, 20000);
  measure_replace (bench, &index, timer, 10, 5000);
  measure_replace (bench, &index, timer, 64, 1000);
  measure_look_up (index, timer);
  measure_block (bench, timer);
  g_print ("one block                           %10zu bytes, working time shared\n",
           availability_block_get_bytes (bench->blocks[1]));
  index_unref (index);
  for (guint i = 0; i < N_RESOURCES; i++)
    availability_block_unref (bench->blocks[i]);
  for (guint i = 0; i < G_N_ELEMENTS (bench->busy); i++)
    g_array_unref (bench->busy[i]);
  g_array_unref (bench->work);
  return 0;
}
