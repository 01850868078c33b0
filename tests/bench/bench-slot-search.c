/* SPDX-License-Identifier: EUPL-1.2 */
/* A command: microseconds per slot search, for the cases of the performance table. */
#include "calsync-timezone.h"
#include "index/index.h"
#include "index/slot-search.h"

#include <string.h>

#define N_ADVISORS 50
#define N_DAYS     60
#define N_BUSY     300
#define N_BLOCKS   10 /* measured windows; the best is printed with the median */
#define N_QUICK    50 /* a quick run does so many times less */

typedef struct
{
  Offer *offer;
  Period window;
  AvailabilityBlock *blocks[N_ADVISORS];
  const AvailabilityBlock *pool[N_ADVISORS];
  SlotSearch search;
  Index *index; /* of many advisors, the pool among them */
  gint64 ids[N_ADVISORS];
} Bench;

static guint quickness = 1;

static gint64
wall_us (const CalsyncZone *zone, gint64 date, int minute)
{
  return calsync_zone_seconds_to_instant (zone, date * CALSYNC_SECONDS_PER_DAY + minute * 60, NULL);
}

/* 08:00-12:00 and 12:45-16:00 on weekdays, 300 short appointments: the model of performance.md 5. */
static void
add_advisor (Bench *bench, guint number, gint64 first_date, GRand *rand)
{
  g_autoptr (GArray) work = period_list_new (), busy = period_list_new ();
  SlotResource facts = { .resource_id = number + 1,
                         .work = work,
                         .busy = busy,
                         .trusted_until_us = G_MAXINT64,
                         .fresh_until_us = G_MAXINT64 };
  const CalsyncZone *zone = bench->offer->zone;

  for (gint64 date = first_date; date < first_date + N_DAYS; date++)
    if (calsync_days_weekday (date) <= 5)
      {
        period_list_add (work, (Period){ wall_us (zone, date, 480), wall_us (zone, date, 720) });
        period_list_add (work, (Period){ wall_us (zone, date, 765), wall_us (zone, date, 960) });
      }
  for (int i = 0; i < N_BUSY; i++)
    {
      gint64 date = first_date + g_rand_int_range (rand, 0, N_DAYS);
      gint64 start_us = wall_us (zone, date, 5 * g_rand_int_range (rand, 60, 240));
      int minutes = 5 * g_rand_int_range (rand, 1, 4);

      period_list_add (busy, (Period){ start_us, start_us + minutes * PERIOD_US_PER_MINUTE });
    }
  period_list_normalise (busy);
  bench->blocks[number] = availability_block_new (bench->window, &facts, NULL);
  bench->pool[number] = bench->blocks[number];
}

static void
bench_init (Bench *bench)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  gint64 first_date = calsync_days_from_civil (2026, 10, 1);

  bench->offer = offer_new ();
  bench->offer->zone = calsync_zone_lookup ("Europe/Copenhagen", NULL);
  bench->offer->duration_us = 30 * PERIOD_US_PER_MINUTE;
  bench->offer->horizon_days = 365;
  bench->window = (Period){ calsync_zone_midnight (bench->offer->zone, first_date - 2),
                            calsync_zone_midnight (bench->offer->zone, first_date + N_DAYS) };
  for (guint i = 0; i < N_ADVISORS; i++)
    add_advisor (bench, i, first_date, rand);
  bench->search = (SlotSearch){
    .offer = bench->offer,
    .now_us = calsync_zone_midnight (bench->offer->zone, first_date - 1),
    .interval = { calsync_zone_midnight (bench->offer->zone, first_date), bench->window.end_us },
    .advisors = bench->pool,
    .n_advisors = N_ADVISORS,
  };
}

static void
bench_clear (Bench *bench)
{
  for (guint i = 0; i < N_ADVISORS; i++)
    availability_block_unref (bench->blocks[i]);
  offer_free (bench->offer);
}

static gsize
list_starts (const SlotSearch *search)
{
  g_autoptr (GArray) starts = slot_search_run (search, NULL);
  return starts->len;
}

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  double left = *(const double *) a, right = *(const double *) b;
  return (left > right) - (left < right);
}

/* As a call does it: the pool is looked up in the index of everybody, then searched. */
static gsize
look_up_and_count (const SlotSearch *search)
{
  Bench *bench =
    (Bench *) (gpointer) ((char *) (gpointer) search - G_STRUCT_OFFSET (Bench, search));

  index_find_resources (bench->index, bench->ids, N_ADVISORS, bench->pool);
  return slot_search_count (search);
}

static void
measure (const char *name,
         gsize (*run) (const SlotSearch *),
         const SlotSearch *search,
         guint n_runs)
{
  double us[N_BLOCKS];
  gsize n_found = 0;

  n_runs = MAX (n_runs / quickness, 1);
  for (guint block = 0; block < N_BLOCKS; block++)
    {
      g_autoptr (GTimer) timer = g_timer_new ();

      for (guint i = 0; i < n_runs; i++)
        n_found = run (search);
      us[block] = g_timer_elapsed (timer, NULL) * 1e6 / n_runs;
    }
  qsort (us, N_BLOCKS, sizeof *us, compare_doubles);
  g_print ("%-44s %8zu starts %9.2f us best %9.2f us median\n", name, n_found, us[0],
           us[N_BLOCKS / 2]);
}

/* An index of N_RESOURCES in which the pool's advisors lie far apart. */
static void
make_index (Bench *bench, guint n_resources)
{
  g_autofree IndexChange *changes = g_new0 (IndexChange, n_resources);
  g_autoptr (Index) empty = index_new (bench->window);
  guint apart = n_resources / N_ADVISORS;

  for (guint i = 0; i < n_resources; i++)
    changes[i] = (IndexChange){ i + 1, bench->blocks[i / apart % N_ADVISORS] };
  for (guint i = 0; i < N_ADVISORS; i++)
    bench->ids[i] = i * apart + 1;
  bench->index = index_replace (empty, changes, n_resources, NULL, 0);
}

/* Flat in the advisors outside the pool, and how it grows with the days. */
static void
measure_sizes (Bench *bench)
{
  const guint sizes[] = { 100, 1000, 10000 }, days[] = { 1, 10, 60 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      make_index (bench, sizes[i]);
      for (guint j = 0; j < G_N_ELEMENTS (days); j++)
        {
          g_autofree char *name =
            g_strdup_printf ("pool of 50 of %u, %u days, as bits", sizes[i], days[j]);

          bench->search.interval.end_us =
            bench->search.interval.start_us + days[j] * PERIOD_US_PER_DAY;
          measure (name, look_up_and_count, &bench->search, 20000 / (days[j] + 9));
        }
      index_unref (bench->index);
    }
}

int
main (int argc, char **argv)
{
  Bench bench = { 0 };

  quickness = argc > 1 && strcmp (argv[1], "--quick") == 0 ? N_QUICK : 1;
  bench_init (&bench);
  measure_sizes (&bench);
  bench.search.interval.end_us = bench.window.end_us;
  measure ("all, as bits", slot_search_count, &bench.search, 1000);
  measure ("all, as a list", list_starts, &bench.search, 200);
  bench.search.max_starts = 50;
  measure ("first 50", list_starts, &bench.search, 20000);
  bench.search.max_starts = 0;
  bench.offer->grid_us = 30 * PERIOD_US_PER_MINUTE;
  measure ("all, half-hour grid from block start, list", list_starts, &bench.search, 200);
  bench.offer->grid_anchor = OFFER_GRID_FROM_LOCAL_MIDNIGHT;
  measure ("all, half-hour grid from midnight, list", list_starts, &bench.search, 200);
  bench.search.max_starts = 50;
  measure ("first 50, half-hour grid from midnight", list_starts, &bench.search, 20000);
  bench.search.max_starts = 0;
  bench.offer->grid_us = PERIOD_STEP_US;
  bench.offer->grid_anchor = OFFER_GRID_FROM_BLOCK_START;
  bench.offer->before_us = bench.offer->after_us = 10 * PERIOD_US_PER_MINUTE;
  measure ("all, buffers of 10 minutes, as bits", slot_search_count, &bench.search, 1000);
  g_print ("one block: %zu bytes\n", availability_block_get_bytes (bench.pool[0]));
  bench_clear (&bench);
  return 0;
}
